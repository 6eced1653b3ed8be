using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Link;
using Warehouse.Etl.Link.Review;
using Warehouse.Sql;
using Warehouse.Tests.Link;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The engine inside the load: models in the identity database, link runs that use or replace them, decisions of staff that bind them.</summary>
public sealed class EngineLoadTests
{
    private static readonly byte[] Secret = CityLoadFixture.Secret;

    [Fact]
    public void A_load_freezes_its_models_link_runs_use_or_replace_them_and_staff_have_the_last_word()
    {
        string root = Directory.CreateTempSubdirectory("engine-load-").FullName;
        using WarehouseFixture fixture = WarehouseFixture.Create();
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini, seed: 7), root);
            LoadSummary load = new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = Path.Combine(root, "inbox"), Secret = Secret, Backfill = true }, null, TestContext.Current.CancellationToken);
            Assert.True(load.LinkedByRule["PRB-1"] > 300, string.Join(' ', load.LinkedByRule));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        IReadOnlyList<(string System, int Number, string Version, string Reason)> first = Models(fixture);
        Assert.Contains("school", first.Select(model => model.System));
        Assert.All(first, model => Assert.Equal((1, "first"), (model.Number, model.Reason)));
        string links = Links(fixture);
        Assert.All(first, model => Assert.Contains("model=" + model.Version, links, StringComparison.Ordinal));
        Assert.Contains("model=none;", links, StringComparison.Ordinal);
        Assert.NotEmpty(new LinkReview(fixture.Databases).Queue());

        LinkSummary again = Relink(fixture, trains: false);
        Assert.Equal(0, again.MovedCount);
        Assert.InRange(again.KeptCount, 0, again.ReviewedCount / 200);
        Assert.Equal(first, Models(fixture));

        LinkSummary trained = Relink(fixture, trains: true);
        Assert.Equal(first, Models(fixture).Where(model => model.Number == 1));
        Assert.Equal(first.Select(model => (model.System, 2, "asked")), Models(fixture).Where(model => model.Number > 1).Select(model => (model.System, model.Number, model.Reason)));
        Assert.Equal(0, trained.MovedCount);
        Assert.Equal(EngineLinker.CurrentVersion, trained.LinkerVersion);

        DateOnly today = new(2025, 4, 1);
        LinkageReport report = LinkageReport.Read(fixture.Databases, today);
        long records = Scalar(fixture, "SELECT COUNT(DISTINCT record_key) FROM ident.source_record WHERE system_code <> 'resident'");
        Assert.All(report.Rates.GroupBy(rate => rate.Kind), kind => Assert.Equal(records, kind.Sum(rate => rate.Records)));
        Assert.All(report.Rates, rate => Assert.InRange(rate.Linked, 0, rate.Records));
        Assert.Equal(new LinkReview(fixture.Databases).Queue().Select(pair => pair.RecordKey).Distinct().Count(), report.Rates.Where(rate => rate.Kind == "system").Sum(rate => rate.Waiting));
        Assert.True(report.Rates.Where(rate => rate.Kind == "district").Select(rate => rate.Group).Distinct().Count() > 3);
        Assert.True(report.Rates.Single(rate => rate is { Kind: "system", Group: "school" }) is var school && school.Linked > 0.97 * school.Records);
        Assert.Equal(["age", "district", "nationality"], report.Registered.Select(rate => rate.Kind).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain("registers", report.Anomalies.Select(odd => odd.Code));
        Assert.Equal(200, report.Sample.Count);
        Assert.Equal(report.MadeCount, Scalar(fixture, "SELECT COUNT(*) FROM ident.crosswalk WHERE rule_code IN ('PRB-1', 'PRB-2') AND known_to_utc > '9999-01-01'"));
        Assert.All(report.Sample, link => Assert.False(link.IsSeen || link.IsWrong));

        long pupil = report.Sample[0].RecordKey;
        long before = PersonOf(fixture, pupil);
        LinkReview review = new(fixture.Databases);
        DecidedLink split = review.Split([pupil], new Reviewer("staff", "別人"), new KeyMint(Secret));
        long own = PersonOf(fixture, pupil);
        Assert.NotEqual(before, own);
        Relink(fixture, trains: false);
        Assert.Equal(own, PersonOf(fixture, pupil));
        Assert.Equal([new SampledLink(pupil, before, true, true)], LinkageReport.Read(fixture.Databases, today).Sample.Where(link => link.IsSeen || link.IsWrong));
        review.Undo(split.EventId, new Reviewer("staff", "見直し"));
        Relink(fixture, trains: false);
        Assert.Equal(before, PersonOf(fixture, pupil));
        Assert.DoesNotContain(LinkageReport.Read(fixture.Databases, today).Sample, link => link.IsWrong);
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_model_that_was_changed_in_the_database_is_refused()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Identity();
        IdentityLinkModels models = new(session, "test", new DateTime(2026, 1, 1));
        FrozenModel model = FrozenModelTests.Some("school");
        session.Begin();
        models.Keep(model);
        models.Keep(model with { OneToOneBits = 3.25, Reason = "asked" });
        session.Commit();

        FrozenModel read = new IdentityLinkModels(session, "test", new DateTime(2026, 1, 2)).Find("school")!;
        Assert.Equal((model with { OneToOneBits = 3.25 }).Version, read.Version);
        Assert.Equal((3.25, "asked", model.BornFrom, model.WithinSame), (read.OneToOneBits, read.Reason, read.BornFrom, read.WithinSame));
        Assert.Equal(model.Model.ToJson(), read.Model.ToJson());
        Assert.Null(new IdentityLinkModels(session, "test", new DateTime(2026, 1, 2)).Find("health"));

        session.ExecuteText("UPDATE ident.link_model SET one_to_one_bits = 9 WHERE model_number = 2");
        Assert.Contains("school", Assert.Throws<WarehouseException>(() => new IdentityLinkModels(session, "test", new DateTime(2026, 1, 2))).Message, StringComparison.Ordinal);
    }

    private static LinkSummary Relink(WarehouseFixture fixture, bool trains) =>
        new LoadPipeline(fixture.Databases).Relink(new RelinkOptions { Trains = trains }, null, TestContext.Current.CancellationToken);

    private static IReadOnlyList<(string System, int Number, string Version, string Reason)> Models(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Identity();
        return session.QueryText<(string, int, string, string)>("SELECT system_code, model_number, model_version, reason_code FROM ident.link_model ORDER BY model_number, system_code");
    }

    private static string Links(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Identity();
        return string.Join('\n', session.QueryText<(string, string)>("SELECT rule_code, evidence FROM ident.crosswalk"));
    }

    private static long PersonOf(WarehouseFixture fixture, long record) => new LinkReview(fixture.Databases).PersonOf(record);

    private static long Scalar(WarehouseFixture fixture, string sql)
    {
        using WarehouseSession session = fixture.Identity();
        return session.ScalarText<long>(sql);
    }
}
