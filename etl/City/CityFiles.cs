using System.Globalization;
using System.Text;
using Warehouse.Etl.City.Feeds;
using Warehouse.Etl.Extract;

namespace Warehouse.Etl.City;

/// <summary>Writes the monthly files of every department from the simulated families.</summary>
/// <remarks>Each feed is one job that runs through the months in order; attendance is one job per month. Jobs share nothing that is written.</remarks>
internal sealed class CityFiles
{
    private static readonly string[] CheckupTypes = ["3-4か月", "1歳6か月", "3歳"];
    private static readonly string[] PaymentClasses = ["全部支給", "一部支給", "全部停止"];

    private readonly CityOptions _options;
    private readonly string _inbox;
    private readonly CityPlaces _places;
    private readonly Family[] _families;
    private readonly Family[] _withChildren;
    private readonly List<Consultation> _consultations;
    private readonly int _firstMonth;
    private readonly FeedWriter[] _writers;
    private readonly AttendanceFiles _attendance;
    private readonly FeedGroup[] _groups;

    public CityFiles(
        CityOptions options, string inbox, CityPlaces places, Family[] families, Family[] withChildren, List<Consultation> consultations, FeedGroup[] groups)
    {
        _options = options;
        _inbox = inbox;
        _places = places;
        _families = families;
        _withChildren = withChildren;
        _consultations = consultations;
        _firstMonth = CityDates.MonthOf(options.FirstDay);
        _writers =
        [
            new FeedWriter(options, inbox, "resident", 101, DateShape.EraDots),
            new FeedWriter(options, inbox, "household", 102, DateShape.Iso),
            new FeedWriter(options, inbox, "allowance", 103, DateShape.EraDots),
            new FeedWriter(options, inbox, "nursery", 104, DateShape.Slash),
            new FeedWriter(options, inbox, "checkup", 105, DateShape.EraCode),
            new FeedWriter(options, inbox, "school", 106, DateShape.EraKanji),
            new FeedWriter(options, inbox, "consultation", 107, DateShape.EraKanji),
        ];
        _attendance = new AttendanceFiles(options, inbox, withChildren);
        _groups = groups;
    }

    public int FileCount => Writers.Sum(w => w.Files) + _attendance.FileCount + 3;

    public long ByteCount => Writers.Sum(w => w.Bytes) + _attendance.Bytes;

    /// <summary>Returns the jobs; attendance first, because it is most of the work.</summary>
    public List<Action<CancellationToken>> Jobs() =>
    [
        .. _attendance.Jobs(), Resident, Household, School, Nursery, Checkup, Allowance, Consult, .. _groups.SelectMany(g => g.Jobs()),
    ];

    private IEnumerable<FeedWriter> Writers => _writers.Concat(_groups.SelectMany(g => g.Writers));

    public IReadOnlyDictionary<string, long> RowCounts()
    {
        var rows = Writers.ToDictionary(w => w.Shape.Feed, w => w.Rows);
        foreach (var (feed, count) in _attendance.RowCounts())
        {
            rows[feed] = count;
        }

        return rows;
    }

    /// <summary>Returns the planted faults in the order of feeds, files and lines.</summary>
    public List<Fault> Faults() => [.. Writers.SelectMany(w => w.Faults), .. _attendance.Faults()];

    /// <summary>Writes the code tables of places and facilities.</summary>
    public void WriteReference()
    {
        var place = new StringBuilder("town_code,town_name,district_code,district_name,city_name\r\n");
        foreach (var town in _places.Towns)
        {
            place.Append(CultureInfo.InvariantCulture, $"{town.Code},{town.Name},{CityPlaces.DistrictCode(town.District)},{CityPlaces.DistrictName(town.District)},{CityPlaces.City}\r\n");
        }

        var facility = new StringBuilder("facility_code,facility_kind,facility_name,district_code\r\n");
        foreach (var f in _places.Facilities)
        {
            facility.Append(CultureInfo.InvariantCulture, $"{f.Code},{f.Kind},{f.Name},{CityPlaces.DistrictCode(f.District)}\r\n");
        }

        File.WriteAllText(Path.Combine(_inbox, "reference", "place.csv"), place.ToString());
        File.WriteAllText(Path.Combine(_inbox, "reference", "facility.csv"), facility.ToString());
        WriteCharacters();
    }

