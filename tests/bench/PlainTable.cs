using System.Globalization;
using Warehouse.Model.Items;

namespace Warehouse.Bench;

/// <summary>Reads plain comma-separated text with a header and without quotes; a column of numbers is a number, any other a category, "" and "?" are missing.</summary>
internal static class PlainTable
{
    /// <summary>Returns features and labels, or null after saying what is wrong.</summary>
    public static (FeatureTable Table, bool[] Label)? Read(string path, string target, string positive, string[] leftOut, TextWriter error)
    {
        string[] lines = [.. File.ReadLines(path).Where(l => l.Length > 0)];
        string[] head = lines[0].Split(',');
        int column = Array.IndexOf(head, target);
        if (column < 0 || Array.Exists(lines, l => l.Contains('"', StringComparison.Ordinal)))
        {
            error.WriteLine(column < 0 ? $"no column {target} in {path}; it has {lines[0]}" : $"{path} has quotes; write it without them");
            return null;
        }

        string[][] rows = [.. lines.Skip(1).Select(l => l.Split(','))];
        return (
            new FeatureTable([.. Enumerable.Range(0, head.Length).Where(c => c != column && !leftOut.Contains(head[c])).Select(c => Column(head[c], [.. rows.Select(r => r[c])]))]),
            [.. rows.Select(r => r[column] == positive)]);
    }

    private static FeatureColumn Column(string name, string[] cells)
    {
        var numbers = new double[cells.Length];
        for (int r = 0; r < cells.Length; r++)
        {
            if (cells[r] is "" or "?")
            {
                numbers[r] = double.NaN;
            }
            else if (!double.TryParse(cells[r], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[r]))
            {
                return FeatureColumn.Category(new FeatureSpec(name, name, FeatureKind.Category), [.. cells.Select(c => c is "" or "?" ? null : c)]);
            }
        }

        return FeatureColumn.Number(new FeatureSpec(name, name, FeatureKind.Number), numbers);
    }
}
