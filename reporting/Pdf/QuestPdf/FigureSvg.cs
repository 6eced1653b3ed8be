using System.Globalization;
using System.Text;
using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.QuestPdf;

/// <summary>Writes the shapes of a figure as SVG; words are set apart, because SVG text does not see registered fonts.</summary>
internal static class FigureSvg
{
    /// <summary>Returns the SVG of the shapes.</summary>
    public static string Write(Figure figure)
    {
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{figure.Width}\" height=\"{figure.Height}\" viewBox=\"0 0 {figure.Width} {figure.Height}\">"));
        foreach (var shape in figure.Shapes)
        {
            svg.Append(shape switch
            {
                LineShape line => Invariant($"<line x1=\"{line.X1}\" y1=\"{line.Y1}\" x2=\"{line.X2}\" y2=\"{line.Y2}\" {Paint(null, line.Color, line.Width, line.IsDashed)}/>"),
                RectShape rect => Invariant($"<rect x=\"{rect.X}\" y=\"{rect.Y}\" width=\"{rect.Width}\" height=\"{rect.Height}\" rx=\"{rect.Radius}\" {Paint(rect.Fill, rect.Stroke, rect.StrokeWidth, false)}/>"),
                CircleShape circle => Invariant($"<circle cx=\"{circle.X}\" cy=\"{circle.Y}\" r=\"{circle.Radius}\" {Paint(circle.Fill, circle.Stroke, circle.StrokeWidth, false)}/>"),
                PolygonShape polygon => Invariant($"<polygon points=\"{string.Join(' ', polygon.Points.Select(point => Invariant($"{point.X},{point.Y}")))}\" {Paint(polygon.Fill, polygon.Stroke, polygon.StrokeWidth, polygon.IsDashed)}/>"),
                _ => throw new NotSupportedException($"Unknown shape {shape.GetType().Name}."),
            });
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Paint(uint? fill, uint? stroke, float width, bool isDashed) =>
        $"fill=\"{(fill is { } fillColor ? Hex(fillColor) : "none")}\"" +
        (stroke is { } strokeColor ? Invariant($" stroke=\"{Hex(strokeColor)}\" stroke-width=\"{width}\"") : string.Empty) +
        (isDashed ? " stroke-dasharray=\"4 2.5\"" : string.Empty);

    /// <summary>Returns a colour as <c>#RRGGBB</c>.</summary>
    public static string Hex(uint color) => Invariant($"#{color & 0xFFFFFF:X6}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
