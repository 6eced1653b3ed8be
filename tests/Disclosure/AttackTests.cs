using Warehouse.Etl.City;
using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

/// <summary>What somebody could try who has read everything that is published about the synthetic city.</summary>
public sealed class AttackTests
{
    private static readonly DateOnly Day = new(2024, 3, 31);
    private static readonly Lazy<IReadOnlyList<Counted>> City = new(() => Children(1_000));
    private static readonly string[] Indicators = ["consultation", "allowance"];

    [Fact]
    public void Subtraction_over_margins_finds_no_hidden_figure_though_it_finds_many_where_only_small_ones_are_hidden()
    {
        ControlledRelease release = Release(Tables(City.Value, "age"));
        bool[] onlySmall = [.. release.Figures.Select(figure => figure.State == FigureState.Primary)];

        Assert.Empty(Subtract(release.Set.System, release.Figures.Select(figure => figure.Shown is null).ToArray()));
        Assert.True(Subtract(release.Set.System, onlySmall).Count > 10);
    }

    [Fact]
    public void No_linear_program_over_all_tables_tells_a_small_figure_to_within_its_threshold()
    {
        ControlledRelease release = Release(Tables(City.Value, "age").Concat(Tables(City.Value, "sex")).ToList());
        PrimaryAssessment assessment = release.Assessment!;

        AuditReport report = DisclosureAudit.Run(View(release), DisclosureSamples.Targets(assessment).Where(target => target.Cell < release.Figures.Count).ToList());

        Assert.True(report.Findings.Count > 50);
        Assert.All(report.Findings, finding => Assert.Equal(SafetyVerdict.Protected, finding.Verdict));
    }

    [Fact]
    public void Who_knows_one_child_of_a_hidden_figure_learns_hardly_more()
    {
        ControlledRelease release = Release(Tables(City.Value, "age"));
        AttackerView view = View(release);
        int tried = 0;
        foreach (CellNeed need in release.Assessment!.Needs.Where(need => need.Cell < release.Figures.Count && release.Figures[need.Cell] is { Value: > 0 }).Where((_, at) => at % 5 == 0).Take(40))
        {
            AuditFinding finding = DisclosureAudit.Run(view.Knowing(need.Cell, 1), [new AuditTarget(need.Cell, need.Width - 1)]).Findings[0];

            // Their own child makes the figure one at least, and nothing else.
            Assert.True(finding.Verdict == SafetyVerdict.Protected, finding.ToString());
            tried++;
        }

        Assert.True(tried >= 10);
    }

    [Fact]
    public void Of_no_group_can_it_be_said_that_all_of_it_or_none_of_it_is_concerned()
    {
        ControlledRelease release = Release(Tables(City.Value, "age"));
        LinkedTableSet set = release.Set;
        AttackerView view = View(release);
        List<(AuditTarget Target, decimal Group)> asked = [];
        for (int t = 0; t < set.Tables.Count; t++)
        {
            IReadOnlyList<Hierarchy> dimensions = set.Tables[t].Dimensions;
            for (int district = 0; district < dimensions[0].Nodes.Count; district++)
            {
                for (int line = 0; line < dimensions[1].Nodes.Count; line++)
                {
                    ReleasedFigure group = release.Figures[set.CellOf(t, district, line, dimensions[2].Root)];
                    int yes = set.CellOf(t, district, line, 0);
                    if (group is { Shown: > 0 } && release.Figures[yes].Value is var value && (value == group.Value || value == 0))
                    {
                        asked.Add((new AuditTarget(yes, 1), group.Value));
                    }
                }
            }
        }

        Assert.NotEmpty(asked);
        Assert.All(DisclosureAudit.Run(view, asked.Select(pair => pair.Target).ToList()).Findings, finding => Assert.True(finding.Upper is null || finding.Upper > finding.Lower, finding.ToString()));
    }

    [Fact]
    public void The_difference_of_two_releases_tells_of_no_few_children()
    {
        // Four children move from one district's list to having a consultation, two are new: a state of knowledge a week later.
        List<Counted> later = [.. City.Value.Select((child, at) => at % 400 == 7 ? child with { Has = [true, .. child.Has[1..]] } : child), City.Value[3], City.Value[9]];
        ControlledRelease first = Release(Tables(City.Value, "age"));
        ControlledRelease second = ReleaseControl.Protect(Tables(later, "age"), DisclosureProfile.JpNdb, [first.ToEarlier(1)], ProtectionEffort.Heuristic, cancellation: TestContext.Current.CancellationToken);

        AttackerView differences = new(
            second.Figures.Select((figure, cell) => figure.Shown - first.Figures[cell].Shown is { } change
                ? new AttackerCell(figure.Key, figure.Label, change, change)
                : new AttackerCell(figure.Key, figure.Label, -100_000, 100_000)).ToList(),
            second.Set.System.Sums);
        List<AuditTarget> few = Enumerable.Range(0, second.Figures.Count)
            .Where(cell => Math.Abs(second.Figures[cell].Value - first.Figures[cell].Value) is > 0 and < 10).Select(cell => new AuditTarget(cell, 10)).ToList();

        Assert.NotEmpty(few);
        Assert.All(DisclosureAudit.Run(differences, few).Findings, finding => Assert.Equal(SafetyVerdict.Protected, finding.Verdict));
        // Without the register the second release would have told.
        ControlledRelease careless = Release(Tables(later, "age"));
        Assert.Contains(Enumerable.Range(0, few.Count), at => careless.Figures[few[at].Cell].Shown is not null && first.Figures[few[at].Cell].Shown is not null);
    }

