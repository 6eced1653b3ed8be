namespace Warehouse.Etl.City;

/// <summary>How one source system has written a person down.</summary>
internal readonly record struct Written(string Kanji, string Kana, int Birth, string Noise);

/// <summary>Writes names, readings, birth dates and addresses the way each system keeps them.</summary>
/// <remarks>A system's version of a person depends only on (seed, system, person, day), so that it stays the same from file to file.</remarks>
internal sealed class SystemView(CityOptions options, int system, bool isHalfWidth, bool isCp932)
{
    public const int Resident = 0;
    public const int Health = 1;
    public const int Nursery = 2;
    public const int School = 3;
    public const int Consultation = 4;
    public const int Council = 5;
    public const int Livelihood = 6;
    public const int Violence = 7;

    private readonly double _level = options.NoiseLevel switch { NoiseLevel.None => 0, NoiseLevel.Low => 0.5, NoiseLevel.High => 2, _ => 1 };

    /// <summary>Returns the person as the system has it on a day.</summary>
    public Written Write(Person person, int day)
    {
        var random = new CityRandom(options.Seed, 10 + system, person.Id);
        int lag = system == Resident ? 0 : random.Chance(0.40) ? random.Between(60, 425) : random.Between(0, 30);
        bool isVariant = random.Chance(0.30 * _level);
        bool isMisread = random.Chance((system == Resident ? 0.001 : 0.015) * _level);
        bool isGaiji = isCp932 && random.Chance(0.003 * _level);
        bool isBirthWrong = system != Resident && random.Chance(0.003 * _level);
        double style = random.Share();
        var surname = person.SurnameOn(day);
        string noise = "";
        if (person.NewSurname is not null && day >= person.RenamedOn && day < person.RenamedOn + lag)
        {
            surname = person.Surname;
            noise += "surname_lag ";
        }

        string family = surname.Kanji;
        if (isVariant)
        {
            string variant = CityNames.Variant(family, ref random);
            noise += variant == family ? "" : "variant_kanji ";
            family = variant;
        }

        if (isGaiji && !person.IsForeign)
        {
            family = (char)(0xE000 + random.Below(60)) + family[1..];
            noise += "gaiji ";
        }

        string familyKana = surname.Kana;
        string givenKana = person.Given.Kana;
        if (isMisread)
        {
            givenKana = CityNames.Misread(givenKana, ref random);
            noise += "kana_error ";
        }

        int birth = person.Birth;
        if (isBirthWrong)
        {
            var date = DateOnly.FromDayNumber(birth);
            bool isSwap = date.Day <= 12 && date.Day != date.Month && random.Chance(0.7);
            birth = isSwap ? new DateOnly(date.Year, date.Day, date.Month).DayNumber : CityDates.AddYears(birth, random.Chance(0.5) ? 1 : -1);
            noise += isSwap ? "birth_swapped " : "birth_year_slip ";
        }

        bool isHiragana = system is Nursery or Consultation && style < 0.10 * _level;
        bool isSpaceless = style > 1 - (0.10 * _level);
        string kana = familyKana + (isSpaceless ? "" : "　") + givenKana;
        string kanji = family + (isSpaceless ? "" : person.IsForeign ? " " : "　") + person.Given.Kanji;
        if (person.IsForeign && system == School && style is > 0.3 and < 0.7)
        {
            kanji = familyKana + " " + givenKana;
            noise += "kana_as_name ";
        }

        if (isSpaceless)
        {
            noise += "no_space ";
        }

        if (isHalfWidth)
        {
            kana = CityNames.ToHalfWidth(kana);
        }
        else if (isHiragana)
        {
            kana = CityNames.ToHiragana(kana);
            noise += "hiragana ";
        }

        return new Written(kanji, kana, birth, noise.TrimEnd());
    }

    /// <summary>Returns an address in the system's style.</summary>
    public string Address(Residence residence)
    {
        string address = residence.Address;
        return system switch
        {
            Resident => address,
            Health => FullWidthDigits(address) + residence.Extra,
            Nursery => Hyphens(address)[CityPlaces.City.Length..],
            School => Hyphens(address),
            _ => address[CityPlaces.City.Length..] + residence.Extra,
        };
    }

    private static string Hyphens(string address) =>
        address.EndsWith("番地", StringComparison.Ordinal) ? address[..^2] : address.Replace("番地", "-", StringComparison.Ordinal);

    private static string FullWidthDigits(string text) =>
        string.Create(text.Length, text, static (span, t) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = t[i] is >= '0' and <= '9' ? (char)(t[i] - '0' + '０') : t[i];
            }
        });
}
