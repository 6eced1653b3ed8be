using System.Runtime.Intrinsics;

namespace Warehouse.Etl.Link.Engine;

/// <summary>How often each pattern of levels occurs.</summary>
internal sealed record PatternCounts(ulong[] Patterns, long[] Counts)
{
    internal static PatternCounts Of(IReadOnlyList<PairChunk> chunks, int threads)
    {
        Dictionary<ulong, long> all = [];
        Lock gate = new();
        Parallel.For(0, chunks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, static () => new Dictionary<ulong, long>(), (i, _, counts) =>
        {
            foreach (ulong pattern in chunks[i].Patterns.AsSpan(0, chunks[i].Count))
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, pattern, out bool _)++;
            }

            return counts;
        }, counts =>
        {
            lock (gate)
            {
                foreach ((ulong pattern, long count) in counts)
                {
                    all[pattern] = all.GetValueOrDefault(pattern) + count;
                }
            }
        });

        // In order of the pattern, so that sums come out the same for any count of threads.
        ulong[] patterns = [.. all.Keys];
        long[] totals = [.. all.Values];
        Array.Sort(patterns, totals);
        return new PatternCounts(patterns, totals);
    }
}

/// <summary>Estimates a model from a table and its candidate pairs: no labels.</summary>
/// <remarks>
/// u comes from the registers themselves: agreement on a value by the product of its exact counts, the other levels from a sample of random pairs (chosen by a hash, so
/// always the same), both without the pairs that are likely links. m, the shares and what co-multiples and other members of a household agree on come from EM over
/// the counts of patterns (Winkler, ASA Survey Research Methods (1988) 667-671; patterns: Enamorado, Fifield and Imai, APSR 113 (2019) 353-371). A pair that is
/// not a candidate is taken for unrelated, so shares are of all pairs and no field is left out for the rule that blocked on it.
/// The share of co-multiples is kept between 1 % and 6 % of that of links, other members of a household between 1 % and five times: in a small or clean
/// file they cannot be estimated, and none must take the place of links. 2 % of babies are multiples (人口動態調査).
/// </remarks>
internal sealed class LinkTrainer
{
    private const int SamplePairs = 1 << 19;
    private const int ParentPairs = 1 << 17;
    private const int MostRounds = 60;
    private const double LeastMultiple = 0.01;
    private const double MostMultiple = 0.06;
    private const double LeastHousehold = 0.01;
    private const double MostHousehold = 5;
    private const double MostOtherGiven = 0.1;
    private const double MostOtherBirth = 0.05;

    // Pseudo-counts of the estimates that rest on few pairs.
    private const double PriorCount = 20;

    private readonly LinkTable _table;
    private readonly LinkScorer _scorer;
    private readonly bool _isExhaustive;
    private readonly int _threads;
    private readonly double[][][] _m;
    private readonly double[][][] _u;
    private readonly double[]?[] _multiple;
    private readonly double[]?[] _household;
    private readonly double[][] _agreed;
    private double _same;
    private double _multipleShare;
    private double _householdShare;

    internal LinkTrainer(LinkTable table, LinkScorer scorer, bool isExhaustive, int threads)
    {
        _table = table;
        _scorer = scorer;
        _isExhaustive = isExhaustive;
        _threads = threads;
        int width = table.Fields.Count;
        _m = new double[width][][];
        _u = new double[width][][];
        _multiple = new double[width][];
        _household = new double[width][];
        _agreed = new double[width][];
        _siblings = table.IsLink ? HouseholdPairs.Find(table) : null;
    }

    private readonly HouseholdPairs? _siblings;

    internal int Rounds { get; private set; }

    /// <summary>Returns the model.</summary>
    internal LinkModel Train(PatternCounts candidates)
    {
        PatternCounts sample = Sample();
        PatternCounts[] within = [.. Enumerable.Range(0, _table.Fields.Count).Select(WithinParent)];
        Begin(sample, within);
        PatternCounts active = candidates;
        for (Rounds = 1; Rounds <= MostRounds; Rounds++)
        {
            double moved = Round(active, sample, within);
            if (moved < 1e-4 && Rounds > 5)
            {
                break;
            }

            if (!_isExhaustive && Rounds % 10 == 3)
            {
                active = Active(candidates);
            }
        }

        return Model();
    }

