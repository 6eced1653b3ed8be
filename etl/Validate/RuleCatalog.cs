using System.Globalization;
using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>A rule that compares two days of one row.</summary>
/// <param name="Number">The number in the rule code.</param>
/// <param name="Early">The column that must not be later.</param>
/// <param name="Late">The column that must not be earlier; empty for the day of extraction.</param>
/// <param name="SlackDays">Days by which <paramref name="Early"/> may be later all the same.</param>
/// <param name="Meaning">What the rule asks for.</param>
public sealed record OrderRule(int Number, string Early, string Late, int SlackDays, string Meaning);

/// <summary>The codes of all rules: prefix of the feed, two digits of the column's place, one digit of the kind; from 900 on, rules of the whole row.</summary>
public static class RuleCatalog
{
    /// <summary>The row has another count of cells than the header.</summary>
    public const int CellCount = 901;

    /// <summary>A quote is misplaced or never closed.</summary>
    public const int Quote = 902;

    /// <summary>The row is longer than a row may be.</summary>
    public const int TooLong = 903;

    /// <summary>The row is the total of others.</summary>
    public const int Total = 905;

    /// <summary>No cell of the row holds anything.</summary>
    public const int Blank = 906;

    /// <summary>The row withdraws another (赤) and none replaces it (黒) in the same file.</summary>
    public const int Withdrawn = 907;

    /// <summary>An empty cell took the value of the cell above.</summary>
    public const string RepairCarried = "REP-005";

    /// <summary>A private-use character was read by the vendor's map.</summary>
    public const string RepairPrivateUse = "REP-010";

    /// <summary>A private-use character without a known meaning was kept.</summary>
    public const string RepairUnknownCharacter = "REP-011";

    /// <summary>A column that the contract does not know was dropped.</summary>
    public const string RepairUnknownColumn = "REP-020";

    /// <summary>A column was found under another of its names.</summary>
    public const string RepairAlias = "REP-021";

    /// <summary>A file without the byte order mark that its encoding asks for was read all the same.</summary>
    public const string RepairNoMark = "REP-022";

    /// <summary>A hidden sheet of a workbook was not read.</summary>
    public const string RepairHiddenSheet = "REP-023";

    /// <summary>Recipient and child of an allowance are one person.</summary>
    public const int SamePerson = 959;

    private static readonly (int Kind, string Meaning)[] Kinds =
    [
        (1, "empty though required"),
        (2, "not readable as the kind of value"),
        (3, "too long"),
        (4, "code not on the list"),
        (5, "number out of range"),
        (6, "no such day or month"),
        (7, "check digit does not fit"),
        (8, "bytes not valid in the file's encoding"),
        (9, "U+FFFD, NUL or another control character in the text"),
        (0, "a formula or the error value of one"),
    ];

    /// <summary>Returns the code of a rule of one column; kind 1 is an empty cell, the others are the faults of a cell.</summary>
    public static string Code(FeedContract contract, int ordinal, int kind) => Code(contract, (ordinal * 10) + kind);

    /// <summary>Returns the code of a rule of the whole row.</summary>
    public static string Code(FeedContract contract, int number) => string.Create(CultureInfo.InvariantCulture, $"{contract.RulePrefix}-{number:D3}");

    /// <summary>Returns the document of all codes, as it is kept in <c>etl/Validate/README.md</c>.</summary>
    public static string Document(FeedCatalog catalog)
    {
        StringBuilder text = new();
        text.Append("""
            # Rule codes
            Every row of every file passes the rules of its contract. A row that breaks one goes to quarantine with the codes below; codes are stable and never reused.
            A code is the feed's prefix, two digits for the place of the column in the contract and one digit for the kind of fault; numbers from 900 concern the whole row.

            | kind | the cell is |
            |---|---|

            """);
        foreach ((int kind, string meaning) in Kinds)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {kind} | {meaning} |\n");
        }

        text.Append("\nRepairs (the row is kept, `stg.repair` says so): ");
        text.Append("`REP-001` an era that had ended was read on (`H31.5.1` is `R1.5.1`); `REP-002` an era that had not begun was read back; ");
        text.Append("`REP-003` a spreadsheet's serial number was read as a day; `REP-004` leading zeros of a number of fixed width were put back; ");
        text.Append("`REP-005` an empty cell took the value of the cell above, where the contract carries it down; `REP-010` a private-use character was read by the vendor's map; ");
        text.Append("`REP-011` a private-use character without a known meaning was kept as it is. Of a whole file, on line 1: `REP-020` a column that the contract does not know was dropped; ");
        text.Append("`REP-021` a column was found under another of its names; `REP-022` the byte order mark was missing; `REP-023` a hidden sheet was not read. A repair is made only where the contract allows it.\n\n");
        text.Append("Kinds 9 and 0 may stand in every column. Of whole rows: 901 another count of cells than the header; 902 a misplaced or open quote; 903 longer than 1 MiB (the head is kept); ");
        text.Append("905 a total of other rows; 906 no cell holds anything; 907 a row is withdrawn (赤) and none replaces it (黒) further down in the same file; from 951 on the rules of each feed.\n\n");
        foreach (FeedContract contract in catalog.Contracts)
        {
            text.Append(CultureInfo.InvariantCulture, $"## {contract.Feed}\n| code | column | rule |\n|---|---|---|\n");
            foreach (FeedColumn column in contract.Columns.Where(column => column.Parser != ParserKind.Dropped))
            {
                string kinds = string.Join(", ", KindsOf(column).Select(kind => kind.ToString(CultureInfo.InvariantCulture)));
                text.Append(CultureInfo.InvariantCulture, $"| {contract.RulePrefix}-{column.Ordinal:D2}x | {column.Name} | x = {kinds} |\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"| {Code(contract, CellCount)} | | as many cells as the header |\n");
            text.Append(CultureInfo.InvariantCulture, $"| {Code(contract, Quote)} | | quotes are closed and enclose whole cells |\n");
            foreach (OrderRule rule in contract.Rules)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Code(contract, rule.Number)} | {rule.Early} | {rule.Meaning} |\n");
            }

            if (contract.OrdinalOf("recipient_resident_number") >= 0 && contract.OrdinalOf("child_resident_number") >= 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {Code(contract, SamePerson)} | recipient_resident_number | the recipient is not the child |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd() + "\n";
    }

    private static IEnumerable<int> KindsOf(FeedColumn column)
    {
        if (column.IsRequired)
        {
            yield return 1;
        }

        if (column.Parser is not (ParserKind.Text or ParserKind.Name or ParserKind.KanaName or ParserKind.Code))
        {
            yield return 2;
        }

        if (column.MaxLength > 0)
        {
            yield return 3;
        }

        if (column.Parser == ParserKind.Code)
        {
            yield return 4;
        }

        if (column.Min is not null || column.Max is not null)
        {
            yield return 5;
        }

        if (column.Parser is ParserKind.Date or ParserKind.EraDate or ParserKind.YearMonth)
        {
            yield return 6;
        }

        if (column.Parser == ParserKind.ResidentNumber)
        {
            yield return 7;
        }

        yield return 8;
    }
}
