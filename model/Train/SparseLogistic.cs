using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>Weighted rows of yes/no columns for one fit.</summary>
/// <param name="Columns">Per column, the rows in which it is 1, ascending.</param>
/// <param name="Label">Label per row.</param>
/// <param name="Weight">Weight per row, greater than 0.</param>
/// <param name="Sign">Per column, the signs its weight may not have.</param>
internal sealed record Design(int[][] Columns, bool[] Label, double[] Weight, WeightSign[] Sign);

/// <summary>A linear score.</summary>
internal sealed record LinearFit(double[] Weights, double Bias);

/// <summary>Fits L1-penalised logistic regressions along a path of penalties by coordinate descent.</summary>
/// <remarks>
/// Source: Friedman, Hastie, Tibshirani, J. Stat. Software 33 (2010). Each quadratic model is solved on an active set that grows
/// until no column outside it breaks the optimality condition; a halved step guards against a rise of the objective.
/// A sign a column may not have is a bound on its weight, so the fit is the optimum among the permitted ones.
/// It selects the terms; their final weights are estimated by <see cref="MachineLearning"/>. One thread, no randomness.
/// </remarks>
internal static class SparseLogistic
{
    // Relative change of the objective at which a fit is finished; a hundredth of what one standard error of its mean resolves.
    private const double Tolerance = 1e-7;

    private const int MaxOuter = 60;
    private const int MaxSweeps = 50;

    /// <summary>Returns the smallest penalty with which every weight is zero.</summary>
    public static double LargestPenalty(Design design)
    {
        double total = 0, positive = 0;
        for (int i = 0; i < design.Label.Length; i++)
        {
            total += design.Weight[i];
            positive += design.Label[i] ? design.Weight[i] : 0;
        }

        double rate = positive / total, largest = 0;
        for (int c = 0; c < design.Columns.Length; c++)
        {
            double gradient = 0;
            foreach (int row in design.Columns[c])
            {
                gradient += design.Weight[row] * ((design.Label[row] ? 1 : 0) - rate);
            }

            if (design.Sign[c].Permits(gradient))
            {
                largest = Math.Max(largest, Math.Abs(gradient));
            }
        }

        return largest;
    }

    /// <summary>Yields one fit per penalty as it is asked for; penalties descend and each fit starts from the one before.</summary>
    /// <remarks>Nulls: without <paramref name="start"/> the first fit starts from no weights.</remarks>
    public static IEnumerable<LinearFit> Path(Design design, IEnumerable<double> penalties, LinearFit? start = null) =>
        Path(design, penalties, start, Tolerance);

    /// <summary>Returns the fit at one penalty, from a start, as exact as double precision lets it be.</summary>
    public static LinearFit Polish(Design design, double penalty, LinearFit start) => Path(design, [penalty], start, 1e-13).Single();

    /// <summary>Returns how far a fit can be above the optimum at most, as a share of its objective.</summary>
    /// <remarks>
    /// The residuals of the fit, balanced for the bias and shrunk until no column breaks the bound of the penalty, are a point of the dual problem;
    /// its value is a lower bound of every fit's objective (Kim, Koh, Lustig, Boyd, Gorinevsky, IEEE J. Sel. Top. Signal Process. 1, 2007). Nothing is
    /// assumed about how the fit was found.
    /// </remarks>
    public static double Gap(Design design, LinearFit fit, double penalty)
    {
        double[] score = Scores(design, fit);
        var share = new double[score.Length];
        double positive = 0, negative = 0;
        for (int i = 0; i < score.Length; i++)
        {
            share[i] = Logistic.Sigmoid(design.Label[i] ? -score[i] : score[i]);
            positive += design.Label[i] ? design.Weight[i] * share[i] : 0;
            negative += design.Label[i] ? 0 : design.Weight[i] * share[i];
        }

        // The heavier class is shrunk: shares stay between 0 and 1, and the residuals add up to nothing.
        double forPositive = Math.Min(1, negative / positive), forNegative = Math.Min(1, positive / negative);
        for (int i = 0; i < share.Length; i++)
        {
            share[i] *= design.Label[i] ? forPositive : forNegative;
        }

        double most = penalty;
        for (int c = 0; c < design.Columns.Length; c++)
        {
            double sum = 0;
            foreach (int row in design.Columns[c])
            {
                sum += design.Weight[row] * (design.Label[row] ? share[row] : -share[row]);
            }

            most = design.Sign[c].Permits(sum) ? Math.Max(most, Math.Abs(sum)) : most;
        }

        double dual = 0;
        for (int i = 0; i < share.Length; i++)
        {
            double u = share[i] * (penalty / most);
            dual += design.Weight[i] * ((u > 0 ? -u * Math.Log(u) : 0) + (u < 1 ? -(1 - u) * Math.Log(1 - u) : 0));
        }

        double primal = Objective(design, fit, penalty);
        return Math.Max(0, primal - dual) / primal;
    }

