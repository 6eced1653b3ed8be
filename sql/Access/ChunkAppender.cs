using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Warehouse.Sql;

/// <summary>Appends many rows to a DuckDB table, column by column and piece by piece, in memory that does not grow with their count.</summary>
/// <remarks>
/// Rows are gathered in vectors of 2,048 and handed over by a statement per <see cref="PieceRows"/> rows, each going on with the row group that the one before it began, so that DuckDB writes a whole one to
/// disk while the transaction is open. Not thread-safe; other statements may run on the connection between two calls. Source: DuckDB C API,
/// data chunks, vectors (string layout: 4 bytes of length, then up to 12 bytes in place) and query appender.
/// </remarks>
internal sealed partial class ChunkAppender : IDisposable
{
    /// <summary>A quarter of a row group of DuckDB; what is held until it is handed over is outside of the engine's limit.</summary>
    internal const int PieceRows = 30_720;

    private const int VectorRows = 2048;
    private const int InlineBytes = 12;

    // Of long texts, such as the bytes of quarantined rows: what is held must not depend on how long they are.
    private const long PieceTextBytes = 16_000_000;
    private const string Rows = "appended_rows";

    private readonly string _table;
    private readonly TableColumn[] _columns;
    private readonly object?[][] _pending = new object?[VectorRows][];
    private readonly DuckDBDataChunk _chunk;
    private readonly DuckDB.NET.Native.DuckDBAppender _appender;
    private readonly byte[] _text = new byte[1 << 16];
    private int _inVector;
    private int _inPiece;
    private long _textBytes;
    private long _count;

    public ChunkAppender(DuckDBConnection connection, string table, TableColumn[] columns)
    {
        _table = table;
        _columns = columns;
        DuckDBLogicalType[] types = columns.Select(TypeOf).ToArray();
        try
        {
            IntPtr[] handles = types.Select(type => type.DangerousGetHandle()).ToArray();
            _chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk(handles, (ulong)handles.Length);
            // The only name that is put into a text: that of a table which the catalogue has just described.
            string query = SqlText.Load("Access/append_rows", Engine.DuckDb).Batches[0].Text.Replace("target_table", table, StringComparison.Ordinal);
            DuckDBState state = Create(connection.NativeConnection.DangerousGetHandle(), query, (ulong)handles.Length, handles, Rows, columns.Select(column => column.Name).ToArray(), out IntPtr appender);
            _appender = new DuckDB.NET.Native.DuckDBAppender();
            Marshal.InitHandle(_appender, appender);
            Check(state);
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            foreach (DuckDBLogicalType type in types)
            {
                type.Dispose();
            }
        }
    }

    /// <summary>Rows that were not handed over yet.</summary>
    public int Held => _inPiece;

    /// <summary>Takes the rows over; their values are read before this returns.</summary>
    public long Append(IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        long before = _count;
        foreach (object?[] values in rows)
        {
            BulkWriter.CheckWidth(_table, _columns.Length, values, _count);
            _pending[_inVector++] = values;
            _count++;
            if (_inVector == VectorRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                HandOver();
            }
        }

        HandOver();
        return _count - before;
    }

    /// <summary>Hands over what is left; more rows may follow.</summary>
    public void Complete()
    {
        if (_inPiece == 0)
        {
            return;
        }

        Check(NativeMethods.Appender.DuckDBAppenderFlush(_appender));
        (_inPiece, _textBytes) = (0, 0);
    }

    /// <summary>Drops the rows that were not handed over.</summary>
    public void Dispose()
    {
        if (_appender is { IsInvalid: false, IsClosed: false })
        {
            if (_inPiece > 0)
            {
                NativeMethods.Appender.DuckDBAppenderClear(_appender);
            }

            _appender.Dispose();
        }

        _chunk?.Dispose();
    }

    private unsafe void HandOver()
    {
        int count = _inVector;
        if (count == 0)
        {
            return;
        }

        _inVector = 0;
        NativeMethods.DataChunks.DuckDBDataChunkReset(_chunk);
        for (int i = 0; i < _columns.Length; i++)
        {
            IntPtr vector = NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, i);
            Fill(vector, NativeMethods.Vectors.DuckDBVectorGetData(vector), i, count);
        }

