using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Tests.Pdf;

/// <summary>Briefs of invented families.</summary>
internal static class SampleBriefs
{
    /// <summary>Returns a brief in which every section has content.</summary>
    public static CaseBrief Rich() => new()
    {
        BriefId = "BR-2026-000417",
        DataDate = new DateOnly(2026, 10, 31),
        Watermark = "架空データ",
        Meeting = new BriefMeeting("令和8年度 第14回 個別ケース検討会議", new DateOnly(2026, 11, 12), "市教育委員会 指導課", 3, 7, "こども家庭センター"),
        Decision = new BriefDecision(
            "欠席の増加と母の疲労を踏まえ、家庭訪問を始めるか、誰が主担当となるか、次にいつ本人に会うかを決める。",
            [
                new BriefChoice("支援の要否", ["要", "否", "保留（追加の情報収集）"]),
                new BriefChoice("主担当", ["こども家庭センター", "学校", "児童相談所", "その他（　　　　　　）"]),
                new BriefChoice("次の接触", ["1週間以内", "2週間以内", "1か月以内"]),
            ]),
        Child = new BriefChild("p1", "𠮷野　葵", "よしの　あおい", GenogramSex.Female, new DateOnly(2016, 6, 2), 10, "小学4年", "みどりが丘小学校 4年2組", "架空市みどりが丘三丁目4番5号 コーポ緑 203", new DateOnly(2026, 10, 21), "担任（学校で面談）"),
        Household =
        [
            new BriefPerson("g1", "𠮷野　茂", "母方祖父", GenogramSex.Male, new DateOnly(1952, 3, 3), false, 0, null, true),
            new BriefPerson("g2", "𠮷野　和子", "母方祖母", GenogramSex.Female, new DateOnly(1955, 8, 19), false, 0, "市内在住、週末に来訪"),
            new BriefPerson("f1", "黒田　剛", "実父", GenogramSex.Male, new DateOnly(1984, 1, 15), false, 1, "令和5年に離婚、面会交流なし"),
            new BriefPerson("m1", "𠮷野　美咲", "実母", GenogramSex.Female, new DateOnly(1988, 11, 30), true, 1, "夜間就労", false, new DateOnly(2026, 9, 3)),
            new BriefPerson("a1", "𠮷野　健", "おじ", GenogramSex.Male, new DateOnly(1991, 4, 8), false, 1),
            new BriefPerson("b1", "𠮷野　蓮", "兄", GenogramSex.Male, new DateOnly(2013, 5, 10), true, 2, "中学1年", false, new DateOnly(2026, 10, 5)),
            new BriefPerson("s1", "𠮷野　結衣", "妹", GenogramSex.Female, new DateOnly(2021, 2, 27), true, 2, "保育所", false, new DateOnly(2026, 10, 28)),
        ],
        Kinships =
        [
            new BriefKinship(KinshipKind.Couple, "g1", "g2"),
            new BriefKinship(KinshipKind.ParentOf, "g1", "m1"),
            new BriefKinship(KinshipKind.ParentOf, "g2", "m1"),
            new BriefKinship(KinshipKind.ParentOf, "g1", "a1"),
            new BriefKinship(KinshipKind.ParentOf, "g2", "a1"),
            new BriefKinship(KinshipKind.SeparatedCouple, "f1", "m1"),
            new BriefKinship(KinshipKind.ParentOf, "f1", "b1"),
            new BriefKinship(KinshipKind.ParentOf, "m1", "b1"),
            new BriefKinship(KinshipKind.ParentOf, "f1", "p1"),
            new BriefKinship(KinshipKind.ParentOf, "m1", "p1"),
            new BriefKinship(KinshipKind.ParentOf, "f1", "s1"),
            new BriefKinship(KinshipKind.ParentOf, "m1", "s1"),
        ],
        Agencies =
        [
            new BriefAgency("みどりが丘小学校", "担任・養護教諭", "毎日", new DateOnly(2026, 10, 30), "児童福祉法第25条の3"),
            new BriefAgency("みどり保育所（妹）", "主任保育士", "週5日", new DateOnly(2026, 10, 28), "児童福祉法第25条の3"),
            new BriefAgency("市 福祉課 生活支援係", "担当 佐伯", "月1回", new DateOnly(2026, 8, 20), "本人同意"),
            new BriefAgency("保健センター", null, "年1回（健診）", new DateOnly(2025, 12, 11), "児童福祉法第21条の10の5"),
        ],
        Events =
        [
            new BriefEvent(new DateOnly(2023, 4, 10), "父母が離婚、母子3人と転居", "住民記録", Certainty.Record),
            new BriefEvent(new DateOnly(2024, 5, 22), "3歳児健診（妹）で発語の遅れ、経過観察", "保健センター", Certainty.Observed),
            new BriefEvent(new DateOnly(2025, 6, 3), "母が福祉課に家計の相談。就学援助の案内を受けたが申請なし", "福祉課", Certainty.SelfStated),
            new BriefEvent(new DateOnly(2025, 11, 18), "夜間に子どもだけで過ごしているとの連絡（近隣住民）", "こども家庭センター", Certainty.Reported),
            new BriefEvent(new DateOnly(2025, 11, 19), "家庭訪問。祖母が在宅、子ども3人の様子に変わりなし", "こども家庭センター", Certainty.Observed),
            new BriefEvent(new DateOnly(2026, 5, 31), "5月の欠席が7日（前年同月は1日）", "学校出欠", Certainty.Record),
            new BriefEvent(new DateOnly(2026, 6, 24), "歯科健診でむし歯6本、未処置", "学校健診", Certainty.Observed),
            new BriefEvent(new DateOnly(2026, 9, 3), "個人面談に母が来校。「夜勤が増えて朝起こせない」", "学校", Certainty.SelfStated),
            new BriefEvent(new DateOnly(2026, 9, 30), "9月の欠席が9日、遅刻が6日", "学校出欠", Certainty.Record),
            new BriefEvent(new DateOnly(2026, 10, 21), "本人と面談。空腹と眠気を訴える", "学校（担任）", Certainty.Observed),
        ],
        Worries =
        [
            new BriefNote("欠席が半年で1日から9日に増えた", "学校出欠", new DateOnly(2026, 9, 30)),
            new BriefNote("むし歯が未処置のまま4か月", "学校健診", new DateOnly(2026, 10, 20)),
            new BriefNote("朝食を食べずに登校する日が週に3日ほど", "担任", new DateOnly(2026, 10, 21)),
            new BriefNote("母の夜勤が週4日に増え、夜間に大人がいない日がある", "母", new DateOnly(2026, 9, 3)),
        ],
        Strengths =
        [
            new BriefNote("きょうだいの仲がよく、兄が妹の世話をしている", "保育所", new DateOnly(2026, 10, 28)),
            new BriefNote("祖母が毎週末に来て食事を作る", "母", new DateOnly(2026, 9, 3)),
            new BriefNote("図書委員として休まず活動", "担任", new DateOnly(2026, 10, 21)),
            new BriefNote("母は学校からの連絡に必ず返事をする", "学校", new DateOnly(2026, 10, 30)),
        ],
        Unknowns =
        [
            new BriefNote("夜間に実際に誰が家にいるか", null, null),
            new BriefNote("父からの養育費の有無", null, null),
            new BriefNote("兄が家事・世話に使う時間", null, null),
        ],
        ChildVoice = new BriefVoice("「朝はお兄ちゃんが起こしてくれるけど、眠い日は休みたい。図書室は好き」", new DateOnly(2026, 10, 21), "担任"),
        ParentsWishes = null,
        Analysis = new BriefAnalysis(
            "やや高い",
            ["低い", "やや低い", "中程度", "やや高い", "高い"],
            48,
            17,
            new BriefInterval(0.232, 0.497),
            null,
            [
                new BriefReason("半年間の欠席日数が前年の同じ時期より5日以上増えた", 132, 0.303, new BriefInterval(0.231, 0.386), 0.82),
                new BriefReason("ひとり親世帯で、就学援助の申請がない", 88, 0.273, new BriefInterval(0.191, 0.374), 0.55),
                new BriefReason("歯科健診で未処置のむし歯が5本以上", 61, 0.262, new BriefInterval(0.169, 0.384), 0.41),
                new BriefReason("2年以内に転居した", 210, 0.162, new BriefInterval(0.118, 0.218), 0.12),
            ],
            [
                new BriefReason("健診の受診もれがない", 1840, 0.031, new BriefInterval(0.024, 0.04), -0.48),
                new BriefReason("きょうだいの保育所利用が続いている", 620, 0.045, new BriefInterval(0.031, 0.065), -0.22),
                new BriefReason("学力調査の結果に大きな変化がない", 2210, 0.037, new BriefInterval(0.03, 0.046), -0.11),
            ],
            ["医療費助成", "学校いじめアンケート"],
            0.86,
            "2026.10-a3f9"),
        UnusedEntitlements =
        [
            new BriefEntitlement("就学援助", "前年所得が基準以下、申請の記録なし", "学務課"),
            new BriefEntitlement("子育て短期支援（ショートステイ）", "ひとり親・夜間就労", "こども家庭センター"),
            new BriefEntitlement("ひとり親家庭等医療費助成", "児童扶養手当の受給者、資格の登録なし", "福祉課"),
        ],
        BlindJudgement = new BriefJudgement("要", new DateOnly(2026, 11, 4), "相談員 森", "欠席の増え方と夜間の状況が気になる"),
        Plan = [new BriefPlanLine("朝の生活リズムを整える", "登校支援、朝食の提供について学校と相談", "学校", null)],
        Lineage =
        [
            new BriefLineage("住民記録", "resident_20261031.csv", new DateOnly(2026, 10, 31), 20261101001, 61234),
            new BriefLineage("学校出欠", "attendance_202610.csv", new DateOnly(2026, 10, 31), 20261101004, 118402),
            new BriefLineage("学校健診", "school_checkup_2026.csv", new DateOnly(2026, 6, 30), 20260715002, 6120),
            new BriefLineage("乳幼児健診", "checkup_2025.csv", new DateOnly(2026, 3, 31), 20260410002, 3055),
            new BriefLineage("福祉（手当・援助）", "welfare_202610.csv", new DateOnly(2026, 10, 15), 20261101006, 9001),
        ],
        Changes = new BriefChanges(new DateOnly(2026, 5, 14), "BR-2026-000122",
        [
            "段階が「中程度」から「やや高い」へ変わった。",
            "新しい理由：歯科健診で未処置のむし歯が5本以上（6月24日の健診）。",
            "なくなった理由：給食費の滞納（7月に解消）。",
        ]),
    };

    /// <summary>Returns the least a brief can hold.</summary>
    public static CaseBrief Empty() => new()
    {
        BriefId = string.Empty,
        DataDate = new DateOnly(2026, 10, 31),
        Watermark = "架空データ",
        Meeting = new BriefMeeting(string.Empty, null, null, null, null, null),
        Decision = new BriefDecision(string.Empty, []),
        Child = new BriefChild("p", string.Empty, null, GenogramSex.Unknown, new DateOnly(2020, 1, 1), 6, null, null, null, null, null),
    };

    /// <summary>Returns a document around blocks.</summary>
    public static BriefDocument Document(params Block[] blocks) =>
        new("試験文書", "ja-JP", new PageFurniture("取扱注意", "会議", "配布先", 1, 2, new DateOnly(2026, 10, 31), "B-1", null, "架空データ"), blocks);
}