    private static IEnumerable<LinearFit> Path(Design design, IEnumerable<double> penalties, LinearFit? start, double tolerance)
    {
        var state = new State(design, start, tolerance);
        foreach (double penalty in penalties)
        {
            state.Solve(penalty);
            yield return state.Fit();
        }
    }

    /// <summary>Returns the penalised loss of a fit.</summary>
    public static double Objective(Design design, LinearFit fit, double penalty)
    {
        double[] score = Scores(design, fit);
        double sum = penalty * fit.Weights.Sum(Math.Abs);
        for (int i = 0; i < score.Length; i++)
        {
            double margin = design.Label[i] ? score[i] : -score[i];
            sum += design.Weight[i] * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))));
        }

        return sum;
    }

    private static double[] Scores(Design design, LinearFit fit)
    {
        var score = new double[design.Label.Length];
        Array.Fill(score, fit.Bias);
        for (int c = 0; c < design.Columns.Length; c++)
        {
            if (fit.Weights[c] != 0)
            {
                foreach (int row in design.Columns[c])
                {
                    score[row] += fit.Weights[c];
                }
            }
        }

        return score;
    }

    private sealed class State
    {
        private readonly double _tolerance;
        private readonly Design _design;
        private readonly double[] _weights;
        private readonly double[] _score;
        private readonly double[] _residual;
        private readonly double[] _curvature;
        private readonly List<int> _active = [];
        private readonly bool[] _isActive;
        private double _bias;

        public State(Design design, LinearFit? start, double tolerance)
        {
            _tolerance = tolerance;
            _design = design;
            _weights = new double[design.Columns.Length];
            _isActive = new bool[design.Columns.Length];
            _score = new double[design.Label.Length];
            _residual = new double[_score.Length];
            _curvature = new double[_score.Length];
            double positive = 0, negative = 0;
            for (int i = 0; i < _score.Length; i++)
            {
                positive += design.Label[i] ? design.Weight[i] : 0;
                negative += design.Label[i] ? 0 : design.Weight[i];
            }

            _bias = Math.Log(positive / negative);
            if (start is null)
            {
                Array.Fill(_score, _bias);
                return;
            }

            _bias = start.Bias;
            for (int c = 0; c < _weights.Length; c++)
            {
                if (start.Weights[c] != 0)
                {
                    _weights[c] = start.Weights[c];
                    _isActive[c] = true;
                    _active.Add(c);
                }
            }

            Rescore();
        }

        public LinearFit Fit() => new((double[])_weights.Clone(), _bias);

        public void Solve(double penalty)
        {
            double objective = Objective(penalty);
            for (int outer = 0; outer < MaxOuter; outer++)
            {
                Linearise();
                bool grown = outer == 0 | Grow(penalty);
                double before = objective;
                objective = Step(penalty, objective);
                if (!grown && before - objective <= _tolerance * Math.Abs(before))
                {
                    return;
                }
            }
        }

        // Gradient and curvature of the loss at the current score.
        private void Linearise()
        {
            for (int i = 0; i < _score.Length; i++)
            {
                double p = Logistic.Sigmoid(_score[i]);
                _residual[i] = _design.Weight[i] * ((_design.Label[i] ? 1 : 0) - p);
                _curvature[i] = _design.Weight[i] * Math.Max(1e-6, p * (1 - p));
            }
        }

        private bool Grow(double penalty)
        {
            bool grown = false;
            for (int c = 0; c < _weights.Length; c++)
            {
                if (_isActive[c])
                {
                    continue;
                }

                double gradient = 0;
                foreach (int row in _design.Columns[c])
                {
                    gradient += _residual[row];
                }

                if (Math.Abs(gradient) > penalty * (1 + 1e-6) && _design.Sign[c].Permits(gradient))
                {
                    _isActive[c] = true;
                    _active.Add(c);
                    grown = true;
                }
            }

            return grown;
        }

        // Solves the quadratic model over the active columns, then moves there or part of the way.
        private double Step(double penalty, double objective)
        {
            var old = new double[_active.Count];
            var curvature = new double[_active.Count];
            for (int a = 0; a < old.Length; a++)
            {
                old[a] = _weights[_active[a]];
                foreach (int row in _design.Columns[_active[a]])
                {
                    curvature[a] += _curvature[row];
                }
            }

            double oldBias = _bias, all = _curvature.Sum();
            for (int sweep = 0; sweep < MaxSweeps; sweep++)
            {
                double shift = _residual.Sum() / all;
                _bias += shift;
                double largest = all * shift * shift;
                for (int i = 0; i < _residual.Length; i++)
                {
                    _residual[i] -= _curvature[i] * shift;
                }

                for (int a = 0; a < old.Length; a++)
                {
                    int c = _active[a];
                    double h = curvature[a];
                    if (h <= 0)
                    {
                        continue;
                    }

                    int[] rows = _design.Columns[c];
                    double gradient = 0;
                    foreach (int row in rows)
                    {
                        gradient += _residual[row];
                    }

                    double target = gradient + (h * _weights[c]);
                    double next = Math.Abs(target) <= penalty ? 0 : (target - (Math.Sign(target) * penalty)) / h;
                    if (!_design.Sign[c].Permits(next))
                    {
                        next = 0;
                    }

                    double delta = next - _weights[c];
                    if (delta == 0)
                    {
                        continue;
                    }

                    _weights[c] = next;
                    largest = Math.Max(largest, h * delta * delta);
                    foreach (int row in rows)
                    {
                        _residual[row] -= _curvature[row] * delta;
                    }
                }

                if (largest <= 0.01 * _tolerance * Math.Abs(objective))
                {
                    break;
                }
            }

            var full = new double[old.Length];
            for (int a = 0; a < old.Length; a++)
            {
                full[a] = _weights[_active[a]];
            }

            double fullBias = _bias;
            for (double part = 1; part > 1e-3; part /= 2)
            {
                for (int a = 0; a < old.Length; a++)
                {
                    _weights[_active[a]] = part == 1 ? full[a] : old[a] + (part * (full[a] - old[a]));
                }

                _bias = oldBias + (part * (fullBias - oldBias));
                Rescore();
                double found = Objective(penalty);
                if (found <= objective)
                {
                    return found;
                }
            }

            for (int a = 0; a < old.Length; a++)
            {
                _weights[_active[a]] = old[a];
            }

            _bias = oldBias;
            Rescore();
            return objective;
        }

        private void Rescore()
        {
            Array.Fill(_score, _bias);
            foreach (int c in _active)
            {
                if (_weights[c] != 0)
                {
                    foreach (int row in _design.Columns[c])
                    {
                        _score[row] += _weights[c];
                    }
                }
            }
        }

        private double Objective(double penalty)
        {
            double sum = 0;
            foreach (int c in _active)
            {
                sum += penalty * Math.Abs(_weights[c]);
            }

            for (int i = 0; i < _score.Length; i++)
            {
                double margin = _design.Label[i] ? _score[i] : -_score[i];
                sum += _design.Weight[i] * (Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))));
            }

            return sum;
        }
    }
}
