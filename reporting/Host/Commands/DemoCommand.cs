using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Warehouse.Etl.City;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>demo</c>: a whole city from files to briefs and statistics.</summary>
internal static class DemoCommand
{
    private static readonly Option<int> BriefCount = new("--briefs") { Description = "Briefs for the first N children of the list", DefaultValueFactory = _ => 10, HelpName = "N" };

    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Delete an earlier demo in the folder first" };

    // So that the pages have something to compare. In a city of 300 the years of one release give away those of the next, and the second is refused.
    private static int ReleasedYears(CityPreset preset) => preset == CityPreset.Mini ? 1 : 3;

    private static readonly (string Id, string Name, string Role, string Remit)[] Accounts =
    [
        ("steward", "統括 花子", Roles.Steward, ""),
        (Stages.DemoCaseworker, "支援 太郎", Roles.Caseworker, Roles.CityRemit),
        ("linkage", "名寄 五郎", Roles.Linkage, ""),
        ("analyst", "分析 一郎", Roles.Analyst, ""),
        ("policymaker", "政策 二郎", Roles.Policymaker, ""),
        ("auditor", "監査 三郎", Roles.Auditor, ""),
        ("school", "学校 四郎", Roles.SourcePrefix + "school", ""),
        ("administrator", "管理 六子", Roles.Administrator, ""),
    ];

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        BriefCount.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int number) && number is < 0 or > 500)
            {
                result.AddError("Option '--briefs' expects 0 to 500.");
            }
        });
        return (new Command("demo", "Run a fictional city through everything: files, load, model, briefs, statistics") { CityCommand.Preset, CityCommand.Seed, CityCommand.Noise, BriefCount, Fresh },
            ["demo", "demo --preset mini --output out", "demo --preset city --seed 7 --briefs 20 --fresh --output out", "demo --preset mini --noise high --output out", "demo --preset mini --output out --json"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        long begun = Stopwatch.GetTimestamp();
        CityPreset preset = parsed.GetValue(CityCommand.Preset);
        ulong seed = parsed.GetValue(CityCommand.Seed);
        NoiseLevel noise = parsed.GetValue(CityCommand.Noise);
        DemoMark mark = new(preset.ToString().ToLowerInvariant(), seed, noise.ToString().ToLowerInvariant());
        mark.Prepare(context.Output, parsed.GetValue(Fresh));
        Dictionary<string, double> seconds = new(StringComparer.Ordinal);

        (CitySummary city, seconds["city"]) = await Stages.City(context, CityOptions.For(preset, seed) with { NoiseLevel = noise }).ConfigureAwait(false);
        if (context.Options.Warehouse.MemoryLimit.Length == 0)
        {
            // Six years of a large city are one batch: less memory would do and cost time.
            context.Options.Warehouse.MemoryLimit = preset switch { CityPreset.Large => "8GB", CityPreset.Metro => "16GB", _ => "" };
        }

        using WarehouseDatabases databases = context.Open(mustExist: false);
        (LoadResult load, seconds["load"]) = await Stages.Load(context, databases, Path.Combine(context.Output, "inbox"), context.Secret(seed), backfill: true).ConfigureAwait(false);

        DateOnly current = Stages.LastFirstOfApril(databases);
        (ModelSummary model, seconds["train"]) = await Stages.Train(context, databases).ConfigureAwait(false);
        List<ScoreSummary> scores = [];
        foreach (DateOnly snapshot in new[] { current.AddYears(-1), current })
        {
            (ScoreSummary score, double spent) = await Stages.Score(context, databases, snapshot, Snapshot.StartOfDayUtc(snapshot)).ConfigureAwait(false);
            seconds["score"] = seconds.GetValueOrDefault("score") + spent;
            scores.Add(score);
        }

        IReadOnlyList<string> cards = ModelsCommand.WriteCards(databases, null, context);
        Dictionary<string, string> passwords = SaveAccounts(databases, context.Time);
        ((string engine, List<string> briefs), seconds["brief"]) = await context.Screen.Stage("brief", async report =>
        {
            await using AuditTrail audit = new(databases, context.Time);
            return await Stages.TopBriefs(context, databases, audit, Stages.DemoCaseworker, parsed.GetValue(BriefCount), report).ConfigureAwait(false);
        }).ConfigureAwait(false);
        ((StatisticsRelease release, IReadOnlyList<string> files), seconds["stats"]) = await context.Screen.Stage("stats", report => Release(context, databases, current, ReleasedYears(preset), report)).ConfigureAwait(false);

        seconds["total"] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        using Process self = Process.GetCurrentProcess();
        var summary = new
        {
            mark.Preset,
            mark.Seed,
            City = city,
            Load = new { load.Total, load.Batch.LinkedByRule, load.Batch.StageSeconds, Faults = load.Faults },
            Model = new
            {
                model.ModelRunId,
                model.RowCount,
                model.PositiveCount,
                RulesKept = model.KeptCount,
                RulesVerified = model.VerifiedCount,
                model.Quoted.Auc,
                AucLow = model.Quoted.AucInterval.Low,
                AucHigh = model.Quoted.AucInterval.High,
                IsTemporal = model.Temporal is not null,
                model.Notes,
                Marks = model.Marks.Select(mark => new { mark.Code, mark.Required, mark.Measured, mark.Status }),
            },
            Scores = scores.Select(score => new { score.SnapshotDate, score.ChildCount, score.ShownCount, score.ThinFileCount, score.CaseCount, BandA = score.Bands.A, BandB = score.Bands.B, BandC = score.Bands.C }),
            ModelCards = cards,
            Briefs = briefs,
            PdfEngine = engine,
            Statistics = files,
            HiddenFigures = release.HiddenCount,
            Seconds = seconds.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 2)),
            PeakMemoryMb = self.PeakWorkingSet64 / (1024 * 1024),
            Output = context.Output,
        };
        await File.WriteAllTextAsync(Path.Combine(context.Output, "summary.json"), JsonSerializer.Serialize(summary, Screen.Json), context.Stop).ConfigureAwait(false);

        Screen screen = context.Screen;
        screen.Line();
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{city.Files} files, {city.Rows.Values.Sum():N0} rows, {city.Children:N0} children"));
        LoadCommand.Show(screen, load);
        screen.Line(Stages.Describe(model));
        scores.ForEach(score => screen.Line(Stages.Describe(score)));
        screen.Line($"Model card and register entry, Japanese and English, in {Path.Combine(context.Output, "models")}");
        screen.Line($"{briefs.Count} briefs by {engine} in {Path.Combine(context.Output, "briefs")}");
        screen.Line($"{files.Count} files of statistics in {Path.Combine(context.Output, "statistics")}, {summary.HiddenFigures} figures hidden");
        screen.Table("Seconds", ["stage", "seconds"], seconds.Select(pair => (IReadOnlyList<string>)[pair.Key, pair.Value.ToString("0.0", CultureInfo.InvariantCulture)]));
        screen.Line($"Peak memory {summary.PeakMemoryMb} MB. Summary: {Path.Combine(context.Output, "summary.json")}");
        screen.Table("Demo accounts (passwords are shown this once)", ["staff id", "role", "password"], Accounts.Select(account => (IReadOnlyList<string>)[account.Id, account.Role, passwords[account.Id]]));
        screen.Line($"Pages: {Hints.Command} serve --output {Hints.Argument(context.Output)}");
        screen.Line($"then open {context.Options.Web.Urls.Split(';')[0]} and sign in with an account of the table.");
        // With --json the passwords are part of the document, which is not stored.
        screen.Result(new { Summary = summary, Accounts = passwords });
        return load.ExitCode;
    }

    // A release a year, each as known at its end, drafted and approved by two of the fictional people.
    private static async Task<(StatisticsRelease Release, IReadOnlyList<string> Files)> Release(CommandContext context, WarehouseDatabases databases, DateOnly current, int years, Action<string, double> report)
    {
        await using AuditTrail audit = new(databases, context.Time);
        ReleaseDesk desk = context.Releases(databases, audit);
        StaffAccounts accounts = new(databases, context.Time);
        StaffMember analyst = accounts.Find("analyst")!, steward = accounts.Find("steward")!;
        for (int back = years - 1; back >= 0; back--)
        {
            DateOnly end = current.AddYears(-back);
            report(string.Create(CultureInfo.InvariantCulture, $"{end.AddDays(-1):yyyy-MM}"), 1 - ((back + 1.0) / years));
            ReleaseRecord draft = await Stages.Draft(context, databases, desk, analyst, end.AddDays(-1), end).ConfigureAwait(false);
            if (draft.State == ReleaseState.Draft)
            {
                draft = await desk.Check(analyst, draft.ReleaseId, "架空データ", context.Stop).ConfigureAwait(false);
            }

            if (draft.State == ReleaseState.Checked)
            {
                await desk.Approve(steward, draft.ReleaseId, null, "架空データ", context.Stop).ConfigureAwait(false);
            }
        }

        (_, StatisticsRelease release, IReadOnlyList<string> files) = await Stages.StatisticsFiles(context, desk).ConfigureAwait(false);
        return (release, files);
    }

    private static Dictionary<string, string> SaveAccounts(WarehouseDatabases databases, TimeProvider time)
    {
        StaffAccounts accounts = new(databases, time);
        Dictionary<string, string> passwords = new(StringComparer.Ordinal);
        foreach ((string id, string name, string role, string remit) in Accounts)
        {
            passwords[id] = StaffAccounts.NewPassword();
            accounts.Save(new StaffMember(id, name, role, remit), passwords[id]);
        }

        return passwords;
    }
}
