using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Bench;

/// <summary>
/// <c>link FILE TRUTH</c>: duplicates of a file, with the settings of <c>link-files</c>, against its truth; <c>link CHILDREN [SEED]</c>: two fictitious registers of so many children.
/// </summary>
/// <remarks>TRUTH is a column whose equal values are one person; <c>column~PATTERN</c> takes the first group of a regular expression of it, such as <c>rec_id~rec-(\d+)</c>. All true pairs are in the denominator.</remarks>
internal static class LinkCommand
{
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        if (args is [string number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int children))
        {
            Registers(children, args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1, output);
            return 0;
        }

        if (args is ["--incremental", string all, string fresh, ..] && int.TryParse(all, NumberStyles.None, CultureInfo.InvariantCulture, out int of) && int.TryParse(fresh, NumberStyles.None, CultureInfo.InvariantCulture, out int more))
        {
            LinkIncrementalBench.Run(of, more, args.Length > 3 && args[3] != "--settled" ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1, args.Contains("--settled"), output);
            return 0;
        }

        if (args is not [string path, string truth] || !File.Exists(path))
        {
            error.WriteLine("usage: link FILE TRUTHCOLUMN[~PATTERN]   or: link CHILDREN [SEED]   or: link --incremental CHILDREN NEW [SEED] [--settled]");
            return 2;
        }

