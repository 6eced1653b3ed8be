using Quartz;
using Warehouse.Sql;

namespace Warehouse.Etl.Jobs;

/// <summary>Decides links again at the scheduled time; the work is in <see cref="LoadPipeline.Relink"/>.</summary>
[DisallowConcurrentExecution]
public sealed class LinkJob(WarehouseDatabases databases, RelinkOptions options, TimeProvider time) : IJob
{
    /// <summary>The name under which the job is scheduled.</summary>
    public static readonly JobKey Key = new("link");

    /// <summary>Decides again; a failure is recorded in <c>meta.link_run</c> by the pipeline and reported to the scheduler without a refire.</summary>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            context.Result = await Task.Run(() => new LoadPipeline(databases, time).Relink(options, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            throw new JobExecutionException("Deciding links again failed; see meta.link_run for the reason.", cause);
        }
    }
}
