using System.Globalization;
using Warehouse.Etl.City.Feeds;

namespace Warehouse.Etl.City;

/// <summary>Decides which children need support, which of them are seen, and what the consultation desk records.</summary>
/// <remarks>Need at each half-year start is a logistic function of observable conditions, planted rules and hidden variables; it persists by a
/// child's frailty. A label needs a true need and a service that sees the family; a few labels are errors.</remarks>
internal sealed class NeedModel(CityOptions options, ISourceLife[] sources)
{
    /// <summary>The conditions in the order of their bits: name, weight in the need score.</summary>
    public static readonly (string Name, double Weight)[] Conditions =
    [
        ("single_parent", 0.0),
        ("move_in_within_2_years", 0.25),
        ("checkup_missed", 1.15),
        ("absence_raised", 0.95),
        ("often_late", 0.75),
        ("allowance_received", 0.0),
        ("moved_within_2_years", 0.40),
        ("no_grandparent_in_household", 0.0),
        ("nursery_left_family_reason", 0.95),
        ("checkup_36_months_missed", 0.0),
        ("caries_3_or_more", 0.70),
        ("not_enrolled_age_3_to_5", 0.85),
        ("siblings_3_or_more", 0.40),
        ("checkup_finding", 0.40),
        ("allowance_full", 0.40),
        ("separated_within_1_year", 0.60),
        ("young_mother", 0.90),
        ("truant", 1.20),
        ("grandparent_in_household", -0.75),
        ("nursery_continued_1_year", -0.45),
        ("all_checkups_visited", -0.30),
        ("same_address_5_years", -0.25),
        ("foreign_roots", 0.0),
        ("remote_district", 0.0),
        ("care_need_in_household", 0.0),
        ("school_aid_received", 0.0),
        ("support_service_used", -0.40),
        ("public_assistance_received", 0.0),
        ("child_allowance_stopped", 0.45),
        ("late_pregnancy_notice", 0.60),
        ("measles_vaccine_missed", 0.45),
        ("nursery_no_contact", 0.70),
        ("untreated_teeth_3_or_more", 0.35),
        ("nurse_stomach_ache", 0.30),
        ("older_sibling_truant", 0.30),
        ("counselled_by_own_request", -0.35),
    ];

    /// <summary>The planted rules: name, conditions, extra weight, extra weight in the last fiscal year, kind.</summary>
    public static readonly (string Name, string[] If, double Weight, double LastYear, string Kind)[] Rules =
    [
        ("R1", ["move_in_within_2_years", "single_parent", "checkup_missed"], 1.8, 1.8, "true"),
        ("R2", ["absence_raised", "allowance_received", "moved_within_2_years"], 1.7, 1.7, "true"),
        ("R3", ["often_late", "no_grandparent_in_household", "single_parent"], 1.6, 0.3, "true, weaker in the last year"),
        ("R4", ["nursery_left_family_reason", "checkup_36_months_missed"], 1.8, 1.8, "true"),
        ("R5", ["caries_3_or_more", "siblings_3_or_more"], 1.6, 1.6, "true"),
        ("R6", ["checkup_finding", "allowance_full"], 1.5, 1.5, "true"),
        ("R7", ["moved_within_2_years", "often_late"], 0.0, 1.6, "true, only in the last year"),
        ("R8", ["single_parent", "move_in_within_2_years"], 0.8, 0.8, "true"),
        ("R9", ["caries_3_or_more", "absence_raised"], 1.6, 1.6, "true, rare"),
        ("R10", ["care_need_in_household", "often_late", "school_aid_received"], 1.7, 1.7, "true, rare"),
        ("R11", ["untreated_teeth_3_or_more", "nurse_stomach_ache", "older_sibling_truant"], 1.8, 1.8, "true, rare"),
        ("R12", ["nursery_no_contact", "single_parent"], 1.2, 1.2, "true"),
        ("P1", ["grandparent_in_household"], 0, 0, "protective"),
        ("P2", ["nursery_continued_1_year"], 0, 0, "protective"),
        ("P3", ["all_checkups_visited"], 0, 0, "protective"),
        ("P4", ["same_address_5_years"], 0, 0, "protective"),
        ("P5", ["support_service_used"], 0, 0, "protective"),
        ("P6", ["counselled_by_own_request"], 0, 0, "protective"),
        ("D1", ["single_parent"], 0, 0, "decoy"),
        ("D2", ["allowance_received"], 0, 0, "decoy"),
        ("D3", ["foreign_roots"], 0, 0, "decoy, under-observed"),
        ("D4", ["remote_district"], 0, 0, "decoy, under-observed"),
        ("D5", ["public_assistance_received"], 0, 0, "decoy"),
    ];

