-- What: the judgements of a period, oldest first, with whether the child was known to need support before the scoring
-- Why: an evaluation compares judgements before and after the analysis was shown
-- Cost: the judgements of the period, consultations and council cases of their children
SELECT
    j.child_key AS child_key,
    j.snapshot_date AS snapshot_date,
    j.model_run_id AS model_run_id,
    j.staff_id AS staff_id,
    j.stage_code AS stage_code,
    j.revision_number AS revision_number,
    j.decision_code AS decision_code,
    j.band_code AS band_code,
    j.spent_seconds AS spent_seconds,
    j.judged_utc AS judged_utc,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM fact.consultation AS o
            WHERE o.person_key = j.child_key
                AND o.decision_code = 'need'
                AND o.decision_date < j.snapshot_date
                AND o.known_from_utc <= @as_known_utc
                AND o.known_to_utc > @as_known_utc
        ) THEN 1
        WHEN EXISTS (
            SELECT 1
            FROM fact.council_case AS c
            WHERE c.person_key = j.child_key
                AND c.registered_date < j.snapshot_date
                AND c.known_from_utc <= @as_known_utc
                AND c.known_to_utc > @as_known_utc
        ) THEN 1
        ELSE 0
    END AS was_known
FROM fact.judgement AS j
WHERE j.judged_utc >= @from_utc
    AND j.judged_utc < @until_utc
ORDER BY
    j.judged_utc,
    j.judgement_id
