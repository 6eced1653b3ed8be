using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Link;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary><c>links</c>: whom the records of a synthetic city are linked to, by the deterministic passes and by the engine, against its truth, source by source.</summary>
internal static class LinksCommand
{
    private static readonly byte[] Secret = new byte[32];

    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        int children = 6_000;
        ulong seed = 20190401;
        ulong cities = 1;
        NoiseLevel noise = NoiseLevel.Normal;
        bool showsWrong = args.Contains("--show-wrong");
        string[] pairs = [.. args.Where(arg => arg != "--show-wrong")];
        bool known = pairs.Length % 2 == 0;
        for (int i = 0; known && i < pairs.Length; i += 2)
        {
            known = pairs[i] switch
            {
                "--children" => int.TryParse(pairs[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out children),
                "--seed" => ulong.TryParse(pairs[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--cities" => ulong.TryParse(pairs[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out cities),
                "--noise" => Enum.TryParse(pairs[i + 1], ignoreCase: true, out noise),
                _ => false,
            };
        }

        if (!known)
        {
            error.WriteLine("usage: links [--children N] [--seed S] [--cities N] [--noise none|low|normal|high] [--show-wrong]");
            return 2;
        }

        Dictionary<(string, string), Tally> sums = [];
        for (ulong city = 0; city < cities; city++)
        {
            One(new CityOptions(CityPreset.City, children, seed + city, NoiseLevel: noise), showsWrong, sums, output);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cities} cities of {children:N0} children from seed {seed}, noise {noise}"));
        output.WriteLine("| source | linker | records | in the register | linked right | linked wrong | recall | for review | recall after a perfect review | twins | right | wrong | one child sent twice, joined right | joined wrong |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (((string system, string linker), Tally sum) in sums.OrderBy(item => item.Key.Item1, StringComparer.Ordinal).ThenBy(item => item.Key.Item2, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {system} | {linker} | {sum.Records:N0} | {sum.Registered:N0} | {sum.Right:N0} | {sum.Wrong:N0} | {Share(sum.Right, sum.Registered)} | {Share(sum.Review, sum.Records)} | {Share(sum.Right + sum.Findable, sum.Registered)} | {sum.Twins:N0} | {sum.TwinsRight:N0} | {sum.TwinsWrong:N0} | {sum.JoinedRight:N0} | {sum.JoinedWrong:N0} |"));
        }

        return 0;
    }

    private static string Share(long part, long whole) => whole == 0 ? "" : ((double)part / whole).ToString("0.0000", CultureInfo.InvariantCulture);

    private static void One(CityOptions options, bool showsWrong, Dictionary<(string, string), Tally> sums, TextWriter output)
    {
        string root = Directory.CreateTempSubdirectory("warehouse-links-").FullName;
        try
        {
            CityGenerator.Generate(options, root);
            LinkInput input = Input(root);
            Truth truth = Truth.Read(Path.Combine(root, "truth"));
            MemoryLinkModels models = new();
            foreach ((string name, ILinker linker) in new (string, ILinker)[] { ("passes", new DeterministicLinker()), ("engine", new EngineLinker(models)) })
            {
                (LinkOutcome outcome, string time) = Timed(linker, input);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {name}: {input.Subjects.Count:N0} versions, {outcome.Decisions.Count:N0} records decided in {time}; {string.Join(", ", outcome.Decisions.GroupBy(decision => decision.RuleCode).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}"))}"));
                truth.Count(input, outcome, name, sums, showsWrong ? output : null);
            }

            string again = Timed(new EngineLinker(models), input).Time;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, engine with frozen models: {again}; models {string.Join(", ", models.All.Select(model => $"{model.System} {model.Version} ({model.RegisterCount} x {model.RecordCount}, born from {model.BornFrom:yyyy})"))}"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static (LinkOutcome Outcome, string Time) Timed(ILinker linker, LinkInput input)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        LinkOutcome outcome = linker.Decide(input);
        self.Refresh();
        return (outcome, string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:0.0} s ({(self.TotalProcessorTime - cpu).TotalSeconds:0.0} s of CPU)"));
    }

