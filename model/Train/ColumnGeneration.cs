using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>A fit over a family: the terms with a weight, and how far it can be above the optimum.</summary>
/// <param name="Terms">Terms with a weight other than 0, in the order in which they were found.</param>
/// <param name="Weights">Their weights.</param>
/// <param name="Bias">Log-odds where no term holds.</param>
/// <param name="Objective">Penalised loss.</param>
/// <param name="Gap">Relative duality gap over the whole family: the objective is at most this share of itself above the optimum.</param>
/// <param name="Rounds">Times the family was priced.</param>
internal sealed record FamilyFit(IReadOnlyList<Term> Terms, double[] Weights, double Bias, double Objective, double Gap, int Rounds);

/// <summary>Fits an L1-penalised logistic regression over a family of terms to a certified duality gap, along a path of penalties.</summary>
/// <remarks>
/// Minimises Σ w log(1 + exp(−y s)) + λ Σ factor |β| over all weights with the permitted signs. Terms enter when they are priced out by a dual point
/// (column generation); over those at hand Newton's quadratic model is minimised by coordinate descent on its Gram matrix (projected where a sign is not
/// permitted) with a search along the line. The dual point is the residual, balanced for the bias and shrunk until no term of the family breaks its
/// penalty, so that the gap needs no assumption about how the fit was found (Kim, Koh, Lustig, Boyd, Gorinevsky, IEEE J. Sel. Top. Signal Process. 1, 2007).
/// One fit starts from the one before. No randomness; threads only in pricing, which does not depend on them.
/// </remarks>
internal sealed class ColumnGeneration
{
    private const int TermsPerRound = 150;
    private const int MaxRounds = 200;
    private const int MaxNewton = 60;
    private const int MaxStalled = 3;
    private const double Rounding = 1e-14;
    private const int SweepsPerRound = 20;

    private readonly FitRows _rows;
    private readonly ITermFamily _family;
    private readonly double _tolerance;
    private readonly List<Term> _terms = [];
    private readonly List<double> _weights = [];
    private readonly Dictionary<ulong, List<int>> _byRows = [];
    private readonly double[] _score;
    private readonly double[] _share;
    private readonly double[] _pull;
    private double _bias;

    /// <summary>Starts from no weights.</summary>
    public ColumnGeneration(FitRows rows, ITermFamily family, double tolerance)
    {
        _rows = rows;
        _family = family;
        _tolerance = tolerance;
        _score = new double[rows.Count];
        _share = new double[rows.Count];
        _pull = new double[rows.Count];
        _bias = NullBias(rows);
        Array.Fill(_score, _bias);
    }

    /// <summary>Starts from a fit.</summary>
    public ColumnGeneration(FitRows rows, ITermFamily family, double tolerance, IEnumerable<(Term Term, double Weight)> start, double bias)
        : this(rows, family, tolerance)
    {
        _bias = bias;
        foreach ((Term term, double weight) in start)
        {
            Add(term, weight);
        }

        Rescore();
    }

    /// <summary>Returns the smallest penalty at which no term of the family has a weight.</summary>
    public static double LargestPenalty(FitRows rows, ITermFamily family) => new ColumnGeneration(rows, family, 1).PriceNow(0, 1, double.PositiveInfinity).Largest;

    /// <summary>Returns the fit at a penalty; the next one starts from it.</summary>
    public FamilyFit Solve(double penalty)
    {
        _family.Reset();
        Rescore();
        double dual = double.NegativeInfinity, gap = double.PositiveInfinity;
        int rounds = 0;
        double[] feasible = new double[_share.Length];
        while (true)
        {
            // Early rounds only need to know which terms are missing.
            SolveRestricted(penalty, Math.Max(0.2 * _tolerance, Math.Min(1e-3, 0.1 * gap)));
            double primal = Objective(penalty);
            Balance();
            Priced priced = _family.Price(_pull, penalty, TermsPerRound, Radius(primal - dual, feasible));
            KeepDual();
            gap = Math.Max(0, primal - dual) / primal;
            rounds++;
            if (gap <= _tolerance || rounds == MaxRounds)
            {
                return Fit(primal, gap, rounds);
            }

            bool added = false;
            foreach (Term term in priced.Terms)
            {
                added |= Add(term, 0);
            }

            if (!added)
            {
                // Every term that matters is at hand: what is left is rounding, or the restricted fit.
                SolveRestricted(penalty, 0.05 * _tolerance);
                primal = Objective(penalty);
                priced = PriceNow(penalty, TermsPerRound, double.PositiveInfinity);
                KeepDual();
                gap = Math.Max(0, primal - dual) / primal;
                rounds++;
                if (gap <= _tolerance || !priced.Terms.Any(t => Add(t, 0)))
                {
                    return Fit(primal, gap, rounds);
                }
            }

            void KeepDual()
            {
                double shrink = penalty / Math.Max(penalty, priced.Largest), value = Dual(shrink);
                if (value > dual)
                {
                    dual = value;
                    for (int i = 0; i < feasible.Length; i++)
                    {
                        feasible[i] = _share[i] * shrink;
                    }
                }
            }
        }
    }

