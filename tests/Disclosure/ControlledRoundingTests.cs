using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

public sealed class ControlledRoundingTests
{
    // Cox (1987), "A constructive procedure for unbiased controlled rounding", JASA 82, 520-524: every two-way table has a zero-restricted controlled rounding.
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 5)]
    [InlineData(3, 10)]
    public void Every_two_way_table_rounds_to_adjacent_multiples_that_add_up(int seed, int roundingBase)
    {
        Random random = new(seed);
        for (int round = 0; round < 15; round++)
        {
            int rows = random.Next(2, 6), columns = random.Next(2, 6);
            decimal[] values = Enumerable.Range(0, rows * columns).Select(_ => (decimal)random.Next(0, 40)).ToArray();
            CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("a", rows), DisclosureSamples.Lines("b", columns)], values)]).System;

            RoundedFigures rounded = ControlledRounding.Round(system, roundingBase)!;

            Assert.True(rounded.IsAdjacent);
            Assert.All(system.Sums, sum => Assert.Equal(rounded.Values[sum.Total], sum.Parts.Sum(part => rounded.Values[part])));
            Assert.All(Enumerable.Range(0, system.Cells.Count), cell =>
            {
                Assert.Equal(0, rounded.Values[cell] % roundingBase);
                Assert.True(Math.Abs(rounded.Values[cell] - system.Cells[cell].Value) < roundingBase);
            });
        }
    }

    [Fact]
    public void The_rounding_moves_the_figures_as_little_as_any_that_adds_up()
    {
        Random random = new(9);
        for (int round = 0; round < 10; round++)
        {
            decimal[] values = Enumerable.Range(0, 6).Select(_ => (decimal)random.Next(0, 15)).ToArray();
            CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("b", 3)], values)]).System;
            RoundedFigures rounded = ControlledRounding.Round(system, 5)!;

            Assert.True(rounded.IsOptimal);
            Assert.Equal(Cheapest(system, 5), Enumerable.Range(0, system.Cells.Count).Sum(cell => Math.Abs(rounded.Values[cell] - system.Cells[cell].Value)));
        }
    }

    [Fact]
    public void Linked_tables_of_three_dimensions_add_up_too()
    {
        Random random = new(4);
        for (int round = 0; round < 6; round++)
        {
            CellSystem system = DisclosureSamples.RandomSet(random).System;
            RoundedFigures rounded = ControlledRounding.Round(system, 5)!;

            Assert.All(system.Sums, sum => Assert.Equal(rounded.Values[sum.Total], sum.Parts.Sum(part => rounded.Values[part])));
        }
    }

    // Every choice of a multiple below or above for the six inner figures.
    private static decimal Cheapest(CellSystem system, int roundingBase)
    {
        HashSet<int> totals = system.Sums.Select(sum => sum.Total).ToHashSet();
        int[] inner = Enumerable.Range(0, system.Cells.Count).Where(cell => !totals.Contains(cell)).ToArray();
        decimal best = decimal.MaxValue;
        for (int choice = 0; choice < 1 << inner.Length; choice++)
        {
            decimal?[] values = new decimal?[system.Cells.Count];
            for (int bit = 0; bit < inner.Length; bit++)
            {
                decimal value = system.Cells[inner[bit]].Value, below = Math.Floor(value / roundingBase) * roundingBase;
                values[inner[bit]] = below == value ? value : below + ((choice >> bit & 1) * roundingBase);
            }

            while (values.Any(value => value is null))
            {
                foreach (CellSum sum in system.Sums.Where(sum => sum.Parts.All(part => values[part] is not null)))
                {
                    values[sum.Total] = sum.Parts.Sum(part => values[part]);
                }
            }

            if (Enumerable.Range(0, values.Length).All(cell => Math.Abs(values[cell]!.Value - system.Cells[cell].Value) < roundingBase))
            {
                best = Math.Min(best, Enumerable.Range(0, values.Length).Sum(cell => Math.Abs(values[cell]!.Value - system.Cells[cell].Value)));
            }
        }

        return best;
    }
}
