using Quartz;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>What jobs do; the same stages as the verbs.</summary>
/// <param name="Work">By name: the work, which returns one line on what was done.</param>
public sealed record JobWork(IReadOnlyDictionary<string, Func<CancellationToken, Task<string>>> Work);

/// <summary>Runs one kind of work on the scheduler: recorded from start to end, one at a time, under the lock of the warehouse.</summary>
public abstract class WarehouseJob(string name, JobWork work, JobHistory history, WarehouseDatabases databases, TimeProvider time) : IJob
{
    /// <summary>The datum of a trigger that says it catches up a missed turn.</summary>
    public const string CatchUpKey = "catch_up_utc";

    // Jobs of a night follow each other; a job that waits longer has found something that hangs.
    private static readonly TimeSpan LockWait = TimeSpan.FromHours(2);

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        bool catchUp = context.MergedJobDataMap.TryGetValue(CatchUpKey, out object? missed);
        DateTime? turn = catchUp ? new DateTime(long.Parse((string)missed!, System.Globalization.CultureInfo.InvariantCulture), DateTimeKind.Utc)
            : context.ScheduledFireTimeUtc?.UtcDateTime;
        try
        {
            await history.Run(name, catchUp ? "catch-up" : "schedule", turn ?? time.GetUtcNow().UtcDateTime, async () =>
            {
                // One job at a time; each stage takes the write lock itself.
                using IDisposable turnLock = databases.Lock.Acquire("jobs", LockWait, cancellationToken);
                return await work.Work[name](cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // Recorded already; the next turn tries again, not this one.
            throw new JobExecutionException(fault);
        }
    }
}

/// <summary>Takes the inbox in.</summary>
[DisallowConcurrentExecution]
public sealed class LoadTurn(JobWork work, JobHistory history, WarehouseDatabases databases, TimeProvider time) : WarehouseJob("load", work, history, databases, time);

/// <summary>Scores the current snapshot.</summary>
[DisallowConcurrentExecution]
public sealed class ScoreTurn(JobWork work, JobHistory history, WarehouseDatabases databases, TimeProvider time) : WarehouseJob("score", work, history, databases, time);

/// <summary>Makes briefs for the top of the list.</summary>
[DisallowConcurrentExecution]
public sealed class BriefTurn(JobWork work, JobHistory history, WarehouseDatabases databases, TimeProvider time) : WarehouseJob("brief", work, history, databases, time);

/// <summary>Writes statistics.</summary>
[DisallowConcurrentExecution]
public sealed class StatisticsTurn(JobWork work, JobHistory history, WarehouseDatabases databases, TimeProvider time) : WarehouseJob("statistics", work, history, databases, time);

/// <summary>Puts the jobs on the scheduler.</summary>
public static class JobSetup
{
    /// <summary>Adds the scheduler with its jobs: store in memory, missed turns caught up once at start from the history.</summary>
    public static void AddJobs(this IServiceCollection services, ScheduleSection section, JobWork work, JobHistory history, DateTime nowUtc)
    {
        ArgumentNullException.ThrowIfNull(section);
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(section.TimeZone);
        IReadOnlyDictionary<string, DateTime> last = history.LastTurns();
        services.AddSingleton(work);
        services.AddSingleton(history);
        services.AddQuartz(quartz =>
        {
            foreach (ScheduledJob job in Schedule.Jobs(section))
            {
                JobKey key = new(job.Name);
                switch (job.Name)
                {
                    case "load":
                        quartz.AddJob<LoadTurn>(configurator => configurator.WithIdentity(key).StoreDurably());
                        break;
                    case "score":
                        quartz.AddJob<ScoreTurn>(configurator => configurator.WithIdentity(key).StoreDurably());
                        break;
                    case "brief":
                        quartz.AddJob<BriefTurn>(configurator => configurator.WithIdentity(key).StoreDurably());
                        break;
                    default:
                        quartz.AddJob<StatisticsTurn>(configurator => configurator.WithIdentity(key).StoreDurably());
                        break;
                }

                // A turn that comes while the same job still runs, or the machine sleeps, is left out: the next one does its work.
                quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(job.Name + "-cron")
                    .WithCronSchedule(job.Cron, cron => cron.InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing)));
                if (Schedule.Missed(job.Cron, zone, last.TryGetValue(job.Name, out DateTime turn) ? turn : null, nowUtc) is { } missed)
                {
                    quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(job.Name + "-catch-up").StartNow()
                        .WithSimpleSchedule(once => once.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow))
                        .UsingJobData(WarehouseJob.CatchUpKey, missed.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                }
            }
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }
}
