using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Warehouse.Model.Mine;
using Warehouse.Model.Tables;
using Warehouse.Model.Validate;

namespace Warehouse.Reporting.Host.Commands;

/// <summary>What the verbs on a table of one's own share: options, reading, writing.</summary>
internal static class TableCommands
{
    internal static readonly string[] TableExamples =
    [
        "train --data table.csv --target outcome --model model.json --report report.html",
        "train --data table.csv --target outcome --positive yes --group household --cv 5 --repeats 5 --seed 7 --challengers --json",
    ];

    /// <summary>Returns the file of an option.</summary>
    internal static FileInfo Existing(FileInfo file, string option) =>
        file.Exists ? file : throw new UsageException($"{option}: there is no file {file.FullName}.");

    /// <summary>Refuses to write over what is read, and two results into one file.</summary>
    internal static void RefuseOverwrite(IEnumerable<FileInfo?> inputs, params FileInfo?[] targets)
    {
        HashSet<string> read = [.. inputs.OfType<FileInfo>().Select(f => f.FullName)];
        HashSet<string> written = [];
        foreach (FileInfo target in targets.OfType<FileInfo>())
        {
            if (read.Contains(target.FullName))
            {
                throw new UsageException($"{target.FullName} is an input; name another file to write to.");
            }

            if (!written.Add(target.FullName))
            {
                throw new UsageException($"{target.FullName} is named for two results; name a file for each.");
            }

            if (target.Directory is { Exists: false } folder)
            {
                throw new UsageException($"There is no folder {folder.FullName} to write {target.Name} to.");
            }
        }
    }

    /// <summary>Writes a file, which appears whole or not at all.</summary>
    internal static void Write(FileInfo target, Action<TextWriter> write)
    {
        string draft = target.FullName + ".part";
        using (StreamWriter writer = new(draft, false, new UTF8Encoding(false)))
        {
            write(writer);
        }

        File.Move(draft, target.FullName, overwrite: true);
    }

    /// <summary>Shows findings, grave ones marked.</summary>
    internal static void Show(Screen screen, IEnumerable<TableFinding> findings)
    {
        foreach (TableFinding finding in findings)
        {
            screen.Line($"{(finding.IsGrave ? "WARNING " : "")}{finding.Code} {finding.Message}");
        }
    }

