namespace Warehouse.Etl.City.Registers;

/// <summary>One register in columns, with the truth that no linker may see.</summary>
/// <remarks>Rows stand in an order that has nothing to do with the truth's numbers in other registers beyond both following households.</remarks>
public sealed class RegisterTable(RegisterSource source)
{
    private readonly List<int> _truth = [];
    private readonly List<int> _household = [];
    private readonly List<byte> _birthCount = [];

    /// <summary>Gets the columns of the file, in its order.</summary>
    public static IReadOnlyList<string> Header { get; } =
        ["record_id", "name_kanji", "name_kana", "birth_date", "sex", "address", "household_id", "guardian_kanji", "guardian_kana", "phone"];

    /// <summary>Gets the register.</summary>
    public RegisterSource Source { get; } = source;

    /// <summary>Gets the number of records.</summary>
    public int Count => _truth.Count;

    /// <summary>Gets the number of the person behind each record, from 0.</summary>
    public IReadOnlyList<int> Truth => _truth;

    /// <summary>Gets the number of the household behind each record, from 0.</summary>
    public IReadOnlyList<int> TruthHousehold => _household;

    /// <summary>Gets the number of children of the same birth: 1, or 2 and 3 for twins and triplets.</summary>
    public IReadOnlyList<byte> TruthBirthCount => _birthCount;

    /// <summary>Gets the names in kanji, or in Latin letters or katakana for foreign names.</summary>
    public TextColumn NameKanji { get; } = new();

    /// <summary>Gets the names in kana.</summary>
    public TextColumn NameKana { get; } = new();

    /// <summary>Gets the dates of birth in the source's own form.</summary>
    public TextColumn BirthDate { get; } = new();

    /// <summary>Gets the sexes in the source's own form.</summary>
    public TextColumn Sex { get; } = new();

    /// <summary>Gets the addresses.</summary>
    public TextColumn Address { get; } = new();

    /// <summary>Gets the source's number of the household; only the resident register has one.</summary>
    public TextColumn HouseholdId { get; } = new();

    /// <summary>Gets the guardians' names in kanji.</summary>
    public TextColumn GuardianKanji { get; } = new();

    /// <summary>Gets the guardians' names in kana.</summary>
    public TextColumn GuardianKana { get; } = new();

    /// <summary>Gets the telephone numbers.</summary>
    public TextColumn Phone { get; } = new();

    /// <summary>Returns the number of a record in its source: every row has its own, and they tell nothing.</summary>
    /// <remarks>An affine map with an odd factor is one to one on 30 bits.</remarks>
    public long RecordId(int row) => (((int)Source + 1) * 10_000_000_000L) + (((row * 0x2C1B3C6DL) + ((int)Source * 7919L)) & 0x3FFFFFFF);

    /// <summary>Adds the truth of a record; the texts are added to the columns by the writer.</summary>
    internal void AddTruth(int person, int household, byte birthCount)
    {
        _truth.Add(person);
        _household.Add(household);
        _birthCount.Add(birthCount);
    }

    /// <summary>Adds all records of another table of the same register.</summary>
    internal void Append(RegisterTable other)
    {
        _truth.AddRange(other._truth);
        _household.AddRange(other._household);
        _birthCount.AddRange(other._birthCount);
        NameKanji.Append(other.NameKanji);
        NameKana.Append(other.NameKana);
        BirthDate.Append(other.BirthDate);
        Sex.Append(other.Sex);
        Address.Append(other.Address);
        HouseholdId.Append(other.HouseholdId);
        GuardianKanji.Append(other.GuardianKanji);
        GuardianKana.Append(other.GuardianKana);
        Phone.Append(other.Phone);
    }
}
