using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FluentValidation.Results;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>Takes a correction report in.</summary>
/// <remarks>
/// Each corrected row is tried as its file was read. The good ones go, one small delivery for each file that they belong to, the way of every row; their time of
/// extraction is that of the file, so a correction that comes late undoes nothing newer. The others stay, with the reasons that they have now.
/// </remarks>
internal static class CorrectionImport
{
    /// <summary>Returns what became of a report in an inbox, as the summary of a load tells it.</summary>
    public static LoadedFile FromInbox(LoadPipeline pipeline, WarehouseDatabases databases, TimeProvider time, LoadOptions options, CorrectionManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            CorrectionSummary done = Run(pipeline, databases, time, options, manifest.Path, manifest.Name, cancellationToken);
            int kept = done.StillWrong.Count + done.Refused.Count;
            bool isFailed = done.ExitCode == 1 || (done.Corrected + done.Known == 0 && kept > 0);
            string? text = kept == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{manifest.Name}: {done.StillWrong.Count} rows are still wrong and {done.Refused.Count} were refused. Export the report again to see why.");
            return new LoadedFile(
                done.Feed, manifest.Name, isFailed ? "failed" : done.Corrected == 0 ? "known" : "succeeded", done.Rows, done.Corrected, kept, done.Known, 0,
                isFailed ? done.Loads.FirstOrDefault(load => load.Status == "failed")?.ErrorCode ?? "COR-011" : null, isFailed ? done.Loads.FirstOrDefault(load => load.Status == "failed")?.ErrorText ?? text : text);
        }
        catch (FeedException fault)
        {
            return new LoadedFile("correction", manifest.Name, "failed", 0, 0, 0, 0, 0, fault.Code, fault.Message);
        }
    }

    /// <summary>Takes a report in, under a lock that the caller holds.</summary>
    public static CorrectionSummary Run(LoadPipeline pipeline, WarehouseDatabases databases, TimeProvider time, LoadOptions options, string path, string name, CancellationToken cancellationToken)
    {
        ReturnedReport report = ReturnedReport.Read(path, name);
        string sha = Stage.FileReader.Hash(path);
        Sorted sorted;
        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        using (WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity))
        {
            sorted = Sort(report, name, warehouse, identity, options);
        }

        IReadOnlyList<LoadedFile> loads = sorted.Good.Count == 0 ? [] : Load(pipeline, databases, options, sorted, sha, name, cancellationToken);
        Note(databases, time, sorted, sha, name);
        long corrected = loads.Where(load => load.Status != "failed").Sum(load => load.Read);
        return new CorrectionSummary(name, sorted.Feed, report.Rows.Count, (int)corrected, sorted.Known, [.. sorted.Bad.Select(row => new WrongRow(row.Line, row.Rules))], sorted.Refused, loads);
    }

    // Decides for each row of the report: good, still wrong, known, or refused.
    private static Sorted Sort(ReturnedReport report, string name, WarehouseSession warehouse, WarehouseSession identity, LoadOptions options)
    {
        (ReturnedRow Row, string? Sha, int Line)[] keys = Keys(report, name);
        string feed = FeedOf(report, name, Quarantine.Feeds(warehouse));
        IReadOnlyList<QuarantinedFile> files = Quarantine.Read(warehouse, identity, feed, FeedMappings.Read(options.Mappings));
        Sorted sorted = new(feed);
        HashSet<(string, int)> seen = [];
        Dictionary<string, RowTrial> trials = new(StringComparer.Ordinal);
        foreach ((ReturnedRow row, string? sha, int line) in keys)
        {
            QuarantinedFile? file = sha is null ? null : files.FirstOrDefault(file => file.Sha256.StartsWith(sha, StringComparison.Ordinal));
            bool isOpen = file?.Open.ContainsKey(line) ?? false;
            bool isDone = file?.Done.ContainsKey(line) ?? false;
            if (row.Cells is null)
            {
                sorted.Refuse(row.Line, "COR-006", "項目の数が見出し行と合わないか、引用符が閉じていません。差し戻した表の列を増減させずに直してください。");
            }
            else if (file is null || (!isOpen && !isDone))
            {
                sorted.Refuse(row.Line, "COR-001", "この行は差し戻し中の行ではありません（照合キーが変わったか、別の行です）。新しい行は通常のファイルで提出してください。");
            }
            else if (!seen.Add((file.Sha256, line)))
            {
                sorted.Refuse(row.Line, "COR-002", "同じ照合キーの行が二つあります。一行だけ残してください。");
            }
            else
            {
                if (!trials.TryGetValue(file.Sha256, out RowTrial? trial))
                {
                    trials[file.Sha256] = trial = new RowTrial(file, report, warehouse);
                }

                Judge(sorted, trial, file, row, line, isDone, options.Secret);
            }
        }

        return sorted;
    }

    private static void Judge(Sorted sorted, RowTrial trial, QuarantinedFile file, ReturnedRow row, int line, bool isDone, byte[] secret)
    {
        byte[]? bytes = trial.Bytes(row.Cells!, out string? refusal);
        if (bytes is null)
        {
            sorted.Refuse(row.Line, "COR-004", refusal!);
            return;
        }

        string hash = Convert.ToHexStringLower(HMACSHA256.HashData(secret, bytes));
        if (isDone)
        {
            if (file.Done[line] == hash)
            {
                sorted.Known++;
            }
            else
            {
                sorted.Refuse(row.Line, "COR-003", "この行は別の内容で訂正済みです。さらに直すときは、通常のファイルで提出してください。");
            }

            return;
        }

        IReadOnlyList<(string Column, string Rule)> faults = trial.Check(bytes, out bool isOutside);
        if (faults.Count > 0)
        {
            sorted.Bad.Add(new BadRow(file, line, row.Line, bytes, faults));
        }
        else if (isOutside)
        {
            sorted.Refuse(row.Line, "COR-005", "訂正後の学校と年月が元のファイルの範囲にありません。その学校・年月のファイルとして提出してください。");
        }
        else
        {
            sorted.Good.Add(new GoodRow(file, line, row.Line, bytes, hash));
        }
    }

    // One delivery for each file that rows belong to; a folder of our own that nobody else can read, gone at the end.
    private static List<LoadedFile> Load(LoadPipeline pipeline, WarehouseDatabases databases, LoadOptions options, Sorted sorted, string correctionSha, string name, CancellationToken cancellationToken)
    {
        HashSet<string> published;
        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        {
            published = warehouse.Query<PublishedRow>("query/etl_run").Where(run => run.IsPublished == 1).Select(run => run.FileSha256).ToHashSet(StringComparer.Ordinal);
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-correction-");
        try
        {
            string characters = Path.Combine(options.Inbox, "reference", "character.csv");
            if (options.Inbox.Length > 0 && File.Exists(characters))
            {
                File.Copy(characters, Path.Combine(folder.CreateSubdirectory("reference").FullName, "character.csv"));
            }

            Dictionary<string, CorrectionPart> parts = new(StringComparer.Ordinal);
            foreach (IGrouping<QuarantinedFile, GoodRow> rows in sorted.Good.GroupBy(row => row.File).OrderBy(rows => rows.Key.LoadId))
            {
                QuarantinedFile file = rows.Key;
                byte[] bytes = Delivery(file, [.. rows], out List<CorrectedLine> lines);
                string sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
                while (published.Contains(sha) || parts.ContainsKey(sha))
                {
                    // Other files had the same row: blank lines at the end keep the deliveries apart.
                    bytes = [.. bytes, (byte)'\r', (byte)'\n'];
                    sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
                }

                parts[sha] = new CorrectionPart(file.LoadId, correctionSha, lines);
                // The name of the receipt: it says whose rows these are.
                string part = string.Create(CultureInfo.InvariantCulture, $"{parts.Count:D4}_correction_of_{(file.Name.Length <= 60 ? file.Name : file.Name[..60])}");
                File.WriteAllBytes(Path.Combine(folder.FullName, part), bytes);
                File.WriteAllText(Path.Combine(folder.FullName, part + ".manifest.json"), Manifest(file, part, sha, lines.Count, name));
            }

            LoadOptions load = new()
            {
                Inbox = folder.FullName,
                Secret = options.Secret,
                MaxParallel = options.MaxParallel,
                Mappings = options.Mappings,
                Linker = options.Linker,
                CrashPoint = options.CrashPoint,
                Corrections = parts,
            };
            return [.. pipeline.RunHeld(load, null, cancellationToken).Files];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Delivery(QuarantinedFile file, GoodRow[] rows, out List<CorrectedLine> lines)
    {
        using MemoryStream stream = new();
        if (file.Encoding == "utf-8-bom")
        {
            stream.Write([0xEF, 0xBB, 0xBF]);
        }

        for (int i = 1; i < file.Contract.HeaderLine; i++)
        {
            stream.Write("\r\n"u8);
        }

        stream.Write(file.Header);
        stream.Write("\r\n"u8);
        int line = file.Contract.HeaderLine + 1 + file.Header.Count((byte)'\n');
        lines = [];
        foreach (GoodRow row in rows.OrderBy(row => row.OriginalLine))
        {
            lines.Add(new CorrectedLine(line, row.OriginalLine, row.Line, row.Hash));
            stream.Write(row.Bytes);
            stream.Write("\r\n"u8);
            line += 1 + row.Bytes.Count((byte)'\n');
        }

        return stream.ToArray();
    }

    private static string Manifest(QuarantinedFile file, string part, string sha, int rows, string name)
    {
        JsonObject manifest = new()
        {
            ["feed"] = file.Contract.Feed,
            ["file_name"] = part,
            ["row_count"] = rows,
            ["sha256"] = sha,
            ["encoding"] = file.Encoding,
            ["extracted_at"] = file.ExtractedUtc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["period_from"] = file.PeriodFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["period_to"] = file.PeriodTo.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["part"] = 1,
            ["parts"] = 1,
            ["correction_of"] = file.Sha256,
            ["correction_report"] = name,
        };
        if (file.Profile is not null)
        {
            manifest["profile"] = file.Profile;
        }

        return manifest.ToJsonString();
    }

    // The report itself, and what was still wrong: the next report goes on from there. Saying the same again writes nothing.
    private static void Note(WarehouseDatabases databases, TimeProvider time, Sorted sorted, string sha, string name)
    {
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        identity.Begin();
        warehouse.Begin();
        if (identity.QuerySingle<long>("query/correction_file", new { file_sha256 = sha }) == 0)
        {
            DateTime now = time.GetUtcNow().UtcDateTime;
            identity.BulkInsert("ident.correction_file", ["file_sha256", "feed", "file_name", "received_utc"], [[sha, sorted.Feed, name, new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Unspecified)]]);
        }

        foreach (BadRow row in sorted.Bad)
        {
            QuarantinedRow before = row.File.Open[row.OriginalLine];
            if (before.Raw.AsSpan().SequenceEqual(row.Bytes) && before.Rules.Order(StringComparer.Ordinal).SequenceEqual(row.Rules.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            {
                continue;
            }

            string codes = string.Join(',', row.Rules);
            identity.Execute("load/correction_attempt_delete", new { file_sha256 = row.File.Sha256, line_number = row.OriginalLine });
            identity.BulkInsert(
                "ident.correction_attempt",
                ["file_sha256", "line_number", "part_number", "correction_sha256", "correction_line", "rule_codes", "raw_base64"],
                CorrectionLedger.Parts(row.Bytes).Select((part, i) => new object?[] { row.File.Sha256, row.OriginalLine, i + 1, sha, row.Line, codes.Length <= 200 ? codes : codes[..200], part }));
            warehouse.Execute("load/correction_reject_delete", new { load_id = row.File.LoadId, line_number = row.OriginalLine });
            warehouse.BulkInsert(
                "stg.reject",
                ["load_id", "feed", "line_number", "column_name", "rule_code"],
                row.Faults.Select(fault => new object?[] { row.File.LoadId, sorted.Feed, row.OriginalLine, fault.Column, fault.Rule }));
        }

        identity.Commit();
        warehouse.Commit();
    }

    /// <summary>Returns the feed of the first row that this warehouse knows.</summary>
    public static string FeedOf(ReturnedReport report, string name, Dictionary<string, string> feeds) =>
        Keys(report, name).Select(key => key.Sha is null ? null : feeds.GetValueOrDefault(key.Sha)).OfType<string>().FirstOrDefault()
        ?? throw FeedException.Of("COR-010", name, "no row of a file that this warehouse has quarantined rows of", "rows of a correction report of this warehouse", "Hand back the report that was exported here, with its keys as they were.");

    private static (ReturnedRow Row, string? Sha, int Line)[] Keys(ReturnedReport report, string name)
    {
        int at = Array.IndexOf(report.Headers, CorrectionColumns.Key);
        TextDecoder decoder = TextDecoder.For(report.Encoding, name);
        return [.. report.Rows.Select(row => (row, Key(row, at, decoder, out int line), line))];
    }

    private static string? Key(ReturnedRow row, int at, TextDecoder decoder, out int line)
    {
        line = 0;
        string? text = row.Cells is null ? null : decoder.Decode(row.Cells[at])?.Trim();
        int cut = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        return text is not null && text.StartsWith('K') && cut == Quarantine.KeyLength + 1 && int.TryParse(text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out line)
            ? text[1..cut]
            : null;
    }

    private sealed record GoodRow(QuarantinedFile File, int OriginalLine, int Line, byte[] Bytes, string Hash);

    private sealed record BadRow(QuarantinedFile File, int OriginalLine, int Line, byte[] Bytes, IReadOnlyList<(string Column, string Rule)> Faults)
    {
        public IReadOnlyList<string> Rules => [.. Faults.Select(fault => fault.Rule).Distinct(StringComparer.Ordinal)];
    }

    private sealed record PublishedRow(string FileSha256, short IsPublished);

    private sealed class Sorted(string feed)
    {
        public string Feed { get; } = feed;

        public List<GoodRow> Good { get; } = [];

        public List<BadRow> Bad { get; } = [];

        public List<RefusedRow> Refused { get; } = [];

        public int Known { get; set; }

        public void Refuse(int line, string code, string reason) => Refused.Add(new RefusedRow(line, code, reason));
    }
}
