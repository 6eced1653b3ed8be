using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Reporting.Security;

/// <summary>Keys that protect second factors at rest, made from the installation secret: a stolen database holds neither secrets nor codes that can be tried.</summary>
public sealed class FactorKeys
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _box;
    private readonly byte[] _hash;

    /// <summary>Makes the keys.</summary>
    /// <param name="secret">The installation secret, the same at every start.</param>
    public FactorKeys(byte[] secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _box = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "warehouse second factor 1"u8.ToArray());
        _hash = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "warehouse recovery code 1"u8.ToArray());
    }

    /// <summary>Returns a secret encrypted for one account: AES-256-GCM, nonce, text and tag in base 64.</summary>
    public string Seal(string staffId, ReadOnlySpan<byte> key)
    {
        byte[] box = new byte[NonceLength + key.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using AesGcm cipher = new(_box, TagLength);
        cipher.Encrypt(box.AsSpan(0, NonceLength), key, box.AsSpan(NonceLength, key.Length), box.AsSpan(NonceLength + key.Length), Encoding.UTF8.GetBytes(staffId));
        return Convert.ToBase64String(box);
    }

    /// <summary>Returns the secret of an account.</summary>
    /// <exception cref="CryptographicException">The box is of another account or installation, or was changed.</exception>
    public byte[] Open(string staffId, string text)
    {
        byte[] box = Convert.FromBase64String(text);
        if (box.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("The stored second factor is too short.");
        }

        byte[] key = new byte[box.Length - NonceLength - TagLength];
        using AesGcm cipher = new(_box, TagLength);
        cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, key.Length), box.AsSpan(NonceLength + key.Length), key, Encoding.UTF8.GetBytes(staffId));
        return key;
    }

    /// <summary>Returns the keyed hash of a recovery code, whatever its case, blanks and hyphens.</summary>
    public string Hash(string staffId, string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        string plain = string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLower(CultureInfo.InvariantCulture);
        return Convert.ToHexStringLower(HMACSHA256.HashData(_hash, Encoding.UTF8.GetBytes(staffId + "\n" + plain)));
    }

    /// <summary>Returns ten recovery codes of 50 bits, such as <c>k7pwx-2m9qd</c>.</summary>
    public static IReadOnlyList<string> NewCodes() =>
        [.. Enumerable.Range(0, 10).Select(_ => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 5) + "-" + RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 5))];
}
