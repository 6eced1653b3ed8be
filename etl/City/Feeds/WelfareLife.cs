using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Simulates taxes, benefits, care and consultations of families with children from their hidden variables.</summary>
/// <remarks>Random streams 260 to 279, one a subject, each by (seed, family). Rates: about 12 % tax-exempt households, 5 % with arrears,
/// 15 % of pupils with school aid, 0.9 % of children on public assistance, 3.5 % with a certificate or service, 9 % living with somebody in need of care.</remarks>
internal sealed class WelfareLife(CityOptions options) : ISourceLife
{
    private static readonly string[] CareLevels = ["要支援1", "要支援2", "要介護1", "要介護2", "要介護3", "要介護4", "要介護5"];
    private static readonly string[] FeeKinds = ["市税", "国保税", "保育料", "給食費", "水道料"];
    private static readonly string[] Topics = ["家計", "仕事", "住まい", "病気・障害", "その他"];

    /// <inheritdoc/>
    public void Live(Family family)
    {
        if (!family.IsFamilyWithChildren || !family.Children.Exists(c => c.WasResident))
        {
            return;
        }

        var welfare = family.Source<Welfare>();
        var random = Stream(260, family);
        welfare.Poverty = (0.75 * family.Hardship) + (0.62 * random.Normal()) - 0.08;
        PayTax(family, welfare);
        FallBehind(family, welfare);
        ReceiveChildAllowance(family, welfare);
        ReceiveAssistance(family, welfare);
        Certify(family, welfare);
        NeedCare(family, welfare);
        ApplyForSchoolAid(family, welfare);
        UseServices(family, welfare);
        Consult(family, welfare);
    }

    /// <inheritdoc/>
    public void Observe(Family family, Person child, int day, Action<string> holds)
    {
        var welfare = family.Source<Welfare>();
        if (welfare.CareNeed.Exists(s => s.Start <= day && s.End > day && LivesWithChildren(family, s.Person, day)))
        {
            holds("care_need_in_household");
        }

        if (welfare.SchoolAid.Exists(a => a.Child == child && a.IsApproved && a.Decided <= day && a.End > day))
        {
            holds("school_aid_received");
        }

        if (welfare.Services.Exists(s => s.Child == child && s.Day <= day && day - s.Day <= 365))
        {
            holds("support_service_used");
        }

        if (welfare.Assistance.Exists(a => a.Start <= day && a.End > day && a.Members.Contains(child)))
        {
            holds("public_assistance_received");
        }

        if (welfare.ChildAllowances.Exists(a => a.Child == child && a.Start <= day && a.End > day && a.IsStopped(day)))
        {
            holds("child_allowance_stopped");
        }
    }

    /// <summary>Returns whether a person lives in the household of the family's children.</summary>
    internal static bool LivesWithChildren(Family family, Person person, int day)
    {
        int household = family.ChildHousehold(day);
        return person.IsResident(day) && family.Memberships.Exists(m => m.Person == person && m.Household == household && m.Join <= day && m.Leave > day);
    }

    private CityRandom Stream(int stream, Family family) => new(options.Seed, stream, family.Index);

    private static string Code(string letter, long family, long factor) =>
        letter + (((family * factor) + 11_235_813L) % 10_000_000L).ToString("D7", CultureInfo.InvariantCulture);

    private IEnumerable<int> FiscalYears => Enumerable.Range(options.FirstFiscalYear, options.Years);

    private static IEnumerable<Person> Parents(Family family, int day) =>
        family.Persons.Where(p => p.Slot is Population.Father or Population.Mother or Population.Partner && p.IsResident(day));

    private double PovertyOn(Family family, Welfare welfare, int day) => welfare.Poverty + (family.IsSingle(day) ? 0.8 : 0);

