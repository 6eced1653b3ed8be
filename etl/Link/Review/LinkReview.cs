using System.Globalization;
using Warehouse.Sql;

namespace Warehouse.Etl.Link.Review;

/// <summary>What a reviewer sees and does about links: the queue, the records of a person, decisions and their undo.</summary>
/// <remarks>
/// A decision closes links and opens new ones in <c>ident.crosswalk</c>, signed by the account, and writes who, when and why; nothing is
/// overwritten. It binds the program: moved records are not decided again, and a pair that was kept apart is never linked. Facts follow with
/// the next load or link run, or at once by <see cref="LoadPipeline.Relink"/> with <see cref="RelinkOptions.DecideAgain"/> off. Each
/// decision is one transaction under the warehouse lock. Errors: <see cref="LinkReviewException"/>; then nothing was changed.
/// </remarks>
public sealed class LinkReview
{
    // A form that was sent twice waits for itself; a load takes longer.
    private static readonly TimeSpan FormWait = TimeSpan.FromSeconds(5);

    private static readonly DateTime Open = new(9999, 12, 31);

    private static readonly string[] CrosswalkColumns =
    [
        "record_key", "person_key", "rule_code", "evidence", "decided_by", "linker_version", "decided_utc", "known_from_utc", "known_to_utc",
    ];

    private readonly WarehouseDatabases _databases;
    private readonly TimeProvider _time;

