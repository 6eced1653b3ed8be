using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>Turns blocks into elements of a settled width.</summary>
internal sealed class BlockLayout(TextShaper shaper)
{
    /// <summary>Notes and short tables below this height stay on one page.</summary>
    private const float KeepTogetherHeight = 220f;

    private const float CellTop = 1.8f;

    /// <summary>Returns the elements of a document's blocks.</summary>
    public List<Element> Build(IEnumerable<Block> blocks, float width)
    {
        var elements = new List<Element>();
        Block? previous = null;
        foreach (var block in blocks)
        {
            // Rows of check boxes that follow one another read as one form.
            if (block is TickRowBlock next && previous is TickRowBlock)
            {
                elements[^1] = new StackElement([elements[^1], Ticks(next, width)], 2);
                continue;
            }

            previous = block;
            if (Build(block, width, elements.Count == 0 || elements[^1] is PageBreakElement) is { } element)
            {
                elements.Add(element);
            }
        }

        return elements;
    }

    /// <summary>Returns the title at the top of the first page.</summary>
    public Element Title(string title, float width) =>
        new TextElement(shaper.Shape(RichText.Of(title), PdfTheme.TitleSize, PdfTheme.Accent, true), width, PdfTheme.TitleSize);

    private Element? Build(Block block, float width, bool isFirst) => block switch
    {
        HeadingBlock heading => Heading(heading, width, isFirst),
        ParagraphBlock paragraph => Paragraph(paragraph, width),
        KeyValueBlock grid => KeyValues(grid, width),
        TableBlock table => Table(table, width),
        NotesBlock notes => Notes(notes, width),
        BoxBlock box => Box(box, width),
        SideBySideBlock pair => SideBySide(pair, width),
        TickRowBlock ticks => Ticks(ticks, width),
        TimelineBlock timeline => Timeline(timeline, width),
        GaugeBlock gauge => new FigureElement(ChartFigures.Gauge(gauge, width), shaper),
        BarChartBlock bars => new FigureElement(ChartFigures.Bars(bars, width), shaper),
        GenogramBlock genogram => new FigureElement(GenogramFigure.Draw(genogram, width), shaper),
        PageBreakBlock => new PageBreakElement(),
        SpacerBlock spacer => new SpaceElement(spacer.Height),
        _ => throw new NotSupportedException($"The built-in PDF engine does not know the block {block.GetType().Name}."),
    };

    private TextElement Text(RichText text, float width, float size, uint color = PdfTheme.Ink, bool isBold = false, TextAlignment alignment = TextAlignment.Start, float hang = 0) =>
        new(shaper.Shape(text, size, color, isBold), width, size, alignment, hang);

    private HeadingElement Heading(HeadingBlock block, float width, bool isFirst)
    {
        var size = block.Level switch
        {
            1 => PdfTheme.HeadingSize,
            2 => PdfTheme.BodySize + 0.4f,
            _ => PdfTheme.BodySize,
        };
        var text = string.IsNullOrEmpty(block.Number) ? block.Text : $"{block.Number}　{block.Text}";
        var body = Text(text, width - HeadingElement.Indent(block.Level), size, PdfTheme.Accent, true);
        return new HeadingElement(body, width, block.Level, isFirst ? 0 : block.Level == 1 ? 3.5f : 1.5f);
    }

    private TextElement Paragraph(ParagraphBlock block, float width)
    {
        // The last half em of the measure is left to hanging punctuation.
        var size = PdfTheme.ParagraphSizeOf(block.Size);
        var room = size * 0.6f;
        var color = block.Size == ParagraphSize.Small ? PdfTheme.Muted : PdfTheme.Ink;
        return Text(block.Text, width - room, size, color, block.Size == ParagraphSize.Lead, hang: room);
    }

