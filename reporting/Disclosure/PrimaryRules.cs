namespace Warehouse.Reporting.Disclosure;

/// <summary>Why a figure tells too much by itself.</summary>
public enum PrimaryReason
{
    /// <summary>It counts fewer than the threshold.</summary>
    SmallCount,

    /// <summary>It says that nobody of a group below the threshold is concerned.</summary>
    ZeroOfSmallGroup,

    /// <summary>It says that everybody of a group is concerned.</summary>
    FullCell,

    /// <summary>It is about a unit of which nothing is shown.</summary>
    UnitTooSmall,

    /// <summary>It comes from too few facilities.</summary>
    FewContributors,

    /// <summary>A few contributors make up nearly all of it.</summary>
    Dominance,

    /// <summary>One contributor could estimate another too closely.</summary>
    CloseEstimate,

    /// <summary>It differs by few from what an earlier release shows.</summary>
    SmallDifference,
}

/// <summary>How uncertain a figure has to stay, whatever is published.</summary>
/// <param name="Cell">The place of the figure in the system.</param>
/// <param name="Width">The interval that everybody can compute for it is at least this wide.</param>
/// <param name="Up">The interval reaches at least this far above the figure.</param>
/// <param name="Down">The interval reaches at least this far below the figure.</param>
/// <param name="Reason">Why.</param>
public sealed record CellNeed(int Cell, decimal Width, decimal Up, decimal Down, PrimaryReason Reason);

/// <summary>A system with what has to stay uncertain in it.</summary>
public sealed record PrimaryAssessment(CellSystem System, IReadOnlyList<CellNeed> Needs);

/// <summary>What becomes of a rate.</summary>
public enum RateVerdict
{
    /// <summary>It is shown.</summary>
    Shown,

    /// <summary>It is shown with a warning that there are few.</summary>
    FewWarned,

    /// <summary>It is not shown.</summary>
    Hidden,
}

/// <summary>Finds the figures that tell too much by themselves.</summary>
public static class PrimaryRules
{
    /// <summary>Returns what has to stay uncertain in tables of counts.</summary>
    /// <remarks>
    /// Small counts; zeros of small groups (the group of a figure is its total over the dimensions that say something about people, or over each dimension where none does); full cells: they need that the
    /// rest of the group, which is zero, stays uncertain, so it comes into the system as a figure that nobody publishes. Structural figures need nothing. The width is the threshold.
    /// </remarks>
    public static PrimaryAssessment Assess(LinkedTableSet set, DisclosureProfile profile)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(profile);
        List<SystemCell> cells = [.. set.System.Cells];
        List<CellSum> sums = [.. set.System.Sums];
        Dictionary<int, CellNeed> needs = [];
        HashSet<string> complements = new(StringComparer.Ordinal);
        for (int t = 0; t < set.Tables.Count; t++)
        {
            LinkedTable table = set.Tables[t];
            int[] nodes = new int[table.Dimensions.Count];
            do
            {
                int place = set.CellOf(t, nodes);
                SystemCell cell = cells[place];
                if (cell.Kind is CellKind.Structural or CellKind.Public)
                {
                    continue;
                }

                int? threshold = ThresholdOf(table, nodes, profile);
                decimal width = profile.Width(threshold);
                if (cell.Kind == CellKind.Unpublished)
                {
                    // Nobody prints it; what tables that overlap tell of it is as uncertain as the figures of the city have to be, which it is a part of.
                    if (cell.Value > 0 && (threshold is null || cell.Value < threshold))
                    {
                        Add(needs, new CellNeed(place, Math.Min(width, profile.Width(profile.Threshold(UnitKind.City, null))), 0, 0, PrimaryReason.SmallCount));
                    }

                    continue;
                }

                if (threshold is null)
                {
                    Add(needs, new CellNeed(place, width, 0, 0, PrimaryReason.UnitTooSmall));
                }
                else if (cell.Value > 0 && cell.Value < threshold)
                {
                    Add(needs, new CellNeed(place, width, 0, 0, PrimaryReason.SmallCount));
                }
                else if (cell.Value == 0 && !profile.ZerosAlwaysShown && SmallestGroup(set, t, nodes, cells) < threshold)
                {
                    Add(needs, new CellNeed(place, width, 0, 0, PrimaryReason.ZeroOfSmallGroup));
                }

                if (profile.HidesFullCells && cell.Value > 0)
                {
                    AddFullCells(set, t, nodes, place, width, cells, sums, needs, complements);
                }
            }
            while (Next(table, nodes));
        }

