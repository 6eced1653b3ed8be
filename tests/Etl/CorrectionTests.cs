using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Corrections;
using Warehouse.Etl.Map;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Quarantined rows go back to their department and come in again: only the corrected ones, in the place of the wrong ones.</summary>
public sealed class CorrectionTests : IDisposable
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret for tests only");

    private readonly string _folder = Directory.CreateTempSubdirectory("correction-").FullName;

    static CorrectionTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_report_has_the_senders_encoding_and_columns_and_says_why_in_Japanese()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);

        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");

        Assert.Equal(("cp932", 1, 3), (report.Encoding, report.Files, report.Rows));
        Assert.Equal(["学年", "年度", "学籍番号"], rows[0][..3]);
        Assert.Equal(CorrectionColumns.All, rows[0][13..]);
        Assert.Equal(["4", "2023", "G0010"], rows[1][..3]);
        Assert.Equal("3", rows[1][14]);
        Assert.Equal("SCH-076", rows[1][16]);
        Assert.Equal("「生年月日」が実在しない日付です。", rows[1][17]);
        Assert.StartsWith("実在する日付", rows[1][18], StringComparison.Ordinal);
        Assert.Equal("「学級区分」が決められたコードではありません。", rows[2][17]);
        Assert.Equal("次のいずれか: 1、2", rows[2][18]);
    }

    [Fact]
    public void Corrected_rows_load_in_place_of_the_wrong_ones_and_the_accounting_closes()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        string before = Table(fixture, "stg.school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        rows[2][Column(rows, "学級区分")] = "1";
        rows.RemoveAt(3);
        Save(report, rows);

        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal((2, 2, 0, 0, 0), (done.Rows, done.Corrected, done.Known, done.StillWrong.Count, done.Refused.Count));
        Assert.Equal(0, done.ExitCode);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal((64L, 61L, 3L), session.ScalarText<(long, long, long)>("SELECT read_count, staged_count, rejected_count FROM meta.load_run WHERE load_id = (SELECT MIN(original_load_id) FROM stg.correction)"));
        Assert.Equal((3L, 2L), session.QueryText<(string, long, long)>(SqlOf("query/correction_figure")).Where(row => row.Item1 == "school").Select(row => (row.Item2, row.Item3)).Single());
        Assert.Equal(63, session.ScalarText<long>("SELECT COUNT(DISTINCT record_key) FROM fact.school_enrolment WHERE school_year = 2023"));
        Assert.StartsWith(before.Split('\n')[0], Table(fixture, "stg.school"), StringComparison.Ordinal);
        // From a corrected row back to the first file and line and to the line of the report.
        Assert.Equal(
            [(3, 2), (4, 3)],
            session.QueryText<(int, int)>("SELECT c.original_line_number, c.correction_line_number FROM stg.correction AS c INNER JOIN stg.school AS s ON s.load_id = c.load_id AND s.line_number = c.line_number ORDER BY 1"));
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(session.ScalarText<string>("SELECT MIN(correction_sha256) FROM stg.correction"), identity.ScalarText<string>("SELECT file_sha256 FROM ident.correction_file"));
        // What was sent first stays as it was.
        Assert.Equal(3, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.reject WHERE feed = 'school'"));
    }

    [Fact]
    public void The_same_report_again_changes_nothing()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        rows[2][Column(rows, "学級区分")] = "8";
        Save(report, rows);
        Import(fixture, report.Path);
        string before = All(fixture);

        CorrectionSummary again = Import(fixture, report.Path);

        Assert.Equal((0, 1, 2), (again.Corrected, again.Known, again.StillWrong.Count));
        Assert.Equal(before, All(fixture));
    }

    [Fact]
    public void A_row_that_is_still_wrong_stays_with_its_new_reason_and_the_next_report_goes_on_from_it()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        rows[1][Column(rows, "学年")] = "12";
        Save(report, rows);

        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal(3, done.ExitCode);
        Assert.Equal(0, done.Corrected);
        Assert.Equal(["SCH-035"], done.StillWrong.Single(row => row.Line == 2).Rules);
        (_, List<string[]> next) = Export(fixture, "school");
        Assert.Equal(("12", "H25.2.28"), (next[1][Column(next, "学年")], next[1][Column(next, "生年月日")]));
        Assert.Equal("「学年」の数値が範囲の外です。", next[1][17]);
        Assert.Equal("1以上9以下の整数", next[1][18]);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);

        next[1][Column(next, "学年")] = "4";
        Save(report, next);
        Assert.Equal(1, Import(fixture, report.Path).Corrected);
    }

    [Fact]
    public void Rows_that_are_not_in_quarantine_are_refused_and_the_others_go_on()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        rows.Add([.. rows[1]]);
        string[] stranger = [.. rows[1]];
        stranger[15] = stranger[15][..^1] + "2";
        rows.Add(stranger);
        string[] broken = [.. rows[1]];
        broken[15] = "K123";
        rows.Add(broken);
        rows.Add(["1", "2"]);
        Save(report, rows);

        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal(1, done.Corrected);
        Assert.Equal(["5 COR-002", "6 COR-001", "7 COR-001", "8 COR-006"], done.Refused.Select(row => $"{row.Line} {row.Code}"));
        rows[1][Column(rows, "学年")] = "5";
        Save(report, rows[..2]);
        Assert.Equal("COR-003", Assert.Single(Import(fixture, report.Path).Refused).Code);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_correction_of_attendance_joins_its_month_and_replaces_nothing()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        using WarehouseSession session = fixture.Warehouse();
        const string Days = "SELECT enrolled_days, absent_days FROM fact.school_attendance_month WHERE known_from_utc <= @utc AND known_to_utc > @utc";
        Assert.Equal([(3, 1)], session.QueryText<(int, int)>(Days, new { utc = new DateTime(2025, 4, 1) }));
        (WrittenReport report, List<string[]> rows) = Export(fixture, "attendance");
        Assert.Equal("utf-8-bom", report.Encoding);
        rows[1][2] = "2023-04-13";
        rows[2][2] = "2023-03-13";
        Save(report, rows);

        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal(1, done.Corrected);
        Assert.Equal("COR-005", Assert.Single(done.Refused).Code);
        Assert.Equal([(3, 1)], session.QueryText<(int, int)>(Days, new { utc = new DateTime(2025, 4, 1) }));
        Assert.Equal([(4, 2)], session.QueryText<(int, int)>(Days, new { utc = new DateTime(2025, 4, 12) }));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_correction_that_comes_after_a_newer_file_undoes_nothing()
    {
        using TinyInbox inbox = Dirty();
        inbox.Add("school", "2023-06-10T02:00:00+09:00", "2023-06-30",
            [["G0010", "E0001", "2023", "5", "1", "架空　十", "カクウ　ジュウ", "H24.3.3", "女", "中町2-2", "", "R5.4.1", ""]]);
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        Save(report, rows[..2]);

        Assert.Equal(1, Import(fixture, report.Path).Corrected);

        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(5, session.ScalarText<int>("SELECT MAX(grade_code) FROM fact.school_enrolment WHERE known_to_utc > '9999-01-01' AND record_key = (SELECT MAX(s.record_key) FROM stg.school AS s INNER JOIN stg.correction AS c ON c.load_id = s.load_id)"));
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM stg.school AS s INNER JOIN stg.correction AS c ON c.load_id = s.load_id WHERE s.is_superseded = 1"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_report_in_the_inbox_with_a_manifest_is_taken_in_after_the_files()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        Save(report, rows[..2]);
        File.Copy(report.Path, Path.Combine(inbox.Path, "back.csv"));
        File.WriteAllText(Path.Combine(inbox.Path, "back.csv.manifest.json"), "{\"kind\": \"correction\", \"file_name\": \"../back.csv\"}");

        LoadSummary summary = Load(fixture, inbox, backfill: false);

        LoadedFile file = Assert.Single(summary.Files, file => file.FileName == "back.csv");
        Assert.Equal(("school", "succeeded", 1L), (file.Feed, file.Status, file.Staged));
        Assert.Equal("known", Assert.Single(Load(fixture, inbox, backfill: false).Files, file => file.FileName == "back.csv").Status);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_report_that_a_spreadsheet_saved_in_another_encoding_and_order_is_understood()
    {
        using TinyInbox inbox = Dirty();
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        rows[1][Column(rows, "生年月日")] = "H25.2.28";
        File.WriteAllText(report.Path, string.Concat(rows[..2].Select(row => string.Join('\t', row.Reverse()) + "\n")), new UTF8Encoding(true));

        Assert.Equal(1, Import(fixture, report.Path).Corrected);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void Cells_that_a_spreadsheet_would_run_come_back_as_they_were()
    {
        using TinyInbox inbox = new();
        string[] address = ["=1+1", "'=x", "''+y", "-5", "@a", "＝全角", "'だけ", "a=b", ""];
        inbox.Add("school", "2023-04-10T02:00:00+09:00", "2023-04-30",
            [.. address.Select((text, i) => new[] { "G1" + i, "E0001", "2023", "4", "9", "架空　一", "カクウ　イチ", "H25.5.5", "男", text, "", "R5.4.1", "" }).Concat(Good(200))]);
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
        Assert.Equal(["'=1+1", "''=x", "'''+y", "'-5", "'@a", "'＝全角", "'だけ", "a=b", ""], rows.Skip(1).Select(row => row[Column(rows, "住所")]));
        foreach (string[] row in rows.Skip(1))
        {
            row[Column(rows, "学級区分")] = "1";
        }

        Save(report, rows);

        // A formula is no value: its row stays, and goes out again as safely as before. Everything else that begins so may be an address.
        CorrectionSummary first = Import(fixture, report.Path);
        Assert.Equal((address.Length - 1, 0), (first.Corrected, first.Refused.Count));
        Assert.Equal((2, "SCH-090"), (first.StillWrong.Single().Line, first.StillWrong.Single().Rules.Single()));
        (report, rows) = Export(fixture, "school");
        Assert.Equal("'=1+1", rows.Skip(1).Single()[Column(rows, "住所")]);
        rows[1][Column(rows, "住所")] = "'@中町";
        Save(report, rows);
        Assert.Equal(1, Import(fixture, report.Path).Corrected);

        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(
            address.Where(text => text.Length > 0).Select(text => text == "=1+1" ? "@中町" : text).Order(StringComparer.Ordinal),
            identity.QueryText<string>("SELECT address FROM ident.source_record WHERE source_id LIKE 'G1_' AND address IS NOT NULL").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("utf-16", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-8-bom", false)]
    public void Rows_of_a_file_in_another_encoding_with_other_columns_go_out_readable_and_come_back(string encoding, bool isBigEndian)
    {
        using TinyInbox inbox = new();
        // Another order, a renamed column and one that nobody knows; the second row has half a character.
        string[] rows =
        [
            "学年,独自,年度,学籍番号,学校コード,学級区分,氏名,氏名カナ,生年月日,性別,住所,保護者氏名,在籍開始日,在籍終了日",
            "4,a,2023,G0010,E0001,1,架空　十,カクウ　ジュウ,H25.2.30,女,中町2-2,,R5.4.1,",
            "4,b,2023,G0011,E0001,1,架空" + (encoding == "utf-16" ? "\uD842" : "") + ",カクウ　イチ,H25.2.28,女,,,R5.4.1,",
        ];
        string text = string.Join("\r\n", rows.Concat(Enumerable.Range(0, 200).Select(i => $"4,,2023,G9{i:D3},E0001,1,見本　某,,H25.5.9,男,,,R5.4.1,"))) + "\r\n";
        byte[] bytes = encoding == "utf-8-bom" ? [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]
            : Bytes(text, isBigEndian);
        string name = inbox.AddBytes("school", "2023-04-10T02:00:00+09:00", "2023-04-30", bytes, 202);
        string manifest = Path.Combine(inbox.Path, name + ".manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"encoding\":\"cp932\"", $"\"encoding\":\"{encoding}\"", StringComparison.Ordinal));
        using WarehouseFixture fixture = Loaded(inbox);
        int bad = encoding == "utf-16" ? 2 : 1;

        (WrittenReport report, List<string[]> found) = Export(fixture, "school");
        Assert.Equal(("utf-8-bom", bad), (report.Encoding, report.Rows));
        Assert.Equal(rows[0].Split(','), found[0][..14]);
        Assert.Equal(rows[1].Split(','), found[1][..14]);
        Assert.Equal(bad == 2 ? "〓" : null, found.ElementAtOrDefault(2)?[Column(found, "氏名")]);
        found[1][Column(found, "生年月日")] = "H25.2.28";
        if (bad == 2)
        {
            found[2][Column(found, "氏名")] = "架空　一";
        }

        Save(report, found);
        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal((bad, 0), (done.Corrected, done.ExitCode));
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(["架空　十"], identity.QueryText<string>("SELECT name_kanji FROM ident.source_record WHERE source_id = 'G0010'"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);

        static byte[] Bytes(string text, bool isBigEndian)
        {
            // By hand: an encoder would not write half a character.
            List<byte> bytes = isBigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE];
            foreach (char sign in text)
            {
                bytes.AddRange(isBigEndian ? [(byte)(sign >> 8), (byte)sign] : [(byte)sign, (byte)(sign >> 8)]);
            }

            return [.. bytes];
        }
    }

    [Fact]
    public void Rows_of_a_workbook_load_and_those_in_quarantine_go_out_as_text_and_come_back()
    {
        using TinyInbox inbox = new();
        string[] header = [.. Warehouse.Etl.Extract.FeedCatalog.Default.Get("nursery").Columns.Select(column => column.Header)];
        string[] rows =
        [
            TinyWorkbook.Row(1, header),
            TinyWorkbook.Row(2, "N0001", "H0001", "架空　一", "カクウ　イチ", "2020-04-02", "男", "中町1-1", "架空　親", "2号", "標準", "2023-04-01", "", ""),
            TinyWorkbook.Row(3, "N0002", "H0001", "架空　二", "カクウ　ニ", "2020-02-30", "女", "中町2-2, 2階", "架空　親", "2号", "標準", "2023-04-01", "", ""),
            .. Enumerable.Range(4, 100).Select(i => TinyWorkbook.Row(i, "N" + i, "H0001", "架空　三", "カクウ　サン", "2020-05-05", "女", "", "", "2号", "標準", "2023-04-01", "", "")),
        ];
        string name = inbox.AddBytes("nursery", "2023-05-02T02:00:00+09:00", "2023-04-30", TinyWorkbook.Of([], ("名簿", "visible", string.Concat(rows))), 102);
        string manifest = Path.Combine(inbox.Path, name + ".manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("utf-8-bom", "xlsx", StringComparison.Ordinal));
        using WarehouseFixture fixture = Loaded(inbox);

        (WrittenReport report, List<string[]> found) = Export(fixture, "nursery");
        Assert.Equal(("utf-8-bom", 1), (report.Encoding, report.Rows));
        Assert.Equal("中町2-2, 2階", found[1][Column(found, "住所")]);
        found[1][Column(found, "生年月日")] = "2020-02-29";
        Save(report, found);

        CorrectionSummary done = Import(fixture, report.Path);

        Assert.Equal((1, 0), (done.Corrected, done.ExitCode));
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(102, identity.ScalarText<long>("SELECT COUNT(DISTINCT source_id) FROM ident.source_record"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_guarded_cell_comes_back_whatever_it_is()
    {
        FormulaGuard guard = new(new UTF8Encoding(false));
        Random random = new(5);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] cell = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => "'=+-@\t＝a字"[random.Next(9)])));
            byte[] guarded = guard.Guard(cell);

            Assert.Equal(cell, guard.Undo(guarded));
            Assert.False(guarded.Length > 0 && guarded[0] is (byte)'=' or (byte)'+' or (byte)'-' or (byte)'@' or (byte)'\t');
        }
    }

    [Fact]
    public void A_row_whose_cells_cannot_be_told_apart_goes_back_whole_and_can_be_filled_in()
    {
        using TinyInbox inbox = new();
        string text = "学校コード,学籍番号,年月日,出欠区分,理由\r\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"E0001,G{i:D4},2023-04-10,出席,\r\n")) + "E0001,G0100,2023-04-10\r\n";
        inbox.AddBytes("attendance", "2023-05-02T02:00:00+09:00", "2023-04-30", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)], 61);
        using WarehouseFixture fixture = Loaded(inbox);
        (WrittenReport report, List<string[]> rows) = Export(fixture, "attendance");
        Assert.Equal(["", "", "", "", ""], rows[1][..5]);
        Assert.Equal("E0001,G0100,2023-04-10", rows[1][11]);
        Assert.Equal("項目の数が見出し行と合いません。", rows[1][9]);
        ((string[])["E0001", "G0100", "2023-04-10", "欠席", "発熱"]).CopyTo(rows[1], 0);
        Save(report, rows);

        Assert.Equal(1, Import(fixture, report.Path).Corrected);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "no column")]
    [InlineData("", "no column")]
    public void What_is_no_report_is_refused(string content, string part)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        string path = Path.Combine(_folder, "odd.csv");
        File.WriteAllText(path, content);

        FeedException fault = Assert.Throws<FeedException>(() => Import(fixture, path));

        Assert.Equal("COR-010", fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stage")]
    [InlineData("identity")]
    [InlineData("before warehouse")]
    public void An_import_that_is_killed_and_done_again_ends_as_an_undisturbed_one(string point)
    {
        string[] states = new string[2];
        for (int i = 0; i < 2; i++)
        {
            using TinyInbox inbox = Dirty();
            using WarehouseFixture fixture = Loaded(inbox);
            (WrittenReport report, List<string[]> rows) = Export(fixture, "school");
            rows[1][Column(rows, "生年月日")] = "H25.2.28";
            Save(report, rows[..2]);
            if (i == 1)
            {
                Assert.Throws<InvalidOperationException>(() => Import(fixture, report.Path, point));
                using WarehouseSession session = fixture.Warehouse();
                Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM stg.correction"));
            }

            Import(fixture, report.Path);
            Assert.Empty(Checks.Run(fixture.Databases).Findings);
            states[i] = All(fixture);
        }

        Assert.Equal(states[0], states[1]);
    }

    // A school file in another column order with three wrong rows, and a month of attendance with two.
    internal static TinyInbox Dirty()
    {
        TinyInbox inbox = TinyInbox.Family();
        foreach (string file in Directory.GetFiles(inbox.Path, "school_*").Concat(Directory.GetFiles(inbox.Path, "attendance_*")))
        {
            File.Delete(file);
        }

        string[] rows =
        [
            "学年,年度,学籍番号,就学校コード,学級区分,氏名,氏名カナ,生年月日,性別,住所,保護者氏名,在籍開始日,在籍終了日",
            "4,2023,G0001,E0001,1,本間　太郎,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,男,中町1-1,本間 一郎,R5.4.1,R6.3.31",
            "4,2023,G0010,E0001,1,架空　十,ｶｸｳ ｼﾞｭｳ,H25.2.30,女,中町2-2,,R5.4.1,",
            "4,2023,G0011,E0001,9,架空　十一,ｶｸｳ ｼﾞｭｳｲﾁ,H25.5.7,女,中町3-3,,R5.4.1,",
            ",2023,G0012,E0001,1,架空　十二,ｶｸｳ ｼﾞｭｳﾆ,H25.5.8,女,中町4-4,,R5.4.1,",
        ];
        inbox.AddBytes("school", "2023-04-10T02:00:00+09:00", "2023-04-30", Encoding.GetEncoding(932).GetBytes(string.Join("\r\n", rows.Concat(Enumerable.Range(0, 60).Select(i => $"4,2023,G9{i:D3},E0001,1,見本　某,,H25.5.9,男,,,R5.4.1,"))) + "\r\n"), 64);
        inbox.Add("attendance", "2023-05-02T02:00:00+09:00", "2023-04-30",
            ["E0001", "G0001", "2023-04-10", "出席", ""], ["E0001", "G0001", "2023-04-11", "欠席", "発熱"], ["E0001", "G0001", "2023-04-12", "遅刻", ""],
            ["E0001", "G0001", "2023-04-31", "欠席", ""], ["E0001", "G0001", "2023-04-32", "欠席", ""]);
        return inbox;
    }

    private static IEnumerable<string[]> Good(int count) => Enumerable.Range(0, count)
        .Select(i => new[] { "G5" + i, "E0001", "2023", "4", "1", "架空　二", "カクウ　ニ", "H25.5.5", "男", "", "", "R5.4.1", "" });

    private static WarehouseFixture Loaded(TinyInbox inbox)
    {
        WarehouseFixture fixture = WarehouseFixture.Create();
        LoadSummary summary = Load(fixture, inbox, backfill: true);
        Assert.Empty(summary.Files.Where(file => file.Status == "failed").Select(file => file.ErrorText));
        return fixture;
    }

    private static LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox, bool backfill) => new LoadPipeline(fixture.Databases, new Clock()).Run(
        new LoadOptions { Inbox = inbox.Path, Secret = Secret, Backfill = backfill, MaxParallel = 1 }, null, TestContext.Current.CancellationToken);

    private static CorrectionSummary Import(WarehouseFixture fixture, string path, string? crash = null) => new LoadPipeline(fixture.Databases, new Clock()).Correct(
        path,
        new LoadOptions
        {
            Inbox = "",
            Secret = Secret,
            MaxParallel = 1,
            CrashPoint = crash is null ? null : point =>
            {
                if (point == crash)
                {
                    throw new InvalidOperationException("killed at " + point);
                }
            },
        },
        TestContext.Current.CancellationToken);

    private static int Column(List<string[]> rows, string header) => Array.IndexOf(rows[0], header);

    private static void Save(WrittenReport report, IEnumerable<string[]> rows)
    {
        string text = string.Concat(rows.Select(row => string.Join(',', row.Select(cell => cell.Contains(',', StringComparison.Ordinal) ? "\"" + cell + "\"" : cell)) + "\r\n"));
        File.WriteAllBytes(report.Path, report.Encoding == "cp932" ? Encoding.GetEncoding(932).GetBytes(text) : [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]);
    }

    private static string Table(WarehouseFixture fixture, string table)
    {
        using WarehouseSession session = fixture.Warehouse();
        return string.Join('\n', session.QueryText<object?[]>("SELECT * FROM " + table + " ORDER BY load_id, line_number").Select(row => string.Join('|', row)));
    }

    private static string All(WarehouseFixture fixture)
    {
        StringBuilder text = new();
        foreach ((WarehouseSession session, string[] schemas) in new[] { (fixture.Warehouse(), new[] { "stg", "dim", "fact" }), (fixture.Identity(), ["ident"]) })
        {
            using (session)
            {
                foreach (string table in schemas.SelectMany(schema => session.QueryText<string>($"SELECT CONCAT(\"TABLE_SCHEMA\", '.', \"TABLE_NAME\") FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_SCHEMA\" = '{schema}' AND \"TABLE_TYPE\" = 'BASE TABLE' ORDER BY 1")))
                {
                    text.Append(table).Append('\n').AppendJoin('\n', session.QueryText<object?[]>("SELECT * FROM " + table).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal)).Append('\n');
                }
            }
        }

        return text.ToString();
    }

    private static string SqlOf(string script) => Repository.Text("sql/" + script + ".sql");

    private (WrittenReport Report, List<string[]> Rows) Export(WarehouseFixture fixture, string feed)
    {
        WrittenReport report = Assert.Single(CorrectionReport.Write(fixture.Databases, feed, FeedMappings.None, Path.Combine(_folder, feed + ".csv")));
        byte[] bytes = File.ReadAllBytes(report.Path);
        Encoding encoding = report.Encoding == "cp932" ? Encoding.GetEncoding(932) : Encoding.UTF8;
        return (report, [.. encoding.GetString(bytes).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(Cells)]);
    }

    private static string[] Cells(string line)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool isQuoted = false;
        foreach (char sign in line)
        {
            if (sign == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (sign == ',' && !isQuoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(sign);
            }
        }

        cells.Add(cell.ToString());
        return [.. cells];
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 4, 10, 0, 0, 0, TimeSpan.Zero);
    }
}
