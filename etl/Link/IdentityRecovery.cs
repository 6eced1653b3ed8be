using System.Globalization;
using Warehouse.Sql;

namespace Warehouse.Etl.Link;

/// <summary>Takes back what was committed in the identity database and never published in the warehouse; it is done again from the start.</summary>
internal static class IdentityRecovery
{
    private const string RunPrefix = "link-run ";

    /// <summary>Returns how a link run signs its decisions.</summary>
    public static string Signature(long linkRunId) => RunPrefix + linkRunId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns whether a link was decided by the program, so that the program may decide it again.</summary>
    public static bool IsByProgram(string? decidedBy) => decidedBy is null or "linker" || decidedBy.StartsWith(RunPrefix, StringComparison.Ordinal);

    /// <summary>Ends the runs of a dead process as failed and takes their identity work back; does nothing where all was published.</summary>
    public static void Run(WarehouseSession identity, WarehouseSession warehouse, DateTime nowUtc)
    {
        warehouse.Execute("load/etl_run_abandon", new { now_utc = nowUtc });
        warehouse.Execute("load/etl_link_run_abandon", new { now_utc = nowUtc });
        HashSet<string> published = warehouse.Query<RunRow>("query/etl_run").Where(run => run.IsPublished == 1).Select(run => run.FileSha256).ToHashSet(StringComparer.Ordinal);
        List<string> files = identity.Query<ReceiptRow>("query/etl_received_file").Select(file => file.FileSha256).Where(hash => !published.Contains(hash)).ToList();
        HashSet<string> runs = warehouse.Query<LinkRunRow>("query/etl_link_run").Where(run => run.IsPublished == 1).Select(run => Signature(run.LinkRunId)).ToHashSet(StringComparer.Ordinal);
        List<string> decisions = identity.Query<string>("query/etl_link_signature").Where(signature => !runs.Contains(signature)).ToList();
        if (files.Count == 0 && decisions.Count == 0)
        {
            return;
        }

        identity.Begin();
        foreach (string signature in decisions)
        {
            identity.Execute("load/etl_identity_undo_decision", new { decided_by = signature });
        }

        foreach (string hash in files)
        {
            identity.Execute("load/etl_identity_undo", new { file_sha256 = hash });
        }

        if (files.Count > 0)
        {
            identity.Execute("load/etl_identity_undo_link");
        }

        identity.Execute("load/etl_identity_reopen");
        identity.Commit();
    }

    private sealed record RunRow(string FileSha256, short IsPublished);

    private sealed record ReceiptRow(string FileSha256);

    private sealed record LinkRunRow(long LinkRunId, short IsPublished);
}
