using System.Text.Json;

namespace Warehouse.Etl.Extract;

/// <summary>When the files of a feed are expected.</summary>
/// <param name="PeriodMonths">Months that one file covers: 1, 3, 6 or 12; a year begins in April.</param>
/// <param name="ExpectedDay">The day of the month after the period by which the file is due.</param>
/// <param name="GraceDays">Days after that day before the file counts as late.</param>
/// <param name="IsRequired">Whether the city has this feed in any case; one that is not required and never came is not missed.</param>
public sealed record DeliveryCalendar(int PeriodMonths, int ExpectedDay, int GraceDays, bool IsRequired)
{
    /// <summary>The calendar of a contract that states none: each month, by the 10th of the next one, with a week of grace.</summary>
    public static readonly DeliveryCalendar Default = new(1, 10, 7, true);

    private static readonly Dictionary<string, int> Cadences = new(StringComparer.Ordinal)
    {
        ["monthly"] = 1,
        ["quarterly"] = 3,
        ["half-yearly"] = 6,
        ["yearly"] = 12,
    };

    /// <summary>Returns the calendar that a contract states in its member <c>delivery</c>; members that are not there are those of the default.</summary>
    /// <exception cref="FeedException">A member has a value that is not allowed.</exception>
    internal static DeliveryCalendar Parse(JsonElement contract, string where)
    {
        if (!contract.TryGetProperty("delivery", out JsonElement delivery))
        {
            return Default;
        }

        DeliveryCalendar calendar = Default;
        foreach (JsonProperty member in delivery.EnumerateObject())
        {
            calendar = member switch
            {
                { Name: "cadence", Value.ValueKind: JsonValueKind.String } when Cadences.TryGetValue(member.Value.GetString()!, out int months) => calendar with { PeriodMonths = months },
                { Name: "expected_day", Value.ValueKind: JsonValueKind.Number } when member.Value.TryGetInt32(out int day) && day is >= 1 and <= 31 => calendar with { ExpectedDay = day },
                { Name: "grace_days", Value.ValueKind: JsonValueKind.Number } when member.Value.TryGetInt32(out int grace) && grace is >= 0 and <= 366 => calendar with { GraceDays = grace },
                { Name: "is_required", Value.ValueKind: JsonValueKind.True or JsonValueKind.False } => calendar with { IsRequired = member.Value.GetBoolean() },
                _ => throw FeedException.Of(
                    "FEED-001", where, $"delivery '{member.Name}' {member.Value.GetRawText()}",
                    "cadence (" + string.Join(", ", Cadences.Keys) + "), expected_day (1 to 31), grace_days (0 to 366) or is_required (true or false)", "Correct the contract."),
            };
        }

        return calendar;
    }
}
