using System.Globalization;

namespace Warehouse.Reporting.Briefs;

/// <summary>Codes of the warehouse in the words that staff use.</summary>
public static class Wording
{
    private const int SchoolAge = 6;
    private const int AfterSchool = 15;

    /// <summary>What is printed where nothing is on record.</summary>
    public const string NoRecord = "記録なし";

    /// <summary>Returns the department that a feed comes from.</summary>
    public static string Department(string feed) => feed switch
    {
        "resident" or "household" => "市民課",
        "allowance" or "child_allowance" or "medical_month" or "service_use" => "子育て支援課",
        "tax_class" => "税務課",
        "arrears" => "収納課",
        "public_assistance" => "社会福祉課",
        "disability" => "障害福祉課",
        "care_need" => "高齢福祉課",
        "nursery" or "nursery_attendance" => "保育課",
        "checkup" or "pregnancy" or "vaccination" => "健康課",
        "school" or "test_score" or "school_aid" => "学校教育課",
        "attendance" or "attendance_days" or "nurse_visit" or "guidance" or "school_health" or "mood" => "学校",
        "counselling" => "教育相談センター",
        "council_case" => "家庭児童相談室",
        "livelihood" => "自立相談支援機関",
        "consultation" => "家庭児童相談室",
        _ => feed,
    };

    /// <summary>Returns the title of a feed.</summary>
    public static string Feed(string feed) => feed switch
    {
        "resident" => "住民基本台帳",
        "household" => "世帯構成",
        "allowance" => "児童扶養手当",
        "child_allowance" => "児童手当",
        "medical_month" => "医療費助成",
        "service_use" => "子育て支援サービス",
        "tax_class" => "課税区分",
        "arrears" => "滞納フラグ",
        "public_assistance" => "生活保護",
        "disability" => "障害者手帳・サービス",
        "care_need" => "同居者の要介護認定",
        "school_aid" => "就学援助",
        "council_case" => "要対協進行管理台帳",
        "livelihood" => "自立支援相談",
        "nursery" => "保育所等",
        "checkup" => "乳幼児健診",
        "school" => "学齢簿",
        "attendance" => "出欠",
        "attendance_days" => "在籍日数",
        "consultation" => "家庭児童相談",
        "pregnancy" => "妊娠届・妊婦健診",
        "vaccination" => "予防接種",
        "nursery_attendance" => "保育出欠",
        "nurse_visit" => "保健室来室",
        "test_score" => "学力調査",
        "guidance" => "いじめ・生徒指導",
        "school_health" => "学校健診・歯科",
        "counselling" => "教育相談",
        "mood" => "心の天気",
        _ => feed,
    };

    /// <summary>Returns a sex in one word.</summary>
    public static string Sex(int code) => code switch { 1 => "男", 2 => "女", _ => "不明" };

    /// <summary>Returns a relation to the head of the household.</summary>
    public static string Relation(string code) => code switch
    {
        "head" => "世帯主",
        "spouse" => "妻・夫",
        "child" => "子",
        "child_of_child" => "子の子",
        "parent" => "父母",
        "parent_of_spouse" => "妻・夫の父母",
        "sibling" => "兄弟姉妹",
        "cohabitant" => "同居人",
        "spouse_of_child" => "子の妻・夫",
        _ => "その他",
    };

    /// <summary>Returns how somebody is related to the child.</summary>
    public static string Tie(string tie, int sex) => tie switch
    {
        "parent" => sex == 1 ? "父" : sex == 2 ? "母" : "父母",
        "sibling" => "きょうだい",
        "grandparent" => sex == 1 ? "祖父" : sex == 2 ? "祖母" : "祖父母",
        _ => "",
    };

    /// <summary>Returns a check-up.</summary>
    public static string Checkup(string code) => code switch { "m3" => "3～4か月児健診", "m18" => "1歳6か月児健診", "m36" => "3歳児健診", _ => "健診" };

    /// <summary>Returns the judgement of a check-up.</summary>
    public static string CheckupJudgement(string code) => code switch
    {
        "healthy" => "健康",
        "observe" => "要観察",
        "guidance" => "要指導",
        "examine" => "要精査",
        _ => "判定の記録なし",
    };

    /// <summary>Returns a kind of consultation.</summary>
    public static string Consultation(string code) => code switch
    {
        "abuse" => "養護相談（虐待）",
        "care" => "養護相談（その他）",
        "health" => "保健相談",
        "disability" => "障害相談",
        "delinquency" => "非行相談",
        "upbringing" => "育成相談",
        _ => "相談",
    };

