namespace Warehouse.Reporting.Disclosure;

/// <summary>How much work protection may take: counts of steps and of deterministic solver seconds, so that the same figures give the same result on any machine.</summary>
/// <param name="Rounds">Rounds of solving the master problem and adding cuts, at most.</param>
/// <param name="MasterSeconds">Deterministic seconds of the master problem over all rounds, a component.</param>
/// <param name="Improvements">Attempts to do without one hidden figure by hiding others, a component.</param>
/// <param name="Work">Linear programs times figures of the component, after which no further attempt or round begins; the first solution is not limited.</param>
/// <param name="LargestWhole">Variables up to which figures that hang together are searched as a whole; more are searched table by table where they are tables that share figures.</param>
public sealed record ProtectionEffort(int Rounds, double MasterSeconds, int Improvements, long Work, int LargestWhole = 1_200)
{
    /// <summary>Enough to prove the optimum of small tables; larger ones end with the best that was found and its bound.</summary>
    public static ProtectionEffort Default { get; } = new(60, 1.0, 60, 400_000);

    /// <summary>The first solution alone.</summary>
    public static ProtectionEffort Heuristic { get; } = new(0, 0, 0, 0);

    /// <summary>Until the optimum is proved, on tables small enough.</summary>
    public static ProtectionEffort Exact { get; } = new(2_000, 600, 60, long.MaxValue, int.MaxValue);
}

/// <summary>Which figures are hidden, what it costs, and how much less it could cost at most.</summary>
/// <param name="Hidden">For each figure of the system whether it is hidden; unpublished ones always are.</param>
/// <param name="IsPrimary">For each figure whether it is hidden for its own sake.</param>
/// <param name="Unprotected">What would stay too certain even if every open figure were hidden: nothing may be released while there is any.</param>
/// <param name="PrimaryCost">The cost of the figures hidden for their own sake.</param>
/// <param name="SecondaryCost">The cost of those hidden for the sake of others.</param>
/// <param name="SecondaryBound">No set of further figures that protects all costs less than this.</param>
/// <param name="Rounds">Rounds of master problem and cuts.</param>
/// <param name="Cuts">Cuts added.</param>
public sealed record ProtectionResult(
    IReadOnlyList<bool> Hidden,
    IReadOnlyList<bool> IsPrimary,
    IReadOnlyList<CellNeed> Unprotected,
    long PrimaryCost,
    long SecondaryCost,
    long SecondaryBound,
    int Rounds,
    int Cuts)
{
    /// <summary>Whether no cheaper set of further figures exists.</summary>
    public bool IsOptimal => SecondaryBound >= SecondaryCost;

    /// <summary>The share of the secondary cost that could be saved at most; 0 where the set is optimal.</summary>
    public double Gap => IsOptimal ? 0 : (SecondaryCost - SecondaryBound) / (double)SecondaryCost;
}

/// <summary>Hides as few further figures as possible, by their cost, so that the hidden ones stay uncertain.</summary>
/// <remarks>
/// The cell suppression problem over sums of any shape: linked, hierarchical, of any number of dimensions.
/// Source: Fischetti and Salazar (2000), JASA 95, 916-928: binary master problem, cuts from the duals of the attacker's linear programs, here solved in rounds. First solution: the master problem
/// without cuts, mended; mending, there and elsewhere: linear program of cheapest adjustments, one figure after the other (Kelly, Golden and Assad (1992), "Cell suppression: disclosure protection for sensitive tabular data", Networks 22, 397-417); then every
/// figure that is hidden needlessly is shown again. Tables that share figures are searched one by one where they are large (<see cref="LinkedBlocks"/>).
/// Cost: the problem is NP-hard; the work is bounded by <see cref="ProtectionEffort"/> and the gap is reported.
/// </remarks>
public static class Protection
{
    /// <summary>Returns which figures to hide.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ProtectionResult Protect(CellSystem system, IReadOnlyList<CellNeed> needs, ProtectionEffort? effort = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(needs);
        effort ??= ProtectionEffort.Default;
        bool[] primary = new bool[system.Cells.Count];
        bool[] hidden = system.Cells.Select(cell => cell.Kind == CellKind.Unpublished).ToArray();
        List<CellNeed> unprotected = [];
        List<CellNeed> movable = [];
        foreach (CellNeed need in needs)
        {
            if (system.Cells[need.Cell].Kind is CellKind.Structural or CellKind.Public)
            {
                unprotected.Add(need);
                continue;
            }

            movable.Add(need);
            primary[need.Cell] = system.Cells[need.Cell].Kind == CellKind.Open;
            hidden[need.Cell] = true;
        }

        MoveDraft draft = MoveDraft.Of(system, movable);
        List<ProtectionComponent> components = draft.Components();
        IPartSearch[] searches = components.Select(component => Search(component, effort, cancellation)).ToArray();
        Parallel.ForEach(searches, new ParallelOptions { CancellationToken = cancellation }, search => search.Solve());
        unprotected.AddRange(draft.Unprotected);
        for (int i = 0; i < searches.Length; i++)
        {
            components[i].Mark(searches[i].Best, hidden);
            unprotected.AddRange(searches[i].Unprotected);
        }

        long primaryCost = 0, secondaryCost = 0;
        for (int cell = 0; cell < hidden.Length; cell++)
        {
            long cost = hidden[cell] && system.Cells[cell].Kind == CellKind.Open ? system.Cells[cell].Cost : 0;
            primaryCost += primary[cell] ? cost : 0;
            secondaryCost += primary[cell] ? 0 : cost;
        }

        return new ProtectionResult(
            hidden,
            primary,
            unprotected.OrderBy(need => need.Cell).ToList(),
            primaryCost,
            secondaryCost,
            components.Sum(component => component.ForcedCost) + searches.Sum(search => search.Bound),
            searches.Sum(search => search.Rounds),
            searches.Sum(search => search.Cuts));
    }

    private static IPartSearch Search(ProtectionComponent component, ProtectionEffort effort, CancellationToken cancellation)
    {
        LinkedBlocks[] ways = component.Count <= effort.LargestWhole ? [] : new[] { LinkedBlocks.Of(component, true), LinkedBlocks.Of(component, false) }.OfType<LinkedBlocks>().ToArray();
        return ways.Length > 0 ? new LinkedSearch(component, ways, effort, cancellation) : new ComponentSearch(component, effort, cancellation);
    }
}
