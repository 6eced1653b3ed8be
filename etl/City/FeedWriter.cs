using System.Globalization;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.City;

/// <summary>Writes the monthly files of one feed and plants faults in their rows.</summary>
internal sealed class FeedWriter
{
    private readonly CityOptions _options;
    private readonly string _inbox;
    private readonly int _stream;
    private readonly DateShape _shape;
    private readonly double _level;
    private readonly List<string[]> _corrections = [];
    private readonly int[] _required;
    private readonly int[] _codes;
    private readonly int[] _dates;
    private readonly int[] _numbers;
    private readonly FeedContract _contract;
    private readonly HardFaults _hardFaults;
    private CityRandom _random;
    private CityRandom _hardRandom;
    private HardLayout? _layout;
    private FeedFile? _file;
    private FeedFile? _meant;
    private string[]? _above;
    private string _name = "";
    private int _extracted;
    private int _opened;
    private int _quarantined;

    public FeedWriter(CityOptions options, string inbox, string feed, int stream, DateShape shape)
    {
        _options = options;
        _inbox = inbox;
        _stream = stream;
        _shape = shape;
        Shape = FeedShape.Of(feed);
        _contract = FeedCatalog.Default.Get(feed);
        _hardFaults = new HardFaults(options, _contract);
        _level = options.FaultLevel;
        _required = Indexes(c => c.IsRequired);
        _codes = Indexes(c => c is { Parser: "code", IsRequired: true });
        _dates = Indexes(c => c is { Parser: "era_date" or "date", IsRequired: true });
        _numbers = Indexes(c => c.Parser == "resident_number");
    }

    public FeedShape Shape { get; }

    public List<Fault> Faults { get; } = [];

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public int Files { get; private set; }

    /// <summary>Starts the file of a month; the month before the first is the initial delivery. A suffix names one of several files of the month.</summary>
    public void Open(int month, string suffix = "")
    {
        string label = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}{(month % 12) + 1:D2}{suffix}");
        _hardRandom = new CityRandom(_options.Seed, 1000 + _stream, month);
        _layout = new HardLayout(ref _hardRandom, _contract, IsHard);
        _name = _layout.IsWorkbook ? Path.ChangeExtension(Shape.FileName(label), ".xlsx") : Shape.FileName(label);
        _file = new FeedFile(Path.Combine(_inbox, _name), _layout.Encoding, _layout.Header, _layout.HasOtherMark, _layout.IsWorkbook ? new WorkbookSheet(_contract, _shape, _layout.Header) : null);
        _above = null;
        _extracted = DateOnly.FromDateTime(Extracted(_options, _stream, month).Date).DayNumber;
        if (IsHard && _options.WritesMeant)
        {
            _meant = new FeedFile(MeantPath(Shape.FileName(label)), _contract.Encoding, Shape.Header);
        }

        foreach (var (column, kind, expected, code) in _layout.Faults)
        {
            Faults.Add(new Fault(_name, 1, column, kind, expected, code));
        }

        _random = new CityRandom(_options.Seed, _stream, month);
        _quarantined = 0;
        foreach (string[] row in _corrections)
        {
            Emit(row);
        }

