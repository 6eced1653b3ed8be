using System.Diagnostics;
using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Model;

/// <summary>The stages from facts to a model, and from a model to scores with reasons.</summary>
public static class ModelRun
{
    private const string LockName = "write";

    /// <summary>Trains a model on every snapshot whose horizon is finished and makes it the current one, unless it fails a mark that was set before.</summary>
    /// <remarks>
    /// Nulls: <paramref name="progress"/> may be null. Errors: <see cref="ModelException"/> when the data cannot be learned from; the run
    /// is then recorded as failed and can be repeated. The same data and seed give the same document.
    /// </remarks>
    public static ModelSummary Train(
        WarehouseDatabases databases, ModelOptions options, IProgress<ModelProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long begun = Stopwatch.GetTimestamp();
        using IDisposable held = databases.Lock.Acquire(LockName, TimeSpan.Zero, cancellationToken);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        DateTime asKnownUtc = Now(options);
        IReadOnlyList<PassMark> marks = options.Marks.ToList();
        long modelRunId = ModelStore.Start(session, asKnownUtc, asKnownUtc, options.Train.Seed, marks);
        string error = "The run was cancelled or the process ended.";
        try
        {
            IReadOnlyList<FeatureEntry> features = ModelStore.Approve(session, FeatureCatalogue.Default);
            progress?.Report(new ModelProgress("features", 0));
            IReadOnlyList<DateOnly> snapshots = FindSnapshots(session, options, asKnownUtc);
            TrainingRows rows = ReadRows(session, options, snapshots, asKnownUtc, cancellationToken);
            FeatureTable table = FeatureTables.Build(rows.Children, features);
            TimeSpan featureTime = Stopwatch.GetElapsedTime(begun);

            long trained = Stopwatch.GetTimestamp();
            TrainOptions settings = options.Train with { AblationListShare = options.CapacityShareA + options.CapacityShareB + options.CapacityShareC };
            TrainedModel model = ModelLibrary.Train(rows.ToSet(table), settings, progress, cancellationToken);
            TimeSpan trainTime = Stopwatch.GetElapsedTime(trained);

            MetricRow[] metrics =
            [
                .. GroupMetrics.Overall(model.Metrics),
                new MetricRow("duality_gap", "all", model.Document.DualityGap ?? double.NaN, null, model.Document.RowCount, model.Document.PositiveCount),
                .. GroupMetrics.ByGroup(
                    rows.Children, rows.Label, model.OutOfFoldProbability, options.CapacityShareA + options.CapacityShareB + options.CapacityShareC),
                .. GroupMetrics.Similar(rows.Label, model.OutOfFoldProbability),
                .. GroupMetrics.Curves(rows.Label, model.TemporalProbability ?? model.OutOfFoldProbability),
            ];
            progress?.Report(new ModelProgress("judge", 0.95));
            IReadOnlyDictionary<long, double> served = Served(session, model.Document, snapshots[^1]);
            IReadOnlyList<PassMark> measured = new MarkJudge(options, rows, table, model, metrics).Judge(marks, InUse(session), served);
            double[] scores = [.. RiskScorer.Score(model.Document, table, new ScoreOptions { MinCoverage = 0 }).Select(score => score.RawLogOdds)];
            FinishedRun finished = new(model, metrics, measured, PopulationDrift.Reference(table, scores), rows.Children.Select(child => child.ChildKey).Distinct().Count());
            ModelStore.Succeed(session, modelRunId, Now(options), finished, options.MaxListedRules, cancellationToken);
            WriteFile(options, modelRunId, model.Document);
            error = "";
            return Summarise(modelRunId, snapshots, rows, features.Count, model, measured, featureTime, trainTime, Stopwatch.GetElapsedTime(begun));
        }
        catch (Exception cause) when (cause is ModelException or WarehouseException)
        {
            error = cause.Message;
            throw;
        }
        finally
        {
            if (error.Length > 0)
            {
                ModelStore.Fail(session, modelRunId, Now(options), error);
            }
        }
    }

