using System.Buffers;

namespace Warehouse.Etl.Extract;

/// <summary>Characters that two code tables write as different code points though the source had one sign; each pair comes into one form.</summary>
/// <remarks>
/// The form kept is the one of code page 932, so that text of every encoding compares equal and can be written back in CP932:
/// 〜→～, −→－, ‖→∥, ¢→￠, £→￡, ¬→￢, —→―. The raw bytes of names are kept apart from the text. Cost: one vectorised search.
/// </remarks>
public static class Twins
{
    private static readonly SearchValues<char> Others = SearchValues.Create("\u301C\u2212\u2016\u00A2\u00A3\u00AC\u2014");

    /// <summary>Puts the kept form of each twin in place.</summary>
    public static void Fold(Span<char> text)
    {
        int at = text.IndexOfAny(Others);
        while (at >= 0)
        {
            text[at] = Kept(text[at]);
            text = text[(at + 1)..];
            at = text.IndexOfAny(Others);
        }
    }

    /// <summary>Returns the text with each twin in its kept form.</summary>
    public static string Fold(string text)
    {
        if (text.AsSpan().IndexOfAny(Others) < 0)
        {
            return text;
        }

        char[] folded = text.ToCharArray();
        Fold(folded);
        return new string(folded);
    }

    private static char Kept(char sign) => sign switch
    {
        '\u301C' => '\uFF5E',
        '\u2212' => '\uFF0D',
        '\u2016' => '\u2225',
        '\u00A2' => '\uFFE0',
        '\u00A3' => '\uFFE1',
        '\u00AC' => '\uFFE2',
        '\u2014' => '\u2015',
        _ => sign,
    };
}
