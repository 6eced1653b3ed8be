using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Spectre.Console;

namespace Warehouse.Reporting.Host;

/// <summary>Talks to a person, or with <c>--json</c> to a program: then the only thing on standard output is one JSON document.</summary>
public sealed class Screen
{
    /// <summary>How JSON is written everywhere.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IncludeFields = true,
    };

    private readonly TextWriter _out;
    private readonly TextWriter _error;
    private readonly bool _json;
    private readonly bool _interactive;
    private readonly IAnsiConsole _console;

    /// <summary>Makes a screen.</summary>
    public Screen(TextWriter output, TextWriter error, bool json)
    {
        _out = output;
        _error = error;
        _json = json;
        _interactive = !json && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(json ? error : output),
            Ansi = _interactive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = _interactive ? InteractionSupport.Detect : InteractionSupport.No,
            ColorSystem = _interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!_interactive)
        {
            // A file has no width; lines must not wrap.
            _console.Profile.Width = 400;
        }
    }

    /// <summary>Writes a line for people.</summary>
    public void Line(string text = "")
    {
        if (!_json)
        {
            _out.WriteLine(text);
        }
    }

    /// <summary>Writes a table for people.</summary>
    public void Table(string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (_json)
        {
            return;
        }

        Table table = new() { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (string column in columns)
        {
            table.AddColumn(Markup.Escape(column));
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(Markup.Escape).ToArray());
        }

        _console.Write(table);
    }

    /// <summary>Writes the result for programs.</summary>
    public void Result(object result)
    {
        if (_json)
        {
            _out.WriteLine(JsonSerializer.Serialize(result, Json));
        }
    }

    /// <summary>Writes one line about a fault.</summary>
    public void Fault(string message) => _error.WriteLine("warehouse: " + OneLine(message));

    /// <summary>Runs a stage with a bar for people at a terminal and plain lines elsewhere; returns its result and its seconds.</summary>
    public async Task<(T Result, double Seconds)> Stage<T>(string title, Func<Action<string, double>, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        long begun = System.Diagnostics.Stopwatch.GetTimestamp();
        T result;
        if (_interactive)
        {
            result = await _console.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(async context =>
                {
                    ProgressTask task = context.AddTask(Markup.Escape(title));
                    task.IsIndeterminate = true;
                    return await Task.Run(() => work((step, share) =>
                    {
                        task.IsIndeterminate = share <= 0;
                        task.Description = Markup.Escape(step.Length == 0 ? title : title + ": " + step);
                        task.Value = Math.Clamp(share, 0, 1) * 100;
                    })).ConfigureAwait(false);
                }).ConfigureAwait(false);
        }
        else
        {
            string last = "";
            result = await work((step, _) =>
            {
                // A line a step, not a line a report.
                if (step.Length > 0 && Interlocked.Exchange(ref last, step) != step)
                {
                    Plain($"{title}: {step}");
                }
            }).ConfigureAwait(false);
        }

        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Plain(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {seconds:0.0} s"));
        return (result, seconds);
    }

    /// <summary>Returns a text without line breaks.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', (text ?? "").Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private void Plain(string text)
    {
        lock (_error)
        {
            (_json ? _error : _out).WriteLine(text);
        }
    }
}
