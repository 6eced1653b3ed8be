namespace Warehouse.Reporting.Disclosure;

/// <summary>A component seen as tables that share figures: the shared figures and, for each table, what of it is its own.</summary>
/// <remarks>
/// Where shared figures deviate, each table has to follow. A table has a follower for each shared figure where its own figures can follow in the simplest way: one figure of the table moves as much as the shared
/// one, whatever the shared ones do (of children with and without a finding, those without: the sums of the one are the sums of all children). A possible truth of one table and the shared figures is then one of
/// all tables, as far as the followers can move; so tables can be protected one by one. It is a restriction of what may move, so that what protects so protects; the cheapest set may need less.
/// </remarks>
internal sealed class LinkedBlocks
{
    private const int DegreesTried = 12;
    private const double LargestShare = 0.7;

    private readonly ProtectionComponent _component;
    private readonly int[] _blockOf;
    private readonly Dictionary<int, int>[] _followerOf;
    private readonly Dictionary<int, int>[] _signOf;

    private LinkedBlocks(ProtectionComponent component, bool isCheapest, int[] blockOf, Dictionary<int, int>[] followerOf, Dictionary<int, int>[] signOf)
    {
        _component = component;
        IsCheapest = isCheapest;
        _blockOf = blockOf;
        _followerOf = followerOf;
        _signOf = signOf;
        Shared = Enumerable.Range(0, blockOf.Length).Where(i => blockOf[i] < 0).ToArray();
    }

    /// <summary>Whether the followers are those that cost least to hide; otherwise those that can move farthest.</summary>
    internal bool IsCheapest { get; }

    /// <summary>How many tables there are.</summary>
    internal int Count => _followerOf.Length;

    /// <summary>The variables that tables share.</summary>
    internal IReadOnlyList<int> Shared { get; }

    /// <summary>Returns the table that a variable is of, −1 for a shared one.</summary>
    internal int BlockOf(int variable) => _blockOf[variable];

    /// <summary>Returns the variables that have to be hidden where a shared one is, itself among them.</summary>
    internal IEnumerable<int> Following(int shared) => _followerOf.Where(follower => follower.ContainsKey(shared)).Select(follower => follower[shared]).Prepend(shared);

    /// <summary>Returns the tables of a component, or null where it does not fall into any.</summary>
    /// <param name="component">The component.</param>
    /// <param name="isCheapest">Which followers are taken where there is a choice: those that cost least to hide, or those that can move farthest.</param>
    internal static LinkedBlocks? Of(ProtectionComponent component, bool isCheapest)
    {
        int[] degrees = component.RowsOf.Select(rows => rows.Length).ToArray();
        foreach (int least in degrees.Distinct().OrderDescending().Take(DegreesTried))
        {
            int[] blockOf = Blocks(component, degrees, least, out int count);
            if (count < 2 || Largest(blockOf, count) > LargestShare * component.Count)
            {
                continue;
            }

            HashSet<string> shared = new(StringComparer.Ordinal);
            foreach ((int Cell, int Sign)[] row in component.Rows.Where(row => row.All(term => blockOf[term.Cell] < 0)))
            {
                shared.Add(Text(row.ToDictionary(term => term.Cell, term => term.Sign)));
            }

            Dictionary<int, int>[] followerOf = new Dictionary<int, int>[count], signOf = new Dictionary<int, int>[count];
            bool all = true;
            for (int block = 0; block < count && all; block++)
            {
                all = new FollowerSearch(component, isCheapest, blockOf, block, shared).Find(out followerOf[block], out signOf[block]);
            }

            if (all)
            {
                return new LinkedBlocks(component, isCheapest, blockOf, followerOf, signOf);
            }
        }

        return null;
    }

