using System.Globalization;
using System.Text;

namespace Warehouse.Etl.City.Registers;

/// <summary>Makes four registers of one invented population of children with families, twins, errors and the truth.</summary>
/// <remarks>
/// Every household is drawn from (seed, its number) and every record from (seed, source, person, copy), so the registers are the same for any number
/// of threads and a part can be made alone. Kinds and rates of errors: <see cref="RegisterRates"/> and the README of this folder.
/// </remarks>
public sealed class RegisterGenerator
{
    private const int StreamSource = 910;
    private const int HouseholdsInPart = 8192;
    private const string Prefecture = "新潟県";
    private const string City = "佐和島市";

    private readonly RegisterOptions _options;
    private readonly int[] _firstPerson;

    /// <summary>Plans the population: how many children each household has.</summary>
    public RegisterGenerator(RegisterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.People, 1);
        _options = options;
        List<int> first = [0];
        while (first[^1] < options.People)
        {
            first.Add(first[^1] + RegisterFamily.CountChildren(options.Seed, first.Count - 1));
        }

        _firstPerson = [.. first];
    }

    /// <summary>Gets the number of children.</summary>
    public int People => _firstPerson[^1];

    /// <summary>Gets the number of households.</summary>
    public int Households => _firstPerson.Length - 1;

    /// <summary>Returns the four registers, in the order of <see cref="RegisterSource"/>.</summary>
    /// <remarks>Memory: about 200 bytes for a record.</remarks>
    public IReadOnlyList<RegisterTable> Make(CancellationToken cancellation = default)
    {
        RegisterTable[] whole = NewTables();
        foreach (RegisterTable[] part in Parts(cancellation))
        {
            for (int s = 0; s < whole.Length; s++)
            {
                whole[s].Append(part[s]);
            }
        }

        return whole;
    }

    /// <summary>Writes <c>register_a.csv</c> to <c>register_d.csv</c> and <c>truth.csv</c> (source, record_id, person, household, birth_count) as UTF-8 without a mark.</summary>
    /// <remarks>Streams: memory is that of a few parts of 8,192 households. Returns the records of each register.</remarks>
    public async Task<int[]> Write(string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        StreamWriter[] files = [.. "abcd".Select(letter => new StreamWriter(Path.Combine(folder, $"register_{letter}.csv"), append: false, new UTF8Encoding(false), 1 << 16))];
        using StreamWriter truth = new(Path.Combine(folder, "truth.csv"), append: false, new UTF8Encoding(false), 1 << 16);
        int[] counts = new int[4];
        try
        {
            foreach (StreamWriter file in files)
            {
                await file.WriteAsync(string.Join(',', RegisterTable.Header) + "\n").ConfigureAwait(false);
            }

            await truth.WriteAsync("source,record_id,person,household,birth_count\n").ConfigureAwait(false);
            StringBuilder text = new();
            foreach (RegisterTable[] part in Parts(cancellation))
            {
                for (int s = 0; s < 4; s++)
                {
                    WriteRows(part[s], counts[s], text.Clear());
                    await files[s].WriteAsync(text, cancellation).ConfigureAwait(false);
                    WriteTruth(part[s], counts[s], text.Clear());
                    await truth.WriteAsync(text, cancellation).ConfigureAwait(false);
                    counts[s] += part[s].Count;
                }
            }
        }
        finally
        {
            foreach (StreamWriter file in files)
            {
                await file.DisposeAsync().ConfigureAwait(false);
            }
        }

        return counts;
    }

    private static RegisterTable[] NewTables() => [new(RegisterSource.Resident), new(RegisterSource.School), new(RegisterSource.Welfare), new(RegisterSource.Medical)];

    private static void WriteRows(RegisterTable table, int before, StringBuilder text)
    {
        TextColumn[] columns = [table.NameKanji, table.NameKana, table.BirthDate, table.Sex, table.Address, table.HouseholdId, table.GuardianKanji, table.GuardianKana, table.Phone];
        for (int row = 0; row < table.Count; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{table.RecordId(before + row)}");
            foreach (TextColumn column in columns)
            {
                // No text of ours has a comma, quote or line break.
                text.Append(',').Append(column[row]);
            }

            text.Append('\n');
        }
    }

    private static void WriteTruth(RegisterTable table, int before, StringBuilder text)
    {
        for (int row = 0; row < table.Count; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{"abcd"[(int)table.Source]},{table.RecordId(before + row)},{table.Truth[row]},{table.TruthHousehold[row]},{table.TruthBirthCount[row]}\n");
        }
    }

    // Parts in the order of the households, made a few at a time on all threads.
    private IEnumerable<RegisterTable[]> Parts(CancellationToken cancellation)
    {
        int threads = _options.Threads > 0 ? _options.Threads : Environment.ProcessorCount;
        int parts = (Households + HouseholdsInPart - 1) / HouseholdsInPart;
        for (int from = 0; from < parts; from += threads)
        {
            RegisterTable[][] made = new RegisterTable[Math.Min(threads, parts - from)][];
            int start = from;
            Parallel.For(0, made.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, i => made[i] = Part(start + i));
            foreach (RegisterTable[] part in made)
            {
                yield return part;
            }
        }
    }

    private RegisterTable[] Part(int part)
    {
        RegisterTable[] tables = NewTables();
        int end = Math.Min(Households, (part + 1) * HouseholdsInPart);
        for (int household = part * HouseholdsInPart; household < end; household++)
        {
            RegisterFamily family = RegisterFamily.Make(_options.Seed, household, _firstPerson[household], _options.AsOf);
            for (int s = 0; s < 4; s++)
            {
                AddFamily(tables[s], family, RegisterRates.All[s]);
            }
        }

        return tables;
    }

    private void AddFamily(RegisterTable table, RegisterFamily family, RegisterRates rates)
    {
        // A family that moved or changed its name did so for all its children; each source learnt of it or not.
        CityRandom shared = new(_options.Seed, StreamSource + 10 + (int)table.Source, family.Number);
        bool isMoved = shared.Chance(rates.Moved);
        bool isRenamed = shared.Chance(rates.OtherSurname);
        foreach (RegisterChild child in family.Children)
        {
            CityRandom random = new(_options.Seed, StreamSource + (int)table.Source, child.Person);
            bool isOfAge = table.Source != RegisterSource.School || child.Birth <= _options.AsOf.AddYears(-6);
            if (!isOfAge || !random.Chance(rates.Coverage))
            {
                continue;
            }

            AddRecord(table, family, child, rates, isMoved, isRenamed, ref random);
            if (random.Chance(rates.Duplicate))
            {
                CityRandom again = new(_options.Seed, StreamSource + 20 + (int)table.Source, child.Person);
                AddRecord(table, family, child, rates, again.Chance(Math.Max(0.3, rates.Moved)), again.Chance(Math.Max(0.05, rates.OtherSurname)), ref again);
            }
        }
    }

    private void AddRecord(RegisterTable table, RegisterFamily family, RegisterChild child, RegisterRates rates, bool isMoved, bool isRenamed, ref CityRandom random)
    {
        table.AddTruth(child.Person, family.Number, child.BirthCount);
        (string kanji, string kana) = family.IsForeign
            ? ForeignName(table.Source, family, child, rates, ref random)
            : Name(table.Source, family, child, rates, isRenamed, ref random);
        bool isKanjiMissing = random.Chance(rates.NoKanji);
        bool isKanaMissing = random.Chance(rates.NoKana) && !isKanjiMissing;
        table.NameKanji.Add(isKanjiMissing ? string.Empty : kanji);
        table.NameKana.Add(isKanaMissing ? string.Empty : kana);
        table.BirthDate.Add(Birth(table.Source, child.Birth, rates, ref random));
        table.Sex.Add(Sex(table.Source, child.Sex, rates, ref random));
        RegisterAddress address = isMoved ? family.OldAddress : family.Address;
        if (random.Chance(rates.AddressTyping))
        {
            address = random.Chance(0.5) ? address with { Ban = random.Between(1, 80) } : address with { Go = random.Between(1, 30) };
        }

        table.Address.Add(random.Chance(rates.NoAddress) ? string.Empty : Address(table.Source, address, ref random));
        table.HouseholdId.Add(table.Source == RegisterSource.Resident ? HouseholdId(family.Number) : string.Empty);
        AddGuardian(table, family, rates, isRenamed, ref random);
        bool hasPhone = !random.Chance(rates.NoPhone);
        string phone = random.Chance(0.08) ? string.Create(CultureInfo.InvariantCulture, $"090-{random.Below(10_000):D4}-{random.Below(10_000):D4}") : family.Phone;
        table.Phone.Add(!hasPhone ? string.Empty : random.Chance(0.5) ? phone.Replace("-", string.Empty, StringComparison.Ordinal) : phone);
    }

    private string HouseholdId(int household) => (CityRandom.Mix(_options.Seed ^ (ulong)household * 0x9E3779B97F4A7C15) >> 20).ToString("D14", CultureInfo.InvariantCulture);

    private static void AddGuardian(RegisterTable table, RegisterFamily family, RegisterRates rates, bool isRenamed, ref CityRandom random)
    {
        bool isMother = random.Chance(table.Source switch { RegisterSource.Resident => 0.25, RegisterSource.School => 0.55, RegisterSource.Welfare => 0.85, _ => 0.3 });
        (string given, string givenKana) = family.Guardians[isMother ? 0 : 1];
        bool isMissing = random.Chance(rates.NoGuardian);
        string surname = isRenamed ? family.OtherSurname.Kanji : family.Surname;
        string surnameKana = isRenamed ? family.OtherSurname.Kana : family.SurnameKana;
        if (random.Chance(rates.Variant))
        {
            surname = RegisterErrors.Variant(surname, ref random);
        }

        string kana = surnameKana + "　" + givenKana;
        table.GuardianKanji.Add(isMissing || table.Source == RegisterSource.Medical ? string.Empty : surname + "　" + given);
        table.GuardianKana.Add(isMissing ? string.Empty : table.Source == RegisterSource.Medical ? CityNames.ToHalfWidth(kana) : kana);
    }

    private (string Kanji, string Kana) Name(RegisterSource source, RegisterFamily family, RegisterChild child, RegisterRates rates, bool isRenamed, ref CityRandom random)
    {
        RegisterNames names = RegisterNames.Shared;
        string surname = isRenamed ? family.OtherSurname.Kanji : family.Surname;
        string surnameKana = isRenamed ? family.OtherSurname.Kana : family.SurnameKana;
        string given = child.Given.Kanji;
        string givenKana = child.Given.Kana;
        if (child.Birth > _options.AsOf.AddYears(-1) && random.Chance(rates.Unnamed))
        {
            string[] placeholders = child.Sex == 1 ? ["長男", "次男", "ベビー", "命名前"] : ["長女", "次女", "ベビー", "命名前"];
            given = placeholders[random.Below(placeholders.Length)];
            givenKana = given switch { "長男" => "チョウナン", "次男" => "ジナン", "長女" => "チョウジョ", "次女" => "ジジョ", "命名前" => "メイメイマエ", _ => "ベビー" };
        }
        else
        {
            if (random.Chance(rates.Variant))
            {
                given = RegisterErrors.Variant(given, ref random);
            }

            if (random.Chance(rates.WrongKanji))
            {
                given = random.Chance(0.7) ? names.OtherSpelling(child.Given, child.Sex - 1, ref random) : RegisterErrors.WrongKanji(given, ref random);
            }

            if (random.Chance(rates.Misreading))
            {
                givenKana = names.OtherReading(child.Given.Kanji, givenKana, ref random) ?? RegisterErrors.KanaTyping(givenKana, ref random);
            }
        }

        if (random.Chance(rates.Variant))
        {
            surname = RegisterErrors.Variant(surname, ref random);
        }

        if (random.Chance(rates.WrongKanji))
        {
            surname = (random.Chance(0.5) ? names.Homophone(surname, surnameKana, ref random) : null) ?? RegisterErrors.WrongKanji(surname, ref random);
        }

        if (random.Chance(rates.LostCharacter))
        {
            surname = RegisterErrors.Lose(surname, ref random);
        }

        if (random.Chance(rates.LostCharacter))
        {
            given = RegisterErrors.Lose(given, ref random);
        }

        surnameKana = Kana(surnameKana, rates, ref random);
        givenKana = Kana(givenKana, rates, ref random);
        if (random.Chance(rates.PartsSwapped))
        {
            (surname, given) = (given, surname);
            (surnameKana, givenKana) = (givenKana, surnameKana);
        }

        string blank = random.Chance(rates.Unsplit) ? string.Empty : source is RegisterSource.Medical or RegisterSource.Welfare ? " " : "　";
        return (surname + blank + given, WriteKana(source, surnameKana + blank + givenKana, ref random));
    }

    private static string Kana(string kana, RegisterRates rates, ref CityRandom random)
    {
        if (random.Chance(rates.KanaForm))
        {
            kana = RegisterErrors.KanaForm(kana, ref random);
        }

        return random.Chance(rates.KanaTyping) ? RegisterErrors.KanaTyping(kana, ref random) : kana;
    }

    // A and B full width, C hiragana for a third, D half width, where a quarter of the terminals has no small kana.
    private static string WriteKana(RegisterSource source, string kana, ref CityRandom random)
    {
        switch (source)
        {
            case RegisterSource.Welfare:
                return random.Chance(0.33) ? CityNames.ToHiragana(kana) : kana;
            case RegisterSource.Medical:
                if (random.Chance(0.25))
                {
                    kana = kana.Replace('ャ', 'ヤ').Replace('ュ', 'ユ').Replace('ョ', 'ヨ').Replace('ッ', 'ツ').Replace('ァ', 'ア').Replace('ィ', 'イ').Replace('ゥ', 'ウ').Replace('ェ', 'エ').Replace('ォ', 'オ');
                }

                return CityNames.ToHalfWidth(kana);
            default:
                return kana;
        }
    }

    private static (string Kanji, string Kana) ForeignName(RegisterSource source, RegisterFamily family, RegisterChild child, RegisterRates rates, ref CityRandom random)
    {
        // What the school calls the child: a Japanese surname that the family uses, with the child's own name.
        if (family.Alias.Kanji.Length > 0 && random.Chance(source switch { RegisterSource.Resident => 0, RegisterSource.School => 0.4, _ => 0.15 }))
        {
            string own = child.Given.Kana.Replace(" ", string.Empty, StringComparison.Ordinal);
            return (family.Alias.Kanji + "　" + own, WriteKana(source, family.Alias.Kana + "　" + own, ref random));
        }

        string latin = child.LatinGiven;
        string kana = child.Given.Kana;
        if (source != RegisterSource.Resident && random.Chance(0.3))
        {
            // The middle name is left out.
            latin = latin.Split(' ')[0];
            kana = kana.Split(' ')[0];
        }

        bool isSwapped = source != RegisterSource.Resident && random.Chance(0.3);
        string familyKana = Kana(family.SurnameKana, rates, ref random);
        kana = Kana(kana, rates, ref random);
        string whole = isSwapped ? latin + " " + family.Surname : family.Surname + " " + latin;
        string wholeKana = isSwapped ? kana + " " + familyKana : familyKana + " " + kana;
        string written = source == RegisterSource.Resident || random.Chance(0.5) ? whole : wholeKana.Replace(' ', '・');
        return (written, WriteKana(source, wholeKana.Replace(' ', '　'), ref random));
    }

    private static string Birth(RegisterSource source, DateOnly birth, RegisterRates rates, ref CityRandom random)
    {
        if (random.Chance(rates.NoBirth))
        {
            return random.Chance(0.5) ? string.Empty : Date(source, new DateOnly(1900, 1, 1));
        }

        if (random.Chance(rates.DaySwapped) && birth.Day <= 12)
        {
            birth = new DateOnly(birth.Year, birth.Day, birth.Month);
        }

        if (random.Chance(rates.DigitWrong))
        {
            birth = RegisterErrors.DigitWrong(birth, ref random);
        }

        if (random.Chance(rates.DayOff))
        {
            birth = birth.AddDays(random.Chance(0.5) ? 1 : -1);
        }

        if (random.Chance(rates.YearOff))
        {
            birth = birth.AddYears(random.Below(4) switch { 0 => 1, 1 => -1, 2 => -30, _ => 30 });
        }

        return Date(source, birth);
    }

    private static string Date(RegisterSource source, DateOnly date)
    {
        bool isOld = date.Year < 1989;
        bool isNew = date >= new DateOnly(2019, 5, 1);
        int year = date.Year - (isNew ? 2018 : isOld ? 1925 : 1988);
        return source switch
        {
            RegisterSource.School => date.ToString("yyyy/MM/dd", CultureInfo.InvariantCulture),
            RegisterSource.Welfare when year > 0 => string.Create(CultureInfo.InvariantCulture, $"{(isNew ? 'R' : isOld ? 'S' : 'H')}{year}.{date.Month}.{date.Day}"),
            RegisterSource.Medical when year > 0 => string.Create(CultureInfo.InvariantCulture, $"{(isNew ? 5 : isOld ? 3 : 4)}{year:D2}{date.Month:D2}{date.Day:D2}"),
            _ => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }

    private static string Sex(RegisterSource source, int sex, RegisterRates rates, ref CityRandom random)
    {
        if (random.Chance(rates.NoSex))
        {
            return string.Empty;
        }

        bool isMale = (sex == 1) != random.Chance(rates.SexWrong);
        return source switch
        {
            RegisterSource.School => isMale ? "男" : "女",
            RegisterSource.Welfare => isMale ? "M" : "F",
            _ => isMale ? "1" : "2",
        };
    }

    // Four styles of writing; every source has one and takes another for a fifth of its records.
    private static string Address(RegisterSource source, RegisterAddress a, ref CityRandom random)
    {
        int style = random.Chance(0.2) ? random.Below(4) : (int)source;
        string town = a.Town;
        if (random.Chance(0.3))
        {
            town = random.Below(3) switch
            {
                0 => town.Replace('ヶ', 'ケ').Replace('ッ', 'ツ'),
                1 => town.Replace("ヶ", "が", StringComparison.Ordinal).Replace("ノ", "之", StringComparison.Ordinal),
                _ => RegisterErrors.Variant(town, ref random),
            };
        }

        bool hasRoom = a.Room > 0 && !random.Chance(0.15);
        bool hasBuilding = hasRoom && random.Chance(0.7);
        StringBuilder text = new();
        CultureInfo none = CultureInfo.InvariantCulture;
        switch (style)
        {
            case 0:
                text.Append(Prefecture).Append(City).Append(a.Chome == 0 && random.Chance(0.4) ? "大字" : "").Append(town);
                if (a.Chome > 0)
                {
                    text.Append(none, $"{a.Chome}丁目{a.Ban}番").Append(a.Go > 0 ? string.Create(none, $"{a.Go}号") : "");
                }
                else
                {
                    text.Append(none, $"{a.Ban}番地").Append(a.Go > 0 ? string.Create(none, $"{a.Go}") : "");
                }

                text.Append(hasRoom ? string.Create(none, $"　{(hasBuilding ? a.Building : "")}{a.Room}号室") : "");
                return Wide(text.ToString());
            case 1:
                text.Append(City).Append(town).Append(a.Chome > 0 ? string.Create(none, $"{a.Chome}-") : "").Append(none, $"{a.Ban}").Append(a.Go > 0 ? string.Create(none, $"-{a.Go}") : "");
                return text.Append(hasRoom ? string.Create(none, $" {(hasBuilding ? a.Building : "")}{a.Room}") : "").ToString();
            case 2:
                text.Append(town).Append(a.Chome > 0 ? "〇一二三四五六七八九"[a.Chome] + "丁目" : "").Append(none, $"{a.Ban}").Append(a.Chome > 0 ? "番" : "番地").Append(a.Go > 0 ? string.Create(none, $"の{a.Go}") : "");
                return text.Append(hasRoom ? string.Create(none, $" {(hasBuilding ? a.Building : "")}{a.Room}号") : "").ToString();
            default:
                text.Append(City).Append(' ').Append(town).Append(a.Chome > 0 ? string.Create(none, $"{a.Chome}－") : "").Append(none, $"{a.Ban}").Append(a.Go > 0 ? string.Create(none, $"－{a.Go}") : "");
                return text.Append(hasRoom ? string.Create(none, $"－{a.Room}") : "").ToString();
        }
    }

    private static string Wide(string text) => string.Create(text.Length, text, static (span, t) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiDigit(t[i]) ? (char)(t[i] + 0xFEE0) : t[i];
        }
    });
}
