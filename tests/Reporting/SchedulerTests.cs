using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using Warehouse.Etl;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class SchedulerTests : IDisposable
{
    private const string EverySecond = "* * * * * ?";

    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

    private readonly WarehouseFixture _fixture = WarehouseFixture.Create();

    private JobHistory History => new(_fixture.Databases, TimeProvider.System);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_job_of_every_second_loads_the_inbox_and_never_runs_twice_at_once()
    {
        using TinyInbox inbox = TinyInbox.Family();
        int active = 0;
        int most = 0;
        using IHost host = Scheduler(new ScheduleSection { Load = EverySecond }, "load", async stop =>
        {
            most = Math.Max(most, Interlocked.Increment(ref active));
            LoadSummary done = new LoadPipeline(_fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = new byte[32] }, null, stop);
            // Longer than the time between two turns.
            await Task.Delay(TimeSpan.FromSeconds(1.3), CancellationToken.None);
            Interlocked.Decrement(ref active);
            return $"{done.Files.Count(file => file.Status != "known")} new files";
        });
        await host.StartAsync(TestContext.Current.CancellationToken);

        List<JobRun> runs = await Until(runs => runs.Count(run => run.StatusCode == "succeeded") >= 2);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, most);
        Assert.Equal("6 new files", runs[0].SummaryText);
        Assert.Equal("0 new files", runs[1].SummaryText);
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.First.FinishedUtc <= pair.Second.StartedUtc));
        Assert.All(runs, run => Assert.Equal(("load", "schedule"), (run.JobName, run.TriggerCode)));
        Assert.DoesNotContain(History.Last(), run => run.StatusCode == "running");
    }

    [Fact]
    public async Task Turns_missed_while_the_program_was_down_are_caught_up_once()
    {
        DateTime now = DateTime.UtcNow;
        // A daily turn that is never near the time of this test.
        string daily = $"0 0 {TimeZoneInfo.ConvertTimeFromUtc(now.AddHours(12), Zone).Hour} * * ?";
        using (WarehouseSession session = _fixture.Warehouse())
        {
            session.ExecuteText($"INSERT INTO meta.job_run VALUES (1, 'score', 'schedule', '{now.AddDays(-2):yyyy-MM-dd HH:mm:ss}', '{now.AddDays(-2):yyyy-MM-dd HH:mm:ss}', '{now.AddDays(-2):yyyy-MM-dd HH:mm:ss}', 'succeeded', 'ok')");
        }

        int count = 0;
        using (IHost host = Scheduler(new ScheduleSection { Score = daily }, "score", _ => Task.FromResult($"call {Interlocked.Increment(ref count)}")))
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            List<JobRun> runs = await Until(runs => runs.Count == 2 && runs[1].StatusCode == "succeeded");
            await host.StopAsync(TestContext.Current.CancellationToken);
            Assert.Equal("catch-up", runs[1].TriggerCode);
            Assert.InRange(runs[1].ScheduledUtc!.Value, now.AddHours(-14), now.AddHours(-10));
        }

        // The next start has nothing to catch up.
        using IHost again = Scheduler(new ScheduleSection { Score = daily }, "score", _ => Task.FromResult($"call {Interlocked.Increment(ref count)}"));
        IScheduler scheduler = await again.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(TestContext.Current.CancellationToken);
        ITrigger trigger = Assert.Single(await scheduler.GetTriggersOfJob(new JobKey("score"), TestContext.Current.CancellationToken));
        Assert.Equal("score-cron", trigger.Key.Name);
        Assert.Equal(CronTriggerMisfireInstruction.DoNothing, Assert.IsAssignableFrom<ICronTrigger>(trigger).MisfireInstruction);
        Assert.Equal(1, count);
    }

    [Fact]
    public async Task A_job_that_throws_is_recorded_as_failed_with_its_message_and_has_its_next_turn()
    {
        using IHost host = Scheduler(new ScheduleSection { Statistics = EverySecond }, "statistics", _ => throw new WarehouseException("the disk is full"));
        await host.StartAsync(TestContext.Current.CancellationToken);

        List<JobRun> runs = await Until(runs => runs.Count(run => run.StatusCode == "failed") >= 2);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.All(runs.Take(2), run => Assert.Equal("the disk is full", run.SummaryText));
        Assert.All(runs.Take(2), run => Assert.NotNull(run.FinishedUtc));
        // The next turn, not a refire of this one.
        Assert.NotEqual(runs[0].ScheduledUtc, runs[1].ScheduledUtc);
    }

    private IHost Scheduler(ScheduleSection section, string job, Func<CancellationToken, Task<string>> work)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(_fixture.Databases);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddJobs(
            section, new JobWork(new Dictionary<string, Func<CancellationToken, Task<string>>>(StringComparer.Ordinal) { [job] = work }), History, DateTime.UtcNow);
        return builder.Build();
    }

    // Oldest first.
    private async Task<List<JobRun>> Until(Predicate<List<JobRun>> reached)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            List<JobRun> runs = History.Last().OrderBy(run => run.JobRunId).ToList();
            if (reached(runs))
            {
                return runs;
            }

            Assert.True(DateTime.UtcNow < deadline, "After a minute the history is: " + string.Join("; ", runs));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
