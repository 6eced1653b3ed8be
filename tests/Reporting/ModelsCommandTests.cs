using System.Text.Json;
using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Store;
using Warehouse.Model.Train;
using Warehouse.Reporting.Host;
using Warehouse.Reporting.Host.ModelCards;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The verb <c>models</c>: what it lists and writes, who may decide which model is used, and what of it is on record.</summary>
public sealed class ModelsCommandTests : IDisposable
{
    private static readonly Lazy<TrainedModel> Trained = new(Train);

    private readonly string _folder = Directory.CreateTempSubdirectory("warehouse-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_card_and_a_register_entry_are_written_in_both_languages_with_what_each_department_adds()
    {
        Store(accepted: true);

        using var json = JsonDocument.Parse(await Done("--card", "--json"));

        string[] written = [.. json.RootElement.GetProperty("written").EnumerateArray().Select(path => Path.GetFileName(path.GetString()!))];
        Assert.Equal(["model-1.ja.html", "register-1.ja.json", "model-1.en.html", "register-1.en.json"], written);
        string page = await File.ReadAllTextAsync(Path.Combine(_folder, "models", "model-1.en.html"), TestContext.Current.CancellationToken);
        Ablation first = Trained.Value.Ablations[0];
        Assert.Contains("Without a department", page, StringComparison.Ordinal);
        Assert.Contains(
            System.Net.WebUtility.HtmlEncode(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{first.Losses[0].Loss:+0.000;-0.000;0.000} ({first.Losses[0].Interval.Low:+0.000;-0.000;0.000} to")),
            page, StringComparison.Ordinal);
        using WarehouseDatabases databases = Databases();
        ModelCard card = ModelCard.Read(databases, 1);
        Assert.Equal(Trained.Value.Ablations.Count * 3, card.Ablations.Count);
        AblationRow recall = card.Ablations.Single(row => row.Department == first.Group && row.MetricCode == AblationMetrics.Recall);
        Assert.Equal((first.Losses[2].Whole, first.Losses[2].Without, (double?)first.Losses[2].Interval.Low), (recall.WholeValue, recall.WithoutValue, recall.LowValue));
    }

    [Theory]
    [InlineData(Roles.Steward)]
    [InlineData(Roles.Analyst)]
    public async Task A_steward_or_an_analyst_puts_a_refused_run_to_use_and_that_is_on_record(string role)
    {
        Store(accepted: true);
        long refused = Store(accepted: false);
        Account("decider", role);
        Assert.Equal(1, InUse());

        string output = await Done("--promote", "2", "--staff", "decider", "--reason", "試行のため（架空データ）");

        Assert.Equal(2, refused);
        Assert.Contains("Model 2 is in use from now on", output, StringComparison.Ordinal);
        Assert.Equal(2, InUse());
        Assert.Equal(["decider promote_model allowed model:2"], Log());
        using WarehouseDatabases databases = Databases();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        Assert.Equal([(2L, "decider", "試行のため（架空データ）")], session.QueryText<(long, string, string)>("SELECT model_run_id, staff_id, reason_text FROM meta.model_promotion"));
        Assert.Equal("promoted", GovernStore.Runs(session).Single(run => run.ModelRunId == 2).VerdictCode);
    }

    [Theory]
    [InlineData(Roles.Caseworker)]
    [InlineData(Roles.Policymaker)]
    [InlineData(Roles.Auditor)]
    [InlineData(Roles.Linkage)]
    public async Task Nobody_else_does_and_the_attempt_is_on_record(string role)
    {
        Store(accepted: true);
        Store(accepted: false);
        Account("other", role);

        (int code, _, string error) = await Run("--promote", "2", "--staff", "other", "--reason", "x");

        Assert.Equal(2, code);
        Assert.Contains("expected a steward or an analyst", error, StringComparison.Ordinal);
        Assert.Equal(["other promote_model refused model:2"], Log());
        Assert.Equal(1, InUse());
    }

    [Fact]
    public async Task A_run_that_does_not_exist_failed_or_cannot_be_read_is_logged_as_refused()
    {
        Store(accepted: true);
        Store(accepted: false);
        long failed = Fail();
        Account("steward", Roles.Steward);
        using (WarehouseDatabases databases = Databases())
        using (WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model))
        {
            session.ExecuteText("UPDATE meta.model_part SET document_json = REPLACE(document_json, '\"rowCount\":900', '\"rowCount\":901') WHERE model_run_id = 2");
        }

        foreach ((string run, string part) in new[] { ("99", "MDL-043"), ("2", "MDL-041"), (failed.ToString(System.Globalization.CultureInfo.InvariantCulture), "MDL-043") })
        {
            (int code, _, string error) = await Run("--promote", run, "--staff", "steward", "--reason", "x");

            Assert.Equal(1, code);
            Assert.Contains(part, error, StringComparison.Ordinal);
        }

        Assert.Equal(["steward promote_model refused model:99", "steward promote_model refused model:2", "steward promote_model refused model:3"], Log());
        Assert.Equal(1, InUse());
    }

    [Theory]
    [InlineData(2, "needs --staff and --reason", "--promote", "1")]
    [InlineData(2, "needs --staff and --reason", "--promote", "1", "--staff", "steward")]
    [InlineData(2, "needs --staff and --reason", "--promote", "1", "--staff", "steward", "--reason", " ")]
    [InlineData(2, "no open account 'nobody'", "--promote", "1", "--staff", "nobody", "--reason", "x")]
    [InlineData(1, "MDL-043", "--card", "--run", "99")]
    public async Task A_mistake_changes_nothing(int expected, string part, params string[] args)
    {
        Store(accepted: true);
        Account("steward", Roles.Steward);

        (int code, _, string error) = await Run(args);

        Assert.Equal(expected, code);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Empty(Log());
        Assert.False(Directory.Exists(Path.Combine(_folder, "models")));
    }

    [Fact]
    public async Task Without_a_model_there_is_no_card()
    {
        using (WarehouseDatabases databases = Databases())
        {
            Migrator.Apply(databases);
        }

        (int code, _, string error) = await Run("--card");

        Assert.Equal(1, code);
        Assert.Contains("MDL-040", error, StringComparison.Ordinal);
        Assert.Equal("[]", JsonDocument.Parse(await Done("--json")).RootElement.GetProperty("runs").GetRawText());
    }

    // Two features of the catalogue: being absent decides, the number of children does not.
    private static TrainedModel Train()
    {
        var random = new SplitMix(5);
        const int Rows = 900;
        double[] absent = [.. Enumerable.Range(0, Rows).Select(_ => (double)random.Next(30))], children = [.. Enumerable.Range(0, Rows).Select(_ => 1.0 + random.Next(4))];
        TrainingSet set = new()
        {
            Table = new FeatureTable([Column("absent_days_6m", absent), Column("age_years", children)]),
            Label = [.. absent.Select(days => random.Next(100) < (days >= 15 ? 40 : 4))],
            RowKey = [.. Enumerable.Range(0, Rows).Select(r => (long)r)],
            GroupKey = [.. Enumerable.Range(0, Rows).Select(r => (long)(r / 3))],
            TimeKey = [.. Enumerable.Range(0, Rows).Select(r => ((2021 + (r % 3)) * 10000) + 401)],
        };
        return ModelLibrary.Train(
            set, new TrainOptions { Bootstraps = 0, Mine = new MineOptions { Permutations = 19 }, Folds = 3, PenaltyShares = [0.3, 0.1], AblatesDepartments = true }, null, TestContext.Current.CancellationToken);

        static FeatureColumn Column(string name, double[] values) => FeatureColumn.Number(FeatureCatalogue.Default.Find(name)!.ToSpec(), values);
    }

    private long Store(bool accepted)
    {
        using WarehouseDatabases databases = Databases();
        Migrator.Apply(databases);
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        DateTime now = new(2025, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        PassMark mark = new(MarkCodes.AucHigh, isUpper: false, accepted ? 0.5 : 0.999);
        long run = ModelStore.Start(session, now, now, 1, [mark]);
        MetricRow[] metrics = [.. GroupMetrics.Overall(Trained.Value.Metrics)];
        ModelStore.Succeed(session, run, now, new FinishedRun(Trained.Value, metrics, [mark with { Measured = 0.9 }], [], 300), 10, TestContext.Current.CancellationToken);
        return run;
    }

    private long Fail()
    {
        using WarehouseDatabases databases = Databases();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
        DateTime now = new(2025, 5, 2, 0, 0, 0, DateTimeKind.Utc);
        long run = ModelStore.Start(session, now, now, 1, []);
        ModelStore.Fail(session, run, now, "架空");
        return run;
    }

    private void Account(string staff, string role)
    {
        using WarehouseDatabases databases = Databases();
        new StaffAccounts(databases, TimeProvider.System).Save(new StaffMember(staff, "架空 職員", role, role == Roles.Caseworker ? Roles.CityRemit : ""), StaffAccounts.NewPassword());
    }

    private long InUse()
    {
        using WarehouseDatabases databases = Databases();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        return ModelStore.Current(session).ModelRunId;
    }

    private IReadOnlyList<string> Log()
    {
        using WarehouseDatabases databases = Databases();
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Auditor);
        return session.QueryText<string>("SELECT CONCAT(staff_id, ' ', action_code, ' ', outcome_code, ' ', object_id) FROM audit.access_log ORDER BY access_id");
    }

    private WarehouseDatabases Databases() => new(new HostOptions().Databases(_folder));

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
        int code = await CommandLine.Run(["models", .. args, "--output", _folder], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
