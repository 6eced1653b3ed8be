-- Grain: one pair of records that the linker left to a person
-- What: the pair of two records, decided or not
-- Why: after the decision the reviewer sees what the linker had found
-- Cost: one key look-up with its links
SELECT
    c.record_key,
    c.other_record_key,
    c.posterior,
    c.weight_bits,
    c.evidence,
    c.linker_version,
    c.made_utc,
    x.person_key,
    o.person_key AS other_person_key
FROM ident.link_candidate AS c
INNER JOIN ident.crosswalk AS x
    ON x.record_key = c.record_key
    AND x.known_to_utc = '9999-12-31'
INNER JOIN ident.crosswalk AS o
    ON o.record_key = c.other_record_key
    AND o.known_to_utc = '9999-12-31'
WHERE c.record_key = @record_key
    AND c.other_record_key = @other_record_key
ORDER BY c.record_key, c.other_record_key
