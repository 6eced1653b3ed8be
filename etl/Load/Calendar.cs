using Warehouse.Sql;

namespace Warehouse.Etl.Load;

/// <summary>Fills <c>dim.calendar_date</c> and <c>dim.calendar_month</c> once: 1900 to 2040.</summary>
internal static class Calendar
{
    private static readonly DateOnly First = new(1900, 1, 1);
    private static readonly DateOnly Last = new(2040, 12, 31);

    /// <summary>Writes the calendar where it is empty.</summary>
    public static void Load(WarehouseSession session)
    {
        if (session.QuerySingle<long>("query/etl_calendar_count") > 0)
        {
            return;
        }

        session.BulkInsert(
            "dim.calendar_date",
            ["date_key", "calendar_date", "day_number", "month_key", "month_number", "era_code", "era_year", "school_year", "iso_weekday"],
            Days());
        session.BulkInsert("dim.calendar_month", ["month_key", "month_number", "first_date", "last_date", "school_year"], Months());
    }

    /// <summary>Returns the school year of a month, April to March.</summary>
    public static int SchoolYear(int year, int month) => month >= 4 ? year : year - 1;

    private static IEnumerable<object?[]> Days()
    {
        for (DateOnly day = First; day <= Last; day = day.AddDays(1))
        {
            (string era, int year) = Era(day);
            yield return
            [
                (day.Year * 10_000) + (day.Month * 100) + day.Day, day, day.DayNumber, (day.Year * 100) + day.Month, (day.Year * 12) + day.Month - 1,
                era, (short)year, (short)SchoolYear(day.Year, day.Month), (short)(day.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)day.DayOfWeek),
            ];
        }
    }

    private static IEnumerable<object?[]> Months()
    {
        for (DateOnly day = First; day <= Last; day = day.AddMonths(1))
        {
            yield return
            [
                (day.Year * 100) + day.Month, (day.Year * 12) + day.Month - 1, day, day.AddMonths(1).AddDays(-1), (short)SchoolYear(day.Year, day.Month),
            ];
        }
    }

    private static (string Code, int Year) Era(DateOnly day) => day switch
    {
        _ when day >= new DateOnly(2019, 5, 1) => ("R", day.Year - 2018),
        _ when day >= new DateOnly(1989, 1, 8) => ("H", day.Year - 1988),
        _ when day >= new DateOnly(1926, 12, 25) => ("S", day.Year - 1925),
        _ when day >= new DateOnly(1912, 7, 30) => ("T", day.Year - 1911),
        _ => ("M", day.Year - 1867),
    };
}
