using System.Globalization;
using Warehouse.Reporting.Briefs;
using Warehouse.Reporting.Casework;
using Warehouse.Sql;

namespace Warehouse.Reporting.Evaluation;

/// <summary>Reads what an evaluation looks at: pseudonymous judgements, draws, scores and events; no row of it leaves the program.</summary>
internal static class EvaluationReader
{
    /// <summary>Returns the data of a plan.</summary>
    /// <param name="databases">The databases.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="lastDay">The last day that the departments' records cover.</param>
    /// <param name="asKnownUtc">What they had told by then.</param>
    internal static EvaluationData Read(WarehouseDatabases databases, EvaluationPlan plan, DateOnly lastDay, DateTime asKnownUtc)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        (DateTime from, DateTime until) = Period(plan);
        var at = new { from_utc = from, until_utc = until, as_known_utc = asKnownUtc };
        IReadOnlyList<JudgementRow> judgements = session.Query<JudgementRow>("query/evaluation_judgement", at);
        ILookup<long, EventRow> events = session.Query<EventRow>("query/evaluation_route", new { as_known_utc = asKnownUtc }).ToLookup(row => row.ChildKey);
        List<DistrictRound> districts = [];
        List<DrawnChild> drawn = [];
        List<ThresholdRow> threshold = [];
        foreach (IGrouping<(long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc), DrawRow> draw in session.Query<DrawRow>("query/evaluation_draw", at).GroupBy(row => (row.ModelRunId, row.SnapshotDate, row.AsKnownUtc)))
        {
            string round = Round(draw.Key.ModelRunId, draw.Key.SnapshotDate);
            var key = new { model_run_id = draw.Key.ModelRunId, snapshot_date = draw.Key.SnapshotDate, score_known_utc = draw.Key.AsKnownUtc };
            IReadOnlyList<ScoreRow> scores = session.Query<ScoreRow>("query/evaluation_score", key);
            districts.Add(new DistrictRound(round, "", scores.Count(score => score.IsListed), 0));
            districts.AddRange(draw.Select(row => new DistrictRound(round, row.DistrictCode, 0, row.PopulationCount)));
            drawn.AddRange(session.Query<DrawnRow>("query/evaluation_draw_child", key).Select(row => new DrawnChild(row.ChildKey, round, row.DistrictCode)));
            DateOnly end = draw.Key.SnapshotDate.AddDays(plan.HorizonDays);
            if (end <= lastDay)
            {
                threshold.AddRange(Near(scores, score => events[score.ChildKey].Any(row => row.EventCode != "route" && row.EventDate > draw.Key.SnapshotDate && row.EventDate <= end)));
            }
        }

        HashSet<(long, string)> chosen = drawn.Select(row => (row.Child, row.Round)).ToHashSet();
        List<JudgedCase> cases = [];
        foreach (IGrouping<(long ChildKey, string Round, string StaffId), JudgementRow> one in judgements.GroupBy(row => (row.ChildKey, Round(row.ModelRunId, row.SnapshotDate), row.StaffId)))
        {
            // A final judgement of the period whose first one came before it belongs to the period before.
            if (one.FirstOrDefault(row => row.StageCode == JudgementCodes.First) is not { } first)
            {
                continue;
            }

            JudgementRow? final = one.Where(row => row.StageCode == JudgementCodes.Final).MaxBy(row => row.RevisionNumber);
            cases.Add(new JudgedCase(
                first.ChildKey, one.Key.Round, first.StaffId, Quarter(JapaneseDate.At(first.JudgedUtc)), first.BandCode == "A", chosen.Contains((first.ChildKey, one.Key.Round)),
                Level(first.DecisionCode), final is null ? null : Level(final.DecisionCode), first.SpentSeconds, final is null ? null : one.Where(row => row.StageCode == JudgementCodes.Final).Sum(row => row.SpentSeconds),
                first.JudgedUtc.Ticks, first.WasKnown == 1, first.BandCode is "A" or "B" or "C"));
        }

