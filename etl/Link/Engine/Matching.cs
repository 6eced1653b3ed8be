namespace Warehouse.Etl.Link.Engine;

/// <summary>Exact one-to-one matching of greatest weight.</summary>
/// <remarks>
/// Shortest augmenting paths with potentials (Jonker and Volgenant, Computing 38 (1987) 325-340), O(n²m) for n ≤ m; nobody has to be matched. Ties go to the
/// lower row, then the lower column, so the result is a function of the weights.
/// </remarks>
public static class Matching
{
    /// <summary>Returns for each row its column, or -1.</summary>
    /// <param name="weights">Rows by columns; only weights above 0 are ever matched.</param>
    public static int[] Best(double[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        int rows = weights.GetLength(0);
        int columns = weights.GetLength(1);

        // One column of its own lets each row stay alone at no gain.
        int width = columns + rows;
        var rowPotential = new double[rows + 1];
        var columnPotential = new double[width + 1];
        var owner = new int[width + 1];
        var way = new int[width + 1];
        var slack = new double[width + 1];
        var done = new bool[width + 1];
        double Cost(int row, int column) => column > columns ? column - columns == row ? 0 : double.PositiveInfinity : weights[row - 1, column - 1] > 0 ? -weights[row - 1, column - 1] : double.PositiveInfinity;
        for (int row = 1; row <= rows; row++)
        {
            owner[0] = row;
            int column = 0;
            Array.Fill(slack, double.PositiveInfinity);
            Array.Fill(done, false);
            do
            {
                done[column] = true;
                int current = owner[column];
                double delta = double.PositiveInfinity;
                int next = -1;
                for (int j = 1; j <= width; j++)
                {
                    if (done[j])
                    {
                        continue;
                    }

                    double reduced = Cost(current, j) - rowPotential[current] - columnPotential[j];
                    if (reduced < slack[j])
                    {
                        slack[j] = reduced;
                        way[j] = column;
                    }

                    if (slack[j] < delta)
                    {
                        delta = slack[j];
                        next = j;
                    }
                }

                for (int j = 0; j <= width; j++)
                {
                    if (done[j])
                    {
                        rowPotential[owner[j]] += delta;
                        columnPotential[j] -= delta;
                    }
                    else
                    {
                        slack[j] -= delta;
                    }
                }

                column = next;
            }
            while (owner[column] != 0);

            while (column != 0)
            {
                int before = way[column];
                owner[column] = owner[before];
                column = before;
            }
        }

        int[] best = new int[rows];
        Array.Fill(best, -1);
        for (int j = 1; j <= columns; j++)
        {
            if (owner[j] != 0)
            {
                best[owner[j] - 1] = j - 1;
            }
        }

        return best;
    }
}
