using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Warehouse.Etl;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Map;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>map</c>: look at an unknown file and propose how to take it in; approve a mapping.</summary>
internal static class MapCommand
{
    private static readonly Argument<FileInfo[]> Source = new("file") { Description = "The unknown delimited file or workbook (XLSX), or several of one layout (codes that only some months have are then seen), or a mapping (*.json) to approve", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Feed = new("--feed") { Description = "Read it into this feed instead of the one that it looks like; another name proposes a new contract", HelpName = "NAME" };
    private static readonly Option<string> Profile = new("--profile") { Description = "The vendor or municipality, as manifests name it", DefaultValueFactory = _ => "vendor", HelpName = "NAME" };
    private static readonly Option<string> Pattern = new("--pattern") { Description = "Names of files that are read so although their manifest names no profile, with *", DefaultValueFactory = _ => "", HelpName = "GLOB" };
    private static readonly Option<FileInfo?> Out = new("--out") { Description = "Write the proposal here", HelpName = "FILE" };
    private static readonly Option<string?> Confirm = new("--confirm") { Description = "Approve: account of the DBA or steward who has read the proposal; the mapping goes into Warehouse:Mappings", HelpName = "WHO" };
    private static readonly Option<string?> Sheet = new("--sheet") { Description = "The sheet of a workbook that has several visible ones", HelpName = "NAME" };
    private static readonly Option<DateOnly?> Extracted = new("--extracted") { Description = "Day of extraction, for rules about the future; default: today", HelpName = "DATE" };

    /// <summary>Refuses an option that does not exist where a file is expected: otherwise a slip of the hand is taken for a file.</summary>
    internal static void RefuseOptions(System.CommandLine.Parsing.ArgumentResult result)
    {
        foreach (System.CommandLine.Parsing.Token token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
        {
            result.AddError($"Unrecognized command or argument '{token.Value}'.");
        }
    }

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Source.Validators.Clear();
        Source.Validators.Add(RefuseOptions);
        return (new Command("map", "Look at an unknown file, propose a mapping or a contract, show what would be quarantined; approve a mapping with --confirm. Shows no value that may name somebody") { Source, Feed, Profile, Pattern, Sheet, Out, Confirm, Extracted },
        ["map unknown.csv", "map 2024*.csv --feed resident", "map unknown.xlsx --sheet 一覧", "map unknown.csv --feed resident --profile vendor-b --out resident.vendor-b.json", "map unknown.csv --profile vendor-b --confirm dba01 --output out", "map resident.vendor-b.json --confirm dba01 --output out"],
        Act);
    }

    private static Task<int> Act(ParseResult parsed, CommandContext context)
    {
        FileInfo[] sources = parsed.GetValue(Source)!;
        FileInfo source = sources[0];
        if (sources.FirstOrDefault(file => !file.Exists) is { } missing)
        {
            throw new UsageException($"There is no file {missing.FullName}. Name the file to look at.");
        }

        string? who = parsed.GetValue(Confirm);
        if (source.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase))
        {
            Approve(FeedMapping.Parse(File.ReadAllText(source.FullName), source.Name), source.Name, who ?? throw new UsageException($"{source.Name} is a mapping. Give --confirm WHO to approve it, or name the file that is to be looked at."), context);
            return Task.FromResult(ExitCode.Done);
        }

        string feed = parsed.GetValue(Feed) ?? "";
        if (feed.Any(sign => sign is not ('_' or (>= 'a' and <= 'z') or (>= '0' and <= '9'))) || feed is ['_' or (>= '0' and <= '9'), ..])
        {
            throw new UsageException($"--feed is '{feed}'; expected small letters, digits and underscores, beginning with a letter.");
        }

        string profile = parsed.GetValue(Profile)!;
        if (profile.Length is 0 or > 60 || profile.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 || profile.Contains("..", StringComparison.Ordinal))
        {
            throw new UsageException($"--profile is '{profile}'; expected a name of 1 to 60 signs that can be part of a file name.");
        }

        DateOnly extracted = parsed.GetValue(Extracted) ?? DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime.AddHours(9));
        MapReport report = MapAssistant.Propose([.. sources.Select(file => file.FullName)], feed.Length == 0 ? null : feed, profile, parsed.GetValue(Pattern)!, extracted, context.Stop, parsed.GetValue(Sheet));
        Show(context.Screen, report);
        if (parsed.GetValue(Out) is { } target)
        {
            File.WriteAllText(target.FullName, report.Document);
            context.Screen.Line($"Written: {target.FullName}");
        }

        string? approved = null;
        if (who is not null)
        {
            if (report.Draft is not { } draft)
            {
                throw new UsageException($"{source.Name} is none of the known feeds, so there is no mapping to approve. Complete the proposed contract, or name the feed with --feed.");
            }

            if (draft.Open.Count > 0)
            {
                throw new UsageException($"The mapping has open questions: {string.Join("; ", draft.Open)}. Write it with --out, settle them in the file and approve that with 'warehouse map MAPPING.json --confirm {who}'.");
            }

            approved = Approve(draft.Mapping, source.Name, who, context);
        }
        else if (report.Draft is not null)
        {
            context.Screen.Line("A proposal. Nothing uses it until somebody approves it: --confirm WHO.");
        }

