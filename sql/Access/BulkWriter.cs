using System.Collections;
using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Data.SqlClient;
using DuckDBDateOnly = DuckDB.NET.Native.DuckDBDateOnly;

namespace Warehouse.Sql;

/// <summary>A column of a table as the catalogue describes it.</summary>
internal sealed record TableColumn(string Name, string Type, int Precision, int Scale, bool HasDefault)
{
    /// <summary>The .NET type that the column takes; worked out once, because every value of a bulk insert asks for it.</summary>
    public Type ValueType { get; } = ColumnValue.TypeOf(Type);
}

/// <summary>Writes many rows into one table: DuckDB's appenders or SqlBulkCopy.</summary>
internal static class BulkWriter
{
    // Rows of DuckDB's plain appender stay in memory until the commit; for few rows it costs less than a statement.
    private const int FewRows = 4096;

    /// <summary>Appends rows and returns how many; columns that are not named take their default, or NULL.</summary>
    internal static long Write(
        DbConnection connection,
        DbTransaction? transaction,
        string table,
        IReadOnlyList<TableColumn> tableColumns,
        IReadOnlyList<string> columns,
        IEnumerable<object?[]> rows,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        int[] positions = Positions(table, tableColumns, columns);
        return connection is DuckDBConnection duck
            ? AppendFewOrMany(duck, table, tableColumns, positions, rows, cancellationToken)
            : Copy((SqlConnection)connection, (SqlTransaction?)transaction, table, tableColumns, positions, rows, timeout, cancellationToken);
    }

