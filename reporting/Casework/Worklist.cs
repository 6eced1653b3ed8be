using System.Diagnostics;
using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>One child of the current scoring; pseudonymous.</summary>
public sealed record ScoredChild(
    long ChildKey, long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc, string BandCode, string DistrictCode, string DistrictName, int AgeMonths, int GradeCode, int IsInCouncil)
{
    /// <summary>Whether the model put the child onto the list.</summary>
    public bool IsListed => BandCode == "A";
}

/// <summary>One child whose case goes past the model; pseudonymous.</summary>
public sealed record UrgentChild(long ChildKey, DateOnly ReceivedDate, string DistrictCode, string DistrictName, int AgeMonths, int GradeCode);

/// <summary>One child with a review or the outcome of a support due, on the list or not; pseudonymous.</summary>
/// <param name="Due"><c>review</c>, <c>m6</c> or <c>m12</c>.</param>
public sealed record DueChild(long ChildKey, string DistrictName, int AgeMonths, int GradeCode, string Due);

/// <summary>One line of a worklist: nothing of it comes from the score before the own first judgement.</summary>
/// <param name="ChildKey">The child.</param>
/// <param name="DistrictName">Where it lives.</param>
/// <param name="AgeMonths">Its age.</param>
/// <param name="GradeCode">Its grade.</param>
/// <param name="IsInCouncil">Whether the council for children in need has an open case.</param>
/// <param name="HasChanged">Whether something came to be known after the own last judgement.</param>
/// <param name="Due">What is due today: <c>review</c>, <c>m6</c> or <c>m12</c> after the first support, or empty.</param>
/// <param name="FirstDecision">The own first judgement of this scoring, or empty.</param>
/// <param name="FinalDecision">The own last final judgement, or empty.</param>
/// <param name="BandCode">What the model said; null before the own first judgement.</param>
/// <param name="Trend">As in <see cref="CaseAnalysis.Trend"/>; empty before the own first judgement.</param>
public sealed record WorklistRow(
    long ChildKey, string DistrictName, int AgeMonths, int GradeCode, bool IsInCouncil, bool HasChanged, string Due, string FirstDecision, string FinalDecision, string? BandCode, string Trend);

/// <summary>Which lines are wanted; none of it is of the score.</summary>
/// <param name="Council"><c>no</c>: only children without an open case of the council.</param>
/// <param name="Judged"><c>no</c>, <c>first</c> (first judgement only) or <c>final</c>.</param>
/// <param name="Changed">Only children of whom something came to be known after the own last judgement.</param>
/// <param name="Due">Only children with a review or the outcome of a support due.</param>
public sealed record WorklistFilter(string? Council, string? Judged, bool Changed, bool Due)
{
    /// <summary>Returns whether a line is wanted.</summary>
    public bool Fits(WorklistRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (Council != "no" || !row.IsInCouncil)
            && (!Changed || row.HasChanged)
            && (!Due || row.Due.Length > 0)
            && Judged switch
            {
                "no" => row.FirstDecision.Length == 0,
                "first" => row.FirstDecision.Length > 0 && row.FinalDecision.Length == 0,
                "final" => row.FinalDecision.Length > 0,
                _ => true,
            };
    }
}

/// <summary>What is to be expected of a list of the model: of 100 listed children so many need support; of 100 who need it so many are listed.</summary>
/// <param name="ListSize">The length for which it was measured.</param>
/// <param name="Needed">Children of 100 listed who came to need support, with the ends of the interval; null ends where not measured.</param>
/// <param name="Found">Children of 100 in need who were listed.</param>
public sealed record ListExpectation(int ListSize, PerHundred Needed, PerHundred Found);

/// <summary>So many of a hundred, with a 95 % interval where it was measured.</summary>
public sealed record PerHundred(int Count, int? Low, int? High);

/// <summary>A worklist as one caseworker sees it today.</summary>
/// <param name="SnapshotDate">The day that the scoring describes; null without one.</param>
/// <param name="Urgent">Cases that go past the model; they stand first.</param>
/// <param name="Due">Children with something due.</param>
/// <param name="Rows">The list after the filter.</param>
/// <param name="Total">Its length before the filter.</param>
/// <param name="Expectation">What is to be expected of the model's part; null where the model run has no such figures.</param>
public sealed record Worklist(DateOnly? SnapshotDate, IReadOnlyList<UrgentChild> Urgent, IReadOnlyList<DueChild> Due, IReadOnlyList<WorklistRow> Rows, int Total, ListExpectation? Expectation);

/// <summary>Makes worklists: what the model listed and what chance drew, unmarked, in an order of chance.</summary>
/// <remarks>
/// The order differs between members of staff and from day to day and stays over one day. That a child is on the list informs already: it is one of the most
/// similar with a chance of four in five. A judgement is blind to band and reasons, not to this.
/// </remarks>
public sealed class WorklistReader
{
    private static readonly TimeSpan UrgentFor = TimeSpan.FromSeconds(10);

    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly AuditTrail _audit;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Population? _population;

