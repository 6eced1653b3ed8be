using System.Globalization;
using System.Net;
using System.Text;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Model.Validate;

namespace Warehouse.Model.Tables;

/// <summary>One HTML page about a model of a table: rules, weights, calibration, curves, groups, reasons of rows. Inline SVG, no script, nothing from a network.</summary>
/// <remarks>It shows values of single rows: it is as confidential as the table.</remarks>
public static class TableReport
{
    private const int MostRules = 100;
    private const int MostTerms = 200;
    private const int MostValues = 6;
    private const int GivenMostValues = 30;
    private const int FewestInGroup = 20;
    private const int Bins = 10;
    private const string Blue = "#2f6db3";
    private const string Red = "#b8433c";
    private const string Grey = "#8a8a8a";

    private const string Style = "body{font-family:sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222;line-height:1.6}"
        + "table{border-collapse:collapse;font-size:.85rem;margin:.5rem 0}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f3f3f3;white-space:nowrap}"
        + "td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.warn{border-left:4px solid #b00;padding:.2rem .8rem;background:#fee;margin:.4rem 0}"
        + ".note{color:#555;font-size:.9rem}h2{margin-top:2.5rem;border-bottom:1px solid #ddd}.ok{background:#e3f1e3;border-radius:.3rem;padding:0 .4rem;white-space:nowrap}"
        + ".figures{display:flex;flex-wrap:wrap;gap:1.5rem}figure{margin:0}figcaption{font-size:.9rem;text-align:center}svg text{font-size:12px;font-family:sans-serif;fill:#333}"
        + "summary{cursor:pointer}.big{font-size:1.15rem}";

