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
    public void Parse(FeedColumn column, ReadOnlySpan<char> text, FeedRow row)
    {
        int at = column.Ordinal;
        text = Trim(text);
        switch (column.Parser)
        {
            case ParserKind.Dropped:
                break;
            case ParserKind.Code:
                if (_codes[at].TryGetValue(text, out string? code))
                {
                    row.Text[at] = code;
                    row.HasValue[at] = text.Length > 0;
                }
                else if (text.Length > 0)
                {
                    row.Fault[at] = CellFault.UnknownCode;
                }

                break;
            case ParserKind.Date or ParserKind.EraDate:
                ParseDate(at, column.DateShape.Length == 0 ? text : DateOrder.ToIso(text, column.DateShape), row);
                break;
            case ParserKind.YearMonth:
                switch (EraDate.ReadMonth(text, out int monthKey))
                {
                    case DateOutcome.Good:
                        row.Number[at] = monthKey;
                        row.HasValue[at] = true;
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
                ParseResidentNumber(at, text, row);
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

                row.Text[at] = Pooled(text);
                row.HasValue[at] = true;
                break;
        }
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Length > 0 && (text[0] is ' ' or '\u3000' or '\t' || text[^1] is ' ' or '\u3000' or '\t')
        ? text.Trim(" \u3000\t")
        : text;

    private static void ParseDate(int at, ReadOnlySpan<char> text, FeedRow row)
    {
        switch (EraDate.Read(text, out DateOnly date, out string? repair))
        {
            case DateOutcome.Good:
                row.Number[at] = date.DayNumber;
                row.HasValue[at] = true;
                break;
            case DateOutcome.Repaired:
                row.Number[at] = date.DayNumber;
                row.HasValue[at] = true;
                row.Repair[at] = repair;
                row.IsRepaired = true;
                break;
            case DateOutcome.Impossible:
                row.Fault[at] = CellFault.ImpossibleDate;
                break;
            case DateOutcome.Unreadable:
                row.Fault[at] = CellFault.Unreadable;
                break;
        }
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
            if (i == 0 && sign is '-' or '+')
            {
                negative = sign == '-';
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

        long unit = 1;
        for (int i = 0; i < column.Scale; i++)
        {
            unit *= 10;
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

    private void ParseResidentNumber(int at, ReadOnlySpan<char> text, FeedRow row)
    {
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

        if (missing > 0)
        {
            row.Repair[at] = ResidentNumber.RepairLeadingZeros;
            row.IsRepaired = true;
        }

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
