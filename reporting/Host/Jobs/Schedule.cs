using Quartz;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>One job of the schedule; an empty cron switches it off.</summary>
public sealed record ScheduledJob(string Name, string Cron);

/// <summary>When jobs run, and which of them missed a turn.</summary>
public static class Schedule
{
    /// <summary>Returns the jobs of a configuration that are switched on.</summary>
    public static IReadOnlyList<ScheduledJob> Jobs(ScheduleSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return section.Crons.Select(cron => new ScheduledJob(cron.Job, cron.Cron)).Where(job => job.Cron.Length > 0).ToList();
    }

    /// <summary>Returns the turn that a job missed while the program was down, or null.</summary>
    /// <remarks>However many turns were missed, the job is caught up once, for the last of them. A job that never ran missed nothing.</remarks>
    public static DateTime? Missed(string cron, TimeZoneInfo zone, DateTime? lastTurnUtc, DateTime nowUtc)
    {
        if (lastTurnUtc is not { } last)
        {
            return null;
        }

        CronExpression expression = new(cron, zone);
        DateTime? missed = null;
        DateTimeOffset at = new(DateTime.SpecifyKind(last, DateTimeKind.Utc));
        while (expression.GetNextValidTimeAfter(at) is { } next && next.UtcDateTime <= nowUtc)
        {
            missed = next.UtcDateTime;
            at = next;
        }

        return missed;
    }
}
