using System.CommandLine;
using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Evaluation;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>evaluate</c>: whether the analysis helps, by a plan that was registered before.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<FileInfo?> PlanFile = new("--plan") { Description = "Plan file (JSON); default: the plan registered last, or the built-in one of the data's last school year", HelpName = "FILE" };

    private static readonly Option<bool> Example = new("--example") { Description = "Print a plan to start from" };

    private static readonly Option<bool> Register = new("--register") { Description = "Register the plan and compute nothing: before the judgements of its period" };

    private static readonly Option<long?> Approve = new("--approve") { Description = "Approve a run for readers; needs --staff", HelpName = "N" };

    private static readonly Option<string?> Staff = new("--staff") { Description = "Account of the person who acts; a run needs none", HelpName = "ID" };

    private static readonly Option<FileInfo?> PasswordFile = new("--password-file") { Description = "First line: the account's password; without it the password is read from standard input", HelpName = "FILE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("evaluate", "Write the report on whether the analysis helps, by a registered plan") { PlanFile, Example, Register, Approve, Staff, PasswordFile };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Approve) is not null && (result.GetResult(Staff) is null || result.GetResult(PlanFile) is not null || result.GetResult(Register) is not null))
            {
                result.AddError("--approve needs --staff, and neither --plan nor --register: a person approves a run.");
            }

            if (result.GetResult(Register) is not null && result.GetResult(PlanFile) is null)
            {
                result.AddError("--register needs --plan; 'evaluate --example' prints one to start from.");
            }
        });
        return (command,
            ["evaluate --example", "evaluate --register --plan plan.json --output out", "evaluate --output out", "evaluate --plan plan.json --output out --json", "evaluate --approve 1 --staff s002 --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        EvaluationPlan? plan = parsed.GetValue(PlanFile) is { } file ? await Read(file, context.Stop).ConfigureAwait(false) : null;
        if (parsed.GetValue(Example))
        {
            DateOnly today = JapaneseDate.At(context.Time.GetUtcNow().UtcDateTime);
            EvaluationPlan example = EvaluationPlan.Default(today.Month >= 4 ? today.Year : today.Year - 1);
            context.Screen.Line(example.ToText().TrimEnd());
            context.Screen.Result(example);
            return ExitCode.Done;
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        EvaluationDesk desk = new(databases, audit, context.Options.Statistics.ToProfile(), context.Time);
        try
        {
            if (parsed.GetValue(Register))
            {
                return await RegisterPlan(parsed, context, databases, audit, desk, plan!).ConfigureAwait(false);
            }

            if (parsed.GetValue(Approve) is { } number)
            {
                StaffMember member = await ReleaseCommand.Person(parsed.GetValue(Staff), parsed.GetValue(PasswordFile), "evaluate", context, databases, audit).ConfigureAwait(false);
                EvaluationRun approved = await desk.Approve(member, number, context.Stop).ConfigureAwait(false);
                IReadOnlyList<string> files = Write(context, approved, desk.Document(approved));
                context.Screen.Line($"Evaluation {N(approved.EvaluationId)} is approved by {approved.ApprovedBy}; files: {string.Join(", ", files)}");
                context.Screen.Result(new { Run = approved, Files = files });
                return ExitCode.Done;
            }

            return await Run(parsed, context, databases, audit, desk, plan).ConfigureAwait(false);
        }
        catch (EvaluationPlanException fault)
        {
            throw new UsageException(fault.Message);
        }
        catch (ReleaseStepException refusal)
        {
            throw new WarehouseException(refusal.Message + " The refusal is in the access log.", refusal);
        }
        catch (ReleaseRefusedException refusal)
        {
            throw new WarehouseException(refusal.Message, refusal);
        }
        catch (DisclosureException fault)
        {
            throw new WarehouseException(fault.Message, fault);
        }
    }

    private static async Task<int> RegisterPlan(ParseResult parsed, CommandContext context, WarehouseDatabases databases, AuditTrail audit, EvaluationDesk desk, EvaluationPlan plan)
    {
        StaffMember member = await ReleaseCommand.Person(parsed.GetValue(Staff), parsed.GetValue(PasswordFile), "evaluate", context, databases, audit).ConfigureAwait(false);
        RegisteredPlan registered = await desk.Register(member, plan, context.Stop).ConfigureAwait(false);
        context.Screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Plan {registered.PlanName} version {registered.PlanVersion}, {plan.From:yyyy-MM-dd} to {plan.To:yyyy-MM-dd}, is registered ({registered.PlanSha256[..12]}); judgements of its period on record then: {registered.JudgementCount}"));
        context.Screen.Result(registered);
        return ExitCode.Done;
    }

    private static async Task<int> Run(ParseResult parsed, CommandContext context, WarehouseDatabases databases, AuditTrail audit, EvaluationDesk desk, EvaluationPlan? plan)
    {
        (DateOnly lastDay, DateTime known) = new BriefReader(databases, audit).Now();
        if (plan is null && desk.Plans() is [.., var last])
        {
            plan = EvaluationPlan.Read(last.PlanJson);
        }

        DateOnly today = JapaneseDate.At(context.Time.GetUtcNow().UtcDateTime);
        plan ??= EvaluationPlan.Default(today.Month >= 4 ? today.Year : today.Year - 1);
        StaffMember member = await ReleaseCommand.Person(parsed.GetValue(Staff), parsed.GetValue(PasswordFile), "evaluate", context, databases, audit).ConfigureAwait(false);
        (EvaluationRun run, EvaluationDocument document) = await desk.Evaluate(member, plan, lastDay, known, Stages.Watermark(context), context.Stop).ConfigureAwait(false);
        Show(context.Screen, document);
        IReadOnlyList<string> files = Write(context, run, document);
        context.Screen.Line($"Evaluation {N(run.EvaluationId)} of plan {run.PlanName} ({run.StatusCode}), not approved yet; files: {string.Join(", ", files)}");
        context.Screen.Result(new { Run = run, Files = files, Document = document });
        return ExitCode.Done;
    }

    private static void Show(Screen screen, EvaluationDocument document)
    {
        screen.Line(EvaluationWords.Status(document.Status));
        foreach (EvaluationText line in document.Summary)
        {
            screen.Line("・" + line);
        }

        foreach (EvaluationSection section in document.Sections.Where(section => section.Table is not null))
        {
            screen.Table(section.Title, section.Table!.Columns, section.Table.Rows);
        }
    }

    private static List<string> Write(CommandContext context, EvaluationRun run, EvaluationDocument document)
    {
        string folder = Path.Combine(context.Output, "evaluation");
        Directory.CreateDirectory(folder);
        EvaluationFiles files = new(Stages.Renderer(context));
        List<string> paths = [];
        foreach (string name in EvaluationFiles.Names)
        {
            string path = Path.Combine(folder, name);
            File.WriteAllBytes(path, files.Make(run, document, name, context.Stop)!);
            paths.Add(path);
        }

        return paths;
    }

    private static async Task<EvaluationPlan> Read(FileInfo file, CancellationToken cancellation)
    {
        if (!file.Exists)
        {
            throw new UsageException($"There is no file {file.FullName}; --plan names a plan. 'evaluate --example' prints one to start from.");
        }

        try
        {
            return EvaluationPlan.Read(await File.ReadAllTextAsync(file.FullName, cancellation).ConfigureAwait(false));
        }
        catch (EvaluationPlanException fault)
        {
            throw new UsageException($"{file.FullName}: {fault.Message}");
        }
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);
}
