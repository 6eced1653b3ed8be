using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Warehouse.Etl.City;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>A small demo with more caseworkers, and the inbox of a smaller city with an undisturbed load of it.</summary>
public sealed class CrashFixture : IAsyncLifetime
{
    /// <summary>Caseworkers of the whole city; the password of each is its id.</summary>
    public static readonly IReadOnlyList<string> Staff = ["crash1", "crash2", "crash3", "crash4"];

    private readonly string _root = Directory.CreateTempSubdirectory("warehouse-crash-").FullName;

    /// <summary>Children of the demo, in a fixed order.</summary>
    public IReadOnlyList<long> Children { get; private set; } = [];

    public string Inbox => Path.Combine(_root, "small", "inbox");

    /// <summary>The databases of the undisturbed load.</summary>
    public string Clean => Path.Combine(_root, "clean");

    /// <summary>How long the undisturbed load took, with the start of its process.</summary>
    public TimeSpan Duration { get; private set; }

    public async ValueTask InitializeAsync()
    {
        string demo = Path.Combine(_root, "demo");
        await Run("demo", "--preset", "mini", "--briefs", "0", "--output", demo);
        using (WarehouseDatabases databases = Open(demo))
        {
            StaffAccounts accounts = new(databases, TimeProvider.System);
            foreach (string id in Staff)
            {
                accounts.Save(new StaffMember(id, "支援 " + id, Roles.Caseworker, Roles.CityRemit), id);
            }

            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator);
            Children = session.QueryText<long>("SELECT s.child_key FROM fact.risk_score AS s WHERE s.snapshot_date = '2025-04-01' ORDER BY s.child_key");
        }

