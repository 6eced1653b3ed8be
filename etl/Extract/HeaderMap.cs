using System.Globalization;

namespace Warehouse.Etl.Extract;

/// <summary>Which column of the contract each cell of a file belongs to.</summary>
/// <param name="Ordinals">For each cell the ordinal of its column, or -1 for a column that the contract does not know.</param>
/// <param name="Aliased">The ordinals of columns found under another of their names.</param>
public sealed record HeaderMap(IReadOnlyList<int> Ordinals, IReadOnlyList<int> Aliased)
{
    /// <summary>Returns the map of a header; columns may stand in any order.</summary>
    /// <exception cref="FeedException">A column is missing or stands twice.</exception>
    public static HeaderMap Of(IReadOnlyList<string> headers, FeedContract contract, string where)
    {
        int[] ordinals = new int[headers.Count];
        List<int> aliased = [];
        List<string> twice = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        int last = headers.Count;
        while (last > 0 && headers[last - 1].Length == 0)
        {
            last--;
        }

        for (int i = 0; i < headers.Count; i++)
        {
            string name = headers[i];
            ordinals[i] = Find(contract, name, aliased);
            // Cells without a name at the end of a header come from spreadsheets; in the middle they are a fault.
            if ((i < last && !names.Add(name)) || (ordinals[i] >= 0 && ordinals.AsSpan(0, i).Contains(ordinals[i])))
            {
                twice.Add(ordinals[i] >= 0 ? name : string.Create(CultureInfo.InvariantCulture, $"column {i + 1}"));
            }
        }

        string[] missing = contract.Columns.Where(column => column.IsInFile && !ordinals.Contains(column.Ordinal)).Select(column => column.Header).ToArray();
        // A mapping names every column of its file, those it leaves out too: another one means another layout.
        bool isStrange = contract.Mapping is not null && ordinals.AsSpan(0, last).Contains(-1);
        if (missing.Length > 0 || twice.Count > 0 || isStrange)
        {
            throw FeedException.Of(
                "FEED-008",
                where,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{headers.Count} columns; missing: {List(missing)}; twice: {List(twice)}; not in the contract: {ordinals.Count(ordinal => ordinal < 0)}"),
                string.Join(", ", contract.Columns.Where(column => column.IsInFile).Select(column => column.Header)),
                contract.Mapping is { } mapping
                    ? $"The file is not laid out as mapping '{mapping.Profile}' states: run 'warehouse map' on it and approve the new mapping."
                    : "The system that sends was changed: compare its new layout, add the new name to the aliases of the column or raise the version of the contract, or run 'warehouse map' on the file.");
        }

        return new HeaderMap(ordinals, aliased);
    }

    /// <summary>Returns how many columns of the contract a header names.</summary>
    public static int Known(IReadOnlyList<string> headers, FeedContract contract) =>
        contract.Columns.Count(column => column.IsInFile && (headers.Contains(column.Header, StringComparer.Ordinal) || column.Aliases.Any(alias => headers.Contains(alias, StringComparer.Ordinal))));

    private static int Find(FeedContract contract, string name, List<int> aliased)
    {
        foreach (FeedColumn column in contract.Columns.Where(column => column.IsInFile))
        {
            if (string.Equals(column.Header, name, StringComparison.Ordinal))
            {
                return column.Ordinal;
            }

            if (column.Aliases.Contains(name, StringComparer.Ordinal))
            {
                aliased.Add(column.Ordinal);
                return column.Ordinal;
            }
        }

        return -1;
    }

    private static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
