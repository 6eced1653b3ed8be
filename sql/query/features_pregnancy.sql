-- Grain: one child whose pregnancy was notified in this city, as known at the snapshot.
-- What: week of the notification, home visit, postnatal care, hospital notice; answers given in trust are read for the catalogue, not for a model
-- Why: features of the pregnancy group
-- Cost: one pass over fact.pregnancy
SELECT
    p.child_key,
    CAST(MAX(p.week_count) AS INTEGER) AS pregnancy_notice_week,
    CAST(MAX(CASE WHEN p.home_visit_date <= @snapshot_date THEN 1 ELSE 0 END) AS SMALLINT) AS is_home_visited,
    CAST(MAX(CASE WHEN p.postnatal_care_code = 'used' THEN 1 ELSE 0 END) AS SMALLINT) AS postnatal_care_used,
    CAST(MAX(CASE WHEN p.notice_code = 'given' THEN 1 ELSE 0 END) AS SMALLINT) AS has_hospital_notice,
    CAST(MAX(p.epds_score) AS INTEGER) AS epds_score,
    MAX(CASE WHEN p.feeling_code <> 'none' THEN p.feeling_code END) AS pregnancy_feeling
FROM fact.pregnancy AS p
WHERE p.child_key <> 0
    AND p.notified_date <= @snapshot_date
    AND p.notified_date >= @pregnancy_from
    AND p.known_from_utc <= @as_known_utc
    AND p.known_to_utc > @as_known_utc
GROUP BY p.child_key
ORDER BY p.child_key
