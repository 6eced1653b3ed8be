using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using Warehouse.Etl;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary>
/// <c>intake</c>: one attendance file of a given number of rows, from the file to published facts, beside DuckDB's own <c>read_csv</c> into the same
/// columns. Each measurement is a process of its own, so that its memory is its own.
/// </summary>
internal static class IntakeCommand
{
    // What the staging table of the feed has; the key stands for the keyed hash that the load makes.
    private const string Table =
        """
        CREATE TABLE attendance (
            load_id BIGINT NOT NULL, line_number INTEGER NOT NULL, record_key BIGINT NOT NULL, facility_code VARCHAR NOT NULL, attendance_date DATE NOT NULL,
            attendance_code VARCHAR NOT NULL, reason_code VARCHAR NOT NULL, is_superseded SMALLINT NOT NULL)
        """;

    private const string Insert =
        """
        INSERT INTO attendance
        SELECT 1, ROW_NUMBER() OVER () + 1, CAST(HASH(学籍番号) >> 1 AS BIGINT), 学校コード, 年月日, 出欠区分, COALESCE(理由, ''), 0
        FROM read_csv($path, header = true, columns = {'学校コード': 'VARCHAR', '学籍番号': 'VARCHAR', '年月日': 'DATE', '出欠区分': 'VARCHAR', '理由': 'VARCHAR'})
        """;

    private const string Usage = "usage: intake [--rows N | --sizes N,N,…] [--days N] [--memory 192MB] [--threads N] [--output FOLDER]   rows from 1000; --days: rows a pupil, a school year (200) unless given; --output takes the chart";

    // Of the file that a process took in before the measured one.
    private const int FirstRows = 60_000;

    // Files before the measured one: by then the runtime has compiled what is hot a second time, as in a service that runs for days.
    private const int FirstFiles = 8;

    private sealed record Measured(double Seconds, double CpuSeconds, double PeakMegabytes, IReadOnlyDictionary<string, double> Stages);

    private sealed record Size(long Rows, long Bytes, Measured Load, Measured After, Measured Csv);

    private sealed record Settings(List<long> Sizes, string MemoryLimit, int? Threads, string? Output, int Days = IntakeFile.SchoolDays);

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        if (args is ["--one", string what, string folder, string memory, string threads])
        {
            WarehouseOptions options = Options(folder) with { MemoryLimit = memory, Threads = threads.Length == 0 ? null : int.Parse(threads, CultureInfo.InvariantCulture) };
            Measured measured = what switch
            {
                "load" => Load(folder, options),
                "after" => LoadAfterAnother(folder, options),
                _ => ReadCsv(folder, options),
            };
            await output.WriteLineAsync(JsonSerializer.Serialize(measured)).ConfigureAwait(false);
            return 0;
        }

        if (Read(args) is not { } settings)
        {
            await error.WriteLineAsync(Usage).ConfigureAwait(false);
            return 2;
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, DuckDB files, memory limit of DuckDB {settings.MemoryLimit}, threads {settings.Threads?.ToString(CultureInfo.InvariantCulture) ?? "as cores"}, load of the machine before {LoadAverage()}"));
        output.WriteLine();
        output.WriteLine("| rows | file (MB) | load (s) | load CPU (s) | rows/s | peak (MB) | ninth file of a process: load (s) | CPU (s) | rows/s | read_csv (s) | read_csv CPU (s) | peak (MB) | ratio | CPU ratio | load of the machine after |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        List<Size> sizes = [];
        foreach (long rows in settings.Sizes)
        {
            Size size = await Measure(rows, settings).ConfigureAwait(false);
            sizes.Add(size);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rows:N0} | {size.Bytes / 1e6:N0} | {size.Load.Seconds:0.0} | {size.Load.CpuSeconds:0.0} | {rows / size.Load.Seconds:N0} | {size.Load.PeakMegabytes:N0} | {size.After.Seconds:0.0} | {size.After.CpuSeconds:0.0} | {rows / size.After.Seconds:N0} | {size.Csv.Seconds:0.0} | {size.Csv.CpuSeconds:0.0} | {size.Csv.PeakMegabytes:N0} | {size.Load.Seconds / size.Csv.Seconds:0.0} | {size.Load.CpuSeconds / size.Csv.CpuSeconds:0.0} | {LoadAverage()} |"));
            error.WriteLine("first file: " + Stages(size.Load));
            error.WriteLine("ninth file: " + Stages(size.After));
        }

        if (sizes.Count > 1)
        {
            output.WriteLine();
            output.WriteLine("| rows | µs per row | CPU µs per row | ninth file of a process: µs per row | CPU µs per row | read_csv: µs per row | CPU µs per row |");
            output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
            foreach (Size size in sizes)
            {
                double Per(double seconds) => seconds * 1e6 / size.Rows;
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {size.Rows:N0} | {Per(size.Load.Seconds):0.00} | {Per(size.Load.CpuSeconds):0.00} | {Per(size.After.Seconds):0.00} | {Per(size.After.CpuSeconds):0.00} | {Per(size.Csv.Seconds):0.00} | {Per(size.Csv.CpuSeconds):0.00} |"));
            }
        }

        if (settings.Output is { } to)
        {
            (double, double)[] Line(Func<Size, double> seconds) => sizes.Select(size => ((double)size.Rows, seconds(size) * 1e6 / size.Rows)).ToArray();
            Directory.CreateDirectory(to);
            string path = Path.Combine(to, "intake.svg");
            await File.WriteAllTextAsync(path, IntakeChart.Draw(
                "Attendance file to published facts: processor time of a row",
                [
                    ("load, ninth file of a process", Line(size => size.After.CpuSeconds)),
                    ("load, first file of a new process and warehouse", Line(size => size.Load.CpuSeconds)),
                    ("read_csv of DuckDB", Line(size => size.Csv.CpuSeconds)),
                ])).ConfigureAwait(false);
            output.WriteLine();
            output.WriteLine(path);
        }

        return 0;
    }

