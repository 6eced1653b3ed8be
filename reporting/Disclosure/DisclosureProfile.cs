namespace Warehouse.Reporting.Disclosure;

/// <summary>How figures are made safe.</summary>
public enum DisclosureMethod
{
    /// <summary>Figures are shown as they are or not at all.</summary>
    Suppress,

    /// <summary>Small figures are hidden and every other one is rounded by itself.</summary>
    RoundEach,

    /// <summary>All figures are rounded together, so that they still add up; none is hidden for being small.</summary>
    RoundTogether,
}

/// <summary>The threshold of units of a kind and size: figures below it are hidden; null hides everything about the unit.</summary>
/// <param name="Kind">The kind of unit.</param>
/// <param name="MinimumSize">Residents from which the band holds, up to the next band of the kind.</param>
/// <param name="Threshold">Figures below it are hidden.</param>
public sealed record ThresholdBand(UnitKind Kind, long MinimumSize, int? Threshold);

/// <summary>The rules of disclosure control, as data.</summary>
/// <param name="Name">The name in configuration.</param>
/// <param name="Method">How figures are made safe.</param>
/// <param name="Bands">Thresholds by kind and size of unit.</param>
/// <param name="UnknownSize">The threshold by kind where the size is not known.</param>
/// <param name="ZerosAlwaysShown">True: a zero is always shown. False: only where it is structural or the group that it is said of reaches the threshold.</param>
/// <param name="HidesFullCells">Whether a figure that makes up the whole of its group is hidden.</param>
/// <param name="RoundingBase">The base of rounding; 0 where figures are not rounded.</param>
/// <param name="WidthWhenRounded">How wide the interval of a hidden figure has to stay where the others are rounded; the threshold decides where they are not.</param>
/// <param name="MinimumDenominator">Rates of fewer are not shown.</param>
/// <param name="WarnDenominator">Rates of fewer carry a warning.</param>
/// <param name="MinimumContributors">Figures from fewer facilities are hidden.</param>
public sealed record DisclosureProfile(
    string Name,
    DisclosureMethod Method,
    IReadOnlyList<ThresholdBand> Bands,
    IReadOnlyDictionary<UnitKind, int> UnknownSize,
    bool ZerosAlwaysShown,
    bool HidesFullCells,
    int RoundingBase,
    int WidthWhenRounded,
    int MinimumDenominator,
    int WarnDenominator,
    int MinimumContributors)
{
    /// <summary>The default: smallest units of publication of the Japanese national claims databases, adopted by analogy; they do not bind a city's own statistics.</summary>
    /// <remarks>
    /// Source: guidelines on the use of NDB and the long-term care database, principle of the smallest unit of publication: municipalities under 2,000 people show nothing, under 25,000 nothing
    /// below 20, others nothing below 10; fewer than three facilities are not shown. Districts and schools count as units below 25,000, whatever their size. The rule on zeros and full cells, and on denominators, are ours.
    /// </remarks>
    public static DisclosureProfile JpNdb { get; } = new(
        "jp-ndb",
        DisclosureMethod.Suppress,
        [
            new ThresholdBand(UnitKind.City, 0, null),
            new ThresholdBand(UnitKind.City, 2_000, 20),
            new ThresholdBand(UnitKind.City, 25_000, 10),
            new ThresholdBand(UnitKind.District, 0, 20),
            new ThresholdBand(UnitKind.Facility, 0, 20),
        ],
        new Dictionary<UnitKind, int> { [UnitKind.City] = 10, [UnitKind.District] = 20, [UnitKind.Facility] = 20 },
        ZerosAlwaysShown: false,
        HidesFullCells: true,
        RoundingBase: 0,
        WidthWhenRounded: 0,
        MinimumDenominator: 20,
        WarnDenominator: 30,
        MinimumContributors: 3);

    /// <summary>Counts of 1 to 7 hidden, zeros shown, all others to the nearest 5, totals rounded by themselves.</summary>
    /// <remarks>
    /// Source: NHS Digital, Hospital Episode Statistics, disclosure control of sub-national counts. A hidden figure of 1 to 7 spans six; it has to stay four wide, as a rounded one does. The denominators
    /// of rates and the number of facilities are ours.
    /// </remarks>
    public static DisclosureProfile NhsRound5 { get; } = new(
        "nhs-round5",
        DisclosureMethod.RoundEach,
        [new ThresholdBand(UnitKind.City, 0, 8), new ThresholdBand(UnitKind.District, 0, 8), new ThresholdBand(UnitKind.Facility, 0, 8)],
        new Dictionary<UnitKind, int> { [UnitKind.City] = 8, [UnitKind.District] = 8, [UnitKind.Facility] = 8 },
        ZerosAlwaysShown: true,
        HidesFullCells: false,
        RoundingBase: 5,
        WidthWhenRounded: 4,
        MinimumDenominator: 8,
        WarnDenominator: 30,
        MinimumContributors: 0);

    /// <summary>All figures to a multiple of 5, up or down, so that totals stay sums; no figure is hidden unless the sums give it away.</summary>
    /// <remarks>
    /// Controlled rounding: Cox (1987), JASA 82, 520-524; base 5 as in <see cref="NhsRound5"/>. A figure of 1 to 7 has to stay uncertain by four, as where each is rounded by itself. A zero that is printed
    /// stands for zero to four.
    /// </remarks>
    public static DisclosureProfile Controlled5 { get; } = NhsRound5 with { Name = "controlled5", Method = DisclosureMethod.RoundTogether };

    /// <summary>The profiles by name.</summary>
    public static IReadOnlyList<DisclosureProfile> All { get; } = [JpNdb, NhsRound5, Controlled5];

    /// <summary>Returns the profile with thresholds that are at least these; 0 leaves them as they are.</summary>
    public DisclosureProfile AtLeast(int city, int finer)
    {
        int Least(UnitKind kind) => kind == UnitKind.City ? city : Math.Max(city, finer);
        return this with
        {
            Bands = Bands.Select(band => band.Threshold is { } threshold ? band with { Threshold = Math.Max(threshold, Least(band.Kind)) } : band).ToList(),
            UnknownSize = UnknownSize.ToDictionary(pair => pair.Key, pair => Math.Max(pair.Value, Least(pair.Key))),
        };
    }

    /// <summary>Returns the threshold of a unit; null where nothing of it is shown.</summary>
    public int? Threshold(UnitKind kind, long? size)
    {
        if (size is not { } known)
        {
            return UnknownSize[kind];
        }

        ThresholdBand? band = Bands.Where(band => band.Kind == kind && band.MinimumSize <= known).MaxBy(band => band.MinimumSize);
        return band is null ? UnknownSize[kind] : band.Threshold;
    }

    /// <summary>How wide the interval of a figure of this threshold has to stay; null where nothing of its unit is shown.</summary>
    public int Width(int? threshold) => Method == DisclosureMethod.Suppress ? threshold ?? LargestThreshold : WidthWhenRounded;

    /// <summary>The largest threshold of the profile: how wide the interval of a figure of a unit has to stay of which nothing is shown.</summary>
    public int LargestThreshold => Math.Max(Bands.Max(band => band.Threshold ?? 0), UnknownSize.Values.Max());
}
