using System.Text.RegularExpressions;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Tests.Etl;

/// <summary>Every rule code has words for the department that sent the row.</summary>
public sealed partial class RuleReasonTests
{
    [Fact]
    public void Every_code_of_the_document_has_a_reason_and_an_expectation_in_Japanese()
    {
        int count = 0;
        foreach (FeedContract contract in FeedCatalog.Default.Contracts)
        {
            foreach (string code in Codes(contract))
            {
                RuleReason words = RuleReasons.Of(contract, code);
                Assert.True(Japanese().IsMatch(words.Reason), code + ": " + words.Reason);
                Assert.True(Japanese().IsMatch(words.Expected), code + ": " + words.Expected);
                Assert.EndsWith("。", words.Reason, StringComparison.Ordinal);
                count++;
            }
        }

        Assert.True(count > 300, count.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_reason_names_the_header_of_the_column_and_not_the_place()
    {
        FeedContract contract = FeedCatalog.Default.Get("checkup");

        Assert.Equal("「生年月日」が実在しない日付です。", RuleReasons.Of(contract, "CHK-036").Reason);
        Assert.Equal("次のいずれか: 3-4か月、1歳6か月、3歳", RuleReasons.Of(contract, "CHK-074").Expected);
        Assert.Equal("「受診年月日」が「対象年月日」より92日を超えて前の日付です。", RuleReasons.Of(contract, "CHK-953").Reason);
        Assert.Equal("30以上130以下の小数第1位までの数", RuleReasons.Of(contract, "CHK-105").Expected);
    }

    [Theory]
    [InlineData("ATT-036")]
    [InlineData("CHK-999")]
    [InlineData("CHK-150")]
    [InlineData("CHK")]
    public void A_code_that_the_feed_does_not_have_is_refused(string code) =>
        Assert.Throws<ArgumentException>(() => RuleReasons.Of(FeedCatalog.Default.Get("checkup"), code));

    // Rows of the page of codes: "| CHK-03x | birth_date | x = 1, 2, 6, 8 |" and "| CHK-951 | …".
    private static IEnumerable<string> Codes(FeedContract contract)
    {
        foreach (Match row in Row().Matches(RuleCatalog.Document(FeedCatalog.Default)).Where(row => row.Groups[1].Value == contract.RulePrefix))
        {
            if (row.Groups[3].Value != "x")
            {
                yield return row.Groups[1].Value + "-" + row.Groups[2].Value + row.Groups[3].Value;
                continue;
            }

            foreach (string kind in row.Groups[4].Value.Split('=')[1].Split(','))
            {
                yield return row.Groups[1].Value + "-" + row.Groups[2].Value + kind.Trim();
            }
        }
    }

    [GeneratedRegex(@"^\| ([A-Z]+)-(\d\d)(\d|x) \| [^|]*\| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("[\u3041-\u30FF\u4E00-\u9FFF]")]
    private static partial Regex Japanese();
}
