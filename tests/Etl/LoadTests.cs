using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Link.Review;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The whole way of a small batch: reruns, crashes, corrections, quarantine and the accounting.</summary>
public sealed class LoadTests
{
    private static readonly string[] WarehouseTables =
    [
        "meta.load_run", "stg.resident", "stg.household", "stg.school", "stg.attendance", "stg.checkup", "stg.consultation", "stg.link", "stg.trait", "stg.file_scope",
        "dim.person", "dim.child", "dim.household", "dim.household_member", "dim.kinship", "dim.place", "dim.facility", "fact.child_month", "fact.residence_move",
        "fact.checkup", "fact.school_enrolment", "fact.school_attendance_day", "fact.school_attendance_month", "fact.consultation",
    ];

    private static readonly string[] IdentityTables =
        ["ident.received_file", "ident.source_record", "ident.person", "ident.crosswalk", "ident.person_profile", "ident.restriction", "ident.reject"];

    [Fact]
    public void A_family_arrives_as_one_child_with_its_facts()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        Assert.Equal(0, summary.ExitCode);
        Assert.All(summary.Files, file => Assert.Equal("succeeded", file.Status));
        Assert.Equal(3, summary.NewPersons);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        long child = session.ScalarText<long>("SELECT child_key FROM dim.child WHERE child_key <> 0");
        Assert.Equal(child, session.ScalarText<long>("SELECT person_key FROM fact.consultation"));
        Assert.Equal(child, session.ScalarText<long>("SELECT person_key FROM fact.checkup"));
        Assert.Equal((3, 2, 1, 1), session.ScalarText<(int, int, int, int)>("SELECT enrolled_days, present_days, absent_days, late_days FROM fact.school_attendance_month"));
        Assert.Equal(2, session.ScalarText<long>("SELECT COUNT(*) FROM dim.kinship WHERE kinship_code = 'parent'"));
        Assert.Equal((3, 1, 0), session.ScalarText<(int, int, int)>("SELECT member_count, child_count, is_single_parent FROM dim.household WHERE household_key <> 0 AND valid_from < '2030-01-01'"));
        Assert.Equal(4, session.ScalarText<int>("SELECT MAX(grade_code) FROM fact.child_month WHERE month_key = 202304"));
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM dim.facility AS f WHERE f.facility_key = (SELECT MAX(m.facility_key) FROM fact.child_month AS m WHERE m.month_key = 202304 AND m.known_to_utc > '9999-01-01') AND f.facility_code = 'E0001'"));
    }

    [Fact]
    public void The_same_files_again_change_nothing()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        string before = State(fixture);

        LoadSummary again = Load(fixture, inbox);

        Assert.All(again.Files, file => Assert.Equal("known", file.Status));
        Assert.Equal(before, State(fixture));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_on_disk_does_not_matter(int seed)
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        inbox.Rename(seed);
        using WarehouseFixture other = WarehouseFixture.Create();
        Load(other, inbox, maxParallel: 4);

        Assert.Equal(State(fixture, withNames: false), State(other, withNames: false));
    }

    [Theory]
    [InlineData("receipt")]
    [InlineData("run")]
    [InlineData("stage")]
    [InlineData("before identity")]
    [InlineData("identity")]
    [InlineData("fact")]
    [InlineData("before warehouse")]
    [InlineData("warehouse")]
    public void A_killed_load_done_again_ends_as_an_undisturbed_one(string point)
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture clean = WarehouseFixture.Create();
        Load(clean, inbox);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        Assert.Throws<InvalidOperationException>(() => Load(fixture, inbox, crash: point));
        if (point != "warehouse")
        {
            using WarehouseSession session = fixture.Warehouse();
            Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM meta.load_run WHERE is_published = 1"));
            Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM fact.residence_move"));
        }

        Load(fixture, inbox);

        Assert.Equal(State(clean), State(fixture));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_killed_second_load_keeps_the_first_one()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(3, "中川 太郎", "ナカガワ タロウ", "H25.5.5", "1", "03", "07", "R5.6.1"));

        Assert.Throws<InvalidOperationException>(() => Load(fixture, inbox, crash: "identity"));
        Load(fixture, inbox);

        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(3, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.person"));
        Assert.Equal(2, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.source_record WHERE feed = 'resident' AND source_id = '" + TinyInbox.Number(3) + "'"));
        Assert.Equal("中川 太郎", identity.ScalarText<string>("SELECT name_kanji FROM ident.person_profile WHERE birth_date = '2013-05-05'"));
    }

    [Fact]
    public void A_correction_closes_the_old_version_and_is_not_known_before()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        inbox.Add("consultation", "2023-06-04T02:00:00+09:00", "2023-05-31",
            [["K0001", "01", "本間 太郎", "ホンマ タロウ", "H25.5.5", "男", "中町1-1", "", "R5.4.20", "育成", "学校", "B", "", "要", "R5.5.10", "", "", ""]]);
        inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-04-30",
            [["E0001", "G0001", "2023-04-10", "出席", ""], ["E0001", "G0001", "2023-04-11", "出席", ""]]);
        Load(fixture, inbox);

        using WarehouseSession session = fixture.Warehouse();
        const string Decision = "SELECT decision_code FROM fact.consultation WHERE known_from_utc <= @utc AND known_to_utc > @utc";
        Assert.Equal("none", session.QueryText<string>(Decision, new { utc = new DateTime(2023, 5, 20) }).Single());
        Assert.Equal("need", session.QueryText<string>(Decision, new { utc = new DateTime(2023, 7, 1) }).Single());
        const string Days = "SELECT enrolled_days, absent_days FROM fact.school_attendance_month WHERE known_from_utc <= @utc AND known_to_utc > @utc";
        Assert.Equal((3, 1), session.QueryText<(int, int)>(Days, new { utc = new DateTime(2023, 5, 20) }).Single());
        Assert.Equal((2, 0), session.QueryText<(int, int)>(Days, new { utc = new DateTime(2023, 7, 1) }).Single());
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_batch_after_a_batch_ends_as_both_at_once()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture twice = WarehouseFixture.Create();
        Load(twice, inbox);
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30",
            TinyInbox.Resident(3, "本間 太郎", "ホンマ タロウ", "H25.5.5", "1", "03", "03", "R5.6.15", "T02"));
        Load(twice, inbox);
        using WarehouseFixture once = WarehouseFixture.Create();
        Load(once, inbox);

        Assert.Equal(Facts(once), Facts(twice));
        using WarehouseSession session = twice.Warehouse();
        Assert.Equal(0, session.ScalarText<int>("SELECT is_resident FROM fact.child_month WHERE month_key = 202306 AND known_to_utc > '9999-01-01'"));
        Assert.Equal(1, session.ScalarText<int>("SELECT is_resident FROM fact.child_month WHERE month_key = 202305 AND known_to_utc > '9999-01-01'"));
    }

    [Fact]
    public void An_older_extract_that_comes_late_undoes_nothing()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, backfill: false);
        string before = Facts(fixture);
        inbox.Add("consultation", "2023-04-30T02:00:00+09:00", "2023-04-30",
            [["K0001", "01", "本間 太郎", "ホンマ タロウ", "H25.5.5", "男", "中町1-1", "", "R5.4.19", "保健", "近隣", "", "", "", "", "", "", ""]]);
        inbox.Add("attendance", "2023-04-30T02:00:00+09:00", "2023-04-30", [["E0001", "G0001", "2023-04-10", "欠席", ""]]);

        LoadSummary summary = Load(fixture, inbox, backfill: false);

        Assert.Equal(2, summary.Files.Sum(file => file.Superseded));
        Assert.Equal(before, Facts(fixture));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_record_without_a_match_finds_its_person_later()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("consultation", "2023-05-05T02:00:00+09:00", "2023-04-30",
            [["K0002", "01", "中川 桜", "ナカガワ サクラ", "H26.6.6", "女", "浜町2-2", "", "R5.4.20", "育成", "学校", "B", "", "", "", "", "", ""]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadSummary first = Load(fixture, inbox);
        Assert.Equal(1, first.LinkedByRule["NEW"]);
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(9, "中川 桜", "ナカガワ サクラ", "H26.6.6", "2", "01", "02", "R5.6.1", "T02"));

        LoadSummary second = Load(fixture, inbox);

        Assert.Equal(1, second.LinkedByRule["DET-2"]);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(2, session.ScalarText<long>("SELECT COUNT(*) FROM fact.consultation WHERE received_date = '2023-04-20' AND person_key NOT IN (SELECT v.person_key FROM fact.checkup AS v)"));
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM fact.consultation AS c WHERE c.known_to_utc > '9999-01-01' AND c.person_key IN (SELECT m.person_key FROM fact.residence_move AS m WHERE m.move_code = 'move_in')"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_child_whom_nursery_and_school_know_and_the_register_does_not_is_one_child_and_goes_to_the_register_when_it_comes()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("nursery", "2022-05-05T02:00:00+09:00", "2022-04-30", ["C9", "N0001", "仲村　光", "ナカムラ　ヒカル", "2016-12-24", "男", "浜町3-3", "", "2号", "標準", "2020-04-01", "", ""]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Assert.Equal(1, Load(fixture, inbox).LinkedByRule["NEW"]);
        inbox.Add("school", "2023-05-05T02:00:00+09:00", "2023-04-30", ["G0009", "E0001", "2023", "1", "1", "仲村　光", "ﾅｶﾑﾗ ﾋｶﾙ", "H28.12.24", "男", "浜町3-3", "", "R5.4.1", "R6.3.31"]);
        inbox.Add("consultation", "2023-05-06T02:00:00+09:00", "2023-04-30", ["K0009", "01", "仲村 光", "ナカムラ ヒカル", "H28.12.24", "男", "浜町3-3", "", "R5.4.20", "育成", "学校", "B", "", "", "", "", "", ""]);

        LoadSummary second = Load(fixture, inbox);

        Assert.Equal(1, second.LinkedByRule["DET-5"]);
        const string Persons = "SELECT COUNT(DISTINCT x.person_key) FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key AND s.known_to_utc > '9999-01-01' "
            + "WHERE x.known_to_utc > '9999-01-01' AND (s.source_id IN ('C9', 'G0009') OR s.source_id LIKE 'K0009%')";
        using (WarehouseSession identity = fixture.Identity())
        {
            Assert.Equal(2, identity.ScalarText<long>(Persons));
        }

        // A consultation is sensitive: a person decides, and the queue has it.
        Assert.Single(new LinkReview(fixture.Databases).Queue().Select(pair => pair.OtherPersonKey).Distinct());
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(9, "仲村 光", "ナカムラ ヒカル", "H28.12.24", "1", "01", "02", "R5.6.1", "T02").Select(cell => cell == "浜町2-2" ? "浜町3-3" : cell).ToArray());

        Load(fixture, inbox);

        using (WarehouseSession identity = fixture.Identity())
        {
            Assert.Equal(1, identity.ScalarText<long>(Persons));
        }

        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(1, session.ScalarText<long>(
            "SELECT COUNT(*) FROM fact.nursery_enrolment AS n WHERE n.known_to_utc > '9999-01-01' AND n.person_key IN (SELECT e.person_key FROM fact.school_enrolment AS e WHERE e.known_to_utc > '9999-01-01') "
            + "AND n.person_key IN (SELECT m.person_key FROM fact.residence_move AS m WHERE m.move_code = 'move_in')"));
        Assert.Empty(new LinkReview(fixture.Databases).Queue());
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_pupil_known_by_a_number_alone_is_linked_when_a_later_load_brings_the_name()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", "2023-05-05T02:00:00+09:00", "2023-04-30", [["E0001", "G0001", "2023-04-13", "出席", ""], ["E0001", "G0002", "2023-04-10", "欠席", ""]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadSummary first = Load(fixture, inbox);
        Assert.Equal(1, first.LinkedByRule["NEW"]);
        const string Known = "SELECT COUNT(*) FROM ident.source_record WHERE system_code = 'school' AND source_id = 'G0002'";
        using (WarehouseSession identity = fixture.Identity())
        {
            Assert.Equal(1, identity.ScalarText<long>(Known));
            Assert.Equal(1, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key WHERE s.source_id = 'G0002' AND x.evidence = 'identity=0'"));
            Assert.Equal(1, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.person_profile AS p INNER JOIN ident.source_record AS s ON s.record_key = p.profile_record_key WHERE s.source_id = 'G0002' AND p.name_kanji IS NULL"));
        }

        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(9, "中川 桜", "ナカガワ サクラ", "H26.6.6", "2", "01", "02", "R5.6.1", "T02"));
        inbox.Add("school", "2023-07-02T02:00:00+09:00", "2023-06-30", [["G0002", "E0001", "2023", "3", "1", "中川　桜", "ﾅｶｶﾞﾜ ｻｸﾗ", "H26.6.6", "女", "浜町2-2", "", "R5.4.1", "R6.3.31"]]);

        LoadSummary second = Load(fixture, inbox);

        Assert.Equal(1, second.LinkedByRule["DET-2"]);
        Assert.False(second.LinkedByRule.ContainsKey("NEW"));
        using (WarehouseSession identity = fixture.Identity())
        {
            Assert.Equal(2, identity.ScalarText<long>(Known));
            Assert.Equal(1, identity.ScalarText<long>(Known + " AND known_to_utc > '9999-01-01' AND name_kanji IS NOT NULL"));
        }

        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day AS a WHERE a.known_to_utc > '9999-01-01' AND a.person_key IN (SELECT m.person_key FROM fact.residence_move AS m WHERE m.move_code = 'move_in')"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_link_to_a_person_of_a_killed_load_is_taken_back_with_it()
    {
        string[] states = new string[2];
        for (int i = 0; i < 2; i++)
        {
            using TinyInbox inbox = TinyInbox.Family();
            inbox.Add("consultation", "2023-05-05T02:00:00+09:00", "2023-04-30",
                [["K0002", "01", "中川 桜", "ナカガワ サクラ", "H26.6.6", "女", "浜町2-2", "", "R5.4.20", "育成", "学校", "B", "", "", "", "", "", ""]]);
            using WarehouseFixture fixture = WarehouseFixture.Create();
            Load(fixture, inbox);
            inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(9, "中川 桜", "ナカガワ サクラ", "H26.6.6", "2", "01", "02", "R5.6.1", "T02"));
            if (i == 1)
            {
                Assert.Throws<InvalidOperationException>(() => Load(fixture, inbox, crash: "identity"));
            }

            Load(fixture, inbox);
            states[i] = State(fixture);
        }

        Assert.Equal(states[0], states[1]);
    }

    [Fact]
    public void A_rejected_row_keeps_its_bytes_and_the_others_go_on()
    {
        byte[] bad = [0x81, 0x20, 0x2C, 0x41];
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Encoding cp932 = Encoding.GetEncoding(932);
        using TinyInbox inbox = TinyInbox.Family();
        string header = string.Join(',', Warehouse.Etl.Extract.FeedCatalog.Default.Get("checkup").Columns.Select(column => column.Header));
        byte[] good = cp932.GetBytes("H0002,,ﾎﾝﾏ ﾀﾛｳ,H31.5.1,1,中町1-1,,3-4か月,R1.9.1,,,,,,\r\n");
        byte[] impossible = cp932.GetBytes("H0003,,\"ﾎﾝﾏ, ﾀﾛｳ\",R5.2.29,1,中町1-1,,3-4か月,R1.9.1,,,,,,");
        inbox.AddBytes("checkup", "2023-06-01T02:00:00+09:00", "2023-05-31", [.. cp932.GetBytes(header + "\r\n"), .. good, .. bad, 0x0D, 0x0A, .. impossible, 0x0D, 0x0A], 3);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        Assert.Equal((3L, 1L, 2L), summary.Files.Where(file => file.Rejected > 0).Select(file => (file.Read, file.Staged, file.Rejected)).Single());
        Assert.Equal(1, summary.RepairReasons["REP-001"]);
        Assert.Contains("CHK-036", summary.RejectReasons.Keys);
        Assert.Contains("CHK-901", summary.RejectReasons.Keys);
        using WarehouseSession identity = fixture.Identity();
        IReadOnlyList<string> kept = identity.QueryText<string>("SELECT raw_base64 FROM ident.reject ORDER BY line_number");
        Assert.Equal(bad, Convert.FromBase64String(kept[0]));
        Assert.Equal(impossible, Convert.FromBase64String(kept[1]));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_file_with_too_many_rejects_is_not_published_and_the_others_are()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("checkup", "2023-06-01T02:00:00+09:00", "2023-05-31", Enumerable.Range(0, 5)
            .Select(i => new[] { "H1" + i, "", "ﾎﾝﾏ ﾀﾛｳ", "R5.2.29", "1", "", "", "3歳", "H28.5.5", "", "", "", "", "", "1" }).ToArray());
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        Assert.Equal(3, summary.ExitCode);
        Assert.Equal(LoadPipeline.RejectLimitCode, summary.Files.Single(file => file.Status == "failed").ErrorCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_file_that_is_not_what_its_manifest_states_fails_alone()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string name = inbox.Add("checkup", "2023-06-01T02:00:00+09:00", "2023-05-31", [["H0009", "", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "1", "", "", "3歳", "H28.5.5", "", "", "", "", "", "1"]]);
        File.AppendAllText(Path.Combine(inbox.Path, name), "x");
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        Assert.Equal(1, summary.ExitCode);
        Assert.Equal("FEED-005", summary.Files.Single(file => file.Status == "failed").ErrorCode);
    }

    [Theory]
    [InlineData("stg.attendance")]
    [InlineData("stg.resident")]
    public void A_row_that_is_removed_by_hand_is_missed(string table)
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        using (WarehouseSession session = fixture.Warehouse())
        {
            Assert.Equal(1, session.ExecuteText($"DELETE FROM {table} WHERE line_number = 2"));
        }

        Assert.Contains(Checks.Run(fixture.Databases).Findings, finding => finding.Name.StartsWith("accounting", StringComparison.Ordinal));
    }

    [Fact]
    public void A_support_measure_is_kept_in_the_identity_database_only()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("resident", "2023-07-01T02:00:00+09:00", "2023-06-30", TinyInbox.Resident(2, "本間 花子", "ホンマ ハナコ", "S62.2.2", "2", "02", "02", "R5.6.1", restricted: "1"));
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);

        using WarehouseSession identity = fixture.Identity();
        Assert.Equal("support_measure", identity.ScalarText<string>("SELECT restriction_code FROM ident.restriction"));
        Assert.Equal(new DateOnly(2023, 6, 1), identity.ScalarText<DateOnly>("SELECT valid_from FROM ident.restriction"));
    }

    internal static LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox, string? crash = null, bool backfill = true, int maxParallel = 1) =>
        new LoadPipeline(fixture.Databases, new Clock()).Run(
            new LoadOptions
            {
                Inbox = inbox.Path,
                Secret = Encoding.ASCII.GetBytes("a secret for tests only"),
                Backfill = backfill,
                MaxParallel = maxParallel,
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

    private static string State(WarehouseFixture fixture, bool withNames = true) =>
        Dump(fixture.Warehouse, WarehouseTables) + Dump(() => fixture.Identity(), withNames ? IdentityTables : IdentityTables.Where(table => table != "ident.received_file"));

    private static string Facts(WarehouseFixture fixture) =>
        Dump(fixture.Warehouse, WarehouseTables.Where(table => table.StartsWith("fact.", StringComparison.Ordinal) || table.StartsWith("dim.", StringComparison.Ordinal)));

    private static string Dump(Func<SessionRole, WarehouseSession> open, IEnumerable<string> tables) => Dump(() => open(SessionRole.EtlWarehouse), tables);

    private static string Dump(Func<WarehouseSession> open, IEnumerable<string> tables)
    {
        using WarehouseSession session = open();
        StringBuilder text = new();
        foreach (string table in tables)
        {
            text.Append(table).Append('\n');
            foreach (string row in session.QueryText<object?[]>("SELECT * FROM " + table).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal))
            {
                text.Append(row).Append('\n');
            }
        }

        return text.ToString();
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 4, 10, 0, 0, 0, TimeSpan.Zero);
    }
}
