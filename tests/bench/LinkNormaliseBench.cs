using BenchmarkDotNet.Attributes;
using Warehouse.Etl.Link;

namespace Warehouse.Bench;

/// <summary>Brings 10,000 names or addresses into the form in which records are compared.</summary>
public class LinkNormaliseBench
{
    private const int Size = 10_000;

    private static readonly string[] Surnames = ["髙橋", "渡邊", "斎藤", "濵田", "山﨑", "佐藤", "𠮷野", "櫻井"];
    private static readonly string[] Givens = ["葵", "惠子", "龍之介", "眞理", "大翔", "凜"];
    private static readonly string[] Kana = ["ﾀｶﾊｼ ｱｵｲ", "ワタナベ　ケイコ", "さいとう りゅうのすけ", "ﾊﾏﾀﾞ ﾏﾘ", "ヤマザキ-ヒロト"];
    private static readonly string[] Towns = ["佐和島市羽根下浜７０７", "金沢野下浜599-24-コーポ若葉107", "みどりが丘三丁目４番５号", "大字東山１２番地の３"];

    private readonly string[] _kanji = [.. Enumerable.Range(0, Size).Select(i => Surnames[i % Surnames.Length] + "　" + Givens[i / Surnames.Length % Givens.Length])];
    private readonly string[] _kana = [.. Enumerable.Range(0, Size).Select(i => Kana[i % Kana.Length])];
    private readonly string[] _towns = [.. Enumerable.Range(0, Size).Select(i => Towns[i % Towns.Length])];

    /// <summary>States the number of names.</summary>
    [GlobalSetup]
    public void Make() => ThroughputColumn.Count<LinkNormaliseBench>(Size);

    /// <summary>Kanji names.</summary>
    [Benchmark]
    public int KanjiNames() => _kanji.Sum(name => Normalise.Kanji(name).Surname.Length);

    /// <summary>Kana names, with the reading folded as for comparison.</summary>
    [Benchmark]
    public int KanaNames() => _kana.Sum(name => Normalise.KanaFold(Normalise.Kana(name).Surname).Length);

    /// <summary>Addresses.</summary>
    [Benchmark]
    public int Addresses() => _towns.Sum(town => Normalise.Address(town).Length);
}
