using System.Text.Json.Serialization;

namespace Warehouse.Reporting.Pdf;

/// <summary>One unit of meaning in a document; renderers decide where it stands on the page.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "$type")]
[JsonDerivedType(typeof(HeadingBlock), "heading")]
[JsonDerivedType(typeof(ParagraphBlock), "paragraph")]
[JsonDerivedType(typeof(KeyValueBlock), "key-value")]
[JsonDerivedType(typeof(TableBlock), "table")]
[JsonDerivedType(typeof(NotesBlock), "notes")]
[JsonDerivedType(typeof(BoxBlock), "box")]
[JsonDerivedType(typeof(SideBySideBlock), "side-by-side")]
[JsonDerivedType(typeof(TickRowBlock), "tick-row")]
[JsonDerivedType(typeof(TimelineBlock), "timeline")]
[JsonDerivedType(typeof(GaugeBlock), "gauge")]
[JsonDerivedType(typeof(BarChartBlock), "bar-chart")]
[JsonDerivedType(typeof(GenogramBlock), "genogram")]
[JsonDerivedType(typeof(PageBreakBlock), "page-break")]
[JsonDerivedType(typeof(SpacerBlock), "spacer")]
public abstract record Block;

/// <summary>The title of a section; it never stands alone at the foot of a page.</summary>
/// <param name="Level">1 (section) to 3.</param>
/// <param name="Text">Title without its number.</param>
/// <param name="Number">Number printed before the title, or null.</param>
public sealed record HeadingBlock(int Level, string Text, string? Number = null) : Block;

/// <summary>Size in which a paragraph is set.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParagraphSize>))]
public enum ParagraphSize
{
    /// <summary>Body size.</summary>
    Body,

    /// <summary>Notes and captions.</summary>
    Small,

    /// <summary>The one sentence a reader must not miss.</summary>
    Lead,

    /// <summary>Running text of papers for families.</summary>
    Large,

    /// <summary>Whom such a paper is for.</summary>
    Display,
}

/// <summary>Running text.</summary>
public sealed record ParagraphBlock(RichText Text, ParagraphSize Size = ParagraphSize.Body) : Block;

/// <summary>One labelled value of a <see cref="KeyValueBlock"/>; <paramref name="Span"/> is how many pairs wide it is.</summary>
public sealed record KeyValue(string Key, RichText Value, int Span = 1);

/// <summary>Labelled values in a grid of <paramref name="PairsPerRow"/> pairs.</summary>
public sealed record KeyValueBlock(int PairsPerRow, IReadOnlyList<KeyValue> Items) : Block;

/// <summary>Where text stands in its column.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TextAlignment>))]
public enum TextAlignment
{
    /// <summary>At the left edge.</summary>
    Start,

    /// <summary>In the middle.</summary>
    Center,

    /// <summary>At the right edge.</summary>
    End,
}

/// <summary>A column of a table; widths are relative to one another.</summary>
public sealed record TableColumn(string Title, float Width, TextAlignment Alignment = TextAlignment.Start);

/// <summary>A row of a table; missing cells are empty. <paramref name="MinimumHeight"/> (points) leaves room for handwriting.</summary>
public sealed record TableRow(IReadOnlyList<RichText> Cells, float MinimumHeight = 0);

/// <summary>A table whose header is repeated on every page it reaches.</summary>
public sealed record TableBlock(
    IReadOnlyList<TableColumn> Columns,
    IReadOnlyList<TableRow> Rows,
    string AltText) : Block;

/// <summary>Tint of a column of notes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NotesTone>))]
public enum NotesTone
{
    /// <summary>No tint.</summary>
    Neutral,

    /// <summary>What people are worried about.</summary>
    Worry,

    /// <summary>What goes well.</summary>
    Strength,

    /// <summary>What nobody knows yet.</summary>
    Unknown,
}

/// <summary>A note with where it comes from and the date it was true.</summary>
public sealed record NoteItem(RichText Text, string? Source = null, string? Date = null);

/// <summary>A titled column of notes; <paramref name="EmptyText"/> is printed when it has none.</summary>
public sealed record NotesColumn(string Title, NotesTone Tone, IReadOnlyList<NoteItem> Items, string EmptyText = "記録なし");

