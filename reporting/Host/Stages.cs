using System.Globalization;
using Microsoft.Extensions.Logging;
using Warehouse.Etl.City;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Host.Commands;
using Warehouse.Reporting.Host.Jobs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>The stages that verbs and jobs share: what a job does at night is what a verb does by hand.</summary>
internal static partial class Stages
{
    /// <summary>The caseworker of the demo, on whose behalf the demo makes briefs.</summary>
    internal const string DemoCaseworker = "caseworker";

    internal static Task<(CitySummary Result, double Seconds)> City(CommandContext context, CityOptions options) =>
        context.Screen.Stage("city", report => Task.FromResult(CityGenerator.Generate(
            options, context.Output, new Relay<CityProgress>(progress => report(progress.Stage, progress.Share)), context.Stop)));

    internal static Task<(ModelSummary Result, double Seconds)> Train(CommandContext context, WarehouseDatabases databases, bool isAblated = false) =>
        context.Screen.Stage("train", report => Task.FromResult(ModelRun.Train(
            databases, ModelOptions(context, isAblated), new Relay<ModelProgress>(progress => report(progress.Stage, progress.Share)), context.Stop)));

    internal static Task<(ScoreSummary Result, double Seconds)> Score(CommandContext context, WarehouseDatabases databases, DateOnly snapshot, DateTime asKnownUtc) =>
        context.Screen.Stage(
            string.Create(CultureInfo.InvariantCulture, $"score {snapshot:yyyy-MM-dd}"),
            _ => Task.FromResult(ModelRun.Score(databases, ModelOptions(context), snapshot, asKnownUtc, context.Stop)));

    /// <summary>Returns the last 1 April that the published data reaches.</summary>
    internal static DateOnly LastFirstOfApril(WarehouseDatabases databases)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        DataDate date = session.QuerySingle<DataDate>("query/report_data_date");
        if (date.PeriodTo is not { } last || date.KnownFromUtc is not { } known)
        {
            throw new WarehouseException("The warehouse holds no published file; expected at least one. Run 'warehouse load' first.");
        }

        // Files that cover March and are known on 1 April describe 1 April.
        DateOnly reach = Later(last.AddDays(1), DateOnly.FromDateTime(known));
        return reach >= new DateOnly(reach.Year, 4, 1) ? new DateOnly(reach.Year, 4, 1) : new DateOnly(reach.Year - 1, 4, 1);

