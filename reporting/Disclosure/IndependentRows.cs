using System.Numerics;

namespace Warehouse.Reporting.Disclosure;

/// <summary>Finds equations that follow from others: tables with all their totals state most sums several times over, and a simplex pays for each.</summary>
/// <remarks>Elimination in floating point, short equations first; coefficients of sums stay small. Who needs certainty checks the equations left out against each solution. Cost: O(rows × rank × unknowns) at most, far less for tables.</remarks>
internal static class IndependentRows
{
    private const double Nothing = 1e-7;

    /// <summary>Returns the places of equations from which all others follow, in order.</summary>
    /// <param name="rows">The equations: unknowns with their coefficients.</param>
    /// <param name="count">The number of unknowns.</param>
    internal static int[] Of(IReadOnlyList<(int Unknown, int Coefficient)[]> rows, int count)
    {
        // An unknown of few equations goes first: it hardly fills the others.
        int[] degree = new int[count];
        foreach ((int unknown, _) in rows.SelectMany(row => row))
        {
            degree[unknown]++;
        }

        int[] order = new int[count];
        int[] byDegree = [.. Enumerable.Range(0, count).OrderBy(unknown => degree[unknown]).ThenBy(unknown => unknown)];
        for (int place = 0; place < count; place++)
        {
            order[byDegree[place]] = place;
        }

        double[]?[] pivots = new double[]?[count];
        List<int> kept = [];
        foreach (int row in Enumerable.Range(0, rows.Count).OrderBy(row => rows[row].Length).ThenBy(row => row))
        {
            double[] left = new double[count];
            foreach ((int unknown, int coefficient) in rows[row])
            {
                left[order[unknown]] += coefficient;
            }

            for (int place = 0; place < count; place++)
            {
                double value = left[place];
                if (Math.Abs(value) < Nothing)
                {
                    continue;
                }

                if (pivots[place] is not { } pivot)
                {
                    Scale(left, place, 1 / value);
                    pivots[place] = left;
                    kept.Add(row);
                    break;
                }

                Subtract(left, pivot, place, value);
            }
        }

        return [.. kept.Order()];
    }

    private static void Scale(double[] row, int from, double factor)
    {
        for (int i = from; i < row.Length; i++)
        {
            row[i] *= factor;
        }
    }

    private static void Subtract(double[] row, double[] pivot, int from, double factor)
    {
        int i = from;
        Vector<double> factors = new(factor);
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            (new Vector<double>(row, i) - (factors * new Vector<double>(pivot, i))).CopyTo(row, i);
        }

        for (; i < row.Length; i++)
        {
            row[i] -= factor * pivot[i];
        }

        row[from] = 0;
    }
}
