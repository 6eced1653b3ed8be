using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Sql;

namespace Warehouse.Tests.Etl;

/// <summary>A disk that is full while a load writes, and folders that may not be written.</summary>
public sealed class FullDiskTests(KilledLoadFixture city) : IClassFixture<KilledLoadFixture>
{
    private const string OrderVariable = "WAREHOUSE_TEST_FULL_DISK";

    [Fact]
    public async Task A_load_on_a_full_disk_ends_with_an_error_and_done_again_ends_as_an_undisturbed_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit of a file's size is set by the shell of Linux");
        string folder = city.Folder("full");
        // Room for the empty databases and half of what the load adds to the larger one.
        string empty = city.Folder("empty");
        using (WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(empty, "warehouse.duckdb"), Path.Combine(empty, "identity.duckdb"))))
        {
            Migrator.Apply(databases);
        }

        static long Largest(string path) => Directory.GetFiles(path, "*.duckdb").Max(file => new FileInfo(file).Length);
        long limit = (Largest(empty) + Largest(city.Folder("clean"))) / 2;
        Assert.True(limit > Largest(empty), "the load adds nothing to the files");
        string state = Path.Combine(folder, "ended");

        // No file may grow beyond the limit; the signal is ignored, so that the write fails as on a full disk.
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"trap '' XFSZ; ulimit -f {limit / 1024}; exec dotnet \"$0\" -method \"$1\" -explicit only -noColor"));
        start.ArgumentList.Add(typeof(FullDiskTests).Assembly.Location);
        start.ArgumentList.Add(typeof(FullDiskTests).FullName + "." + nameof(Child));
        // The runtime maps code through a file larger than the limit otherwise.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment[OrderVariable] = JsonSerializer.Serialize(new[] { folder, city.Inbox, state });
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            await child.WaitForExitAsync(patience.Token);
        }
        finally
        {
            child.Kill(entireProcessTree: true);
        }

        string said = await output + await error;
        Assert.False(File.Exists(state) && File.ReadAllText(state) == "done", "the disk was not full: " + said);
        Assert.True(File.Exists(state), "the child ended without an error of ours: " + said);
        Assert.Contains(nameof(WarehouseException), File.ReadAllText(state), StringComparison.Ordinal);
        Assert.DoesNotContain("etl_run_fail", File.ReadAllText(state), StringComparison.Ordinal);
        KilledLoadTests.Load(folder, city.Inbox);

        Assert.Equal(city.Clean, KilledLoadTests.State(folder));
    }

    [Fact]
    public void An_inbox_that_may_not_be_written_is_loaded()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other modes of folders");
            return;
        }

        using TinyInbox inbox = TinyInbox.Family();
        File.SetUnixFileMode(inbox.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using Warehouse.Tests.Support.WarehouseFixture fixture = Warehouse.Tests.Support.WarehouseFixture.Create();

            Assert.All(LoadTests.Load(fixture, inbox).Files, file => Assert.Equal("succeeded", file.Status));
        }
        finally
        {
            File.SetUnixFileMode(inbox.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_folder_of_databases_that_may_not_be_written_is_told()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other modes of folders");
            return;
        }

        Assert.SkipWhen(Environment.IsPrivilegedProcess, "the administrator may write everywhere");
        string folder = city.Folder("read-only");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Exception exception = Assert.ThrowsAny<Exception>(() => KilledLoadTests.Load(folder, city.Inbox));
            Assert.Contains("duckdb", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Is run in a process of its own whose files may not grow; by itself it has nothing to do.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string[] order = JsonSerializer.Deserialize<string[]>(Environment.GetEnvironmentVariable(OrderVariable) ?? throw new InvalidOperationException(OrderVariable + " is not set; the tests of this class start this one."))!;
        try
        {
            KilledLoadTests.Load(order[0], order[1]);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            File.WriteAllText(order[2], exception.ToString());
            throw;
        }

        File.WriteAllText(order[2], "done");
    }
}
