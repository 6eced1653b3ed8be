using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Tables;
using Warehouse.Model.Train;
using Warehouse.Model.Validate;
using Xunit;

namespace Warehouse.Tests.Model;

/// <summary>The model on tables of one's own: evaluation, files, scores, reasons, what-if.</summary>
public sealed class TableRunTests
{
    private static readonly TableOptions Quick = new() { Repeats = 1, Folds = 3, Permutations = 99, Bootstraps = 2 };

    [Fact]
    public void Same_rows_and_seed_give_the_same_file_for_any_threads_and_any_order_of_rows()
    {
        (string Name, string[] Cells)[] columns = Columns(300, 1);
        int[] order = [.. Enumerable.Range(0, 300)];
        new SplitMix(3).Shuffle<int>(order);
        (string, string[])[] shuffled = [.. columns.Select(c => (c.Name, order.Select(r => c.Cells[r]).ToArray()))];

        string one = Train(columns, Quick with { Threads = 1 }).Model.ToJson();

        Assert.Equal(one, Train(columns, Quick with { Threads = 2 }).Model.ToJson());
        Assert.Equal(one, Train(shuffled, Quick with { Threads = 2 }).Model.ToJson());
        Assert.NotEqual(one, Train(columns, Quick with { Seed = 8 }).Model.ToJson());
    }

    [Fact]
    public void Planted_signal_is_found_on_rows_not_seen_and_the_gap_is_certified()
    {
        TableTraining training = Train(Columns(600, 2), Quick);

        TableValidation v = training.Model.Validation!;
        Assert.InRange(v.Auc.Value, 0.75, 0.98);
        Assert.InRange(v.Auc.Value, v.Auc.Low!.Value, v.Auc.High!.Value);
        Assert.InRange(v.Ece, 0, 0.12);
        Assert.InRange(training.Model.Model.DualityGap!.Value, 0, 1e-6);
        Assert.InRange(v.DualityGap, 0, 1e-6);
        Assert.True(training.Model.VerifiedCount > 0);
        Assert.Contains(training.Model.Model.Terms, t => t.Text.Contains("dose", StringComparison.Ordinal) && t.Weight != 0);
        Assert.All(training.Rules.SkipWhile(r => r.IsVerified), r => Assert.False(r.IsVerified));
    }

    [Fact]
    public void Labels_that_nothing_explains_have_an_area_near_a_half_and_no_verified_rule()
    {
        var random = new SplitMix(12);
        (string Name, string[] Cells)[] columns = Columns(400, 3);
        columns[^1] = ("y", [.. Enumerable.Range(0, 400).Select(_ => random.Next(3) == 0 ? "1" : "0")]);

        TableTraining training = Train(columns, Quick);

        Assert.InRange(training.Model.Validation!.Auc.Value, 0.35, 0.65);
        Assert.Equal(0, training.Model.VerifiedCount);
    }

    [Fact]
    public void Groups_are_never_divided_and_folds_have_both_classes()
    {
        LabelledTable table = TableReadingTests.Build(new TableRoles { Target = "y", Group = "g" }, [.. Columns(300, 4), ("g", [.. Enumerable.Range(0, 300).Select(i => "g" + (i / 5))])]);

        (int Round, int[] Train, int[] Test)[] folds = [.. CrossValidation.Random(table, Quick with { Folds = 5 }, 0)];

        Assert.Equal(5, folds.Length);
        Assert.Equal(Enumerable.Range(0, 300), folds.SelectMany(f => f.Test).Order());
        foreach ((_, int[] train, int[] test) in folds)
        {
            Assert.Empty(train.Select(r => r / 5).Intersect(test.Select(r => r / 5)));
            Assert.Contains(test, r => table.Label[r]);
            Assert.Contains(test, r => !table.Label[r]);
        }
    }

