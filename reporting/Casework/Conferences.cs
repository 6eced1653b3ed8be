using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>Case conferences: who meets about whom, which copies are out, what was decided and said.</summary>
/// <remarks>
/// A meeting is open to caseworkers of the remit in which it was called and of the whole city; a child on its agenda only to those whose remit it is. Decisions
/// and minutes are only added. A decision is in both databases (<see cref="PairedEntries"/>): its words where names may be, its supports and next review in the warehouse, under ids
/// made from that of the form.
/// </remarks>
public sealed class Conferences
{
    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly AuditTrail _audit;
    private readonly CaseTickets _tickets;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Makes the conferences of a service.</summary>
    public Conferences(WarehouseDatabases databases, BriefReader reader, AuditTrail audit, CaseTickets tickets, TimeProvider time)
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

    /// <summary>Today in Japan.</summary>
    public DateOnly Today => JapaneseDate.At(_time.GetUtcNow().UtcDateTime);

    /// <summary>Returns the meetings that a caseworker may open, the next ones first.</summary>
    public IReadOnlyList<Conference> List(StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        using WarehouseSession session = Identity();
        return [.. session.Query<Conference>("query/conference").Where(one => MaySee(member, one))];
    }

    /// <summary>Returns the sealed ticket of the next form of a meeting, or of a new one where <paramref name="conferenceId"/> is empty.</summary>
    public string Ticket(string conferenceId, StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return _tickets.Issue(member.StaffId, 0, Subject(conferenceId), new CaseRound(Today, 0, "none"));
    }

