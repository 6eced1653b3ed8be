using System.Runtime.Intrinsics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Warehouse.Etl.Link.Engine;

/// <summary>The probabilities of one field: for each hypothesis the chance of each level, given that the field can be compared.</summary>
public sealed record FieldModel
{
    /// <summary>The field.</summary>
    public required string Name { get; init; }

    /// <summary>What it says.</summary>
    public required LinkKind Kind { get; init; }

    /// <summary>The names of the levels.</summary>
    public required IReadOnlyList<string> Levels { get; init; }

    /// <summary>The field on whose equality this one depends, or null.</summary>
    public string? Parent { get; init; }

    /// <summary>m: the same person. First where the parent is not equal (or there is none), then where it is.</summary>
    public required double[][] Same { get; init; }

    /// <summary>u: unrelated people, in the same order.</summary>
    public required double[][] Unrelated { get; init; }

    /// <summary>Co-multiples, where they differ from both of the above; otherwise null.</summary>
    public double[]? Multiple { get; init; }

    /// <summary>Other members of a household, where they differ from both; otherwise null.</summary>
    public double[]? Household { get; init; }
}

/// <summary>A model of linkage: the frozen outcome of training, from which the same scores come again.</summary>
/// <remarks>
/// Four hypotheses: the same person, a co-multiple (same birth date and household), another member of the household, unrelated. Evidence is the ratio of the first
/// to the sum of the others, in bits (Fellegi and Sunter, JASA 64 (1969) 1183-1210, with more than one alternative).
/// </remarks>
public sealed record LinkModel
{
    /// <summary>The format of this release.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The format of the file.</summary>
    public required int Format { get; init; }

    /// <summary>The version of the normaliser that made the values.</summary>
    public required string Normaliser { get; init; }

    /// <summary>The fields, in the order of a pattern.</summary>
    public required IReadOnlyList<FieldModel> Fields { get; init; }

    /// <summary>The share of all pairs that are one person.</summary>
    public required double SameShare { get; init; }

    /// <summary>The share of all pairs that are co-multiples.</summary>
    public required double MultipleShare { get; init; }

    /// <summary>The share of all pairs that are other members of one household.</summary>
    public required double HouseholdShare { get; init; }

    /// <summary>The bits from which a pair was linked in the run that trained the model, where that is below its option; see <see cref="LinkageOptions.MostWrong"/>. Null: the option stands.</summary>
    public double? AutoBits { get; init; }

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Returns the model as text; reading it again gives the same numbers.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    /// <summary>Reads a model.</summary>
    /// <exception cref="ArgumentException">The text is no model of this format, or its probabilities do not add up.</exception>
    public static LinkModel FromJson(string text)
    {
        LinkModel? model;
        try
        {
            model = JsonSerializer.Deserialize<LinkModel>(text, Options);
        }
        catch (JsonException fault)
        {
            throw new ArgumentException($"This is no linkage model: {fault.Message}", fault);
        }

        if (model is not { Format: CurrentFormat })
        {
            throw new ArgumentException($"The linkage model has format {model?.Format}; expected {CurrentFormat}. Train it again.");
        }

        foreach (FieldModel field in model.Fields)
        {
            double[][] all = [.. field.Same, .. field.Unrelated, field.Multiple ?? [1], field.Household ?? [1]];
            if (Array.Exists(all, levels => Math.Abs(levels.Sum() - 1) > 1e-6 || Array.Exists(levels, p => !(p >= 0))) || field.Same.Concat(field.Unrelated).Any(levels => levels.Length != field.Levels.Count))
            {
                throw new ArgumentException($"The linkage model's probabilities of {field.Name} do not add up to 1 over its {field.Levels.Count} levels.");
            }
        }

        return model;
    }

    /// <summary>Returns what keeps the model from being used on a table, or null.</summary>
    public string? Misfit(LinkTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (Normaliser != table.NormaliserVersion)
        {
            return $"the model was trained with normaliser {Normaliser}, the table was made with {table.NormaliserVersion}";
        }

        string[] own = [.. Fields.Select(field => $"{field.Name} ({field.Kind}, {field.Levels.Count} levels)")];
        string[] other = [.. table.Fields.Select(field => $"{field.Name} ({field.Kind}, {field.Levels.Count} levels)")];
        return own.SequenceEqual(other) ? null : $"the model has the fields {string.Join(", ", own)}, the table {string.Join(", ", other)}";
    }
}

