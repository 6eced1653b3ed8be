using System.Globalization;
using Warehouse.Etl.Extract;
using Warehouse.Sql;

namespace Warehouse.Etl;

/// <summary>Something that is not as it should be.</summary>
/// <param name="Name">The check and where it failed.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record CheckFinding(string Name, string Found, string Expected);

/// <summary>The result of all checks.</summary>
public sealed record CheckReport(IReadOnlyList<CheckFinding> Findings, int Files, long Rows)
{
    /// <summary>Whether nothing was found.</summary>
    public bool IsGood => Findings.Count == 0;
}

/// <summary>Checks that the warehouse accounts for every row it read and that its keys fit.</summary>
public static class Checks
{
    /// <summary>Returns all findings; nothing is changed.</summary>
    public static CheckReport Run(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        List<CheckFinding> findings = [];
        IReadOnlyList<RunRow> runs = warehouse.Query<RunRow>("query/etl_run");
        Dictionary<string, string> names = identity.Query<FileRow>("query/etl_file_name").ToDictionary(file => file.FileSha256, file => file.FileName, StringComparer.Ordinal);
        Dictionary<long, string> files = runs.ToDictionary(run => run.LoadId, run => $" ({run.Feed}, {names.GetValueOrDefault(run.FileSha256, "file without a receipt")})");
        string Name(string check, long loadId) => check + " of load " + Text(loadId) + files.GetValueOrDefault(loadId, "");
        findings.AddRange(Accounting(warehouse, runs, Name));
        findings.AddRange(runs.Where(run => run.StatusCode == "running").Select(run => new CheckFinding(Name("run", run.LoadId), "running", "succeeded or failed")));
        findings.AddRange(warehouse.Query<RowCountRow>("query/etl_row_count").Select(row => new CheckFinding(
            Name("rows in " + row.TableName, row.LoadId), Text(row.FoundCount), Text(row.KeptCount) + " rows, as counted when they were published")));
        findings.AddRange(Keys(warehouse, FeedCatalog.Default.Facts));
        findings.AddRange(Faults(warehouse, "query/correction_check", "correction "));
        findings.AddRange(Handover(warehouse, identity));
        return new CheckReport(findings, runs.Count(run => run.IsPublished == 1), runs.Where(run => run.IsPublished == 1).Sum(run => run.ReadCount));
    }

    /// <summary>Returns facts and dimension rows whose keys do not fit: what must be empty before a publish.</summary>
    internal static IEnumerable<CheckFinding> Keys(WarehouseSession warehouse, IReadOnlyList<string> facts) =>
    [
        .. facts.SelectMany(fact => Faults(warehouse, "query/check/" + fact, string.Empty)),
        .. Faults(warehouse, "query/etl_orphan", "orphan "),
        .. Faults(warehouse, "query/etl_overlap", "overlap "),
        .. Faults(warehouse, "query/etl_link_check", "link "),
    ];

    // For each file: read = staged + superseded + rejected, and each count is found again by counting.
    private static IEnumerable<CheckFinding> Accounting(WarehouseSession warehouse, IReadOnlyList<RunRow> runs, Func<string, long, string> name)
    {
        Dictionary<long, CountRow> counts = FeedCatalog.Default.Contracts
            .SelectMany(contract => warehouse.Query<StagedRow>("query/staged/" + contract.Feed, new { batch_id = 0L }))
            .Select(row => new CountRow(row.LoadId, row.StagedCount, row.SupersededCount, 0))
            .Concat(warehouse.Query<RejectRow>("query/etl_stage_count").Select(row => new CountRow(row.LoadId, 0, 0, row.RejectedCount)))
            .GroupBy(row => row.LoadId)
            .ToDictionary(rows => rows.Key, rows => new CountRow(rows.Key, rows.Sum(row => row.StagedCount), rows.Sum(row => row.SupersededCount), rows.Sum(row => row.RejectedCount)));
        foreach (RunRow run in runs)
        {
            counts.Remove(run.LoadId, out CountRow? count);
            count ??= new CountRow(run.LoadId, 0, 0, 0);
            if (run.IsPublished == 1 && run.ReadCount != run.StagedCount + run.SupersededCount + run.RejectedCount)
            {
                yield return new CheckFinding(name("accounting", run.LoadId), Text(run.StagedCount, run.SupersededCount, run.RejectedCount), Text(run.ReadCount) + " rows in all, as read");
            }

            if (run.StatusCode != "running"
                && (run.StagedCount, run.SupersededCount, run.RejectedCount) is var recorded
                && recorded != (count.StagedCount, count.SupersededCount, run.IsPublished == 1 ? count.RejectedCount : run.RejectedCount))
            {
                yield return new CheckFinding(
                    name("accounting", run.LoadId),
                    Text(count.StagedCount, count.SupersededCount, count.RejectedCount),
                    Text(run.StagedCount, run.SupersededCount, run.RejectedCount) + " staged, superseded and rejected rows, as recorded");
            }
        }

        foreach (long loadId in counts.Keys.Order())
        {
            yield return new CheckFinding(name("accounting", loadId), "rows of a load that has no run", "none");
        }
    }

    private static IEnumerable<CheckFinding> Handover(WarehouseSession warehouse, WarehouseSession identity)
    {
        HashSet<LinkRow> given = identity.Query<LinkRow>("query/etl_crosswalk").ToHashSet();
        HashSet<LinkRow> taken = warehouse.Query<LinkRow>("query/etl_link").ToHashSet();
        int different = given.Except(taken).Count() + taken.Except(given).Count();
        if (different > 0)
        {
            yield return new CheckFinding("link handover", Text(different) + " links in one database only", "the same links in both");
        }
    }

    private static IEnumerable<CheckFinding> Faults(WarehouseSession warehouse, string query, string prefix) => warehouse
        .Query<FaultRow>(query)
        .Select(row => new CheckFinding(prefix + row.CheckName, Text(row.RowCount) + " rows", "0 rows"));

    private static string Text(params long[] numbers) => string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private sealed record RunRow(
        long LoadId, string Feed, string FileSha256, string StatusCode, short IsPublished, long ReadCount, long StagedCount, long RejectedCount, long SupersededCount);

    private sealed record FileRow(string FileSha256, string FileName);

    private sealed record RowCountRow(string TableName, long LoadId, long FoundCount, long KeptCount);

    private sealed record CountRow(long LoadId, long StagedCount, long SupersededCount, long RejectedCount);

    private sealed record StagedRow(long LoadId, long StagedCount, long SupersededCount);

    private sealed record RejectRow(long LoadId, long RejectedCount);

    private sealed record LinkRow(long RecordKey, long PersonKey, DateTime KnownFromUtc, DateTime KnownToUtc);

    private sealed record FaultRow(string CheckName, long RowCount);
}
