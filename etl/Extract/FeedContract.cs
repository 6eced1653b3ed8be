using Warehouse.Etl.Map;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Extract;

/// <summary>How the text of a cell becomes a value.</summary>
public enum ParserKind
{
    /// <summary>Text as it stands, without outer blanks.</summary>
    Text,

    /// <summary>A name in kanji.</summary>
    Name,

    /// <summary>A name in kana.</summary>
    KanaName,

    /// <summary>A resident number of ten digits.</summary>
    ResidentNumber,

    /// <summary>A date in any Japanese or Gregorian shape.</summary>
    EraDate,

    /// <summary>A date; the same shapes as <see cref="EraDate"/>.</summary>
    Date,

    /// <summary>A month.</summary>
    YearMonth,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fixed count of decimals.</summary>
    Decimal,

    /// <summary>A code of a closed list.</summary>
    Code,

    /// <summary>Text that is not read any further: it never enters a database.</summary>
    Dropped,
}

/// <summary>One column of a feed.</summary>
/// <param name="Ordinal">The place in the contract, from 0; part of the rule codes, so columns are never reordered.</param>
/// <param name="Name">The name in the warehouse.</param>
/// <param name="Header">The name in the file.</param>
/// <param name="Parser">How the cell is read.</param>
/// <param name="IsRequired">Whether an empty cell is a fault.</param>
/// <param name="DataClass">The protection class.</param>
/// <param name="MaxLength">The longest text in UTF-16 units; 0 for none.</param>
/// <param name="Min">The smallest number allowed.</param>
/// <param name="Max">The largest number allowed.</param>
/// <param name="Scale">The count of decimals.</param>
/// <param name="Codes">Source code to warehouse code.</param>
public sealed record FeedColumn(
    int Ordinal,
    string Name,
    string Header,
    ParserKind Parser,
    bool IsRequired,
    string DataClass,
    int MaxLength,
    long? Min,
    long? Max,
    int Scale,
    IReadOnlyDictionary<string, string> Codes)
{
    /// <summary>Other names that the column had in files of this feed.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The fixed count of digits of a number that is written as text; fewer digits have lost their leading zeros. 0 for none.</summary>
    public int Digits { get; init; }

    /// <summary>Whether an empty cell holds the value of the cell above, as merged cells of a spreadsheet leave it.</summary>
    public bool CarriesDown { get; init; }

    /// <summary>Whether a cell that a workbook has merged with the one above holds its value; an empty cell that is not merged stays empty.</summary>
    public bool CarriesMerged { get; init; }

    /// <summary>The name of the column that holds the era of this date; null where the date names its own.</summary>
    public string? EraColumn { get; init; }

    /// <summary>The number that an empty cell stands for; null where it stands for nothing.</summary>
    public long? BlankIs { get; init; }

    /// <summary>The repairs that the contract allows in this column; null allows those of the parser (<see cref="AllowsRepair"/>).</summary>
    public IReadOnlyList<string>? Repairs { get; init; }

    /// <summary>Returns whether a value of this column may be repaired in this way.</summary>
    /// <remarks>Without a list in the contract: eras in an <c>era_date</c> or <c>year_month</c>, serial numbers in any date, zeros where the width is fixed.</remarks>
    public bool AllowsRepair(string repair) => Repairs is not null
        ? Repairs.Contains(repair, StringComparer.Ordinal)
        : Parser != ParserKind.Date || repair is not ("REP-001" or "REP-002");

    /// <summary>The order of the parts of a date that a mapping states, such as <c>month_day_year</c>; empty where every known shape is read.</summary>
    public string DateShape { get; init; } = "";

    /// <summary>The text that a mapping gives to a column that the file does not have; null for none.</summary>
    public string? FixedText { get; init; }

    /// <summary>Whether the column is in the file; a mapping may leave one out, and then its header is empty.</summary>
    public bool IsInFile => Header.Length > 0;
}

/// <summary>One payload column of a staging table.</summary>
/// <param name="Name">The name in the staging table.</param>
/// <param name="Source">The contract column that it is made of.</param>
/// <param name="Mint">The kind of key minted from the source: <c>household</c>, <c>certificate</c>, <c>record</c>; empty for the value itself.</param>
/// <param name="IsSmall">Whether the value is a small integer.</param>
public sealed record StagedColumn(string Name, string Source, string Mint, bool IsSmall)
{
    /// <summary>Whether a day is staged as its month, year times 100 plus month.</summary>
    public bool IsMonth { get; init; }

    /// <summary>The system whose record the key names; empty for that of the feed.</summary>
    public string System { get; init; } = string.Empty;
}

/// <summary>What a later row or file does to an earlier one.</summary>
public enum SupersedeKind
{
    /// <summary>A later row replaces the earlier row of the same key.</summary>
    Key,

    /// <summary>A later file replaces all rows of the facilities and months that it covers.</summary>
    FilePeriod,
}

/// <summary>The contract of one feed: what a department sends, why it may be used and how it is read.</summary>
public sealed record FeedContract
{
    private readonly Dictionary<string, int> _ordinals;

    internal FeedContract(IReadOnlyList<FeedColumn> columns)
    {
        Columns = columns;
        _ordinals = columns.ToDictionary(column => column.Name, column => column.Ordinal, StringComparer.Ordinal);
    }

