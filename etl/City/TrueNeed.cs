namespace Warehouse.Etl.City;

/// <summary>What is true of a child at a half-year start, and what the best model could know.</summary>
/// <param name="Person">The child.</param>
/// <param name="Half">The half-year, 0 for the first.</param>
/// <param name="District">Its district.</param>
/// <param name="Probability">The probability of a label given all that can be observed: no model ranks better.</param>
/// <param name="Seen">How likely a need shows to services, 0..1; what does not show is hidden need.</param>
/// <param name="IsNeed">Whether the child needs support.</param>
/// <param name="IsKnown">Whether the desk judged so within the year before.</param>
internal readonly record struct TrueNeed(long Person, int Half, int District, double Probability, double Seen, bool IsNeed, bool IsKnown);
