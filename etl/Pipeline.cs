using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.Corrections;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Load;
using Warehouse.Etl.Map;
using Warehouse.Etl.Stage;
using Warehouse.Sql;

namespace Warehouse.Etl;

/// <summary>The way of a batch through the stages; <see cref="Run"/> is the table of contents.</summary>
internal sealed partial class Pipeline : IDisposable
{
    private static readonly string[] RunColumns =
    [
        "load_id", "batch_id", "feed", "file_sha256", "part_number", "status_code", "is_published", "is_backfill", "started_utc", "finished_utc", "extracted_utc",
        "known_from_utc", "period_from", "period_to", "read_count", "staged_count", "rejected_count", "superseded_count", "repaired_count", "error_code", "error_text",
    ];

    private static readonly string[] RejectColumns = ["load_id", "feed", "line_number", "column_name", "rule_code"];

    private static readonly string[] RejectedColumns = ["file_sha256", "line_number", "part_number", "feed", "rule_codes", "raw_base64"];

    private static readonly string[] TraitColumns =
        ["load_id", "line_number", "feed", "record_key", "birth_year_month", "school_cohort_year", "sex_code", "is_foreign"];

    private static readonly string[] ScopeColumns = ["load_id", "feed", "facility_code", "month_key", "has_present"];

    private const long CollectFromBytes = 64_000_000;

    // Shares of a database's memory: rows that are staged are written once, and of the two databases one rests while the other works.
    private const double WhileStaging = 0.5;
    private const double WhileAtRest = 0.25;

    private readonly WarehouseDatabases _databases;
    private readonly LoadOptions _options;
    private readonly IProgress<LoadProgress>? _progress;
    private readonly CancellationToken _ct;
    private readonly DateTime _nowUtc;
    private readonly KeyMint _mint;
    private readonly WarehouseSession _identity;
    private readonly WarehouseSession _warehouse;
    private readonly Dictionary<string, double> _seconds = new(StringComparer.Ordinal);
    private readonly List<LoadedFile> _done = [];
    private readonly List<LoadRun> _runs = [];
    private readonly List<InboxFile> _repeated = [];
    private readonly SortedDictionary<string, long> _rejectReasons = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _repairReasons = new(StringComparer.Ordinal);
    private LinkResult _links = new(0, 0, 0, new Dictionary<string, int>());
    private readonly StageTables _staged;
    private readonly StageTables _named;
    private IdentityStore? _store;
    private long _batchId;

