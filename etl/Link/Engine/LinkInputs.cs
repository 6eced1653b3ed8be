namespace Warehouse.Etl.Link.Engine;

/// <summary>What a column says about a person; decides how it is normalised, compared and used in blocking.</summary>
public enum LinkKind
{
    /// <summary>Not used.</summary>
    Ignore,

    /// <summary>The family name as written (kanji or Latin).</summary>
    Surname,

    /// <summary>The given name as written (kanji or Latin).</summary>
    Given,

    /// <summary>The reading of the family name.</summary>
    SurnameKana,

    /// <summary>The reading of the given name.</summary>
    GivenKana,

    /// <summary>Family and given name in one cell.</summary>
    FullName,

    /// <summary>The reading of family and given name in one cell.</summary>
    FullKana,

    /// <summary>The date of birth.</summary>
    BirthDate,

    /// <summary>The sex.</summary>
    Sex,

    /// <summary>A postal address, compared by its parts.</summary>
    Address,

    /// <summary>A postal code.</summary>
    Postcode,

    /// <summary>A town, suburb or place.</summary>
    Town,

    /// <summary>A street or another line of a Latin address, compared as text.</summary>
    Street,

    /// <summary>The number of a house or flat.</summary>
    House,

    /// <summary>A larger area, or another place with few values.</summary>
    Region,

    /// <summary>A household, or the name of a guardian.</summary>
    Household,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>An address of electronic mail.</summary>
    Email,

    /// <summary>A number of the person, compared by edit distance.</summary>
    Number,

    /// <summary>Free text about the person.</summary>
    Text,

    /// <summary>A code with few values.</summary>
    Category,
}

/// <summary>A column of a register, each distinct value kept once.</summary>
/// <param name="Kind">What the column says.</param>
/// <param name="Name">The name of the field, the same in both registers.</param>
/// <param name="Codes">For each record the place of its value; 0 is null.</param>
/// <param name="Values">The distinct values as they stand in the source; the first is empty and means null.</param>
public sealed record LinkColumn(LinkKind Kind, string Name, int[] Codes, IReadOnlyList<string> Values);

/// <summary>A register to be linked or searched for duplicates.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Ids">The id of each record; need not be unique, but a repeated id is never linked without review.</param>
/// <param name="Columns">The mapped columns.</param>
public sealed record LinkRegister(string Name, string[] Ids, IReadOnlyList<LinkColumn> Columns);

/// <summary>Brings cells into the form in which they are compared. Pure and idempotent; called once for each distinct value.</summary>
public interface ILinkNormaliser
{
    /// <summary>The version of the tables, written into the model file.</summary>
    string Version { get; }

    /// <summary>Returns (surname, given name) as written, variants folded; the given name is empty where the cell holds no separator.</summary>
    (string Surname, string Given) Name(string text);

    /// <summary>Returns (surname, given name) as a reading in katakana or Latin letters; the given name is empty where the cell holds no separator.</summary>
    (string Surname, string Given) Kana(string text);

    /// <summary>Returns a reading in which like-sounding signs are one.</summary>
    string KanaFold(string kana);

    /// <summary>Returns text with one width and case, blanks single.</summary>
    string Text(string text);

    /// <summary>Returns the parts of an address from the largest: town, then numbers; empty where there is none.</summary>
    IReadOnlyList<string> Address(string text);
}
