using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.Extract;

namespace Warehouse.Tests.Etl;

/// <summary>Every encoding that departments send, decoded strictly.</summary>
public sealed class DecoderTests
{
    [Theory]
    [InlineData("cp932", new byte[] { 0x87, 0x40, 0x87, 0x8A, 0x87, 0x54 }, "①㈱Ⅰ")]
    [InlineData("cp932", new byte[] { 0xED, 0x95, 0xEE, 0xE0, 0xFA, 0xB1, 0xFB, 0xFC }, "﨑髙﨑髙")]
    [InlineData("cp932", new byte[] { 0x81, 0x60, 0x81, 0x7C, 0x81, 0x61, 0x81, 0x91, 0x81, 0x92, 0x81, 0xCA, 0x81, 0x5C }, "～－∥￠￡￢―")]
    [InlineData("shift_jis-2004", new byte[] { 0x81, 0x60, 0x81, 0x7C, 0x81, 0x61, 0x81, 0x91, 0x81, 0x92, 0x81, 0xCA, 0x81, 0x5C }, "～－∥￠￡￢―")]
    [InlineData("shift_jis-2004", new byte[] { 0x82, 0xF5, 0x88, 0x9F, 0x87, 0x40, 0x41, 0x5C, 0xB1 }, "か゚亜①A\\ｱ")]
    [InlineData("euc-jis-2004", new byte[] { 0xA4, 0xF7, 0xB0, 0xA1, 0x8E, 0xB1, 0x41 }, "か゚亜ｱA")]
    [InlineData("euc-jis-2004", new byte[] { 0x8F, 0xA1, 0xA1 }, "𠂉")]
    [InlineData("shift_jis-2004", new byte[] { 0xF0, 0x40 }, "𠂉")]
    public void Reads_the_character_that_the_bytes_stand_for(string encoding, byte[] bytes, string expected) =>
        Assert.Equal(expected, TextDecoder.For(encoding, "test").Decode(bytes));

    [Fact]
    public void Every_double_byte_of_cp932_is_read_as_its_character_or_refused_but_never_as_another()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Encoding platform = Encoding.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        TextDecoder decoder = TextDecoder.For("cp932", "test");
        int good = 0;
        int refused = 0;
        for (int lead = 0x81; lead <= 0xFF; lead++)
        {
            for (int trail = 0; lead is < 0xA0 or > 0xDF && trail <= 0xFF; trail++)
            {
                byte[] bytes = [(byte)lead, (byte)trail];
                if (decoder.Decode(bytes) is not { } text)
                {
                    refused++;
                    continue;
                }

                good++;
                Assert.Equal(1, text.Length);
                Assert.DoesNotContain('\uFFFD', text);
                if (text[0] is >= '\uE000' and <= '\uE757')
                {
                    Assert.Equal(text[0] - 0xE000, ((lead - 0xF0) * 188) + trail - 0x40 - (trail > 0x7F ? 1 : 0));
                }
                else
                {
                    // NEC-selected and IBM doubles come back as the one code that the platform writes, which is the same character.
                    Assert.Equal(text, platform.GetString(platform.GetBytes(text)));
                    Assert.True(text != "・" || (lead, trail) == (0x81, 0x45));
                }
            }
        }