/// <summary>Notes side by side, normally in three columns.</summary>
public sealed record NotesBlock(IReadOnlyList<NotesColumn> Columns) : Block;

/// <summary>How strongly a box asks for attention.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BoxTone>))]
public enum BoxTone
{
    /// <summary>A plain frame.</summary>
    Neutral,

    /// <summary>Reference material, set apart from the facts.</summary>
    Reference,

    /// <summary>Something that endangers people when overlooked.</summary>
    Alert,
}

/// <summary>Framed blocks, kept together where they fit on one page.</summary>
public sealed record BoxBlock(string? Title, IReadOnlyList<Block> Blocks, BoxTone Tone = BoxTone.Neutral) : Block;

/// <summary>Two stacks of blocks next to each other; <paramref name="LeftShare"/> is the left one's share of the width.</summary>
public sealed record SideBySideBlock(IReadOnlyList<Block> Left, IReadOnlyList<Block> Right, float LeftShare = 0.5f) : Block;

/// <summary>One check box and its words.</summary>
public sealed record TickOption(string Text, bool IsTicked = false);

/// <summary>A label with check boxes, drawn because no Japanese UD font has them.</summary>
public sealed record TickRowBlock(string? Label, IReadOnlyList<TickOption> Options) : Block;

/// <summary>How an event came to be known.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Certainty>))]
public enum Certainty
{
    /// <summary>現認: seen by staff.</summary>
    Observed,

    /// <summary>通告: reported by somebody.</summary>
    Reported,

    /// <summary>本人申告: said by the child or family.</summary>
    SelfStated,

    /// <summary>データ: read from records.</summary>
    Record,
}

/// <summary>One event of a timeline.</summary>
public sealed record TimelineEntry(string Date, RichText Title, string Source, Certainty Certainty);

/// <summary>Events in order of time, drawn as dots on a line.</summary>
public sealed record TimelineBlock(IReadOnlyList<TimelineEntry> Entries, string AltText) : Block
{
    /// <summary>More events than this hide the significant ones.</summary>
    public const int MaximumEntries = 15;
}

/// <summary>Ordered steps of which one, or none, is marked.</summary>
public sealed record GaugeBlock(IReadOnlyList<string> Steps, int? ActiveStep, string AltText) : Block;

/// <summary>One bar: lengths are shares 0..1 of the scale; the interval is drawn as a whisker.</summary>
public sealed record Bar(string Label, string ValueText, double Share, double? Low = null, double? High = null);

/// <summary>Horizontal bars on one scale.</summary>
public sealed record BarChartBlock(IReadOnlyList<Bar> Bars, string AltText) : Block;

/// <summary>A person's sex as drawn in a genogram.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GenogramSex>))]
public enum GenogramSex
{
    /// <summary>Diamond.</summary>
    Unknown,

    /// <summary>Square.</summary>
    Male,

    /// <summary>Circle.</summary>
    Female,

    /// <summary>Triangle.</summary>
    Unborn,
}

/// <summary>A person of a genogram; generation 0 is the oldest.</summary>
public sealed record GenogramPerson(
    string Id,
    string Name,
    string? AgeLabel,
    GenogramSex Sex,
    int Generation,
    bool IsSubject = false,
    bool IsDeceased = false,
    bool LivesWithSubject = false);

/// <summary>A couple; a separated one carries a slash on its line.</summary>
public sealed record GenogramCouple(string FirstId, string SecondId, bool IsSeparated = false);

/// <summary>A child of one or two parents.</summary>
public sealed record GenogramChild(string ChildId, string ParentId, string? OtherParentId = null);

/// <summary>A family drawn by the usual Japanese conventions (□ male, ○ female, △ unborn, double outline = the child concerned).</summary>
public sealed record GenogramBlock(
    IReadOnlyList<GenogramPerson> Persons,
    IReadOnlyList<GenogramCouple> Couples,
    IReadOnlyList<GenogramChild> Children,
    string AltText) : Block;

/// <summary>What follows starts on a new page.</summary>
public sealed record PageBreakBlock : Block;

/// <summary>Empty space in points.</summary>
public sealed record SpacerBlock(float Height) : Block;
