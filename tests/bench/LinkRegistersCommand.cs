using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Bench;

/// <summary>Links the synthetic school, welfare and medical registers with the resident register and compares the decisions with the truth.</summary>
/// <remarks>
/// <c>link-registers [--people N] [--seeds S,S,…] [--mapping hand|guessed] [--sensitive] [--only school|welfare|medical] [--diagnose N]</c>. No register holds a number that
/// another one has. Counts of several seeds are summed. The reviewer who errs decides one pair in fifty wrongly: expected values, not a draw.
/// </remarks>
internal static class LinkRegistersCommand
{
    private const double ReviewerErrs = 0.02;

    private sealed class Sums
    {
        internal long Right, Wrong, MultipleRight, MultipleWrong, Counterparts, AutoFound, ReviewFound, ReviewRecords, Records, ReviewFalse;
        internal double Cpu, Wall;

        internal void Add(Sums other)
        {
            (Right, Wrong, MultipleRight, MultipleWrong) = (Right + other.Right, Wrong + other.Wrong, MultipleRight + other.MultipleRight, MultipleWrong + other.MultipleWrong);
            (Counterparts, AutoFound, ReviewFound, ReviewRecords) = (Counterparts + other.Counterparts, AutoFound + other.AutoFound, ReviewFound + other.ReviewFound, ReviewRecords + other.ReviewRecords);
            (Records, ReviewFalse, Cpu, Wall) = (Records + other.Records, ReviewFalse + other.ReviewFalse, Cpu + other.Cpu, Wall + other.Wall);
        }
    }

    private sealed record Options(int People, ulong[] Seeds, bool IsGuessed, bool IsSensitive, RegisterSource[] Sources, int Diagnose, int Threads);

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        if (!TryRead(args, out Options? options))
        {
            error.WriteLine("expected: link-registers [--people N] [--seeds S,S,…] [--mapping hand|guessed] [--sensitive] [--only school|welfare|medical] [--diagnose N] [--threads N]");
            return 2;
        }

