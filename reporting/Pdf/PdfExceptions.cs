namespace Warehouse.Reporting.Pdf;

/// <summary>A font that documents need is not on the machine.</summary>
public sealed class PdfFontException : Exception
{
    /// <summary>Creates the exception with a message for the operator.</summary>
    public PdfFontException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for the operator and its cause.</summary>
    public PdfFontException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The configured PDF engine cannot be used.</summary>
public sealed class PdfEngineException : Exception
{
    /// <summary>Creates the exception with a message for the operator.</summary>
    public PdfEngineException(string message)
        : base(message)
    {
    }
}
