using System.Globalization;
using System.Security.Cryptography;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Stage;

/// <summary>Reads one file: splits, decodes, checks every row, quarantines the bad ones and stages the others.</summary>
internal static class FileReader
{
    /// <summary>Returns the rows of a file, checked against manifest and contract.</summary>
    /// <exception cref="FeedException">The file is not what its manifest or contract states.</exception>
    public static StagedFile Read(InboxFile file, KeyMint mint, DateTime knownFromUtc, CancellationToken cancellationToken)
    {
        FeedContract contract = file.Contract;
        if (file.Sha256 != file.Manifest.Sha256)
        {
            throw Changed(file, file.Sha256, file.Manifest.Sha256, "as the manifest states");
        }

        using RowSource source = RowSource.Open(file.Path, new RowSourceOptions
        {
            Contract = contract,
            Where = file.Name,
            Encoding = file.Manifest.Encoding.ToLowerInvariant(),
            ExtractedDay = DateOnly.FromDateTime(file.Manifest.ExtractedUtc.AddHours(9)).DayNumber,
            Characters = VendorCharacters.Load(Path.Combine(Path.GetDirectoryName(file.Path)!, "reference"), file.Manifest.Vendor ?? contract.System),
        });
        FeedRow row = source.Row;
        FeedStage stage = new(contract, mint);

        List<object?[]> rows = new((int)Math.Min(file.Manifest.RowCount, 1_000_000));
        List<RejectedRow> rejects = [];
        List<RepairedValue> repairs = [];
        List<IdentityRecord> identities = [];
        Dictionary<long, object?[]> traits = [];
        Dictionary<(string, int), bool> scopes = [];
        Dictionary<(long, long), List<Withdrawal>> withdrawn = [];
        HashSet<long> bare = [];
        bool hasNames = contract.OrdinalOf("birth_date") >= 0;
        int nameOrdinal = contract.OrdinalOf("name_kanji");
        int recipient = contract.OrdinalOf("recipient_resident_number");

        foreach ((int line, string column, string rule) in source.HeaderRepairs)
        {
            repairs.Add(new RepairedValue(line, column, rule));
        }

        while (source.Read())
        {
            if ((source.ReadCount & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (!source.IsValid)
            {
                rejects.Add(new RejectedRow(row.Line, source.Faults, source.Raw()));
                continue;
            }

            if (row.IsRepaired)
            {
                for (int i = 0; i < row.Repair.Length; i++)
                {
                    if (row.Repair[i] is { } repair)
                    {
                        repairs.Add(new RepairedValue(row.Line, contract.Columns[i].Name, repair));
                    }
                }
            }

            object?[] values = stage.Row(row);
            if (contract.WithdrawalColumn >= 0)
            {
                // A withdrawal stands for nothing by itself: the row of its key further down replaces what it withdraws.
                (long, long) key = stage.Key(values);
                if (row.Text[contract.WithdrawalColumn] == contract.WithdrawalCode)
                {
                    withdrawn[key] = withdrawn.TryGetValue(key, out List<Withdrawal>? others) ? others : [];
                    withdrawn[key].Add(new Withdrawal(values, row.Line, source.Raw()));
                }
                else
                {
                    withdrawn.Remove(key);
                }
            }

            rows.Add(values);
            if (hasNames)
            {
                identities.Add(stage.Identity(row, file.Sha256, knownFromUtc, source.Raw(nameOrdinal)));
                traits[(long)stage.Record(row)] = stage.Trait(row);
            }
            else
            {
                if (bare.Add((long)values[2]!))
                {
                    identities.Add(stage.Bare(stage.SourceId(row), row.Line, file.Sha256, knownFromUtc));
                }

                if (recipient >= 0 && row.Text[recipient] is not null && bare.Add((long)stage.RecordOf(row.Text[recipient]!)))
                {
                    identities.Add(stage.Bare(row.Text[recipient]!, row.Line, file.Sha256, knownFromUtc));
                }
            }

            if (contract.Supersede == SupersedeKind.FilePeriod)
            {
                AddScope(scopes, contract, values);
            }
        }

        // What was read is what was registered, or a file that changed on the way would load under the hash of another.
        string found = source.Finish();
        if (found != file.Sha256)
        {
            throw Changed(file, found, file.Sha256, "when the load began");
        }

        foreach (Withdrawal withdrawal in withdrawn.Values.SelectMany(list => list))
        {
            rows.Remove(withdrawal.Values);
            repairs.RemoveAll(repair => repair.Line == withdrawal.Line);
            rejects.Add(new RejectedRow(withdrawal.Line, [(contract.Columns[contract.WithdrawalColumn].Name, RuleCatalog.Code(contract, RuleCatalog.Withdrawn))], withdrawal.Raw));
        }

        long read = source.ReadCount;
        if (read != file.Manifest.RowCount)
        {
            throw FeedException.Of("FEED-007", file.Name, string.Create(CultureInfo.InvariantCulture, $"{read} data rows"), string.Create(CultureInfo.InvariantCulture, $"{file.Manifest.RowCount} as the manifest states"), "The file is cut off or not the one described: ask the sender for it again.");
        }

        StagedFile staged = new()
        {
            File = file,
            Rows = rows,
            Traits = [.. traits.Values],
            Identities = identities,
            Rejects = rejects,
            Repairs = repairs,
            Scopes = scopes.Select(scope => new FileScope(scope.Key.Item1, scope.Key.Item2, scope.Value)).OrderBy(scope => scope.FacilityCode, StringComparer.Ordinal).ThenBy(scope => scope.MonthKey).ToList(),
            ReadCount = read,
            Header = source.Header,
        };
        staged.SupersededCount = MarkDuplicates(rows, stage);
        return staged;
    }

    /// <summary>Returns the SHA-256 of a file's bytes in lower-case hex.</summary>
    /// <exception cref="FeedException">The file is gone or cannot be read.</exception>
    public static string Hash(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FeedException.Of("FEED-009", Path.GetFileName(path), "a file that cannot be read (" + exception.GetType().Name + ")", "a file that stays in the inbox while it is read", "Put the file into the inbox again, whole, and load once more.", exception);
        }
    }

    private static FeedException Changed(InboxFile file, string found, string expected, string when) => FeedException.Of(
        "FEED-005", file.Name, "sha256 " + found[..12] + "…", expected[..Math.Min(12, expected.Length)] + "… " + when, "The file was changed or cut off on the way: ask the sender for it again.");

    private static void AddScope(Dictionary<(string, int), bool> scopes, FeedContract contract, object?[] values)
    {
        string facility = (string)values[3]!;
        bool isDays = contract.Feed == "attendance_days";
        int month = isDays ? (int)values[4]! : values[4] is DateOnly day ? (day.Year * 100) + day.Month : 0;
        bool present = isDays || (string)values[5]! == "present";
        ref bool known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(scopes, (facility, month), out _);
        known |= present;
    }

    // Within one file the last row of a key stands; the earlier ones are superseded.
    private static long MarkDuplicates(List<object?[]> rows, FeedStage stage)
    {
        HashSet<(long, long)> seen = new(rows.Count);
        long count = 0;
        for (int i = rows.Count - 1; i >= 0; i--)
        {
            if (!seen.Add(stage.Key(rows[i])))
            {
                rows[i][stage.SupersededAt] = FeedStage.Superseded;
                count++;
            }
        }

        return count;
    }

    private sealed record Withdrawal(object?[] Values, int Line, byte[] Raw);
}
