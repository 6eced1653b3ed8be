using Quartz;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>Writes the files of statistics for the steward to hand out.</summary>
[DisallowConcurrentExecution]
public sealed class StatisticsJob(JobContext job) : IJob
{
    /// <inheritdoc/>
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        (StatisticsRelease release, IReadOnlyList<string> paths) = Stages.Statistics(job.Command, job.Databases, null);
        context.Result = $"{paths.Count} files, {release.Tables.Sum(table => table.HiddenCount)} figures hidden";
        return ValueTask.CompletedTask;
    }
}
