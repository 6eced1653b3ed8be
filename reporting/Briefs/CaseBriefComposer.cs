using System.Globalization;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Briefs;

/// <summary>Writes a case brief as a document: two pages for the meeting and an annex.</summary>
public static class CaseBriefComposer
{
    /// <summary>Printed wherever somebody has not been heard.</summary>
    public const string NotHeard = "未聴取";

    /// <summary>Printed in place of what a restriction hides.</summary>
    public const string NotDisclosed = "非開示";

    /// <summary>What the score is and is not.</summary>
    public const string SimilarityNotice = "過去に支援が必要と判断された児童との統計的な類似を示すもので、値が高くても問題があることを意味しません。";

    /// <summary>How the score may be used.</summary>
    public const string NotAloneNotice = "この結果のみで判断しない。";

    private const string NotRecorded = "記録なし";
    private const int ReasonsForShown = 3;
    private const int ReasonsAgainstShown = 2;
    private const int PlanRows = 3;
    private const float HandwritingHeight = 17f;

    // 厚生労働省「子ども虐待対応の手引き」一時保護決定に向けてのアセスメントシート, items in its order.
    private static readonly string[] UrgencySteps =
    [
        "当事者が保護を求めている",
        "当事者の訴える状況が差し迫っている",
        "すでに重大な結果が生じている",
        "次に起これば重大な結果のおそれ",
        "繰り返される可能性",
        "子どもへの影響が見られる",
        "保護者に虐待につながる要因",
        "家庭環境に虐待につながる要因",
    ];

    private static readonly string[] Severities = ["最重度", "重度", "中度", "軽度", "危惧", "該当なし"];

    /// <summary>Returns the brief as a sealed document.</summary>
    public static BriefDocument Compose(CaseBrief brief)
    {
        ArgumentNullException.ThrowIfNull(brief);
        var furniture = new PageFurniture(
            brief.Meeting.HandlingMark,
            brief.Meeting.Date is { } day ? $"{brief.Meeting.Name}　{JapaneseDate.Medium(day)}" : brief.Meeting.Name,
            brief.Meeting.Recipient,
            brief.Meeting.CopyNumber,
            brief.Meeting.CopyCount,
            brief.DataDate,
            brief.BriefId,
            null,
            brief.Watermark);
        var blocks = new List<Block>();
        AddRestriction(brief, blocks);
        AddDecision(brief, blocks);
        AddChild(brief, blocks);
        AddAgencies(brief, blocks);
        AddEvents(brief, blocks);
        AddNotes(brief, blocks);
        AddVoices(brief, blocks);
        AddAnalysis(brief, blocks);
        AddEntitlements(brief, blocks);
        AddJudgement(brief, blocks);
        AddPlan(brief, blocks);
        AddAnnex(brief, blocks);
        var document = new BriefDocument("個別ケース検討会議　児童概要書", "ja-JP", furniture, blocks);
        return Redaction.Apply(document, Redaction.WordsOf(brief), NotDisclosed).Seal();
    }

    private static void AddRestriction(CaseBrief brief, List<Block> blocks)
    {
        if (brief.Restriction is not { } restriction)
        {
            return;
        }

        var text = RichText.Of(restriction.Text, Emphasis.Strong);
        if (!string.IsNullOrEmpty(restriction.NoContactWith))
        {
            text = text.Then("　接触禁止：").Then(restriction.NoContactWith, Emphasis.Alert);
        }

        if (restriction.ValidUntil is { } until)
        {
            text = text.Then($"　期限：{JapaneseDate.Long(until)}");
        }

        if (restriction.HidesAddressAndSchool)
        {
            text = text.Then("　住所・所属は本資料に記載しない。問い合わせには応じず、担当課へつなぐこと。");
        }

        blocks.Add(new BoxBlock("支援措置・閲覧制限あり", [new ParagraphBlock(text)], BoxTone.Alert));
    }

