namespace Warehouse.Reporting.Freshness;

/// <summary>What was agreed with a department about one of its feeds.</summary>
/// <param name="Feed">The feed.</param>
/// <param name="System">The source system; the role of its department ends in this word.</param>
/// <param name="Title">The title for staff.</param>
/// <param name="Department">Who sends it.</param>
/// <param name="PeriodMonths">Months that one file covers.</param>
/// <param name="ExpectedDay">The day of the month after the period by which a file is due.</param>
/// <param name="GraceDays">Days after that before it counts as late.</param>
/// <param name="IsRequired">Whether the city has this feed in any case.</param>
public sealed record SourceTerms(string Feed, string System, string Title, string Department, int PeriodMonths, int ExpectedDay, int GraceDays, bool IsRequired);