    /// <summary>Returns a share with its interval.</summary>
    internal static string Share(double rate, Interval interval) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.000} [{interval.Low:0.000}, {interval.High:0.000}]");

    /// <summary>Returns the greatest memory of the process so far.</summary>
    internal static double PeakMegabytes()
    {
        using Process self = Process.GetCurrentProcess();
        return Math.Round(self.PeakWorkingSet64 / 1048576.0, 1);
    }

    /// <summary>Returns an option's list of columns.</summary>
    internal static string[] Names(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The options that say what a table is and what its columns are for; an instance per verb, because a verb owns its options.</summary>
    internal sealed class Roles
    {
        internal Option<FileInfo?> Data { get; } = new("--data") { Description = "The table: CSV or tab-delimited with a header (UTF-8, CP932, UTF-16), workbook, .parquet or .arff", HelpName = "FILE" };

        internal Option<string?> Target { get; } = new("--target") { Description = "The column to predict", HelpName = "COLUMN" };

        internal Option<string?> Positive { get; } = new("--positive") { Description = "The value of the target that counts as positive, all others as negative; default: the rarer of two", HelpName = "VALUE" };

        internal Option<string?> Id { get; } = new("--id") { Description = "The column that names a row; never a feature", HelpName = "COLUMN" };

        internal Option<string?> Group { get; } = new("--group") { Description = "Rows with one value here stay in one fold, and count once in the test of rules", HelpName = "COLUMN" };

        internal Option<string?> Time { get; } = new("--time") { Description = "Learn from earlier rows and test on later ones, by this number or day", HelpName = "COLUMN" };

        internal Option<string?> Exclude { get; } = new("--exclude") { Description = "Columns that are not to be used", HelpName = "COLUMN,COLUMN" };

        internal Option<ulong> Seed { get; } = new("--seed") { Description = "Seed of folds, samples and permutations; the same seed gives the same model", DefaultValueFactory = _ => 7UL, HelpName = "N" };

        internal Option<int> Threads { get; } = new("--threads") { Description = "Threads; the result is the same for any count", DefaultValueFactory = _ => Environment.ProcessorCount, HelpName = "N" };

        internal IEnumerable<Option> All => [Data, Target, Positive, Id, Group, Time, Exclude, Seed, Threads];

        internal FileInfo File(ParseResult parsed) =>
            Existing(parsed.GetValue(Data) ?? throw new UsageException("--data is missing; expected the file of the table."), "--data");

        internal LabelledTable Read(ParseResult parsed, CommandContext context)
        {
            FileInfo file = File(parsed);
            string target = parsed.GetValue(Target) is { Length: > 0 } given ? given : throw new UsageException("--target is missing; expected the column to predict.");
            TextTable text = TableFile.Read(file.FullName, context.Stop);
            LabelledTable table = LabelledTable.Build(text, new TableRoles
            {
                Target = target,
                Positive = parsed.GetValue(Positive),
                Id = parsed.GetValue(Id),
                Group = parsed.GetValue(Group),
                Time = parsed.GetValue(Time),
                Excluded = Names(parsed.GetValue(Exclude)),
            });
            int positives = table.Label.Count(y => y);
            context.Screen.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{text.Name}: {table.Label.Length:N0} rows, {positives:N0} with {target} = '{table.Positive}' ({(double)positives / table.Label.Length:P1}), {table.Columns.Count:N0} columns"));
            return table;
        }

        internal TableOptions Options(ParseResult parsed)
        {
            int threads = parsed.GetValue(Threads);
            return threads >= 1
                ? new TableOptions { Seed = parsed.GetValue(Seed), Threads = threads }
                : throw new UsageException($"--threads is {threads}; expected 1 or more.");
        }
    }
}

/// <summary><c>mine</c>: the rules of a table of one's own, each tested.</summary>
internal static class MineCommand
{
    private const int MostShown = 30;

    private static readonly TableCommands.Roles Roles = new();

    private static readonly Option<FileInfo?> Out = new("--out") { Description = "Write all rules here: counts in both classes, rate with interval, lift, p, verified", HelpName = "FILE.csv" };

    private sealed record Summary(int Rows, int PositiveRows, string Positive, int Verified, int Candidates, long FamilySize, double Threshold, double Seconds, double PeakMegabytes, IReadOnlyList<TableFinding> Findings, IReadOnlyList<TableRule> Rules);

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Command command = new("mine", "Find the rules of a table of one's own that no chance explains, without a warehouse") { Out };
        foreach (Option option in Roles.All)
        {
            command.Options.Add(option);
        }

        return (command, ["mine --data table.csv --target outcome", "mine --data table.arff --target class --positive won --out rules.csv --json"], Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        FileInfo? target = parsed.GetValue(Out);
        TableCommands.RefuseOverwrite([parsed.GetValue(Roles.Data)], target);
        TableOptions options = Roles.Options(parsed);
        long begun = Stopwatch.GetTimestamp();
        LabelledTable table = Roles.Read(parsed, context);
        (TableMining mining, _) = await context.Screen.Stage("mine", _ => Task.FromResult(TableRun.Mine(table, options, context.Stop))).ConfigureAwait(false);
        TableCommands.Show(context.Screen, mining.Findings);
        int verified = mining.Rules.Count(r => r.IsVerified);
        context.Screen.Table(
            "Rules, the strongest first",
            ["rule", "positive", "negative", "rate", "lift", "p", "verified"],
            mining.Rules.Take(MostShown).Select(r => (IReadOnlyList<string>)[r.Text, Count(r.Positives), Count(r.Negatives), TableCommands.Share(r.Rate, r.RateInterval), r.Lift.ToString("0.00", CultureInfo.InvariantCulture), P(r.LogP), r.IsVerified ? "yes" : ""]));
        context.Screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{verified:N0} rules verified (the chance that even one of them is luck is at most 5 %), {mining.Rules.Count - verified:N0} candidates; {mining.FamilySize:N0} patterns tested, p at most {P(mining.LogThreshold)}"));
        if (target is not null)
        {
            TableCommands.Write(target, writer => Write(mining.Rules, writer));
            context.Screen.Line($"Written: {target.FullName}");
        }

        context.Screen.Result(new Summary(
            table.Label.Length, table.Label.Count(y => y), table.Positive, verified, mining.Rules.Count - verified, mining.FamilySize, Math.Exp(mining.LogThreshold), Stopwatch.GetElapsedTime(begun).TotalSeconds, TableCommands.PeakMegabytes(), mining.Findings, mining.Rules));
        return ExitCode.Done;
    }

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    // Below what a double holds only the logarithm is left.
    private static string P(double log) => log > -700 ? Math.Exp(log).ToString("0.0e+0", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"1e{log / Math.Log(10):0}");