    private Element? KeyValues(KeyValueBlock block, float width)
    {
        if (block.Items.Count == 0)
        {
            return null;
        }

        var pairs = Math.Max(1, block.PairsPerRow);
        var pair = width / pairs;
        var label = Math.Min(pair * 0.45f, block.Items.Max(item => shaper.Shape(item.Key, PdfTheme.TableSize, PdfTheme.Muted, true).Sum(cluster => cluster.Advance)) + (2 * PdfTheme.CellPadding) + 1);
        var rows = new List<Element>();
        var line = new List<(KeyValue Item, int Column, int Span)>();
        var column = 0;
        foreach (var item in block.Items)
        {
            var span = Math.Clamp(item.Span, 1, pairs);
            if (column + span > pairs)
            {
                rows.Add(KeyValueRow(line, pair, label, width, rows.Count == 0));
                line = [];
                column = 0;
            }

            line.Add((item, column, span));
            column += span;
        }

        rows.Add(KeyValueRow(line, pair, label, width, rows.Count == 0));
        return new StackElement(rows, 0);
    }

    private RowElement KeyValueRow(List<(KeyValue Item, int Column, int Span)> line, float pair, float label, float width, bool isFirst)
    {
        var cells = new List<(Element, float)>();
        foreach (var (item, column, span) in line)
        {
            var x = column * pair;
            cells.Add((Text(item.Key, label - (2 * PdfTheme.CellPadding) + 1, PdfTheme.TableSize, PdfTheme.Muted, true), x + PdfTheme.CellPadding));
            cells.Add((Text(item.Value, (pair * span) - label - (2 * PdfTheme.CellPadding), PdfTheme.TableSize, hang: PdfTheme.CellPadding - 0.5f), x + label + PdfTheme.CellPadding));
        }

        var lefts = line.ConvertAll(entry => entry.Column * pair);
        return new RowElement(cells, CellTop, CellTop, decorate: (canvas, x, y, height) =>
        {
            foreach (var left in lefts)
            {
                canvas.Add(new RectShape(left, 0, label, height, PdfTheme.Tint, null), x, y);
            }

            Rules(canvas, x, y, width, height, isFirst);
        });
    }

    private static void Rules(PageCanvas canvas, float x, float y, float width, float height, bool withTop)
    {
        if (withTop)
        {
            canvas.Add(new LineShape(0, 0, width, 0, PdfTheme.Rule, 0.6f), x, y);
        }

        canvas.Add(new LineShape(0, height, width, height, PdfTheme.Rule, 0.5f), x, y);
    }

    private TableElement? Table(TableBlock block, float width)
    {
        if (block.Columns.Count == 0)
        {
            return null;
        }

        var unit = width / block.Columns.Sum(column => Math.Max(column.Width, 0.01f));
        var widths = block.Columns.Select(column => Math.Max(column.Width, 0.01f) * unit).ToArray();
        var lefts = new float[widths.Length];
        for (var i = 1; i < widths.Length; i++)
        {
            lefts[i] = lefts[i - 1] + widths[i - 1];
        }

        float Inner(int i) => Math.Max(widths[i] - (2 * PdfTheme.CellPadding), 1);
        var header = new RowElement(
            block.Columns.Select((column, i) => ((Element)Text(column.Title, Inner(i), PdfTheme.TableSize, PdfTheme.Accent, true, column.Alignment), lefts[i] + PdfTheme.CellPadding)),
            CellTop,
            CellTop,
            decorate: (canvas, x, y, height) =>
            {
                canvas.Add(new RectShape(0, 0, width, height, PdfTheme.Tint, null), x, y);
                canvas.Add(new LineShape(0, 0, width, 0, PdfTheme.Accent, 0.8f), x, y);
                canvas.Add(new LineShape(0, height, width, height, PdfTheme.Rule, 0.6f), x, y);
            });
        var rows = block.Rows.Select(row => (Element)new RowElement(
            block.Columns.Select((column, i) => ((Element)Text(i < row.Cells.Count ? row.Cells[i] : RichText.Empty, Inner(i), PdfTheme.TableSize, alignment: column.Alignment, hang: PdfTheme.CellPadding - 0.5f), lefts[i] + PdfTheme.CellPadding)),
            CellTop,
            CellTop,
            Math.Min(row.MinimumHeight, PdfTheme.ContentHeight / 2),
            decorate: (canvas, x, y, height) => Rules(canvas, x, y, width, height, false))).ToList();
        return new TableElement(header, rows, header.Height + rows.Sum(row => row.Height) < KeepTogetherHeight);
    }

