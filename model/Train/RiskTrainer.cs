using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>Trains the additive rule model.</summary>
/// <remarks>
/// The score is the optimum over all conjunctions of conditions, negations among them, with a certified gap (<see cref="ColumnGeneration"/>); mined rules say
/// which of them are verified. Terms are searched again inside every fold, so that the penalty is chosen, and the probabilities calibrated, on rows that
/// neither terms nor weights have seen.
/// </remarks>
public static class RiskTrainer
{
    /// <summary>Returns a trained model.</summary>
    /// <remarks>Errors: MDL-004 to MDL-009 for rows or labels that cannot be learned from, MDL-013 for a length that cannot be weighed.</remarks>
    public static TrainedModel Train(TrainingSet set, TrainOptions options, IProgress<ModelProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        RulePath.CheckLength(options.ScoreLength);
        Check(set);

        // The order in which the rows arrive must not matter; within a household it follows time for the permutations.
        int[] order = [.. Enumerable.Range(0, set.Label.Length).OrderBy(r => set.GroupKey[r]).ThenBy(r => set.TimeKey[r]).ThenBy(r => set.RowKey[r])];
        TrainedModel ordered = TrainOrdered(Take(set, order), options, progress, cancellationToken);
        var outOfFold = new double[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            outOfFold[order[i]] = ordered.OutOfFoldProbability[i];
        }

        double[]? temporal = null;
        if (ordered.TemporalProbability is { } held)
        {
            temporal = new double[order.Length];
            for (int i = 0; i < order.Length; i++)
            {
                temporal[order[i]] = held[i];
            }
        }

        return ordered with { OutOfFoldProbability = outOfFold, TemporalProbability = temporal };
    }

