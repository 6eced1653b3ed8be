-- What: how many judgements of a period are on record
-- Why: a plan that was registered after the first of them is marked
-- Cost: a filter on fact.judgement
SELECT
    CAST(COUNT(*) AS BIGINT) AS judgement_count
FROM fact.judgement AS j
WHERE j.judged_utc >= @from_utc
    AND j.judged_utc < @until_utc
