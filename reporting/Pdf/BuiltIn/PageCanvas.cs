using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>Something on a page.</summary>
internal abstract record DrawOp;

/// <summary>Glyphs of one font on one base line; <paramref name="Text"/> is given where the font's character map does not lead back to it.</summary>
internal sealed record GlyphOp(FontFace Font, float Size, uint Color, ushort[] Glyphs, (float X, float Y)[] Positions, float Angle = 0, string? Text = null) : DrawOp;

/// <summary>A shape moved to its place.</summary>
internal sealed record ShapeOp(Shape Shape, float X, float Y) : DrawOp;

/// <summary>Collects what stands on one page, in reading order.</summary>
internal sealed class PageCanvas
{
    /// <summary>Gets the operations in the order of drawing.</summary>
    public List<DrawOp> Operations { get; } = [];

    /// <summary>Gets the characters drawn, for the font's character map.</summary>
    public List<Cluster> Clusters { get; } = [];

    /// <summary>Adds a shape.</summary>
    public void Add(Shape shape, float x = 0, float y = 0) => Operations.Add(new ShapeOp(shape, x, y));

    /// <summary>Adds clusters from a base line onwards.</summary>
    public void AddText(IReadOnlyList<Cluster> clusters, int start, int end, float x, float baseline, float angle = 0)
    {
        var i = start;
        while (i < end)
        {
            var first = clusters[i];
            var glyphs = new List<ushort>();
            var positions = new List<(float, float)>();
            for (; i < end && ReferenceEquals(clusters[i].Font, first.Font) && clusters[i].Size == first.Size && clusters[i].Color == first.Color; i++)
            {
                // A character with a variation selector is a run of its own, so that its text can be written beside its glyph.
                if (!ReferenceEquals(clusters[i], first) && (IsSequence(clusters[i]) || IsSequence(first)))
                {
                    break;
                }

                var pen = x;
                foreach (var glyph in clusters[i].Glyphs)
                {
                    glyphs.Add(glyph.Id);
                    positions.Add((pen + (glyph.OffsetX * first.Size), baseline + (glyph.OffsetY * first.Size)));
                    pen += glyph.Advance * first.Size;
                }

                x += clusters[i].Advance;
                Clusters.Add(clusters[i]);
            }

            if (glyphs.Count > 0)
            {
                Operations.Add(new GlyphOp(first.Font, first.Size, first.Color, [.. glyphs], [.. positions], angle, IsSequence(first) ? first.Text : null));
            }
        }
    }

    private static bool IsSequence(Cluster cluster) => cluster.Text.EnumerateRunes().Skip(1).Any();
}
