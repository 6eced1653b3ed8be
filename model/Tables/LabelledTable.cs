using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model.Tables;

/// <summary>What the columns of a table are for.</summary>
public sealed record TableRoles
{
    /// <summary>The column to predict.</summary>
    public required string Target { get; init; }

    /// <summary>The value that counts as positive, all others as negative; null takes the rarer of two.</summary>
    public string? Positive { get; init; }

    /// <summary>The column that names a row, or null.</summary>
    public string? Id { get; init; }

    /// <summary>The column whose rows stay together in a fold and count once in the test, or null.</summary>
    public string? Group { get; init; }

    /// <summary>The column by which earlier rows are learned from and later ones tested on, or null.</summary>
    public string? Time { get; init; }

    /// <summary>Columns that are not to be used.</summary>
    public IReadOnlyList<string> Excluded { get; init; } = [];
}

/// <summary>Something that a person should know about a table or a model.</summary>
/// <param name="Code">Stable code, such as <c>TBL-005</c>.</param>
/// <param name="Message">What was found and what was done.</param>
/// <param name="IsGrave">True when the figures may mislead because of it.</param>
public sealed record TableFinding(string Code, string Message, bool IsGrave = false)
{
    /// <summary>The same in Japanese, for pages that staff read; empty for notes of the training itself.</summary>
    public string JapaneseMessage { get; init; } = "";
}

/// <summary>A table with its labels, ready to be learned from.</summary>
/// <remarks>All arrays have one value per row that has a label, in the order of the file.</remarks>
public sealed record LabelledTable
{
    /// <summary>What the columns are for.</summary>
    public required TableRoles Roles { get; init; }

    /// <summary>Columns used, in the order of the file.</summary>
    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>Their values.</summary>
    public required FeatureTable Features { get; init; }

    /// <summary>Label per row.</summary>
    public required bool[] Label { get; init; }

    /// <summary>The value that counts as positive.</summary>
    public required string Positive { get; init; }

    /// <summary>The values that count as negative.</summary>
    public required IReadOnlyList<string> Negatives { get; init; }

    /// <summary>Name of each row: its id, or its number below the header from 1.</summary>
    public required string[] Id { get; init; }

    /// <summary>Key of each row, made of its content: the same in any order of rows.</summary>
    public required long[] RowKey { get; init; }

    /// <summary>Key of each row's group; the key of the row where there are no groups.</summary>
    public required long[] GroupKey { get; init; }

