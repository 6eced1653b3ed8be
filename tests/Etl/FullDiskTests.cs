using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A small inbox, and what an undisturbed load of it leaves in the databases.</summary>
public sealed class FullDiskFixture : IDisposable
{
    private const int Pupils = 150;
    private const int Days = 200;

    private readonly TinyInbox _inbox = TinyInbox.Family();

    public FullDiskFixture()
    {
        // More than fits below the limit of the test.
        DateOnly first = new(2023, 4, 1);
        _inbox.Add(
            "attendance",
            "2024-04-02T02:00:00+09:00",
            "2024-03-31",
            [.. Enumerable.Range(0, Pupils * Days).Select(i => new[] { "E0001", $"G{5000 + (i / Days)}", first.AddDays(31 + (i % Days)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), i % 7 == 0 ? "欠席" : "出席", i % 7 == 0 ? "発熱" : "" })]);
        KilledLoadTests.Load(Folder("clean"), Inbox);
        Clean = KilledLoadTests.State(Folder("clean"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("full-disk-").FullName;

    public string Inbox => _inbox.Path;

    public IReadOnlyList<string> Clean { get; }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public void Dispose()
    {
        _inbox.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>Loads that have no room, and folders that may not be written.</summary>
public sealed class FullDiskTests(FullDiskFixture city) : IClassFixture<FullDiskFixture>
{
    internal const string OrderVariable = "WAREHOUSE_TEST_FULL_DISK";

    // No byte may be written behind this place of any file: the databases themselves are larger already, and so is the log of the load.
    private const int LimitKilobytes = 1024;

    [Fact]
    public async Task A_load_on_a_full_disk_ends_with_an_error_and_done_again_ends_as_an_undisturbed_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit of a file's size is set by the shell of Linux");
        string folder = city.Folder("full");
        using (WarehouseDatabases databases = Open(folder))
        {
            Migrator.Apply(databases);
        }

        string state = Path.Combine(folder, "ended");

        // The signal of a file that would grow beyond the limit is ignored, so that the write fails as on a full disk.
        ProcessStartInfo start = new("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"trap '' XFSZ; ulimit -f {LimitKilobytes}; exec dotnet \"$0\" -method \"$1\" -explicit only -noColor"));
        start.ArgumentList.Add(typeof(FullDiskTests).Assembly.Location);
        start.ArgumentList.Add(typeof(FullDiskChild).FullName + "." + nameof(FullDiskChild.Child));
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
        Assert.True(File.Exists(state), "the child ended without an error of ours: " + said);
        string told = File.ReadAllText(state);
        Assert.False(told == "done", "the disk was not full: " + said);
        Assert.Contains(nameof(WarehouseException), told, StringComparison.Ordinal);
        Assert.Contains("File too large", told, StringComparison.Ordinal);
        Assert.DoesNotContain("etl_run_fail", told, StringComparison.Ordinal);
        using (WarehouseDatabases databases = Open(folder))
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse))
        {
            // Every file's run is on record, none as done, and no row of it can be seen.
            Assert.Equal((7L, 0L), session.ScalarText<(long, long)>("SELECT COUNT(*), SUM(is_published) FROM meta.load_run"));
            Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day"));
        }

        KilledLoadTests.Load(folder, city.Inbox);

        Assert.Equal(city.Clean, KilledLoadTests.State(folder));
    }

    private static WarehouseDatabases Open(string folder) => new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")));

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
            using WarehouseFixture fixture = WarehouseFixture.Create();

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
}

/// <summary>What <see cref="FullDiskTests"/> runs in a process of its own; in a class without a fixture, which would be made there too.</summary>
public sealed class FullDiskChild
{
    /// <summary>Is run in a process of its own whose files may not grow; by itself it has nothing to do.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        string[] order = JsonSerializer.Deserialize<string[]>(Environment.GetEnvironmentVariable(FullDiskTests.OrderVariable) ?? throw new InvalidOperationException(FullDiskTests.OrderVariable + " is not set; the tests of full disks start this one."))!;
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
