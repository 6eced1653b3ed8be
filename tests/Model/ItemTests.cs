using Warehouse.Model.Items;
using Xunit;

namespace Warehouse.Tests.Model;

public sealed class ItemTests
{
    [Fact]
    public void Fit_number_and_category_read_as_japanese()
    {
        ItemSet items = ItemEncoder.Fit(Sample(), new ItemOptions { MaxCuts = 3 });

        string[] texts = [.. items.Items.Select(i => i.Text)];
        Assert.Contains("欠席日数(直近3か月)が10日以上", texts);
        Assert.Contains("欠席日数(直近3か月)が10日未満", texts);
        Assert.Contains("児童扶養手当: 受給中", texts);
        Assert.Contains("児童扶養手当: 記録なし", texts);
        Item cut = items.Items.Single(i => i.Text == "欠席日数(直近3か月)が10日以上");
        Assert.Equal("欠席日数(直近3か月)が10日未満", cut.NegatedText);
    }

    [Fact]
    public void Encode_missing_value_holds_in_the_missing_item_only()
    {
        FeatureTable table = Sample();
        ItemSet items = ItemEncoder.Fit(table, new ItemOptions());
        BitColumns bits = items.Encode(table);

        for (int row = 0; row < table.RowCount; row++)
        {
            foreach (Item item in items.Items)
            {
                if (table.Find(item.Feature)!.IsMissing(row))
                {
                    Assert.Equal(item.Test == ItemTest.Missing, bits.Get(item.Id, row));
                }
            }
        }
    }

    [Fact]
    public void Fit_a_value_missing_where_the_feature_does_not_apply_is_no_condition()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => i < 50 ? double.NaN : i)];
        var school = new FeatureSpec("a", "甲", FeatureKind.Number);
        FeatureTable Table(FeatureSpec spec) => new([FeatureColumn.Number(spec, values)]);

        Assert.Contains(ItemEncoder.Fit(Table(school), new ItemOptions { MaxCuts = 1 }).Items, i => i.Test == ItemTest.Missing);
        Assert.DoesNotContain(
            ItemEncoder.Fit(Table(school with { HasMissingItem = false }), new ItemOptions { MaxCuts = 1 }).Items,
            i => i.Test is ItemTest.Missing or ItemTest.Present);
    }

    [Fact]
    public void Fit_identical_features_are_merged_and_kept_as_synonyms()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        var table = new FeatureTable(
        [
            FeatureColumn.Number(new FeatureSpec("a", "甲", FeatureKind.Number), values),
            FeatureColumn.Number(new FeatureSpec("b", "乙", FeatureKind.Number), values),
        ]);

        ItemSet items = ItemEncoder.Fit(table, new ItemOptions { MaxCuts = 1 });

        Assert.Equal(["a"], items.Features.Select(f => f.Name));
        Assert.Equal("乙が50以上", Assert.Single(items.Items.Single(i => i.Text == "甲が50以上").Synonyms));
        Assert.Contains(items.Notes, n => n.Contains("'b'", StringComparison.Ordinal));
    }

    [Fact]
    public void Cuts_point_mass_is_cut_off_and_the_rest_split()
    {
        double[] values = [.. Enumerable.Repeat(0.0, 900), .. Enumerable.Range(1, 100).Select(i => (double)i)];

        Assert.Equal([1, 34, 67], ItemEncoder.Cuts(values, 3));
    }

    [Fact]
    public void Fit_constant_feature_is_dropped_with_a_note()
    {
        var table = new FeatureTable([FeatureColumn.Number(new FeatureSpec("c", "定数", FeatureKind.Number), new double[50])]);

        ItemSet items = ItemEncoder.Fit(table, new ItemOptions());

        Assert.Empty(items.Items);
        Assert.Contains("'c'", Assert.Single(items.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_no_rows_says_so()
    {
        var table = new FeatureTable([FeatureColumn.Number(new FeatureSpec("c", "定数", FeatureKind.Number), [])]);

        Assert.Equal("MDL-004", Assert.Throws<ModelException>(() => ItemEncoder.Fit(table, new ItemOptions())).Code);
    }

    private static FeatureTable Sample()
    {
        double[] absence = [.. Enumerable.Range(0, 200).Select(i => i % 7 == 0 ? double.NaN : i % 40)];
        string?[] allowance = [.. Enumerable.Range(0, 200).Select(i => i % 10 == 0 ? null : i % 3 == 0 ? "1" : "0")];
        return new FeatureTable(
        [
            FeatureColumn.Number(
                new FeatureSpec("absence", "欠席日数(直近3か月)", FeatureKind.Number) { Unit = "日", DomainCuts = [10] }, absence),
            FeatureColumn.Category(
                new FeatureSpec("allowance", "児童扶養手当", FeatureKind.Category)
                {
                    CategoryTexts = new Dictionary<string, string> { ["1"] = "受給中", ["0"] = "なし" },
                },
                allowance),
        ]);
    }
}
