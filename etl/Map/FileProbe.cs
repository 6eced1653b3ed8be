using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>The outer form of an unknown delimited file or workbook, found from its bytes.</summary>
/// <param name="Encoding">As contracts name it.</param>
/// <param name="Delimiter">The sign between cells.</param>
/// <param name="Newline"><c>crlf</c>, <c>lf</c>, <c>cr</c> or <c>mixed</c>.</param>
/// <param name="HeaderLine">The line of the header, from 1.</param>
/// <param name="Headers">The headers as written.</param>
/// <param name="Bytes">The content in an encoding whose delimiters are single bytes; of a workbook its rows as CSV in UTF-8, each in the line of its number.</param>
/// <remarks>Errors: <see cref="FeedException"/> MAP-010 for what is no delimited text or sheet with a header, FEED-012 and FEED-013 for a workbook that may not or cannot be opened.
/// Cost: one pass over at most 4 MB; of a workbook two passes over its rows.</remarks>
public sealed record FileProbe(string Encoding, char Delimiter, string Newline, int HeaderLine, IReadOnlyList<string> Headers, byte[] Bytes)
{
    private const int SampleBytes = 1 << 22;
    private const int SampleRecords = 300;
    private const int TitleRecords = 15;

    /// <summary>The sheet that was asked for; null where the workbook has one visible sheet, or the file is text.</summary>
    public string? Sheet { get; init; }

    /// <summary>For each column the cells that are merged with the one above; their value is that of the cell above.</summary>
    public IReadOnlyList<long> Merged { get; init; } = [];

    /// <summary>The decoder of <see cref="Bytes"/>.</summary>
    internal TextDecoder Decoder => TextDecoder.For(Encoding is "utf-16le" or FeedContract.Workbook ? "utf-8" : Encoding, "file");

    /// <summary>Returns the form of a file; <paramref name="sheet"/> names a sheet of a workbook that has several.</summary>
    public static FileProbe Read(string path, string? sheet = null)
    {
        string name = Path.GetFileName(path);
        if (new FileInfo(path).Length > WorkbookGuard.MaxFileBytes && StartsAsArchive(path))
        {
            throw FeedException.Of("FEED-012", name, "a workbook of more than 64 MB", "at most 64 MB", "Ask the sender for the data as CSV.");
        }

        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length == 0)
        {
            throw Unusable(name, "an empty file", "Ask the sender for the file again.");
        }

        if (bytes.AsSpan().StartsWith("PK\u0003\u0004"u8))
        {
            return FromWorkbook(bytes, sheet, name);
        }

