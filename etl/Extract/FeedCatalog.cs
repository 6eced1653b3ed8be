using System.Globalization;
using System.Text.Json;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Extract;

/// <summary>The contracts embedded in this assembly, by feed.</summary>
public sealed class FeedCatalog
{
    private static readonly Dictionary<string, ParserKind> Parsers = new(StringComparer.Ordinal)
    {
        ["text"] = ParserKind.Text,
        ["name"] = ParserKind.Name,
        ["kana_name"] = ParserKind.KanaName,
        ["resident_number"] = ParserKind.ResidentNumber,
        ["era_date"] = ParserKind.EraDate,
        ["date"] = ParserKind.Date,
        ["year_month"] = ParserKind.YearMonth,
        ["integer"] = ParserKind.Integer,
        ["decimal"] = ParserKind.Decimal,
        ["code"] = ParserKind.Code,
        ["dropped"] = ParserKind.Dropped,
    };

    private static readonly Lazy<FeedCatalog> Embedded = new(ReadEmbedded);

    private readonly Dictionary<string, FeedContract> _contracts;

    private FeedCatalog(IEnumerable<FeedContract> contracts, IReadOnlyDictionary<string, FeedException> faults)
    {
        _contracts = contracts.ToDictionary(contract => contract.Feed, StringComparer.Ordinal);
        Faults = faults;
    }

    /// <summary>The contracts that ship with this release.</summary>
    public static FeedCatalog Default => Embedded.Value;

    /// <summary>The sound contracts, sorted by feed.</summary>
    public IEnumerable<FeedContract> Contracts => _contracts.Values.OrderBy(contract => contract.Feed, StringComparer.Ordinal);

    /// <summary>The facts derived from the feeds, in the order in which they are loaded: names of scripts in <c>sql/load</c> (after <c>etl_</c>) and <c>sql/query/check</c>.</summary>
    public IReadOnlyList<string> Facts => FactsOf(_ => true);

    /// <summary>Contracts that were refused, by feed; files of such a feed are not taken in.</summary>
    public IReadOnlyDictionary<string, FeedException> Faults { get; }

