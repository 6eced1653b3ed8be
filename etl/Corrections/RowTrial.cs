using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;
using Warehouse.Sql;

namespace Warehouse.Etl.Corrections;

/// <summary>Brings rows of a report back into the form of the file that they belong to, and tries them as that file was read.</summary>
internal sealed class RowTrial
{
    private readonly QuarantinedFile _file;
    private readonly FeedContract _contract;
    private readonly string[] _headers;
    private readonly int[] _places;
    private readonly string? _missing;
    private readonly bool _isSameEncoding;
    private readonly TextDecoder _from;
    private readonly Encoding _to;
    private readonly FormulaGuard _guard;
    private readonly HashSet<(string, int)>? _scope;

    public RowTrial(QuarantinedFile file, ReturnedReport report, WarehouseSession warehouse)
    {
        _file = file;
        // One record: the titles above the header do not come back.
        _contract = file.Contract.HeaderLine == 1 ? file.Contract : file.Contract with { HeaderLine = 1 };
        TextDecoder decoder = TextDecoder.For(file.Encoding, file.Name);
        RecordReader header = new(file.Header, file.Header.Length, file.Delimiter);
        header.Read();
        _headers = [.. CorrectionReport.All(header, file.Header).Select(cell => (decoder.Decode(cell) ?? "?").Trim())];
        _places = [.. _headers.Select(name => Array.IndexOf(report.Headers, name))];
        _missing = _headers.Where((_, i) => _places[i] < 0).FirstOrDefault();
        _isSameEncoding = (file.Encoding == "cp932") == (report.Encoding == "cp932");
        _from = TextDecoder.For(report.Encoding, file.Name);
        _to = CorrectionEncoding.Strict(file.Encoding);
        _guard = new FormulaGuard(CorrectionEncoding.Strict(report.Encoding));
        _scope = file.Contract.Supersede == SupersedeKind.FilePeriod
            ? [.. warehouse.Query<ScopeRow>("query/correction_scope", new { load_id = file.LoadId }).Select(row => (row.FacilityCode, row.MonthKey))]
            : null;
    }

    /// <summary>Returns the row as the file would have it, or null with the reason.</summary>
    public byte[]? Bytes(byte[][] cells, out string? refusal)
    {
        refusal = null;
        if (_missing is not null)
        {
            refusal = $"元のファイルにあった列「{_missing}」が、差し戻しの表にありません。列を消さずに提出してください。";
            return null;
        }

        using MemoryStream stream = new();
        for (int i = 0; i < _places.Length; i++)
        {
            byte[] cell = _guard.Undo(cells[_places[i]]);
            if (!_isSameEncoding)
            {
                try
                {
                    cell = _from.Decode(cell) is { } text ? _to.GetBytes(text) : throw new EncoderFallbackException();
                }
                catch (EncoderFallbackException)
                {
                    refusal = $"「{_headers[i]}」に、元のファイルの文字コードで書けない文字があります。元のファイルと同じ文字コードで保存してください。";
                    return null;
                }
            }

            if (i > 0)
            {
                stream.WriteByte(_file.Delimiter);
            }

            CorrectionReport.Append(stream, cell, _file.Delimiter);
        }

        return stream.ToArray();
    }

    /// <summary>Returns the rules that a row breaks; none where it may load.</summary>
    /// <param name="bytes">The row.</param>
    /// <param name="isOutside">Whether the row speaks of a facility or month that its file does not cover.</param>
    public IReadOnlyList<(string Column, string Rule)> Check(byte[] bytes, out bool isOutside)
    {
        using MemoryStream stream = new();
        stream.Write(_file.Encoding == "utf-8-bom" ? [0xEF, 0xBB, 0xBF] : []);
        stream.Write(_file.Header);
        stream.Write("\r\n"u8);
        stream.Write(bytes);
        stream.Position = 0;
        using RowSource source = RowSource.Open(stream, new RowSourceOptions
        {
            Contract = _contract,
            Where = _file.Name,
            Encoding = _file.Encoding,
            ExtractedDay = DateOnly.FromDateTime(_file.ExtractedUtc.AddHours(9)).DayNumber,
        });
        if (!source.Read())
        {
            // Nothing is left of the row.
            isOutside = false;
            return [("row", RuleCatalog.Code(_contract, RuleCatalog.Blank))];
        }

        isOutside = source.IsValid && _scope is not null && !_scope.Contains(Place(source.Row));
        return source.Faults;
    }

    private (string Facility, int Month) Place(FeedRow row)
    {
        FeedContract contract = _file.Contract;
        string facility = row.Text[contract.OrdinalOf("facility_code")] ?? "";
        FeedColumn time = contract.Columns.First(column => column.IsRequired && column.Parser is ParserKind.Date or ParserKind.EraDate or ParserKind.YearMonth);
        DateOnly? day = time.Parser == ParserKind.YearMonth ? null : row.Day(time.Ordinal);
        return (facility, day is { } date ? (date.Year * 100) + date.Month : (int)row.Number[time.Ordinal]);
    }

    private sealed record ScopeRow(string FacilityCode, int MonthKey);
}
