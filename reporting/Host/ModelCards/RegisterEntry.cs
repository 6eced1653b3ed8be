using System.Globalization;
using Warehouse.Model.Store;

namespace Warehouse.Reporting.Host.ModelCards;

/// <summary>One field of a register entry.</summary>
/// <param name="Section">Part of the standard.</param>
/// <param name="Field">Name of the field.</param>
/// <param name="Value">What is said.</param>
/// <param name="IsOpen">True where only the municipality can say it and has not yet.</param>
public sealed record RegisterField(string Section, string Field, string Value, bool IsOpen);

/// <summary>Makes the entry for a public register of algorithms.</summary>
/// <remarks>
/// Fields after the Algorithmic Transparency Recording Standard 3.0 of the United Kingdom: tier 1 for the public, tier 2 in five parts. What is known from the run is filled in,
/// what only the municipality can say comes from the section <c>Register</c> of the configuration.
/// </remarks>
public static class RegisterEntry
{
    /// <summary>Returns the fields in order, in Japanese or English.</summary>
    public static IReadOnlyList<RegisterField> Of(ModelCard card, RegisterSection register, bool isEnglish)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(register);
        CardText text = new(isEnglish);
        List<RegisterField> fields = [];
        string section = "";
        void Section(string japanese, string english) => section = text.Of(japanese, english);
        void Say(string japanese, string english, string valueJapanese, string valueEnglish) =>
            fields.Add(new RegisterField(section, text.Of(japanese, english), text.Of(valueJapanese, valueEnglish), IsOpen: false));
        void Ask(string japanese, string english, string given) =>
            fields.Add(new RegisterField(section, text.Of(japanese, english), text.Given(given), given.Length == 0));
        string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        MetricLine? auc = card.Quoted("auc"), list = card.Quoted("precision_at_100"), found = card.Quoted("recall_at_100");
        // As on the card: nothing about fewer than ten children.
        bool isShown = auc is { PositiveCount: >= 10 }, isListShown = list is not null && list.MetricValue * 100 >= 9.5;
        string performance = auc is null || !isShown ? text.Of("数が少なく示せません。", "Numbers are too small to be shown.") : text.Of(
            $"AUC {Number(auc.MetricValue, "0.000")}（95 % 区間 {Number(auc.LowValue ?? double.NaN, "0.000")}〜{Number(auc.HighValue ?? double.NaN, "0.000")}、{(card.IsTemporal ? "後の時期で検証" : "交差検証")}）。",
            $"AUC {Number(auc.MetricValue, "0.000")} (95 % interval {Number(auc.LowValue ?? double.NaN, "0.000")} to {Number(auc.HighValue ?? double.NaN, "0.000")}, {(card.IsTemporal ? "on later time" : "cross-validated")}).")
            + (list is null || found is null || !isListShown ? "" : text.Of(
                $"上位 100 人のうち、後に支援要と判断されたのは {Number(list.MetricValue, "0%")}。支援要と判断された子どものうち上位 100 人に入っていたのは {Number(found.MetricValue, "0%")}。",
                $" Of the first 100 on the list {Number(list.MetricValue, "0%")} came to need support; of all who did, {Number(found.MetricValue, "0%")} were among these 100."));

        Section("第1層　概要", "Tier 1: overview");
        Say("名称", "Name", "子ども・家庭の支援候補リスト", "List of children and families to look into");
        Say(
            "説明", "Description",
            "各部署が持つ記録を組み合わせ、過去に支援が必要と判断された子どもの記録と似ている順に並べた参考リストを作ります。支援の要否を決めるのは人です。",
            "Combines records of several departments into a list of children in the order of how alike their records are to those of children for whom support was judged necessary before. People decide whether support is needed.");
        Ask("説明ページ", "Website", register.Website);
        Ask("問い合わせ先", "Contact", register.Contact);

        Section("第2層　責任の所在", "Tier 2: owner and responsibility");
        Ask("組織", "Organisation", register.Organisation);
        Ask("担当部署", "Team", register.Team);
        Ask("責任者（役職）", "Senior responsible owner", register.SeniorOwner);
        Ask("外部事業者", "External suppliers", register.Suppliers);
        Ask("根拠となる法令", "Legal basis", register.LegalBasis);

