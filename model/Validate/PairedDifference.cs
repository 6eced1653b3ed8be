using Warehouse.Model.Mine;

namespace Warehouse.Model.Validate;

/// <summary>A mean over the folds of a repeated cross-validation, with its 95 % interval.</summary>
/// <param name="Mean">Mean over folds and rounds.</param>
/// <param name="Interval">Interval of the corrected resampled t-test; both ends NaN with a single fold.</param>
public readonly record struct FoldMean(double Mean, Interval Interval)
{
    /// <summary>Returns the mean of values, one per fold and round.</summary>
    /// <param name="values">The values.</param>
    /// <param name="testShare">Rows tested over rows learned from, in one fold.</param>
    /// <remarks>
    /// Folds share training rows, so that their values are not independent: the variance of the mean is taken as (1/m + test/train) times the variance of
    /// the values, with m − 1 degrees of freedom. Source: Nadeau, Bengio, Inference for the Generalization Error, Machine Learning 52 (2003), 239-281;
    /// for rounds of folds Bouckaert, Frank, PAKDD 2004.
    /// </remarks>
    public static FoldMean Of(IReadOnlyList<double> values, double testShare)
    {
        ArgumentNullException.ThrowIfNull(values);
        double mean = values.Count == 0 ? double.NaN : values.Average();
        if (values.Count < 2)
        {
            return new FoldMean(mean, new Interval(double.NaN, double.NaN));
        }

        double variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
        double half = StudentT.Upper(0.025, values.Count - 1) * Math.Sqrt(((1.0 / values.Count) + testShare) * variance);
        return new FoldMean(mean, new Interval(mean - half, mean + half));
    }
}

/// <summary>Student's t distribution.</summary>
public static class StudentT
{
    private const int Steps = 2000;

    /// <summary>Returns the value that is exceeded with the given probability, below one half.</summary>
    /// <remarks>With t = √df · tan θ the density is cos^(df−1) θ; Simpson's rule and bisection on θ. Error below 1e-9 up to 1,000 degrees of freedom.</remarks>
    public static double Upper(double probability, int degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degreesOfFreedom, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(probability, 0.5);
        double whole = Integral(Math.PI / 2, degreesOfFreedom), low = 0, high = Math.PI / 2;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            bool isBelow = Integral(middle, degreesOfFreedom) / whole / 2 < 0.5 - probability;
            (low, high) = isBelow ? (middle, high) : (low, middle);
        }

        return Math.Sqrt(degreesOfFreedom) * Math.Tan(low);
    }

    private static double Integral(double to, int degreesOfFreedom)
    {
        double step = to / Steps, sum = 0;
        for (int i = 0; i <= Steps; i++)
        {
            double value = Math.Pow(Math.Cos(i * step), degreesOfFreedom - 1);
            sum += (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2) * value;
        }

        return sum * step / 3;
    }
}
