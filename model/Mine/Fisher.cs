namespace Warehouse.Model.Mine;

/// <summary>Fisher's exact test for one table size, in logarithms.</summary>
/// <remarks>Source: hypergeometric distribution of the positives among the covered rows. Memory: one double per row.</remarks>
public sealed class Fisher
{
    private readonly double[] _logFactorial;
    private readonly int _rows;
    private readonly int _positives;

    /// <summary>Prepares the test for a number of rows and positives.</summary>
    public Fisher(int rows, int positives)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positives, rows);
        _rows = rows;
        _positives = positives;
        _logFactorial = new double[rows + 1];
        for (int i = 2; i <= rows; i++)
        {
            _logFactorial[i] = _logFactorial[i - 1] + Math.Log(i);
        }
    }

    /// <summary>Returns the smallest possible number of positives among the covered rows.</summary>
    public int LeastPositives(int covered) => Math.Max(0, covered - (_rows - _positives));

    /// <summary>Returns the greatest possible number of positives among the covered rows.</summary>
    public int MostPositives(int covered) => Math.Min(covered, _positives);

    /// <summary>Returns log P(X = positives) for that many covered rows.</summary>
    public double LogProbability(int covered, int positives) =>
        LogChoose(_positives, positives) + LogChoose(_rows - _positives, covered - positives) - LogChoose(_rows, covered);

    /// <summary>Returns log P(X ≥ positives): enrichment.</summary>
    public double LogUpper(int covered, int positives)
    {
        int most = MostPositives(covered);
        if (positives <= LeastPositives(covered))
        {
            return 0;
        }

        if (positives > most)
        {
            return double.NegativeInfinity;
        }

        // Terms fall from the first one on when it lies above the mean; otherwise the other tail is the short one.
        if ((double)positives * _rows < (double)covered * _positives)
        {
            return LogOneMinus(LogLowerTail(covered, positives - 1));
        }

        double term = 1, sum = 1;
        for (int k = positives; k < most; k++)
        {
            term *= (double)(_positives - k) * (covered - k) / ((double)(k + 1) * (_rows - _positives - covered + k + 1));
            sum += term;
            if (term < sum * 1e-17)
            {
                break;
            }
        }

        return Math.Min(0, LogProbability(covered, positives) + Math.Log(sum));
    }

    /// <summary>Returns log P(X ≤ positives): depletion.</summary>
    public double LogLower(int covered, int positives)
    {
        if (positives >= MostPositives(covered))
        {
            return 0;
        }

        if (positives < LeastPositives(covered))
        {
            return double.NegativeInfinity;
        }

        return (double)positives * _rows > (double)covered * _positives
            ? LogOneMinus(LogUpper(covered, positives + 1))
            : LogLowerTail(covered, positives);
    }

    /// <summary>Returns the log of the smallest p-value that any labelling can give to that many covered rows, whichever the direction.</summary>
    public double LogMinimum(int covered) =>
        Math.Min(LogProbability(covered, MostPositives(covered)), LogProbability(covered, LeastPositives(covered)));

    private double LogLowerTail(int covered, int positives)
    {
        double term = 1, sum = 1;
        int least = LeastPositives(covered);
        for (int k = positives; k > least; k--)
        {
            term *= (double)k * (_rows - _positives - covered + k) / ((double)(_positives - k + 1) * (covered - k + 1));
            sum += term;
            if (term < sum * 1e-17)
            {
                break;
            }
        }

        return Math.Min(0, LogProbability(covered, positives) + Math.Log(sum));
    }

    private static double LogOneMinus(double logP) => logP >= 0 ? double.NegativeInfinity : logP > -1e-5 ? Math.Log(-logP) + (logP / 2) : Math.Log(1 - Math.Exp(logP));

    private double LogChoose(int n, int k) => _logFactorial[n] - _logFactorial[k] - _logFactorial[n - k];
}
