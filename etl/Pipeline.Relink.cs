using System.Diagnostics;
using Warehouse.Etl.Link;
using Warehouse.Etl.Load;
using Warehouse.Sql;

namespace Warehouse.Etl;

/// <summary>The way of a link run; <see cref="Relink"/> is the table of contents.</summary>
internal sealed partial class Pipeline
{
    private static readonly string[] LinkRunColumns =
    [
        "link_run_id", "status_code", "is_published", "linker_version", "started_utc", "finished_utc", "reviewed_count", "moved_count", "confirmed_count",
        "unmatched_count", "kept_count", "handed_over_count", "error_text",
    ];

    private long _linkRunId;

    /// <summary>Decides links again, takes the facts along and returns what moved.</summary>
    public LinkSummary Relink(bool decideAgain)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Timed("recover", Recover);
        string version = !decideAgain ? "staff" : _options.Linker?.Version ?? EngineLinker.CurrentVersion;
        StartLinkRun(version);
        RelinkResult? decided = null;
        int handedOver = 0;
        bool isPublished = false;
        try
        {
            if (decideAgain)
            {
                BeginBoth();
                decided = Timed("link", () => _store!.Redecide(IdentityRecovery.Signature(_linkRunId)));
            }
            else
            {
                _identity.Begin();
                _warehouse.Begin();
                decided = new RelinkResult(0, 0, 0, 0, new Dictionary<(string From, string To), int>());
            }

            CommitIdentity();
            handedOver = Timed("publish", TakeChangedLinks);
            if (handedOver > 0)
            {
                Timed("dimension", () => _warehouse.Execute("load/etl_household_member", new { batch_id = _batchId }));
                Timed("fact", LoadFacts);
                Timed("derive", () => DerivedTables.Load(_warehouse, _options.MaxParallel));
                Timed("check", CheckBeforePublish);
            }

            PublishLinkRun(decided, handedOver);
            CrashPoint("before warehouse");
            _warehouse.Commit();
            isPublished = true;
            CrashPoint("warehouse");
        }
        finally
        {
            _warehouse.Rollback();
            _identity.Rollback();
            if (!isPublished && !IsKilled)
            {
                _warehouse.Execute("load/etl_link_run_fail", new
                {
                    link_run_id = _linkRunId,
                    now_utc = _nowUtc,
                    error_text = "The run ended before it was published; nothing of it is visible. Run it again.",
                });
            }
        }

        return new LinkSummary(
            _linkRunId, version, decided.Reviewed, decided.Moves.Values.Sum(), decided.Confirmed, decided.WithoutMatch, decided.Kept, handedOver,
            decided.Moves.Select(move => new LinkMove(move.Key.From, move.Key.To, move.Value)).ToList(), _seconds, watch.Elapsed.TotalSeconds);
    }

    // A run that was never published is taken up again under its number.
    private void StartLinkRun(string version)
    {
        IReadOnlyList<LinkRunRow> old = _warehouse.Query<LinkRunRow>("query/etl_link_run");
        LinkRunRow? again = old.FirstOrDefault(run => run.IsPublished == 0);
        _linkRunId = again?.LinkRunId ?? old.Select(run => run.LinkRunId).DefaultIfEmpty(0).Max() + 1;
        // Touched records of link runs and of batches are kept apart by the sign.
        _batchId = -_linkRunId;
        _warehouse.Begin();
        if (again is not null)
        {
            _warehouse.Execute("load/etl_link_run_restart", new { again.LinkRunId, linker_version = version, now_utc = _nowUtc });
        }
        else
        {
            _warehouse.BulkInsert("meta.link_run", LinkRunColumns, [[_linkRunId, "running", (short)0, version, _nowUtc, null, 0L, 0L, 0L, 0L, 0L, 0L, null]]);
        }

        _warehouse.Commit();
        CrashPoint("run");
    }

    // Whatever changed in the crosswalk since it was last handed over: moved by this run or decided by staff.
    private int TakeChangedLinks()
    {
        IReadOnlyList<LinkRow> given = _identity.Query<LinkRow>("query/etl_crosswalk");
        HashSet<LinkRow> changed = [.. given];
        changed.SymmetricExceptWith(_warehouse.Query<LinkRow>("query/etl_link"));
        long[] records = changed.Select(link => link.RecordKey).Distinct().Order().ToArray();
        if (records.Length > 0)
        {
            HandOverLinks(given);
            _warehouse.BulkInsert("stg.touched", ["batch_id", "record_key"], records.Select(record => new object?[] { _batchId, record }));
            _warehouse.Execute("load/etl_link_touched", new { batch_id = _batchId });
        }

        return records.Length;
    }

    private void HandOverLinks(IEnumerable<LinkRow> links)
    {
        _warehouse.Execute("load/etl_link_delete");
        _warehouse.BulkInsert(
            "stg.link",
            ["record_key", "person_key", "known_from_utc", "known_to_utc"],
            links.Select(link => new object?[] { link.RecordKey, link.PersonKey, link.KnownFromUtc, link.KnownToUtc }));
    }

    private void PublishLinkRun(RelinkResult decided, int handedOver)
    {
        _warehouse.BulkInsert(
            "meta.link_run_move",
            ["link_run_id", "from_rule_code", "to_rule_code", "record_count"],
            decided.Moves.Select(move => new object?[] { _linkRunId, move.Key.From, move.Key.To, (long)move.Value }));
        _warehouse.Execute("load/etl_link_run_publish", new
        {
            link_run_id = _linkRunId,
            now_utc = _nowUtc,
            reviewed_count = decided.Reviewed,
            moved_count = decided.Moves.Values.Sum(),
            confirmed_count = decided.Confirmed,
            unmatched_count = decided.WithoutMatch,
            kept_count = decided.Kept,
            handed_over_count = handedOver,
        });
    }

    private sealed record LinkRow(long RecordKey, long PersonKey, DateTime KnownFromUtc, DateTime KnownToUtc);

    private sealed record LinkRunRow(long LinkRunId, short IsPublished);
}
