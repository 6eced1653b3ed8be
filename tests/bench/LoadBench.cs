using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Sql;

namespace Warehouse.Bench;

/// <summary>Takes the largest attendance file of the mini city into empty databases in memory: read, validate, stage, link, publish.</summary>
public class LoadBench
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "warehouse-bench-" + Guid.NewGuid().ToString("N"));
    private string _inbox = "";
    private WarehouseDatabases? _databases;

    /// <summary>Makes the city and an inbox with one file.</summary>
    [GlobalSetup]
    public void Make()
    {
        string city = Path.Combine(_folder, "city");
        CityGenerator.Generate(CityOptions.For(CityPreset.Mini), city);
        (string manifest, long rows) = Directory.EnumerateFiles(Path.Combine(city, "inbox"), "*.manifest.json")
            .Select(path => (path, JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path))))
            .Where(file => file.Item2.GetProperty("feed").GetString() == "attendance")
            .Select(file => (file.path, file.Item2.GetProperty("row_count").GetInt64()))
            .MaxBy(file => file.Item2);
        _inbox = Path.Combine(_folder, "inbox");
        Directory.CreateDirectory(Path.Combine(_inbox, "reference"));
        string data = manifest[..^".manifest.json".Length];
        foreach (string path in new[] { data, manifest })
        {
            File.Copy(path, Path.Combine(_inbox, Path.GetFileName(path)));
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(city, "inbox", "reference")))
        {
            File.Copy(path, Path.Combine(_inbox, "reference", Path.GetFileName(path)));
        }

        ThroughputColumn.Count<LoadBench>(rows);
    }

    /// <summary>Opens empty databases.</summary>
    [IterationSetup]
    public void Open()
    {
        _databases = new WarehouseDatabases(WarehouseOptions.DuckDb(":memory:", ":memory:"));
        Migrator.Apply(_databases);
    }

    /// <summary>Loads the file.</summary>
    [Benchmark]
    public LoadSummary AttendanceFile()
    {
        LoadSummary summary = new LoadPipeline(_databases!).Run(new LoadOptions { Inbox = _inbox, Secret = new byte[32], Backfill = true });
        return summary.ExitCode == 0 ? summary : throw new InvalidOperationException("The file was not taken in: " + summary.Files[0].ErrorText);
    }

    /// <summary>Closes the databases.</summary>
    [IterationCleanup]
    public void Close() => _databases?.Dispose();

    /// <summary>Deletes the city.</summary>
    [GlobalCleanup]
    public void Delete() => Directory.Delete(_folder, recursive: true);
}
