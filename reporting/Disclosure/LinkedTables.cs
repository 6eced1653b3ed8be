namespace Warehouse.Reporting.Disclosure;

/// <summary>What a line of a table stands for; decides its threshold.</summary>
public enum UnitKind
{
    /// <summary>The whole city, or a category of its people (an age, a sex).</summary>
    City,

    /// <summary>A district of the city.</summary>
    District,

    /// <summary>A school, nursery or clinic.</summary>
    Facility,
}

/// <summary>A line of a dimension.</summary>
/// <param name="Code">The code, unique in the dimension.</param>
/// <param name="Title">The title for people.</param>
/// <param name="Parent">The code of the line that this one is a part of; null for the one line of everything.</param>
/// <param name="Kind">What the line stands for.</param>
/// <param name="UnitSize">Residents of the unit; null where it is not known or the line is no unit.</param>
public sealed record HierarchyNode(string Code, string Title, string? Parent, UnitKind Kind = UnitKind.City, long? UnitSize = null);

/// <summary>A dimension of a table: a tree of lines, each the sum of the lines below it.</summary>
public sealed class Hierarchy
{
    private readonly int[] _parents;
    private readonly List<int>[] _children;

    /// <summary>Makes a dimension.</summary>
    /// <param name="code">The name of the dimension; the same name in two tables means the same lines.</param>
    /// <param name="nodes">The lines, exactly one of them without a parent.</param>
    /// <param name="isAttribute">Whether the dimension says something about the people counted (a need, a decision), so that "all of them" and "none of them" tell about each.</param>
    /// <param name="rootLine">What the line of everything is called in the names of figures, where it is itself a line of a larger dimension: three years, of all years; all years up to one. Null where it is everything there is.</param>
    /// <exception cref="DisclosureException">The lines are no tree.</exception>
    public Hierarchy(string code, IReadOnlyList<HierarchyNode> nodes, bool isAttribute = false, string? rootLine = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Code = code;
        Nodes = nodes;
        IsAttribute = isAttribute;
        RootLine = rootLine;
        _parents = new int[nodes.Count];
        _children = nodes.Select(_ => new List<int>()).ToArray();
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Count; i++)
        {
            if (!places.TryAdd(nodes[i].Code, i))
            {
                throw Fault($"the line '{DisclosureException.Short(nodes[i].Code)}' occurs twice");
            }
        }

        Root = -1;
        for (int i = 0; i < nodes.Count; i++)
        {
            _parents[i] = -1;
            if (nodes[i].Parent is not { } parent)
            {
                Root = Root == -1 ? i : throw Fault("more than one line has no parent");
                continue;
            }

            if (!places.TryGetValue(parent, out int place))
            {
                throw Fault($"the parent '{DisclosureException.Short(parent)}' is not there");
            }

            _parents[i] = place;
            _children[place].Add(i);
        }

        if (Root == -1)
        {
            throw Fault("no line is without a parent");
        }

        int reached = 0;
        Stack<int> open = new([Root]);
        while (open.TryPop(out int node))
        {
            reached++;
            foreach (int child in _children[node])
            {
                open.Push(child);
            }
        }

        if (reached != nodes.Count)
        {
            throw Fault("some lines are their own ancestors");
        }

