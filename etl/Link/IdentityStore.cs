using System.Runtime.InteropServices;
using Warehouse.Etl.Stage;
using Warehouse.Sql;

namespace Warehouse.Etl.Link;

/// <summary>What linkage did in one batch.</summary>
internal sealed record LinkResult(int NewRecords, int NewPersons, int Relinked, IReadOnlyDictionary<string, int> ByRule);

/// <summary>What deciding again did.</summary>
internal sealed record RelinkResult(int Reviewed, int Confirmed, int WithoutMatch, int Kept, IReadOnlyDictionary<(string From, string To), int> Moves);

/// <summary>Keeps source records, the crosswalk, profiles and restrictions in the identity database.</summary>
/// <remarks>
/// All work of a batch is in the caller's transaction. A record keeps its link; only one that had no match may find one later. Records of which no more than a number is
/// known are persons of their own until a source says more; there are many of them, so they are held apart and small.
/// </remarks>
internal sealed class IdentityStore
{
    private const string NoMatch = "NEW";

    // Nobody in the register was found either, only other records of the same system.
    private const string NoMatchButItsOwn = "PRB-3";
    private const string Register = "resident";
    private static readonly DateTime Open = new(9999, 12, 31);

    private static readonly string[] RecordColumns =
    [
        "record_key", "file_sha256", "line_number", "feed", "system_code", "source_id", "resident_number", "name_kanji", "name_kana", "name_raw_hex",
        "surname_norm", "given_norm", "surname_kana_norm", "given_kana_norm", "birth_date", "sex_code", "address", "address_norm", "guardian_name",
        "household_number", "is_foreign", "known_from_utc", "known_to_utc",
    ];

    private static readonly string[] CrosswalkColumns =
    [
        "record_key", "person_key", "rule_code", "evidence", "decided_by", "linker_version", "decided_utc", "known_from_utc", "known_to_utc",
    ];

    private readonly WarehouseSession _session;
    private readonly KeyMint _mint;
    private readonly ILinker _linker;
    private readonly DateTime _nowUtc;
    private readonly Dictionary<long, RecordState> _records = [];
    private readonly Dictionary<long, Bare> _bare = [];
    private readonly List<RecordState> _order = [];
    private readonly List<object?[]> _newRestrictions = [];
    private readonly Dictionary<long, DateOnly> _openRestrictions = [];
    private readonly List<(RecordState State, IdentityRecord Part)> _restrictionParts = [];
    private readonly Dictionary<long, List<long>> _apart = [];

    public IdentityStore(WarehouseSession session, KeyMint mint, ILinker linker, DateTime nowUtc)
    {
        _session = session;
        _mint = mint;
        _linker = linker;
        _nowUtc = nowUtc;
        HashSet<long> constrained = [];
        foreach (ConstraintRow pair in session.Query<ConstraintRow>("query/link_constraint"))
        {
            constrained.Add(pair.RecordKey);
            constrained.Add(pair.OtherRecordKey);
            if (pair.ConstraintCode != "different")
            {
                continue;
            }

            foreach ((long one, long other) in new[] { (pair.RecordKey, pair.OtherRecordKey), (pair.OtherRecordKey, pair.RecordKey) })
            {
                if (!_apart.TryGetValue(one, out List<long>? others))
                {
                    _apart[one] = others = [];
                }

                others.Add(other);
            }
        }

        BareSource? lastSource = null;
        foreach (SourceRecordRow row in session.Stream<SourceRecordRow>("query/etl_source_record"))
        {
            if (row.IsBare && !_records.ContainsKey(row.RecordKey) && !constrained.Contains(row.RecordKey))
            {
                BareSource source = new(row.FileSha256, row.Feed, row.SystemCode, row.KnownFromUtc);
                lastSource = source == lastSource ? lastSource : source;
                _bare.Add(row.RecordKey, new Bare(row.SourceId, row.LineNumber, lastSource) { PersonKey = row.PersonKey!.Value, LinkKnownFromUtc = row.LinkKnownFromUtc!.Value, IsStored = true });
                continue;
            }

            RecordState state = StateOf(row.RecordKey);
            state.PersonKey = row.PersonKey;
            state.RuleCode = row.RuleCode;
            state.DecidedBy = row.DecidedBy;
            state.LinkKnownFromUtc = row.LinkKnownFromUtc ?? default;
            state.Versions.Add(new Version(row.ToRecord(), row.KnownToUtc, false));
        }
    }