    [Fact]
    public void Rounds_divide_the_rows_differently_and_keep_the_share_of_positives()
    {
        LabelledTable table = Table(Columns(300, 5));

        int[][] first = [.. CrossValidation.Random(table, Quick, 0).Select(f => f.Test)], second = [.. CrossValidation.Random(table, Quick, 1).Select(f => f.Test)];

        Assert.NotEqual(first[0], second[0]);
        double rate = table.Label.Count(y => y) / 300.0;
        Assert.All(first.Concat(second), test => Assert.InRange(test.Count(r => table.Label[r]) / (double)test.Length, rate - 0.02, rate + 0.02));
    }

    [Fact]
    public void With_a_time_models_learn_from_earlier_rows_and_are_tested_on_later_ones()
    {
        LabelledTable table = TableReadingTests.Build(new TableRoles { Target = "y", Time = "day" }, [.. Columns(400, 6), ("day", [.. Enumerable.Range(0, 400).Select(i => new DateTime(2020, 1, 1).AddDays((i * 7) % 400).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))])]);

        List<(int Round, int[] Train, int[] Test)> folds = CrossValidation.Temporal(table, table.Time!, 4);

        Assert.Equal(4, folds.Count);
        Assert.All(folds, f => Assert.True(f.Train.Max(r => table.Time![r]) < f.Test.Min(r => table.Time![r])));
        Assert.DoesNotContain(table.Columns, c => c.Name == "day");
        TableTraining training = TableRun.Train(table, Quick, validate: true, null, TestContext.Current.CancellationToken);
        Assert.Equal("temporal", training.Model.Validation!.Split);
    }

    [Theory]
    [InlineData(1, 12.7062047)]
    [InlineData(4, 2.7764451)]
    [InlineData(24, 2.0638986)]
    [InlineData(99, 1.9842170)]
    public void Student_quantiles_are_those_of_the_tables(int degreesOfFreedom, double expected) =>
        Assert.Equal(expected, StudentT.Upper(0.025, degreesOfFreedom), 6);

    [Fact]
    public void The_interval_over_folds_is_that_of_nadeau_and_bengio()
    {
        double[] values = [0.01, 0.03, -0.01, 0.02, 0.00];

        FoldMean mean = FoldMean.Of(values, 0.25);

        // Variance 0.00025, (1/5 + 1/4) of it, t with four degrees of freedom.
        double half = 2.7764451 * Math.Sqrt(0.45 * 0.00025);
        Assert.Equal(0.01, mean.Mean, 12);
        Assert.Equal(0.01 - half, mean.Interval.Low, 7);
        Assert.Equal(0.01 + half, mean.Interval.High, 7);
    }

    [Fact]
    public void Challengers_run_on_the_same_folds_and_their_difference_is_the_models_less_theirs()
    {
        LabelledTable table = Table(Columns(300, 7));

        ValidationResult result = CrossValidation.Run(table, Quick with { Challengers = ["FastTree", "logistic"] }, null, TestContext.Current.CancellationToken);

        Assert.Equal(["FastTree", "logistic"], result.Challengers.Select(c => c.Name));
        Assert.All(result.Challengers, c =>
        {
            Assert.Equal("", c.Fault);
            Assert.InRange(c.Auc.Mean, 0.6, 1);
            Assert.Equal(result.Auc.Mean - c.Auc.Mean, c.Difference.Mean, 12);
            Assert.InRange(c.Difference.Mean, c.Difference.Interval.Low, c.Difference.Interval.High);
        });
    }

    [Fact]
    public void A_model_read_from_its_file_gives_the_same_scores_to_the_bit()
    {
        (string Name, string[] Cells)[] columns = Columns(300, 8);
        TableModel model = Train(columns, Quick).Model;
        TableModel read = TableModel.FromJson(model.ToJson());
        TextTable rows = TableReadingTests.Text(columns);

        IReadOnlyList<TableScore> scores = TableRun.Predict(model, TableRun.Read(model, rows, null));

        Assert.Equal(model.ToJson(), read.ToJson());
        Assert.Equal(scores, TableRun.Predict(read, TableRun.Read(read, rows, null)));
        Assert.Equal(Enumerable.Range(1, 300), scores.Select(s => s.Rank).Order());
        Assert.Equal(3, scores.Count(s => s.Band == "A"));
        Assert.Throws<ModelException>(() => TableModel.FromJson("{}"));
        Assert.Throws<ModelException>(() => TableModel.FromJson(model.Model.ToJson()));
    }

    [Fact]
    public void A_column_missing_at_prediction_is_named_and_one_without_a_weight_may_be_absent()
    {
        (string Name, string[] Cells)[] columns = [.. Columns(300, 9), ("noise", TableReadingTests.Varied(300))];
        TableModel model = Train(columns, Quick).Model;
        Assert.Contains(model.Columns, c => c.Name == "dose");

        ModelException fault = Assert.Throws<ModelException>(() => TableRun.Read(model, TableReadingTests.Text([.. columns.Where(c => c.Name != "dose")]), null));
        Assert.Equal("MDL-071", fault.Code);
        Assert.Contains("dose", fault.Message, StringComparison.Ordinal);

        string[] used = [.. model.Columns.Select(c => c.Name)];
        TableInput input = TableRun.Read(model, TableReadingTests.Text([.. columns.Where(c => used.Contains(c.Name))]), null);
        Assert.Equal(300, TableRun.Predict(model, input).Count);
    }

    [Fact]
    public void A_category_that_training_did_not_see_counts_as_another_value_and_is_told()
    {
        TableModel model = Train(Columns(600, 10), Quick).Model;
        Assert.Contains(model.Columns, c => c.Name == "kind");
        (string Name, string[] Cells)[] rows = [.. Columns(20, 11)];
        int at = Array.FindIndex(rows, c => c.Name == "kind");
        rows[at] = ("kind", [.. rows[at].Cells.Select((c, i) => i < 4 ? "never seen" : c)]);

        TableInput input = TableRun.Read(model, TableReadingTests.Text(rows), null);

        Assert.Contains(input.Findings, f => f.Code == "TBL-014" && f.Message.Contains("4 rows", StringComparison.Ordinal));
        Assert.Equal([1, 1, 1, 1], TableRun.Predict(model, input).Take(4).Select(s => s.Unknown));
        Assert.All(TableRun.Predict(model, input).Skip(4), s => Assert.Equal(0, s.Unknown));
    }

    [Fact]
    public void Reasons_add_up_exactly_and_what_nearly_applies_fails_in_one_recorded_condition()
    {
        (string Name, string[] Cells)[] columns = Columns(600, 13);
        TableModel model = Train(columns, Quick).Model;
        TableInput input = TableRun.Read(model, TableReadingTests.Text(columns), null);

        IReadOnlyList<TableExplanation> explained = TableRun.Explain(model, input, [.. Enumerable.Range(0, 200)], [], isLower: true);

        var bits = new ItemSet(model.Model.Features, model.Model.Items).Encode(input.Features);
        Assert.All(explained, e =>
        {
            Assert.Equal(e.LogOdds, e.Base + e.For.Sum(r => r.Weight) + e.Against.Sum(r => r.Weight), 10);
            double logit = Math.Log(e.Probability / (1 - e.Probability));
            Assert.Equal(logit, (e.CalibrationSlope * e.LogOdds) + e.CalibrationIntercept, 8);
            Assert.All(e.For.Concat(e.Against), r => Assert.Equal(r.Rate, (double)r.Positives / (r.Positives + r.Negatives), 12));
            Assert.All(e.Near, near =>
            {
                ModelTerm term = model.Model.Terms.First(t => t.Text == near.Text);
                Assert.Equal(1, term.Items.Count(id => !bits.Get(id, e.Row - 1)));
            });
            Assert.Null(e.WhatIf);
        });
        Assert.Contains(explained, e => e.Near.Count > 0);
    }

    [Fact]
    public void What_if_finds_the_least_score_that_any_values_of_the_columns_give()
    {
        (string Name, string[] Cells)[] columns = Columns(600, 14);
        TableModel model = Train(columns, Quick).Model;
        TableInput input = TableRun.Read(model, TableReadingTests.Text(columns), null);
        string[] actionable = [.. model.Columns.Select(c => c.Name).Where(c => c is "dose" or "kind" or "a")];
        Assert.True(actionable.Length >= 2);

        foreach (TableExplanation e in TableRun.Explain(model, input, [.. Enumerable.Range(0, 25)], actionable, isLower: true))
        {
            Assert.True(e.WhatIf!.IsExact);
            double best = BruteForce(model, input, e.Row - 1, actionable);
            double found = e.WhatIf.Steps.Count > 0 ? e.WhatIf.Steps[^1].RawLogOdds : e.LogOdds;
            Assert.Equal(best, found, 9);
            double before = e.LogOdds;
            foreach (WhatIfStep step in e.WhatIf.Steps)
            {
                Assert.True(step.RawLogOdds < before);
                Assert.Equal(Apply(model, input, e.Row - 1, step.Changes), step.RawLogOdds, 9);
                before = step.RawLogOdds;
            }
        }
    }

    [Fact]
    public void A_model_kept_to_few_terms_has_no_more_and_the_best_weights_for_them()
    {
        (string Name, string[] Cells)[] columns = Columns(600, 17);
        TableModel whole = TableRun.Train(Table(columns), Quick, validate: false, null, TestContext.Current.CancellationToken).Model;
        Assert.True(whole.Model.Terms.Count > 3);

        TableModel few = TableRun.Train(Table(columns), Quick with { MaxTerms = 3 }, validate: false, null, TestContext.Current.CancellationToken).Model;

        Assert.InRange(few.Model.Terms.Count, 1, 3);
        TableModel alone = TableRun.Train(Table(columns), Quick with { MaxTerms = 3, Threads = 1 }, validate: false, null, TestContext.Current.CancellationToken).Model;
        Assert.Equal(few.Model.Hash(), alone.Model.Hash());
        Assert.InRange(few.Model.DualityGap!.Value, 0, 1e-6);
        Assert.Contains(few.Findings, f => f.Message.Contains("3 terms at most", StringComparison.Ordinal));
        LabelledTable table = Table(columns);
        Assert.InRange(Evaluation.Auc([.. ModelLibrary.Score(few.Model, table.Features, new ScoreOptions()).Select(s => s.RawLogOdds)], table.Label, default).Auc, 0.65, 1);
    }

    [Fact]
    public void Thousands_of_columns_are_learned_from()
    {
        const int Many = 3000;
        var random = new SplitMix(15);
        bool[] label = [.. Enumerable.Range(0, 120).Select(_ => random.Next(3) == 0)];
        (string, string[])[] columns =
        [
            .. Enumerable.Range(0, Many).Select(c => ("c" + c, label.Select(y => ((random.Next(1000) / 1000.0) + (c == 5 && y ? 0.6 : 0)).ToString(CultureInfo.InvariantCulture)).ToArray())),
            ("y", [.. label.Select(y => y ? "1" : "0")]),
        ];

        TableTraining training = TableRun.Train(Table(columns), Quick, validate: false, null, TestContext.Current.CancellationToken);

        Assert.True(training.Trained.Items.Items.Count <= 2 * 20_000);
        Assert.Contains("c5", training.Model.Model.Terms[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_has_no_script_and_no_address_and_hides_no_markup_of_the_table()
    {
        (string Name, string[] Cells)[] columns = [.. Columns(300, 16).Select(c => c.Name == "kind" ? ("<b>kind</b>", c.Cells) : c)];
        LabelledTable table = Table(columns);
        TableTraining training = TableRun.Train(table, Quick with { Challengers = ["logistic"] }, validate: true, null, TestContext.Current.CancellationToken);
        var writer = new StringWriter();

        TableReport.Write(table, training, [], writer);

        string page = writer.ToString();
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>kind", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;kind", page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("<figure>").Length - 1);
        foreach (string part in new[] { "重み", "区分ごと", "検証済み", "行ごとの理由", "あと一つ", "logistic" })
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
        }

        Assert.Throws<ModelException>(() => TableReport.CheckGroups(table, ["none"]));
    }

    // dose raises, kind "c" raises where a is high; the rest is noise. Some cells are missing.
    internal static (string Name, string[] Cells)[] Columns(int n, ulong seed)
    {
        var random = new SplitMix(seed);
        string[] dose = new string[n], kind = new string[n], a = new string[n], b = new string[n], y = new string[n];
        for (int i = 0; i < n; i++)
        {
            int d = random.Next(20), k = random.Next(3), x = random.Next(10);
            double z = -2.4 + (0.16 * d) + (k == 2 && x >= 5 ? 2.2 : 0);
            dose[i] = random.Next(20) == 0 ? "" : d.ToString(CultureInfo.InvariantCulture);
            kind[i] = ((string[])["a", "b", "c"])[k];
            a[i] = x.ToString(CultureInfo.InvariantCulture);
            b[i] = (random.Next(1000) / 10.0).ToString(CultureInfo.InvariantCulture);
            y[i] = random.Next(1_000_000) < 1_000_000 * Logistic.Sigmoid(z) ? "1" : "0";
        }

        return [("dose", dose), ("kind", kind), ("a", a), ("b", b), ("y", y)];
    }

    private static LabelledTable Table((string, string[])[] columns) => TableReadingTests.Build(new TableRoles { Target = "y", Positive = "1" }, columns);

    private static TableTraining Train((string, string[])[] columns, TableOptions options) =>
        TableRun.Train(Table(columns), options, validate: true, null, TestContext.Current.CancellationToken);

    private static double Apply(TableModel model, TableInput input, int row, IReadOnlyList<ChangedValue> changes) => Score(model, input, row, changes.ToDictionary(c => c.Feature, c =>
        (c.Category is not null || (c.AtLeast is null && c.Below is null) ? double.NaN : c.AtLeast ?? c.Below!.Value - 1e-6, c.Category ?? "a value of no term")));

    private static double Score(TableModel model, TableInput input, int row, Dictionary<string, (double Number, string Category)> changed)
    {
        FeatureTable one = input.Features.Take([row]);
        var table = new FeatureTable([.. one.Columns.Select(c => !changed.TryGetValue(c.Spec.Name, out (double Number, string Category) to) ? c
            : c.Numbers is not null ? FeatureColumn.Number(c.Spec, [to.Number]) : FeatureColumn.Category(c.Spec, [to.Category]))]);
        return ModelLibrary.Score(model.Model, table, new ScoreOptions())[0].RawLogOdds;
    }

    // Every value of every column that the data has, and values between.
    private static double BruteForce(TableModel model, TableInput input, int row, string[] actionable)
    {
        double best = double.PositiveInfinity;
        Try(0, []);
        return best;

        void Try(int at, Dictionary<string, (double, string)> changed)
        {
            if (at == actionable.Length)
            {
                best = Math.Min(best, Score(model, input, row, changed));
                return;
            }

            Try(at + 1, changed);
            FeatureColumn column = input.Features.Find(actionable[at])!;
            IEnumerable<(double, string)> values = column.Numbers is { } numbers
                ? numbers.Where(v => !double.IsNaN(v)).Distinct().Select(v => (v, ""))
                : column.Categories!.OfType<string>().Distinct().Select(c => (double.NaN, c)).Append((double.NaN, "a value of no term"));
            foreach ((double, string) value in values)
            {
                Try(at + 1, new Dictionary<string, (double, string)>(changed) { [actionable[at]] = value });
            }
        }
    }
}
