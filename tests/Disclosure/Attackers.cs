namespace Warehouse.Tests.Disclosure;

/// <summary>What became of one kind of attack.</summary>
/// <param name="Attacker">Who tries.</param>
/// <param name="Tried">How often.</param>
/// <param name="Narrowest">The narrowest that anything was told beside what had to stay open: the width found less the width needed; null where nothing was hidden to begin with.</param>
/// <param name="Successes">What was found out that should not be.</param>
/// <param name="Wrong">How often an attack states something that is not so: a fault of its model. None is expected.</param>
internal sealed record AttackResult(string Attacker, int Tried, decimal? Narrowest, IReadOnlyList<string> Successes, int Wrong);

/// <summary>What really was: the figures as they were counted, hidden ones too, and how many people joined or left a figure between two months.</summary>
/// <param name="Values">The figures by name.</param>
/// <param name="Turnover">The people who are in one of the two figures only; null where it is not known.</param>
internal sealed record KnownTruth(IReadOnlyDictionary<FigureName, decimal> Values, Func<FigureName, FigureName, long?> Turnover);

/// <summary>People who try to find out more from statistics than these may tell. Each knows what is published, how tables are made, and no more than is said of him.</summary>
internal sealed class Attackers : IDisposable
{
    private const decimal City = 10, District = 20;

    private readonly PublishedWorld _world;
    private readonly KnownTruth _truth;
    private readonly PublishedProgram _program;
    private readonly Dictionary<int, int> _said;
    private readonly Dictionary<int, (decimal Lower, decimal? Upper)> _ranges = [];
    private readonly Dictionary<int, decimal> _levels = [];

    internal Attackers(PublishedWorld world, KnownTruth truth)
    {
        _world = world;
        _truth = truth;
        _program = new PublishedProgram(world);
        _said = world.Figures.Where(figure => figure.Group >= 0).GroupBy(figure => figure.Group).ToDictionary(group => group.Key, group => group.Count());
        for (int figure = 0; figure < world.Figures.Count; figure++)
        {
            if (LevelOf(figure) is { } level)
            {
                _levels[figure] = level;
            }
        }
    }

    /// <summary>How many linear programs were solved.</summary>
    internal int Programs => _program.Solved;

    /// <summary>The hidden figures that have a level of protection, and the level.</summary>
    internal IReadOnlyDictionary<int, decimal> Levels => _levels;

    public void Dispose() => _program.Dispose();

    /// <summary>Tries everything.</summary>
    internal IReadOnlyList<AttackResult> TryAll() => [Reading(), Subtraction(), Intersection(), Differencing(), GroupDisclosure(), BackgroundKnowledge()];

    /// <summary>Reads the tables for figures that are small as they stand, zeros of small groups and whole groups.</summary>
    internal AttackResult Reading()
    {
        List<string> found = [];
        int tried = 0, wrong = 0;
        for (int place = 0; place < _world.Figures.Count; place++)
        {
            PublishedFigure figure = _world.Figures[place];
            if (!figure.IsShown)
            {
                continue;
            }

            tried++;
            wrong += figure.Lower != Truth(place) ? 1 : 0;
            if (Small(place, figure.Lower) is { } why)
            {
                found.Add($"{figure.Name} = {figure.Lower}: {why}");
            }
        }

        return new AttackResult("reading what is printed", tried, null, found, wrong);
    }

    /// <summary>Subtracts: fills in what is missing alone in a sum, over margins, hierarchies, tables and releases, as long as there is something.</summary>
    internal AttackResult Subtraction()
    {
        decimal?[] known = [.. _world.Figures.Select(figure => figure.IsShown ? figure.Lower : (decimal?)null)];
        int hidden = known.Count(value => value is null), wrong = 0;
        List<string> found = [];
        bool any = true;
        while (any)
        {
            any = false;
            foreach ((int total, int[] parts) in _world.Sums)
            {
                int[] unknown = [.. parts.Append(total).Where(place => known[place] is null)];
                if (unknown.Length != 1)
                {
                    continue;
                }

                decimal sum = parts.Where(place => place != unknown[0]).Sum(place => known[place]!.Value);
                known[unknown[0]] = unknown[0] == total ? sum : known[total]!.Value - sum;
                any = true;
                wrong += known[unknown[0]] != Truth(unknown[0]) ? 1 : 0;
                if (_world.Figures[unknown[0]].Table.Length > 0 || _levels.ContainsKey(unknown[0]))
                {
                    found.Add($"{_world.Figures[unknown[0]].Name} = {known[unknown[0]]}");
                }
            }
        }

        return new AttackResult("subtraction over margins and hierarchies", hidden, null, found, wrong);
    }