    /// <summary>Takes in the identity parts of a file; files come in the order of the batch.</summary>
    public void Add(StagedFile file, DateTime knownFromUtc)
    {
        BareSource source = new(file.File.Sha256, file.File.Contract.Feed, file.File.Contract.System, knownFromUtc);
        foreach (BareRecord part in file.Bare)
        {
            if (!_records.ContainsKey(part.RecordKey))
            {
                _bare.TryAdd(part.RecordKey, new Bare(part.SourceId, part.Line, source));
            }
        }

        foreach (IGrouping<long, IdentityRecord> parts in file.Identities.GroupBy(part => part.RecordKey))
        {
            RecordState state = StateOf(parts.Key);
            List<IdentityRecord> ordered = parts.OrderBy(part => part.EventDate ?? DateOnly.MinValue).ThenBy(part => part.Line).ToList();
            for (int i = 0; i < ordered.Count; i++)
            {
                Add(state, ordered[i], i == ordered.Count - 1);
                if (ordered[i].StatesRestriction)
                {
                    _restrictionParts.Add((state, ordered[i]));
                }
            }
        }
    }

    /// <summary>Writes the records, decides the links and writes them.</summary>
    public LinkResult Write(DateTime batchKnownUtc)
    {
        foreach (RecordState state in _order.Where(state => state.ClosedUtc is not null))
        {
            _session.Execute("load/etl_source_record_close", new { state.RecordKey, known_from_utc = state.ClosedUtc });
        }

        int newRecords = _order.Count(state => state.Versions.TrueForAll(version => version.IsNew)) + _bare.Values.Count(bare => !bare.IsStored);
        _session.BulkInsert(
            "ident.source_record",
            RecordColumns,
            _order.SelectMany(state => state.Versions.Where(version => version.IsNew).Select(Values))
                .Concat(_bare.Where(pair => !pair.Value.IsStored).Select(pair => Values(new Version(pair.Value.ToRecord(pair.Key), Open, true)))));
        LinkResult result = Link(batchKnownUtc) with { NewRecords = newRecords };
        WriteRestrictions();
        WriteProfiles();
        return result;
    }

