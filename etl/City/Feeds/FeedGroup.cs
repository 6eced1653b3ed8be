namespace Warehouse.Etl.City.Feeds;

/// <summary>A record of a source system and the person it is about.</summary>
internal sealed record TruthRecord(string System, string SourceId, Person Person, string Noise);

/// <summary>What a source should come to say in the end: one row of <c>truth/sources.csv</c>.</summary>
/// <param name="Feed">The feed.</param>
/// <param name="SourceId">The source number of the record.</param>
/// <param name="Key">What else makes the row one row, such as a start day.</param>
/// <param name="Person">Whom it is about.</param>
/// <param name="From">The day from which it is true, or of the event.</param>
/// <param name="To">The last day; <see cref="int.MaxValue"/> while it lasts.</param>
/// <param name="Detail">The main code.</param>
internal sealed record TruthFact(string Feed, string SourceId, string Key, Person Person, int From, int To, string Detail);

/// <summary>The files of some sources of one department or of related ones.</summary>
/// <remarks>A group draws from random streams of its own, so that adding one changes no byte of the others' files.</remarks>
internal abstract class FeedGroup(CityContext city, params FeedWriter[] writers)
{
    /// <summary>Gets the writers, one a feed.</summary>
    public IReadOnlyList<FeedWriter> Writers { get; } = writers;

    /// <summary>Gets the city.</summary>
    protected CityContext City { get; } = city;

    /// <summary>Returns the jobs; jobs may run at the same time and share nothing that is written.</summary>
    public abstract IEnumerable<Action<CancellationToken>> Jobs();

    /// <summary>Returns the records of systems that only this group's feeds name.</summary>
    public virtual IEnumerable<TruthRecord> Records() => [];

    /// <summary>Returns what the files say in the end, without the noise.</summary>
    public virtual IEnumerable<TruthFact> Facts() => [];

    /// <summary>Writes a file for each month that is due: opens it, lets the rows be written and closes it.</summary>
    /// <param name="writer">The feed.</param>
    /// <param name="cancellationToken">Ends the work between files.</param>
    /// <param name="rows">Writes the rows, given the index of the month, its first and its last day.</param>
    /// <param name="isDue">Whether the month with this index has a file; every month where it is not given.</param>
    protected void Monthly(FeedWriter writer, CancellationToken cancellationToken, Action<int, int, int> rows, Func<int, bool>? isDue = null)
    {
        for (int m = 0; m < City.Options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isDue is not null && !isDue(m))
            {
                continue;
            }

            int month = City.FirstMonth + m;
            writer.Open(month);
            rows(m, CityDates.FirstDayOf(month), CityDates.FirstDayOf(month + 1) - 1);
            writer.Close(month);
        }
    }

    /// <summary>Returns whether the month with this index ends a quarter.</summary>
    protected bool EndsQuarter(int month) => (City.FirstMonth + month) % 3 == 2;

    /// <summary>Returns the text of a last day that is known by a day.</summary>
    protected static string LastDay(int end, int asOf, DateShape shape) => end <= asOf ? CityDates.Format(end, shape) : "";

    /// <summary>Returns the kana of a person as the register prints it on the lists of other offices.</summary>
    protected string Kana(Person person, int day) => _register.Write(person, Math.Clamp(day, person.From, person.To - 1)).Kana;

    private readonly SystemView _register = new(city.Options, SystemView.Resident, isHalfWidth: true, isCp932: true);
}
