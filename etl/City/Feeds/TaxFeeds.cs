using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes what the tax and collection offices hand over: derived classes and flags, never amounts.</summary>
/// <remarks>Random streams 201 and 202.</remarks>
internal sealed class TaxFeeds(CityContext city) : FeedGroup(
    city,
    new FeedWriter(city.Options, city.Inbox, "tax_class", 201, DateShape.EraDots),
    new FeedWriter(city.Options, city.Inbox, "arrears", 202, DateShape.EraCode))
{
    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Taxes, Arrears];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        foreach (var family in City.WithChildren)
        {
            var welfare = family.Source<Welfare>();
            foreach (var tax in welfare.Taxes)
            {
                bool isRevised = tax.Revised < City.Options.EndDay;
                yield return new TruthFact(
                    "tax_class", tax.Person.ResidentNumber, tax.Year.ToString(CultureInfo.InvariantCulture), tax.Person,
                    new DateOnly(tax.Year, 6, 1).DayNumber, int.MaxValue, isRevised ? tax.RevisedClass : tax.Class);
            }

            foreach (var mark in welfare.Arrears)
            {
                yield return new TruthFact("arrears", mark.Person.ResidentNumber, mark.Kind, mark.Person, mark.Day, int.MaxValue, mark.Has ? "有" : "無");
            }
        }
    }

    private void Taxes(CancellationToken cancellationToken)
    {
        var years = City.Buckets<TaxYear>();
        var revisions = City.Buckets<TaxYear>();
        foreach (var tax in City.WithChildren.SelectMany(f => f.Source<Welfare>().Taxes))
        {
            years[City.Index(new DateOnly(tax.Year, 6, 1).DayNumber)].Add(tax);
            if (tax.Revised < City.Options.EndDay)
            {
                revisions[City.Index(tax.Revised)].Add(tax);
            }
        }

        Monthly(
            Writers[0],
            cancellationToken,
            (m, _, last) =>
            {
                foreach (var tax in years[m])
                {
                    Row(tax, last, tax.Class, tax.Band, "");
                }

                foreach (var tax in revisions[m])
                {
                    Row(tax, last, tax.RevisedClass, tax.RevisedBand, CityDates.Format(tax.Revised, DateShape.EraDots));
                }
            },
            m => years[m].Count + revisions[m].Count > 0);

        void Row(TaxYear tax, int day, string kind, string band, string revised) => Writers[0].Row(
        [
            tax.Year.ToString(CultureInfo.InvariantCulture), tax.Person.ResidentNumber, Kana(tax.Person, day), kind, band, tax.IsUndeclared && revised.Length == 0 ? "1" : "0", revised,
        ]);
    }

    private void Arrears(CancellationToken cancellationToken)
    {
        var marks = City.Buckets<ArrearsMark>();
        foreach (var mark in City.WithChildren.SelectMany(f => f.Source<Welfare>().Arrears))
        {
            marks[City.Index(mark.Day)].Add(mark);
        }

        Monthly(
            Writers[1],
            cancellationToken,
            (m, _, last) =>
            {
                foreach (var mark in marks[m])
                {
                    Writers[1].Row([CityDates.Format(mark.Day, DateShape.EraCode), mark.Person.ResidentNumber, Kana(mark.Person, last), mark.Kind, mark.Has ? "有" : "無", mark.Band]);
                }
            },
            EndsQuarter);
    }
}
