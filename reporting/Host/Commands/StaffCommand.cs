using System.CommandLine;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>staff</c>: accounts of the web service; no installation has one with a password that somebody else could know.</summary>
internal static class StaffCommand
{
    private static readonly Argument<string> Verb = new("verb") { Description = "add (an account, or a new password for one), close, factor (a second factor, shown once) or factor-off" };
    private static readonly Option<string> Id = new("--id") { Description = "Staff id, without a name in it", Required = true };
    private static readonly Option<string> DisplayName = new("--name") { Description = "Name as shown on pages and briefs", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Role = new("--role") { Description = "steward, linkage, analyst, caseworker, policymaker, auditor, administrator or source:SYSTEM", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Remit = new("--remit") { Description = "caseworker: code of a district, or city", DefaultValueFactory = _ => "" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Verb.AcceptOnlyFromAmong("add", "close", "factor", "factor-off");
        Command command = new("staff", "Make and close accounts of the web service") { Verb, Id, DisplayName, Role, Remit, LoadCommand.DemoSeed };
        command.Validators.Add(result =>
        {
            // Other faults of the line are told by the parser itself.
            string id = result.GetResult(Id) is { Tokens: [var token, ..] } ? token.Value : "";
            if (id.Length > 40 || id.Any(sign => !char.IsAsciiLetterOrDigit(sign) && sign is not ('-' or '_' or '.')))
            {
                result.AddError("--id takes up to 40 letters, digits, '-', '_' and '.'.");
            }
        });
        return (command,
            ["staff add --id s001 --name 統括花子 --role steward --output out", "staff add --id s002 --name 支援太郎 --role caseworker --remit city --output out", "staff factor --id s001 --output out", "staff close --id s002 --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        string verb = parsed.GetValue(Verb)!;
        bool isNew = verb == "add";
        StaffMember member = new(parsed.GetValue(Id)!, parsed.GetValue(DisplayName)!.Trim(), parsed.GetValue(Role)!, parsed.GetValue(Remit)!);
        if (isNew && (!Roles.IsKnown(member.RoleCode) || member.DisplayName.Length is 0 or > 100))
        {
            throw new UsageException("staff add needs --name, and as --role one of steward, linkage, analyst, caseworker, policymaker, auditor, administrator and source:SYSTEM.");
        }

        if (isNew && (member.RoleCode == Roles.Caseworker) != (member.RemitCode.Length > 0))
        {
            throw new UsageException("A caseworker, and nobody else, has a remit: --remit with the code of a district, or city.");
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        FactorKeys? keys = verb == "factor" ? new FactorKeys(context.Secret(parsed.GetValue(LoadCommand.DemoSeed) ?? DemoMark.Read(context.Output)?.Seed)) : null;
        StaffAccounts accounts = new(databases, context.Time, keys);
        // Who may open both databases is answered for by the operating system; that it happened is in the log.
        await using (AuditTrail audit = new(databases, context.Time))
        {
            await audit.Record(new AuditEntry("operator", "", verb switch { "add" => "account-add", "close" => "account-close", "factor" => "factor-enrol", _ => "factor-off" }, "allowed", 0, "", member.StaffId), context.Stop).ConfigureAwait(false);
        }

        try
        {
            return verb switch
            {
                "add" => Add(context.Screen, accounts, member),
                "close" => Close(context.Screen, accounts, member.StaffId),
                "factor" => Factor(context.Screen, accounts, member.StaffId),
                _ => FactorOff(context.Screen, accounts, member.StaffId),
            };
        }
        catch (AccountRefusedException refused)
        {
            throw new UsageException(refused.Message);
        }
    }

    private static int Close(Screen screen, StaffAccounts accounts, string staffId)
    {
        screen.Line(accounts.Close(staffId) ? $"Account {staffId} is closed; its session ends with its next request." : throw new UsageException($"There is no open account '{staffId}'."));
        screen.Result(new { StaffId = staffId, IsActive = false });
        return ExitCode.Done;
    }

    private static int Factor(Screen screen, StaffAccounts accounts, string staffId)
    {
        byte[] key = Totp.NewKey();
        IReadOnlyList<string> codes = accounts.Enrol(staffId, key);
        string address = Totp.Address(Web.AccountEndpoints.Issuer, staffId, key);
        screen.Line($"Second factor of {staffId}, shown this once. Enter the key into an authenticator program (time-based, 6 digits, 30 s), or let it read the address:");
        screen.Line($"  {Totp.Base32(key)}");
        screen.Line($"  {address}");
        screen.Line("Recovery codes, each good for one sign-in without the device:");
        screen.Line("  " + string.Join(' ', codes));
        screen.Result(new { StaffId = staffId, Secret = Totp.Base32(key), Address = address, RecoveryCodes = codes });
        return ExitCode.Done;
    }

    private static int FactorOff(Screen screen, StaffAccounts accounts, string staffId)
    {
        screen.Line(accounts.RemoveFactor(staffId) ? $"The second factor of {staffId} and its recovery codes are gone; the password stays." : throw new UsageException($"'{staffId}' has no second factor."));
        screen.Result(new { StaffId = staffId, HasFactor = false });
        return ExitCode.Done;
    }

    private static int Add(Screen screen, StaffAccounts accounts, StaffMember member)
    {
        string password = StaffAccounts.NewPassword();
        accounts.Save(member, password);
        screen.Line($"Account {member.StaffId} ({member.RoleCode}). Password, shown this once: {password}");
        screen.Result(new { member.StaffId, member.RoleCode, member.RemitCode, Password = password });
        return ExitCode.Done;
    }
}
