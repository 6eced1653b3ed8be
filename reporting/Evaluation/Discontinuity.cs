namespace Warehouse.Reporting.Evaluation;

/// <summary>A scored child near the end of the list.</summary>
/// <param name="Distance">Its score less the score at which the list ends: 0 and above is listed.</param>
/// <param name="Outcome">What came of it: 1 reached, 0 not.</param>
public readonly record struct ThresholdRow(double Distance, double Outcome)
{
    /// <summary>Whether the child is on the list.</summary>
    public bool IsListed => Distance >= 0;
}

/// <summary>How the effect of being listed was estimated.</summary>
public enum ThresholdMethod
{
    /// <summary>Local linear regression on both sides with a robust bias-corrected interval.</summary>
    LocalLinear,

    /// <summary>As many children on each side compared as if chance had listed them.</summary>
    LocalRandomisation,

    /// <summary>Neither is possible.</summary>
    None,
}

/// <summary>Effect of being listed, at the end of the list.</summary>
/// <param name="Method">How it was estimated.</param>
/// <param name="Effect">Share reached just on the list less the share reached just below it.</param>
/// <param name="Bandwidth">How far from the end of the list children are used; 0 where none are.</param>
/// <param name="ListedCount">Listed children used.</param>
/// <param name="UnlistedCount">Unlisted children used.</param>
/// <param name="PValue">Fisher's exact p of local randomisation; null otherwise.</param>
/// <param name="Density">Whether scores crowd on one side.</param>
public sealed record ThresholdResult(ThresholdMethod Method, Estimate Effect, double Bandwidth, long ListedCount, long UnlistedCount, double? PValue, DensityCheck Density);

/// <summary>Whether scores crowd on one side of the threshold.</summary>
/// <param name="LogDifference">Log of the density just above less that just below; null where there are too few.</param>
/// <param name="PValue">Of no difference; null where there are too few.</param>
/// <param name="DistinctScores">Distinct scores: few make steps of a density that is not one.</param>
public sealed record DensityCheck(double? LogDifference, double? PValue, int DistinctScores)
{
    /// <summary>Whether the threshold may have been moved, or scores near it been changed.</summary>
    public bool IsWarning => PValue < 0.01;
}

/// <summary>Regression discontinuity at the end of the list: capacity, not need, decides between children whose scores hardly differ.</summary>
/// <remarks>
/// Local linear regression, triangular kernel, bias taken from a local quadratic one, robust interval: Calonico, Cattaneo and Titiunik (2014), Econometrica 82, 2295-2326; one bandwidth for both sides that minimises the mean squared
/// error, with its regularisation and three nearest neighbours for variances, as they describe. Local randomisation where there are too few: Cattaneo, Frandsen and Titiunik (2015), Journal of Causal Inference 3, 1-24, with Newcombe's interval and
/// Fisher's exact test. Density: McCrary (2008), Journal of Econometrics 142, 698-714.
/// The effect is that of being listed on children at the end of the list, and says nothing about those at its head.
/// </remarks>
public static class Discontinuity
{
    /// <summary>Outcomes of either kind that a local line needs: with fewer a share is no straight line's matter.</summary>
    public const int FewestOutcomes = 20;

    private const int Neighbours = 3;

