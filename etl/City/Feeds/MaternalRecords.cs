namespace Warehouse.Etl.City.Feeds;

/// <summary>What the health section knows of a family beside the check-ups.</summary>
internal sealed class MaternalRecords
{
    public List<Pregnancy> Pregnancies { get; } = [];

    public List<Dose> Doses { get; } = [];
}

/// <summary>A dose of a vaccine given to a child.</summary>
internal sealed record Dose(Person Child, string Vaccine, int Number, int Day);

/// <summary>A notified pregnancy; days that have not come are <see cref="int.MaxValue"/>.</summary>
internal sealed class Pregnancy
{
    public required Person Mother { get; init; }

    public required Person[] Children { get; init; }

    public required int Notified { get; init; }

    public required int Weeks { get; init; }

    public required int Expected { get; init; }

    public required string Marital { get; init; }

    public required string Feeling { get; init; }

    public required int Antenatal { get; init; }

    public required bool HasNotice { get; init; }

    public required bool HasNumber { get; init; }

    public int Epds { get; set; }

    public int EpdsDay { get; set; } = int.MaxValue;

    public int HomeVisit { get; set; } = int.MaxValue;

    public int PostnatalCare { get; set; } = int.MaxValue;

    public int Birth => Children[0].Birth;

    public string Number => CityNumbers.Pregnancy(Children[0].Id);
}
