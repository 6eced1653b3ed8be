using System.Globalization;
using Quartz;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>Puts the jobs on the scheduler.</summary>
public static class JobSetup
{
    /// <summary>The name of the scheduler; nodes of one cluster share it.</summary>
    public const string SchedulerName = "warehouse";

    /// <summary>Adds the scheduler with its jobs; a turn that was missed while the program was down is caught up once at start, from the history.</summary>
    /// <param name="services">Receives the scheduler; the clock and what the jobs take must be there.</param>
    /// <param name="section">When jobs run.</param>
    /// <param name="kinds">What runs under each name.</param>
    /// <param name="history">Where runs are recorded.</param>
    /// <param name="databases">The databases.</param>
    /// <param name="nowUtc">The time of this start.</param>
    public static void AddJobs(
        this IServiceCollection services, ScheduleSection section, IReadOnlyList<JobKind> kinds, JobHistory history, WarehouseDatabases databases, DateTime nowUtc)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(kinds);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(databases);
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(section.TimeZone);
        IReadOnlyDictionary<string, DateTime> last = history.LastTurns();
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = SchedulerName);
            quartz.AddJobMiddleware(new RecordedRuns(kinds, history, databases));
            if (section.Store == ScheduleStore.Database)
            {
                UseDatabase(quartz, section, databases.Options.ConnectionString);
            }

            foreach (ScheduledJob job in Schedule.Jobs(section))
            {
                JobKey key = new(job.Name);
                JobKind kind = kinds.First(one => one.Name == job.Name);
                quartz.AddJob(kind.Type, configurator => configurator.WithIdentity(key).StoreDurably());

                // A turn that comes while the same job still runs, or while the machine sleeps, runs once, late.
                quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(job.Name + "-cron")
                    .WithCronSchedule(job.Cron, cron => cron.InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)));
                if (Schedule.Missed(job.Cron, zone, last.TryGetValue(job.Name, out DateTime turn) ? turn : null, nowUtc) is { } missed)
                {
                    quartz.AddTrigger(trigger => trigger.ForJob(key).WithIdentity(job.Name + "-catch-up").StartNow()
                        .WithSimpleSchedule(once => once.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow))
                        .UsingJobData(RecordedRuns.CatchUpKey, missed.Ticks.ToString(CultureInfo.InvariantCulture)));
                }
            }
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
    }

    // Several hosts share the schedule; a node that dies leaves its turn to another.
    private static void UseDatabase(IQuartzBuilder quartz, ScheduleSection section, string connectionString) => quartz.UsePersistentStore(store =>
    {
        store.UseSqlServer(connectionString);
        store.UseClustering();
        store.ConfigureStore(options => options.StoreJobDataAsStrings = true);
        if (section.ProvisionStore)
        {
            store.ProvisionSchema();
        }
    });
}
