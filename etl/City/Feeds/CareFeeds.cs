using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes the files of disability certificates and services, of care need in the household, and of child-rearing support.</summary>
/// <remarks>Random streams 207 to 209.</remarks>
internal sealed class CareFeeds(CityContext city) : FeedGroup(
    city,
    new FeedWriter(city.Options, city.Inbox, "disability", 207, DateShape.EraDots),
    new FeedWriter(city.Options, city.Inbox, "care_need", 208, DateShape.EraCode),
    new FeedWriter(city.Options, city.Inbox, "service_use", 209, DateShape.Slash))
{
    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Disability, Care, Services];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        foreach (var family in City.WithChildren)
        {
            var welfare = family.Source<Welfare>();
            foreach (var spell in welfare.Disability)
            {
                yield return new TruthFact("disability", spell.Person.ResidentNumber, spell.Kind, spell.Person, spell.Start, Known(spell.End), spell.Grade);
            }

            // Households are known to the care office by the day on which it makes its list.
            foreach (var spell in welfare.CareNeed.Where(s => QuarterOf(s, family) < City.Options.Months))
            {
                yield return new TruthFact("care_need", spell.Person.ResidentNumber, "", spell.Person, spell.Start, spell.End - 1, spell.Kind);
            }

            foreach (var use in welfare.Services)
            {
                yield return new TruthFact("service_use", use.Child.ResidentNumber, use.Service, use.Child, use.Day, int.MaxValue, use.Count.ToString(CultureInfo.InvariantCulture));
            }
        }

        int Known(int end) => end <= City.Options.EndDay ? end - 1 : int.MaxValue;
    }

    private void Disability(CancellationToken cancellationToken)
    {
        var writer = Writers[0];
        Monthly(writer, cancellationToken, (m, first, last) =>
        {
            foreach (var spell in City.WithChildren.SelectMany(f => f.Source<Welfare>().Disability))
            {
                bool isOpen = spell.Start <= last && spell.End > first;
                bool isNews = m == 0 || (City.FirstMonth + m) % 12 == 3 || (spell.Start >= first && spell.Start <= last) || (spell.End - 1 >= first && spell.End - 1 <= last);
                if (isOpen && isNews)
                {
                    writer.Row(
                    [
                        spell.Person.ResidentNumber, Kana(spell.Person, last), spell.Kind, spell.Grade, CityDates.Format(spell.Start, DateShape.EraDots),
                        LastDay(spell.End - 1, last, DateShape.EraDots), spell.Amount?.ToString(CultureInfo.InvariantCulture) ?? "",
                    ],
                    [0, 0, 0, 0, spell.Start]);
                }
            }
        });
    }

    private void Care(CancellationToken cancellationToken)
    {
        var writer = Writers[1];
        var news = City.Buckets<(Family Family, StatusSpell Spell)>();
        foreach (var family in City.WithChildren)
        {
            foreach (var spell in family.Source<Welfare>().CareNeed)
            {
                int quarter = QuarterOf(spell, family);
                if (quarter < City.Options.Months)
                {
                    news[quarter].Add((family, spell));
                }
            }
        }

        Monthly(
            writer,
            cancellationToken,
            (m, _, last) =>
            {
                foreach (var (family, spell) in news[m])
                {
                    writer.Row(
                    [
                        spell.Person.ResidentNumber, CityNumbers.Household(family.Index, family.ChildHousehold(last)), Kana(spell.Person, last), spell.Kind,
                        CityDates.Format(spell.Start, DateShape.EraCode), CityDates.Format(spell.End - 1, DateShape.EraCode),
                    ],
                    [0, 0, 0, 0, spell.Start]);
                }
            },
            EndsQuarter);
    }

    /// <summary>Returns the index of the quarter's last month in whose list a spell first stands, or a number beyond the window.</summary>
    private int QuarterOf(StatusSpell spell, Family family)
    {
        int index = Math.Max(0, City.Index(spell.Start));
        for (int m = index + 2 - ((City.FirstMonth + index) % 3); m < City.Options.Months; m += 3)
        {
            int last = CityDates.FirstDayOf(City.FirstMonth + m + 1) - 1;
            if (last >= spell.End)
            {
                break;
            }

            if (WelfareLife.LivesWithChildren(family, spell.Person, last))
            {
                return m;
            }
        }

        return int.MaxValue;
    }

    private void Services(CancellationToken cancellationToken)
    {
        var writer = Writers[2];
        var uses = City.Buckets<ServiceUse>();
        foreach (var use in City.WithChildren.SelectMany(f => f.Source<Welfare>().Services))
        {
            int index = City.Index(use.Day);
            uses[index + 2 - ((City.FirstMonth + index) % 3)].Add(use);
        }

        Monthly(
            writer,
            cancellationToken,
            (m, _, _) =>
            {
                foreach (var use in uses[m])
                {
                    writer.Row([use.Child.ResidentNumber, use.Service, CityDates.Format(use.Day, DateShape.Slash), use.Count.ToString(CultureInfo.InvariantCulture)]);
                }
            },
            EndsQuarter);
    }
}
