namespace Warehouse.Reporting.Host.ModelCards;

/// <summary>Section <c>Register</c>: what only the municipality can say about its use of the model. What is empty is shown as not yet filled in; nothing is made up for it.</summary>
public sealed class RegisterSection
{
    /// <summary>The municipality.</summary>
    public string Organisation { get; set; } = "";

    /// <summary>The team that answers for the list.</summary>
    public string Team { get; set; } = "";

    /// <summary>Office of the person who answers for it; an office, not a name.</summary>
    public string SeniorOwner { get; set; } = "";

    /// <summary>Page with more about it.</summary>
    public string Website { get; set; } = "";

    /// <summary>Where questions go.</summary>
    public string Contact { get; set; } = "";

    /// <summary>Suppliers and what they do.</summary>
    public string Suppliers { get; set; } = "";

    /// <summary>How children were found before.</summary>
    public string PreviousProcess { get; set; } = "";

    /// <summary>Law and ordinance that the use rests on.</summary>
    public string LegalBasis { get; set; } = "";

    /// <summary>What those who use it must have been trained in.</summary>
    public string Training { get; set; } = "";

    /// <summary>How families ask, object and appeal.</summary>
    public string Appeals { get; set; } = "";

    /// <summary>Impact assessments made, with their dates.</summary>
    public string ImpactAssessments { get; set; } = "";
}