    public Pipeline(WarehouseDatabases databases, TimeProvider time, LoadOptions options, IProgress<LoadProgress>? progress, CancellationToken ct)
    {
        _databases = databases;
        _options = options;
        _progress = progress;
        _ct = ct;
        DateTime now = time.GetUtcNow().UtcDateTime;
        _nowUtc = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Unspecified);
        _mint = new KeyMint(options.Secret);
        _identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        _warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        _staged = new StageTables(_warehouse);
        _named = new StageTables(_identity);
    }

    /// <summary>Runs all stages and returns what became of each file.</summary>
    public LoadSummary Run()
    {
        Stopwatch watch = Stopwatch.StartNew();
        Timed("recover", Recover);
        List<InboxFile> files = Timed("inbox", ReadInbox);
        Timed("receipt", () => RegisterReceipts(files));
        Timed("run", () => StartRuns(files));
        Timed("delivery", RegisterRepeated);
        try
        {
            if (_runs.Count > 0)
            {
                BeginBoth();
                UseMemory(warehouse: WhileStaging, identity: 1);
                Timed("stage", StageFiles);
                CollectWhatIsLarge();
                UseMemory(warehouse: WhileAtRest, identity: 1);
                Timed("link", LinkRecords);
                CollectWhatIsLarge();
                CommitIdentity();
                UseMemory(warehouse: 1, identity: 1);
                Timed("publish", Publish);
                UseMemory(warehouse: 1, identity: WhileAtRest);
                Timed("dimension", LoadDimensions);
                Timed("fact", LoadFacts);
                Timed("derive", () => DerivedTables.Load(_warehouse, _options.MaxParallel));
                CollectWhatIsLarge();
                Timed("check", CheckBeforePublish);
                CommitWarehouse();
            }
        }
        catch
        {
            EndAfterFault();
            throw;
        }

        EndRuns();

        return new LoadSummary(
            _done.OrderBy(file => file.Feed, StringComparer.Ordinal).ThenBy(file => file.FileName, StringComparer.Ordinal).ToList(),
            _rejectReasons, _repairReasons, _links.ByRule, _links.NewRecords, _links.NewPersons, _seconds, watch.Elapsed.TotalSeconds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        UseMemory(warehouse: 1, identity: 1);
        _staged.Dispose();
        _named.Dispose();
        _identity.Dispose();
        _warehouse.Dispose();
    }

    private void Recover() => IdentityRecovery.Run(_identity, _warehouse, _nowUtc);

    private List<InboxFile> ReadInbox()
    {
        List<InboxFile> files = [];
        HashSet<string> known = _warehouse.Query<RunRow>("query/etl_run").Where(run => run.IsPublished == 1).Select(run => run.FileSha256).ToHashSet(StringComparer.Ordinal);
        string[] manifests = Directory.GetFiles(_options.Inbox, "*.manifest.json").Where(path => !CorrectionManifest.Is(path)).Order(StringComparer.Ordinal).ToArray();
        object?[] found = new object?[manifests.Length];
        FeedMappings mappings = FeedMappings.Read(_options.Mappings);
        Parallel.For(0, manifests.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _options.MaxParallel), CancellationToken = _ct }, i =>
        {
            try
            {
                FeedManifest manifest = FeedManifest.Read(manifests[i]);
                string path = Path.Combine(_options.Inbox, Path.GetFileName(manifest.FileName));
                if (!File.Exists(path))
                {
                    throw FeedException.Of("FEED-004", Path.GetFileName(manifests[i]), "no file beside the manifest", Path.GetFileName(manifest.FileName), "Put the file into the inbox or remove the manifest.");
                }

                string sha = FileReader.Hash(path);
                FeedContract contract = mappings.ContractFor(manifest, FeedCatalog.Default);
                found[i] = new InboxFile(path, sha, manifest, _options.Corrections?.ContainsKey(sha) == true ? contract.ForCorrections() : contract);
            }
            catch (FeedException exception)
            {
                found[i] = new LoadedFile("unknown", Path.GetFileName(manifests[i]), "failed", 0, 0, 0, 0, 0, exception.Code, exception.Message);
            }
        });

        _done.AddRange(found.OfType<LoadedFile>());
        // Of files with the same content the one extracted first counts, whatever their names.
        foreach (InboxFile file in found.OfType<InboxFile>()
            .OrderBy(file => file.Manifest.ExtractedUtc)
            .ThenBy(file => file.Contract.Feed, StringComparer.Ordinal)
            .ThenBy(file => file.Manifest.Part)
            .ThenBy(file => file.Sha256, StringComparer.Ordinal))
        {
            if (known.Add(file.Sha256))
            {
                files.Add(file);
            }
            else
            {
                _repeated.Add(file);
                _done.Add(new LoadedFile(file.Contract.Feed, file.Name, "known", 0, 0, 0, 0, 0, null, null));
            }
        }

        return files;
    }

    private void RegisterReceipts(List<InboxFile> files)
    {
        Dictionary<string, DateTime> known = _identity.Query<ReceiptRow>("query/etl_received_file").ToDictionary(row => row.FileSha256, row => row.KnownFromUtc, StringComparer.Ordinal);
        List<object?[]> receipts = [];
        foreach (InboxFile file in files)
        {
            DateTime extracted = DateTime.SpecifyKind(file.Manifest.ExtractedUtc, DateTimeKind.Unspecified);
            if (!known.TryGetValue(file.Sha256, out DateTime knownFrom))
            {
                knownFrom = _options.Backfill ? extracted : _nowUtc;
                receipts.Add([file.Sha256, file.Contract.Feed, file.Name, new FileInfo(file.Path).Length, _nowUtc, extracted, knownFrom, file.Manifest.Json.Length <= 4000 ? file.Manifest.Json : null]);
            }

            _runs.Add(new LoadRun(file, DateTime.SpecifyKind(knownFrom, DateTimeKind.Unspecified), extracted));
        }

        if (receipts.Count > 0)
        {
            _identity.Begin();
            _identity.BulkInsert(
                "ident.received_file",
                ["file_sha256", "feed", "file_name", "byte_count", "received_utc", "extracted_utc", "known_from_utc", "manifest_json"],
                receipts);
            _identity.Commit();
        }

        CrashPoint("receipt");
    }

    private void StartRuns(List<InboxFile> files)
    {
        if (files.Count == 0)
        {
            return;
        }

        IReadOnlyList<RunRow> old = _warehouse.Query<RunRow>("query/etl_run");
        Dictionary<string, long> again = old.Where(run => run.IsPublished == 0).ToDictionary(run => run.FileSha256, run => run.LoadId, StringComparer.Ordinal);
        long next = old.Count == 0 ? 1 : old.Max(run => run.LoadId) + 1;
        // A batch that was never published is taken up again under its number.
        _batchId = old.Where(run => run.IsPublished == 1).Select(run => run.BatchId).DefaultIfEmpty(0).Max() + 1;
        _warehouse.Begin();
        List<object?[]> rows = [];
        foreach (LoadRun run in _runs)
        {
            if (again.TryGetValue(run.File.Sha256, out long loadId))
            {
                run.LoadId = loadId;
                _warehouse.Execute("load/etl_run_restart", new { run.LoadId, batch_id = _batchId, now_utc = _nowUtc });
                _warehouse.Execute("load/unstage/" + run.File.Contract.Feed, new { run.LoadId });
                _warehouse.Execute("load/etl_stage_delete", new { run.LoadId });
                continue;
            }

            run.LoadId = next++;
            FeedManifest manifest = run.File.Manifest;
            rows.Add(
            [
                run.LoadId, _batchId, run.File.Contract.Feed, run.File.Sha256, manifest.Part, "running", (short)0, (short)(_options.Backfill ? 1 : 0), _nowUtc, null,
                run.ExtractedUtc, run.KnownFromUtc, manifest.PeriodFrom, manifest.PeriodTo, 0L, 0L, 0L, 0L, 0L, null, null,
            ]);
        }

        _warehouse.BulkInsert("meta.load_run", RunColumns, rows);
        foreach (LoadRun run in _runs)
        {
            FeedMappings.Record(_warehouse, run.LoadId, run.File.Contract.Mapping);
        }

        _warehouse.Commit();
        CrashPoint("run");
    }

    // A month in which nothing changed brings the content of an earlier one: nothing to load, but the file came.
    private void RegisterRepeated()
    {
        HashSet<DeliveryRow> known = [.. _warehouse.Query<DeliveryRow>("query/etl_delivery")];
        List<object?[]> rows = [];
        foreach (InboxFile file in _repeated)
        {
            FeedManifest manifest = file.Manifest;
            if (known.Add(new DeliveryRow(file.Sha256, manifest.PeriodFrom, manifest.PeriodTo)))
            {
                DateTime extracted = DateTime.SpecifyKind(manifest.ExtractedUtc, DateTimeKind.Unspecified);
                rows.Add([file.Sha256, manifest.PeriodFrom, manifest.PeriodTo, file.Contract.Feed, _options.Backfill ? extracted : _nowUtc]);
            }
        }

        if (rows.Count > 0)
        {
            _warehouse.Begin();
            _warehouse.BulkInsert("meta.repeated_file", ["file_sha256", "period_from", "period_to", "feed", "known_from_utc"], rows);
            _warehouse.Commit();
        }
    }

    private void BeginBoth()
    {
        _identity.Begin();
        _warehouse.Begin();
        _store = new IdentityStore(_identity, _mint, Linker(), _nowUtc);
    }

    private ILinker Linker() => _options.Linker ?? new EngineLinker(new IdentityLinkModels(_identity, EngineLinker.CurrentVersion, _nowUtc), _options.MaxParallel, _options.TrainsLinkage);

    // Files are read in parallel and taken in strictly in the order of the batch.
    private void StageFiles()
    {
        int ahead = Math.Max(1, _options.MaxParallel) + 1;
        Queue<FileReading> reading = new();
        int started = 0;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(_ct);
        try
        {
            for (int i = 0; i < _runs.Count; i++)
            {
                while (started < _runs.Count && reading.Count < ahead)
                {
                    LoadRun next = _runs[started++];
                    reading.Enqueue(FileReading.Start(next.File, _mint, next.KnownFromUtc, next.LoadId, _options.BlockRows, stop.Token));
                }

                LoadRun run = _runs[i];
                StageFile(run, reading.Peek());
                reading.Dequeue();
                _progress?.Report(new LoadProgress("stage", run.File.Contract.Feed, i + 1, _runs.Count));
                CrashPoint("stage");
            }

            _staged.Complete();
            _named.Complete();
        }
        finally
        {
            // A reader that is still at work is stopped and waited for, so that nothing runs on after this method.
            stop.Cancel();
            Task.WaitAll(reading.Select(file => file.Completion.ContinueWith(static _ => { }, TaskScheduler.Default)).ToArray());
        }
    }

    // Blocks are staged as they come; a file that turns out to be none of the good ones is taken out of the stage again.
    private void StageFile(LoadRun run, FileReading reading)
    {
        SortedDictionary<string, long> repairs = new(StringComparer.Ordinal);
        _identity.Execute("load/etl_reject_delete", new { file_sha256 = run.File.Sha256 });
        StagedBlock? held = null;
        bool isStaged = false;
        foreach (StagedBlock block in reading.Blocks())
        {
            if (held is not null)
            {
                StageRejects(run, held);
                StageRows(run, held, repairs);
                reading.Return(held);
                isStaged = true;
                CrashPoint("block");
            }

            held = block;
        }

        StagedFile file;
        try
        {
            file = reading.Completion.GetAwaiter().GetResult();
        }
        catch (FeedException exception)
        {
            run.Fail(exception.Code, exception.Message);
            if (isStaged)
            {
                _staged.Complete();
                _named.Complete();
                _warehouse.Execute("load/unstage/" + run.File.Contract.Feed, new { run.LoadId });
                _warehouse.Execute("load/etl_stage_delete", new { run.LoadId });
                _identity.Execute("load/etl_reject_delete", new { file_sha256 = run.File.Sha256 });
            }

            return;
        }

        run.Take(file);
        if (file.RejectCount > 0)
        {
            CorrectionLedger.KeepLayout(_identity, _named, run.File, file.Header, _ct);
        }

        if (held is not null)
        {
            StageRejects(run, held);
        }

        foreach ((string rule, long count) in run.RejectReasons)
        {
            _rejectReasons[rule] = _rejectReasons.GetValueOrDefault(rule) + count;
        }

        double limit = run.File.Contract.MaxRejectShare;
        if (file.RejectShare > limit && file.RejectCount >= LoadPipeline.FewRejects)
        {
            run.Fail(
                LoadPipeline.RejectLimitCode,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{run.File.Name}: found {file.RejectCount} rejected of {file.ReadCount} rows, expected at most {limit * 100:0.#} percent. Look at stg.reject of load {run.LoadId} and ask the sender for a corrected file."));
            if (isStaged)
            {
                _staged.Complete();
                _warehouse.Execute("load/unstage/" + run.File.Contract.Feed, new { run.LoadId });
                _warehouse.Execute("load/etl_repair_delete", new { run.LoadId });
            }

            return;
        }

        if (held is not null)
        {
            StageRows(run, held, repairs);
        }

        StageWhole(run, file);
        foreach ((string rule, long count) in repairs)
        {
            _repairReasons[rule] = _repairReasons.GetValueOrDefault(rule) + count;
        }
    }

    private void StageRejects(LoadRun run, StagedBlock block)
    {
        if (block.Rejects.Count == 0)
        {
            return;
        }

        object loadId = run.LoadId;
        _staged.Append(
            "stg.reject",
            RejectColumns,
            block.Rejects.SelectMany(reject => reject.Faults.Select(fault => new object?[] { loadId, run.File.Contract.Feed, reject.Line, fault.Column, fault.Rule })),
            _ct);
        _named.Append("ident.reject", RejectedColumns, block.Rejects.SelectMany(reject => RejectParts(run, reject)), _ct);
        foreach (string rule in block.Rejects.SelectMany(reject => reject.Faults.Select(fault => fault.Rule)))
        {
            run.RejectReasons[rule] = run.RejectReasons.GetValueOrDefault(rule) + 1;
        }
    }

    private void StageRows(LoadRun run, StagedBlock block, SortedDictionary<string, long> repairs)
    {
        string feed = run.File.Contract.Feed;
        object loadId = run.LoadId;
        _staged.Append("stg." + feed, run.StageColumns(_mint), block.Rows, _ct);
        if (block.Repairs.Count > 0)
        {
            _staged.Append(
                "stg.repair",
                RejectColumns,
                block.Repairs.Select(repair => new object?[] { loadId, feed, repair.Line, repair.Column, repair.Rule }),
                _ct);
            foreach (RepairedValue repair in block.Repairs)
            {
                repairs[repair.Rule] = repairs.GetValueOrDefault(repair.Rule) + 1;
            }
        }
    }

    private void StageWhole(LoadRun run, StagedFile file)
    {
        object loadId = run.LoadId;
        if (file.Repeated is { } repeated)
        {
            _staged.Complete("stg." + run.File.Contract.Feed);
            UseMemory(warehouse: 1, identity: 1);
            _warehouse.BulkInsert("stg.touched", ["batch_id", "record_key"], (repeated.Records ?? []).Select(record => new object?[] { _batchId, record }));
            int count = _warehouse.Execute("load/repeat/" + run.File.Contract.Feed, new { run.LoadId, batch_id = _batchId, is_any = repeated.Records is null ? 1 : 0 });
            _warehouse.Execute("load/etl_touched_clear", new { batch_id = _batchId });
            UseMemory(warehouse: WhileStaging, identity: 1);
            (run.Staged, run.Superseded) = (run.Staged - count, run.Superseded + count);
        }

        if (file.Traits.Count > 0)
        {
            _staged.Append("stg.trait", TraitColumns, file.Traits.Select(trait => { trait[0] = loadId; return trait; }), _ct);
        }

        CorrectionPart? correction = _options.Corrections?.GetValueOrDefault(run.File.Sha256);
        if (correction is not null)
        {
            CorrectionLedger.Record(_warehouse, run.LoadId, correction);
        }

        // Corrected rows join the file that they belong to; they state no facility and month anew.
        if (file.Scopes.Count > 0 && correction is null)
        {
            _staged.Append(
                "stg.file_scope",
                ScopeColumns,
                file.Scopes.Select(scope => new object?[] { loadId, run.File.Contract.Feed, scope.FacilityCode, scope.MonthKey, (short)(scope.HasPresent ? 1 : 0) }),
                _ct);
        }

        _store!.Add(file, run.KnownFromUtc);
    }

    private static IEnumerable<object?[]> RejectParts(LoadRun run, RejectedRow reject)
    {
        string codes = string.Join(',', reject.Faults.Select(fault => fault.Rule).Distinct(StringComparer.Ordinal));
        string base64 = Convert.ToBase64String(reject.Raw);
        for (int part = 0; part == 0 || part * 4000 < base64.Length; part++)
        {
            yield return
            [
                run.File.Sha256, reject.Line, part + 1, run.File.Contract.Feed, codes.Length <= 200 ? codes : codes[..200], base64.Substring(part * 4000, Math.Min(4000, base64.Length - (part * 4000))),
            ];
        }
    }

    private void LinkRecords()
    {
        _links = _store!.Write(_runs.Max(run => run.KnownFromUtc));
        _store = null;
    }

    // What was held of large files, or of as many persons, is done with; what comes next needs that memory, and the collector does not know that. In a method of its own: a caller may still hold them.
    private static void CollectWhatIsLarge()
    {
        if (GC.GetTotalMemory(false) > CollectFromBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private void UseMemory(double warehouse, double identity)
    {
        _databases.UseMemory(DatabaseKind.Warehouse, warehouse);
        _databases.UseMemory(DatabaseKind.Identity, identity);
    }

    private void CommitIdentity()
    {
        CrashPoint("before identity");
        _identity.Commit();
        CrashPoint("identity");
    }

    // Inside the transaction: the runs are published first, because all that follows reads published runs only.
    private void Publish()
    {
        HandOverLinks(_identity.Stream<LinkRow>("query/etl_crosswalk"));
        bool isLate = _warehouse.QuerySingle<long>("query/etl_stage_late_possible", new { batch_id = _batchId }) > 0;
        bool isInParts = _warehouse.QuerySingle<long>("query/etl_stage_part_possible", new { batch_id = _batchId }) > 0;
        if (isLate || isInParts)
        {
            Dictionary<long, LoadRun> byId = _runs.ToDictionary(run => run.LoadId);
            foreach (string feed in BatchFeeds())
            {
                if (isLate)
                {
                    _warehouse.Execute("load/late/" + feed, new { batch_id = _batchId });
                }

                if (isInParts && FeedCatalog.Default.Get(feed).Supersede == SupersedeKind.FilePeriod)
                {
                    _warehouse.Execute("load/part/" + feed, new { batch_id = _batchId });
                }

                foreach (BatchCountRow row in _warehouse.Query<BatchCountRow>("query/staged/" + feed, new { batch_id = _batchId }))
                {
                    (byId[row.LoadId].Staged, byId[row.LoadId].Superseded) = (row.StagedCount, row.SupersededCount);
                }
            }
        }

        foreach (LoadRun run in _runs.Where(run => run.ErrorCode is null))
        {
            _warehouse.Execute("load/etl_run_publish", new
            {
                run.LoadId,
                now_utc = _nowUtc,
                read_count = run.Read,
                staged_count = run.Staged,
                rejected_count = run.Rejected,
                superseded_count = run.Superseded,
                repaired_count = run.Repaired,
            });
        }
    }

    private void LoadDimensions()
    {
        Load.Calendar.Load(_warehouse);
        References.Load(_warehouse, _options.Inbox);
        Timed("dimension.touched", ListTouched);
        Timed("dimension.scope", () => _warehouse.Execute("load/etl_scope_version"));
        _warehouse.Execute("load/etl_household_member", new { batch_id = _batchId });
    }

    private IEnumerable<string> BatchFeeds() => _runs.Select(run => run.File.Contract.Feed).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private void ListTouched()
    {
        _warehouse.Execute("load/etl_touched", new { batch_id = _batchId });
        bool isAgain = _warehouse.QuerySingle<long>("query/etl_stage_again_possible", new { batch_id = _batchId }) > 0;
        foreach (string feed in BatchFeeds())
        {
            _warehouse.Execute("load/touched/" + feed, new { batch_id = _batchId, first_load_id = _runs.Min(run => run.LoadId), is_again = isAgain ? 1 : 0 });
        }
    }

    // The facts of all feeds that ever came, not only of the batch's: a record whose link changed takes along what any feed said of it.
    private IReadOnlyList<string> FactsSoFar()
    {
        HashSet<string> feeds = _warehouse.Query<RunFeedRow>("query/etl_run").Select(run => run.Feed).ToHashSet(StringComparer.Ordinal);
        return FeedCatalog.Default.FactsOf(feeds.Contains);
    }

    private void LoadFacts()
    {
        IReadOnlyList<string> facts = FactsSoFar();
        for (int i = 0; i < facts.Count; i++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            _warehouse.Execute("load/etl_" + facts[i], new { batch_id = _batchId });
            _seconds["fact." + facts[i]] = watch.Elapsed.TotalSeconds;
            _progress?.Report(new LoadProgress("fact", facts[i], i + 1, facts.Count));
            CrashPoint("fact");
        }

        _warehouse.Execute("load/etl_touched_clear", new { batch_id = _batchId });
    }

    private void CheckBeforePublish()
    {
        List<CheckFinding> findings = [.. Checks.Keys(_warehouse, FactsSoFar())];
        if (findings.Count > 0)
        {
            throw new WarehouseException(
                "The batch was not published: " + string.Join("; ", findings.Select(finding => finding.Name + " " + finding.Found))
                + "; expected no such rows. Run the checks, correct the cause and load the inbox again.");
        }

        _warehouse.Execute("load/etl_row_count");
    }

    private void CommitWarehouse()
    {
        CrashPoint("before warehouse");
        _warehouse.Commit();
        foreach (LoadRun run in _runs.Where(run => run.ErrorCode is null))
        {
            run.IsPublished = true;
        }

        CrashPoint("warehouse");
    }

    // What ended the batch is told, and not that the database, such as one on a full disk, could not even note it; the next start notes it then.
    private void EndAfterFault()
    {
        try
        {
            EndRuns();
        }
        catch (WarehouseException)
        {
        }
    }

    // Whatever happened: no run is left running.
    private void EndRuns()
    {
        _warehouse.Rollback();
        _identity.Rollback();
        foreach (LoadRun run in _runs)
        {
            if (!run.IsPublished)
            {
                run.Fail("RUN-002", "The batch ended before it was published; nothing of it is visible. Load the inbox again.");
                if (!IsKilled)
                {
                    _warehouse.Execute("load/etl_run_fail", new
                    {
                        run.LoadId,
                        now_utc = _nowUtc,
                        read_count = run.Read,
                        rejected_count = run.Rejected,
                        error_code = run.ErrorCode,
                        error_text = run.ErrorText!.Length <= 1000 ? run.ErrorText : run.ErrorText[..1000],
                    });
                }
            }

            _done.Add(new LoadedFile(
                run.File.Contract.Feed, run.File.Name, run.IsPublished ? "succeeded" : "failed", run.Read, run.IsPublished ? run.Staged : 0, run.Rejected,
                run.IsPublished ? run.Superseded : 0, run.Repaired, run.ErrorCode, run.ErrorText));
        }
    }

    // A test that plays a killed process throws here; nothing may be written after that.
    private void CrashPoint(string name)
    {
        IsKilled = _options.CrashPoint is not null;
        _options.CrashPoint?.Invoke(name);
        IsKilled = false;
    }

    private bool IsKilled { get; set; }

    private void Timed(string stage, Action work) => Timed(stage, () =>
    {
        work();
        return 0;
    });

    private T Timed<T>(string stage, Func<T> work)
    {
        _ct.ThrowIfCancellationRequested();
        _progress?.Report(new LoadProgress(stage, string.Empty, 0, 1));
        Stopwatch watch = Stopwatch.StartNew();
        T result = work();
        _seconds[stage] = watch.Elapsed.TotalSeconds;
        return result;
    }

    private sealed class LoadRun(InboxFile file, DateTime knownFromUtc, DateTime extractedUtc)
    {
        private IReadOnlyList<string>? _columns;

        public InboxFile File { get; } = file;

        public DateTime KnownFromUtc { get; } = knownFromUtc;

        public DateTime ExtractedUtc { get; } = extractedUtc;

        public long LoadId { get; set; }

        public long Read { get; private set; }

        public long Staged { get; set; }

        public long Rejected { get; private set; }

        public long Superseded { get; set; }

        public long Repaired { get; private set; }

        public bool IsPublished { get; set; }

        public SortedDictionary<string, long> RejectReasons { get; } = new(StringComparer.Ordinal);

        public string? ErrorCode { get; private set; }

        public string? ErrorText { get; private set; }

        public IReadOnlyList<string> StageColumns(KeyMint mint) => _columns ??= new FeedStage(File.Contract, mint).Columns;

        public void Take(StagedFile file)
        {
            Read = file.ReadCount;
            Staged = file.RowCount - file.SupersededCount;
            Rejected = file.RejectCount;
            Superseded = file.SupersededCount;
            Repaired = file.RepairCount;
        }

        public void Fail(string code, string text)
        {
            ErrorCode ??= code;
            ErrorText ??= text;
        }
    }

    private sealed record RunFeedRow(string Feed);

    private sealed record RunRow(long LoadId, long BatchId, string FileSha256, string StatusCode, short IsPublished);

    private sealed record DeliveryRow(string FileSha256, DateOnly PeriodFrom, DateOnly PeriodTo);

    private sealed record ReceiptRow(string FileSha256, DateTime KnownFromUtc);

    private sealed record BatchCountRow(long LoadId, long StagedCount, long SupersededCount);
}
