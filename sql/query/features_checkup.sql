-- Grain: one child with an infant check-up that fell due, as known at the snapshot.
-- What: per check-up whether it was missed (due_before leaves time to catch up), and the last finding
-- Why: features of the check-up group
-- Cost: one pass over fact.checkup
WITH known_checkup AS (
    SELECT
        k.person_key,
        k.checkup_type,
        k.due_date,
        CASE WHEN k.visit_date <= @snapshot_date THEN 1 ELSE 0 END AS is_visited,
        k.judgement_code,
        k.caries_count,
        k.reminder_count,
        ROW_NUMBER() OVER (
            PARTITION BY k.person_key, CASE WHEN k.visit_date <= @snapshot_date THEN 1 ELSE 0 END
            ORDER BY k.due_date DESC, k.checkup_type DESC, k.record_key DESC) AS visit_rank
    FROM fact.checkup AS k
    WHERE k.person_key <> 0
        AND k.due_date <= @snapshot_date
        AND k.due_date >= @checkup_from
        AND k.known_from_utc <= @as_known_utc
        AND k.known_to_utc > @as_known_utc
)
SELECT
    k.person_key AS child_key,
    CAST(MAX(CASE WHEN k.checkup_type = 'm3' AND (k.is_visited = 1 OR k.due_date < @due_before)
        THEN 1 - k.is_visited END) AS SMALLINT) AS is_checkup_3m_missed,
    CAST(MAX(CASE WHEN k.checkup_type = 'm18' AND (k.is_visited = 1 OR k.due_date < @due_before)
        THEN 1 - k.is_visited END) AS SMALLINT) AS is_checkup_18m_missed,
    CAST(MAX(CASE WHEN k.checkup_type = 'm36' AND (k.is_visited = 1 OR k.due_date < @due_before)
        THEN 1 - k.is_visited END) AS SMALLINT) AS is_checkup_36m_missed,
    CAST(SUM(CASE WHEN k.is_visited = 0 AND k.due_date < @due_before THEN 1 ELSE 0 END) AS INTEGER) AS checkup_missed_count,
    CAST(SUM(COALESCE(k.reminder_count, 0)) AS INTEGER) AS checkup_reminder_count,
    MAX(CASE WHEN k.is_visited = 1 AND k.visit_rank = 1 AND k.judgement_code <> 'none'
        THEN k.judgement_code END) AS checkup_judgement,
    CAST(MAX(CASE WHEN k.is_visited = 1 THEN k.caries_count END) AS INTEGER) AS caries_count
FROM known_checkup AS k
GROUP BY k.person_key
ORDER BY k.person_key
