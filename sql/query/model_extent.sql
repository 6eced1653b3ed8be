-- Grain: one row.
-- What: the first and last receipt of resident-register rows, and the last receipt of consultations, up to a time
-- Why: decides which snapshots have a history before them and a finished horizon after them
-- Cost: one pass over fact.residence_move and fact.consultation
SELECT
    (SELECT MIN(v.known_from_utc) FROM fact.residence_move AS v) AS first_known_utc,
    (SELECT MAX(v.known_from_utc) FROM fact.residence_move AS v WHERE v.known_from_utc <= @as_known_utc) AS last_known_utc,
    (SELECT MAX(c.known_from_utc) FROM fact.consultation AS c WHERE c.known_from_utc <= @as_known_utc) AS last_case_known_utc,
    (SELECT MAX(r.extracted_utc) FROM meta.load_run AS r
        WHERE r.feed = 'consultation' AND r.is_published = 1 AND r.extracted_utc <= @as_known_utc) AS last_case_load_utc
