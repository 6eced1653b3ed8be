namespace Warehouse.Reporting.Evaluation;

/// <summary>A judgement before and after the analysis was shown.</summary>
/// <param name="Staff">Who judged.</param>
/// <param name="Period">When, in an order of text: the quarter.</param>
/// <param name="PointsToNeed">Whether the analysis pointed to need: the child was on the list.</param>
/// <param name="First">Before: 0 no need, 1 pending, 2 need.</param>
/// <param name="Final">After.</param>
public readonly record struct JudgementPair(string Staff, string Period, bool PointsToNeed, int First, int Final);

/// <summary>Changes of a group of judgements.</summary>
/// <param name="Name">The member of staff or the period; empty for all.</param>
/// <param name="RoomToward">Judgements that could still move towards what the analysis pointed to.</param>
/// <param name="Toward">How many did.</param>
/// <param name="RoomAway">Judgements that could move away from it.</param>
/// <param name="Away">How many did.</param>
/// <param name="Net">The share that moved towards it less the share that moved away.</param>
public sealed record InfluenceLine(string Name, long RoomToward, long Toward, long RoomAway, long Away, Estimate Net);

/// <summary>How much showing the analysis moves judgements.</summary>
/// <param name="All">All judgements, with the interval over staff.</param>
/// <param name="ByStaff">By member of staff, Newcombe's interval each.</param>
/// <param name="ByPeriod">By period.</param>
/// <param name="Method">How the interval of all was made: <c>staff</c> (over staff) or <c>judgements</c> (staff too few; too narrow where staff differ).</param>
public sealed record InfluenceResult(InfluenceLine All, IReadOnlyList<InfluenceLine> ByStaff, IReadOnlyList<InfluenceLine> ByPeriod, string Method);

/// <summary>Measures how far judgements move towards what the analysis says once it is shown.</summary>
/// <remarks>
/// A second look changes judgements by itself. What moves away from the analysis shows how often; what moves towards it more often than that is put down to the analysis. This holds if, without the analysis, second looks
/// would go both ways equally often; the report says so. Towards and away are shares of those judgements that had room to move so: who already judged as the analysis cannot follow it.
/// Intervals over all staff: <see cref="ClusterRegression"/>, from <see cref="Agreement.FewestStaff"/> staff on; Newcombe's below.
/// </remarks>
public static class Influence
{
    /// <summary>The highest of the judgements: need.</summary>
    public const int Need = 2;

    /// <summary>Returns the influence on judgements, or that there are too few to say.</summary>
    public static InfluenceResult Of(IReadOnlyCollection<JudgementPair> pairs, long needed)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        List<ClusteredRow> rows = [];
        foreach (JudgementPair pair in pairs)
        {
            (bool canFollow, bool follows, bool canLeave, bool leaves) = Moves(pair);
            if (canLeave)
            {
                rows.Add(new ClusteredRow(pair.Staff, false, leaves ? 1 : 0));
            }

            if (canFollow)
            {
                rows.Add(new ClusteredRow(pair.Staff, true, follows ? 1 : 0));
            }
        }

        InfluenceLine all = Line("", pairs, needed);
        string method = "judgements";
        if (!all.Net.IsTooSmall && rows.Select(row => row.Cluster).Distinct(StringComparer.Ordinal).Count() >= Agreement.FewestStaff && ClusterRegression.Difference(rows) is { } clustered)
        {
            // The wider of the two: staff who happen to move alike say too little about how well their number is known.
            Bounds plain = all.Net.Interval!.Value;
            all = all with { Net = all.Net with { Interval = new Bounds(Math.Max(-1, Math.Min(plain.Low, clustered.Interval.Low)), Math.Min(1, Math.Max(plain.High, clustered.Interval.High))) } };
            method = "staff";
        }

        return new InfluenceResult(
            all,
            pairs.GroupBy(pair => pair.Staff, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Line(group.Key, [.. group], needed)).ToList(),
            pairs.GroupBy(pair => pair.Period, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Line(group.Key, [.. group], needed)).ToList(),
            method);
    }

    private static InfluenceLine Line(string name, IReadOnlyCollection<JudgementPair> pairs, long needed)
    {
        long roomToward = 0, toward = 0, roomAway = 0, away = 0;
        foreach (JudgementPair pair in pairs)
        {
            (bool canFollow, bool follows, bool canLeave, bool leaves) = Moves(pair);
            roomToward += canFollow ? 1 : 0;
            toward += follows ? 1 : 0;
            roomAway += canLeave ? 1 : 0;
            away += leaves ? 1 : 0;
        }

        long least = Math.Min(roomToward, roomAway);
        Estimate net = least < Math.Max(1, needed)
            ? Estimate.TooSmall(least, needed)
            : new Estimate(((double)toward / roomToward) - ((double)away / roomAway), Shares.Difference(toward, roomToward, away, roomAway), least, needed);
        return new InfluenceLine(name, roomToward, toward, roomAway, away, net);
    }

    private static (bool CanFollow, bool Follows, bool CanLeave, bool Leaves) Moves(JudgementPair pair)
    {
        int pointed = pair.PointsToNeed ? Need : 0, opposite = Need - pointed;
        bool moved = pair.First != pair.Final, isTowards = pair.PointsToNeed == pair.Final > pair.First;
        return (pair.First != pointed, moved && isTowards, pair.First != opposite, moved && !isTowards);
    }
}
