using System.Globalization;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Tests.Disclosure;

/// <summary>What an outsider calls one figure: what is counted, at which month, and the lines it lies on; lines of everything left out.</summary>
internal sealed record FigureName(string Measure, string Moment, string Lines)
{
    internal static FigureName Of(string measure, string moment, IEnumerable<(string Dimension, string Line)> lines) =>
        new(measure, moment, string.Join(" & ", lines.Where(line => line.Line.Length > 0).Select(line => $"{line.Dimension}={line.Line}").Order(StringComparer.Ordinal)));

    /// <summary>The same figure at any month.</summary>
    internal FigureName Series => this with { Moment = "" };

    public override string ToString() => $"{Measure} {Moment} [{(Lines.Length == 0 ? "all" : Lines)}]";
}

/// <summary>One figure as an outsider knows it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Table">The table that it was read in; empty where no table prints it.</param>
/// <param name="Lower">The least that it is said to be.</param>
/// <param name="Upper">The most; null where nothing is said.</param>
/// <param name="IsDistrict">Whether it is of a district.</param>
/// <param name="Group">The place of the figure that it is a part of by something said about people; −1 where nothing is said.</param>
internal sealed record PublishedFigure(FigureName Name, string Table, decimal Lower, decimal? Upper, bool IsDistrict, int Group)
{
    internal bool IsShown => Upper == Lower;
}

/// <summary>Everything that was published in any number of releases, put together as an outsider would who has read their documents and knows how tables are made.</summary>
/// <remarks>
/// It is made from the documents alone and shares no code with what protects: names of figures, hierarchies and sums are written down here a second time. Years of pooled tables, which no table prints, are
/// figures of their own, so that windows that overlap are tied together.
/// </remarks>
internal sealed class PublishedWorld
{
    // What an outsider knows of the lines: which one each is a part of. Lines not named are parts of the line of everything.
    private static readonly Dictionary<string, Dictionary<string, string>> Parents = new()
    {
        ["age"] = new() { ["00-02"] = "00-05", ["03-05"] = "00-05", ["12-14"] = "12-17", ["15-17"] = "12-17" },
        ["stage"] = new()
        {
            ["not_scored"] = "linked",
            ["scored"] = "linked",
            ["not_listed"] = "scored",
            ["listed"] = "scored",
            ["not_judged"] = "listed",
            ["judged"] = "listed",
            ["judged_other"] = "judged",
            ["judged_need"] = "judged",
            ["not_contacted"] = "judged_need",
            ["contacted"] = "judged_need",
            ["contacted_only"] = "contacted",
            ["supported"] = "contacted",
        },
    };

    private static readonly HashSet<string> SaidOfPeople = new(StringComparer.Ordinal) { "decision", "record", "sources", "need", "type", "visit", "stage", "child_rearing_allowance", "school_aid" };

    private readonly List<PublishedFigure> _figures = [];
    private readonly List<(int Total, int[] Parts)> _sums = [];
    private readonly Dictionary<FigureName, int> _places = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private int[,] _last = new int[0, 0];

    /// <summary>The figures.</summary>
    internal IReadOnlyList<PublishedFigure> Figures => _figures;

    /// <summary>The sums between them.</summary>
    internal IReadOnlyList<(int Total, int[] Parts)> Sums => _sums;

    /// <summary>How many figures were read, each as often as a release prints it.</summary>
    internal int Read { get; private set; }

    /// <summary>Returns the place of a figure, or −1.</summary>
    internal int Find(FigureName name) => _places.GetValueOrDefault(name, -1);

    /// <summary>Returns the place of a figure by its row and column in the table that was read last.</summary>
    internal int PlaceOf(int row, int column) => _last[row, column];

    /// <summary>Returns what these documents tell together.</summary>
    internal static PublishedWorld Of(IEnumerable<StatisticsRelease> documents)
    {
        PublishedWorld world = new();
        foreach (StatisticsRelease document in documents)
        {
            foreach (ReleasedTable table in document.Tables)
            {
                world.Add(table);
            }
        }

        return world;
    }