        NativeMethods.DataChunks.DuckDBDataChunkSetSize(_chunk, (ulong)count);
        Check(NativeMethods.Appender.DuckDBAppendDataChunk(_appender, _chunk));
        _inPiece += count;
        if (_inPiece >= PieceRows || _textBytes >= PieceTextBytes)
        {
            Complete();
        }
    }

    private unsafe void Fill(IntPtr vector, void* data, int at, int count)
    {
        TableColumn column = _columns[at];
        ulong* validity = null;
        string? lastText = null;
        Inline last = default;
        for (int row = 0; row < count; row++)
        {
            object? value = ColumnValue.Convert(_table, column, _pending[row][at], _count - count + row);
            switch (value)
            {
                case null:
                    if (validity is null)
                    {
                        NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
                        validity = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
                    }

                    validity[row >> 6] &= ~(1UL << (row & 63));
                    break;
                case string text:
                    if (!ReferenceEquals(text, lastText))
                    {
                        int length = Encoding.UTF8.GetMaxByteCount(text.Length) <= _text.Length ? Encoding.UTF8.GetBytes(text, _text) : -1;
                        if (length is < 0 or > InlineBytes)
                        {
                            Assign(vector, row, text, length);
                            break;
                        }

                        last = Inline.Of(_text.AsSpan(0, length));
                        lastText = text;
                    }

                    ((Inline*)data)[row] = last;
                    break;
                case long number:
                    ((long*)data)[row] = number;
                    break;
                case int number:
                    ((int*)data)[row] = number;
                    break;
                case short number:
                    ((short*)data)[row] = number;
                    break;
                case double number:
                    ((double*)data)[row] = number;
                    break;
                case DateOnly day:
                    ((int*)data)[row] = day.DayNumber - Epoch;
                    break;
                case DateTime instant:
                    ((long*)data)[row] = (instant.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
                    break;
                case decimal number:
                    Put(data, row, column, Whole(number, column.Scale));
                    break;
                default:
                    throw ColumnValue.Refused(_table, column, value, _count - count + row);
            }
        }
    }

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private unsafe void Assign(IntPtr vector, int row, string text, int length)
    {
        ReadOnlySpan<byte> bytes = length >= 0 ? _text.AsSpan(0, length) : Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(vector, (ulong)row, start, bytes.Length);
        }

        _textBytes += bytes.Length;
    }

    // DuckDB keeps a decimal as a whole number, as wide as its digits need.
    private static unsafe void Put(void* data, int row, TableColumn column, Int128 number)
    {
        switch (column.Precision)
        {
            case <= 4:
                ((short*)data)[row] = (short)number;
                break;
            case <= 9:
                ((int*)data)[row] = (int)number;
                break;
            case <= 18:
                ((long*)data)[row] = (long)number;
                break;
            default:
                ((Int128*)data)[row] = number;
                break;
        }
    }

    // In two parts, because a number of more than 28 digits is no decimal.
    private static Int128 Whole(decimal number, int scale)
    {
        Int128 power = 1;
        for (int i = 0; i < scale; i++)
        {
            power *= 10;
        }

        decimal whole = decimal.Truncate(number);
        return ((Int128)whole * power) + (Int128)((number - whole) * (decimal)power);
    }

    private static DuckDBLogicalType TypeOf(TableColumn column)
    {
        Type type = column.ValueType;
        return type == typeof(decimal)
            ? NativeMethods.LogicalType.DuckDBCreateDecimalType((byte)column.Precision, (byte)column.Scale)
            : NativeMethods.LogicalType.DuckDBCreateLogicalType(
                type == typeof(long) ? DuckDBType.BigInt
                : type == typeof(int) ? DuckDBType.Integer
                : type == typeof(short) ? DuckDBType.SmallInt
                : type == typeof(double) ? DuckDBType.Double
                : type == typeof(DateOnly) ? DuckDBType.Date
                : type == typeof(DateTime) ? DuckDBType.Timestamp
                : type == typeof(string) ? DuckDBType.Varchar
                : throw new WarehouseException($"A bulk append has no form for the column {column.Name} of type {column.Type}."));
    }

    private void Check(DuckDBState state)
    {
        if (state == DuckDBState.Success)
        {
            return;
        }

        using DuckDBErrorData error = NativeMethods.Appender.DuckDBAppenderErrorData(_appender);
        DuckDBErrorType kind = NativeMethods.ErrorData.DuckDBErrorDataErrorType(error);
        throw new WarehouseException(string.Create(CultureInfo.InvariantCulture, $"A bulk append to {_table} failed on {Engine.DuckDb}. {SqlFault.Describe(kind.ToString(), error.Message ?? string.Empty)}"));
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_appender_create_query", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial DuckDBState Create(IntPtr connection, string query, ulong columnCount, IntPtr[] types, string tableName, string[] columnNames, out IntPtr appender);

    /// <summary>A short text as DuckDB holds it in a vector.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private unsafe struct Inline
    {
        private uint _length;
        private fixed byte _bytes[InlineBytes];

        public static Inline Of(ReadOnlySpan<byte> text)
        {
            Inline value = default;
            value._length = (uint)text.Length;
            text.CopyTo(new Span<byte>(value._bytes, InlineBytes));
            return value;
        }
    }
}
