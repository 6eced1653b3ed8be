using System.Data;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Sql;

/// <summary>Bulk inserts keep every value exactly, or refuse it.</summary>
public sealed class BulkInsertTests
{
    private const string Table =
        "CREATE SCHEMA a\nGO\nCREATE TABLE a.t (k BIGINT NOT NULL, d DATE, u DATETIME2, m DECIMAL(9, 2), s SMALLINT DEFAULT 7, x DOUBLE PRECISION, n NVARCHAR(10), i INTEGER, c CHAR(4), w DECIMAL(28, 10))";

    private static readonly string[] All = ["k", "d", "u", "m", "s", "x", "n", "i", "c", "w"];

    [Theory]
    [EngineData]
    public void Every_type_comes_back_as_it_went_in(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        Row sent = new(
            long.MinValue, new DateOnly(1899, 12, 31), new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc).AddTicks(10), -1234567.89m, short.MaxValue, Math.PI, "髙橋𠮷", int.MinValue, "abcd", 123456789012345678.0123456789m);

        long count = session.BulkInsert("a.t", All, [[sent.K, sent.D, sent.U, sent.M, sent.S, sent.X, sent.N, sent.I, sent.C, sent.W]]);

        Assert.Equal(1, count);
        Assert.Equal(sent, session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t"));
    }

    [Theory]
    [EngineData]
    public void Rows_that_come_in_several_calls_come_back_as_they_went_in(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        Row sent = new(
            long.MinValue, new DateOnly(1899, 12, 31), new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc).AddTicks(10), -1234567.89m, short.MaxValue, Math.PI, "髙橋𠮷", int.MinValue, "abcd", -123456789012345678.0123456789m);
        using BulkAppender appender = session.OpenAppender("a.t", All);

        appender.Append([[sent.K, sent.D, sent.U, sent.M, sent.S, sent.X, sent.N, sent.I, sent.C, sent.W]]);
        appender.Append([[1L, null, null, null, null, null, null, null, null, null], [2L, null, null, 0.5m, (short)2, 1d, "長い名前十文字です。", 3, "efgh", 0.5m]]);
        appender.Complete();

