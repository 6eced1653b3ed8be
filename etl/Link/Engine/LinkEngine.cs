using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>What becomes of a pair.</summary>
public enum LinkBand
{
    /// <summary>Not the same person, as far as the evidence goes.</summary>
    None,

    /// <summary>A person decides.</summary>
    Review,

    /// <summary>Linked.</summary>
    Auto,
}

/// <summary>How linkage is done; the defaults are those of the verb.</summary>
public sealed record LinkageOptions
{
    /// <summary>Threads; the result is the same for any count.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The posterior from which a pair is linked without review.</summary>
    public double AutoFrom { get; init; } = 0.999;

    /// <summary>
    /// Pairs between registers are linked below <see cref="AutoFrom"/> too as long as, by their posteriors, no more than this share of all links is wrong, and none whose odds are less than a twentieth of
    /// that option's. Only where the doubt is about strangers: a pair that may be co-multiples or members of one household is linked from that option on. 0 leaves <see cref="AutoFrom"/> as it stands; so does <see cref="IsSensitive"/>. The run that trains a model decides; a frozen model brings its threshold along.
    /// </summary>
    public double MostWrong { get; init; } = 5e-5;

    /// <summary>The posterior from which a pair is shown for review.</summary>
    public double ReviewFrom { get; init; } = 0.05;

    /// <summary>Between registers: the chance from which a record is worth a look, that of its pairs for review together. A person who looks at five records of .2 finds one link.</summary>
    public double WorthFrom { get; init; } = 0.2;

    /// <summary>The bits by which a link must be ahead of any other of the same records.</summary>
    public double Margin { get; init; } = 5;

    /// <summary>Whether a wrong link would do special harm: links are made from .9999 and 10 bits on.</summary>
    public bool IsSensitive { get; init; }

    /// <summary>Whether pairs that are not linked are returned too.</summary>
    public bool KeepsAll { get; init; }

    /// <summary>A frozen model; null trains one.</summary>
    public LinkModel? Model { get; init; }
}

/// <summary>One pair and what was decided.</summary>
/// <param name="Left">The place of the first record in the table.</param>
/// <param name="Right">The place of the second.</param>
/// <param name="Pattern">The levels, four bits a field.</param>
/// <param name="Evidence">The weight and the posteriors of co-multiples and household members.</param>
/// <param name="Band">The decision.</param>
/// <param name="Reason">Why a likely pair was not linked, in a code: empty, <c>tie</c>, <c>given</c>, <c>birth</c>, <c>sex</c>, <c>evidence</c>, <c>id</c>, <c>chain</c>, <c>finding</c> or <c>other</c> (another match is better). Of a link: empty, or <c>household</c> where a brother or sister who is linked between the same homes tipped the scale.</param>
public readonly record struct LinkPair(int Left, int Right, ulong Pattern, PairEvidence Evidence, LinkBand Band, string Reason)
{
    /// <summary>Returns the level of a field, <see cref="LinkField.Null"/> where it cannot be compared.</summary>
    public int Level(int field) => LinkScorer.Level(Pattern, field);
}

/// <summary>The result of a linkage.</summary>
public sealed record LinkageResult
{
    /// <summary>The input.</summary>
    public required LinkTable Table { get; init; }

    /// <summary>The model that was trained or given.</summary>
    public required LinkModel Model { get; init; }

    /// <summary>Pairs, linked and for review (with <see cref="LinkageOptions.KeepsAll"/> all candidates), in order of their records.</summary>
    public required IReadOnlyList<LinkPair> Pairs { get; init; }

    /// <summary>For each record the first record of its cluster, by links without review.</summary>
    public required int[] Clusters { get; init; }

    /// <summary>What each blocking rule did.</summary>
    public required IReadOnlyList<RuleUse> Rules { get; init; }

    /// <summary>The estimated share of true pairs among the candidates (an upper bound).</summary>
    public required double PairCompleteness { get; init; }

    /// <summary>Pairs that were compared.</summary>
    public required long Compared { get; init; }

    /// <summary>What is wrong with the input or the model.</summary>
    public required IReadOnlyList<LinkFinding> Findings { get; init; }

    /// <summary>Seconds of each stage.</summary>
    public required IReadOnlyDictionary<string, double> Seconds { get; init; }

    /// <summary>Seconds of processor time of each stage, over all threads of the process.</summary>
    public required IReadOnlyDictionary<string, double> ProcessorSeconds { get; init; }

