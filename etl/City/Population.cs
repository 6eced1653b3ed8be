using System.Globalization;

namespace Warehouse.Etl.City;

/// <summary>Simulates the families of the city: births, moves, separations, deaths.</summary>
/// <remarks>Every family depends only on (seed, family index), so that families can be made in any order and on any thread.</remarks>
internal sealed class Population(CityOptions options, CityNames names, CityPlaces places)
{
    public const int Father = 0;
    public const int Mother = 1;
    public const int Grandfather = 2;
    public const int Grandmother = 3;
    public const int Partner = 4;
    public const int FirstChild = 5;

    private const int MaxChildren = 8;

    private enum Step
    {
        Death,
        Birth,
        Split,
        Rename,
        Remarry,
        Move,
        CancelledMove,
        LeaveHome,
        Depart,
        Appear,
    }

    /// <summary>Gets the number of families with children; chosen so that the wanted number of children lives there at mid window.</summary>
    public int FamilyCount => (int)(options.Children * (0.654 + (0.0505 * options.Years)));

    public int OtherCount => (int)(options.Children * options.OtherHouseholdsPerChild);

    /// <summary>Returns a family of the given index.</summary>
    public Family Make(int index)
    {
        var random = new CityRandom(options.Seed, 1, index);
        return index < FamilyCount ? MakeFamily(index, ref random) : MakeOther(index, ref random);
    }

