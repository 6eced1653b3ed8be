using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Warehouse.Etl.Extract;

/// <summary>Turns the bytes of a cell into text, strictly: a byte sequence that is not valid is a fault, never a replacement sign.</summary>
/// <remarks>
/// Encodings: <c>cp932</c>, <c>utf-8</c>, <c>utf-8-bom</c>, <c>shift_jis-2004</c>, <c>euc-jis-2004</c>, and <c>utf-16le</c>, <c>utf-16be</c>, <c>utf-16</c>, whose files
/// <see cref="Utf16Stream"/> brings into UTF-8 before they are split. Twins come into one form (<see cref="Twins"/>), private-use characters are read by the vendor's
/// map or kept. Not bound to a file; thread-safe.
/// </remarks>
public sealed class TextDecoder
{
    /// <summary>The most bytes of a cell; a longer one is a fault.</summary>
    public const int MaxCellBytes = 4096;

    private static readonly string[] Known = ["cp932", "utf-8", "utf-8-bom", "utf-16", "utf-16le", "utf-16be", "shift_jis-2004", "euc-jis-2004"];

    // C0 without tab and line ends, DEL, C1, U+FFFD and the noncharacters of the basic plane.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Where(code => code is not (9 or 10 or 13) and (< 0x20 or > 0x7E)).Select(code => (char)code), '\uFFFD', '\uFFFE', '\uFFFF', .. Enumerable.Range(0xFDD0, 32).Select(code => (char)code)]);

    private readonly Kind _kind;
    private readonly VendorCharacters _characters;

    private TextDecoder(Kind kind, VendorCharacters characters)
    {
        _kind = kind;
        _characters = characters;
    }

    private enum Kind
    {
        Cp932,
        Utf8,
        ShiftJis2004,
        EucJis2004,
    }

    /// <summary>The names of all encodings that have a decoder.</summary>
    public static IReadOnlyList<string> Encodings => Known;

    /// <summary>Returns the decoder of a contract's encoding.</summary>
    /// <exception cref="FeedException">The encoding has no decoder.</exception>
    public static TextDecoder For(string encoding, string where, VendorCharacters? characters = null)
    {
        Kind kind = encoding switch
        {
            "cp932" => Kind.Cp932,
            "utf-8" or "utf-8-bom" or "utf-16" or "utf-16le" or "utf-16be" => Kind.Utf8,
            "shift_jis-2004" => Kind.ShiftJis2004,
            "euc-jis-2004" => Kind.EucJis2004,
            _ => throw FeedException.Of("FEED-003", where, $"encoding '{encoding}'", "one of " + string.Join(", ", Known), "Correct the manifest or the contract."),
        };
        return new TextDecoder(kind, characters ?? VendorCharacters.None);
    }

    /// <summary>Returns whether a sign may stand between cells of a text in this encoding: one of ASCII that is no part of a value and never half of a character.</summary>
    /// <remarks>In CP932 and Shift_JIS-2004 the second byte of a character is 40 (hex) or above, so that a bar is one; in the others ASCII bytes stand for themselves only.</remarks>
    public static bool AllowsDelimiter(string encoding, char sign) =>
        sign < 0x80 && sign is '\t' or (>= ' ' and not '"' and not (>= '0' and <= '9') and < '@') or '|' && (sign < 0x40 || encoding is not ("cp932" or "shift_jis-2004"));

    /// <summary>Returns the characters that decoding so many bytes may need at most.</summary>
    /// <remarks>Two bytes can be one private-use character, and that can stand for three code points outside the basic plane.</remarks>
    public static int MaxChars(int byteCount) => byteCount * 3;

    /// <summary>Returns the count of characters written to <paramref name="target"/>, or -1 where the bytes are not valid.</summary>
    /// <remarks>The target holds at least <see cref="MaxChars"/> of the bytes.</remarks>
    public int Decode(ReadOnlySpan<byte> bytes, Span<char> target, out TextMarks marks)
    {
        marks = TextMarks.None;
        if (Ascii.IsValid(bytes))
        {
            Ascii.ToUtf16(bytes, target, out int ascii);
            marks = target[..ascii].IndexOfAny(Forbidden) < 0 ? TextMarks.None : TextMarks.Forbidden;
            return ascii;
        }

        int count = _kind switch
        {
            Kind.Cp932 => Cp932.Decode(bytes, target),
            Kind.ShiftJis2004 => Jisx0213.DecodeShiftJis(bytes, target),
            Kind.EucJis2004 => Jisx0213.DecodeEuc(bytes, target),
            _ => Utf8.ToUtf16(bytes, target, out _, out int utf8, replaceInvalidSequences: false) == OperationStatus.Done ? utf8 : -1,
        };
        if (count < 0)
        {
            return -1;
        }

        return Finish(target, count, out marks);
    }

    /// <summary>Returns the count of characters of a text that was decoded by others, such as a workbook's, after the same treatment; -1 where half a character stands alone.</summary>
    public int Take(ReadOnlySpan<char> text, Span<char> target, out TextMarks marks)
    {
        text.CopyTo(target);
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                marks = TextMarks.None;
                return -1;
            }
        }

        return Finish(target, text.Length, out marks);
    }

    /// <summary>Returns the count of characters written to <paramref name="target"/>, or -1 where the bytes are not valid.</summary>
    public int Decode(ReadOnlySpan<byte> bytes, Span<char> target) => Decode(bytes, target, out _);

    /// <summary>Returns the text, or null where the bytes are not valid.</summary>
    public string? Decode(ReadOnlySpan<byte> bytes)
    {
        char[] target = new char[MaxChars(bytes.Length)];
        int count = Decode(bytes, target, out _);
        return count < 0 ? null : new string(target, 0, count);
    }

    private int Finish(Span<char> target, int count, out TextMarks marks)
    {
        Span<char> text = target[..count];
        marks = text.IndexOfAny(Forbidden) >= 0 ? TextMarks.Forbidden : TextMarks.None;
        Twins.Fold(text);
        int at = text.IndexOfAnyInRange('\uE000', '\uF8FF');
        if (at >= 0)
        {
            count = ReadPrivateUse(target, count, at, ref marks);
        }

        // Lead surrogates of planes 15 and 16, which are private use as a whole.
        if (target[..count].IndexOfAnyInRange('\uDB80', '\uDBFF') >= 0)
        {
            marks |= TextMarks.PrivateUseUnknown;
        }

        return count;
    }

    private int ReadPrivateUse(Span<char> target, int count, int at, ref TextMarks marks)
    {
        string tail = target[at..count].ToString();
        int written = at;
        foreach (char sign in tail)
        {
            if (sign is < '\uE000' or > '\uF8FF')
            {
                target[written++] = sign;
            }
            else if (_characters.Meaning(sign) is { } meaning)
            {
                meaning.CopyTo(target[written..]);
                written += meaning.Length;
                marks |= TextMarks.PrivateUseRead;
            }
            else
            {
                target[written++] = sign;
                marks |= TextMarks.PrivateUseUnknown;
            }
        }

        return written;
    }
}
