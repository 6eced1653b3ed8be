using System.Globalization;

namespace Warehouse.Reporting.Statistics;

/// <summary>One bar of a chart.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Text">The figure as people read it; <c>X</c> where it is hidden.</param>
/// <param name="Share">Its length, 0 to 1 of the scale; null where it is hidden.</param>
/// <param name="Low">Where its interval begins on the scale; null where it has none.</param>
/// <param name="High">Where its interval ends on the scale; null where it has none.</param>
public sealed record ChartBar(string Label, string Text, double? Share, double? Low = null, double? High = null);

/// <summary>A released table, or one line of several releases, as bars: pages draw it as SVG, booklets as figures. It shows nothing that the table beside it does not.</summary>
/// <param name="Title">What the bars are, in Japanese.</param>
/// <param name="Top">The figure at the end of the scale as people read it.</param>
/// <param name="Bars">The bars, in the order of the table.</param>
public sealed record StatisticsChart(string Title, string Top, IReadOnlyList<ChartBar> Bars)
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    /// <summary>Returns the bars of a table: its first rate where it has one, else the total of each row; null where every figure is hidden.</summary>
    public static StatisticsChart? Of(ReleasedTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int total = table.Columns.ToList().FindIndex(column => column.Code.Length == 0);
        if (table.Rows.Count == 1)
        {
            // One row: its columns are the bars, the whole first.
            List<int> order = [total, .. Enumerable.Range(0, table.Columns.Count).Where(column => column != total && table.Definition.Rates.Contains(table.Columns[column].Code))];
            return Counts(table.Title, order.Select(column => (table.Columns[column].Code.Length == 0 ? table.Rows[0].Title : table.Columns[column].Title, table.Cells[0][column])).ToList());
        }

        if (table.Definition.Rates is [var first, ..])
        {
            List<ReleasedRate> rates = Enumerable.Range(0, table.Rows.Count).Select(row => table.Rate(row, first)!).ToList();
            return Rates($"{table.Columns[rates[0].Column].Title}の割合", rates.Select(rate => (table.Rows[rate.Row].Title, (ReleasedRate?)rate)).ToList());
        }

        return Counts($"{table.Columns[total].Title}（{table.Definition.Unit}）", Enumerable.Range(0, table.Rows.Count).Where(row => table.Rows[row].Code.Length > 0).Select(row => (table.Rows[row].Title, table.Cells[row][total])).ToList());
    }

    /// <summary>Returns rates as bars with their intervals; null where all are hidden.</summary>
    public static StatisticsChart? Rates(string title, IReadOnlyList<(string Label, ReleasedRate? Rate)> rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        double most = rates.Max(line => line.Rate?.High ?? 0);
        if (rates.All(line => line.Rate?.Share is null))
        {
            return null;
        }

        double top = Math.Min(1, Round(most));
        return new StatisticsChart(title, ReleasedRate.Percent(top), rates.Select(line => new ChartBar(
            line.Label, line.Rate is { } rate ? (rate.Share is null ? rate.Text : $"{rate.Text}（{rate.IntervalText}）") : "…", line.Rate?.Share / top, line.Rate?.Low / top, line.Rate?.High / top)).ToList());
    }

    /// <summary>Returns figures as bars; null where all are hidden.</summary>
    public static StatisticsChart? Counts(string title, IReadOnlyList<(string Label, ReleasedCell Cell)> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        long most = cells.Count == 0 ? 0 : cells.Max(line => line.Cell.Count ?? 0);
        if (most == 0)
        {
            return null;
        }

        double top = Round(most);
        return new StatisticsChart(title, top.ToString("#,0", CultureInfo.InvariantCulture), cells.Select(line => new ChartBar(line.Label, line.Cell.Text, line.Cell.Count / top)).ToList());
    }

    // The next of 1, 2, 2.5, 5 with any number of zeros.
    private static double Round(double value)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Steps.First(step => step * unit >= value * 0.999999) * unit;
    }
}
