using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Security;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>export</c>: facts and dimensions as Parquet files for analysts.</summary>
internal static class ExportCommand
{
    private static readonly JsonSerializerOptions Indented = new(Screen.Json) { WriteIndented = true };

    private static readonly Option<string> To = new("--to") { Description = "Folder that the files go into", HelpName = "FOLDER", Required = true };
    private static readonly Option<string> Staff = new("--staff") { Description = "Account of the analyst who takes the files; written to the access log", DefaultValueFactory = _ => Roles.Analyst };
    private static readonly Option<string[]> With = new("--with") { Description = $"Classes that are left out unless asked for: {ParquetExport.TaxSecret}", HelpName = "CLASS", DefaultValueFactory = _ => [] };

    private static readonly Option<FileInfo?> Key = new("--key-file")
    {
        Description = "File of at least 32 bytes from which pseudonyms are made, so that two exports can be joined; without it every export has pseudonyms of its own",
        HelpName = "FILE",
    };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        With.AcceptOnlyFromAmong(ParquetExport.TaxSecret);
        return (new Command("export", "Write facts and dimensions to Parquet files without names and with keys of their own, for analysts") { To, Staff, With, Key },
            ["export --to parquet --output out", "export --to parquet --with tax-secret --staff analyst --output out --json", "export --to parquet --key-file export.key --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        byte[] key = ReadKey(parsed.GetValue(Key));
        bool withTax = parsed.GetValue(With)!.Contains(ParquetExport.TaxSecret, StringComparer.Ordinal);
        string folder = Path.GetFullPath(parsed.GetValue(To)!);
        using WarehouseDatabases databases = context.Open(mustExist: true);
        DateTime known = context.Time.GetUtcNow().UtcDateTime;
        StaffMember member = await Allow(context, databases, parsed.GetValue(Staff)!, withTax).ConfigureAwait(false);
        IReadOnlyList<ExportedTable> tables = ParquetExport.Run(databases, folder, key, withTax, context.Stop);
        (long children, long unique) = Uniqueness(databases, known);
        object manifest = new
        {
            WrittenUtc = known,
            Staff = member.StaffId,
            KeyId = Convert.ToHexStringLower(SHA256.HashData([.. "export key id "u8, .. key]))[..16],
            ResidentChildren = children,
            UniqueByBirthMonthSexAndDistrict = unique,
            Tables = tables,
        };
        string path = Path.Combine(folder, "export.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(manifest, Indented), new UTF8Encoding(false), context.Stop).ConfigureAwait(false);

        context.Screen.Table(
            "Files",
            ["file", "rows", "columns", "left out"],
            tables.Select(table => (IReadOnlyList<string>)[table.File, table.Rows.ToString("N0", CultureInfo.InvariantCulture), table.Columns.Count.ToString(CultureInfo.InvariantCulture), string.Join(", ", table.LeftOut)]));
        context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{tables.Count} tables, {tables.Sum(table => table.Rows):N0} rows in {folder}; what they hold is in {path}."));
        context.Screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Pseudonymous, not anonymous: of {children:N0} resident children {unique:N0} are the only one of their month of birth, sex and district. Keep the files where the warehouse may be kept."));
        context.Screen.Result(manifest);
        return ExitCode.Done;
    }

    private static byte[] ReadKey(FileInfo? file)
    {
        if (file is null)
        {
            return RandomNumberGenerator.GetBytes(32);
        }

        byte[] key = file.Exists ? File.ReadAllBytes(file.FullName) : throw new UsageException($"There is no key file {file.FullName}. Make one of 32 random bytes, and keep it apart from the files.");
        return key.Length >= 32 ? key : throw new UsageException($"The key file {file.FullName} has {key.Length} bytes; expected at least 32 random ones.");
    }

    private static async Task<StaffMember> Allow(CommandContext context, WarehouseDatabases databases, string staffId, bool withTax)
    {
        await using AuditTrail audit = new(databases, context.Time);
        StaffMember member = new StaffAccounts(databases, context.Time).Find(staffId)
            ?? throw new UsageException($"There is no open account '{staffId}'. Name an account with the role {Roles.Analyst} with --staff.");
        bool isAllowed = member.RoleCode == Roles.Analyst;
        await audit.Record(new AuditEntry(member.StaffId, member.RoleCode, "export", isAllowed ? "allowed" : "refused", ObjectId: withTax ? "parquet+" + ParquetExport.TaxSecret : "parquet"), context.Stop).ConfigureAwait(false);
        return isAllowed ? member : throw new AccessRefusedException($"only an account with the role {Roles.Analyst} may take rows out");
    }

    private static (long Children, long Unique) Uniqueness(WarehouseDatabases databases, DateTime known)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return session.QuerySingle<(long, long)>("query/export_uniqueness", new { known_utc = known });
    }
}
