using System.Text.RegularExpressions;
using System.Xml.Linq;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Architecture;

/// <summary>Holds who may know whom: projects, namespaces, packages, SQL text and engine names.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new(StringComparer.Ordinal)
    {
        ["sql/Warehouse.Sql.csproj"] = [],
        ["etl/Warehouse.Etl.csproj"] = ["Warehouse.Sql"],
        ["model/Warehouse.Model.csproj"] = ["Warehouse.Sql"],
        ["reporting/Warehouse.Reporting.csproj"] = ["Warehouse.Sql", "Warehouse.Etl", "Warehouse.Model"],
    };

    /// <summary>Packages, and the namespaces that come with them, that only these assemblies may use.</summary>
    private static readonly (string Package, string Folders)[] OwnedPackages =
    [
        ("Microsoft.Data.SqlClient", "sql"),
        ("DuckDB.NET", "sql"),
        ("Dapper", "sql"),
        ("DbUp", "sql"),
        ("FluentValidation", "etl"),
        // Read where files come in, written where statistics go out.
        ("DocumentFormat.OpenXml", "etl reporting"),
        ("Microsoft.ML", "model"),
        ("Google.OrTools", "reporting"),
        ("QuestPDF", "reporting"),
        ("SkiaSharp", "reporting"),
        ("HarfBuzzSharp", "reporting"),
    ];

    private static readonly string[] Folders = ["sql", "etl", "model", "reporting"];

    public static TheoryData<string> Projects { get; } = new(AllowedProjects.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string path)
    {
        IEnumerable<string> references = XDocument.Parse(Repository.Text(path)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(references.Except(AllowedProjects[path]));
    }

    [Fact]
    public void A_package_is_used_only_by_the_assembly_that_owns_it()
    {
        List<string> faults = [];
        foreach (string path in AllowedProjects.Keys)
        {
            string folder = path.Split('/')[0];
            foreach (string package in XDocument.Parse(Repository.Text(path)).Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value))
            {
                faults.AddRange(OwnedPackages
                    .Where(owned => IsOrIsBelow(package, owned.Package) && !owned.Folders.Split(' ').Contains(folder))
                    .Select(owned => $"{path}: {package} belongs to {owned.Folders}"));
            }
        }

        foreach ((string file, string name) in Usings(Folders))
        {
            faults.AddRange(OwnedPackages
                .Where(owned => IsOrIsBelow(name, owned.Package) && !owned.Folders.Split(' ').Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)))
                .Select(owned => $"{file}: using {name} belongs to {owned.Folders}"));
        }

        Assert.Empty(faults);
    }

    [Fact]
    public void Etl_and_model_never_name_each_other_and_sql_names_nobody()
    {
        Assert.Empty(Naming("etl", "Warehouse.Model", "Warehouse.Reporting"));
        Assert.Empty(Naming("model", "Warehouse.Etl", "Warehouse.Reporting"));
        Assert.Empty(Naming("sql", "Warehouse.Etl", "Warehouse.Model", "Warehouse.Reporting"));
    }

    [Fact]
    public void Inside_reporting_only_host_names_etl_or_model()
    {
        // Pages over services of the intake: ADR 23.
        string[] pages = ["LinkageEndpoints.cs", "LinkageApi.cs", "CorrectionEndpoints.cs", "AccountEndpoints.cs", "WebServer.cs", "RowPage.razor", "_Imports.razor"];
        IEnumerable<string> faults = Naming("reporting", "Warehouse.Etl", "Warehouse.Model")
            .Where(fault => !fault.StartsWith("reporting/Host/", StringComparison.Ordinal))
            .Except(pages.Select(page => $"reporting/Web/{page} names Warehouse.Etl"));

        Assert.Equal([], faults);
    }

    [Fact]
    public void No_sql_text_stands_in_csharp_outside_sql()
    {
        IEnumerable<string> faults = Repository.Files("etl", ".cs").Concat(Repository.Files("model", ".cs")).Concat(Repository.Files("reporting", ".cs"))
            .SelectMany(file => SqlStrings(Repository.Text(file)).Select(text => $"{file}: {text}"));

        Assert.Empty(faults);
    }

    [Fact]
    public void No_engine_is_named_in_code_outside_sql_and_the_host()
    {
        IEnumerable<string> faults = Repository.Files("etl", ".cs").Concat(Repository.Files("model", ".cs")).Concat(Repository.Files("reporting", ".cs"))
            .Where(file => !file.StartsWith("reporting/Host/", StringComparison.Ordinal))
            .SelectMany(file => EngineName().Matches(WithoutComments(Repository.Text(file))).Select(match => $"{file}: {match.Value}"));

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("Run(\"SELECT k FROM t\");", 1)]
    [InlineData("Run(@\"a\"\"b INSERT INTO t\");", 1)]
    [InlineData("Run(\"\"\"\n  DELETE FROM t\n  \"\"\");", 1)]
    [InlineData("Run($\"UPDATE {table} SET\");", 1)]
    [InlineData("// SELECT k FROM t\nRun(\"load/child_close\");", 0)]
    [InlineData("/* \"SELECT\" */ Run(\"select one\");", 0)]
    [InlineData("Run(\"http://x\", \"CREATE TABLE t\");", 1)]
    public void Sql_text_in_strings_is_found_and_in_comments_is_not(string code, int expected)
    {
        Assert.Equal(expected, SqlStrings(code).Count());
    }

    private static IEnumerable<string> Naming(string folder, params string[] namespaces) => Repository.Files(folder, ".cs").Concat(Repository.Files(folder, ".razor"))
        .SelectMany(file =>
        {
            string code = WithoutComments(Repository.Text(file));
            return namespaces.Where(name => Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b")).Select(name => $"{file} names {name}");
        });

    private static IEnumerable<(string File, string Name)> Usings(IEnumerable<string> folders) => folders
        .SelectMany(folder => Repository.Files(folder, ".cs").Concat(Repository.Files(folder, ".razor")))
        .SelectMany(file => Using().Matches(Repository.Text(file)).Select(match => (file, match.Groups["name"].Value)));

    private static bool IsOrIsBelow(string name, string owner) =>
        name.Equals(owner, StringComparison.Ordinal) || name.StartsWith(owner + ".", StringComparison.Ordinal);

    private static IEnumerable<string> SqlStrings(string code) => Lexeme().Matches(code)
        .Where(match => match.Groups["text"].Success && Statement().IsMatch(match.Value))
        .Select(match => match.Value.Trim());

    private static string WithoutComments(string code) => Lexeme().Replace(code, match => match.Groups["comment"].Success ? " " : match.Value);

    // Comments, raw strings, verbatim strings, plain strings and characters, in the order in which they must be tried.
    [GeneratedRegex(
        "(?<comment>//[^\\n]*|/\\*.*?\\*/)|(?<text>(?<quotes>\"{3,}).*?\\k<quotes>|\\$?@\\$?\"(?:[^\"]|\"\")*\"|\"(?:\\\\.|[^\"\\\\\\n])*\")|'(?:\\\\.|[^'\\\\\\n])+'",
        RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Lexeme();

    [GeneratedRegex(@"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|MERGE INTO|DROP TABLE|ALTER TABLE)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Statement();

    [GeneratedRegex(@"\b(DuckDB|DuckDb|SqlServer|SqlConnection|SqlClient)\w*", RegexOptions.CultureInvariant)]
    private static partial Regex EngineName();

    [GeneratedRegex(@"^\s*@?(global\s+)?using\s+(static\s+)?(\w+\s*=\s*)?(?<name>[A-Z][\w.]*)\s*;?\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Using();
}
