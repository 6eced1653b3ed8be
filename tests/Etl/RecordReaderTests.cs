using System.Text;
using Warehouse.Etl.Extract;

namespace Warehouse.Tests.Etl;

/// <summary>Records from a stream, with bounded memory whatever the bytes are.</summary>
public sealed class RecordReaderTests
{
    [Fact]
    public void A_stream_in_pieces_gives_the_records_of_the_whole()
    {
        Random random = new(11);
        string[] parts = ["\"", "\"\"", ",", "\r\n", "\n", "\r", "表", "a", "b", "\"x\"", ",\"y\n\","];
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => parts[random.Next(parts.Length)])));
            RecordReader whole = new(bytes, bytes.Length, (byte)',');
            RecordReader pieces = new(new SlowStream(bytes, random), (byte)',');

            Assert.Equal(All(whole), All(pieces));
        }
    }

    [Fact]
    public void Large_files_in_pieces_give_the_records_of_the_whole()
    {
        Random random = new(12);
        StringBuilder text = new();
        for (int i = 0; i < 40_000; i++)
        {
            text.Append("row").Append(i).Append(random.Next(50) == 0 ? ",\"a\nb\"\"c\"," : ",plain,").Append('x', random.Next(60)).Append(random.Next(900) == 0 ? ",\"open" : "").Append("\r\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        Assert.True(bytes.Length > RecordReader.MaxRecordBytes);
        List<string> found = All(new RecordReader(new SlowStream(bytes, random), (byte)','));
        Assert.Equal(All(new RecordReader(bytes, bytes.Length, (byte)',')), found);
        for (int i = 0; i < 40_000; i += 1000)
        {
            Assert.Contains(found, record => record.Contains($"row{i},", StringComparison.Ordinal) || record.Contains($"row{i}|", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("1,a\n2,\"b\n3,c\n4,d\n", 4)]
    [InlineData("1,a\n2,\"b\n3,\"c\"\n4,d\n", 4)]
    [InlineData("1,a\n2,b\"\n3,c\n4,d", 4)]
    public void A_stray_quote_costs_its_own_line_only(string text, int expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        RecordReader reader = new(new MemoryStream(bytes), (byte)',');
        List<(int Line, bool Malformed, string Raw)> records = [];
        while (reader.Read())
        {
            records.Add((reader.Line, reader.IsMalformed, Encoding.UTF8.GetString(reader.Raw)));
        }

        Assert.Equal(expected, records.Count);
        Assert.Equal([2], records.Where(record => record.Malformed).Select(record => record.Line));
        Assert.Equal(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), records.Select(record => record.Raw));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_line_of_64_megabytes_is_passed_over_in_bounded_memory(bool isQuoted)
    {
        const long Size = 64L << 20;
        using Stream stream = new LongLineStream(Size, isQuoted, lineEnd: true);
        RecordReader reader = new(stream, (byte)',');
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(reader.Read());
        Assert.Equal("first", Encoding.ASCII.GetString(reader.Raw));
        Assert.True(reader.Read());
        Assert.True(reader.IsTooLong);
        Assert.Equal(2, reader.Line);
        Assert.Equal(Size, reader.ByteCount);
        Assert.Equal(1 << 16, reader.Raw.Length);
        Assert.True(reader.Read());
        Assert.Equal((3, "last"), (reader.Line, Encoding.ASCII.GetString(reader.Raw)));
        Assert.False(reader.Read());

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8 << 20, "memory grew with the line");
        Assert.True(reader.BufferBytes <= RecordReader.MaxRecordBytes + (1 << 17));
    }

    [Fact]
    public void A_line_of_a_gigabyte_is_passed_over_in_bounded_memory()
    {
        using Stream stream = new LongLineStream(1L << 30, isQuoted: false, lineEnd: false);
        RecordReader reader = new(stream, (byte)',');
        // The memory of the process is also that of the tests beside this one.
        long before = GC.GetAllocatedBytesForCurrentThread();
        int count = 0;
        while (reader.Read())
        {
            count++;
        }

        Assert.Equal(2, count);
        Assert.True(reader.BufferBytes <= RecordReader.MaxRecordBytes + (1 << 17));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8 << 20, "memory grew with the line");
    }

    private static List<string> All(RecordReader reader)
    {
        List<string> records = [];
        byte[] scratch = new byte[1 << 20];
        while (reader.Read())
        {
            records.Add(reader.Line + ":" + reader.IsMalformed + ":" + Encoding.UTF8.GetString(reader.Raw) + ":"
                + string.Join('|', reader.Cells.ToArray().Select(cell => Encoding.UTF8.GetString(reader.Content(cell, scratch)))));
        }

        return records;
    }
}
