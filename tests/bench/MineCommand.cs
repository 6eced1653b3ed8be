using System.Diagnostics;
using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Bench;

/// <summary>Mines a table of one's own and says how long the search and the family-wise test took.</summary>
/// <remarks>
/// <c>mine table.csv target positive [length] [draws] [column,column left out]</c>. The table is plain comma-separated text with a header and
/// without quotes; every row stands for itself.
/// </remarks>
public static class MineCommand
{
    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (args.Length < 3)
        {
            error.WriteLine("found " + args.Length + " values; expected: mine table.csv target positive [length] [draws] [columns left out]");
            return 2;
        }

        if (PlainTable.Read(args[0], args[1], args[2], args.Length > 5 ? args[5].Split(',') : [], error) is not { } read)
        {
            return 2;
        }

        (FeatureTable table, bool[] label) = read;
        ItemSet items = ItemEncoder.Fit(table, new ItemOptions());
        BitColumns bits = items.Encode(table);
        int[] ids = [.. items.Items.Where(i => i.IsMined).Select(i => i.Id)];
        MineOptions options = new()
        {
            MaxLength = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 3,
            Permutations = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 1000,
        };

        // Once to compile, then the best of three.
        RuleMiner.Mine(bits, ids, label, null, options, CancellationToken.None);
        (double search, _) = Best(verify: false);
        (double all, MineResult result) = Best(verify: true);
        output.WriteLine(FormattableString.Invariant(
            $"{label.Length} rows, {result.PositiveCount} positive, {ids.Length} items, up to {options.MaxLength}: {result.FamilySize} patterns, {result.Rules.Count} rules, {result.Rules.Count(r => r.IsVerified)} verified; threshold {Math.Exp(result.LogThreshold):e2} by {options.Permutations} draws, {Math.Exp(result.TaroneLogThreshold):e2} by Tarone's bound; search {search:0.000} s, with the test {all:0.000} s"));
        return 0;

        (double Seconds, MineResult Result) Best(bool verify)
        {
            (double Seconds, MineResult? Result) best = (double.PositiveInfinity, null);
            for (int i = 0; i < 3; i++)
            {
                long begun = Stopwatch.GetTimestamp();
                MineResult found = RuleMiner.Mine(bits, ids, label, null, options, CancellationToken.None, verify);
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                best = (Math.Min(best.Seconds, seconds), found);
            }

            return (best.Seconds, best.Result!);
        }
    }
}
