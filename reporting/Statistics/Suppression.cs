namespace Warehouse.Reporting.Statistics;

/// <summary>The rules by which figures are hidden.</summary>
/// <param name="Name">The name of the profile in configuration.</param>
/// <param name="CityThreshold">A city figure below this is hidden.</param>
/// <param name="DistrictThreshold">A figure of a district or a school below this is hidden.</param>
public sealed record SuppressionProfile(string Name, int CityThreshold, int DistrictThreshold)
{
    /// <summary>The default: thresholds after the smallest-unit rule of the national claims databases, adopted by analogy.</summary>
    public static SuppressionProfile JpNdb { get; } = new("jp-ndb", 10, 20);

    /// <summary>Returns the threshold of a figure that lies on a line of this level.</summary>
    public int Threshold(CellLevel level) => level == CellLevel.City ? CityThreshold : DistrictThreshold;
}

/// <summary>Hides the figures of tables from which a child could be found.</summary>
/// <remarks>
/// Primary: figures below the threshold; zeros unless structural or in a row whose total reaches the threshold; figures that
/// make up the whole of their row, because they tell something about everybody in it. Secondary: in every sum of a row or
/// a column, the hidden figures are at least two and together reach the threshold, as far as figures are left to hide.
/// Figures that several tables share are hidden in all of them. The rule looks at one sum at a time: it does not search
/// combinations of sums, so it is a first defence and no proof.
/// Cost: O(cells²) at worst; tables are small.
/// </remarks>
public static class Suppression
{
    /// <summary>Returns the tables as they may be released together.</summary>
    public static IReadOnlyList<ReleasedTable> Apply(IReadOnlyList<CountTable> tables, SuppressionProfile profile)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(profile);
        List<Grid> grids = tables.Select(table => new Grid(table, profile)).ToList();
        foreach (Grid grid in grids)
        {
            grid.HidePrimary();
        }

        bool changed = true;
        while (changed)
        {
            changed = ShareHidden(grids);
            foreach (Grid grid in grids)
            {
                changed |= grid.HideSecondary();
            }
        }

