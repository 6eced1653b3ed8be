using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>A piece of layout whose width is settled; lengths in points.</summary>
internal abstract class Element
{
    /// <summary>Gets the height.</summary>
    public float Height { get; protected init; }

    /// <summary>Gets the least height of which a first part makes sense.</summary>
    public virtual float MinimumHead => Height;

    /// <summary>Gets whether what follows must begin on the same page.</summary>
    public virtual bool KeepsWithNext => false;

    /// <summary>Draws the whole element.</summary>
    public abstract void Draw(PageCanvas canvas, float x, float y);

    /// <summary>Returns a part that fits and the rest, or null where it cannot be parted there.</summary>
    /// <param name="available">Height left.</param>
    /// <param name="force">True on an empty page: keeping together has failed, part anyhow.</param>
    public virtual (Element Head, Element Tail)? Split(float available, bool force) => null;
}

/// <summary>Starts a new page.</summary>
internal sealed class PageBreakElement : Element
{
    public override void Draw(PageCanvas canvas, float x, float y)
    {
    }
}

/// <summary>Empty space.</summary>
internal sealed class SpaceElement : Element
{
    public SpaceElement(float height) => Height = height;

    public override void Draw(PageCanvas canvas, float x, float y)
    {
    }
}

/// <summary>Lines of text.</summary>
internal sealed class TextElement : Element
{
    private readonly List<Cluster> _clusters;
    private readonly List<LineRange> _lines;
    private readonly float _width;
    private readonly float _size;
    private readonly TextAlignment _alignment;
    private readonly bool _keepsWithNext;

    public TextElement(List<Cluster> clusters, float width, float size, TextAlignment alignment = TextAlignment.Start, float hang = 0, bool keepsWithNext = false)
        : this(clusters, BreakLines(clusters, width, hang), width, size, alignment, keepsWithNext)
    {
    }

    private TextElement(List<Cluster> clusters, List<LineRange> lines, float width, float size, TextAlignment alignment, bool keepsWithNext)
    {
        (_clusters, _lines, _width, _size, _alignment, _keepsWithNext) = (clusters, lines, width, size, alignment, keepsWithNext);
        Height = lines.Count * Line;
    }

    public override float MinimumHead => Math.Min(Height, 2 * Line);

    public override bool KeepsWithNext => _keepsWithNext;

    private float Line => _size * PdfTheme.LineHeight;

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        foreach (var line in _lines)
        {
            var end = line.End;
            while (end > line.Start && _clusters[end - 1].Text == " ")
            {
                end--;
            }

            var used = 0f;
            for (var i = line.Start; i < end; i++)
            {
                used += _clusters[i].Advance;
            }

            var offset = _alignment switch
            {
                TextAlignment.Center => Math.Max(0, (_width - used) / 2),
                TextAlignment.End => Math.Max(0, _width - used),
                _ => 0,
            };

            // The em box in the middle of the line: ascent 0.88 em as in all Japanese fonts (JIS em box).
            canvas.AddText(_clusters, line.Start, end, x + offset, y + ((Line - _size) / 2) + (0.87f * _size));
            y += Line;
        }
    }

    public override (Element Head, Element Tail)? Split(float available, bool force)
    {
        var count = (int)((available + 0.01f) / Line);
        return count < 1 || count >= _lines.Count || (count < 2 && !force)
            ? null
            : (new TextElement(_clusters, _lines[..count], _width, _size, _alignment, false),
               new TextElement(_clusters, _lines[count..], _width, _size, _alignment, _keepsWithNext));
    }

    private static List<LineRange> BreakLines(List<Cluster> clusters, float width, float hang) =>
        Kinsoku.Break(clusters.ConvertAll(cluster => cluster.Text), clusters.ConvertAll(cluster => cluster.Advance), width, hang);
}

/// <summary>A section heading with its mark.</summary>
internal sealed class HeadingElement : Element
{
    private const float MarkWidth = 3f;
    private readonly TextElement _text;
    private readonly float _width;
    private readonly int _level;
    private readonly float _above;

    public HeadingElement(TextElement text, float width, int level, float above)
    {
        (_text, _width, _level, _above) = (text, width, level, above);
        Height = above + text.Height + (level == 1 ? 2.5f : 0);
    }

    /// <summary>Gets how far the words stand from the left edge.</summary>
    public static float Indent(int level) => level == 1 ? MarkWidth + 5 : 0;

    public override bool KeepsWithNext => true;

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        y += _above;
        if (_level == 1)
        {
            canvas.Add(new RectShape(0, 1.5f, MarkWidth, _text.Height - 3, PdfTheme.Accent, null), x, y);
            canvas.Add(new LineShape(0, _text.Height + 0.5f, _width, _text.Height + 0.5f, PdfTheme.Rule, 0.5f), x, y);
        }

