using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.Map;

/// <summary>A code that was guessed, for the person who approves.</summary>
/// <param name="Column">The column of the contract.</param>
/// <param name="Vendor">The code in the file.</param>
/// <param name="Code">The warehouse code; null where nothing was found.</param>
/// <param name="Evidence">How it was found; empty where it was not.</param>
/// <param name="Rows">The rows that have it.</param>
public sealed record CodeGuess(string Column, string Vendor, string? Code, string Evidence, long Rows);

/// <summary>A proposed mapping with what is open in it.</summary>
/// <param name="Mapping">The mapping.</param>
/// <param name="Codes">The codes, with evidence.</param>
/// <param name="Open">What a person has to settle before the mapping can be approved; empty where nothing is.</param>
/// <param name="Notes">What a person should look at.</param>
public sealed record MappingDraft(FeedMapping Mapping, IReadOnlyList<CodeGuess> Codes, IReadOnlyList<string> Open, IReadOnlyList<string> Notes)
{
    /// <summary>Returns a mapping that follows from a match.</summary>
    public static MappingDraft From(FileProfile profile, ContractMatch match, string vendor, string filePattern)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(match);
        List<MappedColumn> columns = [];
        List<CodeGuess> guesses = [];
        List<string> open = [];
        List<string> notes = [];
        foreach (ColumnMatch pair in match.Columns)
        {
            FeedColumn column = pair.Column;
            if (pair.Source is not { } source)
            {
                if (column.IsRequired)
                {
                    open.Add($"no column of the file was found for {column.Name} ({column.Header}), which is required: write its header, or a fixed text that holds for the whole file");
                }

                columns.Add(new MappedColumn(column.Name, null, null, "", null, []));
                continue;
            }

            if (source.MergedCells > 0 && !column.CarriesDown && !column.CarriesMerged)
            {
                notes.Add($"'{source.Header}' has {source.MergedCells.ToString(System.Globalization.CultureInfo.InvariantCulture)} cells merged with the one above, which the contract reads as blank: carry_down of {column.Name} has to allow them");
            }

            if (pair.HeaderScore < 0.6)
            {
                notes.Add($"{column.Name} ({column.Header}) is taken from '{source.Header}' by little evidence");
            }

            string shape = column.Parser is ParserKind.Date or ParserKind.EraDate ? Shape(column, source, open) : "";
            (Dictionary<string, string>? codes, List<string> unmapped) = column.Parser == ParserKind.Code ? CodesOf(column, source, guesses) : (null, []);
            columns.Add(new MappedColumn(column.Name, source.Header, null, shape, codes, unmapped));
        }

        if (guesses.Any(guess => guess.Code is null))
        {
            notes.Add("codes without a meaning: rows that have them go to quarantine until the mapping states them");
        }

        if (guesses.Any(guess => guess.Evidence == "digits"))
        {
            notes.Add("codes taken as they are because their digits are the same: ask the vendor for the list of codes");
        }

        return new MappingDraft(
            new FeedMapping
            {
                Feed = match.Contract.Feed,
                Profile = vendor,
                FilePattern = filePattern,
                Encoding = profile.Encoding,
                Delimiter = profile.Delimiter,
                HeaderLine = profile.HeaderLine,
                Sheet = profile.Sheet,
                Columns = columns,
                Ignored = match.Ignored,
            },
            guesses,
            open,
            notes);
    }

    // Orders of parts have to be stated; where no value shows which one it is, a person has to say.
    private static string Shape(FeedColumn column, ColumnProfile source, List<string> open)
    {
        if (source.DateShapes.Count == 0)
        {
            return "";
        }

        bool monthFirst = source.DateShapes.ContainsKey(DateOrder.MonthDayYear);
        bool dayFirst = source.DateShapes.ContainsKey(DateOrder.DayMonthYear);
        if (monthFirst && dayFirst)
        {
            open.Add($"'{source.Header}' has dates with the month first and dates with the day first: ask the sender which one holds");
            return "";
        }

        if (monthFirst || dayFirst)
        {
            return monthFirst ? DateOrder.MonthDayYear : DateOrder.DayMonthYear;
        }

        if (source.DateShapes.ContainsKey("month_or_day_first"))
        {
            open.Add($"'{source.Header}' has dates such as 9/9/9999 of which no value shows whether month or day comes first: state date_shape {DateOrder.MonthDayYear} or {DateOrder.DayMonthYear} for {column.Name}");
            return "";
        }

        return source.DateShapes.OrderByDescending(shape => shape.Value).ThenBy(shape => shape.Key, StringComparer.Ordinal).First().Key;
    }

    // Codes of the contract stay valid where the vendor uses them all; otherwise the mapping states every code that was seen and understood.
    private static (Dictionary<string, string>? Codes, List<string> Unmapped) CodesOf(FeedColumn column, ColumnProfile source, List<CodeGuess> guesses)
    {
        Dictionary<string, string> codes = new(StringComparer.Ordinal);
        List<string> unmapped = [];
        Dictionary<string, long> shown = source.Codes.ToDictionary(code => code.Value, code => code.Count, StringComparer.Ordinal);
        bool isOwn = true;
        foreach ((string value, long rows) in source.Values.OrderByDescending(value => value.Value).ThenBy(value => value.Key, StringComparer.Ordinal))
        {
            if (CodeMatcher.Match(column, value, Terms.Default) is { } found)
            {
                codes[value] = found.Code;
                isOwn &= column.Codes.ContainsKey(value);
                guesses.Add(new CodeGuess(column.Name, value, found.Code, found.Evidence switch { CodeEvidence.Same => "same", CodeEvidence.Term => "term", _ => "digits" }, rows));
            }
            else if (shown.ContainsKey(value))
            {
                // A value that few rows have is no code but a slip, and may name somebody: it is not written down.
                unmapped.Add(value);
                guesses.Add(new CodeGuess(column.Name, value, null, "", rows));
            }
        }

        if (isOwn && source.Values.Count > 0)
        {
            return (null, unmapped);
        }

        if (source.Values.Count == 0)
        {
            // Nothing was seen that would contradict the contract's own codes.
            codes = column.Codes.Where(code => code.Key.Length > 0).ToDictionary(code => code.Key, code => code.Value, StringComparer.Ordinal);
        }

        // A word that this file happens not to have, but that the contract or the table knows, is read all the same; digits are not guessed.
        HashSet<string> targets = column.Codes.Values.ToHashSet(StringComparer.Ordinal);
        foreach ((string label, string code) in column.Codes.Where(code => code.Key.Length > 0 && !code.Key.All(char.IsAsciiDigit)).Select(code => (code.Key, code.Value))
            .Concat(Terms.Default.Labels(column.Name).Where(label => targets.Contains(label.Code))))
        {
            codes.TryAdd(label, code);
        }

        return (codes, unmapped);
    }
}
