-- What: quarantined rows by feed and rule
-- Why: why rows were refused, for people
-- Cost: stg.reject
SELECT
    j.feed AS feed,
    j.rule_code AS rule_code,
    CAST(COUNT(*) AS BIGINT) AS row_count
FROM stg.reject AS j
GROUP BY
    j.feed,
    j.rule_code
ORDER BY
    j.feed,
    j.rule_code
