using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Map;

/// <summary>A column of a contract and the column of the file that looks like it.</summary>
/// <param name="Column">The column of the contract.</param>
/// <param name="Source">The column of the file; null where none fits.</param>
/// <param name="HeaderScore">How alike the headers are, from 0 to 1.</param>
/// <param name="ValueScore">The share of values that the contract's parser reads, from 0 to 1.</param>
public sealed record ColumnMatch(FeedColumn Column, ColumnProfile? Source, double HeaderScore, double ValueScore);

/// <summary>How well a file fits a contract.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Score">From 0 to 1.</param>
/// <param name="Columns">One entry for each column of the contract.</param>
/// <param name="Ignored">Headers of the file that nothing was found for.</param>
public sealed record ContractMatch(FeedContract Contract, double Score, IReadOnlyList<ColumnMatch> Columns, IReadOnlyList<string> Ignored)
{
    /// <summary>Required columns of the contract that the file does not seem to have.</summary>
    public IEnumerable<FeedColumn> Missing => Columns.Where(match => match.Source is null && match.Column.IsRequired).Select(match => match.Column);
}

/// <summary>Compares an unknown file with the contracts: names of columns first, then what the values look like.</summary>
public static class ContractMatcher
{
    /// <summary>A file that scores below this is none of the known feeds.</summary>
    public const double FewestScore = 0.6;

    private const double HeaderWeight = 0.65;
    private const double FewestPair = 0.45;

    /// <summary>Returns the match with each contract, best first.</summary>
    public static IReadOnlyList<ContractMatch> Rank(FileProfile profile, FeedCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(catalog);
        return [.. catalog.Contracts.Select(contract => Match(profile, contract)).OrderByDescending(match => match.Score).ThenBy(match => match.Contract.Feed, StringComparer.Ordinal)];
    }

    /// <summary>Returns the match with one contract.</summary>
    public static ContractMatch Match(FileProfile profile, FeedContract contract)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(contract);
        Terms terms = Terms.Default;
        List<(FeedColumn Column, ColumnProfile Source, double Header, double Value, double Score)> pairs = [];
        CellParser parser = new(contract);
        FeedRow row = new(contract);
        foreach (FeedColumn column in contract.Columns)
        {
            foreach (ColumnProfile source in profile.Columns)
            {
                double header = terms.Alike(source.Header, column.Header);
                double value = Value(column, source, parser, row, terms);
                bool speaksForItself = header >= 0.3 || (value >= 0.95 && column.Parser is ParserKind.ResidentNumber);
                double score = (header * HeaderWeight) + (value * (1 - HeaderWeight));
                if (speaksForItself && score >= FewestPair)
                {
                    pairs.Add((column, source, header, value, score));
                }
            }
        }

        Dictionary<string, (ColumnProfile Source, double Header, double Value, double Score)> found = new(StringComparer.Ordinal);
        HashSet<int> taken = [];
        foreach (var pair in pairs.OrderByDescending(pair => pair.Score).ThenByDescending(pair => pair.Header).ThenBy(pair => pair.Column.Ordinal).ThenBy(pair => pair.Source.Place))
        {
            if (!found.ContainsKey(pair.Column.Name) && taken.Add(pair.Source.Place))
            {
                found[pair.Column.Name] = (pair.Source, pair.Header, pair.Value, pair.Score);
            }
        }

        double reached = 0;
        double all = 0;
        foreach (FeedColumn column in contract.Columns)
        {
            double weight = column.IsRequired ? 2 : 1;
            all += weight;
            reached += found.TryGetValue(column.Name, out var match) ? weight * match.Score : 0;
        }

        string[] ignored = [.. profile.Columns.Where(source => !taken.Contains(source.Place)).Select(source => source.Header)];
        double total = Math.Max(0, (reached / all) - (0.2 * ignored.Length / Math.Max(1, profile.Columns.Count)));
        return new ContractMatch(
            contract,
            total,
            [.. contract.Columns.Select(column => found.TryGetValue(column.Name, out var match) ? new ColumnMatch(column, match.Source, match.Header, match.Value) : new ColumnMatch(column, null, 0, 0))],
            ignored);
    }

    // The share of values that the contract's own parser reads; a kind of value that the parser would take blindly counts half.
    private static double Value(FeedColumn column, ColumnProfile source, CellParser parser, FeedRow row, Terms terms)
    {
        if (source.Sample.Count == 0)
        {
            return column.IsRequired ? 0.2 : 0.6;
        }

        switch (column.Parser)
        {
            case ParserKind.Code:
                long known = source.Sample.Count(value => CodeMatcher.Match(column, value, terms) is not null);
                return source.Parser is "code" or "integer" or "text" or "name" ? (double)known / source.Sample.Count : 0;
            case ParserKind.Name:
                return source.Parser switch { "name" => 1, "text" => 0.7, "code" => 0.4, _ => 0.1 };
            case ParserKind.KanaName:
                return source.Parser == "kana_name" ? 1 : 0.1;
            case ParserKind.Text or ParserKind.Dropped:
                return source.Parser switch
                {
                    "text" or "code" or "integer" or "name" => column.MaxLength == 0 || source.MaxLength <= column.MaxLength ? 0.7 : 0.3,
                    _ => 0.2,
                };
        }

        if (column.Parser is ParserKind.Date or ParserKind.EraDate && source.DateShapes.Keys.Any(IsOrderOpen))
        {
            return Math.Min(1, (double)source.DateShapes.Values.Sum() / Math.Max(1, source.Rows - source.Blanks));
        }

        int read = 0;
        foreach (string value in source.Sample)
        {
            row.Clear();
            row.Fault[column.Ordinal] = CellFault.None;
            parser.Parse(column, value, row);
            read += row.HasValue[column.Ordinal] ? 1 : 0;
        }

        double share = (double)read / source.Sample.Count;
        return column.Parser is ParserKind.Integer or ParserKind.Decimal && source.Parser is not ("integer" or "decimal" or "code") ? share * 0.5 : share;
    }

    private static bool IsOrderOpen(string shape) => DateOrder.IsStated(shape) || shape == "month_or_day_first";
}
