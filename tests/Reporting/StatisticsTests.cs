using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Statistics from the warehouse to files, and the register of what was released.</summary>
public sealed class StatisticsTests
{
    private static readonly DateTime Known = new(2025, 4, 2, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateOnly Day = new(2025, 3, 31);

    [Theory]
    [EngineData]
    public async Task Two_children_are_in_no_figure_and_the_release_is_given_again_as_it_was(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        SampleChild.Write(fixture);

        (ReleaseRecord record, StatisticsRelease first) = await Release(fixture);
        (ReleaseRecord again, StatisticsRelease second) = await Release(fixture);

        Assert.Equal((1, 1), (record.ReleaseId, again.ReleaseId));
        Assert.Equal(StatisticsCatalogue.Tables.Select(table => table.Code), first.Tables.Select(table => table.Code));
        Assert.All(first.Tables.SelectMany(table => table.Cells).SelectMany(row => row), cell => Assert.True(cell.IsHidden, cell.Text));
        Assert.All(first.Funnel, step => Assert.Null(step.Count));
        Assert.Equal(StatisticsWriter.JsonText(first), StatisticsWriter.JsonText(second));
        using WarehouseSession session = fixture.Warehouse(SessionRole.Reporting);
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM meta.statistics_release"));
        Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM fact.release_cell WHERE printed_count IS NOT NULL OR shown_lower IS NOT NULL OR shown_upper IS NOT NULL"));
        Assert.True(session.ScalarText<long>("SELECT COUNT(*) FROM fact.release_cell WHERE cell_count = 2") > 0);
    }

    [Fact]
    public async Task Every_consultation_of_the_pooled_years_is_in_the_table_by_district_and_on_the_line_of_those_years()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleTown.Write(fixture);
        // A family that has moved away has no place in the month.
        SampleTown.Consult(fixture, from: 3000, count: 40);

        (_, StatisticsRelease release) = await Release(fixture);

        ReleasedTable years = release.Table("decisions_by_year")!, districts = release.Table("decisions_by_district")!;
        int window = years.Rows.ToList().FindIndex(line => line.Title == "直近3年度計");
        Assert.Equal(250, SampleTown.Figure(fixture, "consultations", ("year", "window 2022-2024")));
        Assert.Equal(years.Cells[window].Select(cell => cell.Text), districts.Cells[^1].Select(cell => cell.Text));
        Assert.Equal("市外・不明", districts.Rows[^2].Title);
        Assert.Equal(40, SampleTown.Figure(fixture, "consultations", ("district", "unknown"), ("year", "window 2022-2024")));
    }

    [Fact]
    public async Task A_later_state_of_knowledge_with_three_more_children_does_not_show_the_three()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleTown.Write(fixture);
        (_, StatisticsRelease first) = await Release(fixture);
        SampleTown.Fill(fixture, from: 5000, count: 3, district: 1);

        (ReleaseRecord record, StatisticsRelease second) = await Release(fixture, Known.AddHours(1), "児童3人の届出を反映");

        Assert.Equal((2, 1), (record.ReleaseId, record.CorrectsNumber));
        Assert.Equal(210, first.Table("children_by_district_age")!.Cells[^1][^1].Count);
        for (int t = 0; t < first.Tables.Count; t++)
        {
            for (int row = 0; row < first.Tables[t].Cells.Count; row++)
            {
                for (int column = 0; column < first.Tables[t].Cells[row].Count; column++)
                {
                    Assert.True(
                        Math.Abs((second.Tables[t].Cells[row][column].Count - first.Tables[t].Cells[row][column].Count) ?? 0) is 0 or >= 10,
                        $"{first.Tables[t].Code} {row} {column}");
                }
            }
        }
    }

    [Fact]
    public void Csv_starts_with_a_byte_order_mark_disarms_formulas_and_ends_with_the_marks_explained()
    {
        ReleasedTable table = new(
            StatisticsCatalogue.Tables[0],
            "表",
            [new TableLine("a", "=cmd|' /C calc'!A0"), new TableLine("", "合計")],
            [new TableLine("x", "列"), new TableLine("", "合計")],
            [[new ReleasedCell(null, CellMark.Primary), new ReleasedCell(0, CellMark.Zero)], [new ReleasedCell(1234, CellMark.Shown), new ReleasedCell(null, CellMark.NoData)]],
            []);

        Assert.Equal([0xEF, 0xBB, 0xBF], StatisticsWriter.CsvFile(table)[..3]);
        Assert.Equal($"行政区,列,合計\r\n'=cmd|' /C calc'!A0,X,-\r\n合計,1234,…\r\n{StatisticsWriter.Legend}\r\n", StatisticsWriter.Csv(table));
    }

    [Fact]
    public void Every_table_of_the_catalogue_has_its_own_name_and_query()
    {
        Assert.Equal(StatisticsCatalogue.Tables.Count, StatisticsCatalogue.Tables.Select(table => table.Code).Distinct().Count());
        Assert.All(StatisticsCatalogue.Tables, table => Assert.True(table.Code.All(letter => letter is '_' or (>= 'a' and <= 'z')) && table.Owner.Length > 0 && table.Unit.Length > 0));
        Assert.Same(StatisticsCatalogue.Tables[1], StatisticsCatalogue.Find(StatisticsCatalogue.Tables[1].Code));
        Assert.Null(StatisticsCatalogue.Find("../children"));
    }

    private static async Task<(ReleaseRecord Record, StatisticsRelease Release)> Release(WarehouseFixture fixture, DateTime? known = null, string note = "")
    {
        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        ReleaseDesk desk = new(fixture.Databases, audit, DisclosureProfile.JpNdb, TimeProvider.System);
        ReleaseRecord record = await SampleTown.Release(desk, Day, known ?? Known, note);
        return (record, desk.Document(record));
    }
}
