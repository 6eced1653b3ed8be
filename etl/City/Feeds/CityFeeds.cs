namespace Warehouse.Etl.City.Feeds;

/// <summary>The place where sources join the city: one line for what happens, one for the files about it.</summary>
/// <remarks>Random streams: each group has a hundred of its own; see the constants of the group.</remarks>
internal static class CityFeeds
{
    /// <summary>Returns what happens to families, in the order in which it happens.</summary>
    public static ISourceLife[] Lives(CityOptions options, CityPlaces places) =>
    [
        new WelfareLife(options),
        new MaternalLife(options),
        new SchoolRecordsLife(options),
        new NurseryDaily(options),
    ];

    /// <summary>Returns the groups of files.</summary>
    public static FeedGroup[] Groups(CityContext city) =>
    [
        new TaxFeeds(city),
        new BenefitFeeds(city),
        new CareFeeds(city),
        new CouncilFeeds(city),
        new MaternalFeeds(city),
        new SchoolRecordFeeds(city),
        new NurseryAttendanceFeed(city),
        new MoodFeed(city),
    ];
}
