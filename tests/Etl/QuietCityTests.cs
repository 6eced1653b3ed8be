using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Link;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Loads a mini city without planted faults: what is in the facts can be compared row by row.</summary>
public sealed class QuietCityFixture : IDisposable
{
    public QuietCityFixture()
    {
        Root = Directory.CreateTempSubdirectory("quiet-city-").FullName;
        CityGenerator.Generate(CityOptions.For(CityPreset.Mini) with { NoiseLevel = NoiseLevel.None }, Root);
        Warehouse = WarehouseFixture.Create();
        Summary = new LoadPipeline(Warehouse.Databases).Run(new LoadOptions { Inbox = Path.Combine(Root, "inbox"), Secret = CityLoadFixture.Secret, Backfill = true });
        Facts = Truth("sources.csv").ToLookup(row => row["feed"], StringComparer.Ordinal);
    }

    public string Root { get; }

    public WarehouseFixture Warehouse { get; }

    public LoadSummary Summary { get; }

    public ILookup<string, Dictionary<string, string>> Facts { get; }

    public IReadOnlyList<Dictionary<string, string>> Truth(string file)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, "truth", file)).Where(line => !line.StartsWith('#')).ToArray();
        string[] header = lines[0].Split(',');
        return lines.Skip(1).Select(line => line.Split(',').Zip(header).ToDictionary(cell => cell.Second, cell => cell.First, StringComparer.Ordinal)).ToList();
    }

    public void Dispose()
    {
        Warehouse.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>Every fact that a source tells is in the warehouse once, with its values, and nothing else is.</summary>
public sealed class QuietCityTests(QuietCityFixture city) : IClassFixture<QuietCityFixture>
{
    private const string Current = " WHERE f.known_to_utc > '9999-01-01'";

    private static readonly Dictionary<string, (string System, string Sql, Func<Dictionary<string, string>, string> Expected)> Feeds = new(StringComparer.Ordinal)
    {
        ["pregnancy"] = ("maternal", "SELECT f.record_key, CONCAT(f.birth_branch, '|', f.notified_date, '|', f.week_count) FROM fact.pregnancy AS f", t => $"{t["key"]}|{t["from"]}|{t["detail"]}"),
        ["vaccination"] = ("health", "SELECT f.record_key, CONCAT(f.dose_number, '|', f.vaccination_date) FROM fact.vaccination AS f", t => $"{t["key"][^1]}|{t["from"]}"),
        ["nursery_attendance"] = ("nursery",
            "SELECT f.record_key, CONCAT(d.facility_code, '|', f.month_key, '|', f.listed_days, '|', f.absent_days, '|', f.no_contact_days, '|', f.late_pickup_days) FROM fact.nursery_attendance_month AS f INNER JOIN dim.facility AS d ON d.facility_key = f.facility_key",
            t => $"{t["key"]}|{Month(t)}|{t["detail"]}"),
        ["nurse_visit"] = ("school", "SELECT f.record_key, CONCAT(f.visit_date, '|', f.visit_time) FROM fact.nurse_visit AS f", t => $"{t["from"]}|{t["key"]}"),
        ["test_score"] = ("school", "SELECT f.record_key, CONCAT(f.school_year, '|', f.deviation_score) FROM fact.test_score AS f", t => $"{t["from"][..4]}|{t["detail"]}"),
        ["guidance"] = ("school", "SELECT f.record_key, CONCAT(f.noticed_date) FROM fact.guidance AS f", t => t["from"]),
        ["school_health"] = ("school", "SELECT f.record_key, CONCAT(f.school_year, '|', f.exam_date, '|', f.untreated_teeth) FROM fact.school_health AS f", t => $"{t["key"]}|{t["from"]}|{t["detail"]}"),
        ["counselling"] = ("school", "SELECT f.record_key, CONCAT(f.session_date) FROM fact.counselling AS f", t => t["from"]),
        ["mood"] = ("school",
            "SELECT f.record_key, CONCAT(d.facility_code, '|', f.month_key, '|', f.entry_days - f.cloudy_days - f.rain_days - f.thunder_days, '|', f.cloudy_days, '|', f.rain_days, '|', f.thunder_days) FROM fact.mood_month AS f INNER JOIN dim.facility AS d ON d.facility_key = f.facility_key",
            t => $"{t["key"]}|{Month(t)}|{t["detail"]}"),
    };

    public static TheoryData<string> Names => [.. Feeds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Facts_are_those_of_the_truth(string feed)
    {
        (string system, string sql, Func<Dictionary<string, string>, string> expected) = Feeds[feed];
        KeyMint mint = new(CityLoadFixture.Secret);
        using WarehouseSession session = city.Warehouse.Warehouse();

        string[] found = [.. session.QueryText<(long Record, string Text)>(sql + Current).Select(row => Line(row.Record, row.Text)).Order(StringComparer.Ordinal)];

        Assert.NotEmpty(found);
        Assert.Equal(city.Facts[feed].Select(row => Line(mint.Record(system, row["source_id"]), expected(row))).Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void No_row_is_lost_and_no_check_finds_anything()
    {
        Assert.DoesNotContain(city.Summary.Files, file => file.Status == "failed" || file.Rejected > 0);
        Assert.All(city.Summary.Files, file => Assert.Equal(file.Read, file.Staged + file.Superseded));
        Assert.Empty(Checks.Run(city.Warehouse.Databases).Findings);
    }

    [Fact]
    public void A_pregnancy_reaches_the_child_born_of_it_and_nobody_else()
    {
        KeyMint mint = new(CityLoadFixture.Secret);
        Dictionary<string, string> numbers = city.Truth("persons.csv").ToDictionary(row => row["person_id"], row => row["resident_number"], StringComparer.Ordinal);
        using WarehouseSession session = city.Warehouse.Warehouse();
        Dictionary<long, long> persons = session.QueryText<(long, long)>("SELECT record_key, person_key FROM stg.link WHERE known_to_utc > '9999-01-01'").ToDictionary(row => row.Item1, row => row.Item2);
        ILookup<(long, int), long> reached = session.QueryText<(long Record, int Branch, long Child)>("SELECT f.record_key, CAST(f.birth_branch AS INTEGER), f.child_key FROM fact.pregnancy AS f" + Current)
            .ToLookup(row => (row.Record, row.Branch), row => row.Child);
        int known = 0;
        foreach (Dictionary<string, string> row in city.Facts["pregnancy"])
        {
            long child = Assert.Single(reached[(mint.Record("maternal", row["source_id"]), int.Parse(row["key"], CultureInfo.InvariantCulture))]);
            if (child != 0)
            {
                Assert.Equal(persons[mint.Record("resident", numbers[row["person_id"]])], child);
                known++;
            }
        }

        Assert.True(known >= city.Facts["pregnancy"].Count() * 0.9, $"{known} of {city.Facts["pregnancy"].Count()} pregnancies reach their child");
    }

    private static string Month(Dictionary<string, string> row) => row["from"][..4] + row["from"].Substring(5, 2);

    private static string Line(long record, string text) => record.ToString(CultureInfo.InvariantCulture) + "|" + text;
}
