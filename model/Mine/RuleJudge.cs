namespace Warehouse.Model.Mine;

/// <summary>How strongly a set of rows is related to events, in the sample of the significance test.</summary>
/// <param name="Covered">Rows of the sample covered.</param>
/// <param name="Events">Events among them.</param>
/// <param name="Expected">Events expected if the two were unrelated, given the strata.</param>
/// <param name="LogUpper">Logarithm of the chance of that many events or more.</param>
/// <param name="LogLower">Logarithm of the chance of that many events or fewer.</param>
internal readonly record struct Evidence(int Covered, int Events, double Expected, double LogUpper, double LogLower)
{
    /// <summary>Returns the tail in the direction of a rule.</summary>
    public double LogP(RuleDirection direction) => direction == RuleDirection.Risk ? LogUpper : LogLower;
}

/// <summary>Weighs sets of rows by the sample of the significance test.</summary>
internal sealed class RuleJudge(TestSample sample, TailTable tails)
{
    /// <summary>Returns the evidence for a column over all rows.</summary>
    public Evidence Of(ulong[] column) => OfPacked(sample.Pack(column));

    /// <summary>Returns the evidence for a column over the rows of the sample.</summary>
    public Evidence OfPacked(ulong[] column)
    {
        var covered = new int[sample.Strata];
        int rows = PatternFamily.Count(sample, column, covered);
        int events = PatternSearch.CountAnd(column, sample.Events);
        int cell = tails.Cell(covered);
        double expected = tails.Expected(covered), upper = tails.LogUpper(cell, events), lower = tails.LogLower(cell, events);
        return sample.IsFlipped
            ? new Evidence(rows, rows - events, rows - expected, lower, upper)
            : new Evidence(rows, events, expected, upper, lower);
    }

    /// <summary>Returns the evidence for a column among rows that are alike in another one.</summary>
    public Evidence Given(ulong[] other, ulong[] column)
    {
        double mean = 0, variance = 0;
        int rows = 0;
        for (int s = 0; s < sample.Strata; s++)
        {
            int from = sample.WordStart[s], to = sample.WordStart[s + 1];
            ReadOnlySpan<ulong> o = other.AsSpan(from, to - from), c = column.AsSpan(from, to - from), e = sample.Events.AsSpan(from, to - from);
            int n = PatternSearch.Count(o), k = PatternSearch.CountAnd(o, e), both = PatternSearch.CountAnd(o, c), x = PatternSearch.Count(c);
            rows += x;
            Add(n, k, both);
            Add(sample.RowCount[s] - n, sample.EventCount[s] - k, x - both);
        }

        return Weigh(rows, PatternSearch.CountAnd(column, sample.Events), mean, variance);

        void Add(double n, double k, double x)
        {
            if (n > 1)
            {
                mean += x * k / n;
                variance += x * (n - x) * k * (n - k) / (n * n * (n - 1));
            }
        }
    }

    /// <summary>Returns the evidence of a part of some rows against the rest of them: what the part adds.</summary>
    public Evidence Within(ulong[] whole, ulong[] part)
    {
        double mean = 0, variance = 0;
        int rows = 0, found = 0;
        for (int s = 0; s < sample.Strata; s++)
        {
            int from = sample.WordStart[s], to = sample.WordStart[s + 1];
            double n = PatternSearch.Count(whole.AsSpan(from, to - from));
            double k = PatternSearch.CountAnd(whole.AsSpan(from, to - from), sample.Events.AsSpan(from, to - from));
            double x = PatternSearch.Count(part.AsSpan(from, to - from));
            rows += (int)x;
            found += PatternSearch.CountAnd(part.AsSpan(from, to - from), sample.Events.AsSpan(from, to - from));
            if (n > 1)
            {
                mean += x * k / n;
                variance += x * (n - x) * k * (n - k) / (n * n * (n - 1));
            }
        }

        return Weigh(rows, found, mean, variance);
    }

    private Evidence Weigh(int rows, int found, double mean, double variance)
    {
        int cell = TailTable.Cell(mean, variance);
        double upper = mean <= 0 || variance <= 0 ? 0 : TailTable.LogTail(cell, found, isUpper: true);
        double lower = mean <= 0 || variance <= 0 ? 0 : TailTable.LogTail(cell, found, isUpper: false);
        return sample.IsFlipped
            ? new Evidence(rows, rows - found, rows - mean, lower, upper)
            : new Evidence(rows, found, mean, upper, lower);
    }
}
