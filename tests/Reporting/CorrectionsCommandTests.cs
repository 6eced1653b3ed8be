using Warehouse.Reporting.Host;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>Who may have the quarantined rows of a department, and what the access log says of it.</summary>
public sealed class CorrectionsCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-corrections-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Only_the_department_that_sent_the_rows_gets_them_and_each_request_is_in_the_access_log()
    {
        Assert.Equal(0, (await Run("migrate")).Code);
        using (WarehouseDatabases databases = Databases())
        {
            StaffAccounts accounts = new(databases, TimeProvider.System);
            foreach ((string id, string role) in new[] { ("school", "source:school"), ("health", "source:health"), ("steward", Roles.Steward), ("worker", Roles.Caseworker) })
            {
                accounts.Save(new StaffMember(id, "架空 職員", role, ""), StaffAccounts.NewPassword());
            }
        }

        string report = Path.Combine(_folder, "report.csv");
        foreach (string id in new[] { "health", "steward", "worker" })
        {
            (int code, _, string error) = await Run("corrections", "export", "--feed", "school", "--to", report, "--staff", id);
            Assert.Equal(1, code);
            Assert.Contains("source:school", error, StringComparison.Ordinal);
        }

        (int done, string output, _) = await Run("corrections", "export", "--feed", "school", "--to", report, "--staff", "school");
        Assert.Equal(0, done);
        Assert.Contains("Nothing of school is in quarantine", output, StringComparison.Ordinal);
        Assert.False(File.Exists(report));
        using WarehouseDatabases after = Databases();
        using WarehouseSession session = after.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        Assert.Equal(
            ["health refused", "steward refused", "worker refused", "school allowed"],
            session.QueryText<string>("SELECT CONCAT(staff_id, ' ', outcome_code) FROM audit.access_log WHERE action_code = 'corrections_export' AND object_id = 'school' ORDER BY access_id"));
    }

    [Theory]
    [InlineData("export needs --feed", "corrections", "export", "--feed", "school")]
    [InlineData("import needs the file", "corrections", "import", "--staff", "school")]
    [InlineData("There is no file", "map", "nowhere.csv")]
    [InlineData("Unrecognized command or argument '--confrm'", "map", "x.csv", "--confrm", "dba01")]
    [InlineData("expected small letters", "map", "README.md", "--feed", "Ä")]
    public async Task A_mistake_of_the_user_is_told(string part, params string[] args)
    {
        string[] found = [.. args.Select(arg => arg == "README.md" ? Path.Combine(Repository.Root, arg) : arg)];

        (int code, _, string error) = await Run(found);

        Assert.Equal(2, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    private WarehouseDatabases Databases() => new(new HostOptions().Databases(_folder));

    private async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.Run([.. args, "--output", _folder], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