    private const double NeedShare = 0.05;
    private const double Scale = 1.40;
    private const double FalsePositive = 0.0004;

    private static readonly (ulong Mask, double Weight, double LastYear)[] RuleMasks =
        [.. Rules.Select(r => (r.If.Aggregate(0ul, (mask, name) => mask | Bit(name)), r.Weight, r.LastYear))];

    private static readonly string[] Types = ["養護(虐待)", "養護(その他)", "保健", "障害", "非行", "育成"];
    private static readonly double[] TypeWeights = [0.48, 0.72, 0.76, 0.84, 0.87, 1.0];
    private static readonly string[] Routes = ["学校", "保育所等", "保健", "家族・親戚", "警察", "近隣", "医療機関", "児童本人", "その他"];
    private static readonly double[] RouteWeights = [0.28, 0.42, 0.56, 0.74, 0.84, 0.89, 0.93, 0.94, 1.0];

    /// <summary>Gets the intercept found by calibration.</summary>
    public double Intercept { get; private set; }

    /// <summary>Gets the share of seen needs that become labels, found by calibration.</summary>
    public double Sensitivity { get; private set; }

    /// <summary>Gets the share of child half-years with need.</summary>
    public double NeedRate { get; private set; }

    /// <summary>Gets the labels per child and year.</summary>
    public double LabelRate { get; private set; }

    /// <summary>Gets the AUC of the observable probability against the label.</summary>
    public double BayesAuc { get; private set; }

    public int Halves => options.Years * 2;

    /// <summary>Returns the first day of a half-year of the window.</summary>
    public int HalfStart(int half) => new DateOnly(options.FirstFiscalYear + (half / 2), half % 2 == 0 ? 4 : 10, 1).DayNumber;

    /// <summary>Fills the conditions and scores of a child at every half-year start.</summary>
    public void Observe(Family family, Person person)
    {
        var child = person.Child!;
        int halves = Halves;
        child.Conditions = new ulong[halves];
        child.Rules = new ulong[halves];
        child.Score = new float[halves];
        child.Seen = new float[halves];
        child.Probability = new float[halves];
        child.Need = new bool[halves];
        child.Labelled = new bool[halves];
        for (int h = 0; h < halves; h++)
        {
            int day = HalfStart(h);
            if (!IsActive(person, day))
            {
                continue;
            }

            ulong bits = ConditionsOn(family, person, child, day, h);
            double score = 0;
            for (int c = 0; c < Conditions.Length; c++)
            {
                score += (bits >> c & 1) != 0 ? Conditions[c].Weight : 0;
            }

            bool isLastYear = h >= halves - 2 && options.Years > 1;
            ulong rules = 0;
            for (int r = 0; r < RuleMasks.Length; r++)
            {
                if ((bits & RuleMasks[r].Mask) == RuleMasks[r].Mask)
                {
                    rules |= 1ul << r;
                    score += isLastYear ? RuleMasks[r].LastYear : RuleMasks[r].Weight;
                }
            }

            int age = Age(person, day);
            score += age <= 2 ? 0.1 : age <= 5 ? 0.25 : age >= 15 ? -0.4 : 0;
            child.Conditions[h] = bits;
            child.Rules[h] = rules;
            child.Score[h] = (float)(Scale * score);
            double seen = 0.80
                + ((bits & Bit("allowance_received")) != 0 ? 0.15 : 0)
                + (child.Enrolments.Exists(e => e.Start <= day && e.End >= day) || child.Nursery.Exists(n => n.Start <= day && n.End >= day) ? 0.05 : -0.1);
            if (family.IsForeign)
            {
                seen *= 0.40;
            }

            if ((bits & Bit("remote_district")) != 0)
            {
                seen *= 0.45;
            }

            child.Seen[h] = (float)seen;
        }
    }

