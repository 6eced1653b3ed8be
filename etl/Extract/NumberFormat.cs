namespace Warehouse.Etl.Extract;

/// <summary>Tells the number formats of workbooks that show a day from those that show a number or a time.</summary>
internal static class NumberFormat
{
    /// <summary>Returns whether a built-in format shows a day; 27 to 36 and 50 to 58 are the Japanese ones.</summary>
    public static bool IsDay(uint id) => id is (>= 14 and <= 17) or 22 or (>= 27 and <= 31) or (>= 34 and <= 36) or (>= 50 and <= 58);

    /// <summary>Returns whether the code of a format shows a day: an unquoted y, d, e or g, or an m that is not of minutes.</summary>
    public static bool IsDay(string code)
    {
        bool hasMonth = false;
        bool hasTime = false;
        for (int i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '"':
                    i = Past(code, i, '"');
                    break;
                case '[':
                    hasTime |= i + 1 < code.Length && code[i + 1] is 'h' or 'H' or 'm' or 'M' or 's' or 'S';
                    i = Past(code, i, ']');
                    break;
                case '\\' or '_' or '*':
                    i++;
                    break;
                case ';':
                    return hasMonth && !hasTime;
                case 'y' or 'Y' or 'd' or 'D' or 'g':
                    return true;
                case 'e':
                    // An E before a sign is an exponent.
                    return true;
                case 'm' or 'M':
                    hasMonth = true;
                    break;
                case 'h' or 'H' or 's' or 'S':
                    hasTime = true;
                    break;
                case 'G':
                    // General.
                    return false;
            }
        }

        return hasMonth && !hasTime;
    }

    private static int Past(string code, int at, char end) => code.IndexOf(end, at + 1) is var found && found < 0 ? code.Length : found;
}