    /// <summary>Patterns with their counts among all candidates.</summary>
    public required IReadOnlyList<(ulong Pattern, long Count)> Patterns { get; init; }

    /// <summary>Returns the bits of one field of a pair: the same person against unrelated ones.</summary>
    public double Weight(LinkPair pair, int field) => (_weights ??= new LinkWeights(Model, Table, isWhole: true)).Weight(pair.Left, pair.Right, pair.Pattern, field);

    private LinkWeights? _weights;
}

/// <summary>Links two registers, or finds the duplicates of one. A pure function of its input: no clock but for the seconds, no chance, any count of threads.</summary>
public static class LinkEngine
{
    /// <summary>Runs a linkage.</summary>
    /// <exception cref="ArgumentException">The given model does not fit the table.</exception>
    public static LinkageResult Run(LinkTable table, LinkageOptions? options = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        options ??= new LinkageOptions();
        options = options.IsSensitive ? options with { AutoFrom = Math.Max(options.AutoFrom, 0.9999), Margin = Math.Max(options.Margin, 10), MostWrong = 0 } : options;
        if (options.Model?.Misfit(table) is { } misfit)
        {
            throw new ArgumentException($"The model does not fit: {misfit}.");
        }

        Dictionary<string, double> seconds = [];
        Dictionary<string, double> processor = [];
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long begun = Stopwatch.GetTimestamp();
        void Lap(string stage)
        {
            seconds[stage] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            begun = Stopwatch.GetTimestamp();
            processor[stage] = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
            used = Environment.CpuUsage.TotalTime;
        }

        LinkScorer scorer = new(table);
        Blocking blocking = new(table, scorer, options.Threads, stop);
        List<PairChunk> candidates = blocking.Between();
        Lap("block_and_compare");
        PatternCounts counts = PatternCounts.Of(candidates, options.Threads);
        LinkModel model = options.Model ?? new LinkTrainer(table, scorer, blocking.IsExhaustive, options.Threads).Train(counts);
        Lap("train");
        LinkWeights weights = new(model, table, isWhole: true);
        double most = OneToOne(model, table, LeastAloneByRecords);
        List<LinkPair> scored = Score(candidates, weights, options.KeepsAll ? double.NegativeInfinity : Least(options) - most, options.Threads);
        double oneToOne = Math.Min(most, OneToOne(model, table, scored));
        for (int i = 0; oneToOne > 0 && i < scored.Count; i++)
        {
            scored[i] = scored[i] with { Evidence = scored[i].Evidence.Add(oneToOne) };
        }

        long compared = candidates.Sum(chunk => (long)chunk.Count);
        double completeness = Completeness(scored, blocking);
        candidates.Clear();
        Lap("score");
        List<LinkFinding> findings = [.. table.Findings];
        findings.AddRange(Capped(blocking.Uses));
        findings.AddRange(ModelChecks.Find(model, table));
        Decision decision = new(table, scorer, weights, options, findings.Exists(finding => finding.IsGrave));
        List<LinkPair> decided;
        int[] clusters;
        if (table.IsLink)
        {
            int[] entities = InSource(table, scorer, blocking, model, options);
            Lap("duplicates");
            (decided, clusters, double? auto) = decision.Link(scored, entities, options.Model is null ? null : options.Model.AutoBits ?? double.PositiveInfinity);
            model = options.Model is null ? model with { AutoBits = auto } : model;
        }
        else
        {
            (decided, clusters) = decision.Deduplicate(scored);
        }

        findings.AddRange(decision.Findings);
        Lap("decide");
        return new LinkageResult
        {
            Table = table,
            Model = model,
            Pairs = options.KeepsAll ? decided : decided.FindAll(pair => pair.Band != LinkBand.None),
            Clusters = clusters,
            Rules = blocking.Uses,
            PairCompleteness = completeness,
            Compared = compared,
            Findings = findings,
            Seconds = seconds,
            ProcessorSeconds = processor,
            Patterns = [.. counts.Patterns.Zip(counts.Counts)],
        };
    }

