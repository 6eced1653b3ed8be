using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Warehouse.Reporting.Host;
using Warehouse.Tests.Support;

namespace Warehouse.Tests;

/// <summary>What the pages say is so: commands exist, links lead somewhere, settings and their defaults are the program's.</summary>
public sealed partial class ReadmeTests
{
    // No command has this option, so none is executed; what else the line parser finds wrong stands beside it in the message.
    private const string Sentinel = "--not-an-option";

    public static TheoryData<string> Commands() => [.. BashBlock().Matches(Repository.Text("README.md"))
        .SelectMany(block => block.Groups[1].Value.Split('\n'))
        .Select(line => line.Split('#')[0].Trim())
        .Where(line => line.StartsWith("./warehouse", StringComparison.Ordinal))];

    public static TheoryData<string> Pages() => [.. Repository.Files(".", ".md")
        .Select(path => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path)
        .Where(path => path is "README.md" or "README.ja.md" || path.StartsWith("docs/", StringComparison.Ordinal) || path.EndsWith("/README.md", StringComparison.Ordinal))];

    public static TheoryData<string, string> Settings() => Rows();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_of_the_readme_is_one_that_the_program_knows(string line)
    {
        string[] args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        if (args is ["test"])
        {
            Assert.Contains("\n  test)\n", Repository.Text("warehouse"), StringComparison.Ordinal);
            return;
        }

        using StringWriter output = new();
        using StringWriter error = new();
        if (args is ["--help"])
        {
            Assert.Equal(ExitCode.Done, await CommandLine.Run(args, output, error, TestContext.Current.CancellationToken));
            return;
        }

        int code = await CommandLine.Run([.. args, Sentinel], output, error, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"Unrecognized command or argument '{Sentinel}'. See 'warehouse {args[0]} --help'.", error.ToString(), StringComparison.Ordinal);
        Assert.Single(FaultOfParser().Matches(error.ToString()));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_link_of_a_page_leads_to_a_file(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        IEnumerable<string> missing = Link().Matches(Repository.Text(page))
            .Select(link => link.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, Uri.UnescapeDataString(target))));

        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_of_the_readme_exists_with_the_default_that_it_states(string key, string stated)
    {
        object found = HostOptions.Read(Shipped());
        foreach (string name in key.Split(':'))
        {
            System.Reflection.PropertyInfo? property = found.GetType().GetProperty(name);
            Assert.True(property is not null, $"{key} is not a setting: {found.GetType().Name} has no {name}");
            found = property.GetValue(found) ?? "";
        }

        Match value = Code().Match(stated);
        Assert.Equal(value.Success ? value.Groups[1].Value : "", found.ToString(), ignoreCase: true);
    }

    [Fact]
    public void The_readme_has_commands_and_settings()
    {
        Assert.True(Commands().Count >= 5);
        Assert.True(Settings().Count >= 7);
    }

    // HostOptions refuses a key that it does not know, so this also checks the file that is shipped.
    private static IConfiguration Shipped() => new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "reporting/appsettings.json")).Build();

    private static TheoryData<string, string> Rows()
    {
        TheoryData<string, string> rows = [];
        foreach (string[] cells in Repository.Text("README.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|')))
        {
            foreach (Match key in Code().Matches(cells[1]).Where(key => key.Groups[1].Value.Contains(':', StringComparison.Ordinal)))
            {
                rows.Add(key.Groups[1].Value, cells[2]);
            }
        }

        return rows;
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex BashBlock();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("Unrecognized|Required|Cannot parse|expects|must be", RegexOptions.IgnoreCase)]
    private static partial Regex FaultOfParser();
}
