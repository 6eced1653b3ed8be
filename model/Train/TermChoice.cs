using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>Chooses the few terms that carry a score best.</summary>
/// <remarks>
/// The penalised loss over at most so many terms of the whole family, bettered by exchanges until none is left that betters it (local search with swaps, as in Hazimeh, Mazumder, Operations Research 68, 2020, for the loss
/// of a logistic regression): all single exchanges of a chosen term for one of a pool are weighed in the quadratic model of the loss, the best is made, and the loss decides after every refit. The pool holds the terms
/// of the path of penalties, and those of the family that what the chosen ones leave open prices strongest. No randomness, one thread but in pricing.
/// </remarks>
internal sealed class TermChoice
{
    private const int MaxRounds = 30;
    private const int PricedPerRound = 100;
    private const int MaxPool = 1500;
    private const double LeastGain = 1e-6;
    private const double Tolerance = 1e-4;

    private readonly FitRows _rows;
    private readonly ITermFamily _family;
    private readonly double _penalty;
    private readonly double _quadratic;
    private readonly List<Term> _pool = [];
    private readonly HashSet<ulong> _keys = [];
    private readonly double[] _curvature;
    private readonly double[] _residual;

    private TermChoice(FitRows rows, ITermFamily family, double penalty, double quadratic)
    {
        (_rows, _family, _penalty, _quadratic) = (rows, family, penalty, quadratic);
        (_curvature, _residual) = (new double[rows.Count], new double[rows.Count]);
    }

