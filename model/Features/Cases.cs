using Warehouse.Sql;

namespace Warehouse.Model.Features;

/// <summary>One child of one consultation, as far as labels need it; row of <c>query/model_case</c>.</summary>
public sealed record CaseRow(long ChildKey, DateOnly ReceivedDate, string DecisionCode, DateOnly? DecisionDate, DateOnly? ClosedDate);

/// <summary>One child of one council case, which follows from a decision for support; row of <c>query/model_council</c>.</summary>
public sealed record CouncilRow(long ChildKey, DateOnly RegisteredDate, DateOnly? ClosedDate);

/// <summary>What a row may be used for.</summary>
public enum LabelStatus
{
    /// <summary>No decision for support within the horizon.</summary>
    Negative,

    /// <summary>The first decision for support fell within the horizon.</summary>
    Positive,

    /// <summary>A consultation was open at the snapshot: staff already knew.</summary>
    OpenCase,

    /// <summary>Support had been decided before the snapshot.</summary>
    EarlierCase,

    /// <summary>The child left the city within the horizon without a decision: nobody can say.</summary>
    Censored,
}

/// <summary>Labels and open cases; pure.</summary>
/// <remarks>A case belongs to the child named in it; siblings get nothing from it.</remarks>
public sealed class Cases
{
    private readonly ILookup<long, CaseRow> _byChild;
    private readonly ILookup<long, CouncilRow> _councilByChild;

    /// <summary>Wraps the cases known at one time.</summary>
    public Cases(IEnumerable<CaseRow> rows, IEnumerable<CouncilRow>? council = null)
    {
        _byChild = rows.ToLookup(row => row.ChildKey);
        _councilByChild = (council ?? []).ToLookup(row => row.ChildKey);
    }

    /// <summary>Reads the cases of desk and council as known at one time.</summary>
    public static Cases Read(WarehouseSession session, DateTime asKnownUtc)
    {
        ArgumentNullException.ThrowIfNull(session);
        var parameters = new { AsKnownUtc = asKnownUtc };
        return new Cases(session.Query<CaseRow>("query/model_case", parameters), session.Query<CouncilRow>("query/model_council", parameters));
    }

    /// <summary>Returns what a child's row at a snapshot may be used for.</summary>
    public LabelStatus Label(long childKey, DateOnly snapshot, int horizonMonths, bool isPresentAtEnd)
    {
        if (At(childKey, snapshot) is { } excluded)
        {
            return excluded;
        }

        // The day of the snapshot belongs to the horizon; the day it ends on does not.
        bool isPositive = FirstNeed(childKey) is { } need && need < snapshot.AddMonths(horizonMonths);
        return isPositive ? LabelStatus.Positive : isPresentAtEnd ? LabelStatus.Negative : LabelStatus.Censored;
    }

    /// <summary>Returns why a child needs no score at a date, or null: the case is open, or support was decided before.</summary>
    public LabelStatus? At(long childKey, DateOnly date)
    {
        if (_byChild[childKey].Any(row => IsOpen(row, date))
            || _councilByChild[childKey].Any(row => row.RegisteredDate < date && (row.ClosedDate is not { } closed || closed >= date)))
        {
            return LabelStatus.OpenCase;
        }

        return FirstNeed(childKey) is { } need && need < date ? LabelStatus.EarlierCase : null;
    }

    /// <summary>Returns the day on which support was first judged necessary for a child, or null. Who is registered with the council was judged so, wherever that was decided.</summary>
    public DateOnly? FirstNeed(long childKey) =>
        _byChild[childKey].Where(row => row.DecisionCode == "need").Select(row => (DateOnly?)(row.DecisionDate ?? row.ReceivedDate))
            .Concat(_councilByChild[childKey].Select(row => (DateOnly?)row.RegisteredDate))
            .Min();

    // A decision that no support is needed ends a case even where nobody entered the closing.
    private static bool IsOpen(CaseRow row, DateOnly date) =>
        row.ReceivedDate < date
        && (row.ClosedDate is not { } closed || closed >= date)
        && !(row.DecisionCode == "no_need" && (row.DecisionDate ?? row.ReceivedDate) < date);
}
