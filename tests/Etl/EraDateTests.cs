using System.Globalization;
using Warehouse.Etl.Validate;

namespace Warehouse.Tests.Etl;

/// <summary>Dates in every shape that departments send.</summary>
public sealed class EraDateTests
{
    [Theory]
    [InlineData("R5.4.1", "2023-04-01", null)]
    [InlineData("R05.04.01", "2023-04-01", null)]
    [InlineData("令和5年4月1日", "2023-04-01", null)]
    [InlineData("令和元年5月1日", "2019-05-01", null)]
    [InlineData("平成31年4月1日", "2019-04-01", null)]
    [InlineData("平成31年4月30日", "2019-04-30", null)]
    [InlineData("昭和64年1月7日", "1989-01-07", null)]
    [InlineData("H1.1.8", "1989-01-08", null)]
    [InlineData("S1.12.25", "1926-12-25", null)]
    [InlineData("T1.7.30", "1912-07-30", null)]
    [InlineData("5050401", "2023-04-01", null)]
    [InlineData("4310430", "2019-04-30", null)]
    [InlineData("20230401", "2023-04-01", null)]
    [InlineData("2023/4/1", "2023-04-01", null)]
    [InlineData("2023-04-01", "2023-04-01", null)]
    [InlineData("2023年4月1日", "2023-04-01", null)]
    [InlineData("Ｒ５．４．１", "2023-04-01", null)]
    [InlineData(" R5. 4. 1 ", "2023-04-01", null)]
    [InlineData("R2.2.29", "2020-02-29", null)]
    [InlineData("H31.5.1", "2019-05-01", "REP-001")]
    [InlineData("平成32年4月1日", "2020-04-01", "REP-001")]
    [InlineData("4320401", "2020-04-01", "REP-001")]
    [InlineData("S64.1.8", "1989-01-08", "REP-001")]
    [InlineData("R1.4.30", "2019-04-30", "REP-002")]
    [InlineData("45017", "2023-04-01", "REP-003")]
    [InlineData("４５０１７", "2023-04-01", "REP-003")]
    [InlineData("R050401", "2023-04-01", null)]
    [InlineData("H310501", "2019-05-01", "REP-001")]
    [InlineData("令5.4.1", "2023-04-01", null)]
    [InlineData("\u32FF5年4月1日", "2023-04-01", null)]
    [InlineData("\u337B31年4月30日", "2019-04-30", null)]
    [InlineData("r5/4/1", "2023-04-01", null)]
    [InlineData("R元.5.1", "2019-05-01", null)]
    [InlineData("２０２３／０４／０１", "2023-04-01", null)]
    [InlineData("2023/4/1 0:00", "2023-04-01", null)]
    [InlineData("2023-04-01 00:00:00", "2023-04-01", null)]
    [InlineData("2023-04-01T00:00:00", "2023-04-01", null)]
    [InlineData("2023/4/1 00:00:00.000", "2023-04-01", null)]
    public void Reads_a_day(string text, string expected, string? repair)
    {
        DateOutcome outcome = EraDate.Read(text, out DateOnly date, out string? found);

        Assert.Equal(repair is null ? DateOutcome.Good : DateOutcome.Repaired, outcome);
        Assert.Equal(expected, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Assert.Equal(repair, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("　")]
    [InlineData("00000000")]
    [InlineData("99999999")]
    [InlineData("9999999")]
    [InlineData("9999-12-31")]
    [InlineData("不詳")]
    [InlineData("0000-00-00")]
    [InlineData("0000/00/00")]
    [InlineData("9999/12/31")]
    [InlineData("99991231")]
    [InlineData("0000000")]
    [InlineData("９９９９９９９９")]
    public void Reads_a_sentinel_as_no_date(string text) => Assert.Equal(DateOutcome.None, EraDate.Read(text, out _, out _));

    [Theory]
    [InlineData("R5.2.29")]
    [InlineData("R5.13.1")]
    [InlineData("20230431")]
    [InlineData("R0.4.1")]
    [InlineData("H60.1.1")]
    [InlineData("2023/2/30")]
    public void Refuses_a_day_that_does_not_exist(string text) => Assert.Equal(DateOutcome.Impossible, EraDate.Read(text, out _, out _));

    [Theory]
    [InlineData("X5.4.1")]
    [InlineData("令和5年4月")]
    [InlineData("2023/4")]
    [InlineData("abc")]
    [InlineData("9050401")]
    [InlineData("2023/4/1 10:00")]
    [InlineData("2023/4/10:00")]
    [InlineData("050401")]
    [InlineData("99999")]
    [InlineData("R5.4.1.1")]
    [InlineData("5050401x")]
    public void Refuses_what_has_no_known_shape(string text) => Assert.Equal(DateOutcome.Unreadable, EraDate.Read(text, out _, out _));

    [Theory]
    [InlineData("202304", 202304)]
    [InlineData("2023/4", 202304)]
    [InlineData("2023-04", 202304)]
    [InlineData("令和5年4月", 202304)]
    [InlineData("R5.4", 202304)]
    [InlineData("50504", 202304)]
    [InlineData("Ｒ５．４", 202304)]
    [InlineData("R1.5", 201905)]
    [InlineData("H31.4", 201904)]
    [InlineData("H1.1", 198901)]
    [InlineData("20230401", 202304)]
    public void Reads_a_month(string text, int expected)
    {
        Assert.Equal(DateOutcome.Good, EraDate.ReadMonth(text, out int month));
        Assert.Equal(expected, month);
    }

    [Theory]
    [InlineData("H31.5", 201905, "REP-001")]
    [InlineData("R1.4", 201904, "REP-002")]
    public void Repairs_a_month_of_another_era(string text, int expected, string repair)
    {
        Assert.Equal(DateOutcome.Repaired, EraDate.ReadMonth(text, out int month, out string? found));
        Assert.Equal((expected, repair), (month, found));
    }

    [Theory]
    [InlineData("R5.13")]
    [InlineData("R0.4")]
    [InlineData("H60.4")]
    [InlineData("20230431")]
    [InlineData("2023/13")]
    public void Refuses_a_month_that_does_not_exist(string text) => Assert.Equal(DateOutcome.Impossible, EraDate.ReadMonth(text, out _));

    [Theory]
    [InlineData("令和", "05/04/01", "2023-04-01", null)]
    [InlineData("R", "5.4.1", "2023-04-01", null)]
    [InlineData("5", "050401", "2023-04-01", null)]
    [InlineData("Ｒ", "０５０４０１", "2023-04-01", null)]
    [InlineData("令和", "元/5/1", "2019-05-01", null)]
    [InlineData("4", "31/05/01", "2019-05-01", "REP-001")]
    [InlineData("平成", "R5.4.1", "2023-04-01", null)]
    [InlineData("", "2023/4/1", "2023-04-01", null)]
    public void Reads_a_day_beside_its_era(string era, string text, string expected, string? repair)
    {
        Assert.Equal(repair is null ? DateOutcome.Good : DateOutcome.Repaired, EraDate.ReadBeside(era, text, out DateOnly date, out string? found));
        Assert.Equal((expected, repair), (date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), found));
    }

    [Theory]
    [InlineData("", "05/04/01", DateOutcome.Unreadable)]
    [InlineData("西暦", "05/04/01", DateOutcome.Unreadable)]
    [InlineData("令", "05/02/30", DateOutcome.Impossible)]
    [InlineData("令和", "000000", DateOutcome.None)]
    [InlineData("", "", DateOutcome.None)]
    public void A_day_beside_no_era_is_not_guessed(string era, string text, DateOutcome expected) => Assert.Equal(expected, EraDate.ReadBeside(era, text, out _, out _));

    [Fact]
    public void Reads_back_every_day_of_the_eras_in_use()
    {
        for (DateOnly day = new(1926, 12, 25); day < new DateOnly(2030, 1, 1); day = day.AddDays(1))
        {
            (string era, int year) = day >= new DateOnly(2019, 5, 1) ? ("R", day.Year - 2018) : day >= new DateOnly(1989, 1, 8) ? ("H", day.Year - 1988) : ("S", day.Year - 1925);
            Assert.Equal(DateOutcome.Good, EraDate.Read(string.Create(CultureInfo.InvariantCulture, $"{era}{year}.{day.Month}.{day.Day}"), out DateOnly found, out _));
            Assert.Equal(day, found);
        }
    }
}
