using System.Text.Json;

namespace Warehouse.Reporting.Host;

/// <summary>Says that a folder holds a demo, and which: nothing but a demo is ever deleted by <c>--fresh</c>.</summary>
internal sealed record DemoMark(string Preset, ulong Seed, string Noise = "normal")
{
    private static readonly string[] Files = ["demo.json", "summary.json", "warehouse.duckdb", "warehouse.duckdb.wal", "identity.duckdb", "identity.duckdb.wal"];

    private static readonly string[] Folders = ["inbox", "truth", "briefs", "models", "statistics", "evaluation"];

    internal static DemoMark? Read(string folder)
    {
        string path = Path.Combine(folder, "demo.json");
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<DemoMark>(File.ReadAllText(path), Screen.Json) : null;
        }
        catch (JsonException)
        {
            throw new UsageException($"{path} cannot be read; expected the mark of a demo. Use another folder.");
        }
    }

    internal void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "demo.json"), JsonSerializer.Serialize(this, Screen.Json));
    }

    /// <summary>Makes the folder ready for this demo, or says what to do.</summary>
    internal void Prepare(string folder, bool fresh)
    {
        DemoMark? found = Read(folder);
        if (found is null && Files.Concat(Folders).Any(name => Path.Exists(Path.Combine(folder, name))))
        {
            throw new UsageException($"{folder} holds a warehouse that is not a demo. Use another --output; --fresh deletes demos only.");
        }

        if (fresh && found is not null)
        {
            foreach (string name in Folders.Where(name => Directory.Exists(Path.Combine(folder, name))))
            {
                Directory.Delete(Path.Combine(folder, name), recursive: true);
            }

            foreach (string name in Files)
            {
                File.Delete(Path.Combine(folder, name));
            }
        }
        else if (found is not null && found != this)
        {
            throw new UsageException($"{folder} holds the demo '{found.Preset}' with seed {found.Seed} and noise {found.Noise}; asked for '{Preset}' with seed {Seed} and noise {Noise}. Give --fresh to replace it, or another --output.");
        }

        Write(folder);
    }
}
