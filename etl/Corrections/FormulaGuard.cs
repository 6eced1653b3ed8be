using System.Text;

namespace Warehouse.Etl.Corrections;

/// <summary>Keeps a spreadsheet from running a cell as a formula, in a way that is undone exactly when the cell comes back.</summary>
/// <remarks>
/// A cell that begins with <c>= + - @</c>, one of their full-width forms, a tab or a line end gets an apostrophe in front; so does one that begins
/// with apostrophes and then such a sign. On the way back one apostrophe is taken from cells that begin so. Every text comes back as it went out.
/// </remarks>
public sealed class FormulaGuard
{
    private const byte Apostrophe = (byte)'\'';

    private readonly byte[][] _signs;

    /// <summary>Makes a guard for bytes of an encoding.</summary>
    public FormulaGuard(Encoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        _signs = [.. "=+-@\t\r\n＝＋－＠".Select(sign => encoding.GetBytes([sign]))];
    }

    /// <summary>Returns the cell as it goes out.</summary>
    public byte[] Guard(ReadOnlySpan<byte> cell) => IsFormula(cell) ? [Apostrophe, .. cell] : cell.ToArray();

    /// <summary>Returns the cell as it was before it went out.</summary>
    public byte[] Undo(ReadOnlySpan<byte> cell) => cell.Length > 0 && cell[0] == Apostrophe && IsFormula(cell) ? cell[1..].ToArray() : cell.ToArray();

    private bool IsFormula(ReadOnlySpan<byte> cell)
    {
        ReadOnlySpan<byte> rest = cell.TrimStart(Apostrophe);
        foreach (byte[] sign in _signs)
        {
            if (rest.StartsWith(sign))
            {
                return true;
            }
        }

        return false;
    }
}
