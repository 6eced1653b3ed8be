using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>Which pairs of two registers are linked, shown or left, by what speaks against them. Synthetic registers; all people are fictitious (架空データ).</summary>
public sealed class LinkRulesTests
{
    private static readonly Lazy<IReadOnlyList<RegisterTable>> Registers = new(() => new RegisterGenerator(new RegisterOptions { People = 40_000, Seed = 20 }).Make());
    private static readonly double Auto = Bits(new LinkageOptions().AutoFrom);

    [Theory]
    [InlineData(RegisterSource.Welfare)]
    [InlineData(RegisterSource.Medical)]
    public void Below_the_threshold_only_strangers_are_doubted_never_twins_or_members_of_one_house(RegisterSource source)
    {
        LinkageResult result = Run(source, new LinkageOptions());

        LinkPair[] low = [.. result.Pairs.Where(pair => pair.Evidence.Weight < Auto && pair.Evidence.Weight > Auto - Math.Log2(20))];
        Assert.Contains(low, pair => pair.Band == LinkBand.Auto);
        Assert.All(low.Where(pair => pair.Band == LinkBand.Auto), pair => Assert.True(pair.Evidence.Multiple + pair.Evidence.Household <= 0.001));
        Assert.Contains(low, pair => pair.Band == LinkBand.Review && pair.Reason == "evidence" && pair.Evidence.Multiple > 0.001);
        Assert.All(result.Pairs.Where(pair => pair.Band == LinkBand.Auto), pair => Assert.True(IsTrue(result, source, pair)));
    }

