using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>What is wrong with one cell, before any rule is asked.</summary>
public enum CellFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The text cannot be read as the kind of value that the contract states.</summary>
    Unreadable,

    /// <summary>The text is longer than the contract allows.</summary>
    TooLong,

    /// <summary>The code is not on the contract's list.</summary>
    UnknownCode,

    /// <summary>The number is outside the contract's range.</summary>
    OutOfRange,

    /// <summary>There is no such day or month.</summary>
    ImpossibleDate,

    /// <summary>The check digit of a number does not fit.</summary>
    CheckDigit,

    /// <summary>The bytes are not valid in the file's encoding.</summary>
    Undecodable,

    /// <summary>The text holds U+FFFD, NUL or another control character.</summary>
    Forbidden,

    /// <summary>A formula, or the error value of one, stands where a value is expected.</summary>
    Formula,
}

/// <summary>One row of a file, parsed; one object is reused for all rows that a worker reads.</summary>
public sealed class FeedRow
{
    /// <summary>Makes an empty row of a feed.</summary>
    public FeedRow(FeedContract contract)
    {
        Contract = contract;
        int count = contract.Columns.Count;
        Text = new string?[count];
        Number = new long[count];
        HasValue = new bool[count];
        Fault = new CellFault[count];
        Repair = new string?[count];
    }

    /// <summary>The contract of the feed.</summary>
    public FeedContract Contract { get; }

    /// <summary>The line of the file, from 1.</summary>
    public int Line { get; set; }

    /// <summary>The day on which the file was extracted, as a day number.</summary>
    public int ExtractedDay { get; set; }

    /// <summary>The count of cells found.</summary>
    public int CellCount { get; set; }

    /// <summary>The count of cells that the header promises.</summary>
    public int ExpectedCellCount { get; set; }

    /// <summary>Whether a quote is misplaced.</summary>
    public bool IsMalformed { get; set; }

    /// <summary>The number of the rule of the whole row that reading the row broke, such as <see cref="RuleCatalog.TooLong"/>; 0 for none.</summary>
    public int RowFault { get; set; }

    /// <summary>Whether the cells of the row could be told apart and read.</summary>
    public bool IsWhole => !IsMalformed && RowFault == 0 && CellCount == ExpectedCellCount;

    /// <summary>Texts and codes, by ordinal.</summary>
    public string?[] Text { get; }

    /// <summary>Numbers by ordinal: day numbers, months, integers, decimals times a power of ten.</summary>
    public long[] Number { get; }

    /// <summary>Whether a cell holds a value, by ordinal.</summary>
    public bool[] HasValue { get; }

    /// <summary>The fault of a cell, by ordinal.</summary>
    public CellFault[] Fault { get; }

    /// <summary>The code of a repair, by ordinal.</summary>
    public string?[] Repair { get; }

    /// <summary>Whether any cell was repaired.</summary>
    public bool IsRepaired { get; set; }

    /// <summary>Empties the row.</summary>
    public void Clear()
    {
        Array.Clear(Text);
        Array.Clear(Number);
        Array.Clear(HasValue);
        Array.Clear(Fault);
        RowFault = 0;
        if (IsRepaired)
        {
            Array.Clear(Repair);
            IsRepaired = false;
        }
    }

    /// <summary>Returns the day of a cell, or null.</summary>
    public DateOnly? Day(int ordinal) => ordinal >= 0 && HasValue[ordinal] ? DateOnly.FromDayNumber((int)Number[ordinal]) : null;
}