        context.Screen.Result(new
        {
            report.Profile.File,
            report.Profile.Encoding,
            Delimiter = report.Profile.Delimiter.ToString(),
            report.Profile.Newline,
            report.Profile.HeaderLine,
            report.Profile.Rows,
            report.Profile.RaggedRows,
            report.Profile.TotalsRows,
            report.Profile.Columns,
            report.Profile.CandidateKeys,
            report.Likeness,
            Proposal = JsonNode.Parse(report.Document),
            Codes = report.Draft?.Codes ?? [],
            Open = report.Draft?.Open ?? [],
            Notes = report.Draft?.Notes ?? [],
            report.Trial,
            Approved = approved,
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static string Approve(FeedMapping mapping, string name, string who, CommandContext context)
    {
        if (who.Length is 0 or > 60 || who.Any(char.IsControl))
        {
            throw new UsageException("--confirm expects the account of the DBA or steward who approves, of at most 60 signs.");
        }

        // What does not fit its contract is not approved.
        mapping.Apply(FeedCatalog.Default.Get(mapping.Feed), name);
        FeedMapping approved = mapping.Approve(who, DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime.AddHours(9)));
        string folder = context.Options.Mappings(context.Output);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{mapping.Feed}.{mapping.Profile}.json");
        File.WriteAllText(path, approved.ToJson());
        context.Screen.Line($"Approved by {who}: {path}, version {approved.ContentSha256[..12]}");
        return path;
    }

    private static void Show(Screen screen, MapReport report)
    {
        FileProfile profile = report.Profile;
        string delimiter = profile.Delimiter == '\t' ? "tab" : profile.Delimiter.ToString();
        string form = profile.Encoding == FeedContract.Workbook ? "workbook" + (profile.Sheet is null ? "" : $", sheet {profile.Sheet}") : $"{profile.Encoding}, delimiter {delimiter}, line ends {profile.Newline}";
        screen.Line(string.Create(CultureInfo.InvariantCulture, $"{profile.File}: {form}, header in line {profile.HeaderLine}, {profile.Rows:N0} rows, {profile.RaggedRows} ragged, {profile.TotalsRows} totals"));
        screen.Table(
            "Columns (no value that may name somebody)",
            ["header", "parser", "class", "blank", "distinct", "length", "shapes and codes"],
            profile.Columns.Select(column => (IReadOnlyList<string>)
            [
                column.Header, column.Parser, column.DataClass, column.BlankShare.ToString("0.0%", CultureInfo.InvariantCulture), (column.IsDistinctCut ? "≥" : "") + N(column.Distinct),
                column.MinLength == column.MaxLength ? N(column.MinLength) : $"{column.MinLength}–{column.MaxLength}", Look(column),
            ]));
        screen.Line("Keys: " + (profile.CandidateKeys.Count == 0 ? "none found" : string.Join("; ", profile.CandidateKeys.Select(key => string.Join(" + ", key)))));
        screen.Line("Looks like: " + string.Join(", ", report.Likeness.Select(feed => string.Create(CultureInfo.InvariantCulture, $"{feed.Feed} ({feed.Title}) {feed.Score:0.00}"))));
        if (report.Draft is { } draft)
        {
            screen.Table(
                $"Mapping into {draft.Mapping.Feed}",
                ["contract", "file", "dates", "codes"],
                draft.Mapping.Columns.Select(column => (IReadOnlyList<string>)
                [
                    column.Column, column.Header ?? "(not in the file)", column.DateShape,
                    column.Codes is null ? "" : string.Join(" ", draft.Codes.Where(code => code.Column == column.Column).Select(code => $"{code.Vendor}→{code.Code ?? "?"}{(code.Evidence == "digits" ? "*" : "")}")),
                ]));
            Lines(screen, "Not read", draft.Mapping.Ignored);
            Lines(screen, "Open", draft.Open);
            Lines(screen, "Note", draft.Notes);
        }
        else
        {
            screen.Line("No known feed. A contract is proposed; purpose, legal basis and retention are left empty for the data owner, and it does not load without them.");
        }

        if (report.Trial is { } trial)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"Tried on the file: {trial.Rows:N0} rows, {trial.Quarantined:N0} would be quarantined, {trial.Repairs.Values.Sum():N0} values repaired"));
            if (trial.Faults.Count > 0)
            {
                screen.Table("Would be quarantined", ["rule", "column", "rows", "lines", "reason"], trial.Faults.Select(fault => (IReadOnlyList<string>)[fault.Rule, fault.Column, N(fault.Rows), string.Join(", ", fault.Lines), fault.Reason]));
            }
        }
    }

    private static void Lines(Screen screen, string title, IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            screen.Line($"{title}: {line}");
        }
    }

    private static string Look(ColumnProfile column)
    {
        List<string> parts = [];
        if (column.DateShapes.Count > 0)
        {
            parts.Add(string.Join(" ", column.DateShapes.Select(shape => $"{shape.Key}×{N(shape.Value)}")));
        }

        parts.Add(column.Codes.Count > 0
            ? string.Join(" ", column.Codes.Take(12).Select(code => $"{code.Value}×{N(code.Count)}")) + (column.HiddenRows > 0 ? $" and {N(column.HiddenRows)} rows not shown" : "")
            : string.Join(" ", column.Shapes.Select(shape => $"{shape.Value}×{N(shape.Count)}")));
        if (column.MergedCells > 0)
        {
            parts.Add($"{N(column.MergedCells)} merged with the cell above");
        }

        if (column.LostZeros > 0)
        {
            parts.Add($"{N(column.LostZeros)} shorter: zeros lost?");
        }

        return string.Join(" | ", parts);
    }

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
