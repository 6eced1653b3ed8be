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
                TableDigest? mine = left.Contains(table) ? TableDigest.Of(one, table, columns, isExact: false, cancellationToken) : null;
                TableDigest? its = right.Contains(table) ? TableDigest.Of(other, table, columns, isExact: false, cancellationToken) : null;
                double apart = mine is null || its is null ? 0 : mine.Apart(its);
                results.Add(new TableComparisonResult(
                    table, mine?.Rows, its?.Rows, mine?.Checksum ?? "", its?.Checksum ?? "", apart,
                    mine is not null && its is not null && mine.Rows == its.Rows && mine.Sum == its.Sum && apart <= Tolerance));
            }
        }

        return results;
    }

    internal static bool IsCompared(string column) => !column.EndsWith("_utc", StringComparison.Ordinal) || Known.Contains(column, StringComparer.Ordinal);

    private static HashSet<string> Tables(WarehouseSession session, string[] schemas) => session
        .Query<(string Schema, string Table)>("Access/catalogue_tables")
        .Where(table => schemas.Contains(table.Schema, StringComparer.Ordinal))
        .Select(table => table.Schema + "." + table.Table)
        .Except(Skipped, StringComparer.Ordinal)
        .ToHashSet(StringComparer.Ordinal);
}
