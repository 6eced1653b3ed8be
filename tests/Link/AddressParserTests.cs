using System.Globalization;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Tests.Link;

/// <summary>Addresses in parts. Towns of 佐和島市 are invented; the others only show how addresses are written.</summary>
public sealed class AddressParserTests
{
    [Theory]
    [InlineData("佐和島市羽根下浜７０７", "佐和島市", "羽根下浜", "707", "", "")]
    [InlineData("佐和島市大字羽根下浜707番地", "佐和島市", "羽根下浜", "707", "", "")]
    [InlineData("羽根下浜７０７番", "", "羽根下浜", "707", "", "")]
    [InlineData("佐和島市みどりが丘三丁目４番５号", "佐和島市", "ミドリケ丘", "3-4-5", "", "")]
    [InlineData("佐和島市みどりヶ丘３－４－５", "佐和島市", "ミドリケ丘", "3-4-5", "", "")]
    [InlineData("佐和島市みどりケ丘3丁目4−5", "佐和島市", "ミドリケ丘", "3-4-5", "", "")]
    [InlineData("大字東山１２番地の３", "", "東山", "12-3", "", "")]
    [InlineData("東山12-3", "", "東山", "12-3", "", "")]
    [InlineData("東山十二番地３", "", "東山", "12-3", "", "")]
    [InlineData("金沢野下浜599-24-コーポ若葉107", "", "金沢野下浜", "599-24", "コーポ若葉", "107")]
    [InlineData("金沢野下浜599番地24　コーポ若葉１０７号室", "", "金沢野下浜", "599-24", "コーポ若葉", "107")]
    [InlineData("金沢野下浜599-24-107", "", "金沢野下浜", "599-24", "", "107")]
    [InlineData("金沢野下浜599-24 A-203", "", "金沢野下浜", "599-24", "", "A203")]
    [InlineData("東京都千代田区霞が関１丁目２番３号霞ハイツ４０５", "千代田区", "霞ケ関", "1-2-3", "霞ハイツ", "405")]
    [InlineData("千代田区霞ヶ関1-2-3-405", "千代田区", "霞ケ関", "1-2-3", "", "405")]
    [InlineData("北海道札幌市中央区北一条西２丁目３－４", "札幌市中央区", "北1条西", "2-3-4", "", "")]
    [InlineData("札幌市中央区北1条西二丁目3番4号", "札幌市中央区", "北1条西", "2-3-4", "", "")]
    [InlineData("京都府京都市中京区寺町通御池上る上本能寺前町488番地", "京都市中京区", "上本能寺前町", "488", "", "")]
    [InlineData("三重県北牟婁郡紀北町長島１２", "紀北町", "長島", "12", "", "")]
    [InlineData("三重県紀北町長島12番地", "紀北町", "長島", "12", "", "")]
    [InlineData("四日市市諏訪町１番５号", "四日市市", "諏訪町", "1-5", "", "")]
    [InlineData("千葉県市川市八幡1-1-1", "市川市", "八幡", "1-1-1", "", "")]
    [InlineData("仙台市青葉区一番町３丁目", "仙台市青葉区", "1番町", "3", "", "")]
    [InlineData("〒959-1234 佐和島市畑浦井之上1", "佐和島市", "畑浦井ノ上", "1", "", "")]
    [InlineData("佐和島市畑浦井ノ上１番地", "佐和島市", "畑浦井ノ上", "1", "", "")]
    [InlineData("四ッ谷1-2", "", "四ツ谷", "1-2", "", "")]
    [InlineData("群馬県前橋市三俣町十文字３", "前橋市", "三俣町十文字", "3", "", "")]
    [InlineData("佐和島市金沢野松原３丁目７５番　第二羽根荘１０９号室", "佐和島市", "金沢野松原", "3-75", "第二羽根荘", "109")]
    [InlineData("真砂下浜二丁目80番 903号", "", "真砂下浜", "2-80", "", "903")]
    [InlineData("千鳥", "", "千鳥", "", "", "")]
    public void An_address_is_parsed_to_its_parts(string text, string city, string town, string numbers, string building, string room)
    {
        AddressParts parts = AddressParser.Parse(text);

        Assert.Equal((city, town, numbers, building, room), (parts.City, parts.Town, parts.Numbers, parts.Building, parts.Room));
    }

