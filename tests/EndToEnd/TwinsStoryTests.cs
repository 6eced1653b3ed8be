using System.Globalization;
using System.Text.Json;
using UglyToad.PdfPig;
using Warehouse.Model.Features;
using Warehouse.Reporting.Host;
using Warehouse.Sql;
using Warehouse.Tests.Etl;
using Warehouse.Tests.Support;

namespace Warehouse.Tests.EndToEnd;

/// <summary>
/// Two twins whom a bad record makes one person, from files to briefs, through the commands that people use. The register has the elder alone, because the younger one's registration is late; the school has
/// both, and wrote the elder one's name and reading over the younger. All people are fictitious (架空データ).
/// </summary>
/// <remarks>What is right is not written down here: the same city is told the same story once more, from the same trained warehouse, with the younger twin's name as it should be, and the two must agree.</remarks>
public sealed class TwinsStoryTests : IDisposable
{
    private const string Seed = "20190401";
    private const string School = "E9901";
    private const string Address = "佐和島市両湊上浜901番地3";
    private static readonly DateOnly Today = DateOnly.FromDateTime(DateTime.UtcNow);
    private readonly string _root = Directory.CreateTempSubdirectory("warehouse-twins-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Twins_whom_a_bad_record_made_one_are_split_and_all_that_is_known_of_each_is_right_afterwards()
    {
        World bad = new(Path.Combine(_root, "bad"));
        World right = new(Path.Combine(_root, "right"));
        await bad.Done("demo", "--preset", "mini", "--briefs", "0");
        Copy(bad.Folder, right.Folder);

        // The school's list: of the younger one the elder one's name. The register has not heard of the younger one.
        await Load(bad, inbox => SchoolList(inbox, "榊原 颯太", "サカキバラ ソウタ"));
        await Load(right, inbox => SchoolList(inbox, "榊原 湊", "サカキバラ ミナト"));
        (long elder, string decidedBy, string rule) = bad.Link("school", "TW001");
        Assert.Equal((elder, "linker", rule), bad.Link("school", "TW002"));
        Assert.StartsWith("PRB-", rule, StringComparison.Ordinal);
        Assert.Equal("linker", decidedBy);
        Assert.Equal(elder, bad.Link("resident", TinyInbox.Number(990_003)).Person);
        Assert.Equal(elder, right.Link("school", "TW001").Person);
        long younger = right.Link("school", "TW002").Person;
        Assert.NotEqual(elder, younger);

        // The brief of the elder one counts the days of both.
        (string Score, string Facts) wrong = await bad.Score(elder, 2);
        (string Score, string Facts) meant = await right.Score(elder, 2);
        Assert.NotEqual(meant.Facts, wrong.Facts);
        Assert.NotEqual(meant.Score, wrong.Score);
        (string oldBrief, byte[] oldPdf) = await bad.Brief(elder, 2);
        (_, byte[] meantPdf) = await right.Brief(elder, 2);
        Assert.NotEqual(Text(meantPdf), Text(oldPdf));
        DateTime beforeUtc = DateTime.UtcNow;

        // A reviewer takes the younger one's record out.
        await bad.Done("review", "split", "--record", N(bad.Record("school", "TW002")), "--reason", "双子の弟の記録（学齢簿の氏名の誤り、架空データ）");
        Assert.Equal(younger, bad.Link("school", "TW002").Person);
        Assert.Equal(elder, bad.Link("school", "TW001").Person);
        Assert.Equal(right.SchoolFacts(), bad.SchoolFacts());
        Assert.Equal(await right.Score(elder, 3), await bad.Score(elder, 3));
        Assert.Equal(Text((await right.Brief(elder, 3)).Pdf), Text((await bad.Brief(elder, 3)).Pdf));
        Assert.Equal(oldPdf, await bad.Rebuilt(oldBrief));

        // What was believed before the decision can still be asked for.
        Assert.Equal(wrong.Facts, bad.Facts(elder, beforeUtc));

        // The register hears of the younger one, the school corrects the name. Where it was right all along the program finds him; where staff decided, staff decide.
        await Load(bad, LateEntry);
        await Load(right, LateEntry);
        long registered = right.Link("resident", TinyInbox.Number(990_004)).Person;
        Assert.Equal(registered, right.Link("school", "TW002").Person);
        Assert.Equal(registered, bad.Link("resident", TinyInbox.Number(990_004)).Person);
        await bad.Done("review", "merge", "--person", N(younger), "--into", N(registered), "--reason", "住民登録された双子の弟（架空データ）");
        await bad.Done("link");
        Assert.Equal(registered, bad.Link("school", "TW002").Person);
        Assert.Equal(elder, bad.Link("school", "TW001").Person);
        Assert.Equal(right.SchoolFacts(), bad.SchoolFacts());
        foreach (long child in new[] { elder, registered })
        {
            Assert.Equal(await right.Score(child, 4), await bad.Score(child, 4));
            Assert.Equal(Text((await right.Brief(child, 4)).Pdf), Text((await bad.Brief(child, 4)).Pdf));
        }

        // Twins stay two persons of the register, and each has the days of his own.
        Assert.Equal([(elder, 1L), (registered, 17L)], bad.SchoolFacts().GroupBy(fact => fact.Person).Select(days => (days.Key, days.Sum(day => day.Absent))).OrderBy(days => days.Item2));
        Assert.Equal(oldPdf, await bad.Rebuilt(oldBrief));
        Assert.Equal(wrong.Facts, bad.Facts(elder, beforeUtc));
        await bad.Done("check");
    }

    private static async Task Load(World world, Action<TinyInbox> write)
    {
        using TinyInbox inbox = new();
        foreach (string file in Directory.GetFiles(Path.Combine(world.Folder, "inbox", "reference")))
        {
            File.Copy(file, Path.Combine(inbox.Path, "reference", Path.GetFileName(file)));
        }

        // A school of their own: attendance of another one would stand in the place of what the city sent.
        File.AppendAllText(Path.Combine(inbox.Path, "reference", "facility.csv"), School + ",primary,両湊小学校分校,01\n");
        write(inbox);
        await world.Done("load", "--inbox", inbox.Path, "--demo-seed", Seed);
    }

    private static void SchoolList(TinyInbox inbox, string kanji, string kana)
    {
        const string MovedIn = "R6.3.25";
        inbox.Add("resident", "2025-04-02T02:00:00+09:00", "2025-03-31",
            Resident(990_001, "榊原 大輔", "サカキバラ ダイスケ", "S60.1.1", "1", "01", MovedIn),
            Resident(990_002, "榊原 由美", "サカキバラ ユミ", "S62.2.2", "2", "02", MovedIn),
            Resident(990_003, "榊原 颯太", "サカキバラ ソウタ", "H27.5.5", "1", "03", MovedIn));
        inbox.Add("household", "2025-04-02T02:00:00+09:00", "2025-03-31",
            [Member(990_001, "01", "1"), Member(990_002, "02", "0"), Member(990_003, "03", "0")]);
        inbox.Add("school", "2025-04-02T02:10:00+09:00", "2025-03-31",
            [Pupil("TW001", "榊原 颯太", "サカキバラ ソウタ"), Pupil("TW002", kanji, kana)]);
        List<string[]> days = [];
        for (DateOnly day = new(2025, 1, 8); day < new DateOnly(2025, 3, 25); day = day.AddDays(1))
        {
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            {
                string date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                days.Add([School, "TW001", date, day.Day == 15 ? "欠席" : "出席", day.Day == 15 ? "発熱" : ""]);
                days.Add([School, "TW002", date, day.Day > 20 ? "欠席" : "出席", day.Day > 20 ? "理由不明" : ""]);
            }
        }

        foreach (IGrouping<string, string[]> month in days.GroupBy(row => row[2][..7]))
        {
            string last = month.Key switch { "2025-02" => "2025-02-28", var other => other + "-31" };
            inbox.Add("attendance", "2025-04-02T02:20:00+09:00", last, [.. month]);
        }
    }

    private static void LateEntry(TinyInbox inbox)
    {
        inbox.Add("resident", "2025-04-03T02:00:00+09:00", "2025-03-31", Resident(990_004, "榊原 湊", "サカキバラ ミナト", "H27.5.5", "1", "03", "R6.3.25"));
        inbox.Add("household", "2025-04-03T02:00:00+09:00", "2025-03-31", [Member(990_004, "03", "0")]);

        // Another guardian in both worlds: what is word for word the file of before is not taken in, and a brief counts files.
        inbox.Add("school", "2025-04-03T02:10:00+09:00", "2025-03-31",
            [Pupil("TW001", "榊原 颯太", "サカキバラ ソウタ", "榊原 由美"), Pupil("TW002", "榊原 湊", "サカキバラ ミナト", "榊原 由美")]);
    }

    private static string[] Resident(int id, string kanji, string kana, string birth, string sex, string relation, string moved) =>
        [TinyInbox.Number(id), "9900000001", kanji, kana, birth, sex, relation, "01001", Address, "", "01", "02", moved, moved, "日本", "0"];

    private static string[] Member(int id, string relation, string isHead) => ["9900000001", TinyInbox.Number(id), relation, "2024-03-25", "", isHead];

    private static string[] Pupil(string number, string kanji, string kana, string guardian = "榊原 大輔") =>
        [number, School, "2024", "3", "1", kanji, kana, "H27.5.5", "男", Address, guardian, "R6.4.1", "R7.3.31"];

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string Text(byte[] pdf)
    {
        using PdfDocument document = PdfDocument.Open(pdf);
        return string.Concat(document.GetPages().Select(page => page.Text));
    }

    private static string N(long key) => key.ToString(CultureInfo.InvariantCulture);

    private static string Day(int days) => Today.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>One warehouse of the story.</summary>
    private sealed class World(string folder)
    {
        public string Folder { get; } = folder;

        public async Task<string> Done(params string[] args)
        {
            using StringWriter output = new();
            using StringWriter error = new();
            int code = await CommandLine.Run([.. args, "--output", Folder], output, error, TestContext.Current.CancellationToken);
            Assert.True(code == 0, error.ToString() + output);
            return output.ToString();
        }

        public long Record(string system, string number) => Identity(session => session.ScalarText<long>(
            "SELECT DISTINCT record_key FROM ident.source_record WHERE system_code = @system AND source_id = @number", new { system, number }));

        public (long Person, string DecidedBy, string Rule) Link(string system, string number) => Identity(session => session.QueryText<(long, string, string)>(
            $"SELECT person_key, decided_by, rule_code FROM ident.crosswalk WHERE known_to_utc > '9999-01-01' AND record_key = {Record(system, number)}").Single());

        /// <summary>Returns whose the months at the twins' school are.</summary>
        public IReadOnlyList<(long Person, long Month, long Absent)> SchoolFacts()
        {
            string records = string.Join(", ", Record("school", "TW001"), Record("school", "TW002"));
            using WarehouseDatabases databases = new(new HostOptions().Databases(Folder));
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.EtlWarehouse);
            return session.QueryText<(long, long, long)>(
                $"SELECT person_key, CAST(month_key AS BIGINT), CAST(absent_days AS BIGINT) FROM fact.school_attendance_month WHERE known_to_utc > '9999-01-01' AND record_key IN ({records}) ORDER BY person_key, month_key");
        }

        /// <summary>Scores as known on a day after today; returns score with reasons, and features, of a child.</summary>
        public async Task<(string Score, string Facts)> Score(long child, int days)
        {
            await Done("score", "--snapshot", "2025-04-01", "--as-known", Day(days));
            using WarehouseDatabases databases = new(new HostOptions().Databases(Folder));
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
            string score = session.QueryText<string>(
                $"""
                SELECT CONCAT(CAST(s.log_odds AS VARCHAR), ' ', CAST(s.is_withheld AS VARCHAR), ' ', s.band_code, ' ',
                    (SELECT CONCAT(CAST(COUNT(*) AS VARCHAR), '/', CAST(SUM(r.weight) AS VARCHAR), '/', CAST(SUM(r.rule_key) AS VARCHAR))
                        FROM fact.score_reason AS r WHERE r.child_key = s.child_key AND r.as_known_utc = s.as_known_utc))
                FROM fact.risk_score AS s
                WHERE s.child_key = {child} AND s.as_known_utc = (SELECT MAX(x.as_known_utc) FROM fact.risk_score AS x)
                """).Single();
            return (score, Facts(session, child, Snapshot.StartOfDayUtc(Today.AddDays(days))));
        }

        public string Facts(long child, DateTime asKnownUtc)
        {
            using WarehouseDatabases databases = new(new HostOptions().Databases(Folder));
            using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Model);
            return Facts(session, child, asKnownUtc);
        }