        static DateOnly Later(DateOnly first, DateOnly second) => first > second ? first : second;
    }

    /// <summary>Returns the first day of the month in which the last file came, with all that was known by then: what a job scores.</summary>
    internal static Snapshot Newest(WarehouseDatabases databases)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        DataDate date = session.QuerySingle<DataDate>("query/report_data_date");
        if (date.KnownFromUtc is not { } known)
        {
            throw new WarehouseException("The warehouse holds no published file; expected at least one. Run 'warehouse load' first.");
        }

        DateOnly reach = Snapshot.DateInJapan(known);
        return new Snapshot(new DateOnly(reach.Year, reach.Month, 1), known);
    }

    internal static BriefService Briefs(CommandContext context, WarehouseDatabases databases, BriefReader reader) =>
        new(databases, reader, Renderer(context), context.Time);

    internal static IPdfRenderer Renderer(CommandContext context) => PdfEngineFactory.Create(context.Options.Pdf, context.Loggers.CreateLogger("Warehouse.Pdf"));

    /// <summary>Returns what is printed across the pages: the demo says that nobody in it exists.</summary>
    internal static string? Watermark(CommandContext context) => DemoMark.Read(context.Output) is null ? null : "架空データ";

    /// <summary>Makes briefs for the first children of the list on behalf of a caseworker.</summary>
    internal static async Task<(string Engine, List<string> Paths)> TopBriefs(
        CommandContext context, WarehouseDatabases databases, AuditTrail audit, string staffId, int count, Action<string, double> report)
    {
        StaffMember member = new StaffAccounts(databases, context.Time).Find(staffId)
            ?? throw new UsageException($"There is no open account '{staffId}'; briefs are made on behalf of a caseworker.");
        BriefReader reader = new(databases, audit);
        BriefService service = Briefs(context, databases, reader);
        (DateOnly asOf, DateTime known) = reader.Now();
        List<string> paths = [];
        foreach (ListRow row in reader.List(known).Take(count))
        {
            report("", (double)paths.Count / count);
            string[] copies = Enumerable.Repeat(context.Options.Briefs.Recipient, context.Options.Briefs.Copies).ToArray();
            BriefOrder order = new(row.ChildKey, asOf, known, copies, Watermark(context));
            IReadOnlyList<BriefFile> files = await service.Make(order, new AccessReason(member, "conference"), context.Stop).ConfigureAwait(false);
            paths.AddRange(files.Select(file => Save(file, Path.Combine(context.Output, "briefs"))));
        }

        return (service.EngineName, paths);
    }

    internal static string Save(BriefFile file, string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, file.BriefId + ".pdf");
        File.WriteAllBytes(path, file.Pdf);
        return path;
    }

    /// <summary>Makes or finds a draft of statistics.</summary>
    /// <param name="context">Options and output.</param>
    /// <param name="databases">The databases.</param>
    /// <param name="desk">The desk of releases.</param>
    /// <param name="member">Who drafts.</param>
    /// <param name="asOf">The day of the figures; null for the last day of the data.</param>
    /// <param name="asKnown">Only what was known at the end of this day; null for all.</param>
    /// <param name="note">Words of the draft.</param>
    /// <exception cref="WarehouseException">There is no data, or what would be released tells too much together with what is public.</exception>
    internal static async Task<ReleaseRecord> Draft(
        CommandContext context, WarehouseDatabases databases, ReleaseDesk desk, StaffMember member, DateOnly? asOf = null, DateOnly? asKnown = null, string note = "")
    {
        DataDate date;
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            date = session.QuerySingle<DataDate>("query/report_data_date");
        }

        if (date.PeriodTo is not { } last || date.KnownFromUtc is not { } known)
        {
            throw new WarehouseException("The warehouse holds no published file; expected at least one. Run 'warehouse load' first.");
        }

        try
        {
            return await desk.Draft(member, asOf ?? last, asKnown is { } day ? Snapshot.StartOfDayUtc(day.AddDays(1)) : known, note, context.Stop).ConfigureAwait(false);
        }
        catch (ReleaseRefusedException refusal)
        {
            throw new WarehouseException(refusal.Message, refusal);
        }
        catch (DisclosureException fault)
        {
            throw new WarehouseException(fault.Message, fault);
        }
    }

    /// <summary>Writes the files of a public release.</summary>
    /// <param name="context">Options and output.</param>
    /// <param name="desk">The desk of releases.</param>
    /// <param name="number">The release; null for the newest.</param>
    /// <param name="table">Only the files of this table; null for all.</param>
    /// <param name="format">Only this format; null for all.</param>
    /// <exception cref="UsageException">There is no such release, or it is not public.</exception>
    internal static async Task<(ReleaseRecord Record, StatisticsRelease Release, IReadOnlyList<string> Paths)> StatisticsFiles(
        CommandContext context, ReleaseDesk desk, int? number = null, string? table = null, string? format = null)
    {
        ReleaseRecord record = (number is { } one ? desk.FindNumber(one) : ReleaseDesk.Newest(desk.All()))
            ?? throw new UsageException(number is null
                ? "No release of statistics is public yet. 'warehouse release draft' makes a draft; after its check and its approval by a second person 'warehouse stats' writes its files."
                : $"There is no release {number}. 'warehouse release list' names them.");
        if (!record.IsReadable)
        {
            throw new UsageException($"Release {record.Number} is {ReleaseDesk.StateText(record.State)}; files are written of public releases only.");
        }

        StatisticsRelease release = await desk.Take(ReleaseDesk.Unnamed(ReleaseDesk.Operator), record, "files", context.Stop).ConfigureAwait(false);
        release = table is null ? release : release with { Tables = release.Tables.Where(part => part.Code == table).ToList() };
        return (record, release, new ReleaseFiles(Renderer(context)).Write(record, release, Path.Combine(context.Output, "statistics"), format, context.Stop));
    }

    internal static IReadOnlyList<CheckLine> Check(WarehouseDatabases databases)
    {
        List<CheckLine> lines = [];
        void Add(string name, Func<(bool, string)> check)
        {
            try
            {
                (bool good, string detail) = check();
                lines.Add(new CheckLine(name, good, detail));
            }
            catch (WarehouseException fault)
            {
                lines.Add(new CheckLine(name, false, Screen.OneLine(fault.Message)));
            }
        }

        Add("schema", () =>
        {
            SchemaRange.Check(databases);
            return (true, $"warehouse {SchemaRange.Highest(DatabaseKind.Warehouse, databases.Engine)}, identity {SchemaRange.Highest(DatabaseKind.Identity, databases.Engine)}");
        });
        LoadChecks(databases, lines);
        Add("access log", () =>
        {
            AuditVerdict verdict = AuditTrail.Verify(databases);
            return (verdict.IsIntact, verdict.IsIntact ? $"{verdict.RowCount} rows, head {verdict.HeadHash[..12]}" : $"row {verdict.BrokenAt}: {verdict.Fault}");
        });
        Add("entries", () =>
        {
            int unfinished = PairedEntries.Count(databases);
            return (unfinished == 0, unfinished == 0 ? "every entry of the desk is whole" : $"{unfinished} entries of the desk were begun and not finished; start 'warehouse serve', which finishes them");
        });
        Add("jobs", () =>
        {
            IReadOnlyList<JobRun> runs = new JobHistory(databases, TimeProvider.System).Last();
            List<JobRun> failed = runs.GroupBy(run => run.JobName).Select(group => group.First()).Where(run => run.StatusCode == "failed").ToList();
            return (failed.Count == 0, failed.Count == 0 ? $"{runs.Count} runs" : string.Join("; ", failed.Select(run => $"{run.JobName}: {run.SummaryText}")));
        });
        return lines;
    }

    internal static string Describe(ModelSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"model {summary.ModelRunId}: {summary.KeptCount} rules kept, {summary.VerifiedCount} verified, {summary.RowCount} rows ({summary.PositiveCount} positive), AUC {summary.Quoted.Auc:0.000} [{summary.Quoted.AucInterval.Low:0.000}, {summary.Quoted.AucInterval.High:0.000}]; {Marks(summary)}");

    private static string Marks(ModelSummary summary) => summary.IsAccepted
        ? "all marks passed, in use"
        : "NOT in use, failed: " + string.Join("; ", summary.Marks.Where(mark => mark.Status == "failed").Select(mark => string.Create(CultureInfo.InvariantCulture, $"{mark.Code} {mark.Measured:0.###} ({(mark.IsUpper ? "at most" : "at least")} {mark.Required:0.######}; {mark.Detail})")));

    internal static string Describe(ScoreSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"{summary.SnapshotDate:yyyy-MM-dd}: {summary.ChildCount} children, {summary.ShownCount} scored, {summary.ThinFileCount} with too few sources, {summary.CaseCount} known cases; bands A {summary.Bands.A}, B {summary.Bands.B}, C {summary.Bands.C}{Drift(summary)}{string.Concat(summary.Notes.Select(note => "; " + note))}");

    private static string Drift(ScoreSummary summary) => summary.Drifted.Count == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"; unlike training: {string.Join(", ", summary.Drifted.Take(5).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Feature} ({d.Status}, PSI {d.Psi:0.00})")))}{(summary.Drifted.Count > 5 ? $" and {summary.Drifted.Count - 5} more" : "")}");

    internal static ModelOptions ModelOptions(CommandContext context, bool isAblated = false)
    {
        ModelOptions options = new() { Clock = context.Time, Marks = context.Options.Model.ToMarks() };
        return options with { Train = options.Train with { AblatesDepartments = isAblated } };
    }

    internal sealed record DataDate(DateOnly? PeriodTo, DateTime? KnownFromUtc, long FileCount);

    // Progress<T> reports later, on another thread; here the report is made where it happens.
    internal sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
