using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>The data dictionary and the schema say the same, in both directions.</summary>
public sealed class DictionaryTests
{
    private static readonly string[] Classes = ["identity", "special-care", "tax-secret", "free-text", "ordinary", "restricted"];

    [Theory]
    [EngineData(DatabaseKind.Identity)]
    [EngineData(DatabaseKind.Warehouse)]
    public void Every_column_of_the_catalogue_is_in_the_dictionary_and_the_other_way_round(Engine engine, DatabaseKind kind)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Databases.Open(kind, SessionRole.Migrator);
        HashSet<string> catalogue = session.QueryText<string>(
            """
            SELECT CONCAT(c."TABLE_SCHEMA", '.', c."TABLE_NAME", '.', c."COLUMN_NAME") AS full_name
            FROM INFORMATION_SCHEMA.COLUMNS AS c
            INNER JOIN INFORMATION_SCHEMA.TABLES AS t ON t."TABLE_SCHEMA" = c."TABLE_SCHEMA" AND t."TABLE_NAME" = c."TABLE_NAME"
            WHERE t."TABLE_TYPE" = 'BASE TABLE'
            """).Where(name => !name.StartsWith("meta.schema_journal.", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        HashSet<string> dictionary = Entries(kind).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);

        Assert.Equal([], catalogue.Except(dictionary).Order(StringComparer.Ordinal));
        Assert.Equal([], dictionary.Except(catalogue).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseKind.Identity)]
    [InlineData(DatabaseKind.Warehouse)]
    public void Types_and_nullability_are_those_of_the_migrations(DatabaseKind kind)
    {
        // The scripts keep lengths that DuckDB's catalogue forgets.
        Dictionary<string, (string Type, bool IsNullable)> declared = DeclaredColumns.Of(kind);
        List<string> faults = [];
        foreach (Entry entry in Entries(kind))
        {
            if (declared.TryGetValue(entry.Name, out (string Type, bool IsNullable) column)
                && (column.Type != DeclaredColumns.Squeeze(entry.Type) || column.IsNullable != entry.IsNullable))
            {
                faults.Add($"{entry.Name}: dictionary {entry.Type} {(entry.IsNullable ? "yes" : "no")}, script {column.Type} {(column.IsNullable ? "yes" : "no")}");
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Every_entry_has_a_class_a_source_and_a_meaning_and_stands_once()
    {
        IReadOnlyList<Entry> entries = [.. Entries(DatabaseKind.Identity), .. Entries(DatabaseKind.Warehouse)];

        Assert.Empty(entries.Where(entry => !Classes.Contains(entry.Class)).Select(entry => $"{entry.Name}: class '{entry.Class}'"));
        Assert.Empty(entries.Where(entry => entry.Meaning.Length == 0 || entry.Source.Length == 0).Select(entry => entry.Name));
        Assert.Empty(entries.GroupBy(entry => (entry.Database, entry.Name)).Where(group => group.Count() > 1).Select(group => group.Key.Name));
    }

    [Fact]
    public void The_warehouse_holds_nothing_of_class_identity_or_free_text()
    {
        Assert.Empty(Entries(DatabaseKind.Warehouse).Where(entry => entry.Class is "identity" or "free-text").Select(entry => entry.Name));
    }

    private static IReadOnlyList<Entry> Entries(DatabaseKind kind) => DataDictionary.Entries
        .Where(entry => entry.Database == kind)
        .Select(entry => new Entry(entry.Database.ToString(), $"{entry.Table}.{entry.Column}", entry.Type, entry.IsNullable, entry.Class, entry.Source, entry.Meaning))
        .ToList();

    private sealed record Entry(string Database, string Name, string Type, bool IsNullable, string Class, string Source, string Meaning);
}
