using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Reporting.Security;

/// <summary>Codes that change with time: RFC 6238 over RFC 4226, as authenticator programs compute them.</summary>
public static class Totp
{
    /// <summary>Seconds for which a code stands.</summary>
    public const int StepSeconds = 30;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Returns a fresh shared secret of 160 bits, as RFC 4226 recommends.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(20);

    /// <summary>Returns the time step of an instant.</summary>
    public static long StepOf(DateTime utc) => (long)Math.Floor((utc - DateTime.UnixEpoch).TotalSeconds / StepSeconds);

    /// <summary>Returns the code of a time step.</summary>
    /// <param name="key">The shared secret.</param>
    /// <param name="step">The time step.</param>
    /// <param name="digits">6 to 8.</param>
    /// <param name="hash">SHA1, SHA256 or SHA512; default SHA1, which is what authenticator programs know.</param>
    public static string Code(ReadOnlySpan<byte> key, long step, int digits = Digits, HashAlgorithmName? hash = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digits, 6);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 8);
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        byte[] mac = CryptographicOperations.HmacData(hash ?? HashAlgorithmName.SHA1, key, counter);
        int offset = mac[^1] & 0xF;
        int number = BinaryPrimitives.ReadInt32BigEndian(mac.AsSpan(offset)) & 0x7FFFFFFF;
        int modulus = (int)BigInteger.Pow(10, digits);
        return (number % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>Returns the step within one step of now whose code this is and that is newer than <paramref name="lastStep"/>; null where there is none.</summary>
    public static long? Match(ReadOnlySpan<byte> key, string code, DateTime nowUtc, long lastStep)
    {
        ArgumentNullException.ThrowIfNull(code);
        byte[] given = Encoding.ASCII.GetBytes(code);
        long now = StepOf(nowUtc);
        long? found = null;
        for (long step = now - 1; step <= now + 1; step++)
        {
            // Every step is compared, whatever the one before said: the time taken says nothing.
            bool fits = CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Code(key, step)));
            found = fits && step > lastStep ? found ?? step : found;
        }

        return found;
    }

    /// <summary>Returns bytes in the base 32 of RFC 4648, without padding.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        int bits = 0;
        int held = 0;
        foreach (byte one in bytes)
        {
            held = (held << 8) | one;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(held >> bits) & 31]);
            }

            held &= (1 << bits) - 1;
        }

        return bits == 0 ? text.ToString() : text.Append(Alphabet[(held << (5 - bits)) & 31]).ToString();
    }

    /// <summary>Returns the address that authenticator programs read: <c>otpauth://totp/…</c>.</summary>
    public static string Address(string issuer, string account, ReadOnlySpan<byte> key) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={Base32(key)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}
