-- What: the persons whom a restriction protects on a day
-- Why: an address or a school that must not be printed; one question for a whole household
-- Cost: one pass over ident.restriction, which holds few
SELECT DISTINCT
    r.person_key AS person_key
FROM ident.restriction AS r
WHERE r.valid_from <= @as_of
    AND r.valid_to > @as_of
    AND r.known_to_utc > @as_known_utc
ORDER BY
    r.person_key
