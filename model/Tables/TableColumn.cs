using System.Globalization;
using Warehouse.Model.Items;

namespace Warehouse.Model.Tables;

/// <summary>How a column of a table is read.</summary>
public enum ColumnKind
{
    /// <summary>As a number.</summary>
    Number,

    /// <summary>As a category.</summary>
    Category,

    /// <summary>As a day, in the form yyyymmdd.</summary>
    Date,
}

/// <summary>A column that the model may use, as it was found in training.</summary>
/// <param name="Name">Header.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Categories">Categories seen in training, in ordinal order; empty for other kinds.</param>
public sealed record TableColumn(string Name, ColumnKind Kind, IReadOnlyList<string> Categories)
{
    // Of the recorded cells; what is left are words such as "unknown" among numbers.
    private const double NumberShare = 0.98;

    // Up to here any text column may be a category.
    private const int FewCategories = 10;

    /// <summary>Decides, without looking at the target, how a column is read; or says why it is of no use.</summary>
    /// <remarks>
    /// A number or a day when at least 98 % of the recorded cells are one, otherwise a category. Left out: no cell or one value recorded; text of which a
    /// value has two rows or fewer on average; whole numbers that count the rows.
    /// </remarks>
    internal static (TableColumn? Column, string? LeftOut) Infer(TextColumn column)
    {
        var counts = new int[column.Values.Count];
        foreach (int code in column.Codes)
        {
            counts[code]++;
        }

        int[] used = [.. Enumerable.Range(0, counts.Length).Where(v => counts[v] > 0 && !Cells.IsMissing(column.Values[v]) && !Cells.IsInfinite(column.Values[v]))];
        long recorded = used.Sum(v => (long)counts[v]);
        if (used.Length < 2)
        {
            return (null, used.Length == 0 ? "nothing is recorded in it" : "it has one value only");
        }

        if (column.Declared is DeclaredKind.Number or DeclaredKind.Unknown)
        {
            long numbers = used.Where(v => Cells.TryNumber(column.Values[v], out _)).Sum(v => (long)counts[v]);
            if (column.Declared == DeclaredKind.Number || numbers >= NumberShare * recorded)
            {
                double[] values = [.. used.Where(v => Cells.TryNumber(column.Values[v], out _)).Select(v => Read(column.Values[v]))];
                bool countsRows = recorded == column.Codes.Length && used.Length == recorded && recorded > FewCategories
                    && values.Length == recorded && Array.TrueForAll(values, v => v == Math.Floor(v)) && values.Max() - values.Min() == recorded - 1;
                return countsRows ? (null, "it counts the rows") : (new TableColumn(column.Name, ColumnKind.Number, []), null);
            }
        }

        if (column.Declared is DeclaredKind.Date or DeclaredKind.Unknown)
        {
            long days = used.Where(v => Cells.TryDate(column.Values[v], out _)).Sum(v => (long)counts[v]);
            if (days >= NumberShare * recorded)
            {
                return (new TableColumn(column.Name, ColumnKind.Date, []), null);
            }
        }

        return used.Length > FewCategories && used.Length * 2L > recorded
            ? (null, string.Create(CultureInfo.InvariantCulture, $"it is text with {used.Length:N0} values in {recorded:N0} rows, such as names or numbers of records"))
            : (new TableColumn(column.Name, ColumnKind.Category, [.. used.Select(v => column.Values[v]).Order(StringComparer.Ordinal)]), null);
    }

    /// <summary>Returns the column of features that a column of text is, with what could not be read.</summary>
    internal (FeatureColumn Feature, CellCount Count) Read(TextColumn column)
    {
        var values = new double[column.Values.Count];
        var texts = new string?[column.Values.Count];
        var kind = new CellKind[column.Values.Count];
        HashSet<string> known = [.. Categories];
        for (int v = 0; v < values.Length; v++)
        {
            string text = column.Values[v];
            values[v] = double.NaN;
            if (Cells.IsMissing(text))
            {
                kind[v] = CellKind.Missing;
            }
            else if (Kind == ColumnKind.Category)
            {
                texts[v] = text;
                kind[v] = known.Contains(text) ? CellKind.Read : CellKind.Unknown;
            }
            else if (Kind == ColumnKind.Date && Cells.TryDate(text, out DateTime day))
            {
                values[v] = Cells.DayNumber(day);
                kind[v] = CellKind.Read;
            }
            else if (Kind == ColumnKind.Number && Cells.TryNumber(text, out values[v]))
            {
                kind[v] = CellKind.Read;
            }
            else
            {
                values[v] = double.NaN;
                kind[v] = Cells.IsInfinite(text) ? CellKind.Infinite : CellKind.Unreadable;
            }
        }

        var count = new CellCount();
        foreach (int code in column.Codes)
        {
            count = kind[code] switch
            {
                CellKind.Missing => count with { Missing = count.Missing + 1 },
                CellKind.Unknown => count with { Unknown = count.Unknown + 1 },
                CellKind.Infinite => count with { Infinite = count.Infinite + 1 },
                CellKind.Unreadable => count with { Unreadable = count.Unreadable + 1 },
                _ => count,
            };
        }

        var spec = new FeatureSpec(Name, Name, Kind == ColumnKind.Category ? FeatureKind.Category : FeatureKind.Number);
        return (
            Kind == ColumnKind.Category
                ? FeatureColumn.Category(spec, [.. column.Codes.Select(c => texts[c])])
                : FeatureColumn.Number(spec, [.. column.Codes.Select(c => values[c])]),
            count);
    }

    private static double Read(string text)
    {
        Cells.TryNumber(text, out double value);
        return value;
    }

    private enum CellKind
    {
        Read,
        Missing,
        Unknown,
        Infinite,
        Unreadable,
    }
}

/// <summary>Cells of a column that are no value of it.</summary>
/// <param name="Missing">Cells with nothing recorded.</param>
/// <param name="Unknown">Categories that training did not see; they are taken as another value.</param>
/// <param name="Infinite">Infinite numbers; they are taken as missing.</param>
/// <param name="Unreadable">Other text among numbers or days; it is taken as missing.</param>
internal readonly record struct CellCount(int Missing, int Unknown, int Infinite, int Unreadable);
