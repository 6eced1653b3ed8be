using System.Globalization;
using System.Text;

namespace Warehouse.Etl.Extract;

/// <summary>Makes one page a source from its contract, for the departments that send files and for those who approve their use.</summary>
/// <remarks>Pure: the same contracts give the same pages. Kept in <c>docs/sources</c>; a test compares.</remarks>
public static class SourcePages
{
    /// <summary>The name of the list of all pages.</summary>
    public const string Index = "README.md";

    /// <summary>Returns the text of each page by file name.</summary>
    public static IReadOnlyDictionary<string, string> Of(FeedCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        SortedDictionary<string, string> pages = new(StringComparer.Ordinal) { [Index] = List(catalog) };
        foreach (FeedContract contract in catalog.Contracts)
        {
            pages[contract.Feed + ".md"] = Page(contract);
        }

        return pages;
    }

    private static string List(FeedCatalog catalog)
    {
        StringBuilder text = new();
        text.Append("""
            # Sources
            One page a source, made from the contracts in `etl/Feeds` by `warehouse sources --docs docs/sources`. Do not edit them by hand.

            Classes of columns: `identity` stays in the identity database (where it is not loaded at all, the page says *not loaded*); `special-care` is sensitive personal
            information (要配慮); `tax-secret` is secret by tax law and never an approved feature; `post-decision` follows from a decision of staff and is never a feature;
            `restricted` is read by nobody but the load and the role for contact safety; `free-text` never enters a database; `ordinary` is the rest.

            | no. | source | feed | department | subject | cadence | facts |
            |---|---|---|---|---|---|---|

            """);
        foreach (FeedContract contract in catalog.Contracts.OrderBy(contract => contract.Catalogue[0]).ThenBy(contract => contract.Feed, StringComparer.Ordinal))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Numbers(contract)} | [{contract.Title}]({contract.Feed}.md) | `{contract.Feed}` | {contract.Department} | {contract.Subject} | {contract.Cadence} | {string.Join(", ", contract.Facts)} |\n");
        }

        return text.ToString();
    }

    private static string Page(FeedContract contract)
    {
        StringBuilder text = new();
        string key = string.Join(" + ", contract.Key.Select(ordinal => contract.Columns[ordinal].Header));
        string id = string.Join(" + ", contract.SourceId.Select(ordinal => contract.Columns[ordinal].Header));
        text.Append(CultureInfo.InvariantCulture, $"# {contract.Title} (`{contract.Feed}`)\n\n| | |\n|---|---|\n");
        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        Row("catalogue no.", Numbers(contract));
        Row("department", contract.Department);
        Row("mapped from", contract.MappingTemplate);
        Row("subject", contract.Subject);
        Row("reaches a child by", contract.ReachesChild);
        Row("purpose", contract.Purpose);
        Row("legal basis", contract.LegalBasis);
        Row("kept for", string.Create(CultureInfo.InvariantCulture, $"{contract.RetentionYears} years"));
        Row("comes", contract.Cadence);
        Row("file", $"`{contract.FilePattern}`, {contract.Encoding}" + string.Concat(contract.OtherEncodings.Select(name => " or " + (name == FeedContract.Workbook ? "a workbook (XLSX)" : name))));
        Row("record", $"{id} in system `{contract.System}`" + (contract.CarriesResidentNumber ? " (the resident number itself)" : "; linked to a resident by identity"));
        Row("one row is", key);
        Row("a later file", contract.Supersede == SupersedeKind.Key ? "replaces the rows of the same key" : "replaces the facilities and months that it covers");
        if (contract.WithdrawalColumn >= 0)
        {
            FeedColumn column = contract.Columns[contract.WithdrawalColumn];
            Row("a correction", $"is a row with {column.Header} {column.Codes.First(code => code.Value == contract.WithdrawalCode).Key}, which withdraws, and one of the same key behind it in the same file, which replaces; a withdrawal alone goes to quarantine");
        }

        string[] merged = [.. contract.Columns.Where(column => column.CarriesMerged).Select(column => column.Header)];
        if (merged.Length > 0)
        {
            Row("merged cells", $"of a workbook are read in {string.Join(", ", merged)}");
        }

        Row("refused above", string.Create(CultureInfo.InvariantCulture, $"{contract.MaxRejectShare * 100:0.#} % bad rows"));
        Row("becomes", contract.Facts.Count == 0 ? "`dim.household_member`" : string.Join(", ", contract.Facts.Select(fact => $"`sql/load/etl_{fact}.sql`")));

        text.Append("\n## Columns\n| header | name | read as | required | class | values |\n|---|---|---|---|---|---|\n");
        foreach (FeedColumn column in contract.Columns)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {column.Header} | {column.Name} | {Parser(column)} | {(column.IsRequired ? "yes" : "")} | {column.DataClass} | {Values(column)} |\n");
        }

        text.Append("\n## What enters the warehouse\n| column of `stg.").Append(contract.Feed).Append("` | made of |\n|---|---|\n");
        foreach (StagedColumn column in contract.Stage)
        {
            int at = contract.OrdinalOf(column.Source);
            string made = column.Name == "record_key" ? id + ", as a keyed hash" : at < 0 ? "生年月日, the month only" : contract.Columns[at].Header + (column.Mint.Length > 0 ? ", as a keyed hash" : column.IsMonth ? ", the month only" : "");
            text.Append(CultureInfo.InvariantCulture, $"| {column.Name} | {made} |\n");
        }

        if (contract.Fold.Length > 0)
        {
            text.Append("| row_count | rows of the file that are alike but for the day; the day itself is not kept |\n");
        }

        if (contract.Rules.Count > 0)
        {
            text.Append("\n## Rules about the order of days\n| code | rule |\n|---|---|\n");
            foreach (Validate.OrderRule rule in contract.Rules)
            {
                string slack = rule.SlackDays == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (up to {rule.SlackDays} days are borne)");
                text.Append(CultureInfo.InvariantCulture, $"| {Validate.RuleCatalog.Code(contract, rule.Number)} | {rule.Meaning}{slack} |\n");
            }
        }

        text.Append("\nAll rule codes: [etl/Validate/README.md](../../etl/Validate/README.md).\n");
        return text.ToString();
    }

    private static string Numbers(FeedContract contract) => string.Join(", ", contract.Catalogue.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Parser(FeedColumn column) => column.Parser switch
    {
        ParserKind.Text => column.MaxLength > 0 ? string.Create(CultureInfo.InvariantCulture, $"text, at most {column.MaxLength}") : "text",
        ParserKind.Name => "name",
        ParserKind.KanaName => "kana",
        ParserKind.ResidentNumber => "resident number",
        ParserKind.EraDate or ParserKind.Date => "date, Japanese or Gregorian",
        ParserKind.YearMonth => "month",
        ParserKind.Integer => "whole number",
        ParserKind.Decimal => string.Create(CultureInfo.InvariantCulture, $"number with {column.Scale} decimals"),
        ParserKind.Code => "code",
        _ => "*not loaded*",
    };

    private static string Values(FeedColumn column)
    {
        if (column.Codes.Count > 0)
        {
            return string.Join(", ", column.Codes.Select(code => $"{(code.Key.Length == 0 ? "(empty)" : code.Key)} → `{code.Value}`"));
        }

        return (column.Min, column.Max) switch
        {
            ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $"{min} to {max}"),
            _ => "",
        };
    }
}
