namespace Warehouse.Etl.Map;

/// <summary>A value of a code column with its count; only of columns whose values name nobody.</summary>
public sealed record CodeCount(string Value, long Count);

/// <summary>What is known of one column of an unknown file: counts and shapes, never a value of a person.</summary>
public sealed record ColumnProfile
{
    /// <summary>The place in the file, from 1.</summary>
    public required int Place { get; init; }

    /// <summary>The header as written.</summary>
    public required string Header { get; init; }

    /// <summary>The proposed parser, as contracts name it.</summary>
    public required string Parser { get; init; }

    /// <summary>The proposed protection class; doubtful columns get the stricter one.</summary>
    public required string DataClass { get; init; }

    /// <summary>Rows with a cell.</summary>
    public required long Rows { get; init; }

    /// <summary>Blank cells.</summary>
    public required long Blanks { get; init; }

    /// <summary>Cells whose bytes are not valid in the encoding.</summary>
    public required long Undecodable { get; init; }

    /// <summary>Different values; a lower bound where <see cref="IsDistinctCut"/>.</summary>
    public required long Distinct { get; init; }

    /// <summary>Whether there were too many values to count them.</summary>
    public required bool IsDistinctCut { get; init; }

    /// <summary>The shortest value in UTF-16 units.</summary>
    public required int MinLength { get; init; }

    /// <summary>The longest value in UTF-16 units.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Values of digits with fewer digits than most others, all of one width: zeros may be lost.</summary>
    public required long LostZeros { get; init; }

    /// <summary>Date shapes with counts.</summary>
    public required IReadOnlyDictionary<string, long> DateShapes { get; init; }

    /// <summary>The smallest whole number of a column that counts something; null elsewhere.</summary>
    public required long? Min { get; init; }

    /// <summary>The largest whole number of a column that counts something; null elsewhere.</summary>
    public required long? Max { get; init; }

    /// <summary>The digits after the point.</summary>
    public required int Scale { get; init; }

    /// <summary>The most frequent shapes of values with counts.</summary>
    public required IReadOnlyList<CodeCount> Shapes { get; init; }

    /// <summary>Code values; empty where the column may name somebody.</summary>
    public required IReadOnlyList<CodeCount> Codes { get; init; }

    /// <summary>Rows with values that are not shown, because few rows have them or the column is protected.</summary>
    public required long HiddenRows { get; init; }

    /// <summary>Cells of a workbook that are merged with the one above; counted with its value.</summary>
    public long MergedCells { get; init; }

    /// <summary>Values kept for comparing with contracts; in memory only.</summary>
    internal IReadOnlyList<string> Sample { get; init; } = [];

    /// <summary>All values of a column with few of them; in memory only.</summary>
    internal IReadOnlyDictionary<string, long> Values { get; init; } = new Dictionary<string, long>();

    /// <summary>The share of blank cells.</summary>
    public double BlankShare => Rows == 0 ? 1 : (double)Blanks / Rows;
}

/// <summary>What is known of an unknown file.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Encoding">As contracts name it.</param>
/// <param name="Delimiter">The sign between cells.</param>
/// <param name="Newline">How lines end.</param>
/// <param name="HeaderLine">The line of the header, from 1.</param>
/// <param name="Rows">Data rows.</param>
/// <param name="RaggedRows">Data rows with another count of cells than the header, or a misplaced quote.</param>
/// <param name="TotalsRows">Rows whose first filled cell reads like a sum.</param>
/// <param name="Columns">The columns in the order of the file.</param>
/// <param name="CandidateKeys">Headers that name each row once, alone or two together.</param>
public sealed record FileProfile(
    string File,
    string Encoding,
    char Delimiter,
    string Newline,
    int HeaderLine,
    long Rows,
    long RaggedRows,
    long TotalsRows,
    IReadOnlyList<ColumnProfile> Columns,
    IReadOnlyList<IReadOnlyList<string>> CandidateKeys)
{
    /// <summary>The sheet of a workbook that was asked for; null for the only one, and for text.</summary>
    public string? Sheet { get; init; }
}