    /// <summary>Makes a review over two migrated databases.</summary>
    public LinkReview(WarehouseDatabases databases, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(databases);
        _databases = databases;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Returns the pairs that wait, those that say most first: nearest to even odds, then the person with most pairs.</summary>
    public IReadOnlyList<ReviewPair> Queue()
    {
        using WarehouseSession session = Session();
        IReadOnlyList<ReviewPair> pairs = session.Query<ReviewPair>("query/link_candidate");
        Dictionary<long, int> load = pairs.GroupBy(pair => pair.OtherPersonKey).ToDictionary(group => group.Key, group => group.Count());
        return
        [
            .. pairs.OrderByDescending(pair => pair.Posterior * (1 - pair.Posterior) * load[pair.OtherPersonKey])
                .ThenBy(pair => pair.RecordKey).ThenBy(pair => pair.OtherRecordKey),
        ];
    }

    /// <summary>Returns the pairs about which somebody could not say, newest first; a pair stands once for each time.</summary>
    public IReadOnlyList<SentForm> Unsure()
    {
        using WarehouseSession session = Session();
        return session.Query<SentForm>("query/review_unsure");
    }

    /// <summary>Returns a form that was sent, or null.</summary>
    public SentForm? Form(string formId)
    {
        using WarehouseSession session = Session();
        return session.Query<SentForm>("query/review_form", new { form_id = formId }).SingleOrDefault();
    }

    /// <summary>Returns what the linker found about two records, decided since or not; null where it left no such pair.</summary>
    public ReviewPair? Pair(long recordKey, long otherRecordKey)
    {
        using WarehouseSession session = Session();
        return session.Query<ReviewPair>("query/review_pair", new { record_key = recordKey, other_record_key = otherRecordKey }).SingleOrDefault();
    }

    /// <summary>Puts on record that a reviewer cannot say whether two records are one person; the pair stays in the queue.</summary>
    /// <param name="by">Whoever cannot say, with the form that shows the pair.</param>
    public void CannotSay(Reviewer by)
    {
        CheckReason(by);
        ReviewForm form = by.Form ?? throw new ArgumentException("A reviewer who cannot say sends a form that names the pair.", nameof(by));
        using IDisposable held = _databases.Lock.Acquire(wait: FormWait);
        using WarehouseSession session = Session();
        session.Begin();
        if (session.Query<SentForm>("query/review_form", new { form_id = form.FormId }).Count > 0)
        {
            return;
        }

        Keep(session, by, form, null, "unsure", _time.GetUtcNow().UtcDateTime);
        session.Commit();
    }

    /// <summary>Returns the records of a person, the register first.</summary>
    public IReadOnlyList<ReviewRecord> Records(long personKey)
    {
        using WarehouseSession session = Session();
        return Records(session, personKey);
    }

    /// <summary>Returns the persons that the register holds with the birth date and the household of a person: twins and other multiples.</summary>
    public IReadOnlyList<long> Twins(long personKey)
    {
        using WarehouseSession session = Session();
        return [.. session.Query<TwinRow>("query/review_twin", new { person_key = personKey }).Select(row => row.PersonKey)];
    }

    /// <summary>Returns the person that a record belongs to; LNK-001 where there is no such record.</summary>
    public long PersonOf(long recordKey)
    {
        using WarehouseSession session = Session();
        return PersonOf(session, recordKey);
    }

    /// <summary>Returns all decisions of staff, the first one first.</summary>
    public IReadOnlyList<LinkEvent> Events()
    {
        using WarehouseSession session = Session();
        return session.Query<LinkEvent>("query/review_event");
    }

    /// <summary>Puts records that were linked to somebody else, or to nobody, into a person.</summary>
    public DecidedLink Assign(IReadOnlyList<long> records, long personKey, Reviewer by) => Decide("assign", by, work =>
    {
        IReadOnlyList<ReviewRecord> home = work.Existing(personKey);
        List<ReviewRecord> moving = work.Found(records);
        if (moving.Find(record => record.PersonKey == personKey) is { } there)
        {
            throw new LinkReviewException("LNK-003", $"record {there.RecordKey} belongs to person {personKey} already; name records of other persons.");
        }

        RefuseSecondNumber(moving.Concat(home));
        foreach (IGrouping<long, ReviewRecord> group in moving.GroupBy(record => record.PersonKey))
        {
            work.KeepApart(group, work.Records(group.Key).Where(record => !records.Contains(record.RecordKey)));
        }

        work.Join(moving, home);
        work.Move(moving, personKey, "STAFF-A");
    });

    /// <summary>Takes records out of their person into a person of their own, all of them together.</summary>
    /// <param name="records">Records of one person, not all of it.</param>
    /// <param name="by">Whoever decides.</param>
    /// <param name="mint">The mint of this installation: the new person gets a key of it.</param>
    public DecidedLink Split(IReadOnlyList<long> records, Reviewer by, KeyMint mint)
    {
        ArgumentNullException.ThrowIfNull(mint);
        return Decide("split", by, work =>
        {
            List<ReviewRecord> moving = work.Found(records);
            long before = moving[0].PersonKey;
            if (moving.Find(record => record.PersonKey != before) is { } stranger)
            {
                throw new LinkReviewException("LNK-003", $"record {stranger.RecordKey} belongs to person {stranger.PersonKey}, record {moving[0].RecordKey} to person {before}; split one person at a time.");
            }

            List<ReviewRecord> staying = work.Records(before).Where(record => !records.Contains(record.RecordKey)).ToList();
            if (staying.Count == 0)
            {
                throw new LinkReviewException("LNK-003", $"these are all records of person {before}; name those that belong to somebody else.");
            }

            work.KeepApart(moving, staying);
            work.Join(moving.Skip(1), moving);
            work.Move(moving, work.Mint(moving[0], before, mint), "STAFF-S");
        });
    }

    /// <summary>Makes two persons one: all records of the first go to the second.</summary>
    public DecidedLink Merge(long personKey, long intoPersonKey, Reviewer by) => Decide("merge", by, work =>
    {
        if (personKey == intoPersonKey)
        {
            throw new LinkReviewException("LNK-003", $"{personKey} was named twice; name two persons.");
        }

        IReadOnlyList<ReviewRecord> moving = work.Existing(personKey);
        IReadOnlyList<ReviewRecord> home = work.Existing(intoPersonKey);
        RefuseSecondNumber(moving.Concat(home));
        work.Join(moving, home);
        work.Move(moving, intoPersonKey, "STAFF-M");
    });

    /// <summary>Says that the persons of two records are two persons; nothing moves, and the program never links them.</summary>
    public DecidedLink Reject(long recordKey, long otherRecordKey, Reviewer by) => Decide("reject", by, work =>
    {
        List<ReviewRecord> both = work.Found([recordKey, otherRecordKey]);
        if (both.Count < 2 || both[0].PersonKey == both[1].PersonKey)
        {
            throw new LinkReviewException("LNK-003", $"both records belong to person {both[0].PersonKey}; split that person instead.");
        }

        work.KeepApart(work.Records(both[0].PersonKey), work.Records(both[1].PersonKey));
    });

    /// <summary>Takes a decision back: its records return to the persons that they had, linked as they were, and its pairs are open again.</summary>
    public DecidedLink Undo(long eventId, Reviewer by) => Decide("undo", by, work => work.Undo(eventId));

    private static void RefuseSecondNumber(IEnumerable<ReviewRecord> records)
    {
        long[] entries = records.Where(record => record.IsRegister).Select(record => record.RecordKey).Distinct().ToArray();
        if (entries.Length > 1)
        {
            throw new LinkReviewException(
                "LNK-004",
                $"the person would have {entries.Length} entries of the resident register (records {string.Join(", ", entries)}); one person has one. Have the register corrected first, or move other records.");
        }
    }

    private static List<ReviewRecord> Records(WarehouseSession session, long personKey) =>
    [
        .. session.Query<ReviewRecord>("query/review_link", new { person_key = personKey }).OrderByDescending(record => record.IsRegister).ThenBy(record => record.SystemCode, StringComparer.Ordinal).ThenBy(record => record.RecordKey),
    ];

    private static long PersonOf(WarehouseSession session, long recordKey) =>
        session.Query<RecordPerson>("query/review_record_person", new { record_key = recordKey }).SingleOrDefault()?.PersonKey
        ?? throw new LinkReviewException("LNK-001", $"there is no record {recordKey}. Keys come from 'warehouse review list'.");

    private WarehouseSession Session() => _databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);

