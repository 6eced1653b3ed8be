using Warehouse.Model.Items;
using Warehouse.Model.Score;

namespace Warehouse.Model.Train;

/// <summary>The entrance to the library: train, score, explain. Values in, values out.</summary>
public static class ModelLibrary
{
    /// <summary>Returns a model trained on all rows and evaluated on the last snapshots and by household folds.</summary>
    public static TrainedModel Train(TrainingSet set, TrainOptions options, IProgress<ModelProgress>? progress, CancellationToken cancellationToken) =>
        RiskTrainer.Train(set, options, progress, cancellationToken);

    /// <summary>Returns a score per row.</summary>
    public static IReadOnlyList<RiskScore> Score(ModelDocument document, FeatureTable table, ScoreOptions options) =>
        RiskScorer.Score(document, table, options);

    /// <summary>Returns the reasons for the score of each given row.</summary>
    public static IReadOnlyList<RiskExplanation> Explain(ModelDocument document, FeatureTable table, ReadOnlySpan<int> rows) =>
        RuleExplainer.Explain(document, table, rows);
}
