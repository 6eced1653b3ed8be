namespace Warehouse.Etl.City.Registers;

/// <summary>What synthetic registers are made of.</summary>
public sealed record RegisterOptions
{
    /// <summary>The number of children; the last household may add a few.</summary>
    public required int People { get; init; }

    /// <summary>The seed; one seed gives the same registers for any number of threads.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The day of the extracts; children are 0 to 17 on it.</summary>
    public DateOnly AsOf { get; init; } = new(2026, 4, 1);

    /// <summary>The number of threads; 0 for one for each processor.</summary>
    public int Threads { get; init; }
}

/// <summary>One of the four registers.</summary>
public enum RegisterSource
{
    /// <summary>A: the resident register.</summary>
    Resident = 0,

    /// <summary>B: the school register, from 6 years.</summary>
    School = 1,

    /// <summary>C: welfare cases.</summary>
    Welfare = 2,

    /// <summary>D: medical receipts, half-width kana.</summary>
    Medical = 3,
}

/// <summary>The rates of one source's errors: shares of its records unless said otherwise.</summary>
/// <remarks>Fixed before any linker was tuned; <c>README.md</c> beside this file says why each is what it is.</remarks>
public sealed record RegisterRates
{
    /// <summary>Children that the source has, of those of its age.</summary>
    public required double Coverage { get; init; }

    /// <summary>Records that the source has twice, each written on its own.</summary>
    public double Duplicate { get; init; } = 0.003;

    /// <summary>Kanji name missing.</summary>
    public double NoKanji { get; init; }

    /// <summary>Kana name missing.</summary>
    public double NoKana { get; init; }

    /// <summary>Address missing.</summary>
    public double NoAddress { get; init; }

    /// <summary>Another surname: before or after a divorce, marriage or adoption of a parent.</summary>
    public double OtherSurname { get; init; }

    /// <summary>Another address: before a move.</summary>
    public double Moved { get; init; }

    /// <summary>For each name part with such a kanji: written with another form.</summary>
    public double Variant { get; init; }

    /// <summary>For each kanji name part: a character lost to 〓, ? or private use.</summary>
    public double LostCharacter { get; init; }

    /// <summary>For each kanji name part: another spelling of the reading, or one wrong kanji.</summary>
    public double WrongKanji { get; init; }

    /// <summary>For each kana part: ヅ for ズ, a long vowel left out or put in, large kana for small.</summary>
    public double KanaForm { get; init; }

    /// <summary>For each kana part: one kana wrong, missing, too many or swapped.</summary>
    public double KanaTyping { get; init; }

    /// <summary>For each given name: read in another way that its kanji can be read.</summary>
    public double Misreading { get; init; }

    /// <summary>Surname and given name not separated.</summary>
    public double Unsplit { get; init; }

    /// <summary>Surname and given name in each other's place.</summary>
    public double PartsSwapped { get; init; }

    /// <summary>Month and day swapped, where that is a date.</summary>
    public double DaySwapped { get; init; }

    /// <summary>One digit of the date of birth wrong.</summary>
    public double DigitWrong { get; init; }

    /// <summary>The day before or after.</summary>
    public double DayOff { get; init; }

    /// <summary>The year of another era (30 years off), or one year off.</summary>
    public double YearOff { get; init; }

    /// <summary>No date of birth, or a placeholder.</summary>
    public double NoBirth { get; init; }

    /// <summary>Sex wrong.</summary>
    public double SexWrong { get; init; }

    /// <summary>Sex missing.</summary>
    public double NoSex { get; init; }

    /// <summary>For children under one year: no given name yet.</summary>
    public double Unnamed { get; init; }

    /// <summary>A digit of the house number wrong.</summary>
    public double AddressTyping { get; init; }

    /// <summary>Guardian missing.</summary>
    public double NoGuardian { get; init; }

    /// <summary>Telephone missing.</summary>
    public double NoPhone { get; init; }

    /// <summary>Gets the rates of the four sources, in their order.</summary>
    public static IReadOnlyList<RegisterRates> All { get; } =
    [
        new RegisterRates
        {
            Coverage = 0.98, Variant = 0.02, LostCharacter = 0.0005, WrongKanji = 0.001, KanaForm = 0.004, KanaTyping = 0.002, Misreading = 0.002,
            DigitWrong = 0.0005, SexWrong = 0.0005, AddressTyping = 0.002, NoGuardian = 0.02, NoPhone = 1,
        },
        new RegisterRates
        {
            Coverage = 0.96, NoKanji = 0.002, NoKana = 0.01, NoAddress = 0.01, OtherSurname = 0.015, Moved = 0.04, Variant = 0.30, LostCharacter = 0.001, WrongKanji = 0.026,
            KanaForm = 0.035, KanaTyping = 0.022, Misreading = 0.020, Unsplit = 0.01, PartsSwapped = 0.0005, DaySwapped = 0.002, DigitWrong = 0.006, DayOff = 0.003,
            YearOff = 0.002, NoBirth = 0.0005, SexWrong = 0.003, NoSex = 0.001, AddressTyping = 0.01, NoGuardian = 0.05, NoPhone = 0.15,
        },
        new RegisterRates
        {
            Coverage = 0.12, NoKanji = 0.01, NoKana = 0.20, NoAddress = 0.05, OtherSurname = 0.08, Moved = 0.20, Variant = 0.35, LostCharacter = 0.003, WrongKanji = 0.028,
            KanaForm = 0.035, KanaTyping = 0.025, Misreading = 0.025, Unsplit = 0.05, PartsSwapped = 0.002, DaySwapped = 0.003, DigitWrong = 0.008, DayOff = 0.003,
            YearOff = 0.003, NoBirth = 0.01, SexWrong = 0.004, NoSex = 0.02, Unnamed = 0.05, AddressTyping = 0.015, NoGuardian = 0.15, NoPhone = 0.30,
        },
        new RegisterRates
        {
            Coverage = 0.60, NoKanji = 0.50, NoAddress = 0.30, OtherSurname = 0.015, Moved = 0.06, Variant = 0.30, LostCharacter = 0.002, WrongKanji = 0.026,
            KanaForm = 0.035, KanaTyping = 0.022, Misreading = 0.020, Unsplit = 0.02, PartsSwapped = 0.001, DaySwapped = 0.002, DigitWrong = 0.006, DayOff = 0.003,
            YearOff = 0.003, NoBirth = 0.001, SexWrong = 0.003, NoSex = 0.005, Unnamed = 0.08, AddressTyping = 0.01, NoGuardian = 0.40, NoPhone = 0.40,
        },
    ];
}
