using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>A quarantined row as its department sees it.</summary>
/// <param name="File">The file that it came in.</param>
/// <param name="Line">The line of that file.</param>
/// <param name="Key">What names the row when it comes back.</param>
/// <param name="Headers">The sender's columns.</param>
/// <param name="Cells">The values; null where the cells cannot be told apart or hold bytes that are no text: such a row is corrected in the report.</param>
/// <param name="Reasons">Why it was kept back, and what was expected.</param>
public sealed record OpenRow(string File, int Line, string Key, IReadOnlyList<string> Headers, IReadOnlyList<string>? Cells, IReadOnlyList<RuleReason> Reasons);

/// <summary>Quarantined rows one by one, for correction without a spreadsheet.</summary>
/// <remarks>The caller has checked who asks and has put it into the access log: rows hold what the department sent, names included.</remarks>
public static class OpenRows
{
    /// <summary>Returns the open rows of a feed, in the order of their files and lines.</summary>
    public static IReadOnlyList<OpenRow> Read(WarehouseDatabases databases, string feed, FeedMappings mappings)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(mappings);
        FeedCatalog.Default.Get(feed);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        List<OpenRow> rows = [];
        foreach (QuarantinedFile file in Quarantine.Read(warehouse, identity, feed, mappings).Where(file => file.Open.Count > 0))
        {
            TextDecoder decoder = TextDecoder.For(file.Encoding == "utf-8-bom" ? "utf-8" : file.Encoding, file.Name);
            RecordReader header = new(file.Header, file.Header.Length, file.Delimiter);
            header.Read();
            string[] headers = [.. CorrectionReport.All(header, file.Header).Select(cell => (decoder.Decode(cell) ?? "?").Trim())];
            foreach (QuarantinedRow row in file.Open.Values)
            {
                string?[]? cells = CorrectionReport.Cells(row.Raw, file.Delimiter, headers.Length)?.Select(cell => decoder.Decode(cell)).ToArray();
                rows.Add(new OpenRow(
                    file.Name, row.Line, file.Key(row.Line), headers, cells is null || cells.Contains(null) ? null : [.. cells.OfType<string>()], [.. row.Rules.Select(rule => RuleReasons.Of(file.Contract, rule))]));
            }
        }

        return rows;
    }

    /// <summary>Returns a correction report of one row, as <see cref="LoadPipeline.Correct"/> takes it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="cells">Its values now, one a column.</param>
    public static byte[] Report(OpenRow row, IReadOnlyList<string> cells)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Count, row.Headers.Count);
        FormulaGuard guard = new(Encoding.UTF8);
        using MemoryStream stream = new();
        Line(row.Headers.Append(CorrectionColumns.Key).Select(Encoding.UTF8.GetBytes));
        Line(cells.Append(row.Key).Select(cell => guard.Guard(Encoding.UTF8.GetBytes(cell))));
        return stream.ToArray();

        void Line(IEnumerable<byte[]> all)
        {
            bool isFirst = true;
            foreach (byte[] cell in all)
            {
                if (!isFirst)
                {
                    stream.WriteByte((byte)',');
                }

                isFirst = false;
                CorrectionReport.Append(stream, cell, (byte)',');
            }

            stream.Write("\r\n"u8);
        }
    }
}
