using System.Text;
using Warehouse.Etl.Link.Engine;
using Warehouse.Reporting.Host;

namespace Warehouse.Tests.Link;

/// <summary>The verb <c>link-files</c> from files to files.</summary>
public sealed class LinkFilesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-link-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_files_give_pairs_clusters_a_report_and_a_model()
    {
        LinkTown town = new(1500);
        string left = Write("left.csv", town.Rows("A", 0.95, isDirty: false));
        string right = Write("right.csv", town.Rows("B", 0.6, isDirty: true));
        string pairs = Path.Combine(_folder, "pairs.csv");
        string clusters = Path.Combine(_folder, "clusters.csv");
        string report = Path.Combine(_folder, "report.html");
        string model = Path.Combine(_folder, "model.json");

        (int code, string output, string error) = await Run("link-files", "--left", left, "--right", right, "--id", "番号", "--out", pairs, "--clusters", clusters, "--report", report, "--save-model", model);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("birth_date", output, StringComparison.Ordinal);
        string[] lines = await File.ReadAllLinesAsync(pairs, TestContext.Current.CancellationToken);
        Assert.Equal("left_id,right_id,posterior,band,weight_surname,weight_given_name,weight_birth_date,weight_sex,weight_address,reason", lines[0]);
        string[][] rows = [.. lines.Skip(1).Select(line => line.Split(','))];
        Assert.All(rows, row => Assert.Contains(row[3], (string[])["AUTO", "REVIEW"]));
        Assert.True(rows.Count(row => row[3] == "AUTO") > 500);
        Assert.All(rows.Where(row => row[3] == "AUTO"), row => Assert.Equal(row[0][1..], row[1][1..]));
        Assert.Equal(1 + File.ReadLines(left).Count() - 1 + File.ReadLines(right).Count() - 1, File.ReadLines(clusters).Count());
        string page = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);

        string again = Path.Combine(_folder, "again.csv");
        (int second, _, _) = await Run("link-files", "--left", left, "--right", right, "--id", "番号", "--out", again, "--model", model, "--threads", "1");
        Assert.Equal(0, second);
        Assert.Equal(lines, await File.ReadAllLinesAsync(again, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("there is no file", "--left", "missing.csv", "--out", "o.csv")]
    [InlineData("same file", "--left", "a.csv", "--right", "a.csv", "--out", "o.csv")]
    [InlineData("is an input", "--left", "a.csv", "--out", "a.csv")]
    [InlineData("no column 'nummer'", "--left", "a.csv", "--id", "nummer", "--out", "o.csv")]
    [InlineData("--threads is 0", "--left", "a.csv", "--threads", "0", "--out", "o.csv")]
    [InlineData("Option '--out' is required", "--left", "a.csv")]
    public async Task A_mistake_of_the_user_gives_one_line(string part, params string[] args)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.csv"), "id,name,dob\n1,Ann Lee,2001-02-03\n2,Bob Ray,2002-02-03\n", TestContext.Current.CancellationToken);

        (int code, _, string error) = await Run(["link-files", .. args.Select(arg => arg.EndsWith(".csv", StringComparison.Ordinal) ? Path.Combine(_folder, arg) : arg)]);

        Assert.Equal(2, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private string Write(string name, List<(string Id, string[] Cells)> rows)
    {
        StringBuilder text = new("番号,姓,名,セイ,メイ,生年月日,性別,住所\n");
        foreach ((string id, string[] cells) in rows)
        {
            text.Append(id).Append(',').AppendJoin(',', cells).Append('\n');
        }

        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.Run(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