    /// <summary>Calibrates need and labels to the wanted shares and writes consultations onto the children.</summary>
    public List<Consultation> Decide(IReadOnlyList<Family> families)
    {
        var children = families.SelectMany(f => f.Children.Where(c => c.WasResident).Select(c => (Family: f, Person: c))).ToArray();
        Calibrate(children);
        Sensitivity = options.LabelShare / 2 / NeedShare;
        double share = 0;
        for (int round = 0; round < 4; round++)
        {
            long active = 0;
            long labels = 0;
            Parallel.For(
                0,
                children.Length,
                new ParallelOptions { MaxDegreeOfParallelism = options.MaxDegreeOfParallelism },
                () => (Active: 0L, Labels: 0L),
                (i, _, sum) =>
                {
                    var (a, l) = Label(children[i].Family, children[i].Person);
                    return (sum.Active + a, sum.Labels + l);
                },
                sum =>
                {
                    Interlocked.Add(ref active, sum.Active);
                    Interlocked.Add(ref labels, sum.Labels);
                });
            share = active == 0 ? 0 : 2.0 * labels / active;
            if (round < 3)
            {
                Sensitivity = Math.Clamp(Sensitivity * options.LabelShare / Math.Max(share, 0.001), 0.05, 0.95);
            }
        }

        AddSiblings(families);
        Number(children);
        Measure(children);
        return [.. children.SelectMany(c => c.Person.Child!.Consultations).OrderBy(c => c.Case, StringComparer.Ordinal).ThenBy(c => c.Branch, StringComparer.Ordinal)];
    }

    /// <summary>Returns whether a person is a resident child on a day.</summary>
    public static bool IsActive(Person person, int day) => person.IsResident(day) && person.Birth <= day && CityDates.AddYears(person.Birth, 18) > day;

    private static ulong Bit(string name)
    {
        for (int i = 0; i < Conditions.Length; i++)
        {
            if (Conditions[i].Name == name)
            {
                return 1ul << i;
            }
        }

        throw new InvalidOperationException($"condition {name} is not defined");
    }

    private static int Age(Person person, int day)
    {
        var birth = DateOnly.FromDayNumber(person.Birth);
        var at = DateOnly.FromDayNumber(day);
        return at.Year - birth.Year - ((at.Month * 100) + at.Day < (birth.Month * 100) + birth.Day ? 1 : 0);
    }

