using System.Text.Json;

namespace Warehouse.Etl.City;

/// <summary>A planted fault with what the warehouse is expected to do.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Line">The line, header = 1; 0 for the whole file.</param>
/// <param name="Column">The header of the column; empty for the whole row.</param>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Expected"><c>quarantined</c>, <c>repaired</c>, <c>accepted</c>, <c>superseded</c>, <c>dropped</c> or <c>refused</c> (the whole file).</param>
/// <param name="Code">The code of the rule, the repair or the refusal.</param>
/// <param name="Clean">What the cell must be read as where it is repaired or accepted.</param>
internal sealed record Fault(string File, long Line, string Column, string Kind, string Expected, string Code = "", string Clean = "");

/// <summary>The part of a feed contract that the generator needs.</summary>
internal sealed record FeedShape(string Feed, string Encoding, string FilePattern, ShapeColumn[] Columns)
{
    /// <summary>Returns the contract of a feed from the embedded document.</summary>
    public static FeedShape Of(string feed)
    {
        using var stream = typeof(FeedShape).Assembly.GetManifestResourceStream($"feeds/{feed}.json")
            ?? throw new InvalidOperationException($"embedded contract feeds/{feed}.json is missing");
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var columns = root.GetProperty("columns").EnumerateArray().Select(c => new ShapeColumn(
            c.GetProperty("name").GetString()!,
            c.GetProperty("header").GetString()!,
            c.GetProperty("parser").GetString()!,
            c.GetProperty("required").GetBoolean())).ToArray();
        return new FeedShape(feed, root.GetProperty("encoding").GetString()!, root.GetProperty("file_pattern").GetString()!, columns)
        {
            ReplacesMonths = root.GetProperty("supersede").GetString() == "file-period",
        };
    }

    /// <summary>Gets whether a later file replaces the facilities and months that it names: such a file never brings single rows of an earlier month.</summary>
    public bool ReplacesMonths { get; init; }

    public string[] Header => [.. Columns.Select(c => c.Header)];

    public string FileName(string part) => FilePattern.Replace("*", part, StringComparison.Ordinal);
}

/// <summary>A column of a feed.</summary>
internal sealed record ShapeColumn(string Name, string Header, string Parser, bool IsRequired);
