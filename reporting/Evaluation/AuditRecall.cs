namespace Warehouse.Reporting.Evaluation;

/// <summary>A stratum of children: a district of one scoring, listed or not.</summary>
/// <param name="Group">The scoring that it belongs to.</param>
/// <param name="Population">How many children.</param>
/// <param name="Judged">How many of them were judged before the analysis was shown: all listed ones, and the unlisted ones that chance drew.</param>
/// <param name="Found">How many of those were judged to need support.</param>
public sealed record AuditStratum(string Group, long Population, long Judged, long Found)
{
    /// <summary>How many children a judged one stands for beside itself.</summary>
    public double Weight => Judged == 0 ? 0 : (double)(Population - Judged) / Judged;

    /// <summary>How many children not judged are estimated to need support.</summary>
    public double Unseen => Weight * Found;
}

/// <summary>How the interval of the unseen is made.</summary>
public enum RecallMethod
{
    /// <summary>Gamma interval for weighted sums of counts, the mean of its two one-sided forms (mid-p).</summary>
    GammaMidP,

    /// <summary>Gamma interval for weighted sums of counts: conservative.</summary>
    Gamma,

    /// <summary>Clopper-Pearson with the effective size of the sample.</summary>
    EffectiveSize,

    /// <summary>Normal interval of the logit of recall.</summary>
    Logit,

    /// <summary>Holds whatever the strata are: binomial bounds of the number found and the strata that hide most.</summary>
    Guaranteed,
}

/// <summary>Recall of the list, estimated from what chance drew of those left out.</summary>
/// <param name="Recall">Of all children who would be judged to need support, the share that is listed.</param>
/// <param name="Naive">The same without correction, taking everybody who was not judged as without need: too high by construction.</param>
/// <param name="Listed">Children in need on the list.</param>
/// <param name="Unlisted">Children in need who are not on the list.</param>
/// <param name="JudgedUnlisted">Unlisted children judged.</param>
/// <param name="FoundUnlisted">How many of them were judged to need support.</param>
/// <param name="DroppedGroups">Scorings left out because nobody of their unlisted or listed children was judged.</param>
public sealed record RecallResult(Estimate Recall, double? Naive, Estimate Listed, Estimate Unlisted, long JudgedUnlisted, long FoundUnlisted, IReadOnlyList<string> DroppedGroups);

/// <summary>Estimates recall where only listed children and a random draw of the others were judged.</summary>
/// <remarks>
/// Verification bias: whoever is not listed is seldom judged, so the share found among judged children flatters the list. Within a stratum chance chose who was judged; each stands for the others
/// (Horvitz and Thompson 1952, JASA 47, 663-685; with listed and unlisted as the two results of a test this is the correction of Begg and Greenes 1983, Biometrics 39, 207-215).
/// Interval of the unseen in need: Fay and Feuer (1997), Statistics in Medicine 16, 791-801, made for weighted sums of few counts; mid-p form: Fay and Kim (2017), Biometrical Journal 59, 549-565. Children judged themselves are known, so only the
/// others are uncertain. Effective size: Korn and Graubard (1998), Survey Methodology 24, 193-201. The two intervals of listed and unlisted are joined by the method of variance recovery: Donner and Zou (2012), Statistical Methods in
/// Medical Research 21, 347-359. <see cref="RecallMethod.Guaranteed"/>: the number found is a sum of independent events (a hypergeometric count is one), whose tails those of the binomial with the same mean bound (Hoeffding 1956, Annals of
/// Mathematical Statistics 27, 713-721); the need is then put where the fewest are drawn.
/// Recall is of what these judges would say: what no judge can see is not in it.
/// </remarks>
public static class AuditRecall
{
    private const double Tail = 0.025;

    /// <summary>Returns recall, or that there are too few to say.</summary>
    /// <param name="listed">Strata of listed children.</param>
    /// <param name="unlisted">Strata of the others.</param>
    /// <param name="needed">The least number of unlisted children judged.</param>
    /// <param name="method">How the interval is made.</param>
    public static RecallResult Of(IReadOnlyList<AuditStratum> listed, IReadOnlyList<AuditStratum> unlisted, long needed, RecallMethod method = RecallMethod.GammaMidP)
    {
        ArgumentNullException.ThrowIfNull(listed);
        ArgumentNullException.ThrowIfNull(unlisted);
        Check(listed);
        Check(unlisted);
        List<string> groups = listed.Concat(unlisted).Select(stratum => stratum.Group).Distinct(StringComparer.Ordinal).ToList();
        List<string> dropped = groups.Where(group => !IsJudged(listed, group) || !IsJudged(unlisted, group)).ToList();
        List<AuditStratum> on = Merge(listed.Where(stratum => !dropped.Contains(stratum.Group))), off = Merge(unlisted.Where(stratum => !dropped.Contains(stratum.Group)));
        long judged = off.Sum(stratum => stratum.Judged), found = off.Sum(stratum => stratum.Found), foundListed = on.Sum(stratum => stratum.Found);
        double trueListed = foundListed + on.Sum(stratum => stratum.Unseen), trueUnlisted = found + off.Sum(stratum => stratum.Unseen);
        // Without anybody found on the list there is nothing that recall could be a share of.
        if (judged < Math.Max(1, needed) || foundListed == 0)
        {
            return new RecallResult(Estimate.TooSmall(judged, needed), null, Estimate.TooSmall(judged, needed), Estimate.TooSmall(judged, needed), judged, found, dropped);
        }

        Bounds listedBounds = Total(on, method is RecallMethod.Guaranteed or RecallMethod.Gamma ? method : RecallMethod.GammaMidP), unlistedBounds = Total(off, method);
        double recall = trueListed / (trueListed + trueUnlisted);
        Bounds bounds = method == RecallMethod.Logit ? Logit(on, off, trueListed, trueUnlisted) : Ratio(trueUnlisted, unlistedBounds, trueListed, listedBounds);
        return new RecallResult(
            new Estimate(recall, bounds, judged, needed),
            (double)foundListed / (foundListed + found),
            new Estimate(trueListed, listedBounds, on.Sum(stratum => stratum.Judged), needed),
            new Estimate(trueUnlisted, unlistedBounds, judged, needed),
            judged,
            found,
            dropped);
    }

