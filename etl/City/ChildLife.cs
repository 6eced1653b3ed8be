using System.Globalization;

namespace Warehouse.Etl.City;

/// <summary>Simulates what nurseries, schools, the health section and the allowance desk know about each child.</summary>
internal sealed class ChildLife(CityOptions options, CityPlaces places)
{
    /// <summary>Fills the child's spells; they depend only on (seed, person).</summary>
    public void Live(Family family, Person person)
    {
        if (!person.WasResident)
        {
            return;
        }

        var random = new CityRandom(options.Seed, 2, person.Id);
        var child = person.Child!;
        child.Tendency = random.Exponential();
        child.LateTendency = random.Exponential();
        child.IsSpecialSupport = random.Chance(0.03 + (child.Vulnerability > 1.2 ? 0.12 : 0));
        Attend(family, person, child, ref random);
        Enrol(family, person, child);
        GoToNursery(family, person, child, ref random);
        Examine(family, person, child, ref random);
        Receive(family, person, child, ref random);
    }

    /// <summary>Returns the expected absences and late days of a month in a regime.</summary>
    public static (double Absent, double Late) Rates(Child child, byte regime, int month)
    {
        // Winter has more illness; the long holidays shorten August.
        double season = (month % 12) switch { 0 or 1 or 11 => 1.4, 7 => 0.3, 2 or 3 => 0.7, _ => 1.0 };
        double absent = (regime & 3) switch { 0 => 0.12 + (0.42 * child.Tendency), 1 => 1.10 + (0.50 * child.Tendency), _ => 5.5 + (3.5 * Math.Min(child.Tendency, 2.5)) };
        double late = (regime & 4) != 0 ? 1.6 + (1.3 * child.LateTendency) : 0.09 * child.LateTendency;
        return (absent * season, late * ((month % 12) == 7 ? 0.3 : 1));
    }

    private void Attend(Family family, Person person, Child child, ref CityRandom random)
    {
        int halves = options.Years * 2;
        child.Regime = new byte[halves];
        double strain = (0.45 * family.Hardship) + (0.40 * family.Stress) + (0.55 * child.Vulnerability);
        byte previous = 0;
        for (int h = -1; h < halves; h++)
        {
            int grade = CityDates.Grade(person.Birth, options.FirstFiscalYear + (h < 0 ? -1 : h / 2));
            bool isJunior = grade >= 7;
            double truant = (isJunior ? 0.050 : 0.009) * ExactMath.Exp(0.75 * strain);
            double raised = (isJunior ? 0.060 : 0.042) * ExactMath.Exp(0.45 * strain);
            double late = 0.040 * ExactMath.Exp((0.5 * family.Stress) + (0.35 * family.Hardship));
            byte regime;
            if (random.Chance(0.72) && h >= 0)
            {
                regime = (byte)(previous & 3);
                // Truancy grows out of raised absence, more often in junior high.
                if (regime == 1 && random.Chance(isJunior ? 0.14 : 0.02))
                {
                    regime = 2;
                }
            }
            else
            {
                double u = random.Share();
                regime = (byte)(u < truant ? 2 : u < truant + raised ? 1 : 0);
            }

            bool isLate = random.Chance(0.68) && h >= 0 ? (previous & 4) != 0 : random.Chance(late);
            previous = (byte)(regime | (isLate ? 4 : 0));
            if (h >= 0)
            {
                child.Regime[h] = previous;
            }
        }
    }

