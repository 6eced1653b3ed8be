using System.CommandLine;
using System.Globalization;
using System.Text;
using Warehouse.Etl.Link.Engine;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>link-files</c>: which records of two files, or of one, are the same person; without a warehouse.</summary>
internal static class LinkFilesCommand
{
    private static readonly Option<FileInfo> Left = new("--left") { Description = "The first register, or the one that is searched for duplicates (CSV or tab-delimited, UTF-8 or CP932, with a header)", Required = true, HelpName = "FILE" };
    private static readonly Option<FileInfo?> Right = new("--right") { Description = "The second register; without it duplicates of the first are searched for", HelpName = "FILE" };
    private static readonly Option<string?> Id = new("--id") { Description = "The column that names a record, in both files; default: guessed, else the number of the row", HelpName = "COLUMN" };
    private static readonly Option<FileInfo?> Map = new("--map") { Description = "JSON that says which column is what: {\"id\": …, \"columns\": {\"header\": \"surname\"}}, or one such object each under left and right; default: guessed and printed", HelpName = "FILE" };
    private static readonly Option<FileInfo> Out = new("--out") { Description = "Write the pairs here: left_id, right_id, posterior, band, the weight of each field in bits", Required = true, HelpName = "FILE" };
    private static readonly Option<bool> All = new("--all") { Description = "Write every pair that was compared, with band NO-LINK for the rest" };
    private static readonly Option<FileInfo?> Clusters = new("--clusters") { Description = "Write the cluster of every record here, from links without review", HelpName = "FILE" };
    private static readonly Option<FileInfo?> Report = new("--report") { Description = "Write a page with weights, patterns and cluster sizes here; it shows records", HelpName = "FILE.html" };
    private static readonly Option<FileInfo?> ModelFile = new("--model") { Description = "Use this frozen model instead of training one", HelpName = "FILE" };
    private static readonly Option<FileInfo?> SaveModel = new("--save-model") { Description = "Write the model that was used here", HelpName = "FILE" };
    private static readonly Option<bool> Sensitive = new("--sensitive") { Description = "A wrong link would do special harm: link without review only from .9999 and 10 bits ahead of any other" };
    private static readonly Option<int> Threads = new("--threads") { Description = "Threads; the result is the same for any count", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };

    private sealed record Summary(
        int LeftRecords, int RightRecords, long Compared, int Auto, int Review, double PairCompleteness, IReadOnlyList<LinkFinding> Findings, IReadOnlyDictionary<string, double> Seconds);

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("link-files", "Link two registers, or find the duplicates of one, without a warehouse: names, dates, sex, addresses, numbers and free fields, Japanese or Latin")
        {
            Left, Right, Id, Map, Out, All, Clusters, Report, ModelFile, SaveModel, Sensitive, Threads,
        },
        ["link-files --left register.csv --right school.csv --out pairs.csv", "link-files --left patients.csv --id number --out pairs.csv --clusters clusters.csv --report report.html", "link-files --left a.csv --right b.csv --map mapping.json --all --out pairs.csv"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        FileInfo left = Existing(parsed.GetValue(Left)!, "--left");
        FileInfo? right = parsed.GetValue(Right) is { } second ? Existing(second, "--right") : null;
        if (right?.FullName == left.FullName)
        {
            throw new UsageException("--left and --right are the same file. Leave --right out to find the duplicates of one file.");
        }

        int threads = parsed.GetValue(Threads);
        if (threads < 1)
        {
            throw new UsageException($"--threads is {threads}; expected 1 or more.");
        }

        RefuseOverwrite(parsed, left, right);
        LinkRegister first = Read(parsed, context, left, "left");
        LinkRegister? other = right is null ? null : Read(parsed, context, right, "right");
        LinkageOptions options = new()
        {
            Threads = threads,
            IsSensitive = parsed.GetValue(Sensitive),
            KeepsAll = parsed.GetValue(All),
            Model = parsed.GetValue(ModelFile) is { } model ? LinkModel.FromJson(await File.ReadAllTextAsync(Existing(model, "--model").FullName, context.Stop).ConfigureAwait(false)) : null,
        };
        LinkageResult result = LinkEngine.Run(LinkTable.Build(first, other), options, context.Stop);
        Write(parsed.GetValue(Out)!, writer => LinkOutput.WritePairs(result, writer));
        if (parsed.GetValue(Clusters) is { } clusters)
        {
            Write(clusters, writer => LinkOutput.WriteClusters(result, writer));
        }

        if (parsed.GetValue(Report) is { } report)
        {
            Write(report, writer => LinkReport.Write(result, writer));
        }

        if (parsed.GetValue(SaveModel) is { } saved)
        {
            Write(saved, writer => writer.Write(result.Model.ToJson()));
        }

        Show(context.Screen, result, parsed.GetValue(Out)!);
        return ExitCode.Done;
    }

