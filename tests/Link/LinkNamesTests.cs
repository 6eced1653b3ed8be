using System.Globalization;
using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Engine;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>What the engine makes of names as municipal systems write them.</summary>
public sealed class LinkNamesTests
{
    private static readonly (LinkKind, string)[] Fields =
        [(LinkKind.FullName, "name"), (LinkKind.FullKana, "kana"), (LinkKind.BirthDate, "birth_date"), (LinkKind.Sex, "sex"), (LinkKind.Address, "address")];

    private static readonly LinkTown Town = new(3000, seed: 5);

    [Fact]
    public void Names_at_a_glance_differ_only_where_they_differ()
    {
        Random random = new(7);
        string[] characters = ["一", "太", "大", "郎", "朗", "子", "斎", "斉", "〓", "𠮷", "美", "A", "B", "MARIA"];
        string[] kana = ["ア", "キ", "ユ", "ウ", "ー", "ナ", "ン", "ショ"];
        NameBook book = new();
        int[] names = [.. Enumerable.Range(0, 700).Select(_ => book.Code(
            random.Next(4) == 0 ? 0 : book.FormCode(Word(characters, random)), random.Next(4) == 0 ? 0 : book.KanaCode(KanaKeys.Norm(Word(kana, random))))).Where(code => code > 0).Distinct()];
        book.Close(new KeyNormaliser(), names);

        int far = 0;
        foreach (int a in names)
        {
            foreach (int b in names.Where(b => b != a))
            {
                if (book.IsFar(a, b))
                {
                    far++;
                    Assert.Equal((NameField.Differs, a, b), (book.Compare(a, b), a, b));
                }
            }
        }

        Assert.True(far > names.Length * 50, $"{far} of {names.Length} names squared");
    }

    [Theory]
    [InlineData("ユウナ", "ユーナ", true)]
    [InlineData("ユウナ", "ユナ", false)]
    [InlineData("オオノ", "オウノ", true)]
    [InlineData("サアヤ", "サヤ", false)]
    [InlineData("ショウ", "シヨウ", true)]
    [InlineData("ケイコ", "ケーコ", true)]
    public void A_long_vowel_is_one_however_it_is_written_and_none_is_another_name(string a, string b, bool isSame) => Assert.Equal(isSame, KanaKeys.Sound(a) == KanaKeys.Sound(b));

