using System.Security.Cryptography;
using System.Text;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Briefs;

/// <summary>What briefs are wanted for one child.</summary>
/// <param name="ChildKey">The child.</param>
/// <param name="AsOf">The day the facts are true for.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
/// <param name="Recipients">Who receives a copy; one copy each.</param>
/// <param name="Watermark">Text across the pages, or null.</param>
public sealed record BriefOrder(long ChildKey, DateOnly AsOf, DateTime AsKnownUtc, IReadOnlyList<string> Recipients, string? Watermark)
{
    /// <summary>The judgement made before the analysis was shown, or null: then people write it in.</summary>
    public BriefJudgement? BlindJudgement { get; init; }

    /// <summary>The judgement made after it, or null.</summary>
    public BriefJudgement? FinalJudgement { get; init; }

    /// <summary>The meeting that the copies are for, or null; each copy then bears its recipient and its number across its pages.</summary>
    public BriefOccasion? Meeting { get; init; }
}

/// <summary>A meeting that briefs are made for.</summary>
/// <param name="ConferenceId">Which.</param>
/// <param name="Title">What it is called.</param>
/// <param name="HeldDate">Its day.</param>
/// <param name="FirstCopy">The number of the first copy: 1, or one more than the copies of the child that were issued before.</param>
/// <param name="Members">The numbers of the members who receive the copies, in the order of the recipients.</param>
public sealed record BriefOccasion(string ConferenceId, string Title, DateOnly HeldDate, int FirstCopy, IReadOnlyList<int> Members);

/// <summary>What is kept with a document.</summary>
/// <param name="BriefId">Its number.</param>
/// <param name="ChildKey">The child.</param>
/// <param name="SnapshotDate">The day that it describes.</param>
/// <param name="AsKnownUtc">The state of knowledge.</param>
/// <param name="Recipient">Who receives it.</param>
/// <param name="CopyNumber">The number of the copy.</param>
/// <param name="CopyCount">How many there are.</param>
/// <param name="DocumentCode">What it is; null for a brief.</param>
internal sealed record KeptDocument(string BriefId, long ChildKey, DateOnly SnapshotDate, DateTime AsKnownUtc, string Recipient, int CopyNumber, int CopyCount, string? DocumentCode);

/// <summary>A brief that is in store.</summary>
public sealed record MadeBrief(string BriefId, DateTime CreatedUtc, string Recipient);

/// <summary>A brief that was stored and drawn.</summary>
public sealed record BriefFile(string BriefId, long ChildKey, string DocumentHash, string Engine, int PageCount, byte[] Pdf);

/// <summary>Makes briefs: reads with an audit row, stores the canonical document, draws it.</summary>
public sealed class BriefService
{
    /// <summary>The kind of a document that is a support plan for the family.</summary>
    internal const string PlanCode = "plan";

    // NVARCHAR(4000) holds this many UTF-16 units.
    private const int PartLength = 4000;

    // As many as load/report_brief_part_insert takes at once.
    private const int PartGroup = 8;

    private readonly WarehouseDatabases _databases;
    private readonly BriefReader _reader;
    private readonly IPdfRenderer _renderer;
    private readonly TimeProvider _time;

    /// <summary>Makes a service.</summary>
    public BriefService(WarehouseDatabases databases, BriefReader reader, IPdfRenderer renderer, TimeProvider time)
    {
        _databases = databases;
        _reader = reader;
        _renderer = renderer;
        _time = time;
    }

    /// <summary>The engine that draws, with its version.</summary>
    public string EngineName => _renderer.EngineName;

    /// <summary>The engine, for other documents.</summary>
    internal IPdfRenderer Renderer => _renderer;

