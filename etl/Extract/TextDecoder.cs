using System.Text;

namespace Warehouse.Etl.Extract;

/// <summary>Turns the bytes of a cell into text, strictly: a byte sequence that is not valid is a fault, never a replacement sign.</summary>
/// <remarks>CP932 user-defined characters (F040 to F9FC) become U+E000 to U+E757 and are kept.</remarks>
public sealed class TextDecoder
{
    private readonly Encoding _encoding;
    private readonly bool _isCp932;

    private TextDecoder(Encoding encoding, bool isCp932)
    {
        _encoding = encoding;
        _isCp932 = isCp932;
    }

    /// <summary>Returns the decoder of a contract's encoding.</summary>
    /// <exception cref="FeedException">The encoding has no decoder.</exception>
    public static TextDecoder For(string encoding, string where)
    {
        switch (encoding)
        {
            case "cp932":
                Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
                return new TextDecoder(Encoding.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback), true);
            case "utf-8" or "utf-8-bom":
                return new TextDecoder(new UTF8Encoding(false, true), false);
            default:
                throw FeedException.Of("FEED-003", where, $"encoding '{encoding}'", "cp932, utf-8 or utf-8-bom", "Correct the manifest or the contract.");
        }
    }

    /// <summary>Returns the count of characters written to <paramref name="target"/>, or -1 where the bytes are not valid.</summary>
    public int Decode(ReadOnlySpan<byte> bytes, Span<char> target)
    {
        if (Ascii.IsValid(bytes))
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                target[i] = (char)bytes[i];
            }

            return bytes.Length;
        }

        return _isCp932 ? DecodeCp932(bytes, target) : DecodeStrict(bytes, target);
    }

    /// <summary>Returns the text, or null where the bytes are not valid.</summary>
    public string? Decode(ReadOnlySpan<byte> bytes)
    {
        char[] target = new char[bytes.Length];
        int count = Decode(bytes, target);
        return count < 0 ? null : new string(target, 0, count);
    }

    private int DecodeStrict(ReadOnlySpan<byte> bytes, Span<char> target)
    {
        try
        {
            return _encoding.GetChars(bytes, target);
        }
        catch (DecoderFallbackException)
        {
            return -1;
        }
    }

    private int DecodeCp932(ReadOnlySpan<byte> bytes, Span<char> target)
    {
        int written = 0;
        int start = 0;
        int at = 0;
        while (at < bytes.Length)
        {
            byte lead = bytes[at];
            if (lead is < 0x81 or (>= 0xA0 and <= 0xDF))
            {
                // 0x80 and 0xA0 are not assigned; the platform table would let them pass as control characters.
                if (lead is 0x80 or 0xA0)
                {
                    return -1;
                }

                at++;
                continue;
            }

            if (at + 1 >= bytes.Length || lead > 0xFC)
            {
                return -1;
            }

            byte trail = bytes[at + 1];
            if (trail is < 0x40 or 0x7F or > 0xFC)
            {
                return -1;
            }

            if (lead is >= 0xF0 and <= 0xF9)
            {
                int part = DecodeStrict(bytes[start..at], target[written..]);
                if (part < 0)
                {
                    return -1;
                }

                written += part;
                int cell = trail - 0x40 - (trail > 0x7F ? 1 : 0);
                target[written++] = (char)(0xE000 + ((lead - 0xF0) * 188) + cell);
                start = at + 2;
            }

            at += 2;
        }

        int rest = DecodeStrict(bytes[start..], target[written..]);
        if (rest < 0)
        {
            return -1;
        }

        for (int i = written; i < written + rest; i++)
        {
            // Unassigned double bytes come out of the platform table as U+30FB or as private-use signs outside the user range.
            if (target[i] is >= '\uF8F0' and <= '\uF8FF')
            {
                return -1;
            }
        }

        return written + rest;
    }
}