        return new EvaluationData(cases, districts, drawn, FollowUps(judgements, events, lastDay), threshold);
    }

    /// <summary>Returns how many judgements of a plan's period are on record.</summary>
    internal static long Count(WarehouseDatabases databases, EvaluationPlan plan)
    {
        using WarehouseSession session = databases.Open(DatabaseKind.Warehouse, SessionRole.Reporting);
        (DateTime from, DateTime until) = Period(plan);
        return session.QuerySingle<long>("query/evaluation_judgement_count", new { from_utc = from, until_utc = until });
    }

    // Each listed child once: from its first judgement of need, where the usual route had not come before.
    private static List<FollowUp> FollowUps(IReadOnlyList<JudgementRow> judgements, ILookup<long, EventRow> events, DateOnly lastDay)
    {
        List<FollowUp> followed = [];
        foreach (IGrouping<long, JudgementRow> child in judgements.Where(row => row is { StageCode: JudgementCodes.First, BandCode: "A", DecisionCode: "need" }).GroupBy(row => row.ChildKey))
        {
            JudgementRow first = child.First();
            DateOnly day = JapaneseDate.At(first.JudgedUtc);
            List<DateOnly> routes = events[child.Key].Where(row => row.EventCode == "route").Select(row => row.EventDate).ToList();
            if (day > lastDay || first.WasKnown == 1 || routes.Exists(route => route <= day && route > day.AddYears(-1)))
            {
                continue;
            }

            DateOnly? next = routes.Where(route => route > day && route <= lastDay).Select(route => (DateOnly?)route).Min();
            followed.Add(new FollowUp((next ?? lastDay).DayNumber - day.DayNumber, next is not null));
        }

        return followed;
    }

    // The list ends half-way between its lowest score and the highest below it; children whose scores tie there were parted by chance and are left out.
    private static List<ThresholdRow> Near(IReadOnlyList<ScoreRow> scores, Func<ScoreRow, bool> isReached)
    {
        List<ScoreRow> known = scores.Where(score => score.LogOdds is not null).ToList(), on = known.Where(score => score.IsListed).ToList(), off = known.Where(score => !score.IsListed).ToList();
        if (on.Count == 0 || off.Count == 0)
        {
            return [];
        }

        double least = on.Min(score => score.LogOdds!.Value), most = off.Max(score => score.LogOdds!.Value), end = (least + most) / 2;
        return known.Where(score => score.IsListed ? score.LogOdds > most : score.LogOdds < least).Select(score => new ThresholdRow(score.LogOdds!.Value - end, isReached(score) ? 1 : 0)).ToList();
    }

    // A day begins at midnight in Japan.
    private static (DateTime From, DateTime Until) Period(EvaluationPlan plan) =>
        (plan.From.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddHours(-9), plan.To.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddHours(-9));

    private static string Round(long modelRunId, DateOnly snapshot) => string.Create(CultureInfo.InvariantCulture, $"{snapshot:yyyy-MM-dd} {modelRunId}");

    private static string Quarter(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{day.Year}-Q{((day.Month - 1) / 3) + 1}");

    private static int Level(string decision) => decision switch { "need" => Influence.Need, "pending" => 1, _ => 0 };

    private sealed record JudgementRow(
        long ChildKey, DateOnly SnapshotDate, long ModelRunId, string StaffId, string StageCode, int RevisionNumber, string DecisionCode, string BandCode, int SpentSeconds, DateTime JudgedUtc, int WasKnown);

    private sealed record DrawRow(long ModelRunId, DateOnly SnapshotDate, DateTime AsKnownUtc, string DistrictCode, long PopulationCount);

    private sealed record DrawnRow(long ChildKey, string DistrictCode);

    private sealed record ScoreRow(long ChildKey, double? LogOdds, string BandCode)
    {
        public bool IsListed => BandCode == "A";
    }

    private sealed record EventRow(long ChildKey, string EventCode, DateOnly EventDate);
}
