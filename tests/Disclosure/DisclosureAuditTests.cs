using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

public sealed class DisclosureAuditTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Intervals_are_those_that_counting_every_possible_table_gives(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 15; round++)
        {
            decimal[] values = Enumerable.Range(0, 6).Select(_ => (decimal)random.Next(0, 7)).ToArray();
            CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("b", 3)], values)]).System;
            // Totals are shown, so that there are finitely many tables.
            bool[] hidden = system.Cells.Select(cell => !cell.Label.Contains('計', StringComparison.Ordinal) && random.Next(4) > 0).ToArray();
            AttackerView view = AttackerView.Of(system, hidden);

            AuditReport report = DisclosureAudit.Run(view, Enumerable.Range(0, hidden.Length).Select(cell => new AuditTarget(cell, 0)).ToList());

            (decimal[] least, decimal[] most) = Count(view);
            Assert.All(report.Findings, finding => Assert.Equal((least[finding.Target.Cell], most[finding.Target.Cell]), (finding.Lower, finding.Upper ?? -1)));
        }
    }

    [Fact]
    public void Fractions_do_not_make_a_count_uncertain()
    {
        // 2a + … cannot be said with sums, but three pairs can: a + b = 5, b + c = 5, a + c = 5 leave a = 2.5 alone, which no count is.
        AttackerCell[] cells = [Unknown("a"), Unknown("b"), Unknown("c"), Known("ab", 5), Known("bc", 5), Known("ac", 5)];
        CellSum[] sums = [new(3, [0, 1]), new(4, [1, 2]), new(5, [0, 2])];

        AuditFinding finding = DisclosureAudit.Run(new AttackerView(cells, sums), [new AuditTarget(0, 0)]).Findings[0];

        Assert.NotEqual(SafetyVerdict.Protected, finding.Verdict);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_verdict_is_that_of_counting_every_possible_table(int seed)
    {
        Random random = new(seed);
        int safe = 0, narrow = 0;
        for (int round = 0; round < 20; round++)
        {
            decimal[] values = Enumerable.Range(0, 8).Select(_ => (decimal)random.Next(0, 6)).ToArray();
            Hierarchy[] dimensions = [DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("b", 2), DisclosureSamples.Lines("c", 2)];
            CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table(dimensions, values)]).System;
            bool[] hidden = system.Cells.Select(cell => !cell.Label.Contains('計', StringComparison.Ordinal)).ToArray();
            // Some totals are hidden too, never the one of everything: there are finitely many tables.
            for (int cell = 0; cell < hidden.Length; cell++)
            {
                hidden[cell] |= system.Sums.Any(sum => sum.Parts.Contains(cell)) && random.Next(3) == 0;
            }

            AttackerView view = AttackerView.Of(system, hidden);
            List<AuditTarget> targets = Enumerable.Range(0, hidden.Length).Select(cell => new AuditTarget(cell, random.Next(1, 6), random.Next(3) == 0 ? view.Cells[cell].Lower + random.Next(1, 5) : null)).ToList();

            AuditReport report = DisclosureAudit.Run(view, targets, AuditDepth.Verdicts);

            (decimal[] least, decimal[] most) = CountLeaves(view, system);
            foreach (AuditFinding finding in report.Findings)
            {
                AuditTarget target = finding.Target;
                bool isSafe = most[target.Cell] - least[target.Cell] >= target.Width && (target.Reach is not { } reach || most[target.Cell] >= reach);
                Assert.True(isSafe == (finding.Verdict == SafetyVerdict.Protected), $"seed {seed}, round {round}: {finding}, counted {least[target.Cell]} to {most[target.Cell]}");
                safe += isSafe ? 1 : 0;
                narrow += isSafe ? 0 : 1;
            }
        }

        Assert.True(safe > 30 && narrow > 30, $"{safe} safe, {narrow} not");
    }

    [Fact]
    public void Figures_that_contradict_each_other_are_refused()
    {
        AttackerCell[] cells = [Known("total", 10), Known("a", 12), Unknown("b")];

        DisclosureException fault = Assert.Throws<DisclosureException>(() => DisclosureAudit.Run(new AttackerView(cells, [new CellSum(0, [1, 2])]), [new AuditTarget(2, 1)]));

        Assert.Equal(DisclosureFault.InconsistentTotal, fault.Fault);
    }

    [Fact]
    public void Who_knows_people_of_a_figure_knows_more()
    {
        // 3 + 9 of 12: hidden, each lies between 0 and 12. Whoever knows nine of the second knows that the first is three at most.
        CellSystem system = LinkedTableSet.Build([DisclosureSamples.Table([DisclosureSamples.Lines("a", 2)], 3, 9)]).System;
        int first = system.Find("6:people|1:a=2:a1"), second = system.Find("6:people|1:a=2:a2");
        AttackerView view = AttackerView.Of(system, Enumerable.Range(0, 3).Select(cell => cell == first || cell == second).ToList());

        AuditFinding stranger = DisclosureAudit.Run(view, [new AuditTarget(first, 10)]).Findings[0];
        AuditFinding friend = DisclosureAudit.Run(view.Knowing(second, 9), [new AuditTarget(first, 10)]).Findings[0];

        Assert.Equal((SafetyVerdict.Protected, 0m, 12m), (stranger.Verdict, stranger.Lower, stranger.Upper!.Value));
        Assert.Equal((SafetyVerdict.TooNarrow, 0m, 3m), (friend.Verdict, friend.Lower, friend.Upper!.Value));
    }

    private static AttackerCell Known(string key, decimal value) => new(key, key, value, value);

    private static AttackerCell Unknown(string key) => new(key, key, 0, null);

    private static (decimal[] Least, decimal[] Most) Count(AttackerView view)
    {
        int[] unknown = Enumerable.Range(0, view.Cells.Count).Where(cell => !view.Cells[cell].IsKnown).ToArray();
        decimal[] table = view.Cells.Select(cell => cell.Lower).ToArray();
        decimal[] least = Enumerable.Repeat(decimal.MaxValue, table.Length).ToArray(), most = Enumerable.Repeat(decimal.MinValue, table.Length).ToArray();
        void Try(int at)
        {
            if (at == unknown.Length)
            {
                if (view.Sums.All(sum => sum.Parts.Sum(part => table[part]) == table[sum.Total]))
                {
                    for (int cell = 0; cell < table.Length; cell++)
                    {
                        least[cell] = Math.Min(least[cell], table[cell]);
                        most[cell] = Math.Max(most[cell], table[cell]);
                    }
                }

                return;
            }

            decimal largest = view.Sums.Where(sum => sum.Parts.Contains(unknown[at])).Min(sum => table[sum.Total]);
            for (decimal value = 0; value <= largest; value++)
            {
                table[unknown[at]] = value;
                if (view.Sums.Where(sum => sum.Parts.Contains(unknown[at])).All(sum => sum.Parts.Where(part => Array.IndexOf(unknown, part) <= at).Sum(part => table[part]) <= table[sum.Total]))
                {
                    Try(at + 1);
                }
            }

            table[unknown[at]] = 0;
        }

        Try(0);
        return (least, most);
    }

    // Every way to fill the leaves that agrees with the figures shown.
    private static (decimal[] Least, decimal[] Most) CountLeaves(AttackerView view, CellSystem system)
    {
        int[] leaves = Enumerable.Range(0, view.Cells.Count).Where(cell => system.Sums.All(sum => sum.Total != cell)).ToArray();
        HashSet<int>[] partsOf = Enumerable.Range(0, view.Cells.Count).Select(cell => LeavesOf(cell, system)).ToArray();
        int[] shown = Enumerable.Range(0, view.Cells.Count).Where(cell => view.Cells[cell].IsKnown).ToArray();
        decimal[] table = new decimal[view.Cells.Count];
        decimal[] least = Enumerable.Repeat(decimal.MaxValue, table.Length).ToArray(), most = Enumerable.Repeat(decimal.MinValue, table.Length).ToArray();
        void Try(int at)
        {
            if (at == leaves.Length)
            {
                if (shown.All(cell => partsOf[cell].Sum(leaf => table[leaf]) == view.Cells[cell].Lower))
                {
                    for (int cell = 0; cell < table.Length; cell++)
                    {
                        decimal value = partsOf[cell].Sum(leaf => table[leaf]);
                        least[cell] = Math.Min(least[cell], value);
                        most[cell] = Math.Max(most[cell], value);
                    }
                }

                return;
            }

            decimal largest = shown.Where(cell => partsOf[cell].Contains(leaves[at])).Min(cell => view.Cells[cell].Lower - partsOf[cell].Sum(leaf => table[leaf]));
            for (decimal value = 0; value <= largest; value++)
            {
                table[leaves[at]] = value;
                Try(at + 1);
            }

            table[leaves[at]] = 0;
        }

        Try(0);
        return (least, most);
    }

    private static HashSet<int> LeavesOf(int cell, CellSystem system) =>
        system.Sums.FirstOrDefault(sum => sum.Total == cell) is { } sum ? [.. sum.Parts.SelectMany(part => LeavesOf(part, system))] : [cell];
}
