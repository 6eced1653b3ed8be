namespace Warehouse.Reporting.Disclosure;

/// <summary>Figures and sums before they are split into components: what can only move together becomes one variable, what cannot move is left out.</summary>
/// <remarks>
/// Nothing is lost by it: two figures of a sum whose others are public deviate by the same amount, so one of them is uncertain exactly as far as the other is, and only if both are hidden.
/// Cost: O(terms of the sums) a pass, few passes.
/// </remarks>
internal sealed class MoveDraft
{
    private readonly List<(int Cell, int Sign)[]> _members = [];
    private readonly List<double> _up = [];
    private readonly List<double> _down = [];
    private readonly List<long> _cost = [];
    private readonly List<bool> _forced = [];
    private readonly List<List<(CellNeed Need, int Sign)>> _needs = [];
    private readonly List<(int Cell, int Sign)[]> _rows = [];
    private int[] _root = [];
    private int[] _sign = [];
    private bool[] _still = [];

    /// <summary>Needs of figures that cannot move at all.</summary>
    internal List<CellNeed> Unprotected { get; } = [];

    /// <summary>Returns the figures of a system that are not known to everybody.</summary>
    internal static MoveDraft Of(CellSystem system, IReadOnlyList<CellNeed> needs)
    {
        MoveDraft draft = new();
        ILookup<int, CellNeed> needsOf = needs.ToLookup(need => need.Cell);
        int[] at = new int[system.Cells.Count];
        for (int i = 0; i < at.Length; i++)
        {
            SystemCell cell = system.Cells[i];
            bool isForced = cell.Kind == CellKind.Unpublished || needsOf.Contains(i);
            at[i] = cell.Kind is CellKind.Open or CellKind.Unpublished
                ? draft.Add(
                    [(i, 1)],
                    cell.Upper is { } upper ? (double)(upper - cell.Value) : double.PositiveInfinity,
                    (double)(cell.Value - cell.Lower),
                    isForced ? 0 : cell.Cost,
                    isForced,
                    needsOf[i].Select(need => (need, 1)))
                : -1;
        }

        foreach (CellSum sum in system.Sums)
        {
            draft.AddRow(sum.Parts.Select(part => (at[part], 1)).Append((at[sum.Total], -1)).Where(term => term.Item1 >= 0));
        }

        return draft;
    }

    /// <summary>Adds figures that move together and returns their place.</summary>
    internal int Add((int Cell, int Sign)[] members, double up, double down, long cost, bool forced, IEnumerable<(CellNeed Need, int Sign)> needs)
    {
        _members.Add(members);
        _up.Add(up);
        _down.Add(down);
        _cost.Add(cost);
        _forced.Add(forced);
        _needs.Add([.. needs]);
        return _members.Count - 1;
    }

    /// <summary>Adds a sum.</summary>
    internal void AddRow(IEnumerable<(int Cell, int Sign)> terms) => _rows.Add([.. terms]);

    /// <summary>Returns the components that something is asked of.</summary>
    internal List<ProtectionComponent> Components()
    {
        Reduce();
        int count = _members.Count;
        int[] roots = Enumerable.Range(0, count).Where(i => _root[i] == i && !_still[i]).ToArray();
        foreach (int i in Enumerable.Range(0, count).Where(i => _still[Find(i).Root]))
        {
            Unprotected.AddRange(_needs[i].Select(need => need.Need));
        }

        int[] place = new int[count];
        for (int i = 0; i < roots.Length; i++)
        {
            place[roots[i]] = i;
        }

        List<(int Cell, int Sign)[]> rows = Rows().Select(row => row.Select(term => (place[term.Cell], term.Sign)).ToArray()).ToList();
        int[] parent = Enumerable.Range(0, roots.Length).ToArray();
        int Top(int at)
        {
            while (parent[at] != at)
            {
                at = parent[at] = parent[parent[at]];
            }

            return at;
        }

        foreach ((int Cell, int Sign)[] row in rows)
        {
            foreach ((int cell, _) in row)
            {
                int a = Top(row[0].Cell), b = Top(cell);
                parent[Math.Max(a, b)] = Math.Min(a, b);
            }
        }

        ILookup<int, int> figures = Enumerable.Range(0, count).Where(i => !_still[Find(i).Root]).ToLookup(i => place[Find(i).Root]);
        ILookup<int, int> variables = Enumerable.Range(0, roots.Length).ToLookup(Top);
        ILookup<int, (int Cell, int Sign)[]> rowsOf = rows.ToLookup(row => Top(row[0].Cell));
        return variables.Where(group => group.Any(variable => figures[variable].Any(i => _needs[i].Count > 0))).Select(group => Component([.. group], figures, rowsOf[group.Key])).ToList();
    }

