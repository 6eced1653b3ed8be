using Warehouse.Reporting.Statistics;

namespace Warehouse.Tests.Reporting;

public sealed class SuppressionTests
{
    private static readonly SuppressionProfile Profile = SuppressionProfile.JpNdb;

    [Fact]
    public void City_figure_below_ten_is_hidden_and_ten_is_shown()
    {
        ReleasedTable table = Suppression.Apply(City([[9, 10, 50, 60]]), Profile);

        Assert.Equal("X", table.Cells[0][0].Text);
        Assert.Null(table.Cells[0][0].Count);
        Assert.Equal("60", table.Cells[0][3].Text);
    }

    [Fact]
    public void District_figure_below_twenty_is_hidden()
    {
        ReleasedTable table = Suppression.Apply(Districts([[19, 40, 50], [30, 40, 50], [31, 41, 51]]), Profile);

        Assert.Equal(CellMark.Primary, table.Cells[0][0].Mark);
        Assert.Equal("31", table.Cells[2][0].Text);
    }

    [Fact]
    public void A_single_hidden_figure_of_a_row_gets_a_second_one()
    {
        ReleasedTable table = Suppression.Apply(City([[9, 12, 500, 600]]), Profile);

        Assert.Equal(CellMark.Secondary, table.Cells[0][1].Mark);
    }

    [Fact]
    public void Zero_is_shown_only_in_a_row_with_a_large_total_or_where_structural()
    {
        ReleasedTable large = Suppression.Apply(City([[0, 100, 200, 300]]), Profile);
        ReleasedTable small = Suppression.Apply(City([[0, 2, 3, 4]]), Profile);
        ReleasedTable structural = Suppression.Apply(City([[0, 2, 3, 4]]) with { Structural = [[true, false, false, false]] }, Profile);

        Assert.Equal("-", large.Cells[0][0].Text);
        Assert.Equal("X", small.Cells[0][0].Text);
        Assert.Equal("-", structural.Cells[0][0].Text);
    }

    [Fact]
    public void A_figure_that_is_the_whole_of_its_row_is_hidden()
    {
        ReleasedTable table = Suppression.Apply(City([[100, 0, 0, 0], [50, 60, 70, 80]]), Profile);

        Assert.True(table.Cells[0][0].IsHidden);
    }

    [Fact]
    public void A_total_hidden_in_one_table_is_hidden_in_the_other()
    {
        CountTable first = Districts([[2, 3, 4], [60, 70, 80], [61, 71, 81]]);
        CountTable second = first with { Code = "other", ColumnDimension = "z", Counts = [[0, 0, 9], [100, 100, 10], [71, 71, 71]] };

        IReadOnlyList<ReleasedTable> tables = Suppression.Apply([first, second], Profile);

        Assert.All(Enumerable.Range(0, 3), row => Assert.Equal(tables[0].Cells[row][3].IsHidden, tables[1].Cells[row][3].IsHidden));
    }

    [Fact]
    public void No_sum_of_random_tables_gives_a_hidden_figure_away()
    {
        Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            int rows = random.Next(1, 6);
            long[][] counts = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, 4).Select(_ => (long)(random.Next(3) == 0 ? random.Next(25) : random.Next(200))).ToArray()).ToArray();
            ReleasedTable table = Suppression.Apply(Districts(counts), Profile);

            List<IReadOnlyList<ReleasedCell>> sums = [.. table.Cells];
            sums.AddRange(Enumerable.Range(0, 5).Select(column => (IReadOnlyList<ReleasedCell>)table.Cells.Select(row => row[column]).ToList()));
            Assert.All(sums, sum => Assert.True(sum.Count(cell => cell.IsHidden) != 1, $"round {round}"));
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < 4; column++)
                {
                    Assert.True(counts[row][column] is >= 20 or 0 || table.Cells[row][column].IsHidden);
                }
            }
        }
    }

    [Fact]
    public void Csv_starts_with_a_byte_order_mark_and_disarms_formulas()
    {
        CountTable table = City([[100, 200, 300, 400]]) with { Rows = [new TableLine("a", "=cmd|' /C calc'!A0", CellLevel.City)] };
        ReleasedTable released = Suppression.Apply(table, Profile);

        Assert.Equal([0xEF, 0xBB, 0xBF], StatisticsWriter.CsvFile(released)[..3]);
        Assert.Contains("\n'=cmd", StatisticsWriter.Csv(released), StringComparison.Ordinal);
    }

    private static CountTable City(long[][] counts) => Table(counts, CellLevel.City);

    private static CountTable Districts(long[][] counts) => Table(counts, CellLevel.District);

    private static CountTable Table(long[][] counts, CellLevel level) => new(
        "t", "表", "children", "x", "y",
        counts.Select((_, row) => new TableLine("r" + row, "行" + row, level)).ToList(),
        counts[0].Select((_, column) => new TableLine("c" + column, "列" + column, CellLevel.City)).ToList(),
        counts);
}