    /// <summary>Returns the scores of other rows by a model at a share of the penalty, and in a shape, that were chosen before.</summary>
    /// <param name="set">Rows to learn from.</param>
    /// <param name="options">Settings, the most terms among them.</param>
    /// <param name="share">The penalty as a share of the reference.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="reference">What the share is of; null takes the smallest penalty that gives these rows an empty model.</param>
    /// <param name="exchanges">Whether the terms of a limited model are chosen by exchanges; null finds out on folds of the rows learned from.</param>
    /// <param name="held">The rows to score.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    internal static double[] ScoresAt(
        TrainingSet set, TrainOptions options, double share, PenaltyShape shape, double? reference, bool? exchanges, FeatureTable held, CancellationToken cancellationToken)
    {
        int[] order = [.. Enumerable.Range(0, set.Label.Length).OrderBy(r => set.GroupKey[r]).ThenBy(r => set.TimeKey[r]).ThenBy(r => set.RowKey[r])];
        TrainingSet ordered = Take(set, order);
        ItemSet items = ItemEncoder.Fit(ordered.Table, options.Items);
        var run = new Run(ordered, options, items, items.Encode(ordered.Table), cancellationToken);
        int[] all = [.. Enumerable.Range(0, order.Length)];
        (FamilyFit fit, _, _) = run.Fit(all, share, shape, exchanges ?? run.CrossValidate(all, share, shape).Exchanges, null, reference);
        BitColumns bits = items.Encode(held);
        return [.. Enumerable.Range(0, held.RowCount).Select(r => fit.Bias + fit.Terms.Select((t, k) => Array.TrueForAll(t.Items, id => bits.Get(id, r)) ? fit.Weights[k] : 0).Sum())];
    }

    private static TrainingSet Take(TrainingSet set, int[] rows) => new()
    {
        Table = set.Table.Take(rows),
        Label = [.. rows.Select(r => set.Label[r])],
        RowKey = [.. rows.Select(r => set.RowKey[r])],
        GroupKey = [.. rows.Select(r => set.GroupKey[r])],
        UnitKey = set.UnitKey is { } unit ? [.. rows.Select(r => unit[r])] : null,
        TimeKey = [.. rows.Select(r => set.TimeKey[r])],
        StratumKey = set.StratumKey is { } stratum ? [.. rows.Select(r => stratum[r])] : null,
    };

    private static TrainedModel TrainOrdered(
        TrainingSet set, TrainOptions options, IProgress<ModelProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new ModelProgress("items", 0));
        ItemSet items = ItemEncoder.Fit(set.Table, options.Items);
        if (items.Items.Count == 0)
        {
            throw new ModelException("MDL-012", "no feature that varies", "at least one", "check the feature load");
        }

        var run = new Run(set, options, items, items.Encode(set.Table), cancellationToken);
        var notes = new List<string>(items.Notes);

        progress?.Report(new ModelProgress("evaluate", 0.02));
        (EvaluationResult? temporal, int from, CrossFit? chosen, double[]? held, IReadOnlyList<Ablation> ablations) = Temporal(run, notes, progress);

        progress?.Report(new ModelProgress("select", 0.4));
        int[] all = [.. Enumerable.Range(0, set.Label.Length)];
        CrossFit cross = chosen is null ? run.CrossValidate(all, options.PenaltyShares, options.Shapes) : run.CrossValidate(all, chosen.Share, chosen.Shape);
        double[] probability = cross.CrossCalibrate(set.Label);
        (double slope, double intercept) = MachineLearning.Calibrate(cross.OutOfFold, set.Label);

        progress?.Report(new ModelProgress("mine", 0.6));
        MineResult mined = run.Mine(all, options.VerifyRules || options.VerifiedOnly);

        progress?.Report(new ModelProgress("fit", 0.8));
        (FamilyFit fit, double penalty, double? reference) = run.Fit(all, cross.Share, cross.Shape, cross.Exchanges, mined);
        bool isLimited = options.MaxTerms is { } most && fit.Terms.Count <= most && run.WasLimited;
        notes.Add(FormattableString.Invariant(
            $"final model: at most {fit.Gap:0.0e+0} above the optimum over {(isLimited ? FormattableString.Invariant($"{options.MaxTerms} terms at most, {(cross.Exchanges ? "chosen by exchanges" : "those of a larger penalty")}") : run.Offer(mined))} (relative duality gap)"));
        if (options.Shapes.Count > 1)
        {
            notes.Add(FormattableString.Invariant($"penalty × length^{cross.Shape.LengthGrowth}, quadratic part {cross.Shape.Quadratic}: of {options.Shapes.Count} shapes the one with the least loss on rows not learned from"));
        }

        NoteReference(notes, "final model", reference);

        progress?.Report(new ModelProgress("bootstrap", 0.85));
        double[] stability = run.Stability(fit, cross.Share, cross.Shape, mined);

        ModelDocument document = run.Document(fit, mined, stability, slope, intercept, penalty, cross.Shape);
        if (document.Terms.Count == 0)
        {
            notes.Add("no term kept a weight: every child has the same score");
        }

        progress?.Report(new ModelProgress("done", 1));
        return new TrainedModel
        {
            Document = document,
            Items = items,
            Mined = mined,
            Metrics = new TrainMetrics
            {
                CrossValidated = Evaluation.Evaluate(probability, set.Label, set.GroupKey, options.ListSizes),
                Temporal = temporal,
                TemporalFrom = from,
            },
            OutOfFoldProbability = probability,
            TemporalProbability = held,
            Ablations = ablations,
            PenaltyShare = cross.Share,
            Shape = cross.Shape,
            ExchangesTerms = cross.Exchanges,
            Notes = notes,
        };
    }

    private static void Check(TrainingSet set)
    {
        int rows = set.Table.RowCount;
        RuleMiner.CheckLabels(set.Label, rows);
        foreach ((string name, int length) in new[] { ("row keys", set.RowKey.Length), ("group keys", set.GroupKey.Length), ("time keys", set.TimeKey.Length) })
        {
            if (length != rows)
            {
                throw new ModelException("MDL-008", $"{length} {name}", $"{rows}, one per row", "build keys and features from the same rows");
            }
        }

        int positive = Enumerable.Range(0, rows).Where(r => set.Label[r]).Select(r => set.GroupKey[r]).Distinct().Count();
        if (positive < 2)
        {
            throw new ModelException("MDL-009", $"positive labels in {positive} household", "at least two", "use a longer label period or more districts");
        }
    }

    // A row is used only when its label was complete at the first held-out snapshot.
    private static (EvaluationResult? Result, int From, CrossFit? Chosen, double[]? Probability, IReadOnlyList<Ablation> Ablations) Temporal(
        Run run, List<string> notes, IProgress<ModelProgress>? progress)
    {
        TrainingSet set = run.Set;
        int[] times = [.. set.TimeKey.Distinct().Order()];
        int periods = run.Options.HoldOutPeriods;
        if (periods <= 0 || times.Length <= periods)
        {
            notes.Add($"{times.Length} snapshot dates: no temporal evaluation");
            return (null, 0, null, null, []);
        }

        int from = times[^periods];
        int last = MonthsBefore(from, run.Options.LabelHorizonMonths);
        int[] train = [.. Enumerable.Range(0, set.Label.Length).Where(r => set.TimeKey[r] <= last)];
        int[] test = [.. Enumerable.Range(0, set.Label.Length).Where(r => set.TimeKey[r] >= from)];
        int trainPositive = train.Where(r => set.Label[r]).Select(r => set.GroupKey[r]).Distinct().Count();
        int testPositive = test.Count(r => set.Label[r]);
        if (trainPositive < 10 || testPositive == 0 || testPositive == test.Length || trainPositive == train.Length)
        {
            notes.Add($"too few labels were complete before {from}: no temporal evaluation");
            return (null, 0, null, null, []);
        }

        CrossFit cross = run.CrossValidate(train, run.Options.PenaltyShares, run.Options.Shapes);
        bool[] label = [.. train.Select(r => set.Label[r])];
        (double slope, double intercept) = MachineLearning.Calibrate(cross.OutOfFold, label);
        MineResult? mined = run.Options.VerifiedOnly ? run.Mine(train, verify: true) : null;
        (FamilyFit fit, double penalty, double? reference) = run.Fit(train, cross.Share, cross.Shape, cross.Exchanges, mined);
        NoteReference(notes, "temporal evaluation", reference);
        double[] score = run.Scores(fit, test);
        double[] probability = [.. score.Select(x => Logistic.Sigmoid((slope * x) + intercept))];
        bool[] outcome = [.. test.Select(r => set.Label[r])];
        long[] groups = [.. test.Select(r => set.GroupKey[r])];
        var held = new double[set.Label.Length];
        Array.Fill(held, double.NaN);
        for (int i = 0; i < test.Length; i++)
        {
            held[test[i]] = probability[i];
        }

        IReadOnlyList<Ablation> ablations = [];
        if (run.Options.AblatesDepartments)
        {
            progress?.Report(new ModelProgress("ablate", 0.3));
            PairedLoss paired = new(outcome, groups, [.. test.Select(r => set.TimeKey[r])], run.Options.AblationListShare, run.Options.Seed + 3);
            ablations = Ablate(run, fit, train, test, penalty, cross, score, paired, notes);
        }

        return (Evaluation.Evaluate(probability, outcome, groups, run.Options.ListSizes), from, cross, held, ablations);
    }

    // Each department is left out before conditions are made, so that what it crowded out may come in. The penalty stays that of the whole model: chosen anew, a difference would be one of two choices as well.
    private static IReadOnlyList<Ablation> Ablate(
        Run run, FamilyFit whole, int[] train, int[] test, double penalty, CrossFit chosen, double[] score, PairedLoss paired, List<string> notes)
    {
        List<Ablation> found = [];
        int positives = test.Count(r => run.Set.Label[r]);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, run.Options.Threads), CancellationToken = run.CancellationToken };
        foreach (IGrouping<string, FeatureColumn> department in run.Set.Table.Columns.GroupBy(c => c.Spec.Department, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            run.CancellationToken.ThrowIfCancellationRequested();
            FeatureColumn[] rest = [.. run.Set.Table.Columns.Where(c => c.Spec.Department != department.Key)];
            ItemSet? items = rest.Length == 0 ? null : ItemEncoder.Fit(new FeatureTable(rest), run.Options.Items);
            if (items is null || items.Items.Count == 0)
            {
                notes.Add($"without '{department.Key}' nothing is left to learn from: not compared");
                continue;
            }

            (FamilyFit fit, double[] without) = run.Without(items, new FeatureTable(rest)).ScoresAt(train, test, penalty, chosen);
            found.Add(new Ablation(
                department.Key, department.Count(), whole.Terms.Count(t => t.Items.Any(id => run.Items.Items[id].Department == department.Key)),
                test.Length, positives, fit.Gap, paired.Compare(score, without, parallel)));
        }

        return [.. found.OrderByDescending(a => a.Losses[0].Loss).ThenBy(a => a.Group, StringComparer.Ordinal)];
    }

    private static void NoteReference(List<string> notes, string stage, double? reference)
    {
        if (reference is { } excess && !(excess <= MachineLearning.LargestGap))
        {
            notes.Add(FormattableString.Invariant(
                $"{stage}: Microsoft.ML ends {excess:P2} above the certified optimum over the same terms"));
        }
    }

    internal static int MonthsBefore(int timeKey, int months)
    {
        DateOnly date = new DateOnly(timeKey / 10000, timeKey / 100 % 100, timeKey % 100).AddMonths(-months);
        return (date.Year * 10000) + (date.Month * 100) + date.Day;
    }

    /// <summary>Out-of-fold scores at the chosen penalty; and whether the terms of a limited model are chosen by exchanges.</summary>
    private sealed record CrossFit(double Share, PenaltyShape Shape, bool Exchanges, double[] OutOfFold, int[] Fold, int Folds)
    {
        /// <summary>Returns probabilities whose calibration has not seen the fold it is applied to.</summary>
        public double[] CrossCalibrate(bool[] label)
        {
            var probability = new double[OutOfFold.Length];
            for (int f = 0; f < Folds; f++)
            {
                int[] others = [.. Enumerable.Range(0, Fold.Length).Where(i => Fold[i] != f)];
                double[] score = [.. others.Select(i => OutOfFold[i])];
                bool[] y = [.. others.Select(i => label[i])];
                (double slope, double intercept) = MachineLearning.Calibrate(score, y);
                for (int i = 0; i < Fold.Length; i++)
                {
                    if (Fold[i] == f)
                    {
                        probability[i] = Logistic.Sigmoid((slope * OutOfFold[i]) + intercept);
                    }
                }
            }

            return probability;
        }
    }

    private sealed class Run(TrainingSet set, TrainOptions options, ItemSet items, BitColumns bits, CancellationToken cancellationToken)
    {
        // A hundredth of what one standard error of a loss resolves.
        private const double SelectionGap = 1e-4;

        private const double FinalGap = 1e-7;

        private const int LimitSteps = 4;

        private readonly WeightSign[] _signs = WeightSigns.Of(items);
        private readonly int[] _mined = [.. items.Items.Where(i => i.IsMined).Select(i => i.Id)];

        public TrainingSet Set => set;

        public TrainOptions Options => options;

        public ItemSet Items => items;

        public BitColumns Bits => bits;

        public CancellationToken CancellationToken => cancellationToken;

        /// <summary>The same rows with other columns.</summary>
        public Run Without(ItemSet rest, FeatureTable table) => new(set with { Table = table }, options with { ChecksSolver = false }, rest, rest.Encode(table), cancellationToken);

        /// <summary>Returns a fit of some rows at a given penalty, and its scores of others.</summary>
        public (FamilyFit Fit, double[] Scores) ScoresAt(int[] train, int[] test, double penalty, CrossFit chosen)
        {
            MineResult? mined = options.VerifiedOnly ? Mine(train, verify: true) : null;
            (FamilyFit fit, _, _) = Fit(train, chosen.Share, chosen.Shape, chosen.Exchanges, mined, penalty / chosen.Share);
            return (fit, Scores(fit, test));
        }

        /// <summary>Whether the last fit was cut to the most terms allowed.</summary>
        public bool WasLimited { get; private set; }

        public MineResult Mine(int[] rows, bool verify, int? threads = null)
        {
            bool[] label = [.. rows.Select(r => set.Label[r])];
            BitColumns taken = new BitColumns(bits.RowCount, [.. _mined.Select(id => bits.Columns[id])]).Take(rows);
            MineOptions mine = options.Mine with { Seed = options.Seed, Threads = threads ?? options.Threads };
            MineResult result = RuleMiner.Mine(taken, [.. Enumerable.Range(0, _mined.Length)], label, set.Structure.Take(rows), mine, cancellationToken, verify);
            return result with { Rules = [.. result.Rules.Select(r => r with { Items = [.. r.Items.Select(i => _mined[i])] })] };
        }

        /// <summary>Returns out-of-fold scores at a penalty that was chosen before.</summary>
        public CrossFit CrossValidate(int[] rows, double share, PenaltyShape shape) =>
            CrossValidate(rows, options.MaxTerms is null ? [share] : [.. options.PenaltyShares.Where(s => s > share), share], [shape], isChosen: true);

        public CrossFit CrossValidate(int[] rows, IReadOnlyList<double> shares, IReadOnlyList<PenaltyShape> shapes, bool isChosen = false)
        {
            int positiveGroups = rows.Where(r => set.Label[r]).Select(r => set.GroupKey[r]).Distinct().Count();
            int folds = Math.Clamp(options.Folds, 2, Math.Max(2, positiveGroups));

            // With one penalty there is nothing to choose, and the first split gives the scores.
            int repeats = isChosen || shares.Count * shapes.Count == 1 ? 1 : Math.Max(1, options.SelectionRepeats), jobs = repeats * folds;
            int[][] fold = [.. Enumerable.Range(0, repeats).Select(k => HouseholdFolds.Assign(
                rows, set.Label, set.GroupKey, folds, k == 0 ? options.Seed : SplitMix.Mix(options.Seed + 100 + (ulong)k)))];
            var loss = new double[shapes.Count][,];
            for (int q = 0; q < loss.Length; q++)
            {
                loss[q] = new double[shares.Count, jobs];
            }

            var fits = new List<FamilyFit>[shapes.Count, folds];
            var minedOf = new MineResult?[folds];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellationToken };
            Parallel.For(0, jobs, parallel, job =>
            {
                int repeat = job / folds, f = job % folds;
                int[] train = [.. Enumerable.Range(0, rows.Length).Where(i => fold[repeat][i] != f).Select(i => rows[i])];
                int[] test = [.. Enumerable.Range(0, rows.Length).Where(i => fold[repeat][i] == f).Select(i => rows[i])];
                MineResult? mined = options.VerifiedOnly ? Mine(train, verify: true, threads: 1) : null;
                foreach (IGrouping<double, int> growth in Enumerable.Range(0, shapes.Count).GroupBy(q => shapes[q].LengthGrowth))
                {
                    (FitRows fitRows, ITermFamily family, _) = Prepare(train, null, mined, growth.Key, 1);
                    double largest = ColumnGeneration.LargestPenalty(fitRows, family);
                    foreach (int q in growth)
                    {
                        List<FamilyFit> found = Path(new ColumnGeneration(fitRows, family, SelectionGap, shapes[q].Quadratic), shares, largest, test, loss[q], job);
                        if (repeat == 0)
                        {
                            (fits[q, f], minedOf[f]) = (found, mined);
                        }
                    }
                }
            });

            // The shape whose best penalty has the least loss; of equal ones the first.
            double[] least = [.. loss.Select(l => Means(l, shares.Count, jobs).Min())];
            int kind = Array.IndexOf(least, least.Min());
            int chosen = isChosen ? shares.Count - 1 : Choose(loss[kind], shares.Count, jobs, folds, options.SelectionErrors);
            var places = new int[folds][];
            var scores = new (double[] Path, double[] Exchanged)[folds];
            Parallel.For(0, folds, parallel, f =>
            {
                places[f] = [.. Enumerable.Range(0, rows.Length).Where(i => fold[0][i] == f)];
                int[] test = [.. places[f].Select(i => rows[i])];
                List<FamilyFit> path = fits[kind, f];
                FamilyFit last = path[Math.Min(chosen, path.Count - 1)];
                if (!(last.Terms.Count > options.MaxTerms))
                {
                    double[] score = Scores(last, test);
                    scores[f] = (score, score);
                    return;
                }

                int[] train = [.. Enumerable.Range(0, rows.Length).Where(i => fold[0][i] != f).Select(i => rows[i])];
                (FitRows fitRows, ITermFamily family, _) = Prepare(train, null, minedOf[f], shapes[kind].LengthGrowth, 1);
                double penalty = shares[chosen] * ColumnGeneration.LargestPenalty(fitRows, family);
                (FamilyFit limited, FamilyFit exchanged) = Limit([.. path.Take(chosen + 1)], fitRows, family, penalty, shapes[kind].Quadratic);
                scores[f] = (Scores(limited, test), Scores(exchanged, test));
            });

            // Exchanges follow chance where rows are few: they are made where the rows not learned from gain by more than one standard error.
            double[] gain = [.. Enumerable.Range(0, folds).Select(f => Loss(scores[f].Path, rows, places[f]) - Loss(scores[f].Exchanged, rows, places[f]))];
            double meanGain = gain.Average();
            bool exchanges = meanGain > Math.Sqrt(gain.Sum(g => (g - meanGain) * (g - meanGain)) / (folds - 1) / folds);
            var outOfFold = new double[rows.Length];
            for (int f = 0; f < folds; f++)
            {
                double[] score = exchanges ? scores[f].Exchanged : scores[f].Path;
                for (int i = 0; i < places[f].Length; i++)
                {
                    outOfFold[places[f][i]] = score[i];
                }
            }

            return new CrossFit(shares[chosen], shapes[kind], exchanges, outOfFold, fold[0], folds);
        }

        // Mean loss of the scores of some of the rows.
        private double Loss(double[] score, int[] rows, int[] places) =>
            Enumerable.Range(0, places.Length).Sum(i => Loss(score[i], set.Label[rows[places[i]]])) / places.Length;

        private static double Loss(double score, bool label)
        {
            double margin = label ? score : -score;
            return Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
        }

        // A path cut to the most terms, by a larger penalty and by exchanges.
        private (FamilyFit Limited, FamilyFit Exchanged) Limit(List<FamilyFit> path, FitRows rows, ITermFamily family, double penalty, double quadratic)
        {
            int most = options.MaxTerms!.Value;
            FamilyFit widest = path.FindLast(x => x.Terms.Count <= most) ?? path[0];
            return (Limit(widest, most, rows, penalty, quadratic, SelectionGap), Exchange(widest, path, most, rows, family, penalty, quadratic, SelectionGap));
        }

        private FamilyFit Exchange(FamilyFit widest, List<FamilyFit> path, int most, FitRows rows, ITermFamily family, double penalty, double quadratic, double gap)
        {
            IReadOnlyList<Term> start = Strongest(widest, most);
            IReadOnlyList<Term> terms = TermChoice.Choose(rows, family, start, path.AsEnumerable().Reverse().SelectMany(f => f.Terms), most, penalty, quadratic, cancellationToken);
            return new ColumnGeneration(rows, new TermList(rows, terms), gap, quadratic).Solve(penalty);
        }

        // Fits of one fold down the penalties, and the loss of each on the rows tested.
        private List<FamilyFit> Path(ColumnGeneration state, IReadOnlyList<double> shares, double largest, int[] test, double[,] loss, int job)
        {
            var found = new List<FamilyFit>();
            double best = double.PositiveInfinity;
            int s = 0, risen = 0;
            foreach (double share in shares)
            {
                cancellationToken.ThrowIfCancellationRequested();
                FamilyFit fit = state.Solve(share * largest);
                double[] scores = Scores(fit, test);
                for (int i = 0; i < test.Length; i++)
                {
                    loss[s, job] += Loss(scores[i], set.Label[test[i]]) / test.Length;
                }

                found.Add(fit);
                risen = loss[s, job] < best ? 0 : risen + 1;
                best = Math.Min(best, loss[s, job]);
                s++;
                if (risen == 3)
                {
                    break;
                }
            }

            // Smaller penalties overfit this fold and cost most time: they keep its last, already worse result.
            for (; s < shares.Count; s++)
            {
                loss[s, job] = loss[s - 1, job];
            }

            return found;
        }

        private static double[] Means(double[,] loss, int count, int jobs) =>
            [.. Enumerable.Range(0, count).Select(s => Enumerable.Range(0, jobs).Sum(f => loss[s, f] / jobs))];

        // The largest penalty whose mean loss is within so many standard errors of the best, one as a rule (Breiman et al., CART, 1984, 3.4.3).
        private static int Choose(double[,] loss, int count, int jobs, int folds, double errors)
        {
            double[] mean = Means(loss, count, jobs);
            int best = Array.IndexOf(mean, mean.Min());

            // Folds differ in difficulty, so the error is that of the difference to the best, fold by fold. Repeats steady the mean and the variance
            // but bring no new rows: the error is that of one split.
            for (int s = 0; s < best; s++)
            {
                double variance = 0;
                for (int f = 0; f < jobs; f++)
                {
                    double d = loss[s, f] - loss[best, f] - (mean[s] - mean[best]);
                    variance += d * d / (jobs - 1);
                }

                if (mean[s] - mean[best] <= errors * Math.Sqrt(variance / folds))
                {
                    return s;
                }
            }

            return best;
        }

        /// <summary>Returns the fit at a share of the largest penalty, certified over the family, and how far above it Microsoft.ML ends over its terms.</summary>
        /// <param name="rows">The rows.</param>
        /// <param name="share">The penalty as a share of the reference.</param>
        /// <param name="shape">Its shape.</param>
        /// <param name="exchanges">Whether the terms of a limited model are chosen by exchanges.</param>
        /// <param name="mined">Rules, where no other terms are offered.</param>
        /// <param name="reference">What shares are of; null takes the smallest penalty that gives these rows an empty model.</param>
        public (FamilyFit Fit, double Penalty, double? Reference) Fit(int[] rows, double share, PenaltyShape shape, bool exchanges, MineResult? mined, double? reference = null)
        {
            double quadratic = shape.Quadratic;
            (FitRows fitRows, ITermFamily family, _) = Prepare(rows, null, mined, shape.LengthGrowth, options.Threads);
            double largest = reference ?? ColumnGeneration.LargestPenalty(fitRows, family);
            var state = new ColumnGeneration(fitRows, family, FinalGap, quadratic);
            FamilyFit? fit = null, widest = null;
            List<FamilyFit> path = [];
            double above = 1, below = share;
            foreach (double s in options.PenaltyShares.Where(s => s > share).Append(share))
            {
                cancellationToken.ThrowIfCancellationRequested();
                fit = state.Solve(s * largest);
                path.Add(fit);
                bool isWithin = fit.Terms.Count <= (options.MaxTerms ?? int.MaxValue);
                (widest, above) = isWithin ? (fit, s) : (widest, above);
                below = isWithin || below > share ? below : s;
            }

            WasLimited = options.MaxTerms is { } most && fit!.Terms.Count > most;
            if (WasLimited)
            {
                // Between the last penalty that keeps few enough terms and the next one.
                for (int step = 0; step < LimitSteps; step++)
                {
                    double middle = Math.Sqrt(above * below);
                    FamilyFit tried = Start(fitRows, family, widest ?? fit!, quadratic).Solve(middle * largest);
                    bool isWithin = tried.Terms.Count <= options.MaxTerms!.Value;
                    (widest, above, below) = isWithin ? (tried, middle, below) : (widest, above, middle);
                }

                int limit = options.MaxTerms!.Value;
                fit = exchanges
                    ? Exchange(widest ?? fit!, path, limit, fitRows, family, share * largest, quadratic, FinalGap)
                    : Limit(widest ?? fit!, limit, fitRows, share * largest, quadratic, FinalGap);
            }

            // Microsoft.ML has one quadratic penalty for all columns, this one grows with the length.
            if (fit!.Terms.Count == 0 || !options.ChecksSolver || quadratic > 0)
            {
                return (fit, share * largest, null);
            }

            var design = new Design(
                [.. fit.Terms.Select(t => t.Rows)],
                [.. Enumerable.Range(0, fitRows.Count).Select(i => i < fitRows.PositiveCount)],
                fitRows.Weight,
                [.. fit.Terms.Select(t => t.Sign)],
                [.. fit.Terms.Select(t => t.Factor)]);
            return (fit, share * largest, MachineLearning.Excess(design, new LinearFit(fit.Weights, fit.Bias), share * largest));
        }

        private static ColumnGeneration Start(FitRows rows, ITermFamily family, FamilyFit from, double quadratic) =>
            new(rows, family, SelectionGap, from.Terms.Select((t, k) => (t, from.Weights[k])), from.Bias, quadratic);

        // The optimum over the terms of a fit, at a smaller penalty than theirs: what a larger penalty took from the weights of few terms is given back.
        private static FamilyFit Limit(FamilyFit chosen, int most, FitRows rows, double penalty, double quadratic, double gap)
        {
            return new ColumnGeneration(rows, new TermList(rows, Strongest(chosen, most)), gap, quadratic).Solve(penalty);
        }

        private static IReadOnlyList<Term> Strongest(FamilyFit fit, int most) =>
            [.. Enumerable.Range(0, fit.Terms.Count).OrderByDescending(t => Math.Abs(fit.Weights[t])).ThenBy(t => t).Take(most).Select(t => fit.Terms[t])];

        /// <summary>Returns the score of rows under a fit.</summary>
        public double[] Scores(FamilyFit fit, int[] rows)
        {
            var score = new double[rows.Length];
            Array.Fill(score, fit.Bias);
            for (int t = 0; t < fit.Terms.Count; t++)
            {
                ulong[] column = Column(fit.Terms[t].Items);
                for (int i = 0; i < rows.Length; i++)
                {
                    score[i] += (column[rows[i] >> 6] >> (rows[i] & 63) & 1) != 0 ? fit.Weights[t] : 0;
                }
            }

            return score;
        }

        /// <summary>Says what a fit chooses from.</summary>
        public string Offer(MineResult mined) => options.VerifiedOnly
            ? FormattableString.Invariant($"{TermPool.Build(items, bits, mined, options).Terms.Count} single conditions and verified rules")
            : FormattableString.Invariant($"all conjunctions of up to {options.ScoreLength} of {_mined.Length} conditions, and {items.Items.Count - _mined.Length} more alone");

        private ulong[] Column(int[] term)
        {
            var column = (ulong[])bits.Columns[term[0]].Clone();
            for (int i = 1; i < term.Length; i++)
            {
                PatternSearch.And(column, bits.Columns[term[i]], column);
            }

            return column;
        }

        // All positives, and negatives sampled by row key and weighted up, so that the sum of weights stays the number of rows.
        private (FitRows Rows, ITermFamily Family, int[] Used) Prepare(int[] rows, int[]? multiplicity, MineResult? mined, double growth, int threads)
        {
            int Times(int row) => multiplicity is null ? 1 : multiplicity[row];
            int[] positives = [.. rows.Where(r => set.Label[r] && Times(r) > 0)];
            int[] negatives = [.. rows.Where(r => !set.Label[r] && Times(r) > 0)];
            int keep = (int)Math.Min(negatives.Length, Math.Max(2000, (long)positives.Length * options.NegativesPerPositive));
            int[] kept = keep == negatives.Length
                ? negatives
                : [.. negatives.OrderBy(r => SplitMix.Mix((ulong)set.RowKey[r] ^ SplitMix.Mix(options.Seed + 1))).ThenBy(r => r).Take(keep).Order()];
            double whole = negatives.Sum(r => (double)Times(r)), sampled = kept.Sum(r => (double)Times(r));
            int[] used = [.. positives, .. kept];
            double[] weight = [.. used.Select(r => set.Label[r] ? Times(r) : Times(r) * (whole / sampled))];
            var fitRows = new FitRows(positives.Length, weight);
            BitColumns taken = bits.Take(used);
            if (options.VerifiedOnly)
            {
                TermPool pool = TermPool.Build(items, bits, mined!, options);
                return (fitRows, new TermList(fitRows, [.. pool.Terms.Select((term, t) =>
                    new Term(term, RowsOf(taken, term), pool.Signs[t], Math.Pow(term.Length, growth)))]), used);
            }

            var family = new ConjunctionFamily(fitRows, taken.Columns, [.. items.Items.Select(i => i.IsMined)], _signs, new ConjunctionOptions
            {
                MaxLength = options.ScoreLength,
                Growth = growth,
                MinRows = options.MinTermRows,
                Threads = threads,
                CancellationToken = cancellationToken,
            });
            return (fitRows, family, used);
        }

        private static int[] RowsOf(BitColumns taken, int[] term) =>
            [.. Enumerable.Range(0, taken.RowCount).Where(r => Array.TrueForAll(term, id => taken.Get(id, r)))];

        /// <summary>Returns, per term of the fit, the share of household resamples in which the same conjunction has a weight of the same sign.</summary>
        public double[] Stability(FamilyFit fit, double share, PenaltyShape shape, MineResult mined)
        {
            if (options.Bootstraps <= 0)
            {
                return [.. fit.Terms.Select(_ => -1.0)];
            }

            long[] groups = [.. set.GroupKey.Distinct().Order()];
            int[] all = [.. Enumerable.Range(0, set.Label.Length)];
            var kept = new int[options.Bootstraps][];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellationToken };
            Parallel.For(0, options.Bootstraps, parallel, b =>
            {
                var random = new SplitMix(SplitMix.Mix(options.Seed + 2) ^ SplitMix.Mix((ulong)b));
                var draws = new Dictionary<long, int>();
                for (int i = 0; i < groups.Length; i++)
                {
                    long group = groups[random.Next(groups.Length)];
                    draws[group] = draws.GetValueOrDefault(group) + 1;
                }

                int[] multiplicity = [.. all.Select(r => draws.GetValueOrDefault(set.GroupKey[r]))];
                if (!all.Any(r => set.Label[r] && multiplicity[r] > 0))
                {
                    kept[b] = [];
                    return;
                }

                // The optimum does not depend on the start; the final weights are close to it.
                (FitRows rows, ITermFamily family, int[] used) = Prepare(all, multiplicity, mined, shape.LengthGrowth, 1);
                BitColumns taken = bits.Take(used);
                double penalty = share * ColumnGeneration.LargestPenalty(rows, family);
                FamilyFit refit = new ColumnGeneration(
                    rows, family, SelectionGap, fit.Terms.Select((t, i) => (t with { Rows = RowsOf(taken, t.Items) }, fit.Weights[i])), fit.Bias, shape.Quadratic).Solve(penalty);
                HashSet<string> found = [.. refit.Terms.Select((t, i) => Signed(t.Items, refit.Weights[i]))];
                kept[b] = [.. Enumerable.Range(0, fit.Terms.Count).Where(t => found.Contains(Signed(fit.Terms[t].Items, fit.Weights[t])))];
            });
            var stability = new double[fit.Terms.Count];
            foreach (int t in kept.SelectMany(k => k))
            {
                stability[t]++;
            }

            return [.. stability.Select(count => count / options.Bootstraps)];

            static string Signed(int[] term, double weight) => FormattableString.Invariant($"{Math.Sign(weight)} {string.Join(',', term)}");
        }

        public ModelDocument Document(
            FamilyFit fit, MineResult mined, double[] stability, double slope, double intercept, double penalty, PenaltyShape shape)
        {
            int[] chosen = [.. Enumerable.Range(0, fit.Terms.Count)
                .OrderByDescending(t => Math.Abs(fit.Weights[t]))
                .ThenBy(t => t)];
            int[] used = [.. chosen.SelectMany(t => fit.Terms[t].Items).Distinct().Order()];
            Dictionary<int, int> newId = used.Select((id, i) => (id, i)).ToDictionary(x => x.id, x => x.i);
            HashSet<string> verified = [.. mined.Rules.Where(r => r.IsVerified).Select(r => Key(r.Direction, r.Items))];
            ModelTerm[] terms = [.. chosen.Select(t =>
            {
                int covered = 0, positives = 0;
                ulong[] column = Column(fit.Terms[t].Items);
                for (int r = 0; r < set.Label.Length; r++)
                {
                    if ((column[r >> 6] >> (r & 63) & 1) != 0)
                    {
                        covered++;
                        positives += set.Label[r] ? 1 : 0;
                    }
                }

                RuleDirection direction = fit.Weights[t] > 0 ? RuleDirection.Risk : RuleDirection.Protective;
                return new ModelTerm
                {
                    Items = [.. fit.Terms[t].Items.Select(id => newId[id])],
                    Text = RuleText.Of(items, fit.Terms[t].Items),
                    Departments = RuleText.Departments(items, fit.Terms[t].Items),
                    Weight = fit.Weights[t],
                    Covered = covered,
                    Positives = positives,
                    Rate = (double)positives / Math.Max(1, covered),
                    RateInterval = Wilson.Of(positives, covered),
                    LogP = Math.Max(double.MinValue, mined.Judge!.Of(column).LogP(direction)),

                    // Fine cuts are outside the tested family, whatever their p-value.
                    IsVerified = verified.Contains(Key(direction, fit.Terms[t].Items)),
                    Stability = stability[t],
                };
            })];
            return new ModelDocument
            {
                Features = items.Features,
                Items = [.. used.Select((id, i) => items.Items[id] with { Id = i })],
                Terms = terms,
                Bias = fit.Bias,
                CalibrationSlope = slope,
                CalibrationIntercept = intercept,
                MinCoverage = options.MinCoverage,
                Penalty = penalty,
                Quadratic = shape.Quadratic > 0 ? shape.Quadratic : null,
                LengthGrowth = shape.LengthGrowth,
                DualityGap = fit.Gap,
                RowCount = mined.RowCount,
                PositiveCount = mined.PositiveCount,
                LogThreshold = Math.Max(double.MinValue, mined.LogThreshold),
                Seed = options.Seed,
                FeatureHash = ModelDocument.HashFeatures(items.Features),
                DataHash = DataHash(set),
            };
        }
    }

    private static string Key(RuleDirection direction, int[] items) => FormattableString.Invariant($"{direction} {string.Join(',', items)}");

    private static string DataHash(TrainingSet set)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(set.RowKey.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(set.GroupKey.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(set.TimeKey.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(set.Structure.Unit.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(set.Structure.Stratum.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(set.Label.AsSpan()));
        foreach (FeatureColumn column in set.Table.Columns)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(column.Spec.Name));
            if (column.Numbers is { } numbers)
            {
                hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
                continue;
            }

            foreach (string? text in column.Categories!)
            {
                // The length in front keeps "a", "bc" apart from "ab", "c"; -1 is missing.
                byte[] bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
                hash.AppendData(BitConverter.GetBytes(text is null ? -1 : bytes.Length));
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
