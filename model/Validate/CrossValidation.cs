using System.Diagnostics;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Tables;
using Warehouse.Model.Train;

namespace Warehouse.Model.Validate;

/// <summary>A trainer beside the model on the same folds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Auc">Its area under the ROC curve.</param>
/// <param name="Difference">The model's area less its own, fold by fold.</param>
/// <param name="Seconds">Seconds over all folds.</param>
/// <param name="Fault">Why it has no figures; empty where it has.</param>
public sealed record ChallengerResult(string Name, FoldMean Auc, FoldMean Difference, double Seconds, string Fault);

/// <summary>What the area under the ROC curve loses when a fold's model may not read one column, at the penalty of the whole model.</summary>
/// <param name="Name">The column.</param>
/// <param name="Loss">The model's area less that of the model without the column, fold by fold.</param>
public sealed record ColumnLoss(string Name, FoldMean Loss);

/// <summary>What cross-validation says.</summary>
public sealed record ValidationResult
{
    /// <summary>How rows were divided: <c>stratified</c>, <c>grouped</c> or <c>temporal</c>.</summary>
    public required string Split { get; init; }

    /// <summary>Folds of a round.</summary>
    public required int Folds { get; init; }

    /// <summary>Rounds.</summary>
    public required int Repeats { get; init; }

    /// <summary>Area under the ROC curve of the model.</summary>
    public required FoldMean Auc { get; init; }

    /// <summary>Area of models of at most 60 terms, their weights the optimum over these.</summary>
    public required FoldMean AucOf60Terms { get; init; }

    /// <summary>Per fold and round, the model's area.</summary>
    public required IReadOnlyList<double> FoldAuc { get; init; }

    /// <summary>Mean over rounds of the expected calibration error of held-out probabilities, ten bins of equal size.</summary>
    public required double Ece { get; init; }

    /// <summary>Mean number of terms of a fold's model.</summary>
    public required double Terms { get; init; }

    /// <summary>Greatest relative duality gap of a fold's model.</summary>
    public required double DualityGap { get; init; }

    /// <summary>The other trainers.</summary>
    public required IReadOnlyList<ChallengerResult> Challengers { get; init; }

    /// <summary>What the area loses without each column, the greatest loss first; empty where that was not asked for.</summary>
    public required IReadOnlyList<ColumnLoss> Columns { get; init; }

    /// <summary>Held-out probability of each row in the first round; NaN for rows that were never tested.</summary>
    public required double[] Probability { get; init; }

    /// <summary>All metrics of the first round's held-out probabilities.</summary>
    public required EvaluationResult Pooled { get; init; }

    /// <summary>Seconds spent on the model in all folds.</summary>
    public required double Seconds { get; init; }
}

/// <summary>Repeated cross-validation of the model and of other trainers on the same folds.</summary>
/// <remarks>Everything that looks at a label, from the choice of the penalty to the calibration, happens inside the rows that a fold learns from.</remarks>
public static class CrossValidation
{
    // As many rules as a person still reads.
    private const int ReadableTerms = 60;

