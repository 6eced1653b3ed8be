using System.Globalization;
using System.Text.Json;
using Warehouse.Reporting.Host;
using Warehouse.Sql;
using Warehouse.Tests.Model;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The verbs on a table of one's own, from files to files.</summary>
public sealed class TableCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-table-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_csv_table_gives_a_model_a_report_scores_and_reasons()
    {
        string data = Csv("data.csv", TableRunTests.Columns(300, 21));
        string model = At("model.json"), report = At("report.html"), scores = At("scores.csv"), why = At("why.json");

        (int code, string output, string error) = await Run("train", "--data", data, "--target", "y", "--cv", "3", "--repeats", "1", "--challengers", "logistic", "--model", model, "--report", report, "--json");

        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement root = json.RootElement;
        Assert.InRange(root.GetProperty("auc").GetDouble(), 0.6, 1);
        Assert.True(root.GetProperty("auc_low").GetDouble() < root.GetProperty("auc_high").GetDouble());
        Assert.Equal("logistic", Assert.Single(root.GetProperty("challengers").EnumerateArray()).GetProperty("name").GetString());
        Assert.InRange(root.GetProperty("duality_gap").GetDouble(), 0, 1e-6);
        foreach (string name in new[] { "ece", "verified", "candidates", "seconds", "peak_megabytes" })
        {
            Assert.True(root.GetProperty(name).GetDouble() >= 0);
        }

        Assert.Contains("<svg", await File.ReadAllTextAsync(report, Stop), StringComparison.Ordinal);
        Assert.Equal(0, (await Run("predict", "--model", model, "--data", data, "--out", scores)).Code);
        string[] lines = await File.ReadAllLinesAsync(scores, Stop);
        Assert.Equal("row,id,probability,rank,band,log_odds,unknown_values", lines[0]);
        Assert.Equal(301, lines.Length);
        (int explained, output, _) = await Run("explain", "--model", model, "--data", data, "--row", "7", "--actionable", "dose", "--out", why, "--json");
        Assert.Equal(0, explained);
        using JsonDocument reasons = JsonDocument.Parse(output);
        JsonElement row = Assert.Single(reasons.RootElement.EnumerateArray());
        Assert.Equal(7, row.GetProperty("row").GetInt32());
        Assert.Equal(lines[7].Split(',')[2], row.GetProperty("probability").GetDouble().ToString("R", CultureInfo.InvariantCulture));
        Assert.Equal(JsonValueKind.Object, row.GetProperty("what_if").ValueKind);
        Assert.True(File.Exists(why));
    }

    [Fact]
    public async Task Csv_arff_and_parquet_of_the_same_rows_give_the_same_rules()
    {
        (string Name, string[] Cells)[] columns = TableRunTests.Columns(300, 22);
        string csv = Csv("data.csv", columns), arff = At("data.arff"), parquet = At("data.parquet");
        await File.WriteAllTextAsync(arff, "@relation r\n" + string.Concat(columns.Select(c => $"@attribute {c.Name} {(c.Name == "kind" ? "{a,b,c}" : "numeric")}\n")) + "@data\n"
            + string.Concat(Enumerable.Range(0, 300).Select(r => string.Join(',', columns.Select(c => c.Cells[r].Length == 0 ? "?" : c.Cells[r])) + "\n")), Stop);
        Parquet(csv, parquet);

        var rules = new List<string>();
        foreach (string data in new[] { csv, arff, parquet })
        {
            string found = At("rules.csv");
            (int code, _, string error) = await Run("mine", "--data", data, "--target", "y", "--positive", "1", "--out", found);
            Assert.True(code == 0, error);
            rules.Add(await File.ReadAllTextAsync(found, Stop));
        }

        Assert.Contains(",1\n", rules[0].ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(rules[0], rules[1]);
        Assert.Equal(rules[0], rules[2]);
    }

    [Theory]
    [InlineData(2, "there is no file", "train", "--data", "missing.csv", "--target", "y")]
    [InlineData(2, "--target is missing", "train", "--data", "a.csv")]
    [InlineData(2, "--cv needs --data", "train", "--cv", "3")]
    [InlineData(2, "--cv is 1", "train", "--data", "a.csv", "--target", "y", "--cv", "1")]
    [InlineData(2, "is an input", "train", "--data", "a.csv", "--target", "y", "--model", "a.csv")]
    [InlineData(2, "for two results", "train", "--data", "a.csv", "--target", "y", "--model", "o.csv", "--report", "o.csv")]
    [InlineData(2, "no trainer 'best'", "train", "--data", "a.csv", "--target", "y", "--challengers", "best")]
    [InlineData(1, "x, z", "train", "--data", "a.csv", "--target", "y")]
    [InlineData(1, "'1' (1) in every row", "train", "--data", "one.csv", "--target", "y", "--positive", "1")]
    [InlineData(1, "in every row", "train", "--data", "same.csv", "--target", "y")]
    [InlineData(1, "an empty file", "train", "--data", "empty.csv", "--target", "y")]
    [InlineData(2, "0 readable rows", "train", "--data", "header.csv", "--target", "y")]
    [InlineData(1, "no column of constant.csv", "train", "--data", "constant.csv", "--target", "y")]
    [InlineData(1, "a Parquet file", "mine", "--data", "text.parquet", "--target", "y")]
    [InlineData(1, "JSON that is no model", "predict", "--model", "a.csv", "--data", "a.csv")]
    public async Task A_mistake_of_the_user_gives_one_line(int expected, string part, params string[] args)
    {
        Csv("a.csv", ("x", TableReadingTests.Varied(60)), ("z", TableReadingTests.Varied(60)));
        Csv("one.csv", ("x", ["1"]), ("y", ["1"]));
        Csv("same.csv", ("x", TableReadingTests.Varied(60)), ("y", [.. Enumerable.Repeat("1", 60)]));
        Csv("constant.csv", ("x", [.. Enumerable.Repeat("3", 60)]), ("y", [.. Enumerable.Range(0, 60).Select(i => (i % 2).ToString(CultureInfo.InvariantCulture))]));
        await File.WriteAllTextAsync(At("empty.csv"), "", Stop);
        await File.WriteAllTextAsync(At("header.csv"), "x,y\n", Stop);
        await File.WriteAllTextAsync(At("text.parquet"), "x,y\n1,2\n", Stop);

        (int code, _, string error) = await Run([.. args.Select(arg => arg.Contains('.', StringComparison.Ordinal) ? At(arg) : arg)]);

        Assert.True(code == expected, error);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string At(string name) => Path.Combine(_folder, name);

    private string Csv(string name, params (string Name, string[] Cells)[] columns)
    {
        File.WriteAllText(At(name), string.Join(',', columns.Select(c => c.Name)) + "\n" + string.Concat(Enumerable.Range(0, columns[0].Cells.Length).Select(r => string.Join(',', columns.Select(c => c.Cells[r])) + "\n")));
        return At(name);
    }

    private static void Parquet(string csv, string parquet)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse(SessionRole.Migrator);
        session.Execute(new SqlScript("copy", "copy", [new SqlBatch($"COPY (SELECT * FROM read_csv('{csv}')) TO '{parquet}' (FORMAT parquet)", [], 1)]), null);
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.Run(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), string.Join('\n', error.ToString().Split('\n').Where(line => line.StartsWith("warehouse:", StringComparison.Ordinal))));
    }
}
