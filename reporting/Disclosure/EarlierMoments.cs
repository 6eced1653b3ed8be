using System.Text.RegularExpressions;

namespace Warehouse.Reporting.Disclosure;

/// <summary>Compares figures of people at one month with the same figures at earlier months.</summary>
/// <remarks>
/// Two months are two sets of people, so that no sum holds between their figures: what everybody can compute about a difference is as wide as the interval of the later figure and that of the earlier one
/// together. A difference that concerns fewer people than the threshold needs that width; what the earlier figure does not give of it is asked of the later one. How many people a difference concerns: those
/// who joined or left the figure, where that is known; the difference itself where it is not. A difference of zero tells of no people; a turnover of zero neither.
/// Cost: one audit of each earlier month of which hidden figures are compared.
/// </remarks>
internal static partial class EarlierMoments
{
    /// <summary>Returns the assessment with what differences of months ask of the later figures.</summary>
    /// <param name="set">The tables of the new release.</param>
    /// <param name="assessment">What has to stay uncertain in them alone.</param>
    /// <param name="earlier">The register.</param>
    /// <param name="profile">The rules.</param>
    /// <param name="turnover">How many people joined or left a figure, by the keys of the later and the earlier figure.</param>
    internal static PrimaryAssessment Compare(
        LinkedTableSet set, PrimaryAssessment assessment, IReadOnlyList<EarlierRelease> earlier, DisclosureProfile profile, IReadOnlyDictionary<(string Later, string Earlier), long> turnover)
    {
        ILookup<string, (EarlierRelease Release, EarlierFigure Figure)> series = earlier
            .SelectMany(release => release.Figures.Values.Where(figure => MomentOf(figure.Key) is not null).Select(figure => (release, figure)))
            .ToLookup(pair => SeriesOf(pair.figure.Key), StringComparer.Ordinal);
        ILookup<string, int> own = Enumerable.Range(0, set.System.Cells.Count).Where(cell => MomentOf(set.System.Cells[cell].Key) is not null)
            .ToLookup(cell => SeriesOf(set.System.Cells[cell].Key), StringComparer.Ordinal);
        if (series.Count == 0 && own.All(group => group.Count() == 1))
        {
            return assessment;
        }

        HashSet<string> stated = new(StringComparer.Ordinal), twice = new(StringComparer.Ordinal);
        foreach (string moment in earlier.SelectMany(release => release.Figures.Keys.Select(MomentOf).OfType<string>().Distinct()))
        {
            if (!stated.Add(moment))
            {
                twice.Add(moment);
            }
        }

        List<Comparison> comparisons = [];
        Dictionary<int, decimal> within = [];
        for (int cell = 0; cell < set.System.Cells.Count; cell++)
        {
            SystemCell now = set.System.Cells[cell];
            if (now.Kind != CellKind.Open || MomentOf(now.Key) is null)
            {
                continue;
            }

            CellPlace place = set.FirstPlaces[cell];
            if (PrimaryRules.ThresholdOf(set.Tables[place.Table], [.. place.Nodes], profile) is not { } threshold)
            {
                continue;
            }

            // Tables of several months in one release: the later figure of two stays open.
            foreach (SystemCell before in own[SeriesOf(now.Key)].Select(other => set.System.Cells[other]).Where(other => string.CompareOrdinal(MomentOf(other.Key), MomentOf(now.Key)) < 0))
            {
                decimal people = turnover.TryGetValue((now.Key, before.Key), out long count) ? count : Math.Abs(now.Value - before.Value);
                if (people > 0 && people < threshold)
                {
                    within[cell] = profile.Width(threshold);
                }
            }

            foreach ((EarlierRelease release, EarlierFigure before) in series[SeriesOf(now.Key)].Where(pair => pair.Figure.Key != now.Key))
            {
                decimal people = turnover.TryGetValue((now.Key, before.Key), out long count) ? count : Math.Abs(now.Value - before.Value);
                if (people > 0 && people < threshold)
                {
                    comparisons.Add(new Comparison(cell, profile.Width(threshold), release, before));
                }
            }
        }

        Dictionary<(long, string), decimal> widths = HiddenWidths(comparisons, twice);
        Dictionary<int, CellNeed> needs = assessment.Needs.ToDictionary(need => need.Cell);
        void Ask(int cell, decimal width)
        {
            if (width > 0 && (!needs.TryGetValue(cell, out CellNeed? need) || need.Width < width))
            {
                needs[cell] = need is null ? new CellNeed(cell, width, 0, 0, PrimaryReason.SmallDifference) : need with { Width = width };
            }
        }

        foreach ((int cell, decimal width) in within)
        {
            Ask(cell, width);
        }

        foreach (Comparison comparison in comparisons)
        {
            EarlierFigure before = comparison.Before;
            decimal known = before.ShownUpper - before.ShownLower ?? Math.Max(before.NeedWidth, widths.GetValueOrDefault((comparison.Release.ReleaseId, before.Key)));
            Ask(comparison.Cell, comparison.Width - known);
        }

        return assessment with { Needs = needs.Values.OrderBy(need => need.Cell).ToList() };
    }

