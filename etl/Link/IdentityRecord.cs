namespace Warehouse.Etl.Link;

/// <summary>One version of the identity part of one source record: all that linkage may look at.</summary>
/// <remarks>Never leaves the identity database. A record with several versions comes as several of these with one key.</remarks>
public sealed record IdentityRecord
{
    /// <summary>The keyed hash of system and source number.</summary>
    public required long RecordKey { get; init; }

    /// <summary>The feed that stated this version.</summary>
    public required string Feed { get; init; }

    /// <summary>The source system.</summary>
    public required string System { get; init; }

    /// <summary>The number in the source system.</summary>
    public required string SourceId { get; init; }

    /// <summary>The file that stated this version.</summary>
    public required string FileSha256 { get; init; }

    /// <summary>The line of the file.</summary>
    public required int Line { get; init; }

    /// <summary>When this version became known.</summary>
    public required DateTime KnownFromUtc { get; init; }

    /// <summary>The day of the register event that this version belongs to; orders the versions within one file.</summary>
    public DateOnly? EventDate { get; init; }

    /// <summary>The resident number where the source carries one.</summary>
    public string? ResidentNumber { get; init; }

    /// <summary>The name in kanji as sent.</summary>
    public string? NameKanji { get; init; }

    /// <summary>The name in kana as sent.</summary>
    public string? NameKana { get; init; }

    /// <summary>The bytes of the kanji name as sent, in hex.</summary>
    public string? NameRawHex { get; init; }

    /// <summary>The surname in comparison form; the whole name where the source put no blank.</summary>
    public string Surname { get; init; } = string.Empty;

    /// <summary>The given name in comparison form.</summary>
    public string Given { get; init; } = string.Empty;

    /// <summary>The kana surname in comparison form; the whole name where the source put no blank.</summary>
    public string SurnameKana { get; init; } = string.Empty;

    /// <summary>The kana given name in comparison form.</summary>
    public string GivenKana { get; init; } = string.Empty;

    /// <summary>The day of birth.</summary>
    public DateOnly? BirthDate { get; init; }

    /// <summary>0 unknown, 1 male, 2 female.</summary>
    public int SexCode { get; init; }

    /// <summary>The address as sent.</summary>
    public string? Address { get; init; }

    /// <summary>The address in comparison form.</summary>
    public string AddressNorm { get; init; } = string.Empty;

    /// <summary>The guardian's name as sent.</summary>
    public string? GuardianName { get; init; }

    /// <summary>The household number where the source carries one.</summary>
    public string? HouseholdNumber { get; init; }

    /// <summary>Whether the register states a foreign nationality.</summary>
    public bool IsForeign { get; init; }

    /// <summary>The first day of a support measure that this version states; null for none.</summary>
    public DateOnly? RestrictedFrom { get; init; }

    /// <summary>Whether this version says anything about support measures.</summary>
    public bool StatesRestriction { get; init; }

    /// <summary>The person, where the record is linked already.</summary>
    public long? PersonKey { get; init; }

    /// <summary>The whole kanji name in comparison form.</summary>
    public string FullName => Surname + Given;

    /// <summary>The whole kana name in comparison form.</summary>
    public string FullKana => SurnameKana + GivenKana;

    /// <summary>Whether the record holds anything but a number.</summary>
    public bool HasIdentity => BirthDate is not null || Surname.Length > 0 || SurnameKana.Length > 0;

    /// <summary>Returns whether another version says the same about the person.</summary>
    public bool SaysTheSameAs(IdentityRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return NameKanji == other.NameKanji && NameKana == other.NameKana && NameRawHex == other.NameRawHex
            && BirthDate == other.BirthDate && SexCode == other.SexCode && Address == other.Address
            && GuardianName == other.GuardianName && HouseholdNumber == other.HouseholdNumber && IsForeign == other.IsForeign
            && ResidentNumber == other.ResidentNumber;
    }
}
