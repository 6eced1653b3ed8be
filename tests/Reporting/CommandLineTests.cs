using System.Diagnostics;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(2, "Unrecognized", "fly")]
    [InlineData(2, "See 'warehouse city --help'", "city", "--preset", "village")]
    [InlineData(2, "exactly one of", "brief")]
    [InlineData(2, "exactly one of", "brief", "--top", "3", "--child", "4")]
    [InlineData(2, "expected 1 to 50", "brief", "--top", "3", "--copies", "99")]
    [InlineData(2, "at most one of", "migrate", "--plan", "--verify")]
    [InlineData(2, "There is no warehouse", "migrate", "--verify")]
    [InlineData(2, "There is no warehouse", "check")]
    [InlineData(2, "There is no warehouse", "serve")]
    [InlineData(2, "There is no inbox", "load")]
    [InlineData(2, "There is no warehouse", "staff", "close", "--id", "s1")]
    [InlineData(2, "needs --name", "staff", "add", "--id", "s1")]
    [InlineData(2, "has a remit", "staff", "add", "--id", "s1", "--name", "n", "--role", "caseworker")]
    [InlineData(2, "--id takes", "staff", "add", "--id", "s 1", "--name", "n", "--role", "steward")]
    [InlineData(2, "There is no warehouse", "stats")]
    [InlineData(2, "There is no warehouse", "freshness")]
    [InlineData(2, "There is no warehouse", "trace", "--child", "4")]
    [InlineData(2, "--ablation needs folds", "train", "--ablation", "--cv", "0", "--data", "none.csv", "--target", "y")]
    [InlineData(2, "exactly one of", "trace")]
    [InlineData(2, "exactly one of", "trace", "--child", "4", "--record", "5")]
    public async Task A_mistake_of_the_user_gives_one_line_and_its_exit_code(int code, string part, params string[] args)
    {
        (int found, string output, string error) = await Run([.. args, "--output", _folder]);

        Assert.Equal(code, found);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_has_help_with_examples()
    {
        foreach (string verb in new[] { "demo", "city", "migrate", "load", "map", "corrections", "link", "link-files", "mine", "train", "predict", "explain", "score", "brief", "release", "stats", "staff", "serve", "check", "sources" })
        {
            (int code, string output, _) = await Run([verb, "--help"]);

            Assert.Equal(0, code);
            Assert.Contains("Examples:", output, StringComparison.Ordinal);
            Assert.Contains("warehouse " + verb, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Real_data_needs_a_secret()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "inbox"));

        (int code, _, string error) = await Run(["load", "--output", _folder]);

        Assert.Equal(2, code);
        Assert.Contains("WAREHOUSE__SECRET", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fresh_schema_passes_the_check_and_a_changed_script_is_exit_code_4()
    {
        Assert.Equal(0, (await Run(["migrate", "--output", _folder])).Code);
        (int code, string output, string error) = await Run(["check", "--output", _folder, "--json"]);
        Assert.True(code == 0, output + error);
        Assert.True(System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task A_plan_lists_what_is_missing_and_makes_nothing_and_verify_notices_a_changed_script()
    {
        (int code, string output, _) = await Run(["migrate", "--plan", "--output", _folder, "--json"]);
        Assert.Equal(0, code);
        System.Text.Json.JsonElement pending = System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("pending");
        Assert.Contains(pending.EnumerateArray(), script => script.GetProperty("database").GetString() == "Identity" && script.GetProperty("cost").GetString()!.Length > 0);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));

        Assert.Equal(0, (await Run(["migrate", "--apply", "--output", _folder])).Code);
        Assert.Contains("up to date", (await Run(["migrate", "--plan", "--output", _folder])).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Run(["migrate", "--verify", "--output", _folder])).Code);

        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator))
        {
            session.ExecuteText("UPDATE meta.schema_journal SET script_sha256 = 'abcdefabcdefabcdef' WHERE script_name LIKE '%0003_meta%'");
        }

        (code, _, string error) = await Run(["migrate", "--verify", "--output", _folder]);
        Assert.Equal(4, code);
        Assert.Contains("0003_meta", error, StringComparison.Ordinal);
        Assert.Equal(4, (await Run(["check", "--output", _folder])).Code);
    }

    [Fact]
    public async Task A_script_for_a_dba_is_one_guarded_file_per_database()
    {
        string file = Path.Combine(_folder, "bundle.sql");

        Assert.Equal(0, (await Run(["migrate", "--script", file, "--output", _folder])).Code);

        Assert.All([file, file + ".identity.sql"], path => Assert.Contains("meta.schema_journal", File.ReadAllText(path), StringComparison.Ordinal));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public async Task A_demo_does_not_overwrite_what_is_not_a_demo()
    {
        await Run(["migrate", "--output", _folder]);

        (int code, _, string error) = await Run(["demo", "--preset", "Mini", "--fresh", "--output", _folder]);

        Assert.Equal(2, code);
        Assert.Contains("not a demo", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "warehouse.duckdb")));
    }

    [Theory]
    [InlineData("Run 'warehouse load' first.", "Run './warehouse load --output out-a' first.", "out-a")]
    [InlineData("Run 'warehouse load' first.", "Run './warehouse load' first.", null)]
    [InlineData("See 'warehouse city --help'.", "See './warehouse city --help'.", "out-a")]
    [InlineData("See 'warehouse --help'.", "See './warehouse --help'.", null)]
    [InlineData("the file of 'warehouse migrate --script deploy.sql'", "the file of './warehouse migrate --script deploy.sql'", "out-a")]
    [InlineData("Run 'warehouse load'.", "Run './warehouse load --output \"my demo\"'.", "my demo")]
    public void A_command_that_a_message_advises_can_be_pasted(string message, string expected, string? folder)
    {
        Assert.Equal(expected, Hints.Complete(message, "./warehouse", folder));
    }

    [Fact]
    public void Every_command_that_a_message_of_the_program_advises_is_one_that_it_knows()
    {
        List<string> advised = new[] { "sql", "etl", "model", "reporting" }
            .SelectMany(folder => Repository.Files(folder, ".cs"))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(Repository.Text(file), "'warehouse ([a-z]+[^'{]*)'").Select(match => match.Groups[1].Value))
            .Distinct(StringComparer.Ordinal).ToList();
        Assert.True(advised.Count >= 6, string.Join("; ", advised));
        // KEY and the like stand for a number. A verb alone names the tool, as in "as 'warehouse map' writes it"; its arguments are asked for, but the verb is known.
        Assert.All(advised, command => Assert.Equal(
            [],
            CommandLine.Faults(command.Split(' ').Select(word => word.All(char.IsAsciiLetterUpper) ? "1" : word).ToList()).Where(fault => command.Contains(' ', StringComparison.Ordinal) || !fault.StartsWith("Required argument", StringComparison.Ordinal))));
    }

    [Fact]
    public void On_a_server_the_program_changes_no_schema_by_itself()
    {
        HostOptions options = new();
        Assert.True(options.Databases(_folder).MigrateOnStart);
        options.Warehouse.Engine = Engine.SqlServer;
        options.Warehouse.ConnectionString = options.Warehouse.IdentityConnectionString = "Server=none";
        Assert.False(options.Databases(_folder).MigrateOnStart);
        options.Warehouse.MigrateOnStart = true;
        Assert.True(options.Databases(_folder).MigrateOnStart);
    }

    [Fact]
    public async Task Serve_refuses_a_schema_that_it_may_not_bring_up_to_date()
    {
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator))
        {
            // A file without any schema of ours.
            session.ExecuteText("CREATE TABLE other (k INTEGER)");
        }

        File.WriteAllText(Path.Combine(_folder, "warehouse.json"), """{ "Warehouse": { "MigrateOnStart": false } }""");
        using Process serve = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [typeof(CommandLine).Assembly.Location, "serve", "--output", _folder, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        })!;
        string error = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await serve.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Schema, serve.ExitCode);
        Assert.Contains($"warehouse migrate --output {_folder}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_have_the_exit_codes_of_their_kind()
    {
        Assert.Equal(4, CommandLine.Explain(new SchemaMismatchException("x")).Code);
        Assert.Equal(5, CommandLine.Explain(new LockHeldException("x")).Code);
        Assert.Equal(1, CommandLine.Explain(new WarehouseException("x")).Code);
        Assert.Equal(2, CommandLine.Explain(new UsageException("x")).Code);
        Assert.Equal(5, CommandLine.Explain(new AggregateException(new LockHeldException("x"))).Code);
    }

    [Fact]
    public void All_faults_of_a_configuration_are_named_at_once()
    {
        Microsoft.Extensions.Configuration.IConfiguration configuration = Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions
            .AddInMemoryCollection(new Microsoft.Extensions.Configuration.ConfigurationBuilder(), new Dictionary<string, string?>
            {
                ["Warehouse:Engine"] = "Oracle",
                ["Web:Urls"] = "nowhere",
                ["Schedule:Load"] = "each morning",
                ["Statistics:MinimumCell"] = "1",
                ["Web:Colour"] = "red",
            }).Build();

        UsageException fault = Assert.Throws<UsageException>(() => HostOptions.Read(configuration));

        Assert.All(["Warehouse:Engine", "Web:Urls", "Schedule:Load", "Statistics:MinimumCell", "Web:Colour is not a setting"], part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_reach_their_section()
    {
        Dictionary<string, string?> settings = HostOptions.FromEnvironment(new Dictionary<string, string>
        {
            ["WAREHOUSE__SECRET"] = "s",
            ["WAREHOUSE__WEB__URLS"] = "u",
            ["PATH"] = "p",
        }).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);

        Assert.Equal("s", settings["Warehouse:Secret"]);
        Assert.Equal("u", settings["Web:Urls"]);
        Assert.Equal(2, settings.Count);
    }

    [Fact]
    public void A_missed_turn_is_caught_up_once_for_the_last_of_them()
    {
        DateTime last = new(2025, 4, 1, 19, 0, 0, DateTimeKind.Utc);
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

        Assert.Equal(new DateTime(2025, 4, 4, 19, 0, 0, DateTimeKind.Utc), Schedule.Missed("0 0 4 * * ?", zone, last, last.AddDays(3).AddHours(2)));
        Assert.Null(Schedule.Missed("0 0 4 * * ?", zone, last, last.AddHours(2)));
        Assert.Null(Schedule.Missed("0 0 4 * * ?", zone, null, last));
    }

    [Fact]
    public async Task A_run_that_fails_and_a_run_of_a_dead_process_are_recorded_as_failed()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        JobHistory history = new(fixture.Databases, TimeProvider.System);

        await Assert.ThrowsAsync<WarehouseException>(() => history.Run("load", "manual", null, () => throw new WarehouseException("no inbox")));
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO meta.job_run VALUES (7, 'score', 'schedule', NULL, '2025-04-01', NULL, 'running', NULL)");
        }

        Assert.Equal(1, history.Abandon());
        Assert.All(history.Last(), run => Assert.Equal("failed", run.StatusCode));
        Assert.Equal("no inbox", history.Last().Single(run => run.JobName == "load").SummaryText);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.Run(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