    /// <summary>Compares and scores pairs of blocks of neighbours, for measurements: full pattern and weight of each; returns their count.</summary>
    public static long ScoreRandom(LinkTable table, LinkModel model, long count, int threads)
    {
        ArgumentNullException.ThrowIfNull(table);
        LinkScorer scorer = new(table);
        LinkWeights weights = new(model, table);
        const int Part = 98_304;
        const int Block = 1024;
        long positive = 0;
        int right = table.IsLink ? table.LeftCount : 0;
        Parallel.For(0, (int)(count / Part), new ParallelOptions { MaxDegreeOfParallelism = threads }, static () => (Cache: new LevelCache(), Positive: 0L), (part, _, state) =>
        {
            for (int block = 0; block < Part; block += Block)
            {
                // Pairs as blocks give them: each record of the left against 32 of the right.
                int[] lefts = new int[Block];
                int[] rights = new int[Block];
                for (int i = 0; i < Block; i += 32)
                {
                    ulong hash = LinkTable.Mix((ulong)(((long)part * Part) + block + i));
                    int b = right + (int)(LinkTable.Mix(hash) % (ulong)(table.Count - right - 32));
                    for (int k = i; k < i + 32; k++)
                    {
                        (lefts[k], rights[k]) = ((int)(hash % (ulong)table.LeftCount), b + k - i);
                    }
                }

                ulong[] patterns = new ulong[Block];
                scorer.Patterns(lefts, rights, patterns, state.Cache);
                for (int i = 0; i < Block; i++)
                {
                    Vector128<float> logs = weights.Logs(lefts[i], rights[i], patterns[i]);
                    float bits = logs[0] + weights.Priors[0] - logs[3] - weights.Priors[3];
                    state.Positive += bits > -10 && LinkWeights.Evidence(logs, weights.Priors).Weight > 0 ? 1 : 0;
                }
            }

            return state;
        }, state => Interlocked.Add(ref positive, state.Positive));
        return count / Part * Part;
    }

    // Pairs below it can neither be linked or reviewed nor come close to a link.
    private static double Least(LinkageOptions options) => Math.Min(Math.Log2(options.ReviewFrom / (1 - options.ReviewFrom)), Math.Log2(options.AutoFrom / (1 - options.AutoFrom)) - options.Margin);

    // What the bits of one-to-one rest on, an estimate, is bounded, so that one that is too high cannot carry a link: the share of records without a counterpart, as pairs show it and as records do.
    private const double LeastAlone = 0.03;
    private const double LeastAloneByRecords = 0.01;

    // Where a record has one counterpart at most, the prior odds of a pair are those of a record that has none so far: n links among L and R records give n / ((L - n)(R - n))
    // (Sadinle, JASA 112 (2017) 600-612), not n / (L R).
    internal static double OneToOne(LinkModel model, LinkTable table, double leastAlone = LeastAlone)
    {
        if (!table.IsLink)
        {
            return 0;
        }

        double links = model.SameShare * table.PairCount;
        return -Math.Log2(Math.Max(leastAlone, 1 - (links / table.LeftCount))) - Math.Log2(Math.Max(leastAlone, 1 - (links / (table.Count - table.LeftCount))));
    }

    // The same with the links counted by records: each of the smaller register is one of the other's or nobody's, so a record that two could be counts once, and one that is half like somebody counts half.
    // EM over the share of those who have a counterpart; one pseudo-record each way.
    private static double OneToOne(LinkModel model, LinkTable table, List<LinkPair> scored)
    {
        if (!table.IsLink)
        {
            return 0;
        }

        (int lefts, int rights) = (table.LeftCount, table.Count - table.LeftCount);
        bool isOfRight = rights <= lefts;
        int count = isOfRight ? rights : lefts;
        double[] odds = new double[count];
        foreach (ref readonly LinkPair pair in CollectionsMarshal.AsSpan(scored))
        {
            odds[isOfRight ? pair.Right - lefts : pair.Left] += Math.Pow(2, Math.Min(pair.Evidence.Weight, 60));
        }

        // Pairs were weighed with the share that the model has; what a record's pairs say without it.
        double scale = count / (model.SameShare * table.PairCount);
        double share = 0.5;
        for (int round = 0; round < 100; round++)
        {
            double sum = 1;
            foreach (double one in odds)
            {
                double found = share * one * scale;
                sum += found / (1 - share + found);
            }

            double next = sum / (count + 2);
            bool isDone = Math.Abs(next - share) < 1e-7;
            share = next;
            if (isDone)
            {
                break;
            }
        }

        double links = share * count;
        return -Math.Log2(Math.Max(LeastAloneByRecords, 1 - (links / lefts))) - Math.Log2(Math.Max(LeastAloneByRecords, 1 - (links / rights)));
    }

