using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary>Caseworkers at work in the web service all at once: how long each kind of page takes.</summary>
/// <remarks>
/// <c>desk --output FOLDER [--users N] [--seconds S] [--pause MS]</c>. On what a demo or a load left in the folder: adds accounts <c>bench-01</c> and so on with new passwords (caseworkers of the whole city), starts
/// <c>serve</c> as a process of its own on a free port of this machine, and lets each user open the worklist, filter it, open children of it with a purpose and their contacts, with a pause of MS milliseconds on average
/// (exponential) between answers. Printed are counts, quantiles and sizes by kind of page after a warm-up of a tenth of the time. A user who is told to wait (429) is counted and waits.
/// Ends with 1 where an answer is neither 200 nor 429.
/// </remarks>
internal static partial class DeskCommand
{
    private static readonly string[] Filters = ["judged=no", "council=no", "judged=no&council=no", "changed=true", "due=true"];

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal) { ["--output"] = "", ["--users"] = "20", ["--seconds"] = "60", ["--pause"] = "500" };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !settings.ContainsKey(args[i]))
            {
                return await Usage(error).ConfigureAwait(false);
            }

            settings[args[i]] = args[i + 1];
        }

        if (settings["--output"].Length == 0 || !Number("--users", out int users) || !Number("--seconds", out int seconds) || !Number("--pause", out int pause))
        {
            return await Usage(error).ConfigureAwait(false);
        }

        string folder = Path.GetFullPath(settings["--output"]);
        string warehouse = Path.Combine(folder, "warehouse.duckdb");
        if (!File.Exists(warehouse))
        {
            await error.WriteLineAsync($"{warehouse} was not found: run 'warehouse demo --output {folder}' first.").ConfigureAwait(false);
            return 2;
        }

        List<(string StaffId, string Password)> accounts = Accounts(folder, users);
        Uri address = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        using Process service = await Start(folder, address).ConfigureAwait(false);
        try
        {
            return await Measure(address, accounts, seconds, pause, service, output).ConfigureAwait(false);
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync().ConfigureAwait(false);
        }

        bool Number(string name, out int value) => int.TryParse(settings[name], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
    }

    private static async Task<int> Usage(TextWriter error)
    {
        await error.WriteLineAsync("usage: desk --output FOLDER [--users N] [--seconds S] [--pause MS]").ConfigureAwait(false);
        return 2;
    }

    private static List<(string StaffId, string Password)> Accounts(string folder, int users)
    {
        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")));
        StaffAccounts accounts = new(databases, TimeProvider.System);
        List<(string StaffId, string Password)> made = [];
        for (int i = 1; i <= users; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"bench-{i:00}");
            string password = StaffAccounts.NewPassword();
            accounts.Save(new StaffMember(id, "計測 用", Roles.Caseworker, Roles.CityRemit), password);
            made.Add((id, password));
        }

        return made;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Process> Start(string folder, Uri address)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "warehouse.dll"), "serve", "--output", folder, "--urls", address.AbsoluteUri, "--roles", "reports"])
        {
            RedirectStandardOutput = true,
        };
        Process service = Process.Start(start)!;
        using HttpClient client = new() { BaseAddress = address };
        for (int i = 0; i < 600; i++)
        {
            if (service.HasExited)
            {
                throw new InvalidOperationException($"serve ended with exit code {service.ExitCode} before it answered.");
            }

            try
            {
                using HttpResponseMessage ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative)).ConfigureAwait(false);
                if (ready.IsSuccessStatusCode)
                {
                    return service;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100).ConfigureAwait(false);
        }

        service.Kill();
        throw new TimeoutException($"serve did not answer at {address} within a minute.");
    }

    private static async Task<int> Measure(Uri address, List<(string StaffId, string Password)> accounts, int seconds, int pause, Process service, TextWriter output)
    {
        List<User> users = [];
        foreach ((string staffId, string password) in accounts)
        {
            users.Add(await User.SignIn(address, staffId, password, pause, users.Count).ConfigureAwait(false));
        }

        using CancellationTokenSource end = new();
        ConcurrentBag<Answer> answers = [];
        TimeSpan processor = service.TotalProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        Task[] work = [.. users.Select(user => Task.Run(() => user.Work(answers, begun, end.Token)))];
        await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(work).ConfigureAwait(false);
        double all = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        service.Refresh();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{users.Count} users, {all:0} s, a pause of {pause} ms on average, {Environment.ProcessorCount} cores for both; the service used {(service.TotalProcessorTime - processor).TotalSeconds:0.0} s of processor, {service.PeakWorkingSet64 / (1024 * 1024)} MB at its peak"));
        output.WriteLine();
        output.WriteLine("| page | answers | a second | p50 ms | p95 ms | p99 ms | largest ms | KB | told to wait | other |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        bool isClean = true;
        double warm = seconds / 10.0;
        foreach (IGrouping<string, Answer> page in answers.Where(answer => answer.At >= warm).GroupBy(answer => answer.Page).OrderBy(page => page.Key, StringComparer.Ordinal))
        {
            double[] times = [.. page.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Milliseconds).Order()];
            int waits = page.Count(answer => answer.Status == HttpStatusCode.TooManyRequests);
            int other = page.Count() - waits - times.Length;
            isClean &= other == 0;
            output.WriteLine(times.Length == 0
                ? $"| {page.Key} | 0 | | | | | | | {waits} | {other} |"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {page.Key} | {times.Length} | {times.Length / (all - warm):0.0} | {At(times, .5):0} | {At(times, .95):0} | {At(times, .99):0} | {times[^1]:0} | {page.Max(answer => answer.Bytes) / 1024.0:0.0} | {waits} | {other} |"));
        }

        return isClean ? 0 : 1;
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    [GeneratedRegex("href=\"/children/(-?[0-9]+)\"")]
    private static partial Regex ChildLink();

    [GeneratedRegex("<form[^>]*action=\"/sign-in\"[^>]*>(.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex SignInForm();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>")]
    private static partial Regex HiddenInput();

    private sealed record Answer(string Page, double At, double Milliseconds, HttpStatusCode Status, int Bytes);

    private sealed class User(HttpClient client, int pause, int number)
    {
        private readonly Random _random = new(number + 1);

        public static async Task<User> SignIn(Uri address, string staffId, string password, int pause, int number)
        {
            HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };
            client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
            while (true)
            {
                string page = await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative)).ConfigureAwait(false);
                Dictionary<string, string> form = HiddenInput().Matches(SignInForm().Match(page).Groups[1].Value)
                    .ToDictionary(input => Attribute(input.Value, "name"), input => WebUtility.HtmlDecode(Attribute(input.Value, "value")), StringComparer.Ordinal);
                form["staff_id"] = staffId;
                form["password"] = password;
                form["from"] = "/";
                using FormUrlEncodedContent content = new(form);
                using HttpResponseMessage response = await client.PostAsync(new Uri("/sign-in", UriKind.Relative), content).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.Redirect)
                {
                    return new User(client, pause, number);
                }

                if (response.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    throw new InvalidOperationException($"{staffId} cannot sign in: {(int)response.StatusCode}.");
                }

                // The limit counts sign-ins of one address by the minute.
                await Task.Delay(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            }
        }

        public async Task Work(ConcurrentBag<Answer> answers, long begun, CancellationToken end)
        {
            List<string> children = [];
            while (!end.IsCancellationRequested)
            {
                double way = _random.NextDouble();
                string child = children.Count == 0 ? "" : children[_random.Next(children.Count)];
                (string page, string path) = (way, child) switch
                {
                    ( < .15, _) or (_, "") => ("worklist", "/worklist"),
                    ( < .45, _) => ("worklist, filtered", "/worklist?" + Filters[_random.Next(Filters.Length)]),
                    ( < .85, _) => ("child", $"/children/{child}?purpose=support"),
                    _ => ("contacts", $"/children/{child}/contacts?purpose=support"),
                };
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), CancellationToken.None).ConfigureAwait(false);
                string text = await response.Content.ReadAsStringAsync(CancellationToken.None).ConfigureAwait(false);
                answers.Add(new Answer(
                    page, Stopwatch.GetElapsedTime(begun, start).TotalSeconds, Stopwatch.GetElapsedTime(start).TotalMilliseconds, response.StatusCode, System.Text.Encoding.UTF8.GetByteCount(text)));
                if (page == "worklist" && response.IsSuccessStatusCode)
                {
                    children = [.. ChildLink().Matches(text).Select(link => link.Groups[1].Value).Distinct(StringComparer.Ordinal)];
                }

                double wait = response.StatusCode == HttpStatusCode.TooManyRequests ? 2_000 : -Math.Log(1 - _random.NextDouble()) * pause;
                try
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(wait), end).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }

        private static string Attribute(string tag, string name) => Regex.Match(tag, $"\\b{name}=\"([^\"]*)\"").Groups[1].Value;
    }
}
