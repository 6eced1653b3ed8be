using System.Globalization;

namespace Warehouse.Etl.Link;

/// <summary>Compares the records of several systems for whom the register has nobody with each other.</summary>
/// <remarks>
/// Whoever is not in the register (refugees from violence at home, children never registered, those who live in one city and go to school in another) would otherwise be a
/// stranger in every department. There are too few of them, and too unlike the others, to train a model on; so links are exact and the rest is for staff.
/// <c>DET-5</c> joins records whose names in kanji and kana, birth date, sex and whole address agree, or whose valid resident numbers do: where each system has one such
/// child, none of them has a person of the register for review, and, but for numbers, no system is sensitive. Pairs that agree in the birth date and in a whole name, or in the birth date,
/// the given name and the address, go to the queue. Their probability is one minus the share of such pairs that chance would make: the rates at which two persons of the register
/// born in the same years share a birthday and share what agrees, times the pairs that were possible (a false discovery rate with the register for the null, after Efron, Large-Scale
/// Inference, 2010, ch. 2; names go with years of birth, hence those years only), from .01 to .99. Any order of the input gives the same; who is found in the register later goes there,
/// for such a record stays open. Cost: hash joins over these records, and one sort of the register's persons for each way in which a pair was found.
/// </remarks>
internal sealed class UnregisteredRecords
{
    /// <summary>The rule of a link between records that the register does not have.</summary>
    public const string Rule = "DET-5";

    // More pairs of one record help no reviewer; more records of one name are a name that says nothing.
    private const int MostCandidates = 5;
    private const int MostSharing = 20;

    // No model says how likely a pair is; that chance would make none does not make it certain.
    private const double Least = 0.01;
    private const double Most = 0.99;

    private static readonly (string Evidence, Func<IdentityRecord, string?> Key)[] Looks =
    [
        ("kanji=1;birth=1", static r => r.FullName.Length > 1 && r.Given.Length > 0 ? r.FullName : null),
        ("kana=1;birth=1", static r => r.FullKana.Length > 1 && r.GivenKana.Length > 0 ? Normalise.KanaFold(r.FullKana) : null),
        ("given=1;birth=1;address=1", static r => r.Given.Length > 0 && r.AddressNorm.Length > 0 ? r.Given + "|" + r.AddressNorm : null),
        ("given_kana=1;birth=1;address=1", static r => r.GivenKana.Length > 0 && r.AddressNorm.Length > 0 ? Normalise.KanaFold(r.GivenKana) + "|" + r.AddressNorm : null),
    ];

    private readonly List<IdentityRecord> _register;
    private readonly List<Node> _nodes;

    /// <summary>Takes the records without a match.</summary>
    /// <param name="register">All versions of the register.</param>
    /// <param name="subjects">All versions of the records that were to be decided.</param>
    /// <param name="decisions">What was decided about them; those without a match are compared.</param>
    /// <param name="candidates">Pairs with the register that wait for a person.</param>
    public UnregisteredRecords(List<IdentityRecord> register, IEnumerable<IdentityRecord> subjects, IEnumerable<LinkDecision> decisions, IEnumerable<LinkCandidate> candidates)
    {
        _register = register;
        Dictionary<long, LinkDecision> unmatched = decisions.Where(static decision => decision.RuleCode is "NEW" or "PRB-3").ToDictionary(static decision => decision.RecordKey);
        HashSet<long> waiting = [.. candidates.Select(static candidate => candidate.RecordKey)];
        long Root(long key) => unmatched.TryGetValue(key, out LinkDecision? decision) && decision.SameAsRecordKey is { } same ? same : key;
        _nodes =
        [
            .. subjects.Where(record => unmatched.ContainsKey(record.RecordKey) && record.HasIdentity)
                .GroupBy(record => Root(record.RecordKey)).OrderBy(static group => group.Key)
                .Select(group => new Node(
                    group.Key,
                    group.First().System,
                    [.. group],
                    unmatched.TryGetValue(group.Key, out LinkDecision? root) && root.SameAsRecordKey is null && !group.Any(record => waiting.Contains(record.RecordKey)))),
        ];
    }

