namespace Warehouse.Etl.City;

/// <summary>A true person of the city with the name at each time.</summary>
internal sealed class Person
{
    public required int Family { get; init; }

    public required int Slot { get; init; }

    public required byte Sex { get; init; }

    public required int Birth { get; init; }

    public required CityName Given { get; init; }

    public required CityName Surname { get; init; }

    public bool IsForeign { get; init; }

    public int Death { get; set; } = int.MaxValue;

    /// <summary>Gets or sets the first day as a resident within the window, and the day after the last.</summary>
    public int From { get; set; } = int.MaxValue;

    public int To { get; set; } = int.MaxValue;

    public int RenamedOn { get; set; } = int.MaxValue;

    public CityName? NewSurname { get; set; }

    public Child? Child { get; set; }

    /// <summary>Gets the number that names the person in truth files and random streams.</summary>
    public long Id => ((long)Family * 16) + Slot;

    public bool WasResident => From != int.MaxValue;

    public bool IsResident(int day) => day >= From && day < To;

    public CityName SurnameOn(int day) => NewSurname is not null && day >= RenamedOn ? NewSurname : Surname;

    /// <summary>Returns the 10-digit resident number: nine digits and the check digit.</summary>
    public string ResidentNumber => CityNumbers.Resident(Id);
}

/// <summary>What services know about a child.</summary>
internal sealed class Child
{
    public double Vulnerability { get; set; }

    public double Residual { get; set; }

    public double Frailty { get; set; }

    public double Tendency { get; set; }

    public double LateTendency { get; set; }

    public bool IsSpecialSupport { get; set; }

    /// <summary>Absence and lateness regime per half-year: bits 0-1 absence (0 usual, 1 raised, 2 truant), bit 2 often late.</summary>
    public byte[] Regime { get; set; } = [];

    public List<NurserySpell> Nursery { get; } = [];

    public List<Checkup> Checkups { get; } = [];

    public List<AllowanceSpell> Allowances { get; } = [];

    public List<Enrolment> Enrolments { get; } = [];

    public List<Consultation> Consultations { get; } = [];

    public List<int> GrandparentUntil { get; } = [];

    public uint[] Conditions { get; set; } = [];

    public uint[] Rules { get; set; } = [];

    public float[] Score { get; set; } = [];

    public float[] Seen { get; set; } = [];

    public float[] Probability { get; set; } = [];

    public bool[] Need { get; set; } = [];

    public bool[] Labelled { get; set; } = [];
}

/// <summary>A time in one nursery.</summary>
internal sealed class NurserySpell
{
    public required Facility Facility { get; init; }

    public required int Start { get; init; }

    public int End { get; set; } = int.MaxValue;

    public string Reason { get; set; } = "";

    public bool IsShort { get; init; }
}

/// <summary>A health checkup that was due.</summary>
internal sealed class Checkup
{
    public required int Type { get; init; }

    public required int Due { get; init; }

    public int Visit { get; set; } = int.MaxValue;

    public double HeightCm { get; set; }

    public double WeightKg { get; set; }

    public string Judgement { get; set; } = "";

    public int Caries { get; set; }

    public List<int> Reminders { get; } = [];
}

/// <summary>A time in which a guardian received child-rearing allowance for a child.</summary>
internal sealed class AllowanceSpell
{
    public required Person Recipient { get; init; }

    public required int Start { get; init; }

    public required int Notified { get; init; }

    public int End { get; set; } = int.MaxValue;

    public string EndReason { get; set; } = "";

    public string Reason { get; set; } = "1";

    public int PaymentClass { get; set; }

    public required string Certificate { get; init; }
}

/// <summary>A time in one school.</summary>
internal sealed class Enrolment
{
    public required Person Pupil { get; init; }

    public required Facility Facility { get; init; }

    public required int Start { get; init; }

    public int End { get; set; } = int.MaxValue;

    public string PupilNumber { get; set; } = "";
}

/// <summary>A case of the consultation desk about one child.</summary>
internal sealed class Consultation
{
    public required Person Child { get; init; }

    public string Case { get; set; } = "";

    public string Branch { get; set; } = "01";

    public required int Received { get; init; }

    public string Type { get; set; } = "";

    public string Route { get; set; } = "";

    public string Urgency { get; set; } = "";

    public int SafetyCheck { get; set; } = int.MaxValue;

    public int Decided { get; set; } = int.MaxValue;

    public string Decision { get; set; } = "";

    public int Closed { get; set; } = int.MaxValue;

    public int Half { get; set; }

    public bool IsTrueNeed { get; set; }
}

/// <summary>A row of the resident register's history.</summary>
internal sealed record ResidentEvent(
    Person Person, int Day, int Notified, string Code, int Household, string Relation, Town Town, string Address, string Extra);

