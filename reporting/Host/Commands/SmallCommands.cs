using System.CommandLine;
using System.Globalization;
using Warehouse.Etl.City;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>city</c>: files of the fictional city.</summary>
internal static class CityCommand
{
    internal static readonly Option<CityPreset> Preset = new("--preset")
    {
        Description = "mini (300 children), city (6,000), large (60,000) or metro (500,000, one year)",
        DefaultValueFactory = _ => CityPreset.City,
    };

    internal static readonly Option<ulong> Seed = new("--seed") { Description = "The same seed gives the same city", DefaultValueFactory = _ => 20190401UL };

    internal static readonly Option<NoiseLevel> Noise = new("--noise")
    {
        Description = "Planted faults: none, low, normal or high; low and high plant every kind in every feed, workbooks and withdrawals among them",
        DefaultValueFactory = _ => NoiseLevel.Normal,
    };

    private static readonly Option<string> Profile = new("--profile") { Description = "Layout of another municipality's systems: second; the files then load by mappings", DefaultValueFactory = _ => "", HelpName = "NAME" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("city", "Write the delivery files of a fictional city and the truth about it") { Preset, Seed, Noise, Profile },
        ["city --preset mini --output out", "city --preset city --seed 7 --output out --json", "city --preset mini --noise high --output out3", "city --preset mini --profile second --output out2"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        CityOptions options = CityOptions.For(parsed.GetValue(Preset), parsed.GetValue(Seed)) with { Profile = parsed.GetValue(Profile)!, NoiseLevel = parsed.GetValue(Noise) };
        (CitySummary summary, _) = await Stages.City(context, options).ConfigureAwait(false);
        context.Screen.Line($"{summary.Files} files, {summary.Rows.Values.Sum():N0} rows, {summary.Children:N0} children in {Path.Combine(context.Output, "inbox")}");
        context.Screen.Result(summary);
        return ExitCode.Done;
    }
}

/// <summary><c>migrate</c>: the schema.</summary>
internal static class MigrateCommand
{
    private static readonly Option<FileInfo?> Script = new("--script")
    {
        Description = "Write guarded T-SQL for a DBA to this file (and FILE.identity.sql) and change nothing",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Plan = new("--plan") { Description = "List the scripts that are missing, with their cost, and change nothing" };

    private static readonly Option<bool> VerifyOption = new("--verify") { Description = "Compare the journal with the scripts of this release and change nothing; exit code 4 where they differ" };

    private static readonly Option<bool> ApplyOption = new("--apply") { Description = "Apply what is missing; the default" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("migrate", "Bring both databases to the schema of this release, show what is missing, or write the script for a DBA") { Plan, Script, ApplyOption, VerifyOption };
        command.Validators.Add(result =>
        {
            if (new Option[] { Plan, Script, ApplyOption, VerifyOption }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
            {
                result.AddError("Give at most one of --plan, --script, --apply and --verify.");
            }
        });
        return (command, ["migrate --output out", "migrate --plan --output out", "migrate --script deploy.sql", "migrate --verify --output out --json"], Act);
    }

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        if (parsed.GetValue(Script) is { } file)
        {
            WriteScripts(context, file);
            return Task.FromResult(ExitCode.Done);
        }

        using WarehouseDatabases databases = new(context.Options.Databases(context.Output), null, context.Time);
        if (parsed.GetValue(Plan))
        {
            ShowPlan(context, databases);
        }
        else if (parsed.GetValue(VerifyOption))
        {
            Verify(context, databases);
        }
        else
        {
            Apply(context, databases);
        }

        return Task.FromResult(ExitCode.Done);
    }

    private static void WriteScripts(CommandContext context, FileInfo file)
    {
        List<string> paths = [];
        foreach ((DatabaseKind kind, string path) in new[] { (DatabaseKind.Warehouse, file.FullName), (DatabaseKind.Identity, file.FullName + ".identity.sql") })
        {
            using StreamWriter writer = new(path);
            DeployBundle.Write(writer, kind);
            paths.Add(path);
            context.Screen.Line($"{kind}: {path}");
        }

        context.Screen.Result(new { Scripts = paths });
    }

    private static void ShowPlan(CommandContext context, WarehouseDatabases databases)
    {
        List<PendingScript> pending = [];
        foreach (DatabaseKind kind in Enum.GetValues<DatabaseKind>())
        {
            // Opening a DuckDB file that is not there would make it, and a plan makes nothing.
            IReadOnlyList<MigrationScript> scripts = MissingFile(databases, kind) is null
                ? Migrator.Pending(databases, kind)
                : MigrationScript.List(kind, databases.Engine).Where(script => script.Kind != ScriptKind.Permission).ToList();
            pending.AddRange(scripts.Select(script => new PendingScript(kind.ToString(), script.Name, script.Header("What") ?? "", script.Header("Cost") ?? "")));
        }

        context.Screen.Line(pending.Count == 0 ? "The schema is up to date." : $"{pending.Count} scripts are pending; nothing was run.");
        if (pending.Count > 0)
        {
            context.Screen.Table("Pending", ["database", "script", "what", "cost"], pending.Select(script => (IReadOnlyList<string>)[script.Database, script.Script, script.What, script.Cost]));
        }

        context.Screen.Result(new { Pending = pending });
    }

    private static void Verify(CommandContext context, WarehouseDatabases databases)
    {
        foreach (DatabaseKind kind in Enum.GetValues<DatabaseKind>())
        {
            if (MissingFile(databases, kind) is { } file)
            {
                throw new UsageException($"There is no warehouse at {file}. Run 'warehouse migrate' first, or name another folder with --output.");
            }
        }

        Migrator.Verify(databases);
        context.Screen.Line("The journal and the scripts agree, and nothing is pending.");
        context.Screen.Result(new { Ok = true });
    }

    private static void Apply(CommandContext context, WarehouseDatabases databases)
    {
        Directory.CreateDirectory(context.Output);
        IReadOnlyList<string> applied = Migrator.Apply(databases);
        context.Screen.Line(applied.Count == 0 ? "The schema is up to date." : $"{applied.Count} scripts applied.");
        foreach (string script in applied)
        {
            context.Screen.Line("  " + script);
        }

        context.Screen.Result(new { Applied = applied });
    }

    private static string? MissingFile(WarehouseDatabases databases, DatabaseKind kind)
    {
        if (databases.Engine != Engine.DuckDb)
        {
            return null;
        }

        System.Data.Common.DbConnectionStringBuilder builder = new()
        {
            ConnectionString = kind == DatabaseKind.Identity ? databases.Options.IdentityConnectionString : databases.Options.ConnectionString,
        };
        return (builder.TryGetValue("Data Source", out object? source) || builder.TryGetValue("DataSource", out source))
            && source is string path && !path.StartsWith(":memory:", StringComparison.Ordinal) && !File.Exists(path) ? path : null;
    }

    private sealed record PendingScript(string Database, string Script, string What, string Cost);
}

/// <summary><c>train</c>: mine rules and train the model, on the warehouse or on a table of one's own.</summary>
internal static class TrainCommand
{
    /// <summary>Read by both kinds of training.</summary>
    internal static readonly Option<bool> Ablation = new("--ablation")
    {
        Description = "Say what held-out figures lose without each department (with --data: without each column), with intervals; a fit each (with --data: each in every fold)",
    };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("train", "Mine rules and train the model on all finished snapshots; with --data on a table of one's own, without a warehouse");
        foreach (Option option in TrainTableCommand.Options)
        {
            command.Options.Add(option);
        }