    private DecidedLink Decide(string code, Reviewer by, Action<Work> decide)
    {
        CheckReason(by);
        using IDisposable held = _databases.Lock.Acquire(wait: by.Form is null ? TimeSpan.Zero : FormWait);
        using WarehouseSession session = Session();
        session.Begin();
        if (by.Form is { } sent && session.Query<SentForm>("query/review_form", new { form_id = sent.FormId }) is [{ EventId: { } before }])
        {
            // The same form again: what it decided stands, nothing more is done.
            return new DecidedLink(before, code, [.. session.Query<MovedRow>("query/review_event_record", new { event_id = before }).Select(row => new MovedRecord(row.RecordKey, row.PersonBefore, row.PersonAfter))]);
        }

        DateTime now = _time.GetUtcNow().UtcDateTime;
        Work work = new(session, code, by, now);
        decide(work);
        DecidedLink done = work.Write();
        if (by.Form is { } form)
        {
            Keep(session, by, form, done.EventId, code switch { "undo" => "undo", "assign" or "merge" => "same", _ => "different" }, now);
        }

        session.Commit();
        return done;
    }

    private static void CheckReason(Reviewer by)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (string.IsNullOrWhiteSpace(by.Reason) || by.Reason.Length > 400)
        {
            throw new LinkReviewException("LNK-002", $"the reason has {by.Reason?.Trim().Length ?? 0} characters; expected 1 to 400, so that others understand the decision later.");
        }
    }

    private static void Keep(WarehouseSession session, Reviewer by, ReviewForm form, long? eventId, string outcome, DateTime now) => session.BulkInsert(
        "ident.link_form",
        ["form_id", "event_id", "record_key", "other_record_key", "outcome_code", "is_score_shown", "staff_id", "reason", "sent_utc"],
        [[form.FormId, eventId, form.RecordKey, form.OtherRecordKey, outcome, (short)(form.IsScoreShown ? 1 : 0), by.StaffId, by.Reason.Trim(), now]]);

    /// <summary>One decision while it is made.</summary>
    private sealed class Work
    {
        private readonly WarehouseSession _session;
        private readonly string _code;
        private readonly Reviewer _by;
        private readonly DateTime _nowUtc;
        private readonly long _eventId;
        private readonly ILookup<(long, long), PairRow> _decided;
        private readonly List<(ReviewRecord Record, long Person, LinkOrigin Origin)> _moves = [];
        private readonly Dictionary<(long, long), string> _pairs = [];
        private long? _undone;

        public Work(WarehouseSession session, string code, Reviewer by, DateTime nowUtc)
        {
            (_session, _code, _by, _nowUtc) = (session, code, by, nowUtc);
            _eventId = session.Query<LinkEvent>("query/review_event").Select(one => one.EventId).DefaultIfEmpty(0).Max() + 1;
            _decided = session.Query<PairRow>("query/link_constraint").ToLookup(pair => Pair(pair.RecordKey, pair.OtherRecordKey));
        }

        public List<ReviewRecord> Records(long person) => LinkReview.Records(_session, person);

        public IReadOnlyList<ReviewRecord> Existing(long person)
        {
            List<ReviewRecord> records = Records(person);
            return records.Count > 0 ? records : throw new LinkReviewException("LNK-001", $"person {person} has no records. Keys come from 'warehouse review list'.");
        }

        public List<ReviewRecord> Found(IReadOnlyList<long> records)
        {
            if (records.Count == 0)
            {
                throw new LinkReviewException("LNK-001", "no record was named; name at least one.");
            }

            return [.. records.Distinct().Select(record => Records(PersonOf(_session, record)).Find(row => row.RecordKey == record)!)];
        }

        public void KeepApart(IEnumerable<ReviewRecord> some, IEnumerable<ReviewRecord> others)
        {
            ReviewRecord[] all = [.. others];
            foreach (ReviewRecord record in some)
            {
                foreach (ReviewRecord other in all)
                {
                    Settle(record, other, "different", "same");
                }
            }
        }

        // One tie to the record that stands for the person is enough; contradictions are looked for in all pairs.
        public void Join(IEnumerable<ReviewRecord> some, IReadOnlyList<ReviewRecord> home)
        {
            foreach (ReviewRecord record in some)
            {
                foreach (ReviewRecord other in home)
                {
                    RefuseContradiction(record, other, "different");
                }

                Settle(record, home[0], "same", "different");
            }
        }

        public void Move(IEnumerable<ReviewRecord> records, long person, string rule) =>
            _moves.AddRange(records.Select(record => (record, person, new LinkOrigin(rule, Text($"event={_eventId}"), Text($"staff {_by.StaffId}"), "staff"))));

        // A record that had a person of its own before gets it back; a key that belongs to another record, or that others use, is left alone.
        public long Mint(ReviewRecord record, long before, KeyMint mint)
        {
            if (mint.Record(record.SystemCode, record.SourceId) != record.RecordKey)
            {
                throw new LinkReviewException("LNK-005", "the secret is not the one that the keys of this warehouse were made with. Give the installation's secret.");
            }

            for (int draw = 0; ; draw++)
            {
                long key = mint.Person(record.SystemCode, record.SourceId, draw);
                PersonRow? taken = _session.Query<PersonRow>("query/review_person_minted", new { record_key = record.RecordKey, person_key = key }).FirstOrDefault(row => row.PersonKey == key);
                if (key == before || (taken is not null && (taken.MintedRecordKey != record.RecordKey || Records(key).Count > 0)))
                {
                    continue;
                }

                if (taken is null)
                {
                    _session.BulkInsert("ident.person", ["person_key", "minted_record_key", "minted_utc"], [[key, record.RecordKey, _nowUtc]]);
                }

                return key;
            }
        }

        public void Undo(long eventId)
        {
            LinkEvent undone = _session.Query<LinkEvent>("query/review_event").FirstOrDefault(one => one.EventId == eventId)
                ?? throw new LinkReviewException("LNK-006", $"there is no decision {eventId}. 'warehouse review events' lists them.");
            if (undone.UndoneByEventId is { } by)
            {
                throw new LinkReviewException("LNK-006", $"decision {eventId} was taken back by decision {by} already.");
            }

            if (undone.EventCode == "undo")
            {
                throw new LinkReviewException("LNK-006", $"decision {eventId} is an undo itself; decide anew instead.");
            }

            _undone = eventId;
            string signature = Text($"event={eventId}");
            foreach (MovedRecord moved in _session.Query<MovedRow>("query/review_event_record", new { event_id = eventId }).Select(row => new MovedRecord(row.RecordKey, row.PersonBefore, row.PersonAfter)))
            {
                ReviewRecord? now = Records(moved.PersonAfter).Find(record => record.RecordKey == moved.RecordKey && record.Evidence == signature);
                if (now is null)
                {
                    throw new LinkReviewException("LNK-006", $"record {moved.RecordKey} was moved again after decision {eventId}; take the later decision back first.");
                }

                OriginRow old = _session.Query<OriginRow>("query/review_ended_link", new { record_key = moved.RecordKey, person_key = moved.PersonBefore, known_to_utc = now.LinkKnownFromUtc }).Last();
                _moves.Add((now, moved.PersonBefore, new LinkOrigin(old.RuleCode, old.Evidence, old.DecidedBy, old.LinkerVersion)));
            }

            _session.Execute("load/link_constraint_close", new { event_id = eventId, now_utc = _nowUtc });
            foreach (long person in _moves.Select(move => move.Record.PersonKey).Distinct())
            {
                _session.Execute("load/review_restriction_end", new { person_key = person, decided_utc = undone.DecidedUtc, now_utc = _nowUtc });
            }
        }

        public DecidedLink Write()
        {
            _session.BulkInsert(
                "ident.link_event",
                ["event_id", "event_code", "staff_id", "reason", "decided_utc", "undone_event_id"],
                [[_eventId, _code, _by.StaffId, _by.Reason.Trim(), _nowUtc, _undone]]);
            List<MovedRecord> moved = [];
            List<object?[]> links = [];
            foreach ((ReviewRecord record, long person, LinkOrigin origin) in _moves)
            {
                // A link never ends before it began, whatever the clock says.
                DateTime from = _nowUtc > record.LinkKnownFromUtc ? _nowUtc : record.LinkKnownFromUtc;
                _session.Execute("load/etl_crosswalk_close", new { record_key = record.RecordKey, known_from_utc = from });
                links.Add([record.RecordKey, person, origin.RuleCode, origin.Evidence, origin.DecidedBy, origin.LinkerVersion, _nowUtc, from, Open]);
                moved.Add(new MovedRecord(record.RecordKey, record.PersonKey, person));
            }

            _session.BulkInsert("ident.crosswalk", CrosswalkColumns, links);
            _session.BulkInsert(
                "ident.link_event_record", ["event_id", "record_key", "person_before", "person_after"], moved.Select(one => new object?[] { _eventId, one.RecordKey, one.PersonBefore, one.PersonAfter }));
            _session.BulkInsert(
                "ident.link_constraint",
                ["event_id", "record_key", "other_record_key", "constraint_code", "known_from_utc", "known_to_utc"],
                _pairs.OrderBy(pair => pair.Key).Select(pair => new object?[] { _eventId, pair.Key.Item1, pair.Key.Item2, pair.Value, _nowUtc, Open }));
            if (_undone is null)
            {
                foreach ((long before, long after) in moved.Select(one => (one.PersonBefore, one.PersonAfter)).Distinct())
                {
                    _session.Execute("load/review_restriction_copy", new { person_before = before, person_after = after, now_utc = _nowUtc });
                }
            }

            WriteProfiles(moved.SelectMany(one => new[] { one.PersonBefore, one.PersonAfter }).Distinct());
            return new DecidedLink(_eventId, _code, moved);
        }

        private static (long, long) Pair(long one, long other) => one < other ? (one, other) : (other, one);

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

        private void RefuseContradiction(ReviewRecord record, ReviewRecord other, string contrary)
        {
            if (_decided[Pair(record.RecordKey, other.RecordKey)].FirstOrDefault(pair => pair.ConstraintCode == contrary) is { } earlier)
            {
                throw new LinkReviewException(
                    "LNK-007",
                    $"decision {earlier.EventId} says the contrary of records {record.RecordKey} and {other.RecordKey}. See 'warehouse review events'; take it back first where it was wrong.");
            }
        }

        private void Settle(ReviewRecord record, ReviewRecord other, string code, string contrary)
        {
            if (record.RecordKey != other.RecordKey)
            {
                RefuseContradiction(record, other, contrary);
                _pairs[Pair(record.RecordKey, other.RecordKey)] = code;
            }
        }

        private void WriteProfiles(IEnumerable<long> persons)
        {
            List<object?[]> profiles = [];
            foreach (long person in persons)
            {
                _session.Execute("load/person_profile_delete", new { person_key = person });
                ReviewRecord? best = Records(person).OrderByDescending(record => record.IsRegister && record.HasIdentity).ThenByDescending(record => record.HasIdentity)
                    .ThenByDescending(record => record.KnownFromUtc).ThenByDescending(record => record.RecordKey).FirstOrDefault();
                if (best is not null)
                {
                    profiles.Add([person, best.NameKanji, best.NameKana, best.BirthDate, best.SexCode, best.Address, best.ResidentNumber, best.HouseholdNumber, best.RecordKey]);
                }
            }

            _session.BulkInsert(
                "ident.person_profile",
                ["person_key", "name_kanji", "name_kana", "birth_date", "sex_code", "address", "resident_number", "household_number", "profile_record_key"],
                profiles);
        }
    }

    private sealed record LinkOrigin(string RuleCode, string Evidence, string DecidedBy, string LinkerVersion);

    private sealed record TwinRow(long PersonKey, long ProfileRecordKey);

    private sealed record RecordPerson(long RecordKey, long PersonKey);

    private sealed record PersonRow(long PersonKey, long MintedRecordKey, DateTime MintedUtc);

    private sealed record PairRow(long EventId, long RecordKey, long OtherRecordKey, string ConstraintCode);

    private sealed record MovedRow(long EventId, long RecordKey, long PersonBefore, long PersonAfter);

    private sealed record OriginRow(long RecordKey, long PersonKey, string RuleCode, string Evidence, string DecidedBy, string LinkerVersion);
}
