using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Warehouse.Reporting.Evaluation;

/// <summary>How few are too few to say.</summary>
/// <param name="Judgements">Judgements of a share or a change.</param>
/// <param name="Drawn">Unlisted children judged, for recall.</param>
/// <param name="Followed">Children followed, for lead time.</param>
/// <param name="Side">Children on each side of the end of the list.</param>
public sealed record PlanMinimum(int Judgements, int Drawn, int Followed, int Side);

/// <summary>What an evaluation asks and how it answers, written down before its data is looked at.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Name">The name of the plan: letters, digits and hyphens.</param>
/// <param name="Version">1, and one more for each change.</param>
/// <param name="From">First day of the judgements: 1 April.</param>
/// <param name="To">Last day of the judgements: 31 March.</param>
/// <param name="Question">What is asked, for people.</param>
/// <param name="Primary">The one measure that decides, of <see cref="Measures"/>.</param>
/// <param name="PendingIsNeed">Whether 保留 counts as need.</param>
/// <param name="HorizonDays">Days for which children are followed.</param>
/// <param name="Recall">How the interval of recall is made.</param>
/// <param name="Minimum">How few are too few to say.</param>
/// <param name="Notes">Limits that were known when the plan was written.</param>
public sealed record EvaluationPlan(
    string Format, string Name, int Version, DateOnly From, DateOnly To, string Question, string Primary, bool PendingIsNeed, int HorizonDays, RecallMethod Recall, PlanMinimum Minimum, string Notes)
{
    /// <summary>The format of plan files.</summary>
    public const string FormatName = "warehouse evaluation plan 1";

    /// <summary>The measures.</summary>
    public static readonly IReadOnlyList<string> Measures = ["agreement", "influence", "yield", "newly_known", "lead_time", "recall", "threshold", "staff_time"];

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>The first day of the period as people read it.</summary>
    [JsonIgnore]
    public string PeriodText => string.Create(CultureInfo.InvariantCulture, $"{From:yyyy-MM-dd}～{To:yyyy-MM-dd}");

    /// <summary>Returns the plan that an installation starts from: one school year.</summary>
    public static EvaluationPlan Default(int schoolYear) => new(
        FormatName,
        string.Create(CultureInfo.InvariantCulture, $"school-year-{schoolYear}"),
        1,
        new DateOnly(schoolYear, 4, 1),
        new DateOnly(schoolYear + 1, 3, 31),
        "分析結果を見せることは、支援の必要なこどもを早く見つける助けになっているか。",
        "recall",
        PendingIsNeed: false,
        HorizonDays: 365,
        RecallMethod.GammaMidP,
        new PlanMinimum(Judgements: 30, Drawn: 30, Followed: 20, Side: 50),
        "1年の判断は数百件であり、小さな効果は見えない。職員の最初の判断に表れない必要は、再現率に含まれない。");

    /// <summary>Reads a plan.</summary>
    /// <exception cref="EvaluationPlanException">It is no plan, or not a possible one; all faults are named.</exception>
    public static EvaluationPlan Read(string text)
    {
        EvaluationPlan plan;
        try
        {
            plan = JsonSerializer.Deserialize<EvaluationPlan>(text, Json) ?? throw new JsonException("The file holds null where a plan was expected.");
        }
        catch (JsonException fault)
        {
            throw new EvaluationPlanException($"The plan cannot be read: {fault.Message} 'warehouse evaluate --example' writes one that can.", fault);
        }

        List<string> faults = [];
        Expect(plan.Format == FormatName, $"format is '{plan.Format}'; expected '{FormatName}'");
        Expect(plan.Name.Length is > 0 and <= 60 && plan.Name.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-'), $"name is '{plan.Name}'; expected 1 to 60 letters, digits and hyphens");
        Expect(plan.Version >= 1, $"version is {plan.Version}; expected 1 or more");
        Expect(
            plan.From is { Month: 4, Day: 1 } && plan.To is { Month: 3, Day: 31 } && plan.To > plan.From,
            string.Create(CultureInfo.InvariantCulture, $"the period is {plan.From:yyyy-MM-dd} to {plan.To:yyyy-MM-dd}; expected whole school years, 1 April to 31 March, so that no two evaluations differ by a few days"));
        Expect(plan.Question.Length is > 0 and <= 400, $"question has {plan.Question.Length} characters; expected 1 to 400");
        Expect(Measures.Contains(plan.Primary), $"primary is '{plan.Primary}'; expected one of {string.Join(", ", Measures)}");
        Expect(plan.HorizonDays is >= 30 and <= 1_095, $"horizon_days is {plan.HorizonDays}; expected 30 to 1095");
        Expect(plan.Minimum is { Judgements: >= 20, Drawn: >= 20, Followed: >= 20, Side: >= 20 }, "minimum has a number below 20; expected 20 or more each, or intervals say nothing");
        Expect(plan.Notes.Length <= 1000, $"notes has {plan.Notes.Length} characters; expected at most 1000");
        return faults.Count == 0 ? plan : throw new EvaluationPlanException("The plan is not possible: " + string.Join("; ", faults) + ".");

        void Expect(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>Returns the text of the plan: what is registered.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Json).ReplaceLineEndings("\n") + "\n";

    /// <summary>Returns the SHA-256 of <see cref="ToText"/>, as lower-case hexadecimal; spaces and the order of members in a file do not change it.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToText())));
}

/// <summary>A plan of an evaluation cannot be used.</summary>
public sealed class EvaluationPlanException : Exception
{
    /// <summary>Makes an exception.</summary>
    public EvaluationPlanException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
