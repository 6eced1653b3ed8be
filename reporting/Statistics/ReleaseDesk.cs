using System.Collections.Concurrent;
using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Statistics;

/// <summary>The way of statistics from a draft to the public: draft, check, approval by a second person, embargo, notices, withdrawal.</summary>
/// <remarks>
/// Reading never registers anything. Each step is a row of the register, and a row of the access log that is committed before it; a step that is refused is in the log too.
/// A release is frozen as the text that was drafted: what is shown, printed and written to files is made from it alone.
/// </remarks>
public sealed class ReleaseDesk
{
    /// <summary>Who drafts on the command line without an account.</summary>
    public const string Operator = "operator";

    /// <summary>Who drafts at night.</summary>
    public const string Schedule = "schedule";

    /// <summary>The most characters of a note.</summary>
    public const int MaxNote = 1000;

    // Another step takes milliseconds, a draft of a large city minutes.
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    private readonly WarehouseDatabases _databases;
    private readonly AuditTrail _audit;
    private readonly DisclosureProfile _profile;
    private readonly ReleaseRegister _register;
    private readonly TimeProvider _time;

    // What is frozen never changes.
    private readonly ConcurrentDictionary<long, StatisticsRelease> _documents = new();

    /// <summary>Makes a desk.</summary>
    public ReleaseDesk(WarehouseDatabases databases, AuditTrail audit, DisclosureProfile profile, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(time);
        (_databases, _audit, _profile, _time) = (databases, audit, profile, time);
        _register = new ReleaseRegister(databases, time);
    }

    /// <summary>Returns a member for whoever acts without an account; his rights were asked by the operating system.</summary>
    public static StaffMember Unnamed(string id) => new(id, "", "", "");

    /// <summary>Returns every release with its state now, oldest first.</summary>
    public IReadOnlyList<ReleaseRecord> All() => _register.All();

    /// <summary>Returns a release by its number in the register, or null.</summary>
    public ReleaseRecord? Find(long releaseId) => All().FirstOrDefault(release => release.ReleaseId == releaseId);

    /// <summary>Returns a release by the number by which people know it, or null.</summary>
    public ReleaseRecord? FindNumber(int number) => All().FirstOrDefault(release => release.Number == number);

    /// <summary>Returns the release that readers see first: the last month's that nothing has replaced; null where none is public.</summary>
    public static ReleaseRecord? Newest(IReadOnlyList<ReleaseRecord> releases) =>
        releases.Where(release => release.State == ReleaseState.Public).OrderBy(release => release.AsOf).ThenBy(release => release.Number).LastOrDefault();

    /// <summary>Returns the tables of a release as they were frozen.</summary>
    /// <exception cref="WarehouseException">The stored text is not the one whose hash was kept at the approval, or none was kept.</exception>
    public StatisticsRelease Document(ReleaseRecord release)
    {
        ArgumentNullException.ThrowIfNull(release);
        if (_documents.TryGetValue(release.ReleaseId, out StatisticsRelease? known))
        {
            return known;
        }

        string text = Text(release);
        if (release.DocumentSha256 is { } hash && StatisticsRelease.Hash(text) != hash)
        {
            throw new WarehouseException(
                $"The stored document of release {release.Number} has the hash {StatisticsRelease.Hash(text)[..12]}; expected {hash[..12]}. It was changed after it was approved; restore the warehouse database from a backup.");
        }

        StatisticsRelease document = StatisticsRelease.FromCanonicalText(text);
        if (release.Number is not null)
        {
            _documents.TryAdd(release.ReleaseId, document);
        }

        return document;
    }

