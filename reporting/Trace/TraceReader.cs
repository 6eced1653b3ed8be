using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Trace;

/// <summary>Walks from facts back to files and lines; pseudonymous, and never before the access is in the log.</summary>
public sealed class TraceReader(WarehouseDatabases databases, BriefReader reader, AuditTrail audit)
{
    /// <summary>The action in the access log.</summary>
    public const string ActionCode = "trace";

    // Facts of a month are derived from the days of that month.
    private const string MonthTable = "fact.school_attendance_month";

    /// <summary>Authorises the trace of a child like a brief.</summary>
    /// <returns>Whether the child is known.</returns>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<bool> OpenChild(long childKey, DateOnly asOf, DateTime asKnownUtc, AccessReason reason, string objectId, CancellationToken stop) =>
        await reader.ReadChild(childKey, asOf, asKnownUtc, reason, ActionCode, objectId, stop).ConfigureAwait(false) is not null;

    /// <summary>Authorises the trace of a record of somebody who is not a child, or of nobody: a caseworker of the whole city only.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task OpenOther(long personKey, AccessReason reason, string objectId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(reason);
        string? refusal = reason.Member.RoleCode != Roles.Caseworker ? "only a caseworker may trace a record"
            : !Purposes.IsKnown(reason.PurposeCode) ? "a purpose from the list is required"
            : reason.Member.RemitCode != Roles.CityRemit ? "a record that belongs to no child is for caseworkers of the whole city"
            : null;
        await audit.Record(
            new AuditEntry(reason.Member.StaffId, reason.Member.RoleCode, ActionCode, refusal is null ? "allowed" : "refused", personKey, reason.PurposeCode, objectId), stop).ConfigureAwait(false);
        if (refusal is not null)
        {
            throw new AccessRefusedException(refusal);
        }
    }

    /// <summary>Returns the links of a record, oldest first.</summary>
    public IReadOnlyList<TracedLink> Links(long recordKey)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        return session.Query<TracedLink>("query/trace_link", new { record_key = recordKey });
    }

    /// <summary>Returns whether a person is a child.</summary>
    public bool IsChild(long personKey, DateOnly asOf, DateTime asKnownUtc) => reader.ReadRecord(personKey, asOf, asKnownUtc) is not null;

    /// <summary>Returns the facts of a person as known at a time, each with its staged rows, and the staged rows that no fact shows.</summary>
    /// <param name="personKey">The person; 0 only together with a record.</param>
    /// <param name="recordKey">One record, or 0 for all.</param>
    /// <param name="asKnownUtc">The state of knowledge.</param>
    public (IReadOnlyList<TracedFact> Facts, IReadOnlyList<StagedRow> Others) Read(long personKey, long recordKey, DateTime asKnownUtc)
    {
        if (personKey == 0 && recordKey == 0)
        {
            throw new ArgumentException("A trace needs a person or a record.");
        }

        var at = new { person_key = personKey, record_key = recordKey, as_known_utc = asKnownUtc };
        List<StagedRow> rows;
        IReadOnlyList<TracedFact> facts;
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        {
            rows = [.. session.Query<StagedRow>("query/trace_staged", at)];
            facts = session.Query<TracedFact>("query/trace_fact", at);
        }

        Dictionary<string, string> names;
        using (WarehouseSession session = databases.Open(DatabaseKind.Identity, SessionRole.Caseworker))
        {
            names = session.Query<FileRow>("query/etl_file_name").ToDictionary(file => file.FileSha256, file => file.FileName, StringComparer.Ordinal);
        }

        rows = [.. rows.Select(row => row with { FileName = names.GetValueOrDefault(row.FileSha256, "") })];
        ILookup<long, StagedRow> byRecord = rows.Where(row => row.IsSuperseded == 0).ToLookup(row => row.RecordKey);
        List<TracedFact> traced = [.. facts.Select(fact => fact with { Rows = [.. byRecord[fact.RecordKey].Where(row => Shows(fact, row))] })];
        HashSet<StagedRow> shown = [.. traced.SelectMany(fact => fact.Rows)];
        return (traced, [.. rows.Where(row => !shown.Contains(row))]);
    }

    private static bool Shows(TracedFact fact, StagedRow row) => fact.TableName == MonthTable
        ? row.Feed.StartsWith(fact.Feed, StringComparison.Ordinal) && (row.ItemDate.Year, row.ItemDate.Month) == (fact.ItemDate.Year, fact.ItemDate.Month)
        : row.Feed == fact.Feed && row.LoadId == fact.LoadId && row.ItemDate == fact.ItemDate;

    private sealed record FileRow(string FileSha256, string FileName);
}
