using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Train;
using Warehouse.Model.Validate;

namespace Warehouse.Model.Tables;

/// <summary>A model of a table with all that was computed on the way.</summary>
/// <param name="Model">What is stored.</param>
/// <param name="Trained">The trained model with its mined rules.</param>
/// <param name="Validation">What cross-validation says; null when that was not asked for.</param>
/// <param name="Rules">All rules found, verified ones first.</param>
public sealed record TableTraining(TableModel Model, TrainedModel Trained, ValidationResult? Validation, IReadOnlyList<TableRule> Rules);

/// <summary>Rules of a table.</summary>
/// <param name="Rules">Verified ones first, then by p-value.</param>
/// <param name="FamilySize">Patterns tested.</param>
/// <param name="LogThreshold">Logarithm of the p-value below which a rule is verified.</param>
/// <param name="Findings">What a person should know.</param>
public sealed record TableMining(IReadOnlyList<TableRule> Rules, long FamilySize, double LogThreshold, IReadOnlyList<TableFinding> Findings);

/// <summary>Rows to score.</summary>
/// <param name="Features">Their values.</param>
/// <param name="Id">Their names.</param>
/// <param name="Unknown">Per row, categories that training did not see.</param>
/// <param name="Findings">What a person should know.</param>
public sealed record TableInput(FeatureTable Features, string[] Id, int[] Unknown, IReadOnlyList<TableFinding> Findings);

/// <summary>A row's score.</summary>
/// <param name="Row">Number of the row below the header, from 1.</param>
/// <param name="Id">Its name.</param>
/// <param name="Probability">Calibrated probability of the positive value.</param>
/// <param name="Rank">Place among the rows of the file, 1 the highest.</param>
/// <param name="Band">A for the first hundredth of the rows, B for the next two, C for the next seven, then none.</param>
/// <param name="LogOdds">The same before calibration: base and the weights that apply.</param>
/// <param name="Unknown">Categories that training did not see.</param>
public sealed record TableScore(int Row, string Id, double Probability, int Rank, string Band, double LogOdds, int Unknown);

/// <summary>The entrance to the model on a table of one's own: mine, train, predict, explain. Values in, values out.</summary>
public static class TableRun
{
    /// <summary>Returns the rules of a table, each tested within the family of all patterns.</summary>
    public static TableMining Mine(LabelledTable table, TableOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        TrainOptions settings = options.ForTraining(table.Label.Length);
        int[] order = [.. Enumerable.Range(0, table.Label.Length).OrderBy(r => table.GroupKey[r]).ThenBy(r => table.RowKey[r])];
        TrainingSet set = table.ToSet(order);
        ItemSet items = ItemEncoder.Fit(set.Table, settings.Items);
        if (items.Items.Count == 0)
        {
            throw new ModelException("MDL-012", "no column that varies", "at least one", "check the columns that were left out");
        }

        MineResult mined = RuleMiner.Mine(
            items.Encode(set.Table), [.. items.Items.Where(i => i.IsMined).Select(i => i.Id)], set.Label, set.Structure, settings.Mine with { Seed = options.Seed, Threads = options.Threads }, cancellationToken);
        return new TableMining(Rules(mined, items), mined.FamilySize, mined.LogThreshold, [.. table.Findings, .. items.Notes.Select(n => new TableFinding("TBL-001", n))]);
    }

