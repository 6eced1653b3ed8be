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

        Marked one = new();
        Marked other = new();
        int x = 0;
        int y = 0;
        while (x < a.Length || y < b.Length)
        {
            if (x < a.Length && y < b.Length && IsForm(a[x], b[y]))
            {
                char mark = a[x] == b[y] ? ' ' : '(';
                one.Add(a[x++], mark);
                other.Add(b[y++], mark);
            }
            else if (y >= b.Length || (x < a.Length && common[x + 1, y] >= common[x, y + 1]))
            {
                one.Add(a[x++], '[');
            }
            else
            {
                other.Add(b[y++], '[');
            }
        }

        return (one.ToString(), other.ToString());
    }

    private static Rune[] Runes(string? text) => string.IsNullOrWhiteSpace(text) ? [] : [.. Normalise.Width(text).Trim().EnumerateRunes()];

    private static bool IsForm(Rune one, Rune other) => one == other || (Normalise.Kanji(one.ToString()) is { Surname.Length: > 0 } a && a == Normalise.Kanji(other.ToString()));

    private sealed class Marked
    {
        private readonly StringBuilder _text = new();
        private char _open = ' ';

        public void Add(Rune rune, char mark)
        {
            if (mark != _open)
            {
                Close();
                if (mark != ' ')
                {
                    _text.Append(mark);
                }

                _open = mark;
            }

            _text.Append(rune.ToString());
        }

        public override string ToString()
        {
            Close();
            return _text.ToString();
        }

        private void Close()
        {
            if (_open != ' ')
            {
                _text.Append(_open == '(' ? ')' : ']');
            }

            _open = ' ';
        }
    }
}
