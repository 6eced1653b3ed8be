using System.Globalization;
using Warehouse.Reporting.Disclosure;
using Warehouse.Sql;

namespace Warehouse.Reporting.Statistics;

/// <summary>Counts children in the warehouse; the counts leave the program only through disclosure control and an approved release.</summary>
internal static class StatisticsReader
{
    private const string TotalTitle = "合計";
    private const string Unknown = "unknown";
    private const string Window = "window";

    // Tables of few people use the wide bands; they are lines of the table of children too, so that the two are linked.
    private static readonly HierarchyNode[] AgeBands =
    [
        new("00-02", "0～2歳", "00-05"), new("03-05", "3～5歳", "00-05"), new("00-05", "0～5歳計", ""), new("06-11", "6～11歳", ""),
        new("12-14", "12～14歳", "12-17"), new("15-17", "15～17歳", "12-17"), new("12-17", "12～17歳計", ""), new("", TotalTitle, null),
    ];

    private static readonly (string Code, string Title)[] Decisions =
        [("need", "支援要"), ("no_need", "支援否"), ("pending", "保留"), ("none", "判断なし")];

    private static readonly (string Code, string Title)[] Sources =
    [
        ("household", "世帯構成（市民課）"), ("nursery", "保育所等（保育課）"), ("checkup", "乳幼児健診（健康課）"),
        ("school", "学齢簿（学校教育課）"), ("attendance", "出欠（学校）"), ("allowance", "児童扶養手当（子育て支援課）"),
        ("child_allowance", "児童手当（子育て支援課）"), ("school_aid", "就学援助（学校教育課）"), ("medical_month", "医療費助成（子育て支援課）"), ("service_use", "子育て支援サービス（子育て支援課）"),
        ("consultation", "家庭児童相談（家庭児童相談室）"),
        ("pregnancy", "妊娠届・妊婦健診（健康課）"), ("vaccination", "予防接種（健康課）"), ("nursery_attendance", "保育出欠（保育課）"),
        ("nurse_visit", "保健室来室（学校）"), ("test_score", "学力調査（学校教育課）"), ("guidance", "いじめ・生徒指導（学校）"),
        ("school_health", "学校健診・歯科（学校）"), ("counselling", "教育相談（教育相談センター）"), ("mood", "心の天気（モデル校）"),
    ];

    // Each stage and what is left of it: steps of the funnel are figures like any other, so that disclosure control sees them.
    private static readonly HierarchyNode[] Stages =
    [
        new("unlinked", "他の記録と未連結", ""), new("linked", "記録を連結できた", ""), new("not_scored", "連結済・判定対象外", "linked"), new("scored", "判定の対象となった", "linked"),
        new("not_listed", "判定済・一覧外", "scored"), new("listed", "一覧に掲載された", "scored"), new("not_judged", "一覧掲載・判断前", "listed"), new("judged", "職員が判断した", "listed"),
        new("judged_other", "支援否・保留", "judged"), new("judged_need", "支援要と判断された", "judged"), new("not_contacted", "支援要・連絡前", "judged_need"), new("contacted", "連絡した", "judged_need"),
        new("contacted_only", "連絡済・支援前", "contacted"), new("supported", "支援につながった", "contacted"), new("", TotalTitle, null),
    ];

    private static readonly (string Code, string Title)[] Households = [("single", "ひとり親世帯"), ("other", "その他・世帯の記録なし")];

    private static readonly (string Code, string Title)[] Routes =
    [
        ("family", "家族・親戚"), ("school", "学校"), ("nursery", "保育所等"), ("health", "保健"), ("medical", "医療機関"), ("police", "警察"), ("neighbour", "近隣"), ("child", "児童本人"), ("other", "その他"),
    ];

    private static readonly (string Code, string Title)[] Types =
        [("abuse", "養護（虐待）"), ("care", "養護（その他）"), ("health", "保健"), ("disability", "障害"), ("delinquency", "非行"), ("upbringing", "育成")];

