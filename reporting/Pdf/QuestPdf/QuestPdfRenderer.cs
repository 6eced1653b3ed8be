#if QUESTPDF
using System.Text.Json;
using QuestPDF.Drawing;
using QuestPDF.Fluent;
using QuestPDF.Helpers;
using QuestPDF.Infrastructure;
using Warehouse.Reporting.Pdf.BuiltIn;
using Warehouse.Reporting.Pdf.Figures;

namespace Warehouse.Reporting.Pdf.QuestPdf;

/// <summary>Draws documents with QuestPDF, tagged for screen readers.</summary>
public sealed class QuestPdfRenderer : IPdfRenderer
{
    private const string Replacement = "〓";

    private static readonly Lock Registration = new();
    private static readonly HashSet<string> Registered = new(StringComparer.Ordinal);

    private readonly FontSelection _fonts;
    private readonly string[] _families;

    /// <summary>Creates a renderer under a licence tier the operator holds.</summary>
    /// <exception cref="PdfEngineException">The tier is not one of QuestPDF's.</exception>
    /// <exception cref="PdfFontException">No Japanese font is installed.</exception>
    public QuestPdfRenderer(FontCatalog catalog, string license)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (!Enum.TryParse<LicenseType>(license, true, out var tier) || !Enum.IsDefined(tier))
        {
            throw new PdfEngineException($"Pdf:QuestPdfLicense is '{license}'; expected {string.Join(", ", Enum.GetNames<LicenseType>())}.");
        }

