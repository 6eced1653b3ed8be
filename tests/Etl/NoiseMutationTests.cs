using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Warehouse.Etl;
using Warehouse.Etl.City;
using Warehouse.Etl.Extract;
using Warehouse.Sql;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.Etl;

/// <summary>The outcome of a small noisy city is altered in each way that the noise check claims to find, and the check reports exactly that.</summary>
public sealed class NoiseMutationTests(NoiseMutationTests.NoisyCity city) : IClassFixture<NoiseMutationTests.NoisyCity>
{
    private const string OneRow = "load_id = (SELECT MIN(load_id) FROM {0}) AND line_number = (SELECT MIN(line_number) FROM {0} WHERE load_id = (SELECT MIN(load_id) FROM {0}))";

    [Fact]
    public void The_city_itself_is_as_it_should_be()
    {
        NoiseResult result = city.Read(city.Faults);
        city.Check.Compare(city.Summary, city.Noisy.Databases);
        city.Check.CompareValues(city.Noisy.Databases, city.Meant.Databases);

        Assert.Empty(result.Findings);
        Assert.True(result is { IsGood: true, AccountingCloses: true, SilentlyWrong: 0, Quarantined: > 50, Repaired: > 50, Accepted: > 50, Refused: > 0 }, result.ToString());
        Assert.True(result.Compared > result.Rows, $"{result.Compared} rows compared, {result.Rows} loaded");
    }

