using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Map;

/// <summary>Where one column of a contract comes from in a vendor's file.</summary>
/// <param name="Column">The column of the contract.</param>
/// <param name="Header">The header in the file; null where the file does not have the column.</param>
/// <param name="FixedText">The text that stands for every row where the file does not have the column; null for none.</param>
/// <param name="DateShape">The shape of the dates as seen; <c>month_day_year</c> and <c>day_month_year</c> decide how they are read.</param>
/// <param name="Codes">Vendor code to warehouse code; null where the contract's own codes hold.</param>
/// <param name="Unmapped">Codes of the vendor that nobody has mapped yet; their rows go to quarantine.</param>
public sealed record MappedColumn(
    string Column, string? Header, string? FixedText, string DateShape, IReadOnlyDictionary<string, string>? Codes, IReadOnlyList<string> Unmapped);

/// <summary>Who let a mapping in, and when.</summary>
/// <param name="By">The DBA or steward.</param>
/// <param name="On">The day.</param>
/// <param name="ContentSha256">The hash of what was approved.</param>
public sealed record MappingApproval(string By, string On, string ContentSha256);

/// <summary>How the files of one vendor are read into the contract of a feed: data that a DBA or steward approves.</summary>
/// <remarks>Errors: <see cref="FeedException"/> MAP-001 for a document that cannot be read or does not fit its contract.</remarks>
public sealed record FeedMapping
{
    /// <summary>How mapping files are written: readable Japanese, Unix line ends.</summary>
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The feed whose contract the file is read into.</summary>
    public required string Feed { get; init; }

    /// <summary>The vendor or municipality, as a manifest names it.</summary>
    public required string Profile { get; init; }

    /// <summary>The names of files that this mapping reads although their manifest names no profile, with <c>*</c>; empty for none.</summary>
    public string FilePattern { get; init; } = "";

    /// <summary>The encoding of the file; <see cref="FeedContract.Workbook"/> for a workbook.</summary>
    public required string Encoding { get; init; }

    /// <summary>The sign between cells.</summary>
    public required char Delimiter { get; init; }

    /// <summary>The line of the header, from 1.</summary>
    public int HeaderLine { get; init; } = 1;

    /// <summary>The sheet of a workbook that has several visible ones; null for the only one, and for text.</summary>
    public string? Sheet { get; init; }

    /// <summary>The columns of the contract, in its order.</summary>
    public required IReadOnlyList<MappedColumn> Columns { get; init; }

    /// <summary>Headers of the file that are not read.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Who approved it; null for a proposal, which is never used.</summary>
    public MappingApproval? Approval { get; init; }

    /// <summary>The version: a hash over everything but the approval.</summary>
    public string ContentSha256 => Convert.ToHexStringLower(SHA256.HashData(Utf8.GetBytes(Node(withApproval: false).ToJsonString())));

    private static readonly UTF8Encoding Utf8 = new(false);

    /// <summary>Returns the document as text.</summary>
    public string ToJson() => Node(withApproval: true).ToJsonString(Json) + "\n";

