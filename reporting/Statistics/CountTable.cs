namespace Warehouse.Reporting.Statistics;

/// <summary>How fine the figures of a line are; decides the threshold below which a figure is hidden.</summary>
public enum CellLevel
{
    /// <summary>The whole city.</summary>
    City,

    /// <summary>A district or a school.</summary>
    District,
}

/// <summary>One row or column of a table: its code, its title for people, how fine it is.</summary>
public sealed record TableLine(string Code, string Title, CellLevel Level);

/// <summary>A table of counts of children before disclosure control: disjoint rows by disjoint columns.</summary>
/// <remarks>
/// Shape: <c>Counts[row][column]</c>; totals are computed, never given. Units: children (or cases, as the title says).
/// Two tables with the same <paramref name="Population"/> and the same dimension names share the figures of their totals,
/// so a total hidden in one is hidden in the other.
/// </remarks>
/// <param name="Code">The name of the table in addresses and file names.</param>
/// <param name="Title">The title for people.</param>
/// <param name="Population">What is counted; tables that count the same things carry the same word.</param>
/// <param name="RowDimension">The name of the row dimension.</param>
/// <param name="ColumnDimension">The name of the column dimension.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Counts">The counts.</param>
/// <param name="Structural">True where a count is zero by definition and everybody knows; null where no cell is.</param>
/// <param name="RowsAreDisjoint">False where one child may be in several rows; such a table has no column totals.</param>
public sealed record CountTable(
    string Code,
    string Title,
    string Population,
    string RowDimension,
    string ColumnDimension,
    IReadOnlyList<TableLine> Rows,
    IReadOnlyList<TableLine> Columns,
    IReadOnlyList<IReadOnlyList<long>> Counts,
    IReadOnlyList<IReadOnlyList<bool>>? Structural = null,
    bool RowsAreDisjoint = true);

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
        _ => Count!.Value.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture),
    };
}

/// <summary>A table after disclosure control.</summary>
/// <remarks>Shape: one column more than the lines, the total; one row more, the total, where the rows are disjoint.</remarks>
public sealed record ReleasedTable(
    string Code,
    string Title,
    string RowDimension,
    string ColumnDimension,
    IReadOnlyList<TableLine> Rows,
    IReadOnlyList<TableLine> Columns,
    IReadOnlyList<IReadOnlyList<ReleasedCell>> Cells)
{
    /// <summary>How many figures are hidden.</summary>
    public int HiddenCount => Cells.Sum(row => row.Count(cell => cell.IsHidden));
}
