using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>Trains the additive rule model.</summary>
/// <remarks>
/// Rules are mined again inside every fold, so that the penalty is chosen, and the probabilities calibrated,
/// on rows that neither rules nor weights have seen.
/// </remarks>
public static class RiskTrainer
{
    /// <summary>Returns a trained model.</summary>
    /// <remarks>Errors: MDL-004 to MDL-009 for rows or labels that cannot be learned from.</remarks>
    public static TrainedModel Train(TrainingSet set, TrainOptions options, IProgress<ModelProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        Check(set);

        // The order in which the rows arrive must not matter; within a household it follows time for the permutations.
        int[] order = [.. Enumerable.Range(0, set.Label.Length).OrderBy(r => set.GroupKey[r]).ThenBy(r => set.TimeKey[r]).ThenBy(r => set.RowKey[r])];
        TrainedModel ordered = TrainOrdered(Take(set, order), options, progress, cancellationToken);
        var outOfFold = new double[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            outOfFold[order[i]] = ordered.OutOfFoldProbability[i];
        }

        return ordered with { OutOfFoldProbability = outOfFold };
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
        (EvaluationResult? temporal, int from, double? share) = Temporal(run, notes);

        progress?.Report(new ModelProgress("select", 0.4));
        int[] all = [.. Enumerable.Range(0, set.Label.Length)];
        CrossFit cross = run.CrossValidate(all, share is { } s ? [s] : options.PenaltyShares);
        NoteFallbacks(notes, "cross-validation", cross.Fallbacks, cross.Folds);
        double[] probability = cross.CrossCalibrate(set.Label);
        (double slope, double intercept) = MachineLearning.Calibrate(cross.OutOfFold, set.Label);

        progress?.Report(new ModelProgress("mine", 0.6));
        MineResult mined = run.Mine(all, verify: true);

        progress?.Report(new ModelProgress("fit", 0.8));
        TermPool pool = TermPool.Build(items, run.Bits, mined, options);
        (LinearFit fit, double penalty, bool isFallback, double chosenGap, double reportedGap) = run.Fit(pool, all, cross.Share);
        notes.Add(FormattableString.Invariant(
            $"final model: at most {chosenGap:0.0e+0} above the optimum over {pool.Terms.Count} terms offered as selected, {reportedGap:0.0e+0} with the weights reported (relative duality gap)"));
        NoteFallbacks(notes, "final model", isFallback ? 1 : 0, 1);

        progress?.Report(new ModelProgress("bootstrap", 0.85));
        double[] stability = run.Stability(pool, fit, cross.Share);

        ModelDocument document = run.Document(pool, fit, mined, stability, slope, intercept, penalty);
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
    private static (EvaluationResult? Result, int From, double? Share) Temporal(Run run, List<string> notes)
    {
        TrainingSet set = run.Set;
        int[] times = [.. set.TimeKey.Distinct().Order()];
        int periods = run.Options.HoldOutPeriods;
        if (periods <= 0 || times.Length <= periods)
        {
            notes.Add($"{times.Length} snapshot dates: no temporal evaluation");
            return (null, 0, null);
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
            return (null, 0, null);
        }

        CrossFit cross = run.CrossValidate(train, run.Options.PenaltyShares);
        bool[] label = [.. train.Select(r => set.Label[r])];
        (double slope, double intercept) = MachineLearning.Calibrate(cross.OutOfFold, label);
        TermPool pool = TermPool.Build(run.Items, run.Bits, run.Mine(train, run.Options.VerifiedOnly), run.Options);
        (LinearFit fit, _, bool isFallback, _, _) = run.Fit(pool, train, cross.Share);
        NoteFallbacks(notes, "temporal evaluation", cross.Fallbacks + (isFallback ? 1 : 0), cross.Folds + 1);
        double[] probability = [.. test.Select(r => Logistic.Sigmoid((slope * pool.Score(fit, r)) + intercept))];
        bool[] outcome = [.. test.Select(r => set.Label[r])];
        long[] groups = [.. test.Select(r => set.GroupKey[r])];
        return (Evaluation.Evaluate(probability, outcome, groups, run.Options.ListSizes), from, cross.Share);
    }

    private static void NoteFallbacks(List<string> notes, string stage, int fallbacks, int fits)
    {
        if (fallbacks > 0)
        {
            notes.Add(FormattableString.Invariant(
                $"{stage}: Microsoft.ML came more than {MachineLearning.LargestGap:P1} above the optimum in {fallbacks} of {fits} fits: weights of coordinate descent kept"));
        }
    }

    internal static int MonthsBefore(int timeKey, int months)
    {
        DateOnly date = new DateOnly(timeKey / 10000, timeKey / 100 % 100, timeKey % 100).AddMonths(-months);
        return (date.Year * 10000) + (date.Month * 100) + date.Day;
    }

    /// <summary>Out-of-fold scores at the chosen penalty.</summary>
    private sealed record CrossFit(double Share, double[] OutOfFold, int[] Fold, int Folds, int Fallbacks)
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

    /// <summary>The fits of one fold, as many as the path went on, and what they were made from.</summary>
    private sealed record FoldPath(TermPool Pool, Design Design, double LargestPenalty, List<LinearFit> Fits, int[] Test);

    private sealed class Run(TrainingSet set, TrainOptions options, ItemSet items, BitColumns bits, CancellationToken cancellationToken)
    {
        private readonly int[] _mined = [.. items.Items.Where(i => i.IsMined).Select(i => i.Id)];

        public TrainingSet Set => set;

        public TrainOptions Options => options;

        public ItemSet Items => items;

        public BitColumns Bits => bits;

        public MineResult Mine(int[] rows, bool verify, int? threads = null)
        {
            bool[] label = [.. rows.Select(r => set.Label[r])];
            BitColumns taken = new BitColumns(bits.RowCount, [.. _mined.Select(id => bits.Columns[id])]).Take(rows);
            MineOptions mine = options.Mine with { Seed = options.Seed, Threads = threads ?? options.Threads };
            MineResult result = RuleMiner.Mine(taken, [.. Enumerable.Range(0, _mined.Length)], label, set.Structure.Take(rows), mine, cancellationToken, verify);
            return result with { Rules = [.. result.Rules.Select(r => r with { Items = [.. r.Items.Select(i => _mined[i])] })] };
        }

        public CrossFit CrossValidate(int[] rows, IReadOnlyList<double> shares)
        {
            int positiveGroups = rows.Where(r => set.Label[r]).Select(r => set.GroupKey[r]).Distinct().Count();
            int folds = Math.Clamp(options.Folds, 2, Math.Max(2, positiveGroups));
            int[] fold = HouseholdFolds.Assign(rows, set.Label, set.GroupKey, folds, options.Seed);
            var loss = new double[shares.Count, folds];
            var paths = new FoldPath[folds];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Threads), CancellationToken = cancellationToken };
            Parallel.For(0, folds, parallel, f =>
            {
                int[] train = [.. Enumerable.Range(0, rows.Length).Where(i => fold[i] != f).Select(i => rows[i])];
                int[] test = [.. Enumerable.Range(0, rows.Length).Where(i => fold[i] == f)];
                TermPool pool = TermPool.Build(items, bits, Mine(train, options.VerifiedOnly, threads: 1), options);
                (Design design, double largest) = Prepare(pool, train, null);
                var fits = new List<LinearFit>();
                double best = double.PositiveInfinity;
                int s = 0, risen = 0;
                foreach (LinearFit fit in SparseLogistic.Path(design, shares.Select(x => x * largest)))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    foreach (int i in test)
                    {
                        double score = pool.Score(fit, rows[i]);
                        double margin = set.Label[rows[i]] ? score : -score;
                        loss[s, f] += (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)))) / test.Length;
                    }