    /// <summary>Returns the mapping that a JSON text states.</summary>
    public static FeedMapping Parse(string json, string where)
    {
        try
        {
            JsonObject root = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("not an object");
            if ((string?)root["kind"] != "mapping")
            {
                throw new JsonException("kind is not 'mapping'");
            }

            string delimiter = (string)root["delimiter"]!;
            return new FeedMapping
            {
                Feed = (string)root["feed"]!,
                Profile = (string)root["profile"]!,
                FilePattern = (string?)root["file_pattern"] ?? "",
                Encoding = (string)root["encoding"]!,
                Delimiter = delimiter.Length == 1 && delimiter[0] < 0x80 ? delimiter[0] : throw new JsonException("delimiter is not one ASCII sign"),
                HeaderLine = (int?)root["header_line"] ?? 1,
                Sheet = (string?)root["sheet"],
                Columns = [.. root["columns"]!.AsArray().Select(node => Column(node!.AsObject()))],
                Ignored = [.. (root["ignored"]?.AsArray() ?? []).Select(node => (string)node!)],
                Approval = root["approval"] is JsonObject approval
                    ? new MappingApproval((string)approval["by"]!, (string)approval["on"]!, (string)approval["content_sha256"]!)
                    : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException or NullReferenceException or FormatException)
        {
            throw FeedException.Of("MAP-001", where, "a mapping that cannot be read", "JSON with kind, feed, profile, encoding, delimiter and columns, as 'warehouse map' writes it", "Correct the file or make it again with 'warehouse map'.", exception);
        }
    }

    /// <summary>Returns the contract of the feed as this vendor's files have it.</summary>
    /// <remarks>Column places, and so the rule codes, stay those of the contract; ignored headers become dropped columns behind them.</remarks>
    /// <exception cref="FeedException">The mapping does not fit the contract; the message names every fault.</exception>
    public FeedContract Apply(FeedContract contract, string where)
    {
        ArgumentNullException.ThrowIfNull(contract);
        List<string> faults = [];
        Dictionary<string, MappedColumn> stated = new(StringComparer.Ordinal);
        foreach (MappedColumn column in Columns)
        {
            if (contract.OrdinalOf(column.Column) < 0)
            {
                faults.Add($"'{column.Column}' is not a column of {Feed}");
            }
            else if (!stated.TryAdd(column.Column, column))
            {
                faults.Add($"'{column.Column}' is mapped twice");
            }
        }

        if (!TextDecoder.AllowsDelimiter(Encoding, Delimiter))
        {
            faults.Add($"the delimiter '{Delimiter}' may be half of a character in {Encoding}, or ends a cell or a line; a comma, tab or semicolon never does");
        }

        List<FeedColumn> columns = [];
        foreach (FeedColumn column in contract.Columns)
        {
            MappedColumn? mapped = stated.GetValueOrDefault(column.Name);
            bool isAbsent = mapped is null or { Header: null };
            if (isAbsent && mapped?.FixedText is null && column.IsRequired)
            {
                faults.Add($"'{column.Name}' ({column.Header}) is required and has neither a header nor a fixed text");
            }

            HashSet<string> targets = column.Codes.Values.ToHashSet(StringComparer.Ordinal);
            foreach (string target in (mapped?.Codes?.Values ?? []).Where(target => !targets.Contains(target)).Distinct(StringComparer.Ordinal))
            {
                faults.Add($"'{column.Name}' maps to code '{target}'; expected one of {string.Join(", ", targets.Order(StringComparer.Ordinal))}");
            }

            columns.Add(column with
            {
                Header = mapped?.Header ?? "",
                FixedText = isAbsent ? mapped?.FixedText : null,
                DateShape = mapped is not null && DateOrder.IsStated(mapped.DateShape) ? mapped.DateShape : "",
                Codes = mapped?.Codes is { } codes ? WithBlank(codes, column.Codes) : column.Codes,
            });
        }

        foreach (string header in Ignored)
        {
            columns.Add(new FeedColumn(columns.Count, "ignored_" + (columns.Count - contract.Columns.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), header, ParserKind.Dropped, false, "free-text", 0, null, null, 0, new Dictionary<string, string>()));
        }

        faults.AddRange(columns.Where(column => column.IsInFile).GroupBy(column => column.Header, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => $"header '{group.Key}' stands for more than one column"));
        return faults.Count == 0
            ? contract with
            {
                Columns = columns,
                Encoding = Encoding == FeedContract.Workbook ? "utf-8" : Encoding,
                Format = Encoding == FeedContract.Workbook ? FeedContract.Workbook : contract.Format,
                Sheet = Encoding == FeedContract.Workbook ? Sheet : contract.Sheet,
                Delimiter = (byte)Delimiter,
                HeaderLine = HeaderLine,
                Mapping = this,
            }
            : throw FeedException.Of("MAP-001", where, string.Join("; ", faults), $"a mapping that fits the contract of {Feed}", "Correct the mapping and approve it again with 'warehouse map'.");
    }

    /// <summary>Returns the mapping with an approval of what it states now.</summary>
    public FeedMapping Approve(string by, DateOnly on) =>
        this with { Approval = new MappingApproval(by, on.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), ContentSha256) };

    // What a blank stands for is the contract's to say.
    private static Dictionary<string, string> WithBlank(IReadOnlyDictionary<string, string> codes, IReadOnlyDictionary<string, string> own)
    {
        Dictionary<string, string> all = new(codes, StringComparer.Ordinal);
        if (own.TryGetValue("", out string? blank))
        {
            all.TryAdd("", blank);
        }

        return all;
    }

    private static MappedColumn Column(JsonObject node) => new(
        (string)node["column"]!,
        (string?)node["header"],
        (string?)node["fixed"],
        (string?)node["date_shape"] ?? "",
        node["codes"] is JsonObject codes ? codes.ToDictionary(code => code.Key, code => (string)code.Value!, StringComparer.Ordinal) : null,
        [.. (node["unmapped"]?.AsArray() ?? []).Select(code => (string)code!)]);

    private JsonObject Node(bool withApproval)
    {
        JsonArray columns = [];
        foreach (MappedColumn column in Columns)
        {
            JsonObject node = new() { ["column"] = column.Column, ["header"] = column.Header };
            if (column.FixedText is not null)
            {
                node["fixed"] = column.FixedText;
            }

            if (column.DateShape.Length > 0)
            {
                node["date_shape"] = column.DateShape;
            }

            if (column.Codes is not null)
            {
                JsonObject codes = [];
                foreach ((string vendor, string own) in column.Codes.OrderBy(code => code.Key, StringComparer.Ordinal))
                {
                    codes[vendor] = own;
                }

                node["codes"] = codes;
            }

            if (column.Unmapped.Count > 0)
            {
                node["unmapped"] = new JsonArray([.. column.Unmapped.Select(code => (JsonNode)code)]);
            }

            columns.Add(node);
        }

        JsonObject root = new()
        {
            ["kind"] = "mapping",
            ["feed"] = Feed,
            ["profile"] = Profile,
            ["file_pattern"] = FilePattern,
            ["encoding"] = Encoding,
            ["delimiter"] = Delimiter.ToString(),
            ["header_line"] = HeaderLine,
            ["columns"] = columns,
            ["ignored"] = new JsonArray([.. Ignored.Select(header => (JsonNode)header)]),
        };
        if (Sheet is not null)
        {
            root["sheet"] = Sheet;
        }

        if (withApproval)
        {
            root["approval"] = Approval is { } approval
                ? new JsonObject { ["by"] = approval.By, ["on"] = approval.On, ["content_sha256"] = approval.ContentSha256 }
                : null;
        }

        return root;
    }
}
