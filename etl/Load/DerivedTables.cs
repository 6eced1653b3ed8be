using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Warehouse.Sql;

namespace Warehouse.Etl.Load;

/// <summary>Writes the tables that follow from stage and facts by rules too rich for portable SQL: persons, children, households, kinship, child-months.</summary>
/// <remarks>Written whole in the caller's transaction; the same stage gives the same rows. Cost: 6,000 children over 6 years in about two seconds.</remarks>
internal static class DerivedTables
{
    private static readonly string[] PersonColumns =
    [
        "person_key", "birth_year_month", "school_cohort_year", "sex_code", "is_foreign", "valid_from", "valid_to", "known_from_utc", "known_to_utc", "load_id",
    ];

    private static readonly string[] HouseholdColumns =
    [
        "household_key", "district_code", "member_count", "child_count", "adult_count", "is_single_parent", "has_grandparent", "valid_from", "valid_to",
        "known_from_utc", "known_to_utc", "load_id",
    ];

    private static readonly string[] KinshipColumns =
    [
        "person_key", "relative_key", "kinship_code", "valid_from", "valid_to", "known_from_utc", "known_to_utc", "load_id",
    ];

    private static readonly string[] ChildMonthColumns =
    [
        "child_key", "month_key", "place_key", "facility_key", "household_key", "age_months", "grade_code", "is_resident", "source_count", "known_from_utc",
        "known_to_utc", "load_id",
    ];

    private static readonly DateOnly Beginning = new(1, 1, 1);
    private static readonly DateOnly End = new(9999, 12, 31);

    /// <summary>Writes all derived tables.</summary>
    public static void Load(WarehouseSession session, int maxParallel)
    {
        session.Execute("load/etl_derived_delete");
        Dictionary<long, ChildRow> stored = session.Query<ChildRow>("query/etl_child").ToDictionary(row => row.ChildKey);
        Dictionary<long, Trait> traits = LoadPersons(session, stored.ContainsKey);
        int BirthMonth(long person) => traits.TryGetValue(person, out Trait trait) ? MonthNumber(trait.BirthYearMonth) : 0;

        Coverage coverage = session.QuerySingle<Coverage>("query/etl_coverage");
        if (coverage.PeriodFrom is not { } firstDay || coverage.PeriodTo is not { } lastDay)
        {
            return;
        }

        int firstMonth = (firstDay.Year * 12) + firstDay.Month - 1;
        int lastMonth = (lastDay.Year * 12) + lastDay.Month - 1;
        List<long> children = LoadChildren(session, traits, stored, firstMonth, lastMonth);
        IReadOnlyList<Move> moves = session.Query<Move>("query/etl_move");
        IReadOnlyList<Member> members = session.Query<Member>("query/etl_member");
        LoadHouseholds(session, members, moves, BirthMonth);
        LoadChildMonths(session, children, traits, moves, members, firstMonth, lastMonth, maxParallel);
    }

    // Returns who is known by more than a number, and children of before. Rows are made while they are written: there are as many as people.
    private static Dictionary<long, Trait> LoadPersons(WarehouseSession session, Func<long, bool> isChild)
    {
        List<TraitRow> told = [.. session.Stream<TraitRow>("query/etl_trait")];
        List<LinkedPerson> persons = [.. session.Stream<LinkedPerson>("query/etl_linked_person")];
        Dictionary<long, Trait> current = [];
        session.BulkInsert("dim.person", PersonColumns, Rows());
        return current;

        IEnumerable<object?[]> Rows()
        {
            List<object?[]> output = [];
            VersionBuilder<Trait> versions = new();
            int next = 0;
            foreach (LinkedPerson person in persons)
            {
                int from = next;
                while (next < told.Count && told[next].PersonKey == person.PersonKey)
                {
                    next++;
                }

                output.Clear();
                Trait standing = Versions(person, CollectionsMarshal.AsSpan(told)[from..next], versions, output);
                // A person whose records were all found to be another's stays the child it was: what was known before reads it still.
                if (standing != default || isChild(person.PersonKey))
                {
                    current[person.PersonKey] = standing;
                }

                foreach (object?[] row in output)
                {
                    yield return row;
                }
            }

            if (next < told.Count)
            {
                throw new InvalidOperationException("Traits of a person without a link: the two queries are not in one order.");
            }
        }
    }