    /// <summary>Counts the last month on or before a day, as known then, protects it together with all that is public, and writes it down as a draft.</summary>
    /// <remarks>
    /// A table is counted at the last month of its calendar; where an earlier release has counted it then, it is restated as it was. School years that a release of an earlier month states are restated too. A second
    /// release of a month, a correction, counts again what the first one counted.
    /// Where the same figures are drafted, checked or released already, that release is returned; nothing is computed anew.
    /// </remarks>
    /// <exception cref="ReleaseRefusedException">Together with what is public, hidden figures could be computed.</exception>
    /// <exception cref="AccessRefusedException">The role does not draft; the refusal is in the log.</exception>
    public async Task<ReleaseRecord> Draft(StaffMember member, DateOnly asOf, DateTime asKnownUtc, string note = "", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        string what = string.Create(CultureInfo.InvariantCulture, $"{asOf:yyyy-MM}");
        await Allow(member, ReleaseSteps.Draft, what, member.RoleCode is "" or Roles.Steward or Roles.Analyst, cancellation).ConfigureAwait(false);
        string words = await Words(member, ReleaseSteps.Draft, what, note, isNeeded: false, cancellation).ConfigureAwait(false);
        // In whole milliseconds, so that no engine rounds it.
        DateTime counted = new(_time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc);
        DateOnly month = StatisticsReader.Month(_databases, asOf, asKnownUtc);
        using IDisposable held = _databases.Lock.Acquire(ReleaseRegister.LockName, Wait, cancellation);
        IReadOnlyList<long> basis = _register.Counted();
        IReadOnlyList<EarlierRelease> earlier = _register.Earlier(basis);
        Dictionary<long, ReleaseRecord> all = All().ToDictionary(release => release.ReleaseId);
        (IReadOnlyList<(TableDefinition Table, DateOnly AsOf)> due, IReadOnlyList<ReleasedTable> restated) = Plan(month, asKnownUtc, basis.Select(id => all[id]).ToList());
        IReadOnlyList<CountTable> tables = StatisticsReader.Count(_databases, due, asKnownUtc, counted, Frozen(earlier, all, month));
        List<LinkedTable> linked = tables.SelectMany(table => table.Parts).ToList();
        LinkedTableSet set = LinkedTableSet.Build(linked);
        foreach (ReleaseRecord same in _register.Same(set, month, asKnownUtc, _profile).Select(id => all[id]))
        {
            bool isOpen = same.State is ReleaseState.Draft or ReleaseState.Checked && !basis.Except(_register.Basis(same.ReleaseId)).Any();
            if (isOpen || same.State is ReleaseState.Embargoed or ReleaseState.Public)
            {
                return same;
            }
        }

        ControlledRelease release = ReleaseControl.Protect(linked, _profile, earlier, null, Turnover(tables, asKnownUtc, earlier, all), cancellation);
        await Log(member, ReleaseSteps.Draft, what, "allowed", cancellation).ConfigureAwait(false);
        long releaseId = _register.Add(
            release, month, asKnownUtc, _profile, basis, member.StaffId, words, id => StatisticsReader.Compose(id, month, asKnownUtc, counted, _profile, tables, restated, release));
        return Find(releaseId)!;
    }

