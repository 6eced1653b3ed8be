using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Xunit;

namespace Warehouse.Tests.City;

public sealed class CityGeneratorTests(CityFixture city) : IClassFixture<CityFixture>
{
    [Fact]
    public void Same_seed_on_one_thread_gives_identical_bytes()
    {
        using var other = new Scratch();

        CityGenerator.Generate(city.Options with { MaxDegreeOfParallelism = 1 }, other.Path, null, TestContext.Current.CancellationToken);

        Assert.Equal(HashOf(city.Root), HashOf(other.Path));
    }

    [Fact]
    public void A_noisy_city_with_workbooks_has_the_same_bytes_again_and_with_other_threads()
    {
        using var one = new Scratch();
        using var other = new Scratch();
        var options = new CityOptions(CityPreset.Mini, 60, 3, Years: 2, NoiseLevel: NoiseLevel.High);

        CityGenerator.Generate(options with { MaxDegreeOfParallelism = 1 }, one.Path, null, TestContext.Current.CancellationToken);
        CityGenerator.Generate(options with { MaxDegreeOfParallelism = 2 }, other.Path, null, TestContext.Current.CancellationToken);

        Assert.True(Directory.GetFiles(Path.Combine(one.Path, "inbox"), "*.xlsx").Length > 5);
        Assert.Empty(new[] { "missing_month", "full_resend", "withdrawal", "merged_cell" }.Except(CityFixture.Truth(one.Path, "faults.csv").Select(fault => fault["kind"])));
        Assert.Equal(HashOf(one.Path), HashOf(other.Path));
    }

    [Theory]
    [InlineData("2024-02-29", 0)]
    [InlineData("2019/05/01", 1)]
    [InlineData("H31.4.30", 2)]
    [InlineData("令和元年5月1日", 3)]
    [InlineData("3640107", 4)]
    [InlineData("H31.5.1", 2, false)]
    [InlineData("2023-02-29", 0, false)]
    [InlineData("R5.4.1", 3, false)]
    [InlineData("45017", 0, false)]
    [InlineData("", 1, false)]
    public void A_day_is_read_as_it_is_written_and_no_other_text_is_one(string text, int shape, bool isDay = true)
    {
        int day = CityDates.Read(text, (DateShape)shape);

        Assert.Equal(isDay, day >= 0);
        Assert.True(!isDay || CityDates.Format(day, (DateShape)shape) == text);
    }

    [Fact]
    public void Different_seed_gives_different_bytes()
    {
        using var other = new Scratch();

        CityGenerator.Generate(city.Options with { Seed = 7 }, other.Path, null, TestContext.Current.CancellationToken);

        Assert.NotEqual(HashOf(city.Root), HashOf(other.Path));
    }

    [Fact]
    public void Known_seed_keeps_its_random_stream()
    {
        string first = CityFixture.Truth(city.Root, "persons.csv")[0]["resident_number"];

        Assert.Equal("1234567892", first);
    }

    [Fact]
    public void Mini_has_about_the_wanted_children_and_labels()
    {
        Assert.InRange(city.Summary.ActiveChildren, 255, 345);
        Assert.InRange(city.Summary.LabelShare, 0.010, 0.030);
        Assert.InRange(city.Summary.NeedShare, 0.03, 0.07);
    }

    [Fact]
    public void City_of_two_thousand_children_keeps_the_stated_rates()
    {
        using var scratch = new Scratch();
        var options = new CityOptions(CityPreset.City, 2_000);

        var summary = CityGenerator.Generate(options, scratch.Path, null, TestContext.Current.CancellationToken);

        Assert.InRange(summary.ActiveChildren, 1_800, 2_200);
        Assert.InRange(summary.Persons, 7 * 2_000, 10 * 2_000);
        Assert.InRange(summary.LabelShare, 0.015, 0.025);
        Assert.InRange(summary.NeedShare, 0.04, 0.06);
        Assert.InRange(summary.BayesAuc, 0.76, 0.86);
        Assert.InRange(summary.Consultations / 6.0 / summary.ActiveChildren, 0.020, 0.045);
        var persons = CityFixture.Truth(scratch.Path, "persons.csv");
        var children = persons.Where(p => p["is_child"] == "1").ToArray();
        Assert.InRange(children.Average(c => c["is_foreign"] == "1" ? 1.0 : 0), 0.005, 0.03);
        var snapshots = CityFixture.Truth(scratch.Path, "snapshots.csv");
        Assert.InRange(snapshots.Average(s => s["conditions"].Split(' ').Contains("single_parent") ? 1.0 : 0), 0.07, 0.15);
        Assert.InRange(snapshots.Average(s => s["conditions"].Split(' ').Contains("grandparent_in_household") ? 1.0 : 0), 0.22, 0.40);
    }

