namespace Warehouse.Sql;

/// <summary>What became of one table of a copy.</summary>
/// <param name="Table">The table as <c>schema.table</c>.</param>
/// <param name="Rows">Its rows, the same on both sides.</param>
/// <param name="Checksum">The sum of the rows' hashes over every column, the same on both sides; it does not depend on their order.</param>
/// <param name="WasThere">Whether the target held these rows already, so that nothing was written.</param>
public sealed record CopiedTable(string Table, long Rows, string Checksum, bool WasThere);

/// <summary>Moves a warehouse, names and facts, to another pair of databases, whatever their engines.</summary>
/// <remarks>
/// Everything goes: source records, facts, models, access log, accounts and decisions of staff. Two things stay: the journal of scripts, because each side has its
/// own, and the scheduler's tables, because a trigger belongs to an installation. Each table is one transaction and is read again after it; a copy that broke off goes on where it stopped.
/// </remarks>
public static class WarehouseCopy
{
    private const string Journal = "meta.schema_journal";

    // The program's tables are in schemas of its own; the scheduler's are in the server's default one.
    private static readonly string[] Foreign = ["dbo", "main", "sys", "information_schema", "pg_catalog"];

    /// <summary>Copies every table and returns what was done, in order of database and name.</summary>
    /// <param name="from">The source, with the schema of this release; only read.</param>
    /// <param name="to">The target, with the schema of this release and nothing in it but what migrations write, or what an earlier copy of the same source left.</param>
    /// <param name="done">Called after each table.</param>
    /// <param name="cancellationToken">Stops between rows; the table at hand is taken back.</param>
    /// <remarks>
    /// Errors: <see cref="WarehouseException"/> when a table of the target holds other rows (nothing of that table is changed), when the two sides have other
    /// tables or columns, or when what was written reads back otherwise (that table is taken back); <see cref="LockHeldException"/> while a job writes either side.
    /// Cost: each table is read once from the source, written once and read once from the target. Memory: a few blocks of rows.
    /// </remarks>
    public static IReadOnlyList<CopiedTable> Run(WarehouseDatabases from, WarehouseDatabases to, Action<CopiedTable>? done = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        SchemaRange.Check(from);
        SchemaRange.Check(to);
        using IDisposable reading = from.Lock.Acquire(wait: TimeSpan.Zero, cancellationToken: cancellationToken);
        using IDisposable writing = to.Lock.Acquire(wait: TimeSpan.Zero, cancellationToken: cancellationToken);
        using WarehouseDatabases untouched = new(WarehouseOptions.DuckDb(":memory:", ":memory:"));
        Migrator.Apply(untouched);
        List<CopiedTable> copied = [];
        foreach (DatabaseKind kind in Enum.GetValues<DatabaseKind>().Order())
        {
            using WarehouseSession source = from.Open(kind, SessionRole.Migrator);
            using WarehouseSession target = to.Open(kind, SessionRole.Migrator);
            using WarehouseSession empty = untouched.Open(kind, SessionRole.Migrator);
            List<string> tables = Tables(source);
            List<string> other = Tables(target);
            if (tables.Except(other, StringComparer.Ordinal).Concat(other.Except(tables, StringComparer.Ordinal)).ToList() is { Count: > 0 } different)
            {
                throw new WarehouseException($"Only one of the two {kind} databases has the tables {string.Join(", ", different)}; expected the same schema on both sides. Migrate both to this release first.");
            }

            foreach (string table in tables)
            {
                CopiedTable result = Copy(source, target, empty, table, cancellationToken);
                copied.Add(result);
                done?.Invoke(result);
            }
        }

        return copied;
    }

    /// <summary>Returns the program's own tables of one database, without the journal of scripts, in order of name.</summary>
    internal static List<string> Tables(WarehouseSession session) => session
        .Query<(string Schema, string Table)>("Access/catalogue_tables")
        .Where(table => !Foreign.Contains(table.Schema, StringComparer.OrdinalIgnoreCase))
        .Select(table => table.Schema + "." + table.Table)
        .Where(table => table != Journal)
        .Order(StringComparer.Ordinal)
        .ToList();

    private static CopiedTable Copy(WarehouseSession source, WarehouseSession target, WarehouseSession empty, string table, CancellationToken cancellationToken)
    {
        List<TableColumn> columns = InOrder(source, table);
        List<TableColumn> theirs = InOrder(target, table);
        if (!columns.Select(column => column.Name).SequenceEqual(theirs.Select(column => column.Name), StringComparer.Ordinal))
        {
            throw new WarehouseException($"The table {table} has other columns in the two databases: {Names(columns)} and {Names(theirs)}. Migrate both to this release first.");
        }

        TableDigest wanted = TableDigest.Of(source, table, columns, isExact: true, cancellationToken);
        TableDigest found = TableDigest.Of(target, table, theirs, isExact: true, cancellationToken);
        if (Same(wanted, found))
        {
            return new CopiedTable(table, wanted.Rows, wanted.Checksum, WasThere: true);
        }

        if (found.Rows > 0 && !IsAsMigrated(target, empty, table, theirs, cancellationToken))
        {
            throw new WarehouseException(
                $"The table {table} of the target holds {found.Rows} rows that are neither those of the source ({wanted.Rows} rows) nor what migrations write. "
                + "Nothing of it was changed. Copy into new databases, or into those of a copy of this source that broke off.");
        }

        target.Begin();
        if (found.Rows > 0)
        {
            TableRows.Clear(target, table);
        }

        target.BulkInsert(table, columns.Select(column => column.Name).ToList(), TableRows.Read(source, table, columns), cancellationToken);
        TableDigest written = TableDigest.Of(target, table, theirs, isExact: true, cancellationToken);
        if (!Same(wanted, written))
        {
            target.Rollback();
            throw new WarehouseException(
                $"The table {table} reads back otherwise than it was written: {written.Rows} rows, checksum {written.Checksum}; expected {wanted.Rows} rows, {wanted.Checksum}. "
                + "It was taken back. Check that nothing else writes either database; texts that change on the way point to the collation or code page of the target.");
        }

        target.Commit();
        return new CopiedTable(table, wanted.Rows, wanted.Checksum, WasThere: false);
    }

    private static bool IsAsMigrated(WarehouseSession target, WarehouseSession empty, string table, List<TableColumn> columns, CancellationToken cancellationToken)
    {
        // When a script ran differs from one database to the next.
        bool IsLasting(TableColumn column) => TableComparison.IsCompared(column.Name);
        return Same(
            TableDigest.Of(target, table, columns.Where(IsLasting).ToList(), isExact: true, cancellationToken),
            TableDigest.Of(empty, table, InOrder(empty, table).Where(IsLasting).ToList(), isExact: true, cancellationToken));
    }

    private static List<TableColumn> InOrder(WarehouseSession session, string table) => session.Columns(table).OrderBy(column => column.Name, StringComparer.Ordinal).ToList();

    private static bool Same(TableDigest one, TableDigest other) => one.Rows == other.Rows && one.Sum == other.Sum;

    private static string Names(List<TableColumn> columns) => string.Join(", ", columns.Select(column => column.Name));
}