    private static Trait Versions(LinkedPerson person, ReadOnlySpan<TraitRow> told, VersionBuilder<Trait> versions, List<object?[]> output)
    {
        void Emit(Trait trait, DateTime from, DateTime to, long load) => output.Add(
        [
            person.PersonKey, trait.BirthYearMonth, trait.SchoolCohortYear, trait.SexCode, trait.IsForeign, Beginning, End, from, to, load,
        ]);

        SortedSet<DateTime> times = [person.KnownFromUtc];
        foreach (TraitRow row in told)
        {
            times.Add(row.KnownFromUtc);
            if (row.KnownToUtc < VersionBuilder<Trait>.Forever)
            {
                times.Add(row.KnownToUtc);
            }
        }

        Trait last = default;
        Trait standing = default;
        foreach (DateTime utc in times)
        {
            TraitRow? best = null;
            foreach (TraitRow row in told)
            {
                if (row.KnownFromUtc <= utc && row.KnownToUtc > utc && (best is null || row.Authority >= best.Value.Authority))
                {
                    best = row;
                }
            }

            // The same said again keeps the load that said it first, whether it came in this batch or an earlier one.
            Trait said = best is { } row1 ? new Trait(row1.BirthYearMonth, row1.SchoolCohortYear, row1.SexCode, row1.IsForeign, row1.LoadId) : default;
            last = said with { LoadId = last.LoadId } == last && last.LoadId != 0 ? last : said;
            versions.Say(utc, last.LoadId, [last with { LoadId = 0 }], Emit);
            standing = best is null ? standing : last;
        }

        versions.Finish(Emit);
        return standing;
    }

    private static List<long> LoadChildren(WarehouseSession session, Dictionary<long, Trait> traits, Dictionary<long, ChildRow> stored, int firstMonth, int lastMonth)
    {
        List<object?[]> inserts = [];
        List<long> children = [];
        foreach ((long person, Trait trait) in traits.OrderBy(pair => pair.Key))
        {
            int born = MonthNumber(trait.BirthYearMonth);
            bool isChild = born > 0 && born + 216 > firstMonth && born <= lastMonth;
            if (!isChild && !stored.ContainsKey(person))
            {
                continue;
            }

            children.Add(person);
            ChildRow child = new(person, trait.BirthYearMonth, trait.SchoolCohortYear, trait.SexCode, trait.IsForeign, trait.LoadId);
            if (!stored.TryGetValue(person, out ChildRow? old))
            {
                inserts.Add([person, trait.BirthYearMonth, trait.SchoolCohortYear, trait.SexCode, trait.IsForeign, trait.LoadId]);
            }
            else if (old with { LoadId = child.LoadId } != child)
            {
                session.Execute("load/etl_child_update", child);
            }
        }

        session.BulkInsert("dim.child", ["child_key", "birth_year_month", "school_cohort_year", "sex_code", "is_foreign", "load_id"], inserts);
        return children;
    }

