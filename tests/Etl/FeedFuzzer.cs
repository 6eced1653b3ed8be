using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Validate;

namespace Warehouse.Tests.Etl;

/// <summary>What a run of the fuzzer did and found.</summary>
internal sealed record FuzzResult(
    long Rows, long Files, long RefusedFiles, long RejectedRows, long RepairedRows, double Seconds, double SlowestFileSeconds, long MemoryBefore, long MemoryAfter, IReadOnlyList<string> Findings);

/// <summary>Makes files of every contract, mutates rows and files, and reads them: whatever the bytes are, nothing may crash, hang, grow or come out against the contract.</summary>
/// <remarks>Property-based and seeded: the same seed makes the same files. A file is made from (seed, number), so that one can be made again alone.</remarks>
internal sealed class FeedFuzzer(ulong seed)
{
    private static readonly string[] Nasty =
    [
        "\"", "\"\"", ",", "\r", "\n", "\r\n", "\t", "\0", "=1+1", "@x", "#N/A", "####", "-", "+", "0", "00000000", "99999999", "9999-12-31", "0000-00-00", "H31.5.1", "R1.4.30", "R0.1.1",
        "令和元年13月40日", "45017", "99999", "2023/2/30", "5050401", "99991231", "1e9", "１２３", "△5", "1,234", "1,23,4", "999999999999999999999", "-9223372036854775808", "NaN", "∞", "合計", "小計", "　", "〜～−－‖∥¢£¬―—",
        "𠮷", "辻\U000E0101", "か\u309A", "\uE000", "\uE757", "\uF8FF", "\U000F0000", "\uFFFD", "\uFFFE", "\u0085", "\u200B", "\u202E", "\uFEFF", "ﾊﾟﾋﾟ", "㈱①Ⅰ", "\u32FF5年4月1日", "長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長長",
    ];

