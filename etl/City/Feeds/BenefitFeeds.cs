using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes the files of child allowance, public assistance, school aid and medical subsidy.</summary>
/// <remarks>Random streams 203 to 206, 274 for the visits to doctors, which are drawn where they are written because there are so many, and 275 for payments that are withdrawn and stated anew.</remarks>
internal sealed class BenefitFeeds(CityContext city) : FeedGroup(
    city,
    new FeedWriter(city.Options, city.Inbox, "child_allowance", 203, DateShape.EraDots),
    new FeedWriter(city.Options, city.Inbox, "public_assistance", 204, DateShape.EraKanji),
    new FeedWriter(city.Options, city.Inbox, "school_aid", 205, DateShape.Slash),
    new FeedWriter(city.Options, city.Inbox, "medical_month", 206, DateShape.EraDots))
{
    private const int ClaimsLag = 2;
    private static readonly string[] Bands = ["1件", "2-4件", "5件以上"];

    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Medical, Allowance, Assistance, Aid];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        int lastDay = City.Options.EndDay - 1;
        foreach (var family in City.WithChildren)
        {
            var welfare = family.Source<Welfare>();
            foreach (var spell in welfare.ChildAllowances)
            {
                yield return new TruthFact("child_allowance", spell.Child.ResidentNumber, spell.Certificate, spell.Child, spell.Start, Known(spell.End), spell.IsStopped(Math.Min(lastDay, spell.End - 1)) ? "差止" : "");
            }

            foreach (var spell in welfare.Assistance)
            {
                foreach (var member in spell.Members)
                {
                    yield return new TruthFact("public_assistance", member.ResidentNumber, spell.Case, member, spell.Start, Known(spell.End), spell.Type);
                }
            }

            foreach (var aid in welfare.SchoolAid.Where(a => a.IsApproved && a.Decided <= lastDay))
            {
                yield return new TruthFact("school_aid", aid.Child.ResidentNumber, aid.Year.ToString(CultureInfo.InvariantCulture), aid.Child, aid.Decided, aid.End - 1, aid.Category);
            }
        }

        // There are too many visits for a line each: one line a child says how many there are.
        foreach (var (family, person) in City.Children())
        {
            int count = Enumerable.Range(ClaimsLag, City.Options.Months - ClaimsLag).Sum(m => Visits(family, person, m).Count);
            if (count > 0)
            {
                yield return new TruthFact("medical_month", person.ResidentNumber, "", person, Math.Max(person.From, City.Options.FirstDay), int.MaxValue, count.ToString(CultureInfo.InvariantCulture));
            }
        }

        int Known(int end) => end - 1 <= lastDay ? end - 1 : int.MaxValue;
    }

    private void Allowance(CancellationToken cancellationToken)
    {
        var writer = Writers[0];
        Monthly(writer, cancellationToken, (m, first, last) =>
        {
            bool isFull = m == 0 || (City.FirstMonth + m) % 12 == 5;
            foreach (var spell in City.WithChildren.SelectMany(f => f.Source<Welfare>().ChildAllowances))
            {
                bool isOpen = spell.Start <= last && spell.End > first;
                bool isNew = spell.Start >= first && spell.Start <= last;
                bool isEnded = spell.End - 1 >= first && spell.End - 1 <= last;
                bool isChanged = spell.Reports.Exists(r => (r.StopFrom >= first && r.StopFrom <= last) || (r.StopTo >= first && r.StopTo <= last));
                if (isOpen && (isFull || isNew || isEnded || isChanged))
                {
                    string ended = LastDay(spell.End - 1, last, DateShape.EraDots);
                    writer.Row(
                    [
                        spell.Certificate, spell.Recipient.ResidentNumber, Kana(spell.Recipient, last), spell.Child.ResidentNumber, spell.Class, spell.Report(last),
                        spell.IsStopped(last) ? "差止" : "", WelfareLife.LivesWithChildren(City.Families[spell.Child.Family], spell.Recipient, last) ? "同居" : "別居",
                        CityDates.Format(spell.Start, DateShape.EraDots), ended, ended.Length > 0 ? spell.EndReason : "",
                    ],
                    [0, 0, 0, 0, 0, 0, 0, 0, spell.Start]);
                }
            }
        });
    }

    private void Assistance(CancellationToken cancellationToken)
    {
        var writer = Writers[1];
        Monthly(writer, cancellationToken, (m, first, last) =>
        {
            foreach (var family in City.WithChildren)
            {
                foreach (var spell in family.Source<Welfare>().Assistance)
                {
                    bool isOpen = spell.Start <= last && spell.End > first;
                    bool isNews = m == 0 || (spell.Start >= first && spell.Start <= last) || (spell.End - 1 >= first && spell.End - 1 <= last);
                    foreach (var member in spell.Members.Where(_ => isOpen && isNews))
                    {
                        string ended = LastDay(spell.End - 1, last, DateShape.EraKanji);
                        writer.Row(
                        [
                            spell.Case, member.ResidentNumber, CityNumbers.Household(family.Index, spell.Household), Kana(member, last), CityDates.Format(spell.Start, DateShape.EraKanji),
                            ended, ended.Length > 0 ? spell.EndReason : "", spell.Type, IsPupil(member, spell.Start) ? "有" : "無",
                        ],
                        [0, 0, 0, 0, spell.Start]);
                    }
                }
            }
        });
    }

    private static bool IsPupil(Person person, int day) => person.Child is not null && CityDates.Grade(person.Birth, CityDates.FiscalYear(day)) is >= 1 and <= 9;

    private void Aid(CancellationToken cancellationToken)
    {
        var writer = Writers[2];
        var news = City.Buckets<SchoolAid>();
        foreach (var aid in City.WithChildren.SelectMany(f => f.Source<Welfare>().SchoolAid))
        {
            var months = new SortedSet<int> { City.Index(aid.Applied), City.Index(aid.Decided) };
            if (EndsEarly(aid))
            {
                months.Add(City.Index(aid.End - 1));
            }

            foreach (int month in months.Where(x => x >= 0 && x < City.Options.Months))
            {
                news[month].Add(aid);
            }
        }

        Monthly(
            writer,
            cancellationToken,
            (m, _, last) =>
            {
                foreach (var aid in news[m])
                {
                    bool isDecided = aid.Decided <= last;
                    bool isGranted = isDecided && aid.IsApproved;
                    writer.Row(
                    [
                        aid.Child.ResidentNumber, Kana(City.Families[aid.Child.Family].Guardian(Math.Max(aid.Applied, City.Options.FirstDay)), last), aid.Year.ToString(CultureInfo.InvariantCulture),
                        isGranted ? aid.Category : "", CityDates.Format(aid.Applied, DateShape.Slash), !isDecided ? "審査中" : aid.IsApproved ? "認定" : "否認定",
                        isDecided ? CityDates.Format(aid.Decided, DateShape.Slash) : "", EndsEarly(aid) ? LastDay(aid.End - 1, last, DateShape.Slash) : "", isGranted ? aid.Reason : "",
                    ]);
                }
            },
            m => news[m].Count > 0);
    }

    private static bool EndsEarly(SchoolAid aid) => aid.IsApproved && aid.End < new DateOnly(aid.Year + 1, 4, 1).DayNumber;

    private void Medical(CancellationToken cancellationToken)
    {
        var writer = Writers[3];
        Monthly(
            writer,
            cancellationToken,
            (m, _, _) =>
            {
                int month = City.FirstMonth + m - ClaimsLag;
                string visited = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}-{(month % 12) + 1:D2}");
                foreach (var (family, person) in City.Children())
                {
                    foreach (var (kind, band) in Visits(family, person, m))
                    {
                        writer.Row(["M" + person.ResidentNumber[2..], person.ResidentNumber, visited, kind, Bands[band], ""]);
                    }
                }

                Withdrawals(m, month - 1);
            },
            m => m >= ClaimsLag);
    }

    // A claim that was found wrong after it was paid: the file of the next month withdraws it (赤) and states it anew (黒).
    private void Withdrawals(int index, int month)
    {
        if (!City.Options.WithdrawsPayments || index <= ClaimsLag)
        {
            return;
        }

        string visited = string.Create(CultureInfo.InvariantCulture, $"{month / 12:D4}-{(month % 12) + 1:D2}");
        foreach (var (family, person) in City.Children())
        {
            var random = new CityRandom(City.Options.Seed, 275, (person.Id * 4096) + index);
            foreach (var (kind, band) in random.Chance(0.02) ? Visits(family, person, index - 1).Take(1) : [])
            {
                string[] paid = ["M" + person.ResidentNumber[2..], person.ResidentNumber, visited, kind, Bands[band], "赤"];
                Writers[3].Withdraw(paid, [.. paid[..4], Bands[(band + 1) % Bands.Length], "黒"]);
            }
        }
    }

    /// <summary>Returns the kinds of care that a child had in the month that the file of an index tells, with the band of the count.</summary>
    private List<(string Kind, int Band)> Visits(Family family, Person person, int index)
    {
        int middle = CityDates.FirstDayOf(City.FirstMonth + index - ClaimsLag) + 14;
        List<(string Kind, int Band)> visits = [];
        if (!NeedModel.IsActive(person, middle))
        {
            return visits;
        }

        var random = new CityRandom(City.Options.Seed, 274, (person.Id * 4096) + index);
        int age = (middle - person.Birth) / 365;
        // Poor and strained families go less often, whatever the child's health.
        double rate = (age < 3 ? 0.58 : age < 6 ? 0.46 : age < 12 ? 0.30 : 0.20) * ExactMath.Exp((0.15 * person.Child!.Vulnerability) - (0.20 * family.Hardship) - (0.10 * family.Stress) - 0.04);
        double visit = random.Share();
        double dental = random.Share();
        double drugs = random.Share();
        if (visit < rate)
        {
            visits.Add(("医科", visit < 0.06 * rate ? 2 : visit < 0.4 * rate ? 1 : 0));
            if (drugs < 0.7)
            {
                visits.Add(("調剤", drugs < 0.2 ? 1 : 0));
            }
        }

        if (age >= 1 && dental < 0.075 * ExactMath.Exp(-0.25 * family.Hardship))
        {
            visits.Add(("歯科", dental < 0.02 ? 1 : 0));
        }

        return visits;
    }
}
