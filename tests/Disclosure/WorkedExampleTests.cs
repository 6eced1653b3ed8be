using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

/// <summary>Examples of the literature, computed again.</summary>
public sealed class WorkedExampleTests
{
    // Fischetti and Salazar (2001), "Solving the cell suppression problem on tabular data with linear constraints", Management Science 47, 1008-1027: investment by activity and region.
    private static readonly decimal[] Investment = [20, 50, 10, 8, 19, 22, 17, 32, 12];

    [Fact]
    public void Fischetti_and_Salazar_hide_the_rectangle_of_least_value()
    {
        LinkedTableSet set = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("activity", 3), DisclosureSamples.Lines("region", 3)], Investment)], CostRule.Value);
        int Cell(int activity, int region) => set.CellOf(0, activity - 1, region - 1);
        int sensitive = Cell(2, 3);

        ProtectionResult result = Protection.Protect(
            set.System, [new CellNeed(sensitive, 0, 5, 5, PrimaryReason.CloseEstimate)], ProtectionEffort.Exact, TestContext.Current.CancellationToken);

        Assert.True(result.IsOptimal);
        Assert.Equal(new[] { Cell(2, 1), sensitive, Cell(3, 1), Cell(3, 3) }.Order(), Enumerable.Range(0, result.Hidden.Count).Where(cell => result.Hidden[cell]));
        // Reading the published table, anybody finds that the figure lies between 5 and 30.
        AuditFinding finding = DisclosureAudit.Run(AttackerView.Of(set.System, result.Hidden), [new AuditTarget(sensitive, 10, 27, 17)]).Findings[0];
        Assert.Equal((5m, 30m, SafetyVerdict.Protected), (finding.Lower, finding.Upper!.Value, finding.Verdict));
    }

    [Fact]
    public void One_hidden_figure_of_a_row_and_column_is_found_by_subtraction()
    {
        CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("activity", 3), DisclosureSamples.Lines("region", 3)], Investment)]).System;
        int sensitive = Enumerable.Range(0, system.Cells.Count).Single(cell => system.Cells[cell].Label.Contains("activity2 / region3", StringComparison.Ordinal));

        AuditFinding finding = DisclosureAudit.Run(AttackerView.Of(system, Enumerable.Range(0, system.Cells.Count).Select(cell => cell == sensitive).ToList()), [new AuditTarget(sensitive, 1)]).Findings[0];

        Assert.Equal((22m, 22m, SafetyVerdict.TooNarrow), (finding.Lower, finding.Upper!.Value, finding.Verdict));
    }

    // Hundepool and others (2012), Statistical Disclosure Control, Wiley, chapter 4: the rules and their protection levels; figures are ours.
    [Fact]
    public void Dominance_asks_for_the_distance_at_which_the_largest_are_the_given_share()
    {
        CellNeed need = PrimaryRules.Dominance(7, [70, 20, 6, 4], 2, 75)!;

        // 90 of 100 are above 75 per cent; at 120 they would be just that.
        Assert.Equal((7, 20m, 20m), (need.Cell, need.Up, need.Down));
        Assert.Null(PrimaryRules.Dominance(7, [40, 30, 30], 2, 75));
    }

    [Fact]
    public void Close_estimate_asks_for_the_distance_at_which_the_second_cannot_find_the_first_to_within_p_per_cent()
    {
        CellNeed need = PrimaryRules.CloseEstimate(3, [100, 50, 4], 10)!;

        // The second contributor knows the first to within 4; ten per cent of it are 10.
        Assert.Equal((6m, 6m), (need.Up, need.Down));
        Assert.Null(PrimaryRules.CloseEstimate(3, [100, 50, 10], 10));
        Assert.Equal(16m, PrimaryRules.CloseEstimate(3, [100, 50, 4], 10, 50)!.Up);
    }
}