    private RowElement? Notes(NotesBlock block, float width)
    {
        if (block.Columns.Count == 0)
        {
            return null;
        }

        const float gap = 5f;
        var column = (width - (gap * (block.Columns.Count - 1))) / block.Columns.Count;
        var cells = block.Columns.Select((notes, i) => (NotesColumn(notes, column), i * (column + gap))).ToList();
        var tallest = cells.Max(cell => cell.Item1.Height);
        return new RowElement(cells, keepTogether: tallest < KeepTogetherHeight, decorate: (canvas, x, y, height) =>
        {
            for (var i = 0; i < block.Columns.Count; i++)
            {
                canvas.Add(new RectShape(i * (column + gap), 0, column, height, PdfTheme.Paper, PdfTheme.Rule, 0.6f), x, y);
            }
        });
    }

    private Element NotesColumn(NotesColumn notes, float width)
    {
        const float padding = 4.5f;
        var inner = width - (2 * padding);
        var header = new RowElement(
            [(Text(notes.Title, inner, PdfTheme.TableSize, PdfTheme.Ink, true), padding)],
            2.5f,
            2.5f,
            decorate: (canvas, x, y, height) => canvas.Add(new RectShape(0.3f, 0.3f, width - 0.6f, height, PdfTheme.NotesTint(notes.Tone), null), x, y));
        var items = notes.Items.Count == 0
            ? [new RowElement([(Text(RichText.Of(notes.EmptyText, Emphasis.Muted), inner, PdfTheme.TableSize), padding)], 1.6f, 1.6f)]
            : notes.Items.Select(item => (Element)new RowElement(
                [
                    (Text("・", 8, PdfTheme.TableSize, PdfTheme.Accent), padding - 2.5f),
                    (Text(NoteText(item), inner - 6, PdfTheme.TableSize, hang: padding - 0.5f), padding + 6),
                ],
                1.6f,
                0));
        return new TableElement(header, items.Append(new SpaceElement(3)), false);
    }

    /// <summary>Returns a note with its source and date after it.</summary>
    internal static RichText NoteText(NoteItem item)
    {
        var origin = string.Join(" ", new[] { item.Source, item.Date }.Where(part => !string.IsNullOrEmpty(part)));
        return origin.Length == 0 ? item.Text : item.Text.Then($"（{origin}）", Emphasis.Muted);
    }

    private BoxElement Box(BoxBlock block, float width)
    {
        const float padding = 6f;
        var colors = block.Tone switch
        {
            BoxTone.Alert => (PdfTheme.AlertTint, PdfTheme.Alert, PdfTheme.AlertTint),
            BoxTone.Reference => (PdfTheme.ReferenceTint, PdfTheme.Accent, PdfTheme.Tint),
            _ => (PdfTheme.Paper, PdfTheme.Rule, PdfTheme.Tint),
        };
        var title = string.IsNullOrEmpty(block.Title)
            ? null
            : Text(block.Title, width - (2 * padding), PdfTheme.BodySize, block.Tone == BoxTone.Alert ? PdfTheme.Alert : PdfTheme.Accent, true);
        return new BoxElement(title, new StackElement(Build(block.Blocks, width - (2 * padding)), 3.5f), width, padding, colors);
    }