    /// <summary>Calls a meeting and returns its id; the same form again gives the same.</summary>
    public async Task<(ConferenceOutcome Outcome, string Id)> Call(
        string ticketText, string title, DateOnly? held, string startsAt, string place, StaffMember member, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(place);
        CaseTicket? ticket = _tickets.Open(ticketText, member.StaffId, 0, Subject(""));
        bool isGood = Fits(title, 1, 100) && Fits(place, 0, 100) && (startsAt.Length == 0 || TimeOnly.TryParseExact(startsAt, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            && held is { } day && day >= Today.AddYears(-1) && day <= Today.AddYears(1);
        await Note(member, "conference-call", ticket is not null && isGood, 0, ticket?.Id ?? "no ticket", cancellation).ConfigureAwait(false);
        if (ticket is null || !isGood)
        {
            return (ticket is null ? ConferenceOutcome.TicketRefused : ConferenceOutcome.Invalid, "");
        }

        using WarehouseSession session = Identity();
        session.Execute("load/conference_insert", new
        {
            ConferenceId = ticket.Id,
            Title = title.Trim(),
            HeldDate = held!.Value,
            StartsAt = startsAt,
            Place = place.Trim(),
            member.RemitCode,
            CreatedBy = member.StaffId,
            CreatedUtc = Now,
        });
        return (ConferenceOutcome.Recorded, ticket.Id);
    }

    /// <summary>Returns a meeting, or null where there is none; each child whose name is shown is a row of the access log.</summary>
    /// <exception cref="AccessRefusedException">The meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceView?> Open(string conferenceId, StaffMember member, string action, CancellationToken cancellation = default)
    {
        if (await Find(conferenceId, member, action, cancellation).ConfigureAwait(false) is not { } conference)
        {
            return null;
        }

        (DateOnly asOf, DateTime known) = _reader.Now();
        var key = new { conference_id = conferenceId };
        IReadOnlyList<ConferenceItem> items;
        IReadOnlyList<ConferenceMember> members;
        IReadOnlyList<ConferenceCopy> copies;
        IReadOnlyList<ConferenceDecision> decisions;
        IReadOnlyList<ConferenceMinute> minutes;
        ILookup<string, ConferenceTask> tasks;
        Dictionary<long, ConferenceItemChange> changes;
        using (WarehouseSession session = Identity())
        {
            items = session.Query<ConferenceItem>("query/conference_item", key);
            changes = Changes(session, conferenceId);
            members = session.Query<ConferenceMember>("query/conference_member", key);
            copies = session.Query<ConferenceCopy>("query/conference_copy", key);
            decisions = session.Query<ConferenceDecision>("query/conference_decision", key);
            minutes = session.Query<ConferenceMinute>("query/conference_minute", key);
            tasks = session.Query<ConferenceTask>("query/conference_task", key).ToLookup(task => task.DecisionId, StringComparer.Ordinal);
        }

        List<AgendaChild> children = [];
        HashSet<long> own = [0];
        foreach (ConferenceItem item in items)
        {
            // A colleague of the whole city may put a child of another district on the agenda: here it is a number without a name.
            ChildRecord? record = _reader.ReadRecord(item.ChildKey, asOf, known);
            IdentifiedChild? child = record is not null && member.Serves(record.Child.DistrictCode)
                ? await _reader.ReadChild(item.ChildKey, asOf, known, new AccessReason(member, "conference"), action, conferenceId, cancellation).ConfigureAwait(false)
                : null;
            ConferenceItemChange? off = changes.GetValueOrDefault(item.ChildKey) is { IsOff: true } change ? change : null;
            if (child is null)
            {
                children.Add(new AgendaChild(item, null, null, null, false, off is null ? null : off with { ReasonText = "" }));
                continue;
            }

            own.Add(item.ChildKey);
            CaseBrief brief = CaseBriefBuilder.Build(child, null, new BriefRequest("", "", "", 1, 1, "", null));
            children.Add(new AgendaChild(item, brief.Child.Name, brief.Child.Age, child.Record.Child.GradeCode, child.IsRestricted, off));
        }

        return new ConferenceView(
            conference,
            members,
            children,
            [.. copies.Where(copy => own.Contains(copy.ChildKey))],
            [.. decisions.Where(decision => own.Contains(decision.ChildKey)).Select(decision => decision with { Tasks = [.. tasks[decision.DecisionId]] })],
            [.. minutes.Where(minute => own.Contains(minute.ChildKey))]);
    }

    /// <summary>Adds a member.</summary>
    /// <param name="conferenceId">The meeting.</param>
    /// <param name="ticketText">What the page gave.</param>
    /// <param name="agency">The agency, or empty.</param>
    /// <param name="name">The name, or empty; of an account its name stands for it.</param>
    /// <param name="duty">One of <see cref="ConferenceCodes.Duties"/>.</param>
    /// <param name="account">The open account of the member; null where there is none. It opens nothing that the account does not open itself.</param>
    /// <param name="member">Who adds.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ConferenceOutcome> AddMember(
        string conferenceId, string ticketText, string agency, string name, string duty, StaffMember? account, StaffMember member, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(agency);
        ArgumentNullException.ThrowIfNull(name);
        name = account is not null && name.Trim().Length == 0 && account.DisplayName.Length <= 39 ? account.DisplayName : name;
        (Conference conference, CaseTicket? ticket) = await Form(conferenceId, ticketText, member, "conference-member", 0, cancellation).ConfigureAwait(false);
        ConferenceOutcome outcome = ticket is null ? ConferenceOutcome.TicketRefused : !conference.IsOpen ? ConferenceOutcome.Closed
            : !Fits(agency, 0, 60) || !Fits(name, 0, 39) || agency.Trim().Length + name.Trim().Length == 0 || !ConferenceCodes.Duties.ContainsKey(duty) ? ConferenceOutcome.Invalid
            : ConferenceOutcome.Recorded;
        if (outcome == ConferenceOutcome.Recorded)
        {
            lock (_gate)
            {
                using WarehouseSession session = Identity();
                IReadOnlyList<ConferenceMember> there = session.Query<ConferenceMember>("query/conference_member", new { conference_id = conferenceId });
                if (account is not null && there.Any(one => one.StaffId == account.StaffId && one.FormId != ticket!.Id))
                {
                    // One person gets one copy.
                    return ConferenceOutcome.Invalid;
                }

                int next = there.Select(one => one.MemberNumber).DefaultIfEmpty(0).Max() + 1;
                session.Execute("load/conference_member_insert", new
                {
                    ConferenceId = conferenceId,
                    MemberNumber = next,
                    Agency = agency.Trim(),
                    MemberName = name.Trim(),
                    DutyCode = duty,
                    FormId = ticket!.Id,
                    AddedUtc = Now,
                    StaffId = account?.StaffId,
                });
            }
        }

        return outcome;
    }

    /// <summary>Puts a child on the agenda; a child that is there stays where it is.</summary>
    /// <exception cref="AccessRefusedException">The child or the meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceOutcome> AddChild(string conferenceId, long childKey, StaffMember member, CancellationToken cancellation = default)
    {
        (DateOnly asOf, DateTime known) = _reader.Now();
        ChildRecord? record = await _reader.Allow(childKey, asOf, known, new AccessReason(member, "conference"), "conference-item", conferenceId, cancellation).ConfigureAwait(false);
        if (await Find(conferenceId, member, "conference-item", cancellation).ConfigureAwait(false) is not { } conference || record is null)
        {
            return ConferenceOutcome.Invalid;
        }

        if (!conference.IsOpen)
        {
            return ConferenceOutcome.Closed;
        }

        lock (_gate)
        {
            using WarehouseSession session = Identity();
            int next = session.Query<ConferenceItem>("query/conference_item", new { conference_id = conferenceId }).Select(one => one.ItemNumber).DefaultIfEmpty(0).Max() + 1;
            session.Begin();
            session.Execute("load/conference_item_insert", new { ConferenceId = conferenceId, ChildKey = childKey, ItemNumber = next, AddedBy = member.StaffId, AddedUtc = Now });
            if (Changes(session, conferenceId).GetValueOrDefault(childKey) is { IsOff: true })
            {
                Change(session, Guid.NewGuid().ToString("N"), conferenceId, childKey, "on", "", member);
            }

            session.Commit();
        }

        return ConferenceOutcome.Recorded;
    }

    /// <summary>Takes a child off an agenda with a reason, or puts it back where it was; what was issued, decided and said before stays.</summary>
    /// <exception cref="AccessRefusedException">The child or the meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceOutcome> ChangeItem(
        string conferenceId, long childKey, string ticketText, bool isOff, string? reason, StaffMember member, CancellationToken cancellation = default)
    {
        (Conference conference, CaseTicket? ticket) = await Form(conferenceId, ticketText, member, isOff ? "conference-item-off" : "conference-item-on", childKey, cancellation).ConfigureAwait(false);
        string text = CaseDesk.Clean(reason) ?? "";
        lock (_gate)
        {
            using WarehouseSession session = Identity();
            Dictionary<long, ConferenceItemChange> changes = Changes(session, conferenceId);
            bool isThere = session.Query<ConferenceItem>("query/conference_item", new { conference_id = conferenceId }).Any(item => item.ChildKey == childKey);
            bool wasOff = changes.GetValueOrDefault(childKey) is { IsOff: true };
            ConferenceOutcome outcome = ticket is null ? ConferenceOutcome.TicketRefused
                : changes.GetValueOrDefault(childKey)?.ChangeId == ticket.Id ? ConferenceOutcome.Recorded
                : !conference.IsOpen ? ConferenceOutcome.Closed
                : !isThere || wasOff == isOff || text.Length is 0 or > 400 ? ConferenceOutcome.Invalid
                : ConferenceOutcome.Recorded;
            if (outcome == ConferenceOutcome.Recorded && wasOff != isOff)
            {
                Change(session, ticket!.Id, conferenceId, childKey, isOff ? "off" : "on", text, member);
            }

            return outcome;
        }
    }

