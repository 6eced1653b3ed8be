namespace Warehouse.Etl.City;

/// <summary>Gives a reproducible stream of numbers that depends only on (seed, stream, id).</summary>
/// <remarks>Source: xoshiro256** 1.0 seeded by SplitMix64 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
/// Only exact IEEE operations are used, so that no mathematical library can change a byte of the output.</remarks>
internal struct CityRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public CityRandom(ulong seed, int stream, long id)
    {
        ulong state = Mix(seed ^ Mix(((ulong)stream << 48) ^ (ulong)id));
        _a = Mix(state += 0x9E3779B97F4A7C15);
        _b = Mix(state += 0x9E3779B97F4A7C15);
        _c = Mix(state += 0x9E3779B97F4A7C15);
        _d = Mix(state + 0x9E3779B97F4A7C15);
    }

    /// <summary>Returns the SplitMix64 finaliser of a value.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Returns the next 64 bits.</summary>
    public ulong Next()
    {
        ulong result = ulong.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Returns a number in [0, 1).</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Returns whether an event of the given probability happens.</summary>
    public bool Chance(double probability) => Share() < probability;

    /// <summary>Returns an integer in [0, count).</summary>
    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    /// <summary>Returns an integer in [low, high].</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>Returns an almost normal number (mean 0, sd 1) as the sum of twelve uniform ones.</summary>
    public double Normal()
    {
        double sum = -6;
        for (int i = 0; i < 12; i++)
        {
            sum += Share();
        }

        return sum;
    }

    /// <summary>Returns an exponential waiting time with mean 1.</summary>
    public double Exponential() => -ExactMath.Log(1 - Share());

    /// <summary>Returns a Poisson count; the mean must stay below 60.</summary>
    public int Poisson(double mean)
    {
        double limit = ExactMath.Exp(-mean);
        double product = Share();
        int count = 0;
        while (product > limit && count < 200)
        {
            product *= Share();
            count++;
        }

        return count;
    }

    /// <summary>Returns an index drawn with the given cumulative weights.</summary>
    public int Pick(double[] cumulative)
    {
        double at = Share() * cumulative[^1];
        int index = Array.BinarySearch(cumulative, at);
        index = index < 0 ? ~index : index + 1;
        return Math.Min(index, cumulative.Length - 1);
    }
}

/// <summary>Computes exponentials and logarithms from basic operations only, equal to the last bit on every machine.</summary>
internal static class ExactMath
{
    private const double Ln2 = 0.693147180559945309417232;

    /// <summary>Returns e to the power of <paramref name="x"/>.</summary>
    public static double Exp(double x)
    {
        if (x < -700)
        {
            return 0;
        }

        int k = (int)Math.Floor((x / Ln2) + 0.5);
        double r = x - (k * Ln2);
        double sum = 1;
        for (int i = 16; i >= 1; i--)
        {
            sum = 1 + (r * sum / i);
        }

        return sum * BitConverter.Int64BitsToDouble((long)(k + 1023) << 52);
    }

    /// <summary>Returns the natural logarithm of a positive normal number.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (m > 1.4142135623730951)
        {
            m /= 2;
            exponent++;
        }

        double t = (m - 1) / (m + 1);
        double square = t * t;
        double sum = 0;
        for (int i = 23; i >= 1; i -= 2)
        {
            sum = (sum * square) + (1.0 / i);
        }

        return (2 * t * sum) + (exponent * Ln2);
    }

    /// <summary>Returns 1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Exp(-x));
}