        Assert.Equal(sent, session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t WHERE k < 0"));
        Assert.Equal(new Row(1, null, null, null, null, null, null, null, null, null), session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t WHERE k = 1"));
        Assert.Equal(new Row(2, null, null, 0.5m, 2, 1d, "長い名前十文字です。", 3, "efgh", 0.5m), session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t WHERE k = 2"));
    }

    [Theory]
    [EngineData]
    public void More_rows_than_a_row_group_keep_their_values_and_the_default_of_what_is_not_named(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        string[] texts = Enumerable.Range(0, 11).Select(length => new string('髙', length)).ToArray();
        session.Begin();
        using (BulkAppender appender = session.OpenAppender("a.t", ["n", "k"]))
        {
            for (int call = 0; call < 5; call++)
            {
                appender.Append(Enumerable.Range(call * 30_001, 30_001).Select(k => new object?[] { k % 13 < 11 ? texts[k % 13] : null, k }));
            }

            appender.Complete();
        }

        session.Commit();
        Assert.Equal(150_005, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t WHERE s = 7 AND i IS NULL"));
        Assert.Equal(
            Enumerable.Range(0, 150_005).Sum(k => k % 13 < 11 ? (long)k * (k % 13) : 0),
            session.ScalarText<long>("SELECT CAST(SUM(CASE WHEN LEN(n) = k % 13 THEN k * LEN(n) ELSE -1 END) AS BIGINT) FROM a.t WHERE n IS NOT NULL"));
        Assert.Equal(Enumerable.Range(0, 150_005).LongCount(k => k % 13 >= 11), session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t WHERE n IS NULL AND k % 13 >= 11"));
    }

    [Theory]
    [EngineData]
    public void Rows_of_an_appender_that_was_not_completed_go_back_with_the_transaction(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        session.Begin();
        using (BulkAppender appender = session.OpenAppender("a.t", ["k"]))
        {
            appender.Append(Enumerable.Range(0, 130_000).Select(k => new object?[] { k }));
            Assert.Throws<WarehouseException>(() => appender.Append([["x"]]));
        }

        session.Rollback();

        Assert.Equal(0, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t"));
        Assert.Equal(1, session.BulkInsert("a.t", ["k"], [[1]]));
    }

    [Theory]
    [EngineData]
    public void A_null_that_an_appender_hands_over_to_a_column_without_nulls_is_refused_by_the_engine(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        using BulkAppender appender = session.OpenAppender("a.t", ["k", "i"]);

        WarehouseException failure = Assert.Throws<WarehouseException>(() =>
        {
            appender.Append([[null, 1]]);
            appender.Complete();
        });

        Assert.Contains("a.t", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EngineData]
    public void Columns_that_are_not_named_take_their_default_or_null(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        session.BulkInsert("a.t", ["n", "K"], [["x", 1]]);

        Assert.Equal(new Row(1, null, null, null, 7, null, "x", null, null, null), session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t"));
    }

    [Theory]
    [EngineData]
    public void Thousands_of_rows_in_one_insert_keep_their_values_and_defaults(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        long count = session.BulkInsert("a.t", ["n", "k"], Enumerable.Range(0, 10_000).Select(k => new object?[] { k % 7 == 0 ? null : "髙" + k, (long)k }));

        Assert.Equal(10_000, count);
        Assert.Equal(10_000, session.ScalarText<long>("SELECT CAST(COUNT(DISTINCT k) AS BIGINT) FROM a.t WHERE s = 7 AND i IS NULL"));
        Assert.Equal(1429, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t WHERE n IS NULL AND k % 7 = 0"));
        Assert.Equal("髙9999", session.ScalarText<string>("SELECT n FROM a.t WHERE k = 9999"));
    }

    [Fact]
    public void Many_small_pieces_of_an_open_transaction_do_not_stay_in_memory()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("append-");
        try
        {
            using WarehouseDatabases databases = new(WarehouseOptions.DuckDb(Path.Combine(folder.FullName, "w.duckdb"), Path.Combine(folder.FullName, "i.duckdb")) with { Threads = 2, MemoryLimit = "2GB" });
            Migrator.Apply(databases);
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
            session.ExecuteText(Table);
            session.Begin();
            using BulkAppender appender = session.OpenAppender("a.t", ["k", "u", "x", "n", "w"]);
            long[] held = new long[2];
            for (int piece = 0; piece < 120; piece++)
            {
                appender.Append(Enumerable.Range(piece * 10_000, 10_000).Select(k => new object?[] { (long)k, DateTime.UnixEpoch.AddSeconds(k * 7919L), k / 3d, "長い名前の" + (k % 1000), k * 0.1m }));
                appender.Complete();
                held[piece / 60] = session.ScalarText<long>("SELECT CAST(SUM(memory_usage_bytes) AS BIGINT) FROM duckdb_memory() WHERE tag = 'IN_MEMORY_TABLE'");
            }

            // 600,000 rows of 60 bytes and more lie between the two.
            Assert.True(held[1] - held[0] < 20_000_000, $"{held[0]} and {held[1]} bytes");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [EngineData]
    public void A_null_that_is_given_stays_null_beside_a_default(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        session.BulkInsert("a.t", ["k", "s"], [[1L, null]]);

        Assert.Null(session.ScalarText<short?>("SELECT s FROM a.t"));
    }

    [Theory]
    [EngineData]
    public void Kinds_that_fit_are_widened_or_narrowed_without_loss(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        session.BulkInsert("a.t", ["k", "s", "i", "m", "x", "d"], [[1, true, 3L, 4, 5, new DateTime(2026, 1, 1)]]);

        Assert.Equal(
            new Row(1, new DateOnly(2026, 1, 1), null, 4m, 1, 5d, null, 3, null, null),
            session.ScalarText<Row>("SELECT k, d, u, m, s, x, n, i, c, w FROM a.t"));
    }

    [Theory]
    [EngineData("m", 1.234)]
    [EngineData("m", 12345678.0)]
    [EngineData("s", 40000)]
    [EngineData("i", 4294967296L)]
    [EngineData("i", 1.5)]
    [EngineData("i", "1")]
    [EngineData("x", double.NaN)]
    [EngineData("d", "2026-01-01")]
    [EngineData("n", 1)]
    public void A_value_that_does_not_fit_exactly_is_refused_by_column_name_without_its_value(Engine engine, string column, object value)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        Exception? failure = Record.Exception(() => session.BulkInsert("a.t", ["k", column], [[1L, null], [2L, value]]));

        WarehouseException refusal = Assert.IsType<WarehouseException>(failure);
        Assert.Contains($" for {column} ", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("Row 2 ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EngineData]
    public void A_refused_row_leaves_the_session_usable_and_the_transaction_can_go_back(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        session.Begin();

        Assert.Throws<WarehouseException>(() => session.BulkInsert(
            "a.t", ["k"], Enumerable.Range(0, 5000).Select(k => new object?[] { k == 4999 ? "x" : k })));
        session.Rollback();

        Assert.Equal(0, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t"));
        Assert.Equal(1, session.BulkInsert("a.t", ["k"], [[1]]));
    }

    [Theory]
    [EngineData]
    public void Rows_added_in_a_transaction_are_seen_by_it_at_once_and_by_others_after_commit(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        session.Begin();

        session.BulkInsert("a.t", ["k"], [[1], [2]]);

        Assert.Equal(2, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t"));
        session.Commit();
        using WarehouseSession other = fixture.Warehouse();
        Assert.Equal(2, other.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t"));
    }

    [Theory]
    [EngineData]
    public void A_null_in_a_column_without_nulls_is_refused_by_the_engine(Engine engine)
    {
        using WarehouseFixture fixture = WarehouseFixture.Create(engine);
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        Exception? failure = Record.Exception(() => session.BulkInsert("a.t", ["n"], [["x"]]));

        Assert.IsType<WarehouseException>(failure);
        Assert.Equal(0, session.ScalarText<long>("SELECT CAST(COUNT(*) AS BIGINT) FROM a.t"));
    }

    [Fact]
    public void Unknown_tables_and_columns_and_short_rows_are_named()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        Assert.Contains("a.missing", Assert.Throws<WarehouseException>(() => session.BulkInsert("a.missing", ["k"], [])).Message, StringComparison.Ordinal);
        Assert.Contains("'zz'", Assert.Throws<WarehouseException>(() => session.BulkInsert("a.t", ["zz"], [])).Message, StringComparison.Ordinal);
        Assert.Contains("1 values; expected 2", Assert.Throws<WarehouseException>(() => session.BulkInsert("a.t", ["k", "n"], [[1]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_is_copied_by_its_column_names()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);
        using DataTable source = new();
        source.Columns.Add("n", typeof(string));
        source.Columns.Add("k", typeof(long));
        source.Rows.Add("a", 1L);
        source.Rows.Add(DBNull.Value, 2L);

        Assert.Equal(2, session.BulkInsert("a.t", source.CreateDataReader()));
        Assert.Equal([1L, 2L], session.QueryText<long>("SELECT k FROM a.t ORDER BY k"));
    }

    [Fact]
    public void A_cancelled_insert_stops()
    {
        using WarehouseFixture fixture = WarehouseFixture.Create();
        using WarehouseSession session = fixture.Warehouse();
        session.ExecuteText(Table);

        Assert.ThrowsAny<OperationCanceledException>(() => session.BulkInsert("a.t", ["k"], [[1]], new CancellationToken(canceled: true)));
    }

    private sealed record Row(long K, DateOnly? D, DateTime? U, decimal? M, short? S, double? X, string? N, int? I, string? C, decimal? W);
}
