using System.Globalization;

namespace Warehouse.Reporting.Disclosure;

/// <summary>A figure as an earlier release had it.</summary>
/// <param name="Key">The name of the figure in the system.</param>
/// <param name="Value">What it was, shown or not.</param>
/// <param name="ShownLower">The least that the release says it is; null where it was hidden.</param>
/// <param name="ShownUpper">The most that the release says it is; null where it was hidden.</param>
public sealed record EarlierFigure(string Key, decimal Value, decimal? ShownLower, decimal? ShownUpper)
{
    /// <summary>Whether everybody knows it exactly.</summary>
    public bool IsExact => ShownLower is { } lower && ShownUpper == lower;
}

/// <summary>A release of the register.</summary>
/// <param name="ReleaseId">Its number.</param>
/// <param name="Figures">Its figures by their keys.</param>
public sealed record EarlierRelease(long ReleaseId, IReadOnlyDictionary<string, EarlierFigure> Figures);

/// <summary>Brings what earlier releases tell into the system of a new one.</summary>
/// <remarks>
/// Figures are compared by their keys; what counts another month or another window has another key. A figure that an earlier release shows and that has not changed is public. One that has changed becomes
/// three: the earlier one, the new one, and their difference, which is as small a count as any other: where it is below the threshold it has to stay uncertain. What an earlier release hides has to stay
/// hidden, and the sums of that release hold among its figures. So a difference, a difference of differences and any mixture of old and new sums is in the system that is protected and audited.
/// A reader is taken to know which figures have not changed.
/// Cost: for each earlier release with figures that differ, up to two further figures and the sums of the set.
/// </remarks>
public static class EarlierReleases
{
    // What a hidden earlier figure may have fallen by, as far as anybody knows.
    private const decimal Anything = 1_000_000m;

    /// <summary>Returns the system with what earlier releases tell, and what has to stay uncertain in it.</summary>
    /// <param name="set">The tables of the new release.</param>
    /// <param name="assessment">What has to stay uncertain in the new release alone; its first figures are those of the set.</param>
    /// <param name="earlier">The register.</param>
    /// <param name="profile">The rules.</param>
    public static PrimaryAssessment Join(LinkedTableSet set, PrimaryAssessment assessment, IReadOnlyList<EarlierRelease> earlier, DisclosureProfile profile)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(assessment);
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(profile);
        List<SystemCell> cells = [.. assessment.System.Cells];
        List<CellSum> sums = [.. assessment.System.Sums];
        Dictionary<int, CellNeed> needs = assessment.Needs.ToDictionary(need => need.Cell);
        int own = set.System.Cells.Count;
        for (int cell = 0; cell < own; cell++)
        {
            if (cells[cell].Kind == CellKind.Open && earlier.Any(release => release.Figures.TryGetValue(cells[cell].Key, out EarlierFigure? figure) && figure.IsExact && figure.Value == cells[cell].Value))
            {
                cells[cell] = cells[cell] with { Kind = CellKind.Public };
                // Hiding it would protect nobody any more.
                needs.Remove(cell);
            }
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (EarlierRelease release in earlier)
        {
            int[] changed = Enumerable.Range(0, own)
                .Where(cell => cells[cell].Kind != CellKind.Structural && release.Figures.TryGetValue(cells[cell].Key, out EarlierFigure? figure) && figure.Value != cells[cell].Value)
                .ToArray();
            string content = string.Join(';', changed.Select(cell => FormattableString.Invariant($"{cell}={release.Figures[cells[cell].Key].Value}/{release.Figures[cells[cell].Key].ShownLower}")));
            if (changed.Length > 0 && seen.Add(content))
            {
                Add(release, changed, set, profile, cells, sums, needs);
            }
        }

        return new PrimaryAssessment(CellSystem.Create(cells, sums, set.System.AreCounts), needs.Values.OrderBy(need => need.Cell).ToList());
    }

    private static void Add(
        EarlierRelease release, int[] changed, LinkedTableSet set, DisclosureProfile profile, List<SystemCell> cells, List<CellSum> sums, Dictionary<int, CellNeed> needs)
    {
        Dictionary<int, int> before = [];
        foreach (int cell in changed)
        {
            SystemCell now = cells[cell];
            EarlierFigure figure = release.Figures[now.Key];
            CellPlace place = set.FirstPlaces[cell];
            int? threshold = PrimaryRules.ThresholdOf(set.Tables[place.Table], [.. place.Nodes], profile);
            decimal width = profile.Width(threshold);
            string number = release.ReleaseId.ToString(CultureInfo.InvariantCulture);
            int old = cells.Count;
            cells.Add(new SystemCell(
                $"before|{number}|{now.Key}", $"{now.Label} (release {number})", figure.Value, figure.IsExact ? CellKind.Public : CellKind.Unpublished));
            before[cell] = old;
            int difference = cells.Count;
            decimal change = now.Value - figure.Value;
            cells.Add(new SystemCell(
                $"change|{number}|{now.Key}", $"{now.Label} (change since release {number})", change, CellKind.Unpublished, 1, figure.IsExact ? -figure.Value : -Anything));
            sums.Add(new CellSum(cell, [old, difference]));
            // Where both are public, so is their difference.
            if (Math.Abs(change) < (threshold ?? profile.LargestThreshold) && !(figure.IsExact && now.Kind == CellKind.Public))
            {
                needs[difference] = new CellNeed(difference, width, 0, 0, PrimaryReason.SmallDifference);
            }

            if (!figure.IsExact && figure.Value > 0 && figure.Value < (threshold ?? profile.LargestThreshold))
            {
                needs[old] = new CellNeed(old, width, 0, 0, PrimaryReason.SmallCount);
            }
        }

        foreach (CellSum sum in set.System.Sums)
        {
            IEnumerable<int> places = sum.Parts.Prepend(sum.Total);
            if (places.Any(before.ContainsKey) && places.All(place => release.Figures.ContainsKey(cells[place].Key) || cells[place].Kind == CellKind.Structural))
            {
                sums.Add(new CellSum(before.GetValueOrDefault(sum.Total, sum.Total), sum.Parts.Select(part => before.GetValueOrDefault(part, part)).ToList()));
            }
        }
    }
}