    /// <summary>Makes a reader.</summary>
    public WorklistReader(WarehouseDatabases databases, BriefReader reader, AuditTrail audit, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(time);
        _databases = databases;
        _reader = reader;
        _audit = audit;
        _time = time;
    }

    /// <summary>Returns the worklist of a caseworker; each child shown is a row of the access log.</summary>
    public async Task<Worklist> Read(StaffMember member, WorklistFilter filter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(filter);
        Population population = Current();
        List<ScoredChild> scored = population.Scored;
        List<UrgentChild> urgent;
        List<DueChild> due;
        Dictionary<long, Reminder> reminders;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            urgent = population.Urgent(session).Where(child => member.Serves(child.DistrictCode)).ToList();
            reminders = session.Query<Reminder>("query/casework_reminder").ToDictionary(one => one.ChildKey);
            Dictionary<long, string> open = reminders.Values.Select(one => (one.ChildKey, Due: one.Due(Today()))).Where(one => one.Due.Length > 0).ToDictionary(one => one.ChildKey, one => one.Due);
            due = open.Count == 0 ? [] : population.Contacted(session, reminders.Keys)
                .Where(child => member.Serves(child.DistrictCode) && open.ContainsKey(child.ChildKey))
                .Select(child => new DueChild(child.ChildKey, child.DistrictName, child.AgeMonths, child.GradeCode, open[child.ChildKey])).ToList();
        }

