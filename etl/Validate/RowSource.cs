using System.Globalization;
using FluentValidation;
using FluentValidation.Results;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>Reads the rows of a file one after the other: split, decoded, parsed and checked against every rule of its contract.</summary>
/// <remarks>
/// Memory is bounded whatever the file holds: one record and one row. Not thread-safe: one per file. Errors: <see cref="FeedException"/> where the file as a whole is not
/// what manifest and contract state; a bad row is no error, it comes out with <see cref="IsValid"/> false, its <see cref="Faults"/> and its bytes.
/// </remarks>
public sealed class RowSource : IDisposable
{
    private const int HeadBytes = 1 << 16;

    // By reference, and gone with its contract: some contracts are made for one delivery.
    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<FeedContract, RowValidator> Validators = [];

    private static readonly string[] Totals = ["合計", "総計", "小計", "計", "総合計", "合計件数", "総件数", "件数"];

    private readonly FeedContract _contract;
    private readonly ICellSource _cells;
    private readonly HashingStream? _hashing;
    private readonly CellParser _parser;
    private readonly RowValidator _validator;
    private readonly HeaderMap _map;
    private readonly FeedColumn?[] _columns;
    private readonly (int Column, int Era)[] _beside;
    private readonly int[] _carried;
    private readonly int[] _cellOf;
    private readonly FeedColumn[] _fixed;
    private readonly (string? Text, long Number, int Line)?[] _above;
    private readonly string?[] _pending;
    private readonly char[] _text = new char[TextDecoder.MaxChars(TextDecoder.MaxCellBytes)];
    private ValidationContext<FeedRow> _context;
    private IReadOnlyList<(string Column, string Rule)> _faults = [];

    private RowSource(RowSourceOptions options, ICellSource cells, HashingStream? hashing, HeaderMap map, IReadOnlyList<(int Line, string Column, string Rule)> headerRepairs)
    {
        _contract = options.Contract;
        _cells = cells;
        _hashing = hashing;
        _map = map;
        _columns = map.Ordinals.Select(ordinal => ordinal < 0 || _contract.Columns[ordinal].Parser == ParserKind.Dropped ? null : _contract.Columns[ordinal]).ToArray();
        _beside = _contract.Columns.Where(column => column.EraColumn is not null).Select(column => (column.Ordinal, _contract.OrdinalOf(column.EraColumn!))).ToArray();
        _carried = _contract.Columns.Where(column => column.CarriesDown || (column.CarriesMerged && cells is SheetSource)).Select(column => column.Ordinal).ToArray();
        _cellOf = [.. _contract.Columns.Select(column => map.Ordinals.ToList().IndexOf(column.Ordinal))];
        _fixed = _contract.Columns.Where(column => column.FixedText is not null).ToArray();
        _above = new (string?, long, int)?[_contract.Columns.Count];
        _pending = new string?[_contract.Columns.Count];
        _parser = new CellParser(_contract);
        _validator = Validators.GetValue(_contract, contract => new RowValidator(contract));
        Row = new FeedRow(_contract) { ExtractedDay = options.ExtractedDay, ExpectedCellCount = map.Ordinals.Count };
        _context = RowValidator.Context(Row);
        HeaderRepairs = headerRepairs;
        Header = cells.Raw();
    }

    /// <summary>The current row; the same object for every row.</summary>
    public FeedRow Row { get; }

    /// <summary>Whether the current row keeps all rules.</summary>
    public bool IsValid { get; private set; }

    /// <summary>The rules that the current row breaks, by column; empty for a valid row.</summary>
    public IReadOnlyList<(string Column, string Rule)> Faults => _faults;

    /// <summary>What was put right about the file as a whole; the line is that of the header, an unknown column is named by its place.</summary>
    public IReadOnlyList<(int Line, string Column, string Rule)> HeaderRepairs { get; }

    /// <summary>The bytes of the header row as the file holds them: the sender's own names and order of columns.</summary>
    public byte[] Header { get; }