    private Family MakeFamily(int index, ref CityRandom random)
    {
        int start = options.FirstDay;
        int end = options.EndDay;
        int district = places.PickDistrict(ref random);
        bool isForeign = random.Chance(0.015);
        double hardship = random.Normal();
        var family = new Family
        {
            Index = index,
            IsFamilyWithChildren = true,
            IsForeign = isForeign,
            IsRestricted = random.Chance(0.003),
            Hardship = hardship,
            Stress = (0.5 * hardship) + (0.87 * random.Normal()),
            Support = random.Normal(),
            Visibility = random.Normal(),
        };

        // The first child is born within 21 years before the start or in the window; later years have fewer births.
        double span = (end - start) + (21 * 365.25);
        double at = random.Share();
        at -= 0.13 * at * (1 - at);
        int firstBirth = end - (int)(span * (1 - at)) - 1;
        int motherAge = Math.Clamp((int)(29.5 + (4.8 * random.Normal()) - (0.9 * hardship)), 16, 43);
        family.MotherAgeAtFirst = motherAge;
        int motherBirth = CityDates.AddYears(firstBirth, -motherAge) - random.Below(360);
        int fatherBirth = motherBirth - (int)(((2.0 + (3.5 * random.Normal())) * 365));
        fatherBirth = Math.Min(fatherBirth, firstBirth - (17 * 365));

        var surname = isForeign ? names.ForeignSurname(ref random) : names.Surname(ref random);
        bool isThreeGeneration = !isForeign && random.Chance(0.36);
        bool isMover = random.Chance(0.020 * options.Years);
        if (isMover)
        {
            family.Arrive = start + 1 + random.Below(end - start - 1);
            isThreeGeneration = isThreeGeneration && random.Chance(0.35);
        }

        // Separation: hazard 1.2 % a year from the first birth, unmarried mothers from the birth.
        int separation = random.Chance(0.022 * ExactMath.Exp(0.5 * hardship))
            ? firstBirth + 1
            : AddYearsOf(firstBirth + 60, random.Exponential() / (0.0115 * ExactMath.Exp(0.5 * hardship)));
        if (isMover && random.Chance(0.22))
        {
            separation = Math.Max(firstBirth + 1, family.Arrive - random.Between(20, 700));
        }

        bool isMotherLeft = !random.Chance(0.12);
        int remarriage = separation >= end ? int.MaxValue : AddYearsOf(separation + 500, random.Exponential() / 0.04);
        family.SingleFrom = separation;
        family.SingleTo = remarriage;

        AddPerson(family, Father, 1, fatherBirth, surname, ref random);
        AddPerson(family, Mother, 2, motherBirth, surname, ref random);
        if (isThreeGeneration)
        {
            AddPerson(family, Grandfather, 1, fatherBirth - random.Between(24 * 365, 33 * 365), surname, ref random);
            AddPerson(family, Grandmother, 2, fatherBirth - random.Between(22 * 365, 30 * 365), surname, ref random);
        }

        double u = random.Share();
        int wanted = u < 0.40 ? 1 : u < 0.82 ? 2 : u < 0.955 ? 3 : u < 0.99 ? 4 : 5;
        int birth = firstBirth;
        int slot = FirstChild;
        for (int n = 0; n < wanted && birth < end && slot < FirstChild + MaxChildren; n++)
        {
            int count = random.Chance(0.010) ? 2 : 1;
            for (int t = 0; t < count; t++)
            {
                byte sex = (byte)(random.Chance(0.513) ? 1 : 2);
                var child = AddPerson(family, slot++, sex, birth, surname, ref random);
                child.Child = new Child
                {
                    Vulnerability = random.Normal(),
                    Residual = random.Normal(),
                    Frailty = random.Normal(),
                };
                family.Children.Add(child);
            }

            birth += random.Between(480, 1500);
            if (birth > separation && !random.Chance(0.1))
            {
                break;
            }
        }

        var steps = new List<(int Day, Step Step, int Arg)>();
        foreach (var person in family.Persons)
        {
            if (person.Slot >= FirstChild)
            {
                steps.Add((person.Birth, Step.Birth, person.Slot));
                int leave = new DateOnly(CityDates.FiscalYear(person.Birth - 1) + 19, 3, random.Between(10, 31)).DayNumber;
                if (random.Chance(0.55))
                {
                    steps.Add((leave, Step.LeaveHome, person.Slot));
                }
            }
            else if (person.Slot is Grandfather or Grandmother)
            {
                person.Death = DeathAfter(person.Birth, ref random);
                steps.Add((person.Death, Step.Death, person.Slot));
            }
        }

        if (separation < end)
        {
            steps.Add((separation, Step.Split, isMotherLeft ? 1 : 0));
            if (!isForeign && random.Chance(0.6))
            {
                steps.Add((separation + random.Between(1, 60), Step.Rename, 0));
            }

            if (remarriage < end)
            {
                steps.Add((remarriage, Step.Remarry, 0));
            }
        }

        int appear = isMover ? family.Arrive : start;
        double moveRate = 0.026 * ExactMath.Exp(0.45 * hardship);
        for (int day = appear; ;)
        {
            double rate = moveRate * (family.IsSingle(day) ? 2.6 : isThreeGeneration ? 0.4 : 1);
            day = AddYearsOf(day, random.Exponential() / rate);
            if (day >= end)
            {
                break;
            }

            steps.Add((day, Step.Move, random.Chance(0.5) ? places.PickDistrict(ref random) : -1));
        }

        if (random.Chance(0.0006 * options.Years))
        {
            steps.Add((appear + 1 + random.Below(end - appear), Step.CancelledMove, 0));
        }

        int depart = AddYearsOf(appear + 120, random.Exponential() / (isMover ? 0.055 : 0.023));
        if (depart < end)
        {
            family.Depart = depart;
            steps.Add((depart, Step.Depart, 0));
        }

        steps.Add((appear, Step.Appear, isMover ? 1 : 0));
        Run(family, steps, district, appear, firstBirth, ref random);
        return family;
    }

