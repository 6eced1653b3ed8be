using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Model.Train;

/// <summary>Solves symmetric systems whose matrix may be singular to rounding.</summary>
/// <remarks>
/// Right-looking factorisation by blocks of columns (Golub, Van Loan, Matrix Computations, 4th edition, 4.2.6), so that most of the work is in tiles that stay in registers.
/// Lanes of a fixed width and no fused operations: the same result on every processor. Cost: n³ / 3 multiplications, 8 n² bytes.
/// </remarks>
internal static class Cholesky
{
    private const int Block = 64;

    private const int TileRows = 4;

    private const int TileColumns = 8;

    // A pivot that rounding leaves near zero belongs to a column that the others make up.
    private const double Smallest = 1e-11;

    /// <summary>Replaces a right side by the solution of the rows and columns chosen; columns that others make up get 0.</summary>
    /// <param name="matrix">Symmetric matrix, row by row.</param>
    /// <param name="index">Rows and columns that take part.</param>
    /// <param name="value">Right side, one number per index; the solution afterwards.</param>
    /// <returns>False when the solution is not finite.</returns>
    public static bool Solve(double[][] matrix, int[] index, double[] value)
    {
        int n = index.Length, stride = ((n + TileColumns - 1) / TileColumns * TileColumns) + TileColumns;
        var lower = new double[(n + TileRows) * stride];
        for (int i = 0; i < n; i++)
        {
            double[] source = matrix[index[i]];
            for (int j = 0; j <= i; j++)
            {
                lower[(i * stride) + j] = source[index[j]];
            }
        }

        var panel = new double[Block * stride];
        for (int from = 0; from < n; from += Block)
        {
            int to = Math.Min(n, from + Block);
            Factor(lower, stride, n, from, to, matrix, index);
            if (to < n)
            {
                Update(lower, stride, n, from, to, panel);
            }
        }

        for (int i = 0; i < n; i++)
        {
            double pivot = lower[(i * stride) + i];
            value[i] = pivot == 0 ? 0 : (value[i] - Dot(lower, i * stride, value, 0, i)) / pivot;
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double pivot = lower[(i * stride) + i];
            value[i] = pivot == 0 ? 0 : value[i] / pivot;
            Subtract(value, lower.AsSpan(i * stride, i), value[i]);
        }

        return Array.TrueForAll(value, double.IsFinite);
    }

    /// <summary>Takes a multiple of a row from as many first numbers of a target.</summary>
    public static void Subtract(double[] target, ReadOnlySpan<double> row, double factor)
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(target);
        ref double y = ref MemoryMarshal.GetReference(row);
        var by = Vector256.Create(factor);
        int i = 0;
        for (; i + 4 <= row.Length; i += 4)
        {
            (Vector256.LoadUnsafe(ref x, (nuint)i) - (Vector256.LoadUnsafe(ref y, (nuint)i) * by)).StoreUnsafe(ref x, (nuint)i);
        }

        for (; i < row.Length; i++)
        {
            target[i] -= row[i] * factor;
        }
    }

    // The columns of one block, less what the columns before them in the block hold.
    private static void Factor(double[] lower, int stride, int n, int from, int to, double[][] matrix, int[] index)
    {
        for (int j = from; j < to; j++)
        {
            int own = (j * stride) + from, length = j - from;
            double pivot = lower[(j * stride) + j] - Dot(lower, own, lower, own, length);
            double root = pivot > Smallest * matrix[index[j]][index[j]] ? Math.Sqrt(pivot) : 0;
            lower[(j * stride) + j] = root;
            for (int i = j + 1; i < n; i++)
            {
                int at = (i * stride) + j;
                lower[at] = root == 0 ? 0 : (lower[at] - Dot(lower, (i * stride) + from, lower, own, length)) / root;
            }
        }
    }

    // What follows the block, less the block times its transpose.
    private static void Update(double[] lower, int stride, int n, int from, int to, double[] panel)
    {
        int depth = to - from;
        for (int i = to; i < n; i++)
        {
            for (int t = 0; t < depth; t++)
            {
                panel[(t * stride) + i] = lower[(i * stride) + from + t];
            }
        }

        ref double all = ref MemoryMarshal.GetArrayDataReference(lower);
        ref double columns = ref MemoryMarshal.GetArrayDataReference(panel);
        for (int i = to; i < n; i += TileRows)
        {
            for (int j = to; j < Math.Min(n, i + TileRows); j += TileColumns)
            {
                nuint r0 = (nuint)((i * stride) + j), r1 = r0 + (nuint)stride, r2 = r1 + (nuint)stride, r3 = r2 + (nuint)stride;
                Vector256<double> a0 = Vector256.LoadUnsafe(ref all, r0), a1 = Vector256.LoadUnsafe(ref all, r0 + 4);
                Vector256<double> b0 = Vector256.LoadUnsafe(ref all, r1), b1 = Vector256.LoadUnsafe(ref all, r1 + 4);
                Vector256<double> c0 = Vector256.LoadUnsafe(ref all, r2), c1 = Vector256.LoadUnsafe(ref all, r2 + 4);
                Vector256<double> d0 = Vector256.LoadUnsafe(ref all, r3), d1 = Vector256.LoadUnsafe(ref all, r3 + 4);
                int first = (i * stride) + from;
                for (int t = 0; t < depth; t++)
                {
                    nuint at = (nuint)((t * stride) + j);
                    Vector256<double> x = Vector256.LoadUnsafe(ref columns, at), y = Vector256.LoadUnsafe(ref columns, at + 4);
                    var by = Vector256.Create(lower[first + t]);
                    a0 -= by * x;
                    a1 -= by * y;
                    by = Vector256.Create(lower[first + stride + t]);
                    b0 -= by * x;
                    b1 -= by * y;
                    by = Vector256.Create(lower[first + (2 * stride) + t]);
                    c0 -= by * x;
                    c1 -= by * y;
                    by = Vector256.Create(lower[first + (3 * stride) + t]);
                    d0 -= by * x;
                    d1 -= by * y;
                }

                // Above the diagonal and below the last row lies room that nothing reads.
                a0.StoreUnsafe(ref all, r0);
                a1.StoreUnsafe(ref all, r0 + 4);
                b0.StoreUnsafe(ref all, r1);
                b1.StoreUnsafe(ref all, r1 + 4);
                c0.StoreUnsafe(ref all, r2);
                c1.StoreUnsafe(ref all, r2 + 4);
                d0.StoreUnsafe(ref all, r3);
                d1.StoreUnsafe(ref all, r3 + 4);
            }
        }
    }

    private static double Dot(double[] a, int fromA, double[] b, int fromB, int count)
    {
        ReadOnlySpan<double> x = a.AsSpan(fromA, count), y = b.AsSpan(fromB, count);
        ref double first = ref MemoryMarshal.GetReference(x);
        ref double second = ref MemoryMarshal.GetReference(y);
        Vector256<double> even = Vector256<double>.Zero, odd = even;
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            even += Vector256.LoadUnsafe(ref first, (nuint)i) * Vector256.LoadUnsafe(ref second, (nuint)i);
            odd += Vector256.LoadUnsafe(ref first, (nuint)(i + 4)) * Vector256.LoadUnsafe(ref second, (nuint)(i + 4));
        }

        double sum = Vector256.Sum(even + odd);
        for (; i < count; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
