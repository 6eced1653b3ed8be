using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Model.Features;
using Warehouse.Reporting.Freshness;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class FreshnessTests
{
    private static readonly SourceTerms Monthly = new("checkup", "health", "健診", "健康課", 1, 10, 7, true);

    [Fact]
    public void A_source_whose_files_came_in_time_is_current_and_names_its_next_day()
    {
        SourceFreshness found = DeliveryJudge.Judge(Monthly, [Came(2025, 1, "2025-02-10"), Came(2025, 2, "2025-03-17")], new DateOnly(2025, 4, 10));

        Assert.Equal(FreshnessState.Current, found.State);
        Assert.Empty(found.Missing);
        // The 17th is the last day of grace.
        Assert.Empty(found.Late);
        Assert.Equal(new DateOnly(2025, 4, 10), found.NextDue);
        Assert.Equal(new DateOnly(2025, 2, 28), found.LastPeriodTo);
        Assert.Equal(new DateOnly(2025, 3, 17), found.LastReceived);
    }

    [Fact]
    public void A_file_after_its_grace_is_late_by_the_days_since_it_was_due()
    {
        SourceFreshness found = DeliveryJudge.Judge(Monthly, [Came(2025, 1, "2025-02-18"), Came(2025, 2, "2025-03-01")], new DateOnly(2025, 3, 20));

        LateDelivery late = Assert.Single(found.Late);
        Assert.Equal((new DateOnly(2025, 1, 1), 8), (late.Period, late.Days));
        Assert.Equal(FreshnessState.Current, found.State);
    }

    [Theory]
    [InlineData("2025-04-10", FreshnessState.Current, "")]
    [InlineData("2025-04-11", FreshnessState.Waiting, "")]
    [InlineData("2025-04-17", FreshnessState.Waiting, "")]
    [InlineData("2025-04-18", FreshnessState.Overdue, "2025-03-01")]
    [InlineData("2025-05-18", FreshnessState.Overdue, "2025-03-01 2025-04-01")]
    public void A_file_that_does_not_come_is_waited_for_and_then_missing(string day, FreshnessState state, string missing)
    {
        SourceFreshness found = DeliveryJudge.Judge(Monthly, [Came(2025, 1, "2025-02-01"), Came(2025, 2, "2025-03-01")], DateOnly.ParseExact(day, "yyyy-MM-dd"));

        Assert.Equal(state, found.State);
        Assert.Equal(missing, string.Join(' ', found.Missing.Select(month => month.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void A_month_that_never_came_is_a_gap_though_later_ones_are_there_and_a_refused_file_does_not_fill_it()
    {
        Delivery refused = Came(2025, 2, "2025-03-02") with { IsPublished = 0, StatusCode = "failed", ErrorCode = "FEED-010" };

        SourceFreshness found = DeliveryJudge.Judge(Monthly, [Came(2025, 1, "2025-02-01"), refused, Came(2025, 3, "2025-04-01")], new DateOnly(2025, 4, 20));

        Assert.Equal(FreshnessState.Gap, found.State);
        Assert.Equal([new DateOnly(2025, 2, 1)], found.Missing);
        Assert.Equal(1, found.RefusedCount);
    }

    [Fact]
    public void What_came_after_the_day_of_the_report_is_not_known_on_it()
    {
        Delivery[] files = [Came(2025, 1, "2025-02-01"), Came(2025, 2, "2025-03-25")];

        Assert.Equal(FreshnessState.Overdue, DeliveryJudge.Judge(Monthly, files, new DateOnly(2025, 3, 24)).State);
        Assert.Equal(15, Assert.Single(DeliveryJudge.Judge(Monthly, files, new DateOnly(2025, 3, 25)).Late).Days);
    }

    [Fact]
    public void A_month_with_the_content_of_the_month_before_has_come_and_is_registered_once()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using TinyInbox inbox = TinyInbox.Family();
        string[] row = ["H0001", "", "ﾎﾝﾏ ﾀﾛｳ", "H25.5.5", "1", "中町１－１", "", "3歳", "H28.5.5", "", "", "", "", "", "1"];
        // The family's file is of April 2023; May brings the same, June another one.
        inbox.Add("checkup", "2023-06-03T02:00:00+09:00", "2023-05-31", row);
        inbox.Add("checkup", "2023-07-03T02:00:00+09:00", "2023-06-30", [.. row[..14], "2"]);
        LoadOptions options = new() { Inbox = inbox.Path, Secret = new byte[32], Backfill = true };
        new LoadPipeline(fixture.Databases).Run(options, null, TestContext.Current.CancellationToken);
        new LoadPipeline(fixture.Databases).Run(options, null, TestContext.Current.CancellationToken);

        SourceFreshness found = Assert.Single(FreshnessReader.Read(fixture.Databases, [Monthly], new DateOnly(2023, 7, 20), null).Sources);

        Assert.Equal(FreshnessState.Current, found.State);
        Assert.Empty(found.Missing);
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(1, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM meta.repeated_file"));
    }

    [Fact]
    public void A_required_source_that_never_came_is_told_apart_from_one_that_the_city_does_not_have()
    {
        Assert.Equal(FreshnessState.Never, DeliveryJudge.Judge(Monthly, [], new DateOnly(2025, 4, 1)).State);
        Assert.Equal(FreshnessState.NotUsed, DeliveryJudge.Judge(Monthly with { IsRequired = false }, [], new DateOnly(2025, 4, 1)).State);
    }

    [Fact]
    public void A_year_begins_in_April_and_is_due_after_the_next_March()
    {
        SourceTerms yearly = Monthly with { PeriodMonths = 12 };
        Delivery year = new("checkup", new DateOnly(2024, 6, 1), new DateOnly(2024, 6, 30), At("2024-07-01"), 1, "succeeded", "");

        SourceFreshness found = DeliveryJudge.Judge(yearly, [year], new DateOnly(2026, 4, 18));

        Assert.Equal([new DateOnly(2025, 4, 1)], found.Missing);
        Assert.Equal(FreshnessState.Current, DeliveryJudge.Judge(yearly, [year], new DateOnly(2026, 3, 31)).State);
    }

    [Fact]
    public void A_contract_states_its_calendar_and_one_that_does_not_has_the_default()
    {
        string json = Repository.Text("etl/Feeds/checkup.json");
        Assert.Equal(new DeliveryCalendar(1, 10, 7, true), FeedCatalog.Parse(json, "checkup").Delivery);

        Assert.Equal(
            new DeliveryCalendar(3, 25, 0, false),
            FeedCatalog.Parse(With(json, """{"cadence": "quarterly", "expected_day": 25, "grace_days": 0, "is_required": false}"""), "checkup").Delivery);
    }

    [Theory]
    [InlineData("""{"cadence": "daily"}""")]
    [InlineData("""{"expected_day": 32}""")]
    [InlineData("""{"grace_days": "7"}""")]
    [InlineData("""{"gracedays": 7}""")]
    public void A_calendar_that_cannot_be_meant_is_refused_with_what_is_expected(string delivery)
    {
        FeedException fault = Assert.Throws<FeedException>(() => FeedCatalog.Parse(With(Repository.Text("etl/Feeds/checkup.json"), delivery), "checkup.json"));

        Assert.Equal("FEED-001", fault.Code);
        Assert.Contains("expected_day (1 to 31)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_department_sees_its_own_sources_and_no_counts_of_others()
    {
        SourceFreshness own = DeliveryJudge.Judge(Monthly, [], new DateOnly(2025, 4, 1));
        SourceFreshness other = DeliveryJudge.Judge(Monthly with { Feed = "school", System = "school" }, [], new DateOnly(2025, 4, 1));
        FreshnessReport report = new(new DateOnly(2025, 4, 1), null, 100, [new SourceCountLine(3, 100)], null, 0, [own, other]);

        FreshnessReport seen = report.OnlyOf("health");

        Assert.Equal("checkup", Assert.Single(seen.Sources).Terms.Feed);
        Assert.Empty(seen.BySourceCount);
    }

    [Fact]
    public void Every_feed_that_gives_a_feature_can_be_traced()
    {
        string script = Repository.Text("sql/query/trace_staged.sql");

        Assert.All(
            FeatureCatalogue.Default.Entries.SelectMany(entry => entry.Sources.Select(source => source.Split('.')[0]).Append(entry.Feed)).Distinct(StringComparer.Ordinal),
            feed => Assert.Contains($"FROM stg.{feed} AS s", script, StringComparison.Ordinal));
    }

    private static string With(string contract, string delivery) => contract.Replace("\"encoding\":", "\"delivery\": " + delivery + ", \"encoding\":", StringComparison.Ordinal);

    private static Delivery Came(int year, int month, string on) =>
        new("checkup", new DateOnly(year, month, 1), new DateOnly(year, month, 1).AddMonths(1).AddDays(-1), At(on), 1, "succeeded", "");

    // Two in the night in Japan.
    private static DateTime At(string day) => DateTime.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).AddHours(2 - 9);
}
