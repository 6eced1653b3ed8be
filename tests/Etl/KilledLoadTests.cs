using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The inbox of a small city, and what undisturbed loads of it leave in the databases.</summary>
public sealed class KilledLoadFixture : IDisposable
{
    public KilledLoadFixture()
    {
        Root = Directory.CreateTempSubdirectory("killed-load-").FullName;
        CityGenerator.Generate(CityOptions.For(CityPreset.Mini) with { Children = 50, Years = 1 }, Root);
        Stopwatch watch = Stopwatch.StartNew();
        KilledLoadTests.Load(Folder("clean"), Inbox, point => Points.Add(point));
        Duration = watch.Elapsed;
        Clean = KilledLoadTests.State(Folder("clean"));

        // The same city in two deliveries: what was extracted first, then the whole.
        Early = Folder("early");
        string[] manifests = [.. Directory.GetFiles(Inbox, "*.manifest.json").OrderBy(ExtractedAt).ThenBy(name => name, StringComparer.Ordinal)];
        KilledLoadTests.CopyFiles(Path.Combine(Inbox, "reference"), Path.Combine(Early, "reference"));
        foreach (string manifest in manifests.Take(manifests.Length / 2))
        {
            string file = manifest[..^".manifest.json".Length];
            File.Copy(manifest, Path.Combine(Early, Path.GetFileName(manifest)));
            File.Copy(file, Path.Combine(Early, Path.GetFileName(file)));
        }

        First = Folder("first");
        KilledLoadTests.Load(First, Early);
        string both = Folder("both");
        KilledLoadTests.CopyFiles(First, both);
        KilledLoadTests.Load(both, Inbox);
        CleanInTwo = KilledLoadTests.State(both);
    }

    public string Root { get; }

    public string Inbox => Path.Combine(Root, "inbox");

    /// <summary>The points at which an undisturbed load may die, in order.</summary>
    public List<string> Points { get; } = [];

    public TimeSpan Duration { get; }

    public IReadOnlyList<string> Clean { get; }

    public string Early { get; }

    /// <summary>The databases after the first delivery.</summary>
    public string First { get; }

    public IReadOnlyList<string> CleanInTwo { get; }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static DateTimeOffset ExtractedAt(string manifest)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(manifest));
        return json.RootElement.GetProperty("extracted_at").GetDateTimeOffset();
    }
}

/// <summary>A process that loads files of databases is killed for real; the load that follows ends as if nothing had been.</summary>
public sealed class KilledLoadTests(KilledLoadFixture city) : IClassFixture<KilledLoadFixture>
{
    private const string OrderVariable = "WAREHOUSE_TEST_KILLED_LOAD";
    // A child needs seconds; a machine that builds beside it may take minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static TheoryData<string, int> Points { get; } = new()
    {
        { "receipt", 1 },
        { "run", 1 },
        { "block", 3 },
        { "stage", 10 },
        { "before identity", 1 },
        { "identity", 1 },
        { "fact", 4 },
        { "before warehouse", 1 },
        { "warehouse", 1 },
    };

