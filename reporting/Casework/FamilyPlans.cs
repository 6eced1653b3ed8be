using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>What a caseworker writes for the family.</summary>
/// <param name="Wish">What child and family want.</param>
/// <param name="Goal">What is aimed at together.</param>
/// <param name="Helps">What the city does, a line each.</param>
/// <param name="Request">What the family is asked to do.</param>
/// <param name="Review">When they meet again.</param>
/// <param name="Contact">Whom to ask.</param>
/// <param name="IsSafetyChecked">Whether the office in charge of a protective measure was asked.</param>
public sealed record PlanInput(string Wish, string Goal, string Helps, string Request, DateOnly? Review, string Contact, bool IsSafetyChecked);

/// <summary>A plan that was handed out.</summary>
public sealed record MadePlan(string BriefId, DateTime CreatedUtc, string CreatedBy, int CopyNumber);

/// <summary>A child with the plans that were made and a draft of the next.</summary>
/// <param name="Child">The child.</param>
/// <param name="Draft">What decision, supports and next review say, in plain words; the caseworker writes it over.</param>
/// <param name="Made">Plans that were made, newest first.</param>
public sealed record PlanView(IdentifiedChild Child, PlanInput Draft, IReadOnlyList<MadePlan> Made);

/// <summary>How an attempt to make a plan ended.</summary>
public enum PlanOutcome
{
    /// <summary>It is made; also where the same form came before.</summary>
    Recorded,

    /// <summary>Something is missing or too long, or the date does not fit.</summary>
    Invalid,

    /// <summary>The form is too old, was changed, or belongs to somebody else.</summary>
    TicketRefused,

    /// <summary>A protective measure is in force: the office in charge says first how a paper reaches the family.</summary>
    SafetyFirst,
}

/// <summary>Support plans that families take home: drafted from what was decided, written by a person, kept and numbered like briefs.</summary>
public sealed class FamilyPlans
{
    /// <summary>Lines of help that fit on the paper.</summary>
    public const int MostHelps = 8;

    /// <summary>Characters of each part.</summary>
    public const int MostWords = 300;

    private const string Subject = "plan";

    // What a support means for whoever gets it; who gives it stands behind it.
    private static readonly Dictionary<string, string> Plain = new(StringComparer.Ordinal)
    {
        ["counselling"] = "これからも、お話を聞きます。",
        ["home_visit"] = "おうちに　うかがって、お手伝いします。",
        ["temporary_care"] = "お子さんを　少しの時間　あずかります。",
        ["short_stay"] = "お子さんが　泊まれるところを　用意します。",
        ["school_social"] = "学校のことを　相談できる人が　お話を聞きます。",
        ["health_nurse"] = "保健師が　体や　育ちの相談に　のります。",
        ["benefit"] = "使える手当や　制度の　手続きを　お手伝いします。",
        ["food"] = "食べものや　生活に要るものを　とどけます。",
        ["young_carer"] = "家のことや　お世話を　手伝う人を　さがします。",
        ["other"] = "お手伝いできることを　いっしょに　考えます。",
    };

    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly BriefService _briefs;
    private readonly CaseTickets _tickets;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Makes the plans of a service.</summary>
    public FamilyPlans(WarehouseDatabases databases, BriefReader reader, BriefService briefs, CaseTickets tickets, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(briefs);
        ArgumentNullException.ThrowIfNull(tickets);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _reader = reader;
        _briefs = briefs;
        _tickets = tickets;
        _time = time;
    }

    private DateOnly Today => JapaneseDate.At(_time.GetUtcNow().UtcDateTime);

