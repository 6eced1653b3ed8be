namespace Warehouse.Reporting.Freshness;

/// <summary>One file as it was taken in.</summary>
/// <param name="Feed">Its feed.</param>
/// <param name="PeriodFrom">The first day that it covers.</param>
/// <param name="PeriodTo">The last day that it covers.</param>
/// <param name="KnownFromUtc">When it came.</param>
/// <param name="IsPublished">1 where its rows are in the warehouse.</param>
/// <param name="StatusCode">The state of its load.</param>
/// <param name="ErrorCode">Why it was not taken in, or empty.</param>
public sealed record Delivery(string Feed, DateOnly PeriodFrom, DateOnly PeriodTo, DateTime KnownFromUtc, int IsPublished, string StatusCode, string ErrorCode);