    private static void Write(IReadOnlyList<TableRule> rules, TextWriter writer)
    {
        writer.WriteLine("rule,direction,positives,negatives,rate,rate_low,rate_high,lift,log10_p,is_verified");
        foreach (TableRule r in rules)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{PredictCommand.Cell(r.Text)},{(r.Direction == RuleDirection.Risk ? "positive" : "negative")},{r.Positives},{r.Negatives},{r.Rate:0.######},{r.RateInterval.Low:0.######},{r.RateInterval.High:0.######},{r.Lift:0.####},{r.LogP / Math.Log(10):0.###},{(r.IsVerified ? 1 : 0)}"));
        }
    }
}

/// <summary><c>train --data</c>: a model of a table of one's own.</summary>
internal static class TrainTableCommand
{
    private static readonly TableCommands.Roles Roles = new();

    private static readonly Option<int> Folds = new("--cv") { Description = "Folds of the cross-validation; 0 leaves it out", DefaultValueFactory = _ => 5, HelpName = "N" };

    private static readonly Option<int?> Repeats = new("--repeats") { Description = "Rounds of folds; default: 5, or 1 above 10,000 rows", HelpName = "N" };

    private static readonly Option<string?> Challengers = new("--challengers")
    {
        Description = "Compare with trainers of Microsoft.ML on the same folds: LightGBM, FastTree, GAM, logistic; without names all of them (GAM takes most of the time)",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "NAME,NAME",
    };

    private static readonly Option<int?> MaxTerms = new("--max-terms") { Description = "Keep the model to so many terms, such as 60 where people read it; default: what the penalty keeps", HelpName = "N" };

    private static readonly Option<FileInfo?> ModelFile = new("--model") { Description = "Write the model here, for predict and explain", HelpName = "FILE.json" };

    private static readonly Option<FileInfo?> Report = new("--report") { Description = "Write a page with rules, weights, calibration, curves, groups and examples here; it shows rows", HelpName = "FILE.html" };

    private static readonly Option<string?> By = new("--by") { Description = "Figures for each value of these columns in the report; default: the columns with at most six values", HelpName = "COLUMN,COLUMN" };

    internal sealed record ChallengerLine(string Name, double? Auc, double? AucLow, double? AucHigh, double? Difference, double? DifferenceLow, double? DifferenceHigh, double Seconds, string? Fault);

    internal sealed record Summary(
        int Rows, int PositiveRows, string Positive, int Columns, double? Auc, double? AucLow, double? AucHigh, double? AucOf60Terms, double? Ece, string? Split, int? Folds, int? Repeats, double? TermsPerFold,
        int Terms, int VerifiedTerms, int Verified, int Candidates, double DualityGap, double? LargestGapOfFolds, double Seconds, double? SecondsOfFolds, double PeakMegabytes, IReadOnlyList<ChallengerLine> Challengers, IReadOnlyList<TableColumnLoss> ColumnLosses, IReadOnlyList<TableFinding> Findings);

    /// <summary>The options, to be added to the verb that trains.</summary>
    internal static IEnumerable<Option> Options => [.. Roles.All, Folds, Repeats, Challengers, MaxTerms, ModelFile, Report, By];

