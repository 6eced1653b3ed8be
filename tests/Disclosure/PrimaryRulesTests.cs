using Warehouse.Reporting.Disclosure;

namespace Warehouse.Tests.Disclosure;

public sealed class PrimaryRulesTests
{
    [Theory]
    [InlineData(UnitKind.City, null, 10)]
    [InlineData(UnitKind.City, 25_000L, 10)]
    [InlineData(UnitKind.City, 24_999L, 20)]
    [InlineData(UnitKind.City, 2_000L, 20)]
    [InlineData(UnitKind.City, 1_999L, null)]
    [InlineData(UnitKind.District, null, 20)]
    [InlineData(UnitKind.Facility, 300L, 20)]
    public void Thresholds_of_jp_ndb_follow_the_size_of_the_unit(UnitKind kind, long? size, int? threshold) =>
        Assert.Equal(threshold, DisclosureProfile.JpNdb.Threshold(kind, size));

    [Fact]
    public void City_figure_below_ten_is_hidden_and_ten_is_shown()
    {
        Assert.Equal(["a1"], Primary(DisclosureProfile.JpNdb, [DisclosureSamples.Lines("a", 3)], 9, 10, 50));
    }

    [Fact]
    public void District_figure_below_twenty_is_hidden()
    {
        Assert.Equal(["a1"], Primary(DisclosureProfile.JpNdb, [DisclosureSamples.Lines("a", 3, UnitKind.District)], 19, 20, 50));
    }

    [Fact]
    public void Zero_is_shown_where_its_group_is_large_enough_and_hidden_where_it_is_not()
    {
        Hierarchy[] dimensions = [DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("d", 3, isAttribute: true)];

        Assert.DoesNotContain("a1 / d2", Primary(DisclosureProfile.JpNdb, dimensions, 40, 0, 30, 20, 30, 40));
        Assert.Contains("a1 / d2", Primary(DisclosureProfile.JpNdb, dimensions, 4, 0, 3, 20, 30, 40));
    }

    [Fact]
    public void A_structural_zero_is_never_hidden()
    {
        LinkedTable table = DisclosureSamples.Table([DisclosureSamples.Lines("a", 3)], 0, 4, 3) with { Structural = [true, false, false] };
        PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build([table]), DisclosureProfile.JpNdb);

        ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken);

        Assert.False(result.Hidden[assessment.System.Find("6:people|1:a=2:a1")]);
        Assert.Empty(result.Unprotected);
    }

    [Fact]
    public void What_is_true_of_a_whole_group_is_hidden_together_with_what_the_rest_of_the_group_is()
    {
        Hierarchy[] dimensions = [DisclosureSamples.Lines("a", 2), DisclosureSamples.Lines("d", 2, isAttribute: true)];
        PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build([DisclosureSamples.Table(dimensions, 100, 0, 50, 60)]), DisclosureProfile.JpNdb);

        ProtectionResult result = Protection.Protect(assessment.System, assessment.Needs, cancellation: TestContext.Current.CancellationToken);

        int full = assessment.System.Find("6:people|1:a=2:a1|1:d=2:d1"), zero = assessment.System.Find("6:people|1:a=2:a1|1:d=2:d2");
        Assert.True(result.Hidden[full] && result.Hidden[zero]);
        AuditFinding finding = DisclosureAudit.Run(AttackerView.Of(assessment.System, result.Hidden), [new AuditTarget(zero, 10)]).Findings[0];
        Assert.Equal(SafetyVerdict.Protected, finding.Verdict);
    }

    [Fact]
    public void Nothing_is_shown_of_a_city_below_two_thousand_people()
    {
        Hierarchy towns = new("a", [new("", "計", null), new("a1", "a1", "", UnitKind.City, 1_500), new("a2", "a2", "", UnitKind.City, 30_000), new("a3", "a3", "", UnitKind.City, 40_000)]);

        Assert.Equal(["a1"], Primary(DisclosureProfile.JpNdb, [towns], 400, 500, 600));
    }

    [Fact]
    public void Nhs_round5_hides_one_to_seven_and_shows_zero()
    {
        Assert.Equal(["a1", "a3"], Primary(DisclosureProfile.NhsRound5, [DisclosureSamples.Lines("a", 4)], 1, 0, 7, 8));
    }

    [Theory]
    [InlineData(19, true, true, RateVerdict.Hidden)]
    [InlineData(20, true, true, RateVerdict.FewWarned)]
    [InlineData(30, true, true, RateVerdict.Shown)]
    [InlineData(300, false, true, RateVerdict.Hidden)]
    [InlineData(300, true, false, RateVerdict.Hidden)]
    public void A_rate_needs_a_large_denominator_and_both_its_figures(int denominator, bool numeratorShown, bool denominatorShown, RateVerdict verdict) =>
        Assert.Equal(verdict, PrimaryRules.Rate(denominator, numeratorShown, denominatorShown, DisclosureProfile.JpNdb));

    [Fact]
    public void Figures_of_one_or_two_facilities_are_hidden()
    {
        Assert.Equal(PrimaryReason.FewContributors, PrimaryRules.FewContributors(4, 2, DisclosureProfile.JpNdb)!.Reason);
        Assert.Null(PrimaryRules.FewContributors(4, 3, DisclosureProfile.JpNdb));
        Assert.Null(PrimaryRules.FewContributors(4, 0, DisclosureProfile.JpNdb));
    }

    [Fact]
    public void A_total_that_is_not_its_parts_is_refused_by_name()
    {
        LinkedTable table = DisclosureSamples.Table([DisclosureSamples.Lines("a", 2)], 3, 9) with { StatedTotals = new Dictionary<string, decimal> { [""] = 13 } };

        DisclosureException fault = Assert.Throws<DisclosureException>(() => LinkedTableSet.Build([table]));

        Assert.Equal(DisclosureFault.InconsistentTotal, fault.Fault);
        Assert.Contains("12", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_that_two_tables_give_differently_is_refused()
    {
        LinkedTable first = DisclosureSamples.Table([DisclosureSamples.Lines("a", 2)], 3, 9);
        LinkedTable second = DisclosureSamples.Table([DisclosureSamples.Lines("b", 2)], 3, 10) with { Code = "u" };

        Assert.Equal(DisclosureFault.InconsistentTotal, Assert.Throws<DisclosureException>(() => LinkedTableSet.Build([first, second])).Fault);
    }

    private static List<string> Primary(DisclosureProfile profile, IReadOnlyList<Hierarchy> dimensions, params decimal[] values)
    {
        PrimaryAssessment assessment = PrimaryRules.Assess(LinkedTableSet.Build([DisclosureSamples.Table(dimensions, values)]), profile);
        return assessment.Needs.Select(need => assessment.System.Cells[need.Cell].Label.Split('[')[^1].TrimEnd(']')).Order(StringComparer.Ordinal).ToList();
    }
}