    private ulong ConditionsOn(Family family, Person person, Child child, int day, int half)
    {
        ulong bits = 0;
        void Set(string name, bool isTrue) => bits |= isTrue ? Bit(name) : 0;
        bool isSingle = family.IsSingle(day);
        int lastMove = int.MinValue;
        foreach (var residence in family.Residences)
        {
            if (residence.From <= day && residence.From > options.FirstDay && residence.Household == family.ChildHousehold(residence.From))
            {
                lastMove = Math.Max(lastMove, residence.From);
            }
        }

        bool isMoveIn = family.Arrive > options.FirstDay && family.Arrive <= day && day - family.Arrive <= 730 && person.Birth < family.Arrive;
        bool isMoved = isMoveIn || (lastMove != int.MinValue && day - lastMove <= 730 && person.Birth < lastMove);
        bool isMissed = false;
        bool isMissed36 = false;
        bool isFinding = false;
        bool isCaries = false;
        int visited = 0;
        int due = 0;
        foreach (var checkup in child.Checkups)
        {
            if (checkup.Due > day - 45)
            {
                continue;
            }

            due++;
            bool isOpen = checkup.Visit > day;
            visited += isOpen ? 0 : 1;
            isMissed |= isOpen && day - checkup.Due <= 1100;
            isMissed36 |= isOpen && checkup.Type == 2;
            isFinding |= !isOpen && checkup.Judgement != "健康" && day - checkup.Due <= 1100;
            isCaries |= !isOpen && checkup.Caries >= 3;
        }

        byte regime = half > 0 ? child.Regime[half - 1] : child.Regime[0];
        bool isPupil = child.Enrolments.Exists(e => e.Start <= day - 90 && e.End >= day - 30);
        bool isAllowance = false;
        bool isFull = false;
        foreach (var spell in child.Allowances)
        {
            if (spell.Notified <= day && spell.End >= day)
            {
                isAllowance = true;
                isFull |= spell.PaymentClass == 0;
            }
        }

        int age = Age(person, day);
        bool isEnrolled = child.Nursery.Exists(n => n.Start <= day && n.End >= day);
        bool hasGrandparent = child.GrandparentUntil.Exists(until => day < until);
        int siblings = 0;
        foreach (var other in family.Children)
        {
            siblings += IsActive(other, day) ? 1 : 0;
        }

        Set("single_parent", isSingle);
        Set("move_in_within_2_years", isMoveIn);
        Set("checkup_missed", isMissed);
        Set("absence_raised", isPupil && (regime & 3) >= 1);
        Set("often_late", isPupil && (regime & 4) != 0);
        Set("allowance_received", isAllowance);
        Set("moved_within_2_years", isMoved);
        Set("no_grandparent_in_household", !hasGrandparent);
        Set("nursery_left_family_reason", child.Nursery.Exists(n => n.Reason == "家庭都合" && n.End < day && day - n.End <= 1100));
        Set("checkup_36_months_missed", isMissed36);
        Set("caries_3_or_more", isCaries);
        Set("not_enrolled_age_3_to_5", age is >= 3 and <= 5 && !isEnrolled && CityDates.Grade(person.Birth, CityDates.FiscalYear(day)) is >= -2 and < 1);
        Set("siblings_3_or_more", siblings >= 3);
        Set("checkup_finding", isFinding);
        Set("allowance_full", isFull);
        Set("separated_within_1_year", family.SplitDay <= day && day - family.SplitDay <= 365);
        Set("young_mother", family.MotherAgeAtFirst < 20);
        Set("truant", isPupil && (regime & 3) == 2);
        Set("grandparent_in_household", hasGrandparent);
        Set("nursery_continued_1_year", child.Nursery.Exists(n => n.Start <= day - 365 && n.End >= day));
        Set("all_checkups_visited", due > 0 && visited == due);
        Set("same_address_5_years", lastMove == int.MinValue && age >= 5 && family.Arrive <= options.FirstDay);
        Set("foreign_roots", family.IsForeign);
        Set("remote_district", family.ChildResidence(day).Town.District >= CityPlaces.DistrictCount - 2);
        foreach (var source in sources)
        {
            source.Observe(family, person, day, name => Set(name, true));
        }

        return bits;
    }

    private double Hidden(Family family, Child child) =>
        (0.35 * child.Residual) + (0.20 * family.Stress) + (0.10 * family.Hardship) + (0.15 * child.Vulnerability) - (0.25 * family.Support);

