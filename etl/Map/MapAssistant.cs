using System.Text.Json.Nodes;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>How much a file looks like a feed.</summary>
public sealed record FeedLikeness(string Feed, string Title, double Score);

/// <summary>All that the assistant says of a file.</summary>
/// <param name="Profile">What is in it.</param>
/// <param name="Likeness">The feeds that it looks like, best first.</param>
/// <param name="Draft">The proposed mapping of a known feed; null where it is none.</param>
/// <param name="NewContract">The proposed contract; null where a mapping is proposed.</param>
/// <param name="Trial">What validation says of the file, read that way; null where open questions forbid it.</param>
public sealed record MapReport(FileProfile Profile, IReadOnlyList<FeedLikeness> Likeness, MappingDraft? Draft, JsonObject? NewContract, DryRun? Trial)
{
    /// <summary>The document that is written: a mapping, or a contract.</summary>
    public string Document => Draft is { } draft ? draft.Mapping.ToJson() : NewContract!.ToJsonString(FeedMapping.Json) + "\n";
}

/// <summary>Looks at an unknown file and proposes how to take it in.</summary>
public static class MapAssistant
{
    private const int MostLikeness = 3;

    /// <summary>Returns a proposal for a file; nothing is loaded.</summary>
    /// <param name="paths">The file, or several of one layout: codes that only some months have are then seen.</param>
    /// <param name="feed">The feed that it is to be read into, or the name of a new one; null to find out.</param>
    /// <param name="vendor">The name of the vendor or municipality, as manifests will name it.</param>
    /// <param name="filePattern">Names of files that are read so without being told; empty for none.</param>
    /// <param name="extracted">The day of extraction, for rules about the future.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="sheet">The sheet of a workbook that has several visible ones; null for the only one.</param>
    /// <exception cref="FeedException">MAP-010: the file is no delimited text or sheet with a header row.</exception>
    public static MapReport Propose(IReadOnlyList<string> paths, string? feed, string vendor, string filePattern, DateOnly extracted, CancellationToken cancellationToken = default, string? sheet = null)
    {
        FileProfile profile = Profiler.Read(paths, cancellationToken, sheet);
        IReadOnlyList<ContractMatch> ranking = ContractMatcher.Rank(profile, FeedCatalog.Default);
        FeedLikeness[] likeness = [.. ranking.Take(MostLikeness).Select(match => new FeedLikeness(match.Contract.Feed, match.Contract.Title, Math.Round(match.Score, 3)))];
        ContractMatch? match = feed is null
            ? ranking.Count > 0 && ranking[0].Score >= ContractMatcher.FewestScore ? ranking[0] : null
            : ranking.FirstOrDefault(known => known.Contract.Feed == feed);
        if (match is null)
        {
            JsonObject contract = ContractDraft.From(profile, feed ?? "new_feed", FeedCatalog.Default);
            return new MapReport(profile, likeness, null, contract, DryRun.Over(paths, ContractDraft.ForTrial(contract), extracted, cancellationToken));
        }

        MappingDraft draft = MappingDraft.From(profile, match, vendor, filePattern);
        DryRun? trial = draft.Open.Count == 0 ? DryRun.Over(paths, draft.Mapping.Apply(match.Contract, profile.File), extracted, cancellationToken) : null;
        return new MapReport(profile, likeness, draft, null, trial);
    }
}
