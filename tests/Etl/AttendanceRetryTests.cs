using System.Text;
using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Attendance files that fail once, come out of order or are sent again: what stands in the end, and that nothing overlaps.</summary>
public sealed class AttendanceRetryTests
{
    private const string Days = "SELECT CONCAT(record_key, ' ', date_key, ' ', attendance_code) FROM fact.school_attendance_day WHERE known_to_utc > '9999-01-01' ORDER BY record_key, date_key";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_was_damaged_once_is_taken_in_after_newer_ones(bool backfill)
    {
        using TinyInbox inbox = TinyInbox.Family();
        Month(inbox, "2023-06-02T02:00:00+09:00", "2023-05-31", "2023-05-10");
        string april = Month(inbox, "2023-05-20T02:00:00+09:00", "2023-04-30", "2023-04-20");
        string path = Path.Combine(inbox.Path, april);
        byte[] good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. good, 0x78]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Assert.Equal(1, Load(fixture, inbox, 1, backfill).ExitCode);
        Month(inbox, "2023-07-02T02:00:00+09:00", "2023-06-30", "2023-06-10");
        Load(fixture, inbox, 2, backfill);
        File.WriteAllBytes(path, good);
        Month(inbox, "2023-08-02T02:00:00+09:00", "2023-07-31", "2023-07-10");

        LoadSummary summary = Load(fixture, inbox, 3, backfill);

        Assert.Equal(0, summary.ExitCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        Assert.Equal(4, Absences(fixture));
    }

