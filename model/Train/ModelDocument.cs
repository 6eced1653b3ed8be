using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>One weighted term of the score: a rule or a single item.</summary>
public sealed record ModelTerm
{
    /// <summary>Item ids, ascending; the term fires when all hold.</summary>
    public required int[] Items { get; init; }

    /// <summary>Japanese text of the term.</summary>
    public required string Text { get; init; }

    /// <summary>Departments whose data the term uses.</summary>
    public required IReadOnlyList<string> Departments { get; init; }

    /// <summary>Change of the log-odds when it fires.</summary>
    public required double Weight { get; init; }

    /// <summary>Training rows in which it fires.</summary>
    public required int Covered { get; init; }

    /// <summary>Those with a positive label.</summary>
    public required int Positives { get; init; }

    /// <summary>Observed rate.</summary>
    public required double Rate { get; init; }

    /// <summary>Wilson 95 % interval of the rate.</summary>
    public required Interval RateInterval { get; init; }

    /// <summary>Logarithm of the one-sided Fisher p-value in the direction of its rate.</summary>
    public required double LogP { get; init; }

    /// <summary>True when it passes the family-wise threshold.</summary>
    public required bool IsVerified { get; init; }

    /// <summary>Share of household resamples in which it keeps a weight of the same sign; NaN is not possible, -1 is not measured.</summary>
    public required double Stability { get; init; }
}

/// <summary>Everything needed to score a child in the same way again.</summary>
public sealed record ModelDocument
{
    /// <summary>Version of this format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Features the model reads, in order.</summary>
    public required IReadOnlyList<FeatureSpec> Features { get; init; }

    /// <summary>All items.</summary>
    public required IReadOnlyList<Item> Items { get; init; }

    /// <summary>Terms with a weight other than zero, greatest absolute weight first.</summary>
    public required IReadOnlyList<ModelTerm> Terms { get; init; }

    /// <summary>Log-odds when no term fires.</summary>
    public required double Bias { get; init; }

    /// <summary>Slope of the calibration on the raw log-odds.</summary>
    public required double CalibrationSlope { get; init; }

    /// <summary>Intercept of the calibration.</summary>
    public required double CalibrationIntercept { get; init; }

    /// <summary>Smallest share of recorded features for a score to be shown.</summary>
    public required double MinCoverage { get; init; }

    /// <summary>Penalty used in the fit.</summary>
    public required double Penalty { get; init; }

    /// <summary>Power of the number of conditions by which a term's penalty grows; null in documents in which it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LengthGrowth { get; init; }

    /// <summary>Quadratic part of the penalty, in its units; null where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Quadratic { get; init; }

    /// <summary>Share of its objective by which the fit can be above the optimum over all terms it could choose from, at most; null in documents without a certificate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DualityGap { get; init; }

    /// <summary>Training rows.</summary>
    public required int RowCount { get; init; }

    /// <summary>Training rows with a positive label.</summary>
    public required int PositiveCount { get; init; }

    /// <summary>Family-wise threshold that verified the rules; the lowest finite number when none could be.</summary>
    public required double LogThreshold { get; init; }

    /// <summary>Seed of the training run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>SHA-256 of the feature list.</summary>
    public required string FeatureHash { get; init; }

    /// <summary>SHA-256 of the training rows.</summary>
    public required string DataHash { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>Returns the canonical JSON: fixed order, no white space, shortest exact numbers.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Returns the SHA-256 of the canonical JSON, in lower-case hexadecimal.</summary>
    public string Hash() => Sha256(ToJson());

    /// <summary>Reads a model from its JSON.</summary>
    public static ModelDocument FromJson(string json)
    {
        ModelDocument? document;
        try
        {
            document = JsonSerializer.Deserialize<ModelDocument>(json, Json);
        }
        catch (JsonException e)
        {
            throw new ModelException("MDL-010", $"JSON that is no model (at {e.Path ?? "$"})", "a model document", "store it again from training");
        }

        if (document is null || document.FormatVersion != 1)
        {
            throw new ModelException("MDL-011", $"model format {document?.FormatVersion}", "format 1", "train again with this release");
        }

        return document;
    }

    /// <summary>Returns the hash of a feature list, to compare a table with a model.</summary>
    public static string HashFeatures(IReadOnlyList<FeatureSpec> features) => Sha256(JsonSerializer.Serialize(features, Json));

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
