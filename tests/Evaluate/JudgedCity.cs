using System.Globalization;
using Warehouse.Etl.City;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Evaluation;

namespace Warehouse.Tests.Evaluate;

/// <summary>What is true of a simulated evaluation.</summary>
/// <param name="Recall">Of the children in whom a perfect judge would see need, those listed.</param>
/// <param name="RecallWithHidden">The same of all children in need, hidden ones among them.</param>
/// <param name="Influence">Mean over the population of staff of the share of judgements that the analysis moves.</param>
/// <param name="InfluenceOfThese">Mean over the staff who judged.</param>
public sealed record JudgedTruth(double Recall, double RecallWithHidden, double Influence, double InfluenceOfThese);

/// <summary>Judges of a fictitious city: how well they see and how far the analysis moves them.</summary>
/// <param name="Staff">How many.</param>
/// <param name="Sees">How often they see a need that can be seen.</param>
/// <param name="Mistakes">How often they see one where there is none.</param>
/// <param name="Pending">How often they leave it open.</param>
/// <param name="MostAnchored">Each takes over what the analysis says with a chance of its own, up to this.</param>
/// <param name="SecondThoughts">How often they change their mind whatever the analysis says.</param>
public sealed record Judges(int Staff, double Sees, double Mistakes, double Pending, double MostAnchored, double SecondThoughts)
{
    /// <summary>Judges who see every need that can be seen and nothing else.</summary>
    public static Judges Perfect { get; } = new(6, 1, 0, 0, 0, 0);

    /// <summary>Judges who err, hesitate and are moved.</summary>
    public static Judges Real { get; } = new(6, 0.7, 0.02, 0.12, 0.4, 0.05);
}

/// <summary>A fictitious city whose truth is known, listed by the best model there can be, drawn from and judged.</summary>
/// <remarks>架空データ. Listed: the share of the capacity with the highest probability at each half-year. Drawn: as the worklist draws, by district.</remarks>
public sealed class JudgedCity
{
    private const double Capacity = 0.01;

    private readonly TrueNeed[][] _rounds;
    private readonly bool[][] _visible;
    private readonly bool[][] _listed;

    /// <summary>Makes a city of a seed.</summary>
    /// <param name="seed">The seed of the city and of what can be seen.</param>
    /// <param name="children">Its children.</param>
    /// <param name="rounds">The last so many half-years are scored, listed and judged.</param>
    public JudgedCity(int seed, int children, int rounds)
    {
        Random random = new(seed);
        _rounds = [.. CityGenerator.Needs(CityOptions.For(CityPreset.City, (ulong)seed) with { Children = children })
            .Where(row => !row.IsKnown).GroupBy(row => row.Half).OrderByDescending(group => group.Key).Take(rounds).Select(group => group.OrderBy(row => row.Person).ToArray())];
        _visible = [.. _rounds.Select(rows => rows.Select(row => random.NextDouble() < row.Seen && row.IsNeed).ToArray())];
        _listed = [.. _rounds.Select(rows =>
        {
            HashSet<long> top = rows.OrderByDescending(row => row.Probability).ThenBy(row => row.Person).Take((int)Math.Ceiling(Capacity * rows.Length)).Select(row => row.Person).ToHashSet();
            return rows.Select(row => top.Contains(row.Person)).ToArray();
        })];
    }

    /// <summary>Gets how many children are listed, in all rounds.</summary>
    public int ListedCount => _listed.Sum(round => round.Count(listed => listed));

