namespace Warehouse.Reporting.Disclosure;

/// <summary>Searches further figures of a component table by table: first for the figures that tables share, then for each table, whatever the others do.</summary>
/// <remarks>
/// What is asked of shared figures is met together with their followers in all tables; then each table may count on those of them that are hidden. Tables do not depend on each other, so they are searched
/// on all cores with the same result. What a table cannot meet in this way is met with more shared figures, table after table, and at last over the whole component.
/// </remarks>
internal sealed class LinkedSearch : IPartSearch
{
    // Deterministic seconds of the master problem without cuts over the whole component, for its bound.
    private const double BoundSeconds = 0.1;

    private readonly ProtectionComponent _component;
    private readonly LinkedBlocks _blocks;
    private readonly ProtectionEffort _effort;
    private readonly CancellationToken _cancellation;
    private readonly List<CellNeed> _unprotected = [];

    internal LinkedSearch(ProtectionComponent component, LinkedBlocks blocks, ProtectionEffort effort, CancellationToken cancellation)
    {
        _component = component;
        _blocks = blocks;
        _effort = effort;
        _cancellation = cancellation;
        Best = component.Forced.ToArray();
    }

    public bool[] Best { get; }

    public long Bound { get; private set; }

    public int Rounds { get; private set; }

    public int Cuts { get; private set; }

    public IReadOnlyList<CellNeed> Unprotected => _unprotected;

    public void Solve()
    {
        if (_effort.Rounds == 0)
        {
            Tables();
            return;
        }

        // The bound takes one core and needs nothing of the tables.
        Parallel.Invoke(new ParallelOptions { CancellationToken = _cancellation }, Prove, Tables);
        Bound = Math.Min(Bound, _component.CostOf(Best));
    }

    private void Prove() => Bound = new SuppressionMaster(_component, _component.Needs).Solve(_component.Forced.ToArray(), BoundSeconds).Bound;

    private void Tables()
    {
        List<CellNeed> open = Search([_blocks.Draft(-1, _blocks.Shared, Best, _component.Needs.Where(need => _blocks.BlockOf(need.Cell) < 0))], _effort);
        int[] moving = _blocks.Shared.Where(shared => _blocks.Following(shared).All(variable => Best[variable])).ToArray();
        ILookup<int, LocalNeed> needsOf = _component.Needs.Where(need => _blocks.BlockOf(need.Cell) >= 0).ToLookup(need => _blocks.BlockOf(need.Cell));
        List<CellNeed> left = Search(Enumerable.Range(0, _blocks.Count).Select(block => _blocks.Draft(block, moving, Best, needsOf[block])).ToArray(), _effort);
        for (int block = 0; block < _blocks.Count; block++)
        {
            LocalNeed[] needs = Only(needsOf[block], left);
            if (needs.Length > 0)
            {
                open.AddRange(Search([_blocks.Draft(block, _blocks.Shared, Best, needs)], ProtectionEffort.Heuristic));
            }
        }

        Finish(Only(_component.Needs, open));
    }

    // Searches independent parts, marks what is to be hidden, and returns the needs that they cannot meet.
    private List<CellNeed> Search(MoveDraft[] drafts, ProtectionEffort effort)
    {
        List<ProtectionComponent> parts = drafts.SelectMany(draft => draft.Components()).ToList();
        ComponentSearch[] searches = parts.Select(part => new ComponentSearch(part, effort, _cancellation)).ToArray();
        Parallel.ForEach(searches, new ParallelOptions { CancellationToken = _cancellation }, search => search.Solve());
        List<CellNeed> left = drafts.SelectMany(draft => draft.Unprotected).ToList();
        for (int i = 0; i < searches.Length; i++)
        {
            parts[i].Mark(searches[i].Best, Best);
            left.AddRange(searches[i].Unprotected);
            Rounds += searches[i].Rounds;
            Cuts += searches[i].Cuts;
        }

        return left;
    }

    private static LocalNeed[] Only(IEnumerable<LocalNeed> needs, List<CellNeed> wanted)
    {
        HashSet<CellNeed> sources = [.. wanted];
        return needs
            .Select(need => (need.Cell, Sources: need.Sources.Where(source => sources.Contains(source.Need)).ToList()))
            .Where(pair => pair.Sources.Count > 0)
            .Select(pair => LocalNeed.Of(pair.Cell, pair.Sources))
            .ToArray();
    }

    // Over the whole component, for what no table could meet.
    private void Finish(LocalNeed[] needs)
    {
        if (needs.Length == 0)
        {
            return;
        }

        using AttackProgram attack = new(_component);
        using AdjustmentProgram adjustment = new(_component);
        ComponentSearch whole = new(_component, ProtectionEffort.Heuristic, _cancellation);
        Pattern pattern = new(_component, whole.Possible(attack, needs), attack, adjustment);
        pattern.Hide(Best);
        pattern.Complete(-1);
        pattern.Hidden.CopyTo(Best, 0);
        _unprotected.AddRange(whole.Unprotected);
    }
}