    /// <summary>Returns the effect, or that there are too few to say.</summary>
    /// <param name="rows">Scored children, each once.</param>
    /// <param name="needed">Children that a side of the local line needs within its bandwidth; half of it for local randomisation.</param>
    public static ThresholdResult Of(IReadOnlyCollection<ThresholdRow> rows, long needed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        DensityCheck density = Density(rows);
        ThresholdRow[] on = [.. rows.Where(row => row.IsListed).OrderBy(row => row.Distance)], off = [.. rows.Where(row => !row.IsListed).OrderByDescending(row => row.Distance)];
        double ones = rows.Sum(row => row.Outcome);
        if (Math.Min(ones, rows.Count - ones) >= FewestOutcomes && Bandwidths(on, off) is { } widths)
        {
            long inOn = on.Count(row => row.Distance < widths.Line), inOff = off.Count(row => -row.Distance < widths.Line);
            if (Math.Min(inOn, inOff) >= needed && Robust(on, off, widths.Line, widths.Bias) is { } robust)
            {
                return new ThresholdResult(ThresholdMethod.LocalLinear, new Estimate(robust.Effect, robust.Interval, inOn + inOff, 2 * needed), widths.Line, inOn, inOff, null, density);
            }
        }

        int side = (int)Math.Min(Math.Min(on.Length, off.Length), needed);
        if (side < Math.Max(2, needed / 2))
        {
            return new ThresholdResult(ThresholdMethod.None, Estimate.TooSmall(2L * side, needed), 0, 0, 0, null, density);
        }

        double reachedOn = on.Take(side).Sum(row => row.Outcome), reachedOff = off.Take(side).Sum(row => row.Outcome);
        return new ThresholdResult(
            ThresholdMethod.LocalRandomisation,
            new Estimate((reachedOn - reachedOff) / side, Shares.Difference(reachedOn, side, reachedOff, side), 2L * side, needed),
            Math.Max(on[side - 1].Distance, -off[side - 1].Distance),
            side,
            side,
            Fisher((long)reachedOn, side, (long)reachedOff, side),
            density);
    }

    /// <summary>Returns the local linear estimate at given bandwidths, the bias-corrected one and its robust interval; null where a side has too few distinct scores.</summary>
    /// <param name="on">Rows at and above the threshold, nearest first.</param>
    /// <param name="off">Rows below it, nearest first.</param>
    /// <param name="h">Bandwidth of the line.</param>
    /// <param name="b">Bandwidth of the quadratic that its bias is taken from.</param>
    public static (double Effect, double Corrected, Bounds Interval)? Robust(IReadOnlyList<ThresholdRow> on, IReadOnlyList<ThresholdRow> off, double h, double b)
    {
        ArgumentNullException.ThrowIfNull(on);
        ArgumentNullException.ThrowIfNull(off);
        if (Side(on, h, b) is not { } above || Side(off, h, b) is not { } below)
        {
            return null;
        }

        double corrected = above.Corrected - below.Corrected, half = Distributions.Z95 * Math.Sqrt(above.Variance + below.Variance);
        return (above.Plain - below.Plain, corrected, new Bounds(corrected - half, corrected + half));
    }

    /// <summary>Returns the bandwidths of the line and of its bias; null where a side has too few rows.</summary>
    public static (double Line, double Bias)? Bandwidths(IReadOnlyList<ThresholdRow> on, IReadOnlyList<ThresholdRow> off)
    {
        ArgumentNullException.ThrowIfNull(on);
        ArgumentNullException.ThrowIfNull(off);
        double[] all = [.. on.Concat(off).Select(row => row.Distance).Order()];
        if (on.Count < 20 || off.Count < 20)
        {
            return null;
        }

        double mean = all.Average(), spread = Math.Sqrt(all.Sum(x => (x - mean) * (x - mean)) / (all.Length - 1)), quartiles = (all[(int)(0.75 * (all.Length - 1))] - all[(int)(0.25 * (all.Length - 1))]) / 1.349;
        double reach = Math.Max(Math.Abs(all[0]), Math.Abs(all[^1])), pilot = 2.576 * Math.Min(spread, quartiles > 0 ? quartiles : spread) * Math.Pow(all.Length, -0.2);
        // Never fewer than twenty rows of a side, else the pilot sees no curve.
        pilot = Math.Min(reach, Math.Max(pilot, Math.Max(on[19].Distance, -off[19].Distance) * 1.0001));
        double? third = Step(on, off, 3, 3, pilot, reach, reach);
        double? bias = third is { } d ? Step(on, off, 2, 2, pilot, Math.Max(d, pilot), reach) : null;
        double? line = bias is { } q ? Step(on, off, 1, 0, pilot, Math.Max(q, pilot), reach) : null;
        return line is { } h ? (Math.Min(h, reach), Math.Max(Math.Min(bias!.Value, reach), Math.Min(h, reach))) : null;
    }

