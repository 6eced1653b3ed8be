namespace Warehouse.Etl.Load;

/// <summary>One stay of a person in a household, as believed in some span of time.</summary>
internal sealed record Member(
    long HouseholdKey,
    long PersonKey,
    string RelationCode,
    short IsHead,
    DateOnly ValidFrom,
    DateOnly ValidTo,
    DateTime KnownFromUtc,
    DateTime KnownToUtc,
    long LoadId);

/// <summary>One version of a household as it would be told at one time.</summary>
internal readonly record struct HouseholdState(
    long HouseholdKey,
    string DistrictCode,
    short MemberCount,
    short ChildCount,
    short AdultCount,
    short IsSingleParent,
    short HasGrandparent,
    DateOnly ValidFrom,
    DateOnly ValidTo);

/// <summary>One directed tie between two persons.</summary>
internal readonly record struct Tie(long PersonKey, long RelativeKey, string KinshipCode, DateOnly ValidFrom, DateOnly ValidTo);

/// <summary>Derives households and kinship from stays and relations to the head. Pure.</summary>
internal static class Households
{
    private const int AdultMonths = 216;
    private const int GenerationMonths = 15 * 12;
    private static readonly DateOnly Forever = new(9999, 12, 31);

    /// <summary>Returns the versions in valid time of one household whose stays are believed at one time.</summary>
    /// <param name="members">The stays.</param>
    /// <param name="birthMonth">Month number of birth by person; 0 unknown.</param>
    /// <param name="district">District of the household on a day.</param>
    public static IEnumerable<HouseholdState> States(IReadOnlyList<Member> members, Func<long, int> birthMonth, Func<DateOnly, string> district)
    {
        SortedSet<DateOnly> edges = [];
        foreach (Member member in members)
        {
            edges.Add(member.ValidFrom);
            edges.Add(member.ValidTo);
            if (birthMonth(member.PersonKey) is int born and > 0)
            {
                DateOnly adult = FirstDay(born + AdultMonths);
                if (adult > member.ValidFrom && adult < member.ValidTo)
                {
                    edges.Add(adult);
                }
            }
        }

        HouseholdState? last = null;
        DateOnly? from = null;
        List<Member> present = [];
        foreach (DateOnly edge in edges)
        {
            if (from is { } start)
            {
                present.Clear();
                present.AddRange(members.Where(member => member.ValidFrom <= start && member.ValidTo > start));
                if (present.Count > 0)
                {
                    HouseholdState state = State(present, start, edge, birthMonth, district(start));
                    if (last is { } before && before.ValidTo == start && before with { ValidFrom = start, ValidTo = edge } == state)
                    {
                        last = before with { ValidTo = edge };
                    }
                    else
                    {
                        if (last is { } done)
                        {
                            yield return done;
                        }

                        last = state;
                    }
                }
            }

            from = edge;
        }

        if (last is { } end)
        {
            yield return end;
        }
    }

    /// <summary>Returns the ties that the stays of one household show.</summary>
    public static IEnumerable<Tie> Ties(IReadOnlyList<Member> members, Func<long, int> birthMonth)
    {
        for (int i = 0; i < members.Count; i++)
        {
            for (int j = 0; j < members.Count; j++)
            {
                Member person = members[i];
                Member relative = members[j];
                DateOnly from = person.ValidFrom > relative.ValidFrom ? person.ValidFrom : relative.ValidFrom;
                DateOnly to = person.ValidTo < relative.ValidTo ? person.ValidTo : relative.ValidTo;
                if (person.PersonKey == relative.PersonKey || from >= to)
                {
                    continue;
                }

                if (IsParent(person, relative, members, birthMonth))
                {
                    yield return new Tie(person.PersonKey, relative.PersonKey, "parent", from, Forever);
                }
                else if (IsGrandparent(person.RelationCode, relative.RelationCode))
                {
                    yield return new Tie(person.PersonKey, relative.PersonKey, "grandparent", from, Forever);
                }
                else if ((person.RelationCode, relative.RelationCode) is ("head", "spouse") or ("spouse", "head"))
                {
                    yield return new Tie(person.PersonKey, relative.PersonKey, "spouse", from, to);
                }
            }
        }
    }

    private static HouseholdState State(List<Member> present, DateOnly from, DateOnly to, Func<long, int> birthMonth, string district)
    {
        int month = (from.Year * 12) + from.Month - 1;
        int children = 0;
        int singles = 0;
        int withGrandparent = 0;
        foreach (Member member in present)
        {
            int born = birthMonth(member.PersonKey);
            if (born == 0 || month - born >= AdultMonths)
            {
                continue;
            }

            children++;
            singles += present.Count(other => IsParent(member, other, present, birthMonth)) == 1 ? 1 : 0;
            withGrandparent += present.Exists(other => IsGrandparent(member.RelationCode, other.RelationCode)) ? 1 : 0;
        }

        int count = present.Select(member => member.PersonKey).Distinct().Count();
        return new HouseholdState(
            present[0].HouseholdKey, district, (short)count, (short)Math.Min(children, count), (short)Math.Max(count - children, 0),
            (short)(singles > 0 ? 1 : 0), (short)(withGrandparent > 0 ? 1 : 0), from, to);
    }

    private static bool IsParent(Member person, Member relative, IReadOnlyList<Member> members, Func<long, int> birthMonth)
    {
        if (person.PersonKey == relative.PersonKey)
        {
            return false;
        }

        switch (person.RelationCode)
        {
            case "child":
                return relative.RelationCode is "head" or "spouse";
            case "head" or "sibling":
                return relative.RelationCode == "parent";
            case "spouse":
                return relative.RelationCode == "parent_of_spouse";
            case "child_of_child":
                if (relative.RelationCode == "spouse_of_child")
                {
                    return true;
                }

                // Among several grown children of the head only one is the parent: the one that alone is a generation older.
                return relative.RelationCode == "child" && IsGeneration(person, relative, birthMonth)
                    && members.Where(other => other.RelationCode == "child" && IsGeneration(person, other, birthMonth)).Select(other => other.PersonKey).Distinct().Count() == 1;
            default:
                return false;
        }
    }

    private static bool IsGrandparent(string person, string relative) =>
        (person, relative) is ("child_of_child", "head") or ("child_of_child", "spouse") or ("child", "parent") or ("child", "parent_of_spouse");

    private static bool IsGeneration(Member child, Member parent, Func<long, int> birthMonth)
    {
        int born = birthMonth(child.PersonKey);
        int parentBorn = birthMonth(parent.PersonKey);
        return born > 0 && parentBorn > 0 && born - parentBorn >= GenerationMonths;
    }

    private static DateOnly FirstDay(int monthNumber) => new(monthNumber / 12, (monthNumber % 12) + 1, 1);
}
