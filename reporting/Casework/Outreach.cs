using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>What a caseworker sees before and after a contact.</summary>
/// <param name="Child">The child.</param>
/// <param name="Contacts">Entries of all staff, oldest first.</param>
/// <param name="Unused">Rules of entitlements that hold while nothing is received.</param>
/// <param name="Due">What is due today: <c>review</c>, <c>m6</c>, <c>m12</c>, or empty.</param>
public sealed record OutreachView(IdentifiedChild Child, IReadOnlyList<Contact> Contacts, IReadOnlyList<EntitlementRule> Unused, string Due);

/// <summary>Plans, attempts, refusals, supports, outcomes and reviews of a child; entries are only added.</summary>
public sealed class Outreach
{
    private const string Subject = "contact";

    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly CaseTickets _tickets;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Makes the outreach of a service.</summary>
    public Outreach(WarehouseDatabases databases, BriefReader reader, CaseTickets tickets, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(tickets);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _reader = reader;
        _tickets = tickets;
        _time = time;
    }

    /// <summary>Today in Japan.</summary>
    public DateOnly Today => JapaneseDate.At(_time.GetUtcNow().UtcDateTime);

    /// <summary>Returns the contacts of a child and its unused entitlements, or null where it is not known; the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<OutreachView?> Open(long childKey, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        if (await _reader.ReadChild(childKey, asOf, known, reason, "contacts", "contacts", cancellation).ConfigureAwait(false) is not { } child)
        {
            return null;
        }

        List<string> received;
        Reminder? reminder;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            received = session.Query<string>("query/casework_benefit", new { child_key = childKey, as_of = asOf, year_before = asOf.AddYears(-1), as_known_utc = known }).ToList();
            reminder = session.Query<Reminder>("query/casework_reminder").FirstOrDefault(one => one.ChildKey == childKey);
        }

        return new OutreachView(child, Contacts(childKey), EntitlementRules.Unused(EntitlementRules.Default, child.Record, received, asOf), reminder?.Due(Today) ?? "");
    }

    /// <summary>Returns the sealed ticket of the next form about a child.</summary>
    public string Ticket(long childKey, StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return _tickets.Issue(member.StaffId, childKey, Subject, new CaseRound(Today, 0, "none"));
    }

    /// <summary>Records an entry and returns how it ended.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<ContactOutcome> Record(long childKey, ContactInput input, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        CaseTicket? ticket = _tickets.Open(input.Ticket, reason.Member.StaffId, childKey, Subject);
        IdentifiedChild? child = await _reader.ReadChild(childKey, asOf, known, reason, "contact-record", ticket?.Id ?? "no ticket", cancellation).ConfigureAwait(false);
        if (ticket is null || child is null)
        {
            return ContactOutcome.TicketRefused;
        }

        string? note = CaseDesk.Clean(input.Note);
        if (!ContactCodes.IsKnown(input, Today) || note?.Length > JudgementCodes.MaxNote)
        {
            return ContactOutcome.Invalid;
        }

        // Somebody may read the letter or see the visitor: the office in charge of the measure is asked first.
        if (child.IsRestricted && input.EventCode is ("plan" or "attempt") && !input.IsSafetyChecked)
        {
            return ContactOutcome.SafetyFirst;
        }

        DateTime now = _time.GetUtcNow().UtcDateTime;
        lock (_gate)
        {
            ContactFact fact = new(
                ticket.Id, childKey, reason.Member.StaffId, input.EventCode, input.DetailCode, input.ResultCode, input.EventDate ?? Today, input.DueDate, (short)(input.IsSafetyChecked ? 1 : 0), now);
            PairedEntries.Write(_databases, ticket.Id, now, CaseDesk.Note(ticket.Id, childKey, reason.Member.StaffId, note, now), new EntryFacts(null, [fact]));
        }

        return ContactOutcome.Recorded;
    }

    private List<Contact> Contacts(long childKey)
    {
        IReadOnlyList<Contact> rows;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            rows = session.Query<Contact>("query/casework_contact", new { child_key = childKey });
        }

        using WarehouseSession identity = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        var notes = identity.Query<Words>("query/casework_contact_note", new { child_key = childKey }).ToDictionary(note => note.NoteId, note => note.NoteText, StringComparer.Ordinal);
        return rows.Select(row => row with { Note = notes.GetValueOrDefault(row.ContactId) }).ToList();
    }

    private sealed record Words(string NoteId, string NoteText);
}
