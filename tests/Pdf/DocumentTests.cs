using Microsoft.Extensions.Logging.Abstractions;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Xunit;

namespace Warehouse.Tests.Pdf;

public sealed class DocumentTests
{
    [Fact]
    public void Document_read_from_its_bytes_has_the_same_hash()
    {
        var document = CaseBriefComposer.Compose(SampleBriefs.Rich());

        var copy = BriefDocument.FromCanonicalBytes(document.ToCanonicalBytes());

        Assert.Equal(document.ToCanonicalBytes(), copy.ToCanonicalBytes());
        Assert.Equal(document.ComputeHash(), copy.ComputeHash());
        Assert.Equal(document.ComputeHash()[..12], document.Furniture.ShortHash);
    }

    [Fact]
    public void Another_word_gives_another_hash()
    {
        var one = SampleBriefs.Document(new ParagraphBlock("要"));
        var other = SampleBriefs.Document(new ParagraphBlock("否"));

        Assert.NotEqual(one.ComputeHash(), other.ComputeHash());
    }

    [Fact]
    public void Missing_fonts_name_the_package_and_the_folders()
    {
        var folder = Directory.CreateTempSubdirectory("warehouse-no-fonts").FullName;

        var exception = Assert.Throws<PdfFontException>(() => PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn, FontFolders = [folder] }, NullLogger.Instance));

        Directory.Delete(folder);
        Assert.Contains("fonts-morisawa-bizud-gothic", exception.Message, StringComparison.Ordinal);
        Assert.Contains(folder, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void QuestPdf_without_a_licence_tier_is_refused()
    {
        var exception = Assert.Throws<PdfEngineException>(() => PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.QuestPdf }, NullLogger.Instance));

        Assert.Contains("Pdf:QuestPdfLicense", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2026, 11, 12, "令和8年11月12日（2026年）")]
    [InlineData(2019, 5, 1, "令和元年5月1日（2019年）")]
    [InlineData(2019, 4, 30, "平成31年4月30日（2019年）")]
    [InlineData(1989, 1, 7, "昭和64年1月7日（1989年）")]
    [InlineData(1926, 12, 24, "大正15年12月24日（1926年）")]
    public void Dates_carry_era_and_western_year(int year, int month, int day, string expected) =>
        Assert.Equal(expected, JapaneseDate.Long(new DateOnly(year, month, day)));

    [Fact]
    public void Thin_file_prints_the_reason_and_no_band()
    {
        var rich = SampleBriefs.Rich();
        var document = CaseBriefComposer.Compose(rich with { Analysis = rich.Analysis! with { Band = null, ThinFileReason = "情報源が2つのみ" } });

        var json = System.Text.Encoding.UTF8.GetString(document.ToCanonicalBytes());

        Assert.Contains("情報源が2つのみ", json, StringComparison.Ordinal);
        Assert.DoesNotContain("類似の段階", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"$type\":\"gauge\"", json, StringComparison.Ordinal);
    }
}
