using System.Globalization;
using Warehouse.Reporting.Disclosure;
using Warehouse.Reporting.Statistics;

namespace Warehouse.Reporting.Evaluation;

/// <summary>Where the figures of an evaluation come from.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Status">How it stands to the data.</param>
/// <param name="RegisteredUtc">When it was registered; null where it was not.</param>
/// <param name="LastDay">The last day that the departments' records cover.</param>
/// <param name="AsKnownUtc">What they had told by then.</param>
/// <param name="Profile">Rules of disclosure control.</param>
/// <param name="Earlier">What is public already.</param>
/// <param name="Mark">What is printed across; null for real data.</param>
internal sealed record EvaluationFrame(
    EvaluationPlan Plan, PlanStatus Status, DateTime? RegisteredUtc, DateOnly LastDay, DateTime AsKnownUtc, DisclosureProfile Profile, IReadOnlyList<EarlierRelease> Earlier, string? Mark);

/// <summary>Writes an evaluation for people, from printed counts wherever a figure could be taken apart into counts.</summary>
/// <remarks>
/// Counts go through disclosure control as linked tables. A share is shown with both of its counts or not at all. Statistics that no reader can take apart into counts (kappa, net influence, recall, an effect) are shown where the counts beside them are.
/// A hidden number of children found by the draw still allows a bound that holds for every number it could be.
/// </remarks>
internal static class EvaluationComposer
{
    private const string Moves = "moves";
    private const string Yields = "yield";
    private const string Known = "known";
    private const string Firsts = "first";
    private const string Followed = "followed";
    private const string Edge = "edge";

    private static readonly Hierarchy Change = Flat("change", ("same", "同じ"), ("toward", "分析の方へ"), ("away", "分析と逆へ"));

    private static readonly Hierarchy Decision = Flat("decision", ("need", "支援要"), ("pending", "保留"), ("no_need", "支援否"));

    // Of listed children alone: the same lines with one of them in two parts.
    private static readonly Hierarchy DecisionInParts = new(
        "decision", [new("need_new", "支援要（新たに把握）", "need"), new("need_known", "支援要（把握済み）", "need"), new("need", "支援要", ""), new("pending", "保留", ""), new("no_need", "支援否", ""), new("", "合計", null)], isAttribute: true);

    private static readonly Hierarchy Found = Flat("found", ("found", "支援要"), ("not_found", "支援否・保留"));

    private static readonly Hierarchy Reached = Flat("reached", ("reached", "つながった"), ("not_reached", "つながっていない"));

    private static readonly Hierarchy Side = Hierarchy.Flat("side", "合計", [new("on", "一覧の末尾", ""), new("off", "一覧のすぐ外", "")]);

    /// <summary>Returns the document of an evaluation.</summary>
    /// <exception cref="ReleaseRefusedException">Together with what is public, hidden figures could be computed.</exception>
    internal static EvaluationDocument Compose(EvaluationFrame frame, EvaluationData data, CancellationToken cancellation = default)
    {
        EvaluationPlan plan = frame.Plan;
        EvaluationResult result = Evaluator.Run(plan, data);
        DisclosedCounts counts = DisclosedCounts.Protect(Sheets(plan, data, result), frame.Profile, frame.Earlier, cancellation);
        return new EvaluationDocument(
            plan.Name, plan.Version, plan.Hash(), frame.Status, frame.RegisteredUtc, plan.From, plan.To, plan.Question, plan.Primary, plan.Notes, frame.LastDay, frame.AsKnownUtc, frame.Profile.Name, frame.Mark,
            Summary(data, counts),
            [
                AgreementOf(plan, result, counts), InfluenceOf(plan, result, counts), YieldOf(plan, counts), NewlyKnownOf(plan, counts),
                LeadTimeOf(plan, result, counts), RecallOf(plan, data, result, counts), ThresholdOf(plan, result, counts), TimeOf(plan, data, result, counts),
            ]);
    }

