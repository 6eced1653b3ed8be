namespace Warehouse.Etl.City.Feeds;

/// <summary>What happens to a family in the eyes of some sources, and which conditions of the need model follow from it.</summary>
internal interface ISourceLife
{
    /// <summary>Fills in what the sources know; runs after the children's lives and from random streams of its own.</summary>
    void Live(Family family);

    /// <summary>Names the conditions of <see cref="NeedModel.Conditions"/> that hold for a child on a day.</summary>
    void Observe(Family family, Person child, int day, Action<string> holds);
}
