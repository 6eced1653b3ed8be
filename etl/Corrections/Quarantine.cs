using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>A row in quarantine.</summary>
/// <param name="Line">The line of its file.</param>
/// <param name="Raw">Its bytes as they came last.</param>
/// <param name="Rules">The rules that it breaks.</param>
internal sealed record QuarantinedRow(int Line, byte[] Raw, IReadOnlyList<string> Rules);

/// <summary>A published file with quarantined rows.</summary>
internal sealed class QuarantinedFile
{
    public required long LoadId { get; init; }

    public required string Sha256 { get; init; }

    public required string Name { get; init; }

    public required string? Profile { get; init; }

    public required DateTime ExtractedUtc { get; init; }

    public required DateOnly PeriodFrom { get; init; }

    public required DateOnly PeriodTo { get; init; }

    /// <summary>The contract as the file is read by it.</summary>
    public required FeedContract Contract { get; init; }

    /// <summary>The encoding in which its rows go out and come back: <see cref="CorrectionEncoding.Outer"/> of the file's own.</summary>
    public required string Encoding { get; init; }

    /// <summary>The file's own encoding, with the order of its bytes.</summary>
    public required string OwnEncoding { get; init; }

    public required byte Delimiter { get; init; }

    public required byte[] Header { get; init; }

    /// <summary>Rows that nobody has corrected yet, by line.</summary>
    public SortedDictionary<int, QuarantinedRow> Open { get; } = [];

    /// <summary>The keyed hash of each row that was corrected, by line.</summary>
    public Dictionary<int, string> Done { get; } = [];

    /// <summary>What names a row of this file in a report.</summary>
    public string Key(int line) => string.Create(CultureInfo.InvariantCulture, $"K{Sha256[..Quarantine.KeyLength]}-{line}");
}

/// <summary>Reads what is in quarantine; needs the right to the identity database.</summary>
internal static class Quarantine
{
    public const int KeyLength = 16;

    /// <summary>Returns the published files of a feed that have quarantined rows, in the order of their loads.</summary>
    public static IReadOnlyList<QuarantinedFile> Read(WarehouseSession warehouse, WarehouseSession identity, string feed, FeedMappings mappings)
    {
        Dictionary<string, string> names = identity.Query<NameRow>("query/etl_file_name").ToDictionary(row => row.FileSha256, row => row.FileName, StringComparer.Ordinal);
        Dictionary<string, List<LayoutRow>> layouts = identity.Query<LayoutRow>("query/correction_layout").GroupBy(row => row.FileSha256).ToDictionary(rows => rows.Key, rows => rows.ToList(), StringComparer.Ordinal);
        List<QuarantinedFile> files = [];
        foreach (RunRow run in warehouse.Query<RunRow>("query/correction_run", new { feed }))
        {
            FeedContract contract = mappings.ContractFor(run.Feed, run.ProfileName, names.GetValueOrDefault(run.FileSha256, ""), FeedCatalog.Default);
            List<LayoutRow>? layout = layouts.GetValueOrDefault(run.FileSha256);
            byte delimiter = layout is null ? contract.Delimiter : (byte)layout[0].DelimiterCode;
            // A file that was loaded before layouts were kept has the order of its contract.
            byte[] header = layout is null
                ? CorrectionEncoding.Strict(contract.Encoding).GetBytes(string.Join((char)contract.Delimiter, contract.Columns.Where(column => column.IsInFile).Select(column => column.Header)))
                : Convert.FromBase64String(string.Concat(layout.Select(row => row.HeaderBase64)));
            string own = CorrectionEncoding.Exact(layout?[0].EncodingCode ?? contract.Encoding, header, delimiter);
            files.Add(new QuarantinedFile
            {
                LoadId = run.LoadId,
                Sha256 = run.FileSha256,
                Name = names.GetValueOrDefault(run.FileSha256, ""),
                Profile = run.ProfileName,
                ExtractedUtc = run.ExtractedUtc,
                PeriodFrom = run.PeriodFrom,
                PeriodTo = run.PeriodTo,
                Contract = contract.ForCorrections(),
                Encoding = CorrectionEncoding.Outer(own),
                OwnEncoding = own,
                Delimiter = delimiter,
                Header = CorrectionEncoding.Outward(header, own, delimiter),
            });
        }

        Fill(warehouse, identity, feed, files);
        return files;
    }

