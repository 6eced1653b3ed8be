namespace Warehouse.Etl.Link.Engine;

/// <summary>Turns scored pairs into decisions: one-to-one between registers, clusters without chains within one.</summary>
internal sealed class Decision(LinkTable table, LinkScorer scorer, LinkWeights weights, LinkageOptions options, bool hasGraveFinding)
{
    // A component of more records is cut at its weakest pairs until it is smaller.
    private const int MostInComponent = 400;
    private const int MostInCluster = 400;

    // What one pair of a cluster may say at most, either way: pairs of one cluster are no independent witnesses.
    private const double MostBits = 12;

    private readonly double _auto = Bits(options.AutoFrom);
    private readonly double _review = Bits(options.ReviewFrom);
    private readonly int _given = Find(table, FieldRole.Given);
    private readonly int _surname = Find(table, FieldRole.Surname);
    private readonly int _birth = Find(table, FieldRole.Birth);
    private readonly int _sex = Find(table, FieldRole.Sex);
    private readonly LevelCache _cache = new();

    private static double Bits(double p) => Math.Log2(p / (1 - p));

    private static int Find(LinkTable table, FieldRole role)
    {
        for (int f = 0; f < table.Fields.Count; f++)
        {
            if (table.Fields[f].Role == role)
            {
                return f;
            }
        }

        return -1;
    }

    /// <summary>Decides pairs between two registers.</summary>
    /// <param name="scored">In order of their records.</param>
    /// <param name="entities">For each record the record that stands for it within its register.</param>
    internal (List<LinkPair> Pairs, int[] Clusters) Link(List<LinkPair> scored, int[] entities)
    {
        // The best pair of each two entities.
        Dictionary<(int, int), double> edges = new(scored.Count);
        Dictionary<int, (double Best, double Second)> tops = new(scored.Count);
        foreach (LinkPair pair in scored)
        {
            (int, int) key = (entities[pair.Left], entities[pair.Right]);
            if (!edges.TryGetValue(key, out double weight) || pair.Evidence.Weight > weight)
            {
                edges[key] = pair.Evidence.Weight;
            }
        }

        foreach (((int left, int right), double weight) in edges)
        {
            foreach (int node in (ReadOnlySpan<int>)[left, right])
            {
                tops[node] = !tops.TryGetValue(node, out (double Best, double Second) top) ? (weight, double.NegativeInfinity)
                    : weight > top.Best ? (weight, top.Best) : (top.Best, Math.Max(top.Second, weight));
            }
        }

        List<(int Left, int Right, double Weight)> kept = [.. edges.Where(edge => edge.Value > _review).Select(edge => (edge.Key.Item1, edge.Key.Item2, edge.Value))];
        kept.Sort();
        HashSet<(int, int)> matched = Match(kept);
        int[] clusters = [.. entities];
        List<LinkPair> decided = new(scored.Count);
        foreach (LinkPair pair in scored)
        {
            (int Left, int Right) key = (entities[pair.Left], entities[pair.Right]);
            LinkPair decision = pair;
            if (matched.Contains(key))
            {
                double own = edges[key];
                double second = Math.Max(SecondOf(tops[key.Left], own), SecondOf(tops[key.Right], own));
                string reason = pair.Evidence.Weight < _auto ? "evidence" : own - second < options.Margin ? "tie" : Veto(pair);
                decision = pair with { Band = reason.Length == 0 ? LinkBand.Auto : pair.Evidence.Weight >= _review ? LinkBand.Review : LinkBand.None, Reason = reason };
                if (decision.Band == LinkBand.Auto)
                {
                    clusters[key.Right] = key.Left;
                }
            }
            else if (pair.Evidence.Weight >= _review)
            {
                // Somebody else is the better match for one of the two; if not by far, both pairs are shown.
                bool isClose = tops[key.Left].Best - pair.Evidence.Weight < options.Margin && tops[key.Right].Best - pair.Evidence.Weight < options.Margin;
                decision = pair with { Band = isClose ? LinkBand.Review : LinkBand.None, Reason = isClose ? "tie" : "other" };
            }

            decided.Add(decision);
        }

        for (int i = 0; i < clusters.Length; i++)
        {
            clusters[i] = clusters[entities[i]];
        }

        return (decided, clusters);
    }

    private static double SecondOf((double Best, double Second) top, double own) => own < top.Best ? top.Best : top.Second;