    /// <summary>Returns the shared variables with one table, or alone, each shared one together with what follows it in the other tables; members are the component's variables.</summary>
    /// <param name="block">The table; −1 for the shared variables alone.</param>
    /// <param name="moving">The shared variables that may move; the others stand still.</param>
    /// <param name="hidden">What is hidden already and costs nothing.</param>
    /// <param name="needs">What is asked.</param>
    internal MoveDraft Draft(int block, IEnumerable<int> moving, bool[] hidden, IEnumerable<LocalNeed> needs)
    {
        MoveDraft draft = new();
        ILookup<int, LocalNeed> needsOf = needs.ToLookup(need => need.Cell);
        Dictionary<int, int> at = [];
        foreach (int shared in moving)
        {
            List<(int Cell, int Sign)> members = [(shared, 1)];
            for (int other = 0; other < Count; other++)
            {
                if (other != block && _followerOf[other].TryGetValue(shared, out int follower))
                {
                    members.Add((follower, _signOf[other][shared]));
                }
            }

            at[shared] = Add(draft, [.. members], hidden, needsOf);
        }

        for (int i = 0; i < _blockOf.Length; i++)
        {
            if (block >= 0 && _blockOf[i] == block)
            {
                at[i] = Add(draft, [(i, 1)], hidden, needsOf);
            }
        }

        foreach ((int Cell, int Sign)[] row in _component.Rows)
        {
            if (row.All(term => _blockOf[term.Cell] < 0 || _blockOf[term.Cell] == block))
            {
                draft.AddRow(row.Where(term => at.ContainsKey(term.Cell)).Select(term => (at[term.Cell], term.Sign)));
            }
        }

        return draft;
    }

    private int Add(MoveDraft draft, (int Cell, int Sign)[] members, bool[] hidden, ILookup<int, LocalNeed> needsOf)
    {
        double up = double.PositiveInfinity, down = double.PositiveInfinity;
        long cost = 0;
        bool forced = true;
        foreach ((int cell, int sign) in members)
        {
            up = Math.Min(up, sign > 0 ? _component.Up[cell] : _component.Down[cell]);
            down = Math.Min(down, sign > 0 ? _component.Down[cell] : _component.Up[cell]);
            bool isFree = hidden[cell] || _component.Forced[cell];
            cost += isFree ? 0 : _component.Cost[cell];
            forced &= isFree;
        }

        return draft.Add(members, up, down, cost, forced, members.SelectMany(member => needsOf[member.Cell].SelectMany(need => need.Sources).Select(source => (source.Need, source.Sign * member.Sign))));
    }

    private static int[] Blocks(ProtectionComponent component, int[] degrees, int least, out int count)
    {
        int[] parent = Enumerable.Range(0, component.Count).ToArray();
        int Root(int at)
        {
            while (parent[at] != at)
            {
                at = parent[at] = parent[parent[at]];
            }

            return at;
        }

        foreach ((int Cell, int Sign)[] row in component.Rows)
        {
            int first = -1;
            foreach ((int cell, _) in row)
            {
                if (degrees[cell] < least)
                {
                    first = first < 0 ? cell : first;
                    int a = Root(first), b = Root(cell);
                    parent[Math.Max(a, b)] = Math.Min(a, b);
                }
            }
        }

        int[] roots = Enumerable.Range(0, component.Count).Where(i => degrees[i] < least && Root(i) == i).ToArray();
        Dictionary<int, int> numbers = roots.Select((root, number) => (root, number)).ToDictionary(pair => pair.root, pair => pair.number);
        count = roots.Length;
        return Enumerable.Range(0, component.Count).Select(i => degrees[i] < least ? numbers[Root(i)] : -1).ToArray();
    }

    private static int Largest(int[] blockOf, int count)
    {
        int[] sizes = new int[count];
        int shared = 0;
        foreach (int block in blockOf)
        {
            if (block < 0)
            {
                shared++;
            }
            else
            {
                sizes[block]++;
            }
        }

        return shared + sizes.DefaultIfEmpty(0).Max();
    }

    // The same for a sum and its negative.
    private static string Text(Dictionary<int, int> row)
    {
        KeyValuePair<int, int>[] terms = [.. row.Where(term => term.Value != 0).OrderBy(term => term.Key)];
        int sign = terms.Length == 0 ? 1 : Math.Sign(terms[0].Value);
        return string.Join(';', terms.Select(term => FormattableString.Invariant($"{term.Key}*{term.Value * sign}")));
    }

    // The search for the followers of one table.
    private sealed class FollowerSearch
    {
        private readonly ProtectionComponent _component;
        private readonly bool _isCheapest;
        private readonly int[] _blockOf;
        private readonly int _block;
        private readonly HashSet<string> _shared;
        private readonly List<int> _rows;
        private readonly Dictionary<int, List<int>> _anchorsOf = [];

        internal FollowerSearch(ProtectionComponent component, bool isCheapest, int[] blockOf, int block, HashSet<string> shared)
        {
            _component = component;
            _isCheapest = isCheapest;
            _blockOf = blockOf;
            _block = block;
            _shared = shared;
            _rows = Enumerable.Range(0, component.Rows.Count).Where(row => component.Rows[row].Any(term => blockOf[term.Cell] == block)).ToList();
            // Sums of one shared figure and figures of the table.
            foreach (int row in _rows.Where(row => component.Rows[row].Count(term => blockOf[term.Cell] < 0) == 1))
            {
                int owner = component.Rows[row].First(term => blockOf[term.Cell] < 0).Cell;
                if (!_anchorsOf.TryGetValue(owner, out List<int>? rows))
                {
                    _anchorsOf[owner] = rows = [];
                }

                rows.Add(row);
            }
        }

