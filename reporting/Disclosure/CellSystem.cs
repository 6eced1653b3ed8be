using System.Globalization;

namespace Warehouse.Reporting.Disclosure;

/// <summary>What may be done with a figure.</summary>
public enum CellKind
{
    /// <summary>It is published unless it has to be hidden.</summary>
    Open,

    /// <summary>It is what it is by definition, and everybody knows; hiding it hides nothing.</summary>
    Structural,

    /// <summary>It is public already, by an earlier release or by somebody else.</summary>
    Public,

    /// <summary>It is in no table, but can be computed from figures that are; hiding it costs nothing.</summary>
    Unpublished,
}

/// <summary>One figure of a set of linked tables.</summary>
/// <param name="Key">The name of the figure in the system; figures that several tables share are one figure.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Value">The true figure.</param>
/// <param name="Kind">What may be done with it.</param>
/// <param name="Cost">What hiding it costs; above zero, ignored for figures that are not open.</param>
/// <param name="Lower">The least that everybody knows it to be.</param>
/// <param name="Upper">The most that everybody knows it to be; null where nothing is known.</param>
public sealed record SystemCell(
    string Key, string Label, decimal Value, CellKind Kind = CellKind.Open, long Cost = 1, decimal Lower = 0, decimal? Upper = null);

/// <summary>A total and the parts that add up to it, by their places in the list of figures.</summary>
public sealed record CellSum(int Total, IReadOnlyList<int> Parts);

/// <summary>Figures and all the sums that hold between them: every linked or hierarchical table is one of these.</summary>
/// <remarks>
/// The general form a = (figures), M a = 0 of Fischetti and Salazar (2000), "Models and algorithms for optimizing cell suppression in tabular data with linear constraints",
/// Journal of the American Statistical Association 95, 916-928; here every row of M is a total less its parts.
/// </remarks>
public sealed class CellSystem
{
    /// <summary>The largest figure that is computed with: above it, differences of one are lost among rounding errors of the linear programs.</summary>
    public const decimal LargestValue = 1_000_000_000m;

    private CellSystem(IReadOnlyList<SystemCell> cells, IReadOnlyList<CellSum> sums, bool areCounts, Dictionary<string, int> places)
    {
        Cells = cells;
        Sums = sums;
        AreCounts = areCounts;
        _places = places;
    }

    private readonly Dictionary<string, int> _places;

    /// <summary>The figures.</summary>
    public IReadOnlyList<SystemCell> Cells { get; }

    /// <summary>The sums.</summary>
    public IReadOnlyList<CellSum> Sums { get; }

    /// <summary>Whether all figures are whole numbers, and everybody knows.</summary>
    public bool AreCounts { get; }

    /// <summary>Returns the place of a figure by its key, or −1.</summary>
    public int Find(string key) => _places.GetValueOrDefault(key, -1);

    /// <summary>Returns a system whose figures are within their bounds and whose sums hold.</summary>
    /// <exception cref="DisclosureException">They do not, a count is not whole, or a sum names a figure that is not there.</exception>
    public static CellSystem Create(IReadOnlyList<SystemCell> cells, IReadOnlyList<CellSum> sums, bool areCounts = true)
    {
        ArgumentNullException.ThrowIfNull(cells);
        ArgumentNullException.ThrowIfNull(sums);
        Dictionary<string, int> places = new(cells.Count, StringComparer.Ordinal);
        for (int i = 0; i < cells.Count; i++)
        {
            SystemCell cell = cells[i];
            Check(cell, areCounts);
            if (!places.TryAdd(cell.Key, i))
            {
                string label = DisclosureException.Short(cell.Label);
                throw new DisclosureException(
                    DisclosureFault.Malformed, $"The figure '{label}' is given twice; each figure has one place.", $"数値「{label}」が二重に与えられています。");
            }
        }

        foreach (CellSum sum in sums)
        {
            Check(sum, cells);
        }

        return new CellSystem(cells, sums, areCounts, places);
    }

    private static void Check(SystemCell cell, bool areCounts)
    {
        string label = DisclosureException.Short(cell.Label);
        if (areCounts && (cell.Value != decimal.Truncate(cell.Value) || cell.Lower != decimal.Truncate(cell.Lower) || cell.Upper is { } known && known != decimal.Truncate(known)))
        {
            throw new DisclosureException(
                DisclosureFault.NotWhole,
                $"The figure '{label}' is {Text(cell.Value)}; a count is a whole number, and so are its bounds.",
                $"数値「{label}」は {Text(cell.Value)} です。件数は整数でなければなりません。");
        }

        if (cell.Value < cell.Lower || cell.Value > (cell.Upper ?? LargestValue) || cell.Value > LargestValue || cell.Lower < -LargestValue)
        {
            string upper = Text(Math.Min(cell.Upper ?? LargestValue, LargestValue));
            throw new DisclosureException(
                DisclosureFault.OutOfBounds,
                $"The figure '{label}' is {Text(cell.Value)}; expected between {Text(cell.Lower)} and {upper}.",
                $"数値「{label}」は {Text(cell.Value)} で、{Text(cell.Lower)} 以上 {upper} 以下の範囲にありません。");
        }

        if (cell.Kind == CellKind.Open && cell.Cost is <= 0 or > 1_000_000_000)
        {
            throw new DisclosureException(
                DisclosureFault.Malformed, $"Hiding '{label}' costs {cell.Cost}; expected 1 to 1,000,000,000.", $"数値「{label}」の秘匿コスト {cell.Cost} が範囲外です。");
        }
    }

    private static void Check(CellSum sum, IReadOnlyList<SystemCell> cells)
    {
        HashSet<int> seen = [sum.Total];
        if (sum.Parts.Prepend(sum.Total).Any(place => place < 0 || place >= cells.Count) || !sum.Parts.All(seen.Add) || sum.Parts.Count == 0)
        {
            throw new DisclosureException(
                DisclosureFault.Malformed,
                $"A sum of figure {sum.Total} names no part, one part twice, or a figure that is not there.",
                $"数値 {sum.Total} の合計式の構成が誤っています。");
        }

        decimal parts = sum.Parts.Sum(place => cells[place].Value);
        if (parts != cells[sum.Total].Value)
        {
            string label = DisclosureException.Short(cells[sum.Total].Label);
            throw new DisclosureException(
                DisclosureFault.InconsistentTotal,
                $"The total '{label}' is {Text(cells[sum.Total].Value)}, but its {sum.Parts.Count} parts add up to {Text(parts)}. Nothing was released; correct the figures.",
                $"合計「{label}」は {Text(cells[sum.Total].Value)} ですが、内訳 {sum.Parts.Count} 件の和は {Text(parts)} です。公表せず、数値を確認してください。");
        }
    }

    internal static string Text(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);
}
