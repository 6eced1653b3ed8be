using Quartz;
using Warehouse.Model.Features;
using Warehouse.Sql;

namespace Warehouse.Model.Jobs;

/// <summary>Scores all children as of today's month, with what is known now; a shell over <see cref="ModelRun"/>.</summary>
[DisallowConcurrentExecution]
public sealed class ScoreJob(WarehouseDatabases databases, ModelOptions options) : IJob
{
    /// <summary>Runs one scoring.</summary>
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            DateTime now = options.Clock.GetUtcNow().UtcDateTime;
            DateOnly today = Snapshot.DateInJapan(now);
            context.Result = ModelRun.Score(databases, options, new DateOnly(today.Year, today.Month, 1), now, cancellationToken);
            return ValueTask.CompletedTask;
        }
        catch (Exception cause)
        {
            // The scheduler takes no other exception; the next firing tries again, not this one.
            throw new JobExecutionException(cause);
        }
    }
}
