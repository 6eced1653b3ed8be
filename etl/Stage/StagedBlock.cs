namespace Warehouse.Etl.Stage;

/// <summary>What was read of a file since the block before: a bounded number of rows with the rejects and repairs among them.</summary>
/// <remarks>A block that was staged is filled again: its rows are overwritten in place, so that a long file allocates no more than a short one.</remarks>
internal sealed class StagedBlock
{
    private List<object?[]> _rows = [];

    public int RowCount { get; private set; }

    public List<RejectedRow> Rejects { get; } = [];

    public List<RepairedValue> Repairs { get; } = [];

    public int Count => RowCount + Rejects.Count + Repairs.Count;

    /// <summary>Rows in the column order of the stage; superseded ones included.</summary>
    public IEnumerable<object?[]> Rows
    {
        get
        {
            for (int i = 0; i < RowCount; i++)
            {
                yield return _rows[i];
            }
        }
    }

    public object?[] this[int row] => _rows[row];

    /// <summary>Returns the place of the next row; it counts from <see cref="Keep"/> on.</summary>
    public object?[] Next(int width)
    {
        if (RowCount == _rows.Count)
        {
            _rows.Add(new object?[width]);
        }

        return _rows[RowCount];
    }

    public void Keep() => RowCount++;

    /// <summary>Takes the row of a line out and returns how many there were.</summary>
    public int Remove(int line)
    {
        int at = _rows.FindIndex(0, RowCount, values => values[1] is int number && number == line);
        if (at < 0)
        {
            return 0;
        }

        _rows.RemoveAt(at);
        RowCount--;
        return 1;
    }

    /// <summary>Puts days that are alike together, where the contract says so.</summary>
    public void Fold(FeedStage stage)
    {
        if (stage.HoldsWhole)
        {
            _rows = stage.Fold(_rows[..RowCount]);
            RowCount = _rows.Count;
        }
    }

    public void Clear()
    {
        RowCount = 0;
        Rejects.Clear();
        Repairs.Clear();
    }
}