    private static string Stages(Measured measured) =>
        string.Join(", ", measured.Stages.Where(stage => stage.Value >= 0.005).Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Key} {stage.Value:0.000} s")));

    private static Settings? Read(string[] args)
    {
        WarehouseOptions standard = new();
        Settings settings = new([], standard.MemoryLimit, standard.Threads, null);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                return null;
            }

            string value = args[i + 1];
            switch (args[i])
            {
                case "--rows" or "--sizes":
                    foreach (string number in value.Split(','))
                    {
                        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long rows) || rows < 1000)
                        {
                            return null;
                        }

                        settings.Sizes.Add(rows);
                    }

                    break;
                case "--days" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days is > 0 and <= 10_000:
                    settings = settings with { Days = days };
                    break;
                case "--memory":
                    settings = settings with { MemoryLimit = value };
                    break;
                case "--threads" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0:
                    settings = settings with { Threads = threads };
                    break;
                case "--output":
                    settings = settings with { Output = value };
                    break;
                default:
                    return null;
            }
        }

        if (settings.Sizes.Count == 0)
        {
            settings.Sizes.AddRange([100_000, 300_000, 1_000_000, 3_000_000, 10_000_000]);
        }

        return settings;
    }

    // The file is written before anything is timed; each measurement is a process of its own.
    private static async Task<Size> Measure(long rows, Settings settings)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-intake-");
        try
        {
            long bytes = IntakeFile.Write(folder.FullName, rows, settings.Days);
            Measured load = await Child("load", folder.FullName, settings).ConfigureAwait(false);
            Measured csv = await Child("read_csv", folder.FullName, settings).ConfigureAwait(false);
            Measured after = await Child("after", folder.FullName, settings).ConfigureAwait(false);
            return new Size(rows, bytes, load, after, csv);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static WarehouseOptions Options(string folder) => WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb"));

    // What the command of the program does: open, migrate, load; the load is timed. The warehouse is new, or has taken in the files of other
    // folders in the same process, so that what is timed is compiled and the calendar is there.
    private static Measured Load(string folder, WarehouseOptions options, params string[] first)
    {
        foreach (string old in Directory.GetFiles(folder, "*.duckdb*"))
        {
            File.Delete(old);
        }

        using WarehouseDatabases databases = new(options);
        Migrator.Apply(databases);
        foreach (string inbox in first)
        {
            TakeIn(databases, inbox);
        }

        IReadOnlyDictionary<string, double> stages = new Dictionary<string, double>();
        return Time(() => stages = TakeIn(databases, folder)) with { Stages = stages };
    }

    private static IReadOnlyDictionary<string, double> TakeIn(WarehouseDatabases databases, string folder)
    {
        LoadSummary summary = new LoadPipeline(databases).Run(new LoadOptions { Inbox = Path.Combine(folder, "inbox"), Secret = new byte[32], Backfill = true });
        return summary.Files is [{ Status: "succeeded" } file] && file.Read == file.Staged
            ? summary.StageSeconds
            : throw new InvalidOperationException("The file was not taken in whole: " + summary.Files[0].ErrorText);
    }

    private static Measured LoadAfterAnother(string folder, WarehouseOptions options)
    {
        string[] first = Enumerable.Range(0, FirstFiles).Select(i => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"first{i}"))).ToArray();
        for (int i = 0; i < first.Length; i++)
        {
            IntakeFile.Write(first[i], FirstRows, school: (char)('F' + i), pupilSign: (char)('H' + i));
        }

        return Load(folder, options, first);
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static Measured ReadCsv(string folder, WarehouseOptions options)
    {
        string threads = options.Threads is { } count ? string.Create(CultureInfo.InvariantCulture, $";threads={count}") : string.Empty;
        using DuckDBConnection connection = new($"Data Source={Path.Combine(folder, "read_csv.duckdb")};memory_limit={options.MemoryLimit}{threads}");
        connection.Open();
        using DuckDBCommand table = connection.CreateCommand();
        table.CommandText = Table;
        table.ExecuteNonQuery();
        using DuckDBCommand insert = connection.CreateCommand();
        insert.CommandText = Insert;
        insert.Parameters.Add(new DuckDBParameter("path", IntakeFile.PathIn(folder)));
        return Time(() => insert.ExecuteNonQuery());
    }

    private static Measured Time(Action work)
    {
        using Process self = Process.GetCurrentProcess();
        TimeSpan cpu = self.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        work();
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        return new Measured(seconds, (self.TotalProcessorTime - cpu).TotalSeconds, self.PeakWorkingSet64 / 1e6, new Dictionary<string, double>());
    }

    private static async Task<Measured> Child(string what, string folder, Settings settings)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[] { typeof(IntakeCommand).Assembly.Location, "intake", "--one", what, folder, settings.MemoryLimit, settings.Threads?.ToString(CultureInfo.InvariantCulture) ?? string.Empty })
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string said = await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return child.ExitCode == 0 ? JsonSerializer.Deserialize<Measured>(said)! : throw new InvalidOperationException($"The measurement of {what} ended with {child.ExitCode}.");
    }
}
