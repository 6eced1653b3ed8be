using Microsoft.Extensions.Logging;
using Warehouse.Reporting.Pdf.BuiltIn;

namespace Warehouse.Reporting.Pdf;

/// <summary>Chooses the PDF engine by configuration.</summary>
public static partial class PdfEngineFactory
{
#if QUESTPDF
    /// <summary>Gets whether QuestPDF was on the package feed when the program was built.</summary>
    public static bool HasQuestPdf => true;
#else
    /// <summary>Gets whether QuestPDF was on the package feed when the program was built.</summary>
    public static bool HasQuestPdf => false;
#endif

    /// <summary>Returns the configured engine and writes its name to the log.</summary>
    /// <exception cref="PdfEngineException">QuestPDF was asked for and is absent or has no licence tier.</exception>
    /// <exception cref="PdfFontException">No Japanese font is installed.</exception>
    public static IPdfRenderer Create(PdfOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        var catalog = new FontCatalog(options.FontFolders);
        var wantsQuestPdf = options.Engine == PdfEngine.QuestPdf
            || (options.Engine == PdfEngine.Auto && HasQuestPdf && !string.IsNullOrWhiteSpace(options.QuestPdfLicense));
        var renderer = wantsQuestPdf ? CreateQuestPdf(options, catalog) : new BuiltInRenderer(catalog);
        LogEngine(logger, renderer.EngineName, options.Engine);
        return renderer;
    }

    private static IPdfRenderer CreateQuestPdf(PdfOptions options, FontCatalog catalog)
    {
        if (string.IsNullOrWhiteSpace(options.QuestPdfLicense))
        {
            throw new PdfEngineException(
                "Pdf:Engine is QuestPdf but Pdf:QuestPdfLicense is not set. Set it to the licence tier your organisation holds " +
                "(Community, Professional or Enterprise; Evaluation in development only), or set Pdf:Engine to BuiltIn.");
        }

#if QUESTPDF
        return new QuestPdf.QuestPdfRenderer(catalog, options.QuestPdfLicense);
#else
        throw new PdfEngineException(
            "Pdf:Engine is QuestPdf but this build has no QuestPDF, because the package feed did not carry it. " +
            "Build with a feed that does, or set Pdf:Engine to BuiltIn or Auto.");
#endif
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "PDF engine {EngineName} chosen, configured {ConfiguredEngine}")]
    private static partial void LogEngine(ILogger logger, string engineName, PdfEngine configuredEngine);
}
