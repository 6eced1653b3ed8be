namespace Warehouse.Model.Mine;

/// <summary>For each cell, the counts of events at which a tail reaches a bound.</summary>
/// <remarks>Filled as asked for. Threads may fill the same cell twice, with the same value.</remarks>
internal sealed class TailLimits(TailTable tails, double bound, int most)
{
    private readonly long[] _limits = new long[tails.Cells];

    /// <summary>The logarithm that tails are compared with.</summary>
    public double Bound { get; } = bound;

    /// <summary>Returns the greatest count whose lower tail reaches the bound (-1 for none) and the least whose upper tail does.</summary>
    public (int Low, int High) Of(int cell)
    {
        long packed = Volatile.Read(ref _limits[cell]);
        if (packed == 0)
        {
            packed = Find(cell);
            Volatile.Write(ref _limits[cell], packed);
        }

        return ((int)(packed >> 32) - 2, (int)(packed & int.MaxValue));
    }

    private long Find(int cell)
    {
        int middle = Math.Clamp((int)tails.Mean(cell), 0, most);
        int step = 1, high = middle;
        while (high <= most && tails.LogUpper(cell, high) > Bound)
        {
            high += step;
            step *= 2;
        }

        int low = Math.Max(middle, high - (step / 2));
        high = Math.Min(high, most + 1);
        while (low < high)
        {
            int half = low + ((high - low) / 2);
            if (tails.LogUpper(cell, half) <= Bound)
            {
                high = half;
            }
            else
            {
                low = half + 1;
            }
        }

        int upper = high;
        low = -1;
        high = middle;
        while (low < high)
        {
            int half = low + ((high - low + 1) / 2);
            if (tails.LogLower(cell, half) <= Bound)
            {
                low = half;
            }
            else
            {
                high = half - 1;
            }
        }

        return ((long)(low + 2) << 32) | (uint)upper;
    }
}