    /// <summary>Returns the result, the same for any number of threads.</summary>
    /// <remarks>Errors: MDL-070 where the rows cannot be divided. Cost: folds × rounds trainings without the test of rules.</remarks>
    public static ValidationResult Run(LabelledTable table, TableOptions options, Action<string, double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        int n = table.Label.Length, repeats = table.Time is null ? options.RepeatsFor(n) : 1;
        List<(int Round, int[] Train, int[] Test)> splits = table.Time is { } time
            ? Temporal(table, time, options.Folds)
            : [.. Enumerable.Range(0, repeats).SelectMany(k => Random(table, options, k))];
        int folds = splits.Count / repeats;

        // By content: sums and ties must not depend on the order of the file.
        splits = [.. splits.Select(x => (x.Round, x.Train, x.Test.OrderBy(r => table.RowKey[r]).ToArray()))];
        var auc = new double[splits.Count];
        var shortAuc = new double[splits.Count];
        var terms = new int[splits.Count];
        var without = new double[options.AblatesColumns && table.Features.Columns.Count > 1 ? table.Features.Columns.Count : 0, splits.Count];
        double gap = 0, modelSeconds = 0;
        var probability = new double[repeats][];
        for (int k = 0; k < repeats; k++)
        {
            probability[k] = new double[n];
            Array.Fill(probability[k], double.NaN);
        }

        for (int s = 0; s < splits.Count; s++)
        {
            (int round, int[] train, int[] test) = splits[s];
            progress?.Invoke(FormattableString.Invariant($"round {round + 1} of {repeats}, fold {(s % folds) + 1} of {folds}"), (double)s / splits.Count);
            long begun = Stopwatch.GetTimestamp();
            TrainOptions settings = options.ForTraining(train.Length) with { VerifyRules = false, ChecksSolver = false, Bootstraps = 0, Seed = SplitMix.Mix(options.Seed + 1_000 + (ulong)s) };
            TrainingSet set = table.ToSet(train);
            TrainedModel trained = ModelLibrary.Train(set, settings, null, cancellationToken);
            ModelDocument model = trained.Document;
            FeatureTable held = table.Features.Take(test);
            IReadOnlyList<RiskScore> scores = ModelLibrary.Score(model, held, new ScoreOptions());
            modelSeconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
            bool[] outcome = [.. test.Select(r => table.Label[r])];
            auc[s] = Evaluation.Auc([.. scores.Select(x => x.RawLogOdds)], outcome, default).Auc;
            shortAuc[s] = model.Terms.Count <= ReadableTerms
                ? auc[s]
                : Evaluation.Auc(RiskTrainer.ScoresAt(set, settings with { MaxTerms = ReadableTerms }, trained.PenaltyShare, trained.Shape, null, null, held, cancellationToken), outcome, default).Auc;
            for (int c = 0; c < without.GetLength(0); c++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                double[] rest = RiskTrainer.ScoresAt(
                    set with { Table = Without(set.Table, c) }, settings, trained.PenaltyShare, trained.Shape, model.Penalty / trained.PenaltyShare, trained.ExchangesTerms, Without(held, c), cancellationToken);
                without[c, s] = auc[s] - Evaluation.Auc(rest, outcome, default).Auc;
            }

            terms[s] = model.Terms.Count;
            gap = Math.Max(gap, model.DualityGap ?? double.PositiveInfinity);
            foreach (RiskScore score in scores)
            {
                probability[round][test[score.Row]] = score.Probability;
            }
        }

        double testShare = splits.Average(x => (double)x.Test.Length / x.Train.Length);
        IReadOnlyList<ChallengerResult> challengers = options.Challengers.Count > 0 ? Challenge(table, splits, auc, testShare, options, progress, cancellationToken) : [];
        EvaluationResult[] rounds = [.. probability.Select(p => Pool(table, p))];
        return new ValidationResult
        {
            Split = table.Time is not null ? "temporal" : table.Roles.Group is not null ? "grouped" : "stratified",
            Folds = folds,
            Repeats = repeats,
            Auc = Bounded(FoldMean.Of(auc, testShare)),
            AucOf60Terms = Bounded(FoldMean.Of(shortAuc, testShare)),
            FoldAuc = auc,
            Ece = rounds.Average(r => r.Ece),
            Terms = terms.Average(),
            DualityGap = gap,
            Challengers = challengers,
            Columns = [.. Enumerable.Range(0, without.GetLength(0))
                .Select(c => new ColumnLoss(table.Features.Columns[c].Spec.Name, FoldMean.Of([.. Enumerable.Range(0, splits.Count).Select(k => without[c, k])], testShare)))
                .OrderByDescending(c => c.Loss.Mean).ThenBy(c => c.Name, StringComparer.Ordinal)],
            Probability = probability[0],
            Pooled = rounds[0],
            Seconds = modelSeconds,
        };
    }

    /// <summary>Returns the rows of each fold of a round: stratified by label, groups whole.</summary>
    internal static IEnumerable<(int Round, int[] Train, int[] Test)> Random(LabelledTable table, TableOptions options, int round)
    {
        int[] all = [.. Enumerable.Range(0, table.Label.Length)];
        int fewest = Math.Min(Groups(table, true), Groups(table, false));
        int folds = Math.Clamp(options.Folds, 2, Math.Max(2, fewest / 2));
        int[] fold = HouseholdFolds.Assign(all, table.Label, table.GroupKey, folds, SplitMix.Mix(options.Seed + 500 + (ulong)round));
        for (int f = 0; f < folds; f++)
        {
            yield return Checked(table, round, [.. all.Where(r => fold[r] != f)], [.. all.Where(r => fold[r] == f)]);
        }
    }

