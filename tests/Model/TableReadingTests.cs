using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Tables;
using Xunit;

namespace Warehouse.Tests.Model;

/// <summary>Reading tables of one's own: forms, kinds of columns, classes, roles.</summary>
public sealed class TableReadingTests
{
    [Fact]
    public void Arff_names_types_quotes_and_missing_values_are_read()
    {
        TextTable table = Arff("""
            % a comment
            @RELATION 'a name'
            @attribute 'the age' numeric
            @attribute "kind of, thing" {'a b', "c,d", e}
            @attribute note string
            @attribute day date "dd.MM.yyyy"

            @data
            1.5, 'a b', 'it\'s', 24.12.2021
            ?, "c,d", ?, ?
            % between rows
            -2e3,e,plain text,'01.02.2020'
            """);

        Assert.Equal(["the age", "kind of, thing", "note", "day"], table.Columns.Select(c => c.Name));
        Assert.Equal([DeclaredKind.Number, DeclaredKind.Category, DeclaredKind.Category, DeclaredKind.Date], table.Columns.Select(c => c.Declared));
        Assert.Equal(["1.5", "?", "-2e3"], Texts(table, "the age"));
        Assert.Equal(["a b", "c,d", "e"], Texts(table, "kind of, thing"));
        Assert.Equal(["it's", "?", "plain text"], Texts(table, "note"));
        Assert.Equal(["2021-12-24 00:00:00", "?", "2020-02-01 00:00:00"], Texts(table, "day"));
    }

    [Fact]
    public void Arff_sparse_rows_have_zero_or_the_first_value_where_nothing_is_given()
    {
        TextTable table = Arff("@relation r\n@attribute x numeric\n@attribute k {first, second}\n@attribute y real\n@data\n{0 3, 1 second}\n{2 ?}\n{}\n");

        Assert.Equal(["3", "0", "0"], Texts(table, "x"));
        Assert.Equal(["second", "first", "first"], Texts(table, "k"));
        Assert.Equal(["0", "?", "0"], Texts(table, "y"));
    }

    [Theory]
    [InlineData("@relation r\n@attribute x numeric\n@data\n1,2\n", "line 4")]
    [InlineData("@relation r\n@attribute x numeric\n@attribute y numeric\n@data\n1\n", "1 values")]
    [InlineData("@relation r\n@attribute x numeric\n", "no @data")]
    [InlineData("@relation r\n@attribute x relational\n@data\n1\n", "relational")]
    [InlineData("@relation r\n@attribute x numeric\n@data\n'1\n", "quote")]
    [InlineData("hello\n", "'hello'")]
    public void Arff_that_is_broken_is_refused_with_its_line(string text, string part)
    {
        ModelException fault = Assert.Throws<ModelException>(() => Arff(text));

        Assert.Equal("MDL-063", fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColumnKind.Number, "1;2.5;-3e2;NA;?;;NaN;7")]
    [InlineData(ColumnKind.Number, "inf;1;2;3;4;5;6;7")]
    [InlineData(ColumnKind.Category, "a;b;a;b;NA;a;a;b")]
    [InlineData(ColumnKind.Category, "1;2;none;3;none;2;1;1")]
    [InlineData(ColumnKind.Date, "2021-01-02;2021/01/03;;2021-01-05 12:30;2021-01-05;2021-01-05;2021-01-06;2021-02-01")]
    public void A_column_is_what_its_values_are(ColumnKind kind, string cells)
    {
        LabelledTable table = Build(("x", cells.Split(';')), ("y", ["0", "1", "0", "1", "0", "1", "0", "1"]));

        Assert.Equal(kind, Assert.Single(table.Columns).Kind);
    }

    [Fact]
    public void Missing_infinite_and_unreadable_cells_are_not_recorded_and_counted()
    {
        string[] cells = [.. Enumerable.Range(0, 200).Select(i => i switch { 0 => "", 1 => "?", 2 => "inf", 3 => "-Infinity", 4 => "unknown", _ => (i % 7).ToString(CultureInfo.InvariantCulture) })];

        LabelledTable table = Build(("x", cells), ("y", [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? "1" : "0")]));