        return grids.Select(grid => grid.Release()).ToList();
    }

    /// <summary>Returns one table as it may be released alone.</summary>
    public static ReleasedTable Apply(CountTable table, SuppressionProfile profile) => Apply([table], profile)[0];

    private static bool ShareHidden(List<Grid> grids)
    {
        HashSet<string> hidden = new(StringComparer.Ordinal);
        foreach (Grid grid in grids)
        {
            hidden.UnionWith(grid.HiddenKeys());
        }

        bool changed = false;
        foreach (Grid grid in grids)
        {
            changed |= grid.HideKeys(hidden);
        }

        return changed;
    }

    // A table with its totals as last row and last column.
    private sealed class Grid
    {
        private readonly CountTable _table;
        private readonly SuppressionProfile _profile;
        private readonly long[,] _counts;
        private readonly CellMark[,] _marks;
        private readonly int _rows;
        private readonly int _columns;

        // Rows that take part: with the row of totals where there is one.
        private readonly int _lines;

        internal Grid(CountTable table, SuppressionProfile profile)
        {
            _table = table;
            _profile = profile;
            _rows = table.Rows.Count;
            _columns = table.Columns.Count;
            _lines = table.RowsAreDisjoint ? _rows + 1 : _rows;
            if (table.Counts.Count != _rows || table.Counts.Any(row => row.Count != _columns))
            {
                throw new ArgumentException($"Table {table.Code} does not have {_rows} rows of {_columns} counts.", nameof(table));
            }

            _counts = new long[_rows + 1, _columns + 1];
            _marks = new CellMark[_rows + 1, _columns + 1];
            for (int row = 0; row < _rows; row++)
            {
                for (int column = 0; column < _columns; column++)
                {
                    long count = table.Counts[row][column];
                    ArgumentOutOfRangeException.ThrowIfNegative(count);
                    _counts[row, column] = count;
                    _counts[row, _columns] += count;
                    _counts[_rows, column] += count;
                    _counts[_rows, _columns] += count;
                }
            }
        }

        internal void HidePrimary()
        {
            for (int row = 0; row < _lines; row++)
            {
                for (int column = 0; column <= _columns; column++)
                {
                    _marks[row, column] = PrimaryMark(row, column);
                }
            }
        }

        internal bool HideSecondary()
        {
            bool changed = false;
            for (int row = 0; row < _lines; row++)
            {
                changed |= ProtectSum(Enumerable.Range(0, _columns + 1).Select(column => (row, column)).ToList());
            }

            for (int column = 0; column <= _columns && _table.RowsAreDisjoint; column++)
            {
                changed |= ProtectSum(Enumerable.Range(0, _rows + 1).Select(row => (row, column)).ToList());
            }

            return changed;
        }

        internal IEnumerable<string> HiddenKeys() => Cells().Where(cell => IsHidden(cell)).Select(KeyOf);

        internal bool HideKeys(HashSet<string> keys)
        {
            bool changed = false;
            foreach ((int Row, int Column) cell in Cells())
            {
                if (!IsHidden(cell) && !IsStructural(cell.Row, cell.Column) && keys.Contains(KeyOf(cell)))
                {
                    _marks[cell.Row, cell.Column] = CellMark.Secondary;
                    changed = true;
                }
            }

            return changed;
        }

        internal ReleasedTable Release()
        {
            ReleasedCell[][] cells = new ReleasedCell[_lines][];
            for (int row = 0; row < _lines; row++)
            {
                cells[row] = new ReleasedCell[_columns + 1];
                for (int column = 0; column <= _columns; column++)
                {
                    CellMark mark = _marks[row, column];
                    cells[row][column] = new ReleasedCell(IsHidden((row, column)) ? null : _counts[row, column], mark);
                }
            }

            return new ReleasedTable(_table.Code, _table.Title, _table.RowDimension, _table.ColumnDimension, _table.Rows, _table.Columns, cells);
        }

        private CellMark PrimaryMark(int row, int column)
        {
            long count = _counts[row, column];
            int threshold = ThresholdOf(row, column);
            if (count == 0)
            {
                bool mayShow = IsStructural(row, column) || _counts[row, _columns] >= threshold;
                return mayShow ? CellMark.Zero : CellMark.Primary;
            }

            bool isFull = column < _columns && FreeColumns(row) > 1 && count == _counts[row, _columns];
            return count < threshold || isFull ? CellMark.Primary : CellMark.Shown;
        }

        private bool ProtectSum(List<(int Row, int Column)> cells)
        {
            bool changed = false;
            while (true)
            {
                List<(int Row, int Column)> hidden = cells.Where(IsHidden).ToList();
                if (hidden.Count == 0)
                {
                    return changed;
                }

                // With the total hidden too, the others cannot be computed from this sum.
                bool totalHidden = IsHidden(cells[^1]);
                long sum = hidden.Sum(cell => _counts[cell.Row, cell.Column]);
                int threshold = hidden.Max(cell => ThresholdOf(cell.Row, cell.Column));
                if (hidden.Count > 1 && (totalHidden || sum >= threshold))
                {
                    return changed;
                }

                // The cheapest figure to lose: not a total, not zero, small.
                (int Row, int Column)[] candidates = cells
                    .Where(cell => !IsHidden(cell) && !IsStructural(cell.Row, cell.Column))
                    .OrderBy(cell => cell == cells[^1] ? 1 : 0)
                    .ThenBy(cell => cell.Row == _rows || cell.Column == _columns ? 1 : 0)
                    .ThenBy(cell => _counts[cell.Row, cell.Column] == 0 ? 1 : 0)
                    .ThenBy(cell => _counts[cell.Row, cell.Column])
                    .ThenBy(cell => cell.Row)
                    .ThenBy(cell => cell.Column)
                    .ToArray();
                if (candidates.Length == 0)
                {
                    return changed;
                }

                _marks[candidates[0].Row, candidates[0].Column] = CellMark.Secondary;
                changed = true;
            }
        }

        private IEnumerable<(int Row, int Column)> Cells() =>
            Enumerable.Range(0, _lines).SelectMany(row => Enumerable.Range(0, _columns + 1).Select(column => (row, column)));

        private bool IsHidden((int Row, int Column) cell) => _marks[cell.Row, cell.Column] is CellMark.Primary or CellMark.Secondary;

        private bool IsStructural(int row, int column) =>
            row < _rows && column < _columns && _table.Structural is { } structural && structural[row][column];

        private int FreeColumns(int row) => Enumerable.Range(0, _columns).Count(column => !IsStructural(row, column));

        private int ThresholdOf(int row, int column)
        {
            CellLevel rowLevel = row < _rows ? _table.Rows[row].Level : CellLevel.City;
            CellLevel columnLevel = column < _columns ? _table.Columns[column].Level : CellLevel.City;
            return Math.Max(_profile.Threshold(rowLevel), _profile.Threshold(columnLevel));
        }

        private string KeyOf((int Row, int Column) cell)
        {
            List<string> parts = [];
            if (cell.Row < _rows)
            {
                parts.Add(_table.RowDimension + "=" + _table.Rows[cell.Row].Code);
            }

            if (cell.Column < _columns)
            {
                parts.Add(_table.ColumnDimension + "=" + _table.Columns[cell.Column].Code);
            }

            parts.Sort(StringComparer.Ordinal);
            return _table.Population + "|" + string.Join("|", parts);
        }
    }
}
