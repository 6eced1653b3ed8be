using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.Link.Review;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The verb with which links are decided: who may, what it shows, what it moves, what the access log says.</summary>
public sealed class ReviewCommandTests : IDisposable
{
    private const string Seed = "20190401";
    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-review-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_record_is_shown_moved_and_moved_back_and_all_of_it_is_in_the_access_log()
    {
        (long pupil, long taro, long jiro) = await Loaded();

        string shown = await Done("review", "show", "--record", Text(pupil));
        Assert.Contains("本間　太郎", shown, StringComparison.Ordinal);
        Assert.Contains("[次]郎", shown, StringComparison.Ordinal);

        string moved = await Done("review", "assign", "--record", Text(pupil), "--person", Text(jiro), "--reason", "双子の弟（架空データ）");
        Assert.Contains("Decision 1 (assign): 1 records moved", moved, StringComparison.Ordinal);
        Assert.Contains("Facts of 1 records were taken along", moved, StringComparison.Ordinal);
        Assert.Equal(jiro, PersonOf(pupil));
        Assert.Equal(0, (await Run("check")).Code);

        using JsonDocument undone = JsonDocument.Parse(await Done("review", "undo", "--event", "1", "--reason", "見直し", "--json"));
        Assert.Equal(1, undone.RootElement.GetProperty("handed_over").GetInt64());
        Assert.Equal(taro, PersonOf(pupil));
        Assert.Contains("taken back by 2", await Done("review", "events"), StringComparison.Ordinal);

        using WarehouseDatabases databases = Databases();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        Assert.Equal(
            ["link_show allowed", "link_view allowed", "link_view allowed", "link_assign allowed", "link_undo allowed", "link_events allowed"],
            session.QueryText<string>("SELECT CONCAT(action_code, ' ', outcome_code) FROM audit.access_log WHERE staff_id = 'linkage' ORDER BY access_id"));
        Assert.Equal([taro, jiro], session.QueryText<long>("SELECT child_key FROM audit.access_log WHERE action_code = 'link_view' ORDER BY access_id"));
    }

    [Fact]
    public async Task Only_an_account_for_linkage_sees_and_decides_links()
    {
        (long pupil, long taro, long jiro) = await Loaded();

        (int code, _, string error) = await Run("review", "assign", "--record", Text(pupil), "--person", Text(jiro), "--reason", "x", "--staff", "worker");

        Assert.Equal(1, code);
        Assert.Contains("role linkage", error, StringComparison.Ordinal);
        Assert.Equal(taro, PersonOf(pupil));
    }

    [Theory]
    [InlineData("show needs --record or --person", "show")]
    [InlineData("assign needs --record and --person", "assign", "--record", "1")]
    [InlineData("split needs --record", "split", "--reason", "x")]
    [InlineData("merge needs --person and --into", "merge", "--person", "1")]
    [InlineData("reject needs --record twice", "reject", "--record", "1", "--reason", "x")]
    [InlineData("undo needs --event", "undo", "--reason", "x")]
    [InlineData("undo needs --reason", "undo", "--event", "1")]
    public async Task A_mistake_of_the_user_is_told(string part, params string[] args)
    {
        (int code, _, string error) = await Run(["review", .. args]);

        Assert.Equal(2, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    // The register knows twins, and the school one of them by the name of the first.
    private async Task<(long Pupil, long Taro, long Jiro)> Loaded()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("resident", "2023-04-02T03:00:00+09:00", "2023-03-31", TinyInbox.Resident(4, "本間 次郎", "ホンマ ジロウ", "H25.5.5", "1", "03", "01", "H25.5.5"));
        inbox.Add("household", "2023-04-02T03:00:00+09:00", "2023-03-31", [["1000000001", TinyInbox.Number(4), "03", "2013-05-05", "", "0"]]);
        Assert.Equal(0, (await Run("migrate")).Code);
        Assert.Equal(0, (await Run("load", "--inbox", inbox.Path, "--demo-seed", Seed)).Code);
        using WarehouseDatabases databases = Databases();
        StaffAccounts accounts = new(databases, TimeProvider.System);
        accounts.Save(new StaffMember("linkage", "架空 職員", Roles.Linkage, ""), StaffAccounts.NewPassword());
        accounts.Save(new StaffMember("worker", "架空 職員", Roles.Caseworker, Roles.CityRemit), StaffAccounts.NewPassword());
        using WarehouseSession identity = databases.Open(DatabaseKind.Identity, SessionRole.EtlIdentity);
        long pupil = identity.ScalarText<long>("SELECT record_key FROM ident.source_record WHERE system_code = 'school' AND source_id = 'G0001'");
        return (pupil, Person(3), Person(4));

        long Person(int number) => identity.ScalarText<long>(
            $"SELECT DISTINCT x.person_key FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key WHERE s.system_code = 'resident' AND s.source_id = '{TinyInbox.Number(number)}'");
    }

    private static string Text(long key) => key.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private WarehouseDatabases Databases() => new(new HostOptions().Databases(_folder));

    private long PersonOf(long record)
    {
        using WarehouseDatabases databases = Databases();
        return new LinkReview(databases).PersonOf(record);
    }

    private async Task<string> Done(params string[] args)
    {
        (int code, string output, string error) = await Run(args);
        Assert.True(code == 0, error);
        return output;
    }

    private async Task<(int Code, string Output, string Error)> Run(params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        int code = await CommandLine.Run([.. args, "--output", _folder], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
