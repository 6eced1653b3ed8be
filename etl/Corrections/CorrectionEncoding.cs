using System.Text;

namespace Warehouse.Etl.Corrections;

/// <summary>The encodings in which reports are written and rows are brought back.</summary>
internal static class CorrectionEncoding
{
    /// <summary>Returns the encoding of a contract's name; text that does not fit throws.</summary>
    public static Encoding Strict(string name) => name == "cp932"
        ? CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!
        : new UTF8Encoding(false, true);

    /// <summary>Returns the encoding of a contract's name; a sign that does not fit becomes a question mark.</summary>
    public static Encoding Lenient(string name) => name == "cp932" ? CodePagesEncodingProvider.Instance.GetEncoding(932)! : new UTF8Encoding(false);
}
