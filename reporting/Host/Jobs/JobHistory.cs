using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>One run of one job.</summary>
public sealed record JobRun(
    long JobRunId, string JobName, string TriggerCode, DateTime? ScheduledUtc, DateTime StartedUtc, DateTime? FinishedUtc, string StatusCode, string? SummaryText);

/// <summary>Keeps <c>meta.job_run</c>: every run is there from its start, and its end is written whatever happened.</summary>
public sealed class JobHistory(WarehouseDatabases databases, TimeProvider time)
{
    private const int SummaryLength = 1000;

    private readonly Lock _gate = new();

    /// <summary>Runs work as a job: recorded before, and in any case after.</summary>
    /// <param name="jobName">load, score, brief, statistics …</param>
    /// <param name="triggerCode">schedule, catch-up or manual.</param>
    /// <param name="scheduledUtc">The turn that this run answers, or null.</param>
    /// <param name="work">Returns one line on what was done; no personal data.</param>
    public async Task<string> Run(string jobName, string triggerCode, DateTime? scheduledUtc, Func<Task<string>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long id = Start(jobName, triggerCode, scheduledUtc);
        string status = "failed";
        string summary = "stopped";
        try
        {
            summary = await work().ConfigureAwait(false);
            status = "succeeded";
            return summary;
        }
        catch (Exception fault)
        {
            // The scheduler wraps what a job throws; the reason is innermost.
            summary = Screen.OneLine(fault.GetBaseException().Message);
            throw;
        }
        finally
        {
            Finish(id, status, summary);
        }
    }

    /// <summary>Marks the runs of a dead process as failed and returns how many there were.</summary>
    /// <remarks>A run of a living process holds the lock of the jobs; then nothing is marked.</remarks>
    public int Abandon()
    {
        using IDisposable? held = databases.Lock.TryAcquire(RecordedRuns.LockName);
        if (held is null)
        {
            return 0;
        }

        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Execute("load/report_job_abandon", new { finished_utc = time.GetUtcNow().UtcDateTime });
    }

    /// <summary>Returns the last 200 runs, newest first.</summary>
    public IReadOnlyList<JobRun> Last()
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Query<JobRun>("query/report_job_history");
    }

    /// <summary>Returns when each job last had its turn.</summary>
    public IReadOnlyDictionary<string, DateTime> LastTurns()
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.Query<(string JobName, DateTime LastUtc)>("query/report_job_last")
            .ToDictionary(row => row.JobName, row => DateTime.SpecifyKind(row.LastUtc, DateTimeKind.Utc), StringComparer.Ordinal);
    }

    private long Start(string jobName, string triggerCode, DateTime? scheduledUtc)
    {
        lock (_gate)
        {
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
            session.Begin();
            long id = session.QuerySingle<long>("query/report_job_next");
            session.Execute("load/report_job_start", new
            {
                JobRunId = id,
                JobName = jobName,
                TriggerCode = triggerCode,
                ScheduledUtc = scheduledUtc,
                StartedUtc = time.GetUtcNow().UtcDateTime,
                FinishedUtc = (DateTime?)null,
                StatusCode = "running",
                SummaryText = (string?)null,
            });
            session.Commit();
            return id;
        }
    }

    private void Finish(long id, string status, string summary)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        session.Execute("load/report_job_finish", new
        {
            JobRunId = id,
            StatusCode = status,
            SummaryText = summary.Length <= SummaryLength ? summary : summary[..SummaryLength],
            FinishedUtc = time.GetUtcNow().UtcDateTime,
        });
    }
}
