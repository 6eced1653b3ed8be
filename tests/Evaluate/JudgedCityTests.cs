using Warehouse.Reporting.Evaluation;

namespace Warehouse.Tests.Evaluate;

/// <summary>Intervals against the truth of fictitious cities: the bench measures it with more of them.</summary>
public sealed class JudgedCityTests
{
    private static readonly EvaluationPlan Plan = EvaluationPlan.Default(2024);

    [Fact]
    public void Recall_and_influence_are_held_by_their_intervals_in_cities_whose_truth_is_known()
    {
        int recalls = 0, influences = 0, all = 0;
        double naive = 0, corrected = 0, truths = 0;
        for (int seed = 1; seed <= 4; seed++)
        {
            JudgedCity city = new(seed, 3_000, 6);
            for (int draw = 0; draw < 25; draw++, all++)
            {
                (EvaluationData data, JudgedTruth truth) = city.Judge((seed * 100) + draw, Judges.Perfect);
                EvaluationResult result = Evaluator.Run(Plan, data);
                recalls += result.Recall.Recall.Interval!.Value.Holds(truth.Recall) ? 1 : 0;
                naive += result.Recall.Naive!.Value;
                corrected += result.Recall.Recall.Value!.Value;
                truths += truth.Recall;
                (data, truth) = city.Judge((seed * 100) + draw, Judges.Real);
                influences += Evaluator.Run(Plan, data).Influence.All.Net.Interval!.Value.Holds(truth.Influence) ? 1 : 0;
            }
        }

        Assert.InRange(recalls, 0.9 * all, all);
        Assert.InRange(influences, 0.9 * all, all);
        // Without correction nearly every child in need would seem to be listed.
        Assert.True(naive / all > 0.7 && truths / all < 0.35, $"uncorrected {naive / all:P0}, corrected {corrected / all:P0}, true {truths / all:P0}");
    }

    [Fact]
    public void A_need_that_does_not_show_is_in_no_judgement()
    {
        JudgedCity city = new(1, 1_500, 6);

        (EvaluationData data, JudgedTruth truth) = city.Judge(1, Judges.Perfect);

        Assert.True(truth.RecallWithHidden < truth.Recall);
        Assert.All(data.Cases, one => Assert.Equal(one.First, one.Final));
        Assert.Equal(1, Evaluator.Run(Plan, data).Agreement.Same.Value);
    }
}
