using System.Text;
using System.Text.Json;
using Warehouse.Etl.City;

namespace Warehouse.Tests.City;

/// <summary>Generates the mini city once for the tests that only read it.</summary>
public sealed class CityFixture : IDisposable
{
    public CityFixture()
    {
        Root = Directory.CreateTempSubdirectory("city-").FullName;
        Options = CityOptions.For(CityPreset.Mini);
        Summary = CityGenerator.Generate(Options, Root);
    }

    public string Root { get; }

    public CityOptions Options { get; }

    public CitySummary Summary { get; }

    public string Inbox => Path.Combine(Root, "inbox");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>Returns the delivery files with feed and encoding of their manifests.</summary>
    public IEnumerable<(string Path, JsonElement Manifest)> Files()
    {
        foreach (string path in Directory.EnumerateFiles(Inbox, "*.csv").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path + ".manifest.json"));
            yield return (path, document.RootElement.Clone());
        }
    }

    /// <summary>Returns a file's lines, the header first.</summary>
    public static string[] Lines(string path, string encoding)
    {
        string text = Strict(encoding).GetString(File.ReadAllBytes(path));
        return text.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Returns the rows of a truth file by column name.</summary>
    public static List<Dictionary<string, string>> Truth(string root, string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(root, "truth", name));
        string[] header = lines[1].Split(',');
        return [.. lines.Skip(2).Select(l => header.Zip(l.Split(',')).ToDictionary(p => p.First, p => p.Second))];
    }

    public static Encoding Strict(string name) => name == "cp932"
        ? CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!
        : new UTF8Encoding(false, true);
}
