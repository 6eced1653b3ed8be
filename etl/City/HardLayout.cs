using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;

namespace Warehouse.Etl.City;

/// <summary>How one file is laid out by a system that was changed: order and names of columns, a column too many, another encoding.</summary>
internal sealed class HardLayout
{
    /// <summary>The name of a column that no contract knows.</summary>
    public const string ExtraHeader = "独自項目";

    private readonly int[] _order;
    private readonly int _extraAt = -1;

    public HardLayout(ref CityRandom random, FeedContract contract, bool isHard)
    {
        int count = contract.Columns.Count;
        _order = [.. Enumerable.Range(0, count)];
        Encoding = contract.Encoding;
        string[] header = [.. contract.Columns.Select(column => column.Header)];
        if (isHard && random.Chance(0.15))
        {
            for (int i = count - 1; i > 0; i--)
            {
                int other = random.Below(i + 1);
                (_order[i], _order[other]) = (_order[other], _order[i]);
            }

            Faults.Add(("", "reordered_columns", "accepted", ""));
        }

        FeedColumn[] named = [.. contract.Columns.Where(column => column.Aliases.Count > 0)];
        if (isHard && named.Length > 0 && random.Chance(0.15))
        {
            FeedColumn column = named[random.Below(named.Length)];
            header[column.Ordinal] = column.Aliases[random.Below(column.Aliases.Count)];
            Faults.Add((column.Header, "renamed_column", "repaired", "REP-021"));
        }

        if (isHard && random.Chance(0.15))
        {
            _extraAt = random.Below(count + 1);
            Faults.Add(("", "added_column", "repaired", "REP-020"));
        }

        // Drawn for feeds alone that come as workbooks too, so that the others stay as they are.
        IsWorkbook = isHard && contract.OtherEncodings.Contains(FeedContract.Workbook, StringComparer.Ordinal) && random.Chance(0.5);
        string[] others = [.. contract.OtherEncodings.Where(name => name != FeedContract.Workbook)];
        if (isHard && others.Length > 0 && random.Chance(0.2))
        {
            Encoding = others[random.Below(others.Length)];
            Faults.Add(("", "other_encoding", "accepted", ""));
        }

        if (isHard && Encoding is ("utf-8" or "utf-8-bom") && random.Chance(0.1))
        {
            HasOtherMark = true;
            Faults.Add(Encoding == "utf-8" ? ("", "added_mark", "accepted", "") : ("", "missing_mark", "repaired", RuleCatalog.RepairNoMark));
        }

        if (IsWorkbook)
        {
            HasOtherMark = false;
            Faults.RemoveAll(fault => fault.Kind is "other_encoding" or "added_mark" or "missing_mark");
            Encoding = FeedContract.Workbook;
            Faults.Add(("", "workbook", "accepted", ""));
        }

        Header = Arrange(header, ExtraHeader);
    }

    /// <summary>Whether the delivery is a workbook.</summary>
    public bool IsWorkbook { get; }

    /// <summary>Whether the file lacks the byte order mark of its encoding, or has one that does not belong there.</summary>
    public bool HasOtherMark { get; }

    /// <summary>The encoding of the file.</summary>
    public string Encoding { get; }

    /// <summary>The header as the file holds it.</summary>
    public string[] Header { get; }

    /// <summary>The faults of the header: column, kind, what should happen, code.</summary>
    public List<(string Column, string Kind, string Expected, string Code)> Faults { get; } = [];

    /// <summary>Returns cells in the order of the contract in the order of the file; a row that has not as many cells keeps its own end.</summary>
    public string[] Arrange(string[] fields, string extra = "独自の値")
    {
        List<string> arranged = new(fields.Length + 1);
        foreach (int at in _order)
        {
            if (at < fields.Length)
            {
                arranged.Add(fields[at]);
            }
        }

        arranged.AddRange(fields.Skip(_order.Length));
        if (_extraAt >= 0)
        {
            arranged.Insert(Math.Min(_extraAt, arranged.Count), extra);
        }

        return [.. arranged];
    }
}
