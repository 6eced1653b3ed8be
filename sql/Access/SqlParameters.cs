using System.Collections;
using System.Collections.Concurrent;
using System.Data;
using System.Reflection;
using Dapper;

namespace Warehouse.Sql;

/// <summary>Turns an object, or a dictionary, into the parameters of one batch.</summary>
internal static class SqlParameters
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, PropertyInfo>> Properties = new();

    /// <summary>Returns exactly the parameters that a batch refers to.</summary>
    /// <remarks>Errors: a name that <paramref name="source"/> does not hold. Values it holds beyond those are left out.</remarks>
    internal static BoundParameters Bind(string script, SqlBatch batch, object? source, Engine engine)
    {
        BoundParameters bound = new();
        if (batch.Parameters.Count == 0)
        {
            return bound;
        }

        Dictionary<string, (object? Value, Type Type)> values = Read(source);
        foreach (string name in batch.Parameters)
        {
            if (!values.TryGetValue(Fold(name), out (object? Value, Type Type) found))
            {
                string supplied = values.Count == 0 ? "none" : string.Join(", ", values.Keys.Order(StringComparer.Ordinal));
                throw new WarehouseException(
                    $"The script '{script}' needs the parameter @{name} (batch at line {batch.Line}); supplied: {supplied}. Supply it by this name.");
            }

            (object? value, DbType type) = Convert(script, name, found.Value, found.Type);
            // DuckDB takes the type of a NULL from its place; SQL Server wants one.
            bound.Add(name, value, value is null && engine == Engine.DuckDb ? null : type);
        }

        return bound;
    }

    // @load_id is supplied by load_id, LoadId or loadId.
    private static string Fold(string name) => name.Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();

    private static Dictionary<string, (object? Value, Type Type)> Read(object? source)
    {
        Dictionary<string, (object? Value, Type Type)> values = new(StringComparer.Ordinal);
        switch (source)
        {
            case null:
                break;
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                foreach ((string name, object? value) in pairs)
                {
                    values[Fold(name.TrimStart('@'))] = (value, value?.GetType() ?? typeof(string));
                }

                break;
            default:
                foreach ((string name, PropertyInfo property) in Properties.GetOrAdd(source.GetType(), ReadProperties))
                {
                    values[name] = (property.GetValue(source), property.PropertyType);
                }

                break;
        }

        return values;
    }

    private static IReadOnlyDictionary<string, PropertyInfo> ReadProperties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanRead && property.GetIndexParameters().Length == 0)
        .GroupBy(property => Fold(property.Name), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    private static (object? Value, DbType Type) Convert(string script, string name, object? value, Type declared)
    {
        Type type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(object) && value is not null)
        {
            type = value.GetType();
        }

        if (type.IsEnum)
        {
            type = Enum.GetUnderlyingType(type);
            value = value is null ? null : System.Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (type == typeof(string) || type == typeof(object))
        {
            return (value, DbType.String);
        }

        if (type == typeof(bool))
        {
            return (value is null ? null : (bool)value ? (short)1 : (short)0, DbType.Int16);
        }

        if (type == typeof(byte) || type == typeof(sbyte) || type == typeof(short))
        {
            return (value is null ? null : System.Convert.ToInt16(value, null), DbType.Int16);
        }

        if (type == typeof(int) || type == typeof(ushort))
        {
            return (value is null ? null : System.Convert.ToInt32(value, null), DbType.Int32);
        }

        if (type == typeof(long) || type == typeof(uint))
        {
            return (value is null ? null : System.Convert.ToInt64(value, null), DbType.Int64);
        }

        if (type == typeof(decimal))
        {
            return (value, DbType.Decimal);
        }

        if (type == typeof(double) || type == typeof(float))
        {
            double? number = value is null ? null : System.Convert.ToDouble(value, null);
            if (number is { } real && !double.IsFinite(real))
            {
                throw new WarehouseException($"The parameter @{name} of '{script}' is not a finite number; SQL Server has no such value. Send null.");
            }

            return (number, DbType.Double);
        }

        if (type == typeof(DateOnly))
        {
            return (value, DbType.Date);
        }

        if (type == typeof(DateTime))
        {
            return (value is null ? null : Instant.ForDatabase((DateTime)value), DbType.DateTime2);
        }

        if (type == typeof(DateTimeOffset))
        {
            return (value is null ? null : Instant.ForDatabase(((DateTimeOffset)value).UtcDateTime), DbType.DateTime2);
        }

        if (type == typeof(char))
        {
            return (value?.ToString(), DbType.String);
        }

        string advice = typeof(IEnumerable).IsAssignableFrom(type) ? "Stage lists with BulkInsert and join them." : "Convert it first.";
        throw new WarehouseException(
            $"The parameter @{name} of '{script}' is a {type.Name}; expected text, a number, bool, DateOnly or an instant. {advice}");
    }
}

/// <summary>The parameters of one batch, for Dapper or for a command of our own.</summary>
internal sealed class BoundParameters : SqlMapper.IDynamicParameters
{
    private readonly List<(string Name, object? Value, DbType? Type)> _items = [];

    /// <summary>Adds one parameter.</summary>
    internal void Add(string name, object? value, DbType? type) => _items.Add((name, value, type));

    /// <summary>Puts the parameters on the command.</summary>
    internal void AddTo(IDbCommand command)
    {
        foreach ((string name, object? value, DbType? type) in _items)
        {
            IDbDataParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            if (type is { } known)
            {
                parameter.DbType = known;
            }

            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
    }

    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity) => AddTo(command);
}

/// <summary>Instants as both engines keep them.</summary>
internal static class Instant
{
    /// <summary>Returns the instant in UTC, cut to microseconds, which is what DuckDB keeps; so both engines compare alike.</summary>
    internal static DateTime ForDatabase(DateTime value)
    {
        DateTime utc = value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
        return DateTime.SpecifyKind(new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond)), DateTimeKind.Unspecified);
    }
}
