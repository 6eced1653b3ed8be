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
        Assert.Equal((0L, 0L), (again.MovedCount, again.KeptCount));
        Assert.Equal(first, Models(fixture));

        LinkSummary trained = Relink(fixture, trains: true);
        Assert.Equal(first, Models(fixture).Where(model => model.Number == 1));
        Assert.Equal(first.Select(model => (model.System, 2, "asked")), Models(fixture).Where(model => model.Number > 1).Select(model => (model.System, model.Number, model.Reason)));
        Assert.Equal(0, trained.MovedCount);
        Assert.Equal(EngineLinker.CurrentVersion, trained.LinkerVersion);

        long pupil = Scalar(fixture, "SELECT MIN(x.record_key) FROM ident.crosswalk AS x INNER JOIN ident.source_record AS s ON s.record_key = x.record_key WHERE s.system_code = 'school' AND x.rule_code = 'PRB-1' AND x.known_to_utc > '9999-01-01'");
        long before = PersonOf(fixture, pupil);
        LinkReview review = new(fixture.Databases);
        DecidedLink split = review.Split([pupil], new Reviewer("staff", "別人"), new KeyMint(Secret));
        long own = PersonOf(fixture, pupil);
        Assert.NotEqual(before, own);
        Relink(fixture, trains: false);
        Assert.Equal(own, PersonOf(fixture, pupil));
        review.Undo(split.EventId, new Reviewer("staff", "見直し"));
        Relink(fixture, trains: false);
        Assert.Equal(before, PersonOf(fixture, pupil));
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