        QuestPDF.Settings.License = tier;
        _fonts = catalog.Select();
        _families = [_fonts.Regular.Family, .. _fonts.Fallbacks.Select(font => font.Family).Distinct(StringComparer.Ordinal)];
        Register([_fonts.Regular, _fonts.Bold, .. _fonts.Fallbacks]);
    }

    /// <inheritdoc/>
    public string EngineName { get; } = $"QuestPDF {typeof(Document).Assembly.GetName().Version?.ToString(3)}";

    /// <inheritdoc/>
    public RenderResult Render(BriefDocument document, Stream output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(output);
        cancellationToken.ThrowIfCancellationRequested();
        var substitutions = Substitutions(document);
        var drawing = new Drawing(substitutions.Where(glyph => glyph.IsUndrawable).Select(glyph => glyph.Text).ToList());
        var stamp = new DateTimeOffset(document.Furniture.DataDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var pdf = Document.Create(container => container.Page(page =>
            {
                page.Size(PageSizes.A4);
                page.MarginHorizontal(PdfTheme.SideMargin);
                page.MarginTop(PdfTheme.TopMargin);
                page.MarginBottom(PdfTheme.BottomMargin);
                page.DefaultTextStyle(style => style.FontFamily(_families).FontSize(PdfTheme.BodySize).FontColor(FigureSvg.Hex(PdfTheme.Ink)).LineHeight(PdfTheme.LineHeight));
                drawing.Furniture(page, document.Furniture);
                page.Content().Column(column =>
                {
                    column.Spacing(PdfTheme.BlockGap);
                    if (document.Title.Length > 0)
                    {
                        column.Item().SemanticHeader1().Text(text => drawing.Write(text, document.Title, PdfTheme.TitleSize, PdfTheme.Accent, true));
                    }

                    drawing.Blocks(column, document.Blocks, PdfTheme.ContentWidth);
                });
            }))
            .WithMetadata(new DocumentMetadata
            {
                Title = document.Title,
                Subject = document.Furniture.BriefId,
                Language = document.Language,
                Creator = "Warehouse",
                Producer = EngineName,
                CreationDate = stamp,
                ModifiedDate = stamp,
            });
        using var buffer = new MemoryStream();
        pdf.GeneratePdf(buffer);
        buffer.Position = 0;
        buffer.CopyTo(output);
        return new RenderResult(EngineName, drawing.PageCount, substitutions);
    }

    private static void Register(IReadOnlyList<FontFile> fonts)
    {
        lock (Registration)
        {
            foreach (var font in fonts.Where(font => Registered.Add(font.Path)))
            {
                using var stream = File.OpenRead(font.Path);
                FontManager.RegisterFont(stream);
            }
        }
    }

    /// <summary>Returns the characters the main font lacks, asking the font files themselves.</summary>
    private IReadOnlyList<SubstitutedGlyph> Substitutions(BriefDocument document)
    {
        var shaper = new TextShaper(_fonts);
        using var json = JsonDocument.Parse(document.ToCanonicalBytes());
        Visit(json.RootElement);
        return shaper.Substitutions;

        void Visit(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        Visit(property.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        Visit(item);
                    }

                    break;
                case JsonValueKind.String:
                    shaper.Shape(element.GetString(), PdfTheme.BodySize, PdfTheme.Ink);
                    break;
            }
        }
    }

    /// <summary>One pass over a document; QuestPDF's descriptors do the layout.</summary>
    private sealed class Drawing(IReadOnlyList<string> undrawable)
    {
        public int PageCount { get; private set; } = 1;

        public void Furniture(PageDescriptor page, PageFurniture furniture)
        {
            page.Header().Height(PdfTheme.HeaderHeight).Column(column =>
            {
                column.Item().Row(row =>
                {
                    row.Spacing(8);
                    if (!string.IsNullOrEmpty(furniture.HandlingMark))
                    {
                        row.AutoItem().Border(1.1f).BorderColor(FigureSvg.Hex(PdfTheme.Alert)).PaddingHorizontal(6).PaddingVertical(1)
                            .Text(text => Write(text, furniture.HandlingMark, 9, PdfTheme.Alert, true));
                    }

                    row.RelativeItem(3).AlignMiddle().MaxHeight(16).ScaleToFit().Text(text => Write(text, furniture.Meeting, 8.2f, PdfTheme.Ink, true));
                    row.RelativeItem(2).AlignMiddle().AlignRight().MaxHeight(16).ScaleToFit().Text(text => Write(text, FurnitureText.Copy(furniture), 8.2f, PdfTheme.Ink, false));
                });
                column.Item().PaddingTop(2).Text(text => Write(text, FurnitureText.Origin(furniture), PdfTheme.SmallSize, PdfTheme.Muted, false));
                column.Item().LineHorizontal(1.2f).LineColor(FigureSvg.Hex(PdfTheme.Accent));
            });
            page.Footer().Height(PdfTheme.FooterHeight).PaddingTop(5).BorderTop(0.6f).BorderColor(FigureSvg.Hex(PdfTheme.Rule)).Row(row =>
            {
                row.RelativeItem().Text(text => Write(text, furniture.HandlingMark, PdfTheme.SmallSize, PdfTheme.Muted, false));
                row.ConstantItem(80).Text(text =>
                {
                    text.AlignRight();
                    text.CurrentPageNumber().FontSize(8);
                    text.Span("/").FontSize(8);
                    text.TotalPages().Format(Count).FontSize(8);
                });
            });
            if (!string.IsNullOrEmpty(furniture.Watermark))
            {
                const float angle = -38f;
                const float length = 500f;
                var size = Math.Min(92f, length / furniture.Watermark.Length);
                var half = size * furniture.Watermark.Length / 2;
                var radians = angle * MathF.PI / 180;
                page.Foreground().SemanticIgnore().Unconstrained()
                    .PaddingLeft((PdfTheme.PageWidth / 2) - (half * MathF.Cos(radians)) + (size * 0.7f * MathF.Sin(radians)))
                    .PaddingTop((PdfTheme.PageHeight / 2) - (half * MathF.Sin(radians)) - (size * 0.7f * MathF.Cos(radians)))
                    .Rotate(angle)
                    .Text(furniture.Watermark).FontSize(size).Bold().FontColor($"#{PdfTheme.Watermark:X8}");
            }
        }

        public void Blocks(ColumnDescriptor column, IReadOnlyList<Block> blocks, float width)
        {
            foreach (var block in blocks)
            {
                if (block is PageBreakBlock)
                {
                    column.Item().PageBreak();
                }
                else
                {
                    Compose(column.Item(), block, width);
                }
            }
        }

        public void Write(TextDescriptor text, RichText content, float size, uint color, bool isBold)
        {
            foreach (var span in content.Spans)
            {
                var descriptor = text.Span(Drawable(span.Text)).FontSize(span.Emphasis == Emphasis.Muted ? Math.Max(size * 0.88f, 6f) : size)
                    .FontColor(FigureSvg.Hex(span.Emphasis switch
                    {
                        Emphasis.Muted => PdfTheme.Muted,
                        Emphasis.Alert => PdfTheme.Alert,
                        _ => color,
                    }));
                if (isBold || span.Emphasis is Emphasis.Strong or Emphasis.Alert)
                {
                    descriptor.Bold();
                }
            }
        }

        private string Count(int? total)
        {
            PageCount = total ?? PageCount;
            return PageCount.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        private string Drawable(string text)
        {
            foreach (var character in undrawable)
            {
                text = text.Replace(character, Replacement, StringComparison.Ordinal);
            }

            return text;
        }

        private void Compose(IContainer container, Block block, float width)
        {
            switch (block)
            {
                case HeadingBlock heading:
                    Heading(container, heading);
                    break;
                case ParagraphBlock paragraph:
                    container.SemanticParagraph().Text(text => Write(
                        text,
                        paragraph.Text,
                        PdfTheme.ParagraphSizeOf(paragraph.Size),
                        paragraph.Size == ParagraphSize.Small ? PdfTheme.Muted : PdfTheme.Ink,
                        paragraph.Size == ParagraphSize.Lead));
                    break;
                case KeyValueBlock grid:
                    KeyValues(container, grid);
                    break;
                case TableBlock table:
                    Table(container, table);
                    break;
                case NotesBlock notes:
                    Notes(container, notes);
                    break;
                case BoxBlock box:
                    Box(container, box, width);
                    break;
                case SideBySideBlock pair:
                    const float gap = 10f;
                    var left = (width - gap) * Math.Clamp(pair.LeftShare, 0.1f, 0.9f);
                    container.Row(row =>
                    {
                        row.Spacing(gap);
                        row.ConstantItem(left).Column(column => Stack(column, pair.Left, left));
                        row.ConstantItem(width - gap - left).Column(column => Stack(column, pair.Right, width - gap - left));
                    });
                    break;
                case TickRowBlock ticks:
                    Ticks(container, ticks);
                    break;
                case TimelineBlock timeline:
                    Timeline(container, timeline);
                    break;
                case GaugeBlock gauge:
                    Draw(container, ChartFigures.Gauge(gauge, width));
                    break;
                case BarChartBlock bars:
                    Draw(container, ChartFigures.Bars(bars, width));
                    break;
                case GenogramBlock genogram:
                    Draw(container, GenogramFigure.Draw(genogram, width));
                    break;
                case SpacerBlock spacer:
                    container.Height(spacer.Height);
                    break;
                default:
                    throw new NotSupportedException($"The QuestPDF engine does not know the block {block.GetType().Name}.");
            }
        }

        private void Stack(ColumnDescriptor column, IReadOnlyList<Block> blocks, float width)
        {
            column.Spacing(PdfTheme.BlockGap);
            Blocks(column, blocks, width);
        }

        private void Heading(IContainer container, HeadingBlock block)
        {
            var title = string.IsNullOrEmpty(block.Number) ? block.Text : $"{block.Number}　{block.Text}";
            var spaced = container.EnsureSpace(60);
            if (block.Level == 1)
            {
                spaced.SemanticHeader2().PaddingTop(3).BorderBottom(0.5f).BorderColor(FigureSvg.Hex(PdfTheme.Rule)).Row(row =>
                {
                    row.ConstantItem(3).Background(FigureSvg.Hex(PdfTheme.Accent));
                    row.RelativeItem().PaddingLeft(5).Text(text => Write(text, title, PdfTheme.HeadingSize, PdfTheme.Accent, true));
                });
            }
            else
            {
                spaced.SemanticHeader3().Text(text => Write(text, title, PdfTheme.BodySize, PdfTheme.Accent, true));
            }
        }

        private void KeyValues(IContainer container, KeyValueBlock block)
        {
            var pairs = Math.Max(1, block.PairsPerRow);
            container.BorderTop(0.6f).BorderColor(FigureSvg.Hex(PdfTheme.Rule)).Table(table =>
            {
                table.ColumnsDefinition(columns =>
                {
                    for (var i = 0; i < pairs; i++)
                    {
                        columns.ConstantColumn(66);
                        columns.RelativeColumn();
                    }
                });
                foreach (var item in block.Items)
                {
                    var span = (uint)Math.Clamp(item.Span, 1, pairs);
                    Cell(table.Cell()).Background(FigureSvg.Hex(PdfTheme.Tint)).PaddingHorizontal(PdfTheme.CellPadding).PaddingVertical(2)
                        .Text(text => Write(text, item.Key, PdfTheme.TableSize, PdfTheme.Muted, true));
                    Cell(table.Cell().ColumnSpan((span * 2) - 1)).PaddingHorizontal(PdfTheme.CellPadding).PaddingVertical(2)
                        .Text(text => Write(text, item.Value, PdfTheme.TableSize, PdfTheme.Ink, false));
                }
            });
        }

        private static IContainer Cell(IContainer cell) => cell.BorderBottom(0.5f).BorderColor(FigureSvg.Hex(PdfTheme.Rule));

        private void Table(IContainer container, TableBlock block)
        {
            if (block.Columns.Count == 0)
            {
                return;
            }

            container.SemanticTable().Table(table =>
            {
                table.ColumnsDefinition(columns =>
                {
                    foreach (var column in block.Columns)
                    {
                        columns.RelativeColumn(Math.Max(column.Width, 0.01f));
                    }
                });
                table.Header(header =>
                {
                    foreach (var column in block.Columns)
                    {
                        Cell(header.Cell()).BorderTop(0.8f).Background(FigureSvg.Hex(PdfTheme.Tint)).PaddingHorizontal(PdfTheme.CellPadding).PaddingVertical(2)
                            .Text(text => Aligned(text, column.Title, PdfTheme.Accent, true, column.Alignment));
                    }
                });
                foreach (var row in block.Rows)
                {
                    for (var i = 0; i < block.Columns.Count; i++)
                    {
                        var content = i < row.Cells.Count ? row.Cells[i] : RichText.Empty;
                        var alignment = block.Columns[i].Alignment;
                        Cell(table.Cell()).MinHeight(row.MinimumHeight).PaddingHorizontal(PdfTheme.CellPadding).PaddingVertical(2)
                            .Text(text => Aligned(text, content, PdfTheme.Ink, false, alignment));
                    }
                }
            });
        }

        private void Aligned(TextDescriptor text, RichText content, uint color, bool isBold, TextAlignment alignment)
        {
            if (alignment == TextAlignment.Center)
            {
                text.AlignCenter();
            }
            else if (alignment == TextAlignment.End)
            {
                text.AlignRight();
            }

            Write(text, content, PdfTheme.TableSize, color, isBold);
        }

        private void Notes(IContainer container, NotesBlock block)
        {
            container.Row(row =>
            {
                row.Spacing(5);
                foreach (var notes in block.Columns)
                {
                    row.RelativeItem().Border(0.6f).BorderColor(FigureSvg.Hex(PdfTheme.Rule)).Column(column =>
                    {
                        column.Item().Background(FigureSvg.Hex(PdfTheme.NotesTint(notes.Tone))).PaddingHorizontal(4.5f).PaddingVertical(2.5f)
                            .Text(text => Write(text, notes.Title, PdfTheme.TableSize, PdfTheme.Ink, true));
                        var items = notes.Items.Count == 0
                            ? [RichText.Of(notes.EmptyText, Emphasis.Muted)]
                            : notes.Items.Select(item => new RichText([new TextSpan("・"), .. BlockLayout.NoteText(item).Spans])).ToList();
                        foreach (var item in items)
                        {
                            column.Item().PaddingHorizontal(4.5f).PaddingVertical(1).Text(text => Write(text, item, PdfTheme.TableSize, PdfTheme.Ink, false));
                        }
                    });
                }
            });
        }

        private void Box(IContainer container, BoxBlock block, float width)
        {
            const float padding = 6f;
            var (fill, stroke) = block.Tone switch
            {
                BoxTone.Alert => (PdfTheme.AlertTint, PdfTheme.Alert),
                BoxTone.Reference => (PdfTheme.ReferenceTint, PdfTheme.Accent),
                _ => (PdfTheme.Paper, PdfTheme.Rule),
            };
            container.PreventPageBreak().Border(0.8f).BorderColor(FigureSvg.Hex(stroke)).Background(FigureSvg.Hex(fill)).Padding(padding).Column(column =>
            {
                column.Spacing(3.5f);
                if (!string.IsNullOrEmpty(block.Title))
                {
                    column.Item().Text(text => Write(text, block.Title, PdfTheme.BodySize, block.Tone == BoxTone.Alert ? PdfTheme.Alert : PdfTheme.Accent, true));
                }

                Blocks(column, block.Blocks, width - (2 * padding));
            });
        }

        private void Ticks(IContainer container, TickRowBlock block)
        {
            container.Text(text =>
            {
                if (!string.IsNullOrEmpty(block.Label))
                {
                    Write(text, block.Label + "　", PdfTheme.BodySize, PdfTheme.Ink, true);
                }

                foreach (var option in block.Options)
                {
                    var figure = ChartFigures.Tick(option.IsTicked);
                    text.Element().Width(figure.Width).Height(figure.Height).SemanticFigure(figure.AltText).Svg(FigureSvg.Write(figure));
                    Write(text, $" {option.Text}　", PdfTheme.BodySize, PdfTheme.Ink, option.IsTicked);
                }
            });
        }

        private void Timeline(IContainer container, TimelineBlock block)
        {
            container.Column(column =>
            {
                foreach (var entry in block.Entries)
                {
                    column.Item().PreventPageBreak().Row(row =>
                    {
                        var seen = entry.Certainty == Certainty.Observed;
                        var dot = new Figure(12, 12, [new CircleShape(6, 6, 2.6f, seen ? PdfTheme.Accent : PdfTheme.Paper, PdfTheme.Accent, 1.1f)], [], PdfTheme.CertaintyText(entry.Certainty));
                        row.ConstantItem(76).Text(text =>
                        {
                            text.AlignRight();
                            Write(text, entry.Date, PdfTheme.TableSize, PdfTheme.Ink, false);
                        });
                        row.ConstantItem(20).Layers(layers =>
                        {
                            layers.Layer().AlignCenter().LineVertical(1.1f).LineColor(FigureSvg.Hex(PdfTheme.Rule));
                            layers.PrimaryLayer().AlignCenter().Width(12).Height(12).SemanticFigure(dot.AltText).Svg(FigureSvg.Write(dot));
                        });
                        row.RelativeItem(3).PaddingRight(6).Text(text => Write(text, entry.Title, PdfTheme.TableSize, PdfTheme.Ink, false));
                        row.RelativeItem().Text(text => Write(text, entry.Source, PdfTheme.SmallSize, PdfTheme.Muted, false));
                        row.ConstantItem(38).Text(text =>
                        {
                            text.AlignCenter();
                            Write(text, PdfTheme.CertaintyText(entry.Certainty), PdfTheme.SmallSize, PdfTheme.Accent, seen);
                        });
                    });
                }
            });
        }

        private void Draw(IContainer container, Figure figure)
        {
            if (figure.Height <= 0)
            {
                return;
            }

            container.SemanticFigure(figure.AltText).Width(figure.Width).Height(figure.Height).Layers(layers =>
            {
                layers.PrimaryLayer().Svg(FigureSvg.Write(figure));
                foreach (var item in figure.Texts)
                {
                    layers.Layer().PaddingLeft(item.X).PaddingTop(Math.Max(0, item.Y - (item.Size * 0.21f))).Width(item.Width).Height(item.Size * PdfTheme.LineHeight).ScaleToFit().Text(text =>
                    {
                        if (item.Alignment == TextAlignment.Center)
                        {
                            text.AlignCenter();
                        }
                        else if (item.Alignment == TextAlignment.End)
                        {
                            text.AlignRight();
                        }

                        text.ClampLines(1);
                        Write(text, item.Text, item.Size, item.Color, item.IsBold);
                    });
                }
            });
        }
    }
}
#endif