    /// <summary>Returns the facts of some feeds, in the order in which they are loaded.</summary>
    public IReadOnlyList<string> FactsOf(Func<string, bool> isFeed) =>
        [.. Contracts.Where(contract => isFeed(contract.Feed)).SelectMany(contract => contract.Facts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Returns the contract of a feed.</summary>
    /// <exception cref="FeedException">The feed is unknown or its contract was refused.</exception>
    public FeedContract Get(string feed)
    {
        if (_contracts.TryGetValue(feed, out FeedContract? contract))
        {
            return contract;
        }

        throw Faults.TryGetValue(feed, out FeedException? fault)
            ? fault
            : FeedException.Of("FEED-002", "Manifest", $"feed '{feed}'", "one of " + string.Join(", ", _contracts.Keys.Order(StringComparer.Ordinal)), "Add a contract under etl/Feeds or correct the manifest.");
    }

    /// <summary>Returns the contract that a JSON text states.</summary>
    /// <exception cref="FeedException">A member is missing or has a value that is not allowed.</exception>
    public static FeedContract Parse(string json, string where)
    {
        using JsonDocument document = Open(json, where);
        JsonElement root = document.RootElement;
        string feed = Text(root, "feed", where);
        string purpose = Text(root, "purpose", where);
        string basis = Text(root, "legal_basis", where);
        int retention = (int)Number(root, "retention_years", where);
        if (retention <= 0)
        {
            throw FeedException.Of("FEED-001", where, $"retention_years {retention}", "a number of years above 0", "Ask the data owner for the retention rule and state it.");
        }

        List<FeedColumn> columns = [];
        foreach (JsonElement column in Member(root, "columns", where).EnumerateArray())
        {
            columns.Add(Column(column, columns.Count, where));
        }

        List<int> Ordinals(IEnumerable<string> names) => names.Select(name => columns.FindIndex(column => column.Name == name) is int at and >= 0
            ? at
            : throw FeedException.Of("FEED-001", where, $"a key with '{name}'", "names of columns", "Correct the contract.")).ToList();

        Check(columns, where);
        string encoding = Text(root, "encoding", where);
        List<string> others = Texts(root, "other_encodings") ?? [];
        foreach (string name in others.Where(name => name != FeedContract.Workbook).Append(encoding))
        {
            TextDecoder.For(name, where);
        }

        JsonElement record = Member(root, "record", where);
        string supersede = Text(root, "supersede", where);
        // A tab is a delimiter like any other, and blank like no other text.
        string delimiter = Member(root, "delimiter", where) is { ValueKind: JsonValueKind.String } sign ? sign.GetString()! : Text(root, "delimiter", where);
        return new FeedContract(columns)
        {
            Feed = feed,
            Title = Text(root, "title_ja", where),
            RulePrefix = Text(root, "rule_prefix", where),
            Catalogue = [.. Member(root, "catalogue", where).EnumerateArray().Select(number => number.GetInt32())],
            MappingTemplate = Text(root, "mapping_template", where),
            Cadence = Text(root, "cadence", where),
            ReachesChild = Text(root, "reaches_child", where),
            Rules = [.. Member(root, "rules", where).EnumerateArray().Select(rule => Rule(rule, columns, where))],
            Stage = [.. Member(root, "stage", where).EnumerateArray().Select(column => Staged(column, columns, where))],
            Fold = Fold(root, columns, supersede, where),
            Facts = [.. Member(root, "facts", where).EnumerateArray().Select(fact => fact.GetString()!)],
            Department = Text(root, "department", where),
            System = Text(root, "system", where),
            Subject = Text(root, "subject", where),
            Purpose = purpose,
            LegalBasis = basis,
            RetentionYears = retention,
            MaxRejectShare = Member(root, "max_reject_share", where).GetDouble(),
            FilePattern = Text(root, "file_pattern", where),
            Delivery = DeliveryCalendar.Parse(root, where),
            Encoding = encoding,
            OtherEncodings = others,
            Format = root.TryGetProperty("format", out JsonElement format) ? format.GetString() switch
            {
                "delimited" or "xlsx" => format.GetString()!,
                _ => throw FeedException.Of("FEED-001", where, $"format '{format}'", "delimited or xlsx", "Correct the contract."),
            }
            : "delimited",
            WithdrawalColumn = Withdrawal(root, columns, supersede, where),
            WithdrawalCode = root.TryGetProperty("withdrawal", out JsonElement withdrawal) ? Text(withdrawal, "code", where) : string.Empty,
            Sheet = root.TryGetProperty("sheet", out JsonElement sheet) ? sheet.GetString() : null,
            HeaderLine = (int)(Optional(root, "header_line") ?? 1),
            Delimiter = delimiter.Length == 1 && others.Where(name => name != FeedContract.Workbook).Append(encoding).All(name => TextDecoder.AllowsDelimiter(name, delimiter[0]))
                ? (byte)delimiter[0]
                : throw FeedException.Of("FEED-001", where, $"delimiter '{delimiter}'", "one ASCII sign such as a comma, a tab or a semicolon; a bar only where no encoding is CP932 or Shift_JIS-2004, in which it may be half of a character", "Correct the contract."),
            SourceId = Ordinals(Text(record, "source_id", where).Split('+')),
            CarriesResidentNumber = Member(record, "carries_resident_number", where).GetBoolean(),
            Key = Ordinals(Member(root, "key", where).EnumerateArray().Select(item => item.GetString()!)),
            Supersede = supersede switch
            {
                "key" => SupersedeKind.Key,
                "file-period" => SupersedeKind.FilePeriod,
                _ => throw FeedException.Of("FEED-001", where, $"supersede '{supersede}'", "key or file-period", "Correct the contract."),
            },
        };
    }

    private static FeedCatalog ReadEmbedded()
    {
        List<FeedContract> contracts = [];
        Dictionary<string, FeedException> faults = new(StringComparer.Ordinal);
        var assembly = typeof(FeedCatalog).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!name.StartsWith("feeds/", StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.Ordinal))
            {
                continue;
            }

            using StreamReader reader = new(assembly.GetManifestResourceStream(name)!);
            string feed = name["feeds/".Length..^".json".Length];
            try
            {
                contracts.Add(Parse(reader.ReadToEnd(), name));
            }
            catch (FeedException exception)
            {
                faults[feed] = exception;
            }
        }

        return new FeedCatalog(contracts, faults);
    }

