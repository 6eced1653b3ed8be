using System.Text;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>Width folding and the keys of readings.</summary>
public sealed class KanaKeyTests
{
    [Fact]
    public void Width_and_reading_keys_are_idempotent_on_any_text()
    {
        foreach (string text in NameTestData.Awkward(20_000, seed: 1))
        {
            string wide = WidthFold.Fold(text);
            string norm = KanaKeys.Norm(text);
            string fold = KanaKeys.Fold(norm);

            Assert.True(wide == WidthFold.Fold(wide), $"width of {Codes(text)}");
            Assert.True(norm == KanaKeys.Norm(norm), $"norm of {Codes(text)}");
            Assert.True(fold == KanaKeys.Fold(fold), $"fold of {Codes(text)}");
            Assert.True(fold == KanaKeys.Fold(KanaKeys.Norm(fold)), $"fold of norm of fold of {Codes(text)}");
        }
    }

    [Fact]
    public void Half_width_full_width_and_hiragana_of_a_reading_have_one_key()
    {
        foreach (string kana in NameTestData.Readings(20_000, seed: 2))
        {
            Assert.Equal(kana, KanaKeys.Norm(kana));
            Assert.Equal(kana, KanaKeys.Norm(NameTestData.HalfWidth(kana)));
            Assert.Equal(kana, KanaKeys.Norm(NameTestData.Hiragana(kana)));
            Assert.Equal(kana, KanaKeys.Norm(kana.Normalize(NormalizationForm.FormC)));
        }
    }

    [Fact]
    public void Mora_codes_of_a_reading_give_the_reading_back()
    {
        foreach (string kana in NameTestData.Readings(20_000, seed: 3).Append("NGUYEN2").Append("ァャヮヷヺッー"))
        {
            byte[] codes = KanaKeys.Mora(kana);

            Assert.Equal(kana, KanaKeys.FromMora(codes));
            Assert.DoesNotContain((byte)0, codes);
        }
    }

    [Fact]
    public void Mora_codes_of_any_text_are_at_most_its_length_and_never_zero()
    {
        foreach (string text in NameTestData.Awkward(5_000, seed: 4))
        {
            string norm = KanaKeys.Norm(text);
            byte[] codes = KanaKeys.Mora(norm);

            Assert.InRange(codes.Length, 0, norm.Length);
            Assert.DoesNotContain((byte)0, codes);
        }
    }

    [Theory]
    [InlineData("キョウコ", 3)]
    [InlineData("シュンスケ", 4)]
    [InlineData("ファティマ", 3)]
    [InlineData("リュウ", 2)]
    [InlineData("ケンイチロー", 6)]
    [InlineData("ハットリ", 4)]
    public void A_mora_is_one_byte(string kana, int expected)
    {
        Assert.Equal(expected, KanaKeys.Mora(kana).Length);
    }

    [Theory]
    [InlineData("オオノ", "オーノ", "オウノ")]
    [InlineData("ユウコ", "ユーコ", "ユコ")]
    [InlineData("ケイスケ", "ケースケ", "ケエスケ")]
    [InlineData("ミヅキ", "ミズキ", "みづき")]
    [InlineData("キョウコ", "キヨウコ", "ｷﾖｳｺ")]
    [InlineData("カオリ", "カヲリ", "かをり")]
    [InlineData("ハットリ", "ハツトリ", "ﾊﾂﾄﾘ")]
    [InlineData("ヴァン", "バン", "ヴアン")]
    [InlineData("イチヂ", "イチジ", "いちぢ")]
    [InlineData("イイダ", "イーダ", "イダ")]
    public void Readings_written_in_different_ways_fold_to_one(string a, string b, string c)
    {
        string fold = KanaKeys.Fold(KanaKeys.Norm(a));

        Assert.Equal(fold, KanaKeys.Fold(KanaKeys.Norm(b)));
        Assert.Equal(fold, KanaKeys.Fold(KanaKeys.Norm(c)));
    }

    [Theory]
    [InlineData("タカハシ", "タカバシ")]
    [InlineData("ヤマザキ", "ヤマサキ")]
    [InlineData("ユウキ", "ユキオ")]
    [InlineData("ソウタ", "ショウタ")]
    [InlineData("アオイ", "アイ")]
    public void Readings_that_sound_different_keep_different_folds(string a, string b)
    {
        Assert.NotEqual(KanaKeys.Fold(KanaKeys.Norm(a)), KanaKeys.Fold(KanaKeys.Norm(b)));
    }

    [Theory]
    [InlineData("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ")]
    [InlineData("マリ－", "マリー")]
    [InlineData("マリ-", "マリー")]
    [InlineData("マリ―", "マリー")]
    [InlineData("さゝき", "ササキ")]
    [InlineData("みすゞ", "ミスズ")]
    [InlineData("グエン・ヴァン・アン", "グエンヴァンアン")]
    [InlineData("nguyễn văn an", "NGUYENVANAN")]
    [InlineData("ハ\u309Aール", "パール")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_reading_is_written_in_katakana_without_blanks(string? text, string expected)
    {
        Assert.Equal(expected, KanaKeys.Norm(text));
    }

    [Theory]
    [InlineData("ＡＢＣ１２３", "ABC123")]
    [InlineData("㈱", "(株)")]
    [InlineData("⾼", "高")]
    [InlineData("塚\uFE00", "塚")]
    [InlineData("\uFA10", "塚")]
    [InlineData("邉\U000E0101", "邉")]
    [InlineData("\U0002F80C", "㒞")]
    [InlineData("ｶﾞｷﾞﾊﾟ", "ガギパ")]
    [InlineData("①Ⅳ㍿", "1IV株式会社")]
    [InlineData("\uE123", "〓")]
    public void Compatibility_forms_fold_by_our_own_tables(string text, string expected)
    {
        Assert.Equal(expected, WidthFold.Fold(text));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_an_unknown_character()
    {
        string broken = new(['\uD842', '葵', '\uDFB7']);

        Assert.Equal("〓葵〓", WidthFold.Fold(broken));
        Assert.Equal("〓葵〓", KanjiKeys.Fold(broken));
    }

    private static string Codes(string text) => string.Join(' ', text.Select(c => ((int)c).ToString("X4", System.Globalization.CultureInfo.InvariantCulture)));
}
