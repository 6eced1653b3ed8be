using System.Globalization;

namespace Warehouse.Etl.City;

/// <summary>A 大字 of the city.</summary>
internal sealed record Town(string Code, string Name, int District);

/// <summary>A school or nursery.</summary>
internal sealed record Facility(string Code, string Kind, string Name, int District, int Number);

/// <summary>Holds the districts, towns and facilities of the fictional island city 佐和島市.</summary>
internal sealed class CityPlaces
{
    /// <summary>The city's name, which is no real municipality.</summary>
    public const string City = "佐和島市";

    // Shares of the children by former municipality: 1 to 28 %, uneven as after a merger.
    private static readonly (string Name, double Share)[] DistrictNames =
    [
        ("両湊", 0.28), ("佐和", 0.19), ("金沢野", 0.15), ("新穂波", 0.11), ("畑浦", 0.08),
        ("真砂", 0.07), ("小木津", 0.05), ("羽根", 0.04), ("赤泊里", 0.02), ("外海", 0.01),
    ];

    private static readonly string[] TownStems =
        ["上浜", "下浜", "中里", "本町", "新町", "栄町", "大和田", "千鳥", "松原", "北見崎", "南窪", "西野", "東雲台", "岩谷", "潮見", "長江田", "梅津谷", "泉ヶ丘"];

    private readonly double[] _districts;
    private readonly List<Town>[] _townsOf;
    private readonly Dictionary<(string Kind, int District), Facility[]> _facilitiesOf;

    public CityPlaces(int children)
    {
        double sum = 0;
        _districts = [.. DistrictNames.Select(d => sum += d.Share)];
        _townsOf = new List<Town>[DistrictNames.Length];
        var towns = new List<Town>();
        int perDistrict = children > 100_000 ? 18 : 12;
        for (int d = 0; d < DistrictNames.Length; d++)
        {
            _townsOf[d] = [];
            int count = Math.Max(3, (int)(perDistrict * Math.Min(1, DistrictNames[d].Share * 6)));
            for (int t = 0; t < count; t++)
            {
                var town = new Town(
                    string.Create(CultureInfo.InvariantCulture, $"{d + 1:D2}{t + 1:D3}"),
                    DistrictNames[d].Name + TownStems[(t + (d * 5)) % TownStems.Length],
                    d);
                _townsOf[d].Add(town);
                towns.Add(town);
            }
        }

        Towns = [.. towns];
        double scale = Math.Max(children, 300) / 6000.0;
        Facilities = [.. Make("primary", "E", "小学校", (int)Math.Round(20 * scale), 10),
            .. Make("junior_high", "J", "中学校", (int)Math.Round(11 * scale), 10),
            .. Make("nursery", "N", "保育園", (int)Math.Round(24 * scale), 10)];
        _facilitiesOf = Facilities.GroupBy(f => (f.Kind, f.District)).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Gets all towns in the order of their codes.</summary>
    public Town[] Towns { get; }

    /// <summary>Gets all facilities in the order of their codes.</summary>
    public Facility[] Facilities { get; }

    /// <summary>Gets the number of districts.</summary>
    public static int DistrictCount => DistrictNames.Length;

    /// <summary>Returns the name of a district.</summary>
    public static string DistrictName(int district) => DistrictNames[district].Name;

    /// <summary>Returns the code of a district.</summary>
    public static string DistrictCode(int district) => (district + 1).ToString("D2", CultureInfo.InvariantCulture);

    /// <summary>Returns a district drawn by its share of children.</summary>
    public int PickDistrict(ref CityRandom random) => random.Pick(_districts);

    /// <summary>Returns a town of a district.</summary>
    public Town PickTown(int district, ref CityRandom random) => _townsOf[district][random.Below(_townsOf[district].Count)];

    /// <summary>Returns the facility of a kind that serves a child of a district; the hash spreads children over several.</summary>
    public Facility FacilityFor(string kind, int district, ulong hash)
    {
        var list = _facilitiesOf[(kind, district)];
        // Uneven on purpose: the first facility of a district gets half as many again as the last.
        double at = (hash >> 11) * (1.0 / (1UL << 53));
        return list[(int)(at * (0.6 + (0.4 * at)) * list.Length)];
    }

    private static IEnumerable<Facility> Make(string kind, string letter, string suffix, int total, int least)
    {
        int number = 0;
        for (int d = 0; d < DistrictNames.Length; d++)
        {
            int count = Math.Max(1, (int)Math.Round((Math.Max(total, least) - least) * DistrictNames[d].Share) + 1);
            for (int i = 0; i < count; i++)
            {
                number++;
                string stem = count == 1 ? "" : TownStems[i % TownStems.Length] + (i >= TownStems.Length ? "第" + ((i / TownStems.Length) + 1).ToString(CultureInfo.InvariantCulture) : "");
                yield return new Facility(
                    letter + number.ToString("D4", CultureInfo.InvariantCulture), kind, DistrictNames[d].Name + stem + suffix, d, number);
            }
        }
    }
}
