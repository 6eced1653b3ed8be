using System.Globalization;
using System.Text;

namespace Warehouse.Bench;

/// <summary>Draws the cost of a row over the size of the file: both axes by powers of ten, one line for each way of measuring.</summary>
internal static class IntakeChart
{
    private const int Width = 760;
    private const int Height = 420;
    private const int Left = 70;
    private const int Right = 30;
    private const int Top = 50;
    private const int Bottom = 60;

    private static readonly string[] Colours = ["#1f5fa8", "#c0561a", "#4a7d3a", "#7a7a7a"];

    /// <summary>Returns the chart as SVG.</summary>
    /// <param name="title">What is shown.</param>
    /// <param name="lines">Lines with their points: rows, microseconds per row.</param>
    public static string Draw(string title, IReadOnlyList<(string Name, IReadOnlyList<(double Rows, double Microseconds)> Points)> lines)
    {
        double lowX = Math.Floor(Math.Log10(lines.SelectMany(line => line.Points).Min(point => point.Rows)));
        double highX = Math.Max(lowX + 1, Math.Ceiling(Math.Log10(lines.SelectMany(line => line.Points).Max(point => point.Rows))));
        double lowY = Math.Floor(Math.Log10(lines.SelectMany(line => line.Points).Min(point => point.Microseconds)));
        double highY = Math.Max(lowY + 1, Math.Ceiling(Math.Log10(lines.SelectMany(line => line.Points).Max(point => point.Microseconds))));
        double X(double rows) => Left + ((Math.Log10(rows) - lowX) / (highX - lowX) * (Width - Left - Right));
        double Y(double cost) => Height - Bottom - ((Math.Log10(cost) - lowY) / (highY - lowY) * (Height - Top - Bottom));

        StringBuilder svg = new();
        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Add($"<text x=\"{Left}\" y=\"24\" font-size=\"15\">{title}</text>");
        for (double power = lowX; power <= highX; power++)
        {
            double x = X(Math.Pow(10, power));
            Add($"<line x1=\"{x:0.0}\" y1=\"{Top}\" x2=\"{x:0.0}\" y2=\"{Height - Bottom}\" stroke=\"#dddddd\"/>");
            Add($"<text x=\"{x:0.0}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Math.Pow(10, power):N0}</text>");
        }

        for (double power = lowY; power <= highY; power++)
        {
            foreach (int step in power < highY ? new[] { 1, 2, 5 } : [1])
            {
                double cost = step * Math.Pow(10, power);
                Add($"<line x1=\"{Left}\" y1=\"{Y(cost):0.0}\" x2=\"{Width - Right}\" y2=\"{Y(cost):0.0}\" stroke=\"#dddddd\"/>");
                Add($"<text x=\"{Left - 8}\" y=\"{Y(cost) + 4:0.0}\" text-anchor=\"end\">{cost:0.##}</text>");
            }
        }

        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 14}\" text-anchor=\"middle\">rows of the file</text>");
        Add($"<text x=\"18\" y=\"{(Top + Height - Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 18 {(Top + Height - Bottom) / 2})\">microseconds per row</text>");
        for (int i = 0; i < lines.Count; i++)
        {
            string colour = Colours[i % Colours.Length];
            string points = string.Join(' ', lines[i].Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Rows):0.0},{Y(point.Microseconds):0.0}")));
            Add($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
            foreach ((double rows, double cost) in lines[i].Points)
            {
                Add($"<circle cx=\"{X(rows):0.0}\" cy=\"{Y(cost):0.0}\" r=\"3.5\" fill=\"{colour}\"><title>{lines[i].Name}: {rows:N0} rows, {cost:0.00} µs</title></circle>");
            }

            Add($"<text x=\"{Width - Right}\" y=\"{Top + 14 + (i * 16)}\" text-anchor=\"end\" fill=\"{colour}\">{lines[i].Name}</text>");
        }

        svg.Append("</svg>\n");
        return svg.ToString();
    }
}
