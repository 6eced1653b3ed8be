using System.Globalization;

namespace Warehouse.Etl.City.Registers;

/// <summary>An address before it is written: a town and numbers.</summary>
internal readonly record struct RegisterAddress(string Town, int Chome, int Ban, int Go, string Building, int Room);

/// <summary>One child.</summary>
internal sealed record RegisterChild(int Person, DateOnly Birth, int Sex, GivenName Given, byte BirthCount, string LatinGiven);

/// <summary>One household with its children, and what other sources may still know of it.</summary>
internal sealed class RegisterFamily
{
    private const int StreamFamily = 901;

    // Invented town names: every head with every tail. No real place is meant.
    private static readonly string[] TownHeads = ["両湊", "佐和", "金沢野", "新穂波", "畑浦", "真砂", "小木津", "羽根", "赤泊里", "外海", "若葉", "緑ヶ原", "井ノ口", "三ッ石", "大曽根", "桜川", "広野", "高瀬", "浜名", "辺見"];
    private static readonly string[] TownTails = ["上浜", "下浜", "中里", "本町", "新町", "栄町", "大和田", "千鳥", "松原", "北見崎", "南窪", "西野", "東雲台", "岩谷", "潮見", "長江田", "梅津谷", "泉ヶ丘", "一番町", "八幡"];
    private static readonly string[] BuildingNames = ["コーポ若葉", "メゾン潮見", "ハイツ松原", "サンライズ佐和", "グリーンハイム", "シャトー真砂", "パークサイド", "第二羽根荘", "市営泉ヶ丘住宅", "レジデンス広野"];

    private RegisterFamily()
    {
    }

    /// <summary>Gets the number of the household.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the surname as the resident register writes it.</summary>
    public required string Surname { get; init; }

    /// <summary>Gets the surname's reading.</summary>
    public required string SurnameKana { get; init; }

    /// <summary>Gets a surname of another time: a parent's before or after a change.</summary>
    public required (string Kanji, string Kana) OtherSurname { get; init; }

    /// <summary>Gets a value indicating whether the names are foreign.</summary>
    public required bool IsForeign { get; init; }

    /// <summary>Gets a Japanese name that the family uses at school, for some foreign families; empty otherwise.</summary>
    public required (string Kanji, string Kana) Alias { get; init; }

    /// <summary>Gets the address.</summary>
    public required RegisterAddress Address { get; init; }

    /// <summary>Gets the address before the last move.</summary>
    public required RegisterAddress OldAddress { get; init; }

    /// <summary>Gets the guardians' given names: the mother's and the father's.</summary>
    public required (string Kanji, string Kana)[] Guardians { get; init; }

    /// <summary>Gets the telephone number.</summary>
    public required string Phone { get; init; }

    /// <summary>Gets the children.</summary>
    public required List<RegisterChild> Children { get; init; }

    /// <summary>Returns the number of children of a household without making it.</summary>
    public static int CountChildren(ulong seed, int household)
    {
        CityRandom random = new(seed, StreamFamily, household);
        int children = 0;
        int births = Births(ref random);
        for (int b = 0; b < births; b++)
        {
            children += BirthCount(ref random);
        }

        return children;
    }

