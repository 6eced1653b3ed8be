using System.CommandLine;
using Microsoft.Extensions.Logging;
using Warehouse.Model.Features;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>brief</c>: briefs for case conferences as PDF.</summary>
internal static class BriefCommand
{
    private static readonly Option<long?> Child = new("--child") { Description = "Key of one child", HelpName = "KEY" };
    private static readonly Option<int?> Top = new("--top") { Description = "The first N children of the list", HelpName = "N" };
    private static readonly Option<string?> Rebuild = new("--rebuild") { Description = "Draw a stored brief again", HelpName = "ID" };
    private static readonly Option<DateOnly?> AsKnown = new("--as-known") { Description = "Use only what was known on this day", HelpName = "DATE" };
    private static readonly Option<string> Recipient = new("--recipient") { Description = "Who receives the copies", DefaultValueFactory = _ => "個別ケース検討会議" };
    private static readonly Option<int> Copies = new("--copies") { Description = "How many numbered copies", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Staff = new("--staff") { Description = "Account of the caseworker on whose behalf data is read; written to the access log", DefaultValueFactory = _ => Stages.DemoCaseworker };
    private static readonly Option<string> Purpose = new("--purpose") { Description = string.Join(", ", Purposes.All.Keys), DefaultValueFactory = _ => "conference" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("brief", "Make briefs for case conferences as PDF") { Child, Top, Rebuild, AsKnown, Recipient, Copies, Staff, Purpose };
        Copies.Validators.Add(result => Range(result, 1, 50));
        Top.Validators.Add(result => Range(result, 1, 500));
        command.Validators.Add(result =>
        {
            int ways = new Option[] { Child, Top, Rebuild }.Count(option => result.GetResult(option) is not null);
            if (ways != 1)
            {
                result.AddError("Give exactly one of --child, --top and --rebuild.");
            }
        });
        return (command,
            ["brief --top 3 --output out", "brief --child 123456 --recipient 教育委員会 --copies 2 --output out", "brief --child 123456 --as-known 2024-04-01", "brief --rebuild B20250401-1A2B3C4D-1"],
            Act);

        static void Range(System.CommandLine.Parsing.OptionResult result, int low, int high)
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int number) && (number < low || number > high))
            {
                result.AddError($"Option '{result.Option.Name}' is {number}; expected {low} to {high}.");
            }
        }
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        StaffMember member = new StaffAccounts(databases, context.Time).Find(parsed.GetValue(Staff)!)
            ?? throw new UsageException($"There is no open account '{parsed.GetValue(Staff)}'. Name a caseworker with --staff.");
        AccessReason reason = new(member, parsed.GetValue(Purpose)!);
        BriefReader reader = new(databases, audit);
        BriefService service = Stages.Briefs(context, databases, reader);
        string folder = Path.Combine(context.Output, "briefs");
        List<(BriefFile File, string Path)> made = [];
        if (parsed.GetValue(Rebuild) is { } id)
        {
            BriefFile file = await service.Rebuild(id, reason, context.Stop).ConfigureAwait(false)
                ?? throw new UsageException($"There is no brief '{id}'. Briefs are listed by the names of the files in {folder}.");
            made.Add((file, Stages.Save(file, folder)));
        }
        else
        {
            (DateOnly asOf, DateTime known) = reader.Now();
            if (parsed.GetValue(AsKnown) is { } day)
            {
                asOf = day < asOf ? day : asOf;
                known = Snapshot.StartOfDayUtc(day.AddDays(1));
            }

            long[] children = parsed.GetValue(Child) is { } child ? [child] : reader.List(known).Take(parsed.GetValue(Top)!.Value).Select(row => row.ChildKey).ToArray();
            if (children.Length == 0)
            {
                throw new UsageException("The list is empty for this state of knowledge. Run 'warehouse score' first, or leave --as-known out.");
            }

            string[] recipients = Enumerable.Repeat(parsed.GetValue(Recipient)!, parsed.GetValue(Copies)).ToArray();
            foreach (long key in children)
            {
                IReadOnlyList<BriefFile> files = await service.Make(new BriefOrder(key, asOf, known, recipients, Stages.Watermark(context)), reason, context.Stop).ConfigureAwait(false);
                if (files.Count == 0)
                {
                    throw new UsageException($"No child {key} was known on {asOf:yyyy-MM-dd}. Keys come from the worklist.");
                }

                made.AddRange(files.Select(file => (file, Stages.Save(file, folder))));
            }
        }

        foreach ((BriefFile file, string path) in made)
        {
            context.Screen.Line($"{file.BriefId}  {file.PageCount} pages  {file.Pdf.Length / 1024} KB  {path}");
        }

        context.Screen.Result(new { Engine = service.EngineName, Briefs = made.Select(entry => new { entry.File.BriefId, entry.File.PageCount, entry.File.DocumentHash, entry.Path }) });
        return ExitCode.Done;
    }
}
