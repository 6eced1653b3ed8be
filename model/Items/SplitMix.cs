namespace Warehouse.Model.Items;

/// <summary>A small seeded generator whose sequence is the same on every machine and release.</summary>
/// <remarks>Source: Steele, Lea, Flood, OOPSLA 2014 (SplitMix64). System.Random does not promise its sequence.</remarks>
public struct SplitMix
{
    private ulong _state;

    /// <summary>Starts a sequence.</summary>
    public SplitMix(ulong seed) => _state = seed;

    /// <summary>Returns a mixed value of one number; used to hash keys into folds.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>Returns the next 64 bits.</summary>
    public ulong Next()
    {
        ulong value = Mix(_state);
        _state += 0x9E3779B97F4A7C15;
        return value;
    }

    /// <summary>Returns a number from 0 to below the bound.</summary>
    public int Next(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    /// <summary>Puts values in random order.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
