namespace Warehouse.Etl.Link;

/// <summary>Links by exact agreement, in ordered passes that each hold only where they point to one person.</summary>
/// <remarks>
/// A pass counts only where its key belongs to one person of the register and, among the records of the same system that are still
/// open, to one child: records that share the key and the address are one child sent twice, any other tie is left alone. No pass uses an
/// address without the given name, so twins are never merged by where they live. Cost: O(records), hash joins.
/// </remarks>
public sealed class DeterministicLinker : ILinker
{
    private const string Register = "resident";

    /// <inheritdoc/>
    public string Version => "det1-" + Normalise.Version;

    private static readonly (string Rule, string Evidence, Func<IdentityRecord, string?> Key)[] Passes =
    [
        ("DET-2", "kanji=1;kana=1;birth=1;sex=1", static r => Ready(r) && r.FullName.Length > 0 && r.FullKana.Length > 0
            ? Join(r.FullName, Normalise.KanaFold(r.FullKana), r) : null),
        ("DET-3", "kana=1;birth=1;sex=1;address=1", static r => Ready(r) && r.FullKana.Length > 0 && r.AddressNorm.Length > 0
            ? Join(Normalise.KanaFold(r.FullKana), r.AddressNorm, r) : null),
        ("DET-4", "kanji=1;birth=1;sex=1;address=1", static r => Ready(r) && r.FullName.Length > 0 && r.AddressNorm.Length > 0
            ? Join(r.FullName, r.AddressNorm, r) : null),
    ];

    /// <inheritdoc/>
    public LinkOutcome Decide(LinkInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        List<LinkDecision> decisions = [];
        Dictionary<long, List<IdentityRecord>> open = [];
        List<long> order = [];
        List<IdentityRecord> register = input.Known.Where(record => record.System == Register).ToList();
        HashSet<long> decided = [];
        foreach (IdentityRecord record in input.Subjects)
        {
            if (record.System == Register)
            {
                register.Add(record);
                if (decided.Add(record.RecordKey))
                {
                    decisions.Add(new LinkDecision(record.RecordKey, null, "REGISTER", "number=1"));
                }

                continue;
            }

            if (!open.TryGetValue(record.RecordKey, out List<IdentityRecord>? versions))
            {
                open[record.RecordKey] = versions = [];
                order.Add(record.RecordKey);
            }

            versions.Add(record);
        }

        ByNumber(register, open, order, decisions);
        ByNames(register, open, order, decisions);
        return new LinkOutcome(decisions, []);
    }

    /// <summary>Decides open records by the passes on names, and gives those that none of them finds a person of their own.</summary>
    internal static void ByNames(List<IdentityRecord> register, Dictionary<long, List<IdentityRecord>> open, List<long> order, List<LinkDecision> decisions)
    {
        foreach ((string rule, string evidence, Func<IdentityRecord, string?> key) in Passes)
        {
            ByKey(rule, evidence, key, register, open, order, decisions);
        }

        foreach (long record in order)
        {
            if (open.ContainsKey(record))
            {
                decisions.Add(new LinkDecision(record, null, "NEW", open[record].Exists(version => version.HasIdentity) ? "candidates=0" : "identity=0"));
            }
        }
    }

    /// <summary>Returns whether a shared number must not link two records: another birth date, or another given name.</summary>
    internal static bool IsVetoed(IdentityRecord left, IdentityRecord right)
    {
        if (left.BirthDate is { } a && right.BirthDate is { } b && a != b)
        {
            return true;
        }

        if (left.Given.Length > 0 && right.Given.Length > 0)
        {
            return left.Given != right.Given && (left.GivenKana.Length == 0 || left.GivenKana != right.GivenKana);
        }

        return left.GivenKana.Length > 0 && right.GivenKana.Length > 0 && left.GivenKana != right.GivenKana;
    }