        Leaves = Enumerable.Range(0, nodes.Count).Where(node => _children[node].Count == 0).ToArray();
    }

    /// <summary>The name of the dimension.</summary>
    public string Code { get; }

    /// <summary>The lines.</summary>
    public IReadOnlyList<HierarchyNode> Nodes { get; }

    /// <summary>Whether the dimension says something about the people counted.</summary>
    public bool IsAttribute { get; }

    /// <summary>What the line of everything is called in the names of figures; null where it is everything there is.</summary>
    public string? RootLine { get; }

    /// <summary>The place of the line of everything.</summary>
    public int Root { get; }

    /// <summary>The places of the lines that have none below them, in the order of <see cref="Nodes"/>.</summary>
    public IReadOnlyList<int> Leaves { get; }

    /// <summary>Returns the places of the lines directly below a line.</summary>
    public IReadOnlyList<int> Children(int node) => _children[node];

    /// <summary>Returns the place of the line above a line, −1 above the line of everything.</summary>
    public int Parent(int node) => _parents[node];

    /// <summary>Returns a dimension of one total and the lines that make it up.</summary>
    public static Hierarchy Flat(string code, string totalTitle, IEnumerable<HierarchyNode> lines, bool isAttribute = false)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return new Hierarchy(code, [.. lines.Select(line => line with { Parent = string.Empty }), new HierarchyNode(string.Empty, totalTitle, null)], isAttribute);
    }

    private DisclosureException Fault(string what) => new(
        DisclosureFault.Malformed, $"Dimension '{DisclosureException.Short(Code)}' is no tree: {what}.", $"区分「{DisclosureException.Short(Code)}」の階層が正しくありません。");
}

/// <summary>A table of figures over dimensions; its totals are computed, and checked where they are stated.</summary>
/// <param name="Code">The name of the table.</param>
/// <param name="Title">The title for people.</param>
/// <param name="Population">What is counted; tables that count the same things carry the same word and share the figures that both have.</param>
/// <param name="Dimensions">The dimensions; none for a single figure.</param>
/// <param name="Values">The figures of the leaves, the last dimension fastest: as many as the product of the numbers of leaves.</param>
/// <param name="Structural">True where a leaf is zero by definition; null where none is.</param>
/// <param name="StatedTotals">Totals as somebody states them, by codes of lines in the order of the dimensions; compared with the sums.</param>
public sealed record LinkedTable(
    string Code,
    string Title,
    string Population,
    IReadOnlyList<Hierarchy> Dimensions,
    IReadOnlyList<decimal> Values,
    IReadOnlyList<bool>? Structural = null,
    IReadOnlyDictionary<string, decimal>? StatedTotals = null)
{
    /// <summary>Lines of further dimensions that the whole table lies on, by dimension: a table of three years is on the line "three years" of another table's years, and is linked with it there.</summary>
    public IReadOnlyDictionary<string, string> Within { get; init; } = new Dictionary<string, string>();

    /// <summary>The month (<c>yyyy-MM</c>) at which people are counted; null for what happened in a time that is over. The same figure of another month is another figure, and is compared with this one.</summary>
    public string? Moment { get; init; }

    /// <summary>The lines that are printed, by dimension; of a dimension that is not named, all. Figures on other lines are in the system because tables that overlap tell of them.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Printed { get; init; } = new Dictionary<string, IReadOnlySet<string>>();
}

/// <summary>Where a figure stands in a table: the table and a line of each dimension.</summary>
public readonly record struct CellPlace(int Table, IReadOnlyList<int> Nodes);

/// <summary>What hiding a figure costs.</summary>
public enum CostRule
{
    /// <summary>Grows with the logarithm of the figure: many small figures are lost rather than one large total. 100 for zero, 200 for one, and 100 more each time the figure plus one doubles.</summary>
    Logarithm,

    /// <summary>Each figure costs the same: as few figures as possible are hidden.</summary>
    Number,

    /// <summary>The figure itself, plus one: as few people as possible are hidden.</summary>
    Value,
}

/// <summary>Linked and hierarchical tables as one system of figures and sums.</summary>
/// <remarks>
/// Figures are one where population and lines agree, totals left out: the figure of district 3 in a table by age and in a table by sex is the same variable. That is what links tables.
/// Cost: O(figures × dimensions).
/// </remarks>
public sealed class LinkedTableSet
{
    private readonly int[][] _cellAt;
    private readonly int[][] _strides;

    private LinkedTableSet(IReadOnlyList<LinkedTable> tables, CellSystem system, int[][] cellAt, int[][] strides, IReadOnlyList<CellPlace> firstPlaces)
    {
        Tables = tables;
        System = system;
        _cellAt = cellAt;
        _strides = strides;
        FirstPlaces = firstPlaces;
    }

