using Warehouse.Model;
using Warehouse.Model.Features;
using Warehouse.Model.Govern;
using Warehouse.Model.Items;
using Warehouse.Model.Mine;
using Warehouse.Model.Train;
using Warehouse.Sql;
using Warehouse.Tests.Support;
using Run = Warehouse.Model.ModelRun;

namespace Warehouse.Tests.ModelRun;

/// <summary>Training and scoring from tables to tables.</summary>
public sealed class TrainAndScoreTests
{
    private static readonly DateTime Now = new(2024, 5, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateOnly Date = new(2024, 4, 1);
    private static readonly DateTime AsKnown = Snapshot.StartOfDayUtc(Date);

    private static readonly ModelOptions Options = new()
    {
        Clock = new FixedClock(Now),
        Marks = new ModelMarks { MostCalibrationError = 0.05 },
        Train = new TrainOptions
        {
            HoldOutPeriods = 1,
            Bootstraps = 2,
            Folds = 3,
            PenaltyShares = [0.3, 0.1],
            Threads = 1,
            Mine = new MineOptions { MaxLength = 2, Permutations = 50, Threads = 1 },
        },
    };

    [Fact]
    public void The_same_facts_and_seed_give_the_same_model()
    {
        string[] hashes = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            using FactWriter city = City();
            return Train(city).ModelSha256;
        })];

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Theory]
    [EngineData]
    public void A_run_keeps_its_rules_metrics_and_document(Engine engine)
    {
        using FactWriter city = City(engine);

        ModelSummary summary = Train(city);

        using WarehouseSession session = city.Session();
        Assert.Equal("succeeded", session.ScalarText<string>("SELECT status_code FROM meta.model_run WHERE is_current = 1"));
        Assert.Equal(summary.KeptCount, session.ScalarText<int>("SELECT rule_count FROM meta.model_run"));
        Assert.Equal(summary.KeptCount, session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) FROM dim.mined_rule WHERE weight <> 0"));
        Assert.True(session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) FROM meta.model_metric WHERE metric_code = 'group_auc'") > 0);
        Assert.Equal(summary.ModelSha256, Warehouse.Model.Store.ModelStore.Current(session).Document.Hash());
        Assert.Equal(FeatureCatalogue.Default.Entries.Count, session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) FROM dim.feature"));
        Assert.True(summary.KeptCount > 0);
        Assert.True(summary.PositiveCount > 20);
        Assert.True(summary.Quoted.Auc > 0.6, $"AUC {summary.Quoted.Auc}");
        using WarehouseSession migrator = city.Session(SessionRole.Migrator);
        Assert.Empty(DeclaredColumns.Unfit(migrator, DatabaseKind.Warehouse));
    }

    [Fact]
    public void Unapproved_features_stay_out_of_the_model()
    {
        using FactWriter city = City();
        Train(city);
        using (WarehouseSession steward = city.Session())
        {
            steward.ExecuteText("UPDATE dim.feature SET is_approved = 0 WHERE feature_name = 'absent_days_12m'");
        }

        Train(city);

        using WarehouseSession session = city.Session();
        IReadOnlyList<FeatureSpec> used = Warehouse.Model.Store.ModelStore.Current(session).Document.Features;
        Assert.DoesNotContain(used, f => f.Name is "absent_days_12m" or "is_foreign_roots" or "district" or "allowance_class");
        Assert.Equal(2, session.ScalarText<int>("SELECT CAST(MAX(model_run_id) AS INTEGER) FROM meta.model_run WHERE is_current = 1"));
    }

    [Fact]
    public void A_leaky_column_changes_no_bit_of_the_model()
    {
        string[] hashes = [.. new[] { false, true }.Select(leak =>
        {
            using FactWriter city = City(leak: leak);
            return Train(city).ModelSha256;
        })];

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Theory]
    [EngineData]
    public void Scoring_twice_writes_the_same_rows_once(Engine engine)
    {
        using FactWriter city = City(engine);
        Train(city);

        ScoreSummary first = Score(city, Options, AsKnown);
        string[] before = Rows(city);
        Score(city, Options, AsKnown);

        Assert.Equal(before, Rows(city));
        Assert.Equal(first.ChildCount, before.Length);
        Assert.True(first.ReasonCount > 0);
        Assert.Equal((int)Math.Ceiling(first.ShownCount * 0.01), first.Bands.A);
        Assert.Equal((int)Math.Ceiling(first.ShownCount * 0.07), first.Bands.C);
    }

    [Fact]
    public void A_score_as_known_then_survives_corrections_bit_by_bit()
    {
        using FactWriter city = City();
        Train(city);
        Score(city, Options, AsKnown);
        Assert.True(Run.Recompute(city.Databases, Options, Date, AsKnown).IsEqual);

        city.Known = AsKnown.AddDays(3);
        for (long child = 1; child <= 60; child++)
        {
            city.Month(child, 202402, absent: 15).Consultation(child, "2024-03-01", "need", "2024-03-10").Move(child, "move_within", "2024-03-01");
        }

        city.Save();
        using (WarehouseSession session = city.Session())
        {
            session.ExecuteText(
                "UPDATE fact.school_attendance_month SET known_to_utc = @at WHERE month_key = 202401 AND person_key < 100", new { at = AsKnown.AddDays(3) });
        }

        Assert.True(Run.Recompute(city.Databases, Options, Date, AsKnown).IsEqual);
        Assert.False(Run.Recompute(city.Databases, Options, Date, AsKnown.AddDays(3)).IsEqual);
        Score(city, Options, AsKnown.AddDays(3));
        Assert.NotEqual(Rows(city, AsKnown), Rows(city, AsKnown.AddDays(3)));
    }

    [Fact]
    public void A_recomputed_score_that_differs_in_one_bit_is_named()
    {
        using FactWriter city = City();
        Train(city);
        Score(city, Options, AsKnown);
        using (WarehouseSession session = city.Session())
        {
            double odds = session.ScalarText<double>("SELECT log_odds FROM fact.risk_score WHERE child_key = 5");
            session.ExecuteText("UPDATE fact.risk_score SET log_odds = @odds WHERE child_key = 5", new { odds = Math.BitIncrement(odds) });
        }

        Assert.Equal([5L], Run.Recompute(city.Databases, Options, Date, AsKnown).DifferentChildren);
    }

    [Fact]
    public void Reasons_add_up_to_the_score()
    {
        using FactWriter city = City();
        Train(city);
        Score(city, Options with { MaxReasons = 1000 }, AsKnown);

        using WarehouseSession session = city.Session();
        double bias = Warehouse.Model.Store.ModelStore.Current(session).Document.Bias;
        (long Child, double Odds, double? Sum)[] rows = [.. session.QueryText<(long Child, double Odds, double? Sum)>(
            """
            SELECT s.child_key, s.log_odds, SUM(r.weight)
            FROM fact.risk_score AS s
            LEFT JOIN fact.score_reason AS r ON r.child_key = s.child_key AND r.side_code <> 'unknown'
            WHERE s.is_withheld = 0
            GROUP BY s.child_key, s.log_odds
            """)];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(row.Odds, bias + (row.Sum ?? 0), 9));
        Assert.Equal(
            0,
            session.ScalarText<int>(
                """
                SELECT CAST(COUNT(*) AS INTEGER) FROM fact.score_reason AS r
                WHERE r.rule_key <> 0 AND NOT EXISTS (SELECT m.rule_key FROM dim.mined_rule AS m WHERE m.rule_key = r.rule_key AND m.weight = r.weight)
                """));
    }

    [Fact]
    public void Thin_files_and_known_cases_are_withheld_with_the_reason()
    {
        using FactWriter city = City();
        city.Child(5001, 201405, 5001)
            .Child(5002, 201405, 5002).School(5002, "2021-04-01").Month(5002, 202402).Consultation(5002, "2024-03-01")
            .Child(5003, 201405, 5003).School(5003, "2021-04-01").Month(5003, 202402).Consultation(5003, "2022-03-01", "need", "2022-04-01", "2022-09-01")
            .Save();
        Train(city);

        Score(city, Options, AsKnown);

        using WarehouseSession session = city.Session();
        (string Code, double? Odds, double? Probability, int? Rank, int Reasons)[] rows =
            [.. session.QueryText<(string Code, double? Odds, double? Probability, int? Rank, int Reasons)>(
                """
                SELECT s.withheld_code, s.log_odds, s.probability, s.list_rank,
                    (SELECT CAST(COUNT(*) AS INTEGER) FROM fact.score_reason AS r WHERE r.child_key = s.child_key)
                FROM fact.risk_score AS s WHERE s.child_key > 5000 ORDER BY s.child_key
                """)];
        Assert.Equal(
            [("thin_file", null, null, null, 0), ("open_case", null, null, null, 0), ("earlier_case", null, null, null, 0)],
            rows);
    }

    [Fact]
    public void A_failed_run_is_recorded_and_the_next_one_succeeds()
    {
        using FactWriter city = new();

        ModelException fault = Assert.Throws<ModelException>(() => Train(city));

        Assert.Equal("MDL-050", fault.Code);
        Fill(city, leak: false);
        Train(city);
        using WarehouseSession session = city.Session();
        Assert.Equal(
            [("failed", false), ("succeeded", true)],
            session.QueryText<(string, bool)>("SELECT status_code, is_current FROM meta.model_run ORDER BY model_run_id"));
        Assert.Contains("MDL-050", session.ScalarText<string>("SELECT error_text FROM meta.model_run WHERE model_run_id = 1"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_run_is_recorded_as_failed()
    {
        using FactWriter city = City();
        using CancellationTokenSource source = new();

        Assert.ThrowsAny<OperationCanceledException>(() => Run.Train(city.Databases, Options, new Cancelling(source), source.Token));

        using WarehouseSession session = city.Session();
        Assert.Equal("failed", session.ScalarText<string>("SELECT status_code FROM meta.model_run"));
        Assert.Equal(0, session.ScalarText<int>("SELECT CAST(COUNT(*) AS INTEGER) FROM dim.mined_rule"));
    }

    [Fact]
    public void Scoring_without_a_model_says_so()
    {
        using FactWriter city = City();

        Assert.Equal("MDL-040", Assert.Throws<ModelException>(() => Score(city, Options, AsKnown)).Code);
    }

    [Theory]
    [EngineData]
    public void Marks_are_written_before_training_and_measured_after(Engine engine)
    {
        using FactWriter city = City(engine);
        List<string> before = [];

        ModelSummary summary = Run.Train(city.Databases, Options, new Watching(() =>
        {
            using WarehouseSession early = city.Session();
            before.AddRange(early.QueryText<string>("SELECT CONCAT(mark_code, ' ', status_code) FROM meta.model_mark ORDER BY mark_code"));
        }), TestContext.Current.CancellationToken);

        Assert.True(summary.IsAccepted, string.Join("; ", summary.Marks));
        Assert.Equal(9, before.Count);
        Assert.All(before, mark => Assert.EndsWith(" set", mark, StringComparison.Ordinal));
        using WarehouseSession session = city.Session();
        Assert.Equal(
            [("champion", "not_measured"), ("auc_high", "passed"), ("parity", "passed")],
            session.QueryText<(string, string)>("SELECT mark_code, status_code FROM meta.model_mark WHERE mark_code IN ('auc_high', 'champion', 'parity') ORDER BY status_code, mark_code"));
    }

    [Fact]
    public void A_model_that_fails_a_mark_is_not_used_until_somebody_decides_it()
    {
        using FactWriter city = City();
        ModelOptions strict = Options with { Marks = new ModelMarks { LeastAucHigh = 0.99 } };

        ModelSummary refused = Run.Train(city.Databases, strict, null, TestContext.Current.CancellationToken);

        Assert.False(refused.IsAccepted);
        Assert.Equal("MDL-040", Assert.Throws<ModelException>(() => Score(city, Options, AsKnown)).Code);
        Run.Promote(city.Databases, refused.ModelRunId, "steward", "試行のため", Options.Clock, TestContext.Current.CancellationToken);
        Assert.Equal(refused.ModelRunId, Score(city, Options, AsKnown).ModelRunId);
        Assert.Equal("MDL-043", Assert.Throws<ModelException>(() => Run.Promote(city.Databases, 99, "steward", "なし", Options.Clock, TestContext.Current.CancellationToken)).Code);
        using WarehouseSession session = city.Session();
        Assert.Equal([("promoted", "steward", "試行のため")], session.QueryText<(string, string, string)>(
            "SELECT r.verdict_code, p.staff_id, p.reason_text FROM meta.model_run AS r JOIN meta.model_promotion AS p ON p.model_run_id = r.model_run_id"));
    }

    [Fact]
    public void A_feature_that_alone_says_what_the_label_says_keeps_the_model_from_use()
    {
        using FactWriter city = City();

        // Being absent is what decides in this city; a limit below what it reaches alone takes it for a leak.
        ModelSummary summary = Run.Train(city.Databases, Options with { Marks = Options.Marks with { LeakAuc = 0.65 } }, null, TestContext.Current.CancellationToken);

        PassMark leak = summary.Marks.Single(mark => mark.Code == MarkCodes.Leak);
        Assert.Equal("failed", leak.Status);
        Assert.Contains("absent_days", leak.Detail, StringComparison.Ordinal);
        Assert.False(summary.IsAccepted);
    }

    [Fact]
    public void A_refused_model_leaves_the_one_in_use_where_it_is()
    {
        using FactWriter city = City();
        ModelSummary champion = Train(city);

        Run.Train(city.Databases, Options with { Marks = new ModelMarks { MostCalibrationError = 0 } }, null, TestContext.Current.CancellationToken);

        Assert.Equal(champion.ModelRunId, Score(city, Options, AsKnown).ModelRunId);
    }

    [Fact]
    public void Where_the_model_in_use_cannot_be_read_the_last_good_one_scores_and_says_so()
    {
        using FactWriter city = City();
        ModelSummary good = Train(city);
        ModelSummary damaged = Train(city);
        using (WarehouseSession session = city.Session())
        {
            session.ExecuteText("UPDATE meta.model_part SET document_json = CONCAT(document_json, ' ') WHERE model_run_id = @run AND part_number = 1", new { run = damaged.ModelRunId });
        }

        ScoreSummary scored = Score(city, Options, AsKnown);

        Assert.Equal(good.ModelRunId, scored.ModelRunId);
        Assert.Contains("MDL-041", Assert.Single(scored.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_model_is_compared_with_the_one_in_use_on_what_neither_has_learned_from()
    {
        using FactWriter city = City();
        ModelSummary first = Train(city);
        using (WarehouseSession session = city.Session())
        {
            // As if it had been trained two years ago: what was decided since is new to it.
            session.ExecuteText("UPDATE meta.model_run SET as_known_utc = @then", new { then = Now.AddYears(-2) });
        }

        ModelSummary second = Run.Train(city.Databases, Options, null, TestContext.Current.CancellationToken);

        Assert.Equal("not_measured", first.Marks.Single(mark => mark.Code == MarkCodes.Champion).Status);
        PassMark mark = second.Marks.Single(mark => mark.Code == MarkCodes.Champion);

        // It had learned from these rows after all, which no model that had not can reach: the new one is refused, the old one scores on.
        Assert.Equal("failed", mark.Status);
        Assert.Equal(first.ModelRunId, Score(city, Options, AsKnown).ModelRunId);
        Assert.StartsWith($"against model {first.ModelRunId} on ", mark.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_stopped_shows_at_the_next_scoring()
    {
        using FactWriter city = City();
        Train(city);
        ScoreSummary quiet = Score(city, Options, AsKnown);
        using (WarehouseSession session = city.Session())
        {
            session.ExecuteText("UPDATE fact.school_attendance_month SET known_to_utc = @at WHERE month_key >= 202310", new { at = AsKnown });
        }

        ScoreSummary later = Score(city, Options, AsKnown.AddDays(1));

        Assert.DoesNotContain(quiet.Drifted, drift => drift.MissingNow > 0.99 && drift.MissingBefore < 0.9);
        FeatureDrift stopped = later.Drifted.Single(drift => drift.Feature == "absent_days_3m");
        Assert.Equal(("drift", 1.0), (stopped.Status, stopped.MissingNow));
        Assert.True(stopped.MissingBefore < 0.9);
        using WarehouseSession read = city.Session();
        Assert.Equal("drift", read.ScalarText<string>("SELECT status_code FROM meta.model_drift WHERE feature_name = 'absent_days_3m' AND as_known_utc = @at", new { at = AsKnown.AddDays(1) }));
    }

    [Theory]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4001)]
    public void A_document_in_parts_is_the_document(int length)
    {
        string text = new string('a', length - 1) + "𠮷𠮷" + new string('b', 5000);

        string[] parts = [.. Warehouse.Model.Store.ModelStore.Parts(text)];

        Assert.Equal(text, string.Concat(parts));
        Assert.All(parts, part => Assert.True(part.Length <= 4000 && !char.IsHighSurrogate(part[^1])));
    }

    private static ModelSummary Train(FactWriter city)
    {
        ModelSummary summary = Run.Train(city.Databases, Options, null, TestContext.Current.CancellationToken);
        Assert.True(summary.IsAccepted, string.Join("; ", summary.Marks.Where(mark => mark.Status == "failed")));
        return summary;
    }

    private static ScoreSummary Score(FactWriter city, ModelOptions options, DateTime asKnown) =>
        Run.Score(city.Databases, options, Date, asKnown, TestContext.Current.CancellationToken);

    private static FactWriter City(Engine? engine = null, bool leak = false)
    {
        FactWriter writer = new(engine);
        Fill(writer, leak);
        return writer;
    }

    // 400 pupils in 250 households; being absent a lot with one parent leads to a decision more often.
    private static void Fill(FactWriter writer, bool leak)
    {
        Random random = new(7);
        for (long household = 1; household <= 250; household++)
        {
            writer.Household(1000 + household, single: (short)(random.NextDouble() < 0.25 ? 1 : 0), grandparent: (short)(random.NextDouble() < 0.3 ? 1 : 0));
        }

        for (long child = 1; child <= 400; child++)
        {
            long household = 1001 + ((child - 1) % 250);
            writer.Known = FactWriter.Always;
            writer.Child(child, 201304 + (int)(child % 9), household, sex: (short)(1 + (child % 2))).School(child, "2020-04-01");
            bool isAbsentee = random.NextDouble() < 0.2;
            for (int month = 0; month < 30; month++)
            {
                int monthKey = ((2021 + ((9 + month) / 12)) * 100) + ((9 + month) % 12) + 1;
                writer.Month(child, monthKey, absent: (short)random.Next(isAbsentee ? 6 : 2), late: (short)random.Next(2));
            }

            if (random.NextDouble() < (isAbsentee ? 0.45 : 0.06))
            {
                int at = random.Next(1, 24);
                DateOnly received = new DateOnly(2022, 4, 5).AddMonths(at);
                writer.Consultation(
                    child, FactWriter.Text(received), "need", FactWriter.Text(received.AddDays(14)), route: "school", intake: leak ? "council" : "none");
            }
        }

        writer.ConsultationsLoaded(Now.AddDays(-1));
    }

    private static string[] Rows(FactWriter city, DateTime? asKnown = null)
    {
        using WarehouseSession session = city.Session();
        return [.. session.QueryText<(long, double?, double?, string, int?, string, string)>(
            """
            SELECT s.child_key, s.log_odds, s.probability, s.band_code, s.list_rank, s.withheld_code,
                (SELECT CONCAT(CAST(COUNT(*) AS INTEGER), '/', CAST(COALESCE(SUM(r.weight), 0) AS DOUBLE PRECISION)) FROM fact.score_reason AS r
                    WHERE r.child_key = s.child_key AND r.as_known_utc = s.as_known_utc)
            FROM fact.risk_score AS s
            WHERE s.as_known_utc = @at
            ORDER BY s.child_key
            """,
            new { at = asKnown ?? AsKnown }).Select(row => row.ToString())];
    }

    private sealed class FixedClock(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(now);
    }

    private sealed class Watching(Action look) : IProgress<ModelProgress>
    {
        public void Report(ModelProgress value)
        {
            if (value.Stage == "features")
            {
                look();
            }
        }
    }

    private sealed class Cancelling(CancellationTokenSource source) : IProgress<ModelProgress>
    {
        public void Report(ModelProgress value)
        {
            if (value.Stage != "features")
            {
                source.Cancel();
            }
        }
    }
}
