using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Contracts, strict decoding, the record splitter and normalisation.</summary>
public sealed class ExtractTests
{
    [Fact]
    public void Every_contract_that_ships_is_sound()
    {
        Assert.Empty(FeedCatalog.Default.Faults);
        Assert.Equal(
            Repository.Files("etl/Feeds", ".json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
            FeedCatalog.Default.Contracts.Select(contract => contract.Feed));
        Assert.Equal(FeedCatalog.Default.Contracts.Count(), FeedCatalog.Default.Contracts.Select(contract => contract.RulePrefix).Distinct().Count());
    }

    [Theory]
    [InlineData("purpose")]
    [InlineData("legal_basis")]
    [InlineData("retention_years")]
    public void A_contract_without_purpose_basis_or_retention_is_refused(string member)
    {
        string json = Repository.Text("etl/Feeds/checkup.json").Replace("\"" + member + "\"", "\"other\"", StringComparison.Ordinal);

        FeedException exception = Assert.Throws<FeedException>(() => FeedCatalog.Parse(json, "checkup.json"));

        Assert.Equal("FEED-001", exception.Code);
        Assert.Contains(member, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_of_rule_codes_is_up_to_date() =>
        Assert.Equal(RuleCatalog.Document(FeedCatalog.Default), Repository.Text("etl/Validate/README.md"));

    [Fact]
    public void The_pages_about_the_sources_are_up_to_date()
    {
        IReadOnlyDictionary<string, string> pages = SourcePages.Of(FeedCatalog.Default);

        Assert.Equal(pages.Keys.Select(name => "docs/sources/" + name).Order(StringComparer.Ordinal), Repository.Files("docs/sources", ".md").Order(StringComparer.Ordinal));
        Assert.All(pages, page => Assert.Equal(page.Value, Repository.Text("docs/sources/" + page.Key)));
    }

    [Fact]
    public void User_defined_characters_of_cp932_are_kept()
    {
        TextDecoder decoder = TextDecoder.For("cp932", "test");

        Assert.Equal("\uE000", decoder.Decode([0xF0, 0x40]));
        Assert.Equal("\uE757", decoder.Decode([0xF9, 0xFC]));
        Assert.Equal("\uE0BB\uE0BC", decoder.Decode([0xF0, 0xFC, 0xF1, 0x40]));
        Assert.Equal("表\uE000ソ", decoder.Decode([0x95, 0x5C, 0xF0, 0x40, 0x83, 0x5C]));
    }

    [Theory]
    [InlineData("cp932", new byte[] { 0x81 })]
    [InlineData("cp932", new byte[] { 0x41, 0x81, 0x20 })]
    [InlineData("cp932", new byte[] { 0xFD })]
    [InlineData("cp932", new byte[] { 0xA0 })]
    [InlineData("utf-8", new byte[] { 0xC3, 0x28 })]
    [InlineData("utf-8", new byte[] { 0xE3, 0x81 })]
    public void Bytes_that_are_not_valid_are_a_fault(string encoding, byte[] bytes) => Assert.Null(TextDecoder.For(encoding, "test").Decode(bytes));

    [Fact]
    public void Cells_are_split_as_written()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("a,\"b,\"\"c\"\"\nd\",e\r\n\r\n表,,\nlast");
        RecordReader reader = new(bytes, bytes.Length, (byte)',');
        List<(int Line, string[] Cells)> records = [];
        while (reader.Read())
        {
            List<string> cells = [];
            foreach (Cell cell in reader.Cells)
            {
                cells.Add(Encoding.UTF8.GetString(reader.Content(cell, new byte[100])));
            }

            records.Add((reader.Line, cells.ToArray()));
        }

        Assert.Equal(3, records.Count);
        Assert.Equal(["a", "b,\"c\"\nd", "e"], records[0].Cells);
        Assert.Equal(["表", "", ""], records[1].Cells);
        Assert.Equal(["last"], records[2].Cells);
        Assert.Equal([1, 4, 5], records.Select(record => record.Line));
    }

    [Fact]
    public void Any_text_comes_back_from_quoted_cells()
    {
        Random random = new(7);
        string[] parts = ["\"", ",", "\r\n", "\n", "表", "ソ", "a", " ", "能", ""];
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.GetEncoding(932) })
        {
            for (int trial = 0; trial < 500; trial++)
            {
                string[][] rows = Enumerable.Range(0, 4)
                    .Select(_ => Enumerable.Range(0, 3).Select(_ => "x" + string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)]))).ToArray())
                    .ToArray();
                byte[] bytes = encoding.GetBytes(string.Concat(rows.Select(row => string.Join(',', row.Select(cell => "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")) + "\r\n")));
                RecordReader reader = new(bytes, bytes.Length, (byte)',');
                foreach (string[] row in rows)
                {
                    Assert.True(reader.Read());
                    Assert.False(reader.IsMalformed);
                    Assert.Equal(row, reader.Cells.ToArray().Select(cell => encoding.GetString(reader.Content(cell, new byte[200]))));
                }

                Assert.False(reader.Read());
            }
        }
    }

    [Theory]
    [InlineData("\"a,b\nc,d\n")]
    [InlineData("\"a\"x,b\n")]
    [InlineData("a\"b,c\n")]
    public void A_misplaced_quote_is_seen(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        RecordReader reader = new(bytes, bytes.Length, (byte)',');

        Assert.True(reader.Read());
        Assert.True(reader.IsMalformed);
    }

    [Theory]
    [InlineData("ﾎﾝﾏ ｶﾞｸ", "ホンマ", "ガク")]
    [InlineData("ほんま　がく", "ホンマ", "ガク")]
    [InlineData("ﾊﾟｰｸ ｼﾞｭﾝ", "パーク", "ジュン")]
    [InlineData("ヴァン－ソン", "ヴァンーソン", "")]
    public void Kana_names_come_into_one_form(string text, string surname, string given)
    {
        Assert.Equal((surname, given), Normalise.Kana(text));
        Assert.Equal((surname, given), Normalise.Kana((surname + " " + given).Trim()));
    }

    [Theory]
    [InlineData("髙橋　眞", "高橋", "真")]
    [InlineData("渡邉 太郎", "渡辺", "太郎")]
    [InlineData("𠮷田 一", "吉田", "一")]
    [InlineData("邉\U000E0100見 恵", "辺見", "恵")]
    public void Kanji_variants_come_into_one_form(string text, string surname, string given) => Assert.Equal((surname, given), Normalise.Kanji(text));

    [Theory]
    [InlineData("佐和島市大字中町１丁目２番地３号", "中町1-2-3")]
    [InlineData("佐和島市中町一丁目２－３", "中町1-2-3")]
    [InlineData("中町1-2-3", "中町1-2-3")]
    [InlineData("金沢野下浜599番地コーポ若葉107", "金沢野下浜599")]
    [InlineData("佐和島市佐和栄町272番地　コーポ青葉 250", "佐和栄町272")]
    [InlineData("市野々１２", "市野々12")]
    public void Addresses_come_into_one_form(string text, string expected)
    {
        Assert.Equal(expected, Normalise.Address(text));
        Assert.Equal(expected, Normalise.Address(expected));
    }

    [Fact]
    public void Keys_are_positive_differ_and_depend_on_the_secret()
    {
        KeyMint mint = new(new byte[16]);
        KeyMint other = new([1, .. new byte[15]]);
        HashSet<long> keys = [];
        for (int i = 0; i < 1000; i++)
        {
            long key = mint.Record("school", i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.True(key > 0);
            Assert.True(keys.Add(key));
        }

        Assert.NotEqual(mint.Record("school", "1"), other.Record("school", "1"));
        Assert.NotEqual(mint.Record("school", "1"), mint.Household("1"));
    }
}