    /// <summary>Returns the briefs of one child, one a copy, stored and drawn; none where the child is not known.</summary>
    /// <exception cref="AccessRefusedException">The role, the remit or the purpose does not allow it; the refusal is in the log.</exception>
    public async Task<IReadOnlyList<BriefFile>> Make(BriefOrder order, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(reason);
        string batch = NewId(order, reason);
        IdentifiedChild? child = await _reader
            .ReadChild(order.ChildKey, order.AsOf, order.AsKnownUtc, reason, "brief", batch, cancellation).ConfigureAwait(false);
        if (child is null)
        {
            return [];
        }

        (ScoreRow Score, IReadOnlyList<ReasonRow> Reasons)? analysis = _reader.ReadScore(order.ChildKey, order.AsOf, order.AsKnownUtc);
        List<(BriefFile File, BriefDocument Document, KeptDocument Kept)> copies = [];
        int before = (order.Meeting?.FirstCopy ?? 1) - 1;
        int last = before + order.Recipients.Count;
        for (int copy = before + 1; copy <= last; copy++)
        {
            cancellation.ThrowIfCancellationRequested();
            BriefRequest request = new(
                $"{batch}-{copy}", order.Meeting?.Title ?? "個別ケース検討会議", order.Recipients[copy - before - 1], copy, last, reason.Member.DisplayName,
                Watermark(order, order.Recipients[copy - before - 1], copy, last));
            CaseBrief brief = CaseBriefBuilder.Build(child, analysis, request) with { BlindJudgement = order.BlindJudgement, FinalJudgement = order.FinalJudgement };
            BriefDocument document = CaseBriefComposer.Compose(order.Meeting is { } meeting ? brief with { Meeting = brief.Meeting with { Date = meeting.HeldDate } } : brief).Seal();
            copies.Add((
                Draw(request.BriefId, order.ChildKey, document, cancellation),
                document,
                new KeptDocument(request.BriefId, order.ChildKey, analysis?.Score.SnapshotDate ?? order.AsOf, order.AsKnownUtc, request.Recipient, copy, last, null)));
        }

        // The copies of one child come into store together.
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        foreach ((BriefFile file, BriefDocument document, KeptDocument kept) in copies)
        {
            Store(session, file, document, kept, order.Meeting, reason);
        }

        session.Commit();
        return [.. copies.Select(copy => copy.File)];
    }

    /// <summary>Returns the child that a stored brief is about, or null where there is no such brief.</summary>
    public long? ChildOf(string briefId)
    {
        if (briefId is not { Length: > 0 and <= 40 })
        {
            return null;
        }

        return Stored(briefId)?.ChildKey;
    }

    /// <summary>Returns whether a stored document holds an analysis: every brief does, a support plan for the family does not.</summary>
    public bool HoldsAnalysis(string briefId) => Stored(briefId)?.DocumentCode != PlanCode;

    /// <summary>Draws a document without keeping it.</summary>
    internal byte[] Draw(BriefDocument document, CancellationToken cancellation) => Draw("", 0, document, cancellation).Pdf;

    /// <summary>Draws a document and keeps it under its number.</summary>
    internal BriefFile Keep(BriefDocument document, KeptDocument kept, AccessReason reason, CancellationToken cancellation)
    {
        BriefFile file = Draw(kept.BriefId, kept.ChildKey, document, cancellation);
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        session.Begin();
        Store(session, file, document, kept, null, reason);
        session.Commit();
        return file;
    }

    private StoredBrief? Stored(string briefId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.QuerySingleOrDefault<StoredBrief>("query/brief_stored", new { brief_id = briefId });
    }

    /// <summary>Returns the briefs that somebody made of a child, newest first.</summary>
    public IReadOnlyList<MadeBrief> Made(long childKey, string staffId)
    {
        using WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return session.Query<MadeBrief>("query/casework_brief", new { child_key = childKey, staff_id = staffId });
    }

    /// <summary>Returns a stored brief, drawn again from its document; null where there is none with this id.</summary>
    /// <exception cref="WarehouseException">The stored document is not the one whose hash was kept.</exception>
    public async Task<BriefFile?> Rebuild(string briefId, AccessReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        StoredBrief? stored;
        string json;
        using (WarehouseSession session = _databases.Open(DatabaseKind.Identity, SessionRole.Caseworker))
        {
            stored = session.QuerySingleOrDefault<StoredBrief>("query/brief_stored", new { brief_id = briefId });
            json = string.Concat(session.Query<string>("query/brief_stored_parts", new { brief_id = briefId }));
        }

        if (stored is null)
        {
            return null;
        }

        (DateOnly asOf, DateTime known) = _reader.Now();
        // The right to the child today decides, and the access is logged like the first.
        await _reader.ReadChild(stored.ChildKey, asOf, known, reason, "brief-rebuild", briefId, cancellation).ConfigureAwait(false);
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != stored.DocumentSha256)
        {
            throw new WarehouseException(
                $"The stored document of brief {briefId} has the hash {hash[..12]}; expected {stored.DocumentSha256[..12]}. It was changed after it was written; restore the identity database from a backup.");
        }

