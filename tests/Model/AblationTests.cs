using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Tables;
using Warehouse.Model.Train;
using Xunit;

namespace Warehouse.Tests.Model;

/// <summary>What held-out figures lose without a department or a column.</summary>
public sealed class AblationTests
{
    private static readonly ParallelOptions One = new() { MaxDegreeOfParallelism = 1 };

    [Fact]
    public void The_same_scores_lose_nothing()
    {
        (double[] score, bool[] label, long[] household, int[] time) = Rows(1);

        IReadOnlyList<AblationLoss> losses = new PairedLoss(label, household, time, 0.1, 1).Compare(score, [.. score], One);

        Assert.Equal(["auc", "average_precision", "recall_at_capacity"], losses.Select(l => l.Metric));
        Assert.All(losses, l => Assert.Equal((0.0, 0.0, 0.0), (l.Loss, l.Interval.Low, l.Interval.High)));
    }

    [Fact]
    public void Recall_is_of_one_list_a_snapshot_and_equal_scores_share_what_is_left_of_it()
    {
        // Two snapshots of five rows, lists of two. First: 5 and 4 are listed, of which one is positive. Second: 9, then one place for two equal scores of which one is positive.
        double[] score = [5, 4, 3, 2, 1, 9, 8, 8, 1, 1];
        bool[] label = [true, false, true, false, false, false, true, false, false, true];
        int[] time = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2];

        AblationLoss recall = new PairedLoss(label, [.. Enumerable.Range(0, 10).Select(r => (long)r)], time, 0.4, 1).Compare(score, [.. score.Select(_ => 0.0)], One)[2];

        Assert.Equal((1 + 0.5) / 4, recall.Whole, 12);
        Assert.Equal(((2.0 * 2 / 5) + (2.0 * 2 / 5)) / 4, recall.Without, 12);
    }

    [Fact]
    public void The_whole_figures_are_those_of_the_evaluation_and_the_intervals_hold_the_loss_whatever_the_threads()
    {
        (double[] score, bool[] label, long[] household, int[] time) = Rows(2);
        double[] noise = [.. score.Select((s, r) => s + (((r * 7919) % 101) / 40.0))];
        PairedLoss paired = new(label, household, time, 0.1, 3);

        IReadOnlyList<AblationLoss> losses = paired.Compare(score, noise, One), again = paired.Compare(score, noise, new ParallelOptions { MaxDegreeOfParallelism = 3 });

        EvaluationResult whole = Evaluation.Evaluate(score, label, household, []);
        Assert.Equal(whole.Auc, losses[0].Whole, 12);
        Assert.Equal(whole.Auprc, losses[1].Whole, 12);
        Assert.All(losses, l => Assert.InRange(l.Loss, l.Interval.Low, l.Interval.High));
        Assert.True(losses[0].Interval.Low > 0);
        Assert.Equal(losses, again);
    }

    [Fact]
    public void What_carries_the_signal_is_missed_and_noise_is_not_and_the_model_stays_the_same()
    {
        TrainingSet set = TrainingTests.City(3, 500, 6);
        TrainOptions options = new() { Mine = new() { Permutations = 19 }, Items = new ItemOptions { MaxCuts = 7 }, Bootstraps = 0, HoldOutPeriods = 2 };

        TrainedModel plain = ModelLibrary.Train(set, options, null, TestContext.Current.CancellationToken);
        TrainedModel one = ModelLibrary.Train(set, options with { AblatesDepartments = true, Threads = 1 }, null, TestContext.Current.CancellationToken);
        TrainedModel two = ModelLibrary.Train(set, options with { AblatesDepartments = true, Threads = 2 }, null, TestContext.Current.CancellationToken);

        Assert.Empty(plain.Ablations);
        Assert.Equal(plain.Document.Hash(), one.Document.Hash());
        Assert.Equal(Text(one), Text(two));
        Ablation school = one.Ablations[0];
        Assert.Equal(("教育委員会", 1), (school.Group, school.FeatureCount));
        Assert.True(school.TermCount > 0);
        Assert.True(school.Losses[0].Loss > 0.05 && school.Losses[0].Interval.Low > 0, Text(one));
        Ablation health = one.Ablations.Single(a => a.Group == "健康課");
        Assert.InRange(health.Losses[0].Loss, -0.02, 0.02);
        Assert.All(one.Ablations, a => Assert.InRange(a.DualityGap, 0, 1e-6));
        Assert.Equal(one.Metrics.Temporal!.Auc, school.Losses[0].Whole, 9);

        static string Text(TrainedModel model) => string.Join('\n', model.Ablations.Select(a => a.Group + " " + a.TermCount.ToString(CultureInfo.InvariantCulture) + " " + string.Join(' ', a.Losses)));
    }

    [Fact]
    public void A_table_says_what_each_column_adds()
    {
        LabelledTable table = TableReadingTests.Build(new TableRoles { Target = "y", Positive = "1" }, TableRunTests.Columns(500, 21));
        TableOptions options = new() { Folds = 3, Repeats = 1, Permutations = 19, Bootstraps = 0, AblatesColumns = true };

        TableTraining training = TableRun.Train(table, options, validate: true, null, TestContext.Current.CancellationToken);

        IReadOnlyList<TableColumnLoss> losses = training.Model.Validation!.ColumnLosses!;
        Assert.Equal(["a", "b", "dose", "kind"], losses.Select(l => l.Column).Order(StringComparer.Ordinal));
        Assert.Equal("dose", losses[0].Column);
        Assert.True(losses[0].Loss.Value > 0.03, string.Join(", ", losses));
        Assert.InRange(losses.Single(l => l.Column == "b").Loss.Value, -0.03, 0.03);
        Assert.Equal(losses, TableModel.FromJson(training.Model.ToJson()).Validation!.ColumnLosses);
        var page = new StringWriter();
        TableReport.Write(table, training, [], page);
        Assert.Contains("列を一つ使わない場合", page.ToString(), StringComparison.Ordinal);
    }

    private static (double[] Score, bool[] Label, long[] Household, int[] Time) Rows(ulong seed)
    {
        var random = new SplitMix(seed);
        const int N = 1200;
        double[] score = [.. Enumerable.Range(0, N).Select(_ => random.Next(1000) / 250.0)];
        bool[] label = [.. score.Select(s => random.Next(1000) < 1000 * Logistic.Sigmoid(s - 4))];
        return (score, label, [.. Enumerable.Range(0, N).Select(r => (long)(r / 3))], [.. Enumerable.Range(0, N).Select(r => r % 2)]);
    }
}