    [Theory]
    [InlineData("stg.medical_month", "UPDATE stg.medical_month SET use_band = 'x' WHERE {row} AND is_superseded = 0")]
    [InlineData("stg.school_aid", "UPDATE stg.school_aid SET applied_date = applied_date + 1 WHERE {row}")]
    [InlineData("stg.trait", "UPDATE stg.trait SET birth_year_month = birth_year_month + 1 WHERE {row}")]
    [InlineData("fact.medical_month", "UPDATE fact.medical_month SET use_band = 'x' WHERE (record_key, month_key, care_kind) = (SELECT (record_key, month_key, care_kind) FROM fact.medical_month ORDER BY 1 LIMIT 1)")]
    [InlineData("fact.school_attendance_day", "UPDATE fact.school_attendance_day SET attendance_code = 'x' WHERE rowid = (SELECT MIN(rowid) FROM fact.school_attendance_day)")]
    [InlineData("dim.household_member", "UPDATE dim.household_member SET relation_code = 'x' WHERE rowid = (SELECT MIN(rowid) FROM dim.household_member)")]
    public void A_value_that_is_silently_another_is_found_in_its_table(string table, string mutation)
    {
        NoiseResult result = city.Altered(table, string.Format(CultureInfo.InvariantCulture, mutation.Replace("{row}", OneRow, StringComparison.Ordinal), table), changed: 1);

        Assert.Equal(2, result.SilentlyWrong);
        Assert.False(result.IsGood);
        Assert.Equal([": in " + table + " though it should not be", ": not in " + table], result.Findings.Select(finding => finding[finding.LastIndexOf(':')..]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("fact.medical_month", "DELETE FROM fact.medical_month WHERE rowid = (SELECT MIN(rowid) FROM fact.medical_month)", "not in fact.medical_month")]
    [InlineData("fact.medical_month", "INSERT INTO fact.medical_month SELECT * FROM fact.medical_month WHERE rowid = (SELECT MIN(rowid) FROM fact.medical_month)", "in fact.medical_month though it should not be")]
    [InlineData("stg.arrears", "UPDATE stg.arrears SET is_superseded = 1 WHERE {row}", "not in stg.arrears")]
    [InlineData("stg.repair", "DELETE FROM stg.repair WHERE rowid = (SELECT MIN(rowid) FROM stg.repair)", "not flagged as repaired")]
    [InlineData("stg.repair", "UPDATE stg.repair SET column_name = 'x' WHERE rowid = (SELECT MIN(rowid) FROM stg.repair)", "flagged as repaired though it should not be", "not flagged as repaired")]
    [InlineData("stg.reject", "DELETE FROM stg.reject WHERE rowid = (SELECT MIN(rowid) FROM stg.reject)", "not in quarantine")]
    [InlineData("stg.reject", "UPDATE stg.reject SET rule_code = 'RES-999' WHERE rowid = (SELECT MIN(rowid) FROM stg.reject)", "in quarantine though it should not be", "not in quarantine")]
    [InlineData("stg.reject", "INSERT INTO stg.reject SELECT load_id, feed, 2, 'row', feed FROM stg.reject WHERE rowid = (SELECT MIN(rowid) FROM stg.reject)", "in quarantine though it should not be")]
    public void A_row_a_flag_or_a_reason_that_is_missing_added_or_another_is_found(string table, string mutation, params string[] expected)
    {
        NoiseResult result = city.Altered(table, string.Format(CultureInfo.InvariantCulture, mutation.Replace("{row}", OneRow, StringComparison.Ordinal), table), changed: 1);

        Assert.Equal(expected.Length, result.SilentlyWrong);
        Assert.False(result.IsGood);
        // A count of the load may no longer close either; nothing else is told.
        Assert.Equal(expected, result.Findings.Where(finding => !finding.StartsWith("CheckFinding", StringComparison.Ordinal)).Select(finding => finding[(finding.LastIndexOf(':') + 2)..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_quarantined_row_whose_bytes_are_gone_is_found()
    {
        using WarehouseSession identity = city.Noisy.Identity();
        identity.ExecuteText("CREATE TABLE saved AS SELECT * FROM ident.reject");
        try
        {
            Assert.True(identity.ExecuteText("DELETE FROM ident.reject WHERE file_sha256 = (SELECT MIN(file_sha256) FROM ident.reject) AND line_number = (SELECT MIN(line_number) FROM ident.reject WHERE file_sha256 = (SELECT MIN(file_sha256) FROM ident.reject))") > 0);

            NoiseResult result = city.Compared();

            Assert.All(result.Findings.Where(finding => !finding.StartsWith("CheckFinding", StringComparison.Ordinal)), finding => Assert.EndsWith(": not kept for its department", finding, StringComparison.Ordinal));
            Assert.True(result.SilentlyWrong > 0);
        }
        finally
        {
            identity.ExecuteText("DELETE FROM ident.reject");
            identity.ExecuteText("INSERT INTO ident.reject SELECT * FROM saved");
            identity.ExecuteText("DROP TABLE saved");
        }
    }

    [Theory]
    [InlineData("read_count")]
    [InlineData("staged_count")]
    [InlineData("rejected_count")]
    [InlineData("superseded_count")]
    public void A_count_of_a_run_that_does_not_close_is_found(string column)
    {
        NoiseResult result = city.Altered("meta.load_run", $"UPDATE meta.load_run SET {column} = {column} + 1 WHERE load_id = (SELECT MIN(load_id) FROM meta.load_run WHERE is_published = 1)", changed: 1);

        Assert.False(result.AccountingCloses);
        Assert.NotEmpty(result.Findings);
        Assert.All(result.Findings, finding => Assert.StartsWith("CheckFinding", finding, StringComparison.Ordinal));
    }

    [Fact]
    public void Counts_that_the_summary_has_otherwise_than_the_file_are_found()
    {
        LoadedFile file = city.Summary.Files.First(file => file.Status == "succeeded" && file.Staged > 1);

        Assert.Equal([$"{file.FileName}: read {file.Read}, staged {file.Staged - 1}"], Told(city.Compared(Changed(file, file with { Staged = file.Staged - 1 }))));
        Assert.Equal([$"{file.FileName}: read {file.Read}, staged {file.Staged + 1}"], Told(city.Compared(Changed(file, file with { Staged = file.Staged + 1, Rejected = file.Rejected - 1 }))));
        Assert.Equal([$"{file.FileName}: read {file.Read}, staged {file.Staged}"], Told(city.Compared(Changed(file, file with { Repaired = file.Repaired + 1 }))));

        static IEnumerable<string> Told(NoiseResult result)
        {
            Assert.False(result.AccountingCloses);
            return result.Findings.Select(finding => string.Join(',', finding.Split(',').Take(2)));
        }
    }

    [Fact]
    public void A_bad_file_that_is_taken_in_one_with_another_code_and_a_good_one_that_is_refused_are_found()
    {
        Dictionary<string, string> refused = city.Faults.Where(fault => fault.Expected == "refused").ToDictionary(fault => fault.File, fault => fault.Code, StringComparer.Ordinal);
        LoadedFile bad = city.Summary.Files.First(file => file.Status == "failed" && refused.ContainsKey(file.FileName));
        LoadedFile good = city.Summary.Files.First(file => file.Status == "succeeded");

        NoiseResult taken = city.Compared(Changed(bad, bad with { Status = "succeeded", ErrorText = null }));
        NoiseResult other = city.Compared(Changed(bad, bad with { ErrorCode = "FEED-999" }));
        NoiseResult lost = city.Compared(Changed(good, good with { Status = "failed", ErrorText = "x" }));
        NoiseResult gone = city.Compared(city.Summary with { Files = [.. city.Summary.Files.Except([good])] });

        Assert.Equal([$"{bad.FileName}: expected {refused[bad.FileName]}, succeeded "], taken.Findings);
        Assert.Equal(1, taken.SilentlyWrong);
        Assert.StartsWith($"{bad.FileName}: expected {refused[bad.FileName]}, failed", Assert.Single(other.Findings), StringComparison.Ordinal);
        Assert.Equal([$"{good.FileName}: failed x"], lost.Findings);
        Assert.EndsWith("in the summary", Assert.Single(gone.Findings), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string, string> Lists => new()
    {
        // What the list states of one fault, what it is made to state, and what the check says: the same as if the reading were at fault.
        { "quarantined", "code", "", "found " },
        { "quarantined", "dropped", "", "clean but quarantined" },
        { "quarantined", "repaired", "REP-003", "quarantined with" },
        { "repaired", "quarantined", "", "came in" },
        { "repaired", "dropped", "", "repaired though nothing was planted" },
        { "repaired", "code", "", "found REP-" },
        { "repaired", "clean", "", "read as another value" },
        { "accepted", "quarantined", "", "came in" },
        { "accepted", "clean", "", "read as another value" },
        { "accepted", "repaired", "REP-003", "found no repair" },
        { "accepted", "moved", "", "that was not read" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_fault_that_is_not_dealt_with_as_the_list_states_is_found(string expected, string change, string code, string says)
    {
        // A cell whose values cannot be other ones by chance, in a row with one fault and no whole-row reason.
        NoiseCheck.Planted fault = city.Faults.Where(fault => fault.Line > 1 && fault.Expected == expected && fault.Column.Length > 0 && fault.Kind is "unknown_code" or "excel_serial" or "other_date_shape")
            .First(fault => city.Faults.Count(other => (other.File, other.Line) == (fault.File, fault.Line)) == 1 && !city.Faults.Any(other => other.File.StartsWith(Path.GetFileNameWithoutExtension(fault.File) + "_", StringComparison.Ordinal)));
        NoiseCheck.Planted[] altered = change switch
        {
            "dropped" => [],
            "code" => [fault with { Code = expected == "repaired" ? "REP-099" : "XXX-999" }],
            "clean" => [fault with { Clean = "1999-09-09" }],
            "moved" => [fault with { Line = 1_000_000 }],
            _ => [fault with { Expected = change, Code = code }],
        };

        NoiseResult result = city.Read([.. city.Faults.Except([fault]), .. altered]);

        Assert.False(result.IsGood);
        Assert.Contains(says, result.Findings[0], StringComparison.Ordinal);
        // The row may be told of twice, such as where it is now thought clean; no other row is told of.
        Assert.All(result.Findings, finding => Assert.Matches($"^{Regex.Escape(fault.File)} line ({fault.Line}|1000000)[ :]", finding));
    }

    [Theory]
    [InlineData("renamed_column")]
    [InlineData("added_column")]
    public void A_repair_of_a_header_that_nobody_planted_is_found(string kind)
    {
        NoiseCheck.Planted fault = city.Faults.First(fault => fault.Kind == kind && fault.Expected == "repaired");

        NoiseResult result = city.Read([.. city.Faults.Except([fault])]);

        Assert.StartsWith(fault.File + ": header repairs", Assert.Single(result.Findings), StringComparison.Ordinal);
        Assert.Equal(1, result.SilentlyWrong);
    }

    [Fact]
    public void A_row_that_came_in_with_another_value_than_the_system_has_is_found()
    {
        // A day at school becomes one of absence: a row as good as any, and wrong.
        string path = Directory.GetFiles(city.Check.Inbox, "*.csv").Order(StringComparer.Ordinal).First(path => FeedManifest.Read(path + ".manifest.json") is { Feed: "attendance", Encoding: "utf-8" or "utf-8-bom", RowCount: > 100 });
        byte[] bytes = File.ReadAllBytes(path);
        string manifest = File.ReadAllText(path + ".manifest.json");
        List<byte[]> lines = [.. Lines(bytes)];
        int at = lines.FindIndex(1, line => line.AsSpan().IndexOf(",出席,"u8) > 0 && !city.Faults.Any(fault => fault.File == Path.GetFileName(path) && fault.Line == lines.IndexOf(line) + 1));
        lines[at] = [.. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[at]).Replace(",出席,", ",欠席,", StringComparison.Ordinal))];
        byte[] changed = [.. lines.SelectMany(line => line)];
        try
        {
            File.WriteAllBytes(path, changed);
            File.WriteAllText(path + ".manifest.json", manifest.Replace(Convert.ToHexStringLower(SHA256.HashData(bytes)), Convert.ToHexStringLower(SHA256.HashData(changed)), StringComparison.Ordinal));

            NoiseResult result = city.Read(city.Faults);

            Assert.StartsWith($"{Path.GetFileName(path)} line {at + 1}: came in with values that no row", Assert.Single(result.Findings), StringComparison.Ordinal);
            Assert.Equal(1, result.SilentlyWrong);

            File.WriteAllText(path + ".manifest.json", manifest);
            Assert.Contains(city.Read(city.Faults).Findings, finding => finding.Contains("rows read", StringComparison.Ordinal));
        }
        finally
        {
            File.WriteAllBytes(path, bytes);
            File.WriteAllText(path + ".manifest.json", manifest);
        }
    }

    private static IEnumerable<byte[]> Lines(byte[] bytes)
    {
        int from = 0;
        while (from < bytes.Length)
        {
            int end = bytes.AsSpan(from).IndexOf((byte)'\n');
            end = end < 0 ? bytes.Length : from + end + 1;
            yield return bytes[from..end];
            from = end;
        }
    }

    private LoadSummary Changed(LoadedFile file, LoadedFile other) => city.Summary with { Files = [.. city.Summary.Files.Select(one => one == file ? other : one)] };

    /// <summary>A small noisy city, loaded once.</summary>
    public sealed class NoisyCity : IDisposable
    {
        private bool _isReadOtherwise;
        private readonly string _root = Directory.CreateTempSubdirectory("noise-mutation-").FullName;

        public NoisyCity()
        {
            Check = NoiseCheck.Generate(new CityOptions(CityPreset.Mini, 60, 5, Years: 1, NoiseLevel: NoiseLevel.High), _root, CancellationToken.None);
            Faults = Check.Faults;
            Check.ReadFiles(CancellationToken.None);
            Summary = Check.Load(Noisy.Databases, CancellationToken.None);
            Check.Compare(Summary, Noisy.Databases);
            Check.LoadMeant(Meant.Databases, CancellationToken.None);
        }

        internal NoiseCheck Check { get; }

        internal IReadOnlyList<NoiseCheck.Planted> Faults { get; }

        internal LoadSummary Summary { get; }

        internal WarehouseFixture Noisy { get; } = WarehouseFixture.Create();

        internal WarehouseFixture Meant { get; } = WarehouseFixture.Create();

        public void Dispose()
        {
            Noisy.Dispose();
            Meant.Dispose();
            Directory.Delete(_root, recursive: true);
        }

        /// <summary>Returns what the check says of the databases with one table altered, which is put back.</summary>
        internal NoiseResult Altered(string table, string mutation, int changed)
        {
            using WarehouseSession session = Noisy.Warehouse();
            session.ExecuteText($"CREATE TABLE saved AS SELECT * FROM {table}");
            try
            {
                Assert.Equal(changed, session.ExecuteText(mutation));
                NoiseResult result = Compared();
                Check.CompareValues(Noisy.Databases, Meant.Databases);
                return result;
            }
            finally
            {
                session.ExecuteText($"DELETE FROM {table}");
                session.ExecuteText($"INSERT INTO {table} SELECT * FROM saved");
                session.ExecuteText("DROP TABLE saved");
            }
        }

        /// <summary>Returns what the check says of a load.</summary>
        internal NoiseResult Compared(LoadSummary? summary = null)
        {
            if (_isReadOtherwise)
            {
                Read(Faults);
                _isReadOtherwise = false;
            }

            NoiseResult result = Check.Begin();
            result.Files = Directory.GetFiles(Check.Inbox, "*.manifest.json").Length;
            Check.Compare(summary ?? Summary, Noisy.Databases);
            return result;
        }

        /// <summary>Returns what the check says of the files, given a list of faults.</summary>
        internal NoiseResult Read(IReadOnlyList<NoiseCheck.Planted> faults)
        {
            Check.Faults = faults;
            _isReadOtherwise = true;
            NoiseResult result = Check.Begin();
            Check.ReadFiles(TestContext.Current.CancellationToken);
            return result;
        }
    }
}
