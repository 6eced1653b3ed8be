using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Model.Validate;

namespace Warehouse.Model.Tables;

/// <summary>A figure with its 95 % interval, as a model file keeps it.</summary>
public sealed record Figure(double Value, double? Low, double? High)
{
    /// <summary>Returns the figure of a mean over folds; its ends are null where there is no interval.</summary>
    internal static Figure Of(FoldMean mean) => new(mean.Mean, Finite(mean.Interval.Low), Finite(mean.Interval.High));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>How well a model did on rows it had not seen.</summary>
public sealed record TableValidation(string Split, int Folds, int Repeats, Figure Auc, Figure AucOf60Terms, double Ece, double Terms, double DualityGap, IReadOnlyList<TableChallenger> Challengers)
{
    /// <summary>What the area loses without each column, the greatest loss first; null where that was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TableColumnLoss>? ColumnLosses { get; init; }

    /// <summary>Returns the summary of a result.</summary>
    internal static TableValidation Of(ValidationResult result) => new(
        result.Split, result.Folds, result.Repeats, Figure.Of(result.Auc), Figure.Of(result.AucOf60Terms), result.Ece, result.Terms, result.DualityGap,
        [.. result.Challengers.Select(c => c.Fault.Length > 0 ? new TableChallenger(c.Name, null, null, c.Fault) : new TableChallenger(c.Name, Figure.Of(c.Auc), Figure.Of(c.Difference), null))])
    {
        ColumnLosses = result.Columns.Count == 0 ? null : [.. result.Columns.Select(c => new TableColumnLoss(c.Name, Figure.Of(c.Loss)))],
    };
}

/// <summary>What the area loses without a column.</summary>
public sealed record TableColumnLoss(string Column, Figure Loss);

/// <summary>Another trainer on the same folds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Auc">Its area under the ROC curve; null where it could not be run.</param>
/// <param name="ModelMinusIt">The model's area less its own.</param>
/// <param name="Fault">Why it could not be run; null where it could.</param>
public sealed record TableChallenger(
    string Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Figure? Auc, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Figure? ModelMinusIt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Fault);

/// <summary>A rule in words, with what it covers.</summary>
public sealed record TableRule(string Text, RuleDirection Direction, int Positives, int Negatives, double Rate, Interval RateInterval, double Lift, double LogP, bool IsVerified);

/// <summary>A model of a table: all that is needed to score other rows in the same way, and what is known of it.</summary>
/// <remarks>The same rows, options and seed give the same file, byte by byte; it holds no time and no name of a machine.</remarks>
public sealed record TableModel
{
    private const string FormatName = "warehouse-table-model";

    /// <summary>Name of this format.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Version of this format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The column predicted.</summary>
    public required string Target { get; init; }

    /// <summary>Its positive value.</summary>
    public required string Positive { get; init; }

    /// <summary>Its negative values.</summary>
    public required IReadOnlyList<string> Negatives { get; init; }

    /// <summary>The column that names rows, or null.</summary>
    public string? Id { get; init; }

    /// <summary>Columns that the model reads, as they were found in training.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<TableFinding> Findings { get; init; }

    /// <summary>How well it did on rows not seen; null when that was not asked for.</summary>
    public required TableValidation? Validation { get; init; }

    /// <summary>Rules found that passed the family-wise test.</summary>
    public required int VerifiedCount { get; init; }

    /// <summary>Other rules found.</summary>
    public required int CandidateCount { get; init; }

    /// <summary>The model itself.</summary>
    public required ModelDocument Model { get; init; }

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
        WriteIndented = true,
    };

    /// <summary>Returns the file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads a file's text.</summary>
    /// <remarks>Errors: MDL-010, MDL-011 for what is no such file.</remarks>
    public static TableModel FromJson(string json)
    {
        TableModel? model;
        try
        {
            model = JsonSerializer.Deserialize<TableModel>(json, Json);
        }
        catch (JsonException cause)
        {
            throw new ModelException("MDL-010", $"JSON that is no model of a table (at {cause.Path ?? "$"})", "a file written by train --model", "train again");
        }

        return model is { Format: FormatName, FormatVersion: 1 } ? model : throw new ModelException("MDL-011", $"format {model?.Format} {model?.FormatVersion}", FormatName + " 1", "train again with this release");
    }
}
