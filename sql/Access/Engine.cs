namespace Warehouse.Sql;

/// <summary>The database engines that the warehouse runs on.</summary>
public enum Engine
{
    /// <summary>DuckDB, embedded; nothing to install.</summary>
    DuckDb,

    /// <summary>SQL Server 2019 or later, or Azure SQL Database.</summary>
    SqlServer,
}

/// <summary>The two databases, which are never attached, joined or written in one transaction.</summary>
public enum DatabaseKind
{
    /// <summary>Names, addresses, source numbers, linkage and everything written in words.</summary>
    Identity,

    /// <summary>The pseudonymous star schema: codes, dates, numbers and keys.</summary>
    Warehouse,
}

/// <summary>Who a session works for; decides which database it may open and, on SQL Server, with which login.</summary>
public enum SessionRole
{
    /// <summary>Changes the schema of both databases.</summary>
    Migrator,

    /// <summary>Writes source records and the linkage in the identity database.</summary>
    EtlIdentity,

    /// <summary>Loads staging, dimensions and facts in the warehouse.</summary>
    EtlWarehouse,

    /// <summary>Reads features and writes rules, model runs and scores in the warehouse.</summary>
    Model,

    /// <summary>Reads views and writes through command scripts in the warehouse.</summary>
    Reporting,

    /// <summary>One child at a time in the identity database, with a purpose, logged; and the worklist in the warehouse.</summary>
    Caseworker,

    /// <summary>Reads the warehouse and its audit trail; writes nothing.</summary>
    Auditor,
}

/// <summary>Decides which role may open which database.</summary>
internal static class SessionRights
{
    /// <summary>Throws when <paramref name="role"/> may not open <paramref name="kind"/>.</summary>
    internal static void Check(DatabaseKind kind, SessionRole role)
    {
        if (MayOpen(kind, role))
        {
            return;
        }

        string allowed = string.Join(", ", Enum.GetValues<SessionRole>().Where(candidate => MayOpen(kind, candidate)));
        throw new WarehouseException(
            $"The role {role} asked for the {kind} database; expected one of: {allowed}. "
            + "Open the session with the role of the work at hand, or keep this work out of that database.");
    }

    /// <summary>Returns whether <paramref name="role"/> may change rows.</summary>
    internal static bool MayWrite(SessionRole role) => role != SessionRole.Auditor;

    /// <summary>Returns whether <paramref name="role"/> may run statements on the schema <c>restricted</c>.</summary>
    internal static bool MaySeeRestricted(SessionRole role) => role is SessionRole.Migrator or SessionRole.EtlWarehouse;

    private static bool MayOpen(DatabaseKind kind, SessionRole role) => kind switch
    {
        DatabaseKind.Identity => role is SessionRole.Migrator or SessionRole.EtlIdentity or SessionRole.Caseworker,
        DatabaseKind.Warehouse => role is not SessionRole.EtlIdentity,
        _ => false,
    };
}
