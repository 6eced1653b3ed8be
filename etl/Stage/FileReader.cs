using System.Globalization;
using System.Security.Cryptography;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Stage;

/// <summary>Reads one file: splits, decodes, checks every row, quarantines the bad ones and stages the others.</summary>
internal static class FileReader
{
    /// <summary>Hands the rows of a file on in blocks, checked against manifest and contract, and returns what belongs to the file as a whole.</summary>
    /// <exception cref="FeedException">The file is not what its manifest or contract states.</exception>
    public static StagedFile Read(InboxFile file, KeyMint mint, DateTime knownFromUtc, Func<FeedStage, BlockWriter> open, CancellationToken cancellationToken)
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

        BlockWriter blocks = open(stage);
        List<IdentityRecord> identities = [];
        Dictionary<long, object?[]> traits = [];
        Dictionary<(string, int), bool> scopes = [];
        Dictionary<(long, long), List<Withdrawal>> withdrawn = [];
        HashSet<long> recipients = [];
        int records = 0;
        List<BareRecord> numbers = [];
        (string Facility, int Month, bool Present) lastScope = (string.Empty, -1, false);
        bool hasNames = contract.OrdinalOf("birth_date") >= 0;
        int nameOrdinal = contract.OrdinalOf("name_kanji");
        int recipient = contract.OrdinalOf("recipient_resident_number");

        // A resident number says who it is; any other number says nothing that linkage could use.
        void AddBare(long key, string number)
        {
            if (contract.CarriesResidentNumber)
            {
                identities.Add(stage.Numbered(number, row.Line, file.Sha256, knownFromUtc));
            }
            else
            {
                numbers.Add(new BareRecord(key, number, row.Line));
            }
        }

        foreach ((int line, string column, string rule) in source.HeaderRepairs)
        {
            blocks.Add(new RepairedValue(line, column, rule));
        }

        while (source.Read())
        {
            if ((source.ReadCount & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (!source.IsValid)
            {
                blocks.Add(new RejectedRow(row.Line, source.Faults, source.Raw()));
                continue;
            }

            if (row.IsRepaired)
            {
                for (int i = 0; i < row.Repair.Length; i++)
                {
                    if (row.Repair[i] is { } repair)
                    {
                        blocks.Add(new RepairedValue(row.Line, contract.Columns[i].Name, repair));
                    }
                }
            }

            object?[] values = blocks.Next();
            stage.Put(row, values);
            if (contract.WithdrawalColumn >= 0)
            {
                // A withdrawal stands for nothing by itself: the row of its key further down replaces what it withdraws.
                (long, long) key = stage.Key(values);
                if (row.Text[contract.WithdrawalColumn] == contract.WithdrawalCode)
                {
                    withdrawn[key] = withdrawn.TryGetValue(key, out List<Withdrawal>? others) ? others : [];
                    withdrawn[key].Add(new Withdrawal(row.Line, source.Raw()));
                }
                else
                {
                    withdrawn.Remove(key);
                }
            }

            if (hasNames)
            {
                identities.Add(stage.Identity(row, file.Sha256, knownFromUtc, source.Raw(nameOrdinal)));
                traits[(long)stage.Record(row)] = stage.Trait(row);
            }
            else
            {
                if (stage.RecordCount > records)
                {
                    records = stage.RecordCount;
                    AddBare((long)values[2]!, stage.SourceId(row));
                }

                // One who receives for a child may have rows of their own as well; both parts say the same.
                if (recipient >= 0 && row.Text[recipient] is { } number && (long)stage.RecordOf(number) is var recipientKey && recipients.Add(recipientKey))
                {
                    AddBare(recipientKey, number);
                }
            }

            if (contract.Supersede == SupersedeKind.FilePeriod)
            {
                AddScope(scopes, ref lastScope, values);
            }

            blocks.Keep();
        }

        // What was read is what was registered, or a file that changed on the way would load under the hash of another.
        string found = source.Finish();
        if (found != file.Sha256)
        {
            throw Changed(file, found, file.Sha256, "when the load began");
        }

        foreach (Withdrawal withdrawal in withdrawn.Values.SelectMany(list => list))
        {
            blocks.Withdraw(new RejectedRow(withdrawal.Line, [(contract.Columns[contract.WithdrawalColumn].Name, RuleCatalog.Code(contract, RuleCatalog.Withdrawn))], withdrawal.Raw));
        }

        long read = source.ReadCount;
        if (read != file.Manifest.RowCount)
        {
            throw FeedException.Of("FEED-007", file.Name, string.Create(CultureInfo.InvariantCulture, $"{read} data rows"), string.Create(CultureInfo.InvariantCulture, $"{file.Manifest.RowCount} as the manifest states"), "The file is cut off or not the one described: ask the sender for it again.");
        }

        blocks.Finish();
        return new StagedFile
        {
            File = file,
            Traits = [.. traits.Values],
            Identities = identities,
            Bare = numbers,
            Scopes = scopes.Select(scope => new FileScope(scope.Key.Item1, scope.Key.Item2, scope.Value)).OrderBy(scope => scope.FacilityCode, StringComparer.Ordinal).ThenBy(scope => scope.MonthKey).ToList(),
            ReadCount = read,
            RowCount = blocks.RowCount,
            RejectCount = blocks.RejectCount,
            RepairCount = blocks.RepairCount,
            SupersededCount = blocks.SupersededCount,
            Repeated = blocks.Repeated,
            Header = source.Header,
        };
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

    private static void AddScope(Dictionary<(string Facility, int Month), bool> scopes, ref (string Facility, int Month, bool Present) last, object?[] values)
    {
        string facility = (string)values[3]!;
        (int month, bool present) = values[4] switch
        {
            int key => (key, true),
            DateOnly day => ((day.Year * 100) + day.Month, values[5] is "present"),
            _ => (0, false),
        };

        // Rows of a school and month come together: most of them say nothing new.
        if (month == last.Month && (last.Present || !present) && ReferenceEquals(facility, last.Facility))
        {
            return;
        }

        ref bool known = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(scopes, (facility, month), out _);
        known |= present;
        last = (facility, month, known);
    }

    private sealed record Withdrawal(int Line, byte[] Raw);
}
