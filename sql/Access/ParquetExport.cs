using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Warehouse.Sql;

/// <summary>A table that was written to a Parquet file.</summary>
/// <param name="Table">The table as <c>schema.table</c>.</param>
/// <param name="File">The file's name.</param>
/// <param name="Rows">Rows written.</param>
/// <param name="Columns">The columns of the file, as the dictionary describes them.</param>
/// <param name="LeftOut">Columns of the table that are not in the file.</param>
public sealed record ExportedTable(string Table, string File, long Rows, IReadOnlyList<DescribedColumn> Columns, IReadOnlyList<string> LeftOut);

/// <summary>Writes facts and dimensions to Parquet files for analysts: no names, and keys of their own.</summary>
/// <remarks>
/// Pseudonymous, not anonymous: every row of a child can still be told to be of one child, and who knows enough about a child finds it. Keys of people, households,
/// source records and certificates are replaced by a keyed hash (HMAC-SHA-256 of key and export key, first 63 bits), so that two exports cannot be joined with each other or
/// with the warehouse by who has no export key. Source of the approach: 個人情報の保護に関する法律 第2条第5項 (仮名加工情報); ENISA, Pseudonymisation techniques and best practices (2019), keyed hash.
/// </remarks>
public static class ParquetExport
{
    /// <summary>Class of the columns that are left out unless they are asked for: known by virtue of tax work (地方税法第22条).</summary>
    public const string TaxSecret = "tax-secret";

    // What is not named here is not exported: a new table is looked at before it leaves the house. Words and acts of staff, releases and draws stay.
    private static readonly string[] Exported =
    [
        "dim.calendar_date", "dim.calendar_month", "dim.child", "dim.facility", "dim.feature", "dim.household", "dim.household_member", "dim.kinship", "dim.mined_rule", "dim.person", "dim.place",
        "fact.arrears_flag", "fact.benefit_spell", "fact.checkup", "fact.child_month", "fact.consultation", "fact.council_case", "fact.counselling", "fact.guidance",
        "fact.livelihood_consultation", "fact.medical_month", "fact.mood_month", "fact.nurse_visit", "fact.nursery_attendance_month", "fact.nursery_enrolment", "fact.pregnancy",
        "fact.residence_move", "fact.risk_score", "fact.school_attendance_day", "fact.school_attendance_month", "fact.school_enrolment", "fact.school_health", "fact.score_reason",
        "fact.service_use", "fact.status_spell", "fact.tax_class", "fact.test_score", "fact.vaccination",
    ];

    // Keys of the calendar, of places and of the model; every other key is one of a person, a household or a record.
    private static readonly string[] PublicKeys = ["date_key", "month_key", "place_key", "facility_key", "feature_key", "rule_key"];

    // That there is a row says something known from tax work, whatever its columns.
    private static readonly string[] OfTaxWork = ["fact.arrears_flag", "fact.tax_class"];

    private static readonly string[] Never = ["identity", "free-text", "restricted"];

    /// <summary>Writes the files and returns what is in them.</summary>
    /// <param name="databases">The warehouse; only read. The identity database is not opened.</param>
    /// <param name="folder">Where the files go; made where it is missing. Files of the same names are replaced.</param>
    /// <param name="exportKey">The key of this export, at least 32 bytes; the same key gives the same pseudonyms.</param>
    /// <param name="withTaxSecret">Whether columns of class tax-secret are written too, and the tables that are there for them.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <remarks>
    /// Nulls stay nulls; keys below 1 stand for "unknown" and stay. Errors: <see cref="WarehouseException"/> for a key that is too short. A file appears under its name only when it is whole, readable by its owner alone.
    /// Cost: each table is read once and written twice, the first time into a temporary DuckDB file in the folder. Memory: a few blocks of rows and DuckDB's limit.
    /// </remarks>
    public static IReadOnlyList<ExportedTable> Run(WarehouseDatabases databases, string folder, byte[] exportKey, bool withTaxSecret = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        ArgumentNullException.ThrowIfNull(exportKey);
        if (exportKey.Length < 32)
        {
            throw new WarehouseException($"The key of an export has {exportKey.Length} bytes; expected at least 32. Keys of people could be guessed from a shorter one.");
        }

        Directory.CreateDirectory(folder);
        string work = Path.Combine(folder, ".export-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(work);
        try
        {
            using WarehouseDatabases copy = new(WarehouseOptions.DuckDb(Path.Combine(work, "rows.duckdb"), Path.Combine(work, "none.duckdb")) with { MemoryLimit = databases.Options.MemoryLimit });
            Migrator.Apply(copy);
            using WarehouseSession source = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
            using WarehouseSession target = copy.Open(DatabaseKind.Warehouse, SessionRole.Migrator);
            List<ExportedTable> done = [];
            foreach (string table in Exported.Where(table => withTaxSecret || !OfTaxWork.Contains(table, StringComparer.Ordinal)))
            {
                done.Add(Write(source, target, table, work, exportKey, withTaxSecret, cancellationToken));
            }

            foreach (ExportedTable table in done)
            {
                string written = Path.Combine(work, table.File);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(written, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                }

                File.Move(written, Path.Combine(folder, table.File), overwrite: true);
            }

            return done;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Returns the pseudonym of a key; keys below 1 stand for nobody and stay.</summary>
    internal static long Pseudonym(long key, byte[] exportKey)
    {
        if (key < 1)
        {
            return key;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, key);
        HMACSHA256.HashData(exportKey, bytes, hash);
        return Math.Max(1, BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue);
    }

    private static ExportedTable Write(
        WarehouseSession source, WarehouseSession target, string table, string work, byte[] exportKey, bool withTaxSecret, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableColumn> columns = source.Columns(table);
        bool[] isPseudonym = columns.Select(column => column.Name.EndsWith("_key", StringComparison.Ordinal) && !PublicKeys.Contains(column.Name, StringComparer.Ordinal)).ToArray();
        Dictionary<string, DescribedColumn> meanings = DataDictionary.Entries
            .Where(entry => entry.Database == DatabaseKind.Warehouse && entry.Table == table).ToDictionary(entry => entry.Column, StringComparer.Ordinal);
        List<DescribedColumn> shown = columns
            .Select(column => meanings.GetValueOrDefault(column.Name))
            .OfType<DescribedColumn>()
            .Where(entry => !Never.Contains(entry.Class, StringComparer.Ordinal) && (withTaxSecret || entry.Class != TaxSecret) && entry.Column != "load_id")
            .ToList();

        TableRows.Clear(target, table);
        long rows = target.BulkInsert(table, columns.Select(column => column.Name).ToList(), TableRows.Read(source, table, columns).Select(Replace), cancellationToken);
        string file = table + ".parquet";
        TableRows.WriteParquet(target, table, shown.Select(entry => entry.Column).ToList(), Path.Combine(work, file));
        // What is written is not needed again; the temporary file stays as small as its largest table.
        TableRows.Clear(target, table);
        return new ExportedTable(table, file, rows, shown, columns.Select(column => column.Name).Except(shown.Select(entry => entry.Column), StringComparer.Ordinal).ToList());

        object?[] Replace(object?[] row)
        {
            for (int i = 0; i < row.Length; i++)
            {
                if (isPseudonym[i] && row[i] is long key)
                {
                    row[i] = Pseudonym(key, exportKey);
                }
            }

            return row;
        }
    }
}
