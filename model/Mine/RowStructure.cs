namespace Warehouse.Model.Mine;

/// <summary>Which rows belong together and which may be compared: what the significance test needs to know beside features and labels.</summary>
/// <remarks>All arrays have one value per row; equal keys mean the same household, child, date or stratum.</remarks>
public sealed record RowStructure
{
    /// <summary>Household of each row; it counts once in the test, at its first event.</summary>
    public required long[] Group { get; init; }

    /// <summary>Child of each row; its rows are one history.</summary>
    public required long[] Unit { get; init; }

    /// <summary>Order of the rows of a child; any number that rises with time.</summary>
    public required int[] Time { get; init; }

    /// <summary>Stratum of each row, such as snapshot and age band; events are compared and moved within strata only.</summary>
    public required int[] Stratum { get; init; }

    /// <summary>Returns the structure of the given rows, in the given order.</summary>
    public RowStructure Take(ReadOnlySpan<int> rows)
    {
        var taken = new RowStructure
        {
            Group = new long[rows.Length],
            Unit = new long[rows.Length],
            Time = new int[rows.Length],
            Stratum = new int[rows.Length],
        };
        for (int i = 0; i < rows.Length; i++)
        {
            taken.Group[i] = Group[rows[i]];
            taken.Unit[i] = Unit[rows[i]];
            taken.Time[i] = Time[rows[i]];
            taken.Stratum[i] = Stratum[rows[i]];
        }

        return taken;
    }
}
