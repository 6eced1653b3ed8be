namespace Warehouse.Model.Tables;

/// <summary>One HTML page about a model of a table.</summary>
public static class TableReport
{
    /// <summary>Refuses columns that groups cannot be made of.</summary>
    public static void CheckGroups(LabelledTable table, IReadOnlyList<string> by)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(by);
    }

    /// <summary>Writes the page.</summary>
    public static void Write(LabelledTable table, TableTraining training, IReadOnlyList<string> by, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(writer);
    }
}
