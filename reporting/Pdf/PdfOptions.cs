namespace Warehouse.Reporting.Pdf;

/// <summary>Which engine draws PDF files.</summary>
public enum PdfEngine
{
    /// <summary>QuestPDF where it was compiled in and a licence tier is configured, otherwise the built-in engine.</summary>
    Auto,

    /// <summary>QuestPDF or nothing.</summary>
    QuestPdf,

    /// <summary>The engine of this project, on SkiaSharp and HarfBuzzSharp.</summary>
    BuiltIn,
}

/// <summary>Configuration of PDF output, section <c>Pdf</c>.</summary>
public sealed class PdfOptions
{
    /// <summary>Gets or sets the engine.</summary>
    public PdfEngine Engine { get; set; } = PdfEngine.Auto;

    /// <summary>Gets or sets the QuestPDF licence tier the operator holds: Community, Professional, Enterprise or Evaluation.</summary>
    public string? QuestPdfLicense { get; set; }

    /// <summary>Gets or sets folders searched for fonts instead of the standard ones; empty means the standard ones.</summary>
    public IReadOnlyList<string> FontFolders { get; set; } = [];
}
