namespace Warehouse.Reporting.Disclosure;

/// <summary>Searches further figures of a component that is made of tables which share figures, in the first of several ways that leaves nothing open.</summary>
internal sealed class LinkedSearch : IPartSearch
{
    // Deterministic seconds of the master problem without cuts over the whole component, for its bound.
    private const double BoundSeconds = 0.1;

    private readonly ProtectionComponent _component;
    private readonly TableSearch[] _ways;
    private readonly ProtectionEffort _effort;
    private readonly CancellationToken _cancellation;
    private TableSearch _best;

    internal LinkedSearch(ProtectionComponent component, IReadOnlyList<LinkedBlocks> ways, ProtectionEffort effort, CancellationToken cancellation)
    {
        _component = component;
        _ways = ways.Select(blocks => new TableSearch(component, blocks, cancellation)).ToArray();
        _best = _ways[0];
        _effort = effort;
        _cancellation = cancellation;
    }

    public bool[] Best => _best.Best;

    public long Bound { get; private set; }

    public int Rounds => _ways.Sum(way => way.Rounds);

    public int Cuts => _ways.Sum(way => way.Cuts);

    public IReadOnlyList<CellNeed> Unprotected => _best.Unprotected;

    public void Solve()
    {
        // The bound needs nothing of the tables; another way is only gone where the first one leaves something open.
        Action first = _ways[0].Solve;
        Parallel.Invoke(new ParallelOptions { CancellationToken = _cancellation }, _effort.Rounds > 0 ? [Prove, first] : [first]);
        foreach (TableSearch way in _ways.Skip(1).Where(_ => _best.Unprotected.Count > 0))
        {
            way.Solve();
            _best = way.Unprotected.Count < _best.Unprotected.Count ? way : _best;
        }

        Bound = Math.Min(Bound, _component.CostOf(Best));
    }

    private void Prove() => Bound = new SuppressionMaster(_component, _component.Needs).Solve(_component.Forced.ToArray(), BoundSeconds).Bound;
}
