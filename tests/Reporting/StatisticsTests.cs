using Warehouse.Reporting.Disclosure;
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
    public void Two_children_are_in_no_figure_and_the_release_is_given_again_as_it_was(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        SampleChild.Write(fixture);

        StatisticsRelease first = Read(fixture);
        StatisticsRelease second = Read(fixture);

        Assert.Equal((1, 1), (first.ReleaseId, second.ReleaseId));
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
    public void Every_consultation_of_the_pooled_years_is_in_the_table_by_district_and_on_the_line_of_those_years()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Places(fixture);
        Fill(fixture, from: 1000, count: 120, district: 1);
        Fill(fixture, from: 2000, count: 90, district: 2);
        // A family that has moved away has no place in the month.
        using (WarehouseSession session = fixture.Warehouse())
        {
            for (int child = 3000; child < 3040; child++)
            {
                session.ExecuteText(Consultation(child));
            }
        }

        StatisticsRelease release = Read(fixture);

        ReleasedTable years = Table(release, "decisions_by_year"), districts = Table(release, "decisions_by_district");
        int window = years.Rows.ToList().FindIndex(line => line.Title == "直近3年度計");
        Assert.Equal(250, years.Cells[window][^1].Count);
        Assert.Equal(years.Cells[window].Select(cell => cell.Text), districts.Cells[^1].Select(cell => cell.Text));
        Assert.Equal("市外・不明", districts.Rows[^2].Title);
        Assert.Equal(40, districts.Cells[^2][^1].Count);
    }

    [Fact]
    public void A_later_state_of_knowledge_with_three_more_children_does_not_show_the_three()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Places(fixture);
        Fill(fixture, from: 1000, count: 120, district: 1);
        Fill(fixture, from: 2000, count: 90, district: 2);
        StatisticsRelease first = Read(fixture);
        Fill(fixture, from: 5000, count: 3, district: 1);

        StatisticsRelease second = StatisticsReader.Read(fixture.Databases, Day, Known.AddHours(1), DisclosureProfile.JpNdb, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(2, second.ReleaseId);
        Assert.Equal(210, Table(first, "children_by_district_age").Cells[^1][^1].Count);
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
            [[new ReleasedCell(null, CellMark.Primary), new ReleasedCell(0, CellMark.Zero)], [new ReleasedCell(1234, CellMark.Shown), new ReleasedCell(null, CellMark.NoData)]]);

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

    private static StatisticsRelease Read(WarehouseFixture fixture) =>
        StatisticsReader.Read(fixture.Databases, Day, Known, DisclosureProfile.JpNdb, TimeProvider.System, TestContext.Current.CancellationToken);

    private static ReleasedTable Table(StatisticsRelease release, string code) => release.Tables.Single(table => table.Code == code);

    private static void Places(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("INSERT INTO dim.place VALUES (1, 'T1', N'東町', 'D1', N'東地区', N'佐和島市'), (2, 'T2', N'西町', 'D2', N'西地区', N'佐和島市')");
    }

    // Children of a district, each with one consultation of the pooled years.
    private static void Fill(WarehouseFixture fixture, int from, int count, int district)
    {
        using WarehouseSession session = fixture.Warehouse();
        for (int child = from; child < from + count; child++)
        {
            session.ExecuteText($"INSERT INTO fact.child_month VALUES ({child}, 202503, {district}, {district}, 0, {(child % 17) * 12}, 3, 1, 4, '2025-04-01', '9999-12-31', 1)");
            session.ExecuteText(Consultation(child));
        }
    }

    private static string Consultation(int child) =>
        $"INSERT INTO fact.consultation VALUES ({child}, {child}, '{2022 + (child / 2 % 3)}-05-10', 'upbringing', 'school', 'c', NULL, '{(child % 2 == 0 ? "need" : "no_need")}', '2024-06-01', '2024-09-01', 'none', '2024-06-01', '9999-12-31', 1)";
}
