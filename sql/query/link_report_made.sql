-- Grain: one link that the engine made without a person
-- What: the link, and who decided what came after it; NULL where it stands
-- Why: the share of right ones among those that somebody looked at
-- Cost: ident.crosswalk with itself
SELECT
    x.record_key,
    x.person_key,
    x.rule_code,
    x.decided_utc,
    x.known_from_utc,
    n.decided_by AS next_decided_by,
    n.person_key AS next_person_key
FROM ident.crosswalk AS x
LEFT JOIN ident.crosswalk AS n
    ON n.record_key = x.record_key
    AND n.known_from_utc = x.known_to_utc
WHERE x.rule_code IN ('PRB-1', 'PRB-2')
ORDER BY x.record_key, x.known_from_utc
