namespace Warehouse.Model.Mine;

/// <summary>The score interval of a share.</summary>
public static class Wilson
{
    private const double Z95 = 1.959963984540054;

    /// <summary>Returns the 95 % interval of hits / total; 0 to 1 when the total is 0.</summary>
    /// <remarks>Source: E. B. Wilson, JASA 22 (1927), 209-212.</remarks>
    public static Interval Of(int hits, int total)
    {
        if (total == 0)
        {
            return new Interval(0, 1);
        }

        double n = total, p = hits / n, z2 = Z95 * Z95;
        double centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        double half = Z95 / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        return new Interval(hits == 0 ? 0 : Math.Max(0, centre - half), hits == total ? 1 : Math.Min(1, centre + half));
    }
}