    /// <summary>The count of rows read so far.</summary>
    public long ReadCount { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FeedException">The file is gone, cannot be read, or is not what the contract states.</exception>
    public static RowSource Open(string path, RowSourceOptions options)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Gone(options.Where, exception);
        }

        return Open(stream, options);
    }

    /// <summary>Opens the bytes of a file; the stream can be sought and is disposed of with the source.</summary>
    /// <exception cref="FeedException">The file is not what the contract states.</exception>
    public static RowSource Open(Stream stream, RowSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            byte[] head = new byte[(int)Math.Min(HeadBytes, stream.Length)];
            int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            stream.Seek(0, SeekOrigin.Begin);
            return options.Contract.IsWorkbook(options.Encoding) ? OpenSheet(stream, options) : OpenDelimited(stream, head.AsSpan(0, length), options);
        }
        catch (Exception exception)
        {
            stream.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw Gone(options.Where, exception);
            }

            throw;
        }
    }

    /// <summary>Moves to the next row.</summary>
    /// <exception cref="FeedException">The file cannot be read on.</exception>
    public bool Read()
    {
        try
        {
            if (!_cells.Read())
            {
                return false;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Gone("the file", exception);
        }

        ReadCount++;
        FeedRow row = Row;
        row.Clear();
        row.Line = _cells.Line;
        row.CellCount = _cells.CellCount;
        row.IsMalformed = _cells.IsMalformed;
        row.RowFault = _cells.IsTooLong ? RuleCatalog.TooLong : 0;
        if (row.IsWhole)
        {
            ParseCells(row);
        }

        foreach (FeedColumn column in _fixed)
        {
            _parser.Parse(column, column.FixedText, row);
        }

        if (_carried.Length > 0)
        {
            CarryDown(row);
        }

        ValidationResult result = _validator.Validate(_context);
        IsValid = result.IsValid;
        if (IsValid)
        {
            _faults = [];
            return true;
        }

        _faults = IsTotal(row)
            ? [("row", RuleCatalog.Code(_contract, RuleCatalog.Total))]
            : result.Errors.Select(failure => (failure.PropertyName, RowValidator.CodeOf(failure, row))).Distinct().ToList();
        _context = RowValidator.Context(row);
        return true;
    }

    /// <summary>Returns the bytes of the current row as the file holds them, without the line end; of a row that is too long, its head.</summary>
    public byte[] Raw() => _cells.Raw();

    /// <summary>Returns the bytes of a cell of the current row as the file holds them; empty where the file has no such column.</summary>
    public byte[] Raw(int ordinal)
    {
        for (int i = 0; ordinal >= 0 && i < _map.Ordinals.Count; i++)
        {
            if (_map.Ordinals[i] == ordinal)
            {
                return _cells.Bytes(i);
            }
        }

        return [];
    }

    /// <summary>Returns the SHA-256 of all bytes of the file as they were read, in lower-case hex; to be called once, after the last row.</summary>
    public string Finish() => _hashing?.Finish() ?? throw new InvalidOperationException("The bytes of this source are not hashed.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _cells.Dispose();
        _hashing?.Dispose();
    }

    private static RowSource OpenDelimited(Stream stream, ReadOnlySpan<byte> head, RowSourceOptions options)
    {
        FeedContract contract = options.Contract;
        string encoding = options.Encoding ?? contract.Encoding;
        string where = options.Where;
        if (encoding != contract.Encoding && !contract.OtherEncodings.Contains(encoding, StringComparer.Ordinal))
        {
            throw FeedException.Of("FEED-006", where, "encoding " + encoding, string.Join(" or ", contract.OtherEncodings.Prepend(contract.Encoding)) + " as the contract states", "Agree with the sender on one encoding and change the contract if it is the new one.");
        }

        if (head.Length == 0)
        {
            throw FeedException.Of("FEED-008", where, "an empty file", "a header row", "Ask the sender for the file again.");
        }

        CheckEncoding(head, encoding, where);
        bool? isBigEndian = encoding switch
        {
            "utf-16be" => true,
            "utf-16le" => false,
            "utf-16" => EncodingProbe.ByteOrderMark(head) == "utf-16be",
            _ => null,
        };
        HashingStream hashing = new(stream);
        DelimitedSource cells = new(hashing, contract.Delimiter, TextDecoder.For(encoding, where, options.Characters), isBigEndian, where);
        (HeaderMap map, int line) = ReadHeader(cells, head, encoding, options);
        List<(int, string, string)> repairs = Repairs(map, contract, line);
        if (encoding == "utf-8-bom" && !cells.HasByteOrderMark)
        {
            repairs.Add((line, "row", RuleCatalog.RepairNoMark));
        }

        return new RowSource(options, cells, hashing, map, repairs);
    }

    // A workbook is read from memory, so that what is read is what was hashed and checked.
    private static RowSource OpenSheet(Stream stream, RowSourceOptions options)
    {
        if (stream.Length > WorkbookGuard.MaxFileBytes)
        {
            throw FeedException.Of("FEED-012", options.Where, "a workbook of more than 64 MB", "at most 64 MB", "Ask the sender for the data as CSV.");
        }

        byte[] bytes = new byte[stream.Length];
        HashingStream hashing = new(stream);
        hashing.ReadExactly(bytes);
        SheetSource cells = new(bytes, options.Contract.Sheet, TextDecoder.For("utf-8", options.Where, options.Characters), options.Where, options.Contract.Columns.Any(column => column.CarriesMerged));
        try
        {
            (HeaderMap map, int line) = ReadHeader(cells, [], "utf-8", options);
            cells.SetWidth();
            List<(int, string, string)> repairs = Repairs(map, options.Contract, line);
            if (cells.HiddenSheets > 0)
            {
                repairs.Add((line, "row", RuleCatalog.RepairHiddenSheet));
            }

            return new RowSource(options, cells, hashing, map, repairs);
        }
        catch (FeedException)
        {
            cells.Dispose();
            throw;
        }
    }

    private static List<(int Line, string Column, string Rule)> Repairs(HeaderMap map, FeedContract contract, int line)
    {
        List<(int, string, string)> repairs = map.Aliased.Select(ordinal => (line, contract.Columns[ordinal].Name, RuleCatalog.RepairAlias)).ToList();
        for (int i = 0; i < map.Ordinals.Count; i++)
        {
            if (map.Ordinals[i] < 0)
            {
                repairs.Add((line, string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"), RuleCatalog.RepairUnknownColumn));
            }
        }

        return repairs;
    }

    // A file that is plainly of another encoding, or no text at all, is refused before a row is read.
    private static void CheckEncoding(ReadOnlySpan<byte> head, string encoding, string where)
    {
        string? mark = EncodingProbe.ByteOrderMark(head);
        if (mark is not null && !(mark == encoding || (mark == "utf-8-bom" && encoding == "utf-8") || (mark.StartsWith("utf-16", StringComparison.Ordinal) && encoding == "utf-16")))
        {
            throw Wrong(where, mark + " by its byte order mark", encoding, (1, 0));
        }

        if (encoding == "utf-16" && mark is null)
        {
            throw FeedException.Of("FEED-006", where, "no byte order mark", "UTF-16 with a byte order mark", "Ask the sender how the file was exported, or state utf-16le or utf-16be.");
        }

        if (mark is null && EncodingProbe.BinaryKind(head) is { } binary)
        {
            throw FeedException.Of("FEED-006", where, binary, "text in " + encoding, "The wrong file was sent: ask the sender for the right one.");
        }

        IReadOnlyList<string> candidates = EncodingProbe.Candidates(head);
        if (encoding.StartsWith("utf-16", StringComparison.Ordinal))
        {
            if (candidates.Count > 0 && !candidates[0].StartsWith("utf-16", StringComparison.Ordinal))
            {
                throw Wrong(where, candidates[0], encoding, (1, 0));
            }

            return;
        }

        if (candidates is [{ } only, ..] && only.StartsWith("utf-16", StringComparison.Ordinal))
        {
            throw Wrong(where, only, encoding, (1, 0));
        }

        // Single bad rows are rows; a file of which no line can be read, but all in another encoding, is not what was declared.
        (int lines, int readable) = EncodingProbe.Readable(head, encoding);
        bool isUtf8 = encoding.StartsWith("utf-8", StringComparison.Ordinal);
        foreach (string other in candidates.Where(name => name.StartsWith("utf-8", StringComparison.Ordinal) != isUtf8))
        {
            // Bytes that are valid UTF-8 in every line are UTF-8, whatever else could read them.
            if (lines >= 1 && EncodingProbe.Readable(head, other) == (lines, lines) && (readable == 0 || (other == "utf-8" && lines >= 2)))
            {
                throw Wrong(where, other, encoding, EncodingProbe.FirstInvalid(head, encoding) ?? (1, 0));
            }
        }
    }

    private static (HeaderMap Map, int Line) ReadHeader(ICellSource cells, ReadOnlySpan<byte> head, string encoding, RowSourceOptions options)
    {
        FeedContract contract = options.Contract;
        if (!ToHeader(cells, contract))
        {
            throw FeedException.Of("FEED-008", options.Where, "an empty file", string.Create(CultureInfo.InvariantCulture, $"a header row on line {contract.HeaderLine}"), "Ask the sender for the file again.");
        }

        string place = string.Create(CultureInfo.InvariantCulture, $"{options.Where} line {cells.Line}");
        char[] buffer = new char[TextDecoder.MaxChars(TextDecoder.MaxCellBytes)];
        List<string> headers = [];
        for (int i = 0; i < cells.CellCount; i++)
        {
            int count = cells.Text(i, buffer, out _);
            headers.Add(count < 0 ? "?" : HeaderName(buffer.AsSpan(0, count)));
        }

        try
        {
            return (HeaderMap.Of(headers, contract, place), cells.Line);
        }
        catch (FeedException exception) when (HeaderMap.Known(headers, contract) * 2 < contract.Columns.Count(column => column.IsInFile))
        {
            // Most names are missing: is it the encoding?
            foreach (string other in EncodingProbe.Candidates(head))
            {
                if (other != encoding && !other.StartsWith("utf-16", StringComparison.Ordinal) && KnownIn(head, other, contract) * 2 >= contract.Columns.Count(column => column.IsInFile))
                {
                    throw Wrong(options.Where, other, encoding, EncodingProbe.FirstInvalid(head, encoding) ?? (cells.Line, 0), exception);
                }
            }

            throw;
        }
    }

    private static int KnownIn(ReadOnlySpan<byte> head, string encoding, FeedContract contract)
    {
        using DelimitedSource cells = new(new MemoryStream(head.ToArray()), contract.Delimiter, TextDecoder.For(encoding, string.Empty), null, string.Empty);
        char[] buffer = new char[TextDecoder.MaxChars(TextDecoder.MaxCellBytes)];
        List<string> headers = [];
        for (int cell = 0; ToHeader(cells, contract) && cell < cells.CellCount; cell++)
        {
            int count = cells.Text(cell, buffer, out _);
            headers.Add(count < 0 ? "?" : HeaderName(buffer.AsSpan(0, count)));
        }

        return HeaderMap.Known(headers, contract);
    }

    private static bool ToHeader(ICellSource cells, FeedContract contract)
    {
        while (cells.Line < contract.HeaderLine)
        {
            if (!cells.Read())
            {
                return false;
            }
        }

        return true;
    }

    // Spreadsheets break long names over lines and pad short ones.
    private static string HeaderName(ReadOnlySpan<char> text) => text.Trim(" \u3000\t\r\n").ToString().Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", string.Empty, StringComparison.Ordinal);

    private static FeedException Wrong(string where, string found, string expected, (int Line, int Offset) at, FeedException? inner = null) => FeedException.Of(
        "FEED-006",
        string.Create(CultureInfo.InvariantCulture, $"{where} line {at.Line} byte {at.Offset}"),
        "text in " + found,
        expected + " as the manifest states",
        "Ask the sender how the file was exported; if the encoding has changed for good, state it in the contract.",
        inner);

    private static FeedException Gone(string where, Exception exception) => FeedException.Of(
        "FEED-009", where, "a file that cannot be read (" + exception.GetType().Name + ")", "a file that stays in the inbox while it is read", "Put the file into the inbox again, whole, and load once more.", exception);

    private void ParseCells(FeedRow row)
    {
        bool isBlank = true;
        for (int i = 0; i < _columns.Length; i++)
        {
            if (_columns[i] is not { } column)
            {
                continue;
            }

            int count = _cells.Text(i, _text, out TextMarks marks);
            if (count < 0)
            {
                row.Fault[column.Ordinal] = count == -1 ? CellFault.Undecodable : CellFault.TooLong;
                isBlank = false;
                continue;
            }

            ReadOnlySpan<char> text = _text.AsSpan(0, count);
            isBlank = isBlank && (count == 0 || text.IsWhiteSpace());
            if (column.EraColumn is null)
            {
                _parser.Parse(column, text, row, marks);
            }
            else if (marks == TextMarks.None)
            {
                _pending[column.Ordinal] = text.ToString();
            }
            else
            {
                row.Fault[column.Ordinal] = CellFault.Forbidden;
            }
        }

        foreach ((int at, int era) in _beside)
        {
            if (row.Fault[at] == CellFault.None)
            {
                CellParser.ParseBeside(_contract.Columns[at], row.Text[era] ?? string.Empty, _pending[at], row);
            }
        }

        if (isBlank)
        {
            row.RowFault = RuleCatalog.Blank;
        }
    }

    // A cell above that could not be read is not carried down, and neither is one from above a row that could not be told apart.
    private void CarryDown(FeedRow row)
    {
        foreach (int at in _carried)
        {
            if (!row.IsWhole || row.Fault[at] != CellFault.None)
            {
                _above[at] = null;
            }
            else if (row.HasValue[at])
            {
                _above[at] = (row.Text[at], row.Number[at], row.Line);
            }
            else if (_above[at] is { } above && (_contract.Columns[at].CarriesDown || IsMergedWith(above.Line, at)))
            {
                (row.Text[at], row.Number[at]) = (above.Text, above.Number);
                row.HasValue[at] = true;
                row.Repair[at] = RuleCatalog.RepairCarried;
                row.IsRepaired = true;
            }
        }
    }

    // A merged cell has the value of its own first cell, and none where that one is blank, whatever stands further up.
    private bool IsMergedWith(int line, int at) => _cells is SheetSource sheet && sheet.MergedTop(_cellOf[at]) is int top and > 0 && line >= top;

    // A row that breaks rules and whose first text is that of a total is one.
    private bool IsTotal(FeedRow row)
    {
        // Of a total the columns that are read may hold nothing: its word and its number can stand in others.
        if (row.IsMalformed || row.RowFault is not (0 or RuleCatalog.Blank))
        {
            return false;
        }

        Span<char> squeezed = stackalloc char[8];
        for (int i = 0; i < Math.Min(_cells.CellCount, 8); i++)
        {
            int count = _cells.Text(i, _text, out _);
            int length = 0;
            for (int at = 0; at < count; at++)
            {
                if (_text[at] is ' ' or '\u3000' or '\t' or ':' or '：')
                {
                    continue;
                }

                if (length == squeezed.Length)
                {
                    return false;
                }

                squeezed[length++] = _text[at];
            }

            if (length > 0)
            {
                ReadOnlySpan<char> text = squeezed[..length];
                foreach (string total in Totals)
                {
                    if (text.SequenceEqual(total))
                    {
                        return true;
                    }
                }

                return false;
            }
        }

        return false;
    }
}
