using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes what schools keep beside enrolment and attendance: nurse's room, survey, incidents, checks and counselling.</summary>
/// <remarks>Random streams 711 to 716 (faults of the files, words in remarks). None of the files names a child: they carry the pupil number.</remarks>
internal sealed class SchoolRecordFeeds(CityContext city) : FeedGroup(
    city,
    new FeedWriter(city.Options, city.Inbox, "nurse_visit", 711, DateShape.Slash),
    new FeedWriter(city.Options, city.Inbox, "test_score", 712, DateShape.Iso),
    new FeedWriter(city.Options, city.Inbox, "guidance", 713, DateShape.EraKanji),
    new FeedWriter(city.Options, city.Inbox, "school_health", 714, DateShape.EraDots),
    new FeedWriter(city.Options, city.Inbox, "counselling", 715, DateShape.Iso))
{
    private const int July = 6;
    private const int September = 8;
    private const int March = 2;

    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Visits, Survey, Incidents, Exams, Sessions];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        foreach (var records in All())
        {
            foreach (var v in records.Visits)
            {
                yield return Fact("nurse_visit", v.Enrolment, Number(v.Time), v.Day, v.Complaint);
            }

            foreach (var s in records.Survey)
            {
                yield return Fact("test_score", s.Enrolment, s.Subject, new DateOnly(s.Year, 4, 18).DayNumber, Tenths(s.Deviation));
            }

            foreach (var i in records.Incidents)
            {
                yield return Fact("guidance", i.Enrolment, i.Kind + i.Role, i.Day, i.Kind);
            }

            foreach (var e in records.Exams)
            {
                yield return Fact("school_health", e.Enrolment, Number(e.Year), e.Day, Number(e.Untreated));
            }

            foreach (var s in records.Sessions)
            {
                yield return Fact("counselling", s.Enrolment, s.Channel, s.Day, s.Requester);
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Tenths(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static TruthFact Fact(string feed, Enrolment enrolment, string key, int day, string detail) =>
        new(feed, enrolment.NumberAt(day), key, enrolment.Pupil, day, int.MaxValue, detail);

    private IEnumerable<SchoolRecords> All() => City.WithChildren.Select(f => f.Source<SchoolRecords>());

    private string Remark(FeedWriter writer, string header, Person pupil, int day, string text)
    {
        var random = new CityRandom(City.Options.Seed, 716, (pupil.Id * 65_536) + (day % 65_536));
        if (City.Options.NoiseLevel != NoiseLevel.None && random.Chance(0.005))
        {
            // A name that slipped into the words of a record: the words are never loaded.
            writer.Note(header, "name_in_remarks", "dropped");
            return pupil.SurnameOn(day).Kanji + "さんより申出あり";
        }

        return random.Chance(0.1) ? text : "";
    }

    private void Visits(CancellationToken cancellationToken)
    {
        var buckets = City.Buckets<NurseVisit>();
        foreach (var visit in All().SelectMany(r => r.Visits))
        {
            buckets[City.Index(visit.Day)].Add(visit);
        }

        var writer = Writers[0];
        Monthly(writer, cancellationToken, (m, _, _) =>
        {
            foreach (var v in buckets[m].OrderBy(v => v.Enrolment.Facility.Code, StringComparer.Ordinal).ThenBy(v => v.Day).ThenBy(v => v.Time).ThenBy(v => v.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                writer.Row(
                [
                    v.Enrolment.Facility.Code,
                    v.Enrolment.NumberAt(v.Day),
                    CityDates.Format(v.Day, DateShape.Slash),
                    Number(v.Time),
                    v.Category,
                    v.Complaint,
                    v.Treatment,
                    v.HasGoneHome ? "有" : "無",
                    Remark(writer, "備考", v.Enrolment.Pupil, v.Day, "担任へ連絡"),
                ]);
            }

            buckets[m].Clear();
        });
    }

    private void Survey(CancellationToken cancellationToken)
    {
        var byYear = All().SelectMany(r => r.Survey).ToLookup(s => s.Year);
        Yearly(Writers[1], September, cancellationToken, (writer, year, _) =>
        {
            foreach (var s in byYear[year].OrderBy(s => s.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                writer.Row(
                [
                    s.Enrolment.Facility.Code,
                    s.Enrolment.NumberAt(new DateOnly(s.Year, 4, 18).DayNumber),
                    Number(s.Year),
                    Number(s.Grade),
                    s.Subject,
                    Tenths(s.Percent),
                    Number(s.Level),
                    Tenths(s.Deviation),
                    s.Change is { } change ? Tenths(change) : "",
                    s.Breakfast,
                    s.Bedtime,
                    Number(s.SelfEsteem),
                ]);
            }
        });
    }

    private void Incidents(CancellationToken cancellationToken)
    {
        var buckets = City.Buckets<Incident>();
        foreach (var incident in All().SelectMany(r => r.Incidents))
        {
            foreach (int m in new SortedSet<int> { City.Index(incident.Day), City.Index(incident.Watched), City.Index(incident.Resolved) }.Where(m => m >= 0 && m < City.Options.Months))
            {
                buckets[m].Add(incident);
            }
        }

        var writer = Writers[2];
        Monthly(writer, cancellationToken, (m, _, last) =>
        {
            foreach (var i in buckets[m].OrderBy(i => i.Day).ThenBy(i => i.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                writer.Row(
                [
                    i.Enrolment.Facility.Code,
                    i.Enrolment.NumberAt(i.Day),
                    CityDates.Format(i.Day, DateShape.EraKanji),
                    i.Kind,
                    i.Role,
                    i.Form,
                    i.Resolved <= last ? "解消" : i.Watched <= last ? "見守り" : "取組中",
                    i.Resolved <= last ? CityDates.Format(i.Resolved, DateShape.EraKanji) : "",
                    Remark(writer, "概要", i.Enrolment.Pupil, i.Day, "聞き取り済"),
                ],
                [0, 0, i.Day]);
            }
        });
    }

    // The checks come in July; in March they come again with the visits that families reported.
    private void Exams(CancellationToken cancellationToken)
    {
        var byYear = All().SelectMany(r => r.Exams).ToLookup(e => e.Year);
        Yearly(Writers[3], July, cancellationToken, Write, March);

        void Write(FeedWriter writer, int year, int last)
        {
            foreach (var e in byYear[year].OrderBy(e => e.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                if (DateOnly.FromDayNumber(last).Month == 3 && e.Reported == int.MaxValue)
                {
                    continue;
                }

                writer.Row(
                [
                    e.Enrolment.Facility.Code,
                    e.Enrolment.NumberAt(e.Day),
                    Number(e.Year),
                    CityDates.Format(e.Day, DateShape.EraDots),
                    Tenths(e.HeightCm),
                    Tenths(e.WeightKg),
                    Tenths(e.ObesityPercent),
                    e.Vision,
                    Number(e.Untreated),
                    Number(e.Treated),
                    e.Advice,
                    e.Reported <= last ? CityDates.Format(e.Reported, DateShape.EraDots) : "",
                ],
                [0, 0, 0, e.Day]);
            }
        }
    }

    private void Sessions(CancellationToken cancellationToken)
    {
        var buckets = City.Buckets<CounsellingSession>();
        foreach (var session in All().SelectMany(r => r.Sessions))
        {
            buckets[City.Index(session.Day)].Add(session);
        }

        var writer = Writers[4];
        Monthly(writer, cancellationToken, (m, _, _) =>
        {
            foreach (var s in buckets[m].OrderBy(s => s.Day).ThenBy(s => s.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                writer.Row(
                [
                    s.Enrolment.NumberAt(s.Day),
                    CityDates.Format(s.Day, DateShape.Iso),
                    s.Channel,
                    s.Topic,
                    s.Requester,
                    s.IsLast ? "終了" : "継続",
                    Remark(writer, "相談内容", s.Enrolment.Pupil, s.Day, "次回予約あり"),
                ]);
            }
        });
    }

    private void Yearly(FeedWriter writer, int monthOfYear, CancellationToken cancellationToken, Action<FeedWriter, int, int> rows, int second = -1)
    {
        for (int m = 0; m < City.Options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = City.FirstMonth + m;
            if (month % 12 == monthOfYear || month % 12 == second)
            {
                int last = CityDates.FirstDayOf(month + 1) - 1;
                writer.Open(month);
                rows(writer, CityDates.FiscalYear(last), last);
                writer.Close(month);
            }
        }
    }
}
