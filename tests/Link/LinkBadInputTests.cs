using System.Text;
using Warehouse.Etl.Link.Engine;
using Warehouse.Reporting.Host;

namespace Warehouse.Tests.Link;

/// <summary>Files whose columns are not what they should be: what is told, and that nobody is linked to somebody else. All people are fictitious (架空データ).</summary>
public sealed class LinkBadInputTests
{
    private static readonly LinkTown Town = new(2000, seed: 7);
    private static readonly List<(string Id, string[] Cells)> Residents = Town.Rows("A", 0.98, isDirty: false);
    private static readonly List<(string Id, string[] Cells)> Pupils = Town.Rows("B", 0.7, isDirty: false);

    public static TheoryData<string, string, string, bool> Faults => new()
    {
        // What is wrong with the second file, the finding, what it names, whether nothing may be linked without review.
        { "given constant", "LNK-005", "given_name (reading)", true },
        { "given form constant", "LNK-005", "given_name (form)", true },
        { "surname constant", "LNK-005", "surname (form)", true },
        { "birth constant", "LNK-007", "birth_date", true },
        { "birth half missing", "LNK-006", "birth_date", false },
        { "address half missing", "LNK-006", "address", false },
        { "surname mostly one", "LNK-015", "surname (form)", false },
        { "name mostly one", "LNK-015", "given_name (form)", false },
        { "address mostly one", "LNK-015", "address", false },
        { "surname and given swapped", "LNK-014", "family name", false },
        { "form and reading swapped", "LNK-013", "surname_kana", false },
        { "birth and address swapped", "LNK-016", "birth_date", true },
        { "birth and sex swapped", "LNK-016", "birth_date", true },
        { "sex and address swapped", "LNK-016", "sex", false },
        { "ids twice", "LNK-001", "share their id", true },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_bad_column_is_told_in_both_languages_and_links_nobody_to_somebody_else(string fault, string code, string named, bool isOnlyReviewed)
    {
        List<(string Id, string[] Cells)> rows = [.. Pupils.Select((row, i) => Bad(fault, row, i))];
        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("register", Residents), LinkTown.Register("school", rows)), new LinkageOptions { Threads = 2 });

        LinkFinding finding = Assert.Single(result.Findings.Where(one => one.Code == code && one.Message.Contains(named, StringComparison.Ordinal)).Take(1));
        Assert.Contains(code == "LNK-001" ? "records" : code is "LNK-014" ? "register" : "school", finding.Message, StringComparison.Ordinal);
        Assert.Contains(finding.Japanese, static sign => sign is >= '\u3041' and <= '\u3096');
        LinkPair[] auto = [.. result.Pairs.Where(pair => pair.Band == LinkBand.Auto)];
        Assert.True(!isOnlyReviewed || auto.Length == 0, $"{auto.Length} were linked");
        if (fault != "ids twice")
        {
            Assert.DoesNotContain(auto, pair => LinkTown.Number(result.Table.Ids[pair.Left]) != LinkTown.Number(result.Table.Ids[pair.Right]));
        }
    }

    [Fact]
    public void Good_files_have_none_of_these_findings()
    {
        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("register", Residents), LinkTown.Register("school", Pupils)), new LinkageOptions { Threads = 2 });

        Assert.DoesNotContain(result.Findings, finding => finding.Code != "LNK-010");
        Assert.Contains(result.Pairs, pair => pair.Band == LinkBand.Auto);
    }

    [Fact]
    public void A_value_that_most_records_of_one_file_share_is_told_where_duplicates_are_searched_for()
    {
        List<(string Id, string[] Cells)> rows = [.. Residents.Select((row, i) => Bad("address mostly one", row, i))];

        LinkageResult result = LinkEngine.Run(LinkTable.Build(LinkTown.Register("register", rows)), new LinkageOptions { Threads = 2 });

        Assert.Contains(result.Findings, finding => finding.Code == "LNK-015" && finding.Message.Contains("address", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Pairs, pair => pair.Band == LinkBand.Auto && LinkTown.Number(result.Table.Ids[pair.Left]) != LinkTown.Number(result.Table.Ids[pair.Right]));
    }

    [Fact]
    public async Task The_verb_says_what_is_wrong_in_both_languages_and_the_page_in_Japanese()
    {
        string folder = Directory.CreateTempSubdirectory("warehouse-bad-").FullName;
        try
        {
            string left = Write(Path.Combine(folder, "left.csv"), Residents);
            string right = Write(Path.Combine(folder, "right.csv"), [.. Pupils.Select((row, i) => Bad("given constant", row, i))]);
            string page = Path.Combine(folder, "report.html");
            using StringWriter output = new();
            using StringWriter error = new();
            int code = await CommandLine.Run(
                ["link-files", "--left", left, "--right", right, "--id", "番号", "--out", Path.Combine(folder, "pairs.csv"), "--report", page], output, error, TestContext.Current.CancellationToken);

            Assert.Equal((0, ""), (code, error.ToString()));
            Assert.Contains("LNK-005 given_name (reading)", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("right.csv の記入済み", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("0 linked", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("right.csv の記入済み", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.DoesNotContain(await File.ReadAllLinesAsync(Path.Combine(folder, "pairs.csv"), TestContext.Current.CancellationToken), line => line.Contains(",AUTO,", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Cells: family name, given name, their readings, birth date, sex, address.
    private static (string Id, string[] Cells) Bad(string fault, (string Id, string[] Cells) row, int i)
    {
        string[] cells = [.. row.Cells];
        bool isMost = i % 10 < 8;
        switch (fault)
        {
            case "given constant":
                (cells[1], cells[3]) = ("太郎", "タロウ");
                break;
            case "given form constant":
                cells[1] = "太郎";
                break;
            case "surname constant":
                (cells[0], cells[2]) = ("佐藤", "サトウ");
                break;
            case "birth constant":
                cells[4] = "2010-01-01";
                break;
            case "birth half missing":
                cells[4] = i % 2 == 0 ? "" : cells[4];
                break;
            case "address half missing":
                cells[6] = i % 5 < 3 ? "" : cells[6];
                break;
            case "surname mostly one":
                cells[0] = isMost ? "架空" : cells[0];
                break;
            case "name mostly one":
                (cells[0], cells[1], cells[2], cells[3]) = isMost ? ("架空", "太郎", "カクウ", "タロウ") : (cells[0], cells[1], cells[2], cells[3]);
                break;
            case "address mostly one":
                cells[6] = isMost ? "町東1丁目1番1号" : cells[6];
                break;
            case "surname and given swapped":
                (cells[0], cells[1], cells[2], cells[3]) = (cells[1], cells[0], cells[3], cells[2]);
                break;
            case "form and reading swapped":
                (cells[0], cells[1], cells[2], cells[3]) = (cells[2], cells[3], cells[0], cells[1]);
                break;
            case "birth and address swapped":
                (cells[4], cells[6]) = (cells[6], cells[4]);
                break;
            case "birth and sex swapped":
                (cells[4], cells[5]) = (cells[5], cells[4]);
                break;
            case "sex and address swapped":
                (cells[5], cells[6]) = (cells[6], cells[5]);
                break;
            case "ids twice":
                return ("B" + (i % 500).ToString(System.Globalization.CultureInfo.InvariantCulture), cells);
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }

        return (row.Id, cells);
    }

    private static string Write(string path, List<(string Id, string[] Cells)> rows)
    {
        StringBuilder text = new("番号,姓,名,セイ,メイ,生年月日,性別,住所\n");
        foreach ((string id, string[] cells) in rows)
        {
            text.Append(id).Append(',').AppendJoin(',', cells).Append('\n');
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }
}
