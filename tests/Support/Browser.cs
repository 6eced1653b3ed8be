using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Warehouse.Tests.Support;

/// <summary>A real browser, by the protocol of its developer tools: what a person at a municipal PC does, with what the browser itself allows.</summary>
/// <remarks>Found on the path as chromium, google-chrome or msedge, or by WAREHOUSE_TEST_BROWSER. WAREHOUSE_TEST_SCREENSHOTS names a folder for pictures of each step.</remarks>
public sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private string? _session;
    private volatile int _status;
    private int _lastId;
    private int _pictures;

    private Browser(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>Where the browser is, or null where this machine has none.</summary>
    public static string? Program { get; } = Find();

    /// <summary>The status of the last document.</summary>
    public int Status => _status;

    /// <summary>Every address that was asked for, of whatever kind.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Where downloads go.</summary>
    public string Downloads => Path.Combine(_folder, "downloads");

    /// <summary>Starts a browser without a window.</summary>
    public static async Task<Browser> Start(int width = 1366, int height = 768)
    {
        string folder = Directory.CreateTempSubdirectory("warehouse-browser-").FullName;
        ProcessStartInfo start = new(Program!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--lang=ja", "--remote-debugging-port=0", "--user-data-dir=" + folder, string.Create(CultureInfo.InvariantCulture, $"--window-size={width},{height}"), "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Browser browser = new(process, folder);
        await browser.Connect();
        return browser;
    }

    /// <summary>Opens an address and waits until it is there.</summary>
    public Task Open(Uri address) => Navigated(() => Send("Page.navigate", new JsonObject { ["url"] = address.ToString() }));

    /// <summary>Types into a field, as a person does: focus, then the text.</summary>
    public async Task Type(string selector, string text)
    {
        await Do(selector, "e.scrollIntoView(); e.focus(); if (e.select) e.select();");
        await Send("Input.insertText", new JsonObject { ["text"] = text });
    }

    /// <summary>Sets a date field or chooses an option by its value.</summary>
    public Task Choose(string selector, string value) => Do(selector, $"e.value = {JsonSerializer.Serialize(value)}; e.dispatchEvent(new Event('change', {{ bubbles: true }}));");

    /// <summary>Clicks at the middle of an element with the mouse; with <paramref name="leaves"/> waits for the page that comes.</summary>
    public Task Click(string selector, bool leaves = true) => leaves ? Navigated(() => Mouse(selector)) : Mouse(selector);

    /// <summary>Clicks a link or button that downloads, and returns the file.</summary>
    public async Task<byte[]> Download(string selector)
    {
        HashSet<string> before = [.. Directory.GetFiles(Downloads)];
        await Mouse(selector);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < Patience)
        {
            string? file = Directory.GetFiles(Downloads).FirstOrDefault(path => !before.Contains(path) && !path.EndsWith(".crdownload", StringComparison.Ordinal));
            if (file is not null && new FileInfo(file).Length > 0)
            {
                return await File.ReadAllBytesAsync(file);
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{selector} gave no file in {Patience.TotalSeconds:0} s");
    }

    /// <summary>Returns what a reader sees.</summary>
    public async Task<string> Text() => (await Evaluate("document.body.innerText")).GetValue<string>();

    /// <summary>Returns what an expression of the page is worth, as JSON.</summary>
    public async Task<JsonNode> Evaluate(string expression)
    {
        JsonNode answer = await Send("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true });
        return answer["exceptionDetails"] is { } fault ? throw new InvalidOperationException($"{expression}: {fault}") : answer["result"]?["value"] ?? JsonValue.Create("")!;
    }

    /// <summary>Takes a picture where WAREHOUSE_TEST_SCREENSHOTS asks for some.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("WAREHOUSE_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            JsonNode picture = await Send("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true });
            await File.WriteAllBytesAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++_pictures:00}-{name}.png")), Convert.FromBase64String(picture["data"]!.GetValue<string>()));
        }
    }

    /// <summary>Ends the browser and removes what it kept.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // It ends by itself when asked; what it started ends with it.
            _session = null;
            await Send("Browser.close", []).WaitAsync(TimeSpan.FromSeconds(10));
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (Exception fault) when (fault is TimeoutException or WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _stop.CancelAsync();
        _socket.Dispose();
        _process.Dispose();
        _sending.Dispose();
        _stop.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A child of the browser may still hold a file for a moment; the folder is a temporary one.
        }
    }

    private static string? Find()
    {
        string[] names = Environment.GetEnvironmentVariable("WAREHOUSE_TEST_BROWSER") is { Length: > 0 } named ? [named] : ["chromium", "chromium-browser", "google-chrome", "msedge", "msedge.exe"];
        return names.SelectMany(name => Path.IsPathRooted(name) ? [name] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    private async Task Connect()
    {
        string port = Path.Combine(_folder, "DevToolsActivePort");
        Stopwatch watch = Stopwatch.StartNew();
        string[] lines = [];
        while (lines.Length < 2)
        {
            lines = File.Exists(port) ? await File.ReadAllLinesAsync(port) : [];
            if (watch.Elapsed > Patience || _process.HasExited)
            {
                throw new TimeoutException($"{Program} did not open its port.");
            }

            await Task.Delay(50);
        }

        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), _stop.Token);
        _reading = Task.Run(Read);
        JsonNode target = await Send("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        JsonNode attached = await Send("Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        Directory.CreateDirectory(Downloads);
        await Send("Browser.setDownloadBehavior", new JsonObject { ["behavior"] = "allow", ["downloadPath"] = Downloads });
        _session = attached["sessionId"]!.GetValue<string>();
        await Send("Page.enable", []);
        await Send("Network.enable", []);
        await Send("Network.setExtraHTTPHeaders", new JsonObject { ["headers"] = new JsonObject { ["Accept-Language"] = "ja" } });
    }

    private async Task Navigated(Func<Task> work)
    {
        TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _loaded = loaded;
        await work();
        await loaded.Task.WaitAsync(Patience);
    }

    private async Task Mouse(string selector)
    {
        JsonNode at = await Evaluate(
            $"(() => {{ const e = document.querySelector({JsonSerializer.Serialize(selector)}); if (!e) return null; e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()");
        JsonArray point = at as JsonArray ?? throw new InvalidOperationException($"no {selector} on the page: {await Text()}");
        foreach (string kind in new[] { "mousePressed", "mouseReleased" })
        {
            await Send("Input.dispatchMouseEvent", new JsonObject { ["type"] = kind, ["x"] = point[0]!.DeepClone(), ["y"] = point[1]!.DeepClone(), ["button"] = "left", ["clickCount"] = 1 });
        }
    }

    private async Task Do(string selector, string work)
    {
        JsonNode done = await Evaluate($"(() => {{ const e = document.querySelector({JsonSerializer.Serialize(selector)}); if (!e) return false; {work} return true; }})()");
        if (!done.GetValue<bool>())
        {
            throw new InvalidOperationException($"no {selector} on the page: {await Text()}");
        }
    }

    private async Task<JsonNode> Send(string method, JsonObject parameters)
    {
        int id = Interlocked.Increment(ref _lastId);
        TaskCompletionSource<JsonNode> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        JsonObject message = new() { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            message["sessionId"] = _session;
        }

        await _sending.WaitAsync(_stop.Token);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, _stop.Token);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    private async Task Read()
    {
        byte[] buffer = new byte[1 << 16];
        using MemoryStream whole = new();
        try
        {
            while (true)
            {
                WebSocketReceiveResult part = await _socket.ReceiveAsync(buffer, _stop.Token);
                whole.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonNode.Parse(whole.ToArray())!);
                    whole.SetLength(0);
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The browser is gone; whoever waits is told so.
            foreach (TaskCompletionSource<JsonNode> waiting in _waiting.Values)
            {
                waiting.TrySetException(fault);
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"]?.GetValue<int>() is { } id && _waiting.TryRemove(id, out TaskCompletionSource<JsonNode>? waiting))
        {
            if (message["error"] is { } fault)
            {
                waiting.SetException(new InvalidOperationException(fault.ToJsonString()));
            }
            else
            {
                waiting.SetResult(message["result"]!);
            }

            return;
        }

        JsonNode? about = message["params"];
        switch (message["method"]?.GetValue<string>())
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Network.requestWillBeSent":
                _requests.Enqueue(about!["request"]!["url"]!.GetValue<string>());
                break;
            case "Network.responseReceived" when about!["type"]!.GetValue<string>() == "Document":
                _status = about["response"]!["status"]!.GetValue<int>();
                break;
        }
    }
}