    private void Change(WarehouseSession session, string id, string conferenceId, long childKey, string code, string reason, StaffMember member) => session.Execute(
        "load/conference_item_change_insert",
        new
        {
            ChangeId = id,
            ConferenceId = conferenceId,
            ChildKey = childKey,
            ChangeNumber = session.Query<ConferenceItemChange>("query/conference_item_change", new { conference_id = conferenceId }).Select(one => one.ChangeNumber).DefaultIfEmpty(0).Max() + 1,
            ChangeCode = code,
            ReasonText = reason,
            member.StaffId,
            ChangedUtc = Now,
        });

    // The last change of each child.
    private static Dictionary<long, ConferenceItemChange> Changes(WarehouseSession session, string conferenceId) => session
        .Query<ConferenceItemChange>("query/conference_item_change", new { conference_id = conferenceId }).GroupBy(change => change.ChildKey).ToDictionary(group => group.Key, group => group.Last());

    /// <summary>Records a decision about a child and hands its supports and its next review to the contacts of the child.</summary>
    /// <exception cref="AccessRefusedException">The child or the meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceOutcome> Decide(string conferenceId, long childKey, string ticketText, DecisionInput input, StaffMember member, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        (Conference conference, CaseTicket? ticket) = await Form(conferenceId, ticketText, member, "conference-decision", childKey, cancellation).ConfigureAwait(false);
        List<TaskInput> tasks = [.. input.Tasks.Where(task => !task.IsEmpty)];
        string text = CaseDesk.Clean(input.Text) ?? "";
        ConferenceOutcome outcome = ticket is null ? ConferenceOutcome.TicketRefused
            : !conference.IsOpen ? ConferenceOutcome.Closed
            : conference.HeldDate > Today ? ConferenceOutcome.TooEarly
            : !IsGood(conferenceId, childKey, input, tasks, text, conference.HeldDate) ? ConferenceOutcome.Invalid
            : ConferenceOutcome.Recorded;
        if (outcome != ConferenceOutcome.Recorded)
        {
            return outcome;
        }