    [Fact]
    public void Names_without_a_blank_are_parted_and_linked()
    {
        // Every tenth pupil stands without a blank.
        LinkageResult result = Run(Rows("A", 0, static row => row.Cells), Rows("B", 1, static row => row.Number % 10 == 0 ? [row.Cells[0].Replace("　", "", StringComparison.Ordinal), row.Cells[1].Replace("　", "", StringComparison.Ordinal), .. row.Cells[2..]] : row.Cells));

        LinkPair[] auto = [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto)];
        Assert.DoesNotContain(auto, pair => !IsTrue(result, pair));
        int joined = auto.Count(pair => LinkTown.Number(result.Table.Ids[pair.Right]) % 10 == 0);
        Assert.True(joined > 260, $"{joined} of 300 names without a blank were linked");
    }

    [Fact]
    public void Foreign_names_meet_whatever_the_order_script_and_middle_name()
    {
        List<(string, string[])> residents = Rows("A", 0, static row => row.Cells);
        List<(string, string[])> pupils = Rows("B", 0, static row => row.Cells);
        (string Form, string Kana, string OtherForm, string OtherKana)[] names =
        [
            ("TRAN SOFIA MARIA", "チャン ソフィア マリア", "SOFIA TRAN", "ソフィア　チャン"),
            ("GARCIA MINHO JUN", "ガルシア ミンホ ジュン", "ミンホ・ジュン・ガルシア", "ミンホ　ジュン　ガルシア"),
            ("NGUYEN ANH DUC", "グエン アイン ドゥック", "グエン・アイン", "ﾄﾞｩｯｸ ｸﾞｴﾝ"),
        ];
        for (int i = 0; i < names.Length * 8; i++)
        {
            (string form, string kana, string otherForm, string otherKana) = names[i % names.Length];
            string[] rest = [$"20{10 + (i % 9)}-0{1 + (i % 8)}-1{i % 9}", i % 2 == 0 ? "男" : "女", $"若葉町{i + 1}丁目{i + 2}番{i + 3}号"];
            residents.Add(($"A{90_000 + i}", [form, kana, .. rest]));
            pupils.Add(($"B{90_000 + i}", [otherForm, otherKana, .. rest]));
        }

        LinkageResult result = Run(residents, pupils);

        LinkPair[] foreign = [.. result.Pairs.Where(pair => LinkTown.Number(result.Table.Ids[pair.Right]) >= 90_000 && pair.Band == LinkBand.Auto)];
        Assert.DoesNotContain(foreign, pair => !IsTrue(result, pair));
        Assert.True(foreign.Length >= 20, $"{foreign.Length} of 24");
    }

    [Fact]
    public void A_record_that_stands_twice_is_linked_twice_and_a_column_that_one_register_lacks_is_reported()
    {
        (LinkKind, string)[] fields = [.. Fields, (LinkKind.Phone, "phone")];
        List<(string Id, string[] Cells)> residents = [.. Rows("A", 0, static row => row.Cells).Select(row => (row.Id, (string[])[.. row.Cells, ""]))];
        List<(string Id, string[] Cells)> pupils = [.. Rows("B", 2, static row => row.Cells).Select(row => (row.Id, (string[])[.. row.Cells, "0259001234"]))];

        // Sixty children stand in the school register again, every other one from before a move.
        (string Id, string[] Cells)[] again =
        [
            .. residents.Take(60).Select((row, i) => ("C" + LinkTown.Number(row.Id).ToString(CultureInfo.InvariantCulture), (string[])[.. row.Cells[..4], i % 2 == 0 ? row.Cells[4] : "遠方町9丁目9番9号", ""])),
        ];
        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("a", residents, fields), LinkTown.Register("b", [.. pupils, .. again], fields)));

        HashSet<string> ids = [.. again.Select(row => row.Id)];
        int linked = result.Pairs.Count(pair => pair.Band == LinkBand.Auto && ids.Contains(result.Table.Ids[pair.Right]) && IsTrue(result, pair));
        Assert.True(linked >= 50, $"{linked} of 60");
        Assert.Contains(result.Findings, finding => finding.Code == "LNK-007" && finding.Message.StartsWith("phone", StringComparison.Ordinal));
    }

    [Fact]
    public void Synthetic_registers_with_twins_are_linked_rightly()
    {
        IReadOnlyList<RegisterTable> tables = new RegisterGenerator(new RegisterOptions { People = 12_000, Seed = 21 }).Make();
        LinkRegister residents = Register(tables[0]);
        Dictionary<string, int> people = [];
        foreach (RegisterTable table in tables)
        {
            for (int row = 0; row < table.Count; row++)
            {
                people[table.RecordId(row).ToString(CultureInfo.InvariantCulture)] = table.Truth[row];
            }
        }

        HashSet<int> known = [.. tables[0].Truth];
        foreach ((RegisterSource source, double least) in new[] { (RegisterSource.School, 0.98), (RegisterSource.Welfare, 0.93), (RegisterSource.Medical, 0.96) })
        {
            RegisterTable table = tables[(int)source];
            LinkageResult result = LinkEngine.Run(LinkTable.Build(residents, Register(table)));

            LinkPair[] auto = [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto)];
            LinkPair[] wrong = [.. auto.Where(pair => people[result.Table.Ids[pair.Left]] != people[result.Table.Ids[pair.Right]])];
            Assert.True(wrong.Length <= 1, $"{source}: {wrong.Length} wrong");
            double recall = (double)(auto.Length - wrong.Length) / table.Truth.Count(known.Contains);
            Assert.True(recall > least, $"{source}: recall {recall}");
        }
    }

    [Fact]
    public void A_frozen_model_brings_its_threshold_and_sensitive_links_do_not_use_it()
    {
        LinkTable table = LinkTable.Build(LinkTown.Register("a", Rows("A", 0, static row => row.Cells), Fields), LinkTown.Register("b", Rows("B", 3, static row => row.Cells), Fields));
        LinkageResult trained = LinkEngine.Run(table);
        double[] all = [.. Weights(trained).Where(weight => weight < 30)];
        Array.Sort(all);

        // An option so strict that half of the links fall below it, and a model that goes down to a quarter.
        double strict = all[all.Length / 2];
        LinkModel low = trained.Model with { AutoBits = all[all.Length / 4] };
        LinkageOptions options = new() { AutoFrom = 1 / (1 + Math.Pow(2, -strict)), Model = low };

        double[] usual = Weights(LinkEngine.Run(table, options with { Model = low with { AutoBits = null } }));
        double[] lower = Weights(LinkEngine.Run(table, options));
        double[] sensitive = Weights(LinkEngine.Run(table, options with { IsSensitive = true }));

        Assert.True(usual.Min() >= strict - 0.01 && sensitive.Min() >= strict - 0.01, $"{usual.Min()} and {sensitive.Min()}, not from {strict} on");
        Assert.True(lower.Length > usual.Length && lower.Min() < strict - 0.01, $"{lower.Length} and {usual.Length} links, from {lower.Min()} bits on");
        static double[] Weights(LinkageResult result) => [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto).Select(pair => pair.Evidence.Weight)];
    }

    private static LinkRegister Register(RegisterTable table)
    {
        TextColumn[] texts = [table.NameKanji, table.NameKana, table.BirthDate, table.Sex, table.Address];
        return LinkTown.Register(
            table.Source.ToString(),
            [.. Enumerable.Range(0, table.Count).Select(row => (table.RecordId(row).ToString(CultureInfo.InvariantCulture), (string[])[.. texts.Select(text => text[row].ToString())]))],
            Fields);
    }

    private static string Word(string[] signs, Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => signs[random.Next(signs.Length)]));

    // Rows in which a name is one cell; from the noise on some have a slip.
    private static List<(string Id, string[] Cells)> Rows(string prefix, int noise, Func<(int Number, string[] Cells), string[]> change)
    {
        List<(string, string[])> rows = [];
        Random random = new(noise);
        foreach (LinkTown.Child child in Town.Children)
        {
            string[] c = child.Cells;
            string[] cells = [c[0] + "　" + c[1], c[2] + "　" + c[3], c[4], c[5], noise > 0 && random.Next(6) == 0 ? "" : c[6]];
            if (noise > 2 && random.Next(3) == 0)
            {
                cells[random.Next(2)] = "";
            }

            rows.Add((prefix + child.Number.ToString(CultureInfo.InvariantCulture), change((child.Number, cells))));
        }

        return rows;
    }

    private static LinkageResult Run(List<(string Id, string[] Cells)> left, List<(string Id, string[] Cells)> right) =>
        LinkEngine.Run(LinkTable.Build(LinkTown.Register("a", left, Fields), LinkTown.Register("b", right, Fields)));

    private static bool IsTrue(LinkageResult result, LinkPair pair) => LinkTown.Number(result.Table.Ids[pair.Left]) == LinkTown.Number(result.Table.Ids[pair.Right]);
}