    /// <summary>Decides all links of the program again and writes those that go to another person.</summary>
    /// <remarks>
    /// A record that had no match is compared with all its versions, as in a load. A linked one is compared as its source describes it
    /// now; it moves only to a person that is found, so a name that changed in one source alone loses nothing.
    /// </remarks>
    public RelinkResult Redecide(string signature)
    {
        List<IdentityRecord> subjects = [];
        List<IdentityRecord> known = [];
        List<RecordState> reviewed = [];
        foreach (RecordState state in _order)
        {
            if (state.PersonKey is null || state.Versions[^1].Record.System == Register || !IdentityRecovery.IsByProgram(state.DecidedBy))
            {
                known.AddRange(state.Versions.Select(version => version.Of(state.PersonKey)));
                continue;
            }

            reviewed.Add(state);
            subjects.AddRange(IsUnmatched(state) ? state.Versions.Select(version => version.Record) : [state.Versions[^1].Record]);
        }

        LinkOutcome outcome = _linker.Decide(new LinkInput(subjects, known));
        Dictionary<long, LinkDecision> byRecord = outcome.Decisions.ToDictionary(decision => decision.RecordKey);
        SortedDictionary<(string From, string To), int> moves = [];
        List<object?[]> links = [];
        int confirmed = 0;
        int withoutMatch = 0;
        int kept = 0;

        // Where a record was found to be the same as one that moves itself, both go to where the other one ends.
        long PersonOf(long recordKey, int depth) =>
            depth < 100 && byRecord.TryGetValue(recordKey, out LinkDecision? decision) && decision.SameAsRecordKey is { } same && same != recordKey
                ? PersonOf(same, depth + 1) : _records[recordKey].PersonKey!.Value;

        List<(RecordState State, LinkDecision Decision, long Person)> moving = [];
        foreach (RecordState state in reviewed)
        {
            // Whoever is linked never moves to records that nobody in the register was found for.
            if (!byRecord.TryGetValue(state.RecordKey, out LinkDecision? decision) || decision.SameAsRecordKey is null || (decision.RuleCode is NoMatchButItsOwn or UnregisteredRecords.Rule && !IsUnmatched(state)))
            {
                _ = IsUnmatched(state) ? withoutMatch++ : kept++;
                continue;
            }

            long person = PersonOf(state.RecordKey, 0);
            if (person == state.PersonKey)
            {
                confirmed++;
                continue;
            }

            moving.Add((state, decision, person));
        }

        foreach ((RecordState state, LinkDecision decision, long person) in moving)
        {
            // Asked only now: a record that is kept apart from this one may have moved there in this very run.
            if (IsKeptApart(state.RecordKey, person))
            {
                kept++;
                continue;
            }

            // A link never ends before it began, whatever the clock says.
            DateTime knownFrom = Later(_nowUtc, state.LinkKnownFromUtc);
            _session.Execute("load/etl_crosswalk_close", new { state.RecordKey, known_from_utc = knownFrom });
            links.Add([state.RecordKey, person, decision.RuleCode, decision.Evidence, signature, _linker.Version, _nowUtc, knownFrom, Open]);
            (string, string) move = (state.RuleCode!, decision.RuleCode);
            moves[move] = moves.GetValueOrDefault(move) + 1;
            state.PersonKey = person;
            state.RuleCode = decision.RuleCode;
            state.IsChanged = true;
        }

        _session.BulkInsert("ident.crosswalk", CrosswalkColumns, links);
        WriteCandidates(subjects, outcome.Candidates);
        WriteProfiles();
        return new RelinkResult(reviewed.Count + _bare.Count, confirmed, withoutMatch + _bare.Count, kept, moves);
    }

    private static bool IsUnmatched(RecordState state) => state.RuleCode is NoMatch or NoMatchButItsOwn or UnregisteredRecords.Rule;

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    // What a person keeps apart the program never joins, whichever record of the person it was led by.
    private bool IsKeptApart(long recordKey, long person) =>
        _apart.TryGetValue(recordKey, out List<long>? others) && others.Exists(other => _records.TryGetValue(other, out RecordState? state) && state.PersonKey == person);

    // Pairs of records that were not compared this time stay in the queue.
    private void WriteCandidates(IReadOnlyList<IdentityRecord> subjects, IReadOnlyList<LinkCandidate> candidates)
    {
        HashSet<long> compared = [.. subjects.Select(subject => subject.RecordKey)];
        List<object?[]> rows =
        [
            .. _session.Query<CandidateRow>("query/link_candidate").Where(row => !compared.Contains(row.RecordKey)).Select(row => new object?[]
                { row.RecordKey, row.OtherRecordKey, row.Posterior, row.WeightBits, row.Evidence, row.LinkerVersion, row.MadeUtc }),
            .. candidates.Select(pair => new object?[] { pair.RecordKey, pair.OtherRecordKey, pair.Posterior, pair.WeightBits, pair.Evidence, _linker.Version, _nowUtc }),
        ];
        _session.Execute("load/link_candidate_delete");
        _session.BulkInsert(
            "ident.link_candidate", ["record_key", "other_record_key", "posterior", "weight_bits", "evidence", "linker_version", "made_utc"], rows);
    }

