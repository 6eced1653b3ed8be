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
        foreach (ReleasedTable table in release.Tables)
        {
            // A heading, its chart and its table stand together; the first has room under the notes.
            blocks.Add(blocks.Count == notes.Count + 1 ? new SpacerBlock(6) : new PageBreakBlock());
            blocks.Add(new HeadingBlock(1, $"{table.Title}（{table.Definition.Unit}）"));
            if (StatisticsChart.Of(table) is { } chart)
            {
                blocks.Add(new ParagraphBlock(new RichText([new TextSpan(chart.Title, Emphasis.Strong), new TextSpan($"　目盛りの右端 {chart.Top}", Emphasis.Muted)]), ParagraphSize.Small));
                blocks.Add(new BarChartBlock(
                    chart.Bars.Select(bar => new Bar(bar.Label, bar.Text, bar.Share ?? 0, bar.Low, bar.High)).ToList(), $"{table.Title}：{chart.Title}。数値は下の表と同じです。"));
                blocks.Add(new SpacerBlock(4));
            }

            blocks.Add(Table(table));
            blocks.Add(new ParagraphBlock(RichText.Of($"{table.Definition.Note}　作成：{table.Definition.Owner}", Emphasis.Muted), ParagraphSize.Small));
        }

        PageFurniture furniture = new(null, $"統計 第{record.Number}号", null, null, null, release.AsOf.AddMonths(1).AddDays(-1), $"第{record.Number}号", record.DocumentSha256?[..12]);
        return new BriefDocument(title, "ja", furniture, blocks);
    }

    private static TableBlock Table(ReleasedTable table)
    {
        if (table.Rows.Count == 1)
        {
            // One row is read from top to bottom.
            return new TableBlock(
                [new TableColumn("段階", 2.6f), new TableColumn("数", 1.2f, TextAlignment.End), new TableColumn("全体に占める割合（95%区間）", 3f, TextAlignment.End)],
                table.Columns.Select((column, place) => new TableRow(
                [
                    column.Title, table.Cells[0][place].Text, table.Rate(0, column.Code) is { } rate ? Words(rate) : RichText.Empty,
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
