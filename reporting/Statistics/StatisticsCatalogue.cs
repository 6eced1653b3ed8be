namespace Warehouse.Reporting.Statistics;

/// <summary>The time that a table's figures are of.</summary>
public enum TableWindow
{
    /// <summary>One month: its residents.</summary>
    Month,

    /// <summary>The last three school years that are over, together: one year of a district holds too few.</summary>
    PooledYears,

    /// <summary>Every school year that is over.</summary>
    AllYears,
}

/// <summary>How often a table is counted anew. Between its months a release restates it as it was.</summary>
public enum ReleaseCalendar
{
    /// <summary>At the end of March, with the school year that ends: a few children more or less tell of those few, and in a year most figures change by more.</summary>
    Year,

    /// <summary>At the end of March, June, September and December.</summary>
    Quarter,
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
/// <param name="Calendar">How often they are counted anew.</param>
/// <param name="Denominator">The code of the column that rates are taken of, empty for the total; null where rates mean nothing.</param>
/// <param name="Rates">The codes of the columns that are given as rates too, the most important first.</param>
/// <param name="Owner">Who answers for the table.</param>
/// <param name="Note">What a reader has to know of how it is counted.</param>
public sealed record TableDefinition(
    string Code, string Title, string Measure, string Unit, string Query, string Rows, string Columns, bool IsCross, TableWindow Window, ReleaseCalendar Calendar, string? Denominator, IReadOnlyList<string> Rates, string Owner, string Note);

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
        new("children_by_district_age", "こどもの数（行政区×年齢）", "children", "人", "query/statistics_children", "district", "age", true, TableWindow.Month, ReleaseCalendar.Year, null, [], Steward,
            "その月に住民登録のあるこどもの数です。"),
        new("coverage_by_source", "記録のあるこどもの数（情報の種類別）", "children", "人", "query/statistics_coverage", "source", "record", false, TableWindow.Month, ReleaseCalendar.Quarter, "", ["with"], Steward,
            "その情報に一度でも記録のあるこどもの数です。制度の対象でないこどもには記録がなく、割合の低さは情報の欠けとは限りません。"),
        new("decisions_by_year", "家庭児童相談の支援要否（年度別）", "consultations", "件", "query/statistics_decisions", "year", "decision", true, TableWindow.AllYears, ReleaseCalendar.Year, "", ["need"], Consultation,
            "受け付けた相談の件数です。同じこどもの相談が複数あれば、それぞれ数えます。"),
        new("decisions_by_district", "家庭児童相談の支援要否（行政区別・{0}年度計）", "consultations", "件", "query/statistics_decisions_district", "district", "decision", true, TableWindow.PooledYears, ReleaseCalendar.Year, "", ["need"], Consultation,
            "1年度では数が少ないため、終わった年度のうち直近のものを合わせています。行政区は、それぞれの年度を締めた月の住所によります。"),
        new("sources_by_district", "こどもを知る情報の数（行政区別）", "children", "人", "query/statistics_sources_district", "district", "sources", true, TableWindow.Month, ReleaseCalendar.Year, "", ["00-02"], Steward,
            "記録のある情報の種類の数です。少ないこどもには判定をしません。"),
        new("need_by_age", "支援が必要と判断されたこども（年齢別・{0}年度計）", "children", "人", "query/statistics_need_age", "age", "need", true, TableWindow.Month, ReleaseCalendar.Year, "", ["with"], Consultation,
            "その月のこどものうち、直近の年度に受け付けた相談で一度でも「支援要」と判断されたこどもです。年齢はその月のものです。相談につながっていないこどもの必要は含みません。"),
        new("need_by_household", "支援が必要と判断されたこども（世帯別・{0}年度計）", "children", "人", "query/statistics_need_household", "household", "need", true, TableWindow.Month, ReleaseCalendar.Year, "", ["with"], Consultation,
            "世帯はその月のものです。差は、相談につながりやすさの差でもあり得ます。"),
        new("listed_by_household", "一覧に掲載されたこども（世帯別）", "children", "人", "query/statistics_listed_household", "household", "list", true, TableWindow.Month, ReleaseCalendar.Quarter, "scored", ["listed"], Steward,
            "公平さの確認のための表です。割合は、判定の対象となったこどものうち一覧に掲載されたこどもです。"),
        new("takeup_rearing_allowance", "児童扶養手当の受給（世帯別）", "children", "人", "query/statistics_takeup_rearing", "household", "child_rearing_allowance", true, TableWindow.Month, ReleaseCalendar.Year, "", ["with"], "子育て支援課",
            "ひとり親世帯のこどもが対象と考えられます。所得の要件は確かめていないため、受給していないこどものすべてが受けられるわけではありません。"),
        new("takeup_school_aid", "就学援助の受給", "children", "人", "query/statistics_takeup_school", "eligible", "school_aid", true, TableWindow.Month, ReleaseCalendar.Year, "", ["with"], "学校教育課",
            "小中学生で、児童扶養手当または生活保護の記録があるこどもを「対象と考えられる」としています。"),
        new("consultations_by_sender", "家庭児童相談の経路と支援要否（{0}年度計）", "consultations", "件", "query/statistics_senders", "route", "decision", true, TableWindow.PooledYears, ReleaseCalendar.Year, "", ["need"], Consultation,
            "どこからの相談が支援につながったかを見る表です。経路の優劣を示すものではありません。"),
        new("consultations_by_type", "家庭児童相談の種別（年度別）", "consultations", "件", "query/statistics_consultation_types", "year", "type", true, TableWindow.AllYears, ReleaseCalendar.Year, null, [], Consultation,
            "福祉行政報告例の相談種別によります。"),
        new("open_cases", "対応中の家庭児童相談（受付からの期間別）", "open cases", "件", "query/statistics_open_cases", "duration", "decision", true, TableWindow.Month, ReleaseCalendar.Quarter, "", ["none"], Consultation,
            "月末に終結していない相談です。「判断なし」は、支援要否の判断を待っている相談です。"),
        new("checkups", "乳幼児健診の未受診", "checkups", "件", "query/statistics_checkups", "checkup", "visit", true, TableWindow.Month, ReleaseCalendar.Quarter, "", ["missed"], "健康課",
            "月末の3か月前までの1年間に対象となった健診について、月末までに受診の記録がないものです。"),
        new("funnel", "データ連携の流れ（人口から支援まで）", "children", "人", "query/statistics_funnel", "all", "stage", false, TableWindow.Month, ReleaseCalendar.Quarter, "", ["linked", "scored", "listed", "judged", "judged_need", "contacted", "supported"], Steward,
            "その月までの最後の判定によります。判定は支援の要否を決めるものではありません。判断は一覧に掲載されたこどもについての最終の判断、連絡と支援はその後のものです。"),
    ];

    /// <summary>Returns the month, by its first day, at which a table is counted that is released for a month: the last of its calendar.</summary>
    public static DateOnly Due(ReleaseCalendar calendar, DateOnly month)
    {
        int since = calendar == ReleaseCalendar.Year ? (month.Month + 9) % 12 : month.Month % 3;
        return new DateOnly(month.Year, month.Month, 1).AddMonths(-since);
    }

    /// <summary>Returns a table by its name, or null.</summary>
    public static TableDefinition? Find(string code) => Tables.FirstOrDefault(table => table.Code == code);
}
