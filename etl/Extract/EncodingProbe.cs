using System.Buffers.Binary;
using System.Text;

namespace Warehouse.Etl.Extract;

/// <summary>Says from the first bytes of a file what kind of file it is and which encodings can read it.</summary>
/// <remarks>Pure; looks at what it is given and nothing else. The last bytes may cut a character.</remarks>
public static class EncodingProbe
{
    private static readonly (byte[] Magic, string Name)[] Binaries =
    [
        ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or a workbook (XLSX)"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old office document (XLS or DOC)"),
        ([0x25, 0x50, 0x44, 0x46], "a PDF document"),
        ([0x1F, 0x8B], "a gzip archive"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program"),
        ([0x4D, 0x5A, 0x90, 0x00], "a program"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
    ];

    private static readonly string[] Bytewise = ["utf-8", "cp932", "euc-jis-2004", "shift_jis-2004"];

    /// <summary>Returns the encoding that a byte order mark states, or null.</summary>
    public static string? ByteOrderMark(ReadOnlySpan<byte> head) => head switch
    {
        [0xEF, 0xBB, 0xBF, ..] => "utf-8-bom",
        [0xFF, 0xFE, ..] => "utf-16le",
        [0xFE, 0xFF, ..] => "utf-16be",
        _ => null,
    };

    /// <summary>Returns what a file that holds no text is, or null where it may be text.</summary>
    public static string? BinaryKind(ReadOnlySpan<byte> head)
    {
        foreach ((byte[] magic, string name) in Binaries)
        {
            if (head.StartsWith(magic))
            {
                return name;
            }
        }

        // Text of one byte or more a sign has no NUL; UTF-16 of Japanese and ASCII has them on one side only.
        int nul = head.Count((byte)0);
        return nul > head.Length / 50 && Utf16Order(head) is null ? "binary data" : null;
    }

    /// <summary>Returns the encodings that can read the bytes, the likeliest first; empty where none can.</summary>
    public static IReadOnlyList<string> Candidates(ReadOnlySpan<byte> head)
    {
        if (ByteOrderMark(head) is { } marked)
        {
            return [marked];
        }

        if (BinaryKind(head) is not null)
        {
            return [];
        }

        if (Utf16Order(head) is { } order)
        {
            return [order];
        }

        List<(string Name, int Score)> found = [];
        foreach (string name in Bytewise)
        {
            ReadOnlySpan<byte> whole = Whole(head);
            if (TextDecoder.For(name, string.Empty).Decode(whole) is { } text)
            {
                found.Add((name, Score(text)));
            }
        }

        return found.OrderByDescending(item => item.Score).Select(item => item.Name).ToList();
    }

    /// <summary>Returns the place of the first byte that the encoding cannot read: line from 1 and offset from 0; null where it can read all of them.</summary>
    public static (int Line, int Offset)? FirstInvalid(ReadOnlySpan<byte> head, string encoding)
    {
        TextDecoder decoder = TextDecoder.For(encoding, string.Empty);
        char[] buffer = new char[TextDecoder.MaxChars(head.Length)];
        int line = 1;
        int start = 0;
        ReadOnlySpan<byte> whole = Whole(head);
        while (start < whole.Length)
        {
            int end = whole[start..].IndexOf((byte)'\n') is var found && found < 0 ? whole.Length : start + found;
            if (decoder.Decode(whole[start..end], buffer) < 0)
            {
                int good = start;
                int low = start;
                // The longest head of the line that can be read ends before the byte at fault, or inside the character that holds it.
                for (int at = start + 1; at <= end && at - low <= 8; at++)
                {
                    if (decoder.Decode(whole[start..at], buffer) >= 0)
                    {
                        good = low = at;
                    }
                }

                return (line, good);
            }

            start = end + 1;
            line++;
        }

        return null;
    }

    /// <summary>Returns of the lines that hold more than ASCII how many there are and how many the encoding can read.</summary>
    public static (int Lines, int Readable) Readable(ReadOnlySpan<byte> head, string encoding)
    {
        TextDecoder decoder = TextDecoder.For(encoding, string.Empty);
        ReadOnlySpan<byte> whole = Whole(head);
        char[] buffer = new char[TextDecoder.MaxChars(whole.Length)];
        int lines = 0;
        int readable = 0;
        foreach (Range range in whole.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = whole[range];
            if (!Ascii.IsValid(line))
            {
                lines++;
                readable += decoder.Decode(line, buffer, out TextMarks marks) >= 0 && (marks & TextMarks.Forbidden) == 0 ? 1 : 0;
            }
        }

        return (lines, readable);
    }

    // Up to the last line end, so that no character is cut; all of it where there is none.
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> head) => head.LastIndexOf((byte)'\n') is var end && end >= 0 ? head[..(end + 1)] : head;

    private static string? Utf16Order(ReadOnlySpan<byte> head)
    {
        int pairs = Math.Min(head.Length / 2, 4096);
        if (pairs < 4)
        {
            return null;
        }

        // ASCII signs (digits, commas, line ends) have a NUL on one side; U+3000 has one on the other.
        int little = 0;
        int big = 0;
        int nulBehind = 0;
        int nulBefore = 0;
        for (int i = 0; i < pairs; i++)
        {
            nulBefore += head[i * 2] == 0 ? 1 : 0;
            nulBehind += head[(i * 2) + 1] == 0 ? 1 : 0;
            little += IsUsual(BinaryPrimitives.ReadUInt16LittleEndian(head[(i * 2)..])) ? 1 : 0;
            big += IsUsual(BinaryPrimitives.ReadUInt16BigEndian(head[(i * 2)..])) ? 1 : 0;
        }

        return little >= pairs * 9 / 10 && nulBehind >= pairs / 20 && nulBefore * 2 <= nulBehind ? "utf-16le"
            : big >= pairs * 9 / 10 && nulBefore >= pairs / 20 && nulBehind * 2 <= nulBefore ? "utf-16be"
            : null;
    }

    private static bool IsUsual(int unit) => unit is (>= 0x20 and < 0x7F) or 9 or 10 or 13 or (>= 0x3000 and <= 0x30FF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xFF00 and <= 0xFFEF);

    private static int Score(string text)
    {
        int score = 0;
        foreach (char sign in text)
        {
            score += sign switch
            {
                < '\u0080' => 0,
                >= '\u3040' and <= '\u30FF' => 3,
                >= '\u4E00' and <= '\u9FFF' => 2,
                >= '\uFF61' and <= '\uFF9F' => 0,
                >= '\uE000' and <= '\uF8FF' => -2,
                _ => -1,
            };
        }

        // The same text in fewer signs of the same kinds is likelier than in more.
        return (score * 1000 / Math.Max(1, text.Length)) - text.Count(sign => sign is >= '\uFF61' and <= '\uFF9F');
    }
}
