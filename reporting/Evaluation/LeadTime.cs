namespace Warehouse.Reporting.Evaluation;

/// <summary>How long after the desk's first judgement the usual route came to the same child.</summary>
/// <param name="Days">Days from the first judgement to the event, or to the end of what is known; not negative.</param>
/// <param name="Happened">Whether the usual route came; otherwise it had not come by then.</param>
public readonly record struct FollowUp(double Days, bool Happened);

/// <summary>One step of the curve: after so many days so large a share was not reached yet.</summary>
public readonly record struct SurvivalStep(double Days, double NotReached, double Low, double High, long AtRisk);

/// <summary>Lead time of the list before the usual route.</summary>
/// <param name="Reached">The share of children whom the usual route reached within the horizon.</param>
/// <param name="Median">Days until it had reached half of them; the upper end is null (open) where it is not known, and the value where half were never reached.</param>
/// <param name="Gained">Mean days before the usual route, up to the horizon.</param>
/// <param name="Events">How often the usual route came.</param>
/// <param name="Curve">The steps of the curve.</param>
public sealed record LeadTimeResult(Estimate Reached, (double? Value, double? Low, double? High) Median, Estimate Gained, long Events, IReadOnlyList<SurvivalStep> Curve);

/// <summary>Time between the desk and the usual route (consultation or registration by the council) for the same child, where many have not come to the second yet.</summary>
/// <remarks>
/// Right-censored and paired within the child: the clock starts at the first judgement, so it is the difference of two days of one child. Product limit: Kaplan and Meier (1958), JASA 53, 457-481; variance by Greenwood, interval
/// on the scale of log(−log): Kalbfleisch and Prentice (1980); median: Brookmeyer and Crowley (1982), Biometrics 38, 29-41. Mean up to a horizon: Royston and Parmar (2013), BMC Medical Research Methodology 13:152.
/// A consultation after the judgement may have come of it, and children on the list differ from others: lead time says how early the desk looked, not what its looking changed.
/// </remarks>
public static class LeadTime
{
    /// <summary>Returns lead time, or that there are too few to say.</summary>
    public static LeadTimeResult Of(IReadOnlyCollection<FollowUp> children, double horizonDays, long needed)
    {
        ArgumentNullException.ThrowIfNull(children);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizonDays);
        if (children.Any(child => child.Days < 0))
        {
            throw new ArgumentException($"A follow-up of {children.Min(child => child.Days)} days; expected none before the first judgement. Leave children out whom the usual route had reached before.", nameof(children));
        }

        long n = children.Count, events = children.Count(child => child.Happened);
        if (n < Math.Max(2, needed))
        {
            return new LeadTimeResult(Estimate.TooSmall(n, needed), (null, null, null), Estimate.TooSmall(n, needed), events, []);
        }

        IReadOnlyList<SurvivalStep> curve = Curve(children);
        double longest = children.Max(child => child.Days);
        SurvivalStep at = curve.LastOrDefault(step => step.Days <= horizonDays, new SurvivalStep(0, 1, 1, 1, n));
        // Nobody was watched for the whole horizon: nothing can be said of its end.
        Estimate reached = longest < horizonDays && at.NotReached > 0 ? Estimate.TooSmall(n, needed) : new Estimate(1 - at.NotReached, at.NotReached < 1 ? new Bounds(1 - at.High, 1 - at.Low) : new Bounds(0, 1 - Math.Pow(0.025, 1.0 / n)), n, needed);
        return new LeadTimeResult(reached, MedianOf(curve), longest < horizonDays && at.NotReached > 0 ? Estimate.TooSmall(n, needed) : Gained(curve, horizonDays, n, needed), events, curve);
    }

    /// <summary>Returns the share not reached after each event, with its interval.</summary>
    public static IReadOnlyList<SurvivalStep> Curve(IReadOnlyCollection<FollowUp> children)
    {
        ArgumentNullException.ThrowIfNull(children);
        List<SurvivalStep> steps = [];
        double left = 1, greenwood = 0;
        long atRisk = children.Count;
        foreach (IGrouping<double, FollowUp> day in children.GroupBy(child => child.Days).OrderBy(group => group.Key))
        {
            long came = day.Count(child => child.Happened);
            if (came > 0)
            {
                left *= 1 - ((double)came / atRisk);
                greenwood += atRisk == came ? 0 : (double)came / (atRisk * (double)(atRisk - came));
                Bounds bounds = Interval(left, greenwood);
                steps.Add(new SurvivalStep(day.Key, left, bounds.Low, bounds.High, atRisk));
            }

            atRisk -= day.Count();
        }

        return steps;
    }

    private static Bounds Interval(double left, double greenwood)
    {
        if (left is <= 0 or >= 1)
        {
            return new Bounds(left, left);
        }

        double log = Math.Log(left), half = Distributions.Z95 * Math.Sqrt(greenwood) / Math.Abs(log);
        return new Bounds(Math.Exp(log * Math.Exp(half)), Math.Exp(log * Math.Exp(-half)));
    }

    // Days at which the curve, and the ends of its interval, come to one half.
    private static (double?, double?, double?) MedianOf(IReadOnlyList<SurvivalStep> curve) =>
        (First(curve, step => step.NotReached), First(curve, step => step.Low), First(curve, step => step.High));

    private static double? First(IReadOnlyList<SurvivalStep> curve, Func<SurvivalStep, double> end) =>
        curve.Where(step => end(step) <= 0.5 + 1e-12).Select(step => (double?)step.Days).FirstOrDefault();

    // Area under the curve; its variance sums the area still to come after each event.
    private static Estimate Gained(IReadOnlyList<SurvivalStep> curve, double horizon, long n, long needed)
    {
        List<SurvivalStep> within = curve.Where(step => step.Days <= horizon).ToList();
        double area = 0, left = 1, since = 0;
        List<double> after = [];
        foreach (SurvivalStep step in within)
        {
            area += left * (step.Days - since);
            (left, since) = (step.NotReached, step.Days);
            after.Add(area);
        }

        area += left * (horizon - since);
        double variance = 0, before = 1;
        for (int i = 0; i < within.Count; i++)
        {
            double atRisk = within[i].AtRisk, came = Math.Round(atRisk * (1 - (within[i].NotReached / before)));
            double toCome = area - after[i];
            variance += atRisk == came ? 0 : toCome * toCome * came / (atRisk * (atRisk - came));
            before = within[i].NotReached;
        }

        double half = Distributions.Z95 * Math.Sqrt(variance);
        return new Estimate(area, new Bounds(Math.Max(0, area - half), Math.Min(horizon, area + half)), n, needed);
    }
}
