using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Etl.Link;

/// <summary>Decides the open records of one system against the register, by the scores of a frozen model.</summary>
/// <remarks>
/// The score of a record with a person is that of the best pair of their versions. <c>PRB-1</c>: the best person by the margin, from the AUTO posterior on, no veto, and no
/// rival: another record of the system that claims the same person nearly as strongly, is not the same child and is not placed better elsewhere.
/// <c>PRB-2</c>: surely the same child as every record that is linked to one person so. <c>PRB-3</c>: surely the same child as records that nobody in the
/// register is found for. Everything else gets a person of its own, and its likely pairs go to the queue. Each rule looks at scores only, never at
/// what was decided in which order: a record that comes later can take the ground from under a link (then that stands until a person looks), never turn it to somebody else.
/// </remarks>
internal sealed class SystemDecision
{
    /// <summary>The most characters of the evidence of a link.</summary>
    private const int MostEvidence = 400;

    // More pairs of one record help no reviewer.
    private const int MostCandidates = 5;

    // Most records have no pair within their system: they share one empty list.
    private readonly List<Claim> _nobody = [];

    private readonly EntityTable _table;
    private readonly FrozenModel _model;
    private readonly string _version;
    private readonly LinkageOptions _options;
    private readonly double _auto;
    private readonly double _review;
    private readonly double _margin;
    private readonly Func<LinkPair, string> _vetoBetween;
    private readonly Func<LinkPair, string> _vetoWithin;
    private readonly Func<LinkPair, string> _evidenceBetween;
    private readonly Func<LinkPair, string> _evidenceWithin;
    private readonly int _address;
    private readonly int _given;
    private readonly List<Claim>[] _claims;
    private readonly Dictionary<int, List<Claim>> _claimants = [];
    private readonly List<Claim>[] _twice;
    private readonly List<Claim>[] _perhapsTwice;
    private readonly Verdict[] _verdicts;

    /// <summary>Prepares a decision: scores all pairs.</summary>
    public SystemDecision(EntityTable table, FrozenModel model, LinkPolicy policy, int threads)
    {
        _table = table;
        _model = model;
        _version = model.Version;
        LinkageOptions options = new() { Threads = threads, IsSensitive = policy.IsSensitive };
        _options = policy.IsSensitive ? options with { AutoFrom = 0.9999, Margin = 10 } : options;
        _auto = Bits(_options.AutoFrom);
        _review = Bits(_options.ReviewFrom);
        _margin = _options.Margin;
        EntityScoring scoring = new(table.Table, threads);
        LinkModel within = model.Within;
        _vetoBetween = scoring.Veto(model.Model, _options);
        _vetoWithin = scoring.Veto(within, _options);
        _evidenceBetween = scoring.Evidence(model.Model);
        _evidenceWithin = scoring.Evidence(within);
        _address = table.Table.Find(LinkKind.Address);
        _given = table.Table.Find(LinkKind.Given);
        _claims = Lists(table.Entities.Length);
        _twice = Lists(table.Entities.Length);
        _perhapsTwice = Lists(table.Entities.Length);
        _verdicts = new Verdict[table.Entities.Length];
        foreach (LinkPair pair in scoring.Between(model.Model, model.OneToOneBits, Math.Min(_review, _auto - _margin)))
        {
            Add(_claims, new Claim(table.Owners[pair.Right], table.Owners[pair.Left], pair));
        }

        foreach (LinkPair pair in scoring.Within(within, _review))
        {
            (int one, int other) = (table.Owners[pair.Left], table.Owners[pair.Right]);
            int name = GivenName(pair);
            if (one != other && _vetoWithin(pair).Length == 0
                && name is NameField.OtherReading or NameField.KanaOnly or NameField.FormOnly or NameField.Both)
            {
                // One department writes one child's name in one way; twins have been given names of one reading.
                List<Claim>[] lists = pair.Evidence.Weight >= _auto && name != NameField.KanaOnly ? _twice : _perhapsTwice;
                Add(lists, new Claim(one, other, pair));
                Add(lists, new Claim(other, one, pair));
            }
        }

        for (int record = 0; record < _claims.Length; record++)
        {
            _claims[record].Sort(static (a, b) => a.Bits != b.Bits ? b.Bits.CompareTo(a.Bits) : a.Other.CompareTo(b.Other));
            foreach (Claim claim in _claims[record])
            {
                if (!_claimants.TryGetValue(claim.Other, out List<Claim>? claimants))
                {
                    _claimants[claim.Other] = claimants = [];
                }

                claimants.Add(claim);
            }
        }
    }