    private static void LoadHouseholds(WarehouseSession session, IReadOnlyList<Member> members, IReadOnlyList<Move> moves, Func<long, int> birthMonth)
    {
        Dictionary<int, string> districts = session.Query<PlaceRow>("query/etl_place").ToDictionary(row => row.PlaceKey, row => row.DistrictCode);
        ILookup<long, Move> movesByHousehold = moves.Where(move => move.MoveCode is not ("move_out" or "death")).ToLookup(move => move.HouseholdKey);
        List<(Tie Tie, DateTime From, DateTime To, long Load)> ties = [];
        session.BulkInsert("dim.household", HouseholdColumns, Rows());
        IEnumerable<object?[]> Rows()
        {
            List<object?[]> households = [];
            VersionBuilder<HouseholdState> states = new();
            VersionBuilder<Tie> tieVersions = new();
            for (int next = 0; next < members.Count;)
            {
                int first = next;
                while (next < members.Count && members[next].HouseholdKey == members[first].HouseholdKey)
                {
                    next++;
                }

                households.Clear();
                Add([.. members.Skip(first).Take(next - first)], households, states, tieVersions);
                foreach (object?[] row in households)
                {
                    yield return row;
                }
            }
        }

        void Add(List<Member> all, List<object?[]> households, VersionBuilder<HouseholdState> states, VersionBuilder<Tie> tieVersions)
        {
            void EmitState(HouseholdState state, DateTime from, DateTime to, long load) => households.Add(
            [
                state.HouseholdKey, state.DistrictCode, state.MemberCount, state.ChildCount, state.AdultCount, state.IsSingleParent, state.HasGrandparent,
                state.ValidFrom, state.ValidTo, from, to, load,
            ]);
            void EmitTie(Tie tie, DateTime from, DateTime to, long load) => ties.Add((tie, from, to, load));

            List<Move> addresses = movesByHousehold[all[0].HouseholdKey].ToList();
            List<Member> believed = [];
            foreach (DateTime utc in Times(all.SelectMany(member => new[] { member.KnownFromUtc, member.KnownToUtc })))
            {
                believed.Clear();
                long load = 0;
                foreach (Member member in all)
                {
                    if (member.KnownFromUtc <= utc && member.KnownToUtc > utc)
                    {
                        believed.Add(member);
                        load = Math.Max(load, member.LoadId);
                    }
                }

                string District(DateOnly day)
                {
                    Move? address = null;
                    foreach (Move move in addresses)
                    {
                        if (move.KnownFromUtc <= utc && move.KnownToUtc > utc && (move.MoveDate <= day || address is null))
                        {
                            address = move;
                        }
                    }

                    return address is null ? string.Empty : districts.GetValueOrDefault(address.PlaceKey, string.Empty);
                }

                states.Say(utc, load, Households.States(believed, birthMonth, District), EmitState);
                tieVersions.Say(utc, load, Households.Ties(believed, birthMonth), EmitTie);
            }

            states.Finish(EmitState);
            tieVersions.Finish(EmitTie);
        }

        foreach (GuardianRow guardian in session.Query<GuardianRow>("query/etl_guardian").Where(row => row.PersonKey != row.RecipientKey))
        {
            ties.Add((new Tie(guardian.PersonKey, guardian.RecipientKey, "parent", guardian.ValidFrom, End), guardian.KnownFromUtc, guardian.KnownToUtc, guardian.LoadId));
        }

        // Siblings share a parent, whether or not they live together.
        List<(Tie Tie, DateTime From, DateTime To, long Load)> siblings = [];
        foreach (var parent in ties.Where(tie => tie.Tie.KinshipCode == "parent").GroupBy(tie => tie.Tie.RelativeKey))
        {
            List<(Tie Tie, DateTime From, DateTime To, long Load)> ofParent = parent.ToList();
            foreach (var (left, leftFrom, leftTo, leftLoad) in ofParent)
            {
                foreach (var (right, rightFrom, rightTo, rightLoad) in ofParent)
                {
                    DateTime from = leftFrom > rightFrom ? leftFrom : rightFrom;
                    DateTime to = leftTo < rightTo ? leftTo : rightTo;
                    if (left.PersonKey != right.PersonKey && from < to)
                    {
                        DateOnly valid = left.ValidFrom > right.ValidFrom ? left.ValidFrom : right.ValidFrom;
                        siblings.Add((new Tie(left.PersonKey, right.PersonKey, "sibling", valid, End), from, to, Math.Max(leftLoad, rightLoad)));
                    }
                }
            }
        }

        session.BulkInsert("dim.kinship", KinshipColumns, Merge(ties.Concat(siblings)));
    }

