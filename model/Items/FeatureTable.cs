namespace Warehouse.Model.Items;

/// <summary>One column of a feature table.</summary>
/// <remarks>Nulls: NaN in <see cref="Numbers"/>, null in <see cref="Categories"/>. Exactly one of the two is set.</remarks>
public sealed class FeatureColumn
{
    private FeatureColumn(FeatureSpec spec, double[]? numbers, string?[]? categories)
    {
        Spec = spec;
        Numbers = numbers;
        Categories = categories;
    }

    /// <summary>What the column means.</summary>
    public FeatureSpec Spec { get; }

    /// <summary>Values of a number column, otherwise null.</summary>
    public double[]? Numbers { get; }

    /// <summary>Values of a category column, otherwise null.</summary>
    public string?[]? Categories { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => Numbers?.Length ?? Categories!.Length;

    /// <summary>Returns a number column.</summary>
    public static FeatureColumn Number(FeatureSpec spec, double[] values)
    {
        if (spec.Kind != FeatureKind.Number)
        {
            throw new ModelException("MDL-001", $"numbers for category feature '{spec.Name}'", "text values", "use FeatureColumn.Category");
        }

        return new FeatureColumn(spec, values, null);
    }

    /// <summary>Returns a category column.</summary>
    public static FeatureColumn Category(FeatureSpec spec, string?[] values)
    {
        if (spec.Kind != FeatureKind.Category)
        {
            throw new ModelException("MDL-001", $"text for number feature '{spec.Name}'", "numbers", "use FeatureColumn.Number");
        }

        return new FeatureColumn(spec, null, values);
    }

    /// <summary>Tells whether the value in a row is missing.</summary>
    public bool IsMissing(int row) => Numbers is not null ? double.IsNaN(Numbers[row]) : Categories![row] is null;

    /// <summary>Returns the column with the given rows, in the given order.</summary>
    public FeatureColumn Take(ReadOnlySpan<int> rows)
    {
        if (Numbers is not null)
        {
            var numbers = new double[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                numbers[i] = Numbers[rows[i]];
            }

            return new FeatureColumn(Spec, numbers, null);
        }

        var texts = new string?[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            texts[i] = Categories![rows[i]];
        }

        return new FeatureColumn(Spec, null, texts);
    }
}

/// <summary>A table of features, one row per child and snapshot, stored by column.</summary>
public sealed class FeatureTable
{
    private readonly Dictionary<string, FeatureColumn> _byName = new(StringComparer.Ordinal);

    /// <summary>Creates a table; all columns must have the same number of rows and distinct names.</summary>
    public FeatureTable(IReadOnlyList<FeatureColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = columns;
        RowCount = columns.Count == 0 ? 0 : columns[0].RowCount;
        foreach (FeatureColumn column in columns)
        {
            if (column.RowCount != RowCount)
            {
                throw new ModelException(
                    "MDL-002",
                    $"{column.RowCount} rows in feature '{column.Spec.Name}'",
                    $"{RowCount} rows as in '{columns[0].Spec.Name}'",
                    "build every column from the same rows");
            }

            if (!_byName.TryAdd(column.Spec.Name, column))
            {
                throw new ModelException("MDL-003", $"feature '{column.Spec.Name}' twice", "distinct names", "rename one of the two");
            }
        }
    }

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Returns the column of that name, or null.</summary>
    public FeatureColumn? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns the table with the given rows, in the given order.</summary>
    public FeatureTable Take(ReadOnlySpan<int> rows)
    {
        var columns = new FeatureColumn[Columns.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns[i].Take(rows);
        }

        return new FeatureTable(columns);
    }
}
