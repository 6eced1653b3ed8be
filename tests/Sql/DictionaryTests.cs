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
                && (column.Type != DeclaredColumns.Squeeze(entry.Type) || column.IsNullable != (entry.IsNullable == "yes")))
            {
                faults.Add($"{entry.Name}: dictionary {entry.Type} {entry.IsNullable}, script {column.Type} {(column.IsNullable ? "yes" : "no")}");
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

    private static IReadOnlyList<Entry> Entries(DatabaseKind kind)
    {
        string[][] rows = Repository.Text("sql/dictionary.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Fields).ToArray();
        string[] header = rows[0];
        return rows.Skip(1)
            .Select(row =>
            {
                Assert.True(row.Length == header.Length, $"the row {string.Join(',', row.Take(4))} of sql/dictionary.csv has {row.Length} fields; expected {header.Length}");
                string Field(string name) => row[Array.IndexOf(header, name)];
                return new Entry(
                    Field("database"), $"{Field("schema_name")}.{Field("table_name")}.{Field("column_name")}", Field("data_type"), Field("is_nullable"), Field("class"), Field("source"), Field("meaning"));
            })
            .Where(entry => entry.Database.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase))
            .ToList();
    }

    private static string[] Fields(string line)
    {
        List<string> fields = [];
        System.Text.StringBuilder field = new();
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (line[i] == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return [.. fields];
    }

    private sealed record Entry(string Database, string Name, string Type, string IsNullable, string Class, string Source, string Meaning);
}
