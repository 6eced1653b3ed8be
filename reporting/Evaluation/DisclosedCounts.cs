using Warehouse.Reporting.Disclosure;

namespace Warehouse.Reporting.Evaluation;

/// <summary>A table of counts before disclosure control.</summary>
/// <param name="Code">Its name.</param>
/// <param name="Population">What is counted; tables of the same word share figures.</param>
/// <param name="Dimensions">Its dimensions.</param>
/// <param name="Counts">Counts by the codes of a leaf of each dimension; none is zero.</param>
internal sealed record CountSheet(string Code, string Population, IReadOnlyList<Hierarchy> Dimensions, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>Lines of further dimensions that the whole sheet lies on, by dimension.</summary>
    internal IReadOnlyDictionary<string, string> Within { get; init; } = new Dictionary<string, string>();

    /// <summary>Returns the name of a figure by the codes of its lines.</summary>
    internal static string Key(params string[] codes) => string.Join('|', codes);

    /// <summary>Returns a sheet of items, each on one leaf of each dimension.</summary>
    internal static CountSheet Of<T>(string code, string population, IReadOnlyList<Hierarchy> dimensions, IEnumerable<T> items, Func<T, string> key) =>
        new(code, population, dimensions, items.GroupBy(key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => (long)group.Count(), StringComparer.Ordinal));
}

/// <summary>Counts of an evaluation after disclosure control, all tables together and with every public release.</summary>
internal sealed class DisclosedCounts
{
    private readonly Dictionary<string, long?> _figures = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sheets = new(StringComparer.Ordinal);

    private DisclosedCounts(DisclosureProfile profile) => Profile = profile;

    /// <summary>Gets the rules.</summary>
    internal DisclosureProfile Profile { get; }

    /// <summary>Gets the least count that is shown of the city.</summary>
    internal long Threshold => Profile.Threshold(UnitKind.City, null) ?? 10;

    /// <summary>Protects tables together.</summary>
    /// <remarks>A table of fewer than the threshold is left out whole: its total would be hidden too, and nothing would be left to say.</remarks>
    /// <exception cref="ReleaseRefusedException">Together with what is public, hidden figures could be computed.</exception>
    internal static DisclosedCounts Protect(IReadOnlyList<CountSheet> sheets, DisclosureProfile profile, IReadOnlyList<EarlierRelease> earlier, CancellationToken cancellation = default)
    {
        DisclosedCounts disclosed = new(profile);
        List<CountSheet> large = sheets.Where(sheet => sheet.Counts.Values.Sum() >= disclosed.Threshold).ToList();
        if (large.Count == 0)
        {
            return disclosed;
        }

        List<LinkedTable> tables = large.Select(sheet => new LinkedTable(sheet.Code, sheet.Code, sheet.Population, sheet.Dimensions, Values(sheet)) { Within = sheet.Within }).ToList();
        ControlledRelease release = ReleaseControl.Protect(tables, profile, earlier, cancellation: cancellation);
        for (int t = 0; t < large.Count; t++)
        {
            IReadOnlyList<Hierarchy> dimensions = large[t].Dimensions;
            disclosed._sheets.Add(large[t].Code);
            int[] nodes = new int[dimensions.Count];
            do
            {
                ReleasedFigure figure = release.Figures[release.Set.CellOf(t, nodes)];
                disclosed._figures[large[t].Code + "|" + CountSheet.Key([.. nodes.Select((node, d) => dimensions[d].Nodes[node].Code)])] = (long?)figure.Shown;
            }
            while (Next(dimensions, nodes));
        }

        return disclosed;
    }

    /// <summary>Returns whether a table is there at all.</summary>
    internal bool Has(string sheet) => _sheets.Contains(sheet);

    /// <summary>Returns a count as it is printed; null where it is hidden.</summary>
    internal long? Of(string sheet, params string[] codes) => _figures.GetValueOrDefault(sheet + "|" + CountSheet.Key(codes));

    private static List<decimal> Values(CountSheet sheet)
    {
        List<decimal> values = [];
        Add([]);
        return values;

        void Add(string[] codes)
        {
            if (codes.Length == sheet.Dimensions.Count)
            {
                values.Add(sheet.Counts.GetValueOrDefault(CountSheet.Key(codes)));
                return;
            }

            Hierarchy dimension = sheet.Dimensions[codes.Length];
            foreach (int leaf in dimension.Leaves)
            {
                Add([.. codes, dimension.Nodes[leaf].Code]);
            }
        }
    }

    private static bool Next(IReadOnlyList<Hierarchy> dimensions, int[] nodes)
    {
        for (int d = nodes.Length - 1; d >= 0; d--)
        {
            if (++nodes[d] < dimensions[d].Nodes.Count)
            {
                return true;
            }

            nodes[d] = 0;
        }

        return false;
    }
}
