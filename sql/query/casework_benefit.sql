-- What: benefits that hold on a day and services used in the year before it, of one child
-- Why: what a family could have and does not use is a reason to make contact
-- Cost: filters on two facts
SELECT
    b.benefit_code AS code
FROM fact.benefit_spell AS b
WHERE b.person_key = @child_key
    AND b.valid_from <= @as_of
    AND b.valid_to >= @as_of
    AND b.known_from_utc <= @as_known_utc
    AND b.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = b.load_id AND r.is_published = 0)
UNION
SELECT
    u.service_code AS code
FROM fact.service_use AS u
WHERE u.person_key = @child_key
    AND u.use_date <= @as_of
    AND u.use_date > @year_before
    AND u.known_from_utc <= @as_known_utc
    AND u.known_to_utc > @as_known_utc
    AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = u.load_id AND r.is_published = 0)
