using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Tests.Reporting;

/// <summary>Funnel plots and smoothed rates of districts, from printed figures alone.</summary>
public sealed class FunnelPlotTests
{
    [Fact]
    public void Rates_move_towards_the_common_one_by_what_chance_explains()
    {
        (double between, IReadOnlyList<double> smoothed) = FunnelPlot.Smooth([0.1, 0.3], [100, 100], 0.2);

        // Spread .01, of which chance explains .2 · .8 · 2 / 200 = .0016; so .0084 / (.0084 + .0016) of each difference is left.
        Assert.Equal(0.0084, between, 12);
        Assert.Equal(0.2 - (0.84 * 0.1), smoothed[0], 12);
        Assert.Equal(0.2 + (0.84 * 0.1), smoothed[1], 12);
        Assert.Equal([0.2, 0.2], FunnelPlot.Smooth([0.19, 0.21], [100, 100], 0.2).Smoothed);
    }

    [Fact]
    public void A_district_lies_outside_the_outer_limits_where_it_is_said_to_differ_and_hidden_ones_are_left_out()
    {
        FunnelPlot plot = FunnelPlot.Of(Table((400, 80), (100, 45), (90, 18), (60, null), (300, 30)))!;

        Assert.Equal(["D1", "D2", "D3", "D5"], plot.Points.Select(point => point.Title));
        Assert.Equal(200.0 / 1000, plot.Common, 12);
        foreach (FunnelPoint point in plot.Points.Where(point => point.Comparison != RateComparison.TooSmall))
        {
            FunnelLimit limit = FunnelPlot.Limit(plot.Common, point.Count);
            Assert.Equal(point.Share > limit.High998, point.Comparison == RateComparison.Higher);
            Assert.Equal(point.Share < limit.Low998, point.Comparison == RateComparison.Lower);
            Assert.InRange(point.Smoothed, Math.Min(point.Share, plot.Common), Math.Max(point.Share, plot.Common));
        }

        Assert.Equal(RateComparison.Higher, plot.Points[1].Comparison);
        Assert.Equal(RateComparison.Lower, plot.Points[3].Comparison);
    }

    [Fact]
    public void Where_the_rate_of_all_is_hidden_that_of_the_districts_shown_takes_its_place()
    {
        ReleasedTable table = Table((400, 80), (100, 45), (90, 18), (60, null), (300, 30));
        FunnelPlot plot = FunnelPlot.Of(table with { Rates = table.Rates.Select(rate => rate.Row == 5 ? rate with { Share = null } : rate with { Comparison = RateComparison.None }).ToList() })!;

        Assert.Equal(173.0 / 890, plot.Common, 12);
        Assert.Equal([RateComparison.NoDifference, RateComparison.Higher, RateComparison.NoDifference, RateComparison.Lower], plot.Points.Select(point => point.Comparison));
    }

    [Fact]
    public void Fewer_than_three_districts_are_no_plot() => Assert.Null(FunnelPlot.Of(Table((400, 80), (100, 45), (60, null))));

    private static ReleasedTable Table(params (long Count, long? Need)[] districts)
    {
        TableDefinition definition = StatisticsCatalogue.Find("decisions_by_district")!;
        List<TableLine> rows = [.. districts.Select((_, i) => new TableLine($"D{i + 1}", $"D{i + 1}")), new TableLine("", "合計")], columns = [new TableLine("need", "支援要"), new TableLine("", "合計")];
        // The total of all is 1,000 with 200, whatever is hidden.
        List<IReadOnlyList<ReleasedCell>> cells =
        [
            .. districts.Select(one => (IReadOnlyList<ReleasedCell>)[one.Need is { } need ? new ReleasedCell(need, CellMark.Shown) : new ReleasedCell(null, CellMark.Primary), new ReleasedCell(one.Count, CellMark.Shown)]),
            [new ReleasedCell(200, CellMark.Shown), new ReleasedCell(1000, CellMark.Shown)],
        ];
        return new ReleasedTable(definition, definition.Title, rows, columns, cells, ReleasedRate.Of(definition, rows, columns, cells, DisclosureProfile.JpNdb));
    }
}
