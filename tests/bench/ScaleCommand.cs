using System.Diagnostics;
using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Score;
using Warehouse.Model.Train;

namespace Warehouse.Bench;

/// <summary>Times scores and reasons for many rows by a made-up model.</summary>
/// <remarks>
/// <c>scale [--rows N,N] [--items N] [--terms N] [--chunk N]</c>. Sixty numbers and forty categories a row, one cell in ten not recorded; conditions over all of them, terms of one to three
/// conditions. Every row gets its score and all its reasons; reasons are made in chunks and let go, as a caller that writes them would.
/// </remarks>
public static class ScaleCommand
{
    private const int Numbers = 60;

    private const int Categories = 40;

    private const int Values = 8;

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        int[] sizes = [50_000, 500_000];
        int items = 300, terms = 100, chunk = 10_000;
        bool known = args.Length % 2 == 0;
        for (int i = 0; known && i < args.Length; i += 2)
        {
            string value = args[i + 1];
            switch (args[i])
            {
                case "--rows":
                    sizes = [.. value.Split(',').Select(v => int.Parse(v, CultureInfo.InvariantCulture))];
                    break;
                case "--items":
                    items = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--terms":
                    terms = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "--chunk":
                    chunk = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                default:
                    known = false;
                    break;
            }
        }

        if (!known)
        {
            error.WriteLine("usage: scale [--rows N,N] [--items N] [--terms N] [--chunk N]");
            return 2;
        }

        ModelDocument model = Model(items, terms);
        Work(model, Table(20_000), chunk);
        output.WriteLine("| rows | conditions | terms | reasons a row | scores (s) | reasons (s) | both (s) | CPU (s) | table (MB) | peak of the process (MB) |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (int size in sizes)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            FeatureTable table = Table(size);
            double megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
            (double score, double explain, double cpu, double reasons) = Work(model, table, chunk);
            output.WriteLine(FormattableString.Invariant(
                $"| {size:N0} | {items} | {terms} | {reasons:0.0} | {score:0.00} | {explain:0.00} | {score + explain:0.00} | {cpu:0.0} | {megabytes:0} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} |"));
            output.Flush();
            GC.KeepAlive(table);
        }

        return 0;
    }

    private static (double Score, double Explain, double Cpu, double Reasons) Work(ModelDocument model, FeatureTable table, int chunk)
    {
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        long begun = Stopwatch.GetTimestamp();
        IReadOnlyList<RiskScore> scores = ModelLibrary.Score(model, table, new ScoreOptions());
        double score = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        begun = Stopwatch.GetTimestamp();
        long reasons = 0;
        for (int from = 0; from < table.RowCount; from += chunk)
        {
            foreach (RiskExplanation explanation in ModelLibrary.Explain(model, table, [.. Enumerable.Range(from, Math.Min(chunk, table.RowCount - from))]))
            {
                reasons += explanation.For.Count + explanation.Against.Count;
                if (explanation.RawLogOdds != scores[explanation.Row].RawLogOdds)
                {
                    throw new InvalidOperationException($"row {explanation.Row}: the reasons do not add up to the score");
                }
            }
        }

        double explain = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return (score, explain, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds, (double)reasons / table.RowCount);
    }

    private static FeatureSpec[] Features() =>
    [
        .. Enumerable.Range(0, Numbers).Select(i => new FeatureSpec(FormattableString.Invariant($"number{i}"), FormattableString.Invariant($"数{i}"), FeatureKind.Number)),
        .. Enumerable.Range(0, Categories).Select(i => new FeatureSpec(FormattableString.Invariant($"category{i}"), FormattableString.Invariant($"区分{i}"), FeatureKind.Category)),
    ];

    private static FeatureTable Table(int rows)
    {
        var random = new SplitMix(7);
        string[] values = [.. Enumerable.Range(0, Values).Select(v => FormattableString.Invariant($"v{v}"))];
        return new FeatureTable([.. Features().Select(f => f.Kind == FeatureKind.Number
            ? FeatureColumn.Number(f, [.. Enumerable.Range(0, rows).Select(_ => random.Next(10) == 0 ? double.NaN : random.Next(100))])
            : FeatureColumn.Category(f, [.. Enumerable.Range(0, rows).Select(_ => random.Next(10) == 0 ? null : values[random.Next(Values)])]))]);
    }

    private static ModelDocument Model(int count, int terms)
    {
        var random = new SplitMix(8);
        FeatureSpec[] features = Features();
        Item[] items = [.. Enumerable.Range(0, count).Select(i =>
        {
            FeatureSpec feature = features[i % features.Length];
            bool isNumber = feature.Kind == FeatureKind.Number;
            return new Item
            {
                Id = i,
                Feature = feature.Name,
                Test = isNumber ? (i / features.Length % 2 == 0 ? ItemTest.AtLeast : ItemTest.Below) : (i / features.Length % 2 == 0 ? ItemTest.Equal : ItemTest.NotEqual),
                Cut = isNumber ? 20 + random.Next(60) : 0,
                Category = isNumber ? null : FormattableString.Invariant($"v{random.Next(Values)}"),
                Text = FormattableString.Invariant($"条件{i}"),
                NegatedText = FormattableString.Invariant($"条件{i}ではない"),
                Department = "",
                IsMined = true,
            };
        })];
        ModelTerm[] made = [.. Enumerable.Range(0, terms).Select(t =>
        {
            int[] ids = [.. Enumerable.Range(0, 1 + (t % 3)).Select(_ => random.Next(count)).Distinct().Order()];
            return new ModelTerm
            {
                Items = ids,
                Text = string.Join("、", ids.Select(id => items[id].Text)),
                Departments = [],
                Weight = (random.Next(2000) - 1000) / 1000.0,
                Covered = 1000,
                Positives = 50,
                Rate = 0.05,
                RateInterval = new Interval(0.04, 0.06),
                LogP = -5,
                IsVerified = t % 2 == 0,
                Stability = 0.5,
            };
        }).OrderByDescending(t => Math.Abs(t.Weight))];
        return new ModelDocument
        {
            Features = features,
            Items = items,
            Terms = made,
            Bias = -3,
            CalibrationSlope = 1,
            CalibrationIntercept = 0,
            MinCoverage = 0.5,
            Penalty = 1,
            RowCount = 10_000,
            PositiveCount = 500,
            LogThreshold = -10,
            Seed = 1,
            FeatureHash = ModelDocument.HashFeatures(features),
            DataHash = "",
        };
    }
}
