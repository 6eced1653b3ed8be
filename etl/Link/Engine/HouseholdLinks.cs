using System.Runtime.InteropServices;

namespace Warehouse.Etl.Link.Engine;

/// <summary>Whether somebody else is surely linked from the same home of the one register to the same home of the other: evidence about a pair whose homes differ, as those of families who moved do.</summary>
/// <remarks>
/// A comparison of its own, made after the firm links. The same person, a co-multiple and another member of the household show it alike; so it counts against unrelated people only and tells nobody of one
/// household apart. How often links show it is estimated from the firm links whose homes differ, how often unrelated people do from the exact counts of records in those homes. Not used where homes are the
/// same (it would count them twice), and that it is missing says nothing: most children have no brother or sister in the other register.
/// </remarks>
internal sealed class HouseholdLinks
{
    // Fewer firm links between two homes than this teach nothing.
    private const int Fewest = 100;

    // One family that was linked wrongly must not carry the next child beyond all doubt.
    private const double MostBits = 10;

    private readonly ulong[] _homes;
    private readonly int[] _entities;
    private readonly Dictionary<ulong, List<(int Left, int Right)>> _links = [];

    private HouseholdLinks(ulong[] homes, int[] entities) => (_homes, _entities) = (homes, entities);

    /// <summary>The bits for the same person, a co-multiple or another member of the household against unrelated people.</summary>
    internal double Bits { get; private set; }

    /// <summary>Returns the links between homes, or null where too few tell anything.</summary>
    /// <param name="table">The registers.</param>
    /// <param name="firm">Links that nothing disputes.</param>
    /// <param name="entities">For each record the record that stands for it.</param>
    internal static HouseholdLinks? Of(LinkTable table, IEnumerable<LinkPair> firm, int[] entities)
    {
        int home = HouseholdPairs.Home(table);
        if (home < 0)
        {
            return null;
        }

        AddressField? address = table.Fields[home] as AddressField;
        var homes = new ulong[table.Count];
        Dictionary<ulong, int>[] counts = [[], []];
        for (int i = 0; i < homes.Length; i++)
        {
            int code = table.Code(i, home);
            homes[i] = code == 0 ? 0 : address?.HouseHash(code) ?? table.Hashes[home][code];
            if (homes[i] != 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(counts[i < table.LeftCount ? 0 : 1], homes[i], out _)++;
            }
        }

        HouseholdLinks found = new(homes, entities);
        List<LinkPair> moved = [.. firm.Where(pair => found.Key(pair) != 0)];
        double chance = 0;
        foreach (LinkPair pair in moved)
        {
            List<(int Left, int Right)>? links = CollectionsMarshal.GetValueRefOrAddDefault(found._links, found.Key(pair), out bool isKnown) ??= [];
            links.Add((entities[pair.Left], entities[pair.Right]));
            chance += isKnown ? 0 : (double)counts[0][homes[pair.Left]] * counts[1][homes[pair.Right]];
        }

        if (moved.Count < Fewest)
        {
            return null;
        }

        double same = (moved.Count(found.Has) + 0.5) / (moved.Count + 1);
        found.Bits = Math.Min(MostBits, Math.Log2(same * table.PairCount / chance));
        return found.Bits > 0 ? found : null;
    }

    /// <summary>Returns whether another person is linked between the homes of a pair.</summary>
    internal bool Has(LinkPair pair) => Key(pair) is var key and not 0 && _links.TryGetValue(key, out List<(int Left, int Right)>? links)
        && links.Exists(link => link.Left != _entities[pair.Left] && link.Right != _entities[pair.Right]);

    private ulong Key(LinkPair pair) =>
        _homes[pair.Left] is var left and not 0 && _homes[pair.Right] is var right and not 0 && left != right ? LinkTable.Mix((left * 31) + right) | 1 : 0;
}
