namespace Warehouse.Etl.Extract;

/// <summary>What a decoder saw in a text besides ordinary characters.</summary>
[Flags]
public enum TextMarks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A private-use character was read by the vendor's map.</summary>
    PrivateUseRead = 1,

    /// <summary>A private-use character without a known meaning was kept as it is.</summary>
    PrivateUseUnknown = 2,

    /// <summary>A character that no cell may hold: U+FFFD (lost before the file was sent), NUL or another control character.</summary>
    Forbidden = 4,

    /// <summary>The cell holds a formula of a spreadsheet, or the error value that one left.</summary>
    Formula = 8,
}