        Section("第2層　内容と理由", "Tier 2: description and rationale");
        Say(
            "詳しい説明", "Detailed description",
            "読める条件（たとえば欠席日数や健診の未受診）を最大三つ組み合わせた項の重みを足して点数にします。すべての組合せを調べた上で選び、最適解からの隔たりを証明できる形で記録します。",
            "Adds up the weights of readable terms, each of up to three conditions such as days absent or a missed health check. All combinations are examined, and the distance from the best possible choice is certified.");
        Say(
            "使う範囲", "Scope",
            "職員が改めて確認する子どもを選ぶ参考。通告や緊急の安全確認、給付の可否、不利益な扱い、学校・地区・職員の比較には使いません。",
            "Helps staff choose whom to look into again. Not for reports of danger, eligibility, any disadvantage, or the comparison of schools, districts or staff.");
        Say("期待される効果", "Benefit", "助けを求められない家庭に早く気づき、支援につなげること。効果があるかどうかは別に測ります。", "Noticing early the families that cannot ask for help. Whether it does is measured.");
        Ask("これまでの方法", "Previous process", register.PreviousProcess);
        Say(
            "検討した他の方法", "Alternatives considered",
            "勾配ブースティングなど読めないモデルと同じデータで比べ、読めることの代償を測っています（tests/bench）。",
            "Boosted trees and others are compared on the same data, so that the price of readability is known (tests/bench).");

        Section("第2層　判断の過程", "Tier 2: decision-making process");
        Say("業務での位置", "Process integration", "想定する流れ：リスト → 職員の判断 → 分析の理由の確認 → 会議での決定 → 支援。", "Intended: list → judgement of staff → reasons shown → decision in conference → support.");
        Say("示す情報", "Provided information", "順位帯、理由（多い・少ない・不明）、似た点数の子どもの結果、記録のない項目。", "Band, reasons for, against and unknown, outcome among similar scores, what is not recorded.");
        Say(
            "頻度と規模", "Frequency and scale",
            $"学習に使った行 {card.Run.RowCount:N0}（子ども×時点）。{(card.LastScored is { } last ? $"最後の採点 {text.Day(last)}、{card.Drift.Max(row => row.RowCount):N0} 人。" : "採点はまだです。")}",
            $"Learned from {card.Run.RowCount.ToString("N0", CultureInfo.InvariantCulture)} rows (child and date). {(card.LastScored is { } scored ? $"Last scoring {text.Day(scored)}, {card.Drift.Max(row => row.RowCount).ToString("N0", CultureInfo.InvariantCulture)} children." : "Not scored yet.")}");
        Say("人の関与", "Human decisions and review", "すべての判断は人が行い、理由を記録します。", "Every decision is made by people and recorded with its reason.");
        Ask("必要な研修", "Required training", register.Training);
        Ask("異議と見直し", "Appeals and review", register.Appeals);

        Section("第2層　道具の仕様", "Tier 2: tool specification");
        Say("モデルの名称と版", "Model name and version", $"モデル {card.Run.ModelRunId}（{card.Run.ModelSha256.Trim()[..12]}）", $"Model {card.Run.ModelRunId} ({card.Run.ModelSha256.Trim()[..12]})");
        Say("課題", "Model task", "12か月以内に初めて支援要と判断される見込みの順に並べる", "Order children by the chance that support is first judged necessary within 12 months");
        Say("入力", "Model input", $"承認された {card.Document.Features.Count} 項目", $"{card.Document.Features.Count} approved features");
        Say("出力", "Model output", "点数、順位帯、理由", "Score, band, reasons");
        Say("方式", "Model architecture", $"L1 正則化ロジスティック回帰、{card.Run.RuleCount} 項", $"L1-penalised logistic regression over conjunctions, {card.Run.RuleCount} terms");
        Say("成績", "Model performance", performance, performance);
        Say(
            "データ", "Data",
            "市が業務で持つ住民・教育・保育・福祉・健康の記録。氏名・住所は分析の側に置かず、国籍・地区・所得区分は点数に使いません。",
            "Records that the city holds for its work: residents, education, childcare, welfare, health. No names or addresses on the analysis side; origin, district and income class are not used.");

        Section("第2層　危険と対策", "Tier 2: risks, mitigations, impact assessments");
        Ask("影響評価", "Impact assessments", register.ImpactAssessments);
        Say(
            "危険と対策", "Risks and mitigations",
            "気づかれにくい家庭を見落とす（区分ごとの見落とし率を測る。リスト外も無作為に確認することを勧める）。別の子どもの記録との取り違え（双子などは人が確認する）。情報の流れが止まる（採点のたびに変化を調べる）。先入観（職員が先に判断することを勧める）。",
            "Families that few services see are missed (miss share per group is measured; looking into a random sample off the list is advised). Records of another child (twins and the like go to people). A source that stops (each scoring is compared with training). Anchoring (staff are advised to judge first).");
        return fields;
    }
}
