namespace Warehouse.Reporting.Disclosure;

/// <summary>What is wrong with figures that were given to disclosure control.</summary>
public enum DisclosureFault
{
    /// <summary>A total is not the sum of its parts, or one figure has two values.</summary>
    InconsistentTotal,

    /// <summary>A count is not a whole number.</summary>
    NotWhole,

    /// <summary>A figure lies outside what is known of it, is negative or is too large to compute with.</summary>
    OutOfBounds,

    /// <summary>Shapes, keys or references do not fit together.</summary>
    Malformed,
}

/// <summary>Figures cannot be put under disclosure control as they are; nothing of them may be released.</summary>
/// <remarks>The messages name labels and positions, never a person; figures appear in them, so they are for staff and not for publication.</remarks>
public sealed class DisclosureException : Exception
{
    /// <summary>Makes an exception with its message in English and in Japanese.</summary>
    public DisclosureException(DisclosureFault fault, string message, string messageJa)
        : base(message)
    {
        Fault = fault;
        MessageJa = messageJa;
    }

    /// <summary>What is wrong.</summary>
    public DisclosureFault Fault { get; }

    /// <summary>The message in Japanese.</summary>
    public string MessageJa { get; }

    /// <summary>Returns a label short enough for a message: the first 60 characters, and whether there are more.</summary>
    internal static string Short(string label) => label.Length <= 60 ? label : string.Concat(label.AsSpan(0, char.IsHighSurrogate(label[59]) ? 59 : 60), "…");
}
