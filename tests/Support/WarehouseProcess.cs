using System.Diagnostics;
using Warehouse.Reporting.Host;

namespace Warehouse.Tests.Support;

/// <summary>The program in a process of its own, which a test may kill.</summary>
public sealed class WarehouseProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _error;

    private WarehouseProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens, once it serves.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:1");

    /// <summary>Starts a command on a folder.</summary>
    public static WarehouseProcess Start(string folder, params string[] args)
    {
        ProcessStartInfo start = new(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [typeof(CommandLine).Assembly.Location, .. args, "--output", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        // Keys of cookies and forms outlive the process, as in an installation.
        start.Environment["WAREHOUSE__WEB__KEYFOLDER"] = "keys";
        return new WarehouseProcess(Process.Start(start)!);
    }

    /// <summary>Starts the service on a free port and returns it when it answers.</summary>
    public static async Task<WarehouseProcess> Serve(string folder)
    {
        WarehouseProcess serve = Start(folder, "serve", "--urls", "http://127.0.0.1:0", "--roles", "reports");
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (await serve._process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("Serving http", StringComparison.Ordinal))
            {
                serve.Address = new Uri(line.Split(' ')[1].TrimEnd(','));
                return serve;
            }
        }

        await serve._process.WaitForExitAsync(patience.Token);
        throw new InvalidOperationException("The service did not start: " + await serve._error);
    }

    /// <summary>Kills it, as a power cut does, and returns when it is gone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Returns its exit code and what it said, once it has ended by itself.</summary>
    public async Task<(int Code, string Said)> Ended()
    {
        string output = await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return (_process.ExitCode, output + await _error);
    }

    /// <summary>Ends it where it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
