namespace Warehouse.Tests.Support;

/// <summary>A clock that stands still until the test moves it.</summary>
public sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>Moves the clock on.</summary>
    public void Add(TimeSpan time) => _now += time;
}
