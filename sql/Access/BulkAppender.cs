using System.Data.Common;

namespace Warehouse.Sql;

/// <summary>Appends rows to one table over several calls, in memory that does not grow with their count.</summary>
/// <remarks>
/// Rows may be held back until <see cref="Complete"/>; without it those that were held back are dropped and the caller's transaction takes back
/// the others. Between two calls the session serves other work. Not thread-safe.
/// </remarks>
public sealed class BulkAppender : IDisposable
{
    private readonly WarehouseSession _session;
    private readonly string _table;
    private readonly IReadOnlyList<string> _columns;
    private readonly ChunkAppender? _chunks;

    internal BulkAppender(WarehouseSession session, string table, IReadOnlyList<string> columns, ChunkAppender? chunks)
    {
        _session = session;
        _table = table;
        _columns = columns;
        _chunks = chunks;
    }

    /// <summary>Appends rows and returns how many; values must fit the column types exactly. The sequence must not use the session.</summary>
    public long Append(IEnumerable<object?[]> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return _chunks is null ? _session.BulkInsert(_table, _columns, rows, cancellationToken) : _session.Streaming("bulk append to " + _table, () => _chunks.Append(rows, cancellationToken));
    }

    /// <summary>Rows that are held back.</summary>
    public int Held => _chunks?.Held ?? 0;

    /// <summary>Hands over the rows that were held back; to be called after the last row, and before anything else reads the table. More rows may follow.</summary>
    public void Complete() => _chunks?.Complete();

    /// <inheritdoc/>
    public void Dispose() => _chunks?.Dispose();
}