                    fits.Add(fit);
                    risen = loss[s, f] < best ? 0 : risen + 1;
                    best = Math.Min(best, loss[s, f]);
                    s++;
                    if (risen == 3)
                    {
                        break;
                    }
                }

                // Smaller penalties overfit this fold and cost most time: they keep its last, already worse result.
                for (; s < shares.Count; s++)
                {
                    loss[s, f] = loss[s - 1, f];
                }

                paths[f] = new FoldPath(pool, design, largest, fits, test);
            });
            int chosen = OneStandardError(loss, shares.Count, folds);
            var outOfFold = new double[rows.Length];
            var isFallback = new bool[folds];
            Parallel.For(0, folds, parallel, f =>
            {
                FoldPath path = paths[f];
                int s = Math.Min(chosen, path.Fits.Count - 1);
                (LinearFit fit, isFallback[f]) = MachineLearning.Refit(path.Design, path.Fits[s], shares[s] * path.LargestPenalty);
                foreach (int i in path.Test)
                {
                    outOfFold[i] = path.Pool.Score(fit, rows[i]);
                }
            });
            return new CrossFit(shares[chosen], outOfFold, fold, folds, isFallback.Count(x => x));
        }

        // The largest penalty whose mean loss is within one standard error of the best (Breiman et al., CART, 1984, 3.4.3).
        private static int OneStandardError(double[,] loss, int count, int folds)
        {
            var mean = new double[count];
            for (int s = 0; s < count; s++)
            {
                for (int f = 0; f < folds; f++)
                {
                    mean[s] += loss[s, f] / folds;
                }
            }

            int best = Array.IndexOf(mean, mean.Min());

            // Folds differ in difficulty, so the error is that of the difference to the best, fold by fold.
            for (int s = 0; s < best; s++)
            {
                double variance = 0;
                for (int f = 0; f < folds; f++)
                {
                    double d = loss[s, f] - loss[best, f] - (mean[s] - mean[best]);
                    variance += d * d / (folds - 1);
                }

                if (mean[s] - mean[best] <= Math.Sqrt(variance / folds))
                {
                    return s;
                }
            }

            return best;
        }

        /// <summary>Selects terms by coordinate descent and estimates their weights by Microsoft.ML.</summary>
        public (LinearFit Fit, double Penalty, bool IsFallback, double ChosenGap, double ReportedGap) Fit(TermPool pool, int[] rows, double share)
        {
            (Design design, double largest) = Prepare(pool, rows, null);
            double[] path = [.. options.PenaltyShares.Where(s => s > share).Append(share).Select(s => s * largest)];
            LinearFit chosen = SparseLogistic.Polish(design, path[^1], SparseLogistic.Path(design, path).Last());
            (LinearFit fit, bool isFallback) = MachineLearning.Refit(design, chosen, path[^1]);
            return (fit, path[^1], isFallback, SparseLogistic.Gap(design, chosen, path[^1]), SparseLogistic.Gap(design, fit, path[^1]));
        }

        // All positives, and negatives sampled by row key and weighted up, so that the sum of weights stays the number of rows.
        private (Design Design, double LargestPenalty) Prepare(TermPool pool, int[] rows, int[]? multiplicity)
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
            Design design = pool.Design(used, weight, set.Label);
            return (design, SparseLogistic.LargestPenalty(design));
        }

        public double[] Stability(TermPool pool, LinearFit fit, double share)
        {
            if (options.Bootstraps <= 0)
            {
                return [.. pool.Terms.Select(_ => -1.0)];
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
                (Design design, double largest) = Prepare(pool, all, multiplicity);
                LinearFit refit = SparseLogistic.Path(design, [share * largest], fit).Single();
                kept[b] = [.. Enumerable.Range(0, pool.Terms.Count).Where(t => refit.Weights[t] * fit.Weights[t] > 0)];
            });
            var stability = new double[pool.Terms.Count];
            foreach (int t in kept.SelectMany(k => k))
            {
                stability[t]++;
            }

            return [.. stability.Select(count => count / options.Bootstraps)];
        }

        public ModelDocument Document(
            TermPool pool, LinearFit fit, MineResult mined, double[] stability, double slope, double intercept, double penalty)
        {
            int[] chosen = [.. Enumerable.Range(0, pool.Terms.Count)
                .Where(t => fit.Weights[t] != 0)
                .OrderByDescending(t => Math.Abs(fit.Weights[t]))
                .ThenBy(t => t)];
            int[] used = [.. chosen.SelectMany(t => pool.Terms[t]).Distinct().Order()];
            Dictionary<int, int> newId = used.Select((id, i) => (id, i)).ToDictionary(x => x.id, x => x.i);
            HashSet<string> verified = [.. mined.Rules.Where(r => r.IsVerified).Select(r => Key(r.Direction, r.Items))];
            ModelTerm[] terms = [.. chosen.Select(t =>
            {
                int covered = 0, positives = 0;
                for (int r = 0; r < set.Label.Length; r++)
                {
                    if ((pool.Columns[t][r >> 6] >> (r & 63) & 1) != 0)
                    {
                        covered++;
                        positives += set.Label[r] ? 1 : 0;
                    }
                }

                RuleDirection direction = fit.Weights[t] > 0 ? RuleDirection.Risk : RuleDirection.Protective;
                return new ModelTerm
                {
                    Items = [.. pool.Terms[t].Select(id => newId[id])],
                    Text = RuleText.Of(items, pool.Terms[t]),
                    Departments = RuleText.Departments(items, pool.Terms[t]),
                    Weight = fit.Weights[t],
                    Covered = covered,
                    Positives = positives,
                    Rate = (double)positives / Math.Max(1, covered),
                    RateInterval = Wilson.Of(positives, covered),
                    LogP = Math.Max(double.MinValue, mined.Judge!.Of(pool.Columns[t]).LogP(direction)),

                    // Fine cuts are outside the tested family, whatever their p-value.
                    IsVerified = verified.Contains(Key(direction, pool.Terms[t])),
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
