using Warehouse.Model.Features;
using Warehouse.Sql;

namespace Warehouse.Tests.ModelRun;

/// <summary>Labels say when support was first judged necessary, for the child named, where somebody could have seen it.</summary>
public sealed class LabelTests
{
    private static readonly DateOnly Date = new(2024, 4, 1);

    [Theory]
    [InlineData("", true, LabelStatus.Negative)]
    [InlineData("", false, LabelStatus.Censored)]
    [InlineData("2024-05-01 need 2024-06-01", true, LabelStatus.Positive)]
    [InlineData("2024-05-01 need 2024-06-01", false, LabelStatus.Positive)]
    [InlineData("2024-05-01 need 2025-03-31", true, LabelStatus.Positive)]
    [InlineData("2024-05-01 need 2025-04-01", true, LabelStatus.Negative)]
    [InlineData("2024-04-01 need 2024-04-01", true, LabelStatus.Positive)]
    [InlineData("2024-05-01 no_need 2024-06-01", true, LabelStatus.Negative)]
    [InlineData("2024-05-01 pending", true, LabelStatus.Negative)]
    [InlineData("2024-05-01 none", false, LabelStatus.Censored)]
    [InlineData("2024-03-31 none", true, LabelStatus.OpenCase)]
    [InlineData("2024-03-01 pending 2024-03-10", true, LabelStatus.OpenCase)]
    [InlineData("2024-03-01 need 2024-04-10", true, LabelStatus.OpenCase)]
    [InlineData("2024-03-01 no_need 2024-03-10", true, LabelStatus.Negative)]
    [InlineData("2024-03-01 no_need 2024-04-10", true, LabelStatus.OpenCase)]
    [InlineData("2023-03-01 none - 2023-06-01", true, LabelStatus.Negative)]
    [InlineData("2023-03-01 need 2023-04-01 2023-09-01", true, LabelStatus.EarlierCase)]
    [InlineData("2023-03-01 need 2023-04-01", true, LabelStatus.OpenCase)]
    [InlineData("2023-03-01 need 2023-04-01 2023-09-01;2024-05-01 need 2024-06-01", true, LabelStatus.EarlierCase)]
    [InlineData("2023-03-01 no_need 2023-04-01 2023-04-01;2024-05-01 need 2024-06-01", true, LabelStatus.Positive)]
    public void A_label_follows_from_the_cases(string cases, bool isPresentAtEnd, LabelStatus expected)
    {
        Assert.Equal(expected, Parse(1, cases).Label(1, Date, 12, isPresentAtEnd));
    }

    [Fact]
    public void A_sibling_gets_nothing_from_a_case()
    {
        Assert.Equal(LabelStatus.Negative, Parse(1, "2024-05-01 need 2024-06-01").Label(2, Date, 12, true));
    }

    [Theory]
    [InlineData("2024-03-31", null, LabelStatus.OpenCase)]
    [InlineData("2023-03-31", "2024-04-01", LabelStatus.OpenCase)]
    [InlineData("2023-03-31", "2024-03-31", LabelStatus.EarlierCase)]
    [InlineData("2024-04-01", null, LabelStatus.Positive)]
    [InlineData("2025-04-01", null, LabelStatus.Negative)]
    public void A_registration_with_the_council_is_a_decision_for_support(string registered, string? closed, LabelStatus expected)
    {
        Cases cases = new([], [new CouncilRow(1, FactWriter.Day(registered), closed is null ? null : FactWriter.Day(closed))]);

        Assert.Equal(expected, cases.Label(1, Date, 12, true));
        Assert.Equal(LabelStatus.Negative, cases.Label(2, Date, 12, true));
    }

    [Fact]
    public void Council_cases_are_read_as_known_then()
    {
        using FactWriter writer = new();
        writer.Until = new DateTime(2024, 6, 1, 0, 0, 0, DateTimeKind.Utc);
        writer.Council(1, "2023-10-01");
        writer.Known = writer.Until;
        writer.Until = FactWriter.Forever;
        writer.Council(1, "2023-10-01", "2024-01-10").Save();
        using WarehouseSession session = writer.Session();

        Assert.Equal(LabelStatus.OpenCase, Cases.Read(session, new DateTime(2024, 4, 1, 0, 0, 0, DateTimeKind.Utc)).At(1, Date));
        Assert.Equal(LabelStatus.EarlierCase, Cases.Read(session, new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc)).At(1, Date));
        Assert.Null(Cases.Read(session, new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc)).At(1, Date));
    }

    private static Cases Parse(long child, string text) => new(text
        .Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(one => one.Split(' '))
        .Select(part => new CaseRow(child, FactWriter.Day(part[0]), part[1], Day(part, 2), Day(part, 3))));

    private static DateOnly? Day(string[] part, int at) => part.Length > at && part[at] != "-" ? FactWriter.Day(part[at]) : null;
}
