using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Turns scored pairs into decisions: one-to-one between registers, clusters without chains within one.</summary>
internal sealed class Decision(LinkTable table, LinkScorer scorer, LinkWeights weights, LinkageOptions options, bool hasGraveFinding)
{
    // Exact matching costs the cube of the records; what is larger is for review.
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
    private readonly List<LinkFinding> _findings = [];
    private int _refused;

    /// <summary>What could not be decided because too many records are alike.</summary>
    internal IEnumerable<LinkFinding> Findings => _refused == 0 ? _findings
        : [.. _findings, new LinkFinding("LNK-012", $"{LinkTable.Count1(_refused)} times two clusters that seem one were left apart, because together they would hold more than {MostInCluster} records; their pairs are for review.",
            Japanese: $"同一人らしい集まりを {LinkTable.Count1(_refused)} 回まとめませんでした。まとめると {MostInCluster} 件を超えるためです。その組は確認に回しました。多くの記録が誤って共有する値がないか確かめてください。")];

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
    /// <param name="frozen">The threshold of a frozen model, in bits; null to find it.</param>
    /// <returns>The pairs, the clusters, and the threshold where it is below that of the options.</returns>
    internal (List<LinkPair> Pairs, int[] Clusters, double? Auto) Link(List<LinkPair> scored, int[] entities, double? frozen)
    {
        EdgeSet edges = new(scored, entities, table.Count);
        edges = SameCounterpart(scored, entities, edges) ? new EdgeSet(scored, entities, table.Count) : edges;
        (double Best, double Second)[] tops = edges.Tops(table.Count);
        bool[] isTangled = new bool[table.Count];
        bool[] isMatched = Match(edges, isTangled);
        HashSet<int> several = Several(entities);
        int[] clusters = [.. entities];
        List<LinkPair> decided = new(scored.Count);
        for (int i = 0; i < scored.Count; i++)
        {
            LinkPair pair = scored[i];
            (int Left, int Right) key = (entities[pair.Left], entities[pair.Right]);
            LinkPair decision = pair;
            if (isMatched[edges.Of(i)])
            {
                double own = edges.Weight(edges.Of(i));
                double second = Math.Max(SecondOf(tops[key.Left], own), SecondOf(tops[key.Right], own));
                bool isTie = isTangled[key.Left] || own - second < options.Margin || (several.Contains(key.Left) && several.Contains(key.Right));
                string reason = isTie ? "tie" : Veto(pair);
                decision = pair with { Band = reason.Length == 0 ? LinkBand.Auto : pair.Evidence.Weight >= _review ? LinkBand.Review : LinkBand.None, Reason = reason };
            }
            else if (pair.Evidence.Weight >= _review)
            {
                // Somebody else is the better match for one of the two; if not by far, both pairs are shown.
                bool isClose = isTangled[key.Left] || (tops[key.Left].Best - pair.Evidence.Weight < options.Margin && tops[key.Right].Best - pair.Evidence.Weight < options.Margin);
                decision = pair with { Band = isClose ? LinkBand.Review : LinkBand.None, Reason = isClose ? "tie" : "other" };
            }

            decided.Add(decision);
        }

        double auto = options.MostWrong <= 0 ? _auto : frozen is { } given ? Math.Min(given, _auto) : Threshold(decided);
        HouseholdLinks? households = options.IsSensitive ? null : HouseholdLinks.Of(table, decided.Where(pair => pair.Band == LinkBand.Auto && pair.Evidence.Weight >= auto && (pair.Evidence.Weight >= _auto || IsOfStrangers(pair))), entities);
        for (int i = 0; i < decided.Count; i++)
        {
            LinkPair pair = decided[i];
            bool isLow = pair.Evidence.Weight < auto || (pair.Evidence.Weight < _auto && !IsOfStrangers(pair));
            if (isLow && pair.Band == LinkBand.Auto && households?.Has(pair) == true && With(pair, households.Bits) is var evidence && evidence.Weight >= _auto)
            {
                // Nothing disputed the pair but that its weight alone was too little.
                decided[i] = pair with { Evidence = evidence, Reason = "household" };
                clusters[entities[pair.Right]] = entities[pair.Left];
            }
            else if (isLow && pair.Band == LinkBand.Auto)
            {
                decided[i] = pair with { Band = pair.Evidence.Weight >= _review ? LinkBand.Review : LinkBand.None, Reason = "evidence" };
            }
            else if (pair.Band == LinkBand.Auto)
            {
                clusters[entities[pair.Right]] = entities[pair.Left];
            }
        }

        for (int i = 0; i < clusters.Length; i++)
        {
            clusters[i] = clusters[entities[i]];
        }

        LeaveOutUnlikely(decided, entities);
        return (decided, clusters, auto < _auto ? auto : null);
    }

