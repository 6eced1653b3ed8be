using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>A child as one caseworker may see it now: without the analysis until the first judgement is on record.</summary>
/// <param name="Child">Facts and identity.</param>
/// <param name="Round">The scoring that a judgement would be about.</param>
/// <param name="First">The caseworker's own first judgement of this scoring, or null.</param>
/// <param name="Finals">The own final judgements of this scoring, oldest first.</param>
/// <param name="Earlier">Own judgements of earlier scorings, oldest first.</param>
/// <param name="Analysis">Score and reasons; null before the first judgement, and where there is no score.</param>
/// <param name="History">Bands of earlier snapshots by the same model, newest first; empty before the first judgement.</param>
/// <param name="IsUrgent">Whether an open report is urgent or waits for its safety check: such a case is not for the model.</param>
public sealed record CaseView(
    IdentifiedChild Child,
    CaseRound Round,
    Judgement? First,
    IReadOnlyList<Judgement> Finals,
    IReadOnlyList<Judgement> Earlier,
    (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? Analysis,
    IReadOnlyList<PastBand> History,
    bool IsUrgent);

/// <summary>The band of a child at a snapshot.</summary>
public sealed record PastBand(DateOnly SnapshotDate, string BandCode, int IsWithheld);

/// <summary>The caseworker's way through one child: facts, own judgement, analysis, final judgement.</summary>
/// <remarks>
/// A judgement with words is in both databases (<see cref="PairedEntries"/>); what was confirmed has both parts. A form sent again is one judgement, because both carry the
/// id of the form.
/// </remarks>
public sealed class CaseDesk
{
    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly AuditTrail _audit;
    private readonly CaseTickets _tickets;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Makes a desk.</summary>
    public CaseDesk(WarehouseDatabases databases, BriefReader reader, AuditTrail audit, CaseTickets tickets, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(tickets);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _reader = reader;
        _audit = audit;
        _tickets = tickets;
        _time = time;
    }

    /// <summary>Returns a child as this caseworker may see it, or null where it is not known; the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<CaseView?> Open(long childKey, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        IdentifiedChild? child = await _reader.ReadChild(childKey, asOf, known, reason, "child", "summary", cancellation).ConfigureAwait(false);
        if (child is null)
        {
            return null;
        }

        (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis = _reader.ReadScore(childKey, asOf, known);
        CaseRound round = RoundOf(analysis?.Score, asOf);
        IReadOnlyList<Judgement> all = Judgements(childKey, reason.Member.StaffId);
        List<Judgement> own = all.Where(one => IsOf(one, round)).ToList();
        Judgement? first = own.Find(one => one.StageCode == JudgementCodes.First);
        bool isUrgent = IsUrgentCase(child.Record);
        IReadOnlyList<PastBand> history = [];
        if (first is null || isUrgent)
        {
            // An urgent case never passes through the model: there is nothing to show, whatever is stored.
            analysis = null;
        }
        else
        {
            await _audit.Record(new AuditEntry(
                reason.Member.StaffId, reason.Member.RoleCode, "analysis", "allowed", childKey, reason.PurposeCode, "model " + round.ModelRunId), cancellation).ConfigureAwait(false);
            history = analysis is null ? [] : History(childKey, round, known);
        }

        return new CaseView(
            child, round, first, own.Where(one => one.StageCode == JudgementCodes.Final).ToList(), all.Where(one => !IsOf(one, round)).ToList(), analysis, history, isUrgent);
    }

    /// <summary>Returns the sealed ticket of the next form about a child.</summary>
    public string Ticket(CaseView view, StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(member);
        return _tickets.Issue(member.StaffId, view.Child.Record.Child.ChildKey, view.First is null ? JudgementCodes.First : JudgementCodes.Final, view.Round);
    }

    /// <summary>Records a judgement and returns how it ended and what stands on record.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<(JudgementOutcome Outcome, Judgement? Judgement)> Record(
        long childKey, string stage, JudgementInput form, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        CaseTicket? ticket = _tickets.Open(form.Ticket, reason.Member.StaffId, childKey, stage);
        ChildRecord? record = await _reader.Allow(childKey, asOf, known, reason, "judge-" + stage, ticket?.Id ?? "no ticket", cancellation).ConfigureAwait(false);
        if (ticket is null || record is null)
        {
            return (JudgementOutcome.TicketRefused, null);
        }

        string? note = Clean(form.Note);
        if (!JudgementCodes.Decisions.ContainsKey(form.DecisionCode) || !JudgementCodes.Reasons.ContainsKey(form.ReasonCode) || note?.Length > JudgementCodes.MaxNote)
        {
            return (JudgementOutcome.Invalid, null);
        }

        // One at a time in this process; between processes the primary key decides.
        lock (_gate)
        {
            List<Judgement> own = Judgements(childKey, reason.Member.StaffId).Where(one => IsOf(one, ticket.Round)).ToList();
            if (own.Find(one => one.JudgementId == ticket.Id) is { } same)
            {
                return (JudgementOutcome.Recorded, same);
            }

            Judgement? first = own.Find(one => one.StageCode == JudgementCodes.First);
            Judgement? last = own.FindLast(one => one.StageCode == JudgementCodes.Final);
            JudgementOutcome? refusal = stage == JudgementCodes.First
                ? first is null ? null : JudgementOutcome.FirstStands
                : first is null ? JudgementOutcome.FirstMissing
                : note is null && (last is not null || first.DecisionCode != form.DecisionCode) ? JudgementOutcome.WordsMissing
                : null;
            if (refusal is { } outcome)
            {
                return (outcome, first);
            }

            DateTime now = _time.GetUtcNow().UtcDateTime;
            Judgement judgement = new(
                ticket.Id, childKey, ticket.Round.SnapshotDate, ticket.Round.ModelRunId, reason.Member.StaffId, stage, stage == JudgementCodes.First ? 1 : (last?.RevisionNumber ?? 0) + 1,
                form.DecisionCode, form.ReasonCode, ticket.Round.BandCode, (int)(now - ticket.OpenedUtc).TotalSeconds, now)
            {
                Note = note,
            };
            return Write(judgement);
        }
    }

    /// <summary>Returns whether the caseworker has a first judgement of the child's current scoring: only then is anything of the analysis shown.</summary>
    public bool HasJudged(long childKey, string staffId) => Judged(childKey, staffId).First is not null;

    /// <summary>Returns the own first and the last final judgement of the child's current scoring; null where there is none.</summary>
    public (Judgement? First, Judgement? Final) Judged(long childKey, string staffId)
    {
        (DateOnly asOf, DateTime known) = _reader.Now();
        CaseRound round = RoundOf(_reader.ReadScore(childKey, asOf, known)?.Score, asOf);
        List<Judgement> own = Judgements(childKey, staffId).Where(one => IsOf(one, round)).ToList();
        return (own.Find(one => one.StageCode == JudgementCodes.First), own.FindLast(one => one.StageCode == JudgementCodes.Final));
    }

    /// <summary>Returns whether a case goes past the model: an open, undecided consultation that is graded urgent or reports abuse without a safety check.</summary>
    public static bool IsUrgentCase(ChildRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Consultations.Any(row => row.ClosedDate is null && row.DecisionCode is ("none" or "pending")
            && (row.UrgencyCode is "aa" or "a" || (row.ConsultationType == "abuse" && row.SafetyCheckDate is null)));
    }

    private (JudgementOutcome Outcome, Judgement? Judgement) Write(Judgement judgement)
    {
        JudgementFact fact = new(
            judgement.JudgementId, judgement.ChildKey, judgement.SnapshotDate, judgement.ModelRunId, judgement.StaffId, judgement.StageCode, judgement.RevisionNumber, judgement.DecisionCode,
            judgement.ReasonCode, judgement.BandCode, (short)(judgement.StageCode == JudgementCodes.First ? 0 : 1), judgement.SpentSeconds, judgement.JudgedUtc);
        try
        {
            PairedEntries.Write(_databases, judgement.JudgementId, judgement.JudgedUtc, Note(judgement.JudgementId, judgement.ChildKey, judgement.StaffId, judgement.Note, judgement.JudgedUtc), new EntryFacts(fact, []));
        }
        catch (WarehouseException)
        {
            // Another process of the service may have written the same form, or another one, a moment before.
            Judgement? standing = Judgements(judgement.ChildKey, judgement.StaffId).FirstOrDefault(one =>
                one.SnapshotDate == judgement.SnapshotDate && one.ModelRunId == judgement.ModelRunId && one.StageCode == judgement.StageCode && one.RevisionNumber == judgement.RevisionNumber);
            if (standing is null)
            {
                throw;
            }

            return (standing.JudgementId == judgement.JudgementId ? JudgementOutcome.Recorded : JudgementOutcome.FirstStands, standing);
        }

        return (JudgementOutcome.Recorded, judgement);
    }

    private List<Judgement> Judgements(long childKey, string staffId)
    {
        IReadOnlyList<Judgement> rows;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            rows = session.Query<Judgement>("query/casework_judgement", new { child_key = childKey, staff_id = staffId });
        }

        if (rows.Count == 0)
        {
            return [];
        }

        using WarehouseSession identity = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        var notes = identity.Query<Words>("query/casework_note", new { child_key = childKey, staff_id = staffId }).ToDictionary(note => note.NoteId, note => note.NoteText, StringComparer.Ordinal);
        return rows.Select(row => row with { Note = notes.GetValueOrDefault(row.JudgementId) }).ToList();
    }

    private IReadOnlyList<PastBand> History(long childKey, CaseRound round, DateTime known)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Query<PastBand>(
                "query/casework_score_history", new { child_key = childKey, model_run_id = round.ModelRunId, snapshot_date = round.SnapshotDate, as_known_utc = known })
            .Where(past => past.SnapshotDate < round.SnapshotDate).ToList();
    }

    private static CaseRound RoundOf(ScoreRow? score, DateOnly asOf) =>
        score is null ? new CaseRound(new DateOnly(asOf.Year, asOf.Month, 1), 0, "none") : new CaseRound(score.SnapshotDate, score.ModelRunId, score.BandCode);

    private static bool IsOf(Judgement judgement, CaseRound round) => judgement.SnapshotDate == round.SnapshotDate && judgement.ModelRunId == round.ModelRunId;

    // Writes the words of an entry under its id; null where nothing was written.
    internal static Action<WarehouseSession>? Note(string id, long childKey, string staffId, string? words, DateTime now) => words is null ? null : session =>
        session.Execute("load/casework_note_insert", new { NoteId = id, ChildKey = childKey, StaffId = staffId, NoteText = words, WrittenUtc = now });

    // A browser sends line ends as CR LF; nothing else that controls is kept.
    internal static string? Clean(string? text)
    {
        string clean = string.Concat((text ?? "").ReplaceLineEndings("\n").Where(sign => sign == '\n' || !char.IsControl(sign))).Trim();
        return clean.Length == 0 ? null : clean;
    }

    private sealed record Words(string NoteId, string NoteText);
}