    /// <summary>The tables.</summary>
    public IReadOnlyList<LinkedTable> Tables { get; }

    /// <summary>Their figures and sums.</summary>
    public CellSystem System { get; }

    /// <summary>For each figure of the system the first table and lines where it stands.</summary>
    public IReadOnlyList<CellPlace> FirstPlaces { get; }

    /// <summary>Returns the place in the system of the figure of a table on these lines (places in the dimensions' lists).</summary>
    public int CellOf(int table, params ReadOnlySpan<int> nodes)
    {
        int at = 0;
        for (int d = 0; d < nodes.Length; d++)
        {
            at += _strides[table][d] * nodes[d];
        }

        return _cellAt[table][at];
    }

    /// <summary>Returns the places in the system of all figures of a table, the last dimension fastest.</summary>
    public IReadOnlyList<int> CellsOf(int table) => _cellAt[table];

    /// <summary>Returns tables as one system.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="cost">What hiding a figure costs.</param>
    /// <param name="areCounts">Whether the figures are counts, hence whole numbers.</param>
    /// <exception cref="DisclosureException">Shapes do not fit, a figure that two tables share differs, or a stated total is not the sum.</exception>
    public static LinkedTableSet Build(IReadOnlyList<LinkedTable> tables, CostRule cost = CostRule.Logarithm, bool areCounts = true)
    {
        ArgumentNullException.ThrowIfNull(tables);
        List<SystemCell> cells = [];
        List<CellPlace> firstPlaces = [];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        List<CellSum> sums = [];
        HashSet<string> sumsSeen = new(StringComparer.Ordinal);
        int[][] cellAt = new int[tables.Count][];
        int[][] strides = new int[tables.Count][];
        for (int t = 0; t < tables.Count; t++)
        {
            LinkedTable table = tables[t];
            Grid grid = Grid.Of(table);
            strides[t] = grid.Strides;
            cellAt[t] = new int[grid.Values.Length];
            int[] nodes = new int[table.Dimensions.Count];
            for (int at = 0; at < grid.Values.Length; at++)
            {
                grid.Nodes(at, nodes);
                string key = KeyOf(table, nodes);
                CellKind kind = grid.Structural[at] ? CellKind.Structural : IsPrinted(table, nodes) ? CellKind.Open : CellKind.Unpublished;
                if (places.TryGetValue(key, out int place))
                {
                    SystemCell known = cells[place];
                    if (known.Value != grid.Values[at])
                    {
                        string label = DisclosureException.Short(known.Label), code = DisclosureException.Short(table.Code), other = DisclosureException.Short(tables[firstPlaces[place].Table].Code);
                        throw new DisclosureException(
                            DisclosureFault.InconsistentTotal,
                            $"The figure '{label}' is {CellSystem.Text(known.Value)} in table {other} and {CellSystem.Text(grid.Values[at])} in table {code}. Nothing was released; correct the figures.",
                            $"数値「{label}」が表 {other} では {CellSystem.Text(known.Value)}、表 {code} では {CellSystem.Text(grid.Values[at])} です。公表せず、数値を確認してください。");
                    }

                    // Printed by one table is printed; known by definition is known.
                    if (kind == CellKind.Structural || (kind == CellKind.Open && known.Kind == CellKind.Unpublished))
                    {
                        cells[place] = known with { Kind = kind };
                    }
                }
                else
                {
                    place = cells.Count;
                    places.Add(key, place);
                    cells.Add(new SystemCell(key, LabelOf(table, nodes), grid.Values[at], kind, CostOf(grid.Values[at], cost)));
                    firstPlaces.Add(new CellPlace(t, (int[])nodes.Clone()));
                }

                cellAt[t][at] = place;
            }

            for (int d = 0; d < table.Dimensions.Count; d++)
            {
                AddSums(table.Dimensions[d], grid.Strides[d], cellAt[t], grid, d, sums, sumsSeen);
            }
        }

        return new LinkedTableSet(tables, CellSystem.Create(cells, sums, areCounts), cellAt, strides, firstPlaces);
    }

