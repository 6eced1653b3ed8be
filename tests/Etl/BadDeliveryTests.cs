using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Bad deliveries beside good ones: each is told with its code, nothing is lost and the good ones load.</summary>
public sealed class BadDeliveryTests
{
    private const string Extracted = "2023-06-01T02:00:00+09:00";
    private const string Period = "2023-05-31";
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    [Fact]
    public void One_inbox_with_every_kind_of_bad_file_loads_the_good_ones_and_tells_the_bad_ones()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string header = string.Join(',', FeedCatalog.Default.Get("checkup").Columns.Select(column => column.Header));
        const string Row = "H0002,,ﾎﾝﾏ ﾀﾛｳ,H31.4.1,1,中町1-1,,3-4か月,R1.9.1,,,,,,1\r\n";
        byte[] good = Cp932.GetBytes(header + "\r\n" + Row);
        Dictionary<string, (string Code, string Says)> expected = new(StringComparer.Ordinal)
        {
            [Add(Cp932.GetBytes(header.Replace("生年月日", "誕生日", StringComparison.Ordinal) + "\r\n" + Row))] = ("FEED-008", "missing: 生年月日"),
            [Add(Cp932.GetBytes(header.Replace("氏名,", "住所,", StringComparison.Ordinal) + "\r\n" + Row))] = ("FEED-008", "twice: 住所"),
            [Add(Encoding.UTF8.GetBytes(header + "\r\n" + Row + "H0004" + Row[5..]))] = ("FEED-006", "text in utf-8"),
            [Add([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(header + "\r\n" + Row)])] = ("FEED-006", "utf-8-bom by its byte order mark"),
            [Add([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(header + "\r\n" + Row)])] = ("FEED-006", "utf-16le by its byte order mark"),
            [Add(Encoding.Unicode.GetBytes(header + "\r\n" + Row))] = ("FEED-006", "text in utf-16le"),
            [Add([])] = ("FEED-008", "an empty file"),
            [Add("%PDF-1.7 ..."u8.ToArray())] = ("FEED-006", "a PDF document"),
            [Add([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00, 0x06, 0x00])] = ("FEED-006", "a ZIP archive or a workbook"),
            [Add(new byte[4096])] = ("FEED-006", "binary data"),
            [Add([.. good, .. Cp932.GetBytes(Row)])] = ("FEED-007", "2 data rows"),
        };
        string cut = Add([.. good, 0x0D, 0x0A, 0x0D, 0x0A]);
        File.WriteAllBytes(Path.Combine(inbox.Path, cut), good[..^20]);
        expected[cut] = ("FEED-005", "as the manifest states");
        string gone = Add([.. good, 0x0A]);
        File.Delete(Path.Combine(inbox.Path, gone));
        string path = Add([.. good, 0x0A, 0x0A]);
        string manifest = Path.Combine(inbox.Path, path + ".manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(path, "../../../etc/passwd", StringComparison.Ordinal));
        string foreign = Add([.. good, 0x0A, 0x0A, 0x0A]);
        File.WriteAllText(Path.Combine(inbox.Path, foreign + ".manifest.json"), "{ \"feed\": ");
        string[] before = Contents(inbox.Path);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        foreach ((string file, (string code, string says)) in expected)
        {
            LoadedFile found = summary.Files.Single(entry => entry.FileName == file);
            Assert.Equal(("failed", code), (found.Status, found.ErrorCode));
            Assert.Contains(says, found.ErrorText, StringComparison.Ordinal);
            Assert.Contains("expected", found.ErrorText, StringComparison.Ordinal);
        }

        Assert.Equal("FEED-004", summary.Files.Single(entry => entry.FileName == gone + ".manifest.json").ErrorCode);
        Assert.Equal("FEED-011", summary.Files.Single(entry => entry.FileName == path + ".manifest.json").ErrorCode);
        Assert.Equal("FEED-004", summary.Files.Single(entry => entry.FileName == foreign + ".manifest.json").ErrorCode);
        Assert.Equal(6, summary.Files.Count(entry => entry.Status == "succeeded"));
        Assert.Equal(expected.Count + 3, summary.Files.Count(entry => entry.Status == "failed"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
        Assert.Equal(before, Contents(inbox.Path));

        string Add(byte[] bytes) => inbox.AddBytes("checkup", Extracted, Period, bytes, 1);
    }

    [Fact]
    public void One_file_with_every_kind_of_bad_row_keeps_each_with_its_code_and_bytes()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string header = string.Join(',', FeedCatalog.Default.Get("checkup").Columns.Select(column => column.Header));
        (string Row, string? Code)[] rows =
        [
            ("H0002,,ﾎﾝﾏ ﾀﾛｳ,R5.2.29,1,,,3歳,H28.5.5,,,,,,1", "CHK-036"),
            ("H0002,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,5歳,H28.5.5,,,,,,1", "CHK-074"),
            ("H0002,,ﾎﾝﾏ\0ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-029"),
            ("H0002,,=CONCAT(A1),H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-020"),
            ("H0002,,#N/A,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-020"),
            ("H0002,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,1000,,,,1", "CHK-105"),
            ("H0002,,\"ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-902"),
            ("H0002,,ﾎﾝﾏ \"ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-902"),
            ("H0002,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,", null),
            ("H0002,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳", "CHK-901"),
            (",,,,,,,,,,,,,,", "CHK-906"),
            ("合 計,,,,,,,,,,,,,,12", "CHK-905"),
            ("H0002,,,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-021"),
            ("H0003,,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,99999999,,,,,,1", "CHK-081"),
            ("H0002," + new string('x', RecordLimit) + ",ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1", "CHK-903"),
            ("H0009,,ﾎﾝﾏ ﾀﾛｳ,H31.5.5,1,,,3-4か月,R1.9.1,,,,,,1", null),
        ];
        // Good rows keep the share of rejects below the limit.
        string[] filler = Enumerable.Range(0, 400).Select(i => $"H1{i:D4},,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1").ToArray();
        byte[] bytes = Cp932.GetBytes(string.Join("\r\n", [header, .. rows.Select(row => row.Row), .. filler]) + "\r\n");
        string name = inbox.AddBytes("checkup", Extracted, Period, bytes, rows.Length + filler.Length);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        LoadedFile file = summary.Files.Single(entry => entry.FileName == name);
        int bad = rows.Count(row => row.Code is not null);
        Assert.Equal(("succeeded", (long)rows.Length + filler.Length, (long)bad), (file.Status, file.Read, file.Rejected));
        using WarehouseSession identity = fixture.Identity();
        List<(int Line, string Codes)> found = identity.QueryText<(int, string)>("SELECT line_number, rule_codes FROM ident.reject WHERE part_number = 1 ORDER BY line_number").ToList();
        Assert.Equal(rows.Index().Where(row => row.Item.Code is not null).Select(row => (row.Index + 2, row.Item.Code!)), found);
        foreach ((int line, string code) in found.Where(row => row.Codes != "CHK-903"))
        {
            string raw = string.Concat(identity.QueryText<string>("SELECT raw_base64 FROM ident.reject WHERE line_number = " + line.ToString(System.Globalization.CultureInfo.InvariantCulture) + " ORDER BY part_number"));
            Assert.Equal(Cp932.GetBytes(rows[line - 2].Row), Convert.FromBase64String(raw));
        }

        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Theory(Explicit = true)]
    [InlineData("middle")]
    [InlineData("open quote")]
    [InlineData("end")]
    public void A_line_of_a_gigabyte_is_one_bad_row_and_all_others_load(string where)
    {
        const long Size = 1L << 30;
        using TinyInbox inbox = TinyInbox.Family();
        string header = string.Join(',', FeedCatalog.Default.Get("checkup").Columns.Select(column => column.Header));
        string Rows(int from) => string.Concat(Enumerable.Range(from, 400).Select(i => $"H1{i:D4},,ﾎﾝﾏ ﾀﾛｳ,H25.5.5,1,,,3歳,H28.5.5,,,,,,1\r\n"));
        string name = inbox.AddBytes("checkup", Extracted, Period, Cp932.GetBytes(header + "\r\n" + Rows(0)), where == "end" ? 401 : 801);
        string path = Path.Combine(inbox.Path, name);
        string old = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
        using (FileStream file = new(path, FileMode.Append))
        {
            byte[] block = new byte[1 << 20];
            Array.Fill(block, (byte)'x');
            if (where == "open quote")
            {
                file.WriteByte((byte)'"');
            }

            for (long at = 0; at < Size; at += block.Length)
            {
                file.Write(block);
            }

            file.Write(where == "end" ? [] : Cp932.GetBytes("\r\n" + Rows(400)));
        }

        using (FileStream file = File.OpenRead(path))
        {
            string manifest = path + ".manifest.json";
            File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(old, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)), StringComparison.Ordinal));
        }

        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = LoadTests.Load(fixture, inbox);

        LoadedFile loaded = summary.Files.Single(entry => entry.FileName == name);
        Assert.Equal(("succeeded", where == "end" ? 401L : 801L, 1L), (loaded.Status, loaded.Read, loaded.Rejected));
        Assert.All(summary.Files, file => Assert.Equal("succeeded", file.Status));
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal("402 CHK-903", Assert.Single(identity.QueryText<string>("SELECT CONCAT(line_number, ' ', rule_codes) FROM ident.reject WHERE part_number = 1")));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public async Task A_withdrawal_with_its_replacement_replaces_and_one_without_is_quarantined()
    {
        // 赤 withdraws, 黒 replaces; the relation stands for the column that says which.
        System.Text.Json.Nodes.JsonNode json = System.Text.Json.Nodes.JsonNode.Parse(Repository.Text("etl/Feeds/household.json"))!;
        json["withdrawal"] = new System.Text.Json.Nodes.JsonObject { ["column"] = "is_head", ["code"] = "1" };
        FeedContract contract = FeedCatalog.Parse(json.ToJsonString(), "household.json");
        string n1 = TinyInbox.Number(1);
        string n2 = TinyInbox.Number(2);
        string text = string.Join(',', contract.Columns.Select(column => column.Header)) + "\r\n"
            + $"1000000001,{n1},01,2013-05-05,,1\r\n1000000001,{n1},02,2013-05-05,,0\r\n1000000001,{n2},01,2013-05-05,,1\r\n";
        string path = Path.GetTempFileName();
        try
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            File.WriteAllBytes(path, bytes);
            string sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
            FeedManifest manifest = new("household", Path.GetFileName(path), 3, sha, contract.Encoding, new DateTime(2023, 6, 1), new DateOnly(2023, 5, 1), new DateOnly(2023, 5, 31), 1, 1, "{}");

            // Blocks of two rows: a file that may withdraw is held whole all the same.
            Warehouse.Etl.Stage.FileReading reading = Warehouse.Etl.Stage.FileReading.Start(
                new Warehouse.Etl.Stage.InboxFile(path, sha, manifest, contract), new Warehouse.Etl.Link.KeyMint(new byte[16]), new DateTime(2023, 6, 1), 1, 2, TestContext.Current.CancellationToken);
            Warehouse.Etl.Stage.StagedBlock block = Assert.Single(reading.Blocks());
            Warehouse.Etl.Stage.StagedFile staged = await reading.Completion;

            Assert.Equal((3L, 2L, 1L, 1L), (staged.ReadCount, staged.RowCount, staged.SupersededCount, staged.RejectCount));
            Assert.Equal(2, block.RowCount);
            Warehouse.Etl.Stage.RejectedRow reject = Assert.Single(block.Rejects);
            Assert.Equal((4, "HOU-907"), (reject.Line, reject.Faults.Single().Rule));
            Assert.Equal($"1000000001,{n2},01,2013-05-05,,1", Encoding.UTF8.GetString(reject.Raw));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("append", "FEED-005")]
    [InlineData("cut", "FEED-005")]
    [InlineData("replace", "FEED-005")]
    [InlineData("delete", "FEED-009")]
    [InlineData("folder", "FEED-009")]
    public void A_file_that_changes_or_vanishes_after_it_was_registered_fails_alone(string how, string code)
    {
        using TinyInbox inbox = TinyInbox.Family();
        string name = inbox.Add("checkup", Extracted, Period, [["H0009", "", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "1", "", "", "3歳", "H28.5.5", "", "", "", "", "", "1"]]);
        string path = Path.Combine(inbox.Path, name);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = new LoadPipeline(fixture.Databases).Run(
            new LoadOptions
            {
                Inbox = inbox.Path,
                Secret = new byte[32],
                Backfill = true,
                CrashPoint = point =>
                {
                    if (point == "run")
                    {
                        Change(path, how);
                    }
                },
            },
            null,
            TestContext.Current.CancellationToken);

        Assert.Equal(code, summary.Files.Single(file => file.Status == "failed").ErrorCode);
        Assert.Equal(6, summary.Files.Count(file => file.Status == "succeeded"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    private const int RecordLimit = RecordReader.MaxRecordBytes;

    private static void Change(string path, string how)
    {
        switch (how)
        {
            case "append":
                File.AppendAllText(path, "H0010,,x,H25.5.5,1,,,3,H28.5.5,,,,,,1\r\n");
                break;
            case "cut":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..^30]);
                break;
            case "replace":
                byte[] bytes = File.ReadAllBytes(path);
                bytes[^3] = (byte)'2';
                File.WriteAllBytes(path, bytes);
                break;
            case "delete":
                File.Delete(path);
                break;
            default:
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
        }
    }

    private static string[] Contents(string folder) =>
        Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(path => Path.GetFileName(path) + ":" + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))).ToArray();
}
