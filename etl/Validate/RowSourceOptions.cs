using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Validate;

/// <summary>How a file of a feed is read.</summary>
public sealed record RowSourceOptions
{
    /// <summary>The contract of the feed.</summary>
    public required FeedContract Contract { get; init; }

    /// <summary>The name of the file, for messages.</summary>
    public required string Where { get; init; }

    /// <summary>The encoding that the manifest states; null takes that of the contract.</summary>
    public string? Encoding { get; init; }

    /// <summary>The day on which the file was extracted, as a day number; rules about the future ask for it.</summary>
    public int ExtractedDay { get; init; } = DateOnly.MaxValue.DayNumber;

    /// <summary>What the private-use characters of the sender mean.</summary>
    public VendorCharacters Characters { get; init; } = VendorCharacters.None;
}
