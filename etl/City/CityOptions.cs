namespace Warehouse.Etl.City;

/// <summary>Says how large, how long and how noisy the fictional city is.</summary>
/// <remarks>Units: <paramref name="Children"/> is the number of residents aged 0-17 at the middle of the window; fiscal years start on 1 April.
/// The same options give the same bytes on every machine and with every <see cref="MaxDegreeOfParallelism"/>.</remarks>
public sealed record CityOptions(
    CityPreset Preset,
    int Children,
    ulong Seed = 20190401,
    int FirstFiscalYear = 2019,
    int Years = 6,
    NoiseLevel NoiseLevel = NoiseLevel.Normal)
{
    /// <summary>Gets the number of threads used; it never changes the result.</summary>
    public int MaxDegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the profile in whose layout the files are written: <c>second</c> is another municipality; empty for the contracts' own.</summary>
    public string Profile { get; init; } = "";

    /// <summary>Gets the wanted share of children judged to need support in a year.</summary>
    public double LabelShare { get; init; } = 0.020;

    /// <summary>Gets whether attendance is written as exceptions plus enrolled-day counts instead of one row per pupil and day.</summary>
    public bool AttendanceAsExceptions { get; init; } = Preset == CityPreset.Metro;

    /// <summary>Gets the adults-only households per child; a metro city keeps few, because they never reach a child.</summary>
    internal double OtherHouseholdsPerChild => Preset == CityPreset.Metro ? 0.2 : 2.6;

    /// <summary>Gets whether faults are planted; without them a city of the same seed and noise has the same rows, each system writing names as noisily as before.</summary>
    public bool PlantsFaults { get; init; } = true;

    /// <summary>Gets whether the deliveries are also written as they are meant, into <c>truth/meant</c>: without the rows that belong in quarantine, the others with the values that they must be read as.</summary>
    /// <remarks>Works where faults of all kinds are planted (<see cref="NoiseLevel.Low"/> and <see cref="NoiseLevel.High"/> in the city's own layout). Changes no other file.</remarks>
    public bool WritesMeant { get; init; }

    /// <summary>Gets whether payments of an earlier month are withdrawn (赤) and stated anew (黒).</summary>
    internal bool WithdrawsPayments => NoiseLevel is (NoiseLevel.Low or NoiseLevel.High) && Profile.Length == 0;

    /// <summary>Gets whether faults of all kinds are planted; another profile's layout can express the usual ones only.</summary>
    internal bool PlantsHardFaults => PlantsFaults && NoiseLevel is (NoiseLevel.Low or NoiseLevel.High) && Profile.Length == 0;

    /// <summary>Gets the rate of the usual faults, 1 for the usual one.</summary>
    internal double FaultLevel => !PlantsFaults ? 0 : NoiseLevel switch { NoiseLevel.None => 0, NoiseLevel.Low => 0.5, NoiseLevel.High => 2, _ => 1 };

    /// <summary>Gets the day on which the schools with odd numbers get another vendor, who numbers the pupils anew; no day where no hard faults are planted.</summary>
    internal int RenumberedOn => NoiseLevel is (NoiseLevel.Low or NoiseLevel.High) && Profile.Length == 0 && Years > 1 ? new DateOnly(FirstFiscalYear + (Years / 2), 4, 1).DayNumber : int.MaxValue;

    internal int FirstDay => new DateOnly(FirstFiscalYear, 4, 1).DayNumber;

    internal int EndDay => new DateOnly(FirstFiscalYear + Years, 4, 1).DayNumber;

    internal int Months => Years * 12;

    /// <summary>Returns the options of a preset.</summary>
    public static CityOptions For(CityPreset preset, ulong seed = 20190401) => preset switch
    {
        CityPreset.Mini => new CityOptions(preset, 300, seed),
        CityPreset.City => new CityOptions(preset, 6_000, seed),
        CityPreset.Large => new CityOptions(preset, 60_000, seed),
        CityPreset.Metro => new CityOptions(preset, 500_000, seed, FirstFiscalYear: 2024, Years: 1),
        _ => throw new ArgumentOutOfRangeException(nameof(preset), preset, "expected mini, city, large or metro"),
    };

    internal void Check()
    {
        var faults = new List<string>();
        if (Children is < 50 or > 2_000_000)
        {
            faults.Add($"Children is {Children}, expected 50 to 2000000");
        }

        if (FirstFiscalYear < 2019 || Years < 1 || FirstFiscalYear + Years > 2026)
        {
            faults.Add($"years {FirstFiscalYear}+{Years} are outside fiscal years 2019 to 2025, for which the calendar is known");
        }

        if (Profile.Length > 0 && !CityProfile.Names.Contains(Profile, StringComparer.Ordinal))
        {
            faults.Add($"Profile is '{Profile}', expected one of {string.Join(", ", CityProfile.Names)}");
        }

        if (LabelShare is < 0.005 or > 0.05)
        {
            faults.Add($"LabelShare is {LabelShare}, expected 0.005 to 0.05");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}

/// <summary>Names a size of the fictional city.</summary>
public enum CityPreset
{
    /// <summary>300 children, six years: for unit tests.</summary>
    Mini,

    /// <summary>6,000 children, six years.</summary>
    City,

    /// <summary>60,000 children, six years.</summary>
    Large,

    /// <summary>500,000 children, one year, attendance as exceptions.</summary>
    Metro,
}

/// <summary>Names how many faults are planted in the files.</summary>
public enum NoiseLevel
{
    /// <summary>No planted faults; names are still written in each system's own way.</summary>
    None,

    /// <summary>Half the usual rate.</summary>
    Low,

    /// <summary>The rates of a usual municipal delivery, under 2 % bad rows per file.</summary>
    Normal,

    /// <summary>Twice the usual rate, still under 2 % bad rows per file.</summary>
    High,
}

/// <summary>Tells which stage the generator is in and how much of it is done (0..1).</summary>
public sealed record CityProgress(string Stage, double Share);

/// <summary>Describes what was generated.</summary>
/// <remarks>Units: rates are shares 0..1; <see cref="LabelShare"/> is per child and year, <see cref="NeedShare"/> per half-year snapshot.
/// <see cref="BayesAuc"/> is the AUC of the generator's own probability given observable conditions against the observed label.</remarks>
public sealed record CitySummary(
    int Files,
    IReadOnlyDictionary<string, long> Rows,
    long Bytes,
    double Seconds,
    int Persons,
    int Children,
    int ActiveChildren,
    int Consultations,
    int NeedDecisions,
    double NeedShare,
    double LabelShare,
    double BayesAuc,
    int PlantedFaults);
