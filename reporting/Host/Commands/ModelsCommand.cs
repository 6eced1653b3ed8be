using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Warehouse.Model;
using Warehouse.Model.Items;
using Warehouse.Model.Store;
using Warehouse.Reporting.Host.ModelCards;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>models</c>: trained models with their marks, the card of one, and which is used.</summary>
internal static class ModelsCommand
{
    private static readonly Option<long?> Run = new("--run") { Description = "Number of a model run; default: the one in use", HelpName = "N" };

    private static readonly Option<bool> Card = new("--card") { Description = "Write the model card and the register entry, in Japanese and English, into the folder 'models'" };

    private static readonly Option<long?> PromoteRun = new("--promote") { Description = "Put this run to use, whatever its marks say; needs --staff and --reason, and is logged", HelpName = "N" };

    private static readonly Option<string?> Staff = new("--staff") { Description = "The steward or analyst who decides it", HelpName = "ID" };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Why", HelpName = "TEXT" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("models", "List trained models with their pass marks, write the card of one, or decide which is used") { Run, Card, PromoteRun, Staff, Reason },
        ["models --output out", "models --card --output out", "models --promote 3 --staff steward --reason \"前年度のモデルに戻す\" --output out"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        if (parsed.GetValue(PromoteRun) is { } promoted)
        {
            await Promote(databases, promoted, parsed.GetValue(Staff), parsed.GetValue(Reason), context).ConfigureAwait(false);
        }

        IReadOnlyList<string> written = parsed.GetValue(Card) ? WriteCards(databases, parsed.GetValue(Run), context) : [];
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        IReadOnlyList<ModelRunRow> runs = GovernStore.Runs(session);
        context.Screen.Table(
            "Models",
            ["run", "trained", "state", "rows", "positive", "terms", "AUC"],
            runs.Select(run => (IReadOnlyList<string>)
            [
                run.ModelRunId.ToString(CultureInfo.InvariantCulture), run.StartedUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), State(run),
                run.RowCount.ToString("N0", CultureInfo.InvariantCulture), run.PositiveCount.ToString("N0", CultureInfo.InvariantCulture), run.RuleCount.ToString(CultureInfo.InvariantCulture),
                run.Auc is { } auc ? string.Create(CultureInfo.InvariantCulture, $"{auc:0.000} [{run.AucLow:0.000}, {run.AucHigh:0.000}]") : "",
            ]));
        long? shown = parsed.GetValue(Run) ?? runs.FirstOrDefault(run => run.IsCurrent == 1)?.ModelRunId ?? runs.FirstOrDefault(run => run.StatusCode == "succeeded")?.ModelRunId;
        IReadOnlyList<MarkRow> marks = shown is { } number ? GovernStore.Marks(session, number) : [];
        if (marks.Count > 0)
        {
            context.Screen.Table(
                string.Create(CultureInfo.InvariantCulture, $"Marks of run {shown}, set {marks[0].SetUtc:yyyy-MM-dd HH:mm} before it trained"),
                ["mark", "required", "measured", "result", "on what"],
                marks.Select(mark => (IReadOnlyList<string>)
                [
                    mark.MarkCode, string.Create(CultureInfo.InvariantCulture, $"{mark.DirectionCode.Replace('_', ' ')} {mark.RequiredValue:0.######}"),
                    mark.MeasuredValue is { } value ? value.ToString(Math.Abs(value) is > 0 and < 1e-3 ? "0.0e+0" : "0.###", CultureInfo.InvariantCulture) : "", mark.StatusCode.Replace('_', ' '), mark.DetailText ?? "",
                ]));
        }

        foreach (string path in written)
        {
            context.Screen.Line($"Written: {path}");
        }

        context.Screen.Result(new { Runs = runs, Marks = marks, Written = written });
        return ExitCode.Done;
    }

    /// <summary>Writes the card of a run, the one in use unless named, in both languages, and the register entry as data.</summary>
    internal static IReadOnlyList<string> WriteCards(WarehouseDatabases databases, long? run, CommandContext context)
    {
        ModelCard card = ModelCard.Read(databases, run);
        string folder = Path.Combine(context.Output, "models");
        Directory.CreateDirectory(folder);
        List<string> written = [];
        foreach (bool isEnglish in new[] { false, true })
        {
            CardText text = new(isEnglish);
            string page = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"model-{card.Run.ModelRunId}.{text.Language}.html"));
            using (StreamWriter writer = new(page, append: false, new UTF8Encoding(false)))
            {
                ModelCardPage.Write(card, context.Options.Register, isEnglish, Mark(text, context), writer);
            }

            string entry = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"register-{card.Run.ModelRunId}.{text.Language}.json"));
            File.WriteAllText(entry, JsonSerializer.Serialize(RegisterEntry.Of(card, context.Options.Register, isEnglish), Screen.Json));
            written.AddRange([page, entry]);
        }

        return written;
    }

    /// <summary>Returns the card of the model in use as a page; null where no model is in use.</summary>
    internal static string? CardPage(WarehouseDatabases databases, bool isEnglish, CommandContext context)
    {
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            if (GovernStore.Runs(session).All(run => run.IsCurrent != 1))
            {
                return null;
            }
        }

        using StringWriter writer = new(CultureInfo.InvariantCulture);
        ModelCardPage.Write(ModelCard.Read(databases, null), context.Options.Register, isEnglish, Mark(new CardText(isEnglish), context), writer);
        return writer.ToString();
    }

    private static string? Mark(CardText text, CommandContext context) =>
        Stages.Watermark(context) is { } mark ? text.Of(mark + "：この市と人々は実在しません。", "Fictitious data: neither this city nor its people exist.") : null;

    private static string State(ModelRunRow run) => run.StatusCode != "succeeded" ? run.StatusCode : (run.VerdictCode ?? "accepted") + (run.IsCurrent == 1 ? ", in use" : "");

    private static async Task Promote(WarehouseDatabases databases, long run, string? staff, string? reason, CommandContext context)
    {
        if (staff is not { Length: > 0 } || string.IsNullOrWhiteSpace(reason))
        {
            throw new UsageException("--promote needs --staff and --reason: who decides it, and why.");
        }

        StaffMember member = new StaffAccounts(databases, context.Time).Find(staff) ?? throw new UsageException($"There is no open account '{staff}'.");
        bool isAllowed = member.RoleCode is Roles.Steward or Roles.Analyst;
        ModelException? fault = isAllowed ? Try(databases, run) : null;

        // The log first: what is not on record is not done, and what cannot be done was not allowed.
        await using (AuditTrail audit = new(databases, context.Time))
        {
            await audit.Record(new AuditEntry(member.StaffId, member.RoleCode, "promote_model", isAllowed && fault is null ? "allowed" : "refused", ObjectId: string.Create(CultureInfo.InvariantCulture, $"model:{run}")), context.Stop).ConfigureAwait(false);
        }

        if (!isAllowed)
        {
            throw new UsageException($"'{staff}' is {member.RoleCode}; expected a steward or an analyst.");
        }

        if (fault is not null)
        {
            throw fault;
        }

        ModelRun.Promote(databases, run, member.StaffId, reason, context.Time, context.Stop);
        context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"Model {run} is in use from now on."));
    }

    // Whether there is such a run, and whether this release can read it.
    private static ModelException? Try(WarehouseDatabases databases, long run)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        try
        {
            ModelStore.Find(session, run);
            return null;
        }
        catch (ModelException fault)
        {
            return fault;
        }
    }
}