    /// <summary>Returns the place of each named column in the table.</summary>
    internal static int[] Positions(string table, IReadOnlyList<TableColumn> tableColumns, IReadOnlyList<string> columns)
    {
        int[] positions = columns.Select(name =>
        {
            int at = tableColumns.ToList().FindIndex(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));
            return at >= 0 ? at : throw new WarehouseException(
                $"The table {table} has no column '{name}'; its columns are: {string.Join(", ", tableColumns.Select(column => column.Name))}.");
        }).ToArray();
        return positions.Distinct().Count() == positions.Length
            ? positions
            : throw new WarehouseException($"A bulk insert into {table} names a column twice: {string.Join(", ", columns)}.");
    }

    private static long AppendFewOrMany(
        DuckDBConnection connection,
        string table,
        IReadOnlyList<TableColumn> columns,
        int[] positions,
        IEnumerable<object?[]> rows,
        CancellationToken cancellationToken)
    {
        using IEnumerator<object?[]> all = rows.GetEnumerator();
        List<object?[]> first = [];
        while (first.Count < FewRows && all.MoveNext())
        {
            first.Add(all.Current);
        }

        if (first.Count < FewRows)
        {
            return Append(connection, table, columns, positions, first, cancellationToken);
        }

        using ChunkAppender chunks = new(connection, table, positions.Select(at => columns[at]).ToArray());
        long count = chunks.Append(first, cancellationToken) + chunks.Append(Rest(all), cancellationToken);
        chunks.Complete();
        return count;

        static IEnumerable<object?[]> Rest(IEnumerator<object?[]> all)
        {
            while (all.MoveNext())
            {
                yield return all.Current;
            }
        }
    }

    private static long Append(
        DuckDBConnection connection,
        string table,
        IReadOnlyList<TableColumn> columns,
        int[] positions,
        IEnumerable<object?[]> rows,
        CancellationToken cancellationToken)
    {
        string[] name = table.Split('.');
        int[] source = Enumerable.Range(0, columns.Count).Select(column => Array.IndexOf(positions, column)).ToArray();
        long count = 0;
        using DuckDBAppender appender = connection.CreateAppender(name[0], name[1]);
        try
        {
            foreach (object?[] values in rows)
            {
                if ((count & 0xFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                CheckWidth(table, positions.Length, values, count);
                IDuckDBAppenderRow row = appender.CreateRow();
                for (int i = 0; i < source.Length; i++)
                {
                    if (source[i] >= 0)
                    {
                        AppendValue(row, table, columns[i], values[source[i]], count);
                    }
                    else if (columns[i].HasDefault)
                    {
                        row.AppendDefault();
                    }
                    else
                    {
                        row.AppendNullValue();
                    }
                }

                row.EndRow();
                count++;
            }

            appender.Close();
            return count;
        }
        catch (Exception failure) when (failure is not DuckDBException)
        {
            // Rows that were not yet handed over are dropped; the caller's transaction takes back the others.
            appender.Clear();
            throw;
        }
    }

    private static void AppendValue(IDuckDBAppenderRow row, string table, TableColumn column, object? value, long line)
    {
        switch (ColumnValue.Convert(table, column, value, line))
        {
            case null:
                row.AppendNullValue();
                break;
            case string text:
                row.AppendValue(text);
                break;
            case long number:
                row.AppendValue((long?)number);
                break;
            case int number:
                row.AppendValue((int?)number);
                break;
            case short number:
                row.AppendValue((short?)number);
                break;
            case decimal number:
                row.AppendValue((decimal?)number);
                break;
            case double number:
                row.AppendValue((double?)number);
                break;
            case DateOnly date:
                row.AppendValue((DuckDBDateOnly?)(DuckDBDateOnly)date);
                break;
            case DateTime instant:
                row.AppendValue((DateTime?)instant);
                break;
            case object other:
                throw ColumnValue.Refused(table, column, other, line);
        }
    }

    private static long Copy(
        SqlConnection connection,
        SqlTransaction? transaction,
        string table,
        IReadOnlyList<TableColumn> columns,
        int[] positions,
        IEnumerable<object?[]> rows,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        TableColumn[] targets = positions.Select(position => columns[position]).ToArray();
        // A NULL stays NULL only has to be said where a target has a default; some servers then also refuse the defaults of columns that are not named.
        SqlBulkCopyOptions options = SqlBulkCopyOptions.CheckConstraints | (targets.Any(column => column.HasDefault) ? SqlBulkCopyOptions.KeepNulls : 0);
        using SqlBulkCopy copy = new(connection, options, transaction)
        {
            DestinationTableName = table,
            BulkCopyTimeout = (int)timeout.TotalSeconds,
            // One columnstore row group; also the unit in which rows are sent.
            BatchSize = 102_400,
            EnableStreaming = true,
        };
        for (int i = 0; i < targets.Length; i++)
        {
            copy.ColumnMappings.Add(i, targets[i].Name);
        }

        using RowsReader reader = new(table, targets, rows, cancellationToken);
        try
        {
            copy.WriteToServer(reader);
        }
        catch (InvalidOperationException cause)
        {
            // What the target's description already rules out, such as NULL in a column without nulls, is refused before it is sent, and by no DbException.
            throw new WarehouseException($"A bulk insert into {table} failed on {Engine.SqlServer}. {SqlFault.Describe(nameof(InvalidOperationException), cause.Message)}", cause);
        }

        return reader.Count;
    }

    internal static void CheckWidth(string table, int expected, object?[] values, long line)
    {
        if (values.Length != expected)
        {
            throw new WarehouseException(
                $"Row {line + 1} of a bulk insert into {table} has {values.Length} values; expected {expected}, one for each named column.");
        }
    }

    /// <summary>Shows rows to SqlBulkCopy.</summary>
    private sealed class RowsReader(string table, TableColumn[] columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken) : DbDataReader
    {
        private readonly IEnumerator<object?[]> _rows = rows.GetEnumerator();

        public long Count { get; private set; }

        public override int FieldCount => columns.Length;

        public override int Depth => 0;

        public override bool HasRows => true;

        public override bool IsClosed => false;

        public override int RecordsAffected => -1;

        public override object this[int ordinal] => GetValue(ordinal);

        public override object this[string name] => GetValue(GetOrdinal(name));

        public override bool Read()
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_rows.MoveNext())
            {
                return false;
            }

            CheckWidth(table, columns.Length, _rows.Current, Count);
            Count++;
            return true;
        }

        public override object GetValue(int ordinal) => ColumnValue.Convert(table, columns[ordinal], _rows.Current[ordinal], Count - 1) switch
        {
            null => DBNull.Value,
            DateOnly date => date.ToDateTime(TimeOnly.MinValue),
            object value => value,
        };

        public override bool IsDBNull(int ordinal) => GetValue(ordinal) is DBNull;

        public override string GetName(int ordinal) => columns[ordinal].Name;

        public override int GetOrdinal(string name) => Array.FindIndex(columns, column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));

        public override Type GetFieldType(int ordinal) => columns[ordinal].ValueType == typeof(DateOnly) ? typeof(DateTime) : columns[ordinal].ValueType;

        public override string GetDataTypeName(int ordinal) => columns[ordinal].Type;

        public override int GetValues(object[] values)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                values[i] = GetValue(i);
            }

            return columns.Length;
        }

        public override bool NextResult() => false;

        public override IEnumerator GetEnumerator() => throw new NotSupportedException();

        public override bool GetBoolean(int ordinal) => (bool)GetValue(ordinal);

        public override byte GetByte(int ordinal) => (byte)GetValue(ordinal);

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override char GetChar(int ordinal) => (char)GetValue(ordinal);

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw new NotSupportedException();

        public override DateTime GetDateTime(int ordinal) => (DateTime)GetValue(ordinal);

        public override decimal GetDecimal(int ordinal) => (decimal)GetValue(ordinal);

        public override double GetDouble(int ordinal) => (double)GetValue(ordinal);

        public override float GetFloat(int ordinal) => (float)GetValue(ordinal);

        public override Guid GetGuid(int ordinal) => (Guid)GetValue(ordinal);

        public override short GetInt16(int ordinal) => (short)GetValue(ordinal);

        public override int GetInt32(int ordinal) => (int)GetValue(ordinal);

        public override long GetInt64(int ordinal) => (long)GetValue(ordinal);

        public override string GetString(int ordinal) => (string)GetValue(ordinal);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _rows.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>Turns values into exactly what a column holds, or refuses.</summary>