    private static List<CountSheet> Sheets(EvaluationPlan plan, EvaluationData data, EvaluationResult result)
    {
        string period = string.Create(CultureInfo.InvariantCulture, $"{plan.From:yyyy-MM-dd} {plan.To:yyyy-MM-dd}");
        List<JudgedCase> finished = data.Cases.Where(one => one.Final is not null).ToList(), shown = finished.Where(one => one.HasAnalysis).ToList();
        Hierarchy quarters = Hierarchy.Flat("quarter", "合計", shown.Select(one => one.Quarter).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).DefaultIfEmpty("none").Select(quarter => new HierarchyNode(quarter, quarter, "")));
        List<JudgedCase> children = finished.GroupBy(one => (one.Child, one.Round)).Select(group => group.MaxBy(one => one.Order)!).ToList();
        List<JudgedCase> first = data.Cases.GroupBy(one => (one.Child, one.Round)).Select(group => group.MinBy(one => one.Order)!).ToList();
        // A line without anybody would hide its neighbours.
        Hierarchy sources = Hierarchy.Flat(
            "source", "合計", new (string Code, string Title)[] { ("listed", "一覧に掲載"), ("drawn", "無作為に抽出"), ("other", "その他") }.Where(line => line.Code != "other" || children.Exists(one => SourceOf(one) == "other")).Select(line => new HierarchyNode(line.Code, line.Title, "")));
        List<CountSheet> sheets =
        [
            CountSheet.Of(Moves, $"evaluated judgements {period}", [quarters, Change], shown, one => CountSheet.Key(one.Quarter, ChangeOf(one))),
            CountSheet.Of(Yields, $"evaluated children {period}", [sources, Decision], children, one => CountSheet.Key(SourceOf(one), DecisionOf(one.Final!.Value))),
            CountSheet.Of(
                Known, $"evaluated children {period}", [DecisionInParts], children.Where(one => one.IsListed), one => one.Final == Influence.Need ? (one.WasKnown ? "need_known" : "need_new") : DecisionOf(one.Final!.Value))
                with { Within = new Dictionary<string, string> { ["source"] = "listed" } },
            // Apart, so that a small number among the drawn hides nothing of the listed: no total of both is printed.
            .. new[] { "listed", "drawn" }.Select(source => CountSheet.Of(
                Firsts + " " + source, $"evaluated first judgements {source} {period}", [Found], first.Where(one => SourceOf(one) == source), one => one.First >= (plan.PendingIsNeed ? 1 : Influence.Need) ? "found" : "not_found")),
            CountSheet.Of(Followed, $"evaluated followed {period}", [Reached], data.FollowUps, one => one.Happened ? "reached" : "not_reached"),
        ];
        if (result.Threshold.Method != ThresholdMethod.None)
        {
            sheets.Add(CountSheet.Of(
                Edge, $"evaluated edge {period}", [Side, Reached], data.Threshold.Where(row => Math.Abs(row.Distance) <= result.Threshold.Bandwidth), row => CountSheet.Key(row.IsListed ? "on" : "off", row.Outcome > 0.5 ? "reached" : "not_reached")));
        }

