using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

public sealed class ProtectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_hidden_in_random_linked_tables_can_be_computed_more_closely_than_its_threshold(int seed)
    {
        Random random = new(seed);
        int needs = 0, secondary = 0;
        for (int round = 0; round < 12; round++)
        {
            PrimaryAssessment assessment = PrimaryRules.Assess(DisclosureSamples.RandomSet(random), DisclosureProfile.JpNdb);
            ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken);

            Assert.Empty(result.Unprotected);
            Assert.All(assessment.Needs, need => Assert.True(result.Hidden[need.Cell]));
            AuditReport report = DisclosureSamples.Audit(assessment, result.Hidden, AuditDepth.Intervals);
            Assert.All(report.Findings, finding => Assert.True(
                finding.Verdict == SafetyVerdict.Protected && (finding.Upper is not { } upper || upper - finding.Lower >= finding.Target.Width), $"seed {seed}, round {round}: {finding}"));
            Assert.True(result.SecondaryBound <= result.SecondaryCost);
            needs += assessment.Needs.Count;
            secondary += Enumerable.Range(0, result.Hidden.Count).Count(cell => result.Hidden[cell] && !result.IsPrimary[cell]);
        }

        // The tables are no easy ones.
        Assert.True(needs > 40 && secondary > 30, $"{needs} figures to protect, {secondary} hidden for their sake");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void The_heuristic_alone_protects_too_and_never_beats_the_bound_of_the_exact_method(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 8; round++)
        {
            PrimaryAssessment assessment = PrimaryRules.Assess(DisclosureSamples.RandomSet(random), DisclosureProfile.JpNdb);
            ProtectionResult quick = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Heuristic, TestContext.Current.CancellationToken);
            ProtectionResult best = Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken);

            Assert.True(DisclosureSamples.Audit(assessment, quick.Hidden).IsSafe);
            Assert.InRange(best.SecondaryCost, best.SecondaryBound, quick.SecondaryCost);
        }
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    public void Tables_that_share_figures_are_protected_one_by_one_and_all_together(int seed)
    {
        Random random = new(seed);
        int needs = 0, secondary = 0, dearer = 0;
        for (int round = 0; round < 8; round++)
        {
            PrimaryAssessment assessment = PrimaryRules.Assess(DisclosureSamples.RandomFindings(random, random.Next(2, 5)), DisclosureProfile.JpNdb);
            ProtectionResult parts = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Default with { LargestWhole = 0 }, TestContext.Current.CancellationToken);
            ProtectionResult whole = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Default with { LargestWhole = int.MaxValue }, TestContext.Current.CancellationToken);

            Assert.Equal(whole.Unprotected, parts.Unprotected);
            Assert.True(DisclosureSamples.Audit(assessment, parts.Hidden).IsSafe, $"seed {seed}, round {round}");
            Assert.True(DisclosureSamples.Audit(assessment, whole.Hidden).IsSafe, $"seed {seed}, round {round}");
            Assert.True(parts.SecondaryBound <= whole.SecondaryCost && whole.SecondaryBound <= parts.SecondaryCost, $"seed {seed}, round {round}: {parts.SecondaryBound} to {parts.SecondaryCost}, {whole.SecondaryBound} to {whole.SecondaryCost}");
            needs += assessment.Needs.Count;
            secondary += Enumerable.Range(0, parts.Hidden.Count).Count(cell => parts.Hidden[cell] && !parts.IsPrimary[cell]);
            dearer += parts.SecondaryCost == whole.SecondaryCost ? 0 : 1;
        }

        // Both ways were gone: the results differ somewhere.
        Assert.True(needs > 100 && secondary > 50 && dearer > 0, $"{needs} figures to protect, {secondary} hidden for their sake, {dearer} sets with another cost");
    }

    [Theory]
    [InlineData(21, CostRule.Number)]
    [InlineData(22, CostRule.Value)]
    [InlineData(23, CostRule.Logarithm)]
    public void The_optimum_of_tiny_tables_is_the_one_that_trying_every_set_finds(int seed, CostRule cost)
    {
        Random random = new(seed);
        int compared = 0, costing = 0;
        while (compared < 8)
        {
            Hierarchy[] dimensions = [DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("b", random.Next(2, 4))];
            decimal[] values = Enumerable.Range(0, dimensions[1].Leaves.Count * 2).Select(_ => (decimal)(random.Next(3) == 0 ? random.Next(1, 10) : random.Next(10, 60))).ToArray();
            PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build([DisclosureSamples.Table(dimensions, values)], cost), DisclosureProfile.JpNdb);
            if (assessment.Needs.Count == 0)
            {
                continue;
            }

            ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Exact, TestContext.Current.CancellationToken);

            Assert.True(result.IsOptimal);
            Assert.True(DisclosureSamples.Audit(assessment, result.Hidden).IsSafe);
            Assert.Equal(CheapestOfAll(assessment), result.SecondaryCost);
            compared++;
            costing += result.SecondaryCost > 0 ? 1 : 0;
        }

        Assert.True(costing >= 4, $"{costing} of {compared} tables needed more than their primary figures");
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void The_audit_notices_every_secondary_figure_that_is_shown_after_all(int seed)
    {
        Random random = new(seed);
        int shown = 0;
        for (int round = 0; round < 8; round++)
        {
            PrimaryAssessment assessment = PrimaryRules.Assess(DisclosureSamples.RandomSet(random), DisclosureProfile.JpNdb);
            ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken);
            foreach (int cell in Enumerable.Range(0, result.Hidden.Count).Where(cell => result.Hidden[cell] && !result.IsPrimary[cell] && assessment.System.Cells[cell].Kind == CellKind.Open))
            {
                bool[] careless = [.. result.Hidden];
                careless[cell] = false;
                Assert.False(DisclosureSamples.Audit(assessment, careless).IsSafe, $"seed {seed}, round {round}: {assessment.System.Cells[cell].Label} need not be hidden");
                shown++;
            }
        }

        Assert.True(shown > 20, $"{shown} figures were tried");
    }

    [Fact]
    public void The_same_tables_give_the_same_figures_each_time()
    {
        PrimaryAssessment[] twice = Enumerable.Range(0, 2).Select(_ => PrimaryRules.Assess(DisclosureSamples.RandomSet(new Random(5)), DisclosureProfile.JpNdb)).ToArray();
        ProtectionResult[] results = twice.Select(assessment => Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken)).ToArray();

        Assert.Equal(results[0].Hidden, results[1].Hidden);
        Assert.Equal(results[0].SecondaryBound, results[1].SecondaryBound);
    }

    [Fact]
    public void What_is_public_already_is_not_protected_and_said_to_be_so()
    {
        SystemCell[] cells = [new("t", "total", 30), new("a", "a", 4, CellKind.Public), new("b", "b", 26)];
        CellSystem system = CellSystem.Create(cells, [new CellSum(0, [1, 2])]);

        ProtectionResult result = Protection.Protect(system, [new CellNeed(1, 10, 0, 0, PrimaryReason.SmallCount)], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(1, Assert.Single(result.Unprotected).Cell);
        Assert.False(result.Hidden[1]);
    }

    // Every set of further figures that is cheaper than hiding all of them, judged by the audit, which shares no code with the solver.
    private static long CheapestOfAll(PrimaryAssessment assessment)
    {
        CellSystem system = assessment.System;
        HashSet<int> primary = assessment.Needs.Select(need => need.Cell).ToHashSet();
        int[] open = Enumerable.Range(0, system.Cells.Count).Where(cell => system.Cells[cell].Kind == CellKind.Open && !primary.Contains(cell)).ToArray();
        IEnumerable<(long Cost, int Set)> sets = Enumerable.Range(0, 1 << open.Length)
            .Select(set => (open.Where((_, bit) => (set >> bit & 1) != 0).Sum(cell => system.Cells[cell].Cost), set))
            .OrderBy(pair => pair.Item1).ThenBy(pair => pair.set);
        foreach ((long cost, int set) in sets)
        {
            bool[] hidden = system.Cells.Select((cell, place) => cell.Kind == CellKind.Unpublished || primary.Contains(place)).ToArray();
            for (int bit = 0; bit < open.Length; bit++)
            {
                hidden[open[bit]] |= (set >> bit & 1) != 0;
            }

            if (DisclosureSamples.Audit(assessment, hidden).IsSafe)
            {
                return cost;
            }
        }

        throw new InvalidOperationException("Not even hiding everything protects.");
    }
}
