using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Warehouse.Sql;

namespace Warehouse.Reporting.Casework;

/// <summary>One draw of one district: with its seed it can be made again, with its probability recall can be estimated.</summary>
public sealed record DrawRow(string DistrictCode, string Seed, long PopulationCount, long ListedCount, long DrawnCount, double InclusionProbability);

/// <summary>Draws children whom the model did not list, so that a fifth of every list at least comes from chance.</summary>
/// <remarks>
/// A stratified sample without replacement: within a district everybody scored and not listed has the probability n / N, and a district without a
/// listed child is drawn from too. An unbiased count of children in need outside the list is the sum of 1 / probability over those drawn and
/// judged to need support. Source: Horvitz and Thompson 1952, JASA 47, p. 663.
/// </remarks>
public static class AuditDraw
{
    // One drawn for four listed: a fifth of the list.
    private const int ListedForOneDrawn = 4;

    private static readonly string[] ChildColumns = ["model_run_id", "snapshot_date", "as_known_utc", "child_key", "district_code"];

    /// <summary>Returns how many to draw.</summary>
    public static int Size(int listed, int population) => Math.Min(population, Math.Max(1, (listed + ListedForOneDrawn - 1) / ListedForOneDrawn));

    /// <summary>Returns the first children of a population in the order that a seed gives.</summary>
    public static IReadOnlyList<long> Choose(string seed, IEnumerable<long> population, int count) => population
        .OrderBy(child => Order(seed, child), StringComparer.Ordinal).ThenBy(child => child).Take(count).ToList();

    /// <summary>Returns the place of a child in an order that nobody can guess without the key.</summary>
    internal static string Order(string key, long child) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key + "|" + child.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Returns the children drawn for a scoring, after drawing them where that was not done yet.</summary>
    internal static HashSet<long> Ensure(WarehouseDatabases databases, IReadOnlyList<ScoredChild> population, DateTime nowUtc)
    {
        ScoredChild any = population[0];
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        var at = new { any.ModelRunId, any.SnapshotDate, ScoreKnownUtc = any.AsKnownUtc };
        if (session.Query<DrawRow>("query/casework_draw", at).Count == 0)
        {
            session.Begin();
            foreach (IGrouping<string, ScoredChild> district in population.GroupBy(child => child.DistrictCode).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                long[] unlisted = district.Where(child => !child.IsListed).Select(child => child.ChildKey).ToArray();
                if (unlisted.Length == 0)
                {
                    continue;
                }

                int listed = district.Count() - unlisted.Length;
                string seed = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
                IReadOnlyList<long> drawn = Choose(seed, unlisted, Size(listed, unlisted.Length));
                session.Execute("load/casework_draw_insert", new
                {
                    any.ModelRunId,
                    any.SnapshotDate,
                    ScoreKnownUtc = any.AsKnownUtc,
                    DistrictCode = district.Key,
                    Seed = seed,
                    PopulationCount = (long)unlisted.Length,
                    ListedCount = (long)listed,
                    DrawnCount = (long)drawn.Count,
                    InclusionProbability = (double)drawn.Count / unlisted.Length,
                    DrawnUtc = nowUtc,
                });
                session.BulkInsert("fact.audit_draw_child", ChildColumns, drawn.Select(child => new object?[] { any.ModelRunId, any.SnapshotDate, any.AsKnownUtc, child, district.Key }));
            }

            session.Commit();
        }

        return session.Query<long>("query/casework_draw_child", at).ToHashSet();
    }
}
