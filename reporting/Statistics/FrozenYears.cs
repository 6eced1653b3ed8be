using System.Text.RegularExpressions;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Reporting.Statistics;

/// <summary>Figures of school years that are over and were released: later releases restate them as they were, whatever was written since.</summary>
/// <remarks>A year is taken from the newest release that states it. A table that no release states a year of counts it.</remarks>
internal sealed partial class FrozenYears
{
    private const string Dimension = "year";

    private readonly Dictionary<(string Shape, string Year), IReadOnlyDictionary<string, EarlierFigure>> _sources = [];

    private FrozenYears()
    {
    }

    /// <summary>Returns the years that releases state.</summary>
    /// <param name="earlier">The releases, in the order of their numbers.</param>
    internal static FrozenYears Of(IEnumerable<EarlierRelease> earlier)
    {
        FrozenYears frozen = new();
        foreach (EarlierRelease release in earlier)
        {
            foreach (string key in release.Figures.Keys.Where(key => EarlierMoments.MomentOf(key) is null))
            {
                if (Year().Match(key) is { Success: true } match)
                {
                    frozen._sources[(ShapeOf(key), match.Groups["year"].Value)] = release.Figures;
                }
            }
        }

        return frozen;
    }

    /// <summary>Returns the lines of a dimension on which a released year has anything.</summary>
    internal IEnumerable<string> Lines(string dimension)
    {
        string start = FormattableString.Invariant($"|{dimension.Length}:{dimension}=");
        return _sources.Values.Distinct().SelectMany(figures => figures.Values)
            .Where(figure => figure.Value > 0 && Year().IsMatch(figure.Key) && figure.Key.Contains(start, StringComparison.Ordinal))
            .Select(figure => figure.Key[(figure.Key.IndexOf(start, StringComparison.Ordinal) + start.Length)..].Split('|')[0])
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]).Distinct(StringComparer.Ordinal);
    }

    /// <summary>Returns a table with its released years as they were released.</summary>
    internal LinkedTable Restate(LinkedTable table)
    {
        int dimension = table.Dimensions.ToList().FindIndex(one => one.Code == Dimension);
        if (dimension < 0 || _sources.Count == 0)
        {
            return table;
        }

        decimal[] values = [.. table.Values];
        int[] line = new int[table.Dimensions.Count];
        for (int leaf = 0; leaf < values.Length; leaf++)
        {
            int rest = leaf;
            for (int d = line.Length - 1; d >= 0; d--)
            {
                line[d] = table.Dimensions[d].Leaves[rest % table.Dimensions[d].Leaves.Count];
                rest /= table.Dimensions[d].Leaves.Count;
            }

            string key = LinkedTableSet.KeyOf(table, line);
            if (_sources.TryGetValue((ShapeOf(key), table.Dimensions[dimension].Nodes[line[dimension]].Code), out IReadOnlyDictionary<string, EarlierFigure>? figures))
            {
                // A line that is new since has nobody of that year in it.
                values[leaf] = figures.TryGetValue(key, out EarlierFigure? figure) ? figure.Value : 0;
            }
        }

        return table with { Values = values };
    }

    // What is counted by which dimensions.
    private static string ShapeOf(string key) => Line().Replace(key, "|${dimension}");

    [GeneratedRegex(@"\|4:year=4:(?<year>\d{4})(\||$)", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    [GeneratedRegex(@"\|\d+:(?<dimension>[^|=]*)=[^|]*", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