    /// <summary>Returns a model of all rows, and what cross-validation says of models made so.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="options">Settings.</param>
    /// <param name="validate">Whether to cross-validate.</param>
    /// <param name="progress">Told of each step and the share that is done; may be null.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static TableTraining Train(LabelledTable table, TableOptions options, bool validate, Action<string, double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        ValidationResult? validation = validate ? CrossValidation.Run(table, options, progress, cancellationToken) : null;
        progress?.Invoke("model of all rows", 0.95);
        TrainedModel trained = ModelLibrary.Train(table.ToSet([.. Enumerable.Range(0, table.Label.Length)]), options.ForTraining(table.Label.Length), null, cancellationToken);
        HashSet<string> used = [.. trained.Document.Terms.SelectMany(t => t.Items).Select(id => trained.Document.Items[id].Feature)];
        FeatureSpec[] features = [.. trained.Document.Features.Where(f => used.Contains(f.Name))];
        var findings = new List<TableFinding>(table.Findings);
        findings.AddRange(trained.Notes.Where(n => !n.Contains("snapshot dates", StringComparison.Ordinal)).Select(n => new TableFinding("TBL-001", n.Replace("every child has", "every row has", StringComparison.Ordinal))));
        if (validation is not null)
        {
            findings.AddRange(validation.Challengers.Where(c => c.Fault.Length > 0).Select(c => new TableFinding("TBL-012", $"{c.Name} could not be run: {c.Fault}") { JapaneseMessage = $"{c.Name} は実行できませんでした：{c.Fault}" }));
            if (table.Time is null && options.Repeats is null && validation.Repeats == 1)
            {
                findings.Add(new TableFinding("TBL-010", Invariant($"one round of folds, because {table.Label.Length:N0} rows are enough for it; --repeats says otherwise")) { JapaneseMessage = Invariant($"{table.Label.Length:N0} 行あれば足りるため、分割は一回です（--repeats で変えられます）") });
            }

            if (validation.Folds < options.Folds)
            {
                findings.Add(new TableFinding("TBL-010", Invariant($"{validation.Folds} folds instead of {options.Folds}: each needs rows of both classes")) { JapaneseMessage = Invariant($"分割は {options.Folds} ではなく {validation.Folds} です。どの分割にも該当と非該当の行が必要なためです") });
            }
        }

        int rarer = Math.Min(trained.Document.PositiveCount, trained.Document.RowCount - trained.Document.PositiveCount);
        if (rarer < 30)
        {
            findings.Add(new TableFinding("TBL-013", Invariant($"{rarer} rows of the rarer class: every figure is uncertain"), IsGrave: true) { JapaneseMessage = Invariant($"少ない方の行は {rarer} 行です。どの数字も不確かです") });
        }

