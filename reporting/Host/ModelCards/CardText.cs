using System.Globalization;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Reporting.Host.ModelCards;

/// <summary>The words of the card in one of its two languages.</summary>
internal sealed class CardText(bool isEnglish)
{
    internal bool IsEnglish => isEnglish;

    internal string Language => isEnglish ? "en" : "ja";

    internal string Of(string japanese, string english) => isEnglish ? english : japanese;

    internal string NotFilledIn => Of("（自治体が記入）", "(for the municipality to fill in)");

    internal string Given(string value) => value.Length > 0 ? value : NotFilledIn;

    internal string Day(DateTime utc) => Day(DateOnly.FromDateTime(utc.AddHours(9)));

    internal string Day(DateOnly day) => isEnglish
        ? day.ToString("d MMMM yyyy", CultureInfo.GetCultureInfo("en-GB"))
        : string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{day.Month}月{day.Day}日");

    internal string Mark(string code) => code switch
    {
        MarkCodes.AucHigh => Of("並べる力（AUC の区間の上端）", "Ordering (upper end of the AUC's interval)"),
        MarkCodes.AucLow => Of("並べる力（AUC の区間の下端）", "Ordering (lower end of the AUC's interval)"),
        MarkCodes.CalibrationError => Of("確率のずれ（ECE、偶然の幅を超える分）", "Calibration error (ECE beyond chance)"),
        MarkCodes.DualityGap => Of("最適解からの隔たり（双対ギャップ）", "Distance from the optimum (duality gap)"),
        MarkCodes.Leak => Of("判断の後に分かる項目の混入（項目数）", "Features known only after the decision (count)"),
        MarkCodes.HelpSeeking => Of("相談したことなどで点数が上がる項（項数）", "Terms that let asking for help raise a score (count)"),
        MarkCodes.Parity => Of("学習時と採点時で点数が異なる子ども（人数）", "Children scored differently in training and in use (count)"),
        MarkCodes.GroupAuc => Of("最も低い区分の AUC（区間の上端）", "AUC of the worst group (upper end)"),
        MarkCodes.Champion => Of("使用中のモデルとの AUC の差（区間の上端）", "Difference of AUC to the model in use (upper end)"),
        _ => code,
    };

    internal string Status(string code) => code switch
    {
        "passed" => Of("合格", "passed"),
        "failed" => Of("不合格", "failed"),
        "not_measured" => Of("比べられない", "not measured"),
        "stable" => Of("変わらない", "stable"),
        "watch" => Of("注意", "watch"),
        "drift" => Of("変化あり", "drift"),
        _ => Of("学習前", "set"),
    };

    internal string Verdict(string? code, bool isCurrent) => (code, isCurrent) switch
    {
        ("refused", _) => Of("不合格（使用しない）", "refused (not used)"),
        ("promoted", true) => Of("使用中（不合格の基準があり、職員の判断で使用）", "in use (a mark failed; put to use by decision of staff)"),
        (_, true) => Of("使用中", "in use"),
        _ => Of("以前のモデル", "earlier model"),
    };

    internal string Group(string code)
    {
        string[] parts = code.Split(':', 2);
        string value = parts.Length > 1 ? parts[1] : "";
        return code switch
        {
            "sex:male" => Of("男", "boys"),
            "sex:female" => Of("女", "girls"),
            "sex:unknown" => Of("性別の記録なし", "sex not recorded"),
            "roots:foreign" => Of("外国につながる世帯", "foreign roots"),
            "roots:japanese" => Of("それ以外の世帯", "other households"),
            "household:single_parent" => Of("ひとり親世帯", "single parent"),
            "household:other" => Of("ひとり親以外", "not single parent"),
            "residence:in_mover_24m" => Of("24か月以内の転入", "moved in within 24 months"),
            "residence:other" => Of("それ以前から居住", "resident for longer"),
            _ => parts[0] switch
            {
                "age" => Of($"{value.Replace('-', '〜')}歳", $"age {value}"),
                "sources" => Of($"記録のある情報源 {value}", $"known to {value} sources"),
                "district" => Of($"地区 {value}", $"district {value}"),
                _ => code,
            },
        };
    }

    internal string Feature(string name, IReadOnlyList<FeatureSpec> features) =>
        name == PopulationDrift.Score ? Of("点数そのもの", "the score itself")
        : isEnglish ? name.Replace('_', ' ') : features.FirstOrDefault(feature => feature.Name == name)?.JapaneseName ?? name;

    internal string Term(ModelTerm term, IReadOnlyList<Item> items) => isEnglish ? string.Join(" and ", term.Items.Select(id => English(items[id]))) : term.Text;

    private static string English(Item item)
    {
        string name = item.Feature.Replace('_', ' ');
        return item.Test switch
        {
            ItemTest.Missing => $"{name} not recorded",
            ItemTest.Present => $"{name} recorded",
            ItemTest.Equal => item.Category switch { "1" => name, "0" => $"not {name}", _ => $"{name} = {item.Category}" },
            ItemTest.NotEqual => item.Category switch { "1" => $"not {name}", "0" => name, _ => $"{name} other than {item.Category}" },
            ItemTest.AtLeast => string.Create(CultureInfo.InvariantCulture, $"{name} ≥ {item.Cut:0.##}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{name} < {item.Cut:0.##}"),
        };
    }
}