/// <summary>The evidence for one pair.</summary>
/// <param name="Weight">Bits for the same person against all other hypotheses together, the shares included.</param>
/// <param name="Multiple">The posterior probability that the two are co-multiples.</param>
/// <param name="Household">The posterior probability that the two are other members of a household.</param>
public readonly record struct PairEvidence(double Weight, double Multiple, double Household)
{
    /// <summary>The posterior probability of the same person.</summary>
    public double Posterior => 1 / (1 + Math.Exp(-Weight * 0.69314718055994531));

    /// <summary>Returns the evidence with bits added for the same person; what is left is shared among the other hypotheses as before.</summary>
    internal PairEvidence Add(double bits)
    {
        double before = 1 / (1 + Math.Pow(2, Weight));
        double scale = before <= 0 ? 0 : 1 / (1 + Math.Pow(2, Weight + bits)) / before;
        return new PairEvidence(Weight + bits, Multiple * scale, Household * scale);
    }
}

/// <summary>A model made ready for scoring: for each field, state of its parent and level the logarithms of the four likelihoods, side by side.</summary>
internal sealed class LinkWeights
{
    // Members of one family share the family name and at times one of several given names.
    private const double CrossedShare = 0.02;

    private readonly Vector128<float>[] _logs;
    private readonly int[] _parents;
    private readonly int[] _parentTops;
    private readonly LinkField[] _fields;
    private readonly LinkTable _table;
    private readonly int _surname;
    private readonly int _given;
    private readonly bool[] _hasTerm;
    private readonly float[] _shares;

    /// <summary>Makes a model ready for the pairs of a table.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">The table.</param>
    /// <param name="isWhole">Whether the table holds both registers whole: then a value's frequency counts for the share of pairs that can be compared by form, or by reading, alone. Otherwise a weight must not rest on other records.</param>
    internal LinkWeights(LinkModel model, LinkTable table, bool isWhole = false)
    {
        _table = table;
        _fields = [.. table.Fields];
        _parents = [.. _fields.Select(field => field.Parent)];
        _parentTops = [.. _fields.Select(field => field.Parent < 0 ? -1 : _fields[field.Parent].Levels.Count - 1)];
        _surname = Array.FindIndex(_fields, field => field.Role == FieldRole.Surname && field is NameField);
        _given = Array.FindIndex(_fields, field => field.Role == FieldRole.Given);
        _logs = new Vector128<float>[_fields.Length * 32];
        _hasTerm = new bool[_fields.Length * 16];
        _shares = new float[_fields.Length * 16];
        for (int f = 0; f < _fields.Length; f++)
        {
            FieldModel field = model.Fields[f];
            for (int level = 0; level < field.Levels.Count; level++)
            {
                _hasTerm[(f * 16) + level] = _fields[f].HasTerm(level) || (f == _surname && level >= NameField.Crossed && table.Tokens is not null);
            }

            for (int state = 0; state < field.Same.Length; state++)
            {
                for (int level = 0; level < field.Levels.Count; level++)
                {
                    double m = field.Same[state][level];
                    double u = field.Unrelated[state][level];
                    bool isCrossed = field.Kind == LinkKind.Surname && level >= NameField.Crossed;
                    double multiple = field.Multiple is { } own ? own[level] : _fields[f].Role == FieldRole.Personal || _fields[f].Role == FieldRole.Sex ? u : isCrossed ? Math.Max(u, CrossedShare * m) : m;
                    double household = field.Household is { } other ? other[level] : _fields[f].Role == FieldRole.Personal || _fields[f].Role == FieldRole.Sex ? u : isCrossed ? Math.Max(u, CrossedShare * m) : m;
                    _logs[(f * 32) + (state * 16) + level] = Vector128.Create(Log(m), Log(multiple), Log(household), Log(u));
                }
            }
        }

        for (int f = 0; isWhole && f < _fields.Length; f++)
        {
            (double form, double kana) = Alone(f);
            _shares[(f * 16) + NameField.FormOnly] = Log(form);
            _shares[(f * 16) + NameField.KanaOnly] = Log(kana);
        }

        Priors = Vector128.Create(Log(model.SameShare), Log(model.MultipleShare), Log(model.HouseholdShare), Log(1 - model.SameShare - model.MultipleShare - model.HouseholdShare));
    }

