using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A city whose schools send exceptions and days on the roll has the facts of the same city with a row for every day.</summary>
public sealed class AttendanceExceptionsTests
{
    private const string Months =
        """
        SELECT CONCAT(record_key, ' ', person_key, ' ', month_key, ' ', facility_key, ' days ', enrolled_days, ' present ', present_days, ' absent ', absent_days,
            ' late ', late_days, ' early ', early_leave_days, ' suspended ', suspended_days) AS row_text
        FROM fact.school_attendance_month
        WHERE known_to_utc > '9999-01-01'
        ORDER BY row_text
        """;

    private const string Days =
        """
        SELECT CONCAT(record_key, ' ', person_key, ' ', date_key, ' ', facility_key, ' ', attendance_code, ' ', reason_code) AS row_text
        FROM fact.school_attendance_day
        WHERE known_to_utc > '9999-01-01'
        ORDER BY row_text
        """;

    [Fact]
    public void Month_and_day_facts_are_those_of_the_city_with_every_day()
    {
        CityOptions options = CityOptions.For(CityPreset.Mini) with { Children = 120, Years = 2, NoiseLevel = NoiseLevel.None };

        (IReadOnlyList<string> months, IReadOnlyList<string> days, LoadSummary daily) = Load(options);
        (IReadOnlyList<string> exceptionMonths, IReadOnlyList<string> exceptionDays, LoadSummary exceptions) = Load(options with { AttendanceAsExceptions = true });

        Assert.True(exceptions.Files.Count(file => file.Feed == "attendance_days") == 24);
        Assert.True(exceptions.Files.Where(file => file.Feed == "attendance").Sum(file => file.Read) < daily.Files.Where(file => file.Feed == "attendance").Sum(file => file.Read) / 5);
        Assert.True(months.Count > 1000);
        Assert.Equal(days, exceptionDays);
        Assert.Equal(months, exceptionMonths);
    }

    [Fact]
    public void Exceptions_say_nothing_of_a_month_until_the_days_on_the_roll_are_known_and_follow_their_correction()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-05-31",
            [["E0001", "G0001", "2023-05-11", "欠席", "発熱"], ["E0001", "G0001", "2023-05-12", "遅刻", ""], ["E0001", "G0001", "2023-05-12", "遅刻早退", ""], ["E0001", "G0001", "2023-05-32", "欠席", ""]]);
        inbox.Add("attendance_days", "2023-06-12T02:00:00+09:00", "2023-05-31", [["E0001", "G0001", "2023-05", "20"], ["E0001", "G0002", "2023-05", "32"]]);
        inbox.Add("attendance_days", "2023-06-22T02:00:00+09:00", "2023-05-31", [["E0001", "G0001", "2023-05", "19"]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        Assert.Equal(0, summary.ExitCode);
        Assert.Equal((2L, 1L), (summary.Files.Sum(file => file.Rejected), summary.Files.Sum(file => file.Superseded)));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        IReadOnlyList<(int, int, int, int, int)> AsKnown(DateTime utc) => session.QueryText<(int, int, int, int, int)>(
            "SELECT enrolled_days, present_days, absent_days, late_days, early_leave_days FROM fact.school_attendance_month WHERE month_key = 202305 AND known_from_utc <= @utc AND known_to_utc > @utc",
            new { utc });
        Assert.Empty(AsKnown(new DateTime(2023, 6, 10)));
        Assert.Equal([(20, 19, 1, 1, 1)], AsKnown(new DateTime(2023, 6, 15)));
        Assert.Equal([(19, 18, 1, 1, 1)], AsKnown(new DateTime(2023, 7, 1)));
        Assert.Equal(2, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day WHERE date_key BETWEEN 20230501 AND 20230531"));
    }

    [Theory]
    [InlineData("2023-06-22T02:00:00+09:00", 1, 0)]
    [InlineData("2023-06-23T02:00:00+09:00", 1, 1)]
    public void A_corrected_extract_without_exceptions_of_a_school_takes_the_earlier_ones_back_where_its_days_on_the_roll_say_that_it_covers_the_school(string rolled, int other, int left)
    {
        using TinyInbox inbox = TinyInbox.Family();
        File.AppendAllText(Path.Combine(inbox.Path, "reference", "facility.csv"), "E0002,primary,浜小,D2\n");
        inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-05-31", [["E0001", "G0001", "2023-05-11", "欠席", "発熱"], ["E0002", "G0009", "2023-05-12", "欠席", "発熱"]]);
        inbox.Add("attendance_days", "2023-06-02T02:00:00+09:00", "2023-05-31", [["E0001", "G0001", "2023-05", "20"], ["E0002", "G0009", "2023-05", "20"]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        LoadTests.Load(fixture, inbox);
        // The absence was a slip; the school sends the month again, for itself alone.
        inbox.Add("attendance", "2023-06-22T02:00:00+09:00", "2023-05-31");
        inbox.Add("attendance_days", rolled, "2023-05-31", [["E0001", "G0001", "2023-05", "20"]]);

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        Assert.Equal(0, summary.ExitCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(left, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day AS d INNER JOIN dim.facility AS f ON f.facility_key = d.facility_key WHERE d.date_key = 20230511 AND f.facility_code = 'E0001' AND d.known_to_utc > '9999-01-01'"));
        Assert.Equal(other, session.ScalarText<long>("SELECT COUNT(*) FROM stg.scope_version WHERE feed = 'attendance' AND facility_code = 'E0002' AND month_key = 202305 AND known_to_utc > '9999-01-01'"));
        Assert.Equal(left == 0 ? 20 : 19, session.ScalarText<int>("SELECT CAST(present_days AS INTEGER) FROM fact.school_attendance_month WHERE month_key = 202305 AND known_to_utc > '9999-01-01' AND facility_key = (SELECT facility_key FROM dim.facility WHERE facility_code = 'E0001')"));
    }

    private static (IReadOnlyList<string> Months, IReadOnlyList<string> Days, LoadSummary Summary) Load(CityOptions options)
    {
        string root = Directory.CreateTempSubdirectory("exceptions-").FullName;
        try
        {
            CityGenerator.Generate(options, root);
            using WarehouseFixture fixture = WarehouseFixture.Create();
            LoadSummary summary = new LoadPipeline(fixture.Databases).Run(
                new LoadOptions { Inbox = Path.Combine(root, "inbox"), Secret = CityLoadFixture.Secret, Backfill = true },
                null,
                TestContext.Current.CancellationToken);
            Assert.Equal(0, summary.ExitCode);
            Assert.Empty(Checks.Run(fixture.Databases).Findings);
            using WarehouseSession session = fixture.Warehouse();
            return (session.QueryText<string>(Months), session.QueryText<string>(Days), summary);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
