using System.Collections.Frozen;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;

namespace Warehouse.Etl.Validate;

/// <summary>Turns the cells of one feed into values; holds no state between rows but a pool of texts.</summary>
/// <remarks>Not thread-safe: one per worker.</remarks>
public sealed class CellParser
{
    private readonly FeedContract _contract;
    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>[] _codes;
    private readonly string?[] _pool = new string?[8192];

    /// <summary>Makes a parser for a feed.</summary>
    public CellParser(FeedContract contract)
    {
        _contract = contract;
        _codes = contract.Columns
            .Select(column => column.Codes.ToFrozenDictionary(code => code.Key, code => string.Intern(code.Value), StringComparer.Ordinal)
                .GetAlternateLookup<ReadOnlySpan<char>>())
            .ToArray();
    }

    /// <summary>Puts the value of a cell into the row, or its fault.</summary>
    /// <remarks>A column with an era column is read by <see cref="ParseBeside"/> once all other cells are.</remarks>
    public void Parse(FeedColumn column, ReadOnlySpan<char> text, FeedRow row, TextMarks marks = TextMarks.None)
    {
        int at = column.Ordinal;
        text = Trim(text);
        if ((marks & (TextMarks.Forbidden | TextMarks.Formula)) != 0 || (text.Length > 0 && text[0] is '=' or '#' && IsFormula(text)))
        {
            row.Fault[at] = column.Parser == ParserKind.Dropped ? CellFault.None : (marks & TextMarks.Forbidden) != 0 ? CellFault.Forbidden : CellFault.Formula;
            return;
        }

        if (marks != TextMarks.None && column.Parser != ParserKind.Dropped)
        {
            Repair(at, (marks & TextMarks.PrivateUseUnknown) != 0 ? RuleCatalog.RepairUnknownCharacter : RuleCatalog.RepairPrivateUse, row);
        }

        if (text.Length == 0 && column.BlankIs is long blank)
        {
            row.Number[at] = blank * Unit(column.Scale);
            row.HasValue[at] = true;
            return;
        }

        switch (column.Parser)
        {
            case ParserKind.Dropped:
                break;
            case ParserKind.Code:
                ParseCode(column, text, row);
                break;
            case ParserKind.Date or ParserKind.EraDate:
                ParseDate(column, EraDate.Read(column.DateShape.Length == 0 ? text : DateOrder.ToIso(text, column.DateShape), out DateOnly date, out string? repair), date, repair, row);
                break;
            case ParserKind.YearMonth:
                switch (EraDate.ReadMonth(text, out int monthKey, out string? monthRepair))
                {
                    case DateOutcome.Repaired when !column.AllowsRepair(monthRepair!):
                        row.Fault[at] = CellFault.ImpossibleDate;
                        break;
                    case DateOutcome.Good or DateOutcome.Repaired:
                        row.Number[at] = monthKey;
                        row.HasValue[at] = true;
                        Repair(at, monthRepair, row);
                        break;
                    case DateOutcome.Impossible:
                        row.Fault[at] = CellFault.ImpossibleDate;
                        break;
                    case DateOutcome.Unreadable:
                        row.Fault[at] = CellFault.Unreadable;
                        break;
                }

                break;
            case ParserKind.Integer or ParserKind.Decimal:
                ParseNumber(column, text, row);
                break;
            case ParserKind.ResidentNumber:
                ParseResidentNumber(column, text, row);
                break;
            default:
                if (text.Length == 0)
                {
                    break;
                }

                if (column.MaxLength > 0 && text.Length > column.MaxLength)
                {
                    row.Fault[at] = CellFault.TooLong;
                    break;
                }

                if (column.Digits > 0)
                {
                    ParseDigits(column, text, row);
                    break;
                }

                row.Text[at] = Pooled(text);
                row.HasValue[at] = true;
                break;
        }
    }

    /// <summary>Puts the day of a cell that is to be read within the era of another cell into the row, or its fault.</summary>
    public static void ParseBeside(FeedColumn column, ReadOnlySpan<char> era, ReadOnlySpan<char> text, FeedRow row) =>
        ParseDate(column, EraDate.ReadBeside(Trim(era), Trim(text), out DateOnly date, out string? repair), date, repair, row);

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Length > 0 && (text[0] is ' ' or '\u3000' or '\t' || text[^1] is ' ' or '\u3000' or '\t')
        ? text.Trim(" \u3000\t")
        : text;

