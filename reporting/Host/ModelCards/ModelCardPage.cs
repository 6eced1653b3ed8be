using System.Globalization;
using System.Net;
using System.Text;
using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Store;
using Warehouse.Model.Tables;
using Warehouse.Model.Train;

namespace Warehouse.Reporting.Host.ModelCards;

/// <summary>The card of one model as one HTML page in Japanese or English: inline SVG, no script, nothing from a network.</summary>
/// <remarks>Parts after Mitchell et al., Model Cards for Model Reporting, FAT* 2019. Counts and rates of fewer than ten children are not shown, so that the page may be published.</remarks>
public static class ModelCardPage
{
    private const int Fewest = 10;
    private const int MostTerms = 40;
    private const int MostDrift = 12;
    private const string Blue = "#2f6db3";
    private const string Red = "#b8433c";
    private const string Grey = "#8a8a8a";

    private const string Style = "body{font-family:sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem;color:#222;line-height:1.7}table{border-collapse:collapse;font-size:.9rem;margin:.6rem 0}"
        + "td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}th{background:#f3f3f3}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
        + "h2{margin-top:2.4rem;border-bottom:1px solid #ddd}.note{color:#555;font-size:.9rem}.bad{color:#a1261f;font-weight:bold}.open{color:#8a5a00}.figures{display:flex;flex-wrap:wrap;gap:1.5rem}"
        + "figure{margin:0}figcaption{font-size:.9rem;text-align:center}svg text{font-size:12px;font-family:sans-serif;fill:#333}.lead{font-size:1.1rem;border-left:4px solid #2f6db3;padding-left:1rem}";