    private RecordState StateOf(long recordKey)
    {
        if (!_records.TryGetValue(recordKey, out RecordState? state))
        {
            _records[recordKey] = state = new RecordState(recordKey);
            _order.Add(state);
            if (_bare.Remove(recordKey, out Bare bare))
            {
                // From now on more than its number is known.
                state.Versions.Add(new Version(bare.ToRecord(recordKey), Open, !bare.IsStored));
                state.IsChanged = !bare.IsStored;
                if (bare.IsStored)
                {
                    (state.PersonKey, state.RuleCode, state.LinkKnownFromUtc) = (bare.PersonKey, NoMatch, bare.LinkKnownFromUtc);
                }
            }
        }

        return state;
    }

    private static void Add(RecordState state, IdentityRecord part, bool isLast)
    {
        if (state.Versions.Count == 0)
        {
            state.Versions.Add(new Version(part, Open, true));
            state.IsChanged = true;
            return;
        }

        if (!part.HasIdentity)
        {
            return;
        }

        Version current = state.Versions[^1];
        if (isLast)
        {
            if (current.Record.SaysTheSameAs(part))
            {
                return;
            }

            if (current.IsNew)
            {
                current.KnownToUtc = part.KnownFromUtc;
            }
            else
            {
                current.KnownToUtc = part.KnownFromUtc;
                state.ClosedUtc ??= part.KnownFromUtc;
            }

            state.Versions.Add(new Version(part, Open, true));
        }
        else if (!state.Versions.Exists(version => version.Record.SaysTheSameAs(part)))
        {
            // What a later event of the same file already replaced was never current, but linkage may recognise the child by it.
            state.Versions.Insert(state.Versions.Count - 1, new Version(part, part.KnownFromUtc, true));
        }

        state.IsChanged = true;
    }