    // Whether what speaks against a pair are unrelated people alone. Two of one birth or of one house are told apart by no margin and no other record: such a doubt is not for a lower threshold.
    private bool IsOfStrangers(LinkPair pair) => pair.Evidence.Multiple + pair.Evidence.Household <= 1 - options.AutoFrom;

    // Who looks at a record looks at all its pairs: together they must be worth it.
    private void LeaveOutUnlikely(List<LinkPair> decided, int[] entities)
    {
        double[] chances = new double[table.Count];
        foreach (LinkPair pair in decided.Where(static pair => pair.Band == LinkBand.Review))
        {
            chances[entities[pair.Left]] += pair.Evidence.Posterior;
            chances[entities[pair.Right]] += pair.Evidence.Posterior;
        }

        for (int i = 0; i < decided.Count; i++)
        {
            LinkPair pair = decided[i];
            if (pair.Band == LinkBand.Review && Math.Max(chances[entities[pair.Left]], chances[entities[pair.Right]]) < options.WorthFrom)
            {
                decided[i] = pair with { Band = LinkBand.None };
            }
        }
    }

    // The evidence of a pair with bits against unrelated people alone.
    private PairEvidence With(LinkPair pair, double bits)
    {
        Vector128<float> logs = weights.Logs(pair.Left, pair.Right, pair.Pattern);
        double bonus = pair.Evidence.Weight - LinkWeights.Evidence(logs, weights.Priors).Weight;
        return LinkWeights.Evidence(logs.WithElement(3, logs[3] - (float)bits), weights.Priors).Add(bonus);
    }

    // Two records of one register that are both sure matches of one record, and of no other, are one person twice: a stranger would have to have no counterpart of his own and the same name and day.
    // A record that stands twice is as rare as the register shows; that much more must the second of them weigh.
    private bool SameCounterpart(List<LinkPair> scored, int[] entities, EdgeSet edges)
    {
        (double Best, double Second)[] tops = edges.Tops(table.Count);
        (double left, double right) = (TwiceBits(entities, 0, table.LeftCount), TwiceBits(entities, table.LeftCount, table.Count));
        Dictionary<int, int> merged = [];
        foreach (bool isRight in (ReadOnlySpan<bool>)[true, false])
        {
            // Only a record with two sure counterparts is of interest, and there are few.
            int[] sure = new int[table.Count];
            foreach (ref readonly LinkPair pair in CollectionsMarshal.AsSpan(scored))
            {
                sure[entities[isRight ? pair.Left : pair.Right]] += pair.Evidence.Weight >= _auto ? 1 : 0;
            }

            Dictionary<int, List<LinkPair>> groups = [];
            foreach (ref readonly LinkPair pair in CollectionsMarshal.AsSpan(scored))
            {
                int shared = entities[isRight ? pair.Left : pair.Right];
                if (sure[shared] < 2 || pair.Evidence.Weight < _auto || Veto(pair).Length > 0)
                {
                    continue;
                }

                // Each must have this counterpart alone, by the margin.
                (double best, double second) = tops[entities[isRight ? pair.Right : pair.Left]];
                if (best <= pair.Evidence.Weight && pair.Evidence.Weight - second >= options.Margin)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(groups, shared, out _) ??= []).Add(pair);
                }
            }