    // How likely a pair of strangers can be compared by the form of a name alone, and by its reading alone: agreement of that level is the chance of that and of the value. What persons agree on has it as well.
    private (double Form, double Kana) Alone(int field)
    {
        if (_fields[field] is not NameField names)
        {
            return (1, 1);
        }

        double[,] shares = new double[2, 4];
        for (int i = 0; i < _table.Count; i++)
        {
            int code = _table.Code(i, field);
            int has = (names.Book.Form(code) > 0 ? 1 : 0) + (names.Book.Kana(code) > 0 ? 2 : 0);
            shares[_table.IsLink && i >= _table.LeftCount ? 1 : 0, has]++;
        }

        double form = 0;
        double kana = 0;
        double any = 0;
        for (int left = 1; left < 4; left++)
        {
            for (int right = 1; right < 4; right++)
            {
                double pairs = shares[0, left] * shares[_table.IsLink ? 1 : 0, right];
                any += (left & right) != 0 ? pairs : 0;
                form += (left & right) == 1 ? pairs : 0;
                kana += (left & right) == 2 ? pairs : 0;
            }
        }

        return any == 0 ? (1, 1) : (form / any, kana / any);
    }

    internal Vector128<float> Priors { get; }

    private static float Log(double p) => (float)Math.Log2(Math.Max(p, 1e-12));

    /// <summary>Returns 1 where the parent of a field is equal in a pattern, otherwise 0.</summary>
    internal int State(ulong pattern, int field) => _parents[field] >= 0 && LinkScorer.Level(pattern, _parents[field]) == _parentTops[field] ? 1 : 0;

    /// <summary>Returns the four log likelihoods of a pattern, without shares and without frequencies of values.</summary>
    internal Vector128<float> Logs(ulong pattern)
    {
        Vector128<float> sum = Vector128<float>.Zero;
        for (int f = 0; f < _fields.Length; f++)
        {
            sum += _logs[(f * 32) + (State(pattern, f) * 16) + LinkScorer.Level(pattern, f)];
        }

        return sum;
    }

    /// <summary>Returns the four log likelihoods of a pair: where two records agree on a value, its own frequency stands for the average one.</summary>
    internal Vector128<float> Logs(int left, int right, ulong pattern)
    {
        Vector128<float> sum = Vector128<float>.Zero;
        for (int f = 0; f < _fields.Length; f++)
        {
            sum += Logs(left, right, pattern, f);
        }

        return sum;
    }

    /// <summary>Returns the weight of one field, in bits: the same person against unrelated ones.</summary>
    internal double Weight(int left, int right, ulong pattern, int field)
    {
        Vector128<float> logs = Logs(left, right, pattern, field);
        return logs[0] - logs[3];
    }

    private Vector128<float> Logs(int left, int right, ulong pattern, int f)
    {
        int level = LinkScorer.Level(pattern, f);
        int state = State(pattern, f);
        Vector128<float> logs = _logs[(f * 32) + (state * 16) + level];
        if (_hasTerm[(f * 16) + level] && state == 0)
        {
            LinkField field = _fields[f];
            if (level >= NameField.Crossed && f == _surname && _table.Tokens is { } tokens && (tokens.Has(left) || tokens.Has(right)))
            {
                tokens.Compare(left, _table.Code(left, f), _table.Code(left, _given), right, _table.Code(right, f), _table.Code(right, _given), out double log);
                return log < 0 ? logs.WithElement(3, (float)log) : logs;
            }

            float term = field.Term(_table.Code(left, f), _table.Code(right, f), level) + _shares[(f * 16) + level];
            if (!float.IsNaN(term))
            {
                logs = field.Role == FieldRole.Personal ? Vector128.Create(logs[0], term, term, term) : logs.WithElement(3, term);
            }
        }

        return logs;
    }

    /// <summary>Returns the evidence from log likelihoods.</summary>
    internal static PairEvidence Evidence(Vector128<float> logs, Vector128<float> priors)
    {
        Vector128<float> all = logs + priors;
        double top = Math.Max(Math.Max(all[1], all[2]), all[3]);
        double multiple = Math.Pow(2, all[1] - top);
        double household = Math.Pow(2, all[2] - top);
        double rest = multiple + household + Math.Pow(2, all[3] - top);
        double weight = all[0] - top - Math.Log2(rest);
        double other = 1 / (1 + Math.Pow(2, weight));
        return new PairEvidence(weight, multiple / rest * other, household / rest * other);
    }
}