    private void Examine(Family family, Person person, Child child, ref CityRandom random)
    {
        for (int type = 0; type < 3; type++)
        {
            int due = type switch
            {
                0 => CityDates.AddMonths(person.Birth, 3) + random.Between(5, 28),
                1 => CityDates.AddMonths(person.Birth, 18) + random.Between(3, 30),
                _ => CityDates.AddMonths(person.Birth, 36) + random.Between(5, 45),
            };
            double miss = (type switch { 0 => 0.030, 1 => 0.036, _ => 0.046 }) * ExactMath.Exp((0.62 * family.Hardship) + (0.25 * family.Stress) - 0.05);
            if (person.From > options.FirstDay && due - person.From < 730 && person.Birth < person.From)
            {
                miss *= 2.6;
                // Single parents who have just moved in are the hardest to reach: gives rule R1 its support.
                miss = family.IsSingle(due) ? Math.Max(miss, 0.34) : miss;
            }

            if (child.Nursery.Exists(n => n.Reason == "家庭都合" && n.End < due))
            {
                // A nursery that a family has left no longer reminds it: gives rule R4 its support.
                miss = Math.Max(miss, 0.32);
            }

            if (family.IsForeign)
            {
                miss *= 1.8;
            }

            bool isMissed = random.Chance(miss);
            var checkup = new Checkup { Type = type, Due = due };
            int visit = isMissed ? (random.Chance(0.45) ? due + random.Between(70, 240) : int.MaxValue) : due + (random.Chance(0.93) ? 0 : random.Between(7, 40));
            int reminder = due + random.Between(35, 50);
            for (int n = 0; n < 4 && reminder < visit && isMissed; n++)
            {
                checkup.Reminders.Add(reminder);
                reminder += random.Between(30, 75);
            }

            double size = random.Normal();
            checkup.HeightCm = (type switch { 0 => 62.0, 1 => 80.0, _ => 94.5 }) + (2.6 * size);
            checkup.WeightKg = (type switch { 0 => 6.5, 1 => 10.3, _ => 13.8 }) + (0.9 * size) + (0.5 * random.Normal());
            double finding = 0.30 * ExactMath.Exp((0.30 * child.Vulnerability) + (0.12 * family.Hardship) - 0.05);
            double u = random.Share();
            checkup.Judgement = u < finding * 0.45 ? "要観察" : u < finding * 0.80 ? "要指導" : u < finding ? "要精査" : "健康";
            double caries = (type switch { 0 => 0.0, 1 => 0.015, _ => 0.085 }) * ExactMath.Exp(0.65 * family.Hardship - 0.15);
            checkup.Caries = random.Chance(caries) ? Math.Min(16, 1 + random.Poisson(2.3)) : 0;
            if (visit < person.To && visit >= person.From)
            {
                checkup.Visit = visit;
            }

            if (due >= options.FirstDay && due < options.EndDay && person.IsResident(due))
            {
                checkup.Reminders.RemoveAll(r => r >= person.To);
                child.Checkups.Add(checkup);
            }
        }
    }

    private void Enrol(Family family, Person person, Child child)
    {
        int first = CityDates.FiscalYear(person.Birth - 1) + 7;
        AddStage("primary", new DateOnly(first, 4, 1).DayNumber, new DateOnly(first + 6, 4, 1).DayNumber);
        AddStage("junior_high", new DateOnly(first + 6, 4, 1).DayNumber, new DateOnly(first + 9, 4, 1).DayNumber);

        void AddStage(string kind, int start, int end)
        {
            // A family that appears at the window's first day has lived here before: the enrolment began when the stage did.
            int from = person.From <= options.FirstDay ? start : Math.Max(start, person.From);
            int to = Math.Min(end, person.To);
            if (from >= to || end <= options.FirstDay || from >= options.EndDay)
            {
                return;
            }

            Enrolment? current = null;
            int at = from;
            foreach (int day in ResidenceDays(family, from, to))
            {
                at = Math.Max(from, day);
                var facility = FacilityOn(family, kind, Math.Max(at, person.From));
                if (current is not null && current.Facility == facility)
                {
                    continue;
                }

                if (current is not null)
                {
                    current.End = at - 1;
                }

                current = new Enrolment { Pupil = person, Facility = facility, Start = at };
                child.Enrolments.Add(current);
            }

            if (current is not null)
            {
                current.End = to - 1;
            }

            child.Enrolments.RemoveAll(e => e.End < options.FirstDay || e.End < e.Start);
        }
    }