    /// <summary>Scores every child of a snapshot with the current model and writes scores and reasons.</summary>
    /// <remarks>Writing the same scoring again replaces it by the same rows.</remarks>
    public static ScoreSummary Score(
        WarehouseDatabases databases, ModelOptions options, DateOnly snapshotDate, DateTime asKnownUtc, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        long begun = Stopwatch.GetTimestamp();
        using IDisposable held = databases.Lock.Acquire(LockName, TimeSpan.Zero, cancellationToken);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        StoredModel model = ModelStore.Current(session);
        FeatureTable? seen = null;
        Scoring scoring = Compute(session, model, options, new Snapshot(snapshotDate, Microseconds(asKnownUtc)), table => seen = table);
        cancellationToken.ThrowIfCancellationRequested();
        (IReadOnlyList<ReferenceBin> bins, long childCount) = GovernStore.Reference(session, model.ModelRunId);
        IReadOnlyList<FeatureDrift> drift = PopulationDrift.Compare(bins, childCount, seen!, [.. scoring.Scores.Where(score => score.WithheldCode.Length == 0).Select(score => score.LogOdds!.Value)]);
        session.Begin();
        ScoreStore.Write(session, scoring, Now(options), cancellationToken);
        GovernStore.WriteDrift(session, model.ModelRunId, scoring.Snapshot, drift, cancellationToken);
        GovernStore.WriteOutcomes(session, model.ModelRunId, Outcomes(session, model.ModelRunId, Now(options)), cancellationToken);
        session.Commit();
        IReadOnlyList<ScoreRow> scores = scoring.Scores;
        return new ScoreSummary
        {
            ModelRunId = scoring.ModelRunId,
            SnapshotDate = snapshotDate,
            AsKnownUtc = scoring.Snapshot.AsKnownUtc,
            ChildCount = scores.Count,
            ShownCount = scores.Count(s => s.WithheldCode.Length == 0),
            ThinFileCount = scores.Count(s => s.WithheldCode == "thin_file"),
            CaseCount = scores.Count(s => s.WithheldCode is "open_case" or "earlier_case"),
            Bands = (scores.Count(s => s.BandCode == "A"), scores.Count(s => s.BandCode == "B"), scores.Count(s => s.BandCode == "C")),
            ReasonCount = scoring.Reasons.Count,
            Drifted = [.. drift.Where(d => d.Status != "stable").OrderByDescending(d => d.Psi)],
            Notes = [.. model.PassedOver.Select(fault => $"passed over: {fault} Model {model.ModelRunId} scored instead")],
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
        };
    }

    /// <summary>Computes a scoring again from what was known then and compares it, bit by bit, with the one written.</summary>
    public static RecomputeResult Recompute(WarehouseDatabases databases, ModelOptions options, DateOnly snapshotDate, DateTime asKnownUtc)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        Scoring now = Compute(session, ModelStore.Current(session), options, new Snapshot(snapshotDate, Microseconds(asKnownUtc)), table => table);
        Scoring written = ScoreStore.Read(session, now.ModelRunId, now.Snapshot);
        Dictionary<long, ScoreRow> before = written.Scores.ToDictionary(s => s.ChildKey);
        ILookup<long, ReasonRow> reasonsBefore = written.Reasons.ToLookup(r => r.ChildKey);
        ILookup<long, ReasonRow> reasonsNow = now.Reasons.ToLookup(r => r.ChildKey);
        HashSet<long> different = [.. before.Keys.Except(now.Scores.Select(s => s.ChildKey))];
        foreach (ScoreRow score in now.Scores)
        {
            // Records compare doubles by value, where NaN and equal bits agree; nothing here is rounded.
            if (!before.TryGetValue(score.ChildKey, out ScoreRow? stored)
                || stored != score
                || !reasonsBefore[score.ChildKey].ToHashSet().SetEquals(reasonsNow[score.ChildKey]))
            {
                different.Add(score.ChildKey);
            }
        }