    /// <summary>Adds a decision for each open record, and the pairs for the queue.</summary>
    public void Decide(List<LinkDecision> decisions, List<LinkCandidate> candidates)
    {
        Verdict[] direct = [.. Enumerable.Range(0, _verdicts.Length).Select(Direct)];
        for (int record = 0; record < _verdicts.Length; record++)
        {
            _verdicts[record] = direct[record].Person >= 0 ? direct[record] : Indirect(record, direct);
        }

        Dictionary<int, (int Root, Claim Pair)> groups = Groups();
        for (int record = 0; record < _verdicts.Length; record++)
        {
            LinkEntity entity = _table.Entities[record];
            if (!entity.IsOpen)
            {
                continue;
            }

            Verdict verdict = _verdicts[record];
            if (verdict.Person >= 0)
            {
                decisions.Add(new LinkDecision(entity.Key, _table.People[verdict.Person].Key, verdict.Rule, Evidence(verdict.Pair!, verdict.Rule)));
            }
            else if (groups.TryGetValue(record, out (int Root, Claim Pair) group))
            {
                decisions.Add(new LinkDecision(entity.Key, _table.Entities[group.Root].Key, "PRB-3", Evidence(group.Pair, "PRB-3")));
                Review(record, candidates);
            }
            else
            {
                int found = Review(record, candidates);
                string evidence = !entity.HasIdentity ? "identity=0" : string.Create(CultureInfo.InvariantCulture, $"model={_version};candidates={found};reason={(found == 0 ? "none" : verdict.Reason)}");
                decisions.Add(new LinkDecision(entity.Key, null, "NEW", evidence));
            }
        }
    }

    private static double Bits(double p) => Math.Log2(p / (1 - p));

    private List<Claim>[] Lists(int count)
    {
        List<Claim>[] lists = new List<Claim>[count];
        Array.Fill(lists, _nobody);
        return lists;
    }

    // The best pair of versions counts; of equal ones the first in the order of the table.
    private void Add(List<Claim>[] lists, Claim claim)
    {
        List<Claim> claims = lists[claim.Record];
        if (claims == _nobody)
        {
            lists[claim.Record] = claims = [];
        }

        int at = claims.FindIndex(other => other.Other == claim.Other);
        if (at < 0)
        {
            claims.Add(claim);
        }
        else if (claim.Bits > claims[at].Bits)
        {
            claims[at] = claim;
        }
    }

    private Verdict Direct(int record)
    {
        if (_claims[record] is not [Claim best, ..])
        {
            return Verdict.None("none");
        }

        if (best.Bits < _auto)
        {
            return Verdict.None("evidence");
        }

        if (_vetoBetween(best.Pair) is { Length: > 0 } veto)
        {
            return Verdict.None(veto);
        }

        if (_claims[record] is [_, Claim second, ..] && best.Bits - second.Bits < _margin)
        {
            return Verdict.None("tie");
        }

        if (_claimants[best.Other].Exists(rival => IsRival(rival, best)))
        {
            return Verdict.None("tie");
        }

        return IsPulledElsewhere(record, best.Other) ? Verdict.None("twice") : new Verdict(best.Other, "PRB-1", best, string.Empty);
    }

    private bool IsRival(Claim rival, Claim claim) =>
        rival.Record != claim.Record && rival.Bits > claim.Bits - _margin && !IsSameChild(claim.Record, rival.Record)
        && !(IsPerhapsSameChild(claim.Record, rival.Record) && StandsAlone(claim) && StandsAlone(rival))
        && !(_claims[rival.Record][0] is var better && better.Other != rival.Other && better.Bits >= rival.Bits + _margin);

    // A child who moved within the city, or whose name changed, has a record for each school. They may say too little about each other and, each with a home that the person had, all about the person.
    private bool IsPerhapsSameChild(int record, int other) => _perhapsTwice[record].Exists(claim => claim.Other == other);

    // Without the bits that a record gets for having one counterpart at most.
    private bool StandsAlone(Claim claim) => claim.Bits - _model.OneToOneBits >= _auto && HasHome(claim) && _vetoBetween(claim.Pair).Length == 0;

    private int GivenName(LinkPair pair) => _given < 0 ? LinkField.Null : pair.Level(_given);

    private bool HasHome(Claim claim) => _address >= 0 && claim.Pair.Level(_address) is var level && level != LinkField.Null && level >= _table.Table.Fields[_address].Levels.Count - 2;

    private bool IsSameChild(int record, int other) => _twice[record].Exists(claim => claim.Other == other);