    [Theory]
    [InlineData(true, "2023-05-20T02:00:00+09:00")]
    [InlineData(false, "2023-05-20T02:00:00+09:00")]
    [InlineData(true, "2023-05-02T02:00:00+09:00")]
    [InlineData(false, "2023-05-02T02:00:00+09:00")]
    public void A_file_above_its_reject_limit_is_replaced_by_a_corrected_one_together_with_newer_files(bool backfill, string extracted)
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", extracted, "2023-04-30",
            Enumerable.Range(0, 5).Select(_ => new[] { "E0001", "G0001", "2023-04-32", "欠席", "" }).Append(["E0001", "G0001", "2023-04-20", "欠席", ""]).ToArray());
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Assert.Equal(3, Load(fixture, inbox, 1, backfill).ExitCode);
        Month(inbox, extracted, "2023-04-30", "2023-04-20");
        Month(inbox, "2023-06-02T02:00:00+09:00", "2023-05-31", "2023-05-10");

        LoadSummary summary = Load(fixture, inbox, 2, backfill);

        Assert.Equal(3, summary.ExitCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        Assert.Equal(2, Absences(fixture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_month_sent_in_two_extracts_of_the_same_moment_stands_once(bool backfill)
    {
        using TinyInbox inbox = TinyInbox.Family();
        Month(inbox, "2023-06-02T02:00:00+09:00", "2023-05-31", "2023-05-10");
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox, 1, backfill);
        // The same moment, day and pupil, another content: sent again without a new extraction.
        Month(inbox, "2023-06-02T02:00:00+09:00", "2023-05-31", "2023-05-10", "遅刻");

        LoadSummary summary = Load(fixture, inbox, 2, backfill);

        Assert.Equal(0, summary.ExitCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(["late"], session.QueryText<string>("SELECT attendance_code FROM fact.school_attendance_day WHERE known_to_utc > '9999-01-01' AND date_key = 20230510"));
        Assert.Equal((2, 0, 1), session.ScalarText<(int, int, int)>("SELECT enrolled_days, absent_days, late_days FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01' AND month_key = 202305"));
    }

    [Fact]
    public void Parts_of_one_extract_stand_together_and_a_day_that_both_state_counts_once()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string[] first = ["E0001", "G0001", "2023-05-10", "欠席", ""];
        inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-05-31", [first, ["E0001", "G0001", "2023-05-11", "出席", ""]]);
        inbox.SetPart(inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-05-31", [first, ["E0001", "G0001", "2023-05-12", "遅刻", ""]]), 2);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox, 1, backfill: true);

        Assert.Equal(0, summary.ExitCode);
        Assert.Equal(1, summary.Files.Sum(file => file.Superseded));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal((3, 1, 1), session.ScalarText<(int, int, int)>("SELECT enrolled_days, absent_days, late_days FROM fact.school_attendance_month WHERE month_key = 202305"));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(6, false)]
    public void Files_that_fail_come_late_or_come_again_never_overlap_and_the_newest_extract_stands(int seed, bool backfill)
    {
        Random random = new(seed);
        using TinyInbox inbox = TinyInbox.Family();
        File.AppendAllText(Path.Combine(inbox.Path, "reference", "facility.csv"), "E0002,primary,浜小,D2\n");
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Dictionary<string, byte[]> damaged = [];
        Dictionary<(string School, int Month), (int Extracted, string Code)> newest = [];
        string[] codes = ["欠席", "遅刻", "早退", "忌引"];
        for (int load = 1; load <= 4; load++)
        {
            foreach ((string name, byte[] good) in damaged)
            {
                File.WriteAllBytes(Path.Combine(inbox.Path, name), good);
            }

            damaged.Clear();
            for (int file = random.Next(1, 5); file > 0; file--)
            {
                string school = random.Next(2) == 0 ? "E0001" : "E0002";
                int month = random.Next(4, 7);
                // Every extract has a moment of its own; they arrive in any order.
                int moment = (random.Next(1, 20) * 100) + (load * 10) + file;
                string code = codes[random.Next(codes.Length)];
                string name = inbox.Add("attendance", $"2023-08-{(moment / 100) + 1:D2}T0{load}:0{file}:00+09:00", $"2023-0{month}-30",
                    [[school, "G0001", $"2023-0{month}-07", "出席", ""], [school, "G0001", $"2023-0{month}-08", code, ""], [school, "G0001", $"2023-0{month}-{random.Next(10, 29)}", "欠席", ""]]);
                if (!newest.TryGetValue((school, month), out (int Extracted, string Code) old) || moment > old.Extracted)
                {
                    newest[(school, month)] = (moment, code);
                }

                if (load < 4 && random.Next(3) == 0)
                {
                    byte[] good = File.ReadAllBytes(Path.Combine(inbox.Path, name));
                    damaged[name] = good;
                    File.WriteAllBytes(Path.Combine(inbox.Path, name), [.. good, 0x78]);
                }
            }

            Load(fixture, inbox, load, backfill);
            Assert.Empty(Checks.Run(fixture.Databases).Findings);
        }

        using WarehouseSession session = fixture.Warehouse();
        Dictionary<string, string> sent = new(StringComparer.Ordinal) { ["欠席"] = "absent", ["遅刻"] = "late", ["早退"] = "early", ["忌引"] = "bereavement" };
        Assert.Equal(
            newest.Select(scope => $"{scope.Key.School} 20230{scope.Key.Month}08 {sent[scope.Value.Code]}").Order(StringComparer.Ordinal),
            session.QueryText<string>("SELECT CONCAT(f.facility_code, ' ', d.date_key, ' ', d.attendance_code) FROM fact.school_attendance_day AS d INNER JOIN dim.facility AS f ON f.facility_key = d.facility_key WHERE d.known_to_utc > '9999-01-01' AND d.date_key % 100 = 8").Order(StringComparer.Ordinal));
    }

    private static string Month(TinyInbox inbox, string extracted, string periodTo, string day, string code = "欠席") => inbox.Add("attendance", extracted, periodTo,
        [["E0001", "G0001", day[..8] + "01", "出席", ""], ["E0001", "G0001", day, code, ""]]);

    private static int Absences(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        return session.QueryText<string>(Days).Count(day => day.EndsWith("absent", StringComparison.Ordinal));
    }

    private static LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox, int month, bool backfill) => new LoadPipeline(fixture.Databases, new Clock(month)).Run(
        new LoadOptions { Inbox = inbox.Path, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = backfill, MaxParallel = 1 },
        null,
        TestContext.Current.CancellationToken);

    private sealed class Clock(int month) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, month, 10, 0, 0, 0, TimeSpan.Zero);
    }
}
