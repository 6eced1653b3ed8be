-- What: child-rearing allowance of a child as known then
-- Why: which support reaches the household
-- Cost: a filter on fact.benefit_spell
SELECT
    f.benefit_code AS benefit_code,
    f.payment_class AS payment_class,
    f.valid_from AS valid_from,
    f.valid_to AS valid_to
FROM fact.benefit_spell AS f
WHERE f.person_key = @child_key
    AND f.benefit_code = 'child_rearing_allowance'
    AND f.valid_from <= @as_of
    AND f.known_from_utc <= @as_known_utc
    AND f.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
ORDER BY
    f.valid_from,
    f.record_key
