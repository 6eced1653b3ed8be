namespace Warehouse.Reporting.Disclosure;

/// <summary>A figure as an earlier release had it.</summary>
/// <param name="Key">The name of the figure in the system.</param>
/// <param name="Value">What it was, shown or not.</param>
/// <param name="ShownLower">The least that the release says it is; null where it was hidden.</param>
/// <param name="ShownUpper">The most that the release says it is; null where it was hidden.</param>
/// <param name="NeedWidth">How wide its interval has to stay; 0 where nothing was asked.</param>
public sealed record EarlierFigure(string Key, decimal Value, decimal? ShownLower, decimal? ShownUpper, decimal NeedWidth)
{
    /// <summary>Whether everybody knows it exactly.</summary>
    public bool IsExact => ShownLower is { } lower && ShownUpper == lower;
}

/// <summary>A sum of an earlier release, by the keys of its figures.</summary>
public sealed record EarlierSum(string Total, IReadOnlyList<string> Parts);

/// <summary>A release of the register.</summary>
/// <param name="ReleaseId">Its number.</param>
/// <param name="Figures">Its figures by their keys.</param>
/// <param name="Sums">The sums between them.</param>
public sealed record EarlierRelease(long ReleaseId, IReadOnlyDictionary<string, EarlierFigure> Figures, IReadOnlyList<EarlierSum> Sums);

/// <summary>Brings what earlier releases tell into the system of a new one.</summary>
/// <remarks>
/// Figures are compared by their keys; what counts another month or another window has another key. A figure that has not changed is one figure, public where an earlier release shows it. One that has changed
/// becomes three: the earlier one, the new one, and their difference, which is as small a count as any other: where it is below the threshold it has to stay uncertain. Figures and sums of other tables that hang
/// together with the new ones come along, and what an earlier release hides has to stay hidden as widely as was asked then. So a difference, a difference of differences, overlapping tables and any mixture of
/// old and new sums are in the system that is protected and audited. A reader is taken to know which figures have not changed.
/// Cost: for each earlier release, its figures that differ twice, those of other tables once, and its sums.
/// </remarks>
public static class EarlierReleases
{
    // What a figure may have fallen by, as far as anybody knows who does not know what it was.
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
        Joining joining = new(set, assessment, profile);
        foreach (EarlierRelease release in earlier)
        {
            joining.Publish(release);
        }

        foreach (EarlierRelease release in earlier)
        {
            joining.Add(release);
        }

