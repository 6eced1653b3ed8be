using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Warehouse.Reporting.Casework;

/// <summary>What a form says about itself: who opened which child in which scoring, and when.</summary>
/// <param name="Id">The id of what the form will record: the same form sent twice records it once.</param>
/// <param name="StaffId">Who opened it.</param>
/// <param name="ChildKey">The child.</param>
/// <param name="Subject">What the form records: a stage of a judgement, or <c>contact</c>.</param>
/// <param name="Round">The scoring that was current.</param>
/// <param name="OpenedUtc">When the page was made; the time taken counts from here.</param>
public sealed record CaseTicket(string Id, string StaffId, long ChildKey, string Subject, CaseRound Round, DateTime OpenedUtc);

/// <summary>Seals and opens tickets: a browser can neither read nor change one.</summary>
public sealed class CaseTickets
{
    /// <summary>How long a form stays valid; longer than any working day.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly IDataProtector _protector;
    private readonly TimeProvider _time;

    /// <summary>Makes tickets with the keys of this service.</summary>
    public CaseTickets(IDataProtectionProvider protection, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(protection);
        ArgumentNullException.ThrowIfNull(time);
        _protector = protection.CreateProtector("Warehouse.Casework.Ticket");
        _time = time;
    }

    /// <summary>Returns a sealed ticket that starts now.</summary>
    public string Issue(string staffId, long childKey, string subject, CaseRound round) => _protector.Protect(JsonSerializer.Serialize(
        new CaseTicket(Guid.NewGuid().ToString("N"), staffId, childKey, subject, round, _time.GetUtcNow().UtcDateTime)));

    /// <summary>Returns the ticket, or null where it was changed, is too old or belongs to another person or child.</summary>
    public CaseTicket? Open(string? text, string staffId, long childKey, string subject)
    {
        if (text is not { Length: > 0 and <= 4000 })
        {
            return null;
        }

        try
        {
            CaseTicket? ticket = JsonSerializer.Deserialize<CaseTicket>(_protector.Unprotect(text));
            TimeSpan age = _time.GetUtcNow().UtcDateTime - ticket!.OpenedUtc;
            return ticket.StaffId == staffId && ticket.ChildKey == childKey && ticket.Subject == subject && age >= TimeSpan.Zero && age <= Lifetime ? ticket : null;
        }
        catch (CryptographicException)
        {
            // Not a ticket of this service, or one of keys that are gone.
            return null;
        }
    }
}