    // What the private-use characters of each system mean; the others mean nothing known.
    private void WriteCharacters()
    {
        var character = new StringBuilder("vendor,code,mj_name,unicode,note\r\n");
        foreach (string system in Writers.Select(w => FeedCatalog.Default.Get(w.Shape.Feed).System).Distinct(StringComparer.Ordinal))
        {
            for (int i = 0; i < HardFaults.Characters.Length; i++)
            {
                character.Append(CultureInfo.InvariantCulture, $"{system},U+{HardFaults.FirstKnown + i:X4},,U+{(int)HardFaults.Characters[i]:X4},\r\n");
            }
        }

        File.WriteAllText(Path.Combine(_inbox, "reference", "character.csv"), character.ToString());
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the month index 0.. of a day within the window, -1 for before, or a number beyond the last month.</summary>
    private int Index(int day) => day == int.MinValue || day < _options.FirstDay ? -1
        : day >= _options.EndDay ? int.MaxValue : CityDates.MonthOf(day) - _firstMonth;

    private List<T>[] Buckets<T>() => [.. Enumerable.Range(0, _options.Months).Select(_ => new List<T>())];

    private void Resident(CancellationToken cancellationToken)
    {
        var writer = _writers[0];
        var view = new SystemView(_options, SystemView.Resident, isHalfWidth: true, isCp932: true);
        var buckets = Buckets<(Family Family, ResidentEvent Event)>();
        writer.Open(_firstMonth - 1);
        foreach (var family in _families)
        {
            foreach (var e in family.Events)
            {
                int index = e.Code == "00" ? -1 : Index(Math.Max(e.Notified, _options.FirstDay));
                if (index == -1)
                {
                    Write(family, e);
                }
                else if (index < _options.Months)
                {
                    buckets[index].Add((family, e));
                }
            }
        }

        writer.Close(_firstMonth - 1);
        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Open(_firstMonth + m);
            foreach (var (family, e) in buckets[m].OrderBy(b => b.Event.Notified))
            {
                Write(family, e);
            }

            writer.Close(_firstMonth + m);
            buckets[m].Clear();
        }

        void Write(Family family, ResidentEvent e)
        {
            var written = view.Write(e.Person, e.Day);
            writer.Row(
            [
                e.Person.ResidentNumber,
                CityNumbers.Household(family.Index, e.Household),
                written.Kanji,
                written.Kana,
                CityDates.Format(e.Person.Birth, DateShape.EraDots),
                Number(e.Person.Sex),
                e.Relation,
                e.Town.Code,
                e.Address,
                e.Extra,
                CityPlaces.DistrictCode(e.Town.District),
                e.Code,
                CityDates.Format(e.Day, DateShape.EraDots),
                e.Code == "00" ? "" : CityDates.Format(e.Notified, DateShape.EraDots),
                e.Person.IsForeign ? "外国" : "日本",
                family.IsRestricted ? "1" : family.Index % 3 == 0 ? "" : "0",
            ],
            [0, 0, 0, 0, e.Person.Birth, 0, 0, 0, 0, 0, 0, 0, e.Day]);
        }
    }

