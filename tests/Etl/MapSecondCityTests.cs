using System.Text;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Map;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The same city as two municipalities' systems would deliver it: the second comes in by mappings alone and tells the same facts.</summary>
public sealed class MapSecondCityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("second-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_municipalitys_files_give_the_same_facts_by_mappings_that_the_assistant_made()
    {
        CityOptions options = new(CityPreset.Mini, 120, Seed: 11, Years: 3);
        string first = Path.Combine(_folder, "first");
        string second = Path.Combine(_folder, "second");
        string mappings = Path.Combine(_folder, "mappings");
        Directory.CreateDirectory(mappings);
        CityGenerator.Generate(options, first);
        CityGenerator.Generate(options with { Profile = "second" }, second);
        Dictionary<string, long> tried = new(StringComparer.Ordinal);
        foreach ((string feed, string[] files) in FilesByFeed(Path.Combine(second, "inbox")))
        {
            MapReport report = MapAssistant.Propose(files, null, "second", "", new DateOnly(2022, 5, 1), TestContext.Current.CancellationToken);
            Assert.Equal(feed, report.Draft?.Mapping.Feed);
            Assert.Empty(report.Draft!.Open);
            tried[feed] = report.Trial!.Quarantined;
            File.WriteAllText(Path.Combine(mappings, feed + ".json"), report.Draft.Mapping.Approve("confirmed", new DateOnly(2025, 4, 1)).ToJson());
        }

        Assert.Equal(8, Directory.GetFiles(mappings).Length);
        using WarehouseFixture one = WarehouseFixture.Create();
        using WarehouseFixture other = WarehouseFixture.Create();
        LoadSummary loaded = Load(one, first, null);
        LoadSummary mapped = Load(other, second, mappings);

        Assert.Empty(mapped.Files.Where(file => file.Status == "failed").Select(file => file.FileName + " " + file.ErrorText + string.Join(' ', mapped.RejectReasons)));
        Assert.Equal(loaded.RejectReasons, mapped.RejectReasons);
        Assert.Equal(loaded.Feeds.Select(Counts), mapped.Feeds.Select(Counts));
        // What the assistant foretold is what the load did.
        Assert.All(mapped.Feeds.Where(feed => tried.ContainsKey(feed.Feed)), feed => Assert.Equal(tried[feed.Feed], feed.Rejected));
        Assert.Empty(Checks.Run(other.Databases).Findings);
        using (WarehouseSession session = one.Warehouse())
        {
            Assert.True(session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day") > 500);
        }

        Assert.Equal(Facts(one), Facts(other));
    }

    [Fact]
    public void Planted_faults_keep_their_places_in_the_second_profile()
    {
        CityOptions options = new(CityPreset.Mini, 60, Seed: 3, Years: 1, NoiseLevel: NoiseLevel.High) { Profile = "second" };
        CityGenerator.Generate(options, _folder);
        string inbox = Path.Combine(_folder, "inbox");
        string[][] faults = [.. File.ReadAllLines(Path.Combine(_folder, "truth", "faults.csv")).Skip(2).Select(line => line.Split(',')).Where(cells => cells[3] == "unknown_code")];

        Assert.NotEmpty(faults);
        foreach (string[] fault in faults)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(inbox, fault[0] + ".manifest.json")));
            string[] lines = Warehouse.Tests.City.CityFixture.Lines(Path.Combine(inbox, fault[0]), manifest.RootElement.GetProperty("encoding").GetString()!);
            Assert.Contains("Z9", lines[int.Parse(fault[1], System.Globalization.CultureInfo.InvariantCulture) - 1].Split(',', '\t', ';', '|'));
        }
    }

    private static (string Feed, long Read, long Staged, long Rejected, long Superseded) Counts((string Feed, int Files, long Read, long Staged, long Rejected, long Superseded, long Repaired) feed) =>
        (feed.Feed, feed.Read, feed.Staged, feed.Rejected, feed.Superseded);

    private static IEnumerable<(string Feed, string[] Files)> FilesByFeed(string inbox)
    {
        List<(string Feed, string File)> files = [];
        foreach (string manifest in Directory.GetFiles(inbox, "*.manifest.json"))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
            string file = manifest[..^".manifest.json".Length];
            if (document.RootElement.TryGetProperty("profile", out _))
            {
                files.Add((document.RootElement.GetProperty("feed").GetString()!, file));
            }
        }

        return files.GroupBy(file => file.Feed).Select(group => (group.Key, group.Select(file => file.File).Order(StringComparer.Ordinal).ToArray()));
    }

    private static LoadSummary Load(WarehouseFixture fixture, string city, string? mappings) => new LoadPipeline(fixture.Databases).Run(
        new LoadOptions { Inbox = Path.Combine(city, "inbox"), Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = true, Mappings = mappings },
        null,
        TestContext.Current.CancellationToken);

    // Every row of every dimension and fact; keys are keyed hashes of the same numbers, so they are the same.
    private static string Facts(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        StringBuilder text = new();
        foreach (string table in session.QueryText<string>("SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema IN ('dim', 'fact') AND table_type = 'BASE TABLE' ORDER BY 1"))
        {
            text.Append(table).Append('\n');
            foreach (string row in session.QueryText<object?[]>("SELECT * FROM " + table).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal))
            {
                text.Append(row).Append('\n');
            }
        }

        return text.ToString();
    }
}
