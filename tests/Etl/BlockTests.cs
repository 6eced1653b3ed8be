using System.Text;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>A file that is staged in blocks while it is read ends as one that was read whole, and one that fails leaves nothing.</summary>
public sealed class BlockTests
{
    private static readonly string[] Tables =
    [
        "stg.resident", "stg.household", "stg.allowance", "stg.nursery", "stg.checkup", "stg.school", "stg.attendance", "stg.consultation", "stg.reject", "stg.repair", "stg.trait",
        "stg.file_scope", "stg.link", "stg.touched", "fact.child_month", "fact.school_attendance_day", "fact.school_attendance_month", "fact.consultation",
    ];

    [Fact]
    public void Every_feed_has_a_script_that_marks_what_repeats_by_its_whole_key()
    {
        foreach (FeedContract contract in FeedCatalog.Default.Contracts)
        {
            // A file that is folded is held whole, and marked in memory.
            string repeat = contract.Fold.Length > 0 ? "PARTITION BY s.record_key" : Script("sql/load/repeat/" + contract.Feed + ".sql");
            foreach (StagedColumn column in contract.Stage.Where(column => contract.Fold.Length == 0 && contract.Key.Any(ordinal => contract.Columns[ordinal].Name == column.Source)))
            {
                Assert.Contains("s." + column.Name, repeat, StringComparison.Ordinal);
            }

            Assert.Contains("PARTITION BY s.record_key", repeat, StringComparison.Ordinal);
            if (contract.Supersede == SupersedeKind.FilePeriod)
            {
                Assert.Contains("UPDATE stg." + contract.Feed, Script("sql/load/part/" + contract.Feed + ".sql"), StringComparison.Ordinal);
            }
        }

        static string Script(string name)
        {
            using Stream stream = typeof(WarehouseSession).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
            using StreamReader reader = new(stream);
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public void A_city_read_in_small_blocks_ends_as_one_read_in_large_ones()
    {
        string root = Directory.CreateTempSubdirectory("blocks-").FullName;
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini) with { Children = 120, Years = 2, NoiseLevel = NoiseLevel.High }, root);
            using WarehouseFixture large = WarehouseFixture.Create();
            using WarehouseFixture small = WarehouseFixture.Create();

            LoadSummary once = Load(large, Path.Combine(root, "inbox"), 1_000_000);
            LoadSummary inBlocks = Load(small, Path.Combine(root, "inbox"), 7);

            Assert.Equal(once.Files, inBlocks.Files);
            Assert.Equal(once.RejectReasons, inBlocks.RejectReasons);
            Assert.Equal(once.RepairReasons, inBlocks.RepairReasons);
            Assert.Contains(once.Files, file => file.Feed == "attendance" && file.Superseded > 0);
            Assert.Equal(State(large), State(small));
            Assert.Empty(Checks.Run(small.Databases).Findings);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_turns_out_to_be_cut_off_leaves_nothing_of_its_blocks()
    {
        using TinyInbox inbox = TinyInbox.Family();
        string name = inbox.Add("attendance", "2025-12-01T02:00:00+09:00", "2023-05-31", Days(50));
        string manifest = Path.Combine(inbox.Path, name + ".manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"row_count\":50", "\"row_count\":51", StringComparison.Ordinal));
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox.Path, 4);