    private LinkResult Link(DateTime batchKnownUtc)
    {
        List<IdentityRecord> subjects = [];
        List<IdentityRecord> known = [];
        foreach (RecordState state in _order)
        {
            bool isOpen = state.PersonKey is null || (IsUnmatched(state) && IdentityRecovery.IsByProgram(state.DecidedBy));
            foreach (Version version in state.Versions)
            {
                (isOpen ? subjects : known).Add(isOpen ? version.Record : version.Of(state.PersonKey));
            }
        }

        LinkOutcome outcome = _linker.Decide(new LinkInput(subjects, known));
        Dictionary<long, LinkDecision> byRecord = outcome.Decisions.ToDictionary(decision => decision.RecordKey);
        Dictionary<long, long> persons = _session.Stream<PersonRow>("query/etl_person").ToDictionary(person => person.PersonKey, person => person.MintedRecordKey);
        List<(long Person, long Record)> newPersons = [];
        List<object?[]> links = [];
        SortedDictionary<string, int> byRule = new(StringComparer.Ordinal);
        int relinked = 0;

        long PersonOf(RecordState state, int depth)
        {
            if (state.IsDecided || !byRecord.TryGetValue(state.RecordKey, out LinkDecision? decision))
            {
                return state.PersonKey ?? Mint(state);
            }

            state.IsDecided = true;
            if (decision.SameAsRecordKey is { } same && same != state.RecordKey && depth < 100)
            {
                long person = PersonOf(_records[same], depth + 1);
                if (!IsKeptApart(state.RecordKey, person))
                {
                    state.PersonKey = person;
                    return person;
                }

                byRecord[state.RecordKey] = new LinkDecision(state.RecordKey, null, NoMatch, "staff=apart");
            }

            state.PersonKey ??= Mint(state);
            return state.PersonKey.Value;
        }

        long Mint(RecordState state)
        {
            IdentityRecord first = state.Versions[0].Record;
            state.PersonKey = Draw(first.System, first.SourceId, state.RecordKey);
            return state.PersonKey.Value;
        }

        long Draw(string system, string sourceId, long recordKey)
        {
            for (int draw = 0; ; draw++)
            {
                long key = _mint.Person(system, sourceId, draw);
                if (persons.TryAdd(key, recordKey))
                {
                    newPersons.Add((key, recordKey));
                    return key;
                }

                if (persons[key] == recordKey)
                {
                    return key;
                }
            }
        }

        foreach (RecordState state in _order)
        {
            if (!byRecord.ContainsKey(state.RecordKey))
            {
                continue;
            }

            long? before = state.PersonKey;
            string? ruleBefore = state.RuleCode;
            long person = PersonOf(state, 0);
            LinkDecision decision = byRecord[state.RecordKey];
            if (before == person && ruleBefore is not null)
            {
                continue;
            }

            DateTime knownFrom = state.Versions.Min(version => version.Record.KnownFromUtc);
            if (ruleBefore is not null)
            {
                // A late delivery never ends a link before it began.
                knownFrom = Later(batchKnownUtc, state.LinkKnownFromUtc);
                _session.Execute("load/etl_crosswalk_close", new { state.RecordKey, known_from_utc = knownFrom });
                relinked++;
            }

            state.RuleCode = decision.RuleCode;
            state.IsChanged = true;
            byRule[decision.RuleCode] = byRule.GetValueOrDefault(decision.RuleCode) + 1;
            links.Add([state.RecordKey, person, decision.RuleCode, decision.Evidence, "linker", _linker.Version, _nowUtc, knownFrom, Open]);
        }

        foreach (long record in _bare.Where(pair => !pair.Value.IsStored).Select(pair => pair.Key).ToList())
        {
            ref Bare bare = ref CollectionsMarshal.GetValueRefOrNullRef(_bare, record);
            bare.PersonKey = Draw(bare.Source.System, bare.SourceId, record);
            byRule[NoMatch] = byRule.GetValueOrDefault(NoMatch) + 1;
        }

        _session.BulkInsert("ident.person", ["person_key", "minted_record_key", "minted_utc"], newPersons.Select(pair => new object?[] { pair.Person, pair.Record, _nowUtc }));
        _session.BulkInsert(
            "ident.crosswalk",
            CrosswalkColumns,
            links.Concat(_bare.Where(pair => !pair.Value.IsStored).Select(pair => new object?[]
                { pair.Key, pair.Value.PersonKey, NoMatch, "identity=0", "linker", _linker.Version, _nowUtc, pair.Value.Source.KnownFromUtc, Open })));
        WriteCandidates(subjects, outcome.Candidates);
        return new LinkResult(0, newPersons.Count, relinked, byRule);
    }

    private void WriteRestrictions()
    {
        foreach (RestrictionRow row in _session.Query<RestrictionRow>("query/etl_restriction"))
        {
            _openRestrictions[row.PersonKey] = row.ValidFrom;
        }

        Dictionary<long, object?[]> openNow = [];
        foreach ((RecordState state, IdentityRecord part) in _restrictionParts)
        {
            long person = state.PersonKey!.Value;
            bool isOpen = _openRestrictions.TryGetValue(person, out DateOnly from);
            if (part.RestrictedFrom is { } start && !isOpen)
            {
                object?[] row = [person, "support_measure", start, new DateOnly(9999, 12, 31), part.KnownFromUtc, Open, part.FileSha256, part.Line];
                _openRestrictions[person] = start;
                openNow[person] = row;
                _newRestrictions.Add(row);
            }
            else if (part.RestrictedFrom is null && isOpen && part.EventDate is { } end && end > from)
            {
                if (openNow.Remove(person, out object?[]? row))
                {
                    row[5] = part.KnownFromUtc;
                }
                else
                {
                    _session.Execute("load/etl_restriction_close", new { person_key = person, known_from_utc = part.KnownFromUtc });
                }

                _openRestrictions.Remove(person);
                _newRestrictions.Add([person, "support_measure", from, end, part.KnownFromUtc, Open, part.FileSha256, part.Line]);
            }
        }

        _session.BulkInsert(
            "ident.restriction",
            ["person_key", "restriction_code", "valid_from", "valid_to", "known_from_utc", "known_to_utc", "file_sha256", "line_number"],
            _newRestrictions);
    }

