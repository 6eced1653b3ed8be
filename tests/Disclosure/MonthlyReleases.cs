using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Disclosure;

/// <summary>What became of one month.</summary>
/// <param name="Month">The month.</param>
/// <param name="Refusal">Why nothing was released; null where something was.</param>
/// <param name="Refused">How many figures the refusal names.</param>
/// <param name="Printed">Figures of the document, each as often as a table prints it.</param>
/// <param name="Hidden">How many of them are hidden.</param>
/// <param name="Counted">How many of them were counted for this release; the others are restated.</param>
/// <param name="CountedHidden">How many of those are hidden.</param>
/// <param name="Seconds">Seconds of the draft: counting, protecting, auditing.</param>
/// <param name="Processor">Seconds of processor of the same.</param>
internal sealed record MonthOutcome(DateOnly Month, string? Refusal, int Refused, int Printed, int Hidden, int Counted, int CountedHidden, double Seconds, double Processor);

/// <summary>The full catalogue over successive months of the synthetic city, each month released by two people as it was known then, and everything tried against what was published.</summary>
internal sealed class MonthlyReleases
{
    private static readonly StaffMember Analyst = new("analyst", "分析 一郎", Roles.Analyst, "");
    private static readonly StaffMember Steward = new("steward", "統括 花子", Roles.Steward, "");

    private readonly WarehouseDatabases _databases;
    private readonly DisclosureProfile _profile;
    private readonly Random _random;
    private readonly List<StatisticsRelease> _documents = [];

    internal MonthlyReleases(WarehouseDatabases databases, DisclosureProfile profile, int seed)
    {
        _databases = databases;
        _profile = profile;
        _random = new Random(seed);
    }

    /// <summary>The documents that were published.</summary>
    internal IReadOnlyList<StatisticsRelease> Documents => _documents;

    /// <summary>Writes the city into a folder and loads it; each file is known from the day of its extraction.</summary>
    internal static void Load(WarehouseDatabases databases, CityOptions city, string folder, CancellationToken cancellation)
    {
        CityGenerator.Generate(city, folder);
        new LoadPipeline(databases).Run(new LoadOptions { Inbox = Path.Combine(folder, "inbox"), Secret = new byte[32], Backfill = true }, null, cancellation);
    }

    /// <summary>When a month is released: at the end of the next one, when its files have come.</summary>
    internal static DateTime KnownAt(DateOnly month) => month.AddMonths(2).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>Releases months one after the other: scores, judgements and contacts of each, draft, check, approval.</summary>
    internal async Task<IReadOnlyList<MonthOutcome>> Run(DateOnly first, int months, Action<MonthOutcome>? report, CancellationToken cancellation)
    {
        ManualTime clock = new(new DateTimeOffset(KnownAt(first)));
        await using AuditTrail audit = new(_databases, clock);
        ReleaseDesk desk = new(_databases, audit, _profile, clock);
        List<MonthOutcome> outcomes = [];
        for (int at = 0; at < months; at++)
        {
            DateOnly month = first.AddMonths(at);
            DateTime known = KnownAt(month);
            clock.Add(new DateTimeOffset(known) - clock.GetUtcNow());
            Work(month, known);
            clock.Add(TimeSpan.FromHours(1));
            long begun = Stopwatch.GetTimestamp();
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
            MonthOutcome outcome;
            try
            {
                ReleaseRecord draft = await desk.Draft(Analyst, month.AddMonths(1).AddDays(-1), known, "", cancellation).ConfigureAwait(false);
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds, cpu = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
                await desk.Check(Analyst, draft.ReleaseId, "", cancellation).ConfigureAwait(false);
                ReleaseRecord record = await desk.Approve(Steward, draft.ReleaseId, null, "", cancellation).ConfigureAwait(false);
                StatisticsRelease document = desk.Document(record);
                _documents.Add(document);
                IEnumerable<ReleasedTable> counted = document.Tables.Where(table => table.FromNumber is null);
                outcome = new MonthOutcome(
                    month, null, 0, Figures(document.Tables), document.HiddenCount, Figures(counted), counted.Sum(table => table.HiddenCount), seconds, cpu);
            }
            catch (ReleaseRefusedException refusal)
            {
                outcome = new MonthOutcome(
                    month, refusal.Message, refusal.Figures.Count, 0, 0, 0, 0, Stopwatch.GetElapsedTime(begun).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds);
            }

            outcomes.Add(outcome);
            report?.Invoke(outcome);
        }

        return outcomes;
    }

    /// <summary>Returns what was counted and who moved, from the warehouse itself.</summary>
    internal KnownTruth Truth()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        Dictionary<FigureName, decimal> values = [];
        foreach ((string key, long count) in session.QueryText<(string, long)>("SELECT c.figure_key, c.cell_count FROM fact.release_cell AS c WHERE c.figure_key NOT LIKE 'rest|%' ORDER BY c.release_id"))
        {
            values[PublishedWorld.NameOf(key)] = count;
        }

