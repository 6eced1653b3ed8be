using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Logging;
using Warehouse.Etl;
using Warehouse.Etl.Link.Review;
using Warehouse.Model.Items;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Host.Commands;
using Warehouse.Reporting.Pdf;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host;

/// <summary>Exit codes of the program.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Done, but a feed had more rejects than its limit and was not published.</summary>
    public const int Rejects = 3;

    /// <summary>The database has another schema.</summary>
    public const int Schema = 4;

    /// <summary>Another process or job holds the warehouse.</summary>
    public const int Locked = 5;
}

/// <summary>The verbs, what they share, and what becomes of an error.</summary>
public static class CommandLine
{
    private static readonly Option<string> OutputOption = new("--output", "-o")
    {
        Description = "Folder of the databases and results",
        DefaultValueFactory = _ => "out",
        Recursive = true,
        HelpName = "DIR",
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "One JSON document for programs instead of text", Recursive = true };

    private static readonly Option<bool> VerboseOption = new("--verbose") { Description = "Log lines, and stack traces of errors", Recursive = true };

    /// <summary>Runs one command and returns its exit code.</summary>
    public static async Task<int> Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        bool verbose = args.Contains("--verbose");
        Screen faults = new(output, error, json: false);
        string? folder = null;
        try
        {
            RootCommand root = Build(output, error);
            ParseResult parsed = root.Parse([.. args]);
            folder = parsed.GetResult(OutputOption) is { Implicit: false } ? parsed.GetValue(OutputOption) : null;
            bool wantsHelp = args.Any(arg => arg is "--help" or "-h" or "-?");
            if (parsed.Errors.Count > 0 && !wantsHelp)
            {
                string verb = parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ";
                faults.Fault(Hints.Complete(string.Join(" ", parsed.Errors.Select(fault => fault.Message)) + $" See 'warehouse {verb}--help'.", Hints.Command, folder));
                return ExitCode.Usage;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }, stop).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            (int code, string message) = Explain(fault);
            faults.Fault(Hints.Complete(message, Hints.Command, folder));
            if (verbose)
            {
                await error.WriteLineAsync(fault.ToString()).ConfigureAwait(false);
            }

            return code;
        }
    }

    /// <summary>Returns what the parser finds wrong with a command; nothing is run.</summary>
    public static IReadOnlyList<string> Faults(IReadOnlyList<string> args) =>
        Build(TextWriter.Null, TextWriter.Null).Parse([.. args]).Errors.Select(fault => fault.Message).ToList();

    /// <summary>Returns the exit code of an error and one line on it.</summary>
    public static (int Code, string Message) Explain(Exception fault) => fault switch
    {
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        UsageException => (ExitCode.Usage, fault.Message),
        WarehouseException warehouse => (warehouse.ExitCode, warehouse.Message),
        FeedException or ModelException or LinkReviewException => (ExitCode.Failed, fault.Message),
        AccessRefusedException => (ExitCode.Failed, $"Refused: {fault.Message}. The refusal is in the access log."),
        PdfEngineException or PdfFontException => (ExitCode.Failed, fault.Message),
        OperationCanceledException => (ExitCode.Failed, "Stopped before the end. What was not committed is taken back; run the command again."),
        UnauthorizedAccessException => (ExitCode.Failed, $"{fault.Message} Check the rights of this user on the folder."),
        IOException => (ExitCode.Failed, $"{fault.Message} Check the path and the free space."),
        ArgumentException and not (ArgumentNullException or ArgumentOutOfRangeException) => (ExitCode.Usage, fault.Message),
        _ => (ExitCode.Failed, $"Unexpected {fault.GetType().Name}: {fault.Message} Run again with --verbose and report it."),
    };

    private static RootCommand Build(TextWriter output, TextWriter error)
    {
        RootCommand root = new("Data warehouse and reports for municipalities that look for children who need support early.")
        {
            OutputOption, JsonOption, VerboseOption,
        };
        foreach ((Command command, string[] examples, Func<ParseResult, CommandContext, Task<int>> act) in Verbs())
        {
            command.SetAction(async (parsed, stop) =>
            {
                using ILoggerFactory loggers = LoggerFactory.Create(logging =>
                {
                    logging.SetMinimumLevel(parsed.GetValue(VerboseOption) ? LogLevel.Information : LogLevel.Warning);
                    logging.AddSimpleConsole(console => console.SingleLine = true);
                    logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
                });
                Screen screen = new(output, error, parsed.GetValue(JsonOption));
                string folder = Path.GetFullPath(parsed.GetValue(OutputOption)!);
                CommandContext context = new(screen, HostOptions.Read(), folder, TimeProvider.System, loggers, stop);
                return await act(parsed, context).ConfigureAwait(false);
            });
            root.Subcommands.Add(command);
            HelpOption help = new() { Action = new HelpWithExamples(new HelpAction(), output, examples) };
            command.Options.Add(help);
        }

        return root;
    }

    private static IEnumerable<(Command, string[], Func<ParseResult, CommandContext, Task<int>>)> Verbs()
    {
        yield return DemoCommand.Define();
        yield return CityCommand.Define();
        yield return MigrateCommand.Define();
        yield return LoadCommand.Define();
        yield return MapCommand.Define();
        yield return CorrectionsCommand.Define();
        yield return LinkCommand.Define();
        yield return LinkFilesCommand.Define();
        yield return MineCommand.Define();
        yield return TrainCommand.Define();
        yield return PredictCommand.Define();
        yield return ExplainCommand.Define();
        yield return ModelsCommand.Define();
        yield return ScoreCommand.Define();
        yield return BriefCommand.Define();
        yield return ReleaseCommand.Define();
        yield return StatsCommand.Define();
        yield return EvaluateCommand.Define();
        yield return FreshnessCommand.Define();
        yield return TraceCommand.Define();
        yield return ReviewCommand.Define();
        yield return StaffCommand.Define();
        yield return ServeCommand.Define();
        yield return CheckCommand.Define();
        yield return CopyCommand.Define();
        yield return ExportCommand.Define();
        yield return SourcesCommand.Define();
    }

    // The usual help, and after it how the command is used.
    private sealed class HelpWithExamples(HelpAction inner, TextWriter output, string[] examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = inner.Invoke(parseResult);
            output.WriteLine("Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {Hints.Command} {example}");
            }

            return code;
        }
    }
}
