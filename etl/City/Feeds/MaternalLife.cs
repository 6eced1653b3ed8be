namespace Warehouse.Etl.City.Feeds;

/// <summary>Simulates pregnancies and vaccinations.</summary>
/// <remarks>Random streams 600 (pregnancies) and 602 (vaccinations). Schedule: the routine programme of 2020 to 2023, in months of age.</remarks>
internal sealed class MaternalLife(CityOptions options) : ISourceLife
{
    private static readonly (string Vaccine, int Dose, int Months)[] Schedule =
    [
        ("ロタウイルス", 1, 2), ("ヒブ", 1, 2), ("小児用肺炎球菌", 1, 2), ("B型肝炎", 1, 2), ("ロタウイルス", 2, 3), ("ヒブ", 2, 3), ("小児用肺炎球菌", 2, 3),
        ("B型肝炎", 2, 3), ("四種混合", 1, 3), ("ヒブ", 3, 4), ("小児用肺炎球菌", 3, 4), ("四種混合", 2, 4), ("四種混合", 3, 5), ("BCG", 1, 5), ("B型肝炎", 3, 8),
        ("MR", 1, 12), ("水痘", 1, 12), ("ヒブ", 4, 13), ("小児用肺炎球菌", 4, 13), ("四種混合", 4, 17), ("水痘", 2, 19), ("日本脳炎", 1, 36), ("日本脳炎", 2, 37),
        ("日本脳炎", 3, 49), ("MR", 2, 0), ("日本脳炎", 4, 111), ("二種混合", 1, 134), ("HPV", 1, 154), ("HPV", 2, 161),
    ];

    private static readonly int RotaFrom = new DateOnly(2020, 8, 1).DayNumber;

    /// <inheritdoc/>
    public void Live(Family family)
    {
        var records = family.Source<MaternalRecords>();
        foreach (var born in family.Children.Where(c => c.WasResident && c.Birth > options.FirstDay && c.Birth < options.EndDay).GroupBy(c => c.Birth).OrderBy(g => g.Key))
        {
            Expect(family, [.. born.OrderBy(c => c.Id)], records);
        }

        foreach (var child in family.Children.Where(c => c.WasResident))
        {
            Vaccinate(family, child, records);
        }
    }

    /// <inheritdoc/>
    public void Observe(Family family, Person child, int day, Action<string> holds)
    {
        var records = family.Source<MaternalRecords>();
        if (records.Pregnancies.Exists(p => p.Weeks >= 20 && p.Children.Contains(child) && day < CityDates.AddYears(child.Birth, 6)))
        {
            holds("late_pregnancy_notice");
        }

        if (child.Birth > options.FirstDay && child.From <= CityDates.AddMonths(child.Birth, 6)
            && day >= CityDates.AddMonths(child.Birth, 24) && day < CityDates.AddYears(child.Birth, 6)
            && !records.Doses.Exists(d => d.Child == child && d is { Vaccine: "MR", Number: 1 } && d.Day < day))
        {
            holds("measles_vaccine_missed");
        }
    }

    private void Expect(Family family, Person[] children, MaternalRecords records)
    {
        var mother = family.Persons.Find(p => p.Slot == Population.Mother);
        var random = new CityRandom(options.Seed, 600, children[0].Id);
        int birth = children[0].Birth;
        int gestation = Math.Clamp(273 + (int)(9 * random.Normal()) - (children.Length > 1 ? 14 : 0), 220, 292);
        double late = 0.0105 * ExactMath.Exp((0.45 * family.Hardship) + (0.30 * family.Stress)) * (family.MotherAgeAtFirst < 20 ? 3 : 1);
        int weeks = random.Chance(Math.Min(late, 0.5)) ? random.Between(20, 33) : random.Between(6, 11) + (random.Chance(0.10) ? random.Between(2, 7) : 0);
        int notified = Math.Min(birth - gestation + (weeks * 7), birth - 1);
        double feeling = random.Share();
        double troubled = 0.03 * ExactMath.Exp((0.40 * family.Stress) + (0.30 * family.Hardship));
        int antenatal = Math.Max(2, 14 - Math.Max(0, (weeks - 8) / 2) - random.Poisson(0.7));
        bool hasNotice = random.Chance(0.055 * ExactMath.Exp(0.40 * family.Stress));
        bool hasNumber = !random.Chance(0.03);
        int epds = Math.Clamp((int)Math.Floor(4.9 + (2.4 * random.Normal()) + (1.4 * family.Stress) - (0.6 * family.Support)), 0, 30);
        int epdsDay = random.Chance(0.94) ? birth + random.Between(25, 60) : int.MaxValue;
        int homeVisit = random.Chance(Math.Max(0.6, 0.975 - (0.015 * Math.Max(0, family.Hardship)))) ? birth + random.Between(20, 110) : int.MaxValue;
        int care = random.Chance(0.08 * ExactMath.Exp(0.3 * family.Support)) ? birth + random.Between(14, 100) : int.MaxValue;
        if (mother is null || !mother.IsResident(notified) || notified < options.FirstDay)
        {
            return;
        }

        int OnlyAsResident(int day) => mother.IsResident(day) ? day : int.MaxValue;
        records.Pregnancies.Add(new Pregnancy
        {
            Mother = mother,
            Children = children,
            Notified = notified,
            Weeks = weeks,
            Expected = birth - gestation + 280,
            Marital = family.SingleFrom - 1 == family.Children[0].Birth && birth == family.Children[0].Birth ? "未婚" : family.IsSingle(notified) ? "離別・死別" : "婚姻",
            Feeling = feeling < troubled ? "困った" : feeling < troubled + 0.12 ? "予想外だった" : "うれしかった",
            Antenatal = antenatal,
            HasNotice = hasNotice,
            HasNumber = hasNumber,
            Epds = epds,
            EpdsDay = OnlyAsResident(epdsDay),
            HomeVisit = OnlyAsResident(homeVisit),
            PostnatalCare = OnlyAsResident(care),
        });
    }

    private void Vaccinate(Family family, Person child, MaternalRecords records)
    {
        var random = new CityRandom(options.Seed, 602, child.Id);
        bool isReluctant = random.Chance(Math.Min(0.5, 0.024 * ExactMath.Exp((0.60 * family.Hardship) + (0.30 * family.Stress))));
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (vaccine, dose, months) in Schedule)
        {
            int delay = 2 + random.Between(0, 24) + (random.Chance(0.08) ? random.Between(30, 150) : 0);
            bool isSkipped = random.Chance(isReluctant ? 0.65 : vaccine == "HPV" ? 0.60 : 0.006);
            // The second dose against measles falls due in the year before school.
            int due = months > 0 ? CityDates.AddMonths(child.Birth, months) : new DateOnly(CityDates.FiscalYear(child.Birth - 1) + 6, 4, 10).DayNumber;
            int day = Math.Max(due + delay, last.GetValueOrDefault(vaccine, int.MinValue / 2) + 27);
            if (isSkipped || (vaccine == "HPV" && child.Sex == 1) || (vaccine == "ロタウイルス" && child.Birth < RotaFrom) || !child.IsResident(day))
            {
                continue;
            }

            last[vaccine] = day;
            if (day >= options.FirstDay && day < options.EndDay)
            {
                records.Doses.Add(new Dose(child, vaccine, dose, day));
            }
        }
    }
}
