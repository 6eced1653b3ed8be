using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Sql;

namespace Warehouse.Model.Store;

/// <summary>A band of similar scores: where it starts, how many were in it and how many came to need support.</summary>
public sealed record SimilarBand(double ProbabilityFrom, long RowCount, long PositiveCount);

/// <summary>A model as stored: its document and the outcome among similar scores.</summary>
public sealed record StoredModel(long ModelRunId, ModelDocument Document, IReadOnlyList<SimilarBand> Similar)
{
    /// <summary>State of knowledge it was trained with; what became known later it has not learned from.</summary>
    public DateTime AsKnownUtc { get; init; }

    /// <summary>Why models that come before it could not be used; empty for the current one.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];
}

/// <summary>What a training run leaves behind.</summary>
/// <param name="Model">The model.</param>
/// <param name="Metrics">Its metrics.</param>
/// <param name="Marks">Its marks, measured.</param>
/// <param name="Reference">What its features looked like.</param>
/// <param name="ChildCount">Children behind its rows.</param>
public sealed record FinishedRun(TrainedModel Model, IReadOnlyList<MetricRow> Metrics, IReadOnlyList<PassMark> Marks, IReadOnlyList<ReferenceBin> Reference, long ChildCount);

/// <summary>Keeps model runs, their rules, metrics and documents.</summary>
public static class ModelStore
{
    /// <summary>Rule keys of a run start at its number times this.</summary>
    public const long RulesPerRun = 100_000;

    private const int PartLength = 4000;

    private static readonly string[] RuleColumns =
    [
        "rule_key", "model_run_id", "rule_code", "direction_code", "text_ja", "departments", "item_count", "covered_count",
        "positive_count", "rate_low", "rate_high", "p_value", "weight", "stability_share", "status_code",
    ];

    private static readonly string[] MetricColumns =
        ["model_run_id", "metric_code", "group_code", "metric_value", "low_value", "high_value", "row_count", "positive_count"];

    /// <summary>Returns the key of a term of a model, by its position in the document.</summary>
    public static long RuleKey(long modelRunId, int term) => (modelRunId * RulesPerRun) + term + 1;

