using System.Globalization;
using System.Net;
using System.Text;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Tables;

/// <summary>A chart of two shares, from 0 to 1 each, as inline SVG: a curve, points with intervals, or both.</summary>
public static class SquareChart
{
    private const int Side = 320;
    private const int Margin = 58;
    private const string Blue = "#2f6db3";
    private const string Grey = "#8a8a8a";

    /// <summary>Appends the chart as a figure with its title as caption and as text for screen readers.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="title">Title.</param>
    /// <param name="x">What the horizontal axis shows.</param>
    /// <param name="y">What the vertical axis shows.</param>
    /// <param name="line">The curve; empty for none.</param>
    /// <param name="diagonal">Whether the diagonal is drawn.</param>
    /// <param name="baseline">Height of a horizontal line, or null.</param>
    /// <param name="points">Points with intervals.</param>
    /// <param name="most">End of both axes: smaller than 1 where all shares are small.</param>
    public static void Append(
        StringBuilder page, string title, string x, string y, IReadOnlyList<(double X, double Y)> line, bool diagonal, double? baseline, IReadOnlyList<(double X, double Y, Interval Interval)> points, double most = 1)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(points);
        double Px(double value) => Margin + (value / most * Side);
        double Py(double value) => 10 + ((1 - (value / most)) * Side);
        page.Append(CultureInfo.InvariantCulture, $"<figure><svg width=\"{Side + Margin + 14}\" height=\"{Side + Margin + 14}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\"><rect x=\"{Px(0):0}\" y=\"{Py(most):0}\" width=\"{Side}\" height=\"{Side}\" fill=\"none\" stroke=\"{Grey}\"/>");
        for (int tick = 0; tick <= 5; tick++)
        {
            double value = tick / 5.0 * most;
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Px(value):0}\" y=\"{Py(0) + 16:0}\" text-anchor=\"middle\">{value:0.0##}</text><text x=\"{Px(0) - 5:0}\" y=\"{Py(value) + 4:0}\" text-anchor=\"end\">{value:0.0##}</text>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Px(most / 2):0}\" y=\"{Py(0) + 34:0}\" text-anchor=\"middle\">{WebUtility.HtmlEncode(x)}</text><text x=\"12\" y=\"{Py(most / 2):0}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {Py(most / 2):0})\">{WebUtility.HtmlEncode(y)}</text>");
        if (diagonal)
        {
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Px(0):0}\" y1=\"{Py(0):0}\" x2=\"{Px(most):0}\" y2=\"{Py(most):0}\" stroke=\"{Grey}\" stroke-dasharray=\"4 4\"/>");
        }

        if (baseline is { } level)
        {
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Px(0):0}\" y1=\"{Py(level):0.0}\" x2=\"{Px(most):0}\" y2=\"{Py(level):0.0}\" stroke=\"{Grey}\" stroke-dasharray=\"4 4\"/>");
        }

        if (line.Count > 0)
        {
            // More points than pixels show nothing more.
            int every = Math.Max(1, line.Count / 600);
            page.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{Blue}\" stroke-width=\"2\" points=\"{string.Join(' ', line.Where((_, i) => i % every == 0 || i == line.Count - 1).Select(p => string.Create(CultureInfo.InvariantCulture, $"{Px(p.X):0.0},{Py(p.Y):0.0}")))}\"/>");
        }

        foreach ((double px, double py, Interval interval) in points)
        {
            page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Px(px):0.0}\" y1=\"{Py(interval.Low):0.0}\" x2=\"{Px(px):0.0}\" y2=\"{Py(interval.High):0.0}\" stroke=\"{Blue}\"/><circle cx=\"{Px(px):0.0}\" cy=\"{Py(py):0.0}\" r=\"4\" fill=\"{Blue}\"/>");
        }

        page.Append(CultureInfo.InvariantCulture, $"</svg><figcaption>{WebUtility.HtmlEncode(title)}</figcaption></figure>");
    }
}