    /// <summary>Returns who brought a consultation.</summary>
    public static string Route(string code) => code switch
    {
        "police" => "警察",
        "neighbour" => "近隣・知人",
        "family" => "家族・親戚",
        "school" => "学校",
        "nursery" => "保育所等",
        "health" => "保健センター等",
        "child" => "児童本人",
        "medical" => "医療機関",
        _ => "その他",
    };

    /// <summary>Returns a decision on the need for support.</summary>
    public static string Decision(string code) => code switch { "need" => "支援要", "no_need" => "支援否", "pending" => "保留", _ => "判断の記録なし" };

    /// <summary>Returns an event of the resident register.</summary>
    public static string Move(string code) => code switch
    {
        "initial" => "記載",
        "birth" => "出生",
        "move_in" => "転入",
        "move_out" => "転出",
        "move_within" => "市内転居",
        "death" => "死亡",
        "ex_officio" => "職権記載",
        "name_change" => "氏名変更",
        "cancel_move_out" => "転出取消",
        _ => "異動",
    };

    /// <summary>Returns why a score was withheld.</summary>
    public static string Withheld(string code) => code switch
    {
        "thin_file" => "記録のある情報が少なく、算出していません",
        "open_case" => "すでに相談・支援が進行中のため、算出していません",
        "earlier_case" => "過去に支援が必要と判断されているため、算出していません",
        _ => "算出していません",
    };

    /// <summary>Returns a grade; of a child without one what the age says: the city's registers of pupils begin with elementary and end with junior high school.</summary>
    /// <param name="grade">1 to 9; any other number for none.</param>
    /// <param name="age">Age in whole years.</param>
    public static string Grade(int grade, int age) => grade switch
    {
        >= 1 and <= 6 => $"小学{grade}年",
        >= 7 and <= 9 => $"中学{grade - 6}年",
        _ when age >= AfterSchool => "中学校卒業後",
        // At six a child is not at school before the April that follows.
        _ when age > SchoolAge => "在籍の記録なし",
        _ => "未就学",
    };

    /// <summary>Returns a reading with half-width katakana made full-width, or null.</summary>
    /// <remarks>By a table: normalisation of the platform does nothing where it runs without culture data.</remarks>
    public static string? Kana(string? reading)
    {
        const string Half = "ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ";
        const string Full = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
        const string Plain = "カキクケコサシスセソタチツテトハヒフヘホウ";
        const string Voiced = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
        if (reading is null)
        {
            return null;
        }

        System.Text.StringBuilder text = new();
        foreach (char sign in reading)
        {
            int at = Half.IndexOf(sign, StringComparison.Ordinal);
            int voiced = sign == 'ﾞ' && text.Length > 0 ? Plain.IndexOf(text[^1], StringComparison.Ordinal) : -1;
            if (voiced >= 0)
            {
                text[^1] = Voiced[voiced];
            }
            else if (sign == 'ﾟ' && text.Length > 0 && text[^1] is ('ハ' or 'ヒ' or 'フ' or 'ヘ' or 'ホ'))
            {
                text[^1] = (char)(text[^1] + 2);
            }
            else
            {
                text.Append(at >= 0 ? Full[at] : sign);
            }
        }

        return text.ToString();
    }

    /// <summary>Returns a day as staff write it: 令和8年4月1日.</summary>
    public static string Date(DateOnly date) => $"{Era(date)}{date.Month}月{date.Day}日";

    /// <summary>Returns a month: 令和8年4月.</summary>
    public static string Month(int monthKey) => monthKey <= 0 ? NoRecord : $"{Era(LastDay(monthKey))}{monthKey % 100}月";

    /// <summary>Returns the last day of a month.</summary>
    public static DateOnly LastDay(int monthKey) => new DateOnly(monthKey / 100, monthKey % 100, 1).AddMonths(1).AddDays(-1);

    private static string Era(DateOnly date)
    {
        (string name, int first) = date >= new DateOnly(2019, 5, 1) ? ("令和", 2019) : date >= new DateOnly(1989, 1, 8) ? ("平成", 1989) : ("昭和", 1926);
        int year = date.Year - first + 1;
        return name + (year == 1 ? "元" : year.ToString(CultureInfo.InvariantCulture)) + "年";
    }
}
