using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

/// <summary>Made-up tables and what is checked of every protected set.</summary>
internal static class DisclosureSamples
{
    /// <summary>Returns a flat dimension of so many lines.</summary>
    internal static Hierarchy Lines(string code, int count, UnitKind kind = UnitKind.City, bool isAttribute = false) =>
        Hierarchy.Flat(code, "計", Enumerable.Range(1, count).Select(line => new HierarchyNode(code + line, code + line, null, kind)), isAttribute);

    /// <summary>Returns a dimension of two levels: so many groups, each of so many lines.</summary>
    internal static Hierarchy Groups(string code, int groups, int lines)
    {
        List<HierarchyNode> nodes = [new HierarchyNode("", "計", null)];
        for (int group = 1; group <= groups; group++)
        {
            nodes.Add(new HierarchyNode($"{code}{group}", $"{code}{group}", ""));
            nodes.AddRange(Enumerable.Range(1, lines).Select(line => new HierarchyNode($"{code}{group}.{line}", $"{code}{group}.{line}", $"{code}{group}")));
        }

        return new Hierarchy(code, nodes);
    }

    /// <summary>Returns one table.</summary>
    internal static LinkedTable Table(IReadOnlyList<Hierarchy> dimensions, params decimal[] values) => new("t", "表", "people", dimensions, values);

    /// <summary>Returns tables of the same people over different pairs of dimensions, made from one random cube: linked, sometimes hierarchical, many figures small or zero.</summary>
    internal static LinkedTableSet RandomSet(Random random)
    {
        Hierarchy[] dimensions =
        [
            random.Next(2) == 0 ? Lines("a", random.Next(2, 5), UnitKind.District) : Groups("a", 2, random.Next(1, 3)),
            random.Next(2) == 0 ? Lines("b", random.Next(2, 5)) : Groups("b", 2, 2),
            Lines("c", random.Next(2, 4), isAttribute: random.Next(2) == 0),
        ];
        int[] sizes = dimensions.Select(dimension => dimension.Leaves.Count).ToArray();
        decimal[,,] cube = new decimal[sizes[0], sizes[1], sizes[2]];
        for (int i = 0; i < cube.Length; i++)
        {
            cube[i / (sizes[1] * sizes[2]), i / sizes[2] % sizes[1], i % sizes[2]] = random.Next(4) switch { 0 => 0, 1 => random.Next(1, 15), _ => random.Next(10, 150) };
        }

        int[][] pairs = random.Next(3) == 0 ? [[0, 1, 2]] : [[0, 1], [0, 2], [1, 2]];
        return LinkedTableSet.Build(pairs.Select((pair, t) => Margin("t" + t, dimensions, cube, pair)).ToList(), (CostRule)random.Next(3));
    }

    /// <summary>Returns tables of the same people by district, age and each of several findings (yes or no): linked by the people, many figures small or zero.</summary>
    internal static LinkedTableSet RandomFindings(Random random, int findings)
    {
        Hierarchy[] people = [Lines("a", random.Next(2, 5), UnitKind.District), random.Next(2) == 0 ? Lines("b", random.Next(2, 4)) : Groups("b", 2, 2)];
        int groups = people[0].Leaves.Count * people[1].Leaves.Count;
        int[] sizes = Enumerable.Range(0, groups).Select(_ => random.Next(3) == 0 ? random.Next(0, 20) : random.Next(15, 150)).ToArray();
        return LinkedTableSet.Build(
            Enumerable.Range(0, findings).Select(finding =>
            {
                int share = random.Next(2, 12);
                decimal[] values = sizes.SelectMany(size =>
                {
                    decimal yes = Enumerable.Range(0, size).Count(_ => random.Next(share) == 0);
                    return new[] { yes, size - yes };
                }).ToArray();
                return new LinkedTable($"f{finding}", $"所見{finding}", "people", [.. people, Lines($"f{finding}", 2, isAttribute: true)], values);
            }).ToList(),
            (CostRule)random.Next(3));
    }

    /// <summary>Returns the figures that are asked for when a protected set is audited.</summary>
    internal static List<AuditTarget> Targets(PrimaryAssessment assessment) =>
        assessment.Needs.Select(need => new AuditTarget(
            need.Cell,
            need.Width,
            need.Up > 0 ? assessment.System.Cells[need.Cell].Value + need.Up : null,
            need.Down > 0 ? assessment.System.Cells[need.Cell].Value - need.Down : null)).ToList();

    /// <summary>Returns what the audit finds when these figures are hidden.</summary>
    internal static AuditReport Audit(PrimaryAssessment assessment, IReadOnlyList<bool> hidden, AuditDepth depth = AuditDepth.Verdicts) =>
        DisclosureAudit.Run(AttackerView.Of(assessment.System, hidden), Targets(assessment), depth);

    /// <summary>Returns what figures hidden for the sake of others cost.</summary>
    internal static long SecondaryCost(CellSystem system, IReadOnlyList<bool> hidden, IReadOnlyList<bool> primary) =>
        Enumerable.Range(0, hidden.Count).Where(cell => hidden[cell] && !primary[cell] && system.Cells[cell].Kind == CellKind.Open).Sum(cell => system.Cells[cell].Cost);

    private static LinkedTable Margin(string code, Hierarchy[] dimensions, decimal[,,] cube, int[] kept)
    {
        int[] sizes = kept.Select(d => dimensions[d].Leaves.Count).ToArray();
        decimal[] values = new decimal[sizes.Aggregate(1, (product, size) => product * size)];
        int[] at = new int[3];
        for (at[0] = 0; at[0] < cube.GetLength(0); at[0]++)
        {
            for (at[1] = 0; at[1] < cube.GetLength(1); at[1]++)
            {
                for (at[2] = 0; at[2] < cube.GetLength(2); at[2]++)
                {
                    int place = 0;
                    for (int k = 0; k < kept.Length; k++)
                    {
                        place = (place * sizes[k]) + at[kept[k]];
                    }

                    values[place] += cube[at[0], at[1], at[2]];
                }
            }
        }

        return new LinkedTable(code, "表" + code, "people", kept.Select(d => dimensions[d]).ToList(), values);
    }
}
