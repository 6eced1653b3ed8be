using System.Globalization;
using Warehouse.Model.Items;
using Warehouse.Model.Train;

namespace Warehouse.Model.Score;

/// <summary>A value that a column would have to take.</summary>
/// <param name="Feature">The column.</param>
/// <param name="AtLeast">Lower end of a number; null without one.</param>
/// <param name="Below">Upper end of a number, not itself meant; null without one.</param>
/// <param name="Category">The category; null for numbers, and for any category that the model does not name.</param>
/// <param name="Text">The same for a person.</param>
public sealed record ChangedValue(string Feature, double? AtLeast, double? Below, string? Category, string Text);

/// <summary>The best that a number of changed columns does to the score.</summary>
/// <param name="Changes">The columns changed.</param>
/// <param name="RawLogOdds">Log-odds with them.</param>
/// <param name="Probability">Probability with them.</param>
public sealed record WhatIfStep(IReadOnlyList<ChangedValue> Changes, double RawLogOdds, double Probability);

/// <summary>What the score would be, had columns that may be changed other values. It says what the formula gives, not what a change would bring about.</summary>
/// <param name="Steps">For one changed column, two, and so on, the best; only while one more makes it better.</param>
/// <param name="IsExact">Whether every combination was weighed or ruled out by a bound.</param>
public sealed record WhatIfResult(IReadOnlyList<WhatIfStep> Steps, bool IsExact);

/// <summary>Searches the values of given columns for the lowest, or highest, score of a row.</summary>
/// <remarks>
/// Of a column only the pieces matter between the cuts and categories that the model tests, so that the search is finite: depth first over columns, with the
/// weights of all terms still open as the bound. Exact unless it stops at the limit of nodes, which the result says.
/// </remarks>
public static class WhatIf
{
    private const int MostNodes = 5_000_000;

    /// <summary>Returns the steps for one row.</summary>
    /// <param name="document">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="row">The row.</param>
    /// <param name="actionable">Columns that may change; one that the model does not test changes nothing.</param>
    /// <param name="isLower">Whether the score is to go down.</param>
    public static WhatIfResult Find(ModelDocument document, FeatureTable table, int row, IReadOnlyList<string> actionable, bool isLower)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(actionable);
        BitColumns bits = new ItemSet(document.Features, document.Items).Encode(table.Take([row]));
        (string Name, Column Column)[] named = [.. actionable.Distinct(StringComparer.Ordinal).Select(name => (name, Column.Of(document, bits, name))).Where(c => c.Item2.States.Count > 0)];
        HashSet<string> free = [.. named.Select(c => c.Name)];
        Column[] columns = [.. named.Select(c => c.Column)];
        var open = new List<OpenTerm>();
        double fixedPart = document.Bias;
        double sign = isLower ? 1 : -1;
        foreach (ModelTerm term in document.Terms)
        {
            if (!term.Items.Where(id => !free.Contains(document.Items[id].Feature)).All(id => bits.Get(id, 0)))
            {
                continue;
            }

            int[] tested = [.. term.Items.Where(id => free.Contains(document.Items[id].Feature))];
            if (tested.Length == 0)
            {
                fixedPart += term.Weight;
            }
            else
            {
                open.Add(new OpenTerm(sign * term.Weight, tested));
            }
        }

        var search = new Search(columns, [.. open]);
        search.Run(0, 0, sign * fixedPart);
        var steps = new List<WhatIfStep>();
        double best = search.Best[0];
        for (int k = 1; k <= columns.Length; k++)
        {
            if (search.Best[k] >= best - 1e-12)
            {
                continue;
            }

            best = search.Best[k];
            double raw = sign * best;
            steps.Add(new WhatIfStep([.. search.Found[k]!.Select((state, c) => (State: state, Column: columns[c])).Where(x => x.State >= 0).Select(x => x.Column.States[x.State].Value)], raw, RiskScorer.Probability(document, raw)));
        }

