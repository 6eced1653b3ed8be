using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;
using Warehouse.Sql;
using Warehouse.Tests.Support;
using static Warehouse.Tests.Etl.TinyWorkbook;

namespace Warehouse.Tests.Etl;

/// <summary>An unknown workbook is profiled, mapped or given a contract, and read so by a load.</summary>
public sealed class MapWorkbookTests : IDisposable
{
    private const int Records = 40;

    private readonly string _folder = Directory.CreateTempSubdirectory("map-xlsx-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_vendors_workbook_with_titles_day_cells_a_total_and_a_formula_is_mapped_and_loads_as_foretold()
    {
        using TinyInbox inbox = new();
        byte[] workbook = Of([], ("世帯一覧", "visible", Rows()), ("控", "hidden", Row(1, "x")));
        string name = inbox.AddBytes("household", "2023-04-02T02:00:00+09:00", "2023-03-31", workbook, Records + 2);
        string path = Path.Combine(inbox.Path, name);

        MapReport report = Propose(path);

        Assert.Equal(("household", FeedContract.Workbook, 4, (long)Records + 2, 1L), (report.Draft!.Mapping.Feed, report.Profile.Encoding, report.Profile.HeaderLine, report.Profile.Rows, report.Profile.TotalsRows));
        Assert.Empty(report.Draft.Open);
        Assert.Equal("resident_number", report.Profile.Columns[1].Parser);
        Assert.Equal((long)Records + 1, report.Profile.Columns[3].DateShapes["iso"]);
        // The total, and the row whose relation is a formula.
        Assert.Equal((Records + 2L, 2L), (report.Trial!.Rows, report.Trial.Quarantined));
        Assert.Equal(["HOU-020", "HOU-905"], report.Trial.Faults.Select(fault => fault.Rule).Order(StringComparer.Ordinal));

        string mappings = Path.Combine(_folder, "mappings");
        Directory.CreateDirectory(mappings);
        FeedMapping approved = report.Draft.Mapping.Approve("dba01", new DateOnly(2025, 4, 1));
        Assert.Equal(approved.ContentSha256, FeedMapping.Parse(approved.ToJson(), "x").ContentSha256);
        File.WriteAllText(Path.Combine(mappings, "a.json"), approved.ToJson());
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(path + ".manifest.json"))!.AsObject();
        (manifest["encoding"], manifest["profile"]) = (FeedContract.Workbook, "v");
        File.WriteAllText(path + ".manifest.json", manifest.ToJsonString());
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = new LoadPipeline(fixture.Databases).Run(
            new LoadOptions { Inbox = inbox.Path, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = true, MaxParallel = 1, Mappings = mappings }, null, TestContext.Current.CancellationToken);

        LoadedFile file = Assert.Single(summary.Files);
        Assert.Equal(("succeeded", Records + 2L, (long)Records, 2L), (file.Status, file.Read, file.Staged, file.Rejected));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal("2013-05-05", session.ScalarText<string>("SELECT CAST(MIN(join_date) AS VARCHAR) FROM stg.household"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void An_unknown_workbook_gives_a_contract_with_its_form_its_header_line_and_its_merged_cells()
    {
        string path = Path.Combine(_folder, "unknown.xlsx");
        StringBuilder rows = new(Row(1, "令和5年度 教室利用一覧") + Row(3, "教室名", "利用者ID", "利用日", "利用時間数"));
        for (int i = 0; i < 30; i++)
        {
            string line = (i + 4).ToString(CultureInfo.InvariantCulture);
            rows.Append(Row(
                i + 4,
                i % 10 == 0 ? $"<c r=\"A{line}\" t=\"inlineStr\"><is><t>{(i == 10 ? "ひだまり" : "あおぞら")}</t></is></c>" : $"<c r=\"A{line}\"/>",
                $"<c r=\"B{line}\" t=\"inlineStr\"><is><t>U{10000 + i}</t></is></c>",
                $"<c r=\"C{line}\" s=\"1\"><v>{45017 + i}</v></c>",
                $"<c r=\"D{line}\"><v>{i % 4}</v></c>"));
        }

        File.WriteAllBytes(path, Of([], ("一覧", "visible", rows.ToString() + "</sheetData><mergeCells count=\"3\"><mergeCell ref=\"A4:A13\"/><mergeCell ref=\"A14:A23\"/><mergeCell ref=\"A24:A33\"/></mergeCells><sheetData>")));

        MapReport report = Propose(path);

        JsonObject contract = report.NewContract!;
        Assert.Equal((FeedContract.Workbook, 3, "utf-8"), ((string?)contract["format"], (int)contract["header_line"]!, (string?)contract["encoding"]));
        Assert.Equal((27L, 0L), (report.Profile.Columns[0].MergedCells, report.Profile.Columns[0].Blanks));
        Assert.Equal("merged", (string?)contract["columns"]![0]!["carry_down"]);
        Assert.True((bool)contract["columns"]![0]!["required"]!);
        Assert.Equal("era_date", (string?)contract["columns"]![2]!["parser"]);
        Assert.Equal((30L, 0L), (report.Trial!.Rows, report.Trial.Quarantined));
        Assert.Equal(27, report.Trial.Repairs["REP-005"]);

        // A cell that is blank and not merged stays blank, whatever stands above.
        File.WriteAllBytes(path, Of([], ("一覧", "visible", rows.ToString() + "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A4:A13\"/></mergeCells><sheetData>")));
        DryRun trial = DryRun.Over([path], ContractDraft.ForTrial(contract), new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken);
        Assert.Equal((30L, 18L), (trial.Rows, trial.Quarantined));
    }

    [Fact]
    public void Of_several_visible_sheets_one_has_to_be_named_and_the_mapping_keeps_its_name()
    {
        string path = Path.Combine(_folder, "two.xlsx");
        File.WriteAllBytes(path, Of([], ("旧様式", "visible", Row(1, "a", "b")), ("世帯一覧", "visible", Rows())));

        FeedException fault = Assert.Throws<FeedException>(() => Propose(path));
        Assert.Equal("MAP-010", fault.Code);
        Assert.Contains("--sheet", fault.Message, StringComparison.Ordinal);
        Assert.Contains("no visible sheet 'x'", Assert.Throws<FeedException>(() => Propose(path, "x")).Message, StringComparison.Ordinal);

        MapReport report = Propose(path, "世帯一覧");

        Assert.Equal("世帯一覧", FeedMapping.Parse(report.Document, "x").Sheet);
        Assert.Equal(2, report.Trial!.Quarantined);
    }

    private static MapReport Propose(string path, string? sheet = null) => MapAssistant.Propose([path], null, "v", "", new DateOnly(2025, 4, 1), TestContext.Current.CancellationToken, sheet);

    // A title, a blank row, a note, the header in row 4; names broken over lines; days as day cells; one formula; a total.
    private static string Rows()
    {
        StringBuilder rows = new(Row(1, "世帯員一覧表") + Row(3, "出力日 令和5年4月1日") + Row(4, "世帯\nコード", "住民コード", "続柄区分", "世帯加入日", "世帯脱退日", "世帯主区分"));
        for (int i = 0; i <= Records; i++)
        {
            string line = (i + 5).ToString(CultureInfo.InvariantCulture);
            rows.Append(Row(
                i + 5,
                "1000000001",
                TinyInbox.Number(i),
                i == 7 ? $"<c r=\"C{line}\" t=\"str\"><f>C5</f><v>世帯主</v></c>" : $"<c r=\"C{line}\" t=\"inlineStr\"><is><t>{(i % 4 == 0 ? "世帯主" : "子")}</t></is></c>",
                $"<c r=\"D{line}\" s=\"1\"><v>{41399 + i}</v></c>",
                $"<c r=\"E{line}\"/>",
                $"<c r=\"F{line}\" t=\"inlineStr\"><is><t>{(i % 4 == 0 ? "主" : "員")}</t></is></c>"));
        }

        return rows + Row(Records + 6, "合計", (Records + 1).ToString(CultureInfo.InvariantCulture));
    }
}
