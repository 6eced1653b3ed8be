namespace Warehouse.Etl.Stage;

/// <summary>The records of a file with keys that may repeat, never fewer than repeat; no list where there are too many to tell.</summary>
internal sealed record RepeatedKeys(IReadOnlyCollection<long>? Records);

/// <summary>Finds out, in memory that does not grow with the rows, which records of a large file may state a key more than once.</summary>
/// <remarks>
/// No record that repeats a key is missed. Keys of a record and a day or month take one of two forms, whichever the first rows of the file call for. Where the rows of a
/// record come in order of their days, up or down, its first and last day are enough: 24 bytes a record, and a day in between names the record. Otherwise it is a bit a day, 64 bytes for each 512 days
/// of a record, which is exact. Other keys take 16 bytes up to <see cref="MaxKeys"/> of them, from where on every record is taken for one that repeats.
/// </remarks>
internal sealed class SeenKeys
{
    /// <summary>The most keys and the most repeating records that are held.</summary>
    public const int MaxKeys = 1_000_000;

    /// <summary>The rows from which on the form of the keys is settled.</summary>
    public const int RowsToSettle = 65_536;

    // Of the first rows, those that are out of order without repeating anything: one in so many and more, and the file has no order. One row out of order may put all that follow of its record out of order too.
    private const int RowsToOneOutOfOrder = 10;
    private const int Words = 8;
    private const int SlotsPerPage = 1024;

    private readonly FeedStage _stage;
    private readonly int _dayAt;
    private readonly Dictionary<long, (int First, int Last)> _ranges = [];
    private readonly Dictionary<(long Record, int Span), int> _slots = [];
    private readonly List<ulong[]> _pages = [];
    private readonly HashSet<(long, long)> _keys = [];
    private readonly HashSet<long> _repeating = [];
    private bool _isLost;
    private bool _hasBits = true;
    private bool _hasRanges = true;
    private long _rows;
    private long _outOfOrder;
    private object? _lastRecord;
    private int _lastSpan = int.MinValue;
    private int _lastSlot;
    private (int First, int Last) _lastRange;

    public SeenKeys(FeedStage stage)
    {
        _stage = stage;
        _dayAt = stage.DayKeyAt;
    }

    public RepeatedKeys? Repeated => _isLost ? new RepeatedKeys(null) : _repeating.Count > 0 ? new RepeatedKeys(_repeating) : null;

    /// <summary>Whether the file was found to come in order, so that a first and a last day stand for the days of a record.</summary>
    internal bool IsInOrder => !_hasBits;

    public void Add(StagedBlock block)
    {
        for (int i = 0; i < block.RowCount && !_isLost; i++)
        {
            object?[] row = block[i];
            bool isNew = _dayAt < 0 || row[_dayAt] is null ? _keys.Add(_stage.Key(row)) : IsNew(row[2]!, row[_dayAt] is DateOnly day ? day.DayNumber : (int)row[_dayAt]!);
            if (!isNew)
            {
                _repeating.Add((long)row[2]!);
            }

            if (_keys.Count > MaxKeys || _repeating.Count > MaxKeys)
            {
                _isLost = true;
                _keys.Clear();
                _keys.TrimExcess();
                _repeating.Clear();
                _repeating.TrimExcess();
                DropBits();
                DropRanges();
            }
        }
    }

    // While both forms are held the bits decide, and the ranges show whether they would do.
    private bool IsNew(object record, int day)
    {
        if (!ReferenceEquals(record, _lastRecord))
        {
            LeaveRecord();
            (_lastRecord, _lastSpan) = (record, int.MinValue);
            _lastRange = _hasRanges && _ranges.TryGetValue((long)record, out (int, int) range) ? range : (int.MaxValue, int.MinValue);
        }

        bool isOutside = day < _lastRange.First || day > _lastRange.Last;
        _lastRange = (Math.Min(day, _lastRange.First), Math.Max(day, _lastRange.Last));
        if (!_hasBits)
        {
            return isOutside;
        }

        bool isNew = SetBit((long)record, day);
        if (_hasRanges)
        {
            _outOfOrder += isNew && !isOutside ? 1 : 0;
            if (++_rows == RowsToSettle)
            {
                if (_outOfOrder * RowsToOneOutOfOrder < _rows)
                {
                    DropBits();
                }
                else
                {
                    DropRanges();
                }
            }
        }

        return isNew;
    }

    private void LeaveRecord()
    {
        if (_hasRanges && _lastRecord is not null)
        {
            _ranges[(long)_lastRecord] = _lastRange;
        }
    }

    private void DropBits()
    {
        _hasBits = false;
        _slots.Clear();
        _slots.TrimExcess();
        _pages.Clear();
    }

    private void DropRanges()
    {
        _hasRanges = false;
        _ranges.Clear();
        _ranges.TrimExcess();
    }

    private bool SetBit(long record, int day)
    {
        (int span, int bit) = Math.DivRem(day, Words * 64);
        if (span != _lastSpan)
        {
            if (!_slots.TryGetValue((record, span), out _lastSlot))
            {
                _slots[(record, span)] = _lastSlot = _slots.Count;
                if (_lastSlot / SlotsPerPage == _pages.Count)
                {
                    _pages.Add(new ulong[SlotsPerPage * Words]);
                }
            }

            _lastSpan = span;
        }

        ref ulong word = ref _pages[_lastSlot / SlotsPerPage][(_lastSlot % SlotsPerPage * Words) + (bit >> 6)];
        ulong mask = 1UL << (bit & 63);
        bool isNew = (word & mask) == 0;
        word |= mask;
        return isNew;
    }
}
