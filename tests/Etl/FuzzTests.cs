namespace Warehouse.Tests.Etl;

/// <summary>A short run of the fuzzer; <c>tests/bench</c> has the long one.</summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void Mutated_files_of_every_contract_neither_crash_nor_hang_nor_come_out_against_the_contract(ulong seed)
    {
        FuzzResult result = new FeedFuzzer(seed).Run(20_000, TimeSpan.FromMinutes(5), null, TestContext.Current.CancellationToken);

        Assert.True(result.Findings.Count == 0, string.Join('\n', result.Findings));
        Assert.True(result.Rows >= 20_000);
        Assert.True(result.RejectedRows > 1000 && result.RefusedFiles > 5 && result.RepairedRows > 10, result.ToString());
        Assert.True(result.SlowestFileSeconds < 30, result.ToString());
    }
}
