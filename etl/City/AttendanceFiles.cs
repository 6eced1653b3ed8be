using System.Globalization;
using System.Text;

namespace Warehouse.Etl.City;

/// <summary>Writes attendance: a row per pupil and school day, or only exceptions with a count of enrolled days.</summary>
/// <remarks>Shape: about 200 rows per pupil and year. Each month is a job of its own; rows are assembled from prepared bytes.</remarks>
internal sealed class AttendanceFiles
{
    private static readonly byte[] NewLine = "\r\n"u8.ToArray();
    private static readonly string[] CodeTexts = ["出席", "欠席", "遅刻", "早退", "遅刻早退", "出席停止", "忌引"];
    private static readonly string[] ReasonTexts = ["", "発熱", "頭痛", "腹痛", "感染症", "家庭都合", "理由不明", "その他"];
    private static readonly byte[][] Codes = [.. CodeTexts.Select(c => Encoding.UTF8.GetBytes("," + c + ","))];
    private static readonly byte[][] Reasons = [.. ReasonTexts.Select(Encoding.UTF8.GetBytes)];

    private readonly CityOptions _options;
    private readonly string _inbox;
    private readonly (Enrolment Enrolment, byte[] Prefix)[] _enrolments;
    private readonly FeedWriter? _hardWriter;
    private readonly FeedWriter? _hardDays;
    private readonly int _firstMonth;
    private readonly double _level;
    private readonly List<Fault>[] _faults;
    private readonly (long Rows, long DayRows, long Bytes, int Files)[] _sums;
    private readonly FeedShape _shape = FeedShape.Of("attendance");
    private readonly FeedShape _daysShape = FeedShape.Of("attendance_days");

    public AttendanceFiles(CityOptions options, string inbox, Family[] withChildren)
    {
        _options = options;
        _inbox = inbox;
        _firstMonth = CityDates.MonthOf(options.FirstDay);
        _level = options.FaultLevel;
        _faults = [.. Enumerable.Range(0, options.Months).Select(_ => new List<Fault>())];
        _sums = new (long, long, long, int)[options.Months];
        _enrolments =
        [
            .. withChildren.SelectMany(f => f.Children).Where(c => c.WasResident).SelectMany(c => c.Child!.Enrolments)
                .OrderBy(e => e.Facility.Code, StringComparer.Ordinal).ThenBy(e => e.PupilNumber, StringComparer.Ordinal)
                .Select(e => (e, Encoding.UTF8.GetBytes(e.Facility.Code + "," + e.PupilNumber + ","))),
        ];
        if (options.PlantsHardFaults)
        {
            _hardWriter = new FeedWriter(options, inbox, "attendance", 108, DateShape.Iso);
            _hardDays = options.AttendanceAsExceptions ? new FeedWriter(options, inbox, "attendance_days", 110, DateShape.Iso) : null;
        }
    }

    public int FileCount => _sums.Sum(s => s.Files) + (_hardWriter?.Files ?? 0) + (_hardDays?.Files ?? 0);

    public long Bytes => _sums.Sum(s => s.Bytes) + (_hardWriter?.Bytes ?? 0) + (_hardDays?.Bytes ?? 0);

    /// <summary>Returns the jobs: one a month, or one for all where faults of every kind are planted row by row.</summary>
    public IEnumerable<Action<CancellationToken>> Jobs() => _hardWriter is null
        ? Enumerable.Range(0, _options.Months).Select(m => (Action<CancellationToken>)(cancellationToken => Write(m, cancellationToken)))
        : [WriteHard];

    public IEnumerable<(string Feed, long Rows)> RowCounts()
    {
        yield return ("attendance", _sums.Sum(s => s.Rows) + (_hardWriter?.Rows ?? 0));
        if (_options.AttendanceAsExceptions)
        {
            yield return ("attendance_days", _sums.Sum(s => s.DayRows) + (_hardDays?.Rows ?? 0));
        }
    }

    public IEnumerable<Fault> Faults() => [.. _faults.SelectMany(f => f), .. _hardWriter?.Faults ?? [], .. _hardDays?.Faults ?? []];

