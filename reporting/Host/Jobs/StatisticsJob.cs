using Quartz;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>Drafts statistics for a person to check and a second one to approve.</summary>
[DisallowConcurrentExecution]
public sealed class StatisticsJob(JobContext job) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ReleaseRecord draft = await Stages.Draft(
            job.Command, job.Databases, job.Command.Releases(job.Databases, job.Audit), ReleaseDesk.Unnamed(ReleaseDesk.Schedule)).ConfigureAwait(false);
        context.Result = FormattableString.Invariant($"draft {draft.ReleaseId} of {draft.AsOf:yyyy-MM}: {draft.FigureCount} figures, {draft.HiddenCount} hidden");
    }
}