    /// <summary>Returns a model with the same probabilities and the shares that the pairs at hand show.</summary>
    internal static LinkModel Reshare(LinkModel model, LinkTable table, PatternCounts candidates, double pairCount)
    {
        double same = 0.002 * Math.Sqrt(2 / Math.Max(pairCount, 2));
        double multiple = same;
        double household = same;
        for (int round = 0; round < 25; round++)
        {
            LinkModel now = model with { SameShare = same, MultipleShare = multiple, HouseholdShare = household };
            LinkWeights weights = new(now, table);
            double s = 0;
            double t = 0;
            double h = 0;
            for (int i = 0; i < candidates.Patterns.Length; i++)
            {
                PairEvidence evidence = LinkWeights.Evidence(weights.Logs(candidates.Patterns[i]), weights.Priors);
                s += evidence.Posterior * candidates.Counts[i];
                t += evidence.Multiple * candidates.Counts[i];
                h += evidence.Household * candidates.Counts[i];
            }

            // One pseudo-pair of each of the alternatives: precision first.
            same = Math.Max(s, 0.1) / pairCount;
            multiple = (t + 1) / pairCount;
            household = (h + 1) / pairCount;
        }

        return model with { SameShare = same, MultipleShare = multiple, HouseholdShare = household };
    }

    private LinkModel Model() => new()
    {
        Format = LinkModel.CurrentFormat,
        Normaliser = _table.NormaliserVersion,
        SameShare = _same,
        MultipleShare = _multipleShare,
        HouseholdShare = _householdShare,
        Fields = [.. _table.Fields.Select((field, f) => new FieldModel
        {
            Name = field.Name,
            Kind = field.Kind,
            Levels = field.Levels,
            Parent = field.Parent < 0 ? null : _table.Fields[field.Parent].Name,
            Same = _m[f],
            Unrelated = _u[f],
            Multiple = _multiple[f],
            Household = _household[f],
        })],
    };

    private void Begin(PatternCounts sample, PatternCounts[] within)
    {
        double records = _table.IsLink ? Math.Min(_table.LeftCount, _table.Count - _table.LeftCount) : _table.Count;
        _same = 0.4 * records / _table.PairCount;
        _multipleShare = 0.05 * _same;
        _householdShare = 0.2 * _same;
        for (int f = 0; f < _table.Fields.Count; f++)
        {
            LinkField field = _table.Fields[f];
            int states = field.Parent < 0 ? 1 : 2;
            _agreed[f] = Agreed(f);
            double[] start = Start(field);
            _m[f] = [.. Enumerable.Range(0, states).Select(_ => (double[])start.Clone())];
            _u[f] = new double[states][];
        }

        LinkWeights? none = null;
        Unrelated(sample, within, none, null);
        for (int f = 0; f < _table.Fields.Count; f++)
        {
            FieldRole role = _table.Fields[f].Role;
            _multiple[f] = role is FieldRole.Given or FieldRole.Sex ? (double[])_u[f][0].Clone() : null;
            _household[f] = role is FieldRole.Given or FieldRole.Birth ? Other(f) : null;
        }
    }

    // Nobody gives two children of one birth one name: what little is known before the first household is that.
    private static double[] Afar(double[] unrelated, LinkField field)
    {
        double[] afar = (double[])unrelated.Clone();
        for (int level = NameField.OtherForm; field is NameField && level < afar.Length; level++)
        {
            afar[level] *= 0.05;
        }

        Normalise(afar);
        return afar;
    }

    // Members of a household other than co-multiples were born on other days.
    private double[] Other(int f)
    {
        double[] other = (double[])_u[f][0].Clone();
        if (_table.Fields[f].Role == FieldRole.Birth)
        {
            other[^1] = 1e-6;
            Normalise(other);
        }

        return other;
    }

    // Half of what is left of 1 goes to each level down from the top; the levels of names that say the same for other columns share the top.
    private static double[] Start(LinkField field)
    {
        int count = field.Levels.Count;
        var start = new double[count];
        if (field is NameField)
        {
            // Given names that differ begin as rare: EM raises that where other evidence of a person speaks for it, and otherwise such pairs are co-multiples.
            double differs = field.Role switch { FieldRole.Given => 0.003, FieldRole.Home => 0.6, _ => 0.04 };
            double[] names = [differs, 0.003, 0.02, 0.01, 0.05, 0.2, 0.03, 0.02, 0.01, 0.02, 0.2, 0.2, 0.2, 0.005, 0.005];
            names.CopyTo(start, 0);
        }
        else
        {
            double rest = 1;
            for (int level = count - 1; level > 0; level--)
            {
                start[level] = level == count - 1 ? 0.85 : rest / 2;
                rest -= start[level];
            }

            start[0] = rest;
        }

        Normalise(start);
        return start;
    }