        internal bool Find(out Dictionary<int, int> followerOf, out Dictionary<int, int> signOf)
        {
            followerOf = [];
            signOf = [];
            foreach (int owner in _anchorsOf.Keys.Order())
            {
                if (followerOf.ContainsKey(owner))
                {
                    continue;
                }

                (Dictionary<int, int> Followers, Dictionary<int, int> Signs, double Room)? best = null;
                int anchor = _anchorsOf[owner][0];
                foreach (int first in _component.Rows[anchor].Where(term => _blockOf[term.Cell] == _block).Select(term => term.Cell))
                {
                    if (Grow(owner, anchor, first, followerOf, signOf) is not { } found)
                    {
                        continue;
                    }

                    double room = found.Followers.Values.Sum(follower => _isCheapest
                        ? _component.Forced[follower] ? 0 : -_component.Cost[follower]
                        : Math.Log(1 + Math.Min(_component.Down[follower], 1e6)));
                    if (best is null || room > best.Value.Room)
                    {
                        best = (found.Followers, found.Signs, room);
                    }
                }

                if (best is null)
                {
                    return false;
                }

                foreach ((int shared, int follower) in best.Value.Followers)
                {
                    followerOf[shared] = follower;
                    signOf[shared] = best.Value.Signs[shared];
                }
            }

            return Holds(_rows, followerOf, signOf);
        }

        // From one follower to all that the sums demand.
        private (Dictionary<int, int> Followers, Dictionary<int, int> Signs)? Grow(int owner, int anchor, int first, Dictionary<int, int> known, Dictionary<int, int> knownSigns)
        {
            Dictionary<int, int> followers = [], signs = [];
            Queue<int> open = new();
            bool Follow(int shared, int row, int cell)
            {
                (int Cell, int Sign)[] terms = _component.Rows[row];
                int own = Array.Find(terms, term => term.Cell == cell).Sign, its = Array.Find(terms, term => term.Cell == shared).Sign;
                if (Math.Abs(own) != Math.Abs(its) || known.ContainsKey(shared))
                {
                    return false;
                }

                if (followers.TryGetValue(shared, out int other))
                {
                    return other == cell;
                }

                followers[shared] = cell;
                signs[shared] = -its / own;
                open.Enqueue(cell);
                return true;
            }

            if (!Follow(owner, anchor, first))
            {
                return null;
            }

            HashSet<int> seen = [];
            while (open.TryDequeue(out int cell))
            {
                foreach (int row in _component.RowsOf[cell].Where(row => _component.Rows[row].All(term => _blockOf[term.Cell] == _block) && seen.Add(row)))
                {
                    foreach ((int other, _) in _component.Rows[row])
                    {
                        // The figure follows the shared one that it is a part of.
                        int beside = _component.RowsOf[other].FirstOrDefault(at => _component.Rows[at].Count(term => _blockOf[term.Cell] < 0) == 1, -1);
                        if (beside < 0 || !Follow(_component.Rows[beside].First(term => _blockOf[term.Cell] < 0).Cell, beside, other))
                        {
                            return null;
                        }
                    }
                }
            }

            HashSet<int> touched = [.. followers.Keys, .. followers.Values];
            return Holds(_rows.Where(row => _component.Rows[row].Any(term => touched.Contains(term.Cell))), followers, signs) ? (followers, signs) : null;
        }

        // Whether the sums hold whatever the shared figures do that obeys their own sums.
        private bool Holds(IEnumerable<int> rows, Dictionary<int, int> followers, Dictionary<int, int> signs)
        {
            Dictionary<int, int> owners = followers.ToDictionary(pair => pair.Value, pair => pair.Key);
            foreach (int row in rows)
            {
                Dictionary<int, int> image = [];
                foreach ((int cell, int sign) in _component.Rows[row])
                {
                    if (_blockOf[cell] < 0)
                    {
                        image[cell] = image.GetValueOrDefault(cell) + sign;
                    }
                    else if (owners.TryGetValue(cell, out int owner))
                    {
                        image[owner] = image.GetValueOrDefault(owner) + (sign * signs[owner]);
                    }
                }

                if (image.Values.Any(value => value != 0) && !_shared.Contains(Text(image)))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
