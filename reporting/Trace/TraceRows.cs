namespace Warehouse.Reporting.Trace;

/// <summary>One staged row with the file and line that it came from.</summary>
/// <param name="Feed">Its feed.</param>
/// <param name="RecordKey">The record that it describes.</param>
/// <param name="LoadId">The load that brought it.</param>
/// <param name="LineNumber">The line of the file.</param>
/// <param name="ItemDate">The day that it is about.</param>
/// <param name="DetailText">Its codes.</param>
/// <param name="IsSuperseded">1 where a later row of the same batch replaced it.</param>
/// <param name="FileSha256">The content of the file.</param>
public sealed record StagedRow(
    string Feed, long RecordKey, long LoadId, int LineNumber, DateOnly ItemDate, string DetailText, int IsSuperseded, string FileSha256)
{
    /// <summary>The name of the file.</summary>
    public string FileName { get; init; } = "";
}

/// <summary>One fact as known at a time, with the staged rows that it was derived from.</summary>
/// <param name="TableName">Its table.</param>
/// <param name="Feed">The feed that it comes from.</param>
/// <param name="RecordKey">The record that it describes.</param>
/// <param name="LoadId">The load of the row that it shows.</param>
/// <param name="ItemDate">The day that it is about; of a month its first.</param>
/// <param name="DetailText">Its codes.</param>
/// <param name="KnownFromUtc">When it was first known.</param>
public sealed record TracedFact(string TableName, string Feed, long RecordKey, long LoadId, DateOnly ItemDate, string DetailText, DateTime KnownFromUtc)
{
    /// <summary>The staged rows behind it.</summary>
    public IReadOnlyList<StagedRow> Rows { get; init; } = [];
}

/// <summary>Whom a record belonged to, and when that was known.</summary>
public sealed record TracedLink(long RecordKey, long PersonKey, DateTime KnownFromUtc, DateTime KnownToUtc);
