using System.Globalization;
using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Store;
using Warehouse.Model.Tables;
using Warehouse.Model.Train;

namespace Warehouse.Model.Govern;

/// <summary>Measures a trained model against the marks that were set before it was trained; pure.</summary>
internal sealed class MarkJudge(ModelOptions options, TrainingRows rows, FeatureTable table, TrainedModel model, IReadOnlyList<MetricRow> metrics)
{
    // A difference over fewer decisions says nothing.
    private const int FewestPositives = 10;

    /// <summary>Returns the marks with what was measured.</summary>
    /// <param name="marks">As written before training.</param>
    /// <param name="champion">The model in use, or null.</param>
    /// <param name="served">Log-odds of the last snapshot's children as a scoring computes them, by child.</param>
    public IReadOnlyList<PassMark> Judge(IReadOnlyList<PassMark> marks, StoredModel? champion, IReadOnlyDictionary<long, double> served) => [.. marks.Select(mark => mark.Code switch
    {
        MarkCodes.AucHigh => mark with { Measured = Quoted.AucInterval.High, Detail = Evaluated },
        MarkCodes.AucLow => mark with { Measured = Quoted.AucInterval.Low, Detail = Evaluated },
        MarkCodes.CalibrationError => Calibration(mark),
        MarkCodes.DualityGap => mark with { Measured = model.Document.DualityGap, Detail = "of the final fit, over all conjunctions" },
        MarkCodes.Leak => Leak(mark),
        MarkCodes.HelpSeeking => Directions(mark),
        MarkCodes.Parity => Parity(mark, served),
        MarkCodes.GroupAuc => Groups(mark),
        MarkCodes.Champion => Champion(mark, champion),
        _ => mark,
    })];

    private EvaluationResult Quoted => model.Metrics.Temporal ?? model.Metrics.CrossValidated;

    private string Evaluated => string.Create(
        CultureInfo.InvariantCulture,
        $"{(model.Metrics.Temporal is null ? "out of fold" : "held-out time")}, {Quoted.RowCount} rows, {Quoted.PositiveCount} positive, AUC {Quoted.Auc:0.000}, {Quoted.AucInterval.Low:0.000} to {Quoted.AucInterval.High:0.000}");

    // What the error would be by chance alone if every probability were right: a city with few decisions cannot do better than that.
    private PassMark Calibration(PassMark mark)
    {
        const int Draws = 200;
        double[] source = model.TemporalProbability ?? model.OutOfFoldProbability;
        double[] probability = [.. source.Where(p => !double.IsNaN(p))];
        int[] order = Evaluation.Order(probability);
        var random = new SplitMix((ulong)probability.Length);
        var drawn = new bool[probability.Length];
        var errors = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            for (int i = 0; i < drawn.Length; i++)
            {
                drawn[i] = (random.Next() >> 11) / 9007199254740992.0 < probability[i];
            }

            errors[draw] = Evaluation.CalibrationError(probability, drawn, order);
        }

