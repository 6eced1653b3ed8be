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

    [Fact]
    public void A_higher_band_never_shows_a_lower_outcome()
    {
        Random random = new(3);
        double[] probability = [.. Enumerable.Range(0, 2000).Select(_ => random.NextDouble())];
        bool[] label = [.. probability.Select(_ => random.NextDouble() < 0.05)];

        MetricRow[] bands = [.. GroupMetrics.Similar(label, probability)];

        Assert.Equal(2000, bands.Sum(b => b.RowCount));
        Assert.All(bands.Zip(bands.Skip(1)), pair => Assert.True(
            (double)pair.First.PositiveCount / pair.First.RowCount <= (double)pair.Second.PositiveCount / pair.Second.RowCount));
    }
}
