using System.CommandLine;
using System.Globalization;
using Warehouse.Model.Features;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>release</c>: statistics from a draft to the public and back.</summary>
internal static class ReleaseCommand
{
    private static readonly Argument<string> Verb = new("verb") { Description = "list, show, draft, check, approve, reject, notice, withdraw or verify" };
    private static readonly Option<long?> Draft = new("--draft") { Description = "check, approve, reject, show, verify: number of the draft", HelpName = "N" };
    private static readonly Option<int?> Release = new("--release") { Description = "notice, withdraw, show, verify: number of the release", HelpName = "N" };
    private static readonly Option<DateOnly?> AsOf = new("--as-of") { Description = "draft: day of the figures; default: the last day of the data", HelpName = "DATE" };
    private static readonly Option<DateOnly?> AsKnown = new("--as-known") { Description = "draft: use only what was known on this day; default: all", HelpName = "DATE" };
    private static readonly Option<DateOnly?> Embargo = new("--embargo") { Description = "approve: first day on which the figures are public; default: at once", HelpName = "DATE" };
    private static readonly Option<string> Note = new("--note") { Description = "Words of the step; those of a correction, a notice and a withdrawal are published. No names", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    private static readonly Option<string?> Staff = new("--staff") { Description = "Account of the person who takes the step; a draft needs none", HelpName = "ID" };
    private static readonly Option<FileInfo?> PasswordFile = new("--password-file") { Description = "First line: the account's password; without it the password is read from standard input", HelpName = "FILE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Verb.AcceptOnlyFromAmong("list", "show", "draft", "check", "approve", "reject", "notice", "withdraw", "verify");
        Command command = new("release", "Draft, check, approve and withdraw releases of statistics; the approval is a second person's")
        {
            Verb, Draft, Release, AsOf, AsKnown, Embargo, Note, Staff, PasswordFile,
        };
        command.Validators.Add(result =>
        {
            string verb = result.GetResult(Verb)?.Tokens is [{ Value: var text }] ? text : "";
            bool hasDraft = result.GetResult(Draft) is not null, hasRelease = result.GetResult(Release) is not null;
            string? fault = verb switch
            {
                "check" or "approve" or "reject" when !hasDraft || hasRelease => $"{verb} needs --draft; 'release list' names the drafts.",
                "notice" or "withdraw" when !hasRelease || hasDraft => $"{verb} needs --release; 'release list' names the releases.",
                "show" or "verify" when hasDraft == hasRelease => $"{verb} needs --draft or --release.",
                "check" or "approve" or "reject" or "notice" or "withdraw" when result.GetResult(Staff) is null => $"{verb} needs --staff: a person takes this step.",
                _ => null,
            };
            if (fault is not null)
            {
                result.AddError(fault);
            }
        });
        return (command,
            [
                "release draft --output out",
                "release check --draft 1 --staff s001 --output out",
                "release approve --draft 1 --staff s002 --embargo 2025-06-01 --output out",
                "release list --output out",
                "release withdraw --release 1 --staff s001 --note 人口の数え方に誤りがあったため --output out",
                "release verify --release 1 --output out --json",
            ],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        ReleaseDesk desk = context.Releases(databases, audit);
        string verb = parsed.GetValue(Verb)!;
        try
        {
            switch (verb)
            {
                case "list":
                    return List(context.Screen, desk);
                case "show":
                    return Show(context.Screen, desk, Named(parsed, desk));
                case "verify":
                    return Verify(context, desk, Named(parsed, desk));
            }

            StaffMember member = await Person(parsed.GetValue(Staff), parsed.GetValue(PasswordFile), "release", context, databases, audit).ConfigureAwait(false);
            string note = parsed.GetValue(Note)!;
            long draft = parsed.GetValue(Draft) ?? 0;
            int number = parsed.GetValue(Release) ?? 0;
            ReleaseRecord release = verb switch
            {
                "draft" => await Stages.Draft(context, databases, desk, member, parsed.GetValue(AsOf), parsed.GetValue(AsKnown), note).ConfigureAwait(false),
                "check" => await desk.Check(member, draft, note, context.Stop).ConfigureAwait(false),
                "approve" => await desk.Approve(member, draft, parsed.GetValue(Embargo) is { } day ? Snapshot.StartOfDayUtc(day) : null, note, context.Stop).ConfigureAwait(false),
                "reject" => await desk.Reject(member, draft, note, context.Stop).ConfigureAwait(false),
                "notice" => await desk.Notice(member, number, note, context.Stop).ConfigureAwait(false),
                _ => await desk.Withdraw(member, number, note, context.Stop).ConfigureAwait(false),
            };
            Describe(context.Screen, release);
            context.Screen.Result(Shape(release));
            return ExitCode.Done;
        }
        catch (ReleaseStepException refusal)
        {
            throw new WarehouseException(refusal.Message + " The refusal is in the access log.", refusal);
        }
    }

    // Who acts on the server is known to the operating system; who approves is known by the password.
    internal static async Task<StaffMember> Person(string? id, FileInfo? file, string verb, CommandContext context, WarehouseDatabases databases, AuditTrail audit)
    {
        if (id is null)
        {
            return ReleaseDesk.Unnamed(ReleaseDesk.Operator);
        }

        string password;
        if (file is not null)
        {
            password = file.Exists ? (await File.ReadAllLinesAsync(file.FullName, context.Stop).ConfigureAwait(false)).FirstOrDefault("") : throw new UsageException($"There is no file {file.FullName}; --password-file names one with the password of {id}.");
        }
        else
        {
            password = await Console.In.ReadLineAsync(context.Stop).ConfigureAwait(false) ?? "";
        }

        (SignInOutcome outcome, StaffMember? member) = new StaffAccounts(databases, context.Time).SignIn(id, password);
        await audit.Record(new AuditEntry(id, member?.RoleCode ?? "", "sign-in", member is null ? "refused" : "allowed", 0, "", verb), context.Stop).ConfigureAwait(false);
        return member ?? throw new UsageException(outcome == SignInOutcome.Locked
            ? $"Account '{id}' is locked after too many failures. Wait 15 minutes."
            : $"Account '{id}' or its password is wrong. The password is read from --password-file or standard input.");
    }

    private static ReleaseRecord Named(ParseResult parsed, ReleaseDesk desk) =>
        (parsed.GetValue(Draft) is { } draft ? desk.Find(draft) : desk.FindNumber(parsed.GetValue(Release)!.Value))
        ?? throw new UsageException($"There is no such {(parsed.GetValue(Draft) is null ? "release" : "draft")}. 'warehouse release list' names them.");

    private static int List(Screen screen, ReleaseDesk desk)
    {
        IReadOnlyList<ReleaseRecord> releases = desk.All();
        screen.Table(
            "Releases",
            ["draft", "release", "month", "state", "public from", "figures", "hidden", "last step"],
            releases.Select(release => (IReadOnlyList<string>)
            [
                N(release.ReleaseId), release.Number is { } number ? N(number) : "", release.AsOf.ToString("yyyy-MM", CultureInfo.InvariantCulture), ReleaseDesk.StateText(release.State),
                release.PublicFromUtc is { } day ? Snapshot.DateInJapan(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "", N(release.FigureCount), N(release.HiddenCount),
                release.Steps is [.., var last] ? $"{last.EventCode} by {last.StaffId}" : "",
            ]));
        if (releases.Count == 0)
        {
            screen.Line("There is no release yet. 'warehouse release draft' makes the first draft.");
        }

        screen.Result(new { Releases = releases.Select(Shape) });
        return ExitCode.Done;
    }

    private static int Show(Screen screen, ReleaseDesk desk, ReleaseRecord release)
    {
        Describe(screen, release);
        screen.Table("Steps", ["step", "by", "at (UTC)", "words"], release.Steps.Select(step => (IReadOnlyList<string>)[step.EventCode, step.StaffId, step.AtUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), step.NoteText]));
        StatisticsRelease document = desk.Document(release);
        StatsCommand.Show(screen, document);
        screen.Result(new { Release = Shape(release), Document = StatisticsWriter.Shape(document) });
        return ExitCode.Done;
    }

    private static int Verify(CommandContext context, ReleaseDesk desk, ReleaseRecord release)
    {
        ReleaseVerdict verdict = desk.Verify(release, context.Stop);
        context.Screen.Line(verdict switch
        {
            { IsIntact: true, IsSameBytes: true } => $"{N(verdict.FigureCount)} figures are counted again as they were, and the document is the same byte by byte.",
            { IsIntact: true } => $"{N(verdict.FigureCount)} figures: those that today's catalogue still counts are as they were, and the document is the one that was frozen.",
            _ => $"NOT the same: {N(verdict.DifferentCount)} of {N(verdict.FigureCount)} figures are counted otherwise now{(verdict.IsSameBytes == false ? ", or the document differs" : "")}. Look for loads that changed what was known then.",
        });
        context.Screen.Result(verdict);
        return verdict.IsIntact ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Describe(Screen screen, ReleaseRecord release) => screen.Line(
        $"{(release.Number is { } number ? $"Release {N(number)}" : $"Draft {N(release.ReleaseId)}")} of {release.AsOf.ToString("yyyy-MM", CultureInfo.InvariantCulture)} ({release.ProfileName}): {ReleaseDesk.StateText(release.State)}"
        + $", {N(release.FigureCount)} figures, {N(release.HiddenCount)} hidden"
        + (release.State == ReleaseState.Embargoed ? $", public from {Snapshot.DateInJapan(release.PublicFromUtc!.Value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "")
        + (release.CorrectsNumber is { } corrected ? $", takes the place of release {N(corrected)}" : "")
        + (release.State == ReleaseState.Draft ? $". Next: warehouse release check --draft {N(release.ReleaseId)}" : release.State == ReleaseState.Checked ? $". Next, by a second person: warehouse release approve --draft {N(release.ReleaseId)}" : ""));

    private static object Shape(ReleaseRecord release) => new
    {
        release.ReleaseId,
        release.Number,
        AsOf = release.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        release.AsKnownUtc,
        release.ProfileName,
        State = release.State.ToString().ToLowerInvariant(),
        release.PublicFromUtc,
        release.FigureCount,
        release.HiddenCount,
        release.DocumentSha256,
        release.CorrectsNumber,
        release.CorrectedBy,
        Steps = release.Steps.Select(step => new { step.EventCode, step.StaffId, step.AtUtc, step.NoteText }),
    };

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
