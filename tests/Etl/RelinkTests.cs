using System.Text;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.Link;
using Warehouse.Model.Features;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Links decided again after the load: what moves, what stays, what was known before, and a run that dies.</summary>
public sealed class RelinkTests
{
    private static readonly DateTime FirstLoad = new(2023, 5, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime SecondLoad = new(2023, 7, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime LinkRun = new(2023, 9, 10, 3, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime AfterLoads = new(2023, 8, 1);
    private static readonly DateTime AfterLink = new(2023, 10, 1);

    private static readonly string[] Bitemporal =
    [
        "dim.person", "dim.household", "dim.household_member", "dim.kinship", "fact.child_month", "fact.residence_move", "fact.benefit_spell", "fact.nursery_enrolment",
        "fact.checkup", "fact.school_enrolment", "fact.school_attendance_day", "fact.school_attendance_month", "fact.consultation", "stg.link",
    ];

    [Fact]
    public void A_child_first_seen_by_school_moves_to_the_child_that_the_register_names_later()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out long sakura);
        string before = AsKnown(fixture, AfterLoads);
        string features = Features(fixture, AfterLoads);
        using (WarehouseSession session = fixture.Warehouse())
        {
            Assert.NotEqual(sakura, session.ScalarText<long>("SELECT person_key FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01' AND absent_days = 2"));
        }

        LinkSummary summary = Relink(fixture, LinkRun);

        Assert.Equal([new LinkMove("NEW", "DET-2", 3), new LinkMove("NEW", "DET-3", 1)], summary.Moves);
        Assert.Equal((4L, 4L), (summary.MovedCount, summary.HandedOverCount));
        Assert.Equal(before, AsKnown(fixture, AfterLoads));
        Assert.Equal(features, Features(fixture, AfterLoads));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using (WarehouseSession session = fixture.Warehouse())
        {
            Assert.Equal(sakura, session.ScalarText<long>("SELECT person_key FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01' AND absent_days = 2"));
            Assert.Equal(2, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day WHERE known_to_utc > '9999-01-01' AND person_key = " + sakura));
            Assert.Equal(sakura, session.ScalarText<long>("SELECT person_key FROM fact.school_enrolment WHERE known_to_utc > '9999-01-01' AND known_from_utc = '2023-09-10 03:00:00' AND record_key = (SELECT m.record_key FROM fact.school_attendance_month AS m WHERE m.absent_days = 2 AND m.known_to_utc > '9999-01-01')"));
            Assert.Equal(("succeeded", 1, 4L), session.ScalarText<(string, int, long)>("SELECT status_code, is_published, moved_count FROM meta.link_run"));
            Assert.Equal([("NEW", "DET-2", 3L), ("NEW", "DET-3", 1L)], session.QueryText<(string, string, long)>("SELECT from_rule_code, to_rule_code, record_count FROM meta.link_run_move ORDER BY to_rule_code"));
        }

        Assert.Contains("\"AbsentDays12m\":2", Features(fixture, AfterLink), StringComparison.Ordinal);
    }

    [Fact]
    public void Persons_stay_and_the_old_link_is_closed_not_changed()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out long sakura);
        IReadOnlyList<(long, long, DateTime)> persons = Persons();

        Relink(fixture, LinkRun);

        Assert.Equal(persons, Persons());
        using WarehouseSession identity = fixture.Identity();
        IReadOnlyList<(long Person, string Rule, string By, DateTime From, DateTime To)> links = identity.QueryText<(long, string, string, DateTime, DateTime)>(
            "SELECT person_key, rule_code, decided_by, known_from_utc, known_to_utc FROM ident.crosswalk WHERE record_key IN (SELECT s.record_key FROM ident.source_record AS s WHERE s.source_id = 'G0002') ORDER BY known_from_utc");
        Assert.Equal(["NEW", "DET-2"], links.Select(link => link.Rule));
        Assert.Equal(["linker", "link-run 1"], links.Select(link => link.By));
        Assert.Equal(links[0].To, links[1].From);
        Assert.Equal(LinkRun, links[1].From);
        Assert.Equal(sakura, links[1].Person);

        IReadOnlyList<(long, long, DateTime)> Persons()
        {
            using WarehouseSession session = fixture.Identity();
            return session.QueryText<(long, long, DateTime)>("SELECT person_key, minted_record_key, minted_utc FROM ident.person ORDER BY person_key");
        }
    }