        IReadOnlyList<TableRule> rules = Rules(trained.Mined, trained.Items);
        var model = new TableModel
        {
            Target = table.Roles.Target,
            Positive = table.Positive,
            Negatives = table.Negatives,
            Id = table.Roles.Id,
            Columns = [.. table.Columns.Where(c => used.Contains(c.Name))],
            Findings = findings,
            Validation = validation is null ? null : TableValidation.Of(validation),
            VerifiedCount = rules.Count(r => r.IsVerified),
            CandidateCount = rules.Count(r => !r.IsVerified),

            // A column without a weight may be absent from the rows that are scored.
            Model = trained.Document with { Features = features, FeatureHash = ModelDocument.HashFeatures(features) },
        };
        return new TableTraining(model, trained, validation, rules);
    }

    /// <summary>Reads rows for a model.</summary>
    /// <remarks>Errors: MDL-071 naming the columns that are missing. Categories that training did not see are another value; what cannot be read is missing; both are counted.</remarks>
    public static TableInput Read(TableModel model, TextTable table, string? id)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(table);
        string[] absent = [.. model.Columns.Where(c => table.Find(c.Name) is null).Select(c => c.Name)];
        if (absent.Length > 0)
        {
            throw new ModelException(
                "MDL-071", $"{table.Name} without the column{(absent.Length > 1 ? "s" : "")} {Cells.List(absent)}", "every column that the model reads", "add what is missing, or train without it");
        }

        var findings = table.Notes.Select(n => new TableFinding("TBL-001", n)).ToList();
        var features = new List<FeatureColumn>();
        var unknown = new int[table.RowCount];
        foreach (TableColumn column in model.Columns)
        {
            TextColumn text = table.Find(column.Name)!;
            (FeatureColumn feature, CellCount count) = column.Read(text);
            features.Add(feature);
            if (count.Unknown > 0)
            {
                HashSet<string> known = [.. column.Categories];
                for (int r = 0; r < unknown.Length; r++)
                {
                    unknown[r] += feature.Categories![r] is { } category && !known.Contains(category) ? 1 : 0;
                }

                findings.Add(new TableFinding("TBL-014", Invariant($"column '{column.Name}': {count.Unknown:N0} rows have a value that training did not see; it is taken as another value")) { JapaneseMessage = Invariant($"列「{column.Name}」：{count.Unknown:N0} 行の値は学習にありません。別の値として扱います") });
            }

            if (count.Infinite + count.Unreadable > 0)
            {
                findings.Add(new TableFinding("TBL-007", Invariant($"column '{column.Name}': {count.Infinite + count.Unreadable:N0} cells are no finite number or day and are taken as not recorded")) { JapaneseMessage = Invariant($"列「{column.Name}」：{count.Infinite + count.Unreadable:N0} 個の値は数でも日付でもないため、記録なしとして扱います") });
            }
        }

        TextColumn? names = id is not null ? table.Require(id, "--id") : model.Id is { } own ? table.Find(own) : null;
        string[] ids = [.. Enumerable.Range(0, table.RowCount).Select(r => names is null || Cells.IsMissing(names[r]) ? (r + 1).ToString(CultureInfo.InvariantCulture) : names[r])];
        if (features.Count == 0)
        {
            // A model without terms reads no column; the rows are still counted.
            features.Add(FeatureColumn.Number(new FeatureSpec("", "", FeatureKind.Number), new double[table.RowCount]));
        }

        return new TableInput(new FeatureTable(features), ids, unknown, findings);
    }

    /// <summary>Returns a score per row, in the order of the file.</summary>
    public static IReadOnlyList<TableScore> Predict(TableModel model, TableInput input)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        int n = input.Id.Length;
        return [.. ModelLibrary.Score(model.Model, input.Features, new ScoreOptions()).Select(s =>
        {
            double share = (double)(s.Rank - 1) / n;
            string band = share < 0.01 ? "A" : share < 0.03 ? "B" : share < 0.1 ? "C" : "";
            return new TableScore(s.Row + 1, input.Id[s.Row], s.Probability, s.Rank, band, s.RawLogOdds, input.Unknown[s.Row]);
        })];
    }

    /// <summary>Returns the reasons of each given row, numbered from 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">The rows.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="actionable">Columns that may be changed; empty for no search.</param>
    /// <param name="isLower">Whether the search is for a lower score.</param>
    public static IReadOnlyList<TableExplanation> Explain(TableModel model, TableInput input, IReadOnlyList<int> rows, IReadOnlyList<string> actionable, bool isLower)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(actionable);
        ModelDocument document = model.Model;
        BitColumns bits = new ItemSet(document.Features, document.Items).Encode(input.Features);
        return [.. ModelLibrary.Explain(document, input.Features, [.. rows]).Select(e => new TableExplanation
        {
            Row = e.Row + 1,
            Id = input.Id[e.Row],
            Probability = e.Probability,
            Base = e.Bias,
            LogOdds = e.RawLogOdds,
            CalibrationSlope = document.CalibrationSlope,
            CalibrationIntercept = document.CalibrationIntercept,
            For = [.. e.For.Select(r => Reason(document, r))],
            Against = [.. e.Against.Select(r => Reason(document, r))],
            Unknown = [.. e.Unknown.Select(r => Reason(document, r))],
            Near = TableExplanation.FindNear(document, input.Features, bits, e.Row),
            WhatIf = actionable.Count == 0 ? null : WhatIf.Find(document, input.Features, e.Row, actionable, isLower),
        })];
    }

    private static TableReason Reason(ModelDocument document, RiskReason reason) => new(
        reason.Text, TableExplanation.Conditions(document, document.Terms[reason.Term]), reason.Weight, reason.Positives, reason.Covered - reason.Positives, reason.Rate, reason.RateInterval, reason.IsVerified, reason.Stability, reason.MissingFeatures);

    private static List<TableRule> Rules(MineResult mined, ItemSet items) => [.. mined.Rules
        .Select(r => new TableRule(RuleText.Of(items, r.Items), r.Direction, r.Positives, r.Negatives, r.Rate, r.RateInterval, r.Lift, Math.Max(double.MinValue, r.LogP), r.IsVerified))
        .OrderByDescending(r => r.IsVerified).ThenBy(r => r.LogP).ThenBy(r => r.Text, StringComparer.Ordinal)];

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
