using System.Globalization;
using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>One scoring of 1,200 made-up children, of whom 120 are listed and 80 of the others were drawn, with judgements by six members of staff in May 2024.</summary>
/// <remarks>
/// Listed, 1 to 120: first judgement need for every third (40), pending for 20, no need for 60; of the last those whose number 5 divides end as need (12). Drawn, 40 of 540 in each of two districts: need for every fourth (20), and those
/// whose number 7 divides change their side. Of the listed children in need those whose number 9 divides (13) were known before; of the other 27 those with an even number (14) come to the desk by the usual route 100 days after the judgement.
/// </remarks>
public static class SampleJudgements
{
    /// <summary>How many children are listed.</summary>
    public const int Listed = 120;

    private const string Ever = "'2024-04-01', '9999-12-31', 1";

    private static readonly string[] Decisions = ["no_need", "pending", "need"];

    /// <summary>The children drawn, with their districts.</summary>
    public static IReadOnlyList<(int Child, string District)> Drawn { get; } = [.. Enumerable.Range(201, 40).Select(child => (child, "D1")), .. Enumerable.Range(801, 40).Select(child => (child, "D2"))];

    /// <summary>Writes scores and draws.</summary>
    public static void WriteScoring(WarehouseFixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        using WarehouseSession session = fixture.Warehouse(SessionRole.Migrator);
        Insert(session, "fact.risk_score", Enumerable.Range(1, 1200).Select(child => string.Create(
            CultureInfo.InvariantCulture, $"(1, {child}, '2024-04-01', '2024-04-01', '2024-04-02', {3 - (child * 0.01)}, 0.1, '{(child <= Listed ? "A" : child <= 300 ? "B" : "C")}', {child}, 0, '', 4, 100, 10)")));
        Insert(session, "fact.audit_draw", new[] { "D1", "D2" }.Select(district => $"(1, '2024-04-01', '2024-04-01', '{district}', '{new string('0', 64)}', 540, 60, 40, {40 / 540.0:R}, '2024-04-10')"));
        Insert(session, "fact.audit_draw_child", Drawn.Select(one => $"(1, '2024-04-01', '2024-04-01', {one.Child}, '{one.District}')"));
    }

    /// <summary>Writes judgements and what came after them.</summary>
    public static void WriteJudgements(WarehouseFixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        using WarehouseSession session = fixture.Warehouse(SessionRole.Migrator);
        List<string> judgements = [], consultations = [];
        foreach (int child in Enumerable.Range(1, Listed).Concat(Drawn.Select(one => one.Child)))
        {
            int first = First(child), final = Final(child);
            string band = child <= Listed ? "A" : child <= 300 ? "B" : "C";
            judgements.Add($"('{child:D31}1', {child}, '2024-04-01', 1, 's{child % 6}', 'first', 1, '{Decisions[first]}', 'school', '{band}', 0, {240 + (child % 7 * 60)}, '2024-05-10 0{child % 6}:00:00')");
            judgements.Add($"('{child:D31}2', {child}, '2024-04-01', 1, 's{child % 6}', 'final', 1, '{Decisions[final]}', 'school', '{band}', 1, 120, '2024-05-11 0{child % 6}:00:00')");
            if (child <= Listed && child % 9 == 0)
            {
                consultations.Add($"({child}, {child}, '2024-02-01', 'upbringing', 'school', 'c', NULL, 'need', '2024-03-01', NULL, 'none', {Ever})");
            }
            else if (child <= Listed && first == 2 && child % 2 == 0)
            {
                consultations.Add($"({child}, {child}, '2024-08-18', 'upbringing', 'school', 'c', NULL, 'need', '2024-08-20', NULL, 'none', {Ever})");
            }
        }

        Insert(session, "fact.judgement", judgements);
        Insert(session, "fact.consultation", consultations);
    }

    /// <summary>Returns the first judgement of a child: 0 no need, 1 pending, 2 need.</summary>
    public static int First(int child) => child > Listed ? (child % 4 == 0 ? 2 : 0) : child % 3 == 0 ? 2 : child % 3 == 1 && child % 2 == 0 ? 1 : 0;

    /// <summary>Returns the final judgement of a child.</summary>
    public static int Final(int child) => child > Listed ? (child % 7 == 0 ? 2 - First(child) : First(child)) : First(child) == 0 && child % 5 == 0 ? 2 : First(child);

    private static void Insert(WarehouseSession session, string table, IEnumerable<string> rows)
    {
        foreach (string[] part in rows.Chunk(400))
        {
            session.ExecuteText($"INSERT INTO {table} VALUES {string.Join(", ", part)}");
        }
    }
}
