using Quartz;
using Warehouse.Sql;

namespace Warehouse.Etl.Jobs;

/// <summary>Loads the inbox at the scheduled time; the work is in <see cref="LoadPipeline"/>.</summary>
[DisallowConcurrentExecution]
public sealed class LoadJob(WarehouseDatabases databases, LoadOptions options, TimeProvider time) : IJob
{
    /// <summary>The name under which the job is scheduled.</summary>
    public static readonly JobKey Key = new("load");

    /// <summary>Runs the load; a failure is recorded in <c>meta.load_run</c> by the pipeline and reported to the scheduler without a refire.</summary>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            context.Result = await Task.Run(() => new LoadPipeline(databases, time).Run(options, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            throw new JobExecutionException("The load failed; see meta.load_run for the file and the reason.", cause);
        }
    }
}