    private void GoToNursery(Family family, Person person, Child child, ref CityRandom random)
    {
        int graduation = new DateOnly(CityDates.FiscalYear(person.Birth - 1) + 7, 3, 31).DayNumber;
        int aprilOfThree = new DateOnly(CityDates.FiscalYear(person.Birth - 1) + 4, 4, 1).DayNumber;
        double never = 0.016 * ExactMath.Exp(0.7 * family.Hardship);
        bool isNever = random.Chance(Math.Min(never, 0.3));
        double u = random.Share();
        int entry = u < 0.32 ? CityDates.AddMonths(person.Birth, random.Between(6, 14))
            : u < 0.62 ? aprilOfThree - (u < 0.47 ? 731 : 365)
            : aprilOfThree;
        entry = CityDates.FirstDayOf(CityDates.MonthOf(entry));
        bool isMover = person.From > options.FirstDay && person.Birth < person.From;
        if (isMover && entry < person.From)
        {
            entry = person.From + random.Between(10, 90);
        }

        bool isShort = random.Chance(0.25);
        if (isNever)
        {
            return;
        }

        double leaveRate = 0.022 * ExactMath.Exp((0.6 * family.Hardship) + (0.4 * family.Stress));
        int last = Math.Min(graduation, person.To - 1);
        int start = entry;
        while (start < last)
        {
            int withdrawal = start + (int)Math.Min(9000, random.Exponential() / leaveRate * 365);
            NurserySpell? current = null;
            int stop = Math.Min(last, withdrawal);
            foreach (int day in ResidenceDays(family, start, stop))
            {
                int at = Math.Max(start, day);
                var facility = FacilityOn(family, "nursery", Math.Max(at, person.From));
                if (current is not null && (current.Facility == facility || at - current.Start < 20))
                {
                    continue;
                }

                if (current is not null)
                {
                    current.End = at - 1;
                    current.Reason = "転園";
                }

                current = new NurserySpell { Facility = facility, Start = at, IsShort = isShort };
                child.Nursery.Add(current);
            }

            if (current is null)
            {
                break;
            }

            current.End = stop;
            current.Reason = stop == graduation ? "卒園" : stop == withdrawal ? (random.Chance(0.85) ? "家庭都合" : "その他") : "転出";
            if (stop != withdrawal || random.Chance(0.6))
            {
                break;
            }

            start = stop + random.Between(90, 400);
        }

        child.Nursery.RemoveAll(n => n.End < options.FirstDay || n.Start >= options.EndDay || n.End < n.Start);
    }

    private void Receive(Family family, Person person, Child child, ref CityRandom random)
    {
        // One draw per family decides, so that siblings are treated alike.
        var shared = new CityRandom(options.Seed, 7, family.Index);
        bool receives = shared.Chance(0.84);
        double income = shared.Normal() - (0.7 * family.Hardship);
        double why = shared.Share();
        int delay = shared.Between(20, 120);
        string certificate = "F" + (((family.Index * 62_748_517L) + 14_142_135L) % 100_000_000L).ToString("D8", CultureInfo.InvariantCulture);
        int ageLimit = new DateOnly(CityDates.FiscalYear(person.Birth - 1) + 19, 3, 31).DayNumber;
        int begin = Math.Max(family.SingleFrom, Math.Max(person.Birth, person.From <= options.FirstDay ? int.MinValue : person.From));
        if (!receives || begin > options.EndDay)
        {
            return;
        }

        int start = begin + delay;
        int end = Math.Min(Math.Min(family.SingleTo, ageLimit), person.To - 1);
        if (start >= end || end < options.FirstDay || start >= options.EndDay)
        {
            return;
        }

        var recipient = family.Guardian(Math.Max(start, person.From));
        int known = start + random.Between(3, 40);
        child.Allowances.Add(new AllowanceSpell
        {
            Recipient = recipient,
            Start = start,
            Notified = known,
            End = end < options.EndDay ? end : int.MaxValue,
            EndReason = end == family.SingleTo ? "1" : end == ageLimit ? "2" : "3",
            Reason = family.SingleFrom - 1 == family.Children[0].Birth ? "8" : why < 0.90 ? "1" : why < 0.93 ? "3" : why < 0.96 ? "2" : why < 0.98 ? "6" : "5",
            PaymentClass = income < 0.15 ? 0 : income < 1.5 ? 1 : 2,
            Certificate = certificate,
        });
    }

    private static List<int> ResidenceDays(Family family, int from, int to)
    {
        var days = new List<int> { from };
        foreach (var residence in family.Residences)
        {
            if (residence.From > from && residence.From < to && residence.Household == family.ChildHousehold(residence.From))
            {
                days.Add(residence.From);
            }
        }

        return days;
    }

    private Facility FacilityOn(Family family, string kind, int day)
    {
        var town = family.ChildResidence(day).Town;
        ulong hash = CityRandom.Mix(CityRandom.Mix(ulong.Parse(town.Code, CultureInfo.InvariantCulture)) ^ (kind == "nursery" ? (ulong)(family.Index % 2) : 0));
        return places.FacilityFor(kind, town.District, hash);
    }
}
