using System.Globalization;
using System.Security.Cryptography;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>What became of a noisy city.</summary>
internal sealed record NoiseResult
{
    public required ulong Seed { get; init; }

    /// <summary>Files of the inbox, bad ones included.</summary>
    public int Files { get; set; }

    /// <summary>Rows of the files that were taken in.</summary>
    public long Rows { get; set; }

    /// <summary>Faults of the generator's list, those of whole files included.</summary>
    public int Planted { get; set; }

    /// <summary>Planted faults that were put right with their flag and read as the value that was meant.</summary>
    public int Repaired { get; set; }

    /// <summary>Odd writings that were read as the value that was meant; nothing had to be flagged.</summary>
    public int Accepted { get; set; }

    /// <summary>Planted faults in quarantine with the code of the list.</summary>
    public int Quarantined { get; set; }

    /// <summary>Bad files that were refused with the code of the list.</summary>
    public int Refused { get; set; }

    /// <summary>Rows and files sent again, months that never came, names in remarks that no column keeps.</summary>
    public int Others { get; set; }

    /// <summary>Rows taken in with a value that was not meant, and planted faults that nothing tells of.</summary>
    public int SilentlyWrong { get; set; }

    /// <summary>Rows without a planted fault.</summary>
    public long CleanRows { get; set; }

    /// <summary>Of them those in quarantine.</summary>
    public long CleanQuarantined { get; set; }

    /// <summary>Rows whose system has days that cannot follow each other, as the generator's list states: in quarantine with the code of their rule.</summary>
    public long WrongAtSource { get; set; }

    /// <summary>Rows of the stage, facts and dimensions that were compared by value with those of the deliveries as they are meant.</summary>
    public long Compared { get; set; }

    /// <summary>Whether read = staged + superseded + rejected for every file, all counts of the load are those of the files, and the checks find nothing.</summary>
    public bool AccountingCloses { get; set; }

    /// <summary>The kinds of fault, with how many.</summary>
    public SortedDictionary<string, int> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>The feeds with a planted fault in a row or header.</summary>
    public SortedSet<string> Feeds { get; } = new(StringComparer.Ordinal);

    /// <summary>What is not as it should be, in words.</summary>
    public List<string> Findings { get; } = [];

    /// <summary>Whether everything is as it should be; of the rows without a planted fault at most one in a thousand is in quarantine, whatever the reason.</summary>
    public bool IsGood => Findings.Count == 0 && SilentlyWrong == 0 && AccountingCloses && (CleanQuarantined + WrongAtSource) * 1000 <= CleanRows;
}

/// <summary>Generates a noisy city, reads and loads it, and compares with the generator's list of faults, with the same city without faults and with the same deliveries as they are meant.</summary>
/// <remarks>Three answers that do not rest on each other: each row as it is read, against the list of faults and the rows of the city without faults; quarantine, repairs and counts in the databases, against
/// what was read; the values of stage, facts and dimensions, against those of a load of <c>truth/meant</c>, which the generator writes without any fault. DuckDB only.</remarks>
internal sealed class NoiseCheck
{
    private const int MostFindings = 20;

    private static readonly byte[] Secret = new byte[32];

    // Not what a row says but which row it is.
    private static readonly string[] Places = ["load_id", "line_number"];

