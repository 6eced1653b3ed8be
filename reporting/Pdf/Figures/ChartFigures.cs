namespace Warehouse.Reporting.Pdf.Figures;

/// <summary>Turns gauges, bars and check boxes into primitives.</summary>
public static class ChartFigures
{
    private const float GaugeHeight = 15f;
    private const float BarRow = 13f;

    /// <summary>Side of a check box.</summary>
    public const float TickSize = 7.6f;

    /// <summary>Returns steps in a row, the active one filled.</summary>
    public static Figure Gauge(GaugeBlock block, float width)
    {
        ArgumentNullException.ThrowIfNull(block);
        var shapes = new List<Shape>();
        var texts = new List<FigureText>();
        if (block.Steps.Count == 0)
        {
            return new Figure(width, 0, shapes, texts, block.AltText);
        }

        const float gap = 2f;
        var step = (width - (gap * (block.Steps.Count - 1))) / block.Steps.Count;
        for (var i = 0; i < block.Steps.Count; i++)
        {
            var active = block.ActiveStep == i;
            var x = i * (step + gap);
            shapes.Add(new RectShape(x, 0.5f, step, GaugeHeight - 1, active ? PdfTheme.Accent : PdfTheme.Paper, active ? PdfTheme.Accent : PdfTheme.Rule));
            texts.Add(new FigureText(x + 1, 3.2f, step - 2, block.Steps[i], PdfTheme.TableSize, active ? PdfTheme.Paper : PdfTheme.Muted, TextAlignment.Center, active));
        }

        return new Figure(width, GaugeHeight, shapes, texts, block.AltText);
    }

    /// <summary>Returns horizontal bars with whiskers for their intervals.</summary>
    public static Figure Bars(BarChartBlock block, float width)
    {
        ArgumentNullException.ThrowIfNull(block);
        var shapes = new List<Shape>();
        var texts = new List<FigureText>();
        var labelWidth = width * 0.36f;
        var valueWidth = width * 0.26f;
        var left = labelWidth + 6;
        var scale = width - labelWidth - valueWidth - 12;
        for (var i = 0; i < block.Bars.Count; i++)
        {
            var bar = block.Bars[i];
            var y = i * BarRow;
            var middle = y + (BarRow / 2);
            texts.Add(new FigureText(0, y + 2, labelWidth, bar.Label, PdfTheme.SmallSize, PdfTheme.Ink));
            shapes.Add(new RectShape(left, middle - 3, scale, 6, PdfTheme.Tint, null));
            shapes.Add(new RectShape(left, middle - 3, scale * Share(bar.Share), 6, PdfTheme.Accent, null));
            if (bar.Low is { } low && bar.High is { } high)
            {
                shapes.Add(new LineShape(left + (scale * Share(low)), middle, left + (scale * Share(high)), middle, PdfTheme.Alert));
                shapes.Add(new LineShape(left + (scale * Share(low)), middle - 2, left + (scale * Share(low)), middle + 2, PdfTheme.Alert));
                shapes.Add(new LineShape(left + (scale * Share(high)), middle - 2, left + (scale * Share(high)), middle + 2, PdfTheme.Alert));
            }

            texts.Add(new FigureText(left + scale + 6, y + 2, valueWidth, bar.ValueText, PdfTheme.SmallSize, PdfTheme.Ink));
        }

        return new Figure(width, block.Bars.Count * BarRow, shapes, texts, block.AltText);
    }

    /// <summary>Returns a check box, ticked or empty.</summary>
    public static Figure Tick(bool isTicked)
    {
        var shapes = new List<Shape> { new RectShape(0.4f, 0.4f, TickSize - 0.8f, TickSize - 0.8f, PdfTheme.Paper, PdfTheme.Ink, 0.7f) };
        if (isTicked)
        {
            shapes.Add(new LineShape(1.6f, 3.9f, 3.2f, 5.7f, PdfTheme.Accent, 1.2f));
            shapes.Add(new LineShape(3.2f, 5.7f, 6.2f, 1.9f, PdfTheme.Accent, 1.2f));
        }

        return new Figure(TickSize, TickSize, shapes, [], isTicked ? "該当" : "非該当");
    }

    private static float Share(double value) => (float)Math.Clamp(double.IsNaN(value) ? 0 : value, 0, 1);
}
