namespace Warehouse.Reporting.Pdf;

/// <summary>Sizes (points) and colours (RGB) shared by the engines; chosen for reading at a meeting table and for grey copiers.</summary>
public static class PdfTheme
{
    /// <summary>ISO 216 A4, 210 mm.</summary>
    public const float PageWidth = 595.28f;

    /// <summary>ISO 216 A4, 297 mm.</summary>
    public const float PageHeight = 841.89f;

    /// <summary>Left and right margin, 14 mm: room for a hole punch.</summary>
    public const float SideMargin = 40f;

    /// <summary>Top of the header.</summary>
    public const float TopMargin = 22f;

    /// <summary>Below the footer.</summary>
    public const float BottomMargin = 16f;

    /// <summary>Height of the header with the space under it.</summary>
    public const float HeaderHeight = 38f;

    /// <summary>Height of the footer with the space above it.</summary>
    public const float FooterHeight = 18f;

    /// <summary>Width between the margins.</summary>
    public const float ContentWidth = PageWidth - (2 * SideMargin);

    /// <summary>Height between header and footer.</summary>
    public const float ContentHeight = PageHeight - TopMargin - HeaderHeight - FooterHeight - BottomMargin;

    /// <summary>Document title.</summary>
    public const float TitleSize = 15f;

    /// <summary>Section heading.</summary>
    public const float HeadingSize = 10f;

    /// <summary>Lead sentence.</summary>
    public const float LeadSize = 10f;

    /// <summary>Body text.</summary>
    public const float BodySize = 8.6f;

    /// <summary>Tables and notes.</summary>
    public const float TableSize = 7.8f;

    /// <summary>Running text of papers for families: five millimetres, read without glasses by most.</summary>
    public const float LargeSize = 14.5f;

    /// <summary>Whom such a paper is for.</summary>
    public const float DisplaySize = 20f;

    /// <summary>Sources, dates, furniture.</summary>
    public const float SmallSize = 6.8f;

    /// <summary>Line height as a multiple of the size; Japanese text needs more than Latin.</summary>
    public const float LineHeight = 1.42f;

    /// <summary>Space between blocks.</summary>
    public const float BlockGap = 4f;

    /// <summary>Space inside table cells, left and right.</summary>
    public const float CellPadding = 4f;

    /// <summary>Text.</summary>
    public const uint Ink = 0x1F2933;

    /// <summary>Headings and the marked step: deep blue, dark enough for a grey copy.</summary>
    public const uint Accent = 0x1D3F66;

    /// <summary>Secondary text.</summary>
    public const uint Muted = 0x5B6774;

    /// <summary>Rules and frames.</summary>
    public const uint Rule = 0xB9C2CC;

    /// <summary>Fill of table headers and labels.</summary>
    public const uint Tint = 0xEEF2F6;

    /// <summary>Handling mark and warnings.</summary>
    public const uint Alert = 0xA3211B;

    /// <summary>Fill of a warning box.</summary>
    public const uint AlertTint = 0xFBF0EE;

    /// <summary>Fill of a reference box.</summary>
    public const uint ReferenceTint = 0xF7F8FA;

    /// <summary>Watermark (ARGB): lies over fills, transparent enough to read through.</summary>
    public const uint Watermark = 0x141D3F66;

    /// <summary>White.</summary>
    public const uint Paper = 0xFFFFFF;

    /// <summary>Returns the fill of a notes column's title.</summary>
    public static uint NotesTint(NotesTone tone) => tone switch
    {
        NotesTone.Worry => 0xF9EADF,
        NotesTone.Strength => 0xE3F0E6,
        NotesTone.Unknown => 0xE8EBF3,
        _ => Tint,
    };

    /// <summary>Returns the words printed for a certainty.</summary>
    public static string CertaintyText(Certainty certainty) => certainty switch
    {
        Certainty.Observed => "現認",
        Certainty.Reported => "通告",
        Certainty.SelfStated => "本人申告",
        _ => "データ",
    };

    /// <summary>Returns the type size of a paragraph.</summary>
    public static float ParagraphSizeOf(ParagraphSize size) => size switch
    {
        ParagraphSize.Lead => LeadSize,
        ParagraphSize.Small => SmallSize,
        ParagraphSize.Large => LargeSize,
        ParagraphSize.Display => DisplaySize,
        _ => BodySize,
    };
}