    [Fact]
    public void A_record_is_shown_only_where_its_pairs_together_are_worth_a_look()
    {
        LinkageResult all = Run(RegisterSource.Welfare, new LinkageOptions { WorthFrom = 0 });
        LinkageResult worth = Run(RegisterSource.Welfare, new LinkageOptions());

        Dictionary<(int, int), LinkPair> shown = worth.Pairs.ToDictionary(pair => (pair.Left, pair.Right));
        LinkPair[] left = [.. all.Pairs.Where(pair => !shown.ContainsKey((pair.Left, pair.Right)))];
        Dictionary<int, double> chances = all.Pairs.Where(pair => pair.Band == LinkBand.Review).GroupBy(pair => pair.Right).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Evidence.Posterior));
        Assert.NotEmpty(left);
        Assert.All(left, pair => Assert.True(pair.Band == LinkBand.Review && chances[pair.Right] < 0.2));
        Assert.All(all.Pairs.Where(pair => pair.Band == LinkBand.Review && chances[pair.Right] >= 0.2), pair => Assert.Equal(LinkBand.Review, shown[(pair.Left, pair.Right)].Band));
        Assert.Equal(all.Pairs.Where(pair => pair.Band == LinkBand.Auto), worth.Pairs.Where(pair => pair.Band == LinkBand.Auto));
        // What is left out is hardly ever the person.
        Assert.True(left.Count(pair => IsTrue(all, RegisterSource.Welfare, pair)) < 0.3 * left.Length);
    }

    [Fact]
    public void A_guardian_of_the_same_name_stands_for_the_house_where_the_birth_date_is_missing()
    {
        LinkageResult result = Run(RegisterSource.Welfare, new LinkageOptions());
        LinkageResult careful = Run(RegisterSource.Welfare, new LinkageOptions { IsSensitive = true });

        (int birth, int guardian, int address) = (Field(result, LinkKind.BirthDate), Field(result, LinkKind.Household), Field(result, LinkKind.Address));
        LinkPair[] without = [.. result.Pairs.Where(pair => pair.Level(birth) == LinkField.Null && pair.Level(address) is not (AddressField.House or AddressField.Equal))];
        LinkPair[] linked = [.. without.Where(pair => pair.Band == LinkBand.Auto)];
        Assert.NotEmpty(linked);
        Assert.All(linked, pair => Assert.True(pair.Level(guardian) is >= NameField.KanaOnly and <= NameField.Both && IsTrue(result, RegisterSource.Welfare, pair)));
        Assert.DoesNotContain(careful.Pairs, pair => pair.Band == LinkBand.Auto && pair.Level(birth) == LinkField.Null);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.6)]
    public void What_one_to_one_adds_follows_the_share_of_records_that_have_a_counterpart(double known)
    {
        // Of the residents some are taken away, so that more records of the other register have nobody.
        RegisterTable residents = Registers.Value[0];
        RegisterTable welfare = Registers.Value[(int)RegisterSource.Welfare];
        int[] kept = [.. Enumerable.Range(0, residents.Count).Where(row => residents.Truth[row] % 10 < known * 10)];
        LinkTable table = LinkTable.Build(Register(residents, kept), Register(welfare, [.. Enumerable.Range(0, welfare.Count)]));
        LinkageResult result = LinkEngine.Run(table, new LinkageOptions { Threads = 2 });

        HashSet<int> people = [.. kept.Select(row => residents.Truth[row])];
        double share = welfare.Truth.Count(people.Contains) / (double)welfare.Count;
        double expected = -Math.Log2(1 - share) - Math.Log2(1 - (share * welfare.Count / kept.Length));
        LinkWeights weights = new(result.Model, table, isWhole: true);
        LinkPair pair = result.Pairs.First(one => one.Band == LinkBand.Auto && one.Reason.Length == 0);
        double added = pair.Evidence.Weight - LinkWeights.Evidence(weights.Logs(pair.Left, pair.Right, pair.Pattern), weights.Priors).Weight;
        Assert.InRange(added, expected - 0.6, expected + 0.3);
    }

    private static double Bits(double p) => Math.Log2(p / (1 - p));

    private static int Field(LinkageResult result, LinkKind kind) => result.Table.Fields.Select((field, i) => (field, i)).First(item => item.field.Kind == kind).i;

    private static LinkageResult Run(RegisterSource source, LinkageOptions options)
    {
        RegisterTable residents = Registers.Value[0];
        RegisterTable other = Registers.Value[(int)source];
        return LinkEngine.Run(LinkTable.Build(Register(residents, [.. Enumerable.Range(0, residents.Count)]), Register(other, [.. Enumerable.Range(0, other.Count)])), options with { Threads = 2 });
    }

    private static bool IsTrue(LinkageResult result, RegisterSource source, LinkPair pair) =>
        Registers.Value[0].Truth[Row(result.Table.Ids[pair.Left])] == Registers.Value[(int)source].Truth[Row(result.Table.Ids[pair.Right])];

    private static int Row(string id) => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture);

    private static LinkRegister Register(RegisterTable table, int[] rows)
    {
        (LinkKind Kind, string Name, TextColumn Texts)[] columns =
        [
            (LinkKind.FullName, "name", table.NameKanji), (LinkKind.FullKana, "kana", table.NameKana), (LinkKind.BirthDate, "birth_date", table.BirthDate), (LinkKind.Sex, "sex", table.Sex),
            (LinkKind.Address, "address", table.Address), (LinkKind.Household, "guardian_kanji", table.GuardianKanji), (LinkKind.Household, "guardian_kana", table.GuardianKana),
        ];
        string letter = table.Source.ToString()[..1];
        return new LinkRegister(table.Source.ToString(), [.. rows.Select(row => letter + row.ToString(System.Globalization.CultureInfo.InvariantCulture))], [.. columns.Select(Column)]);

        LinkColumn Column((LinkKind Kind, string Name, TextColumn Texts) column)
        {
            Dictionary<string, int> codes = new(StringComparer.Ordinal) { [""] = 0 };
            List<string> values = [""];
            int[] cells = new int[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                string text = column.Texts[rows[i]].ToString();
                if (!codes.TryGetValue(text, out cells[i]))
                {
                    codes[text] = cells[i] = values.Count;
                    values.Add(text);
                }
            }

            return new LinkColumn(column.Kind, column.Name, cells, values);
        }
    }
}