    /// <summary>Decides open records by a valid resident number that nothing contradicts.</summary>
    internal static void ByNumber(
        List<IdentityRecord> register,
        Dictionary<long, List<IdentityRecord>> open,
        List<long> order,
        List<LinkDecision> decisions)
    {
        ILookup<string, IdentityRecord>? byNumber = null;
        foreach (long record in order)
        {
            IdentityRecord? numbered = open[record].Find(version => version.ResidentNumber is { } number && ResidentNumber.IsValid(number));
            if (numbered is null)
            {
                continue;
            }

            byNumber ??= register.Where(version => version.ResidentNumber is not null).ToLookup(version => version.ResidentNumber!, StringComparer.Ordinal);
            List<IdentityRecord> found = byNumber[numbered.ResidentNumber!].ToList();
            if (found.Count > 0 && found.Exists(version => !IsVetoed(version, numbered)))
            {
                decisions.Add(new LinkDecision(record, found[0].RecordKey, "DET-1", "number=1;veto=0"));
                open.Remove(record);
            }
        }
    }

    private static void ByKey(
        string rule,
        string evidence,
        Func<IdentityRecord, string?> key,
        List<IdentityRecord> register,
        Dictionary<long, List<IdentityRecord>> open,
        List<long> order,
        List<LinkDecision> decisions)
    {
        Dictionary<string, long> people = new(StringComparer.Ordinal);
        foreach (IdentityRecord version in register)
        {
            if (key(version) is { } text)
            {
                people[text] = people.TryGetValue(text, out long other) && other != version.RecordKey ? 0 : version.RecordKey;
            }
        }

        Dictionary<string, List<IdentityRecord>> claims = new(StringComparer.Ordinal);
        Dictionary<long, HashSet<long>> found = [];
        foreach (long record in order)
        {
            if (!open.TryGetValue(record, out List<IdentityRecord>? versions))
            {
                continue;
            }

            foreach (IdentityRecord version in versions)
            {
                if (key(version) is not { } text || !people.TryGetValue(text, out long person))
                {
                    continue;
                }

                if (!found.TryGetValue(record, out HashSet<long>? targets))
                {
                    found[record] = targets = [];
                }

                targets.Add(person);
                string claim = version.System + "|" + text;
                if (!claims.TryGetValue(claim, out List<IdentityRecord>? claimants))
                {
                    claims[claim] = claimants = [];
                }

                claimants.Add(version);
            }
        }

        HashSet<long> tied = [];
        foreach (List<IdentityRecord> claimants in claims.Values)
        {
            if (claimants.Exists(claimant => claimant.RecordKey != claimants[0].RecordKey) && !IsOneChildSentTwice(claimants))
            {
                tied.UnionWith(claimants.Select(claimant => claimant.RecordKey));
            }
        }

        foreach (long record in order)
        {
            if (found.TryGetValue(record, out HashSet<long>? targets) && targets.Count == 1 && !targets.Contains(0) && !tied.Contains(record))
            {
                decisions.Add(new LinkDecision(record, targets.Single(), rule, evidence));
                open.Remove(record);
            }
        }
    }

    // Two numbers of one child agree in everything that both state, and in the address or the guardian.
    private static bool IsOneChildSentTwice(List<IdentityRecord> claimants)
    {
        IdentityRecord first = claimants[0];
        return claimants.TrueForAll(other => other.RecordKey == first.RecordKey
            || (first.AddressNorm.Length > 0 && first.AddressNorm == other.AddressNorm)
            || (!string.IsNullOrEmpty(first.GuardianName) && Guardian(first) == Guardian(other)));
    }

    private static string Guardian(IdentityRecord record)
    {
        (string surname, string given) = Normalise.Kanji(record.GuardianName);
        return surname + given;
    }

    private static bool Ready(IdentityRecord record) => record.BirthDate is not null && record.SexCode != 0;

    private static string Join(string first, string second, IdentityRecord record) =>
        string.Concat(first, "|", second, "|") + record.BirthDate!.Value.DayNumber.ToString(System.Globalization.CultureInfo.InvariantCulture)
        + (record.SexCode == 1 ? "|1" : "|2");
}