    private void PayTax(Family family, Welfare welfare)
    {
        foreach (int year in FiscalYears)
        {
            int january = new DateOnly(year, 1, 1).DayNumber;
            int june = new DateOnly(year, 6, 1).DayNumber;
            var random = new CityRandom(options.Seed, 261, (family.Index * 64L) + (year - 2000));
            double shared = PovertyOn(family, welfare, january) + (0.2 * random.Normal());
            foreach (var person in Parents(family, Math.Max(january, options.FirstDay)))
            {
                double poverty = shared + (person.Slot == Population.Mother && !family.IsSingle(january) ? 0.7 + (0.5 * random.Normal()) : 0);
                var (kind, band) = Class(poverty);
                bool isUndeclared = random.Chance(poverty > 1 ? 0.04 : 0.012);
                int revised = random.Chance(0.03) ? june + random.Between(40, 270) : int.MaxValue;
                var (later, laterBand) = Class(poverty + (random.Chance(0.7) ? -0.6 : 0.6));
                welfare.Taxes.Add(new TaxYear(person, year, kind, isUndeclared ? "" : band, isUndeclared, revised, later, laterBand));
            }
        }
    }

    private static (string Class, string Band) Class(double poverty) =>
        poverty > 1.25 ? ("非課税", "1") : poverty > 1.0 ? ("均等割のみ", "2") : poverty > 0.2 ? ("所得割", "3") : poverty > -0.9 ? ("所得割", "4") : ("所得割", "5");

    private void FallBehind(Family family, Welfare welfare)
    {
        var random = Stream(262, family);
        double rate = 0.020 * ExactMath.Exp(0.85 * welfare.Poverty);
        for (int quarter = 0; quarter < options.Years * 4; quarter++)
        {
            if (!random.Chance(rate / 3))
            {
                continue;
            }

            int length = random.Between(1, 6);
            string kind = FeeKinds[random.Below(FeeKinds.Length)];
            for (int q = quarter; q <= quarter + length && q < options.Years * 4; q++)
            {
                int day = CityDates.FirstDayOf(CityDates.MonthOf(options.FirstDay) + (q * 3) + 3) - 1;
                var payer = family.Guardian(day);
                if (payer.IsResident(day))
                {
                    bool has = q < quarter + length;
                    int age = q - quarter;
                    welfare.Arrears.Add(new ArrearsMark(payer, day, kind, has, !has ? "" : age < 2 ? "1-2期" : age < 4 ? "3-5期" : "6期以上"));
                }
            }

            quarter += length;
        }
    }

    private void ReceiveChildAllowance(Family family, Welfare welfare)
    {
        var random = Stream(263, family);
        bool isPaidElsewhere = random.Chance(0.08);
        int reform = new DateOnly(2024, 10, 1).DayNumber;
        bool joinsAtReform = random.Chance(0.75);
        double missing = Math.Min(0.5, 0.018 * ExactMath.Exp((0.7 * family.Stress) + (0.4 * family.Hardship)));
        string certificate = Code("J", family.Index, 5_882_353L);
        foreach (var child in family.Children.Where(c => c.WasResident))
        {
            int limitYear = CityDates.FiscalYear(child.Birth - 1) + 16;
            int begin = child.From <= options.FirstDay ? child.Birth + 15 : Math.Max(child.Birth, child.From) + 10;
            int end = new DateOnly(limitYear, 4, 1).DayNumber;
            if (end > reform)
            {
                end = new DateOnly(limitYear + 3, 4, 1).DayNumber;
            }

            begin = isPaidElsewhere ? (joinsAtReform ? Math.Max(begin, reform) : int.MaxValue) : begin;
            string reason = end <= child.To ? "1" : "2";
            end = Math.Min(end, child.To);
            if (begin >= end || begin >= options.EndDay || end <= options.FirstDay)
            {
                continue;
            }

            var recipient = family.Guardian(Math.Max(Math.Max(begin, child.From), options.FirstDay));
            if (recipient == child)
            {
                continue;
            }

            var spell = new ChildAllowanceSpell(child, recipient, certificate, begin, end, reason, welfare.Poverty < -1.35 ? "特例給付" : "児童手当");
            foreach (int year in FiscalYears)
            {
                int june = new DateOnly(year, 6, 30).DayNumber;
                var yearly = new CityRandom(options.Seed, 264, (family.Index * 64L) + (year - 2000));
                bool isMissing = yearly.Chance(missing);
                int resolved = june + yearly.Between(130, 420);
                bool mustFile = year < 2022 || yearly.Chance(0.12) || isMissing;
                if (begin <= june && end > june)
                {
                    spell.Reports.Add((year, isMissing ? "未提出" : mustFile ? "提出済" : "不要", isMissing ? june + 93 : int.MaxValue, isMissing ? Math.Max(resolved, june + 94) : int.MaxValue));
                }
            }

            welfare.ChildAllowances.Add(spell);
        }
    }