        // 6,879 characters of JIS X 0208, 83 of NEC, 374 selected by NEC and 388 of IBM; 1,880 for the user.
        Assert.Equal(6879 + 83 + 374 + 388 + 1880, good);
        Assert.True(refused > 2073);
    }

    [Fact]
    public void Every_cell_of_jis_x_0213_is_the_same_in_both_byte_forms()
    {
        TextDecoder sjis = TextDecoder.For("shift_jis-2004", "test");
        TextDecoder euc = TextDecoder.For("euc-jis-2004", "test");
        HashSet<string> fromSjis = [];
        HashSet<string> fromEuc = [];
        for (int lead = 0x81; lead <= 0xFC; lead++)
        {
            for (int trail = 0x40; lead is < 0xA0 or > 0xDF && trail <= 0xFC; trail++)
            {
                if (sjis.Decode([(byte)lead, (byte)trail]) is { } text)
                {
                    fromSjis.Add(text);
                }
            }
        }

        for (int row = 0xA1; row <= 0xFE; row++)
        {
            for (int cell = 0xA1; cell <= 0xFE; cell++)
            {
                foreach (byte[] bytes in new[] { [(byte)row, (byte)cell], new byte[] { 0x8F, (byte)row, (byte)cell } })
                {
                    if (euc.Decode(bytes) is { } text)
                    {
                        fromEuc.Add(text);
                    }
                }
            }
        }

        Assert.True(fromSjis.SetEquals(fromEuc));
        // 11,233 characters; tilde and wave dash, two minus signs and two parallels are twins and come into one form.
        Assert.Equal(11_230, fromSjis.Count);
        Assert.Equal(25, fromSjis.Count(text => text.EnumerateRunes().Count() == 2));
    }

    [Theory]
    [InlineData("cp932", new byte[] { 0x81, 0xAD })]
    [InlineData("cp932", new byte[] { 0x80 })]
    [InlineData("cp932", new byte[] { 0xFF })]
    [InlineData("shift_jis-2004", new byte[] { 0x81 })]
    [InlineData("euc-jis-2004", new byte[] { 0x8F, 0xA1 })]
    [InlineData("euc-jis-2004", new byte[] { 0x80 })]
    [InlineData("utf-8", new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData("utf-8", new byte[] { 0xC0, 0xAF })]
    public void Bytes_that_stand_for_nothing_are_refused(string encoding, byte[] bytes) => Assert.Null(TextDecoder.For(encoding, "test").Decode(bytes));

    [Theory]
    [InlineData("山\uFFFD")]
    [InlineData("山\0")]
    [InlineData("A\u0001")]
    [InlineData("山\u0085")]
    public void A_character_that_was_lost_or_controls_is_marked(string text)
    {
        TextDecoder.For("utf-8", "test").Decode(Encoding.UTF8.GetBytes(text), new char[100], out TextMarks marks);

        Assert.Equal(TextMarks.Forbidden, marks);
    }

    [Fact]
    public void Private_use_characters_are_read_by_the_vendors_map_or_kept_with_a_flag()
    {
        string[] lines = ["vendor,code,mj_name,unicode,note", "north,F040,MJ000001,U+9AD9,", "north,F041,MJ026193,U+8FBB U+E0101,", "north,F042,,,unknown", "south,F040,,U+5D0E,"];
        TextDecoder north = TextDecoder.For("cp932", "test", VendorCharacters.Parse(lines, "north", "test"));
        TextDecoder south = TextDecoder.For("cp932", "test", VendorCharacters.Parse(lines, "south", "test"));
        char[] target = new char[100];

        int count = north.Decode([0x95, 0x5C, 0xF0, 0x40, 0xF0, 0x41, 0x83, 0x5C], target, out TextMarks marks);
        Assert.Equal("表髙辻\U000E0101ソ", new string(target, 0, count));
        Assert.Equal(TextMarks.PrivateUseRead, marks);

        count = north.Decode([0xF0, 0x40, 0xF0, 0x42], target, out marks);
        Assert.Equal("髙\uE002", new string(target, 0, count));
        Assert.Equal(TextMarks.PrivateUseRead | TextMarks.PrivateUseUnknown, marks);
        Assert.Equal("崎", south.Decode([0xF0, 0x40]));
        Assert.Equal("\uE000", TextDecoder.For("cp932", "test").Decode([0xF0, 0x40]));
        Assert.Equal("髙", TextDecoder.For("utf-8", "test", VendorCharacters.Parse(lines, "north", "test")).Decode(Encoding.UTF8.GetBytes("\uE000")));
    }

    [Theory]
    [InlineData("north,F040,,U+E001,")]
    [InlineData("north,F040,,U+FFFD,")]
    [InlineData("north,8140,,U+9AD9,")]
    [InlineData("north,F040")]
    public void A_map_that_would_lose_a_character_is_refused(string line) =>
        Assert.Equal("FEED-015", Assert.Throws<FeedException>(() => VendorCharacters.Parse(["vendor,code,mj_name,unicode,note", line], "north", "test")).Code);

    [Fact]
    public void Variation_selectors_and_characters_beyond_the_basic_plane_are_kept()
    {
        const string Text = "𠮷野 辻\U000E0101 か\u309A";

        Assert.Equal(Text, TextDecoder.For("utf-8", "test").Decode(Encoding.UTF8.GetBytes(Text)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Utf_16_comes_through_utf_8_and_back_without_loss(bool isBigEndian)
    {
        Random random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            char[] text = new char[random.Next(1, 40_000)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)(random.Next(4) == 0 ? random.Next(0xD800, 0xE000) : random.Next(1, 0x10000));
            }

            text[0] = 'x';
            byte[] bytes = new byte[text.Length * 2];
            for (int i = 0; i < text.Length; i++)
            {
                bytes[i * 2] = (byte)(isBigEndian ? text[i] >> 8 : text[i]);
                bytes[(i * 2) + 1] = (byte)(isBigEndian ? text[i] : text[i] >> 8);
            }

            using Utf16Stream stream = new(new SlowStream(bytes, random), isBigEndian, "test");
            using MemoryStream utf8 = new();
            stream.CopyTo(utf8);
            Assert.Equal(bytes, Utf16Stream.Original(utf8.ToArray(), isBigEndian));
            if (trial == 0)
            {
                Assert.Null(TextDecoder.For("utf-16", "test").Decode(utf8.ToArray()));
            }
        }
    }
}