    /// <summary>Place of each row's time among the distinct times, from 0; null without a time.</summary>
    public required int[]? Time { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<TableFinding> Findings { get; init; }

    /// <summary>Returns the table with labels, groups and times.</summary>
    /// <remarks>
    /// Errors: MDL-062 for columns that are not there, MDL-065 for a target that is not two classes, MDL-066 for too few rows of a class, MDL-067 for a time
    /// that is none, MDL-068 when no column is left to learn from, MDL-069 for a column with two roles. Nothing but the labels depends on the target.
    /// </remarks>
    public static LabelledTable Build(TextTable table, TableRoles roles)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(roles);
        List<TableFinding> findings = [.. table.Notes.Select(n => new TableFinding("TBL-001", n))];
        TextColumn target = table.Require(roles.Target, "--target");
        TextColumn? id = roles.Id is { } i ? table.Require(i, "--id") : null;
        TextColumn? group = roles.Group is { } g ? table.Require(g, "--group") : null;
        TextColumn? time = roles.Time is { } t ? table.Require(t, "--time") : null;
        foreach (string name in roles.Excluded)
        {
            table.Require(name, "--exclude");
        }

        if (new[] { target, group, time }.OfType<TextColumn>().GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(c => c.Count() > 1) is { } twice)
        {
            throw new ModelException("MDL-069", $"column '{twice.Key}' in two roles", "a column each for --target, --group and --time", "correct the options");
        }

        string?[] answer = Answers(target);
        double?[]? moment = time is null ? null : Moments(time, table.Name);
        int[] rows = [.. Enumerable.Range(0, table.RowCount).Where(r => answer[target.Codes[r]] is not null && (moment is null || moment[time!.Codes[r]] is not null))];
        int unlabelled = target.Codes.Count(c => answer[c] is null);
        if (unlabelled > 0)
        {
            findings.Add(new TableFinding("TBL-002", Text($"{unlabelled:N0} of {table.RowCount:N0} rows have no '{roles.Target}' and are left out")) { JapaneseMessage = Text($"{table.RowCount:N0} 行のうち {unlabelled:N0} 行は「{roles.Target}」が空のため除きました") });
        }

        if (rows.Length + unlabelled < table.RowCount)
        {
            findings.Add(new TableFinding("TBL-002", Text($"{table.RowCount - rows.Length - unlabelled:N0} rows have no '{roles.Time}' and are left out")) { JapaneseMessage = Text($"{table.RowCount - rows.Length - unlabelled:N0} 行は「{roles.Time}」が空のため除きました") });
        }

        (string positive, IReadOnlyList<string> negatives) = Classes(roles, [.. rows.Select(r => answer[target.Codes[r]]!)], findings);
        bool[] label = [.. rows.Select(r => answer[target.Codes[r]] == positive)];
        (TableColumn[] columns, FeatureTable features) = Read(table, roles, rows, findings);

        long[] groupKey = group is null ? [] : [.. rows.Select(r => Cells.IsMissing(group[r]) ? 0 : Hash(group[r]) | 1)];
        int[]? order = moment is null ? null : Order([.. rows.Select(r => moment[time!.Codes[r]]!.Value)]);
        long[] rowKey = RowKeys(features, label, groupKey, order);
        groupKey = group is null ? rowKey : [.. groupKey.Select((key, r) => key == 0 ? rowKey[r] : key)];
        string[] names = [.. rows.Select(r => id is null || Cells.IsMissing(id[r]) ? (r + 1).ToString(CultureInfo.InvariantCulture) : id[r])];
        int doubled = names.Length - names.Distinct(StringComparer.Ordinal).Count();
        if (doubled > 0)
        {
            findings.Add(new TableFinding("TBL-008", Text($"{doubled:N0} rows repeat a value of '{roles.Id}'; each row counts for itself{(group is null ? " (--group keeps rows of one together)" : "")}"), group is null) { JapaneseMessage = Text($"{doubled:N0} 行は「{roles.Id}」の値が他の行と重なっています。それぞれ一行として数えます{(group is null ? "（--group を使うと同じものをまとめられます）" : "")}") });
        }

        if (group is not null)
        {
            int groups = groupKey.Distinct().Count();
            findings.Add(new TableFinding("TBL-011", Text($"{groups:N0} groups by '{roles.Group}' in {rows.Length:N0} rows; a group is in one fold and counts once in the test of the rules")) { JapaneseMessage = Text($"「{roles.Group}」により {rows.Length:N0} 行を {groups:N0} のまとまりに分けました。まとまりは分割をまたがず、規則の検定では一度だけ数えます") });
        }

        CheckClasses(label, groupKey, roles, positive);
        var result = new LabelledTable
        {
            Roles = roles,
            Columns = columns,
            Features = features,
            Label = label,
            Positive = positive,
            Negatives = negatives,
            Id = names,
            RowKey = rowKey,
            GroupKey = groupKey,
            Time = order,
            Findings = findings,
        };
        return result with { Findings = [.. findings, .. LeakCheck.Find(result)] };
    }

    /// <summary>Returns the rows as the trainer takes them.</summary>
    internal TrainingSet ToSet(int[] rows) => new()
    {
        Table = Features.Take(rows),
        Label = [.. rows.Select(r => Label[r])],
        RowKey = [.. rows.Select(r => RowKey[r])],
        GroupKey = [.. rows.Select(r => GroupKey[r])],
        TimeKey = [.. rows.Select(r => Time is null ? 0 : Time[r])],
        StratumKey = Strata(rows),
    };

