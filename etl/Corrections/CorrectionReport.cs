using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>One written report.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Encoding">The sender's encoding.</param>
/// <param name="Files">Files whose rows it holds.</param>
/// <param name="Rows">Its rows.</param>
public sealed record WrittenReport(string Path, string Encoding, int Files, int Rows);

/// <summary>Writes the quarantined rows of a feed for the department that sent them: their own encoding and columns, with reasons.</summary>
/// <remarks>The caller has checked who asks and has put it into the access log: a report holds what the department sent, names included.</remarks>
public static class CorrectionReport
{
    /// <summary>Writes one file for each layout in which the feed came: the first to <paramref name="path"/>, others beside it with a number.</summary>
    /// <returns>The files; none where nothing is in quarantine.</returns>
    public static IReadOnlyList<WrittenReport> Write(WarehouseDatabases databases, string feed, FeedMappings mappings, string path)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(mappings);
        FeedCatalog.Default.Get(feed);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        List<WrittenReport> written = [];
        foreach (IGrouping<(string, byte, string), QuarantinedFile> layout in Quarantine.Read(warehouse, identity, feed, mappings)
            .Where(file => file.Open.Count > 0)
            .GroupBy(file => (file.Encoding, file.Delimiter, Convert.ToBase64String(file.Header))))
        {
            string target = written.Count == 0
                ? path
                : Path.Combine(Path.GetDirectoryName(path) ?? "", string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}_{written.Count + 1}{Path.GetExtension(path)}"));
            QuarantinedFile[] files = [.. layout];
            File.WriteAllBytes(target, Bytes(files));
            written.Add(new WrittenReport(target, files[0].Encoding, files.Length, files.Sum(file => file.Open.Count)));
        }

        return written;
    }

    /// <summary>Returns the feed that a report is about.</summary>
    /// <exception cref="FeedException">COR-010: the file is no correction report of this warehouse.</exception>
    public static string FeedOf(WarehouseDatabases databases, string path)
    {
        ArgumentNullException.ThrowIfNull(databases);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        string name = Path.GetFileName(path);
        return CorrectionImport.FeedOf(ReturnedReport.Read(path, name), name, Quarantine.Feeds(warehouse));
    }

    /// <summary>Returns the cells of a row, or null where they cannot be told apart.</summary>
    internal static List<byte[]>? Cells(byte[] raw, byte delimiter, int width)
    {
        RecordReader reader = new(raw, raw.Length, delimiter);
        if (!reader.Read() || reader.IsMalformed || reader.CellCount != width || reader.Raw.Length != raw.Length)
        {
            return null;
        }

        return All(reader, raw);
    }

    internal static List<byte[]> All(RecordReader reader, byte[] raw)
    {
        byte[] scratch = new byte[raw.Length];
        List<byte[]> cells = [];
        foreach (Cell cell in reader.Cells)
        {
            cells.Add(reader.Content(cell, scratch).ToArray());
        }

        return cells;
    }

    /// <summary>Appends a cell, in quotes where it needs them.</summary>
    internal static void Append(Stream stream, ReadOnlySpan<byte> cell, byte delimiter)
    {
        if (cell.IndexOfAny([delimiter, (byte)'"', (byte)'\r', (byte)'\n']) < 0)
        {
            stream.Write(cell);
            return;
        }

        stream.WriteByte((byte)'"');
        foreach (byte sign in cell)
        {
            if (sign == '"')
            {
                stream.WriteByte(sign);
            }

            stream.WriteByte(sign);
        }

        stream.WriteByte((byte)'"');
    }

    private static byte[] Bytes(QuarantinedFile[] files)
    {
        QuarantinedFile first = files[0];
        // What cannot be written in the sender's encoding is a question mark in the words that we add; the sender's own bytes are not touched.
        Encoding encoding = CorrectionEncoding.Lenient(first.Encoding);
        FormulaGuard guard = new(encoding);
        RecordReader header = new(first.Header, first.Header.Length, first.Delimiter);
        header.Read();
        List<byte[]> names = All(header, first.Header);
        using MemoryStream stream = new();
        if (first.Encoding == "utf-8-bom")
        {
            stream.Write([0xEF, 0xBB, 0xBF]);
        }

        Row(stream, names.Concat(CorrectionColumns.All.Select(encoding.GetBytes)), first.Delimiter);
        foreach (QuarantinedFile file in files)
        {
            foreach (QuarantinedRow row in file.Open.Values)
            {
                Row(stream, Cells(file, row, names.Count, encoding).Select(cell => guard.Guard(cell)), first.Delimiter);
            }
        }

        return stream.ToArray();
    }

    private static IEnumerable<byte[]> Cells(QuarantinedFile file, QuarantinedRow row, int width, Encoding encoding)
    {
        List<byte[]>? own = Cells(row.Raw, file.Delimiter, width);
        RuleReason[] reasons = [.. row.Rules.Select(rule => RuleReasons.Of(file.Contract, rule))];
        return (own ?? Enumerable.Repeat(Array.Empty<byte>(), width).ToList()).Concat(
        [
            encoding.GetBytes(file.Name),
            encoding.GetBytes(row.Line.ToString(CultureInfo.InvariantCulture)),
            encoding.GetBytes(file.Key(row.Line)),
            encoding.GetBytes(string.Join(' ', row.Rules)),
            encoding.GetBytes(string.Concat(reasons.Select(reason => reason.Reason))),
            encoding.GetBytes(string.Join(" / ", reasons.Select(reason => reason.Expected).Distinct(StringComparer.Ordinal))),
            own is null ? row.Raw : [],
        ]);
    }

    private static void Row(MemoryStream stream, IEnumerable<byte[]> cells, byte delimiter)
    {
        bool isFirst = true;
        foreach (byte[] cell in cells)
        {
            if (!isFirst)
            {
                stream.WriteByte(delimiter);
            }

            isFirst = false;
            Append(stream, cell, delimiter);
        }

        stream.Write("\r\n"u8);
    }
}
