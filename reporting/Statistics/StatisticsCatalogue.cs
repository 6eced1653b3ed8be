namespace Warehouse.Reporting.Statistics;

/// <summary>The time that a table's figures are of.</summary>
public enum TableWindow
{
    /// <summary>One month: its residents.</summary>
    Month,

    /// <summary>The school year of the month and the two before it, together: one year of a district holds too few.</summary>
    PooledYears,

    /// <summary>Every school year up to the month.</summary>
    AllYears,
}

/// <summary>A table of the catalogue.</summary>
/// <param name="Code">The name of the table in addresses and file names.</param>
/// <param name="Title">The title for people; <c>{0}</c> is the number of years pooled.</param>
/// <param name="Measure">What is counted; tables that count the same things carry the same word, and share the figures that both have.</param>
/// <param name="Unit">The unit for people.</param>
/// <param name="Query">The script: <c>row_code</c>, <c>column_code</c>, <c>cell_count</c>.</param>
/// <param name="Rows">The dimension of the rows, one of the fixed ones.</param>
/// <param name="Columns">The dimension of the columns, one of the fixed ones.</param>
/// <param name="IsCross">Whether the rows are disjoint, so that they add up.</param>
/// <param name="Window">The time of the figures.</param>
/// <param name="Denominator">The code of the column that rates are taken of, empty for the total; null where rates mean nothing.</param>
/// <param name="Rates">The codes of the columns that are given as rates too, the most important first.</param>
/// <param name="Owner">Who answers for the table.</param>
/// <param name="Note">What a reader has to know of how it is counted.</param>
public sealed record TableDefinition(
    string Code, string Title, string Measure, string Unit, string Query, string Rows, string Columns, bool IsCross, TableWindow Window, string? Denominator, IReadOnlyList<string> Rates, string Owner, string Note);

/// <summary>The tables that exist. A figure that is in no table of the catalogue is not released.</summary>
/// <remarks>Dimensions are fixed: city and its districts, never a school by grade and sex; no table ranks schools.</remarks>
public static class StatisticsCatalogue
{
    /// <summary>School years counted together where one holds too few.</summary>
    public const int PooledYears = 3;

    private const string Steward = "総括管理主体";
    private const string Consultation = "家庭児童相談室";

    /// <summary>The tables.</summary>
    public static IReadOnlyList<TableDefinition> Tables { get; } =
    [
        new("children_by_district_age", "こどもの数（行政区×年齢）", "children", "人", "query/statistics_children", "district", "age", true, TableWindow.Month, null, [], Steward,
            "その月に住民登録のあるこどもの数です。"),
        new("coverage_by_source", "記録のあるこどもの数（情報の種類別）", "children", "人", "query/statistics_coverage", "source", "record", false, TableWindow.Month, "", ["with"], Steward,
            "その情報に一度でも記録のあるこどもの数です。制度の対象でないこどもには記録がなく、割合の低さは情報の欠けとは限りません。"),
        new("decisions_by_year", "家庭児童相談の支援要否（年度別）", "consultations", "件", "query/statistics_decisions", "year", "decision", true, TableWindow.AllYears, "", ["need"], Consultation,
            "受け付けた相談の件数です。同じこどもの相談が複数あれば、それぞれ数えます。"),
        new("decisions_by_district", "家庭児童相談の支援要否（行政区別・{0}年度計）", "consultations", "件", "query/statistics_decisions_district", "district", "decision", true, TableWindow.PooledYears, "", ["need"], Consultation,
            "1年度では数が少ないため、直近の年度を合わせています。行政区は、その月の住所によります。"),
        new("funnel", "データ連携の流れ（人口から一覧まで）", "children", "人", "query/statistics_funnel", "all", "stage", false, TableWindow.Month, "", ["linked", "scored", "listed"], Steward,
            "その月より前の最後の判定によります。判定は支援の要否を決めるものではありません。"),
    ];

    /// <summary>Returns a table by its name, or null.</summary>
    public static TableDefinition? Find(string code) => Tables.FirstOrDefault(table => table.Code == code);
}