    // What spreadsheets leave behind: a formula instead of its value, or the sign that there was none.
    private static bool IsFormula(ReadOnlySpan<char> text) => text[0] == '='
        || text is "#N/A" or "#REF!" or "#VALUE!" or "#DIV/0!" or "#NAME?" or "#NUM!" or "#NULL!" || text.StartsWith("####", StringComparison.Ordinal);

    private static void Repair(int at, string? repair, FeedRow row)
    {
        if (repair is not null)
        {
            row.Repair[at] = repair;
            row.IsRepaired = true;
        }
    }

    private static long Unit(int scale)
    {
        long unit = 1;
        for (int i = 0; i < scale; i++)
        {
            unit *= 10;
        }

        return unit;
    }

    private static void ParseDate(FeedColumn column, DateOutcome outcome, DateOnly date, string? repair, FeedRow row)
    {
        int at = column.Ordinal;
        switch (outcome)
        {
            case DateOutcome.Repaired when !column.AllowsRepair(repair!):
                row.Fault[at] = repair == EraDate.RepairSerial ? CellFault.Unreadable : CellFault.ImpossibleDate;
                break;
            case DateOutcome.Good or DateOutcome.Repaired:
                row.Number[at] = date.DayNumber;
                row.HasValue[at] = true;
                Repair(at, repair, row);
                break;
            case DateOutcome.Impossible:
                row.Fault[at] = CellFault.ImpossibleDate;
                break;
            case DateOutcome.Unreadable:
                row.Fault[at] = CellFault.Unreadable;
                break;
        }
    }

    private void ParseCode(FeedColumn column, ReadOnlySpan<char> text, FeedRow row)
    {
        int at = column.Ordinal;
        if (_codes[at].TryGetValue(text, out string? code))
        {
            row.Text[at] = code;
            row.HasValue[at] = text.Length > 0;
            return;
        }

        if (text.Length == 0)
        {
            return;
        }

        if (text.Length < column.Digits && column.AllowsRepair(ResidentNumber.RepairLeadingZeros))
        {
            Span<char> padded = stackalloc char[column.Digits];
            int missing = padded.Length - text.Length;
            padded[..missing].Fill('0');
            text.CopyTo(padded[missing..]);
            if (_codes[at].TryGetValue(padded, out code))
            {
                row.Text[at] = code;
                row.HasValue[at] = true;
                Repair(at, ResidentNumber.RepairLeadingZeros, row);
                return;
            }
        }

        row.Fault[at] = CellFault.UnknownCode;
    }

    // A number of fixed width that is kept as text: anything but digits is a fault, fewer digits have lost their zeros.
    private void ParseDigits(FeedColumn column, ReadOnlySpan<char> text, FeedRow row)
    {
        int at = column.Ordinal;
        if (text.Length > column.Digits)
        {
            row.Fault[at] = CellFault.TooLong;
            return;
        }

        Span<char> digits = stackalloc char[column.Digits];
        int missing = digits.Length - text.Length;
        digits[..missing].Fill('0');
        for (int i = 0; i < text.Length; i++)
        {
            digits[missing + i] = text[i] is >= '\uFF10' and <= '\uFF19' ? (char)(text[i] - 0xFEE0) : text[i];
        }

        if (digits.ContainsAnyExceptInRange('0', '9') || (missing > 0 && !column.AllowsRepair(ResidentNumber.RepairLeadingZeros)))
        {
            row.Fault[at] = CellFault.Unreadable;
            return;
        }

        row.Text[at] = Pooled(digits);
        row.HasValue[at] = true;
        Repair(at, missing > 0 ? ResidentNumber.RepairLeadingZeros : null, row);
    }

