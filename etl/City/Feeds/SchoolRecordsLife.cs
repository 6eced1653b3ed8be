namespace Warehouse.Etl.City.Feeds;

/// <summary>Simulates the school nurse's room, health and dental checks, the yearly survey, incidents and counselling.</summary>
/// <remarks>Random streams 700 to 704, one a source, so that a change to one leaves the others as they are.</remarks>
internal sealed class SchoolRecordsLife(CityOptions options) : ISourceLife
{
    private static readonly string[] Forms = ["冷やかし・悪口", "仲間はずれ", "たたく・蹴る", "金品", "ネット", "その他"];
    private static readonly double[] FormWeights = [0.58, 0.70, 0.86, 0.89, 0.95, 1.0];
    private static readonly string[] Topics = ["不登校", "友人関係", "学習・進路", "家庭", "発達", "心身", "その他"];
    private static readonly double[] TopicWeights = [0.12, 0.36, 0.50, 0.66, 0.84, 0.94, 1.0];

    /// <inheritdoc/>
    public void Live(Family family)
    {
        var records = family.Source<SchoolRecords>();
        foreach (var pupil in family.Children.Where(c => c.WasResident && c.Child!.Enrolments.Count > 0).OrderBy(c => c.Birth).ThenBy(c => c.Id))
        {
            Examine(family, pupil, records);
            Visit(family, pupil, records);
            Survey(family, pupil, records);
            Guide(family, pupil, records);
            Counsel(family, pupil, records);
        }
    }

    /// <inheritdoc/>
    public void Observe(Family family, Person child, int day, Action<string> holds)
    {
        var records = family.Source<SchoolRecords>();
        if (LastExam(records, child, day) is { Untreated: >= 3 } exam && exam.Reported >= day)
        {
            holds("untreated_teeth_3_or_more");
        }

        if (records.Visits.Count(v => v.Enrolment.Pupil == child && v.Complaint == "腹痛" && v.Day < day && v.Day >= day - 365) >= 3)
        {
            holds("nurse_stomach_ache");
        }

        if (HasTruantElder(family, child, day - 1))
        {
            holds("older_sibling_truant");
        }

        if (records.Sessions.Exists(s => s.Enrolment.Pupil == child && s.Requester != "学校" && s.Day < day && s.Day >= day - 365))
        {
            holds("counselled_by_own_request");
        }
    }

    private static SchoolExam? LastExam(SchoolRecords records, Person child, int day) =>
        records.Exams.FindLast(e => e.Enrolment.Pupil == child && e.Day < day && e.Day >= day - 400);

    private static Enrolment? EnrolmentOn(Person pupil, int day) => pupil.Child!.Enrolments.Find(e => e.Start <= day && e.End >= day);

    private static double Tenths(double value) => Math.Floor((value * 10) + 0.5) / 10;

    private int HalfOf(int day)
    {
        var date = DateOnly.FromDayNumber(day);
        return Math.Clamp(((CityDates.FiscalYear(day) - options.FirstFiscalYear) * 2) + (date.Month is >= 4 and <= 9 ? 0 : 1), 0, (options.Years * 2) - 1);
    }

    private bool HasTruantElder(Family family, Person child, int day) =>
        day >= options.FirstDay && family.Children.Exists(e => e.WasResident && e.Birth < child.Birth && (e.Child!.Regime[HalfOf(day)] & 3) == 2 && EnrolmentOn(e, day) is not null);