    private static readonly byte[][] Bytes =
    [
        [0x81], [0x81, 0x20], [0x81, 0xAD], [0xF0, 0x40], [0xF9, 0xFC], [0xFC, 0xFC], [0xFF], [0xA0], [0x80], [0xEF, 0xBF, 0xBD], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0x8E], [0x8F, 0xA1], [0x1A], [0x00], [0x1B, 0x24, 0x42], [0x7F],
    ];

    private readonly FeedContract[] _contracts = FeedCatalog.Default.Contracts.Select(AnyEncoding).ToArray();

    /// <summary>Reads mutated files until so many rows are read or so much time is gone.</summary>
    public FuzzResult Run(long rows, TimeSpan time, Action<long>? progress = null, CancellationToken cancellationToken = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        List<string> findings = [];
        long read = 0;
        long files = 0;
        long refused = 0;
        long rejected = 0;
        long repaired = 0;
        double slowest = 0;
        long before = 0;
        while (read < rows && watch.Elapsed < time && findings.Count < 10)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long began = Stopwatch.GetTimestamp();
            (FeedContract contract, string encoding, byte[] bytes) = Make(files);
            string where = string.Create(CultureInfo.InvariantCulture, $"seed {seed} file {files} ({contract.Feed}, {encoding})");
            try
            {
                (long r, long bad, long mended) = Read(contract, encoding, bytes, where, findings);
                (read, rejected, repaired) = (read + r, rejected + bad, repaired + mended);
            }
            catch (FeedException exception)
            {
                refused++;
                if (!exception.Code.StartsWith("FEED-", StringComparison.Ordinal) || !exception.Message.Contains("expected", StringComparison.Ordinal))
                {
                    findings.Add(where + ": a refusal that does not say what was expected: " + exception.Message);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                findings.Add(where + ": " + exception.GetType().Name + " " + exception.Message + " " + exception.StackTrace?.Split('\n')[0].Trim());
            }

            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(began).TotalSeconds);
            if (++files == 500)
            {
                before = GC.GetTotalMemory(forceFullCollection: true);
            }

            if (files % 500 == 0)
            {
                progress?.Invoke(read);
            }
        }

        return new FuzzResult(read, files, refused, rejected, repaired, watch.Elapsed.TotalSeconds, slowest, before, GC.GetTotalMemory(forceFullCollection: true), findings);
    }

    /// <summary>Makes the file of a number.</summary>
    public (FeedContract Contract, string Encoding, byte[] Bytes) Make(long number)
    {
        Random random = new(Mixed(number));
        FeedContract contract = _contracts[random.Next(_contracts.Length)];
        string encoding = random.Next(4) == 0 ? TextDecoder.Encodings[random.Next(TextDecoder.Encodings.Count)] : contract.Encoding;
        Encoding writer = encoding switch
        {
            "cp932" or "shift_jis-2004" => CodePagesEncodingProvider.Instance.GetEncoding(932)!,
            "euc-jis-2004" => CodePagesEncodingProvider.Instance.GetEncoding(51932)!,
            "utf-16" or "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            _ => Encoding.UTF8,
        };
        MemoryStream file = new();
        file.Write(encoding switch { "utf-8-bom" => [0xEF, 0xBB, 0xBF], "utf-16" => [0xFF, 0xFE], _ => [] });
        string end = random.Next(5) switch { 0 => "\n", 1 => "\r", _ => "\r\n" };
        List<string> header = contract.Columns.Select(column => random.Next(200) == 0 && column.Aliases.Count > 0 ? column.Aliases[0] : column.Header).ToList();
        Write(header, isHeader: true);
        int count = random.Next(1, 300);
        for (int i = 0; i < count; i++)
        {
            DateOnly day = new DateOnly(2013, 1, 1).AddDays(random.Next(4000));
            Write(contract.Columns.Select(column => Value(column, day, random)).ToList(), isHeader: false);
        }

        return (contract, encoding, MutateFile(file.ToArray(), random));

        void Write(List<string> cells, bool isHeader)
        {
            int chance = isHeader ? 100 : 2;
            if (random.Next(chance) == 0)
            {
                Mutate(cells, random);
            }

            byte[] bytes = writer.GetBytes(string.Join(',', cells.Select(cell => cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 && random.Next(3) > 0 ? "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : cell)) + end);
            file.Write(random.Next(chance * 3) == 0 ? MutateBytes(bytes, random) : bytes);
        }
    }

    // The contract as it ships, but for the encodings that its files may have.
    private static FeedContract AnyEncoding(FeedContract contract)
    {
        using Stream stream = typeof(FeedCatalog).Assembly.GetManifestResourceStream($"feeds/{contract.Feed}.json")!;
        JsonNode json = JsonNode.Parse(stream)!;
        json["other_encodings"] = new JsonArray(TextDecoder.Encodings.Select(name => (JsonNode)name).ToArray());
        return FeedCatalog.Parse(json.ToJsonString(), contract.Feed);
    }

    private int Mixed(long number)
    {
        ulong mixed = (seed * 0x9E3779B97F4A7C15UL) + (ulong)number;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
        return (int)(mixed >> 33);
    }

    private static (long Rows, long Rejected, long Repaired) Read(FeedContract contract, string encoding, byte[] bytes, string where, List<string> findings)
    {
        if (!encoding.StartsWith("utf-16", StringComparison.Ordinal))
        {
            CheckNothingLost(bytes, contract.Delimiter, where, findings);
        }

        using RowSource source = RowSource.Open(new MemoryStream(bytes, writable: false), new RowSourceOptions { Contract = contract, Where = "fuzz", Encoding = encoding, ExtractedDay = new DateOnly(2025, 4, 1).DayNumber });
        long rejected = 0;
        long repaired = 0;
        int line = 0;
        while (source.Read())
        {
            FeedRow row = source.Row;
            if (row.Line <= line)
            {
                findings.Add($"{where}: line {row.Line} after line {line}");
            }

            line = row.Line;
            if (source.IsValid)
            {
                repaired += row.IsRepaired ? 1 : 0;
                CheckRow(row, where, findings);
            }
            else
            {
                rejected++;
                if (source.Faults.Count == 0 || source.Faults.Any(fault => !fault.Rule.StartsWith(contract.RulePrefix + "-", StringComparison.Ordinal)) || source.Raw().Length == 0)
                {
                    findings.Add($"{where} line {row.Line}: a rejected row without a code or its bytes");
                }
            }
        }

        if (source.Finish() != Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)))
        {
            findings.Add(where + ": another hash than that of the bytes");
        }

        return (source.ReadCount, rejected, repaired);
    }

    // Every byte is in a record or is a line end between records.
    private static void CheckNothingLost(byte[] bytes, byte delimiter, string where, List<string> findings)
    {
        RecordReader reader = new(new MemoryStream(bytes, writable: false), delimiter);
        int at = reader.HasByteOrderMark ? 3 : 0;
        while (reader.Read())
        {
            while (at < bytes.Length && bytes[at] is (byte)'\r' or (byte)'\n')
            {
                at++;
            }

            if (reader.IsTooLong)
            {
                at += (int)reader.ByteCount;
            }
            else if (!bytes.AsSpan(at).StartsWith(reader.Raw))
            {
                findings.Add($"{where}: the record of line {reader.Line} is not what stands at byte {at}");
                return;
            }
            else
            {
                at += reader.Raw.Length;
            }
        }

        if (bytes.AsSpan(at).IndexOfAnyExcept((byte)'\r', (byte)'\n') >= 0)
        {
            findings.Add($"{where}: bytes from {at} on are in no record");
        }
    }

    private static void CheckRow(FeedRow row, string where, List<string> findings)
    {
        foreach (FeedColumn column in row.Contract.Columns)
        {
            int at = column.Ordinal;
            string? text = row.Text[at];
            string? wrong =
                row.Fault[at] != CellFault.None ? "a fault in a valid row"
                : column.IsRequired && column.Parser != ParserKind.Dropped && !row.HasValue[at] ? "empty though required"
                : text is not null && text.AsSpan().IndexOfAny('\uFFFD', '\0', '\u0085') >= 0 ? "a character that was lost or controls"
                : text is not null && column.MaxLength > 0 && column.Parser is ParserKind.Text or ParserKind.Name or ParserKind.KanaName && text.Length > column.MaxLength ? "too long"
                : text is not null && column.Parser == ParserKind.Code && !column.Codes.Values.Contains(text) ? "a code that the contract does not have"
                : text is not null && column.Parser == ParserKind.ResidentNumber && !ResidentNumber.IsValid(text) ? "a number whose check digit does not fit"
                : column.Parser == ParserKind.Dropped && (text is not null || row.HasValue[at]) ? "a dropped column that was read"
                : row.HasValue[at] && column.Parser is ParserKind.Date or ParserKind.EraDate && row.Number[at] is < 0 or > 3_652_058 ? "a day out of the calendar"
                : row.HasValue[at] && column.Parser == ParserKind.YearMonth && row.Number[at] % 100 is < 1 or > 12 ? "a month out of the calendar"
                : null;
            if (wrong is not null)
            {
                findings.Add($"{where} line {row.Line} {column.Name}: {wrong}");
            }
        }
    }

    // All days of a row are one day, so that the rules about their order hold.
    private static string Value(FeedColumn column, DateOnly date, Random random)
    {
        if (!column.IsRequired && random.Next(4) == 0)
        {
            return "";
        }

        (int year, int month, int day) = (date.Year, date.Month, date.Day);
        switch (column.Parser)
        {
            case ParserKind.ResidentNumber:
                string nine = random.Next(0, 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture);
                return nine + ResidentNumber.CheckDigit(nine).ToString(CultureInfo.InvariantCulture);
            case ParserKind.Date or ParserKind.EraDate:
                return random.Next(5) switch
                {
                    0 => string.Create(CultureInfo.InvariantCulture, $"{year}{month:D2}{day:D2}"),
                    1 => string.Create(CultureInfo.InvariantCulture, $"{year}/{month}/{day}"),
                    2 when year > 2019 => string.Create(CultureInfo.InvariantCulture, $"R{year - 2018}.{month}.{day}"),
                    3 when year > 2019 => string.Create(CultureInfo.InvariantCulture, $"令和{year - 2018}年{month}月{day}日"),
                    _ => string.Create(CultureInfo.InvariantCulture, $"{year}-{month:D2}-{day:D2}"),
                };
            case ParserKind.YearMonth:
                return string.Create(CultureInfo.InvariantCulture, $"{year}-{month:D2}");
            case ParserKind.Integer or ParserKind.Decimal:
                return random.NextInt64(column.Min ?? 0, Math.Min(column.Max ?? 100, (column.Min ?? 0) + 1_000_000) + 1).ToString(CultureInfo.InvariantCulture);
            case ParserKind.Code:
                return column.Codes.Keys.ElementAt(random.Next(column.Codes.Count));
            default:
                return column.Parser switch { ParserKind.Name => "本間　太郎", ParserKind.KanaName => "ﾎﾝﾏ ﾀﾛｳ", _ => "A" + random.Next(1000).ToString(CultureInfo.InvariantCulture) };
        }
    }

    private static void Mutate(List<string> cells, Random random)
    {
        for (int i = random.Next(1, 4); i > 0 && cells.Count > 0; i--)
        {
            int at = random.Next(cells.Count);
            string nasty = Nasty[random.Next(Nasty.Length)];
            switch (random.Next(8))
            {
                case 0:
                    cells.RemoveAt(at);
                    break;
                case 1:
                    cells.Insert(at, nasty);
                    break;
                case 2:
                    (cells[at], cells[^1]) = (cells[^1], cells[at]);
                    break;
                case 3:
                    cells[at] = string.Concat(Enumerable.Repeat(nasty, random.Next(1, random.Next(1, 400))));
                    break;
                case 4:
                    cells[at] = cells[at].Insert(random.Next(cells[at].Length + 1), nasty);
                    break;
                case 5 when cells[at].Length > 0:
                    cells[at] = cells[at].Remove(random.Next(cells[at].Length), 1);
                    break;
                default:
                    cells[at] = nasty;
                    break;
            }
        }
    }

    private static byte[] MutateBytes(byte[] bytes, Random random)
    {
        List<byte> changed = [.. bytes];
        for (int i = random.Next(1, 5); i > 0 && changed.Count > 0; i--)
        {
            int at = random.Next(changed.Count);
            switch (random.Next(4))
            {
                case 0:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 1:
                    changed.RemoveAt(at);
                    break;
                case 2:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    changed.InsertRange(at, Bytes[random.Next(Bytes.Length)]);
                    break;
            }
        }

        return [.. changed];
    }

    private static byte[] MutateFile(byte[] bytes, Random random)
    {
        switch (random.Next(40))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                random.NextBytes(bytes);
                return bytes;
            case 2:
                return [.. bytes[..random.Next(bytes.Length)], .. bytes];
            case 3:
                return MutateBytes(bytes, random);
            case 4:
                Array.Reverse(bytes, random.Next(bytes.Length / 2), bytes.Length / 4);
                return bytes;
            case 5 when random.Next(20) == 0:
                int at = random.Next(bytes.Length);
                byte[] longer = new byte[bytes.Length + random.Next(1, 3 << 20)];
                longer.AsSpan().Fill((byte)"x\",\n"[random.Next(4)]);
                bytes.AsSpan(0, at).CopyTo(longer);
                bytes.AsSpan(at).CopyTo(longer.AsSpan(longer.Length - bytes.Length + at));
                return longer;
            default:
                return bytes;
        }
    }
}