    private static void ParseNumber(FeedColumn column, ReadOnlySpan<char> text, FeedRow row)
    {
        if (text.Length == 0)
        {
            return;
        }

        int at = column.Ordinal;
        long value = 0;
        int digits = 0;
        int decimals = -1;
        bool negative = false;
        for (int i = 0; i < text.Length; i++)
        {
            char sign = text[i] is >= '\uFF01' and <= '\uFF5E' ? (char)(text[i] - 0xFEE0) : text[i];
            if (i == 0 && sign is '-' or '+' or '△' or '▲')
            {
                negative = sign != '+';
            }
            else if (sign == ',' && IsThousands(text, i))
            {
                continue;
            }
            else if (sign == '.' && decimals < 0 && column.Parser == ParserKind.Decimal)
            {
                decimals = 0;
            }
            else if (char.IsAsciiDigit(sign) && digits < 15)
            {
                value = (value * 10) + sign - '0';
                digits++;
                decimals += decimals >= 0 ? 1 : 0;
            }
            else
            {
                row.Fault[at] = CellFault.Unreadable;
                return;
            }
        }

        decimals = Math.Max(decimals, 0);
        while (decimals > column.Scale && value % 10 == 0)
        {
            value /= 10;
            decimals--;
        }

        if (digits == 0 || decimals > column.Scale)
        {
            row.Fault[at] = CellFault.Unreadable;
            return;
        }

        long unit = Unit(column.Scale);
        for (int i = 0; i < column.Scale; i++)
        {
            value *= i < column.Scale - decimals ? 10 : 1;
        }

        value = negative ? -value : value;
        if (value < column.Min * unit || value > column.Max * unit)
        {
            row.Fault[at] = CellFault.OutOfRange;
            return;
        }

        row.Number[at] = value;
        row.HasValue[at] = true;
    }

    // A comma between one to three digits and groups of three, before any point.
    private static bool IsThousands(ReadOnlySpan<char> text, int at)
    {
        int first = text[0] is '-' or '+' or '△' or '▲' or '－' or '＋' ? 1 : 0;
        int comma = text.IndexOfAny(',', '，');
        ReadOnlySpan<char> head = text[..at];
        int behind = 0;
        while (at + 1 + behind < text.Length && text[at + 1 + behind] is (>= '0' and <= '9') or (>= '０' and <= '９'))
        {
            behind++;
        }

        return behind == 3 && head.IndexOfAny('.', '．') < 0 && comma - first is >= 1 and <= 3 && (at - comma) % 4 == 0;
    }

    private void ParseResidentNumber(FeedColumn column, ReadOnlySpan<char> text, FeedRow row)
    {
        int at = column.Ordinal;
        if (text.Length == 0)
        {
            return;
        }

        Span<char> digits = stackalloc char[ResidentNumber.Length];
        if (text.Length > ResidentNumber.Length)
        {
            row.Fault[at] = CellFault.TooLong;
            return;
        }

        int missing = ResidentNumber.Length - text.Length;
        digits[..missing].Fill('0');
        for (int i = 0; i < text.Length; i++)
        {
            char sign = text[i] is >= '\uFF10' and <= '\uFF19' ? (char)(text[i] - 0xFEE0) : text[i];
            if (!char.IsAsciiDigit(sign))
            {
                row.Fault[at] = CellFault.Unreadable;
                return;
            }

            digits[missing + i] = sign;
        }

        if (!ResidentNumber.IsValid(digits))
        {
            row.Fault[at] = CellFault.CheckDigit;
            return;
        }

        if (missing > 0 && !column.AllowsRepair(ResidentNumber.RepairLeadingZeros))
        {
            row.Fault[at] = CellFault.Unreadable;
            return;
        }

        Repair(at, missing > 0 ? ResidentNumber.RepairLeadingZeros : null, row);

        row.Text[at] = Pooled(digits);
        row.HasValue[at] = true;
    }

    // Facility codes, school numbers and the like come again and again; one text serves them all.
    private string Pooled(ReadOnlySpan<char> text)
    {
        uint hash = 2166136261;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 16777619;
        }

        ref string? slot = ref _pool[(hash ^ (hash >> 15)) & 8191];
        if (slot is null || !text.SequenceEqual(slot))
        {
            slot = text.ToString();
        }

        return slot;
    }
}
