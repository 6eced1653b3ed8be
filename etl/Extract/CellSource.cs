namespace Warehouse.Etl.Extract;

/// <summary>The records of a file, one after the other, whatever its form; a delimited text or a sheet of a workbook.</summary>
internal interface ICellSource : IDisposable
{
    /// <summary>The line or row of the file, from 1, of the current record.</summary>
    int Line { get; }

    /// <summary>The count of cells of the current record.</summary>
    int CellCount { get; }

    /// <summary>Whether the cells of the record cannot be told apart.</summary>
    bool IsMalformed { get; }

    /// <summary>Whether the record is longer than a record may be.</summary>
    bool IsTooLong { get; }

    /// <summary>Moves to the next record.</summary>
    bool Read();

    /// <summary>Puts the text of a cell into the buffer; returns its length, -1 where its bytes are not valid, -2 where it is too long for a cell.</summary>
    int Text(int cell, Span<char> buffer, out TextMarks marks);

    /// <summary>Returns the bytes of the record as the file holds them.</summary>
    byte[] Raw();

    /// <summary>Returns the bytes of a cell as the file holds them.</summary>
    byte[] Bytes(int cell);
}
