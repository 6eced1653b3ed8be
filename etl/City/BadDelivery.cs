using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.City;

/// <summary>Writes a delivery beside a good one that must be refused as a whole, or that says nothing new.</summary>
internal static class BadDelivery
{
    private static readonly string[] Kinds = ["truncated_file", "empty_file", "binary_file", "missing_column", "double_header", "wrong_encoding", "full_resend"];

    /// <summary>Writes the delivery and returns its fault, with the file's bytes; null where the kind does not fit the file.</summary>
    public static (Fault Fault, long Bytes)? Write(ref CityRandom random, string path, string encoding, int month)
    {
        string kind = Kinds[random.Below(Kinds.Length)];
        bool isWorkbook = encoding == FeedContract.Workbook;
        byte[] good = File.ReadAllBytes(path);
        byte[]? bad = kind switch
        {
            "truncated_file" => good[..(good.Length - Math.Min(good.Length / 2, 40))],
            "empty_file" => [],
            "binary_file" => [0x50, 0x4B, 0x03, 0x04, .. good.Take(500)],
            // Behind the end of an archive or in another width the two bytes would be no blank line.
            "full_resend" => encoding == "utf-16" || isWorkbook ? null : [.. good, 0x0D, 0x0A],
            _ => Text(kind, good, encoding),
        };
        if (bad is null)
        {
            return null;
        }

        string name = Deliver(path, good, bad, isHashed: kind != "truncated_file");
        string code = kind switch
        {
            "truncated_file" => "FEED-005",
            "binary_file" or "empty_file" when isWorkbook => "FEED-013",
            "binary_file" or "wrong_encoding" => "FEED-006",
            "full_resend" => "",
            _ => "FEED-008",
        };
        return (new Fault(name, 0, "", kind, kind == "full_resend" ? "superseded" : "refused", code), bad.Length);
    }

    /// <summary>Sends a file again, whole, three hours later.</summary>
    public static void Resend(string path, string encoding)
    {
        byte[] good = File.ReadAllBytes(path);
        Deliver(path, good, [.. good, .. FeedFile.EncodingOf(encoding).GetBytes("\r\n")], isHashed: true);
    }

    private static string Deliver(string path, byte[] good, byte[] bytes, bool isHashed)
    {
        string name = Path.GetFileNameWithoutExtension(path) + "_再送" + Path.GetExtension(path);
        string target = Path.Combine(Path.GetDirectoryName(path)!, name);
        File.WriteAllBytes(target, bytes);
        string manifest = File.ReadAllText(path + ".manifest.json");
        string oldHash = Convert.ToHexStringLower(SHA256.HashData(good));
        string newHash = isHashed ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : oldHash;
        manifest = manifest.Replace(Path.GetFileName(path), name, StringComparison.Ordinal).Replace(oldHash, newHash, StringComparison.Ordinal);
        string old = manifest.Split("\"extracted_at\": \"")[1].Split('"')[0];
        string later = DateTimeOffset.Parse(old, CultureInfo.InvariantCulture).AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        File.WriteAllText(target + ".manifest.json", manifest.Replace(old, later, StringComparison.Ordinal));
        return name;
    }

    private static byte[]? Text(string kind, byte[] good, string encoding)
    {
        if (encoding is "utf-16" or FeedContract.Workbook)
        {
            return null;
        }

        Encoding own = FeedFile.EncodingOf(encoding);
        Encoding other = FeedFile.EncodingOf(encoding == "cp932" ? "utf-8" : "cp932");
        byte[] mark = good.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? [0xEF, 0xBB, 0xBF] : [];
        string text;
        try
        {
            text = own.GetString(good.AsSpan(mark.Length));
        }
        catch (DecoderFallbackException)
        {
            // The file holds bytes that were planted as not valid.
            return null;
        }

        if (kind == "wrong_encoding")
        {
            try
            {
                return other.GetBytes(text);
            }
            catch (EncoderFallbackException)
            {
                return null;
            }
        }

        int end = text.IndexOf("\r\n", StringComparison.Ordinal);
        string[] names = text[..end].Split(',');
        // A column that the contract does not know may be missed by nobody.
        int first = names[0] == HardLayout.ExtraHeader ? 1 : 0;
        names[kind == "missing_column" ? first : first + 1] = kind == "missing_column" ? "x" : names[first];
        string header = string.Join(',', names);
        return [.. mark, .. own.GetBytes(header + text[end..])];
    }
}