    /// <summary>Returns the plans of a child and a draft of the next, or null where the child is not known; the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<PlanView?> Open(long childKey, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        return await _reader.ReadChild(childKey, asOf, known, reason, "plan", "", cancellation).ConfigureAwait(false) is { } child
            ? new PlanView(child, Draft(childKey), Made(childKey))
            : null;
    }

    /// <summary>Returns the sealed ticket of the next form about a child.</summary>
    public string Ticket(long childKey, StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return _tickets.Issue(member.StaffId, childKey, Subject, new CaseRound(Today, 0, "none"));
    }

    /// <summary>Draws a plan without keeping it; the access is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<(PlanOutcome Outcome, byte[] Pdf)> Preview(long childKey, PlanInput input, AccessReason reason, string? watermark, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        IdentifiedChild? child = await _reader.ReadChild(childKey, asOf, known, reason, "plan-preview", "", cancellation).ConfigureAwait(false);
        PlanOutcome outcome = child is null ? PlanOutcome.TicketRefused : Check(child, input);
        if (outcome != PlanOutcome.Recorded)
        {
            return (outcome, []);
        }

        BriefDocument document = FamilyPlanComposer.Compose(Plan(child!, input, Made(childKey).Count + 1), "（下書き）", string.Join(' ', new[] { watermark, "下書き" }.OfType<string>()));
        return (PlanOutcome.Recorded, _briefs.Draw(document, cancellation));
    }

    /// <summary>Makes a plan, keeps its document under a number and returns the id; the same form again gives the same.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<(PlanOutcome Outcome, string Id)> Make(long childKey, string ticketText, PlanInput input, AccessReason reason, string? watermark, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(reason);
        (DateOnly asOf, DateTime known) = _reader.Now();
        CaseTicket? ticket = _tickets.Open(ticketText, reason.Member.StaffId, childKey, Subject);
        IdentifiedChild? child = await _reader.ReadChild(childKey, asOf, known, reason, "plan-make", ticket?.Id ?? "no ticket", cancellation).ConfigureAwait(false);
        PlanOutcome outcome = ticket is null || child is null ? PlanOutcome.TicketRefused : Check(child, input);
        if (outcome != PlanOutcome.Recorded)
        {
            return (outcome, "");
        }

        string id = string.Create(CultureInfo.InvariantCulture, $"P{Today:yyyyMMdd}-{ticket!.Id[..12].ToUpperInvariant()}");
        lock (_gate)
        {
            // One number at a time, and a form sent again gets the number that it has.
            IReadOnlyList<MadePlan> made = Made(childKey);
            if (made.All(plan => plan.BriefId != id))
            {
                BriefDocument document = FamilyPlanComposer.Compose(Plan(child!, input, made.Count + 1), id, watermark);
                _briefs.Keep(document, new KeptDocument(id, childKey, asOf, known, "ご家族", made.Count + 1, made.Count + 1, BriefService.PlanCode), reason, cancellation);
            }
        }

        return (PlanOutcome.Recorded, id);
    }

    private FamilyPlan Plan(IdentifiedChild child, PlanInput input, int number) => new(
        child.Identities.GetValueOrDefault(child.Record.Child.ChildKey)?.NameKanji ?? "お子",
        CaseDesk.Clean(input.Wish) ?? "",
        CaseDesk.Clean(input.Goal) ?? "",
        Lines(input.Helps),
        CaseDesk.Clean(input.Request) ?? "",
        input.Review,
        CaseDesk.Clean(input.Contact) ?? "",
        Today,
        number);

    private PlanOutcome Check(IdentifiedChild child, PlanInput input)
    {
        string[] parts = [input.Wish, input.Goal, input.Request, input.Contact];
        bool isGood = CaseDesk.Clean(input.Goal) is not null && CaseDesk.Clean(input.Contact) is not null && Lines(input.Helps) is { Count: > 0 and <= MostHelps } helps
            && parts.All(part => (CaseDesk.Clean(part) ?? "").Length <= MostWords) && helps.TrueForAll(line => line.Length <= 100)
            && (input.Review is not { } day || (day >= Today && day <= Today.AddYears(3)));
        return !isGood ? PlanOutcome.Invalid : child.IsRestricted && !input.IsSafetyChecked ? PlanOutcome.SafetyFirst : PlanOutcome.Recorded;
    }

    private PlanInput Draft(long childKey)
    {
        IReadOnlyList<PlannedSupport> supports;
        DateOnly? review;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            review = session.Query<Reminder>("query/casework_reminder").FirstOrDefault(one => one.ChildKey == childKey)?.ReviewDate;
        }

        using (WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker))
        {
            supports = session.Query<PlannedSupport>("query/conference_support", new { child_key = childKey });
        }

        IEnumerable<string> helps = supports.Where(one => Plain.ContainsKey(one.SupportCode)).Select(one => $"{Plain[one.SupportCode]}（{one.Agency}）").Distinct(StringComparer.Ordinal).Take(MostHelps);
        return new PlanInput("", "", string.Join('\n', helps), "", review >= Today ? review : null, supports.Count > 0 ? supports[0].LeadAgency : "", false);
    }

    private IReadOnlyList<MadePlan> Made(long childKey)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.Query<MadePlan>("query/casework_plan", new { child_key = childKey });
    }

    private static List<string> Lines(string text) => [.. (CaseDesk.Clean(text) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private sealed record PlannedSupport(string SupportCode, string Agency, string LeadAgency);
}
