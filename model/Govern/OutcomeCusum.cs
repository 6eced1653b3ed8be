using Warehouse.Model.Items;

namespace Warehouse.Model.Govern;

/// <summary>Decisions in one month among the children scored before it.</summary>
/// <param name="MonthKey">Month as yyyymm.</param>
/// <param name="Children">Children scored and without a decision when the month begins.</param>
/// <param name="Expected">Decisions expected by their probabilities.</param>
/// <param name="Observed">Decisions made.</param>
public sealed record OutcomeMonth(int MonthKey, int Children, double Expected, int Observed);

/// <summary>One month with its running sums.</summary>
/// <param name="Month">The month.</param>
/// <param name="High">Running sum against more decisions than expected.</param>
/// <param name="Low">Running sum against fewer.</param>
/// <param name="HighLimit">What <paramref name="High"/> stays below where the probabilities are right, but for one in forty such series.</param>
/// <param name="LowLimit">The same for <paramref name="Low"/>.</param>
public sealed record OutcomePoint(OutcomeMonth Month, double High, double Low, double HighLimit, double LowLimit)
{
    /// <summary>True where a sum is above its limit.</summary>
    public bool IsAlarm => High > HighLimit || Low > LowLimit;
}

/// <summary>Watches whether decisions come as often as the probabilities say; pure.</summary>
/// <remarks>
/// Two one-sided cumulative sums of Poisson counts with a known, changing expectation: C ← max(0, C + observed − k·expected) with k = (ρ − 1)/ln ρ for a ratio ρ of 1.5,
/// and of 1/1.5 with the sign turned (Lucas, Technometrics 27 (2), 1985; as a log-likelihood ratio it is Steiner et al., Biostatistics 1 (4), 2000, for counts).
/// Limits are simulated for this very series of expectations: with right probabilities one series in forty crosses each, so about one in twenty raises an alarm.
/// The lists themselves change what is decided: an alarm asks people to look, it does not say why.
/// </remarks>
public static class OutcomeCusum
{
    private const double Ratio = 1.5;
    private const int Simulations = 4000;
    private const double FalseAlarms = 0.025;

    /// <summary>Returns the running sums of a series of months, in order of time.</summary>
    public static IReadOnlyList<OutcomePoint> Run(IReadOnlyList<OutcomeMonth> months, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(months);
        if (months.Count == 0)
        {
            return [];
        }

        double[] expected = [.. months.Select(m => m.Expected)];
        double[] highs = Sums(expected, [.. months.Select(m => m.Observed)], Ratio), lows = Sums(expected, [.. months.Select(m => m.Observed)], 1 / Ratio);
        var random = new SplitMix(seed);
        var highest = new double[Simulations];
        var lowest = new double[Simulations];
        var drawn = new int[expected.Length];
        for (int s = 0; s < Simulations; s++)
        {
            for (int m = 0; m < drawn.Length; m++)
            {
                drawn[m] = Poisson(expected[m], ref random);
            }

            highest[s] = Sums(expected, drawn, Ratio).Max();
            lowest[s] = Sums(expected, drawn, 1 / Ratio).Max();
        }

        double highLimit = Quantile(highest), lowLimit = Quantile(lowest);
        return [.. months.Select((month, i) => new OutcomePoint(month, highs[i], lows[i], highLimit, lowLimit))];
    }

    // For ratios below one the sum counts what is missing.
    private static double[] Sums(double[] expected, int[] observed, double ratio)
    {
        double k = (ratio - 1) / Math.Log(ratio), sum = 0;
        var sums = new double[expected.Length];
        for (int m = 0; m < sums.Length; m++)
        {
            double step = observed[m] - (k * expected[m]);
            sum = Math.Max(0, sum + (ratio > 1 ? step : -step));
            sums[m] = sum;
        }

        return sums;
    }

    private static double Quantile(double[] values)
    {
        Array.Sort(values);
        return values[(int)Math.Ceiling((1 - FalseAlarms) * values.Length) - 1];
    }

    // By the product of uniforms (Knuth), in pieces: the exponential of a large mean would be zero.
    private static int Poisson(double mean, ref SplitMix random)
    {
        const double Piece = 30;
        int count = 0;
        for (double left = mean; left > 0; left -= Piece)
        {
            double floor = Math.Exp(-Math.Min(left, Piece)), product = 1;
            while ((product *= ((random.Next() >> 11) + 1) / 9007199254740992.0) > floor)
            {
                count++;
            }
        }

        return count;
    }
}
