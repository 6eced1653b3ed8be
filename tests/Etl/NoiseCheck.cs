using System.Globalization;
using System.Security.Cryptography;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;
using Warehouse.Sql;

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

    /// <summary>Rows whose system has days that cannot follow each other; in quarantine in the city without faults too.</summary>
    public long WrongAtSource { get; set; }

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

/// <summary>Generates a noisy city, reads and loads it, and compares with the generator's list of faults and with the same city without faults.</summary>
internal sealed class NoiseCheck
{
    private static readonly byte[] Secret = new byte[32];

    private readonly CityOptions _options;
    private readonly string _root;
    private readonly NoiseResult _result;
    private readonly Dictionary<string, CleanRows> _clean = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileCount> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Line, string Rule)>> _rejects = new(StringComparer.Ordinal);
    private ILookup<string, Planted> _faults = Array.Empty<Planted>().ToLookup(fault => fault.File);

    private NoiseCheck(CityOptions options, string root)
    {
        _options = options;
        _root = root;
        _result = new NoiseResult { Seed = options.Seed };
    }

    private string Inbox => Path.Combine(_root, "noisy", "inbox");

    /// <summary>Runs the whole check in an empty folder, which it fills; the databases are migrated and empty.</summary>
    public static NoiseResult Run(CityOptions options, string root, WarehouseDatabases databases, CancellationToken cancellationToken)
    {
        NoiseCheck check = new(options, root);
        check.Generate(cancellationToken);
        foreach (string path in Directory.GetFiles(check.Inbox, "*.csv").Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            check.Read(path);
        }

        check.Load(databases, cancellationToken);
        return check._result;
    }

    private void Generate(CancellationToken cancellationToken)
    {
        CityGenerator.Generate(_options, Path.Combine(_root, "noisy"), null, cancellationToken);
        CityGenerator.Generate(_options with { PlantsFaults = false }, Path.Combine(_root, "clean"), null, cancellationToken);
        List<Planted> faults = Planted.Read(Path.Combine(_root, "noisy", "truth", "faults.csv"));
        _faults = faults.ToLookup(fault => fault.File, StringComparer.Ordinal);
        _result.Planted = faults.Count;
        foreach (Planted fault in faults)
        {
            string kind = fault.Kind.StartsWith("month_resent", StringComparison.Ordinal) ? "month_resent" : fault.Kind;
            _result.Kinds[kind] = _result.Kinds.GetValueOrDefault(kind) + 1;
            _result.Others += fault.Expected is "superseded" or "dropped" or "absent" ? 1 : 0;
        }

        foreach (IGrouping<string, string> feed in Directory.GetFiles(Path.Combine(_root, "clean", "inbox"), "*.csv").GroupBy(path => FeedManifest.Read(path + ".manifest.json").Feed))
        {
            CleanRows rows = new(FeedCatalog.Default.Get(feed.Key).Columns.Count);
            foreach (string path in feed)
            {
                using RowSource source = Open(path, out _);
                while (source.Read())
                {
                    rows.Add(source.Row, source.IsValid);
                }
            }

            _clean[feed.Key] = rows;
        }
    }

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
        FileCount count = new() { Repaired = source.HeaderRepairs.Count };
        _counts[name] = count;
        List<(int, string)> rejects = _rejects[name] = [];
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
            count.Rejected += source.IsValid ? 0 : 1;
            count.Repaired += source.IsValid ? row.Repair.Count(repair => repair is not null) : 0;
            rejects.AddRange(source.Faults.Select(fault => (row.Line, fault.Rule)));
            seen.Add(row.Line);
            Planted[] planted = [.. byLine[row.Line].Where(fault => fault.Expected != "superseded")];
            if (!source.IsValid && clean.IsWrong(row))
            {
                // The system itself has, say, a day of birth after the visit: no row of the city without faults would come in either.
                _result.WrongAtSource++;
                continue;
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
                    Wrong($"{name} line {row.Line}: repaired though nothing was planted", isSilent: false);
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
            case "quarantined" when source.IsValid:
                Wrong(where + "came in", isSilent: true);
                break;
            case "quarantined":
                if (source.Faults.Any(found => found.Rule == fault.Code))
                {
                    _result.Quarantined += isResent ? 0 : 1;
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

    private void Load(WarehouseDatabases databases, CancellationToken cancellationToken)
    {
        LoadSummary summary = new LoadPipeline(databases).Run(new LoadOptions { Inbox = Inbox, Secret = Secret, Backfill = true }, null, cancellationToken);
        int before = _result.Findings.Count;
        Dictionary<string, string[]> hashes = Directory.GetFiles(Inbox, "*.csv").GroupBy(Sha).SelectMany(same => same.Select(path => (path, same.ToArray()))).ToDictionary(file => Path.GetFileName(file.path), file => file.Item2, StringComparer.Ordinal);
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
            }
            else if (!_counts.TryGetValue(file.FileName, out FileCount? count) || file.Status != "succeeded")
            {
                _result.Findings.Add($"{file.FileName}: {file.Status} {file.ErrorText}");
            }
            else
            {
                _result.Rows += file.Read;
                if (file.Read != file.Staged + file.Rejected + file.Superseded || (file.Read, file.Rejected, file.Repaired) != (count.Read, count.Rejected, count.Repaired))
                {
                    _result.Findings.Add($"{file.FileName}: read {file.Read}, staged {file.Staged}, rejected {file.Rejected}, superseded {file.Superseded}, repaired {file.Repaired}; the file has {count.Read} rows, {count.Rejected} bad, {count.Repaired} repaired");
                }
            }
        }

        if (summary.Files.Count != _result.Files)
        {
            _result.Findings.Add($"{_result.Files} files, {summary.Files.Count} in the summary");
        }

        CompareQuarantine(databases);
        _result.Findings.AddRange(Checks.Run(databases).Findings.Select(finding => finding.ToString() ?? ""));
        _result.AccountingCloses = _result.Findings.Count == before;
    }

    // Every row in quarantine, by file, line and code, is one that was found in the file, and the other way round.
    private void CompareQuarantine(WarehouseDatabases databases)
    {
        Dictionary<string, string> names = _counts.Keys.Where(name => _counts[name].Rejected > 0).ToDictionary(name => Sha(Path.Combine(Inbox, name)), StringComparer.Ordinal);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        Dictionary<long, string> loads = session.Query<RunRow>("query/correction_run", new { feed = "" }).Where(run => names.ContainsKey(run.FileSha256)).ToDictionary(run => run.LoadId, run => names[run.FileSha256]);
        HashSet<(string, int, string)> found = [];
        foreach (string feed in FeedCatalog.Default.Contracts.Select(contract => contract.Feed))
        {
            found.UnionWith(session.Query<ReasonRow>("query/correction_reason", new { feed }).Where(row => loads.ContainsKey(row.LoadId)).Select(row => (loads[row.LoadId], row.LineNumber, row.RuleCode)));
        }

        HashSet<(string, int, string)> expected = [.. _rejects.SelectMany(file => file.Value.Select(reject => (file.Key, reject.Line, reject.Rule)))];
        foreach ((string file, int line, string rule) in expected.Except(found).Concat(found.Except(expected)).Take(20))
        {
            Wrong($"{file} line {line} {rule}: {(found.Contains((file, line, rule)) ? "in quarantine only" : "not in quarantine")}", isSilent: true);
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

    private sealed record RunRow(long LoadId, string Feed, string FileSha256, DateTime ExtractedUtc, DateOnly PeriodFrom, DateOnly PeriodTo, string? ProfileName);

    private sealed record ReasonRow(long LoadId, int LineNumber, string ColumnName, string RuleCode);

    private sealed class FileCount
    {
        public long Read { get; set; }

        public long Rejected { get; set; }

        public long Repaired { get; set; }
    }

    /// <summary>A line of <c>truth/faults.csv</c>.</summary>
    private sealed record Planted(string File, int Line, string Column, string Kind, string Expected, string Code, string Clean)
    {
        public static List<Planted> Read(string path) =>
            [.. System.IO.File.ReadAllLines(path).Skip(2).Select(line => line.Split(',')).Select(cells => new Planted(cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], cells[3], cells[4], cells[5], string.Join(',', cells[6..]).Trim('"')))];
    }

    /// <summary>The rows of a feed in the city without faults, as sums of a hash of each cell, so that one cell can be left out.</summary>
    private sealed class CleanRows(int columns)
    {
        private readonly List<ulong[]> _rows = [];
        private readonly HashSet<ulong> _sums = [];
        private readonly HashSet<ulong> _wrong = [];
        private readonly HashSet<ulong>?[] _without = new HashSet<ulong>?[columns];

        /// <summary>Whether a row whose cells can all be read breaks a rule between them in the city without faults.</summary>
        public bool IsWrong(FeedRow row) => row.IsWhole && row.Fault.All(fault => fault == CellFault.None) && _wrong.Contains(Sum([.. Enumerable.Range(0, columns).Select(at => Hash(row, at))]));

        public void Add(FeedRow row, bool isValid)
        {
            ulong[] cells = [.. Enumerable.Range(0, columns).Select(at => Hash(row, at))];
            if (!isValid)
            {
                _wrong.Add(Sum(cells));
            }
            else if (_sums.Add(Sum(cells)))
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
