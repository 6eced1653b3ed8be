using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Text reaches an engine only in the form that the engine means.</summary>
public sealed class SqlTextTests
{
    [Theory]
    [InlineData("SELECT @a, @b_c", "SELECT $a, $b_c")]
    [InlineData("SELECT '@a', @a", "SELECT '@a', $a")]
    [InlineData("SELECT 'it''s @a', @a", "SELECT 'it''s @a', $a")]
    [InlineData("SELECT N'@a', \"@a\", [@a], @a", "SELECT N'@a', \"@a\", [@a], $a")]
    [InlineData("SELECT @a -- @b", "SELECT $a -- @b")]
    [InlineData("SELECT /* @b /* @c */ @d */ @a", "SELECT /* @b /* @c */ @d */ $a")]
    [InlineData("SELECT '-- @b', @a", "SELECT '-- @b', $a")]
    [InlineData("SELECT @@ROWCOUNT", "SELECT @@ROWCOUNT")]
    [InlineData("WHERE k=@k", "WHERE k=$k")]
    public void A_parameter_gets_the_sign_of_the_engine_and_nothing_else_changes(string text, string expected)
    {
        Assert.Equal(expected, Assert.Single(SqlText.Split(text, Engine.DuckDb)).Text);
        Assert.Equal(text, Assert.Single(SqlText.Split(text, Engine.SqlServer)).Text);
    }

    [Fact]
    public void Parameters_of_a_batch_are_those_outside_strings_and_comments()
    {
        SqlBatch batch = Assert.Single(SqlText.Split("SELECT @a, '@b', @A, @c -- @d", Engine.DuckDb));

        Assert.Equal(["a", "c"], batch.Parameters);
    }

    [Fact]
    public void Declared_variables_are_not_parameters()
    {
        Assert.Equal(["b"], Assert.Single(SqlText.Split("DECLARE @a INTEGER = @b; SELECT @a", Engine.SqlServer)).Parameters);
    }

    [Fact]
    public void Batches_end_at_lines_that_hold_only_go()
    {
        IReadOnlyList<SqlBatch> batches = SqlText.Split("-- header\nSELECT 1\n  go \r\n\nSELECT 'a\nGO\nb'\nGO\n-- end\nGO\n", Engine.DuckDb);

        Assert.Equal(2, batches.Count);
        Assert.Equal(2, batches[0].Line);
        Assert.Equal("SELECT 'a\nGO\nb'", batches[1].Text);
        Assert.Equal(5, batches[1].Line);
    }

    [Fact]
    public void Pieces_of_a_text_are_the_text()
    {
        const string Text = "SELECT 'a' /* b */, [c], @d -- e\nGO\n'unclosed";

        Assert.Equal(Text, string.Concat(SqlText.Tokenize(Text).Select(token => Text.Substring(token.Start, token.Length))));
    }

    [Fact]
    public void An_unknown_script_is_refused_with_near_names()
    {
        WarehouseException failure = Assert.Throws<WarehouseException>(() => SqlText.Load("Migrate/journal_raed", Engine.DuckDb));

        Assert.Contains("Migrate/journal_read", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EngineData]
    public void A_missing_parameter_is_refused_and_a_surplus_one_is_left_out(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();

        WarehouseException failure = Assert.Throws<WarehouseException>(() => session.ScalarText<int>("SELECT @first_value + @b AS c", new { FirstValue = 1, d = 3 }));
        int sum = session.ScalarText<int>("SELECT @first_value + @b AS c", new { FirstValue = 1, b = 2, d = 3 });

        Assert.Contains("@b", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, sum);
    }

    [Theory]
    [EngineData]
    public void Parameters_may_come_as_a_dictionary(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();

        Assert.Equal(7, session.ScalarText<int>("SELECT @a AS a", new Dictionary<string, object?> { ["a"] = 7 }));
    }
}
