using System.Globalization;
using Warehouse.Etl.Link;

namespace Warehouse.Etl.Map;

/// <summary>Counts what the cells of one column look like.</summary>
/// <remarks>Memory: at most 200,000 hashes of values, 200 values and a sample of 400.</remarks>
internal sealed class ColumnCounter
{
    private const int MostHashes = 200_000;
    private const int MostValues = 200;
    private const int MostShapes = 500;
    private const int SampleSize = 400;

    /// <summary>A value that fewer rows have is not shown: it may be a slip that names somebody.</summary>
    private const int FewestShown = 3;

    private readonly string _header;
    private readonly int _place;
    private readonly HashSet<ulong> _hashes = [];
    private readonly Dictionary<string, long> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _shapes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _dates = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _digitLengths = [];
    private readonly List<string> _sample = [];
    private readonly HashSet<string> _sampled = new(StringComparer.Ordinal);
    private long _rows;
    private long _blanks;
    private long _undecodable;
    private long _months;
    private long _integers;
    private long _decimals;
    private long _zeroLed;
    private long _kana;
    private long _kanji;
    private long _addresses;
    private long _residents;
    private int _minLength = int.MaxValue;
    private int _maxLength;
    private long _min = long.MaxValue;
    private long _max = long.MinValue;
    private int _scale;
    private long _lengths;
    private bool _hasManyValues;

    public ColumnCounter(int place, string header) => (_place, _header) = (place, header);

    public void AddUndecodable()
    {
        _rows++;
        _undecodable++;
    }

    public void Add(ReadOnlySpan<char> cell)
    {
        ReadOnlySpan<char> text = cell.Trim(" \u3000\t");
        _rows++;
        if (text.Length == 0)
        {
            _blanks++;
            return;
        }

        _minLength = Math.Min(_minLength, text.Length);
        _maxLength = Math.Max(_maxLength, text.Length);
        _lengths += text.Length;
        bool isNew = _hashes.Count < MostHashes && _hashes.Add(Hash(text));
        Count(text);
        if (!_hasManyValues)
        {
            var lookup = _values.GetAlternateLookup<ReadOnlySpan<char>>();
            lookup[text] = lookup.TryGetValue(text, out long count) ? count + 1 : 1;
            _hasManyValues = _values.Count > MostValues;
        }

        if (isNew && _sample.Count < SampleSize)
        {
            string value = text.ToString();
            if (_sampled.Add(value))
            {
                _sample.Add(value);
            }
        }
    }

    public static ulong Hash(ReadOnlySpan<char> text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char sign in text)
        {
            hash = (hash ^ sign) * 1099511628211UL;
        }

