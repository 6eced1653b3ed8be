using Warehouse.Etl;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Corrections, late files and the reach of the welfare, tax and consultation feeds.</summary>
public sealed class WelfareLoadTests
{
    private const string May = "2023-06-02T02:00:00+09:00";
    private const string June = "2023-07-02T02:00:00+09:00";

    [Fact]
    public void A_revised_tax_class_closes_the_first_one_and_a_late_file_does_not_bring_it_back()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("tax_class", May, "2023-05-31", ["2023", TinyInbox.Number(1), "ﾎﾝﾏ ｲﾁﾛｳ", "所得割", "3", "0", ""]);
        inbox.Add("tax_class", "2023-09-02T02:00:00+09:00", "2023-08-31", ["2023", TinyInbox.Number(1), "ﾎﾝﾏ ｲﾁﾛｳ", "非課税", "1", "0", "R5.8.20"]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        inbox.Add("tax_class", June, "2023-06-30", ["2023", TinyInbox.Number(1), "ﾎﾝﾏ ｲﾁﾛｳ", "均等割のみ", "2", "0", ""]);

        LoadSummary late = Load(fixture, inbox);

        Assert.Equal(1, late.Files.Single(file => file.Status == "succeeded").Superseded);
        Assert.Equal(["income"], Known(fixture, "tax_class", "tax_class", "2023-08-01"));
        Assert.Equal(["exempt"], Known(fixture, "tax_class", "tax_class", "2023-10-01"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_school_aid_runs_from_its_grant_to_the_end_of_the_school_year_and_a_grant_taken_back_is_believed_no_more()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("school_aid", May, "2023-05-31", [TinyInbox.Number(3), "ﾎﾝﾏ", "2023", "", "2023/04/10", "審査中", "", "", ""]);
        inbox.Add("school_aid", June, "2023-06-30", [TinyInbox.Number(3), "ﾎﾝﾏ", "2023", "準要保護", "2023/04/10", "認定", "2023/06/15", "", "収入基準"]);
        inbox.Add("school_aid", "2023-09-02T02:00:00+09:00", "2023-08-31", [TinyInbox.Number(3), "ﾎﾝﾏ", "2023", "", "2023/04/10", "否認定", "2023/06/15", "", ""]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        Load(fixture, inbox);

        Assert.Empty(Known(fixture, "benefit_spell", "benefit_code", "2023-06-10"));
        Assert.Equal(["school_aid"], Known(fixture, "benefit_spell", "benefit_code", "2023-08-01"));
        Assert.Empty(Known(fixture, "benefit_spell", "benefit_code", "2023-10-01"));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(new DateOnly(2024, 4, 1), session.ScalarText<DateOnly>("SELECT valid_to FROM fact.benefit_spell"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void Benefits_of_one_child_stand_side_by_side_and_a_file_of_one_leaves_the_others_alone()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("allowance", May, "2023-05-31", ["F0000001", TinyInbox.Number(2), TinyInbox.Number(3), "1", "全部支給", "R5.4.1", "", ""]);
        inbox.Add("child_allowance", May, "2023-05-31", ["J0000001", TinyInbox.Number(1), "ﾎﾝﾏ ｲﾁﾛｳ", TinyInbox.Number(3), "児童手当", "提出済", "", "同居", "H25.5.20", "", ""]);
        inbox.Add("public_assistance", May, "2023-05-31", ["S0000001", TinyInbox.Number(3), "1000000001", "ﾎﾝﾏ ﾀﾛｳ", "令和5年5月1日", "", "", "その他", "有"]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        inbox.Add("child_allowance", "2023-11-02T02:00:00+09:00", "2023-10-31", ["J0000001", TinyInbox.Number(1), "ﾎﾝﾏ ｲﾁﾛｳ", TinyInbox.Number(3), "児童手当", "未提出", "差止", "同居", "H25.5.20", "", ""]);

        Load(fixture, inbox);

        Assert.Equal(["child_allowance", "child_rearing_allowance", "public_assistance"], Known(fixture, "benefit_spell", "benefit_code", "2023-10-01"));
        Assert.Equal(["child_allowance", "child_rearing_allowance", "public_assistance"], Known(fixture, "benefit_spell", "benefit_code", "2024-01-01"));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal(["none", "stopped"], session.QueryText<string>("SELECT status_code FROM fact.benefit_spell WHERE benefit_code = 'child_allowance' ORDER BY known_from_utc"));
        Assert.Equal("with_education", session.ScalarText<string>("SELECT payment_class FROM fact.benefit_spell WHERE benefit_code = 'public_assistance'"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_council_case_and_a_consultation_about_violence_reach_their_persons_and_the_latter_only_the_restricted_schema()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("council_case", May, "2023-05-31",
            ["Y0001", "01", "本間　太郎", "ほんま たろう", "平成25年5月5日", "男", "中町1-1", "要支援", "軽度", "学校", "令和5年5月10日", "", "", "", "", "太郎さん"]);
        inbox.Add("dv_consultation", May, "2023-05-31", ["W0001", "本間 花子", "ﾎﾝﾏ ﾊﾅｺ", "S62.2.2", "女", "中町1-1", "R5.5.31", "有"]);
        using WarehouseFixture fixture = WarehouseFixture.Create();

        Load(fixture, inbox);

        using WarehouseSession session = fixture.Warehouse();
        long child = session.ScalarText<long>("SELECT child_key FROM dim.child WHERE child_key <> 0");
        Assert.Equal(child, session.ScalarText<long>("SELECT person_key FROM fact.council_case"));
        long mother = session.ScalarText<long>("SELECT person_key FROM dim.household_member WHERE relation_code = 'spouse'");
        Assert.Equal((mother, (short)1), session.ScalarText<(long, short)>("SELECT person_key, has_consulted FROM restricted.dv_flag"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    [Fact]
    public void A_disability_and_a_care_need_of_one_person_do_not_replace_each_other()
    {
        using TinyInbox inbox = TinyInbox.Family();
        inbox.Add("disability", May, "2023-05-31", [TinyInbox.Number(2), "ﾎﾝﾏ ﾊﾅｺ", "身体障害者手帳", "3級", "R5.5.1", "", ""], [TinyInbox.Number(3), "ﾎﾝﾏ ﾀﾛｳ", "放課後等デイサービス", "", "R5.5.1", "", "12"]);
        using WarehouseFixture fixture = WarehouseFixture.Create();
        Load(fixture, inbox);
        inbox.Add("care_need", June, "2023-06-30", [TinyInbox.Number(2), "1000000001", "ﾎﾝﾏ ﾊﾅｺ", "要介護2", "R5.6.1", "R6.5.31"]);

        Load(fixture, inbox);

        Assert.Equal(["care_2", "physical", "school_day_service"], Known(fixture, "status_spell", "status_code", "2023-08-01"));
        using WarehouseSession session = fixture.Warehouse();
        Assert.Equal((short)12, session.ScalarText<short>("SELECT amount_days FROM fact.status_spell WHERE amount_days IS NOT NULL"));
        Assert.Empty(Checks.Run(fixture.Databases).Findings);
    }

    private static LoadSummary Load(WarehouseFixture fixture, TinyInbox inbox) =>
        new LoadPipeline(fixture.Databases).Run(new LoadOptions { Inbox = inbox.Path, Secret = CityLoadFixture.Secret, Backfill = true });

    private static IReadOnlyList<string> Known(WarehouseFixture fixture, string table, string column, string utc)
    {
        using WarehouseSession session = fixture.Warehouse();
        return session.QueryText<string>($"SELECT {column} FROM fact.{table} WHERE known_from_utc <= '{utc}' AND known_to_utc > '{utc}' ORDER BY {column}");
    }
}