    private void Calibrate((Family Family, Person Person)[] children)
    {
        var scores = new List<double>();
        foreach (var (family, person) in children)
        {
            double hidden = Hidden(family, person.Child!);
            for (int h = 0; h < Halves; h++)
            {
                if (IsActive(person, HalfStart(h)))
                {
                    scores.Add(person.Child!.Score[h] + hidden);
                }
            }
        }

        double low = -12;
        double high = 4;
        for (int i = 0; i < 30; i++)
        {
            double middle = (low + high) / 2;
            double sum = 0;
            foreach (double score in scores)
            {
                sum += ExactMath.Sigmoid(middle + score);
            }

            if (sum > NeedShare * scores.Count)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        Intercept = (low + high) / 2;
    }

    private (long Active, long Labels) Label(Family family, Person person)
    {
        var child = person.Child!;
        var random = new CityRandom(options.Seed, 3, person.Id);
        child.Consultations.Clear();
        double hidden = Hidden(family, child);
        int openUntil = int.MinValue;
        long active = 0;
        long labels = 0;
        for (int h = 0; h < Halves; h++)
        {
            int start = HalfStart(h);
            int end = h + 1 < Halves ? HalfStart(h + 1) : options.EndDay;
            double z = (0.7746 * child.Frailty) + (0.6325 * random.Normal());
            double seenDraw = random.Share();
            double otherDraw = random.Share();
            int received = start + random.Below(end - start);
            var draw = new CityRandom(options.Seed, 5, (person.Id * 16) + h);
            child.Labelled[h] = false;
            if (!IsActive(person, start))
            {
                continue;
            }

            active++;
            // A normal variable times 1.80 has the upper 5 % tail of a logistic one, which is where needs lie.
            child.Need[h] = Intercept + child.Score[h] + hidden + (1.80 * z) > 0;
            double seen = Math.Clamp(Sensitivity * child.Seen[h] * (1 + (0.15 * family.Visibility)), 0, 1);
            double p = ExactMath.Sigmoid(Intercept + child.Score[h] + 0.15);
            child.Probability[h] = (float)((p * Math.Min(1, Sensitivity * child.Seen[h])) + FalsePositive);
            bool isNeedDecision = child.Need[h] ? seenDraw < seen : seenDraw > 1 - FalsePositive;
            bool isOther = !isNeedDecision && otherDraw < 0.0055 * (0.6 + (5 * p));
            if ((isNeedDecision || isOther) && received > openUntil && IsActive(person, received))
            {
                var consultation = Consult(person, received, isNeedDecision, h, ref draw);
                consultation.IsTrueNeed = child.Need[h];
                if (isNeedDecision && consultation.Decided >= options.EndDay)
                {
                    isNeedDecision = false;
                }

                child.Consultations.Add(consultation);
                child.Labelled[h] = isNeedDecision;
                labels += isNeedDecision ? 1 : 0;
                openUntil = isNeedDecision ? received + 330 : received + 90;
            }
        }

        return (active, labels);
    }

    private Consultation Consult(Person person, int received, bool isNeed, int half, ref CityRandom random)
    {
        var consultation = new Consultation
        {
            Child = person,
            Received = received,
            Half = half,
            Type = Types[random.Pick(TypeWeights)],
            Route = Routes[random.Pick(RouteWeights)],
        };
        int urgency = random.Below(100);
        consultation.Urgency = urgency < (isNeed ? 3 : 1) ? "AA" : urgency < (isNeed ? 18 : 7) ? "A" : urgency < (isNeed ? 60 : 40) ? "B" : urgency < 90 ? "C" : "";
        if (consultation.Type == Types[0] || consultation.Urgency is "AA" or "A")
        {
            consultation.SafetyCheck = received + (random.Chance(0.93) ? random.Between(0, 2) : random.Between(3, 12));
        }

        consultation.Decided = received + random.Between(9, 52);
        consultation.Decision = isNeed ? "要" : random.Chance(0.72) ? "否" : "保留";
        if (random.Chance(isNeed ? 0.75 : 0.95))
        {
            consultation.Closed = consultation.Decided + (isNeed ? random.Between(120, 620) : random.Between(5, 90));
        }

        return consultation;
    }

    private void AddSiblings(IReadOnlyList<Family> families)
    {
        foreach (var family in families)
        {
            foreach (var person in family.Children)
            {
                // A copy of the count: the rows added here belong to siblings and start no further cases.
                foreach (var consultation in person.Child!.Consultations.ToArray())
                {
                    if (consultation.Branch != "01")
                    {
                        continue;
                    }

                    var random = new CityRandom(options.Seed, 6, (person.Id * 16) + consultation.Half);
                    if (!random.Chance(0.25))
                    {
                        continue;
                    }

                    var sibling = family.Children.Find(c => c != person && IsActive(c, consultation.Received)
                        && !c.Child!.Consultations.Exists(o => Math.Abs(o.Received - consultation.Received) < 400));
                    if (sibling is null)
                    {
                        continue;
                    }

                    bool isNeed = sibling.Child!.Need.Length > 0 && sibling.Child.Need[consultation.Half] && consultation.Decision == "要" && random.Chance(0.5);
                    sibling.Child.Consultations.Add(new Consultation
                    {
                        Child = sibling,
                        Branch = "02",
                        Case = person.Id.ToString(CultureInfo.InvariantCulture),
                        Received = consultation.Received,
                        Half = consultation.Half,
                        Type = consultation.Type,
                        Route = consultation.Route,
                        Urgency = consultation.Urgency,
                        SafetyCheck = consultation.SafetyCheck,
                        Decided = consultation.Decided,
                        Decision = isNeed ? "要" : random.Chance(0.8) ? "否" : "保留",
                        Closed = consultation.Closed,
                        IsTrueNeed = sibling.Child.Need[consultation.Half],
                    });
                    sibling.Child.Labelled[consultation.Half] |= isNeed && consultation.Decided < options.EndDay;
                }
            }
        }
    }

    private static void Number((Family Family, Person Person)[] children)
    {
        var firsts = children.SelectMany(c => c.Person.Child!.Consultations).Where(c => c.Branch == "01")
            .OrderBy(c => c.Received).ThenBy(c => c.Child.Id).ToArray();
        var cases = new Dictionary<(string Person, int Received), string>();
        var counts = new Dictionary<int, int>();
        foreach (var consultation in firsts)
        {
            int year = CityDates.FiscalYear(consultation.Received);
            counts[year] = counts.GetValueOrDefault(year) + 1;
            consultation.Case = string.Create(CultureInfo.InvariantCulture, $"K{year % 100:D2}{counts[year]:D6}");
            cases[(consultation.Child.Id.ToString(CultureInfo.InvariantCulture), consultation.Received)] = consultation.Case;
        }

        foreach (var consultation in children.SelectMany(c => c.Person.Child!.Consultations).Where(c => c.Branch != "01"))
        {
            consultation.Case = cases[(consultation.Case, consultation.Received)];
        }
    }

    private void Measure((Family Family, Person Person)[] children)
    {
        var points = new List<(float Probability, bool IsLabel)>();
        long needs = 0;
        long labels = 0;
        foreach (var (_, person) in children)
        {
            for (int h = 0; h < Halves; h++)
            {
                if (IsActive(person, HalfStart(h)))
                {
                    needs += person.Child!.Need[h] ? 1 : 0;
                    labels += person.Child.Labelled[h] ? 1 : 0;
                    points.Add((person.Child.Probability[h], person.Child.Labelled[h]));
                }
            }
        }

        NeedRate = points.Count == 0 ? 0 : (double)needs / points.Count;
        LabelRate = points.Count == 0 ? 0 : 2.0 * labels / points.Count;
        points.Sort(static (x, y) => x.Probability.CompareTo(y.Probability));
        double rankSum = 0;
        for (int i = 0; i < points.Count;)
        {
            int j = i;
            int positives = 0;
            while (j < points.Count && points[j].Probability == points[i].Probability)
            {
                positives += points[j].IsLabel ? 1 : 0;
                j++;
            }

            rankSum += positives * ((i + 1 + j) / 2.0);
            i = j;
        }

        double negatives = points.Count - labels;
        BayesAuc = labels == 0 || negatives == 0 ? 0.5 : (rankSum - (labels * (labels + 1) / 2.0)) / (labels * negatives);
    }
}
