using System.Threading.Channels;

namespace Warehouse.Etl.Stage;

/// <summary>Hands what is read of a file on in blocks, so that memory does not grow with the file.</summary>
/// <remarks>
/// Not thread-safe: one per file. A file of one block is handed on whole, its repeated keys marked. A larger one is handed on as it is
/// read, and what repeats is found by <see cref="SeenKeys"/> and marked in the stage.
/// </remarks>
internal sealed class BlockWriter
{
    private readonly FeedStage _stage;
    private readonly ChannelWriter<StagedBlock> _channel;
    private readonly object _loadId;
    private readonly int _blockRows;
    private readonly CancellationToken _ct;
    private StagedBlock _block = new();
    private SeenKeys? _seen;

    public BlockWriter(FeedStage stage, ChannelWriter<StagedBlock> channel, long loadId, int blockRows, CancellationToken ct)
    {
        _stage = stage;
        _channel = channel;
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

    public void Add(object?[] row)
    {
        row[0] = _loadId;
        RowCount++;
        _block.Rows.Add(row);
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

    /// <summary>Hands the last block on.</summary>
    public void Finish()
    {
        if (_seen is null)
        {
            SupersededCount = MarkRepeated(_block.Rows);
            Send();
            return;
        }

        _seen.Add(_block.Rows);
        Repeated = _seen.Repeated;
        Send();
    }

    private void HandOnWhenFull()
    {
        if (_block.Count < _blockRows)
        {
            return;
        }

        _seen ??= new SeenKeys(_stage);
        _seen.Add(_block.Rows);
        Send();
    }

    private void Send()
    {
        StagedBlock full = _block;
        _block = new StagedBlock();
        if (full.Count > 0 && !_channel.TryWrite(full))
        {
            // The reader has a thread of its own; it waits here until the stage has room.
            _channel.WriteAsync(full, _ct).AsTask().GetAwaiter().GetResult();
        }
    }

    // Within one file the last row of a key stands; the earlier ones are superseded.
    private long MarkRepeated(List<object?[]> rows)
    {
        HashSet<(long, long)> seen = new(rows.Count);
        long count = 0;
        for (int i = rows.Count - 1; i >= 0; i--)
        {
            if (!seen.Add(_stage.Key(rows[i])))
            {
                rows[i][_stage.SupersededAt] = FeedStage.Superseded;
                count++;
            }
        }

        return count;
    }
}
