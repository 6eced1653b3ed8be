using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Warehouse.Sql;

/// <summary>Lets one job at a time write the warehouse.</summary>
/// <remarks>
/// SQL Server: <c>sp_getapplock</c> on a connection of its own, so it holds across processes and ends with them.
/// DuckDB: within the process, because the file itself keeps other processes out.
/// </remarks>
public sealed class WarehouseLock
{
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> InProcess = new(StringComparer.Ordinal);
    private readonly WarehouseDatabases _databases;

    internal WarehouseLock(WarehouseDatabases databases) => _databases = databases;

    /// <summary>Takes the named lock, waiting at most <paramref name="wait"/>; disposing the result releases it.</summary>
    /// <remarks>Errors: <see cref="LockHeldException"/> when another job still holds it.</remarks>
    public IDisposable Acquire(string name = "write", TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        return TryAcquire(name, wait, cancellationToken) ?? throw new LockHeldException(
            $"The lock '{name}' of the warehouse is held by another job after waiting {wait.TotalSeconds:0} s; expected it to be free. "
            + "Wait for that job to end (see meta.load_run), then start again.");
    }

    /// <summary>Takes the named lock and returns it, or returns null when it is still held after <paramref name="wait"/>.</summary>
    public IDisposable? TryAcquire(string name = "write", TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (_databases.Engine == Engine.DuckDb)
        {
            SemaphoreSlim semaphore = InProcess.GetOrAdd(_databases.LockScope + "\n" + name, static _ => new SemaphoreSlim(1, 1));
            return semaphore.Wait(wait, cancellationToken) ? new Held(() => semaphore.Release()) : null;
        }

        DbConnection connection = _databases.OpenConnection(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        try
        {
            using SqlCommand command = ((SqlConnection)connection).CreateCommand();
            command.CommandType = CommandType.StoredProcedure;
            command.CommandText = "sys.sp_getapplock";
            command.CommandTimeout = (int)wait.TotalSeconds + 30;
            command.Parameters.AddWithValue("@Resource", Resource(connection, name));
            command.Parameters.AddWithValue("@LockMode", "Exclusive");
            command.Parameters.AddWithValue("@LockOwner", "Session");
            command.Parameters.AddWithValue("@LockTimeout", (int)wait.TotalMilliseconds);
            SqlParameter result = command.Parameters.Add(new SqlParameter { Direction = ParameterDirection.ReturnValue, SqlDbType = SqlDbType.Int });
            command.ExecuteNonQuery();
            if ((int)result.Value >= 0)
            {
                return new Held(() => Release(connection, name));
            }

            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // The database's name is in it, because some servers keep one list of these locks for all their databases.
    private static string Resource(DbConnection connection, string name) => $"warehouse:{connection.Database}:{name}";

    private static void Release(DbConnection connection, string name)
    {
        // A pooled connection would keep a session lock, so it is given back before the connection is.
        try
        {
            using SqlCommand command = ((SqlConnection)connection).CreateCommand();
            command.CommandType = CommandType.StoredProcedure;
            command.CommandText = "sys.sp_releaseapplock";
            command.Parameters.AddWithValue("@Resource", Resource(connection, name));
            command.Parameters.AddWithValue("@LockOwner", "Session");
            command.ExecuteNonQuery();
        }
        finally
        {
            connection.Dispose();
        }
    }

    private sealed class Held(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