    [Fact]
    public void Labelled_numbers_fall_in_their_parts()
    {
        AddressParts named = AddressParser.Parse("佐和島市栄町２丁目１１番７号コーポ若葉305号");

        Assert.Equal((2, 11, 7, "305"), (named.Chome, named.Ban, named.Go, named.Room));
        Assert.Equal((0, 12, 3), (AddressParser.Parse("東山12番地の3") is var p ? p.Chome : -1, p.Ban, p.Go));
    }

    [Fact]
    public void Parsing_what_was_parsed_gives_the_same_parts()
    {
        string[] towns = ["羽根下浜", "みどりが丘", "金沢野西野", "霞ヶ関", "井之上", "四ッ谷", "大字東山字南窪", "栄町", "千鳥", "三俣"];
        Random random = new(11);
        for (int i = 0; i < 5_000; i++)
        {
            string town = towns[random.Next(towns.Length)];
            int[] n = [random.Next(1, 9), random.Next(1, 99), random.Next(1, 40)];
            string numbers = random.Next(5) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"{n[0]}丁目{n[1]}番{n[2]}号"),
                1 => string.Create(CultureInfo.InvariantCulture, $"{n[0]}-{n[1]}-{n[2]}"),
                2 => string.Create(CultureInfo.InvariantCulture, $"{Kanji(n[0])}丁目{n[1]}－{n[2]}"),
                3 => string.Create(CultureInfo.InvariantCulture, $"{Kanji(n[0])}丁目{Kanji(n[1])}番地の{n[2]}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{n[0]}丁目 {n[1]}番 {n[2]}号"),
            };
            AddressParts parts = AddressParser.Parse("新潟県佐和島市" + town + numbers);
            AddressParts again = AddressParser.Parse(parts.Prefecture + parts.City + parts.Town + parts.Numbers);

            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{n[0]}-{n[1]}-{n[2]}"), parts.Numbers);
            Assert.Equal((parts.City, parts.Town, parts.Numbers), (again.City, again.Town, again.Numbers));
            Assert.Equal(AddressAgreement.Home, AddressParts.Compare(parts, again));
        }
    }

    [Fact]
    public void Parsing_never_throws_and_numbers_are_digits_and_dashes()
    {
        foreach (string text in NameTestData.Awkward(10_000, seed: 12))
        {
            AddressParts parts = AddressParser.Parse("佐和島市" + text + "12-3" + text);

            Assert.All(parts.Numbers, c => Assert.True(char.IsAsciiDigit(c) || c == '-'));
            Assert.DoesNotContain(' ', parts.Town);
        }
    }

    [Theory]
    [InlineData("佐和島市栄町2-11-7", "栄町２丁目１１番７号", AddressAgreement.Home)]
    [InlineData("佐和島市栄町2-11-7コーポ101", "栄町２丁目１１番７号", AddressAgreement.House)]
    [InlineData("佐和島市栄町2-11-7", "佐和島市栄町2-11-9", AddressAgreement.Block)]
    [InlineData("佐和島市栄町2-11", "佐和島市栄町2-11-9", AddressAgreement.Block)]
    [InlineData("佐和島市羽根下浜12", "佐和島市羽根下浜120", AddressAgreement.Town)]
    [InlineData("佐和島市栄町1-11-7", "佐和島市栄町2-11-7", AddressAgreement.City)]
    [InlineData("佐和島市栄町2-11-7", "佐和島市千鳥2-11-7", AddressAgreement.City)]
    [InlineData("佐和島市栄町2-11-7", "新潟市中央区栄町2-11-7", AddressAgreement.Differs)]
    [InlineData("佐和島市栄町2-11-7", "", AddressAgreement.Unknown)]
    public void Addresses_agree_part_by_part(string a, string b, AddressAgreement expected)
    {
        Assert.Equal(expected, AddressParts.Compare(AddressParser.Parse(a), AddressParser.Parse(b)));
        Assert.Equal(expected, AddressParts.Compare(AddressParser.Parse(b), AddressParser.Parse(a)));
    }

    private static string Kanji(int number)
    {
        const string Digits = "〇一二三四五六七八九";
        return number < 10 ? Digits[number].ToString() : (number < 20 ? "" : Digits[number / 10].ToString()) + "十" + (number % 10 == 0 ? "" : Digits[number % 10].ToString());
    }
}
