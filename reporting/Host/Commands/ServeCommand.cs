using System.CommandLine;
using Microsoft.Extensions.Logging;
using Warehouse.Etl;
using Warehouse.Model.Features;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Security;
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
        string roles = parsed.GetValue(RolesOption)!;
        if (roles is "all" or "reports" && context.Options.Oidc.IsOn && await OidcProbe.Look(context.Options.Oidc, context.Stop).ConfigureAwait(false) is { } found)
        {
            if (found.IsFinal)
            {
                throw new UsageException($"The identity provider cannot be used: {found.Fault}.");
            }

            context.Screen.Line($"Warning: {found.Fault}.");
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        await using WebApplication app = Build(context, databases, audit, parsed.GetValue(Urls) ?? context.Options.Web.Urls, roles, parsed.GetValue(LoadCommand.DemoSeed));
        WarnAboutFiles(context);
        if (roles is "all" or "reports" && PairedEntries.Finish(databases) is var finished and > 0)
        {
            context.Screen.Line($"{finished} entries that were begun before the last stop are finished now.");
        }

        try
        {
            await app.StartAsync(context.Stop).ConfigureAwait(false);
        }
        catch (IOException fault) when (fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new UsageException($"{fault.Message} Choose another address with --urls.");
        }

        context.Screen.Line($"Serving {string.Join(", ", app.Urls)} from {context.Output}. Stop with Ctrl+C.");
        if (!new StaffAccounts(databases, context.Time).Any())
        {
            context.Screen.Line("Nobody can sign in: there is no open account. Stop the service and run 'warehouse staff add --id s001 --name NAME --role steward'.");
        }

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
        FreshnessStage freshness = new(context, databases);
        builder.AddPages(new WebParts(databases, audit, Accounts(context, databases, demoSeed), reader, briefs, history, context.Options.Statistics.ToProfile(), context.Time)
        {
            KeyFolder = web.KeyFolder.Length > 0 ? Path.Combine(context.Output, web.KeyFolder) : null,
            RequireHttps = web.RequireHttps,
            Oidc = context.Options.Oidc.IsOn ? context.Options.Oidc : null,
            SessionTime = TimeSpan.FromMinutes(web.SessionMinutes),
            Watermark = Stages.Watermark(context),
            Mappings = context.Options.Mappings(context.Output),
            Corrections = HasSecret(context, demoSeed)
                ? () => new LoadOptions { Inbox = "", Secret = context.Secret(Seed(context, demoSeed)), Mappings = context.Options.Mappings(context.Output) }
                : null,
            Freshness = () => freshness.Read(null),
            ModelCard = isEnglish => ModelsCommand.CardPage(databases, isEnglish, context),
        });
        if (roles is "all" or "jobs")
        {
            AddJobs(builder.Services, context, databases, audit, history, demoSeed);
        }

        WebApplication app = builder.Build();
        if (roles is "all" or "reports")
        {
            app.UsePages();
        }

        return app;
    }

    // Second factors need the installation secret; a service that has none to keep runs without it.
    private static StaffAccounts Accounts(CommandContext context, WarehouseDatabases databases, ulong? demoSeed)
    {
        string[] roles = context.Options.Web.FactorRoles;
        bool isNeeded = roles.Length > 0 || new StaffAccounts(databases, context.Time).AnyFactor();
        return new StaffAccounts(databases, context.Time, isNeeded || HasSecret(context, demoSeed) ? new FactorKeys(context.Secret(Seed(context, demoSeed))) : null, roles);
    }

    private static ulong? Seed(CommandContext context, ulong? demoSeed) => demoSeed ?? DemoMark.Read(context.Output)?.Seed;

    private static bool HasSecret(CommandContext context, ulong? demoSeed) => Seed(context, demoSeed) is not null || context.Options.Warehouse.Secret.Length > 0;

    private static void AddJobs(IServiceCollection services, CommandContext context, WarehouseDatabases databases, AuditTrail audit, JobHistory history, ulong? demoSeed)
    {
        // Before any job of this process runs: what is still running belongs to a dead one.
        history.Abandon();
        CommandContext quiet = context with { Screen = new Screen(TextWriter.Null, TextWriter.Null, json: true) };
        services.AddSingleton(databases);
        services.AddSingleton(context.Time);
        services.AddSingleton(new JobContext(quiet, databases, audit));
        services.AddSingleton(new RelinkOptions());
        services.AddSingleton(Stages.ModelOptions(context));
        services.AddSingleton<Func<Snapshot>>(() => Stages.Newest(databases));
        if (context.Options.Schedule.Load.Length > 0)
        {
            services.AddSingleton(new LoadOptions { Inbox = Stages.Inbox(context), Secret = context.Secret(Seed(context, demoSeed)) });
        }

        services.AddJobs(context.Options.Schedule, JobKind.All, history, databases, context.Time.GetUtcNow().UtcDateTime);
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