    /// <summary>Returns the feed of each published file with quarantined rows, by the beginning of its hash.</summary>
    public static Dictionary<string, string> Feeds(WarehouseSession warehouse)
    {
        Dictionary<string, string> feeds = new(StringComparer.Ordinal);
        foreach (RunRow run in warehouse.Query<RunRow>("query/correction_run", new { feed = "" }))
        {
            feeds[run.FileSha256[..KeyLength]] = run.Feed;
        }

        return feeds;
    }

    private static void Fill(WarehouseSession warehouse, WarehouseSession identity, string feed, List<QuarantinedFile> files)
    {
        Dictionary<long, QuarantinedFile> byLoad = files.ToDictionary(file => file.LoadId);
        foreach (DoneRow row in warehouse.Query<DoneRow>("query/correction_done"))
        {
            byLoad.GetValueOrDefault(row.OriginalLoadId)?.Done.Add(row.OriginalLineNumber, row.RowSha256);
        }

        Dictionary<(long, int), List<string>> rules = warehouse.Query<ReasonRow>("query/correction_reason", new { feed })
            .GroupBy(row => (row.LoadId, row.LineNumber)).ToDictionary(rows => rows.Key, rows => rows.Select(row => row.RuleCode).Distinct(StringComparer.Ordinal).ToList());
        Dictionary<(string, int), byte[]> attempts = Bytes(identity.Query<PartRow>("query/correction_attempt"));
        Dictionary<(string, int), byte[]> first = Bytes(identity.Query<PartRow>("query/correction_reject", new { feed }));
        Dictionary<string, QuarantinedFile> bySha = files.ToDictionary(file => file.Sha256, StringComparer.Ordinal);
        foreach (((string sha, int line), byte[] raw) in first)
        {
            if (bySha.TryGetValue(sha, out QuarantinedFile? file) && !file.Done.ContainsKey(line))
            {
                // What came back once is in the outer form already.
                file.Open[line] = new QuarantinedRow(line, attempts.GetValueOrDefault((sha, line)) ?? CorrectionEncoding.Outward(raw, file.OwnEncoding, file.Delimiter), rules.GetValueOrDefault((file.LoadId, line), []));
            }
        }
    }

    private static Dictionary<(string, int), byte[]> Bytes(IEnumerable<PartRow> parts) => parts
        .GroupBy(part => (part.FileSha256, part.LineNumber))
        .ToDictionary(rows => rows.Key, rows => Convert.FromBase64String(string.Concat(rows.OrderBy(row => row.PartNumber).Select(row => row.RawBase64))));

    private sealed record NameRow(string FileSha256, string FileName);

    private sealed record LayoutRow(string FileSha256, int PartNumber, string EncodingCode, short DelimiterCode, string HeaderBase64);

    private sealed record RunRow(long LoadId, string Feed, string FileSha256, DateTime ExtractedUtc, DateOnly PeriodFrom, DateOnly PeriodTo, string? ProfileName);

    private sealed record DoneRow(long OriginalLoadId, int OriginalLineNumber, string RowSha256);

    private sealed record ReasonRow(long LoadId, int LineNumber, string ColumnName, string RuleCode);

    private sealed record PartRow
    {
        public string FileSha256 { get; init; } = "";

        public int LineNumber { get; init; }

        public int PartNumber { get; init; }

        public string RawBase64 { get; init; } = "";

        public string? RuleCodes { get; init; }
    }
}