    // The input of linkage as a load makes it; what follows in the load is left out.
    private static LinkInput Input(string root)
    {
        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(root, "warehouse.duckdb"), Path.Combine(root, "identity.duckdb")) with { MemoryLimit = "1GB" });
        Migrator.Apply(databases);
        using CancellationTokenSource stop = new();
        Listener listener = new(stop);
        try
        {
            new LoadPipeline(databases).Run(new LoadOptions { Inbox = Path.Combine(root, "inbox"), Secret = Secret, Backfill = true, Linker = listener }, null, stop.Token);
        }
        catch (OperationCanceledException) when (listener.Heard is not null)
        {
        }

        return listener.Heard!;
    }

    private sealed class Listener(CancellationTokenSource stop) : ILinker
    {
        private readonly DeterministicLinker _linker = new();

        public LinkInput? Heard { get; private set; }

        public string Version => _linker.Version;

        public LinkOutcome Decide(LinkInput input)
        {
            Heard = input;
            stop.Cancel();
            return _linker.Decide(input);
        }
    }

    private sealed class Tally
    {
        public long Records;
        public long Registered;
        public long Right;
        public long Wrong;
        public long Review;
        public long Findable;
        public long Twins;
        public long TwinsRight;
        public long TwinsWrong;
        public long JoinedRight;
        public long JoinedWrong;
    }

    private sealed class Truth
    {
        private readonly Dictionary<long, string> _person = [];
        private readonly Dictionary<long, string> _noise = [];
        private readonly HashSet<string> _twins = new(StringComparer.Ordinal);

        public static Truth Read(string folder)
        {
            Truth truth = new();
            KeyMint mint = new(Secret);
            foreach (Dictionary<string, string> row in Rows(Path.Combine(folder, "records.csv")))
            {
                long key = mint.Record(row["system"], row["source_id"].Replace('+', '|'));
                truth._person[key] = row["person_id"];
                truth._noise[key] = row["noise"];
            }

            foreach (IGrouping<(string, string), Dictionary<string, string>> births in Rows(Path.Combine(folder, "persons.csv")).Where(row => row["is_child"] == "1").GroupBy(row => (row["family_id"], row["birth_date"])))
            {
                if (births.Count() > 1)
                {
                    truth._twins.UnionWith(births.Select(row => row["person_id"]));
                }
            }

            return truth;
        }

        public void Count(LinkInput input, LinkOutcome outcome, string linker, Dictionary<(string, string), Tally> sums, TextWriter? wrong)
        {
            Dictionary<long, LinkDecision> byRecord = outcome.Decisions.ToDictionary(decision => decision.RecordKey);
            ILookup<long, LinkCandidate> candidates = outcome.Candidates.ToLookup(candidate => candidate.RecordKey);
            HashSet<string> registered = [.. input.Subjects.Where(record => record.System == "resident" && record.HasIdentity).Select(record => _person.GetValueOrDefault(record.RecordKey, ""))];
            Dictionary<long, IdentityRecord> last = input.Subjects.GroupBy(record => record.RecordKey).ToDictionary(group => group.Key, group => group.Last());
            foreach (IGrouping<string, IdentityRecord> system in last.Values.Where(record => record.System != "resident").GroupBy(record => record.System))
            {
                if (!sums.TryGetValue((system.Key, linker), out Tally? sum))
                {
                    sums[(system.Key, linker)] = sum = new Tally();
                }

                foreach (IdentityRecord record in system.Where(record => _person.ContainsKey(record.RecordKey)))
                {
                    string person = _person[record.RecordKey];
                    bool isTwin = _twins.Contains(person);
                    bool isRegistered = registered.Contains(person);
                    LinkDecision decision = byRecord[record.RecordKey];
                    isRegistered |= decision.RuleCode == "DET-1";
                    sum.Records++;
                    sum.Twins += isTwin ? 1 : 0;
                    sum.Registered += isRegistered ? 1 : 0;
                    sum.Review += candidates[record.RecordKey].Any() ? 1 : 0;
                    if (decision.SameAsRecordKey is not { } same)
                    {
                        bool isFindable = isRegistered && candidates[record.RecordKey].Any(candidate => _person[candidate.OtherRecordKey] == person);
                        sum.Findable += isFindable ? 1 : 0;
                        if (isRegistered)
                        {
                            wrong?.WriteLine($"missed by {linker}: {system.Key} noise '{_noise[record.RecordKey]}' {(isTwin ? "twin " : "")}{(isFindable ? "in the queue " : "")}{decision.Evidence}; {candidates[record.RecordKey].FirstOrDefault()?.Evidence}");
                        }

                        continue;
                    }

                    bool isRight = _person.GetValueOrDefault(same) == person;
                    bool isToRegister = last[same].System == "resident";
                    if (isToRegister)
                    {
                        sum.Right += isRight ? 1 : 0;
                        sum.Wrong += isRight ? 0 : 1;
                        sum.TwinsRight += isRight && isTwin ? 1 : 0;
                        sum.TwinsWrong += !isRight && isTwin ? 1 : 0;
                    }
                    else
                    {
                        sum.JoinedRight += isRight ? 1 : 0;
                        sum.JoinedWrong += isRight ? 0 : 1;
                    }

                    if (!isRight)
                    {
                        wrong?.WriteLine($"wrong by {linker}: {system.Key} {decision.RuleCode} noise '{_noise[record.RecordKey]}' {(isTwin ? "twin " : "")}{decision.Evidence}");
                        wrong?.WriteLine($"   {Text(record)} -> {Text(last[same])}");
                    }
                }
            }
        }

        private static string Text(IdentityRecord record) => $"{record.NameKanji} {record.NameKana} {record.BirthDate:yyyy-MM-dd} {record.SexCode} {record.Address} (架空データ)";

        private static IEnumerable<Dictionary<string, string>> Rows(string path)
        {
            string[] header = [];
            foreach (string line in File.ReadLines(path).Where(line => !line.StartsWith('#')))
            {
                string[] cells = line.Split(',');
                if (header.Length == 0)
                {
                    header = cells;
                }
                else
                {
                    yield return cells.Zip(header).ToDictionary(cell => cell.Second, cell => cell.First, StringComparer.Ordinal);
                }
            }
        }
    }
}
