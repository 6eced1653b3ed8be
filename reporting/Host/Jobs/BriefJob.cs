using Quartz;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>Makes the briefs of the next conference for the top of the list, in numbered copies, on behalf of the configured caseworker.</summary>
[DisallowConcurrentExecution]
public sealed class BriefJob(JobContext job) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        BriefSection briefs = job.Command.Options.Briefs;
        CommandContext command = job.Command with { Stop = cancellationToken };
        (string engine, List<string> paths) = await Stages.TopBriefs(command, job.Databases, job.Audit, briefs.Staff, briefs.Top, (_, _) => { }).ConfigureAwait(false);
        context.Result = $"{paths.Count} briefs by {engine}";
    }
}
