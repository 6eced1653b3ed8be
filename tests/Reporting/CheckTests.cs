using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class CheckTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-check-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("fact.checkup", "checkup", "rows in fact.checkup")]
    [InlineData("fact.consultation", "consultation", "rows in fact.consultation")]
    [InlineData("fact.school_attendance_day", "attendance", "rows in fact.school_attendance_day")]
    [InlineData("fact.residence_move", "resident", "rows in fact.residence_move")]
    [InlineData("dim.household_member", "household", "rows in dim.household_member")]
    [InlineData("stg.school", "school", "accounting")]
    [InlineData("stg.trait", "checkup", "rows in stg.trait")]
    public async Task A_row_deleted_by_hand_fails_the_check_which_names_the_file_and_the_feed(string table, string feed, string check)
    {
        Load();
        Assert.Equal(0, (await Check()).Code);
        string file;
        using (WarehouseDatabases databases = Open())
        {
            long load;
            using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator))
            {
                load = warehouse.ScalarText<long>("SELECT load_id FROM meta.load_run WHERE feed = @feed", new { feed });
                // DuckDB's own row number, to delete one row only.
                Assert.Equal(1, warehouse.ExecuteText($"DELETE FROM {table} WHERE rowid = (SELECT MIN(s.rowid) FROM {table} AS s WHERE s.load_id = @load)", new { load }));
            }

            using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
            file = identity.ScalarText<string>("SELECT file_name FROM ident.received_file WHERE feed = @feed", new { feed });
        }

        (int code, string output) = await Check();

        Assert.Equal(ExitCode.Failed, code);
        JsonElement finding = JsonDocument.Parse(output).RootElement.GetProperty("checks").EnumerateArray()
            .Single(line => line.GetProperty("name").GetString()!.StartsWith(check, StringComparison.Ordinal));
        Assert.False(finding.GetProperty("is_good").GetBoolean());
        Assert.EndsWith($"({feed}, {file})", finding.GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Contains("expected", finding.GetProperty("detail").GetString(), StringComparison.Ordinal);

        using StringWriter text = new();
        Assert.Equal(ExitCode.Failed, await CommandLine.Run(["check", "--output", _folder], text, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains(file, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_job_fails_the_check_until_its_next_run_succeeds()
    {
        Load();
        Assert.Equal(0, (await Check()).Code);
        using (WarehouseDatabases databases = Open())
        {
            JobHistory history = new(databases, TimeProvider.System);
            await Assert.ThrowsAsync<WarehouseException>(() => history.Run("load", "schedule", null, () => throw new WarehouseException("the disk is full")));
        }

        (int code, string output) = await Check();
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("load: the disk is full", output, StringComparison.Ordinal);

        using (WarehouseDatabases databases = Open())
        {
            await new JobHistory(databases, TimeProvider.System).Run("load", "schedule", null, () => Task.FromResult("done"));
        }

        Assert.Equal(0, (await Check()).Code);
    }

    [Fact]
    public async Task Two_warehouses_of_the_same_files_compare_as_the_same_until_a_value_differs()
    {
        Load();
        string copy = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(copy);
        foreach (string name in new[] { "warehouse.duckdb", "identity.duckdb" })
        {
            File.Copy(Path.Combine(_folder, name), Path.Combine(copy, name));
        }

        (int code, JsonElement[] tables) = await Compare(copy);
        Assert.Equal(0, code);
        Assert.All(tables, table => Assert.True(table.GetProperty("is_same").GetBoolean()));
        Assert.True(tables.Single(table => table.GetProperty("table").GetString() == "dim.child").GetProperty("rows").GetInt64() > 0);

        using (WarehouseDatabases databases = Open())
        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator))
        {
            Assert.True(warehouse.ExecuteText("UPDATE dim.child SET sex_code = 3 - sex_code") > 0);
            warehouse.ExecuteText("INSERT INTO meta.model_mark (model_run_id, mark_code, direction_code, required_value, set_utc, status_code) VALUES (1, 'a', 'at_least', 0.5, CAST('2024-01-01' AS DATETIME2), 'set')");
        }

        using (WarehouseDatabases databases = new(new HostOptions().Databases(copy)))
        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator))
        {
            warehouse.ExecuteText("INSERT INTO meta.model_mark (model_run_id, mark_code, direction_code, required_value, set_utc, status_code) VALUES (1, 'a', 'at_least', 0.5000001, CAST('2025-01-01' AS DATETIME2), 'set')");
        }

        (code, tables) = await Compare(copy);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(["dim.child", "meta.model_mark"], tables.Where(table => !table.GetProperty("is_same").GetBoolean()).Select(table => table.GetProperty("table").GetString()));
        Assert.Equal(1e-7, tables.Single(table => table.GetProperty("table").GetString() == "meta.model_mark").GetProperty("largest_difference").GetDouble(), 1e-12);

        Assert.Equal(ExitCode.Usage, await CommandLine.Run(["check", "--output", _folder, "--compare", Path.Combine(_folder, "nowhere")], TextWriter.Null, TextWriter.Null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_table_with_rows_of_files_is_counted_when_it_is_published()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse(SessionRole.Migrator);
        // Staging by feed is counted in the run itself; the rest of stg is working tables.
        IEnumerable<string> tables = session.QueryText<string>(
            """
            SELECT CONCAT(c."TABLE_SCHEMA", '.', c."TABLE_NAME")
            FROM INFORMATION_SCHEMA.COLUMNS AS c
            WHERE c."COLUMN_NAME" = 'load_id' AND c."TABLE_SCHEMA" IN ('fact', 'dim', 'restricted')
            """);
        string script = Repository.Text("sql/views/derived_row_count.sql");

        Assert.NotEmpty(tables);
        Assert.All(tables, table => Assert.Contains($"SELECT '{table}' AS table_name, s.load_id\n    FROM {table} AS s\n", script, StringComparison.Ordinal));
    }

    private async Task<(int Code, JsonElement[] Tables)> Compare(string other)
    {
        using StringWriter output = new();
        int code = await CommandLine.Run(["check", "--output", _folder, "--compare", other, "--json"], output, TextWriter.Null, TestContext.Current.CancellationToken);
        return (code, [.. JsonDocument.Parse(output.ToString()).RootElement.GetProperty("tables").EnumerateArray()]);
    }

    private WarehouseDatabases Open() => new(new HostOptions().Databases(_folder));

    private void Load()
    {
        using TinyInbox inbox = TinyInbox.Family();
        using WarehouseDatabases databases = Open();
        Migrator.Apply(databases);
        LoadSummary summary = new LoadPipeline(databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = new byte[32] }, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, summary.ExitCode);
    }

    private async Task<(int Code, string Output)> Check()
    {
        using StringWriter output = new();
        int code = await CommandLine.Run(["check", "--json", "--output", _folder], output, TextWriter.Null, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }
}
