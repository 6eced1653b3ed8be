using System.Text;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>What a contract may allow: names, order, eras, zeros, blanks, merged cells; and that nothing is repaired without its leave.</summary>
public sealed class HardContractTests
{
    private const string Good = "H0001,本間 太郎,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,中町1-1,,3歳,H28.5.5,,,,,,1";

    [Fact]
    public void Columns_may_be_reordered_renamed_and_added_and_what_is_unknown_is_told_and_dropped()
    {
        FeedContract contract = Contract();
        string[] header = Header(contract);
        string[] row = Good.Split(',');
        string text = string.Join(',', header.Reverse()).Replace("フリガナ", "氏名カナ", StringComparison.Ordinal) + ",健診メモ\n" + string.Join(',', row.Reverse()) + ",秘密\n";

        using RowSource source = Open(contract, text);

        Assert.Equal([(1, "name_kana", "REP-021"), (1, "column 16", "REP-020")], source.HeaderRepairs);
        Assert.True(source.Read());
        Assert.True(source.IsValid);
        Assert.Equal(("H0001", "ﾎﾝﾏ ﾀﾛｳ", 1L), (source.Row.Text[0], source.Row.Text[2], source.Row.Number[14]));
        Assert.DoesNotContain("秘密", source.Row.Text);
        Assert.Equal("本間 太郎", Encoding.UTF8.GetString(source.Raw(1)));
    }

    [Fact]
    public void Titles_above_the_header_are_skipped_where_the_contract_says_so()
    {
        FeedContract contract = Contract(json => json["header_line"] = 3);
        using RowSource source = Open(contract, "令和5年度 健診一覧\n出力日,2023-06-01\n" + string.Join(',', Header(contract)) + "\n" + Good + "\n");

        Assert.True(source.Read());
        Assert.True(source.IsValid);
        Assert.Equal(4, source.Row.Line);
    }

    [Theory]
    [InlineData("H31.5.1", null, "REP-001", null)]
    [InlineData("45017", null, "REP-003", null)]
    [InlineData("H31.5.1", "", null, "CHK-036")]
    [InlineData("45017", "", null, "CHK-032")]
    [InlineData("45017", "REP-001", null, "CHK-032")]
    [InlineData("H31.5.1", "REP-001", "REP-001", null)]
    public void A_date_is_repaired_only_where_the_contract_allows_it(string birth, string? allowed, string? repair, string? rule)
    {
        FeedContract contract = Contract(json =>
        {
            if (allowed is not null)
            {
                Column(json, "birth_date")["repairs"] = new JsonArray(allowed.Length == 0 ? [] : [(JsonNode)allowed]);
            }
        });
        using RowSource source = Open(contract, string.Join(',', Header(contract)) + "\n" + Good.Replace("H25.5.5", birth, StringComparison.Ordinal).Replace("H28.5.5", "R5.6.1", StringComparison.Ordinal) + "\n");

        Assert.True(source.Read());
        Assert.Equal(rule is null, source.IsValid);
        Assert.Equal(rule is null ? [] : [rule], source.Faults.Select(fault => fault.Rule));
        Assert.Equal(repair, source.Row.Repair[3]);
    }

    [Fact]
    public void Lost_zeros_come_back_where_the_width_is_fixed()
    {
        FeedContract contract = Contract(json => Column(json, "health_number")["digits"] = 6);
        string text = string.Join(',', Header(contract)) + "\n" + string.Join('\n', new[] { "000123", "123", "１２３", "1234567", "12a" }.Select(number => number + Good[5..])) + "\n";
        using RowSource source = Open(contract, text);
        List<(string?, string?, string)> found = [];
        while (source.Read())
        {
            found.Add((source.Row.Text[0], source.Row.Repair[0], string.Join(' ', source.Faults.Select(fault => fault.Rule))));
        }

        Assert.Equal([("000123", null, ""), ("000123", "REP-004", ""), ("000123", "REP-004", ""), (null, null, "CHK-003"), (null, null, "CHK-002")], found);
    }

    [Fact]
    public void A_blank_is_a_zero_only_where_the_contract_says_so()
    {
        string row = Good[..^1] + "\n";
        FeedContract zero = Contract(json => Column(json, "reminder_count")["blank_is"] = 0);
        using RowSource stated = Open(zero, string.Join(',', Header(zero)) + "\n" + row);
        using RowSource silent = Open(Contract(), string.Join(',', Header(zero)) + "\n" + row);

        Assert.True(stated.Read() && silent.Read());
        Assert.Equal((true, 0L), (stated.Row.HasValue[14], stated.Row.Number[14]));
        Assert.False(silent.Row.HasValue[14]);
    }

