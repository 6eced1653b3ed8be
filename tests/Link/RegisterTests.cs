using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>Synthetic registers with twins and truth.</summary>
public sealed class RegisterTests
{
    private static readonly DateOnly AsOf = new(2026, 4, 1);
    private static readonly Lazy<IReadOnlyList<RegisterTable>> Some = new(() => new RegisterGenerator(new RegisterOptions { People = 40_000, Seed = 3 }).Make());

    [Fact]
    public void Registers_are_the_same_for_any_number_of_threads()
    {
        IReadOnlyList<RegisterTable> one = new RegisterGenerator(new RegisterOptions { People = 40_000, Seed = 3, Threads = 1 }).Make();
        IReadOnlyList<RegisterTable> three = new RegisterGenerator(new RegisterOptions { People = 40_000, Seed = 3, Threads = 3 }).Make();
        IReadOnlyList<RegisterTable> other = new RegisterGenerator(new RegisterOptions { People = 40_000, Seed = 4, Threads = 3 }).Make();

        for (int s = 0; s < 4; s++)
        {
            Assert.Equal(Text(one[s]), Text(three[s]));
            Assert.NotEqual(Text(one[s]), Text(other[s]));
        }
    }

    [Fact]
    public void Sources_have_the_size_that_their_coverage_says()
    {
        RegisterTable[] tables = [.. Some.Value];

        Assert.InRange(tables[0].Count / 40_000.0, 0.975, 0.991);
        Assert.InRange(tables[1].Count / 40_000.0, 0.60, 0.68);
        Assert.InRange(tables[2].Count / 40_000.0, 0.11, 0.13);
        Assert.InRange(tables[3].Count / 40_000.0, 0.58, 0.62);
        Assert.All(tables, t => Assert.InRange(1 - ((double)t.Truth.Distinct().Count() / t.Count), 0.001, 0.005));
    }

    [Fact]
    public void Two_in_a_hundred_are_of_a_multiple_birth_and_they_share_all_but_the_given_name()
    {
        RegisterTable residents = Some.Value[0];
        int[] multiples = [.. Enumerable.Range(0, residents.Count).Where(row => residents.TruthBirthCount[row] > 1)];
        NameNormaliser normaliser = new();
        var sets = multiples.GroupBy(row => (residents.TruthHousehold[row], Birth(residents, row))).Where(g => g.Select(row => residents.Truth[row]).Distinct().Count() > 1).ToArray();
        int alike = sets.Count(g =>
        {
            NameKeys[] names = [.. g.Take(2).Select(row => normaliser.Name(residents.NameKanji[row].ToString(), residents.NameKana[row].ToString()))];
            return names.All(n => n.Given.Length > 0) && (names[0].Given[0] == names[1].Given[0] || names[0].Given[^1] == names[1].Given[^1] || names[0].GivenKana.Norm[0] == names[1].GivenKana.Norm[0]);
        });

        Assert.InRange((double)multiples.Length / residents.Count, 0.017, 0.026);
        Assert.True(sets.Length > 300);
        Assert.InRange((double)alike / sets.Length, 0.55, 0.85);
    }

    [Fact]
    public void Missing_fields_are_as_frequent_as_the_rates_say()
    {
        RegisterTable[] tables = [.. Some.Value];

        Assert.InRange(Empty(tables[2].NameKana), 0.18, 0.22);
        Assert.InRange(Empty(tables[2].Address), 0.04, 0.06);
        Assert.InRange(Empty(tables[3].NameKanji), 0.48, 0.52);
        Assert.InRange(Empty(tables[3].Address), 0.28, 0.32);
        Assert.Equal(0, Empty(tables[0].HouseholdId));
        Assert.Equal(1, Empty(tables[3].HouseholdId));
        Assert.True(Enumerable.Range(0, tables[3].Count).All(row => tables[3].NameKanji[row].Length + tables[3].NameKana[row].Length > 0));
    }

    [Fact]
    public void Record_numbers_are_unique_and_do_not_follow_the_person()
    {
        foreach (RegisterTable table in Some.Value)
        {
            long[] ids = [.. Enumerable.Range(0, table.Count).Select(table.RecordId)];

            Assert.Equal(ids.Length, ids.Distinct().Count());
            Assert.InRange(Enumerable.Range(1, ids.Length - 1).Count(i => ids[i] > ids[i - 1]), ids.Length / 4, ids.Length * 3 / 4);
        }
    }

