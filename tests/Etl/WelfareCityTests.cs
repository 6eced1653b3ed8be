using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A mini city without planted faults, so that facts can be compared with the truth row by row.</summary>
public sealed class WelfareCityFixture : IDisposable
{
    public WelfareCityFixture()
    {
        Root = Directory.CreateTempSubdirectory("welfare-city-").FullName;
        CityGenerator.Generate(new CityOptions(CityPreset.Mini, 500, NoiseLevel: NoiseLevel.None), Root);
        Warehouse = WarehouseFixture.Create();
        Summary = new LoadPipeline(Warehouse.Databases).Run(new LoadOptions { Inbox = Path.Combine(Root, "inbox"), Secret = CityLoadFixture.Secret, Backfill = true });
        string[] lines = File.ReadAllLines(Path.Combine(Root, "truth", "sources.csv")).Where(line => !line.StartsWith('#')).ToArray();
        string[] header = lines[0].Split(',');
        Truth = lines.Skip(1).Select(line => line.Split(',').Zip(header).ToDictionary(cell => cell.Second, cell => cell.First, StringComparer.Ordinal)).ToLookup(row => row["feed"], StringComparer.Ordinal);
    }

    public string Root { get; }

    public WarehouseFixture Warehouse { get; }

    public LoadSummary Summary { get; }

    public ILookup<string, Dictionary<string, string>> Truth { get; }