    private void ReceiveAssistance(Family family, Welfare welfare)
    {
        var random = Stream(265, family);
        bool wasSingle = family.SingleFrom < options.EndDay;
        if (!random.Chance(Math.Min(0.6, 0.0060 * ExactMath.Exp((1.05 * welfare.Poverty) + (wasSingle ? 0.8 : 0)))))
        {
            return;
        }

        int appear = Math.Max(family.Arrive, options.FirstDay - 1100);
        int start = appear + random.Below(Math.Max(1, options.EndDay - appear));
        int at = Math.Max(start, options.FirstDay);
        int stop = start + 200 + (int)(random.Exponential() * 1200);
        var members = family.Persons.Where(p => LivesWithChildren(family, p, at)).ToArray();
        if (members.Length == 0)
        {
            return;
        }

        int leave = Math.Min(family.Depart, members.Min(m => m.To));
        int end = Math.Min(stop, leave);
        if (end > at && start < options.EndDay)
        {
            string type = family.IsSingle(at) && !family.IsFatherCustody ? "母子" : random.Chance(0.3) ? "傷病" : random.Chance(0.2) ? "障害" : "その他";
            welfare.Assistance.Add(new AssistanceSpell(Code("S", family.Index, 3_141_593L), family.ChildHousehold(at), start, end, end == leave ? "2" : random.Chance(0.6) ? "1" : "9", type, members));
        }
    }

    private void Certify(Family family, Welfare welfare)
    {
        foreach (var child in family.Children.Where(c => c.WasResident))
        {
            var random = new CityRandom(options.Seed, 266, child.Id);
            double chance = child.Child!.IsSpecialSupport ? 0.30 : 0.017 * ExactMath.Exp(0.7 * child.Child.Vulnerability);
            if (!random.Chance(Math.Min(0.9, chance)))
            {
                continue;
            }

            int first = Math.Max(child.Birth + random.Between(500, 2600), child.From <= options.FirstDay ? 0 : child.From + 20);
            int school = new DateOnly(CityDates.FiscalYear(child.Birth - 1) + 7, 4, 1).DayNumber;
            double kind = random.Share();
            if (kind < 0.55)
            {
                string certificate = kind < 0.35 ? "療育手帳" : kind < 0.47 ? "身体障害者手帳" : "精神障害者保健福祉手帳";
                string grade = certificate == "療育手帳" ? (random.Chance(0.3) ? "A" : "B") : random.Between(1, 3).ToString(CultureInfo.InvariantCulture) + "級";
                Add(new StatusSpell(child, certificate, grade, first, child.To, null));
                if (random.Chance(0.4))
                {
                    Add(new StatusSpell(child, "特別児童扶養手当", random.Chance(0.3) ? "1級" : "2級", first + random.Between(20, 200), Math.Min(child.To, CityDates.AddYears(child.Birth, 20)), null));
                }
            }

            if (random.Chance(0.75))
            {
                int days = random.Between(4, 20);
                if (first < school)
                {
                    Add(new StatusSpell(child, "児童発達支援", "", first + 15, Math.Min(school, child.To), days));
                }

                if (random.Chance(0.8))
                {
                    Add(new StatusSpell(child, "放課後等デイサービス", "", Math.Max(school, first + 15), Math.Min(child.To, CityDates.AddYears(child.Birth, 18)), days));
                }
            }
        }

        foreach (var adult in family.Persons.Where(p => p.Slot is Population.Father or Population.Mother && p.WasResident))
        {
            var random = new CityRandom(options.Seed, 267, adult.Id);
            if (random.Chance(Math.Min(0.3, 0.018 * ExactMath.Exp(0.45 * family.Stress))))
            {
                int start = Math.Max(adult.From, options.FirstDay - 900) + random.Below(1500);
                Add(new StatusSpell(adult, random.Chance(0.6) ? "精神障害者保健福祉手帳" : "身体障害者手帳", random.Between(1, 3).ToString(CultureInfo.InvariantCulture) + "級", start, adult.To, null));
            }
        }

        void Add(StatusSpell spell)
        {
            if (spell.Start < spell.End && spell.Start < options.EndDay && spell.End > options.FirstDay)
            {
                welfare.Disability.Add(spell);
            }
        }
    }

