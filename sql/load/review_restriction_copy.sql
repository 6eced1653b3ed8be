-- Grain: one open restriction of a person
-- What: gives the person that records move to the restrictions of the person that they come from
-- Why: an address that must not be shown stays hidden on whichever side of a decision it ends
-- Cost: a filter on ident.restriction
INSERT INTO ident.restriction (person_key, restriction_code, valid_from, valid_to, known_from_utc, known_to_utc, file_sha256, line_number)
SELECT
    @person_after,
    r.restriction_code,
    r.valid_from,
    r.valid_to,
    @now_utc,
    '9999-12-31',
    r.file_sha256,
    r.line_number
FROM ident.restriction AS r
WHERE r.person_key = @person_before
    AND r.known_to_utc = '9999-12-31'
    AND NOT EXISTS (
        SELECT 1
        FROM ident.restriction AS o
        WHERE o.person_key = @person_after
            AND o.restriction_code = r.restriction_code
            AND o.known_to_utc = '9999-12-31')