    // The same tie shown by several households or parents is one tie: from its first day to its last.
    private static IEnumerable<object?[]> Merge(IEnumerable<(Tie Tie, DateTime From, DateTime To, long Load)> ties)
    {
        VersionBuilder<Tie> versions = new();
        List<object?[]> output = [];
        void Emit(Tie tie, DateTime from, DateTime to, long load) =>
            output.Add([tie.PersonKey, tie.RelativeKey, tie.KinshipCode, tie.ValidFrom, tie.ValidTo, from, to, load]);
        foreach (var group in ties.GroupBy(tie => (tie.Tie.PersonKey, tie.Tie.RelativeKey, tie.Tie.KinshipCode)).OrderBy(group => group.Key))
        {
            var told = group.ToList();
            foreach (DateTime utc in Times(told.SelectMany(tie => new[] { tie.From, tie.To })))
            {
                var believed = told.Where(tie => tie.From <= utc && tie.To > utc).ToList();
                if (believed.Count > 0)
                {
                    Tie tie = new(group.Key.PersonKey, group.Key.RelativeKey, group.Key.KinshipCode, believed.Min(item => item.Tie.ValidFrom), believed.Max(item => item.Tie.ValidTo));
                    versions.Say(utc, believed.Max(item => item.Load), [tie], Emit);
                }
                else
                {
                    versions.Say(utc, 0, [], Emit);
                }
            }

            versions.Finish(Emit);
            foreach (object?[] row in output)
            {
                yield return row;
            }

            output.Clear();
        }
    }

    private static void LoadChildMonths(
        WarehouseSession session,
        List<long> children,
        Dictionary<long, Trait> traits,
        IReadOnlyList<Move> moves,
        IReadOnlyList<Member> members,
        int firstMonth,
        int lastMonth,
        int maxParallel)
    {
        ILookup<long, Move> movesOf = moves.ToLookup(move => move.PersonKey);
        ILookup<long, Member> staysOf = members.ToLookup(member => member.PersonKey);
        ILookup<long, Enrolment> enrolmentsOf = session.Query<Enrolment>("query/etl_enrolment").ToLookup(enrolment => enrolment.PersonKey);
        ILookup<long, FirstSeen> seenOf = session.Query<FirstSeen>("query/etl_first_seen").ToLookup(seen => seen.PersonKey);
        const int Block = 500;
        foreach (long[] block in children.Chunk(Block * Math.Max(1, maxParallel)))
        {
            List<object?[]>[] rows = new List<object?[]>[block.Length];
            Parallel.ForEach(Partitioner.Create(0, block.Length), new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, maxParallel) }, range =>
            {
                for (int i = range.Item1; i < range.Item2; i++)
                {
                    long child = block[i];
                    List<object?[]> output = [];
                    ChildMonths.Derive(
                        new ChildInput(
                            child, MonthNumber(traits[child].BirthYearMonth), traits[child].SchoolCohortYear,
                            movesOf[child].ToList(), staysOf[child].ToList(), enrolmentsOf[child].ToList(), seenOf[child].ToList()),
                        firstMonth,
                        lastMonth,
                        output.Add);
                    rows[i] = output;
                }
            });
            session.BulkInsert("fact.child_month", ChildMonthColumns, rows.SelectMany(list => list));
        }
    }

    private static IEnumerable<DateTime> Times(IEnumerable<DateTime> times) => times.Where(time => time < VersionBuilder<Tie>.Forever).Distinct().Order();

    private static int MonthNumber(int yearMonth) => yearMonth == 0 ? 0 : (yearMonth / 100 * 12) + (yearMonth % 100) - 1;

    private readonly record struct Trait(int BirthYearMonth, int SchoolCohortYear, short SexCode, short IsForeign, long LoadId);

    private readonly record struct TraitRow(
        long PersonKey, int BirthYearMonth, int SchoolCohortYear, short SexCode, short IsForeign, int Authority, DateTime KnownFromUtc, DateTime KnownToUtc, long LoadId);

    private readonly record struct LinkedPerson(long PersonKey, DateTime KnownFromUtc);

    private sealed record ChildRow(long ChildKey, int BirthYearMonth, int SchoolCohortYear, short SexCode, short IsForeign, long LoadId);

    private sealed record PlaceRow(int PlaceKey, string DistrictCode);

    private sealed record GuardianRow(long PersonKey, long RecipientKey, DateOnly ValidFrom, DateTime KnownFromUtc, DateTime KnownToUtc, long LoadId);

    private sealed record Coverage(DateOnly? PeriodFrom, DateOnly? PeriodTo);
}