    private void Examine(Family family, Person pupil, SchoolRecords records)
    {
        var random = new CityRandom(options.Seed, 700, pupil.Id);
        double prone = random.Normal();
        double tall = random.Normal();
        double broad = random.Normal();
        double sight = random.Share();
        SchoolExam? last = null;
        for (int year = options.FirstFiscalYear; year < options.FirstFiscalYear + options.Years; year++)
        {
            int[] may = CityDates.SchoolDays((year * 12) + 4);
            double share = random.Share();
            bool isAway = random.Chance(0.01);
            bool isAwayToo = random.Chance(0.35);
            double teeth = random.Share();
            double many = random.Share();
            int more = random.Poisson(0.75 + (0.35 * Math.Max(0, family.Hardship)));
            double growth = random.Normal();
            double report = random.Share();
            int delay = random.Between(20, 150);
            int day = may[(int)(CityRandom.Mix((ulong)year) % (ulong)may.Length)];
            var enrolment = EnrolmentOn(pupil, day);
            int grade = CityDates.Grade(pupil.Birth, year);
            if (enrolment is not null)
            {
                day = may[(enrolment.Facility.Number + year) % may.Length];
            }

            if (enrolment is null || EnrolmentOn(pupil, day) != enrolment || isAway || (isAwayToo && (pupil.Child!.Regime[HalfOf(day)] & 3) == 2))
            {
                continue;
            }

            bool hasElder = HasTruantElder(family, pupil, day);
            double caries = 0.125 * ExactMath.Exp((0.55 * family.Hardship) + (0.45 * prone) - 0.25);
            caries = last is { Untreated: > 0, Reported: int.MaxValue } ? Math.Max(caries, 0.62) : caries;
            // Where an elder child stays at home, nobody goes to the dentist: gives rule R11 its support.
            caries = hasElder ? Math.Max(caries, 0.42) : caries;
            int untreated = teeth < caries ? 1 + more + (hasElder && many < 0.70 ? 2 : 0) : 0;
            double height = Tenths(109.5 + (6.0 * grade) + (5.2 * tall) + (0.5 * growth) + (pupil.Sex == 1 && grade >= 8 ? 3 : 0));
            double obesity = Tenths((10 * broad) + (3 * growth) + (2.0 * family.Hardship) - 1);
            double weight = Tenths(height * height / 10_000 * (15.4 + (0.55 * (grade - 1))) * (1 + (obesity / 100)));
            double blur = share + (0.35 * sight) + (0.03 * grade);
            last = new SchoolExam
            {
                Enrolment = enrolment,
                Year = year,
                Day = day,
                HeightCm = height,
                WeightKg = weight,
                ObesityPercent = obesity,
                Vision = blur > 1.30 ? "D" : blur > 1.08 ? "C" : blur > 0.92 ? "B" : "A",
                Untreated = Math.Min(untreated, 20),
                Treated = random.Poisson(0.6 + (prone > 0.5 ? 1.2 : 0)),
            };
            int reported = day + delay;
            if (last.Advice != "無" && report < 0.55 * ExactMath.Exp(-0.45 * Math.Max(0, family.Hardship)) * (hasElder ? 0.4 : 1)
                && reported < new DateOnly(year + 1, 3, 20).DayNumber && reported < pupil.To)
            {
                last.Reported = reported;
            }

            records.Exams.Add(last);
        }
    }

    private void Visit(Family family, Person pupil, SchoolRecords records)
    {
        var trait = new CityRandom(options.Seed, 701, pupil.Id * 128);
        double tendency = trait.Exponential();
        double yearly = Math.Min(40, 1.1 * tendency * tendency * ExactMath.Exp((0.20 * pupil.Child!.Vulnerability) + (0.15 * family.Stress) - 0.03));
        bool isTouchy = trait.Chance(0.60);
        int first = CityDates.MonthOf(options.FirstDay);
        for (int m = 0; m < options.Months; m++)
        {
            int month = first + m;
            var random = new CityRandom(options.Seed, 701, (pupil.Id * 128) + m + 1);
            int[] days = CityDates.SchoolDays(month);
            int start = CityDates.FirstDayOf(month);
            if (days.Length == 0 || !pupil.Child.Enrolments.Exists(e => e.Start <= days[^1] && e.End >= days[0]))
            {
                continue;
            }

            int regime = pupil.Child.Regime[m / 6] & 3;
            double monthly = yearly * days.Length / 205.0 * (regime switch { 0 => 1.0, 1 => 1.7, _ => 0.7 });
            bool isTroubled = isTouchy && HasTruantElder(family, pupil, start) && LastExam(records, pupil, start) is { Untreated: >= 3 };
            int stomach = random.Poisson(isTroubled ? 0.8 : 0);
            int count = Math.Min(25, random.Poisson(monthly)) + stomach;
            for (int i = 0; i < count; i++)
            {
                int day = days[random.Below(days.Length)];
                int minutes = random.Between(510, 930);
                int time = (minutes / 60 * 100) + (minutes % 60);
                int kind = random.Below(100);
                int treatment = random.Below(100);
                bool goesHome = random.Chance(0.5);
                bool goesHomeToo = random.Chance(0.08);
                if (EnrolmentOn(pupil, day) is not { } enrolment || records.Visits.Exists(v => v.Enrolment == enrolment && v.Day == day && v.Time == time))
                {
                    continue;
                }

                string complaint = i < stomach ? "腹痛"
                    : kind < 40 ? "けが" : kind < 59 ? "頭痛" : kind < 72 ? "腹痛" : kind < 82 ? "気分不良" : kind < 88 ? "発熱" : kind < 93 ? "眠気・疲労" : kind < 97 ? "心の不調" : "その他";
                string category = complaint switch { "けが" => "外科", "心の不調" => "相談", _ => "内科" };
                string done = category switch
                {
                    "外科" => treatment < 92 ? "手当" : "医療機関",
                    "相談" => "相談",
                    _ => treatment < 45 ? "休養" : treatment < 90 ? "経過観察" : "",
                };
                records.Visits.Add(new NurseVisit(enrolment, day, time, category, complaint, done, complaint == "発熱" ? goesHome : category == "内科" && goesHomeToo));
            }
        }
    }

