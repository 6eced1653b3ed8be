using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>Draws header, footer and watermark around the content of a page.</summary>
internal sealed class FurnitureLayout(TextShaper shaper, PageFurniture furniture)
{
    private const float WatermarkSize = 92f;
    private const float WatermarkAngle = -38f;

    /// <summary>Returns the page with its furniture; the watermark comes last, so that it neither hides under fills nor stands first for a screen reader.</summary>
    public PageCanvas Complete(PageCanvas content, int number, int count)
    {
        var page = new PageCanvas();
        Header(page);
        page.Operations.AddRange(content.Operations);
        page.Clusters.AddRange(content.Clusters);
        Footer(page, number, count);
        Watermark(page);
        return page;
    }

    private void Watermark(PageCanvas page)
    {
        if (string.IsNullOrEmpty(furniture.Watermark))
        {
            return;
        }

        const float diagonal = 620f;
        var (clusters, size, used) = FitText.Fit(shaper, furniture.Watermark, WatermarkSize, PdfTheme.Watermark, true, diagonal);
        var radians = WatermarkAngle * MathF.PI / 180;
        var x = (PdfTheme.PageWidth / 2) - (used / 2 * MathF.Cos(radians)) - (size * 0.35f * MathF.Sin(radians));
        var y = (PdfTheme.PageHeight / 2) - (used / 2 * MathF.Sin(radians)) + (size * 0.35f * MathF.Cos(radians));
        page.AddText(clusters, 0, clusters.Count, x, y, WatermarkAngle);
    }

    private void Header(PageCanvas page)
    {
        var x = PdfTheme.SideMargin;
        const float top = PdfTheme.TopMargin;
        const float right = PdfTheme.SideMargin + PdfTheme.ContentWidth;
        const float copyWidth = PdfTheme.ContentWidth * 0.36f;
        if (!string.IsNullOrEmpty(furniture.HandlingMark))
        {
            var (mark, size, used) = FitText.Fit(shaper, furniture.HandlingMark, 9f, PdfTheme.Alert, true, 150);
            page.Add(new RectShape(x, top, used + 12, 16, PdfTheme.Paper, PdfTheme.Alert, 1.1f));
            page.AddText(mark, 0, mark.Count, x + 6, top + 8 + (size * 0.37f));
            x += used + 20;
        }

        Line(page, furniture.Meeting ?? string.Empty, x, top + 11.2f, right - copyWidth - 8 - x, 8.2f, PdfTheme.Ink, true, false);
        Line(page, FurnitureText.Copy(furniture), right - copyWidth, top + 11.2f, copyWidth, 8.2f, PdfTheme.Ink, false, true);
        Line(page, FurnitureText.Origin(furniture), PdfTheme.SideMargin, top + 27f, PdfTheme.ContentWidth, PdfTheme.SmallSize, PdfTheme.Muted, false, false);
        page.Add(new LineShape(PdfTheme.SideMargin, top + 32f, right, top + 32f, PdfTheme.Accent, 1.2f));
    }

    private void Footer(PageCanvas page, int number, int count)
    {
        const float right = PdfTheme.SideMargin + PdfTheme.ContentWidth;
        const float top = PdfTheme.PageHeight - PdfTheme.BottomMargin - 13f;
        page.Add(new LineShape(PdfTheme.SideMargin, top, right, top, PdfTheme.Rule, 0.6f));
        Line(page, furniture.HandlingMark ?? string.Empty, PdfTheme.SideMargin, top + 10, PdfTheme.ContentWidth * 0.6f, PdfTheme.SmallSize, PdfTheme.Muted, false, false);
        Line(page, FurnitureText.Page(number, count), right - 80, top + 10, 80, 8, PdfTheme.Ink, false, true);
    }

    private void Line(PageCanvas page, string text, float x, float baseline, float width, float size, uint color, bool isBold, bool isRight)
    {
        var (clusters, _, used) = FitText.Fit(shaper, text, size, color, isBold, width);
        page.AddText(clusters, 0, clusters.Count, isRight ? x + width - used : x, baseline);
    }
}
