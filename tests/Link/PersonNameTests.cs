using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>Names in parts: surname and given name, aliases, foreign names, children not named yet.</summary>
public sealed class PersonNameTests
{
    [Theory]
    [InlineData("山田　太郎", "山田", "太郎", "", NameFlags.None)]
    [InlineData("山田 太郎", "山田", "太郎", "", NameFlags.None)]
    [InlineData("  山田\t太郎 ", "山田", "太郎", "", NameFlags.None)]
    [InlineData("山田太郎", "山田太郎", "", "", NameFlags.Unsplit)]
    [InlineData("山田　太郎（旧姓　佐藤）", "山田", "太郎", "佐藤", NameFlags.HasAlias)]
    [InlineData("NGUYEN VAN AN（通称　安田　晃）", "NGUYEN", "VAN AN", "安田　晃", NameFlags.Foreign | NameFlags.HasAlias)]
    [InlineData("SMITH, John", "SMITH", "John", "", NameFlags.Foreign)]
    [InlineData("グエン・ヴァン・アン", "グエン", "ヴァン・アン", "", NameFlags.Foreign)]
    [InlineData("山田　太郎　様", "山田", "太郎", "", NameFlags.None)]
    [InlineData("山田　長男", "山田", "", "", NameFlags.Unnamed)]
    [InlineData("山田　ベビー２", "山田", "", "", NameFlags.Unnamed)]
    [InlineData("ﾔﾏﾀﾞ ﾍﾞﾋﾞｰ", "ﾔﾏﾀﾞ", "", "", NameFlags.Unnamed)]
    [InlineData("山田　第２子", "山田", "", "", NameFlags.Unnamed)]
    [InlineData("山田　命名前", "山田", "", "", NameFlags.Unnamed)]
    [InlineData("山田　三女", "山田", "", "", NameFlags.Unnamed)]
    [InlineData("", "", "", "", NameFlags.None)]
    [InlineData("　", "", "", "", NameFlags.None)]
    public void A_name_field_is_read_in_parts(string text, string surname, string given, string alias, NameFlags flags)
    {
        Assert.Equal(new PersonName(surname, given, alias, flags), PersonName.Parse(text));
    }

    [Theory]
    [InlineData("三男美")]
    [InlineData("一子")]
    [InlineData("長子")]
    [InlineData("次郎")]
    [InlineData("女")]
    [InlineData("未来")]
    [InlineData("無二")]
    [InlineData("葵A子")]
    [InlineData("ナオ")]
    [InlineData("NAOMI")]
    public void Real_given_names_are_not_taken_for_placeholders(string given)
    {
        Assert.False(PersonName.IsUnnamed(given));
    }

    [Fact]
    public void Nothing_throws_on_any_text()
    {
        NameNormaliser normaliser = new(NameSplitter.Default);
        foreach (string text in NameTestData.Awkward(5_000, seed: 6))
        {
            PersonKeys keys = normaliser.Normalise(text, text, text);

            Assert.NotNull(keys.Name.Surname);
            Assert.NotNull(NameTokens.Of(text).Tokens);
            Assert.NotEmpty(NameSplitter.Default.Split(text, text));
        }
    }

    [Fact]
    public void Keys_of_a_record_are_idempotent()
    {
        NameNormaliser normaliser = new();
        foreach (string text in NameTestData.Awkward(5_000, seed: 8).Where(t => !t.Contains('(', StringComparison.Ordinal)))
        {
            NameKeys once = normaliser.Name("髙橋 " + text.Replace(' ', '葵'), null);
            NameKeys twice = normaliser.Name(once.Surname + " " + once.Given, null);

            Assert.Equal((once.Surname, once.Given), (twice.Surname, twice.Given));
        }
    }

    [Fact]
    public void The_short_way_for_plain_names_gives_what_the_parser_gives()
    {
        NameNormaliser normaliser = new();
        foreach (string name in new[] { "髙橋　葵", "佐々木 長男", "渡邉　〓", "ｻｻｷ ｹﾝ", "ヤマダ　ベビー", "山田 一ノ介", "斎藤　マリー", "木 元" })
        {
            NameKeys quick = normaliser.Name(name, name);
            NameKeys slow = normaliser.Name(" " + name, " " + name);

            Assert.Equal(slow, quick);
        }
    }

