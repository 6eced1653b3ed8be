using System.Globalization;
using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Model;

/// <summary>One condition of a reason with the value that it was tested on.</summary>
/// <param name="Text">The condition in Japanese.</param>
/// <param name="Feature">The feature.</param>
/// <param name="JapaneseName">Its name for staff.</param>
/// <param name="Value">Its value for this child; null where nothing is on record.</param>
/// <param name="Unit">The unit of the value.</param>
/// <param name="Feed">The feed that the feature comes from.</param>
/// <param name="Sources">The columns behind it, as <c>feed.column</c>.</param>
public sealed record TracedItem(string Text, string Feature, string JapaneseName, string? Value, string Unit, string Feed, IReadOnlyList<string> Sources);

/// <summary>One reason of a score with its conditions.</summary>
/// <param name="Side"><c>for</c>, <c>against</c> or <c>unknown</c>.</param>
/// <param name="Rank">Its place on that side.</param>
/// <param name="RuleCode">The rule, or empty for something unknown.</param>
/// <param name="Text">The reason in Japanese.</param>
/// <param name="Weight">The change of the log-odds.</param>
/// <param name="Items">The conditions.</param>
public sealed record TracedReason(string Side, int Rank, string RuleCode, string Text, double Weight, IReadOnlyList<TracedItem> Items);

/// <summary>Takes the reasons of a written score apart into conditions, features and values.</summary>
public static class ReasonTrace
{
    /// <summary>Returns the reasons of one child at one scoring of the current model, as written; the values are computed as known then.</summary>
    public static IReadOnlyList<TracedReason> Read(WarehouseDatabases databases, long childKey, DateOnly snapshotDate, DateTime asKnownUtc)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        StoredModel model = ModelStore.Current(session);
        Snapshot snapshot = new(snapshotDate, asKnownUtc);
        List<ReasonRow> reasons = ScoreStore.Read(session, model.ModelRunId, snapshot).Reasons.Where(reason => reason.ChildKey == childKey).ToList();
        ChildFacts? child = reasons.Count == 0 ? null : FeatureReader.Read(session, snapshot, FeatureCatalogue.Default).FirstOrDefault(facts => facts.ChildKey == childKey);
        return child is null ? [] : [.. reasons.Select(reason => Trace(model, child, reason))];
    }

    private static TracedReason Trace(StoredModel model, ChildFacts child, ReasonRow reason)
    {
        if (reason.RuleKey == 0)
        {
            FeatureEntry entry = FeatureCatalogue.Default.Entries.First(feature => feature.Key == reason.FeatureKey);
            return new TracedReason(reason.SideCode, reason.ReasonRank, "", entry.JapaneseName, reason.Weight, [Item(child, entry, entry.JapaneseName)]);
        }

        int index = (int)(reason.RuleKey - ModelStore.RuleKey(model.ModelRunId, 0));
        ModelTerm term = model.Document.Terms[index];
        return new TracedReason(
            reason.SideCode,
            reason.ReasonRank,
            string.Create(CultureInfo.InvariantCulture, $"R{index + 1:0000}"),
            term.Text,
            reason.Weight,
            [.. term.Items.Select(id => model.Document.Items[id]).Select(item => Item(child, FeatureCatalogue.Default[item.Feature], item.Text))]);
    }

    private static TracedItem Item(ChildFacts child, FeatureEntry entry, string text)
    {
        FeatureColumn column = FeatureTables.Build([child], [entry]).Columns[0];
        string? value = column.IsMissing(0) ? null
            : column.Numbers is { } numbers ? numbers[0].ToString("0.###", CultureInfo.InvariantCulture)
            : entry.CategoryTexts.GetValueOrDefault(column.Categories![0]!, column.Categories[0]!);
        return new TracedItem(text, entry.Name, entry.JapaneseName, value, entry.Unit, entry.Feed, entry.Sources);
    }
}
