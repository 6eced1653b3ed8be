using System.CommandLine;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>sources</c>: the feed contracts, as a list and as pages.</summary>
internal static class SourcesCommand
{
    private static readonly Option<DirectoryInfo?> Docs = new("--docs") { Description = "Write one page a source into this folder", HelpName = "DIR" };

    private static readonly Option<FileInfo?> Rules = new("--rules") { Description = "Write the list of all rule codes to this file", HelpName = "FILE" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("sources", "List the sources that this release takes in, or write a page for each; opens no database") { Docs, Rules },
        ["sources", "sources --docs docs/sources --rules etl/Validate/README.md"],
        Act);

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        FeedCatalog catalog = FeedCatalog.Default;
        List<string> written = [];
        if (parsed.GetValue(Docs) is { } folder)
        {
            folder.Create();
            foreach ((string name, string text) in SourcePages.Of(catalog))
            {
                Write(Path.Combine(folder.FullName, name), text);
            }
        }

        if (parsed.GetValue(Rules) is { } file)
        {
            Write(file.FullName, RuleCatalog.Document(catalog));
        }

        context.Screen.Table(
            "Sources",
            ["feed", "title", "department", "subject", "cadence"],
            catalog.Contracts.Select(contract => (IReadOnlyList<string>)[contract.Feed, contract.Title, contract.Department, contract.Subject, contract.Cadence]));
        context.Screen.Line(written.Count == 0 ? "Nothing was written." : $"{written.Count} files written.");
        context.Screen.Result(new { Sources = catalog.Contracts.Select(contract => contract.Feed), Written = written });
        return Task.FromResult(ExitCode.Done);

        void Write(string path, string text)
        {
            File.WriteAllText(path, text);
            written.Add(path);
        }
    }
}
