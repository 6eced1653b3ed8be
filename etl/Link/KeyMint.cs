using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Etl.Link;

/// <summary>Mints keys by keyed hash: the first 63 bits of HMAC-SHA-256 under the installation's secret, never 0.</summary>
public sealed class KeyMint
{
    private readonly byte[] _secret;

    /// <summary>Makes a mint.</summary>
    /// <param name="secret">At least 16 bytes; whoever has it and a list of source numbers can compute keys.</param>
    public KeyMint(byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, 16, nameof(secret));
        _secret = secret;
    }

    /// <summary>Returns the key of a record in its source system.</summary>
    public long Record(string system, string sourceId) => Key("record|" + system + "|" + sourceId);

    /// <summary>Returns the key of a household.</summary>
    public long Household(string number) => Key("household|" + number);

    /// <summary>Returns the key of a benefit certificate.</summary>
    public long Certificate(string number) => Key("certificate|" + number);

    /// <summary>Returns the key of a person whose first record is this one; a later <paramref name="draw"/> is taken on a collision.</summary>
    public long Person(string system, string sourceId, int draw) =>
        Key(string.Create(CultureInfo.InvariantCulture, $"person|{draw}|{system}|{sourceId}"));

    private long Key(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        for (int draw = 0; ; draw++)
        {
            string input = draw == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}|{draw}");
            HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(input), hash);
            long key = (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1);
            if (key != 0)
            {
                return key;
            }
        }
    }
}
