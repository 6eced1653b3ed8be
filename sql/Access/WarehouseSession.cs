using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using DuckDB.NET.Data;
using Microsoft.Data.SqlClient;

namespace Warehouse.Sql;

/// <summary>A connection to one database for one role, with at most one open transaction.</summary>
/// <remarks>Not thread-safe. Disposing without <see cref="Commit"/> takes back what the transaction did.</remarks>
public sealed class WarehouseSession : IDisposable
{
    private readonly DbConnection _connection;
    private readonly WarehouseOptions _options;
    private readonly Dictionary<string, IReadOnlyList<TableColumn>> _tables = new(StringComparer.OrdinalIgnoreCase);
    private DbTransaction? _transaction;
    private string? _streaming;

    internal WarehouseSession(DatabaseKind kind, SessionRole role, WarehouseOptions options, DbConnection connection)
    {
        Kind = kind;
        Role = role;
        _options = options;
        _connection = connection;
    }

    /// <summary>The database of this session.</summary>
    public DatabaseKind Kind { get; }

    /// <summary>The role that this session works for.</summary>
    public SessionRole Role { get; }

    /// <summary>The engine of the database.</summary>
    public Engine Engine => _options.Engine;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => _transaction is not null;

    /// <summary>Opens a transaction.</summary>
    public void Begin()
    {
        if (_transaction is not null)
        {
            throw new InvalidOperationException("A transaction is already open on this session; commit it or roll it back first.");
        }

        CheckIdle("a transaction");
        _transaction = _connection.BeginTransaction();
    }

    /// <summary>Makes what the transaction did visible and lasting.</summary>
    public void Commit()
    {
        CheckIdle("a commit");
        DbTransaction transaction = _transaction ?? throw new InvalidOperationException("No transaction is open on this session; begin one before the work.");
        _transaction = null;
        try
        {
            transaction.Commit();
        }
        catch (DbException cause)
        {
            throw new WarehouseException($"A commit on the {Kind} database failed and nothing of it is kept. {SqlFault.Describe(cause)}", cause);
        }
        finally
        {
            transaction.Dispose();
        }
    }

    /// <summary>Takes back what the transaction did; does nothing when none is open.</summary>
    public void Rollback()
    {
        DbTransaction? transaction = _transaction;
        _transaction = null;
        if (transaction is null)
        {
            return;
        }

        try
        {
            transaction.Rollback();
        }
        catch (Exception cause) when (cause is DbException or InvalidOperationException)
        {
            // The engine has already taken it back: after some errors no transaction is left.
        }
        finally
        {
            transaction.Dispose();
        }
    }

    /// <summary>Runs all batches of a script and returns the sum of the rows they changed.</summary>
    /// <param name="script">The path under <c>sql/</c> without extension, such as <c>load/child_close</c>.</param>
    /// <param name="parameters">An object or dictionary with a value for every <c>@name</c>; <c>LoadId</c> serves <c>@load_id</c>.</param>
    public int Execute(string script, object? parameters = null) => Execute(SqlText.Load(script, Engine), parameters);

    /// <inheritdoc cref="Execute(string, object?)"/>
    public async Task<int> ExecuteAsync(string script, object? parameters = null, CancellationToken cancellationToken = default)
    {
        SqlScript loaded = SqlText.Load(script, Engine);
        CheckWrite(script);
        CheckIdle(script);
        int rows = 0;
        foreach (SqlBatch batch in loaded.Batches)
        {
            try
            {
                rows += Math.Max(0, await _connection.ExecuteAsync(Command(loaded, batch, parameters, CommandFlags.None, cancellationToken)).ConfigureAwait(false));
            }
            catch (DbException cause)
            {
                throw SqlFault.Wrap(script, batch, Engine, cause);
            }
        }

        return rows;
    }

    /// <summary>Runs a script and returns the rows of its last batch, which selects.</summary>
    public IReadOnlyList<T> Query<T>(string script, object? parameters = null) => Query<T>(SqlText.Load(script, Engine), parameters);

