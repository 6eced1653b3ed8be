using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Statistics;

/// <summary>Composes a release as a booklet for the meeting: what it is, how to read it, then each table with its chart.</summary>
internal static class StatisticsBooklet
{
    /// <summary>Returns the document that the PDF engines draw.</summary>
    internal static BriefDocument Compose(StatisticsRelease release, ReleaseRecord record, string title, IReadOnlyList<string> notes)
    {
        List<Block> blocks =
        [
            new HeadingBlock(1, "読み方"),
            .. notes.Select(note => new ParagraphBlock("・" + note)),
        ];
        // Title and notes, some of two lines.
        float used = 60 + (notes.Count * 20);
        foreach (ReleasedTable table in release.Tables)
        {
            // A heading, its chart and its table stand together.
            StatisticsChart? drawn = StatisticsChart.Of(table);
            float height = HeightOf(table, drawn);
            bool breaks = used + height > PdfTheme.ContentHeight;
            used = breaks ? height : used + height;
            blocks.Add(breaks ? new PageBreakBlock() : new SpacerBlock(6));
            blocks.Add(new HeadingBlock(1, $"{table.Title}（{table.Definition.Unit}）"));
            if (drawn is { } chart)
            {
                blocks.Add(new ParagraphBlock(new RichText([new TextSpan(chart.Title, Emphasis.Strong), new TextSpan($"　目盛りの右端 {chart.Top}", Emphasis.Muted)]), ParagraphSize.Small));
                blocks.Add(new BarChartBlock(
                    chart.Bars.Select(bar => new Bar(bar.Label, bar.Text, bar.Share ?? 0, bar.Low, bar.High)).ToList(), $"{table.Title}：{chart.Title}。数値は下の表と同じです。"));
                blocks.Add(new SpacerBlock(4));
            }

            blocks.Add(Table(table));
            blocks.Add(new ParagraphBlock(RichText.Of($"{table.AsOfText}{table.Definition.Note}　作成：{table.Definition.Owner}", Emphasis.Muted), ParagraphSize.Small));
        }

        PageFurniture furniture = new(null, $"統計 第{record.Number}号", null, null, null, release.AsOf.AddMonths(1).AddDays(-1), $"第{record.Number}号", record.DocumentSha256?[..12]);
        return new BriefDocument(title, "ja", furniture, blocks);
    }

    // Points, rather too many than too few: heading, chart of 13 a bar, rows of 16, header and notes of up to three lines.
    private static float HeightOf(ReleasedTable table, StatisticsChart? chart) =>
        26 + (chart is null ? 0 : 22 + (chart.Bars.Count * 13)) + 42 + (Math.Max(table.Rows.Count, table.Rows.Count == 1 ? table.Columns.Count : 0) * 16) + 40;

    private static TableBlock Table(ReleasedTable table)
    {
        if (table.Rows.Count == 1)
        {
            // One row is read from top to bottom.
            return new TableBlock(
                [new TableColumn("段階", 2.6f), new TableColumn("数", 1.2f, TextAlignment.End), new TableColumn("全体に占める割合（95%区間）", 3f, TextAlignment.End)],
                table.Columns.Select((column, place) => (column, place)).OrderByDescending(line => line.column.Code.Length == 0).Select(line => new TableRow(
                [
                    line.column.Title, table.Cells[0][line.place].Text, table.Rate(0, line.column.Code) is { } rate ? Words(rate) : RichText.Empty,
                ])).ToList(),
                table.Title);
        }

        List<TableLine> rated = table.Definition.Rates.Select(code => table.Columns.First(column => column.Code == code)).ToList();
        bool isCompared = table.Rates.Any(rate => rate.Comparison != RateComparison.None);
        List<TableColumn> columns =
        [
            new TableColumn(StatisticsWriter.RowTitle(table), 2.6f),
            .. table.Columns.Select(column => new TableColumn(column.Title, 1.2f, TextAlignment.End)),
            .. rated.Select(column => new TableColumn($"{column.Title}の割合", rated.Count == 1 ? 3f : 1.9f, TextAlignment.End)),
            .. isCompared ? new[] { new TableColumn("全体と比べて", 2.6f) } : [],
        ];
        List<TableRow> rows = [];
        for (int row = 0; row < table.Rows.Count; row++)
        {
            rows.Add(new TableRow(
            [
                table.Rows[row].Title,
                .. table.Cells[row].Select(cell => (RichText)cell.Text),
                .. rated.Select(column => Words(table.Rate(row, column.Code)!)),
                .. isCompared ? new[] { (RichText)table.Rate(row, rated[0].Code)!.ComparisonText } : [],
            ]));
        }

        return new TableBlock(columns, rows, table.Title);
    }

    private static RichText Words(ReleasedRate rate)
    {
        RichText words = RichText.Of(rate.Text);
        return rate.Share is null ? words : words.Then($"（{rate.IntervalText}）", Emphasis.Muted);
    }
}
