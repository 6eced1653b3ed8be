namespace Warehouse.Reporting.Evaluation;

/// <summary>One child on one worklist, as one member of staff judged it; pseudonymous.</summary>
/// <param name="Child">The child.</param>
/// <param name="Round">The scoring.</param>
/// <param name="Staff">Who judged.</param>
/// <param name="Quarter">When, as <c>2025-Q2</c>.</param>
/// <param name="IsListed">Whether the model listed it; otherwise chance drew it or staff opened it by themselves.</param>
/// <param name="IsDrawn">Whether chance drew it.</param>
/// <param name="First">Before the analysis was shown: 0 no need, 1 pending, 2 need.</param>
/// <param name="Final">After; null where there is none yet.</param>
/// <param name="FirstSeconds">From opening the child to the first judgement.</param>
/// <param name="FinalSeconds">From opening it again to the last final one; null without one.</param>
/// <param name="Order">The place in time: who judged a child first decides what is counted of it.</param>
/// <param name="WasKnown">Whether the council or the consultation desk had judged the child to need support before the scoring.</param>
/// <param name="HasAnalysis">Whether there was an analysis to show.</param>
public sealed record JudgedCase(
    long Child, string Round, string Staff, string Quarter, bool IsListed, bool IsDrawn, int First, int? Final, int FirstSeconds, int? FinalSeconds, long Order, bool WasKnown, bool HasAnalysis);

/// <summary>A district of one scoring: how many children there were to judge.</summary>
/// <param name="Round">The scoring.</param>
/// <param name="District">The district.</param>
/// <param name="Listed">Children whom the model listed.</param>
/// <param name="Unlisted">Children scored and not listed.</param>
public sealed record DistrictRound(string Round, string District, long Listed, long Unlisted);

/// <summary>A child that chance drew in a scoring, with its district.</summary>
public sealed record DrawnChild(long Child, string Round, string District);

/// <summary>What an evaluation looks at.</summary>
/// <param name="Cases">The judgements of the period.</param>
/// <param name="Districts">How many children there were, by scoring and district.</param>
/// <param name="Drawn">The children drawn.</param>
/// <param name="FollowUps">Children on the list judged to need support and not known before: days from that judgement to the usual route.</param>
/// <param name="Threshold">Scored children near the end of the list whose horizon has passed.</param>
public sealed record EvaluationData(
    IReadOnlyList<JudgedCase> Cases, IReadOnlyList<DistrictRound> Districts, IReadOnlyList<DrawnChild> Drawn, IReadOnlyList<FollowUp> FollowUps, IReadOnlyList<ThresholdRow> Threshold);

/// <summary>Minutes of staff.</summary>
/// <param name="First">Median of a first judgement.</param>
/// <param name="Final">Median of a final one, the reading of the analysis included.</param>
/// <param name="TotalHours">All together.</param>
/// <param name="HoursPerNeed">All together, by each listed child finally judged to need support; null without one.</param>
public sealed record StaffTime(Estimate First, Estimate Final, double TotalHours, double? HoursPerNeed);

/// <summary>The measures of an evaluation, before disclosure control.</summary>
/// <param name="Agreement">First against final judgement: no need, pending, need.</param>
/// <param name="Influence">How far the analysis moved them.</param>
/// <param name="Yield">Of listed children with a final judgement, those judged to need support.</param>
/// <param name="DrawnYield">The same of children that chance drew.</param>
/// <param name="NewlyKnown">Of listed children judged to need support, those whom nobody had known.</param>
/// <param name="LeadTime">Time before the usual route.</param>
/// <param name="Recall">Of all children in need, those listed.</param>
/// <param name="RecallPending">The same with 保留 counted the other way.</param>
/// <param name="RecallExact">The same with the interval that holds whatever the strata are.</param>
/// <param name="Threshold">Effect of being listed at the end of the list.</param>
/// <param name="Time">Minutes of staff.</param>
public sealed record EvaluationResult(
    AgreementResult Agreement,
    InfluenceResult Influence,
    Estimate Yield,
    Estimate DrawnYield,
    Estimate NewlyKnown,
    LeadTimeResult LeadTime,
    RecallResult Recall,
    RecallResult RecallPending,
    RecallResult RecallExact,
    ThresholdResult Threshold,
    StaffTime Time);