    private static void AddSums(Hierarchy dimension, int stride, int[] cellAt, Grid grid, int d, List<CellSum> sums, HashSet<string> seen)
    {
        int[] nodes = new int[grid.Strides.Length];
        for (int at = 0; at < cellAt.Length; at++)
        {
            grid.Nodes(at, nodes);
            IReadOnlyList<int> children = dimension.Children(nodes[d]);
            if (children.Count == 0)
            {
                continue;
            }

            int[] parts = children.Select(child => cellAt[at + (stride * (child - nodes[d]))]).ToArray();
            if (seen.Add(cellAt[at] + ":" + string.Join(',', parts.Order())))
            {
                sums.Add(new CellSum(cellAt[at], parts));
            }
        }
    }

    /// <summary>Returns the name in the system of a figure of a table.</summary>
    internal static string KeyOf(LinkedTable table, ReadOnlySpan<int> nodes)
    {
        // Lengths before texts, so that no label can be read as two.
        List<string> parts = table.Within.Select(pair => Part(pair.Key, pair.Value)).ToList();
        for (int d = 0; d < nodes.Length; d++)
        {
            Hierarchy dimension = table.Dimensions[d];
            if ((nodes[d] == dimension.Root ? dimension.RootLine : dimension.Nodes[nodes[d]].Code) is { } line)
            {
                parts.Add(Part(dimension.Code, line));
            }
        }

        parts.Sort(StringComparer.Ordinal);
        string population = table.Moment is { } moment ? $"{table.Population} {moment}" : table.Population;
        return $"{population.Length}:{population}|{string.Join('|', parts)}";
    }

    private static bool IsPrinted(LinkedTable table, int[] nodes)
    {
        for (int d = 0; d < nodes.Length; d++)
        {
            if (table.Printed.TryGetValue(table.Dimensions[d].Code, out IReadOnlySet<string>? lines) && !lines.Contains(table.Dimensions[d].Nodes[nodes[d]].Code))
            {
                return false;
            }
        }

        return true;
    }

    private static string Part(string dimension, string line) => $"{dimension.Length}:{dimension}={line.Length}:{line}";

    private static string LabelOf(LinkedTable table, int[] nodes)
    {
        IEnumerable<string> lines = Enumerable.Range(0, nodes.Length).Select(d => table.Dimensions[d].Nodes[nodes[d]].Title);
        return $"{table.Title} [{string.Join(" / ", lines)}]";
    }

    private static long CostOf(decimal value, CostRule rule) => rule switch
    {
        CostRule.Number => 100,
        CostRule.Value => (long)Math.Min(Math.Ceiling(Math.Abs(value)) + 1, 1_000_000_000),
        _ => (long)Math.Round(100 * (1 + Math.Log2(1 + (double)Math.Abs(value)))),
    };

    // A table with all its totals, the last dimension fastest.
    private sealed class Grid
    {
        internal required int[] Strides { get; init; }

        internal required int[] Sizes { get; init; }

        internal required decimal[] Values { get; init; }

        internal required bool[] Structural { get; init; }

        internal void Nodes(int at, int[] nodes)
        {
            for (int d = 0; d < Strides.Length; d++)
            {
                nodes[d] = at / Strides[d] % Sizes[d];
            }
        }

