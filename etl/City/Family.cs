namespace Warehouse.Etl.City;

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
    private readonly Dictionary<Type, object> _sources = [];

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

    public bool IsFatherCustody { get; set; }

    /// <summary>Returns what a group of sources keeps about the family; made at the first call.</summary>
    public T Source<T>()
        where T : class, new()
    {
        if (!_sources.TryGetValue(typeof(T), out object? found))
        {
            _sources[typeof(T)] = found = new T();
        }

        return (T)found;
    }

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
        int wanted = day >= SplitDay && !IsFatherCustody ? Population.Mother : Population.Father;
        Person? other = null;
        foreach (var person in Persons)
        {
            if (person.Slot is Population.Father or Population.Mother && person.IsResident(day))
            {
                if (person.Slot == wanted)
                {
                    return person;
                }

                other = person;
            }
        }

        return other ?? Persons[0];
    }
}
