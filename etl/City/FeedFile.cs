using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Warehouse.Etl.City;

/// <summary>Writes one delivery file and the manifest beside it.</summary>
internal sealed class FeedFile : IDisposable
{
    /// <summary>The watermark of everything this generator writes.</summary>
    public const string Notice = "架空データ: この市・施設・人物はすべて架空であり、実在のものとは関係がない";

    private const int FlushAt = 1 << 18;

    private readonly string _path;
    private readonly string _encodingName;
    private readonly FileStream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Encoding _encoding;
    private readonly StringBuilder _text = new(FlushAt + 4096);
    private readonly WorkbookSheet? _sheet;
    private byte[] _bytes = new byte[FlushAt * 4];

    /// <summary>Starts a file; <paramref name="hasOtherMark"/> writes no byte order mark where one belongs and one where none does, <paramref name="sheet"/> makes it a workbook.</summary>
    public FeedFile(string path, string encodingName, string[] header, bool hasOtherMark = false, WorkbookSheet? sheet = null)
    {
        _path = path;
        _encodingName = encodingName;
        _sheet = sheet;
        _encoding = EncodingOf(encodingName);
        _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        if (encodingName == (hasOtherMark ? "utf-8" : "utf-8-bom"))
        {
            Write([0xEF, 0xBB, 0xBF]);
        }
        else if (encodingName == "utf-16")
        {
            Write([0xFF, 0xFE]);
        }

        if (_sheet is null)
        {
            Append(header);
        }

        Rows = 0;
    }

    /// <summary>Gets the data rows written.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets the bytes written.</summary>
    public long Bytes { get; private set; }

    /// <summary>Returns the encoding of a contract's name; text that does not fit throws.</summary>
    public static Encoding EncodingOf(string name)
    {
        if (name == "cp932")
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
        }

        if (name is "utf-16" or "utf-16le")
        {
            return new UnicodeEncoding(false, false, true);
        }

        return new UTF8Encoding(false, true);
    }

    /// <summary>Appends a row of fields.</summary>
    public void Append(string[] fields)
    {
        if (_sheet is not null)
        {
            _sheet.Add(fields);
            Rows++;
            return;
        }

        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            string field = fields[i];
            if (field.AsSpan().IndexOfAny(',', '"') >= 0)
            {
                _text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                _text.Append(field);
            }
        }

        _text.Append("\r\n");
        Rows++;
        if (_text.Length > FlushAt)
        {
            Flush();
        }
    }

    /// <summary>Appends a row in which <see cref="HardFaults.BadBytes"/> and <see cref="HardFaults.BareQuote"/> stand for what no writer would write.</summary>
    public void AppendBroken(string[] fields)
    {
        if (_sheet is not null)
        {
            Append([.. fields.Select(field => field.Replace(HardFaults.NecBytes, '髙'))]);
            return;
        }

        Flush();
        Append(fields);
        string text = _text.ToString().Replace(HardFaults.BareQuote, '"');
        if (text.Contains(HardFaults.NecBytes, StringComparison.Ordinal))
        {
            AppendNec(text);
            return;
        }

        _text.Clear();
        ReadOnlySpan<byte> bad = _encodingName switch { "cp932" => [0x81, 0xAD], "utf-16" or "utf-16le" => [0x00, 0xD8, 0x41, 0x00], _ => [0xE3, 0x81, 0x41] };
        string[] parts = text.Split(HardFaults.BadBytes);
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                Write(bad);
            }

            Write(_encoding.GetBytes(parts[i]));
        }
    }

    private void AppendNec(string text)
    {
        _text.Clear();
        string[] parts = text.Split(HardFaults.NecBytes);
        for (int i = 0; i < parts.Length; i++)
        {
            Write(i == 0 ? [] : _encodingName == "cp932" ? [0xEE, 0xE0] : _encoding.GetBytes("髙"));
            Write(_encoding.GetBytes(parts[i]));
        }
    }

    /// <summary>Appends whole rows already encoded.</summary>
    public void AppendBytes(ReadOnlySpan<byte> bytes, int rows)
    {
        Flush();
        Write(bytes);
        Rows += rows;
    }

    /// <summary>Appends blank lines, which are no rows: files of the same rows are then not the same file.</summary>
    public void AppendBlank(int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            _text.Append("\r\n");
        }
    }

    /// <summary>Ends the file and writes its manifest.</summary>
    public void Complete(string feed, int from, int to, DateTimeOffset extracted)
    {
        if (_sheet is not null)
        {
            Write(_sheet.ToBytes());
        }

        Flush();
        _stream.Flush();
        string sha = Convert.ToHexStringLower(_hash.GetHashAndReset());
        using var buffer = new MemoryStream();
        var jsonOptions = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, jsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("feed", feed);
            json.WriteString("file_name", Path.GetFileName(_path));
            json.WriteNumber("row_count", Rows);
            json.WriteString("sha256", sha);
            json.WriteString("encoding", _encodingName);
            json.WriteString("extracted_at", extracted.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
            json.WriteString("period_from", CityDates.Format(from, DateShape.Iso));
            json.WriteString("period_to", CityDates.Format(to, DateShape.Iso));
            json.WriteNumber("part", 1);
            json.WriteNumber("parts", 1);
            json.WriteNumber("schema_version", 1);
            json.WriteString("notice", Notice);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        File.WriteAllBytes(_path + ".manifest.json", buffer.ToArray());
        Bytes += buffer.Length;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    private void Flush()
    {
        if (_text.Length == 0)
        {
            return;
        }

        foreach (var chunk in _text.GetChunks())
        {
            int most = _encoding.GetMaxByteCount(chunk.Length);
            if (_bytes.Length < most)
            {
                _bytes = new byte[most];
            }

            // Chunk borders never cut a surrogate pair: all names are in the basic plane.
            Write(_bytes.AsSpan(0, _encoding.GetBytes(chunk.Span, _bytes)));
        }

        _text.Clear();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _hash.AppendData(bytes);
        Bytes += bytes.Length;
    }
}