        Dictionary<RegisterSource, Sums> all = options.Sources.ToDictionary(source => source, _ => new Sums());
        foreach (ulong seed in options.Seeds)
        {
            RegisterGenerator generator = new(new RegisterOptions { People = options.People, Seed = seed });
            IReadOnlyList<RegisterTable> tables = generator.Make();
            LinkRegister residents = Register(tables[0], options.IsGuessed);
            foreach (RegisterSource source in options.Sources)
            {
                Sums sums = Link(tables[0], residents, tables[(int)source], options, output);
                all[source].Add(sums);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} {Line(source.ToString(), sums)} | {sums.Cpu:0.0} s CPU"));
            }
        }

        output.WriteLine("\n| register (with a counterpart) | AUTO right / wrong | precision, lower 95 % | of them multiples | precision, lower 95 % | recall of AUTO | after review | reviewer errs 2 %: recall, precision | records for review |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        Sums total = new();
        foreach ((RegisterSource source, Sums sums) in all)
        {
            output.WriteLine(Line(source.ToString(), sums));
            total.Add(sums);
        }

        output.WriteLine(Line("all", total));
        return 0;
    }

    private static string Line(string name, Sums sums)
    {
        double found = sums.AutoFound + ((1 - ReviewerErrs) * sums.ReviewFound);
        double wrong = sums.Wrong + (ReviewerErrs * sums.ReviewFalse);
        double links = sums.Right + sums.Wrong + ((1 - ReviewerErrs) * sums.ReviewFound) + (ReviewerErrs * sums.ReviewFalse);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} ({sums.Counterparts:N0}) | {sums.Right:N0} / {sums.Wrong:N0} | {Precision(sums.Right, sums.Wrong)} | {sums.MultipleRight:N0} / {sums.MultipleWrong:N0} | {Precision(sums.MultipleRight, sums.MultipleWrong)} | {(double)sums.AutoFound / sums.Counterparts:.0000} | {(double)(sums.AutoFound + sums.ReviewFound) / sums.Counterparts:.0000} | {found / sums.Counterparts:.0000}, {1 - (wrong / links):.00000} | {100.0 * sums.ReviewRecords / sums.Records:0.00} % |");
    }

    private static string Precision(long right, long wrong) => right + wrong == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(double)right / (right + wrong):.000000}, {Wilson(right, right + wrong):.000000}");

    // The lower end of Wilson's 95 % interval (Wilson, JASA 22 (1927) 209-212).
    private static double Wilson(long right, long all)
    {
        const double Z = 1.959964;
        double p = (double)right / all;
        double half = Z * Math.Sqrt((p * (1 - p) / all) + (Z * Z / (4.0 * all * all)));
        return (p + (Z * Z / (2.0 * all)) - half) / (1 + (Z * Z / all));
    }

    private static Sums Link(RegisterTable left, LinkRegister residents, RegisterTable right, Options options, TextWriter output)
    {
        LinkRegister others = Register(right, options.IsGuessed);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch clock = Stopwatch.StartNew();
        LinkTable table = LinkTable.Build(residents, others);
        LinkageResult result = LinkEngine.Run(table, new LinkageOptions { IsSensitive = options.IsSensitive, Threads = options.Threads });
        Sums sums = new() { Cpu = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Wall = clock.Elapsed.TotalSeconds };
        Dictionary<string, int> rows = new(StringComparer.Ordinal);
        for (int row = 0; row < left.Count; row++)
        {
            rows[Id(left, row)] = row;
        }

        for (int row = 0; row < right.Count; row++)
        {
            rows[Id(right, row)] = row;
        }

        HashSet<int> people = [.. left.Truth];
        sums.Records = right.Count;
        sums.Counterparts = right.Truth.LongCount(people.Contains);
        HashSet<int> found = [];
        HashSet<int> shown = [];
        HashSet<int> review = [];
        foreach (LinkPair pair in result.Pairs)
        {
            int a = rows[table.Ids[pair.Left]];
            int b = rows[table.Ids[pair.Right]];
            bool isTrue = left.Truth[a] == right.Truth[b];
            bool isMultiple = left.TruthBirthCount[a] > 1 || right.TruthBirthCount[b] > 1;
            if (pair.Band == LinkBand.Auto)
            {
                (sums.Right, sums.Wrong) = isTrue ? (sums.Right + 1, sums.Wrong) : (sums.Right, sums.Wrong + 1);
                (sums.MultipleRight, sums.MultipleWrong) = !isMultiple ? (sums.MultipleRight, sums.MultipleWrong) : isTrue ? (sums.MultipleRight + 1, sums.MultipleWrong) : (sums.MultipleRight, sums.MultipleWrong + 1);
            }
            else
            {
                review.Add(b);
                sums.ReviewFalse += isTrue ? 0 : 1;
            }

            if (isTrue)
            {
                (pair.Band == LinkBand.Auto ? found : shown).Add(b);
            }
        }

        shown.ExceptWith(found);
        sums.AutoFound = found.Count;
        sums.ReviewFound = shown.Count;
        sums.ReviewRecords = review.Count;
        foreach (LinkFinding finding in result.Findings)
        {
            output.WriteLine($"  {finding.Code} {finding.Message}");
        }

        if (options.Diagnose > 0)
        {
            LinkDiagnosis.Write(result, pair => left.Truth[rows[table.Ids[pair.Left]]] == right.Truth[rows[table.Ids[pair.Right]]], MissingPairs(result, left, right, found, shown), options.Diagnose, output);
        }

        return sums;
    }

    // True pairs that are neither linked nor shown, as pairs of places in the table.
    private static List<(int Left, int Right)> MissingPairs(LinkageResult result, RegisterTable left, RegisterTable right, HashSet<int> found, HashSet<int> shown)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < result.Table.Count; i++)
        {
            places[result.Table.Ids[i]] = i;
        }

        Dictionary<int, int> byPerson = [];
        for (int row = 0; row < left.Count; row++)
        {
            byPerson.TryAdd(left.Truth[row], places[Id(left, row)]);
        }

        return [.. Enumerable.Range(0, right.Count).Where(row => !found.Contains(row) && !shown.Contains(row) && byPerson.ContainsKey(right.Truth[row])).Select(row => (byPerson[right.Truth[row]], places[Id(right, row)]))];
    }

    private static string Id(RegisterTable table, int row) => table.RecordId(row).ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns a register as the engine takes it.</summary>
    /// <param name="table">The register.</param>
    /// <param name="isGuessed">Whether all columns are mapped as the headers and contents say; otherwise names, birth date, sex and address are.</param>
    internal static LinkRegister Register(RegisterTable table, bool isGuessed)
    {
        string[] headers = [.. RegisterTable.Header.Skip(1)];
        TextColumn[] texts = [table.NameKanji, table.NameKana, table.BirthDate, table.Sex, table.Address, table.HouseholdId, table.GuardianKanji, table.GuardianKana, table.Phone];
        (int[] Codes, IReadOnlyList<string> Values)[] columns = [.. texts.Select(Column)];
        string[] ids = [.. Enumerable.Range(0, table.Count).Select(row => Id(table, row))];
        if (isGuessed)
        {
            LinkMapping mapping = LinkMapping.Guess(headers, columns, table.Count);
            return new LinkRegister(table.Source.ToString(), ids, [.. mapping.Columns.Select((use, i) => (use, i)).Where(item => item.use.Kind != LinkKind.Ignore).Select(item => new LinkColumn(item.use.Kind, item.use.Field, columns[item.i].Codes, columns[item.i].Values))]);
        }

        LinkKind[] kinds = [LinkKind.FullName, LinkKind.FullKana, LinkKind.BirthDate, LinkKind.Sex, LinkKind.Address];
        return new LinkRegister(table.Source.ToString(), ids, [.. kinds.Select((kind, i) => new LinkColumn(kind, headers[i], columns[i].Codes, columns[i].Values))]);
    }

    private static (int[] Codes, IReadOnlyList<string> Values) Column(TextColumn texts)
    {
        Dictionary<string, int> codes = new(StringComparer.Ordinal) { [""] = 0 };
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = codes.GetAlternateLookup<ReadOnlySpan<char>>();
        List<string> values = [""];
        int[] rows = new int[texts.Count];
        for (int row = 0; row < rows.Length; row++)
        {
            if (!lookup.TryGetValue(texts[row], out rows[row]))
            {
                string text = texts[row].ToString();
                codes[text] = rows[row] = values.Count;
                values.Add(text);
            }
        }

        return (rows, values);
    }

    private static bool TryRead(string[] args, [NotNullWhen(true)] out Options? options)
    {
        int people = 50_000;
        int diagnose = 0;
        int threads = Environment.ProcessorCount;
        bool isGuessed = false;
        bool isSensitive = false;
        ulong[] seeds = [101];
        RegisterSource[] sources = [RegisterSource.School, RegisterSource.Welfare, RegisterSource.Medical];
        options = null;
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            bool isRead = true;
            switch (args[i])
            {
                case "--people":
                    isRead = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out people) && people > 0;
                    break;
                case "--seeds":
                    string[] parts = value.Split(',');
                    seeds = new ulong[parts.Length];
                    for (int k = 0; k < parts.Length; k++)
                    {
                        isRead &= ulong.TryParse(parts[k], NumberStyles.None, CultureInfo.InvariantCulture, out seeds[k]);
                    }

                    break;
                case "--mapping":
                    isRead = value is "hand" or "guessed";
                    isGuessed = value == "guessed";
                    break;
                case "--only":
                    isRead = Enum.TryParse(value, ignoreCase: true, out RegisterSource source) && source != RegisterSource.Resident;
                    sources = [source];
                    break;
                case "--diagnose":
                    isRead = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out diagnose);
                    break;
                case "--threads":
                    isRead = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads > 0;
                    break;
                case "--sensitive":
                    isSensitive = true;
                    i--;
                    break;
                default:
                    return false;
            }

            if (!isRead)
            {
                return false;
            }

            i++;
        }

        options = new Options(people, seeds, isGuessed, isSensitive, sources, diagnose, threads);
        return true;
    }
}

