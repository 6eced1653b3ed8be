using Warehouse.Etl.Link.Engine;
using Warehouse.Sql;

namespace Warehouse.Etl.Link.Review;

/// <summary>Records of one group and how many of them belong to a person of the resident register.</summary>
/// <param name="Kind">What it is grouped by: <c>system</c>, <c>age</c>, <c>sex</c>, <c>name</c> or <c>district</c>.</param>
/// <param name="Group">The group in a code; a district by its name.</param>
/// <param name="System">The source system; empty for all.</param>
/// <param name="Records">Records.</param>
/// <param name="Linked">Those that belong to a person of the register.</param>
/// <param name="Waiting">Those with a pair in the queue.</param>
public sealed record LinkageRate(string Kind, string Group, string System, long Records, long Linked, long Waiting);

/// <summary>Children of the register of one group and how many of them any other source knows.</summary>
/// <param name="Kind">What it is grouped by: <c>nationality</c>, <c>district</c> or <c>age</c>.</param>
/// <param name="Group">The group.</param>
/// <param name="Children">Persons under 18 in the register.</param>
/// <param name="Known">Those with a record of another system.</param>
public sealed record RegisterRate(string Kind, string Group, long Children, long Known);

/// <summary>Persons that look like two.</summary>
/// <param name="Code"><c>registers</c>, <c>births</c>, <c>sexes</c>, <c>many</c> (more than 20 records) or <c>system:CODE</c> (several records of one system).</param>
/// <param name="Count">Persons.</param>
/// <param name="Examples">Some of their keys.</param>
public sealed record LinkageAnomaly(string Code, long Count, IReadOnlyList<long> Examples);

/// <summary>A link of the sample that is to be looked at.</summary>
/// <param name="RecordKey">The record.</param>
/// <param name="PersonKey">The person that the engine linked it to.</param>
/// <param name="IsSeen">Whether a reviewer was shown the person since, or moved the record.</param>
/// <param name="IsWrong">Whether staff moved the record to another person.</param>
public sealed record SampledLink(long RecordKey, long PersonKey, bool IsSeen, bool IsWrong);

/// <summary>How well records are linked, for whom less well, what looks wrong, and what a sample says of the links that nobody looked at. No names, no addresses.</summary>
public sealed record LinkageReport
{
    private const int Examples = 10;
    private const int Many = 20;
    private const string Register = "resident";

    /// <summary>Rates by group and source.</summary>
    public required IReadOnlyList<LinkageRate> Rates { get; init; }

    /// <summary>Rates from the register's side, where nationality is known of those without a link too.</summary>
    public required IReadOnlyList<RegisterRate> Registered { get; init; }

    /// <summary>Persons that look like two.</summary>
    public required IReadOnlyList<LinkageAnomaly> Anomalies { get; init; }

    /// <summary>Links by the engine, drawn by a hash of the record: the same ones with each report as long as they stand.</summary>
    public required IReadOnlyList<SampledLink> Sample { get; init; }

    /// <summary>All links by the engine.</summary>
    public required long MadeCount { get; init; }