    private void Survey(Family family, Person pupil, SchoolRecords records)
    {
        var random = new CityRandom(options.Seed, 702, pupil.Id);
        double ability = (0.80 * random.Normal()) - (0.28 * family.Hardship) - (0.12 * family.Stress);
        double[] subject = [0.35 * random.Normal(), 0.35 * random.Normal()];
        double[] before = [double.NaN, double.NaN];
        for (int year = options.FirstFiscalYear; year < options.FirstFiscalYear + options.Years; year++)
        {
            int day = new DateOnly(year, 4, 18).DayNumber;
            int grade = CityDates.Grade(pupil.Birth, year);
            bool isAway = random.Chance(0.06);
            bool isAwayToo = random.Chance(0.50);
            double breakfast = random.Share();
            double bed = random.Share();
            double esteem = random.Normal();
            double[] noise = [random.Normal(), random.Normal()];
            var enrolment = EnrolmentOn(pupil, day);
            int regime = pupil.Child!.Regime[HalfOf(day)] & 3;
            if (grade is < 5 or > 8 || enrolment is null || isAway || (isAwayToo && regime == 2))
            {
                before = [double.NaN, double.NaN];
                continue;
            }

            double never = 0.030 * ExactMath.Exp((0.50 * family.Hardship) + (0.25 * family.Stress));
            double late = 0.10 * ExactMath.Exp((0.35 * family.Stress) + (grade >= 7 ? 0.9 : 0));
            for (int s = 0; s < 2; s++)
            {
                double z = ability + subject[s] + (0.35 * noise[s]) - (regime == 2 ? 0.6 : regime == 1 ? 0.25 : 0);
                double deviation = Tenths(Math.Clamp(50 + (10 * z), 18, 82));
                records.Survey.Add(new SurveyResult(
                    enrolment, year, grade, s == 0 ? "国語" : "算数・数学",
                    Tenths(Math.Clamp((s == 0 ? 66 : 61) + (17 * z), 2, 100)),
                    Math.Clamp((int)Math.Floor(grade - 1 + (1.6 * z) + 0.5), 1, 12),
                    deviation,
                    double.IsNaN(before[s]) ? null : Tenths(deviation - before[s]),
                    breakfast < never ? "食べない" : breakfast < never + 0.12 ? "時々" : "毎日",
                    bed < late ? "23時以降" : bed < late + 0.30 ? "22時台" : bed < late + 0.72 ? "21時台" : "21時前",
                    Math.Clamp((int)Math.Floor(3.4 + (0.75 * esteem) - (0.22 * family.Stress) - (0.18 * pupil.Child.Vulnerability)), 1, 4)));
                before[s] = deviation;
            }
        }
    }

