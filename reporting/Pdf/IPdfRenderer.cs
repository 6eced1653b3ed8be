namespace Warehouse.Reporting.Pdf;

/// <summary>A character that the main font lacks.</summary>
/// <param name="Text">The character with its variation selectors.</param>
/// <param name="FontName">The font it was drawn from; null if no font has it and 〓 stands in its place.</param>
public sealed record SubstitutedGlyph(string Text, string? FontName)
{
    /// <summary>Gets whether the character is missing on paper.</summary>
    public bool IsUndrawable => FontName is null;
}

/// <summary>What a rendering produced.</summary>
public sealed record RenderResult(string EngineName, int PageCount, IReadOnlyList<SubstitutedGlyph> Substitutions);

/// <summary>Draws documents as PDF.</summary>
public interface IPdfRenderer
{
    /// <summary>Gets the name and version of the engine, as written to the log and to the PDF producer.</summary>
    string EngineName { get; }

    /// <summary>Writes the document as PDF to <paramref name="output"/> and returns what was drawn.</summary>
    /// <exception cref="PdfFontException">A font the document needs is not on the machine.</exception>
    RenderResult Render(BriefDocument document, Stream output, CancellationToken cancellationToken = default);
}
