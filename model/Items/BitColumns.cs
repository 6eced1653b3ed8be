namespace Warehouse.Model.Items;

/// <summary>Yes/no columns packed in 64-bit words, one array per item.</summary>
/// <remarks>Shape: items × ceil(rows / 64) words; bits past the last row are zero.</remarks>
public sealed class BitColumns
{
    /// <summary>Wraps columns that already have the right number of words.</summary>
    public BitColumns(int rowCount, ulong[][] columns)
    {
        RowCount = rowCount;
        Columns = columns;
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Number of words per column.</summary>
    public int WordCount => WordsFor(RowCount);

    /// <summary>The words of each item.</summary>
    public ulong[][] Columns { get; }

    /// <summary>Returns how many words hold that many rows.</summary>
    public static int WordsFor(int rowCount) => (rowCount + 63) >> 6;

    /// <summary>Tells whether an item holds in a row.</summary>
    public bool Get(int item, int row) => (Columns[item][row >> 6] >> (row & 63) & 1) != 0;

    /// <summary>Returns the columns restricted to the given rows, packed in the given order.</summary>
    public BitColumns Take(ReadOnlySpan<int> rows)
    {
        int words = WordsFor(rows.Length);
        var taken = new ulong[Columns.Length][];
        for (int c = 0; c < taken.Length; c++)
        {
            ulong[] source = Columns[c];
            var target = new ulong[words];
            for (int i = 0; i < rows.Length; i++)
            {
                int row = rows[i];
                target[i >> 6] |= (source[row >> 6] >> (row & 63) & 1) << (i & 63);
            }

            taken[c] = target;
        }

        return new BitColumns(rows.Length, taken);
    }
}