            foreach (List<LinkPair> group in groups.Values)
            {
                (int Entity, int Record, double Weight)[] twice =
                [
                    .. group.Select(pair => (Entity: entities[isRight ? pair.Right : pair.Left], Record: isRight ? pair.Right : pair.Left, pair.Evidence.Weight))
                        .OrderByDescending(item => item.Weight).ThenBy(item => item.Record).DistinctBy(item => item.Entity),
                ];
                for (int i = 1; i < twice.Length; i++)
                {
                    if (twice[i].Weight - (isRight ? right : left) >= _auto && IsAlike(twice[0].Record, twice[i].Record))
                    {
                        // Each entity is in one group only, because it has one best counterpart.
                        int keep = Math.Min(Kept(twice[0].Entity), twice[i].Entity);
                        int drop = Math.Max(Kept(twice[0].Entity), twice[i].Entity);
                        merged[drop] = keep;
                    }
                }
            }
        }

        for (int k = 0; merged.Count > 0 && k < entities.Length; k++)
        {
            entities[k] = Kept(entities[k]);
        }

        return merged.Count > 0;

        int Kept(int entity)
        {
            while (merged.TryGetValue(entity, out int next))
            {
                entity = next;
            }

            return entity;
        }
    }

    private bool IsAlike(int a, int b)
    {
        ulong pattern = scorer.Pattern(Math.Min(a, b), Math.Max(a, b), _cache);
        LinkPair pair = new(a, b, pattern, default, LinkBand.None, "");
        int given = _given < 0 ? LinkField.Null : pair.Level(_given);
        int birth = _birth < 0 ? LinkField.Null : pair.Level(_birth);
        return given > NameField.Similar && birth >= 2;
    }

    // How rare a record is that stands twice, in bits; one more for each register of which nothing is known.
    private static double TwiceBits(int[] entities, int from, int to)
    {
        int twice = 1;
        for (int i = from; i < to; i++)
        {
            twice += entities[i] != i ? 1 : 0;
        }

        return Math.Log2((to - from + 1.0) / twice);
    }

    // Entities of more than one record. Where both sides hold a person twice, they may as well be two.
    private static HashSet<int> Several(int[] entities)
    {
        HashSet<int> several = [];
        for (int i = 0; i < entities.Length; i++)
        {
            if (entities[i] != i)
            {
                several.Add(entities[i]);
            }
        }

        return several;
    }

    // The least weight down to which the posteriors of all links expect no more than the wanted share to be wrong.
    private double Threshold(List<LinkPair> decided)
    {
        double[] weights = [.. decided.Where(pair => pair.Band == LinkBand.Auto && (pair.Evidence.Weight >= _auto || IsOfStrangers(pair))).Select(pair => pair.Evidence.Weight)];
        Array.Sort(weights);
        double least = _auto - Math.Log2(20);
        double expected = 0;
        double threshold = _auto;
        for (int i = weights.Length - 1; i >= 0 && weights[i] >= least; i--)
        {
            expected += 1 / (1 + Math.Pow(2, weights[i]));
            if (weights[i] < threshold && expected <= options.MostWrong * (weights.Length - i))
            {
                threshold = weights[i];
            }
        }

        return threshold;
    }

    private static double SecondOf((double Best, double Second) top, double own) => own < top.Best ? top.Best : top.Second;

    private bool[] Match(EdgeSet edges, bool[] isTangled)
    {
        bool[] matched = new bool[edges.Count];
        List<(int Left, int Right, double Weight)> tied = Matching.Dominant(edges.From(_review), table.Count, _review, (left, right) => matched[edges.Find(left, right)] = true);
        int tangles = 0;
        int tangled = 0;
        foreach (List<(int Left, int Right, double Weight)> component in Components(tied))
        {
            int[] lefts = [.. component.Select(edge => edge.Left).Distinct().Order()];
            int[] rights = [.. component.Select(edge => edge.Right).Distinct().Order()];
            if (lefts.Length + rights.Length > MostInComponent)
            {
                // So many records that all could be one another are no persons but an error: nothing in it is decided.
                tangles++;
                tangled += lefts.Length + rights.Length;
                foreach (int node in lefts.Concat(rights))
                {
                    isTangled[node] = true;
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
                    matched[edges.Find(lefts[i], rights[best[i]])] = true;
                }
            }
        }

        if (tangles > 0)
        {
            _findings.Add(new LinkFinding("LNK-011", $"{LinkTable.Count1(tangled)} records stand in {tangles} group(s) in which more than {MostInComponent} could be one another; none of them is linked without review. Look for a value that many records share by mistake.",
                Japanese: $"互いに同一人でありうる記録が {MostInComponent} 件を超える集まりが {tangles} あり、{LinkTable.Count1(tangled)} 件が入っています。確認なしに同一人とすることはしません。多くの記録が誤って共有する値がないか確かめてください。"));
        }

        return matched;
    }

    private static IEnumerable<List<(int Left, int Right, double Weight)>> Components(List<(int Left, int Right, double Weight)> edges)
    {
        Dictionary<int, int> root = new(edges.Count);
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

        if (table.HasRepeatedId(pair.Left) || table.HasRepeatedId(pair.Right))
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

        // A name alone is nobody, a day alone is nobody. In one house nobody has another's name: Japanese family registers do not enter a second member of that name.
        // Where a wrong link would do special harm a person says so.
        bool isAtHome = !options.IsSensitive && isExact && given >= NameField.KanaOnly && surname is >= NameField.KanaOnly and not LinkField.Null && IsJapanese(pair) && (IsSameHouse(pair) || HasSameGuardian(pair));
        return (birth == LinkField.Null && !HasNumber(pair) && !isAtHome) || (!isExact && given is not NameField.Alike and not NameField.NearBoth and not NameField.Similar) ? "evidence" : "";
    }

    private bool IsJapanese(LinkPair pair) =>
        table.Fields[_given] is NameField names && table.Code(pair.Left, _given) is > 0 and int code && !names.Book.IsLatin(names.Book.Form(code));

    private bool IsSameHouse(LinkPair pair)
    {
        for (int f = 0; f < table.Fields.Count; f++)
        {
            if (table.Fields[f] is AddressField && pair.Level(f) is AddressField.House or AddressField.Equal)
            {
                return true;
            }
        }

        return false;
    }

    // A guardian of the same name says whose house it is where the address does not, because they moved or it is missing.
    private bool HasSameGuardian(LinkPair pair)
    {
        for (int f = 0; f < table.Fields.Count; f++)
        {
            if (table.Fields[f] is NameField && table.Fields[f].Role == FieldRole.Home && pair.Level(f) is >= NameField.KanaOnly and <= NameField.Both)
            {
                return true;
            }
        }

        return false;
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
            _refused++;
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

/// <summary>The best pair of each two entities, in order of the entities.</summary>
internal sealed class EdgeSet
{
    private readonly int[] _starts;
    private readonly int[] _lefts;
    private readonly int[] _rights;
    private readonly double[] _weights;
    private readonly int[] _of;

    /// <summary>Makes the edges of pairs.</summary>
    /// <param name="pairs">In any order.</param>
    /// <param name="entities">For each record the record that stands for it.</param>
    /// <param name="records">The count of records.</param>
    internal EdgeSet(List<LinkPair> pairs, int[] entities, int records)
    {
        ReadOnlySpan<LinkPair> all = CollectionsMarshal.AsSpan(pairs);
        int[] starts = new int[records + 1];
        foreach (ref readonly LinkPair pair in all)
        {
            starts[entities[pair.Left] + 1]++;
        }

        for (int i = 1; i <= records; i++)
        {
            starts[i] += starts[i - 1];
        }

        // Pairs by their first entity; then the few of one by the second.
        int[] next = starts[..^1];
        int[] order = new int[all.Length];
        int[] rights = new int[all.Length];
        for (int i = 0; i < all.Length; i++)
        {
            int place = next[entities[all[i].Left]]++;
            (order[place], rights[place]) = (i, entities[all[i].Right]);
        }

        _starts = new int[records + 1];
        _lefts = new int[all.Length];
        _rights = new int[all.Length];
        _weights = new double[all.Length];
        _of = new int[all.Length];
        for (int left = 0; left < records; left++)
        {
            (int from, int to) = (starts[left], starts[left + 1]);
            if (to - from > 1)
            {
                Array.Sort(rights, order, from, to - from);
            }

            for (int i = from; i < to; i++)
            {
                double weight = all[order[i]].Evidence.Weight;
                if (i > from && rights[i] == rights[i - 1])
                {
                    _weights[Count - 1] = Math.Max(_weights[Count - 1], weight);
                }
                else
                {
                    (_lefts[Count], _rights[Count], _weights[Count]) = (left, rights[i], weight);
                    Count++;
                }

                _of[order[i]] = Count - 1;
            }

            _starts[left + 1] = Count;
        }
    }

    internal int Count { get; }

    /// <summary>Returns the edge of a pair.</summary>
    internal int Of(int pair) => _of[pair];

    internal double Weight(int edge) => _weights[edge];

    /// <summary>Returns the edge between two entities, which must be there.</summary>
    internal int Find(int left, int right) => Array.BinarySearch(_rights, _starts[left], _starts[left + 1] - _starts[left], right);

    /// <summary>Returns the edges above a weight.</summary>
    internal List<(int Left, int Right, double Weight)> From(double weight)
    {
        List<(int Left, int Right, double Weight)> kept = new(Count);
        for (int i = 0; i < Count; i++)
        {
            if (_weights[i] > weight)
            {
                kept.Add((_lefts[i], _rights[i], _weights[i]));
            }
        }

        return kept;
    }

    /// <summary>Returns for each entity the weights of its best and its second counterpart.</summary>
    internal (double Best, double Second)[] Tops(int records)
    {
        var tops = new (double Best, double Second)[records];
        Array.Fill(tops, (double.NegativeInfinity, double.NegativeInfinity));
        for (int i = 0; i < Count; i++)
        {
            double weight = _weights[i];
            foreach (int node in (ReadOnlySpan<int>)[_lefts[i], _rights[i]])
            {
                (double best, double second) = tops[node];
                tops[node] = weight > best ? (weight, best) : (best, Math.Max(second, weight));
            }
        }

        return tops;
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
