using System.CommandLine;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.Corrections;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>corrections</c>: quarantined rows go back to their department and come in again corrected.</summary>
internal static class CorrectionsCommand
{
    private static readonly Argument<string> Verb = new("verb") { Description = "list, export or import" };
    private static readonly Argument<FileInfo?> Source = new("file") { Description = "import: the report that was handed back", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Feed = new("--feed") { Description = "export: the feed whose quarantined rows are written", HelpName = "NAME" };
    private static readonly Option<FileInfo?> To = new("--to") { Description = "export: the report (CSV in the sender's own encoding); one more file, numbered, for each further layout", HelpName = "FILE" };
    private static readonly Option<string?> Staff = new("--staff") { Description = "Account of the department that owns the data (role source:SYSTEM); written to the access log", HelpName = "ID" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Verb.AcceptOnlyFromAmong("list", "export", "import");
        Source.Validators.Clear();
        Source.Validators.Add(MapCommand.RefuseOptions);
        Command command = new("corrections", "Hand quarantined rows back to their department with reasons, and take the corrected rows in") { Verb, Source, Feed, To, Staff, LoadCommand.DemoSeed };
        command.Validators.Add(result =>
        {
            switch (result.GetResult(Verb)?.Tokens is [{ Value: var verb }] ? verb : "")
            {
                case "export" when result.GetResult(Feed) is null || result.GetResult(To) is null || result.GetResult(Staff) is null:
                    result.AddError("export needs --feed, --to and --staff.");
                    break;
                case "import" when result.GetResult(Source)?.Tokens is not [_] || result.GetResult(Staff) is null:
                    result.AddError("import needs the file that was handed back, and --staff.");
                    break;
            }
        });
        return (command,
            ["corrections list --output out", "corrections export --feed school --to 差戻_学齢簿.csv --staff school --output out", "corrections import 差戻_学齢簿.csv --staff school --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        switch (parsed.GetValue(Verb))
        {
            case "list":
                return List(context, databases);
            case "export":
                string feed = parsed.GetValue(Feed)!;
                FeedContract contract = FeedCatalog.Default.Get(feed);
                FileInfo to = parsed.GetValue(To)!;
                if (to.Directory is { Exists: false } folder)
                {
                    throw new UsageException($"There is no folder {folder.FullName}. Make it, or name another file with --to.");
                }

                await Allow(context, databases, parsed.GetValue(Staff)!, contract.System, "corrections_export", feed).ConfigureAwait(false);
                IReadOnlyList<WrittenReport> written = CorrectionReport.Write(databases, feed, FeedMappings.Read(context.Options.Mappings(context.Output)), to.FullName);
                foreach (WrittenReport report in written)
                {
                    context.Screen.Line($"{report.Rows} rows of {report.Files} files in {report.Encoding}: {report.Path}");
                }

                context.Screen.Line(written.Count == 0 ? $"Nothing of {feed} is in quarantine; no file was written." : "The report holds personal data as the department sent it: hand it to that department only.");
                context.Screen.Result(new { Feed = feed, Reports = written });
                return ExitCode.Done;
            default:
                return await Import(parsed, context, databases).ConfigureAwait(false);
        }
    }

    private static int List(CommandContext context, WarehouseDatabases databases)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        IReadOnlyList<CorrectionFigure> figures = session.Query<CorrectionFigure>("query/correction_figure");
        context.Screen.Table("Quarantine", ["feed", "quarantined", "corrected", "open"], figures.Select(figure => (IReadOnlyList<string>)[figure.Feed, N(figure.RejectedCount), N(figure.CorrectedCount), N(figure.OpenCount)]));
        context.Screen.Result(new { Feeds = figures });
        return ExitCode.Done;
    }

    private static async Task<int> Import(ParseResult parsed, CommandContext context, WarehouseDatabases databases)
    {
        FileInfo source = parsed.GetValue(Source)!;
        if (!source.Exists)
        {
            throw new UsageException($"There is no file {source.FullName}. Name the report that was handed back.");
        }

        byte[] secret = context.Secret(parsed.GetValue(LoadCommand.DemoSeed));
        LoadOptions options = new() { Inbox = "", Secret = secret, Mappings = context.Options.Mappings(context.Output) };
        string system = FeedCatalog.Default.Get(CorrectionReport.FeedOf(databases, source.FullName)).System;
        await Allow(context, databases, parsed.GetValue(Staff)!, system, "corrections_import", source.Name).ConfigureAwait(false);
        CorrectionSummary done = new LoadPipeline(databases, context.Time).Correct(source.FullName, options, context.Stop);
        context.Screen.Line($"{done.File}: {done.Rows} rows of {done.Feed}; {done.Corrected} corrected, {done.Known} known, {done.StillWrong.Count} still wrong, {done.Refused.Count} refused");
        context.Screen.Table("Still wrong", ["line", "rules"], done.StillWrong.Select(row => (IReadOnlyList<string>)[N(row.Line), string.Join(' ', row.Rules)]));
        context.Screen.Table("Refused", ["line", "code", "reason"], done.Refused.Select(row => (IReadOnlyList<string>)[N(row.Line), row.Code, row.Reason]));
        foreach (LoadedFile failed in done.Loads.Where(load => load.Status == "failed"))
        {
            context.Screen.Line($"A load failed: {failed.ErrorCode} {Screen.OneLine(failed.ErrorText ?? "")}");
        }

        context.Screen.Result(done);
        return done.ExitCode;
    }

    // Own data only: the department that sent the rows sees them again, nobody else.
    private static async Task Allow(CommandContext context, WarehouseDatabases databases, string staffId, string system, string action, string what)
    {
        await using AuditTrail audit = new(databases, context.Time);
        StaffMember member = new StaffAccounts(databases, context.Time).Find(staffId)
            ?? throw new UsageException($"There is no open account '{staffId}'. Name an account with the role {Roles.SourcePrefix}{system} with --staff.");
        bool isAllowed = member.RoleCode == Roles.SourcePrefix + system;
        string about = what.Length <= 100 ? what : what[..100];
        await audit.Record(new AuditEntry(member.StaffId, member.RoleCode, action, isAllowed ? "allowed" : "refused", ObjectId: about), context.Stop).ConfigureAwait(false);
        if (!isAllowed)
        {
            throw new AccessRefusedException($"only an account with the role {Roles.SourcePrefix}{system} may see the quarantined rows of {system}");
        }
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private sealed record CorrectionFigure(string Feed, long RejectedCount, long CorrectedCount)
    {
        public long OpenCount => RejectedCount - CorrectedCount;
    }
}
