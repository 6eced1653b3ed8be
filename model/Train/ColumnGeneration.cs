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

/// <summary>Fits a logistic regression with an L1 penalty, or an elastic net, over a family of terms to a certified duality gap, along a path of penalties.</summary>
/// <remarks>
/// Minimises Σ w log(1 + exp(−y s)) + λ Σ factor (|β| + quadratic β² / 2) over all weights with the permitted signs. Terms enter when they are priced out by a dual point
/// (column generation); over those at hand Newton's quadratic model is minimised by coordinate descent on its Gram matrix (projected where a sign is not
/// permitted) with a search along the line. The dual point is the residual, balanced for the bias and shrunk until no term of the family breaks its
/// penalty, so that the gap needs no assumption about how the fit was found (Kim, Koh, Lustig, Boyd, Gorinevsky, IEEE J. Sel. Top. Signal Process. 1, 2007).
/// With a quadratic part (Zou, Hastie, J. R. Stat. Soc. B 67, 2005) a term may pull harder than its penalty, and the dual pays for it with the conjugate
/// (|pull| − λ factor)² / (2 λ quadratic factor); terms that hold in the same rows then count as one, the cheapest.
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
    private readonly double _quadratic;
    private readonly HashSet<ulong>? _known;
    private double[] _balanced = [];
    private double _bias;

    /// <summary>Starts from no weights.</summary>
    /// <param name="rows">Rows of the fit.</param>
    /// <param name="family">Terms to choose from.</param>
    /// <param name="tolerance">Relative duality gap at which a fit ends.</param>
    /// <param name="quadratic">Quadratic part of the penalty, in its units; 0 for none.</param>
    public ColumnGeneration(FitRows rows, ITermFamily family, double tolerance, double quadratic = 0)
    {
        _quadratic = quadratic;
        _known = quadratic > 0 ? [] : null;
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
    public ColumnGeneration(FitRows rows, ITermFamily family, double tolerance, IEnumerable<(Term Term, double Weight)> start, double bias, double quadratic = 0)
        : this(rows, family, tolerance, quadratic)
    {
        _bias = bias;
        foreach ((Term term, double weight) in start)
        {
            Add(term, weight);
        }

        Rescore();
    }

    /// <summary>Returns the smallest penalty at which no term of the family has a weight.</summary>
    public static double LargestPenalty(FitRows rows, ITermFamily family) => new ColumnGeneration(rows, family, 1).PriceAtRest();

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
            bool added = Price(Radius(primal - dual, feasible));
            if (gap <= _tolerance || rounds >= MaxRounds)
            {
                return Fit(primal, gap, rounds);
            }

            if (!added)
            {
                // Every term that matters is at hand: what is left is rounding, or the restricted fit.
                SolveRestricted(penalty, 0.05 * _tolerance);
                primal = Objective(penalty);
                Balance();
                added = Price(double.PositiveInfinity);
                if (gap <= _tolerance || !added)
                {
                    return Fit(primal, gap, rounds);
                }
            }

            // Keeps the best bound and returns whether a term was missing.
            bool Price(double radius)
            {
                while (true)
                {
                    Priced priced = _family.Price(_pull, penalty, TermsPerRound, radius, _known);
                    rounds++;
                    (double value, double shrink) = Bound(penalty, priced.Largest);
                    if (value > dual)
                    {
                        dual = value;
                        for (int i = 0; i < feasible.Length; i++)
                        {
                            feasible[i] = _share[i] * shrink;
                        }
                    }

                    gap = Math.Max(0, primal - dual) / primal;
                    if (gap <= _tolerance)
                    {
                        return false;
                    }

                    bool found = false;
                    foreach (Term term in priced.Terms)
                    {
                        found |= Add(term, 0);
                    }

                    // What holds in the same rows as a term at hand is that term: it is left out and the rest priced again.
                    if (found || _known is null || priced.Terms.Count == 0 || rounds >= MaxRounds)
                    {
                        return found;
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
            sum += _weights[t] == 0 ? 0 : penalty * _terms[t].Factor * (Math.Abs(_weights[t]) + (0.5 * _quadratic * _weights[t] * _weights[t]));
        }

        return sum + Loss(_score);
    }

    /// <summary>Returns the relative duality gap of the state as it is, over the whole family.</summary>
    public double Gap(double penalty)
    {
        _family.Reset();
        double primal = Objective(penalty);
        Balance();
        while (true)
        {
            Priced priced = _family.Price(_pull, penalty, 1, double.PositiveInfinity, _known);
            if (_known is null || priced.Terms.Count == 0 || Add(priced.Terms[0], 0))
            {
                return Math.Max(0, primal - Bound(penalty, priced.Largest).Value) / primal;
            }
        }
    }

    private double PriceAtRest()
    {
        Balance();
        return _family.Price(_pull, 0, 1, double.PositiveInfinity, null).Largest;
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

    // The best bound that the shares give. Without a quadratic part they are shrunk until no term pulls harder than its penalty. With one, a term
    // may pull harder and the bound pays for it, so that only terms that are not at hand, and would have to be paid for unseen, have to be held.
    private (double Value, double Shrink) Bound(double penalty, double largest)
    {
        if (_quadratic <= 0)
        {
            double shrink = penalty / Math.Max(penalty, largest);
            return (Dual(shrink), shrink);
        }

        if (_balanced.Length < _terms.Count)
        {
            _balanced = new double[2 * _terms.Count];
        }

        double all = largest;
        for (int t = 0; t < _terms.Count; t++)
        {
            double sum = 0;
            foreach (int row in _terms[t].Rows)
            {
                sum += row < _rows.PositiveCount ? _pull[row] : -_pull[row];
            }

            _balanced[t] = _terms[t].Sign.Permits(sum) ? Math.Abs(sum) : 0;
            all = Math.Max(all, _balanced[t] / _terms[t].Factor);
        }

        double part = penalty / Math.Max(penalty, largest), whole = penalty / Math.Max(penalty, all);
        double paid = Dual(part) - Paid(penalty, part), held = Dual(whole);
        return paid >= held ? (paid, part) : (held, whole);
    }

    // What the conjugate of the quadratic part takes from the dual where terms at hand pull harder than their penalty.
    private double Paid(double penalty, double shrink)
    {
        double sum = 0;
        for (int t = 0; t < _terms.Count; t++)
        {
            double over = (shrink * _balanced[t]) - (penalty * _terms[t].Factor);
            sum += over > 0 ? over * over / (2 * _quadratic * penalty * _terms[t].Factor) : 0;
        }

        return sum;
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

        _known?.Add(term.Key);
        foreach (int t in same.Where(t => weight == 0 && _terms[t].Rows.AsSpan().SequenceEqual(term.Rows)))
        {
            if (_terms[t].Factor <= term.Factor && (_terms[t].Sign | term.Sign) == term.Sign)
            {
                return false;
            }

            // A quadratic part would gain from the same rows held twice: the cheaper one takes the other's place.
            if (_known is not null && _terms[t].Factor > term.Factor && (_terms[t].Sign | term.Sign) == _terms[t].Sign)
            {
                _terms[t] = term;
                return true;
            }
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
            double largest = penalty, paid = 0;
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
                    double over = Math.Abs(balanced) - (penalty * term.Factor);
                    paid += over > 0 && _quadratic > 0 ? over * over / (2 * _quadratic * penalty * term.Factor) : 0;
                    largest = Math.Max(largest, Math.Abs(balanced) / term.Factor);
                }

                if (_weights[t] != 0 || (Math.Abs(sum) > penalty * term.Factor && term.Sign.Permits(sum)))
                {
                    active.Add(t);
                }
            }

            double bound = Dual(penalty / largest), gap = (objective - (_quadratic > 0 ? Math.Max(bound, Dual(1) - paid) : bound)) / objective;
            if (gap <= tolerance)
            {
                return;
            }

            // Near the optimum a step betters the residuals, and so the gap, by more than rounding lets the objective show.
            double moved = Step(penalty, active, gradient, residual.Sum(), curvature, objective, Math.Max(0.1 * tolerance, Math.Min(0.1 * gap, 1e-2)));
            stalled = moved >= objective * (1 - Rounding) ? stalled + 1 : 0;
            if (stalled > MaxStalled)
            {
                return;
            }

            objective = moved;
        }
    }

    // Minimises the quadratic model over the bias and the active terms, moves there or part of the way, and returns the objective.
    private double Step(double penalty, List<int> active, double[] gradient, double biasGradient, double[] curvature, double objective, double finish)
    {
        int k = active.Count;
        double[][] gram = Gram(active, curvature);
        var delta = new double[k + 1];
        var slope = new double[k + 1];
        for (int a = 0; a < k; a++)
        {
            double quadratic = _quadratic * penalty * _terms[active[a]].Factor;
            slope[a] = gradient[active[a]] - (quadratic * _weights[active[a]]);
            gram[a][a] += quadratic;
        }

        slope[k] = biasGradient;
        Minimise(penalty, active, gram, slope, delta, finish);
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
    // the others are moved to their joint minimum, those that would change their sign on the way becoming zero.
    private void Minimise(double penalty, List<int> active, double[][] gram, double[] slope, double[] delta, double finish)
    {
        // A joint step costs as much as this many sweeps.
        int sweeps = SweepsPerRound + (active.Count / 8);
        for (int round = 0; round < MaxRounds; round++)
        {
            for (int sweep = 0; sweep < sweeps; sweep++)
            {
                if (Sweep(penalty, active, gram, slope, delta) <= finish)
                {
                    return;
                }
            }

            MoveJointly(penalty, active, gram, slope, delta);
        }
    }

    // Returns how far the pull on a weight was from what its penalty allows, at most, as a share of the penalty.
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
                Cholesky.Subtract(slope, gram[a], change);
                largest = Math.Max(largest, h * Math.Abs(change) / (a == k ? penalty : penalty * _terms[active[a]].Factor));
            }
        }

        return largest;
    }

    private void MoveJointly(double penalty, List<int> active, double[][] gram, double[] slope, double[] delta)
    {
        int k = active.Count;
        int[] free = [.. Enumerable.Range(0, k).Where(a => _weights[active[a]] + delta[a] != 0), k];
        double[] step = [.. free.Select(a => a == k ? slope[k] : slope[a] - (penalty * _terms[active[a]].Factor * Math.Sign(_weights[active[a]] + delta[a])))];
        if (!Cholesky.Solve(gram, free, step))
        {
            return;
        }

        // Part of the way up to the first change of sign always betters the model; the whole way, weights that would change their sign
        // becoming zero, gets rid of many at once and is taken where it betters it as well.
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

        if (stopped >= 0)
        {
            double[] clamped = new double[k + 1], moved = (double[])slope.Clone();
            double saved = 0;
            for (int i = 0; i < free.Length; i++)
            {
                int a = free[i];
                double now = a == k ? 0 : _weights[active[a]] + delta[a];
                clamped[a] = a < k && (now + step[i]) * now <= 0 ? -now : step[i];
                saved += a == k ? 0 : penalty * _terms[active[a]].Factor * (Math.Abs(now) - Math.Abs(now + clamped[a]));
                Cholesky.Subtract(moved, gram[a], clamped[a]);
            }

            // Of the quadratic part, half of the slope before and after.
            for (int a = 0; a <= k; a++)
            {
                saved += 0.5 * clamped[a] * (slope[a] + moved[a]);
            }

            if (saved > 0)
            {
                moved.CopyTo(slope, 0);
                for (int a = 0; a <= k; a++)
                {
                    double now = a == k ? 1 : _weights[active[a]] + delta[a];
                    delta[a] = a < k && clamped[a] == -now && now != 0 ? -_weights[active[a]] : delta[a] + clamped[a];
                }

                return;
            }
        }

        for (int i = 0; i < free.Length; i++)
        {
            int a = free[i];
            double change = i == stopped ? -_weights[active[a]] - delta[a] : part * step[i];
            delta[a] = i == stopped ? -_weights[active[a]] : delta[a] + change;
            Cholesky.Subtract(slope, gram[a], change);
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
