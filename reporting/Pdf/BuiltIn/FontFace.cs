using System.Collections.Concurrent;
using HarfBuzzSharp;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>A font file opened for shaping and subsetting; shared between documents and safe from several threads.</summary>
internal sealed class FontFace
{
    private static readonly ConcurrentDictionary<FontFile, Lazy<FontFace>> Opened = new();

    // A ligature has no character of its own, so words with one could not be searched in the PDF.
    private static readonly Feature[] NoLigatures = [new Feature(Tag.Parse("liga"), 0), new Feature(Tag.Parse("clig"), 0)];

    private readonly Font _font;
    private readonly float _unit;

    private FontFace(FontFile file)
    {
        Name = file.Family;
        try
        {
            using var blob = Blob.FromFile(file.Path);
            Face = new Face(blob, file.FaceIndex);
        }
        catch (FileNotFoundException exception)
        {
            throw new PdfFontException($"The font file {file.Path} cannot be read. Check its rights or install the font again.", exception);
        }

        Face.MakeImmutable();
        _font = new Font(Face);
        _font.SetScale(Face.UnitsPerEm, Face.UnitsPerEm);
        _unit = 1f / Face.UnitsPerEm;
        _font.TryGetHorizontalFontExtents(out var extents);
        (Ascent, Descent) = (extents.Ascender * _unit, -extents.Descender * _unit);
    }

    /// <summary>Gets the family name.</summary>
    public string Name { get; }

    /// <summary>Gets the face as HarfBuzz sees it.</summary>
    public Face Face { get; }

    /// <summary>Gets the ascent in em.</summary>
    public float Ascent { get; }

    /// <summary>Gets the descent in em, positive downwards.</summary>
    public float Descent { get; }

    /// <summary>Returns the face of a file, opened once per process.</summary>
    /// <exception cref="PdfFontException">The file cannot be read.</exception>
    public static FontFace Open(FontFile file) =>
        Opened.GetOrAdd(file, static key => new Lazy<FontFace>(() => new FontFace(key))).Value;

    /// <summary>Returns whether the font has every character of a cluster; selectors and joiners are not characters.</summary>
    public bool Covers(string cluster)
    {
        foreach (var rune in cluster.EnumerateRunes())
        {
            if (!IsIgnorable(rune.Value) && !_font.TryGetNominalGlyph((uint)rune.Value, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns whether the font has the variation an ideographic selector asks for; true where none is asked for.</summary>
    public bool CoversVariation(string cluster)
    {
        var last = 0;
        foreach (var rune in cluster.EnumerateRunes())
        {
            if (IsSelector(rune.Value) && !_font.TryGetVariationGlyph((uint)last, (uint)rune.Value, out _))
            {
                return false;
            }

            last = rune.Value;
        }

        return true;
    }

    /// <summary>Appends the glyphs of a run to <paramref name="glyphs"/>, lengths in em, with the index of the first character each belongs to.</summary>
    public void Shape(string text, List<ShapedGlyph> glyphs)
    {
        using var buffer = new HarfBuzzSharp.Buffer();
        buffer.AddUtf16(text);
        buffer.Direction = Direction.LeftToRight;
        buffer.GuessSegmentProperties();
        _font.Shape(buffer, NoLigatures);
        var infos = buffer.GetGlyphInfoSpan();
        var positions = buffer.GetGlyphPositionSpan();
        for (var i = 0; i < infos.Length; i++)
        {
            glyphs.Add(new ShapedGlyph(
                (ushort)infos[i].Codepoint,
                (int)infos[i].Cluster,
                positions[i].XAdvance * _unit,
                positions[i].XOffset * _unit,
                -positions[i].YOffset * _unit));
        }
    }

    private static bool IsIgnorable(int value) => IsSelector(value) || value is 0x200B or 0x200C or 0x200D or 0xFEFF;

    private static bool IsSelector(int value) => value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}

/// <summary>A glyph placed relative to the pen; lengths in em, y downwards.</summary>
internal readonly record struct ShapedGlyph(ushort Id, int Cluster, float Advance, float OffsetX, float OffsetY);
