using Warehouse.Etl.Stage;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>A corrected row: its first line, its line in the report, and a keyed hash of what it says.</summary>
internal sealed record CorrectedLine(int Line, int OriginalLine, int CorrectionLine, string RowSha256);

/// <summary>The corrected rows of one file.</summary>
internal sealed record CorrectionPart(long OriginalLoadId, string CorrectionSha256, IReadOnlyList<CorrectedLine> Lines);

/// <summary>Writes down what corrections need to be made and traced.</summary>
internal static class CorrectionLedger
{
    private const int PartLength = 4000;

    private static readonly string[] LayoutColumns = ["file_sha256", "part_number", "encoding_code", "delimiter_code", "header_base64"];

    /// <summary>Keeps the header of a file that has quarantined rows, so that they go back in its own column order.</summary>
    public static void KeepLayout(WarehouseSession identity, StageTables tables, InboxFile file, byte[] header, CancellationToken cancellationToken)
    {
        // A row of a workbook is kept as text in UTF-8 with commas.
        bool isWorkbook = file.Contract.IsWorkbook(file.Manifest.Encoding.ToLowerInvariant());
        identity.Execute("load/correction_layout_delete", new { file_sha256 = file.Sha256 });
        tables.Append(
            "ident.file_layout",
            LayoutColumns,
            Parts(header).Select((part, i) => new object?[] { file.Sha256, i + 1, isWorkbook ? "utf-8-bom" : file.Manifest.Encoding.ToLowerInvariant(), isWorkbook ? (short)',' : (short)file.Contract.Delimiter, part }),
            cancellationToken);
    }

    /// <summary>Notes which quarantined rows a load of corrections takes the place of.</summary>
    public static void Record(WarehouseSession warehouse, long loadId, CorrectionPart part) => warehouse.BulkInsert(
        "stg.correction",
        ["load_id", "line_number", "original_load_id", "original_line_number", "correction_sha256", "correction_line_number", "row_sha256"],
        part.Lines.Select(line => new object?[] { loadId, line.Line, part.OriginalLoadId, line.OriginalLine, part.CorrectionSha256, line.CorrectionLine, line.RowSha256 }));

    /// <summary>Returns bytes as base64 in parts that fit a column.</summary>
    public static IEnumerable<string> Parts(byte[] bytes)
    {
        string text = Convert.ToBase64String(bytes);
        for (int at = 0; at == 0 || at < text.Length; at += PartLength)
        {
            yield return text.Substring(at, Math.Min(PartLength, text.Length - at));
        }
    }
}
