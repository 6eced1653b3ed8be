using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Where the engines differ, or one does what nobody expects, stands here with the way we hold to.</summary>
public sealed class DialectTrapTests
{
    [Fact]
    public void A_raw_at_sign_in_duckdb_is_the_absolute_value_and_selects_every_row()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (k INTEGER NOT NULL)\nGO\nINSERT INTO t (k) VALUES (1), (2), (3)");

        // The text goes past the rewriting: this is what would happen without it.
        SqlScript raw = new("raw", "raw", [new SqlBatch("SELECT k FROM t WHERE k = @k", [], 1)]);

        Assert.Equal(3, session.Query<int>(raw, new { k = 2 }).Count);
    }

    [Theory]
    [EngineData]
    public void A_parameter_selects_the_row_that_it_names(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (k INTEGER NOT NULL)\nGO\nINSERT INTO t (k) VALUES (1), (2), (3)");

        Assert.Equal([2], session.QueryText<int>("SELECT k FROM t WHERE k = @k", new { k = 2 }));
    }

    [Theory]
    [EngineData]
    public void Double_precision_keeps_eight_bytes(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (x DOUBLE PRECISION NOT NULL)");

        session.ExecuteText("INSERT INTO t (x) VALUES (@x)", new { x = 0.1 + 0.2 });

        Assert.Equal(0.1 + 0.2, session.ScalarText<double>("SELECT x FROM t"));
    }

    [Fact]
    public void Float_in_duckdb_keeps_four_bytes_so_it_is_banned()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();

        Assert.NotEqual(0.1, session.ScalarText<double>("SELECT CAST(CAST(@x AS FLOAT) AS DOUBLE PRECISION)", new { x = 0.1 }));
    }

    [Fact]
    public void Duckdb_does_not_keep_lengths_so_validators_do()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (x VARCHAR(3) NOT NULL)");

        session.ExecuteText("INSERT INTO t (x) VALUES ('four')");

        Assert.Equal("four", session.ScalarText<string>("SELECT x FROM t"));
    }

    [Theory]
    [EngineData]
    public void Division_of_casts_is_real_on_both(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();

        Assert.Equal(0.5, session.ScalarText<double>("SELECT CAST(1 AS DOUBLE PRECISION) / 2"));
    }

    [Fact]
    public void Bare_division_differs_so_operands_are_cast()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();

        Assert.Equal(0.5, session.ScalarText<double>("SELECT 1 / 2"));
    }

    [Theory]
    [EngineData]
    public void Values_come_back_as_they_were_sent(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(
            "CREATE TABLE t (a_date DATE, a_utc DATETIME2, a_long BIGINT, a_int INTEGER, is_a SMALLINT, a_decimal DECIMAL(9, 2), a_share DOUBLE PRECISION, a_text NVARCHAR(20), a_null DATE)");
        Values sent = new(
            new DateOnly(2026, 2, 28), new DateTime(2026, 2, 28, 23, 59, 59, DateTimeKind.Utc).AddTicks(1_234_560), long.MaxValue, -1, true, 1234.56m, 1d / 3, "髙𠮷'; --", null);

        session.ExecuteText(
            "INSERT INTO t (a_date, a_utc, a_long, a_int, is_a, a_decimal, a_share, a_text, a_null) VALUES (@a_date, @a_utc, @a_long, @a_int, @is_a, @a_decimal, @a_share, @a_text, @a_null)",
            sent);

        Values got = session.ScalarText<Values>("SELECT a_null, a_text, a_share, a_decimal, is_a, a_int, a_long, a_utc, a_date FROM t");
        Assert.Equal(sent, got);
        Assert.Equal(DateTimeKind.Utc, got.AUtc.Kind);
    }

    [Theory]
    [EngineData]
    public void Instants_are_cut_to_microseconds_so_that_a_stored_one_equals_its_parameter(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        DateTime now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        DateTime odd = now.AddTicks(7);
        session.ExecuteText("CREATE TABLE t (x_utc DATETIME2 NOT NULL)\nGO\nINSERT INTO t (x_utc) VALUES (@x_utc)", new { x_utc = odd });

        Assert.Equal(now, session.ScalarText<DateTime>("SELECT x_utc FROM t WHERE x_utc = @x_utc", new { x_utc = odd }));
    }

    [Theory]
    [EngineData]
    public void A_null_parameter_means_null_whatever_its_type(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (d DATE, n INTEGER, x DOUBLE PRECISION, u DATETIME2)");

        session.ExecuteText(
            "INSERT INTO t (d, n, x, u) VALUES (@d, @n, @x, @u)",
            new { d = (DateOnly?)null, n = (int?)null, x = (double?)null, u = (DateTime?)null });

        Assert.Equal(1, session.ScalarText<int>("SELECT CAST(COUNT(*) AS BIGINT) FROM t WHERE d IS NULL AND n IS NULL AND x IS NULL AND u IS NULL"));
    }

    [Theory]
    [EngineData]
    public void Sums_of_bigint_come_back_as_long(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText("CREATE TABLE t (x BIGINT NOT NULL)\nGO\nINSERT INTO t (x) VALUES (1), (2)");

        Assert.Equal(3L, session.ScalarText<long>("SELECT SUM(x) FROM t"));
    }

    [Theory]
    [EngineData]
    public void A_null_for_a_value_that_cannot_be_null_names_its_column(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();

        WarehouseException failure = Assert.Throws<WarehouseException>(() => session.ScalarText<int>("SELECT CAST(NULL AS INTEGER) AS row_count"));

        Assert.Contains("row_count", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_is_not_a_parameter()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();

        WarehouseException failure = Assert.Throws<WarehouseException>(() => session.ScalarText<int>("SELECT @a", new { a = new[] { 1, 2 } }));

        Assert.Contains("Stage lists", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EngineData]
    public void Invariant_culture_or_not_full_width_forms_are_different_text(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty(engine);
        using WarehouseSession session = fixture.Warehouse();

        Assert.Equal(0, session.ScalarText<int>("SELECT CASE WHEN N'ア' = N'ｱ' THEN 1 ELSE 0 END"));
        Assert.Equal(0, session.ScalarText<int>("SELECT CASE WHEN N'a' = N'A' THEN 1 ELSE 0 END"));
    }

    [Fact]
    public void Messages_show_no_values_of_rows()
    {
        using WarehouseFixture fixture = WarehouseFixture.Empty();
        using WarehouseSession session = fixture.Warehouse();

        WarehouseException failure = Assert.Throws<WarehouseException>(() => session.ScalarText<int>("SELECT CAST(@x AS INTEGER)", new { x = "山田太郎" }));

        Assert.DoesNotContain("山田", failure.Message, StringComparison.Ordinal);
    }

    private sealed record Values(
        DateOnly ADate, DateTime AUtc, long ALong, int AInt, bool IsA, decimal ADecimal, double AShare, string AText, DateOnly? ANull);
}
