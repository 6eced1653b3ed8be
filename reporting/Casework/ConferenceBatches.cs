using System.Collections.Concurrent;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;

namespace Warehouse.Reporting.Casework;

/// <summary>How far the briefs of a meeting are.</summary>
/// <param name="Total">Children on the agenda.</param>
/// <param name="Done">Children that are finished.</param>
/// <param name="Copies">Copies that were issued.</param>
/// <param name="NotJudged">Children without a first judgement of whoever asked: their briefs would show the analysis before it.</param>
/// <param name="NotMine">Children outside the remit of whoever asked, or not known any more.</param>
/// <param name="IsRunning">Whether it goes on.</param>
/// <param name="HasFailed">Whether it ended with a fault; what was issued before stays.</param>
public sealed record BatchState(int Total, int Done, int Copies, IReadOnlyList<long> NotJudged, IReadOnlyList<long> NotMine, bool IsRunning, bool HasFailed);

/// <summary>Makes the briefs of whole meetings while the page shows how far they are: one run a meeting at a time.</summary>
/// <remarks>What is issued is in the database copy by copy, each with its document in one transaction; a run that ends with the process goes on where it was when it is asked for again.</remarks>
public sealed class ConferenceBatches(CaseDesk desk, BriefService briefs, BriefReader reader)
{
    private readonly ConcurrentDictionary<string, BatchState> _states = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _runs = new(StringComparer.Ordinal);

    /// <summary>Returns how far a meeting's briefs are; null where none were asked for since the service began.</summary>
    public BatchState? State(string conferenceId) => _states.GetValueOrDefault(conferenceId);

    /// <summary>Begins a run, unless one goes on for this meeting; each child is read in the name of the member.</summary>
    /// <param name="view">The meeting as the member sees it.</param>
    /// <param name="member">Who asks.</param>
    /// <param name="watermark">Text on all pages before the recipient's, or null.</param>
    /// <param name="printed">Says how a judgement of the member is printed.</param>
    /// <param name="stop">Ends with the service.</param>
    public ConferenceOutcome Begin(ConferenceView view, StaffMember member, string? watermark, Func<Judgement, BriefJudgement> printed, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(member);
        string id = view.Conference.ConferenceId;
        if (!view.Conference.IsOpen)
        {
            return ConferenceOutcome.Closed;
        }

        if (view.Members.Count == 0 || view.Agenda.Count == 0)
        {
            return ConferenceOutcome.Empty;
        }

        BatchState begun = new(view.Agenda.Count, 0, 0, [], [], true, false);
        BatchState now = _states.AddOrUpdate(id, begun, (_, before) => before.IsRunning ? before : begun);
        if (ReferenceEquals(now, begun))
        {
            _runs[id] = Task.Run(() => Run(view, member, watermark, printed, stop), CancellationToken.None);
        }

        return ConferenceOutcome.Recorded;
    }

    /// <summary>Returns when the run of a meeting has ended.</summary>
    public Task Ended(string conferenceId) => _runs.GetValueOrDefault(conferenceId) ?? Task.CompletedTask;

    private async Task Run(ConferenceView view, StaffMember member, string? watermark, Func<Judgement, BriefJudgement> printed, CancellationToken stop)
    {
        string id = view.Conference.ConferenceId;
        try
        {
            // Children beside each other: reading, drawing and storing one keeps one core busy at a time.
            ParallelOptions cores = new() { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = stop };
            await Parallel.ForEachAsync(view.Agenda, cores, async (child, end) =>
            {
                BatchState made = await Child(view, child, member, watermark, printed, end).ConfigureAwait(false);
                _states.AddOrUpdate(id, made, (_, state) => state with
                {
                    Done = state.Done + 1,
                    Copies = state.Copies + made.Copies,
                    NotJudged = [.. state.NotJudged, .. made.NotJudged],
                    NotMine = [.. state.NotMine, .. made.NotMine],
                });
            }).ConfigureAwait(false);
            _states[id] = _states[id] with { IsRunning = false };
        }
        catch (Exception)
        {
            // The page says so; what was issued is on record, and asking again goes on from there.
            _states[id] = _states[id] with { IsRunning = false, HasFailed = true };
        }
    }

    private async Task<BatchState> Child(ConferenceView view, AgendaChild child, StaffMember member, string? watermark, Func<Judgement, BriefJudgement> printed, CancellationToken stop)
    {
        BatchState nothing = new(0, 0, 0, [], [], true, false);
        long key = child.Item.ChildKey;
        if (child.Name is null)
        {
            return nothing with { NotMine = [key] };
        }

        // Whoever has a copy keeps it; somebody who came later gets the next number.
        List<ConferenceCopy> issued = [.. view.Copies.Where(copy => copy.ChildKey == key)];
        List<ConferenceMember> waiting = [.. view.Members.Where(one => issued.TrueForAll(copy => copy.MemberNumber != one.MemberNumber))];
        if (waiting.Count == 0)
        {
            return nothing;
        }

        (Judgement? first, Judgement? final) = desk.Judged(key, member.StaffId);
        if (first is null)
        {
            return nothing with { NotJudged = [key] };
        }

        (DateOnly asOf, DateTime known) = reader.Now();
        BriefOrder order = new(key, asOf, known, [.. waiting.Select(one => one.Recipient)], watermark)
        {
            BlindJudgement = printed(first),
            FinalJudgement = final is null ? null : printed(final),
            Meeting = new BriefOccasion(
                view.Conference.ConferenceId, view.Conference.Title, view.Conference.HeldDate, issued.Select(copy => copy.CopyNumber).DefaultIfEmpty(0).Max() + 1, [.. waiting.Select(one => one.MemberNumber)]),
        };
        IReadOnlyList<BriefFile> files = await briefs.Make(order, new AccessReason(member, "conference"), stop).ConfigureAwait(false);
        return nothing with { Copies = files.Count };
    }
}
