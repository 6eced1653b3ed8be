using Warehouse.Reporting.Evaluation;

namespace Warehouse.Tests.Evaluate;

/// <summary>Plans of evaluations as files.</summary>
public sealed class EvaluationPlanTests
{
    [Fact]
    public void A_plan_is_the_same_however_its_file_is_laid_out()
    {
        EvaluationPlan plan = EvaluationPlan.Default(2025);
        string other = plan.ToText().Replace("\n  ", "\n      ", StringComparison.Ordinal);

        Assert.Equal(plan, EvaluationPlan.Read(other));
        Assert.Equal(plan.Hash(), EvaluationPlan.Read(other).Hash());
        Assert.NotEqual(plan.Hash(), (plan with { HorizonDays = 180 }).Hash());
        Assert.Equal(new DateOnly(2026, 3, 31), plan.To);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 0", "version is 0")]
    [InlineData("2025-04-01", "2025-04-02", "whole school years")]
    [InlineData("\"primary\": \"recall\"", "\"primary\": \"luck\"", "primary is 'luck'")]
    [InlineData("\"drawn\": 30", "\"drawn\": 3", "below 20")]
    [InlineData("\"recall\": \"gamma_mid_p\"", "\"recall\": \"guess\"", "cannot be read")]
    [InlineData("\"version\": 1", "\"version\": 1, \"secret\": 2", "cannot be read")]
    [InlineData("\"horizon_days\": 365,", "", "cannot be read")]
    public void A_plan_that_is_not_possible_is_refused_with_its_fault(string from, string to, string fault)
    {
        string text = EvaluationPlan.Default(2025).ToText();
        Assert.Contains(from, text, StringComparison.Ordinal);

        EvaluationPlanException refusal = Assert.Throws<EvaluationPlanException>(() => EvaluationPlan.Read(text.Replace(from, to, StringComparison.Ordinal)));

        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
    }
}
