using System.Globalization;
using System.IO.Enumeration;
using Warehouse.Etl.Extract;
using Warehouse.Sql;

namespace Warehouse.Etl.Map;

/// <summary>The mappings that an installation has: one JSON document per vendor and feed in one folder.</summary>
/// <remarks>A fault of one mapping stops only the files that need it.</remarks>
public sealed class FeedMappings
{
    private readonly List<(string File, FeedMapping? Mapping, FeedException? Fault)> _entries = [];

    private FeedMappings()
    {
    }

    /// <summary>No mappings: every file has the layout of its contract.</summary>
    public static FeedMappings None { get; } = new();

    /// <summary>Returns the mappings of a folder; a folder that does not exist has none.</summary>
    public static FeedMappings Read(string? folder)
    {
        FeedMappings mappings = new();
        if (folder is null || !Directory.Exists(folder))
        {
            return mappings;
        }

        foreach (string path in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            try
            {
                mappings._entries.Add((name, FeedMapping.Parse(File.ReadAllText(path), name), null));
            }
            catch (FeedException fault)
            {
                mappings._entries.Add((name, null, fault));
            }
        }

        return mappings;
    }

    /// <summary>Returns the contract by which a file is read: the feed's own, or as the mapping of the vendor has it.</summary>
    /// <exception cref="FeedException">MAP-002 not approved, MAP-003 no such mapping or more than one, MAP-004 changed after the approval, MAP-001 unusable.</exception>
    public FeedContract ContractFor(FeedManifest manifest, FeedCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return ContractFor(manifest.Feed, manifest.Profile, manifest.FileName, catalog);
    }

    /// <inheritdoc cref="ContractFor(FeedManifest, FeedCatalog)"/>
    public FeedContract ContractFor(string feed, string? profile, string fileName, FeedCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        FeedContract contract = catalog.Get(feed);
        (string File, FeedMapping Mapping)[] fitting =
        [
            .. _entries.Where(entry => entry.Mapping is { } mapping && mapping.Feed == feed && Fits(mapping, profile, fileName)).Select(entry => (entry.File, entry.Mapping!)),
        ];
        if (fitting.Length == 0)
        {
            return profile is null
                ? contract
                : throw _entries.Select(entry => entry.Fault).FirstOrDefault(fault => fault is not null)
                    ?? FeedException.Of("MAP-003", fileName, $"profile '{profile}'", $"a mapping of {feed} for it in the folder of mappings", "Make one with 'warehouse map FILE --profile NAME --confirm WHO', or correct the manifest.");
        }

        if (fitting.Length > 1)
        {
            throw FeedException.Of("MAP-003", fileName, string.Create(CultureInfo.InvariantCulture, $"{fitting.Length} mappings ({string.Join(", ", fitting.Select(entry => entry.File))})"), "one", "Remove the ones that no longer hold, or name the profile in the manifest.");
        }

        (string document, FeedMapping found) = fitting[0];
        if (found.Approval is not { } approval)
        {
            throw FeedException.Of("MAP-002", document, "a mapping that nobody approved", "an approval of a DBA or steward", $"Read it and run 'warehouse map {document} --confirm WHO'.");
        }

        return approval.ContentSha256 == found.ContentSha256
            ? found.Apply(contract, document)
            : throw FeedException.Of("MAP-004", document, "a mapping that was changed after its approval", "the content that was approved", $"Read it again and run 'warehouse map {document} --confirm WHO'.");
    }

    /// <summary>Notes which mapping a load run read its file through, with the document itself.</summary>
    internal static void Record(WarehouseSession warehouse, long loadId, FeedMapping? mapping)
    {
        warehouse.Execute("load/map_run_delete", new { load_id = loadId });
        if (mapping is null)
        {
            return;
        }

        string hash = mapping.ContentSha256;
        if (warehouse.QuerySingle<long>("query/map_document_count", new { mapping_sha256 = hash }) == 0)
        {
            string json = (mapping with { Approval = null }).ToJson();
            warehouse.BulkInsert(
                "meta.mapping_document",
                ["mapping_sha256", "part_number", "feed", "document_json"],
                Enumerable.Range(0, (json.Length + 3999) / 4000).Select(part => new object?[] { hash, part + 1, mapping.Feed, json.Substring(part * 4000, Math.Min(4000, json.Length - (part * 4000))) }));
        }

        warehouse.BulkInsert("meta.load_mapping", ["load_id", "mapping_sha256", "profile_name", "approved_by"], [[loadId, hash, mapping.Profile, mapping.Approval!.By]]);
    }

    private static bool Fits(FeedMapping mapping, string? profile, string fileName) => profile is not null
        ? mapping.Profile == profile
        : mapping.FilePattern.Length > 0 && FileSystemName.MatchesSimpleExpression(mapping.FilePattern, Path.GetFileName(fileName));
}
