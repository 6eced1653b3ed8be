namespace Warehouse.Etl.Load;

/// <summary>Turns "what we would have said at each time" into rows with the time in which each was believed.</summary>
/// <remarks>Times come in ascending order. A row that is said again at the next time is one version; a row that is not is closed.</remarks>
internal sealed class VersionBuilder<TRow>
    where TRow : notnull
{
    private readonly Dictionary<TRow, (DateTime From, long LoadId)> _open = [];
    private readonly List<TRow> _gone = [];
    private readonly HashSet<TRow> _said = [];

    public static readonly DateTime Forever = new(9999, 12, 31);

    /// <summary>Takes what was said at a time and hands closed versions to <paramref name="emit"/>.</summary>
    public void Say(DateTime utc, long loadId, IEnumerable<TRow> rows, Action<TRow, DateTime, DateTime, long> emit)
    {
        _said.Clear();
        foreach (TRow row in rows)
        {
            _said.Add(row);
            _open.TryAdd(row, (utc, loadId));
        }

        _gone.Clear();
        foreach (TRow row in _open.Keys)
        {
            if (!_said.Contains(row))
            {
                _gone.Add(row);
            }
        }

        foreach (TRow row in _gone)
        {
            (DateTime from, long load) = _open[row];
            _open.Remove(row);
            if (from < utc)
            {
                emit(row, from, utc, load);
            }
        }
    }

    /// <summary>Hands the versions that still stand to <paramref name="emit"/> and starts anew.</summary>
    public void Finish(Action<TRow, DateTime, DateTime, long> emit)
    {
        foreach ((TRow row, (DateTime from, long load)) in _open)
        {
            emit(row, from, Forever, load);
        }

        _open.Clear();
    }
}
