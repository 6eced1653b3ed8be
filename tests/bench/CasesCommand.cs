using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Tables;
using Warehouse.Reporting.Host;

namespace Warehouse.Bench;

/// <summary>Times the search for minimal patterns on public tables, counts them again by brute force, and writes the tables for other miners.</summary>
/// <remarks>
/// <c>cases --folder DIR [--only a,b] [--export DIR] [--threads N]</c>. Items are every category and seven cuts of every number, each with its negation, held by 0.5 % to 95 % of the rows.
/// <c>--export</c> writes the rows of the target class as lines of item numbers, the form that itemset miners read.
/// </remarks>
public static class CasesCommand
{
    private const int Runs = 3;

    private const int BruteLength = 3;

    private static readonly Case[] Cases =
    [
        new("student_por_new.csv", "class", "Low", ["G1", "G2"], 10, 0.6, 3),
        new("student_por_new.csv", "class", "Low", ["G1", "G2"], 10, 0.6, 4),
        new("german_data_credit.csv", "class-label", "0", [], 15, 0.8, 4),
        new("compas_two_year_clean.csv", "is_recid", "1", [], 60, 0.8, 8),
        new("adult.csv", "income-per-year", null, [], 400, 0.9, 4),
        new("adult.csv", "income-per-year", null, [], 400, 0.9, 5),
        new("mushroom.arff", "class", "p", [], 196, 0.99, 3),
        new("mushroom.arff", "class", "p", [], 196, 0.99, 4),
        new("splice.arff", "Class", "EI", [], 38, 0.9, 3),
        new("kr.vs.kp.arff", "class", "nowin", [], 76, 0.9, 4),
        new("kr.vs.kp.arff", "class", "nowin", [], 76, 0.9, 5),
    ];

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        string folder = "", export = "";
        string[] only = [];
        int threads = 1;
        bool known = args.Length % 2 == 0;
        for (int i = 0; known && i < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--folder":
                    folder = args[i + 1];
                    break;
                case "--only":
                    only = args[i + 1].Split(',');
                    break;
                case "--export":
                    export = args[i + 1];
                    break;
                case "--threads":
                    threads = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                default:
                    known = false;
                    break;
            }
        }

        if (!known || !Directory.Exists(folder))
        {
            error.WriteLine("usage: cases --folder DIR [--only FILE,FILE] [--export DIR] [--threads N]");
            return 2;
        }

        bool differs = false;
        output.WriteLine("| table | rows (target, others) | items | σ, γ, L | minimal patterns | s, best of 3 | CPU s | up to three conditions, by brute force |");
        output.WriteLine("|---|---|---:|---|---:|---:|---:|---|");
        foreach (Case one in Cases.Where(c => only.Length == 0 || only.Contains(c.File, StringComparer.Ordinal)))
        {
            LabelledTable table = LabelledTable.Build(TableFile.Read(Path.Combine(folder, one.File)), new TableRoles { Target = one.Target, Positive = one.Positive, Excluded = one.LeftOut });
            var bits = ItemEncoder.Fit(table.Features, new ItemOptions { MaxCuts = 7, MaxMinedCuts = 7, MaxMinedItems = int.MaxValue }).Encode(table.Features);
            int[] target = [.. Enumerable.Range(0, table.Label.Length).Where(r => table.Label[r])], other = [.. Enumerable.Range(0, table.Label.Length).Where(r => !table.Label[r])];
            ulong[][] p = bits.Take(target).Columns, q = bits.Take(other).Columns;
            if (export.Length > 0)
            {
                Directory.CreateDirectory(export);
                File.WriteAllLines(
                    Path.Combine(export, Path.GetFileNameWithoutExtension(one.File) + ".txt"),
                    target.Select(r => string.Join(' ', Enumerable.Range(0, p.Length).Where(i => bits.Get(i, r)))));
            }

            (double Seconds, double Cpu, int Count) best = (double.PositiveInfinity, 0, 0);
            for (int run = 0; run < Runs; run++)
            {
                TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
                long begun = Stopwatch.GetTimestamp();
                int count = Search(one.Length, one).Count;
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                best = seconds < best.Seconds ? (seconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds, count) : best;
            }

            string found = Counts(Search(Math.Min(one.Length, BruteLength), one).Select(f => f.Items.Length)), brute = Counts(Brute(p, q, one));
            differs |= found != brute;
            output.WriteLine(FormattableString.Invariant(
                $"| {Path.GetFileNameWithoutExtension(one.File)} | {target.Length:N0}, {other.Length:N0} | {p.Length} | {one.Support}, {one.Confidence}, {one.Length} | {best.Count:N0} | {best.Seconds:0.000} | {best.Cpu:0.000} | {(found == brute ? "equal: " : "DIFFERENT: " + found + " for ")}{brute} |"));
            output.Flush();

            List<FoundPattern> Search(int length, Case c) => new PatternSearch(p, q, target.Length, other.Length, c.Support, 1, c.Confidence, length, threads).Run(CancellationToken.None);
        }

        return differs ? 1 : 0;
    }

    private static string Counts(IEnumerable<int> lengths)
    {
        int[] of = new int[BruteLength + 1];
        foreach (int length in lengths)
        {
            of[length]++;
        }

        return string.Join(" + ", of.Skip(1));
    }

    // By the definition: a pattern that satisfies, of which no smaller one does.
    private static List<int> Brute(ulong[][] p, ulong[][] q, Case c)
    {
        int n = p.Length;
        var found = new List<int>();
        var one = new bool[n];
        var two = new bool[n, n];
        for (int a = 0; a < n; a++)
        {
            one[a] = Satisfies(Count(p[a], p[a], p[a]), Count(q[a], q[a], q[a]));
            if (one[a])
            {
                found.Add(1);
            }
        }

        for (int a = 0; a < n; a++)
        {
            for (int b = a + 1; b < n; b++)
            {
                two[a, b] = Satisfies(Count(p[a], p[b], p[b]), Count(q[a], q[b], q[b]));
                if (two[a, b] && !one[a] && !one[b])
                {
                    found.Add(2);
                }
            }
        }

        for (int a = 0; a < n; a++)
        {
            for (int b = a + 1; b < n; b++)
            {
                for (int d = b + 1; d < n; d++)
                {
                    if (!one[a] && !one[b] && !one[d] && !two[a, b] && !two[a, d] && !two[b, d] && Satisfies(Count(p[a], p[b], p[d]), Count(q[a], q[b], q[d])))
                    {
                        found.Add(3);
                    }
                }
            }
        }

        return found;

        bool Satisfies(int target, int other) => target >= c.Support && target >= c.Confidence * (target + other);
    }

    private static int Count(ulong[] x, ulong[] y, ulong[] z)
    {
        int count = 0;
        for (int w = 0; w < x.Length; w++)
        {
            count += BitOperations.PopCount(x[w] & y[w] & z[w]);
        }

        return count;
    }

    private sealed record Case(string File, string Target, string? Positive, string[] LeftOut, int Support, double Confidence, int Length);
}