    /// <summary>Turns decisions without a match into links where the records of other systems allow it, and adds the pairs that a person should look at.</summary>
    public void Decide(List<LinkDecision> decisions, List<LinkCandidate> candidates)
    {
        if (_nodes.Select(static node => node.System).Distinct(StringComparer.Ordinal).Skip(1).Any())
        {
            Dictionary<long, (Node Root, string Evidence)> links = Links();
            for (int i = 0; i < decisions.Count; i++)
            {
                if (decisions[i].SameAsRecordKey is null && links.TryGetValue(decisions[i].RecordKey, out (Node Root, string Evidence) link))
                {
                    decisions[i] = new LinkDecision(decisions[i].RecordKey, link.Root.Key, Rule, "register=0;" + link.Evidence);
                }
            }

            Queue(links, candidates);
        }
    }

    // Numbers first; whoever is linked so is not linked again by names. Sensitive systems take no part in links by names, so that they change none either.
    private Dictionary<long, (Node Root, string Evidence)> Links()
    {
        Dictionary<long, (Node, string)> links = [];
        HashSet<Node> linked = [];
        Link("number=1;veto=0", _nodes, static record => record.ResidentNumber is { } number && ResidentNumber.IsValid(number) ? number : null);
        Link("kanji=1;kana=1;birth=1;sex=1;address=1", _nodes.Where(node => !linked.Contains(node) && !LinkPolicy.Of(node.System).IsSensitive), Whole);
        return links;

        // Each with each: a record that would belong to two such groups belongs to none.
        void Link(string evidence, IEnumerable<Node> nodes, Func<IdentityRecord, string?> key)
        {
            Dictionary<Node, HashSet<Node>> alike = [];
            foreach (HashSet<Node> group in Groups(nodes, key).Values.Where(static group => group.Count > 1))
            {
                foreach (Node node in group)
                {
                    (alike.TryGetValue(node, out HashSet<Node>? others) ? others : alike[node] = []).UnionWith(group);
                }
            }

            foreach ((Node node, HashSet<Node> group) in alike)
            {
                bool isClique = group.All(member => alike[member].SetEquals(group));
                bool isOneEach = group.Select(static member => member.System).Distinct(StringComparer.Ordinal).Count() == group.Count;
                if (isClique && isOneEach && group.All(member => member.IsFree && group.All(other => !Contradicts(member, other))))
                {
                    linked.Add(node);
                    Node root = group.MinBy(static member => (member.KnownFromUtc, member.Key))!;
                    if (root != node)
                    {
                        links[node.Key] = (root, evidence);
                    }
                }
            }
        }
    }

    private void Queue(Dictionary<long, (Node Root, string Evidence)> links, List<LinkCandidate> candidates)
    {
        IdentityRecord[] people = Peers();
        double sameDay = ChanceOf(static record => record.BirthDate!.Value.DayNumber.ToString(CultureInfo.InvariantCulture), people);
        Dictionary<string, int> count = _nodes.GroupBy(static node => node.System, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.Count(), StringComparer.Ordinal);
        Dictionary<(Node, Node), (string Evidence, double Posterior)> pairs = [];
        foreach ((string evidence, Func<IdentityRecord, string?> look) in Looks)
        {
            string? Key(IdentityRecord record) => record.BirthDate is { } day && look(record) is { } text ? text + "|" + day.DayNumber.ToString(CultureInfo.InvariantCulture) : null;
            List<(Node One, Node Other)> found =
            [
                .. Groups(_nodes, Key).Values.Where(static group => group.Count is > 1 and <= MostSharing)
                    .SelectMany(static group => group.SelectMany(one => group.Where(other => IsBefore(other, one)).Select(other => (one, other)))).Distinct()
                    .Where(pair => pair.one.System != pair.other.System && Agrees(pair.one, pair.other) && !Contradicts(pair.one, pair.other)),
            ];
            double chance = found.Count == 0 ? 0 : sameDay * ChanceOf(look, people);
            Dictionary<(string, string), int> seen = found.GroupBy(static pair => Systems(pair.One, pair.Other)).ToDictionary(static group => group.Key, static group => group.Count());
            foreach ((Node one, Node other) in found)
            {
                double expected = chance * count[one.System] * count[other.System] / seen[Systems(one, other)];
                double posterior = Math.Clamp(1 - expected, Least, Most);
                if (!pairs.TryGetValue((one, other), out (string Evidence, double Posterior) best) || posterior > best.Posterior)
                {
                    pairs[(one, other)] = (evidence, posterior);
                }
            }
        }

        long RootOf(Node node) => links.TryGetValue(node.Key, out (Node Root, string Evidence) link) ? link.Root.Key : node.Key;
        foreach (IGrouping<Node, KeyValuePair<(Node One, Node Other), (string Evidence, double Posterior)>> group in pairs.Where(pair => RootOf(pair.Key.Item1) != RootOf(pair.Key.Item2))
            .GroupBy(static pair => pair.Key.Item1).OrderBy(static group => group.Key.Key))
        {
            candidates.AddRange(group.OrderByDescending(static pair => pair.Value.Posterior).ThenBy(static pair => pair.Key.Other.Key).Take(MostCandidates).Select(pair => new LinkCandidate(
                pair.Key.One.Key, pair.Key.Other.Key, pair.Value.Posterior, Math.Log2(pair.Value.Posterior / (1 - pair.Value.Posterior)), "register=0;" + pair.Value.Evidence)));
        }
    }