        return joining.Result();
    }

    private sealed class Joining
    {
        private readonly LinkedTableSet _set;
        private readonly DisclosureProfile _profile;
        private readonly bool _areCounts;
        private readonly int _count;
        private readonly List<SystemCell> _cells;
        private readonly List<CellSum> _sums;
        private readonly Dictionary<int, CellNeed> _needs;
        private readonly Dictionary<string, int> _now = new(StringComparer.Ordinal);
        private readonly Dictionary<(string Key, decimal Value), int> _before = [];
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        internal Joining(LinkedTableSet set, PrimaryAssessment assessment, DisclosureProfile profile)
        {
            _set = set;
            _profile = profile;
            _areCounts = set.System.AreCounts;
            _cells = [.. assessment.System.Cells];
            _sums = [.. assessment.System.Sums];
            _needs = assessment.Needs.ToDictionary(need => need.Cell);
            _count = _cells.Count;
            for (int cell = 0; cell < _count; cell++)
            {
                _now.Add(_cells[cell].Key, cell);
            }

            foreach (CellSum sum in _sums)
            {
                _seen.Add(Signature(sum));
            }
        }

        // First of all releases, so that nothing is asked of a figure that any of them shows.
        internal void Publish(EarlierRelease release)
        {
            foreach (EarlierFigure figure in release.Figures.Values)
            {
                if (figure.ShownLower is not { } lower || !_now.TryGetValue(figure.Key, out int cell) || _cells[cell].Value != figure.Value || _cells[cell].Kind is not CellKind.Open)
                {
                    continue;
                }

                decimal? upper = _cells[cell].Upper is { } known && known < figure.ShownUpper ? known : figure.ShownUpper;
                _cells[cell] = _cells[cell] with { Lower = Math.Max(lower, _cells[cell].Lower), Upper = upper, Kind = figure.IsExact ? CellKind.Public : CellKind.Open };
                if (figure.IsExact)
                {
                    // Hiding it would protect nobody any more.
                    _needs.Remove(cell);
                }
            }
        }

        internal void Add(EarlierRelease release)
        {
            Dictionary<string, int> places = new(StringComparer.Ordinal);
            foreach (string key in Connected(release))
            {
                places[key] = PlaceOf(release.ReleaseId, release.Figures[key]);
            }

            foreach (EarlierSum sum in release.Sums.Where(sum => places.ContainsKey(sum.Total)))
            {
                CellSum own = new(places[sum.Total], sum.Parts.Select(part => places[part]).ToList());
                if (_seen.Add(Signature(own)))
                {
                    _sums.Add(own);
                }
            }
        }

        internal PrimaryAssessment Result() => new(CellSystem.Create(_cells, _sums, _areCounts), _needs.Values.OrderBy(need => need.Cell).ToList());

        private int PlaceOf(long releaseId, EarlierFigure figure)
        {
            bool isNow = _now.TryGetValue(figure.Key, out int now);
            if (isNow && _cells[now].Value == figure.Value)
            {
                Ask(now, figure);
                return now;
            }

            if (_before.TryGetValue((figure.Key, figure.Value), out int place))
            {
                Ask(place, figure);
                return place;
            }

            place = _cells.Count;
            _before.Add((figure.Key, figure.Value), place);
            string label = isNow ? _cells[now].Label : figure.Key;
            _cells.Add(new SystemCell(
                FormattableString.Invariant($"before|{releaseId}|{figure.Key}"),
                FormattableString.Invariant($"{label} (release {releaseId})"),
                figure.Value,
                figure.IsExact ? CellKind.Public : CellKind.Unpublished,
                1,
                figure.ShownLower ?? 0,
                figure.ShownUpper));
            Ask(place, figure);
            if (isNow && _cells[now].Kind != CellKind.Structural)
            {
                Compare(releaseId, figure, now, place);
            }

            return place;
        }

        private void Ask(int place, EarlierFigure figure)
        {
            // What was hidden stays hidden, also where it was for the sake of others: a figure is restated as it was.
            bool stays = figure.ShownLower is null && _cells[place].Kind == CellKind.Open;
            if ((stays || (figure.NeedWidth > 0 && !figure.IsExact && _cells[place].Kind == CellKind.Unpublished)) && (_needs.GetValueOrDefault(place)?.Width ?? -1) < figure.NeedWidth)
            {
                _needs[place] = new CellNeed(place, figure.NeedWidth, 0, 0, PrimaryReason.SmallCount);
            }
        }

        private void Compare(long releaseId, EarlierFigure figure, int now, int before)
        {
            decimal change = _cells[now].Value - figure.Value;
            int difference = _cells.Count;
            _cells.Add(new SystemCell(
                FormattableString.Invariant($"change|{releaseId}|{figure.Key}"),
                FormattableString.Invariant($"{_cells[now].Label} (change since release {releaseId})"),
                change,
                CellKind.Unpublished,
                1,
                figure.ShownUpper is { } upper ? -upper : -Anything));
            _sums.Add(new CellSum(now, [before, difference]));
            int? threshold = now < _set.FirstPlaces.Count ? PrimaryRules.ThresholdOf(_set.Tables[_set.FirstPlaces[now].Table], [.. _set.FirstPlaces[now].Nodes], _profile) : null;
            // Where both are public, so is their difference.
            if (now < _set.FirstPlaces.Count && Math.Abs(change) < (threshold ?? _profile.LargestThreshold) && !(figure.IsExact && _cells[now].Kind == CellKind.Public))
            {
                _needs[difference] = new CellNeed(difference, _profile.Width(threshold), 0, 0, PrimaryReason.SmallDifference);
            }
        }

        // The figures of a release that hang together with the new ones by its sums.
        private IEnumerable<string> Connected(EarlierRelease release)
        {
            ILookup<string, EarlierSum> sumsOf = release.Sums.SelectMany(sum => sum.Parts.Prepend(sum.Total).Select(key => (key, sum))).ToLookup(pair => pair.key, pair => pair.sum);
            HashSet<string> reached = new(StringComparer.Ordinal);
            Queue<string> open = new(release.Figures.Keys.Where(_now.ContainsKey).Order(StringComparer.Ordinal));
            while (open.TryDequeue(out string? key))
            {
                if (!reached.Add(key))
                {
                    continue;
                }

                foreach (string other in sumsOf[key].SelectMany(sum => sum.Parts.Prepend(sum.Total)))
                {
                    if (!reached.Contains(other))
                    {
                        open.Enqueue(other);
                    }
                }
            }

            return reached.Order(StringComparer.Ordinal);
        }

        private static string Signature(CellSum sum) => sum.Total + ":" + string.Join(',', sum.Parts.Order());
    }
}
