namespace Warehouse.Etl.Link.Engine;

/// <summary>Scores pairs by a frozen model and decides nothing: for callers whose records have several versions each and come in batches.</summary>
/// <remarks>
/// The score of a pair depends on the two records, on the model and on what the first register holds (<see cref="LinkTable.Build"/> with <c>countsLeftOnly</c>): not on
/// the other records of the second register, so it is the same whichever of them came before.
/// </remarks>
internal sealed class EntityScoring
{
    private readonly LinkTable _table;
    private readonly LinkScorer _scorer;
    private readonly Blocking _blocking;
    private readonly int _threads;

    internal EntityScoring(LinkTable table, int threads, CancellationToken stop = default)
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

    /// <summary>Returns the pairs between the registers from a weight on, in order of their records.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bonus">Bits that every pair gets because a record has one counterpart at most; see <see cref="LinkEngine.OneToOne"/>.</param>
    /// <param name="least">Bits.</param>
    internal List<LinkPair> Between(LinkModel model, double bonus, double least)
    {
        List<LinkPair> pairs = LinkEngine.Score(_blocking.Between(Budget), new LinkWeights(model, _table), least - bonus, _threads);
        for (int i = 0; i < pairs.Count; i++)
        {
            pairs[i] = pairs[i] with { Evidence = pairs[i].Evidence.Add(bonus) };
        }

        return pairs;
    }

    /// <summary>Returns the pairs within the second register from a weight on, in order of their records.</summary>
    internal List<LinkPair> Within(LinkModel model, double least) =>
        LinkEngine.Score(_blocking.Within(_table.LeftCount, _table.Count), new LinkWeights(model, _table), least, _threads);

    /// <summary>Returns a model for pairs within the second register: what agreement means stays, how rare pairs of one person are is estimated anew.</summary>
    internal LinkModel WithinModel(LinkModel model)
    {
        PatternCounts counts = PatternCounts.Of(_blocking.Within(_table.LeftCount, _table.Count), _threads);
        double records = _table.Count - _table.LeftCount;
        return LinkTrainer.Reshare(model, _table, counts, Math.Max(1, records * (records - 1) / 2));
    }

    /// <summary>Returns why a pair of great weight needs a person, in a code; empty where it does not.</summary>
    internal Func<LinkPair, string> Veto(LinkModel model, LinkageOptions options)
    {
        bool isGrave = _table.Findings.Any(finding => finding.IsGrave);
        return new Decision(_table, _scorer, new LinkWeights(model, _table), options, isGrave).Veto;
    }

    /// <summary>Returns level and bits of each field that two records have, such as <c>surname=9:7.2;birth_date=7:12.1</c>: no values.</summary>
    internal Func<LinkPair, string> Evidence(LinkModel model)
    {
        LinkWeights weights = new(model, _table);
        return pair => string.Join(';', Enumerable.Range(0, _table.Fields.Count)
            .Where(field => pair.Level(field) != LinkField.Null)
            .Select(field => string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{_table.Fields[field].Name}={pair.Level(field)}:{weights.Weight(pair.Left, pair.Right, pair.Pattern, field):0.0}")));
    }
}
