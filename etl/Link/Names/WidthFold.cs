using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>Brings text into one width: half-width kana with their marks, full-width letters, compatibility forms, hiragana as katakana.</summary>
/// <remarks>
/// Own tables, no ICU: <see cref="string.Normalize(NormalizationForm)"/> does nothing under invariant globalisation. Idempotent.
/// Nulls: characters of private use and broken codes become 〓. Variation selectors, controls and marks that stand alone are dropped.
/// </remarks>
public static class WidthFold
{
    /// <summary>Returns the folded text.</summary>
    public static string Fold(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        CharBuffer folded = new(stackalloc char[256]);
        Write(text, ref folded);
        string result = folded.Text.SequenceEqual(text) ? text : folded.Text.ToString();
        folded.Dispose();
        return result;
    }

    /// <summary>Adds the folded text to a buffer.</summary>
    internal static void Write(scoped ReadOnlySpan<char> text, ref CharBuffer folded)
    {
        char[] table = NameTables.Width;
        for (int i = 0; i < text.Length; i++)
        {
            char sign = table[text[i]];
            if (sign is < '\uD800' or > '\uDFFF')
            {
                folded.Append(sign);
                continue;
            }

            switch (sign)
            {
                case NameTables.VoicedMark or NameTables.SemiVoicedMark:
                    Mark(ref folded, i == 0 ? '\0' : table[text[i - 1]], sign == NameTables.VoicedMark);
                    break;
                case NameTables.Expand:
                    folded.Append(NameTables.Expansions[text[i]]);
                    break;
                case NameTables.High:
                    if (Rune.DecodeFromUtf16(text[i..], out Rune rune, out int used) != System.Buffers.OperationStatus.Done)
                    {
                        folded.Append(NameTables.Wildcard);
                        break;
                    }

                    i += used - 1;
                    Beyond(rune, text.Slice(i - used + 1, used), ref folded);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Puts a voiced or half-voiced mark on the last kana; a mark that nothing can carry is dropped.</summary>
    /// <param name="folded">The text so far.</param>
    /// <param name="before">The character right before the mark, in one width.</param>
    /// <param name="isVoiced">Whether the mark is the voiced one.</param>
    internal static void Mark(ref CharBuffer folded, char before, bool isVoiced)
    {
        // The mark belongs to its neighbour; a character that was dropped in between has taken it along.
        if ((isVoiced ? NameTables.Voiced(before) : NameTables.SemiVoiced(before)) == 0)
        {
            return;
        }

        char marked = isVoiced ? NameTables.Voiced(folded.Last) : NameTables.SemiVoiced(folded.Last);
        if (marked != 0)
        {
            folded.ReplaceLast(marked);
        }
    }

    private static void Beyond(Rune rune, scoped ReadOnlySpan<char> units, ref CharBuffer folded)
    {
        if (rune.Value is >= 0xE0000 and <= 0xE0FFF)
        {
            return;
        }

        if (rune.Value >= 0xF0000)
        {
            folded.Append(NameTables.Wildcard);
        }
        else if (NameTables.Beyond.TryGetValue(rune.Value, out string? stands))
        {
            folded.Append(stands);
        }
        else
        {
            folded.Append(units);
        }
    }
}
