using System.Globalization;
using System.IO.Compression;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;
using Warehouse.Tests.Support;
using static Warehouse.Tests.Etl.TinyWorkbook;

namespace Warehouse.Tests.Etl;

/// <summary>Workbooks: values as they are meant, no formula, no hidden sheet, no bomb.</summary>
public sealed class WorkbookTests
{
    private static readonly string[] Header = ["世帯番号", "宛名番号", "続柄", "加入日", "脱退日", "世帯主フラグ"];

    private static FeedContract Contract { get; } = FeedCatalog.Parse(
        Repository.Text("etl/Feeds/household.json").Replace("\"delimiter\"", "\"format\": \"xlsx\", \"delimiter\"", StringComparison.Ordinal), "household.json");

    [Fact]
    public void Cells_come_out_as_they_are_meant()
    {
        string number = TinyInbox.Number(1);
        byte[] bytes = Of(
            ["<si><t>本間</t><rPh sb=\"0\" eb=\"2\"><t>ホンマ</t></rPh></si>", "<si><r><t>10000</t></r><r><t>00001</t></r></si>"],
            ("台帳", "visible",
                Row(1, Header)
                + Row(2, "<c r=\"A2\" t=\"s\"><v>1</v></c>", $"<c r=\"B2\"><v>{number}</v></c>", "<c r=\"C2\"><v>1</v></c>", "<c r=\"D2\" s=\"1\"><v>45017</v></c>", "<c r=\"E2\" s=\"2\"><v>45382</v></c>", "<c r=\"F2\"><v>1</v></c>")
                + "<row r=\"3\"><c r=\"A3\" s=\"1\"/></row>"
                + Row(5, "<c r=\"A5\" t=\"s\"><v>0</v></c>", $"<c r=\"B5\" t=\"str\"><v>{number}</v></c>", "<c r=\"C5\"><v>2</v></c>", "<c r=\"D5\" s=\"1\"><v>45017.5</v></c>", "<c r=\"F5\"><v>0</v></c>")));
        using RowSource source = Open(bytes);

        Assert.True(source.Read());
        Assert.True(source.IsValid, string.Join(' ', source.Faults));
        Assert.Equal((2, "1000000001", number, "spouse"), (source.Row.Line, source.Row.Text[0], source.Row.Text[1], source.Row.Text[2] == "01" ? "" : "spouse"));
        Assert.Equal("REP-004", source.Row.Repair[2]);
        Assert.Equal((new DateOnly(2023, 4, 1), new DateOnly(2024, 3, 31)), (source.Row.Day(3), source.Row.Day(4)));
        Assert.Null(source.Row.Repair[3]);

        Assert.True(source.Read());
        Assert.Equal(5, source.Row.Line);
        Assert.Equal("本間", source.Row.Text[0]);
        Assert.Equal(["HOU-032"], source.Faults.Select(fault => fault.Rule));
        Assert.False(source.Read());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), source.Finish());
    }

    [Fact]
    public void A_formula_an_error_and_a_control_character_are_refused_with_their_codes()
    {
        string number = TinyInbox.Number(1);
        using RowSource source = Open(Of([], ("台帳", "visible", Row(1, Header)
            + Row(2, "1000000001", number, "<c t=\"str\"><f>A1&amp;\"1\"</f><v>01</v></c>", "2023-04-01", "", "1")
            + Row(3, "1000000001", number, "<c t=\"e\"><v>#REF!</v></c>", "2023-04-01", "", "1")
            + Row(4, "a_x0001_b", number, "01", "2023-04-01", "", "1")
            + Row(5, "1000000001", number, "01", "2023-04-01", "", "1"))));

        List<string> rules = [];
        while (source.Read())
        {
            rules.Add(string.Join(' ', source.Faults.Select(fault => fault.Rule)));
        }

        Assert.Equal(["HOU-020", "HOU-020", "HOU-009", ""], rules);
    }

    [Fact]
    public void A_merged_cell_has_the_value_of_its_first_cell_and_a_blank_one_that_is_not_merged_or_has_a_blank_first_cell_stays_blank()
    {
        FeedContract contract = FeedCatalog.Parse(
            Repository.Text("etl/Feeds/household.json").Replace("\"delimiter\"", "\"format\": \"xlsx\", \"delimiter\"", StringComparison.Ordinal).Replace("\"name\": \"household_number\",", "\"name\": \"household_number\", \"carry_down\": \"merged\",", StringComparison.Ordinal), "household.json");
        string At(int line, string household) => Row(line, household.Length == 0 ? $"<c r=\"A{line}\"/>" : $"<c r=\"A{line}\" t=\"inlineStr\"><is><t>{household}</t></is></c>", $"<c r=\"B{line}\" t=\"inlineStr\"><is><t>{TinyInbox.Number(line)}</t></is></c>", $"<c r=\"C{line}\" t=\"inlineStr\"><is><t>01</t></is></c>", $"<c r=\"D{line}\" t=\"inlineStr\"><is><t>2023-04-01</t></is></c>", $"<c r=\"F{line}\" t=\"inlineStr\"><is><t>1</t></is></c>");
        // A2:A4 is one cell, A5 blank, A6:A7 one blank cell, A8 (a row without any value) to A9 one, A10:B11 one over two columns.
        string rows = Row(1, Header) + At(2, "1000000001") + At(3, "") + At(4, "") + At(5, "") + At(6, "") + At(7, "") + At(9, "") + At(10, "1000000002") + At(11, "");
        using RowSource source = RowSource.Open(
            new MemoryStream(Of([], ("台帳", "visible", rows + "</sheetData><mergeCells><mergeCell ref=\"A6:A7\"/><mergeCell ref=\"A2:A4\"/><mergeCell ref=\"A8:A9\"/><mergeCell ref=\"A10:B11\"/><mergeCell ref=\"x\"/></mergeCells><sheetData>"))),
            new RowSourceOptions { Contract = contract, Where = "test.xlsx" });
        List<string> found = [];
        while (source.Read())
        {
            found.Add($"{source.Row.Line} {source.Row.Text[0]} {source.Row.Repair[0]}{string.Join(' ', source.Faults.Select(fault => fault.Rule))}");
        }

        Assert.Equal(
            ["2 1000000001 ", "3 1000000001 REP-005", "4 1000000001 REP-005", "5  HOU-001", "6  HOU-001", "7  HOU-001", "9  HOU-001", "10 1000000002 ", "11 1000000002 REP-005"], found);
    }

    [Fact]
    public void A_hidden_sheet_is_told_and_not_read()
    {
        using RowSource source = Open(Of([], ("旧", "hidden", Row(1, "x")), ("台帳", "visible", Row(1, Header)), ("奥", "veryHidden", Row(1, "y"))));

        Assert.False(source.Read());
        Assert.Equal([(1, "row", "REP-023")], source.HeaderRepairs);
    }

    [Fact]
    public void Two_visible_sheets_need_a_name_in_the_contract() =>
        Assert.Equal("FEED-014", Assert.Throws<FeedException>(() => Open(Of([], ("a", "visible", Row(1, Header)), ("b", "visible", Row(1, Header))))).Code);

    [Fact]
    public void A_workbook_without_a_column_is_refused_as_any_file()
    {
        FeedException exception = Assert.Throws<FeedException>(() => Open(Of([], ("台帳", "visible", Row(1, Header[1..])))));

        Assert.Equal("FEED-008", exception.Code);
        Assert.Contains("missing: 世帯番号", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_not_expanded()
    {
        byte[] zeros = new byte[64 << 20];
        long before = GC.GetTotalAllocatedBytes(precise: true);
        byte[] bomb = Zip([("xl/worksheets/sheet1.xml", zeros)]);
        long made = GC.GetTotalAllocatedBytes(precise: true);

        FeedException exception = Assert.Throws<FeedException>(() => WorkbookGuard.Check(bomb, "bomb.xlsx"));

        Assert.True(bomb.Length < 1 << 20, "the bomb is no bomb");
        Assert.Equal("FEED-012", exception.Code);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - made < 4 << 20, "memory grew with the bomb");
        Assert.True(made > before);
    }

    [Fact]
    public void A_bomb_that_states_a_small_size_is_not_expanded()
    {
        byte[] bomb = Zip([("a", new byte[32 << 20])]);
        // The uncompressed size stands in the last header at 24 behind its signature.
        int at = bomb.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x50, 0x4B, 0x01, 0x02]);
        BitConverter.TryWriteBytes(bomb.AsSpan(at + 24), 1000);

        // Either the reader of archives stops where the archive said the part ends, or the guard does.
        long counted = 0;
        try
        {
            counted = WorkbookGuard.Check(bomb, "bomb.xlsx");
        }
        catch (FeedException exception)
        {
            Assert.Contains(exception.Code, new[] { "FEED-012", "FEED-013" });
        }

        Assert.InRange(counted, 0, 1000);
    }

    [Fact]
    public void Too_many_parts_are_refused() =>
        Assert.Equal("FEED-012", Assert.Throws<FeedException>(() => WorkbookGuard.Check(Zip(Enumerable.Range(0, 1001).Select(i => ("p" + i.ToString(CultureInfo.InvariantCulture), Array.Empty<byte>()))), "x")).Code);

    [Theory]
    [InlineData("plain text")]
    [InlineData("PK\u0003\u0004 but no archive")]
    [InlineData("")]
    public void What_is_no_workbook_is_refused(string text) => Assert.Equal("FEED-013", Assert.Throws<FeedException>(() => Open(System.Text.Encoding.ASCII.GetBytes(text))).Code);

    [Fact]
    public void A_workbook_cut_or_changed_anywhere_is_read_refused_or_told_but_never_crashes()
    {
        byte[] good = Of(["<si><t>x</t></si>"], ("台帳", "visible", Row(1, Header) + string.Concat(Enumerable.Range(2, 30).Select(line => Row(line, "1000000001", TinyInbox.Number(1), "01", "2023-04-01", "", "1")))));
        Random random = new(3);
        for (int trial = 0; trial < 400; trial++)
        {
            byte[] bytes = random.Next(3) == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int i = 0; i < random.Next(1, 6) && bytes.Length > 0; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                using RowSource source = Open(bytes);
                while (source.Read())
                {
                }
            }
            catch (FeedException exception)
            {
                Assert.StartsWith("FEED-", exception.Code, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("yyyy/m/d", true)]
    [InlineData("[$-411]ge.m.d;@", true)]
    [InlineData("m\"月\"d\"日\"", true)]
    [InlineData("h:mm:ss", false)]
    [InlineData("[h]:mm", false)]
    [InlineData("General", false)]
    [InlineData("0.00", false)]
    [InlineData("#,##0\"days\"", false)]
    [InlineData("\\d0", false)]
    public void Formats_of_days_are_told_from_others(string code, bool expected) => Assert.Equal(expected, NumberFormat.IsDay(code));

    private static RowSource Open(byte[] bytes) => RowSource.Open(new MemoryStream(bytes), new RowSourceOptions { Contract = Contract, Where = "test.xlsx" });
}
