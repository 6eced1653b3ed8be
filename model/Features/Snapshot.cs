namespace Warehouse.Model.Features;

/// <summary>A date to describe and the state of knowledge to describe it from.</summary>
/// <param name="Date">The date that the features describe.</param>
/// <param name="AsKnownUtc">Nothing received later is read.</param>
public sealed record Snapshot(DateOnly Date, DateTime AsKnownUtc)
{
    /// <summary>Days that a family has, after a check-up falls due, before it counts as missed.</summary>
    public const int CheckupGraceDays = 60;

    private const int AdultMonths = 18 * 12;

    /// <summary>The date as yyyymmdd.</summary>
    public int DateKey => ToDateKey(Date);

    /// <summary>Returns the snapshot of a date as known when that day began in Japan.</summary>
    public static Snapshot AtStartOf(DateOnly date) => new(date, StartOfDayUtc(date));

    /// <summary>Returns when a day begins in Japan, in UTC; Japan has no summer time.</summary>
    public static DateTime StartOfDayUtc(DateOnly date) => date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddHours(-9);

    /// <summary>Returns the date in Japan at an instant.</summary>
    public static DateOnly DateInJapan(DateTime utc) => DateOnly.FromDateTime(utc.AddHours(9));

    /// <summary>Returns completed months of age, the birthday taken as the middle of the birth month.</summary>
    public int AgeMonths(int birthYearMonth) =>
        Math.Max(0, MonthNumber(Date) - MonthNumber(birthYearMonth) - (Date.Day < 15 ? 1 : 0));

    /// <summary>Returns the school grade by birth month: below 1 before school, 1-6 elementary, 7-9 junior high, then above.</summary>
    public int Grade(int birthYearMonth) => FiscalYear(ToMonthKey(Date)) - FiscalYear(birthYearMonth) - 6;

    /// <summary>Returns whole months from a date to the snapshot.</summary>
    public int MonthsSince(DateOnly date) =>
        MonthNumber(Date) - MonthNumber(date) - (Date.Day < date.Day ? 1 : 0);

    /// <summary>Returns the parameters of the feature queries; date arithmetic is done here, so that scripts only compare.</summary>
    public SnapshotParameters Parameters(FeatureCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        return new SnapshotParameters
        {
            SnapshotDate = Date,
            AsKnownUtc = AsKnownUtc,
            BirthMonthFrom = ToMonthKey(Date.AddMonths(-AdultMonths + (Date.Day < 15 ? 0 : 1))),
            From12m = Date.AddMonths(-12),
            From24m = Date.AddMonths(-24),
            Month0m = ToMonthKey(Date),
            Month3m = ToMonthKey(Date.AddMonths(-3)),
            Month6m = ToMonthKey(Date.AddMonths(-6)),
            Month12m = ToMonthKey(Date.AddMonths(-12)),
            Date0m = DateKey,
            Date12m = ToDateKey(Date.AddMonths(-12)),
            DueBefore = Date.AddDays(-CheckupGraceDays),
            MoveInFrom = Date.AddMonths(-catalogue["months_since_move_in"].ExpiryMonths!.Value),
            CheckupFrom = Date.AddMonths(-catalogue["checkup_missed_count"].ExpiryMonths!.Value),
            PregnancyFrom = Date.AddMonths(-catalogue["pregnancy_notice_week"].ExpiryMonths!.Value),
            SchoolYearFrom = Date.AddMonths(-24).Year,
            ConsultationFrom = Date.AddMonths(-catalogue["consultation_other_count"].ExpiryMonths!.Value),
        };
    }

    private static int FiscalYear(int yearMonth) => (yearMonth / 100) - (yearMonth % 100 >= 4 ? 0 : 1);

    private static int MonthNumber(int yearMonth) => (yearMonth / 100 * 12) + (yearMonth % 100) - 1;

    private static int MonthNumber(DateOnly date) => (date.Year * 12) + date.Month - 1;

    private static int ToMonthKey(DateOnly date) => (date.Year * 100) + date.Month;

    private static int ToDateKey(DateOnly date) => (date.Year * 10000) + (date.Month * 100) + date.Day;
}

/// <summary>Parameters of the feature queries, named as in the scripts.</summary>
public sealed record SnapshotParameters
{
    /// <summary>The date described.</summary>
    public required DateOnly SnapshotDate { get; init; }

    /// <summary>Nothing received later is read.</summary>
    public required DateTime AsKnownUtc { get; init; }

    /// <summary>Earliest birth month of a child, as yyyymm.</summary>
    public required int BirthMonthFrom { get; init; }

    /// <summary>12 months before.</summary>
    public required DateOnly From12m { get; init; }

    /// <summary>24 months before.</summary>
    public required DateOnly From24m { get; init; }

    /// <summary>Month of the snapshot, as yyyymm; itself outside every window.</summary>
    public required int Month0m { get; init; }

    /// <summary>3 months before.</summary>
    public required int Month3m { get; init; }

    /// <summary>6 months before.</summary>
    public required int Month6m { get; init; }

    /// <summary>12 months before.</summary>
    public required int Month12m { get; init; }

    /// <summary>The date as yyyymmdd; itself outside every window.</summary>
    public required int Date0m { get; init; }

    /// <summary>12 months before, as yyyymmdd.</summary>
    public required int Date12m { get; init; }

    /// <summary>A check-up due from this date on may still be made up for.</summary>
    public required DateOnly DueBefore { get; init; }

    /// <summary>Arrivals before this date no longer count.</summary>
    public required DateOnly MoveInFrom { get; init; }

    /// <summary>Check-ups due before this date no longer count.</summary>
    public required DateOnly CheckupFrom { get; init; }

    /// <summary>Pregnancies notified before this date no longer count.</summary>
    public required DateOnly PregnancyFrom { get; init; }

    /// <summary>Surveys of earlier school years no longer count.</summary>
    public required int SchoolYearFrom { get; init; }

    /// <summary>Consultations received before this date no longer count.</summary>
    public required DateOnly ConsultationFrom { get; init; }
}