    /// <summary>Draws, lets judges judge, and returns what an evaluation would see, with the truth.</summary>
    public (EvaluationData Data, JudgedTruth Truth) Judge(int seed, Judges judges)
    {
        Random random = new(seed);
        double[] anchored = [.. Enumerable.Range(0, judges.Staff).Select(_ => random.NextDouble() * judges.MostAnchored)];
        List<JudgedCase> cases = [];
        List<DistrictRound> districts = [];
        List<DrawnChild> drawn = [];
        double found = 0, visible = 0, needs = 0, foundNeeds = 0;
        for (int r = 0; r < _rounds.Length; r++)
        {
            string round = string.Create(CultureInfo.InvariantCulture, $"half {_rounds[r][0].Half:00}");
            for (int i = 0; i < _rounds[r].Length; i++)
            {
                visible += _visible[r][i] ? 1 : 0;
                found += _visible[r][i] && _listed[r][i] ? 1 : 0;
                needs += _rounds[r][i].IsNeed ? 1 : 0;
                foundNeeds += _rounds[r][i].IsNeed && _listed[r][i] ? 1 : 0;
            }

            foreach (IGrouping<int, int> district in Enumerable.Range(0, _rounds[r].Length).GroupBy(i => _rounds[r][i].District))
            {
                int[] unlisted = [.. district.Where(i => !_listed[r][i])], listed = [.. district.Where(i => _listed[r][i])];
                string name = district.Key.ToString("00", CultureInfo.InvariantCulture);
                districts.Add(new DistrictRound(round, name, listed.Length, unlisted.Length));
                random.Shuffle(unlisted);
                foreach (int i in unlisted.Take(AuditDraw.Size(listed.Length, unlisted.Length)))
                {
                    drawn.Add(new DrawnChild(_rounds[r][i].Person, round, name));
                    cases.Add(One(random, judges, anchored, _rounds[r][i].Person, round, false, _visible[r][i], cases.Count));
                }

                cases.AddRange(listed.Select((i, place) => One(random, judges, anchored, _rounds[r][i].Person, round, true, _visible[r][i], cases.Count + place)).ToList());
            }
        }

        // Second thoughts take their share of the judgements first, and go both ways.
        double moved = 1 - judges.SecondThoughts;
        return (new EvaluationData(cases, districts, drawn, [], []), new JudgedTruth(found / visible, foundNeeds / needs, moved * judges.MostAnchored / 2, moved * anchored.Average()));
    }

    /// <summary>Returns the interval that an exact one of a simple random draw of as many unlisted children would give, beside whether it holds the truth.</summary>
    public Bounds SimpleDraw(int seed, int size)
    {
        Random random = new(seed);
        bool[] unlisted = [.. Enumerable.Range(0, _rounds.Length).SelectMany(r => Enumerable.Range(0, _rounds[r].Length).Where(i => !_listed[r][i]).Select(i => _visible[r][i]))];
        double listed = Enumerable.Range(0, _rounds.Length).Sum(r => Enumerable.Range(0, _rounds[r].Length).Count(i => _listed[r][i] && _visible[r][i]));
        random.Shuffle(unlisted);
        Bounds share = Shares.ClopperPearson(unlisted.Take(size).Count(need => need), size);
        return new Bounds(listed / (listed + (share.High * unlisted.Length)), listed / (listed + (share.Low * unlisted.Length)));
    }

    private static JudgedCase One(Random random, Judges judges, double[] anchored, long child, string round, bool isListed, bool isVisible, int order)
    {
        int staff = random.Next(judges.Staff);
        double draw = random.NextDouble(), needs = isVisible ? judges.Sees : judges.Mistakes;
        int first = draw < needs ? 2 : draw < needs + judges.Pending ? 1 : 0, pointed = isListed ? 2 : 0, final = first;
        if (random.NextDouble() < judges.SecondThoughts)
        {
            // To the other side; from the middle to either.
            final = first == 1 ? 2 * random.Next(2) : 2 - first;
        }
        else if (random.NextDouble() < anchored[staff])
        {
            final = pointed;
        }

        return new JudgedCase(
            child, round, string.Create(CultureInfo.InvariantCulture, $"staff {staff}"), round, isListed, !isListed, first, final, 120 + random.Next(900), 60 + random.Next(300), order, false, true);
    }
}
