-- Grain: one pair of records that the linker leaves to a person
-- What: the pairs, with the persons that the records belong to now
-- Why: the queue of the reviewers; pairs that were decided since they were made are left out
-- Cost: ident.link_candidate with its links
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
WHERE x.person_key <> o.person_key
    AND x.decided_by NOT LIKE 'staff %'
    AND NOT EXISTS (
        SELECT 1
        FROM ident.link_constraint AS k
        WHERE k.known_to_utc = '9999-12-31'
            AND ((k.record_key = c.record_key AND k.other_record_key = c.other_record_key)
                OR (k.record_key = c.other_record_key AND k.other_record_key = c.record_key)))
ORDER BY c.record_key, c.other_record_key
