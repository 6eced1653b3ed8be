using System.Globalization;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>Why a row was kept back, for the department that sent it.</summary>
/// <param name="Reason">What is wrong, in Japanese; no value of the row.</param>
/// <param name="Expected">What was expected, in Japanese.</param>
public sealed record RuleReason(string Reason, string Expected);

/// <summary>The Japanese words of every rule code; they follow from the contract, so no code can be without.</summary>
public static class RuleReasons
{
    private const int MostListed = 12;

    /// <summary>Returns the words of a code.</summary>
    /// <remarks>Headers are the sender's own where the contract is read through a mapping.</remarks>
    /// <exception cref="ArgumentException">The contract has no such code.</exception>
    public static RuleReason Of(FeedContract contract, string code)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(code);
        int cut = code.LastIndexOf('-');
        if (cut < 0 || code[..cut] != contract.RulePrefix || !int.TryParse(code.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            throw Unknown(contract, code);
        }

        return number switch
        {
            RuleCatalog.CellCount => new RuleReason("項目の数が見出し行と合いません。", "見出し行と同じ数の項目（値の中に区切り文字があるときは、値全体を \" で囲む）"),
            RuleCatalog.Quote => new RuleReason("引用符（\"）の位置が正しくないか、閉じていません。", "項目全体を囲む一対の \"（値の中の \" は \"\" と書く）"),
            RuleCatalog.SamePerson => new RuleReason($"「{Header(contract, "recipient_resident_number")}」と「{Header(contract, "child_resident_number")}」が同じ番号です。", "受給者と児童それぞれの番号"),
            RuleCatalog.TooLong => new RuleReason("1行が長すぎます（1MiBを超えています）。", "1件を1行とした、1MiB以内の行"),
            RuleCatalog.Total => new RuleReason("合計の行です。", "1件を1行とした明細の行（合計や小計の行は除く）"),
            RuleCatalog.Blank => new RuleReason("すべての項目が空の行です。", "1件を1行とした明細の行（空の行は除く）"),
            RuleCatalog.Withdrawn => new RuleReason("取消（赤）の行ですが、同じファイルの後の行に置き換え（黒）がありません。", "取消の行の後に、同じ鍵の置き換えの行"),
            >= 900 => Order(contract, code, number),
            _ => Cell(contract, code, number),
        };
    }

    private static RuleReason Order(FeedContract contract, string code, int number)
    {
        OrderRule rule = contract.Rules.FirstOrDefault(rule => rule.Number == number) ?? throw Unknown(contract, code);
        string early = Header(contract, rule.Early);
        if (rule.Late.Length == 0)
        {
            return new RuleReason($"「{early}」がデータの抽出日より後の日付です。", "抽出日以前の日付");
        }

        string late = Header(contract, rule.Late);
        return rule.SlackDays == 0
            ? new RuleReason($"「{late}」が「{early}」より前の日付です。", $"「{early}」以後の「{late}」")
            : new RuleReason(
                string.Create(CultureInfo.InvariantCulture, $"「{late}」が「{early}」より{rule.SlackDays}日を超えて前の日付です。"),
                string.Create(CultureInfo.InvariantCulture, $"「{early}」の{rule.SlackDays}日前以後の「{late}」"));
    }

    private static RuleReason Cell(FeedContract contract, string code, int number)
    {
        int ordinal = number / 10;
        if (ordinal >= contract.Columns.Count)
        {
            throw Unknown(contract, code);
        }

        FeedColumn column = contract.Columns[ordinal];
        string name = Header(contract, column.Name);
        return (number % 10) switch
        {
            0 => new RuleReason($"「{name}」が計算式、または計算式のエラー値です。", "計算式ではなく、値そのもの"),
            9 => new RuleReason($"「{name}」に制御文字（NULなど）または置き換え文字（U+FFFD）があります。", "制御文字を含まない値"),
            1 => new RuleReason($"「{name}」が空です（必須の項目です）。", Value(column)),
            2 => new RuleReason($"「{name}」を{Kind(column)}として読み取れません。", Value(column)),
            3 => new RuleReason($"「{name}」が長すぎます。", column.Parser == ParserKind.ResidentNumber ? "10桁の番号" : string.Create(CultureInfo.InvariantCulture, $"{column.MaxLength}文字以内")),
            4 => new RuleReason($"「{name}」が決められたコードではありません。", Value(column)),
            5 => new RuleReason($"「{name}」の数値が範囲の外です。", Value(column)),
            6 => new RuleReason($"「{name}」が実在しない{(column.Parser == ParserKind.YearMonth ? "年月" : "日付")}です。", Value(column)),
            7 => new RuleReason($"「{name}」の検査数字が合いません（番号の打ち間違いの可能性があります）。", "検査数字の合う10桁の番号"),
            8 => new RuleReason($"「{name}」にファイルの文字コードで表せない文字（壊れた文字）があります。", $"{EncodingName(contract.Encoding)}で正しく表される文字"),
            _ => throw Unknown(contract, code),
        };
    }

    private static string Value(FeedColumn column) => column.Parser switch
    {
        ParserKind.Date or ParserKind.EraDate => column.DateShape switch
        {
            DateOrder.MonthDayYear => "実在する日付（月/日/西暦年 の順）",
            DateOrder.DayMonthYear => "実在する日付（日/月/西暦年 の順）",
            _ => "実在する日付（例 R5.4.1、令和5年4月1日、2023-04-01）",
        },
        ParserKind.YearMonth => "実在する年月（例 2023-04、R5.4）",
        ParserKind.ResidentNumber => "10桁の番号",
        ParserKind.Code => "次のいずれか: " + Codes(column),
        ParserKind.Integer or ParserKind.Decimal => Range(column),
        ParserKind.KanaName => "カナ氏名",
        ParserKind.Name => "氏名",
        _ => column.MaxLength > 0 ? string.Create(CultureInfo.InvariantCulture, $"{column.MaxLength}文字以内の値") : "値",
    };

    private static string Codes(FeedColumn column)
    {
        string[] codes = [.. column.Codes.Keys.Where(code => code.Length > 0)];
        return string.Join("、", codes.Take(MostListed)) + (codes.Length > MostListed ? " ほか" : "");
    }

    private static string Range(FeedColumn column)
    {
        string kind = column.Parser == ParserKind.Integer ? "整数" : string.Create(CultureInfo.InvariantCulture, $"小数第{column.Scale}位までの数");
        return (column.Min, column.Max) switch
        {
            ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $"{min}以上{max}以下の{kind}"),
            ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $"{min}以上の{kind}"),
            (null, { } max) => string.Create(CultureInfo.InvariantCulture, $"{max}以下の{kind}"),
            _ => kind,
        };
    }

    private static string Kind(FeedColumn column) => column.Parser switch
    {
        ParserKind.Date or ParserKind.EraDate => "日付",
        ParserKind.YearMonth => "年月",
        ParserKind.ResidentNumber => "番号",
        ParserKind.Integer => "整数",
        ParserKind.Decimal => "数値",
        _ => "値",
    };

    private static string EncodingName(string encoding) => encoding switch
    {
        "cp932" => "シフトJIS（CP932）",
        "utf-16le" => "UTF-16LE",
        _ => "UTF-8",
    };

    private static string Header(FeedContract contract, string column)
    {
        int at = contract.OrdinalOf(column);
        return at >= 0 && contract.Columns[at].IsInFile ? contract.Columns[at].Header : column;
    }

    private static ArgumentException Unknown(FeedContract contract, string code) => new($"'{code}' is not a rule code of feed {contract.Feed}.", nameof(code));
}
