using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Corrections, late files and the counting of days of the sources about pregnancy, vaccination, nursery days and school records.</summary>
public sealed class SourceLoadTests
{
    private static readonly DateTime Early = new(2023, 5, 20);
    private static readonly DateTime Later = new(2023, 7, 20);

    [Fact]
    public void A_month_of_nursery_days_sent_again_replaces_that_month_of_that_nursery()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("nursery_attendance", "2023-05-02T02:00:00+09:00", "2023-04-30",
            ["N0001", "C1", "2023-04-10", "登園", "", "有", ""], ["N0001", "C1", "2023-04-11", "欠席", "連絡なし", "", ""], ["N0001", "C1", "2023-04-12", "登園", "", "有", "有"],
            ["N0001", "C2", "2023-04-10", "登園", "", "", ""], ["N0002", "C3", "2023-04-10", "欠席", "病気", "", ""], ["N0001", "C1", "2023-04-11", "欠席", "連絡なし", "", ""]);
        inbox.Add("nursery_attendance", "2023-07-02T02:00:00+09:00", "2023-04-30", ["N0001", "C1", "2023-04-10", "登園", "", "", ""], ["N0001", "C1", "2023-04-11", "遅刻", "", "", ""]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        Assert.Equal([(2L, 0L), (5L, 1L)], summary.Files.Where(file => file.Feed == "nursery_attendance").Select(file => (file.Staged, file.Superseded)).Order());
        const string Sql = "SELECT f.listed_days, f.absent_days, f.no_contact_days, f.late_days, f.extended_days, f.late_pickup_days FROM fact.nursery_attendance_month AS f";
        Assert.Equal([(1, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 0), (3, 1, 1, 0, 2, 1)], Known<(int, int, int, int, int, int)>(fixture, Sql, Early).Order());
        Assert.Equal([(1, 1, 0, 0, 0, 0), (2, 0, 0, 1, 0, 0)], Known<(int, int, int, int, int, int)>(fixture, Sql, Later).Order());
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void An_older_month_that_comes_late_changes_no_count()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("mood", "2023-07-02T02:00:00+09:00", "2023-04-30", ["E0001", "G0001", "2023-04-10", "1", ""], ["E0001", "G0001", "2023-04-11", "4", "かなしい"]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadTests.Load(fixture, inbox, backfill: false);
        inbox.Add("mood", "2023-05-02T02:00:00+09:00", "2023-04-30", ["E0001", "G0001", "2023-04-10", "3", ""]);

        LoadSummary summary = LoadTests.Load(fixture, inbox, backfill: false);

        Assert.Equal((0L, 1L), summary.Files.Where(file => file.Status == "succeeded").Select(file => (file.Staged, file.Superseded)).Single());
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal((2, 0, 0, 1), session.ScalarText<(int, int, int, int)>("SELECT entry_days, cloudy_days, rain_days, thunder_days FROM fact.mood_month"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void Visits_to_the_nurse_that_a_corrected_file_leaves_out_are_believed_no_more()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("nurse_visit", "2023-05-02T02:00:00+09:00", "2023-04-30",
            ["E0001", "G0001", "2023/04/10", "1015", "内科", "腹痛", "休養", "無", ""], ["E0001", "G0001", "2023/04/10", "1420", "外科", "けが", "手当", "無", "太郎さん"]);
        inbox.Add("nurse_visit", "2023-07-02T02:00:00+09:00", "2023-04-30", ["E0001", "G0001", "2023/04/10", "1015", "内科", "頭痛", "休養", "有", ""]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadTests.Load(fixture, inbox);

        const string Sql = "SELECT f.visit_time, f.complaint_code, f.early_leave_code FROM fact.nurse_visit AS f";
        Assert.Equal([(1015, "stomach", "no"), (1420, "injury", "no")], Known<(int, string, string)>(fixture, Sql, Early).Order());
        Assert.Equal([(1015, "headache", "yes")], Known<(int, string, string)>(fixture, Sql, Later));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Theory]
    [InlineData("vaccination", "SELECT f.vaccination_date FROM fact.vaccination AS f", "2023-04-10", "2023-04-12",
        "H0001,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,中町１－１,,日本脳炎,4,R5.4.10,", "H0001,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,中町１－１,,日本脳炎,4,R5.4.12,病院")]
    [InlineData("test_score", "SELECT f.deviation_score FROM fact.test_score AS f", "61.5", "51.5",
        "E0001,G0001,2023,4,国語,70.5,6,61.5,,毎日,21時台,3", "E0001,G0001,2023,4,国語,60.5,5,51.5,-1.5,毎日,21時台,3")]
    [InlineData("guidance", "SELECT CONCAT(f.status_code, ' ', f.resolved_date) FROM fact.guidance AS f", "open ", "resolved 2023-06-20",
        "E0001,G0001,令和5年4月20日,いじめ,被,ネット,取組中,,", "E0001,G0001,令和5年4月20日,いじめ,被,ネット,解消,令和5年6月20日,聞き取り")]
    [InlineData("school_health", "SELECT CONCAT(f.untreated_teeth, ' ', f.height_cm, ' ', f.obesity_percent, ' ', f.report_date) FROM fact.school_health AS f", "3 130.5 -4.5 ", "3 130.5 -4.5 2023-06-10",
        "E0001,G0001,2023,R5.4.20,130.5,28.2,-4.5,A,3,0,歯科,", "E0001,G0001,2023,R5.4.20,130.5,28.2,-4.5,A,3,0,歯科,R5.6.10")]
    [InlineData("counselling", "SELECT f.topic_code FROM fact.counselling AS f", "other", "family",
        "G0001,2023-04-20,SSW,その他,保護者,継続,", "G0001,2023-04-20,SSW,家庭,保護者,継続,母より")]
    public void A_corrected_row_supersedes_and_is_not_known_before(string feed, string sql, string before, string after, string first, string second)
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add(feed, "2023-05-02T02:00:00+09:00", "2023-04-30", first.Split(','));
        inbox.Add(feed, "2023-06-02T02:00:00+09:00", "2023-05-31", first.Split(','));
        inbox.Add(feed, "2023-07-02T02:00:00+09:00", "2023-06-30", second.Split(','));
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        Assert.Equal(0, summary.ExitCode);
        string text = sql.Replace("SELECT ", "SELECT CONCAT(", StringComparison.Ordinal).Replace(" FROM ", ", '') FROM ", StringComparison.Ordinal);
        Assert.Equal(before, Assert.Single(Known<string>(fixture, text, Early)));
        Assert.Equal(after, Assert.Single(Known<string>(fixture, text, Later)));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(2, session.ScalarText<long>($"SELECT COUNT(*) FROM fact.{feed}"));
        Assert.Equal(session.ScalarText<long>("SELECT child_key FROM dim.child WHERE child_key <> 0"), session.ScalarText<long>($"SELECT MAX(person_key) FROM fact.{feed}"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_pregnancy_reaches_a_child_from_when_the_child_has_a_record()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string Mother(string rest) => $"B0001,1,{TinyInbox.Number(2)},本間 花子,ﾎﾝﾏ ﾊﾅｺ,S62.2.2,2,中町１－１,R4.12.1,22,R5.4.5,婚姻,困った,{rest}";
        inbox.Add("pregnancy", "2023-01-05T02:00:00+09:00", "2022-12-31", Mother(",,,,,,").Split(','));
        inbox.Add("pregnancy", "2023-05-05T02:00:00+09:00", "2023-04-30", Mother("9,11,有,R5.4.28,有,H0009,母の希望").Split(','));
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadTests.Load(fixture, inbox);
        inbox.Add("resident", "2023-05-06T02:00:00+09:00", "2023-04-30", TinyInbox.Resident(4, "本間 桜", "ホンマ サクラ", "R5.4.2", "2", "03", "01", "R5.4.2"));
        inbox.Add("vaccination", "2023-07-02T02:00:00+09:00", "2023-06-30", "H0009,本間 桜,ﾎﾝﾏ ｻｸﾗ,R5.4.2,2,中町１－１,,ヒブ,1,R5.6.10,".Split(','));

        LoadTests.Load(fixture, inbox);

        using WarehouseSession session = fixture.Warehouse();
        long child = session.ScalarText<long>("SELECT MAX(f.person_key) FROM fact.vaccination AS f");
        long mother = session.ScalarText<long>("SELECT MAX(m.person_key) FROM fact.residence_move AS m INNER JOIN dim.person AS p ON p.person_key = m.person_key WHERE p.birth_year_month = 198702");
        const string Sql = "SELECT f.person_key, f.child_key, f.week_count, f.expected_year_month, COALESCE(CAST(f.epds_score AS INTEGER), -1) FROM fact.pregnancy AS f";
        Assert.NotEqual(mother, child);
        Assert.Equal((mother, 0L, 22, 202304, -1), Assert.Single(Known<(long, long, int, int, int)>(fixture, Sql, new DateTime(2023, 2, 1))));
        Assert.Equal((mother, 0L, 22, 202304, 11), Assert.Single(Known<(long, long, int, int, int)>(fixture, Sql, Early)));
        Assert.Equal((mother, child, 22, 202304, 11), Assert.Single(Known<(long, long, int, int, int)>(fixture, Sql, Later)));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_second_load_ends_as_both_at_once_where_days_are_counted()
    {
        string[] states = new string[2];
        for (int i = 0; i < 2; i++)
        {
            using TinyInbox inbox = TinyInbox.Family();
            inbox.Add("nursery_attendance", "2023-05-02T02:00:00+09:00", "2023-04-30", ["N0001", "C1", "2023-04-10", "登園", "", "", ""], ["N0001", "C2", "2023-04-10", "登園", "", "", ""]);
            using WarehouseFixture fixture = WarehouseFixture.Create();
            if (i == 1)
            {
                LoadTests.Load(fixture, inbox);
            }

            inbox.Add("nursery_attendance", "2023-07-02T02:00:00+09:00", "2023-04-30", ["N0001", "C1", "2023-04-10", "欠席", "病気", "", ""]);
            LoadTests.Load(fixture, inbox);
            using WarehouseSession session = fixture.Warehouse();
            states[i] = string.Join('\n', session.QueryText<string>("SELECT CONCAT(record_key, ' ', listed_days, ' ', absent_days, ' ', known_from_utc, ' ', known_to_utc) FROM fact.nursery_attendance_month").Order(StringComparer.Ordinal));
            Assert.Empty(Checks.Run(fixture.Databases).Findings);
        }

        Assert.Equal(states[0], states[1]);
        Assert.Equal(3, states[0].Split('\n').Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parts_of_an_extract_that_divide_a_childs_month_are_added_up_and_one_that_repeats_another_counts_once(bool inOneBatch)
    {
        using TinyInbox inbox = TinyInbox.Family();
        string[][] Days(string child, string status, int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(day => new[] { "C1", child, $"2023-04-{day:D2}", status, status == "欠席" ? "病気" : "", "", "" })];
        using WarehouseFixture fixture = WarehouseFixture.Create();
        // April comes by halves; N0002 is in the first one alone.
        inbox.Add("nursery_attendance", "2023-05-02T02:00:00+09:00", "2023-04-30", [.. Days("N0001", "登園", 3, 14), .. Days("N0002", "登園", 3, 7)]);
        if (!inOneBatch)
        {
            LoadTests.Load(fixture, inbox);
        }

        inbox.SetPart(inbox.Add("nursery_attendance", "2023-05-02T02:00:00+09:00", "2023-04-30", [.. Days("N0001", "欠席", 17, 28)]), 2);
        LoadSummary halves = LoadTests.Load(fixture, inbox);
        const string Sql = "SELECT CONCAT(f.listed_days, ' ', f.absent_days) FROM fact.nursery_attendance_month AS f WHERE f.known_to_utc > '9999-01-01' AND f.month_key = ";
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(0, halves.Files.Sum(file => file.Superseded));
        Assert.Equal(["24 12", "5 0"], session.QueryText<string>(Sql + "202304").Order(StringComparer.Ordinal));

        // The same days as another part: more of N0001 than a month has, so none of the second part is added, of N0002 neither.
        string[][] may = [.. Days("N0001", "登園", 1, 20), .. Days("N0002", "登園", 3, 7)];
        foreach (string[] row in may)
        {
            row[2] = row[2].Replace("-04-", "-05-", StringComparison.Ordinal);
        }

        inbox.Add("nursery_attendance", "2023-06-02T02:00:00+09:00", "2023-05-31", may);
        if (!inOneBatch)
        {
            LoadTests.Load(fixture, inbox);
        }

        inbox.SetPart(inbox.Add("nursery_attendance", "2023-06-02T02:00:00+09:00", "2023-05-31", [.. may.Reverse()]), 2);
        LoadSummary again = LoadTests.Load(fixture, inbox);

        Assert.Equal(25, again.Files.Sum(file => file.Superseded));
        Assert.Equal(["20 0", "5 0"], session.QueryText<string>(Sql + "202305").Order(StringComparer.Ordinal));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_counted_row_that_is_changed_by_hand_is_missed()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("mood", "2023-05-02T02:00:00+09:00", "2023-04-30", ["E0001", "G0001", "2023-04-10", "1", ""], ["E0001", "G0001", "2023-04-11", "1", ""]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadTests.Load(fixture, inbox);
        using (WarehouseSession session = fixture.Warehouse())
        {
            Assert.Equal(1, session.ExecuteText("UPDATE stg.mood SET row_count = 1 WHERE row_count = 2"));
        }

        Assert.Contains(Checks.Run(fixture.Databases).Findings, finding => finding.Name.StartsWith("accounting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"supersede\": \"file-period\"", "\"supersede\": \"key\"")]
    [InlineData("\"fold\": \"entry_date\"", "\"fold\": \"mood_code\"")]
    public void Days_are_counted_only_where_a_file_replaces_the_month(string found, string wrong)
    {
        string json = Repository.Text("etl/Feeds/mood.json");

        FeedException fault = Assert.Throws<FeedException>(() => FeedCatalog.Parse(json.Replace(found, wrong, StringComparison.Ordinal), "mood"));

        Assert.Equal("FEED-001", fault.Code);
    }

    private static IReadOnlyList<T> Known<T>(WarehouseFixture fixture, string sql, DateTime utc)
    {
        using WarehouseSession session = fixture.Warehouse();
        return session.QueryText<T>(sql + " WHERE f.known_from_utc <= @utc AND f.known_to_utc > @utc", new { utc });
    }
}