        return new WhatIfResult(steps, search.IsExact);
    }

    private sealed record OpenTerm(double Weight, int[] Items);

    private sealed record State(ChangedValue Value, HashSet<int> Holds);

    /// <summary>A column with the pieces of its values that the model tells apart, other than the present one.</summary>
    private sealed record Column(int[] Tested, HashSet<int> Now, IReadOnlyList<State> States)
    {
        public static Column Of(ModelDocument document, BitColumns bits, string name)
        {
            FeatureSpec? feature = document.Features.FirstOrDefault(f => f.Name == name);
            Item[] items = [.. document.Items.Where(i => i.Feature == name)];
            HashSet<int> now = [.. items.Where(i => bits.Get(i.Id, 0)).Select(i => i.Id)];
            if (feature is null || items.Length == 0)
            {
                return new Column([], now, []);
            }

            var states = new List<State>();
            if (feature.Kind == FeatureKind.Number)
            {
                double[] cuts = [.. items.Where(i => i.Test is ItemTest.AtLeast or ItemTest.Below).Select(i => i.Cut).Distinct().Order()];
                for (int k = 0; k <= cuts.Length; k++)
                {
                    double? low = k == 0 ? null : cuts[k - 1], high = k == cuts.Length ? null : cuts[k];
                    Add(new ChangedValue(name, low, high, null, $"{name} {(low is null ? "" : Number(low.Value) + "以上")}{(low is not null && high is not null ? " " : "")}{(high is null ? "" : Number(high.Value) + "未満")}"),
                        i => i.Test == ItemTest.Present || (i.Test == ItemTest.AtLeast && low >= i.Cut) || (i.Test == ItemTest.Below && high <= i.Cut));
                }
            }
            else
            {
                foreach (string? category in items.Select(i => i.Category).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Cast<string?>().Append(null))
                {
                    Add(new ChangedValue(name, null, null, category, category is null ? $"{name}: 模型が名指ししない値" : $"{name}: {category}"),
                        i => i.Test == ItemTest.Present || (i.Test == ItemTest.Equal && i.Category == category) || (i.Test == ItemTest.NotEqual && i.Category != category));
                }
            }

            return new Column([.. items.Select(i => i.Id)], now, states);

            void Add(ChangedValue value, Func<Item, bool> holds)
            {
                HashSet<int> set = [.. items.Where(holds).Select(i => i.Id)];

                // What the model cannot tell from the present value, or from a piece before, is no change.
                if (!set.SetEquals(now) && !states.Exists(s => s.Holds.SetEquals(set)))
                {
                    states.Add(new State(value, set));
                }
            }
        }

        private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
    }

    private sealed class Search
    {
        private readonly Column[] _columns;
        private readonly OpenTerm[] _terms;
        private readonly int[][] _ofColumn;
        private readonly int[] _left;
        private readonly bool[] _failed;
        private readonly int[] _chosen;
        private double _hope;
        private int _nodes;

        public Search(Column[] columns, OpenTerm[] terms)
        {
            _columns = columns;
            _terms = terms;
            _chosen = [.. columns.Select(_ => -1)];
            var owner = new Dictionary<int, int>();
            for (int c = 0; c < columns.Length; c++)
            {
                foreach (int id in columns[c].Tested)
                {
                    owner[id] = c;
                }
            }

            _ofColumn = [.. columns.Select((_, c) => Enumerable.Range(0, terms.Length).Where(t => terms[t].Items.Any(id => owner.GetValueOrDefault(id, -1) == c)).ToArray())];
            _left = [.. terms.Select(t => t.Items.Select(id => owner.GetValueOrDefault(id, -1)).Distinct().Count())];
            _failed = new bool[terms.Length];
            _hope = terms.Sum(t => Math.Min(0, t.Weight));
            Best = [.. Enumerable.Repeat(double.PositiveInfinity, columns.Length + 1)];
            Found = new int[]?[columns.Length + 1];
            Owner = owner;
        }

        public double[] Best { get; }

        public int[]?[] Found { get; }

        public bool IsExact => _nodes < MostNodes;

        private Dictionary<int, int> Owner { get; }

        public void Run(int column, int cost, double sum)
        {
            if (++_nodes >= MostNodes || sum + _hope >= Best[cost])
            {
                return;
            }

            if (column == _columns.Length)
            {
                for (int k = cost; k < Best.Length && sum < Best[k]; k++)
                {
                    (Best[k], Found[k]) = (sum, (int[])_chosen.Clone());
                }

                return;
            }

            for (int state = -1; state < _columns[column].States.Count; state++)
            {
                HashSet<int> holds = state < 0 ? _columns[column].Now : _columns[column].States[state].Holds;
                double gained = 0, hope = _hope;
                var undo = new List<(int Term, bool Failed)>();
                foreach (int t in _ofColumn[column])
                {
                    if (_failed[t])
                    {
                        continue;
                    }

                    bool fits = _terms[t].Items.All(id => Owner.GetValueOrDefault(id, -1) != column || holds.Contains(id));
                    undo.Add((t, fits));
                    _left[t]--;
                    if (!fits || _left[t] == 0)
                    {
                        _hope -= Math.Min(0, _terms[t].Weight);
                        gained += fits ? _terms[t].Weight : 0;
                        _failed[t] = !fits;
                    }
                }

                _chosen[column] = state;
                Run(column + 1, cost + (state < 0 ? 0 : 1), sum + gained);
                _chosen[column] = -1;
                _hope = hope;
                foreach ((int t, bool fits) in undo)
                {
                    _left[t]++;
                    _failed[t] = fits && _failed[t];
                }
            }
        }
    }
}
