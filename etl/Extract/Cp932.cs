using System.Text;

namespace Warehouse.Etl.Extract;

/// <summary>Code page 932 by a table of our own: NEC special characters, NEC-selected and IBM extensions, and the user-defined range.</summary>
/// <remarks>
/// The table is taken from the platform once and made strict: the platform reads the 2,073 unassigned double bytes as U+30FB or a question mark and 80, A0, FD to FF as control or
/// private-use characters, all in silence. F040 to F9FC are U+E000 to U+E757.
/// </remarks>
internal static class Cp932
{
    private static readonly Lazy<char[]> Table = new(Read);

    /// <summary>Returns the count of characters written, or -1 where the bytes are not valid.</summary>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<char> target)
    {
        char[] table = Table.Value;
        int written = 0;
        for (int at = 0; at < bytes.Length; at++)
        {
            byte lead = bytes[at];
            if (lead < 0x80)
            {
                target[written++] = (char)lead;
                continue;
            }

            if (lead is >= 0xA1 and <= 0xDF)
            {
                target[written++] = (char)(0xFF61 + lead - 0xA1);
                continue;
            }

            if (++at == bytes.Length)
            {
                return -1;
            }

            char sign = table[(lead << 8) | bytes[at]];
            if (sign == 0)
            {
                return -1;
            }

            target[written++] = sign;
        }

        return written;
    }

    private static char[] Read()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        // With a fallback of one's own the platform refuses the 398 doubles of NEC and IBM, which one code only is written back to.
        Encoding platform = Encoding.GetEncoding(932);
        char[] table = new char[0x10000];
        byte[] pair = new byte[2];
        for (int lead = 0x81; lead <= 0xFC; lead++)
        {
            if (lead is >= 0xA0 and <= 0xDF)
            {
                continue;
            }

            for (int trail = 0x40; trail <= 0xFC; trail++)
            {
                if (trail == 0x7F)
                {
                    continue;
                }

                int code = (lead << 8) | trail;
                if (lead is >= 0xF0 and <= 0xF9)
                {
                    table[code] = (char)(0xE000 + ((lead - 0xF0) * 188) + trail - 0x40 - (trail > 0x7F ? 1 : 0));
                    continue;
                }

                pair[0] = (byte)lead;
                pair[1] = (byte)trail;
                string text = platform.GetString(pair);
                bool isAssigned = text.Length == 1 && text[0] is not ((>= '\uE000' and <= '\uF8FF') or '?' or '\uFFFD') && (text[0] != '\u30FB' || code == 0x8145);
                table[code] = isAssigned ? text[0] : '\0';
            }
        }

        return table;
    }
}
