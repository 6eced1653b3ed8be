-- What: the releases of which somebody outside may hold the figures
-- Why: a new release is protected together with them; a release that was withdrawn before anybody got it tells nothing
-- Cost: a row a release and its steps
SELECT
    r.release_id AS release_id
FROM meta.statistics_release AS r
LEFT JOIN meta.release_approval AS a ON a.release_id = r.release_id
WHERE NOT EXISTS (SELECT 1 FROM meta.release_event AS e WHERE e.release_id = r.release_id)
    OR (
        a.release_number IS NOT NULL
        AND (
            NOT EXISTS (SELECT 1 FROM meta.release_event AS w WHERE w.release_id = r.release_id AND w.event_code = 'withdraw')
            OR EXISTS (SELECT 1 FROM meta.release_event AS h WHERE h.release_id = r.release_id AND h.event_code = 'handout')
            OR EXISTS (SELECT 1 FROM meta.release_event AS w WHERE w.release_id = r.release_id AND w.event_code = 'withdraw' AND w.at_utc >= a.public_from_utc)
        )
    )
ORDER BY
    r.release_id
