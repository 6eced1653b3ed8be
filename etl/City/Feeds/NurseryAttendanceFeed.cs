using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes the days of children in nurseries as their entry systems export them: a row per child and open day.</summary>
/// <remarks>Shape: about 243 rows per child and year; a metro city has the system in every tenth nursery. Random stream 821 (faults of the files).</remarks>
internal sealed class NurseryAttendanceFeed(CityContext city) : FeedGroup(city, new FeedWriter(city.Options, city.Inbox, "nursery_attendance", 821, DateShape.Iso))
{
    private static readonly string[] Statuses = ["登園", "欠席", "遅刻", "早退"];
    private static readonly string[] Reasons = ["", "病気", "家庭都合", "連絡なし", "その他"];

    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Days];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        var marks = new NurseryMark[31];
        for (int m = 0; m < City.Options.Months; m++)
        {
            int month = City.FirstMonth + m;
            int[] days = CityDates.NurseryDays(month);
            foreach (var (family, child, stay) in Stays(days))
            {
                var spell = child.Child!.Nursery[stay];
                NurseryDaily.Mark(City.Options, family, child, stay, m, days, marks);
                int listed = 0;
                int absent = 0;
                int silent = 0;
                int late = 0;
                for (int d = 0; d < days.Length; d++)
                {
                    if (days[d] >= spell.Start && days[d] <= spell.End)
                    {
                        listed++;
                        absent += marks[d].Status == NurseryDaily.Absent ? 1 : 0;
                        silent += marks[d] is { Status: NurseryDaily.Absent, Reason: NurseryDaily.NoContact } ? 1 : 0;
                        late += marks[d].IsLatePickup ? 1 : 0;
                    }
                }

                yield return new TruthFact(
                    "nursery_attendance", CityNumbers.Nursery(child.Id), spell.Facility.Code, child, CityDates.FirstDayOf(month), CityDates.FirstDayOf(month + 1),
                    string.Create(CultureInfo.InvariantCulture, $"{listed}|{absent}|{silent}|{late}"));
            }
        }
    }

    private IEnumerable<(Family Family, Person Child, int Stay)> Stays(int[] days)
    {
        if (days.Length == 0)
        {
            yield break;
        }

        foreach (var (family, person) in City.Children())
        {
            var nursery = person.Child!.Nursery;
            for (int i = 0; i < nursery.Count; i++)
            {
                if (nursery[i].Start <= days[^1] && nursery[i].End >= days[0] && (City.Options.Preset != CityPreset.Metro || nursery[i].Facility.Number % 10 == 0))
                {
                    yield return (family, person, i);
                }
            }
        }
    }

    private void Days(CancellationToken cancellationToken)
    {
        var marks = new NurseryMark[31];
        var writer = Writers[0];
        Monthly(writer, cancellationToken, (m, first, _) =>
        {
            int[] days = CityDates.NurseryDays(CityDates.MonthOf(first));
            string[] texts = [.. days.Select(d => CityDates.Format(d, DateShape.Iso))];
            foreach (var (family, child, stay) in Stays(days).OrderBy(s => s.Child.Child!.Nursery[s.Stay].Facility.Code, StringComparer.Ordinal))
            {
                var spell = child.Child!.Nursery[stay];
                string number = CityNumbers.Nursery(child.Id);
                NurseryDaily.Mark(City.Options, family, child, stay, m, days, marks);
                for (int d = 0; d < days.Length; d++)
                {
                    if (days[d] >= spell.Start && days[d] <= spell.End)
                    {
                        var mark = marks[d];
                        writer.Row(
                        [
                            spell.Facility.Code, number, texts[d], Statuses[mark.Status], Reasons[mark.Reason], mark.IsExtended ? "有" : "", mark.IsLatePickup ? "有" : "",
                        ]);
                    }
                }
            }
        });
    }
}