    /// <summary>Refuses columns that groups cannot be made of.</summary>
    /// <remarks>Errors: MDL-072 for a column that is not used, or has more than 30 values.</remarks>
    public static void CheckGroups(LabelledTable table, IReadOnlyList<string> by)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(by);
        foreach (string name in by)
        {
            FeatureColumn? column = table.Features.Find(name);
            int values = column is null ? 0 : Keys(column).Distinct(StringComparer.Ordinal).Count();
            if (column is null || values > GivenMostValues)
            {
                throw new ModelException(
                    "MDL-072",
                    column is null ? $"no usable column '{name}' (--by)" : FormattableString.Invariant($"column '{name}' (--by) with {values} values"),
                    FormattableString.Invariant($"a column with at most {GivenMostValues} values"),
                    "name another one");
            }
        }
    }

    /// <summary>Writes the page.</summary>
    public static void Write(LabelledTable table, TableTraining training, IReadOnlyList<string> by, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(writer);
        TableModel model = training.Model;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>表のモデル: {H(model.Target)}</title><style>{Style}</style></head><body>\n<h1>表のモデル：{H(model.Target)}</h1>\n");
        page.Append("<p class=\"warn\">このページには個々の行の値が含まれます。元の表と同じ扱いで保管してください。</p>\n");
        Summary(table, training, page);
        Terms(model, page);
        if (training.Validation is { } validation)
        {
            Curves(table, validation, page);
            Groups(table, validation, by, page);
        }

        Rules(training, page);
        Rows(table, training, page);
        page.Append("</body></html>\n");
        writer.Write(page);
    }

    private static string H(string text) => WebUtility.HtmlEncode(text);

    private static string N(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value, string format = "0.000") => double.IsNaN(value) ? "－" : value.ToString(format, CultureInfo.InvariantCulture);

    private static string Of(Figure figure, string format) =>
        figure.Low is { } low ? $"{F(figure.Value, format)}（{F(low, format)}〜{F(figure.High!.Value, format)}）" : F(figure.Value, format);

    private static string Rate(double rate, Interval interval) => $"{F(rate, "0.0%")}（{F(interval.Low, "0.0%")}〜{F(interval.High, "0.0%")}）";

    private static string Badge(bool isVerified) => isVerified ? "<span class=\"ok\">検証済み</span>" : "候補";

    private static void Summary(LabelledTable table, TableTraining training, StringBuilder page)
    {
        TableModel model = training.Model;
        int positives = table.Label.Count(y => y);
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"big\">{N(table.Label.Length)} 行のうち {H(model.Target)} = 「{H(model.Positive)}」は {N(positives)} 行（{F((double)positives / table.Label.Length, "0.0%")}）。使った列 {N(table.Columns.Count)}。</p>\n");
        page.Append("<p>得点は「過去に該当した行とどれだけ似ているか」を表す統計であり、原因や将来を断定するものではありません。</p>\n<table>");
        if (model.Validation is { } v)
        {
            string split = v.Split switch
            {
                "temporal" => $"時間順（前で学び、後で試す）{v.Folds} 回",
                "grouped" => $"まとまりを分けない {v.Folds} 分割 × {v.Repeats} 回",
                _ => $"層化 {v.Folds} 分割 × {v.Repeats} 回",
            };
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>AUC（95 % 区間）</th><td>{Of(v.Auc, "0.0000")}　交差検証：{split}</td></tr><tr><th>60 項までに絞った AUC</th><td>{Of(v.AucOf60Terms, "0.0000")}</td></tr><tr><th>較正の誤差（ECE）</th><td>{F(v.Ece)}</td></tr>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<tr><th>項の数</th><td>{N(model.Model.Terms.Count)}（うち検証済みの規則 {N(model.Model.Terms.Count(t => t.IsVerified))}）</td></tr><tr><th>規則</th><td>検証済み {N(model.VerifiedCount)}、候補 {N(model.CandidateCount)}</td></tr><tr><th>双対ギャップ（最適性の証明）</th><td>{F(model.Model.DualityGap ?? double.NaN, "0.0e+0")}</td></tr></table>\n");
        if (model.Validation is { Challengers.Count: > 0 } compared)
        {
            page.Append("<h3>同じ分割でのほかの手法（既定の設定）</h3>\n<table><tr><th>手法</th><th>AUC（95 % 区間）</th><th>このモデル − 手法（95 % 区間）</th></tr>");
            foreach (TableChallenger c in compared.Challengers)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(c.Name)}</td>{(c.Auc is null ? $"<td colspan=\"2\">{H(c.Fault ?? "")}</td>" : $"<td class=\"n\">{Of(c.Auc, "0.0000")}</td><td class=\"n\">{Of(c.ModelMinusIt!, "+0.0000;-0.0000")}</td>")}</tr>");
            }

            page.Append("</table>\n<p class=\"note\">区間は分割が学習の行を共有することを補正した t 区間（Nadeau, Bengio 2003）。0 をまたぐ差は区別できません。</p>\n");
        }

        if (model.Validation?.ColumnLosses is { } losses)
        {
            page.Append("<h3>列を一つ使わない場合</h3>\n<table><tr><th>列</th><th>失われる AUC（95 % 区間）</th></tr>");
            foreach (TableColumnLoss loss in losses)
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(loss.Column)}</td><td class=\"n\">{Of(loss.Loss, "+0.0000;-0.0000")}</td></tr>");
            }

            page.Append("</table>\n<p class=\"note\">どの分割でも、その列なしで同じ罰則のまま学び直した差です。ほかの列が代わりになれば小さく出ます。0 をまたぐ差は区別できません。</p>\n");
        }

        foreach (TableFinding finding in model.Findings.Where(finding => finding.JapaneseMessage.Length > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"{(finding.IsGrave ? "warn" : "note")}\">{H(finding.Code)} {H(finding.JapaneseMessage)}</p>\n");
        }

        TableFinding[] notes = [.. model.Findings.Where(finding => finding.JapaneseMessage.Length == 0)];
        if (notes.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<details><summary>学習の記録（英語）</summary><ul lang=\"en\">{string.Concat(notes.Select(note => $"<li>{H(note.Code)} {H(note.Message)}</li>"))}</ul></details>\n");
        }
    }

    private static void Terms(TableModel model, StringBuilder page)
    {
        const double Width = 160;
        ModelDocument document = model.Model;
        double widest = document.Terms.Count == 0 ? 1 : document.Terms.Max(t => Math.Abs(t.Weight));
        page.Append(CultureInfo.InvariantCulture, $"<h2>重み</h2>\n<p>対数オッズ＝基準 {F(document.Bias, "+0.000;-0.000;0.000")} に、当てはまる項の重みを足したもの。確率のロジット＝{F(document.CalibrationSlope)} × 対数オッズ {F(document.CalibrationIntercept, "+ 0.000;- 0.000")}。項は互いに重なるため、重みは単独の効果ではありません。</p>\n");
        page.Append("<table><tr><th>項</th><th>重み</th><th></th><th>該当</th><th>非該当</th><th>該当の割合（95 % 区間）</th><th>安定</th><th></th></tr>\n");
        foreach (ModelTerm t in document.Terms.Take(MostTerms))
        {
            double bar = Math.Abs(t.Weight) / widest * Width;
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(t.Text)}</td><td class=\"n\">{F(t.Weight, "+0.000;-0.000;0.000")}</td><td><svg width=\"{(2 * Width) + 4:0}\" height=\"14\" role=\"img\" aria-label=\"重み\"><line x1=\"{Width + 2:0}\" y1=\"0\" x2=\"{Width + 2:0}\" y2=\"14\" stroke=\"{Grey}\"/><rect x=\"{(t.Weight < 0 ? Width + 2 - bar : Width + 2):0.0}\" y=\"2\" width=\"{bar:0.0}\" height=\"10\" fill=\"{(t.Weight < 0 ? Blue : Red)}\"/></svg></td><td class=\"n\">{N(t.Positives)}</td><td class=\"n\">{N(t.Covered - t.Positives)}</td><td class=\"n\">{Rate(t.Rate, t.RateInterval)}</td><td class=\"n\">{(t.Stability < 0 ? "－" : F(t.Stability, "0%"))}</td><td>{Badge(t.IsVerified)}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n{(document.Terms.Count > MostTerms ? $"<p class=\"note\">強い順に {MostTerms} 項。全部で {document.Terms.Count} 項。</p>\n" : "")}");
    }

    private static void Rules(TableTraining training, StringBuilder page)
    {
        page.Append("<h2>規則</h2>\n<p>検証済み：一つでも偶然の規則が混じる確率が 5 % 以下になるように確かめたもの（Westfall–Young 法）。候補は確かめられていません。どちらも関連を示すだけで、原因を示しません。</p>\n");
        page.Append("<table><tr><th>規則</th><th>向き</th><th>該当</th><th>非該当</th><th>該当の割合（95 % 区間）</th><th>倍率</th><th>p</th><th></th></tr>\n");
        foreach (TableRule r in training.Rules.Take(MostRules))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(r.Text)}</td><td>{(r.Direction == RuleDirection.Risk ? "多い" : "少ない")}</td><td class=\"n\">{N(r.Positives)}</td><td class=\"n\">{N(r.Negatives)}</td><td class=\"n\">{Rate(r.Rate, r.RateInterval)}</td><td class=\"n\">{F(r.Lift, "0.00")}</td><td class=\"n\">10<sup>{F(r.LogP / Math.Log(10), "0.0")}</sup></td><td>{Badge(r.IsVerified)}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n{(training.Rules.Count > MostRules ? $"<p class=\"note\">確かな順に {MostRules} 件。全部で {training.Rules.Count:N0} 件（mine --out で書き出せます）。</p>\n" : "")}");
    }

    private static void Curves(LabelledTable table, ValidationResult validation, StringBuilder page)
    {
        int[] tested = [.. Enumerable.Range(0, table.Label.Length).Where(r => !double.IsNaN(validation.Probability[r])).OrderByDescending(r => validation.Probability[r]).ThenBy(r => table.RowKey[r])];
        double positives = tested.Count(r => table.Label[r]), negatives = tested.Length - positives;
        var roc = new List<(double X, double Y)> { (0, 0) };
        var recall = new List<(double X, double Y)>();
        double hits = 0;
        for (int i = 0; i < tested.Length; i++)
        {
            hits += table.Label[tested[i]] ? 1 : 0;
            if (i + 1 < tested.Length && validation.Probability[tested[i]] == validation.Probability[tested[i + 1]])
            {
                continue;
            }

            roc.Add(((i + 1 - hits) / negatives, hits / positives));
            recall.Add((hits / positives, hits / (i + 1)));
        }

        EvaluationResult pooled = validation.Pooled;
        page.Append("<h2>見分ける力と較正</h2>\n<p>どの行も、その行を見ていないモデルの確率です（1 回目の分割）。</p>\n<div class=\"figures\">");
        SquareChart.Append(page, string.Create(CultureInfo.InvariantCulture, $"ROC 曲線（AUC {pooled.Auc:0.000}）"), "偽陽性の割合", "真陽性の割合", roc, diagonal: true, baseline: null, []);
        SquareChart.Append(page, string.Create(CultureInfo.InvariantCulture, $"適合率と再現率（平均適合率 {pooled.Auprc:0.000}）"), "再現率", "適合率", recall, diagonal: false, baseline: positives / tested.Length, []);
        int[] rising = [.. tested.Reverse()];
        var points = new List<(double X, double Y, Interval Interval)>();
        for (int b = 0; b < Bins; b++)
        {
            int[] bin = rising[(int)((long)rising.Length * b / Bins)..(int)((long)rising.Length * (b + 1) / Bins)];
            if (bin.Length > 0)
            {
                int found = bin.Count(r => table.Label[r]);
                points.Add((bin.Average(r => validation.Probability[r]), (double)found / bin.Length, Wilson.Of(found, bin.Length)));
            }
        }

        SquareChart.Append(page, string.Create(CultureInfo.InvariantCulture, $"較正（ECE {validation.Ece:0.000}）"), "予測した確率", "実際の割合（95 % 区間）", [], diagonal: true, baseline: null, points);
        page.Append("</div>\n<table><tr><th>得点の高い順</th><th>該当</th><th>適合率（95 % 区間）</th><th>再現率（95 % 区間）</th></tr>");
        foreach (ListMetric list in pooled.Lists)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{N(list.Size)} 行</td><td class=\"n\">{N(list.Hits)}</td><td class=\"n\">{Rate(list.Precision, list.PrecisionInterval)}</td><td class=\"n\">{Rate(list.Recall, list.RecallInterval)}</td></tr>");
        }

        page.Append(CultureInfo.InvariantCulture, $"</table>\n<p class=\"note\">ブライア得点 {F(pooled.Brier)}、較正の傾き {F(pooled.CalibrationSlope)}（1 が理想）、切片 {F(pooled.CalibrationIntercept, "+0.000;-0.000;0.000")}（0 が理想）。</p>\n");
    }

    private static string[] Keys(FeatureColumn column) => column.Numbers is { } numbers
        ? [.. numbers.Select(v => double.IsNaN(v) ? "記録なし" : v.ToString("0.######", CultureInfo.InvariantCulture))]
        : [.. column.Categories!.Select(c => c ?? "記録なし")];

    private static void Groups(LabelledTable table, ValidationResult validation, IReadOnlyList<string> by, StringBuilder page)
    {
        var columns = new List<(string Name, string[] Keys)>();
        foreach (FeatureColumn column in table.Features.Columns)
        {
            if (by.Count > 0 ? !by.Contains(column.Spec.Name, StringComparer.Ordinal) : column.Numbers is not null && column.Numbers.Where(v => !double.IsNaN(v)).Distinct().Take(MostValues + 1).Count() > MostValues)
            {
                continue;
            }

            string[] keys = Keys(column);
            if (by.Count > 0 || keys.Distinct(StringComparer.Ordinal).Count() <= MostValues)
            {
                columns.Add((column.Spec.Name, keys));
            }
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>区分ごと</h2>\n<p>区分によって見分ける力や較正が違わないかを見ます。{FewestInGroup} 行に満たない区分は出しません。</p>\n");
        foreach ((string name, string[] keys) in columns.Take(40))
        {
            var rows = new StringBuilder();
            foreach (IGrouping<string, int> group in Enumerable.Range(0, keys.Length).Where(r => !double.IsNaN(validation.Probability[r])).GroupBy(r => keys[r], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                int[] taken = [.. group];
                if (taken.Length < FewestInGroup)
                {
                    continue;
                }

                double[] p = [.. taken.Select(r => validation.Probability[r])];
                bool[] y = [.. taken.Select(r => table.Label[r])];
                long[] g = [.. taken.Select(r => table.GroupKey[r])];
                EvaluationResult result = Evaluation.Evaluate(p, y, g, []);
                string auc = double.IsNaN(result.Auc) ? "－" : $"{F(result.Auc)}（{F(result.AucInterval.Low)}〜{F(result.AucInterval.High)}）";
                rows.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(group.Key)}</td><td class=\"n\">{N(taken.Length)}</td><td class=\"n\">{N(result.PositiveCount)}</td><td class=\"n\">{Rate((double)result.PositiveCount / taken.Length, Wilson.Of(result.PositiveCount, taken.Length))}</td><td class=\"n\">{F(p.Average(), "0.0%")}</td><td class=\"n\">{auc}</td><td class=\"n\">{F(result.Ece)}</td></tr>");
            }

            if (rows.Length > 0)
            {
                page.Append(CultureInfo.InvariantCulture, $"<details{(by.Count > 0 ? " open" : "")}><summary>{H(name)}</summary><table><tr><th>{H(name)}</th><th>行</th><th>該当</th><th>実際の割合（95 % 区間）</th><th>予測の平均</th><th>AUC（95 % 区間）</th><th>ECE</th></tr>{rows}</table></details>\n");
            }
        }
    }

    // Rows at even steps of the score, the highest among them: a page of the highest alone would hide what a low score rests on.
    private static void Rows(LabelledTable table, TableTraining training, StringBuilder page)
    {
        var input = new TableInput(
            training.Model.Columns.Count > 0
                ? new FeatureTable([.. training.Model.Columns.Select(c => table.Features.Find(c.Name)!)])
                : table.Features,
            table.Id,
            new int[table.Label.Length],
            []);
        IReadOnlyList<TableScore> scores = TableRun.Predict(training.Model, input);
        TableScore[] ranked = [.. scores.OrderBy(s => s.Rank)];
        int[] picked = [.. new[] { 0, 1, 2, 3, 4, ranked.Length / 10, ranked.Length / 4, ranked.Length / 2, ranked.Length * 3 / 4, ranked.Length - 1 }.Where(i => i < ranked.Length).Distinct().Select(i => ranked[i].Row - 1)];
        page.Append("<h2>行ごとの理由</h2>\n<p>得点の高い五行と、途中・最低の行。基準と重みの和が対数オッズです。</p>\n");
        foreach (TableExplanation e in TableRun.Explain(training.Model, input, picked, [], isLower: true))
        {
            page.Append(CultureInfo.InvariantCulture, $"<details><summary>{H(e.Id)}：確率 {F(e.Probability)}（実際は{(table.Label[e.Row - 1] ? "該当" : "非該当")}）　対数オッズ {F(e.LogOdds, "+0.000;-0.000;0.000")} ＝ 基準 {F(e.Base, "+0.000;-0.000;0.000")}{string.Concat(e.For.Concat(e.Against).Take(12).Select(r => " " + F(r.Weight, "+0.000;-0.000;0.000")))}{(e.For.Count + e.Against.Count > 12 ? " …" : "")}</summary><table><tr><th></th><th>項</th><th>重み</th><th>該当</th><th>非該当</th><th>該当の割合（95 % 区間）</th><th></th></tr>");
            foreach ((string side, IReadOnlyList<TableReason> reasons) in new[] { ("上げる", e.For), ("下げる", e.Against), ("分からない", e.Unknown) })
            {
                foreach (TableReason r in reasons)
                {
                    page.Append(CultureInfo.InvariantCulture, $"<tr><td>{side}</td><td>{H(r.Text)}</td><td class=\"n\">{F(r.Weight, "+0.000;-0.000;0.000")}</td><td class=\"n\">{N(r.Positives)}</td><td class=\"n\">{N(r.Negatives)}</td><td class=\"n\">{Rate(r.Rate, r.RateInterval)}</td><td>{(r.MissingColumns.Count > 0 ? "記録なし：" + H(string.Join("、", r.MissingColumns)) : Badge(r.IsVerified))}</td></tr>");
                }
            }

            foreach (NearReason near in e.Near.Take(5))
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td>あと一つ</td><td>{H(near.Text)}</td><td class=\"n\">{F(near.Weight, "+0.000;-0.000;0.000")}</td><td colspan=\"4\">満たさない条件：{H(near.Failing.Text)}（値 {H(near.Value.Length == 0 ? "記録なし" : near.Value)}）</td></tr>");
            }

            page.Append("</table></details>\n");
        }
    }
}