        Duplicates(path, truth, output);
        return 0;
    }

    private static void Duplicates(string path, string truth, TextWriter output)
    {
        LinkFile file = LinkFile.Read(path);
        string[] parts = truth.Split('~', 2);
        int column = file.Headers.ToList().IndexOf(parts[0]);
        LinkMapping mapping = LinkMapping.Guess(file.Headers, file.Columns, file.Rows);

        // Rows are numbered so that the truth of each is known; the truth itself is never compared.
        LinkMapping numbered = mapping with { Id = null, Columns = [.. mapping.Columns.Select((use, i) => i == column ? use with { Kind = LinkKind.Ignore } : use)] };
        string Person(int row)
        {
            string value = file.Columns[column].Values[file.Columns[column].Codes[row]];
            return parts.Length == 1 ? value : System.Text.RegularExpressions.Regex.Match(value, parts[1]).Groups[1].Value;
        }

        Stopwatch watch = Stopwatch.StartNew();
        LinkTable table = LinkTable.Build(file.Register(numbered));
        LinkageResult result = LinkEngine.Run(table, new LinkageOptions { KeepsAll = true });
        double seconds = watch.Elapsed.TotalSeconds;
        string[] people = [.. Enumerable.Range(0, table.Count).Select(record => Person(int.Parse(table.Ids[record], CultureInfo.InvariantCulture) - 1))];
        long total = people.GroupBy(person => person, StringComparer.Ordinal).Sum(group => (long)group.Count() * (group.Count() - 1) / 2);
        bool IsTrue(LinkPair pair) => people[pair.Left] == people[pair.Right];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {file.Rows:N0} records, {total:N0} true pairs, {result.Compared:N0} compared, {result.Pairs.Count(IsTrue):N0} true among them; {seconds:0.00} s"));
        output.WriteLine("| pairs | TP | FP | P | R | F1 |\n|---|---:|---:|---:|---:|---:|");
        Line(output, "AUTO", result.Pairs.Where(pair => pair.Band == LinkBand.Auto), IsTrue, total);
        Line(output, "AUTO and REVIEW (what is written)", result.Pairs.Where(pair => pair.Band != LinkBand.None), IsTrue, total);
        foreach (double least in new[] { 0.05, 0.5, 0.95, 0.99 })
        {
            Line(output, string.Create(CultureInfo.InvariantCulture, $"posterior ≥ {least}"), result.Pairs.Where(pair => pair.Evidence.Posterior >= least), IsTrue, total);
        }

        Best(output, result, IsTrue, total);
        List<(int, int)> clustered = [.. result.Clusters.Select((root, record) => (root, record)).GroupBy(item => item.root, item => item.record).SelectMany(group => group.SelectMany(a => group.Where(b => b > a).Select(b => (a, b))))];
        Line(output, "clusters of AUTO", clustered.Select(pair => new LinkPair(pair.Item1, pair.Item2, 0, default, LinkBand.Auto, "")), IsTrue, total);
    }

    private static void Line(TextWriter output, string name, IEnumerable<LinkPair> pairs, Func<LinkPair, bool> isTrue, long total)
    {
        long found = 0;
        long good = 0;
        foreach (LinkPair pair in pairs)
        {
            found++;
            good += isTrue(pair) ? 1 : 0;
        }

        double precision = (double)good / Math.Max(1, found);
        double recall = (double)good / total;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {good:N0} | {found - good:N0} | {precision:0.0000} | {recall:0.0000} | {2.0 * good / (found + total):0.00000} |"));
    }

    private static void Best(TextWriter output, LinkageResult result, Func<LinkPair, bool> isTrue, long total)
    {
        long found = 0;
        long good = 0;
        (double F1, double Posterior) best = (0, 0);
        foreach (LinkPair pair in result.Pairs.OrderByDescending(pair => pair.Evidence.Weight))
        {
            found++;
            good += isTrue(pair) ? 1 : 0;
            double f1 = 2.0 * good / (found + total);
            best = f1 > best.F1 ? (f1, pair.Evidence.Posterior) : best;
        }

        Line(output, string.Create(CultureInfo.InvariantCulture, $"best threshold ({best.Posterior:0.000})"), result.Pairs.Where(pair => pair.Evidence.Posterior >= best.Posterior), isTrue, total);
    }

    private static void Registers(int children, int seed, TextWriter output)
    {
        LinkBenchRegisters registers = LinkBenchRegisters.Make(children, seed);
        GC.Collect();
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        LinkTable table = LinkTable.Build(registers.Left, registers.Right);
        double built = watch.Elapsed.TotalSeconds;
        self.Refresh();
        double builtCpu = (self.TotalProcessorTime - cpu).TotalSeconds;
        LinkageResult result = LinkEngine.Run(table);
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.LeftCount:N0} × {table.Count - table.LeftCount:N0} records: {seconds:0.0} s ({(self.TotalProcessorTime - cpu).TotalSeconds:0.0} s of CPU), table {built:0.0} s ({builtCpu:0.0}), {string.Join(", ", result.Seconds.Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Key} {stage.Value:0.0} s ({result.ProcessorSeconds[stage.Key]:0.0})")))}; {result.Compared:N0} pairs compared; peak {self.PeakWorkingSet64 / 1e6:N0} MB with the input"));
        foreach ((string name, LinkBand least) in new[] { ("AUTO", LinkBand.Auto), ("AUTO and REVIEW", LinkBand.Review) })
        {
            List<LinkPair> pairs = [.. result.Pairs.Where(pair => pair.Band >= least)];
            bool IsTrue(LinkPair pair) => registers.Truth[table.Ids[pair.Left]].Child == registers.Truth[table.Ids[pair.Right]].Child;
            Line(output, name, pairs, IsTrue, registers.TruePairs);
            List<LinkPair> twins = [.. pairs.Where(pair => registers.Truth[table.Ids[pair.Left]].IsTwin || registers.Truth[table.Ids[pair.Right]].IsTwin)];
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  of twins: {twins.Count(IsTrue):N0} right, {twins.Count(pair => !IsTrue(pair)):N0} wrong"));
        }

        cpu = self.TotalProcessorTime;
        watch.Restart();
        long scored = LinkEngine.ScoreRandom(table, result.Model, 20_000_000, Environment.ProcessorCount);
        double elapsed = watch.Elapsed.TotalSeconds;
        self.Refresh();
        double work = (self.TotalProcessorTime - cpu).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"scoring alone, {Environment.ProcessorCount} threads: {scored:N0} pairs in {elapsed:0.00} s ({scored / elapsed / 1e6:0.0} M pairs/s), {work:0.00} s of CPU ({scored / work / 1e6:0.0} M pairs per CPU second)"));
    }
}
