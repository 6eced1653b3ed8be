using System.Text;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>Variants of kanji in two tiers.</summary>
public sealed class KanjiKeyTests
{
    // Pairs that registers of real names are known for; each is one name in two forms.
    private const string OneName =
        "渡辺渡邊 渡辺渡邉 渡邊渡邉 斎藤齋藤 斉木齊木 高橋髙橋 山崎山﨑 山崎山嵜 宮沢宮澤 浜田濱田 浜田濵田 国井國井 広瀬廣瀬 桜井櫻井 竜太龍太 渕上淵上 川島川嶋 川島川嶌 富田冨田 吉田𠮷田 "
        + "曽根曾根 恵子惠子 真理眞理 徳田德田 広瀬広瀨 大塚大\uFA10 神田\uFA19田 福田\uFA1B田 滝沢瀧澤 桑原桒原 栄治榮治 蔵之介藏之介 寿壽 弥生彌生 与田與田 万里萬里 会田會田 実實 宝田寶田 応應 県縣 鉄男鐵男 関關 "
        + "黒田黑田 増田增田 横山橫山 頼子賴子 浅田淺田 槙槇 桧山檜山 篭原籠原 穂積穗積 豊田豐田 塩田鹽田 静靜 清水淸水 晴子\uFA12子 青木靑木 緑綠 凛凜 亜美亞美 来栖來栖 児玉兒玉 壮壯 奥村奧村 将將 専專 峰岸峯岸 "
        + "条條 楽樂 礼子禮子 総總 荘莊 薫薰 覚覺 誉譽 譲讓 遥遙 黄黃 亀井龜井 舘野館野 柳田栁田 衛衞 長沢長澤 姫野姬野 尭堯 晃晄 萌萠 瑶瑤 薗田園田 笹崎笹﨑 松枩 藤沢藤澤 佐々木佐佐木 鎌ヶ谷鎌ケ谷";

    private const string TwoNames =
        "花華 亮諒 恵衛 谷口谷山 吉岡吉田 山岡山田 谷山 咲笑 陽葵 大和大輝 美香美加 裕太祐太 坂本阪本 斉藤斎藤 大田太田 磯部礒部 埼崎 萩原荻原 堺界 幸子辛子 奈央奈緒 涼亮 翔祥 佑右";

    [Fact]
    public void Forms_of_one_name_have_one_key()
    {
        string[] missed = [.. Pairs(OneName).Where(p => KanjiKeys.Fold(p.A) != KanjiKeys.Fold(p.B)).Select(p => p.A + "/" + p.B)];

        Assert.Empty(missed);
        Assert.True(Pairs(OneName).Count() > 72);
    }

    [Fact]
    public void Different_names_keep_different_keys()
    {
        string[] merged = [.. Pairs(TwoNames).Where(p => KanjiKeys.Fold(p.A) == KanjiKeys.Fold(p.B)).Select(p => p.A + "/" + p.B)];

        Assert.Empty(merged);
    }

    [Theory]
    [InlineData("斉", "斎")]
    [InlineData("齊", "齋")]
    [InlineData("斉", "齋")]
    [InlineData("磯", "礒")]
    [InlineData("坂", "阪")]
    [InlineData("祐", "裕")]
    [InlineData("己", "巳")]
    [InlineData("二", "ニ")]
    [InlineData("陈", "陳")]
    public void Characters_taken_for_each_other_are_like_but_have_two_keys(string a, string b)
    {
        Assert.True(KanjiKeys.VariantLike(Rune.GetRuneAt(a, 0), Rune.GetRuneAt(b, 0)));
        Assert.True(KanjiKeys.VariantLike(Rune.GetRuneAt(b, 0), Rune.GetRuneAt(a, 0)));
        Assert.NotEqual(KanjiKeys.Fold(a), KanjiKeys.Fold(b));
    }

    [Theory]
    [InlineData("花", "華")]
    [InlineData("亮", "諒")]
    [InlineData("恵", "衛")]
    [InlineData("恵", "慧")]
    [InlineData("谷", "山")]
    [InlineData("吉", "田")]
    [InlineData("岡", "田")]
    [InlineData("笑", "咲")]
    public void Different_characters_are_not_like(string a, string b)
    {
        Assert.False(KanjiKeys.VariantLike(Rune.GetRuneAt(a, 0), Rune.GetRuneAt(b, 0)));
    }

    [Fact]
    public void Tier_two_is_not_chained()
    {
        // 己–巳 and 己–已 and 巳–已 stand in the list one by one; 亨–享 and 享–亭 do, and 亨–亭 does not follow.
        Rune kyou = new('亨');
        Rune sharing = new('享');
        Rune pavilion = new('亭');

        Assert.True(KanjiKeys.VariantLike(kyou, sharing));
        Assert.True(KanjiKeys.VariantLike(sharing, pavilion));
        Assert.False(KanjiKeys.VariantLike(kyou, pavilion));
        Assert.Equal(3, new[] { kyou, sharing, pavilion }.Select(KanjiKeys.Canonical).Distinct().Count());
    }

    [Fact]
    public void Likeness_is_symmetric_and_keys_are_fixed_points()
    {
        Random random = new(7);
        for (int i = 0; i < 200_000; i++)
        {
            Rune a = new(random.Next(0x4E00, 0x9FFF));
            Rune b = new(random.Next(0x4E00, 0x9FFF));

            Assert.Equal(KanjiKeys.VariantLike(a, b), KanjiKeys.VariantLike(b, a));
            Assert.Equal(KanjiKeys.Canonical(a), KanjiKeys.Canonical(KanjiKeys.Canonical(a)));
            Assert.True(KanjiKeys.VariantLike(a, KanjiKeys.Canonical(a)));
        }
    }

    [Fact]
    public void Keys_are_idempotent_on_any_text()
    {
        foreach (string text in NameTestData.Awkward(20_000, seed: 5))
        {
            string key = KanjiKeys.Fold(text);

            Assert.Equal(key, KanjiKeys.Fold(key));
            Assert.Equal(key, KanjiKeys.Fold(WidthFold.Fold(text)));
        }
    }

    [Theory]
    [InlineData("渡〓", "渡辺", KanjiAgreement.EqualWithWildcard)]
    [InlineData("渡\uE001", "渡邉", KanjiAgreement.EqualWithWildcard)]
    [InlineData("渡■", "高橋", KanjiAgreement.Differs)]
    [InlineData("〓", "葵", KanjiAgreement.Unknown)]
    [InlineData("", "葵", KanjiAgreement.Unknown)]
    [InlineData("斉藤", "斎藤", KanjiAgreement.VariantLike)]
    [InlineData("髙木", "高木", KanjiAgreement.Equal)]
    [InlineData("𠮷\U000E0100野", "吉野", KanjiAgreement.Equal)]
    [InlineData("陽太", "陽大", KanjiAgreement.VariantLike)]
    [InlineData("陽太", "陽太郎", KanjiAgreement.Differs)]
    public void Names_are_compared_character_by_character(string a, string b, KanjiAgreement expected)
    {
        string one = KanjiKeys.Fold(a);
        string two = KanjiKeys.Fold(b);

        Assert.Equal(expected, KanjiKeys.Compare(one, two));
        Assert.Equal(expected, KanjiKeys.Compare(two, one));
    }

    private static IEnumerable<(string A, string B)> Pairs(string list) => list.Split(' ').Select(pair =>
    {
        Rune[] runes = [.. pair.EnumerateRunes()];
        return (string.Concat(runes.Take(runes.Length / 2)), string.Concat(runes.Skip(runes.Length / 2)));
    });
}