        _corrections.Clear();
    }

    /// <summary>Writes a row, sometimes with a planted fault.</summary>
    public void Row(string[] fields, int[]? days = null)
    {
        var file = _file!;
        double u = _random.Share();
        if (OutOfOrder(fields) is { } wrong)
        {
            Emit(fields, isQuarantined: true);
            Faults.Add(wrong with { Line = file.Rows + 1 });
            _quarantined++;
            return;
        }

        if (u < 0.004 * _level && _quarantined + 1 <= 0.014 * (file.Rows + 1))
        {
            var (column, kind, value) = Break(fields);
            string[] broken = [.. fields];
            broken[column] = value;
            Emit(broken, isQuarantined: true);
            Faults.Add(new Fault(_name, file.Rows + 1, Shape.Columns[column].Header, kind, "quarantined", RuleCatalog.Code(_contract, column, KindOf(kind))));
            _quarantined++;
            if (_random.Chance(0.6) && !Shape.ReplacesMonths)
            {
                _corrections.Add(fields);
            }

            return;
        }

        if (_hardFaults.Plant(ref _hardRandom, fields, _quarantined + 1 <= 0.014 * (file.Rows + 1), _layout!.IsWorkbook) is { } hard)
        {
            bool isQuarantined = hard.Expected == "quarantined";
            Emit(hard.Fields, isQuarantined, hard, isQuarantined ? null : Meant(fields, hard));
            Faults.Add(new Fault(_name, file.Rows + 1, hard.Column, hard.Kind, hard.Expected, hard.Code, hard.Clean));
            if (isQuarantined)
            {
                _quarantined++;
                if (_hardRandom.Chance(0.6) && !Shape.ReplacesMonths)
                {
                    _corrections.Add(fields);
                }
            }

            return;
        }

        string? era = null;
        int at = -1;
        if (days is not null && _level > 0)
        {
            for (int i = 0; i < days.Length && era is null; i++)
            {
                if (days[i] is not (int.MaxValue or 0) && fields[i].Length > 0 && (era = CityDates.FormatInEndedEra(days[i], _shape)) is not null)
                {
                    at = i;
                }
            }
        }

        if (era is not null && _random.Chance(0.03 * _level))
        {
            string[] slipped = [.. fields];
            slipped[at] = era;
            if (_contract.Columns[at].AllowsRepair(EraDate.RepairEraEnded))
            {
                Emit(slipped, isPlain: false, meant: fields);
                Faults.Add(new Fault(_name, file.Rows + 1, Shape.Columns[at].Header, "ended_era", "repaired", EraDate.RepairEraEnded, fields[at]));
            }
            else
            {
                Emit(slipped, isQuarantined: true);
                _quarantined++;
                Faults.Add(new Fault(_name, file.Rows + 1, Shape.Columns[at].Header, "ended_era", "quarantined", RuleCatalog.Code(_contract, at, 6)));
            }

            return;
        }

        Emit(fields);
        if (u > 1 - (0.003 * _level))
        {
            Emit(fields);
            Faults.Add(new Fault(_name, file.Rows + 1, "", "duplicate_row", "superseded"));
        }
    }

    /// <summary>Writes a row that withdraws one of an earlier file (赤) and the row that replaces it (黒); sometimes a file lacks the second, which comes with the next one.</summary>
    public void Withdraw(string[] withdrawn, string[] replacement)
    {
        if (IsHard && _hardRandom.Chance(0.15) && _quarantined + 1 <= 0.014 * (_file!.Rows + 1))
        {
            Emit(withdrawn, isQuarantined: true);
            Faults.Add(new Fault(_name, _file.Rows + 1, "", "withdrawal_alone", "quarantined", RuleCatalog.Code(_contract, RuleCatalog.Withdrawn)));
            _quarantined++;
            _corrections.Add(replacement);
            return;
        }

        // As it is meant, only the replacement stands.
        Emit(withdrawn, isQuarantined: true);
        Faults.Add(new Fault(_name, _file!.Rows + 1, "", "withdrawal", "superseded"));
        Emit(replacement);
    }

    /// <summary>Notes a fault that the caller put into the row written next.</summary>
    public void Note(string column, string kind, string expected) => Faults.Add(new Fault(_name, _file!.Rows + 2, column, kind, expected));

    /// <summary>Ends the month's file, taken from its system some days later than usual where that is asked for.</summary>
    public void Close(int month, int late = 0)
    {
        var file = _file!;
        int from = CityDates.FirstDayOf(month);
        int to = CityDates.FirstDayOf(month + 1) - 1;
        DateTimeOffset extracted = Extracted(_options, _stream, month).AddDays(late);
        PlantAtEnd(file);
        file.Complete(Shape.Feed, from, to, extracted);
        file.Dispose();
        string meant = MeantPath(Path.ChangeExtension(_name, Path.GetExtension(Shape.FilePattern)));
        if (_meant is not null)
        {
            // No two months are the same file, nor is one the other sent again, which has one blank line more.
            _meant.AppendBlank(2 * ++_opened);
            _meant.Complete(Shape.Feed, from, to, extracted);
            _meant.Dispose();
            _meant = null;
        }

        if (IsHard && Files > 0 && _hardRandom.Chance(0.005 * _level))
        {
            // The month never comes; what it would have said is missing, and nothing else.
            Delete(Path.Combine(_inbox, _name));
            if (_options.WritesMeant)
            {
                Delete(meant);
            }

            Faults.RemoveAll(fault => fault.File == _name);
            Faults.Add(new Fault(_name, 0, "", "missing_month", "absent"));
            return;
        }

        Rows += file.Rows;
        Bytes += file.Bytes;
        Files++;
        if (IsHard && _hardRandom.Chance(0.04 * _level) && BadDelivery.Write(ref _hardRandom, Path.Combine(_inbox, _name), _layout!.Encoding, month) is { } bad)
        {
            Faults.Add(bad.Fault);
            Bytes += bad.Bytes;
            Files++;
            if (_options.WritesMeant && bad.Fault.Expected == "superseded")
            {
                BadDelivery.Resend(meant, _contract.Encoding);
            }
        }
    }

    /// <summary>Returns when a month's file was taken from its system: a few days after the month, 15 % late.</summary>
    public static DateTimeOffset Extracted(CityOptions options, int stream, int month)
    {
        var random = new CityRandom(options.Seed, 30 + stream, month);
        int wait = random.Between(1, 5) + (random.Chance(0.15) ? random.Between(7, 24) : 0);
        var date = DateOnly.FromDayNumber(CityDates.FirstDayOf(month + 1) - 1 + wait);
        return new DateTimeOffset(date.ToDateTime(new TimeOnly(2, 0)), TimeSpan.FromHours(9));
    }

    // The usual delivery has the faults of the first kinds only; the other two levels have all.
    private bool IsHard => _options.PlantsHardFaults;

    private static int KindOf(string kind) => kind switch { "wrong_check_digit" => 7, "impossible_date" => 6, "unknown_code" => 4, _ => 1 };

    private string MeantPath(string name) => Path.Combine(Path.GetDirectoryName(_inbox)!, "truth", "meant", name);

    private static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + ".manifest.json");
    }

    private string[] Meant(string[] fields, PlantedFault fault)
    {
        string[] meant = [.. fields];
        meant[_contract.Columns.First(column => column.Header == fault.Column).Ordinal] = fault.Clean;
        return meant;
    }

    // A system that has, say, a wrong day of birth writes days that cannot follow each other; no row that says so may come in.
    private Fault? OutOfOrder(string[] fields)
    {
        foreach (OrderRule rule in _contract.Rules)
        {
            int early = CityDates.Read(fields[_contract.OrdinalOf(rule.Early)], _shape);
            int late = rule.Late.Length == 0 ? _extracted : CityDates.Read(fields[_contract.OrdinalOf(rule.Late)], _shape);
            if (early >= 0 && late >= 0 && early - rule.SlackDays > late)
            {
                return new Fault(_name, 0, _contract.Columns[_contract.OrdinalOf(rule.Early)].Header, "days_out_of_order", "quarantined", RuleCatalog.Code(_contract, rule.Number));
            }
        }

        return null;
    }

    // What offices do to lists that they send as workbooks: equal cells one above the other become one. Only rows that are as they should be are merged.
    private string[] Merge(string[] fields, bool isPlain)
    {
        string[]? above = _above;
        _above = isPlain ? fields : null;
        string[] merged = [.. fields];
        foreach (FeedColumn column in _contract.Columns.Where(column => column.CarriesMerged && above is not null && isPlain && fields[column.Ordinal].Length > 0 && above[column.Ordinal] == fields[column.Ordinal]))
        {
            merged[column.Ordinal] = WorkbookSheet.Merged;
            Faults.Add(new Fault(_name, _file!.Rows + 2, column.Header, "merged_cell", "repaired", RuleCatalog.RepairCarried, fields[column.Ordinal]));
        }

        return merged;
    }

    // Private-use characters that a system writes of its own are faults of the row that holds them.
    private void Emit(string[] fields, bool isQuarantined = false, PlantedFault? planted = null, string[]? meant = null, bool isPlain = true)
    {
        isPlain = isPlain && !isQuarantined && planted is null;
        string[] arranged = _layout!.Arrange(_layout.IsWorkbook ? Merge(fields, isPlain) : fields);
        if (!isQuarantined)
        {
            _meant?.Append(meant ?? fields);
        }

        if (planted is null)
        {
            _file!.Append(arranged);
        }
        else
        {
            _file!.AppendBroken(arranged);
        }

        for (int i = 0; i < fields.Length && !isQuarantined; i++)
        {
            if (i < _contract.Columns.Count && _contract.Columns[i].Parser != ParserKind.Dropped && _contract.Columns[i].Header != planted?.Column && fields[i].AsSpan().IndexOfAnyInRange('\uE000', '\uF8FF') >= 0)
            {
                Faults.Add(new Fault(_name, _file.Rows + 1, _contract.Columns[i].Header, "private_use_character", "repaired", RuleCatalog.RepairUnknownCharacter, fields[i]));
            }
        }
    }

    private void PlantAtEnd(FeedFile file)
    {
        // A workbook ends with its totals; there a row without any value is no row. Two bad rows never make a file one to be refused.
        bool isWorkbook = _layout!.IsWorkbook;
        bool isTotal = _hardRandom.Chance(0.5) || isWorkbook;
        if (!IsHard || (isWorkbook ? _quarantined >= LoadPipeline.FewRejects - 1 : !_hardRandom.Chance(0.1 * _level) || _quarantined + 1 > 0.014 * (file.Rows + 1)))
        {
            return;
        }

        string[] row = [.. _layout!.Header.Select(_ => "")];
        if (isTotal)
        {
            row[0] = "合計";
            row[^1] = file.Rows.ToString(CultureInfo.InvariantCulture);
        }

        file.Append(row);
        _quarantined++;
        Faults.Add(new Fault(_name, file.Rows + 1, "", isTotal ? "totals_row" : "blank_row", "quarantined", _hardFaults.RowCode(isTotal)));
    }

    private int[] Indexes(Func<ShapeColumn, bool> isWanted) => [.. Enumerable.Range(0, Shape.Columns.Length).Where(i => isWanted(Shape.Columns[i]))];

    private (int Column, string Kind, string Value) Break(string[] fields)
    {
        int kind = _random.Below(4);
        if (kind == 0 && _numbers.Length > 0)
        {
            int column = _numbers[_random.Below(_numbers.Length)];
            string number = fields[column];
            if (number.Length == 10)
            {
                char last = (char)('0' + ((number[9] - '0' + 1 + _random.Below(8)) % 10));
                return (column, "wrong_check_digit", number[..9] + last);
            }
        }

        if (kind == 1 && _dates.Length > 0)
        {
            int year = _options.FirstFiscalYear + _random.Below(_options.Years);
            var (month, day) = _random.Below(3) switch { 0 => (2, 30), 1 => (4, 31), _ => (13, 1) };
            return (_dates[_random.Below(_dates.Length)], "impossible_date", CityDates.Format(year, month, day, year == 2019 ? 4 : 5, _shape));
        }

        if (kind == 2 && _codes.Length > 0)
        {
            return (_codes[_random.Below(_codes.Length)], "unknown_code", "Z9");
        }

        return (_required[_random.Below(_required.Length)], "blank_required", "");
    }
}