    public void Dispose()
    {
        Warehouse.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>What the welfare, tax and consultation offices tell is in the facts once, and nothing else is.</summary>
public sealed class WelfareCityTests(WelfareCityFixture city) : IClassFixture<WelfareCityFixture>
{
    private static readonly Dictionary<string, (string Sql, Func<Dictionary<string, string>, string> Expected)> Feeds = new(StringComparer.Ordinal)
    {
        ["tax_class"] = ("SELECT f.record_key, CONCAT(f.tax_year, '|', f.tax_class) FROM fact.tax_class AS f WHERE 1 = 1", t => $"{t["key"]}|{Code("tax_class", "tax_class", t["detail"])}"),
        ["arrears"] = ("SELECT f.record_key, CONCAT(f.as_of_date, '|', f.fee_kind, '|', f.has_arrears) FROM fact.arrears_flag AS f WHERE 1 = 1",
            t => $"{t["from"]}|{Code("arrears", "fee_kind", t["key"])}|{Code("arrears", "has_arrears", t["detail"])}"),
        ["child_allowance"] = ("SELECT f.record_key, CONCAT(f.valid_from, '|', f.valid_to, '|', f.status_code) FROM fact.benefit_spell AS f WHERE f.benefit_code = 'child_allowance'",
            t => $"{Spell(t)}|{Code("child_allowance", "stop_code", t["detail"])}"),
        ["public_assistance"] = ("SELECT f.record_key, CONCAT(f.valid_from, '|', f.valid_to, '|', f.reason_code) FROM fact.benefit_spell AS f WHERE f.benefit_code = 'public_assistance'",
            t => $"{Spell(t)}|{Code("public_assistance", "household_type", t["detail"])}"),
        ["school_aid"] = ("SELECT f.record_key, CONCAT(f.valid_from, '|', f.valid_to, '|', f.payment_class) FROM fact.benefit_spell AS f WHERE f.benefit_code = 'school_aid'",
            t => $"{t["from"]}|{(t["to"].EndsWith("-03-31", StringComparison.Ordinal) ? t["to"][..4] + "-04-01" : t["to"])}|{Code("school_aid", "category_code", t["detail"])}"),
        ["disability"] = ("SELECT f.record_key, CONCAT(f.valid_from, '|', f.valid_to, '|', f.status_code) FROM fact.status_spell AS f WHERE f.status_group = 'disability'",
            t => $"{Spell(t)}|{Code("disability", "kind_code", t["key"])}"),
        ["care_need"] = ("SELECT f.record_key, CONCAT(f.valid_from, '|', f.valid_to, '|', f.status_code) FROM fact.status_spell AS f WHERE f.status_group = 'care_need'",
            t => $"{Spell(t)}|{Code("care_need", "level_code", t["detail"])}"),
        ["medical_month"] = ("SELECT g.record_key, CONCAT(g.row_count) FROM (SELECT f.record_key, COUNT(*) AS row_count FROM fact.medical_month AS f WHERE f.known_to_utc > '9999-01-01' GROUP BY f.record_key) AS g", t => t["detail"]),
        ["service_use"] = ("SELECT f.record_key, CONCAT(f.use_date, '|', f.service_code, '|', f.use_count) FROM fact.service_use AS f WHERE 1 = 1",
            t => $"{t["from"]}|{Code("service_use", "service_code", t["key"])}|{t["detail"]}"),
        ["council_case"] = ("SELECT f.record_key, CONCAT(f.registered_date, '|', COALESCE(f.closed_date, CAST('9999-12-31' AS DATE)), '|', f.category_code) FROM fact.council_case AS f WHERE 1 = 1",
            t => $"{Spell(t)}|{Code("council_case", "category_code", t["detail"])}"),
        ["livelihood"] = ("SELECT f.record_key, CONCAT(f.consulted_date, '|', f.topic_code) FROM fact.livelihood_consultation AS f WHERE 1 = 1",
            t => $"{t["from"]}|{Code("livelihood", "topic_code", t["detail"])}"),
        ["dv_consultation"] = ("SELECT f.record_key, CONCAT(f.as_of_date, '|', f.has_consulted) FROM restricted.dv_flag AS f WHERE 1 = 1",
            t => $"{t["from"]}|{Code("dv_consultation", "has_consulted", t["detail"])}"),
    };

    public static TheoryData<string> Names => [.. Feeds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Facts_are_those_of_the_truth(string feed)
    {
        (string sql, Func<Dictionary<string, string>, string> expected) = Feeds[feed];
        KeyMint mint = new(CityLoadFixture.Secret);
        string system = FeedCatalog.Default.Get(feed).System;
        using WarehouseSession session = city.Warehouse.Warehouse();
        string current = sql.EndsWith("AS g", StringComparison.Ordinal) ? sql : sql + " AND f.known_to_utc > '9999-01-01'";

        string[] found = [.. session.QueryText<(long Record, string Text)>(current).Select(row => Line(row.Record, row.Text)).Order(StringComparer.Ordinal)];

        Assert.NotEmpty(found);
        Assert.Equal(city.Truth[feed].Select(row => Line(mint.Record(system, row["source_id"].Replace('+', '|')), expected(row))).Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void No_row_is_lost_and_no_check_finds_anything()
    {
        Assert.DoesNotContain(city.Summary.Files, file => file.Status == "failed" || file.Rejected > 0);
        Assert.All(city.Summary.Files, file => Assert.Equal(file.Read, file.Staged + file.Superseded));
        Assert.Empty(Checks.Run(city.Warehouse.Databases).Findings);
    }

    [Fact]
    public void Consultations_of_the_council_and_of_adults_reach_persons_of_the_register()
    {
        using WarehouseSession session = city.Warehouse.Warehouse();
        foreach (string table in new[] { "fact.council_case", "fact.livelihood_consultation", "restricted.dv_flag" })
        {
            (long all, long linked) = session.ScalarText<(long, long)>(
                $"SELECT COUNT(*), COUNT(CASE WHEN f.person_key IN (SELECT m.person_key FROM dim.household_member AS m) THEN 1 END) FROM {table} AS f");
            // Names written otherwise keep some from the deterministic linker; a feed that does not reach the register at all is what is looked for.
            Assert.True(linked >= all * 0.8, $"{table}: {linked} of {all} linked");
        }
    }

    [Fact]
    public void Rates_are_about_those_of_a_municipality()
    {
        using WarehouseSession session = city.Warehouse.Warehouse();
        const string Day = "CAST('2023-10-01' AS DATE)";
        double children = session.ScalarText<long>("SELECT COUNT(*) FROM fact.child_month WHERE month_key = 202310 AND is_resident = 1 AND known_to_utc > '9999-01-01'");
        double Share(string sql) => session.ScalarText<long>(sql) / children;

        Assert.InRange(Share($"SELECT COUNT(DISTINCT person_key) FROM fact.benefit_spell WHERE benefit_code = 'school_aid' AND valid_from <= {Day} AND valid_to > {Day} AND known_to_utc > '9999-01-01'"), 0.03, 0.16);
        Assert.InRange(Share($"SELECT COUNT(DISTINCT person_key) FROM fact.benefit_spell WHERE benefit_code = 'child_allowance' AND valid_from <= {Day} AND valid_to > {Day} AND known_to_utc > '9999-01-01'"), 0.70, 1.0);
        Assert.InRange(Share($"SELECT COUNT(DISTINCT person_key) FROM fact.status_spell WHERE status_group = 'disability' AND valid_from <= {Day} AND valid_to > {Day} AND known_to_utc > '9999-01-01'"), 0.01, 0.09);
        Assert.InRange(session.ScalarText<double>("SELECT CAST(COUNT(CASE WHEN tax_class = 'exempt' THEN 1 END) AS DOUBLE PRECISION) / COUNT(*) FROM fact.tax_class WHERE tax_year = 2023 AND known_to_utc > '9999-01-01'"), 0.08, 0.30);
    }

    [Theory]
    [InlineData(SessionRole.Model)]
    [InlineData(SessionRole.Reporting)]
    [InlineData(SessionRole.Caseworker)]
    [InlineData(SessionRole.Auditor)]
    public void Only_the_load_reads_the_restricted_class(SessionRole role)
    {
        using WarehouseSession session = city.Warehouse.Warehouse(role);

        WarehouseException refused = Assert.Throws<WarehouseException>(() => session.QuerySingle<string>("query/check/dv_flag"));

        Assert.Contains("restricted class", refused.Message, StringComparison.Ordinal);
        using WarehouseSession load = city.Warehouse.Warehouse();
        Assert.Equal(0, load.ScalarText<long>("SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE \"TABLE_SCHEMA\" IN ('dim', 'fact') AND \"COLUMN_NAME\" = 'has_consulted'"));
    }

    private static string Code(string feed, string column, string text)
    {
        FeedContract contract = FeedCatalog.Default.Get(feed);
        return contract.Columns[contract.OrdinalOf(column)].Codes[text];
    }

    private static string Spell(Dictionary<string, string> row) => row["from"] + "|" + (row["to"].Length > 0 ? row["to"] : "9999-12-31");

    private static string Line(long record, string text) => record.ToString(CultureInfo.InvariantCulture) + "|" + text;
}
