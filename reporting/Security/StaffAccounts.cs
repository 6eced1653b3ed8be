using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Warehouse.Sql;

namespace Warehouse.Reporting.Security;

/// <summary>Who is signed in.</summary>
public sealed record StaffMember(string StaffId, string DisplayName, string RoleCode, string RemitCode)
{
    /// <summary>Whether a child of this district is in the remit.</summary>
    public bool Serves(string districtCode) =>
        RoleCode == Roles.Caseworker && (RemitCode == Roles.CityRemit || (districtCode.Length > 0 && RemitCode == districtCode));
}

/// <summary>How a sign-in ended.</summary>
public enum SignInOutcome
{
    /// <summary>The password fits.</summary>
    SignedIn,

    /// <summary>Unknown account, wrong password or closed account; the difference is not told.</summary>
    Refused,

    /// <summary>Too many failures; the account opens again by itself.</summary>
    Locked,
}

/// <summary>Local accounts, for networks without an identity provider: hashed passwords, lock-out.</summary>
public sealed class StaffAccounts
{
    /// <summary>Failures in a row after which an account locks.</summary>
    public const int MaxFailures = 5;

    /// <summary>How long an account stays locked.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(15);

    private static readonly PasswordHasher<string> Hasher = new();

    // Verified for unknown accounts too, so that the time of an answer does not tell which accounts exist.
    private static readonly Lazy<string> NobodyHash = new(() => Hasher.HashPassword("nobody", NewPassword()));

    private readonly WarehouseDatabases _databases;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    /// <summary>Makes accounts over the identity database.</summary>
    public StaffAccounts(WarehouseDatabases databases, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _time = time;
    }

    /// <summary>Returns a random password of 16 signs that cannot be mistaken for each other.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789", 16);

    /// <summary>Writes an account, in place of one with the same id.</summary>
    public void Save(StaffMember member, string password)
    {
        ArgumentNullException.ThrowIfNull(member);
        if (!Roles.IsKnown(member.RoleCode))
        {
            throw new ArgumentException($"'{member.RoleCode}' is not a role.", nameof(member));
        }

        // The column holds single bytes: on a server another sign would become a question mark, and two accounts one.
        if (member.StaffId.Length is 0 or > 40 || member.StaffId.Any(sign => sign is <= ' ' or > '~'))
        {
            throw new ArgumentException("A staff id is not 1 to 40 ASCII signs without blanks.", nameof(member));
        }

        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        session.Execute("load/report_staff_delete", new { staff_id = member.StaffId });
        session.Execute("load/report_staff_insert", new
        {
            member.StaffId,
            member.DisplayName,
            member.RoleCode,
            member.RemitCode,
            PasswordHash = Hasher.HashPassword(member.StaffId, password),
            FailedCount = 0,
            LockedUntilUtc = (DateTime?)null,
            IsActive = (short)1,
            CreatedUtc = _time.GetUtcNow().UtcDateTime,
        });
        session.Commit();
    }

    /// <summary>Closes an account and returns whether it was open.</summary>
    public bool Close(string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.Execute("load/report_staff_close", new { staff_id = staffId }) > 0;
    }

    /// <summary>Returns whether anybody can sign in.</summary>
    public bool Any()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingle<long>("query/report_staff_count") > 0;
    }

    /// <summary>Returns an open account, or null.</summary>
    public StaffMember? Find(string staffId) => Read(staffId) is { IsActive: 1 } row ? row.Member : null;

    /// <summary>Checks a password and counts failures.</summary>
    public (SignInOutcome Outcome, StaffMember? Member) SignIn(string staffId, string password)
    {
        // One attempt at a time: parallel guesses are all counted.
        lock (_gate)
        {
            StaffRow? row = Read(staffId);
            DateTime now = _time.GetUtcNow().UtcDateTime;
            if (row is null || row.IsActive == 0)
            {
                Hasher.VerifyHashedPassword(staffId, NobodyHash.Value, password);
                return (SignInOutcome.Refused, null);
            }

            if (row.LockedUntilUtc > now)
            {
                return (SignInOutcome.Locked, null);
            }

            PasswordVerificationResult result = Hasher.VerifyHashedPassword(staffId, row.PasswordHash, password);
            bool fits = result != PasswordVerificationResult.Failed;
            int failures = fits ? 0 : row.FailedCount + 1;
            bool locks = failures >= MaxFailures;
            if (!fits || row.FailedCount > 0 || result == PasswordVerificationResult.SuccessRehashNeeded)
            {
                using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
                session.Execute("load/report_staff_attempt", new
                {
                    StaffId = staffId,
                    FailedCount = locks ? 0 : failures,
                    LockedUntilUtc = locks ? now + LockTime : (DateTime?)null,
                    PasswordHash = result == PasswordVerificationResult.SuccessRehashNeeded ? Hasher.HashPassword(staffId, password) : row.PasswordHash,
                });
            }

            return fits ? (SignInOutcome.SignedIn, row.Member) : (locks ? SignInOutcome.Locked : SignInOutcome.Refused, null);
        }
    }

    private StaffRow? Read(string staffId)
    {
        if (staffId is not { Length: > 0 and <= 40 })
        {
            return null;
        }

        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingleOrDefault<StaffRow>("query/report_staff", new { staff_id = staffId });
    }

    private sealed record StaffRow(
        string StaffId,
        string DisplayName,
        string RoleCode,
        string RemitCode,
        string PasswordHash,
        int FailedCount,
        DateTime? LockedUntilUtc,
        int IsActive)
    {
        public StaffMember Member => new(StaffId, DisplayName, RoleCode, RemitCode);
    }
}