    [Fact]
    public void A_second_run_changes_nothing()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out _);
        Relink(fixture, LinkRun);
        string before = State(fixture, withRuns: false);

        LinkSummary again = Relink(fixture, LinkRun.AddDays(1));

        Assert.Equal((0L, 0L), (again.MovedCount, again.HandedOverCount));
        Assert.Equal(2, again.LinkRunId);
        Assert.Equal(before, State(fixture, withRuns: false));
    }

    [Fact]
    public void A_school_that_corrects_a_name_has_its_pupil_moved_to_the_brother()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("resident", "2023-04-02T03:00:00+09:00", "2023-03-31", TinyInbox.Resident(4, "本間 次郎", "ホンマ ジロウ", "H25.5.5", "1", "03", "01", "H25.5.5"));
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, FirstLoad);
        inbox.Add("school", "2023-07-01T02:00:00+09:00", "2023-06-30",
            [["G0001", "E0001", "2023", "4", "1", "本間　次郎", "ﾎﾝﾏ ｼﾞﾛｳ", "H25.5.5", "男", "中町1-1", "本間 一郎", "R5.4.1", "R6.3.31"]]);
        Load(fixture, inbox, SecondLoad);
        string before = AsKnown(fixture, AfterLoads);
        string features = Features(fixture, AfterLoads);
        long taro = Person(fixture, 3);
        long jiro = Person(fixture, 4);
        Assert.Equal(taro, PersonOfAttendance());

        LinkSummary summary = Relink(fixture, LinkRun);

        Assert.Equal([new LinkMove("DET-2", "DET-2", 1)], summary.Moves);
        Assert.Equal(jiro, PersonOfAttendance());
        Assert.Equal(before, AsKnown(fixture, AfterLoads));
        Assert.Equal(features, Features(fixture, AfterLoads));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        Assert.Equal(0, Relink(fixture, LinkRun.AddDays(1)).MovedCount);

        long PersonOfAttendance()
        {
            using WarehouseSession session = fixture.Warehouse();
            return session.ScalarText<long>("SELECT person_key FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01'");
        }
    }

    [Fact]
    public void A_pupil_whose_name_no_longer_fits_anybody_keeps_the_link()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, FirstLoad);
        inbox.Add("school", "2023-07-01T02:00:00+09:00", "2023-06-30",
            [["G0001", "E0001", "2023", "4", "1", "中川　太一", "ﾅｶｶﾞﾜ ﾀｲﾁ", "H25.5.5", "男", "浜町9-9", "中川 一郎", "R5.4.1", "R6.3.31"]]);
        Load(fixture, inbox, SecondLoad);

        LinkSummary summary = Relink(fixture, LinkRun);

        Assert.Equal((0L, 1L), (summary.MovedCount, summary.KeptCount));
        Assert.Equal(summary.ReviewedCount, summary.ConfirmedCount + summary.KeptCount + summary.WithoutMatchCount);
    }

    [Fact]
    public void A_linked_pupil_never_moves_to_records_for_whom_the_register_has_nobody()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, FirstLoad);
        long taro = Person(fixture, 3);
        long pupil = Key("G0001");
        ItsOwn linker = new(pupil, Key(TinyInbox.Number(2)));

        LinkSummary summary = new LoadPipeline(fixture.Databases, new Clock(LinkRun)).Relink(new RelinkOptions { MaxParallel = 1, Linker = linker }, null, TestContext.Current.CancellationToken);

        Assert.Equal((0L, 1L), (summary.MovedCount, summary.KeptCount));
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(taro, identity.ScalarText<long>($"SELECT person_key FROM ident.crosswalk WHERE known_to_utc > '9999-01-01' AND record_key = {pupil}"));

        long Key(string number)
        {
            using WarehouseSession session = fixture.Identity();
            return session.ScalarText<long>($"SELECT DISTINCT record_key FROM ident.source_record WHERE source_id = '{number}'");
        }
    }

    [Fact]
    public void What_a_person_decided_is_not_decided_again_and_is_handed_over()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out _);
        long taro = Person(fixture, 3);
        using (WarehouseSession identity = fixture.Identity())
        {
            const string Pupil = "record_key IN (SELECT s.record_key FROM ident.source_record AS s WHERE s.source_id = 'G0002')";
            identity.ExecuteText($"INSERT INTO ident.crosswalk SELECT record_key, {taro}, 'STAFF', 'seen', 'staff 7', 'none', '2023-09-01', '2023-09-01', '9999-12-31' FROM ident.crosswalk WHERE {Pupil}");
            Assert.Equal(1, identity.ExecuteText($"UPDATE ident.crosswalk SET known_to_utc = '2023-09-01' WHERE rule_code = 'NEW' AND {Pupil}"));
        }

        LinkSummary summary = Relink(fixture, LinkRun);

        Assert.Equal((3L, 4L), (summary.MovedCount, summary.HandedOverCount));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(taro, session.ScalarText<long>("SELECT person_key FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01' AND absent_days = 2"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("before identity")]
    [InlineData("identity")]
    [InlineData("fact")]
    [InlineData("before warehouse")]
    [InlineData("warehouse")]
    public void A_run_that_died_and_is_done_again_ends_as_an_undisturbed_one(string point)
    {
        using WarehouseFixture clean = SeenBySchoolFirst(out _);
        Relink(clean, LinkRun);
        using WarehouseFixture fixture = SeenBySchoolFirst(out _);
        string before = AsKnown(fixture, AfterLink);

        Assert.Throws<InvalidOperationException>(() => Relink(fixture, LinkRun, point));
        if (point != "warehouse")
        {
            Assert.Equal(before, AsKnown(fixture, AfterLink));
        }

        Relink(fixture, LinkRun);

        Assert.Equal(State(clean, withRuns: point != "warehouse"), State(fixture, withRuns: point != "warehouse"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_load_after_a_run_that_died_publishes_nothing_of_it()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out _);
        string before = State(fixture, withRuns: false);
        Assert.Throws<InvalidOperationException>(() => Relink(fixture, LinkRun, "identity"));
        using TinyInbox empty = new();

        Load(fixture, empty, LinkRun.AddDays(1));

        Assert.Equal(before, State(fixture, withRuns: false));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_failed_check_ends_the_run_as_failed_and_shows_nothing_of_it()
    {
        using WarehouseFixture fixture = SeenBySchoolFirst(out _);
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO fact.checkup (person_key, record_key, checkup_type, due_date, is_attended, judgement_code, known_from_utc, known_to_utc, load_id) VALUES (42, 42, '3y', '2023-01-01', 0, 'none', '2023-01-01', '9999-12-31', 1)");
        }

        string before = AsKnown(fixture, AfterLink);

        Assert.Throws<WarehouseException>(() => Relink(fixture, LinkRun));

        Assert.Equal(before, AsKnown(fixture, AfterLink));
        using WarehouseSession after = fixture.Warehouse();
        Assert.Equal(("failed", 0), after.ScalarText<(string, int)>("SELECT status_code, is_published FROM meta.link_run"));
    }

    // A pupil comes before its register entry; the linker of that time compared numbers only.
    private static WarehouseFixture SeenBySchoolFirst(out long sakura)
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("school", "2023-04-11T02:00:00+09:00", "2023-04-30",
            [["G0002", "E0001", "2023", "3", "1", "中川　桜", "ﾅｶｶﾞﾜ ｻｸﾗ", "H26.6.6", "女", "浜町2-2", "中川 花", "R5.4.1", "R6.3.31"]]);
        inbox.Add("attendance", "2023-05-03T02:00:00+09:00", "2023-04-30",
            [["E0001", "G0001", "2023-04-10", "出席", ""], ["E0001", "G0002", "2023-04-10", "出席", ""], ["E0001", "G0002", "2023-04-11", "欠席", "発熱"], ["E0001", "G0002", "2023-04-12", "欠席", "頭痛"]]);
        WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, FirstLoad, new NumbersOnly());
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30",
            TinyInbox.Resident(9, "中川 さくら", "ナカガワ サクラ", "H26.6.6", "2", "01", "02", "R5.6.1", "T02"));
        inbox.Add("resident", "2023-07-02T02:00:00+09:00", "2023-06-30",
            TinyInbox.Resident(9, "中川 桜", "ナカガワ サクラ", "H26.6.6", "2", "01", "07", "R5.6.20", "T02"));
        Load(fixture, inbox, SecondLoad, new NumbersOnly());
        sakura = Person(fixture, 9);
        return fixture;
    }

    private static long Person(WarehouseFixture fixture, int resident)
    {
        using WarehouseSession identity = fixture.Identity();
        return identity.ScalarText<long>("SELECT DISTINCT x.person_key FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key WHERE s.system_code = 'resident' AND s.source_id = '" + TinyInbox.Number(resident) + "'");
    }

    private static LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox, DateTime now, ILinker? linker = null)
    {
        LoadSummary summary = new LoadPipeline(fixture.Databases, new Clock(now)).Run(
            new LoadOptions { Inbox = inbox.Path, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), MaxParallel = 1, Linker = linker },
            null,
            TestContext.Current.CancellationToken);
        Assert.Equal(0, summary.ExitCode);
        return summary;
    }

    private static LinkSummary Relink(WarehouseFixture fixture, DateTime now, string? crash = null) => new LoadPipeline(fixture.Databases, new Clock(now)).Relink(
        new RelinkOptions
        {
            MaxParallel = 1,
            CrashPoint = crash is null ? null : point =>
            {
                if (point == crash)
                {
                    throw new InvalidOperationException("killed at " + point);
                }
            },
        },
        null,
        TestContext.Current.CancellationToken);

    // All that is read by whoever asks what was known at a time.
    private static string AsKnown(WarehouseFixture fixture, DateTime utc)
    {
        using WarehouseSession session = fixture.Warehouse();
        StringBuilder text = new();
        foreach (string table in Bitemporal)
        {
            Append(text, table, session.QueryText<object?[]>($"SELECT * REPLACE (NULL AS known_to_utc) FROM {table} WHERE known_from_utc <= @utc AND known_to_utc > @utc", new { utc }));
        }

        Append(text, "dim.child", session.QueryText<object?[]>("SELECT * FROM dim.child"));
        return text.ToString();
    }

    private static string Features(WarehouseFixture fixture, DateTime utc)
    {
        using WarehouseSession session = fixture.Warehouse(SessionRole.Model);
        IReadOnlyList<ChildFacts> facts = FeatureReader.Read(session, new Snapshot(DateOnly.FromDateTime(utc), utc), FeatureCatalogue.Default);
        Assert.NotEmpty(facts);
        return JsonSerializer.Serialize(facts);
    }

    private static string State(WarehouseFixture fixture, bool withRuns)
    {
        StringBuilder text = new();
        foreach ((DatabaseKind kind, SessionRole role) in new[] { (DatabaseKind.Warehouse, SessionRole.EtlWarehouse), (DatabaseKind.Identity, SessionRole.EtlIdentity) })
        {
            using WarehouseSession session = fixture.Databases.Open(kind, role);
            foreach (string table in session.QueryText<string>(
                "SELECT CONCAT(\"TABLE_SCHEMA\", '.', \"TABLE_NAME\") AS n FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_SCHEMA\" IN ('ident', 'stg', 'dim', 'fact', 'meta') AND \"TABLE_NAME\" <> 'schema_journal' ORDER BY n"))
            {
                if (withRuns || !table.StartsWith("meta.link_run", StringComparison.Ordinal))
                {
                    Append(text, table, session.QueryText<object?[]>("SELECT * FROM " + table));
                }
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string table, IEnumerable<object?[]> rows)
    {
        text.Append(table).Append('\n');
        foreach (string row in rows.Select(row => string.Join('|', row)).Order(StringComparer.Ordinal))
        {
            text.Append(row).Append('\n');
        }
    }

    /// <summary>An earlier method of linkage: records meet by the resident number alone.</summary>
    private sealed class NumbersOnly : ILinker
    {
        private readonly DeterministicLinker _all = new();

        public string Version => "numbers-1";

        public LinkOutcome Decide(LinkInput input) => new(
            [.. _all.Decide(input).Decisions.Select(decision => decision.RuleCode is "DET-1" or "REGISTER" ? decision : new LinkDecision(decision.RecordKey, null, "NEW", "candidates=0"))],
            []);
    }

    private sealed class Clock(DateTime utc) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
    }

    /// <summary>Says of one record that it is the same child as another of which the register has nobody.</summary>
    private sealed class ItsOwn(long record, long other) : ILinker
    {
        private readonly DeterministicLinker _all = new();

        public string Version => "its own";

        public LinkOutcome Decide(LinkInput input) => new(
            [.. _all.Decide(input).Decisions.Select(decision => decision.RecordKey == record ? new LinkDecision(record, other, "PRB-3", "test") : decision)], []);
    }
}
