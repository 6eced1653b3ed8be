using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Jobs;

/// <summary>What the jobs of the reporting service work with.</summary>
/// <param name="Command">The configuration and the output folder; its screen shows nothing.</param>
/// <param name="Databases">The databases.</param>
/// <param name="Audit">The access log.</param>
public sealed record JobContext(CommandContext Command, WarehouseDatabases Databases, AuditTrail Audit);
