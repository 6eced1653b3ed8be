namespace Warehouse.Reporting.Disclosure;

/// <summary>What becomes of one figure.</summary>
public enum FigureState
{
    /// <summary>It is shown as it is.</summary>
    Shown,

    /// <summary>It is shown rounded.</summary>
    Rounded,

    /// <summary>It is hidden for its own sake.</summary>
    Primary,

    /// <summary>It is hidden for the sake of others.</summary>
    Secondary,

    /// <summary>It is in no table; it is known to the system because tables that overlap tell of it.</summary>
    Unpublished,
}

/// <summary>One figure as it is released.</summary>
/// <param name="Key">The name of the figure in the system.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Value">What it is.</param>
/// <param name="State">What becomes of it.</param>
/// <param name="Shown">What is printed; null where it is hidden.</param>
/// <param name="Lower">The least that what is printed says it is; null where it is hidden.</param>
/// <param name="Upper">The most that what is printed says it is; null where it is hidden.</param>
public sealed record ReleasedFigure(string Key, string Label, decimal Value, FigureState State, decimal? Shown, decimal? Lower, decimal? Upper);

/// <summary>A set of tables after disclosure control.</summary>
/// <param name="Set">The tables.</param>
/// <param name="Assessment">What had to stay uncertain in these tables, earlier releases left out; null where the release comes from the register.</param>
/// <param name="Figures">The figures, in the order of the set's system.</param>
/// <param name="Audited">How many figures the audit found safe, those of earlier releases and differences among them.</param>
/// <param name="SecondaryCost">What the figures hidden for the sake of others cost.</param>
/// <param name="SecondaryBound">No set of further figures that protects all costs less; null where rounding took the place of a search.</param>
public sealed record ControlledRelease(
    LinkedTableSet Set, PrimaryAssessment? Assessment, IReadOnlyList<ReleasedFigure> Figures, int Audited, long SecondaryCost, long? SecondaryBound)
{
    /// <summary>Returns the release as later ones have to know it; its figures that nobody publishes among it.</summary>
    /// <exception cref="InvalidOperationException">The release comes from the register, where it is known already.</exception>
    public EarlierRelease ToEarlier(long releaseId)
    {
        PrimaryAssessment assessment = Assessment ?? throw new InvalidOperationException("The release is in the register already.");
        Dictionary<int, decimal> widths = assessment.Needs.ToDictionary(need => need.Cell, need => need.Width);
        IReadOnlyList<SystemCell> cells = assessment.System.Cells;
        return new EarlierRelease(
            releaseId,
            cells.Select((cell, place) => new EarlierFigure(
                cell.Key,
                cell.Value,
                place < Figures.Count ? Figures[place].Lower : null,
                place < Figures.Count ? Figures[place].Upper : null,
                widths.GetValueOrDefault(place))).ToDictionary(figure => figure.Key, StringComparer.Ordinal),
            assessment.System.Sums.Select(sum => new EarlierSum(cells[sum.Total].Key, sum.Parts.Select(part => cells[part].Key).ToList())).ToList());
    }
}

/// <summary>Tables cannot be released, and why.</summary>
public sealed class ReleaseRefusedException : Exception
{
    /// <summary>Makes an exception.</summary>
    public ReleaseRefusedException(string message, string messageJa, IReadOnlyList<string> figures)
        : base(message)
    {
        MessageJa = messageJa;
        Figures = figures;
    }

    /// <summary>The message in Japanese.</summary>
    public string MessageJa { get; }

    /// <summary>The labels of the figures that could be computed.</summary>
    public IReadOnlyList<string> Figures { get; }
}

/// <summary>The one way from figures to what is printed: primary rules, earlier releases, protection, audit.</summary>
public static class ReleaseControl
{
    private const int Attempts = 4;

    /// <summary>Returns the tables as they may be released together.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="profile">The rules.</param>
    /// <param name="earlier">What was released before.</param>
    /// <param name="effort">How much work the search may take; ignored where figures are rounded.</param>
    /// <param name="turnover">How many people joined or left a figure between two months, by the keys of the later and the earlier figure; where it is not known, a difference of two months counts as so many people.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ReleaseRefusedException">Something would be given away whatever is hidden.</exception>
    /// <exception cref="DisclosureException">The figures contradict each other.</exception>
    public static ControlledRelease Protect(
        IReadOnlyList<LinkedTable> tables,
        DisclosureProfile profile,
        IReadOnlyList<EarlierRelease>? earlier = null,
        ProtectionEffort? effort = null,
        IReadOnlyDictionary<(string Later, string Earlier), long>? turnover = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(profile);
        earlier ??= [];
        LinkedTableSet set = LinkedTableSet.Build(tables);
        PrimaryAssessment assessment = EarlierMoments.Compare(set, PrimaryRules.Assess(set, profile), earlier, profile, turnover ?? new Dictionary<(string, string), long>());
        return profile.Method == DisclosureMethod.Suppress
            ? Suppress(set, assessment, EarlierReleases.Join(set, assessment, earlier, profile), effort, cancellation)
            : Round(set, assessment, profile, earlier, cancellation);
    }