/// <summary>A time of a person in a household.</summary>
internal sealed class Membership
{
    public required Person Person { get; init; }

    public required int Household { get; init; }

    public required string Relation { get; init; }

    public required int Join { get; init; }

    public required int Known { get; init; }

    public int Leave { get; set; } = int.MaxValue;

    public int LeaveKnown { get; set; } = int.MaxValue;
}

/// <summary>A place of living of one household from a day on.</summary>
internal sealed record Residence(int From, int Household, Town Town, string Address, string Extra);

/// <summary>A family: parents, children and grandparents, also after a divorce has split it.</summary>
internal sealed class Family
{
    public required int Index { get; init; }

    public bool IsFamilyWithChildren { get; init; }

    public bool IsForeign { get; set; }

    public bool IsRestricted { get; set; }

    public double Hardship { get; set; }

    public double Stress { get; set; }

    public double Support { get; set; }

    public double Visibility { get; set; }

    public int Arrive { get; set; } = int.MinValue;

    public int Depart { get; set; } = int.MaxValue;

    public int SingleFrom { get; set; } = int.MaxValue;

    public int SingleTo { get; set; } = int.MaxValue;

    public int MotherAgeAtFirst { get; set; }

    public List<Person> Persons { get; } = [];

    public List<Person> Children { get; } = [];

    public List<ResidentEvent> Events { get; } = [];

    public List<Membership> Memberships { get; } = [];

    public List<Residence> Residences { get; } = [];

    /// <summary>Gets or sets the household in which the children live after the split.</summary>
    public int ChildHouseholdAfterSplit { get; set; }

    public int SplitDay { get; set; } = int.MaxValue;

    public bool IsSingle(int day) => day >= SingleFrom && day < SingleTo;

    public int ChildHousehold(int day) => day >= SplitDay ? ChildHouseholdAfterSplit : 0;

    /// <summary>Returns where the children live on a day.</summary>
    public Residence ChildResidence(int day)
    {
        int household = ChildHousehold(day);
        Residence? found = null;
        foreach (var residence in Residences)
        {
            if (residence.Household == household && (found is null || residence.From <= day))
            {
                found = residence;
            }
        }

        return found ?? Residences[0];
    }

    /// <summary>Returns the parent whom other departments write down as guardian.</summary>
    public Person Guardian(int day)
    {
        Person? father = null;
        Person? mother = null;
        foreach (var person in Persons)
        {
            if (person.Slot == Population.Father && person.IsResident(day) && !(day >= SplitDay && ChildHouseholdAfterSplit == 1))
            {
                father = person;
            }
            else if (person.Slot == Population.Mother && person.IsResident(day))
            {
                mother = person;
            }
        }

        return IsSingle(day) ? mother ?? father ?? Persons[0] : father ?? mother ?? Persons[0];
    }
}

/// <summary>Makes the numbers by which systems name persons and households.</summary>
internal static class CityNumbers
{
    /// <summary>Returns the check digit of nine digits.</summary>
    /// <remarks>Source: Ministry of Internal Affairs ordinance No. 85 of 2014, article 5, applied to nine digits.</remarks>
    public static int CheckDigit(ReadOnlySpan<char> nine)
    {
        int sum = 0;
        for (int n = 1; n <= 9; n++)
        {
            int q = n <= 6 ? n + 1 : n - 5;
            sum += (nine[9 - n] - '0') * q;
        }

        int r = sum % 11;
        return r <= 1 ? 0 : 11 - r;
    }

    /// <summary>Returns the resident number of a person id; different ids give different numbers.</summary>
    public static string Resident(long id)
    {
        // 387420489 = 3^18 has no common divisor with 10^9, so the map is one to one below 10^9.
        long nine = ((id * 387_420_489L) + 123_456_789L) % 1_000_000_000L;
        return string.Create(10, nine, static (span, value) =>
        {
            for (int i = 8; i >= 0; i--)
            {
                span[i] = (char)('0' + (value % 10));
                value /= 10;
            }

            span[9] = (char)('0' + CheckDigit(span[..9]));
        });
    }

    /// <summary>Returns the 10-digit household number of a family's household.</summary>
    public static string Household(int family, int household)
    {
        long id = ((long)family * 4) + household;
        return (((id * 69_343_957L) + 31_415_926L) % 1_000_000_000L + 1_000_000_000L).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the health number of a child.</summary>
    public static string Health(long id) =>
        "H" + (((id * 129_140_163L) + 27_182_818L) % 1_000_000_000L).ToString("D9", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Returns the nursery number of a child.</summary>
    public static string Nursery(long id) =>
        "C" + (((id * 40_353_607L) + 16_180_339L) % 1_000_000_000L).ToString("D9", System.Globalization.CultureInfo.InvariantCulture);
}