    /// <summary>Returns the 95 % interval of how many children of the strata need support.</summary>
    public static Bounds Total(IReadOnlyList<AuditStratum> strata, RecallMethod method)
    {
        ArgumentNullException.ThrowIfNull(strata);
        double found = strata.Sum(stratum => stratum.Found), hidden = strata.Sum(stratum => stratum.Population - stratum.Judged);
        if (hidden == 0)
        {
            return new Bounds(found, found);
        }

        Bounds unseen = method switch
        {
            RecallMethod.Gamma => GammaBounds(strata, false),
            RecallMethod.EffectiveSize => EffectiveSize(strata),
            RecallMethod.Logit => Normal(strata),
            RecallMethod.Guaranteed => Guaranteed(strata, strata.Sum(stratum => stratum.Found)),
            _ => GammaBounds(strata, true),
        };
        return new Bounds(found + Math.Clamp(unseen.Low, 0, hidden), found + Math.Clamp(unseen.High, 0, hidden));
    }

    /// <summary>Returns the recall that every number of unlisted children found, up to the largest possible one, leaves at least.</summary>
    /// <remarks>Of the strata it uses only how many were judged, not how many were found: it can be told where that number is too small to show. The bound is that of <see cref="RecallMethod.Guaranteed"/>.</remarks>
    /// <param name="unlisted">Strata of unlisted children; their numbers found are not looked at.</param>
    /// <param name="listed">Listed children found.</param>
    /// <param name="mostFound">The largest number of unlisted ones that may have been found.</param>
    public static double AtLeast(IReadOnlyList<AuditStratum> unlisted, long listed, long mostFound)
    {
        ArgumentNullException.ThrowIfNull(unlisted);
        List<AuditStratum> off = Merge(unlisted.Where(stratum => IsJudged(unlisted, stratum.Group)));
        return listed / (listed + mostFound + Math.Max(0, Guaranteed(off, mostFound).High));
    }

    private static void Check(IReadOnlyList<AuditStratum> strata)
    {
        foreach (AuditStratum stratum in strata.Where(stratum => stratum.Found < 0 || stratum.Found > stratum.Judged || stratum.Judged > stratum.Population))
        {
            throw new ArgumentException($"Stratum of '{stratum.Group}' has {stratum.Found} found of {stratum.Judged} judged of {stratum.Population}; expected found ≤ judged ≤ population.", nameof(strata));
        }
    }

    private static bool IsJudged(IReadOnlyList<AuditStratum> strata, string group) => strata.Any(stratum => stratum.Group == group && stratum.Judged > 0);

    // A stratum of which nobody was judged is taken together with the largest judged one of its scoring.
    private static List<AuditStratum> Merge(IEnumerable<AuditStratum> strata)
    {
        List<AuditStratum> merged = [];
        foreach (IGrouping<string, AuditStratum> group in strata.GroupBy(stratum => stratum.Group, StringComparer.Ordinal))
        {
            List<AuditStratum> judged = group.Where(stratum => stratum.Judged > 0).OrderByDescending(stratum => stratum.Population).ToList();
            judged[0] = judged[0] with { Population = judged[0].Population + group.Where(stratum => stratum.Judged == 0).Sum(stratum => stratum.Population) };
            merged.AddRange(judged);
        }

        return merged;
    }