/// <summary>Groups what is not linked, or shown for nothing, by what the pairs agree on.</summary>
internal static class LinkDiagnosis
{
    internal static void Write(LinkageResult result, Func<LinkPair, bool> isTrue, List<(int Left, int Right)> missing, int most, TextWriter output)
    {
        LinkTable table = result.Table;
        Calibration(output, result, isTrue);
        Group(output, "true pairs for review", result.Pairs.Where(pair => pair.Band == LinkBand.Review && isTrue(pair)), result, most);
        Group(output, "false pairs for review", result.Pairs.Where(pair => pair.Band == LinkBand.Review && !isTrue(pair)), result, most);
        Group(output, "false links", result.Pairs.Where(pair => pair.Band == LinkBand.Auto && !isTrue(pair)), result, most);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"true pairs neither linked nor shown: {missing.Count}"));
        foreach ((int left, int right) in missing.Take(most))
        {
            output.WriteLine("    " + string.Join(" | ", table.Fields.Select((_, f) => $"{table.Show(left, f)} ~ {table.Show(right, f)}")));
        }
    }

    // Of the pairs that no other pair disputes: how many of each posterior are true.
    private static void Calibration(TextWriter output, LinkageResult result, Func<LinkPair, bool> isTrue)
    {
        double[] edges = [0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 0.99999, 1.1];
        LinkPair[] pairs = [.. result.Pairs.Where(pair => pair.Reason is not "tie" and not "other")];
        output.WriteLine("posterior: pairs, true, expected");
        for (int i = 0; i + 1 < edges.Length; i++)
        {
            LinkPair[] within = [.. pairs.Where(pair => pair.Evidence.Posterior >= edges[i] && pair.Evidence.Posterior < edges[i + 1])];
            if (within.Length > 0)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {edges[i]:.00000}: {within.Length}, {within.Count(isTrue)}, {within.Sum(pair => pair.Evidence.Posterior):0.0}"));
            }
        }
    }

    private static void Group(TextWriter output, string name, IEnumerable<LinkPair> pairs, LinkageResult result, int most)
    {
        LinkTable table = result.Table;
        List<LinkPair> all = [.. pairs];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {all.Count}; by reason {string.Join(", ", all.GroupBy(pair => pair.Reason, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => $"{group.Key} {group.Count()}"))}"));
        foreach (IGrouping<(string Reason, ulong Pattern), LinkPair> group in all.GroupBy(pair => (pair.Reason, pair.Pattern)).OrderByDescending(group => group.Count()).Take(most))
        {
            LinkPair one = group.First();
            string levels = string.Join(", ", table.Fields.Select((field, f) => $"{field.Name} {(one.Level(f) == LinkField.Null ? "-" : field.Levels[one.Level(f)])} ({result.Weight(one, f):0.0})"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {group.Count(),5} {group.Key.Reason,-8} {levels}; posterior {group.Min(pair => pair.Evidence.Posterior):.000}-{group.Max(pair => pair.Evidence.Posterior):.00000}, multiple {one.Evidence.Multiple:.000}, household {one.Evidence.Household:.000}"));
            output.WriteLine("          " + string.Join(" | ", table.Fields.Select((_, f) => $"{table.Show(one.Left, f)} ~ {table.Show(one.Right, f)}")));
        }
    }
}