    /// <summary>Records that a run has started, with the marks it will have to pass, and returns its number; runs that a crash left running are marked failed.</summary>
    public static long Start(WarehouseSession session, DateTime nowUtc, DateTime asKnownUtc, ulong seed, IReadOnlyList<PassMark> marks)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(marks);
        session.Begin();
        session.Execute("load/model_run_abandon", new { FinishedUtc = nowUtc });
        long id = session.QuerySingle<long>("query/model_run_next");
        session.Execute(
            "load/model_run_start",
            new { ModelRunId = id, StartedUtc = nowUtc, AsKnownUtc = asKnownUtc, Seed = unchecked((long)seed) });
        session.BulkInsert(
            "meta.model_mark",
            ["model_run_id", "mark_code", "direction_code", "required_value", "set_utc", "status_code"],
            marks.Select(mark => new object?[] { id, mark.Code, mark.IsUpper ? "at_most" : "at_least", mark.Required, nowUtc, "set" }));
        session.Commit();
        return id;
    }

    /// <summary>Records that a run has failed; does nothing to a run that has ended.</summary>
    public static void Fail(WarehouseSession session, long modelRunId, DateTime nowUtc, string error)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(error);
        session.Rollback();
        session.Execute(
            "load/model_run_fail",
            new { ModelRunId = modelRunId, FinishedUtc = nowUtc, ErrorText = error.Length > 1000 ? error[..1000] : error });
    }

    /// <summary>Brings <c>dim.feature</c> up to the catalogue and returns the features approved in both.</summary>
    public static IReadOnlyList<FeatureEntry> Approve(WarehouseSession session, FeatureCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(catalogue);
        session.Begin();
        foreach (FeatureEntry entry in catalogue.Entries)
        {
            session.Execute("load/model_feature", new
            {
                FeatureKey = entry.Key,
                FeatureName = entry.Name,
                entry.JapaneseName,
                entry.Unit,
                entry.Feed,
                entry.Department,
                entry.ValueKind,
                IsHelpSeeking = (short)(entry.IsHelpSeeking ? 1 : 0),
                IsApproved = (short)(entry.IsApproved ? 1 : 0),
            });
        }

        session.Commit();
        HashSet<string> approved = [.. session.Query<FeatureApproval>("query/model_feature").Where(f => f.IsApproved).Select(f => f.FeatureName)];
        return [.. catalogue.Entries.Where(e => e.IsApproved && approved.Contains(e.Name))];
    }

    /// <summary>Writes the rules, metrics, marks and document of a run in one transaction, and makes it the current one unless a mark failed.</summary>
    public static void Succeed(WarehouseSession session, long modelRunId, DateTime nowUtc, FinishedRun run, int maxListedRules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        (TrainedModel model, IReadOnlyList<MetricRow> metrics) = (run.Model, run.Metrics);
        ArgumentNullException.ThrowIfNull(session);
        ModelDocument document = model.Document;
        EvaluationResult quoted = model.Metrics.Temporal ?? model.Metrics.CrossValidated;
        session.Begin();
        session.BulkInsert("dim.mined_rule", RuleColumns, Rules(modelRunId, model, maxListedRules), cancellationToken);
        session.BulkInsert(
            "meta.model_metric",
            MetricColumns,
            metrics.Where(m => double.IsFinite(m.Value)).Select(m => new object?[]
            {
                modelRunId, m.Code, m.Group, m.Value, Finite(m.Interval?.Low), Finite(m.Interval?.High), m.RowCount, m.PositiveCount,
            }),
            cancellationToken);
        session.BulkInsert(
            "meta.model_part",
            ["model_run_id", "part_number", "document_json"],
            Parts(document.ToJson()).Select((part, i) => new object?[] { modelRunId, i + 1, part }),
            cancellationToken);
        session.BulkInsert(
            "meta.model_reference",
            ["model_run_id", "feature_name", "bin_number", "upper_value", "category_text", "row_count", "child_count"],
            run.Reference.Select(bin => new object?[] { modelRunId, bin.Feature, bin.Bin, bin.Upper, bin.Category is { } text ? Cut(text, 200) : null, bin.Rows, run.ChildCount }),
            cancellationToken);
        session.BulkInsert(
            "meta.model_ablation",
            ["model_run_id", "department", "metric_code", "feature_count", "term_count", "whole_value", "without_value", "low_value", "high_value", "row_count", "positive_count"],
            model.Ablations.SelectMany(a => a.Losses.Where(l => double.IsFinite(l.Whole) && double.IsFinite(l.Without)).Select(l => new object?[]
            {
                modelRunId, Cut(a.Group, 60), l.Metric, a.FeatureCount, a.TermCount, l.Whole, l.Without, Finite(l.Interval.Low), Finite(l.Interval.High), (long)a.RowCount, (long)a.PositiveCount,
            })),
            cancellationToken);
        foreach (PassMark mark in run.Marks)
        {
            session.Execute("load/model_mark_measure", new
            {
                ModelRunId = modelRunId,
                MarkCode = mark.Code,
                MeasuredValue = Finite(mark.Measured),
                StatusCode = mark.Status,
                DetailText = Cut(mark.Detail, 1000),
            });
        }

        bool isAccepted = run.Marks.All(mark => mark.Status != "failed");
        session.Execute("load/model_run_succeed", new
        {
            IsCurrent = (short)(isAccepted ? 1 : 0),
            VerdictCode = isAccepted ? "accepted" : "refused",
            ModelRunId = modelRunId,
            FinishedUtc = nowUtc,
            RowCount = (long)document.RowCount,
            PositiveCount = (long)document.PositiveCount,
            RuleCount = document.Terms.Count,
            VerifiedCount = model.Mined.Rules.Count(r => r.IsVerified),
            Auc = Finite(quoted.Auc),
            AucLow = Finite(quoted.AucInterval.Low),
            AucHigh = Finite(quoted.AucInterval.High),
            FeatureSha256 = document.FeatureHash,
            DataSha256 = document.DataHash,
            ModelSha256 = document.Hash(),
        });
        session.Commit();
    }

    /// <summary>Returns the current model; where it cannot be read or used with this release, the newest one before it that can.</summary>
    /// <remarks>
    /// Errors: MDL-040 when no run passed its marks; MDL-041 when the parts do not give the document that was stored, MDL-042 when it reads a feature that this
    /// release does not have, and no earlier model is better. What was passed over is said in the result.
    /// </remarks>
    public static StoredModel Current(WarehouseSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        IReadOnlyList<UsableRun> runs = session.Query<UsableRun>("query/model_usable");
        List<ModelException> faults = [];
        foreach (UsableRun run in runs)
        {
            try
            {
                return Read(session, run) with { PassedOver = [.. faults.Select(fault => fault.Message)] };
            }
            catch (ModelException fault)
            {
                faults.Add(fault);
            }
        }

        throw faults.FirstOrDefault()
            ?? new ModelException("MDL-040", "no model that passed its marks", "one in use", "train, or look at why one was refused with 'warehouse models'");
    }

    /// <summary>Returns the model of a run that succeeded, in use or not.</summary>
    /// <remarks>Errors: MDL-043 when there is no such run, and those of <see cref="Current"/>.</remarks>
    public static StoredModel Find(WarehouseSession session, long modelRunId)
    {
        ArgumentNullException.ThrowIfNull(session);
        ModelRunRow run = session.Query<ModelRunRow>("query/model_run").FirstOrDefault(run => run.ModelRunId == modelRunId && run.StatusCode == "succeeded")
            ?? throw new ModelException("MDL-043", $"no model run {modelRunId} that ended", "the number of one", "list them with 'warehouse models'");
        return Read(session, new UsableRun(run.ModelRunId, run.AsKnownUtc, run.ModelSha256));
    }

    private static StoredModel Read(WarehouseSession session, UsableRun run)
    {
        var parameters = new { run.ModelRunId };
        ModelDocument document = ModelDocument.FromJson(
            string.Concat(session.Query<PartRow>("query/model_part", parameters).Select(part => part.DocumentJson)));
        if (!string.Equals(document.Hash(), run.ModelSha256.Trim(), StringComparison.Ordinal))
        {
            throw new ModelException("MDL-041", $"a document of model run {run.ModelRunId} with another hash", run.ModelSha256, "train again");
        }

        if (document.Features.FirstOrDefault(feature => FeatureCatalogue.Default.Find(feature.Name) is null) is { } unknown)
        {
            throw new ModelException("MDL-042", $"feature '{unknown.Name}' in model run {run.ModelRunId}", "a feature of this release", "train again");
        }

        return new StoredModel(run.ModelRunId, document, session.Query<SimilarBand>("query/model_similar", parameters)) { AsKnownUtc = run.AsKnownUtc };
    }

    /// <summary>Returns a text in parts that a column holds; no pair of surrogates is split.</summary>
    public static IEnumerable<string> Parts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = 0;
        while (at < text.Length)
        {
            int length = Math.Min(PartLength, text.Length - at);

            // SQL Server drops trailing blanks in comparisons only, but a part must not end inside a character.
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
            {
                length--;
            }

            yield return text.Substring(at, length);
            at += length;
        }
    }

    // Terms first, so that a term's position gives its key; then what was mined and has no weight, best first.
    private static IEnumerable<object?[]> Rules(long modelRunId, TrainedModel model, int maxListed)
    {
        ModelDocument document = model.Document;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        int index = 0;
        foreach (ModelTerm term in document.Terms)
        {
            kept.Add(term.Text);
            yield return
            [
                RuleKey(modelRunId, index), modelRunId, Code(index), term.Weight > 0 ? "risk" : "protective", Cut(term.Text, 600),
                Cut(string.Join('、', term.Departments), 200), (short)term.Items.Length, (long)term.Covered, (long)term.Positives,
                term.RateInterval.Low, term.RateInterval.High, Math.Exp(term.LogP), term.Weight,
                term.Stability < 0 ? null : term.Stability, term.IsVerified ? "verified" : "candidate",
            ];
            index++;
        }

        // A finding against what the domain declares is not listed: staff would read it as advice.
        WeightSign[] limits = WeightSigns.Of(model.Items);
        foreach (RuleDirection direction in Enum.GetValues<RuleDirection>())
        {
            foreach (MinedRule rule in model.Mined.Rules.Where(r => r.Direction == direction
                && WeightSigns.Of(limits, r.Items).Permits(direction == RuleDirection.Risk ? 1 : -1)
                && !kept.Contains(RuleText.Of(model.Items, r.Items))).Take(maxListed))
            {
                yield return
                [
                    RuleKey(modelRunId, index), modelRunId, Code(index), direction == RuleDirection.Risk ? "risk" : "protective",
                    Cut(RuleText.Of(model.Items, rule.Items), 600),
                    Cut(string.Join('、', RuleText.Departments(model.Items, rule.Items)), 200), (short)rule.Items.Length,
                    (long)rule.Covered, (long)rule.Positives, rule.RateInterval.Low, rule.RateInterval.High, rule.PValue, 0.0, null,
                    rule.IsVerified ? "verified" : "candidate",
                ];
                index++;
            }
        }
    }

    private static string Code(int index) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"R{index + 1:0000}");

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private sealed record FeatureApproval(int FeatureKey, string FeatureName, bool IsApproved);

    private sealed record UsableRun(long ModelRunId, DateTime AsKnownUtc, string ModelSha256);

    private sealed record PartRow(int PartNumber, string DocumentJson);
}