    // The persons of the register born when these records' persons were, one version each.
    private IdentityRecord[] Peers()
    {
        DateOnly[] days = [.. _nodes.SelectMany(static node => node.Versions).Select(static version => version.BirthDate).OfType<DateOnly>()];
        if (days.Length == 0)
        {
            return [];
        }

        (DateOnly first, DateOnly last) = (days.Min(), days.Max());
        HashSet<long> seen = [];
        return [.. _register.Where(record => record.BirthDate is { } day && day >= first && day <= last && seen.Add(record.RecordKey))];
    }

    // How often two persons agree by chance: after Laplace, so that none seen is not never.
    private static double ChanceOf(Func<IdentityRecord, string?> key, IdentityRecord[] people)
    {
        ulong[] keys = [.. people.Select(key).OfType<string>().Select(Hash).Order()];
        double same = 0;
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] == keys[from]; to++)
            {
            }

            same += Pairs(to - from);
        }

        return (same + 1) / (Pairs(people.Length) + 2);

        static double Pairs(double n) => n * (n - 1) / 2;
    }

    // FNV-1a over the characters: the same in each process, unlike the hash of strings, and a million keys in eight megabytes.
    private static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 1099511628211;
        }

        return hash;
    }

    private static Dictionary<string, HashSet<Node>> Groups(IEnumerable<Node> nodes, Func<IdentityRecord, string?> key)
    {
        Dictionary<string, HashSet<Node>> groups = new(StringComparer.Ordinal);
        foreach (Node node in nodes)
        {
            foreach (IdentityRecord version in node.Versions)
            {
                if (key(version) is { } text)
                {
                    (groups.TryGetValue(text, out HashSet<Node>? members) ? members : groups[text] = []).Add(node);
                }
            }
        }

        return groups;
    }

    private static string? Whole(IdentityRecord record) =>
        record is { BirthDate: { } birth, SexCode: > 0, Given.Length: > 0, GivenKana.Length: > 0, Surname.Length: > 0, SurnameKana.Length: > 0, AddressNorm.Length: > 0 }
            ? string.Join('|', record.Surname, record.Given, Normalise.KanaFold(record.FullKana), record.AddressNorm, birth.DayNumber.ToString(CultureInfo.InvariantCulture), record.SexCode == 1 ? "1" : "2")
            : null;

    // Another number, or all versions of another sex, birth date or given name.
    private static bool Contradicts(Node one, Node other) =>
        (one.Number is { } a && other.Number is { } b && a != b)
        || one.Versions.All(left => other.Versions.All(right => DeterministicLinker.IsVetoed(left, right)));

    private static bool Agrees(Node one, Node other) => one.Versions.Any(left => other.Versions.Any(right => left.SexCode == 0 || right.SexCode == 0 || left.SexCode == right.SexCode));

    private static bool IsBefore(Node one, Node other) => (one.KnownFromUtc, one.Key).CompareTo((other.KnownFromUtc, other.Key)) < 0;

    private static (string, string) Systems(Node one, Node other) =>
        string.CompareOrdinal(one.System, other.System) < 0 ? (one.System, other.System) : (other.System, one.System);

    /// <summary>Records of one system that are one child, with all their versions.</summary>
    private sealed class Node(long key, string system, IdentityRecord[] versions, bool isFree)
    {
        /// <summary>The record that the others of the child follow.</summary>
        public long Key { get; } = key;

        public string System { get; } = system;

        public IReadOnlyList<IdentityRecord> Versions { get; } = versions;

        /// <summary>Whether the program may link it: nobody of the register waits for a decision about it, and it belongs to nobody yet.</summary>
        public bool IsFree { get; } = isFree;

        public DateTime KnownFromUtc { get; } = versions.Min(static version => version.KnownFromUtc);

        public string? Number { get; } = versions.Select(static version => version.ResidentNumber).Where(static number => number is not null && ResidentNumber.IsValid(number)).Min(StringComparer.Ordinal);
    }
}
