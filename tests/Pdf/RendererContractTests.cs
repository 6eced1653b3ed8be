using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Tokens;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Xunit;

namespace Warehouse.Tests.Pdf;

/// <summary>What every PDF engine must do; an engine that is not there is a visible skip.</summary>
public sealed class RendererContractTests
{
    public static TheoryData<PdfEngine> Engines => [PdfEngine.BuiltIn, PdfEngine.QuestPdf];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Brief_of_every_section_has_its_text_in_order(PdfEngine engine)
    {
        var (bytes, result) = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Rich()));

        var text = AllText(bytes);
        string[] expected =
        [
            "会議で決めること", "児童・世帯", "関係機関と関わりの状況", "時系列", "心配なこと", "子どもの声", "保護者の意向", "未聴取", "データ分析の参考結果",
            "類似した児童48人のうち17人", "推定範囲23–50人/100人", "値が高くても問題があることを意味しません", "この結果のみで判断しない", "未利用の支援制度",
            "緊急度・重症度", "支援方針", "すべての理由", "データの来歴", "前回から変わった点",
        ];
        var at = 0;
        foreach (var phrase in expected)
        {
            var found = text.IndexOf(phrase, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{phrase}' is missing or out of order.");
            at = found;
        }

        Assert.DoesNotContain('%', text);
        Assert.Equal(3, result.PageCount);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Table_over_two_pages_repeats_its_header(PdfEngine engine)
    {
        var rows = Enumerable.Range(1, 70).Select(i => new TableRow([$"行{i}", "値"])).ToList();
        var document = SampleBriefs.Document(new TableBlock([new TableColumn("見出し甲", 1), new TableColumn("見出し乙", 2)], rows, "表"));

        var (bytes, result) = Render(engine, document);

        Assert.True(result.PageCount >= 2);
        using var pdf = PdfDocument.Open(bytes);
        Assert.All(pdf.GetPages(), page => Assert.Contains("見出し甲", Compact(page), StringComparison.Ordinal));
        Assert.All(Enumerable.Range(1, 70), i => Assert.Contains($"行{i}値", AllText(bytes), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Row_taller_than_a_page_continues_on_the_next(PdfEngine engine)
    {
        var words = string.Concat(Enumerable.Range(1, 2500).Select(i => $"語{i}、"));
        var document = SampleBriefs.Document(new TableBlock([new TableColumn("甲", 1), new TableColumn("乙", 1)], [new TableRow([words, "短い"])], "表"));

        var (bytes, result) = Render(engine, document);

        Assert.True(result.PageCount > 1);
        Assert.Contains("語2500", AllText(bytes), StringComparison.Ordinal);
        AssertInside(bytes);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Every_page_has_its_number_mark_and_watermark(PdfEngine engine)
    {
        var (bytes, result) = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Rich()));

        using var pdf = PdfDocument.Open(bytes);
        Assert.Equal(result.PageCount, pdf.NumberOfPages);
        foreach (var page in pdf.GetPages())
        {
            var text = Compact(page);
            Assert.Contains("架空データ", text, StringComparison.Ordinal);
            Assert.Contains("取扱注意・会議後回収", text, StringComparison.Ordinal);
            Assert.Contains("3/7", text, StringComparison.Ordinal);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{page.Number}/{result.PageCount}"), text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Fonts_are_embedded_and_cut_to_the_glyphs_in_use(PdfEngine engine)
    {
        var (bytes, _) = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Rich()));

        using var pdf = PdfDocument.Open(bytes);
        var names = pdf.GetPages().SelectMany(page => page.Letters).Select(letter => letter.FontName).OfType<string>()
            .Where(name => name.Contains("BIZUDPGothic", StringComparison.Ordinal)).Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches("^[A-Z]{6}\\+", name));
        Assert.Contains("/FontFile2", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        Assert.True(bytes.Length < 250_000, $"{bytes.Length} bytes: the fonts of 4 MB each seem to be embedded whole.");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Metadata_names_title_language_and_engine(PdfEngine engine)
    {
        var (bytes, result) = Render(engine, SampleBriefs.Document(new ParagraphBlock("本文")));

        using var pdf = PdfDocument.Open(bytes);
        Assert.Equal("試験文書", pdf.Information.Title);
        Assert.Equal(result.EngineName, pdf.Information.Producer);
        Assert.True(pdf.Structure.Catalog.CatalogDictionary.TryGet(NameToken.Create("Lang"), out var language));
        Assert.Contains("ja-JP", language.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Equal_documents_give_equal_bytes(PdfEngine engine)
    {
        var first = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Rich())).Bytes;
        var second = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Rich())).Bytes;

        Assert.Equal(first, second);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Names_of_300_characters_stay_in_their_cells(PdfEngine engine)
    {
        var name = string.Concat(Enumerable.Repeat("寿限無寿限無五劫の擦り切れ海砂利水魚の", 16))[..300];
        var rich = SampleBriefs.Rich();
        var brief = rich with { Child = rich.Child with { Name = name, Facility = name }, Household = rich.Household.Select(person => person with { Name = name }).ToList() };

        var (bytes, _) = Render(engine, CaseBriefComposer.Compose(brief));

        AssertInside(bytes);
        AssertNoOverlap(bytes);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Rare_characters_are_drawn_from_a_fallback_and_listed(PdfEngine engine)
    {
        SkipWithoutFonts();
        Assert.SkipUnless(new FontCatalog().Select().Fallbacks.Count > 0, "No fallback font is installed (Debian package fonts-noto-cjk).");

        var (bytes, result) = Render(engine, SampleBriefs.Document(new ParagraphBlock("𠮷野家と\uE123番")));

        Assert.Contains(result.Substitutions, glyph => glyph.Text == "𠮷" && !glyph.IsUndrawable);
        Assert.Contains(result.Substitutions, glyph => glyph.Text == "\uE123" && glyph.IsUndrawable);
        Assert.Contains("𠮷野家と〓番", AllText(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Latin_words_keep_their_letters(PdfEngine engine)
    {
        var (bytes, _) = Render(engine, SampleBriefs.Document(new ParagraphBlock("fi office")));

        Assert.Contains("fioffice", AllText(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Genogram_of_twelve_shows_every_name(PdfEngine engine)
    {
        var persons = Enumerable.Range(1, 12).Select(i => new GenogramPerson($"p{i}", $"名{i}番", $"{i}歳", (GenogramSex)(i % 4), (i - 1) / 4, i == 12, i == 1, i > 5)).ToList();
        var document = SampleBriefs.Document(new GenogramBlock(
            persons,
            [new GenogramCouple("p1", "p2"), new GenogramCouple("p5", "p6", true), new GenogramCouple("p7", "p8")],
            [new GenogramChild("p5", "p1", "p2"), new GenogramChild("p7", "p3"), new GenogramChild("p9", "p5", "p6"), new GenogramChild("p10", "p5", "p6"), new GenogramChild("p11", "p7", "p8"), new GenogramChild("p12", "p7", "p8")],
            "12人の家族"));

        var (bytes, _) = Render(engine, document);

        var text = AllText(bytes);
        Assert.All(persons, person => Assert.Contains(person.Name, text, StringComparison.Ordinal));
        AssertInside(bytes);
        AssertNoOverlap(bytes);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Nothing_recorded_still_makes_a_brief(PdfEngine engine)
    {
        var (bytes, result) = Render(engine, CaseBriefComposer.Compose(SampleBriefs.Empty()));
        var (_, blank) = Render(engine, new BriefDocument(string.Empty, "ja-JP", new PageFurniture(null, null, null, null, null, new DateOnly(2026, 1, 1), null), []));

        Assert.True(result.PageCount >= 2);
        Assert.Equal(1, blank.PageCount);
        Assert.Contains("未聴取", AllText(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Text_of_any_length_stays_inside_the_content(PdfEngine engine)
    {
        const string alphabet = "あいうえお漢字東京、。「」（）ーっャABC 0123456789.,%…―々";
        var random = new Random(20261031);
        for (var round = 0; round < 12; round++)
        {
            string Words(int most) => new([.. Enumerable.Range(0, random.Next(most)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            Block[] blocks =
            [
                new HeadingBlock(1, Words(60), "1"),
                new ParagraphBlock(Words(900)),
                new KeyValueBlock(2, [new KeyValue("鍵", Words(300)), new KeyValue(Words(20), Words(40), 2)]),
                new TableBlock([new TableColumn("甲", 1), new TableColumn("乙", 3), new TableColumn("丙", 1, TextAlignment.End)], Enumerable.Range(0, random.Next(40)).Select(_ => new TableRow([Words(30), Words(400), Words(12)])).ToList(), "表"),
                new NotesBlock([new NotesColumn("心配", NotesTone.Worry, [new NoteItem(Words(1500), "源", "日")]), new NotesColumn("強み", NotesTone.Strength, []), new NotesColumn("不明", NotesTone.Unknown, [new NoteItem(Words(50))])]),
                new BoxBlock("箱", [new ParagraphBlock(Words(3000)), new GaugeBlock(["低", "中", "高"], 1, "中"), new BarChartBlock([new Bar(Words(40), "3人", 0.4, 0.2, 0.6)], "棒")]),
                new TickRowBlock("選択", [new TickOption(Words(50)), new TickOption(Words(300), true)]),
                new TimelineBlock([new TimelineEntry("2026.1.1（R8）", Words(300), Words(60), Certainty.Observed)], "時系列"),
            ];

            var (bytes, _) = Render(engine, SampleBriefs.Document(blocks));

            AssertInside(bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Restriction_hides_address_and_school(PdfEngine engine)
    {
        var brief = SampleBriefs.Rich() with { Restriction = new BriefRestriction("支援措置", "黒田　剛", new DateOnly(2027, 3, 31)) { HiddenWords = ["みどり保育所"] } };

        var (bytes, _) = Render(engine, CaseBriefComposer.Compose(brief));

        var text = AllText(bytes);
        Assert.Contains(CaseBriefComposer.NotDisclosed, text, StringComparison.Ordinal);
        Assert.DoesNotContain("架空市みどりが丘三丁目", text, StringComparison.Ordinal);
        Assert.DoesNotContain("4年2組", text, StringComparison.Ordinal);
        Assert.DoesNotContain("みどりが丘小学校", text, StringComparison.Ordinal);
        Assert.DoesNotContain("みどり保育所", text, StringComparison.Ordinal);
    }

    private static (byte[] Bytes, RenderResult Result) Render(PdfEngine engine, BriefDocument document)
    {
        Assert.SkipWhen(engine == PdfEngine.QuestPdf && !PdfEngineFactory.HasQuestPdf, "QuestPDF was not on the package feed when this was built.");
        SkipWithoutFonts();
        var renderer = PdfEngineFactory.Create(new PdfOptions { Engine = engine, QuestPdfLicense = "Evaluation" }, NullLogger.Instance);
        using var stream = new MemoryStream();
        var result = renderer.Render(document, stream, TestContext.Current.CancellationToken);
        return (stream.ToArray(), result);
    }

    private static void SkipWithoutFonts()
    {
        try
        {
            new FontCatalog().Select();
        }
        catch (PdfFontException exception)
        {
            Assert.Skip(exception.Message);
        }
    }

    private static string AllText(byte[] bytes)
    {
        using var pdf = PdfDocument.Open(bytes);
        return string.Concat(pdf.GetPages().Select(Compact));
    }

    private static string Compact(Page page) =>
        string.Concat(page.Letters.Select(letter => letter.Value)).Replace(" ", string.Empty, StringComparison.Ordinal).Replace("　", string.Empty, StringComparison.Ordinal);

    /// <summary>Letters of the content must lie between the margins; the watermark is recognised by its size.</summary>
    private static void AssertInside(byte[] bytes)
    {
        const double tolerance = 1.0;
        using var pdf = PdfDocument.Open(bytes);
        foreach (var letter in Upright(pdf.GetPages()))
        {
            Assert.InRange(letter.StartBaseLine.X, PdfTheme.SideMargin - tolerance, PdfTheme.SideMargin + PdfTheme.ContentWidth + tolerance);
            Assert.InRange(letter.EndBaseLine.X, PdfTheme.SideMargin - tolerance, PdfTheme.SideMargin + PdfTheme.ContentWidth + tolerance);
            Assert.InRange(letter.StartBaseLine.Y, PdfTheme.BottomMargin - tolerance, PdfTheme.PageHeight - PdfTheme.TopMargin + tolerance);
        }
    }

    private static void AssertNoOverlap(byte[] bytes)
    {
        using var pdf = PdfDocument.Open(bytes);
        foreach (var page in pdf.GetPages())
        {
            foreach (var line in Upright([page]).GroupBy(letter => Math.Round(letter.StartBaseLine.Y, 1)))
            {
                var ordered = line.OrderBy(letter => letter.StartBaseLine.X).ToList();
                for (var i = 1; i < ordered.Count; i++)
                {
                    Assert.True(
                        ordered[i].StartBaseLine.X >= ordered[i - 1].EndBaseLine.X - 1.2,
                        $"'{ordered[i - 1].Value}' and '{ordered[i].Value}' overlap on page {page.Number} at {ordered[i].StartBaseLine}.");
                }
            }
        }
    }

    private static IEnumerable<Letter> Upright(IEnumerable<Page> pages) =>
        pages.SelectMany(page => page.Letters).Where(letter => Math.Abs(letter.StartBaseLine.Y - letter.EndBaseLine.Y) < 0.01);
}
