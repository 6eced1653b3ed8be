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

    /// <summary>Returns the rows of a file, checked against manifest and contract.</summary>
    /// <exception cref="FeedException">The file is not what its manifest or contract states.</exception>
    public static StagedFile Read(InboxFile file, KeyMint mint, DateTime knownFromUtc, CancellationToken cancellationToken)
    {
        FeedContract contract = file.Contract;
        byte[] bytes = ReadBytes(file);
        TextDecoder decoder = TextDecoder.For(contract.Encoding, file.Name);
        RecordReader reader = new(bytes, bytes.Length, contract.Delimiter);
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

        List<object?[]> rows = new((int)Math.Min(file.Manifest.RowCount, 1_000_000));
        List<RejectedRow> rejects = [];
        List<RepairedValue> repairs = [];
        List<IdentityRecord> identities = [];
        Dictionary<long, object?[]> traits = [];
        Dictionary<(string, int), bool> scopes = [];
        HashSet<long> bare = [];
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
                rejects.Add(new RejectedRow(
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
                        repairs.Add(new RepairedValue(row.Line, contract.Columns[i].Name, repair));
                    }
                }
            }

            object?[] values = stage.Row(row);
            rows.Add(values);
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

        ArrayPool<char>.Shared.Return(text);
        ArrayPool<byte>.Shared.Return(scratch);
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
            Header = header,
        };
        staged.SupersededCount = MarkDuplicates(rows, stage);
        return staged;
    }

    /// <summary>Returns the SHA-256 of a file's bytes in lower-case hex.</summary>
    public static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static byte[] ReadBytes(InboxFile file)
    {
        byte[] bytes = File.ReadAllBytes(file.Path);
        if (file.Sha256 != file.Manifest.Sha256)
        {
            throw FeedException.Of("FEED-005", file.Name, "sha256 " + file.Sha256[..12] + "…", file.Manifest.Sha256[..Math.Min(12, file.Manifest.Sha256.Length)] + "… as the manifest states", "The file was changed or cut off on the way: ask the sender for it again.");
        }

        if (!string.Equals(file.Manifest.Encoding, file.Contract.Encoding, StringComparison.OrdinalIgnoreCase))
        {
            throw FeedException.Of("FEED-006", file.Name, "encoding " + file.Manifest.Encoding, file.Contract.Encoding + " as the contract states", "Agree with the sender on one encoding and change the contract if it is the new one.");
        }

        return bytes;
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
}
