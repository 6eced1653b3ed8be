using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Warehouse.Sql;

/// <summary>How often a script of the schema is run.</summary>
public enum ScriptKind
{
    /// <summary>Once, in order; its text never changes afterwards.</summary>
    Migration,

    /// <summary>Again whenever its text has changed.</summary>
    View,

    /// <summary>Every time; SQL Server only.</summary>
    Permission,
}

/// <summary>A script of the schema with its header.</summary>
public sealed partial class MigrationScript
{
    private MigrationScript(string name, ScriptKind kind, string text)
    {
        Name = name;
        Kind = kind;
        Text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
        Match number = Numbered().Match(FileName);
        Number = number.Success ? int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The path under <c>sql/</c> with its extension; also the key in the journal.</summary>
    public string Name { get; }

    /// <summary>The file's name without folders.</summary>
    public string FileName => Name[(Name.LastIndexOf('/') + 1)..];

    /// <summary>The number at the start of a migration's name; 0 for other scripts.</summary>
    public int Number { get; }

    /// <summary>How often the script is run.</summary>
    public ScriptKind Kind { get; }

    /// <summary>The text with line ends as LF.</summary>
    public string Text { get; }

    /// <summary>The SHA-256 of <see cref="Text"/> in UTF-8, lower-case hex; does not depend on the line ends of a checkout.</summary>
    public string Sha256 { get; }

    /// <summary>Returns a line of the header, such as <c>Undo</c>, or null when the header lacks it.</summary>
    public string? Header(string title)
    {
        string start = "-- " + title + ":";
        return Text.Split('\n')
            .TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal) || string.IsNullOrWhiteSpace(line))
            .FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..].Trim();
    }

    /// <summary>Returns the scripts of a database for an engine: migrations by number, then views, then permissions.</summary>
    public static IReadOnlyList<MigrationScript> List(DatabaseKind kind, Engine engine)
    {
        string database = kind.ToString().ToLowerInvariant();
        string other = kind == DatabaseKind.Identity ? "warehouse" : "identity";
        string skip = engine == Engine.DuckDb ? ".sqlserver.sql" : ".duckdb.sql";
        IEnumerable<MigrationScript> Take(string folder, ScriptKind scriptKind, Func<string, bool> belongs) => SqlText.List(folder)
            .Where(path => belongs(path[(folder.Length + 1)..]) && !path.EndsWith(skip, StringComparison.Ordinal))
            .Select(path => new MigrationScript(path, scriptKind, SqlText.Read(path)));

        // Views lie in sql/views (warehouse) or in sql/views/identity; permissions are named after their database.
        return
        [
            .. Take("migrations/" + database, ScriptKind.Migration, _ => true).OrderBy(script => script.Number).ThenBy(script => script.Name, StringComparer.Ordinal),
            .. Take("views", ScriptKind.View, path => path.Contains('/')
                ? path.StartsWith(database + "/", StringComparison.Ordinal)
                : kind == DatabaseKind.Warehouse),
            .. Take("permissions", ScriptKind.Permission, path => !path.StartsWith(other, StringComparison.Ordinal)),
        ];
    }

    /// <summary>Returns a script that is not embedded; for trying one out before it is committed.</summary>
    public static MigrationScript FromText(string name, ScriptKind kind, string text) => new(name, kind, text);

    [GeneratedRegex(@"^(\d{4})_", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();
}
