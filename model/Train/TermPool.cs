using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Model.Train;

/// <summary>The terms offered to a fit that may use verified rules only: single items and those rules, each with its permitted sign.</summary>
internal sealed class TermPool
{
    private TermPool(List<int[]> terms, List<WeightSign> signs)
    {
        Terms = terms;
        Signs = [.. signs];
    }

    /// <summary>Item ids per term.</summary>
    public List<int[]> Terms { get; }

    /// <summary>Limits of the weight per term.</summary>
    public WeightSign[] Signs { get; }

    /// <summary>Returns the pool for a set of mined rules.</summary>
    public static TermPool Build(ItemSet items, BitColumns bits, MineResult mined, TrainOptions options)
    {
        var terms = new List<int[]>();
        var signs = new List<WeightSign>();
        var seen = new Dictionary<ulong, List<ulong[]>>();
        WeightSign[] limits = WeightSigns.Of(items);

        foreach (Item item in items.Items)
        {
            // Of an item and its exact complement one is enough; the rarer one makes shorter lists.
            if (PatternSearch.Count(bits.Columns[item.Id]) * 2 <= bits.RowCount || !HasComplement(items, bits, item.Id))
            {
                Offer([item.Id]);
            }
        }

        foreach (RuleDirection direction in (RuleDirection[])[RuleDirection.Risk, RuleDirection.Protective])
        {
            int taken = 0;
            foreach (MinedRule rule in mined.Rules.Where(r => r.Direction == direction && r.Items.Length > 1))
            {
                if (taken >= options.MaxRulesPerDirection)
                {
                    break;
                }

                if (!rule.IsVerified)
                {
                    continue;
                }

                // What chance or a companion turned against the domain would only take the place of another rule.
                if (WeightSigns.Of(limits, rule.Items).Permits(direction == RuleDirection.Risk ? 1 : -1))
                {
                    taken += Offer(rule.Items) ? 1 : 0;
                }
            }
        }

        return new TermPool(terms, signs);

        bool Offer(int[] term)
        {
            WeightSign sign = WeightSigns.Of(limits, term);
            if (sign == WeightSign.None)
            {
                return false;
            }

            ulong[] column = (ulong[])bits.Columns[term[0]].Clone();
            for (int i = 1; i < term.Length; i++)
            {
                PatternSearch.And(column, bits.Columns[term[i]], column);
            }

            ulong hash = ItemEncoder.Hash(column);
            if (!seen.TryGetValue(hash, out List<ulong[]>? same))
            {
                seen[hash] = same = [];
            }

            if (same.Exists(c => c.AsSpan().SequenceEqual(column)))
            {
                return false;
            }

            same.Add(column);
            terms.Add(term);
            signs.Add(sign);
            return true;
        }
    }

    private static bool HasComplement(ItemSet items, BitColumns bits, int id)
    {
        foreach (int other in (int[])[id - 1, id + 1])
        {
            if (other >= 0 && other < items.Items.Count
                && PatternSearch.Count(bits.Columns[id]) + PatternSearch.Count(bits.Columns[other]) == bits.RowCount
                && PatternSearch.CountAnd(bits.Columns[id], bits.Columns[other]) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