        Array.Sort(errors);
        double chance = errors[(Draws * 95 / 100) - 1];
        return mark with
        {
            Measured = Math.Max(0, Quoted.Ece - chance),
            Detail = string.Create(CultureInfo.InvariantCulture, $"{Evaluated}; ECE {Quoted.Ece:0.0000}, of which right probabilities give up to {chance:0.0000} in 95 of 100 cases"),
        };
    }

    private PassMark Leak(PassMark mark)
    {
        bool[] label = rows.Label;
        long[] keys = [.. rows.Children.Select(child => child.ChildKey)];
        string[] found = [.. table.Columns.Select(column => (column.Spec.Name, Auc: LeakCheck.Alone(column, label, keys))).Where(column => column.Auc >= options.Marks.LeakAuc)
            .OrderByDescending(column => column.Auc).Select(column => string.Create(CultureInfo.InvariantCulture, $"{column.Name} ({column.Auc:0.000})"))];
        return mark with
        {
            Measured = found.Length,
            Detail = found.Length == 0
                ? string.Create(CultureInfo.InvariantCulture, $"no feature alone reaches an AUC of {options.Marks.LeakAuc}")
                : "known only after the decision? " + string.Join(", ", found),
        };
    }

    // The solver keeps to the declared directions; this looks at what it returned.
    private PassMark Directions(PassMark mark)
    {
        var items = new ItemSet(model.Document.Features, model.Document.Items);
        WeightSign[] limits = WeightSigns.Of(items);
        string[] wrong = [.. model.Document.Terms.Where(term => !WeightSigns.Of(limits, term.Items).Permits(Math.Sign(term.Weight))).Select(term => term.Text)];
        return mark with { Measured = wrong.Length, Detail = wrong.Length == 0 ? "no term goes against a declared direction, asking for help among them" : string.Join("; ", wrong) };
    }

    private PassMark Parity(PassMark mark, IReadOnlyDictionary<long, double> served)
    {
        int last = rows.Children.Max(child => child.Snapshot.DateKey);
        int[] taken = [.. Enumerable.Range(0, rows.Children.Count).Where(row => rows.Children[row].Snapshot.DateKey == last)];
        IReadOnlyList<RiskScore> trained = RiskScorer.Score(model.Document, table.Take(taken), new ScoreOptions { MinCoverage = 0 });
        long[] different = [.. Enumerable.Range(0, taken.Length)
            .Where(i => !served.TryGetValue(rows.Children[taken[i]].ChildKey, out double value) || BitConverter.DoubleToInt64Bits(value) != BitConverter.DoubleToInt64Bits(trained[i].RawLogOdds))
            .Select(i => rows.Children[taken[i]].ChildKey)];
        return mark with { Measured = different.Length, Detail = string.Create(CultureInfo.InvariantCulture, $"{taken.Length} children of {last}, read again and scored by the stored document, compared bit by bit") };
    }

    private PassMark Groups(PassMark mark)
    {
        MetricRow[] groups = [.. metrics.Where(metric => metric.Code == "group_auc" && metric.Interval is { } interval && !double.IsNaN(interval.High))];
        MetricRow? worst = groups.MinBy(metric => metric.Interval!.Value.High);
        return worst is null
            ? mark with { Detail = "no group has enough decisions" }
            : mark with { Measured = worst.Interval!.Value.High, Detail = string.Create(CultureInfo.InvariantCulture, $"{groups.Length} groups; lowest in {worst.Group}: AUC {worst.Value:0.000}, {worst.Interval.Value.Low:0.000} to {worst.Interval.Value.High:0.000}") };
    }

    private PassMark Champion(PassMark mark, StoredModel? champion)
    {
        if (champion is null)
        {
            return mark with { Detail = "no model is in use" };
        }

        // A row whose year was over when the model in use was trained may have taught it.
        DateOnly seen = Snapshot.DateInJapan(champion.AsKnownUtc);
        int[] taken = model.TemporalProbability is not { } held ? [] : [.. Enumerable.Range(0, held.Length)
            .Where(row => !double.IsNaN(held[row]) && rows.Children[row].Snapshot.Date.AddMonths(options.Train.LabelHorizonMonths) > seen)];
        bool[] all = rows.Label;
        bool[] label = [.. taken.Select(row => all[row])];
        if (label.Count(y => y) < FewestPositives || label.All(y => y))
        {
            return mark with
            {
                Detail = string.Create(CultureInfo.InvariantCulture, $"model {champion.ModelRunId} was trained with what was known on {seen:yyyy-MM-dd}: {label.Count(y => y)} decisions that neither has learned from, {FewestPositives} needed"),
            };
        }

        FeatureEntry[] features = [.. champion.Document.Features.Select(feature => FeatureCatalogue.Default.Find(feature.Name)!)];
        FeatureTable read = FeatureTables.Build([.. taken.Select(row => rows.Children[row])], features);
        double[] before = [.. RiskScorer.Score(champion.Document, read, new ScoreOptions { MinCoverage = 0 }).Select(score => score.RawLogOdds)];
        double[] now = [.. taken.Select(row => model.TemporalProbability![row])];
        long[] groups = [.. rows.ToSet(table).GroupKey];
        (double difference, Interval interval) = Evaluation.AucDifference(now, before, label, [.. taken.Select(row => groups[row])]);
        return mark with
        {
            Measured = interval.High,
            Detail = string.Create(CultureInfo.InvariantCulture, $"against model {champion.ModelRunId} on {taken.Length} rows that neither has learned from, {label.Count(y => y)} positive: {difference:+0.000;-0.000} ({interval.Low:+0.000;-0.000} to {interval.High:+0.000;-0.000})"),
        };
    }
}
