using Warehouse.Model.Items;

namespace Warehouse.Model.Mine;

/// <summary>Draws label vectors under the hypothesis that features and labels are unrelated, moving whole households.</summary>
/// <remarks>
/// Households of one size exchange their label sequences (rows in table order), so siblings and repeated snapshots stay together.
/// Sizes with fewer than <see cref="SmallStratum"/> households are laid end to end in random order and
/// take the sequence of the same rows in fixed order; a sequence may then cross from one household into the next.
/// The number of positives never changes.
/// </remarks>
internal sealed class LabelPermutation
{
    // Below this many households of one size, exchanging among them alone would give too few distinct draws.
    private const int SmallStratum = 20;

    private readonly List<int[][]> _strata = [];

    public LabelPermutation(int rowCount, long[]? groups)
    {
        if (groups is null)
        {
            _strata.Add([.. Enumerable.Range(0, rowCount).Select(r => new[] { r })]);
            return;
        }

        int[][] blocks = [.. Enumerable.Range(0, rowCount).GroupBy(r => groups[r]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        var odd = new List<int[]>();
        foreach (IGrouping<int, int[]> size in blocks.GroupBy(b => b.Length).OrderBy(g => g.Key))
        {
            int[][] same = [.. size];
            if (same.Length >= SmallStratum)
            {
                _strata.Add(same);
            }
            else
            {
                odd.AddRange(same);
            }
        }

        if (odd.Count > 0)
        {
            _strata.Add([.. odd]);
        }
    }

    /// <summary>Returns the labels of one draw; the draw depends on the seed and its number only.</summary>
    public bool[] Draw(bool[] label, ulong seed, int number)
    {
        var random = new SplitMix(SplitMix.Mix(seed) ^ SplitMix.Mix((ulong)number + 1));
        var drawn = new bool[label.Length];
        foreach (int[][] stratum in _strata)
        {
            int[][] order = [.. stratum];
            random.Shuffle<int[]>(order);
            int block = 0, offset = 0;
            foreach (int[] source in stratum)
            {
                foreach (int row in source)
                {
                    if (offset == order[block].Length)
                    {
                        block++;
                        offset = 0;
                    }

                    drawn[order[block][offset++]] = label[row];
                }
            }
        }

        return drawn;
    }
}
