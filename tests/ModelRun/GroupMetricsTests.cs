using Warehouse.Model;

namespace Warehouse.Tests.ModelRun;

/// <summary>Figures per group and among similar scores.</summary>
public sealed class GroupMetricsTests
{
    [Fact]
    public void Similar_bands_cover_every_row_once_and_keep_ties_together()
    {
        double[] probability = [.. Enumerable.Range(0, 1000).Select(i => i < 900 ? 0.01 : i < 990 ? 0.02 + (i / 10000.0) : 0.5)];
        bool[] label = [.. probability.Select(p => p == 0.5)];

        MetricRow[] bands = [.. GroupMetrics.Similar(label, probability)];

        Assert.Equal(1000, bands.Sum(b => b.RowCount));
        Assert.Equal(10, bands.Sum(b => b.PositiveCount));
        Assert.Equal(bands.Length, bands.Select(b => b.Value).Distinct().Count());
        Assert.Equal((0.0, 900L), (bands[0].Value, bands[0].RowCount));
        Assert.Equal((0.5, 10L), (bands[^1].Value, bands[^1].PositiveCount));
    }
}
