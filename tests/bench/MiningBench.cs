using BenchmarkDotNet.Attributes;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;

namespace Warehouse.Bench;

/// <summary>Mines rules of up to three conditions from a seeded table of 20,000 rows, 16 features and a planted pair.</summary>
public class MiningBench
{
    private const int Rows = 20_000;
    private const int Features = 16;

    private BitColumns _bits = null!;
    private int[] _ids = [];
    private bool[] _label = [];

    /// <summary>Makes the table: category features with two values, of which the first two together raise the rate from 2 % to 20 %.</summary>
    [GlobalSetup]
    public void Make()
    {
        SplitMix random = new(20190401);
        string?[][] cells = [.. Enumerable.Range(0, Features).Select(_ => new string?[Rows])];
        _label = new bool[Rows];
        for (int row = 0; row < Rows; row++)
        {
            for (int feature = 0; feature < Features; feature++)
            {
                cells[feature][row] = random.Next(10) < 2 + (feature % 4) ? "yes" : "no";
            }

            bool planted = cells[0][row] == "yes" && cells[1][row] == "yes";
            _label[row] = random.Next(100) < (planted ? 20 : 2);
        }

        FeatureTable table = new([.. cells.Select((values, feature) => FeatureColumn.Category(new FeatureSpec("f" + feature, "項目" + feature, FeatureKind.Category), values))]);
        _bits = ItemEncoder.Fit(table, new ItemOptions()).Encode(table);
        _ids = [.. Enumerable.Range(0, _bits.Columns.Length)];
        ThroughputColumn.Count<MiningBench>(Rows);
    }

    /// <summary>Search alone.</summary>
    [Benchmark]
    public int Search() => Mine(verify: false, permutations: 0);

    /// <summary>Search and the family-wise test by 100 permutations of the labels.</summary>
    [Benchmark]
    public int SearchAndTest() => Mine(verify: true, permutations: 100);

    private int Mine(bool verify, int permutations) =>
        RuleMiner.Mine(_bits, _ids, _label, null, new MineOptions { Permutations = permutations }, CancellationToken.None, verify).Rules.Count;
}