    /// <summary>Returns whether scores crowd on one side of the threshold.</summary>
    public static DensityCheck Density(IReadOnlyCollection<ThresholdRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] x = [.. rows.Select(row => row.Distance).Order()];
        int distinct = x.Distinct().Count();
        if (x.Count(one => one >= 0) < 30 || x.Count(one => one < 0) < 30)
        {
            return new DensityCheck(null, null, distinct);
        }

        double mean = x.Average(), spread = Math.Sqrt(x.Sum(one => (one - mean) * (one - mean)) / (x.Length - 1)), bin = 2 * spread / Math.Sqrt(x.Length);
        if (bin <= 0)
        {
            return new DensityCheck(null, null, distinct);
        }

        int first = (int)Math.Floor(x[0] / bin), last = (int)Math.Floor(x[^1] / bin);
        double[] heights = new double[last - first + 1];
        foreach (double one in x)
        {
            heights[(int)Math.Floor(one / bin) - first] += 1 / (x.Length * bin);
        }

        (double Middle, double Height)[] above = Bins(i => i >= 0), below = Bins(i => i < 0);
        if (Width(above) is not { } up || Width(below) is not { } down)
        {
            return new DensityCheck(null, null, distinct);
        }

        double h = (up + down) / 2;
        double? fAbove = Line(above, h), fBelow = Line(below, h);
        if (fAbove is not > 0 || fBelow is not > 0)
        {
            return new DensityCheck(null, null, distinct);
        }

        double difference = Math.Log(fAbove.Value) - Math.Log(fBelow.Value), error = Math.Sqrt(24.0 / 5 / (x.Length * h) * ((1 / fAbove.Value) + (1 / fBelow.Value)));
        return new DensityCheck(difference, 2 * (1 - Distributions.Normal(Math.Abs(difference) / error)), distinct);

        (double, double)[] Bins(Func<int, bool> which) => [.. Enumerable.Range(0, heights.Length).Where(i => which(i + first)).Select(i => ((i + first + 0.5) * bin, heights[i]))];

        // McCrary's rule: a quartic over the whole side gives curvature and noise.
        static double? Width((double Middle, double Height)[] side)
        {
            if (side.Length < 6 || Solve([.. side.Select(one => one.Middle)], [.. side.Select(one => 1.0)], [.. side.Select(one => one.Height)], 4) is not { } fit)
            {
                return null;
            }

            double noise = side.Sum(one => Math.Pow(one.Height - Polynomial(fit, one.Middle), 2)) / Math.Max(1, side.Length - 5);
            double curve = side.Sum(one => Math.Pow((2 * fit[2]) + (6 * fit[3] * one.Middle) + (12 * fit[4] * one.Middle * one.Middle), 2)), reach = side.Max(one => Math.Abs(one.Middle));
            return curve <= 0 ? reach : Math.Min(reach, 3.348 * Math.Pow(noise * reach / curve, 0.2));
        }

