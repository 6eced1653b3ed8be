using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using UglyToad.PdfPig;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>What policymakers see and take away.</summary>
public sealed partial class DashboardTests
{
    private static readonly DateTime Known = new(2025, 4, 2, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateOnly Day = new(2025, 3, 31);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_policymaker_sees_public_releases_with_charts_without_script_and_nothing_before_the_embargo_ends()
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using HttpClient client = await host.SignedIn("policymaker");
        Assert.Equal("/dashboard", (await client.GetAsync("/", Stop)).Headers.Location!.OriginalString);
        Assert.Contains("公表された統計はまだありません", await DeskHost.Text(client, "/dashboard"), StringComparison.Ordinal);
        await Release(host, new DateTime(2025, 4, 10, 1, 10, 0, DateTimeKind.Utc));
        Assert.Contains("公表された統計はまだありません", await DeskHost.Text(client, "/dashboard"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/dashboard?release=1", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/releases/1/statistics.pdf", Stop)).StatusCode);

        host.Time.Add(TimeSpan.FromMinutes(10));
        string page = await DeskHost.Text(client, "/dashboard");

        Assert.Contains("統計 第1号", page, StringComparison.Ordinal);
        Assert.Contains("東地区", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
        MatchCollection charts = Chart().Matches(page);
        Assert.True(charts.Count >= 5, $"{charts.Count} charts");
        foreach (Match chart in charts)
        {
            string[] ids = chart.Groups["ids"].Value.Split(' ');
            Assert.All(ids, id => Assert.Single(Regex.Matches(page, $" id=\"{Regex.Escape(id)}\"")));
            Assert.Matches("<title [^>]*>[^<]+</title>\\s*<desc [^>]*>[^<]+</desc>", chart.Value);
        }

        Assert.Equal(charts.Count, Regex.Count(page, "<div class=\"beside\">\\s*<figure class=\"chart\">"));
        Assert.Equal(1, host.Count("meta.statistics_release", "1 = 1"));
    }

