using System.Diagnostics;
using System.Globalization;
using Warehouse.Tests.Etl;

namespace Warehouse.Bench;

/// <summary><c>fuzz</c>: mutated rows and files of every contract through decoding, parsing and validation.</summary>
internal static class FuzzCommand
{
    private const long AllowedGrowth = 32L << 20;

    // A file takes milliseconds; one that takes this long hangs.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        long rows = 1_000_000;
        double seconds = double.MaxValue;
        ulong seed = 1;
        bool known = args.Length % 2 == 0;
        for (int i = 0; known && i < args.Length; i += 2)
        {
            known = args[i] switch
            {
                "--rows" => long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out rows),
                "--seconds" => double.TryParse(args[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out seconds),
                "--seed" => ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
        }

        if (!known)
        {
            error.WriteLine("usage: fuzz [--rows N] [--seconds S] [--seed N]");
            return 2;
        }

        long last = Stopwatch.GetTimestamp();
        long done = 0;
        using Timer watchdog = new(
            _ =>
            {
                if (Stopwatch.GetElapsedTime(Interlocked.Read(ref last)) > Hang)
                {
                    Environment.FailFast(string.Create(CultureInfo.InvariantCulture, $"the fuzzer hangs: seed {seed}, after {done} rows"));
                }
            },
            null,
            Hang,
            TimeSpan.FromSeconds(10));
        FuzzResult result = new FeedFuzzer(seed).Run(rows, TimeSpan.FromSeconds(Math.Min(seconds, 1e8)), read =>
        {
            Interlocked.Exchange(ref last, Stopwatch.GetTimestamp());
            done = read;
        });
        using Process self = Process.GetCurrentProcess();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {result.Rows:N0} rows in {result.Files:N0} files, {result.RefusedFiles:N0} files refused, {result.RejectedRows:N0} rows rejected, {result.RepairedRows:N0} repaired"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Seconds:N1} s, {result.Rows / result.Seconds:N0} rows/s, slowest file {result.SlowestFileSeconds:N2} s, managed memory {result.MemoryBefore >> 20} MB after 500 files and {result.MemoryAfter >> 20} MB at the end, peak of the process {self.PeakWorkingSet64 >> 20} MB"));
        foreach (string finding in result.Findings)
        {
            output.WriteLine("finding: " + finding);
        }

        bool grew = result.MemoryAfter - result.MemoryBefore > AllowedGrowth;
        output.WriteLine(result.Findings.Count == 0 && !grew ? "no crash, no hang, no growth" : grew ? "memory grew" : "faults were found");
        return result.Findings.Count == 0 && !grew ? 0 : 1;
    }
}
