using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Bench;

/// <summary><c>link --incremental CHILDREN NEW [SEED] [--settled]</c>: new records of a school against a register and a school that are known: time of the index, time of the new ones, and whether scoring everything decides the same. A load decides the records for whom nobody was found so far again; with <c>--settled</c> they are taken for decided.</summary>
internal static class LinkIncrementalBench
{
    private static readonly DateTime Known = new(2026, 4, 1);

    /// <summary>Runs the measurement.</summary>
    internal static void Run(int children, int fresh, int seed, bool isSettled, TextWriter output)
    {
        LinkBenchRegisters registers = LinkBenchRegisters.Make(children, seed);
        IdentityRecord[] register = Records(registers.Left, "resident", 0);
        IdentityRecord[] school = Records(registers.Right, "school", 10_000_000);
        Random random = new(seed);
        random.Shuffle(school);
        IdentityRecord[] late = school[..fresh];
        IdentityRecord[] early = school[fresh..];
        MemoryLinkModels models = new();
        LinkOutcome first = null!;
        Measure(output, "first load, model trained, all decided", () => first = new EngineLinker(models).Decide(new LinkInput([.. register, .. early], [])));
        Dictionary<long, long?> links = first.Decisions.ToDictionary(decision => decision.RecordKey, decision => decision.RuleCode is "PRB-1" or "PRB-2" ? decision.SameAsRecordKey : null);
        FrozenModel model = models.Find("school")!;
        IdentityRecord[] known = [.. register.Select(record => record with { PersonKey = record.RecordKey })];
        IdentityRecord[] before = [.. early.Select(record => record with { PersonKey = links[record.RecordKey] ?? (isSettled ? record.RecordKey : null) })];
        first = null!;
        EntityIndex index = null!;
        Measure(output, "index of the register and the known records", () =>
        {
            index = new EntityIndex(LinkEntity.Of(known, static _ => false), model.BornFrom, new NameLexicon(known), model.Model.Fields.Select(static field => field.Kind), Environment.ProcessorCount);
            index.Add(LinkEntity.Of(before, static record => record.PersonKey is null));
        });
        output.WriteLine($"rules: {string.Join("; ", index.Rules.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Rule} {rule.Pairs:0.00}")))}");
        GC.Collect();
        List<LinkDecision> decisions = [];
        int scored = 0;
        string added = "";
        Measure(output, "new records, from parsed to decided", () =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            index.Add(LinkEntity.Of(late, static _ => true));
            double grown = watch.Elapsed.TotalSeconds;
            SystemDecision decision = new(index, model, LinkPolicy.Of("school"), Environment.ProcessorCount);
            double found = watch.Elapsed.TotalSeconds;
            decision.Decide(decisions, []);
            scored = decision.Scored;
            added = string.Create(CultureInfo.InvariantCulture, $"added in {grown:0.00} s, scored in {found - grown:0.00} s, decided in {watch.Elapsed.TotalSeconds - found:0.00} s");
        });
        HashSet<long> isLate = [.. late.Select(record => record.RecordKey)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index.Table.LeftCount:N0} in the register, {index.Entities.Count:N0} of the school, {fresh:N0} of them new, {decisions.Count:N0} open and decided, {scored:N0} scored; {added}"));
        LinkDecision[] own = [.. decisions.Where(decision => isLate.Contains(decision.RecordKey) && decision.SameAsRecordKey is not null)];
        bool IsTrue(LinkDecision decision) => registers.Truth[Id(registers, decision.RecordKey)].Child == registers.Truth[Id(registers, decision.SameAsRecordKey!.Value)].Child;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"of the new ones {own.Count(IsTrue):N0} linked right, {own.Count(decision => !IsTrue(decision)):N0} wrong"));
        List<LinkDecision> all = [];
        Measure(output, "the same with everything scored", () => new SystemDecision(index, model, LinkPolicy.Of("school"), Environment.ProcessorCount, scoresAll: true).Decide(all, []));
        output.WriteLine(all.SequenceEqual(decisions) ? "the same decisions" : "OTHER DECISIONS");
    }

    private static string Id(LinkBenchRegisters registers, long key) => key < 10_000_000 ? registers.Left.Ids[(int)key] : registers.Right.Ids[(int)(key - 10_000_000)];

    private static void Measure(TextWriter output, string what, Action action)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        action();
        double wall = watch.Elapsed.TotalSeconds;
        self.Refresh();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {wall:0.00} s ({(self.TotalProcessorTime - cpu).TotalSeconds:0.00} s of CPU), peak {self.PeakWorkingSet64 / 1e6:N0} MB"));
    }

    private static IdentityRecord[] Records(LinkRegister register, string system, long from)
    {
        string Cell(int row, LinkKind kind) => register.Columns.First(column => column.Kind == kind) is var column ? column.Values[column.Codes[row]] : "";
        return [.. Enumerable.Range(0, register.Ids.Length).Select(row => new IdentityRecord
        {
            RecordKey = from + row,
            Feed = system,
            System = system,
            SourceId = register.Ids[row],
            FileSha256 = "",
            Line = row,
            KnownFromUtc = Known,
            Surname = Cell(row, LinkKind.Surname),
            Given = Cell(row, LinkKind.Given),
            SurnameKana = Cell(row, LinkKind.SurnameKana),
            GivenKana = Cell(row, LinkKind.GivenKana),
            BirthDate = DateOnly.TryParse(Cell(row, LinkKind.BirthDate), CultureInfo.InvariantCulture, out DateOnly birth) ? birth : null,
            SexCode = Cell(row, LinkKind.Sex) == "男" ? 1 : 2,
            Address = Cell(row, LinkKind.Address),
        })];
    }
}
