namespace Warehouse.Etl.City.Feeds;

/// <summary>What a group of feeds writes its files from: the simulated families and the months of the window.</summary>
internal sealed record CityContext(
    CityOptions Options, string Inbox, CityPlaces Places, Family[] Families, Family[] WithChildren, List<Consultation> Consultations)
{
    /// <summary>Gets the first month of the window.</summary>
    public int FirstMonth => CityDates.MonthOf(Options.FirstDay);

    /// <summary>Returns the month index 0.. of a day within the window, -1 for before, or a number beyond the last month.</summary>
    public int Index(int day) => day == int.MinValue || day < Options.FirstDay ? -1
        : day >= Options.EndDay ? int.MaxValue : CityDates.MonthOf(day) - FirstMonth;

    /// <summary>Returns an empty list for each month of the window.</summary>
    public List<T>[] Buckets<T>() => [.. Enumerable.Range(0, Options.Months).Select(_ => new List<T>())];

    /// <summary>Returns the children who lived in the city within the window, in the order of families.</summary>
    public IEnumerable<(Family Family, Person Person)> Children()
    {
        foreach (var family in WithChildren)
        {
            foreach (var person in family.Children)
            {
                if (person.WasResident)
                {
                    yield return (family, person);
                }
            }
        }
    }
}