    /// <summary>Tells whether a table was given; refuses its options without one.</summary>
    internal static bool IsAsked(ParseResult parsed)
    {
        if (parsed.GetResult(Roles.Data) is { Implicit: false })
        {
            return true;
        }

        Option? lost = Options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        return lost is null ? false : throw new UsageException($"{lost.Name} needs --data; without it the model is trained on the warehouse.");
    }

    internal static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        (FileInfo? model, FileInfo? report) = (parsed.GetValue(ModelFile), parsed.GetValue(Report));
        TableCommands.RefuseOverwrite([parsed.GetValue(Roles.Data)], model, report);
        int folds = parsed.GetValue(Folds);
        if (folds is < 0 or 1 or > 100)
        {
            throw new UsageException($"--cv is {folds}; expected 2 to 100 folds, or 0 for none.");
        }

        if (parsed.GetValue(Repeats) is < 1 or > 100)
        {
            throw new UsageException($"--repeats is {parsed.GetValue(Repeats)}; expected 1 to 100.");
        }

        if (parsed.GetValue(MaxTerms) is < 1)
        {
            throw new UsageException($"--max-terms is {parsed.GetValue(MaxTerms)}; expected 1 or more.");
        }

        if (parsed.GetValue(TrainCommand.Ablation) && folds == 0)
        {
            throw new UsageException("--ablation needs folds; --cv is 0.");
        }

        string[] challengers = Asked(parsed);
        TableOptions options = Roles.Options(parsed) with { Folds = Math.Max(2, folds), Repeats = parsed.GetValue(Repeats), Challengers = challengers, MaxTerms = parsed.GetValue(MaxTerms), AblatesColumns = parsed.GetValue(TrainCommand.Ablation) };
        long begun = Stopwatch.GetTimestamp();
        LabelledTable table = Roles.Read(parsed, context);
        string[] by = TableCommands.Names(parsed.GetValue(By));
        TableReport.CheckGroups(table, by);
        (TableTraining training, _) = await context.Screen.Stage("train", progress => Task.FromResult(TableRun.Train(table, options, folds > 0, progress, context.Stop))).ConfigureAwait(false);
        if (model is not null)
        {
            TableCommands.Write(model, writer => writer.Write(training.Model.ToJson()));
        }

        if (report is not null)
        {
            TableCommands.Write(report, writer => TableReport.Write(table, training, by, writer));
        }

        Show(context.Screen, table, training, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        foreach (FileInfo written in new[] { model, report }.OfType<FileInfo>())
        {
            context.Screen.Line($"Written: {written.FullName}");
        }

        return ExitCode.Done;
    }

    private static string[] Asked(ParseResult parsed)
    {
        if (parsed.GetResult(Challengers) is not { Implicit: false })
        {
            return [];
        }

        string[] names = TableCommands.Names(parsed.GetValue(Challengers));
        string[] found = [.. names.Select(name => Challenger.Names.FirstOrDefault(c => c.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"--challengers: there is no trainer '{name}'; expected {string.Join(", ", Challenger.Names)}."))];
        return found.Length > 0 ? [.. found.Distinct()] : [.. Challenger.Names];
    }

