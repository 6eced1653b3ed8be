using System.Runtime.InteropServices;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Exact one-to-one matching of greatest weight.</summary>
/// <remarks>
/// Shortest augmenting paths with potentials (Jonker and Volgenant, Computing 38 (1987) 325-340), O(n²m) for n ≤ m; nobody has to be matched. Ties go to the
/// lower row, then the lower column, so the result is a function of the weights.
/// </remarks>
public static class Matching
{
    /// <summary>Takes the pairs that are in every best matching, and returns the edges of records that are still open.</summary>
    /// <param name="edges">Pairs of nodes, each pair once, all above <paramref name="nothing"/>; a node is on one side only.</param>
    /// <param name="nodes">The count of nodes of both sides.</param>
    /// <param name="nothing">The weight at which a pair gains nothing.</param>
    /// <param name="take">Called for each pair that is taken.</param>
    /// <remarks>
    /// A pair that gains more than the best other pair of each of its two nodes together is in every best matching, because whatever matches the two otherwise gains less. Taking such pairs
    /// out leaves smaller components, again and again. Cost O(edges × the most edges of a node); the order of the edges does not matter.
    /// </remarks>
    internal static List<(int Left, int Right, double Weight)> Dominant(List<(int Left, int Right, double Weight)> edges, int nodes, double nothing, Action<int, int> take)
    {
        int[] starts = new int[nodes + 1];
        foreach ((int left, int right, _) in CollectionsMarshal.AsSpan(edges))
        {
            starts[left + 1]++;
            starts[right + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var near = new (int Node, double Gain)[2 * edges.Count];
        int[] next = [.. starts];
        foreach ((int left, int right, double weight) in CollectionsMarshal.AsSpan(edges))
        {
            near[next[left]++] = (right, weight - nothing);
            near[next[right]++] = (left, weight - nothing);
        }

        bool[] isDone = new bool[nodes];
        Stack<int> open = [];
        for (int node = 0; node < nodes; node++)
        {
            if (starts[node + 1] > starts[node])
            {
                open.Push(node);
            }
        }

        while (open.TryPop(out int node))
        {
            (int other, double gain, double second) = isDone[node] ? (-1, 0, 0) : Best(node);
            if (other < 0)
            {
                continue;
            }

            (int back, _, double otherSecond) = Best(other);
            if (back != node || gain <= second + otherSecond)
            {
                continue;
            }

            take(Math.Min(node, other), Math.Max(node, other));
            isDone[node] = isDone[other] = true;

            // The neighbours of the two have one pair less, and so may have become certain.
            foreach (int done in (ReadOnlySpan<int>)[node, other])
            {
                foreach ((int neighbour, _) in near.AsSpan(starts[done]..starts[done + 1]))
                {
                    if (!isDone[neighbour])
                    {
                        open.Push(neighbour);
                        if (Best(neighbour).Node is >= 0 and int its)
                        {
                            open.Push(its);
                        }
                    }
                }
            }
        }

        return edges.FindAll(edge => !isDone[edge.Left] && !isDone[edge.Right]);

        (int Node, double Best, double Second) Best(int node)
        {
            (int Node, double Best, double Second) best = (-1, 0, 0);
            foreach ((int other, double gain) in near.AsSpan(starts[node]..starts[node + 1]))
            {
                if (!isDone[other])
                {
                    best = gain > best.Best ? (other, gain, best.Best) : (best.Node, best.Best, Math.Max(best.Second, gain));
                }
            }

            return best;
        }
    }

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
