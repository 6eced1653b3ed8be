namespace Warehouse.Etl.City.Feeds;

/// <summary>In which half-years the days of a family at the nursery are under strain.</summary>
internal sealed class NurseryStrain
{
    public Dictionary<long, bool[]> ByChild { get; } = [];
}

/// <summary>What the nursery's entry system has of one child on one day.</summary>
internal readonly record struct NurseryMark(byte Status, byte Reason, bool IsExtended, bool IsLatePickup);

/// <summary>Simulates the days of children in nurseries.</summary>
/// <remarks>Random streams 800 (strain) and 810 and above (days, by stay). A month's days depend on (seed, child, stay, month) alone.</remarks>
internal sealed class NurseryDaily(CityOptions options) : ISourceLife
{
    public const byte Present = 0;
    public const byte Absent = 1;
    public const byte Late = 2;
    public const byte Early = 3;

    public const byte NoContact = 3;

    /// <inheritdoc/>
    public void Live(Family family)
    {
        var strain = family.Source<NurseryStrain>();
        double p = 0.030 * ExactMath.Exp((0.50 * family.Stress) + (0.40 * family.Hardship) - (0.20 * family.Support));
        foreach (var child in family.Children.Where(c => c.WasResident && c.Child!.Nursery.Count > 0))
        {
            var random = new CityRandom(options.Seed, 800, child.Id);
            bool[] halves = new bool[options.Years * 2];
            bool last = random.Chance(p);
            for (int h = 0; h < halves.Length; h++)
            {
                halves[h] = last = random.Chance(0.70) ? last : random.Chance(p);
            }

            strain.ByChild[child.Id] = halves;
        }
    }

    /// <inheritdoc/>
    public void Observe(Family family, Person child, int day, Action<string> holds)
    {
        int half = ((CityDates.FiscalYear(day - 1) - options.FirstFiscalYear) * 2) + (DateOnly.FromDayNumber(day - 1).Month is >= 4 and <= 9 ? 0 : 1);
        if (half >= 0 && family.Source<NurseryStrain>().ByChild.TryGetValue(child.Id, out bool[]? halves) && half < halves.Length && halves[half]
            && child.Child!.Nursery.Exists(n => n.Start <= day - 60 && n.End >= day - 30))
        {
            holds("nursery_no_contact");
        }
    }

    /// <summary>Marks the nursery days of a stay in a month; days outside the stay are left alone.</summary>
    public static void Mark(CityOptions options, Family family, Person child, int stay, int m, int[] days, Span<NurseryMark> marks)
    {
        var spell = child.Child!.Nursery[stay];
        var trait = new CityRandom(options.Seed, 809, child.Id);
        var random = new CityRandom(options.Seed, 810 + Math.Min(stay, 60), (child.Id * 128) + m);
        bool isStrained = family.Source<NurseryStrain>().ByChild[child.Id][m / 6];
        int month = CityDates.MonthOf(options.FirstDay) + m;
        int age = month - CityDates.MonthOf(child.Birth);
        double season = (month % 12) switch { 0 or 1 or 11 => 1.5, 5 or 6 => 1.2, 7 => 0.8, _ => 1.0 };
        double extended = spell.IsShort ? 0 : Math.Max(0, trait.Share() - 0.55);
        int from = 0;
        int to = days.Length;
        while (from < to && days[from] < spell.Start)
        {
            from++;
        }

        while (to > from && days[to - 1] > spell.End)
        {
            to--;
        }

        for (int d = from; d < to; d++)
        {
            marks[d] = new NurseryMark(Present, 0, random.Chance(extended), false);
        }

        if (from == to)
        {
            return;
        }

        double share = (to - from) / 20.0;
        int absences = random.Poisson(((age < 24 ? 2.2 : age < 36 ? 1.6 : 0.9) * season + (isStrained ? 1.3 : 0)) * share);
        for (int i = 0; i < absences; i++)
        {
            int d = from + random.Below(to - from);
            int why = random.Below(100);
            byte reason = isStrained && why < 45 ? NoContact : why < 72 ? (byte)1 : why < 96 ? (byte)2 : why < 98 ? NoContact : (byte)4;
            marks[d] = new NurseryMark(Absent, reason, false, false);
        }

        int others = random.Poisson((isStrained ? 1.9 : 0.45) * share);
        for (int i = 0; i < others; i++)
        {
            int d = from + random.Below(to - from);
            byte status = random.Chance(0.6) ? Late : Early;
            marks[d] = marks[d].Status == Present ? marks[d] with { Status = status, IsExtended = marks[d].IsExtended && status != Early } : marks[d];
        }

        int pickups = random.Poisson((isStrained ? 1.4 : 0.05) * share);
        for (int i = 0; i < pickups; i++)
        {
            int d = from + random.Below(to - from);
            marks[d] = marks[d].Status is Present or Late ? marks[d] with { IsLatePickup = true } : marks[d];
        }
    }
}
