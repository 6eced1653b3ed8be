namespace Warehouse.Etl.Link;

/// <summary>What a linker is given.</summary>
/// <param name="Subjects">All versions of the records that are not linked yet.</param>
/// <param name="Known">All versions of the records that are linked, with their person; among them the resident register.</param>
public sealed record LinkInput(IReadOnlyList<IdentityRecord> Subjects, IReadOnlyList<IdentityRecord> Known);

/// <summary>One decision: a record belongs to the same person as another record, or to a person of its own.</summary>
/// <param name="RecordKey">The record that was decided about.</param>
/// <param name="SameAsRecordKey">A record of the same person, of the subjects or of the known; null for a person of its own.</param>
/// <param name="RuleCode">The rule, such as <c>DET-2</c>, or <c>NEW</c>.</param>
/// <param name="Evidence">What agreed and what did not, in codes; no names.</param>
public sealed record LinkDecision(long RecordKey, long? SameAsRecordKey, string RuleCode, string Evidence);

/// <summary>One pair of records that a linker leaves to a person.</summary>
/// <param name="RecordKey">The record whose link is open.</param>
/// <param name="OtherRecordKey">A record of the person that it may belong to.</param>
/// <param name="Posterior">Probability that both are one person, 0 to 1.</param>
/// <param name="WeightBits">The match weight in bits.</param>
/// <param name="Evidence">Level and weight of each field in codes, at most 1,000 characters; no names.</param>
public sealed record LinkCandidate(long RecordKey, long OtherRecordKey, double Posterior, double WeightBits, string Evidence);

/// <summary>What a linker decided.</summary>
/// <param name="Decisions">One decision for each record among the subjects.</param>
/// <param name="Candidates">Pairs for the review queue, each pair once.</param>
public sealed record LinkOutcome(IReadOnlyList<LinkDecision> Decisions, IReadOnlyList<LinkCandidate> Candidates);

/// <summary>Decides which records are one person. Pure: the same input gives the same decisions.</summary>
public interface ILinker
{
    /// <summary>The version of the method, written beside every decision.</summary>
    string Version { get; }

    /// <summary>Returns one decision for each record among the subjects, and the pairs that a person should decide.</summary>
    LinkOutcome Decide(LinkInput input);
}
