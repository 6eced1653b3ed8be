using System.Diagnostics;
using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Model;

/// <summary>The stages from facts to a model, and from a model to scores with reasons.</summary>
public static class ModelRun
{
    private const string LockName = "write";

    /// <summary>Trains a model on every snapshot whose horizon is finished and makes it the current one.</summary>
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
        long modelRunId = ModelStore.Start(session, asKnownUtc, asKnownUtc, options.Train.Seed);
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
            TrainedModel model = ModelLibrary.Train(rows.ToSet(table), options.Train, progress, cancellationToken);
            TimeSpan trainTime = Stopwatch.GetElapsedTime(trained);

            MetricRow[] metrics =
            [
                .. GroupMetrics.Overall(model.Metrics),
                new MetricRow("duality_gap", "all", model.Document.DualityGap ?? double.NaN, null, model.Document.RowCount, model.Document.PositiveCount),
                .. GroupMetrics.ByGroup(
                    rows.Children, rows.Label, model.OutOfFoldProbability, options.CapacityShareA + options.CapacityShareB + options.CapacityShareC),
                .. GroupMetrics.Similar(rows.Label, model.OutOfFoldProbability),
            ];
            ModelStore.Succeed(session, modelRunId, Now(options), model, metrics, options.MaxListedRules, cancellationToken);
            WriteFile(options, modelRunId, model.Document);
            error = "";
            return Summarise(modelRunId, snapshots, rows, features.Count, model, featureTime, trainTime, Stopwatch.GetElapsedTime(begun));
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
        Scoring scoring = Compute(session, options, new Snapshot(snapshotDate, Microseconds(asKnownUtc)));
        cancellationToken.ThrowIfCancellationRequested();
        ScoreStore.Write(session, scoring, Now(options), cancellationToken);
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
        Scoring now = Compute(session, options, new Snapshot(snapshotDate, Microseconds(asKnownUtc)));
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

    private static Scoring Compute(WarehouseSession session, ModelOptions options, Snapshot snapshot)
    {
        StoredModel model = ModelStore.Current(session);
        IReadOnlyList<ChildFacts> children = FeatureReader.Read(session, snapshot, FeatureCatalogue.Default);
        var cases = Cases.Read(session, snapshot.AsKnownUtc);
        return ChildScorer.Score(model, snapshot, children, cases, options);
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
