using System.Text.Json.Serialization;

namespace Warehouse.Reporting.Pdf;

/// <summary>How a span of text stands out from the words around it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Emphasis>))]
public enum Emphasis
{
    /// <summary>Body text.</summary>
    None,

    /// <summary>Bold.</summary>
    Strong,

    /// <summary>Smaller in effect: grey, for sources and dates.</summary>
    Muted,

    /// <summary>Bold and in the warning colour.</summary>
    Alert,
}

/// <summary>A run of characters with one emphasis.</summary>
public sealed record TextSpan(string Text, Emphasis Emphasis = Emphasis.None);

/// <summary>Text in which spans may carry emphasis; <c>\n</c> starts a new line.</summary>
public sealed record RichText(IReadOnlyList<TextSpan> Spans)
{
    /// <summary>Gets text without characters.</summary>
    public static RichText Empty { get; } = new([]);

    /// <summary>Gets all characters without emphasis.</summary>
    [JsonIgnore]
    public string Plain => string.Concat(Spans.Select(span => span.Text));

    /// <summary>Returns text of one span.</summary>
    public static RichText Of(string? text, Emphasis emphasis = Emphasis.None) =>
        string.IsNullOrEmpty(text) ? Empty : new([new TextSpan(text, emphasis)]);

    /// <summary>Returns this text followed by one more span.</summary>
    public RichText Then(string? text, Emphasis emphasis = Emphasis.None) =>
        string.IsNullOrEmpty(text) ? this : new([.. Spans, new TextSpan(text, emphasis)]);

    /// <summary>Returns text of one span without emphasis.</summary>
    public static implicit operator RichText(string? text) => Of(text);
}