    private readonly string _root;
    private readonly CityOptions _options;
    private readonly Dictionary<string, CleanRows> _clean = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileCount> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Line, string Rule)>> _rejects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Line, string Column, string Rule)>> _repairs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private ILookup<string, Planted> _faults = Array.Empty<Planted>().ToLookup(fault => fault.File);
    private NoiseResult _result;

    private NoiseCheck(CityOptions options, string root)
    {
        _options = options with { WritesMeant = true };
        _root = root;
        _result = new NoiseResult { Seed = options.Seed };
    }

    /// <summary>The list of faults that the outcome is compared with.</summary>
    public IReadOnlyList<Planted> Faults { get; set; } = [];

    /// <summary>The files of the noisy city.</summary>
    public string Inbox => Path.Combine(_root, "noisy", "inbox");

    private string MeantInbox => Path.Combine(_root, "noisy", "truth", "meant");

    /// <summary>Runs the whole check in an empty folder, which it fills; both pairs of databases are migrated and empty.</summary>
    public static NoiseResult Run(CityOptions options, string root, WarehouseDatabases databases, WarehouseDatabases meant, CancellationToken cancellationToken)
    {
        NoiseCheck check = Generate(options, root, cancellationToken);
        check.ReadFiles(cancellationToken);
        check.Compare(check.Load(databases, cancellationToken), databases);
        check.LoadMeant(meant, cancellationToken);
        check.CompareValues(databases, meant);
        return check._result;
    }

    /// <summary>Writes the noisy city, and the same city without faults, and reads the latter.</summary>
    public static NoiseCheck Generate(CityOptions options, string root, CancellationToken cancellationToken)
    {
        NoiseCheck check = new(options, root);
        CityGenerator.Generate(check._options, Path.Combine(root, "noisy"), null, cancellationToken);
        CityGenerator.Generate(options with { PlantsFaults = false }, Path.Combine(root, "clean"), null, cancellationToken);
        check.Faults = Planted.Read(Path.Combine(root, "noisy", "truth", "faults.csv"));
        foreach (IGrouping<string, string> feed in Deliveries(Path.Combine(root, "clean", "inbox")).GroupBy(path => FeedManifest.Read(path + ".manifest.json").Feed))
        {
            CleanRows rows = new(FeedCatalog.Default.Get(feed.Key).Columns.Count);
            foreach (string path in feed)
            {
                using RowSource source = Open(path, out _);
                while (source.Read())
                {
                    if (source.IsValid)
                    {
                        rows.Add(source.Row);
                    }
                }
            }

            check._clean[feed.Key] = rows;
        }

        return check;
    }

    /// <summary>Starts the result anew.</summary>
    public NoiseResult Begin() => _result = new NoiseResult { Seed = _options.Seed };

    /// <summary>Reads every file row by row and compares with the list of faults and the city without faults.</summary>
    public void ReadFiles(CancellationToken cancellationToken)
    {
        _faults = Faults.ToLookup(fault => fault.File, StringComparer.Ordinal);
        _result.Planted = Faults.Count;
        foreach (Planted fault in Faults)
        {
            string kind = fault.Kind.StartsWith("month_resent", StringComparison.Ordinal) ? "month_resent" : fault.Kind;
            _result.Kinds[kind] = _result.Kinds.GetValueOrDefault(kind) + 1;
            _result.Others += fault.Expected is "superseded" or "dropped" or "absent" ? 1 : 0;
        }

        foreach (string path in Deliveries(Inbox))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read(path);
        }
    }

    private static string[] Deliveries(string inbox) => [.. Directory.GetFiles(inbox).Where(path => !path.EndsWith(".manifest.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static RowSource Open(string path, out FeedManifest manifest)
    {
        manifest = FeedManifest.Read(path + ".manifest.json");
        FeedContract contract = FeedCatalog.Default.Get(manifest.Feed);
        return RowSource.Open(path, new RowSourceOptions
        {
            Contract = contract,
            Where = Path.GetFileName(path),
            Encoding = manifest.Encoding,
            ExtractedDay = DateOnly.FromDateTime(manifest.ExtractedUtc.AddHours(9)).DayNumber,
            Characters = VendorCharacters.Load(Path.Combine(Path.GetDirectoryName(path)!, "reference"), contract.System),
        });
    }

    private void Read(string path)
    {
        string name = Path.GetFileName(path);
        _result.Files++;
        Planted? whole = _faults[name].FirstOrDefault(fault => fault.Line == 0 && fault.Expected is "refused" or "superseded" && fault.Kind != "missing_month" && !fault.Kind.StartsWith("month_resent", StringComparison.Ordinal));
        if (whole is { Expected: "refused" })
        {
            return;
        }

        // What came again whole has the faults of the first delivery, which are counted there.
        bool isResent = whole is not null;
        Planted[] faults = [.. _faults[isResent ? name.Replace("_再送.csv", ".csv", StringComparison.Ordinal) : name]];
        ILookup<int, Planted> byLine = faults.Where(fault => fault.Kind != "name_in_remarks").ToLookup(fault => fault.Line);
        try
        {
            using RowSource source = Open(path, out FeedManifest manifest);
            ReadRows(source, manifest, name, byLine, isResent);
        }
        catch (FeedException exception)
        {
            _result.Findings.Add($"{name}: refused though good: {exception.Message}");
        }
    }

    private void ReadRows(RowSource source, FeedManifest manifest, string name, ILookup<int, Planted> byLine, bool isResent)
    {
        FeedContract contract = FeedCatalog.Default.Get(manifest.Feed);
        FileCount count = new();
        _counts[name] = count;
        List<(int, string)> rejects = _rejects[name] = [];
        List<(int, string, string)> repairs = _repairs[name] = [.. source.HeaderRepairs];
        string[] header = [.. byLine[1].Where(fault => fault.Expected == "repaired").Select(fault => fault.Code).Order(StringComparer.Ordinal)];
        if (!source.HeaderRepairs.Select(repair => repair.Rule).Order(StringComparer.Ordinal).SequenceEqual(header))
        {
            Wrong($"{name}: header repairs {string.Join(' ', source.HeaderRepairs)} but planted {string.Join(' ', header)}", isSilent: true);
        }

        if (!isResent)
        {
            _result.Repaired += header.Length;
            _result.Accepted += byLine[1].Count(fault => fault.Expected == "accepted");
            if (byLine.Any(line => line.Key > 0))
            {
                _result.Feeds.Add(manifest.Feed);
            }
        }

        CleanRows clean = _clean[manifest.Feed];
        HashSet<int> seen = [0, 1];
        while (source.Read())
        {
            FeedRow row = source.Row;
            count.Read++;
            seen.Add(row.Line);
            Planted[] planted = [.. byLine[row.Line].Where(fault => fault.Expected != "superseded")];
            // That no replacement follows a withdrawal is known at the end of the file only: the row itself is a good one.
            Planted? alone = Array.Find(planted, fault => fault.Kind == "withdrawal_alone");
            count.Rejected += source.IsValid && alone is null ? 0 : 1;
            rejects.AddRange(alone is null ? source.Faults.Select(fault => (row.Line, fault.Rule)) : [(row.Line, alone.Code)]);
            if (source.IsValid && alone is null)
            {
                repairs.AddRange(row.Repair.Index().Where(repair => repair.Item is not null).Select(repair => (row.Line, contract.Columns[repair.Index].Name, repair.Item!)));
            }

            if (planted.Length == 0)
            {
                _result.CleanRows++;
                if (!source.IsValid)
                {
                    _result.CleanQuarantined++;
                    _result.Findings.Add($"{name} line {row.Line}: clean but quarantined: {string.Join(' ', source.Faults)}");
                }
                else if (row.IsRepaired)
                {
                    Wrong($"{name} line {row.Line}: repaired though nothing was planted: {string.Join(' ', row.Repair.OfType<string>())}", isSilent: false);
                }
            }

            foreach (Planted fault in planted)
            {
                Compare(source, contract, name, fault, isResent);
            }

            // The cell with the fault was compared above; all others must be those of a row of the city without faults.
            int masked = planted.Where(fault => fault.Kind != "private_use_character").Select(fault => At(contract, fault.Column)).FirstOrDefault(-1);
            if (source.IsValid && !clean.Has(row, masked))
            {
                Wrong($"{name} line {row.Line}: came in with values that no row of the city without faults has ({string.Join(' ', planted.Select(fault => fault.Kind))})", isSilent: true);
            }
        }

        foreach (Planted fault in byLine.Where(line => !seen.Contains(line.Key)).SelectMany(line => line))
        {
            Wrong($"{name} line {fault.Line}: {fault.Kind} was planted in a row that was not read", isSilent: true);
        }

        if (source.Finish() != manifest.Sha256 || count.Read != manifest.RowCount)
        {
            Wrong($"{name}: {count.Read} rows read, {manifest.RowCount} stated", isSilent: true);
        }
    }

    private void Compare(RowSource source, FeedContract contract, string name, Planted fault, bool isResent)
    {
        FeedRow row = source.Row;
        int at = At(contract, fault.Column);
        string where = $"{name} line {row.Line} {fault.Column}: {fault.Kind} expected {fault.Expected} {fault.Code}, ";
        switch (fault.Expected)
        {
            case "quarantined" when fault.Kind == "withdrawal_alone" && source.IsValid:
                _result.Quarantined += isResent ? 0 : 1;
                break;
            case "quarantined" when source.IsValid:
                Wrong(where + "came in", isSilent: true);
                break;
            case "quarantined":
                if (source.Faults.Any(found => found.Rule == fault.Code))
                {
                    _result.Quarantined += isResent ? 0 : 1;
                    _result.WrongAtSource += fault.Kind == "days_out_of_order" ? 1 : 0;
                }
                else
                {
                    Wrong(where + "found " + string.Join(' ', source.Faults), isSilent: false);
                }

                break;
            case "repaired" or "accepted" when !source.IsValid:
                Wrong(where + "quarantined with " + string.Join(' ', source.Faults), isSilent: false);
                break;
            case "repaired" or "accepted":
                if (row.Repair[at] != (fault.Code.Length == 0 ? null : fault.Code))
                {
                    Wrong(where + "found " + (row.Repair[at] ?? "no repair"), isSilent: fault.Expected == "repaired");
                }
                else if (Value(contract, at, fault.Clean) != (row.HasValue[at], row.Text[at], row.Number[at]))
                {
                    Wrong(where + "read as another value", isSilent: true);
                }
                else if (!isResent)
                {
                    _result.Repaired += fault.Expected == "repaired" ? 1 : 0;
                    _result.Accepted += fault.Expected == "accepted" ? 1 : 0;
                }

                break;
            default:
                Wrong(where + "which no row can be", isSilent: false);
                break;
        }
    }

    /// <summary>Loads the noisy city.</summary>
    public LoadSummary Load(WarehouseDatabases databases, CancellationToken cancellationToken) =>
        new LoadPipeline(databases).Run(new LoadOptions { Inbox = Inbox, Secret = Secret, Backfill = true }, null, cancellationToken);

    /// <summary>Loads the deliveries as they are meant; after <see cref="Compare"/>, which says which of the noisy ones were not taken in because they were known.</summary>
    public void LoadMeant(WarehouseDatabases databases, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(MeantInbox, "reference"));
        foreach (string path in Directory.GetFiles(Path.Combine(Inbox, "reference")))
        {
            File.Copy(path, Path.Combine(MeantInbox, "reference", Path.GetFileName(path)), overwrite: true);
        }

        foreach (string name in _known)
        {
            File.Delete(Path.Combine(MeantInbox, name));
            File.Delete(Path.Combine(MeantInbox, name + ".manifest.json"));
        }

        LoadSummary summary = new LoadPipeline(databases).Run(new LoadOptions { Inbox = MeantInbox, Secret = Secret, Backfill = true }, null, cancellationToken);
        foreach (LoadedFile file in summary.Files.Where(file => file.Status != "succeeded" || file.Rejected > 0))
        {
            Wrong($"{file.FileName} as it is meant: {file.Status} {file.ErrorText} {file.Rejected} rejected {string.Join(' ', summary.RejectReasons.Keys.Take(5))}", isSilent: false);
        }
    }

    /// <summary>Compares what became of each file, the quarantine, the repairs and all counts with what was read.</summary>
    public void Compare(LoadSummary summary, WarehouseDatabases databases)
    {
        int before = _result.Findings.Count;
        Dictionary<string, string[]> hashes = Deliveries(Inbox).GroupBy(Sha).SelectMany(same => same.Select(path => (path, same.ToArray()))).ToDictionary(file => Path.GetFileName(file.path), file => file.Item2, StringComparer.Ordinal);
        Dictionary<string, string> refused = _faults.SelectMany(faults => faults).Where(fault => fault.Expected == "refused").ToDictionary(fault => fault.File, fault => fault.Code, StringComparer.Ordinal);
        foreach (LoadedFile file in summary.Files)
        {
            if (refused.TryGetValue(file.FileName, out string? code))
            {
                // Two empty files are the same file: the second is known.
                if (file.Status == "failed" ? file.ErrorCode != code : file.Status != "known")
                {
                    Wrong($"{file.FileName}: expected {code}, {file.Status} {file.ErrorText}", isSilent: file.Status == "succeeded");
                }
                else
                {
                    _result.Refused++;
                }
            }
            else if (file.Status == "known" && hashes[file.FileName].Skip(1).Any())
            {
                // Months of which the same few things, or nothing, are to be told are the same file.
                _result.Others++;
                _counts.Remove(file.FileName);
                _rejects.Remove(file.FileName);
                _repairs.Remove(file.FileName);
                _known.Add(Path.ChangeExtension(file.FileName, ".csv"));
            }
            else if (!_counts.TryGetValue(file.FileName, out FileCount? count) || file.Status != "succeeded")
            {
                _result.Findings.Add($"{file.FileName}: {file.Status} {file.ErrorText}");
            }
            else
            {
                _result.Rows += file.Read;
                if (file.Read != file.Staged + file.Rejected + file.Superseded || (file.Read, file.Rejected, file.Repaired) != (count.Read, count.Rejected, _repairs[file.FileName].Count))
                {
                    _result.Findings.Add($"{file.FileName}: read {file.Read}, staged {file.Staged}, rejected {file.Rejected}, superseded {file.Superseded}, repaired {file.Repaired}; the file has {count.Read} rows, {count.Rejected} bad, {_repairs[file.FileName].Count} repaired");
                }
            }
        }

        if (summary.Files.Count != _result.Files)
        {
            _result.Findings.Add($"{_result.Files} files, {summary.Files.Count} in the summary");
        }

        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        using (WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity))
        {
            Dictionary<string, string> names = _counts.Keys.ToDictionary(name => Sha(Path.Combine(Inbox, name)), StringComparer.Ordinal);
            Dictionary<long, string> loads = warehouse.QueryText<(long LoadId, string Sha)>("SELECT load_id, file_sha256 FROM meta.load_run WHERE is_published = 1")
                .Where(run => names.ContainsKey(run.Sha)).ToDictionary(run => run.LoadId, run => names[run.Sha]);
            CompareRows(
                "in quarantine",
                _rejects.SelectMany(file => file.Value.Select(reject => $"{file.Key} line {reject.Line} {reject.Rule}")),
                warehouse.QueryText<(long LoadId, int Line, string Rule)>("SELECT load_id, line_number, rule_code FROM stg.reject").Where(row => loads.ContainsKey(row.LoadId)).Select(row => $"{loads[row.LoadId]} line {row.Line} {row.Rule}"));
            CompareRows(
                "kept for its department",
                _rejects.SelectMany(file => file.Value.Select(reject => $"{file.Key} line {reject.Line} {reject.Rule}")),
                identity.QueryText<(string Sha, int Line, string Rules)>("SELECT file_sha256, line_number, rule_codes FROM ident.reject WHERE part_number = 1").Where(row => names.ContainsKey(row.Sha))
                    .SelectMany(row => row.Rules.Split(',').Select(rule => $"{names[row.Sha]} line {row.Line} {rule}")));
            CompareRows(
                "flagged as repaired",
                _repairs.SelectMany(file => file.Value.Select(repair => $"{file.Key} line {repair.Line} {repair.Column} {repair.Rule}")),
                warehouse.QueryText<(long LoadId, int Line, string Column, string Rule)>("SELECT load_id, line_number, column_name, rule_code FROM stg.repair").Where(row => loads.ContainsKey(row.LoadId)).Select(row => $"{loads[row.LoadId]} line {row.Line} {row.Column} {row.Rule}"));
        }

        _result.Findings.AddRange(Checks.Run(databases).Findings.Select(finding => finding.ToString() ?? ""));
        _result.AccountingCloses = _result.Findings.Count == before;
    }

    /// <summary>Compares the values of all rows that stand in the stage, and of all facts and dimensions, with those of the deliveries as they are meant.</summary>
    public void CompareValues(WarehouseDatabases databases, WarehouseDatabases meant)
    {
        using WarehouseSession noisy = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        using WarehouseSession clean = meant.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        HashSet<string> staged = [.. FeedCatalog.Default.Contracts.Select(contract => contract.Feed).Append("trait").Append("file_scope")];
        foreach (IGrouping<string, (string Schema, string Table, string Column)> table in noisy.QueryText<(string Schema, string Table, string Column)>(
            "SELECT \"TABLE_SCHEMA\", \"TABLE_NAME\", \"COLUMN_NAME\" FROM INFORMATION_SCHEMA.COLUMNS WHERE \"TABLE_SCHEMA\" IN ('stg', 'fact', 'dim') ORDER BY \"TABLE_SCHEMA\", \"TABLE_NAME\", \"ORDINAL_POSITION\"")
            .Where(column => column.Schema != "stg" || staged.Contains(column.Table)).GroupBy(column => column.Schema + "." + column.Table))
        {
            // Where a row comes from is the feed and the time of extraction: numbers of loads and lines differ where files and rows are left out.
            bool hasLoad = table.Any(column => column.Column == "load_id");
            string values = string.Join(", ", table.Where(column => !Places.Contains(column.Column, StringComparer.Ordinal)).Select(column => $"COALESCE(CAST(t.{column.Column} AS VARCHAR), '-')"));
            string text = $"SELECT CONCAT_WS(' ', {(hasLoad ? "r.feed, r.extracted_utc, " : "")}{values}) FROM {table.Key} AS t{(hasLoad ? " LEFT JOIN meta.load_run AS r ON r.load_id = t.load_id" : "")}"
                + (table.Any(column => column.Column == "is_superseded") ? " WHERE t.is_superseded = 0" : "");
            CompareRows("in " + table.Key, clean.StreamText<string>(text), noisy.StreamText<string>(text).Select(row =>
            {
                _result.Compared++;
                return row;
            }));
        }
    }

    // Every row as often as on the other side.
    private void CompareRows(string where, IEnumerable<string> expected, IEnumerable<string> found)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string row in expected)
        {
            counts[row] = counts.GetValueOrDefault(row) + 1;
        }

        foreach (string row in found)
        {
            counts[row] = counts.GetValueOrDefault(row) - 1;
        }

        foreach ((int place, KeyValuePair<string, int> row) in counts.Where(row => row.Value != 0).OrderBy(row => row.Key, StringComparer.Ordinal).Index())
        {
            _result.SilentlyWrong++;
            if (place < MostFindings)
            {
                _result.Findings.Add($"{row.Key}: {(row.Value > 0 ? "not " + where : where + " though it should not be")}");
            }
        }
    }

    private static string Sha(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private void Wrong(string finding, bool isSilent)
    {
        _result.Findings.Add(finding);
        _result.SilentlyWrong += isSilent ? 1 : 0;
    }

    private static int At(FeedContract contract, string header) => contract.Columns.FirstOrDefault(column => column.Header == header)?.Ordinal ?? -1;

    private static (bool, string?, long) Value(FeedContract contract, int at, string text)
    {
        FeedRow row = new(contract);
        new CellParser(contract).Parse(contract.Columns[at], text, row);
        return (row.HasValue[at], row.Text[at], row.Number[at]);
    }

    private sealed class FileCount
    {
        public long Read { get; set; }

        public long Rejected { get; set; }
    }

    /// <summary>A line of <c>truth/faults.csv</c>.</summary>
    internal sealed record Planted(string File, int Line, string Column, string Kind, string Expected, string Code, string Clean)
    {
        public static List<Planted> Read(string path) =>
            [.. System.IO.File.ReadAllLines(path).Skip(2).Select(line => line.Split(',')).Select(cells => new Planted(cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], cells[3], cells[4], cells[5], string.Join(',', cells[6..]).Trim('"')))];
    }

    /// <summary>The rows of a feed in the city without faults, as sums of a hash of each cell, so that one cell can be left out.</summary>
    private sealed class CleanRows(int columns)
    {
        private readonly List<ulong[]> _rows = [];
        private readonly HashSet<ulong> _sums = [];
        private readonly HashSet<ulong>?[] _without = new HashSet<ulong>?[columns];

        public void Add(FeedRow row)
        {
            ulong[] cells = [.. Enumerable.Range(0, columns).Select(at => Hash(row, at))];
            if (_sums.Add(Sum(cells)))
            {
                _rows.Add(cells);
            }
        }

        public bool Has(FeedRow row, int masked)
        {
            ulong sum = 0;
            for (int at = 0; at < columns; at++)
            {
                sum += at == masked ? 0 : Hash(row, at);
            }

            return (masked < 0 ? _sums : _without[masked] ??= [.. _rows.Select(cells => Sum(cells) - cells[masked])]).Contains(sum);
        }

        private static ulong Sum(ulong[] cells)
        {
            ulong sum = 0;
            foreach (ulong cell in cells)
            {
                sum += cell;
            }

            return sum;
        }

        // FNV-1a over place, kind and value, then mixed, so that sums of cells keep rows apart.
        private static ulong Hash(FeedRow row, int at)
        {
            ulong hash = 14695981039346656037UL ^ (ulong)at;
            hash = (hash * 1099511628211UL) ^ (row.HasValue[at] ? 1UL : 0UL);
            hash = (hash * 1099511628211UL) ^ (ulong)row.Number[at];
            foreach (char sign in row.Text[at] ?? "")
            {
                hash = (hash * 1099511628211UL) ^ sign;
            }

            hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
            return hash ^ (hash >> 29);
        }
    }
}