    private static int Withdrawal(JsonElement root, List<FeedColumn> columns, string supersede, string where)
    {
        if (!root.TryGetProperty("withdrawal", out JsonElement withdrawal))
        {
            return -1;
        }

        string name = Text(withdrawal, "column", where);
        string code = Text(withdrawal, "code", where);
        int at = columns.FindIndex(column => column.Name == name && column.Codes.Values.Contains(code, StringComparer.Ordinal));
        return at >= 0 && supersede == "key"
            ? at
            : throw FeedException.Of("FEED-001", where, $"withdrawal by '{name}' with code '{code}'", "a code column with that code, in a feed that supersedes by key", "Correct the contract.");
    }

    private static void Check(List<FeedColumn> columns, string where)
    {
        string? twice = columns.SelectMany(column => column.Aliases.Append(column.Header)).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null)
        {
            throw FeedException.Of("FEED-001", where, $"the header '{twice}' twice", "each header and alias once", "Correct the contract.");
        }

        foreach (FeedColumn column in columns.Where(column => column.EraColumn is not null))
        {
            if (!columns.Any(other => other.Name == column.EraColumn && other.Parser == ParserKind.Text))
            {
                throw FeedException.Of("FEED-001", where, $"era_column '{column.EraColumn}' of {column.Name}", "the name of a text column", "Correct the contract.");
            }
        }
    }

    private static JsonDocument Open(string json, string where)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException exception)
        {
            throw FeedException.Of("FEED-001", where, "text that is not JSON", "a feed contract", "Correct the contract.", exception);
        }
    }

    private static FeedColumn Column(JsonElement column, int ordinal, string where)
    {
        string parser = Text(column, "parser", where);
        Dictionary<string, string> codes = new(StringComparer.Ordinal);
        if (column.TryGetProperty("codes", out JsonElement map))
        {
            foreach (JsonProperty code in map.EnumerateObject())
            {
                codes[Twins.Fold(code.Name)] = code.Value.GetString()!;
            }
        }

        return new FeedColumn(
            ordinal,
            Text(column, "name", where),
            Twins.Fold(Text(column, "header", where)),
            Parsers.TryGetValue(parser, out ParserKind kind)
                ? kind
                : throw FeedException.Of("FEED-001", where, $"parser '{parser}'", "one of " + string.Join(", ", Parsers.Keys), "Correct the contract."),
            Member(column, "required", where).GetBoolean(),
            Text(column, "class", where),
            Optional(column, "max_length") is long length ? (int)length : 0,
            Optional(column, "min"),
            Optional(column, "max"),
            (int)(Optional(column, "scale") ?? 0),
            codes)
        {
            Aliases = Texts(column, "aliases")?.Select(Twins.Fold).ToList() ?? [],
            Digits = Optional(column, "digits") is long digits
                ? digits is > 0 and <= 20 ? (int)digits : throw FeedException.Of("FEED-001", where, string.Create(CultureInfo.InvariantCulture, $"digits {digits}"), "1 to 20", "Correct the contract.")
                : 0,
            CarriesDown = column.TryGetProperty("carry_down", out JsonElement carry) && carry.ValueKind == JsonValueKind.True,
            CarriesMerged = carry.ValueKind == JsonValueKind.String && (carry.GetString() == "merged"
                ? true
                : throw FeedException.Of("FEED-001", where, $"carry_down '{carry}'", "true, false or merged", "Correct the contract.")),
            EraColumn = column.TryGetProperty("era_column", out JsonElement era) ? era.GetString() : null,
            BlankIs = Optional(column, "blank_is"),
            Repairs = Texts(column, "repairs"),
        };
    }

    private static OrderRule Rule(JsonElement rule, List<FeedColumn> columns, string where)
    {
        string early = Text(rule, "early", where);
        string late = Member(rule, "late", where).GetString()!;
        foreach (string name in new[] { early, late }.Where(name => name.Length > 0 && !columns.Exists(column => column.Name == name)))
        {
            throw FeedException.Of("FEED-001", where, $"a rule about '{name}'", "names of columns", "Correct the contract.");
        }

        return new OrderRule((int)Number(rule, "number", where), early, late, (int)Number(rule, "slack_days", where), Text(rule, "meaning", where));
    }

    private static string Fold(JsonElement root, List<FeedColumn> columns, string supersede, string where)
    {
        if (!root.TryGetProperty("fold", out _))
        {
            return string.Empty;
        }

        string fold = Text(root, "fold", where);
        bool isDay = columns.Exists(column => column.Name == fold && column.Parser is ParserKind.Date or ParserKind.EraDate);
        return isDay && supersede == "file-period"
            ? fold
            : throw FeedException.Of("FEED-001", where, $"fold '{fold}' of a feed that supersedes by {supersede}", "the column of a day in a feed that supersedes by file-period", "Days can be counted by month only where a later file replaces the whole month.");
    }

    private static StagedColumn Staged(JsonElement column, List<FeedColumn> columns, string where)
    {
        string name = Text(column, "name", where);
        string source = column.TryGetProperty("of", out _) ? Text(column, "of", where) : name;
        string mint = column.TryGetProperty("mint", out _) ? Text(column, "mint", where) : string.Empty;
        if (mint is not ("" or "household" or "certificate" or "record"))
        {
            throw FeedException.Of("FEED-001", where, $"mint '{mint}'", "household, certificate or record", "Correct the contract.");
        }

        bool isDerived = name is "record_key" or "birth_year_month" or "school_cohort_year";
        if (!isDerived && !columns.Exists(known => known.Name == source))
        {
            throw FeedException.Of("FEED-001", where, $"a staged column of '{source}'", "the name of a column", "Correct the contract.");
        }

        bool isSmall = column.TryGetProperty("type", out JsonElement type) && type.GetString() == "smallint";
        FeedColumn? found = isDerived ? null : columns.Find(known => known.Name == source);
        if (found is not null && mint.Length == 0 && found.DataClass is "identity" or "free-text")
        {
            throw FeedException.Of("FEED-001", where, $"a staged column of '{source}', which is {found!.DataClass}", "columns that name nobody, or a key minted from the number", "The warehouse holds no direct identifier: mint a key or leave the column out.");
        }

        return new StagedColumn(name, source, mint, isSmall)
        {
            IsMonth = type.ValueKind == JsonValueKind.String && type.GetString() == "month",
            System = column.TryGetProperty("system", out _) ? Text(column, "system", where) : string.Empty,
        };
    }

    private static JsonElement Member(JsonElement element, string name, string where) => element.TryGetProperty(name, out JsonElement value)
        ? value
        : throw FeedException.Of("FEED-001", where, $"no '{name}'", $"a contract with '{name}'", "A feed without it does not load: complete the contract.");

    private static string Text(JsonElement element, string name, string where)
    {
        JsonElement value = Member(element, name, where);
        return value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString())
            ? value.GetString()!
            : throw FeedException.Of("FEED-001", where, $"an empty '{name}'", $"a contract with '{name}'", "A feed without it does not load: complete the contract.");
    }

    private static long Number(JsonElement element, string name, string where) => Member(element, name, where) is { ValueKind: JsonValueKind.Number } value
        ? value.GetInt64()
        : throw FeedException.Of("FEED-001", where, $"'{name}' without a number", string.Create(CultureInfo.InvariantCulture, $"a number in '{name}'"), "Complete the contract.");

    private static List<string>? Texts(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray().Select(item => item.GetString()!).ToList() : null;

    private static long? Optional(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;
}
