-- What: the steps of every release, oldest first
-- Why: who drafted, checked, approved and withdrew it, and when
-- Cost: scan of meta.release_event, a few rows a release
SELECT
    e.release_id AS release_id,
    e.event_number AS event_number,
    e.event_code AS event_code,
    e.staff_id AS staff_id,
    e.at_utc AS at_utc,
    e.note_text AS note_text
FROM meta.release_event AS e
ORDER BY
    e.release_id,
    e.event_number