        static double? Line((double Middle, double Height)[] side, double h)
        {
            (double Middle, double Height)[] near = [.. side.Where(one => Math.Abs(one.Middle) < h)];
            return near.Length < 3 ? null : Solve([.. near.Select(one => one.Middle)], [.. near.Select(one => 1 - (Math.Abs(one.Middle) / h))], [.. near.Select(one => one.Height)], 1)?[0];
        }
    }

    /// <summary>Returns the two-sided p of Fisher's exact test.</summary>
    public static double Fisher(long firstPart, long firstWhole, long secondPart, long secondWhole)
    {
        long marked = firstPart + secondPart, whole = firstWhole + secondWhole;
        double Log(long k) => Choose(firstWhole, k) + Choose(secondWhole, marked - k) - Choose(whole, marked);
        double own = Log(firstPart), sum = 0;
        for (long k = Math.Max(0, marked - secondWhole); k <= Math.Min(firstWhole, marked); k++)
        {
            double log = Log(k);
            sum += log <= own + 1e-9 ? Math.Exp(log) : 0;
        }

        return Math.Min(1, sum);

        static double Choose(long n, long k) => Distributions.LogGamma(n + 1) - Distributions.LogGamma(k + 1) - Distributions.LogGamma(n - k + 1);
    }

    // The bandwidth that minimises the mean squared error of a derivative by a polynomial of an order, with bias from the order above at its own bandwidth; regularised by the noise of that bias.
    private static double? Step(IReadOnlyList<ThresholdRow> on, IReadOnlyList<ThresholdRow> off, int order, int derivative, double pilot, double biasWidth, double reach)
    {
        if (Part(on) is not { } above || Part(off) is not { } below)
        {
            return null;
        }

        // Distances are taken from the threshold outwards, so an odd derivative turns its sign on the other side.
        double bias = above.Bias - (derivative % 2 == 0 ? below.Bias : -below.Bias), noise = above.BiasNoise + below.BiasNoise, variance = above.Variance + below.Variance;
        double rate = 1.0 / ((2 * order) + 3), denominator = 2 * (order + 1 - derivative) * ((bias * bias) + (3 * noise));
        return denominator <= 0 || variance <= 0 ? reach : Math.Pow((1 + (2 * derivative)) * variance / denominator, rate) is var h && double.IsFinite(h) ? h : reach;

        (double Bias, double BiasNoise, double Variance)? Part(IReadOnlyList<ThresholdRow> side)
        {
            // Variance at the pilot, per unit of bandwidth: V = h^(1 + 2ν) var; bias constant: B = h^(ν − p − 1) bias of the (p + 1)th coefficient.
            if (Weights(side, order, derivative, pilot) is not { } line || Weights(side, order + 1, order + 1, biasWidth) is not { } next)
            {
                return null;
            }

            double[] noise = Noise(side);
            double variance = Math.Pow(pilot, 1 + (2 * derivative)) * Enumerable.Range(0, side.Count).Sum(i => line[i] * line[i] * noise[i]);
            double coefficient = Enumerable.Range(0, side.Count).Sum(i => next[i] * side[i].Outcome), coefficientNoise = Enumerable.Range(0, side.Count).Sum(i => next[i] * next[i] * noise[i]);
            double constant = Math.Pow(pilot, derivative - order - 1) * Enumerable.Range(0, side.Count).Sum(i => line[i] * Math.Pow(Math.Abs(side[i].Distance), order + 1));
            return (constant * coefficient, constant * constant * coefficientNoise, variance);
        }
    }

    private static (double Plain, double Corrected, double Variance)? Side(IReadOnlyList<ThresholdRow> side, double h, double b)
    {
        if (Weights(side, 1, 0, h) is not { } line || Weights(side, 2, 2, b) is not { } curve)
        {
            return null;
        }

        // What a quadratic adds to the line's value at the threshold is its bias.
        double shift = Enumerable.Range(0, side.Count).Sum(i => line[i] * side[i].Distance * side[i].Distance);
        double[] noise = Noise(side);
        double plain = 0, corrected = 0, variance = 0;
        for (int i = 0; i < side.Count; i++)
        {
            double weight = line[i] - (shift * curve[i]);
            plain += line[i] * side[i].Outcome;
            corrected += weight * side[i].Outcome;
            variance += weight * weight * noise[i];
        }

        return (plain, corrected, variance);
    }

    // The weight of each outcome in a coefficient of the local polynomial in |distance|, triangular kernel; null where scores within the bandwidth are too few.
    private static double[]? Weights(IReadOnlyList<ThresholdRow> side, int order, int coefficient, double h)
    {
        int size = order + 1;
        double[,] cross = new double[size, size];
        HashSet<double> distinct = [];
        for (int i = 0; i < side.Count; i++)
        {
            double u = Math.Abs(side[i].Distance) / h;
            if (u >= 1)
            {
                continue;
            }

            distinct.Add(u);
            for (int r = 0; r < size; r++)
            {
                for (int c = 0; c < size; c++)
                {
                    cross[r, c] += (1 - u) * Math.Pow(u, r + c);
                }
            }
        }

        double[] unit = new double[size];
        unit[coefficient] = 1;
        if (distinct.Count < size + 1 || Gauss(cross, unit) is not { } row)
        {
            return null;
        }

        double scale = Math.Pow(h, -coefficient);
        return [.. side.Select(one =>
        {
            double u = Math.Abs(one.Distance) / h;
            return u >= 1 ? 0 : scale * (1 - u) * Polynomial(row, u);
        })];
    }

    // Residual variance of each row from its nearest neighbours in score.
    private static double[] Noise(IReadOnlyList<ThresholdRow> side)
    {
        double[] noise = new double[side.Count];
        for (int i = 0; i < side.Count; i++)
        {
            int low = i, high = i;
            double sum = 0;
            int count = 0;
            // Ties at the furthest distance all count, as in the authors' programs.
            double furthest = 0;
            while (low > 0 || high < side.Count - 1)
            {
                double below = low > 0 ? Math.Abs(side[i].Distance - side[low - 1].Distance) : double.PositiveInfinity, above = high < side.Count - 1 ? Math.Abs(side[i].Distance - side[high + 1].Distance) : double.PositiveInfinity;
                double next = Math.Min(below, above);
                if (count >= Neighbours && next > furthest)
                {
                    break;
                }

                int place = below <= above ? --low : ++high;
                sum += side[place].Outcome;
                furthest = next;
                count++;
            }

            double residual = count == 0 ? 0 : side[i].Outcome - (sum / count);
            noise[i] = residual * residual * count / (count + 1);
        }

        return noise;
    }

    private static double[]? Solve(double[] x, double[] weight, double[] y, int order)
    {
        double[,] cross = new double[order + 1, order + 1];
        double[] right = new double[order + 1];
        for (int i = 0; i < x.Length; i++)
        {
            for (int r = 0; r <= order; r++)
            {
                right[r] += weight[i] * Math.Pow(x[i], r) * y[i];
                for (int c = 0; c <= order; c++)
                {
                    cross[r, c] += weight[i] * Math.Pow(x[i], r + c);
                }
            }
        }

        return Gauss(cross, right);
    }

    private static double[]? Gauss(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[,] a = (double[,])matrix.Clone();
        double[] b = (double[])right.Clone();
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(r => Math.Abs(a[r, k]));
            if (Math.Abs(a[pivot, k]) < 1e-13 * Math.Max(1e-100, Math.Abs(matrix[k, k])))
            {
                return null;
            }

            for (int c = 0; c < n; c++)
            {
                (a[k, c], a[pivot, c]) = (a[pivot, c], a[k, c]);
            }

            (b[k], b[pivot]) = (b[pivot], b[k]);
            for (int r = k + 1; r < n; r++)
            {
                double factor = a[r, k] / a[k, k];
                for (int c = k; c < n; c++)
                {
                    a[r, c] -= factor * a[k, c];
                }

                b[r] -= factor * b[k];
            }
        }

        for (int k = n - 1; k >= 0; k--)
        {
            for (int c = k + 1; c < n; c++)
            {
                b[k] -= a[k, c] * b[c];
            }

            b[k] /= a[k, k];
        }

        return b;
    }

    private static double Polynomial(double[] coefficients, double x)
    {
        double value = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            value = (value * x) + coefficients[i];
        }

        return value;
    }
}
