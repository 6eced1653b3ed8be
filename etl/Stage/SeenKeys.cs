namespace Warehouse.Etl.Stage;

/// <summary>The records of a file with keys that repeat; no list where there are too many to tell.</summary>
internal sealed record RepeatedKeys(IReadOnlyCollection<long>? Records);

/// <summary>Finds out, in memory that does not grow with the rows, which records of a large file state a key more than once.</summary>
/// <remarks>
/// Exact. A key of a record and a day takes one bit of 64 bytes for each 512 days of a record; other keys take 16 bytes up to <see cref="MaxKeys"/> of them, from where on every
/// record is taken for one that repeats.
/// </remarks>
internal sealed class SeenKeys
{
    /// <summary>The most keys and the most repeating records that are held.</summary>
    public const int MaxKeys = 1_000_000;

    private const int Words = 8;
    private const int SlotsPerPage = 1024;

    private readonly FeedStage _stage;
    private readonly int _dayAt;
    private readonly Dictionary<(long Record, int Span), int> _slots = [];
    private readonly List<ulong[]> _pages = [];
    private readonly HashSet<(long, long)> _keys = [];
    private readonly HashSet<long> _repeating = [];
    private bool _isLost;
    private object? _lastRecord;
    private int _lastSpan;
    private int _lastSlot;

    public SeenKeys(FeedStage stage)
    {
        _stage = stage;
        _dayAt = stage.DayKeyAt;
    }

    public RepeatedKeys? Repeated => _isLost ? new RepeatedKeys(null) : _repeating.Count > 0 ? new RepeatedKeys(_repeating) : null;

    public void Add(StagedBlock block)
    {
        for (int i = 0; i < block.RowCount; i++)
        {
            object?[] row = block[i];
            if (_isLost)
            {
                return;
            }

            if (!(_dayAt >= 0 && row[_dayAt] is DateOnly day ? IsNew(row[2]!, day.DayNumber) : _keys.Add(_stage.Key(row))))
            {
                _repeating.Add((long)row[2]!);
            }

            if (_keys.Count > MaxKeys || _repeating.Count > MaxKeys)
            {
                _isLost = true;
                _keys.Clear();
                _repeating.Clear();
            }
        }
    }

    private bool IsNew(object record, int day)
    {
        (int span, int bit) = Math.DivRem(day, Words * 64);
        if (!ReferenceEquals(record, _lastRecord) || span != _lastSpan)
        {
            if (!_slots.TryGetValue(((long)record, span), out _lastSlot))
            {
                _slots[((long)record, span)] = _lastSlot = _slots.Count;
                if (_lastSlot / SlotsPerPage == _pages.Count)
                {
                    _pages.Add(new ulong[SlotsPerPage * Words]);
                }
            }

            (_lastRecord, _lastSpan) = (record, span);
        }

        ref ulong word = ref _pages[_lastSlot / SlotsPerPage][(_lastSlot % SlotsPerPage * Words) + (bit >> 6)];
        ulong mask = 1UL << (bit & 63);
        bool isNew = (word & mask) == 0;
        word |= mask;
        return isNew;
    }
}