        _text.Draw(canvas, x + Indent(_level), y);
    }
}

/// <summary>Elements below one another.</summary>
internal sealed class StackElement : Element
{
    private readonly List<Element> _children;
    private readonly float _gap;

    public StackElement(IEnumerable<Element> children, float gap)
    {
        _children = [.. children];
        _gap = gap;
        Height = _children.Sum(child => child.Height) + (gap * Math.Max(0, _children.Count - 1));
    }

    public override float MinimumHead
    {
        get
        {
            var height = 0f;
            foreach (var child in _children)
            {
                if (!child.KeepsWithNext)
                {
                    return height + child.MinimumHead;
                }

                height += child.Height + _gap;
            }

            return Height;
        }
    }

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        foreach (var child in _children)
        {
            child.Draw(canvas, x, y);
            y += child.Height + _gap;
        }
    }

    public override (Element Head, Element Tail)? Split(float available, bool force)
    {
        var head = new List<Element>();
        var used = 0f;
        for (var i = 0; i < _children.Count; i++)
        {
            var child = _children[i];
            if (used + child.Height <= available + 0.01f)
            {
                head.Add(child);
                used += child.Height + _gap;
                continue;
            }

            List<Element> rest = [.. _children[i..]];
            if (child.Split(available - used, force && head.Count == 0) is { } parts)
            {
                head.Add(parts.Head);
                rest[0] = parts.Tail;
            }
            else
            {
                while (head.Count > 0 && head[^1].KeepsWithNext)
                {
                    rest.Insert(0, head[^1]);
                    head.RemoveAt(head.Count - 1);
                }
            }

            return head.Count == 0 ? null : (new StackElement(head, _gap), new StackElement(rest, _gap));
        }

        return null;
    }
}

/// <summary>Elements next to one another, each in its column, aligned at the top.</summary>
internal sealed class RowElement : Element
{
    private readonly List<(Element Content, float X)> _cells;
    private readonly float _top;
    private readonly float _bottom;
    private readonly float _minimum;
    private readonly Action<PageCanvas, float, float, float>? _decorate;
    private readonly bool _keepTogether;

    public RowElement(
        IEnumerable<(Element Content, float X)> cells,
        float top = 0,
        float bottom = 0,
        float minimum = 0,
        bool keepTogether = true,
        Action<PageCanvas, float, float, float>? decorate = null)
    {
        _cells = [.. cells];
        (_top, _bottom, _minimum, _decorate, _keepTogether) = (top, bottom, minimum, decorate, keepTogether);
        Height = Math.Max(minimum, (_cells.Count == 0 ? 0 : _cells.Max(cell => cell.Content.Height)) + top + bottom);
    }

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        _decorate?.Invoke(canvas, x, y, Height);
        foreach (var (content, offset) in _cells)
        {
            content.Draw(canvas, x + offset, y + _top);
        }
    }

    public override (Element Head, Element Tail)? Split(float available, bool force)
    {
        if ((_keepTogether && !force) || available <= _top + _bottom)
        {
            return null;
        }

        var heads = new List<(Element, float)>();
        var rests = new List<(Element, float)>();
        var progressed = false;
        foreach (var (content, x) in _cells)
        {
            if (content.Height <= available - _top - _bottom)
            {
                heads.Add((content, x));
                rests.Add((new SpaceElement(0), x));
                progressed |= content.Height > 0;
            }
            else if (content.Split(available - _top - _bottom, force) is { } parts)
            {
                heads.Add((parts.Head, x));
                rests.Add((parts.Tail, x));
                progressed = true;
            }
            else
            {
                heads.Add((new SpaceElement(0), x));
                rests.Add((content, x));
            }
        }

        return progressed
            ? (new RowElement(heads, _top, _bottom, 0, _keepTogether, _decorate), new RowElement(rests, _top, _bottom, 0, _keepTogether, _decorate))
            : null;
    }
}

/// <summary>Rows under a header that comes again on each page.</summary>
internal sealed class TableElement : Element
{
    private readonly Element _header;
    private readonly List<Element> _rows;
    private readonly bool _keepTogether;

    public TableElement(Element header, IEnumerable<Element> rows, bool keepTogether)
    {
        (_header, _rows, _keepTogether) = (header, [.. rows], keepTogether);
        Height = header.Height + _rows.Sum(row => row.Height);
    }