    [Theory]
    [InlineData("/dashboard?release=9")]
    [InlineData("/dashboard?table=children_by_school")]
    [InlineData("/dashboard?table=decisions_by_district&line=D9")]
    [InlineData("/dashboard?table=funnel&line=listed")]
    [InlineData("/releases/1/children.csv")]
    [InlineData("/releases/1/statistics.html")]
    public async Task Filters_reach_what_is_released_and_nothing_else(string path)
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using HttpClient client = await host.SignedIn("policymaker");
        await Release(host);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/dashboard?table=decisions_by_district&line=D1", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, Stop)).StatusCode);
    }

    [Theory]
    [InlineData("caseworker")]
    [InlineData("linkage")]
    [InlineData("school")]
    public async Task Who_does_not_read_statistics_is_refused_and_logged(string staffId)
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        await Release(host);
        using HttpClient client = await host.SignedIn(staffId);
        string[] paths = ["/dashboard", "/dashboard?table=funnel", "/releases/1/statistics.xlsx", "/api/v1/statistics", "/api/v1/releases", "/statistics/1"];
        foreach (string path in paths)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(path, Stop)).StatusCode);
        }

        Assert.Equal(paths.Length, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal' AND outcome_code = 'refused'"));
    }

    [Fact]
    public async Task A_correction_and_a_withdrawal_are_said_on_the_page_and_withdrawn_figures_are_gone()
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using HttpClient client = await host.SignedIn("policymaker");
        ReleaseDesk desk = await Release(host);
        SampleTown.Fill(host.Fixture, from: 7000, count: 40, district: 2);
        await SampleTown.Release(desk, Day, Known.AddHours(2), "西地区の児童40人を追加");

        string first = await DeskHost.Text(client, "/dashboard?release=1"), newest = await DeskHost.Text(client, "/dashboard");
        Assert.Contains("この統計は訂正されました", first, StringComparison.Ordinal);
        Assert.Contains("第1号の訂正", newest, StringComparison.Ordinal);
        Assert.Contains("西地区の児童40人を追加", newest, StringComparison.Ordinal);

        await desk.Withdraw(SampleTown.Steward, 2, "集計の誤り", Stop);
        string gone = await DeskHost.Text(client, "/dashboard?release=2");
        Assert.Contains("集計の誤り", gone, StringComparison.Ordinal);
        Assert.DoesNotContain("<table", gone, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Gone, (await client.GetAsync("/releases/2/statistics.csv", Stop)).StatusCode);
        Assert.Contains("統計 第1号", await DeskHost.Text(client, "/dashboard"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Releases_of_two_months_are_compared_on_one_line()
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using (WarehouseSession session = host.Fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO fact.child_month SELECT child_key, 202502, place_key, facility_key, household_key, age_months, grade_code, is_resident, source_count, '2025-03-01', '9999-12-31', load_id FROM fact.child_month WHERE month_key = 202503 AND child_key < 1100");
        }

        using HttpClient client = await host.SignedIn("policymaker");
        ReleaseDesk desk = host.Desk();
        await SampleTown.Release(desk, new DateOnly(2025, 2, 28), Known);
        await SampleTown.Release(desk, Day, Known);

        string page = await DeskHost.Text(client, "/dashboard?table=children_by_district_age&line=");

        string table = page[page.IndexOf("公表ごとの数値", StringComparison.Ordinal)..];
        Assert.True(table.IndexOf("2025-02", StringComparison.Ordinal) < table.IndexOf("2025-03", StringComparison.Ordinal));
        // Each release with its own figures, none of them computed anew, and nothing of the other's.
        List<string> rows = desk.All().Select(release => desk.Document(release).Table("children_by_district_age")!.Cells[^1])
            .Select(cells => string.Concat(cells.Select(cell => $"<td class=\"number\">{cell.Text}</td>"))).ToList();
        Assert.Equal(2, rows.Distinct().Count());
        Assert.All(rows, row => Assert.Matches("[0-9]", row));
        Assert.All(rows, row => Assert.Contains(row, table, StringComparison.Ordinal));
    }

    [Fact]
    public void A_chart_ends_at_a_round_figure_and_shows_hidden_figures_as_hidden()
    {
        ReleasedRate shown = new(0, 0, RateVerdict.Shown, 0.12, 0.08, 0.18, RateComparison.None), hidden = new(1, 0, RateVerdict.Hidden, null, null, null, RateComparison.None);

        StatisticsChart rates = StatisticsChart.Rates("割合", [("2023-03", shown), ("2024-03", hidden), ("2025-03", null)])!;
        StatisticsChart counts = StatisticsChart.Counts("数", [("東", new ReleasedCell(1569, CellMark.Shown)), ("西", new ReleasedCell(null, CellMark.Secondary)), ("北", new ReleasedCell(0, CellMark.Zero))])!;

        Assert.Equal(("20.0%", "12.0%（8.0%～18.0%）", "X", "…"), (rates.Top, rates.Bars[0].Text, rates.Bars[1].Text, rates.Bars[2].Text));
        Assert.Equal((0.6, 0.4, 0.9), (Math.Round(rates.Bars[0].Share!.Value, 9), Math.Round(rates.Bars[0].Low!.Value, 9), Math.Round(rates.Bars[0].High!.Value, 9)));
        Assert.All(rates.Bars.Skip(1), bar => Assert.True(bar is { Share: null, Low: null, High: null }));
        Assert.Equal(("2,000", "1,569", "X", "-"), (counts.Top, counts.Bars[0].Text, counts.Bars[1].Text, counts.Bars[2].Text));
        Assert.Equal((0.7845, null, 0.0), (counts.Bars[0].Share, counts.Bars[1].Share, counts.Bars[2].Share));
        Assert.Null(StatisticsChart.Rates("割合", [("2024-03", hidden)]));
        Assert.Null(StatisticsChart.Counts("数", [("西", new ReleasedCell(null, CellMark.Primary))]));
    }

    [Theory]
    // Roots x of (part / whole - x)² = z² x (1 - x) / whole with z = 1.959963984540054, solved as a quadratic equation in 40 decimal digits apart from this program and rounded to four. The proportions are ones that
    // Newcombe (1998), Statistics in Medicine 17, 857-872, uses as examples; his own table was not compared.
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Intervals_are_the_roots_of_Wilsons_equation(long part, long whole, double low, double high)
    {
        (double Low, double High) interval = ReleasedRate.Wilson(part, whole);

        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void Rates_of_few_are_hidden_or_warned_and_nothing_is_ordered_that_chance_explains()
    {
        TableDefinition definition = StatisticsCatalogue.Find("decisions_by_district")!;
        TableLine[] columns = [new("need", "支援要"), new("", "合計")];
        (string Code, ReleasedCell Part, ReleasedCell All)[] rows =
        [
            ("high", Shown(60), Shown(100)), ("same", Shown(110), Shown(400)), ("few", Shown(10), Shown(25)), ("wide", Shown(11), Shown(40)),
            ("tiny", Shown(10), Shown(19)), ("hidden", new ReleasedCell(null, CellMark.Secondary), Shown(300)), ("unknown", Shown(30), new ReleasedCell(null, CellMark.Primary)), ("", Shown(250), Shown(1000)),
        ];

        Dictionary<string, ReleasedRate> rates = ReleasedRate.Of(
            definition, rows.Select(row => new TableLine(row.Code, row.Code)).ToList(), columns, rows.Select(row => (IReadOnlyList<ReleasedCell>)[row.Part, row.All]).ToList(), DisclosureProfile.JpNdb)
            .ToDictionary(rate => rows[rate.Row].Code);

        Assert.Equal((RateVerdict.Shown, RateComparison.Higher), (rates["high"].Verdict, rates["high"].Comparison));
        Assert.Equal((RateVerdict.Shown, RateComparison.NoDifference), (rates["same"].Verdict, rates["same"].Comparison));
        Assert.Equal((RateVerdict.FewWarned, RateComparison.TooSmall), (rates["few"].Verdict, rates["few"].Comparison));
        Assert.Equal((RateVerdict.Shown, RateComparison.NoDifference), (rates["wide"].Verdict, rates["wide"].Comparison));
        Assert.All(new[] { "tiny", "hidden", "unknown" }, code => Assert.True(rates[code] is { Verdict: RateVerdict.Hidden, Share: null, Low: null, Text: "X" }, code));
        Assert.Equal((RateComparison.None, "25.0%"), (rates[""].Comparison, rates[""].Text));

        static ReleasedCell Shown(long count) => new(count, CellMark.Shown);
    }

    [Fact]
    public async Task Files_are_made_of_the_document_alone_and_the_same_byte_by_byte()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleTown.Write(fixture);
        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        ReleaseDesk desk = new(fixture.Databases, audit, DisclosureProfile.JpNdb, TimeProvider.System);
        ReleaseRecord record = await SampleTown.Release(desk, Day, Known);
        StatisticsRelease release = desk.Document(record);

        Dictionary<string, byte[]> first = Make(record, release);
        Dictionary<string, byte[]> second = Make(record, StatisticsRelease.FromCanonicalText(release.ToCanonicalText()));

        Assert.Equal(StatisticsCatalogue.Tables.Count + 4, first.Count);
        Assert.All(first, file => Assert.True(file.Value.AsSpan().SequenceEqual(second[file.Key]), file.Key));
        Assert.Null(new ReleaseFiles(Renderer()).Make(record, release, "../x.csv", Stop));

        using PdfDocument pdf = PdfDocument.Open(first["statistics.pdf"]);
        string text = string.Concat(pdf.GetPages().Select(page => page.Text)).Replace(" ", "", StringComparison.Ordinal);
        Assert.All(StatisticsCatalogue.Tables, table => Assert.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, table.Title, StatisticsCatalogue.PooledYears)[..6], text, StringComparison.Ordinal));
        Assert.Contains("読み方", text, StringComparison.Ordinal);

        using JsonDocument metadata = JsonDocument.Parse(first["statistics.jsonld"]);
        Assert.Equal("dcat:Dataset", metadata.RootElement.GetProperty("@type").GetString());
        Assert.Equal("urn:sha256:" + record.DocumentSha256, metadata.RootElement.GetProperty("dct:identifier").GetString());
        Assert.Equal(
            first.Keys.Where(name => name != "statistics.jsonld").Order(),
            metadata.RootElement.GetProperty("dcat:distribution").EnumerateArray().Select(file => file.GetProperty("dcat:downloadURL").GetProperty("@id").GetString()!).Order());
    }

    [Fact]
    public void A_workbook_has_notes_numbers_marks_and_no_formula_however_a_line_is_named()
    {
        TableDefinition definition = StatisticsCatalogue.Find("decisions_by_district")!;
        ReleasedCell[][] cells = [[new(12, CellMark.Shown), new(40, CellMark.Shown)], [new(null, CellMark.Primary), new(0, CellMark.Zero)]];
        ReleasedTable table = new(
            definition with { Rates = [] }, "=HYPERLINK(\"http://x\")", [new TableLine("a", "=cmd|' /C calc'!A0"), new TableLine("", "@SUM(1)")], [new TableLine("need", "+1"), new TableLine("", "-2")], cells, []);
        StatisticsRelease release = new(1, new DateOnly(2025, 3, 1), Known, Known, DisclosureProfile.JpNdb, [table], [], new ProtectionNote(0, 0, 0));
        ReleaseRecord record = new(1, release.AsOf, Known, "jp-ndb", 4, 1, 4, 1, Known, new string('a', 64), null, []);

        using ZipArchive archive = new(new MemoryStream(new ReleaseFiles(Renderer()).Make(record, release, "statistics.xlsx", Stop)!));
        Dictionary<string, string> parts = archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using StreamReader reader = new(entry.Open(), Encoding.UTF8);
            return reader.ReadToEnd();
        });

        string sheet = parts["xl/worksheets/sheet2.xml"];
        Assert.Contains("注記", parts["xl/workbook.xml"], StringComparison.Ordinal);
        Assert.DoesNotContain(":f>", string.Concat(parts.Values), StringComparison.Ordinal);
        Assert.DoesNotMatch("<f[ >]", string.Concat(parts.Values));
        // Every text that begins as a formula would is marked as text by its style.
        string[] quoted = Style().Matches(parts["xl/styles.xml"].Split("cellXfs")[1]).Select((match, place) => (match, place)).Where(pair => pair.match.Value.Contains("quotePrefix=\"1\"", StringComparison.Ordinal)).Select(pair => pair.place.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        string[] risky = ["=HYPERLINK", "=cmd", "@SUM", "+1", "-2"];
        Assert.All(risky, start =>
        {
            Match cell = Regex.Match(sheet, $"<x:c [^>]*s=\"(\\d+)\"[^>]*><x:is><x:t[^>]*>{Regex.Escape(start)}");
            Assert.True(cell.Success && quoted.Contains(cell.Groups[1].Value), start);
        });
        Assert.Matches("<x:v>12</x:v>", sheet);
        Assert.Matches("<x:t[^>]*>X</x:t>", sheet);
        Assert.Matches("<x:t[^>]*>-</x:t>", sheet);
    }

    [Fact]
    public async Task Equity_need_and_take_up_count_what_is_in_the_warehouse()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleTown.Write(fixture);
        using (WarehouseSession session = fixture.Warehouse())
        {
            // 60 of the eastern children live with one parent; 40 of them have the allowance, 30 of these school aid.
            for (int child = 1000; child < 1060; child++)
            {
                session.ExecuteText($"INSERT INTO dim.household VALUES ({child}, 'D1', 2, 1, 1, 1, 0, '2020-01-01', '9999-12-31', '2020-01-01', '9999-12-31', 1)");
                session.ExecuteText($"UPDATE fact.child_month SET household_key = {child} WHERE child_key = {child}");
            }

            foreach ((string benefit, int until) in new[] { ("child_rearing_allowance", 1040), ("school_aid", 1030) })
            {
                for (int child = 1000; child < until; child++)
                {
                    session.ExecuteText($"INSERT INTO fact.benefit_spell (person_key, record_key, recipient_key, recipient_record_key, benefit_code, certificate_key, reason_code, payment_class, valid_from, valid_to, known_from_utc, known_to_utc, load_id) VALUES ({child}, {child}, 0, 0, '{benefit}', 0, 'none', 'full', '2023-01-01', '9999-12-31', '2023-01-01', '9999-12-31', 1)");
                }
            }
        }

        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        await new ReleaseDesk(fixture.Databases, audit, DisclosureProfile.JpNdb, TimeProvider.System).Draft(SampleTown.Analyst, Day, Known, "", Stop);

        (string, string) single = ("household", "single"), has = ("receives child_rearing_allowance", "with");
        Assert.Equal(60, Count("children 2025-03", single));
        Assert.Equal((40, 20), (Count("children 2025-03", single, has), Count("children 2025-03", single, has with { Item2 = "without" })));
        Assert.Equal((40, 30), (Count("children 2025-03", ("school aid basis", "eligible")), Count("children 2025-03", ("school aid basis", "eligible"), ("receives school_aid", "with"))));
        // Every second child of the town was found to need support.
        Assert.Equal((30, 105), (Count("children 2025-03", single, ("need window 2022-2024", "with")), Count("children 2025-03", ("need window 2022-2024", "with"))));
        // 17 ages in turn: the bands of the tables add up to those of the children.
        Assert.Equal(Count("children 2025-03", ("age", "00-02")) + Count("children 2025-03", ("age", "03-05")), Count("children 2025-03", ("age", "00-05")));
        Assert.Equal(106, Count("consultations", ("route", "school"), ("year", "window 2022-2024")));
        Assert.Equal(106, Count("consultations", ("type", "upbringing"), ("year", "to 2024")));
        Assert.Equal(105, Count("children 2025-03", ("sources", "03-05")));
        Assert.Equal(0, Count("open cases 2025-03"));
        Assert.Equal(0, Count("checkups 2025-03"));

        long Count(string population, params (string Dimension, string Line)[] lines) => SampleTown.Figure(fixture, population, lines);
    }

    private static Dictionary<string, byte[]> Make(ReleaseRecord record, StatisticsRelease release) =>
        ReleaseFiles.Names(release).ToDictionary(name => name, name => new ReleaseFiles(Renderer()).Make(record, release, name, Stop)!);

    private static IPdfRenderer Renderer() => PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn }, NullLogger.Instance);

    [Fact]
    public async Task Districts_whose_rate_is_shown_stand_in_a_funnel_inside_its_frame()
    {
        Assert.SkipWhen(Browser.Program is null, "no browser on this machine: chromium, google-chrome or msedge on the path, or WAREHOUSE_TEST_BROWSER");
        await using DeskHost host = await DeskHost.Start(fixture =>
        {
            using (WarehouseSession session = fixture.Warehouse())
            {
                session.ExecuteText("INSERT INTO dim.place VALUES (3, 'T3', N'南町', 'D3', N'南地区', N'佐和島市'), (4, 'T4', N'北町', 'D4', N'北地区', N'佐和島市')");
            }

            SampleTown.Fill(fixture);
            SampleTown.Fill(fixture, from: 3000, count: 400, district: 3);
            SampleTown.Fill(fixture, from: 4000, count: 240, district: 4);
        });
        await Release(host);
        await using Browser browser = await Browser.Start();
        await browser.Open(new Uri(host.Address, "/"));
        await browser.Type("input[name=staff_id]", "policymaker");
        await browser.Type("input[name=password]", "policymaker");
        await browser.Click("form[action='/sign-in'] button");
        await browser.Open(new Uri(host.Address, "/dashboard?table=decisions_by_district"));

        Assert.Contains("行政区の割合と偶然の範囲", await browser.Text(), StringComparison.Ordinal);
        Assert.Equal(3, (await browser.Evaluate("document.querySelectorAll('svg circle').length")).GetValue<int>());
        Assert.True((await browser.Evaluate("[...document.querySelectorAll('figure svg text, figure svg circle, figure svg path')].every(e => { const b = e.getBBox(); return b.x >= -1 && b.x + b.width <= 721 && b.y >= -1; })")).GetValue<bool>());
        await browser.Picture("funnel");
    }

    private static async Task<ReleaseDesk> Release(DeskHost host, DateTime? publicFrom = null)
    {
        ReleaseDesk desk = host.Desk();
        await SampleTown.Release(desk, Day, Known, "", publicFrom);
        return desk;
    }

    [GeneratedRegex("<svg[^>]*role=\"img\"[^>]*aria-labelledby=\"(?<ids>[^\"]+)\"[^>]*>(?s:.*?)</svg>")]
    private static partial Regex Chart();

    [GeneratedRegex("<x:xf (?=[^>]*/>)[^>]*/>")]
    private static partial Regex Style();
}
