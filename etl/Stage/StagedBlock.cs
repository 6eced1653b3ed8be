namespace Warehouse.Etl.Stage;

/// <summary>What was read of a file since the block before: a bounded number of rows with the rejects and repairs among them.</summary>
internal sealed class StagedBlock
{
    /// <summary>Rows in the column order of the stage; superseded ones included.</summary>
    public List<object?[]> Rows { get; } = [];

    public List<RejectedRow> Rejects { get; } = [];

    public List<RepairedValue> Repairs { get; } = [];

    public int Count => Rows.Count + Rejects.Count + Repairs.Count;
}
