namespace Warehouse.Model.Train;

/// <summary>Trains the additive rule model.</summary>
public static class RiskTrainer
{
    /// <summary>Returns a trained model.</summary>
    public static TrainedModel Train(TrainingSet set, TrainOptions options, IProgress<ModelProgress>? progress, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