    /// <summary>Returns the penalised loss of the state.</summary>
    public double Objective(double penalty)
    {
        double sum = 0;
        for (int t = 0; t < _terms.Count; t++)
        {
            sum += _weights[t] == 0 ? 0 : penalty * _terms[t].Factor * Math.Abs(_weights[t]);
        }

        return sum + Loss(_score);
    }

    /// <summary>Returns the relative duality gap of the state as it is, over the whole family.</summary>
    public double Gap(double penalty)
    {
        _family.Reset();
        double primal = Objective(penalty);
        Priced priced = PriceNow(penalty, 1, double.PositiveInfinity);
        return Math.Max(0, primal - Dual(penalty / Math.Max(penalty, priced.Largest))) / primal;
    }

    private static double NullBias(FitRows rows)
    {
        double positive = rows.Weight.AsSpan(0, rows.PositiveCount).ToArray().Sum();
        return Math.Log(positive / (rows.Weight.Sum() - positive));
    }

    private FamilyFit Fit(double primal, double gap, int rounds)
    {
        int[] kept = [.. Enumerable.Range(0, _terms.Count).Where(t => _weights[t] != 0)];
        return new FamilyFit([.. kept.Select(t => _terms[t])], [.. kept.Select(t => _weights[t])], _bias, primal, gap, rounds);
    }

    // The dual is strongly concave: from a feasible point whose value lies g below the primal, the optimum is at most √(g / 2) away, weighted.
    // The shares that are priced are not feasible themselves, so their distance to that point is added.
    private double Radius(double gap, double[] feasible)
    {
        if (!double.IsFinite(gap))
        {
            return double.PositiveInfinity;
        }

        double sum = 0;
        for (int i = 0; i < feasible.Length; i++)
        {
            double difference = _share[i] - feasible[i];
            sum += _rows.Weight[i] * difference * difference;
        }

        return Math.Sqrt(sum) + Math.Sqrt(Math.Max(0, gap) / 2);
    }

    private Priced PriceNow(double penalty, int most, double radius)
    {
        Balance();
        return _family.Price(_pull, penalty, most, radius);
    }

    // Shares between 0 and 1 per row whose pulls up and down add up to the same: what the bias asks of a dual point.
    private void Balance()
    {
        double positive = 0, negative = 0;
        for (int i = 0; i < _score.Length; i++)
        {
            bool isPositive = i < _rows.PositiveCount;
            _share[i] = Logistic.Sigmoid(isPositive ? -_score[i] : _score[i]);
            _pull[i] = _rows.Weight[i] * _share[i];
            (positive, negative) = isPositive ? (positive + _pull[i], negative) : (positive, negative + _pull[i]);
        }

        double forPositive = Math.Min(1, negative / positive), forNegative = Math.Min(1, positive / negative);
        for (int i = 0; i < _score.Length; i++)
        {
            double factor = i < _rows.PositiveCount ? forPositive : forNegative;
            _share[i] *= factor;
            _pull[i] *= factor;
        }
    }

    private double Dual(double shrink)
    {
        double sum = 0;
        for (int i = 0; i < _share.Length; i++)
        {
            double u = _share[i] * shrink;
            sum -= _rows.Weight[i] * ((u > 0 ? u * Math.Log(u) : 0) + (u < 1 ? (1 - u) * Math.Log(1 - u) : 0));
        }

        return sum;
    }

