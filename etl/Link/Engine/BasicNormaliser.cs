using System.Globalization;
using System.Text;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Normalises by the tables of <see cref="Normalise"/>; Latin letters lose case and accents.</summary>
public sealed class BasicNormaliser : ILinkNormaliser
{
    // Base letters of U+00C0 to U+017F, in the order of the code points; a blank keeps the sign. Own table: String.Normalize does nothing under invariant globalisation.
    private const string Bases =
        "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO OUUUUYTY"
        + "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLLLLLNNNNNNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";

    /// <inheritdoc/>
    public string Version => Normalise.Version + "-l1";

    /// <inheritdoc/>
    public (string Surname, string Given) Name(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int comma = text.IndexOfAny([',', '、', '，']);
        (string surname, string given) = Normalise.Kanji(comma > 0 ? text.Remove(comma, 1).Insert(comma, " ") : text);
        return (Plain(surname), Plain(given));
    }

    /// <inheritdoc/>
    public (string Surname, string Given) Kana(string text)
    {
        (string surname, string given) = Normalise.Kana(text);
        return (Plain(surname), Plain(given));
    }

    /// <inheritdoc/>
    public string KanaFold(string kana) => Normalise.KanaFold(kana);

    /// <inheritdoc/>
    public string Text(string text)
    {
        StringBuilder folded = new();
        foreach (char sign in Normalise.Width(text))
        {
            if (sign == ' ' || char.IsControl(sign))
            {
                if (folded.Length > 0 && folded[^1] != ' ')
                {
                    folded.Append(' ');
                }
            }
            else
            {
                folded.Append(Base(sign));
            }
        }

        return folded.ToString().TrimEnd();
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Address(string text)
    {
        string address = Normalise.Address(text);
        int number = address.AsSpan().IndexOfAnyInRange('0', '9');
        return number < 0 ? [address] : [address[..number].TrimEnd('-'), .. address[number..].Split('-', StringSplitOptions.RemoveEmptyEntries)];
    }

    // Letters and marks of other scripts stay; of ASCII only letters and digits do.
    private static string Plain(string name)
    {
        StringBuilder plain = new(name.Length);
        foreach (char sign in name)
        {
            if (!char.IsAscii(sign) || char.IsAsciiLetterOrDigit(sign))
            {
                plain.Append(Base(sign));
            }
        }

        return plain.ToString();
    }

    private static char Base(char sign)
    {
        int at = sign - 0xC0;
        char folded = at >= 0 && at < Bases.Length && Bases[at] != ' ' ? Bases[at] : sign;
        return char.ToUpper(folded, CultureInfo.InvariantCulture);
    }
}
