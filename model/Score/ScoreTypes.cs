using Warehouse.Model.Mine;

namespace Warehouse.Model.Score;

/// <summary>How scores become lists.</summary>
public sealed record ScoreOptions
{
    /// <summary>Number of children the staff can look into at once: band A.</summary>
    public int ListSizeA { get; init; } = 50;

    /// <summary>Number of children after those to watch: band B; the rest is band C.</summary>
    public int ListSizeB { get; init; } = 150;

    /// <summary>Smallest share of recorded features; null takes the model's own.</summary>
    public double? MinCoverage { get; init; }
}

/// <summary>Place on the list, by capacity of the staff, not by probability.</summary>
public enum RiskBand
{
    /// <summary>No score is shown: too little is recorded.</summary>
    Withheld,

    /// <summary>Outside both lists.</summary>
    C,

    /// <summary>On the second list.</summary>
    B,

    /// <summary>On the first list.</summary>
    A,
}

/// <summary>The score of one row.</summary>
/// <param name="Row">Row of the scored table.</param>
/// <param name="RawLogOdds">Bias plus the weights of the terms that fire.</param>
/// <param name="Probability">Calibrated probability.</param>
/// <param name="Rank">Place among shown scores from 1; 0 when withheld. Ties go to the lower row.</param>
/// <param name="Band">Band by capacity.</param>
/// <param name="Coverage">Share of the model's features that are recorded.</param>
/// <param name="IsWithheld">True when the coverage is too low to show a score.</param>
public sealed record RiskScore(int Row, double RawLogOdds, double Probability, int Rank, RiskBand Band, double Coverage, bool IsWithheld);

/// <summary>One term as a reason.</summary>
public sealed record RiskReason
{
    /// <summary>Position of the term in the model.</summary>
    public required int Term { get; init; }

    /// <summary>Japanese text of the term.</summary>
    public required string Text { get; init; }

    /// <summary>Training rows it covers.</summary>
    public required int Covered { get; init; }

    /// <summary>Those with a positive label.</summary>
    public required int Positives { get; init; }

    /// <summary>Observed rate.</summary>
    public required double Rate { get; init; }

    /// <summary>Wilson 95 % interval of the rate.</summary>
    public required Interval RateInterval { get; init; }

    /// <summary>Change of the log-odds.</summary>
    public required double Weight { get; init; }

    /// <summary>True when the term passed the family-wise test.</summary>
    public required bool IsVerified { get; init; }

    /// <summary>Share of resamples that keep the term; -1 when not measured.</summary>
    public required double Stability { get; init; }

    /// <summary>Departments whose data it uses.</summary>
    public required IReadOnlyList<string> Departments { get; init; }

    /// <summary>Features that would have to be recorded to decide the term; empty when it fires.</summary>
    public IReadOnlyList<string> MissingFeatures { get; init; } = [];
}

/// <summary>Terms that overlap, as one reason with its parts.</summary>
/// <param name="Weight">Change of the log-odds by all parts together.</param>
/// <param name="Parts">The terms, greatest absolute weight first.</param>
public sealed record RiskReasonGroup(double Weight, IReadOnlyList<RiskReason> Parts);

/// <summary>Why a row has its score. The bias and the weights of both lists add up to the raw log-odds exactly.</summary>
public sealed record RiskExplanation
{
    /// <summary>Row of the table.</summary>
    public required int Row { get; init; }

    /// <summary>Log-odds when no term fires.</summary>
    public required double Bias { get; init; }

    /// <summary>Raw log-odds of the row.</summary>
    public required double RawLogOdds { get; init; }

    /// <summary>Calibrated probability of the row.</summary>
    public required double Probability { get; init; }

    /// <summary>Terms that fire and raise the score, greatest first.</summary>
    public required IReadOnlyList<RiskReason> For { get; init; }

    /// <summary>Terms that fire and lower the score, greatest first.</summary>
    public required IReadOnlyList<RiskReason> Against { get; init; }

    /// <summary>All terms that fire, grouped: two terms are together when one tests no other features than the other. Greatest absolute weight first.</summary>
    public required IReadOnlyList<RiskReasonGroup> Groups { get; init; }

    /// <summary>Terms that missing records leave undecided, greatest absolute weight first.</summary>
    public required IReadOnlyList<RiskReason> Unknown { get; init; }
}