    // Σ w·x of independent counts: below, a gamma variable with the estimate as mean and the estimated variance; above, the same after one more event of the largest weight.
    private static Bounds GammaBounds(IReadOnlyList<AuditStratum> strata, bool isMidP)
    {
        double mean = strata.Sum(stratum => stratum.Unseen), variance = strata.Sum(stratum => stratum.Weight * stratum.Weight * stratum.Found), most = strata.Max(stratum => stratum.Weight);
        double meanUp = mean + most, varianceUp = variance + (most * most);
        double shape = mean == 0 ? 0 : mean * mean / variance, scale = mean == 0 ? 0 : variance / mean, shapeUp = meanUp * meanUp / varianceUp, scaleUp = varianceUp / meanUp;
        if (!isMidP)
        {
            return new Bounds(scale * Distributions.GammaQuantile(Tail, shape), scaleUp * Distributions.GammaQuantile(1 - Tail, shapeUp));
        }

        // The mean of the two distribution functions; below the first without anybody found stands a point at zero.
        return new Bounds(Mixed(Tail), Mixed(1 - Tail));

        double Mixed(double probability)
        {
            double Share(double x) => ((mean == 0 ? 1 : Distributions.GammaShare(shape, x / scale)) + Distributions.GammaShare(shapeUp, x / scaleUp)) / 2;
            if (Share(0) >= probability)
            {
                return 0;
            }

            double low = 0, high = meanUp * 2;
            while (Share(high) < probability)
            {
                high *= 2;
            }

            for (int i = 0; i < 200 && high - low > 1e-9 * high; i++)
            {
                double middle = (low + high) / 2;
                (low, high) = Share(middle) < probability ? (middle, high) : (low, middle);
            }

            return (low + high) / 2;
        }
    }

    private static Bounds EffectiveSize(IReadOnlyList<AuditStratum> strata)
    {
        double hidden = strata.Sum(stratum => stratum.Population - stratum.Judged), n = strata.Sum(stratum => stratum.Judged), p = strata.Sum(stratum => stratum.Unseen) / hidden;
        double variance = strata.Sum(stratum => stratum.Weight * stratum.Weight * stratum.Found) / (hidden * hidden);
        double effective = p is <= 0 or >= 1 ? n : Math.Min(n, p * (1 - p) / variance);
        Bounds share = Shares.ClopperPearson(p * effective, effective);
        return new Bounds(share.Low * hidden, share.High * hidden);
    }

    private static Bounds Normal(IReadOnlyList<AuditStratum> strata)
    {
        double mean = strata.Sum(stratum => stratum.Unseen), half = Distributions.Z95 * Math.Sqrt(strata.Sum(stratum => stratum.Weight * stratum.Weight * stratum.Found));
        return new Bounds(Math.Max(0, mean - half), mean + half);
    }

    private static Bounds Guaranteed(IReadOnlyList<AuditStratum> strata, double found)
    {
        double n = strata.Sum(stratum => stratum.Judged);
        found = Math.Min(found, n);
        Bounds share = Shares.ClopperPearson(found, n);
        // So many found are to be expected of the whole need; each child in need of a stratum adds judged / population to that.
        return new Bounds(Math.Max(0, Fill(share.Low * n, strata.OrderBy(Each)) - found), Math.Max(0, Fill(share.High * n, strata.OrderByDescending(Each)) - found));

        static double Each(AuditStratum stratum) => (double)stratum.Population / stratum.Judged;

        static double Fill(double expected, IEnumerable<AuditStratum> order)
        {
            double total = 0;
            foreach (AuditStratum stratum in order)
            {
                double taken = Math.Min(expected, stratum.Judged);
                total += taken * Each(stratum);
                expected -= taken;
            }

            return total;
        }
    }

    private static Bounds Logit(IReadOnlyList<AuditStratum> on, IReadOnlyList<AuditStratum> off, double listed, double unlisted)
    {
        if (unlisted == 0)
        {
            return new Bounds(1, 1);
        }

        double error = Math.Sqrt((Variance(on) / (listed * listed)) + (Variance(off) / (unlisted * unlisted))), centre = Math.Log(listed / unlisted);
        return new Bounds(1 / (1 + Math.Exp(-(centre - (Distributions.Z95 * error)))), 1 / (1 + Math.Exp(-(centre + (Distributions.Z95 * error)))));

        static double Variance(IReadOnlyList<AuditStratum> strata) => strata.Sum(stratum => stratum.Weight * stratum.Weight * stratum.Found);
    }

    // Recall falls with the ratio of unlisted to listed need, whose interval the two recover.
    private static Bounds Ratio(double unlisted, Bounds u, double listed, Bounds l)
    {
        double product = unlisted * listed;
        double low = (product - Root(product, u.Low * l.High * ((2 * unlisted) - u.Low) * ((2 * listed) - l.High))) / (l.High * ((2 * listed) - l.High));
        double high = l.Low <= 0 ? double.PositiveInfinity : (product + Root(product, u.High * l.Low * ((2 * unlisted) - u.High) * ((2 * listed) - l.Low))) / (l.Low * ((2 * listed) - l.Low));
        // An upper end of more than twice the estimate turns the first denominator; the crude corner is wider and safe.
        low = (2 * listed) - l.High <= 0 || double.IsNaN(low) || low < 0 ? u.Low / l.High : low;
        return new Bounds(1 / (1 + high), 1 / (1 + low));

        static double Root(double product, double other) => Math.Sqrt(Math.Max(0, (product * product) - other));
    }
}