        return hash;
    }

    /// <summary>Returns the profile.</summary>
    public ColumnProfile Finish(Terms terms)
    {
        long filled = _rows - _blanks - _undecodable;
        string parser = Parser(terms, filled);
        string dataClass = DataClass(terms, parser, filled);
        if (parser is "integer" or "code" && dataClass == "identity")
        {
            // What names somebody is neither counted with nor listed.
            parser = "text";
        }

        bool isCounted = parser is "integer" or "decimal" && dataClass is not ("identity" or "free-text");
        List<CodeCount> codes = [];
        if (parser == "code" && dataClass is not ("identity" or "free-text"))
        {
            codes.AddRange(_values.Where(value => value.Value >= FewestShown && value.Key.Length <= 24).OrderByDescending(value => value.Value).ThenBy(value => value.Key, StringComparer.Ordinal).Select(value => new CodeCount(value.Key, value.Value)));
        }

        return new ColumnProfile
        {
            Place = _place,
            Header = _header,
            Parser = parser,
            DataClass = dataClass,
            Rows = _rows,
            Blanks = _blanks,
            Undecodable = _undecodable,
            Distinct = _hashes.Count,
            IsDistinctCut = _hashes.Count == MostHashes,
            MinLength = filled == 0 ? 0 : _minLength,
            MaxLength = _maxLength,
            LostZeros = LostZeros(),
            DateShapes = _dates,
            Min = isCounted && _min <= _max ? _min : null,
            Max = isCounted && _min <= _max ? _max : null,
            Scale = _scale,
            Shapes = [.. _shapes.OrderByDescending(shape => shape.Value).ThenBy(shape => shape.Key, StringComparer.Ordinal).Take(3).Select(shape => new CodeCount(shape.Key, shape.Value))],
            Codes = codes,
            HiddenRows = filled - codes.Sum(code => code.Count),
            Sample = _sample,
            Values = _hasManyValues ? new Dictionary<string, long>() : _values,
        };
    }

    private void Count(ReadOnlySpan<char> text)
    {
        string shape = CellShape.Of(text);
        if (_shapes.Count < MostShapes || _shapes.ContainsKey(shape))
        {
            _shapes[shape] = _shapes.GetValueOrDefault(shape) + 1;
        }

        if (CellShape.OfDate(text) is { } date)
        {
            _dates[date] = _dates.GetValueOrDefault(date) + 1;
        }
        else if (CellShape.IsMonth(text))
        {
            _months++;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            _integers++;
            _min = Math.Min(_min, number);
            _max = Math.Max(_max, number);
            if (char.IsAsciiDigit(text[0]))
            {
                _digitLengths[text.Length] = _digitLengths.GetValueOrDefault(text.Length) + 1;
                _zeroLed += text.Length > 1 && text[0] == '0' ? 1 : 0;
                CountResident(text);
            }
        }
        else if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal fraction))
        {
            _decimals++;
            _scale = Math.Max(_scale, text.Length - text.IndexOf('.') - 1);
            _min = Math.Min(_min, (long)Math.Floor(fraction));
            _max = Math.Max(_max, (long)Math.Ceiling(fraction));
        }
        else if (CellShape.IsKana(text))
        {
            _kana++;
        }
        else if (CellShape.IsKanjiName(text))
        {
            _kanji++;
        }
        else if (CellShape.IsAddress(text))
        {
            _addresses++;
        }
    }

    private void CountResident(ReadOnlySpan<char> text)
    {
        if (text.Length is < 6 or > ResidentNumber.Length)
        {
            return;
        }

        Span<char> digits = stackalloc char[ResidentNumber.Length];
        digits.Fill('0');
        text.CopyTo(digits[(ResidentNumber.Length - text.Length)..]);
        _residents += ResidentNumber.IsValid(digits) ? 1 : 0;
    }

    private string Parser(Terms terms, long filled)
    {
        if (filled == 0)
        {
            return "text";
        }

        bool Most(long count, double share) => count >= filled * share;
        long dates = _dates.Values.Sum();
        bool isCount = terms.Has("counts", _header);
        int distinct = _hashes.Count;
        if (Most(_residents, 0.9) && filled >= 5 && _maxLength == ResidentNumber.Length)
        {
            return "resident_number";
        }

        // Five digits are also a spreadsheet's day, eight may be a number: then the header has to speak of a day.
        long bare = _dates.GetValueOrDefault("serial") + _dates.GetValueOrDefault("basic") + _dates.GetValueOrDefault("era_code");
        if (Most(dates, 0.9) && (bare * 2 < dates || terms.Has("dates", _header)))
        {
            return "era_date";
        }

        if (Most(_months, 0.9))
        {
            return "year_month";
        }

        if (isCount && Most(_integers, 0.9))
        {
            return "integer";
        }

        if (_decimals > 0 && Most(_integers + _decimals, 0.9))
        {
            return "decimal";
        }

        if (distinct <= 40 && (distinct * 5 <= filled || distinct <= 3) && _maxLength <= 24 && !_hasManyValues)
        {
            return "code";
        }

        return Most(_kana, 0.9) ? "kana_name"
            : Most(_kanji, 0.8) && distinct > 20 ? "name"
            : Most(_integers, 0.98) && _zeroLed == 0 && distinct * 2 < filled ? "integer"
            : "text";
    }

    private string DataClass(Terms terms, string parser, long filled)
    {
        int distinct = _hashes.Count;
        double average = filled == 0 ? 0 : (double)_lengths / filled;
        if (terms.Has("free_text", _header) || (_maxLength > 60 && distinct * 2 > filled) || (average > 25 && distinct * 2 > filled && _addresses * 2 < filled))
        {
            return "free-text";
        }

        if (terms.Has("not_identity", _header) && parser != "resident_number")
        {
            return terms.Has("tax", _header) ? "tax-secret" : terms.Has("special_care", _header) ? "special-care" : "ordinary";
        }

        if (terms.Has("identity", _header) || parser is "resident_number" or "name" or "kana_name" || _addresses * 2 > filled)
        {
            return "identity";
        }

        bool isKnown = terms.IsKnown(_header);
        // Words that repeat, under a header that says nothing, may be surnames.
        if (!isKnown && parser is "text" or "code" && _kanji + _kana > filled / 2 && !_values.Keys.Any(terms.IsCodeWord))
        {
            return "identity";
        }

        if (terms.Has("tax", _header))
        {
            return "tax-secret";
        }

        if (terms.Has("special_care", _header))
        {
            return "special-care";
        }

        return parser switch
        {
            "text" when filled > 0 => isKnown ? "ordinary" : "identity",
            "era_date" when !isKnown => "identity",
            "code" when !isKnown => "special-care",
            "integer" when !isKnown && distinct * 10 > filled * 9 && filled > 20 => "identity",
            _ => "ordinary",
        };
    }

    // Most values have one width and some are shorter without a leading zero: a spreadsheet took the zeros.
    private long LostZeros()
    {
        long all = _digitLengths.Values.Sum();
        if (all == 0 || all < (_rows - _blanks - _undecodable) * 0.9)
        {
            return 0;
        }

        (int width, long often) = _digitLengths.OrderByDescending(length => length.Value).Select(length => (length.Key, length.Value)).First();
        long shorter = _digitLengths.Where(length => length.Key < width).Sum(length => length.Value);
        return width >= 4 && often >= all * 0.8 ? shorter : 0;
    }
}