    /// <summary>Makes the report.</summary>
    /// <param name="databases">Two migrated databases.</param>
    /// <param name="today">The day to which ages are reckoned.</param>
    /// <param name="sampleSize">Links in the sample.</param>
    public static LinkageReport Read(WarehouseDatabases databases, DateOnly today, int sampleSize = 200)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        IReadOnlyList<RecordRow> records = identity.Query<RecordRow>("query/link_report");
        HashSet<long> waiting = [.. new LinkReview(databases).Queue().Select(pair => pair.RecordKey)];
        using WarehouseSession places = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        Func<string?, string> district = Districts(places.Query<PlaceRow>("query/etl_place"));
        RecordRow[] others = [.. records.Where(record => record.SystemCode != Register)];
        RecordRow[] register = [.. records.Where(record => record.SystemCode == Register && record.HasIdentity)];
        HashSet<long> registered = [.. register.Select(record => record.PersonKey)];
        IReadOnlyList<MadeRow> made = Made(identity);
        return new LinkageReport
        {
            Rates =
            [
                .. By("system", others, static record => record.SystemCode, registered, waiting, bySystem: false),
                .. By("age", others, record => Age(record.BirthDate, today), registered, waiting, bySystem: true),
                .. By("sex", others, static record => record.SexCode switch { 1 => "male", 2 => "female", _ => "unknown" }, registered, waiting, bySystem: true),
                .. By("name", others, static record => record.Script, registered, waiting, bySystem: true),
                .. By("district", others, record => district(record.Address), registered, waiting, bySystem: true),
            ],
            Registered = FromRegister(register, [.. others.Select(record => record.PersonKey)], district, today),
            Anomalies = Odd(records),
            Sample = Drawn(made, warehouse.Query<ViewRow>("query/report_link_view").ToDictionary(row => row.PersonKey, row => row.ShownUtc), sampleSize),
            MadeCount = made.Count,
        };
    }

    private static IEnumerable<LinkageRate> By(string kind, RecordRow[] records, Func<RecordRow, string> group, HashSet<long> registered, HashSet<long> waiting, bool bySystem) => records
        .GroupBy(record => (Group: group(record), System: bySystem ? record.SystemCode : string.Empty))
        .OrderBy(rows => rows.Key.Group, StringComparer.Ordinal).ThenBy(rows => rows.Key.System, StringComparer.Ordinal)
        .Select(rows => new LinkageRate(
            kind, rows.Key.Group, rows.Key.System, rows.Count(), rows.Count(record => registered.Contains(record.PersonKey)), rows.Count(record => waiting.Contains(record.RecordKey))));

    private static RegisterRate[] FromRegister(RecordRow[] register, HashSet<long> known, Func<string?, string> district, DateOnly today)
    {
        RecordRow[] children = [.. register.Where(record => record.BirthDate is { } birth && birth.AddYears(18) > today)];
        IEnumerable<RegisterRate> By(string kind, Func<RecordRow, string> group) => children.GroupBy(group, StringComparer.Ordinal).OrderBy(rows => rows.Key, StringComparer.Ordinal)
            .Select(rows => new RegisterRate(kind, rows.Key, rows.Count(), rows.Count(record => known.Contains(record.PersonKey))));
        return
        [
            .. By("nationality", static record => record.IsForeign == 1 ? "foreign" : "japanese"),
            .. By("age", record => Age(record.BirthDate, today)),
            .. By("district", record => district(record.Address)),
        ];
    }

    private static LinkageAnomaly[] Odd(IReadOnlyList<RecordRow> records)
    {
        SortedDictionary<string, List<long>> odd = new(StringComparer.Ordinal);
        foreach (IGrouping<long, RecordRow> person in records.GroupBy(record => record.PersonKey).OrderBy(group => group.Key))
        {
            foreach (IGrouping<string, RecordRow> system in person.GroupBy(record => record.SystemCode, StringComparer.Ordinal).Where(group => group.Count() > 1))
            {
                Add(system.Key == Register ? "registers" : "system:" + system.Key, person.Key);
            }

            if (person.Select(record => record.BirthDate).OfType<DateOnly>().Distinct().Count() > 1)
            {
                Add("births", person.Key);
            }

            if (person.Where(record => record.SexCode != 0).Select(record => record.SexCode).Distinct().Count() > 1)
            {
                Add("sexes", person.Key);
            }

            if (person.Count() > Many)
            {
                Add("many", person.Key);
            }
        }

        return [.. odd.Select(item => new LinkageAnomaly(item.Key, item.Value.Count, [.. item.Value.Take(Examples)]))];

        void Add(string code, long person)
        {
            if (!odd.TryGetValue(code, out List<long>? persons))
            {
                odd[code] = persons = [];
            }

            persons.Add(person);
        }
    }

    // The last link of the engine for each record, unless the program itself has moved the record since.
    private static IReadOnlyList<MadeRow> Made(WarehouseSession identity) =>
    [
        .. identity.Query<MadeRow>("query/link_report_made").GroupBy(row => row.RecordKey).Select(rows => rows.Last())
            .Where(row => row.NextDecidedBy is null || !IdentityRecovery.IsByProgram(row.NextDecidedBy)),
    ];

    private static SampledLink[] Drawn(IReadOnlyList<MadeRow> made, Dictionary<long, DateTime> shown, int size) =>
    [
        .. made.OrderBy(row => LinkTable.Mix((ulong)row.RecordKey)).Take(size).Select(row =>
        {
            bool isWrong = row.NextPersonKey is { } next && next != row.PersonKey;
            return new SampledLink(row.RecordKey, row.PersonKey, isWrong || (shown.TryGetValue(row.PersonKey, out DateTime at) && at >= row.DecidedUtc), isWrong);
        }),
    ];

    // The longest name of a town that an address holds.
    private static Func<string?, string> Districts(IReadOnlyList<PlaceRow> places)
    {
        (string Town, string District)[] towns = [.. places.Where(place => place.TownName.Length > 0).Select(place => (Normalise.Address(place.TownName), place.DistrictName)).Where(place => place.Item1.Length > 0)
            .OrderByDescending(place => place.Item1.Length).ThenBy(place => place.Item1, StringComparer.Ordinal)];
        return address =>
        {
            string normal = Normalise.Address(address);
            return normal.Length == 0 ? "unknown" : towns.FirstOrDefault(place => normal.Contains(place.Town, StringComparison.Ordinal)).District ?? "unknown";
        };
    }

    private static string Age(DateOnly? birth, DateOnly today)
    {
        if (birth is not { } day)
        {
            return "unknown";
        }

        int years = today.Year - day.Year - (today < day.AddYears(today.Year - day.Year) ? 1 : 0);
        return years switch { < 3 => "00-02", < 6 => "03-05", < 12 => "06-11", < 15 => "12-14", < 18 => "15-17", < 65 => "18-64", _ => "65-" };
    }

    private sealed record RecordRow(
        long RecordKey, string SystemCode, string? NameKanji, string? NameKana, DateOnly? BirthDate, short SexCode, string? Address, short IsForeign, long PersonKey, string RuleCode)
    {
        public bool HasIdentity => BirthDate is not null || !string.IsNullOrEmpty(NameKanji) || !string.IsNullOrEmpty(NameKana);

        // Sources other than the register state no nationality; how the name is written is the nearest to it.
        public string Script => string.IsNullOrWhiteSpace(NameKanji) ? (string.IsNullOrWhiteSpace(NameKana) ? "none" : "kana") : Normalise.Width(NameKanji).Any(static sign => sign >= '\u3400' && sign != '・' && sign != 'ー') ? "kanji" : "other";
    }

    private sealed record MadeRow(long RecordKey, long PersonKey, string RuleCode, DateTime DecidedUtc, DateTime KnownFromUtc, string? NextDecidedBy, long? NextPersonKey);

    private sealed record ViewRow(long PersonKey, DateTime ShownUtc);

    private sealed record PlaceRow(int PlaceKey, string TownCode, string TownName, string DistrictCode, string DistrictName, string CityName);
}
