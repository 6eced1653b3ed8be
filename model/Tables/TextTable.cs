using Warehouse.Model.Items;

namespace Warehouse.Model.Tables;

/// <summary>What a file itself says about a column.</summary>
public enum DeclaredKind
{
    /// <summary>Nothing: the values decide.</summary>
    Unknown,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Categories.</summary>
    Category,

    /// <summary>Days or moments.</summary>
    Date,
}

/// <summary>One column of text, each distinct value once.</summary>
/// <param name="Name">Header.</param>
/// <param name="Codes">Per row, the position of its value.</param>
/// <param name="Values">Distinct values, trimmed; which of them mean "missing" is decided by <see cref="Cells"/>.</param>
/// <param name="Declared">What the file says about it.</param>
public sealed record TextColumn(string Name, int[] Codes, IReadOnlyList<string> Values, DeclaredKind Declared = DeclaredKind.Unknown)
{
    /// <summary>Returns the text of a row.</summary>
    public string this[int row] => Values[Codes[row]];
}

/// <summary>A table as it was read: text by column.</summary>
/// <remarks>Shape: columns × rows. Errors: MDL-060 without rows or columns, MDL-061 for a name twice.</remarks>
public sealed class TextTable
{
    private readonly Dictionary<string, int> _byName;

    /// <summary>Creates a table.</summary>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="columns">Columns of equal length.</param>
    /// <param name="notes">What a person should know about the reading.</param>
    public TextTable(string name, IReadOnlyList<TextColumn> columns, IReadOnlyList<string>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Name = name;
        Columns = columns;
        Notes = notes ?? [];
        RowCount = columns.Count == 0 ? 0 : columns[0].Codes.Length;
        if (RowCount == 0)
        {
            throw new ModelException("MDL-060", $"no rows in {name}", "a header and rows", "check that the file is the right one");
        }

        string[] twice = [.. columns.GroupBy(c => c.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (twice.Length > 0)
        {
            throw new ModelException("MDL-061", $"the column {Cells.List(twice)} twice in {name}", "distinct names", "rename one of the two");
        }

        _byName = columns.Select((c, i) => (c.Name, i)).ToDictionary(x => x.Name, x => x.i, StringComparer.Ordinal);
    }

    /// <summary>Name of the file.</summary>
    public string Name { get; }

    /// <summary>Columns, in order.</summary>
    public IReadOnlyList<TextColumn> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>What a person should know about the reading.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Returns the column of that name, or null.</summary>
    public TextColumn? Find(string name) => _byName.TryGetValue(name, out int at) ? Columns[at] : null;

    /// <summary>Returns the column of that name.</summary>
    /// <remarks>Errors: MDL-062, with the columns that there are.</remarks>
    public TextColumn Require(string name, string option) => Find(name) ?? throw new ModelException(
        "MDL-062", $"no column '{name}' ({option}) in {Name}", $"one of {Cells.List(Columns.Select(c => c.Name))}", "correct the name; case counts");
}
