using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using Warehouse.Model.Features;
using Warehouse.Reporting.Host;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.EndToEnd;

/// <summary>A small fictional city from its files to briefs and statistics over HTTP, through the same commands that people use.</summary>
public sealed partial class FilesToBriefTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("warehouse-e2e-").FullName, "out");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task Files_become_briefs_and_statistics()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        (int code, string output, string error) = await Run(["demo", "--preset", "mini", "--briefs", "2", "--output", _folder, "--json"], stop);
        Assert.True(code == 0, error);
        using JsonDocument demo = JsonDocument.Parse(output);
        JsonElement summary = demo.RootElement.GetProperty("summary");
        Assert.Equal(2, summary.GetProperty("briefs").GetArrayLength());
        foreach (JsonElement path in summary.GetProperty("briefs").EnumerateArray())
        {
            string text = Text(await File.ReadAllBytesAsync(path.GetString()!, stop));
            Assert.Contains("未聴取", text, StringComparison.Ordinal);
            Assert.Contains("この結果のみで判断しない", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(demo.RootElement.GetProperty("accounts").GetProperty("steward").GetString()!, await File.ReadAllTextAsync(Path.Combine(_folder, "summary.json"), stop), StringComparison.Ordinal);

        // The same demo again takes no row in twice.
        (code, output, error) = await Run(["load", "--demo-seed", "20190401", "--backfill", "--output", _folder, "--json"], stop);
        Assert.True(code == 0, error);
        using JsonDocument load = JsonDocument.Parse(output);
        Assert.All(load.RootElement.GetProperty("batch").GetProperty("files").EnumerateArray(), file => Assert.Equal("known", file.GetProperty("status").GetString()));

        string rebuilt = Path.GetFileNameWithoutExtension(summary.GetProperty("briefs")[0].GetString()!);
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(_folder, "briefs", rebuilt + ".pdf"), stop);
        (code, _, error) = await Run(["brief", "--rebuild", rebuilt, "--output", _folder], stop);
        Assert.True(code == 0, error);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(_folder, "briefs", rebuilt + ".pdf"), stop));

        await Serve(demo.RootElement.GetProperty("accounts"), stop);

        await Freshness(stop);
        await Trace(stop);
        await WrongLink(rebuilt, stop);
        await BadRecord(rebuilt, stop);

        (code, output, error) = await Run(["check", "--output", _folder, "--json"], stop);
        Assert.True(code == 0, output + error);
    }

    // What the verb counts by scoring again is counted here from the reasons as they were written.
    private async Task Freshness(CancellationToken stop)
    {
        (int code, string output, string error) = await Run(["freshness", "--output", _folder, "--json"], stop);
        Assert.True(code == 0, error);
        using JsonDocument freshness = JsonDocument.Parse(output);
        Dictionary<string, JsonElement> sources = freshness.RootElement.GetProperty("sources").EnumerateArray().ToDictionary(source => source.GetProperty("feed").GetString()!);
        // Every month brings a file, some of them with the content of the month before.
        Assert.All(["resident", "household", "nursery", "allowance", "school", "attendance", "checkup", "consultation"], feed =>
            Assert.True(sources[feed].GetProperty("state").GetString() == "current" && sources[feed].GetProperty("missing").GetArrayLength() == 0, sources[feed].ToString()));
        Assert.True(sources["checkup"].GetProperty("late").GetArrayLength() > 0, "the city sends late files");
        using WarehouseDatabases databases = new(new HostOptions().Databases(_folder));
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        const string Listed = """
            SELECT s.child_key FROM fact.risk_score AS s
            WHERE s.band_code <> 'none'
                AND s.snapshot_date = (SELECT MAX(x.snapshot_date) FROM fact.risk_score AS x)
            """;
        Assert.Equal(session.QueryText<long>(Listed).Count, freshness.RootElement.GetProperty("listed_count").GetInt32());
        foreach (string feed in new[] { "allowance", "consultation", "checkup", "attendance", "nurse_visit" })
        {
            // A condition of a rule begins with the name of its feature.
            string[] beginnings = [.. FeatureCatalogue.Default.Entries.Where(entry => entry.Feed == feed).SelectMany(entry => new[] { entry.JapaneseName + "が", entry.JapaneseName + ": " })];
            long resting = session.QueryText<(long ChildKey, string Text)>(
                $"""
                SELECT DISTINCT r.child_key, m.text_ja FROM fact.score_reason AS r
                INNER JOIN dim.mined_rule AS m ON m.rule_key = r.rule_key
                WHERE r.snapshot_date = (SELECT MAX(x.snapshot_date) FROM fact.risk_score AS x) AND r.child_key IN ({Listed})
                """).Where(row => row.Text.Split(" かつ ").Any(condition => Array.Exists(beginnings, name => condition.StartsWith(name, StringComparison.Ordinal))))
                .Select(row => row.ChildKey).Distinct().Count();
            JsonElement loss = sources[feed].GetProperty("loss");
            Assert.Equal(resting, loss.GetProperty("resting_count").GetInt64());
            // Without a condition on it nothing can change.
            Assert.True(loss.GetProperty("used_count").GetInt32() > 0 || loss.GetProperty("resting_count").GetInt32() == 0);
        }
    }

    // The school record of one child is linked to another and put back: facts, scores and stored briefs are right afterwards.
    private async Task WrongLink(string brief, CancellationToken stop)
    {
        long[] children;
        long record;
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        {
            children = [.. session.QueryText<long>(
                """
                SELECT DISTINCT s.child_key FROM fact.risk_score AS s
                INNER JOIN fact.school_attendance_month AS m ON m.person_key = s.child_key AND m.known_to_utc = '9999-12-31' AND m.absent_days > 0
                WHERE s.is_withheld = 0 AND s.snapshot_date = '2025-04-01' AND m.month_key BETWEEN 202404 AND 202503
                ORDER BY s.child_key LIMIT 2
                """)];
            record = session.ScalarText<long>(
                $"""
                SELECT record_key FROM fact.school_attendance_month
                WHERE person_key = {children[1]} AND known_to_utc = '9999-12-31' AND absent_days > 0 AND month_key BETWEEN 202404 AND 202503
                ORDER BY month_key DESC LIMIT 1
                """);
        }

        string[] before = await Scores(children, 2, stop);
        byte[] paper = await Rebuilt(brief, stop);

        await Done(stop, "review", "assign", "--record", Text(record), "--person", Text(children[0]), "--reason", "取り違え（架空データ）");
        string[] wrong = await Scores(children, 3, stop);
        await Done(stop, "review", "undo", "--event", "1", "--reason", "別の児童の記録だった");
        string[] after = await Scores(children, 4, stop);

        Assert.Equal(2, before.Length);
        Assert.All(children, (_, i) => Assert.NotEqual(before[i], wrong[i]));
        Assert.Equal(before, after);
        Assert.Equal(paper, await Rebuilt(brief, stop));
    }

    // What is known of two children on a day after today, their scores and reasons.
    private async Task<string[]> Scores(long[] children, int days, CancellationToken stop)
    {
        DateOnly known = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(days);
        await Done(stop, "score", "--snapshot", "2025-04-01", "--as-known", known.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        using WarehouseDatabases databases = new(new HostOptions().Databases(_folder));
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        Snapshot snapshot = new(new DateOnly(2025, 4, 1), Snapshot.StartOfDayUtc(known));
        Dictionary<long, string> facts = FeatureReader.Read(session, snapshot, FeatureCatalogue.Default).Where(child => children.Contains(child.ChildKey))
            .ToDictionary(child => child.ChildKey, child => JsonSerializer.Serialize(child with { Snapshot = new(snapshot.Date, default) }));
        return [.. session.QueryText<(long ChildKey, string Score)>(
            $"""
            SELECT s.child_key, CONCAT(CAST(s.log_odds AS VARCHAR), ' ', s.withheld_code, ' ',
                (SELECT CONCAT(CAST(COUNT(*) AS VARCHAR), '/', CAST(SUM(r.weight) AS VARCHAR)) FROM fact.score_reason AS r WHERE r.child_key = s.child_key AND r.as_known_utc = s.as_known_utc))
            FROM fact.risk_score AS s
            WHERE s.child_key IN ({children[0]}, {children[1]}) AND s.as_known_utc = (SELECT MAX(x.as_known_utc) FROM fact.risk_score AS x)
            ORDER BY s.child_key
            """).Select(row => row.Score + " " + facts[row.ChildKey])];
    }

    private async Task<byte[]> Rebuilt(string brief, CancellationToken stop)
    {
        await Done(stop, "brief", "--rebuild", brief);
        return await File.ReadAllBytesAsync(Path.Combine(_folder, "briefs", brief + ".pdf"), stop);
    }

    private async Task Done(CancellationToken stop, params string[] args)
    {
        (int code, string output, string error) = await Run([.. args, "--output", _folder], stop);
        Assert.True(code == 0, error + output);
    }

    private static string Text(long key) => key.ToString(CultureInfo.InvariantCulture);

    // A clerk writes the name of another child over a consultation, and the linker believes it; whoever knows better moves it. Nobody linked anything by hand before.
    private async Task BadRecord(string brief, CancellationToken stop)
    {
        long[] children;
        (string Kanji, string Kana, DateOnly Birth, short Sex, string Address) named;
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        {
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
            children = [.. session.QueryText<long>("SELECT DISTINCT child_key FROM fact.risk_score WHERE is_withheld = 0 AND snapshot_date = '2025-04-01' ORDER BY child_key DESC LIMIT 2").Order()];
            using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
            named = identity.QueryText<(string, string, DateOnly, short, string)>(
                $"""
                SELECT r.name_kanji, r.name_kana, r.birth_date, CAST(r.sex_code AS SMALLINT), r.address FROM ident.source_record AS r
                INNER JOIN ident.crosswalk AS c ON c.record_key = r.record_key AND c.known_to_utc > '9999-01-01'
                WHERE r.system_code = 'resident' AND r.known_to_utc > '9999-01-01' AND c.person_key = {children[0]}
                """).First();
        }

        string[] before = await Scores(children, 5, stop);
        byte[] paper = await Rebuilt(brief, stop);
        string birth = named.Birth >= new DateOnly(2019, 5, 1) ? $"R{named.Birth.Year - 2018}" : $"H{named.Birth.Year - 1988}";
        using (TinyInbox inbox = new())
        {
            foreach (string file in Directory.GetFiles(Path.Combine(_folder, "inbox", "reference")))
            {
                File.Copy(file, Path.Combine(inbox.Path, "reference", Path.GetFileName(file)));
            }

            inbox.Add("consultation", "2025-04-03T02:00:00+09:00", "2025-03-31",
                [["K9999", "01", named.Kanji, named.Kana, $"{birth}.{named.Birth.Month}.{named.Birth.Day}", named.Sex == 1 ? "男" : "女", named.Address, "", "R7.3.20", "育成", "学校", "B", "", "", "", "", "", ""]]);
            await Done(stop, "load", "--inbox", inbox.Path, "--demo-seed", "20190401");
        }

        long record;
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        using (WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator))
        {
            (record, long person, string rule, string decidedBy) = identity.QueryText<(long, long, string, string)>(
                """
                SELECT c.record_key, c.person_key, c.rule_code, c.decided_by FROM ident.crosswalk AS c
                WHERE c.known_to_utc > '9999-01-01' AND c.record_key IN (SELECT r.record_key FROM ident.source_record AS r WHERE r.system_code = 'consultation' AND r.source_id LIKE 'K9999%')
                """).Single();
            Assert.Equal((children[0], "linker"), (person, decidedBy));
            Assert.NotEqual("NEW", rule);
        }

        string[] wrong = await Scores(children, 6, stop);
        await Done(stop, "review", "assign", "--record", Text(record), "--person", Text(children[1]), "--reason", "相談票の氏名の書き間違い（架空データ）");
        string[] after = await Scores(children, 7, stop);

        Assert.Equal(2, before.Length);
        Assert.NotEqual(before[0], wrong[0]);
        Assert.Equal(before[1], wrong[1]);
        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal(paper, await Rebuilt(brief, stop));
    }

    // From a reason of a scored child back to the line of the file: the line names the record that the fact is of.
    private async Task Trace(CancellationToken stop)
    {
        long child;
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model))
        {
            child = session.ScalarText<long>(
                """
                SELECT MIN(r.child_key) FROM fact.score_reason AS r
                WHERE r.side_code <> 'unknown' AND r.snapshot_date = (SELECT MAX(x.snapshot_date) FROM fact.risk_score AS x)
                """);
        }

        (int code, string output, string error) = await Run(["trace", "--child", child.ToString(CultureInfo.InvariantCulture), "--output", _folder, "--json"], stop);
        Assert.True(code == 0, error);
        using JsonDocument trace = JsonDocument.Parse(output);
        List<JsonElement> items = trace.RootElement.GetProperty("reasons").EnumerateArray().SelectMany(reason => reason.GetProperty("items").EnumerateArray()).ToList();
        List<JsonElement> rows = items.SelectMany(item => item.GetProperty("facts").EnumerateArray()).SelectMany(fact => fact.GetProperty("rows").EnumerateArray()).ToList();
        Assert.NotEmpty(rows);
        // Every fact behind a reason has a line.
        Assert.All(
            items.SelectMany(item => item.GetProperty("facts").EnumerateArray()),
            fact => Assert.True(fact.GetProperty("rows").GetArrayLength() > 0, fact.ToString()));
        using (WarehouseDatabases databases = new(new HostOptions().Databases(_folder)))
        {
            using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
            Dictionary<long, string> ids = identity.QueryText<(long RecordKey, string SourceId)>("SELECT DISTINCT record_key, source_id FROM ident.source_record")
                .GroupBy(row => row.RecordKey).ToDictionary(group => group.Key, group => group.First().SourceId);
            foreach (JsonElement row in rows)
            {
                string line = Line(Path.Combine(_folder, "inbox", row.GetProperty("file_name").GetString()!), row.GetProperty("line_number").GetInt32());
                Assert.All(ids[row.GetProperty("record_key").GetInt64()].Split('+'), part => Assert.Contains(part, line, StringComparison.Ordinal));
            }

            using WarehouseSession audit = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
            Assert.Equal(1, audit.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM audit.access_log WHERE action_code = 'trace' AND outcome_code = 'allowed' AND child_key = @child", new { child }));
        }

        string record = rows[0].GetProperty("record_key").GetInt64().ToString(CultureInfo.InvariantCulture);
        (code, output, error) = await Run(["trace", "--record", record, "--output", _folder, "--json"], stop);
        Assert.True(code == 0, error);
        Assert.Contains(rows[0].GetProperty("file_name").GetString()!, output, StringComparison.Ordinal);

        // Refused, and the refusal is in the log before anything is shown.
        (code, output, error) = await Run(["trace", "--record", record, "--staff", "steward", "--output", _folder], stop);
        Assert.Equal(1, code);
        Assert.DoesNotContain(record, output, StringComparison.Ordinal);
        Assert.Contains("Refused", error, StringComparison.Ordinal);
        (code, _, error) = await Run(["trace", "--child", child.ToString(CultureInfo.InvariantCulture), "--purpose", "curiosity", "--output", _folder], stop);
        Assert.Equal(1, code);
        Assert.Contains("purpose", error, StringComparison.Ordinal);
    }

    private static string Line(string path, int number)
    {
        byte[] bytes = File.ReadAllBytes(path);
        // Latin-1 keeps every byte; numbers are ASCII in all encodings of the feeds.
        return Encoding.Latin1.GetString(bytes).Split('\n')[number - 1];
    }

    private async Task Serve(JsonElement passwords, CancellationToken stop)
    {
        Uri address = new($"http://127.0.0.1:{FreePort()}");
        using CancellationTokenSource serving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<(int Code, string Output, string Error)> server = Run(["serve", "--urls", address.ToString(), "--output", _folder], serving.Token);
        try
        {
            using HttpClient caseworker = await SignIn(address, "caseworker", passwords, server, stop);
            using JsonDocument list = JsonDocument.Parse(await caseworker.GetStringAsync("/api/v1/worklist", stop));
            string child = list.RootElement.GetProperty("children")[0].GetProperty("childKey").GetString()!;
            string page = WebUtility.HtmlDecode(await caseworker.GetStringAsync($"/children/{child}?purpose=assessment", stop));
            Assert.Contains("児童の概要", page, StringComparison.Ordinal);
            using HttpResponseMessage judged = await DeskHost.Post(
                caseworker, $"/children/{child}?purpose=assessment", $"/children/{child}/judgements/first", new() { ["decision"] = "pending", ["reason"] = "unknown", ["note"] = "学校に確かめる" });
            Assert.Equal(HttpStatusCode.Redirect, judged.StatusCode);
            using HttpResponseMessage made = await DeskHost.Post(
                caseworker, $"/children/{child}?purpose=assessment", $"/children/{child}/briefs", new() { ["recipient"] = "教育委員会" });
            byte[] pdf = await caseworker.GetByteArrayAsync(made.Headers.Location, stop);
            Assert.Contains("学校に確かめる", Text(pdf), StringComparison.Ordinal);
            Assert.Contains("教育委員会", Text(pdf), StringComparison.Ordinal);

            using HttpClient steward = await SignIn(address, "steward", passwords, server, stop);
            using JsonDocument statistics = JsonDocument.Parse(await steward.GetStringAsync("/api/v1/statistics", stop));
            foreach (JsonElement table in statistics.RootElement.GetProperty("tables").EnumerateArray())
            {
                Assert.All(
                    table.GetProperty("cells").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(cell => cell.GetProperty("count")),
                    count => Assert.True(count.ValueKind == JsonValueKind.Null || count.GetInt64() is 0 or >= 10));
            }

            using HttpResponseMessage card = await steward.GetAsync("/model", stop);
            string style = (await card.Content.ReadAsStringAsync(stop)).Split("<style>")[1].Split("</style>")[0];
            string hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style)));
            Assert.Contains($"style-src 'sha256-{hash}'", Assert.Single(card.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", Assert.Single(card.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);

            using HttpResponseMessage refused = await steward.GetAsync(made.Headers.Location, stop);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("\"isIntact\":true", await steward.GetStringAsync("/api/v1/audit/verify", stop), StringComparison.Ordinal);
        }
        finally
        {
            await serving.CancelAsync();
            await server;
        }
    }

    private static async Task<HttpClient> SignIn(Uri address, string staffId, JsonElement passwords, Task<(int Code, string Output, string Error)> server, CancellationToken stop)
    {
        HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
        string page = "";
        while (page.Length == 0)
        {
            stop.ThrowIfCancellationRequested();
            Assert.False(server.IsCompleted, server.IsCompleted ? (await server).Error : "");
            try
            {
                page = await client.GetStringAsync("/sign-in", stop);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
                await Task.Delay(100, stop);
            }
        }

        using HttpResponseMessage response = await client.PostAsync(
            "/sign-in",
            new FormUrlEncodedContent([new("__RequestVerificationToken", Token().Match(page).Groups[1].Value), new("staff_id", staffId), new("password", passwords.GetProperty(staffId).GetString()), new("from", "/")]),
            stop);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return client;
    }

    private static string Text(byte[] pdf)
    {
        using PdfDocument document = PdfDocument.Open(pdf);
        return string.Concat(document.GetPages().Select(page => page.Text));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<(int Code, string Output, string Error)> Run(string[] args, CancellationToken stop)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.Run(args, output, error, stop);
        return (code, output.ToString(), error.ToString());
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
