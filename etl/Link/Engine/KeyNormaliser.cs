using Warehouse.Etl.Link.Names;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Normalises by the tables of <see cref="Names"/>: forms of a kanji of tier 1 have one key, what is unknown is 〓, addresses come in parts.</summary>
/// <remarks>Pure and thread-safe. Tier 2 is no key; <see cref="NameField"/> compares by it.</remarks>
public sealed class KeyNormaliser : ILinkNormaliser
{
    /// <inheritdoc/>
    public string Version => NameNormaliser.Version + "-l1";

    /// <inheritdoc/>
    public (string Surname, string Given) Name(string text)
    {
        PersonName name = PersonName.Parse(text);
        return (Known(KanjiKeys.Fold(name.Surname)), Known(KanjiKeys.Fold(name.Given)));
    }

    /// <inheritdoc/>
    public (string Surname, string Given) Kana(string text)
    {
        PersonName name = PersonName.Parse(text);
        return (KanaKeys.Norm(name.Surname), KanaKeys.Norm(name.Given));
    }

    /// <inheritdoc/>
    public string KanaFold(string kana) => KanaKeys.Fold(kana);

    /// <inheritdoc/>
    public string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        CharBuffer wide = new(stackalloc char[256]);
        WidthFold.Write(text, ref wide);
        CharBuffer plain = new(stackalloc char[256]);
        foreach (char sign in wide.Text)
        {
            if (sign == ' ')
            {
                if (plain.Length > 0 && plain.Last != ' ')
                {
                    plain.Append(' ');
                }
            }
            else
            {
                // The table of names takes marks off letters; all else stays what it is.
                char name = NameTables.Kanji[sign];
                plain.Append(char.IsAsciiLetterUpper(name) ? name : sign);
            }
        }

        string result = plain.Text.TrimEnd().ToString();
        wide.Dispose();
        plain.Dispose();
        return result;
    }

    /// <inheritdoc/>
    /// <remarks>The first part is the town, after its city and a slash where the city is written; a room is the last part and begins with <c>#</c>.</remarks>
    public IReadOnlyList<string> Address(string text)
    {
        AddressParts parts = AddressParser.Parse(text);
        if (parts.Town.Length == 0)
        {
            return parts.Numbers.Length == 0 && parts.Building.Length == 0 ? [] : [Text(text)];
        }

        string town = parts.City.Length == 0 ? parts.Town : parts.City + "/" + parts.Town;
        string[] numbers = parts.Numbers.Length == 0 ? [] : parts.Numbers.Split('-');
        return parts.Room.Length == 0 ? [town, .. numbers] : [town, .. numbers, "#" + parts.Room];
    }

    // Of a form of which no character is known nothing is known.
    private static string Known(string key) => key.AsSpan().IndexOfAnyExcept(NameTables.Wildcard) < 0 ? "" : key;
}
