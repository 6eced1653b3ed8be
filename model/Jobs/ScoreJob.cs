using Quartz;
using Warehouse.Model.Features;
using Warehouse.Sql;

namespace Warehouse.Model.Jobs;

/// <summary>Scores all children at the snapshot that is current when the job runs; a shell over <see cref="ModelRun"/>.</summary>
[DisallowConcurrentExecution]
public sealed class ScoreJob(WarehouseDatabases databases, ModelOptions options, Func<Snapshot> current) : IJob
{
    /// <summary>Runs one scoring.</summary>
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            Snapshot snapshot = current();
            context.Result = ModelRun.Score(databases, options, snapshot.Date, snapshot.AsKnownUtc, cancellationToken);
            return ValueTask.CompletedTask;
        }
        catch (Exception cause)
        {
            // The scheduler takes no other exception; the next firing tries again, not this one.
            throw new JobExecutionException(cause);
        }
    }
}
