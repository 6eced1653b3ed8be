using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Train;

namespace Warehouse.Model.Tables;

/// <summary>A condition for programs.</summary>
/// <param name="Column">The column tested.</param>
/// <param name="Test">The test made.</param>
/// <param name="Cut">Cut of a number, otherwise null.</param>
/// <param name="Category">Category, otherwise null.</param>
/// <param name="Text">The same for a person.</param>
public sealed record TableCondition(string Column, ItemTest Test, double? Cut, string? Category, string Text);

/// <summary>A term as a reason.</summary>
public sealed record TableReason(
    string Text, IReadOnlyList<TableCondition> Conditions, double Weight, int Positives, int Negatives, double Rate, Interval RateInterval, bool IsVerified, double Stability, IReadOnlyList<string> MissingColumns);

/// <summary>A term that does not apply because of one condition.</summary>
/// <param name="Text">The term.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Failing">The only condition that does not hold.</param>
/// <param name="Value">The row's value there.</param>
public sealed record NearReason(string Text, double Weight, TableCondition Failing, string Value);

/// <summary>Why a row has its score. Base and the weights of both lists add up to the log-odds, and slope × log-odds + intercept gives the logit of the probability.</summary>
public sealed record TableExplanation
{
    private const int MostNear = 10;

    /// <summary>Number of the row below the header, from 1.</summary>
    public required int Row { get; init; }

    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>Calibrated probability.</summary>
    public required double Probability { get; init; }

    /// <summary>Log-odds where no term applies.</summary>
    public required double Base { get; init; }

    /// <summary>Log-odds of the row, before calibration.</summary>
    public required double LogOdds { get; init; }

    /// <summary>Slope of the calibration.</summary>
    public required double CalibrationSlope { get; init; }

    /// <summary>Intercept of the calibration.</summary>
    public required double CalibrationIntercept { get; init; }

    /// <summary>Terms that apply and raise the score, greatest first.</summary>
    public required IReadOnlyList<TableReason> For { get; init; }

    /// <summary>Terms that apply and lower the score, greatest first.</summary>
    public required IReadOnlyList<TableReason> Against { get; init; }

    /// <summary>Terms that missing values leave undecided.</summary>
    public required IReadOnlyList<TableReason> Unknown { get; init; }

    /// <summary>Terms that one recorded value alone keeps from applying, greatest first, ten at most.</summary>
    public required IReadOnlyList<NearReason> Near { get; init; }

    /// <summary>What the score would be with other values of given columns; null when not asked for.</summary>
    public required WhatIfResult? WhatIf { get; init; }

    /// <summary>Returns the conditions of a term.</summary>
    internal static IReadOnlyList<TableCondition> Conditions(ModelDocument document, ModelTerm term) => [.. term.Items.Select(id => Condition(document.Items[id]))];

    /// <summary>Returns the terms that a row misses by one condition.</summary>
    internal static IReadOnlyList<NearReason> FindNear(ModelDocument document, FeatureTable table, BitColumns bits, int row)
    {
        var near = new List<NearReason>();
        foreach (ModelTerm term in document.Terms.OrderByDescending(t => Math.Abs(t.Weight)))
        {
            int[] failing = [.. term.Items.Where(id => !bits.Get(id, row))];
            if (near.Count == MostNear)
            {
                break;
            }

            if (failing.Length == 1 && document.Items[failing[0]] is var item && table.Find(item.Feature)! is var column && (!column.IsMissing(row) || item.Test == ItemTest.Present))
            {
                near.Add(new NearReason(term.Text, term.Weight, Condition(item), column.IsMissing(row) ? "" : column.Numbers is { } numbers ? numbers[row].ToString(CultureInfo.InvariantCulture) : column.Categories![row]!));
            }
        }

        return near;
    }

    private static TableCondition Condition(Item item) => new(item.Feature, item.Test, item.Test is ItemTest.AtLeast or ItemTest.Below ? item.Cut : null, item.Category, item.Text);
}
