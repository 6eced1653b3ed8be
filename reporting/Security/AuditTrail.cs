using System.Threading.Channels;
using Warehouse.Sql;

namespace Warehouse.Reporting.Security;

/// <summary>Writes the access log: one writer in the process, many callers, one commit for all that wait.</summary>
/// <remarks>
/// Errors: a caller whose row cannot be committed gets the exception and must not send its page.
/// Cost: one transaction for up to 256 waiting rows.
/// </remarks>
public sealed class AuditTrail : IAsyncDisposable
{
    private const int GroupSize = 256;

    // From here on rows are appended in one go; one statement a row costs more than the start of an append.
    private const int AppendFrom = 8;

    private static readonly string[] Columns =
        ["access_id", "at_utc", "staff_id", "role_code", "action_code", "outcome_code", "child_key", "purpose_code", "object_id", "previous_hash", "row_hash"];

    private readonly WarehouseDatabases _databases;
    private readonly TimeProvider _time;
    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(4096) { SingleReader = true });
    private readonly Task _writer;
    private WarehouseSession? _session;
    private long _lastId = -1;
    private string _lastHash = AuditChain.Root;

    /// <summary>Starts the writer.</summary>
    public AuditTrail(WarehouseDatabases databases, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _time = time;
        _writer = Task.Run(WriteAll);
    }

    /// <summary>Returns when all entries are committed, in their order and next to each other in time.</summary>
    public async Task Record(IReadOnlyList<AuditEntry> entries, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0)
        {
            return;
        }

        Waiting waiting = new(entries, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _queue.Writer.WriteAsync(waiting, cancellation).ConfigureAwait(false);
        await waiting.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Returns when the entry is committed.</summary>
    public Task Record(AuditEntry entry, CancellationToken cancellation = default) => Record([entry], cancellation);

    /// <summary>Returns what a check of the whole chain found.</summary>
    public static AuditVerdict Verify(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        return AuditChain.Verify(session.Stream<AuditRow>("query/report_audit_rows"));
    }

    /// <summary>Returns what in the log a person should look at.</summary>
    public static IReadOnlyList<AuditAnomaly> Anomalies(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        return AuditAnomalies.Find(session.Stream<AuditRow>("query/report_audit_rows"));
    }

    /// <summary>Waits for the rows already handed in.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
        _session?.Dispose();
    }

    private async Task WriteAll()
    {
        List<Waiting> group = [];
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            int rows = 0;
            while (rows < GroupSize && _queue.Reader.TryRead(out Waiting? waiting))
            {
                group.Add(waiting);
                rows += waiting.Entries.Count;
            }

            try
            {
                Commit(group);
                group.ForEach(waiting => waiting.Done.TrySetResult());
            }
            catch (Exception fault)
            {
                // Whatever went wrong belongs to the callers: without their row nothing goes out. The chain is read anew.
                _lastId = -1;
                _session?.Dispose();
                _session = null;
                group.ForEach(waiting => waiting.Done.TrySetException(fault));
            }
        }
    }

    private void Commit(List<Waiting> group)
    {
        // Kept open: the only writer asks for the table's columns once.
        WarehouseSession session = _session ??= _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        if (_lastId < 0)
        {
            AuditHead? head = session.Query<AuditHead>("query/report_audit_head").SingleOrDefault();
            _lastId = head?.AccessId ?? 0;
            _lastHash = head?.RowHash ?? AuditChain.Root;
        }

        DateTime now = _time.GetUtcNow().UtcDateTime;
        List<AuditRow> rows = [];
        foreach (AuditEntry entry in group.SelectMany(waiting => waiting.Entries))
        {
            AuditRow row = AuditChain.Append(_lastId + 1, now, entry, _lastHash);
            rows.Add(row);
            _lastId = row.AccessId;
            _lastHash = row.RowHash;
        }

        session.Begin();
        if (rows.Count < AppendFrom)
        {
            rows.ForEach(row => session.Execute("load/report_audit_insert", row));
        }
        else
        {
            session.BulkInsert("audit.access_log", Columns, rows.Select(row => new object?[]
            {
                row.AccessId, row.AtUtc, row.StaffId, row.RoleCode, row.ActionCode, row.OutcomeCode, row.ChildKey, row.PurposeCode, row.ObjectId, row.PreviousHash, row.RowHash,
            }));
        }

        session.Commit();
    }

    private sealed record Waiting(IReadOnlyList<AuditEntry> Entries, TaskCompletionSource Done);

    private sealed record AuditHead
    {
        public long AccessId { get; init; }

        public string RowHash { get; init; } = "";
    }
}
