namespace Warehouse.Reporting.Evaluation;

/// <summary>An interval, its ends included.</summary>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>How wide it is.</summary>
    public double Width => High - Low;

    /// <summary>Returns whether a value is in it.</summary>
    public bool Holds(double value) => Low <= value && value <= High;
}

/// <summary>One figure of an evaluation: what was estimated, between what bounds, from how many.</summary>
/// <param name="Value">The estimate; null where there are too few to say.</param>
/// <param name="Interval">The 95 % interval; null where there are too few to say.</param>
/// <param name="Count">How many observations it rests on.</param>
/// <param name="Needed">How many it would take.</param>
public sealed record Estimate(double? Value, Bounds? Interval, long Count, long Needed)
{
    /// <summary>Whether there are too few to say.</summary>
    public bool IsTooSmall => Value is null;

    /// <summary>Returns that there are too few to say.</summary>
    public static Estimate TooSmall(long count, long needed) => new(null, null, count, needed);
}

/// <summary>Intervals of shares, of their differences and of medians.</summary>
public static class Shares
{
    /// <summary>Returns Wilson's score interval of a share.</summary>
    /// <remarks>Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.</remarks>
    public static Bounds Wilson(double part, double whole, double z = Distributions.Z95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(whole);
        double p = part / whole, zz = z * z, middle = (p + (zz / (2 * whole))) / (1 + (zz / whole));
        double half = z / (1 + (zz / whole)) * Math.Sqrt((p * (1 - p) / whole) + (zz / (4 * whole * whole)));
        return new Bounds(part <= 0 ? 0 : Math.Max(0, middle - half), part >= whole ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>Returns a share with Wilson's interval, or that there are too few to say.</summary>
    public static Estimate Share(long part, long whole, long needed) =>
        whole < Math.Max(1, needed) ? Estimate.TooSmall(whole, needed) : new Estimate((double)part / whole, Wilson(part, whole), whole, needed);

    /// <summary>Returns the exact interval of a share.</summary>
    /// <remarks>Source: Clopper and Pearson (1934), Biometrika 26, 404-413.</remarks>
    public static Bounds ClopperPearson(double part, double whole, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(whole);
        double tail = (1 - level) / 2;
        return new Bounds(
            part <= 0 ? 0 : Distributions.BetaQuantile(tail, part, whole - part + 1),
            part >= whole ? 1 : Distributions.BetaQuantile(1 - tail, part + 1, whole - part));
    }

    /// <summary>Returns the interval of the difference of two independent shares, first less second.</summary>
    /// <remarks>Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.</remarks>
    public static Bounds Difference(double firstPart, double firstWhole, double secondPart, double secondWhole)
    {
        Bounds first = Wilson(firstPart, firstWhole), second = Wilson(secondPart, secondWhole);
        double p = firstPart / firstWhole, q = secondPart / secondWhole;
        return new Bounds(p - q - Length(p - first.Low, second.High - q), p - q + Length(first.High - p, q - second.Low));

        static double Length(double a, double b) => Math.Sqrt((a * a) + (b * b));
    }

    /// <summary>Returns the median with the interval between order statistics, or that there are too few to say.</summary>
    /// <remarks>The interval holds whatever the distribution: its coverage is binomial. Source: Conover (1999), Practical Nonparametric Statistics, 3rd edition, section 3.2.</remarks>
    public static Estimate Median(IReadOnlyCollection<double> values, long needed)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        // Below six no two order statistics reach 95 %.
        if (n < Math.Max(6, needed))
        {
            return Estimate.TooSmall(n, Math.Max(6, needed));
        }

        // The largest k with P(fewer than k of n below the median) at most 2.5 %: Beta(1/2; n − k + 1, k) is P(X ≤ k − 1).
        int k = 0;
        while (Distributions.Beta(0.5, n - k, k + 1) <= 0.025)
        {
            k++;
        }

        double median = n % 2 == 1 ? sorted[n / 2] : (sorted[(n / 2) - 1] + sorted[n / 2]) / 2;
        return new Estimate(median, new Bounds(sorted[k - 1], sorted[n - k]), n, needed);
    }
}
