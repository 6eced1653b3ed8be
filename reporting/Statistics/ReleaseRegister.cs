using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Sql;

namespace Warehouse.Reporting.Statistics;

/// <summary>What was drafted and released, figure by figure and step by step; rows are only ever added.</summary>
internal sealed class ReleaseRegister(WarehouseDatabases databases, TimeProvider time)
{
    /// <summary>The lock under which releases get their numbers and their steps.</summary>
    internal const string LockName = "release";

    private const int LongestKey = 400;
    private const string Unpublished = "unpublished";

    private static readonly string[] Columns = ["release_id", "figure_key", "cell_count", "state_code", "printed_count", "shown_lower", "shown_upper", "need_width"];

    private static readonly string[] SumColumns = ["release_id", "sum_number", "part_number", "figure_key"];

    private static readonly string[] PartColumns = ["release_id", "part_number", "document_json"];

    private static readonly string[] BasisColumns = ["release_id", "earlier_release_id"];

    /// <summary>Returns every release with its steps and its state now, oldest first.</summary>
    internal IReadOnlyList<ReleaseRecord> All()
    {
        using WarehouseSession session = Open();
        ILookup<long, ReleaseStep> steps = session.Query<ReleaseStep>("query/report_release_event").ToLookup(step => step.ReleaseId);
        List<ReleaseRecord> releases = session.Query<Head>("query/report_release_list").Select(head => new ReleaseRecord(
            head.ReleaseId, head.AsOfDate, head.AsKnownUtc, head.ProfileName, head.FigureCount, head.HiddenCount, head.AuditedCount,
            head.ReleaseNumber, head.PublicFromUtc, head.DocumentSha256, head.CorrectsNumber, steps[head.ReleaseId].ToList())).ToList();
        return ReleaseRecord.At(releases, time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Returns the releases of which somebody outside may hold the figures.</summary>
    internal IReadOnlyList<long> Counted()
    {
        using WarehouseSession session = Open();
        return session.Query<long>("query/report_release_counted");
    }

    /// <summary>Returns the releases that a release was protected against.</summary>
    internal IReadOnlyList<long> Basis(long releaseId)
    {
        using WarehouseSession session = Open();
        return session.Query<long>("query/report_release_basis", new { release_id = releaseId });
    }

    /// <summary>Returns the frozen text of a release, or null where none was kept.</summary>
    internal string? Document(long releaseId)
    {
        using WarehouseSession session = Open();
        string text = string.Concat(session.Query<string>("query/report_release_part", new { release_id = releaseId }));
        return text.Length == 0 ? null : text;
    }

    /// <summary>Returns the releases of the same month, state of knowledge, rules and figures, the last first.</summary>
    internal IReadOnlyList<long> Same(LinkedTableSet set, DateOnly month, DateTime asKnownUtc, DisclosureProfile profile)
    {
        using WarehouseSession session = Open();
        List<long> same = [];
        foreach (long releaseId in session.Query<long>(
            "query/report_release_find",
            new { as_of_date = month, as_known_utc = asKnownUtc, profile_name = profile.Name, thresholds_text = Thresholds(profile) }))
        {
            Dictionary<string, Row> rows = Printable(session, releaseId);
            List<SystemCell> printed = Printable(set);
            if (rows.Count == printed.Count && printed.All(cell => rows.TryGetValue(cell.Key, out Row? row) && row.CellCount == cell.Value))
            {
                same.Add(releaseId);
            }
        }

        return same;
    }

    /// <summary>Returns a release over figures that were counted again, with what became of each; null where a figure has no row.</summary>
    internal (ControlledRelease? Release, int Figures, int Different) Again(long releaseId, LinkedTableSet set, ProtectionNote protection)
    {
        using WarehouseSession session = Open();
        Dictionary<string, Row> rows = Printable(session, releaseId);
        int different = rows.Values.Count(row => set.System.Find(row.FigureKey) is var place && place >= 0 && set.System.Cells[place].Value != row.CellCount);
        List<SystemCell> printed = Printable(set);
        ControlledRelease? release = rows.Count == printed.Count && printed.All(cell => rows.ContainsKey(cell.Key))
            ? new ControlledRelease(
                set, null, set.System.Cells.Select(cell => Figure(cell, rows.GetValueOrDefault(cell.Key))).ToList(), protection.AuditedFigures, protection.SecondaryCost, protection.SecondaryBound)
            : null;
        return (release, rows.Count, different);
    }

    /// <summary>Returns what later releases have to know of these.</summary>
    internal IReadOnlyList<EarlierRelease> Earlier(IReadOnlyCollection<long> releaseIds)
    {
        HashSet<long> wanted = [.. releaseIds];
        using WarehouseSession session = Open();
        ILookup<long, SumRow> sums = session.Query<SumRow>("query/report_release_sum").Where(row => wanted.Contains(row.ReleaseId)).ToLookup(row => row.ReleaseId);
        return Rows(session, 0, long.MaxValue)
            .Where(row => wanted.Contains(row.ReleaseId))
            .GroupBy(row => row.ReleaseId)
            .Select(group => new EarlierRelease(
                group.Key,
                group.ToDictionary(row => row.FigureKey, row => new EarlierFigure(row.FigureKey, row.CellCount, row.ShownLower, row.ShownUpper, row.NeedWidth), StringComparer.Ordinal),
                sums[group.Key].GroupBy(row => row.SumNumber).Select(sum => new EarlierSum(sum.First().FigureKey, sum.Skip(1).Select(row => row.FigureKey).ToList())).ToList()))
            .ToList();
    }

    /// <summary>Writes a draft down and returns its number in the register; the caller holds the lock.</summary>
    /// <param name="release">The figures and what becomes of each.</param>
    /// <param name="month">The month of the figures.</param>
    /// <param name="asKnownUtc">The state of knowledge.</param>
    /// <param name="profile">The rules.</param>
    /// <param name="basis">The releases that it was protected against.</param>
    /// <param name="staffId">Who drafts it.</param>
    /// <param name="note">Words of the draft, or empty.</param>
    /// <param name="compose">Returns the document of a release of this number.</param>
    internal long Add(
        ControlledRelease release, DateOnly month, DateTime asKnownUtc, DisclosureProfile profile, IReadOnlyList<long> basis, string staffId, string note, Func<long, StatisticsRelease> compose)
    {
        using WarehouseSession session = Open();
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

        DateTime now = time.GetUtcNow().UtcDateTime;
        session.Execute("load/report_release_insert", new
        {
            release_id = releaseId,
            now_utc = now,
            as_of_date = month,
            as_known_utc = asKnownUtc,
            profile_name = profile.Name,
            thresholds_text = Thresholds(profile),
            figure_count = release.Figures.Count(figure => figure.State != FigureState.Unpublished),
            hidden_count = release.Figures.Count(figure => figure.State is FigureState.Primary or FigureState.Secondary),
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
        session.BulkInsert("meta.release_part", PartColumns, BriefService.Pieces(compose(releaseId).ToCanonicalText()).Select((piece, part) => new object?[] { releaseId, part + 1, piece }));
        session.BulkInsert("meta.release_basis", BasisColumns, basis.Select(earlier => new object?[] { releaseId, earlier }));
        Step(session, releaseId, 1, ReleaseSteps.Draft, staffId, now, note);
        session.Commit();
        return releaseId;
    }

    /// <summary>Writes a step of a release down; the caller holds the lock.</summary>
    internal void Add(ReleaseRecord release, string eventCode, string staffId, string note)
    {
        using WarehouseSession session = Open();
        Step(session, release.ReleaseId, release.Steps.Count + 1, eventCode, staffId, time.GetUtcNow().UtcDateTime, note);
    }

    /// <summary>Gives a release its number and freezes it; the caller holds the lock.</summary>
    internal int Approve(ReleaseRecord release, string staffId, string note, DateTime? publicFromUtc, string documentSha256, int? correctsNumber)
    {
        using WarehouseSession session = Open();
        session.Begin();
        int number = session.QuerySingle<int>("query/report_release_number_next");
        DateTime now = time.GetUtcNow().UtcDateTime;
        session.Execute("load/report_release_approval_insert", new
        {
            release_number = number,
            release_id = release.ReleaseId,
            public_from_utc = publicFromUtc is { } day && day > now ? day : now,
            document_sha256 = documentSha256,
            corrects_number = correctsNumber,
        });
        Step(session, release.ReleaseId, release.Steps.Count + 1, ReleaseSteps.Approve, staffId, now, note);
        session.Commit();
        return number;
    }

    private static void Step(WarehouseSession session, long releaseId, int number, string eventCode, string staffId, DateTime now, string note) =>
        session.Execute("load/report_release_event_insert", new
        {
            release_id = releaseId,
            event_number = number,
            event_code = eventCode,
            staff_id = staffId,
            now_utc = now,
            note_text = note,
        });

    private WarehouseSession Open() => databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);

    private static Dictionary<string, Row> Printable(WarehouseSession session, long releaseId) =>
        Rows(session, releaseId, releaseId).Where(row => row.StateCode != Unpublished).ToDictionary(row => row.FigureKey, StringComparer.Ordinal);

    private static List<SystemCell> Printable(LinkedTableSet set) => set.System.Cells.Where(cell => cell.Kind != CellKind.Unpublished).ToList();

    private static IReadOnlyList<Row> Rows(WarehouseSession session, long from, long to) =>
        session.Query<Row>("query/report_release_cell", new { from_release_id = from, to_release_id = to });

    private static ReleasedFigure Figure(SystemCell cell, Row? row) => row is null ? new(cell.Key, cell.Label, cell.Value, FigureState.Unpublished, null, null, null) : new(
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
        FigureState.Unpublished => Unpublished,
        _ => "shown",
    };

    private static string Thresholds(DisclosureProfile profile) => string.Join(
        ' ',
        profile.Bands.Select(band => string.Create(CultureInfo.InvariantCulture, $"{band.Kind}>={band.MinimumSize}:{band.Threshold}"))
            .Concat(profile.UnknownSize.OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}:{pair.Value}"))));

    private sealed record Head
    {
        public long ReleaseId { get; init; }

        public DateOnly AsOfDate { get; init; }

        public DateTime AsKnownUtc { get; init; }

        public string ProfileName { get; init; } = "";

        public int FigureCount { get; init; }

        public int HiddenCount { get; init; }

        public int AuditedCount { get; init; }

        public int? ReleaseNumber { get; init; }

        public DateTime? PublicFromUtc { get; init; }

        public string? DocumentSha256 { get; init; }

        public int? CorrectsNumber { get; init; }
    }

    private sealed record Row(long ReleaseId, string FigureKey, long CellCount, string StateCode, long? PrintedCount, long? ShownLower, long? ShownUpper, long NeedWidth);

    private sealed record SumRow(long ReleaseId, int SumNumber, string FigureKey);
}
