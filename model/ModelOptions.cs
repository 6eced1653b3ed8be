using Warehouse.Model.Govern;
using Warehouse.Model.Train;

namespace Warehouse.Model;

/// <summary>Settings of training and scoring; the defaults suit a city of a few thousand children.</summary>
public sealed record ModelOptions
{
    /// <summary>Settings of the model library; seed, horizon and hold-out are taken from here.</summary>
    public TrainOptions Train { get; init; } = new() { HoldOutPeriods = 2 };

    /// <summary>Months of the year on whose first day a snapshot is taken for training.</summary>
    public IReadOnlyList<int> SnapshotMonths { get; init; } = [4, 10];

    /// <summary>Months of history that a snapshot needs before it, so that windows are not half empty.</summary>
    public int HistoryMonths { get; init; } = 6;

    /// <summary>Days by which the last receipt may fall short of the end of a horizon.</summary>
    public int HorizonSlackDays { get; init; } = 7;

    /// <summary>Most snapshots used, the latest ones; bounds time and memory.</summary>
    public int MaxSnapshots { get; init; } = 12;

    /// <summary>Feeds that must know a child before a score is shown.</summary>
    public int MinSources { get; init; } = 3;

    /// <summary>Share of the children scored that staff can look into at once: band A.</summary>
    public double CapacityShareA { get; init; } = 0.01;

    /// <summary>Share after those: band B.</summary>
    public double CapacityShareB { get; init; } = 0.02;

    /// <summary>Share after those: band C; the rest has no band.</summary>
    public double CapacityShareC { get; init; } = 0.07;

    /// <summary>Most mined rules without a weight that are kept for reading, per direction.</summary>
    public int MaxListedRules { get; init; } = 500;

    /// <summary>Most reasons per child and side that are kept, each with all its parts.</summary>
    public int MaxReasons { get; init; } = 20;

    /// <summary>What a new model must reach to be used.</summary>
    public ModelMarks Marks { get; init; } = new();

    /// <summary>Folder that the model document is also written to as a file, or null.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Source of the present time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Throws one exception that lists every fault of these options.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (SnapshotMonths.Count == 0 || SnapshotMonths.Any(m => m is < 1 or > 12))
        {
            faults.Add("Model:SnapshotMonths holds no month, or one outside 1 to 12");
        }

        if (CapacityShareA < 0 || CapacityShareB < 0 || CapacityShareC < 0 || CapacityShareA + CapacityShareB + CapacityShareC > 1)
        {
            faults.Add("Model:CapacityShareA, B and C are below 0 or above 1 together");
        }

        if (MaxSnapshots < 1)
        {
            faults.Add("Model:MaxSnapshots is below 1");
        }

        if (HistoryMonths < 0 || HorizonSlackDays < 0 || MinSources < 0 || MaxReasons < 1 || MaxListedRules < 0)
        {
            faults.Add("Model:HistoryMonths, HorizonSlackDays, MinSources or MaxListedRules is below 0, or MaxReasons below 1");
        }

        faults.AddRange(Marks.Faults());
        if (faults.Count > 0)
        {
            throw new ArgumentException("The configuration of the model has faults: " + string.Join("; ", faults) + ".");
        }
    }
}
