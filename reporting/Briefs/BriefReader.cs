using System.Collections.Concurrent;
using System.Diagnostics;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Briefs;

/// <summary>Who asks for a child's data and why; the audit row says the same.</summary>
/// <param name="Member">The staff member.</param>
/// <param name="PurposeCode">One of <see cref="Purposes"/>.</param>
public sealed record AccessReason(StaffMember Member, string PurposeCode);

/// <summary>Says that somebody may not see a child; the refusal is already in the access log.</summary>
public sealed class AccessRefusedException(string message) : Exception(message);

/// <summary>A child with its identity, as one caseworker may see it.</summary>
/// <param name="Record">The facts.</param>
/// <param name="Identities">Identities of the child and its household by person; addresses are missing where restricted.</param>
/// <param name="IsRestricted">Whether a measure forbids showing the address and the school.</param>
/// <param name="AsOf">The day the facts are true for.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
public sealed record IdentifiedChild(
    ChildRecord Record,
    IReadOnlyDictionary<long, IdentityRow> Identities,
    bool IsRestricted,
    DateOnly AsOf,
    DateTime AsKnownUtc);

/// <summary>Reads children: facts from the warehouse, identities one child at a time with a purpose, never without an audit row.</summary>
/// <remarks>
/// What a person looks at, judges and prints is read several times within minutes. Facts of the newest state of knowledge do not change until files come, so they are kept for two minutes, without identities;
/// rights, restrictions, identities, scores and the access log are never taken from there.
/// </remarks>
public sealed class BriefReader
{
    private const int KeptRecords = 512;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    private readonly WarehouseDatabases _databases;
    private readonly AuditTrail _audit;
    private volatile Kept? _kept;

