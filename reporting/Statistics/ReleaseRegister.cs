using System.Globalization;
using Warehouse.Reporting.Disclosure;
using Warehouse.Sql;

namespace Warehouse.Reporting.Statistics;

/// <summary>What was released, figure by figure; rows are only ever added.</summary>
internal sealed class ReleaseRegister(WarehouseDatabases databases, TimeProvider time)
{
    private const int LongestKey = 400;
    private const string Unpublished = "unpublished";

    private static readonly string[] Columns = ["release_id", "figure_key", "cell_count", "state_code", "printed_count", "shown_lower", "shown_upper", "need_width"];

    private static readonly string[] SumColumns = ["release_id", "sum_number", "part_number", "figure_key"];

    /// <summary>Returns the release of the same month, state of knowledge, rules and figures, or null.</summary>
    internal (long ReleaseId, ControlledRelease Release)? Find(LinkedTableSet set, DateOnly month, DateTime asKnownUtc, DisclosureProfile profile)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        foreach (Head head in session.Query<Head>(
            "query/report_release_find",
            new { as_of_date = month, as_known_utc = asKnownUtc, profile_name = profile.Name, thresholds_text = Thresholds(profile) }))
        {
            Dictionary<string, Row> rows = Rows(session, head.ReleaseId, head.ReleaseId)
                .Where(row => row.StateCode != Unpublished).ToDictionary(row => row.FigureKey, StringComparer.Ordinal);
            if (rows.Count == set.System.Cells.Count && set.System.Cells.All(cell => rows.TryGetValue(cell.Key, out Row? row) && row.CellCount == cell.Value))
            {
                List<ReleasedFigure> figures = set.System.Cells.Select(cell => Figure(cell, rows[cell.Key])).ToList();
                return (head.ReleaseId, new ControlledRelease(set, null, figures, head.AuditedCount, head.SecondaryCost, head.SecondaryBound));
            }
        }

        return null;
    }

    /// <summary>Returns every release.</summary>
    internal IReadOnlyList<EarlierRelease> Earlier()
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        ILookup<long, SumRow> sums = session.Query<SumRow>("query/report_release_sum").ToLookup(row => row.ReleaseId);
        return Rows(session, 0, long.MaxValue)
            .GroupBy(row => row.ReleaseId)
            .Select(group => new EarlierRelease(
                group.Key,
                group.ToDictionary(row => row.FigureKey, row => new EarlierFigure(row.FigureKey, row.CellCount, row.ShownLower, row.ShownUpper, row.NeedWidth), StringComparer.Ordinal),
                sums[group.Key].GroupBy(row => row.SumNumber).Select(sum => new EarlierSum(sum.First().FigureKey, sum.Skip(1).Select(row => row.FigureKey).ToList())).ToList()))
            .ToList();
    }

    /// <summary>Writes a release down, before anybody sees it.</summary>
    internal (long ReleaseId, ControlledRelease Release) Add(ControlledRelease release, DateOnly month, DateTime asKnownUtc, DisclosureProfile profile)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        session.Begin();
        long releaseId = session.QuerySingle<long>("query/report_release_next");
        EarlierRelease row = release.ToEarlier(releaseId);
        if (row.Figures.Keys.FirstOrDefault(key => key.Length > LongestKey) is { } tooLong)
        {
            throw new DisclosureException(
                DisclosureFault.Malformed,
                $"The key of '{DisclosureException.Short(tooLong)}' has {tooLong.Length} characters; expected at most {LongestKey}.",
                $"「{DisclosureException.Short(tooLong)}」の識別名が長すぎます。");
        }

        session.Execute("load/report_release_insert", new
        {
            release_id = releaseId,
            now_utc = time.GetUtcNow().UtcDateTime,
            as_of_date = month,
            as_known_utc = asKnownUtc,
            profile_name = profile.Name,
            thresholds_text = Thresholds(profile),
            figure_count = release.Figures.Count,
            hidden_count = release.Figures.Count(figure => figure.Shown is null),
            audited_count = release.Audited,
            secondary_cost = release.SecondaryCost,
            secondary_bound = release.SecondaryBound,
        });
        Dictionary<string, ReleasedFigure> released = release.Figures.ToDictionary(figure => figure.Key, StringComparer.Ordinal);
        session.BulkInsert("fact.release_cell", Columns, row.Figures.Values.Select(figure =>
        {
            ReleasedFigure? shown = released.GetValueOrDefault(figure.Key);
            return new object?[]
            {
                releaseId, figure.Key, (long)figure.Value, shown is null ? Unpublished : StateCode(shown.State), (long?)shown?.Shown, (long?)figure.ShownLower, (long?)figure.ShownUpper,
                (long)Math.Ceiling(figure.NeedWidth),
            };
        }));
        session.BulkInsert("fact.release_sum", SumColumns, row.Sums.SelectMany((sum, number) => sum.Parts.Prepend(sum.Total).Select((key, part) => new object?[] { releaseId, number, part, key })));
        session.Commit();
        return (releaseId, release);
    }

    private static IReadOnlyList<Row> Rows(WarehouseSession session, long from, long to) =>
        session.Query<Row>("query/report_release_cell", new { from_release_id = from, to_release_id = to });

    private static ReleasedFigure Figure(SystemCell cell, Row row) => new(
        cell.Key,
        cell.Label,
        cell.Value,
        row.StateCode switch { "rounded" => FigureState.Rounded, "primary" => FigureState.Primary, "secondary" => FigureState.Secondary, _ => FigureState.Shown },
        row.PrintedCount,
        row.ShownLower,
        row.ShownUpper);

    private static string StateCode(FigureState state) => state switch
    {
        FigureState.Rounded => "rounded",
        FigureState.Primary => "primary",
        FigureState.Secondary => "secondary",
        _ => "shown",
    };

    private static string Thresholds(DisclosureProfile profile) => string.Join(
        ' ',
        profile.Bands.Select(band => string.Create(CultureInfo.InvariantCulture, $"{band.Kind}>={band.MinimumSize}:{band.Threshold}"))
            .Concat(profile.UnknownSize.OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}:{pair.Value}"))));

    private sealed record Head(long ReleaseId, int AuditedCount, long SecondaryCost, long? SecondaryBound);

    private sealed record Row(long ReleaseId, string FigureKey, long CellCount, string StateCode, long? PrintedCount, long? ShownLower, long? ShownUpper, long NeedWidth);

    private sealed record SumRow(long ReleaseId, int SumNumber, string FigureKey);
}
