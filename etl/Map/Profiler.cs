using Warehouse.Etl.Extract;

namespace Warehouse.Etl.Map;

/// <summary>Reads an unknown delimited file and says what is in it, without saying whom it is about.</summary>
/// <remarks>Cost: one pass; memory is the file, and about 10 MB a column.</remarks>
public static class Profiler
{
    private const int KeyRows = 50_000;
    private const int KeyColumns = 12;

    /// <summary>Returns the profile of a file.</summary>
    /// <exception cref="FeedException">MAP-010: the file is no delimited text with a header row.</exception>
    public static FileProfile Read(string path, out FileProbe probe, CancellationToken cancellationToken = default)
    {
        probe = FileProbe.Read(path);
        string name = Path.GetFileName(path);
        TextDecoder decoder = TextDecoder.For(probe.Encoding == "utf-16le" ? "utf-8" : probe.Encoding, name);
        RecordReader reader = new(probe.Bytes, probe.Bytes.Length, (byte)probe.Delimiter);
        while (reader.Read() && reader.Line < probe.HeaderLine)
        {
        }

        int width = probe.Headers.Count;
        ColumnCounter[] counters = [.. probe.Headers.Select((header, i) => new ColumnCounter(i + 1, header))];
        List<ulong>[] hashes = [.. probe.Headers.Select(_ => new List<ulong>())];
        byte[] scratch = new byte[1 << 16];
        char[] text = new char[1 << 16];
        long rows = 0;
        long ragged = 0;
        long totals = 0;
        while (reader.Read())
        {
            if ((++rows & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (reader.CellCount != width || reader.IsMalformed)
            {
                ragged++;
                continue;
            }

            bool isFirst = true;
            ReadOnlySpan<Cell> cells = reader.Cells;
            for (int i = 0; i < width; i++)
            {
                int count = cells[i].Length > scratch.Length ? -1 : decoder.Decode(reader.Content(cells[i], scratch), text);
                if (count < 0)
                {
                    counters[i].AddUndecodable();
                    Key(hashes[i], 0);
                    continue;
                }

                ReadOnlySpan<char> cell = text.AsSpan(0, count).Trim(" \u3000\t");
                counters[i].Add(cell);
                Key(hashes[i], cell.Length == 0 ? 0 : ColumnCounter.Hash(cell));
                if (isFirst && cell.Length > 0)
                {
                    isFirst = false;
                    totals += cell is "合計" or "総計" or "小計" or "計" or "合 計" ? 1 : 0;
                }
            }
        }

        ColumnProfile[] columns = [.. counters.Select(counter => counter.Finish(Terms.Default))];
        return new FileProfile(name, probe.Encoding, probe.Delimiter, probe.Newline, probe.HeaderLine, rows, ragged, totals, columns, Keys(columns, hashes));
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