        DateTime now = Now;
        lock (_gate)
        {
            PairedEntries.Write(_databases, ticket!.Id, now, Words, new EntryFacts(null, HandedOver(ticket.Id, conference, childKey, input, tasks, member, now)));
        }

        return ConferenceOutcome.Recorded;

        void Words(WarehouseSession session)
        {
            session.Execute("load/conference_decision_insert", new
            {
                DecisionId = ticket.Id,
                ConferenceId = conferenceId,
                ChildKey = childKey,
                input.DecisionCode,
                LeadAgency = input.LeadAgency.Trim(),
                input.ReviewDate,
                DecisionText = text,
                DecidedBy = member.StaffId,
                DecidedUtc = now,
            });
            for (int i = 0; i < tasks.Count; i++)
            {
                session.Execute("load/conference_task_insert", new
                {
                    DecisionId = ticket.Id,
                    TaskNumber = i + 1,
                    SupportCode = tasks[i].SupportCode.Length == 0 ? "none" : tasks[i].SupportCode,
                    Agency = tasks[i].Agency.Trim(),
                    TaskText = tasks[i].Text.Trim(),
                    DueDate = tasks[i].DueDate!.Value,
                    tasks[i].BeginsDate,
                });
            }
        }
    }

    /// <summary>Adds an entry to the minutes, about one child of the agenda or, with 0, about the meeting.</summary>
    /// <exception cref="AccessRefusedException">The child or the meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceOutcome> Write(string conferenceId, long childKey, string ticketText, string? text, StaffMember member, CancellationToken cancellation = default)
    {
        (Conference conference, CaseTicket? ticket) = await Form(conferenceId, ticketText, member, "conference-minute", childKey, cancellation).ConfigureAwait(false);
        string? clean = CaseDesk.Clean(text);
        ConferenceOutcome outcome = ticket is null ? ConferenceOutcome.TicketRefused : !conference.IsOpen ? ConferenceOutcome.Closed
            : clean is not { Length: <= JudgementCodes.MaxNote } || (childKey != 0 && !IsOnAgenda(conferenceId, childKey)) ? ConferenceOutcome.Invalid
            : ConferenceOutcome.Recorded;
        if (outcome == ConferenceOutcome.Recorded)
        {
            using WarehouseSession session = Identity();
            session.Execute("load/conference_minute_insert", new { MinuteId = ticket!.Id, ConferenceId = conferenceId, ChildKey = childKey, MinuteText = clean, member.StaffId, WrittenUtc = Now });
        }

        return outcome;
    }

    /// <summary>Takes copies back and returns how many were out.</summary>
    /// <exception cref="AccessRefusedException">The meeting is of another remit; the refusal is in the log.</exception>
    public async Task<int> Return(string conferenceId, IReadOnlyList<string> briefIds, StaffMember member, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(briefIds);
        if (await Find(conferenceId, member, "conference-return", cancellation).ConfigureAwait(false) is null)
        {
            return 0;
        }

        using WarehouseSession session = Identity();
        session.Begin();
        int back = briefIds.Where(id => id.Length is > 0 and <= 40).Distinct(StringComparer.Ordinal)
            .Sum(id => session.Execute("load/conference_copy_return", new { BriefId = id, ConferenceId = conferenceId, member.StaffId, NowUtc = Now }));
        session.Commit();
        return back;
    }

    /// <summary>Closes a meeting; copies can still come back.</summary>
    /// <exception cref="AccessRefusedException">The meeting is of another remit; the refusal is in the log.</exception>
    public async Task<ConferenceOutcome> Close(string conferenceId, StaffMember member, CancellationToken cancellation = default)
    {
        if (await Find(conferenceId, member, "conference-close", cancellation).ConfigureAwait(false) is not { } conference)
        {
            return ConferenceOutcome.Invalid;
        }

        using WarehouseSession session = Identity();
        session.Execute("load/conference_close", new { conference.ConferenceId, member.StaffId, NowUtc = Now });
        return ConferenceOutcome.Recorded;
    }

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    private static string Subject(string conferenceId) => "conference " + conferenceId;

    private static bool MaySee(StaffMember member, Conference conference) =>
        member.RoleCode == Roles.Caseworker && (member.RemitCode == Roles.CityRemit || member.RemitCode == conference.RemitCode);

    private static bool Fits(string text, int least, int most) => text.Trim().Length >= least && text.Trim().Length <= most && !text.Any(char.IsControl);

    private static string IdOf(string decisionId, string part) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(decisionId + " " + part)))[..32];

    private bool IsGood(string conferenceId, long childKey, DecisionInput input, List<TaskInput> tasks, string text, DateOnly held) =>
        ConferenceCodes.Decisions.ContainsKey(input.DecisionCode) && IsOnAgenda(conferenceId, childKey)
        && text.Length <= JudgementCodes.MaxNote && tasks.Count <= ConferenceCodes.TaskLines
        && (input.DecisionCode == "close" ? input.ReviewDate is null && Fits(input.LeadAgency, 0, 100) : input.ReviewDate is { } review && review >= Today && review <= Today.AddYears(3) && Fits(input.LeadAgency, 1, 100))
        && tasks.TrueForAll(task => (task.SupportCode is "" or "none" || ContactCodes.Details["support"].ContainsKey(task.SupportCode))
            && Fits(task.Agency, 1, 100) && Fits(task.Text, 0, 400) && (task.Text.Trim().Length > 0 || task.SupportCode is not ("" or "none")) && task.DueDate is { } due && due >= held && due <= Today.AddYears(3)
            && (task.BeginsDate is not { } begins || (task.SupportCode is not ("" or "none") && begins >= held && begins <= due)));

    // Supports that the meeting agreed on begin on their day, or with the meeting; the next review reminds whoever works the list.
    private static List<ContactFact> HandedOver(string decisionId, Conference conference, long childKey, DecisionInput input, List<TaskInput> tasks, StaffMember member, DateTime now)
    {
        List<ContactFact> contacts = [];
        for (int i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].SupportCode is not ("" or "none"))
            {
                contacts.Add(Contact("task " + (i + 1).ToString(CultureInfo.InvariantCulture), "support", tasks[i].SupportCode, tasks[i].BeginsDate ?? conference.HeldDate, null));
            }
        }

        if (input.ReviewDate is { } review)
        {
            contacts.Add(Contact("review", "review", "review", conference.HeldDate, review));
        }

        return contacts;

        ContactFact Contact(string part, string kind, string detail, DateOnly day, DateOnly? due) =>
            new(IdOf(decisionId, part), childKey, member.StaffId, kind, detail, "", day, due, 0, now);
    }

    private bool IsOnAgenda(string conferenceId, long childKey)
    {
        using WarehouseSession session = Identity();
        return session.Query<ConferenceItem>("query/conference_item", new { conference_id = conferenceId }).Any(item => item.ChildKey == childKey)
            && Changes(session, conferenceId).GetValueOrDefault(childKey) is not { IsOff: true };
    }

    // The meeting and the ticket of a form about it; what is about a child needs the right to the child too.
    private async Task<(Conference Conference, CaseTicket? Ticket)> Form(string conferenceId, string ticketText, StaffMember member, string action, long childKey, CancellationToken cancellation)
    {
        if (childKey != 0)
        {
            (DateOnly asOf, DateTime known) = _reader.Now();
            await _reader.Allow(childKey, asOf, known, new AccessReason(member, "conference"), action, conferenceId, cancellation).ConfigureAwait(false);
        }

        Conference conference = await Find(conferenceId, member, action, cancellation).ConfigureAwait(false) ?? throw new AccessRefusedException("there is no such meeting");
        return (conference, _tickets.Open(ticketText, member.StaffId, 0, Subject(conferenceId)));
    }

    private async Task<Conference?> Find(string conferenceId, StaffMember member, string action, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(member);
        Conference? conference;
        using (WarehouseSession session = Identity())
        {
            conference = session.Query<Conference>("query/conference").FirstOrDefault(one => one.ConferenceId == conferenceId);
        }

        bool isAllowed = conference is not null && MaySee(member, conference);
        await Note(member, action, isAllowed, 0, conferenceId is { Length: <= 40 } ? conferenceId : "", cancellation).ConfigureAwait(false);
        return conference is null || isAllowed ? conference : throw new AccessRefusedException("the meeting is of another remit");
    }

    private Task Note(StaffMember member, string action, bool isAllowed, long childKey, string about, CancellationToken cancellation) =>
        _audit.Record(new AuditEntry(member.StaffId, member.RoleCode, action, isAllowed ? "allowed" : "refused", childKey, "conference", about), cancellation);

    private WarehouseSession Identity() => _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
}
