using System.Globalization;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Etl.Validate;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>Cities with every kind of fault, read file by file and compared with the list of what was planted.</summary>
public sealed class HardCityTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Every_planted_fault_is_repaired_with_its_flag_or_quarantined_with_its_code(ulong seed)
    {
        string root = Directory.CreateTempSubdirectory("hard-city-").FullName;
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini, seed) with { NoiseLevel = NoiseLevel.High }, root, null, TestContext.Current.CancellationToken);
            ILookup<string, Dictionary<string, string>> faults = Truth(root).ToLookup(fault => fault["file"], StringComparer.Ordinal);
            List<string> wrong = [];
            HashSet<string> kinds = [];
            long clean = 0;
            long cleanRejected = 0;
            foreach (string path in Directory.GetFiles(Path.Combine(root, "inbox"), "*.csv").Order(StringComparer.Ordinal))
            {
                string name = Path.GetFileName(path);
                Check(path, faults[name].ToList(), wrong, kinds, ref clean, ref cleanRejected);
            }

            Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
            Assert.True(cleanRejected <= clean / 1000, $"{cleanRejected} of {clean} clean rows quarantined");
            Assert.True(kinds.Count >= 30, string.Join(' ', kinds.Order(StringComparer.Ordinal)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void The_accounting_of_a_hard_city_closes_and_only_the_bad_files_fail()
    {
        string root = Directory.CreateTempSubdirectory("hard-city-").FullName;
        try
        {
            CityGenerator.Generate(CityOptions.For(CityPreset.Mini, 4) with { NoiseLevel = NoiseLevel.High }, root, null, TestContext.Current.CancellationToken);
            using WarehouseFixture fixture = WarehouseFixture.Create();
            LoadSummary summary = new LoadPipeline(fixture.Databases).Run(
                new LoadOptions { Inbox = Path.Combine(root, "inbox"), Secret = new byte[32], Backfill = true }, null, TestContext.Current.CancellationToken);
            List<Dictionary<string, string>> faults = Truth(root);

            Dictionary<string, string> refused = faults.Where(fault => fault["expected"] == "refused").ToDictionary(fault => fault["file"], fault => fault["code"], StringComparer.Ordinal);
            Assert.NotEmpty(refused);
            // Two empty files are the same file: the second is known.
            string[] others = summary.Files
                .Where(file => refused.TryGetValue(file.FileName, out string? code) ? !(file.ErrorCode == code || file.Status == "known") : file.Status == "failed")
                .Select(file => file.FileName + " " + file.Status + " " + file.ErrorText).ToArray();
            Assert.True(others.Length == 0, string.Join('\n', others));
            Assert.All(summary.Files.Where(file => file.Status == "succeeded"), file => Assert.Equal(file.Read, file.Staged + file.Rejected + file.Superseded));
            Assert.Equal(faults.Count(fault => fault["expected"] == "quarantined"), summary.Files.Where(file => file.Status == "succeeded").Sum(file => file.Rejected) - Resent(faults, summary, "quarantined"));
            Assert.Empty(Checks.Run(fixture.Databases).Findings);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // A delivery that came again whole brings the quarantined rows of the first one again.
    private static long Resent(List<Dictionary<string, string>> faults, LoadSummary summary, string expected) => faults.Where(fault => fault["kind"] == "full_resend")
        .Sum(fault => (long)faults.Count(other => other["expected"] == expected && other["file"] == fault["file"].Replace("_再送", "", StringComparison.Ordinal)));

    private static void Check(string path, List<Dictionary<string, string>> faults, List<string> wrong, HashSet<string> kinds, ref long clean, ref long cleanRejected)
    {
        string name = Path.GetFileName(path);
        FeedManifest manifest = FeedManifest.Read(path + ".manifest.json");
        FeedContract contract = FeedCatalog.Default.Get(manifest.Feed);
        kinds.UnionWith(faults.Select(fault => fault["kind"]));
        ILookup<int, Dictionary<string, string>> byLine = faults.ToLookup(fault => int.Parse(fault["line"], CultureInfo.InvariantCulture));
        try
        {
            using RowSource source = RowSource.Open(path, new RowSourceOptions
            {
                Contract = contract,
                Where = name,
                Encoding = manifest.Encoding,
                ExtractedDay = DateOnly.FromDateTime(manifest.ExtractedUtc.AddHours(9)).DayNumber,
                Characters = VendorCharacters.Load(Path.Combine(Path.GetDirectoryName(path)!, "reference"), contract.System),
            });
            foreach (Dictionary<string, string> fault in byLine[1].Where(fault => fault["expected"] == "repaired"))
            {
                Expect(source.HeaderRepairs.Any(repair => repair.Line == 1 && repair.Rule == fault["code"]), fault, "not in the header's repairs", wrong);
            }

            // A file that comes again is laid out as the first one was.
            if (!IsResent(faults) && source.HeaderRepairs.Count != byLine[1].Count(fault => fault["expected"] == "repaired"))
            {
                wrong.Add(name + ": repairs of the header that were not planted");
            }

            while (source.Read())
            {
                List<Dictionary<string, string>> planted = byLine[source.Row.Line].Where(fault => fault["kind"] != "name_in_remarks").ToList();
                if (planted.All(fault => fault["expected"] == "superseded"))
                {
                    clean++;
                    cleanRejected += source.IsValid ? 0 : 1;
                    if (source.IsValid && source.Row.IsRepaired && !IsResent(faults))
                    {
                        wrong.Add($"{name} line {source.Row.Line}: repaired though nothing was planted");
                    }
                }
                else if (!IsResent(faults))
                {
                    planted.ForEach(fault => CheckRow(source, contract, fault, wrong));
                }
            }

            if (source.Finish() != manifest.Sha256)
            {
                throw FeedException.Of("FEED-005", name, "another hash", "that of the manifest", "");
            }

            foreach (Dictionary<string, string> fault in faults.Where(fault => fault["expected"] == "refused"))
            {
                wrong.Add($"{name}: {fault["kind"]} was read");
            }
        }
        catch (FeedException exception)
        {
            Dictionary<string, string>? fault = faults.SingleOrDefault(fault => fault["expected"] == "refused");
            if (fault is null || (fault["code"] != exception.Code && fault["kind"] != "truncated_file"))
            {
                wrong.Add($"{name}: {exception.Message} but planted was {fault?["kind"] ?? "nothing"}");
            }
        }
    }

    private static bool IsResent(List<Dictionary<string, string>> faults) => faults.Any(fault => fault["line"] == "0" && fault["kind"] is "full_resend" or "truncated_file");

    private static void CheckRow(RowSource source, FeedContract contract, Dictionary<string, string> fault, List<string> wrong)
    {
        FeedRow row = source.Row;
        int at = contract.Columns.FirstOrDefault(column => column.Header == fault["column"])?.Ordinal ?? -1;
        switch (fault["expected"])
        {
            case "quarantined":
                Expect(!source.IsValid && source.Faults.Any(found => found.Rule == fault["code"]), fault, "found " + string.Join(' ', source.Faults.Select(found => found.Rule)), wrong);
                break;
            case "repaired":
                Expect(source.IsValid && row.Repair[at] == fault["code"], fault, $"found {(source.IsValid ? row.Repair[at] ?? "no repair" : string.Join(' ', source.Faults))}", wrong);
                Expect(Value(contract, at, fault["clean"]) == (row.HasValue[at], row.Text[at], row.Number[at]), fault, "read as another value", wrong);
                break;
            case "accepted":
                Expect(source.IsValid && row.Repair[at] is null, fault, "found " + string.Join(' ', source.Faults.Select(found => found.Rule)), wrong);
                Expect(Value(contract, at, fault["clean"]) == (row.HasValue[at], row.Text[at], row.Number[at]), fault, "read as another value", wrong);
                break;
        }
    }

    private static (bool, string?, long) Value(FeedContract contract, int at, string text)
    {
        FeedRow row = new(contract);
        new CellParser(contract).Parse(contract.Columns[at], text, row);
        return (row.HasValue[at], row.Text[at], row.Number[at]);
    }

    private static void Expect(bool holds, Dictionary<string, string> fault, string found, List<string> wrong)
    {
        if (!holds)
        {
            wrong.Add($"{fault["file"]} line {fault["line"]} {fault["column"]}: {fault["kind"]} expected {fault["expected"]} {fault["code"]}, {found}");
        }
    }

    private static List<Dictionary<string, string>> Truth(string root)
    {
        string[] lines = File.ReadAllLines(Path.Combine(root, "truth", "faults.csv")).Where(line => !line.StartsWith('#')).ToArray();
        string[] header = lines[0].Split(',');
        return lines.Skip(1).Select(line => line.Split(',').Zip(header).ToDictionary(cell => cell.Second, cell => cell.First, StringComparer.Ordinal)).ToList();
    }
}