    private static void Normalise(double[] levels)
    {
        double sum = levels.Sum();
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] /= sum;
        }
    }

    private sealed class Sums(int width)
    {
        internal double[] Same = new double[width * 32];
        internal double[] Multiple = new double[width * 32];
        internal double[] Household = new double[width * 32];
        internal double[] Unrelated = new double[width * 32];
        internal double S;
        internal double T;
        internal double H;
    }

    private double Round(PatternCounts candidates, PatternCounts sample, PatternCounts[] within)
    {
        LinkWeights weights = new(Model(), _table);
        int width = _table.Fields.Count;
        Sums sums = Expect(candidates, weights, width);
        double moved = 0;
        for (int f = 0; f < width; f++)
        {
            for (int state = 0; state < _m[f].Length; state++)
            {
                moved = Math.Max(moved, Maximise(_m[f][state], sums.Same.AsSpan((f * 32) + (state * 16), 16), _u[f][state], 1));
                if (_table.IsLink)
                {
                    Bound(_m[f][state], _table.Fields[f].Role);
                }
            }

            if (_multiple[f] is { } multiple)
            {
                double[]? seen = _siblings?.Multiples(f, _m);
                Maximise(multiple, seen ?? sums.Multiple.AsSpan(f * 32, 16), seen is null ? _u[f][0] : Afar(_u[f][0], _table.Fields[f]), seen is null ? PriorCount : 2);
            }

            if (_household[f] is { } household)
            {
                double[] prior = Other(f);
                Maximise(household, sums.Household.AsSpan(f * 32, 16), prior, PriorCount);
                if (_table.Fields[f].Role == FieldRole.Birth)
                {
                    household[^1] = prior[^1];
                    Normalise(household);
                }
            }
        }

        // A record has one counterpart at most.
        double most = _table.IsLink ? Math.Min(_table.LeftCount, _table.Count - _table.LeftCount) : double.PositiveInfinity;
        double same = Math.Min(Math.Max(sums.S, 0.5), most) / _table.PairCount;
        moved = Math.Max(moved, Math.Abs(same - _same) / _same);
        _same = same;
        _multipleShare = Math.Clamp(sums.T / _table.PairCount, LeastMultiple * same, (_table.IsLink ? MostMultiple : MostHousehold) * same);
        _householdShare = Math.Clamp(sums.H / _table.PairCount, LeastHousehold * same, MostHousehold * same);
        Unrelated(sample, within, weights, sums);
        return moved;
    }

    // Whoever has another given name and another day of birth is another person, whatever else a household has in common: without a bound, registers that hold whole
    // families teach EM the household for the person. One forename in eight differs between two collections of one cohort (ALSPAC, Int. J. Popul. Data Sci. 2389), similar ones included.
    private static void Bound(double[] levels, FieldRole role)
    {
        double most = role switch { FieldRole.Given => MostOtherGiven, FieldRole.Birth => MostOtherBirth, _ => 1 };
        if (levels[0] > most)
        {
            double rest = (1 - most) / (1 - levels[0]);
            for (int i = 1; i < levels.Length; i++)
            {
                levels[i] *= rest;
            }

            levels[0] = most;
        }
    }

    private static Sums Expect(PatternCounts counts, LinkWeights weights, int width)
    {
        Sums sums = new(width);
        for (int i = 0; i < counts.Patterns.Length; i++)
        {
            ulong pattern = counts.Patterns[i];
            PairEvidence evidence = LinkWeights.Evidence(weights.Logs(pattern), weights.Priors);
            double n = counts.Counts[i];
            double s = evidence.Posterior * n;
            double t = evidence.Multiple * n;
            double h = evidence.Household * n;
            double u = n - s - t - h;
            sums.S += s;
            sums.T += t;
            sums.H += h;
            for (int f = 0; f < width; f++)
            {
                int place = (f * 32) + (weights.State(pattern, f) * 16) + LinkScorer.Level(pattern, f);
                sums.Same[place] += s;
                sums.Multiple[(f * 32) + LinkScorer.Level(pattern, f)] += t;
                sums.Household[(f * 32) + LinkScorer.Level(pattern, f)] += h;
                sums.Unrelated[place] += u;
            }
        }

        return sums;
    }

    private static double Maximise(double[] target, ReadOnlySpan<double> sums, double[] prior, double strength)
    {
        double total = strength;
        for (int level = 0; level < target.Length; level++)
        {
            total += sums[level];
        }

        double moved = 0;
        for (int level = 0; level < target.Length; level++)
        {
            double next = (sums[level] + (strength * prior[level])) / total;
            moved = Math.Max(moved, Math.Abs(next - target[level]));
            target[level] = next;
        }

        return moved;
    }

    // Patterns that have a chance to be anything but unrelated.
    private PatternCounts Active(PatternCounts all)
    {
        LinkWeights weights = new(Model(), _table);
        List<int> kept = [];
        for (int i = 0; i < all.Patterns.Length; i++)
        {
            PairEvidence evidence = LinkWeights.Evidence(weights.Logs(all.Patterns[i]), weights.Priors);
            if (evidence.Posterior + evidence.Multiple + evidence.Household > 1e-6)
            {
                kept.Add(i);
            }
        }

        return new PatternCounts([.. kept.Select(i => all.Patterns[i])], [.. kept.Select(i => all.Counts[i])]);
    }

    private void Unrelated(PatternCounts sample, PatternCounts[] within, LinkWeights? weights, Sums? candidates)
    {
        int width = _table.Fields.Count;
        double[] random = _isExhaustive && candidates is not null ? candidates.Unrelated : UnrelatedOf(sample, weights, width);
        double scale = _isExhaustive && candidates is not null ? 1 : _table.PairCount / Math.Max(1, sample.Counts.Sum());
        for (int f = 0; f < width; f++)
        {
            LinkField field = _table.Fields[f];
            int count = field.Levels.Count;
            for (int state = 0; state < _m[f].Length; state++)
            {
                bool isParent = state == 1 && !(_isExhaustive && candidates is not null);
                double[] from = isParent ? UnrelatedOf(within[f], weights, width) : random;
                var levels = new double[count];
                for (int level = 0; level < count; level++)
                {
                    levels[level] = (from[(f * 32) + (state * 16) + level] + (0.5 / count)) * (isParent ? 1 : scale);
                }

                if (!_isExhaustive && _m[f].Length == 1)
                {
                    // Exact counts; what links are taken to agree on is no chance agreement.
                    for (int level = 0; level < count; level++)
                    {
                        if (_agreed[f][level] >= 0)
                        {
                            double linked = candidates is null ? 0 : candidates.Same[(f * 32) + level] + candidates.Multiple[(f * 32) + level] + candidates.Household[(f * 32) + level];
                            levels[level] = Math.Max(Math.Max(_agreed[f][level] - linked, 0.01 * _agreed[f][level]), 0.5);
                        }
                    }

                    if (field is NameField)
                    {
                        Share(levels, from, f, NameField.OtherReading, NameField.NearReading, candidates);
                        Share(levels, from, f, NameField.OtherForm, NameField.LikeForm, candidates);
                    }
                }

                Normalise(levels);
                _u[f][state] = levels;
            }
        }
    }

    // Two levels of which only the sum is known exactly, at the first of them: the sample says how it is shared.
    private static void Share(double[] levels, double[] sample, int f, int first, int second, Sums? candidates)
    {
        double linked = candidates is null ? 0 : candidates.Same[(f * 32) + second] + candidates.Multiple[(f * 32) + second] + candidates.Household[(f * 32) + second];
        double sum = Math.Max(levels[first] - linked, 0.01 * levels[first]);
        double one = sample[(f * 32) + first] + 0.5;
        double two = sample[(f * 32) + second] + 0.05;
        levels[first] = sum * one / (one + two);
        levels[second] = sum * two / (one + two);
    }

    private static double[] UnrelatedOf(PatternCounts counts, LinkWeights? weights, int width)
    {
        if (weights is not null)
        {
            return Expect(counts, weights, width).Unrelated;
        }

        return counts.Patterns.Length == 0 ? new double[width * 32] : First(counts, width);
    }

    // Before the first round no pair is taken for a link; the state of parents is not known yet, so both get the same.
    private static double[] First(PatternCounts counts, int width)
    {
        var sums = new double[width * 32];
        for (int i = 0; i < counts.Patterns.Length; i++)
        {
            for (int f = 0; f < width; f++)
            {
                int level = LinkScorer.Level(counts.Patterns[i], f);
                sums[(f * 32) + level] += counts.Counts[i];
                sums[(f * 32) + 16 + level] += counts.Counts[i];
            }
        }

        return sums;
    }

    // Exact counts of pairs by level, -1 where a level is not one of equality.
    private double[] Agreed(int f)
    {
        LinkField field = _table.Fields[f];
        double[] agreed = [.. Enumerable.Repeat(-1.0, field.Levels.Count)];
        if (field is NameField names)
        {
            NameBook book = names.Book;
            double forms = Pairs(f, code => book.Form(code), book.FormCount);
            double formsRead = Pairs(f, code => book.Kana(code) == 0 ? 0 : book.Form(code), book.FormCount);
            double kanas = Pairs(f, code => book.Sound(book.Kana(code)), book.KanaCount);
            double kanasWritten = Pairs(f, code => book.Form(code) == 0 ? 0 : book.Sound(book.Kana(code)), book.KanaCount);
            Dictionary<(int, int), int> both = [];
            var ids = new int[book.Count];
            for (int i = 1; i < book.Count; i++)
            {
                if (book.Form(i) > 0 && book.Kana(i) > 0)
                {
                    (int, int) key = (book.Form(i), book.Sound(book.Kana(i)));
                    if (!both.TryGetValue(key, out ids[i]))
                    {
                        both[key] = ids[i] = both.Count + 1;
                    }
                }
            }

            double bothEqual = Pairs(f, code => ids[code], both.Count + 1);
            agreed[NameField.Both] = bothEqual;
            agreed[NameField.FormOnly] = forms - formsRead;
            agreed[NameField.KanaOnly] = kanas - kanasWritten;

            // Two levels each, of which only the sum is known exactly; the sample parts it.
            agreed[NameField.OtherReading] = formsRead - bothEqual;
            agreed[NameField.OtherForm] = kanasWritten - bothEqual;
            return agreed;
        }

        for (int level = 0; level < agreed.Length; level++)
        {
            int at = level;
            bool isSelf = Enumerable.Range(1, _table.Hashes[f].Length - 1).Any(code => field.Self(code) == at);
            if (isSelf && (field is not AddressField || level == field.Levels.Count - 1))
            {
                agreed[level] = Pairs(f, code => code > 0 && field.Self(code) == at ? code : 0, _table.Hashes[f].Length);
            }
        }

        return agreed;
    }

    private double Pairs(int f, Func<int, int> value, int size)
    {
        int codes = _table.Hashes[f].Length;
        var map = new int[codes];
        for (int code = 1; code < codes; code++)
        {
            map[code] = value(code);
        }

        var left = new long[size];
        var right = new long[size];
        for (int i = 0; i < _table.Count; i++)
        {
            (_table.IsLink && i >= _table.LeftCount ? right : left)[map[_table.Code(i, f)]]++;
        }

        double pairs = 0;
        for (int i = 1; i < size; i++)
        {
            pairs += _table.IsLink ? (double)left[i] * right[i] : left[i] * (left[i] - 1.0) / 2;
        }

        return pairs;
    }

    private PatternCounts Sample() => Draw(SamplePairs, draw =>
    {
        ulong hash = LinkTable.Mix(draw + 0x9E3779B97F4A7C15UL);
        int left = (int)(hash % (ulong)_table.LeftCount);
        ulong other = LinkTable.Mix(hash);
        int right = _table.IsLink ? _table.LeftCount + (int)(other % (ulong)(_table.Count - _table.LeftCount)) : (int)(other % (ulong)_table.Count);
        return (left, right);
    });

    // Random pairs that agree on the parent of a field.
    private PatternCounts WithinParent(int field)
    {
        int parent = _table.Fields[field].Parent;
        if (parent < 0 || _isExhaustive)
        {
            return new PatternCounts([], []);
        }

        int split = _table.IsLink ? _table.LeftCount : 0;
        var starts = new int[_table.Hashes[parent].Length + 1];
        for (int i = split; i < _table.Count; i++)
        {
            starts[_table.Code(i, parent) + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var members = new int[_table.Count - split];
        int[] next = [.. starts];
        for (int i = split; i < _table.Count; i++)
        {
            members[next[_table.Code(i, parent)]++] = i;
        }

        return Draw(ParentPairs, draw =>
        {
            // A value by the count of pairs on it: a record of one side, then any of the other with the same value.
            ulong hash = LinkTable.Mix(draw + 0xD1B54A32D192ED03UL);
            int left = (int)(hash % (ulong)_table.LeftCount);
            int code = _table.Code(left, parent);
            int count = starts[code + 1] - starts[code];
            return code == 0 || count == 0 ? (0, 0) : (left, members[starts[code] + (int)(LinkTable.Mix(hash) % (ulong)count)]);
        });
    }

    private PatternCounts Draw(int draws, Func<ulong, (int Left, int Right)> draw)
    {
        const int Part = 1 << 13;
        var chunks = new PairChunk[draws / Part];
        Parallel.For(0, chunks.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, static () => new LevelCache(), (part, _, cache) =>
        {
            PairChunk chunk = new(Part);
            for (int i = 0; i < Part; i++)
            {
                (int left, int right) = draw((ulong)((part * Part) + i));
                if (left != right)
                {
                    chunk.Add(left, right);
                }
            }

            chunks[part] = chunk.Compare(_scorer, cache);
            return cache;
        }, static _ => { });
        return PatternCounts.Of(chunks, _threads);
    }
}
