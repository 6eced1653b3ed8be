using System.Diagnostics;
using System.Globalization;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Bench;

/// <summary>Protects and audits a linked set of tables, and compares the cost of what is hidden with the optimum and with a rule that looks at one sum at a time.</summary>
/// <remarks>
/// <c>disclosure [--children N] [--indicators N] [--small N] [--seed S]</c>. The set: districts × ages × sexes × each indicator (yes or no), linked over the children; the small tables: two or three
/// dimensions of a few lines, solved to the proved optimum. Ends with 1 where the audit finds a figure that is not safe.
/// </remarks>
public static class DisclosureCommand
{
    private const int Districts = 10;
    private const int Ages = 6;
    private const int Sexes = 2;

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        Dictionary<string, int> settings = new() { ["--children"] = 6_000, ["--indicators"] = 8, ["--small"] = 200, ["--seed"] = 1 };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !settings.ContainsKey(args[i]) || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                error.WriteLine("usage: disclosure [--children N] [--indicators N] [--small N] [--seed S]");
                return 2;
            }

            settings[args[i]] = value;
        }

        bool safe = Large(settings, output);
        safe &= Small(settings, output);
        return safe ? 0 : 1;
    }

    private static bool Large(Dictionary<string, int> settings, TextWriter output)
    {
        Random random = new(settings["--seed"]);
        IReadOnlyList<LinkedTable> tables = Tables(random, settings["--children"], settings["--indicators"]);
        output.WriteLine("| effort | figures | sums | to protect | hidden | of them further | cost of the further | bound | gap | s: rules | protect | audit | all | s of processor: protect | audit | all | safe | programs |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|");
        bool allSafe = true;
        foreach ((string name, ProtectionEffort effort) in new[] { ("heuristic", ProtectionEffort.Heuristic), ("default", ProtectionEffort.Default) })
        {
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
            long start = Stopwatch.GetTimestamp();
            PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build(tables), DisclosureProfile.JpNdb);
            double rules = Stopwatch.GetElapsedTime(start).TotalSeconds;
            long protecting = Stopwatch.GetTimestamp();
            ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, effort);
            double protect = Stopwatch.GetElapsedTime(protecting).TotalSeconds;
            TimeSpan protectedAt = Process.GetCurrentProcess().TotalProcessorTime;
            long auditing = Stopwatch.GetTimestamp();
            AuditReport report = Audit(assessment, result.Hidden);
            double audit = Stopwatch.GetElapsedTime(auditing).TotalSeconds;
            TimeSpan auditedAt = Process.GetCurrentProcess().TotalProcessorTime;
            double all = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int hidden = Count(assessment.System, result.Hidden), primary = Count(assessment.System, result.IsPrimary);
            output.WriteLine(FormattableString.Invariant(
                $"| {name} | {assessment.System.Cells.Count:N0} | {assessment.System.Sums.Count:N0} | {assessment.Needs.Count:N0} | {hidden:N0} | {hidden - primary:N0} | {result.SecondaryCost:N0} | {result.SecondaryBound:N0} | {result.Gap:P1} | {rules:F2} | {protect:F2} | {audit:F2} | {all:F2} | {(protectedAt - processor).TotalSeconds:F1} | {(auditedAt - protectedAt).TotalSeconds:F1} | {(auditedAt - processor).TotalSeconds:F1} | {(report.IsSafe && result.Unprotected.Count == 0 ? "yes" : "NO")} | {report.Programs:N0} |"));
            allSafe &= report.IsSafe && result.Unprotected.Count == 0;
            if (name == "default")
            {
                bool[] simple = Simple(assessment);
                AuditReport simpleReport = Audit(assessment, simple);
                output.WriteLine(FormattableString.Invariant(
                    $"| one sum at a time | | | | {Count(assessment.System, simple):N0} | {Count(assessment.System, simple) - primary:N0} | {Cost(assessment, simple):N0} | | | | | | | | | | {(simpleReport.IsSafe ? "yes" : $"NO: {simpleReport.Findings.Count(finding => finding.Verdict != SafetyVerdict.Protected):N0} figures")} | |"));
            }
        }

        output.WriteLine();
        return allSafe;
    }

    private static bool Small(Dictionary<string, int> settings, TextWriter output)
    {
        Random random = new(settings["--seed"]);
        long heuristic = 0, usual = 0, optimal = 0, simple = 0, simpleSafe = 0, optimalOfSafe = 0;
        double worstHeuristic = 1, worstUsual = 1;
        int compared = 0, unproved = 0, simpleUnsafe = 0, usualOptimal = 0;
        bool allSafe = true;
        while (compared < settings["--small"])
        {
            PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build(SmallTables(random)), DisclosureProfile.JpNdb);
            ProtectionResult exact = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Exact);
            if (exact.SecondaryCost == 0)
            {
                continue;
            }

            compared++;
            unproved += exact.IsOptimal ? 0 : 1;
            ProtectionResult quick = Protection.Protect(assessment.System, assessment.Needs, ProtectionEffort.Heuristic);
            ProtectionResult normal = Protection.Protect(assessment.System, assessment.Needs);
            bool[] oneSum = Simple(assessment);
            allSafe &= Audit(assessment, exact.Hidden).IsSafe && Audit(assessment, quick.Hidden).IsSafe && Audit(assessment, normal.Hidden).IsSafe;
            optimal += exact.SecondaryCost;
            heuristic += quick.SecondaryCost;
            usual += normal.SecondaryCost;
            usualOptimal += normal.SecondaryCost == exact.SecondaryCost ? 1 : 0;
            worstHeuristic = Math.Max(worstHeuristic, quick.SecondaryCost / (double)exact.SecondaryCost);
            worstUsual = Math.Max(worstUsual, normal.SecondaryCost / (double)exact.SecondaryCost);
            simple += Cost(assessment, oneSum);
            if (Audit(assessment, oneSum).IsSafe)
            {
                simpleSafe += Cost(assessment, oneSum);
                optimalOfSafe += exact.SecondaryCost;
            }
            else
            {
                simpleUnsafe++;
            }
        }

        output.WriteLine(FormattableString.Invariant($"{compared} small tables that need further figures, optimum proved in {compared - unproved}; cost of the further figures beside it:"));
        output.WriteLine();
        output.WriteLine("| method | all together | worst table | at the optimum | not safe |");
        output.WriteLine("|---|---:|---:|---:|---:|");
        output.WriteLine(FormattableString.Invariant($"| heuristic | {(double)heuristic / optimal - 1:P1} above | {worstHeuristic - 1:P0} above | | 0 |"));
        output.WriteLine(FormattableString.Invariant($"| default | {(double)usual / optimal - 1:P2} above | {worstUsual - 1:P1} above | {usualOptimal} of {compared} | 0 |"));
        output.WriteLine(FormattableString.Invariant($"| one sum at a time | {(double)simple / optimal - 1:P1} above ({(double)simpleSafe / Math.Max(optimalOfSafe, 1) - 1:P1} where it is safe) | | | {simpleUnsafe} |"));
        return allSafe;
    }

    // Children spread unevenly; each indicator with a rate of its own that differs by age.
    private static List<LinkedTable> Tables(Random random, int children, int indicators)
    {
        double[] rates = Enumerable.Range(0, indicators).Select(_ => Math.Exp(-1 - (3 * random.NextDouble()))).ToArray();
        double[] weights = Enumerable.Range(0, Districts).Select(_ => Math.Exp(2 * random.NextDouble())).ToArray();
        decimal[][] values = rates.Select(_ => new decimal[Districts * Ages * Sexes * 2]).ToArray();
        for (int child = 0; child < children; child++)
        {
            int district = Pick(random, weights), age = random.Next(Ages), sex = random.Next(Sexes);
            for (int indicator = 0; indicator < indicators; indicator++)
            {
                bool yes = random.NextDouble() < rates[indicator] * (0.5 + (age / (double)Ages));
                values[indicator][(((((district * Ages) + age) * Sexes) + sex) * 2) + (yes ? 0 : 1)]++;
            }
        }

        Hierarchy[] people = [Lines("district", Districts, UnitKind.District), Lines("age", Ages, UnitKind.City), Lines("sex", Sexes, UnitKind.City)];
        return values.Select((cells, indicator) => new LinkedTable($"indicator{indicator}", $"indicator {indicator}", "children", [.. people, Lines($"indicator{indicator}", 2, UnitKind.City, true)], cells)).ToList();
    }

    private static List<LinkedTable> SmallTables(Random random)
    {
        Hierarchy[] dimensions = random.Next(3) == 0
            ? [Lines("a", 2, UnitKind.City), Lines("b", 3, UnitKind.City), Lines("c", 2, UnitKind.City)]
            : [Lines("a", random.Next(3, 6), UnitKind.City), Lines("b", random.Next(3, 6), UnitKind.City)];
        int size = dimensions.Aggregate(1, (product, dimension) => product * dimension.Leaves.Count);
        return [new LinkedTable("t", "t", "people", dimensions, Enumerable.Range(0, size).Select(_ => (decimal)(random.Next(4) == 0 ? random.Next(0, 10) : random.Next(10, 100))).ToList())];
    }

    private static Hierarchy Lines(string code, int count, UnitKind kind, bool isAttribute = false) =>
        Hierarchy.Flat(code, "all", Enumerable.Range(1, count).Select(line => new HierarchyNode($"{line}", $"{code} {line}", null, kind)), isAttribute);

    private static int Pick(Random random, double[] weights)
    {
        double at = random.NextDouble() * weights.Sum();
        for (int i = 0; i < weights.Length; i++)
        {
            at -= weights[i];
            if (at < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    // In every sum the hidden figures are at least two and together reach the threshold, as far as figures are left to hide: what is done by hand.
    private static bool[] Simple(PrimaryAssessment assessment)
    {
        CellSystem system = assessment.System;
        Dictionary<int, CellNeed> needs = assessment.Needs.ToDictionary(need => need.Cell);
        bool[] hidden = system.Cells.Select((cell, place) => cell.Kind == CellKind.Unpublished || needs.ContainsKey(place)).ToArray();
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (CellSum sum in system.Sums)
            {
                int[] places = [.. sum.Parts, sum.Total];
                int[] inside = places.Where(place => hidden[place]).ToArray();
                decimal width = inside.Select(place => needs.GetValueOrDefault(place)?.Width ?? 0).DefaultIfEmpty(0).Max();
                if (inside.Length == 0 || (inside.Length > 1 && (hidden[sum.Total] || inside.Sum(place => system.Cells[place].Value) >= width)))
                {
                    continue;
                }

                int next = places.Where(place => !hidden[place] && system.Cells[place].Kind == CellKind.Open)
                    .OrderBy(place => place == sum.Total).ThenBy(place => system.Cells[place].Value == 0).ThenBy(place => system.Cells[place].Value).FirstOrDefault(-1);
                if (next != -1)
                {
                    hidden[next] = changed = true;
                }
            }
        }

        return hidden;
    }

    private static AuditReport Audit(PrimaryAssessment assessment, IReadOnlyList<bool> hidden) => DisclosureAudit.Run(
        AttackerView.Of(assessment.System, hidden), assessment.Needs.Select(need => new AuditTarget(need.Cell, need.Width)).ToList(), AuditDepth.Verdicts);

    private static int Count(CellSystem system, IReadOnlyList<bool> which) => Enumerable.Range(0, which.Count).Count(cell => which[cell] && system.Cells[cell].Kind == CellKind.Open);

    private static long Cost(PrimaryAssessment assessment, bool[] hidden)
    {
        HashSet<int> primary = assessment.Needs.Select(need => need.Cell).ToHashSet();
        return Enumerable.Range(0, hidden.Length).Where(cell => hidden[cell] && !primary.Contains(cell) && assessment.System.Cells[cell].Kind == CellKind.Open).Sum(cell => assessment.System.Cells[cell].Cost);
    }
}
