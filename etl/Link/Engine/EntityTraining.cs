namespace Warehouse.Etl.Link.Engine;

/// <summary>Trains the model by which records of one system are compared with the register from then on.</summary>
internal sealed class EntityTraining
{
    private readonly LinkTable _table;
    private readonly LinkScorer _scorer;
    private readonly Blocking _blocking;
    private readonly int _threads;

    internal EntityTraining(LinkTable table, int threads, CancellationToken stop = default)
    {
        _table = table;
        _scorer = new LinkScorer(table);
        _blocking = new Blocking(table, _scorer, threads, stop);
        _threads = threads;
    }

    // Names and dates are filled in what departments send: the selective rules find what can be linked, and coarse ones would cost more than all of them.
    private long Budget => 500_000 + (20L * (_table.Count - _table.LeftCount));

    /// <summary>Returns a model of the pairs between the registers, or null where it looks like households or towns and not like persons.</summary>
    internal LinkModel? Train()
    {
        PatternCounts counts = PatternCounts.Of(_blocking.Between(Budget), _threads);
        LinkModel model = new LinkTrainer(_table, _scorer, _blocking.IsExhaustive, _threads).Train(counts);
        return _table.Findings.Concat(ModelChecks.Find(model, _table)).Any(static finding => finding.IsGrave) ? null : model;
    }

    /// <summary>Returns a model for pairs within the second register: what agreement means stays, how rare pairs of one person are is estimated anew.</summary>
    internal LinkModel WithinModel(LinkModel model)
    {
        PatternCounts counts = PatternCounts.Of(_blocking.Within(_table.LeftCount, _table.Count), _threads);
        double records = _table.Count - _table.LeftCount;
        return LinkTrainer.Reshare(model, _table, counts, Math.Max(1, records * (records - 1) / 2));
    }
}
