using System.Globalization;
using Warehouse.Sql;

namespace Warehouse.Reporting.Statistics;

/// <summary>Counts children in the warehouse and gives the counts out only through disclosure control.</summary>
public static class StatisticsReader
{
    // Years of consultations counted together by district: one year of a district holds too few.
    private const int PooledYears = 3;

    private static readonly (string Code, string Title)[] AgeBands =
        [("00-02", "0～2歳"), ("03-05", "3～5歳"), ("06-11", "6～11歳"), ("12-14", "12～14歳"), ("15-17", "15～17歳")];

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

    private static readonly (string Code, string Title)[] FunnelParts =
        [("unlinked", "他の記録と未連結"), ("not_scored", "連結済・判定対象外"), ("not_listed", "判定済・一覧外"), ("listed", "一覧掲載")];

    /// <summary>Returns the tables of the last month on or before a day, as known then, after disclosure control.</summary>
    /// <exception cref="WarehouseException">No month with residents is known.</exception>
    public static StatisticsRelease Read(WarehouseDatabases databases, DateOnly asOf, DateTime asKnownUtc, SuppressionProfile profile)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        int month = session.QuerySingle<int>(
            "query/statistics_month", new { month_key = (asOf.Year * 100) + asOf.Month, as_known_utc = asKnownUtc });
        if (month == 0)
        {
            throw new WarehouseException(
                $"No month with residents is known on or before {asOf:yyyy-MM-dd}; expected at least one loaded resident file. Run 'warehouse load' first.");
        }

        DateOnly first = new(month / 100, month % 100, 1);
        DateOnly until = first.AddMonths(1);
        // School years begin on 1 April.
        DateOnly yearStart = new(first.Month >= 4 ? first.Year : first.Year - 1, 4, 1);
        var at = new { month_key = month, as_known_utc = asKnownUtc, from_date = yearStart.AddYears(1 - PooledYears), until_date = until };

        List<TableLine> districts = session.Query<District>("query/statistics_districts")
            .Select(district => new TableLine(district.DistrictCode, district.DistrictName, CellLevel.District)).ToList();
        List<Count> children = session.Query<Count>("query/statistics_children", at).ToList();
        long population = children.Sum(count => count.CellCount);
        List<CountTable> tables =
        [
            Cross("children_by_district_age", "こどもの数（行政区×年齢）", "children", "行政区", "年齢", districts, City(AgeBands), children),
            Coverage(session.Query<SourceCount>("query/statistics_coverage", at), population),
            DecisionsByYear(session.Query<YearCount>("query/statistics_decisions", at)),
            Cross(
                "decisions_by_district",
                $"家庭児童相談の支援要否（行政区別・{PooledYears}年度計）",
                "consultations_pooled",
                "行政区",
                "支援要否",
                districts,
                City(Decisions),
                session.Query<Count>("query/statistics_decisions_district", at)),
            Cross(
                "funnel",
                "データ連携の流れ（人口から一覧まで）",
                "children",
                "対象",
                "段階",
                [new TableLine("resident", "市内のこども", CellLevel.City)],
                City(FunnelParts),
                session.Query<PartCount>("query/statistics_funnel", at).Select(part => new Count("resident", part.ColumnCode, part.CellCount))),
        ];
        IReadOnlyList<ReleasedTable> released = Suppression.Apply(tables, profile);
        return new StatisticsRelease(first, asKnownUtc, profile, released, Funnel(released.Single(table => table.Code == "funnel")));
    }

    // Steps add up from the end; a hidden part hides every step that contains it.
    private static List<FunnelStep> Funnel(ReleasedTable table)
    {
        IReadOnlyList<ReleasedCell> parts = table.Cells[0];
        long? SumFrom(int part) => parts.Skip(part).Take(FunnelParts.Length - part).Aggregate<ReleasedCell, long?>(0, (sum, cell) => sum + cell.Count);
        return
        [
            new FunnelStep("population", "市内のこども", parts[FunnelParts.Length].Count),
            new FunnelStep("linked", "記録を連結できた", SumFrom(1)),
            new FunnelStep("scored", "判定の対象となった", SumFrom(2)),
            new FunnelStep("listed", "一覧に掲載された", SumFrom(3)),
        ];
    }

    private static CountTable Coverage(IReadOnlyList<SourceCount> counts, long population)
    {
        List<IReadOnlyList<long>> rows = [];
        foreach ((string code, _) in Sources)
        {
            long covered = counts.Where(count => count.RowCode == code).Sum(count => count.CellCount);
            rows.Add([covered, population - covered]);
        }

        return new CountTable(
            "coverage_by_source",
            "記録のあるこどもの数（情報の種類別）",
            "children",
            "情報",
            "記録",
            City(Sources),
            City([("with", "あり"), ("without", "なし")]),
            rows,
            RowsAreDisjoint: false);
    }

    private static CountTable DecisionsByYear(IReadOnlyList<YearCount> counts)
    {
        List<TableLine> years = counts.Select(count => count.SchoolYear).Distinct().Order()
            .Select(year => new TableLine(year.ToString(CultureInfo.InvariantCulture), $"{year}年度", CellLevel.City)).ToList();
        return Cross(
            "decisions_by_year",
            "家庭児童相談の支援要否（年度別）",
            "consultations",
            "年度",
            "支援要否",
            years,
            City(Decisions),
            counts.Select(count => new Count(count.SchoolYear.ToString(CultureInfo.InvariantCulture), count.ColumnCode, count.CellCount)));
    }

    private static CountTable Cross(
        string code,
        string title,
        string population,
        string rowDimension,
        string columnDimension,
        IReadOnlyList<TableLine> rows,
        IReadOnlyList<TableLine> columns,
        IEnumerable<Count> counts)
    {
        long[][] cells = rows.Select(_ => new long[columns.Count]).ToArray();
        Dictionary<string, int> rowAt = rows.Select((row, index) => (row.Code, index)).ToDictionary(pair => pair.Code, pair => pair.index, StringComparer.Ordinal);
        Dictionary<string, int> columnAt = columns.Select((column, index) => (column.Code, index)).ToDictionary(pair => pair.Code, pair => pair.index, StringComparer.Ordinal);
        foreach (Count count in counts)
        {
            cells[rowAt[count.RowCode]][columnAt[count.ColumnCode]] += count.CellCount;
        }

        // The unknown line is there only when somebody is in it.
        List<int> kept = Enumerable.Range(0, rows.Count).Where(row => rows[row].Code.Length > 0 || cells[row].Sum() > 0).ToList();
        return new CountTable(
            code, title, population, rowDimension, columnDimension, kept.Select(row => rows[row]).ToList(), columns, kept.Select(row => (IReadOnlyList<long>)cells[row]).ToList());
    }

    private static List<TableLine> City(IEnumerable<(string Code, string Title)> lines) =>
        lines.Select(line => new TableLine(line.Code, line.Title, CellLevel.City)).ToList();

    private sealed record District(string DistrictCode, string DistrictName);

    private sealed record Count(string RowCode, string ColumnCode, long CellCount);

    private sealed record SourceCount(string RowCode, long CellCount);

    private sealed record PartCount(string ColumnCode, long CellCount);

    private sealed record YearCount(int SchoolYear, string ColumnCode, long CellCount);
}
