namespace Warehouse.Etl.Link;

/// <summary>The shape of the city's resident numbers (宛名番号).</summary>
public static class ResidentNumber
{
    /// <summary>The count of digits.</summary>
    public const int Length = 10;

    /// <summary>Leading zeros that a spreadsheet had cut off were put back, and the check digit agrees.</summary>
    public const string RepairLeadingZeros = "REP-004";

    /// <summary>Returns whether the text is ten digits whose last is the check digit of the others.</summary>
    public static bool IsValid(ReadOnlySpan<char> digits)
    {
        if (digits.Length != Length)
        {
            return false;
        }

        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }
        }

        return digits[^1] - '0' == CheckDigit(digits[..^1]);
    }

    /// <summary>Returns the check digit of the leading digits: modulus 11, weights 2 to 7 from the right; 10 counts as 0.</summary>
    public static int CheckDigit(ReadOnlySpan<char> digits)
    {
        int sum = 0;
        int weight = 2;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            sum += (digits[i] - '0') * weight;
            weight = weight == 7 ? 2 : weight + 1;
        }

        int rest = sum % 11;
        return rest <= 1 ? 0 : 11 - rest;
    }
}