        public async Task<(string Id, byte[] Pdf)> Brief(long child, int days)
        {
            using JsonDocument made = JsonDocument.Parse(await Done("brief", "--child", N(child), "--as-known", Day(days), "--json"));
            JsonElement brief = made.RootElement.GetProperty("briefs")[0];
            return (brief.GetProperty("brief_id").GetString()!, await File.ReadAllBytesAsync(brief.GetProperty("path").GetString()!, TestContext.Current.CancellationToken));
        }

        public async Task<byte[]> Rebuilt(string brief)
        {
            string path = Path.Combine(Folder, "briefs", brief + ".pdf");
            File.Delete(path);
            await Done("brief", "--rebuild", brief);
            return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        }

        private static string Facts(WarehouseSession session, long child, DateTime asKnownUtc) => JsonSerializer.Serialize(
            FeatureReader.Read(session, new Snapshot(new DateOnly(2025, 4, 1), asKnownUtc), FeatureCatalogue.Default).Single(facts => facts.ChildKey == child) with { Snapshot = new(new DateOnly(2025, 4, 1), default) });

        private T Identity<T>(Func<WarehouseSession, T> read)
        {
            using WarehouseDatabases databases = new(new HostOptions().Databases(Folder));
            using WarehouseSession session = databases.Open(DatabaseKind.Identity, SessionRole.Migrator);
            return read(session);
        }
    }
}
