using System.Globalization;
using System.Net;
using System.Text;
using Warehouse.Etl.Link.Review;
using Warehouse.Model.Mine;

namespace Warehouse.Reporting.Host;

/// <summary>The report on links as one HTML page in Japanese: no script, nothing from a network, no names.</summary>
internal static class LinkageReportPage
{
    // A rate of fewer records says nothing, and shows single children.
    private const int Fewest = 10;

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["system"] = "情報源",
        ["age"] = "年齢",
        ["sex"] = "性別",
        ["name"] = "氏名の書き方",
        ["district"] = "地区",
        ["nationality"] = "国籍",
        ["male"] = "男",
        ["female"] = "女",
        ["unknown"] = "不明",
        ["kanji"] = "漢字を含む",
        ["kana"] = "かなのみ",
        ["other"] = "かな・ローマ字のみ",
        ["none"] = "氏名なし",
        ["foreign"] = "外国籍",
        ["japanese"] = "日本国籍",
        ["school"] = "学校",
        ["nursery"] = "保育",
        ["health"] = "健康",
        ["consultation"] = "家庭児童相談",
        ["council"] = "要対協",
        ["livelihood"] = "自立相談",
        ["women_support"] = "女性相談",
        ["maternal"] = "母子保健",
        ["registers"] = "住民登録が二つ以上ある",
        ["births"] = "生年月日が二つ以上ある",
        ["sexes"] = "性別が二つある",
        ["many"] = "記録が 20 件を超える",
    };

    /// <summary>Returns the page.</summary>
    internal static string Of(LinkageReport report, DateOnly today)
    {
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>名寄せの点検</title><style>body{font-family:sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}"
            + "table{border-collapse:collapse;font-size:.9rem}td,th{border:1px solid #ccc;padding:.2rem .6rem;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2.5rem}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>名寄せの点検</h1>\n<p>{today:yyyy-MM-dd} 現在。氏名・住所は載せていません。番号は名寄せ担当者だけが使えます。</p>\n");
        Audit(report, page);
        page.Append("<h2>住民登録に結び付いた割合</h2>\n<p>割合が低い区分では、その子どもの記録が見落とされやすくなります。記録が 10 件に満たない欄の割合は出しません。</p>\n");
        foreach (IGrouping<string, LinkageRate> kind in report.Rates.GroupBy(rate => rate.Kind))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{H(kind.Key)}</h3>\n<table><tr><th>{H(kind.Key)}</th>{(kind.Key == "system" ? "" : "<th>情報源</th>")}<th>記録</th><th>結び付き</th><th>割合</th><th>95 % 区間</th><th>確認待ち</th></tr>\n");
            foreach (LinkageRate rate in kind)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(rate.Group)}</td>{(kind.Key == "system" ? "" : $"<td>{H(rate.System)}</td>")}<td class=\"n\">{rate.Records:N0}</td><td class=\"n\">{rate.Linked:N0}</td>{Share(rate.Linked, rate.Records)}<td class=\"n\">{rate.Waiting:N0}</td></tr>\n");
            }

            page.Append("</table>\n");
        }

        page.Append("<h2>住民登録の側から</h2>\n<p>18 歳未満の住民のうち、ほかの情報源に記録がある人の割合。国籍は住民登録だけが分かるため、結び付かない記録の偏りはここに現れます。</p>\n");
        foreach (IGrouping<string, RegisterRate> kind in report.Registered.GroupBy(rate => rate.Kind))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{H(kind.Key)}</h3>\n<table><tr><th>{H(kind.Key)}</th><th>住民</th><th>記録あり</th><th>割合</th><th>95 % 区間</th></tr>\n");
            foreach (RegisterRate rate in kind)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(rate.Group)}</td><td class=\"n\">{rate.Children:N0}</td><td class=\"n\">{rate.Known:N0}</td>{Share(rate.Known, rate.Children)}</tr>\n");
            }

            page.Append("</table>\n");
        }

        page.Append("<h2>一人に見えない人</h2>\n<p>一つの情報源に番号が二つあることは、転校や再相談では普通です。生年月日や性別が二つある人は確かめてください（warehouse review show --person 番号）。</p>\n<table><tr><th>ようす</th><th>人数</th><th>例</th></tr>\n");
        foreach (LinkageAnomaly odd in report.Anomalies)
        {
            string what = odd.Code.StartsWith("system:", StringComparison.Ordinal) ? H(odd.Code[7..]) + "の番号が二つ以上ある" : H(odd.Code);
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{what}</td><td class=\"n\">{odd.Count:N0}</td><td>{string.Join(", ", odd.Examples)}</td></tr>\n");
        }

        page.Append("</table>\n</body></html>\n");
        return page.ToString();
    }

    private static void Audit(LinkageReport report, StringBuilder page)
    {
        int seen = report.Sample.Count(link => link.IsSeen);
        int wrong = report.Sample.Count(link => link.IsWrong);
        Interval interval = Wilson.Of(seen - wrong, seen);
        page.Append(CultureInfo.InvariantCulture, $"<h2>自動の結び付きの抜き取り</h2>\n<p>自動の結び付き {report.MadeCount:N0} 件から {report.Sample.Count:N0} 件を抜き取りました。確認済み {seen:N0} 件、うち誤り {wrong:N0} 件。");
        page.Append(seen == 0 ? "確認済みがないため、正しさはまだ言えません。" : string.Create(CultureInfo.InvariantCulture, $"正しい割合 {(double)(seen - wrong) / seen:P2}（95 % 区間 {interval.Low:P2}〜{interval.High:P2}、Wilson）。"));
        page.Append("</p>\n<p>確認済みとは、結び付きの後に名寄せ担当者がその人の記録を表示したか、記録を移したものです。残りは warehouse review show --person 番号 で見てください。同じ抜き取りが次の報告にも出ます。</p>\n");
        page.Append("<details><summary>未確認の一覧</summary><table><tr><th>記録</th><th>人</th></tr>\n");
        foreach (SampledLink link in report.Sample.Where(link => !link.IsSeen))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{link.RecordKey}</td><td>{link.PersonKey}</td></tr>\n");
        }

        page.Append("</table></details>\n");
    }

    private static string Share(long part, long whole)
    {
        if (whole < Fewest)
        {
            return "<td class=\"n\">－</td><td class=\"n\">－</td>";
        }

        Interval interval = Wilson.Of((int)part, (int)whole);
        return string.Create(CultureInfo.InvariantCulture, $"<td class=\"n\">{(double)part / whole:P1}</td><td class=\"n\">{interval.Low:P1}〜{interval.High:P1}</td>");
    }

    private static string H(string code) => WebUtility.HtmlEncode(Words.GetValueOrDefault(code, code));
}