    private static ControlledRelease Suppress(LinkedTableSet set, PrimaryAssessment own, PrimaryAssessment assessment, ProtectionEffort? effort, CancellationToken cancellation)
    {
        IReadOnlyList<CellNeed> needs = assessment.Needs;
        List<AuditTarget> targets = needs.Select(need => new AuditTarget(need.Cell, need.Width)).ToList();
        for (int attempt = 1; ; attempt++)
        {
            ProtectionResult result = Protection.Protect(assessment.System, needs, effort, cancellation);
            if (result.Unprotected.Count > 0)
            {
                throw Refusal(result.Unprotected.Select(need => assessment.System.Cells[need.Cell].Label));
            }

            AuditReport report = DisclosureAudit.Run(AttackerView.Of(assessment.System, result.Hidden), targets, AuditDepth.Verdicts);
            if (report.IsSafe)
            {
                List<ReleasedFigure> figures = Enumerable.Range(0, set.System.Cells.Count).Select(cell => Figure(set.System.Cells[cell], result.Hidden[cell], result.IsPrimary[cell])).ToList();
                return new ControlledRelease(set, own, figures, targets.Count, result.SecondaryCost, result.SecondaryBound);
            }

            // Wide enough in fractions, not in whole numbers: a wider interval is asked for.
            HashSet<int> narrow = report.Findings.Where(finding => finding.Verdict != SafetyVerdict.Protected).Select(finding => finding.Target.Cell).ToHashSet();
            if (attempt == Attempts)
            {
                throw Refusal(narrow.Select(cell => assessment.System.Cells[cell].Label));
            }

            needs = needs.Select(need => narrow.Contains(need.Cell) ? need with { Width = need.Width * 2 } : need).ToList();
        }
    }

    private static ReleasedFigure Figure(SystemCell cell, bool isHidden, bool isPrimary)
    {
        if (cell.Kind == CellKind.Unpublished)
        {
            return new ReleasedFigure(cell.Key, cell.Label, cell.Value, FigureState.Unpublished, null, null, null);
        }

        bool hidden = isHidden && cell.Kind == CellKind.Open;
        return hidden
            ? new ReleasedFigure(cell.Key, cell.Label, cell.Value, isPrimary ? FigureState.Primary : FigureState.Secondary, null, null, null)
            : new ReleasedFigure(cell.Key, cell.Label, cell.Value, FigureState.Shown, cell.Value, cell.Value, cell.Value);
    }