    private double Loss(double[] score)
    {
        double sum = 0;
        for (int i = 0; i < score.Length; i++)
        {
            double margin = i < _rows.PositiveCount ? score[i] : -score[i];
            sum += _rows.Weight[i] * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))));
        }

        return sum;
    }

    // A term that holds in the same rows as one at hand, costs as much or more and may do no more, adds nothing.
    private bool Add(Term term, double weight)
    {
        ulong hash = (ulong)term.Rows.Length;
        foreach (int row in term.Rows)
        {
            hash = SplitMix.Mix(hash ^ (ulong)row);
        }

        if (!_byRows.TryGetValue(hash, out List<int>? same))
        {
            _byRows[hash] = same = [];
        }

        if (weight == 0 && same.Exists(t => _terms[t].Factor <= term.Factor && (_terms[t].Sign | term.Sign) == term.Sign && _terms[t].Rows.AsSpan().SequenceEqual(term.Rows)))
        {
            return false;
        }

        same.Add(_terms.Count);
        _terms.Add(term);
        _weights.Add(weight);
        return true;
    }

    private void Rescore()
    {
        Array.Fill(_score, _bias);
        for (int t = 0; t < _terms.Count; t++)
        {
            if (_weights[t] != 0)
            {
                foreach (int row in _terms[t].Rows)
                {
                    _score[row] += _weights[t];
                }
            }
        }
    }

    // Newton steps until the duality gap over the terms at hand is small.
    private void SolveRestricted(double penalty, double tolerance)
    {
        int n = _score.Length;
        var curvature = new double[n];
        var residual = new double[n];
        double objective = Objective(penalty);
        int stalled = 0;
        for (int step = 0; step < MaxNewton; step++)
        {
            Balance();
            double positive = 0, negative = 0;
            for (int i = 0; i < n; i++)
            {
                double q = Logistic.Sigmoid(_score[i]);
                residual[i] = _rows.Weight[i] * (i < _rows.PositiveCount ? 1 - q : -q);
                curvature[i] = _rows.Weight[i] * Math.Max(1e-9, q * (1 - q));
                (positive, negative) = i < _rows.PositiveCount ? (positive + _pull[i], negative) : (positive, negative + _pull[i]);
            }

            var gradient = new double[_terms.Count];
            var active = new List<int>();
            double largest = penalty;
            for (int t = 0; t < gradient.Length; t++)
            {
                Term term = _terms[t];
                double sum = 0, balanced = 0;
                foreach (int row in term.Rows)
                {
                    sum += residual[row];
                    balanced += row < _rows.PositiveCount ? _pull[row] : -_pull[row];
                }

                gradient[t] = sum;
                if (term.Sign.Permits(balanced))
                {
                    largest = Math.Max(largest, Math.Abs(balanced) / term.Factor);
                }

                if (_weights[t] != 0 || (Math.Abs(sum) > penalty * term.Factor && term.Sign.Permits(sum)))
                {
                    active.Add(t);
                }
            }

            if ((objective - Dual(penalty / largest)) <= tolerance * objective)
            {
                return;
            }

            // Near the optimum a step betters the residuals, and so the gap, by more than rounding lets the objective show.
            double moved = Step(penalty, active, gradient, residual.Sum(), curvature, objective);
            stalled = moved >= objective * (1 - Rounding) ? stalled + 1 : 0;
            if (stalled > MaxStalled)
            {
                return;
            }

            objective = moved;
        }
    }

    // Minimises the quadratic model over the bias and the active terms, moves there or part of the way, and returns the objective.
    private double Step(double penalty, List<int> active, double[] gradient, double biasGradient, double[] curvature, double objective)
    {
        int k = active.Count;
        double[][] gram = Gram(active, curvature);
        var delta = new double[k + 1];
        var slope = new double[k + 1];
        for (int a = 0; a < k; a++)
        {
            slope[a] = gradient[active[a]];
        }

        slope[k] = biasGradient;
        Minimise(penalty, active, gram, slope, delta, 1e-9 * objective * Math.Min(_tolerance * 10, 1e-2));
        double oldBias = _bias;
        double[] old = [.. active.Select(t => _weights[t])], oldScore = (double[])_score.Clone(), direction = new double[_score.Length];
        Array.Fill(direction, delta[k]);
        for (int a = 0; a < k; a++)
        {
            if (delta[a] != 0)
            {
                foreach (int row in _terms[active[a]].Rows)
                {
                    direction[row] += delta[a];
                }
            }
        }

        for (double part = 1; part > 1e-6; part /= 2)
        {
            for (int a = 0; a < k; a++)
            {
                // At a full step a weight of zero is exactly zero.
                _weights[active[a]] = part == 1 ? old[a] + delta[a] : old[a] + (part * delta[a]);
            }

            _bias = oldBias + (part * delta[k]);
            for (int i = 0; i < direction.Length; i++)
            {
                _score[i] = oldScore[i] + (part * direction[i]);
            }

            double found = Objective(penalty);
            if (found <= objective * (1 + Rounding))
            {
                return found;
            }
        }

        for (int a = 0; a < k; a++)
        {
            _weights[active[a]] = old[a];
        }

        _bias = oldBias;
        oldScore.CopyTo(_score, 0);
        return objective;
    }

    // Coordinate descent finds which weights are zero; terms that nearly always hold together make it slow, so that every few sweeps
    // the others are moved to their joint minimum, or as far towards it as no weight changes its sign.
    private void Minimise(double penalty, List<int> active, double[][] gram, double[] slope, double[] delta, double finish)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            double largest = 0;
            for (int sweep = 0; sweep < SweepsPerRound; sweep++)
            {
                largest = Sweep(penalty, active, gram, slope, delta);
                if (largest <= finish)
                {
                    return;
                }
            }

            MoveJointly(penalty, active, gram, slope, delta);
        }
    }

    private double Sweep(double penalty, List<int> active, double[][] gram, double[] slope, double[] delta)
    {
        int k = active.Count;
        double largest = 0;
        for (int a = k; a >= 0; a--)
        {
            double h = gram[a][a];
            if (h <= 0)
            {
                continue;
            }

            double next;
            if (a == k)
            {
                next = delta[k] + (slope[k] / h);
            }
            else
            {
                Term term = _terms[active[a]];
                double now = _weights[active[a]] + delta[a], limit = penalty * term.Factor, target = slope[a] + (h * now);
                double weight = Math.Abs(target) <= limit ? 0 : (target - (Math.Sign(target) * limit)) / h;
                next = (term.Sign.Permits(weight) ? weight : 0) - _weights[active[a]];
            }

            double change = next - delta[a];
            if (change != 0)
            {
                delta[a] = next;
                Subtract(slope, gram[a], change);
                largest = Math.Max(largest, h * change * change);
            }
        }

        return largest;
    }

    private void MoveJointly(double penalty, List<int> active, double[][] gram, double[] slope, double[] delta)
    {
        int k = active.Count;
        int[] free = [.. Enumerable.Range(0, k).Where(a => _weights[active[a]] + delta[a] != 0), k];
        double[] step = [.. free.Select(a => a == k ? slope[k] : slope[a] - (penalty * _terms[active[a]].Factor * Math.Sign(_weights[active[a]] + delta[a])))];
        if (!SolveSymmetric(gram, free, step))
        {
            return;
        }

        double part = 1;
        int stopped = -1;
        for (int i = 0; i < free.Length - 1; i++)
        {
            double now = _weights[active[free[i]]] + delta[free[i]];
            if ((now + step[i]) * now < 0 && -now / step[i] < part)
            {
                (part, stopped) = (-now / step[i], i);
            }
        }

        for (int i = 0; i < free.Length; i++)
        {
            int a = free[i];
            double change = i == stopped ? -_weights[active[a]] - delta[a] : part * step[i];
            delta[a] = i == stopped ? -_weights[active[a]] : delta[a] + change;
            Subtract(slope, gram[a], change);
        }
    }

    // Cholesky; a pivot that rounding leaves near zero belongs to a column that the others make up, and its step is none.
    private static bool SolveSymmetric(double[][] gram, int[] index, double[] value)
    {
        int n = index.Length;
        var lower = new double[n][];
        for (int i = 0; i < n; i++)
        {
            lower[i] = new double[i + 1];
            double[] row = lower[i], source = gram[index[i]];
            for (int j = 0; j < i; j++)
            {
                row[j] = lower[j][j] == 0 ? 0 : (source[index[j]] - Dot(row, lower[j], j)) / lower[j][j];
            }

            double pivot = source[index[i]] - Dot(row, row, i);
            row[i] = pivot > 1e-11 * source[index[i]] ? Math.Sqrt(pivot) : 0;
        }

        for (int i = 0; i < n; i++)
        {
            value[i] = lower[i][i] == 0 ? 0 : (value[i] - Dot(lower[i], value, i)) / lower[i][i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            value[i] = lower[i][i] == 0 ? 0 : value[i] / lower[i][i];
            for (int j = 0; j < i; j++)
            {
                value[j] -= lower[i][j] * value[i];
            }
        }

        return Array.TrueForAll(value, double.IsFinite);
    }

    private static double Dot(double[] a, double[] b, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static void Subtract(double[] target, double[] row, double factor)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] -= row[i] * factor;
        }
    }

    // Curvature shared by every two active terms, and by each with the bias (last).
    private double[][] Gram(List<int> active, double[] curvature)
    {
        int k = active.Count, n = curvature.Length;
        var start = new int[n + 1];
        foreach (int t in active)
        {
            foreach (int row in _terms[t].Rows)
            {
                start[row + 1]++;
            }
        }

        for (int i = 0; i < n; i++)
        {
            start[i + 1] += start[i];
        }

        var held = new int[start[n]];
        int[] next = start[..n];
        for (int a = 0; a < k; a++)
        {
            foreach (int row in _terms[active[a]].Rows)
            {
                held[next[row]++] = a;
            }
        }

        var gram = new double[k + 1][];
        for (int a = 0; a <= k; a++)
        {
            gram[a] = new double[k + 1];
        }

        for (int i = 0; i < n; i++)
        {
            double h = curvature[i];
            ReadOnlySpan<int> row = held.AsSpan(start[i], start[i + 1] - start[i]);
            for (int a = 0; a < row.Length; a++)
            {
                double[] target = gram[row[a]];
                for (int b = a; b < row.Length; b++)
                {
                    target[row[b]] += h;
                }

                target[k] += h;
            }

            gram[k][k] += h;
        }

        for (int a = 0; a <= k; a++)
        {
            for (int b = a + 1; b <= k; b++)
            {
                gram[b][a] = gram[a][b];
            }
        }

        return gram;
    }
}
