using System.Security.Cryptography;
using System.Text;
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

    /// <summary>The password fits; the account is open only after a code of its second factor.</summary>
    CodeNeeded,

    /// <summary>The password fits; the role asks for a second factor, and the account has none yet.</summary>
    FactorMissing,
}

/// <summary>An account as whoever administers accounts sees it.</summary>
/// <param name="StaffId">The account.</param>
/// <param name="DisplayName">The name on pages and briefs.</param>
/// <param name="RoleCode">The role.</param>
/// <param name="RemitCode">The remit of a caseworker, or empty.</param>
/// <param name="IsActive">1 while it may sign in.</param>
/// <param name="LockedUntilUtc">Until when failures keep it locked; null where they do not.</param>
/// <param name="CreatedUtc">When it was made or last given a password.</param>
/// <param name="EnrolledUtc">Since when it has a second factor; null for none.</param>
public sealed record ListedAccount(
    string StaffId, string DisplayName, string RoleCode, string RemitCode, int IsActive, DateTime? LockedUntilUtc, DateTime CreatedUtc, DateTime? EnrolledUtc);

/// <summary>Says why an account cannot be written or closed.</summary>
public sealed class AccountRefusedException(string code, string message) : Exception(message)
{
    /// <summary><c>last-administrator</c>, <c>exists</c> or <c>unknown</c>.</summary>
    public string Code { get; } = code;
}

/// <summary>Local accounts, for networks without an identity provider: hashed passwords, lock-out, second factor.</summary>
public sealed partial class StaffAccounts
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
    private readonly FactorKeys? _keys;
    private readonly IReadOnlyCollection<string> _factorRoles;
    // Of the process: an embedded database refuses the second of two changes of one account.
    private static readonly Lock Gate = new();

    /// <summary>Makes accounts over the identity database.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="time">The clock.</param>
    /// <param name="keys">What protects second factors; without it an account that has one cannot sign in.</param>
    /// <param name="factorRoles">Roles that need a second factor; <c>all</c> for every role, <c>source</c> for those of departments.</param>
    public StaffAccounts(WarehouseDatabases databases, TimeProvider time, FactorKeys? keys = null, IReadOnlyCollection<string>? factorRoles = null)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _time = time;
        _keys = keys;
        _factorRoles = factorRoles ?? [];
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
        if (Read(session, member.StaffId) is { IsActive: 1, RoleCode: Roles.Administrator } && member.RoleCode != Roles.Administrator)
        {
            RefuseLast(session, member.StaffId);
        }

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
    /// <exception cref="AccountRefusedException">It is the last open one that administers accounts.</exception>
    public bool Close(string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        if (Read(session, staffId) is { IsActive: 1, RoleCode: Roles.Administrator })
        {
            RefuseLast(session, staffId);
        }

        bool wasOpen = session.Execute("load/report_staff_close", new { staff_id = staffId }) > 0;
        session.Commit();
        return wasOpen;
    }

    /// <summary>Returns all accounts, open ones first.</summary>
    public IReadOnlyList<ListedAccount> List()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.Query<ListedAccount>("query/report_staff_list");
    }

    /// <summary>Returns whether anybody can sign in.</summary>
    public bool Any()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingle<long>("query/report_staff_count") > 0;
    }

    /// <summary>Returns an open account, or null.</summary>
    public StaffMember? Find(string staffId) => Read(staffId) is { IsActive: 1 } row ? row.Member : null;

    /// <summary>Returns what changes with the password of an open account, for the sessions that began under it; empty where there is none.</summary>
    public string Stamp(string staffId) => Read(staffId) is { IsActive: 1 } row ? StampOf(row) : "";

    /// <summary>Returns whether a session that began with this member and stamp may go on.</summary>
    public bool IsCurrent(StaffMember member, string stamp)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Read(member.StaffId) is { IsActive: 1 } row && row.Member == member && StampOf(row) == stamp;
    }

    /// <summary>Gives an account another password where the present one fits; a wrong one counts as a failure. Returns whether it was changed.</summary>
    public bool ChangePassword(string staffId, string password, string next)
    {
        lock (Gate)
        {
            DateTime now = _time.GetUtcNow().UtcDateTime;
            if (Read(staffId) is not { IsActive: 1 } row || row.LockedUntilUtc > now)
            {
                return false;
            }

            if (Hasher.VerifyHashedPassword(staffId, row.PasswordHash, password) == PasswordVerificationResult.Failed)
            {
                Fail(row, now);
                return false;
            }

            Note(row with { PasswordHash = Hasher.HashPassword(staffId, next) }, 0, null);
            return true;
        }
    }

    /// <summary>Checks a password and counts failures; with a second factor they are forgotten only after a code that fits.</summary>
    public (SignInOutcome Outcome, StaffMember? Member) SignIn(string staffId, string password)
    {
        // One attempt at a time: parallel guesses are all counted.
        lock (Gate)
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
            FactorRow? factor = fits ? Factor(staffId) : null;
            int failures = fits ? factor is null ? 0 : row.FailedCount : row.FailedCount + 1;
            bool locks = failures >= MaxFailures;
            if (failures != row.FailedCount || result == PasswordVerificationResult.SuccessRehashNeeded)
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

            return !fits ? (locks ? SignInOutcome.Locked : SignInOutcome.Refused, null)
                : factor is not null ? (SignInOutcome.CodeNeeded, row.Member)
                : NeedsFactor(row.RoleCode) ? (SignInOutcome.FactorMissing, row.Member)
                : (SignInOutcome.SignedIn, row.Member);
        }
    }

    private StaffRow? Read(string staffId)
    {
        if (staffId is not { Length: > 0 and <= 40 })
        {
            return null;
        }

        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return Read(session, staffId);
    }

    private bool NeedsFactor(string role) =>
        _factorRoles.Contains("all") || _factorRoles.Contains(role) || (Roles.SystemOf(role) is not null && _factorRoles.Contains("source"));

    private static string StampOf(StaffRow row) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(row.PasswordHash)))[..16];

    private static StaffRow? Read(WarehouseSession session, string staffId) => session.QuerySingleOrDefault<StaffRow>("query/report_staff", new { staff_id = staffId });

    private static void RefuseLast(WarehouseSession session, string staffId)
    {
        if (session.QuerySingle<long>("query/report_staff_admin_count", new { staff_id = staffId }) == 0)
        {
            throw new AccountRefusedException("last-administrator", $"'{staffId}' is the last open account with the role {Roles.Administrator}; make another one first, so that somebody can still administer accounts.");
        }
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
