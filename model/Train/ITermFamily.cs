using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>The rows of one fit.</summary>
/// <param name="PositiveCount">Rows with a positive label; they come first.</param>
/// <param name="Weight">Weight per row, greater than 0.</param>
internal sealed record FitRows(int PositiveCount, double[] Weight)
{
    public int Count => Weight.Length;
}

/// <summary>A yes/no column that may get a weight.</summary>
/// <param name="Items">Ids of the conditions that hold together, ascending.</param>
/// <param name="Rows">Rows of the fit in which they do, ascending.</param>
/// <param name="Sign">Signs its weight may not have.</param>
/// <param name="Factor">Its penalty, in units of the penalty of the fit; greater than 0.</param>
internal sealed record Term(int[] Items, int[] Rows, WeightSign Sign, double Factor)
{
    private const int KeyBits = 21;

    /// <summary>The items as one number.</summary>
    public ulong Key => KeyOf(Items[0], Items.Length > 1 ? Items[1] : -1, Items.Length > 2 ? Items[2] : -1);

    /// <summary>Returns up to three ascending items as one number; -1 for none.</summary>
    public static ulong KeyOf(int a, int b, int c) => (((((ulong)(a + 1)) << KeyBits) | (uint)(b + 1)) << KeyBits) | (uint)(c + 1);
}

/// <summary>Terms that a dual point prices out.</summary>
/// <param name="Largest">Greatest pull of any term on its weight, in units of its factor; or the threshold asked for, when none is above it.</param>
/// <param name="Terms">Terms above the threshold, strongest first.</param>
internal sealed record Priced(double Largest, IReadOnlyList<Term> Terms);

/// <summary>The terms a fit may choose from: a list, or far too many to list.</summary>
internal interface ITermFamily
{
    /// <summary>Returns the strongest terms whose pull exceeds a threshold.</summary>
    /// <param name="pull">Per row, the size of its residual, 0 or more; positives pull weights up, negatives down, and both add up to the same.</param>
    /// <param name="threshold">The penalty of the fit; 0 finds the smallest penalty at which nothing has a weight.</param>
    /// <param name="most">Most terms to return.</param>
    /// <param name="radius">
    /// How far the optimum's dual point can be: a term that covers rows of weight W pulls at most radius × √W harder there. What cannot reach its penalty
    /// at the optimum is not looked at again until <see cref="Reset"/>. Infinity keeps everything.
    /// </param>
    /// <param name="known">Keys of terms that are passed over; null for none.</param>
    Priced Price(double[] pull, double threshold, int most, double radius, IReadOnlySet<ulong>? known);

    /// <summary>Forgets what was screened out; the penalty is another one.</summary>
    void Reset();
}

/// <summary>A family given as a list.</summary>
internal sealed class TermList(FitRows rows, IReadOnlyList<Term> terms) : ITermFamily
{
    public IReadOnlyList<Term> Terms => terms;

    public Priced Price(double[] pull, double threshold, int most, double radius, IReadOnlySet<ulong>? known)
    {
        var above = new List<(double Ratio, int Index)>();
        double largest = threshold;
        for (int t = 0; t < terms.Count; t++)
        {
            double sum = 0;
            foreach (int row in terms[t].Rows)
            {
                sum += row < rows.PositiveCount ? pull[row] : -pull[row];
            }

            double ratio = terms[t].Sign.Permits(sum) ? Math.Abs(sum) / terms[t].Factor : 0;
            if (ratio > threshold && known?.Contains(terms[t].Key) != true)
            {
                largest = Math.Max(largest, ratio);
                above.Add((ratio, t));
            }
        }

        return new Priced(largest, [.. above.OrderByDescending(x => x.Ratio).ThenBy(x => x.Index).Take(most).Select(x => terms[x.Index])]);
    }

    public void Reset()
    {
        // Nothing is screened: a list is priced in one pass.
    }
}