    [Fact]
    public void Two_releases_of_tables_that_overlap_tell_together_no_more_than_either_may()
    {
        IReadOnlyList<LinkedTable> byAge = Tables(City.Value, "age"), bySex = Tables(City.Value, "sex");
        ControlledRelease first = Release(byAge);
        ControlledRelease second = ReleaseControl.Protect(bySex, DisclosureProfile.JpNdb, [first.ToEarlier(1)], ProtectionEffort.Heuristic, cancellation: TestContext.Current.CancellationToken);

        Assert.True(Together(first, second));
        // Each released by itself, unaware of the other, they are not safe together.
        Assert.False(Together(first, Release(bySex)));
    }

    private static bool Together(ControlledRelease first, ControlledRelease second)
    {
        PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build([.. first.Set.Tables, .. second.Set.Tables]), DisclosureProfile.JpNdb);
        Dictionary<string, decimal> shown = first.Figures.Concat(second.Figures).Where(figure => figure.Shown is not null).GroupBy(figure => figure.Key).ToDictionary(group => group.Key, group => group.First().Value);
        bool[] hidden = assessment.System.Cells.Select(cell => !shown.ContainsKey(cell.Key)).ToArray();
        return DisclosureSamples.Audit(assessment, hidden).IsSafe;
    }

    // Fills in what is missing alone in a sum, as long as there is something: the places found.
    private static List<int> Subtract(CellSystem system, bool[] hidden)
    {
        List<int> found = [];
        bool any = true;
        while (any)
        {
            any = false;
            foreach (CellSum sum in system.Sums)
            {
                int[] unknown = sum.Parts.Append(sum.Total).Where(cell => hidden[cell]).ToArray();
                if (unknown.Length == 1)
                {
                    hidden[unknown[0]] = false;
                    found.Add(unknown[0]);
                    any = true;
                }
            }
        }

        return found;
    }

    private static AttackerView View(ControlledRelease release) => AttackerView.Of(
        release.Assessment!.System, release.Assessment.System.Cells.Select((_, cell) => cell >= release.Figures.Count || release.Figures[cell].Shown is null).ToList());

    private static ControlledRelease Release(IReadOnlyList<LinkedTable> tables) => ReleaseControl.Protect(tables, DisclosureProfile.JpNdb, effort: ProtectionEffort.Heuristic, cancellation: TestContext.Current.CancellationToken);

    private static List<LinkedTable> Tables(IReadOnlyList<Counted> children, string second)
    {
        Hierarchy districts = Hierarchy.Flat("district", "計", Enumerable.Range(0, CityPlaces.DistrictCount).Select(d => new HierarchyNode(CityPlaces.DistrictCode(d), CityPlaces.DistrictName(d), null, UnitKind.District)));
        Hierarchy lines = DisclosureSamples.Lines(second, second == "age" ? 4 : 2);
        return Enumerable.Range(0, Indicators.Length).Select(indicator =>
        {
            decimal[] values = new decimal[districts.Leaves.Count * lines.Leaves.Count * 2];
            foreach (Counted child in children)
            {
                int line = second == "age" ? child.AgeBand : child.Sex;
                values[(((child.District * lines.Leaves.Count) + line) * 2) + (child.Has[indicator] ? 0 : 1)]++;
            }

            return new LinkedTable($"{Indicators[indicator]} {second}", Indicators[indicator], "children", [districts, lines, DisclosureSamples.Lines(Indicators[indicator], 2, isAttribute: true)], values);
        }).ToList();
    }

    private static List<Counted> Children(int wanted)
    {
        CityOptions options = CityOptions.For(CityPreset.Mini) with { Children = wanted };
        CityPlaces places = new(options.Children);
        Population population = new(options, new CityNames(), places);
        ChildLife life = new(options, places);
        int day = Day.DayNumber;
        List<Counted> children = [];
        for (int index = 0; index < population.FamilyCount; index++)
        {
            Family family = population.Make(index);
            foreach (Person child in family.Children)
            {
                life.Live(family, child);
                int age = (day - child.Birth) / 366;
                if (!child.IsResident(day) || child.Birth > day || age > 17 || child.Child is not { } known || family.Residences.LastOrDefault(home => home.From <= day) is not { } home)
                {
                    continue;
                }

                children.Add(new Counted(home.Town.District, Math.Min(age / 5, 3), child.Sex == 1 ? 0 : 1,
                [
                    known.Consultations.Any(consultation => consultation.Received <= day),
                    known.Allowances.Any(spell => spell.Start <= day && spell.End > day),
                ]));
            }
        }

        return children;
    }

    private sealed record Counted(int District, int AgeBand, int Sex, bool[] Has);
}
