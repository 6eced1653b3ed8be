namespace Warehouse.Etl.Link.Names;

/// <summary>How far two addresses agree.</summary>
public enum AddressAgreement
{
    /// <summary>One of the two has no town: nothing is known.</summary>
    Unknown = 0,

    /// <summary>Different cities, or different towns and no city to compare.</summary>
    Differs = 1,

    /// <summary>One city, different towns.</summary>
    City = 2,

    /// <summary>One town (and 丁目 where both have it), different blocks.</summary>
    Town = 3,

    /// <summary>One block (番), different or unknown houses.</summary>
    Block = 4,

    /// <summary>One house number; the rooms differ or one is unknown while the other is there.</summary>
    House = 5,

    /// <summary>One house number, and one room or none in either.</summary>
    Home = 6,
}

/// <summary>An address in parts, in the form in which parts are compared.</summary>
/// <param name="Prefecture">The prefecture; empty when not written.</param>
/// <param name="City">The municipality without its 郡, with the ward of a designated city; empty when not written.</param>
/// <param name="Town">The town key: without 大字 and 字, ケ for ヶ and が, ノ for 之 and の, ツ for ッ, kanji in their usual form, numerals of 条 and 線 as digits; empty when there is none.</param>
/// <param name="Numbers">The numbers of the house joined by dashes, up to three (丁目-番-号 or 番-枝番); empty when there are none.</param>
/// <param name="Chome">The 丁目, or 0 when there is none or it cannot be told.</param>
/// <param name="Ban">The 番 or 番地, or 0.</param>
/// <param name="Go">The 号 or the number after 番地, or 0.</param>
/// <param name="Building">The building's name without blanks; empty when there is none.</param>
/// <param name="Room">The room, digits with a letter before or after; empty when there is none.</param>
public readonly record struct AddressParts(string Prefecture, string City, string Town, string Numbers, int Chome, int Ban, int Go, string Building, string Room)
{
    /// <summary>An address of which nothing is known.</summary>
    public static AddressParts None { get; } = new(string.Empty, string.Empty, string.Empty, string.Empty, 0, 0, 0, string.Empty, string.Empty);

    /// <summary>Returns how far two addresses agree.</summary>
    /// <remarks>Parts that only one has do not speak against the other: a city left out is taken as the same.</remarks>
    public static AddressAgreement Compare(in AddressParts a, in AddressParts b)
    {
        bool isCityKnown = a.City.Length > 0 && b.City.Length > 0;
        bool isCityEqual = isCityKnown && (a.City == b.City || a.City.StartsWith(b.City, StringComparison.Ordinal) || b.City.StartsWith(a.City, StringComparison.Ordinal));
        if (isCityKnown && !isCityEqual)
        {
            return AddressAgreement.Differs;
        }

        if (a.Town.Length == 0 || b.Town.Length == 0)
        {
            return isCityEqual ? AddressAgreement.City : AddressAgreement.Unknown;
        }

        if (a.Town != b.Town)
        {
            return isCityEqual ? AddressAgreement.City : AddressAgreement.Differs;
        }

        if (a.Numbers.Length == 0 || b.Numbers.Length == 0)
        {
            return AddressAgreement.Town;
        }

        if (a.Numbers == b.Numbers)
        {
            return a.Room == b.Room ? AddressAgreement.Home : AddressAgreement.House;
        }

        if (a.Chome > 0 && b.Chome > 0 && a.Chome != b.Chome)
        {
            return AddressAgreement.City;
        }

        bool isLonger = a.Numbers.Length > b.Numbers.Length;
        string longer = isLonger ? a.Numbers : b.Numbers;
        string shorter = isLonger ? b.Numbers : a.Numbers;
        bool isPrefix = longer.Length > shorter.Length && longer[shorter.Length] == '-' && longer.StartsWith(shorter, StringComparison.Ordinal);
        return isPrefix || (a.Ban > 0 && a.Ban == b.Ban) ? AddressAgreement.Block : AddressAgreement.Town;
    }
}