        Dictionary<string, Dictionary<long, (string District, int Months)>> people = [];
        foreach (StatisticsRelease document in _documents)
        {
            foreach (ReleasedTable table in document.Tables.Where(table => table.FromNumber is null && table.Definition.Window == TableWindow.Month))
            {
                string moment = table.AsOf.ToString("yyyy-MM", CultureInfo.InvariantCulture);
                if (!people.ContainsKey(moment))
                {
                    people[moment] = session.QueryText<(long Child, string District, int Months)>(
                        "SELECT m.child_key, p.district_code, m.age_months FROM fact.child_month AS m INNER JOIN dim.place AS p ON p.place_key = m.place_key WHERE m.month_key = @month AND m.is_resident = 1 AND m.known_from_utc <= @known AND m.known_to_utc > @known",
                        new { month = (table.AsOf.Year * 100) + table.AsOf.Month, known = document.AsKnownUtc }).ToDictionary(row => row.Child, row => (row.District, row.Months));
                }
            }
        }

        return new KnownTruth(values, (before, after) => IsPlain(before) && IsPlain(after) && people.TryGetValue(before.Moment, out var then) && people.TryGetValue(after.Moment, out var now)
            ? then.Keys.Union(now.Keys).LongCount(child => (then.TryGetValue(child, out var a) && IsIn(before, a)) != (now.TryGetValue(child, out var b) && IsIn(after, b)))
            : null);
    }

    private static int Figures(IEnumerable<ReleasedTable> tables) => tables.Sum(table => table.Rows.Count * table.Columns.Count);

    private static bool IsPlain(FigureName name) => name.Measure == "children" && name.Lines.Split(" & ").All(line => line.Length == 0 || line.StartsWith("district=", StringComparison.Ordinal) || line.StartsWith("age=", StringComparison.Ordinal));

    private static bool IsIn(FigureName name, (string District, int Months) child) => name.Lines.Split(" & ").All(line => line.Length == 0
        || (line.StartsWith("district=", StringComparison.Ordinal) ? line["district=".Length..] == (child.District.Length == 0 ? "unknown" : child.District) : IsAge(line["age=".Length..], child.Months / 12)));

    // Years as the band says them.
    private static bool IsAge(string band, int years) => years >= int.Parse(band[..2], CultureInfo.InvariantCulture) && (band == "15-17" || band == "12-17" || years <= int.Parse(band[3..], CultureInfo.InvariantCulture));

    // What the program and its users write between two releases, drawn at random: a tenth of the children is scored too low for the list, a twentieth is listed, most of those are judged, some contacted.
    private void Work(DateOnly month, DateTime now)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Migrator);
        long[] children = [.. session.QueryText<long>(
            "SELECT m.child_key FROM fact.child_month AS m WHERE m.month_key = @month AND m.is_resident = 1 AND m.known_from_utc <= @known AND m.known_to_utc > @known ORDER BY m.child_key",
            new { month = (month.Year * 100) + month.Month, known = now }).Distinct()];
        DateOnly snapshot = month.AddMonths(1);
        List<object?[]> scores = [], judgements = [], contacts = [];
        foreach (long child in children)
        {
            // Children like those of last month are scored like last month.
            Random own = new((int)(child % 1_000_003));
            double risk = own.NextDouble() + (0.1 * _random.NextDouble());
            if (risk < 0.15)
            {
                continue;
            }

            bool isListed = risk > 1.0;
            scores.Add([1L, child, snapshot, now, now, isListed ? "A" : "none", (short)0, "", (short)6]);
            if (!isListed || _random.NextDouble() < 0.2)
            {
                continue;
            }

            string decision = _random.NextDouble() switch { < 0.35 => "need", < 0.8 => "no_need", _ => "pending" };
            judgements.Add([Guid(), child, snapshot, 1L, "analyst", "final", 1, decision, "other", "A", (short)1, 60, now]);
            if (decision == "need" && _random.NextDouble() < 0.75)
            {
                contacts.Add([Guid(), child, "analyst", "attempt", "visit", "met", snapshot, null, (short)1, now]);
                if (_random.NextDouble() < 0.6)
                {
                    contacts.Add([Guid(), child, "analyst", "support", "counselling", "begun", snapshot, null, (short)1, now]);
                }
            }
        }

        session.Begin();
        session.BulkInsert("fact.risk_score", ["model_run_id", "child_key", "snapshot_date", "as_known_utc", "scored_utc", "band_code", "is_withheld", "withheld_code", "source_count"], scores);
        session.BulkInsert(
            "fact.judgement",
            ["judgement_id", "child_key", "snapshot_date", "model_run_id", "staff_id", "stage_code", "revision_number", "decision_code", "reason_code", "band_code", "is_band_shown", "spent_seconds", "judged_utc"],
            judgements);
        session.BulkInsert(
            "fact.contact", ["contact_id", "child_key", "staff_id", "event_code", "detail_code", "result_code", "event_date", "due_date", "is_safety_checked", "recorded_utc"], contacts);
        session.Commit();
    }

    private string Guid()
    {
        byte[] bytes = new byte[16];
        _random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