    private void NeedCare(Family family, Welfare welfare)
    {
        var random = Stream(268, family);
        // A child who cares for somebody is often late: gives the rule about care its support.
        bool isLate = family.Children.Exists(c => c.Child!.Regime.Any(r => (r & 4) != 0));
        foreach (var elder in family.Persons.Where(p => p.Slot is Population.Grandfather or Population.Grandmother && p.WasResident))
        {
            int at = options.FirstDay - 800 + random.Below(options.EndDay - options.FirstDay + 700);
            double age = (at - elder.Birth) / 365.25;
            double chance = (isLate ? 0.50 : 0.16) * Math.Clamp((age - 52) / 18, 0.15, 1.6);
            if (!random.Chance(Math.Min(0.9, chance)))
            {
                continue;
            }

            int level = random.Below(4);
            int start = CityDates.FirstDayOf(CityDates.MonthOf(Math.Max(at, elder.From <= options.FirstDay ? 0 : elder.From)));
            while (start < Math.Min(options.EndDay, elder.To))
            {
                int end = CityDates.FirstDayOf(CityDates.MonthOf(start) + (random.Chance(0.5) ? 12 : 24));
                if (end > options.FirstDay && end > start)
                {
                    welfare.CareNeed.Add(new StatusSpell(elder, CareLevels[Math.Min(level, CareLevels.Length - 1)], "", start, end, null));
                }

                start = end;
                level += random.Chance(0.35) ? 1 : 0;
            }
        }
    }

    private void ApplyForSchoolAid(Family family, Welfare welfare)
    {
        var shared = Stream(269, family);
        bool takesUp = shared.Chance(0.80);
        foreach (var child in family.Children.Where(c => c.WasResident))
        {
            foreach (int year in FiscalYears)
            {
                int grade = CityDates.Grade(child.Birth, year);
                var random = new CityRandom(options.Seed, 270, (child.Id * 64) + (year - 2000));
                int april = new DateOnly(year, 4, 1).DayNumber;
                int applied = april + (random.Chance(0.9) ? random.Between(4, 24) : random.Between(30, 300));
                int decided = applied + random.Between(25, 75);
                bool appliesAnyway = random.Chance(0.012);
                bool isLateCarer = random.Chance(0.7);
                if (grade is < 1 or > 9)
                {
                    continue;
                }

                if (!child.IsResident(applied) && child.From > applied && child.From < april + 300)
                {
                    applied = child.From + 12;
                    decided = applied + 40;
                }

                if (!child.IsResident(applied) || CityDates.FiscalYear(applied) != year)
                {
                    continue;
                }

                bool isAssisted = welfare.Assistance.Exists(a => a.Start <= applied && a.End > applied && a.Members.Contains(child));
                double poverty = PovertyOn(family, welfare, applied);
                // Carers who are often late are poorer than others: gives the rule about care its support.
                bool isCarer = isLateCarer && child.Child!.Regime[(year - options.FirstFiscalYear) * 2] >= 4
                    && welfare.CareNeed.Exists(s => s.Start <= applied && s.End > applied);
                bool isEligible = isAssisted || isCarer || poverty > 0.86;
                if (!(isEligible && (takesUp || isAssisted || isCarer)) && !appliesAnyway)
                {
                    continue;
                }

                bool hasAllowance = child.Child!.Allowances.Exists(a => a.Notified <= applied && a.End >= applied);
                int end = Math.Min(new DateOnly(year + 1, 4, 1).DayNumber, child.To);
                welfare.SchoolAid.Add(new SchoolAid(
                    child, year, applied, decided, isEligible && decided < end, end, isAssisted ? "要保護" : "準要保護",
                    isAssisted ? "生活保護" : poverty > 1.25 ? "非課税" : hasAllowance ? "児童扶養手当" : "収入基準"));
            }
        }
    }

