using System.Text.Json;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>A judgement as its row in the warehouse.</summary>
internal sealed record JudgementFact(
    string JudgementId, long ChildKey, DateOnly SnapshotDate, long ModelRunId, string StaffId, string StageCode, int RevisionNumber, string DecisionCode, string ReasonCode, string BandCode,
    short IsBandShown, int SpentSeconds, DateTime JudgedUtc);

/// <summary>A contact as its row in the warehouse.</summary>
internal sealed record ContactFact(
    string ContactId, long ChildKey, string StaffId, string EventCode, string DetailCode, string ResultCode, DateOnly EventDate, DateOnly? DueDate, short IsSafetyChecked, DateTime RecordedUtc);

/// <summary>What an entry leaves in the warehouse: codes, dates and keys, no words.</summary>
/// <param name="Judgement">The judgement, or null.</param>
/// <param name="Contacts">The contacts.</param>
internal sealed record EntryFacts(JudgementFact? Judgement, IReadOnlyList<ContactFact> Contacts);

/// <summary>Writes entries that stand in both databases: words where names may be, facts where they may not.</summary>
/// <remarks>
/// No transaction spans the two. The words are committed together with a note of the facts that are still to be written, then the facts, then the note is taken away. An
/// entry whose words are committed is never lost: whoever ends in between leaves the note, and <see cref="Finish(WarehouseDatabases)"/> writes its facts at the next start. Facts go
/// by the id of the form, so that a form sent again, or finished by two processes at once, is one entry.
/// </remarks>
public static class PairedEntries
{
    /// <summary>Writes the facts of entries that a process left when it ended, and returns how many entries there were.</summary>
    public static int Finish(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        IReadOnlyList<UnfinishedRow> left = Rows(databases);
        foreach (UnfinishedRow row in left)
        {
            EntryFacts facts = JsonSerializer.Deserialize<EntryFacts>(row.FactsJson)
                ?? throw new WarehouseException($"The entry {row.EntryId} in casework.unfinished_entry has no facts; expected codes and dates as JSON. Restore the pair of databases from a backup.");
            using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
            {
                // Where somebody judged again meanwhile, that judgement stands.
                if (facts.Judgement is not { } judgement || warehouse.Query<Judgement>("query/casework_judgement", new { judgement.ChildKey, judgement.StaffId }).Any(one => IsSameTurn(one, judgement)))
                {
                    facts = facts with { Judgement = null };
                }

                Write(warehouse, facts);
            }

            Close(databases, row.EntryId);
        }

        return left.Count;
    }

    /// <summary>Returns how many entries are begun and not finished.</summary>
    public static int Count(WarehouseDatabases databases)
    {
        ArgumentNullException.ThrowIfNull(databases);
        return Rows(databases).Count;
    }

    /// <summary>Writes words, then facts.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="entryId">The id of the form.</param>
    /// <param name="now">When.</param>
    /// <param name="words">Writes the words into the session that it is given, within its transaction; null where there are none, and then the facts are one commit of their own.</param>
    /// <param name="facts">The facts.</param>
    internal static void Write(WarehouseDatabases databases, string entryId, DateTime now, Action<WarehouseSession>? words, EntryFacts facts)
    {
        bool isPaired = words is not null && (facts.Judgement is not null || facts.Contacts.Count > 0);
        if (words is not null)
        {
            using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
            identity.Begin();
            words(identity);
            if (isPaired)
            {
                identity.Execute("load/casework_unfinished_insert", new { entry_id = entryId, facts_json = JsonSerializer.Serialize(facts), begun_utc = now });
            }

            identity.Commit();
        }

        using (WarehouseSession warehouse = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting))
        {
            Write(warehouse, facts);
        }

        if (isPaired)
        {
            Close(databases, entryId);
        }
    }

    private static void Write(WarehouseSession warehouse, EntryFacts facts)
    {
        warehouse.Begin();
        if (facts.Judgement is { } judgement)
        {
            warehouse.Execute("load/casework_judgement_insert", judgement);
        }

        foreach (ContactFact contact in facts.Contacts)
        {
            warehouse.Execute("load/casework_contact_insert", contact);
        }

        warehouse.Commit();
    }

    private static void Close(WarehouseDatabases databases, string entryId)
    {
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        identity.Execute("load/casework_unfinished_delete", new { entry_id = entryId });
    }

    private static IReadOnlyList<UnfinishedRow> Rows(WarehouseDatabases databases)
    {
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.Caseworker);
        return identity.Query<UnfinishedRow>("query/casework_unfinished");
    }

    private static bool IsSameTurn(Judgement one, JudgementFact other) => one.JudgementId == other.JudgementId
        || (one.SnapshotDate == other.SnapshotDate && one.ModelRunId == other.ModelRunId && one.StageCode == other.StageCode && one.RevisionNumber == other.RevisionNumber);

    private sealed record UnfinishedRow(string EntryId, string FactsJson, DateTime BegunUtc);
}
