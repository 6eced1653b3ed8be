using Warehouse.Model.Items;

namespace Warehouse.Model.Train;

/// <summary>Splits rows into folds that never divide a household.</summary>
internal static class HouseholdFolds
{
    /// <summary>Returns a fold per given row. Households with and without a positive row are dealt out separately, in hashed order.</summary>
    public static int[] Assign(ReadOnlySpan<int> rows, bool[] label, long[] groups, int folds, ulong seed)
    {
        var positive = new Dictionary<long, bool>();
        foreach (int row in rows)
        {
            positive[groups[row]] = positive.GetValueOrDefault(groups[row]) || label[row];
        }

        var fold = new Dictionary<long, int>();
        foreach (bool kind in (bool[])[true, false])
        {
            int next = 0;
            foreach (long group in positive.Where(g => g.Value == kind).Select(g => g.Key).OrderBy(g => SplitMix.Mix((ulong)g ^ SplitMix.Mix(seed))).ThenBy(g => g))
            {
                fold[group] = next++ % folds;
            }
        }

        var result = new int[rows.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = fold[groups[rows[i]]];
        }

        return result;
    }
}
