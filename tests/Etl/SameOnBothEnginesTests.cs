using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The same files give the same rows on DuckDB and on the test server, table by table.</summary>
public sealed class SameOnBothEnginesTests
{
    private static readonly DateTimeOffset Now = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_family_has_the_same_links_facts_and_dimensions()
    {
        SkipWithoutServer();
        using TinyInbox inbox = TinyInbox.Family();
        Compare(inbox.Path);
    }

    [Fact]
    public void The_mini_city_has_the_same_links_facts_and_dimensions()
    {
        SkipWithoutServer();
        string root = Directory.CreateTempSubdirectory("same-").FullName;
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini, seed: 7), root);
            Compare(Path.Combine(root, "inbox"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void SkipWithoutServer() =>
        Assert.SkipUnless(EngineDataAttribute.Server is not null, $"no SQL Server: {EngineDataAttribute.ServerVariable} is not set");

    // Links are compared first: they are committed before the facts, so a fault of the facts does not hide them.
    private static void Compare(string inbox)
    {
        using WarehouseFixture duck = WarehouseFixture.Create(Engine.DuckDb, new StillClock());
        using WarehouseFixture server = WarehouseFixture.Create(Engine.SqlServer, new StillClock());
        LoadSummary one = Load(duck, inbox);
        Exception? fault = Record.Exception(() =>
        {
            LoadSummary other = Load(server, inbox);
            Assert.Equal(one.LinkedByRule.OrderBy(pair => pair.Key), other.LinkedByRule.OrderBy(pair => pair.Key));
        });
        Same(duck.Identity, server.Identity, ["ident"], "ident.crosswalk");
        Assert.Null(fault);
        Same(() => duck.Warehouse(), () => server.Warehouse(), ["stg", "dim", "fact", "restricted"], "stg.link");
        Assert.Empty(Checks.Run(server.Databases).Findings);
    }

    private static LoadSummary Load(WarehouseFixture fixture, string inbox) => new LoadPipeline(fixture.Databases, new StillClock()).Run(
        new LoadOptions { Inbox = inbox, Secret = CityLoadFixture.Secret, Backfill = true }, null, TestContext.Current.CancellationToken);

    private static void Same(Func<SessionRole, WarehouseSession> one, Func<SessionRole, WarehouseSession> other, string[] schemas, string never) =>
        Same(() => one(SessionRole.EtlIdentity), () => other(SessionRole.EtlIdentity), schemas, never);

    private static void Same(Func<WarehouseSession> one, Func<WarehouseSession> other, string[] schemas, string never)
    {
        using WarehouseSession left = one();
        using WarehouseSession right = other();
        List<string> different = [];
        foreach (string table in Tables(left, schemas))
        {
            string[] found = Rows(left, table);
            Assert.False(table == never && found.Length == 0, table + " holds no row, so nothing was compared");
            string[] rows = Rows(right, table);
            if (!found.SequenceEqual(rows, StringComparer.Ordinal))
            {
                different.Add($"{table}: {found.Length} and {rows.Length} rows, {found.Except(rows, StringComparer.Ordinal).Count()} only on DuckDB; first: {found.Except(rows, StringComparer.Ordinal).FirstOrDefault()} and {rows.Except(found, StringComparer.Ordinal).FirstOrDefault()}");
            }
        }

        Assert.Empty(different);
    }

    private static IReadOnlyList<string> Tables(WarehouseSession session, string[] schemas) => session
        .QueryText<(string Schema, string Table)>("SELECT table_schema, table_name FROM INFORMATION_SCHEMA.TABLES WHERE table_type = 'BASE TABLE'")
        .Where(table => schemas.Contains(table.Schema))
        .Select(table => table.Schema + "." + table.Table)
        .Order(StringComparer.Ordinal)
        .ToList();

    private static string[] Rows(WarehouseSession session, string table)
    {
        string columns = string.Join(", ", session.Columns(table).Select(column => column.Name).Order(StringComparer.Ordinal));
        return [.. session.QueryText<object?[]>($"SELECT {columns} FROM {table}").Select(row => string.Join('|', row.Select(Text))).Order(StringComparer.Ordinal)];
    }

    // Exact but for the form of a type: 1.50 and 1.5 are one number. Doubles by all their digits.
    private static string Text(object? value) => value switch
    {
        null => "∅",
        decimal number => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTime instant => instant.ToString("O", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
