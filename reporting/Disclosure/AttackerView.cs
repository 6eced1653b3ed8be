namespace Warehouse.Reporting.Disclosure;

/// <summary>What everybody knows of one figure: exactly where the two bounds are equal, nothing above <paramref name="Lower"/> where <paramref name="Upper"/> is null.</summary>
public sealed record AttackerCell(string Key, string Label, decimal Lower, decimal? Upper)
{
    /// <summary>Whether the figure is known exactly.</summary>
    public bool IsKnown => Upper == Lower;
}

/// <summary>What somebody knows who has read everything that is published: bounds of figures and the sums between them. No hidden figure is in it.</summary>
/// <param name="Cells">The figures.</param>
/// <param name="Sums">The sums.</param>
/// <param name="AreCounts">Whether the reader knows that all figures are whole numbers.</param>
public sealed record AttackerView(IReadOnlyList<AttackerCell> Cells, IReadOnlyList<CellSum> Sums, bool AreCounts = true)
{
    /// <summary>Returns what is known of a system when some of its figures are hidden and the others shown.</summary>
    /// <param name="system">The system.</param>
    /// <param name="hidden">For each figure whether it is hidden.</param>
    public static AttackerView Of(CellSystem system, IReadOnlyList<bool> hidden)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(hidden);
        return new AttackerView(
            system.Cells.Select((cell, place) => hidden[place] && cell.Kind is not (CellKind.Structural or CellKind.Public)
                ? new AttackerCell(cell.Key, cell.Label, cell.Lower, cell.Upper)
                : new AttackerCell(cell.Key, cell.Label, cell.Value, cell.Value)).ToList(),
            system.Sums,
            system.AreCounts);
    }

    /// <summary>Returns the view of somebody who also knows that a figure is at least so much: who knows so many people in it.</summary>
    public AttackerView Knowing(int cell, decimal atLeast)
    {
        AttackerCell[] cells = [.. Cells];
        cells[cell] = cells[cell] with { Lower = Math.Max(cells[cell].Lower, atLeast) };
        return this with { Cells = cells };
    }

    /// <summary>Returns the view of somebody who also knows the bounds of a figure, from an earlier release or another table.</summary>
    public AttackerView Knowing(int cell, decimal lower, decimal? upper)
    {
        AttackerCell[] cells = [.. Cells];
        decimal? least = upper is null || cells[cell].Upper < upper ? cells[cell].Upper : upper;
        cells[cell] = cells[cell] with { Lower = Math.Max(cells[cell].Lower, lower), Upper = least };
        return this with { Cells = cells };
    }
}
