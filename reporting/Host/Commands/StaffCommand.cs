using System.CommandLine;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>staff</c>: accounts of the web service; no installation has one with a password that somebody else could know.</summary>
internal static class StaffCommand
{
    private static readonly Argument<string> Verb = new("verb") { Description = "add (an account, or a new password for one) or close" };
    private static readonly Option<string> Id = new("--id") { Description = "Staff id, without a name in it", Required = true };
    private static readonly Option<string> DisplayName = new("--name") { Description = "Name as shown on pages and briefs", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Role = new("--role") { Description = "steward, linkage, analyst, caseworker, policymaker, auditor or source:SYSTEM", DefaultValueFactory = _ => "" };
    private static readonly Option<string> Remit = new("--remit") { Description = "caseworker: code of a district, or city", DefaultValueFactory = _ => "" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Verb.AcceptOnlyFromAmong("add", "close");
        Command command = new("staff", "Make and close accounts of the web service") { Verb, Id, DisplayName, Role, Remit };
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
            ["staff add --id s001 --name 統括花子 --role steward --output out", "staff add --id s002 --name 支援太郎 --role caseworker --remit city --output out", "staff close --id s002 --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        bool isNew = parsed.GetValue(Verb) == "add";
        StaffMember member = new(parsed.GetValue(Id)!, parsed.GetValue(DisplayName)!.Trim(), parsed.GetValue(Role)!, parsed.GetValue(Remit)!);
        if (isNew && (!Roles.IsKnown(member.RoleCode) || member.DisplayName.Length is 0 or > 100))
        {
            throw new UsageException("staff add needs --name, and as --role one of steward, linkage, analyst, caseworker, policymaker, auditor and source:SYSTEM.");
        }

        if (isNew && (member.RoleCode == Roles.Caseworker) != (member.RemitCode.Length > 0))
        {
            throw new UsageException("A caseworker, and nobody else, has a remit: --remit with the code of a district, or city.");
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        StaffAccounts accounts = new(databases, context.Time);
        // Who may open both databases is answered for by the operating system; that it happened is in the log.
        await using (AuditTrail audit = new(databases, context.Time))
        {
            await audit.Record(new AuditEntry("operator", "", isNew ? "account-add" : "account-close", "allowed", 0, "", member.StaffId), context.Stop).ConfigureAwait(false);
        }

        if (!isNew)
        {
            context.Screen.Line(accounts.Close(member.StaffId) ? $"Account {member.StaffId} is closed; its session ends with its next request." : throw new UsageException($"There is no open account '{member.StaffId}'."));
            context.Screen.Result(new { member.StaffId, IsActive = false });
            return ExitCode.Done;
        }

        string password = StaffAccounts.NewPassword();
        accounts.Save(member, password);
        context.Screen.Line($"Account {member.StaffId} ({member.RoleCode}). Password, shown this once: {password}");
        context.Screen.Result(new { member.StaffId, member.RoleCode, member.RemitCode, Password = password });
        return ExitCode.Done;
    }
}
