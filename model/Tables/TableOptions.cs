using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;

namespace Warehouse.Model.Tables;

/// <summary>Settings of the model on a table of one's own; the same for every table.</summary>
public sealed record TableOptions
{
    /// <summary>Rows (or groups) of each class without which nothing can be learned: every fold of the choice of the penalty needs two.</summary>
    internal const int FewestOfAClass = 6;

    // Above, one round of folds says as much as five do below, and only one shape of the penalty is tried.
    private const int ManyRows = 10_000;

    // Up to here the choice of penalty and shape hangs on how the rows fell into folds, and a fit costs little: more rounds.
    private const int FewRows = 1_000;

    private const int RowsPerCut = 100;

    private const int FewestRows = 15;

    // Conditions times rows that a fit may hold; a cell costs up to four bytes in each thread.
    private const long MostCells = 100_000_000;

    /// <summary>Folds of the evaluation; with a time the number of later blocks that are tested.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Rounds of folds; null takes 5, or 1 above 10,000 rows.</summary>
    public int? Repeats { get; init; }

    /// <summary>Seed of folds, samples and permutations.</summary>
    public ulong Seed { get; init; } = 7;

    /// <summary>Trainers of Microsoft.ML that are run on the same folds, names of <see cref="Validate.Challenger"/>.</summary>
    public IReadOnlyList<string> Challengers { get; init; } = [];

    /// <summary>Whether each fold is fitted once more without each column, to say what the area loses: a fit a column and fold.</summary>
    public bool AblatesColumns { get; init; }

    /// <summary>Greatest number of conditions in a rule, 1 to 3.</summary>
    public int MaxLength { get; init; } = 3;

    /// <summary>Most terms of the model; null leaves it to the penalty.</summary>
    public int? MaxTerms { get; init; }

    /// <summary>Permutations of the test of rules.</summary>
    public int Permutations { get; init; } = 1000;

    /// <summary>Resamples for the stability of each term of the final model.</summary>
    public int Bootstraps { get; init; } = 20;

    /// <summary>Threads to use; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Returns the rounds of folds for a number of rows.</summary>
    public int RepeatsFor(int rows) => Repeats ?? (rows > ManyRows ? 1 : 5);

    // Down to a share at which tables of tens of thousands of rows still gain; smaller tables stop long before it, where the loss on unseen rows rises.
    private static readonly double[] Penalties = [.. Enumerable.Range(0, 22).Select(k => 0.7 * Math.Pow(0.72, k))];

    // Where rows are few, sharing an effect among conditions that nearly go together steadies it; where they are many the data tell these apart.
    private static readonly PenaltyShape[] Shapes = [new(1, 0), new(1, 1), new(2, 3), new(3, 3)];

    /// <summary>Returns the settings of the trainer for a number of rows: the more rows, the finer the cuts and the rarer the conditions they can tell from chance.</summary>
    internal TrainOptions ForTraining(int rows) => new()
    {
        Items = new ItemOptions
        {
            MaxCuts = Math.Clamp(rows / RowsPerCut, 31, 127),
            MinSupport = Math.Clamp((double)FewestRows / rows, 0.0005, 0.005),
            MaxItems = (int)Math.Clamp(MostCells / Math.Max(1, rows), 1_000, 20_000),
        },
        PenaltyShares = Penalties,
        Shapes = rows > ManyRows ? [Shapes[0]] : Shapes,
        Mine = new MineOptions { MaxLength = MaxLength, Permutations = Permutations },
        ScoreLength = MaxLength,
        MaxTerms = MaxTerms,
        SelectionRepeats = rows > FewRows ? 2 : 10,
        NegativesPerPositive = 1_000_000,
        HoldOutPeriods = 0,
        MinCoverage = 0,
        Bootstraps = Bootstraps,
        Seed = Seed,
        Threads = Threads,
    };
}