    private Family MakeOther(int index, ref CityRandom random)
    {
        var family = new Family { Index = index };
        int district = places.PickDistrict(ref random);
        int start = options.FirstDay;
        int end = options.EndDay;
        bool isOld = random.Chance(0.72);
        int headBirth = start - random.Between((isOld ? 58 : 22) * 365, (isOld ? 94 : 57) * 365);
        var surname = names.Surname(ref random);
        byte sex = (byte)(random.Chance(0.5) ? 1 : 2);
        var steps = new List<(int Day, Step Step, int Arg)>();
        AddPerson(family, sex == 1 ? Father : Mother, sex, headBirth, surname, ref random);
        if (random.Chance(0.62))
        {
            AddPerson(family, sex == 1 ? Mother : Father, (byte)(3 - sex), headBirth + random.Between(-1800, 1800), surname, ref random);
            if (random.Chance(0.22))
            {
                AddPerson(family, FirstChild, (byte)random.Between(1, 2), Math.Min(headBirth + random.Between(8000, 12000), start - 7000), surname, ref random);
                steps.Add((family.Persons[^1].Birth, Step.Birth, FirstChild));
            }
        }

        foreach (var person in family.Persons)
        {
            person.Death = DeathAfter(person.Birth, ref random);
            if (person.Death <= start)
            {
                person.Death = start + random.Between(100, 4000);
            }

            steps.Add((person.Death, Step.Death, person.Slot));
        }

        int appear = start;
        bool isMover = random.Chance(0.012 * options.Years);
        if (isMover)
        {
            appear = start + 1 + random.Below(end - start - 1);
        }

        int depart = AddYearsOf(appear + 60, random.Exponential() / 0.014);
        if (depart < end)
        {
            family.Depart = depart;
            steps.Add((depart, Step.Depart, 0));
        }

        int move = AddYearsOf(appear, random.Exponential() / 0.012);
        if (move < end)
        {
            steps.Add((move, Step.Move, random.Chance(0.5) ? places.PickDistrict(ref random) : -1));
        }

        steps.Add((appear, Step.Appear, isMover ? 1 : 0));
        Run(family, steps, district, appear, headBirth + 9000, ref random);
        return family;
    }