    [Fact]
    public void Most_true_pairs_agree_after_normalisation_and_some_of_every_kind_do_not()
    {
        RegisterTable residents = Some.Value[0];
        Dictionary<int, int> rowOf = [];
        for (int row = 0; row < residents.Count; row++)
        {
            rowOf.TryAdd(residents.Truth[row], row);
        }

        NameNormaliser normaliser = new(NameSplitter.Default);
        foreach ((RegisterTable table, double low, double high) in new[] { (Some.Value[1], 0.80, 0.88), (Some.Value[2], 0.50, 0.65), (Some.Value[3], 0.76, 0.87) })
        {
            int pairs = 0;
            int kana = 0;
            int births = 0;
            int homes = 0;
            for (int row = 0; row < table.Count; row++)
            {
                if (rowOf.TryGetValue(table.Truth[row], out int other))
                {
                    PersonKeys a = Keys(residents, other, normaliser);
                    PersonKeys b = Keys(table, row, normaliser);
                    pairs++;
                    bool isBirth = Day(residents, other) == Day(table, row);
                    births += isBirth ? 1 : 0;
                    kana += isBirth && (a.Name.SurnameKana.Norm, a.Name.GivenKana.Norm) == (b.Name.SurnameKana.Norm, b.Name.GivenKana.Norm) ? 1 : 0;
                    homes += AddressParts.Compare(a.Address, b.Address) >= AddressAgreement.House ? 1 : 0;
                }
            }

            Assert.InRange((double)kana / pairs, low, high);
            Assert.InRange((double)births / pairs, 0.96, 0.995);
            Assert.InRange((double)homes / pairs, 0.6, 0.96);
        }
    }

    [Fact]
    public async Task Written_files_hold_the_same_records_and_the_truth_beside_them()
    {
        RegisterOptions options = new() { People = 2_000, Seed = 9 };
        RegisterGenerator generator = new(options);
        IReadOnlyList<RegisterTable> tables = generator.Make(TestContext.Current.CancellationToken);
        string folder = Directory.CreateTempSubdirectory("registers").FullName;
        try
        {
            int[] counts = await generator.Write(folder, TestContext.Current.CancellationToken);

            Assert.Equal(tables.Select(t => t.Count), counts);
            for (int s = 0; s < 4; s++)
            {
                string[] lines = await File.ReadAllLinesAsync(Path.Combine(folder, $"register_{"abcd"[s]}.csv"), TestContext.Current.CancellationToken);
                Assert.Equal(string.Join(',', RegisterTable.Header), lines[0]);
                Assert.Equal(counts[s] + 1, lines.Length);
                Assert.All(lines, line => Assert.Equal(RegisterTable.Header.Count, line.Split(',').Length));
                Assert.Equal(tables[s].NameKanji[counts[s] - 1].ToString(), lines[^1].Split(',')[1]);
                Assert.Equal(tables[s].RecordId(counts[s] - 1).ToString(System.Globalization.CultureInfo.InvariantCulture), lines[^1].Split(',')[0]);
            }

            Assert.Equal(counts.Sum() + 1, (await File.ReadAllLinesAsync(Path.Combine(folder, "truth.csv"), TestContext.Current.CancellationToken)).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PersonKeys Keys(RegisterTable table, int row, NameNormaliser normaliser) =>
        normaliser.Normalise(table.NameKanji[row].ToString(), table.NameKana[row].ToString(), table.Address[row].ToString());

    private static int Day(RegisterTable table, int row) => Warehouse.Etl.Link.Engine.LinkDate.Read(Birth(table, row));

    private static string Birth(RegisterTable table, int row) => table.BirthDate[row].ToString();

    private static double Empty(TextColumn column) => Enumerable.Range(0, column.Count).Count(row => column[row].IsEmpty) / (double)column.Count;

    private static IEnumerable<string> Text(RegisterTable table)
    {
        for (int row = 0; row < table.Count; row++)
        {
            yield return string.Concat(table.NameKanji[row], ",", table.NameKana[row], ",") + string.Concat(table.BirthDate[row], table.Sex[row], table.Address[row], table.HouseholdId[row])
                + string.Concat(table.GuardianKanji[row], table.GuardianKana[row], table.Phone[row]) + table.Truth[row];
        }
    }
}