internal static class ColumnValue
{
    /// <summary>Returns the .NET type for a type of the engine.</summary>
    internal static Type TypeOf(string type) => BaseType(type) switch
    {
        "BIGINT" => typeof(long),
        "INTEGER" or "INT" => typeof(int),
        "SMALLINT" => typeof(short),
        "DECIMAL" or "NUMERIC" => typeof(decimal),
        "DOUBLE" or "FLOAT" => typeof(double),
        "DATE" => typeof(DateOnly),
        "TIMESTAMP" or "DATETIME2" => typeof(DateTime),
        "VARCHAR" or "NVARCHAR" or "CHAR" or "NCHAR" => typeof(string),
        _ => typeof(object),
    };

    /// <summary>Returns the value in the column's type without any loss, or null.</summary>
    /// <remarks>Errors: a value of another kind, out of range, or with more decimals than the column keeps.</remarks>
    internal static object? Convert(string table, TableColumn column, object? value, long line)
    {
        if (value is null or DBNull)
        {
            return null;
        }

        Type type = column.ValueType;
        if (value.GetType() == type && value is string or long or int or short or DateOnly)
        {
            return value;
        }

        try
        {
            object? exact = Exact(type, column, value is Enum ? System.Convert.ToInt64(value, CultureInfo.InvariantCulture) : value);
            return exact ?? throw Refused(table, column, value, line);
        }
        catch (OverflowException)
        {
            throw Refused(table, column, value, line);
        }
    }

    /// <summary>Returns the exception for a value that a column cannot hold; it names types, never the value.</summary>
    internal static WarehouseException Refused(string table, TableColumn column, object value, long line) => new(
        $"Row {line + 1} of a bulk insert into {table} has a {value.GetType().Name} for {column.Name} that does not fit {column.Type} exactly. "
        + "Convert, round or reject it before it is staged.");

    private static object? Exact(Type type, TableColumn column, object value)
    {
        if (type == typeof(string))
        {
            return value is char sign ? sign.ToString() : null;
        }

        if (type == typeof(DateOnly))
        {
            return value is DateTime { TimeOfDay.Ticks: 0 } midnight ? DateOnly.FromDateTime(midnight) : null;
        }

        if (type == typeof(DateTime))
        {
            return value switch
            {
                DateTime instant => Instant.ForDatabase(instant),
                DateTimeOffset instant => Instant.ForDatabase(instant.UtcDateTime),
                _ => null,
            };
        }

        if (type == typeof(double))
        {
            double? number = value switch
            {
                double real => real,
                float real => real,
                decimal exact => (double)exact,
                _ when IsWhole(value) => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
                _ => null,
            };
            return number is { } finite && double.IsFinite(finite) ? finite : null;
        }

        if (type == typeof(decimal))
        {
            decimal? number = value switch
            {
                decimal exact => exact,
                double real when double.IsFinite(real) && (double)(decimal)real == real => (decimal)real,
                _ when IsWhole(value) => System.Convert.ToDecimal(value, CultureInfo.InvariantCulture),
                _ => null,
            };
            if (number is not { } fixedPoint || decimal.Round(fixedPoint, Math.Min(column.Scale, 28)) != fixedPoint)
            {
                return null;
            }

            int whole = column.Precision - column.Scale;
            return whole >= 28 || Math.Abs(decimal.Truncate(fixedPoint)) < PowerOfTen(whole) ? fixedPoint : null;
        }

        long? count = value switch
        {
            bool flag => flag ? 1 : 0,
            decimal exact when exact == decimal.Truncate(exact) => (long)exact,
            _ when IsWhole(value) => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
            _ => null,
        };
        if (count is not { } integer)
        {
            return null;
        }

        return type == typeof(long) ? integer
            : type == typeof(int) ? checked((int)integer)
            : type == typeof(short) ? checked((short)integer)
            : null;
    }

    private static bool IsWhole(object value) => value is long or int or short or byte or sbyte or ushort or uint or ulong;

    private static decimal PowerOfTen(int exponent)
    {
        decimal power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static string BaseType(string type)
    {
        int bracket = type.IndexOf('(', StringComparison.Ordinal);
        return (bracket < 0 ? type : type[..bracket]).Trim().ToUpperInvariant();
    }
}