    /// <summary>Puts all releases together: between which bounds does each hidden figure lie, by linear programs over everything.</summary>
    internal AttackResult Intersection()
    {
        List<string> found = [];
        decimal? narrowest = null;
        int wrong = 0;
        foreach ((int place, decimal level) in _levels)
        {
            (decimal lower, decimal? upper) = RangeOf(place);
            wrong += Truth(place) is { } truth && (truth < lower || truth > upper) ? 1 : 0;
            if (upper - lower is { } width)
            {
                narrowest = Math.Min(narrowest ?? width - level, width - level);
                if (width < level)
                {
                    found.Add($"{_world.Figures[place].Name} is {lower} to {upper}, level {level}");
                }
            }
        }

        return new AttackResult("all releases together, by linear programs", _levels.Count, narrowest, found, wrong);
    }

    /// <summary>Subtracts figures of one month from the same of another, and of one window of years from another, shown or as far as they can be computed.</summary>
    internal AttackResult Differencing()
    {
        List<string> found = [];
        decimal? narrowest = null;
        int tried = 0, wrong = 0;
        foreach (IGrouping<FigureName, int> series in Enumerable.Range(0, _world.Figures.Count).Where(place => _world.Figures[place].Table.Length > 0).GroupBy(place => SeriesOf(_world.Figures[place].Name)))
        {
            int[] places = [.. series.OrderBy(place => _world.Figures[place].Name.Moment + _world.Figures[place].Name.Lines, StringComparer.Ordinal)];
            for (int a = 0; a < places.Length; a++)
            {
                for (int b = a + 1; b < places.Length; b++)
                {
                    if (Truth(places[a]) is not { } before || Truth(places[b]) is not { } after)
                    {
                        continue;
                    }

                    tried++;
                    PublishedFigure figure = _world.Figures[places[b]];
                    decimal people = _truth.Turnover(_world.Figures[places[a]].Name, figure.Name) ?? Math.Abs(after - before), level = Threshold(figure);
                    if (people <= 0 || people >= level)
                    {
                        continue;
                    }

                    (decimal lower, decimal? upper) = figure.IsShown && _world.Figures[places[a]].IsShown ? (after - before, after - before) : _program.Range((places[b], 1), (places[a], -1));
                    wrong += after - before < lower || after - before > upper ? 1 : 0;
                    if (upper - lower is { } width)
                    {
                        narrowest = Math.Min(narrowest ?? width - level, width - level);
                        if (width < level)
                        {
                            found.Add($"{figure.Name} less {_world.Figures[places[a]].Name} is {lower} to {upper}, of {people} people, level {level}");
                        }
                    }
                }
            }
        }

        return new AttackResult("differences of releases", tried, narrowest, found, wrong);
    }

    /// <summary>Asks of every group, shown or hidden, whether all of it is concerned by something, or nobody of a small one.</summary>
    internal AttackResult GroupDisclosure()
    {
        List<string> found = [];
        int tried = 0, wrong = 0;
        for (int place = 0; place < _world.Figures.Count; place++)
        {
            PublishedFigure figure = _world.Figures[place];
            if (figure.Group < 0 || Truth(place) is not { } value || Truth(figure.Group) is not { } group || group == 0)
            {
                continue;
            }

            tried++;
            // Only what is so can be found out.
            if (value == group && _program.Range((figure.Group, 1), (place, -1)).Upper == 0 && HasOthers(place))
            {
                found.Add($"all of {_world.Figures[figure.Group].Name} ({group}) are {figure.Name}");
            }

            if (value == 0 && group < Threshold(figure) && RangeOf(place).Upper == 0)
            {
                found.Add($"nobody of {_world.Figures[figure.Group].Name} ({group}) is {figure.Name}");
            }

            if (value != group && value != 0 && _program.Range((figure.Group, 1), (place, -1)).Upper == 0)
            {
                wrong++;
            }
        }

        return new AttackResult("group disclosure: all of them, none of them", tried, null, found, wrong);
    }

