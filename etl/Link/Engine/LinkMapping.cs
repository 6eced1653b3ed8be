using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Warehouse.Etl.Link.Engine;

/// <summary>What one column of a file is used for.</summary>
/// <param name="Header">The header as it stands in the file.</param>
/// <param name="Kind">What the column says.</param>
/// <param name="Field">The name of the field: columns of two files with the same name and kind are compared.</param>
/// <param name="Why">Why it was mapped so, for people.</param>
public sealed record ColumnUse(string Header, LinkKind Kind, string Field, string Why);

/// <summary>Which column of a file says what; guessed from headers and content, or read from JSON.</summary>
/// <param name="Id">The header of the id column, or null where rows are numbered.</param>
/// <param name="Columns">Every column of the file.</param>
public sealed record LinkMapping(string? Id, IReadOnlyList<ColumnUse> Columns)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    // Headers as they are after folding: small letters and digits only, and Japanese signs. A leading = asks for the whole header, otherwise a part is enough.
    private static readonly (LinkKind Kind, string[] Signs)[] ByHeader =
    [
        (LinkKind.Ignore, ["=cluster", "=clusterid", "=label", "=truth", "=groundtruth", "=trueid", "=entityid", "=personid", "=truematchid", "=matchid", "=simulantid", "=正解"]),
        (LinkKind.Email, ["email", "mailaddress", "メール"]),
        (LinkKind.BirthDate, ["=dob", "dateofbirth", "birthdate", "birthday", "=birth", "=bday", "生年月日", "誕生日"]),
        (LinkKind.SurnameKana, ["surnamekana", "lastnamekana", "familynamekana", "kanasurname", "=セイ", "姓カナ", "氏カナ", "姓かな", "カナ姓", "カナ氏", "姓フリガナ", "姓ふりがな"]),
        (LinkKind.GivenKana, ["givennamekana", "firstnamekana", "givenkana", "kanagiven", "=メイ", "=名カナ", "=名かな", "カナ名", "名フリガナ", "名ふりがな", "児童名カナ"]),
        (LinkKind.Household, ["household", "guardian", "mothername", "fathername", "mothersname", "世帯", "保護者", "世帯主"]),
        (LinkKind.FullKana, ["氏名カナ", "カナ氏名", "フリガナ", "ふりがな", "カナ名前", "名前カナ", "kananame", "namekana", "=kana", "氏名かな", "読み"]),
        (LinkKind.FullName, ["firstandsurname", "firstandlast", "firstlast", "姓名", "氏名漢字", "namekanji", "kanjiname", "漢字氏名"]),
        (LinkKind.Surname, ["surname", "lastname", "familyname", "=sname", "=lname", "=last", "=姓", "=氏", "苗字", "名字"]),
        (LinkKind.Given, ["givenname", "firstname", "forename", "=fname", "=given", "=first", "=名"]),
        (LinkKind.FullName, ["fullname", "=name", "personname", "氏名", "名前", "firstandsurname", "漢字"]),
        (LinkKind.Sex, ["=sex", "gender", "性別", "=sexcode"]),
        (LinkKind.Postcode, ["postcode", "postalcode", "zipcode", "=zip", "郵便番号"]),
        (LinkKind.Phone, ["phone", "=tel", "telephone", "mobile", "電話", "携帯"]),
        (LinkKind.Region, ["=state", "county", "prefecture", "province", "都道府県", "=region"]),
        (LinkKind.Town, ["=city", "town", "suburb", "village", "locality", "birthplace", "市区町村", "町名", "=市", "出生地"]),
        (LinkKind.Number, ["socsec", "=ssn", "socialsecurity", "nationalid", "nino", "=nhs", "nhsnumber", "passport", "taxid", "宛名番号", "個人番号", "被保険者"]),
        (LinkKind.House, ["streetnumber", "housenumber", "unitnumber", "flatnumber", "番地", "部屋番号"]),
        (LinkKind.Address, ["住所", "所在地", "居所", "現住"]),
        (LinkKind.Street, ["address", "street"]),
        (LinkKind.Text, ["middlename", "occupation", "school", "職業", "学校"]),
    ];


    /// <summary>Guesses what the columns of a file say.</summary>
    /// <param name="headers">As they stand in the file.</param>
    /// <param name="columns">For each header its distinct values and codes.</param>
    /// <param name="rows">The count of rows.</param>
    /// <param name="id">The header of the id column, or null to guess it.</param>
    /// <exception cref="ArgumentException">There is no column of that name.</exception>
    public static LinkMapping Guess(IReadOnlyList<string> headers, IReadOnlyList<(int[] Codes, IReadOnlyList<string> Values)> columns, int rows, string? id = null)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(columns);
        if (id is not null && !headers.Contains(id, StringComparer.Ordinal))
        {
            throw new ArgumentException($"There is no column '{id}'; the file has {string.Join(", ", headers)}.");
        }

        bool IsUnique(int column) => rows > 0 && columns[column].Values.Count == rows + 1 && !columns[column].Codes.Contains(0);
        string[] folded = [.. headers.Select(Fold)];
        if (id is null)
        {
            int named = Array.FindIndex(folded, header => header is "id" or "recid" or "recordid" or "uniqueid" or "rowid" or "uid" or "識別番号" or "整理番号" or "管理番号" or "レコード番号");
            int unique = named >= 0 ? named : Enumerable.Range(0, headers.Count).FirstOrDefault(column => IsUnique(column) && (folded[column].EndsWith("id", StringComparison.Ordinal) || folded[column].EndsWith("番号", StringComparison.Ordinal)), -1);
            id = unique >= 0 ? headers[unique] : null;
        }

        List<ColumnUse> uses = [];
        for (int i = 0; i < headers.Count; i++)
        {
            (LinkKind kind, string why) = headers[i] == id ? (LinkKind.Ignore, "the id") : Kind(folded[i], columns[i], rows, IsUnique(i));
            uses.Add(new ColumnUse(headers[i], kind, FieldName(kind, folded[i]), why));
        }

        return new LinkMapping(id, Once(uses));
    }

    private static (LinkKind Kind, string Why) Kind(string header, (int[] Codes, IReadOnlyList<string> Values) column, int rows, bool isUnique)
    {
        foreach ((LinkKind kind, string[] signs) in ByHeader)
        {
            if (signs.Any(sign => sign[0] == '=' ? header == sign[1..] : header.Contains(sign, StringComparison.Ordinal)))
            {
                return kind == LinkKind.Ignore ? (kind, "looks like the answer, not like data")
                    : kind == LinkKind.Street && IsJapanese(column.Values) ? (LinkKind.Address, "header and content") : (kind, "header");
            }
        }

        int distinct = column.Values.Count - 1;
        if (distinct == 0)
        {
            return (LinkKind.Ignore, "empty");
        }

        IEnumerable<string> some = column.Values.Skip(1).Take(500);
        int looked = Math.Min(500, distinct);
        if (some.Count(value => value.Contains('@', StringComparison.Ordinal)) > looked * 0.8)
        {
            return (LinkKind.Email, "content");
        }

        if (isUnique && rows > 50)
        {
            return (LinkKind.Ignore, "different in every row, like a number of the file");
        }

        if (some.Count(value => LinkDate.Read(value) > 0) > looked * 0.8)
        {
            return (LinkKind.Ignore, "a date that no header calls a date of birth");
        }

        if (distinct <= 60 && distinct * 10 < rows)
        {
            return (LinkKind.Category, "few values");
        }

        return some.Count(value => value.All(sign => char.IsAsciiDigit(sign) || sign == '-')) > looked * 0.8 ? (LinkKind.Number, "content") : (LinkKind.Text, "free text");
    }

    // A Japanese address stands in one cell, from the prefecture to the room.
    private static bool IsJapanese(IReadOnlyList<string> values)
    {
        string[] some = [.. values.Skip(1).Take(500)];
        return some.Length > 0 && some.Count(value => value.Any(sign => sign is >= '\u3040' and <= '\u9FFF')) > some.Length * 0.8;
    }

    private static string FieldName(LinkKind kind, string folded) => kind switch
    {
        LinkKind.BirthDate => "birth_date",
        LinkKind.Sex => "sex",
        LinkKind.Email => "email",
        LinkKind.Postcode => "postcode",
        LinkKind.Address => "address",
        LinkKind.Phone => "phone",
        _ => folded,
    };

    // Of kinds that a person has once the plainest header counts; a name in one cell is not used beside its parts.
    private static List<ColumnUse> Once(List<ColumnUse> uses)
    {
        bool hasParts = uses.Exists(use => use.Kind == LinkKind.Surname) && uses.Exists(use => use.Kind == LinkKind.Given);
        bool hasKanaParts = uses.Exists(use => use.Kind == LinkKind.SurnameKana) && uses.Exists(use => use.Kind == LinkKind.GivenKana);
        return [.. uses.Select((use, i) =>
        {
            bool isDoubled = (use.Kind == LinkKind.FullName && hasParts) || (use.Kind == LinkKind.FullKana && hasKanaParts);
            bool isOnce = use.Kind is not (LinkKind.Ignore or LinkKind.Text or LinkKind.Category or LinkKind.Number or LinkKind.Town or LinkKind.Region or LinkKind.Household or LinkKind.Street or LinkKind.House);
            bool isLater = isOnce && uses.Where((other, k) => other.Kind == use.Kind && (other.Header.Length, k).CompareTo((use.Header.Length, i)) < 0).Any();
            return isDoubled || isLater
                ? use with { Kind = LinkKind.Ignore, Why = isDoubled ? "its parts stand in other columns" : $"another column is the {NameOf(use.Kind)}" }
                : use;
        })];
    }

    private static string Fold(string header)
    {
        StringBuilder folded = new();
        foreach (char sign in Normalise.Width(header))
        {
            char small = char.ToLower(sign, CultureInfo.InvariantCulture);
            if (char.IsLetterOrDigit(small) || small == 'ー')
            {
                folded.Append(small);
            }
        }

        // Width makes katakana of hiragana, so both spellings of a header meet.
        return folded.ToString();
    }

    /// <summary>Reads a mapping: <c>{"id": "header", "columns": {"header": "surname", "other": "number:insured"}}</c>; headers that are not named are not used.</summary>
    /// <param name="json">The text.</param>
    /// <param name="headers">The headers of the file.</param>
    /// <param name="side"><c>left</c> or <c>right</c>: a mapping may hold one object for each.</param>
    /// <exception cref="ArgumentException">It is no mapping, or names a header or kind that does not exist.</exception>
    public static LinkMapping FromJson(string json, IReadOnlyList<string> headers, string side)
    {
        ArgumentNullException.ThrowIfNull(headers);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement.TryGetProperty(side, out JsonElement own) ? own : document.RootElement;
            string? id = root.TryGetProperty("id", out JsonElement idElement) ? idElement.GetString() : null;
            Dictionary<string, string> columns = root.GetProperty("columns").EnumerateObject().ToDictionary(column => column.Name, column => column.Value.GetString() ?? "", StringComparer.Ordinal);
            if (id is not null)
            {
                columns.TryAdd(id, "ignore");
            }

            if (columns.Keys.FirstOrDefault(header => !headers.Contains(header, StringComparer.Ordinal)) is { } missing)
            {
                throw new ArgumentException($"The mapping names the column '{missing}'; the file has {string.Join(", ", headers)}.");
            }

            return new LinkMapping(id, [.. headers.Select(header => Use(header, columns.GetValueOrDefault(header, "ignore")))]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ArgumentException("This is no mapping: " + fault.Message + " Expected {\"id\": \"header\", \"columns\": {\"header\": \"kind\"}}.", fault);
        }
    }

    private static ColumnUse Use(string header, string text)
    {
        string[] parts = text.Split(':', 2);
        LinkKind[] kinds = Enum.GetValues<LinkKind>();
        int at = Array.FindIndex(kinds, kind => NameOf(kind) == parts[0]);
        if (at < 0)
        {
            throw new ArgumentException($"The mapping says '{text}' of the column '{header}'; expected one of {string.Join(", ", kinds.Select(NameOf))}.");
        }

        return new ColumnUse(header, kinds[at], parts.Length == 2 ? parts[1] : FieldName(kinds[at], Fold(header)), "mapping");
    }

    /// <summary>Returns the name of a kind in mappings.</summary>
    public static string NameOf(LinkKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    /// <summary>Returns the mapping as it can be given back with <c>--map</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new { id = Id, columns = Columns.Where(use => use.Kind != LinkKind.Ignore).ToDictionary(use => use.Header, use => NameOf(use.Kind) + ":" + use.Field) }, Options);
}
