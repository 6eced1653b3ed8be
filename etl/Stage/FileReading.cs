using System.Collections.Concurrent;
using System.Threading.Channels;
using Warehouse.Etl.Link;

namespace Warehouse.Etl.Stage;

/// <summary>A file that is being read ahead of its staging, by a bounded number of blocks.</summary>
internal sealed class FileReading
{
    private const int BlocksAhead = 2;

    private readonly Channel<StagedBlock> _blocks = Channel.CreateBounded<StagedBlock>(
        new BoundedChannelOptions(BlocksAhead) { SingleReader = true, SingleWriter = true });

    private readonly ConcurrentQueue<StagedBlock> _spare = new();

    private FileReading()
    {
    }

    /// <summary>What became of the file; fails as the reader fails.</summary>
    public required Task<StagedFile> Completion { get; init; }

    /// <summary>Starts to read; the blocks must be taken, or the token cancelled, for the reader to end.</summary>
    public static FileReading Start(InboxFile file, KeyMint mint, DateTime knownFromUtc, long loadId, int blockRows, CancellationToken cancellationToken)
    {
        TaskCompletionSource<StagedFile> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FileReading reading = new() { Completion = done.Task };
        // A thread of its own, because it waits where the stage is slower than the disk.
        _ = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    done.SetResult(FileReader.Read(file, mint, knownFromUtc, stage => new BlockWriter(stage, reading, loadId, blockRows, cancellationToken), cancellationToken));
                }
                catch (OperationCanceledException)
                {
                    done.SetCanceled(cancellationToken);
                }
                catch (Exception fault)
                {
                    done.SetException(fault);
                }
                finally
                {
                    reading._blocks.Writer.TryComplete();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return reading;
    }

    /// <summary>Returns the blocks as they are read; ends where the reader ends, whether well or not.</summary>
    public IEnumerable<StagedBlock> Blocks()
    {
        while (_blocks.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_blocks.Reader.TryRead(out StagedBlock? block))
            {
                yield return block;
            }
        }
    }

    /// <summary>Takes a block back once it was staged.</summary>
    public void Return(StagedBlock block)
    {
        block.Clear();
        _spare.Enqueue(block);
    }

    internal StagedBlock Rent() => _spare.TryDequeue(out StagedBlock? block) ? block : new StagedBlock();

    internal void HandOn(StagedBlock block, CancellationToken cancellationToken)
    {
        if (!_blocks.Writer.TryWrite(block))
        {
            // The reader has a thread of its own; it waits here until the stage has room.
            _blocks.Writer.WriteAsync(block, cancellationToken).AsTask().GetAwaiter().GetResult();
        }
    }
}