    private void Household(CancellationToken cancellationToken)
    {
        var writer = _writers[1];
        var buckets = Buckets<(int Family, Membership Membership)>();
        writer.Open(_firstMonth - 1);
        foreach (var family in _families)
        {
            foreach (var membership in family.Memberships)
            {
                int index = membership.Known == int.MinValue ? -1 : Index(membership.Known);
                if (index == -1)
                {
                    Write(family.Index, membership, _options.FirstDay - 1);
                }
                else if (index < _options.Months)
                {
                    buckets[index].Add((family.Index, membership));
                }

                int leave = membership.Leave == int.MaxValue ? int.MaxValue : Index(membership.LeaveKnown);
                if (leave >= 0 && leave < _options.Months && leave != index)
                {
                    buckets[leave].Add((family.Index, membership));
                }
            }
        }

        writer.Close(_firstMonth - 1);
        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Open(_firstMonth + m);
            int last = CityDates.FirstDayOf(_firstMonth + m + 1) - 1;
            foreach (var (family, membership) in buckets[m])
            {
                Write(family, membership, last);
            }

            writer.Close(_firstMonth + m);
            buckets[m].Clear();
        }

        void Write(int family, Membership membership, int asOf) => writer.Row(
        [
            CityNumbers.Household(family, membership.Household),
            membership.Person.ResidentNumber,
            membership.Relation,
            CityDates.Format(membership.Join, DateShape.Iso),
            membership.Leave != int.MaxValue && membership.LeaveKnown <= asOf ? CityDates.Format(membership.Leave, DateShape.Iso) : "",
            membership.Relation == "01" ? "1" : "0",
        ]);
    }

    private void Allowance(CancellationToken cancellationToken)
    {
        var writer = _writers[2];
        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = _firstMonth + m;
            int first = CityDates.FirstDayOf(month);
            int last = CityDates.FirstDayOf(month + 1) - 1;
            bool isFull = m == 0 || month % 12 == 7;
            writer.Open(month);
            foreach (var (_, person) in Children())
            {
                foreach (var spell in person.Child!.Allowances)
                {
                    bool isNew = spell.Notified >= first && spell.Notified <= last;
                    bool isEnded = spell.End >= first && spell.End <= last;
                    bool isOpen = spell.Notified <= last && spell.End >= first;
                    if (isOpen && (isFull || isNew || isEnded))
                    {
                        bool hasEnd = spell.End <= last;
                        writer.Row(
                        [
                            spell.Certificate,
                            spell.Recipient.ResidentNumber,
                            person.ResidentNumber,
                            spell.Reason,
                            PaymentClasses[spell.PaymentClass],
                            CityDates.Format(spell.Start, DateShape.EraDots),
                            hasEnd ? CityDates.Format(spell.End, DateShape.EraDots) : "",
                            hasEnd ? spell.EndReason : "",
                        ],
                        [0, 0, 0, 0, 0, spell.Start]);
                    }
                }
            }

            writer.Close(month);
        }
    }

    private void Nursery(CancellationToken cancellationToken)
    {
        var writer = _writers[3];
        var view = new SystemView(_options, SystemView.Nursery, isHalfWidth: false, isCp932: false);
        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = _firstMonth + m;
            int first = CityDates.FirstDayOf(month);
            int last = CityDates.FirstDayOf(month + 1) - 1;
            bool isFull = month % 12 == 3;
            writer.Open(month);
            foreach (var (family, person) in Children())
            {
                foreach (var spell in person.Child!.Nursery)
                {
                    bool isNew = spell.Start >= first && spell.Start <= last;
                    bool isEnded = spell.End >= first && spell.End <= last;
                    if (!isNew && !isEnded && !(isFull && spell.Start <= last && spell.End >= first))
                    {
                        continue;
                    }

                    int at = Math.Clamp(last, person.From, person.To - 1);
                    var written = view.Write(person, at);
                    var guardian = family.Guardian(at);
                    int ageOnApril = CityDates.FiscalYear(at) - CityDates.FiscalYear(person.Birth - 1) - 1;
                    writer.Row(
                    [
                        CityNumbers.Nursery(person.Id),
                        spell.Facility.Code,
                        written.Kanji,
                        written.Kana,
                        CityDates.Format(written.Birth, DateShape.Slash),
                        person.Sex == 1 ? "男" : "女",
                        view.Address(family.ChildResidence(at)),
                        view.Write(guardian, at).Kanji,
                        ageOnApril < 3 ? "3号" : person.Id % 7 == 0 ? "1号" : "2号",
                        ageOnApril >= 3 && person.Id % 7 == 0 ? "" : spell.IsShort ? "短時間" : "標準",
                        CityDates.Format(spell.Start, DateShape.Slash),
                        spell.End <= last ? CityDates.Format(spell.End, DateShape.Slash) : "",
                        spell.End <= last ? spell.Reason : "",
                    ]);
                }
            }

            writer.Close(month);
        }
    }

    private void Checkup(CancellationToken cancellationToken)
    {
        var writer = _writers[4];
        var view = new SystemView(_options, SystemView.Health, isHalfWidth: true, isCp932: true);
        var buckets = Buckets<(Family Family, Person Person, Checkup Checkup)>();
        foreach (var (family, person) in Children())
        {
            foreach (var checkup in person.Child!.Checkups)
            {
                var months = new SortedSet<int> { Index(checkup.Due), Index(checkup.Visit) };
                months.UnionWith(checkup.Reminders.Select(Index));
                foreach (int month in months.Where(x => x >= 0 && x < _options.Months))
                {
                    buckets[month].Add((family, person, checkup));
                }
            }
        }

        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = _firstMonth + m;
            int last = CityDates.FirstDayOf(month + 1) - 1;
            writer.Open(month);
            foreach (var (family, person, checkup) in buckets[m])
            {
                int at = Math.Clamp(last, person.From, person.To - 1);
                bool isVisited = checkup.Visit <= last;
                var written = view.Write(person, at);
                writer.Row(
                [
                    CityNumbers.Health(person.Id),
                    written.Kanji,
                    written.Kana,
                    CityDates.Format(written.Birth, DateShape.EraCode),
                    Number(person.Sex),
                    view.Address(family.ChildResidence(at)),
                    view.Write(family.Guardian(at), at).Kanji,
                    CheckupTypes[checkup.Type],
                    CityDates.Format(checkup.Due, DateShape.EraCode),
                    isVisited ? CityDates.Format(checkup.Visit, DateShape.EraCode) : "",
                    isVisited ? checkup.HeightCm.ToString("F1", CultureInfo.InvariantCulture) : "",
                    isVisited ? checkup.WeightKg.ToString("F2", CultureInfo.InvariantCulture) : "",
                    isVisited ? checkup.Judgement : "",
                    isVisited && checkup.Type > 0 ? Number(checkup.Caries) : "",
                    Number(checkup.Reminders.Count(r => r <= last)),
                ],
                [0, 0, 0, written.Birth, 0, 0, 0, 0, checkup.Due]);
            }

            writer.Close(month);
            buckets[m].Clear();
        }
    }

    private void School(CancellationToken cancellationToken)
    {
        var writer = _writers[5];
        var view = new SystemView(_options, SystemView.School, isHalfWidth: false, isCp932: true);
        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = _firstMonth + m;
            int first = CityDates.FirstDayOf(month);
            int last = CityDates.FirstDayOf(month + 1) - 1;
            int year = CityDates.FiscalYear(first);
            bool isFull = month % 12 == 3;
            writer.Open(month);
            foreach (var (family, person) in Children())
            {
                foreach (var enrolment in person.Child!.Enrolments)
                {
                    bool isNew = enrolment.Start >= first && enrolment.Start <= last;
                    bool isEnded = enrolment.End >= first && enrolment.End <= last;
                    if (!isNew && !isEnded && !(isFull && enrolment.Start <= last && enrolment.End >= first))
                    {
                        continue;
                    }

                    int at = Math.Clamp(last, person.From, person.To - 1);
                    var written = view.Write(person, at);
                    writer.Row(
                    [
                        enrolment.NumberAt(last),
                        enrolment.Facility.Code,
                        Number(year),
                        Number(CityDates.Grade(person.Birth, year)),
                        person.Child.IsSpecialSupport ? "2" : "1",
                        written.Kanji,
                        written.Kana,
                        CityDates.Format(written.Birth, DateShape.EraKanji),
                        person.Sex == 1 ? "男" : "女",
                        view.Address(family.ChildResidence(at)),
                        view.Write(family.Guardian(at), at).Kanji,
                        CityDates.Format(enrolment.Start, DateShape.EraKanji),
                        enrolment.End <= last ? CityDates.Format(enrolment.End, DateShape.EraKanji) : "",
                    ],
                    [0, 0, 0, 0, 0, 0, 0, written.Birth, 0, 0, 0, enrolment.Start]);
                }
            }

            writer.Close(month);
        }
    }

    private void Consult(CancellationToken cancellationToken)
    {
        var writer = _writers[6];
        var view = new SystemView(_options, SystemView.Consultation, isHalfWidth: false, isCp932: true);
        var buckets = Buckets<Consultation>();
        foreach (var consultation in _consultations)
        {
            foreach (int month in new SortedSet<int> { Index(consultation.Received), Index(consultation.Decided), Index(consultation.Closed) })
            {
                if (month >= 0 && month < _options.Months)
                {
                    buckets[month].Add(consultation);
                }
            }
        }

        for (int m = 0; m < _options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = _firstMonth + m;
            int last = CityDates.FirstDayOf(month + 1) - 1;
            writer.Open(month);
            foreach (var c in buckets[m])
            {
                var random = new CityRandom(_options.Seed, 40, c.Child.Id);
                int at = Math.Clamp(c.Received, c.Child.From, c.Child.To - 1);
                var family = _families[c.Child.Family];
                var written = view.Write(c.Child, at);
                bool hasKana = random.Chance(0.85);
                bool hasBirth = random.Chance(0.93);
                bool hasAddress = random.Chance(0.88);
                bool isLeaked = random.Chance(0.02);
                bool isDecided = c.Decided <= last;
                bool isClosed = c.Closed <= last;
                string remarks = isLeaked ? written.Kanji.Replace("　", "", StringComparison.Ordinal) + "さんの件、母より電話あり" : random.Chance(0.2) ? "電話連絡済" : "";
                if (isLeaked)
                {
                    writer.Note("備考", "name_in_remarks", "dropped");
                }

                writer.Row(
                [
                    c.Case,
                    c.Branch,
                    written.Kanji,
                    hasKana ? written.Kana : "",
                    hasBirth ? CityDates.Format(written.Birth, DateShape.EraKanji) : "",
                    hasBirth || hasKana ? (c.Child.Sex == 1 ? "男" : "女") : "",
                    hasAddress ? view.Address(family.ChildResidence(at)) : "",
                    view.Write(family.Guardian(at), at).Kanji,
                    CityDates.Format(c.Received, DateShape.EraKanji),
                    c.Type,
                    c.Route,
                    c.Urgency,
                    c.SafetyCheck <= last ? CityDates.Format(c.SafetyCheck, DateShape.EraKanji) : "",
                    isDecided ? c.Decision : "",
                    isDecided ? CityDates.Format(c.Decided, DateShape.EraKanji) : "",
                    isClosed ? CityDates.Format(c.Closed, DateShape.EraKanji) : "",
                    isDecided ? IntakeClass(c, isClosed) : "",
                    remarks,
                ],
                [0, 0, 0, 0, hasBirth ? written.Birth : 0, 0, 0, 0, c.Received]);
            }

            writer.Close(month);
        }
    }

    /// <summary>Returns the class the desk fills in after its decision: it gives the decision away and is therefore a leak.</summary>
    internal static string IntakeClass(Consultation c, bool isClosed) =>
        isClosed ? "終結" : c.Decision == "要" ? (c.Child.Id % 3 == 0 ? "要対協登録" : "継続支援") : "一般";

    private IEnumerable<(Family Family, Person Person)> Children()
    {
        foreach (var family in _withChildren)
        {
            foreach (var person in family.Children)
            {
                if (person.WasResident)
                {
                    yield return (family, person);
                }
            }
        }
    }
}
