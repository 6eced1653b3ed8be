using System.Text;

namespace Warehouse.Etl.Link.Names;

/// <summary>How two written names agree.</summary>
public enum KanjiAgreement
{
    /// <summary>One of the two is empty or has nothing but wildcards: nothing is known.</summary>
    Unknown = 0,

    /// <summary>The keys differ.</summary>
    Differs = 1,

    /// <summary>Equal but for characters that are taken for each other (tier 2).</summary>
    VariantLike = 2,

    /// <summary>Equal where both are known; a wildcard stands against some character.</summary>
    EqualWithWildcard = 3,

    /// <summary>The keys are equal.</summary>
    Equal = 4,
}

/// <summary>Makes the key of a written name and compares keys.</summary>
/// <remarks>
/// Tier 1: forms of one kanji have one key, closed over their tables (<c>Data/variants.txt</c>). Tier 2: pairs that are only like each other
/// (<c>Data/variants2.txt</c>, <c>Data/hand.txt</c>), one hop for each character and never chained, so it is no key and cannot become one.
/// </remarks>
public static class KanjiKeys
{
    /// <summary>Returns the key: one width, katakana for hiragana, Latin capitals without marks, the usual form of every kanji, 〓 for what is unknown; no blanks and no separators.</summary>
    public static string Fold(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        CharBuffer key = new(stackalloc char[128]);
        WriteFold(text, ref key);
        string result = key.Text.SequenceEqual(text) ? text : key.Text.ToString();
        key.Dispose();
        return result;
    }

    /// <summary>Returns the usual form of a kanji, or the character itself.</summary>
    public static Rune Canonical(Rune character)
    {
        if (character.IsBmp)
        {
            char to = NameTables.Kanji[character.Value];
            return to is >= '\uD800' and <= '\uDFFF' ? character : new Rune(to);
        }

        return NameTables.BeyondVariants.TryGetValue(character.Value, out char usual) ? new Rune(usual)
            : NameTables.Beyond.TryGetValue(character.Value, out string? stands) && Rune.DecodeFromUtf16(stands, out Rune one, out int used) == System.Buffers.OperationStatus.Done && used == stands.Length ? Canonical(one)
            : character;
    }

    /// <summary>Returns whether two characters are one kanji (tier 1) or taken for each other (tier 2).</summary>
    /// <remarks>Symmetric and reflexive, not transitive: 斉 is like 斎 and 斎 like another, but nothing follows for 斉.</remarks>
    public static bool VariantLike(Rune a, Rune b)
    {
        int one = Canonical(a).Value;
        int two = Canonical(b).Value;
        return one == two || NameTables.Like.Contains(NameTables.PairKey(one, two));
    }

    /// <summary>Returns how two keys agree.</summary>
    /// <param name="a">A key as <see cref="Fold"/> gives it.</param>
    /// <param name="b">Another.</param>
    public static KanjiAgreement Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        bool isKnown = false;
        bool isWild = false;
        bool isLike = false;
        SpanRuneEnumerator left = a.EnumerateRunes();
        SpanRuneEnumerator right = b.EnumerateRunes();
        while (true)
        {
            bool more = left.MoveNext();
            if (more != right.MoveNext())
            {
                return a.IsEmpty || b.IsEmpty ? KanjiAgreement.Unknown : KanjiAgreement.Differs;
            }

            if (!more)
            {
                break;
            }

            if (left.Current.Value == NameTables.Wildcard || right.Current.Value == NameTables.Wildcard)
            {
                isWild = true;
            }
            else if (left.Current == right.Current)
            {
                isKnown = true;
            }
            else if (NameTables.Like.Contains(NameTables.PairKey(left.Current.Value, right.Current.Value)))
            {
                isKnown = true;
                isLike = true;
            }
            else
            {
                return KanjiAgreement.Differs;
            }
        }

        return !isKnown ? KanjiAgreement.Unknown : isLike ? KanjiAgreement.VariantLike : isWild ? KanjiAgreement.EqualWithWildcard : KanjiAgreement.Equal;
    }

    /// <summary>Adds the key to a buffer.</summary>
    internal static void WriteFold(scoped ReadOnlySpan<char> text, ref CharBuffer key)
    {
        char[] table = NameTables.Kanji;
        int start = key.Length;
        for (int i = 0; i < text.Length; i++)
        {
            char sign = table[text[i]];
            if (sign is < '\uD800' or > '\uDFFF')
            {
                key.Append(sign);
                continue;
            }

            switch (sign)
            {
                case NameTables.Drop:
                    break;
                case NameTables.Dash when NameTables.IsKana(key.Last):
                    key.Append('ー');
                    break;
                case NameTables.VoicedMark or NameTables.SemiVoicedMark:
                    WidthFold.Mark(ref key, i == 0 ? '\0' : NameTables.Width[text[i - 1]], sign == NameTables.VoicedMark);
                    break;
                case NameTables.RepeatKanji when key.Length > start && key.Last is not NameTables.Wildcard:
                    Repeat(ref key);
                    break;
                case NameTables.RepeatKanji:
                    key.Append(NameTables.Wildcard);
                    break;
                case NameTables.RepeatKana or NameTables.RepeatVoiced when NameTables.IsKana(key.Last) && key.Last != 'ー':
                    char voiced = sign == NameTables.RepeatVoiced ? NameTables.Voiced(key.Last) : '\0';
                    key.Append(voiced != 0 ? voiced : key.Last);
                    break;
                case NameTables.Expand:
                    WriteFold(NameTables.Expansions[text[i]], ref key);
                    break;
                case NameTables.High:
                    i += Beyond(text[i..], ref key);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Repeat(ref CharBuffer key)
    {
        if (char.IsLowSurrogate(key.Last) && key.Length > 1)
        {
            ReadOnlySpan<char> pair = [key.Text[^2], key.Text[^1]];
            key.Append(pair);
        }
        else
        {
            key.Append(key.Last);
        }
    }

    private static int Beyond(scoped ReadOnlySpan<char> text, ref CharBuffer key)
    {
        if (Rune.DecodeFromUtf16(text, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || rune.Value >= 0xF0000)
        {
            key.Append(NameTables.Wildcard);
        }
        else if (rune.Value is >= 0xE0000 and <= 0xE0FFF)
        {
            return used - 1;
        }
        else if (NameTables.BeyondVariants.TryGetValue(rune.Value, out char usual))
        {
            key.Append(usual);
        }
        else if (NameTables.Beyond.TryGetValue(rune.Value, out string? stands))
        {
            WriteFold(stands, ref key);
        }
        else
        {
            key.Append(text[..used]);
        }

        return used - 1;
    }
}
