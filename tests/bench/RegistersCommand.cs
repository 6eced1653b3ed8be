using System.Diagnostics;
using System.Globalization;
using Warehouse.Etl.City.Registers;
using Warehouse.Etl.Link.Engine;
using Warehouse.Etl.Link.Names;

namespace Warehouse.Bench;

/// <summary>Makes the four synthetic registers, writes them when asked, and says what is in them.</summary>
/// <remarks><c>registers [--people N] [--seed S] [--threads N] [--output DIR]</c>.</remarks>
public static class RegistersCommand
{

    /// <summary>Runs the command; returns the exit code.</summary>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (!TryRead(args, out RegisterOptions? options, out string? folder))
        {
            await error.WriteLineAsync("expected: registers [--people N] [--seed S] [--threads N] [--output DIR]").ConfigureAwait(false);
            return 2;
        }

        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        RegisterGenerator generator = new(options);
        IReadOnlyList<RegisterTable> tables = generator.Make();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{generator.People:N0} children in {generator.Households:N0} households, seed {options.Seed}: made in {clock.Elapsed.TotalSeconds:0.0} s ({(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.0} s CPU), {GC.GetTotalMemory(true) / 1048576} MB")).ConfigureAwait(false);
        foreach (RegisterTable table in tables)
        {
            int multiples = table.TruthBirthCount.Count(c => c > 1);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table.Source,-9} {table.Count,10:N0} records, {table.Count - table.Truth.Distinct().Count():N0} twice, {100.0 * multiples / table.Count:0.00} % of multiple births")).ConfigureAwait(false);
        }

        for (int s = 1; s < tables.Count; s++)
        {
            await output.WriteLineAsync(Agreement(tables[0], tables[s])).ConfigureAwait(false);
        }

        if (folder is not null)
        {
            clock.Restart();
            int[] counts = await generator.Write(folder).ConfigureAwait(false);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"written to {folder} in {clock.Elapsed.TotalSeconds:0.0} s: {string.Join(" + ", counts)} records")).ConfigureAwait(false);
        }

        return 0;
    }

    // What share of the true pairs agree on the fields as the plain keys see them, and how many strangers agree on all of them.
    private static string Agreement(RegisterTable left, RegisterTable right)
    {
        NameNormaliser normaliser = new();
        Dictionary<int, (PersonKeys Keys, int Birth, char Sex)> people = [];
        Dictionary<(string, string, int), List<int>> byKana = [];
        for (int row = 0; row < left.Count; row++)
        {
            PersonKeys keys = Keys(left, row, normaliser);
            int birth = Day(left, row);
            people.TryAdd(left.Truth[row], (keys, birth, Sex(left, row)));
            if (birth != 0)
            {
                (string, string, int) key = (keys.Name.SurnameKana.Fold, keys.Name.GivenKana.Fold, birth);
                if (!byKana.TryGetValue(key, out List<int>? same))
                {
                    byKana[key] = same = [];
                }

                same.Add(left.Truth[row]);
            }
        }

        int namesakes = byKana.Values.Sum(same => same.Distinct().Count() is var n ? n * (n - 1) / 2 : 0);
        int pairs = 0, kana = 0, kanji = 0, both = 0, birthEqual = 0, home = 0, address = 0, strangers = 0;
        for (int row = 0; row < right.Count; row++)
        {
            PersonKeys b = Keys(right, row, normaliser);
            int day = Day(right, row);
            if (day != 0 && byKana.TryGetValue((b.Name.SurnameKana.Fold, b.Name.GivenKana.Fold, day), out List<int>? same))
            {
                strangers += same.Distinct().Count(p => p != right.Truth[row]);
            }

            if (!people.TryGetValue(right.Truth[row], out (PersonKeys Keys, int Birth, char Sex) one))
            {
                continue;
            }

            PersonKeys a = one.Keys;
            pairs++;
            bool isBirth = one.Birth == day && day != 0;
            bool isSex = one.Sex == Sex(right, row);
            bool isKana = a.Name.SurnameKana.Norm == b.Name.SurnameKana.Norm && a.Name.GivenKana.Norm == b.Name.GivenKana.Norm;
            bool isKanji = a.Name.Surname == b.Name.Surname && a.Name.Given == b.Name.Given;
            kana += isKana && isBirth && isSex ? 1 : 0;
            kanji += isKanji && isBirth && isSex ? 1 : 0;
            both += isKana && isKanji && isBirth ? 1 : 0;
            birthEqual += isBirth ? 1 : 0;
            AddressAgreement agreement = AddressParts.Compare(a.Address, b.Address);
            address += agreement != AddressAgreement.Unknown ? 1 : 0;
            home += agreement is AddressAgreement.Home or AddressAgreement.House ? 1 : 0;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{left.Source} and {right.Source}: {pairs:N0} true pairs; kana, birth and sex equal {1.0 * kana / pairs:P1}, kanji key, birth and sex {1.0 * kanji / pairs:P1}, kana, kanji key and birth {1.0 * both / pairs:P1}, birth {1.0 * birthEqual / pairs:P1}, house (where both have an address) {1.0 * home / Math.Max(1, address):P1}; strangers of one folded name and birth {strangers:N0} (within {left.Source} {namesakes:N0} pairs)");
    }

    private static PersonKeys Keys(RegisterTable table, int row, NameNormaliser normaliser) =>
        normaliser.Normalise(table.NameKanji[row].ToString(), table.NameKana[row].ToString(), table.Address[row].ToString());

    private static int Day(RegisterTable table, int row) => LinkDate.Read(table.BirthDate[row].ToString());

    private static char Sex(RegisterTable table, int row) => table.Sex[row] switch { "1" or "男" or "M" => '1', "2" or "女" or "F" => '2', _ => '0' };

    private static bool TryRead(string[] args, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RegisterOptions? options, out string? folder)
    {
        int people = 200_000, threads = 0;
        ulong seed = 1;
        (options, folder) = (null, null);
        for (int i = 0; i < args.Length; i += 2)
        {
            bool isRead = i + 1 < args.Length && args[i] switch
            {
                "--people" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out people) && people > 0,
                "--seed" => ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--threads" => int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out threads),
                "--output" => (folder = args[i + 1]).Length > 0,
                _ => false,
            };
            if (!isRead)
            {
                return false;
            }
        }

        options = new RegisterOptions { People = people, Seed = seed, Threads = threads };
        return true;
    }
}