        internal static Grid Of(LinkedTable table)
        {
            string code = DisclosureException.Short(table.Code);
            IReadOnlyList<Hierarchy> dimensions = table.Dimensions;
            if (dimensions.Select(dimension => dimension.Code).Concat(table.Within.Keys).Distinct(StringComparer.Ordinal).Count() != dimensions.Count + table.Within.Count)
            {
                throw new DisclosureException(DisclosureFault.Malformed, $"Table {code} has one dimension twice.", $"表 {code} に同じ区分が二度あります。");
            }

            int[] strides = new int[dimensions.Count];
            int[] sizes = dimensions.Select(dimension => dimension.Nodes.Count).ToArray();
            int size = 1, leaves = 1;
            for (int d = dimensions.Count - 1; d >= 0; d--)
            {
                strides[d] = size;
                size = checked(size * sizes[d]);
                leaves = checked(leaves * dimensions[d].Leaves.Count);
            }

            if (table.Values.Count != leaves || (table.Structural is { } marks && marks.Count != leaves))
            {
                throw new DisclosureException(
                    DisclosureFault.Malformed,
                    $"Table {code} has {table.Values.Count} figures; its dimensions need {leaves}, and as many structural marks if there are any.",
                    $"表 {code} の数値は {table.Values.Count} 個ですが、区分からは {leaves} 個が必要です。");
            }

            decimal[] values = new decimal[size];
            // Structural until a part is not: a total of structural zeros is one too.
            bool[] structural = new bool[size];
            Array.Fill(structural, true);
            for (int leaf = 0; leaf < leaves; leaf++)
            {
                int rest = leaf;
                int[] line = new int[dimensions.Count];
                for (int d = dimensions.Count - 1; d >= 0; d--)
                {
                    line[d] = dimensions[d].Leaves[rest % dimensions[d].Leaves.Count];
                    rest /= dimensions[d].Leaves.Count;
                }

                bool isStructural = table.Structural is { } given && given[leaf];
                if (isStructural && table.Values[leaf] != 0)
                {
                    throw new DisclosureException(
                        DisclosureFault.OutOfBounds, $"Table {code} has {CellSystem.Text(table.Values[leaf])} where it says that nothing can be.", $"表 {code} で構造的ゼロのセルに数値があります。");
                }

                Spread(dimensions, strides, line, 0, 0, table.Values[leaf], isStructural, values, structural);
            }

            Grid grid = new() { Strides = strides, Sizes = sizes, Values = values, Structural = structural };
            CheckStated(table, grid);
            return grid;
        }

        private static void Spread(
            IReadOnlyList<Hierarchy> dimensions, int[] strides, int[] line, int d, int at, decimal value, bool isStructural, decimal[] values, bool[] structural)
        {
            if (d == line.Length)
            {
                values[at] += value;
                structural[at] &= isStructural;
                return;
            }

            for (int node = line[d]; node != -1; node = dimensions[d].Parent(node))
            {
                Spread(dimensions, strides, line, d + 1, at + (strides[d] * node), value, isStructural, values, structural);
            }
        }

        private static void CheckStated(LinkedTable table, Grid grid)
        {
            if (table.StatedTotals is not { } stated)
            {
                return;
            }

            int[] nodes = new int[grid.Strides.Length];
            Dictionary<string, int> at = new(StringComparer.Ordinal);
            for (int place = 0; place < grid.Values.Length; place++)
            {
                grid.Nodes(place, nodes);
                at[string.Join('/', nodes.Select((node, d) => table.Dimensions[d].Nodes[node].Code))] = place;
            }

            foreach ((string line, decimal value) in stated.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                string label = DisclosureException.Short(line), code = DisclosureException.Short(table.Code);
                if (!at.TryGetValue(line, out int place))
                {
                    throw new DisclosureException(
                        DisclosureFault.Malformed, $"Table {code} states a total of '{label}', which is no line of it.", $"表 {code} に「{label}」という行・列はありません。");
                }

                if (grid.Values[place] != value)
                {
                    throw new DisclosureException(
                        DisclosureFault.InconsistentTotal,
                        $"Table {code} states {CellSystem.Text(value)} for '{label}', but the parts add up to {CellSystem.Text(grid.Values[place])}. Nothing was released; correct the figures.",
                        $"表 {code} の「{label}」は {CellSystem.Text(value)} とされていますが、内訳の和は {CellSystem.Text(grid.Values[place])} です。公表せず、数値を確認してください。");
                }
            }
        }
    }
}
