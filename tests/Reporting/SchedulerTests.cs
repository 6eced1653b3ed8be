using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Quartz;
using Warehouse.Etl;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Web;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class SchedulerTests : IDisposable
{
    private const string EverySecond = "* * * * * ?";

    // 04:00 in Tokyo is 19:00 UTC of the day before.
    private const string Nightly = "0 0 4 * * ?";

    private static readonly DateTimeOffset Begin = new(2026, 4, 6, 18, 0, 0, TimeSpan.Zero);

    private readonly WarehouseFixture _fixture = WarehouseFixture.Create();
    private readonly FakeTimeProvider _clock = new(Begin);

    private Probe _probe = new(() => Task.FromResult("done"));

    private JobHistory History => new(_fixture.Databases, _clock);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_load_job_takes_the_inbox_in_at_its_turn_and_the_next_turn_finds_it_known()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using IHost host = Scheduler(new ScheduleSection { Load = Nightly }, JobKind.All, services =>
            services.AddSingleton(new LoadOptions { Inbox = inbox.Path, Secret = new byte[32] }));
        await host.StartAsync(TestContext.Current.CancellationToken);

        IReadOnlyList<JobRun> first = await Until(TimeSpan.FromMinutes(1), runs => Ended(runs) == 1);
        IReadOnlyList<JobRun> second = await Until(TimeSpan.FromMinutes(20), runs => Ended(runs) == 2);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("6 files, 0 known, 12 rows accepted, 0 quarantined", first[0].SummaryText);
        Assert.Equal("ファイル 6 件（うち取り込み済み 0 件）、受け付けた行 12 行、隔離した行 0 行", JobText.Japanese(first[0].SummaryText!));
        Assert.Equal("6 files, 6 known, 0 rows accepted, 0 quarantined", second[1].SummaryText);
        Assert.Equal(Begin.UtcDateTime.AddHours(1), first[0].ScheduledUtc);
        Assert.Equal(Begin.UtcDateTime.AddHours(25), second[1].ScheduledUtc);
        Assert.All(second, run => Assert.Equal(("load", "schedule", "succeeded"), (run.JobName, run.TriggerCode, run.StatusCode)));
    }

    [Fact]
    public async Task The_link_job_decides_the_links_of_loaded_records_again()
    {
        using TinyInbox inbox = TinyInbox.Family();
        new LoadPipeline(_fixture.Databases, _clock).Run(new LoadOptions { Inbox = inbox.Path, Secret = new byte[32] }, null, TestContext.Current.CancellationToken);
        using IHost host = Scheduler(new ScheduleSection { Link = Nightly }, JobKind.All, services => services.AddSingleton(new RelinkOptions()));
        await host.StartAsync(TestContext.Current.CancellationToken);

        JobRun run = (await Until(TimeSpan.FromMinutes(1), runs => Ended(runs) == 1))[0];
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("link", "succeeded"), (run.JobName, run.StatusCode));
        Assert.Matches("^[1-9][0-9]* records decided again, 0 moved, 0 kept", run.SummaryText);
        Assert.StartsWith("名寄せを見直した記録", JobText.Japanese(run.SummaryText!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_brief_job_makes_numbered_copies_for_the_top_of_the_list_with_audit_rows_and_the_statistics_job_makes_a_draft()
    {
        SampleChild.Write(_fixture);
        string folder = Directory.CreateTempSubdirectory("warehouse-jobs-").FullName;
        try
        {
            await using AuditTrail audit = new(_fixture.Databases, _clock);
            new StaffAccounts(_fixture.Databases, _clock).Save(new StaffMember("night", "夜間 処理", Roles.Caseworker, Roles.CityRemit), "secret-of-the-night");
            Warehouse.Reporting.Host.HostOptions options = new();
            (options.Briefs.Top, options.Briefs.Copies, options.Briefs.Staff, options.Briefs.Recipient) = (1, 2, "night", "第1回 個別ケース検討会議");
            using ILoggerFactory loggers = LoggerFactory.Create(_ => { });
            CommandContext command = new(new Screen(TextWriter.Null, TextWriter.Null, json: true), options, folder, _clock, loggers, default);
            using IHost host = Scheduler(new ScheduleSection { Brief = Nightly, Statistics = Nightly }, JobKind.All, services =>
                services.AddSingleton(new JobContext(command, _fixture.Databases, audit)));
            await host.StartAsync(TestContext.Current.CancellationToken);

            IReadOnlyList<JobRun> runs = await Until(TimeSpan.FromMinutes(1), runs => Ended(runs) == 2);
            await host.StopAsync(TestContext.Current.CancellationToken);

            Assert.All(runs, run => Assert.True(run.StatusCode == "succeeded", run.ToString()));
            Assert.StartsWith("2 briefs by ", runs.Single(run => run.JobName == "brief").SummaryText, StringComparison.Ordinal);
            Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "briefs"), "*.pdf").Length);
            Assert.StartsWith("draft 1 of 2025-03: ", runs.Single(run => run.JobName == "statistics").SummaryText, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(folder, "statistics")), "nothing leaves the program before two people have seen it");
            using WarehouseSession session = _fixture.Warehouse(SessionRole.Auditor);
            Assert.Equal(
                [(SampleChild.Listed, "conference")],
                session.QueryText<(long ChildKey, string PurposeCode)>("SELECT DISTINCT child_key, purpose_code FROM audit.access_log WHERE staff_id = 'night' AND outcome_code = 'allowed' ORDER BY child_key, purpose_code"));
            // What the page of jobs shows is Japanese throughout.
            Assert.All(runs, run => Assert.NotEqual(run.SummaryText, JobText.Japanese(run.SummaryText!)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_load_with_a_file_that_is_not_taken_in_is_recorded_as_failed_and_the_corrected_file_is_taken_in_at_the_next_turn()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string manifest = Directory.GetFiles(inbox.Path, "*.manifest.json").Order(StringComparer.Ordinal).First();
        string sound = File.ReadAllText(manifest);
        File.WriteAllText(manifest, "{");
        using IHost host = Scheduler(new ScheduleSection { Load = Nightly }, JobKind.All, services =>
            services.AddSingleton(new LoadOptions { Inbox = inbox.Path, Secret = new byte[32] }));
        await host.StartAsync(TestContext.Current.CancellationToken);

        JobRun failed = (await Until(TimeSpan.FromMinutes(1), runs => Ended(runs) == 1))[0];
        File.WriteAllText(manifest, sound);
        JobRun next = (await Until(TimeSpan.FromMinutes(20), runs => Ended(runs) == 2))[1];
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("failed", failed.StatusCode);
        Assert.Contains("FEED-", failed.SummaryText, StringComparison.Ordinal);
        Assert.Equal(("succeeded", "6 files, 5 known"), (next.StatusCode, next.SummaryText![..16]));
    }

    [Fact]
    public async Task A_job_that_lasts_longer_than_the_time_between_two_turns_never_runs_twice_at_once()
    {
        int active = 0;
        int most = 0;
        using IHost host = Scheduler(new ScheduleSection { Load = "0/5 * * * * ?", Score = "0/5 * * * * ?" }, Probes(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref active));
            await Task.Delay(TimeSpan.FromSeconds(12), _clock);
            Interlocked.Decrement(ref active);
            return "done";
        }));
        await host.StartAsync(TestContext.Current.CancellationToken);

        IReadOnlyList<JobRun> runs = await Until(TimeSpan.FromSeconds(1), runs => runs.Count(run => run.StatusCode == "succeeded") >= 4);
        await Stop(host);

        // Neither the same job nor another: one lock for all.
        Assert.Equal(1, most);
        Assert.Equal(["load", "score"], runs.Take(4).Select(run => run.JobName).Distinct().Order(StringComparer.Ordinal));
        List<JobRun> ended = runs.Where(run => run.FinishedUtc is not null).OrderBy(run => run.StartedUtc).ToList();
        Assert.All(ended.Zip(ended.Skip(1)), pair => Assert.True(pair.First.FinishedUtc <= pair.Second.StartedUtc));
        Assert.DoesNotContain(History.Last(), run => run.StatusCode == "running");
    }

    [Fact]
    public async Task Turns_that_pass_while_the_machine_sleeps_run_once_late_and_the_turn_after_them_in_time()
    {
        using IHost host = Scheduler(new ScheduleSection { Score = Nightly }, Probes(() => Task.FromResult("done")));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await WaitUntilScheduled(host, "score-cron");

        // Three nights pass at once.
        _clock.Advance(TimeSpan.FromDays(3));
        IReadOnlyList<JobRun> late = await Until(TimeSpan.FromSeconds(1), runs => Ended(runs) == 1);
        IReadOnlyList<JobRun> next = await Until(TimeSpan.FromMinutes(20), runs => Ended(runs) == 2);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.InRange(late[0].StartedUtc, Begin.UtcDateTime.AddDays(3), Begin.UtcDateTime.AddDays(3).AddMinutes(30));
        Assert.Equal(Begin.UtcDateTime.AddDays(3).AddHours(1), next[1].ScheduledUtc);
        Assert.Equal(2, next.Count);
    }

    [Fact]
    public async Task Turns_missed_while_the_program_was_down_are_caught_up_once()
    {
        using (WarehouseSession session = _fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO meta.job_run VALUES (1, 'score', 'schedule', '2026-04-03 19:00:00', '2026-04-03 19:00:00', '2026-04-03 19:01:00', 'succeeded', 'ok')");
        }

        int count = 0;
        IReadOnlyList<JobKind> probes = Probes(() => Task.FromResult($"call {Interlocked.Increment(ref count)}"));
        using (IHost host = Scheduler(new ScheduleSection { Score = Nightly }, probes))
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            IReadOnlyList<JobRun> runs = await Until(TimeSpan.FromSeconds(1), runs => Ended(runs) == 2);
            await host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Equal("catch-up", runs[1].TriggerCode);
            // The last of two missed turns.
            Assert.Equal(new DateTime(2026, 4, 5, 19, 0, 0), runs[1].ScheduledUtc);
        }

        // The next start has nothing to catch up.
        using IHost again = Scheduler(new ScheduleSection { Score = Nightly }, probes);
        IScheduler scheduler = await again.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
        ITrigger trigger = Assert.Single(await scheduler.GetTriggersOfJob(new JobKey("score"), TestContext.Current.CancellationToken));
        Assert.Equal("score-cron", trigger.Key.Name);
        Assert.Equal(CronTriggerMisfireInstruction.FireAndProceed, Assert.IsAssignableFrom<ICronTrigger>(trigger).MisfireInstruction);
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task Two_nodes_that_start_together_catch_a_missed_turn_up_once()
    {
        using (WarehouseSession session = _fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO meta.job_run VALUES (1, 'score', 'schedule', '2026-04-03 19:00:00', '2026-04-03 19:00:00', '2026-04-03 19:01:00', 'succeeded', 'ok')");
        }

        int count = 0;
        IReadOnlyList<JobKind> probes = Probes(() => Task.FromResult($"call {Interlocked.Increment(ref count)}"));
        using IHost one = Scheduler(new ScheduleSection { Score = Nightly }, probes);
        using IHost two = Scheduler(new ScheduleSection { Score = Nightly }, probes);
        await one.StartAsync(TestContext.Current.CancellationToken);
        await two.StartAsync(TestContext.Current.CancellationToken);

        await Until(TimeSpan.FromSeconds(1), runs => Ended(runs) == 2);
        // The catch-up trigger of each is gone when it has fired.
        foreach (IHost host in new[] { one, two })
        {
            await Gone(host, "score-catch-up");
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, count);
        Assert.Equal(2, History.Last().Count);
    }

    [Fact]
    public async Task A_job_that_throws_is_recorded_as_failed_with_its_message_and_runs_again_at_its_next_turn()
    {
        int count = 0;
        using IHost host = Scheduler(new ScheduleSection { Statistics = EverySecond }, Probes(() =>
            Interlocked.Increment(ref count) < 3 ? throw new WarehouseException("the disk is full") : Task.FromResult("done")));
        await host.StartAsync(TestContext.Current.CancellationToken);

        IReadOnlyList<JobRun> runs = await Until(TimeSpan.FromSeconds(1), runs => runs.Any(run => run.StatusCode == "succeeded"));
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["failed", "failed", "succeeded"], runs.Take(3).Select(run => run.StatusCode));
        Assert.All(runs.Take(2), run => Assert.Equal("the disk is full", run.SummaryText));
        Assert.All(runs.Take(2), run => Assert.NotNull(run.FinishedUtc));
        // The next turn, not a refire of this one.
        Assert.Equal(3, runs.Take(3).Select(run => run.ScheduledUtc).Distinct().Count());
    }

    [Fact]
    public void A_run_left_behind_is_marked_only_when_no_job_of_a_living_process_holds_the_lock()
    {
        using (WarehouseSession session = _fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO meta.job_run VALUES (1, 'load', 'schedule', NULL, '2026-04-01', NULL, 'running', NULL)");
        }

        using (_fixture.Databases.Lock.Acquire(RecordedRuns.LockName))
        {
            Assert.Equal(0, History.Abandon());
        }

        Assert.Equal(1, History.Abandon());
        Assert.Equal("failed", Assert.Single(History.Last()).StatusCode);
    }

    [Fact]
    public void On_several_hosts_the_schedule_is_in_the_warehouse_database_with_clustering_and_without_tables_of_its_own_making()
    {
        using IHost host = Scheduler(new ScheduleSection { Load = Nightly, Store = ScheduleStore.Database }, JobKind.All);

        AdoJobStoreOptions store = host.Services.GetRequiredService<IOptions<AdoJobStoreOptions>>().Value;
        ClusteringOptions cluster = host.Services.GetRequiredService<IOptions<ClusteringOptions>>().Value;
        QuartzSchedulerOptions scheduler = host.Services.GetRequiredService<IOptions<QuartzSchedulerOptions>>().Value;
        Assert.Equal("QRTZ_", store.TablePrefix);
        Assert.NotEqual(SchemaProvisioning.CreateIfMissing, store.SchemaProvisioning);
        Assert.True(store.StoreJobDataAsStrings);
        Assert.True(cluster.Enabled);
        Assert.Equal(JobSetup.SchedulerName, scheduler.InstanceName);
        Assert.True(scheduler.GenerateInstanceId);

        using IHost owner = Scheduler(new ScheduleSection { Load = Nightly, Store = ScheduleStore.Database, ProvisionStore = true }, JobKind.All);
        Assert.Equal(SchemaProvisioning.CreateIfMissing, owner.Services.GetRequiredService<IOptions<AdoJobStoreOptions>>().Value.SchemaProvisioning);
    }

    [Theory]
    [EngineData]
    public async Task The_store_of_the_schedule_survives_a_restart_on_a_server_and_is_refused_on_files(Engine engine)
    {
        if (engine == Engine.DuckDb)
        {
            Microsoft.Extensions.Configuration.IConfiguration configuration = Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions
                .AddInMemoryCollection(new Microsoft.Extensions.Configuration.ConfigurationBuilder(), new Dictionary<string, string?> { ["Schedule:Store"] = "Database" }).Build();
            Assert.Contains("Schedule:Store is Database, which needs SQL Server", Assert.Throws<UsageException>(() => Warehouse.Reporting.Host.HostOptions.Read(configuration)).Message, StringComparison.Ordinal);
            return;
        }

        using WarehouseFixture server = WarehouseFixture.Create(engine);
        ScheduleSection section = new() { Statistics = EverySecond, Store = ScheduleStore.Database, ProvisionStore = true };
        JobHistory history = new(server.Databases, TimeProvider.System);
        for (int start = 1; start <= 2; start++)
        {
            using IHost host = Scheduler(section, Probes(() => Task.FromResult("done")), server.Databases, TimeProvider.System, _ => { });
            await host.StartAsync(TestContext.Current.CancellationToken);
            int before = history.Last().Count;
            DateTime deadline = DateTime.UtcNow.AddMinutes(2);
            while (history.Last().Count(run => run.StatusCode == "succeeded") <= before)
            {
                Assert.True(DateTime.UtcNow < deadline, "After two minutes no job has run.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }

            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        using WarehouseSession session = server.Warehouse(SessionRole.Migrator);
        Assert.Equal("statistics", session.ScalarText<string>("SELECT JOB_NAME FROM QRTZ_JOB_DETAILS"));
    }

    private static int Ended(IReadOnlyList<JobRun> runs) => runs.Count(run => run.StatusCode is "succeeded" or "failed");

    private IReadOnlyList<JobKind> Probes(Func<Task<string>> work)
    {
        _probe = new Probe(work);
        return JobKind.All.Select(kind => new JobKind(kind.Name, typeof(ProbeJob), outcome => (string)outcome!)).ToList();
    }

    private static async Task<IScheduler> SchedulerOf(IHost host) =>
        await host.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);

    private static async Task WaitUntilScheduled(IHost host, string trigger) =>
        Assert.NotNull((await (await SchedulerOf(host)).GetTrigger(new TriggerKey(trigger), TestContext.Current.CancellationToken))?.NextFireTimeUtc);

    private async Task Gone(IHost host, string trigger)
    {
        IScheduler scheduler = await SchedulerOf(host);
        await Wait(TimeSpan.FromSeconds(1), async () => await scheduler.GetTrigger(new TriggerKey(trigger), TestContext.Current.CancellationToken) is null, () => trigger + " is still there");
    }

    private IHost Scheduler(ScheduleSection section, IReadOnlyList<JobKind> kinds, Action<IServiceCollection>? more = null) =>
        Scheduler(section, kinds, _fixture.Databases, _clock, more ?? (_ => { }));

    private IHost Scheduler(ScheduleSection section, IReadOnlyList<JobKind> kinds, WarehouseDatabases databases, TimeProvider clock, Action<IServiceCollection> more)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(databases);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(_probe);
        more(builder.Services);
        builder.Services.AddJobs(section, kinds, new JobHistory(databases, clock), databases, clock.GetUtcNow().UtcDateTime);
        return builder.Build();
    }

    // Stopping waits for the running job, which waits for the clock.
    private async Task Stop(IHost host)
    {
        Task stopping = host.StopAsync(TestContext.Current.CancellationToken);
        while (!stopping.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await stopping;
    }

    // Moves the clock in steps, each of which leaves the scheduler time to act; returns the history, oldest first.
    private async Task<IReadOnlyList<JobRun>> Until(TimeSpan step, Predicate<IReadOnlyList<JobRun>> reached)
    {
        IReadOnlyList<JobRun> runs = [];
        await Wait(step, () =>
        {
            runs = History.Last().OrderBy(run => run.JobRunId).ToList();
            return Task.FromResult(reached(runs));
        }, () => "the history is: " + string.Join("; ", runs));
        return runs;
    }

    private async Task Wait(TimeSpan step, Func<Task<bool>> reached, Func<string> state)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(60);
        while (!await reached())
        {
            Assert.True(DateTime.UtcNow < deadline, "After a minute " + state());
            if (History.Last().All(run => run.StatusCode != "running") || step <= TimeSpan.FromSeconds(1))
            {
                _clock.Advance(step);
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public sealed record Probe(Func<Task<string>> Work);

    [DisallowConcurrentExecution]
    public sealed class ProbeJob(Probe probe) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            context.Result = await probe.Work();
    }
}
