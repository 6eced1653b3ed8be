using System.CommandLine;
using System.Globalization;
using Warehouse.Reporting.Security;
using Warehouse.Reporting.Statistics;
using Warehouse.Sql;

namespace Warehouse.Reporting.Host.Commands;

/// <summary><c>stats</c>: files of released statistics.</summary>
internal static class StatsCommand
{
    private static readonly Option<int?> Release = new("--release") { Description = "Number of a public release; default: the newest", HelpName = "N" };

    private static readonly Option<bool> List = new("--list") { Description = "List the tables of the catalogue; counts nothing" };

    private static readonly Option<string?> TableName = new("--table") { Description = "Write this table only", HelpName = "NAME" };

    private static readonly Option<string?> Format = new("--format") { Description = "csv, json, xlsx, pdf or jsonld (metadata); default: all", HelpName = "FORMAT" };

    internal static (Command, string[], Func<ParseResult, CommandContext, Task<int>>) Define()
    {
        Format.AcceptOnlyFromAmong([.. ReleaseFiles.Formats]);
        return (new Command("stats", "Write the files of a released set of statistics; 'release' makes one") { Release, List, TableName, Format },
            ["stats --list", "stats --output out", "stats --release 3 --output out --json", "stats --format pdf --output out", "stats --table decisions_by_district --format csv --output out"],
            Act);
    }

    private static async Task<int> Act(ParseResult parsed, CommandContext context)
    {
        if (parsed.GetValue(List))
        {
            context.Screen.Table(
                "統計表 / Tables",
                ["name", "title", "unit", "owner"],
                StatisticsCatalogue.Tables.Select(table => (IReadOnlyList<string>)[table.Code, Title(table), table.Unit, table.Owner]));
            context.Screen.Result(new { Tables = StatisticsCatalogue.Tables.Select(table => new { table.Code, Title = Title(table), table.Unit, table.Owner, table.Measure, table.Rows, table.Columns, table.Window, table.Calendar, table.Denominator }) });
            return ExitCode.Done;
        }

        string? name = parsed.GetValue(TableName);
        if (name is not null && StatisticsCatalogue.Find(name) is null)
        {
            throw new UsageException($"There is no table '{name}'; expected one of {string.Join(", ", StatisticsCatalogue.Tables.Select(table => table.Code))}.");
        }

        using WarehouseDatabases databases = context.Open(mustExist: true);
        await using AuditTrail audit = new(databases, context.Time);
        ReleaseDesk desk = context.Releases(databases, audit);
        (ReleaseRecord record, StatisticsRelease release, IReadOnlyList<string> paths) = await Stages.StatisticsFiles(context, desk, parsed.GetValue(Release), name, parsed.GetValue(Format)).ConfigureAwait(false);
        Show(context.Screen, release);
        context.Screen.Line($"{paths.Count} files of release {record.Number} in {Path.Combine(context.Output, "statistics")}, {release.HiddenCount.ToString(CultureInfo.InvariantCulture)} figures hidden");
        context.Screen.Result(StatisticsWriter.Shape(release));
        return ExitCode.Done;
    }

    /// <summary>Prints the tables of a release and what disclosure control did.</summary>
    internal static void Show(Screen screen, StatisticsRelease release)
    {
        foreach (ReleasedTable table in release.Tables)
        {
            if (table.Rows.Count == 1)
            {
                screen.Table(table.Title, ["段階", "数"], table.Columns.Select((column, place) => (IReadOnlyList<string>)[column.Title, table.Cells[0][place].Text]));
                continue;
            }

            screen.Table(
                table.Title,
                [StatisticsWriter.RowTitle(table), .. table.Columns.Select(column => column.Title)],
                table.Cells.Select((row, index) => (IReadOnlyList<string>)[table.Rows[index].Title, .. row.Select(cell => cell.Text)]));
        }

        screen.Line(release.Legend);
        screen.Line(Protection(release));
    }

    private static string Title(TableDefinition table) => string.Format(CultureInfo.InvariantCulture, table.Title, StatisticsCatalogue.PooledYears);

    private static string Protection(StatisticsRelease release)
    {
        ProtectionNote note = release.Protection;
        string cost = note.SecondaryBound is not { } bound ? "figures are rounded"
            : bound >= note.SecondaryCost ? "no cheaper set of further hidden figures exists"
            : string.Create(CultureInfo.InvariantCulture, $"further hidden figures cost {note.SecondaryCost}, at least {bound} in any set");
        return string.Create(CultureInfo.InvariantCulture, $"{release.AsOf:yyyy-MM}, {release.Profile.Name}: {note.AuditedFigures} figures and differences audited, all safe; {cost}");
    }
}