    /// <summary>Counts a draft again and, where every figure is the same, records that a person has looked at it.</summary>
    /// <exception cref="ReleaseStepException">The draft is not open, or its figures are counted otherwise now; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not check; the refusal is in the log.</exception>
    public async Task<ReleaseRecord> Check(StaffMember member, long releaseId, string note = "", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        string what = Name(releaseId);
        await Allow(member, ReleaseSteps.Check, what, member.RoleCode is Roles.Steward or Roles.Analyst, cancellation).ConfigureAwait(false);
        string words = await Words(member, ReleaseSteps.Check, what, note, isNeeded: false, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(ReleaseRegister.LockName, Wait, cancellation);
        ReleaseRecord release = await Known(member, ReleaseSteps.Check, what, Find(releaseId), cancellation).ConfigureAwait(false);
        await Demand(
            release.State is ReleaseState.Draft or ReleaseState.Checked, member, ReleaseSteps.Check, what,
            $"Release {releaseId} is {StateText(release.State)}; only a draft can be checked.", "この統計は案の段階ではないため、点検できません。", cancellation).ConfigureAwait(false);
        ReleaseVerdict verdict = Verify(release, cancellation);
        await Demand(
            verdict.IsIntact, member, ReleaseSteps.Check, what,
            $"{verdict.DifferentCount} of {verdict.FigureCount} figures of draft {releaseId} are counted otherwise now. Make a new draft.",
            $"{verdict.FigureCount} 個の数値のうち {verdict.DifferentCount} 個が、数え直すと異なります。案を作り直してください。", cancellation).ConfigureAwait(false);
        await Log(member, ReleaseSteps.Check, what, "allowed", cancellation).ConfigureAwait(false);
        _register.Add(release, ReleaseSteps.Check, member.StaffId, words);
        return Find(releaseId)!;
    }

    /// <summary>Approves a checked draft: gives it its number, freezes it and sets the end of its embargo.</summary>
    /// <remarks>
    /// Whoever drafted it cannot approve it; where no person drafted it, whoever checked it cannot either. A release of a month that has one already takes its place, and needs words about what was corrected.
    /// </remarks>
    /// <exception cref="ReleaseStepException">It was not checked, another person is needed, or something became public since it was drafted; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not approve; the refusal is in the log.</exception>
    public async Task<ReleaseRecord> Approve(StaffMember member, long releaseId, DateTime? publicFromUtc = null, string note = "", CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        const string Step = ReleaseSteps.Approve;
        string what = Name(releaseId);
        await Allow(member, Step, what, member.RoleCode == Roles.Steward, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(ReleaseRegister.LockName, Wait, cancellation);
        ReleaseRecord release = await Known(member, Step, what, Find(releaseId), cancellation).ConfigureAwait(false);
        await Demand(
            release.State == ReleaseState.Checked, member, Step, what,
            $"Release {releaseId} is {StateText(release.State)}; only a checked draft can be approved.", "点検の済んだ案だけを承認できます。", cancellation).ConfigureAwait(false);
        ReleaseStep drafted = release.Last(ReleaseSteps.Draft)!;
        await Demand(
            drafted.StaffId != member.StaffId, member, Step, what,
            $"{member.StaffId} drafted release {releaseId}; a second person approves it.", "案を作成した人は承認できません。別の人が承認してください。", cancellation).ConfigureAwait(false);
        await Demand(
            drafted.StaffId is not (Operator or Schedule) || release.Steps.All(step => step.EventCode != ReleaseSteps.Check || step.StaffId != member.StaffId), member, Step, what,
            $"No person drafted release {releaseId} and {member.StaffId} checked it; a second person approves it.", "自動で作成された案です。点検した人とは別の人が承認してください。", cancellation).ConfigureAwait(false);
        long[] since = [.. _register.Counted().Except(_register.Basis(releaseId))];
        await Demand(
            since.Length == 0, member, Step, what,
            $"{since.Length} releases became public since release {releaseId} was drafted; it is not protected together with them. Make a new draft.",
            "この案の作成後に別の統計が公表されました。合わせた秘匿を確かめるため、案を作り直してください。", cancellation).ConfigureAwait(false);
        int? corrects = All().Where(other => other.Number is not null && other.AsOf == release.AsOf).Max(other => other.Number);
        string words = await Words(member, Step, what, note, isNeeded: corrects is not null, cancellation).ConfigureAwait(false);
        await Log(member, Step, what, "allowed", cancellation).ConfigureAwait(false);
        _register.Approve(release, member.StaffId, words, publicFromUtc, StatisticsRelease.Hash(Text(release)), corrects);
        return Find(releaseId)!;
    }

    /// <summary>Gives up a draft; it never counts as public.</summary>
    /// <exception cref="ReleaseStepException">It is approved already, or the words are missing; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not decide; the refusal is in the log.</exception>
    public Task<ReleaseRecord> Reject(StaffMember member, long releaseId, string note, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Remark(
            member, ReleaseSteps.Reject, Name(releaseId), () => Find(releaseId), member.RoleCode is Roles.Steward or Roles.Analyst,
            release => release.State is ReleaseState.Draft or ReleaseState.Checked, "Only a draft can be given up.", "差し戻せるのは、承認前の案だけです。", note, cancellation);
    }

    /// <summary>Publishes words beside a release: an erratum, a warning.</summary>
    /// <exception cref="ReleaseStepException">It is not approved, or the words are missing; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not publish; the refusal is in the log.</exception>
    public Task<ReleaseRecord> Notice(StaffMember member, int number, string note, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Remark(
            member, ReleaseSteps.Notice, NumberName(number), () => FindNumber(number), member.RoleCode == Roles.Steward,
            release => release.Number is not null, "Only an approved release has notices.", "お知らせは、承認した統計にだけ付けられます。", note, cancellation);
    }

    /// <summary>Takes an approved release back. Its figures are shown no more; whether anybody may hold them already decides whether they still count as public.</summary>
    /// <exception cref="ReleaseStepException">It is not approved or withdrawn already, or the words are missing; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not withdraw; the refusal is in the log.</exception>
    public Task<ReleaseRecord> Withdraw(StaffMember member, int number, string note, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        return Remark(
            member, ReleaseSteps.Withdraw, NumberName(number), () => FindNumber(number), member.RoleCode == Roles.Steward,
            release => release.State != ReleaseState.Withdrawn, "It is withdrawn already.", "すでに取り下げられています。", note, cancellation);
    }

    /// <summary>Returns a public release whose file somebody takes away; that he did is in the log.</summary>
    /// <exception cref="AccessRefusedException">The role reads no statistics, or the release is not public; the refusal is in the log.</exception>
    public async Task<StatisticsRelease> Take(StaffMember member, ReleaseRecord release, string file, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(release);
        string what = $"release {release.Number} {file}";
        await Allow(member, "file", what, CanRead(member) && release.IsReadable, cancellation).ConfigureAwait(false);
        await Log(member, "file", what, "allowed", cancellation).ConfigureAwait(false);
        return Document(release);
    }

    /// <summary>Returns a release under embargo whose files leave the program early; from then on it counts as public, even if it is withdrawn before its day.</summary>
    /// <exception cref="ReleaseStepException">It is not under embargo; the refusal is in the log.</exception>
    /// <exception cref="AccessRefusedException">The role does not hand out; the refusal is in the log.</exception>
    public async Task<StatisticsRelease> HandOut(StaffMember member, int number, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(member);
        const string Step = ReleaseSteps.Handout;
        string what = NumberName(number);
        await Allow(member, Step, what, member.RoleCode == Roles.Steward, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(ReleaseRegister.LockName, Wait, cancellation);
        ReleaseRecord release = await Known(member, Step, what, FindNumber(number), cancellation).ConfigureAwait(false);
        await Demand(
            release.State == ReleaseState.Embargoed, member, Step, what,
            $"{Capital(what)} is {StateText(release.State)}; only a release under embargo is handed out early.", "公表前に渡せるのは、公表日前の統計だけです。", cancellation).ConfigureAwait(false);
        await Log(member, Step, what, "allowed", cancellation).ConfigureAwait(false);
        _register.Add(release, Step, member.StaffId, "");
        return Document(release);
    }

    /// <summary>Counts a release again as known then and compares it, figure by figure and byte by byte; changes nothing.</summary>
    public ReleaseVerdict Verify(ReleaseRecord release, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(release);
        cancellation.ThrowIfCancellationRequested();
        string text = Text(release);
        bool isFrozen = release.DocumentSha256 is null || StatisticsRelease.Hash(text) == release.DocumentSha256;
        StatisticsRelease document = StatisticsRelease.FromCanonicalText(text);
        Dictionary<long, ReleaseRecord> all = All().ToDictionary(one => one.ReleaseId);
        FrozenYears frozen = Frozen(_register.Earlier(_register.Basis(release.ReleaseId)), all, release.AsOf);
        // A table of a catalogue that has changed since cannot be counted as it was.
        List<(TableDefinition Table, DateOnly AsOf)> due = document.Tables
            .Where(table => table.FromNumber is null && StatisticsCatalogue.Find(table.Code) is not null)
            .Select(table => (StatisticsCatalogue.Find(table.Code)!, table.AsOf == default ? release.AsOf : table.AsOf)).ToList();
        IReadOnlyList<CountTable> tables = StatisticsReader.Count(_databases, due, document.AsKnownUtc, document.CountedUtc, frozen);
        List<ReleasedTable> restated = document.Tables.Where(table => table.FromNumber is not null)
            .Select(table => Restated(all.Values.Single(one => one.Number == table.FromNumber), table.Code)).ToList();
        LinkedTableSet set = LinkedTableSet.Build(tables.SelectMany(table => table.Parts).ToList());
        (ControlledRelease? again, int figures, int different) = _register.Again(release.ReleaseId, set, document.Protection);
        bool? isSame = again is null || !document.HasCatalogue(StatisticsCatalogue.Tables) ? null
            : StatisticsReader.Compose(release.ReleaseId, release.AsOf, document.AsKnownUtc, document.CountedUtc, document.Profile, tables, restated, again).ToCanonicalText() == text;
        return new ReleaseVerdict(isFrozen && different == 0 && isSame != false, figures, different, isSame);
    }

    /// <summary>Returns whether a role reads released statistics.</summary>
    public static bool CanRead(StaffMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.RoleCode is "" or Roles.Steward or Roles.Analyst or Roles.Auditor or Roles.Policymaker;
    }

    /// <summary>Returns a state in words of the command line.</summary>
    public static string StateText(ReleaseState state) => state switch
    {
        ReleaseState.Embargoed => "approved, under embargo",
        ReleaseState.Rejected => "given up",
        _ => state.ToString().ToLowerInvariant(),
    };

    // What is counted now, and at which month; and what an earlier release has counted at that month already.
    private (IReadOnlyList<(TableDefinition Table, DateOnly AsOf)> Due, IReadOnlyList<ReleasedTable> Restated) Plan(DateOnly month, DateTime asKnownUtc, IReadOnlyList<ReleaseRecord> counted)
    {
        // The newest first; one of the same month is corrected, one that was taken back is not repeated.
        List<(ReleaseRecord Record, StatisticsRelease Document)> sources = counted
            .Where(release => release.Number is not null && release.AsOf < month && release.State != ReleaseState.Withdrawn)
            .OrderByDescending(release => release.Number).Select(release => (release, Document(release)))
            .Where(source => source.Item2.Profile.Name == _profile.Name && source.Item2.HasCatalogue(StatisticsCatalogue.Tables)).ToList();
        List<(TableDefinition, DateOnly)> due = [];
        List<ReleasedTable> restated = [];
        foreach (TableDefinition table in StatisticsCatalogue.Tables)
        {
            DateOnly at = StatisticsReader.Due(_databases, table, month, asKnownUtc);
            ReleaseRecord? source = sources.FirstOrDefault(one => one.Document.Table(table.Code) is { FromNumber: null } known && known.AsOf >= StatisticsCatalogue.Due(table.Calendar, month)).Record;
            if (source is null)
            {
                due.Add((table, at));
            }
            else
            {
                restated.Add(Restated(source, table.Code));
            }
        }

        return (due, restated);
    }

    private ReleasedTable Restated(ReleaseRecord source, string code) => Document(source).Table(code)! with { FromNumber = source.Number };

    // Years that releases of earlier months state.
    private static FrozenYears Frozen(IReadOnlyList<EarlierRelease> earlier, Dictionary<long, ReleaseRecord> all, DateOnly month) =>
        FrozenYears.Of(earlier.Where(release => all[release.ReleaseId] is var record && record.AsOf < month && record.State != ReleaseState.Withdrawn).OrderBy(release => release.ReleaseId));

    // Of every month that is stated now and every other one that was, each with the knowledge of its release.
    private Dictionary<(string Later, string Earlier), long> Turnover(IReadOnlyList<CountTable> tables, DateTime asKnownUtc, IReadOnlyList<EarlierRelease> earlier, Dictionary<long, ReleaseRecord> all)
    {
        DateOnly[] months = tables.Where(table => table.Parts.Any(part => part.Moment is not null)).Select(table => table.AsOf).Distinct().ToArray();
        Dictionary<(string, string), long> turnover = [];
        void Compare(DateOnly before, DateTime knownUtc)
        {
            foreach (DateOnly month in months.Where(month => month != before))
            {
                foreach (((string, string) keys, long count) in StatisticsReader.Turnover(_databases, before, knownUtc, month, asKnownUtc))
                {
                    turnover[keys] = turnover.TryGetValue(keys, out long known) ? Math.Min(known, count) : count;
                }
            }
        }

        foreach (DateOnly month in months)
        {
            Compare(month, asKnownUtc);
        }

        foreach (EarlierRelease release in earlier)
        {
            foreach (string moment in release.Figures.Keys.Select(EarlierMoments.MomentOf).OfType<string>().Distinct())
            {
                Compare(DateOnly.ParseExact(moment + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture), all[release.ReleaseId].AsKnownUtc);
            }
        }

        return turnover;
    }

    private string Text(ReleaseRecord release) => _register.Document(release.ReleaseId)
        ?? throw new WarehouseException($"Release {release.ReleaseId} was made before documents were kept; only its figures are in the register.");

    private async Task<ReleaseRecord> Remark(
        StaffMember member, string step, string what, Func<ReleaseRecord?> find, bool mayDo, Func<ReleaseRecord, bool> isPossible, string fault, string faultJa, string note, CancellationToken cancellation)
    {
        await Allow(member, step, what, mayDo, cancellation).ConfigureAwait(false);
        string words = await Words(member, step, what, note, isNeeded: true, cancellation).ConfigureAwait(false);
        using IDisposable held = _databases.Lock.Acquire(ReleaseRegister.LockName, Wait, cancellation);
        ReleaseRecord release = await Known(member, step, what, find(), cancellation).ConfigureAwait(false);
        await Demand(isPossible(release), member, step, what, $"{Capital(what)} is {StateText(release.State)}. {fault}", faultJa, cancellation).ConfigureAwait(false);
        await Log(member, step, what, "allowed", cancellation).ConfigureAwait(false);
        _register.Add(release, step, member.StaffId, words);
        return find()!;
    }

    private async Task Allow(StaffMember member, string step, string what, bool mayDo, CancellationToken cancellation)
    {
        if (!mayDo)
        {
            await Log(member, step, what, "refused", cancellation).ConfigureAwait(false);
            throw new AccessRefusedException($"the role '{member.RoleCode}' may not {step} {what}");
        }
    }

    private async Task<ReleaseRecord> Known(StaffMember member, string step, string what, ReleaseRecord? release, CancellationToken cancellation)
    {
        await Demand(release is not null, member, step, what, $"There is no {what}. 'warehouse release list' names them.", "その統計はありません。", cancellation).ConfigureAwait(false);
        return release!;
    }

    private async Task<string> Words(StaffMember member, string step, string what, string? note, bool isNeeded, CancellationToken cancellation)
    {
        string words = (note ?? "").Trim();
        await Demand(
            words.Length <= MaxNote && !words.Any(sign => char.IsControl(sign) && sign is not ('\n' or '\r')), member, step, what,
            $"The words have {words.Length} characters or signs that cannot be printed; expected at most {MaxNote} printable ones.", $"文は {MaxNote} 字以内で入力してください。", cancellation).ConfigureAwait(false);
        await Demand(
            words.Length > 0 || !isNeeded, member, step, what, $"Say why: {step} of {what} needs words, which are published with it.", "理由を入力してください。", cancellation).ConfigureAwait(false);
        return words;
    }

    private async Task Demand(bool isMet, StaffMember member, string step, string what, string message, string messageJa, CancellationToken cancellation)
    {
        if (!isMet)
        {
            await Log(member, step, what, "refused", cancellation).ConfigureAwait(false);
            throw new ReleaseStepException(message, messageJa);
        }
    }

    private Task Log(StaffMember member, string step, string what, string outcome, CancellationToken cancellation) =>
        _audit.Record(new AuditEntry(member.StaffId, member.RoleCode, "release-" + step, outcome, 0, "", what), cancellation);

    private static string Name(long releaseId) => string.Create(CultureInfo.InvariantCulture, $"draft {releaseId}");

    private static string NumberName(int number) => string.Create(CultureInfo.InvariantCulture, $"release {number}");

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
