using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>A child in the register of the council, which follows from a decision of the consultation desk.</summary>
internal sealed record CouncilEntry(
    Person Child, string Case, string Branch, string Category, string Severity, string Agency, int Registered, int Closed, string Reason);

/// <summary>Writes the council's register, livelihood consultations and the flag of the women's desk: files without resident numbers.</summary>
/// <remarks>Random streams 210 to 212, 275 for the register and 276 for what is left blank. Every third child with a decision for support is
/// registered, which is what <c>intake_class</c> says too, and a fifth of the others.</remarks>
internal sealed class CouncilFeeds : FeedGroup
{
    private static readonly string[] Agencies = ["家庭児童相談室", "児童相談所", "健康課", "学校", "保育所等"];
    private static readonly double[] AgencyWeights = [0.5, 0.65, 0.78, 0.9, 1.0];
    private readonly List<CouncilEntry> _register;
    private readonly SystemView _council;
    private readonly SystemView _livelihood;
    private readonly SystemView _violence;

    public CouncilFeeds(CityContext city)
        : base(
            city,
            new FeedWriter(city.Options, city.Inbox, "council_case", 210, DateShape.EraKanji),
            new FeedWriter(city.Options, city.Inbox, "livelihood", 211, DateShape.Slash),
            new FeedWriter(city.Options, city.Inbox, "dv_consultation", 212, DateShape.EraDots))
    {
        _council = new SystemView(city.Options, SystemView.Council, isHalfWidth: false, isCp932: true);
        _livelihood = new SystemView(city.Options, SystemView.Livelihood, isHalfWidth: false, isCp932: false);
        _violence = new SystemView(city.Options, SystemView.Violence, isHalfWidth: true, isCp932: true);
        _register = [.. city.Consultations.Where(c => c.Decision == "要" && c.Decided < city.Options.EndDay).Select(Entry).OfType<CouncilEntry>()];
    }

    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Council, Livelihood, Violence];

    /// <inheritdoc/>
    public override IEnumerable<TruthRecord> Records()
    {
        foreach (var entry in _register)
        {
            yield return new TruthRecord("council", entry.Case + "+" + entry.Branch, entry.Child, _council.Write(entry.Child, entry.Registered).Noise);
        }

        foreach (var visit in City.WithChildren.SelectMany(f => f.Source<Welfare>().Livelihood).DistinctBy(v => v.Case))
        {
            yield return new TruthRecord("livelihood", visit.Case, visit.Adult, _livelihood.Write(visit.Adult, visit.Day).Noise);
        }

        foreach (var mark in City.WithChildren.SelectMany(f => f.Source<Welfare>().Violence).DistinctBy(v => v.Case))
        {
            yield return new TruthRecord("women_support", mark.Case, mark.Adult, _violence.Write(mark.Adult, mark.Day).Noise);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        int lastDay = City.Options.EndDay - 1;
        foreach (var entry in _register.Where(e => e.Registered <= lastDay))
        {
            yield return new TruthFact("council_case", entry.Case + "+" + entry.Branch, "", entry.Child, entry.Registered, entry.Closed <= lastDay ? entry.Closed : int.MaxValue, entry.Category);
        }

        foreach (var family in City.WithChildren)
        {
            foreach (var visit in family.Source<Welfare>().Livelihood)
            {
                yield return new TruthFact("livelihood", visit.Case, "", visit.Adult, visit.Day, int.MaxValue, visit.Topic);
            }

            foreach (var mark in family.Source<Welfare>().Violence)
            {
                yield return new TruthFact("dv_consultation", mark.Case, "", mark.Adult, mark.Day, int.MaxValue, mark.Has ? "有" : "無");
            }
        }
    }

    private CouncilEntry? Entry(Consultation consultation)
    {
        var child = consultation.Child;
        var random = new CityRandom(City.Options.Seed, 275, (child.Id * 64) + consultation.Half);
        int registered = consultation.Decided + random.Between(7, 45);
        bool isRegistered = random.Chance(0.20) || child.Id % 3 == 0;
        double weight = random.Share();
        string agency = Agencies[random.Pick(AgencyWeights)];
        int closed = registered + random.Between(180, 900);
        if (!isRegistered || !child.IsResident(registered))
        {
            return null;
        }

        int moved = child.To - 1;
        int grown = CityDates.AddYears(child.Birth, 18);
        string reason = closed <= moved && closed <= grown ? "改善" : moved <= grown ? (weight < 0.5 ? "転出" : "移管") : "年齢";
        closed = Math.Min(closed, Math.Min(moved, grown));
        string category = registered - child.Birth < 120 ? "特定妊婦" : weight < 0.45 ? "要保護" : "要支援";
        string severity = category == "要保護" ? (weight < 0.05 ? "最重度" : weight < 0.18 ? "重度" : "中度") : weight < 0.8 ? "軽度" : "";
        return new CouncilEntry(child, "Y" + consultation.Case[1..], consultation.Branch, category, severity, agency, registered, Math.Max(closed, registered), reason);
    }

    private void Council(CancellationToken cancellationToken) => Monthly(
        Writers[0],
        cancellationToken,
        (_, first, last) =>
        {
            int start = CityDates.FirstDayOf(CityDates.MonthOf(first) - 2);
            foreach (var entry in _register.Where(e => e.Registered <= last && e.Closed >= start))
            {
                var family = City.Families[entry.Child.Family];
                int at = Math.Clamp(entry.Registered, entry.Child.From, entry.Child.To - 1);
                var written = _council.Write(entry.Child, at);
                var blank = new CityRandom(City.Options.Seed, 276, entry.Child.Id);
                bool hasKana = blank.Chance(0.9);
                bool hasBirth = blank.Chance(0.97);
                bool isClosed = entry.Closed <= last;
                int confirmed = Math.Max(entry.Registered, Math.Min(entry.Closed, last - blank.Between(0, 40)));
                Writers[0].Row(
                [
                    entry.Case, entry.Branch, written.Kanji, hasKana ? written.Kana : "", hasBirth ? CityDates.Format(written.Birth, DateShape.EraKanji) : "",
                    entry.Child.Sex == 1 ? "男" : "女", _council.Address(family.ChildResidence(at)), entry.Category, entry.Severity, entry.Agency,
                    CityDates.Format(entry.Registered, DateShape.EraKanji), CityDates.Format(confirmed, DateShape.EraKanji), isClosed ? "" : CityDates.Format(last + 80, DateShape.EraKanji),
                    isClosed ? CityDates.Format(entry.Closed, DateShape.EraKanji) : "", isClosed ? entry.Reason : "", blank.Chance(0.2) ? "会議資料参照" : "",
                ],
                [0, 0, 0, 0, hasBirth ? written.Birth : 0, 0, 0, 0, 0, 0, entry.Registered]);
            }
        },
        EndsQuarter);

    private void Livelihood(CancellationToken cancellationToken)
    {
        var visits = City.Buckets<LivelihoodVisit>();
        foreach (var visit in City.WithChildren.SelectMany(f => f.Source<Welfare>().Livelihood))
        {
            int index = City.Index(visit.Day);
            visits[index + 2 - ((City.FirstMonth + index) % 3)].Add(visit);
        }

        Monthly(
            Writers[1],
            cancellationToken,
            (m, _, _) =>
            {
                foreach (var visit in visits[m])
                {
                    var family = City.Families[visit.Adult.Family];
                    var written = _livelihood.Write(visit.Adult, visit.Day);
                    var blank = new CityRandom(City.Options.Seed, 276, visit.Adult.Id);
                    Writers[1].Row(
                    [
                        visit.Case, written.Kanji, blank.Chance(0.9) ? written.Kana : "", CityDates.Format(written.Birth, DateShape.Slash), visit.Adult.Sex == 1 ? "男" : "女",
                        _livelihood.Address(family.ChildResidence(visit.Day)), CityDates.Format(visit.Day, DateShape.Slash), visit.Topic, visit.HasPlan ? "有" : "無", blank.Chance(0.1) ? "継続" : "",
                    ]);
                }
            },
            EndsQuarter);
    }

    private void Violence(CancellationToken cancellationToken)
    {
        var marks = City.Buckets<ViolenceMark>();
        foreach (var mark in City.WithChildren.SelectMany(f => f.Source<Welfare>().Violence))
        {
            marks[City.Index(mark.Day)].Add(mark);
        }

        Monthly(
            Writers[2],
            cancellationToken,
            (m, _, _) =>
            {
                foreach (var mark in marks[m])
                {
                    var family = City.Families[mark.Adult.Family];
                    var written = _violence.Write(mark.Adult, mark.Day);
                    Writers[2].Row(
                    [
                        mark.Case, written.Kanji, written.Kana, CityDates.Format(written.Birth, DateShape.EraDots), "女", _violence.Address(family.ChildResidence(mark.Day)),
                        CityDates.Format(mark.Day, DateShape.EraDots), mark.Has ? "有" : "無",
                    ],
                    [0, 0, 0, written.Birth]);
                }
            },
            EndsQuarter);
    }
}
