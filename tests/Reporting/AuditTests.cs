using Warehouse.Reporting.Security;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Reporting;

public sealed class AuditTests
{
    [Theory]
    [EngineData]
    public async Task Rows_of_parallel_callers_form_one_chain(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        await using (AuditTrail trail = new(fixture.Databases, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(1, 60).Select(child => trail.Record(new AuditEntry("花子", "caseworker", "child", "allowed", child, "support"))));
        }

        await using (AuditTrail later = new(fixture.Databases, TimeProvider.System))
        {
            await later.Record(new AuditEntry("b", "auditor", "audit", "allowed"), TestContext.Current.CancellationToken);
        }

        AuditVerdict verdict = AuditTrail.Verify(fixture.Databases);
        Assert.True(verdict.IsIntact, verdict.Fault);
        Assert.Equal(61, verdict.RowCount);
    }

    [Fact]
    public void What_is_beyond_ascii_is_written_in_ascii_and_fits_its_column()
    {
        AuditRow row = AuditChain.Append(1, new DateTime(2025, 4, 1, 0, 0, 0, DateTimeKind.Utc), new AuditEntry("花a", "caseworker", "child", "allowed", 1, ObjectId: new string('子', 100)), AuditChain.Root);

        Assert.Equal(@"\u82b1a", row.StaffId);
        Assert.Equal(100, row.ObjectId.Length);
        Assert.True(AuditChain.Verify([row]).IsIntact);
    }

    [Fact]
    public void Tampering_is_found_at_the_first_broken_row()
    {
        List<AuditRow> rows = Chain(10);

        List<AuditRow> changed = [.. rows];
        changed[4] = changed[4] with { ChildKey = 99 };
        List<AuditRow> removed = [.. rows.Where(row => row.AccessId != 4)];
        List<AuditRow> forged = [.. rows];
        forged[6] = forged[6] with { StaffId = "x" };
        forged[6] = forged[6] with { RowHash = AuditChain.HashOf(forged[6]) };

        Assert.Equal(5, AuditChain.Verify(changed).BrokenAt);
        Assert.Equal(4, AuditChain.Verify(removed).BrokenAt);
        Assert.Equal(8, AuditChain.Verify(forged).BrokenAt);
        Assert.True(AuditChain.Verify(rows).IsIntact);
    }

    [Fact]
    public void Rows_cut_off_the_end_change_the_head_hash()
    {
        List<AuditRow> rows = Chain(5);

        Assert.NotEqual(AuditChain.Verify(rows).HeadHash, AuditChain.Verify(rows.SkipLast(1)).HeadHash);
    }

    private static List<AuditRow> Chain(int count)
    {
        List<AuditRow> rows = [];
        for (int id = 1; id <= count; id++)
        {
            rows.Add(AuditChain.Append(id, new DateTime(2025, 4, 1, 0, 0, id, DateTimeKind.Utc), new AuditEntry("a", "caseworker", "child", "allowed", id), rows.LastOrDefault()?.RowHash ?? AuditChain.Root));
        }

        return rows;
    }

    [Fact]
    public void What_is_unusual_in_the_log_is_told_by_person_and_day_and_what_is_usual_is_not()
    {
        DateTime noon = new(2025, 4, 10, 3, 0, 0, DateTimeKind.Utc);
        AuditRow Row(string staff, string action, long child, DateTime at, string outcome = "allowed") =>
            new() { StaffId = staff, ActionCode = action, OutcomeCode = outcome, ChildKey = child, AtUtc = at };
        List<AuditRow> rows =
        [
            .. Enumerable.Range(1, AuditAnomalies.MostChildren + 1).Select(child => Row("a", "child", child, noon)),
            .. Enumerable.Range(1, AuditAnomalies.MostChildren).Select(child => Row("b", "child", child, noon)),
            .. Enumerable.Range(1, 500).Select(child => Row("b", "worklist", child, noon)),
            .. Enumerable.Range(1, AuditAnomalies.FewestRefusals).Select(_ => Row("c", "refusal", 0, noon, "refused")),
            .. Enumerable.Range(1, AuditAnomalies.FewestRefusals - 1).Select(_ => Row("d", "refusal", 0, noon, "refused")),
            Row("e", "brief-open", 7, noon.AddHours(10)),
            Row("f", "worklist", 7, noon.AddHours(10)),
            .. Enumerable.Range(0, AuditAnomalies.FewestDays).Select(day => Row("g", "child", 9, noon.AddDays(-2 * day))),
            .. Enumerable.Range(0, AuditAnomalies.FewestDays).Select(day => Row("h", "child", 9, noon.AddDays(-4 * day))),
        ];

        IReadOnlyList<AuditAnomaly> found = AuditAnomalies.Find(rows);

        DateOnly day = new(2025, 4, 10);
        Assert.Equal(
            [new("many_children", "a", day, 41), new("night", "e", day, 1), new("refusals", "c", day, 5), new("same_child", "g", day, 10)],
            found);
    }
}