    /// <summary>Writes the page.</summary>
    /// <param name="card">What is on record.</param>
    /// <param name="register">What the municipality says.</param>
    /// <param name="isEnglish">English instead of Japanese.</param>
    /// <param name="mark">A line across the top, such as that all people are fictitious; null for none.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(ModelCard card, RegisterSection register, bool isEnglish, string? mark, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(register);
        ArgumentNullException.ThrowIfNull(writer);
        CardText text = new(isEnglish);
        StringBuilder page = new();
        string title = text.Of($"モデルカード：モデル {card.Run.ModelRunId}", $"Model card: model {card.Run.ModelRunId}");
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"{text.Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{H(title)}</title><style>{Style}</style></head><body>\n<main><h1>{H(title)}</h1>\n");
        if (mark is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"bad\">{H(mark)}</p>\n");
        }

        Purpose(card, text, page);
        Marks(card, text, page);
        Performance(card, text, page);
        Groups(card, text, page);
        Departments(card, text, page);
        Terms(card, text, page);
        Data(card, text, page);
        Watch(card, text, page);
        Limits(text, page);
        Register(card, register, text, page);
        page.Append("</main></body></html>\n");
        writer.Write(page);
    }

    private static string H(string value) => WebUtility.HtmlEncode(value);

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double? value, string format = "0.000") => value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "－";

    private static string Range(MetricLine line, CardText text, string format) => line.LowValue is null
        ? F(line.MetricValue, format)
        : text.Of($"{F(line.MetricValue, format)}（{F(line.LowValue, format)}〜{F(line.HighValue, format)}）", $"{F(line.MetricValue, format)} ({F(line.LowValue, format)} to {F(line.HighValue, format)})");

    private static void Heading(StringBuilder page, CardText text, string japanese, string english) => page.Append(CultureInfo.InvariantCulture, $"<h2>{H(text.Of(japanese, english))}</h2>\n");

    private static void Line(StringBuilder page, CardText text, string japanese, string english, string style = "") =>
        page.Append(CultureInfo.InvariantCulture, $"<p{(style.Length > 0 ? $" class=\"{style}\"" : "")}>{H(text.Of(japanese, english))}</p>\n");

    private static void Purpose(ModelCard card, CardText text, StringBuilder page)
    {
        Line(
            page, text,
            "支援が必要かもしれない子どもに職員が早く気づくための参考です。点数は、過去に支援が必要と判断された子どもの記録とどれくらい似ているかを表します。高い点数は問題があることを、低い点数は安全を意味しません。決めるのは人です。",
            "Helps staff notice early the children who may need support. A score says how alike a child's records are to those of children for whom support was judged necessary before. A high score does not mean that something is wrong, a low one not that a child is safe. People decide.",
            "lead");
        Line(
            page, text,
            "使わない場面：通告・緊急の安全確認（モデルを通さず直ちに対応する）、給付の可否、本人や家族への不利益な扱い、学校・地区・職員の比較、学習した自治体以外での使用、自動的な決定。",
            "Not for: reports of danger (act at once, without the model), eligibility, any disadvantage to a child or family, comparison of schools, districts or staff, another municipality, automated decisions.");
        ModelRunRow run = card.Run;
        string few = run.PositiveCount < Fewest ? text.Of($"{Fewest} 未満", $"fewer than {Fewest}") : N(run.PositiveCount);
        page.Append("<table>");
        Row("状態", "State", text.Verdict(run.VerdictCode, run.IsCurrent == 1));
        Row("学習した日", "Trained on", text.Day(run.FinishedUtc ?? run.StartedUtc));
        Row("使った記録", "Known by", text.Of($"{text.Day(run.AsKnownUtc)} までに分かっていたこと", text.Day(run.AsKnownUtc)));
        Row("学習した行", "Rows", text.Of($"{N(run.RowCount)}（子ども×時点）、うち 12 か月以内に支援要 {few}", $"{N(run.RowCount)} (child and date), {few} of them judged to need support within 12 months"));
        Row("項と規則", "Terms and rules", text.Of($"重みのある項 {N(run.RuleCount)}、検証済みの規則 {N(run.VerifiedCount)}", $"{N(run.RuleCount)} weighted terms, {N(run.VerifiedCount)} verified rules"));
        Row("乱数の種", "Seed", run.Seed.ToString(CultureInfo.InvariantCulture));
        Row("SHA-256", "SHA-256", text.Of($"モデル {run.ModelSha256.Trim()}　行 {run.DataSha256.Trim()[..16]}…　項目 {run.FeatureSha256.Trim()[..16]}…", $"model {run.ModelSha256.Trim()}, rows {run.DataSha256.Trim()[..16]}…, features {run.FeatureSha256.Trim()[..16]}…"));
        page.Append("</table>\n");

        void Row(string japanese, string english, string value) => page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{H(text.Of(japanese, english))}</th><td>{H(value)}</td></tr>");
    }

    private static void Marks(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "合格基準", "Pass marks");
        if (card.Marks.Count == 0)
        {
            Line(page, text, "この学習には基準が記録されていません。", "No marks are on record for this run.");
            return;
        }

        Line(page, text, $"学習を始める前（{text.Day(card.Marks[0].SetUtc)}）に書き込まれた基準です。一つでも不合格なら、そのモデルは使われず、前のモデルが使われ続けます。", $"Written down before training began ({text.Day(card.Marks[0].SetUtc)}). A model that fails one is not used; the one before stays in use.");
        page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{H(text.Of("基準", "Mark"))}</th><th>{H(text.Of("必要", "Required"))}</th><th>{H(text.Of("結果", "Measured"))}</th><th>{H(text.Of("判定", "Result"))}</th></tr>");
        foreach (MarkRow mark in card.Marks)
        {
            string format = Math.Abs(mark.RequiredValue) is > 0 and < 1e-3 ? "0.0e+0" : "0.###";
            string required = mark.DirectionCode == "at_most" ? text.Of($"{F(mark.RequiredValue, format)} 以下", $"at most {F(mark.RequiredValue, format)}") : text.Of($"{F(mark.RequiredValue, format)} 以上", $"at least {F(mark.RequiredValue, format)}");
            bool isFew = card.Quoted("auc") is { PositiveCount: < Fewest } && (mark.MarkCode is MarkCodes.AucHigh or MarkCodes.AucLow or MarkCodes.CalibrationError);
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(text.Mark(mark.MarkCode))}</td><td class=\"n\">{H(required)}</td><td class=\"n\">{(isFew ? "X" : F(mark.MeasuredValue, format))}</td><td class=\"{(mark.StatusCode == "failed" ? "bad" : "")}\">{H(text.Status(mark.StatusCode))}</td></tr>");
        }

        page.Append("</table>\n");
    }

    private static void Performance(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "どれくらい当たるか", "How well it does");
        MetricLine? auc = card.Quoted("auc");
        if (auc is null)
        {
            Line(page, text, "測れませんでした。", "Could not be measured.");
            return;
        }

        if (auc.PositiveCount < Fewest)
        {
            Line(page, text, $"試した行のうち支援要が {Fewest} 人未満のため、成績は示せません。", $"Fewer than {Fewest} of the rows tried came to need support: no figures are shown.");
            return;
        }

        Line(
            page, text,
            $"{(card.IsTemporal ? "前の時期で学び、後の時期で試した" : "世帯を分けない交差検証の")}結果です（{N(auc.RowCount)} 行、支援要 {N(auc.PositiveCount)}）。AUC {Range(auc, text, "0.000")}：0.5 は偶然、1 は完全に並べられることを表します。",
            $"{(card.IsTemporal ? "Learned from earlier, tried on later snapshots" : "Cross-validated, no household in two folds")} ({N(auc.RowCount)} rows, {N(auc.PositiveCount)} positive). AUC {Range(auc, text, "0.000")}: .5 is chance, 1 a perfect order.");
        page.Append("<div class=\"figures\">");
        MetricLine[] roc = [.. card.Metrics.Where(metric => metric.MetricCode == "roc").OrderBy(metric => metric.GroupCode, StringComparer.Ordinal)];
        if (roc.Length > 0)
        {
            SquareChart.Append(
                page, text.Of("見つけた割合と誤って挙げた割合（ROC）", "Found against wrongly listed (ROC)"), text.Of("支援要でない子どものうち挙げた割合", "listed among those not in need"), text.Of("支援要の子どものうち見つけた割合", "found among those in need"),
                [(0, 0), .. roc.Select((point, i) => ((i + 1.0) / (roc.Length + 1), point.MetricValue)), (1, 1)], diagonal: true, baseline: null, []);
        }

        (double Expected, Interval Interval, double Observed)[] bins = [.. Bins(card)];
        if (bins.Length > 0)
        {
            double most = Math.Min(1, Math.Ceiling(bins.Max(bin => Math.Max(bin.Expected, bin.Interval.High)) * 20) / 20);
            SquareChart.Append(
                page, text.Of("確率の確かさ", "Calibration"), text.Of("モデルの確率", "probability of the model"), text.Of("実際の割合（95 % 区間）", "observed share (95 % interval)"),
                [], diagonal: true, baseline: null, [.. bins.Select(bin => (bin.Expected, bin.Observed, bin.Interval))], most);
        }

        page.Append(CultureInfo.InvariantCulture, $"</div>\n<table><tr><th>{H(text.Of("リストの長さ", "Length of the list"))}</th><th>{H(text.Of("リストのうち支援要になった割合", "Of the list, came to need support"))}</th><th>{H(text.Of("支援要になった子のうちリストにいた割合", "Of those who did, were on the list"))}</th></tr>");
        string prefix = card.IsTemporal ? "temporal_precision_at_" : "cv_precision_at_";
        foreach (MetricLine precision in card.Metrics.Where(metric => metric.MetricCode.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(metric => int.Parse(metric.MetricCode[prefix.Length..], CultureInfo.InvariantCulture)))
        {
            string size = precision.MetricCode[prefix.Length..];
            bool isShown = precision.MetricValue * int.Parse(size, CultureInfo.InvariantCulture) >= Fewest - 0.5;
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{size}</td><td class=\"n\">{(isShown ? H(Range(precision, text, "0%")) : "X")}</td><td class=\"n\">{(isShown && card.Quoted("recall_at_" + size) is { } recall ? H(Range(recall, text, "0%")) : "X")}</td></tr>");
        }

        page.Append("</table>\n");
        Line(
            page, text,
            $"リストの多くは支援が要らない子どもで、支援が要る子どもの多くはリストの外にいます。リストにいないことを安全の根拠にしないでください。X＝{Fewest} 人未満のため非表示。ECE {F(card.Quoted("ece")?.MetricValue)}。",
            $"Most children on the list need no support, and most who need it are not on the list: not being listed is no sign of safety. X: fewer than {Fewest}, not shown. ECE {F(card.Quoted("ece")?.MetricValue)}.",
            "note");
    }

    // Ten bins of equal size, from the lowest; bins with few decisions are joined with the next.
    private static IEnumerable<(double Expected, Interval Interval, double Observed)> Bins(ModelCard card)
    {
        double sum = 0;
        long rows = 0, positives = 0;
        MetricLine[] lines = [.. card.Metrics.Where(metric => metric.MetricCode == "reliability").OrderBy(metric => metric.GroupCode, StringComparer.Ordinal)];
        long left = lines.Sum(line => line.PositiveCount);
        foreach (MetricLine line in lines)
        {
            (sum, rows, positives, left) = (sum + (line.MetricValue * line.RowCount), rows + line.RowCount, positives + line.PositiveCount, left - line.PositiveCount);
            if (positives >= Fewest && (left >= Fewest || ReferenceEquals(line, lines[^1])))
            {
                yield return (sum / rows, Wilson.Of((int)positives, (int)rows), (double)positives / rows);
                (sum, rows, positives) = (0, 0, 0);
            }
        }
    }

    private static void Groups(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "区分ごとの見落とし", "Who is missed, by group");
        MetricLine[] missed = [.. card.Metrics.Where(metric => metric.MetricCode == "group_miss_share" && metric.PositiveCount >= Fewest).OrderBy(metric => metric.GroupCode, StringComparer.Ordinal)];
        if (missed.Length == 0)
        {
            Line(page, text, $"支援要が {Fewest} 人以上いる区分がなく、示せません。", $"No group has {Fewest} or more children who came to need support.");
            return;
        }

        Line(
            page, text,
            "支援要になった子どものうち、リスト（上位 10 %）に入っていなかった割合と 95 % 区間。区間が広い区分は、数が少なく何とも言えません。支援要が 10 人未満の区分は出しません。",
            "Of the children who came to need support, the share that was not on the list (first 10 %), with its 95 % interval. A wide interval says only that numbers are small. Groups with fewer than ten are left out.");
        const int Left = 210, Width = 420, Step = 22;
        int height = (missed.Length * Step) + 34;
        page.Append(CultureInfo.InvariantCulture, $"<figure><svg width=\"{Left + Width + 150}\" height=\"{height}\" role=\"img\" aria-label=\"{H(text.Of("区分ごとの見落とし", "Who is missed, by group"))}\">");
        for (int tick = 0; tick <= 4; tick++)
        {
            double x = Left + (Width * tick / 4.0);
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0}\" y1=\"4\" x2=\"{x:0}\" y2=\"{height - 26}\" stroke=\"#ddd\"/><text x=\"{x:0}\" y=\"{height - 10}\" text-anchor=\"middle\">{tick * 25}%</text>");
        }

        for (int i = 0; i < missed.Length; i++)
        {
            MetricLine group = missed[i];
            double y = 16 + (i * Step);
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 4:0}\" text-anchor=\"end\">{H(text.Group(group.GroupCode))}</text><line x1=\"{Left + (Width * (group.LowValue ?? 0)):0.0}\" y1=\"{y:0}\" x2=\"{Left + (Width * (group.HighValue ?? 1)):0.0}\" y2=\"{y:0}\" stroke=\"{Blue}\" stroke-width=\"2\"/><circle cx=\"{Left + (Width * group.MetricValue):0.0}\" cy=\"{y:0}\" r=\"4\" fill=\"{Blue}\"/><text x=\"{Left + Width + 10}\" y=\"{y + 4:0}\">{F(group.MetricValue, "0%")}{H(text.Of($"（支援要 {N(group.PositiveCount)}）", $" ({N(group.PositiveCount)} in need)"))}</text>");
        }

        page.Append("</svg></figure>\n");
    }

    private static void Departments(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "部署の記録がない場合", "Without a department's records");
        if (card.Ablations.Count == 0)
        {
            Line(page, text, "この学習では測っていません（warehouse train --ablation で測れます）。", "Not measured in this run (warehouse train --ablation measures it).");
            return;
        }

        AblationRow first = card.Ablations[0];
        if (first.PositiveCount < Fewest)
        {
            Line(page, text, $"試した行のうち支援要が {Fewest} 人未満のため、示せません。", $"Fewer than {Fewest} of the rows tried came to need support: no figures are shown.");
            return;
        }

        Line(
            page, text,
            $"部署を一つずつ、その項目をすべて使わずに同じ行・同じ罰則で学び直し、同じ後の時期（{N(first.RowCount)} 行、支援要 {N(first.PositiveCount)}）で比べた差です。正の値は、その部署の記録がないと失われる分。区間（95 %）が 0 をまたぐ差は区別できません。項目の承認を見直すときの材料であり、部署の評価ではありません。ほかの部署の記録が代わりになれば、差は小さく出ます。",
            $"For each department in turn, the model was fitted again without any of its features, on the same rows at the same penalty, and compared on the same later time ({N(first.RowCount)} rows, {N(first.PositiveCount)} positive). Above zero is what is lost without its records. A difference whose interval (95 %) holds zero tells nothing. It is for reviewing the approval of features, not for judging departments; where others' records stand in, the difference is small.");
        page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{H(text.Of("部署", "Department"))}</th><th>{H(text.Of("項目（モデルの項）", "Features (terms)"))}</th><th>{H(text.Of("失われる AUC", "AUC lost"))}</th><th>{H(text.Of("失われる平均適合率", "Average precision lost"))}</th><th>{H(text.Of("失われる再現率（手が届く人数のリスト）", "Recall lost (list that staff can look into)"))}</th></tr>");
        foreach (IGrouping<string, AblationRow> department in card.Ablations.GroupBy(row => row.Department, StringComparer.Ordinal)
            .OrderByDescending(rows => Loss(rows.FirstOrDefault(row => row.MetricCode == AblationMetrics.Auc))).ThenBy(rows => rows.Key, StringComparer.Ordinal))
        {
            AblationRow any = department.First();
            page.Append(CultureInfo.InvariantCulture, $"<tr><td lang=\"ja\">{H(department.Key)}</td><td class=\"n\">{any.FeatureCount} ({any.TermCount})</td>");
            foreach (string metric in (string[])[AblationMetrics.Auc, AblationMetrics.AveragePrecision, AblationMetrics.Recall])
            {
                page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{H(Lost(department.FirstOrDefault(row => row.MetricCode == metric), text))}</td>");
            }

            page.Append("</tr>");
        }

        page.Append("</table>\n");
    }

    private static double Loss(AblationRow? row) => row is null ? double.NegativeInfinity : row.WholeValue - row.WithoutValue;

    private static string Lost(AblationRow? row, CardText text)
    {
        const string Format = "+0.000;-0.000;0.000";
        return row is null ? "－" : row.LowValue is null ? F(Loss(row), Format)
            : text.Of($"{F(Loss(row), Format)}（{F(row.LowValue, Format)}〜{F(row.HighValue, Format)}）", $"{F(Loss(row), Format)} ({F(row.LowValue, Format)} to {F(row.HighValue, Format)})");
    }

    private static void Terms(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "点数の中身", "What the score is made of");
        ModelDocument document = card.Document;
        Line(
            page, text,
            $"当てはまる項の重みを足します（基準 {F(document.Bias, "+0.00;-0.00")}）。強い順に {Math.Min(MostTerms, document.Terms.Count)} 項、全部で {document.Terms.Count} 項。どれも原因を表すものではありません。該当が {Fewest} 人未満の数は出しません。",
            $"The weights of the terms that hold are added (base {F(document.Bias, "+0.00;-0.00")}). The strongest {Math.Min(MostTerms, document.Terms.Count)} of {document.Terms.Count}. None is a cause. Counts under {Fewest} are not shown.");
        double widest = document.Terms.Count == 0 ? 1 : document.Terms.Max(term => Math.Abs(term.Weight));
        page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{H(text.Of("項", "Term"))}</th><th colspan=\"2\">{H(text.Of("重み", "Weight"))}</th><th>{H(text.Of("当てはまる行", "Rows"))}</th><th>{H(text.Of("支援要の割合（95 % 区間）", "Share in need (95 % interval)"))}</th><th>{H(text.Of("検証", "Test"))}</th></tr>\n");
        foreach (ModelTerm term in document.Terms.Take(MostTerms))
        {
            const double Width = 70;
            double bar = Math.Abs(term.Weight) / widest * Width;
            bool isShown = term.Positives >= Fewest && term.Covered - term.Positives >= Fewest;
            string rate = isShown
                ? text.Of($"{F(term.Rate, "0.0%")}（{F(term.RateInterval.Low, "0.0%")}〜{F(term.RateInterval.High, "0.0%")}）", $"{F(term.Rate, "0.0%")} ({F(term.RateInterval.Low, "0.0%")} to {F(term.RateInterval.High, "0.0%")})")
                : "X";
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(text.Term(term, document.Items))}</td><td class=\"n\">{F(term.Weight, "+0.00;-0.00")}</td><td><svg width=\"{(2 * Width) + 2:0}\" height=\"14\" aria-hidden=\"true\"><line x1=\"{Width + 1:0}\" y1=\"0\" x2=\"{Width + 1:0}\" y2=\"14\" stroke=\"{Grey}\"/><rect x=\"{(term.Weight < 0 ? Width + 1 - bar : Width + 1):0.0}\" y=\"2\" width=\"{bar:0.0}\" height=\"10\" fill=\"{(term.Weight < 0 ? Blue : Red)}\"/></svg></td><td class=\"n\">{(isShown ? N(term.Covered) : "X")}</td><td class=\"n\">{H(rate)}</td><td>{H(term.IsVerified ? text.Of("検証済み", "verified") : text.Of("候補", "candidate"))}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Data(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "読む項目と読まない項目", "What it reads, and what not");
        page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{H(text.Of("部署", "Department"))}</th><th>{H(text.Of("読む項目", "Features read"))}</th></tr>");
        foreach (IGrouping<string, FeatureSpec> department in card.Document.Features.GroupBy(feature => feature.Department, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{H(department.Key)}</th><td>{H(string.Join(text.Of("、", ", "), department.Select(feature => text.Feature(feature.Name, card.Document.Features))))}</td></tr>");
        }

        page.Append("</table>\n");
        Line(
            page, text,
            "読まないと決めた項目：" + string.Join("、", card.LeftOut.Select(entry => entry.JapaneseName)) + "。相談した・助けを求めたという記録は、点数を上げません。",
            "Decided not to read: " + string.Join(", ", card.LeftOut.Select(entry => entry.Name.Replace('_', ' '))) + ". A record of having asked for help never raises a score.");
    }

    private static void Watch(ModelCard card, CardText text, StringBuilder page)
    {
        Heading(page, text, "使い始めてからの変化", "Since it is in use");
        if (card.LastScored is not { } last)
        {
            Line(page, text, "まだ採点に使われていません。", "It has not scored yet.");
            return;
        }

        DriftRow[] changed = [.. card.Drift.OrderByDescending(row => row.StatusCode == "stable" ? 0 : 1).ThenByDescending(row => row.PsiValue)];
        int notStable = changed.Count(row => row.StatusCode != "stable");
        Line(
            page, text,
            $"{text.Day(last)} の採点で、学習のときと分布が変わった項目は {notStable} 件（{card.Drift.Count} 件中）。PSI 0.1 以上で注意、0.25 以上で変化あり。ただし偶然の幅を超えたものに限ります。",
            $"At the scoring of {text.Day(last)}, {notStable} of {card.Drift.Count} features were distributed otherwise than in training. PSI of .1: watch, .25: drift, where that is more than chance.");
        page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{H(text.Of("項目", "Feature"))}</th><th>PSI</th><th>{H(text.Of("偶然の幅", "by chance"))}</th><th>{H(text.Of("記録なし（学習→今）", "Not recorded (training → now)"))}</th><th>{H(text.Of("判定", "Result"))}</th></tr>");
        foreach (DriftRow row in changed.Take(Math.Max(5, Math.Min(MostDrift, notStable))))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(text.Feature(row.FeatureName, card.Document.Features))}</td><td class=\"n\">{F(row.PsiValue)}</td><td class=\"n\">{F(row.NoiseValue)}</td><td class=\"n\">{F(row.MissingShareBefore, "0.0%")} → {F(row.MissingShareNow, "0.0%")}</td><td class=\"{(row.StatusCode == "drift" ? "bad" : "")}\">{H(text.Status(row.StatusCode))}</td></tr>");
        }

        page.Append("</table>\n");
        Outcomes(card, text, page);
    }

    private static void Outcomes(ModelCard card, CardText text, StringBuilder page)
    {
        if (card.Outcomes.Count == 0)
        {
            Line(page, text, "採点の後の一か月がまだ過ぎていないため、結果との比較はありません。", "No whole month has passed since the first scoring: outcomes are not compared yet.");
            return;
        }

        bool isAlarm = card.Outcomes.Any(row => row.HighSum > row.HighLimit || row.LowSum > row.LowLimit);
        long observed = card.Outcomes.Sum(row => row.ObservedCount);
        double expected = card.Outcomes.Sum(row => row.ExpectedCount);
        Line(
            page, text,
            $"採点後 {card.Outcomes.Count} か月の支援要の判断：確率から見込まれた数 {F(expected, "0.0")}、実際 {(observed < Fewest ? $"{Fewest} 未満" : N(observed))}。{(isAlarm ? "累積のずれが限界を超えました。確率の見直しが必要です。" : "累積のずれは限界の内です。")}",
            $"Decisions in the {card.Outcomes.Count} months after scoring: {F(expected, "0.0")} expected by the probabilities, {(observed < Fewest ? $"fewer than {Fewest}" : N(observed))} made. {(isAlarm ? "The running sum is beyond its limit: the probabilities need a new look." : "The running sums are within their limits.")}");
        const int Left = 46, Width = 520, Height = 180;
        double most = Math.Max(card.Outcomes.Max(row => Math.Max(row.HighSum, row.LowSum)), card.Outcomes.Max(row => Math.Max(row.HighLimit, row.LowLimit))) * 1.1;
        double X(int i) => Left + (card.Outcomes.Count == 1 ? Width / 2.0 : Width * i / (card.Outcomes.Count - 1.0));
        double Y(double value) => 10 + ((1 - (value / most)) * Height);
        string title = text.Of("見込みとの累積のずれ（赤：多い側、青：少ない側、破線：限界）", "Running sums against expectation (red: more, blue: fewer, dashed: limits)");
        page.Append(CultureInfo.InvariantCulture, $"<figure><svg width=\"{Left + Width + 50}\" height=\"{Height + 50}\" role=\"img\" aria-label=\"{H(title)}\"><rect x=\"{Left}\" y=\"10\" width=\"{Width}\" height=\"{Height}\" fill=\"none\" stroke=\"{Grey}\"/>");
        foreach ((string colour, Func<OutcomeRow, double> sum, Func<OutcomeRow, double> limit) in new (string, Func<OutcomeRow, double>, Func<OutcomeRow, double>)[] { (Red, row => row.HighSum, row => row.HighLimit), (Blue, row => row.LowSum, row => row.LowLimit) })
        {
            double at = Y(limit(card.Outcomes[0]));
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{at:0.0}\" x2=\"{Left + Width}\" y2=\"{at:0.0}\" stroke=\"{colour}\" stroke-dasharray=\"5 4\"/><polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', card.Outcomes.Select((row, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.0},{Y(sum(row)):0.0}")))}\"/>");
        }

        for (int i = 0; i < card.Outcomes.Count; i += Math.Max(1, card.Outcomes.Count / 6))
        {
            int month = card.Outcomes[i].MonthKey;
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(i):0}\" y=\"{Height + 28}\" text-anchor=\"middle\">{month / 100}-{month % 100:00}</text>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(0):0}\" text-anchor=\"end\">0</text><text x=\"{Left - 6}\" y=\"{Y(most) + 8:0}\" text-anchor=\"end\">{F(most, "0")}</text></svg><figcaption>{H(title)}</figcaption></figure>\n");
        Line(page, text, "リストを使えば判断そのものが変わります。ずれは、確率が合わなくなったことも、支援が届いたことも表しえます。", "Using the list changes what is decided: a deviation can mean that probabilities no longer fit, or that support arrived.", "note");
    }

    private static void Limits(CardText text, StringBuilder page)
    {
        Heading(page, text, "限界", "Limits");
        page.Append("<ul>");
        foreach ((string japanese, string english) in new[]
        {
            ("正解は「支援要と判断されたこと」であり、誰にも気づかれなかった子どもは含まれません。点数は「必要」ではなく「気づかれること」を予測します。", "The label is that support was judged necessary: children whom nobody noticed count as negative. The score predicts being noticed, not need."),
            ("理由は関連であり、原因ではありません。条件が変わっても結果が変わるとは限りません。", "Reasons are associations, not causes; changing a condition need not change the outcome."),
            ("情報源が三つに満たない子ども（転入直後など）、相談が続いている子ども、以前に支援要とされた子どもには点数を出しません。", "No score for children known to fewer than three sources, with an open case, or with support decided before."),
            ("学習した自治体の記録にだけ当てはまります。制度や運用が変われば、学び直しが必要です。", "Holds for the records of the municipality that trained it; changes of law or practice ask for new training."),
        })
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{H(text.Of(japanese, english))}</li>");
        }

        page.Append("</ul>\n");
    }

    private static void Register(ModelCard card, RegisterSection register, CardText text, StringBuilder page)
    {
        Heading(page, text, "アルゴリズム登録票", "Register entry");
        Line(page, text, "英国の Algorithmic Transparency Recording Standard（第 3 版）の項目に沿ったものです。", "After the fields of the Algorithmic Transparency Recording Standard 3.0 of the United Kingdom.", "note");
        foreach (IGrouping<string, RegisterField> section in RegisterEntry.Of(card, register, text.IsEnglish).GroupBy(field => field.Section, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{H(section.Key)}</h3>\n<table>");
            foreach (RegisterField field in section)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{H(field.Field)}</th><td class=\"{(field.IsOpen ? "open" : "")}\">{H(field.Value)}</td></tr>");
            }

            page.Append("</table>\n");
        }
    }
}
