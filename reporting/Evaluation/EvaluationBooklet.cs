using System.Globalization;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Evaluation;

/// <summary>Words that a report and its page share.</summary>
public static class EvaluationWords
{
    /// <summary>How a score is to be read, on every report.</summary>
    public const string Score = "分析結果は、過去に支援が必要と判断されたこどもとの統計的な類似度であり、高いことは問題があることを意味しません。この結果のみで支援の要否を決めることはありません。";

    /// <summary>The marks in place of figures.</summary>
    public const string Marks = "X：少数のこどもが推定されるのを防ぐため示しません。0とは限りません。「少なすぎて言えない」：計画で決めた件数に達していません。区間の中のどの値も、データと矛盾しません。";

    /// <summary>Returns what the standing of a plan means for a reader.</summary>
    public static string Status(PlanStatus status) => status switch
    {
        PlanStatus.Registered => "計画は、対象となる判断が行われる前に登録されました。",
        PlanStatus.Late => "計画は、対象となる判断が始まった後に登録されました。結果は参考として読んでください。",
        PlanStatus.Changed => "計画は、同じ名前の評価の結果が出た後に変更されました。結果を見てから問いを変えた可能性があるため、確かめた結果としては扱えません。",
        _ => "登録された計画によらない試行です。結果を見てから問いを選んだ可能性があるため、確かめた結果としては扱えません。",
    };
}

/// <summary>Composes an evaluation as a report for the meeting.</summary>
internal static class EvaluationBooklet
{
    /// <summary>Returns the document that the PDF engines draw.</summary>
    /// <param name="document">The evaluation.</param>
    /// <param name="run">The run that it is of.</param>
    internal static BriefDocument Compose(EvaluationDocument document, EvaluationRun run)
    {
        List<Block> blocks =
        [
            new ParagraphBlock(document.Question, ParagraphSize.Lead),
            new KeyValueBlock(2,
            [
                new KeyValue("対象の判断", $"{Day(document.From)}～{Day(document.To)}"),
                new KeyValue("記録の範囲", $"{Day(document.LastDay)}まで"),
                new KeyValue("計画", $"{document.PlanName} 第{N(document.PlanVersion)}版"),
                new KeyValue("計画の登録", document.RegisteredUtc is { } at ? Day(DateOnly.FromDateTime(at.AddHours(9))) : "なし"),
                new KeyValue("計画の照合値", document.PlanSha256[..24]),
                new KeyValue("主な問い", document.Sections.First(section => section.Code == document.Primary).Title),
            ]),
            new BoxBlock(null, [new ParagraphBlock(EvaluationWords.Status(document.Status))], document.Status == PlanStatus.Registered ? BoxTone.Neutral : BoxTone.Alert),
            new BoxBlock("この規模で言えること・言えないこと", [.. document.Summary.Select(line => new ParagraphBlock("・" + line))], BoxTone.Reference),
            new ParagraphBlock(EvaluationWords.Score, ParagraphSize.Small),
            new ParagraphBlock(EvaluationWords.Marks, ParagraphSize.Small),
            new ParagraphBlock(RichText.Of("計画を書いたときに分かっていた限界：" + document.PlanNotes, Emphasis.Muted), ParagraphSize.Small),
        ];
        // First page: about what the boxes above take; sections stand together with their tables.
        float used = 210 + (document.Summary.Count * 30);
        int number = 0;
        foreach (EvaluationSection section in document.Sections)
        {
            number++;
            float height = HeightOf(section);
            bool breaks = used + height > PdfTheme.ContentHeight;
            used = breaks ? height : used + height;
            blocks.Add(breaks ? new PageBreakBlock() : new SpacerBlock(8));
            blocks.Add(new HeadingBlock(1, section.Title + (section.Code == document.Primary ? "【主な問い】" : ""), N(number)));
            blocks.AddRange(section.Answer.Select(line => new ParagraphBlock(line.ToString())));
            if (section.Chart is { } chart)
            {
                blocks.Add(new ParagraphBlock(new RichText([new TextSpan("割合と95%区間", Emphasis.Strong), new TextSpan($"　目盛りの右端 {chart.Top}", Emphasis.Muted)]), ParagraphSize.Small));
                blocks.Add(new BarChartBlock(chart.Bars.Select(bar => new Bar(bar.Label, bar.Text, bar.Share ?? 0, bar.Low, bar.High)).ToList(), $"{section.Title}。数値は下の表と同じです。"));
                blocks.Add(new SpacerBlock(4));
            }

            if (section.Table is { } table)
            {
                blocks.Add(new TableBlock(
                    [.. table.Columns.Select((column, place) => new TableColumn(column, place == 0 ? 3.4f : place == 2 ? 2.2f : 1.6f, place == 0 ? TextAlignment.Start : TextAlignment.End))],
                    table.Rows.Select(row => new TableRow([.. row.Select(cell => (RichText)cell)])).ToList(),
                    table.Title));
            }

            blocks.AddRange(section.Limits.Select(line => new ParagraphBlock(RichText.Of("・" + line, Emphasis.Muted), ParagraphSize.Small)));
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"評価 {run.EvaluationId}");
        return new BriefDocument(
            "分析結果は役に立っているか（評価報告）", "ja",
            new PageFurniture(run.IsApproved ? null : "承認前の案・公表しないこと", name, null, null, null, document.LastDay, name, run.DocumentSha256[..12], document.Mark), blocks);
    }

    // Points, rather too many than too few: heading, lines, bars, rows, notes.
    private static float HeightOf(EvaluationSection section) =>
        40 + (section.Answer.Sum(line => Lines(line, 46)) * 17) + (section.Chart is { } chart ? 22 + (chart.Bars.Count * 14) : 0) + (section.Table is { } table ? 20 + (table.Rows.Count * 16) : 0) + (section.Limits.Sum(line => Lines(line, 84)) * 12) + (section.Limits.Count * 4);

    private static int Lines(EvaluationText line, int width) => 1 + (line.ToString().Length / width);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string N(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The files of an evaluation, each made from its frozen document alone.</summary>
/// <param name="renderer">Draws the report.</param>
public sealed class EvaluationFiles(IPdfRenderer renderer)
{
    /// <summary>The names of the files.</summary>
    public static readonly IReadOnlyList<string> Names = ["evaluation.pdf", "evaluation.json"];

    /// <summary>Returns the bytes of a file, or null where there is none of this name.</summary>
    /// <exception cref="PdfFontException">The report needs a font that is not on the machine.</exception>
    public byte[]? Make(EvaluationRun run, EvaluationDocument document, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(document);
        switch (name)
        {
            case "evaluation.json":
                return System.Text.Encoding.UTF8.GetBytes(document.ToText());
            case "evaluation.pdf":
                using (MemoryStream stream = new())
                {
                    renderer.Render(EvaluationBooklet.Compose(document, run), stream, cancellation);
                    return stream.ToArray();
                }

            default:
                return null;
        }
    }
}
