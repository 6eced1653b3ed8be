namespace Warehouse.Etl.Link.Engine;

/// <summary>Registers of which no column tells anybody apart; the message says of each column why.</summary>
public sealed class NothingToCompareException : ArgumentException
{
    /// <summary>Makes the fault.</summary>
    public NothingToCompareException()
    {
    }

    /// <summary>Makes the fault.</summary>
    /// <param name="message">What was found and what was expected.</param>
    public NothingToCompareException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the fault.</summary>
    /// <param name="message">What was found and what was expected.</param>
    /// <param name="innerException">What caused it.</param>
    public NothingToCompareException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
