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
    private const string MemoryLimit = "1GB";

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

    private sealed record Measured(double Seconds, double CpuSeconds, double PeakMegabytes, IReadOnlyDictionary<string, double> Stages);

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        if (args is ["--one", "load" or "duckdb", _])
        {
            Measured measured = args[1] == "load" ? Load(args[2]) : ReadCsv(args[2]);
            await output.WriteLineAsync(JsonSerializer.Serialize(measured)).ConfigureAwait(false);
            return 0;
        }

        List<long> counts = [];
        foreach (string arg in args)
        {
            if (!long.TryParse(arg, NumberStyles.None, CultureInfo.InvariantCulture, out long rows) || rows < 1000)
            {
                await error.WriteLineAsync("usage: intake [ROWS …]   rows from 1000; default: 100000 1000000 5000000 10000000").ConfigureAwait(false);
                return 2;
            }

            counts.Add(rows);
        }

        if (counts.Count == 0)
        {
            counts.AddRange([100_000, 1_000_000, 5_000_000, 10_000_000]);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, DuckDB files, memory limit of DuckDB {MemoryLimit}"));
        output.WriteLine();
        output.WriteLine("| rows | file (MB) | load (s) | load CPU (s) | rows/s | rows/CPU s | peak (MB) | read_csv (s) | read_csv CPU (s) | peak (MB) | ratio | CPU ratio |");
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (long rows in counts)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("warehouse-intake-");
            try
            {
                long bytes = IntakeFile.Write(folder.FullName, rows);
                Measured load = await Child("load", folder.FullName).ConfigureAwait(false);
                Measured csv = await Child("duckdb", folder.FullName).ConfigureAwait(false);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {rows:N0} | {bytes / 1e6:N0} | {load.Seconds:0.0} | {load.CpuSeconds:0.0} | {rows / load.Seconds:N0} | {rows / load.CpuSeconds:N0} | {load.PeakMegabytes:N0} | {csv.Seconds:0.0} | {csv.CpuSeconds:0.0} | {csv.PeakMegabytes:N0} | {load.Seconds / csv.Seconds:0.0} | {load.CpuSeconds / csv.CpuSeconds:0.0} |"));
                error.WriteLine(string.Join(", ", load.Stages.Where(stage => stage.Value >= 0.05).Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Key} {stage.Value:0.00} s"))));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        return 0;
    }

    private static Measured Load(string folder)
    {
        using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder, "warehouse.duckdb"), Path.Combine(folder, "identity.duckdb")) with { MemoryLimit = MemoryLimit });
        Migrator.Apply(databases);
        IReadOnlyDictionary<string, double> stages = new Dictionary<string, double>();
        return Time(
            () =>
            {
                LoadSummary summary = new LoadPipeline(databases).Run(new LoadOptions { Inbox = Path.Combine(folder, "inbox"), Secret = new byte[32], Backfill = true });
                stages = summary.StageSeconds;
                if (summary.Files is not [{ Status: "succeeded" }])
                {
                    throw new InvalidOperationException("The file was not taken in: " + summary.Files[0].ErrorText);
                }
            }) with
        { Stages = stages };
    }

    private static Measured ReadCsv(string folder)
    {
        using DuckDBConnection connection = new($"Data Source={Path.Combine(folder, "read_csv.duckdb")};memory_limit={MemoryLimit}");
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

    private static async Task<Measured> Child(string what, string folder)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in new[] { typeof(IntakeCommand).Assembly.Location, "intake", "--one", what, folder })
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string said = await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return child.ExitCode == 0 ? JsonSerializer.Deserialize<Measured>(said)! : throw new InvalidOperationException($"The measurement of {what} ended with {child.ExitCode}.");
    }
}
