using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Store;
using Warehouse.Sql;

namespace Warehouse.Model;

/// <summary>What scores would lose without one source.</summary>
/// <param name="Feed">The source.</param>
/// <param name="FeatureCount">Features that come from it.</param>
/// <param name="UsedCount">Those of them that a term of the current model tests.</param>
/// <param name="RestingCount">Listed children with a reason that tests one of them.</param>
/// <param name="BandChangedCount">Listed children whose band would be another one, or none.</param>
/// <param name="WithheldCount">Listed children whose score would be withheld, because too few other sources know them.</param>
public sealed record SourceLoss(string Feed, int FeatureCount, int UsedCount, int RestingCount, int BandChangedCount, int WithheldCount);

/// <summary>What scores would lose without each source, at one scoring.</summary>
/// <param name="SnapshotDate">The day that the scores describe.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
/// <param name="ListedCount">Children with a band.</param>
/// <param name="Sources">One entry a feed that gives features.</param>
public sealed record SourceLosses(DateOnly SnapshotDate, DateTime AsKnownUtc, int ListedCount, IReadOnlyList<SourceLoss> Sources)
{
    /// <summary>Scores a snapshot again without each source in turn; nothing is written.</summary>
    /// <remarks>Cost: the features once, and one scoring a source. Errors: <see cref="ModelException"/> when there is no model.</remarks>
    public static SourceLosses Measure(WarehouseDatabases databases, ModelOptions options, DateOnly snapshotDate, DateTime asKnownUtc, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(options);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        StoredModel model = ModelStore.Current(session);
        Snapshot snapshot = new(snapshotDate, asKnownUtc);
        IReadOnlyList<ChildFacts> children = FeatureReader.Read(session, snapshot, FeatureCatalogue.Default);
        var cases = Cases.Read(session, snapshot.AsKnownUtc);
        return Measure(model, snapshot, children, cases, options, cancellationToken);
    }

    /// <summary>Returns the losses; pure.</summary>
    public static SourceLosses Measure(
        StoredModel model, Snapshot snapshot, IReadOnlyList<ChildFacts> children, Cases cases, ModelOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(children);
        Scoring whole = ChildScorer.Score(model, snapshot, children, cases, options);
        Dictionary<long, string> listed = whole.Scores.Where(score => score.BandCode != "none").ToDictionary(score => score.ChildKey, score => score.BandCode);
        HashSet<string>[] tested = [.. model.Document.Terms.Select(term =>
            term.Items.Select(id => FeatureCatalogue.Default.Find(model.Document.Items[id].Feature)?.Feed ?? "").ToHashSet(StringComparer.Ordinal))];
        HashSet<string> used = [.. model.Document.Terms.SelectMany(term => term.Items).Select(id => model.Document.Items[id].Feature)];
        List<SourceLoss> losses = [];
        foreach (IGrouping<string, FeatureEntry> feed in FeatureCatalogue.Default.Entries.GroupBy(entry => entry.Feed, StringComparer.Ordinal).OrderBy(feed => feed.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            HashSet<string> names = [.. feed.Select(entry => entry.Name)];
            FeatureTable own = FeatureTables.Build(children, feed);
            IReadOnlyList<ChildFacts> without = [.. children.Select((child, row) =>
                own.Columns.Any(column => !column.IsMissing(row)) ? child with { SourceCount = Math.Max(0, child.SourceCount - 1) } : child)];
            Dictionary<long, ScoreRow> scores = ChildScorer.Score(model, snapshot, without, cases, options, table => Without(table, names))
                .Scores.ToDictionary(score => score.ChildKey);
            losses.Add(new SourceLoss(
                feed.Key,
                names.Count,
                names.Count(used.Contains),
                whole.Reasons.Where(reason => listed.ContainsKey(reason.ChildKey) && reason.RuleKey != 0 && tested[Term(model, reason)].Contains(feed.Key))
                    .Select(reason => reason.ChildKey).Distinct().Count(),
                listed.Count(child => scores[child.Key].BandCode != child.Value),
                listed.Keys.Count(child => scores[child].WithheldCode.Length > 0)));
        }

        return new SourceLosses(snapshot.Date, snapshot.AsKnownUtc, listed.Count, losses);
    }

    private static int Term(StoredModel model, ReasonRow reason) => (int)(reason.RuleKey - ModelStore.RuleKey(model.ModelRunId, 0));

    private static FeatureTable Without(FeatureTable table, HashSet<string> names) => new([.. table.Columns.Select(column =>
        !names.Contains(column.Spec.Name) ? column
        : column.Numbers is { } numbers ? FeatureColumn.Number(column.Spec, [.. numbers.Select(_ => double.NaN)])
        : FeatureColumn.Category(column.Spec, new string?[column.RowCount]))]);
}