    [Fact]
    public void Equal_names_in_different_writing_share_one_key_object()
    {
        NameNormaliser normaliser = new();
        NameKeys a = normaliser.Name("髙橋　葵", "ﾀｶﾊｼ ｱｵｲ");
        NameKeys b = normaliser.Name("高橋 葵", "たかはし　あおい");

        Assert.Equal(a, b);
        Assert.Same(a.Surname, b.Surname);
        Assert.Same(a.SurnameKana, b.SurnameKana);
        Assert.Equal("タカハシ", a.SurnameKana.Norm);
        Assert.Equal(4, a.SurnameKana.Mora.Length);
    }

    [Theory]
    [InlineData("渡邉健太", "ワタナベケンタ", "渡辺", "健太", "ワタナベ", "ケンタ")]
    [InlineData("髙橋　葵", "ﾀｶﾊｼｱｵｲ", "高橋", "葵", "タカハシ", "アオイ")]
    [InlineData("佐藤優子", "", "佐藤", "優子", "", "")]
    [InlineData("", "コバヤシハルト", "", "", "コバヤシ", "ハルト")]
    public void A_name_without_a_blank_is_parted_where_one_way_is_clear(string kanji, string kana, string surname, string given, string surnameKana, string givenKana)
    {
        NameKeys keys = new NameNormaliser(NameSplitter.Default).Name(kanji, kana);

        Assert.Equal((surname, given, surnameKana, givenKana), (keys.Surname, keys.Given, keys.SurnameKana.Norm, keys.GivenKana.Norm));
        Assert.Equal(NameFlags.None, keys.Flags & NameFlags.Unsplit);
    }

    [Fact]
    public void Several_ways_to_part_a_name_are_all_kept()
    {
        // 小野, 小野寺: 小野・寺男 or 小野寺・男.
        IReadOnlyList<NameSplit> ways = NameSplitter.Default.Split("小野寺男", null);

        Assert.Contains(ways, w => (w.Surname, w.Given) == ("小野寺", "男"));
        Assert.Contains(ways, w => (w.Surname, w.Given) == ("小野", "寺男"));
        Assert.Equal(1, ways.Sum(w => w.Share), 9);
        Assert.All(ways, w => Assert.Equal("小野寺男", w.Surname + w.Given));
    }

    [Fact]
    public void The_reading_decides_between_ways_to_part_a_name()
    {
        IReadOnlyList<NameSplit> ways = NameSplitter.Default.Split("小野寺男", "オノデラオ");

        Assert.Contains(ways, w => (w.Surname, w.Given, w.SurnameKana, w.GivenKana) == ("小野", "寺男", "オノ", "デラオ"));
        Assert.Contains(ways, w => (w.Surname, w.SurnameKana, w.GivenKana) == ("小野寺", "オノデラ", "オ"));
        Assert.Single(NameSplitter.Default.Split("小野寺男", "オノテラオ"));
    }

    [Theory]
    [InlineData("NGUYEN VAN AN", "An Nguyễn Văn")]
    [InlineData("グエン・ヴァン・アン", "アン グエン")]
    [InlineData("SANTOS MARIA CRISTINA", "マリア・サントス")]
    [InlineData("MILLER DAVID", "ミラー　デービッド")]
    [InlineData("SILVA LUCAS", "シルバ ルカス")]
    [InlineData("TRAN THI LAN", "チャン ティ ラン")]
    public void Foreign_names_overlap_whatever_their_order_and_script(string a, string b)
    {
        double? overlap = ForeignName.Overlap(NameTokens.Of(a), NameTokens.Of(b));

        Assert.NotNull(overlap);
        Assert.InRange(overlap.Value, 0.5, 1);
        Assert.Equal(overlap, ForeignName.Overlap(NameTokens.Of(b), NameTokens.Of(a)));
    }

    [Theory]
    [InlineData("SANTOS MARIA", "KIM JUN")]
    [InlineData("グエン アン", "サントス マルコ")]
    public void Different_foreign_names_do_not_overlap(string a, string b)
    {
        Assert.Equal(0, ForeignName.Overlap(NameTokens.Of(a), NameTokens.Of(b)));
    }

    [Theory]
    [InlineData("サントス", "SANTOSU")]
    [InlineData("シャルマ", "SHARUMA")]
    [InlineData("ジュリア", "JURIA")]
    [InlineData("ファム", "FAMU")]
    [InlineData("ウェイ", "UEI")]
    [InlineData("キョウコ", "KYOUKO")]
    public void Katakana_is_romanised(string kana, string expected)
    {
        Assert.Equal(expected, ForeignName.Romanise(kana));
    }
}
