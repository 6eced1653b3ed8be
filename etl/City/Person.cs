namespace Warehouse.Etl.City;

/// <summary>A true person of the city with the name at each time.</summary>
internal sealed class Person
{
    public required int Family { get; init; }

    public required int Slot { get; init; }

    public required byte Sex { get; init; }

    public required int Birth { get; init; }

    public required CityName Given { get; init; }

    public required CityName Surname { get; init; }

    public bool IsForeign { get; init; }

    public int Death { get; set; } = int.MaxValue;

    /// <summary>Gets or sets the first day as a resident within the window, and the day after the last.</summary>
    public int From { get; set; } = int.MaxValue;

    public int To { get; set; } = int.MaxValue;

    public int RenamedOn { get; set; } = int.MaxValue;

    public CityName? NewSurname { get; set; }

    public Child? Child { get; set; }

    /// <summary>Gets the number that names the person in truth files and random streams.</summary>
    public long Id => ((long)Family * 16) + Slot;

    public bool WasResident => From != int.MaxValue;

    public bool IsResident(int day) => day >= From && day < To;

    public CityName SurnameOn(int day) => NewSurname is not null && day >= RenamedOn ? NewSurname : Surname;

    /// <summary>Returns the 10-digit resident number: nine digits and the check digit.</summary>
    public string ResidentNumber => CityNumbers.Resident(Id);
}