    /// <summary>Returns a household; the same for the same seed and number.</summary>
    public static RegisterFamily Make(ulong seed, int household, int firstPerson, DateOnly asOf)
    {
        RegisterNames names = RegisterNames.Shared;
        CityRandom random = new(seed, StreamFamily, household);
        int births = Births(ref random);
        Span<int> counts = stackalloc int[births];
        for (int b = 0; b < births; b++)
        {
            counts[b] = BirthCount(ref random);
        }

        bool isForeign = random.Chance(0.02);
        (string surname, string surnameKana) = isForeign ? names.ForeignFamily(ref random) : names.Surname(ref random);
        if (!isForeign && random.Chance(0.25))
        {
            surname = RegisterErrors.Variant(surname, ref random);
        }

        (string, string) alias = (string.Empty, string.Empty);
        if (isForeign && random.Chance(0.3))
        {
            alias = names.Surname(ref random);
        }

        RegisterAddress address = MakeAddress(ref random);
        List<RegisterChild> children = [];
        RegisterFamily family = new()
        {
            Number = household,
            Surname = surname,
            SurnameKana = surnameKana,
            OtherSurname = isForeign ? names.ForeignFamily(ref random) : names.Surname(ref random),
            IsForeign = isForeign,
            Alias = alias,
            Address = address,
            OldAddress = MakeAddress(ref random),
            Guardians = isForeign ? [names.ForeignGiven(1, ref random), names.ForeignGiven(0, ref random)] : [names.ParentGiven(1, ref random), names.ParentGiven(0, ref random)],
            Phone = string.Create(CultureInfo.InvariantCulture, $"0{random.Between(7, 9)}0-{random.Below(10_000):D4}-{random.Below(10_000):D4}"),
            Children = children,
        };
        int days = asOf.DayNumber - asOf.AddYears(-18).DayNumber;
        List<int> taken = [];
        int person = firstPerson;
        foreach (int count in counts)
        {
            // At least ten months between two births of one mother; a household of several mothers is too rare to matter.
            int day = random.Below(days);
            for (int attempt = 0; attempt < 50 && taken.Exists(t => Math.Abs(t - day) < 300); attempt++)
            {
                day = random.Below(days);
            }

            taken.Add(day);
            AddBirth(children, count, asOf.AddDays(-1 - day), isForeign, ref person, ref random);
        }

        return family;
    }

    private static void AddBirth(List<RegisterChild> children, int count, DateOnly birth, bool isForeign, ref int person, ref CityRandom random)
    {
        RegisterNames names = RegisterNames.Shared;
        int firstSex = random.Chance(0.513) ? 0 : 1;

        // Two thirds of twin sets are of one sex (Weinberg's rule at a third of monozygotic sets).
        bool isOneSex = random.Chance(0.66);
        GivenName first = default;
        for (int i = 0; i < count; i++)
        {
            int sex = i == 0 || isOneSex ? firstSex : random.Below(2);
            if (isForeign)
            {
                (string latin, string kana) = Distinct(children, (ref CityRandom r) => names.ForeignGiven(sex, ref r), static (c, n) => c.LatinGiven == n.Latin, ref random);
                children.Add(new RegisterChild(person++, birth, sex + 1, new GivenName(-1, latin, kana), (byte)count, latin));
                continue;
            }

            // Seven of ten twins get a name that is like the other's.
            bool isAlike = i > 0 && random.Chance(0.7);
            GivenName given = Distinct(
                children, (ref CityRandom r) => (isAlike ? names.Like(first, sex, ref r) : null) ?? names.Given(sex, ref r), static (c, n) => c.Given.Kana == n.Kana || c.Given.Kanji == n.Kanji, ref random);
            first = i == 0 ? given : first;
            children.Add(new RegisterChild(person++, birth, sex + 1, given, (byte)count, string.Empty));
        }
    }

    private static T Distinct<T>(List<RegisterChild> children, Draw<T> draw, Func<RegisterChild, T, bool> isSame, ref CityRandom random)
    {
        T name = draw(ref random);
        for (int attempt = 0; attempt < 20 && children.Exists(c => isSame(c, name)); attempt++)
        {
            name = draw(ref random);
        }

        return name;
    }

    private static int Births(ref CityRandom random) => random.Share() switch { < 0.46 => 1, < 0.86 => 2, < 0.97 => 3, _ => 4 };

    // 1.05 % of deliveries are twins and 0.012 % triplets, so 2.1 % of children are of a multiple birth.
    private static int BirthCount(ref CityRandom random) => random.Share() switch { < 0.00012 => 3, < 0.01062 => 2, _ => 1 };

    private static RegisterAddress MakeAddress(ref CityRandom random)
    {
        double at = random.Share();
        string town = TownHeads[random.Below(TownHeads.Length)] + TownTails[(int)(at * at * TownTails.Length)];
        bool isFlat = random.Chance(0.4);
        return new RegisterAddress(
            town,
            random.Chance(0.6) ? random.Between(1, 6) : 0,
            random.Between(1, 80),
            random.Chance(0.85) ? random.Between(1, 30) : 0,
            isFlat ? BuildingNames[random.Below(BuildingNames.Length)] : string.Empty,
            isFlat ? (random.Between(1, 9) * 100) + random.Between(1, 12) : 0);
    }

    private delegate T Draw<out T>(ref CityRandom random);
}
