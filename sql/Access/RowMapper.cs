using System.Collections.Concurrent;
using System.Data.Common;
using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Warehouse.Sql;

/// <summary>Reads rows into records, classes, tuples or single values, in the same way for both engines.</summary>
/// <remarks>
/// Columns meet constructor parameters and settable properties by name, without regard to case and underscores; tuples by
/// position. Widths adapt (SMALLINT to bool or int, HUGEINT to long, DATE to DateOnly) and instants come back as UTC.
/// Errors: a constructor parameter without a column, a NULL for a value that cannot be null.
/// </remarks>
internal static class RowMapper
{
    private static readonly ConcurrentDictionary<(Type Target, string Script, string Shape), Delegate> Cache = new();

    private const int SharedLength = 24;
    private const int SharedTexts = 512;

    [ThreadStatic]
    private static string?[]? _shared;

    private static readonly MethodInfo ReadMethod = typeof(RowMapper).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Returns the function that reads the current row of <paramref name="reader"/> as a <typeparamref name="T"/>.</summary>
    internal static Func<DbDataReader, T> For<T>(string script, DbDataReader reader)
    {
        string shape = string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetName(i) + ":" + reader.GetFieldType(i).Name));
        return (Func<DbDataReader, T>)Cache.GetOrAdd((typeof(T), script, shape), _ => Build<T>(script, reader));
    }

    private static Func<DbDataReader, T> Build<T>(string script, DbDataReader reader)
    {
        Type target = typeof(T);
        if (target == typeof(object))
        {
            return static row => (T)(object)ReadExpando(row);
        }

        if (target == typeof(object[]))
        {
            return static row => (T)(object)ReadArray(row);
        }

        if (target == typeof(IReadOnlyDictionary<string, object?>))
        {
            return static row => (T)(object)new Dictionary<string, object?>(ReadExpando(row), StringComparer.Ordinal);
        }

        ParameterExpression source = Expression.Parameter(typeof(DbDataReader), "row");
        if (IsSingleValue(target))
        {
            return Expression.Lambda<Func<DbDataReader, T>>(Value(script, reader, source, 0, target), source).Compile();
        }

        bool byPosition = typeof(ITuple).IsAssignableFrom(target);
        ConstructorInfo? constructor = target.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).FirstOrDefault();
        if (constructor is null && !target.IsValueType)
        {
            throw new WarehouseException($"The rows of '{script}' cannot be read as {target.Name}: it has no public constructor.");
        }

        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        for (int i = 0; i < reader.FieldCount; i++)
        {
            columns.TryAdd(Fold(reader.GetName(i)), i);
        }

        HashSet<int> used = [];
        List<Expression> arguments = [];
        foreach (ParameterInfo parameter in constructor?.GetParameters() ?? [])
        {
            int column = byPosition ? parameter.Position : columns.GetValueOrDefault(Fold(parameter.Name!), -1);
            if (column < 0 || column >= reader.FieldCount)
            {
                if (parameter.HasDefaultValue)
                {
                    arguments.Add(parameter.DefaultValue is null
                        ? Expression.Default(parameter.ParameterType)
                        : Expression.Constant(parameter.DefaultValue, parameter.ParameterType));
                    continue;
                }

                throw new WarehouseException(
                    $"The script '{script}' has no column for {target.Name}.{parameter.Name}; its columns are: "
                    + $"{string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(reader.GetName))}.");
            }

            used.Add(column);
            arguments.Add(Value(script, reader, source, column, parameter.ParameterType));
        }

        NewExpression make = constructor is null ? Expression.New(target) : Expression.New(constructor, arguments);
        List<MemberBinding> bindings = [];
        if (!byPosition)
        {
            foreach (PropertyInfo property in target.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.SetMethod is { IsPublic: true } && columns.TryGetValue(Fold(property.Name), out int column) && used.Add(column))
                {
                    bindings.Add(Expression.Bind(property, Value(script, reader, source, column, property.PropertyType)));
                }
            }
        }

        Expression body = bindings.Count == 0 ? make : Expression.MemberInit(make, bindings);
        return Expression.Lambda<Func<DbDataReader, T>>(body, source).Compile();
    }

    private static Expression Value(string script, DbDataReader reader, Expression source, int column, Type target) =>
        Expression.Call(
            ReadMethod.MakeGenericMethod(reader.GetFieldType(column), target),
            source,
            Expression.Constant(column),
            Expression.Constant(script));

    // Codes repeat from row to row: lists that are held keep one text for each, not one for each row.
    private static string Shared(string text)
    {
        if (text.Length > SharedLength)
        {
            return text;
        }

        string?[] pool = _shared ??= new string?[SharedTexts];
        ref string? place = ref pool[string.GetHashCode(text) & (SharedTexts - 1)];
        return place is not null && place.Equals(text, StringComparison.Ordinal) ? place : place = text;
    }

    private static TTarget Read<TSource, TTarget>(DbDataReader row, int column, string script)
    {
        if (row.IsDBNull(column))
        {
            if (default(TTarget) is null)
            {
                return default!;
            }

            throw new WarehouseException(
                $"The script '{script}' returned NULL in the column {row.GetName(column)}, which is read as {typeof(TTarget).Name}. "
                + "Read it as a nullable value, or give it a value with COALESCE.");
        }

        // The same type needs no boxing; this is the way of nearly every value of a large read.
        if (typeof(TSource) == typeof(TTarget) && typeof(TTarget) != typeof(DateTime))
        {
            TTarget read = row.GetFieldValue<TTarget>(column);
            return typeof(TTarget) == typeof(string) ? (TTarget)(object)Shared((string)(object)read!) : read;
        }

        object value = row.GetValue(column);
        Type type = Nullable.GetUnderlyingType(typeof(TTarget)) ?? typeof(TTarget);
        try
        {
            return (TTarget)Convert(value, type);
        }
        catch (Exception cause) when (cause is InvalidCastException or OverflowException or FormatException)
        {
            throw new WarehouseException(
                $"The script '{script}' returned {value.GetType().Name} in the column {row.GetName(column)}, which cannot be read as {type.Name}. "
                + "Cast it in the script.",
                cause);
        }
    }

    private static object Convert(object value, Type target)
    {
        if (target.IsEnum)
        {
            return value is string text
                ? Enum.Parse(target, text.Replace("_", string.Empty, StringComparison.Ordinal), ignoreCase: true)
                : Enum.ToObject(target, System.Convert.ToInt64(value, CultureInfo.InvariantCulture));
        }

        return value switch
        {
            DateTime instant when target == typeof(DateOnly) => DateOnly.FromDateTime(instant),
            DateTime instant when target == typeof(DateTime) => DateTime.SpecifyKind(instant, DateTimeKind.Utc),
            DateTime instant when target == typeof(DateTimeOffset) => new DateTimeOffset(DateTime.SpecifyKind(instant, DateTimeKind.Utc)),
            DateOnly date when target == typeof(DateTime) => date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            BigInteger number when target == typeof(decimal) => (decimal)number,
            BigInteger number when target == typeof(double) => (double)number,
            BigInteger number => System.Convert.ChangeType(checked((long)number), target, CultureInfo.InvariantCulture),
            // A cut-off fraction would be a silent loss.
            decimal number when IsWhole(target) && number != decimal.Truncate(number) => throw new InvalidCastException(),
            double or float when IsWhole(target) || target == typeof(decimal) => throw new InvalidCastException(),
            _ when target.IsInstanceOfType(value) => value,
            string when target != typeof(string) => throw new InvalidCastException(),
            _ when target == typeof(string) => throw new InvalidCastException(),
            _ => System.Convert.ChangeType(value, target, CultureInfo.InvariantCulture),
        };
    }

    private static bool IsWhole(Type type) => type == typeof(long) || type == typeof(int) || type == typeof(short) || type == typeof(bool);

    private static bool IsSingleValue(Type type)
    {
        Type inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsPrimitive || inner.IsEnum || inner == typeof(string) || inner == typeof(decimal) || inner == typeof(DateOnly)
            || inner == typeof(DateTime) || inner == typeof(DateTimeOffset) || inner == typeof(BigInteger);
    }

    private static ExpandoObject ReadExpando(DbDataReader row)
    {
        ExpandoObject result = new();
        IDictionary<string, object?> values = result;
        for (int i = 0; i < row.FieldCount; i++)
        {
            values[row.GetName(i)] = Plain(row, i);
        }

        return result;
    }

    private static object?[] ReadArray(DbDataReader row)
    {
        object?[] values = new object?[row.FieldCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Plain(row, i);
        }

        return values;
    }

    private static object? Plain(DbDataReader row, int column) => row.IsDBNull(column)
        ? null
        : row.GetValue(column) switch
        {
            BigInteger number => checked((long)number),
            DateTime date when string.Equals(row.GetDataTypeName(column), "date", StringComparison.OrdinalIgnoreCase) => DateOnly.FromDateTime(date),
            DateTime instant => DateTime.SpecifyKind(instant, DateTimeKind.Utc),
            object value => value,
        };

    private static string Fold(string name) => name.Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
}
