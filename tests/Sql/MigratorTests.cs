using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>The schema goes forward once, and anything unexpected stops it by name.</summary>
public sealed class MigratorTests
{
    [Theory]
    [EngineData]
    public void Apply_writes_a_journal_row_for_each_migration_and_view(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);

        IReadOnlyList<string> ran = Migrator.Apply(fixture.Databases);

        Assert.Equal(Expected(engine), ran);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(
            MigrationScript.List(DatabaseKind.Warehouse, engine).Count(script => script.Kind != ScriptKind.Permission),
            session.ScalarText<int>("SELECT CAST(COUNT(*) AS BIGINT) FROM meta.schema_journal WHERE database_kind = 'Warehouse'"));
    }

    [Theory]
    [EngineData]
    public void Apply_twice_does_nothing_the_second_time(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);

        Assert.Empty(Migrator.Apply(fixture.Databases));
        Assert.Empty(Migrator.Pending(fixture.Databases, DatabaseKind.Identity));
        Migrator.Verify(fixture.Databases);
    }

    [Fact]
    public void Verify_of_an_empty_database_names_the_first_missing_script()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();

        SchemaMismatchException failure = Assert.Throws<SchemaMismatchException>(() => Migrator.Verify(fixture.Databases));

        Assert.Contains("0001_types.duckdb.sql", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, failure.ExitCode);
    }

    [Theory]
    [EngineData]
    public void A_changed_applied_script_stops_by_name_before_anything_runs(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        MigrationScript first = Migration("0001_a.sql", "CREATE SCHEMA a");
        Migrator.Apply(fixture.Databases, DatabaseKind.Warehouse, [first]);

        SchemaMismatchException failure = Assert.Throws<SchemaMismatchException>(() => Migrator.Apply(
            fixture.Databases,
            DatabaseKind.Warehouse,
            [Migration("0001_a.sql", "CREATE SCHEMA a -- changed"), Migration("0002_b.sql", "CREATE SCHEMA b")]));

        Assert.Contains("0001_a.sql", failure.Message, StringComparison.Ordinal);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(0, session.ScalarText<int>("SELECT CAST(COUNT(*) AS BIGINT) FROM INFORMATION_SCHEMA.SCHEMATA WHERE \"SCHEMA_NAME\" = 'b'"));
    }

    [Fact]
    public void Line_ends_of_a_checkout_do_not_change_a_script()
    {
        Assert.Equal(Migration("0001_a.sql", "SELECT 1\nGO\n").Sha256, Migration("0001_a.sql", "SELECT 1\r\nGO\r\n").Sha256);
    }

    [Theory]
    [EngineData]
    public void A_failing_script_is_taken_back_whole_and_says_where(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        MigrationScript broken = Migration("0001_broken.sql", "-- What: x\nCREATE SCHEMA a\nGO\nCREATE TABLE a.t (k INTEGER NOT NULL)\nGO\n\nSELECT nothing\nFROM a.missing\nGO\n");

        WarehouseException failure = Assert.Throws<WarehouseException>(() => Migrator.Apply(fixture.Databases, DatabaseKind.Warehouse, [broken]));

        Assert.Contains("sql/migrations/warehouse/0001_broken.sql failed at line ", failure.Message, StringComparison.Ordinal);
        Assert.Matches("line [78] ", failure.Message);
        Assert.Contains("FROM a.missing", failure.Message, StringComparison.Ordinal);
        using WarehouseSession session = fixture.Warehouse(SessionRole.Migrator);
        Assert.Equal(0, session.ScalarText<int>("SELECT CAST(COUNT(*) AS BIGINT) FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_SCHEMA\" = 'a'"));
        Assert.Empty(Migrator.ReadJournal(session, DatabaseKind.Warehouse));
    }

    [Theory]
    [EngineData]
    public void A_changed_view_runs_again_and_an_unchanged_one_does_not(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        MigrationScript schema = Migration("0001_a.sql", "CREATE SCHEMA a");
        MigrationScript One(string value) => MigrationScript.FromText(
            "views/one.sql", ScriptKind.View, $"DROP VIEW IF EXISTS a.one\nGO\nCREATE VIEW a.one AS SELECT {value} AS number\nGO\n");
        Migrator.Apply(fixture.Databases, DatabaseKind.Warehouse, [schema, One("1")]);

        Assert.Empty(Migrator.Apply(fixture.Databases, DatabaseKind.Warehouse, [schema, One("1")]));
        Assert.Equal(["views/one.sql"], Migrator.Apply(fixture.Databases, DatabaseKind.Warehouse, [schema, One("2")]));

        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(2, session.ScalarText<int>("SELECT number FROM a.one"));
    }

    [Theory]
    [InlineData("0.1", true)]
    [InlineData("99.0", false)]
    [InlineData("", false)]
    public void A_later_script_is_borne_only_when_it_is_compatible_with_this_release(string release, bool isBorne)
    {
        JournalEntry later = new("migrations/warehouse/9999_later.sql", nameof(ScriptKind.Migration), new string('0', 64), release);

        Assert.Equal(isBorne, !SchemaRange.Faults(DatabaseKind.Warehouse, [later], []).Any());
    }

    [Fact]
    public void Startup_migrates_when_asked_and_refuses_otherwise()
    {
        WarehouseOptions options = WarehouseOptions.DuckDb(":memory:", ":memory:") with { Threads = 1 };

        using WarehouseDatabases databases = Startup.Open(options, migrate: true);

        Assert.Throws<SchemaMismatchException>(() => Startup.Open(options, migrate: false));
    }

    private static IEnumerable<string> Expected(Engine engine) => Enum.GetValues<DatabaseKind>()
        .SelectMany(kind => MigrationScript.List(kind, engine))
        .Where(script => script.Kind != ScriptKind.Permission)
        .Select(script => script.Name);

    private static MigrationScript Migration(string name, string text) =>
        MigrationScript.FromText("migrations/warehouse/" + name, ScriptKind.Migration, text);
}
