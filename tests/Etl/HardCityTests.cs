using Warehouse.Etl.City;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A small city with every kind of fault, compared with the list of what was planted; <c>tests/bench</c> does the same with ten large ones.</summary>
public sealed class HardCityTests
{
    // Kinds that a city of this size always has; rarer ones are seen in the larger cities.
    private static readonly string[] Common =
    [
        "added_column", "blank_required", "control_character", "ended_era", "excel_serial", "extra_cell", "formula", "full_width", "impossible_date", "known_character", "lost_leading_zeros", "merged_cell",
        "missing_cell", "nul_byte", "open_quote", "other_date_shape", "outer_blanks", "private_use_character", "reordered_columns", "sentinel_for_blank", "sentinel_in_required", "stray_quote",
        "too_long", "totals_row", "undecodable_bytes", "unknown_character", "unknown_code", "unreadable_date", "vendor_extension", "withdrawal", "withdrawal_alone", "workbook",
        "wrong_check_digit",
    ];

    [Fact]
    public void Every_planted_fault_is_repaired_with_its_flag_or_quarantined_with_its_code_and_the_accounting_closes()
    {
        string root = Directory.CreateTempSubdirectory("hard-city-").FullName;
        try
        {
            using WarehouseFixture fixture = WarehouseFixture.Create();
            using WarehouseFixture meant = WarehouseFixture.Create();
            NoiseResult result = NoiseCheck.Run(new CityOptions(CityPreset.Mini, 100, 1, Years: 2, NoiseLevel: NoiseLevel.High), root, fixture.Databases, meant.Databases, TestContext.Current.CancellationToken);

            Assert.True(result.IsGood, $"{result} {string.Join('\n', result.Findings.Take(20))}");
            Assert.Empty(Common.Except(result.Kinds.Keys));
            Assert.True(result.Feeds.Count >= 20 && result.Refused > 0 && result.Rows > 10_000 && result.Compared > result.Rows, result.ToString());
            AssertRenumberedPupilsAreTheSame(root, fixture);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // Half of the schools changed their vendor, who numbers pupils anew: the new records belong to the same children.
    private static void AssertRenumberedPupilsAreTheSame(string root, WarehouseFixture fixture)
    {
        string[] renumbered = [.. File.ReadAllLines(Path.Combine(root, "noisy", "truth", "records.csv")).Where(line => line.Contains("renumbered", StringComparison.Ordinal)).Select(line => line.Split(',')[1])];
        using WarehouseSession identity = fixture.Identity();
        Dictionary<string, long> persons = identity.QueryText<(string Id, long Person)>(
            "SELECT DISTINCT s.source_id, c.person_key FROM ident.source_record AS s INNER JOIN ident.crosswalk AS c ON c.record_key = s.record_key WHERE s.system_code = 'school' AND c.known_to_utc > '9000-01-01'")
            .ToDictionary(row => row.Id, row => row.Person, StringComparer.Ordinal);
        (string Old, string New)[] both = [.. renumbered.Select(number => (number[1..], number)).Where(pair => persons.ContainsKey(pair.Item1) && persons.ContainsKey(pair.number))];

        Assert.True(both.Length > 10, $"{both.Length} of {renumbered.Length} pupils came under both numbers");
        int same = both.Count(pair => persons[pair.Old] == persons[pair.New]);
        Assert.True(same * 10 >= both.Length * 9, $"{same} of {both.Length} renumbered pupils are one child");
    }
}
