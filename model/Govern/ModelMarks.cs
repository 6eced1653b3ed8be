using System.Globalization;

namespace Warehouse.Model.Govern;

/// <summary>What a new model must reach to be used; set before it trains and written down with the run.</summary>
/// <remarks>The defaults refuse what is plainly unusable. An installation sets its own after its first trained models (docs/model-card.md, "Before going live").</remarks>
public sealed record ModelMarks
{
    /// <summary>Least upper end of the interval of the area under the ROC curve, in the evaluation that is quoted: on held-out time where there is one. Below .5 the model is shown to be worse than chance.</summary>
    public double LeastAucHigh { get; init; } = 0.5;

    /// <summary>Least lower end of its interval; 0 asks for nothing. A city with few decisions cannot pass more, whatever the model.</summary>
    public double LeastAucLow { get; init; }

    /// <summary>Greatest expected calibration error of that evaluation beyond what chance gives right probabilities.</summary>
    public double MostCalibrationError { get; init; } = 0.02;

    /// <summary>Greatest relative duality gap of the fit.</summary>
    public double MostDualityGap { get; init; } = 1e-6;

    /// <summary>A feature that alone orders the rows this well is taken for one that is known only after the decision.</summary>
    public double LeakAuc { get; init; } = 0.95;

    /// <summary>Most by which the area under the curve may fall below that of the model in use, on rows that neither has learned from: the interval of the difference must reach above minus this.</summary>
    public double MostLoss { get; init; } = 0.02;

    /// <summary>Least upper end of the interval of the area under the curve in any group: below .5 the order is turned round there.</summary>
    public double LeastGroupAuc { get; init; } = 0.5;

    /// <summary>Returns the faults of these marks.</summary>
    public IEnumerable<string> Faults()
    {
        foreach ((string name, double value, double low, double high) in new[]
        {
            (nameof(LeastAucHigh), LeastAucHigh, 0.0, 1.0), (nameof(LeastAucLow), LeastAucLow, 0, 1), (nameof(MostCalibrationError), MostCalibrationError, 0, 1), (nameof(MostDualityGap), MostDualityGap, 0, 1),
            (nameof(LeakAuc), LeakAuc, 0.5, 1), (nameof(MostLoss), MostLoss, 0, 1), (nameof(LeastGroupAuc), LeastGroupAuc, 0, 1),
        })
        {
            if (!(value >= low && value <= high))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"Model:{name} is {value}; expected {low} to {high}");
            }
        }
    }

    /// <summary>Returns the marks as they are written down before training.</summary>
    public IReadOnlyList<PassMark> ToList() =>
    [
        new(MarkCodes.AucHigh, isUpper: false, LeastAucHigh),
        new(MarkCodes.AucLow, isUpper: false, LeastAucLow),
        new(MarkCodes.CalibrationError, isUpper: true, MostCalibrationError),
        new(MarkCodes.DualityGap, isUpper: true, MostDualityGap),
        new(MarkCodes.Leak, isUpper: true, 0),
        new(MarkCodes.HelpSeeking, isUpper: true, 0),
        new(MarkCodes.Parity, isUpper: true, 0),
        new(MarkCodes.GroupAuc, isUpper: false, LeastGroupAuc),
        new(MarkCodes.Champion, isUpper: false, -MostLoss),
    ];
}

/// <summary>Codes of the marks, as stored.</summary>
public static class MarkCodes
{
    /// <summary>Upper end of the interval of the area under the ROC curve.</summary>
    public const string AucHigh = "auc_high";

    /// <summary>Lower end of its interval.</summary>
    public const string AucLow = "auc_low";

    /// <summary>Expected calibration error beyond chance.</summary>
    public const string CalibrationError = "calibration_error";

    /// <summary>Relative duality gap of the fit.</summary>
    public const string DualityGap = "duality_gap";

    /// <summary>Features that alone say what the label says.</summary>
    public const string Leak = "leak";

    /// <summary>Terms that let asking for help raise a score.</summary>
    public const string HelpSeeking = "help_seeking";

    /// <summary>Children of the last snapshot whose score differs between training and scoring.</summary>
    public const string Parity = "parity";

    /// <summary>Least upper end of the interval over groups.</summary>
    public const string GroupAuc = "group_auc";

    /// <summary>Upper end of the difference of the areas to the model in use.</summary>
    public const string Champion = "champion";
}

/// <summary>One pass mark and, after the run, what was measured.</summary>
public sealed record PassMark
{
    /// <summary>Makes a mark that is not measured yet.</summary>
    public PassMark(string code, bool isUpper, double required) => (Code, IsUpper, Required) = (code, isUpper, required);

    /// <summary>Its code (<see cref="MarkCodes"/>).</summary>
    public string Code { get; }

    /// <summary>True where what is measured must not be above the mark.</summary>
    public bool IsUpper { get; }

    /// <summary>The mark.</summary>
    public double Required { get; }

    /// <summary>What was measured; null where it could not be.</summary>
    public double? Measured { get; init; }

    /// <summary>What it was measured on, or why it was not; for people.</summary>
    public string Detail { get; init; } = "";

    /// <summary><c>passed</c>, <c>failed</c> or <c>not_measured</c>; what is not a number fails.</summary>
    public string Status => Measured is not { } value ? "not_measured" : (IsUpper ? value <= Required : value >= Required) ? "passed" : "failed";
}
