using System.Globalization;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Web;

/// <summary>What the pages say for the states and steps of releases, and their English.</summary>
internal static class ReleaseText
{
    /// <summary>Returns a state in Japanese.</summary>
    internal static string State(ReleaseState state) => state switch
    {
        ReleaseState.Registered => "手続の導入前の登録",
        ReleaseState.Draft => "案",
        ReleaseState.Checked => "点検済みの案",
        ReleaseState.Rejected => "取りやめ",
        ReleaseState.Embargoed => "承認済み・公表日前",
        ReleaseState.Public => "公表中",
        ReleaseState.Corrected => "訂正済み",
        _ => "取り下げ",
    };

    /// <summary>Returns a step in Japanese.</summary>
    internal static string Step(string eventCode) => eventCode switch
    {
        ReleaseSteps.Draft => "案の作成",
        ReleaseSteps.Check => "点検",
        ReleaseSteps.Approve => "承認",
        ReleaseSteps.Reject => "取りやめ",
        ReleaseSteps.Handout => "公表前の提供",
        ReleaseSteps.Notice => "お知らせ",
        ReleaseSteps.Withdraw => "取り下げ",
        _ => eventCode,
    };

    /// <summary>Returns a month as its year and number.</summary>
    internal static string Month(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Returns the day in Japan.</summary>
    internal static string Day(DateTime utc) => utc.AddHours(9).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Returns when a day begins in Japan, where there is no summer time.</summary>
    internal static DateTime StartOf(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddHours(-9);

    /// <summary>The English of the pages about releases by their Japanese.</summary>
    internal static readonly IReadOnlyDictionary<string, string> English = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["手続の導入前の登録"] = "registered before steps were kept",
        ["案"] = "Draft",
        ["点検済みの案"] = "checked draft",
        ["取りやめ"] = "given up",
        ["承認済み・公表日前"] = "approved, under embargo",
        ["公表中"] = "public",
        ["訂正済み"] = "corrected",
        ["取り下げ"] = "withdrawn",
        ["案の作成"] = "draft",
        ["点検"] = "check",
        ["承認"] = "approval",
        ["公表前の提供"] = "handed out early",
        ["お知らせ"] = "notice",
        ["統計の公表"] = "Releases",
        ["統計は、案の作成、点検、別の人による承認を経て、番号の付いた動かない統計として公表されます。案の数値は公表しないでください。"] =
            "Statistics are drafted, checked and approved by a second person, and are then public as a numbered release that does not change. Do not publish figures of a draft.",
        ["統計の案はまだありません。"] = "There is no draft yet.",
        ["登録簿"] = "Register",
        ["登録簿へ"] = "To the register",
        ["時点"] = "As of",
        ["知識の時点"] = "As known",
        ["公表日"] = "Public from",
        ["数値"] = "Figures",
        ["非表示"] = "Hidden",
        ["最後の手続"] = "Last step",
        ["第{0}号"] = "No. {0}",
        ["（第{0}号）"] = " (No. {0})",
        ["案を作成する"] = "Make a draft",
        ["時点の月（空欄は最新の月）"] = "Month of the figures (empty: the newest)",
        ["メモ"] = "Note",
        ["数えて案を作成"] = "Count and draft",
        ["置き換える統計"] = "Takes the place of",
        ["秘匿"] = "Disclosure control",
        ["数値 {0} 個、非表示 {1} 個、確かめた数値と差 {2} 個"] = "{0} figures, {1} hidden, {2} figures and differences audited",
        ["照合値"] = "Hash",
        ["手続の記録"] = "Steps",
        ["手続"] = "Step",
        ["日時"] = "Time",
        ["点検する"] = "Check",
        ["数え直して同じであることを確かめ、点検を記録します。表の題、数値の動き、注記を見てください。"] = "Counts again, and records that you have looked. See to titles, movements of figures and notes.",
        ["承認する"] = "Approve",
        ["案を作成した人は承認できません。承認した統計は番号が付き、変えられません。"] = "Whoever drafted it cannot approve it. An approved release has a number and does not change.",
        ["公表日（空欄は直ちに）"] = "Public from (empty: at once)",
        ["メモ（同じ月の統計を置き換えるときは訂正の理由。公表されます）"] = "Note (where it takes the place of a release of the month: why; published)",
        ["案を取りやめる"] = "Give up",
        ["この案は公表されません。"] = "This draft will not be public.",
        ["理由"] = "Reason",
        ["お知らせを付ける"] = "Add a notice",
        ["統計と一緒に公表されます。氏名は書かないでください。"] = "Published with the release. Write no names.",
        ["お知らせの文"] = "Words of the notice",
        ["取り下げる"] = "Withdraw",
        ["数値は表示されなくなり、理由が公表されます。すでに公表した数値は、以後の秘匿の計算で公表済みとして扱います。"] =
            "Figures are shown no more, and the reason is published. Figures that were public go on counting as public in disclosure control.",
        ["取り下げの理由"] = "Why it is withdrawn",
        ["公表前に渡す"] = "Hand out early",
        ["渡したことが記録され、以後は取り下げても公表済みとして扱います。"] = "It is recorded, and the release counts as public from then on, even if it is withdrawn.",
        ["ファイルを受け取る"] = "Get the file",
        ["取り下げられた統計です。数値は使わないでください。"] = "This release was withdrawn. Do not use its figures.",
        ["承認前の案です。数値を外に出さないでください。"] = "A draft that nobody approved. Its figures must not leave this page.",
        ["統計 第{0}号"] = "Release No. {0}",
        ["統計の案 {0}"] = "Draft {0}",
        ["取り下げられました"] = "Withdrawn",
        ["この統計は取り下げられました。数値は使わないでください。"] = "This release was withdrawn. Do not use its figures.",
        ["公表された統計はまだありません。"] = "No statistics are public yet.",
        ["公表"] = "Release",
        ["表"] = "Table",
        ["すべて"] = "All",
        ["行（推移を見る）"] = "Line (over time)",
        ["表示"] = "Show",
        ["この統計は訂正されました。新しい統計："] = "This release was corrected. The new one: ",
        ["第{0}号の訂正"] = "Correction of No. {0}",
        ["推移：{0}"] = "Over time: {0}",
        ["公表ごとの数値"] = "Figures by release",
        ["{0}の割合"] = "{0}, share",
        ["同じ月の統計が訂正されたときは、訂正後のものだけを並べます。表の作り方が変わった統計は「…」とします。"] = "Where a release was corrected, only the correction stands here. Releases whose tables were made otherwise show “…”.",
        ["読み方"] = "How to read it",
        ["X：少数のため、または他の数から少数が推定されるのを防ぐため、表示しません。0とは限りません。"] = "X: not shown because it is small, or so that a small figure cannot be worked out from others. It need not be 0.",
        ["-：0です。…：データがありません。"] = "-: none. …: no data.",
        ["市全体で {0} 人未満、行政区で {1} 人未満の数は表示しません。{2} 人未満を分母とする割合は表示しません。"] = "City figures below {0} and district figures below {1} are not shown, nor rates of fewer than {2}.",
        ["割合の下の範囲は95%信頼区間（ウィルソン法）です。区間が重なるものの大小は言えません。順位は付けません。"] = "The range under a rate is its 95 % confidence interval (Wilson). Rates whose intervals overlap cannot be ordered. Nothing is ranked.",
        ["「全体より高い・低い」は、偶然では99.8%の範囲に収まるはずの差を超えたときだけ示します。「少なすぎて比べられない」は、全体の半分でも2倍でもおかしくないことを表します。"] =
            "“Higher” and “lower than all” are said only of differences beyond what chance explains in 99.8 % of cases. “Too small to compare” means that it could as well be half of the common rate, or twice it.",
        ["数値は {0} までに届いた記録によります。後から届いた記録は含みません。"] = "Figures rest on records that had come by {0}; what came later is not in them.",
        ["作成"] = "Owner",
        ["少なすぎて比べられない"] = "too small to compare",
        ["偶然の範囲"] = "within chance",
        ["全体より高い"] = "higher than all",
        ["全体より低い"] = "lower than all",
        ["家庭児童相談室"] = "Family consultation office",
        ["支援要の割合"] = "Support, share",
        ["ありの割合"] = "With records, share",
        ["その月に住民登録のあるこどもの数です。"] = "Children registered as residents in the month.",
        ["その情報に一度でも記録のあるこどもの数です。制度の対象でないこどもには記録がなく、割合の低さは情報の欠けとは限りません。"] =
            "Children of whom the source has any record. It has none of children whom the service is not for, so a low share need not be a gap.",
        ["受け付けた相談の件数です。同じこどもの相談が複数あれば、それぞれ数えます。"] = "Consultations received. Several of one child are counted each.",
        ["1年度では数が少ないため、直近の年度を合わせています。行政区は、その月の住所によります。"] = "One year holds too few, so the last years are counted together. Districts are those of the address in the month.",
        ["その月より前の最後の判定によります。判定は支援の要否を決めるものではありません。"] = "By the last scoring before the end of the month. A score decides nothing.",
        ["持ち帰り"] = "Files",
        ["冊子（PDF）"] = "Booklet (PDF)",
        ["表計算（XLSX）"] = "Workbook (XLSX)",
        ["メタデータ（DCAT）"] = "Metadata (DCAT)",
        ["95%区間"] = "95 % interval",
        ["全体と比べて"] = "Beside all",
        ["* 分母が少ないため、わずかな増減で大きく動きます。"] = "* Of few: a small change moves it far.",
        ["合計（人）"] = "Total (children)",
        ["合計（件）"] = "Total (cases)",
        ["人"] = "children",
        ["件"] = "cases",
    };
}
