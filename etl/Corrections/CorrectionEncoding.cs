using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Corrections;

/// <summary>The encodings in which reports are written and rows are brought back.</summary>
internal static class CorrectionEncoding
{
    /// <summary>Returns the encoding in which rows of a file go out and come back: the file's own where spreadsheets write it, UTF-8 otherwise.</summary>
    public static string Outer(string name) => name is "cp932" or "utf-8" or "utf-8-bom" ? name : "utf-8-bom";

    /// <summary>Returns the name of the encoding of a file with the order of its bytes, which its header shows.</summary>
    public static string Exact(string name, ReadOnlySpan<byte> header, byte delimiter)
    {
        bool isBig = false;
        for (int i = 0; i + 1 < header.Length; i += 2)
        {
            isBig |= header[i] == 0 && header[i + 1] == delimiter;
        }

        return name == "utf-16" ? isBig ? "utf-16be" : "utf-16le" : name;
    }

    /// <summary>Returns a record of a file as it goes out; a sign whose bytes are not valid becomes 〓, except in the encodings that go out as they are.</summary>
    public static byte[] Outward(byte[] record, string name, byte delimiter)
    {
        if (Outer(name) == name)
        {
            return record;
        }

        bool isWide = name.StartsWith("utf-16", StringComparison.Ordinal);
        byte[] bytes = record;
        if (isWide)
        {
            using MemoryStream utf8 = new();
            using Utf16Stream stream = new(new MemoryStream(record), name == "utf-16be", name);
            stream.CopyTo(utf8);
            bytes = utf8.ToArray();
        }

        RecordReader reader = new(bytes, bytes.Length, delimiter);
        TextDecoder decoder = TextDecoder.For(isWide ? "utf-8" : name, name);
        if (!reader.Read() || reader.IsMalformed || decoder.Decode(bytes) is not null)
        {
            return isWide ? bytes : new UTF8Encoding(false).GetBytes(decoder.Decode(bytes) ?? "〓");
        }

        using MemoryStream written = new();
        bool isFirst = true;
        foreach (byte[] cell in CorrectionReport.All(reader, bytes))
        {
            if (!isFirst)
            {
                written.WriteByte(delimiter);
            }

            isFirst = false;
            CorrectionReport.Append(written, new UTF8Encoding(false).GetBytes(decoder.Decode(cell) ?? "〓"), delimiter);
        }

        return written.ToArray();
    }

    /// <summary>Returns the encoding of a contract's name; text that does not fit throws.</summary>
    public static Encoding Strict(string name) => name == "cp932"
        ? CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!
        : new UTF8Encoding(false, true);

    /// <summary>Returns the encoding of a contract's name; a sign that does not fit becomes a question mark.</summary>
    public static Encoding Lenient(string name) => name == "cp932" ? CodePagesEncodingProvider.Instance.GetEncoding(932)! : new UTF8Encoding(false);
}