    [Fact]
    public void Resident_numbers_end_in_their_check_digit_and_are_unique()
    {
        var numbers = CityFixture.Truth(city.Root, "persons.csv").Select(p => p["resident_number"]).ToArray();

        Assert.Equal(numbers.Length, numbers.Distinct(StringComparer.Ordinal).Count());
        Assert.All(numbers, n => Assert.True(IsResidentNumber(n), n));
    }

    [Fact]
    public void Every_file_has_the_header_and_width_of_its_contract()
    {
        foreach (var (path, manifest) in city.Files())
        {
            string[] header = Headers(manifest.GetProperty("feed").GetString()!);
            string[] lines = CityFixture.Lines(path, manifest.GetProperty("encoding").GetString()!);

            Assert.Equal(string.Join(',', header), lines[0]);
            Assert.All(lines, l => Assert.Equal(header.Length, l.Split(',').Length));
        }
    }

    [Fact]
    public void Every_manifest_matches_rows_and_hash_of_its_file()
    {
        long rows = 0;
        foreach (var (path, manifest) in city.Files())
        {
            string[] lines = CityFixture.Lines(path, manifest.GetProperty("encoding").GetString()!);

            Assert.Equal(Path.GetFileName(path), manifest.GetProperty("file_name").GetString());
            Assert.Equal(lines.Length - 1, manifest.GetProperty("row_count").GetInt64());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), manifest.GetProperty("sha256").GetString());
            Assert.Contains("架空データ", manifest.GetProperty("notice").GetString(), StringComparison.Ordinal);
            rows += lines.Length - 1;
        }

        Assert.Equal(city.Summary.Rows.Values.Sum(), rows);
    }

    [Fact]
    public void Cp932_files_decode_strictly_and_encode_to_the_same_bytes()
    {
        var encoding = CityFixture.Strict("cp932");
        foreach (var (path, _) in city.Files().Where(f => f.Manifest.GetProperty("encoding").GetString() == "cp932"))
        {
            byte[] bytes = File.ReadAllBytes(path);

            Assert.Equal(bytes, encoding.GetBytes(encoding.GetString(bytes)));
        }
    }

    [Fact]
    public void Records_name_a_person_for_every_source_id_of_sound_rows()
    {
        var known = CityFixture.Truth(city.Root, "records.csv").Select(r => r["system"] + "/" + r["source_id"]).ToHashSet(StringComparer.Ordinal);
        var faulty = FaultyLines("quarantined");
        foreach (var (path, manifest) in city.Files())
        {
            FeedContract contract = FeedCatalog.Default.Get(manifest.GetProperty("feed").GetString()!);
            string[] lines = CityFixture.Lines(path, manifest.GetProperty("encoding").GetString()!);
            for (int i = 1; i < lines.Length; i++)
            {
                if (faulty.Contains((Path.GetFileName(path), i + 1)))
                {
                    continue;
                }

                string[] f = lines[i].Split(',');
                string id = contract.System + "/" + string.Join('+', contract.SourceId.Select(ordinal => f[ordinal]));
                Assert.Contains(id, known);
            }
        }
    }

    [Fact]
    public void Faults_lie_where_the_truth_says_and_stay_under_two_percent()
    {
        var files = city.Files().ToDictionary(
            f => Path.GetFileName(f.Path), f => CityFixture.Lines(f.Path, f.Manifest.GetProperty("encoding").GetString()!), StringComparer.Ordinal);
        var faults = CityFixture.Truth(city.Root, "faults.csv").Where(f => f["line"] != "0").ToArray();

        Assert.NotEmpty(faults);
        foreach (var fault in faults)
        {
            string[] lines = files[fault["file"]];
            int line = int.Parse(fault["line"], CultureInfo.InvariantCulture) - 1;
            int column = Array.IndexOf(lines[0].Split(','), fault["column"]);
            string value = column < 0 ? "" : lines[line].Split(',')[column];
            Assert.True(
                fault["kind"] switch
                {
                    "duplicate_row" => lines[line] == lines[line - 1],
                    "blank_required" => value.Length == 0,
                    "unknown_code" => value == "Z9",
                    "wrong_check_digit" => !IsResidentNumber(value),
                    _ => value.Length > 0,
                },
                $"{fault["file"]} line {fault["line"]}: {fault["kind"]} not found");
        }

        // Days that cannot follow each other are in the system itself, and in however small a file.
        foreach (var group in faults.Where(f => f["expected"] == "quarantined" && f["kind"] != "days_out_of_order").GroupBy(f => f["file"]))
        {
            Assert.InRange(group.Count() / (files[group.Key].Length - 1.0), 0, 0.02);
        }
    }

    [Fact]
    public void Twins_share_birth_date_and_household_but_not_the_given_name()
    {
        var twins = CityFixture.Truth(city.Root, "persons.csv").Where(p => p["is_child"] == "1")
            .GroupBy(p => (p["family_id"], p["birth_date"])).Where(g => g.Count() > 1).ToArray();

        Assert.NotEmpty(twins);
        Assert.All(twins, g => Assert.Equal(g.Count(), g.Select(p => p["given_name"]).Distinct(StringComparer.Ordinal).Count()));
    }

    [Fact]
    public void Intake_class_is_empty_before_the_decision()
    {
        var faulty = FaultyLines("quarantined");
        int open = 0;
        int filled = 0;
        foreach (var (path, _) in city.Files().Where(f => f.Manifest.GetProperty("feed").GetString() == "consultation"))
        {
            string[] lines = CityFixture.Lines(path, "cp932");
            for (int i = 1; i < lines.Length; i++)
            {
                string[] f = lines[i].Split(',');
                if (faulty.Contains((Path.GetFileName(path), i + 1)))
                {
                    continue;
                }

                Assert.Equal(f[14].Length == 0, f[16].Length == 0);
                Assert.Equal(f[14].Length == 0, f[13].Length == 0);
                open += f[16].Length == 0 ? 1 : 0;
                filled += f[16].Length > 0 ? 1 : 0;
            }
        }

        Assert.True(open > 0 && filled > 0);
    }

    [Fact]
    public void Metro_options_write_exceptions_with_enrolled_days()
    {
        using var scratch = new Scratch();
        var options = CityOptions.For(CityPreset.Metro) with { Children = 400 };

        var summary = CityGenerator.Generate(options, scratch.Path, null, TestContext.Current.CancellationToken);

        Assert.InRange(summary.Rows["attendance_days"], 2_000, 5_000);
        Assert.InRange(summary.Rows["attendance"], 500, 6_000);
    }

    [Fact]
    public void Options_outside_the_calendar_are_refused_with_all_faults()
    {
        var options = new CityOptions(CityPreset.Mini, 10, FirstFiscalYear: 2010);

        var error = Assert.Throws<ArgumentException>(() => CityGenerator.Generate(options, city.Root, null, TestContext.Current.CancellationToken));

        Assert.Contains("Children is 10", error.Message, StringComparison.Ordinal);
        Assert.Contains("2010", error.Message, StringComparison.Ordinal);
    }

    private static bool IsResidentNumber(string number)
    {
        int[] weights = [4, 3, 2, 7, 6, 5, 4, 3, 2];
        int r = weights.Select((w, i) => w * (number[i] - '0')).Sum() % 11;
        return number.Length == 10 && number[9] - '0' == (r <= 1 ? 0 : 11 - r);
    }

    private static string[] Headers(string feed)
    {
        using var stream = typeof(CityGenerator).Assembly.GetManifestResourceStream($"feeds/{feed}.json")!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("header").GetString()!)];
    }

    private static string HashOf(string root)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetRelativePath(root, path)));
            hash.AppendData(File.ReadAllBytes(path));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private HashSet<(string File, int Line)> FaultyLines(string expected) =>
    [
        .. CityFixture.Truth(city.Root, "faults.csv").Where(f => f["expected"] == expected)
            .Select(f => (f["file"], int.Parse(f["line"], CultureInfo.InvariantCulture))),
    ];

    private sealed class Scratch : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("city-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
