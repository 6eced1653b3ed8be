using System.Text;
using Warehouse.Etl.Extract;
using Warehouse.Sql;

namespace Warehouse.Etl.Load;

/// <summary>Keeps <c>dim.place</c> and <c>dim.facility</c> in step with the code tables in the inbox.</summary>
internal static class References
{
    /// <summary>Writes new and changed members; codes that are no longer listed stay.</summary>
    public static void Load(WarehouseSession session, string inbox)
    {
        string folder = Path.Combine(inbox, "reference");
        string places = Path.Combine(folder, "place.csv");
        if (File.Exists(places))
        {
            LoadPlaces(session, Read(places, ["town_code", "town_name", "district_code", "district_name", "city_name"]));
        }

        string facilities = Path.Combine(folder, "facility.csv");
        if (File.Exists(facilities))
        {
            LoadFacilities(session, Read(facilities, ["facility_code", "facility_kind", "facility_name", "district_code"]));
        }
    }

    private static void LoadPlaces(WarehouseSession session, List<string[]> rows)
    {
        Dictionary<string, PlaceRow> known = session.Query<PlaceRow>("query/etl_place").ToDictionary(row => row.TownCode, StringComparer.Ordinal);
        int next = known.Values.Max(row => row.PlaceKey) + 1;
        List<object?[]> inserts = [];
        foreach (string[] row in rows.OrderBy(row => row[0], StringComparer.Ordinal))
        {
            if (!known.TryGetValue(row[0], out PlaceRow? old))
            {
                inserts.Add([next++, row[0], row[1], row[2], row[3], row[4]]);
            }
            else if (old != old with { TownName = row[1], DistrictCode = row[2], DistrictName = row[3], CityName = row[4] })
            {
                session.Execute("load/etl_place_update", old with { TownName = row[1], DistrictCode = row[2], DistrictName = row[3], CityName = row[4] });
            }
        }

        session.BulkInsert("dim.place", ["place_key", "town_code", "town_name", "district_code", "district_name", "city_name"], inserts);
    }

    private static void LoadFacilities(WarehouseSession session, List<string[]> rows)
    {
        Dictionary<string, FacilityRow> known = session.Query<FacilityRow>("query/etl_facility").ToDictionary(row => row.FacilityCode, StringComparer.Ordinal);
        int next = known.Values.Max(row => row.FacilityKey) + 1;
        List<object?[]> inserts = [];
        foreach (string[] row in rows.OrderBy(row => row[0], StringComparer.Ordinal))
        {
            if (!known.TryGetValue(row[0], out FacilityRow? old))
            {
                inserts.Add([next++, row[0], row[1], row[2], row[3]]);
            }
            else if (old != old with { FacilityKind = row[1], FacilityName = row[2], DistrictCode = row[3] })
            {
                session.Execute("load/etl_facility_update", old with { FacilityKind = row[1], FacilityName = row[2], DistrictCode = row[3] });
            }
        }

        session.BulkInsert("dim.facility", ["facility_key", "facility_code", "facility_kind", "facility_name", "district_code"], inserts);
    }

    private static List<string[]> Read(string path, string[] columns)
    {
        byte[] bytes = File.ReadAllBytes(path);
        RecordReader reader = new(bytes, bytes.Length, (byte)',');
        byte[] scratch = new byte[65_536];
        List<string[]> rows = [];
        int[]? map = null;
        while (reader.Read())
        {
            string[] cells = new string[reader.CellCount];
            for (int i = 0; i < cells.Length; i++)
            {
                cells[i] = Encoding.UTF8.GetString(reader.Content(reader.Cells[i], scratch)).Trim();
            }

            if (map is null)
            {
                map = columns.Select(column => Array.IndexOf(cells, column)).ToArray();
                if (map.Contains(-1))
                {
                    throw FeedException.Of("FEED-009", Path.GetFileName(path), string.Join(",", cells), string.Join(",", columns), "Correct the code table.");
                }

                continue;
            }

            if (cells.Length <= map.Max())
            {
                throw FeedException.Of("FEED-009", Path.GetFileName(path), "a row of " + cells.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) + " cells", string.Join(",", columns), "Correct the code table.");
            }

            rows.Add(map.Select(at => cells[at]).ToArray());
        }

        return rows;
    }

    private sealed record PlaceRow(int PlaceKey, string TownCode, string TownName, string DistrictCode, string DistrictName, string CityName);

    private sealed record FacilityRow(int FacilityKey, string FacilityCode, string FacilityKind, string FacilityName, string DistrictCode);
}
