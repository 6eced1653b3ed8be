namespace Warehouse.Reporting.Pdf.BuiltIn;

/// <summary>Distributes elements over pages.</summary>
internal static class Paginator
{
    /// <summary>Returns pages with their content drawn at the content rectangle; at least one.</summary>
    public static List<PageCanvas> Paginate(IReadOnlyList<Element> elements, float left, float top, float height, CancellationToken cancellationToken)
    {
        var pages = new List<PageCanvas> { new() };
        var y = 0f;
        void NewPage()
        {
            pages.Add(new PageCanvas());
            y = 0;
        }

        for (var i = 0; i < elements.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var element = elements[i];
            if (element is PageBreakElement)
            {
                if (y > 0 && i + 1 < elements.Count)
                {
                    NewPage();
                }

                continue;
            }

            if (y > 0 && element.KeepsWithNext && y + Chain(elements, i) > height)
            {
                NewPage();
            }

            while (true)
            {
                var isTop = y == 0;
                if (y + element.Height <= height + 0.01f)
                {
                    Place(element);
                    break;
                }

                if (element.Split(height - y, isTop) is { } parts)
                {
                    Place(parts.Head);
                    element = parts.Tail;
                    NewPage();
                }
                else if (isTop)
                {
                    // Nothing can part it: drawn as it is, so that no words are lost silently.
                    Place(element);
                    break;
                }
                else
                {
                    NewPage();
                }
            }
        }

        return pages;

        void Place(Element element)
        {
            element.Draw(pages[^1], left, top + y);
            y += element.Height + PdfTheme.BlockGap;
        }
    }

    private static float Chain(IReadOnlyList<Element> elements, int index)
    {
        var height = 0f;
        while (index < elements.Count && elements[index].KeepsWithNext)
        {
            height += elements[index++].Height + PdfTheme.BlockGap;
        }

        return height + (index < elements.Count ? Math.Min(elements[index].MinimumHead, PdfTheme.ContentHeight / 2) : 0);
    }
}
