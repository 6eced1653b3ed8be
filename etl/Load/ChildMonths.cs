namespace Warehouse.Etl.Load;

/// <summary>One resident-register event of a person, as believed in some span of time.</summary>
internal sealed record Move(
    long PersonKey, string MoveCode, DateOnly MoveDate, int PlaceKey, long HouseholdKey, DateTime KnownFromUtc, DateTime KnownToUtc, long LoadId);

/// <summary>One stay in a school or nursery.</summary>
internal sealed record Enrolment(
    long PersonKey, int IsSchool, int FacilityKey, DateOnly ValidFrom, DateOnly ValidTo, DateTime KnownFromUtc, DateTime KnownToUtc, long LoadId);

/// <summary>When a feed first told anything about a person.</summary>
internal sealed record FirstSeen(long PersonKey, string Feed, DateOnly FirstDate, DateTime FirstKnownUtc);

/// <summary>All that the months of one child are derived from.</summary>
internal sealed record ChildInput(
    long ChildKey,
    int BirthMonth,
    int CohortYear,
    IReadOnlyList<Move> Moves,
    IReadOnlyList<Member> Stays,
    IReadOnlyList<Enrolment> Enrolments,
    IReadOnlyList<FirstSeen> Seen);

/// <summary>Derives the months of one child. Pure.</summary>
/// <remarks>
/// A month says what was true on its last day. It is known from its first day or from the file that told, whichever is later; a file
/// that tells more about a month closes the version before. Months before the first residence and from the 18th birthday on have no row.
/// </remarks>
internal static class ChildMonths
{
    private const int AdultMonths = 216;
    private static readonly DateTime Forever = new(9999, 12, 31);

    private readonly record struct State(int PlaceKey, int FacilityKey, long HouseholdKey, bool IsResident, int SourceCount);

    /// <summary>Hands the rows of a child to <paramref name="emit"/>, in the column order of <c>fact.child_month</c>.</summary>
    public static void Derive(ChildInput child, int firstMonth, int lastMonth, Action<object?[]> emit)
    {
        if (child.Moves.Count == 0)
        {
            return;
        }

        SortedDictionary<DateTime, long> times = [];
        void AddTime(DateTime utc, long load)
        {
            if (utc < Forever)
            {
                times[utc] = Math.Max(times.GetValueOrDefault(utc), load);
            }
        }

        foreach (Move move in child.Moves)
        {
            AddTime(move.KnownFromUtc, move.LoadId);
            AddTime(move.KnownToUtc, move.LoadId);
        }

        foreach (Member stay in child.Stays)
        {
            AddTime(stay.KnownFromUtc, stay.LoadId);
            AddTime(stay.KnownToUtc, stay.LoadId);
        }

        foreach (Enrolment enrolment in child.Enrolments)
        {
            AddTime(enrolment.KnownFromUtc, enrolment.LoadId);
            AddTime(enrolment.KnownToUtc, enrolment.LoadId);
        }

        long firstLoad = child.Moves.Min(move => move.LoadId);
        foreach (FirstSeen seen in child.Seen)
        {
            AddTime(seen.FirstKnownUtc, firstLoad);
        }

        DateTime[] utc = [.. times.Keys];
        long[] loads = [.. times.Values];
        int from = Math.Max(firstMonth, child.BirthMonth);
        int to = Math.Min(lastMonth, child.BirthMonth + AdultMonths - 1);
        for (int month = from; month <= to; month++)
        {
            DateTime start = new(month / 12, (month % 12) + 1, 1);
            DateOnly lastDay = DateOnly.FromDateTime(start.AddMonths(1).AddDays(-1));
            int first = Array.FindLastIndex(utc, time => time <= start);
            State? open = null;
            DateTime openFrom = start;
            long openLoad = 0;
            for (int i = Math.Max(first, 0); i < utc.Length; i++)
            {
                State? state = At(child, lastDay, utc[i]);
                if (state == open)
                {
                    continue;
                }

                DateTime time = utc[i] > start ? utc[i] : start;
                if (open is { } before && openFrom < time)
                {
                    emit(Row(child, month, before, openFrom, time, openLoad));
                }

                open = state;
                openFrom = time;
                openLoad = loads[i];
            }

            if (open is { } standing)
            {
                emit(Row(child, month, standing, openFrom, Forever, openLoad));
            }
        }
    }

    private static object?[] Row(ChildInput child, int month, State state, DateTime from, DateTime to, long load)
    {
        int year = month / 12;
        int number = (month % 12) + 1;
        int grade = child.CohortYear == 0 ? 0 : Math.Max(0, Calendar.SchoolYear(year, number) - child.CohortYear + 1);
        return
        [
            child.ChildKey, (year * 100) + number, state.PlaceKey, state.FacilityKey, state.HouseholdKey, month - child.BirthMonth, (short)grade,
            (short)(state.IsResident ? 1 : 0), (short)state.SourceCount, from, to, load,
        ];
    }

    private static State? At(ChildInput child, DateOnly day, DateTime utc)
    {
        Move? last = null;
        Move? resident = null;
        foreach (Move move in child.Moves)
        {
            if (move.MoveDate > day || move.KnownFromUtc > utc || move.KnownToUtc <= utc || move.MoveCode == "name_change")
            {
                continue;
            }

            if (last is null || Order(move).CompareTo(Order(last)) >= 0)
            {
                last = move;
            }

            if (!IsLeaving(move) && (resident is null || Order(move).CompareTo(Order(resident)) >= 0))
            {
                resident = move;
            }
        }

        if (last is null || resident is null)
        {
            return null;
        }

        Member? stay = null;
        foreach (Member candidate in child.Stays)
        {
            if (candidate.ValidFrom <= day && candidate.ValidTo > day && candidate.KnownFromUtc <= utc && candidate.KnownToUtc > utc
                && (stay is null || candidate.ValidFrom >= stay.ValidFrom))
            {
                stay = candidate;
            }
        }

        Enrolment? enrolment = null;
        foreach (Enrolment candidate in child.Enrolments)
        {
            if (candidate.ValidFrom <= day && candidate.ValidTo > day && candidate.KnownFromUtc <= utc && candidate.KnownToUtc > utc
                && (enrolment is null || (candidate.IsSchool, candidate.ValidFrom).CompareTo((enrolment.IsSchool, enrolment.ValidFrom)) >= 0))
            {
                enrolment = candidate;
            }
        }

        int sources = 0;
        foreach (FirstSeen seen in child.Seen)
        {
            sources += seen.FirstDate <= day && seen.FirstKnownUtc <= utc ? 1 : 0;
        }

        return new State(resident.PlaceKey, enrolment?.FacilityKey ?? 0, stay?.HouseholdKey ?? resident.HouseholdKey, !IsLeaving(last), sources);
    }

    private static bool IsLeaving(Move move) => move.MoveCode is "move_out" or "death";

    // On one day a death ends everything, and an arrival or a cancelled departure wins over a departure.
    private static (DateOnly Date, int Weight) Order(Move move) =>
        (move.MoveDate, move.MoveCode switch { "death" => 2, "move_out" => 0, _ => 1 });
}
