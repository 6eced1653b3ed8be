using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Sql;

/// <summary>What one table holds in two databases.</summary>
/// <param name="Table">The table as <c>schema.table</c>.</param>
/// <param name="Rows">Its rows here; null where the table is missing.</param>
/// <param name="OtherRows">Its rows there; null where the table is missing.</param>
/// <param name="Checksum">The sum of the rows' hashes, which does not depend on their order; without real numbers.</param>
/// <param name="OtherChecksum">The same there.</param>
/// <param name="LargestDifference">The largest difference of a real number between rows that are equal in all else; 0 where nothing real is kept.</param>
/// <param name="IsSame">Whether both hold the same rows, real numbers within the tolerance.</param>
public sealed record TableComparisonResult(string Table, long? Rows, long? OtherRows, string Checksum, string OtherChecksum, double LargestDifference, bool IsSame);

/// <summary>Compares two warehouses table by table, whatever their engines.</summary>
public static class TableComparison
{
    /// <summary>How far real numbers may be apart: what the order of a sum changes, and no more.</summary>
    public const double Tolerance = 1e-9;

    // Accounts, texts of briefs, the access log and the history of jobs belong to an installation, not to its data.
    private static readonly (DatabaseKind Kind, SessionRole Role, string[] Schemas)[] Compared =
    [
        (DatabaseKind.Identity, SessionRole.EtlIdentity, ["ident"]),
        (DatabaseKind.Warehouse, SessionRole.EtlWarehouse, ["meta", "stg", "dim", "fact", "restricted"]),
    ];

    private static readonly string[] Skipped = ["meta.schema_journal", "meta.job_run"];

    private static readonly string[] Known = ["known_from_utc", "known_to_utc", "as_known_utc", "extracted_utc"];

