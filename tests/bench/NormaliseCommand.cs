using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Engine;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Bench;

/// <summary>Normalises the synthetic registers on one thread and says how many records a second one core does.</summary>
/// <remarks><c>normalise [people] [seed]</c>. Names, date of birth and address of every record; the time is the thread's own, without making the registers.</remarks>
public static class NormaliseCommand
{
    /// <summary>Runs the command; returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        int people = 200_000;
        ulong seed = 1;
        if (args.Length > 2 || (args.Length > 0 && !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out people)) || (args.Length > 1 && !ulong.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out seed)))
        {
            error.WriteLine("expected: normalise [people] [seed]");
            return 2;
        }

        RegisterOptions options = new() { People = people, Seed = seed };
        (string Kanji, string Kana, string Birth, string Address)[] records =
            [.. new RegisterGenerator(options).Make().SelectMany(t => Enumerable.Range(0, t.Count).Select(row => (t.NameKanji[row].ToString(), t.NameKana[row].ToString(), t.BirthDate[row].ToString(), t.Address[row].ToString())))];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Length:N0} records of four registers, one thread, best of five"));
        Measure("names, birth and address, distinct name parts kept", () =>
        {
            NameNormaliser normaliser = new();
            int sum = 0;
            foreach ((string kanji, string kana, string birth, string address) in records)
            {
                PersonKeys keys = normaliser.Normalise(kanji, kana, address);
                sum += keys.Name.Surname.Length + keys.Address.Town.Length + (LinkDate.Read(birth) % 100);
            }

            return sum;
        });
        Measure("names only, distinct parts kept", () =>
        {
            NameNormaliser normaliser = new();
            return records.Sum(r => normaliser.Name(r.Kanji, r.Kana).Surname.Length);
        });
        Measure("kanji key of every name, nothing kept", () => records.Sum(r => KanjiKeys.Fold(r.Kanji).Length));
        Measure("kana keys and mora of every name, nothing kept", () => records.Sum(r => KanaKey.Of(r.Kana).Mora.Length));
        Measure("dates of birth", () => records.Count(r => LinkDate.Read(r.Birth) > 0));
        Measure("addresses", () => records.Sum(r => AddressParser.Parse(r.Address).Town.Length));
        return 0;

        void Measure(string what, Func<int> work)
        {
            double best = double.PositiveInfinity;
            int check = work();
            for (int i = 0; i < 5; i++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                Stopwatch clock = Stopwatch.StartNew();
                check = work();

                // Another process may take the core away, and the runtime's own threads may help: the smaller of the two is this thread's.
                best = Math.Min(best, Math.Min(clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-52} {records.Length / best / 1e6,6:0.00} M records/s a core (check {check})"));
        }
    }
}
