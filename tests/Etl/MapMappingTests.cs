using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Mappings: made, approved, used by a load, and refused where something does not fit.</summary>
public sealed class MapMappingTests : IDisposable
{
    private const string Vendor = "住民コード\t異動区分\t異動日\t届出日\t世帯コード\tフリガナ\t氏名\t性別\t生年月日\t世帯主との続柄\t地区コード\t町字コード\t現住所\t国籍区分\tDV支援措置\t出力端末";

    private readonly string _mappings = Directory.CreateTempSubdirectory("mappings-").FullName;

    public void Dispose() => Directory.Delete(_mappings, recursive: true);

    [Fact]
    public void A_vendors_file_loads_through_an_approved_mapping_and_the_run_says_which()
    {
        using TinyInbox inbox = VendorInbox(out string name);
        MapReport report = Propose(inbox, name);
        Assert.Empty(report.Draft!.Open);
        Assert.Equal("resident", report.Draft.Mapping.Feed);
        Assert.Equal((2L, 0L), (report.Trial!.Rows, report.Trial.Quarantined));
        FeedMapping approved = Approve(report.Draft.Mapping);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        LoadedFile file = Assert.Single(summary.Files);
        Assert.Equal(("succeeded", 2L, 2L, 0L), (file.Status, file.Read, file.Staged, file.Rejected));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(["move_in 2023-06-15 T02 head 1", "move_in 2023-06-15 T02 spouse 2"], session.QueryText<string>("SELECT CONCAT(move_code, ' ', CAST(move_date AS VARCHAR), ' ', town_code, ' ', relation_code, ' ', sex_code) FROM stg.resident ORDER BY line_number"));
        Assert.Equal((approved.ContentSha256, "v", "dba01"), session.ScalarText<(string, string, string)>("SELECT mapping_sha256, profile_name, approved_by FROM meta.load_mapping"));
        string document = string.Concat(session.QueryText<string>("SELECT document_json FROM meta.mapping_document ORDER BY part_number"));
        Assert.Equal(approved.ContentSha256, FeedMapping.Parse(document, "kept").ContentSha256);
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal("架空 一郎", identity.ScalarText<string>("SELECT name_kanji FROM ident.source_record WHERE line_number = 2"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_file_pattern_stands_in_for_a_profile_that_the_manifest_does_not_name()
    {
        using TinyInbox inbox = VendorInbox(out string name, profile: null);
        Approve(Propose(inbox, name).Draft!.Mapping with { FilePattern = "resident_*.csv" });
        using WarehouseFixture fixture = WarehouseFixture.Create();

        Assert.Equal("succeeded", Assert.Single(Load(fixture, inbox).Files).Status);
    }

    [Theory]
    [InlineData("none", "MAP-003", "found profile 'v'")]
    [InlineData("proposal", "MAP-002", "nobody approved")]
    [InlineData("changed", "MAP-004", "changed after its approval")]
    [InlineData("twice", "MAP-003", "2 mappings")]
    [InlineData("broken", "MAP-001", "cannot be read")]
    [InlineData("misfit", "MAP-001", "'wings' is not a column of resident")]
    public void A_file_whose_mapping_may_not_be_used_fails_alone(string kind, string code, string part)
    {
        using TinyInbox inbox = VendorInbox(out string name);
        FeedMapping mapping = Propose(inbox, name).Draft!.Mapping;
        string path = Path.Combine(_mappings, "a.json");
        switch (kind)
        {
            case "proposal":
                File.WriteAllText(path, mapping.ToJson());
                break;
            case "changed":
                File.WriteAllText(path, mapping.Approve("dba01", new DateOnly(2025, 4, 1)).ToJson().Replace("\"転入\": \"move_in\"", "\"転入\": \"death\"", StringComparison.Ordinal));
                break;
            case "twice":
                Approve(mapping);
                File.Copy(path, Path.Combine(_mappings, "b.json"));
                break;
            case "broken":
                File.WriteAllText(path, "{\"kind\": \"mapping\"}");
                break;
            case "misfit":
                Approve(mapping with { Columns = [.. mapping.Columns, new MappedColumn("wings", "羽", null, "", null, [])] });
                break;
        }

        inbox.Add("household", "2023-04-02T02:00:00+09:00", "2023-03-31", [["1000000001", TinyInbox.Number(1), "01", "2013-05-05", "", "1"]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox);

        LoadedFile failed = Assert.Single(summary.Files, file => file.Status == "failed");
        Assert.Equal(code, failed.ErrorCode);
        Assert.Contains(part, failed.ErrorText, StringComparison.Ordinal);
        Assert.Equal("succeeded", summary.Files.Single(file => file.Feed == "household").Status);
    }

    [Fact]
    public void A_layout_that_is_not_the_mapped_one_is_refused()
    {
        using TinyInbox inbox = VendorInbox(out string name);
        FeedMapping mapping = Propose(inbox, name).Draft!.Mapping;
        Approve(mapping with { Ignored = [] });
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadedFile failed = Assert.Single(Load(fixture, inbox).Files);

        Assert.Equal("FEED-008", failed.ErrorCode);
        Assert.Contains("mapping 'v'", failed.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_the_file_lacks_takes_a_fixed_text_and_without_one_stays_open()
    {
        using TinyInbox inbox = VendorInbox(out string name);
        string path = Path.Combine(inbox.Path, name);
        File.WriteAllText(path, File.ReadAllText(path).Replace("地区コード", "zz", StringComparison.Ordinal));
        Restate(inbox, name);
        MapReport report = Propose(inbox, name);
        Assert.Contains("district_code", Assert.Single(report.Draft!.Open), StringComparison.Ordinal);
        Assert.Null(report.Trial);
        FeedMapping open = report.Draft.Mapping;
        Assert.Contains("district_code", Assert.Throws<FeedException>(() => open.Apply(FeedCatalog.Default.Get("resident"), "x")).Message, StringComparison.Ordinal);

        Approve(open with { Columns = [.. open.Columns.Select(column => column.Column == "district_code" ? column with { FixedText = "D9" } : column)] });
        using WarehouseFixture fixture = WarehouseFixture.Create();

        Assert.Equal("succeeded", Assert.Single(Load(fixture, inbox).Files).Status);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(["D9", "D9"], session.QueryText<string>("SELECT district_code FROM stg.resident"));
    }

    [Theory]
    [InlineData("6/15/2023", "5/20/2023", "month_day_year", "2023-06-15")]
    [InlineData("15/6/2023", "5/4/2023", "day_month_year", "2023-06-15")]
    [InlineData("6/5/2023", "6/5/2023", "", "")]
    [InlineData("15/6/2023", "6/15/2023", "", "")]
    public void The_order_of_month_and_day_is_found_from_the_values_or_left_open(string moved, string moved2, string shape, string day)
    {
        using TinyInbox inbox = VendorInbox(out string name, moved: moved, moved2: moved2);

        MapReport report = Propose(inbox, name);

        MappedColumn column = report.Draft!.Mapping.Columns.Single(column => column.Column == "move_date");
        Assert.Equal(shape, column.DateShape);
        Assert.Equal(shape.Length == 0, report.Draft.Open.Count > 0);
        if (shape.Length > 0)
        {
            Approve(report.Draft.Mapping);
            using WarehouseFixture fixture = WarehouseFixture.Create();
            Load(fixture, inbox);
            using WarehouseSession session = fixture.Warehouse();
            Assert.Equal(day, session.ScalarText<string>("SELECT CAST(move_date AS VARCHAR) FROM stg.resident WHERE line_number = 2"));
        }
    }

    [Fact]
    public void Codes_are_proposed_with_their_evidence_and_unknown_ones_are_listed()
    {
        using TinyInbox inbox = new();
        List<string> rows = [];
        for (int i = 0; i < 40; i++)
        {
            rows.Add(string.Join(',', "1000000001", TinyInbox.Number(i), i % 4 == 0 ? "1" : i % 4 == 1 ? "02:配偶者" : i % 4 == 2 ? "長男" : "ウ", "2013-05-05", "", i % 4 == 0 ? "主" : "員"));
        }

        string name = inbox.AddBytes("household", "2023-04-02T02:00:00+09:00", "2023-03-31", Encoding.UTF8.GetBytes("世帯コード,住民コード,続柄区分,世帯加入日,世帯脱退日,世帯主区分\n" + string.Join('\n', rows) + "\n"), 40);

        MapReport report = Propose(inbox, name);

        Assert.Equal(
            ["relation_code 02:配偶者 spouse term", "relation_code 1 head digits", "relation_code ウ  ", "relation_code 長男 child term", "is_head 主 1 term", "is_head 員 0 term"],
            report.Draft!.Codes.OrderBy(code => code.Column == "is_head").ThenBy(code => code.Vendor, StringComparer.Ordinal).Select(code => $"{code.Column} {code.Vendor} {code.Code} {code.Evidence}"));
        Assert.Equal(["ウ"], report.Draft.Mapping.Columns.Single(column => column.Column == "relation_code").Unmapped);
        Assert.Equal(10, report.Trial!.Quarantined);
        Assert.Equal("HOU-024", Assert.Single(report.Trial.Faults).Rule);
    }

    [Fact]
    public void A_mapping_keeps_its_version_through_its_document()
    {
        using TinyInbox inbox = VendorInbox(out string name);
        FeedMapping mapping = Propose(inbox, name).Draft!.Mapping;

        FeedMapping again = FeedMapping.Parse(mapping.ToJson(), "x");

        Assert.Equal(mapping.ContentSha256, again.ContentSha256);
        Assert.Equal(mapping.ContentSha256, mapping.Approve("dba01", new DateOnly(2025, 4, 1)).ContentSha256);
        Assert.NotEqual(mapping.ContentSha256, (mapping with { HeaderLine = 2 }).ContentSha256);
    }

    [Fact]
    public void A_bar_between_cells_of_cp932_is_refused_because_it_may_be_half_of_a_character()
    {
        using TinyInbox inbox = VendorInbox(out string name);
        FeedMapping mapping = Propose(inbox, name).Draft!.Mapping with { Encoding = "cp932", Delimiter = '|' };

        Assert.Contains("half of a character", Assert.Throws<FeedException>(() => mapping.Apply(FeedCatalog.Default.Get("resident"), "x")).Message, StringComparison.Ordinal);
    }

    private static MapReport Propose(TinyInbox inbox, string name) =>
        MapAssistant.Propose([Path.Combine(inbox.Path, name)], null, "v", "", new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken);

    private static TinyInbox VendorInbox(out string name, string? profile = "v", string moved = "2023年6月15日", string moved2 = "2023年6月15日")
    {
        TinyInbox inbox = new();
        string text = Vendor + "\r\n"
            + string.Join('\t', TinyInbox.Number(1), "転入", moved, "", "1000000001", "カクウ イチロウ", "架空 一郎", "男性", "昭和60年1月1日", "世帯主", "D2", "T02", "浜町2-2", "日本人", "無", "T-07") + "\r\n"
            + string.Join('\t', TinyInbox.Number(2), "転入", moved2, "", "1000000001", "カクウ ハナコ", "架空 花子", "女性", "昭和62年2月2日", "妻", "D2", "T02", "浜町2-2", "日本人", "有", "T-07") + "\r\n";
        name = inbox.AddBytes("resident", "2023-07-02T02:00:00+09:00", "2023-06-30", Encoding.UTF8.GetBytes(text), 2);
        Restate(inbox, name, profile);
        return inbox;
    }

    private static void Restate(TinyInbox inbox, string name, string? profile = "v")
    {
        string manifest = Path.Combine(inbox.Path, name + ".manifest.json");
        JsonObject stated = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        stated["encoding"] = "utf-8";
        stated["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(inbox.Path, name))));
        if (profile is not null)
        {
            stated["profile"] = profile;
        }

        File.WriteAllText(manifest, stated.ToJsonString());
    }

    private FeedMapping Approve(FeedMapping mapping)
    {
        FeedMapping approved = mapping.Approve("dba01", new DateOnly(2025, 4, 1));
        File.WriteAllText(Path.Combine(_mappings, "a.json"), approved.ToJson());
        return approved;
    }

    private LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox) => new LoadPipeline(fixture.Databases).Run(
        new LoadOptions { Inbox = inbox.Path, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = true, MaxParallel = 1, Mappings = _mappings },
        null,
        TestContext.Current.CancellationToken);
}