    private void Run(Family family, List<(int Day, Step Step, int Arg)> steps, int district, int appear, int formed, ref CityRandom random)
    {
        steps.Sort(static (x, y) => x.Day != y.Day ? x.Day.CompareTo(y.Day) : x.Step != y.Step ? x.Step.CompareTo(y.Step) : x.Arg.CompareTo(y.Arg));
        Span<int> householdOf = stackalloc int[16];
        householdOf.Fill(-1);
        foreach (var person in family.Persons)
        {
            householdOf[person.Slot] = person.Slot < FirstChild ? 0 : -1;
        }

        family.Residences.Add(NewResidence(int.MinValue, 0, district, ref random));
        bool isVisible = false;
        foreach (var (day, step, arg) in steps)
        {
            if (day >= options.EndDay || day > family.Depart)
            {
                break;
            }

            int notified = isVisible ? Notified(day, step, ref random) : day;
            switch (step)
            {
                case Step.Birth:
                    householdOf[arg] = day >= family.SplitDay ? family.ChildHouseholdAfterSplit : 0;
                    if (isVisible)
                    {
                        Rebuild(family, householdOf, day, notified, formed);
                        Record(family, arg, householdOf, day, notified, "01");
                    }

                    break;

                case Step.Split:
                    family.SplitDay = day;
                    family.IsFatherCustody = arg == 0;
                    bool childrenStay = !HasGrandparents(family, householdOf);
                    int leaver = arg == 1 ? Father : Mother;
                    if (arg == 1 && !childrenStay)
                    {
                        // The paternal grandparents' house: mother and children are those who move.
                        family.ChildHouseholdAfterSplit = 1;
                        family.Residences.Add(NewResidence(day, 1, random.Chance(0.5) ? places.PickDistrict(ref random) : district, ref random));
                        for (int s = Mother; s < 16; s++)
                        {
                            if ((s == Mother || s >= FirstChild) && householdOf[s] == 0)
                            {
                                householdOf[s] = 1;
                            }
                        }

                        if (isVisible)
                        {
                            Rebuild(family, householdOf, day, notified, formed);
                            foreach (var person in family.Persons)
                            {
                                if (householdOf[person.Slot] == 1)
                                {
                                    Record(family, person.Slot, householdOf, day, notified, "04");
                                }
                            }
                        }
                    }
                    else if (householdOf[leaver] >= 0)
                    {
                        bool leavesCity = !isVisible || random.Chance(0.5);
                        if (leavesCity)
                        {
                            if (isVisible)
                            {
                                Record(family, leaver, householdOf, day, notified, "03");
                                Gone(family, leaver, day);
                            }

                            householdOf[leaver] = -1;
                        }
                        else
                        {
                            householdOf[leaver] = 2;
                            family.Residences.Add(NewResidence(day, 2, places.PickDistrict(ref random), ref random));
                        }

                        if (isVisible)
                        {
                            Rebuild(family, householdOf, day, notified, formed);
                            if (!leavesCity)
                            {
                                Record(family, leaver, householdOf, day, notified, "04");
                            }
                        }
                    }

                    break;

                case Step.Rename:
                    {
                        var surname = names.Surname(ref random);
                        int keeper = householdOf[Mother] == family.ChildHouseholdAfterSplit ? Mother : -1;
                        foreach (var person in family.Persons)
                        {
                            if (keeper == Mother && (person.Slot == Mother || person.Slot >= FirstChild) && householdOf[person.Slot] >= 0)
                            {
                                person.RenamedOn = day;
                                person.NewSurname = surname;
                                if (isVisible)
                                {
                                    Record(family, person.Slot, householdOf, day, notified, "07");
                                }
                            }
                        }

                        break;
                    }

                case Step.Remarry:
                    {
                        int keeper = householdOf[Mother] == family.ChildHouseholdAfterSplit ? Mother : Father;
                        if (householdOf[keeper] < 0)
                        {
                            break;
                        }

                        var other = family.Persons.First(p => p.Slot == keeper);
                        var partner = AddPerson(
                            family, Partner, (byte)(3 - other.Sex), other.Birth + random.Between(-2500, 1500),
                            family.IsForeign ? names.ForeignSurname(ref random) : names.Surname(ref random), ref random);
                        householdOf[Partner] = householdOf[keeper];
                        bool renames = keeper == Mother && !family.IsForeign && random.Chance(0.7);
                        foreach (var person in family.Persons)
                        {
                            // A person renamed at the separation keeps that history: only one change is modelled per person.
                            if (renames && person.NewSurname is null && (person.Slot == Mother || person.Slot >= FirstChild)
                                && householdOf[person.Slot] == householdOf[keeper])
                            {
                                person.RenamedOn = day;
                                person.NewSurname = partner.Surname;
                            }
                        }

                        if (isVisible)
                        {
                            partner.From = day;
                            Rebuild(family, householdOf, day, notified, formed);
                            Record(family, Partner, householdOf, day, notified, "02");
                            foreach (var person in family.Persons)
                            {
                                if (person.RenamedOn == day)
                                {
                                    Record(family, person.Slot, householdOf, day, notified, "07");
                                }
                            }
                        }

                        break;
                    }

                case Step.Move:
                    {
                        if (!isVisible)
                        {
                            break;
                        }

                        int household = family.IsFamilyWithChildren ? family.ChildHousehold(day) : 0;
                        var before = family.Residences.Last(r => r.Household == household);
                        family.Residences.Add(NewResidence(day, household, arg >= 0 ? arg : before.Town.District, ref random));
                        foreach (var person in family.Persons)
                        {
                            if (householdOf[person.Slot] == household)
                            {
                                Record(family, person.Slot, householdOf, day, notified, "04");
                            }
                        }

                        break;
                    }

                case Step.CancelledMove:
                    {
                        // The family notified a move-out, stayed, and had it cancelled some days later.
                        int household = family.ChildHousehold(day);
                        int back = random.Between(5, 25);
                        foreach (string code in (string[])["03", "08"])
                        {
                            foreach (var person in family.Persons)
                            {
                                if (householdOf[person.Slot] == household)
                                {
                                    int shift = code == "03" ? 0 : back;
                                    Record(family, person.Slot, householdOf, day + shift, notified + shift, code);
                                }
                            }
                        }

                        break;
                    }

                case Step.LeaveHome:
                case Step.Death:
                    if (householdOf[arg] < 0)
                    {
                        break;
                    }

                    if (isVisible)
                    {
                        Record(family, arg, householdOf, day, notified, step == Step.Death ? "05" : "03");
                        Gone(family, arg, day);
                    }

                    householdOf[arg] = -1;
                    if (isVisible)
                    {
                        Rebuild(family, householdOf, day, notified, formed);
                    }

                    break;

                case Step.Depart:
                    {
                        int household = family.IsFamilyWithChildren ? family.ChildHousehold(day) : 0;
                        foreach (var person in family.Persons)
                        {
                            if (householdOf[person.Slot] == household)
                            {
                                Record(family, person.Slot, householdOf, day, notified, "03");
                                Gone(family, person.Slot, day);
                                householdOf[person.Slot] = -1;
                            }
                        }

                        Rebuild(family, householdOf, day, notified, formed);
                        break;
                    }

                case Step.Appear:
                    isVisible = true;
                    notified = arg == 1 ? Notified(day, Step.Move, ref random) : day;
                    if (family.SplitDay < day && family.IsFamilyWithChildren)
                    {
                        // Whoever had separated before lives elsewhere and is not followed.
                        foreach (var person in family.Persons)
                        {
                            if (householdOf[person.Slot] != family.ChildHouseholdAfterSplit)
                            {
                                householdOf[person.Slot] = -1;
                            }
                        }
                    }

                    Rebuild(family, householdOf, day, arg == 1 ? notified : int.MinValue, arg == 1 ? day : formed);
                    foreach (var person in family.Persons)
                    {
                        if (householdOf[person.Slot] >= 0)
                        {
                            Record(family, person.Slot, householdOf, day, arg == 1 ? notified : int.MinValue, arg == 1 ? "02" : "00");
                        }
                    }

                    break;

                default:
                    throw new InvalidOperationException($"step {step} is not simulated");
            }
        }

        foreach (var person in family.Persons)
        {
            if (person.Child is { } child && HasGrandparentsOf(family))
            {
                int until = Math.Min(family.ChildHouseholdAfterSplit == 1 ? family.SplitDay : int.MaxValue, LastGrandparent(family));
                child.GrandparentUntil.Add(until);
            }
        }
    }