    /// <summary>Somebody who knows one child of a hidden figure (his own) subtracts it, and looks at that figure and at every one beside it.</summary>
    internal AttackResult BackgroundKnowledge()
    {
        List<string> found = [];
        decimal? narrowest = null;
        int tried = 0, wrong = 0;
        foreach ((int place, decimal level) in _levels.Where(pair => Truth(pair.Key) > 0))
        {
            foreach (int other in _program.Beside(place).Where(_levels.ContainsKey).Append(place))
            {
                tried++;
                (decimal lower, decimal? upper) = other == place ? RangeOf(place) : _program.RangeWhile(other, place, 1);
                lower = other == place ? Math.Max(lower, 1) : lower;
                wrong += Truth(other) is { } truth && (truth < lower || truth > upper) ? 1 : 0;
                // One child known takes one from the width, and no more.
                if (upper - lower is { } width)
                {
                    decimal left = width - (_levels[other] - 1);
                    narrowest = Math.Min(narrowest ?? left, left);
                    if (left < 0)
                    {
                        found.Add($"knowing a child of {_world.Figures[place].Name}, {_world.Figures[other].Name} is {lower} to {upper}, level {level}");
                    }
                }
            }
        }

        return new AttackResult("knowing one child of a hidden figure", tried, narrowest, found, wrong);
    }

    private static decimal Threshold(PublishedFigure figure) => figure.IsDistrict ? District : City;

    // Windows of years and totals up to a year are followed from release to release, as months are.
    private static FigureName SeriesOf(FigureName name) => name.Series with { Lines = string.Join(" & ", name.Lines.Split(" & ").Select(line => line.StartsWith("year=to ", StringComparison.Ordinal) ? "year=to" : line)) };

    private decimal? Truth(int place) => _truth.Values.TryGetValue(_world.Figures[place].Name, out decimal value) ? value : null;

    private (decimal Lower, decimal? Upper) RangeOf(int place)
    {
        if (!_ranges.TryGetValue(place, out (decimal, decimal?) range))
        {
            _ranges[place] = range = _program.Range((place, 1));
        }

        return range;
    }

    // How wide a hidden figure has to stay for its own sake; null where it is hidden for the sake of others, or shown.
    private decimal? LevelOf(int place)
    {
        PublishedFigure figure = _world.Figures[place];
        if (figure.IsShown || Truth(place) is not { } value)
        {
            return null;
        }

        if (figure.Table.Length == 0)
        {
            // No table prints it.
            return value > 0 && value < Threshold(figure) ? City : null;
        }

        return Small(place, value) is null ? null : Threshold(figure);
    }

    private string? Small(int place, decimal value)
    {
        PublishedFigure figure = _world.Figures[place];
        decimal threshold = Threshold(figure);
        decimal? group = figure.Group < 0 ? null : Truth(figure.Group);
        return value > 0 && value < threshold ? "fewer than the threshold"
            : value > 0 && value == group && HasOthers(place) ? "all of a group"
            : value == 0 && Whole(figure.Group) is { } whole && whole < threshold ? "nobody of a small group"
            : null;
    }

    // The people of whom something is said: up to where nothing is said.
    private decimal? Whole(int group)
    {
        while (group >= 0 && _world.Figures[group].Group >= 0)
        {
            group = _world.Figures[group].Group;
        }

        return group < 0 ? null : Truth(group);
    }

    // A group of which only one thing can be said tells nothing by it.
    private bool HasOthers(int place) => _said[_world.Figures[place].Group] > 1;
}
