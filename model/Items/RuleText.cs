namespace Warehouse.Model.Items;

/// <summary>Writes conjunctions of items for people.</summary>
public static class RuleText
{
    /// <summary>Returns the Japanese text of all items holding together.</summary>
    public static string Of(ItemSet items, IEnumerable<int> ids) => string.Join(" かつ ", ids.Select(id => items.Items[id].Text));

    /// <summary>Returns the departments whose data the items use, in order of first use.</summary>
    public static IReadOnlyList<string> Departments(ItemSet items, IEnumerable<int> ids) =>
        [.. ids.Select(id => items.Items[id].Department).Where(d => d.Length > 0).Distinct(StringComparer.Ordinal)];
}
