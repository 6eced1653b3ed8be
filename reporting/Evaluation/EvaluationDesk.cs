using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Evaluation;

/// <summary>A plan as it was registered.</summary>
/// <param name="PlanSha256">Its hash.</param>
/// <param name="PlanName">Its name.</param>
/// <param name="PlanVersion">Its version.</param>
/// <param name="StaffId">Who registered it.</param>
/// <param name="RegisteredUtc">When.</param>
/// <param name="JudgementCount">Judgements of its period that were on record then.</param>
/// <param name="PlanJson">Its text.</param>
public sealed record RegisteredPlan(string PlanSha256, string PlanName, int PlanVersion, string StaffId, DateTime RegisteredUtc, long JudgementCount, string PlanJson);

/// <summary>A run of an evaluation.</summary>
/// <param name="EvaluationId">Its number.</param>
/// <param name="PlanSha256">The plan.</param>
/// <param name="PlanName">Its name.</param>
/// <param name="StatusCode">How the plan stands to the data.</param>
/// <param name="StaffId">Who ran it.</param>
/// <param name="RunUtc">When.</param>
/// <param name="DocumentSha256">The hash of its document.</param>
/// <param name="ApprovedBy">Who approved it for readers; null where nobody did.</param>
/// <param name="ApprovedUtc">When; null where nobody did.</param>
public sealed record EvaluationRun(
    long EvaluationId, string PlanSha256, string PlanName, string StatusCode, string StaffId, DateTime RunUtc, string DocumentSha256, string? ApprovedBy, DateTime? ApprovedUtc)
{
    /// <summary>Whether readers may see it.</summary>
    public bool IsApproved => ApprovedUtc is not null;
}

/// <summary>The way of an evaluation: its plan is registered, it is run once its time has come, a second person approves it for readers.</summary>
/// <remarks>Each step is a row of the access log, committed before the step; refusals too. Documents are frozen: what readers see is never computed anew.</remarks>
public sealed class EvaluationDesk
{
    private const string LockName = "evaluation";

    private static readonly string[] PartColumns = ["evaluation_id", "part_number", "document_json"];

    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    private readonly WarehouseDatabases _databases;
    private readonly AuditTrail _audit;
    private readonly DisclosureProfile _profile;
    private readonly TimeProvider _time;

    /// <summary>Makes a desk.</summary>
    public EvaluationDesk(WarehouseDatabases databases, AuditTrail audit, DisclosureProfile profile, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(time);
        (_databases, _audit, _profile, _time) = (databases, audit, profile, time);
    }

    /// <summary>Returns the registered plans, oldest first.</summary>
    public IReadOnlyList<RegisteredPlan> Plans()
    {
        using WarehouseSession session = Open();
        return session.Query<RegisteredPlan>("query/evaluation_plan");
    }

    /// <summary>Returns the runs, oldest first.</summary>
    public IReadOnlyList<EvaluationRun> Runs()
    {
        using WarehouseSession session = Open();
        return session.Query<EvaluationRun>("query/evaluation_run");
    }

    /// <summary>Returns the document of a run as it was frozen.</summary>
    /// <exception cref="WarehouseException">The stored text is not the one whose hash was kept.</exception>
    public EvaluationDocument Document(EvaluationRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        using WarehouseSession session = Open();
        string text = string.Concat(session.Query<string>("query/evaluation_part", new { evaluation_id = run.EvaluationId }));
        string hash = EvaluationDocument.Hash(text);
        return hash == run.DocumentSha256
            ? EvaluationDocument.FromText(text)
            : throw new WarehouseException($"The stored document of evaluation {run.EvaluationId} has the hash {hash[..12]}; expected {run.DocumentSha256[..12]}. It was changed after it was made; restore the warehouse database from a backup.");
    }