    public override float MinimumHead => _keepTogether ? Height : _header.Height + _rows.Take(2).Sum(row => row.Height);

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        _header.Draw(canvas, x, y);
        y += _header.Height;
        foreach (var row in _rows)
        {
            row.Draw(canvas, x, y);
            y += row.Height;
        }
    }

    public override (Element Head, Element Tail)? Split(float available, bool force)
    {
        if (_keepTogether && !force)
        {
            return null;
        }

        var used = _header.Height;
        for (var i = 0; i < _rows.Count; i++)
        {
            if (used + _rows[i].Height <= available + 0.01f)
            {
                used += _rows[i].Height;
                continue;
            }

            if (i > 0)
            {
                return (new TableElement(_header, _rows[..i], false), new TableElement(_header, _rows[i..], false));
            }

            return force && _rows[0].Split(available - used, true) is { } parts
                ? (new TableElement(_header, [parts.Head], false), new TableElement(_header, [parts.Tail, .. _rows[1..]], false))
                : null;
        }

        return null;
    }
}

/// <summary>A frame around an element, with a title.</summary>
internal sealed class BoxElement : Element
{
    private readonly Element? _title;
    private readonly Element _content;
    private readonly float _width;
    private readonly float _padding;
    private readonly (uint Fill, uint Stroke, uint TitleFill) _colors;

    public BoxElement(Element? title, Element content, float width, float padding, (uint Fill, uint Stroke, uint TitleFill) colors)
    {
        (_title, _content, _width, _padding, _colors) = (title, content, width, padding, colors);
        Height = TitleHeight + content.Height + (2 * padding);
    }

    private float TitleHeight => _title is null ? 0 : _title.Height + 2;

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        canvas.Add(new RectShape(0, 0, _width, Height, _colors.Fill, null), x, y);
        if (_title is not null)
        {
            canvas.Add(new RectShape(0, 0, _width, TitleHeight, _colors.TitleFill, null), x, y);
        }

        canvas.Add(new RectShape(0, 0, _width, Height, null, _colors.Stroke, 0.8f), x, y);
        _title?.Draw(canvas, x + _padding, y + 2f);

        _content.Draw(canvas, x + _padding, y + TitleHeight + _padding);
    }

    public override (Element Head, Element Tail)? Split(float available, bool force)
    {
        if (!force || _content.Split(available - TitleHeight - (2 * _padding), true) is not { } parts)
        {
            return null;
        }

        return (new BoxElement(_title, parts.Head, _width, _padding, _colors), new BoxElement(_title, parts.Tail, _width, _padding, _colors));
    }
}

/// <summary>A drawing of primitives.</summary>
internal sealed class FigureElement : Element
{
    private readonly Figure _figure;
    private readonly TextShaper _shaper;

    public FigureElement(Figure figure, TextShaper shaper)
    {
        (_figure, _shaper) = (figure, shaper);
        Height = figure.Height;
    }

    public override void Draw(PageCanvas canvas, float x, float y)
    {
        foreach (var shape in _figure.Shapes)
        {
            canvas.Add(shape, x, y);
        }

        foreach (var text in _figure.Texts)
        {
            var (clusters, size, used) = FitText.Fit(_shaper, text.Text, text.Size, text.Color, text.IsBold, text.Width);
            var offset = text.Alignment switch
            {
                TextAlignment.Center => (text.Width - used) / 2,
                TextAlignment.End => text.Width - used,
                _ => 0,
            };
            canvas.AddText(clusters, 0, clusters.Count, x + text.X + offset, y + text.Y + (0.88f * size));
        }
    }
}

/// <summary>Fits words into one line.</summary>
internal static class FitText
{
    private const float SmallestSize = 5f;

    /// <summary>Returns words shrunk, and if that is not enough cut with an ellipsis, to stay within a width.</summary>
    public static (List<Cluster> Clusters, float Size, float Used) Fit(TextShaper shaper, string text, float size, uint color, bool isBold, float width)
    {
        var clusters = shaper.Shape(RichText.Of(text), size, color, isBold);
        clusters.RemoveAll(cluster => cluster.Text == "\n");
        var used = clusters.Sum(cluster => cluster.Advance);
        if (used > width && size > SmallestSize)
        {
            size = Math.Max(SmallestSize, size * width / used);
            clusters = shaper.Shape(RichText.Of(text), size, color, isBold);
            clusters.RemoveAll(cluster => cluster.Text == "\n");
            used = clusters.Sum(cluster => cluster.Advance);
        }

        if (used > width + 0.05f)
        {
            var ellipsis = shaper.Shape(RichText.Of("…"), size, color, isBold);
            used += ellipsis.Sum(cluster => cluster.Advance);
            while (clusters.Count > 0 && used > width)
            {
                used -= clusters[^1].Advance;
                clusters.RemoveAt(clusters.Count - 1);
            }

            clusters.AddRange(ellipsis);
        }

        return (clusters, size, used);
    }
}
