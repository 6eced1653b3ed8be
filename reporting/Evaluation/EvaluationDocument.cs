using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Evaluation;

/// <summary>How a plan stands to the data that it was answered from.</summary>
public enum PlanStatus
{
    /// <summary>It was registered before the first judgement of its period.</summary>
    Registered,

    /// <summary>It was registered after judgements of its period were on record.</summary>
    Late,

    /// <summary>It was changed after an evaluation of its name had been run.</summary>
    Changed,

    /// <summary>It was never registered.</summary>
    Unregistered,
}

/// <summary>A sentence with its figures apart, so that it can be said in two languages.</summary>
/// <param name="Template">Japanese, with <c>{0}</c> for figures.</param>
/// <param name="Arguments">The figures as people read them.</param>
public sealed record EvaluationText(string Template, IReadOnlyList<string> Arguments)
{
    /// <summary>Returns a sentence.</summary>
    public static EvaluationText Of(string template, params string[] arguments) => new(template, arguments);

    /// <summary>Returns the sentence in Japanese.</summary>
    public override string ToString() => string.Format(CultureInfo.InvariantCulture, Template, [.. Arguments]);
}

/// <summary>Whether a figure is shown.</summary>
public enum FigureVerdict
{
    /// <summary>It is shown.</summary>
    Shown,

    /// <summary>There are too few to say.</summary>
    TooSmall,

    /// <summary>It would give away a small figure.</summary>
    Hidden,
}

/// <summary>One figure for programs.</summary>
/// <param name="Code">Its name.</param>
/// <param name="Verdict">Whether it is shown.</param>
/// <param name="Value">The estimate; null where it is not shown.</param>
/// <param name="Low">Lower end of the 95 % interval; null where it is not shown.</param>
/// <param name="High">Upper end; null where it is not shown.</param>
/// <param name="Count">From how many; null where that is hidden.</param>
public sealed record EvaluationFigure(string Code, FigureVerdict Verdict, double? Value, double? Low, double? High, long? Count);

/// <summary>A table for people.</summary>
public sealed record EvaluationTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>One measure of an evaluation for people.</summary>
/// <param name="Code">The measure.</param>
/// <param name="Title">Its title.</param>
/// <param name="Answer">What the figures say.</param>
/// <param name="Limits">What they cannot say, and how they were made.</param>
/// <param name="Chart">The figures as bars; null where none is shown.</param>
/// <param name="Table">The figures; every one that the chart has.</param>
/// <param name="Figures">The figures for programs.</param>
public sealed record EvaluationSection(
    string Code, string Title, IReadOnlyList<EvaluationText> Answer, IReadOnlyList<EvaluationText> Limits, StatisticsChart? Chart, EvaluationTable? Table, IReadOnlyList<EvaluationFigure> Figures);

/// <summary>An evaluation after disclosure control: the document that is frozen, printed and shown.</summary>
/// <param name="PlanName">The plan.</param>
/// <param name="PlanVersion">Its version.</param>
/// <param name="PlanSha256">Its hash.</param>
/// <param name="Status">How it stands to the data.</param>
/// <param name="RegisteredUtc">When it was registered; null where it was not.</param>
/// <param name="From">First day of the judgements.</param>
/// <param name="To">Last day of the judgements.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Primary">The measure that decides.</param>
/// <param name="PlanNotes">Limits known when the plan was written.</param>
/// <param name="LastDay">The last day that the departments' records cover.</param>
/// <param name="AsKnownUtc">What they had told by then.</param>
/// <param name="ProfileName">Rules of disclosure control.</param>
/// <param name="Mark">What is printed across: 架空データ; null for real data.</param>
/// <param name="Summary">What the evaluation can and cannot show at this size.</param>
/// <param name="Sections">The measures, in the order of <see cref="EvaluationPlan.Measures"/>.</param>
public sealed record EvaluationDocument(
    string PlanName,
    int PlanVersion,
    string PlanSha256,
    PlanStatus Status,
    DateTime? RegisteredUtc,
    DateOnly From,
    DateOnly To,
    string Question,
    string Primary,
    string PlanNotes,
    DateOnly LastDay,
    DateTime AsKnownUtc,
    string ProfileName,
    string? Mark,
    IReadOnlyList<EvaluationText> Summary,
    IReadOnlyList<EvaluationSection> Sections)
{
    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Returns the document as the text that is frozen: JSON, members in the order of declaration.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Canonical).ReplaceLineEndings("\n") + "\n";

    /// <summary>Reads a document from its text.</summary>
    /// <exception cref="JsonException">The text is no document.</exception>
    public static EvaluationDocument FromText(string text) =>
        JsonSerializer.Deserialize<EvaluationDocument>(text, Canonical) ?? throw new JsonException("The text holds null where a document was expected.");

    /// <summary>Returns the SHA-256 of a text in UTF-8, as lower-case hexadecimal.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