        return sheets;
    }

    private static List<EvaluationText> Summary(EvaluationData data, DisclosedCounts counts)
    {
        if (data.Cases.Count == 0)
        {
            return [EvaluationText.Of("この期間の判断はまだありません。分析結果を見せることが役に立っているかどうかは、まだ何も言えません。")];
        }

        List<EvaluationText> lines = [];
        if (counts.Of(Yields, "listed", "") is { } listed)
        {
            Bounds half = Shares.Wilson(listed / 2.0, listed);
            lines.Add(EvaluationText.Of("最終の判断を受けた一覧掲載のこどもは{0}人です。この人数で求めた割合には、最大で±{1}ポイント程度の誤差があります。これより小さな差や変化は見えません。", N(listed), Points(half.Width / 2)));
        }
        else
        {
            lines.Add(EvaluationText.Of("最終の判断を受けた一覧掲載のこどもは、公表できる人数に達していません。割合は示しません。"));
        }

        if (counts.Of(Firsts + " drawn", "") is { } drawn)
        {
            lines.Add(EvaluationText.Of(
                "一覧の外から無作為に選び、判断したこどもは{0}人です。仮にその中に支援要が1人もいなかったとしても、一覧の外のこどもの最大{1}は支援が必要である可能性が残ります。", N(drawn), Percent(Shares.ClopperPearson(0, drawn).High)));
        }
        else
        {
            lines.Add(EvaluationText.Of("一覧の外から無作為に選び、判断したこどもは、公表できる人数に達していません。一覧がどれだけ見落としているかは、まだ言えません。"));
        }

        lines.Add(EvaluationText.Of("この報告は、分析結果を見せた場合と見せなかった場合にこどものその後がどう違うかを直接比べたものではありません。判断がどう動き、誰が見つかったかを示すものです。"));
        lines.Add(EvaluationText.Of("職員の誰も気づけない必要（記録にも面談にも表れないもの）は、どの数値にも含まれていません。"));
        return lines;
    }

    private static EvaluationSection AgreementOf(EvaluationPlan plan, EvaluationResult result, DisclosedCounts counts)
    {
        long? same = counts.Of(Moves, "", "same"), all = counts.Of(Moves, "", "");
        Line share = Share(counts.Has(Moves), "same", "分析を見る前と後で判断が同じ", same, all, plan.Minimum.Judgements, result.Agreement.Same.Interval);
        bool isShown = share.Figure.Verdict == FigureVerdict.Shown;
        Line kappa = isShown ? Number("kappa", "カッパ係数", result.Agreement.Kappa, all, Two) : share with { Label = "カッパ係数", Figure = share.Figure with { Code = "kappa" } };
        return Section(
            "agreement", "判断の一致（分析を見る前と後）",
            share.Figure.Verdict switch
            {
                FigureVerdict.Shown => [EvaluationText.Of("判断{0}件のうち{1}件は、分析結果を見た後も同じでした。割合は{2}です。", N(all!.Value), N(same!.Value), share.Text)],
                FigureVerdict.TooSmall => [TooSmall(all, plan.Minimum.Judgements)],
                _ => [Hidden()],
            },
            [
                EvaluationText.Of("同じであることは、分析が正しいことも不要であることも意味しません。カッパ係数は、偶然の一致を除いた一致の程度です（1で完全な一致、0で偶然と同じ）。"),
                EvaluationText.Of("区間は95%です。職員が5人以上のときは職員ごとのまとまりを考えて広げています（ジャックナイフ法）。5人未満のときは考えておらず、狭すぎる可能性があります。"),
            ],
            [share], [share, kappa]);
    }

    private static EvaluationSection InfluenceOf(EvaluationPlan plan, EvaluationResult result, DisclosedCounts counts)
    {
        long? toward = counts.Of(Moves, "", "toward"), away = counts.Of(Moves, "", "away"), all = counts.Of(Moves, "", "");
        InfluenceLine line = result.Influence.All;
        bool isShown = toward is not null && away is not null && all is not null;
        Line net = isShown ? Number("net", "正味の影響", line.Net, null, Percent) : HiddenLine("net", "正味の影響", !counts.Has(Moves));
        List<Line> lines = [net];
        foreach (InfluenceLine period in result.Influence.ByPeriod)
        {
            bool isQuarterShown = isShown && counts.Of(Moves, period.Name, "toward") is not null && counts.Of(Moves, period.Name, "away") is not null;
            lines.Add(isQuarterShown ? Number(period.Name, period.Name, period.Net, null, Percent) : HiddenLine(period.Name, period.Name, !counts.Has(Moves)));
        }

        List<EvaluationText> answer = isShown
            ? [EvaluationText.Of("判断{0}件のうち、分析を見て分析の方へ動いたものは{1}件、逆へ動いたものは{2}件でした。", N(all!.Value), N(toward!.Value), N(away!.Value))]
            : [counts.Has(Moves) ? Hidden() : TooSmall(null, plan.Minimum.Judgements)];
        if (isShown && !line.Net.IsTooSmall)
        {
            Bounds bounds = line.Net.Interval!.Value;
            answer.Add(bounds.Low > 0 ? EvaluationText.Of("動く余地のある判断のうち、正味で{0}が分析の方へ動いたと推定されます。偶然では説明しにくい大きさです。", net.Text)
                : bounds.High < 0 ? EvaluationText.Of("動く余地のある判断は、正味で分析と逆へ動いたと推定されます。差は{0}です。", net.Text)
                : EvaluationText.Of("正味の影響は{0}で、影響がないことと矛盾しません。影響がないと示されたわけではありません。", net.Text));
        }
        else if (isShown)
        {
            answer.Add(TooSmall(null, plan.Minimum.Judgements));
        }

        List<double> spread = result.Influence.ByStaff.Where(staff => !staff.Net.IsTooSmall).Select(staff => staff.Net.Value!.Value).ToList();
        if (isShown && spread.Count >= Agreement.FewestStaff)
        {
            answer.Add(EvaluationText.Of("職員による差は、最も小さい人で{0}、最も大きい人で{1}です（{2}人）。この差には偶然によるものが含まれます。", Percent(spread.Min()), Percent(spread.Max()), N(spread.Count)));
        }

        return Section(
            "influence", "分析が判断を動かす程度",
            answer,
            [
                EvaluationText.Of("分析の方へ動いた割合から、逆へ動いた割合を引いたものです。見直しだけでも判断は変わるため、逆への動きをその目安としています。見直しだけなら両方向に同じだけ動く、という仮定によります。"),
                EvaluationText.Of("動いたことが良いか悪いかは、この数値からは言えません。"),
                result.Influence.Method == "staff"
                    ? EvaluationText.Of("区間は95%で、職員ごとのまとまりを考えています（Bell・McCaffrey法）。")
                    : EvaluationText.Of("区間は95%です。職員が5人未満のため職員ごとのまとまりを考えておらず、狭すぎる可能性があります（Newcombe法）。"),
                EvaluationText.Of("職員一人ひとりの数値は、人の評価に使われるおそれがあるため載せません。"),
            ],
            lines, lines);
    }

    private static EvaluationSection YieldOf(EvaluationPlan plan, DisclosedCounts counts)
    {
        long? needed = Needs(plan, counts, "listed"), listed = counts.Of(Yields, "listed", ""), found = Needs(plan, counts, "drawn"), drawn = counts.Of(Yields, "drawn", "");
        Line on = Share(counts.Has(Yields), "listed", "一覧に掲載", needed, listed, plan.Minimum.Judgements), off = Share(counts.Has(Yields), "drawn", "無作為に抽出", found, drawn, plan.Minimum.Judgements);
        List<EvaluationText> answer = on.Figure.Verdict switch
        {
            FigureVerdict.Shown => [EvaluationText.Of("一覧に掲載され最終の判断を受けた{0}人のうち、{1}人が支援要と判断されました。割合は{2}です。", N(listed!.Value), N(needed!.Value), on.Text)],
            FigureVerdict.TooSmall => [TooSmall(listed, plan.Minimum.Judgements)],
            _ => [Hidden()],
        };
        if (on.Figure.Verdict == FigureVerdict.Shown && off.Figure.Verdict == FigureVerdict.Shown)
        {
            answer.Add(EvaluationText.Of("無作為に選ばれたこどもでは{0}でした。", off.Text));
        }

        return Section(
            "yield", "一覧の的中（支援要と判断された割合）",
            answer,
            [EvaluationText.Of("無作為に選ばれたこどもの割合は、行政区ごとに選ばれる確率が違うため、市全体の割合ではありません。区間は95%（ウィルソン法）です。")],
            [on, off], [on, off]);
    }

    private static EvaluationSection NewlyKnownOf(EvaluationPlan plan, DisclosedCounts counts)
    {
        // 保留 has no such parts: what is newly known is of those judged 要.
        long? known = counts.Of(Known, "need_new"), needed = counts.Of(Known, "need");
        Line share = Share(counts.Has(Known), "newly_known", "新たに把握", known, needed, plan.Minimum.Judgements);
        return Section(
            "newly_known", "新たに把握されたこども",
            share.Figure.Verdict switch
            {
                FigureVerdict.Shown => [EvaluationText.Of("一覧から支援要と判断された{0}人のうち、{1}人は、それまで要保護児童対策地域協議会にも、支援要とされた家庭児童相談にも記録がありませんでした。割合は{2}です。", N(needed!.Value), N(known!.Value), share.Text)],
                FigureVerdict.TooSmall => [TooSmall(needed, plan.Minimum.Judgements)],
                _ => [Hidden()],
            },
            [EvaluationText.Of("他の窓口や学校が知っていても、記録がなければ「新たに把握」に数えます。区間は95%（ウィルソン法）です。")],
            [share], [share]);
    }

    private static EvaluationSection LeadTimeOf(EvaluationPlan plan, EvaluationResult result, DisclosedCounts counts)
    {
        LeadTimeResult lead = result.LeadTime;
        long? followed = counts.Of(Followed, ""), reached = counts.Of(Followed, "reached");
        bool isShown = followed is not null && reached is not null;
        string days = N(plan.HorizonDays);
        Line share = isShown ? Number("reached", "通常の経路でもつながった割合", lead.Reached, followed, Percent) : HiddenLine("reached", "通常の経路でもつながった割合", lead.Reached.Count < plan.Minimum.Followed);
        Line gained = isShown ? Number("gained_days", "先に把握していた日数（平均）", lead.Gained, followed, Whole) : HiddenLine("gained_days", "先に把握していた日数（平均）", lead.Reached.Count < plan.Minimum.Followed);
        return Section(
            "lead_time", "通常の経路より早いか",
            share.Figure.Verdict switch
            {
                FigureVerdict.Shown =>
                [
                    EvaluationText.Of("一覧から支援要と判断されたこども{0}人のうち、{1}日以内に相談・登録という通常の経路でもつながったのは{2}と推定されます。", N(followed!.Value), days, share.Text),
                    EvaluationText.Of("{0}日までの間、通常の経路より平均{1}日早く職員が見ていました。", days, gained.Text),
                ],
                FigureVerdict.TooSmall => [TooSmall(followed, plan.Minimum.Followed), EvaluationText.Of("{0}日先までの記録がまだない場合も、ここには何も示しません。", days)],
                _ => [Hidden()],
            },
            [
                EvaluationText.Of("同じこどもの二つの日を比べ、まだ通常の経路に来ていないこどもは観察の途中として扱っています（カプラン・マイヤー法）。"),
                EvaluationText.Of("判断の後の相談は、判断がきっかけで始まったものかもしれません。早く見たことを示す数値であり、早く見たことの効果を示すものではありません。"),
            ],
            [share], [share, gained]);
    }

    private static EvaluationSection RecallOf(EvaluationPlan plan, EvaluationData data, EvaluationResult result, DisclosedCounts counts)
    {
        long? found = counts.Of(Firsts + " drawn", "found"), drawn = counts.Of(Firsts + " drawn", ""), listed = counts.Of(Firsts + " listed", "found");
        bool isShown = found is not null && drawn is not null && listed is not null;
        bool isSmall = result.Recall.Recall.IsTooSmall;
        Line recall = isShown ? Number("recall", "再現率", result.Recall.Recall, drawn, Percent) : HiddenLine("recall", "再現率", isSmall);
        Line pending = isShown ? Number("recall_pending", "保留の数え方を変えた場合", result.RecallPending.Recall, drawn, Percent) : HiddenLine("recall_pending", "保留の数え方を変えた場合", isSmall);
        Line exact = isShown ? Number("recall_guaranteed", "最も慎重な区間による場合", result.RecallExact.Recall, drawn, Percent) : HiddenLine("recall_guaranteed", "最も慎重な区間による場合", isSmall);
        List<EvaluationText> answer = recall.Figure.Verdict switch
        {
            FigureVerdict.Shown => [EvaluationText.Of("支援が必要と判断されるはずのこどものうち、一覧に載っているのは{0}と推定されます。無作為に選ばれた{1}人のうち、支援要と判断された{2}人によります。", recall.Text, N(drawn!.Value), N(found!.Value))],
            FigureVerdict.TooSmall => [TooSmall(null, plan.Minimum.Drawn)],
            _ => [Hidden()],
        };
        List<EvaluationFigure> more = [];
        // Of a draw that found fewer than the threshold, the bound of the threshold holds for every number up to it: as wide an interval as a hidden figure has to keep.
        if (recall.Figure.Verdict == FigureVerdict.Hidden && drawn is not null && listed is not null && result.Recall.FoundUnlisted < counts.Threshold)
        {
            double least = AuditRecall.AtLeast(Evaluator.Strata(data, plan.PendingIsNeed).Unlisted, listed.Value, counts.Threshold);
            answer.Add(EvaluationText.Of("無作為に選ばれた{0}人のうち支援要と判断された人数は{1}人以下のため示しません。その人数がいくつであっても、再現率は{2}以上と言えます。", N(drawn.Value), N(counts.Threshold), Percent(Math.Floor(least * 1000) / 1000)));
            more.Add(new EvaluationFigure("recall_at_least", FigureVerdict.Shown, null, Math.Floor(least * 1000) / 1000, null, drawn));
        }

        return Section(
            "recall", "一覧が見つけている割合（再現率）",
            answer,
            [
                EvaluationText.Of("一覧の外のこどもはふつう判断を受けないため、判断を受けたこどもだけで計算すると割合は高く出すぎます（検証の偏り）。無作為に選ばれた一人ひとりを、選ばれる確率の逆数で重みづけて補正しています。"),
                EvaluationText.Of("分析を見る前の判断によります。職員が気づけない必要は含まれないため、本当の再現率はこれより低い可能性があります。"),
                EvaluationText.Of("区間は95%（Fay・Feuer法、mid-p）です。正解の分かっている架空の市での測定では、見落としも誤りもない判断なら100市のうち98市で正解を含みました。見落としや誤りのある判断では、外れることが増えます。"),
            ],
            [recall, pending, exact], [recall, pending, exact], more);
    }

    private static EvaluationSection ThresholdOf(EvaluationPlan plan, EvaluationResult result, DisclosedCounts counts)
    {
        ThresholdResult edge = result.Threshold;
        bool isShown = new[] { "on", "off" }.All(side => counts.Of(Edge, side, "reached") is not null && counts.Of(Edge, side, "") is not null);
        Line effect = edge.Method == ThresholdMethod.None ? HiddenLine("effect", "一覧に載ることの効果", true)
            : isShown ? Number("effect", "一覧に載ることの効果", edge.Effect, null, Percent) : HiddenLine("effect", "一覧に載ることの効果", false);
        string days = N(plan.HorizonDays);
        List<EvaluationText> answer = effect.Figure.Verdict switch
        {
            FigureVerdict.Shown =>
            [
                edge.Effect.Interval!.Value is { Low: <= 0, High: >= 0 }
                    ? EvaluationText.Of("一覧の末尾とすぐ外のこどもで、{0}日以内に支援につながった割合の差は{1}で、差がないことと矛盾しません。", days, effect.Text)
                    : EvaluationText.Of("一覧の末尾とすぐ外のこどもで、{0}日以内に支援につながった割合の差は{1}と推定されます。", days, effect.Text),
                EvaluationText.Of("比べたのは一覧側{0}人、外側{1}人です。", N(counts.Of(Edge, "on", "")!.Value), N(counts.Of(Edge, "off", "")!.Value)),
            ],
            FigureVerdict.TooSmall => [TooSmall(null, plan.Minimum.Side), EvaluationText.Of("{0}日先までの記録がまだない場合も、ここには何も示しません。", days)],
            _ => [Hidden()],
        };
        if (edge.Density.IsWarning)
        {
            answer.Add(EvaluationText.Of("注意：一覧の境目で点数の分布に段差があります。境目が動かされたか、同じ点数が多いためと考えられ、比較は信頼できない可能性があります。"));
        }

        return Section(
            "threshold", "一覧に載ることの効果（末尾とすぐ外の比較）",
            answer,
            [
                EvaluationText.Of("一覧の長さは職員の手の数で決まるため、末尾とすぐ外のこどもはほとんど同じとみなして比べます（回帰不連続デザイン）。一覧の上位のこどもへの効果は、ここからは分かりません。"),
                edge.Method == ThresholdMethod.LocalLinear
                    ? EvaluationText.Of("局所線形回帰と、偏りを補正した区間（Calonico・Cattaneo・Titiunik法、95%）です。")
                    : EvaluationText.Of("人数が少ないため、境目に最も近いこどもどうしを、偶然に分かれたものとして比べます（局所無作為化、Newcombe法、95%）。"),
            ],
            [], [effect]);
    }

    private static EvaluationSection TimeOf(EvaluationPlan plan, EvaluationData data, EvaluationResult result, DisclosedCounts counts)
    {
        StaffTime time = result.Time;
        Line first = Number("first_minutes", "最初の判断（分、中央値）", time.First, time.First.Count, One), final = Number("final_minutes", "分析を見た後の判断（分、中央値）", time.Final, time.Final.Count, One);
        List<EvaluationText> answer = first.Figure.Verdict == FigureVerdict.Shown
            ? [EvaluationText.Of("最初の判断には中央値で{0}分、分析を見た後の判断には{1}分かかっています。", first.Text, final.Figure.Verdict == FigureVerdict.Shown ? final.Text : "…")]
            : [TooSmall(data.Cases.Count == 0 ? 0 : null, plan.Minimum.Judgements)];
        long? needed = Needs(plan, counts, "listed");
        if (first.Figure.Verdict == FigureVerdict.Shown && needed is > 0)
        {
            answer.Add(EvaluationText.Of("合計は{0}時間で、支援要と判断されたこども1人あたり{1}時間です。", One(time.TotalHours), One(time.TotalHours / needed.Value)));
        }

        return Section(
            "staff_time", "職員の時間",
            answer,
            [EvaluationText.Of("こどもの画面を開いてから判断を送るまでの時間です。席を外した時間も含まれるため、平均ではなく中央値を示します。家庭訪問や会議の時間は含みません。")],
            [], [first, final]);
    }

    private static long? Needs(EvaluationPlan plan, DisclosedCounts counts, string source)
    {
        long? need = counts.Of(Yields, source, "need"), pending = counts.Of(Yields, source, "pending");
        return plan.PendingIsNeed ? need + pending : need;
    }

    private static EvaluationSection Section(
        string code, string title, IReadOnlyList<EvaluationText> answer, IReadOnlyList<EvaluationText> limits, IReadOnlyList<Line> bars, IReadOnlyList<Line> lines, IReadOnlyList<EvaluationFigure>? more = null) => new(
        code, title, answer, limits, Chart(title, bars),
        new EvaluationTable(title, ["項目", "推定", "95%区間", "件数"], lines.Select(line => (IReadOnlyList<string>)[line.Label, line.Point, line.Range, line.Figure.Count is { } n ? N(n) : line.Figure.Verdict == FigureVerdict.Hidden ? "X" : "…"]).ToList()),
        [.. lines.Select(line => line.Figure), .. more ?? []]);

    // Bars start at zero: a chart of an influence below it has none.
    private static StatisticsChart? Chart(string title, IReadOnlyList<Line> lines)
    {
        List<Line> shown = lines.Where(line => line.Figure.Verdict == FigureVerdict.Shown).ToList();
        if (shown.Count == 0 || shown.Exists(line => line.Figure.Low < 0))
        {
            return null;
        }

        double most = shown.Max(line => line.Figure.High!.Value), top = new[] { 0.05, 0.1, 0.2, 0.25, 0.5, 1 }.First(step => step >= Math.Min(1, most));
        return new StatisticsChart(title, Percent(top), lines.Select(line => new ChartBar(line.Label, line.Range.Length == 0 ? line.Point : $"{line.Point}（{line.Range}）", line.Figure.Value / top, line.Figure.Low / top, line.Figure.High / top)).ToList());
    }

    private static Line Share(bool isThere, string code, string label, long? part, long? whole, long needed, Bounds? wider = null)
    {
        if (!isThere)
        {
            return HiddenLine(code, label, true);
        }

        if (whole is null || (whole >= needed && part is null))
        {
            return new Line(label, "X", "", new EvaluationFigure(code, FigureVerdict.Hidden, null, null, null, whole));
        }

        Estimate share = Shares.Share(part ?? 0, whole.Value, needed);
        // Printed counts may be rounded; the interval over staff is taken where it is the wider one.
        return Number(code, label, share.Interval is { } own && wider is { } other ? share with { Interval = new Bounds(Math.Min(own.Low, other.Low), Math.Max(own.High, other.High)) } : share, whole, Percent);
    }

    private static Line Number(string code, string label, Estimate estimate, long? count, Func<double, string> words) => estimate is { Value: { } value, Interval: { } bounds }
        ? new Line(label, words(value), $"{words(bounds.Low)}～{words(bounds.High)}", new EvaluationFigure(code, FigureVerdict.Shown, value, bounds.Low, bounds.High, count))
        : new Line(label, "少なすぎて言えない", "", new EvaluationFigure(code, FigureVerdict.TooSmall, null, null, null, count));

    private static Line HiddenLine(string code, string label, bool isSmall) => isSmall
        ? new Line(label, "少なすぎて言えない", "", new EvaluationFigure(code, FigureVerdict.TooSmall, null, null, null, null))
        : new Line(label, "X", "", new EvaluationFigure(code, FigureVerdict.Hidden, null, null, null, null));

    private static EvaluationText TooSmall(long? count, long needed) => count is { } n
        ? EvaluationText.Of("少なすぎて言えません（{0}件、{1}件から）。", N(n), N(needed))
        : EvaluationText.Of("少なすぎて言えません（{0}件から）。", N(needed));

    private static EvaluationText Hidden() => EvaluationText.Of("少数のこどもが推定されるのを防ぐため、数値は示しません（X）。");

    private static string ChangeOf(JudgedCase one) => one.First == one.Final ? "same" : one.IsListed == one.Final > one.First ? "toward" : "away";

    private static string SourceOf(JudgedCase one) => one.IsListed ? "listed" : one.IsDrawn ? "drawn" : "other";

    private static string DecisionOf(int decision) => decision switch { Influence.Need => "need", 1 => "pending", _ => "no_need" };

    private static Hierarchy Flat(string code, params (string Code, string Title)[] lines) => Hierarchy.Flat(code, "合計", lines.Select(line => new HierarchyNode(line.Code, line.Title, "")), isAttribute: true);

    private static string N(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => ReleasedRate.Percent(share);

    private static string Points(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture);

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string One(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private sealed record Line(string Label, string Point, string Range, EvaluationFigure Figure)
    {
        internal string Text => Range.Length == 0 ? Point : $"{Point}（95%区間 {Range}）";
    }
}
