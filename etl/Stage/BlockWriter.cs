namespace Warehouse.Etl.Stage;

/// <summary>Hands what is read of a file on in blocks, so that memory does not grow with the file.</summary>
/// <remarks>
/// Not thread-safe: one per file. A file of one block is handed on whole, its repeated keys marked. A larger one is handed on as it is
/// read, and what repeats is found by <see cref="SeenKeys"/> and marked in the stage.
/// </remarks>
internal sealed class BlockWriter
{
    private readonly FeedStage _stage;
    private readonly FileReading _reading;
    private readonly object _loadId;
    private readonly int _blockRows;
    private readonly CancellationToken _ct;
    private StagedBlock _block;
    private SeenKeys? _seen;

    public BlockWriter(FeedStage stage, FileReading reading, long loadId, int blockRows, CancellationToken ct)
    {
        _stage = stage;
        _reading = reading;
        _block = reading.Rent();
        _loadId = loadId;
        _blockRows = blockRows;
        _ct = ct;
    }

    public long RowCount { get; private set; }

    public long RejectCount { get; private set; }

    public long RepairCount { get; private set; }

    /// <summary>Rows that a later row of the same key replaces, as far as they were marked here.</summary>
    public long SupersededCount { get; private set; }

    /// <summary>The records with keys that repeat and are to be marked in the stage; null where nothing repeats there.</summary>
    public RepeatedKeys? Repeated { get; private set; }

    /// <summary>Returns the place of the next row, with whatever it held before.</summary>
    public object?[] Next() => _block.Next(_stage.Columns.Count);

    /// <summary>Takes the row that was put into <see cref="Next"/>.</summary>
    public void Keep()
    {
        _block.Next(_stage.Columns.Count)[0] = _loadId;
        _block.Keep();
        RowCount++;
        HandOnWhenFull();
    }

    public void Add(RejectedRow reject)
    {
        RejectCount++;
        _block.Rejects.Add(reject);
        HandOnWhenFull();
    }

    public void Add(RepairedValue repair)
    {
        RepairCount++;
        _block.Repairs.Add(repair);
    }

    /// <summary>Makes a reject of a row that was kept; only where the stage holds the file whole.</summary>
    public void Withdraw(RejectedRow row)
    {
        RowCount -= _block.Remove(row.Line);
        RepairCount -= _block.Repairs.RemoveAll(repair => repair.Line == row.Line);
        Add(row);
    }

    /// <summary>Hands the last block on.</summary>
    public void Finish()
    {
        if (_seen is null)
        {
            SupersededCount = MarkRepeated();
            _block.Fold(_stage);
            Send();
            return;
        }

        _seen.Add(_block);
        Repeated = _seen.Repeated;
        Send();
    }

    private void HandOnWhenFull()
    {
        if (_block.Count < _blockRows || _stage.HoldsWhole)
        {
            return;
        }

        _seen ??= new SeenKeys(_stage);
        _seen.Add(_block);
        Send();
    }

    private void Send()
    {
        StagedBlock full = _block;
        _block = _reading.Rent();
        if (full.Count > 0)
        {
            _reading.HandOn(full, _ct);
        }
    }

    // Within one file the last row of a key stands; the earlier ones are superseded.
    private long MarkRepeated()
    {
        HashSet<(long, long)> seen = new(_block.RowCount);
        long count = 0;
        for (int i = _block.RowCount - 1; i >= 0; i--)
        {
            if (!seen.Add(_stage.Key(_block[i])))
            {
                _block[i][_stage.SupersededAt] = FeedStage.Superseded;
                count++;
            }
        }

        return count;
    }
}
