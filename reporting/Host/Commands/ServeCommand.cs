using System.CommandLine;
using Microsoft.Extensions.Logging;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Reporting.Web;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>serve</c>: pages and jobs.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Urls = new("--urls") { Description = "Where to listen; default: Web:Urls", HelpName = "URL" };

    private static readonly Option<string> RolesOption = new("--roles") { Description = "all, reports (pages only) or jobs", DefaultValueFactory = _ => "all" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        RolesOption.AcceptOnlyFromAmong("all", "reports", "jobs");
        return (new Command("serve", "Serve pages and the API, and run jobs on their schedule") { Urls, RolesOption, LoadCommand.DemoSeed },
            ["serve --output out", "serve --output out --urls http://127.0.0.1:9000 --roles reports"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        string roles = parsed.GetValue(RolesOption)!;
        await using WebApplication app = Build(context, databases, audit, parsed.GetValue(Urls) ?? context.Options.Web.Urls, roles, parsed.GetValue(LoadCommand.DemoSeed));
        WarnAboutFiles(context);
        try
        {
            await app.StartAsync(context.Stop).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new UsageException($"{fault.Message} Choose another address with --urls.");
        }

        context.Screen.Line($"Serving {string.Join(", ", app.Urls)} from {context.Output}. Stop with Ctrl+C.");
        context.Screen.Result(new { Urls = app.Urls });
        await app.WaitForShutdownAsync(context.Stop).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static WebApplication Build(CommandContext context, WarehouseDatabases databases, AuditTrail audit, string urls, string roles, ulong? demoSeed)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.Services.AddSingleton(context.Loggers);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(urls.Split(';'));
        JobHistory history = new(databases, context.Time);
        BriefReader reader = new(databases, audit);
        BriefService briefs = Stages.Briefs(context, databases, reader);
        WebSection web = context.Options.Web;
        builder.Services.AddSingleton(databases);
        builder.AddPages(new WebParts(databases, audit, new StaffAccounts(databases, context.Time), reader, briefs, history, context.Options.Statistics.ToProfile(), context.Time)
        {
            RequireHttps = web.RequireHttps,
            SessionTime = TimeSpan.FromMinutes(web.SessionMinutes),
            Watermark = Stages.Watermark(context),
        });
        if (roles is "all" or "jobs")
        {
            // Before any job of this process runs: what is still running belongs to a dead one.
            history.Abandon();
            builder.Services.AddJobs(context.Options.Schedule, Work(context, databases, audit, demoSeed), history, context.Time.GetUtcNow().UtcDateTime);
        }

        WebApplication app = builder.Build();
        if (roles is "all" or "reports")
        {
            app.UsePages();
        }

        return app;
    }

    private static JobWork Work(CommandContext context, WarehouseDatabases databases, AuditTrail audit, ulong? demoSeed)
    {
        CommandContext quiet = context with { Screen = new Screen(TextWriter.Null, TextWriter.Null, json: true) };
        ulong? seed = demoSeed ?? DemoMark.Read(context.Output)?.Seed;
        return new JobWork(new Dictionary<string, Func<CancellationToken, Task<string>>>(StringComparer.Ordinal)
        {
            ["load"] = async stop =>
            {
                string inbox = context.Options.Etl.FeedFolder.Length > 0 ? context.Options.Etl.FeedFolder : Path.Combine(context.Output, "inbox");
                (LoadResult load, _) = await Stages.Load(quiet with { Stop = stop }, databases, inbox, context.Secret(seed), backfill: false).ConfigureAwait(false);
                return load.ExitCode == ExitCode.Done
                    ? $"{load.Batch.Files.Count} files, {load.Batch.Files.Sum(file => file.Staged)} rows accepted, {load.Batch.Files.Sum(file => file.Rejected)} quarantined"
                    : throw new WarehouseException(string.Join("; ", load.Faults));
            },
            ["score"] = async stop =>
            {
                DateOnly snapshot = Stages.LastFirstOfApril(databases);
                (ScoreSummary score, _) = await Stages.Score(quiet with { Stop = stop }, databases, snapshot, Snapshot.StartOfDayUtc(snapshot)).ConfigureAwait(false);
                return Stages.Describe(score);
            },
            ["brief"] = async stop =>
            {
                BriefSection briefs = context.Options.Briefs;
                (string engine, List<string> paths) = await Stages.TopBriefs(quiet with { Stop = stop }, databases, audit, briefs.Staff, briefs.Top, (_, _) => { }).ConfigureAwait(false);
                return $"{paths.Count} briefs by {engine}";
            },
            ["statistics"] = _ =>
            {
                (StatisticsRelease release, IReadOnlyList<string> paths) = Stages.Statistics(quiet, databases, null);
                return Task.FromResult($"{paths.Count} files, {release.Tables.Sum(table => table.HiddenCount)} figures hidden");
            },
        });
    }

    private static void WarnAboutFiles(CommandContext context)
    {
        string file = Path.Combine(context.Output, "identity.duckdb");
        if (!OperatingSystem.IsWindows() && File.Exists(file)
            && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            context.Screen.Line($"Warning: {file} can be read by other users of this machine; run 'chmod 600' on it.");
        }
    }
}
