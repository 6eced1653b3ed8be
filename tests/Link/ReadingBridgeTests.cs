using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>The bridge between kanji and kana.</summary>
public sealed class ReadingBridgeTests
{
    private static readonly (string Kanji, string Kana)[] Pairs =
    [
        ("健太", "ケンタ"), ("健一", "ケンイチ"), ("健", "タケシ"), ("雄太", "ユウタ"), ("翔太", "ショウタ"), ("翔", "ショウ"), ("翔一", "ショウイチ"), ("雄一", "ユウイチ"),
        ("美咲", "ミサキ"), ("美香", "ミカ"), ("香", "カオリ"), ("優香", "ユウカ"), ("優", "ユウ"), ("優", "ユウ"), ("優", "スグル"), ("優美", "ユミ"), ("咲", "サキ"), ("咲良", "サクラ"),
        ("奈々", "ナナ"), ("奈美", "ナミ"), ("さくら", "サクラ"), ("咲子", "サキコ"), ("香子", "カコ"), ("美子", "ヨシコ"), ("優子", "ユウコ"), ("奈子", "ナコ"),
    ];

    private static ReadingBridge Bridge { get; } = ReadingBridge.Learn(Keys(Pairs));

    [Fact]
    public void A_reading_seen_for_the_name_is_likelier_the_more_often_it_was_seen()
    {
        Assert.True(Bridge.Probability("優", "ユウ") > Bridge.Probability("優", "スグル"));
        Assert.True(Bridge.Probability("優", "スグル") > Bridge.Probability("優", "タケシ"));
        Assert.Equal("ユウ", Bridge.Readings("優")[0].Kana);
    }

    [Theory]
    [InlineData("翔香", "ショウカ", true)]
    [InlineData("雄太", "ユウタ", true)]
    [InlineData("健太", "タケシタ", true)]
    [InlineData("美奈", "ミナ", true)]
    [InlineData("翔香", "ユウイチ", false)]
    [InlineData("美咲", "ケンタ", false)]
    [InlineData("翔", "ユウ", false)]
    public void The_reading_of_an_unseen_name_is_judged_by_its_characters(string kanji, string kana, bool expected)
    {
        Assert.Equal(expected, Bridge.IsPlausible(KanjiKeys.Fold(kanji), kana));
    }

    [Fact]
    public void The_order_of_the_pairs_does_not_matter()
    {
        ReadingBridge other = ReadingBridge.Learn(Keys(Pairs).Reverse());

        foreach ((string kanji, string kana) in Keys(Pairs).Concat([("翔香", "ショウカ"), ("美奈", "ヨシナ")]))
        {
            Assert.Equal(Bridge.Probability(kanji, kana), other.Probability(kanji, kana));
        }
    }

    [Fact]
    public void A_written_bridge_is_read_again_the_same()
    {
        StringWriter text = new();
        Bridge.Write(text);
        ReadingBridge read = ReadingBridge.Read(new StringReader(text.ToString()));

        Assert.Equal(Bridge.NameCount, read.NameCount);
        Assert.Equal(Bridge.Probability("翔香", "ショウカ"), read.Probability("翔香", "ショウカ"));
        Assert.Equal(Bridge.Probability("優", "スグル"), read.Probability("優", "スグル"));
    }

    [Fact]
    public void Probabilities_stay_between_zero_and_one_and_nothing_throws()
    {
        foreach (string text in NameTestData.Awkward(2_000, seed: 13))
        {
            double p = Bridge.Probability(KanjiKeys.Fold(text), KanaKeys.Norm(text));

            Assert.InRange(p, 0, 1);
        }
    }

    private static IEnumerable<(string, string)> Keys((string Kanji, string Kana)[] pairs) => pairs.Select(p => (KanjiKeys.Fold(p.Kanji), KanaKeys.Norm(p.Kana)));
}
