using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using Warehouse.Reporting.Host;

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

        (code, output, error) = await Run(["check", "--output", _folder, "--json"], stop);
        Assert.True(code == 0, output + error);
    }

    private async Task Serve(JsonElement passwords, CancellationToken stop)
    {
        Uri address = new($"http://127.0.0.1:{FreePort()}");
        using CancellationTokenSource serving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<(int Code, string Output, string Error)> server = Run(["serve", "--urls", address.ToString(), "--output", _folder], serving.Token);
        try
        {
            using HttpClient caseworker = await SignIn(address, "caseworker", passwords, server, stop);
            using JsonDocument list = JsonDocument.Parse(await caseworker.GetStringAsync("/api/worklist", stop));
            string child = list.RootElement[0].GetProperty("childKey").GetString()!;
            string page = WebUtility.HtmlDecode(await caseworker.GetStringAsync($"/children/{child}?purpose=assessment", stop));
            Assert.Contains("児童の概要", page, StringComparison.Ordinal);
            byte[] pdf = await caseworker.GetByteArrayAsync($"/children/{child}/brief.pdf?purpose=conference&recipient=" + Uri.EscapeDataString("教育委員会"), stop);
            Assert.Contains("教育委員会", Text(pdf), StringComparison.Ordinal);

            using HttpClient steward = await SignIn(address, "steward", passwords, server, stop);
            using JsonDocument statistics = JsonDocument.Parse(await steward.GetStringAsync("/api/statistics", stop));
            foreach (JsonElement table in statistics.RootElement.GetProperty("tables").EnumerateArray())
            {
                Assert.All(
                    table.GetProperty("cells").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(cell => cell.GetProperty("count")),
                    count => Assert.True(count.ValueKind == JsonValueKind.Null || count.GetInt64() is 0 or >= 10));
            }

            using HttpResponseMessage refused = await steward.GetAsync($"/children/{child}/brief.pdf?purpose=conference&recipient=a", stop);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("\"isIntact\":true", await steward.GetStringAsync("/api/audit/verify", stop), StringComparison.Ordinal);
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
