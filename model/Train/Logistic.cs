namespace Warehouse.Model.Train;

/// <summary>The logistic function and one-variable logistic regression.</summary>
public static class Logistic
{
    /// <summary>Returns 1 / (1 + exp(-x)) without overflow.</summary>
    public static double Sigmoid(double x)
    {
        if (x >= 0)
        {
            return 1 / (1 + Math.Exp(-x));
        }

        double e = Math.Exp(x);
        return e / (1 + e);
    }

    /// <summary>Returns the slope and intercept of the label on a score, by Newton's method.</summary>
    /// <remarks>
    /// Labels are smoothed as Platt does (Advances in Large Margin Classifiers, 1999), so that separable scores have an answer.
    /// With a fixed slope only the intercept is fitted.
    /// </remarks>
    public static (double Slope, double Intercept) FitLine(ReadOnlySpan<double> score, ReadOnlySpan<bool> label, double? fixedSlope = null, bool smooth = true)
    {
        int positives = 0;
        foreach (bool y in label)
        {
            positives += y ? 1 : 0;
        }

        int negatives = label.Length - positives;
        double high = smooth ? (positives + 1.0) / (positives + 2.0) : 1;
        double low = smooth ? 1.0 / (negatives + 2.0) : 0;
        double a = fixedSlope ?? 0;
        double b = fixedSlope is null ? Math.Log((positives + 1.0) / (negatives + 1.0)) : 0;
        double loss = Loss(score, label, a, b, high, low);
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
            for (int i = 0; i < score.Length; i++)
            {
                double p = Sigmoid((a * score[i]) + b);
                double g = p - (label[i] ? high : low);
                double w = p * (1 - p);
                ga += g * score[i];
                gb += g;
                haa += w * score[i] * score[i];
                hab += w * score[i];
                hbb += w;
            }

            double da, db;
            if (fixedSlope is not null)
            {
                da = 0;
                db = gb / hbb;
            }
            else
            {
                double det = (haa * hbb) - (hab * hab);
                if (det <= 1e-18 * haa * hbb)
                {
                    da = 0;
                    db = gb / hbb;
                }
                else
                {
                    da = ((hbb * ga) - (hab * gb)) / det;
                    db = ((haa * gb) - (hab * ga)) / det;
                }
            }

            double step = 1;
            double next = loss;
            while (step > 1e-6 && (next = Loss(score, label, a - (step * da), b - (step * db), high, low)) > loss)
            {
                step /= 2;
            }

            if (step <= 1e-6)
            {
                break;
            }

            a -= step * da;
            b -= step * db;
            bool done = loss - next <= 1e-12 * Math.Abs(loss);
            loss = next;
            if (done)
            {
                break;
            }
        }

        return (a, b);
    }

    private static double Loss(ReadOnlySpan<double> score, ReadOnlySpan<bool> label, double a, double b, double high, double low)
    {
        double sum = 0;
        for (int i = 0; i < score.Length; i++)
        {
            double z = (a * score[i]) + b;
            double t = label[i] ? high : low;
            sum += Math.Max(z, 0) - (t * z) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
        }

        return sum;
    }
}
