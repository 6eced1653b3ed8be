namespace Warehouse.Reporting.Evaluation;

/// <summary>Distribution functions and quantiles that intervals are made of.</summary>
/// <remarks>
/// Incomplete beta function by Lentz's continued fraction, incomplete gamma function by series and continued fraction (Abramowitz and Stegun 1964, 26.5.8, 6.5.29, 6.5.31); quantiles by bisection.
/// Error below 1e-9 for what intervals ask.
/// </remarks>
public static class Distributions
{
    /// <summary>Two-sided 95 % of the normal distribution.</summary>
    public const double Z95 = 1.959963984540054;

    private const double Tiny = 1e-300;
    private const int Steps = 400;

    /// <summary>Returns the probability that a normal variable is at most <paramref name="z"/>.</summary>
    public static double Normal(double z) => z >= 0 ? (1 + GammaShare(0.5, z * z / 2)) / 2 : (1 - GammaShare(0.5, z * z / 2)) / 2;

    /// <summary>Returns the value that a normal variable stays below with a probability.</summary>
    public static double NormalQuantile(double probability)
    {
        Between(probability);
        return Find(Normal, probability, -40, 40);
    }

    /// <summary>Returns the value that Student's t stays below with a probability; the degrees of freedom need not be whole.</summary>
    public static double StudentQuantile(double probability, double degreesOfFreedom)
    {
        Between(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        if (probability == 0.5)
        {
            return 0;
        }

        // x = df / (df + t²) has a beta distribution.
        double tail = Math.Min(probability, 1 - probability), x = BetaQuantile(2 * tail, degreesOfFreedom / 2, 0.5);
        double t = Math.Sqrt(degreesOfFreedom * (1 - x) / Math.Max(x, Tiny));
        return probability < 0.5 ? -t : t;
    }

    /// <summary>Returns the regularised incomplete beta function.</summary>
    public static double Beta(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        double front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(x, a, b) / a : 1 - (front * BetaFraction(1 - x, b, a) / b);
    }

    /// <summary>Returns the value that a beta variable stays below with a probability.</summary>
    public static double BetaQuantile(double probability, double a, double b) => Find(x => Beta(x, a, b), probability, 0, 1);

    /// <summary>Returns the probability that a gamma variable of a shape and scale 1 is at most <paramref name="x"/>.</summary>
    public static double GammaShare(double shape, double x)
    {
        if (x <= 0)
        {
            return 0;
        }

        double front = Math.Exp((shape * Math.Log(x)) - x - LogGamma(shape));
        if (x < shape + 1)
        {
            double term = 1 / shape, sum = term;
            for (int i = 1; i < 10_000 && term > sum * 1e-16; i++)
            {
                term *= x / (shape + i);
                sum += term;
            }

            return front * sum;
        }

        double b = x + 1 - shape, c = 1 / Tiny, d = 1 / b, h = d;
        for (int i = 1; i < 10_000; i++)
        {
            double an = -i * (i - shape);
            b += 2;
            d = 1 / NotZero((an * d) + b);
            c = NotZero(b + (an / c));
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-15)
            {
                break;
            }
        }

        return 1 - (front * h);
    }

    /// <summary>Returns the value that a gamma variable of a shape and scale 1 stays below with a probability; 0 for shape 0.</summary>
    public static double GammaQuantile(double probability, double shape)
    {
        if (shape <= 0)
        {
            return 0;
        }

        double high = shape + 10;
        while (GammaShare(shape, high) < probability)
        {
            high *= 2;
        }

        return Find(x => GammaShare(shape, x), probability, 0, high);
    }

    /// <summary>Returns the logarithm of the gamma function.</summary>
    /// <remarks>Stirling's series (Abramowitz and Stegun 6.1.41) from 10 on, recurrence below.</remarks>
    public static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++)
        {
            shift += Math.Log(x);
        }

        double y = 1 / (x * x);
        return ((x - 0.5) * Math.Log(x)) - x + 0.91893853320467274178
            + ((1.0 / 12) - (y * ((1.0 / 360) - (y * ((1.0 / 1260) - (y / 1680)))))) / x - shift;
    }

    private static double BetaFraction(double x, double a, double b)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), h = d;
        for (int m = 1; m < 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            h *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            h *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-15)
            {
                break;
            }
        }

        return h;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    private static double Find(Func<double, double> rising, double target, double low, double high)
    {
        for (int i = 0; i < Steps && high - low > 1e-15 * Math.Max(1, Math.Abs(low)); i++)
        {
            double middle = (low + high) / 2;
            (low, high) = rising(middle) < target ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private static void Between(double probability)
    {
        if (!(probability > 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "expected a probability above 0 and below 1");
        }
    }
}