    private void UseServices(Family family, Welfare welfare)
    {
        foreach (var child in family.Children.Where(c => c.WasResident))
        {
            var random = new CityRandom(options.Seed, 271, child.Id);
            double lean = ExactMath.Exp((0.35 * family.Support) - (0.15 * family.Hardship) + (0.2 * family.Visibility) - 0.1);
            bool goesToCentre = random.Chance(Math.Min(0.9, 0.30 * lean));
            bool asksForStay = random.Chance(Math.Min(0.5, 0.012 * ExactMath.Exp(0.6 * family.Stress)));
            bool usesHelpers = random.Chance(Math.Min(0.5, 0.035 * lean));
            bool leavesForHours = random.Chance(Math.Min(0.8, 0.10 * lean));
            bool usesPostpartum = random.Chance(Math.Min(0.6, 0.12 * lean));
            for (int m = 0; m < options.Months; m++)
            {
                int first = CityDates.FirstDayOf(CityDates.MonthOf(options.FirstDay) + m);
                int ageMonths = (first - child.Birth) / 30;
                int day = first + random.Below(26);
                double draw = random.Share();
                double other = random.Share();
                int count = 1 + random.Poisson(1.2);
                if (day < child.Birth || !child.IsResident(day))
                {
                    continue;
                }

                if (goesToCentre && ageMonths < 36 && draw < 0.35)
                {
                    Add("支援センター");
                }

                if (usesPostpartum && ageMonths < 5 && draw > 0.6)
                {
                    Add("産後ケア");
                }

                if (leavesForHours && ageMonths is >= 6 and < 72 && other < 0.10)
                {
                    Add("一時預かり");
                }

                if (usesHelpers && ageMonths is >= 6 and < 144 && other > 0.88)
                {
                    Add("ファミリー・サポート");
                }

                if (asksForStay && ageMonths < 144 && other is > 0.5 and < 0.53)
                {
                    Add("ショートステイ");
                }

                void Add(string service) => welfare.Services.Add(new ServiceUse(child, service, day, Math.Min(count, 20)));
            }
        }
    }

    private void Consult(Family family, Welfare welfare)
    {
        var random = Stream(272, family);
        if (random.Chance(Math.Min(0.5, 0.035 * ExactMath.Exp(0.7 * welfare.Poverty))))
        {
            int day = options.FirstDay + random.Below(options.EndDay - options.FirstDay);
            string topic = Topics[random.Below(Topics.Length)];
            bool hasPlan = random.Chance(0.35);
            int visits = 1 + random.Poisson(0.8);
            for (int v = 0; v < visits && day < options.EndDay; v++)
            {
                var adult = family.Guardian(day);
                if (adult.IsResident(day))
                {
                    // One number a person: a case is opened for whoever comes.
                    welfare.Livelihood.Add(new LivelihoodVisit(adult, Code(adult.Slot == Population.Father ? "L1" : "L2", family.Index, 2_718_281L), day, topic, hasPlan));
                }

                day += random.Between(14, 90);
            }
        }

        var mother = family.Persons.Find(p => p.Slot == Population.Mother && p.WasResident);
        var violence = Stream(273, family);
        double rate = 0.010 * ExactMath.Exp(0.6 * family.Stress) * (family.SplitDay < options.EndDay ? 2.5 : 1);
        if (mother is null || !violence.Chance(Math.Min(0.4, rate)))
        {
            return;
        }

        int quarter = violence.Below(options.Years * 4);
        int length = violence.Between(1, 6);
        for (int q = quarter; q <= quarter + length && q < options.Years * 4; q++)
        {
            int day = CityDates.FirstDayOf(CityDates.MonthOf(options.FirstDay) + (q * 3) + 3) - 1;
            if (mother.IsResident(day))
            {
                welfare.Violence.Add(new ViolenceMark(mother, Code("W", family.Index, 1_618_033L), day, q < quarter + length));
            }
        }
    }
}
