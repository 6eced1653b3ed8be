using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Reporting.Security;

/// <summary>One access or refusal before it has a place in the chain.</summary>
/// <param name="StaffId">Who.</param>
/// <param name="RoleCode">In which role.</param>
/// <param name="ActionCode">What: the screen, export or command.</param>
/// <param name="OutcomeCode"><c>allowed</c> or <c>refused</c>.</param>
/// <param name="ChildKey">Which child; 0 where the access is not about one.</param>
/// <param name="PurposeCode">Why; empty where none was asked for.</param>
/// <param name="ObjectId">Which document, route or table.</param>
public sealed record AuditEntry(
    string StaffId,
    string RoleCode,
    string ActionCode,
    string OutcomeCode,
    long ChildKey = 0,
    string PurposeCode = "",
    string ObjectId = "");

/// <summary>One row of <c>audit.access_log</c>.</summary>
public sealed record AuditRow
{
    /// <summary>The place in the chain, from 1, without gaps.</summary>
    public long AccessId { get; init; }

    /// <summary>When, in whole milliseconds.</summary>
    public DateTime AtUtc { get; init; }

    /// <summary>Who.</summary>
    public string StaffId { get; init; } = "";

    /// <summary>In which role.</summary>
    public string RoleCode { get; init; } = "";

    /// <summary>What.</summary>
    public string ActionCode { get; init; } = "";

    /// <summary><c>allowed</c> or <c>refused</c>.</summary>
    public string OutcomeCode { get; init; } = "";

    /// <summary>Which child, or 0.</summary>
    public long ChildKey { get; init; }

    /// <summary>Why.</summary>
    public string PurposeCode { get; init; } = "";

    /// <summary>Which document, route or table.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>The hash of the row before, or 64 zeros.</summary>
    public string PreviousHash { get; init; } = "";

    /// <summary>The hash over this row and <see cref="PreviousHash"/>.</summary>
    public string RowHash { get; init; } = "";
}

/// <summary>What a check of the chain found.</summary>
/// <param name="RowCount">Rows read before the check stopped.</param>
/// <param name="HeadHash">The hash of the last good row; noted elsewhere, it shows later whether rows were cut off the end.</param>
/// <param name="BrokenAt">The number of the first row that does not fit, or null.</param>
/// <param name="Fault">What does not fit, or null.</param>
public sealed record AuditVerdict(long RowCount, string HeadHash, long? BrokenAt, string? Fault)
{
    /// <summary>Whether every row fits.</summary>
    public bool IsIntact => BrokenAt is null;
}

/// <summary>The hash chain of the access log.</summary>
/// <remarks>
/// A changed, removed or inserted row is found at its place, because each hash covers the one before. Rows cut off the end
/// are found only against a head hash that was noted elsewhere.
/// </remarks>
public static class AuditChain
{
    /// <summary>The hash before the first row.</summary>
    public static readonly string Root = new('0', 64);

    /// <summary>Returns the row that follows a hash.</summary>
    public static AuditRow Append(long accessId, DateTime atUtc, AuditEntry entry, string previousHash)
    {
        ArgumentNullException.ThrowIfNull(entry);
        AuditRow row = new()
        {
            AccessId = accessId,
            AtUtc = WholeMilliseconds(atUtc),
            StaffId = Fit(entry.StaffId, 40),
            RoleCode = Fit(entry.RoleCode, 40),
            ActionCode = Fit(entry.ActionCode, 40),
            OutcomeCode = Fit(entry.OutcomeCode, 12),
            ChildKey = entry.ChildKey,
            PurposeCode = Fit(entry.PurposeCode, 40),
            ObjectId = Fit(entry.ObjectId, 100),
            PreviousHash = previousHash,
        };
        return row with { RowHash = HashOf(row) };
    }

    /// <summary>Returns the hash of a row: SHA-256 over its fields, each with its length before it.</summary>
    public static string HashOf(AuditRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        StringBuilder text = new();
        void Add(string field) => text.Append(field.Length.ToString(CultureInfo.InvariantCulture)).Append(':').Append(field).Append('\n');
        Add(row.PreviousHash);
        Add(row.AccessId.ToString(CultureInfo.InvariantCulture));
        Add(WholeMilliseconds(row.AtUtc).ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
        Add(row.StaffId);
        Add(row.RoleCode);
        Add(row.ActionCode);
        Add(row.OutcomeCode);
        Add(row.ChildKey.ToString(CultureInfo.InvariantCulture));
        Add(row.PurposeCode);
        Add(row.ObjectId);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Returns the first row that does not fit, reading rows in order of their number.</summary>
    public static AuditVerdict Verify(IEnumerable<AuditRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        string previous = Root;
        long count = 0;
        foreach (AuditRow row in rows)
        {
            string? fault = row.AccessId != count + 1 ? $"row {count + 1} is missing"
                : row.PreviousHash != previous ? "the row does not follow the row before it"
                : row.RowHash != HashOf(row) ? "the row was changed after it was written"
                : null;
            if (fault is not null)
            {
                return new AuditVerdict(count, previous, count + 1, fault);
            }

            previous = row.RowHash;
            count++;
        }

        return new AuditVerdict(count, previous, null, null);
    }

    private static DateTime WholeMilliseconds(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc);

    // What is longer than its column is cut here, so that the hash covers what is stored.
    private static string Fit(string value, int length)
    {
        // Beyond ASCII as \uXXXX: whoever tries to sign in may type anything, and a column of single bytes would change it after its hash was made.
        string clean = string.Concat(value.Where(sign => !char.IsControl(sign)).Select(sign =>
            sign <= '~' ? sign.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)sign:x4}"))).TrimEnd();
        return clean.Length <= length ? clean : clean[..length].TrimEnd();
    }
}
