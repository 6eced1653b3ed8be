using System.Globalization;
using Quartz;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>Goes around every job: one job at a time in all processes, and each run recorded from its start to its end.</summary>
/// <remarks>A run that is recorded as running holds the lock; so whoever gets the lock knows that such a run belongs to a dead process.</remarks>
public sealed class RecordedRuns(IReadOnlyList<JobKind> kinds, JobHistory history, WarehouseDatabases databases) : IJobExecutionMiddleware
{
    /// <summary>The datum of a trigger that says which missed turn it catches up, in ticks.</summary>
    public const string CatchUpKey = "catch_up_utc";

    /// <summary>The name of the lock.</summary>
    public const string LockName = "jobs";

    // Jobs of a night follow each other; a job that waits longer has found something that hangs.
    private static readonly TimeSpan LockWait = TimeSpan.FromHours(2);

    /// <inheritdoc/>
    public async ValueTask Invoke(IJobExecutionContext context, JobExecutionDelegate next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        string name = context.JobDetail.Key.Name;
        bool catchUp = context.MergedJobDataMap.TryGetValue(CatchUpKey, out object? missed);
        DateTime turn = catchUp
            ? new DateTime(long.Parse(Convert.ToString(missed, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture), DateTimeKind.Utc)
            : (context.ScheduledFireTimeUtc ?? context.FireTimeUtc).UtcDateTime;
        using IDisposable? held = databases.Lock.TryAcquire(LockName, LockWait, cancellationToken);
        if (held is not null && catchUp && history.LastTurns().TryGetValue(name, out DateTime last) && last >= turn)
        {
            // Another node was faster.
            return;
        }

        try
        {
            await history.Run(name, catchUp ? "catch-up" : "schedule", turn, async () =>
            {
                if (held is null)
                {
                    throw new LockHeldException($"Another job has held the lock '{LockName}' for {LockWait.TotalHours:0} hours; expected it to end. See the history of jobs for the one that runs.");
                }

                await next(context, cancellationToken).ConfigureAwait(false);
                return kinds.First(kind => kind.Name == name).Describe(context.Result);
            }).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not JobExecutionException)
        {
            // Recorded already; the next turn tries again, not this one.
            throw new JobExecutionException(fault);
        }
    }
}
