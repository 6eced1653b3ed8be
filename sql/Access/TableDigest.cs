using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Warehouse.Sql;

/// <summary>What a table holds, in a form that does not depend on the order of its rows nor on the engine.</summary>
internal sealed class TableDigest
{
    // Rows that are equal in all but their real numbers; these in order, so that a sum in another order pairs them again.
    private readonly Dictionary<UInt128, List<double[]>> _real = [];

    public long Rows { get; private set; }

    public UInt128 Sum { get; private set; }

    public string Checksum => Sum.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Reads a table once and returns its digest.</summary>
    /// <param name="session">Streams the rows; serves nothing else meanwhile.</param>
    /// <param name="table">The table as <c>schema.table</c>.</param>
    /// <param name="columns">The columns that count, in the order of both sides.</param>
    /// <param name="isExact">Whether real numbers count to their last bit, with the rest of the row; otherwise they are kept for <see cref="Apart"/>, with every row's hash in memory.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    public static TableDigest Of(WarehouseSession session, string table, IReadOnlyList<TableColumn> columns, bool isExact, CancellationToken cancellationToken)
    {
        bool[] isReal = columns.Select(column => !isExact && column.ValueType == typeof(double)).ToArray();
        int reals = isReal.Count(real => real);
        TableDigest digest = new();
        StringBuilder exact = new();
        foreach (object?[] row in TableRows.Read(session, table, columns))
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
    public double Apart(TableDigest other)
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