    private void WriteProfiles()
    {
        HashSet<long> changed = [.. _order.Where(state => state.IsChanged).Select(state => state.PersonKey!.Value)];
        Dictionary<long, RecordState> best = [];
        foreach (RecordState state in _order.Where(state => changed.Contains(state.PersonKey!.Value)))
        {
            if (!best.TryGetValue(state.PersonKey!.Value, out RecordState? other) || Rank(state).CompareTo(Rank(other)) > 0)
            {
                best[state.PersonKey.Value] = state;
            }
        }

        Dictionary<long, long> bare = _bare.Where(pair => !pair.Value.IsStored).ToDictionary(pair => pair.Value.PersonKey, pair => pair.Key);
        Dictionary<long, ProfileRow> stored = [];
        foreach (ProfileRow row in _session.Stream<ProfileRow>("query/etl_person_profile"))
        {
            if (best.ContainsKey(row.PersonKey))
            {
                stored.Add(row.PersonKey, row);
            }

            bare.Remove(row.PersonKey);
        }

        List<object?[]> inserts = [];
        foreach ((long person, RecordState state) in best.OrderBy(pair => pair.Key))
        {
            IdentityRecord record = state.Versions[^1].Record;
            ProfileRow profile = new(
                person, record.NameKanji, record.NameKana, record.BirthDate, (short)record.SexCode, record.Address, record.ResidentNumber, record.HouseholdNumber, state.RecordKey);
            if (!stored.TryGetValue(person, out ProfileRow? old))
            {
                inserts.Add([person, profile.NameKanji, profile.NameKana, profile.BirthDate, profile.SexCode, profile.Address, profile.ResidentNumber, profile.HouseholdNumber, profile.ProfileRecordKey]);
            }
            else if (old != profile)
            {
                _session.Execute("load/etl_person_profile_update", profile);
            }
        }

        _session.BulkInsert(
            "ident.person_profile",
            ["person_key", "name_kanji", "name_kana", "birth_date", "sex_code", "address", "resident_number", "household_number", "profile_record_key"],
            inserts.Concat(bare.Select(pair => new object?[] { pair.Key, null, null, null, (short)0, null, null, null, pair.Value })));
    }

    // The register is the most authoritative; among others the one known last.
    private static (int Authority, DateTime Known, long Tie) Rank(RecordState state)
    {
        IdentityRecord record = state.Versions[^1].Record;
        return (record.System == Register && record.HasIdentity ? 2 : record.HasIdentity ? 1 : 0, record.KnownFromUtc, state.RecordKey);
    }

    private static object?[] Values(Version version)
    {
        IdentityRecord record = version.Record;
        return
        [
            record.RecordKey, record.FileSha256, record.Line, record.Feed, record.System, record.SourceId, record.ResidentNumber, record.NameKanji, record.NameKana,
            record.NameRawHex, record.Surname, record.Given, record.SurnameKana, record.GivenKana, record.BirthDate, (short)record.SexCode, record.Address,
            record.AddressNorm, record.GuardianName, record.HouseholdNumber, (short)(record.IsForeign ? 1 : 0), record.KnownFromUtc, version.KnownToUtc,
        ];
    }

    private sealed class Version(IdentityRecord record, DateTime knownToUtc, bool isNew)
    {
        public IdentityRecord Record { get; private set; } = record;

        // In place of the record before: a copy beside each would be the register twice.
        public IdentityRecord Of(long? person) => Record = Record.PersonKey == person ? Record : Record with { PersonKey = person };

        public DateTime KnownToUtc { get; set; } = knownToUtc;

        public bool IsNew { get; } = isNew;
    }

    /// <summary>Where and when a number was first stated.</summary>
    private sealed record BareSource(string FileSha256, string Feed, string System, DateTime KnownFromUtc);

    /// <summary>A record of which no more than its number is known.</summary>
    private record struct Bare(string SourceId, int Line, BareSource Source)
    {
        public long PersonKey { get; set; }

