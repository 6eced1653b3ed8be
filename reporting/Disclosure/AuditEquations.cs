namespace Warehouse.Reporting.Disclosure;

/// <summary>What is published as equations between unknowns, as few of each as can be told without a linear program.</summary>
/// <remarks>
/// A sum with one unknown gives it away; a sum with two makes the second the first, or its opposite, plus a known figure. Both again and again, as anybody would begin by hand; bounds come along.
/// Cost: O(terms of the sums) a pass, few passes.
/// </remarks>
internal sealed class AuditEquations
{
    private readonly AttackerView _view;
    private readonly int[] _root;
    private readonly int[] _sign;
    private readonly decimal[] _offset;
    private readonly decimal?[] _value;
    private readonly decimal[] _lower;
    private readonly decimal?[] _upper;

    /// <summary>Reads what is published.</summary>
    /// <exception cref="DisclosureException">It contradicts itself.</exception>
    internal AuditEquations(AttackerView view)
    {
        _view = view;
        int count = view.Cells.Count;
        _root = Enumerable.Range(0, count).ToArray();
        _sign = Enumerable.Repeat(1, count).ToArray();
        _offset = new decimal[count];
        _lower = view.Cells.Select(cell => cell.Lower).ToArray();
        _upper = view.Cells.Select(cell => cell.Upper).ToArray();
        _value = view.Cells.Select(cell => cell.IsKnown ? cell.Lower : (decimal?)null).ToArray();
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (CellSum sum in view.Sums)
            {
                changed |= Read(sum);
            }
        }

        Rows = view.Sums.Select(sum => Terms(sum, out decimal known) is { Count: > 0 } terms ? new AuditRow([.. terms], known) : null).OfType<AuditRow>().ToList();
    }

    /// <summary>The equations that are left: unknowns with their coefficients and a known figure, zero together.</summary>
    internal IReadOnlyList<AuditRow> Rows { get; }

    /// <summary>Returns the figure where it is given away, or null.</summary>
    internal decimal? ValueOf(int cell)
    {
        (int root, int sign, decimal offset) = Find(cell);
        return _value[root] is { } value ? (sign * value) + offset : null;
    }

    /// <summary>Returns the unknown that a figure is tied to: the figure is the sign times the unknown plus the offset.</summary>
    internal (int Unknown, int Sign, decimal Offset) Find(int cell)
    {
        int sign = 1;
        decimal offset = 0;
        while (_root[cell] != cell)
        {
            offset += sign * _offset[cell];
            sign *= _sign[cell];
            cell = _root[cell];
        }

        return (cell, sign, offset);
    }

    /// <summary>Returns the least that an unknown can be by the bounds of the figures tied to it.</summary>
    internal decimal LowerOf(int unknown) => _lower[unknown];

    /// <summary>Returns the most that an unknown can be by the bounds of the figures tied to it; null where there is no limit.</summary>
    internal decimal? UpperOf(int unknown) => _upper[unknown];

    private bool Read(CellSum sum)
    {
        List<(int Unknown, int Coefficient)> terms = Terms(sum, out decimal known);
        string label = _view.Cells[sum.Total].Label;
        if (terms.Count == 0)
        {
            return known == 0 ? false : throw DisclosureAudit.Contradiction(label);
        }

        (int first, int coefficient) = terms[0];
        if (terms.Count == 1)
        {
            decimal value = -known / coefficient;
            if (value < _lower[first] || value > (_upper[first] ?? decimal.MaxValue))
            {
                throw DisclosureAudit.Contradiction(label);
            }

            _value[first] = value;
            return true;
        }

        (int second, int other) = terms[1];
        if (terms.Count > 2 || Math.Abs(coefficient) != 1 || Math.Abs(other) != 1)
        {
            return false;
        }

        int sign = -coefficient / other;
        decimal offset = -known / other;
        _root[second] = first;
        _sign[second] = sign;
        _offset[second] = offset;
        // Where the second lies between its bounds, the first lies between these.
        decimal? fromLower = sign * (_lower[second] - offset), fromUpper = _upper[second] is { } upper ? sign * (upper - offset) : null;
        decimal? least = sign > 0 ? fromLower : fromUpper, most = sign > 0 ? fromUpper : fromLower;
        _lower[first] = least is { } low ? Math.Max(low, _lower[first]) : _lower[first];
        _upper[first] = _upper[first] is { } high && (most is null || high < most) ? high : most;
        return _lower[first] <= (_upper[first] ?? decimal.MaxValue) ? true : throw DisclosureAudit.Contradiction(label);
    }

    private List<(int Unknown, int Coefficient)> Terms(CellSum sum, out decimal known)
    {
        List<(int Unknown, int Coefficient)> terms = [];
        known = 0;
        foreach (int place in sum.Parts.Prepend(sum.Total))
        {
            int side = place == sum.Total ? -1 : 1;
            (int root, int sign, decimal offset) = Find(place);
            known += side * offset;
            if (_value[root] is { } value)
            {
                known += side * sign * value;
                continue;
            }

            int at = terms.FindIndex(term => term.Unknown == root);
            if (at < 0)
            {
                terms.Add((root, side * sign));
            }
            else
            {
                terms[at] = (root, terms[at].Coefficient + (side * sign));
            }
        }

        terms.RemoveAll(term => term.Coefficient == 0);
        return terms;
    }
}

/// <summary>An equation of the audit: unknowns times their coefficients plus a known figure is zero.</summary>
internal sealed record AuditRow((int Unknown, int Coefficient)[] Terms, decimal Known);
