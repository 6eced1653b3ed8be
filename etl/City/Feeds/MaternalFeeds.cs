using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes the files about pregnancies and vaccinations.</summary>
/// <remarks>Random streams 601 and 603 (faults of the files).</remarks>
internal sealed class MaternalFeeds(CityContext city) : FeedGroup(
    city,
    new FeedWriter(city.Options, city.Inbox, "pregnancy", 601, DateShape.EraCode),
    new FeedWriter(city.Options, city.Inbox, "vaccination", 603, DateShape.EraCode))
{
    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Pregnancies, Vaccinations];

    /// <inheritdoc/>
    public override IEnumerable<TruthRecord> Records()
    {
        foreach (var family in City.WithChildren)
        {
            foreach (var pregnancy in family.Source<MaternalRecords>().Pregnancies)
            {
                yield return new TruthRecord("maternal", pregnancy.Number, pregnancy.Mother, "");
            }

            foreach (var child in family.Source<MaternalRecords>().Doses.Select(d => d.Child).Distinct().Where(c => c.Child!.Checkups.Count == 0))
            {
                yield return new TruthRecord("health", CityNumbers.Health(child.Id), child, "");
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        foreach (var family in City.WithChildren)
        {
            foreach (var p in family.Source<MaternalRecords>().Pregnancies)
            {
                for (int i = 0; i < p.Children.Length; i++)
                {
                    yield return new TruthFact("pregnancy", p.Number, Number(i + 1), p.Children[i], p.Notified, int.MaxValue, Number(p.Weeks));
                }
            }

            foreach (var dose in family.Source<MaternalRecords>().Doses)
            {
                yield return new TruthFact("vaccination", CityNumbers.Health(dose.Child.Id), dose.Vaccine + Number(dose.Number), dose.Child, dose.Day, int.MaxValue, dose.Vaccine);
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private void Pregnancies(CancellationToken cancellationToken)
    {
        var view = new SystemView(City.Options, SystemView.Health, isHalfWidth: true, isCp932: true);
        var buckets = City.Buckets<(Family Family, Pregnancy Pregnancy)>();
        foreach (var family in City.WithChildren)
        {
            foreach (var p in family.Source<MaternalRecords>().Pregnancies)
            {
                foreach (int m in new SortedSet<int> { City.Index(p.Notified), City.Index(p.Birth), City.Index(p.EpdsDay), City.Index(p.HomeVisit), City.Index(p.PostnatalCare) })
                {
                    if (m >= 0 && m < City.Options.Months)
                    {
                        buckets[m].Add((family, p));
                    }
                }
            }
        }

        var writer = Writers[0];
        Monthly(writer, cancellationToken, (m, _, last) =>
        {
            foreach (var (family, p) in buckets[m])
            {
                int at = Math.Clamp(last, p.Mother.From, p.Mother.To - 1);
                var written = view.Write(p.Mother, at);
                bool isBorn = p.Birth <= last;
                for (int i = 0; i < (isBorn ? p.Children.Length : 1); i++)
                {
                    var random = new CityRandom(City.Options.Seed, 604, (p.Children[i].Id * 128) + m);
                    bool isLeaked = City.Options.NoiseLevel != NoiseLevel.None && random.Chance(0.005);
                    if (isLeaked)
                    {
                        writer.Note("備考", "name_in_remarks", "dropped");
                    }

                    writer.Row(
                    [
                        p.Number,
                        Number(i + 1),
                        p.HasNumber ? p.Mother.ResidentNumber : "",
                        written.Kanji,
                        written.Kana,
                        CityDates.Format(written.Birth, DateShape.EraCode),
                        "2",
                        view.Address(family.ChildResidence(at)),
                        CityDates.Format(p.Notified, DateShape.EraCode),
                        Number(p.Weeks),
                        CityDates.Format(p.Expected, DateShape.EraCode),
                        p.Marital,
                        p.Feeling,
                        isBorn ? Number(p.Antenatal) : "",
                        p.EpdsDay <= last ? Number(p.Epds) : "",
                        p.PostnatalCare <= last ? "有" : isBorn ? "無" : "",
                        p.HomeVisit <= last ? CityDates.Format(p.HomeVisit, DateShape.EraCode) : "",
                        isBorn ? p.HasNotice ? "有" : "無" : "",
                        isBorn ? CityNumbers.Health(p.Children[i].Id) : "",
                        isLeaked ? written.Kanji + " 上の子のことで来庁" : "",
                    ],
                    [0, 0, 0, 0, 0, 0, 0, 0, p.Notified]);
                }
            }
        });
    }

    private void Vaccinations(CancellationToken cancellationToken)
    {
        var view = new SystemView(City.Options, SystemView.Health, isHalfWidth: true, isCp932: true);
        var buckets = City.Buckets<(Family Family, Dose Dose)>();
        foreach (var family in City.WithChildren)
        {
            foreach (var dose in family.Source<MaternalRecords>().Doses)
            {
                buckets[City.Index(dose.Day)].Add((family, dose));
            }
        }

        var writer = Writers[1];
        Monthly(writer, cancellationToken, (m, _, last) =>
        {
            foreach (var (family, dose) in buckets[m].OrderBy(b => b.Dose.Day))
            {
                int at = Math.Clamp(last, dose.Child.From, dose.Child.To - 1);
                var written = view.Write(dose.Child, at);
                // A dose is entered with the mother's handbook in hand: a wrong birth date after the dose would be noticed there.
                int birth = written.Birth <= dose.Day ? written.Birth : dose.Child.Birth;
                writer.Row(
                [
                    CityNumbers.Health(dose.Child.Id),
                    written.Kanji,
                    written.Kana,
                    CityDates.Format(birth, DateShape.EraCode),
                    Number(dose.Child.Sex),
                    view.Address(family.ChildResidence(at)),
                    view.Write(family.Guardian(at), at).Kanji,
                    dose.Vaccine,
                    Number(dose.Number),
                    CityDates.Format(dose.Day, DateShape.EraCode),
                    "",
                ],
                [0, 0, 0, 0, 0, 0, 0, 0, 0, dose.Day]);
            }

            buckets[m].Clear();
        });
    }
}