    private static void AddDecision(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "会議で決めること", "1"));
        blocks.Add(new ParagraphBlock(brief.Decision.Sentence, ParagraphSize.Lead));
        blocks.AddRange(brief.Decision.Choices.Select(choice =>
            new TickRowBlock(choice.Label, choice.Options.Select(option => new TickOption(option)).ToList())));
    }

    private static void AddChild(CaseBrief brief, List<Block> blocks)
    {
        var child = brief.Child;
        var hides = brief.Restriction is { HidesAddressAndSchool: true };
        var name = RichText.Of(child.Name, Emphasis.Strong);
        if (!string.IsNullOrEmpty(child.Furigana))
        {
            name = name.Then($"（{child.Furigana}）", Emphasis.Muted);
        }

        var seen = child.LastSeenDate is { } date
            ? RichText.Of(JapaneseDate.Long(date), Emphasis.Strong).Then($"　{child.LastSeenBy ?? "確認者の記録なし"}")
            : RichText.Of("現認の記録なし", Emphasis.Alert);
        blocks.Add(new HeadingBlock(1, "児童・世帯", "2"));
        var facts = new KeyValueBlock(1,
        [
            new KeyValue("氏名", name),
            new KeyValue("生年月日", string.Create(CultureInfo.InvariantCulture, $"{JapaneseDate.Long(child.BirthDate)}　{child.Age}歳　{SexText(child.Sex)}")),
            new KeyValue("学年・所属", hides ? Hidden(child.Grade) : Recorded(Join(child.Grade, child.Facility))),
            new KeyValue("住所", hides ? RichText.Of(NotDisclosed, Emphasis.Alert) : Recorded(child.Address)),
            new KeyValue("最終現認", seen),
        ]);
        var household = new TableBlock(
            [new TableColumn("氏名", 1.95f), new TableColumn("続柄", 1.7f), new TableColumn("生年月日", 2.85f), new TableColumn("同居", 0.95f, TextAlignment.Center), new TableColumn("備考・最終現認", 3.6f)],
            brief.Household.Select(person => new TableRow(
            [
                person.Name,
                person.Relation,
                person.BirthDate is { } birth ? JapaneseDate.Short(birth) : "不明",
                person.IsDeceased ? "死亡" : person.IsCohabiting ? "同居" : "別居",
                Remark(person),
            ])).ToList(),
            "世帯員と関係する親族の一覧");
        var genogram = Genogram(brief);
        blocks.Add(new SideBySideBlock(brief.Household.Count > 0 ? [facts, household] : [facts], [genogram, new ParagraphBlock("□男 ○女 △胎児 二重:本人 破線:同居 斜線:離別 ×:死亡", ParagraphSize.Small)], 0.65f));
    }

    private static GenogramBlock Genogram(CaseBrief brief)
    {
        var child = brief.Child;
        var parents = brief.Kinships.Where(tie => tie.Kind == KinshipKind.ParentOf).GroupBy(tie => tie.SecondId, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(tie => tie.FirstId).Take(2).ToList(), StringComparer.Ordinal);
        var generations = brief.Household.ToDictionary(person => person.PersonId, person => person.Generation, StringComparer.Ordinal);
        var ownGeneration = parents.TryGetValue(child.PersonId, out var own) && own.Exists(generations.ContainsKey)
            ? own.Where(generations.ContainsKey).Max(id => generations[id]) + 1
            : brief.Household.Count == 0 ? 0 : brief.Household.Max(person => person.Generation);
        var births = brief.Household.ToDictionary(person => person.PersonId, person => person.BirthDate ?? DateOnly.MaxValue, StringComparer.Ordinal);
        births[child.PersonId] = child.BirthDate;
        var persons = brief.Household.Select(person => new GenogramPerson(
                person.PersonId,
                GivenName(person.Name),
                Join(person.Relation, person.BirthDate is { } birth && !person.IsDeceased ? $"{Age(birth, brief.DataDate)}歳" : null),
                person.Sex,
                person.Generation,
                false,
                person.IsDeceased,
                person.IsCohabiting))
            .Append(new GenogramPerson(child.PersonId, GivenName(child.Name), string.Create(CultureInfo.InvariantCulture, $"本人　{child.Age}歳"), child.Sex, ownGeneration, true, false, true))
            .OrderBy(person => person.Generation).ThenBy(person => births[person.Id]).ToList();
        return new GenogramBlock(
            persons,
            brief.Kinships.Where(tie => tie.Kind != KinshipKind.ParentOf)
                .Select(tie => new GenogramCouple(tie.FirstId, tie.SecondId, tie.Kind == KinshipKind.SeparatedCouple)).ToList(),
            parents.Select(pair => new GenogramChild(pair.Key, pair.Value[0], pair.Value.ElementAtOrDefault(1))).ToList(),
            string.Create(CultureInfo.InvariantCulture, $"ジェノグラム：{persons.Count}人、うち同居 {persons.Count(person => person.LivesWithSubject)}人"));
    }

    private static void AddAgencies(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "関係機関と関わりの状況", "3"));
        if (brief.Agencies.Count == 0)
        {
            blocks.Add(new ParagraphBlock(NotRecorded));
            return;
        }

        blocks.Add(new TableBlock(
            [new TableColumn("機関", 2.6f), new TableColumn("担当", 1.4f), new TableColumn("関わりの頻度", 1.8f), new TableColumn("最終接触", 1.8f), new TableColumn("情報提供の根拠", 3.4f)],
            brief.Agencies.Select(agency => new TableRow(
            [
                agency.Name,
                Recorded(agency.Person),
                Recorded(agency.Frequency),
                agency.LastContact is { } date ? JapaneseDate.Short(date) : RichText.Of(NotRecorded, Emphasis.Muted),
                Recorded(agency.LegalBasis),
            ])).ToList(),
            "関係機関の一覧"));
    }

    private static void AddEvents(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "時系列（重要な出来事）", "4"));
        if (brief.Events.Count == 0)
        {
            blocks.Add(new ParagraphBlock(NotRecorded));
            return;
        }

        var entries = brief.Events.OrderBy(item => item.Date).TakeLast(TimelineBlock.MaximumEntries)
            .Select(item => new TimelineEntry(JapaneseDate.Short(item.Date), item.Title, item.Source, item.Certainty)).ToList();
        blocks.Add(new TimelineBlock(entries, string.Create(CultureInfo.InvariantCulture, $"重要な出来事 {entries.Count}件")));
    }

    private static void AddNotes(CaseBrief brief, List<Block> blocks)
    {
        static List<NoteItem> Items(IReadOnlyList<BriefNote> notes) =>
            notes.Select(note => new NoteItem(note.Text, note.Source, note.AsOf is { } date ? JapaneseDate.Numeric(date) : null)).ToList();

        blocks.Add(new HeadingBlock(1, "心配なこと・うまくいっていること・わからないこと", "5"));
        blocks.Add(new NotesBlock(
        [
            new NotesColumn("心配なこと", NotesTone.Worry, Items(brief.Worries)),
            new NotesColumn("うまくいっていること（つよみ）", NotesTone.Strength, Items(brief.Strengths)),
            new NotesColumn("わからないこと", NotesTone.Unknown, Items(brief.Unknowns)),
        ]));
    }

    private static void AddVoices(CaseBrief brief, List<Block> blocks)
    {
        static RichText Voice(BriefVoice? voice)
        {
            if (voice is null || voice.Text.Length == 0)
            {
                return RichText.Of(NotHeard, Emphasis.Strong);
            }

            var origin = Join(voice.HeardOn is { } date ? JapaneseDate.Short(date) : null, voice.HeardBy);
            return RichText.Of(voice.Text).Then(origin is null ? null : $"（{origin}）", Emphasis.Muted);
        }

        blocks.Add(new HeadingBlock(1, "子どもの声・保護者の意向", "6"));
        blocks.Add(new KeyValueBlock(1, [new KeyValue("子どもの声", Voice(brief.ChildVoice)), new KeyValue("保護者の意向", Voice(brief.ParentsWishes))]));
    }

    private static void AddAnalysis(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "データ分析の参考結果", "7"));
        var inside = new List<Block>();
        if (brief.Analysis is not { } analysis)
        {
            inside.Add(new ParagraphBlock("この児童の分析結果はありません。"));
        }
        else
        {
            if (analysis.Band is null)
            {
                inside.Add(new ParagraphBlock(RichText.Of("段階を示しません。", Emphasis.Strong)
                    .Then($"理由：{analysis.ThinFileReason ?? "情報源が足りないため"}")));
            }
            else
            {
                var active = analysis.Bands.ToList().IndexOf(analysis.Band);
                inside.Add(new GaugeBlock(analysis.Bands, active < 0 ? null : active, $"類似の段階：{analysis.Band}"));
                inside.Add(new ParagraphBlock(RichText.Of("類似の段階　").Then(analysis.Band, Emphasis.Strong).Then("　").Then(Similar(analysis), Emphasis.Strong)));
            }

            var reasons = analysis.ReasonsFor.OrderByDescending(reason => Math.Abs(reason.Weight)).Take(ReasonsForShown).Select(reason => ReasonRow("類似を強める", reason))
                .Concat(analysis.ReasonsAgainst.OrderByDescending(reason => Math.Abs(reason.Weight)).Take(ReasonsAgainstShown).Select(reason => ReasonRow("類似を弱める", reason))).ToList();
            if (reasons.Count > 0)
            {
                inside.Add(new TableBlock(ReasonColumns(), reasons, "主な理由"));
            }

            inside.Add(new ParagraphBlock(
                $"不足している情報源：{(analysis.MissingSources.Count == 0 ? "なし" : string.Join("、", analysis.MissingSources))}　" +
                $"理由の安定性：{Stability(analysis.StabilityShare)}　モデル：{analysis.ModelVersion}",
                ParagraphSize.Small));
        }

        inside.Add(new ParagraphBlock(RichText.Of(SimilarityNotice).Then(NotAloneNotice, Emphasis.Alert)));
        blocks.Add(new BoxBlock(null, inside, BoxTone.Reference));
    }

    private static TableColumn[] ReasonColumns() =>
        [new TableColumn("向き", 1.25f), new TableColumn("理由（この児童に当てはまる条件）", 5), new TableColumn("同じ条件の児童のうち、支援が必要と判断された児童", 4.2f)];

    private static TableRow ReasonRow(string direction, BriefReason reason) => new(
    [
        RichText.Of(direction, Emphasis.Muted),
        reason.Parts.Count == 0 ? reason.Text : RichText.Of(reason.Text).Then($"　重なる条件：{string.Join("；", reason.Parts)}", Emphasis.Muted),
        Among(reason.Count, (int)Math.Round(reason.Count * reason.ObservedShare, MidpointRounding.AwayFromZero), reason.Interval),
    ]);

    /// <summary>Returns counts with their interval; never a percentage alone.</summary>
    private static string Among(int count, int needed, BriefInterval? interval)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{count}人のうち{needed}人");
        return interval is null ? text : text + $"（推定範囲 {PerHundred(interval)}）";
    }

    private static string Similar(BriefAnalysis analysis) => string.Create(
        CultureInfo.InvariantCulture,
        $"類似した児童{analysis.SimilarCount}人のうち{analysis.NeededCount}人が支援を必要と判断された{(analysis.Interval is { } interval ? $"（推定範囲 {PerHundred(interval)}）" : string.Empty)}");

    private static string PerHundred(BriefInterval interval) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Floor(interval.Low * 100):0}–{Math.Ceiling(interval.High * 100):0}人/100人");

    private static string Stability(double? share) => share is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"再学習100回のうち{Math.Round(value * 100, MidpointRounding.AwayFromZero):0}回で同じ理由")
        : "未計測";

    private static void AddEntitlements(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "未利用の支援制度（連絡のきっかけ）", "8"));
        if (brief.UnusedEntitlements.Count == 0)
        {
            blocks.Add(new ParagraphBlock("該当なし"));
            return;
        }

        blocks.Add(new TableBlock(
            [new TableColumn("制度", 2.4f), new TableColumn("対象と考えられる根拠", 4.6f), new TableColumn("窓口", 2)],
            brief.UnusedEntitlements.Select(item => new TableRow([RichText.Of(item.Name, Emphasis.Strong), item.Ground, Recorded(item.Office)])).ToList(),
            "未利用の支援制度の一覧"));
    }

    private static void AddJudgement(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "緊急度・重症度・職員の判断（会議で記入）", "9"));
        blocks.Add(new SideBySideBlock(
            UrgencySteps.Take(4).Select((text, i) => (Block)new TickRowBlock(null, [new TickOption(Step(i, text))])).ToList(),
            UrgencySteps.Skip(4).Select((text, i) => (Block)new TickRowBlock(null, [new TickOption(Step(i + 4, text))])).ToList()));
        blocks.Add(new TickRowBlock("重症度", Severities.Select(text => new TickOption(text)).ToList()));
        blocks.Add(new TableBlock(
            [new TableColumn("職員の判断", 2.2f), new TableColumn("要・否・保留", 1.4f), new TableColumn("日付・判断者", 2.6f), new TableColumn("理由（変えたときはその理由）", 5)],
            [Judgement("分析結果を見る前", brief.BlindJudgement), Judgement("最終", brief.FinalJudgement)],
            "職員の判断"));

        static string Step(int index, string text) => $"{(char)('①' + index)}{text}";
    }

    private static TableRow Judgement(string label, BriefJudgement? judgement) => judgement is null
        ? new TableRow([label, RichText.Empty, RichText.Empty, RichText.Empty], HandwritingHeight)
        : new TableRow(
            [
                label,
                RichText.Of(judgement.Value, Emphasis.Strong),
                Join(judgement.Date is { } date ? JapaneseDate.Short(date) : null, judgement.By),
                judgement.Reason,
            ],
            HandwritingHeight);

    private static void AddPlan(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new HeadingBlock(1, "支援方針・役割分担・次回見直し", "10"));
        var rows = brief.Plan.Select(line => new TableRow(
            [line.Aim, line.Action, line.Responsible, line.Due is { } due ? JapaneseDate.Short(due) : RichText.Empty],
            HandwritingHeight)).ToList();
        while (rows.Count < PlanRows)
        {
            rows.Add(new TableRow([], HandwritingHeight));
        }

        blocks.Add(new TableBlock(
            [new TableColumn("目標", 3), new TableColumn("支援の内容", 4), new TableColumn("担当", 2), new TableColumn("期限", 1.8f)],
            rows,
            "支援方針の記入欄"));
        blocks.Add(new KeyValueBlock(2, [new KeyValue("次回見直し日", "　　　　年　　　月　　　日"), new KeyValue("異議・訂正", RichText.Empty)]));
    }

    private static void AddAnnex(CaseBrief brief, List<Block> blocks)
    {
        blocks.Add(new PageBreakBlock());
        blocks.Add(new HeadingBlock(1, "すべての理由", "別紙1"));
        var reasons = brief.Analysis is null
            ? []
            : brief.Analysis.ReasonsFor.Select(reason => ReasonRow("類似を強める", reason))
                .Concat(brief.Analysis.ReasonsAgainst.Select(reason => ReasonRow("類似を弱める", reason))).ToList();
        blocks.Add(reasons.Count == 0 ? new ParagraphBlock("該当なし") : new TableBlock(ReasonColumns(), reasons, "すべての理由の一覧"));

        blocks.Add(new HeadingBlock(1, "データの来歴", "別紙2"));
        blocks.Add(brief.Lineage.Count == 0
            ? new ParagraphBlock(NotRecorded)
            : new TableBlock(
                [new TableColumn("情報源", 2.6f), new TableColumn("ファイル", 3.6f), new TableColumn("基準日", 2), new TableColumn("最後の取込番号", 1.9f, TextAlignment.End), new TableColumn("ファイル数", 1.3f, TextAlignment.End)],
                brief.Lineage.Select(line => new TableRow(
                [
                    line.Source,
                    line.FeedFile,
                    JapaneseDate.Short(line.AsOf),
                    line.LoadId.ToString(CultureInfo.InvariantCulture),
                    line.RowCount?.ToString(CultureInfo.InvariantCulture),
                ])).ToList(),
                "データの来歴の一覧"));

        blocks.Add(new HeadingBlock(1, "前回から変わった点", "別紙3"));
        if (brief.Changes is not { } changes)
        {
            blocks.Add(new ParagraphBlock("初回の資料です。"));
            return;
        }

        blocks.Add(new ParagraphBlock($"前回：{JapaneseDate.Long(changes.PreviousDate)}　資料ID {changes.PreviousBriefId}", ParagraphSize.Small));
        blocks.AddRange(changes.Lines.Count == 0
            ? [new ParagraphBlock("変更なし")]
            : changes.Lines.Select(line => (Block)new ParagraphBlock($"・{line}")));
    }

    private static RichText Hidden(string? grade) =>
        (string.IsNullOrEmpty(grade) ? RichText.Empty : RichText.Of($"{grade}　")).Then(NotDisclosed, Emphasis.Alert);

    private static RichText Recorded(string? text) =>
        string.IsNullOrEmpty(text) ? RichText.Of(NotRecorded, Emphasis.Muted) : RichText.Of(text);

    private static RichText Remark(BriefPerson person) =>
        RichText.Of(Join(person.Remark, person.LastSeenDate is { } seen ? $"{JapaneseDate.Numeric(seen)}現認" : null));

    private static string? Join(params string?[] parts)
    {
        var present = parts.Where(part => !string.IsNullOrEmpty(part)).ToArray();
        return present.Length == 0 ? null : string.Join("　", present);
    }

    private static string SexText(GenogramSex sex) => sex switch
    {
        GenogramSex.Male => "男",
        GenogramSex.Female => "女",
        GenogramSex.Unborn => "胎児",
        _ => "性別不明",
    };

    /// <summary>Returns the part after the space of a full name: a genogram has no room for more.</summary>
    private static string GivenName(string name)
    {
        var space = name.IndexOfAny([' ', '　']);
        return space < 0 || space == name.Length - 1 ? name : name[(space + 1)..];
    }

    private static string Age(DateOnly birth, DateOnly on)
    {
        var age = on.Year - birth.Year - (on < birth.AddYears(on.Year - birth.Year) ? 1 : 0);
        return Math.Max(0, age).ToString(CultureInfo.InvariantCulture);
    }
}