    [Fact]
    public void Every_point_at_which_a_load_may_die_is_tried() =>
        Assert.Equal(city.Points.Distinct().Order(StringComparer.Ordinal), Points.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Points))]
    public void A_load_killed_at_a_point_and_done_again_ends_as_an_undisturbed_one(string point, int time)
    {
        string folder = city.Folder($"point {point} {time}");

        RunAndKill(new Order(folder, city.Inbox, point, time), null);
        Load(folder, city.Inbox);

        Assert.Equal(city.Clean, State(folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_load_killed_at_any_moment_and_done_again_ends_as_an_undisturbed_one(int part)
    {
        string folder = city.Folder($"moment {part}");
        // A moment within this part of the time that an undisturbed load takes.
        double share = (part - 1 + new Random(part).NextDouble()) / 3;

        RunAndKill(new Order(folder, city.Inbox, null, 0), city.Duration * share);
        Load(folder, city.Inbox);

        Assert.Equal(city.Clean, State(folder));
    }

    [Fact]
    public void A_load_killed_again_while_it_is_done_again_ends_as_an_undisturbed_one()
    {
        string folder = city.Folder("again");

        RunAndKill(new Order(folder, city.Inbox, "identity", 1), null);
        RunAndKill(new Order(folder, city.Inbox, "receipt", 1), null);
        Load(folder, city.Inbox);

        Assert.Equal(city.Clean, State(folder));
    }

    [Fact]
    public void A_second_delivery_killed_and_done_again_ends_as_an_undisturbed_one()
    {
        string folder = city.Folder("second");
        CopyFiles(city.First, folder);

        RunAndKill(new Order(folder, city.Inbox, "identity", 1), null);
        Load(folder, city.Inbox);

        Assert.Equal(city.CleanInTwo, State(folder));
    }

    [Fact]
    public void The_same_inbox_twice_and_in_another_order_on_disk_gives_the_same_content()
    {
        string inbox = city.Folder("shuffled inbox");
        CopyFiles(Path.Combine(city.Inbox, "reference"), Path.Combine(inbox, "reference"));
        string[] manifests = [.. Directory.GetFiles(city.Inbox, "*.manifest.json").Order(StringComparer.Ordinal)];
        Random random = new(20190401);
        random.Shuffle(manifests);
        foreach (string manifest in manifests)
        {
            string old = Path.GetFileName(manifest)[..^".manifest.json".Length];
            string name = random.NextInt64().ToString("D19", CultureInfo.InvariantCulture) + ".csv";
            File.Copy(Path.Combine(city.Inbox, old), Path.Combine(inbox, name));
            File.WriteAllText(Path.Combine(inbox, name + ".manifest.json"), File.ReadAllText(manifest).Replace(old, name, StringComparison.Ordinal));
        }

        string folder = city.Folder("shuffled");
        Load(folder, inbox);
        IReadOnlyList<string> once = State(folder, withNames: false);
        LoadSummary again = Load(folder, inbox);
        LoadSummary other = Load(folder, city.Inbox);

        Assert.Equal(manifests.Length, again.Files.Count);
        Assert.All(again.Files.Concat(other.Files), file => Assert.Equal("known", file.Status));
        Assert.Equal(State(city.Folder("clean"), withNames: false), once);
        Assert.Equal(once, State(folder, withNames: false));
    }

    /// <summary>Is run in a process of its own, which is killed; by itself it has nothing to do.</summary>
    [Fact(Explicit = true)]
    public void Child()
    {
        Order order = JsonSerializer.Deserialize<Order>(Environment.GetEnvironmentVariable(OrderVariable) ?? throw new InvalidOperationException(OrderVariable + " is not set; the tests of this class start this one."))!;
        File.WriteAllText(order.Started, "started");
        int left = order.Time;
        Load(order.Folder, order.Inbox, point =>
        {
            if (point == order.Point && --left == 0)
            {
                File.WriteAllText(order.Reached, point);
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Patience);
            }
        });
        File.WriteAllText(order.Done, "done");
    }

    /// <summary>Brings the databases of a folder up to date and loads an inbox, as a start of the program does.</summary>
    internal static LoadSummary Load(string folder, string inbox, Action<string>? crashPoint = null)
    {
        using WarehouseDatabases databases = Open(folder);
        Migrator.Apply(databases);
        LoadSummary summary = new LoadPipeline(databases, new Clock()).Run(new LoadOptions
        {
            Inbox = inbox,
            Secret = CityLoadFixture.Secret,
            Backfill = true,
            MaxParallel = 2,
            BlockRows = 300,
            CrashPoint = crashPoint,
        });
        Assert.DoesNotContain(summary.Files, file => file.Status == "failed");
        return summary;
    }

    /// <summary>Returns a line with the number of rows and a checksum for each table; fails where a check of the load finds something.</summary>
    internal static IReadOnlyList<string> State(string folder, bool withNames = true)
    {
        using WarehouseDatabases databases = Open(folder);
        Assert.Empty(Checks.Run(databases).Findings);
        List<string> lines = [];
        foreach ((DatabaseKind kind, SessionRole role) in new[] { (DatabaseKind.Warehouse, SessionRole.EtlWarehouse), (DatabaseKind.Identity, SessionRole.EtlIdentity) })
        {
            using WarehouseSession session = databases.Open(kind, role);
            IEnumerable<string> tables = session.QueryText<string>(
                "SELECT CONCAT(\"TABLE_SCHEMA\", '.', \"TABLE_NAME\") AS n FROM INFORMATION_SCHEMA.TABLES WHERE \"TABLE_SCHEMA\" IN ('ident', 'stg', 'dim', 'fact') OR (\"TABLE_SCHEMA\" = 'meta' AND \"TABLE_NAME\" = 'load_run') ORDER BY n");
            foreach (string table in tables.Where(table => withNames || table != "ident.received_file"))
            {
                lines.Add(table + " " + session.ScalarText<string>($"SELECT CONCAT(COUNT(*), ' rows ', COALESCE(SUM(CAST(HASH(t) AS HUGEINT)), 0)) FROM {table} AS t"));
            }
        }

        Assert.Contains(lines, line => line.StartsWith("ident.crosswalk ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("fact.child_month ", StringComparison.Ordinal) && !line.Contains(" 0 rows", StringComparison.Ordinal));
        return lines;
    }

    internal static void CopyFiles(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static WarehouseDatabases Open(string folder) => new(
        WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb"))
            with
        { Threads = 1, MemoryLimit = "512MB", OpenTimeout = TimeSpan.FromSeconds(10) });

    // Starts the child and waits for its death: at the named point by its own hand, else by ours some time after its load began.
    private static void RunAndKill(Order order, TimeSpan? delay)
    {
        foreach (string file in new[] { order.Started, order.Reached, order.Done })
        {
            File.Delete(file);
        }

        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { typeof(KilledLoadTests).Assembly.Location, "-method", typeof(KilledLoadTests).FullName + "." + nameof(Child), "-explicit", "only", "-noColor" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[OrderVariable] = JsonSerializer.Serialize(order);
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        try
        {
            if (delay is { } pause)
            {
                Stopwatch waited = Stopwatch.StartNew();
                while (!File.Exists(order.Started) && !child.HasExited && waited.Elapsed < Patience)
                {
                    Thread.Sleep(5);
                }

                Thread.Sleep(pause);
                child.Kill();
            }

            Assert.True(child.WaitForExit(Patience), "the child did not end");
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
                child.WaitForExit();
            }
        }

        string said = output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult();
        Assert.True(File.Exists(order.Started), "the child did not start: " + said);
        // A machine may be quicker this time; a kill after the end is harmless, one that was to come from within must have come.
        Assert.False(order.Point is not null && File.Exists(order.Done), "the child ended before it was killed: " + said);
        Assert.True(order.Point is null || File.Exists(order.Reached), "the child did not reach its point: " + said);
    }

    internal sealed record Order(string Folder, string Inbox, string? Point, int Time)
    {
        public string Started => Path.Combine(Folder, "started");

        public string Reached => Path.Combine(Folder, "reached");

        public string Done => Path.Combine(Folder, "done");
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2025, 4, 10, 0, 0, 0, TimeSpan.Zero);
    }
}
