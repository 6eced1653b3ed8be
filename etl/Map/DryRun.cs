using FluentValidation;
using FluentValidation.Results;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Map;

/// <summary>Rows of a rule, without their content.</summary>
/// <param name="Rule">The rule code.</param>
/// <param name="Column">The column of the contract.</param>
/// <param name="Reason">Why, in Japanese.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Lines">The first lines that have it; with the name of the file where there are several.</param>
public sealed record DryRunFault(string Rule, string Column, string Reason, long Rows, IReadOnlyList<string> Lines);

/// <summary>What validation says of a file, tried without taking it in.</summary>
/// <param name="Rows">Data rows.</param>
/// <param name="Quarantined">Rows that would go to quarantine.</param>
/// <param name="Faults">Why, by rule.</param>
/// <param name="Repairs">Values that would be repaired, by repair code.</param>
public sealed record DryRun(long Rows, long Quarantined, IReadOnlyList<DryRunFault> Faults, IReadOnlyDictionary<string, long> Repairs)
{
    private const int FirstLines = 5;

    /// <summary>Runs the parsers and rules of a contract over one file, or several of one layout.</summary>
    public static DryRun Over(IReadOnlyList<string> paths, FeedContract contract, DateOnly extracted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(contract);
        Counts counts = new(contract);
        foreach (string path in paths)
        {
            string where = paths.Count == 1 ? "" : Path.GetFileName(path) + " ";
            if (contract.Format == FeedContract.Workbook)
            {
                counts.AddWorkbook(path, extracted, where, cancellationToken);
            }
            else
            {
                counts.Add(FileProbe.Read(path), extracted, where, cancellationToken);
            }
        }

        return new DryRun(
            counts.Rows,
            counts.Quarantined,
            [.. counts.Faults.OrderByDescending(fault => fault.Value.Rows).ThenBy(fault => fault.Key.Rule, StringComparer.Ordinal).Select(fault => new DryRunFault(fault.Key.Rule, fault.Key.Column, RuleReasons.Of(contract, fault.Key.Rule).Reason, fault.Value.Rows, fault.Value.Lines))],
            counts.Repairs);
    }

    internal static void Parse(RecordReader reader, FeedColumn?[] map, TextDecoder decoder, CellParser parser, FeedRow row, byte[] scratch, char[] text)
    {
        ReadOnlySpan<Cell> cells = reader.Cells;
        for (int i = 0; i < cells.Length; i++)
        {
            if (map[i] is not { Parser: not ParserKind.Dropped } column)
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

    private sealed class Counts(FeedContract contract)
    {
        private readonly RowValidator _validator = new(contract);

        public Dictionary<(string Rule, string Column), (long Rows, List<string> Lines)> Faults { get; } = [];

        public SortedDictionary<string, long> Repairs { get; } = new(StringComparer.Ordinal);

        public long Rows { get; private set; }

        public long Quarantined { get; private set; }

        public void Add(FileProbe probe, DateOnly extracted, string where, CancellationToken cancellationToken)
        {
            TextDecoder decoder = probe.Decoder;
            RecordReader reader = new(probe.Bytes, probe.Bytes.Length, (byte)probe.Delimiter);
            while (reader.Read() && reader.Line < probe.HeaderLine)
            {
            }

            FeedColumn?[] map = [.. probe.Headers.Select(header => contract.Columns.FirstOrDefault(column => column.IsInFile && column.Header == header))];
            FeedColumn[] fixedColumns = [.. contract.Columns.Where(column => column.FixedText is not null)];
            FeedRow row = new(contract) { ExtractedDay = extracted.DayNumber, ExpectedCellCount = map.Length };
            CellParser parser = new(contract);
            ValidationContext<FeedRow> context = RowValidator.Context(row);
            byte[] scratch = new byte[4096];
            char[] text = new char[4096];
            while (reader.Read())
            {
                if ((++Rows & 0xFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                row.Clear();
                row.Line = reader.Line;
                row.CellCount = reader.CellCount;
                row.IsMalformed = reader.IsMalformed;
                if (reader.CellCount == map.Length && !reader.IsMalformed)
                {
                    Parse(reader, map, decoder, parser, row, scratch, text);
                }

                foreach (FeedColumn column in fixedColumns)
                {
                    parser.Parse(column, column.FixedText, row);
                }

                ValidationResult result = _validator.Validate(context);
                if (!result.IsValid)
                {
                    Quarantine(result.Errors.Select(failure => (failure.PropertyName, RowValidator.CodeOf(failure, row))).Distinct(), row.Line, where);
                    context = RowValidator.Context(row);
                    continue;
                }

                Count(row);
            }
        }

        // The very way that a load reads it: cells are no text, and merged ones have no value of their own.
        public void AddWorkbook(string path, DateOnly extracted, string where, CancellationToken cancellationToken)
        {
            using RowSource source = RowSource.Open(path, new RowSourceOptions { Contract = contract, Where = Path.GetFileName(path), Encoding = FeedContract.Workbook, ExtractedDay = extracted.DayNumber });
            while (source.Read())
            {
                if ((++Rows & 0xFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (source.IsValid)
                {
                    Count(source.Row);
                }
                else
                {
                    Quarantine(source.Faults, source.Row.Line, where);
                }
            }
        }

        private void Count(FeedRow row)
        {
            foreach (string repair in row.Repair.OfType<string>())
            {
                Repairs[repair] = Repairs.GetValueOrDefault(repair) + 1;
            }
        }

        private void Quarantine(IEnumerable<(string Column, string Rule)> faults, int line, string where)
        {
            Quarantined++;
            foreach ((string column, string rule) in faults)
            {
                (long count, List<string> lines) = Faults.GetValueOrDefault((rule, column), (0, []));
                if (lines.Count < FirstLines)
                {
                    lines.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{where}{line}"));
                }

                Faults[(rule, column)] = (count + 1, lines);
            }
        }
    }
}
