using Warehouse.Etl.City;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Statistics;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Disclosure;

/// <summary>The full catalogue of a small synthetic city over more than a year of monthly releases, and everybody who tries to find out more from them.</summary>
public sealed class MonthlyReleasesTests : IClassFixture<MonthlyReleasesTests.City>
{
    private readonly City _city;

    public MonthlyReleasesTests(City city) => _city = city;

    [Fact]
    public void Every_month_is_released_also_after_the_turn_of_two_years()
    {
        Assert.Equal(City.Months, _city.Outcomes.Count);
        Assert.All(_city.Outcomes, outcome => Assert.True(outcome.Refusal is null, $"{outcome.Month:yyyy-MM}: {outcome.Refusal}"));
        Assert.Contains(_city.Outcomes, outcome => outcome.Hidden < outcome.Printed);
    }

    [Fact]
    public void Nobody_who_tries_finds_out_more_than_the_statistics_may_tell()
    {
        IReadOnlyList<AttackResult> results = _city.Results;

        Assert.Equal(6, results.Count);
        Assert.All(results, result => Assert.True(result.Successes.Count == 0, $"{result.Attacker}: {result.Successes.Count}, {string.Join("; ", result.Successes.Take(5))}"));
        Assert.All(results, result => Assert.Equal(0, result.Wrong));
        Assert.All(results, result => Assert.True(result.Tried > 0, result.Attacker));
    }

    [Fact]
    public void The_same_attackers_succeed_where_every_release_looks_at_itself_alone_or_only_small_figures_are_hidden()
    {
        // What the documents would print if no figure were hidden for the sake of others, and if every figure that grew were printed.
        PublishedWorld careless = PublishedWorld.Of(_city.Releases.Documents.Select(document => document with
        {
            Tables = document.Tables.Select(table => table with
            {
                Cells = table.Cells.Select((row, r) => (IReadOnlyList<ReleasedCell>)row.Select((cell, c) => cell.Mark == CellMark.Secondary ? _city.Open(table, r, c) : cell).ToList()).ToList(),
            }).ToList(),
        }));
        using Attackers attackers = new(careless, _city.Truth);

        Assert.NotEmpty(attackers.Subtraction().Successes);
        Assert.NotEmpty(attackers.Intersection().Successes);
    }

    [Fact]
    public void Tables_between_the_months_of_their_calendar_are_restated_as_they_were()
    {
        IReadOnlyList<StatisticsRelease> documents = _city.Releases.Documents;
        int restated = 0;
        foreach (StatisticsRelease document in documents)
        {
            foreach (ReleasedTable table in document.Tables.Where(table => table.FromNumber is not null))
            {
                ReleasedTable first = documents.SelectMany(one => one.Tables).First(one => one.Code == table.Code && one.AsOf == table.AsOf);
                Assert.Null(first.FromNumber);
                Assert.Equal(first.Cells.SelectMany(row => row), table.Cells.SelectMany(row => row));
                restated++;
            }
        }

        Assert.True(restated > documents.Count);
    }

    [Fact]
    public void Years_that_were_released_are_restated_as_they_were_though_their_records_have_changed_since()
    {
        ReleasedTable[] years = _city.Releases.Documents.Select(document => document.Table("decisions_by_year")!).Where(table => table.FromNumber is null).ToArray();

        Assert.True(years.Length >= 2);
        for (int row = 0; row < years[0].Rows.Count; row++)
        {
            if (years[0].Rows[row].Code.Length == 4)
            {
                int later = years[^1].Rows.ToList().FindIndex(line => line.Code == years[0].Rows[row].Code);
                Assert.Equal(years[0].Cells[row], years[^1].Cells[later]);
            }
        }
    }

    /// <summary>The city, loaded and released once.</summary>
    public sealed class City : IAsyncLifetime
    {
        internal const int Months = 14;

        private readonly WarehouseFixture _warehouse = WarehouseFixture.Create();
        private readonly string _folder = Directory.CreateTempSubdirectory("releases-").FullName;

        internal MonthlyReleases Releases { get; private set; } = null!;

        internal IReadOnlyList<MonthOutcome> Outcomes { get; private set; } = [];

        internal IReadOnlyList<AttackResult> Results { get; private set; } = [];

        internal KnownTruth Truth { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            MonthlyReleases.Load(_warehouse.Databases, CityOptions.For(CityPreset.Mini), _folder, TestContext.Current.CancellationToken);
            Releases = new MonthlyReleases(_warehouse.Databases, DisclosureProfile.JpNdb, 1);
            // Over the ends of two school years.
            Outcomes = await Releases.Run(new DateOnly(2023, 2, 1), Months, null, TestContext.Current.CancellationToken);
            Truth = Releases.Truth();
            using Attackers attackers = new(PublishedWorld.Of(Releases.Documents), Truth);
            Results = attackers.TryAll();
        }

        public ValueTask DisposeAsync()
        {
            _warehouse.Dispose();
            Directory.Delete(_folder, recursive: true);
            return ValueTask.CompletedTask;
        }

        // A figure as it was counted.
        internal ReleasedCell Open(ReleasedTable table, int row, int column)
        {
            PublishedWorld world = PublishedWorld.Of([Releases.Documents[0] with { Tables = [table] }]);
            return Truth.Values.TryGetValue(world.Figures[world.PlaceOf(row, column)].Name, out decimal value) ? new ReleasedCell((long)value, value == 0 ? CellMark.Zero : CellMark.Shown) : table.Cells[row][column];
        }
    }
}