    private static bool HasGrandparents(Family family, Span<int> householdOf)
    {
        foreach (var person in family.Persons)
        {
            if (person.Slot is Grandfather or Grandmother && householdOf[person.Slot] == 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasGrandparentsOf(Family family) => family.Persons.Exists(p => p.Slot is Grandfather or Grandmother);

    private static int LastGrandparent(Family family) =>
        family.Persons.Where(p => p.Slot is Grandfather or Grandmother).Max(p => p.WasResident ? Math.Min(p.To, p.Death) : int.MinValue);

    private static void Gone(Family family, int slot, int day)
    {
        foreach (var person in family.Persons)
        {
            if (person.Slot == slot)
            {
                person.To = day;
            }
        }
    }

    private Person AddPerson(Family family, int slot, byte sex, int birth, CityName surname, ref CityRandom random)
    {
        int year = DateOnly.FromDayNumber(birth).Year;
        var person = new Person
        {
            Family = family.Index,
            Slot = slot,
            Sex = sex,
            Birth = birth,
            Surname = surname,
            Given = names.Given(ref random, sex, year, family.IsForeign),
            IsForeign = family.IsForeign,
        };
        foreach (var other in family.Persons)
        {
            // Twins and siblings of one sex do not share the given name.
            if (other.Slot >= FirstChild && slot >= FirstChild && other.Given.Kanji == person.Given.Kanji)
            {
                return AddPerson(family, slot, sex, birth, surname, ref random);
            }
        }

        family.Persons.Add(person);
        return person;
    }

    private Residence NewResidence(int day, int household, int district, ref CityRandom random)
    {
        var town = places.PickTown(district, ref random);
        string lot = random.Between(1, 980).ToString(CultureInfo.InvariantCulture);
        string address = CityPlaces.City + town.Name + lot + "番地" + (random.Chance(0.6) ? random.Between(1, 28).ToString(CultureInfo.InvariantCulture) : "");
        string extra = random.Chance(0.16) ? "コーポ" + "潮風白波若葉青葉朝日"[(random.Below(5) * 2)..][..2] + random.Between(101, 408).ToString(CultureInfo.InvariantCulture) : "";
        return new Residence(day, household, town, address, extra);
    }

    private static int AddYearsOf(int day, double years) => years > 100 ? int.MaxValue : (int)Math.Min(day + (years * 365.25), int.MaxValue - 1000);

    private static int DeathAfter(int birth, ref CityRandom random)
    {
        // Gompertz-like: mean about 84 years.
        double age = 84 + (9 * random.Normal());
        return birth + (int)(Math.Clamp(age, 60, 105) * 365.25);
    }

    private static int Notified(int day, Step step, ref CityRandom random)
    {
        if (step is Step.Birth or Step.Death)
        {
            return day + random.Between(1, 12);
        }

        return day + (random.Chance(0.10) ? Math.Min(120, 5 + (int)(random.Exponential() * 18)) : random.Below(8));
    }

    private static void Record(Family family, int slot, Span<int> householdOf, int day, int notified, string code)
    {
        var person = family.Persons.First(p => p.Slot == slot);
        int household = householdOf[slot];
        if (household < 0)
        {
            return;
        }

        if (!person.WasResident)
        {
            person.From = day;
        }

        Residence? residence = null;
        foreach (var r in family.Residences)
        {
            if (r.Household == household)
            {
                residence = r;
            }
        }

        string relation = "99";
        for (int i = family.Memberships.Count - 1; i >= 0; i--)
        {
            if (family.Memberships[i].Person == person)
            {
                relation = family.Memberships[i].Relation;
                break;
            }
        }

        family.Events.Add(new ResidentEvent(
            person, day, notified, code, household, relation, residence!.Town, residence.Address, residence.Extra));
    }

    /// <summary>Closes and opens memberships so that they agree with who lives where.</summary>
    private static void Rebuild(Family family, Span<int> householdOf, int day, int known, int formed)
    {
        for (int household = 0; household < 3; household++)
        {
            int head = -1;
            foreach (int slot in (ReadOnlySpan<int>)[Grandfather, Father, Mother, Partner, Grandmother])
            {
                if (householdOf[slot] == household && Has(family, slot)
                    && !(slot == Grandfather && family.Index % 5 < 2 && householdOf[Father] == household))
                {
                    head = slot;
                    break;
                }
            }

            for (int slot = FirstChild; head < 0 && slot < 16; slot++)
            {
                head = householdOf[slot] == household && Has(family, slot) ? slot : -1;
            }

            foreach (var person in family.Persons)
            {
                bool isMember = householdOf[person.Slot] == household;
                string relation = isMember ? Relation(head, person.Slot) : "";
                Membership? open = null;
                foreach (var membership in family.Memberships)
                {
                    if (membership.Person == person && membership.Household == household && membership.Leave == int.MaxValue)
                    {
                        open = membership;
                    }
                }

                if (open is not null && open.Relation == relation)
                {
                    continue;
                }

                if (open is not null)
                {
                    open.Leave = day;
                    open.LeaveKnown = known;
                }

                if (isMember)
                {
                    int join = known == int.MinValue ? Math.Min(day, Math.Max(formed, person.Birth)) : day;
                    family.Memberships.Add(new Membership
                    {
                        Person = person,
                        Household = household,
                        Relation = relation,
                        Join = join,
                        Known = known,
                    });
                }
            }
        }
    }

    private static bool Has(Family family, int slot) => family.Persons.Exists(p => p.Slot == slot);

    private static string Relation(int head, int slot)
    {
        if (head == slot)
        {
            return "01";
        }

        return head switch
        {
            Grandfather or Grandmother => slot switch { Grandmother => "02", Father => "03", Mother => "09", Partner => "09", _ => "04" },
            Father or Mother => slot switch
            {
                Father or Mother => "02",
                Partner => "02",
                Grandfather or Grandmother => head == Father ? "05" : "06",
                _ => "03",
            },
            Partner => slot >= FirstChild ? "03" : slot is Father or Mother ? "02" : "06",
            _ => slot >= FirstChild ? "07" : "99",
        };
    }
}
