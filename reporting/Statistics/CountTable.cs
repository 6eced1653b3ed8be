using System.Globalization;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Reporting.Statistics;

/// <summary>One row or column of a table: its code and its title for people.</summary>
public sealed record TableLine(string Code, string Title);

/// <summary>A table of the catalogue with its counts, before disclosure control.</summary>
/// <remarks>
/// A table over two dimensions is one linked table; a third dimension has the line that is printed first. One whose rows are not disjoint (a child may be in several) is a linked table for each row, over the columns alone; it has no row of totals.
/// </remarks>
/// <param name="Definition">The table in the catalogue.</param>
/// <param name="AsOf">The month at which it is counted, by its first day.</param>
/// <param name="Title">The title for people, with the window.</param>
/// <param name="Rows">The rows, the total last where there is one.</param>
/// <param name="Columns">The columns, the total last.</param>
/// <param name="Parts">The linked tables.</param>
public sealed record CountTable(TableDefinition Definition, DateOnly AsOf, string Title, IReadOnlyList<TableLine> Rows, IReadOnlyList<TableLine> Columns, IReadOnlyList<LinkedTable> Parts)
{
    /// <summary>Returns the places in a system of the table's figures, row by row.</summary>
    /// <param name="set">The system.</param>
    /// <param name="first">The place of the first of <see cref="Parts"/> among its tables.</param>
    public IReadOnlyList<IReadOnlyList<int>> Places(LinkedTableSet set, int first)
    {
        ArgumentNullException.ThrowIfNull(set);
        int columns = Columns.Count;
        return Definition.IsCross
            ? Enumerable.Range(0, Rows.Count).Select(row => (IReadOnlyList<int>)Enumerable.Range(0, columns).Select(column => set.CellOf(first, row, column)).ToList()).ToList()
            : Enumerable.Range(0, Rows.Count).Select(row => (IReadOnlyList<int>)Enumerable.Range(0, columns).Select(column => set.CellOf(first + row, column)).ToList()).ToList();
    }
}

/// <summary>Why a figure is as it is.</summary>
public enum CellMark
{
    /// <summary>The figure is shown.</summary>
    Shown,

    /// <summary>The figure is zero and may be shown.</summary>
    Zero,

    /// <summary>Hidden because the figure itself is small or complete.</summary>
    Primary,

    /// <summary>Hidden so that another hidden figure cannot be computed.</summary>
    Secondary,

    /// <summary>There is no data.</summary>
    NoData,
}

/// <summary>One figure after disclosure control; <see cref="Count"/> is null wherever the figure is hidden or absent.</summary>
public readonly record struct ReleasedCell(long? Count, CellMark Mark)
{
    /// <summary>Whether the figure is hidden.</summary>
    public bool IsHidden => Mark is CellMark.Primary or CellMark.Secondary;

    /// <summary>The figure as people read it: <c>X</c> hidden, <c>-</c> zero, <c>…</c> no data.</summary>
    public string Text => Mark switch
    {
        CellMark.Primary or CellMark.Secondary => "X",
        CellMark.Zero => "-",
        CellMark.NoData => "…",
        _ => Count!.Value.ToString("#,0", CultureInfo.InvariantCulture),
    };

    /// <summary>Returns a figure as a release has it.</summary>
    public static ReleasedCell Of(ReleasedFigure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        return figure.State switch
        {
            FigureState.Primary => new ReleasedCell(null, CellMark.Primary),
            FigureState.Secondary => new ReleasedCell(null, CellMark.Secondary),
            FigureState.Unpublished => throw new InvalidOperationException($"The figure '{DisclosureException.Short(figure.Label)}' is not printed."),
            FigureState.Shown when figure.Shown == 0 => new ReleasedCell(0, CellMark.Zero),
            _ => new ReleasedCell((long)figure.Shown!.Value, CellMark.Shown),
        };
    }
}

/// <summary>A table after disclosure control.</summary>
/// <remarks>Shape: <c>Cells[row][column]</c>; totals are lines like the others, the last. Rates: row by row, each with the columns of the definition's rates.</remarks>
public sealed record ReleasedTable(
    TableDefinition Definition, string Title, IReadOnlyList<TableLine> Rows, IReadOnlyList<TableLine> Columns, IReadOnlyList<IReadOnlyList<ReleasedCell>> Cells, IReadOnlyList<ReleasedRate> Rates)
{
    /// <summary>The month at which the table was counted, by its first day; none in releases from before tables had calendars.</summary>
    public DateOnly AsOf { get; init; }

    /// <summary>The number of the release that stated the table first, where this one restates it as it was; null where it was counted for this one.</summary>
    public int? FromNumber { get; init; }

    /// <summary>When the table was counted, in Japanese; empty where it does not say.</summary>
    public string AsOfText => AsOf == default ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{AsOf.Year}年{AsOf.Month}月時点の数値です。") + (FromNumber is { } number ? string.Create(CultureInfo.InvariantCulture, $"第{number}号で公表したものを、そのまま載せています。") : "");

    /// <summary>The name of the table in addresses and file names.</summary>
    public string Code => Definition.Code;

    /// <summary>Returns the rate of a column on a row, or null where the table has none.</summary>
    public ReleasedRate? Rate(int row, string column) => Rates.FirstOrDefault(rate => rate.Row == row && Columns[rate.Column].Code == column);

    /// <summary>How many figures are hidden.</summary>
    public int HiddenCount => Cells.Sum(row => row.Count(cell => cell.IsHidden));
}