    /// <summary>Returns forward folds: each block of time but the first is tested by a model of the rows before it.</summary>
    /// <remarks>Rows of one time are in one block. A group that is tested is not learned from.</remarks>
    internal static List<(int Round, int[] Train, int[] Test)> Temporal(LabelledTable table, int[] time, int folds)
    {
        int[] sorted = [.. time.Order()];
        int[] starts = [.. Enumerable.Range(1, folds).Select(b => sorted[(int)((long)sorted.Length * b / (folds + 1))]).Distinct().Where(s => s > sorted[0])];
        if (starts.Length == 0)
        {
            throw new ModelException("MDL-070", $"one time only in '{table.Roles.Time}'", "earlier and later rows", "leave --time out");
        }

        var splits = new List<(int Round, int[] Train, int[] Test)>();
        for (int b = 0; b < starts.Length; b++)
        {
            int from = starts[b], to = b + 1 < starts.Length ? starts[b + 1] : int.MaxValue;
            int[] test = [.. Enumerable.Range(0, time.Length).Where(r => time[r] >= from && time[r] < to)];
            HashSet<long> tested = [.. test.Select(r => table.GroupKey[r])];
            int[] train = [.. Enumerable.Range(0, time.Length).Where(r => time[r] < from && !tested.Contains(table.GroupKey[r]))];
            if (IsUsable(table, train, test))
            {
                splits.Add((0, train, test));
            }
        }

        return splits.Count > 0 ? splits : throw new ModelException(
            "MDL-070", $"no time in '{table.Roles.Time}' with enough rows of both classes before and after it", FormattableString.Invariant($"{TableOptions.FewestOfAClass} of each before, one of each after"), "leave --time out, or give more rows");
    }

    private static (int Round, int[] Train, int[] Test) Checked(LabelledTable table, int round, int[] train, int[] test) => test.Any(r => table.Label[r]) && test.Any(r => !table.Label[r])
        ? (round, train, test)
        : throw new ModelException("MDL-070", "a fold with one class only", "both classes in each", "use fewer folds (--cv), or give more rows");

    private static bool IsUsable(LabelledTable table, int[] train, int[] test) =>
        Count(table, train, true) >= TableOptions.FewestOfAClass && Count(table, train, false) >= TableOptions.FewestOfAClass && test.Any(r => table.Label[r]) && test.Any(r => !table.Label[r]);

    private static int Count(LabelledTable table, int[] rows, bool side) => rows.Where(r => table.Label[r] == side).Select(r => table.GroupKey[r]).Distinct().Count();

    private static int Groups(LabelledTable table, bool side) => Count(table, [.. Enumerable.Range(0, table.Label.Length)], side);

    private static List<ChallengerResult> Challenge(
        LabelledTable table, List<(int Round, int[] Train, int[] Test)> splits, double[] model, double testShare, TableOptions options, Action<string, double>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = options.Challengers;
        var auc = new double[names.Count, splits.Count];
        var seconds = new double[names.Count, splits.Count];
        var fault = new string[names.Count, splits.Count];
        int done = 0;
        Parallel.For(0, splits.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellationToken }, s =>
        {
            (_, int[] train, int[] test) = splits[s];

            // By content, as the model sees them: trainers that sample depend on the order of rows.
            int[] ordered = [.. train.OrderBy(r => table.RowKey[r])];
            ChallengerRow[] rows = Challenger.Encode(table.Features, ordered, table.Label);
            bool[] outcome = [.. test.Select(r => table.Label[r])];
            for (int k = 0; k < names.Count; k++)
            {
                progress?.Invoke(FormattableString.Invariant($"{names[k]} on the same folds, {Interlocked.Increment(ref done)} of {names.Count * splits.Count}"), 0.9);
                long begun = Stopwatch.GetTimestamp();
                (double[]? scores, fault[k, s]) = Challenger.Score(names[k], [.. ordered.Select(r => rows[r])], [.. test.Select(r => rows[r])]);
                auc[k, s] = scores is null ? double.NaN : Evaluation.Auc(scores, outcome, default).Auc;
                seconds[k, s] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            }
        });
        return [.. names.Select((name, k) =>
        {
            int[] all = [.. Enumerable.Range(0, splits.Count)];
            string wrong = all.Select(s => fault[k, s]).FirstOrDefault(f => f.Length > 0) ?? "";
            return new ChallengerResult(
                name,
                Bounded(FoldMean.Of([.. all.Select(s => auc[k, s])], testShare)),
                FoldMean.Of([.. all.Select(s => model[s] - auc[k, s])], testShare),
                all.Sum(s => seconds[k, s]),
                wrong);
        })];
    }

    private static EvaluationResult Pool(LabelledTable table, double[] probability)
    {
        int[] tested = [.. Enumerable.Range(0, probability.Length).Where(r => !double.IsNaN(probability[r])).OrderBy(r => table.RowKey[r])];
        double[] p = [.. tested.Select(r => probability[r])];
        bool[] y = [.. tested.Select(r => table.Label[r])];
        long[] g = [.. tested.Select(r => table.GroupKey[r])];
        return Evaluation.Evaluate(p, y, g, [20, 50, 100, 200]);
    }

    private static FeatureTable Without(FeatureTable table, int column) => new([.. table.Columns.Where((_, c) => c != column)]);

    private static FoldMean Bounded(FoldMean mean) => mean with { Interval = new Interval(Math.Max(0, mean.Interval.Low), Math.Min(1, mean.Interval.High)) };
}