    private HashSet<(int, int)> Match(List<(int Left, int Right, double Weight)> edges)
    {
        HashSet<(int, int)> matched = [];
        foreach (List<(int Left, int Right, double Weight)> component in Components(edges))
        {
            if (component.Count == 1)
            {
                matched.Add((component[0].Left, component[0].Right));
                continue;
            }

            int[] lefts = [.. component.Select(edge => edge.Left).Distinct().Order()];
            int[] rights = [.. component.Select(edge => edge.Right).Distinct().Order()];
            if (lefts.Length + rights.Length > MostInComponent)
            {
                // Cut at the weakest pairs: they are for review at best.
                double cut = component.Select(edge => edge.Weight).Order().ElementAt(component.Count / 4);
                List<(int Left, int Right, double Weight)> strong = component.FindAll(edge => edge.Weight > cut);
                if (strong.Count > 0)
                {
                    matched.UnionWith(Match(strong));
                }

                continue;
            }

            double[,] gains = new double[lefts.Length, rights.Length];
            foreach ((int left, int right, double weight) in component)
            {
                gains[Array.BinarySearch(lefts, left), Array.BinarySearch(rights, right)] = weight - _review;
            }

            int[] best = Matching.Best(gains);
            for (int i = 0; i < best.Length; i++)
            {
                if (best[i] >= 0)
                {
                    matched.Add((lefts[i], rights[best[i]]));
                }
            }
        }

        return matched;
    }

    private static IEnumerable<List<(int Left, int Right, double Weight)>> Components(List<(int Left, int Right, double Weight)> edges)
    {
        Dictionary<int, int> root = [];
        int Root(int node)
        {
            root.TryAdd(node, node);
            while (root[node] != node)
            {
                root[node] = root[root[node]];
                node = root[node];
            }

            return node;
        }

        foreach ((int left, int right, _) in edges)
        {
            int a = Root(left);
            int b = Root(right);
            root[Math.Max(a, b)] = Math.Min(a, b);
        }

        return edges.GroupBy(edge => Root(edge.Left)).Select(group => group.ToList());
    }

    // Why a pair of great weight is not linked without a person: what the weight says in sum, one contradiction takes back.
    internal string Veto(LinkPair pair)
    {
        if (hasGraveFinding)
        {
            return "finding";
        }

        if (table.IsRepeated[pair.Left] || table.IsRepeated[pair.Right])
        {
            return "id";
        }

        int surname = _surname < 0 ? LinkField.Null : pair.Level(_surname);
        int given = _given < 0 ? LinkField.Null : pair.Level(_given);
        bool isSwapped = surname is NameField.Swapped or NameField.Crossed;
        if (given is NameField.Differs or NameField.Unread || (_given >= 0 && given == LinkField.Null && surname != NameField.Swapped))
        {
            return "given";
        }

        int birth = _birth < 0 ? LinkField.Null : pair.Level(_birth);
        if (birth < 2)
        {
            return "birth";
        }

        bool isExact = isSwapped || given is > NameField.Similar and not LinkField.Null;
        if (_sex >= 0 && pair.Level(_sex) == 0 && !isExact)
        {
            return "sex";
        }

        // A name alone is nobody, a day alone is nobody.
        return (birth == LinkField.Null && !HasNumber(pair)) || (!isExact && given is not NameField.Alike and not NameField.Similar) ? "evidence" : "";
    }

