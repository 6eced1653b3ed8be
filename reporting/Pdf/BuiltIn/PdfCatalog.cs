using System.Globalization;
using System.Text;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>Adds to a finished PDF what Skia's backend has no setting for.</summary>
internal static class PdfCatalog
{
    /// <summary>Returns the file with the natural language of its text, which screen readers need, as an incremental update.</summary>
    /// <remarks>Source: ISO 32000-2 §7.5.6 (incremental updates), §14.9.2 (Lang). A file of another shape comes back unchanged.</remarks>
    public static byte[] WithLanguage(byte[] pdf, string language)
    {
        var text = Encoding.Latin1.GetString(pdf);
        var trailer = text.LastIndexOf("trailer", StringComparison.Ordinal);
        var start = text.LastIndexOf("startxref", StringComparison.Ordinal);
        if (trailer < 0 || start < trailer || language.Length == 0 || !language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            return pdf;
        }

        var dictionary = text[(trailer + "trailer".Length)..start].Trim();
        var previous = text[(start + "startxref".Length)..].Trim().Split('\n')[0].Trim();
        var root = Between(dictionary, "/Root ", " 0 R");
        var marker = $"\n{root} 0 obj\n<<";
        var catalog = root is null ? -1 : text.IndexOf(marker, StringComparison.Ordinal);
        var end = catalog < 0 ? -1 : text.IndexOf("endobj", catalog, StringComparison.Ordinal);
        if (end < 0 || !dictionary.StartsWith("<<", StringComparison.Ordinal))
        {
            return pdf;
        }

        var body = text[(catalog + marker.Length)..end];
        var separator = text.EndsWith('\n') ? string.Empty : "\n";
        var offset = pdf.Length + separator.Length;
        var obj = $"{root} 0 obj\n<</Lang ({language}) /ViewerPreferences <</DisplayDocTitle true>> {body}endobj\n";
        var update = string.Create(
            CultureInfo.InvariantCulture,
            $"{separator}{obj}xref\n{root} 1\n{offset:D10} 00000 n \ntrailer\n<</Prev {previous} {dictionary[2..]}\nstartxref\n{offset + obj.Length}\n%%EOF\n");
        return [.. pdf, .. Encoding.Latin1.GetBytes(update)];
    }

    private static string? Between(string text, string before, string after)
    {
        var from = text.IndexOf(before, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(after, from, StringComparison.Ordinal);
        return to < 0 ? null : text[(from + before.Length)..to];
    }
}
