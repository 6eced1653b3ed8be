using System.Globalization;

namespace Warehouse.Etl.City;

/// <summary>Makes the numbers by which systems name persons and households.</summary>
internal static class CityNumbers
{
    /// <summary>Returns the check digit of nine digits.</summary>
    /// <remarks>Source: Ministry of Internal Affairs ordinance No. 85 of 2014, article 5, applied to nine digits.</remarks>
    public static int CheckDigit(ReadOnlySpan<char> nine)
    {
        int sum = 0;
        for (int n = 1; n <= 9; n++)
        {
            int q = n <= 6 ? n + 1 : n - 5;
            sum += (nine[9 - n] - '0') * q;
        }

        int r = sum % 11;
        return r <= 1 ? 0 : 11 - r;
    }

    /// <summary>Returns the resident number of a person id; different ids give different numbers.</summary>
    public static string Resident(long id)
    {
        // 387420489 = 3^18 has no common divisor with 10^9, so the map is one to one below 10^9.
        long nine = ((id * 387_420_489L) + 123_456_789L) % 1_000_000_000L;
        return string.Create(10, nine, static (span, value) =>
        {
            for (int i = 8; i >= 0; i--)
            {
                span[i] = (char)('0' + (value % 10));
                value /= 10;
            }

            span[9] = (char)('0' + CheckDigit(span[..9]));
        });
    }

    /// <summary>Returns the 10-digit household number of a family's household.</summary>
    public static string Household(int family, int household)
    {
        long id = ((long)family * 4) + household;
        return (((id * 69_343_957L) + 31_415_926L) % 1_000_000_000L + 1_000_000_000L).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the health number of a child.</summary>
    public static string Health(long id) =>
        "H" + (((id * 129_140_163L) + 27_182_818L) % 1_000_000_000L).ToString("D9", CultureInfo.InvariantCulture);

    /// <summary>Returns the number of a pregnancy, by the first child born of it.</summary>
    public static string Pregnancy(long id) =>
        "B" + (((id * 282_475_249L) + 17_320_508L) % 1_000_000_000L).ToString("D9", CultureInfo.InvariantCulture);

    /// <summary>Returns the nursery number of a child.</summary>
    public static string Nursery(long id) =>
        "C" + (((id * 40_353_607L) + 16_180_339L) % 1_000_000_000L).ToString("D9", CultureInfo.InvariantCulture);
}
