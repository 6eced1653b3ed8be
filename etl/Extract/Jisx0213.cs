using System.Globalization;

namespace Warehouse.Etl.Extract;

/// <summary>JIS X 0213:2004 in its two byte forms, Shift_JIS-2004 and EUC-JIS-2004; some cells are two code points (か゚).</summary>
/// <remarks>Single bytes 5C and 7E are read as <c>\</c> and <c>~</c>, as the systems that send such files mean them.</remarks>
internal static class Jisx0213
{
    private const int Side = 94;

    private static readonly Lazy<string?[]> Cells = new(Read);

    // The rows of plane 2 that lead bytes F0 to F4 stand for; from F5 on they follow each other from row 79.
    private static readonly (int First, int Second)[] PlaneTwo = [(1, 8), (3, 4), (5, 12), (13, 14), (15, 78)];

    /// <summary>Returns the count of characters written, or -1 where the bytes are not valid.</summary>
    public static int DecodeShiftJis(ReadOnlySpan<byte> bytes, Span<char> target)
    {
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

            if (lead is 0x80 or 0xA0 or > 0xFC || ++at == bytes.Length || bytes[at] is < 0x40 or 0x7F or > 0xFC)
            {
                return -1;
            }

            bool isSecond = bytes[at] >= 0x9F;
            int cell = isSecond ? bytes[at] - 0x9E : bytes[at] - 0x3F - (bytes[at] > 0x7F ? 1 : 0);
            int plane = lead >= 0xF0 ? 2 : 1;
            int row;
            if (plane == 2)
            {
                (int first, int second) = lead <= 0xF4 ? PlaneTwo[lead - 0xF0] : (79 + (2 * (lead - 0xF5)), 80 + (2 * (lead - 0xF5)));
                row = isSecond ? second : first;
            }
            else
            {
                row = ((lead < 0xA0 ? lead - 0x81 : lead - 0xC1) * 2) + (isSecond ? 2 : 1);
            }

            if (!Put(plane, row, cell, target, ref written))
            {
                return -1;
            }
        }

        return written;
    }

    /// <summary>Returns the count of characters written, or -1 where the bytes are not valid.</summary>
    public static int DecodeEuc(ReadOnlySpan<byte> bytes, Span<char> target)
    {
        int written = 0;
        int at = 0;
        while (at < bytes.Length)
        {
            byte lead = bytes[at];
            if (lead < 0x80)
            {
                target[written++] = (char)lead;
                at++;
            }
            else if (lead == 0x8E)
            {
                if (at + 1 >= bytes.Length || bytes[at + 1] is < 0xA1 or > 0xDF)
                {
                    return -1;
                }

                target[written++] = (char)(0xFF61 + bytes[at + 1] - 0xA1);
                at += 2;
            }
            else
            {
                int from = lead == 0x8F ? at + 1 : at;
                if (from + 1 >= bytes.Length || bytes[from] is < 0xA1 or > 0xFE || bytes[from + 1] is < 0xA1 or > 0xFE
                    || !Put(lead == 0x8F ? 2 : 1, bytes[from] - 0xA0, bytes[from + 1] - 0xA0, target, ref written))
                {
                    return -1;
                }

                at = from + 2;
            }
        }

        return written;
    }

    private static bool Put(int plane, int row, int cell, Span<char> target, ref int written)
    {
        if (row is < 1 or > Side || Cells.Value[(((((plane - 1) * Side) + row) - 1) * Side) + cell - 1] is not { } text)
        {
            return false;
        }

        text.CopyTo(target[written..]);
        written += text.Length;
        return true;
    }

    private static string?[] Read()
    {
        string?[] cells = new string?[2 * Side * Side];
        using StreamReader reader = new(typeof(Jisx0213).Assembly.GetManifestResourceStream("extract/jisx0213.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split(' ');
            int row = int.Parse(parts[0][2..], CultureInfo.InvariantCulture);
            int start = ((((parts[0][0] - '1') * Side) + row) - 1) * Side;
            for (int i = 1; i < parts.Length; i++)
            {
                cells[start + i - 1] = parts[i] == "-" ? null : string.Concat(parts[i].Split('+').Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
            }
        }

        return cells;
    }
}
