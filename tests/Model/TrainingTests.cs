using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Train;
using Xunit;

namespace Warehouse.Tests.Model;

public sealed class TrainingTests
{
    private static readonly TrainOptions Quick = new()
    {
        Mine = new MineOptions { Permutations = 39 },
        Items = new ItemOptions { MaxCuts = 7 },
        Bootstraps = 5,
        ListSizes = [20],
    };

    [Fact]
    public void Train_one_and_two_threads_gives_the_same_document()
    {
        TrainingSet set = City(1, 300, 4);

        TrainedModel one = ModelLibrary.Train(set, Quick with { Threads = 1 }, null, TestContext.Current.CancellationToken);
        TrainedModel two = ModelLibrary.Train(set, Quick with { Threads = 2 }, null, TestContext.Current.CancellationToken);

        Assert.Equal(one.Document.ToJson(), two.Document.ToJson());
        Assert.Equal(one.OutOfFoldProbability, two.OutOfFoldProbability);
    }

    [Fact]
    public void Train_rows_in_another_order_gives_the_same_document()
    {
        TrainingSet set = City(8, 200, 3);
        int[] order = [.. Enumerable.Range(0, set.Label.Length)];
        new SplitMix(1).Shuffle<int>(order);
        var shuffled = new TrainingSet
        {
            Table = set.Table.Take(order),
            Label = [.. order.Select(r => set.Label[r])],
            RowKey = [.. order.Select(r => set.RowKey[r])],
            GroupKey = [.. order.Select(r => set.GroupKey[r])],
            TimeKey = [.. order.Select(r => set.TimeKey[r])],
        };

        TrainedModel one = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken);
        TrainedModel two = ModelLibrary.Train(shuffled, Quick, null, TestContext.Current.CancellationToken);

