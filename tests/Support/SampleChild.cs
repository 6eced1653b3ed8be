using Warehouse.Sql;

namespace Warehouse.Tests.Support;

/// <summary>Facts of two made-up children: 101 in district D1, listed; 102 in district D2, with a support measure.</summary>
public static class SampleChild
{
    /// <summary>The child in district D1.</summary>
    public const long Listed = 101;

    /// <summary>The child in district D2 whose household has a support measure.</summary>
    public const long Restricted = 102;

    private const string Ever = "'2019-04-01', '9999-12-31', '2019-04-01', '9999-12-31', 1";

    /// <summary>Writes the facts.</summary>
    public static void Write(WarehouseFixture fixture)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        using (WarehouseSession warehouse = fixture.Warehouse())
        {
            foreach (string text in Warehouse())
            {
                warehouse.ExecuteText(text);
            }
        }

        using WarehouseSession identity = fixture.Identity();
        foreach (string text in Identity())
        {
            identity.ExecuteText(text);
        }
    }

    private static IEnumerable<string> Warehouse()
    {
        yield return """
            INSERT INTO meta.load_run VALUES (1, 1, 'resident', 'a', 1, 'succeeded', 1, 1, '2025-04-01', '2025-04-01', '2025-04-01', '2025-04-01', '2019-04-01', '2025-03-31', 4, 4, 0, 0, 0, NULL, NULL)
            """;
        yield return "INSERT INTO dim.place VALUES (1, 'T1', N'東町', 'D1', N'東地区', N'佐和島市'), (2, 'T2', N'西町', 'D2', N'西地区', N'佐和島市')";
        yield return "INSERT INTO dim.facility VALUES (1, 'S1', 'school', N'東小学校', 'D1'), (2, 'S2', 'school', N'西小学校', 'D2')";
        foreach ((long child, int place, long household) in new[] { (Listed, 1, 11L), (Restricted, 2, 12L) })
        {
            long parent = child + 100;
            yield return $"INSERT INTO dim.child VALUES ({child}, 201506, 2022, 1, 0, 1)";
            yield return $"INSERT INTO dim.person VALUES ({child}, 201506, 2022, 1, 0, {Ever}), ({parent}, 198503, 1991, 2, 0, {Ever})";
            yield return $"INSERT INTO dim.household VALUES ({household}, 'D{place}', 2, 1, 1, 1, 0, {Ever})";
            yield return $"INSERT INTO dim.household_member VALUES ({household}, {child}, {child}, 'child', 0, {Ever}), ({household}, {parent}, {parent}, 'head', 1, {Ever})";
            yield return $"INSERT INTO dim.kinship VALUES ({child}, {parent}, 'parent', {Ever})";
            yield return $"INSERT INTO fact.child_month VALUES ({child}, 202503, {place}, {place}, {household}, 117, 3, 1, 4, '2025-04-01', '9999-12-31', 1)";
            yield return $"INSERT INTO fact.school_enrolment VALUES ({child}, {child}, {place}, 2024, 3, 'regular', '2024-04-01', '9999-12-31', '2024-04-01', '9999-12-31', 1)";
            yield return $"INSERT INTO fact.checkup VALUES ({child}, {child}, 'm36', '2018-07-01', NULL, 0, NULL, NULL, 'none', NULL, 2, '2019-04-01', '9999-12-31', 1)";
            yield return $"INSERT INTO fact.consultation VALUES ({child}, {child}, '2023-05-10', 'upbringing', 'school', 'c', NULL, 'no_need', '2023-06-01', '2023-09-01', 'none', '2023-06-01', '9999-12-31', 1)";
            yield return $"INSERT INTO fact.school_attendance_month VALUES ({child}, {child}, 202502, {place}, 18, 2, 16, 0, 0, 0, '2025-03-01', '9999-12-31', 1)";
            yield return $"INSERT INTO fact.risk_score VALUES (1, {child}, '2025-04-01', '2025-03-31 15:00:00', '2025-04-02', 1.0, 0.2, 'A', {child - 100}, 0, '', 4, 120, 30)";
            yield return $"INSERT INTO fact.score_reason VALUES (1, {child}, '2025-04-01', '2025-03-31 15:00:00', 'for', 1, 5, 0, 0.8, 1)";
            yield return $"INSERT INTO fact.score_reason VALUES (1, {child}, '2025-04-01', '2025-03-31 15:00:00', 'for', 2, 7, 0, 0.3, 2)";
            yield return $"INSERT INTO fact.score_reason VALUES (1, {child}, '2025-04-01', '2025-03-31 15:00:00', 'against', 1, 6, 0, -0.2, 1)";
        }

        yield return """
            INSERT INTO meta.model_run VALUES (1, 'succeeded', 1, '2025-04-02', '2025-04-02', '2025-04-02', 7, 100, 10, 1, 1, 0.8, 0.7, 0.9, 'a', 'b', 'c', NULL, 'accepted')
            """;
        yield return "INSERT INTO dim.mined_rule VALUES (5, 1, 'R5', 'for', N'欠席が月15日以上、かつ3歳児健診が未受診', N'学校、健康課', 2, 40, 12, 0.18, 0.45, 0.001, 0.8, 0.9, 'verified')";
        yield return "INSERT INTO dim.mined_rule VALUES (6, 1, 'R6', 'against', N'欠席が月15日以上', N'学校', 1, 90, 20, 0.15, 0.32, 0.001, -0.2, 0.9, 'candidate')";
        yield return "INSERT INTO dim.mined_rule VALUES (7, 1, 'R7', 'for', N'転居が2回以上', N'市民課', 1, 50, 8, 0.08, 0.28, 0.001, 0.3, 0.9, 'candidate')";
    }

    private static IEnumerable<string> Identity()
    {
        foreach (long child in new[] { Listed, Restricted })
        {
            yield return $"INSERT INTO ident.person_profile VALUES ({child}, N'見本 児童{child}', N'ミホン ジドウ', '2015-06-15', 1, N'佐和島市東町1-{child}', NULL, NULL, {child})";
            yield return $"INSERT INTO ident.person_profile VALUES ({child + 100}, N'見本 保護者', N'ミホン ホゴシャ', '1985-03-02', 2, N'佐和島市東町1-{child}', NULL, NULL, {child + 100})";
        }

        yield return $"INSERT INTO ident.restriction VALUES ({Restricted + 100}, 'dv', '2024-01-01', '9999-12-31', '2024-01-01', '9999-12-31', 'a', 1)";
    }
}