        HashSet<long> past = urgent.Select(child => child.ChildKey).ToHashSet();
        List<WorklistRow> rows = scored.Count == 0 ? [] : Rows(member, population, reminders).Where(row => !past.Contains(row.ChildKey)).ToList();
        List<WorklistRow> wanted = rows.Where(filter.Fits).ToList();
        await _audit.Record(
            urgent.Select(child => Entry(member, child.ChildKey, "urgent")).Concat(due.Select(child => Entry(member, child.ChildKey, "due"))).Concat(wanted.Select(row => Entry(member, row.ChildKey, "worklist"))).ToList(), cancellation).ConfigureAwait(false);
        return new Worklist(
            scored.Count == 0 ? null : scored[0].SnapshotDate, urgent, due, wanted, rows.Count, population.Expectation);
    }

    // Of the city, pseudonymous and the same for everybody; who may see which of it is decided for each reader anew.
    private Population Current()
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        Version version = session.QuerySingle<Version>("query/casework_version");
        lock (_gate)
        {
            if (_population?.Version == version)
            {
                return _population;
            }

            (DateOnly asOf, DateTime known) = version is { PeriodTo: { } day, KnownFromUtc: { } utc } ? (day, utc) : _reader.Now();
            Moment at = new(known, (asOf.Year * 100) + asOf.Month, asOf);
            List<ScoredChild> scored = session.Query<ScoredChild>("query/casework_population", at).DistinctBy(child => child.ChildKey).ToList();
            ListExpectation? expectation = scored.Count == 0 ? null : Expectation(session, scored[0].ModelRunId, scored.Count(child => child.IsListed));
            return _population = new Population(version, at, scored, expectation);
        }
    }

    private List<WorklistRow> Rows(StaffMember member, Population population, Dictionary<long, Reminder> reminders)
    {
        List<ScoredChild> scored = population.Scored;
        HashSet<long> drawn;
        lock (_gate)
        {
            drawn = AuditDraw.Ensure(_databases, scored, _time.GetUtcNow().UtcDateTime);
        }

        ScoredChild any = scored[0];
        using WarehouseSession session = _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        ILookup<long, OwnJudgement> own = session.Query<OwnJudgement>("query/casework_own_judgement", new { member.StaffId, any.ModelRunId, any.SnapshotDate }).ToLookup(one => one.ChildKey);
        HashSet<long> changed = session.Query<long>("query/casework_changed", new { member.StaffId }).ToHashSet();
        Dictionary<long, string> before = own.Count == 0 ? [] : session
            .Query<BandRow>("query/casework_previous_band", new { any.ModelRunId, any.SnapshotDate, population.At.AsKnownUtc }).DistinctBy(row => row.ChildKey).ToDictionary(row => row.ChildKey, row => row.BandCode);
        string key = member.StaffId + "|" + Today().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return scored
            .Where(child => (child.IsListed || drawn.Contains(child.ChildKey)) && member.Serves(child.DistrictCode))
            .OrderBy(child => AuditDraw.Order(key, child.ChildKey), StringComparer.Ordinal)
            .Select(child =>
            {
                string first = own[child.ChildKey].FirstOrDefault(one => one.StageCode == JudgementCodes.First)?.DecisionCode ?? "";
                string final = own[child.ChildKey].LastOrDefault(one => one.StageCode == JudgementCodes.Final)?.DecisionCode ?? "";
                bool isShown = first.Length > 0;
                return new WorklistRow(
                    child.ChildKey, child.DistrictName, child.AgeMonths, child.GradeCode, child.IsInCouncil == 1, changed.Contains(child.ChildKey),
                    reminders.TryGetValue(child.ChildKey, out Reminder? reminder) ? reminder.Due(Today()) : "", first, final,
                    isShown ? child.BandCode : null,
                    isShown && before.TryGetValue(child.ChildKey, out string? band) ? CaseAnalysis.TrendOf(band, child.BandCode) : "");
            })
            .OrderBy(row => row.FirstDecision.Length > 0)
            .ToList();
    }

    private static ListExpectation? Expectation(WarehouseSession session, long modelRunId, int listed)
    {
        Dictionary<string, Metric> metrics = session.Query<Metric>("query/model_metric", new { model_run_id = modelRunId }).Where(row => row.GroupCode == "all").ToDictionary(row => row.MetricCode, StringComparer.Ordinal);

        // Later rows than those trained on tell more than folds of the same time.
        foreach (string prefix in new[] { "temporal_precision_at_", "cv_precision_at_" })
        {
            int[] sizes = metrics.Keys.Where(code => code.StartsWith(prefix, StringComparison.Ordinal)).Select(code => int.Parse(code[prefix.Length..], CultureInfo.InvariantCulture)).Order().ToArray();
            if (sizes.Length > 0)
            {
                int size = sizes.MinBy(one => Math.Abs(one - listed));
                string suffix = size.ToString(CultureInfo.InvariantCulture);
                return metrics.TryGetValue(prefix.Replace("precision", "recall", StringComparison.Ordinal) + suffix, out Metric? recall)
                    ? new ListExpectation(size, Hundred(metrics[prefix + suffix]), Hundred(recall))
                    : null;
            }
        }

        return null;

        static PerHundred Hundred(Metric metric) => new(
            (int)Math.Round(metric.MetricValue * 100, MidpointRounding.AwayFromZero),
            metric.LowValue is { } low ? (int)Math.Floor(low * 100) : null,
            metric.HighValue is { } high ? (int)Math.Ceiling(high * 100) : null);
    }

    // A day begins at midnight in Japan.
    private DateOnly Today() => JapaneseDate.At(_time.GetUtcNow().UtcDateTime);

    private static AuditEntry Entry(StaffMember member, long childKey, string list) => new(member.StaffId, member.RoleCode, "worklist", "allowed", childKey, "", list);

    private sealed record Version(DateOnly? PeriodTo, DateTime? KnownFromUtc, long FileCount, long ModelRunId, DateTime? ScoredUtc, long ScoreCount);

    private sealed record UrgentChildren(long Since, IReadOnlyList<UrgentChild> Children);

    private sealed record Moment(DateTime AsKnownUtc, int MonthKey, DateOnly AsOf);

    private sealed record Population(Version Version, Moment At, List<ScoredChild> Scored, ListExpectation? Expectation)
    {
        private volatile Dictionary<long, ContactedChild> _contacted = [];
        private volatile UrgentChildren? _urgent;

        // What may not be overlooked waits ten seconds at most, whatever changed.
        public IReadOnlyList<UrgentChild> Urgent(WarehouseSession session)
        {
            if (_urgent is not { } urgent || Stopwatch.GetElapsedTime(urgent.Since) > UrgentFor)
            {
                _urgent = urgent = new UrgentChildren(Stopwatch.GetTimestamp(), session.Query<UrgentChild>("query/casework_urgent", At).DistinctBy(child => child.ChildKey).ToList());
            }

            return urgent.Children;
        }

        // A child without a month on record is asked for again each time: rare, and it may have one tomorrow.
        public IEnumerable<ContactedChild> Contacted(WarehouseSession session, IEnumerable<long> children)
        {
            if (!children.All(_contacted.ContainsKey))
            {
                _contacted = session.Query<ContactedChild>("query/casework_contacted_child", At)
                    .DistinctBy(child => child.ChildKey).ToDictionary(child => child.ChildKey);
            }

            return _contacted.Values;
        }
    }

    private sealed record ContactedChild(long ChildKey, string DistrictCode, string DistrictName, int AgeMonths, int GradeCode);

    private sealed record OwnJudgement(long ChildKey, string StageCode, int RevisionNumber, string DecisionCode);

    private sealed record BandRow(long ChildKey, string BandCode);

    private sealed record Metric(string MetricCode, string GroupCode, double MetricValue, double? LowValue, double? HighValue);
}
