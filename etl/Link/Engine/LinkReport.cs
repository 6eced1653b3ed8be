using System.Globalization;
using System.Net;
using System.Text;

namespace Warehouse.Etl.Link.Engine;

/// <summary>One HTML page about a linkage: weights of each level, patterns with count and sample, cluster sizes, rules. Inline SVG, no script, nothing from a network.</summary>
public static class LinkReport
{
    private const int MostPatterns = 80;

    private static readonly Dictionary<string, string> Japanese = new(StringComparer.Ordinal)
    {
        ["differs"] = "異なる",
        ["equal"] = "一致",
        ["a little similar"] = "少し似ている",
        ["similar"] = "似ている",
        ["very similar"] = "よく似ている",
        ["not a known reading"] = "知られた読みではない",
        ["known reading of the other"] = "相手の漢字の読みと一致",
        ["same reading, other form"] = "読みは一致、表記は異なる",
        ["same form, other reading"] = "表記は一致、読みは異なる",
        ["same reading"] = "読みが一致",
        ["same form"] = "表記が一致",
        ["same form and reading"] = "表記と読みが一致",
        ["family and given name swapped"] = "姓と名が入れ替わり",
        ["equals the other's other name"] = "相手の姓または名と一致",
        ["same year"] = "年が同じ",
        ["each part near"] = "年月日がそれぞれ近い",
        ["one part differs"] = "年月日の一つが異なる",
        ["one part a step off"] = "年月日の一つが一つ違い",
        ["one digit or two swapped"] = "一文字違い・隣の文字の入れ替わり",
        ["day and month swapped"] = "月と日が入れ替わり",
        ["same beginning"] = "先頭が一致",
        ["two edits"] = "二文字違い",
        ["one edit"] = "一文字違い",
        ["same host"] = "ドメインが一致",
        ["same mailbox"] = "@より前が一致",
        ["similar place"] = "似た地名",
        ["same town"] = "町名が一致",
        ["same street or 丁目"] = "丁目まで一致",
        ["same block"] = "番まで一致",
    };

    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["surname"] = "姓",
        ["given_name"] = "名",
        ["birth_date"] = "生年月日",
        ["sex"] = "性別",
        ["postcode"] = "郵便番号",
        ["address"] = "住所",
        ["phone"] = "電話番号",
        ["email"] = "メール",
    };

    /// <summary>Writes the page. It shows samples of pairs, so it names people.</summary>
    public static void Write(LinkageResult result, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>名寄せの結果</title><style>body{font-family:sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}"
            + "table{border-collapse:collapse;font-size:.85rem}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}"
            + ".warn{border-left:4px solid #b00;padding:.2rem .8rem;background:#fee}h2{margin-top:2.5rem}svg text{font-size:12px;font-family:sans-serif}</style></head><body>\n<h1>名寄せの結果</h1>\n");
        page.Append("<p class=\"warn\">このページには個人の記録の例が含まれます。名簿と同じ扱いで保管してください。</p>\n");
        Summary(result, page);
        Weights(result, page);
        Patterns(result, page);
        Sizes(result, page);
        Rules(result, page);
        page.Append("</body></html>\n");
        writer.Write(page);
    }

    private static string H(string text) => WebUtility.HtmlEncode(text);

    private static string Name(LinkField field) => Fields.GetValueOrDefault(field.Name, field.Name);

    private static string Level(LinkField field, int level) => level == LinkField.Null ? "欠損" : Japanese.GetValueOrDefault(field.Levels[level], field.Levels[level]);

    private static void Summary(LinkageResult result, StringBuilder page)
    {
        LinkTable table = result.Table;
        page.Append(CultureInfo.InvariantCulture, $"<p>{H(string.Join(" と ", table.Names))}：{table.Count:N0} 件。比較した組 {result.Compared:N0}、自動で同一人とした組 {result.Pairs.Count(pair => pair.Band == LinkBand.Auto):N0}、確認が必要な組 {result.Pairs.Count(pair => pair.Band == LinkBand.Review):N0}。候補に含まれる真の組の割合の推定（上限）{result.PairCompleteness:P2}。</p>\n");
        if (result.Findings.Count > 0)
        {
            page.Append("<ul>");
            foreach (LinkFinding finding in result.Findings)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li{(finding.IsGrave ? " class=\"warn\"" : "")}>{finding.Code} {H(finding.Japanese.Length > 0 ? finding.Japanese : finding.Message)}</li>");
            }

            page.Append("</ul>\n");
        }
    }

    private static void Weights(LinkageResult result, StringBuilder page)
    {
        const int Row = 18;
        const double Bit = 14;
        page.Append("<h2>一致の重み</h2><p>各項目の段階ごとの証拠（ビット）。右へ長いほど同一人、左へ長いほど別人を示します。1 ビットで確からしさの比が 2 倍になります。</p>\n");
        for (int f = 0; f < result.Table.Fields.Count; f++)
        {
            LinkField field = result.Table.Fields[f];
            FieldModel model = result.Model.Fields[f];
            int[] levels = [.. Enumerable.Range(0, field.Levels.Count).Where(level => model.Same[0][level] > 1e-5 || model.Unrelated[0][level] > 1e-5)];
            page.Append(CultureInfo.InvariantCulture, $"<h3>{H(Name(field))}</h3><svg width=\"900\" height=\"{(levels.Length * Row) + 4}\" role=\"img\" aria-label=\"{H(Name(field))}の重み\">");
            for (int i = 0; i < levels.Length; i++)
            {
                int level = levels[^(i + 1)];
                double weight = Math.Clamp(Math.Log2(model.Same[0][level] / model.Unrelated[0][level]), -20, 24);
                double from = 500 + (Math.Min(0, weight) * Bit);
                page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(i * Row) + 13}\">{H(Level(field, level))}</text><rect x=\"{from:0.0}\" y=\"{(i * Row) + 3}\" width=\"{Math.Abs(weight) * Bit:0.0}\" height=\"12\" fill=\"{(weight < 0 ? "#c0504d" : "#4a7ebb")}\"><title>m {model.Same[0][level]:0.00000}　u {model.Unrelated[0][level]:0.0000000}</title></rect><text x=\"{(weight < 0 ? 506 : from + (weight * Bit) + 4):0}\" y=\"{(i * Row) + 13}\">{weight:+0.0;-0.0}</text>");
            }

            page.Append("</svg>\n");
        }
    }

    private static void Patterns(LinkageResult result, StringBuilder page)
    {
        LinkTable table = result.Table;
        page.Append("<h2>比較の型</h2><p>項目ごとの段階の組み合わせ、その件数、例。重みの大きい順。</p>\n<table><tr><th>件数</th><th>判定</th><th>確率</th>");
        foreach (LinkField field in table.Fields)
        {
            page.Append("<th>").Append(H(Name(field))).Append("</th>");
        }

        page.Append("</tr>\n");
        Dictionary<ulong, long> counts = result.Patterns.ToDictionary(pattern => pattern.Pattern, pattern => pattern.Count);
        var shown = result.Pairs.GroupBy(pair => pair.Pattern)
            .Select(group => (First: group.First(), Count: group.Count()))
            .OrderByDescending(group => group.Count).Take(MostPatterns)
            .OrderByDescending(group => group.First.Evidence.Weight).ThenBy(group => group.First.Pattern);
        foreach ((LinkPair pair, int count) in shown)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{count:N0} / {counts.GetValueOrDefault(pair.Pattern, count):N0}</td><td>{LinkOutput.Band(pair.Band)}</td><td class=\"n\">{pair.Evidence.Posterior:0.0000}</td>");
            for (int f = 0; f < table.Fields.Count; f++)
            {
                string left = table.Show(pair.Left, f);
                string right = table.Show(pair.Right, f);
                page.Append(CultureInfo.InvariantCulture, $"<td>{H(Level(table.Fields[f], pair.Level(f)))}<br><small>{H(left)}{(left == right ? "" : " ⇔ " + H(right))}</small></td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Sizes(LinkageResult result, StringBuilder page)
    {
        List<(int Size, int Count)> sizes = [.. result.Clusters.GroupBy(root => root).GroupBy(cluster => cluster.Count()).Select(group => (group.Key, group.Count())).OrderBy(size => size.Key)];
        double most = sizes.Max(size => Math.Log10(size.Count + 1));
        page.Append(CultureInfo.InvariantCulture, $"<h2>同一人とした記録の数</h2><p>棒の長さは対数です。</p>\n<svg width=\"900\" height=\"{(sizes.Count * 20) + 4}\" role=\"img\" aria-label=\"集まりの大きさ\">");
        for (int i = 0; i < sizes.Count; i++)
        {
            double width = Math.Log10(sizes[i].Count + 1) / most * 600;
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(i * 20) + 14}\">{sizes[i].Size} 件</text><rect x=\"80\" y=\"{(i * 20) + 3}\" width=\"{width:0.0}\" height=\"14\" fill=\"#4a7ebb\"/><text x=\"{width + 88:0}\" y=\"{(i * 20) + 14}\">{sizes[i].Count:N0}</text>");
        }

        page.Append("</svg>\n");
    }

    private static void Rules(LinkageResult result, StringBuilder page)
    {
        page.Append("<h2>候補の作り方</h2>\n<table><tr><th>一致を求めた項目</th><th>組</th><th>新しい組</th><th>大きすぎて外した値</th><th>使用</th></tr>\n");
        foreach (RuleUse rule in result.Rules)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{H(rule.Rule)}</td><td class=\"n\">{rule.Pairs:N0}</td><td class=\"n\">{rule.NewPairs:N0}</td><td class=\"n\">{rule.CappedBlocks:N0}（{rule.CappedRecords:N0} 件）</td><td>{(rule.IsUsed ? "○" : "組が多すぎるため不使用")}</td></tr>\n");
        }

        page.Append("</table>\n");
    }
}