        return new RecomputeResult(written.Scores.Count, now.Scores.Count, [.. different.Order()]);
    }

    /// <summary>Makes a run that ended the one in use, whatever its marks say: by decision of a person, which is kept.</summary>
    /// <remarks>Errors: MDL-043 when there is no such run; those of reading its document, which is tried before.</remarks>
    /// <param name="databases">The warehouse.</param>
    /// <param name="modelRunId">The run.</param>
    /// <param name="staffId">Who decides it.</param>
    /// <param name="reason">Why; at most 1,000 characters are kept.</param>
    /// <param name="clock">Source of the present time.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static void Promote(WarehouseDatabases databases, long modelRunId, string staffId, string reason, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentException.ThrowIfNullOrWhiteSpace(staffId);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ArgumentNullException.ThrowIfNull(clock);
        using IDisposable held = databases.Lock.Acquire(LockName, TimeSpan.Zero, cancellationToken);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        ModelStore.Find(session, modelRunId);
        session.Begin();
        session.Execute("load/model_run_promote", new
        {
            ModelRunId = modelRunId,
            DecidedUtc = Microseconds(clock.GetUtcNow().UtcDateTime),
            StaffId = staffId,
            ReasonText = reason.Length > 1000 ? reason[..1000] : reason,
        });
        session.Commit();
    }

    // Whether a model in use can be read is a question for scoring; a new one does not wait for it.
    private static StoredModel? InUse(WarehouseSession session)
    {
        try
        {
            return ModelStore.Current(session);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    // As a scoring does it: facts read again, the document through its text.
    private static Dictionary<long, double> Served(WarehouseSession session, ModelDocument trained, DateOnly snapshot)
    {
        var document = ModelDocument.FromJson(trained.ToJson());
        IReadOnlyList<ChildFacts> children = FeatureReader.Read(session, Snapshot.AtStartOf(snapshot), FeatureCatalogue.Default);
        FeatureTable table = FeatureTables.Build(children, document.Features.Select(feature => FeatureCatalogue.Default.Find(feature.Name)!));
        IReadOnlyList<RiskScore> scores = ModelLibrary.Score(document, table, new ScoreOptions { MinCoverage = 0 });
        return Enumerable.Range(0, children.Count).ToDictionary(row => children[row].ChildKey, row => scores[row].RawLogOdds);
    }

    private static IReadOnlyList<OutcomePoint> Outcomes(WarehouseSession session, long modelRunId, DateTime nowUtc)
    {
        Extent extent = session.QuerySingle<Extent>("query/model_extent", new { AsKnownUtc = nowUtc });
        if ((extent.LastCaseLoadUtc ?? extent.LastCaseKnownUtc) is not { } last)
        {
            return [];
        }

        IReadOnlyList<ScoredChild> scored = session.Query<ScoredChild>("query/model_scored", new { ModelRunId = modelRunId });
        return OutcomeCusum.Run(OutcomeMonths.Count(scored, Cases.Read(session, nowUtc), Snapshot.DateInJapan(last)), (ulong)modelRunId);
    }

    private static Scoring Compute(WarehouseSession session, StoredModel model, ModelOptions options, Snapshot snapshot, Func<FeatureTable, FeatureTable> see)
    {
        IReadOnlyList<ChildFacts> children = FeatureReader.Read(session, snapshot, FeatureCatalogue.Default);
        var cases = Cases.Read(session, snapshot.AsKnownUtc);
        return ChildScorer.Score(model, snapshot, children, cases, options, see);
    }

    private static IReadOnlyList<DateOnly> FindSnapshots(WarehouseSession session, ModelOptions options, DateTime asKnownUtc)
    {
        Extent extent = session.QuerySingle<Extent>("query/model_extent", new { AsKnownUtc = asKnownUtc });
        if (extent.FirstKnownUtc is not { } first || (extent.LastCaseLoadUtc ?? extent.LastCaseKnownUtc) is not { } last)
        {
            throw new ModelException("MDL-050", "no resident events or no consultations", "both loaded", "load the feeds, then train");
        }

        DateOnly from = Snapshot.DateInJapan(first).AddMonths(options.HistoryMonths);
        DateOnly to = Snapshot.DateInJapan(last).AddDays(options.HorizonSlackDays).AddMonths(-options.Train.LabelHorizonMonths);
        List<DateOnly> snapshots = [];
        for (var month = new DateOnly(from.Year, from.Month, 1); month <= to; month = month.AddMonths(1))
        {
            if (month >= from && options.SnapshotMonths.Contains(month.Month))
            {
                snapshots.Add(month);
            }
        }

        return snapshots.Count > 0 ? [.. snapshots.TakeLast(options.MaxSnapshots)] : throw new ModelException(
            "MDL-051",
            FormattableString.Invariant($"no snapshot between {from:yyyy-MM-dd} and {to:yyyy-MM-dd}"),
            FormattableString.Invariant($"one with {options.HistoryMonths} months before it and {options.Train.LabelHorizonMonths} after it"),
            "load a longer history");
    }

    private static TrainingRows ReadRows(
        WarehouseSession session, ModelOptions options, IReadOnlyList<DateOnly> snapshots, DateTime asKnownUtc, CancellationToken cancellationToken)
    {
        // Labels may use all that is known by now; features only what was known at the snapshot.
        var cases = Cases.Read(session, asKnownUtc);
        var rows = new TrainingRows();
        foreach (DateOnly date in snapshots)
        {
            cancellationToken.ThrowIfCancellationRequested();
            HashSet<long> present = FeatureReader.ReadPresent(session, date.AddMonths(options.Train.LabelHorizonMonths), asKnownUtc);
            foreach (ChildFacts child in FeatureReader.Read(session, Snapshot.AtStartOf(date), FeatureCatalogue.Default))
            {
                LabelStatus status = cases.Label(child.ChildKey, date, options.Train.LabelHorizonMonths, present.Contains(child.ChildKey));
                rows.Add(child, status, options.MinSources);
            }
        }

        return rows;
    }

    private static void WriteFile(ModelOptions options, long modelRunId, ModelDocument document)
    {
        if (options.ModelFolder is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, FormattableString.Invariant($"model-{modelRunId}.json")), document.ToJson());
        }
    }

    private static ModelSummary Summarise(
        long modelRunId,
        IReadOnlyList<DateOnly> snapshots,
        TrainingRows rows,
        int featureCount,
        TrainedModel model,
        IReadOnlyList<PassMark> marks,
        TimeSpan featureTime,
        TimeSpan trainTime,
        TimeSpan total)
    {
        IReadOnlyList<MinedRule> mined = model.Mined.Rules;
        return new ModelSummary
        {
            ModelRunId = modelRunId,
            Snapshots = snapshots,
            RowCount = rows.Children.Count,
            PositiveCount = rows.Label.Count(y => y),
            ExcludedCount = rows.ExcludedCount,
            FeatureCount = featureCount,
            ItemCount = model.Items.Items.Count,
            VerifiedCount = mined.Count(r => r.IsVerified),
            CandidateCount = mined.Count(r => !r.IsVerified),
            KeptCount = model.Document.Terms.Count,
            Temporal = model.Metrics.Temporal,
            CrossValidated = model.Metrics.CrossValidated,
            Notes = model.Notes,
            Ablations = model.Ablations,
            Marks = marks,
            ModelSha256 = model.Document.Hash(),
            FeatureSeconds = featureTime.TotalSeconds,
            TrainSeconds = trainTime.TotalSeconds,
            Seconds = total.TotalSeconds,
        };
    }

    private static DateTime Now(ModelOptions options) => Microseconds(options.Clock.GetUtcNow().UtcDateTime);

    // Cut to what both engines keep, so that what is written equals what is asked for later.
    private static DateTime Microseconds(DateTime utc) => new(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    private sealed record Extent(DateTime? FirstKnownUtc, DateTime? LastKnownUtc, DateTime? LastCaseKnownUtc, DateTime? LastCaseLoadUtc);
}
