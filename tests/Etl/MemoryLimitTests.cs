using System.Text;
using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A load keeps within the memory that the two databases may take, also where many children come at once.</summary>
public sealed class MemoryLimitTests
{
    private const int Pupils = 150_000;

    [Fact]
    public void The_pupils_of_a_large_city_load_within_the_smallest_default_limit()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", "2023-06-02T02:00:00+09:00", "2023-05-31",
            Enumerable.Range(0, Pupils).Select(pupil => new[] { $"E{pupil / 400:0000}", $"G{pupil:0000000}", "2023-05-10", "出席", "" }).ToArray());
        string folder = Directory.CreateTempSubdirectory("memory").FullName;
        try
        {
            using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")) with { Threads = 2, MemoryLimit = "192MB" });
            Migrator.Apply(databases);

            LoadSummary summary = new LoadPipeline(databases).Run(
                new LoadOptions { Inbox = inbox.Path, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), MaxParallel = 1 },
                null,
                TestContext.Current.CancellationToken);

            Assert.Equal(0, summary.ExitCode);
            Assert.Contains(summary.Files, file => file.Feed == "attendance" && file.Staged == Pupils);
            Assert.Empty(Checks.Run(databases).Findings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
