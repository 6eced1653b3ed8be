using System.Diagnostics;
using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Tables;
using Warehouse.Reporting.Host;

namespace Warehouse.Bench;

/// <summary>Counts how often the family-wise test verifies a rule that no data can support: labels shuffled, or signal planted in other columns.</summary>
/// <remarks>
/// <c>error FILE TARGET POSITIVE [--shuffles N] [--draws N] [--length N] [--without a,b] [--planted]</c>. Planted: three made-up columns decide the labels and the columns of the table are
/// moved to other rows together, so that a verified rule without a made-up column is false. A run counts once, however many rules it verifies.
/// </remarks>
public static class ErrorCommand
{
    private const int PlantedColumns = 3;

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        int shuffles = 1000, draws = 1000, length = 3;
        string[] without = [];
        bool isPlanted = false, known = args.Length >= 3;
        for (int i = 3; known && i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--shuffles":
                    shuffles = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--draws":
                    draws = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--length":
                    length = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--without":
                    without = args[++i].Split(',');
                    break;
                case "--planted":
                    isPlanted = true;
                    break;
                default:
                    known = false;
                    break;
            }
        }

        if (!known)
        {
            error.WriteLine("usage: error FILE TARGET POSITIVE [--shuffles N] [--draws N] [--length N] [--without COLUMN,COLUMN] [--planted]");
            return 2;
        }

        LabelledTable table = LabelledTable.Build(TableFile.Read(args[0]), new TableRoles { Target = args[1], Positive = args[2], Excluded = without });
        int rows = table.Label.Length, positives = table.Label.Count(y => y);
        ItemSet items = ItemEncoder.Fit(table.Features, new ItemOptions());
        BitColumns all = items.Encode(table.Features);
        var own = new BitColumns(rows, [.. items.Items.Where(i => i.IsMined).Select(i => all.Columns[i.Id])]);
        int count = own.Columns.Length, wrong = 0, planted = 0, extended = 0;
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        for (int run = 0; run < shuffles; run++)
        {
            var random = new SplitMix(SplitMix.Mix(900 + (ulong)run));
            int[] order = [.. Enumerable.Range(0, rows)];
            random.Shuffle<int>(order);
            BitColumns bits = own.Take(order);
            bool[] label = isPlanted ? Plant(random, rows, positives, ref bits) : table.Label;
            MineResult result = RuleMiner.Mine(
                bits,
                [.. Enumerable.Range(0, bits.Columns.Length)],
                label,
                null,
                new MineOptions { MaxLength = length, Permutations = draws, Seed = SplitMix.Mix((ulong)run) },
                CancellationToken.None);
            MinedRule[] verified = [.. result.Rules.Where(r => r.IsVerified)];
            wrong += verified.Any(r => r.Items.All(i => i < count)) ? 1 : 0;
            planted += verified.Any(r => r.Items.All(i => i >= count)) ? 1 : 0;
            extended += verified.Any(r => r.Items.Any(i => i < count) && r.Items.Any(i => i >= count)) ? 1 : 0;
        }

        Interval interval = Wilson.Of(wrong, shuffles);
        output.WriteLine(FormattableString.Invariant(
            $"{rows} rows, {positives} positive, {count} items, up to {length}, {draws} draws{(isPlanted ? ", signal in other columns" : "")}: {wrong} of {shuffles} runs verified a false rule, {(double)wrong / shuffles:0.000} [{interval.Low:0.000}, {interval.High:0.000}]{(isPlanted ? FormattableString.Invariant($"; the planted columns were verified in {planted}, with a false condition beside them in {extended}") : "")}; {Stopwatch.GetElapsedTime(begun).TotalSeconds / shuffles:0.00} s and {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds / shuffles:0.00} s of processor a run"));
        return interval.Low <= 0.05 ? 0 : 1;
    }

    // Columns of one half, and labels as many as before, drawn where the columns hold more often.
    private static bool[] Plant(SplitMix random, int rows, int positives, ref BitColumns bits)
    {
        var columns = new ulong[PlantedColumns][];
        var weight = new double[rows];
        for (int c = 0; c < PlantedColumns; c++)
        {
            columns[c] = new ulong[BitColumns.WordsFor(rows)];
            for (int r = 0; r < rows; r++)
            {
                bool holds = random.Next(2) == 0;
                columns[c][r >> 6] |= (holds ? 1UL : 0) << (r & 63);
                weight[r] += holds ? 1.5 : 0;
            }
        }

        // Without replacement, each row by its weight (Efraimidis, Spirakis, Inf. Process. Lett. 97, 2006).
        double[] key = [.. weight.Select(w => Math.Log((random.Next(1 << 30) + 0.5) / (1 << 30)) / Math.Exp(w))];
        var label = new bool[rows];
        foreach (int r in Enumerable.Range(0, rows).OrderByDescending(r => key[r]).Take(positives))
        {
            label[r] = true;
        }

        bits = new BitColumns(rows, [.. bits.Columns, .. columns]);
        return label;
    }
}
