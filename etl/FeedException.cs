namespace Warehouse.Etl;

/// <summary>Says that a feed or one of its files cannot be taken in; other feeds go on.</summary>
/// <remarks>The message says what was found, what was expected, where, and what to do; it holds no personal data.</remarks>
public sealed class FeedException : Exception
{
    /// <summary>Makes an exception with a stable code and a message for the person who runs the load.</summary>
    public FeedException(string code, string message, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
    }

    /// <summary>The stable code of the fault, such as <c>FEED-003</c>.</summary>
    public string Code { get; }

    internal static FeedException Of(string code, string where, string found, string expected, string todo, Exception? inner = null) =>
        new(code, $"{where}: found {found}, expected {expected}. {todo}", inner);
}
