using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Link;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Loads the mini city once for the tests that only look at the result.</summary>
public sealed class CityLoadFixture : IDisposable
{
    public static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret for tests only");

    public CityLoadFixture()
    {
        Root = Directory.CreateTempSubdirectory("city-load-").FullName;
        CityGenerator.Generate(CityOptions.For(CityPreset.Mini), Root);
        Warehouse = WarehouseFixture.Create();
        Summary = new LoadPipeline(Warehouse.Databases).Run(new LoadOptions { Inbox = Path.Combine(Root, "inbox"), Secret = Secret, Backfill = true });
    }

    public string Root { get; }

    public WarehouseFixture Warehouse { get; }

    public LoadSummary Summary { get; }

    /// <summary>Returns the rows of a truth file by column name.</summary>
    public IReadOnlyList<Dictionary<string, string>> Truth(string file)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, "truth", file)).Where(line => !line.StartsWith('#')).ToArray();
        string[] header = lines[0].Split(',');
        return lines.Skip(1).Select(line => line.Split(',').Zip(header).ToDictionary(cell => cell.Second, cell => cell.First, StringComparer.Ordinal)).ToList();
    }

    public void Dispose()
    {
        Warehouse.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>The mini city from files to facts, against its truth.</summary>
public sealed class CityLoadTests(CityLoadFixture city) : IClassFixture<CityLoadFixture>
{
    [Fact]
    public void Every_file_is_loaded_and_every_row_is_accounted_for()
    {
        Assert.DoesNotContain(city.Summary.Files, file => file.Status == "failed");
        Assert.All(city.Summary.Files, file => Assert.Equal(file.Read, file.Staged + file.Rejected + file.Superseded));
        Assert.Empty(Checks.Run(city.Warehouse.Databases).Findings);
    }

    [Fact]
    public void Planted_faults_are_quarantined_repaired_or_superseded()
    {
        ILookup<string, Dictionary<string, string>> faults = city.Truth("faults.csv").ToLookup(row => row["expected"]);
        using WarehouseSession identity = city.Warehouse.Identity();
        HashSet<(string, int)> rejected = identity.QueryText<(string, int)>(
            "SELECT f.file_name, r.line_number FROM ident.reject AS r INNER JOIN ident.received_file AS f ON f.file_sha256 = r.file_sha256").ToHashSet();

        Assert.All(faults["quarantined"], fault => Assert.Contains((fault["file"], int.Parse(fault["line"], System.Globalization.CultureInfo.InvariantCulture)), rejected));
        Assert.Equal(faults["repaired"].Count(), city.Summary.RepairReasons.Values.Sum());
        Assert.Equal(faults["superseded"].Count(fault => fault["kind"] == "duplicate_row"), city.Summary.Files.Sum(file => file.Superseded));
    }

    [Fact]
    public void Every_text_fits_the_type_that_a_server_enforces()
    {
        using WarehouseSession identity = city.Warehouse.Identity();
        using WarehouseSession warehouse = city.Warehouse.Warehouse();

        Assert.Empty(DeclaredColumns.Unfit(identity, DatabaseKind.Identity));
        Assert.Empty(DeclaredColumns.Unfit(warehouse, DatabaseKind.Warehouse));
    }

    [Fact]
    public void No_record_is_linked_to_another_child()
    {
        KeyMint mint = new(CityLoadFixture.Secret);
        using WarehouseSession session = city.Warehouse.Warehouse();
        Dictionary<long, long> person = session.QueryText<(long, long)>("SELECT record_key, person_key FROM stg.link WHERE known_to_utc > '9999-01-01'").ToDictionary(row => row.Item1, row => row.Item2);
        Dictionary<long, string> owner = [];
        List<Dictionary<string, string>> records = city.Truth("records.csv").OrderBy(row => row["system"] == "resident" ? 0 : 1).ToList();
        int linked = 0;
        int others = 0;
        foreach (Dictionary<string, string> record in records)
        {
            if (!person.TryGetValue(mint.Record(record["system"], record["source_id"].Replace('+', '|')), out long key))
            {
                continue;
            }

            bool isKnown = owner.TryGetValue(key, out string? id);
            Assert.True(!isKnown || id == record["person_id"], "two children in one person: " + record["system"]);
            owner[key] = record["person_id"];
            others += record["system"] == "resident" ? 0 : 1;
            linked += record["system"] != "resident" && isKnown ? 1 : 0;
        }

        Assert.True(linked >= others * 0.95, $"{linked} of {others} records linked");
    }

    [Fact]
    public void No_name_address_or_number_is_in_the_warehouse()
    {
        HashSet<string> secrets = new(StringComparer.Ordinal);
        foreach (Dictionary<string, string> person in city.Truth("persons.csv"))
        {
            secrets.Add(person["resident_number"]);
            secrets.Add(person["surname"] + person["given_name"]);
            secrets.Add(person["surname_kana"] + person["given_kana"]);
            secrets.Add(person["surname_kana"] + " " + person["given_kana"]);
            secrets.Add(person["surname"] + "　" + person["given_name"]);
        }

        foreach (Dictionary<string, string> record in city.Truth("records.csv"))
        {
            secrets.Add(record["source_id"]);
        }

        using (WarehouseSession identity = city.Warehouse.Identity())
        {
            foreach (string column in new[] { "name_kanji", "name_kana", "surname_norm", "address", "address_norm", "guardian_name", "household_number", "source_id", "resident_number" })
            {
                secrets.UnionWith(identity.QueryText<string>($"SELECT DISTINCT {column} FROM ident.source_record WHERE {column} IS NOT NULL"));
            }
        }

        secrets.RemoveWhere(secret => secret.Length < 2);
        using WarehouseSession session = city.Warehouse.Warehouse();
        foreach ((string table, string column) in session.QueryText<(string, string)>(
            "SELECT CONCAT(\"TABLE_SCHEMA\", '.', \"TABLE_NAME\"), \"COLUMN_NAME\" FROM INFORMATION_SCHEMA.COLUMNS WHERE UPPER(\"DATA_TYPE\") LIKE '%CHAR%' AND \"TABLE_SCHEMA\" NOT IN ('INFORMATION_SCHEMA', 'information_schema', 'pg_catalog')"))
        {
            // Names of towns and facilities are public; a surname may be the name of a town.
            if (table is "dim.place" or "dim.facility")
            {
                continue;
            }

            Assert.Empty(session.QueryText<string>($"SELECT DISTINCT CAST({column} AS VARCHAR) FROM {table} WHERE {column} IS NOT NULL").Where(secrets.Contains).Select(_ => table + "." + column));
        }
    }

    [Fact]
    public void Children_are_counted_once_a_month()
    {
        using WarehouseSession session = city.Warehouse.Warehouse();
        long residents = session.ScalarText<long>("SELECT COUNT(*) FROM fact.child_month WHERE month_key = 202204 AND is_resident = 1 AND known_to_utc > '9999-01-01'");
        DateOnly day = new(2022, 4, 30);
        int expected = city.Truth("persons.csv").Count(person => person["is_child"] == "1" && person["resident_from"].Length > 0
            && DateOnly.Parse(person["resident_from"], System.Globalization.CultureInfo.InvariantCulture) <= day
            && (person["resident_to"].Length == 0 || DateOnly.Parse(person["resident_to"], System.Globalization.CultureInfo.InvariantCulture) > day)
            && DateOnly.Parse(person["birth_date"], System.Globalization.CultureInfo.InvariantCulture) <= day
            && DateOnly.Parse(person["birth_date"], System.Globalization.CultureInfo.InvariantCulture).AddYears(18) > day);

        Assert.InRange(residents, expected * 0.95, expected * 1.05);
    }
}