        return new PrimaryAssessment(CellSystem.Create(cells, sums, set.System.AreCounts), needs.Values.OrderBy(need => need.Cell).ToList());
    }

    /// <summary>Returns how far a sum has to stay uncertain because its n largest contributions make up more than k per cent; null where they do not.</summary>
    /// <remarks>
    /// (n, k) dominance rule; the upper protection level is (100 / k) (x₁ + … + xₙ) − X. Source: Hundepool and others (2012), Statistical Disclosure Control, Wiley, chapter 4. The same distance is asked below.
    /// </remarks>
    public static CellNeed? Dominance(int cell, IReadOnlyCollection<decimal> contributions, int n, decimal k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(k, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, 100);
        decimal[] largest = Largest(contributions);
        decimal total = largest.Sum(), top = largest.Take(n).Sum();
        decimal away = (100 / k * top) - total;
        return total > 0 && away > 0 ? new CellNeed(cell, 0, away, Math.Min(away, total), PrimaryReason.Dominance) : null;
    }

    /// <summary>Returns how far a sum has to stay uncertain because the second contributor could estimate the largest to within p per cent; null where he could not.</summary>
    /// <remarks>
    /// p % rule: X − x₁ − x₂ &lt; (p / 100) x₁; prior–posterior rule with q: X − x₁ − x₂ &lt; (p / q) x₁, where everybody knew the contributions to q per cent before. The upper protection level is the difference of the two sides.
    /// Source: Hundepool and others (2012), Statistical Disclosure Control, Wiley, chapter 4. The same distance is asked below.
    /// </remarks>
    public static CellNeed? CloseEstimate(int cell, IReadOnlyCollection<decimal> contributions, decimal p, decimal q = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(p, 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(q, 0);
        decimal[] largest = Largest(contributions);
        decimal total = largest.Sum();
        decimal first = largest.ElementAtOrDefault(0), second = largest.ElementAtOrDefault(1);
        decimal away = (p / q * first) - (total - first - second);
        return total > 0 && away > 0 ? new CellNeed(cell, 0, away, Math.Min(away, total), PrimaryReason.CloseEstimate) : null;
    }

    /// <summary>Returns how far a figure has to stay uncertain because it comes from too few facilities; null where it comes from none or from enough.</summary>
    public static CellNeed? FewContributors(int cell, int facilities, DisclosureProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return facilities > 0 && facilities < profile.MinimumContributors ? new CellNeed(cell, profile.LargestThreshold, 0, 0, PrimaryReason.FewContributors) : null;
    }

    /// <summary>Returns what becomes of a rate of this denominator, whose figures are shown or not.</summary>
    /// <remarks>A rate gives the numerator away where the denominator is known: it is shown only where both are.</remarks>
    public static RateVerdict Rate(decimal denominator, bool numeratorShown, bool denominatorShown, DisclosureProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (!numeratorShown || !denominatorShown || denominator <= 0 || denominator < profile.MinimumDenominator)
        {
            return RateVerdict.Hidden;
        }

        return denominator < profile.WarnDenominator ? RateVerdict.FewWarned : RateVerdict.Shown;
    }

    /// <summary>Returns the threshold of a figure: the largest of its lines; null where nothing is shown of one of them.</summary>
    internal static int? ThresholdOf(LinkedTable table, ReadOnlySpan<int> nodes, DisclosureProfile profile)
    {
        int threshold = profile.Threshold(UnitKind.City, null) ?? 0;
        for (int d = 0; d < nodes.Length; d++)
        {
            HierarchyNode node = table.Dimensions[d].Nodes[nodes[d]];
            if (node.Kind == UnitKind.City && node.UnitSize is null)
            {
                continue;
            }

            if (profile.Threshold(node.Kind, node.UnitSize) is not { } own)
            {
                return null;
            }

            threshold = Math.Max(threshold, own);
        }

        return threshold;
    }

    private static decimal SmallestGroup(LinkedTableSet set, int t, int[] nodes, List<SystemCell> cells)
    {
        LinkedTable table = set.Tables[t];
        bool anyAttribute = table.Dimensions.Any(dimension => dimension.IsAttribute);
        decimal smallest = anyAttribute || nodes.Length == 0 ? cells[set.CellOf(t, GroupOf(table, nodes))].Value : decimal.MaxValue;
        for (int d = 0; d < nodes.Length && !anyAttribute; d++)
        {
            int[] group = (int[])nodes.Clone();
            group[d] = table.Dimensions[d].Root;
            smallest = Math.Min(smallest, cells[set.CellOf(t, group)].Value);
        }

        return smallest;
    }

    private static int[] GroupOf(LinkedTable table, int[] nodes)
    {
        int[] group = (int[])nodes.Clone();
        for (int d = 0; d < group.Length; d++)
        {
            group[d] = table.Dimensions[d].IsAttribute ? table.Dimensions[d].Root : group[d];
        }

        return group;
    }

    private static void AddFullCells(
        LinkedTableSet set, int t, int[] nodes, int place, decimal width, List<SystemCell> cells, List<CellSum> sums, Dictionary<int, CellNeed> needs, HashSet<string> complements)
    {
        LinkedTable table = set.Tables[t];
        for (int d = 0; d < nodes.Length; d++)
        {
            Hierarchy dimension = table.Dimensions[d];
            int parent = dimension.IsAttribute ? dimension.Parent(nodes[d]) : -1;
            if (parent == -1)
            {
                continue;
            }

            int[] line = (int[])nodes.Clone();
            line[d] = parent;
            int group = set.CellOf(t, line);
            int free = 0;
            foreach (int sibling in dimension.Children(parent))
            {
                line[d] = sibling;
                free += cells[set.CellOf(t, line)].Kind == CellKind.Structural ? 0 : 1;
            }

            if (free < 2 || cells[group].Value != cells[place].Value)
            {
                continue;
            }

            Add(needs, new CellNeed(place, width, 0, 0, PrimaryReason.FullCell));
            int rest = cells.Count;
            string key = $"rest|{cells[group].Key}|{cells[place].Key}";
            if (complements.Add(key))
            {
                cells.Add(new SystemCell(key, cells[group].Label + " − " + cells[place].Label, 0, CellKind.Unpublished));
                sums.Add(new CellSum(group, [place, rest]));
                Add(needs, new CellNeed(rest, width, 0, 0, PrimaryReason.FullCell));
            }
        }
    }

    private static void Add(Dictionary<int, CellNeed> needs, CellNeed need)
    {
        if (needs.TryGetValue(need.Cell, out CellNeed? known))
        {
            need = known with { Width = Math.Max(known.Width, need.Width), Up = Math.Max(known.Up, need.Up), Down = Math.Max(known.Down, need.Down) };
        }

        needs[need.Cell] = need;
    }

    private static decimal[] Largest(IReadOnlyCollection<decimal> contributions)
    {
        ArgumentNullException.ThrowIfNull(contributions);
        if (contributions.Any(contribution => contribution < 0))
        {
            throw new DisclosureException(
                DisclosureFault.OutOfBounds, "A contribution is negative; dominance is defined for contributions of zero and more.", "寄与に負の値があります。占有率の規則は 0 以上の値に限ります。");
        }

        return [.. contributions.OrderDescending()];
    }

    private static bool Next(LinkedTable table, int[] nodes)
    {
        for (int d = nodes.Length - 1; d >= 0; d--)
        {
            if (++nodes[d] < table.Dimensions[d].Nodes.Count)
            {
                return true;
            }

            nodes[d] = 0;
        }

        return false;
    }
}