    /// <summary>Registers a plan; one that is registered already is returned as it is.</summary>
    /// <exception cref="EvaluationPlanException">Another plan has its name and version.</exception>
    /// <exception cref="AccessRefusedException">The role does not register; the refusal is in the log.</exception>
    public async Task<RegisteredPlan> Register(StaffMember member, EvaluationPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(plan);
        string hash = plan.Hash(), what = $"{plan.Name} {plan.Version} {hash[..12]}";
        await Allow(member, "plan", what, member.RoleCode is "" or Roles.Steward, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(LockName, Wait, cancellation);
        IReadOnlyList<RegisteredPlan> plans = Plans();
        if (plans.FirstOrDefault(other => other.PlanSha256 == hash) is { } same)
        {
            return same;
        }

        if (plans.FirstOrDefault(other => other.PlanName == plan.Name && other.PlanVersion >= plan.Version) is { } other)
        {
            await Log(member, "plan", what, "refused", cancellation).ConfigureAwait(false);
            throw new EvaluationPlanException($"Version {other.PlanVersion} of plan '{plan.Name}' is registered with other contents ({other.PlanSha256[..12]}); expected a higher version than that for a changed plan.");
        }

        await Log(member, "plan", what, "allowed", cancellation).ConfigureAwait(false);
        using WarehouseSession session = Open();
        session.Execute("load/evaluation_plan_insert", new
        {
            plan_sha256 = hash,
            plan_name = plan.Name,
            plan_version = plan.Version,
            from_date = plan.From,
            to_date = plan.To,
            staff_id = member.StaffId,
            now_utc = _time.GetUtcNow().UtcDateTime,
            judgement_count = EvaluationReader.Count(_databases, plan),
            plan_json = plan.ToText(),
        });
        return Plans().First(one => one.PlanSha256 == hash);
    }

    /// <summary>Returns how a plan stands to what is on record.</summary>
    public PlanStatus StatusOf(EvaluationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        string hash = plan.Hash();
        return Plans().FirstOrDefault(one => one.PlanSha256 == hash) is not { } registered ? PlanStatus.Unregistered
            : Runs().Any(run => run.PlanName == plan.Name && run.PlanSha256 != hash && run.RunUtc <= registered.RegisteredUtc) ? PlanStatus.Changed
            : registered.JudgementCount > 0 ? PlanStatus.Late
            : PlanStatus.Registered;
    }

    /// <summary>Answers a plan and freezes the answer as a run that waits for its approval.</summary>
    /// <param name="member">Who runs it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="lastDay">The last day that the departments' records cover.</param>
    /// <param name="asKnownUtc">What they had told by then.</param>
    /// <param name="mark">What is printed across; null for real data.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AccessRefusedException">The role does not evaluate; the refusal is in the log.</exception>
    /// <exception cref="ReleaseRefusedException">Together with what is public, hidden figures could be computed.</exception>
    public async Task<(EvaluationRun Run, EvaluationDocument Document)> Evaluate(
        StaffMember member, EvaluationPlan plan, DateOnly lastDay, DateTime asKnownUtc, string? mark, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(plan);
        string hash = plan.Hash(), what = $"{plan.Name} {plan.Version} {hash[..12]}";
        await Allow(member, "run", what, member.RoleCode is "" or Roles.Steward or Roles.Analyst, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(LockName, Wait, cancellation);
        await Log(member, "run", what, "allowed", cancellation).ConfigureAwait(false);
        EvaluationData data = EvaluationReader.Read(_databases, plan, lastDay, asKnownUtc);
        ReleaseRegister releases = new(_databases, _time);
        PlanStatus status = StatusOf(plan);
        EvaluationDocument document = EvaluationComposer.Compose(
            new EvaluationFrame(plan, status, Plans().FirstOrDefault(one => one.PlanSha256 == hash)?.RegisteredUtc, lastDay, asKnownUtc, _profile, releases.Earlier(releases.Counted()), mark), data, cancellation);
        string text = document.ToText();
        using WarehouseSession session = Open();
        session.Begin();
        long id = session.QuerySingle<long>("query/evaluation_run_next");
        session.Execute("load/evaluation_run_insert", new
        {
            evaluation_id = id,
            plan_sha256 = hash,
            plan_name = plan.Name,
            status_code = status.ToString().ToLowerInvariant(),
            as_known_utc = asKnownUtc,
            staff_id = member.StaffId,
            now_utc = _time.GetUtcNow().UtcDateTime,
            document_sha256 = EvaluationDocument.Hash(text),
        });
        session.BulkInsert("meta.evaluation_part", PartColumns, BriefService.Pieces(text).Select((piece, part) => new object?[] { id, part + 1, piece }));
        session.Commit();
        return (Runs().First(run => run.EvaluationId == id), document);
    }

    /// <summary>Approves a run for readers: by a steward who did not run it, once for each school year.</summary>
    /// <exception cref="ReleaseStepException">It cannot be approved; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not approve; the refusal is in the log.</exception>
    public async Task<EvaluationRun> Approve(StaffMember member, long evaluationId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        string what = string.Create(CultureInfo.InvariantCulture, $"evaluation {evaluationId}");
        await Allow(member, "approve", what, member.RoleCode == Roles.Steward, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(LockName, Wait, cancellation);
        IReadOnlyList<EvaluationRun> runs = Runs();
        EvaluationRun? run = runs.FirstOrDefault(one => one.EvaluationId == evaluationId);
        if (run is null || run.IsApproved)
        {
            await Refuse(run is null ? $"There is no {what}." : $"Evaluation {evaluationId} is approved already.", run is null ? "その評価はありません。" : "すでに承認されています。").ConfigureAwait(false);
        }

        if (run!.StaffId == member.StaffId)
        {
            await Refuse($"{member.StaffId} ran evaluation {evaluationId}; a second person approves it.", "評価を実行した人は承認できません。別の人が承認してください。").ConfigureAwait(false);
        }

        EvaluationDocument document = Document(run);
        if (document.Status == PlanStatus.Unregistered)
        {
            await Refuse($"Evaluation {evaluationId} answers a plan that was never registered. Register it with 'warehouse evaluate --register --plan plan.json' and run it again.", "登録されていない計画による試行は公表できません。").ConfigureAwait(false);
        }

        if (JapaneseDate.At(_time.GetUtcNow().UtcDateTime) <= document.To)
        {
            await Refuse(string.Create(CultureInfo.InvariantCulture, $"The period of evaluation {evaluationId} ends on {document.To:yyyy-MM-dd}; an evaluation is approved after it, run again with all of its judgements."), "対象の期間が終わる前の評価は公表できません。").ConfigureAwait(false);
        }

        // Two sets of figures about one year could be taken from each other.
        if (runs.Where(one => one.IsApproved).Select(Document).FirstOrDefault(other => other.From <= document.To && document.From <= other.To) is { } overlap)
        {
            await Refuse(
                string.Create(CultureInfo.InvariantCulture, $"An evaluation of {overlap.From:yyyy-MM-dd} to {overlap.To:yyyy-MM-dd} is approved already; two about one year would give small figures away by their differences."),
                "同じ年度の評価がすでに公表されています。二つの差から少数が推定されるため、公表できません。").ConfigureAwait(false);
        }

        await Log(member, "approve", what, "allowed", cancellation).ConfigureAwait(false);
        using WarehouseSession session = Open();
        session.Execute("load/evaluation_approval_insert", new { evaluation_id = evaluationId, staff_id = member.StaffId, now_utc = _time.GetUtcNow().UtcDateTime });
        return Runs().First(one => one.EvaluationId == evaluationId);

        async Task Refuse(string message, string messageJa)
        {
            await Log(member, "approve", what, "refused", cancellation).ConfigureAwait(false);
            throw new ReleaseStepException(message, messageJa);
        }
    }

    /// <summary>Returns the document of a run that somebody takes away as a file; that he did is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role may not have it; the refusal is in the log.</exception>
    public async Task<EvaluationDocument> Take(StaffMember member, EvaluationRun run, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(run);
        string what = string.Create(CultureInfo.InvariantCulture, $"evaluation {run.EvaluationId}");
        await Allow(member, "file", what, CanSee(member, run), cancellation).ConfigureAwait(false);
        await Log(member, "file", what, "allowed", cancellation).ConfigureAwait(false);
        return Document(run);
    }

    /// <summary>Returns whether somebody may see a run: readers approved ones, those who make statistics all.</summary>
    public static bool CanSee(StaffMember member, EvaluationRun run)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(run);
        return member.RoleCode is "" or Roles.Steward or Roles.Analyst or Roles.Auditor || (member.RoleCode == Roles.Policymaker && run.IsApproved);
    }

    private async Task Allow(StaffMember member, string step, string what, bool mayDo, CancellationToken cancellation)
    {
        if (!mayDo)
        {
            await Log(member, step, what, "refused", cancellation).ConfigureAwait(false);
            throw new AccessRefusedException($"the role '{member.RoleCode}' may not {step} {what}");
        }
    }

    private Task Log(StaffMember member, string step, string what, string outcome, CancellationToken cancellation) =>
        _audit.Record(new AuditEntry(member.StaffId, member.RoleCode, "evaluation-" + step, outcome, 0, "", what), cancellation);

    private WarehouseSession Open() => _databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
}