        double[] numbers = table.Features.Find("x")!.Numbers!;
        Assert.All(numbers[..5], v => Assert.True(double.IsNaN(v)));
        Assert.Equal(5, numbers[5]);
        Assert.Contains(table.Findings, f => f.Code == "TBL-006" && f.Message.Contains("x (2)", StringComparison.Ordinal));
        Assert.Contains(table.Findings, f => f.Code == "TBL-007" && f.Message.Contains("x (1)", StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_of_names_of_row_numbers_and_of_one_value_are_left_out_with_a_notice()
    {
        int n = 60;
        LabelledTable table = Build(
            ("name", [.. Enumerable.Range(0, n).Select(i => "person " + i)]),
            ("number", [.. Enumerable.Range(101, n).Select(i => i.ToString(CultureInfo.InvariantCulture))]),
            ("same", [.. Enumerable.Repeat("x", n)]),
            ("empty", [.. Enumerable.Repeat("", n)]),
            ("kept", [.. Enumerable.Range(0, n).Select(i => (i * 37 % 11).ToString(CultureInfo.InvariantCulture))]),
            ("y", [.. Enumerable.Range(0, n).Select(i => i % 4 == 0 ? "yes" : "no")]));

        Assert.Equal(["kept"], table.Columns.Select(c => c.Name));
        Assert.Equal(2, table.Findings.Count(f => f.Code == "TBL-004"));
        Assert.Contains(table.Findings, f => f.Code == "TBL-005" && f.Message.Contains("same, empty", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0;0;1;0;1;0", null, "1")]
    [InlineData("yes;yes;no;yes;yes;no", null, "no")]
    [InlineData("b;a;b;a;b;a", null, "b")]
    [InlineData("1.0;0;1;0;0;0", "1", "1")]
    [InlineData("low;mid;high;mid;low;mid", "high", "high")]
    public void The_positive_value_is_the_one_asked_for_or_the_rarer(string pattern, string? asked, string expected)
    {
        string[] cells = [.. Enumerable.Range(0, 60).Select(i => pattern.Split(';')[i % 6])];

        LabelledTable table = Build(new TableRoles { Target = "y", Positive = asked }, ("x", Varied(60)), ("y", cells));

        Assert.Equal(expected, table.Positive);
        Assert.Equal(cells.Count(c => c == expected || (expected == "1" && c == "1.0")), table.Label.Count(l => l));
        Assert.Equal(asked is null, table.Findings.Any(f => f.Code == "TBL-003"));
    }

    [Theory]
    [InlineData("a;b;c", null, "MDL-065", "'a' (20), 'b' (20), 'c' (20)")]
    [InlineData("a;b;c", "d", "MDL-065", "'d'")]
    [InlineData("a", null, "MDL-065", "'a' (60)")]
    [InlineData(";;", null, "MDL-065", "no value")]
    public void A_target_that_is_not_two_classes_is_refused_with_its_values(string pattern, string? asked, string code, string part)
    {
        string[] values = pattern.Split(';');

        ModelException fault = Assert.Throws<ModelException>(() => Build(
            new TableRoles { Target = "y", Positive = asked }, ("x", Varied(60)), ("y", [.. Enumerable.Range(0, 60).Select(i => values[i % values.Length])])));

        Assert.Equal(code, fault.Code);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_rows_of_a_class_are_refused()
    {
        ModelException fault = Assert.Throws<ModelException>(() => Build(("x", Varied(60)), ("y", [.. Enumerable.Range(0, 60).Select(i => i < 3 ? "1" : "0")])));

        Assert.Equal("MDL-066", fault.Code);
        Assert.Contains("3 rows with '1'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_row_and_columns_of_one_value_alone_are_refused()
    {
        string[] classes = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? "1" : "0")];

        ModelException single = Assert.Throws<ModelException>(() => Build(new TableRoles { Target = "y", Positive = "1" }, ("x", ["1"]), ("y", ["1"])));
        ModelException constant = Assert.Throws<ModelException>(() => Build(("x", [.. Enumerable.Repeat("5", 60)]), ("y", classes)));

        Assert.Equal("MDL-065", single.Code);
        Assert.Equal("MDL-068", constant.Code);
        Assert.Contains("no column", constant.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_is_not_there_is_answered_with_those_that_are()
    {
        ModelException fault = Assert.Throws<ModelException>(() => Build(new TableRoles { Target = "z" }, ("x", Varied(60)), ("y", Varied(60))));

        Assert.Equal("MDL-062", fault.Code);
        Assert.Contains("x, y", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_target_are_left_out_and_counted()
    {
        LabelledTable table = Build(("x", Varied(60)), ("y", [.. Enumerable.Range(0, 60).Select(i => i % 10 == 0 ? "NA" : i % 3 == 0 ? "1" : "0")]));

        Assert.Equal(54, table.Label.Length);
        Assert.Equal("2", table.Id[0]);
        Assert.Contains(table.Findings, f => f.Code == "TBL-002" && f.Message.StartsWith("6 of 60 rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Ids_that_repeat_are_told_and_row_keys_stay_distinct()
    {
        LabelledTable table = Build(
            new TableRoles { Target = "y", Id = "id" }, ("id", [.. Enumerable.Range(0, 60).Select(i => "k" + (i / 2))]), ("x", [.. Enumerable.Range(0, 60).Select(i => (i % 2).ToString(CultureInfo.InvariantCulture))]), ("y", [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? "1" : "0")]));

        Assert.Contains(table.Findings, f => f.Code == "TBL-008" && f.Message.StartsWith("30 rows", StringComparison.Ordinal));
        Assert.Equal(60, table.RowKey.Distinct().Count());
        Assert.Equal(["x"], table.Columns.Select(c => c.Name));
    }

    [Fact]
    public void Row_keys_depend_on_content_and_not_on_the_place_of_a_row()
    {
        string[] x = Varied(60), y = [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? "1" : "0")];

        LabelledTable one = Build(("x", x), ("y", y)), other = Build(("x", [.. x.Reverse()]), ("y", [.. y.Reverse()]));

        Assert.Equal(one.RowKey.Order(), other.RowKey.Order());
        Assert.NotEqual(one.RowKey, other.RowKey);
    }

    [Theory]
    [InlineData("copy", true)]
    [InlineData("coded", true)]
    [InlineData("strong", false)]
    public void A_column_that_says_what_the_target_says_is_told_and_kept(string kind, bool isLeak)
    {
        var random = new SplitMix(5);
        bool[] label = [.. Enumerable.Range(0, 400).Select(_ => random.Next(4) == 0)];
        string[] leak = [.. label.Select((y, i) => kind switch
        {
            "copy" => (y ? 5 + (i % 7) : i % 4).ToString(CultureInfo.InvariantCulture),
            "coded" => y ? "k" + (i % 3) : "m" + (i % 5),
            _ => (random.Next(100) < (y ? 70 : 20) ? 1 : 0).ToString(CultureInfo.InvariantCulture),
        })];

        LabelledTable table = Build(("x", leak), ("other", Varied(400)), ("y", [.. label.Select(y => y ? "1" : "0")]));

        Assert.Equal(isLeak, table.Findings.Any(f => f.Code == "TBL-009" && f.IsGrave && f.Message.Contains("'x'", StringComparison.Ordinal)));
        Assert.Equal(["x", "other"], table.Columns.Select(c => c.Name));
    }

    [Fact]
    public void Text_of_many_values_is_no_leak_by_having_few_rows_each()
    {
        var random = new SplitMix(6);

        LabelledTable table = Build(("code", [.. Enumerable.Range(0, 400).Select(_ => "c" + random.Next(150))]), ("y", [.. Enumerable.Range(0, 400).Select(_ => random.Next(3) == 0 ? "1" : "0")]));

        Assert.DoesNotContain(table.Findings, f => f.Code == "TBL-009");
    }

    internal static string[] Varied(int n) => [.. Enumerable.Range(0, n).Select(i => (SplitMix.Mix((ulong)i) % 9).ToString(CultureInfo.InvariantCulture))];

    internal static TextTable Text(params (string Name, string[] Cells)[] columns) => new("test.csv", [.. columns.Select(c =>
    {
        string[] values = [.. c.Cells.Distinct()];
        return new TextColumn(c.Name, [.. c.Cells.Select(cell => Array.IndexOf(values, cell))], values);
    })]);

    internal static LabelledTable Build(TableRoles roles, params (string Name, string[] Cells)[] columns)
    {
        LabelledTable table = LabelledTable.Build(Text(columns), roles);

        // Whatever a test looks at: what staff are told on the report is said in Japanese.
        Assert.All(table.Findings.Where(finding => finding.Code != "TBL-001"), finding => Assert.Contains(finding.JapaneseMessage, letter => letter is >= '\u3041' and <= '\u30ff'));
        return table;
    }

    // Repeated until each class has rows enough.
    private static LabelledTable Build(params (string Name, string[] Cells)[] columns)
    {
        int times = columns[0].Cells.Length < 30 ? 5 : 1;
        return Build(new TableRoles { Target = "y" }, [.. columns.Select(c => (c.Name, Enumerable.Repeat(c.Cells, times).SelectMany(x => x).ToArray()))]);
    }

    private static TextTable Arff(string text) => ArffReader.Read(new StringReader(text), "test.arff");

    private static IEnumerable<string> Texts(TextTable table, string name) => Enumerable.Range(0, table.RowCount).Select(r => table.Find(name)![r]);
}
