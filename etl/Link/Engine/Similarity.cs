using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Similarity of two short sequences: Jaro-Winkler and the optimal string alignment distance.</summary>
/// <remarks>
/// The unit is the element of the sequence (a byte for one mora or one Latin letter, a number for one code point), never a byte of UTF-8. Both
/// measures are symmetric: the shorter sequence, or at equal length the lesser, is the one that is walked. Empty sequences: 1 against empty, 0 against
/// anything else. No allocation up to 128 elements. Sources: Jaro, JASA 84 (1989) 414-420; Winkler, Proc. Survey Research Methods, ASA (1990)
/// 354-359 (prefix of four, factor .1, from .7 on); optimal string alignment: Damerau, CACM 7 (1964) 171-176, each element edited at most once.
/// </remarks>
public static class Similarity
{
    private const double BoostFrom = 0.7;

    /// <summary>Returns the Jaro-Winkler similarity, 0 to 1.</summary>
    public static double JaroWinkler<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : unmanaged, IEquatable<T>, IComparable<T>
    {
        if (left.Length > right.Length || (left.Length == right.Length && left.SequenceCompareTo(right) > 0))
        {
            ReadOnlySpan<T> other = left;
            left = right;
            right = other;
        }

        if (left.Length == 0)
        {
            return right.Length == 0 ? 1 : 0;
        }

        int window = Math.Max(0, (right.Length / 2) - 1);
        Span<bool> used = right.Length <= 128 ? stackalloc bool[right.Length] : new bool[right.Length];
        Span<bool> found = left.Length <= 128 ? stackalloc bool[left.Length] : new bool[left.Length];
        int matches = 0;
        for (int i = 0; i < left.Length; i++)
        {
            int end = Math.Min(right.Length - 1, i + window);
            for (int j = Math.Max(0, i - window); j <= end; j++)
            {
                if (!used[j] && left[i].Equals(right[j]))
                {
                    used[j] = true;
                    found[i] = true;
                    matches++;
                    break;
                }
            }
        }

        if (matches == 0)
        {
            return 0;
        }

        int moved = 0;
        for (int i = 0, j = 0; i < left.Length; i++)
        {
            if (found[i])
            {
                while (!used[j])
                {
                    j++;
                }

                moved += left[i].Equals(right[j]) ? 0 : 1;
                j++;
            }
        }

        int prefix = 0;
        while (prefix < 4 && prefix < left.Length && left[prefix].Equals(right[prefix]))
        {
            prefix++;
        }

        return Combine(matches, moved, left.Length, right.Length, prefix);
    }

    /// <summary>Returns the Jaro-Winkler similarity of two sequences of at most 16 bytes that each stand in a lane of 16, padded with zeros.</summary>
    /// <param name="left">16 bytes.</param>
    /// <param name="leftLength">0 to 16.</param>
    /// <param name="right">16 bytes.</param>
    /// <param name="rightLength">0 to 16.</param>
    /// <remarks>Same value as <see cref="JaroWinkler{T}"/>; one comparison of 16 bytes an element.</remarks>
    public static double JaroWinkler16(ReadOnlySpan<byte> left, int leftLength, ReadOnlySpan<byte> right, int rightLength)
    {
        if (leftLength > rightLength || (leftLength == rightLength && left[..leftLength].SequenceCompareTo(right[..rightLength]) > 0))
        {
            ReadOnlySpan<byte> other = left;
            left = right;
            right = other;
            (leftLength, rightLength) = (rightLength, leftLength);
        }

        if (leftLength == 0)
        {
            return rightLength == 0 ? 1 : 0;
        }

        int window = Math.Max(0, (rightLength / 2) - 1);
        Vector128<byte> lane = Vector128.Create(right[..16]);
        uint free = (1u << rightLength) - 1;
        uint found = 0;
        uint reach = (2u << window) - 1;
        for (int i = 0; i < leftLength; i++)
        {
            uint near = i <= window ? reach : reach << (i - window);
            uint hit = Vector128.Equals(lane, Vector128.Create(left[i])).ExtractMostSignificantBits() & free & near;
            if (hit != 0)
            {
                free &= ~(hit & (0u - hit));
                found |= 1u << i;
            }

            reach = i < window ? (reach << 1) | 1 : reach;
        }

        int matches = BitOperations.PopCount(found);
        if (matches == 0)
        {
            return 0;
        }

        uint used = ((1u << rightLength) - 1) & ~free;
        int moved = 0;
        while (found != 0)
        {
            moved += left[BitOperations.TrailingZeroCount(found)] == right[BitOperations.TrailingZeroCount(used)] ? 0 : 1;
            found &= found - 1;
            used &= used - 1;
        }

        int prefix = 0;
        while (prefix < 4 && prefix < leftLength && left[prefix] == right[prefix])
        {
            prefix++;
        }

        return Combine(matches, moved, leftLength, rightLength, prefix);
    }

    /// <summary>Returns the optimal string alignment distance (insert, delete, replace, swap of neighbours), or <paramref name="most"/> + 1 where it is larger.</summary>
    public static int Alignment<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, int most = 255)
        where T : unmanaged, IEquatable<T>
    {
        if (Math.Abs(left.Length - right.Length) > most)
        {
            return most + 1;
        }

        int width = right.Length + 1;
        Span<int> rows = width <= 129 ? stackalloc int[3 * width] : new int[3 * width];
        Span<int> before = rows[..width];
        Span<int> last = rows.Slice(width, width);
        Span<int> row = rows.Slice(2 * width, width);
        for (int j = 0; j < width; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            int best = i;
            for (int j = 1; j < width; j++)
            {
                bool same = left[i - 1].Equals(right[j - 1]);
                int cost = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1].Equals(right[j - 2]) && left[i - 2].Equals(right[j - 1]))
                {
                    cost = Math.Min(cost, before[j - 2] + 1);
                }

                row[j] = cost;
                best = Math.Min(best, cost);
            }

            // A swap reaches back two rows, so both must be beyond the limit.
            if (best > most + 1)
            {
                return most + 1;
            }

            Span<int> spare = before;
            before = last;
            last = row;
            row = spare;
        }

        return Math.Min(last[width - 1], most + 1);
    }

    /// <summary>Returns whether the optimal string alignment distance is one at most.</summary>
    public static bool IsOneEdit<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : unmanaged, IEquatable<T>
    {
        int shorter = Math.Min(left.Length, right.Length);
        if (Math.Max(left.Length, right.Length) - shorter > 1)
        {
            return false;
        }

        // What is left between the common beginning and the common end is one element a side, or two that are swapped.
        int start = left.CommonPrefixLength(right);
        int end = 0;
        while (end < shorter - start && left[left.Length - 1 - end].Equals(right[right.Length - 1 - end]))
        {
            end++;
        }

        int a = left.Length - start - end;
        int b = right.Length - start - end;
        return (a <= 1 && b <= 1) || (a == 2 && b == 2 && left[start].Equals(right[start + 1]) && left[start + 1].Equals(right[start]));
    }

    /// <summary>Returns the code points of a text.</summary>
    public static int[] Runes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> runes = new(text.Length);
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            runes.Add(rune.Value);
        }

        return [.. CollectionsMarshal.AsSpan(runes)];
    }

    private static double Combine(int matches, int moved, int shorter, int longer, int prefix)
    {
        double jaro = (((double)matches / shorter) + ((double)matches / longer) + ((matches - (moved / 2)) / (double)matches)) / 3;
        return jaro > BoostFrom ? jaro + (prefix * 0.1 * (1 - jaro)) : jaro;
    }
}