        command.Options.Add(Ablation);
        return (command, ["train --output out", "train --ablation --output out", "train --output out --json", .. TableCommands.TableExamples], Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        if (TrainTableCommand.IsAsked(parsed))
        {
            return await TrainTableCommand.Act(parsed, context).ConfigureAwait(false);
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        (ModelSummary summary, _) = await Stages.Train(context, databases, parsed.GetValue(Ablation)).ConfigureAwait(false);
        context.Screen.Line(Stages.Describe(summary));
        if (summary.Ablations.Count > 0)
        {
            context.Screen.Table(
                "Held-out figures lost without a department",
                ["department", "features", "terms", "AUC", "average precision", "recall at capacity"],
                summary.Ablations.Select(a => (IReadOnlyList<string>)
                    [a.Group, a.FeatureCount.ToString(CultureInfo.InvariantCulture), a.TermCount.ToString(CultureInfo.InvariantCulture), .. a.Losses.Select(Lost)]));
        }

        context.Screen.Result(summary);
        return ExitCode.Done;
    }

    private static string Lost(AblationLoss loss) => string.Create(
        CultureInfo.InvariantCulture, $"{loss.Loss:+0.000;-0.000;0.000} [{loss.Interval.Low:+0.000;-0.000;0.000}, {loss.Interval.High:+0.000;-0.000;0.000}]");
}

/// <summary><c>score</c>: score children at a snapshot.</summary>
internal static class ScoreCommand
{
    private static readonly Option<DateOnly?> SnapshotDate = new("--snapshot") { Description = "Day that the scores describe; default: the last 1 April of the data", HelpName = "DATE" };

    private static readonly Option<DateOnly?> AsKnown = new("--as-known") { Description = "Use only what was known on this day; default: the snapshot", HelpName = "DATE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("score", "Score all children of a snapshot with the current model, with reasons") { SnapshotDate, AsKnown },
        ["score --output out", "score --snapshot 2024-04-01 --output out"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        DateOnly snapshot = parsed.GetValue(SnapshotDate) ?? Stages.LastFirstOfApril(databases);
        DateTime known = Snapshot.StartOfDayUtc(parsed.GetValue(AsKnown) ?? snapshot);
        (ScoreSummary summary, _) = await Stages.Score(context, databases, snapshot, known).ConfigureAwait(false);
        context.Screen.Line(Stages.Describe(summary));
        context.Screen.Result(summary);
        return ExitCode.Done;
    }
}