    private static ControlledRelease Round(
        LinkedTableSet set, PrimaryAssessment assessment, DisclosureProfile profile, IReadOnlyList<EarlierRelease> earlier, CancellationToken cancellation)
    {
        IReadOnlyList<SystemCell> cells = set.System.Cells;
        bool together = profile.Method == DisclosureMethod.RoundTogether;
        IReadOnlyList<long> rounded;
        int reach = together ? profile.RoundingBase - 1 : profile.RoundingBase / 2;
        if (together)
        {
            RoundedFigures answer = ControlledRounding.Round(set.System, profile.RoundingBase)
                ?? throw new ReleaseRefusedException("No rounding keeps the sums of these tables. Nothing was released; use another profile.", "合計を保つ丸め方がないため公表できません。別の方式を使ってください。", []);
            rounded = answer.Values;
            reach = answer.IsAdjacent ? reach : reach + (ControlledRounding.FurthestExtra * profile.RoundingBase);
        }
        else
        {
            rounded = cells.Select(cell => (long)Math.Round(cell.Value / profile.RoundingBase, MidpointRounding.AwayFromZero) * profile.RoundingBase).ToList();
        }

        HashSet<int> needed = assessment.Needs.Select(need => need.Cell).ToHashSet();
        bool[] primary = Enumerable.Range(0, cells.Count).Select(cell => !together && needed.Contains(cell) && cells[cell].Kind == CellKind.Open).ToArray();
        bool[] hidden = [.. primary];
        List<AuditTarget> targets = assessment.Needs.Where(need => need.Cell < cells.Count).Select(need => new AuditTarget(need.Cell, need.Width)).ToList();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            List<ReleasedFigure> figures = Enumerable.Range(0, cells.Count).Select(cell => Rounded(cells[cell], hidden[cell], primary[cell], rounded[cell], reach, together)).ToList();
            AttackerView view = new(figures.Select((figure, cell) => Seen(figure, primary[cell], profile, earlier)).ToList(), set.System.Sums);
            AuditReport report = DisclosureAudit.Run(view, targets, AuditDepth.Verdicts);
            if (report.IsSafe)
            {
                return new ControlledRelease(set, assessment, figures, targets.Count, cells.Where((_, cell) => hidden[cell] && !primary[cell]).Sum(cell => cell.Cost), null);
            }

            if (!HideMore(set.System, hidden, report))
            {
                throw Refusal(report.Findings.Where(finding => finding.Verdict != SafetyVerdict.Protected).Select(finding => finding.Label));
            }
        }
    }

    // In each sum of a figure that is too certain, the cheapest other figure; false where none is left.
    private static bool HideMore(CellSystem system, bool[] hidden, AuditReport report)
    {
        bool any = false;
        foreach (int narrow in report.Findings.Where(finding => finding.Verdict != SafetyVerdict.Protected).Select(finding => finding.Target.Cell))
        {
            if (!hidden[narrow])
            {
                hidden[narrow] = any = true;
                continue;
            }

            foreach (CellSum sum in system.Sums.Where(sum => sum.Total == narrow || sum.Parts.Contains(narrow)))
            {
                int other = sum.Parts.Append(sum.Total).Where(cell => !hidden[cell] && system.Cells[cell].Kind == CellKind.Open && system.Cells[cell].Value != 0)
                    .OrderBy(cell => system.Cells[cell].Cost).ThenBy(cell => cell).FirstOrDefault(-1);
                if (other != -1)
                {
                    hidden[other] = any = true;
                }
            }
        }

        return any;
    }

    private static ReleasedFigure Rounded(SystemCell cell, bool isHidden, bool isPrimary, long rounded, int reach, bool together)
    {
        if (cell.Kind == CellKind.Unpublished)
        {
            return new ReleasedFigure(cell.Key, cell.Label, cell.Value, FigureState.Unpublished, null, null, null);
        }

        if (isHidden)
        {
            return new ReleasedFigure(cell.Key, cell.Label, cell.Value, isPrimary ? FigureState.Primary : FigureState.Secondary, null, null, null);
        }

        // A zero by itself is shown as such; among figures rounded together it may be a small one.
        bool exact = cell.Kind is CellKind.Structural or CellKind.Public || (cell.Value == 0 && !together);
        return exact
            ? new ReleasedFigure(cell.Key, cell.Label, cell.Value, FigureState.Shown, cell.Value, cell.Value, cell.Value)
            : new ReleasedFigure(cell.Key, cell.Label, cell.Value, FigureState.Rounded, rounded, Math.Max(rounded - reach, cell.Lower), rounded + reach);
    }

    private static AttackerCell Seen(ReleasedFigure figure, bool isPrimary, DisclosureProfile profile, IReadOnlyList<EarlierRelease> earlier)
    {
        // Who reads that small figures are hidden and zeros are not knows that a hidden one is not zero.
        decimal lower = figure.Lower ?? (profile.ZerosAlwaysShown && figure.Value > 0 && figure.State != FigureState.Unpublished ? 1 : 0);
        decimal? upper = figure.Upper ?? (isPrimary && figure.Value < profile.LargestThreshold ? profile.LargestThreshold - 1 : null);
        foreach (EarlierRelease release in earlier)
        {
            if (release.Figures.TryGetValue(figure.Key, out EarlierFigure? before) && before.Value == figure.Value && before.ShownLower is { } least)
            {
                lower = Math.Max(lower, least);
                upper = upper is { } known && known < before.ShownUpper ? known : before.ShownUpper;
            }
        }

        return new AttackerCell(figure.Key, figure.Label, lower, upper);
    }

    private static ReleaseRefusedException Refusal(IEnumerable<string> labels)
    {
        List<string> figures = labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        string first = string.Join(", ", figures.Take(3).Select(DisclosureException.Short));
        return new ReleaseRefusedException(
            $"Released together with what is public already, {figures.Count} figures could be computed more closely than the threshold allows: {first}. Nothing was released.",
            $"公表済みの数値と合わせると、{figures.Count} 個の数値が基準より狭い範囲で推定できます（{first}）。公表しませんでした。",
            figures);
    }
}
