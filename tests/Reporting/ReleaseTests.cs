using System.Net;
using System.Text.Json;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

/// <summary>The way of statistics from a draft to the public, and back.</summary>
public sealed class ReleaseTests : IAsyncDisposable
{
    private static readonly DateTime Known = new(2025, 4, 2, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateOnly Day = new(2025, 3, 31);
    private static readonly StaffMember Second = new("second", "統括 次子", Roles.Steward, "");

    private readonly WarehouseFixture _fixture = WarehouseFixture.Create();
    private readonly ManualTime _clock = new(new DateTimeOffset(2025, 4, 10, 1, 0, 0, TimeSpan.Zero));
    private readonly AuditTrail _audit;
    private readonly ReleaseDesk _desk;

    public ReleaseTests()
    {
        SampleTown.Write(_fixture);
        _audit = new AuditTrail(_fixture.Databases, _clock);
        _desk = new ReleaseDesk(_fixture.Databases, _audit, DisclosureProfile.JpNdb, _clock);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        _fixture.Dispose();
    }

    [Fact]
    public async Task A_release_is_drafted_checked_and_approved_by_a_second_person_and_each_step_and_refusal_is_in_the_chained_log()
    {
        ReleaseRecord draft = await _desk.Draft(SampleTown.Steward, Day, Known, "3月分", Stop);
        Assert.Equal((ReleaseState.Draft, null), (draft.State, draft.Number));

        await Refused("only a checked draft", () => _desk.Approve(Second, draft.ReleaseId, null, "", Stop));
        Assert.Equal(ReleaseState.Checked, (await _desk.Check(SampleTown.Steward, draft.ReleaseId, "前年と比べた", Stop)).State);
        await Refused("a second person approves it", () => _desk.Approve(SampleTown.Steward, draft.ReleaseId, null, "", Stop));
        ReleaseRecord approved = await _desk.Approve(Second, draft.ReleaseId, null, "", Stop);

        Assert.Equal((ReleaseState.Public, 1, null), (approved.State, approved.Number, approved.CorrectsNumber));
        Assert.Equal(["draft", "check", "approve"], approved.Steps.Select(step => step.EventCode));
        await Refused("only a checked draft", () => _desk.Approve(Second, draft.ReleaseId, null, "", Stop));
        Assert.Equal(
            ["draft allowed steward", "approve refused second", "check allowed steward", "approve refused steward", "approve allowed second", "approve refused second"],
            Log());
        Assert.True(AuditTrail.Verify(_fixture.Databases).IsIntact);
    }

    [Theory]
    [InlineData(Roles.Policymaker)]
    [InlineData(Roles.Auditor)]
    [InlineData(Roles.Caseworker)]
    [InlineData("source:school")]
    public async Task Who_has_no_part_in_releases_takes_no_step_and_each_try_is_logged(string role)
    {
        StaffMember member = new("somebody", "見本 太郎", role, "");
        ReleaseRecord draft = await _desk.Draft(SampleTown.Analyst, Day, Known, "", Stop);

        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Draft(member, Day, Known, "", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Check(member, draft.ReleaseId, "", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Approve(member, draft.ReleaseId, null, "", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Reject(member, draft.ReleaseId, "x", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Notice(member, 1, "x", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Withdraw(member, 1, "x", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.HandOut(member, 1, Stop));

        Assert.Equal(7, Log().Count(line => line.EndsWith(" refused somebody", StringComparison.Ordinal)));
        Assert.Single(_desk.Find(draft.ReleaseId)!.Steps);
    }

    [Fact]
    public async Task An_analyst_does_not_approve_and_what_no_person_drafted_needs_two()
    {
        ReleaseRecord draft = await _desk.Draft(ReleaseDesk.Unnamed(ReleaseDesk.Schedule), Day, Known, "", Stop);
        await _desk.Check(Second, draft.ReleaseId, "", Stop);

        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Approve(SampleTown.Analyst, draft.ReleaseId, null, "", Stop));
        await Refused("a second person approves it", () => _desk.Approve(Second, draft.ReleaseId, null, "", Stop));

        Assert.Equal(ReleaseState.Public, (await _desk.Approve(SampleTown.Steward, draft.ReleaseId, null, "", Stop)).State);
    }

    [Fact]
    public async Task Figures_are_public_from_the_day_of_the_embargo_and_not_before()
    {
        DateTime day = new(2025, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        ReleaseRecord release = await SampleTown.Release(_desk, Day, Known, publicFrom: day);

        Assert.Equal((ReleaseState.Embargoed, day), (release.State, release.PublicFromUtc));
        Assert.Null(ReleaseDesk.Newest(_desk.All()));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Take(SampleTown.Steward, release, "statistics.json", Stop));

        _clock.Add(new DateTimeOffset(day) - _clock.GetUtcNow());
        Assert.Equal(1, ReleaseDesk.Newest(_desk.All())!.Number);
        Assert.NotEmpty((await _desk.Take(SampleTown.Steward, _desk.FindNumber(1)!, "statistics.json", Stop)).Tables);
    }

    [Fact]
    public async Task What_was_withdrawn_before_anybody_had_it_tells_nothing_and_what_was_handed_out_still_counts()
    {
        DateTime day = new(2025, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        await SampleTown.Release(_desk, Day, Known, publicFrom: day);
        Assert.Equal([1L], Counted());
        await _desk.Withdraw(Second, 1, "区分の誤り", Stop);
        Assert.Empty(Counted());

        // The same figures again, this time given to somebody before the day.
        ReleaseRecord second = await SampleTown.Release(_desk, Day, Known, "区分の誤りを直した", day);
        Assert.Equal((2, 1), (second.Number, second.CorrectsNumber));
        await _desk.HandOut(Second, 2, Stop);
        await _desk.Withdraw(Second, 2, "再度の誤り", Stop);
        Assert.Equal([2L], Counted());

        // And one that was public for an hour.
        ReleaseRecord third = await SampleTown.Release(_desk, Day, Known, "再度の訂正");
        _clock.Add(TimeSpan.FromHours(1));
        await _desk.Withdraw(Second, third.Number!.Value, "三度目", Stop);
        Assert.Equal([2L, 3L], Counted());
        await Refused("withdrawn already", () => _desk.Withdraw(Second, 3, "三度目", Stop));
        await Assert.ThrowsAsync<AccessRefusedException>(() => _desk.Take(Second, _desk.FindNumber(3)!, "statistics.json", Stop));
    }

    [Fact]
    public async Task A_draft_never_counts_and_cannot_be_approved_once_something_else_is_public()
    {
        ReleaseRecord first = await _desk.Draft(SampleTown.Analyst, Day, Known, "", Stop);
        await _desk.Check(SampleTown.Analyst, first.ReleaseId, "", Stop);
        SampleTown.Fill(_fixture, from: 5000, count: 3, district: 1);
        ReleaseRecord second = await _desk.Draft(SampleTown.Analyst, Day, Known.AddHours(1), "", Stop);
        Assert.Empty(Counted());
        Assert.NotEqual(first.ReleaseId, second.ReleaseId);

        // The first is counted otherwise now, because what was loaded says that it was known then.
        await Refused("figures of draft 1 are counted otherwise now", () => _desk.Check(SampleTown.Analyst, first.ReleaseId, "", Stop));
        await _desk.Check(SampleTown.Analyst, second.ReleaseId, "", Stop);
        await _desk.Approve(SampleTown.Steward, second.ReleaseId, null, "", Stop);

        await Refused("became public since", () => _desk.Approve(SampleTown.Steward, first.ReleaseId, null, "", Stop));
        Assert.Equal(ReleaseState.Rejected, (await _desk.Reject(SampleTown.Analyst, first.ReleaseId, "古い", Stop)).State);
    }

    [Fact]
    public async Task A_correction_takes_the_place_of_the_release_with_words_and_only_once_it_is_public()
    {
        await SampleTown.Release(_desk, Day, Known);
        SampleTown.Fill(_fixture, from: 5000, count: 40, district: 2);
        ReleaseRecord draft = await _desk.Draft(SampleTown.Analyst, Day, Known.AddHours(1), "", Stop);
        await _desk.Check(SampleTown.Analyst, draft.ReleaseId, "", Stop);

        await Refused("needs words", () => _desk.Approve(SampleTown.Steward, draft.ReleaseId, null, " ", Stop));
        await _desk.Approve(SampleTown.Steward, draft.ReleaseId, new DateTime(2025, 4, 20, 0, 0, 0, DateTimeKind.Utc), "西地区の児童40人を追加", Stop);
        Assert.Equal([ReleaseState.Public, ReleaseState.Embargoed], _desk.All().Select(release => release.State));

        _clock.Add(new DateTimeOffset(2025, 4, 21, 0, 0, 0, TimeSpan.Zero) - _clock.GetUtcNow());
        IReadOnlyList<ReleaseRecord> all = _desk.All();
        Assert.Equal([ReleaseState.Corrected, ReleaseState.Public], all.Select(release => release.State));
        Assert.Equal((2, 2), (all[0].CorrectedBy, ReleaseDesk.Newest(all)!.Number));
        Assert.Equal("西地区の児童40人を追加", Assert.Single(all[1].Notices).NoteText);
        await _desk.Notice(SampleTown.Steward, 2, "年齢の区分に注意", Stop);
        Assert.Equal(2, _desk.FindNumber(2)!.Notices.Count());

        // Without its correction the first one stands again.
        await _desk.Withdraw(SampleTown.Steward, 2, "誤って公表", Stop);
        Assert.Equal((ReleaseState.Public, null), (_desk.FindNumber(1)!.State, _desk.FindNumber(1)!.CorrectedBy));
    }

    [Theory]
    [EngineData]
    public async Task A_release_is_the_same_byte_by_byte_years_and_loads_later(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        SampleTown.Write(fixture);
        await using AuditTrail audit = new(fixture.Databases, _clock);
        ReleaseDesk desk = new(fixture.Databases, audit, DisclosureProfile.JpNdb, _clock);
        ReleaseRecord release = await SampleTown.Release(desk, Day, Known);
        string before = desk.Document(release).ToCanonicalText();

        // Later: children are taken out and others come in, children are scored.
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("UPDATE fact.child_month SET known_to_utc = '2026-01-01' WHERE child_key < 1050");
            session.ExecuteText("INSERT INTO fact.child_month SELECT child_key + 10000, month_key, place_key, facility_key, household_key, age_months, grade_code, is_resident, source_count, '2026-01-01', '9999-12-31', load_id FROM fact.child_month WHERE child_key < 1020");
        }

        using (WarehouseSession session = fixture.Warehouse(SessionRole.Migrator))
        {
            session.ExecuteText("INSERT INTO fact.risk_score (model_run_id, child_key, snapshot_date, as_known_utc, scored_utc, band_code, is_withheld, withheld_code, source_count) SELECT 1, child_key, '2025-04-01', '2025-04-01', '2026-01-01', 'A', 0, '', 4 FROM fact.child_month");
        }

        _clock.Add(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) - _clock.GetUtcNow());
        ReleaseDesk later = new(fixture.Databases, audit, DisclosureProfile.JpNdb, _clock);

        ReleaseVerdict verdict = later.Verify(later.FindNumber(1)!, Stop);
        Assert.True(verdict is { IsIntact: true, IsSameBytes: true, DifferentCount: 0 }, verdict.ToString());
        Assert.Equal(release.FigureCount, verdict.FigureCount);
        Assert.Equal(before, later.Document(later.FindNumber(1)!).ToCanonicalText());
        Assert.Equal(release.DocumentSha256, StatisticsRelease.Hash(before));

        // A figure that is not the one of then is found, and so is a document that was changed.
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("UPDATE fact.child_month SET known_from_utc = '2026-01-01' WHERE child_key = 2001");
        }

        Assert.True(later.Verify(later.FindNumber(1)!, Stop) is { IsIntact: false, DifferentCount: > 0 });
        using (WarehouseSession session = fixture.Warehouse(SessionRole.Migrator))
        {
            session.ExecuteText("UPDATE meta.release_part SET document_json = REPLACE(document_json, '\"count\":2', '\"count\":3')");
        }

        ReleaseDesk fresh = new(fixture.Databases, audit, DisclosureProfile.JpNdb, _clock);
        Assert.Contains("changed after it was approved", Assert.Throws<WarehouseException>(() => fresh.Document(fresh.FindNumber(1)!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_holds_no_hidden_figure()
    {
        SampleTown.Fill(_fixture, from: 6000, count: 7, district: 2);
        ReleaseRecord release = await SampleTown.Release(_desk, Day, Known);

        using JsonDocument document = JsonDocument.Parse(_desk.Document(release).ToCanonicalText());
        int hidden = 0;
        foreach (JsonElement cell in document.RootElement.GetProperty("tables").EnumerateArray().SelectMany(table => table.GetProperty("cells").EnumerateArray()).SelectMany(row => row.EnumerateArray()))
        {
            if (cell.GetProperty("mark").GetString() is "primary" or "secondary")
            {
                hidden++;
                Assert.Equal(JsonValueKind.Null, cell.GetProperty("count").ValueKind);
            }
        }

        Assert.True(hidden > 0);
    }

    [Fact]
    public async Task A_release_from_before_steps_were_kept_counts_as_public_and_nothing_can_be_done_with_it()
    {
        await SampleTown.Release(_desk, Day, Known);
        using (WarehouseSession session = _fixture.Warehouse(SessionRole.Migrator))
        {
            session.ExecuteText("DELETE FROM meta.release_event");
            session.ExecuteText("DELETE FROM meta.release_approval");
        }

        Assert.Equal([1L], Counted());
        Assert.Equal(ReleaseState.Registered, _desk.Find(1)!.State);
        await Refused("only a draft can be checked", () => _desk.Check(SampleTown.Analyst, 1, "", Stop));
    }

    [Fact]
    public async Task Two_drafts_at_once_get_two_numbers()
    {
        ReleaseDesk other = new(_fixture.Databases, _audit, DisclosureProfile.NhsRound5, _clock);

        ReleaseRecord[] drafts = await Task.WhenAll(
            Task.Run(() => _desk.Draft(SampleTown.Analyst, Day, Known, "", Stop)), Task.Run(() => other.Draft(SampleTown.Analyst, Day, Known, "", Stop)));

        Assert.Equal([1L, 2L], drafts.Select(draft => draft.ReleaseId).Order());
    }

    [Fact]
    public async Task The_pages_take_a_release_to_the_public_and_reading_registers_nothing()
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using HttpClient analyst = await host.SignedIn("analyst");
        using HttpClient steward = await host.SignedIn("steward");
        using HttpClient auditor = await host.SignedIn("auditor");
        using HttpClient policymaker = await host.SignedIn("policymaker");
        foreach (HttpClient reader in new[] { analyst, steward, auditor })
        {
            Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/statistics", Stop)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await policymaker.GetAsync("/api/v1/statistics", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await policymaker.GetAsync("/statistics", Stop)).StatusCode);
        Assert.Equal(0, host.Count("meta.statistics_release", "1 = 1"));

        using HttpResponseMessage drafted = await DeskHost.Post(steward, "/statistics", "/statistics/drafts", new() { ["note"] = "3月分" });
        Assert.Equal("/statistics/1", drafted.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Forbidden, (await policymaker.GetAsync("/statistics/1", Stop)).StatusCode);
        Assert.Contains("承認前の案", await DeskHost.Text(auditor, "/statistics/1"), StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\" action=\"/statistics/1", await DeskHost.Text(auditor, "/statistics/1"), StringComparison.Ordinal);
        using HttpResponseMessage check = await DeskHost.Post(analyst, "/statistics/1", "/statistics/1/check", []);
        Assert.Equal(HttpStatusCode.Redirect, check.StatusCode);

        // Four eyes: the page says why, and the log knows.
        using HttpResponseMessage own = await DeskHost.Post(steward, "/statistics/1", "/statistics/1/approve", []);
        Assert.Equal(HttpStatusCode.Conflict, own.StatusCode);
        Assert.Contains("別の人が承認してください", WebUtility.HtmlDecode(await own.Content.ReadAsStringAsync(Stop)), StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'release-approve' AND outcome_code = 'refused' AND staff_id = 'steward'"));
        new StaffAccounts(host.Fixture.Databases, host.Time).Save(Second, "second");
        using HttpClient second = await host.SignedIn("second");
        using HttpResponseMessage approved = await DeskHost.Post(second, "/statistics/1", "/statistics/1/approve", new() { ["public_from"] = "2025-04-12" });
        Assert.Equal(HttpStatusCode.Redirect, approved.StatusCode);

        Assert.Equal(HttpStatusCode.NotFound, (await policymaker.GetAsync("/releases/1/statistics.json", Stop)).StatusCode);
        host.Time.Add(new DateTimeOffset(2025, 4, 12, 1, 0, 0, TimeSpan.Zero) - host.Time.GetUtcNow());
        using HttpClient reader2 = await host.SignedIn("policymaker");
        using HttpResponseMessage file = await reader2.GetAsync("/releases/1/children_by_district_age.csv", Stop);
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Contains("東地区", await file.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await reader2.GetAsync("/releases/1/../identity.csv", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader2.GetAsync("/releases/2/statistics.json", Stop)).StatusCode);
        Assert.Equal(1, host.Count("audit.access_log", "action_code = 'release-file' AND outcome_code = 'allowed' AND staff_id = 'policymaker' AND object_id = 'release 1 children_by_district_age.csv'"));

        using HttpClient stewardLater = await host.SignedIn("steward");
        using HttpResponseMessage withdrawn = await DeskHost.Post(stewardLater, "/statistics/1", "/statistics/1/withdraw", new() { ["note"] = "数え方の誤り" });
        Assert.Equal(HttpStatusCode.Redirect, withdrawn.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await reader2.GetAsync("/releases/1/statistics.json", Stop)).StatusCode);
        Assert.Equal(1, host.Count("meta.statistics_release", "1 = 1"));
    }

    [Theory]
    [InlineData("auditor", "/statistics/drafts /statistics/1/check /statistics/1/approve /statistics/1/withdraw")]
    [InlineData("policymaker", "/statistics/drafts /statistics/1/check /statistics/1/approve /statistics/1/withdraw")]
    [InlineData("analyst", "/statistics/1/approve /statistics/1/withdraw /statistics/1/notice /statistics/1/handout")]
    public async Task A_step_that_is_not_of_the_role_is_refused_by_its_address_and_logged(string staffId, string paths)
    {
        await using DeskHost host = await DeskHost.Start(SampleTown.Fill);
        using HttpClient client = await host.SignedIn(staffId);
        Dictionary<string, string> token = DeskHost.Hidden(await DeskHost.Text(client, "/dashboard"), "/sign-out");
        foreach (string path in paths.Split(' '))
        {
            using HttpResponseMessage response = await client.PostAsync(path, new FormUrlEncodedContent(token.Append(new("note", "x"))), Stop);
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{path}: {response.StatusCode}");
        }

        Assert.Equal(paths.Split(' ').Length, host.Count("audit.access_log", $"staff_id = '{staffId}' AND action_code = 'refusal' AND outcome_code = 'refused'"));
        Assert.Equal(0, host.Count("meta.statistics_release", "1 = 1"));
    }

    private static async Task Refused(string part, Func<Task> act) =>
        Assert.Contains(part, (await Assert.ThrowsAsync<ReleaseStepException>(act)).Message, StringComparison.Ordinal);

    private IReadOnlyList<long> Counted()
    {
        using WarehouseSession session = _fixture.Warehouse(SessionRole.Reporting);
        return session.Query<long>("query/report_release_counted");
    }

    private List<string> Log()
    {
        using WarehouseSession session = _fixture.Warehouse(SessionRole.Auditor);
        return session.QueryText<(string Action, string Outcome, string Staff)>("SELECT action_code, outcome_code, staff_id FROM audit.access_log WHERE action_code LIKE 'release-%' ORDER BY access_id")
            .Select(row => $"{row.Action["release-".Length..]} {row.Outcome} {row.Staff}").ToList();
    }
}
