using System.Collections.Concurrent;
using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Warehouse.Bench;

/// <summary>Items per second: what one call worked through, divided by its mean time.</summary>
internal sealed class ThroughputColumn : IColumn
{
    private static readonly ConcurrentDictionary<string, long> Counts = new(StringComparer.Ordinal);

    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "Items/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Rows, names or briefs per second";

    /// <summary>States how many items one call of a class's benchmarks works through.</summary>
    public static void Count<T>(long items) => Counts[typeof(T).Name] = items;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        Counts.TryGetValue(benchmarkCase.Descriptor.Type.Name, out long items) && summary[benchmarkCase]?.ResultStatistics is { Mean: > 0 } statistics
            ? (items * 1e9 / statistics.Mean).ToString("N1", CultureInfo.InvariantCulture)
            : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
