using Warehouse.Sql;

namespace Warehouse.Etl.Stage;

/// <summary>The tables of one database that the files of a batch fill, each open from its first row to the end of the batch.</summary>
/// <remarks>
/// Many small files are handed over together: DuckDB keeps every piece of a row group that a statement brings in memory until the commit, and writes whole
/// ones to disk at once. Rows are seen by other statements from <see cref="Complete"/> on. Not thread-safe.
/// </remarks>
internal sealed class StageTables(WarehouseSession session) : IDisposable
{
    // Of all tables together; beyond it the fullest are handed over before their row group is whole.
    private const int MaxHeld = 250_000;

    private readonly Dictionary<string, (IReadOnlyList<string> Columns, BulkAppender Appender)> _tables = new(StringComparer.Ordinal);

    /// <summary>Appends rows to a table; their values are read before this returns.</summary>
    public void Append(string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        if (!_tables.TryGetValue(table, out var open) || !open.Columns.SequenceEqual(columns, StringComparer.Ordinal))
        {
            Close(table);
            _tables[table] = open = (columns, session.OpenAppender(table, columns));
        }

        open.Appender.Append(rows, cancellationToken);
        while (_tables.Values.Sum(each => (long)each.Appender.Held) > MaxHeld)
        {
            _tables.Values.MaxBy(each => each.Appender.Held).Appender.Complete();
        }
    }

    /// <summary>Hands over what a table holds back.</summary>
    public void Complete(string table)
    {
        if (_tables.TryGetValue(table, out var open))
        {
            open.Appender.Complete();
        }
    }

    /// <summary>Hands over what is held back of all tables.</summary>
    public void Complete()
    {
        foreach (string table in _tables.Keys.ToList())
        {
            Close(table);
        }
    }

    /// <summary>Drops the rows that were not handed over.</summary>
    public void Dispose()
    {
        foreach (var (_, appender) in _tables.Values)
        {
            appender.Dispose();
        }

        _tables.Clear();
    }

    private void Close(string table)
    {
        if (_tables.Remove(table, out var open))
        {
            using BulkAppender appender = open.Appender;
            appender.Complete();
        }
    }
}