    private void Guide(Family family, Person pupil, SchoolRecords records)
    {
        var random = new CityRandom(options.Seed, 703, pupil.Id);
        for (int year = options.FirstFiscalYear; year < options.FirstFiscalYear + options.Years; year++)
        {
            int grade = CityDates.Grade(pupil.Birth, year);
            double trait = ExactMath.Exp(0.30 * pupil.Child!.Vulnerability - 0.045);
            bool isBullying = random.Chance((grade >= 7 ? 0.030 : 0.070) * trait);
            bool isTarget = random.Chance(0.72);
            string form = Forms[random.Pick(FormWeights)];
            bool isViolence = random.Chance(0.007 * trait);
            bool isRunaway = random.Chance((grade >= 7 ? 0.006 : 0.0005) * ExactMath.Exp(0.5 * family.Stress));
            for (int k = 0; k < 3; k++)
            {
                int[] days = CityDates.SchoolDays((year * 12) + 4 + random.Below(10));
                int day = days[random.Below(days.Length)];
                int watched = day + random.Between(20, 50);
                int resolved = random.Chance(0.93) ? watched + random.Between(60, 120) : int.MaxValue;
                if (!(k switch { 0 => isBullying, 1 => isViolence, _ => isRunaway }) || EnrolmentOn(pupil, day) is not { } enrolment)
                {
                    continue;
                }

                records.Incidents.Add(new Incident
                {
                    Enrolment = enrolment,
                    Day = day,
                    Kind = k switch { 0 => "いじめ", 1 => "暴力行為", _ => "家出・深夜徘徊" },
                    Role = k switch { 0 => isTarget ? "被" : "加", 1 => "加", _ => "本人" },
                    Form = k switch { 0 => form, 1 => "たたく・蹴る", _ => "" },
                    Watched = watched <= enrolment.End ? watched : int.MaxValue,
                    Resolved = resolved <= enrolment.End ? resolved : int.MaxValue,
                });
            }
        }
    }

    private void Counsel(Family family, Person pupil, SchoolRecords records)
    {
        var random = new CityRandom(options.Seed, 704, pupil.Id);
        for (int year = options.FirstFiscalYear; year < options.FirstFiscalYear + options.Years; year++)
        {
            var own = new CityRandom(options.Seed, 704, (pupil.Id * 128) + (year - options.FirstFiscalYear) + 1);
            bool isIn = random.Chance(0.5);
            int regime = pupil.Child!.Regime[((year - options.FirstFiscalYear) * 2) + (isIn ? 1 : 0)] & 3;
            double p = (regime switch { 2 => 0.42, 1 => 0.11, _ => 0.030 }) * ExactMath.Exp((0.20 * family.Support) + (0.20 * pupil.Child.Vulnerability) - 0.04);
            if (!own.Chance(Math.Min(0.9, p)))
            {
                continue;
            }

            bool isAsked = own.Chance(0.58 + (0.10 * Math.Clamp(family.Support, -2, 2)));
            string requester = !isAsked ? "学校" : own.Chance(0.26) ? "本人" : "保護者";
            int channel = own.Below(100);
            string name = regime == 2 && channel < 45 ? "教育支援センター" : channel < 62 ? "SC" : channel < 80 ? "SSW" : "教育相談室";
            string topic = regime == 2 ? "不登校" : Topics[own.Pick(TopicWeights)];
            int day = new DateOnly(year, 4, 15).DayNumber + own.Between(0, 240);
            int sessions = 1 + own.Poisson(3.2);
            var found = new List<(Enrolment Enrolment, int Day)>();
            for (int i = 0; i < sessions; i++)
            {
                // Sessions are held on school days.
                int[] days = CityDates.SchoolDays(CityDates.MonthOf(day));
                int at = Array.FindIndex(days, d => d >= day);
                if (at >= 0 && EnrolmentOn(pupil, days[at]) is { } enrolment && days[at] < new DateOnly(year + 1, 4, 1).DayNumber
                    && (found.Count == 0 || found[^1].Day < days[at]))
                {
                    found.Add((enrolment, days[at]));
                }

                day += own.Between(14, 35);
            }

            for (int i = 0; i < found.Count; i++)
            {
                records.Sessions.Add(new CounsellingSession(found[i].Enrolment, found[i].Day, name, topic, requester, i == found.Count - 1));
            }
        }
    }
}