        Assert.Equal(one.Document.Hash(), two.Document.Hash());
        Assert.Equal(order.Select(r => one.OutOfFoldProbability[r]), two.OutOfFoldProbability);
    }

    [Fact]
    public void Train_planted_signal_is_found_on_rows_not_seen()
    {
        TrainedModel model = ModelLibrary.Train(City(2, 500, 6), Quick, null, TestContext.Current.CancellationToken);

        Assert.InRange(model.Metrics.CrossValidated.Auc, 0.7, 1);
        Assert.NotNull(model.Metrics.Temporal);
        Assert.InRange(model.Metrics.Temporal.Auc, 0.65, 1);
        Assert.Equal(20221001, model.Metrics.TemporalFrom);
        Assert.InRange(model.Metrics.CrossValidated.Ece, 0, 0.05);
        Assert.Contains(model.Document.Terms, t => t.Weight > 0 && t.Text.Contains("欠席日数", StringComparison.Ordinal));
        Assert.Contains(model.Notes, n => n.Contains("constant", StringComparison.Ordinal));
    }

    [Fact]
    public void Score_document_from_json_gives_the_same_bits()
    {
        TrainingSet set = City(3, 300, 4);
        ModelDocument document = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken).Document;

        ModelDocument read = ModelDocument.FromJson(document.ToJson());

        Assert.Equal(document.Hash(), read.Hash());
        Assert.Equal(ModelLibrary.Score(document, set.Table, new ScoreOptions()), ModelLibrary.Score(read, set.Table, new ScoreOptions()));
    }

    [Fact]
    public void Explain_reasons_add_up_to_the_score()
    {
        TrainingSet set = City(4, 300, 4);
        ModelDocument document = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken).Document;
        int[] rows = [.. Enumerable.Range(0, 200)];

        IReadOnlyList<RiskScore> scores = ModelLibrary.Score(document, set.Table, new ScoreOptions());
        IReadOnlyList<RiskExplanation> explained = ModelLibrary.Explain(document, set.Table, rows);

        foreach (RiskExplanation e in explained)
        {
            double sum = e.Bias;
            foreach (RiskReason reason in e.For.Concat(e.Against).OrderBy(r => r.Term))
            {
                sum += reason.Weight;
            }

            Assert.Equal(scores[e.Row].RawLogOdds, sum);
            Assert.Equal(scores[e.Row].Probability, e.Probability);

            // Grouped, nothing is lost or counted twice, and no two groups overlap.
            Assert.Equal(e.For.Concat(e.Against).Select(r => r.Term).Order(), e.Groups.SelectMany(g => g.Parts).Select(r => r.Term).Order());
            Assert.All(e.Groups, g => Assert.Equal(g.Parts.Sum(r => r.Weight), g.Weight, 12));
            Assert.Equal(scores[e.Row].RawLogOdds, e.Bias + e.Groups.Sum(g => g.Weight), 10);
            HashSet<string>[][] features = [.. e.Groups.Select(g => g.Parts.Select(
                r => document.Terms[r.Term].Items.Select(id => document.Items[id].Feature).ToHashSet()).ToArray())];
            for (int a = 0; a < features.Length; a++)
            {
                Assert.All(features[..a].SelectMany(f => f), other => Assert.DoesNotContain(features[a], own => own.IsSubsetOf(other) || other.IsSubsetOf(own)));
            }
            Assert.All(e.Unknown, u => Assert.NotEmpty(u.MissingFeatures));
        }

        Assert.Contains(explained, e => e.Unknown.Count > 0);
        Assert.Contains(explained, e => e.Groups.Any(g => g.Parts.Count > 1));
    }

    [Fact]
    public void Score_bands_follow_capacity_and_thin_files_are_withheld()
    {
        TrainingSet set = City(5, 200, 3);
        ModelDocument document = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken).Document;

        IReadOnlyList<RiskScore> scores = ModelLibrary.Score(document, set.Table, new ScoreOptions { ListSizeA = 10, ListSizeB = 30, MinCoverage = 0.9 });

        Assert.Equal(10, scores.Count(s => s.Band == RiskBand.A));
        Assert.Equal(30, scores.Count(s => s.Band == RiskBand.B));
        Assert.All(scores, s => Assert.Equal(s.Coverage < 0.9, s.Band == RiskBand.Withheld));
        Assert.Contains(scores, s => s.IsWithheld);
        Assert.True(scores.Where(s => s.Band == RiskBand.A).Min(s => s.RawLogOdds) >= scores.Where(s => s.Band == RiskBand.C).Max(s => s.RawLogOdds));
    }

    [Fact]
    public void Train_help_seeking_feature_never_raises_the_score()
    {
        TrainedModel model = ModelLibrary.Train(City(6, 500, 4, helpSeekingRaisesLabel: true), Quick, null, TestContext.Current.CancellationToken);

        foreach (ModelTerm term in model.Document.Terms)
        {
            foreach (Item item in term.Items.Select(id => model.Document.Items[id]).Where(i => i.Feature == "consulted"))
            {
                bool asked = item.Test is ItemTest.Equal or ItemTest.NotEqual ? (item.Test == ItemTest.Equal) == (item.Category == "1") : item.IsAffirmative;
                Assert.True(asked ? term.Weight < 0 : term.Weight > 0, term.Text);
            }
        }
    }

    [Theory]
    [InlineData(RiskDirection.Up, RiskDirection.Up)]
    [InlineData(RiskDirection.Down, RiskDirection.Up)]
    [InlineData(RiskDirection.Up, RiskDirection.Down)]
    public void Train_score_is_monotone_in_a_feature_with_a_direction(RiskDirection absence, RiskDirection allowance)
    {
        TrainingSet set = City(6, 500, 4, absenceDirection: absence, allowanceDirection: allowance);
        ModelDocument document = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken).Document;
        double[] before = Scores(set.Table);

        double[] more = Scores(Changed("absence", numbers => [.. numbers!.Select(v => v + 7)], texts => texts!));
        double[] yes = Scores(Changed("allowance", numbers => numbers!, texts => [.. texts!.Select(v => v == "0" ? "1" : v)]));

        Assert.Contains(document.Terms, t => t.Weight != 0);
        Assert.All(before.Zip(more), s => Assert.True(absence == RiskDirection.Up ? s.Second >= s.First : s.Second <= s.First));
        Assert.All(before.Zip(yes), s => Assert.True(allowance == RiskDirection.Up ? s.Second >= s.First : s.Second <= s.First));
        Assert.Equal(absence == RiskDirection.Up || allowance == RiskDirection.Up, before.Zip(more).Concat(before.Zip(yes)).Any(s => s.First != s.Second));

        double[] Scores(FeatureTable table) => [.. ModelLibrary.Score(document, table, new ScoreOptions()).Select(s => s.RawLogOdds)];

        FeatureTable Changed(string name, Func<double[]?, double[]> numbers, Func<string?[]?, string?[]> texts) => new([.. set.Table.Columns.Select(c =>
            c.Spec.Name != name ? c
            : c.Numbers is not null ? FeatureColumn.Number(c.Spec, numbers(c.Numbers))
            : FeatureColumn.Category(c.Spec, texts(c.Categories)))]);
    }

    [Fact]
    public void WeightSigns_opposite_conditions_have_no_weight()
    {
        var up = new FeatureSpec("up", "欠席", FeatureKind.Number) { Direction = RiskDirection.Up };
        var free = new FeatureSpec("free", "年齢", FeatureKind.Number);
        var help = new FeatureSpec("help", "相談", FeatureKind.Category) { IsHelpSeeking = true };
        var yes = new FeatureSpec("yes", "転入", FeatureKind.Category) { Direction = RiskDirection.Down };
        var items = new ItemSet([up, free, help, yes], [
            Make(0, up, ItemTest.AtLeast), Make(1, up, ItemTest.Below), Make(2, up, ItemTest.Missing), Make(3, free, ItemTest.AtLeast),
            Make(4, help, ItemTest.Equal, "1"), Make(5, help, ItemTest.NotEqual, "1"),
            Make(6, help, ItemTest.Equal, "0"), Make(7, help, ItemTest.NotEqual, "0"), Make(8, help, ItemTest.NotEqual, "divorce"),
            Make(9, yes, ItemTest.Equal, "1"), Make(10, yes, ItemTest.Equal, "0"), Make(11, yes, ItemTest.NotEqual, "1")]);

        WeightSign[] signs = WeightSigns.Of(items);

        Assert.Equal(
            [
                WeightSign.NotNegative, WeightSign.NotPositive, WeightSign.Free, WeightSign.Free, WeightSign.NotPositive, WeightSign.NotNegative,
                WeightSign.NotNegative, WeightSign.NotPositive, WeightSign.NotPositive,
                WeightSign.NotPositive, WeightSign.NotNegative, WeightSign.NotNegative,
            ],
            signs);
        Assert.Equal(WeightSign.NotNegative, WeightSigns.Of(signs, [0, 2, 3, 10]));
        Assert.Equal(WeightSign.None, WeightSigns.Of(signs, [0, 3, 4]));

        static Item Make(int id, FeatureSpec feature, ItemTest test, string? category = null) =>
            new() { Id = id, Feature = feature.Name, Test = test, Category = category, Text = "x", NegatedText = "y" };
    }

    [Fact]
    public void Score_table_without_a_feature_names_it()
    {
        TrainingSet set = City(7, 200, 3);
        ModelDocument document = ModelLibrary.Train(set, Quick, null, TestContext.Current.CancellationToken).Document;
        var table = new FeatureTable([.. set.Table.Columns.Where(c => c.Spec.Name != "absence")]);

        ModelException e = Assert.Throws<ModelException>(() => ModelLibrary.Score(document, table, new ScoreOptions()));

        Assert.Equal("MDL-020", e.Code);
        Assert.Contains("absence", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparseLogistic_objective_is_not_above_that_of_ml_net()
    {
        var random = new SplitMix(9);
        const int Rows = 400, Columns = 12;
        var fired = new List<int>[Columns];
        var label = new bool[Rows];
        var dense = new DenseRow[Rows];
        for (int c = 0; c < Columns; c++)
        {
            fired[c] = [];
        }

        for (int r = 0; r < Rows; r++)
        {
            dense[r] = new DenseRow { Features = new float[Columns] };
            double z = -1;
            for (int c = 0; c < Columns; c++)
            {
                if (random.Next(3) == 0)
                {
                    fired[c].Add(r);
                    dense[r].Features[c] = 1;
                    z += c < 3 ? 1.5 - c : 0;
                }
            }

            dense[r].Label = label[r] = random.Next(1000) < 1000 * Logistic.Sigmoid(z);
        }

        double[] ones = new double[Rows];
        Array.Fill(ones, 1);
        var design = new Design([.. fired.Select(f => f.ToArray())], label, ones, new WeightSign[Columns],
            [.. Enumerable.Repeat(1.0, Columns)]);
        double largest = SparseLogistic.LargestPenalty(design);
        var context = new MLContext(0);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(DenseRow));
        schema[nameof(DenseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Columns);
        IDataView data = context.Data.LoadFromEnumerable(dense, schema);
        foreach (double share in (double[])[0.5, 0.1, 0.01])
        {
            LinearFit fit = SparseLogistic.Path(design, [largest * share]).Single();

            var reference = (CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>)context.BinaryClassification.Trainers
                .LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
                {
                    L1Regularization = (float)(largest * share),
                    L2Regularization = 0,
                    OptimizationTolerance = 1e-8f,
                    NumberOfThreads = 1,
                }).Fit(data).Model;
            var other = new LinearFit([.. reference.SubModel.Weights.Select(w => (double)w)], reference.SubModel.Bias);
            double own = SparseLogistic.Objective(design, fit, largest * share);
            Assert.True(own <= SparseLogistic.Objective(design, other, largest * share) * (1 + 1e-6));
        }

        Assert.All(SparseLogistic.Path(design, [largest * 1.0001]).Single().Weights, w => Assert.Equal(0, w));
    }

    [Theory]
    [InlineData(WeightSign.Free)]
    [InlineData(WeightSign.NotNegative)]
    [InlineData(WeightSign.NotPositive)]
    public void SparseLogistic_gap_bounds_the_distance_to_the_optimum(WeightSign sign)
    {
        Design design = WeightedAndRepeated(12).Weighted;
        design = design with { Sign = [.. design.Sign.Select((s, c) => c % 2 == 0 ? sign : s)] };
        double largest = SparseLogistic.LargestPenalty(design);
        foreach (double share in (double[])[0.5, 0.1, 0.024])
        {
            double penalty = largest * share;
            LinearFit early = SparseLogistic.Path(design, [penalty]).Single();
            LinearFit best = SparseLogistic.Polish(design, penalty, early);
            var empty = new LinearFit(new double[early.Weights.Length], early.Bias);

            // A certificate for the optimum; and weak duality: no fit may lie further above the best than its gap allows.
            Assert.InRange(SparseLogistic.Gap(design, best, penalty), 0, 1e-6);
            double optimum = SparseLogistic.Objective(design, best, penalty);
            foreach (LinearFit fit in (LinearFit[])[early, empty])
            {
                double objective = SparseLogistic.Objective(design, fit, penalty);
                Assert.True(objective * (1 - SparseLogistic.Gap(design, fit, penalty)) <= optimum * (1 + 1e-12));
            }

            Assert.True(SparseLogistic.Gap(design, empty, penalty) > 1e-3);
        }
    }

    [Fact]
    public void Refit_weighted_rows_is_by_ml_net_and_reaches_the_optimum()
    {
        (Design design, Design repeated) = WeightedAndRepeated(12);
        double largest = SparseLogistic.LargestPenalty(design);
        foreach (double share in (double[])[0.5, 0.1, 0.024])
        {
            LinearFit own = SparseLogistic.Path(design, [largest * share]).Single();

            LinearFit one = MachineLearning.Refit(design, own, largest * share);
            LinearFit many = MachineLearning.Refit(repeated, own, largest * share);

            // Single precision: another solver, not a copy.
            Assert.All(one.Weights, w => Assert.Equal((float)w, w));
            Assert.NotEqual(own.Weights, one.Weights);
            double optimum = SparseLogistic.Objective(design, own, largest * share);
            Assert.InRange(SparseLogistic.Objective(design, one, largest * share), optimum * (1 - 1e-6), optimum * (1 + 1e-3));
            Assert.InRange(SparseLogistic.Objective(repeated, one, largest * share), optimum * (1 - 1e-6), optimum * (1 + 1e-3));
            Assert.All(one.Weights.Zip(many.Weights), w => Assert.Equal(w.First, w.Second, 2));
        }
    }

    [Fact]
    public void Refit_bound_columns_keep_their_sign_and_a_dearer_column_weighs_less()
    {
        (Design design, _) = WeightedAndRepeated(13);
        double penalty = SparseLogistic.LargestPenalty(design) * 0.05;
        Design bound = design with
        {
            Sign = [.. Enumerable.Repeat(WeightSign.NotPositive, design.Sign.Length)],
            Factor = [.. design.Factor.Select((f, c) => c == 2 ? 3 * f : f)],
        };

        LinearFit refit = MachineLearning.Refit(bound, new LinearFit([.. design.Columns.Select(_ => -1e-9)], 0), penalty);
        LinearFit own = SparseLogistic.Path(bound, [penalty]).Single();
        LinearFit cheap = SparseLogistic.Path(bound with { Factor = design.Factor }, [penalty]).Single();

        Assert.All(refit.Weights, w => Assert.True(w <= 0));
        Assert.All(refit.Weights.Zip(own.Weights), w => Assert.Equal(w.Second, w.First, 2));
        Assert.InRange(MachineLearning.Excess(bound, own, penalty), -1e-6, MachineLearning.LargestGap);
        Assert.True(own.Weights[2] > cheap.Weights[2]);

        // Better than the bound allows, so out of reach.
        Assert.True(MachineLearning.Excess(bound, SparseLogistic.Path(design, [penalty]).Single(), penalty) > MachineLearning.LargestGap);
    }

    [Fact]
    public void SparseLogistic_start_changes_the_way_not_the_optimum()
    {
        (Design design, _) = WeightedAndRepeated(14);
        double penalty = SparseLogistic.LargestPenalty(design) * 0.1;

        LinearFit cold = SparseLogistic.Path(design, [penalty]).Single();
        LinearFit warm = SparseLogistic.Path(design, [penalty], SparseLogistic.Path(design, [penalty / 4]).Single()).Single();

        double optimum = SparseLogistic.Objective(design, cold, penalty);
        Assert.InRange(SparseLogistic.Objective(design, warm, penalty), optimum * (1 - 1e-6), optimum * (1 + 1e-6));
        Assert.Equal(cold.Weights.Select(w => w != 0), warm.Weights.Select(w => w != 0));
    }

    [Fact]
    public void Train_weights_are_certified_and_ml_net_agrees()
    {
        TrainedModel model = ModelLibrary.Train(City(6, 500, 4, helpSeekingRaisesLabel: true), Quick, null, TestContext.Current.CancellationToken);

        Assert.NotEmpty(model.Document.Terms);
        Assert.DoesNotContain(model.Notes, n => n.Contains("Microsoft.ML", StringComparison.Ordinal));
        Assert.Contains(model.Notes, n => n.Contains("all conjunctions of up to 3", StringComparison.Ordinal));
        Assert.InRange(model.Document.DualityGap!.Value, 0, 1e-6);
    }

    [Fact]
    public void Train_verified_rules_only_uses_no_other_conjunction()
    {
        TrainingSet set = City(2, 500, 6);
        TrainOptions options = Quick with { VerifiedOnly = true, Mine = new MineOptions { Permutations = 39 }, Folds = 3, Bootstraps = 0 };

        TrainedModel model = ModelLibrary.Train(set, options, null, TestContext.Current.CancellationToken);

        Assert.Contains(model.Document.Terms, t => t.Items.Length > 1);
        Assert.All(model.Document.Terms.Where(t => t.Items.Length > 1), t => Assert.True(t.IsVerified, t.Text));
        Assert.Contains(model.Notes, n => n.Contains("verified rules", StringComparison.Ordinal));
        Assert.InRange(model.Document.DualityGap!.Value, 0, 1e-6);
    }

    [Fact]
    public void Train_conjunctions_too_long_to_weigh_are_refused()
    {
        ModelException fault = Assert.Throws<ModelException>(
            () => ModelLibrary.Train(City(1, 50, 2), Quick with { ScoreLength = 4 }, null, TestContext.Current.CancellationToken));

        Assert.Equal("MDL-013", fault.Code);
    }

    [Fact]
    public void Train_many_small_effects_take_a_quadratic_part_that_orders_better_and_is_certified()
    {
        TrainingSet set = SmallEffects(5, 400), unseen = SmallEffects(6, 4000);
        TrainOptions options = Quick with { HoldOutPeriods = 0, Bootstraps = 0, VerifyRules = false, ScoreLength = 2 };
        PenaltyShape[] shapes = [new(1, 0), new(1, 1), new(2, 3)];

        TrainedModel sparse = ModelLibrary.Train(set, options, null, TestContext.Current.CancellationToken);
        TrainedModel chosen = ModelLibrary.Train(set, options with { Shapes = shapes }, null, TestContext.Current.CancellationToken);
        TrainedModel again = ModelLibrary.Train(set, options with { Shapes = shapes, Threads = 1 }, null, TestContext.Current.CancellationToken);

        Assert.Equal(new PenaltyShape(1, 0), sparse.Shape);
        Assert.Null(sparse.Document.Quadratic);
        Assert.True(chosen.Shape.Quadratic > 0);
        Assert.Equal(chosen.Shape.Quadratic, chosen.Document.Quadratic);
        Assert.Equal(chosen.Shape.LengthGrowth, chosen.Document.LengthGrowth);
        Assert.InRange(chosen.Document.DualityGap!.Value, 0, 1e-7);
        Assert.Contains(chosen.Notes, n => n.Contains("quadratic part", StringComparison.Ordinal));
        Assert.True(Auc(chosen) > Auc(sparse), $"{Auc(chosen)} {Auc(sparse)}");
        Assert.Equal(chosen.Document.ToJson(), again.Document.ToJson());

        double Auc(TrainedModel model) => Evaluation.Auc([.. ModelLibrary.Score(model.Document, unseen.Table, new ScoreOptions()).Select(s => s.RawLogOdds)], unseen.Label, default).Auc;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(150)]
    public void Cholesky_solves_what_has_a_solution_and_leaves_out_columns_that_others_make_up(int size)
    {
        var random = new SplitMix((ulong)size);
        double[][] factor = [.. Enumerable.Range(0, size).Select(_ => Enumerable.Range(0, size + 3).Select(_ => (random.Next(2001) - 1000) / 1000.0).ToArray())];
        double[][] matrix = [.. factor.Select(a => factor.Select(b => a.Zip(b, (x, y) => x * y).Sum()).ToArray())];
        double[] expected = [.. Enumerable.Range(0, size).Select(i => (i % 7) - 3.0)];
        double[] right = [.. matrix.Select(row => row.Zip(expected, (x, y) => x * y).Sum())];

        double[] solution = (double[])right.Clone();
        Assert.True(Cholesky.Solve(matrix, [.. Enumerable.Range(0, size)], solution));

        Assert.All(solution.Zip(expected), x => Assert.Equal(x.Second, x.First, 1e-6));

        // The last row and column once more: the system stays solvable, and the copy gets nothing.
        double[][] twice = [.. matrix.Append(matrix[^1]).Select(row => row.Append(row[^1]).ToArray())];
        double[] doubled = [.. right, right[^1]];
        Assert.True(Cholesky.Solve(twice, [.. Enumerable.Range(0, size + 1)], doubled));
        Assert.Equal(0, doubled[^1]);
        Assert.All(doubled.Take(size).Zip(expected), x => Assert.Equal(x.Second, x.First, 1e-6));
    }

    // Twelve numbers that each raise the risk a little, all the way up.
    private static TrainingSet SmallEffects(ulong seed, int rows)
    {
        var random = new SplitMix(seed);
        double[][] numbers = [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, rows).Select(_ => random.Next(100) / 100.0).ToArray())];
        return new TrainingSet
        {
            Table = new FeatureTable([.. numbers.Select((n, i) => FeatureColumn.Number(new FeatureSpec($"n{i}", $"数{i}", FeatureKind.Number), n))]),
            Label = [.. Enumerable.Range(0, rows).Select(r => random.Next(10_000) < 10_000 * Logistic.Sigmoid(numbers.Sum(n => n[r] - 0.5)))],
            RowKey = [.. Enumerable.Range(0, rows).Select(r => (long)r)],
            GroupKey = [.. Enumerable.Range(0, rows).Select(r => (long)r)],
            TimeKey = [.. Enumerable.Repeat(20200401, rows)],
        };
    }

    // The same rows, once with weights of 1 to 4 and once repeated that many times.
    private static (Design Weighted, Design Repeated) WeightedAndRepeated(ulong seed)
    {
        var random = new SplitMix(seed);
        const int Rows = 600, Columns = 10;
        var fired = new bool[Rows][];
        var label = new bool[Rows];
        var weight = new double[Rows];
        for (int r = 0; r < Rows; r++)
        {
            fired[r] = [.. Enumerable.Range(0, Columns).Select(_ => random.Next(3) == 0)];
            double z = -1.5 + (fired[r][0] ? 1.5 : 0) + (fired[r][1] ? 0.8 : 0) - (fired[r][2] ? 1.2 : 0);
            label[r] = random.Next(1000) < 1000 * Logistic.Sigmoid(z);
            weight[r] = 1 + random.Next(4);
        }

        int[] rows = [.. Enumerable.Range(0, Rows)];
        int[] repeated = [.. rows.SelectMany(r => Enumerable.Repeat(r, (int)weight[r]))];
        return (Take(rows, weight), Take(repeated, [.. repeated.Select(_ => 1.0)]));

        Design Take(int[] from, double[] weights) => new(
            [.. Enumerable.Range(0, Columns).Select(c => Enumerable.Range(0, from.Length).Where(i => fired[from[i]][c]).ToArray())],
            [.. from.Select(r => label[r])],
            weights,
            new WeightSign[Columns],
            [.. Enumerable.Repeat(1.0, Columns)]);
    }

    [Fact]
    public void Evaluation_auc_and_auprc_agree_with_ml_net()
    {
        var random = new SplitMix(4);
        bool[] label = [.. Enumerable.Range(0, 500).Select(_ => random.Next(5) == 0)];
        double[] probability = [.. label.Select(y => (random.Next(900) + (y ? 100.0 : 0)) / 1000)];
        var context = new MLContext(0);
        IDataView data = context.Data.LoadFromEnumerable(label.Select((y, i) => new ScoredRow { Label = y, Score = (float)probability[i] }));

        EvaluationResult own = Evaluation.Evaluate(probability, label, default, [50]);
        BinaryClassificationMetrics reference = context.BinaryClassification.EvaluateNonCalibrated(data);

        Assert.Equal(reference.AreaUnderRocCurve, own.Auc, 6);
        Assert.Equal(reference.AreaUnderPrecisionRecallCurve, own.Auprc, 1);
        Assert.InRange(own.Auc, own.AucInterval.Low, own.AucInterval.High);
    }

    [Fact]
    public void Evaluation_auc_interval_is_wider_for_repeated_households()
    {
        var random = new SplitMix(5);
        bool[] label = [.. Enumerable.Range(0, 100).Select(_ => random.Next(3) == 0)];
        double[] score = [.. label.Select(y => random.Next(100) + (y ? 20.0 : 0))];
        bool[] label4 = [.. Enumerable.Range(0, 400).Select(i => label[i / 4])];
        double[] score4 = [.. Enumerable.Range(0, 400).Select(i => score[i / 4])];
        long[] household = [.. Enumerable.Range(0, 400).Select(i => (long)(i / 4))];

        (_, Interval once) = Evaluation.Auc(score, label, default);
        (_, Interval repeated) = Evaluation.Auc(score4, label4, household);

        Assert.Equal(once.Low, repeated.Low, 9);
        Assert.Equal(once.High, repeated.High, 9);
    }

    // Children in households of two, half-yearly snapshots; absence with allowance raises the risk most.
    internal static TrainingSet City(
        ulong seed, int children, int snapshots, bool helpSeekingRaisesLabel = false,
        RiskDirection absenceDirection = RiskDirection.Unknown, RiskDirection allowanceDirection = RiskDirection.Unknown)
    {
        var random = new SplitMix(seed);
        int rows = children * snapshots;
        var absence = new double[rows];
        var noise = new double[rows];
        var constant = new double[rows];
        var allowance = new string?[rows];
        var consulted = new string?[rows];
        var label = new bool[rows];
        var key = new long[rows];
        var group = new long[rows];
        var time = new int[rows];
        for (int r = 0; r < rows; r++)
        {
            int child = r / snapshots, snapshot = r % snapshots;
            absence[r] = random.Next(2) == 0 ? 0 : random.Next(40);
            noise[r] = random.Next(10) == 0 ? double.NaN : random.Next(1000) / 10.0;
            allowance[r] = random.Next(10) == 0 ? null : random.Next(3) == 0 ? "1" : "0";
            consulted[r] = random.Next(4) == 0 ? "1" : "0";
            double z = -3.5 + (absence[r] >= 20 ? 2 : 0) + (allowance[r] == "1" ? 0.8 : 0) + (absence[r] >= 20 && allowance[r] == "1" ? 1.5 : 0)
                + (helpSeekingRaisesLabel && consulted[r] == "1" ? 2 : 0);
            label[r] = random.Next(10_000) < 10_000 * Logistic.Sigmoid(z);
            key[r] = r;
            group[r] = child / 2;
            time[r] = ((2020 + (snapshot / 2)) * 10000) + (snapshot % 2 == 0 ? 401 : 1001);
        }

        var table = new FeatureTable(
        [
            FeatureColumn.Number(new FeatureSpec("absence", "欠席日数(直近3か月)", FeatureKind.Number) { Unit = "日", Department = "教育委員会", DomainCuts = [30], Direction = absenceDirection }, absence),
            FeatureColumn.Number(new FeatureSpec("noise", "体重", FeatureKind.Number) { Unit = "kg", Department = "健康課" }, noise),
            FeatureColumn.Number(new FeatureSpec("constant", "定数", FeatureKind.Number), constant),
            FeatureColumn.Category(
                new FeatureSpec("allowance", "児童扶養手当", FeatureKind.Category)
                {
                    Department = "福祉課",
                    Direction = allowanceDirection,
                    CategoryTexts = new Dictionary<string, string> { ["1"] = "受給中", ["0"] = "なし" },
                },
                allowance),
            FeatureColumn.Category(new FeatureSpec("consulted", "相談", FeatureKind.Category) { IsHelpSeeking = true }, consulted),
        ]);
        return new TrainingSet { Table = table, Label = label, RowKey = key, GroupKey = group, TimeKey = time };
    }

    private sealed class DenseRow
    {
        public bool Label { get; set; }

        public float[] Features { get; set; } = [];
    }

    private sealed class ScoredRow
    {
        public bool Label { get; set; }

        public bool PredictedLabel { get; set; }

        public float Score { get; set; }
    }
}
