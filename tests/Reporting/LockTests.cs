using System.Diagnostics;
using Warehouse.Reporting.Host;

namespace Warehouse.Tests.Reporting;

public sealed class LockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task While_serve_runs_another_program_names_it_in_one_line_and_ends_with_code_5()
    {
        Assert.Equal(0, (await Run("migrate")).Code);
        using Process serve = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [typeof(CommandLine).Assembly.Location, "serve", "--output", _folder, "--urls", "http://127.0.0.1:0", "--roles", "reports"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        })!;
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(90));
            string? line = await serve.StandardOutput.ReadLineAsync(patience.Token);
            Assert.True(line?.StartsWith("Serving ", StringComparison.Ordinal), line ?? await serve.StandardError.ReadToEndAsync(patience.Token));

            foreach (string[] args in new string[][] { ["check"], ["brief", "--top", "1"] })
            {
                (int code, string error) = await Run(args);
                Assert.Equal(ExitCode.Locked, code);
                Assert.Contains($"is held by the process {serve.Id} ", error, StringComparison.Ordinal);
                Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        finally
        {
            serve.Kill(entireProcessTree: true);
            await serve.WaitForExitAsync(CancellationToken.None);
        }

        Assert.Equal(0, (await Run("check")).Code);
    }

    private async Task<(int Code, string Error)> Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        return (await CommandLine.Run([.. args, "--output", _folder], output, error, TestContext.Current.CancellationToken), error.ToString());
    }
}