        string encoding = EncodingOf(bytes, name);
        byte[] content = encoding == "utf-16le" ? FromUtf16(bytes, name) : bytes;
        TextDecoder decoder = TextDecoder.For(encoding == "utf-16le" ? "utf-8" : encoding, name);
        // In CP932 the second byte of a character may be a bar: such a file cannot be cut by bytes.
        char delimiter = DelimiterOf(content, encoding == "cp932" ? ",\t;" : ",\t;|", name, out int width);
        (int line, List<string> headers) = HeaderOf(content, delimiter, width, decoder, name);
        return new FileProbe(encoding, delimiter, NewlineOf(content), line, headers, content);
    }

    private static bool StartsAsArchive(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        return stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head.SequenceEqual("PK\u0003\u0004"u8);
    }

    private static FileProbe FromWorkbook(byte[] bytes, string? sheet, string name)
    {
        TextDecoder decoder = TextDecoder.For("utf-8", name);
        (byte[] content, int width, List<long> merged) = SheetText.Of(bytes, sheet, decoder, name);
        if (width < 2)
        {
            throw Unusable(name, "a sheet without a table", "Name the sheet that holds the table with --sheet.");
        }

        (int line, List<string> headers) = HeaderOf(content, ',', width, decoder, name);
        return new FileProbe(FeedContract.Workbook, ',', "crlf", line, headers, content) { Sheet = sheet, Merged = merged };
    }

    private static FeedException Unusable(string name, string found, string todo) =>
        FeedException.Of("MAP-010", name, found, "a delimited text file or a workbook (XLSX) with a header row", todo);

    private static string EncodingOf(byte[] bytes, string name)
    {
        ReadOnlySpan<byte> head = bytes.AsSpan(0, Math.Min(bytes.Length, SampleBytes));
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw Unusable(name, "a spreadsheet of the old kind (XLS) or one with a password", "Save it as a workbook (XLSX) without a password, or the sheet as CSV (UTF-8), and give that file.");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return "utf-8-bom";
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return "utf-16le";
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            throw Unusable(name, "UTF-16 with the high byte first", "Ask the sender for UTF-8, CP932 or UTF-16LE.");
        }

        int nul = head.IndexOf((byte)0);
        if (nul >= 0)
        {
            throw Unusable(name, string.Create(CultureInfo.InvariantCulture, $"a NUL byte at {nul}"), "This is a binary file, or text in an encoding that it does not name: ask the sender how it was exported.");
        }

        // A character that the sample cuts in two is not held against the file.
        for (int cut = 0; cut < 4 && cut < head.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
            {
                return "utf-8";
            }

            if (head.Length == bytes.Length)
            {
                break;
            }
        }

        (int good, int bad) = Lines(head, TextDecoder.For("cp932", name));
        return good > 0 && good >= bad * 20
            ? "cp932"
            : throw Unusable(name, string.Create(CultureInfo.InvariantCulture, $"{bad} of {good + bad} lines that are neither UTF-8 nor CP932"), "Ask the sender for the encoding of the file.");
    }

    private static (int Good, int Bad) Lines(ReadOnlySpan<byte> bytes, TextDecoder decoder)
    {
        int good = 0;
        int bad = 0;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = bytes[range].TrimEnd((byte)'\r');
            if (line.Length == 0)
            {
                continue;
            }

            if (decoder.Decode(line) is null)
            {
                bad++;
            }
            else
            {
                good++;
            }
        }

        return (good, bad);
    }

    private static byte[] FromUtf16(byte[] bytes, string name)
    {
        try
        {
            return Utf8.GetBytes(new UnicodeEncoding(false, true, true).GetString(bytes, 2, bytes.Length - 2));
        }
        catch (ArgumentException)
        {
            throw Unusable(name, "UTF-16 with broken characters", "The file was cut off on the way: ask the sender for it again.");
        }
    }

    private static char DelimiterOf(byte[] bytes, string signs, string name, out int width)
    {
        char best = '\0';
        double score = 0;
        width = 0;
        foreach (char sign in signs)
        {
            RecordReader reader = new(bytes, bytes.Length, (byte)sign);
            Dictionary<int, int> counts = [];
            int records = 0;
            while (records < SampleRecords && reader.Read())
            {
                records++;
                counts[reader.CellCount] = counts.GetValueOrDefault(reader.CellCount) + 1;
            }

            (int cells, int often) = counts.Where(count => count.Key > 1).OrderByDescending(count => count.Value * Math.Log(count.Key + 1)).Select(count => (count.Key, count.Value)).FirstOrDefault();
            double found = cells == 0 ? 0 : (double)often / records * Math.Log(cells + 1);
            if (found > score)
            {
                (best, score, width) = (sign, found, cells);
            }
        }

        return score > 0 ? best : throw Unusable(name, "lines without a comma, tab, semicolon or (not in CP932) bar between cells", "A file of fixed width, or of CP932 with bars, has to be exported with tabs or commas.");
    }

    private static string NewlineOf(byte[] bytes)
    {
        ReadOnlySpan<byte> head = bytes.AsSpan(0, Math.Min(bytes.Length, SampleBytes));
        int both = head.Count("\r\n"u8);
        int returns = head.Count((byte)'\r') - both;
        int feeds = head.Count((byte)'\n') - both;
        return (both > 0, feeds > 0, returns > 0) switch
        {
            (true, false, false) => "crlf",
            (false, true, false) => "lf",
            (false, false, true) => "cr",
            _ => "mixed",
        };
    }

    // The header is the first record of full width that reads like names: filled, each once, no numbers and no dates.
    private static (int Line, List<string> Headers) HeaderOf(byte[] bytes, char delimiter, int width, TextDecoder decoder, string name)
    {
        RecordReader reader = new(bytes, bytes.Length, (byte)delimiter);
        byte[] scratch = new byte[4096];
        for (int record = 0; record < TitleRecords && reader.Read(); record++)
        {
            if (reader.CellCount != width || reader.IsMalformed)
            {
                continue;
            }

            List<string> headers = [];
            foreach (Cell cell in reader.Cells)
            {
                headers.Add(cell.Length > scratch.Length ? "" : (decoder.Decode(reader.Content(cell, scratch)) ?? "").Trim());
            }

            bool isHeader = headers.All(header => header.Length is > 0 and <= 60 && !CellShape.IsValue(header)) && headers.Distinct(StringComparer.Ordinal).Count() == headers.Count;
            if (!isHeader && headers.Count(header => header.Length == 0) * 2 >= headers.Count)
            {
                // A title whose other cells a spreadsheet left blank.
                continue;
            }

            return isHeader
                ? (reader.Line, headers)
                : throw Unusable(name, string.Create(CultureInfo.InvariantCulture, $"line {reader.Line} of {width} cells, of which some are blank, doubled, a number or a date"), "A header row is needed above the data, each name once: ask the sender to export the names of the columns.");
        }

        throw Unusable(name, string.Create(CultureInfo.InvariantCulture, $"no line of {width} cells among the first {TitleRecords}"), "A header row is needed above the data.");
    }

    private static readonly UTF8Encoding Utf8 = new(false);
}