    private RowElement SideBySide(SideBySideBlock block, float width)
    {
        const float gap = 10f;
        var left = (width - gap) * Math.Clamp(block.LeftShare, 0.1f, 0.9f);
        return new RowElement(
            [
                (new StackElement(Build(block.Left, left), PdfTheme.BlockGap), 0),
                (new StackElement(Build(block.Right, width - gap - left), PdfTheme.BlockGap), left + gap),
            ]);
    }

    private StackElement Ticks(TickRowBlock block, float width)
    {
        const float gap = 11f;
        const float toWords = 3f;
        var lines = new List<Element>();
        var cells = new List<(Element, float)>();
        var indent = 0f;
        var tickTop = ((PdfTheme.BodySize * PdfTheme.LineHeight) - ChartFigures.TickSize) / 2;
        if (!string.IsNullOrEmpty(block.Label))
        {
            var used = shaper.Shape(block.Label, PdfTheme.BodySize, PdfTheme.Ink, true).Sum(cluster => cluster.Advance) + 1;
            var label = Math.Min(used, width * 0.4f);
            cells.Add((Text(block.Label, label, PdfTheme.BodySize, isBold: true), 0));
            indent = label + gap;
        }

        var x = indent;
        foreach (var option in block.Options)
        {
            var used = shaper.Shape(option.Text, PdfTheme.BodySize, PdfTheme.Ink, option.IsTicked).Sum(cluster => cluster.Advance) + 1;
            var room = width - indent - ChartFigures.TickSize - toWords;
            if (x > indent && x + ChartFigures.TickSize + toWords + used > width)
            {
                lines.Add(new RowElement(cells));
                cells = [];
                x = indent;
            }

            cells.Add((new StackElement([new SpaceElement(tickTop), new FigureElement(ChartFigures.Tick(option.IsTicked), shaper)], 0), x));
            cells.Add((Text(option.Text, Math.Min(used, room), PdfTheme.BodySize, isBold: option.IsTicked), x + ChartFigures.TickSize + toWords));
            x += ChartFigures.TickSize + toWords + used + gap;
        }

        lines.Add(new RowElement(cells));
        return new StackElement(lines, 1);
    }

    private StackElement Timeline(TimelineBlock block, float width)
    {
        const float date = 76f;
        const float dot = 86f;
        const float title = 96f;
        const float badge = 38f;
        var source = width * 0.22f;
        var sourceLeft = width - badge - source - 6;
        var last = block.Entries.Count - 1;
        return new StackElement(
            block.Entries.Select((entry, i) => (Element)new RowElement(
                [
                    (Text(entry.Date, date, PdfTheme.TableSize, PdfTheme.Ink, alignment: TextAlignment.End), 0),
                    (Text(entry.Title, sourceLeft - title - 6, PdfTheme.TableSize, hang: 5), title),
                    (Text(entry.Source, source, PdfTheme.SmallSize, PdfTheme.Muted), sourceLeft),
                    (Text(PdfTheme.CertaintyText(entry.Certainty), badge, PdfTheme.SmallSize, PdfTheme.Accent, entry.Certainty == Certainty.Observed, TextAlignment.Center), width - badge),
                ],
                1.2f,
                1.2f,
                decorate: (canvas, x, y, height) =>
                {
                    const float middle = 1.2f + (PdfTheme.TableSize * PdfTheme.LineHeight / 2);
                    var top = i == 0 ? middle : 0;
                    var bottom = i == last ? middle : height;
                    if (bottom > top)
                    {
                        canvas.Add(new LineShape(dot, top, dot, bottom, PdfTheme.Rule, 1.1f), x, y);
                    }

                    var seen = entry.Certainty == Certainty.Observed;
                    canvas.Add(new CircleShape(dot, middle, 2.6f, seen ? PdfTheme.Accent : PdfTheme.Paper, PdfTheme.Accent, 1.1f), x, y);
                    canvas.Add(new RectShape(width - badge + 1, middle - 5.4f, badge - 2, 10.8f, null, PdfTheme.Rule, 0.6f, 2.5f), x, y);
                })),
            0);
    }
}
