using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Warehouse.Etl.Extract;

/// <summary>What the private-use characters of one vendor mean; the city states it in <c>reference/character.csv</c>.</summary>
/// <remarks>
/// Columns: <c>vendor,code,mj_name,unicode,note</c>. <c>code</c> is the CP932 code (<c>F040</c>) or the code point (<c>U+E000</c>); <c>unicode</c> is one to three code
/// points (<c>U+8FBB U+E0101</c>) or empty where the meaning is not known. A character that is not listed, or has no meaning, stays as it is, with a flag.
/// </remarks>
public sealed class VendorCharacters
{
    /// <summary>No vendor's characters are known.</summary>
    public static readonly VendorCharacters None = new(FrozenDictionary<char, string>.Empty);

    private readonly FrozenDictionary<char, string> _meaning;

    private VendorCharacters(FrozenDictionary<char, string> meaning) => _meaning = meaning;

    /// <summary>The count of characters with a known meaning.</summary>
    public int Count => _meaning.Count;

    /// <summary>Returns the map of a vendor from the reference folder of an inbox; a folder without the file knows none.</summary>
    /// <exception cref="FeedException">The file is not of the form above.</exception>
    public static VendorCharacters Load(string referenceFolder, string vendor)
    {
        string path = Path.Combine(referenceFolder, "character.csv");
        return File.Exists(path) ? Parse(File.ReadAllLines(path, Encoding.UTF8), vendor, "reference/character.csv") : None;
    }

    /// <summary>Returns the map of a vendor from the lines of a file, header first.</summary>
    /// <exception cref="FeedException">A line is not of the form above.</exception>
    public static VendorCharacters Parse(IReadOnlyList<string> lines, string vendor, string where)
    {
        Dictionary<char, string> meaning = [];
        for (int i = 1; i < lines.Count; i++)
        {
            if (lines[i].Length == 0)
            {
                continue;
            }

            string[] parts = lines[i].Split(',');
            string at = string.Create(CultureInfo.InvariantCulture, $"{where} line {i + 1}");
            if (parts.Length != 5)
            {
                throw FeedException.Of("FEED-015", at, string.Create(CultureInfo.InvariantCulture, $"{parts.Length} cells"), "vendor,code,mj_name,unicode,note", "Correct the table of private-use characters.");
            }

            if (!string.Equals(parts[0], vendor, StringComparison.Ordinal))
            {
                continue;
            }

            char sign = Code(parts[1]) ?? throw FeedException.Of("FEED-015", at, $"code '{parts[1]}'", "F040 to F9FC or U+E000 to U+F8FF", "Correct the table of private-use characters.");
            if (parts[3].Length > 0)
            {
                string text = Meaning(parts[3]) ?? throw FeedException.Of("FEED-015", at, $"unicode '{parts[3]}'", "one to three code points outside the private-use areas, such as U+8FBB U+E0101", "Correct the table of private-use characters.");
                if (!meaning.TryAdd(sign, text))
                {
                    throw FeedException.Of("FEED-015", at, $"code '{parts[1]}' again", "each code once", "Correct the table of private-use characters.");
                }
            }
        }

        return meaning.Count == 0 ? None : new VendorCharacters(meaning.ToFrozenDictionary());
    }

    /// <summary>Returns what a private-use character means, or null where it is not known.</summary>
    public string? Meaning(char sign) => _meaning.GetValueOrDefault(sign);

    private static char? Code(string text)
    {
        if (text.StartsWith("U+", StringComparison.Ordinal))
        {
            return int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int point) && point is >= 0xE000 and <= 0xF8FF ? (char)point : null;
        }

        if (text.Length != 4 || !int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
        {
            return null;
        }

        Span<char> sign = stackalloc char[2];
        return code >> 8 is >= 0xF0 and <= 0xF9 && Cp932.Decode([(byte)(code >> 8), (byte)code], sign) == 1 ? sign[0] : null;
    }

    private static string? Meaning(string text)
    {
        StringBuilder meaning = new();
        string[] parts = text.Split(' ');
        foreach (string part in parts)
        {
            if (!part.StartsWith("U+", StringComparison.Ordinal)
                || !int.TryParse(part.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int point)
                || !Rune.IsValid(point) || point is < 0x20 or (>= 0xE000 and <= 0xF8FF) or >= 0xF0000 or 0xFFFD)
            {
                return null;
            }

            meaning.Append(char.ConvertFromUtf32(point));
        }

        return parts.Length is >= 1 and <= 3 ? meaning.ToString() : null;
    }
}