/// <summary>Answers a plan from data; pure.</summary>
public static class Evaluator
{
    /// <summary>Returns the measures of a plan.</summary>
    public static EvaluationResult Run(EvaluationPlan plan, EvaluationData data)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(data);
        List<JudgedCase> finished = data.Cases.Where(one => one.Final is not null).ToList(), shown = finished.Where(one => one.HasAnalysis).ToList();
        // Of a child whom several judged, the last final judgement counts.
        List<JudgedCase> children = finished.GroupBy(one => (one.Child, one.Round)).Select(group => group.MaxBy(one => one.Order)!).ToList();
        List<JudgedCase> listed = children.Where(one => one.IsListed).ToList(), drawn = children.Where(one => one.IsDrawn).ToList();
        List<JudgedCase> needed = listed.Where(one => IsNeed(plan, one.Final!.Value)).ToList();
        double hours = data.Cases.Sum(one => one.FirstSeconds + (one.FinalSeconds ?? 0)) / 3600.0;
        return new EvaluationResult(
            Agreement.Of(shown.Select(one => (one.Staff, one.First, one.Final!.Value)).ToList(), 3, plan.Minimum.Judgements),
            Influence.Of(shown.Select(one => new JudgementPair(one.Staff, one.Quarter, one.IsListed, one.First, one.Final!.Value)).ToList(), plan.Minimum.Judgements),
            Shares.Share(needed.Count, listed.Count, plan.Minimum.Judgements),
            Shares.Share(drawn.Count(one => IsNeed(plan, one.Final!.Value)), drawn.Count, plan.Minimum.Judgements),
            Shares.Share(needed.Count(one => !one.WasKnown), needed.Count, plan.Minimum.Judgements),
            LeadTime.Of(data.FollowUps, plan.HorizonDays, plan.Minimum.Followed),
            Recall(plan, data, plan.PendingIsNeed, plan.Recall),
            Recall(plan, data, !plan.PendingIsNeed, plan.Recall),
            Recall(plan, data, plan.PendingIsNeed, RecallMethod.Guaranteed),
            Discontinuity.Of(data.Threshold, plan.Minimum.Side),
            new StaffTime(
                Shares.Median([.. data.Cases.Select(one => one.FirstSeconds / 60.0)], plan.Minimum.Judgements),
                Shares.Median([.. finished.Where(one => one.FinalSeconds is not null).Select(one => one.FinalSeconds!.Value / 60.0)], plan.Minimum.Judgements),
                hours,
                needed.Count == 0 ? null : hours / needed.Count));
    }

    /// <summary>Returns recall of the first judgements, which the analysis could not influence.</summary>
    public static RecallResult Recall(EvaluationPlan plan, EvaluationData data, bool pendingIsNeed, RecallMethod method)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(data);
        (List<AuditStratum> listed, List<AuditStratum> unlisted) = Strata(data, pendingIsNeed);
        return AuditRecall.Of(listed, unlisted, plan.Minimum.Drawn, method);
    }

    /// <summary>Returns listed and unlisted children by scoring and district, with what first judgements found.</summary>
    internal static (List<AuditStratum> Listed, List<AuditStratum> Unlisted) Strata(EvaluationData data, bool pendingIsNeed)
    {
        // Of a child whom several judged, the first judgement counts: it is as blind as any, and chosen without its result.
        Dictionary<(long, string), bool> first = data.Cases.GroupBy(one => (one.Child, one.Round))
            .ToDictionary(group => group.Key, group => group.MinBy(one => one.Order)!.First >= (pendingIsNeed ? 1 : Influence.Need));
        Dictionary<(string, string), (long Judged, long Found)> drawn = data.Drawn.Where(one => first.ContainsKey((one.Child, one.Round))).GroupBy(one => (one.Round, one.District))
            .ToDictionary(group => group.Key, group => ((long)group.Count(), (long)group.Count(one => first[(one.Child, one.Round)])));
        HashSet<(long, string)> isListed = data.Cases.Where(one => one.IsListed).Select(one => (one.Child, one.Round)).ToHashSet();
        ILookup<string, bool> listed = first.Where(one => isListed.Contains(one.Key)).ToLookup(one => one.Key.Item2, one => one.Value);
        return (
            data.Districts.GroupBy(one => one.Round, StringComparer.Ordinal)
                .Select(group => new AuditStratum(group.Key, group.Sum(one => one.Listed), listed[group.Key].Count(), listed[group.Key].Count(found => found))).ToList(),
            data.Districts.Where(one => one.Unlisted > 0).Select(one => (one, Counts: drawn.GetValueOrDefault((one.Round, one.District))))
                .Select(pair => new AuditStratum(pair.one.Round, pair.one.Unlisted, pair.Counts.Judged, pair.Counts.Found)).ToList());
    }

    private static bool IsNeed(EvaluationPlan plan, int decision) => decision >= (plan.PendingIsNeed ? 1 : Influence.Need);
}
