using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.City.Feeds;

namespace Warehouse.Etl.City;

/// <summary>Generates the delivery files of the fictional city 佐和島市 and, apart from them, the truth about it.</summary>
public static class CityGenerator
{
    /// <summary>Writes <c>inbox/</c> and <c>truth/</c> below a directory and returns what was written.</summary>
    /// <remarks>Shape: the attendance rows dominate, about 110 per child and year. Cost: O(children × months); the city preset takes
    /// seconds and below 1 GB. Errors: <see cref="ArgumentException"/> for options, <see cref="IOException"/> for the directory.</remarks>
    public static CitySummary Generate(
        CityOptions options, string outputDirectory, IProgress<CityProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(outputDirectory);
        options.Check();
        var watch = Stopwatch.StartNew();
        string inbox = Path.Combine(outputDirectory, "inbox");
        string truth = Path.Combine(outputDirectory, "truth");
        Directory.CreateDirectory(Path.Combine(inbox, "reference"));
        Directory.CreateDirectory(truth);
        if (options.WritesMeant)
        {
            Directory.CreateDirectory(Path.Combine(truth, "meant"));
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxDegreeOfParallelism, CancellationToken = cancellationToken };
        var places = new CityPlaces(options.Children);
        var (families, withChildren, consultations, need) = Live(options, places, progress, cancellationToken);

        progress?.Report(new CityProgress("files", 0.25));
        var groups = CityFeeds.Groups(new CityContext(options, inbox, places, families, withChildren, consultations));
        var city = new CityFiles(options, inbox, places, families, withChildren, consultations, groups);
        var jobs = city.Jobs();
        int done = 0;
        Parallel.ForEach(Partitioner.Create(jobs, EnumerablePartitionerOptions.NoBuffering), parallel, job =>
        {
            job(cancellationToken);
            progress?.Report(new CityProgress("files", 0.25 + (0.65 * Interlocked.Increment(ref done) / jobs.Count)));
        });
        city.WriteReference();

        progress?.Report(new CityProgress("truth", 0.9));
        var faults = city.Faults();
        new CityTruth(options, truth, withChildren, families, consultations, faults, need, groups).Write();
        if (options.Profile.Length > 0)
        {
            CityProfile.Of(options.Profile).Rewrite(inbox, truth, cancellationToken);
        }

        progress?.Report(new CityProgress("done", 1));

        int middle = options.FirstDay + ((options.EndDay - options.FirstDay) / 2);
        var residents = families.SelectMany(f => f.Persons).Where(p => p.WasResident);
        return new CitySummary(
            city.FileCount,
            city.RowCounts(),
            city.ByteCount,
            watch.Elapsed.TotalSeconds,
            residents.Count(),
            withChildren.Sum(f => f.Children.Count(c => c.WasResident)),
            withChildren.Sum(f => f.Children.Count(c => NeedModel.IsActive(c, middle))),
            consultations.Count,
            consultations.Count(c => c.Decision == "要" && c.Decided < options.EndDay),
            need.NeedRate,
            need.LabelRate,
            need.BayesAuc,
            faults.Count);
    }

    /// <summary>Returns the truth about need at every half-year start, without any file: what simulations of judgements start from.</summary>
    /// <remarks>Shape: a row for each resident child and half-year, in the order of families. Cost: a tenth of <see cref="Generate"/>.</remarks>
    internal static IReadOnlyList<TrueNeed> Needs(CityOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var (_, withChildren, _, need) = Live(options, new CityPlaces(options.Children), null, cancellationToken);
        var rows = new List<TrueNeed>();
        foreach (var family in withChildren)
        {
            foreach (var person in family.Children.Where(c => c.WasResident))
            {
                var child = person.Child!;
                for (int h = 0; h < need.Halves; h++)
                {
                    int day = need.HalfStart(h);
                    if (NeedModel.IsActive(person, day))
                    {
                        bool isKnown = child.Consultations.Exists(c => c.Decision == "要" && c.Decided <= day && day - c.Decided <= 365);
                        rows.Add(new TrueNeed(person.Id, h, family.ChildResidence(day).Town.District, child.Probability[h], Math.Clamp((double)child.Seen[h], 0, 1), child.Need[h], isKnown));
                    }
                }
            }
        }

        return rows;
    }

    private static (Family[] Families, Family[] WithChildren, List<Consultation> Consultations, NeedModel Need) Live(
        CityOptions options, CityPlaces places, IProgress<CityProgress>? progress, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxDegreeOfParallelism, CancellationToken = cancellationToken };
        progress?.Report(new CityProgress("population", 0));
        var names = new CityNames();
        var population = new Population(options, names, places);
        var life = new ChildLife(options, places);
        var lives = CityFeeds.Lives(options, places);
        var need = new NeedModel(options, lives);
        var families = new Family[population.FamilyCount + population.OtherCount];
        Parallel.For(0, families.Length, parallel, i =>
        {
            var family = population.Make(i);
            foreach (var child in family.Children)
            {
                life.Live(family, child);
            }

            foreach (var source in lives)
            {
                source.Live(family);
            }

            foreach (var child in family.Children.Where(child => child.WasResident))
            {
                need.Observe(family, child);
            }

            families[i] = family;
        });

        progress?.Report(new CityProgress("need", 0.15));
        NumberPupils(families, options, cancellationToken);
        var withChildren = families.AsSpan(0, population.FamilyCount).ToArray();
        return (families, withChildren, need.Decide(withChildren), need);
    }

    private static void NumberPupils(Family[] families, CityOptions options, CancellationToken cancellationToken)
    {
        var last = new Dictionary<(Facility, int), int>();
        foreach (var family in families)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var person in family.Children)
            {
                foreach (var enrolment in person.Child!.Enrolments)
                {
                    var facility = enrolment.Facility;
                    int year = CityDates.FiscalYear(enrolment.Start);
                    int number = last.GetValueOrDefault((facility, year)) + 1;
                    last[(facility, year)] = number;
                    enrolment.PupilNumber = string.Create(
                        CultureInfo.InvariantCulture, $"{(facility.Kind == "primary" ? 1 : 2)}{facility.Number:D4}{year % 100:D2}{number:D4}");
                    if (facility.Number % 2 == 1 && enrolment.Start < options.RenumberedOn && enrolment.End >= options.RenumberedOn)
                    {
                        enrolment.RenumberedOn = options.RenumberedOn;
                    }
                }
            }
        }
    }
}