    /// <summary>Returns the month of a figure by its key; null where it is of no month.</summary>
    internal static string? MomentOf(string key) => Moment().Match(key) is { Success: true } match ? match.Groups["moment"].Value : null;

    /// <summary>Returns the key of a figure without its month: the same for the same figure of any month.</summary>
    internal static string SeriesOf(string key) => Window().Replace(Moment().Replace(key, "${what}|"), "|${what}=");

    [GeneratedRegex(@"^\d+:(?<what>[^|]*) (?<moment>\d{4}-\d{2})\|", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();

    // What is said of people in a window that moves with the month.
    [GeneratedRegex(@"\|\d+:(?<what>[^|=]*) window \d{4}-\d{4}=", RegexOptions.CultureInvariant)]
    private static partial Regex Window();

    // How wide the intervals of hidden figures are, as far as it is asked. A month that was released twice is taken to leave nothing open.
    private static Dictionary<(long, string), decimal> HiddenWidths(List<Comparison> comparisons, HashSet<string> twice)
    {
        Dictionary<(long, string), decimal> widths = [];
        foreach (IGrouping<EarlierRelease, Comparison> group in comparisons
            .Where(comparison => comparison.Before.ShownLower is null && comparison.Before.NeedWidth < comparison.Width && !twice.Contains(MomentOf(comparison.Before.Key)!))
            .GroupBy(comparison => comparison.Release))
        {
            EarlierFigure[] figures = [.. group.Key.Figures.Values.OrderBy(figure => figure.Key, StringComparer.Ordinal)];
            Dictionary<string, int> places = figures.Select((figure, place) => (figure.Key, place)).ToDictionary(pair => pair.Key, pair => pair.place, StringComparer.Ordinal);
            AttackerView view = new(
                figures.Select(figure => new AttackerCell(figure.Key, figure.Key, figure.ShownLower ?? 0, figure.ShownUpper)).ToList(),
                group.Key.Sums.Select(sum => new CellSum(places[sum.Total], sum.Parts.Select(part => places[part]).ToList())).ToList());
            List<AuditTarget> targets = group.GroupBy(comparison => comparison.Before.Key).Select(same => new AuditTarget(places[same.Key], same.Max(one => one.Width))).ToList();
            foreach (AuditFinding finding in DisclosureAudit.Run(view, targets, AuditDepth.Verdicts).Findings)
            {
                widths[(group.Key.ReleaseId, figures[finding.Target.Cell].Key)] =
                    finding.Verdict == SafetyVerdict.Protected ? finding.Target.Width : finding.IsExact && finding.Verdict == SafetyVerdict.TooNarrow ? finding.Upper - finding.Lower ?? finding.Target.Width : 0;
            }
        }

        return widths;
    }

    // A difference that has to stay uncertain by this width.
    private sealed record Comparison(int Cell, decimal Width, EarlierRelease Release, EarlierFigure Before);
}
