using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Etl.Link;

/// <summary>The model by which the records of one system are compared with the resident register: trained once, then the same for every batch.</summary>
public sealed record FrozenModel
{
    /// <summary>The source system.</summary>
    public required string System { get; init; }

    /// <summary>What agreement on each field means, and how rare pairs of one person are between the register and the system.</summary>
    public required LinkModel Model { get; init; }

    /// <summary>The first birth date of the persons of the register that come into question; null for all.</summary>
    public DateOnly? BornFrom { get; init; }

    /// <summary>Bits that a pair gets because a record has one counterpart at most, as they were at the training.</summary>
    public required double OneToOneBits { get; init; }

    /// <summary>The share of pairs within the system that are one person sent under two numbers.</summary>
    public required double WithinSame { get; init; }

    /// <summary>The share of pairs within the system that are co-multiples.</summary>
    public required double WithinMultiple { get; init; }

    /// <summary>The share of pairs within the system that are other members of a household.</summary>
    public required double WithinHousehold { get; init; }

    /// <summary>Persons of the register that it was trained on.</summary>
    public required int RegisterCount { get; init; }

    /// <summary>Records of the system that it was trained on.</summary>
    public required int RecordCount { get; init; }

    /// <summary>Why it was trained: <c>first</c>, <c>asked</c>, or <c>misfit</c> (the one before was of another normaliser or of other fields).</summary>
    public required string Reason { get; init; }

    /// <summary>The model for pairs within the system.</summary>
    public LinkModel Within => Model with { SameShare = WithinSame, MultipleShare = WithinMultiple, HouseholdShare = WithinHousehold };

    /// <summary>The first 12 hex digits of the SHA-256 of all that a score depends on.</summary>
    public string Version => Hash();

    private string Hash()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{System}|{BornFrom:yyyy-MM-dd}|{OneToOneBits:R}|{WithinSame:R}|{WithinMultiple:R}|{WithinHousehold:R}|{Model.ToJson()}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
    }
}

/// <summary>Keeps frozen models.</summary>
public interface ILinkModels
{
    /// <summary>Returns the newest model of a system, or null.</summary>
    FrozenModel? Find(string system);

    /// <summary>Keeps a model as the newest of its system; older ones stay.</summary>
    void Keep(FrozenModel model);
}

/// <summary>Keeps frozen models in memory.</summary>
public sealed class MemoryLinkModels : ILinkModels
{
    private readonly List<FrozenModel> _models = [];

    /// <summary>All models, the oldest first.</summary>
    public IReadOnlyList<FrozenModel> All => _models;

    /// <inheritdoc/>
    public FrozenModel? Find(string system) => _models.FindLast(model => model.System == system);

    /// <inheritdoc/>
    public void Keep(FrozenModel model) => _models.Add(model);
}
