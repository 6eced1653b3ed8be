using System.Globalization;
using Warehouse.Reporting.Pdf;

namespace Warehouse.Reporting.Briefs;

/// <summary>What a brief is made for.</summary>
/// <param name="BriefId">Its id.</param>
/// <param name="MeetingName">The meeting.</param>
/// <param name="Recipient">Who receives this copy.</param>
/// <param name="CopyNumber">The number of this copy, from 1.</param>
/// <param name="CopyCount">How many copies are made.</param>
/// <param name="Author">Who makes it.</param>
/// <param name="Watermark">Text across the pages, or null.</param>
public sealed record BriefRequest(
    string BriefId, string MeetingName, string Recipient, int CopyNumber, int CopyCount, string Author, string? Watermark);

/// <summary>Turns a child's facts, identity and score into what a case meeting is told.</summary>
/// <remarks>Pure: the same facts give the same brief. What is not on record is left null and printed as such.</remarks>
public static class CaseBriefBuilder
{
    // A month with this many days of absence is an event: half of the 30 days a year that count as long-term absence.
    private const int AbsenceEventDays = 15;

    // A month below this share of absence counts as regular attendance.
    private const double RegularAbsenceShare = 0.05;

    private const int MonthsLookedBack = 12;

    private static readonly string[] BandTitles = ["C（ほかの情報と併せて確認）", "B（見守り）", "A（優先して確認）"];

