using Warehouse.Etl.Link.Engine;

namespace Warehouse.Tests.Link;

/// <summary>One-to-one matching against every assignment there is.</summary>
public sealed class MatchingTests
{
    [Fact]
    public void The_matching_has_the_greatest_weight_of_all()
    {
        Random random = new(11);
        for (int trial = 0; trial < 4000; trial++)
        {
            int rows = random.Next(1, 6);
            int columns = random.Next(1, 6);
            double[,] weights = new double[rows, columns];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    weights[i, j] = random.Next(3) == 0 ? 0 : random.Next(-5, 20);
                }
            }

            int[] best = Matching.Best(weights);

            double sum = 0;
            HashSet<int> used = [];
            for (int i = 0; i < rows; i++)
            {
                if (best[i] >= 0)
                {
                    Assert.True(used.Add(best[i]), "a column was given twice");
                    Assert.True(weights[i, best[i]] > 0, "a pair without weight was matched");
                    sum += weights[i, best[i]];
                }
            }

            Assert.Equal(Greatest(weights, 0, []), sum, 9);
        }
    }

    [Fact]
    public void Taking_dominant_pairs_first_loses_no_weight()
    {
        Random random = new(5);
        int taken = 0;
        for (int trial = 0; trial < 2000; trial++)
        {
            int rows = random.Next(1, 8);
            int columns = random.Next(1, 8);
            double[,] weights = new double[rows, columns];
            List<(int Left, int Right, double Weight)> edges = [];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    weights[i, j] = random.Next(2) == 0 ? 0 : random.Next(1, i == j ? 60 : 20);
                    if (weights[i, j] > 0)
                    {
                        edges.Add((i, rows + j, weights[i, j] - 4));
                    }
                }
            }

            double sum = 0;
            double[,] rest = new double[rows, columns];
            foreach ((int left, int right, double weight) in Matching.Dominant(edges, rows + columns, -4, (left, right) =>
            {
                taken++;
                sum += weights[left, right - rows];
            }))
            {
                rest[left, right - rows] = weight + 4;
            }

            int[] best = Matching.Best(rest);
            Assert.Equal(Sum(weights, Matching.Best(weights)), sum + Sum(rest, best), 9);
        }

        Assert.True(taken > 2000, $"{taken}");
        static double Sum(double[,] weights, int[] best) => best.Select((column, row) => column < 0 ? 0 : weights[row, column]).Sum();
    }

    [Fact]
    public void The_greatest_sum_goes_before_the_greatest_pair()
    {
        // Greedy would take 10 and lose 9 + 8.
        Assert.Equal([1, 0], Matching.Best(new double[,] { { 10, 9 }, { 8, 0 } }));
    }

    private static double Greatest(double[,] weights, int row, HashSet<int> used)
    {
        if (row == weights.GetLength(0))
        {
            return 0;
        }

        double best = Greatest(weights, row + 1, used);
        for (int j = 0; j < weights.GetLength(1); j++)
        {
            if (weights[row, j] > 0 && used.Add(j))
            {
                best = Math.Max(best, weights[row, j] + Greatest(weights, row + 1, used));
                used.Remove(j);
            }
        }

        return best;
    }
}
