using System.Globalization;
using System.Text;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Writes results as CSV (UTF-8, RFC 4180). Order and text depend on the result alone.</summary>
public static class LinkOutput
{
    /// <summary>Writes <c>left_id,right_id,posterior,band,weight_FIELD…,reason</c>, by ids. The weight of a field is in bits, blank where it could not be compared.</summary>
    /// <param name="result">The result.</param>
    /// <param name="writer">Where to.</param>
    public static void WritePairs(LinkageResult result, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        LinkTable table = result.Table;
        StringBuilder line = new("left_id,right_id,posterior,band");
        foreach (LinkField field in table.Fields)
        {
            line.Append(",weight_").Append(Quoted(field.Name));
        }

        writer.Write(line.Append(",reason\n"));
        IEnumerable<(string Left, string Right, LinkPair Pair)> rows = result.Pairs.Select(pair => (table.Ids[pair.Left], table.Ids[pair.Right], pair));
        if (!table.IsLink)
        {
            rows = rows.Select(row => string.CompareOrdinal(row.Left, row.Right) <= 0 ? row : (row.Right, row.Left, row.Pair));
        }

        foreach ((string left, string right, LinkPair pair) in rows.OrderBy(row => row.Left, StringComparer.Ordinal).ThenBy(row => row.Right, StringComparer.Ordinal).ThenBy(row => row.Pair.Left).ThenBy(row => row.Pair.Right))
        {
            line.Clear().Append(Quoted(left)).Append(',').Append(Quoted(right)).Append(',');
            line.Append(CultureInfo.InvariantCulture, $"{pair.Evidence.Posterior:0.000000},{Band(pair.Band)}");
            for (int f = 0; f < table.Fields.Count; f++)
            {
                line.Append(',');
                if (pair.Level(f) != LinkField.Null)
                {
                    line.Append(CultureInfo.InvariantCulture, $"{result.Weight(pair, f):0.00}");
                }
            }

            writer.Write(line.Append(',').Append(pair.Reason).Append('\n'));
        }
    }

    /// <summary>Writes <c>source,id,cluster</c> for every record, by source and id; clusters are numbered in the order of their first record.</summary>
    public static void WriteClusters(LinkageResult result, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        LinkTable table = result.Table;
        writer.Write("source,id,cluster\n");
        int[] order = [.. Enumerable.Range(0, table.Count).OrderBy(record => record >= table.LeftCount).ThenBy(record => table.Ids[record], StringComparer.Ordinal).ThenBy(record => record)];
        Dictionary<int, int> numbers = [];
        foreach (int record in order)
        {
            int root = result.Clusters[record];
            if (!numbers.TryGetValue(root, out int number))
            {
                numbers[root] = number = numbers.Count + 1;
            }

            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{(record < table.LeftCount ? "left" : "right")},{Quoted(table.Ids[record])},{number}\n"));
        }
    }

    /// <summary>Returns the name of a band in files.</summary>
    public static string Band(LinkBand band) => band switch
    {
        LinkBand.Auto => "AUTO",
        LinkBand.Review => "REVIEW",
        _ => "NO-LINK",
    };

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
