using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>Two districts with enough children for statistics, and the people who release them.</summary>
public static class SampleTown
{
    /// <summary>Who drafts and checks.</summary>
    public static readonly StaffMember Analyst = new("analyst", "分析 一郎", Roles.Analyst, "");

    /// <summary>Who approves.</summary>
    public static readonly StaffMember Steward = new("steward", "統括 花子", Roles.Steward, "");

    /// <summary>Writes 120 children into an eastern district and 90 into a western one, in March 2025, each with one consultation of the pooled years.</summary>
    public static void Write(WarehouseFixture fixture)
    {
        using (WarehouseSession session = fixture.Warehouse())
        {
            session.ExecuteText("INSERT INTO dim.place VALUES (1, 'T1', N'東町', 'D1', N'東地区', N'佐和島市'), (2, 'T2', N'西町', 'D2', N'西地区', N'佐和島市')");
        }

        Fill(fixture);
    }

    /// <summary>Writes the children alone, where the sample children have brought the districts.</summary>
    public static void Fill(WarehouseFixture fixture)
    {
        Fill(fixture, from: 1000, count: 120, district: 1);
        Fill(fixture, from: 2000, count: 90, district: 2);
    }

    /// <summary>Writes children of a district, each with one consultation of the pooled years.</summary>
    public static void Fill(WarehouseFixture fixture, int from, int count, int district)
    {
        using (WarehouseSession session = fixture.Warehouse())
        {
            for (int child = from; child < from + count; child++)
            {
                session.ExecuteText($"INSERT INTO fact.child_month VALUES ({child}, 202503, {district}, {district}, 0, {(child % 17) * 12}, 3, 1, {4 + (child % 2 * 3)}, '2025-04-01', '9999-12-31', 1)");
            }
        }

        Consult(fixture, from, count);
    }

    /// <summary>Writes one consultation of the pooled years for each child; every second one needs support; kinds and senders take turns.</summary>
    public static void Consult(WarehouseFixture fixture, int from, int count)
    {
        using WarehouseSession session = fixture.Warehouse();
        for (int child = from; child < from + count; child++)
        {
            session.ExecuteText(
                $"INSERT INTO fact.consultation VALUES ({child}, {child}, '{2022 + (child / 2 % 3)}-05-10', '{(child / 2 % 2 == 0 ? "upbringing" : "care")}', '{(child / 4 % 2 == 0 ? "school" : "health")}', 'c', NULL, '{(child % 2 == 0 ? "need" : "no_need")}', '2024-06-01', '2024-09-01', 'none', '2024-06-01', '9999-12-31', 1)");
        }
    }

    /// <summary>Returns a figure of the first draft as it was counted, hidden or not.</summary>
    public static long Figure(WarehouseFixture fixture, string population, params (string Dimension, string Line)[] lines)
    {
        // The key of a figure: its population, then its lines in order, lengths before texts.
        string key = $"{population.Length}:{population}|" + string.Join('|', lines.Select(line => $"{line.Dimension.Length}:{line.Dimension}={line.Line.Length}:{line.Line}").Order(StringComparer.Ordinal));
        using WarehouseSession session = fixture.Warehouse(SessionRole.Reporting);
        return session.ScalarText<long>("SELECT cell_count FROM fact.release_cell WHERE release_id = 1 AND figure_key = @key", new { key });
    }

    /// <summary>Drafts, checks and approves a release by two people; one that is public already stays as it is.</summary>
    public static async Task<ReleaseRecord> Release(ReleaseDesk desk, DateOnly asOf, DateTime known, string note = "", DateTime? publicFrom = null)
    {
        ReleaseRecord record = await desk.Draft(Analyst, asOf, known);
        if (record.State == ReleaseState.Draft)
        {
            await desk.Check(Analyst, record.ReleaseId);
            record = await desk.Approve(Steward, record.ReleaseId, publicFrom, note);
        }

        return record;
    }
}
