using Warehouse.Model.Features;
using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model;

/// <summary>Collects the rows to learn from, by snapshot and child key.</summary>
public sealed class TrainingRows
{
    private readonly List<ChildFacts> _children = [];
    private readonly List<bool> _label = [];

    /// <summary>The children of each row.</summary>
    public IReadOnlyList<ChildFacts> Children => _children;

    /// <summary>True where support was judged necessary within the horizon.</summary>
    public bool[] Label => [.. _label];

    /// <summary>Rows left out.</summary>
    public int ExcludedCount { get; private set; }

    /// <summary>Adds a child at a snapshot, unless nothing can be learned from it or it would not be scored.</summary>
    public void Add(ChildFacts child, LabelStatus status, int minSources)
    {
        ArgumentNullException.ThrowIfNull(child);
        if (status is not (LabelStatus.Positive or LabelStatus.Negative) || child.SourceCount < minSources)
        {
            ExcludedCount++;
            return;
        }

        _children.Add(child);
        _label.Add(status == LabelStatus.Positive);
    }

    /// <summary>Returns the rows with their features, as the library takes them.</summary>
    public TrainingSet ToSet(FeatureTable table) => new()
    {
        Table = table,
        Label = Label,
        RowKey = [.. _children.Select(RowKey)],
        GroupKey = Groups(),
        UnitKey = [.. _children.Select(c => c.ChildKey)],
        TimeKey = [.. _children.Select(c => c.Snapshot.DateKey)],

        // Risk differs between ages and half-years whatever the family: the test compares within both.
        StratumKey = [.. _children.Select(c => (c.Snapshot.DateKey * 10) + StageNumber(c.Stage))],
    };

    // All rows of a child and of everybody who ever shared a household with it form one group: a child that moves from one
    // household to another would otherwise stand in two folds.
    private long[] Groups()
    {
        var parent = new Dictionary<long, long>();
        foreach (ChildFacts child in _children)
        {
            // Households and children are numbered apart; the complement keeps the two from meeting.
            long a = Find(child.GroupKey);
            long b = Find(~child.ChildKey);
            parent[Math.Max(a, b)] = Math.Min(a, b);
        }

        return [.. _children.Select(c => Find(c.GroupKey))];

        long Find(long key)
        {
            long root = key;
            while (parent.TryGetValue(root, out long up) && up != root)
            {
                root = up;
            }

            parent[root] = root;
            while (key != root)
            {
                (key, parent[key]) = (parent[key], root);
            }

            return root;
        }
    }

    private static int StageNumber(string stage) => stage switch
    {
        "preschool" => 0,
        "elementary" => 1,
        "junior" => 2,
        _ => 3,
    };

    // Child keys come from an installation secret; in the demo it follows from the seed, so that runs compare.
    private static long RowKey(ChildFacts child)
    {
        unchecked
        {
            ulong x = (ulong)child.ChildKey + ((ulong)child.Snapshot.DateKey * 0x9E3779B97F4A7C15UL);
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
            return (long)(x ^ (x >> 31));
        }
    }
}