    private static FileInfo Existing(FileInfo file, string option) =>
        file.Exists ? file : throw new UsageException($"{option}: there is no file {file.FullName}.");

    private static void RefuseOverwrite(ParseResult parsed, FileInfo left, FileInfo? right)
    {
        foreach (FileInfo? target in new[] { parsed.GetValue(Out), parsed.GetValue(Clusters), parsed.GetValue(Report), parsed.GetValue(SaveModel) })
        {
            if (target is not null && (target.FullName == left.FullName || target.FullName == right?.FullName))
            {
                throw new UsageException($"{target.FullName} is an input; name another file to write to.");
            }
        }
    }

    private static LinkRegister Read(ParseResult parsed, CommandContext context, FileInfo source, string side)
    {
        LinkFile file = LinkFile.Read(source.FullName);
        string? id = parsed.GetValue(Id);
        LinkMapping mapping = parsed.GetValue(Map) is { } map
            ? LinkMapping.FromJson(File.ReadAllText(Existing(map, "--map").FullName), file.Headers, side)
            : LinkMapping.Guess(file.Headers, file.Columns, file.Rows, id);
        if (id is not null && mapping.Id != id)
        {
            mapping = file.Headers.Contains(id, StringComparer.Ordinal)
                ? mapping with { Id = id }
                : throw new UsageException($"{file.Name} has no column '{id}'; it has {string.Join(", ", file.Headers)}.");
        }

        context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: {file.Rows:N0} rows, {file.Form}; id: {mapping.Id ?? "the number of the row"}"));
        if (file.BrokenRows > 0)
        {
            context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"  {file.BrokenRows:N0} rows were left out: their cells are not as many as the headers, or not readable"));
        }

        context.Screen.Table("Mapping of " + file.Name, ["column", "used as", "field", "because"], mapping.Columns.Select(use => (IReadOnlyList<string>)[use.Header, LinkMapping.NameOf(use.Kind), use.Kind == LinkKind.Ignore ? "" : use.Field, use.Why]));
        return file.Register(mapping);
    }

    // The file appears whole or not at all.
    private static void Write(FileInfo target, Action<TextWriter> write)
    {
        string draft = target.FullName + ".part";
        using (StreamWriter writer = new(draft, false, new UTF8Encoding(false)))
        {
            write(writer);
        }

        File.Move(draft, target.FullName, overwrite: true);
    }

    private static void Show(Screen screen, LinkageResult result, FileInfo written)
    {
        LinkTable table = result.Table;
        foreach (LinkFinding finding in result.Findings)
        {
            screen.Line($"{finding.Code} {finding.Message}");
            if (finding.Japanese.Length > 0)
            {
                screen.Line("        " + finding.Japanese);
            }
        }

        int auto = result.Pairs.Count(pair => pair.Band == LinkBand.Auto);
        int review = result.Pairs.Count(pair => pair.Band == LinkBand.Review);
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Compared:N0} of {table.PairCount:N0} pairs compared (an estimated {result.PairCompleteness:P2} of true pairs at most); {auto:N0} linked, {review:N0} for review. Written: {written.FullName}"));
        screen.Result(new Summary(table.LeftCount, table.Count - table.LeftCount, result.Compared, auto, review, result.PairCompleteness, result.Findings, result.Seconds));
    }
}
