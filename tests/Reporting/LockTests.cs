using Warehouse.Reporting.Host;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class LockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task While_serve_runs_another_program_names_it_in_one_line_and_ends_with_code_5()
    {
        Assert.Equal(0, (await Run("migrate")).Code);
        await using (WarehouseProcess serve = await WarehouseProcess.Serve(_folder))
        {
            foreach (string[] args in new string[][] { ["check"], ["brief", "--top", "1"] })
            {
                (int code, string error) = await Run(args);
                Assert.Equal(ExitCode.Locked, code);
                Assert.Contains($"is held by the process {serve.Id} ", error, StringComparison.Ordinal);
                Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
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
