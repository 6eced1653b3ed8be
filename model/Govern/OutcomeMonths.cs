using Warehouse.Model.Features;

namespace Warehouse.Model.Govern;

/// <summary>One child at one scoring.</summary>
public sealed record ScoredChild(DateOnly SnapshotDate, DateTime AsKnownUtc, long ChildKey, double Probability);

/// <summary>Counts, month by month, the decisions that scorings led to expect and those that were made; pure.</summary>
public static class OutcomeMonths
{
    private const int HorizonMonths = 12;

    /// <summary>Returns the whole months after the first scoring and before a day, in order of time.</summary>
    /// <remarks>
    /// A month is told by the last scoring of a day at or before its first, no older than the horizon of the label, made with what was known by then. A child counts until its first decision.
    /// A twelfth of the probability of a year falls on each month.
    /// </remarks>
    /// <param name="scored">All scores that were shown.</param>
    /// <param name="cases">Decisions as known now.</param>
    /// <param name="until">Decisions before this day are known.</param>
    public static IReadOnlyList<OutcomeMonth> Count(IReadOnlyList<ScoredChild> scored, Cases cases, DateOnly until)
    {
        ArgumentNullException.ThrowIfNull(scored);
        ArgumentNullException.ThrowIfNull(cases);
        List<OutcomeMonth> months = [];
        if (scored.Count == 0)
        {
            return months;
        }

        ILookup<(DateOnly Date, DateTime Known), ScoredChild> scorings = scored.ToLookup(s => (s.SnapshotDate, s.AsKnownUtc));
        Dictionary<long, DateOnly?> first = scored.Select(s => s.ChildKey).Distinct().ToDictionary(child => child, cases.FirstNeed);
        DateOnly earliest = scored.Min(s => s.SnapshotDate);
        var from = new DateOnly(earliest.Year, earliest.Month, 1);
        for (DateOnly month = from < earliest ? from.AddMonths(1) : from; month.AddMonths(1) <= until; month = month.AddMonths(1))
        {
            (DateOnly Date, DateTime Known)[] usable = [.. scorings.Select(s => s.Key)
                .Where(key => key.Date <= month && key.Date.AddMonths(HorizonMonths) > month && key.Known <= Snapshot.StartOfDayUtc(month)).OrderBy(key => key)];
            if (usable.Length == 0)
            {
                continue;
            }

            ScoredChild[] atRisk = [.. scorings[usable[^1]].Where(s => first[s.ChildKey] is not { } day || day >= month)];
            months.Add(new OutcomeMonth(
                (month.Year * 100) + month.Month,
                atRisk.Length,
                atRisk.Sum(s => s.Probability) / HorizonMonths,
                atRisk.Count(s => first[s.ChildKey] is { } day && day < month.AddMonths(1))));
        }

        return months;
    }
}