    // Events are compared within tenths of the time, so that a drift of the rate is no finding; a stratum a day would hold one row.
    private int[]? Strata(int[] rows)
    {
        const int Blocks = 10;
        if (Time is null)
        {
            return null;
        }

        int[] sorted = [.. rows.Select(r => Time[r]).Order()];
        int[] starts = [.. Enumerable.Range(1, Blocks - 1).Select(b => sorted[(int)((long)sorted.Length * b / Blocks)]).Distinct()];
        return [.. rows.Select(r => starts.Count(s => s <= Time[r]))];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    // Per distinct value of the target, its class; null is missing. Of numbers 1 and 1.0 are one value.
    private static string?[] Answers(TextColumn target)
    {
        bool isNumber = target.Values.All(v => Cells.IsMissing(v) || Cells.TryNumber(v, out _));
        return [.. target.Values.Select(v => Cells.IsMissing(v) ? null : isNumber ? Canonical(v) : v)];
    }

    private static string Canonical(string text) => Cells.TryNumber(text, out double value) ? value.ToString(CultureInfo.InvariantCulture) : text;

    private static (string Positive, IReadOnlyList<string> Negatives) Classes(TableRoles roles, string[] answers, List<TableFinding> findings)
    {
        (string Value, int Count)[] values = [.. answers.GroupBy(a => a, StringComparer.Ordinal).Select(g => (g.Key, g.Count())).OrderByDescending(v => v.Item2).ThenBy(v => v.Key, StringComparer.Ordinal)];
        string found = values.Length == 0 ? "no value" : Cells.List(values.Select(v => Text($"'{v.Value}' ({v.Count:N0})")));
        if (values.Length < 2)
        {
            throw new ModelException("MDL-065", $"{found} in every row of the target '{roles.Target}'", "two classes", "check the column, or give more rows");
        }

        if (roles.Positive is { } asked)
        {
            string? match = values.Select(v => v.Value).FirstOrDefault(v => v == asked) ?? values.Select(v => v.Value).FirstOrDefault(v => v == Canonical(asked));
            return match is null
                ? throw new ModelException("MDL-065", $"no row of the target '{roles.Target}' with '{asked}'; its values are {found}", "one of them", "correct --positive")
                : (match, [.. values.Select(v => v.Value).Where(v => v != match).Order(StringComparer.Ordinal)]);
        }

        if (values.Length > 2)
        {
            throw new ModelException("MDL-065", $"{values.Length} values of the target '{roles.Target}': {found}", "two", "say with --positive which one counts as positive; all others are then negative");
        }

        // Of two as frequent the later in ordinal order: 1, true, yes.
        (string positive, string negative) = values[0].Count == values[1].Count ? (values[1].Value, values[0].Value) : (values[1].Value, values[0].Value);
        findings.Add(new TableFinding("TBL-003", Text($"'{positive}' counts as positive, the rarer value of '{roles.Target}' ({found}); --positive says otherwise")) { JapaneseMessage = Text($"「{roles.Target}」の少ない方の値「{positive}」を該当としました（{found}）。変えるには --positive を使います") });
        return (positive, [negative]);
    }

    private static double?[] Moments(TextColumn column, string file)
    {
        bool isNumber = column.Values.All(v => Cells.IsMissing(v) || Cells.TryNumber(v, out _));
        var result = new double?[column.Values.Count];
        for (int v = 0; v < result.Length; v++)
        {
            string text = column.Values[v];
            if (Cells.IsMissing(text))
            {
                continue;
            }

            if (isNumber && Cells.TryNumber(text, out double number))
            {
                result[v] = number;
            }
            else if (Cells.TryDate(text, out DateTime day))
            {
                result[v] = day.Ticks;
            }
            else
            {
                int row = Array.IndexOf(column.Codes, v);
                throw new ModelException("MDL-067", $"no number and no day in '{column.Name}' (--time), row {row + 1} of {file}", "numbers, or days such as 2024-04-01", "convert the column");
            }
        }

        return result;
    }

    private static int[] Order(double[] values)
    {
        double[] distinct = [.. values.Distinct().Order()];
        return [.. values.Select(v => Array.BinarySearch(distinct, v))];
    }

    private static (TableColumn[] Columns, FeatureTable Features) Read(TextTable table, TableRoles roles, int[] rows, List<TableFinding> findings)
    {
        HashSet<string> apart = [.. roles.Excluded, .. new[] { roles.Target, roles.Id, roles.Group, roles.Time }.OfType<string>()];
        var columns = new List<TableColumn>();
        var features = new List<FeatureColumn>();
        var constant = new List<string>();
        var infinite = new List<string>();
        var unreadable = new List<string>();
        foreach (TextColumn column in table.Columns.Where(c => !apart.Contains(c.Name)))
        {
            TextColumn taken = rows.Length == table.RowCount ? column : column with { Codes = [.. rows.Select(r => column.Codes[r])] };
            (TableColumn? known, string? why) = TableColumn.Infer(taken);
            if (known is null)
            {
                if (why!.StartsWith("it is text", StringComparison.Ordinal) || why.StartsWith("it counts", StringComparison.Ordinal))
                {
                    findings.Add(new TableFinding("TBL-004", $"column '{column.Name}' is left out: {why}") { JapaneseMessage = $"列「{column.Name}」は使いません：{(why.StartsWith("it is text", StringComparison.Ordinal) ? "値のほとんどが一度しか現れない文字列です" : "行の番号とみられます")}" });
                }
                else
                {
                    constant.Add(column.Name);
                }

                continue;
            }

            (FeatureColumn feature, CellCount count) = known.Read(taken);
            columns.Add(known);
            features.Add(feature);
            if (count.Infinite > 0)
            {
                infinite.Add(Text($"{column.Name} ({count.Infinite:N0})"));
            }

            if (count.Unreadable > 0)
            {
                unreadable.Add(Text($"{column.Name} ({count.Unreadable:N0})"));
            }
        }

        if (constant.Count > 0)
        {
            findings.Add(new TableFinding("TBL-005", $"left out, because they have one value or none: {Cells.List(constant)}") { JapaneseMessage = $"値が一つ以下のため使わない列：{Cells.List(constant)}" });
        }

        if (infinite.Count > 0)
        {
            findings.Add(new TableFinding("TBL-006", $"infinite numbers are taken as not recorded: {Cells.List(infinite)}") { JapaneseMessage = $"無限大の数は記録なしとして扱います：{Cells.List(infinite)}" });
        }

        if (unreadable.Count > 0)
        {
            findings.Add(new TableFinding("TBL-007", $"text among numbers or days is taken as not recorded: {Cells.List(unreadable)}") { JapaneseMessage = $"数や日付の列にある文字は記録なしとして扱います：{Cells.List(unreadable)}" });
        }

        return columns.Count > 0 ? ([.. columns], new FeatureTable(features)) : throw new ModelException(
            "MDL-068", $"no column of {table.Name} to learn from beside the target", "at least one with two values that are not names", "check the columns that were left out");
    }

    private static void CheckClasses(bool[] label, long[] groups, TableRoles roles, string positive)
    {
        foreach (bool side in (bool[])[true, false])
        {
            int rows = label.Count(y => y == side), distinct = Enumerable.Range(0, label.Length).Where(r => label[r] == side).Select(r => groups[r]).Distinct().Count();
            if (distinct < TableOptions.FewestOfAClass)
            {
                string unit = roles.Group is null ? "rows" : $"rows in {distinct} groups";
                throw new ModelException(
                    "MDL-066", Text($"{rows} {unit} {(side ? "with" : "without")} '{positive}' in '{roles.Target}'"), Text($"at least {TableOptions.FewestOfAClass}{(roles.Group is null ? "" : " groups")} of each class"), "give more rows");
            }
        }
    }

    // Equal rows get different keys, by their number among the equal ones: in any order the same keys belong to the same content.
    private static long[] RowKeys(FeatureTable features, bool[] label, long[] group, int[]? time)
    {
        var seen = new Dictionary<ulong, uint>();
        var keys = new long[label.Length];
        for (int r = 0; r < keys.Length; r++)
        {
            ulong hash = SplitMix.Mix((label[r] ? 1UL : 0) ^ (time is null ? 0 : (ulong)time[r] << 1) ^ SplitMix.Mix(group.Length == 0 ? 0 : (ulong)group[r]));
            foreach (FeatureColumn column in features.Columns)
            {
                hash = SplitMix.Mix(hash ^ (column.Numbers is { } numbers
                    ? (ulong)BitConverter.DoubleToInt64Bits(double.IsNaN(numbers[r]) ? double.NaN : numbers[r] + 0.0)
                    : column.Categories![r] is { } text ? (ulong)Hash(text) : 1));
            }

            uint number = seen.GetValueOrDefault(hash);
            seen[hash] = number + 1;
            keys[r] = (long)SplitMix.Mix(hash + number);
        }

        return keys;
    }

    private static long Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 1099511628211;
        }

        return (long)SplitMix.Mix(hash);
    }
}