    private bool HasNumber(LinkPair pair)
    {
        for (int f = 0; f < table.Fields.Count; f++)
        {
            if (table.Fields[f].Kind is LinkKind.Number or LinkKind.Email or LinkKind.Phone && pair.Level(f) == table.Fields[f].Levels.Count - 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the pairs of one register that are surely one person, each with the first record of its cluster.</summary>
    internal IEnumerable<LinkPair> Duplicates(List<LinkPair> scored)
    {
        ClusterSet sets = new(table.Count);
        Dictionary<(int, int), PairEvidence> known = scored.ToDictionary(pair => (pair.Left, pair.Right), pair => pair.Evidence);
        foreach (LinkPair pair in Strongest(scored))
        {
            if (pair.Evidence.Weight >= _auto && Veto(pair).Length == 0)
            {
                Merge(sets, pair, known, isStrict: true);
            }
        }

        return scored.Where(pair => pair.Left < pair.Right && sets.Root(pair.Left) == pair.Left && sets.Root(pair.Right) == pair.Left);
    }

    /// <summary>Decides pairs within one register: clusters that every pair of theirs supports.</summary>
    internal (List<LinkPair> Pairs, int[] Clusters) Deduplicate(List<LinkPair> scored)
    {
        Dictionary<(int, int), PairEvidence> known = scored.ToDictionary(pair => (pair.Left, pair.Right), pair => pair.Evidence);
        ClusterSet sure = new(table.Count);
        List<LinkPair> strongest = Strongest(scored);
        foreach (LinkPair pair in strongest)
        {
            if (pair.Evidence.Weight >= _auto && Veto(pair).Length == 0)
            {
                Merge(sure, pair, known, isStrict: true);
            }
        }

        int[] clusters = [.. Enumerable.Range(0, table.Count).Select(sure.Root)];
        ClusterSet likely = new(sure);
        foreach (LinkPair pair in strongest)
        {
            if (pair.Evidence.Weight >= _review)
            {
                Merge(likely, pair, known, isStrict: false);
            }
        }

        return (Bands(scored, sure, likely), clusters);
    }

    private List<LinkPair> Bands(List<LinkPair> scored, ClusterSet sure, ClusterSet likely)
    {
        List<LinkPair> decided = new(scored.Count);
        HashSet<(int, int)> seen = [];
        foreach (LinkPair pair in scored)
        {
            bool isSure = sure.Root(pair.Left) == sure.Root(pair.Right);
            bool isLikely = likely.Root(pair.Left) == likely.Root(pair.Right);
            string veto = isSure ? Veto(pair) : pair.Evidence.Weight >= _auto ? Veto(pair) is { Length: > 0 } why ? why : "chain" : isLikely ? "evidence" : "chain";
            LinkBand band = isSure && veto.Length == 0 ? LinkBand.Auto : isSure || isLikely || pair.Evidence.Weight >= 0 ? LinkBand.Review : LinkBand.None;
            decided.Add(pair with { Band = band, Reason = band == LinkBand.Auto ? "" : veto });
            seen.Add((pair.Left, pair.Right));
        }

        // Pairs that no candidate showed but whose clusters are one.
        for (int i = 0; i < table.Count; i++)
        {
            IReadOnlyList<int> members = likely.Root(i) == i ? likely.Members(i) : [];
            for (int a = 0; a < members.Count; a++)
            {
                for (int b = a + 1; b < members.Count; b++)
                {
                    (int left, int right) = (Math.Min(members[a], members[b]), Math.Max(members[a], members[b]));
                    if (seen.Add((left, right)))
                    {
                        ulong pattern = scorer.Pattern(left, right, _cache);
                        PairEvidence evidence = LinkWeights.Evidence(weights.Logs(left, right, pattern), weights.Priors);
                        decided.Add(new LinkPair(left, right, pattern, evidence, LinkBand.Review, "chain"));
                    }
                }
            }
        }

        decided.Sort(static (a, b) => a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Right.CompareTo(b.Right));
        return decided;
    }

    private static List<LinkPair> Strongest(List<LinkPair> scored)
    {
        List<LinkPair> strongest = [.. scored];
        strongest.Sort(static (a, b) => a.Evidence.Weight != b.Evidence.Weight ? b.Evidence.Weight.CompareTo(a.Evidence.Weight)
            : a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Right.CompareTo(b.Right));
        return strongest;
    }

    // Two clusters become one where all pairs between them support it (strict), or where they do in sum and none speaks strongly against it.
    private void Merge(ClusterSet sets, LinkPair pair, Dictionary<(int, int), PairEvidence> known, bool isStrict)
    {
        int a = sets.Root(pair.Left);
        int b = sets.Root(pair.Right);
        if (a == b)
        {
            return;
        }

        IReadOnlyList<int> left = sets.Members(a);
        IReadOnlyList<int> right = sets.Members(b);
        if (left.Count + right.Count > MostInCluster)
        {
            return;
        }

        double sum = 0;
        foreach (int i in left)
        {
            foreach (int j in right)
            {
                (int, int) key = (Math.Min(i, j), Math.Max(i, j));
                if (!known.TryGetValue(key, out PairEvidence evidence))
                {
                    ulong pattern = scorer.Pattern(key.Item1, key.Item2, _cache);
                    evidence = LinkWeights.Evidence(weights.Logs(key.Item1, key.Item2, pattern), weights.Priors);
                }

                if (isStrict && evidence.Weight < _review)
                {
                    return;
                }

                sum += Math.Clamp(evidence.Weight, -MostBits, MostBits);
            }
        }

        if (isStrict || sum > 0)
        {
            sets.Merge(a, b);
        }
    }
}

/// <summary>Disjoint sets that know their members; the root of a set is its first record.</summary>
internal sealed class ClusterSet
{
    private readonly int[] _root;
    private readonly Dictionary<int, List<int>> _members = [];

    internal ClusterSet(int count) => _root = [.. Enumerable.Range(0, count)];

    internal ClusterSet(ClusterSet other)
    {
        _root = [.. other._root];
        foreach ((int root, List<int> members) in other._members)
        {
            _members[root] = [.. members];
        }
    }

    internal int Root(int record) => _root[record];

    internal IReadOnlyList<int> Members(int root) => _members.TryGetValue(root, out List<int>? members) ? members : [root];

    internal void Merge(int a, int b)
    {
        (a, b) = (Math.Min(a, b), Math.Max(a, b));
        List<int> all = [.. Members(a), .. Members(b)];
        all.Sort();
        foreach (int record in Members(b))
        {
            _root[record] = a;
        }

        _members.Remove(b);
        _members[a] = all;
    }
}