    internal static List<LinkPair> Score(List<PairChunk> chunks, LinkWeights weights, double least, int threads)
    {
        if (chunks.Count == 0)
        {
            return [];
        }

        var parts = new List<LinkPair>[chunks.Count];
        Parallel.For(0, chunks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            PairChunk chunk = chunks[i];
            List<LinkPair> kept = [];
            float floor = (float)(least - 1);
            for (int k = 0; k < chunk.Count; k++)
            {
                Vector128<float> logs = weights.Logs(chunk.Left[k], chunk.Right[k], chunk.Patterns[k]);
                Vector128<float> all = logs + weights.Priors;
                if (all[0] - all[3] < floor)
                {
                    continue;
                }

                PairEvidence evidence = LinkWeights.Evidence(logs, weights.Priors);
                if (evidence.Weight >= least)
                {
                    kept.Add(new LinkPair(chunk.Left[k], chunk.Right[k], chunk.Patterns[k], evidence, LinkBand.None, ""));
                }
            }

            parts[i] = kept;
        });
        return InOrder(parts);
    }

    // By the first record with a count of each, then the few pairs of one by the second.
    private static List<LinkPair> InOrder(List<LinkPair>[] parts)
    {
        int last = parts.Max(static part => part.Count == 0 ? 0 : part.Max(static pair => pair.Left));
        int[] starts = new int[last + 2];
        foreach (List<LinkPair> part in parts)
        {
            foreach (ref readonly LinkPair pair in CollectionsMarshal.AsSpan(part))
            {
                starts[pair.Left + 1]++;
            }
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        List<LinkPair> ordered = new(starts[^1]);
        CollectionsMarshal.SetCount(ordered, starts[^1]);
        Span<LinkPair> places = CollectionsMarshal.AsSpan(ordered);
        int[] next = starts[..^1];
        foreach (List<LinkPair> part in parts)
        {
            foreach (ref readonly LinkPair pair in CollectionsMarshal.AsSpan(part))
            {
                places[next[pair.Left]++] = pair;
            }
        }

        for (int i = 0; i + 1 < starts.Length; i++)
        {
            if (starts[i + 1] - starts[i] > 1)
            {
                places[starts[i]..starts[i + 1]].Sort(static (a, b) => a.Right.CompareTo(b.Right));
            }
        }

        return ordered;
    }

    // Records of one register that are surely one person; the first of them stands for all.
    private static int[] InSource(LinkTable table, LinkScorer scorer, Blocking blocking, LinkModel model, LinkageOptions options)
    {
        int[] entities = [.. Enumerable.Range(0, table.Count)];
        foreach ((int from, int to) in new[] { (0, table.LeftCount), (table.LeftCount, table.Count) })
        {
            List<PairChunk> candidates = blocking.Within(from, to);
            PatternCounts counts = PatternCounts.Of(candidates, options.Threads);
            double pairs = Math.Max(1, (to - from) * (to - from - 1.0) / 2);
            LinkModel own = LinkTrainer.Reshare(model, table, counts, pairs);
            LinkWeights weights = new(own, table, isWhole: true);
            Decision decision = new(table, scorer, weights, options, false);
            foreach (LinkPair pair in decision.Duplicates(Score(candidates, weights, 0, options.Threads)))
            {
                entities[pair.Right] = entities[pair.Left];
            }
        }

        return entities;
    }

    private static double Completeness(List<LinkPair> scored, Blocking blocking)
    {
        if (blocking.IsExhaustive)
        {
            return 1;
        }

        double all = 0;
        double once = 0;
        double twice = 0;
        foreach (LinkPair pair in scored)
        {
            double p = pair.Evidence.Posterior;
            if (p < 0.5)
            {
                continue;
            }

            int rules = Blocking.Rules(blocking.Mask(pair.Left, pair.Right));
            all += p;
            once += rules == 1 ? p : 0;
            twice += rules == 2 ? p : 0;
        }

        return all == 0 ? 0 : all / (all + Blocking.Missed(once, twice));
    }

    private static IEnumerable<LinkFinding> Capped(IReadOnlyList<RuleUse> uses) => uses
        .Where(use => use.CappedBlocks > 0 && use.IsUsed)
        .Select(use => new LinkFinding("LNK-010", $"{use.Rule}: {use.CappedBlocks} value(s) shared by {LinkTable.Count1(use.CappedRecords)} records were left out of this rule because they would make too many pairs; other rules still find them.",
            Japanese: $"{use.Rule}：{LinkTable.Count1(use.CappedRecords)} 件が共有する {use.CappedBlocks} 個の値は、組が多くなりすぎるためこの規則では使いません。ほかの規則で候補になります。"));
}
