using Microsoft.Extensions.Logging.Abstractions;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Pdf;
using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class BriefReaderTests
{
    private static readonly StaffMember City = new("cw", "支援 太郎", Roles.Caseworker, Roles.CityRemit);

    [Theory]
    [EngineData]
    public async Task A_brief_tells_facts_with_their_sources_and_what_nobody_recorded(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        SampleChild.Write(fixture);

        CaseBrief brief = await Build(fixture, SampleChild.Listed);

        Assert.Equal("見本 児童101", brief.Child.Name);
        Assert.Equal(9, brief.Child.Age);
        Assert.Equal("東小学校", brief.Child.Facility);
        Assert.Equal(["母"], brief.Household.Select(person => person.Relation));
        Assert.Contains(brief.Events, entry => entry.Title.Contains("3歳児健診 未受診", StringComparison.Ordinal) && entry.Source == "健康課");
        Assert.Contains(brief.Events, entry => entry.Title.Contains("欠席 16日", StringComparison.Ordinal));
        Assert.Contains(brief.UnusedEntitlements, entry => entry.Name == "児童扶養手当");
        Assert.Equal(120, brief.Analysis!.SimilarCount);
        Assert.Equal(["欠席が月15日以上、かつ3歳児健診が未受診", "転居が2回以上"], brief.Analysis.ReasonsFor.Select(reason => reason.Text));

        // What overlaps is one reason with the weight of all its parts, on the side that they have together.
        Assert.Equal(0.6, brief.Analysis.ReasonsFor[0].Weight, 12);
        Assert.Equal(["欠席が月15日以上"], brief.Analysis.ReasonsFor[0].Parts);
        Assert.Empty(brief.Analysis.ReasonsFor[1].Parts);
        Assert.Empty(brief.Analysis.ReasonsAgainst);
        Assert.Equal(new DateOnly(2025, 2, 28), brief.Child.LastSeenDate);
    }

    [Fact]
    public async Task What_was_known_later_is_not_in_a_brief_as_known_then()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleChild.Write(fixture);
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("UPDATE fact.consultation SET known_from_utc = '2025-06-01'");
        }

        CaseBrief brief = await Build(fixture, SampleChild.Listed);

        Assert.DoesNotContain(brief.Events, entry => entry.Source == "家庭児童相談室");
    }

    [Fact]
    public async Task A_support_measure_of_a_household_member_blanks_address_and_school_everywhere()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleChild.Write(fixture);

        CaseBrief brief = await Build(fixture, SampleChild.Restricted);
        string text = System.Text.Encoding.UTF8.GetString(CaseBriefComposer.Compose(brief).ToCanonicalBytes());

        Assert.NotNull(brief.Restriction);
        Assert.Null(brief.Child.Address);
        Assert.DoesNotContain("西小学校", text, StringComparison.Ordinal);
        Assert.DoesNotContain("東町1-102", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_the_remit_or_without_a_purpose_nothing_is_read_and_the_refusal_is_logged()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleChild.Write(fixture);
        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        BriefReader reader = new(fixture.Databases, audit);
        (DateOnly asOf, DateTime known) = reader.Now();

        foreach (AccessReason reason in new[] { new AccessReason(City with { RemitCode = "D2" }, "support"), new AccessReason(City, "curiosity"), new AccessReason(City with { RoleCode = Roles.Steward }, "support") })
        {
            await Assert.ThrowsAsync<AccessRefusedException>(() => reader.ReadChild(SampleChild.Listed, asOf, known, reason, "child", "x", TestContext.Current.CancellationToken));
        }

        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(3, session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) AS n FROM audit.access_log WHERE outcome_code = 'refused' AND child_key = 101"));
    }

    [Fact]
    public async Task A_stored_brief_rebuilds_to_the_same_bytes_and_a_changed_one_is_refused()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        SampleChild.Write(fixture);
        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        BriefReader reader = new(fixture.Databases, audit);
        BriefService service = new(fixture.Databases, reader, PdfEngineFactory.Create(new PdfOptions { Engine = PdfEngine.BuiltIn }, NullLogger.Instance), TimeProvider.System);
        (DateOnly asOf, DateTime known) = reader.Now();
        AccessReason reason = new(City, "conference");

        IReadOnlyList<BriefFile> made = await service.Make(new BriefOrder(SampleChild.Listed, asOf, known, ["教育委員会", "健康課"], null), reason, TestContext.Current.CancellationToken);
        BriefFile? again = await service.Rebuild(made[1].BriefId, reason, TestContext.Current.CancellationToken);

        Assert.Equal(2, made.Count);
        Assert.Equal(made[1].Pdf, again!.Pdf);
        using (WarehouseSession session = fixture.Identity())
        {
            session.ExecuteText("UPDATE casework.brief_part SET document_json = REPLACE(document_json, N'見本', N'別人')");
        }

        await Assert.ThrowsAsync<WarehouseException>(() => service.Rebuild(made[1].BriefId, reason, TestContext.Current.CancellationToken));
    }

    private static async Task<CaseBrief> Build(WarehouseFixture fixture, long childKey)
    {
        await using AuditTrail audit = new(fixture.Databases, TimeProvider.System);
        BriefReader reader = new(fixture.Databases, audit);
        (DateOnly asOf, DateTime known) = reader.Now();
        IdentifiedChild child = (await reader.ReadChild(childKey, asOf, known, new AccessReason(City, "conference"), "brief", "x"))!;
        return CaseBriefBuilder.Build(child, reader.ReadScore(childKey, asOf, known), new BriefRequest("B1", "会議", "委員", 1, 1, "作成者", null));
    }
}
