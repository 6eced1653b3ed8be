using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Analysts get facts and dimensions, no names, and keys that lead nowhere else.</summary>
public sealed class ParquetExportTests : IDisposable
{
    // A folder as people name them: the path stands in a statement.
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("export-").FullName, "架空 'data' @home");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Theory]
    [EngineData]
    public void Facts_and_dimensions_are_written_and_still_join(Engine engine)
    {
        using WarehouseFixture fixture = Loaded(engine);
        IReadOnlyList<ExportedTable> tables = ParquetExport.Run(fixture.Databases, _folder, Key(1), cancellationToken: TestContext.Current.CancellationToken);

        // Zero stands for nobody and stays.
        string[] child = [.. Values("dim.child", "child_key").Except(["0"])];
        Assert.Single(child);
        Assert.Equal([child[0], child[0]], Values("fact.school_attendance_day", "person_key"));
        using WarehouseSession session = fixture.Warehouse();
        long key = session.QueryText<long>("SELECT child_key FROM dim.child WHERE child_key > 0").Single();
        Assert.NotEqual(key.ToString(System.Globalization.CultureInfo.InvariantCulture), child[0]);
        Assert.Equal(2, tables.Single(table => table.Table == "fact.school_attendance_day").Rows);
        Assert.Equal(["2023-04-20"], Values("fact.consultation", "received_date"));
        Assert.Equal(tables.Select(table => table.File).Order(StringComparer.Ordinal), Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_key_gives_the_same_pseudonyms_and_another_key_gives_others()
    {
        using WarehouseFixture fixture = Loaded(Engine.DuckDb);
        string[] Persons(byte[] key)
        {
            ParquetExport.Run(fixture.Databases, _folder, key, cancellationToken: TestContext.Current.CancellationToken);
            return [.. Values("dim.person", "person_key").Except(["0"]).Order(StringComparer.Ordinal)];
        }

        string[] first = Persons(Key(1));
        Assert.Equal(3, first.Length);
        Assert.Equal(first, Persons(Key(1)));
        Assert.Empty(first.Intersect(Persons(Key(2))));
    }

    [Fact]
    public void What_is_known_from_tax_work_is_left_out_unless_it_is_asked_for()
    {
        using WarehouseFixture fixture = Loaded(Engine.DuckDb);
        string[] Columns(bool withTax) =>
            [.. ParquetExport.Run(fixture.Databases, _folder, Key(1), withTax, TestContext.Current.CancellationToken).SelectMany(table => table.Columns).Select(column => column.Table + "." + column.Column)];

        string[] without = Columns(withTax: false);
        Assert.DoesNotContain(without, column => column.StartsWith("fact.tax_class.", StringComparison.Ordinal) || column.StartsWith("fact.arrears_flag.", StringComparison.Ordinal));
        Assert.DoesNotContain("fact.benefit_spell.payment_class", without);
        Assert.Equal(["fact.arrears_flag.has_arrears", "fact.benefit_spell.payment_class", "fact.tax_class.income_band"],
            Columns(withTax: true).Where(column => column.EndsWith(".has_arrears", StringComparison.Ordinal) || column.EndsWith(".payment_class", StringComparison.Ordinal) || column.EndsWith(".income_band", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_of_a_person_leaves_but_what_the_dictionary_allows()
    {
        using WarehouseFixture fixture = Loaded(Engine.DuckDb);
        IReadOnlyList<ExportedTable> tables = ParquetExport.Run(fixture.Databases, _folder, Key(1), withTaxSecret: true, TestContext.Current.CancellationToken);

        Assert.All(tables.SelectMany(table => table.Columns), column => Assert.Contains(column.Class, new[] { "ordinary", "special-care", "tax-secret" }));
        Assert.DoesNotContain(tables.SelectMany(table => table.Columns), column => column.Column is "staff_id" or "load_id");
        Assert.All(tables, table => Assert.True(table.Table.StartsWith("dim.", StringComparison.Ordinal) || table.Table.StartsWith("fact.", StringComparison.Ordinal), table.Table));
        // Every key that an exported table has is one of a person, household or record and replaced, or one of the calendar, a place or the model.
        using WarehouseSession session = fixture.Warehouse();
        HashSet<long> persons = [.. session.QueryText<long>("SELECT person_key FROM dim.person"), .. session.QueryText<long>("SELECT record_key FROM stg.link"), .. session.QueryText<long>("SELECT household_key FROM dim.household")];
        foreach (ExportedTable table in tables.Where(table => table.Rows > 0))
        {
            foreach (ParquetColumn column in ParquetFile.Read(Path.Combine(_folder, table.File), TestContext.Current.CancellationToken))
            {
                Assert.DoesNotContain(column.Values, value => long.TryParse(value, out long key) && key > 0 && persons.Contains(key));
            }
        }
    }

    [Fact]
    public void A_short_key_is_refused_before_anything_is_written()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Assert.Throws<WarehouseException>(() => ParquetExport.Run(fixture.Databases, _folder, new byte[31], cancellationToken: TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(_folder));
    }

    private static byte[] Key(byte fill) => Enumerable.Repeat(fill, 32).ToArray();

    private string[] Values(string table, string name)
    {
        ParquetColumn column = ParquetFile.Read(Path.Combine(_folder, table + ".parquet"), TestContext.Current.CancellationToken).Single(one => one.Name == name);
        return [.. column.Codes.Select(code => column.Values[code])];
    }

    private static WarehouseFixture Loaded(Engine engine)
    {
        WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using TinyInbox inbox = TinyInbox.Family();
        new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = CityLoadFixture.Secret, Backfill = true }, null, TestContext.Current.CancellationToken);
        return fixture;
    }
}
