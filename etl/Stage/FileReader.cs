using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using FluentValidation;
using FluentValidation.Results;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Stage;

/// <summary>Reads one file: splits, decodes, checks every row, quarantines the bad ones and stages the others.</summary>
internal static class FileReader
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, RowValidator> Validators = new(StringComparer.Ordinal);

    /// <summary>Hands the rows of a file on in blocks, checked against manifest and contract, and returns what belongs to the file as a whole.</summary>
    /// <exception cref="FeedException">The file is not what its manifest or contract states.</exception>
    public static StagedFile Read(InboxFile file, KeyMint mint, DateTime knownFromUtc, Func<FeedStage, BlockWriter> open, CancellationToken cancellationToken)
    {
        FeedContract contract = file.Contract;
        CheckManifest(file);
        TextDecoder decoder = TextDecoder.For(contract.Encoding, file.Name);
        using FileStream stream = new(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        RecordReader reader = new(stream, contract.Delimiter);
        int[] map = ReadHeader(reader, decoder, file, out int width);

        FeedRow row = new(contract)
        {
            ExtractedDay = DateOnly.FromDateTime(file.Manifest.ExtractedUtc.AddHours(9)).DayNumber,
            ExpectedCellCount = width,
        };
        CellParser parser = new(contract);
        FeedStage stage = new(contract, mint);
        RowValidator validator = Validators.GetOrAdd(contract.Feed, _ => new RowValidator(contract));
        ValidationContext<FeedRow> context = RowValidator.Context(row);
        char[] text = ArrayPool<char>.Shared.Rent(4096);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(4096);

        BlockWriter blocks = open(stage);
        List<IdentityRecord> identities = [];
        Dictionary<long, object?[]> traits = [];
        Dictionary<(string, int), bool> scopes = [];
        HashSet<long> bare = [];
        object? lastRecord = null;
        (string Facility, int Month, bool Present) lastScope = (string.Empty, -1, false);
        bool hasNames = contract.OrdinalOf("birth_date") >= 0;
        int nameOrdinal = contract.OrdinalOf("name_kanji");
        int recipient = contract.OrdinalOf("recipient_resident_number");
        int nameCell = nameOrdinal < 0 ? -1 : Array.IndexOf(map, nameOrdinal);
        FeedColumn[] fixedColumns = [.. contract.Columns.Where(column => column.FixedText is not null)];
        byte[] header = reader.Raw.ToArray();
        long read = 0;

        while (reader.Read())
        {
            if ((++read & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            row.Clear();
            row.Line = reader.Line;
            row.CellCount = reader.CellCount;
            row.IsMalformed = reader.IsMalformed;
            if (reader.CellCount == width && !reader.IsMalformed)
            {
                ReadOnlySpan<Cell> cells = reader.Cells;
                for (int i = 0; i < cells.Length; i++)
                {
                    FeedColumn column = contract.Columns[map[i]];
                    if (column.Parser == ParserKind.Dropped)
                    {
                        continue;
                    }

                    if (cells[i].Length > scratch.Length)
                    {
                        row.Fault[column.Ordinal] = CellFault.TooLong;
                        continue;
                    }

                    int count = decoder.Decode(reader.Content(cells[i], scratch), text);
                    if (count < 0)
                    {
                        row.Fault[column.Ordinal] = CellFault.Undecodable;
                    }
                    else
                    {
                        parser.Parse(column, text.AsSpan(0, count), row);
                    }
                }
            }

            foreach (FeedColumn column in fixedColumns)
            {
                parser.Parse(column, column.FixedText, row);
            }

            ValidationResult result = validator.Validate(context);
            if (!result.IsValid)
            {
                blocks.Add(new RejectedRow(
                    row.Line,
                    result.Errors.Select(failure => (failure.PropertyName, RowValidator.CodeOf(failure, row))).Distinct().ToList(),
                    reader.Raw.ToArray()));
                context = RowValidator.Context(row);
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
            if (hasNames)
            {
                ReadOnlySpan<byte> nameBytes = default;
                if (nameCell >= 0)
                {
                    nameBytes = reader.Content(reader.Cells[nameCell], scratch);
                }

                identities.Add(stage.Identity(row, file.Sha256, knownFromUtc, nameBytes));
                traits[(long)stage.Record(row)] = stage.Trait(row);
            }
            else
            {
                if (!ReferenceEquals(values[2], lastRecord) && bare.Add((long)(lastRecord = values[2]!)))
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
                AddScope(scopes, ref lastScope, values);
            }

            blocks.Keep();
        }

        ArrayPool<char>.Shared.Return(text);
        ArrayPool<byte>.Shared.Return(scratch);
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
            Scopes = scopes.Select(scope => new FileScope(scope.Key.Item1, scope.Key.Item2, scope.Value)).OrderBy(scope => scope.FacilityCode, StringComparer.Ordinal).ThenBy(scope => scope.MonthKey).ToList(),
            ReadCount = read,
            RowCount = blocks.RowCount,
            RejectCount = blocks.RejectCount,
            RepairCount = blocks.RepairCount,
            SupersededCount = blocks.SupersededCount,
            Repeated = blocks.Repeated,
            Header = header,
        };
    }

    /// <summary>Returns the SHA-256 of a file's bytes in lower-case hex.</summary>
    public static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void CheckManifest(InboxFile file)
    {
        if (file.Sha256 != file.Manifest.Sha256)
        {
            throw FeedException.Of("FEED-005", file.Name, "sha256 " + file.Sha256[..12] + "…", file.Manifest.Sha256[..Math.Min(12, file.Manifest.Sha256.Length)] + "… as the manifest states", "The file was changed or cut off on the way: ask the sender for it again.");
        }

        if (!string.Equals(file.Manifest.Encoding, file.Contract.Encoding, StringComparison.OrdinalIgnoreCase))
        {
            throw FeedException.Of("FEED-006", file.Name, "encoding " + file.Manifest.Encoding, file.Contract.Encoding + " as the contract states", "Agree with the sender on one encoding and change the contract if it is the new one.");
        }
    }

    // Returns, for each cell of the file, the ordinal of its column.
    private static int[] ReadHeader(RecordReader reader, TextDecoder decoder, InboxFile file, out int width)
    {
        FeedContract contract = file.Contract;
        if (contract.Encoding == "utf-8-bom" && !reader.HasByteOrderMark)
        {
            throw FeedException.Of("FEED-006", file.Name, "no byte order mark", "UTF-8 with a byte order mark", "Ask the sender how the file was exported.");
        }

        bool hasHeader = reader.Read();
        while (hasHeader && reader.Line < contract.HeaderLine)
        {
            hasHeader = reader.Read();
        }

        if (!hasHeader)
        {
            throw FeedException.Of("FEED-008", file.Name, "an empty file", "a header row", "Ask the sender for the file again.");
        }

        byte[] scratch = new byte[4096];
        List<string> headers = [];
        foreach (Cell cell in reader.Cells)
        {
            headers.Add((decoder.Decode(reader.Content(cell, scratch)) ?? "?").Trim());
        }

        width = headers.Count;
        string[] expected = contract.Columns.Where(column => column.IsInFile).Select(column => column.Header).ToArray();
        string[] missing = expected.Except(headers, StringComparer.Ordinal).ToArray();
        string[] unknown = headers.Except(expected, StringComparer.Ordinal).ToArray();
        if (missing.Length > 0 || unknown.Length > 0 || headers.Distinct(StringComparer.Ordinal).Count() != headers.Count)
        {
            throw FeedException.Of(
                "FEED-008",
                string.Create(CultureInfo.InvariantCulture, $"{file.Name} line {reader.Line}"),
                string.Create(CultureInfo.InvariantCulture, $"{headers.Count} columns; missing: {(missing.Length == 0 ? "none" : string.Join(", ", missing))}; not in the contract: {unknown.Length}"),
                string.Join(", ", expected),
                contract.Mapping is { } mapping
                    ? $"The file is not laid out as mapping '{mapping.Profile}' states: run 'warehouse map' on it and approve the new mapping."
                    : "The system that sends was changed: compare its new layout and raise the version of the contract, or run 'warehouse map' on the file.");
        }

        return headers.Select(header => contract.Columns.First(column => column.Header == header).Ordinal).ToArray();
    }

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
}
