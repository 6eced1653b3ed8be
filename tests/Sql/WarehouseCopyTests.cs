using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>A warehouse moves to other databases with every row, and the move proves it.</summary>
public sealed class WarehouseCopyTests
{
    [Theory]
    [EngineData]
    public void Every_table_arrives_and_a_second_copy_writes_nothing(Engine engine)
    {
        using WarehouseFixture source = Loaded();
        using WarehouseFixture target = WarehouseFixture.Create(engine);
        IReadOnlyList<CopiedTable> copied = WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken);

        Assert.All(new[] { "ident.source_record", "ident.crosswalk", "fact.school_attendance_day", "fact.consultation", "meta.load_run", "stg.link" }, name =>
        {
            CopiedTable table = copied.Single(one => one.Table == name);
            Assert.True(table.Rows > 0 && !table.WasThere, table.ToString());
        });
        Assert.All(TableComparison.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken), table => Assert.True(table.IsSame, table.ToString()));
        Assert.DoesNotContain(copied, table => table.Table == "meta.schema_journal");
        Assert.Empty(Checks.Run(target.Databases).Findings);
        Assert.All(WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken), table => Assert.True(table.WasThere, table.ToString()));
    }

    [Theory]
    [EngineData]
    public void Instants_that_the_comparison_of_two_loads_leaves_out_are_copied_too(Engine engine)
    {
        using WarehouseFixture source = Loaded();
        using WarehouseFixture target = WarehouseFixture.Create(engine);
        WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken);

        const string Started = "SELECT MIN(started_utc) FROM meta.load_run";
        using WarehouseSession one = source.Warehouse();
        using WarehouseSession other = target.Warehouse();
        Assert.Equal(one.QueryText<DateTime>(Started), other.QueryText<DateTime>(Started));
    }

    [Fact]
    public void A_target_with_rows_of_its_own_is_refused_and_keeps_them()
    {
        using WarehouseFixture source = Loaded();
        using WarehouseFixture target = WarehouseFixture.Create();
        using (WarehouseSession session = target.Warehouse(SessionRole.Migrator))
        {
            session.ExecuteText("INSERT INTO dim.place (place_key, town_code, town_name, district_code, district_name, city_name) VALUES (99, 'T99', N'他町', 'D9', N'他', N'他市')");
        }

        WarehouseException refusal = Assert.Throws<WarehouseException>(() => WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken));
        Assert.Contains("dim.place", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing of it was changed", refusal.Message, StringComparison.Ordinal);
        using WarehouseSession after = target.Warehouse();
        Assert.Equal(["T99"], after.QueryText<string>("SELECT town_code FROM dim.place WHERE place_key = 99"));
    }

    [Fact]
    public void A_copy_that_breaks_off_goes_on_where_it_stopped()
    {
        using WarehouseFixture source = Loaded();
        using WarehouseFixture target = WarehouseFixture.Create();
        List<string> before = [];
        Assert.Throws<OperationCanceledException>(() => WarehouseCopy.Run(
            source.Databases,
            target.Databases,
            table =>
            {
                before.Add(table.Table);
                if (table.Table == "fact.checkup")
                {
                    throw new OperationCanceledException();
                }
            },
            TestContext.Current.CancellationToken));

        IReadOnlyList<CopiedTable> again = WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken);
        Assert.All(before, name => Assert.True(again.Single(table => table.Table == name).WasThere, name));
        Assert.Contains(again, table => table is { Rows: > 0, WasThere: false, Table: "fact.consultation" });
        Assert.All(TableComparison.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken), table => Assert.True(table.IsSame, table.ToString()));
    }

    [Fact]
    public void A_target_that_was_not_migrated_is_refused()
    {
        using WarehouseFixture source = WarehouseFixture.Create();
        using WarehouseFixture target = WarehouseFixture.Empty();
        Assert.Throws<SchemaMismatchException>(() => WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_warehouse_that_a_job_writes_is_not_copied()
    {
        using WarehouseFixture source = WarehouseFixture.Create();
        using WarehouseFixture target = WarehouseFixture.Create();
        using IDisposable job = source.Databases.Lock.Acquire(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Throws<LockHeldException>(() => WarehouseCopy.Run(source.Databases, target.Databases, null, TestContext.Current.CancellationToken));
    }

    private static WarehouseFixture Loaded()
    {
        WarehouseFixture fixture = WarehouseFixture.Create(Engine.DuckDb);
        using TinyInbox inbox = TinyInbox.Family();
        new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = CityLoadFixture.Secret, Backfill = true }, null, TestContext.Current.CancellationToken);
        return fixture;
    }
}
