using System.Globalization;
using Warehouse.Model.Tables;
using Warehouse.Model.Validate;
using Warehouse.Reporting.Host;

namespace Warehouse.Bench;

/// <summary>Cross-validates the model and the trainers of Microsoft.ML on every table of a list, with the settings of <c>train --data</c>.</summary>
/// <remarks>
/// <c>compare --folder DIR [--list FILE.csv] [--only a,b] [--repeats N] [--without GAM,FastTree]</c>. The list has a line a table: file, target, positive value (empty: the rarer of
/// two), columns left out (by blanks). Tables of the list that the folder lacks are named and passed over.
/// </remarks>
public static class CompareCommand
{
    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        string folder = "", list = Path.Combine(AppContext.BaseDirectory, "tables.csv");
        string[] only = [], without = [];
        int? repeats = null;
        bool known = args.Length % 2 == 0;
        for (int i = 0; known && i < args.Length; i += 2)
        {
            string value = args[i + 1];
            switch (args[i])
            {
                case "--folder":
                    folder = value;
                    break;
                case "--list":
                    list = value;
                    break;
                case "--only":
                    only = value.Split(',');
                    break;
                case "--without":
                    without = value.Split(',');
                    break;
                case "--repeats":
                    repeats = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                default:
                    known = false;
                    break;
            }
        }

        if (!known || folder.Length == 0 || !Directory.Exists(folder) || !File.Exists(list))
        {
            error.WriteLine("usage: compare --folder DIR [--list FILE.csv] [--only FILE,FILE] [--repeats N] [--without TRAINER,TRAINER]");
            return 2;
        }

        string[] challengers = [.. Challenger.Names.Except(without)];
        output.WriteLine($"| table | rows (positive) | folds | AUC | terms | of 60 terms | ECE | gap | {string.Join(" | ", challengers.Select(c => "− " + c))} | s: model, others |");
        output.WriteLine("|---|---|---|---|---:|---:|---:|---:|" + string.Concat(challengers.Select(_ => "---|")) + "---|");
        foreach (string line in File.ReadLines(list).Skip(1).Where(l => l.Length > 0))
        {
            string[] cells = line.Split(',');
            string path = Path.Combine(folder, cells[0]);
            if (only.Length > 0 && !only.Contains(cells[0], StringComparer.Ordinal))
            {
                continue;
            }

            if (!File.Exists(path))
            {
                error.WriteLine($"{cells[0]} is not in {folder}");
                continue;
            }

            LabelledTable table = LabelledTable.Build(TableFile.Read(path), new TableRoles
            {
                Target = cells[1],
                Positive = cells[2].Length > 0 ? cells[2] : null,
                Excluded = cells[3].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            });
            var options = new TableOptions { Repeats = repeats, Challengers = challengers };
            ValidationResult result = CrossValidation.Run(table, options, null, CancellationToken.None);
            output.WriteLine(FormattableString.Invariant(
                $"| {Path.GetFileNameWithoutExtension(cells[0])} | {table.Label.Length:N0} ({table.Label.Count(y => y):N0}) | {result.Folds} × {result.Repeats} | {Text(result.Auc, ".0000")} | {result.Terms:0} | {result.AucOf60Terms.Mean / result.Auc.Mean:0.0000} | {result.Ece:.000} | {result.DualityGap:0e+0} | {string.Join(" | ", result.Challengers.Select(c => c.Fault.Length > 0 ? c.Fault : Text(c.Difference, "+.0000;−.0000")))} | {result.Seconds:0}, {result.Challengers.Sum(c => c.Seconds):0} |"));
            output.Flush();
        }

        return 0;
    }

    private static string Text(FoldMean mean, string format) => FormattableString.Invariant(
        $"{mean.Mean.ToString(format, CultureInfo.InvariantCulture)} [{mean.Interval.Low.ToString(format, CultureInfo.InvariantCulture)}, {mean.Interval.High.ToString(format, CultureInfo.InvariantCulture)}]");
}