    private static void Show(Screen screen, LabelledTable table, TableTraining training, double seconds)
    {
        TableModel model = training.Model;
        TableCommands.Show(screen, model.Findings);
        screen.Table(
            "Strongest terms",
            ["term", "weight", "positive", "negative", "rate", "verified"],
            model.Model.Terms.Take(15).Select(t => (IReadOnlyList<string>)[t.Text, t.Weight.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture), t.Positives.ToString("N0", CultureInfo.InvariantCulture), (t.Covered - t.Positives).ToString("N0", CultureInfo.InvariantCulture), TableCommands.Share(t.Rate, t.RateInterval), t.IsVerified ? "yes" : ""]));
        TableValidation? v = model.Validation;
        if (v is not null)
        {
            screen.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"AUC {Text(v.Auc, "0.0000")} ({v.Split}, {v.Folds} folds × {v.Repeats}); ECE {v.Ece:0.000}; {v.Terms:0} terms a fold, models of at most 60 terms give {v.AucOf60Terms.Value:0.0000}"));
            foreach (TableChallenger c in v.Challengers)
            {
                screen.Line(c.Auc is null ? $"  {c.Name}: {c.Fault}" : $"  {c.Name,-9} AUC {Text(c.Auc, "0.0000")}, the model minus it {Text(c.ModelMinusIt!, "+0.0000;-0.0000")}");
            }
        }

        if (v?.ColumnLosses is { } losses)
        {
            screen.Table("AUC lost without a column", ["column", "AUC lost"], losses.Select(l => (IReadOnlyList<string>)[l.Column, Text(l.Loss, "+0.0000;-0.0000;0.0000")]));
        }

        int verifiedTerms = model.Model.Terms.Count(t => t.IsVerified);
        double peak = TableCommands.PeakMegabytes();
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Model.Terms.Count} terms, {verifiedTerms} of them verified rules; of all rules {model.VerifiedCount:N0} verified, {model.CandidateCount:N0} candidates; duality gap {model.Model.DualityGap:0.0e+0}; {seconds:0.0} s, {peak:0} MB"));
        if (training.Validation is { } timed)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"Of this {timed.Seconds:0.0} s went into the {timed.Folds * timed.Repeats} models of the folds{(timed.Challengers.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $", {timed.Challengers.Sum(c => c.Seconds):0.0} s (of all threads) into the other trainers") : "")}, most of it the choice of the penalty inside each."));
        }

        screen.Result(new Summary(
            table.Label.Length, table.Label.Count(y => y), table.Positive, table.Columns.Count, v?.Auc.Value, v?.Auc.Low, v?.Auc.High, v?.AucOf60Terms.Value, v?.Ece, v?.Split, v?.Folds, v?.Repeats, v?.Terms,
            model.Model.Terms.Count, verifiedTerms, model.VerifiedCount, model.CandidateCount, model.Model.DualityGap ?? double.NaN, v?.DualityGap, seconds, training.Validation?.Seconds, peak,
            v is null ? [] : [.. v.Challengers.Select((c, k) => new ChallengerLine(c.Name, c.Auc?.Value, c.Auc?.Low, c.Auc?.High, c.ModelMinusIt?.Value, c.ModelMinusIt?.Low, c.ModelMinusIt?.High, training.Validation!.Challengers[k].Seconds, c.Fault))],
            v?.ColumnLosses ?? [],
            model.Findings));
    }

    private static string Text(Figure figure, string format) => figure.Low is null
        ? figure.Value.ToString(format, CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{figure.Value.ToString(format, CultureInfo.InvariantCulture)} [{figure.Low.Value.ToString(format, CultureInfo.InvariantCulture)}, {figure.High!.Value.ToString(format, CultureInfo.InvariantCulture)}]");
}

/// <summary><c>predict</c>: scores of the rows of a table of one's own.</summary>
internal static class PredictCommand
{
    internal static readonly Option<FileInfo> Data = new("--data") { Description = "The rows: CSV, workbook, .parquet or .arff, with the columns of the training", Required = true, HelpName = "FILE" };

    private static readonly Option<FileInfo> ModelFile = new("--model") { Description = "The model that train --model wrote", Required = true, HelpName = "FILE.json" };

    private static readonly Option<string?> Id = new("--id") { Description = "The column that names a row; default: that of the training", HelpName = "COLUMN" };

    private static readonly Option<FileInfo?> Out = new("--out") { Description = "Write row, id, probability, rank, band, log-odds and the count of unknown values here", HelpName = "FILE.csv" };

