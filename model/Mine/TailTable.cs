namespace Warehouse.Model.Mine;

/// <summary>Tail probabilities of the number of events among covered rows, when features and events are unrelated.</summary>
/// <remarks>
/// One stratum: Fisher's exact test, and the cell of a pattern is its number of rows. Several strata: the number of events is a sum of hypergeometric
/// numbers, one per stratum, with exact mean and variance (Mantel, Haenszel, JNCI 22, 1959); such a sum is one of independent yes/no
/// variables (Vatutin, Mikhailov 1982), and its tails are taken from the binomial distribution of equal mean and variance. Mean and ratio
/// of variance to mean are rounded to half a per cent and a hundredth, which numbers the cells. A test compares with the exact sum.
/// Cells depend on features alone, so that any error of the approximation moves the threshold of the permutations as well and
/// cannot break the bound on the family-wise error. Thread-safe.
/// </remarks>
internal sealed class TailTable
{
    private const int MeanSteps = 200;
    private const int RatioSteps = 100;
    private const int LeastMean = -10 * MeanSteps;
    private const int MostMean = 18 * MeanSteps;

    private readonly TestSample _sample;
    private readonly Fisher? _fisher;
    private readonly double[] _rate;
    private readonly double[] _spread;

    public TailTable(TestSample sample)
    {
        _sample = sample;
        _fisher = sample.Strata == 1 ? new Fisher(sample.Rows, sample.EventTotal) : null;
        _rate = [.. Enumerable.Range(0, sample.Strata).Select(s => (double)sample.EventCount[s] / sample.RowCount[s])];
        _spread = [.. Enumerable.Range(0, sample.Strata).Select(s =>
        {
            double n = sample.RowCount[s], k = sample.EventCount[s];
            return k * (n - k) / (n * n * Math.Max(1, n - 1));
        })];
    }

    /// <summary>Number of cells.</summary>
    public int Cells => _fisher is not null ? _sample.Rows + 1 : (MostMean - LeastMean + 1) * (RatioSteps + 1);

    /// <summary>Returns the cell of a pattern from its number of rows per stratum.</summary>
    public int Cell(ReadOnlySpan<int> covered)
    {
        if (_fisher is not null)
        {
            return covered[0];
        }

        double mean = 0, variance = 0;
        for (int s = 0; s < covered.Length; s++)
        {
            mean += covered[s] * _rate[s];
            variance += _spread[s] * covered[s] * (_sample.RowCount[s] - covered[s]);
        }

        return Cell(mean, variance);
    }

    /// <summary>Returns the cell of a mean and a variance.</summary>
    public static int Cell(double mean, double variance)
    {
        int m = mean <= 0 ? LeastMean : Math.Clamp((int)Math.Round(Math.Log(mean) * MeanSteps), LeastMean, MostMean);
        int v = mean <= 0 ? RatioSteps : Math.Clamp((int)Math.Round(variance / mean * RatioSteps), 1, RatioSteps);
        return ((m - LeastMean) * (RatioSteps + 1)) + v;
    }

    /// <summary>Returns the expected number of events among covered rows, not rounded.</summary>
    public double Expected(ReadOnlySpan<int> covered)
    {
        double mean = 0;
        for (int s = 0; s < covered.Length; s++)
        {
            mean += covered[s] * _rate[s];
        }

        return mean;
    }

    /// <summary>Returns the expected number of events of a cell.</summary>
    public double Mean(int cell) =>
        _fisher is not null ? cell * _rate[0] : Math.Exp((double)((cell / (RatioSteps + 1)) + LeastMean) / MeanSteps);

    /// <summary>Returns the logarithm of the chance of that many events or more.</summary>
    public double LogUpper(int cell, int events) => _fisher is not null ? _fisher.LogUpper(cell, events) : LogTail(cell, events, isUpper: true);

    /// <summary>Returns the logarithm of the chance of that many events or fewer.</summary>
    public double LogLower(int cell, int events) => _fisher is not null ? _fisher.LogLower(cell, events) : LogTail(cell, events, isUpper: false);

    /// <summary>Returns the smallest tail, upward and downward, that any labelling can give a cell; nothing is known with several strata.</summary>
    public (double Upper, double Lower) Smallest(int cell) => _fisher is null
        ? (double.NegativeInfinity, double.NegativeInfinity)
        : (_fisher.LogProbability(cell, _fisher.MostPositives(cell)), _fisher.LogProbability(cell, _fisher.LeastPositives(cell)));

    /// <summary>Returns a tail of the binomial distribution that a cell of mean and variance stands for.</summary>
    public static double LogTail(int cell, int events, bool isUpper)
    {
        double mean = Math.Exp((double)((cell / (RatioSteps + 1)) + LeastMean) / MeanSteps);
        double share = 1 - ((double)(cell % (RatioSteps + 1)) / RatioSteps);

        // Odds 0 stands for the Poisson distribution; its mean is then in the place of the trials.
        double odds = share <= 0 ? 0 : share / (1 - share), trials = share <= 0 ? mean : mean / share;
        if (isUpper)
        {
            return events <= 0 ? 0 : events < mean ? LogOneMinus(LogTail(events - 1, odds, trials, -1)) : LogTail(events, odds, trials, 1);
        }

        return events > mean ? LogOneMinus(LogTail(events + 1, odds, trials, 1)) : LogTail(events, odds, trials, -1);
    }

    private static double LogTail(int events, double odds, double trials, int step)
    {
        if (odds == 0)
        {
            double poisson = (events * Math.Log(trials)) - trials - LogGamma(events + 1.0);
            return Math.Min(0, poisson + Math.Log(step > 0
                ? Sum(k => trials / (k + 1), events, int.MaxValue)
                : Sum(k => k / trials, events, 0)));
        }

        // Trials need not be whole; past the last whole number below them each further event costs its own chance.
        int most = (int)Math.Floor(trials);
        double logShare = Math.Log(odds / (1 + odds));
        if (events > most)
        {
            return step > 0 ? LogTail(most, odds, trials, 1) + ((events - most) * logShare) : 0;
        }

        double log = LogGamma(trials + 1) - LogGamma(events + 1.0) - LogGamma(trials - events + 1) + (events * logShare) - ((trials - events) * Math.Log(1 + odds));
        return Math.Min(0, log + Math.Log(step > 0
            ? Sum(k => (trials - k) / (k + 1) * odds, events, most)
            : Sum(k => k / ((trials - k + 1) * odds), events, 0)));
    }

    // One and the terms after it, each the one before times a ratio.
    private static double Sum(Func<int, double> ratio, int from, int to)
    {
        double term = 1, sum = 1;
        int step = to < from ? -1 : 1;
        for (int k = from; k != to; k += step)
        {
            term *= ratio(k);
            sum += term;
            if (term < sum * 1e-16)
            {
                break;
            }
        }

        return sum;
    }

    private static double LogOneMinus(double logP) =>
        logP >= 0 ? double.NegativeInfinity : logP > -1e-5 ? Math.Log(-logP) + (logP / 2) : Math.Log(1 - Math.Exp(logP));

    // Stirling's series (Abramowitz, Stegun 6.1.41) from 8 on, recurrence below.
    internal static double LogGamma(double x)
    {
        double shift = 0;
        while (x < 8)
        {
            shift += Math.Log(x);
            x += 1;
        }

        double y = 1 / (x * x);
        return ((x - 0.5) * Math.Log(x)) - x + 0.91893853320467274178
            + ((0.083333333333333333 - (y * (0.0027777777777777778 - (y * (0.00079365079365079365 - (y * 0.00059523809523809524)))))) / x) - shift;
    }
}
