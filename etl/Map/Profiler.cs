using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>Reads an unknown delimited file or workbook and says what is in it, without saying whom it is about.</summary>
/// <remarks>Cost: one pass; memory is the file, and about 10 MB a column.</remarks>
public static class Profiler
{
    private const int KeyRows = 50_000;
    private const int KeyColumns = 12;

    /// <summary>Returns the profile of one file, or of several of one layout.</summary>
    /// <exception cref="FeedException">MAP-010: a file is no delimited text with a header row, or has another layout than the first.</exception>
    public static FileProfile Read(IReadOnlyList<string> paths, CancellationToken cancellationToken = default, string? sheet = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count);
        FileProbe first = FileProbe.Read(paths[0], sheet);
        Counts counts = new(first);
        for (int i = 0; i < paths.Count; i++)
        {
            counts.Add(i == 0 ? first : Alike(FileProbe.Read(paths[i], sheet), first, Path.GetFileName(paths[i])), cancellationToken);
        }

        ColumnProfile[] columns = [.. counts.Columns.Select((counter, i) => counter.Finish(Terms.Default) with { MergedCells = counts.Merged[i] })];
        return new FileProfile(
            string.Join(", ", paths.Select(Path.GetFileName)), first.Encoding, first.Delimiter, first.Newline, first.HeaderLine, counts.Rows, counts.Ragged, counts.Totals, columns,
            paths.Count == 1 ? Keys(columns, counts.Hashes) : [])
        {
            Sheet = sheet,
        };
    }

    private static FileProbe Alike(FileProbe probe, FileProbe first, string name) =>
        (probe.Encoding, probe.Delimiter, probe.HeaderLine) == (first.Encoding, first.Delimiter, first.HeaderLine) && probe.Headers.SequenceEqual(first.Headers, StringComparer.Ordinal)
            ? probe
            : throw FeedException.Of("MAP-010", name, "another encoding, delimiter or header than in the first file", "files of one layout", "Look at each layout by itself; each gets a mapping of its own.");

    // What is counted over all files; keys are looked for in a single file only, because a row may come again in a later one.
    private sealed class Counts(FileProbe first)
    {
        public ColumnCounter[] Columns { get; } = [.. first.Headers.Select((header, i) => new ColumnCounter(i + 1, header))];

        public List<ulong>[] Hashes { get; } = [.. first.Headers.Select(_ => new List<ulong>())];

        public long[] Merged { get; } = new long[first.Headers.Count];

        public long Rows { get; private set; }

        public long Ragged { get; private set; }

        public long Totals { get; private set; }

        public void Add(FileProbe probe, CancellationToken cancellationToken)
        {
            TextDecoder decoder = probe.Decoder;
            for (int i = 0; i < probe.Merged.Count && i < Merged.Length; i++)
            {
                Merged[i] += probe.Merged[i];
            }

            RecordReader reader = new(probe.Bytes, probe.Bytes.Length, (byte)probe.Delimiter);
            while (reader.Read() && reader.Line < probe.HeaderLine)
            {
            }

            int width = probe.Headers.Count;
            byte[] scratch = new byte[1 << 16];
            char[] text = new char[1 << 16];
            while (reader.Read())
            {
                if ((++Rows & 0xFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (reader.CellCount != width || reader.IsMalformed)
                {
                    Ragged++;
                    continue;
                }

                bool isFirst = true;
                ReadOnlySpan<Cell> cells = reader.Cells;
                for (int i = 0; i < width; i++)
                {
                    int count = cells[i].Length > scratch.Length ? -1 : decoder.Decode(reader.Content(cells[i], scratch), text);
                    if (count < 0)
                    {
                        Columns[i].AddUndecodable();
                        Key(Hashes[i], 0);
                        continue;
                    }

                    ReadOnlySpan<char> cell = text.AsSpan(0, count).Trim(" \u3000\t");
                    Columns[i].Add(cell);
                    Key(Hashes[i], cell.Length == 0 ? 0 : ColumnCounter.Hash(cell));
                    if (isFirst && cell.Length > 0)
                    {
                        isFirst = false;
                        Totals += cell is "合計" or "総計" or "小計" or "計" or "合 計" ? 1 : 0;
                    }
                }
            }
        }
    }

    private static void Key(List<ulong> hashes, ulong hash)
    {
        if (hashes.Count < KeyRows)
        {
            hashes.Add(hash);
        }
    }

    // Single columns that name each row, and pairs of columns that do so together; free text is no key.
    private static List<IReadOnlyList<string>> Keys(ColumnProfile[] columns, List<ulong>[] hashes)
    {
        List<IReadOnlyList<string>> keys = [];
        int[] candidates =
        [
            .. Enumerable.Range(0, columns.Length)
                .Where(i => columns[i].DataClass != "free-text" && columns[i].Parser is not ("name" or "kana_name") && hashes[i].Count > 1 && !hashes[i].Contains(0))
                .OrderByDescending(i => columns[i].Distinct).ThenBy(i => i).Take(KeyColumns),
        ];
        HashSet<int> single = [];
        foreach (int i in candidates.Where(i => hashes[i].Distinct().Count() == hashes[i].Count))
        {
            single.Add(i);
            keys.Add([columns[i].Header]);
        }

        int[] rest = [.. candidates.Where(i => !single.Contains(i))];
        for (int a = 0; a < rest.Length; a++)
        {
            for (int b = a + 1; b < rest.Length; b++)
            {
                (List<ulong> left, List<ulong> right) = (hashes[rest[a]], hashes[rest[b]]);
                HashSet<(ulong, ulong)> seen = new(left.Count);
                int at = 0;
                while (at < left.Count && seen.Add((left[at], right[at])))
                {
                    at++;
                }

                if (at == left.Count)
                {
                    keys.Add([columns[rest[a]].Header, columns[rest[b]].Header]);
                }
            }
        }

        return keys;
    }
}