    private ProtectionComponent Component(int[] variables, ILookup<int, int> figures, IEnumerable<(int Cell, int Sign)[]> rows)
    {
        int count = variables.Length;
        Dictionary<int, int> at = variables.Select((variable, i) => (variable, i)).ToDictionary(pair => pair.variable, pair => pair.i);
        (int, int)[][] members = new (int, int)[count][];
        double[] up = new double[count], down = new double[count];
        long[] cost = new long[count];
        bool[] forced = new bool[count];
        List<LocalNeed> needs = [];
        long forcedCost = 0;
        for (int v = 0; v < count; v++)
        {
            up[v] = down[v] = double.PositiveInfinity;
            forced[v] = true;
            List<(int, int)> inside = [];
            List<(CellNeed, int)> asked = [];
            foreach (int i in figures[variables[v]])
            {
                int sign = Find(i).Sign;
                inside.AddRange(_members[i].Select(member => (member.Cell, member.Sign * sign)));
                asked.AddRange(_needs[i].Select(need => (need.Need, need.Sign * sign)));
                up[v] = Math.Min(up[v], sign > 0 ? _up[i] : _down[i]);
                down[v] = Math.Min(down[v], sign > 0 ? _down[i] : _up[i]);
                cost[v] += _forced[i] ? 0 : _cost[i];
                forced[v] &= _forced[i];
            }

            members[v] = [.. inside];
            if (asked.Count > 0)
            {
                forcedCost += cost[v];
                cost[v] = 0;
                forced[v] = true;
                needs.Add(LocalNeed.Of(v, asked));
            }
        }

        return new ProtectionComponent(members, up, down, cost, forced, rows.Select(row => row.Select(term => (at[term.Cell], term.Sign)).ToArray()).ToArray(), [.. needs], forcedCost);
    }

    // Figures that a sum ties to another one, or that two sums with the same other terms make equal, become one; a figure alone in a sum stands still.
    private void Reduce()
    {
        int count = _members.Count;
        _root = Enumerable.Range(0, count).ToArray();
        _sign = Enumerable.Repeat(1, count).ToArray();
        _still = new bool[count];
        double[] up = [.. _up], down = [.. _down];
        for (int i = 0; i < count; i++)
        {
            _still[i] = up[i] <= 0 && down[i] <= 0;
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            Dictionary<(int, int, int), (int Cell, int Sign)> thirds = [];
            foreach ((int Cell, int Sign)[] row in _rows)
            {
                (int Cell, int Sign)[] terms = Terms(row);
                if (terms.Length == 1)
                {
                    _still[terms[0].Cell] = changed = true;
                }
                else if (terms.Length == 2 && Math.Abs(terms[0].Sign) == Math.Abs(terms[1].Sign))
                {
                    changed |= Tie(terms[0].Cell, terms[1].Cell, -terms[0].Sign / terms[1].Sign, up, down);
                }
                else if (terms.Length == 3 && terms.All(term => Math.Abs(term.Sign) == 1))
                {
                    for (int own = 0; own < 3; own++)
                    {
                        // own = −(first + ratio × second) × sign
                        (int Cell, int Sign) first = terms[own == 0 ? 1 : 0], second = terms[own == 2 ? 1 : 2];
                        int sign = -first.Sign * terms[own].Sign;
                        (int, int, int) key = (first.Cell, second.Cell, second.Sign * first.Sign);
                        if (!thirds.TryGetValue(key, out (int Cell, int Sign) known))
                        {
                            thirds.Add(key, (terms[own].Cell, sign));
                        }
                        else if (known.Cell != terms[own].Cell)
                        {
                            changed |= Tie(known.Cell, terms[own].Cell, known.Sign * sign, up, down);
                            break;
                        }
                    }
                }
            }
        }
    }

    // Makes two roots one: the second is the first times the sign. Roots may have changed since the terms were read.
    private bool Tie(int first, int second, int sign, double[] up, double[] down)
    {
        (int root, int own) = Find(first);
        (int other, int otherSign) = Find(second);
        sign *= own * otherSign;
        if (root == other)
        {
            // It is its own opposite: it stands still.
            bool moves = sign < 0 && !_still[root];
            _still[root] |= moves;
            return moves;
        }

        if (other < root)
        {
            (root, other) = (other, root);
        }

        _root[other] = root;
        _sign[other] = sign;
        up[root] = Math.Min(up[root], sign > 0 ? up[other] : down[other]);
        down[root] = Math.Min(down[root], sign > 0 ? down[other] : up[other]);
        _still[root] |= _still[other] || (up[root] <= 0 && down[root] <= 0);
        return true;
    }

    private (int Root, int Sign) Find(int i)
    {
        int sign = 1;
        while (_root[i] != i)
        {
            sign *= _sign[i];
            i = _root[i];
        }

        return (i, sign);
    }

    // The sum in variables that move, by their places; none where it says nothing.
    private (int Cell, int Sign)[] Terms((int Cell, int Sign)[] row)
    {
        List<(int Cell, int Sign)> terms = new(row.Length);
        foreach ((int cell, int coefficient) in row)
        {
            (int root, int sign) = Find(cell);
            if (_still[root])
            {
                continue;
            }

            int known = terms.FindIndex(term => term.Cell == root);
            if (known < 0)
            {
                terms.Add((root, coefficient * sign));
            }
            else
            {
                terms[known] = (root, terms[known].Sign + (coefficient * sign));
            }
        }

        return [.. terms.Where(term => term.Sign != 0).OrderBy(term => term.Cell)];
    }

    // Each sum once, whatever its sign.
    private IEnumerable<(int Cell, int Sign)[]> Rows()
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((int Cell, int Sign)[] row in _rows)
        {
            (int Cell, int Sign)[] terms = Terms(row);
            if (terms.Length > 0 && seen.Add(string.Join(';', terms.Select(term => FormattableString.Invariant($"{term.Cell}*{term.Sign * Math.Sign(terms[0].Sign)}")))))
            {
                yield return terms;
            }
        }
    }
}