        CityGenerator.Generate(CityOptions.For(CityPreset.Mini) with { Children = 50, Years = 1 }, Path.GetDirectoryName(Inbox)!);
        Directory.CreateDirectory(Clean);
        Stopwatch watch = Stopwatch.StartNew();
        await using WarehouseProcess load = Load(Clean);
        (int code, string said) = await load.Ended();
        Duration = watch.Elapsed;
        Assert.True(code == 0, said);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Returns a copy of the demo.</summary>
    public string Copy(string name)
    {
        string folder = Folder(name);
        foreach (string file in Directory.GetFiles(Path.Combine(_root, "demo")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    public WarehouseProcess Load(string folder) => WarehouseProcess.Start(folder, "load", "--inbox", Inbox, "--backfill", "--demo-seed", "20190401");

    public static WarehouseDatabases Open(string folder) => new(new HostOptions().Databases(folder));

    public static async Task Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.Run(args, output, error, TestContext.Current.CancellationToken);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {code} {output}{error}");
    }
}

/// <summary>The program is killed for real while people work with it; what was confirmed stays, and nothing is half-written.</summary>
/// <remarks>Two kills each; WAREHOUSE_TEST_KILLS=20 tries more moments. The moments are drawn from a seed; what runs at them is up to the machine.</remarks>
public sealed class CrashTests(CrashFixture city) : IClassFixture<CrashFixture>
{
    private const int Agenda = 12;

    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("WAREHOUSE_TEST_KILLS"), CultureInfo.InvariantCulture, out int kills) ? kills : 2;

    [Fact]
    public async Task Judgements_and_contacts_that_were_confirmed_are_there_whenever_the_service_is_killed()
    {
        string folder = city.Copy("judgements");
        ConcurrentQueue<string> confirmed = [];
        Random random = new(20250401);
        int before = 0, unfinished = 0, taken = -1;
        for (int kill = 0; kill < Kills; kill++)
        {
            await using WarehouseProcess serve = await WarehouseProcess.Serve(folder);
            TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task[] people = [.. CrashFixture.Staff.Select(staff => Work(serve.Address, staff, begun))];
            await Task.WhenAny(begun.Task, Task.WhenAll(people));
            await Task.Delay(random.Next(20, 1500), TestContext.Current.CancellationToken);
            await serve.Kill();
            await Task.WhenAll(people);
            Assert.True(confirmed.Count > before, "nobody recorded anything before the kill");
            before = confirmed.Count;
            unfinished += Whole(folder, confirmed, isFinished: false);
        }

        await using (WarehouseProcess last = await WarehouseProcess.Serve(folder))
        {
        }

        Whole(folder, confirmed, isFinished: true);
        await CrashFixture.Run("check", "--output", folder);
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills, {confirmed.Count} confirmed entries, {unfinished} finished at a later start");

        async Task Work(Uri address, string staff, TaskCompletionSource begun)
        {
            try
            {
                using HttpClient client = await SignedIn(address, staff);
                while (Interlocked.Increment(ref taken) is var index && index < city.Children.Count)
                {
                    string child = $"/children/{city.Children[index].ToString(CultureInfo.InvariantCulture)}";
                    foreach ((string stage, Dictionary<string, string> form) in new (string, Dictionary<string, string>)[]
                    {
                        ("/judgements/first", new() { ["decision"] = "need", ["reason"] = "school" }),
                        ("/judgements/final", new() { ["decision"] = "pending", ["reason"] = "unknown" }),
                        ("/contacts", new() { ["event"] = "support", ["detail"] = "food", ["date"] = "2025-04-01" }),
                    })
                    {
                        form["note"] = $"メモ {staff} {index} {stage}";
                        string page = child + (stage == "/contacts" ? stage : "") + "?purpose=support";
                        using HttpResponseMessage answer = await DeskHost.Post(client, page, child + stage, form);
                        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{child}{stage}: {answer.StatusCode}");
                        confirmed.Enqueue(form["note"]);
                        begun.TrySetResult();
                    }
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException)
            {
                // The service is dead: whatever was not answered is not confirmed.
            }
        }
    }

    [Fact]
    public async Task Copies_of_a_conference_have_their_documents_and_go_on_where_they_were_whenever_the_service_is_killed()
    {
        string folder = city.Copy("conference");
        Random random = new(20250402);
        int cut = 0;
        string path = "";
        TimeSpan whole = default;
        for (int kill = 0; kill <= Kills; kill++)
        {
            await using WarehouseProcess serve = await WarehouseProcess.Serve(folder);
            using HttpClient client = await SignedIn(serve.Address, CrashFixture.Staff[0]);
            if (kill == 0)
            {
                foreach (long child in city.Children.Take(Agenda))
                {
                    await Done(client, $"/children/{child}?purpose=assessment", $"/children/{child}/judgements/first", new() { ["decision"] = "need", ["reason"] = "school" });
                }

                // An undisturbed batch says how long one takes here and now.
                string first = await Called(client);
                Stopwatch watch = Stopwatch.StartNew();
                await Finished(client, first);
                whole = watch.Elapsed;
            }
            else
            {
                // The batch that was cut off is asked for again.
                await Finished(client, path);
                Documents(folder: null, await DeskHost.Text(client, path));
            }

            if (kill < Kills)
            {
                path = await Called(client);
                await Done(client, path, path + "/briefs", []);
                await Task.Delay(whole * random.NextDouble(), TestContext.Current.CancellationToken);
            }

            await serve.Kill();
            int copies = Documents(folder, null);
            cut += kill < Kills && copies % (Agenda * 3) != 0 ? 1 : 0;
        }

        Assert.Equal((Kills + 1) * Agenda * 3, Documents(folder, null));
        await CrashFixture.Run("check", "--output", folder);
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills, {cut} of them within a batch");
    }

    [Fact]
    public async Task A_load_that_is_killed_and_run_again_ends_as_an_undisturbed_one()
    {
        Random random = new(20250403);
        for (int kill = 0; kill < Kills; kill++)
        {
            string folder = city.Folder(string.Create(CultureInfo.InvariantCulture, $"load{kill}"));
            // Moments in every part of the time that an undisturbed load takes, the start of the process left out.
            double share = 0.2 + (0.8 * (kill + random.NextDouble()) / Kills);
            await using (WarehouseProcess load = city.Load(folder))
            {
                await Task.Delay(city.Duration * share, TestContext.Current.CancellationToken);
                await load.Kill();
            }

            await using (WarehouseProcess again = city.Load(folder))
            {
                (int code, string said) = await again.Ended();
                Assert.True(code == 0, said);
            }

            await CrashFixture.Run("check", "--output", folder);
            await CrashFixture.Run("check", "--output", folder, "--compare", city.Clean);
        }
    }

    // Everything confirmed is there with its words, every fact has its row in the log, words without facts are known; returns how many entries are still to be finished.
    private static int Whole(string folder, IReadOnlyCollection<string> confirmed, bool isFinished)
    {
        using WarehouseDatabases databases = CrashFixture.Open(folder);
        using WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
        HashSet<string> facts = [.. warehouse.QueryText<string>("SELECT j.judgement_id FROM fact.judgement AS j UNION ALL SELECT c.contact_id FROM fact.contact AS c")];
        Dictionary<string, string> notes = identity.QueryText<(string Id, string Text)>("SELECT note_id, note_text FROM casework.note").ToDictionary(note => note.Id, note => note.Text, StringComparer.Ordinal);
        HashSet<string> written = [.. notes.Where(note => facts.Contains(note.Key)).Select(note => note.Value)];
        HashSet<string> begun = [.. identity.QueryText<string>("SELECT entry_id FROM casework.unfinished_entry")];

        Assert.Empty(confirmed.Except(written));
        Assert.Empty(facts.Except(notes.Keys));
        Assert.Empty(notes.Keys.Except(facts).Except(begun));
        Assert.Equal(
            [],
            warehouse.QueryText<string>(
                """
                SELECT j.judgement_id FROM fact.judgement AS j
                WHERE NOT EXISTS (SELECT 1 FROM audit.access_log AS a WHERE a.object_id = j.judgement_id AND a.child_key = j.child_key AND a.staff_id = j.staff_id
                    AND a.action_code = CONCAT('judge-', j.stage_code) AND a.outcome_code = 'allowed')
                UNION ALL
                SELECT c.contact_id FROM fact.contact AS c
                WHERE NOT EXISTS (SELECT 1 FROM audit.access_log AS a WHERE a.object_id = c.contact_id AND a.child_key = c.child_key AND a.action_code = 'contact-record' AND a.outcome_code = 'allowed')
                """));
        Assert.True(AuditTrail.Verify(databases) is { IsIntact: true, RowCount: > 0 });
        Assert.True(!isFinished || begun.Count == 0);
        return begun.Except(facts).Count();
    }

    // Every copy has its whole document and every document its copy; nobody has two of one child. Returns the number of copies.
    private static int Documents(string? folder, string? page)
    {
        if (folder is null)
        {
            Assert.Contains($"配布 {Agenda * 3} 部、うち回収 0 部。", page!, StringComparison.Ordinal);
            return 0;
        }

        using WarehouseDatabases databases = CrashFixture.Open(folder);
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
        Dictionary<string, string> hashes = identity.QueryText<(string Id, string Hash)>("SELECT brief_id, document_sha256 FROM casework.brief").ToDictionary(row => row.Id, row => row.Hash, StringComparer.Ordinal);
        List<string> copies = [.. identity.QueryText<string>("SELECT brief_id FROM casework.conference_copy")];
        Assert.Equal(hashes.Keys.Order(StringComparer.Ordinal), copies.Order(StringComparer.Ordinal));
        foreach (IGrouping<string, string> parts in identity.QueryText<(string Id, string Text)>("SELECT brief_id, document_json FROM casework.brief_part ORDER BY brief_id, part_number").GroupBy(row => row.Id, row => row.Text))
        {
            Assert.Equal(hashes[parts.Key], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts)))));
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(string.Concat(parts)).RootElement.ValueKind);
            hashes.Remove(parts.Key);
        }

        Assert.Empty(hashes);
        Assert.Equal([], identity.QueryText<string>("SELECT CONCAT(conference_id, ' ', child_key) FROM casework.conference_copy GROUP BY conference_id, child_key HAVING COUNT(*) <> COUNT(DISTINCT member_number) OR COUNT(*) <> MAX(copy_number)"));
        Assert.True(AuditTrail.Verify(databases).IsIntact);
        return copies.Count;
    }

    private async Task<string> Called(HttpClient client)
    {
        using HttpResponseMessage called = await DeskHost.Post(client, "/conferences", "/conferences", new() { ["title"] = "個別ケース検討会議", ["held"] = DateTime.UtcNow.AddHours(9).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });
        Assert.Equal(HttpStatusCode.Redirect, called.StatusCode);
        string path = called.Headers.Location!.ToString();
        foreach (string agency in new[] { "健康課", "東小学校", "家庭児童相談室" })
        {
            await Done(client, path, path + "/members", new() { ["agency"] = agency, ["name"] = "", ["duty"] = "member" });
        }

        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(client, path), "/sign-out");
        foreach (long child in city.Children.Take(Agenda))
        {
            using HttpResponseMessage added = await client.PostAsync($"/children/{child}/conferences", new FormUrlEncodedContent(token.Append(new("conference", path.Split('/')[2]))));
            Assert.Equal(HttpStatusCode.Redirect, added.StatusCode);
        }

        return path;
    }

    private static async Task Finished(HttpClient client, string path)
    {
        await Done(client, path, path + "/briefs", []);
        Stopwatch watch = Stopwatch.StartNew();
        while (!(await DeskHost.Text(client, path + "/briefs")).Contains("終わりました", StringComparison.Ordinal))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "the batch did not end");
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<HttpClient> SignedIn(Uri address, string staff)
    {
        HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
        using HttpResponseMessage response = await DeskHost.Post(client, "/sign-in", "/sign-in", new() { ["staff_id"] = staff, ["password"] = staff, ["from"] = "/" });
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return client;
    }

    private static async Task Done(HttpClient client, string page, string action, Dictionary<string, string> fields)
    {
        using HttpResponseMessage answer = await DeskHost.Post(client, page, action, fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{action}: {answer.StatusCode}");
    }
}
