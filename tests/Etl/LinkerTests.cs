using Warehouse.Etl.Link;

namespace Warehouse.Tests.Etl;

/// <summary>What the deterministic passes link, and what they leave alone.</summary>
public sealed class LinkerTests
{
    private static int _next;

    [Fact]
    public void A_child_is_found_by_name_reading_birth_and_sex()
    {
        IdentityRecord child = Make("resident", "本間 太郎", "ホンマ タロウ");
        IdentityRecord pupil = Make("school", "本閒 太郎", "ﾎﾝﾏ ﾀﾛｳ", name: "本間 太郎");

        Assert.Equal((child.RecordKey, "DET-2"), Decide([child, pupil], pupil));
    }

    [Fact]
    public void A_reading_and_an_address_find_a_child_without_kanji()
    {
        IdentityRecord child = Make("resident", "本間 太郎", "ホンマ タロウ", address: "中町1丁目2番地3");
        IdentityRecord patient = Make("health", "", "ﾎﾝﾏ ﾀﾛｳ", address: "中町１－２－３");

        Assert.Equal((child.RecordKey, "DET-3"), Decide([child, patient], patient));
    }

    [Fact]
    public void Twins_are_never_merged_by_where_they_live()
    {
        IdentityRecord taro = Make("resident", "本間 太郎", "ホンマ タロウ");
        IdentityRecord jiro = Make("school", "本間 次郎", "ホンマ ジロウ");

        Assert.Equal((null, "NEW"), Decide([taro, jiro], jiro));
    }

    [Fact]
    public void Twins_that_are_both_known_find_their_own_records()
    {
        IdentityRecord taro = Make("resident", "本間 太郎", "ホンマ タロウ");
        IdentityRecord jiro = Make("resident", "本間 次郎", "ホンマ ジロウ");
        IdentityRecord taroAtSchool = Make("school", "本間 太郎", "ホンマ タロウ");
        IdentityRecord jiroAtSchool = Make("school", "本間 次郎", "ホンマ ジロウ");
        IdentityRecord[] all = [taro, jiro, jiroAtSchool, taroAtSchool];

        Assert.Equal(taro.RecordKey, Decide(all, taroAtSchool).Same);
        Assert.Equal(jiro.RecordKey, Decide(all, jiroAtSchool).Same);
    }

    [Fact]
    public void Two_residents_of_one_name_and_birthday_are_a_tie()
    {
        IdentityRecord one = Make("resident", "本間 太郎", "ホンマ タロウ", address: "中町1");
        IdentityRecord two = Make("resident", "本間 太郎", "ホンマ タロウ", address: "浜町9");
        IdentityRecord pupil = Make("school", "本間 太郎", "ホンマ タロウ", address: null);
        IdentityRecord withAddress = Make("health", "本間 太郎", "ホンマ タロウ", address: "浜町9");

        Assert.Equal((null, "NEW"), Decide([one, two, pupil], pupil));
        Assert.Equal((two.RecordKey, "DET-3"), Decide([one, two, withAddress], withAddress));
    }

    [Fact]
    public void Two_pupils_of_one_name_and_birthday_are_a_tie_unless_they_share_a_home()
    {
        IdentityRecord child = Make("resident", "本間 太郎", "ホンマ タロウ", address: "中町1");
        IdentityRecord here = Make("school", "本間 太郎", "ホンマ タロウ", address: "中町1");
        IdentityRecord renumbered = Make("school", "本間 太郎", "ホンマ タロウ", address: "中町１");
        IdentityRecord elsewhere = Make("school", "本間 太郎", "ホンマ タロウ", address: "港町5");

        Assert.Equal(child.RecordKey, Decide([child, here, renumbered], renumbered).Same);
        Assert.Null(Decide([child, here, elsewhere], elsewhere).Same);
    }

    [Fact]
    public void A_shared_number_is_vetoed_by_another_birth_date_or_given_name()
    {
        IdentityRecord child = Make("resident", "本間 太郎", "ホンマ タロウ");
        IdentityRecord numbered = child with { RecordKey = 901, System = "tax", Surname = "中川", SurnameKana = "ナカガワ", SourceId = "901" };
        IdentityRecord older = numbered with { RecordKey = 902, BirthDate = new DateOnly(2001, 1, 1) };
        IdentityRecord other = numbered with { RecordKey = 903, Given = "花子", GivenKana = "ハナコ" };

        Assert.Equal((child.RecordKey, "DET-1"), Decide([child, numbered], numbered));
        Assert.Equal((null, "NEW"), Decide([child, older], older));
        Assert.Equal((null, "NEW"), Decide([child, other], other));
        Assert.True(DeterministicLinker.IsVetoed(child, older));
        Assert.False(DeterministicLinker.IsVetoed(child, numbered));
    }

    [Fact]
    public void A_number_with_a_wrong_check_digit_links_nothing()
    {
        IdentityRecord child = Make("resident", "本間 太郎", "ホンマ タロウ");
        IdentityRecord wrong = Make("tax", "中川 太郎", "ナカガワ タロウ") with { ResidentNumber = child.ResidentNumber![..9] + (char)('0' + ((child.ResidentNumber[9] - '0' + 1) % 10)) };

        Assert.Equal((null, "NEW"), Decide([child, wrong], wrong));
    }

    private static (long? Same, string Rule) Decide(IdentityRecord[] subjects, IdentityRecord record)
    {
        LinkDecision decision = new DeterministicLinker().Decide(new LinkInput(subjects, [])).Decisions.Single(item => item.RecordKey == record.RecordKey);
        return (decision.SameAsRecordKey, decision.RuleCode);
    }

    private static IdentityRecord Make(string system, string kanji, string kana, string? address = "中町1", string? name = null)
    {
        int id = Interlocked.Increment(ref _next);
        (string surname, string given) = Normalise.Kanji(name ?? kanji);
        (string surnameKana, string givenKana) = Normalise.Kana(kana);
        string number = (100_000_000 + id).ToString(System.Globalization.CultureInfo.InvariantCulture);
        number += ResidentNumber.CheckDigit(number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new IdentityRecord
        {
            RecordKey = id,
            Feed = system,
            System = system,
            SourceId = number,
            FileSha256 = "",
            Line = id,
            KnownFromUtc = new DateTime(2020, 1, 1),
            ResidentNumber = system == "resident" ? number : null,
            Surname = surname,
            Given = given,
            SurnameKana = surnameKana,
            GivenKana = givenKana,
            BirthDate = new DateOnly(2013, 5, 5),
            SexCode = 1,
            Address = address,
            AddressNorm = Normalise.Address(address),
        };
    }
}