    /// <summary>The entity token used in every stage.</summary>
    public required string Feed { get; init; }

    /// <summary>The Japanese title of the file.</summary>
    public required string Title { get; init; }

    /// <summary>The department that sends the file.</summary>
    public required string Department { get; init; }

    /// <summary>The source system; together with the source number it names a record.</summary>
    public required string System { get; init; }

    /// <summary>Whom a row is about.</summary>
    public required string Subject { get; init; }

    /// <summary>How a row reaches a child.</summary>
    public required string ReachesChild { get; init; }

    /// <summary>The numbers of the feed in the catalogue of data items.</summary>
    public required IReadOnlyList<int> Catalogue { get; init; }

    /// <summary>The standard layout that the columns are mapped from.</summary>
    public required string MappingTemplate { get; init; }

    /// <summary>How often files come.</summary>
    public required string Cadence { get; init; }

    /// <summary>The purpose of use.</summary>
    public required string Purpose { get; init; }

    /// <summary>The legal basis of use.</summary>
    public required string LegalBasis { get; init; }

    /// <summary>How long the data are kept.</summary>
    public required int RetentionYears { get; init; }

    /// <summary>The share of rejected rows above which a file is not published.</summary>
    public required double MaxRejectShare { get; init; }

    /// <summary>The name of files of this feed, with <c>*</c>.</summary>
    public required string FilePattern { get; init; }

    /// <summary>When its files are expected.</summary>
    public DeliveryCalendar Delivery { get; init; } = DeliveryCalendar.Default;

    /// <summary>The encoding that files of this feed have; one of <see cref="TextDecoder.Encodings"/>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Other encodings that a manifest of this feed may state; <see cref="Workbook"/> stands for a workbook with the same columns.</summary>
    public IReadOnlyList<string> OtherEncodings { get; init; } = [];

    /// <summary><c>delimited</c> or <c>xlsx</c>.</summary>
    public string Format { get; init; } = "delimited";

    /// <summary>The ordinal of the column that says whether a row withdraws an earlier one (赤); -1 where rows only replace.</summary>
    public int WithdrawalColumn { get; init; } = -1;

    /// <summary>The code of a row that withdraws; the row that replaces it (黒) follows in the same file.</summary>
    public string WithdrawalCode { get; init; } = string.Empty;

    /// <summary>The name of the sheet of a workbook; null where it has one visible sheet.</summary>
    public string? Sheet { get; init; }

    /// <summary>The byte between cells.</summary>
    public required byte Delimiter { get; init; }

    /// <summary>The columns whose values name a record in its system.</summary>
    public required IReadOnlyList<int> SourceId { get; init; }

    /// <summary>Whether the source number is the city's resident number.</summary>
    public required bool CarriesResidentNumber { get; init; }

    /// <summary>The columns that make a row the same row in a later file.</summary>
    public required IReadOnlyList<int> Key { get; init; }

    /// <summary>What a later row or file replaces.</summary>
    public required SupersedeKind Supersede { get; init; }

    /// <summary>The columns in the order of the contract.</summary>
    public IReadOnlyList<FeedColumn> Columns { get; internal init; }

    /// <summary>The line of the header, from 1; lines before it are titles and are skipped.</summary>
    public int HeaderLine { get; init; } = 1;

    /// <summary>The mapping through which a vendor's file is read into this contract; null where the file has the contract's own layout.</summary>
    public FeedMapping? Mapping { get; init; }

    /// <summary>The prefix of the rule codes, such as <c>ATT</c>.</summary>
    public required string RulePrefix { get; init; }

    /// <summary>Rules about the order of two days of one row.</summary>
    public required IReadOnlyList<OrderRule> Rules { get; init; }

    /// <summary>The payload columns of the staging table, <c>record_key</c> first.</summary>
    public required IReadOnlyList<StagedColumn> Stage { get; init; }

    /// <summary>The column of the day that is folded into months: rows of a month that are alike in everything else are staged as one with their count; empty where rows stay.</summary>
    public string Fold { get; init; } = string.Empty;

    /// <summary>The facts that the feed's rows become.</summary>
    public required IReadOnlyList<string> Facts { get; init; }

    /// <summary>The name of the format of workbooks, as a format of a contract and as the encoding that a manifest states.</summary>
    public const string Workbook = "xlsx";

    /// <summary>Returns whether a file whose manifest states this encoding is a workbook.</summary>
    public bool IsWorkbook(string? encoding) => Format == Workbook || (encoding == Workbook && OtherEncodings.Contains(Workbook, StringComparer.Ordinal));

    /// <summary>Returns the contract by which corrected rows are read: as text, in UTF-8 where the rows were delivered in a form that no report is written in.</summary>
    public FeedContract ForCorrections() => Format == Workbook
        ? this with { Format = "delimited", Delimiter = (byte)',', OtherEncodings = [.. OtherEncodings, "utf-8-bom"] }
        : Encoding == "utf-8-bom" || OtherEncodings.Contains("utf-8-bom", StringComparer.Ordinal) ? this : this with { OtherEncodings = [.. OtherEncodings, "utf-8-bom"] };

    /// <summary>Returns the ordinal of a column, or -1 where the feed has no such column.</summary>
    public int OrdinalOf(string name) => _ordinals.GetValueOrDefault(name, -1);
}
