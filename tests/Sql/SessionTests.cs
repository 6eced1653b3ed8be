using System.Diagnostics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Sessions keep roles apart and transactions whole.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData(DatabaseKind.Identity, SessionRole.EtlIdentity, true)]
    [InlineData(DatabaseKind.Identity, SessionRole.Caseworker, true)]
    [InlineData(DatabaseKind.Identity, SessionRole.Migrator, true)]
    [InlineData(DatabaseKind.Identity, SessionRole.EtlWarehouse, false)]
    [InlineData(DatabaseKind.Identity, SessionRole.Model, false)]
    [InlineData(DatabaseKind.Identity, SessionRole.Reporting, false)]
    [InlineData(DatabaseKind.Identity, SessionRole.Auditor, false)]
    [InlineData(DatabaseKind.Warehouse, SessionRole.EtlIdentity, false)]
    [InlineData(DatabaseKind.Warehouse, SessionRole.Model, true)]
    [InlineData(DatabaseKind.Warehouse, SessionRole.Caseworker, true)]
    public void A_role_opens_only_its_databases(DatabaseKind kind, SessionRole role, bool mayOpen)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();

        Exception? failure = Record.Exception(() => fixture.Databases.Open(kind, role).Dispose());

        Assert.Equal(mayOpen, failure is null);
        Assert.True(failure is null or WarehouseException);
    }

    [Fact]
    public void An_auditor_changes_nothing()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse(SessionRole.Auditor);

        Assert.Throws<WarehouseException>(() => session.ExecuteText("CREATE TABLE t (k INTEGER)"));
        Assert.Throws<WarehouseException>(() => session.BulkInsert("a.t", ["k"], []));
    }

    [Theory]
    [EngineData]
    public void Dispose_without_commit_takes_everything_back(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession reader = fixture.Warehouse();
        reader.ExecuteText("CREATE SCHEMA a\nGO\nCREATE TABLE a.t (k INTEGER NOT NULL)");

        using (WarehouseSession writer = fixture.Warehouse())
        {
            writer.Begin();
            writer.ExecuteText("INSERT INTO a.t (k) VALUES (1)");
            writer.BulkInsert("a.t", ["k"], [[2]]);
        }

        Assert.Equal(0, Count(reader));
    }

    [Theory]
    [EngineData]
    public void Commit_makes_rows_visible_to_other_sessions(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession reader = fixture.Warehouse();
        reader.ExecuteText("CREATE SCHEMA a\nGO\nCREATE TABLE a.t (k INTEGER NOT NULL)");
        using WarehouseSession writer = fixture.Warehouse();
        writer.Begin();
        Assert.Equal(2, writer.ExecuteText("INSERT INTO a.t (k) VALUES (1)\nGO\nINSERT INTO a.t (k) VALUES (2)"));

        writer.Commit();

        Assert.Equal(2, Count(reader));
    }

    [Theory]
    [EngineData]
    public void A_stream_blocks_its_session_until_it_ends(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE SCHEMA a\nGO\nCREATE TABLE a.t (k INTEGER NOT NULL)");
        session.BulkInsert("a.t", ["k"], Enumerable.Range(0, 10_000).Select(k => new object?[] { k }));

        foreach (int first in session.StreamText<int>("SELECT k FROM a.t ORDER BY k"))
        {
            Assert.Equal(0, first);
            Assert.Throws<InvalidOperationException>(() => Count(session));
            break;
        }

        Assert.Equal(10_000, Count(session));
        Assert.Equal(10_000, session.StreamText<int>("SELECT k FROM a.t").Count());
    }

    [Fact]
    public void Rows_are_read_as_tuples_dictionaries_and_dynamic_too()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();
        const string Text = "SELECT 1 AS load_id, 'a' AS feed";

        Assert.Equal((1L, "a"), session.ScalarText<(long LoadId, string Feed)>(Text));
        Assert.Equal("a", session.ScalarText<IReadOnlyDictionary<string, object?>>(Text)["feed"]);
        Assert.Equal("a", (string)session.ScalarText<dynamic>(Text).feed);
    }

    [Fact]
    public async Task Scripts_run_asynchronously_too()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse();

        IReadOnlyList<long> rows = await session.QueryAsync<long>("Migrate/journal_exists");

        Assert.Equal([1L], rows);
    }

    [Fact]
    public void Options_do_not_show_their_connection_strings()
    {
        Assert.DoesNotContain("secret", WarehouseOptions.SqlServer("Password=secret", "Password=secret").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_is_held_once()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using (fixture.Databases.Lock.Acquire())
        {
            LockHeldException failure = Assert.Throws<LockHeldException>(() => fixture.Databases.Lock.Acquire());
            Assert.Equal(5, failure.ExitCode);
        }

        fixture.Databases.Lock.Acquire().Dispose();
    }

    [Fact]
    public void Two_openers_of_one_file_in_one_process_share_it()
    {
        string folder = Directory.CreateTempSubdirectory("warehouse-").FullName;
        try
        {
            WarehouseOptions options = WarehouseOptions.DuckDb(Path.Combine(folder, "w.duckdb"), Path.Combine(folder, "i.duckdb")) with { Threads = 1 };
            using WarehouseDatabases one = new(options);
            using WarehouseDatabases two = new(options);
            using WarehouseSession writer = one.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
            writer.ExecuteText("CREATE SCHEMA a\nGO\nCREATE TABLE a.t (k INTEGER NOT NULL)");
            using WarehouseSession reader = two.Open(DatabaseKind.Warehouse, SessionRole.Reporting);

            Assert.Equal(0, Count(reader));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "w.duckdb")));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_another_process_holds_says_which_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "holds the file with flock(1) semantics of Linux");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "no python3 to hold the file as another process");
        string folder = Directory.CreateTempSubdirectory("warehouse-").FullName;
        string file = Path.Combine(folder, "w.duckdb");
        WarehouseOptions options = WarehouseOptions.DuckDb(file, Path.Combine(folder, "i.duckdb")) with { Threads = 1, OpenTimeout = TimeSpan.Zero };
        using (WarehouseDatabases first = new(options))
        {
            first.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse).Dispose();
        }

        // DuckDB locks with fcntl, so a process of any kind can hold the file.
        using Process holder = Process.Start(new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-c", "import fcntl,sys; f=open(sys.argv[1],'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()", file },
        })!;
        try
        {
            Assert.Equal("held", holder.StandardOutput.ReadLine());
            using WarehouseDatabases second = new(options);

            LockHeldException failure = Assert.Throws<LockHeldException>(() => second.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse));

            Assert.Contains("process " + holder.Id, failure.Message, StringComparison.Ordinal);
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            holder.StandardInput.Close();
            holder.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Count(WarehouseSession session) => session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t");
}