    /// <summary>Returns the brief.</summary>
    public static CaseBrief Build(IdentifiedChild child, (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis, BriefRequest request)
    {
        ArgumentNullException.ThrowIfNull(child);
        ArgumentNullException.ThrowIfNull(request);
        ChildRecord record = child.Record;
        IdentityRow? identity = child.Identities.GetValueOrDefault(record.Child.ChildKey);
        DateOnly birth = identity?.BirthDate ?? new DateOnly(record.Child.BirthYearMonth / 100, record.Child.BirthYearMonth % 100, 1);
        (DateOnly? seen, string? seenBy) = LastSeen(record);
        return new CaseBrief
        {
            BriefId = request.BriefId,
            DataDate = child.AsOf,
            Meeting = new BriefMeeting(request.MeetingName, null, request.Recipient, request.CopyNumber, request.CopyCount, request.Author),
            Watermark = request.Watermark,
            Decision = new BriefDecision(
                "支援の要否と、主に担当する機関、次に接触する方法を決める。",
                [
                    new BriefChoice("支援の要否", ["要", "否", "保留"]),
                    new BriefChoice("主担当", ["家庭児童相談室", "健康課", "学校", "その他"]),
                    new BriefChoice("次の接触", ["家庭訪問", "電話", "所属を通じて", "その他"]),
                ]),
            Child = new BriefChild(
                Id(record.Child.ChildKey),
                identity?.NameKanji ?? Wording.NoRecord,
                Wording.Kana(identity?.NameKana),
                SexOf(record.Child.SexCode),
                birth,
                AgeAt(birth, child.AsOf),
                Wording.Grade(record.Child.GradeCode, record.Child.AgeMonths / 12),
                child.IsRestricted ? null : Facility(record, child.AsOf),
                child.IsRestricted ? null : identity?.Address,
                seen,
                seenBy),
            Household = Household(child, birth),
            Kinships = Kinships(record),
            Restriction = child.IsRestricted
                ? new BriefRestriction("支援措置あり。住所・所属を本資料に記載しない。連絡先の取扱いは担当課に確認する。", null, null)
                : null,
            Agencies = Agencies(record, child.AsOf, child.IsRestricted),
            Events = Events(record, child.IsRestricted),
            Worries = Worries(record, analysis, child.AsOf),
            Strengths = Strengths(record, analysis, child.AsOf),
            Unknowns = Unknowns(record, analysis, seen),
            Analysis = Analysis(record, analysis),
            UnusedEntitlements = Entitlements(record, child.AsOf),
            Lineage = record.Sources
                .Select(source => new BriefLineage(
                    Wording.Department(source.Feed), Wording.Feed(source.Feed), source.PeriodTo, source.LoadId, checked((int)source.FileCount))).ToList(),
        };
    }

    /// <summary>Returns completed years.</summary>
    public static int AgeAt(DateOnly birth, DateOnly day) => day.Year - birth.Year - (day < birth.AddYears(day.Year - birth.Year) ? 1 : 0);

    private static string Id(long personKey) => personKey.ToString(CultureInfo.InvariantCulture);

    private static GenogramSex SexOf(int code) => code switch { 1 => GenogramSex.Male, 2 => GenogramSex.Female, _ => GenogramSex.Unknown };

    private static string? Facility(ChildRecord record, DateOnly asOf) =>
        record.Schools.LastOrDefault(school => school.ValidFrom <= asOf && school.ValidTo >= asOf)?.FacilityName
        ?? record.Nurseries.LastOrDefault(nursery => nursery.ValidFrom <= asOf && nursery.ValidTo >= asOf)?.FacilityName
        ?? (record.Child.FacilityKind == "unknown" ? null : record.Child.FacilityName);

    // Only a person who met the child counts: a check-up, a safety check, a school day. A file that merely lists it does not.
    private static (DateOnly? Date, string? By) LastSeen(ChildRecord record)
    {
        List<(DateOnly Date, string By)> seen = [];
        seen.AddRange(record.Checkups.Where(checkup => checkup.VisitDate is not null).Select(checkup => (checkup.VisitDate!.Value, "健康課（健診）")));
        seen.AddRange(record.Consultations.Where(row => row.SafetyCheckDate is not null).Select(row => (row.SafetyCheckDate!.Value, "家庭児童相談室（安全確認）")));
        if (record.LastPresentMonth > 0)
        {
            seen.Add((Wording.LastDay(record.LastPresentMonth), "学校（同月中の出席）"));
        }

        return seen.Count == 0 ? (null, null) : seen.OrderByDescending(entry => entry.Date).Select(entry => ((DateOnly?)entry.Date, (string?)entry.By)).First();
    }

    private static List<BriefPerson> Household(IdentifiedChild child, DateOnly childBirth) => child.Record.Members
        .Where(member => member.PersonKey != child.Record.Child.ChildKey && member.PersonKey != 0)
        .Select(member =>
        {
            IdentityRow? identity = child.Identities.GetValueOrDefault(member.PersonKey);
            DateOnly? birth = identity?.BirthDate ?? (member.BirthYearMonth > 0 ? new DateOnly(member.BirthYearMonth / 100, member.BirthYearMonth % 100, 1) : null);
            string tie = Wording.Tie(member.TieCode, member.SexCode);
            string relation = tie.Length > 0 ? tie : "世帯主との続柄: " + Wording.Relation(member.RelationCode);
            return new BriefPerson(
                Id(member.PersonKey),
                identity?.NameKanji ?? Wording.NoRecord,
                relation,
                SexOf(member.SexCode),
                birth,
                IsCohabiting: true,
                GenerationOf(member, birth, childBirth));
        }).ToList();

    // 0 grandparents, 1 parents, 2 children; without a tie the difference in age decides.
    private static int GenerationOf(MemberRow member, DateOnly? birth, DateOnly childBirth) => member.TieCode switch
    {
        "grandparent" => 0,
        "parent" => 1,
        "sibling" => 2,
        _ => birth is null ? 1 : (childBirth.Year - birth.Value.Year) switch { >= 45 => 0, >= 16 => 1, _ => 2 },
    };

    private static List<BriefKinship> Kinships(ChildRecord record)
    {
        List<MemberRow> parents = record.Members.Where(member => member.TieCode == "parent").ToList();
        List<BriefKinship> ties = [];
        if (parents.Count == 2)
        {
            ties.Add(new BriefKinship(KinshipKind.Couple, Id(parents[0].PersonKey), Id(parents[1].PersonKey)));
        }

        IEnumerable<long> children = record.Members.Where(member => member.TieCode == "sibling").Select(member => member.PersonKey).Prepend(record.Child.ChildKey).Distinct();
        ties.AddRange(children.SelectMany(_ => parents, (child, parent) => new BriefKinship(KinshipKind.ParentOf, Id(parent.PersonKey), Id(child))));
        return ties;
    }

    private static List<BriefAgency> Agencies(ChildRecord record, DateOnly asOf, bool restricted)
    {
        const string Basis = "個人情報保護法第69条第2項第2号";
        List<BriefAgency> agencies = [];
        if (record.Schools.LastOrDefault(school => school.ValidTo >= asOf) is { } school)
        {
            agencies.Add(new BriefAgency(restricted ? "学校" : school.FacilityName, null, "通学", LastDayOrNull(record.LastPresentMonth), Basis));
        }

        if (record.Nurseries.LastOrDefault(nursery => nursery.ValidTo >= asOf) is { } stay)
        {
            agencies.Add(new BriefAgency(restricted ? "保育所等" : stay.FacilityName, null, "通所", null, Basis));
        }

        if (record.Consultations.Count > 0)
        {
            ConsultationRow last = record.Consultations[^1];
            agencies.Add(new BriefAgency("家庭児童相談室", null, $"相談 {record.Consultations.Count}件", last.SafetyCheckDate ?? last.ReceivedDate, Basis));
        }

        if (record.Checkups.LastOrDefault(checkup => checkup.VisitDate is not null) is { } visit)
        {
            agencies.Add(new BriefAgency("健康課", null, "乳幼児健診", visit.VisitDate, Basis));
        }

        if (record.Benefits.Any(benefit => benefit.ValidTo >= asOf))
        {
            agencies.Add(new BriefAgency("子育て支援課", null, "児童扶養手当", null, Basis));
        }

        return agencies;
    }

    private static DateOnly? LastDayOrNull(int monthKey) => monthKey > 0 ? Wording.LastDay(monthKey) : null;

    // At most fifteen, the newest that matter; the composer prints them in order of time.
    private static List<BriefEvent> Events(ChildRecord record, bool restricted)
    {
        List<(int Weight, BriefEvent Event)> events = [];
        void Add(int weight, DateOnly date, string title, string source, Certainty certainty = Certainty.Record) =>
            events.Add((weight, new BriefEvent(date, title, source, certainty)));

        foreach (ConsultationRow row in record.Consultations)
        {
            // What neighbours and agencies told was reported; what the family said is its own statement.
            Certainty certainty = row.RouteCode is "family" or "child" ? Certainty.SelfStated : Certainty.Reported;
            Add(3, row.ReceivedDate, $"{Wording.Consultation(row.ConsultationType)}を受付（経路: {Wording.Route(row.RouteCode)}）", "家庭児童相談室", certainty);
            if (row.SafetyCheckDate is { } checkedOn)
            {
                Add(2, checkedOn, "安全確認", "家庭児童相談室", Certainty.Observed);
            }

            if (row.DecisionDate is { } decided && row.DecisionCode is ("need" or "no_need" or "pending"))
            {
                Add(3, decided, $"支援の要否を判断: {Wording.Decision(row.DecisionCode)}", "家庭児童相談室");
            }

            if (row.ClosedDate is { } closed)
            {
                Add(2, closed, "相談を終結", "家庭児童相談室");
            }
        }

        foreach (CheckupRow row in record.Checkups)
        {
            if (row.IsAttended == 0)
            {
                string reminders = row.ReminderCount is > 0 ? $"（勧奨{row.ReminderCount}回）" : "";
                Add(2, row.DueDate, $"{Wording.Checkup(row.CheckupType)} 未受診{reminders}", "健康課");
            }
            else if (row.JudgementCode is "observe" or "guidance" or "examine")
            {
                Add(2, row.VisitDate ?? row.DueDate, $"{Wording.Checkup(row.CheckupType)} {Wording.CheckupJudgement(row.JudgementCode)}", "健康課", Certainty.Observed);
            }
        }

        foreach (AttendanceRow row in record.Attendance.Where(row => row.AbsentDays >= AbsenceEventDays))
        {
            Add(2, Wording.LastDay(row.MonthKey), $"{row.MonthKey % 100}月の欠席 {row.AbsentDays}日（在籍{row.EnrolledDays}日）", "学校");
        }

        foreach (MoveRow row in record.Moves.Where(row => row.MoveCode is "birth" or "move_in" or "move_out" or "move_within" or "ex_officio"))
        {
            Add(row.MoveCode == "birth" ? 1 : 2, row.MoveDate, Wording.Move(row.MoveCode), "市民課");
        }

        foreach (NurseryRow row in record.Nurseries)
        {
            Add(1, row.ValidFrom, restricted ? "保育所等に入所" : row.FacilityName + "に入所", "保育課");
            if (row.ValidTo.Year < 9999 && row.LeaveReasonCode is ("family" or "other"))
            {
                Add(2, row.ValidTo, $"保育所等を退所（{(row.LeaveReasonCode == "family" ? "家庭都合" : "その他")}）", "保育課");
            }
        }

        foreach (BenefitRow row in record.Benefits)
        {
            Add(1, row.ValidFrom, "児童扶養手当の認定", "子育て支援課");
            if (row.ValidTo.Year < 9999)
            {
                Add(1, row.ValidTo, "児童扶養手当の資格喪失", "子育て支援課");
            }
        }

        return events
            .DistinctBy(entry => (entry.Event.Date, entry.Event.Title))
            .OrderByDescending(entry => entry.Weight).ThenByDescending(entry => entry.Event.Date).ThenBy(entry => entry.Event.Title, StringComparer.Ordinal)
            .Take(TimelineBlock.MaximumEntries)
            .Select(entry => entry.Event)
            .OrderBy(entry => entry.Date).ThenBy(entry => entry.Title, StringComparer.Ordinal)
            .ToList();
    }

    private static List<BriefNote> Worries(ChildRecord record, (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis, DateOnly asOf)
    {
        List<BriefNote> notes = [];
        (int absent, int enrolled) = Absence(record, asOf);
        if (enrolled > 0 && absent >= 30)
        {
            notes.Add(new BriefNote($"直近{MonthsLookedBack}か月の欠席が{absent}日（在籍{enrolled}日）", "学校（出欠）", LastDayOrNull(record.Attendance[^1].MonthKey)));
        }

        foreach (CheckupRow missed in record.Checkups.Where(checkup => checkup.IsAttended == 0))
        {
            notes.Add(new BriefNote($"{Wording.Checkup(missed.CheckupType)}が未受診", "健康課", missed.DueDate));
        }

        foreach (CheckupRow finding in record.Checkups.Where(checkup => checkup.CariesCount >= 5))
        {
            notes.Add(new BriefNote($"{Wording.Checkup(finding.CheckupType)}でう歯{finding.CariesCount}本", "健康課", finding.VisitDate ?? finding.DueDate));
        }

        if (record.Consultations.LastOrDefault(row => row.ClosedDate is null) is { } open)
        {
            notes.Add(new BriefNote($"{Wording.Consultation(open.ConsultationType)}が継続中", "家庭児童相談室", open.ReceivedDate));
        }

        return notes.Concat(FromReasons(analysis, "for", 2)).ToList();
    }

    private static List<BriefNote> Strengths(ChildRecord record, (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis, DateOnly asOf)
    {
        List<BriefNote> notes = [];
        (int absent, int enrolled) = Absence(record, asOf);
        if (enrolled >= 100 && absent < RegularAbsenceShare * enrolled)
        {
            notes.Add(new BriefNote($"直近{MonthsLookedBack}か月の登校が安定（欠席{absent}日）", "学校（出欠）", LastDayOrNull(record.Attendance[^1].MonthKey)));
        }

        if (record.Checkups.Count > 0 && record.Checkups.All(checkup => checkup.IsAttended == 1))
        {
            notes.Add(new BriefNote("対象の乳幼児健診をすべて受診", "健康課", record.Checkups[^1].VisitDate ?? record.Checkups[^1].DueDate));
        }

        if (record.Flags is { HasGrandparent: 1 })
        {
            notes.Add(new BriefNote("祖父母が同居", "市民課（世帯構成）", asOf));
        }

        if (record.Benefits.Any(benefit => benefit.ValidTo >= asOf))
        {
            notes.Add(new BriefNote("児童扶養手当を受給し、窓口との接点がある", "子育て支援課", asOf));
        }

        return notes.Concat(FromReasons(analysis, "against", 2)).ToList();
    }

    private static List<BriefNote> Unknowns(ChildRecord record, (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis, DateOnly? seen)
    {
        List<BriefNote> notes = MissingSources(record).Select(source => new BriefNote(source + "の記録がない", null, null)).ToList();
        if (seen is null)
        {
            notes.Add(new BriefNote("児童を直接確認した記録がない", null, null));
        }

        IEnumerable<ReasonRow> unknown = analysis?.Reasons.Where(reason => reason.SideCode == "unknown") ?? [];
        notes.AddRange(unknown.Where(reason => reason.FeatureNameJa.Length > 0).Take(3)
            .Select(reason => new BriefNote(reason.FeatureNameJa + "が分からない", reason.FeatureDepartment, null)));
        return notes;
    }

    // A rule on the register alone, such as an age, is neither a worry nor a strength; it stays in the box of the analysis.
    private static IEnumerable<BriefNote> FromReasons((ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis, string side, int count) =>
        Grouped(analysis?.Reasons ?? [], side).Select(group => group.Head).Where(reason => reason.TextJa.Length > 0 && reason.Departments != Wording.Department("resident")).Take(count)
        .Select(reason => new BriefNote(reason.TextJa, "データ分析（" + reason.Departments + "）", analysis!.Value.Score.SnapshotDate));

    private static BriefAnalysis? Analysis(ChildRecord record, (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis)
    {
        if (analysis is not { } found)
        {
            return null;
        }

        ScoreRow score = found.Score;
        int similar = checked((int)(score.SimilarCount ?? 0));
        int needed = checked((int)(score.SimilarPositiveCount ?? 0));
        List<double> stability = found.Reasons.Where(reason => reason.StabilityShare is not null).Select(reason => reason.StabilityShare!.Value).ToList();
        return new BriefAnalysis(
            score.IsWithheld == 1 ? null : Band(score.BandCode),
            BandTitles,
            similar,
            needed,
            similar > 0 ? Wilson(needed, similar) : null,
            score.IsWithheld == 1 ? Wording.Withheld(score.WithheldCode) : null,
            Reasons(found.Reasons, "for"),
            Reasons(found.Reasons, "against"),
            MissingSources(record),
            stability.Count == 0 ? null : stability.Min(),
            "モデル " + score.ModelRunId.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Band(string code) => code.ToUpperInvariant() switch
    {
        "A" => BandTitles[2],
        "B" => BandTitles[1],
        "C" => BandTitles[0],
        _ => null,
    };

    private static List<BriefReason> Reasons(IReadOnlyList<ReasonRow> reasons, string side) => Grouped(reasons, side)
        .Where(group => group.Head.CoveredCount > 0)
        .Select(group => new BriefReason(
            group.Head.TextJa,
            checked((int)group.Head.CoveredCount),
            (double)group.Head.PositiveCount / group.Head.CoveredCount,
            group.Head is { RateLow: { } low, RateHigh: { } high }
                ? new BriefInterval(low, high)
                : Wilson(checked((int)group.Head.PositiveCount), checked((int)group.Head.CoveredCount)),
            group.Weight)
        {
            Parts = group.Parts.Where(part => part != group.Head).Select(part => part.TextJa).ToList(),
            StabilityShare = group.Head.StabilityShare,
            Departments = group.Head.Departments,
        }).ToList();

    // Overlapping reasons stand on the side that they have together, under the strongest of them on that side.
    private static IEnumerable<(ReasonRow Head, double Weight, List<ReasonRow> Parts)> Grouped(IReadOnlyList<ReasonRow> reasons, string side) => reasons
        .Where(reason => reason.SideCode is "for" or "against" && reason.RuleKey != 0)
        .GroupBy(reason => reason.GroupRank is { } rank ? (rank, 0L) : (0, reason.RuleKey))
        .Select(group => (Parts: group.OrderByDescending(part => Math.Abs(part.Weight)).ToList(), Weight: group.Sum(part => part.Weight)))
        .Where(group => (group.Weight > 0) == (side == "for"))
        .OrderByDescending(group => Math.Abs(group.Weight))
        .Select(group => (group.Parts.Find(part => (part.Weight > 0) == (group.Weight > 0)) ?? group.Parts[0], group.Weight, group.Parts));

    /// <summary>Returns the 95 % interval of a share.</summary>
    /// <remarks>Source: Wilson 1927, JASA 22, p. 209.</remarks>
    public static BriefInterval Wilson(int positive, int count)
    {
        const double Z = 1.959963984540054;
        double share = (double)positive / count;
        double centre = share + (Z * Z / (2 * count));
        double spread = Z * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4.0 * count * count)));
        double scale = 1 + (Z * Z / count);
        return new BriefInterval(Math.Max(0, (centre - spread) / scale), Math.Min(1, (centre + spread) / scale));
    }

    private static List<string> MissingSources(ChildRecord record)
    {
        List<string> missing = [];
        void Check(bool expected, int count, string title)
        {
            if (expected && count == 0)
            {
                missing.Add(title);
            }
        }

        bool schoolAge = record.Child.GradeCode > 0;
        Check(schoolAge, record.Schools.Count, "学齢簿（学校教育課）");
        Check(schoolAge, record.Attendance.Count, "出欠（学校）");
        Check(!schoolAge, record.Nurseries.Count, "保育所等（保育課）");
        Check(record.Child.AgeMonths >= 4, record.Checkups.Count, "乳幼児健診（健康課）");
        return missing;
    }

    private static List<BriefEntitlement> Entitlements(ChildRecord record, DateOnly asOf)
    {
        List<BriefEntitlement> unused = [];
        bool single = record.Flags is { IsSingleParent: 1 };
        if (single && !record.Benefits.Any(benefit => benefit.ValidTo >= asOf))
        {
            unused.Add(new BriefEntitlement("児童扶養手当", "ひとり親世帯とみられるが、受給の記録がない（所得の要件は未確認）", "子育て支援課"));
            unused.Add(new BriefEntitlement("ひとり親家庭等医療費助成", "ひとり親世帯とみられる（利用の有無は未確認）", "子育て支援課"));
        }

        if (record.Child.GradeCode == 0 && record.Child.AgeMonths < 72 && !record.Nurseries.Any(nursery => nursery.ValidTo >= asOf))
        {
            unused.Add(new BriefEntitlement("一時預かり", "未就学で、保育所等の利用の記録がない", "保育課"));
        }

        return unused;
    }

    private static (int Absent, int Enrolled) Absence(ChildRecord record, DateOnly asOf)
    {
        DateOnly from = asOf.AddMonths(-MonthsLookedBack);
        IEnumerable<AttendanceRow> recent = record.Attendance.Where(row => Wording.LastDay(row.MonthKey) > from).ToList();
        return (recent.Sum(row => row.AbsentDays), recent.Sum(row => row.EnrolledDays));
    }
}
