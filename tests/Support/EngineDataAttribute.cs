using System.Reflection;
using Warehouse.Sql;
using Xunit.Sdk;
using Xunit.v3;

namespace Warehouse.Tests.Support;

/// <summary>Gives a theory one row per engine; the row of SQL Server is skipped, with the reason, where no server is configured.</summary>
/// <remarks>Further values come after the engine: <c>[EngineData(1, "a")]</c> calls the test with (engine, 1, "a").</remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EngineDataAttribute(params object?[] values) : DataAttribute
{
    /// <summary>The environment variable with a connection string to a server on which databases may be made.</summary>
    public const string ServerVariable = "WAREHOUSE_TEST_SQLSERVER";

    /// <summary>The connection string of the test server, or null.</summary>
    public static string? Server => Environment.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } value ? value : null;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        List<ITheoryDataRow> rows = [];
        foreach (Engine engine in Enum.GetValues<Engine>())
        {
            TheoryDataRow row = new([engine, .. values]);
            if (engine == Engine.SqlServer && Server is null)
            {
                row.Skip = $"no SQL Server: {ServerVariable} is not set";
            }

            rows.Add(row);
        }

        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
