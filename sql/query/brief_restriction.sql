-- What: restrictions of one person that hold on a day
-- Why: an address or a school that must not be printed
-- Cost: a filter on ident.restriction
SELECT
    r.restriction_code AS restriction_code,
    r.valid_from AS valid_from,
    r.valid_to AS valid_to
FROM ident.restriction AS r
WHERE r.person_key = @person_key
    AND r.valid_from <= @as_of
    AND r.valid_to > @as_of
    AND r.known_to_utc > @as_known_utc
ORDER BY
    r.restriction_code,
    r.valid_from
