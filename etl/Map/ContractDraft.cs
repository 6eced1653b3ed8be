using System.Text.Json.Nodes;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>A contract proposed for a file that is none of the known feeds.</summary>
/// <remarks>Purpose, legal basis and retention stay empty: a contract without them does not load, and only the data owner can state them.</remarks>
public static class ContractDraft
{
    private const string NotStated = "(not stated)";

    /// <summary>Returns the document of a new contract.</summary>
    public static JsonObject From(FileProfile profile, string feed, FeedCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(catalog);
        Dictionary<string, string> names = Names(profile, catalog);
        JsonArray columns = [];
        foreach (ColumnProfile column in profile.Columns)
        {
            JsonObject node = new()
            {
                ["name"] = names[column.Header],
                ["header"] = column.Header,
                ["parser"] = column.DataClass == "free-text" ? "dropped" : column.Parser,
                ["required"] = column.Blanks == 0 && column.Undecodable == 0 && column.Rows > 0,
                ["class"] = column.DataClass,
            };
            if (column.Parser is "text" or "name" or "kana_name" or "resident_number" || column.DataClass == "free-text")
            {
                node["max_length"] = RoundUp(column.MaxLength);
            }

            if (column.Parser is "integer" or "decimal" && column.Min is { } min && column.Max is { } max)
            {
                node["min"] = min;
                node["max"] = max;
            }

            if (column.Parser == "decimal")
            {
                node["scale"] = column.Scale;
            }

            if (column.Parser == "code")
            {
                JsonObject codes = [];
                foreach (CodeCount code in column.Codes)
                {
                    codes[code.Value] = code.Value;
                }

                if (column.Blanks > 0)
                {
                    codes[""] = "none";
                }

                node["codes"] = codes;
            }

            if (column.MergedCells > 0)
            {
                node["carry_down"] = "merged";
            }

            columns.Add(node);
        }

        IReadOnlyList<string> key = profile.CandidateKeys.Count > 0 ? profile.CandidateKeys[0] : [profile.Columns[0].Header];
        bool isWorkbook = profile.Encoding == FeedContract.Workbook;
        JsonObject contract = new()
        {
            ["feed"] = feed,
            ["title_ja"] = "",
            ["department"] = "",
            ["system"] = feed,
            ["subject"] = "",
            ["reaches_child"] = "",
            ["purpose"] = "",
            ["legal_basis"] = "",
            ["retention_years"] = 0,
            ["version"] = 1,
            ["catalogue"] = new JsonArray(),
            ["mapping_template"] = "",
            ["cadence"] = "",
            ["rule_prefix"] = feed.ToUpperInvariant()[..Math.Min(3, feed.Length)],
            ["delimiter"] = profile.Delimiter.ToString(),
            ["max_reject_share"] = 0.05,
            ["file_pattern"] = isWorkbook ? "*.xlsx" : "*.csv",
            ["encoding"] = isWorkbook ? "utf-8" : profile.Encoding,
            ["newline"] = profile.Newline,
            ["record"] = new JsonObject { ["source_id"] = string.Join('+', key.Select(header => names[header])), ["carries_resident_number"] = profile.Columns.Any(column => key.Contains(column.Header) && column.Parser == "resident_number") },
            ["key"] = new JsonArray([.. key.Select(header => (JsonNode)names[header])]),
            ["supersede"] = "key",
            ["rules"] = new JsonArray(),
            ["stage"] = new JsonArray(new JsonObject { ["name"] = "record_key" }),
            ["facts"] = new JsonArray(),
            ["columns"] = columns,
        };
        if (isWorkbook)
        {
            contract["format"] = FeedContract.Workbook;
        }

        if (profile.Sheet is not null)
        {
            contract["sheet"] = profile.Sheet;
        }

        if (profile.HeaderLine > 1)
        {
            contract["header_line"] = profile.HeaderLine;
        }

        return contract;
    }

    /// <summary>Returns the contract that a draft would be, for trying it: with the words that it still lacks.</summary>
    public static FeedContract ForTrial(JsonObject draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        JsonObject trial = draft.DeepClone().AsObject();
        foreach (string member in new[] { "title_ja", "department", "subject", "reaches_child", "purpose", "legal_basis", "mapping_template", "cadence" })
        {
            trial[member] = NotStated;
        }

        trial["retention_years"] = 1;
        return FeedCatalog.Parse(trial.ToJsonString(), (string)draft["feed"]!);
    }

    // The name that other contracts give to a column of this header, or one by its place.
    private static Dictionary<string, string> Names(FileProfile profile, FeedCatalog catalog)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (ColumnProfile column in profile.Columns)
        {
            string? known = catalog.Contracts.SelectMany(contract => contract.Columns)
                .Where(own => Terms.Default.Alike(column.Header, own.Header) >= 0.97)
                .Select(own => own.Name).FirstOrDefault(name => !taken.Contains(name));
            string name = known ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"column_{column.Place:D2}");
            taken.Add(name);
            names[column.Header] = name;
        }

        return names;
    }

    private static int RoundUp(int length) => length <= 10 ? Math.Max(1, length) : ((length * 3 / 2) + 9) / 10 * 10;
}