    private sealed record Summary(int Rows, double MeanProbability, int UnknownRows, IReadOnlyList<TableFinding> Findings, IReadOnlyList<TableScore>? Scores);

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("predict", "Score the rows of a table with a model that train --data made") { Data, ModelFile, Id, Out },
        ["predict --model model.json --data new.csv --out scores.csv", "predict --model model.json --data new.csv --json"],
        Act);

    /// <summary>Reads a model and the rows it is asked about.</summary>
    internal static async Task<(TableModel Model, TableInput Input)> Read(FileInfo model, FileInfo data, string? id, CommandContext context)
    {
        TableModel read = TableModel.FromJson(await File.ReadAllTextAsync(TableCommands.Existing(model, "--model").FullName, context.Stop).ConfigureAwait(false));
        TableInput input = TableRun.Read(read, TableFile.Read(TableCommands.Existing(data, "--data").FullName, context.Stop), id);
        TableCommands.Show(context.Screen, input.Findings);
        return (read, input);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        (FileInfo data, FileInfo model, FileInfo? target) = (parsed.GetValue(Data)!, parsed.GetValue(ModelFile)!, parsed.GetValue(Out));
        TableCommands.RefuseOverwrite([data, model], target);
        (TableModel read, TableInput input) = await Read(model, data, parsed.GetValue(Id), context).ConfigureAwait(false);
        IReadOnlyList<TableScore> scores = TableRun.Predict(read, input);
        if (target is null)
        {
            context.Screen.Table("Highest scores", ["id", "probability", "rank", "band"], scores.OrderBy(s => s.Rank).Take(20).Select(s => (IReadOnlyList<string>)[s.Id, s.Probability.ToString("0.0000", CultureInfo.InvariantCulture), s.Rank.ToString(CultureInfo.InvariantCulture), s.Band]));
        }
        else
        {
            TableCommands.Write(target, writer => Write(scores, writer));
        }

        context.Screen.Line(string.Create(CultureInfo.InvariantCulture, $"{scores.Count:N0} rows scored, mean probability of {read.Target} = '{read.Positive}' {scores.Average(s => s.Probability):0.000}{(target is null ? "" : $". Written: {target.FullName}")}"));
        context.Screen.Result(new Summary(scores.Count, scores.Average(s => s.Probability), scores.Count(s => s.Unknown > 0), input.Findings, target is null ? scores : null));
        return ExitCode.Done;
    }

    /// <summary>Returns a cell of CSV.</summary>
    internal static string Cell(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;

    private static void Write(IReadOnlyList<TableScore> scores, TextWriter writer)
    {
        writer.WriteLine("row,id,probability,rank,band,log_odds,unknown_values");
        foreach (TableScore s in scores)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{s.Row},{Cell(s.Id)},{s.Probability:R},{s.Rank},{s.Band},{s.LogOdds:R},{s.Unknown}"));
        }
    }
}

/// <summary><c>explain</c>: why rows of a table of one's own have their scores.</summary>
internal static class ExplainCommand
{
    private const int MostRows = 1000;

    private static readonly Option<FileInfo> Data = new("--data") { Description = "The rows: CSV, workbook, .parquet or .arff, with the columns of the training", Required = true, HelpName = "FILE" };

    private static readonly Option<FileInfo> ModelFile = new("--model") { Description = "The model that train --model wrote", Required = true, HelpName = "FILE.json" };

    private static readonly Option<string?> Id = new("--id") { Description = "The column that names a row; default: that of the training", HelpName = "COLUMN" };

    private static readonly Option<string?> Row = new("--row") { Description = "The row: its id, or its number below the header from 1; default: the ten highest scores", HelpName = "ID" };

    private static readonly Option<string?> Actionable = new("--actionable") { Description = "Columns that may change: also show which of their values give another score (what the formula says, not what a change would bring about)", HelpName = "COLUMN,COLUMN" };

    private static readonly Option<bool> Higher = new("--higher") { Description = "With --actionable: look for a higher score instead of a lower one" };