    /// <inheritdoc cref="Query{T}(string, object?)"/>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string script, object? parameters = null, CancellationToken cancellationToken = default)
    {
        SqlScript loaded = SqlText.Load(script, Engine);
        CheckIdle(script);
        SqlBatch last = RunAllButLast(loaded, parameters);
        try
        {
            using DbDataReader reader = await _connection
                .ExecuteReaderAsync(Command(loaded, last, parameters, CommandFlags.None, cancellationToken)).ConfigureAwait(false);
            Func<DbDataReader, T> read = Mapper<T>(loaded, reader);
            List<T> rows = [];
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        catch (DbException cause)
        {
            throw SqlFault.Wrap(script, last, Engine, cause);
        }
    }

    /// <summary>Runs a script and returns its only row.</summary>
    /// <remarks>Errors: <see cref="WarehouseException"/> when there is none or more than one.</remarks>
    public T QuerySingle<T>(string script, object? parameters = null)
    {
        IReadOnlyList<T> rows = Query<T>(script, parameters);
        return rows.Count == 1 ? rows[0] : throw NotOne(script, rows.Count, "one");
    }

    /// <summary>Runs a script and returns its only row, or the default when it has none.</summary>
    /// <remarks>Errors: <see cref="WarehouseException"/> when there is more than one.</remarks>
    public T? QuerySingleOrDefault<T>(string script, object? parameters = null)
    {
        IReadOnlyList<T> rows = Query<T>(script, parameters);
        return rows.Count switch
        {
            0 => default,
            1 => rows[0],
            _ => throw NotOne(script, rows.Count, "at most one"),
        };
    }

    /// <summary>Runs a script and returns its rows one by one, without holding them all in memory.</summary>
    /// <remarks>Until the last row is read or the enumeration is disposed, this session serves nothing else.</remarks>
    public IEnumerable<T> Stream<T>(string script, object? parameters = null) => Stream<T>(SqlText.Load(script, Engine), parameters);

    /// <inheritdoc cref="Stream{T}(string, object?)"/>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string script,
        object? parameters = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (T row in Stream<T>(script, parameters))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>Appends rows to a table and returns how many.</summary>
    /// <param name="table">The table as <c>schema.table</c>.</param>
    /// <param name="columns">The columns that each row gives a value for; others take their default or NULL.</param>
    /// <param name="rows">The rows, each an array of its own; values must fit the column types exactly. The sequence must not use this session.</param>
    /// <param name="ct">Stops between rows.</param>
    public long BulkInsert(string table, IReadOnlyList<string> columns, IEnumerable<object?[]> rows, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        string script = "bulk insert into " + table;
        CheckWrite(script);
        CheckIdle(script);
        IReadOnlyList<TableColumn> tableColumns = Columns(table);
        _streaming = script;
        try
        {
            return BulkWriter.Write(_connection, _transaction, table, tableColumns, columns, rows, _options.CommandTimeout, ct);
        }
        catch (DbException cause)
        {
            throw new WarehouseException($"A {script} failed on {Engine}. {SqlFault.Describe(cause)}", cause);
        }
        finally
        {
            _streaming = null;
        }
    }

    /// <summary>Opens a table for rows that come in several calls, more of them than memory holds.</summary>
    /// <param name="table">The table as <c>schema.table</c>.</param>
    /// <param name="columns">The columns that each row gives a value for; others take their default or NULL.</param>
    public BulkAppender OpenAppender(string table, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string script = "bulk append to " + table;
        CheckWrite(script);
        CheckIdle(script);
        IReadOnlyList<TableColumn> tableColumns = Columns(table);
        TableColumn[] targets = BulkWriter.Positions(table, tableColumns, columns).Select(at => tableColumns[at]).ToArray();
        return new BulkAppender(this, table, columns, _connection is DuckDBConnection duck ? new ChunkAppender(duck, table, targets) : null);
    }

    /// <summary>Appends the rows of a reader to a table, by the reader's column names, and returns how many.</summary>
    public long BulkInsert(string table, DbDataReader reader, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[] columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        return BulkInsert(table, columns, Rows(reader), ct);

        static IEnumerable<object?[]> Rows(DbDataReader reader)
        {
            while (reader.Read())
            {
                object?[] values = new object?[reader.FieldCount];
                reader.GetValues(values!);
                yield return values;
            }
        }
    }

    /// <summary>Rolls back an open transaction and closes the connection.</summary>
    public void Dispose()
    {
        Rollback();
        _connection.Dispose();
    }

    internal int Execute(SqlScript script, object? parameters)
    {
        CheckWrite(script.Name);
        CheckIdle(script.Name);
        if (script.Name.StartsWith("migrations/", StringComparison.Ordinal))
        {
            _tables.Clear();
        }

        return script.Batches.Sum(batch => Run(script, batch, parameters));
    }

    internal IReadOnlyList<T> Query<T>(SqlScript script, object? parameters)
    {
        CheckIdle(script.Name);
        SqlBatch last = RunAllButLast(script, parameters);
        try
        {
            using DbDataReader reader = (DbDataReader)_connection.ExecuteReader(Command(script, last, parameters, CommandFlags.None, default));
            Func<DbDataReader, T> read = Mapper<T>(script, reader);
            List<T> rows = [];
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        catch (DbException cause)
        {
            throw SqlFault.Wrap(script.Name, last, Engine, cause);
        }
    }

    internal IEnumerable<T> Stream<T>(SqlScript script, object? parameters)
    {
        CheckIdle(script.Name);
        SqlBatch last = RunAllButLast(script, parameters);
        _streaming = script.Name;
        try
        {
            using DbCommand command = _connection.CreateCommand();
            command.CommandText = last.Text;
            command.CommandTimeout = (int)_options.CommandTimeout.TotalSeconds;
            command.Transaction = _transaction;
            if (command is DuckDBCommand duck)
            {
                duck.UseStreamingMode = true;
            }

            SqlParameters.Bind(script.Name, last, parameters, Engine).AddTo(command);
            using DbDataReader reader = Guard(() => command.ExecuteReader());
            Func<DbDataReader, T> read = Mapper<T>(script, reader);
            while (Guard(reader.Read))
            {
                yield return read(reader);
            }
        }
        finally
        {
            _streaming = null;
        }

        TResult Guard<TResult>(Func<TResult> work)
        {
            try
            {
                return work();
            }
            catch (DbException cause)
            {
                throw SqlFault.Wrap(script.Name, last, Engine, cause);
            }
        }
    }

    /// <summary>Runs work that takes a sequence, which must not use this session meanwhile.</summary>
    internal long Streaming(string script, Func<long> work)
    {
        CheckIdle(script);
        _streaming = script;
        try
        {
            return work();
        }
        finally
        {
            _streaming = null;
        }
    }

    /// <summary>Returns the columns of a table in their order.</summary>
    internal IReadOnlyList<TableColumn> Columns(string table)
    {
        if (!_tables.TryGetValue(table, out IReadOnlyList<TableColumn>? columns))
        {
            // Of all tables at once, and again where a table is not among them: a migration may have made it since.
            _tables.Clear();
            foreach (IGrouping<string, CatalogueColumn> known in Query<CatalogueColumn>("Access/catalogue_columns")
                .GroupBy(column => column.TableSchema + "." + column.TableName, StringComparer.Ordinal))
            {
                _tables[known.Key] = known
                    .Select(column => new TableColumn(column.ColumnName, column.DataType, column.NumericPrecision ?? 0, column.NumericScale ?? 0, column.HasDefault))
                    .ToList();
            }

            if (!_tables.TryGetValue(table, out columns))
            {
                throw new WarehouseException($"There is no table '{table}' in the {Kind} database; expected schema.table. Check the name, or run the migrations.");
            }
        }

        return columns;
    }

    private SqlBatch RunAllButLast(SqlScript script, object? parameters)
    {
        if (script.Batches.Count == 0)
        {
            throw new WarehouseException($"The script '{script.Name}' holds no statement; expected a SELECT.");
        }

        foreach (SqlBatch batch in script.Batches.SkipLast(1))
        {
            CheckWrite(script.Name);
            Run(script, batch, parameters);
        }

        return script.Batches[^1];
    }

    private int Run(SqlScript script, SqlBatch batch, object? parameters)
    {
        try
        {
            return Math.Max(0, _connection.Execute(Command(script, batch, parameters, CommandFlags.None, default)));
        }
        catch (DbException cause)
        {
            throw SqlFault.Wrap(script.Name, batch, Engine, cause);
        }
    }

    private CommandDefinition Command(SqlScript script, SqlBatch batch, object? parameters, CommandFlags flags, CancellationToken cancellationToken)
    {
        if (batch.Text.Contains("restricted.", StringComparison.OrdinalIgnoreCase) && !SessionRights.MaySeeRestricted(Role))
        {
            throw new WarehouseException(
                $"The role {Role} asked to run '{script.Name}', which reads the restricted class; expected a load. Consultations about violence are for contact safety only: leave them out of this work.");
        }

        return new(
            batch.Text,
            SqlParameters.Bind(script.Name, batch, parameters, Engine),
            _transaction,
            (int)_options.CommandTimeout.TotalSeconds,
            CommandType.Text,
            flags,
            cancellationToken);
    }

    private static Func<DbDataReader, T> Mapper<T>(SqlScript script, DbDataReader reader) => reader.FieldCount > 0
        ? RowMapper.For<T>(script.Name, reader)
        : throw new WarehouseException($"The last batch of the script '{script.Name}' returns no columns; expected a SELECT. Call it with Execute.");

    private static WarehouseException NotOne(string script, int found, string expected) =>
        new($"The script '{script}' returned {found} rows; expected {expected}. Check its parameters.");

    private void CheckWrite(string script)
    {
        if (!SessionRights.MayWrite(Role))
        {
            throw new WarehouseException($"The role {Role} asked to run '{script}', which may change rows; it reads only. Use the role of the work at hand.");
        }
    }

    private void CheckIdle(string work)
    {
        if (_streaming is not null)
        {
            throw new InvalidOperationException(
                $"This session is busy with '{_streaming}' and cannot start '{work}'; read the stream to its end or open a second session.");
        }

        // After some errors a server hangs up. Without a transaction nothing is lost by that, and the session goes on over a new connection.
        if (_transaction is null && _connection is SqlConnection { State: ConnectionState.Closed } closed)
        {
            closed.Open();
        }
    }

    private sealed record CatalogueColumn(string TableSchema, string TableName, string ColumnName, string DataType, int? NumericPrecision, int? NumericScale, bool HasDefault);
}
