using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;

namespace Warehouse.Tests.Etl;

/// <summary>What the assistant finds in unknown files, and what it keeps to itself.</summary>
public sealed class MapProfileTests : IDisposable
{
    private static readonly string[] Surnames = ["架空田", "見本川", "仮山", "例村", "試野"];

    private readonly string _folder = Directory.CreateTempSubdirectory("map-").FullName;

    static MapProfileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static TheoryData<string, string, string> Forms()
    {
        TheoryData<string, string, string> forms = [];
        foreach (string encoding in new[] { "cp932", "utf-8", "utf-8-bom", "utf-16le" })
        {
            foreach (string delimiter in new[] { ",", "\t", ";" })
            {
                forms.Add(encoding, delimiter, encoding == "utf-8" ? "\n" : "\r\n");
            }
        }

        return forms;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_outer_form_of_a_file_is_found(string encoding, string delimiter, string newline)
    {
        string path = Write(Residents(40), encoding, delimiter, newline);

        FileProfile profile = Profiler.Read([path], TestContext.Current.CancellationToken);

        Assert.Equal((encoding, delimiter[0], newline == "\n" ? "lf" : "crlf"), (profile.Encoding, profile.Delimiter, profile.Newline));
        Assert.Equal((40L, 0L, 1), (profile.Rows, profile.RaggedRows, profile.HeaderLine));
    }

    [Fact]
    public void Title_lines_are_skipped_and_a_totals_row_and_lost_zeros_are_noticed()
    {
        List<string[]> rows = Residents(60);
        rows.Insert(0, ["住民一覧"]);
        rows.Insert(1, ["令和5年度", "", "", "", "", "", "", ""]);
        rows[5][7] = "12";
        rows.Add(["合計", "60", "", "", "", "", "", ""]);

        FileProfile profile = Profiler.Read([Write(rows, "utf-8", ",", "\r\n")], TestContext.Current.CancellationToken);

        Assert.Equal((3, 61L, 1L), (profile.HeaderLine, profile.Rows, profile.TotalsRows));
        Assert.Equal(1, profile.Columns.Single(column => column.Header == "整理コードx").LostZeros);
    }

    [Fact]
    public void Types_classes_codes_and_keys_are_proposed()
    {
        FileProfile profile = Profiler.Read([Write(Residents(60), "cp932", ",", "\r\n")], TestContext.Current.CancellationToken);

        Assert.Equal(
            ["住民コード resident_number identity", "氏名 name identity", "フリガナ kana_name identity", "生年月日 era_date identity", "性別 code ordinary", "f6 text identity", "特記事項 text free-text", "整理コードx text identity"],
            profile.Columns.Select(column => $"{column.Header} {column.Parser} {column.DataClass}"));
        Assert.Equal([("女", 30L), ("男", 30L)], profile.Columns[4].Codes.Select(code => (code.Value, code.Count)));
        Assert.Equal(60, profile.Columns[3].DateShapes["era_letter"]);
        Assert.Contains(profile.CandidateKeys, key => key is ["住民コード"]);
    }

    [Fact]
    public void Two_columns_that_name_a_row_together_are_a_key()
    {
        List<string[]> rows = [["施設コード", "連番", "区分"]];
        for (int i = 0; i < 60; i++)
        {
            rows.Add(["E" + (i / 10).ToString("D4", System.Globalization.CultureInfo.InvariantCulture), (i % 10).ToString(System.Globalization.CultureInfo.InvariantCulture), "1"]);
        }

        FileProfile profile = Profiler.Read([Write(rows, "utf-8", ",", "\n")], TestContext.Current.CancellationToken);

        Assert.Equal("連番+施設コード", string.Join('+', Assert.Single(profile.CandidateKeys)));
    }

    [Fact]
    public void No_value_of_identity_or_free_text_leaves_the_assistant()
    {
        List<string[]> rows = Residents(60);
        string path = Write(rows, "utf-8", ",", "\n");
        foreach (string? feed in new string?[] { null, "resident", "something_new" })
        {
            MapReport report = MapAssistant.Propose([path], feed, "v", "", new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken);
            string all = report.Document + System.Text.Json.JsonSerializer.Serialize(report, Warehouse.Reporting.Host.Screen.Json);

            string[] secrets = [.. rows.Skip(1).SelectMany(row => new[] { row[0], row[1], row[2], row[3], row[5], row[6], row[7] }).Where(value => value.Length > 2).Distinct()];
            Assert.True(secrets.Length > 200);
            Assert.DoesNotContain(secrets, secret => all.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_name_that_slipped_into_a_code_column_is_not_shown()
    {
        List<string[]> rows = Residents(60);
        rows[7][4] = "架空田　一郎";

        FileProfile profile = Profiler.Read([Write(rows, "utf-8", ",", "\n")], TestContext.Current.CancellationToken);

        Assert.DoesNotContain(profile.Columns[4].Codes, code => code.Value.Contains("架空", StringComparison.Ordinal));
        Assert.Equal(1, profile.Columns[4].HiddenRows);
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("PK\u0003\u0004rest", "a file that is no workbook or is damaged", "FEED-013")]
    [InlineData("a,b\0,c\n", "a NUL byte at 3")]
    [InlineData("just words\nand more words\n", "lines without a comma")]
    [InlineData("0000001,S60.1.1\n0000002,S60.1.2\n", "of which some are blank, doubled, a number or a date")]
    [InlineData("名,名\n1,2\n", "doubled")]
    public void What_is_no_table_is_refused_with_what_was_found(string content, string found, string code = "MAP-010")
    {
        string path = Path.Combine(_folder, "odd.csv");
        File.WriteAllText(path, content);

        FeedException fault = Assert.Throws<FeedException>(() => Profiler.Read([path], TestContext.Current.CancellationToken));

        Assert.Equal(code, fault.Code);
        Assert.Contains(found, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_of_no_encoding_are_refused()
    {
        string path = Path.Combine(_folder, "odd.csv");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 400).SelectMany(_ => new byte[] { 0x80, 0xFD, (byte)',', 0xFF, (byte)'\n' })]);

        Assert.Contains("neither UTF-8 nor CP932", Assert.Throws<FeedException>(() => Profiler.Read([path], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_file_gives_a_contract_that_does_not_load_before_its_purpose_is_stated()
    {
        List<string[]> rows = [["利用者ID", "教室名", "利用日", "利用時間数"]];
        for (int i = 0; i < 60; i++)
        {
            rows.Add(["U" + i.ToString("D5", System.Globalization.CultureInfo.InvariantCulture), i % 2 == 0 ? "あおぞら" : "ひだまり", $"2024/{(i % 12) + 1:D2}/{(i % 28) + 1:D2}", (i % 5).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        rows[9][2] = "2024/02/30";
        MapReport report = MapAssistant.Propose([Write(rows, "utf-8", ",", "\n")], null, "v", "", new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken);

        Assert.Null(report.Draft);
        FeedException fault = Assert.Throws<FeedException>(() => FeedCatalog.Parse(report.Document, "draft"));
        Assert.Contains("purpose", fault.Message, StringComparison.Ordinal);
        Assert.Equal((60L, 1L), (report.Trial!.Rows, report.Trial.Quarantined));
        Assert.Equal(["10"], Assert.Single(report.Trial.Faults).Lines);
        Assert.Contains("実在しない日付", report.Trial.Faults[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\t")]
    [InlineData("|")]
    public void An_unknown_file_with_another_delimiter_than_a_comma_gives_a_contract_too(string delimiter)
    {
        List<string[]> rows = [["利用者ID", "教室名"], .. Enumerable.Range(0, 30).Select(i => new[] { "U" + (10000 + i).ToString(System.Globalization.CultureInfo.InvariantCulture), i % 2 == 0 ? "あおぞら" : "ひだまり" })];
        MapReport report = MapAssistant.Propose([Write(rows, "utf-8", delimiter, "\n")], null, "v", "", new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken);

        Assert.Equal((delimiter, 30L), ((string?)report.NewContract!["delimiter"], report.Trial!.Rows));
    }

    internal static List<string[]> Residents(int count)
    {
        List<string[]> rows = [["住民コード", "氏名", "フリガナ", "生年月日", "性別", "f6", "特記事項", "整理コードx"]];
        for (int i = 0; i < count; i++)
        {
            rows.Add(
            [
                TinyInbox.Number(i), Surnames[i % 5] + "　" + Given(i), "カクウダ　" + (char)('ア' + (i % 60)) + (char)('ア' + (i / 7)) + "コ", $"S{40 + (i % 20)}.{(i % 12) + 1}.{(i % 28) + 1}", i % 2 == 0 ? "男" : "女",
                Surnames[i % 5] + (i % 9 == 0 ? "山" : ""), "家庭訪問のとき" + Given(i) + "について母から聞き取った内容を書いたもの", (2000 + i).ToString(System.Globalization.CultureInfo.InvariantCulture) + "00",
            ]);
        }

        return rows;
    }

    private static string Given(int i) => "一二三四五六七八九十"[i % 10] + "百千万上中下"[i / 10 % 6].ToString() + "子";

    private string Write(List<string[]> rows, string encoding, string delimiter, string newline)
    {
        string path = Path.Combine(_folder, "unknown.csv");
        string text = string.Concat(rows.Select(row => string.Join(delimiter, row) + newline));
        File.WriteAllBytes(path, encoding switch
        {
            "cp932" => Encoding.GetEncoding(932).GetBytes(text),
            "utf-8" => new UTF8Encoding(false).GetBytes(text),
            "utf-8-bom" => [0xEF, 0xBB, 0xBF, .. new UTF8Encoding(false).GetBytes(text)],
            _ => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)],
        });
        return path;
    }
}