        Assert.Equal("FEED-007", Assert.Single(summary.Files, file => file.Status == "failed").ErrorCode);
        AssertNothingLeft(fixture, rejects: 0);
    }

    [Fact]
    public void A_file_above_its_reject_limit_leaves_its_rejects_and_nothing_else()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", "2025-12-01T02:00:00+09:00", "2023-05-31", [.. Days(40), .. Enumerable.Range(0, 10).Select(_ => new[] { "E0001", "G0001", "2023-05-32", "欠席", "" })]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox.Path, 4);

        LoadedFile failed = Assert.Single(summary.Files, file => file.Status == "failed");
        Assert.Equal((LoadPipeline.RejectLimitCode, 50L, 10L), (failed.ErrorCode, failed.Read, failed.Rejected));
        AssertNothingLeft(fixture, rejects: 10);
        using WarehouseSession identity = fixture.Identity();
        Assert.Equal(10, identity.ScalarText<long>("SELECT COUNT(*) FROM ident.reject"));
    }

    [Fact]
    public void Of_rows_that_repeat_across_blocks_the_last_one_stands()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("attendance", "2025-12-01T02:00:00+09:00", "2023-05-31",
            [["E0001", "G0001", "2023-05-10", "欠席", ""], .. Days(20), ["E0001", "G0001", "2023-05-10", "遅刻", ""], ["E0001", "G0001", "2025-05-10", "欠席", ""], ["E0001", "G0001", "2025-05-10", "出席", ""]]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        LoadSummary summary = Load(fixture, inbox.Path, 2);

        Assert.Equal(0, summary.ExitCode);
        // The day is in the twenty days too, so it is stated three times; the one two years later, outside the window of bits, twice.
        Assert.Equal(3, summary.Files.Sum(file => file.Superseded));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(["late"], session.QueryText<string>("SELECT attendance_code FROM fact.school_attendance_day WHERE date_key = 20230510"));
        Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_day WHERE date_key = 20250510"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public async Task A_load_that_is_cancelled_while_files_are_read_ends()
    {
        using TinyInbox inbox = TinyInbox.Family();
        for (int i = 0; i < 4; i++)
        {
            inbox.Add("attendance", $"2025-12-0{i + 2}T02:00:00+09:00", "2023-05-31", [.. Days(60), ["E0001", "G0001", $"2023-05-2{i}", "欠席", ""]]);
        }

        using WarehouseFixture fixture = WarehouseFixture.Create();
        using CancellationTokenSource stop = new();

        Task load = Task.Run(() => Load(fixture, inbox.Path, 3, stop.Token, point =>
        {
            if (point == "block")
            {
                stop.Cancel();
            }
        }), TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM stg.attendance"));
        Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM meta.load_run WHERE status_code <> 'failed'"));
    }

    private static string[][] Days(int count) => [.. Enumerable.Range(0, count).Select(i => new[] { "E0001", "G0001", new DateOnly(2023, 5, 1).AddDays(i).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), "出席", "" })];

    private static void AssertNothingLeft(WarehouseFixture fixture, int rejects)
    {
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(3, session.ScalarText<long>("SELECT COUNT(*) FROM stg.attendance"));
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM stg.file_scope"));
        Assert.Equal(0, session.ScalarText<long>("SELECT COUNT(*) FROM stg.repair"));
        Assert.Equal(rejects, session.ScalarText<long>("SELECT COUNT(*) FROM stg.reject"));
        Assert.Equal(1, session.ScalarText<long>("SELECT COUNT(*) FROM fact.school_attendance_month"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    private static LoadSummary Load(WarehouseFixture fixture, string inbox, int blockRows, CancellationToken? stop = null, Action<string>? crashPoint = null) => new LoadPipeline(fixture.Databases).Run(
        new LoadOptions { Inbox = inbox, Secret = Encoding.ASCII.GetBytes("a secret for tests only"), Backfill = true, MaxParallel = 2, BlockRows = blockRows, CrashPoint = crashPoint },
        null,
        stop ?? TestContext.Current.CancellationToken);

    private static string State(WarehouseFixture fixture)
    {
        using WarehouseSession session = fixture.Warehouse();
        StringBuilder text = new();
        foreach (string table in Tables)
        {
            text.Append(table).Append(' ').Append(session.ScalarText<string>($"SELECT CONCAT(COUNT(*), ' rows ', COALESCE(SUM(CAST(HASH(t) AS HUGEINT)), 0)) FROM {table} AS t")).Append('\n');
        }

        return text.ToString();
    }
}
