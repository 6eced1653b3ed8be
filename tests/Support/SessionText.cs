using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>Lets tests send statements of their own, by the same way as scripts.</summary>
public static class SessionText
{
    /// <summary>Runs a text and returns the rows it changed.</summary>
    public static int ExecuteText(this WarehouseSession session, string text, object? parameters = null) =>
        session.Execute(Script(session, text), parameters);

    /// <summary>Runs a text and returns its rows.</summary>
    public static IReadOnlyList<T> QueryText<T>(this WarehouseSession session, string text, object? parameters = null) =>
        session.Query<T>(Script(session, text), parameters);

    /// <summary>Runs a text and returns its only value or row.</summary>
    public static T ScalarText<T>(this WarehouseSession session, string text, object? parameters = null) =>
        session.QueryText<T>(text, parameters).Single();

    /// <summary>Runs a text and returns its rows one by one.</summary>
    public static IEnumerable<T> StreamText<T>(this WarehouseSession session, string text, object? parameters = null) =>
        session.Stream<T>(Script(session, text), parameters);

    private static SqlScript Script(WarehouseSession session, string text) => new("test text", "test text", SqlText.Split(text, session.Engine));
}