    /// <summary>Returns at most so many terms.</summary>
    /// <param name="rows">Rows of the fit.</param>
    /// <param name="family">Terms to choose from.</param>
    /// <param name="start">Terms to begin with, no more than allowed.</param>
    /// <param name="pool">Terms that are tried in any case.</param>
    /// <param name="most">Most terms.</param>
    /// <param name="penalty">Penalty of the loss.</param>
    /// <param name="quadratic">Its quadratic part.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public static IReadOnlyList<Term> Choose(
        FitRows rows, ITermFamily family, IReadOnlyList<Term> start, IEnumerable<Term> pool, int most, double penalty, double quadratic, CancellationToken cancellationToken)
    {
        var choice = new TermChoice(rows, family, penalty, quadratic);
        foreach (Term term in start.Concat(pool))
        {
            choice.Offer(term);
        }

        return choice.Run([.. Enumerable.Range(0, start.Count)], most, cancellationToken);
    }

    private bool Offer(Term term)
    {
        if (_pool.Count >= MaxPool || !_keys.Add(term.Key))
        {
            return false;
        }

        _pool.Add(term);
        return true;
    }

    private List<Term> Run(List<int> chosen, int most, CancellationToken cancellationToken)
    {
        FamilyFit fit = Refit(chosen, null);
        List<int> best = [.. chosen];
        FamilyFit bestFit = fit;
        for (int round = 0; round < MaxRounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] weights = Weights(fit);
            Linearise(fit);
            Price(weights);
            Array.Resize(ref weights, _pool.Count);
            if (!Exchange(chosen, weights, most, bestFit.Objective))
            {
                break;
            }

            fit = Refit(chosen, fit);
            if (fit.Objective >= bestFit.Objective * (1 - LeastGain))
            {
                break;
            }

            (best, bestFit) = ([.. chosen], fit);
        }

        return [.. best.Select(t => _pool[t])];
    }

    private FamilyFit Refit(List<int> chosen, FamilyFit? from)
    {
        Term[] terms = [.. chosen.Select(t => _pool[t])];
        var list = new TermList(_rows, terms);
        if (from is null)
        {
            return new ColumnGeneration(_rows, list, Tolerance, _quadratic).Solve(_penalty);
        }

        HashSet<ulong> kept = [.. terms.Select(t => t.Key)];
        return new ColumnGeneration(_rows, list, Tolerance, from.Terms.Select((t, k) => (t, from.Weights[k])).Where(x => kept.Contains(x.t.Key)), from.Bias, _quadratic).Solve(_penalty);
    }

    private double[] Weights(FamilyFit fit)
    {
        Dictionary<ulong, double> of = fit.Terms.Select((t, k) => (t.Key, Weight: fit.Weights[k])).ToDictionary(x => x.Key, x => x.Weight);
        return [.. _pool.Select(t => of.GetValueOrDefault(t.Key))];
    }

    private void Linearise(FamilyFit fit)
    {
        var score = new double[_rows.Count];
        Array.Fill(score, fit.Bias);
        for (int t = 0; t < fit.Terms.Count; t++)
        {
            foreach (int row in fit.Terms[t].Rows)
            {
                score[row] += fit.Weights[t];
            }
        }

        for (int i = 0; i < score.Length; i++)
        {
            double q = Logistic.Sigmoid(score[i]);
            _residual[i] = _rows.Weight[i] * (i < _rows.PositiveCount ? 1 - q : -q);
            _curvature[i] = _rows.Weight[i] * Math.Max(1e-9, q * (1 - q));
        }
    }

    private void Price(double[] weights)
    {
        double up = 0, down = 0;
        var pull = new double[_rows.Count];
        for (int i = 0; i < pull.Length; i++)
        {
            pull[i] = Math.Abs(_residual[i]);
            (up, down) = i < _rows.PositiveCount ? (up + pull[i], down) : (up, down + pull[i]);
        }

        double forUp = Math.Min(1, down / up), forDown = Math.Min(1, up / down);
        for (int i = 0; i < pull.Length; i++)
        {
            pull[i] *= i < _rows.PositiveCount ? forUp : forDown;
        }

        _family.Reset();
        foreach (Term term in _family.Price(pull, _penalty, PricedPerRound, double.PositiveInfinity, _keys).Terms)
        {
            Offer(term);
        }
    }

    // Makes the best additions and exchanges in the quadratic model; returns whether any was made.
    private bool Exchange(List<int> chosen, double[] weights, int most, double objective)
    {
        int p = _pool.Count;
        (int[] start, int[] held) = ByRow();
        var diagonal = new double[p];
        var gradient = new double[p];
        for (int t = 0; t < p; t++)
        {
            double pull = 0, sum = 0;
            foreach (int row in _pool[t].Rows)
            {
                pull += _residual[row];
                sum += _curvature[row];
            }

            // What is not chosen must first earn its penalty.
            double limit = _penalty * _pool[t].Factor;
            diagonal[t] = sum + (_quadratic * limit);
            gradient[t] = weights[t] != 0
                ? pull - (limit * Math.Sign(weights[t])) - (_quadratic * limit * weights[t])
                : _pool[t].Sign.Permits(pull) ? Math.Sign(pull) * Math.Max(0, Math.Abs(pull) - limit) : 0;
        }

        // The bias is always chosen; its column comes last.
        int[] all = [.. Enumerable.Range(0, _rows.Count)];
        List<double[]> cross = [.. chosen.Select(t => Column(_pool[t].Rows, start, held, diagonal, t)), Column(all, start, held, diagonal, -1)];
        var current = (double[])weights.Clone();

        // Pulls on every term at no weights, in the quadratic model.
        var response = (double[])gradient.Clone();
        double responseBias = _residual.Sum();
        for (int c = 0; c < chosen.Count; c++)
        {
            double weight = current[chosen[c]];
            for (int t = 0; t < p; t++)
            {
                response[t] += cross[c][t] * weight;
            }

            responseBias += cross[^1][chosen[c]] * weight;
        }

        bool made = false;
        for (int step = 0; step < 4 * most; step++)
        {
            int k = chosen.Count, n = k + 1;
            var matrix = new double[n][];
            for (int a = 0; a < k; a++)
            {
                matrix[a] = [.. chosen.Select(t => cross[a][t]), cross[^1][chosen[a]]];
            }

            matrix[k] = [.. chosen.Select(t => cross[^1][t]), cross[^1][p]];
            double[][] inverse = Inverse(matrix);
            double[] right = [.. chosen.Select(t => response[t]), responseBias];
            double[] beta = [.. Enumerable.Range(0, n).Select(a => Dot(inverse[a], right))];
            HashSet<int> isChosen = [.. chosen];
            (double Net, int In, int Out) found = (LeastGain * objective, -1, -1);
            var b = new double[n];
            var h = new double[n];
            for (int j = 0; j < p; j++)
            {
                if (isChosen.Contains(j))
                {
                    continue;
                }

                for (int a = 0; a < n; a++)
                {
                    h[a] = cross[a][j];
                }

                double rest = diagonal[j], pull = response[j];
                for (int a = 0; a < n; a++)
                {
                    b[a] = Dot(inverse[a], h);
                    rest -= b[a] * h[a];
                    pull -= h[a] * beta[a];
                }

                if (rest <= 1e-9 * diagonal[j] || !_pool[j].Sign.Permits(pull))
                {
                    continue;
                }

                double weight = pull / rest, gain = 0.5 * pull * weight;
                if (k < most)
                {
                    found = gain > found.Net ? (gain, j, -1) : found;
                    continue;
                }

                for (int a = 0; a < k; a++)
                {
                    double left = beta[a] - (b[a] * weight), cost = 0.5 * left * left / (inverse[a][a] + (b[a] * b[a] / rest));
                    found = gain - cost > found.Net ? (gain - cost, j, a) : found;
                }
            }

            if (found.In < 0)
            {
                break;
            }

            made = true;
            double[] column = Column(_pool[found.In].Rows, start, held, diagonal, found.In);
            if (found.Out >= 0)
            {
                (chosen[found.Out], cross[found.Out]) = (found.In, column);
            }
            else
            {
                chosen.Add(found.In);
                cross.Insert(cross.Count - 1, column);
            }
        }

        return made;
    }

    private (int[] Start, int[] Held) ByRow()
    {
        var start = new int[_rows.Count + 1];
        foreach (Term term in _pool)
        {
            foreach (int row in term.Rows)
            {
                start[row + 1]++;
            }
        }

        for (int i = 0; i < _rows.Count; i++)
        {
            start[i + 1] += start[i];
        }

        var held = new int[start[^1]];
        int[] next = start[..^1];
        for (int t = 0; t < _pool.Count; t++)
        {
            foreach (int row in _pool[t].Rows)
            {
                held[next[row]++] = t;
            }
        }

        return (start, held);
    }

    // Curvature that some rows share with every term of the pool, and with the bias last.
    private double[] Column(int[] rows, int[] start, int[] held, double[] diagonal, int own)
    {
        var column = new double[_pool.Count + 1];
        foreach (int row in rows)
        {
            double h = _curvature[row];
            for (int i = start[row]; i < start[row + 1]; i++)
            {
                column[held[i]] += h;
            }

            column[^1] += h;
        }

        if (own >= 0)
        {
            column[own] = diagonal[own];
        }

        return column;
    }

    private static double[][] Inverse(double[][] matrix)
    {
        int n = matrix.Length;
        int[] index = [.. Enumerable.Range(0, n)];
        var inverse = new double[n][];
        for (int a = 0; a < n; a++)
        {
            inverse[a] = new double[n];
            inverse[a][a] = 1;
            Cholesky.Solve(matrix, index, inverse[a]);
        }

        return inverse;
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
