using Warehouse.Reporting.Briefs;

namespace Warehouse.Reporting.Casework;

/// <summary>So many children of so many, with the interval for a hundred like them; what takes the place of a percentage everywhere.</summary>
/// <param name="Needed">Children judged to need support.</param>
/// <param name="Count">Children of this kind.</param>
/// <param name="LowPerHundred">Lower end of the 95 % interval, of 100 children; null without one.</param>
/// <param name="HighPerHundred">Upper end.</param>
public sealed record Among(int Needed, int Count, int? LowPerHundred, int? HighPerHundred);

/// <summary>One reason of the analysis.</summary>
/// <param name="Text">The rule, in Japanese.</param>
/// <param name="Parts">Conditions that overlap with it and count with it.</param>
/// <param name="Children">Children to whom it applies and those judged to need support.</param>
/// <param name="Departments">Whose data it reads.</param>
/// <param name="FoundAgainOfHundred">In how many of 100 repeated trainings the rule was found again; null where not measured.</param>
public sealed record CaseReason(string Text, IReadOnlyList<string> Parts, Among Children, string Departments, int? FoundAgainOfHundred);

/// <summary>What the analysis says of a child, in words and counts: shown after the first judgement only.</summary>
/// <param name="BandCode"><c>A</c>, <c>B</c>, <c>C</c>, or <c>none</c>: not among the most similar.</param>
/// <param name="WithheldText">Why there is no band; null where there is one.</param>
/// <param name="Similar">Similar children and those of them judged to need support; null without a band.</param>
/// <param name="For">Reasons that make the child more similar, strongest first.</param>
/// <param name="Against">Reasons that make it less similar.</param>
/// <param name="Unknown">What is not known.</param>
/// <param name="Previous">The last snapshot before this one, or null.</param>
/// <param name="Trend"><c>falling</c>, <c>rising</c>, <c>same</c>, or empty where there is nothing to compare.</param>
/// <param name="SnapshotDate">The day that the analysis describes.</param>
/// <param name="ModelRunId">The model.</param>
public sealed record CaseAnalysis(
    string BandCode,
    string? WithheldText,
    Among? Similar,
    IReadOnlyList<CaseReason> For,
    IReadOnlyList<CaseReason> Against,
    IReadOnlyList<string> Unknown,
    PastBand? Previous,
    string Trend,
    DateOnly SnapshotDate,
    long ModelRunId)
{
    /// <summary>Returns what a view may show of the analysis: null before the first judgement, for an urgent case, and without a score.</summary>
    public static CaseAnalysis? Of(CaseView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view.Analysis is not { } found)
        {
            return null;
        }

        CaseBrief brief = CaseBriefBuilder.Build(view.Child, found, new BriefRequest("", "", "", 1, 1, "", null));
        BriefAnalysis analysis = brief.Analysis!;
        bool isWithheld = found.Score.IsWithheld == 1;
        PastBand? previous = view.History.FirstOrDefault(past => past.IsWithheld == 0);
        return new CaseAnalysis(
            isWithheld ? "none" : found.Score.BandCode,
            isWithheld ? analysis.ThinFileReason : null,
            isWithheld || analysis.SimilarCount == 0 ? null : Counted(analysis.NeededCount, analysis.SimilarCount, analysis.Interval),
            isWithheld ? [] : analysis.ReasonsFor.Select(Reason).ToList(),
            isWithheld ? [] : analysis.ReasonsAgainst.Select(Reason).ToList(),
            brief.Unknowns.Select(note => note.Source is null ? note.Text : $"{note.Text}（{note.Source}）").ToList(),
            previous,
            isWithheld || previous is null ? "" : TrendOf(previous.BandCode, found.Score.BandCode),
            found.Score.SnapshotDate,
            found.Score.ModelRunId);
    }

    /// <summary>Returns whether likeness fell, rose or stayed between two bands.</summary>
    public static string TrendOf(string before, string now)
    {
        int change = Level(now) - Level(before);
        return change < 0 ? "falling" : change > 0 ? "rising" : "same";
    }

    // The bands are cut by the office's capacity; C is the widest.
    private static int Level(string band) => band switch { "A" => 3, "B" => 2, "C" => 1, _ => 0 };

    private static CaseReason Reason(BriefReason reason) => new(
        reason.Text,
        reason.Parts,
        Counted((int)Math.Round(reason.Count * reason.ObservedShare, MidpointRounding.AwayFromZero), reason.Count, reason.Interval),
        reason.Departments,
        reason.StabilityShare is { } share ? (int)Math.Round(share * 100, MidpointRounding.AwayFromZero) : null);

    private static Among Counted(int needed, int count, BriefInterval? interval) => new(
        needed, count, interval is null ? null : (int)Math.Floor(interval.Low * 100), interval is null ? null : (int)Math.Ceiling(interval.High * 100));
}
