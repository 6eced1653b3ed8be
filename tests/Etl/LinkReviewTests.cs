using System.Text;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Review;
using Warehouse.Model.Features;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Decisions of staff about links: what moves, what binds the program, what an undo brings back.</summary>
public sealed class LinkReviewTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret for tests only");
    private static readonly DateTime FirstLoad = new(2023, 5, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Decided = new(2023, 7, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Later = new(2023, 9, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly Reviewer Staff = new("linkage", "双子の取り違え（架空データ）");

    [Fact]
    public void A_pupil_who_is_the_twin_is_moved_with_all_facts_and_what_was_known_before_stays()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro);
        long pupil = Record(fixture, "school", "G0001");
        Assert.Equal((taro, taro), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        string before = Features(fixture, Decided.AddDays(-1));

        DecidedLink done = Review(fixture, Decided).Assign([Record(fixture, "school", "G0002")], jiro, Staff);
        LinkSummary applied = Apply(fixture, Decided.AddMinutes(1));

        Assert.Equal([new MovedRecord(Record(fixture, "school", "G0002"), taro, jiro)], done.Moved);
        Assert.Equal((0L, 1L), (applied.ReviewedCount, applied.HandedOverCount));
        Assert.Equal((taro, jiro), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        Assert.Equal(taro, Review(fixture, Decided).PersonOf(pupil));
        Assert.Equal(before, Features(fixture, Decided.AddDays(-1)));
        Assert.Equal(["1", "4"], AbsentDays(fixture, Later, taro, jiro));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void The_program_does_not_decide_again_what_staff_decided()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro);
        Review(fixture, Decided).Assign([Record(fixture, "school", "G0002")], jiro, Staff);

        LinkSummary summary = Relink(fixture, Later, new Everybody());

        Assert.Equal((taro, jiro), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        Assert.Equal(1, summary.HandedOverCount);
    }

    [Fact]
    public void A_record_that_was_split_off_gets_a_person_of_its_own_and_never_comes_back_by_itself()
    {
        using WarehouseFixture fixture = Twins(out long taro, out _);
        long record = Record(fixture, "school", "G0002");

        DecidedLink done = Review(fixture, Decided).Split([record], Staff, new KeyMint(Secret));
        Relink(fixture, Later, new Everybody());

        long own = Assert.Single(done.Moved).PersonAfter;
        Assert.NotEqual(taro, own);
        Assert.Equal(own, Review(fixture, Later).PersonOf(record));
        Assert.Equal((taro, own), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void An_undo_brings_links_facts_and_profiles_back_and_lets_the_program_decide_again()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro);
        string links = OpenLinks(fixture);
        string profiles = Profiles(fixture);
        LinkReview review = Review(fixture, Decided);
        long eventId = review.Assign([Record(fixture, "school", "G0002")], jiro, Staff).EventId;
        Apply(fixture, Decided.AddMinutes(1));

        Review(fixture, Later).Undo(eventId, Staff with { Reason = "見直し" });
        Apply(fixture, Later.AddMinutes(1));

        Assert.Equal(links, OpenLinks(fixture));
        Assert.Equal(profiles, Profiles(fixture));
        Assert.Equal((taro, taro), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        Assert.Equal(["assign", "undo"], review.Events().Select(one => one.EventCode));
        Assert.Equal(2, review.Events()[0].UndoneByEventId);
        Assert.Equal("LNK-006", Assert.Throws<LinkReviewException>(() => review.Undo(eventId, Staff)).Code);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(0, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.link_constraint WHERE known_to_utc > '9999-01-01'"));
    }

    [Fact]
    public void A_rejected_pair_is_not_linked_by_a_later_run()
    {
        using WarehouseFixture fixture = Twins(out long taro, out _, new Nobody());
        long record = Record(fixture, "school", "G0001");
        long own = Review(fixture, Decided).PersonOf(record);
        Assert.NotEqual(taro, own);

        Review(fixture, Decided).Reject(record, Record(fixture, "resident", TinyInbox.Number(3)), Staff);
        LinkSummary summary = Relink(fixture, Later, new Everybody());

        Assert.Equal(own, Review(fixture, Later).PersonOf(record));
        Assert.Equal(taro, Review(fixture, Later).PersonOf(Record(fixture, "school", "G0002")));
        Assert.Equal(1, summary.KeptCount);
    }

    [Fact]
    public void Two_records_that_are_kept_apart_never_meet_at_a_third_in_one_run()
    {
        using WarehouseFixture fixture = Twins(out long taro, out _, new Nobody());
        long one = Record(fixture, "school", "G0001");
        long other = Record(fixture, "school", "G0002");

        Review(fixture, Decided).Reject(one, other, Staff);
        LinkSummary summary = Relink(fixture, Later, new Everybody());

        Assert.Single(new[] { one, other }, record => Review(fixture, Later).PersonOf(record) == taro);
        Assert.Equal((1, 1), (summary.MovedCount, summary.KeptCount));
    }

    [Fact]
    public void Two_persons_become_one_with_the_restriction_of_either()
    {
        using WarehouseFixture fixture = Twins(out long taro, out _, new Nobody());
        long own = Review(fixture, Decided).PersonOf(Record(fixture, "school", "G0001"));
        using (WarehouseSession identity = fixture.Identity())
        {
            identity.ExecuteText($"INSERT INTO ident.restriction VALUES ({own}, 'support_measure', '2023-01-01', '9999-12-31', '2023-01-01', '9999-12-31', '{new string('0', 64)}', 2)");
        }

        DecidedLink done = Review(fixture, Decided).Merge(own, taro, Staff);
        Apply(fixture, Later);

        Assert.Equal(taro, Assert.Single(done.Moved).PersonAfter);
        Assert.Equal(taro, PersonOfDay(fixture, 1));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession after = fixture.Identity();
        Assert.Equal(1, after.ScalarText<long>($"SELECT COUNT(*) FROM ident.restriction WHERE person_key = {taro} AND known_to_utc > '9999-01-01'"));
        Assert.Equal(0, after.ScalarText<long>($"SELECT COUNT(*) FROM ident.person_profile WHERE person_key = {own}"));
    }

    [Fact]
    public void A_decision_that_cannot_be_is_refused_and_changes_nothing()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro);
        long pupil = Record(fixture, "school", "G0001");
        long other = Record(fixture, "school", "G0002");
        LinkReview review = Review(fixture, Decided);
        string before = OpenLinks(fixture);

        Assert.Equal("LNK-001", Refused(() => review.Assign([42], jiro, Staff)));
        Assert.Equal("LNK-001", Refused(() => review.Assign([pupil], 42, Staff)));
        Assert.Equal("LNK-002", Refused(() => review.Assign([pupil], jiro, Staff with { Reason = " " })));
        Assert.Equal("LNK-003", Refused(() => review.Assign([pupil], taro, Staff)));
        Assert.Equal("LNK-003", Refused(() => review.Reject(pupil, other, Staff)));
        Assert.Equal("LNK-003", Refused(() => review.Split([.. review.Records(taro).Select(record => record.RecordKey)], Staff, new KeyMint(Secret))));
        Assert.Equal("LNK-004", Refused(() => review.Merge(jiro, taro, Staff)));
        Assert.Equal("LNK-005", Refused(() => review.Split([pupil], Staff, new KeyMint(Encoding.ASCII.GetBytes("another secret altogether")))));
        Assert.Equal("LNK-006", Refused(() => review.Undo(9, Staff)));
        Assert.Equal(before, OpenLinks(fixture));
        Assert.Empty(review.Events());

        review.Assign([other], jiro, Staff);
        Assert.Equal("LNK-007", Refused(() => review.Assign([other], taro, Staff)));

        static string Refused(Action act) => Assert.Throws<LinkReviewException>(act).Code;
    }

    [Fact]
    public void A_load_between_decision_and_hand_over_takes_the_facts_along()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro);
        Review(fixture, Decided).Assign([Record(fixture, "school", "G0002")], jiro, Staff);
        using TinyInbox inbox = new();
        inbox.Add("attendance", "2023-08-02T02:00:00+09:00", "2023-07-31", [["E0001", "G0002", "2023-07-10", "欠席", "発熱"]]);

        Load(fixture, inbox, Later, null);

        Assert.Equal((taro, jiro), (PersonOfDay(fixture, 1), PersonOfDay(fixture, 2)));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void The_queue_holds_what_the_linker_leaves_to_a_person_until_it_is_decided()
    {
        using WarehouseFixture fixture = Twins(out long taro, out long jiro, new Nobody());
        long record = Record(fixture, "school", "G0001");

        Assert.Equal(
            [(record, taro), (record, jiro)],
            Review(fixture, Decided).Queue().Where(pair => pair.RecordKey == record).OrderByDescending(pair => pair.Posterior).Select(pair => (pair.RecordKey, pair.OtherPersonKey)));
        Assert.Equal([jiro], Review(fixture, Decided).Twins(taro));

        Review(fixture, Decided).Assign([record], taro, Staff);
        Review(fixture, Decided).Reject(Record(fixture, "school", "G0002"), Record(fixture, "resident", TinyInbox.Number(3)), Staff);
        Relink(fixture, Later, new Nobody());

        Assert.Equal([(Record(fixture, "school", "G0002"), jiro)], Review(fixture, Decided).Queue().Select(pair => (pair.RecordKey, pair.OtherPersonKey)));
    }

    [Theory]
    [InlineData("渡邉 太郎", "渡辺 太朗", "渡(邉) 太[郎]", "渡(辺) 太[朗]")]
    [InlineData("髙橋　花", "高橋 花子", "(髙)橋 花", "(高)橋 花[子]")]
    [InlineData("𠮷田", "吉田", "(𠮷)田", "(吉)田")]
    [InlineData("ﾎﾝﾏ", "ホンマ", "ホンマ", "ホンマ")]
    [InlineData(null, "山", "", "[山]")]
    public void Differences_of_names_are_marked(string? left, string? right, string markedLeft, string markedRight) =>
        Assert.Equal((markedLeft, markedRight), NameDifference.Mark(left, right));

    // Twins in the register; the school sends both pupils with the name of the first.
    private static WarehouseFixture Twins(out long taro, out long jiro, ILinker? linker = null)
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("resident", "2023-04-02T03:00:00+09:00", "2023-03-31", TinyInbox.Resident(4, "本間 次郎", "ホンマ ジロウ", "H25.5.5", "1", "03", "01", "H25.5.5"));
        inbox.Add("school", "2023-04-11T02:00:00+09:00", "2023-04-30",
            [["G0002", "E0001", "2023", "4", "2", "本間　太郎", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "男", "中町1-1", "本間 一郎", "R5.4.1", "R6.3.31"]]);
        inbox.Add("attendance", "2023-05-03T02:00:00+09:00", "2023-04-30",
            [["E0001", "G0001", "2023-04-14", "欠席", "発熱"], ["E0001", "G0001", "2023-04-17", "出席", ""], ["E0001", "G0002", "2023-04-17", "出席", ""],
            ["E0001", "G0002", "2023-04-10", "欠席", "発熱"], ["E0001", "G0002", "2023-04-11", "欠席", "発熱"], ["E0001", "G0002", "2023-04-12", "欠席", "頭痛"], ["E0001", "G0002", "2023-04-13", "欠席", "頭痛"]]);
        WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, FirstLoad, linker ?? new Everybody());
        taro = Review(fixture, FirstLoad).PersonOf(Record(fixture, "resident", TinyInbox.Number(3)));
        jiro = Review(fixture, FirstLoad).PersonOf(Record(fixture, "resident", TinyInbox.Number(4)));
        return fixture;
    }

    private static LinkReview Review(WarehouseFixture fixture, DateTime now) => new(fixture.Databases, new Clock(now));

    private static long Record(WarehouseFixture fixture, string system, string number)
    {
        using WarehouseSession identity = fixture.Identity();
        return identity.ScalarText<long>($"SELECT DISTINCT record_key FROM ident.source_record WHERE system_code = '{system}' AND source_id = '{number}'");
    }

    // Whose absence the day of the pupil with that number is: the first was absent on the 14th, the second on the 12th.
    private static long PersonOfDay(WarehouseFixture fixture, int pupil)
    {
        using WarehouseSession session = fixture.Warehouse();
        return session.ScalarText<long>($"SELECT person_key FROM fact.school_attendance_day WHERE known_to_utc > '9999-01-01' AND date_key = {(pupil == 1 ? 20230414 : 20230412)}");
    }

    private static string[] AbsentDays(WarehouseFixture fixture, DateTime utc, params long[] persons)
    {
        using WarehouseSession session = fixture.Warehouse(SessionRole.Model);
        Dictionary<long, ChildFacts> facts = FeatureReader.Read(session, new Snapshot(new DateOnly(2023, 6, 1), utc), FeatureCatalogue.Default).ToDictionary(child => child.ChildKey);
        return [.. persons.Select(person => FeatureValues.Number("absent_days_3m", facts[person]).ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static string Features(WarehouseFixture fixture, DateTime utc)
    {
        using WarehouseSession session = fixture.Warehouse(SessionRole.Model);
        return JsonSerializer.Serialize(FeatureReader.Read(session, new Snapshot(new DateOnly(2023, 6, 1), utc), FeatureCatalogue.Default));
    }

    private static string OpenLinks(WarehouseFixture fixture)
    {
        using WarehouseSession identity = fixture.Identity();
        return string.Join('\n', identity.QueryText<(long, long, string, string, string)>(
            "SELECT record_key, person_key, rule_code, evidence, decided_by FROM ident.crosswalk WHERE known_to_utc > '9999-01-01' ORDER BY record_key"));
    }

    private static string Profiles(WarehouseFixture fixture)
    {
        using WarehouseSession identity = fixture.Identity();
        return string.Join('\n', identity.QueryText<(long, string, long)>("SELECT person_key, name_kana, profile_record_key FROM ident.person_profile ORDER BY person_key"));
    }

    private static void Load(WarehouseFixture fixture, TinyInbox inbox, DateTime now, ILinker? linker)
    {
        LoadSummary summary = new LoadPipeline(fixture.Databases, new Clock(now)).Run(
            new LoadOptions { Inbox = inbox.Path, Secret = Secret, MaxParallel = 1, Linker = linker }, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, summary.ExitCode);
    }

    private static LinkSummary Apply(WarehouseFixture fixture, DateTime now) =>
        new LoadPipeline(fixture.Databases, new Clock(now)).Relink(new RelinkOptions { MaxParallel = 1, DecideAgain = false }, null, TestContext.Current.CancellationToken);

    private static LinkSummary Relink(WarehouseFixture fixture, DateTime now, ILinker linker) =>
        new LoadPipeline(fixture.Databases, new Clock(now)).Relink(new RelinkOptions { MaxParallel = 1, Linker = linker }, null, TestContext.Current.CancellationToken);

    /// <summary>Links every pupil named as the first twin to the first twin, as a method without a guard for twins would.</summary>
    private sealed class Everybody : ILinker
    {
        private readonly DeterministicLinker _all = new();

        public string Version => "everybody";

        public LinkOutcome Decide(LinkInput input)
        {
            long taro = input.Known.Concat(input.Subjects).First(record => record.System == "resident" && record.SourceId == TinyInbox.Number(3)).RecordKey;
            HashSet<long> pupils = [.. input.Subjects.Where(record => record.System == "school").Select(record => record.RecordKey)];
            return new LinkOutcome(
                [.. _all.Decide(input).Decisions.Select(decision => pupils.Contains(decision.RecordKey) ? new LinkDecision(decision.RecordKey, taro, "DET-2", "name=1") : decision)], []);
        }
    }

    /// <summary>Leaves every pupil to a person, with both twins as candidates.</summary>
    private sealed class Nobody : ILinker
    {
        private readonly DeterministicLinker _all = new();

        public string Version => "nobody";

        public LinkOutcome Decide(LinkInput input)
        {
            long[] pupils = [.. input.Subjects.Where(record => record.System == "school").Select(record => record.RecordKey).Distinct()];
            IdentityRecord[] twins = [.. input.Known.Concat(input.Subjects).Where(record => record.System == "resident" && record.BirthDate == new DateOnly(2013, 5, 5)).DistinctBy(record => record.RecordKey)];
            return new LinkOutcome(
                [.. _all.Decide(input).Decisions.Select(decision => pupils.Contains(decision.RecordKey) ? new LinkDecision(decision.RecordKey, null, "NEW", "candidates=2") : decision)],
                [.. pupils.SelectMany(pupil => twins.Select(twin => new LinkCandidate(pupil, twin.RecordKey, twin.SourceId == TinyInbox.Number(3) ? 0.8 : 0.2, 3, "given=1:3.0")))]);
        }
    }

    private sealed class Clock(DateTime utc) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(utc, TimeSpan.Zero);
    }
}