    /// <summary>Returns the name of a figure of the register by its key there.</summary>
    /// <param name="key">The key: <c>length:population|length:dimension=length:line|…</c>.</param>
    internal static FigureName NameOf(string key)
    {
        string[] parts = key.Split('|');
        string population = parts[0][(parts[0].IndexOf(':', StringComparison.Ordinal) + 1)..];
        bool hasMonth = population.Length > 8 && population[^3] == '-' && population[^8] == ' ' && char.IsAsciiDigit(population[^1]);
        List<(string, string)> lines = [];
        foreach (string part in parts.Skip(1).Where(part => part.Length > 0))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            string dimension = part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..at], line = part[(part.IndexOf(':', at) + 1)..];
            lines.Add((Plain(dimension), line));
        }

        return FigureName.Of(hasMonth ? population[..^8] : population, hasMonth ? population[^7..] : "", lines);
    }

    private static string Plain(string dimension) =>
        dimension.StartsWith("receives ", StringComparison.Ordinal) ? dimension["receives ".Length..] : dimension.StartsWith("need window", StringComparison.Ordinal) ? "need" : dimension;

    private static string Until(DateOnly asOf) => string.Create(CultureInfo.InvariantCulture, $"to {(asOf.Month >= 3 ? asOf.Year - 1 : asOf.Year - 2)}");

    private void Add(ReleasedTable table)
    {
        TableDefinition definition = table.Definition;
        bool isPooled = definition.Window == TableWindow.PooledYears, isYears = definition.Rows == "year";
        string moment = definition.Window == TableWindow.Month ? table.AsOf.ToString("yyyy-MM", CultureInfo.InvariantCulture) : "";
        int year = int.Parse(Until(table.AsOf)[3..], CultureInfo.InvariantCulture);
        string window = string.Create(CultureInfo.InvariantCulture, $"window {year - 2}-{year}");
        string rowDimension = definition.Rows == "eligible" ? "school aid basis" : definition.Rows;
        string columnDimension = definition.Columns == "list" ? "stage" : definition.Columns;
        int[,] at = new int[table.Rows.Count, table.Columns.Count];
        for (int row = 0; row < table.Rows.Count; row++)
        {
            for (int column = 0; column < table.Columns.Count; column++)
            {
                at[row, column] = Take(table, Lines(row, column, isPooled ? window : null), moment, table.Cells[row][column]);
                Read++;
            }
        }

        _last = at;
        // Something said of people, and of whom: the same row, one line up.
        if (SaidOfPeople.Contains(columnDimension))
        {
            for (int row = 0; row < table.Rows.Count; row++)
            {
                for (int column = 0; column < table.Columns.Count; column++)
                {
                    if (table.Columns[column].Code.Length > 0 && Up(columnDimension, table.Columns[column].Code) is var up && Place(table.Columns, up) is var parent and >= 0)
                    {
                        _figures[at[row, column]] = _figures[at[row, column]] with { Group = at[row, parent] };
                    }
                }
            }
        }

        for (int row = 0; row < table.Rows.Count; row++)
        {
            foreach ((int total, int[] parts) in Groups(columnDimension, table.Columns))
            {
                Sum(at[row, total], parts.Select(part => at[row, part]));
            }
        }

        for (int column = 0; definition.IsCross && column < table.Columns.Count; column++)
        {
            foreach ((int total, int[] parts) in isYears ? Years(table.Rows) : Groups(rowDimension, table.Rows))
            {
                Sum(at[total, column], parts.Select(part => at[part, column]));
            }
        }

        if (isPooled)
        {
            AddYears(table, at, year, rowDimension, columnDimension, Lines);
        }

        List<(string, string)> Lines(int row, int column, string? ofYear)
        {
            string line = table.Rows[row].Code, code = table.Columns[column].Code;
            List<(string, string)> lines = [];
            if (definition.IsCross)
            {
                lines.Add((rowDimension, isYears && line.Length == 0 ? Until(table.AsOf) : line));
            }

            // Each source is a question of its own.
            lines.Add((definition.IsCross || line.Length == 0 ? columnDimension : $"{columnDimension} {line}", code));
            if (ofYear is not null)
            {
                lines.Add(("year", ofYear));
            }

            return lines;
        }
    }

    // The years of a window: no table prints them by district or sender, but they add up to what is printed.
    private void AddYears(ReleasedTable table, int[,] at, int year, string rowDimension, string columnDimension, Func<int, int, string?, List<(string, string)>> lines)
    {
        int[][,] of = new int[3][,];
        for (int back = 0; back < 3; back++)
        {
            of[back] = new int[table.Rows.Count, table.Columns.Count];
            for (int row = 0; row < table.Rows.Count; row++)
            {
                for (int column = 0; column < table.Columns.Count; column++)
                {
                    of[back][row, column] = Take(null, lines(row, column, (year - back).ToString(CultureInfo.InvariantCulture)), "", null);
                }

                foreach ((int total, int[] parts) in Groups(columnDimension, table.Columns))
                {
                    Sum(of[back][row, total], parts.Select(part => of[back][row, part]));
                }
            }

            for (int column = 0; column < table.Columns.Count; column++)
            {
                foreach ((int total, int[] parts) in Groups(rowDimension, table.Rows))
                {
                    Sum(of[back][total, column], parts.Select(part => of[back][part, column]));
                }
            }
        }

        for (int row = 0; row < table.Rows.Count; row++)
        {
            for (int column = 0; column < table.Columns.Count; column++)
            {
                Sum(at[row, column], of.Select(one => one[row, column]));
            }
        }
    }

    private int Take(ReleasedTable? table, List<(string Dimension, string Line)> lines, string moment, ReleasedCell? cell)
    {
        string measure = table?.Definition.Measure ?? "consultations";
        FigureName name = FigureName.Of(measure, moment, lines);
        decimal? shown = cell?.Count;
        if (!_places.TryGetValue(name, out int place))
        {
            place = _figures.Count;
            _places.Add(name, place);
            _figures.Add(new PublishedFigure(name, table?.Code ?? "", shown ?? 0, shown, lines.Any(line => line is { Dimension: "district", Line.Length: > 0 }), -1));
            return place;
        }

        PublishedFigure known = _figures[place];
        if (shown is not null && known.IsShown && known.Lower != shown)
        {
            throw new InvalidOperationException($"{name} is published as {known.Lower} and as {shown}.");
        }

        _figures[place] = known with { Table = known.Table.Length == 0 ? table?.Code ?? "" : known.Table, Lower = shown ?? known.Lower, Upper = shown ?? known.Upper };
        return place;
    }

    private void Sum(int total, IEnumerable<int> parts)
    {
        int[] places = [.. parts.Order()];
        if (places.Length > 0 && _seen.Add($"{total}={string.Join('+', places)}"))
        {
            _sums.Add((total, places));
        }
    }

    private static string Up(string dimension, string line) => Parents.TryGetValue(dimension, out Dictionary<string, string>? parents) ? parents.GetValueOrDefault(line, "") : "";

    private static int Place(IReadOnlyList<TableLine> lines, string code)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].Code == code)
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<(int Total, int[] Parts)> Groups(string dimension, IReadOnlyList<TableLine> lines) =>
        Enumerable.Range(0, lines.Count).Where(line => lines[line].Code.Length > 0).GroupBy(line => Up(dimension, lines[line].Code)).Where(group => Place(lines, group.Key) >= 0)
            .Select(group => (Place(lines, group.Key), group.ToArray()));

    private static IEnumerable<(int Total, int[] Parts)> Years(IReadOnlyList<TableLine> lines)
    {
        int[] years = Enumerable.Range(0, lines.Count).Where(line => lines[line].Code.Length == 4).ToArray();
        yield return (Place(lines, ""), years);
        foreach (int window in Enumerable.Range(0, lines.Count).Where(line => lines[line].Code.StartsWith("window ", StringComparison.Ordinal)))
        {
            string[] ends = lines[window].Code["window ".Length..].Split('-');
            yield return (window, years.Where(line => string.CompareOrdinal(lines[line].Code, ends[0]) >= 0 && string.CompareOrdinal(lines[line].Code, ends[1]) <= 0).ToArray());
        }
    }
}
