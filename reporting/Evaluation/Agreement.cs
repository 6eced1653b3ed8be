namespace Warehouse.Reporting.Evaluation;

/// <summary>How far two judgements of the same things agree.</summary>
/// <param name="Same">The share that is the same.</param>
/// <param name="Kappa">Cohen's kappa; too small to say also where everything was judged alike, because chance would agree too.</param>
/// <param name="Table">Counts, <c>[first][second]</c>.</param>
public sealed record AgreementResult(Estimate Same, Estimate Kappa, IReadOnlyList<IReadOnlyList<long>> Table);

/// <summary>Agreement beyond chance.</summary>
/// <remarks>
/// Cohen (1960), Educational and Psychological Measurement 20, 37-46; standard error for kappa other than zero: Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72, 323-327.
/// Where staff are at least <see cref="FewestStaff"/>, intervals are of the jackknife over staff with Student's t of one less, because judgements of one person resemble each other.
/// </remarks>
public static class Agreement
{
    /// <summary>From so many staff on the interval is taken over staff: fewer give no interval that could be relied on.</summary>
    public const int FewestStaff = 5;

    /// <summary>Returns the agreement of pairs of categories, 0 to <paramref name="categories"/> − 1.</summary>
    public static AgreementResult Of(IReadOnlyCollection<(string Staff, int First, int Second)> pairs, int categories, long needed)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 2);
        long[][] table = Count(pairs, categories);
        long n = pairs.Count;
        if (n < Math.Max(1, needed))
        {
            return new AgreementResult(Estimate.TooSmall(n, needed), Estimate.TooSmall(n, needed), table);
        }

        double same = Same(table, n);
        Bounds sameBounds = Shares.Wilson(same * n, n);
        (double Kappa, double Error)? kappa = Kappa(table);
        Bounds? kappaBounds = kappa is { } k ? Cut(k.Kappa, Distributions.Z95 * k.Error) : null;
        string[] staff = [.. pairs.Select(pair => pair.Staff).Distinct(StringComparer.Ordinal)];
        if (staff.Length >= FewestStaff)
        {
            List<double> shares = [], kappas = [];
            foreach (string one in staff)
            {
                long[][] rest = Count(pairs.Where(pair => pair.Staff != one), categories);
                long left = rest.Sum(row => row.Sum());
                shares.Add(left == 0 ? same : Same(rest, left));
                kappas.Add(Kappa(rest)?.Kappa ?? kappa?.Kappa ?? 0);
            }

            // The wider of the two: a jackknife of staff who happen to agree with each other says too little.
            sameBounds = Wider(sameBounds, Jackknife(shares, same), 0);
            kappaBounds = kappa is { } known ? Wider(kappaBounds!.Value, Jackknife(kappas, known.Kappa), -1) : null;
        }

        return new AgreementResult(
            new Estimate(same, sameBounds, n, needed),
            kappa is { } value ? new Estimate(value.Kappa, kappaBounds, n, needed) : Estimate.TooSmall(n, needed),
            table);
    }

    /// <summary>Returns kappa and its standard error; null where chance alone would always agree.</summary>
    public static (double Kappa, double Error)? Kappa(IReadOnlyList<IReadOnlyList<long>> table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int k = table.Count;
        double n = table.Sum(row => row.Sum());
        double[] rows = [.. table.Select(row => row.Sum() / n)], columns = [.. Enumerable.Range(0, k).Select(j => table.Sum(row => row[j]) / n)];
        double observed = Enumerable.Range(0, k).Sum(i => table[i][i] / n), expected = Enumerable.Range(0, k).Sum(i => rows[i] * columns[i]);
        if (n == 0 || expected >= 1 - 1e-12)
        {
            return null;
        }

        double kappa = (observed - expected) / (1 - expected), diagonal = 0, rest = 0;
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                double share = table[i][j] / n;
                if (i == j)
                {
                    double part = 1 - ((rows[i] + columns[i]) * (1 - kappa));
                    diagonal += share * part * part;
                }
                else
                {
                    double part = columns[i] + rows[j];
                    rest += share * part * part;
                }
            }
        }

        double last = kappa - (expected * (1 - kappa));
        double variance = (diagonal + ((1 - kappa) * (1 - kappa) * rest) - (last * last)) / (n * (1 - expected) * (1 - expected));
        return (kappa, Math.Sqrt(Math.Max(0, variance)));
    }

    private static long[][] Count(IEnumerable<(string Staff, int First, int Second)> pairs, int categories)
    {
        long[][] table = [.. Enumerable.Range(0, categories).Select(_ => new long[categories])];
        foreach ((_, int first, int second) in pairs)
        {
            table[first][second]++;
        }

        return table;
    }

    private static double Same(long[][] table, long n) => (double)table.Select((row, i) => row[i]).Sum() / n;

    private static Bounds Jackknife(List<double> leftOut, double value)
    {
        double mean = leftOut.Average(), g = leftOut.Count, error = Math.Sqrt((g - 1) / g * leftOut.Sum(one => (one - mean) * (one - mean)));
        return Cut(value, Distributions.StudentQuantile(0.975, g - 1) * error);
    }

    private static Bounds Cut(double value, double half) => new(Math.Max(-1, value - half), Math.Min(1, value + half));

    private static Bounds Wider(Bounds one, Bounds other, double least) => new(Math.Max(least, Math.Min(one.Low, other.Low)), Math.Max(one.High, other.High));
}
