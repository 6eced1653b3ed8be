namespace Warehouse.Reporting.Disclosure;

/// <summary>The search of the cheapest further figures of one component.</summary>
internal interface IPartSearch
{
    /// <summary>The variables to hide, once it has been solved.</summary>
    bool[] Best { get; }

    /// <summary>No further figures of the component that protect it cost less than this together.</summary>
    long Bound { get; }

    /// <summary>Rounds of master problem and cuts.</summary>
    int Rounds { get; }

    /// <summary>Cuts added.</summary>
    int Cuts { get; }

    /// <summary>Needs that are not met even where everything is hidden.</summary>
    IReadOnlyList<CellNeed> Unprotected { get; }

    /// <summary>Searches.</summary>
    void Solve();
}
