using System.Collections.Concurrent;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Web;

/// <summary>Writes a row of the access log for a client that asks too much: one a minute and client, so that a flood of requests is no flood of rows.</summary>
public sealed class ExcessRecorder(AuditTrail audit, TimeProvider time)
{
    // Clients are staff and addresses; with more of them at once the oldest are forgotten and may get a second row.
    private const int MostClients = 10_000;

    private readonly ConcurrentDictionary<string, long> _noted = new(StringComparer.Ordinal);

    /// <summary>Records a refusal, unless this client has one in this minute.</summary>
    internal async Task Record(HttpContext context, string client, CancellationToken cancellation)
    {
        long minute = time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        bool isFirst = true;
        _noted.AddOrUpdate(client, minute, (_, before) =>
        {
            isFirst = before != minute;
            return minute;
        });
        if (!isFirst)
        {
            return;
        }

        if (_noted.Count > MostClients)
        {
            foreach ((string old, long noted) in _noted)
            {
                if (noted < minute)
                {
                    _noted.TryRemove(old, out _);
                }
            }
        }

        StaffMember? member = context.User.Member();
        string route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
        await audit.Record(
            new AuditEntry(member?.StaffId ?? "", member?.RoleCode ?? "", "too-many", "refused", 0, "", $"{client} {context.Request.Method} {route}"), cancellation).ConfigureAwait(false);
    }
}
