namespace Warehouse.Model.Mine;

/// <summary>The class a rule points to.</summary>
public enum RuleDirection
{
    /// <summary>The rule holds more often among children who came to need support.</summary>
    Risk,

    /// <summary>The rule holds more often among the others.</summary>
    Protective,
}

/// <summary>A lower and an upper bound.</summary>
public readonly record struct Interval(double Low, double High);

/// <summary>Settings of the miner and of its significance test.</summary>
public sealed record MineOptions
{
    /// <summary>Greatest number of items in a rule.</summary>
    public int MaxLength { get; init; } = 3;

    /// <summary>Smallest number of rows of the target class that a rule covers; 0 takes the greater of 10 and 2 % of the class.</summary>
    public int MinTargetSupport { get; init; }

    /// <summary>
    /// Smallest number of rows, whatever their label, of a pattern in the tested family;
    /// 0 takes the greater of 10 and 0.1 % of the rows.
    /// </summary>
    public int MinTotalSupport { get; init; }

    /// <summary>A risk rule's rate is at least this many times the base rate; a protective rule's at most the base rate divided by it.</summary>
    public double MinLift { get; init; } = 2;

    /// <summary>Smallest rate of a risk rule; when set it is used instead of the lift. Protective rules always use the lift.</summary>
    public double? MinConfidence { get; init; }

    /// <summary>Chance, at most, that any rule at all is verified by luck.</summary>
    public double FamilyWiseError { get; init; } = 0.05;

    /// <summary>
    /// Chance, at most, that a verified rule stands in the list with a condition too many: the one that extends a shorter rule by luck.
    /// </summary>
    public double ProductiveLevel { get; init; } = 0.05;

    /// <summary>Number of label permutations; 0 uses Tarone's bound alone.</summary>
    public int Permutations { get; init; } = 1000;

    /// <summary>Seed of the permutations.</summary>
    public ulong Seed { get; init; } = 20260401;

    /// <summary>Threads to use; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>A conjunction of items, with what it covers and how sure we are of it.</summary>
public sealed record MinedRule
{
    /// <summary>Item ids, ascending.</summary>
    public required int[] Items { get; init; }

    /// <summary>The class it points to.</summary>
    public required RuleDirection Direction { get; init; }

    /// <summary>Covered rows with a positive label.</summary>
    public required int Positives { get; init; }

    /// <summary>Covered rows with a negative label.</summary>
    public required int Negatives { get; init; }

    /// <summary>Covered rows.</summary>
    public int Covered => Positives + Negatives;

    /// <summary>Share of positives among covered rows.</summary>
    public double Rate => Covered == 0 ? 0 : (double)Positives / Covered;

    /// <summary>Rate divided by the base rate.</summary>
    public required double Lift { get; init; }

    /// <summary>Wilson 95 % interval of the rate.</summary>
    public required Interval RateInterval { get; init; }

    /// <summary>Events among the covered rows of the test, where a household counts once.</summary>
    public required int Events { get; init; }

    /// <summary>Events expected there if rule and label were unrelated, given the strata.</summary>
    public required double Expected { get; init; }

    /// <summary>Natural logarithm of the one-sided p-value of the events in the rule's direction, given the strata.</summary>
    public required double LogP { get; init; }

    /// <summary>One-sided p-value.</summary>
    public double PValue => Math.Exp(LogP);

    /// <summary>True when the rule passes the family-wise threshold; otherwise it is a candidate.</summary>
    public required bool IsVerified { get; init; }
}

/// <summary>What the miner found.</summary>
public sealed record MineResult
{
    /// <summary>Rules, risk before protective, then by p-value and item ids.</summary>
    public required IReadOnlyList<MinedRule> Rules { get; init; }

    /// <summary>Rows mined.</summary>
    public required int RowCount { get; init; }

    /// <summary>Rows with a positive label.</summary>
    public required int PositiveCount { get; init; }

    /// <summary>Number of patterns in the label-free family; 0 when no test was asked for.</summary>
    public required long FamilySize { get; init; }

    /// <summary>Logarithm of the threshold that verifies a rule; negative infinity when nothing can be verified.</summary>
    public required double LogThreshold { get; init; }

    /// <summary>Logarithm of Tarone's threshold, which needs no permutations.</summary>
    public required double TaroneLogThreshold { get; init; }

    /// <summary>Households with an event in the sample of the test.</summary>
    public required int EventCount { get; init; }

    /// <summary>Strata of the test that hold events.</summary>
    public required int StratumCount { get; init; }

    /// <summary>Weighs further sets of rows by the same sample.</summary>
    internal RuleJudge? Judge { get; init; }
}
