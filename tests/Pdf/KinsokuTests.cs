using System.Globalization;
using Warehouse.Reporting.Pdf.BuiltIn;
using Xunit;

namespace Warehouse.Tests.Pdf;

public sealed class KinsokuTests
{
    [Theory]
    [InlineData("あいうえお、かき", 5, 0, "あいうえ|お、かき")]
    [InlineData("あいうえお、かき", 5, 1, "あいうえお、|かき")]
    [InlineData("あいうえお。」か", 5, 1, "あいうえ|お。」か")]
    [InlineData("あいうえ「かきく」", 5, 0, "あいうえ|「かきく」")]
    [InlineData("あいうえきゃくに", 5, 0, "あいうえ|きゃくに")]
    [InlineData("あいう123か", 5, 0, "あいう|123か")]
    [InlineData("あいうABCDEFGか", 5, 0, "あいう|ABCDE|FGか")]
    [InlineData("あいうえ……か", 5, 0, "あいうえ|……か")]
    [InlineData("あいうえお", 5, 0, "あいうえお")]
    [InlineData("あ\nい", 5, 0, "あ|い")]
    [InlineData("あ\n", 5, 0, "あ|")]
    [InlineData("あいうえお\nか", 5, 0, "あいうえお|か")]
    public void Lines_break_where_the_rules_allow(string text, float width, float hang, string expected)
    {
        var clusters = text.Select(c => c.ToString(CultureInfo.InvariantCulture)).ToList();

        var lines = Kinsoku.Break(clusters, clusters.Select(_ => 1f).ToList(), width, hang);

        Assert.Equal(expected, string.Join('|', lines.Select(line => string.Concat(clusters[line.Start..line.End]))));
    }

    [Fact]
    public void Any_text_keeps_every_character_and_the_width()
    {
        const string alphabet = "あ漢、。「」（）ーっA1 .…\n";
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var clusters = Enumerable.Range(0, random.Next(40)).Select(_ => alphabet[random.Next(alphabet.Length)].ToString(CultureInfo.InvariantCulture)).ToList();
            var width = random.Next(1, 12);

            var lines = Kinsoku.Break(clusters, clusters.Select(_ => 1f).ToList(), width, 1);

            var kept = string.Concat(lines.Select(line => string.Concat(clusters[line.Start..line.End])));
            Assert.Equal(string.Concat(clusters).Replace("\n", string.Empty, StringComparison.Ordinal), kept);
            Assert.All(lines, line => Assert.True(string.Concat(clusters[line.Start..line.End]).TrimEnd(' ').Count(c => c != ' ') <= width + 1));
        }
    }
}
