-- Grain: one open restriction
-- What: support measures that stand
-- Why: a measure is opened once and closed once
-- Cost: one pass over ident.restriction
SELECT
    r.person_key,
    r.restriction_code,
    r.valid_from,
    r.known_from_utc
FROM ident.restriction AS r
WHERE r.known_to_utc = '9999-12-31'
    AND r.valid_to = '9999-12-31'
ORDER BY r.person_key
