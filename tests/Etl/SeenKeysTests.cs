using Warehouse.Etl.Extract;
using Warehouse.Etl.Link;
using Warehouse.Etl.Stage;

namespace Warehouse.Tests.Etl;

/// <summary>Of a file that is not held whole, no record that repeats a key is missed, in whatever order its rows come.</summary>
public sealed class SeenKeysTests
{
    private const int Records = 300;
    private const int Days = 500;
    private static readonly int FirstDay = new DateOnly(2022, 4, 1).DayNumber;

    public enum Order
    {
        ByRecord,
        ByRecordBackwards,
        ByDay,
        Shuffled,
        SettledThenShuffled,
    }

    [Theory]
    [InlineData(Order.ByRecord, 1)]
    [InlineData(Order.ByRecordBackwards, 2)]
    [InlineData(Order.ByDay, 3)]
    [InlineData(Order.Shuffled, 4)]
    [InlineData(Order.Shuffled, 5)]
    [InlineData(Order.SettledThenShuffled, 6)]
    public void Every_record_that_repeats_is_named(Order order, int seed)
    {
        Random random = new(seed);
        List<(int Record, int Day)> rows = [.. from record in Enumerable.Range(0, Records) from day in Enumerable.Range(0, Days) where random.Next(10) > 0 select (record, day)];
        rows = order switch
        {
            Order.ByRecord => rows,
            Order.ByRecordBackwards => [.. rows.OrderBy(row => row.Record).ThenByDescending(row => row.Day)],
            Order.ByDay => [.. rows.OrderBy(row => row.Day).ThenBy(row => row.Record)],
            Order.Shuffled => [.. Shuffled(rows, random)],
            _ => [.. rows[..90_000], .. Shuffled(rows[90_000..], random)],
        };
        HashSet<int> planted = [];
        for (int i = 0; i < 40; i++)
        {
            // Some beside the row they repeat, some far from it, before and after the form of the keys is settled.
            int from = random.Next(rows.Count);
            planted.Add(rows[from].Record);
            rows.Insert(i % 2 == 0 ? from + 1 : random.Next(rows.Count), rows[from]);
        }

        Assert.True(rows.Count > 2 * SeenKeys.RowsToSettle);
        SeenKeys keys = Read(rows, out Dictionary<long, int> records);
        HashSet<int> named = [.. keys.Repeated!.Records!.Select(record => records[record])];

        Assert.Superset(planted, named);
        Assert.Equal(order is not Order.Shuffled, keys.IsInOrder);
        if (order == Order.Shuffled)
        {
            Assert.Equal(planted, named);
        }
        else if (order != Order.SettledThenShuffled)
        {
            // A row put in out of order sets a day that others may lie before or behind.
            Assert.InRange(named.Count, planted.Count, 2 * planted.Count);
        }
    }

    [Fact]
    public void A_file_in_order_without_repeats_names_nobody()
    {
        SeenKeys keys = Read([.. from record in Enumerable.Range(0, Records) from day in Enumerable.Range(0, Days) select (record, day)], out _);

        Assert.Null(keys.Repeated);
        Assert.True(keys.IsInOrder);
    }

    [Fact]
    public void A_month_beside_a_record_is_told_like_a_day()
    {
        FeedStage stage = Stage("attendance_days");
        SeenKeys keys = new(stage);
        StagedBlock block = new();
        foreach (int month in new[] { 202304, 202305, 202306, 202305 })
        {
            Put(block, stage, 7L, month);
        }

        keys.Add(block);

        Assert.True(stage.DayKeyAt > 0);
        Assert.Equal([7L], keys.Repeated!.Records!);
    }

    private static SeenKeys Read(List<(int Record, int Day)> rows, out Dictionary<long, int> records)
    {
        FeedStage stage = Stage("attendance");
        SeenKeys keys = new(stage);
        object[] boxes = [.. Enumerable.Range(0, Records).Select(record => (object)(1_000_000_007L * (record + 1)))];
        records = Enumerable.Range(0, Records).ToDictionary(record => (long)boxes[record]);
        foreach ((int Record, int Day)[] part in rows.Chunk(10_000))
        {
            StagedBlock block = new();
            foreach ((int record, int day) in part)
            {
                Put(block, stage, boxes[record], DateOnly.FromDayNumber(FirstDay + day));
            }

            keys.Add(block);
        }

        return keys;
    }

    private static void Put(StagedBlock block, FeedStage stage, object record, object day)
    {
        object?[] row = block.Next(stage.Columns.Count);
        row[2] = record;
        row[stage.DayKeyAt] = day;
        block.Keep();
    }

    private static FeedStage Stage(string feed) => new(FeedCatalog.Default.Get(feed), new KeyMint(new byte[32]));

    private static List<(int Record, int Day)> Shuffled(IEnumerable<(int Record, int Day)> rows, Random random)
    {
        (int Record, int Day)[] all = [.. rows];
        random.Shuffle(all);
        return [.. all];
    }
}
