using System.Globalization;
using System.Runtime.InteropServices;
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

    private readonly EntityIndex _index;
    private readonly FrozenModel _model;
    private readonly string _version;
    private readonly double _auto;
    private readonly double _review;
    private readonly double _margin;
    private readonly Func<LinkPair, string> _veto;
    private readonly LinkWeights _between;
    private readonly LinkWeights _withinWeights;
    private readonly int _address;
    private readonly int _given;
    private readonly List<Claim>[] _claims;
    private readonly Dictionary<int, List<Claim>> _claimants = [];
    private readonly List<Claim>[] _twice;
    private readonly List<Claim>[] _perhapsTwice;
    private readonly Verdict[] _verdicts;
    private readonly bool[] _isSeen;
    private readonly List<int> _seen = [];

    /// <summary>Prepares a decision: scores the pairs of the open records and of all that could change what is decided about them.</summary>
    /// <param name="index">The register and all records of the system.</param>
    /// <param name="model">The model.</param>
    /// <param name="policy">How careful linkage is with the system.</param>
    /// <param name="threads">Threads; never changes the result.</param>
    /// <param name="scoresAll">Whether all records are scored, the near and the far: the same decisions at more cost.</param>
    public SystemDecision(EntityIndex index, FrozenModel model, LinkPolicy policy, int threads, bool scoresAll = false)
    {
        _index = index;
        _model = model;
        _version = model.Version;
        LinkageOptions options = new() { Threads = threads, IsSensitive = policy.IsSensitive };
        options = policy.IsSensitive ? options with { AutoFrom = 0.9999, Margin = 10 } : options;
        _auto = Bits(options.AutoFrom);
        _review = Bits(options.ReviewFrom);
        _margin = options.Margin;
        _between = new LinkWeights(model.Model, index.Table);
        _withinWeights = new LinkWeights(model.Within, index.Table);
        _veto = new Decision(index.Table, new LinkScorer(index.Table), _between, options, hasGraveFinding: false).Veto;
        _address = index.Table.Find(LinkKind.Address);
        _given = index.Table.Find(LinkKind.Given);
        int count = index.Entities.Count;
        _claims = Lists(count);
        _twice = Lists(count);
        _perhapsTwice = Lists(count);
        _verdicts = new Verdict[count];
        _isSeen = new bool[count];
        List<int> wave = scoresAll ? [.. Enumerable.Range(0, count)] : [.. index.Open];
        HashSet<int> asked = [];
        while (wave.Count > 0)
        {
            // Where most are near anyway, taking all is cheaper than looking for the rest.
            wave = 2 * (_seen.Count + wave.Count) > count ? [.. Enumerable.Range(0, count).Where(entity => !_isSeen[entity])] : wave;
            wave = Score(wave, asked);
        }

        foreach (int record in _seen)
        {
            foreach (Claim claim in _claims[record])
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(_claimants, claim.Other, out _) ??= []).Add(claim);
            }
        }
    }

    /// <summary>How many records of the system were scored.</summary>
    public int Scored => _seen.Count;

    // Scores records against the register and their system, and returns those near them that are not scored yet: whoever claims a person to whom one of them would be linked, and whoever is surely one child with one of them.
    private List<int> Score(List<int> wave, HashSet<int> asked)
    {
        foreach (int record in wave)
        {
            _isSeen[record] = true;
        }

        _seen.AddRange(wave);
        List<int> rows = Rows(wave, _index.RowsOf);
        double least = Math.Min(_review, _auto - _margin);
        foreach (LinkPair pair in _index.Between(rows, _model.Model, _model.OneToOneBits, least))
        {
            Add(_claims, new Claim(_index.Owners[pair.Right], _index.Owners[pair.Left], pair));
        }

        SortedSet<int> near = [];
        foreach (LinkPair found in _index.Within(rows, _model.Within, _review))
        {
            // Records stand in the order in which they were added; what is written about a pair must not depend on it.
            LinkPair pair = _index.Entities[_index.Owners[found.Left]].Key <= _index.Entities[_index.Owners[found.Right]].Key ? found : found with { Left = found.Right, Right = found.Left };
            (int one, int other) = (_index.Owners[pair.Left], _index.Owners[pair.Right]);
            int name = GivenName(pair);
            if (one != other && _veto(pair).Length == 0
                && name is NameField.OtherReading or NameField.KanaOnly or NameField.FormOnly or NameField.Both)
            {
                // One department writes one child's name in one way; twins have been given names of one reading.
                bool isSure = pair.Evidence.Weight >= _auto && name != NameField.KanaOnly;
                List<Claim>[] lists = isSure ? _twice : _perhapsTwice;
                Add(lists, new Claim(one, other, pair));
                Add(lists, new Claim(other, one, pair));
                if (isSure)
                {
                    near.Add(one);
                    near.Add(other);
                }
            }
        }

        List<int> people = [];
        foreach (int record in wave)
        {
            _claims[record].Sort((a, b) => a.Bits != b.Bits ? b.Bits.CompareTo(a.Bits) : a.Other.CompareTo(b.Other));
            if (_claims[record] is [Claim best, ..] && best.Bits >= _auto && asked.Add(best.Other))
            {
                people.Add(best.Other);
            }
        }

        if (_seen.Count < _isSeen.Length)
        {
            foreach (LinkPair pair in _index.Between(Rows(people, _index.RowsOfPerson), _model.Model, _model.OneToOneBits, least))
            {
                near.Add(_index.Owners[pair.Right]);
            }
        }

        return [.. near.Where(record => !_isSeen[record])];
    }

    private static List<int> Rows(List<int> entities, Func<int, (int From, int To)> rowsOf)
    {
        List<int> rows = new(entities.Count);
        foreach (int entity in entities)
        {
            (int from, int to) = rowsOf(entity);
            for (int row = from; row < to; row++)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Adds a decision for each open record, and the pairs for the queue.</summary>
    public void Decide(List<LinkDecision> decisions, List<LinkCandidate> candidates)
    {
        _seen.Sort((a, b) => _index.Entities[a].Key.CompareTo(_index.Entities[b].Key));
        foreach (int record in _seen)
        {
            _twice[record].Sort((a, b) => _index.Entities[a.Other].Key.CompareTo(_index.Entities[b.Other].Key));
        }

        var direct = new Verdict[_verdicts.Length];
        foreach (int record in _seen)
        {
            direct[record] = Direct(record);
        }

        foreach (int record in _seen)
        {
            _verdicts[record] = direct[record].Person >= 0 ? direct[record] : Indirect(record, direct);
        }

        Dictionary<int, (int Root, Claim Pair)> groups = Groups();
        foreach (int record in _seen)
        {
            LinkEntity entity = _index.Entities[record];
            if (!entity.IsOpen)
            {
                continue;
            }

            Verdict verdict = _verdicts[record];
            if (verdict.Person >= 0)
            {
                decisions.Add(new LinkDecision(entity.Key, _index.People[verdict.Person].Key, verdict.Rule, Evidence(verdict.Pair!, verdict.Rule)));
            }
            else if (groups.TryGetValue(record, out (int Root, Claim Pair) group))
            {
                decisions.Add(new LinkDecision(entity.Key, _index.Entities[group.Root].Key, "PRB-3", Evidence(group.Pair, "PRB-3")));
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

    // The best pair of versions counts; of equal ones that of the earlier versions.
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
        else if (claim.Bits > claims[at].Bits || (claim.Bits == claims[at].Bits && (claim.Pair.Left, claim.Pair.Right).CompareTo((claims[at].Pair.Left, claims[at].Pair.Right)) < 0))
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

        if (_veto(best.Pair) is { Length: > 0 } veto)
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
    private bool StandsAlone(Claim claim) => claim.Bits - _model.OneToOneBits >= _auto && HasHome(claim) && _veto(claim.Pair).Length == 0;

    private int GivenName(LinkPair pair) => _given < 0 ? LinkField.Null : pair.Level(_given);

    private bool HasHome(Claim claim) => _address >= 0 && claim.Pair.Level(_address) is var level && level != LinkField.Null && level >= _index.Table.Fields[_address].Levels.Count - 2;

    private bool IsSameChild(int record, int other) => _twice[record].Exists(claim => claim.Other == other);

    // A record that is surely the same child belongs, by its own score or by what was decided, to somebody else.
    private bool IsPulledElsewhere(int record, int person) => _twice[record].Exists(twin =>
        (_claims[twin.Other] is [Claim top, ..] && top.Other != person && top.Bits >= _auto)
        || (_index.Entities[twin.Other].PersonKey is { } linked && linked != _index.People[person].PersonKey));

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
        foreach (int record in _seen)
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
            long[] persons = [.. members.Select(member => _index.Entities[member].PersonKey).OfType<long>().Distinct()];
            if (members.Count < 2 || !isClique || persons.Length > 1 || members.Exists(member => _verdicts[member].Reason == "tie") || members.Exists(member => _twice[member].Exists(twin => _verdicts[twin.Other].Person >= 0)))
            {
                continue;
            }

            // Whoever has a person keeps it; else the one that was known first gives it.
            int root = members.OrderBy(member => _index.Entities[member].IsOpen).ThenBy(member => _index.Entities[member].KnownFromUtc).ThenBy(member => _index.Entities[member].Key).First();
            foreach (int member in members.Where(member => member != root))
            {
                groups[member] = (root, _twice[member].Find(twin => twin.Other == root)!);
            }
        }

        return groups;
    }

    private int Review(int record, List<LinkCandidate> candidates)
    {
        long key = _index.Entities[record].Key;
        Claim[] pairs = [.. _claims[record].Where(claim => claim.Bits >= _review).Take(MostCandidates)];
        candidates.AddRange(pairs.Select(claim => new LinkCandidate(key, _index.People[claim.Other].Key, claim.Pair.Evidence.Posterior, claim.Bits, Evidence(claim, null))));
        return pairs.Length;
    }

    private string Evidence(Claim claim, string? rule)
    {
        bool isWithin = rule is "PRB-2" or "PRB-3";
        string other = isWithin ? string.Create(CultureInfo.InvariantCulture, $";same_as={_index.Entities[claim.Other].Key}") : string.Empty;
        string fields = Fields(claim.Pair, isWithin ? _withinWeights : _between);
        string text = string.Create(CultureInfo.InvariantCulture, $"model={_version};p={claim.Pair.Evidence.Posterior:0.000000};bits={claim.Bits:0.0}{other};{fields}");
        return text.Length <= MostEvidence ? text : text[..MostEvidence];
    }

    // Level and bits of each field that both have, such as surname=9:7.2;birth_date=7:12.1: no values.
    private string Fields(LinkPair pair, LinkWeights weights)
    {
        IReadOnlyList<LinkField> fields = _index.Table.Fields;
        return string.Join(';', Enumerable.Range(0, fields.Count).Where(field => pair.Level(field) != LinkField.Null).Select(field => string.Create(
            CultureInfo.InvariantCulture, $"{fields[field].Name}={pair.Level(field)}:{weights.Weight(pair.Left, pair.Right, pair.Pattern, field):0.0}")));
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