    /// <summary>Makes a reader.</summary>
    public BriefReader(WarehouseDatabases databases, AuditTrail audit)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(audit);
        _databases = databases;
        _audit = audit;
    }

    /// <summary>Returns the day and the state of knowledge of the data: what is asked for now.</summary>
    /// <exception cref="WarehouseException">No file is published.</exception>
    public (DateOnly AsOf, DateTime AsKnownUtc) Now()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        DataDate date = session.QuerySingle<DataDate>("query/report_data_date");
        if (_kept is not { } kept || kept.State != date || kept.Records.Count > KeptRecords || Stopwatch.GetElapsedTime(kept.Since) > KeptFor)
        {
            _kept = new Kept(date);
        }

        return date.PeriodTo is { } day && date.KnownFromUtc is { } known
            ? (day, known)
            : throw new WarehouseException("The warehouse holds no published file; expected at least one. Run 'warehouse load' first.");
    }

    /// <summary>Returns the children on the list of the current model, best first.</summary>
    public IReadOnlyList<ListRow> List(DateTime asKnownUtc)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Query<ListRow>("query/brief_list", new { as_known_utc = asKnownUtc });
    }

    /// <summary>Returns what the warehouse says of a child, or null where it is not known.</summary>
    /// <remarks>Pseudonymous: the caller sees to the audit row when it goes out to a person.</remarks>
    public ChildRecord? ReadRecord(long childKey, DateOnly asOf, DateTime asKnownUtc)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        // Another state, one more file or one taken back, brings another store.
        if (_kept is not { } kept || (kept.State.PeriodTo, kept.State.KnownFromUtc) != (asOf, asKnownUtc))
        {
            return ReadFacts(session, childKey, asOf, asKnownUtc);
        }

        if (kept.Records.TryGetValue(childKey, out ChildRecord? before))
        {
            // Which sources are listed hangs on the features approved, too.
            return before with { Sources = Sources(session, asKnownUtc) };
        }

        ChildRecord? record = ReadFacts(session, childKey, asOf, asKnownUtc);
        if (record is not null)
        {
            kept.Records[childKey] = record;
        }

        return record;
    }

    private static IReadOnlyList<SourceRow> Sources(WarehouseSession session, DateTime asKnownUtc) => session.Query<SourceRow>("query/brief_sources", new { as_known_utc = asKnownUtc });

    private static ChildRecord? ReadFacts(WarehouseSession session, long childKey, DateOnly asOf, DateTime asKnownUtc)
    {
        var at = new { child_key = childKey, as_of = asOf, as_known_utc = asKnownUtc, month_key = (asOf.Year * 100) + asOf.Month };
        ChildRow? child = session.Query<ChildRow>("query/brief_child", at).FirstOrDefault();
        if (child is null)
        {
            return null;
        }

        List<MemberRow> members = session.Query<MemberRow>("query/brief_household", at).ToList();
        long household = members.FirstOrDefault(member => member.PersonKey == childKey)?.HouseholdKey ?? child.HouseholdKey;
        IReadOnlyList<AttendanceRow> attendance = session.Query<AttendanceRow>("query/brief_attendance", at);
        return new ChildRecord(
            child,
            session.Query<HouseholdFlags>("query/brief_household_flags", new { household_key = household, as_of = asOf, as_known_utc = asKnownUtc }).FirstOrDefault(),
            members.Where(member => member.HouseholdKey == household).DistinctBy(member => member.PersonKey).ToList(),
            session.Query<CheckupRow>("query/brief_checkup", at),
            session.Query<NurseryRow>("query/brief_nursery", at),
            session.Query<SchoolRow>("query/brief_school", at),
            attendance,
            session.Query<ConsultationRow>("query/brief_consultation", at),
            session.Query<BenefitRow>("query/brief_benefit", at),
            session.Query<MoveRow>("query/brief_move", at),
            Sources(session, asKnownUtc),
            attendance.Where(month => month.WasPresent == 1).Select(month => month.MonthKey).DefaultIfEmpty(0).Max());
    }

    /// <summary>Returns the score of a child and its reasons as known then, or null.</summary>
    public (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? ReadScore(long childKey, DateOnly asOf, DateTime asKnownUtc)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        // A snapshot describes the start of its day: data up to 31 March is the snapshot of 1 April.
        ScoreRow? score = session
            .Query<ScoreRow>("query/brief_score", new { child_key = childKey, as_of = asOf.AddDays(1), as_known_utc = asKnownUtc }).FirstOrDefault();
        if (score is null)
        {
            return null;
        }

        return (score, session.Query<ReasonRow>("query/brief_reasons", new
        {
            child_key = childKey,
            score.ModelRunId,
            score.SnapshotDate,
            ScoreKnownUtc = score.AsKnownUtc,
        }));
    }

    /// <summary>Returns a child with its identity, after the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<IdentifiedChild?> ReadChild(
        long childKey, DateOnly asOf, DateTime asKnownUtc, AccessReason reason, string actionCode, string objectId, CancellationToken cancellation = default) =>
        await Allow(childKey, asOf, asKnownUtc, reason, actionCode, objectId, cancellation).ConfigureAwait(false) is { } record ? Identify(record, asOf, asKnownUtc) : null;

    /// <summary>Returns the facts of a child, or null where it is not known, after the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<ChildRecord?> Allow(
        long childKey, DateOnly asOf, DateTime asKnownUtc, AccessReason reason, string actionCode, string objectId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ChildRecord? record = ReadRecord(childKey, asOf, asKnownUtc);
        string? refusal = reason.Member.RoleCode != Roles.Caseworker ? "only a caseworker may open a child"
            : !Purposes.IsKnown(reason.PurposeCode) ? "a purpose from the list is required"
            : record is not null && !reason.Member.Serves(record.Child.DistrictCode) ? "the child is outside the remit"
            : null;
        AuditEntry entry = new(
            reason.Member.StaffId, reason.Member.RoleCode, actionCode, refusal is null ? "allowed" : "refused", childKey, reason.PurposeCode, objectId);
        await _audit.Record(entry, cancellation).ConfigureAwait(false);
        return refusal is null ? record : throw new AccessRefusedException(refusal);
    }

    private IdentifiedChild Identify(ChildRecord record, DateOnly asOf, DateTime asKnownUtc)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        Dictionary<long, IdentityRow> identities = [];
        HashSet<long> protectedPersons = session.Query<long>("query/brief_restricted", new { as_of = asOf, as_known_utc = asKnownUtc }).ToHashSet();
        bool restricted = false;
        foreach (long person in record.Members.Select(member => member.PersonKey).Append(record.Child.ChildKey).Distinct().Where(person => person != 0))
        {
            if (session.QuerySingleOrDefault<IdentityRow>("query/brief_identity", new { person_key = person }) is { } identity)
            {
                identities[person] = identity;
            }

            // A measure for one member covers the household: they share the address.
            restricted |= protectedPersons.Contains(person);
        }

        if (restricted)
        {
            foreach (long person in identities.Keys.ToList())
            {
                identities[person] = identities[person] with { Address = null };
            }

            record = record with
            {
                Child = record.Child with { FacilityName = Withheld },
                Schools = record.Schools.Select(school => school with { FacilityName = Withheld }).ToList(),
                Nurseries = record.Nurseries.Select(nursery => nursery with { FacilityName = Withheld }).ToList(),
            };
        }

        return new IdentifiedChild(record, identities, restricted, asOf, asKnownUtc);
    }

    /// <summary>What stands in place of an address or a school that must not be shown.</summary>
    public const string Withheld = "（支援措置により非表示）";

    private sealed record Kept(DataDate State)
    {
        public long Since { get; } = Stopwatch.GetTimestamp();

        public ConcurrentDictionary<long, ChildRecord> Records { get; } = new();
    }

    private sealed record DataDate(DateOnly? PeriodTo, DateTime? KnownFromUtc, long FileCount);
}
