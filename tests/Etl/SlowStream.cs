namespace Warehouse.Tests.Etl;

/// <summary>Gives bytes in pieces of random length, as a network folder does; counts what it gave.</summary>
internal sealed class SlowStream(byte[] bytes, Random random) : MemoryStream(bytes)
{
    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 5000)));

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, 5000))]);
}
