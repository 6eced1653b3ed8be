using System.Diagnostics;
using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Score;
using Warehouse.Model.Train;
using Warehouse.Model.Validate;

namespace Warehouse.Bench;

/// <summary>Times the certified path over all conjunctions of a table, and compares the score with trainers of Microsoft.ML on the same folds.</summary>
/// <remarks>
/// <c>score table.csv target positive [length] [repeats] [column,column left out]</c>. The table is as for <c>mine</c>. A table of 0 and 1 alone is taken as
/// one-hot: each column is one item, and the path is fitted without and with negations. 0 repeats leave the comparison out.
/// </remarks>
public static class ScoreCommand
{
    private const int Folds = 5;

    private static IReadOnlyList<string> Challengers => Challenger.Names;

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (args.Length < 3)
        {
            error.WriteLine("found " + args.Length + " values; expected: score table.csv target positive [length] [repeats, 0 to 5] [columns left out]");
            return 2;
        }

        if (PlainTable.Read(args[0], args[1], args[2], args.Length > 5 ? args[5].Split(',') : [], error) is not { } read)
        {
            return 2;
        }

        (FeatureTable table, bool[] label) = read;
        int length = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 3;
        int repeats = args.Length > 4 ? Math.Max(0, int.Parse(args[4], CultureInfo.InvariantCulture)) : 1;
        if (table.Columns.All(c => c.Numbers is { } numbers && Array.TrueForAll(numbers, v => v is 0 or 1)))
        {
            ulong[][] held = [.. table.Columns.Select(c => Bits(c.Numbers!, 1))];
            Path(new BitColumns(label.Length, held), "conditions, no negations");
            Path(new BitColumns(label.Length, [.. held, .. table.Columns.Select(c => Bits(c.Numbers!, 0))]), "conditions and negations");
        }
        else
        {
            ItemSet items = ItemEncoder.Fit(table, new ItemOptions());
            BitColumns all = items.Encode(table);
            Path(new BitColumns(all.RowCount, [.. items.Items.Where(i => i.IsMined).Select(i => all.Columns[i.Id])]), "conditions and negations");
        }

        if (repeats > 0)
        {
            Compare(table, label, length, repeats, output);
        }

        return 0;

        void Path(BitColumns bits, string what)
        {
            foreach (double growth in (double[])[0, 1])
            {
                long begun = Stopwatch.GetTimestamp();
                TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
                RulePathPoint[] path = [.. RulePath.Fit(bits, null, label, new RulePathOptions { MaxLength = length, LengthGrowth = growth }, CancellationToken.None)];
                double cpu = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
                string lengths = string.Join(" + ", path[^1].Terms.GroupBy(t => t.Items.Count).OrderBy(g => g.Key).Select(g => g.Count()));
                output.WriteLine(FormattableString.Invariant(
                    $"{label.Length} rows, {bits.Columns.Length} {what}, up to {length}, penalty × length^{growth}: path of {path.Length} penalties in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s ({cpu:0.0} s of processor), greatest gap {path.Max(p => p.Gap):0.0e+0}, {path.Sum(p => p.Rounds)} pricings, at the last {path[^1].Terms.Count} terms ({lengths})"));
            }
        }
    }

    private static ulong[] Bits(double[] numbers, double value)
    {
        var bits = new ulong[BitColumns.WordsFor(numbers.Length)];
        for (int r = 0; r < numbers.Length; r++)
        {
            bits[r >> 6] |= (numbers[r] == value ? 1UL : 0) << (r & 63);
        }

        return bits;
    }

    private static void Compare(FeatureTable table, bool[] label, int length, int repeats, TextWriter output)
    {
        var auc = new double[1 + Challengers.Count][];
        for (int k = 0; k < auc.Length; k++)
        {
            auc[k] = new double[repeats * Folds];
        }

        var terms = new List<int>();
        double gap = 0, seconds = 0;
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            int[] fold = Assign(label, 7 + (ulong)repeat);
            for (int f = 0; f < Folds; f++)
            {
                int[] train = [.. Enumerable.Range(0, label.Length).Where(r => fold[r] != f)], test = [.. Enumerable.Range(0, label.Length).Where(r => fold[r] == f)];
                bool[] outcome = [.. test.Select(r => label[r])];
                long begun = Stopwatch.GetTimestamp();
                TrainedModel model = ModelLibrary.Train(
                    new TrainingSet
                    {
                        Table = table.Take(train),
                        Label = [.. train.Select(r => label[r])],
                        RowKey = [.. train.Select(r => (long)r)],
                        GroupKey = [.. train.Select(r => (long)r)],
                        TimeKey = [.. train.Select(_ => 20200401)],
                    },
                    new TrainOptions { HoldOutPeriods = 0, Bootstraps = 0, VerifyRules = false, ScoreLength = length, MinCoverage = 0 },
                    null,
                    CancellationToken.None);
                seconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
                terms.Add(model.Document.Terms.Count);
                gap = Math.Max(gap, model.Document.DualityGap ?? double.NaN);
                int at = (repeat * Folds) + f;
                auc[0][at] = Evaluation.Auc([.. ModelLibrary.Score(model.Document, table.Take(test), new ScoreOptions()).Select(s => s.RawLogOdds)], outcome, default).Auc;
                ChallengerRow[] rows = Challenger.Encode(table, train, label);
                for (int k = 0; k < Challengers.Count; k++)
                {
                    auc[k + 1][at] = Evaluation.Auc(Challenger.Score(Challengers[k], [.. train.Select(r => rows[r])], [.. test.Select(r => rows[r])]).Scores!, outcome, default).Auc;
                }
            }
        }

        output.WriteLine(FormattableString.Invariant(
            $"{label.Length} rows ({label.Count(y => y)} positive), {Folds} folds × {repeats}: rules AUC {auc[0].Average():0.0000}, {terms.Average():0} terms, gap at most {gap:0.0e+0}, {seconds / terms.Count:0.0} s a fold"));
        for (int k = 0; k < Challengers.Count; k++)
        {
            FoldMean difference = FoldMean.Of([.. auc[0].Zip(auc[k + 1], (a, b) => a - b)], 1.0 / (Folds - 1));
            output.WriteLine(FormattableString.Invariant(
                $"  {Challengers[k],-9} AUC {auc[k + 1].Average():0.0000}, rules minus it {difference.Mean:+0.0000;-0.0000} [{difference.Interval.Low:+0.0000;-0.0000}, {difference.Interval.High:+0.0000;-0.0000}]"));
        }
    }

    private static int[] Assign(bool[] label, ulong seed)
    {
        var fold = new int[label.Length];
        foreach (bool kind in (bool[])[true, false])
        {
            int[] rows = [.. Enumerable.Range(0, label.Length).Where(r => label[r] == kind)];
            new SplitMix(SplitMix.Mix(seed)).Shuffle<int>(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                fold[rows[i]] = i % Folds;
            }
        }

        return fold;
    }
}