    private void Write(int m, CancellationToken cancellationToken)
    {
        int month = _firstMonth + m;
        string label = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}{(month % 12) + 1:D2}");
        int[] days = CityDates.SchoolDays(month);
        WriteFile(m, _shape.FileName(label), null, FeedWriter.Extracted(_options, 108, month), days, cancellationToken);
        if (_options.AttendanceAsExceptions)
        {
            WriteDays(m, _daysShape.FileName(label), days);
        }
        else if (m % 24 == 14 && _level > 0)
        {
            // A school corrects a month and sends it again; the later file replaces the month of that school.
            string facility = _enrolments[_enrolments.Length / 3].Enrolment.Facility.Code;
            WriteFile(m, _shape.FileName(label + "_再送_" + facility), facility, FeedWriter.Extracted(_options, 108, month).AddDays(33), days, cancellationToken);
            _faults[m].Add(new Fault(_shape.FileName(label), 0, "学校コード", "month_resent_for_" + facility, "superseded"));
        }
    }

    // The same rows one by one, through the writer of all other feeds.
    private void WriteHard(CancellationToken cancellationToken)
    {
        for (int m = 0; m < _options.Months; m++)
        {
            int month = _firstMonth + m;
            int[] days = CityDates.SchoolDays(month);
            string[] dateTexts = [.. days.Select(d => CityDates.Format(d, DateShape.Iso))];
            _hardWriter!.Open(month);
            HardRows(m, days, dateTexts, null, cancellationToken);
            _hardWriter.Close(month);
            if (_hardDays is not null)
            {
                string label = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}-{(month % 12) + 1:D2}");
                _hardDays.Open(month);
                foreach (var (enrolment, _) in _enrolments)
                {
                    int count = days.Count(d => d >= enrolment.Start && d <= enrolment.End);
                    if (count > 0)
                    {
                        _hardDays.Row([enrolment.Facility.Code, enrolment.NumberAt(CityDates.FirstDayOf(month)), label, count.ToString(CultureInfo.InvariantCulture)]);
                    }
                }

                _hardDays.Close(month);
            }
            else if (m % 24 == 14)
            {
                string facility = _enrolments[_enrolments.Length / 3].Enrolment.Facility.Code;
                _hardWriter.Open(month, "_再送_" + facility);
                HardRows(m, days, dateTexts, facility, cancellationToken);
                _hardWriter.Close(month, late: 33);
                _faults[m].Add(new Fault(_shape.FileName(string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}{(month % 12) + 1:D2}")), 0, "学校コード", "month_resent_for_" + facility, "superseded"));
            }
        }
    }

    private void HardRows(int m, int[] days, string[] dateTexts, string? onlyFacility, CancellationToken cancellationToken)
    {
        byte[] codes = new byte[31];
        byte[] reasons = new byte[31];
        int first = CityDates.FirstDayOf(_firstMonth + m);
        foreach (var (enrolment, _) in _enrolments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int from = Array.FindIndex(days, d => d >= enrolment.Start);
            int to = Array.FindLastIndex(days, d => d <= enrolment.End) + 1;
            if (from < 0 || from >= to || (onlyFacility is not null && enrolment.Facility.Code != onlyFacility))
            {
                continue;
            }

            Mark(enrolment.Pupil, m, from, to, codes, reasons);
            for (int d = from; d < to; d++)
            {
                if (!_options.AttendanceAsExceptions || codes[d] != 0)
                {
                    _hardWriter!.Row([enrolment.Facility.Code, enrolment.NumberAt(first), dateTexts[d], CodeTexts[codes[d]], ReasonTexts[reasons[d]]]);
                }
            }
        }
    }

    private void WriteFile(int m, string name, string? onlyFacility, DateTimeOffset extracted, int[] days, CancellationToken cancellationToken)
    {
        int month = _firstMonth + m;
        using var file = new FeedFile(Path.Combine(_inbox, name), _shape.Encoding, _shape.Header);
        byte[][] dateTexts = [.. days.Select(d => Encoding.UTF8.GetBytes(CityDates.Format(d, DateShape.Iso)))];
        byte[] buffer = new byte[1 << 16];
        var faultRandom = new CityRandom(_options.Seed, onlyFacility is null ? 108 : 109, month);
        long faultAt = NextFault(ref faultRandom, 0);
        long line = 1;
        Span<byte> codes = stackalloc byte[31];
        Span<byte> reasons = stackalloc byte[31];
        int monthFirst = CityDates.FirstDayOf(month);
        int monthLast = CityDates.FirstDayOf(month + 1) - 1;
        foreach (var (enrolment, ownPrefix) in _enrolments)
        {
            byte[] prefix = monthFirst >= enrolment.RenumberedOn ? Encoding.UTF8.GetBytes(enrolment.Facility.Code + "," + enrolment.OtherNumber + ",") : ownPrefix;
            if (enrolment.Start > monthLast || enrolment.End < monthFirst || days.Length == 0
                || (onlyFacility is not null && enrolment.Facility.Code != onlyFacility))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            int from = 0;
            int to = days.Length;
            while (from < to && days[from] < enrolment.Start)
            {
                from++;
            }

            while (to > from && days[to - 1] > enrolment.End)
            {
                to--;
            }

            if (from == to)
            {
                continue;
            }

            Mark(enrolment.Pupil, m, from, to, codes, reasons);
            int at = 0;
            int rows = 0;
            for (int d = from; d < to; d++)
            {
                if (_options.AttendanceAsExceptions && codes[d] == 0)
                {
                    continue;
                }

                line++;
                rows++;
                if (line < faultAt)
                {
                    at = Put(buffer, at, prefix);
                    at = Put(buffer, at, dateTexts[d]);
                    at = Put(buffer, at, Codes[codes[d]]);
                    at = Put(buffer, at, Reasons[reasons[d]]);
                    at = Put(buffer, at, NewLine);
                    continue;
                }

                int kind = faultRandom.Below(4);
                if (kind == 3)
                {
                    for (int copy = 0; copy < 2; copy++)
                    {
                        at = Put(buffer, at, prefix);
                        at = Put(buffer, at, dateTexts[d]);
                        at = Put(buffer, at, Codes[codes[d]]);
                        at = Put(buffer, at, Reasons[reasons[d]]);
                        at = Put(buffer, at, NewLine);
                    }

                    line++;
                    rows++;
                    _faults[m].Add(new Fault(name, line, "", "duplicate_row", "superseded"));
                }
                else
                {
                    string date = CityDates.Format(days[d], DateShape.Iso);
                    at = Put(buffer, at, prefix);
                    at = Put(buffer, at, kind switch { 0 => Encoding.UTF8.GetBytes(date[..8] + "32"), 1 => [], _ => dateTexts[d] });
                    at = Put(buffer, at, kind == 2 ? ",Z9,"u8 : Codes[codes[d]]);
                    at = Put(buffer, at, Reasons[reasons[d]]);
                    at = Put(buffer, at, NewLine);
                    _faults[m].Add(new Fault(
                        name, line, kind == 2 ? "出欠区分" : "年月日", kind switch { 0 => "impossible_date", 1 => "blank_required", _ => "unknown_code" }, "quarantined",
                        kind switch { 0 => "ATT-026", 1 => "ATT-021", _ => "ATT-034" }));
                }

                faultAt = NextFault(ref faultRandom, line);
            }

            file.AppendBytes(buffer.AsSpan(0, at), rows);
        }

        file.Complete("attendance", monthFirst, monthLast, extracted);
        var sum = _sums[m];
        _sums[m] = (sum.Rows + file.Rows, sum.DayRows, sum.Bytes + file.Bytes, sum.Files + 1);
    }

    private void WriteDays(int m, string name, int[] days)
    {
        int month = _firstMonth + m;
        using var file = new FeedFile(Path.Combine(_inbox, name), _daysShape.Encoding, _daysShape.Header);
        string label = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}-{(month % 12) + 1:D2}");
        foreach (var (enrolment, _) in _enrolments)
        {
            int count = days.Count(d => d >= enrolment.Start && d <= enrolment.End);
            if (count > 0)
            {
                file.Append([enrolment.Facility.Code, enrolment.NumberAt(CityDates.FirstDayOf(month)), label, count.ToString(CultureInfo.InvariantCulture)]);
            }
        }

        file.Complete("attendance_days", CityDates.FirstDayOf(month), CityDates.FirstDayOf(month + 1) - 1, FeedWriter.Extracted(_options, 108, month));
        var sum = _sums[m];
        _sums[m] = (sum.Rows, sum.DayRows + file.Rows, sum.Bytes + file.Bytes, sum.Files + 1);
    }

    /// <summary>Marks each school day of a pupil's month; the same for a month sent again.</summary>
    private void Mark(Person pupil, int m, int from, int to, Span<byte> codes, Span<byte> reasons)
    {
        codes.Clear();
        reasons.Clear();
        int month = _firstMonth + m;
        var child = pupil.Child!;
        var random = new CityRandom(_options.Seed, 4, (pupil.Id * 128) + m);
        byte regime = child.Regime[m / 6];
        var (absent, late) = ChildLife.Rates(child, regime, month);
        int count = to - from;
        double suspension = (month - (2020 * 12)) switch
        {
            < 2 => month % 12 is 11 or 0 or 1 ? 0.03 : 0.004,
            < 12 => 0.012,
            < 24 => 0.018,
            < 36 => 0.060,
            _ => month % 12 is 11 or 0 or 1 ? 0.045 : 0.008,
        };
        if (random.Chance(suspension))
        {
            int start = from + random.Below(count);
            int end = Math.Min(to, start + random.Between(4, 8));
            for (int d = start; d < end; d++)
            {
                codes[d] = 5;
                reasons[d] = 4;
            }
        }
        else if (random.Chance(0.0025))
        {
            int start = from + random.Below(count);
            for (int d = start; d < Math.Min(to, start + random.Between(1, 3)); d++)
            {
                codes[d] = 6;
            }
        }

        int absences = Math.Min(count, random.Poisson(absent));
        for (int i = 0; i < absences; i++)
        {
            int d = from + random.Below(count);
            for (int tries = 0; codes[d] != 0 && tries < 24; tries++)
            {
                d = d + 1 < to ? d + 1 : from;
            }

            if (codes[d] == 0)
            {
                codes[d] = 1;
                int why = random.Below(100);
                reasons[d] = (byte)((regime & 3) switch
                {
                    0 => why < 50 ? 1 : why < 62 ? 2 : why < 75 ? 3 : why < 82 ? 4 : why < 92 ? 5 : 7,
                    1 => why < 25 ? 1 : why < 42 ? 2 : why < 62 ? 3 : why < 82 ? 5 : why < 95 ? 6 : 7,
                    _ => why < 6 ? 1 : why < 16 ? 2 : why < 32 ? 3 : why < 55 ? 5 : why < 95 ? 6 : 7,
                });
            }
        }

        int lates = Math.Min(count, random.Poisson(late));
        for (int i = 0; i < lates; i++)
        {
            int d = from + random.Below(count);
            if (codes[d] == 0)
            {
                codes[d] = (byte)(random.Chance(0.04) ? 4 : 2);
                reasons[d] = (byte)(random.Chance(0.5) ? 0 : random.Chance(0.5) ? 5 : 6);
            }
        }

        if (random.Chance(0.05 + (0.02 * absences)))
        {
            int d = from + random.Below(count);
            if (codes[d] == 0)
            {
                codes[d] = 3;
                reasons[d] = (byte)random.Between(1, 3);
            }
        }
    }

    private long NextFault(ref CityRandom random, long line) => _level == 0 ? long.MaxValue : line + 60 + (long)(random.Exponential() * 2500 / _level);

    private static int Put(byte[] buffer, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.AsSpan(at));
        return at + bytes.Length;
    }
}
