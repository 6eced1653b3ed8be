using System.Globalization;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The same files give the same rows, features, model and scores on DuckDB and on the test server, table by table.</summary>
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
    public void The_mini_city_has_the_same_links_facts_features_model_scores_and_reasons()
    {
        SkipWithoutServer();
        string root = Directory.CreateTempSubdirectory("same-model-").FullName;
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini, seed: 7), root);
            using WarehouseFixture duck = WarehouseFixture.Create(Engine.DuckDb, new StillClock());
            using WarehouseFixture server = WarehouseFixture.Create(Engine.SqlServer, new StillClock());
            string one = Scored(duck, root);
            string other = Scored(server, root);

            Assert.Equal(one, other);
            IReadOnlyList<TableComparisonResult> tables = TableComparison.Run(server.Databases, duck.Databases, null, TestContext.Current.CancellationToken);
            Assert.All(tables, table => Assert.True(table.IsSame, table.ToString()));
            Assert.All(new[] { "ident.crosswalk", "fact.child_month", "dim.mined_rule", "fact.risk_score", "fact.score_reason" }, name => Assert.True(tables.Single(table => table.Table == name).Rows > 0, name));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // Returns the features of every child and the hash of the model's document.
    private static string Scored(WarehouseFixture fixture, string root)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        Load(fixture, Path.Combine(root, "inbox"));
        ModelOptions options = new() { Clock = new StillClock() };
        DateOnly day = new(2025, 4, 1);
        ModelSummary model = Warehouse.Model.ModelRun.Train(fixture.Databases, options, null, stop);
        Warehouse.Model.ModelRun.Score(fixture.Databases, options, day, Snapshot.StartOfDayUtc(day), stop);
        using WarehouseSession session = fixture.Warehouse(SessionRole.Model);
        IReadOnlyList<ChildFacts> facts = FeatureReader.Read(session, new Snapshot(day, Snapshot.StartOfDayUtc(day)), FeatureCatalogue.Default);
        return model.ModelSha256 + "\n" + string.Join('\n', facts.OrderBy(child => child.Population.ChildKey).Select(child => JsonSerializer.Serialize(child)));
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
        .QueryText<(string Schema, string Table)>("SELECT \"TABLE_SCHEMA\", \"TABLE_NAME\" FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_TYPE\" = 'BASE TABLE'")
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
