using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>The engine from registers to decisions.</summary>
public sealed class LinkEngineTests
{
    private static readonly LinkTown Town = new(4000);
    private static readonly List<(string Id, string[] Cells)> Residents = Town.Rows("A", 0.98, isDirty: false);
    private static readonly List<(string Id, string[] Cells)> Pupils = Town.Rows("B", 0.6, isDirty: true);

    [Fact]
    public void Links_are_right_and_most_are_found()
    {
        LinkageResult result = Run(Residents, Pupils);

        LinkPair[] auto = [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto)];
        HashSet<int> known = [.. Residents.Select(row => LinkTown.Number(row.Id))];
        int possible = Pupils.Count(row => known.Contains(LinkTown.Number(row.Id)));
        Assert.Empty(auto.Where(pair => !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
        Assert.True(auto.Length > 0.9 * possible, $"{auto.Length} of {possible} were linked");
        Assert.True(result.PairCompleteness > 0.99, $"pair completeness {result.PairCompleteness}");
    }

    [Fact]
    public void A_twin_is_not_linked_to_the_co_twin_when_its_own_record_is_missing()
    {
        // Of each two twins the register holds the first only, the school the second only.
        List<LinkTown.Child> twins = [.. Town.Children.Where(child => child.IsTwin)];
        HashSet<int> firsts = [.. twins.Where((_, i) => i % 2 == 0).Select(child => child.Number)];
        HashSet<int> seconds = [.. twins.Where((_, i) => i % 2 == 1).Select(child => child.Number)];
        List<(string Id, string[] Cells)> residents = Residents.FindAll(row => !seconds.Contains(LinkTown.Number(row.Id)));
        List<(string Id, string[] Cells)> pupils = [.. Pupils.FindAll(row => !firsts.Contains(LinkTown.Number(row.Id))), .. twins.Where(child => seconds.Contains(child.Number)).Select(child => ("C" + child.Number, child.Cells))];

        LinkageResult result = Run(residents, pupils);

        Assert.True(seconds.Count > 50);
        Assert.Empty(result.Pairs.Where(pair => pair.Band == LinkBand.Auto && seconds.Contains(LinkTown.Number(result.Table.Ids[pair.Right]))).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void The_result_does_not_depend_on_the_order_of_rows_or_the_count_of_threads()
    {
        string expected = Written(Run(Residents, Pupils, 1));

        Random random = new(3);
        (string Id, string[] Cells)[] residents = [.. Residents];
        (string Id, string[] Cells)[] pupils = [.. Pupils];
        random.Shuffle(residents);
        random.Shuffle(pupils);

        Assert.Equal(expected, Written(Run(residents, pupils, 4)));
    }

    [Fact]
    public void Clusters_of_one_register_hold_no_pair_that_speaks_against_them()
    {
        List<(string Id, string[] Cells)> rows = [.. Residents.Take(1500), .. Pupils.Take(900)];
        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("both", rows)), new LinkageOptions { KeepsAll = true, Threads = 2 });

        Dictionary<(int, int), LinkPair> pairs = result.Pairs.ToDictionary(pair => (pair.Left, pair.Right));
        int clustered = 0;
        foreach (IGrouping<int, int> cluster in result.Clusters.Select((root, record) => (root, record)).GroupBy(item => item.root, item => item.record))
        {
            int[] members = [.. cluster.Order()];
            for (int i = 0; i < members.Length; i++)
            {
                for (int j = i + 1; j < members.Length; j++)
                {
                    clustered++;
                    LinkPair pair = pairs[(members[i], members[j])];
                    Assert.True(pair.Evidence.Posterior >= 0.05, Describe(result, pair));
                    Assert.True(IsTrue(result, pair), Describe(result, pair));
                }
            }
        }

        Assert.True(clustered > 100, $"{clustered} pairs");
    }

    [Fact]
    public void A_frozen_model_gives_the_same_result_and_refuses_other_fields()
    {
        LinkageResult trained = Run(Residents, Pupils);
        LinkModel read = LinkModel.FromJson(trained.Model.ToJson());

        LinkageResult again = LinkEngine.Run(trained.Table, new LinkageOptions { Model = read, Threads = 2 });

        Assert.Equal(Written(trained), Written(again));
        LinkTable other = LinkTable.Build(LinkTown.Register("a", [.. Residents.Take(50).Select(row => (row.Id, row.Cells[..5]))], LinkTown.Fields[..5]));
        ArgumentException fault = Assert.Throws<ArgumentException>(() => LinkEngine.Run(other, new LinkageOptions { Model = read }));
        Assert.Contains("does not fit", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LinkModel.FromJson(trained.Model.ToJson().Replace("\"format\": 1", "\"format\": 9", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_constant_name_column_is_reported_and_nothing_is_linked_without_review()
    {
        LinkageResult result = Run(Changed(Residents, 1, "太郎", 3, "タロウ"), Changed(Pupils, 1, "太郎", 3, "タロウ"));

        Assert.Contains(result.Findings, finding => finding is { Code: "LNK-005", IsGrave: true });
        Assert.DoesNotContain(result.Pairs, pair => pair.Band == LinkBand.Auto);
    }

    [Fact]
    public void Records_without_a_birth_date_are_not_linked_by_the_name_alone()
    {
        List<(string Id, string[] Cells)> residents = [.. Residents];
        List<(string Id, string[] Cells)> pupils = [.. Pupils.Select((row, i) => i % 2 == 0 ? (row.Id, Cells(row.Cells, 4, "")) : row)];

        // Names that nobody else has weigh enough for a link, and are for review all the same.
        for (int i = 0; i < 30; i++)
        {
            string[] cells = [$"稀{(char)(0x5000 + (7 * i))}", $"珍{(char)(0x6000 + (7 * i))}", "マレ" + "アイウエオカキクケコ"[i % 10] + "サシス"[i / 10], "メズ" + "アイウエオカキクケコ"[i % 10] + "サシス"[i / 10], $"2012-03-{i % 28 + 1:00}", "女", $"稀町{i + 1}丁目1番1号"];
            residents.Add(($"A{80_000 + i}", cells));
            pupils.Add(($"B{80_000 + i}", Cells(Cells(cells, 4, ""), 6, "")));
        }

        LinkageResult result = Run(residents, pupils);

        int birth = Field(result, FieldRole.Birth);
        LinkPair[] auto = [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto)];
        Assert.NotEmpty(auto);

        // In the same house the whole name is enough; elsewhere nobody is linked by it.
        int address = Field(result, FieldRole.Home);
        Assert.DoesNotContain(auto, pair => pair.Level(birth) == LinkField.Null && pair.Level(address) < AddressField.House);
        LinkPair[] rare = [.. result.Pairs.Where(pair => LinkTown.Number(result.Table.Ids[pair.Right]) >= 80_000 && pair.Evidence.Posterior > 0.999)];
        Assert.True(rare.Length > 20, $"{rare.Length} rare names of great weight");
        Assert.All(rare, pair => Assert.Equal(LinkBand.Review, pair.Band));
        Assert.Empty(auto.Where(pair => !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void A_default_birth_date_is_no_agreement()
    {
        List<(string Id, string[] Cells)> residents = [.. Residents.Select((row, i) => i % 4 == 0 ? (row.Id, Cells(row.Cells, 4, "2010-01-01")) : row)];

        LinkageResult result = Run(residents, Changed(Pupils, 4, "2010-01-01", 4, "2010-01-01", every: 4));

        Assert.Contains(result.Findings, finding => finding.Code == "LNK-003");
        Assert.Empty(result.Pairs.Where(pair => pair.Band == LinkBand.Auto && !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void A_key_that_a_hundred_thousand_records_share_is_left_out_of_its_rule_and_reported()
    {
        (LinkKind, string)[] fields = [.. LinkTown.Fields, (LinkKind.Phone, "phone")];
        List<(string Id, string[] Cells)> many = [];
        for (int copy = 0; many.Count < 100_000; copy++)
        {
            // Other people of other years with the telephone number of the town hall.
            many.AddRange(Residents.Select((row, i) => ($"A{(copy * 10_000) + LinkTown.Number(row.Id)}", (string[])[.. Cells(row.Cells, 4, $"{1930 + copy}{row.Cells[4][4..]}"), i % 10 == 0 ? "" : i % 10 == 1 ? $"09{i:00000000}" : "0259001234"])));
        }

        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("a", many, fields), LinkTown.Register("b", [.. Pupils.Take(1000).Select(row => (row.Id, (string[])[.. row.Cells, "0259001234"]))], fields)), new LinkageOptions { Threads = 2 });

        Assert.Contains(result.Table.Fields, field => field.Kind == LinkKind.Phone);
        Assert.Contains(result.Findings, finding => finding.Code == "LNK-010" && finding.Message.Contains("phone", StringComparison.Ordinal));
        Assert.True(result.Compared < 5_000_000, $"{result.Compared} pairs compared");
        Assert.DoesNotContain(result.Pairs, pair => pair.Band == LinkBand.Auto);
    }

    [Fact]
    public void Swapped_name_columns_link_nobody_to_another_person()
    {
        List<(string Id, string[] Cells)> swapped = [.. Pupils.Select(row => (row.Id, (string[])[row.Cells[1], row.Cells[0], row.Cells[3], row.Cells[2], .. row.Cells[4..]]))];

        LinkageResult result = Run(Residents, swapped);

        Assert.Contains(result.Findings, finding => finding.Code == "LNK-014");
        Assert.DoesNotContain(Run(Residents, Pupils).Findings, finding => finding.Code is "LNK-013" or "LNK-014");
        Assert.Empty(result.Pairs.Where(pair => pair.Band == LinkBand.Auto && !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void Form_and_reading_in_each_others_column_are_reported_and_link_nobody_to_another_person()
    {
        List<(string Id, string[] Cells)> swapped = [.. Pupils.Select(row => (row.Id, (string[])[row.Cells[2], row.Cells[3], row.Cells[0], row.Cells[1], .. row.Cells[4..]]))];

        LinkageResult result = Run(Residents, swapped);

        Assert.Equal(2, result.Findings.Count(finding => finding.Code == "LNK-013"));
        Assert.Empty(result.Pairs.Where(pair => pair.Band == LinkBand.Auto && !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void Half_of_the_birth_dates_missing_is_reported_and_links_nobody_to_another_person()
    {
        List<(string Id, string[] Cells)> residents = [.. Residents.Select((row, i) => i % 3 > 0 ? (row.Id, Cells(row.Cells, 4, "")) : row)];

        LinkageResult result = Run(residents, Changed(Pupils, 4, "", 4, "", every: 2));

        Assert.Contains(result.Findings, finding => finding is { Code: "LNK-006", IsGrave: false } && finding.Message.StartsWith("birth_date", StringComparison.Ordinal));
        Assert.Empty(result.Pairs.Where(pair => pair.Band == LinkBand.Auto && !IsTrue(result, pair)).Select(pair => Describe(result, pair)));
    }

    [Fact]
    public void More_records_than_can_be_told_apart_are_reported_and_only_reviewed()
    {
        // 250 records a side, each of which could be each of the others; 50 pairs besides that nothing disputes.
        LinkTable table = LinkTable.Build(LinkTown.Register("residents", [.. Residents.Take(300)]), LinkTown.Register("pupils", [.. Pupils.Take(300)]));
        List<LinkPair> scored = [];
        for (int i = 0; i < 300; i++)
        {
            for (int j = 0; j < 300; j++)
            {
                if (i < 250 ? j < 250 : i == j)
                {
                    scored.Add(new LinkPair(i, 300 + j, Alike(table), new PairEvidence(i < 250 ? 14 + (((i * 7) + j) % 3) : 20, 0, 0), LinkBand.None, ""));
                }
            }
        }

        Decision decision = Decide(table);
        (List<LinkPair> pairs, int[] clusters, _) = decision.Link(scored, [.. Enumerable.Range(0, table.Count)], null);

        LinkFinding finding = Assert.Single(decision.Findings);
        Assert.Equal("LNK-011", finding.Code);
        Assert.Contains("500 records", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(250, 50), pairs.Where(pair => pair.Band == LinkBand.Auto).Select(pair => pair.Left));
        Assert.All(pairs.Where(pair => pair.Left < 250), pair => Assert.Equal((LinkBand.Review, "tie"), (pair.Band, pair.Reason)));
        Assert.Equal(table.Count - 50, clusters.Distinct().Count());
    }

    [Fact]
    public void A_cluster_that_grows_without_end_is_reported_and_left_apart()
    {
        LinkTable table = LinkTable.Build(LinkTown.Register("residents", [.. Residents.Take(450)]));
        List<LinkPair> scored = [];
        for (int i = 0; i < 450; i++)
        {
            for (int j = i + 1; j < 450; j++)
            {
                scored.Add(new LinkPair(i, j, Alike(table), new PairEvidence(20, 0, 0), LinkBand.None, ""));
            }
        }

        Decision decision = Decide(table);
        (List<LinkPair> pairs, int[] clusters) = decision.Deduplicate(scored);

        LinkFinding finding = Assert.Single(decision.Findings);
        Assert.Equal("LNK-012", finding.Code);
        Assert.All(clusters.GroupBy(root => root), cluster => Assert.InRange(cluster.Count(), 1, 400));
        Assert.Contains(pairs, pair => pair.Band == LinkBand.Review && clusters[pair.Left] != clusters[pair.Right]);
        Assert.All(pairs.Where(pair => pair.Band == LinkBand.Auto), pair => Assert.Equal(clusters[pair.Left], clusters[pair.Right]));
    }

    [Fact]
    public void A_child_who_moved_is_linked_because_a_brother_or_sister_is_but_not_where_a_wrong_link_would_do_special_harm()
    {
        (LinkageResult with, HashSet<string> younger) = Moved(hasElder: true, isSensitive: false);
        (LinkageResult without, _) = Moved(hasElder: false, isSensitive: false);
        (LinkageResult sensitive, _) = Moved(hasElder: true, isSensitive: true);

        LinkPair[] linked = [.. with.Pairs.Where(pair => pair is { Band: LinkBand.Auto, Reason: "household" })];
        Assert.True(linked.Length > 20, $"{linked.Length} of {younger.Count}; {with.Pairs.Count(pair => younger.Contains(with.Table.Ids[pair.Right]) && pair.Band == LinkBand.Review)} for review");
        Assert.All(linked, pair => Assert.True(IsTrue(with, pair) && younger.Contains(with.Table.Ids[pair.Right]) && pair.Evidence.Posterior >= 0.999));
        Assert.Empty(with.Pairs.Where(pair => pair.Band == LinkBand.Auto && !IsTrue(with, pair)).Select(pair => Describe(with, pair)));
        Assert.DoesNotContain(without.Pairs, pair => pair.Reason == "household");
        Assert.DoesNotContain(sensitive.Pairs, pair => pair.Reason == "household");
    }

    // Families of two who moved: the elder has a rare name, the younger a frequent one and another family name since.
    private static (LinkageResult Result, HashSet<string> Younger) Moved(bool hasElder, bool isSensitive)
    {
        List<(string Id, string[] Cells)> residents = [.. Residents];
        List<(string Id, string[] Cells)> pupils = [.. Pupils];
        HashSet<string> younger = [];
        for (int i = 0; i < 150; i++)
        {
            string[] family = Residents[i].Cells;
            string[] name = Residents[2000 + i].Cells;
            string[] other = Residents[1000 + i].Cells;
            string old = $"元町{i % 9}丁目{i}番1号";
            string now = $"先町{i % 7}丁目{i}番2号";
            string[] elder = [family[0], $"稀{(char)(0x5000 + i)}", family[2], "マレ" + "アイウエオカキクケコ"[i % 10] + "サシスセソタチツテトナニヌネノ"[i / 10], $"2009-{(i % 12) + 1:00}-{(i % 28) + 1:00}", "女", old];
            string[] child = [family[0], name[1], family[2], name[3], $"2014-{(i % 12) + 1:00}-{(i % 27) + 1:00}", "男", old];
            residents.Add(($"A{90_000 + (2 * i)}", elder));
            residents.Add(($"A{90_001 + (2 * i)}", child));
            pupils.Add(($"B{90_001 + (2 * i)}", Cells(Cells(Cells(child, 0, other[0]), 2, other[2]), 6, now)));
            younger.Add($"B{90_001 + (2 * i)}");
            if (hasElder)
            {
                pupils.Add(($"B{90_000 + (2 * i)}", Cells(elder, 6, now)));
            }
        }

        LinkTable table = LinkTable.Build(LinkTown.Register("residents", residents), LinkTown.Register("pupils", pupils));
        return (LinkEngine.Run(table, new LinkageOptions { Threads = 2, IsSensitive = isSensitive }), younger);
    }

    [Fact]
    public void Many_pairs_are_compared_as_each_of_them_is()
    {
        LinkTable table = LinkTable.Build(LinkTown.Register("residents", Residents), LinkTown.Register("pupils", Pupils));
        LinkScorer scorer = new(table);
        Random random = new(8);
        int[] left = [.. Enumerable.Range(0, 5000).Select(_ => random.Next(table.LeftCount))];
        int[] right = [.. left.Select(a => random.Next(2) == 0 ? random.Next(table.LeftCount, table.Count) : Math.Min(table.Count - 1, table.LeftCount + a))];
        ulong[] patterns = new ulong[left.Length];

        scorer.Patterns(left, right, patterns, new LevelCache());

        LevelCache cache = new();
        Assert.Equal(left.Select((a, i) => scorer.Pattern(a, right[i], cache)), patterns);
    }

    private static Decision Decide(LinkTable table)
    {
        LinkModel model = Run(Residents, Pupils).Model;
        return new Decision(table, new LinkScorer(table), new LinkWeights(model, table), new LinkageOptions { Threads = 1 }, false);
    }

    // The pattern of two records that say the same in everything.
    private static ulong Alike(LinkTable table) => table.Fields.Select((field, f) => (ulong)(field is NameField ? NameField.Both : field.Levels.Count - 1) << (4 * f)).Aggregate((all, level) => all | level);

    [Fact]
    public void Repeated_ids_are_reported_and_their_records_only_reviewed()
    {
        List<(string Id, string[] Cells)> pupils = [.. Pupils.Select((row, i) => i < 200 ? ("B1", row.Cells) : row)];

        LinkageResult result = Run(Residents, pupils);

        Assert.Contains(result.Findings, finding => finding.Code == "LNK-001");
        Assert.DoesNotContain(result.Pairs, pair => pair.Band == LinkBand.Auto && result.Table.Ids[pair.Right] == "B1");
        Assert.Contains(result.Pairs, pair => pair.Band == LinkBand.Review && result.Table.Ids[pair.Right] == "B1");
    }

    [Fact]
    public void Registers_without_a_common_person_link_nobody()
    {
        LinkTown other = new(3000, seed: 77);

        LinkageResult result = Run(Residents, other.Rows("X", 0.9, isDirty: true));

        Assert.DoesNotContain(result.Pairs, pair => pair.Band == LinkBand.Auto);
    }

    [Fact]
    public void An_empty_register_and_a_table_without_fields_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LinkTable.Build(LinkTown.Register("none", [])));
        Assert.Throws<NothingToCompareException>(() => LinkTable.Build(new LinkRegister("ids", ["1", "2"], [])));
    }

    private static LinkageResult Run(IReadOnlyList<(string Id, string[] Cells)> left, IReadOnlyList<(string Id, string[] Cells)> right, int threads = 2) =>
        LinkEngine.Run(LinkTable.Build(LinkTown.Register("residents", left), LinkTown.Register("pupils", right)), new LinkageOptions { Threads = threads });

    private static string Written(LinkageResult result)
    {
        StringWriter writer = new();
        LinkOutput.WritePairs(result, writer);
        LinkOutput.WriteClusters(result, writer);
        writer.Write(result.Model.ToJson());
        return writer.ToString();
    }

    private static bool IsTrue(LinkageResult result, LinkPair pair) => LinkTown.Number(result.Table.Ids[pair.Left]) == LinkTown.Number(result.Table.Ids[pair.Right]);

    private static int Field(LinkageResult result, FieldRole role) => result.Table.Fields.ToList().FindIndex(field => field.Role == role);

    private static string[] Cells(string[] cells, int at, string value)
    {
        string[] own = [.. cells];
        own[at] = value;
        return own;
    }

    private static List<(string Id, string[] Cells)> Changed(List<(string Id, string[] Cells)> rows, int at, string value, int other, string otherValue, int every = 1) =>
        [.. rows.Select((row, i) => i % every == 0 ? (row.Id, Cells(Cells(row.Cells, at, value), other, otherValue)) : row)];

    private static string Describe(LinkageResult result, LinkPair pair) => string.Join(" | ", result.Table.Fields.Select((field, f) => $"{result.Table.Show(pair.Left, f)} ~ {result.Table.Show(pair.Right, f)}")) + $" {pair.Evidence}";
}
