using System.Globalization;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>One user-perceived character, shaped; lengths in points.</summary>
internal sealed record Cluster(string Text, FontFace Font, ShapedGlyph[] Glyphs, float Advance, float Size, uint Color);

/// <summary>Chooses a font for each character of a document, shapes runs, and remembers what was substituted.</summary>
internal sealed class TextShaper
{
    private const string Replacement = "〓";

    private readonly FontFace _regular;
    private readonly FontFace _bold;
    private readonly List<FontFace> _fallbacks;
    private readonly Dictionary<string, SubstitutedGlyph> _substitutions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Text, bool IsBold), List<(string Text, FontFace Font, ShapedGlyph[] Glyphs, float Advance)>> _shaped = [];

    /// <summary>Creates a shaper for one document.</summary>
    public TextShaper(FontSelection fonts)
    {
        _regular = FontFace.Open(fonts.Regular);
        _bold = FontFace.Open(fonts.Bold);
        _fallbacks = fonts.Fallbacks.Select(FontFace.Open).ToList();
    }

    /// <summary>Gets the main font.</summary>
    public FontFace Main => _regular;

    /// <summary>Gets the characters the main font lacks, in the order of first use.</summary>
    public IReadOnlyList<SubstitutedGlyph> Substitutions => [.. _substitutions.Values];

    /// <summary>Returns the clusters of a text; a line break is a cluster without glyphs.</summary>
    public List<Cluster> Shape(RichText text, float size, uint color, bool isBold = false)
    {
        var clusters = new List<Cluster>();
        foreach (var span in text.Spans)
        {
            var bold = isBold || span.Emphasis is Emphasis.Strong or Emphasis.Alert;
            var spanColor = span.Emphasis switch
            {
                Emphasis.Muted => PdfTheme.Muted,
                Emphasis.Alert => PdfTheme.Alert,
                _ => color,
            };
            var spanSize = span.Emphasis == Emphasis.Muted ? Math.Max(size * 0.88f, 6f) : size;
            foreach (var (cluster, font, glyphs, advance) in ShapeRun(span.Text, bold))
            {
                clusters.Add(new Cluster(cluster, font, glyphs, advance * spanSize, spanSize, spanColor));
            }
        }

        return clusters;
    }

    private List<(string Text, FontFace Font, ShapedGlyph[] Glyphs, float Advance)> ShapeRun(string text, bool isBold)
    {
        if (_shaped.TryGetValue((text, isBold), out var known))
        {
            return known;
        }

        var result = new List<(string, FontFace, ShapedGlyph[], float)>();
        var main = isBold ? _bold : _regular;
        var pending = new List<string>();
        var pendingFont = main;
        foreach (var element in Elements(text))
        {
            var (shown, font) = element == "\n" ? (element, main) : Resolve(element, main);
            if (element == "\n" || font != pendingFont)
            {
                Flush(pending, pendingFont, result);
                pendingFont = font;
            }

            if (element == "\n")
            {
                result.Add(("\n", main, [], 0));
            }
            else
            {
                pending.Add(shown);
            }
        }

        Flush(pending, pendingFont, result);
        _shaped[(text, isBold)] = result;
        return result;
    }

    private static IEnumerable<string> Elements(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, i);
            var element = text.Substring(i, length);
            i += length;
            if (element is "\n" or "\r\n" or "\r")
            {
                yield return "\n";
            }
            else if (element == "\t")
            {
                yield return " ";
            }
            else if (!char.IsControl(element[0]))
            {
                yield return HasLoneSurrogate(element) ? "\uFFFD" : element;
            }
        }
    }

    private static bool HasLoneSurrogate(string element) => element.Length == 1 && char.IsSurrogate(element[0]);

    private (string Shown, FontFace Font) Resolve(string element, FontFace main)
    {
        var covered = main.Covers(element);
        if (covered && main.CoversVariation(element))
        {
            return (element, main);
        }

        var font = _fallbacks.Find(candidate => candidate.Covers(element) && candidate.CoversVariation(element))
            ?? (covered ? main : _fallbacks.Find(candidate => candidate.Covers(element)));
        _substitutions.TryAdd(element, new SubstitutedGlyph(element, font?.Name));
        return font is null ? (Replacement, main) : (element, font);
    }

    private static void Flush(List<string> pending, FontFace font, List<(string, FontFace, ShapedGlyph[], float)> result)
    {
        if (pending.Count == 0)
        {
            return;
        }

        var glyphs = new List<ShapedGlyph>();
        font.Shape(string.Concat(pending), glyphs);
        var start = 0;
        var at = 0;
        foreach (var element in pending)
        {
            var first = at;
            while (at < glyphs.Count && glyphs[at].Cluster < start + element.Length)
            {
                at++;
            }

            var own = glyphs.GetRange(first, at - first).ToArray();
            result.Add((element, font, own, own.Sum(glyph => glyph.Advance)));
            start += element.Length;
        }

        pending.Clear();
    }
}