        public DateTime LinkKnownFromUtc { get; set; }

        public bool IsStored { get; init; }

        public readonly IdentityRecord ToRecord(long recordKey) => new()
        {
            RecordKey = recordKey,
            Feed = Source.Feed,
            System = Source.System,
            SourceId = SourceId,
            FileSha256 = Source.FileSha256,
            Line = Line,
            KnownFromUtc = Source.KnownFromUtc,
        };
    }

    private sealed class RecordState(long recordKey)
    {
        public long RecordKey { get; } = recordKey;

        public List<Version> Versions { get; } = [];

        public long? PersonKey { get; set; }

        public string? RuleCode { get; set; }

        public string? DecidedBy { get; set; }

        public DateTime LinkKnownFromUtc { get; set; }

        public DateTime? ClosedUtc { get; set; }

        public bool IsChanged { get; set; }

        public bool IsDecided { get; set; }
    }

    private sealed record ConstraintRow(long EventId, long RecordKey, long OtherRecordKey, string ConstraintCode);

    private sealed record CandidateRow(
        long RecordKey, long OtherRecordKey, double Posterior, double WeightBits, string Evidence, string LinkerVersion, DateTime MadeUtc, long PersonKey, long OtherPersonKey);

    private sealed record PersonRow(long PersonKey, long MintedRecordKey);

    private sealed record RestrictionRow(long PersonKey, string RestrictionCode, DateOnly ValidFrom, DateTime KnownFromUtc);

    private sealed record ProfileRow(
        long PersonKey,
        string? NameKanji,
        string? NameKana,
        DateOnly? BirthDate,
        short SexCode,
        string? Address,
        string? ResidentNumber,
        string? HouseholdNumber,
        long ProfileRecordKey);

    private sealed record SourceRecordRow(
        long RecordKey,
        string Feed,
        string SystemCode,
        string SourceId,
        string FileSha256,
        int LineNumber,
        DateTime KnownFromUtc,
        DateTime KnownToUtc,
        string? ResidentNumber,
        string? NameKanji,
        string? NameKana,
        string? NameRawHex,
        string? SurnameNorm,
        string? GivenNorm,
        string? SurnameKanaNorm,
        string? GivenKanaNorm,
        DateOnly? BirthDate,
        short SexCode,
        string? Address,
        string? AddressNorm,
        string? GuardianName,
        string? HouseholdNumber,
        short IsForeign,
        long? PersonKey,
        string? RuleCode,
        string? DecidedBy,
        DateTime? LinkKnownFromUtc)
    {
        /// <summary>Whether no more than the number is known and the program took it for a person of its own.</summary>
        public bool IsBare => PersonKey is not null && RuleCode == NoMatch && IdentityRecovery.IsByProgram(DecidedBy) && SystemCode != Register && KnownToUtc == Open
            && ResidentNumber is null && NameKanji is null && NameKana is null && NameRawHex is null && BirthDate is null && SexCode == 0 && Address is null && GuardianName is null
            && HouseholdNumber is null && IsForeign == 0;

        public IdentityRecord ToRecord() => new()
        {
            RecordKey = RecordKey,
            Feed = Feed,
            System = SystemCode,
            SourceId = SourceId,
            FileSha256 = FileSha256,
            Line = LineNumber,
            KnownFromUtc = KnownFromUtc,
            ResidentNumber = ResidentNumber,
            NameKanji = NameKanji,
            NameKana = NameKana,
            NameRawHex = NameRawHex,
            Surname = SurnameNorm ?? string.Empty,
            Given = GivenNorm ?? string.Empty,
            SurnameKana = SurnameKanaNorm ?? string.Empty,
            GivenKana = GivenKanaNorm ?? string.Empty,
            BirthDate = BirthDate,
            SexCode = SexCode,
            Address = Address,
            AddressNorm = AddressNorm ?? string.Empty,
            GuardianName = GuardianName,
            HouseholdNumber = HouseholdNumber,
            IsForeign = IsForeign == 1,
        };
    }
}