    private static readonly Option<FileInfo?> Out = new("--out") { Description = "Write the explanations here", HelpName = "FILE.json" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define() =>
        (new Command("explain", "Show why rows have their scores: terms for, against and undecided, with counts, and what nearly applies") { Data, ModelFile, Id, Row, Actionable, Higher, Out },
        ["explain --model model.json --data new.csv --row 17", "explain --model model.json --data new.csv --row 17 --actionable hours,absences --out why.json"],
        Act);

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        (FileInfo data, FileInfo model, FileInfo? target) = (parsed.GetValue(Data)!, parsed.GetValue(ModelFile)!, parsed.GetValue(Out));
        TableCommands.RefuseOverwrite([data, model], target);
        string[] actionable = TableCommands.Names(parsed.GetValue(Actionable));
        if (parsed.GetValue(Higher) && actionable.Length == 0)
        {
            throw new UsageException("--higher needs --actionable with the columns that may change.");
        }

        (TableModel read, TableInput input) = await PredictCommand.Read(model, data, parsed.GetValue(Id), context).ConfigureAwait(false);
        foreach (string name in actionable.Where(name => read.Columns.All(c => c.Name != name)))
        {
            context.Screen.Line($"The model does not read the column '{name}': changing it changes no score.");
        }

        int[] rows = Rows(parsed.GetValue(Row), read, input);
        IReadOnlyList<TableExplanation> explanations = TableRun.Explain(read, input, rows, actionable, !parsed.GetValue(Higher));
        if (target is not null)
        {
            TableCommands.Write(target, writer => writer.Write(System.Text.Json.JsonSerializer.Serialize(explanations, Screen.Json)));
            context.Screen.Line($"Written: {target.FullName}");
        }

        foreach (TableExplanation explanation in explanations)
        {
            Show(context.Screen, read, explanation);
        }

        context.Screen.Result(explanations);
        return ExitCode.Done;
    }

    private static int[] Rows(string? asked, TableModel model, TableInput input)
    {
        if (asked is null)
        {
            return [.. TableRun.Predict(model, input).OrderBy(s => s.Rank).Take(10).Select(s => s.Row - 1)];
        }

        int[] found = [.. Enumerable.Range(0, input.Id.Length).Where(r => input.Id[r] == asked).Take(MostRows)];
        return found.Length > 0 ? found : throw new UsageException($"--row: no row is named '{asked}'; expected an id of the file, or a number from 1 to {input.Id.Length} where rows have no id.");
    }

    private static void Show(Screen screen, TableModel model, TableExplanation e)
    {
        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{e.Id}: probability of {model.Target} = '{model.Positive}' {e.Probability:0.000}; log-odds {e.LogOdds:+0.000;-0.000;0.000} = base {e.Base:+0.000;-0.000;0.000}{string.Concat(e.For.Concat(e.Against).Select(r => string.Create(CultureInfo.InvariantCulture, $" {r.Weight:+0.000;-0.000;0.000}")))}"));
        List<IReadOnlyList<string>> rows = [];
        foreach ((string side, IReadOnlyList<TableReason> reasons) in new[] { ("for", e.For), ("against", e.Against), ("unknown", e.Unknown) })
        {
            rows.AddRange(reasons.Select(r => (IReadOnlyList<string>)
                [side, r.Text, r.Weight.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture), r.Positives.ToString("N0", CultureInfo.InvariantCulture), r.Negatives.ToString("N0", CultureInfo.InvariantCulture), TableCommands.Share(r.Rate, r.RateInterval), r.IsVerified ? "verified" : "", string.Join(", ", r.MissingColumns)]));
        }

        rows.AddRange(e.Near.Select(n => (IReadOnlyList<string>)["nearly", n.Text, n.Weight.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture), "", "", "", "", $"{n.Failing.Text}: {(n.Value.Length == 0 ? "not recorded" : n.Value)}"]));
        screen.Table("Reasons of " + e.Id, ["", "term", "weight", "positive", "negative", "rate", "", "missing, or what fails"], rows);
        if (e.WhatIf is { } search)
        {
            screen.Line(search.Steps.Count == 0
                ? "No value of these columns gives the score that was looked for."
                : "With other values the formula would give (no statement about causes):");
            foreach (Warehouse.Model.Score.WhatIfStep step in search.Steps)
            {
                screen.Line(string.Create(CultureInfo.InvariantCulture, $"  {step.Probability:0.000}  {string.Join("; ", step.Changes.Select(c => c.Text))}"));
            }

            if (!search.IsExact)
            {
                screen.Line("The search stopped at its limit: better combinations may exist. Name fewer columns.");
            }
        }
    }
}
