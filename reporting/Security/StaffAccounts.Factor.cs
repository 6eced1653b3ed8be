using Warehouse.Sql;

namespace Warehouse.Reporting.Security;

/// <summary>The second factor of an account.</summary>
public sealed partial class StaffAccounts
{
    /// <summary>Whether second factors can be kept: without the installation secret they cannot.</summary>
    public bool CanKeepFactors => _keys is not null;

    /// <summary>Returns since when an account has a second factor; null for none.</summary>
    public DateTime? FactorSince(string staffId) => Factor(staffId)?.EnrolledUtc;

    /// <summary>Returns how many recovery codes of an account are left.</summary>
    public long RecoveryLeft(string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingle<long>("query/report_staff_recovery_left", new { staff_id = staffId });
    }

    /// <summary>Returns whether any open account has a second factor.</summary>
    public bool AnyFactor()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingle<long>("query/report_staff_factor_count") > 0;
    }

    /// <summary>Gives an account a second factor after a first code of it was shown to fit, and returns its recovery codes, which are in no store in words.</summary>
    /// <param name="staffId">An open account without a second factor.</param>
    /// <param name="key">The shared secret.</param>
    /// <param name="code">A code that is right now; it does not open the account again.</param>
    /// <returns>The codes; null where the code does not fit, or the account is closed, locked or has a second factor already.</returns>
    public IReadOnlyList<string>? Enrol(string staffId, byte[] key, string code)
    {
        ArgumentNullException.ThrowIfNull(key);
        FactorKeys keys = Keys();
        lock (Gate)
        {
            DateTime now = _time.GetUtcNow().UtcDateTime;
            if (Read(staffId) is not { IsActive: 1 } row || row.LockedUntilUtc > now || Factor(staffId) is not null)
            {
                return null;
            }

            if (Totp.Match(key, code, now, -1) is not { } step)
            {
                Fail(row, now);
                return null;
            }

            return Write(row.StaffId, key, step, now, keys);
        }
    }

    /// <summary>Gives an account a second factor without a first code, for an operator who hands it over in person; returns its recovery codes.</summary>
    /// <exception cref="AccountRefusedException">There is no open account, or it has a second factor.</exception>
    public IReadOnlyList<string> Enrol(string staffId, byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        FactorKeys keys = Keys();
        lock (Gate)
        {
            if (Find(staffId) is null)
            {
                throw new AccountRefusedException("unknown", $"There is no open account '{staffId}'.");
            }

            if (Factor(staffId) is not null)
            {
                throw new AccountRefusedException("exists", $"'{staffId}' has a second factor already; take it away first with 'warehouse staff factor-off --id {staffId}'.");
            }

            return Write(staffId, key, -1, _time.GetUtcNow().UtcDateTime, keys);
        }
    }

    /// <summary>Takes the second factor and its recovery codes away and returns whether there was one.</summary>
    public bool RemoveFactor(string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        session.Execute("load/report_staff_recovery_delete", new { staff_id = staffId });
        bool had = session.Execute("load/report_staff_factor_delete", new { staff_id = staffId }) > 0;
        session.Commit();
        return had;
    }

    /// <summary>Checks a code of the second factor, or a recovery code, after the password fitted; failures count with those of the password.</summary>
    public (SignInOutcome Outcome, StaffMember? Member) CheckCode(string staffId, string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        lock (Gate)
        {
            DateTime now = _time.GetUtcNow().UtcDateTime;
            if (Read(staffId) is not { IsActive: 1 } row || Factor(staffId) is not { } factor)
            {
                return (SignInOutcome.Refused, null);
            }

            if (row.LockedUntilUtc > now)
            {
                return (SignInOutcome.Locked, null);
            }

            if (!Uses(factor, code.Trim(), now))
            {
                return (Fail(row, now), null);
            }

            if (row.FailedCount > 0)
            {
                Note(row, 0, null);
            }

            return (SignInOutcome.SignedIn, row.Member);
        }
    }

    /// <summary>Returns how far somebody is for whom an identity provider vouches; what they may do is in the account.</summary>
    /// <param name="staffId">The account that the provider names.</param>
    /// <param name="hasFactor">Whether the provider has proved a second factor of its own; without it the rule of local accounts holds.</param>
    public (SignInOutcome Outcome, StaffMember? Member) Vouched(string staffId, bool hasFactor)
    {
        lock (Gate)
        {
            return Read(staffId) is not { IsActive: 1 } row ? (SignInOutcome.Refused, null)
                : row.LockedUntilUtc > _time.GetUtcNow().UtcDateTime ? (SignInOutcome.Locked, row.Member)
                : hasFactor ? (SignInOutcome.SignedIn, row.Member)
                : Factor(staffId) is not null ? (SignInOutcome.CodeNeeded, row.Member)
                : NeedsFactor(row.RoleCode) ? (SignInOutcome.FactorMissing, row.Member)
                : (SignInOutcome.SignedIn, row.Member);
        }
    }

    // The row decides, not what was read before: of two processes with one code only one changes it.
    private bool Uses(FactorRow factor, string code, DateTime now)
    {
        FactorKeys keys = Keys();
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return code.Length == Totp.Digits && code.All(char.IsAsciiDigit)
            ? Totp.Match(keys.Open(factor.StaffId, factor.SecretBox), code, now, factor.LastStep) is { } step
                && session.Execute("load/report_staff_factor_step", new { factor.StaffId, Step = step }) == 1
            : code.Length is >= 10 and <= 20
                && session.Execute("load/report_staff_recovery_use", new { factor.StaffId, CodeHash = keys.Hash(factor.StaffId, code), NowUtc = now }) == 1;
    }

    private IReadOnlyList<string> Write(string staffId, byte[] key, long step, DateTime now, FactorKeys keys)
    {
        IReadOnlyList<string> codes = FactorKeys.NewCodes();
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        session.Execute("load/report_staff_recovery_delete", new { staff_id = staffId });
        session.Execute("load/report_staff_factor_insert", new { StaffId = staffId, SecretBox = keys.Seal(staffId, key), LastStep = step, EnrolledUtc = now });
        foreach (string code in codes)
        {
            session.Execute("load/report_staff_recovery_insert", new { StaffId = staffId, CodeHash = keys.Hash(staffId, code) });
        }

        session.Commit();
        return codes;
    }

    private SignInOutcome Fail(StaffRow row, DateTime now)
    {
        bool locks = row.FailedCount + 1 >= MaxFailures;
        Note(row, locks ? 0 : row.FailedCount + 1, locks ? now + LockTime : null);
        return locks ? SignInOutcome.Locked : SignInOutcome.Refused;
    }

    private void Note(StaffRow row, int failures, DateTime? lockedUntil)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Execute("load/report_staff_attempt", new { row.StaffId, FailedCount = failures, LockedUntilUtc = lockedUntil, row.PasswordHash });
    }

    private FactorRow? Factor(string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingleOrDefault<FactorRow>("query/report_staff_factor", new { staff_id = staffId });
    }

    private FactorKeys Keys() => _keys ?? throw new WarehouseException("WAREHOUSE__SECRET is not set; expected the installation secret, from which the keys of second factors are made. Set it and start again.");

    private sealed record FactorRow(string StaffId, string SecretBox, long LastStep, DateTime EnrolledUtc);
}