    /// <summary>Returns a result per table of the source records, stage, dimensions, facts and model runs, in order of name.</summary>
    /// <param name="here">One warehouse.</param>
    /// <param name="there">The other.</param>
    /// <param name="ignored">Columns that are not compared, by name.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <remarks>
    /// Instants that say when a program ran (<c>x_utc</c>, but for those of the data: known_from, known_to, as_known, extracted) are not compared.
    /// Cost: every table is read once from each side; of tables with real numbers the hash and the numbers of every row are in memory.
    /// </remarks>
    public static IReadOnlyList<TableComparisonResult> Run(
        WarehouseDatabases here,
        WarehouseDatabases there,
        IReadOnlyCollection<string>? ignored = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(here);
        ArgumentNullException.ThrowIfNull(there);
        List<TableComparisonResult> results = [];
        foreach ((DatabaseKind kind, SessionRole role, string[] schemas) in Compared)
        {
            using WarehouseSession one = here.Open(kind, role);
            using WarehouseSession other = there.Open(kind, role);
            HashSet<string> left = Tables(one, schemas);
            HashSet<string> right = Tables(other, schemas);
            foreach (string table in left.Union(right, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                IReadOnlyList<TableColumn> columns = (left.Contains(table) ? one : other).Columns(table)
                    .Where(column => IsCompared(column.Name) && !(ignored ?? []).Contains(column.Name, StringComparer.OrdinalIgnoreCase))
                    .OrderBy(column => column.Name, StringComparer.Ordinal)
                    .ToList();
                Digest? mine = left.Contains(table) ? Digest.Of(one, table, columns, cancellationToken) : null;
                Digest? its = right.Contains(table) ? Digest.Of(other, table, columns, cancellationToken) : null;
                double apart = mine is null || its is null ? 0 : mine.Apart(its);
                results.Add(new TableComparisonResult(
                    table, mine?.Rows, its?.Rows, mine?.Checksum ?? "", its?.Checksum ?? "", apart,
                    mine is not null && its is not null && mine.Rows == its.Rows && mine.Sum == its.Sum && apart <= Tolerance));
            }
        }

        return results;
    }

    private static bool IsCompared(string column) => !column.EndsWith("_utc", StringComparison.Ordinal) || Known.Contains(column, StringComparer.Ordinal);

    private static HashSet<string> Tables(WarehouseSession session, string[] schemas) => session
        .Query<(string Schema, string Table)>("Access/catalogue_tables")
        .Where(table => schemas.Contains(table.Schema, StringComparer.Ordinal))
        .Select(table => table.Schema + "." + table.Table)
        .Except(Skipped, StringComparer.Ordinal)
        .ToHashSet(StringComparer.Ordinal);

    private sealed class Digest
    {
        // Rows that are equal in all but their real numbers; these in order, so that a sum in another order pairs them again.
        private readonly Dictionary<UInt128, List<double[]>> _real = [];

        public long Rows { get; private set; }

        public UInt128 Sum { get; private set; }

        public string Checksum => Sum.ToString("x32", CultureInfo.InvariantCulture);

        public static Digest Of(WarehouseSession session, string table, IReadOnlyList<TableColumn> columns, CancellationToken cancellationToken)
        {
            SqlScript template = SqlText.Load("Access/table_rows", session.Engine);
            // Both come from the catalogue.
            string text = template.Batches[0].Text
                .Replace("all_columns", string.Join(", ", columns.Select(column => column.Name)), StringComparison.Ordinal)
                .Replace("one_table", table, StringComparison.Ordinal);
            SqlScript script = new(template.Name, template.Resource, SqlText.Split(text, session.Engine));
            bool[] isReal = columns.Select(column => column.ValueType == typeof(double)).ToArray();
            int reals = isReal.Count(real => real);
            Digest digest = new();
            StringBuilder exact = new();
            foreach (object?[] row in session.Stream<object?[]>(script, null))
            {
                cancellationToken.ThrowIfCancellationRequested();
                exact.Clear();
                double[] numbers = new double[reals];
                int next = 0;
                for (int i = 0; i < row.Length; i++)
                {
                    if (isReal[i] && row[i] is { } number)
                    {
                        numbers[next] = Convert.ToDouble(number, CultureInfo.InvariantCulture);
                        exact.Append("number");
                    }
                    else
                    {
                        exact.Append(Text(row[i], columns[i]));
                    }

                    next += isReal[i] ? 1 : 0;
                    exact.Append('\u001f');
                }

                digest.Add(exact.ToString(), numbers);
            }

            return digest;
        }

        // Rows of the two that are equal otherwise are paired by the order of their numbers.
        public double Apart(Digest other)
        {
            double apart = 0;
            foreach ((UInt128 key, List<double[]> rows) in _real)
            {
                if (!other._real.TryGetValue(key, out List<double[]>? others) || others.Count != rows.Count)
                {
                    continue;
                }

                foreach ((double[] one, double[] two) in InOrder(rows).Zip(InOrder(others)))
                {
                    for (int i = 0; i < one.Length; i++)
                    {
                        apart = Math.Max(apart, Math.Abs(one[i] - two[i]) / Math.Max(1, Math.Abs(one[i])));
                    }
                }
            }

            return apart;
        }

        private static IEnumerable<double[]> InOrder(List<double[]> rows) =>
            rows.Count == 1 ? rows : rows.OrderBy(row => row, Comparer<double[]>.Create(static (one, two) => one.AsSpan().SequenceCompareTo(two)));

        private void Add(string exact, double[] numbers)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(exact), hash);
            UInt128 key = BinaryPrimitives.ReadUInt128BigEndian(hash);
            Rows++;
            Sum = unchecked(Sum + key);
            if (numbers.Length > 0)
            {
                if (!_real.TryGetValue(key, out List<double[]>? rows))
                {
                    _real[key] = rows = [];
                }

                rows.Add(numbers);
            }
        }

        // Exact but for the form of a type: 1.50 and 1.5 are one number, a date is one with and without midnight.
        private static string Text(object? value, TableColumn column) => value switch
        {
            null or DBNull => "\u0000",
            decimal number => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
            DateTime day when column.ValueType == typeof(DateOnly) => DateOnly.FromDateTime(day).ToString("O", CultureInfo.InvariantCulture),
            DateTime instant => instant.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }
}
