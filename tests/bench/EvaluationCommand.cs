using System.Globalization;
using Warehouse.Reporting.Evaluation;
using Warehouse.Tests.Evaluate;

namespace Warehouse.Bench;

/// <summary>Measures whether the intervals of an evaluation hold the truth of fictitious cities.</summary>
/// <remarks>
/// <c>evaluation [--seeds N] [--children N] [--rounds N] [--draws N] [--staff N]</c>. Each seed is a city with a truth of its own; in each the worklist draws and staff judge <c>--draws</c> times. Recall is asked of judges who see every
/// need that can be seen; influence, and recall again, of judges who err and are moved. Ends with 1 where the interval in use holds the recall of fewer than 90 of 100 cities.
/// </remarks>
public static class EvaluationCommand
{
    private static readonly RecallMethod[] Methods = Enum.GetValues<RecallMethod>();

    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        Dictionary<string, int> settings = new() { ["--seeds"] = 100, ["--children"] = 6_000, ["--rounds"] = 4, ["--draws"] = 20, ["--staff"] = 6 };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !settings.ContainsKey(args[i]) || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value == 0)
            {
                error.WriteLine("usage: evaluation [--seeds N] [--children N] [--rounds N] [--draws N] [--staff N]");
                return 2;
            }

            settings[args[i]] = value;
        }

        EvaluationPlan plan = EvaluationPlan.Default(2024);
        Tally[] perfect = [.. Methods.Select(_ => new Tally())], real = [.. Methods.Select(_ => new Tally())], hidden = [.. Methods.Select(_ => new Tally())];
        Tally simple = new(), influence = new(), influenceOfThese = new();
        List<double> truths = [], listed = [], judged = [], found = [], naive = [];
        for (int seed = 1; seed <= settings["--seeds"]; seed++)
        {
            JudgedCity city = new(seed, settings["--children"], settings["--rounds"]);
            listed.Add(city.ListedCount);
            for (int draw = 0; draw < settings["--draws"]; draw++)
            {
                int own = (seed * 10_000) + draw;
                (EvaluationData data, JudgedTruth truth) = city.Judge(own, Judges.Perfect with { Staff = settings["--staff"] });
                for (int m = 0; m < Methods.Length; m++)
                {
                    RecallResult recall = Evaluator.Recall(plan, data, false, Methods[m]);
                    perfect[m].Add(draw, recall.Recall, truth.Recall);
                    hidden[m].Add(draw, recall.Recall, truth.RecallWithHidden);
                    if (m == 0)
                    {
                        judged.Add(recall.JudgedUnlisted);
                        found.Add(recall.FoundUnlisted);
                        truths.Add(truth.Recall);
                        naive.Add(recall.Naive ?? double.NaN);
                        simple.Add(draw, new Estimate(0, city.SimpleDraw(own, (int)recall.JudgedUnlisted), 0, 0), truth.Recall);
                    }
                }

                (data, truth) = city.Judge(own, Judges.Real with { Staff = settings["--staff"] });
                for (int m = 0; m < Methods.Length; m++)
                {
                    real[m].Add(draw, Evaluator.Recall(plan, data, false, Methods[m]).Recall, truth.Recall);
                }

                InfluenceResult moved = Influence.Of(data.Cases.Select(one => new JudgementPair(one.Staff, one.Quarter, one.IsListed, one.First, one.Final!.Value)).ToList(), plan.Minimum.Judgements);
                influence.Add(draw, moved.All.Net, truth.Influence);
                influenceOfThese.Add(draw, moved.All.Net, truth.InfluenceOfThese);
            }
        }

        output.WriteLine(FormattableString.Invariant(
            $"{settings["--seeds"]} cities of {settings["--children"]:N0} children, {settings["--rounds"]} half-years, {settings["--draws"]} draws each: {Median(listed):0} listed, {Median(judged):0} drawn, {Median(found):0} of them in need (medians); true recall {Median(truths):P1}, uncorrected {Median(naive):P1}"));
        output.WriteLine();
        output.WriteLine("| interval of recall | cities held (first draw) | all draws held | median width | too low, too high | with hidden need | of judges who err | too small |");
        output.WriteLine("|---|---:|---:|---:|---|---:|---:|---:|");
        for (int m = 0; m < Methods.Length; m++)
        {
            output.WriteLine(FormattableString.Invariant(
                $"| {Methods[m]}{(Methods[m] == plan.Recall ? " (in use)" : "")} | {perfect[m].First} of {perfect[m].FirstCount} | {perfect[m].Share:P1} | {perfect[m].Width:P1} | {perfect[m].Below:P1}, {perfect[m].Above:P1} | {hidden[m].Share:P1} | {real[m].Share:P1} | {perfect[m].TooSmall} |"));
        }

        output.WriteLine(FormattableString.Invariant($"| exact, simple random draw of as many | {simple.First} of {simple.FirstCount} | {simple.Share:P1} | {simple.Width:P1} | {simple.Below:P1}, {simple.Above:P1} | | | |"));
        output.WriteLine();
        output.WriteLine("| influence of the analysis | cities held (first draw) | all draws held | median width | too low, too high | too small |");
        output.WriteLine("|---|---:|---:|---:|---|---:|");
        output.WriteLine(FormattableString.Invariant($"| of staff like these | {influence.First} of {influence.FirstCount} | {influence.Share:P1} | {influence.Width:F3} | {influence.Below:P1}, {influence.Above:P1} | {influence.TooSmall} |"));
        output.WriteLine(FormattableString.Invariant($"| of these staff | {influenceOfThese.First} of {influenceOfThese.FirstCount} | {influenceOfThese.Share:P1} | {influenceOfThese.Width:F3} | {influenceOfThese.Below:P1}, {influenceOfThese.Above:P1} | {influenceOfThese.TooSmall} |"));
        Tally used = perfect[Array.IndexOf(Methods, plan.Recall)];
        return used.First >= 0.9 * used.FirstCount ? 0 : 1;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN : values[values.Count / 2];
    }

    private sealed class Tally
    {
        private readonly List<double> _widths = [];
        private int _held;
        private int _below;
        private int _above;

        public int First { get; private set; }

        public int FirstCount { get; private set; }

        public int TooSmall { get; private set; }

        public double Share => (double)_held / _widths.Count;

        public double Below => (double)_below / _widths.Count;

        public double Above => (double)_above / _widths.Count;

        public double Width => Median(_widths);

        public void Add(int draw, Estimate estimate, double truth)
        {
            FirstCount += draw == 0 ? 1 : 0;
            if (estimate.Interval is not { } bounds)
            {
                // Nothing was claimed; it counts as not held.
                TooSmall++;
                _widths.Add(1);
                return;
            }

            _widths.Add(bounds.Width);
            _held += bounds.Holds(truth) ? 1 : 0;
            _below += bounds.High < truth ? 1 : 0;
            _above += bounds.Low > truth ? 1 : 0;
            First += draw == 0 && bounds.Holds(truth) ? 1 : 0;
        }
    }
}
