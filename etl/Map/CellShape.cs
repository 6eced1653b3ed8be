using System.Globalization;
using System.Text;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Map;

/// <summary>The shape of a cell: what may be shown of a value that may not be shown itself.</summary>
public static class CellShape
{
    /// <summary>Returns the shape of a date, or null where the text is none.</summary>
    public static string? OfDate(ReadOnlySpan<char> text)
    {
        if (text.Length is < 5 or > 16)
        {
            return null;
        }

        if (DateOrder.TryParts(text, out int first, out int second, out int year) && year is > 1867 and < 2200 && first is > 0 and < 32 && second is > 0 and < 32)
        {
            return first > 12 ? DateOrder.DayMonthYear : second > 12 ? DateOrder.MonthDayYear : "month_or_day_first";
        }

        DateOutcome outcome = EraDate.Read(text, out DateOnly date, out string? repair);
        if (outcome is not (DateOutcome.Good or DateOutcome.Repaired) || date.Year is < 1868 or > 2200)
        {
            return null;
        }

        if (repair == EraDate.RepairSerial)
        {
            return "serial";
        }

        bool isEra = !char.IsAsciiDigit(text[0]) && text[0] is not (>= '０' and <= '９');
        if (text.Contains('年'))
        {
            return isEra ? "era_kanji" : "kanji";
        }

        return isEra ? "era_letter"
            : text.Contains('/') ? "slash"
            : text.Contains('-') ? "iso"
            : text.Contains('.') ? "dots"
            : text.Length == 7 ? "era_code" : "basic";
    }

    /// <summary>Returns whether the text is a month such as <c>2023-04</c> or <c>202304</c>.</summary>
    public static bool IsMonth(ReadOnlySpan<char> text) =>
        text.Length is >= 5 and <= 9 && OfDate(text) is null && EraDate.ReadMonth(text, out int month) == DateOutcome.Good && month is > 190000 and < 220000;

    /// <summary>Returns whether the text is a number, a date or a month: nothing that names a column.</summary>
    public static bool IsValue(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _) || OfDate(text) is not null || IsMonth(text);

    /// <summary>Returns the kinds of signs with their counts, such as <c>9(4)-9(2)</c> or <c>漢(2)　漢(2)</c>; names nobody.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        StringBuilder shape = new();
        char last = '\0';
        int count = 0;
        foreach (char sign in text)
        {
            char kind = Kind(sign);
            if (kind == last)
            {
                count++;
                continue;
            }

            Flush(shape, last, count);
            (last, count) = (kind, 1);
        }

        Flush(shape, last, count);
        return shape.Length > 60 ? shape.ToString(0, 60) + "…" : shape.ToString();
    }

    /// <summary>Returns whether the text is kana and blanks only.</summary>
    public static bool IsKana(ReadOnlySpan<char> text) => All(text, static sign => sign is (>= '\u3041' and <= '\u30FE') or (>= '\uFF66' and <= '\uFF9F') or ' ' or '\u3000' or '・') && Any(text);

    /// <summary>Returns whether the text has kanji only, with at most one blank: the shape of a name.</summary>
    public static bool IsKanjiName(ReadOnlySpan<char> text)
    {
        int blanks = 0;
        foreach (char sign in text)
        {
            if (sign is ' ' or '\u3000')
            {
                blanks++;
            }
            else if (Kind(sign) is not ('漢' or '仮'))
            {
                return false;
            }
        }

        return text.Length is >= 2 and <= 14 && blanks <= 2;
    }

    /// <summary>Returns whether the text ends or goes on like an address.</summary>
    public static bool IsAddress(ReadOnlySpan<char> text) =>
        text.Length >= 4 && (text.Contains("番地", StringComparison.Ordinal) || text.Contains("丁目", StringComparison.Ordinal) || text.Contains('町') || text.Contains('村') || text.Contains('市') || text.Contains('字')) && text.IndexOfAnyInRange('0', '9') + text.IndexOfAnyInRange('０', '９') > -2;

    private static bool Any(ReadOnlySpan<char> text) => text.Trim(" \u3000").Length > 0;

    private static bool All(ReadOnlySpan<char> text, Func<char, bool> holds)
    {
        foreach (char sign in text)
        {
            if (!holds(sign))
            {
                return false;
            }
        }

        return true;
    }

    private static char Kind(char sign) => sign switch
    {
        >= '0' and <= '9' => '9',
        >= '０' and <= '９' => '９',
        (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => 'A',
        >= '\u3041' and <= '\u3096' => '仮',
        (>= '\u30A1' and <= '\u30FE') => '片',
        >= '\uFF66' and <= '\uFF9F' => '半',
        (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uD800' and <= '\uDFFF') or '々' or '〆' => '漢',
        >= '\uE000' and <= '\uF8FF' => '外',
        _ => sign < 0x80 || sign == '\u3000' ? sign : '他',
    };

    private static void Flush(StringBuilder shape, char kind, int count)
    {
        if (count == 0)
        {
            return;
        }

        shape.Append(kind);
        if (count > 1)
        {
            shape.Append('(').Append(count.ToString(CultureInfo.InvariantCulture)).Append(')');
        }
    }
}