    private static readonly (string Code, string Title)[] Durations = [("00-02", "3か月未満"), ("03-05", "3～5か月"), ("06-11", "6～11か月"), ("12-", "12か月以上")];

    /// <summary>Returns the tables of the catalogue before disclosure control, and their month. They leave this assembly only through <see cref="ReleaseControl"/>.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="asOf">The day of the figures.</param>
    /// <param name="asKnownUtc">What departments had told by then.</param>
    /// <param name="countedUtc">What the program and its users had written by then: scores, judgements, contacts.</param>
    /// <exception cref="WarehouseException">No month with residents is known.</exception>
    internal static (DateOnly Month, IReadOnlyList<CountTable> Tables) Count(WarehouseDatabases databases, DateOnly asOf, DateTime asKnownUtc, DateTime countedUtc)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        int month = session.QuerySingle<int>(
            "query/statistics_month", new { month_key = (asOf.Year * 100) + asOf.Month, as_known_utc = asKnownUtc });
        if (month == 0)
        {
            throw new WarehouseException(
                $"No month with residents is known on or before {asOf:yyyy-MM-dd}; expected at least one loaded resident file. Run 'warehouse load' first.");
        }

        DateOnly first = new(month / 100, month % 100, 1);
        // School years begin on 1 April.
        int year = first.Month >= 4 ? first.Year : first.Year - 1;
        var at = new
        {
            month_key = month,
            as_known_utc = asKnownUtc,
            counted_utc = countedUtc,
            from_date = new DateOnly(year + 1 - StatisticsCatalogue.PooledYears, 4, 1),
            until_date = first.AddMonths(1),
            quarter_date = first.AddMonths(-2),
            half_date = first.AddMonths(-5),
            year_date = first.AddMonths(-11),
            checkup_date = first.AddMonths(-14),
        };
        List<HierarchyNode> districts = session.Query<District>("query/statistics_districts")
            .Select(district => new HierarchyNode(district.DistrictCode.Length == 0 ? Unknown : district.DistrictCode, district.DistrictName, "", UnitKind.District)).ToList();
        List<Counted> counted = StatisticsCatalogue.Tables.Select(table => new Counted(table, session.Query<Tally>(table.Query, at).Select(tally => table.Rows == "year" ? tally with { RowCode = SchoolYear(tally.RowCode) } : tally).ToList())).ToList();
        long children = counted.Single(table => table.Definition.Code == "children_by_district_age").Cells.Sum(cell => cell.CellCount);
        return (first, counted.Select(table => Table(table, districts, first, year, children)).ToList());
    }

    private static CountTable Table(Counted counted, List<HierarchyNode> districts, DateOnly month, int year, long children)
    {
        TableDefinition table = counted.Definition;
        string title = string.Format(CultureInfo.InvariantCulture, table.Title, StatisticsCatalogue.PooledYears);
        // Figures of another month, or of consultations up to another one, are other figures only where they count other things.
        string population = table.Measure == "consultations" ? table.Measure : string.Create(CultureInfo.InvariantCulture, $"{table.Measure} {month:yyyy-MM}");
        Hierarchy columns = Columns(table, year);
        if (!table.IsCross)
        {
            (string Code, string Title)[] rows = table.Rows == "source" ? Sources : [("", "市内のこども")];
            return new CountTable(
                table,
                title,
                rows.Select(row => new TableLine(row.Code, row.Title)).ToList(),
                Lines(columns),
                rows.Select(row => Separate(counted, row, columns, population, children)).ToList());
        }

        Hierarchy lines = Rows(counted, districts, year);
        decimal[] values = new decimal[lines.Leaves.Count * columns.Leaves.Count];
        Dictionary<string, int> rowAt = Places(lines), columnAt = Places(columns);
        foreach (Tally cell in counted.Cells)
        {
            values[(rowAt[cell.RowCode.Length == 0 ? Unknown : cell.RowCode] * columns.Leaves.Count) + columnAt[cell.ColumnCode]] += cell.CellCount;
        }

        LinkedTable linked = new(table.Code, title, population, [lines, columns], values);
        return new CountTable(
            table, title, Lines(lines), Lines(columns), [table.Window == TableWindow.PooledYears ? linked with { Within = new Dictionary<string, string> { ["year"] = WindowOf(year) } } : linked]);
    }

    private static LinkedTable Separate(Counted counted, (string Code, string Title) row, Hierarchy columns, string population, long children)
    {
        Dictionary<string, long> cells = counted.Cells.Where(cell => cell.RowCode == row.Code).GroupBy(cell => cell.ColumnCode).ToDictionary(group => group.Key, group => group.Sum(cell => cell.CellCount), StringComparer.Ordinal);
        if (counted.Definition.Columns == "record")
        {
            cells["without"] = children - cells.GetValueOrDefault("with");
        }

        Hierarchy own = row.Code.Length == 0 ? columns : new Hierarchy($"{columns.Code} {row.Code}", columns.Nodes, columns.IsAttribute);
        return new LinkedTable(
            counted.Definition.Code, $"{counted.Definition.Title} {row.Title}", population, [own], columns.Leaves.Select(leaf => (decimal)cells.GetValueOrDefault(columns.Nodes[leaf].Code)).ToList());
    }

    // What is said of people in the window is another thing than the same of another window.
    private static Hierarchy Columns(TableDefinition table, int year) => table.Columns switch
    {
        "age" => new Hierarchy("age", AgeBands),
        "decision" => Flat("decision", Decisions, isAttribute: true),
        "record" => Flat("record", [("with", "あり"), ("without", "なし")], isAttribute: true),
        "sources" => Flat("sources", [("00-02", "0～2種類"), ("03-05", "3～5種類"), ("06-", "6種類以上")], isAttribute: true),
        "need" => Flat("need " + WindowOf(year), [("with", "支援要"), ("without", "その他")], isAttribute: true),
        "type" => Flat("type", Types, isAttribute: true),
        "visit" => Flat("visit", [("visited", "受診"), ("missed", "未受診")], isAttribute: true),
        // The same steps as in the funnel, as far as the list.
        "list" => new Hierarchy("stage", [.. Stages.TakeWhile(stage => stage.Code != "not_judged"), Stages[^1]], isAttribute: true),
        "stage" => new Hierarchy("stage", Stages, isAttribute: true),
        string benefit => Flat("receives " + benefit, [("with", "受給あり"), ("without", "受給なし")], isAttribute: true),
    };

    private static Hierarchy Rows(Counted counted, List<HierarchyNode> districts, int year) => counted.Definition.Rows switch
    {
        "year" => Years(counted, year),
        "age" => Flat("age", AgeBands.Where(band => band.Parent == "").Select(band => (band.Code, band.Title)), isAttribute: false),
        "household" => Flat("household", Households, isAttribute: false),
        "route" => Flat("route", Routes, isAttribute: false),
        "duration" => Flat("duration", Durations, isAttribute: false),
        "checkup" => Flat("checkup", [("m3", "3～4か月児健診"), ("m18", "1歳6か月児健診"), ("m36", "3歳児健診")], isAttribute: false),
        "eligible" => Flat("school aid basis", [("eligible", "対象と考えられる"), ("other", "その他")], isAttribute: false),
        _ => Districts(counted, districts),
    };

    private static Hierarchy Flat(string code, IEnumerable<(string Code, string Title)> lines, bool isAttribute) =>
        Hierarchy.Flat(code, TotalTitle, lines.Select(line => new HierarchyNode(line.Code, line.Title, "")), isAttribute);

    // The unknown line is there only when somebody is in it.
    private static Hierarchy Districts(Counted counted, List<HierarchyNode> districts)
    {
        HashSet<string> used = counted.Cells.Select(cell => cell.RowCode.Length == 0 ? Unknown : cell.RowCode).ToHashSet(StringComparer.Ordinal);
        List<HierarchyNode> lines = districts.Where(district => district.Code != Unknown).ToList();
        if (used.Contains(Unknown))
        {
            lines.Add(new HierarchyNode(Unknown, "市外・不明", "", UnitKind.District));
        }

        return Hierarchy.Flat("district", TotalTitle, lines);
    }

    // The years of the pooled window have a line of their own, where the table of districts is linked.
    private static Hierarchy Years(Counted counted, int year)
    {
        int[] years = counted.Cells.Select(cell => int.Parse(cell.RowCode, CultureInfo.InvariantCulture)).Concat(Enumerable.Range(year + 1 - StatisticsCatalogue.PooledYears, StatisticsCatalogue.PooledYears)).Distinct().Order().ToArray();
        string window = WindowOf(year);
        List<HierarchyNode> nodes = [];
        foreach (int one in years)
        {
            string code = one.ToString(CultureInfo.InvariantCulture);
            nodes.Add(new HierarchyNode(code, $"{code}年度", one > year - StatisticsCatalogue.PooledYears && one <= year ? window : ""));
        }

        nodes.Add(new HierarchyNode(window, $"直近{StatisticsCatalogue.PooledYears}年度計", ""));
        nodes.Add(new HierarchyNode("", TotalTitle, null));
        return new Hierarchy("year", nodes);
    }

    private static string SchoolYear(string day)
    {
        DateOnly date = DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (date.Month >= 4 ? date.Year : date.Year - 1).ToString(CultureInfo.InvariantCulture);
    }

    private static string WindowOf(int year) => string.Create(CultureInfo.InvariantCulture, $"{Window} {year + 1 - StatisticsCatalogue.PooledYears}-{year}");

    private static List<TableLine> Lines(Hierarchy dimension) => dimension.Nodes.Select(node => new TableLine(node.Code, node.Title)).ToList();

    private static Dictionary<string, int> Places(Hierarchy dimension) =>
        dimension.Leaves.Select((leaf, place) => (dimension.Nodes[leaf].Code, place)).ToDictionary(pair => pair.Code, pair => pair.place, StringComparer.Ordinal);

    /// <summary>Returns the document of a release: the tables with what disclosure control left of them.</summary>
    internal static StatisticsRelease Compose(
        long releaseId, DateOnly month, DateTime asKnownUtc, DateTime countedUtc, DisclosureProfile profile, IReadOnlyList<CountTable> tables, ControlledRelease release)
    {
        List<ReleasedTable> released = [];
        int first = 0;
        foreach (CountTable table in tables)
        {
            List<IReadOnlyList<ReleasedCell>> cells = table.Places(release.Set, first).Select(row => (IReadOnlyList<ReleasedCell>)row.Select(cell => ReleasedCell.Of(release.Figures[cell])).ToList()).ToList();
            released.Add(new ReleasedTable(table.Definition, table.Title, table.Rows, table.Columns, cells, ReleasedRate.Of(table.Definition, table.Rows, table.Columns, cells, profile)));
            first += table.Parts.Count;
        }

        ReleasedTable funnel = released.Single(table => table.Code == "funnel");
        List<FunnelStep> steps = new[] { ("population", ""), ("linked", "linked"), ("scored", "scored"), ("listed", "listed"), ("judged", "judged"), ("judged_need", "judged_need"), ("contacted", "contacted"), ("supported", "supported") }
            .Select(step => (step.Item1, Line: funnel.Columns.ToList().FindIndex(line => line.Code == step.Item2)))
            .Select(step => new FunnelStep(step.Item1, funnel.Columns[step.Line].Code.Length == 0 ? "市内のこども" : funnel.Columns[step.Line].Title, funnel.Cells[0][step.Line].Count)).ToList();
        return new StatisticsRelease(
            releaseId, month, asKnownUtc, countedUtc, profile, released, steps, new ProtectionNote(release.Audited, release.SecondaryCost, release.SecondaryBound));
    }

    private sealed record District(string DistrictCode, string DistrictName);

    private sealed record Tally(string RowCode, string ColumnCode, long CellCount);

    private sealed record Counted(TableDefinition Definition, IReadOnlyList<Tally> Cells);
}
