using System.Text;

namespace Warehouse.Etl.Link.Review;

/// <summary>Marks where two names differ, character by character, for whoever compares them.</summary>
public static class NameDifference
{
    /// <summary>Returns both texts with what only one of them has in brackets, and forms of one character in round brackets.</summary>
    /// <remarks>
    /// The longest common subsequence of characters (Wagner and Fischer 1974), forms of one character counted as equal; characters, not
    /// UTF-16 units, so that a rare kanji stays whole. Texts are compared at one width. Null and blank texts come back empty.
    /// </remarks>
    public static (string Left, string Right) Mark(string? left, string? right)
    {
        (IReadOnlyList<NamePart> one, IReadOnlyList<NamePart> other) = Parts(left, right);
        return (string.Concat(one.Select(Bracketed)), string.Concat(other.Select(Bracketed)));

        static string Bracketed(NamePart part) => part.Mark switch { ' ' => part.Text, '(' => $"({part.Text})", _ => $"[{part.Text}]" };
    }

    /// <summary>Returns both texts in parts, as <see cref="Mark"/> puts them in brackets.</summary>
    public static (IReadOnlyList<NamePart> Left, IReadOnlyList<NamePart> Right) Parts(string? left, string? right)
    {
        Rune[] a = Runes(left);
        Rune[] b = Runes(right);
        int[,] common = new int[a.Length + 1, b.Length + 1];
        for (int i = a.Length - 1; i >= 0; i--)
        {
            for (int j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = IsForm(a[i], b[j]) ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<NamePart> one = [];
        List<NamePart> other = [];
        int x = 0;
        int y = 0;
        while (x < a.Length || y < b.Length)
        {
            if (x < a.Length && y < b.Length && IsForm(a[x], b[y]))
            {
                char mark = a[x] == b[y] ? ' ' : '(';
                Add(one, a[x++], mark);
                Add(other, b[y++], mark);
            }
            else if (y >= b.Length || (x < a.Length && common[x + 1, y] >= common[x, y + 1]))
            {
                Add(one, a[x++], '[');
            }
            else
            {
                Add(other, b[y++], '[');
            }
        }

        return (one, other);
    }

    private static Rune[] Runes(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [.. Normalise.Width(text).Trim().EnumerateRunes()];

    private static bool IsForm(Rune one, Rune other) => one == other || (Normalise.Kanji(one.ToString()) is { Surname.Length: > 0 } a && a == Normalise.Kanji(other.ToString()));

    private static void Add(List<NamePart> parts, Rune rune, char mark)
    {
        if (parts is [.., { } last] && last.Mark == mark)
        {
            parts[^1] = last with { Text = last.Text + rune };
        }
        else
        {
            parts.Add(new NamePart(rune.ToString(), mark));
        }
    }
}

/// <summary>A part of a name.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="Mark"><c>' '</c> both have it, <c>'('</c> the other has another form of it, <c>'['</c> only this one has it.</param>
public sealed record NamePart(string Text, char Mark);
