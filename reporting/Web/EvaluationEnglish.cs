using Warehouse.Reporting.Evaluation;

namespace Warehouse.Reporting.Web;

/// <summary>The English of evaluations by their Japanese.</summary>
internal static class EvaluationEnglish
{
    /// <summary>The English by the Japanese.</summary>
    internal static readonly IReadOnlyDictionary<string, string> English = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["分析結果は役に立っているか"] = "Does the analysis help?",
        ["分析結果の評価"] = "Evaluation",
        ["評価"] = "Evaluation",
        ["評価 {0}"] = "Evaluation {0}",
        ["承認前"] = "not approved",
        ["公表された評価はまだありません。評価は、計画を先に登録し、年度が終わってから実行し、別の人が承認して公表します。"] =
            "No evaluation is public yet. Its plan is registered first, it is run after the school year, and a second person approves it.",
        ["承認前の評価です。数値を外に出さないでください。"] = "Not approved. Its figures must not leave this page.",
        ["分析結果を見せることは、支援の必要なこどもを早く見つける助けになっているか。"] = "Does showing the analysis help to find early the children who need support?",
        [EvaluationWords.Status(PlanStatus.Registered)] = "The plan was registered before the judgements that it is about.",
        [EvaluationWords.Status(PlanStatus.Late)] = "The plan was registered after the first of its judgements. Read the results as indications.",
        [EvaluationWords.Status(PlanStatus.Changed)] = "The plan was changed after results of an evaluation of its name. The question may have been changed because of them, so nothing here is confirmed.",
        [EvaluationWords.Status(PlanStatus.Unregistered)] = "A trial without a registered plan. The question may have been chosen because of the results, so nothing here is confirmed.",
        [EvaluationWords.Score] = "The analysis is a statistical similarity to children who needed support in the past; a high value does not mean that there is a problem, and nothing is decided by it.",
        [EvaluationWords.Marks] = "X: not shown, because a small number of children could be worked out; it need not be zero. “Too few to say”: fewer than the plan asks for. Any value inside an interval agrees with the data.",
        ["評価の計画"] = "Plan",
        ["対象の判断"] = "Judgements",
        ["計画"] = "Plan",
        ["{0} 第{1}版"] = "{0}, version {1}",
        ["計画の登録"] = "Registered",
        ["未登録"] = "never",
        ["主な問い"] = "Main question",
        ["記録の範囲"] = "Records",
        ["{0}まで"] = "up to {0}",
        ["承認"] = "Approved",
        ["報告書（PDF）"] = "Report (PDF)",
        ["この規模で言えること・言えないこと"] = "What can and cannot be said at this size",
        ["【主な問い】"] = " (main question)",
        ["承認すると政策担当者に表示されます。評価を実行した人は承認できません。同じ年度の評価は一度だけ公表できます。"] =
            "Policymakers see it once it is approved. Whoever ran it cannot approve it. There is one evaluation of a school year.",
        ["この期間の判断はまだありません。分析結果を見せることが役に立っているかどうかは、まだ何も言えません。"] = "There is no judgement of this time yet. Nothing can be said yet on whether showing the analysis helps.",
        ["最終の判断を受けた一覧掲載のこどもは{0}人です。この人数で求めた割合には、最大で±{1}ポイント程度の誤差があります。これより小さな差や変化は見えません。"] =
            "{0} listed children have a final judgement. A share of so many is uncertain by up to ±{1} points; smaller differences and changes cannot be seen.",
        ["最終の判断を受けた一覧掲載のこどもは、公表できる人数に達していません。割合は示しません。"] = "Too few listed children have a final judgement to publish a share.",
        ["一覧の外から無作為に選び、判断したこどもは{0}人です。仮にその中に支援要が1人もいなかったとしても、一覧の外のこどもの最大{1}は支援が必要である可能性が残ります。"] =
            "{0} unlisted children were drawn at random and judged. Even if none of them needed support, up to {1} of unlisted children could.",
        ["一覧の外から無作為に選び、判断したこどもは、公表できる人数に達していません。一覧がどれだけ見落としているかは、まだ言えません。"] =
            "Too few unlisted children were drawn and judged to publish. How many the list misses cannot be said yet.",
        ["この報告は、分析結果を見せた場合と見せなかった場合にこどものその後がどう違うかを直接比べたものではありません。判断がどう動き、誰が見つかったかを示すものです。"] =
            "This report does not compare what became of children with and without the analysis. It shows how judgements moved and who was found.",
        ["職員の誰も気づけない必要（記録にも面談にも表れないもの）は、どの数値にも含まれていません。"] = "Needs that nobody can see, in records or in talks, are in no figure.",
        ["少なすぎて言えません（{0}件、{1}件から）。"] = "Too few to say ({0}; from {1} on).",
        ["少なすぎて言えません（{0}件から）。"] = "Too few to say (from {0} on).",
        ["少なすぎて言えない"] = "Too few to say",
        ["少数のこどもが推定されるのを防ぐため、数値は示しません（X）。"] = "Not shown, because a small number of children could be worked out (X).",
        ["項目"] = "Figure",
        ["推定"] = "Estimate",
        ["95%区間"] = "95 % interval",
        ["件数"] = "Number",
        ["判断の一致（分析を見る前と後）"] = "Agreement of judgements before and after the analysis",
        ["分析を見る前と後で判断が同じ"] = "Same before and after",
        ["カッパ係数"] = "Kappa",
        ["判断{0}件のうち{1}件は、分析結果を見た後も同じでした。割合は{2}です。"] = "Of {0} judgements, {1} were the same after the analysis: {2}.",
        ["同じであることは、分析が正しいことも不要であることも意味しません。カッパ係数は、偶然の一致を除いた一致の程度です（1で完全な一致、0で偶然と同じ）。"] =
            "That they are the same means neither that the analysis is right nor that it is not needed. Kappa is agreement beyond chance: 1 is complete, 0 that of chance.",
        ["区間は95%です。職員が5人以上のときは職員ごとのまとまりを考えて広げています（ジャックナイフ法）。5人未満のときは考えておらず、狭すぎる可能性があります。"] =
            "Intervals are of 95 %; with five staff or more they are widened for what judgements of one person have in common (jackknife), with fewer they are not and may be too narrow.",
        ["分析が判断を動かす程度"] = "How far the analysis moves judgements",
        ["正味の影響"] = "Net influence",
        ["判断{0}件のうち、分析を見て分析の方へ動いたものは{1}件、逆へ動いたものは{2}件でした。"] = "Of {0} judgements, {1} moved towards the analysis once it was shown, {2} away from it.",
        ["動く余地のある判断のうち、正味で{0}が分析の方へ動いたと推定されます。偶然では説明しにくい大きさです。"] = "Of judgements that had room to move, net {0} moved towards the analysis: more than chance explains.",
        ["動く余地のある判断は、正味で分析と逆へ動いたと推定されます。差は{0}です。"] = "Judgements that had room to move went away from the analysis, net {0}.",
        ["正味の影響は{0}で、影響がないことと矛盾しません。影響がないと示されたわけではありません。"] = "Net influence is {0}, which agrees with none; that there is none is not shown.",
        ["職員による差は、最も小さい人で{0}、最も大きい人で{1}です（{2}人）。この差には偶然によるものが含まれます。"] = "It differs by member of staff, from {0} to {1} ({2} people); part of that is chance.",
        ["分析の方へ動いた割合から、逆へ動いた割合を引いたものです。見直しだけでも判断は変わるため、逆への動きをその目安としています。見直しだけなら両方向に同じだけ動く、という仮定によります。"] =
            "The share that moved towards the analysis less the share that moved away. Second looks change judgements by themselves; moves away show how often. It assumes that without the analysis second looks would go both ways equally.",
        ["動いたことが良いか悪いかは、この数値からは言えません。"] = "Whether a move was good or bad this figure cannot say.",
        ["区間は95%で、職員ごとのまとまりを考えています（Bell・McCaffrey法）。"] = "Intervals of 95 %, for clusters of staff (Bell and McCaffrey).",
        ["区間は95%です。職員が5人未満のため職員ごとのまとまりを考えておらず、狭すぎる可能性があります（Newcombe法）。"] = "Intervals of 95 % (Newcombe); with fewer than five staff they leave out what judgements of one person have in common and may be too narrow.",
        ["職員一人ひとりの数値は、人の評価に使われるおそれがあるため載せません。"] = "Figures of single members of staff are not given: they could be used to rate people.",
        ["一覧の的中（支援要と判断された割合）"] = "Yield: listed children judged to need support",
        ["一覧に掲載"] = "Listed",
        ["無作為に抽出"] = "Drawn at random",
        ["一覧に掲載され最終の判断を受けた{0}人のうち、{1}人が支援要と判断されました。割合は{2}です。"] = "Of {0} listed children with a final judgement, {1} were judged to need support: {2}.",
        ["無作為に選ばれたこどもでは{0}でした。"] = "Of children drawn at random it was {0}.",
        ["無作為に選ばれたこどもの割合は、行政区ごとに選ばれる確率が違うため、市全体の割合ではありません。区間は95%（ウィルソン法）です。"] =
            "Districts are drawn from with different chances, so the share of drawn children is not that of the city. Intervals of 95 % (Wilson).",
        ["新たに把握されたこども"] = "Newly known children",
        ["新たに把握"] = "Newly known",
        ["一覧から支援要と判断された{0}人のうち、{1}人は、それまで要保護児童対策地域協議会にも、支援要とされた家庭児童相談にも記録がありませんでした。割合は{2}です。"] =
            "Of {0} listed children judged to need support, {1} had no record with the council and no consultation that found need before: {2}.",
        ["他の窓口や学校が知っていても、記録がなければ「新たに把握」に数えます。区間は95%（ウィルソン法）です。"] = "Whom another office or a school knew without a record counts as newly known. Intervals of 95 % (Wilson).",
        ["通常の経路より早いか"] = "Earlier than the usual route?",
        ["通常の経路でもつながった割合"] = "Reached by the usual route too",
        ["先に把握していた日数（平均）"] = "Days seen earlier (mean)",
        ["一覧から支援要と判断されたこども{0}人のうち、{1}日以内に相談・登録という通常の経路でもつながったのは{2}と推定されます。"] =
            "Of {0} listed children judged to need support, the usual route (consultation or registration) reached within {1} days an estimated {2}.",
        ["{0}日までの間、通常の経路より平均{1}日早く職員が見ていました。"] = "Up to {0} days, staff looked on average {1} days before the usual route.",
        ["{0}日先までの記録がまだない場合も、ここには何も示しません。"] = "Nothing is shown here either while records do not reach {0} days on.",
        ["同じこどもの二つの日を比べ、まだ通常の経路に来ていないこどもは観察の途中として扱っています（カプラン・マイヤー法）。"] =
            "Two days of the same child are compared; children whom the usual route has not reached yet count as under observation (Kaplan and Meier).",
        ["判断の後の相談は、判断がきっかけで始まったものかもしれません。早く見たことを示す数値であり、早く見たことの効果を示すものではありません。"] =
            "A consultation after the judgement may have come of it. The figure says how early staff looked, not what looking early changed.",
        ["一覧が見つけている割合（再現率）"] = "Recall: how much of the need the list finds",
        ["再現率"] = "Recall",
        ["保留の数え方を変えた場合"] = "With “pending” counted the other way",
        ["最も慎重な区間による場合"] = "With the most cautious interval",
        ["支援が必要と判断されるはずのこどものうち、一覧に載っているのは{0}と推定されます。無作為に選ばれた{1}人のうち、支援要と判断された{2}人によります。"] =
            "Of the children who would be judged to need support, an estimated {0} are listed (from {2} in need among {1} drawn at random).",
        ["無作為に選ばれた{0}人のうち支援要と判断された人数は{1}人以下のため示しません。その人数がいくつであっても、再現率は{2}以上と言えます。"] =
            "Of {0} children drawn at random, at most {1} were judged to need support; how many is not shown. Whatever the number, recall is at least {2}.",
        ["一覧の外のこどもはふつう判断を受けないため、判断を受けたこどもだけで計算すると割合は高く出すぎます（検証の偏り）。無作為に選ばれた一人ひとりを、選ばれる確率の逆数で重みづけて補正しています。"] =
            "Unlisted children are seldom judged, so judged children alone would give too high a share (verification bias). Each child drawn at random is weighted by one over its chance of being drawn.",
        ["分析を見る前の判断によります。職員が気づけない必要は含まれないため、本当の再現率はこれより低い可能性があります。"] = "By judgements before the analysis. What staff cannot see is not in it, so true recall may be lower.",
        ["区間は95%（Fay・Feuer法、mid-p）です。正解の分かっている架空の市での測定では、見落としも誤りもない判断なら100市のうち98市で正解を含みました。見落としや誤りのある判断では、外れることが増えます。"] =
            "Intervals of 95 % (Fay and Feuer, mid-p). Measured on fictitious cities whose truth is known they held it in 98 of 100 where judgements miss nothing and do not err; where they do, it is missed more often.",
        ["一覧に載ることの効果（末尾とすぐ外の比較）"] = "Effect of being listed: the end of the list and just below it",
        ["一覧に載ることの効果"] = "Effect of being listed",
        ["一覧の末尾とすぐ外のこどもで、{0}日以内に支援につながった割合の差は{1}で、差がないことと矛盾しません。"] = "Between the end of the list and just below it, the shares supported within {0} days differ by {1}, which agrees with no difference.",
        ["一覧の末尾とすぐ外のこどもで、{0}日以内に支援につながった割合の差は{1}と推定されます。"] = "Between the end of the list and just below it, the shares supported within {0} days differ by an estimated {1}.",
        ["比べたのは一覧側{0}人、外側{1}人です。"] = "Compared: {0} listed, {1} not.",
        ["注意：一覧の境目で点数の分布に段差があります。境目が動かされたか、同じ点数が多いためと考えられ、比較は信頼できない可能性があります。"] =
            "Warning: scores jump at the end of the list. It may have been moved, or many scores are equal; the comparison may not hold.",
        ["一覧の長さは職員の手の数で決まるため、末尾とすぐ外のこどもはほとんど同じとみなして比べます（回帰不連続デザイン）。一覧の上位のこどもへの効果は、ここからは分かりません。"] =
            "The length of the list goes by the capacity of staff, so children at its end and just below are taken as nearly alike (regression discontinuity). It says nothing of the head of the list.",
        ["局所線形回帰と、偏りを補正した区間（Calonico・Cattaneo・Titiunik法、95%）です。"] = "Local linear regression with the robust bias-corrected interval of Calonico, Cattaneo and Titiunik (95 %).",
        ["人数が少ないため、境目に最も近いこどもどうしを、偶然に分かれたものとして比べます（局所無作為化、Newcombe法、95%）。"] = "There are few, so the nearest on both sides are compared as if chance had parted them (local randomisation; Newcombe, 95 %).",
        ["職員の時間"] = "Time of staff",
        ["最初の判断（分、中央値）"] = "First judgement (minutes, median)",
        ["分析を見た後の判断（分、中央値）"] = "Judgement after the analysis (minutes, median)",
        ["最初の判断には中央値で{0}分、分析を見た後の判断には{1}分かかっています。"] = "A first judgement takes a median of {0} minutes, one after the analysis {1}.",
        ["合計は{0}時間で、支援要と判断されたこども1人あたり{1}時間です。"] = "All together {0} hours, {1} for each listed child judged to need support.",
        ["こどもの画面を開いてから判断を送るまでの時間です。席を外した時間も含まれるため、平均ではなく中央値を示します。家庭訪問や会議の時間は含みません。"] =
            "From opening the child to sending the judgement. Time away from the desk is in it, so medians are shown. Visits and conferences are not in it.",
    };
}
