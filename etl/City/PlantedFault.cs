namespace Warehouse.Etl.City;

/// <summary>A row with a fault.</summary>
/// <param name="Fields">The cells as written.</param>
/// <param name="Column">The header of the column; empty for the whole row.</param>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Expected"><c>quarantined</c>, <c>repaired</c> or <c>accepted</c>.</param>
/// <param name="Code">The code of the rule or the repair.</param>
/// <param name="Clean">What the cell must be read as, where the row is not quarantined.</param>
internal sealed record PlantedFault(string[] Fields, string Column, string Kind, string Expected, string Code, string Clean);
