using System.Globalization;

namespace Warehouse.Etl.City.Feeds;

/// <summary>Writes how the pupils of two pilot schools say they feel, day by day.</summary>
/// <remarks>Random streams 900 (moods) and 901 (faults of the files). The pilot begins in the fourth year of the window, or in its last.</remarks>
internal sealed class MoodFeed(CityContext city) : FeedGroup(city, new FeedWriter(city.Options, city.Inbox, "mood", 901, DateShape.Iso))
{
    private static readonly string[] Codes = ["1", "2", "3", "4"];

    /// <inheritdoc/>
    public override IEnumerable<Action<CancellationToken>> Jobs() => [Days];

    /// <inheritdoc/>
    public override IEnumerable<TruthFact> Facts()
    {
        byte[] moods = new byte[31];
        for (int m = Begin; m < City.Options.Months; m++)
        {
            int month = City.FirstMonth + m;
            int[] days = CityDates.SchoolDays(month);
            foreach (var (family, enrolment) in Pupils(days))
            {
                Mark(family, enrolment, m, days, moods);
                int[] counts = new int[5];
                for (int d = 0; d < days.Length; d++)
                {
                    counts[moods[d]]++;
                }

                if (counts[1] + counts[2] + counts[3] + counts[4] > 0)
                {
                    yield return new TruthFact(
                        "mood", enrolment.NumberAt(CityDates.FirstDayOf(month)), enrolment.Facility.Code, enrolment.Pupil, CityDates.FirstDayOf(month), CityDates.FirstDayOf(month + 1),
                        string.Create(CultureInfo.InvariantCulture, $"{counts[1]}|{counts[2]}|{counts[3]}|{counts[4]}"));
                }
            }
        }
    }

    private int Begin => Math.Min(3, City.Options.Years - 1) * 12;

    private static bool IsPilot(Facility facility, CityPlaces places) =>
        facility == places.Facilities.First(f => f.Kind == "primary") || facility == places.Facilities.First(f => f.Kind == "junior_high");

    private IEnumerable<(Family Family, Enrolment Enrolment)> Pupils(int[] days)
    {
        if (days.Length == 0)
        {
            yield break;
        }

        foreach (var (family, person) in City.Children())
        {
            foreach (var enrolment in person.Child!.Enrolments)
            {
                if (enrolment.Start <= days[^1] && enrolment.End >= days[0] && IsPilot(enrolment.Facility, City.Places))
                {
                    yield return (family, enrolment);
                }
            }
        }
    }

    // 0 no entry, 1 sunny to 4 thunder.
    private void Mark(Family family, Enrolment enrolment, int m, int[] days, byte[] moods)
    {
        var child = enrolment.Pupil.Child!;
        var trait = new CityRandom(City.Options.Seed, 900, enrolment.Pupil.Id * 128);
        var random = new CityRandom(City.Options.Seed, 900, (enrolment.Pupil.Id * 128) + m + 1);
        int regime = child.Regime[m / 6] & 3;
        double low = (0.30 * child.Vulnerability) + (0.20 * family.Stress) + (0.60 * trait.Normal()) + (0.50 * random.Normal()) + (0.45 * regime);
        double entry = regime switch { 0 => 0.90, 1 => 0.78, _ => 0.35 };
        double rain = 0.085 * ExactMath.Exp(0.55 * low);
        double thunder = 0.018 * ExactMath.Exp(0.75 * low);
        double cloudy = 0.26 * ExactMath.Exp(0.30 * low);
        for (int d = 0; d < days.Length; d++)
        {
            bool hasEntry = random.Chance(entry);
            double u = random.Share() * (1 + Math.Max(0, thunder + rain + cloudy - 0.9));
            moods[d] = !hasEntry || days[d] < enrolment.Start || days[d] > enrolment.End ? (byte)0
                : u < thunder ? (byte)4 : u < thunder + rain ? (byte)3 : u < thunder + rain + cloudy ? (byte)2 : (byte)1;
        }
    }

    private void Days(CancellationToken cancellationToken)
    {
        byte[] moods = new byte[31];
        var writer = Writers[0];
        for (int m = Begin; m < City.Options.Months; m++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int month = City.FirstMonth + m;
            int[] days = CityDates.SchoolDays(month);
            string[] texts = [.. days.Select(d => CityDates.Format(d, DateShape.Iso))];
            writer.Open(month);
            foreach (var (family, enrolment) in Pupils(days).OrderBy(p => p.Enrolment.PupilNumber, StringComparer.Ordinal))
            {
                Mark(family, enrolment, m, days, moods);
                var words = new CityRandom(City.Options.Seed, 902, (enrolment.Pupil.Id * 128) + m);
                for (int d = 0; d < days.Length; d++)
                {
                    double u = words.Share();
                    if (moods[d] == 0)
                    {
                        continue;
                    }

                    bool isLeaked = City.Options.NoiseLevel != NoiseLevel.None && u < 0.0005;
                    if (isLeaked)
                    {
                        writer.Note("コメント", "name_in_remarks", "dropped");
                    }

                    writer.Row(
                    [
                        enrolment.Facility.Code, enrolment.NumberAt(days[d]), texts[d], Codes[moods[d] - 1],
                        isLeaked ? enrolment.Pupil.Given.Kanji + "です。聞いてほしい" : u > 0.97 ? "たのしみ" : "",
                    ]);
                }
            }

            writer.Close(month);
        }
    }
}
