namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>A line as a half-open range of clusters.</summary>
public readonly record struct LineRange(int Start, int End);

/// <summary>Breaks Japanese text into lines.</summary>
/// <remarks>Source: JIS X 4051:2004 §6.1 (行頭禁則, 行末禁則, ぶら下げ), reduced to what horizontal office documents need.</remarks>
public static class Kinsoku
{
    private const string NotAtStart =
        "、。，．・：；？！?!゛゜´｀¨ヽヾゝゞ々〻‐–〜～゠ー）］｝〕〉》」』】〙〗〟’”｠»)]}>,.:;" +
        "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ％%‰℃°";

    private const string NotAtEnd = "（［｛〔〈《「『【〘〖〝‘“｟«([{<￥¥＄$№";

    private const string Hanging = "、。，．,.";

    private const string Inseparable = "―…‥—";

    /// <summary>Returns the lines into which clusters break.</summary>
    /// <param name="clusters">User-perceived characters; "\n" forces a new line.</param>
    /// <param name="advances">Width of each cluster.</param>
    /// <param name="width">Width of the line.</param>
    /// <param name="hang">How far 句読点 may stand out beyond the line; 0 forbids it.</param>
    /// <remarks>Cost: O(n). A word longer than a line is broken where the line ends.</remarks>
    public static List<LineRange> Break(IReadOnlyList<string> clusters, IReadOnlyList<float> advances, float width, float hang)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(advances);
        const float tolerance = 0.01f;
        var lines = new List<LineRange>();
        var start = 0;
        while (start < clusters.Count)
        {
            var used = 0f;
            var allowed = -1;
            var end = -1;
            var next = -1;
            var i = start;
            for (; i < clusters.Count; i++)
            {
                if (clusters[i] == "\n")
                {
                    (end, next) = (i, i + 1);
                    break;
                }

                if (i > start && MayBreakBefore(clusters, i))
                {
                    allowed = i;
                }

                if (used + advances[i] <= width + tolerance || IsSpace(clusters[i]))
                {
                    used += advances[i];
                    continue;
                }

                var hangs = hang > 0 && used + advances[i] <= width + hang + tolerance && Contains(Hanging, clusters[i])
                    && (i + 1 == clusters.Count || clusters[i + 1] == "\n" || MayBreakBefore(clusters, i + 1));
                end = hangs ? i + 1 : allowed > start ? allowed : Math.Max(i, start + 1);
                next = end;
                break;
            }

            if (end < 0)
            {
                (end, next) = (clusters.Count, clusters.Count);
            }
            else if (next == end && next < clusters.Count && clusters[next] == "\n")
            {
                next++;
            }

            lines.Add(new LineRange(start, end));
            start = next;
        }

        if (clusters.Count > 0 && clusters[^1] == "\n")
        {
            lines.Add(new LineRange(clusters.Count, clusters.Count));
        }

        return lines;
    }

    /// <summary>Returns whether a line may end between this cluster and the one before it.</summary>
    public static bool MayBreakBefore(IReadOnlyList<string> clusters, int index)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        if (index <= 0 || index >= clusters.Count)
        {
            return true;
        }

        var (before, after) = (clusters[index - 1], clusters[index]);
        if (before == "\n" || after == "\n")
        {
            return true;
        }

        if (Contains(NotAtStart, after) || Contains(NotAtEnd, before) || IsSpace(after))
        {
            return false;
        }

        if (Contains(Inseparable, before) && before == after)
        {
            return false;
        }

        return !(IsWord(before) && IsWord(after));
    }

    private static bool Contains(string set, string cluster) => cluster.Length > 0 && set.Contains(cluster[0], StringComparison.Ordinal);

    private static bool IsSpace(string cluster) => cluster is " " or "\t";

    private static bool IsWord(string cluster) =>
        char.IsAsciiLetterOrDigit(cluster[0]) || (cluster[0] < 0x80 && "+-_/.,:'@#&=".Contains(cluster[0], StringComparison.Ordinal)) || cluster[0] == '–';
}