    // A record that is surely the same child belongs, by its own score or by what was decided, to somebody else.
    private bool IsPulledElsewhere(int record, int person) => _twice[record].Exists(twin =>
        (_claims[twin.Other] is [Claim top, ..] && top.Other != person && top.Bits >= _auto)
        || (_table.Entities[twin.Other].PersonKey is { } linked && linked != _table.People[person].PersonKey));

    private Verdict Indirect(int record, Verdict[] direct)
    {
        string reason = direct[record].Reason;
        List<Claim> linked = _twice[record].FindAll(twin => direct[twin.Other].Person >= 0);
        if (linked.Count == 0)
        {
            return direct[record];
        }

        int person = direct[linked[0].Other].Person;
        bool isOne = linked.TrueForAll(twin => direct[twin.Other].Person == person) && (_claims[record] is not [Claim best, ..] || best.Other == person) && !IsPulledElsewhere(record, person);
        bool isAll = _claimants[person].TrueForAll(claim => claim.Record == record || direct[claim.Record].Person != person || IsSameChild(record, claim.Record));
        return isOne && isAll && reason != "tie" ? new Verdict(person, "PRB-2", linked.MaxBy(static twin => twin.Bits), string.Empty) : Verdict.None(reason == "none" ? "twice" : reason);
    }

    // Records that are surely one child, each with each, and of whom nobody in the register is found.
    private Dictionary<int, (int Root, Claim Pair)> Groups()
    {
        Dictionary<int, (int Root, Claim Pair)> groups = [];
        HashSet<int> seen = [];
        for (int record = 0; record < _verdicts.Length; record++)
        {
            if (_verdicts[record].Person >= 0 || _twice[record].Count == 0 || !seen.Add(record))
            {
                continue;
            }

            List<int> members = [record];
            for (int i = 0; i < members.Count; i++)
            {
                members.AddRange(_twice[members[i]].Select(static twin => twin.Other).Where(other => _verdicts[other].Person < 0 && seen.Add(other)));
            }

            bool isClique = members.TrueForAll(member => _twice[member].Count(twin => members.Contains(twin.Other)) == members.Count - 1);
            long[] persons = [.. members.Select(member => _table.Entities[member].PersonKey).OfType<long>().Distinct()];
            if (members.Count < 2 || !isClique || persons.Length > 1 || members.Exists(member => _verdicts[member].Reason == "tie") || members.Exists(member => _twice[member].Exists(twin => _verdicts[twin.Other].Person >= 0)))
            {
                continue;
            }

            // Whoever has a person keeps it; else the one that was known first gives it.
            int root = members.OrderBy(member => _table.Entities[member].IsOpen).ThenBy(member => _table.Entities[member].KnownFromUtc).ThenBy(member => _table.Entities[member].Key).First();
            foreach (int member in members.Where(member => member != root))
            {
                groups[member] = (root, _twice[member].Find(twin => twin.Other == root)!);
            }
        }

        return groups;
    }

    private int Review(int record, List<LinkCandidate> candidates)
    {
        long key = _table.Entities[record].Key;
        Claim[] pairs = [.. _claims[record].Where(claim => claim.Bits >= _review).Take(MostCandidates)];
        candidates.AddRange(pairs.Select(claim => new LinkCandidate(key, _table.People[claim.Other].Key, claim.Pair.Evidence.Posterior, claim.Bits, Evidence(claim, null))));
        return pairs.Length;
    }

    private string Evidence(Claim claim, string? rule)
    {
        bool isWithin = rule is "PRB-2" or "PRB-3";
        string other = isWithin ? string.Create(CultureInfo.InvariantCulture, $";same_as={_table.Entities[claim.Other].Key}") : string.Empty;
        string fields = (isWithin ? _evidenceWithin : _evidenceBetween)(claim.Pair);
        string text = string.Create(CultureInfo.InvariantCulture, $"model={_version};p={claim.Pair.Evidence.Posterior:0.000000};bits={claim.Bits:0.0}{other};{fields}");
        return text.Length <= MostEvidence ? text : text[..MostEvidence];
    }

    /// <summary>A pair of a record with a person, or with another record of its system: the best of their versions.</summary>
    private sealed record Claim(int Record, int Other, LinkPair Pair)
    {
        public double Bits => Pair.Evidence.Weight;
    }

    private readonly record struct Verdict(int Person, string Rule, Claim? Pair, string Reason)
    {
        public static Verdict None(string reason) => new(-1, string.Empty, null, reason);
    }
}