        return Draw(briefId, stored.ChildKey, BriefDocument.FromCanonicalBytes(bytes), cancellation);
    }

    private BriefFile Draw(string briefId, long childKey, BriefDocument document, CancellationToken cancellation)
    {
        using MemoryStream stream = new();
        RenderResult result = _renderer.Render(document, stream, cancellation);
        return new BriefFile(
            briefId, childKey, Convert.ToHexStringLower(SHA256.HashData(document.ToCanonicalBytes())), result.EngineName, result.PageCount, stream.ToArray());
    }

    private void Store(WarehouseSession session, BriefFile file, BriefDocument document, KeptDocument kept, BriefOccasion? meeting, AccessReason reason)
    {
        string json = Encoding.UTF8.GetString(document.ToCanonicalBytes());
        session.Execute("load/report_brief_delete", new { brief_id = file.BriefId });
        session.Execute("load/report_brief_insert", new
        {
            file.BriefId,
            kept.ChildKey,
            kept.SnapshotDate,
            kept.AsKnownUtc,
            CreatedUtc = _time.GetUtcNow().UtcDateTime,
            CreatedBy = reason.Member.StaffId,
            kept.Recipient,
            kept.CopyNumber,
            kept.CopyCount,
            DocumentSha256 = file.DocumentHash,
            Renderer = file.Engine.Length <= 60 ? file.Engine : file.Engine[..60],
            kept.DocumentCode,
        });
        int part = 1;
        foreach (string[] pieces in Pieces(json).Chunk(PartGroup))
        {
            Dictionary<string, object?> values = new(StringComparer.Ordinal) { ["brief_id"] = file.BriefId, ["first_part"] = part };
            for (int place = 0; place < PartGroup; place++)
            {
                values[string.Create(System.Globalization.CultureInfo.InvariantCulture, $"part{place}")] = place < pieces.Length ? pieces[place] : null;
            }

            session.Execute("load/report_brief_part_insert", values);
            part += pieces.Length;
        }

        if (meeting is not null)
        {
            session.Execute("load/conference_copy_insert", new
            {
                file.BriefId,
                meeting.ConferenceId,
                kept.ChildKey,
                MemberNumber = meeting.Members[kept.CopyNumber - meeting.FirstCopy],
                kept.CopyNumber,
                IssuedBy = reason.Member.StaffId,
                IssuedUtc = _time.GetUtcNow().UtcDateTime,
            });
        }
    }

    /// <summary>Returns a text in parts of at most 4,000 characters, never between the two halves of a surrogate pair.</summary>
    internal static IEnumerable<string> Pieces(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            int length = Math.Min(PartLength, text.Length - at);
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
            {
                length--;
            }

            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static string? Watermark(BriefOrder order, string recipient, int copy, int last) => order.Meeting is null
        ? order.Watermark
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{order.Watermark} {recipient} {copy}/{last}").TrimStart();

    // The same order by the same person on the same day is the same brief.
    private string NewId(BriefOrder order, AccessReason reason)
    {
        string day = _time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        string key = string.Join('|', order.ChildKey, order.AsOf, order.AsKnownUtc.Ticks, reason.Member.StaffId, day, string.Join(',', order.Recipients))
            + (order.BlindJudgement is null ? "" : $"|{order.BlindJudgement}|{order.FinalJudgement}") + (order.Meeting is { } meeting ? $"|{meeting.ConferenceId}|{meeting.FirstCopy}" : "");
        return $"B{day}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..8]}";
    }

    private sealed record StoredBrief(string BriefId, long ChildKey, string DocumentSha256, string Renderer, int CopyNumber, int CopyCount, string? DocumentCode);
}