    [Fact]
    public void Merged_cells_are_carried_down_only_where_the_contract_says_so_and_never_over_a_cell_that_could_not_be_read()
    {
        FeedContract contract = Contract(json => Column(json, "checkup_type")["carry_down"] = true);
        string[] types = ["", "3歳", "", "?", "", "1歳6か月", ""];
        string text = string.Join(',', Header(contract)) + "\n" + string.Join('\n', types.Select(type => Good.Replace("3歳", type, StringComparison.Ordinal))) + "\n";
        using RowSource source = Open(contract, text);
        List<string> found = [];
        while (source.Read())
        {
            found.Add(source.IsValid ? source.Row.Text[7] + " " + source.Row.Repair[7] : source.Faults.Single().Rule);
        }

        Assert.Equal(["CHK-071", "m36 ", "m36 REP-005", "CHK-074", "CHK-071", "m18 ", "m18 REP-005"], found);
    }

    [Fact]
    public void A_date_is_read_within_the_era_of_its_column()
    {
        FeedContract contract = Contract(json => Column(json, "birth_date")["era_column"] = "guardian_name", json => Column(json, "guardian_name")["parser"] = "text");
        string Row(string era, string date) => Good.Replace("H25.5.5", date, StringComparison.Ordinal).Replace("中町1-1,", "中町1-1," + era, StringComparison.Ordinal);
        string text = string.Join(',', Header(contract)) + "\n" + string.Join('\n', Row("平成", "25/05/05"), Row("H", "250505"), Row("", "25/05/05"), Row("平成", "H25.5.5")) + "\n";
        using RowSource source = Open(contract, text);
        List<string> found = [];
        while (source.Read())
        {
            found.Add(source.IsValid ? source.Row.Day(3)!.Value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : source.Faults.Single().Rule);
        }

        Assert.Equal(["2013-05-05", "2013-05-05", "CHK-032", "2013-05-05"], found);
    }

    [Fact]
    public void Twins_of_the_header_and_of_codes_are_one_name()
    {
        FeedContract contract = Contract(json => Column(json, "checkup_type")["codes"]!["3〜4か月"] = "m3", json => Column(json, "visit_date")["header"] = "受診〜年月日");
        using RowSource source = Open(contract, string.Join(',', Header(contract)).Replace('～', '〜') + "\n" + Good.Replace("3歳", "3～4か月", StringComparison.Ordinal) + "\n");

        Assert.True(source.Read());
        Assert.True(source.IsValid);
        Assert.Equal("m3", source.Row.Text[7]);
    }

    [Theory]
    [InlineData("utf-8", null)]
    [InlineData("euc-jis-2004", null)]
    [InlineData("cp932", "FEED-001")]
    [InlineData("shift_jis-2004", "FEED-001")]
    public void A_bar_stands_between_cells_in_a_contract_as_in_a_mapping_where_it_cannot_be_half_of_a_character(string encoding, string? code)
    {
        void Bar(JsonNode json) => (json["delimiter"], json["encoding"]) = ("|", encoding);
        FeedMapping mapping = new() { Feed = "checkup", Profile = "v", Encoding = encoding, Delimiter = '|', Columns = [.. Contract().Columns.Select(column => new MappedColumn(column.Name, column.Header, null, "", null, []))] };
        if (code is not null)
        {
            Assert.Equal(code, Assert.Throws<FeedException>(() => Contract(Bar)).Code);
            Assert.Equal("MAP-001", Assert.Throws<FeedException>(() => mapping.Apply(Contract(), "x")).Code);
            return;
        }

        foreach (FeedContract contract in new[] { Contract(Bar), mapping.Apply(Contract(), "x") }.Where(_ => encoding == "utf-8"))
        {
            // 表 ends with the byte of a bar in CP932 and never in UTF-8; a bar inside quotes is text.
            using RowSource source = Open(contract, string.Join('|', Header(Contract())) + "\n" + Good.Replace("中町1-1", "\"表|町\"", StringComparison.Ordinal).Replace(',', '|') + "\n");
            Assert.True(source.Read());
            Assert.True(source.IsValid, string.Join(' ', source.Faults));
            Assert.Equal("表|町", source.Row.Text[5]);
        }
    }

    [Theory]
    [InlineData("delimiter", "x")]
    [InlineData("delimiter", "\"")]
    [InlineData("format", "xml")]
    [InlineData("encoding", "latin-1")]
    public void A_contract_that_could_not_be_read_strictly_is_refused(string member, string value) =>
        Assert.Contains(Assert.Throws<FeedException>(() => Contract(json => json[member] = value)).Code, new[] { "FEED-001", "FEED-003" });

    private static FeedContract Contract(params Action<JsonNode>[] changes)
    {
        JsonNode json = JsonNode.Parse(Repository.Text("etl/Feeds/checkup.json"))!;
        json["encoding"] = "utf-8";
        foreach (Action<JsonNode> change in changes)
        {
            change(json);
        }

        return FeedCatalog.Parse(json.ToJsonString(), "checkup.json");
    }

    private static JsonNode Column(JsonNode json, string name) => json["columns"]!.AsArray().Single(column => column!["name"]!.GetValue<string>() == name)!;

    private static string[] Header(FeedContract contract) => contract.Columns.Select(column => column.Header).ToArray();

    private static RowSource Open(FeedContract contract, string text) =>
        RowSource.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), new RowSourceOptions { Contract = contract, Where = "test.csv", ExtractedDay = new DateOnly(2024, 4, 1).DayNumber });
}
