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

    private static readonly string WindowTitle = $"直近{StatisticsCatalogue.PooledYears}年度計";

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

    /// <summary>Returns the last month with residents that is known and not after a day, by its first day.</summary>
    /// <exception cref="WarehouseException">No month with residents is known.</exception>
    internal static DateOnly Month(WarehouseDatabases databases, DateOnly asOf, DateTime asKnownUtc) => MonthOrNone(databases, asOf, asKnownUtc)
        ?? throw new WarehouseException(
            $"No month with residents is known on or before {asOf:yyyy-MM-dd}; expected at least one loaded resident file. Run 'warehouse load' first.");

    /// <summary>Returns the month at which a table is counted for a release of a month: the last of its calendar with residents, or else the month itself.</summary>
    internal static DateOnly Due(WarehouseDatabases databases, TableDefinition table, DateOnly month, DateTime asKnownUtc)
    {
        DateOnly due = StatisticsCatalogue.Due(table.Calendar, month);
        return due == month || MonthOrNone(databases, due, asKnownUtc) == due ? due : month;
    }

    /// <summary>Returns tables of the catalogue before disclosure control. They leave this assembly only through <see cref="ReleaseControl"/>.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="wanted">The tables, each with the first day of the month at which it is counted.</param>
    /// <param name="asKnownUtc">What departments had told by then.</param>
    /// <param name="countedUtc">What the program and its users had written by then: scores, judgements, contacts.</param>
    /// <param name="frozen">Years that were released before: their figures are taken as they were.</param>
    internal static IReadOnlyList<CountTable> Count(
        WarehouseDatabases databases, IReadOnlyList<(TableDefinition Table, DateOnly AsOf)> wanted, DateTime asKnownUtc, DateTime countedUtc, FrozenYears frozen)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        List<HierarchyNode> districts = Districts(session);
        Dictionary<DateOnly, long> children = [];
        List<CountTable> tables = [];
        foreach ((TableDefinition table, DateOnly month) in wanted)
        {
            // School years begin on 1 April; one is over when its March is.
            int year = month.Month >= 4 ? month.Year : month.Year - 1;
            int closed = month.Month == 3 ? year : year - 1;
            bool isOfMonth = table.Window == TableWindow.Month;
            var at = new
            {
                month_key = (month.Year * 100) + month.Month,
                as_known_utc = asKnownUtc,
                counted_utc = countedUtc,
                from_date = new DateOnly((isOfMonth ? year : closed) + 1 - StatisticsCatalogue.PooledYears, 4, 1),
                until_date = isOfMonth ? month.AddMonths(1) : new DateOnly(closed + 1, 4, 1),
                quarter_date = month.AddMonths(-2),
                half_date = month.AddMonths(-5),
                year_date = month.AddMonths(-11),
                checkup_date = month.AddMonths(-14),
            };
            if (table.Window == TableWindow.PooledYears)
            {
                tables.Add(Pooled(new Layered(table, session.Query<LayerTally>(table.Query, at)), districts, month, closed, frozen));
                continue;
            }

            if (table.Columns == "record" && !children.ContainsKey(month))
            {
                children[month] = session.Query<Tally>("query/statistics_children", at).Sum(tally => tally.CellCount);
            }

            List<Tally> cells = session.Query<Tally>(table.Query, at).Select(tally => table.Rows == "year" ? tally with { RowCode = SchoolYear(tally.RowCode) } : tally).ToList();
            tables.Add(Table(new Counted(table, cells), districts, month, isOfMonth ? year : closed, children.GetValueOrDefault(month), frozen));
        }

        return tables;
    }

    /// <summary>Returns how many children joined or left each line of districts and ages between two months, by the keys of the later and the earlier figure.</summary>
    internal static IReadOnlyDictionary<(string Later, string Earlier), long> Turnover(
        WarehouseDatabases databases, DateOnly earlier, DateTime earlierKnownUtc, DateOnly later, DateTime laterKnownUtc)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        IReadOnlyList<Mover> movers = session.Query<Mover>("query/statistics_turnover", new
        {
            earlier_month_key = (earlier.Year * 100) + earlier.Month,
            earlier_known_utc = earlierKnownUtc,
            later_month_key = (later.Year * 100) + later.Month,
            later_known_utc = laterKnownUtc,
        });
        Hierarchy lines = Hierarchy.Flat("district", TotalTitle, [.. Districts(session).Where(district => district.Code != Unknown), new HierarchyNode(Unknown, "", "", UnitKind.District)]);
        Hierarchy ages = new("age", AgeBands);
        LinkedTable now = new("", "", "children", [lines, ages], []) { Moment = MomentOf(later) }, before = now with { Moment = MomentOf(earlier) };
        Dictionary<(string, string), long> turnover = [];
        for (int line = 0; line < lines.Nodes.Count; line++)
        {
            for (int age = 0; age < ages.Nodes.Count; age++)
            {
                long count = movers.Sum(mover => IsIn(lines, ages, line, age, mover.EarlierRowCode, mover.EarlierColumnCode) != IsIn(lines, ages, line, age, mover.LaterRowCode, mover.LaterColumnCode) ? mover.CellCount : 0);
                turnover[(LinkedTableSet.KeyOf(now, [line, age]), LinkedTableSet.KeyOf(before, [line, age]))] = count;
            }
        }

        return turnover;
    }

    private static bool IsIn(Hierarchy lines, Hierarchy ages, int line, int age, string district, string band)
    {
        if (band.Length == 0)
        {
            return false;
        }

        string code = district.Length == 0 ? Unknown : district;
        return (line == lines.Root || lines.Nodes[line].Code == code) && (age == ages.Root || ages.Nodes[age].Code == band || ages.Nodes.Any(node => node.Code == band && node.Parent == ages.Nodes[age].Code));
    }

    private static DateOnly? MonthOrNone(WarehouseDatabases databases, DateOnly asOf, DateTime asKnownUtc)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        int month = session.QuerySingle<int>("query/statistics_month", new { month_key = (asOf.Year * 100) + asOf.Month, as_known_utc = asKnownUtc });
        return month == 0 ? null : new DateOnly(month / 100, month % 100, 1);
    }

    private static List<HierarchyNode> Districts(WarehouseSession session) => session.Query<District>("query/statistics_districts")
        .Select(district => new HierarchyNode(district.DistrictCode.Length == 0 ? Unknown : district.DistrictCode, district.DistrictName, "", UnitKind.District)).ToList();

    private static string MomentOf(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static string TitleOf(TableDefinition table) => string.Format(CultureInfo.InvariantCulture, table.Title, StatisticsCatalogue.PooledYears);

    private static CountTable Table(Counted counted, List<HierarchyNode> districts, DateOnly month, int year, long children, FrozenYears frozen)
    {
        TableDefinition table = counted.Definition;
        string title = TitleOf(table);
        string? moment = table.Window == TableWindow.Month ? MomentOf(month) : null;
        Hierarchy columns = Columns(table, year);
        if (!table.IsCross)
        {
            (string Code, string Title)[] rows = table.Rows == "source" ? Sources : [("", "市内のこども")];
            return new CountTable(
                table,
                month,
                title,
                rows.Select(row => new TableLine(row.Code, row.Title)).ToList(),
                Lines(columns),
                rows.Select(row => Separate(counted, row, columns, moment, children)).ToList());
        }

        Hierarchy lines = Rows(counted.Definition, Used(counted.Definition, counted.Cells.Select(cell => cell.RowCode), frozen), districts, year);
        decimal[] values = new decimal[lines.Leaves.Count * columns.Leaves.Count];
        Dictionary<string, int> rowAt = Places(lines), columnAt = Places(columns);
        foreach (Tally cell in counted.Cells)
        {
            values[(rowAt[cell.RowCode.Length == 0 ? Unknown : cell.RowCode] * columns.Leaves.Count) + columnAt[cell.ColumnCode]] += cell.CellCount;
        }

        LinkedTable linked = new(table.Code, title, table.Measure, [lines, columns], values) { Moment = moment };
        return new CountTable(table, month, title, Lines(lines), Lines(columns), [frozen.Restate(linked)]);
    }

    // Only the years together are printed; each of them is in the system, because the windows of two releases overlap.
    private static CountTable Pooled(Layered counted, List<HierarchyNode> districts, DateOnly month, int year, FrozenYears frozen)
    {
        TableDefinition table = counted.Definition;
        string title = TitleOf(table), window = WindowOf(year);
        Hierarchy columns = Columns(table, year), lines = Rows(table, Used(table, counted.Cells.Select(cell => cell.RowCode), frozen), districts, year);
        Hierarchy years = new(
            "year",
            [
                new HierarchyNode(window, WindowTitle, null),
                .. Enumerable.Range(year + 1 - StatisticsCatalogue.PooledYears, StatisticsCatalogue.PooledYears).Select(one => YearNode(one, window)),
            ],
            rootLine: window);
        decimal[] values = new decimal[lines.Leaves.Count * columns.Leaves.Count * years.Leaves.Count];
        Dictionary<string, int> rowAt = Places(lines), columnAt = Places(columns), yearAt = Places(years);
        foreach (LayerTally cell in counted.Cells)
        {
            int place = (rowAt[cell.RowCode.Length == 0 ? Unknown : cell.RowCode] * columns.Leaves.Count) + columnAt[cell.ColumnCode];
            values[(place * years.Leaves.Count) + yearAt[SchoolYear(cell.ReceivedCode)]] += cell.CellCount;
        }

        LinkedTable linked = new(table.Code, title, table.Measure, [lines, columns, years], values)
        {
            Printed = new Dictionary<string, IReadOnlySet<string>> { [years.Code] = new HashSet<string>(StringComparer.Ordinal) { window } },
        };
        return new CountTable(table, month, title, Lines(lines), Lines(columns), [frozen.Restate(linked)]);
    }

    private static LinkedTable Separate(Counted counted, (string Code, string Title) row, Hierarchy columns, string? moment, long children)
    {
        Dictionary<string, long> cells = counted.Cells.Where(cell => cell.RowCode == row.Code).GroupBy(cell => cell.ColumnCode).ToDictionary(group => group.Key, group => group.Sum(cell => cell.CellCount), StringComparer.Ordinal);
        if (counted.Definition.Columns == "record")
        {
            cells["without"] = children - cells.GetValueOrDefault("with");
        }

        Hierarchy own = row.Code.Length == 0 ? columns : new Hierarchy($"{columns.Code} {row.Code}", columns.Nodes, columns.IsAttribute);
        return new LinkedTable(
            counted.Definition.Code, $"{counted.Definition.Title} {row.Title}", counted.Definition.Measure, [own], columns.Leaves.Select(leaf => (decimal)cells.GetValueOrDefault(columns.Nodes[leaf].Code)).ToList())
        {
            Moment = moment,
        };
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

    private static Hierarchy Rows(TableDefinition table, IEnumerable<string> counted, List<HierarchyNode> districts, int year) => table.Rows switch
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

    // The lines that are counted now, and those that a released year has.
    private static IEnumerable<string> Used(TableDefinition table, IEnumerable<string> counted, FrozenYears frozen) =>
        table.Window == TableWindow.Month ? counted : counted.Concat(frozen.Lines(table.Rows).Where(line => table.Rows != "year" || line.Length == 4));

    private static Hierarchy Flat(string code, IEnumerable<(string Code, string Title)> lines, bool isAttribute) =>
        Hierarchy.Flat(code, TotalTitle, lines.Select(line => new HierarchyNode(line.Code, line.Title, "")), isAttribute);

    // The unknown line is there only when somebody is in it.
    private static Hierarchy Districts(IEnumerable<string> counted, List<HierarchyNode> districts)
    {
        HashSet<string> used = counted.Select(code => code.Length == 0 ? Unknown : code).ToHashSet(StringComparer.Ordinal);
        List<HierarchyNode> lines = districts.Where(district => district.Code != Unknown).ToList();
        if (used.Contains(Unknown))
        {
            lines.Add(new HierarchyNode(Unknown, "市外・不明", "", UnitKind.District));
        }

        return Hierarchy.Flat("district", TotalTitle, lines);
    }

    // The years of the pooled window have a line of their own, where the table of districts is linked.
    private static Hierarchy Years(IEnumerable<string> counted, int year)
    {
        int[] years = counted.Select(code => int.Parse(code, CultureInfo.InvariantCulture)).Concat(Enumerable.Range(year + 1 - StatisticsCatalogue.PooledYears, StatisticsCatalogue.PooledYears)).Distinct().Order().ToArray();
        string window = WindowOf(year);
        List<HierarchyNode> nodes = years.Select(one => YearNode(one, one > year - StatisticsCatalogue.PooledYears && one <= year ? window : "")).ToList();
        nodes.Add(new HierarchyNode(window, WindowTitle, ""));
        nodes.Add(new HierarchyNode("", TotalTitle, null));
        // All years up to another one are another figure: that it has not changed would tell that the year between has nothing.
        return new Hierarchy("year", nodes, rootLine: string.Create(CultureInfo.InvariantCulture, $"to {year}"));
    }

    private static HierarchyNode YearNode(int year, string parent)
    {
        string code = year.ToString(CultureInfo.InvariantCulture);
        return new HierarchyNode(code, $"{code}年度", parent);
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

    /// <summary>Returns the document of a release: the tables with what disclosure control left of them, and those that are restated as they were.</summary>
    internal static StatisticsRelease Compose(
        long releaseId,
        DateOnly month,
        DateTime asKnownUtc,
        DateTime countedUtc,
        DisclosureProfile profile,
        IReadOnlyList<CountTable> tables,
        IReadOnlyList<ReleasedTable> restated,
        ControlledRelease release)
    {
        Dictionary<string, ReleasedTable> parts = restated.ToDictionary(table => table.Code, StringComparer.Ordinal);
        int first = 0;
        foreach (CountTable table in tables)
        {
            List<IReadOnlyList<ReleasedCell>> cells = table.Places(release.Set, first).Select(row => (IReadOnlyList<ReleasedCell>)row.Select(cell => ReleasedCell.Of(release.Figures[cell])).ToList()).ToList();
            parts.Add(
                table.Definition.Code,
                new ReleasedTable(table.Definition, table.Title, table.Rows, table.Columns, cells, ReleasedRate.Of(table.Definition, table.Rows, table.Columns, cells, profile)) { AsOf = table.AsOf });
            first += table.Parts.Count;
        }

        List<ReleasedTable> released = StatisticsCatalogue.Tables.Select(table => parts[table.Code]).ToList();
        ReleasedTable funnel = parts["funnel"];
        List<FunnelStep> steps = new[] { ("population", ""), ("linked", "linked"), ("scored", "scored"), ("listed", "listed"), ("judged", "judged"), ("judged_need", "judged_need"), ("contacted", "contacted"), ("supported", "supported") }
            .Select(step => (step.Item1, Line: funnel.Columns.ToList().FindIndex(line => line.Code == step.Item2)))
            .Select(step => new FunnelStep(step.Item1, funnel.Columns[step.Line].Code.Length == 0 ? "市内のこども" : funnel.Columns[step.Line].Title, funnel.Cells[0][step.Line].Count)).ToList();
        return new StatisticsRelease(
            releaseId, month, asKnownUtc, countedUtc, profile, released, steps, new ProtectionNote(release.Audited, release.SecondaryCost, release.SecondaryBound));
    }

    private sealed record District(string DistrictCode, string DistrictName);

    private sealed record Tally(string RowCode, string ColumnCode, long CellCount);

    private sealed record LayerTally(string RowCode, string ColumnCode, string ReceivedCode, long CellCount);

    private sealed record Mover(string EarlierRowCode, string EarlierColumnCode, string LaterRowCode, string LaterColumnCode, long CellCount);

    private sealed record Counted(TableDefinition Definition, IReadOnlyList<Tally> Cells);

    private sealed record Layered(TableDefinition Definition, IReadOnlyList<LayerTally> Cells);
}
